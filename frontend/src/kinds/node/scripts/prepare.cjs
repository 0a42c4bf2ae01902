// Has pnpm build the packages that come from repositories, which it does as it fetches them.
//
// usage: prepare.cjs ROOT NAME... -- COMMAND...
// An install that runs nothing left them in ROOT as they were fetched, without what their scripts make. Those that have
// such scripts are taken out, and COMMAND, an install that runs them, fetches these once more and leaves everything else
// as it is. It does not run where no package has one: what needs no building is not fetched a second time.
'use strict';
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const [root, ...rest] = process.argv.slice(2);
const names = rest.slice(0, rest.indexOf('--'));
const [program, ...words] = rest.slice(rest.indexOf('--') + 1);

const directories = (directory) => {
  if (!fs.existsSync(directory)) return [];
  const entries = fs.readdirSync(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(directory, entry.name));
};

// Every node_modules below a directory: of projects, of the packages below `.pnpm`, of packages that are hoisted.
function* modules(directory) {
  for (const inside of directories(directory)) {
    if (path.basename(inside) !== 'node_modules') {
      yield* modules(inside);
      continue;
    }
    yield inside;
    const scoped = (entry) => (path.basename(entry).startsWith('@') ? directories(entry) : [entry]);
    const below = [...directories(path.join(inside, '.pnpm')), ...directories(inside).flatMap(scoped)];
    for (const entry of below) {
      if (fs.existsSync(path.join(entry, 'node_modules'))) yield* modules(entry);
    }
  }
}

// pnpm names the directory of a package of a registry after its version.
const isOfRegistry = (directory, name) => {
  const parent = path.basename(path.dirname(directory));
  const rest = parent.startsWith(name.replace('/', '+')) ? parent.slice(name.length) : '';
  return /^@\d/.test(rest);
};

// The scripts for which pnpm builds a package as it fetches it: `prepare` always, the others where `main` is missing.
const BUILDING = ['prepare', 'prepublish', 'prepack', 'publish'];

const isBuilt = (directory) => {
  const file = path.join(directory, 'package.json');
  if (!fs.existsSync(file)) return false;
  let scripts;
  try {
    scripts = JSON.parse(fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, ''))?.scripts;
  } catch {
    return true; // pnpm says what is wrong with it
  }
  return BUILDING.some((name) => scripts?.[name]);
};

let found = false;
for (const directory of [...modules(root)]) {
  for (const name of names) {
    const entry = path.join(directory, name);
    if (!fs.lstatSync(entry, { throwIfNoEntry: false })?.isDirectory()) continue;
    if (isOfRegistry(directory, name) || !isBuilt(entry)) continue;
    fs.rmSync(entry, { recursive: true });
    found = true;
  }
}
if (!found) process.exit(0);
// They are built with what they are developed with, in an install of what runs too; npm, which installs that, is told to
// leave it out.
const env = { ...process.env, npm_config_include: 'dev' };
process.exit(spawnSync(program, words, { stdio: 'inherit', env }).status ?? 1);

// Runs the install scripts of packages where an install by npm in ROOT ran none.
//
// usage: node rebuild.cjs ROOT NAME...
// NAME are the packages whose scripts run. Those that have to work are built at once, so that npm chooses the order. One
// that may be missing is taken out where its scripts fail, as an install by npm does it.
'use strict';
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const [root, ...names] = process.argv.slice(2);
const { packages } = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
const wanted = new Set(names);

const nameOf = (location) => location.slice(location.lastIndexOf('node_modules/') + 'node_modules/'.length);
const found = Object.entries(packages).filter(
  ([location, entry]) =>
    entry.hasInstallScript &&
    !entry.inBundle &&
    location.includes('node_modules/') &&
    wanted.has(entry.name ?? nameOf(location)) &&
    fs.existsSync(path.join(root, location)),
);
// As npm takes it: by the name of the directory, which an alias has of its own.
const spec = ([location, entry]) => `${nameOf(location)}@${entry.version}`;
const mayFail = ([, entry]) => entry.optional === true;
const specs = (entries) => [...new Set(entries.map(spec))].sort();

function rebuild(list) {
  const words = ['rebuild', '--foreground-scripts', '--no-audit', '--no-fund', '--logs-max=0', ...list];
  return spawnSync('npm', words, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

const required = specs(found.filter((entry) => !mayFail(entry)));
if (required.length > 0) {
  const status = rebuild(required);
  if (status !== 0) process.exit(status);
}
for (const one of specs(found.filter(mayFail))) {
  if (required.includes(one) || rebuild([one]) === 0) continue;
  console.log(`${one} is optional and cannot be built here, so that it is left out`);
  for (const [location] of found.filter((entry) => spec(entry) === one)) {
    fs.rmSync(path.join(root, location), { recursive: true, force: true });
  }
}

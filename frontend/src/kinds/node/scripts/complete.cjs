// Fails where an install left out what the lockfiles have for it: a package manager that ends with 0 is no proof.
//
// usage: node complete.cjs ROOT
// Every dependency of a project in a lockfile in ROOT, but the optional ones, has to be a link or a directory in a
// node_modules where the project finds it.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [root] = process.argv.slice(2);
const fields = ['dependencies', 'devDependencies'];
const unquoted = (key) => (/^(['"]).*\1$/.test(key) ? key.slice(1, -1).replaceAll("''", "'") : key);

// The names that each project of a lockfile depends on. Lockfiles are written by pnpm and by the frontend, so that
// their lines can be told by how far they are indented; what one of a single project has at its top is that of `.`.
function* dependencies(text) {
  const last = text.split(/^---$/m).at(-1) ?? '';
  let [section, project, field] = ['', '.', ''];
  for (const line of last.split('\n')) {
    const [, indent, key] = /^( *)(.+?):(?: .*)?$/.exec(line) ?? [];
    if (key === undefined) continue;
    const depth = indent.length - (section === 'importers' ? 4 : 0);
    if (indent === '') [section, project, field] = [key, '.', key];
    else if (section === 'importers' && depth === -2) project = unquoted(key);
    else if (depth === 0) field = key;
    else if (depth === 2 && fields.includes(field) && (section === 'importers' || fields.includes(section))) {
      yield [project, unquoted(key)];
    }
  }
}

function isThere(directory, name) {
  for (let from = directory; from.length >= root.length; from = path.dirname(from)) {
    if (fs.lstatSync(path.join(from, 'node_modules', name), { throwIfNoEntry: false })) return true;
  }
  return false;
}

function* lockfiles(directory) {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    if (entry.name === 'pnpm-lock.yaml') yield directory;
    else if (entry.isDirectory() && entry.name !== 'node_modules') yield* lockfiles(path.join(directory, entry.name));
  }
}

const missing = [];
for (const directory of lockfiles(root)) {
  for (const [project, name] of dependencies(fs.readFileSync(path.join(directory, 'pnpm-lock.yaml'), 'utf8'))) {
    const from = path.join(directory, project);
    if (!isThere(from, name)) missing.push(`${path.relative(root, from) || '.'}: ${name}`);
  }
}
if (missing.length > 0) {
  const more = missing.length > 20 ? [`and ${missing.length - 20} more`] : [];
  console.error(`pnpm said that it was done, but did not install\n  ${[...missing.slice(0, 20), ...more].join('\n  ')}`);
  process.exit(1);
}

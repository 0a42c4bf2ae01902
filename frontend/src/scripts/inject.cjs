// Lays the files of injected workspace packages over pnpm's copies of them, which were made before they were built.
//
// usage: node inject.cjs ROOT NAME=DIRECTORY...
// The copies of NAME lie in ROOT/node_modules/.pnpm, one for each set of peers, in entries whose names begin with
// NAME@file, with pnpm 8 with file+; with nodeLinker=hoisted there is one, ROOT/node_modules/NAME.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [root, ...pairs] = process.argv.slice(2);
const modules = path.join(root, 'node_modules');
const store = path.join(modules, '.pnpm');
const isDirectory = (file) => fs.lstatSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
const entries = isDirectory(store) ? fs.readdirSync(store).sort() : [];

for (const pair of pairs) {
  const cut = pair.indexOf('=');
  const name = pair.slice(0, cut);
  const directory = pair.slice(cut + 1);
  const prefix = `${name.replace('/', '+')}@file`;
  const copies = entries
    .filter((entry) => entry.startsWith(prefix) || entry.startsWith('file+'))
    .map((entry) => path.join(store, entry, 'node_modules', name));
  for (const copy of [...copies, path.join(modules, name)].filter(isDirectory)) {
    // A copy has its own node_modules: that is what it was made for.
    const filter = (file) => file !== path.join(directory, 'node_modules');
    fs.cpSync(directory, copy, { recursive: true, force: true, verbatimSymlinks: true, filter });
  }
}

// Lays the files of injected workspace packages over pnpm's copies of them, which were made before they were built.
//
// usage: node inject.cjs ROOT... -- NAME=DIRECTORY...
// The copies of NAME lie in ROOT/node_modules/.pnpm, one for each set of peers, in entries whose names begin with
// NAME@file, with pnpm 8 with file+; with nodeLinker=hoisted there is one, ROOT/node_modules/NAME. ROOT is the
// workspace's, or that of a project that has a lockfile, and so a virtual store, of its own.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const words = process.argv.slice(2);
const end = words.indexOf('--');
const roots = words.slice(0, end);
const pairs = words.slice(end + 1);
const isDirectory = (file) => fs.lstatSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;

// The places where a root may hold a copy of a package.
function places(root, name) {
  const modules = path.join(root, 'node_modules');
  const store = path.join(modules, '.pnpm');
  const prefix = `${name.replace('/', '+')}@file`;
  const entries = isDirectory(store) ? fs.readdirSync(store).sort() : [];
  const copies = entries.filter((entry) => entry.startsWith(prefix) || entry.startsWith('file+'));
  return [...copies.map((entry) => path.join(store, entry, 'node_modules', name)), path.join(modules, name)];
}

for (const pair of pairs) {
  const cut = pair.indexOf('=');
  const name = pair.slice(0, cut);
  const directory = pair.slice(cut + 1);
  for (const copy of roots.flatMap((root) => places(root, name)).filter(isDirectory)) {
    // A copy has its own node_modules: that is what it was made for.
    const filter = (file) => file !== path.join(directory, 'node_modules');
    fs.cpSync(directory, copy, { recursive: true, force: true, verbatimSymlinks: true, filter });
  }
}

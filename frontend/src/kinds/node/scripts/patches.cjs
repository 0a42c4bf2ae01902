// Refuses a patch that leads out of the package that it is for: older versions of pnpm write where its paths lead, and
// the step that applies it has the package store.
//
// usage: node patches.cjs ROOT
// Every file in ROOT that is no archive and outside of node_modules is looked at as a patch; a line of a diff's header
// has a path behind its first word. Source: pnpm 8 and 9, `@pnpm/patch-package`, which joins the path to the package's
// directory.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [root] = process.argv.slice(2);
const header = /^(?:---|\+\+\+|diff --git|rename (?:from|to)|copy (?:from|to))(?=\s).*[\s"/\\]\.\.(?:[\s"/\\]|$)/m;

function* files(directory) {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') yield* files(file);
    else if (entry.isFile() && !/\.(tgz|tar\.gz|tar)$/.test(entry.name)) yield file;
  }
}

const wrong = [...files(root)].filter((file) => header.test(fs.readFileSync(file, 'latin1')));
for (const file of wrong) console.error(`${path.relative(root, file)} patches a file outside of its package, which is refused`);
if (wrong.length > 0) process.exit(1);

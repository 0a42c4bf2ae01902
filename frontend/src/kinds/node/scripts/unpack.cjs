// Unpacks the texts that are written for an install and are too long to be sent as they are.
//
// usage: node unpack.cjs ROOT
// Every file in ROOT outside of node_modules that has the name of one of an install's own texts and `.gz`.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { gunzipSync } = require('node:zlib');

const TEXTS = ['package-lock.json.gz', 'package.json.gz', 'pnpm-lock.yaml.gz', 'pnpm-workspace.yaml.gz'];

function unpack(directory) {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') unpack(file);
    if (!entry.isFile() || !TEXTS.includes(entry.name)) continue;
    fs.writeFileSync(file.slice(0, -'.gz'.length), gunzipSync(fs.readFileSync(file)));
    fs.rmSync(file);
  }
}
unpack(process.argv[2]);

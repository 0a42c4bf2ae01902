// usage: node hooks.cjs ROOT OUT NAME...
// Writes the names of those packages in ROOT's virtual store that run a program when they are installed, one a line:
// an install that was made without running any has to be made again where the program can run.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [root, out, ...names] = process.argv.slice(2);
const wanted = new Set(names);
// Programs that ask for money, or print: they leave nothing.
const idle = /\bopencollective\b|require\(['"]\.\/_?postinstall['"]\)/;
const found = new Set();

function look(directory) {
  let manifest;
  try {
    manifest = JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8'));
  } catch {
    return;
  }
  if (!wanted.has(manifest.name)) return;
  const scripts = manifest.scripts ?? {};
  const hooks = ['preinstall', 'install', 'postinstall'].map((name) => scripts[name]).filter(Boolean);
  // What pnpm, as npm, runs for a package with a gyp file and no script of its own.
  const compiles = !scripts.preinstall && !scripts.install && fs.existsSync(path.join(directory, 'binding.gyp'));
  if (compiles || hooks.some((command) => !idle.test(command))) found.add(manifest.name);
}

function modules(directory) {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const file = path.join(directory, entry.name);
    if (entry.name === '.pnpm') {
      for (const stored of fs.readdirSync(file)) {
        const own = path.join(file, stored, 'node_modules');
        if (fs.existsSync(own)) modules(own);
      }
    } else if (entry.name.startsWith('@')) {
      for (const scoped of fs.readdirSync(file)) look(path.join(file, scoped));
    } else {
      look(file);
      const own = path.join(file, 'node_modules');
      if (fs.existsSync(own)) modules(own);
    }
  }
}

(function trees(directory) {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const file = path.join(directory, entry.name);
    if (entry.name === 'node_modules') modules(file);
    else trees(file);
  }
})(root);
fs.writeFileSync(out, [...found].sort().map((name) => `${name}\n`).join(''));

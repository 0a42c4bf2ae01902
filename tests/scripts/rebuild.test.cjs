'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { temporary, write, read, run, program } = require('./tree.cjs');

// An npm that notes what it is asked for, and fails for packages of some names.
const NPM = '#!/bin/sh\necho "$*" >>"$NOTES"\ncase "$*" in *fails*) exit 1 ;; esac\n';
function rebuild(t, packages, ...names) {
  const directory = write(temporary(t), { 'bin/npm': program(NPM), 'root/package-lock.json': JSON.stringify({ packages }) });
  const root = path.join(directory, 'root');
  for (const location of Object.keys(packages)) if (location.includes('node_modules/')) fs.mkdirSync(path.join(root, location), { recursive: true });
  const notes = path.join(directory, 'notes');
  fs.writeFileSync(notes, '');
  const env = { ...process.env, PATH: `${path.join(directory, 'bin')}:${process.env.PATH}`, NOTES: notes };
  const result = run('rebuild.cjs', [root, ...names], { env });
  const asked = read(notes).split('\n').filter(Boolean).map((line) => line.split(' ').filter((word) => word.includes('@')).join(' '));
  return { ...result, asked, root };
}
const entry = (more = {}) => ({ version: '1.0.0', hasInstallScript: true, ...more });

test('those that have to work are built at once, by the names of their directories', (t) => {
  const packages = { 'node_modules/a': entry(), 'node_modules/b/node_modules/a': entry({ version: '2.0.0' }), 'node_modules/alias': entry({ name: 'real' }), 'node_modules/none': { version: '1.0.0' }, 'node_modules/unasked': entry(), 'node_modules/b/node_modules/in': entry({ inBundle: true }) };
  const { code, asked } = rebuild(t, packages, 'a', 'real', 'none', 'in');
  assert.deepEqual([code, asked], [0, ['a@1.0.0 a@2.0.0 alias@1.0.0']]);
});

test('one that fails fails the install, and one that may be missing is taken out', (t) => {
  assert.equal(rebuild(t, { 'node_modules/fails': entry() }, 'fails').code, 1);
  const { code, stdout, asked, root } = rebuild(t, { 'node_modules/fails': entry({ optional: true }), 'node_modules/works': entry({ optional: true }) }, 'fails', 'works');
  assert.deepEqual([code, asked], [0, ['fails@1.0.0', 'works@1.0.0']]);
  assert.match(stdout, /fails@1.0.0 is optional and cannot be built here/);
  assert.deepEqual(fs.readdirSync(path.join(root, 'node_modules')), ['works']);
});

'use strict';
const assert = require('node:assert/strict');
const test = require('node:test');
const { temporary, write, run, link } = require('./tree.cjs');

const check = (t, packages, tree) => run('installed.cjs', [write(temporary(t), { 'package-lock.json': JSON.stringify({ packages }), ...tree })]);
const manifest = (version) => JSON.stringify({ name: 'x', version });
const RIGHT = { code: 0, stdout: '', stderr: '' };
const wrong = (...lines) => ({ code: 1, stdout: '', stderr: `npm said that it was done, but\n${lines.map((line) => `  ${line}\n`).join('')}` });
const PACKAGES = {
  '': {},
  'apps/app': { version: '1.0.0' },
  'apps/app/node_modules/a': { version: '2.0.0' },
  'node_modules/@s/app': { resolved: 'apps/app', link: true },
  'node_modules/a': { version: '1.0.0+build' },
  'node_modules/a/node_modules/b': { version: '1.0.0', inBundle: true },
  'node_modules/win': { version: '1.0.0', optional: true },
};
const TREE = {
  'apps/app/node_modules/a/package.json': manifest('2.0.0'),
  'node_modules/@s/app': link('../../apps/app'),
  'node_modules/a/package.json': manifest('v1.0.0'),
  'node_modules/.bin/a': link('../a/a.js'),
};

test('an install that is as the lockfile says is right', (t) => {
  assert.deepEqual(check(t, PACKAGES, TREE), RIGHT);
});

test('what is missing, of another version, no link or too much is named', (t) => {
  const { 'node_modules/@s/app': _, ...tree } = TREE;
  assert.deepEqual(
    check(t, PACKAGES, { ...tree, 'apps/app/node_modules/a/package.json': manifest('1.0.0'), 'node_modules/@s/app/package.json': '{}', 'node_modules/new/package.json': manifest('1.0.0') }),
    wrong(
      'apps/app/node_modules/a has the version 1.0.0, and the lockfile says 2.0.0',
      'node_modules/@s/app is no link',
      'node_modules/new is there, and the lockfile does not have it',
    ),
  );
  assert.deepEqual(check(t, { '': {}, 'node_modules/a': { version: '1.0.0' } }, {}), wrong('node_modules/a is missing'));
  assert.deepEqual(check(t, { '': {}, 'node_modules/a': { version: '1.0.0' } }, { 'node_modules/a/package.json': '{' }), wrong('node_modules/a has no package.json that can be read'));
});

// npm marks what may be missing for the whole workspace, where another member needs the package in any case.
test('a package that only those of other platforms need may be missing, and one that anything else needs may not', (t) => {
  const packages = {
    '': { dependencies: { image: '1' } },
    'node_modules/image': { version: '1.0.0', optionalDependencies: { wasm: '1' } },
    'node_modules/wasm': { version: '1.0.0', optional: true, dependencies: { tslib: '1' } },
    'node_modules/tslib': { version: '1.0.0' },
  };
  const tree = { 'node_modules/image/package.json': manifest('1.0.0') };
  assert.deepEqual(check(t, packages, tree), RIGHT);
  const needs = { ...packages, 'node_modules/image': { version: '1.0.0', dependencies: { tslib: '1' } } };
  assert.deepEqual(check(t, needs, tree), wrong('node_modules/tslib is missing'));
  const ofProject = { ...packages, 'apps/app': { devDependencies: { tslib: '1' } } };
  assert.deepEqual(check(t, ofProject, tree), wrong('node_modules/tslib is missing'));
  // That another one works without it is no leave.
  const peer = { ...packages, 'node_modules/image': { version: '1.0.0', peerDependencies: { tslib: '1' }, peerDependenciesMeta: { tslib: { optional: true } } } };
  assert.deepEqual(check(t, peer, tree), RIGHT);
  const nested = { ...needs, 'node_modules/image/node_modules/tslib': { version: '2.0.0' } };
  assert.deepEqual(check(t, nested, tree), wrong('node_modules/image/node_modules/tslib is missing'));
});

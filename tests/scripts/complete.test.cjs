'use strict';
const assert = require('node:assert/strict');
const test = require('node:test');
const { temporary, write, run, link } = require('./tree.cjs');

const check = (t, tree) => run('complete.cjs', [write(temporary(t), tree)]);
const entry = (name) => `      ${name}:\n        specifier: ^1.0.0\n        version: 1.0.0\n`;
const importer = (id, fields) => `\n  ${id}:\n${Object.entries(fields).map(([field, names]) => `    ${field}:\n${names.map(entry).join('')}`).join('')}`;
const lockfile = (...importers) => `lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n\ncatalogs:\n  default:\n    z:\n      specifier: 1\n      version: 1.0.0\n\nimporters:\n${importers.join('')}\npackages:\n\n  q@1.0.0:\n    dependencies:\n      nowhere: 1.0.0\n\nsnapshots:\n\n  q@1.0.0:\n    dependencies:\n      nowhere: 1.0.0\n`;
const RIGHT = { code: 0, stdout: '', stderr: '' };
const missing = (...lines) => ({ code: 1, stdout: '', stderr: `pnpm said that it was done, but did not install\n${lines.map((line) => `  ${line}\n`).join('')}` });

test('an install in which every project finds its dependencies is right', (t) => {
  const tree = {
    'pnpm-lock.yaml': lockfile('\n  .: {}\n', importer('services/app', { dependencies: ["'@a/b'", 'c'], devDependencies: ['d'], optionalDependencies: ['gone'] }), importer('libs/x y', { devDependencies: ['hoisted'] })),
    'services/app/node_modules/@a/b': link('../../../../libs/nowhere yet'),
    'services/app/node_modules/c/package.json': '',
    'services/app/node_modules/d': link('../../../node_modules/.pnpm/d'),
    'node_modules/hoisted/package.json': '',
  };
  assert.deepEqual(check(t, tree), RIGHT);
});

test('what was left out is named', (t) => {
  const tree = {
    'pnpm-lock.yaml': lockfile(importer('.', { devDependencies: ['tool'] }), importer('services/app', { dependencies: ["'@a/b'", 'c'] })),
    'services/app/node_modules/c': link('x'),
  };
  assert.deepEqual(check(t, tree), missing('.: tool', 'services/app: @a/b'));
});

test('an install of nothing names the first twenty', (t) => {
  const names = Array.from({ length: 25 }, (_, n) => `p${n}`);
  const result = check(t, { 'pnpm-lock.yaml': lockfile(importer('.', { dependencies: names })) });
  assert.deepEqual(result, missing(...names.slice(0, 20).map((name) => `.: ${name}`), 'and 5 more'));
});

test('lockfiles of one project, of pnpm 8, of several documents, and one for each project', (t) => {
  const single = "lockfileVersion: '6.0'\n\ndependencies:\n  a:\n    specifier: 1\n    version: 1.0.0\n\ndevDependencies:\n  b:\n    specifier: 1\n    version: 1.0.0\n\npackages:\n\n  /a/1.0.0:\n    dependencies:\n      nowhere: 1.0.0\n";
  assert.deepEqual(check(t, { 'pnpm-lock.yaml': single }), missing('.: a', '.: b'));
  assert.deepEqual(check(t, { 'pnpm-lock.yaml': single, 'node_modules/a/x': '', 'node_modules/b/x': '' }), RIGHT);
  const documents = `---\nlockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    configDependencies:\n      nowhere:\n        specifier: 1\n\n---\n${lockfile(importer('.', { dependencies: ['a'] }))}`;
  assert.deepEqual(check(t, { 'pnpm-lock.yaml': documents, 'node_modules/a/x': '' }), RIGHT);
  assert.deepEqual(check(t, { 'libs/l/pnpm-lock.yaml': lockfile(importer('.', { dependencies: ['a'] })), 'libs/l/node_modules/b/x': '' }), missing('libs/l: a'));
});

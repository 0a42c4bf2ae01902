'use strict';
const assert = require('node:assert/strict');
const path = require('node:path');
const test = require('node:test');
const { temporary, write, read, run } = require('./tree.cjs');

const STORE = 'node_modules/.pnpm';
const manifest = (name, scripts, more = {}) => JSON.stringify({ name, scripts, ...more });

// Asks for names in a tree; returns those that were found to run a program, in the order of the file.
function hooks(t, tree, names) {
  const top = write(temporary(t), { 'root/': '', ...Object.fromEntries(Object.entries(tree).map(([file, text]) => [`root/${file}`, text])) });
  const out = path.join(top, 'names.txt');
  assert.deepEqual(run('hooks.cjs', [path.join(top, 'root'), out, ...names]), { code: 0, stdout: '', stderr: '' });
  const text = read(out);
  assert.ok(text === '' || text.endsWith('\n'), text);
  return text.split('\n').filter(Boolean);
}

// The store's entry of a package, and its manifest.
const stored = (name, scripts) => ({ [`${STORE}/${name.replace('/', '+')}@1.0.0/node_modules/${name}/package.json`]: manifest(name, scripts) });

test('packages with a script that an install runs are named once, in order', (t) => {
  const tree = {
    ...stored('sharp', { install: 'node install.js' }),
    ...stored('@swc/core', { postinstall: 'node postinstall.js' }),
    ...stored('argon2', { preinstall: 'check' }),
    ...stored('pg', { prepare: 'tsc', test: 'mocha', build: 'x' }),
    ...stored('plain', undefined),
    [`${STORE}/sharp@2.0.0/node_modules/sharp/package.json`]: manifest('sharp', { install: 'node install.js' }),
  };
  assert.deepEqual(hooks(t, tree, ['sharp', '@swc/core', 'argon2', 'pg', 'plain']), ['@swc/core', 'argon2', 'sharp']);
});

test('a package that nobody asked for is not named', (t) => {
  assert.deepEqual(hooks(t, { ...stored('sharp', { install: 'x' }), ...stored('other', { install: 'x' }) }, ['other']), ['other']);
});

test('a gyp file compiles where no script of its own does', (t) => {
  const gyp = (name, scripts) => ({ ...stored(name, scripts), [`${STORE}/${name}@1.0.0/node_modules/${name}/binding.gyp`]: '{}' });
  const idle = { install: "node -e \"require('./postinstall')\"" };
  assert.deepEqual(hooks(t, { ...gyp('gyp', undefined), ...gyp('own', idle), ...gyp('after', { postinstall: idle.install }) }, ['gyp', 'own', 'after']), ['after', 'gyp']);
});

test('a program that asks for money, or prints, is none', (t) => {
  const tree = {
    ...stored('money', { postinstall: 'opencollective postinstall || exit 0' }),
    ...stored('prints', { postinstall: "node -e \"try{require('./postinstall')}catch(e){}\"" }),
    ...stored('prints-too', { postinstall: 'node -e "require(\'./_postinstall\')"' }),
    ...stored('both', { preinstall: 'make', postinstall: 'opencollective' }),
    ...stored('other-file', { postinstall: 'node ./postinstall.js' }),
  };
  assert.deepEqual(hooks(t, tree, ['money', 'prints', 'prints-too', 'both', 'other-file']), ['both', 'other-file']);
});

test('packages are found wherever an install puts them', (t) => {
  const tree = {
    'node_modules/hoisted/package.json': manifest('hoisted', { install: 'x' }),
    'node_modules/hoisted/node_modules/nested/package.json': manifest('nested', { install: 'x' }),
    'node_modules/@scope/one/package.json': manifest('@scope/one', { install: 'x' }),
    'services/a b/node_modules/own/package.json': manifest('own', { install: 'x' }),
    [`services/project/${STORE}/deep@1/node_modules/deep/package.json`]: manifest('deep', { install: 'x' }),
    'node_modules/alias/package.json': manifest('real-name', { install: 'x' }),
    'services/self/package.json': manifest('self', { install: 'x' }),
  };
  const names = ['hoisted', 'nested', '@scope/one', 'own', 'deep', 'alias', 'real-name', 'self'];
  assert.deepEqual(hooks(t, tree, names), ['@scope/one', 'deep', 'hoisted', 'nested', 'own', 'real-name']);
});

test('a manifest that is broken or missing is none, and nothing found is an empty file', (t) => {
  const tree = { 'node_modules/broken/package.json': '{', 'node_modules/bare/index.js': '', [`${STORE}/entry@1/file`]: '', [`${STORE}/lock.yaml`]: '' };
  assert.deepEqual(hooks(t, tree, ['broken', 'bare']), []);
  assert.deepEqual(hooks(t, {}, ['a']), []);
});

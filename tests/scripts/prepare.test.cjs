'use strict';
const assert = require('node:assert/strict');
const test = require('node:test');
const { temporary, write, list, run, link } = require('./tree.cjs');

const BUILT = '{"scripts":{"prepare":"tsc"}}';

// Has packages prepared by a program that notes what it finds, and returns what is left.
function prepared(t, names, tree, code = 0) {
  const root = write(temporary(t), tree);
  const program = [process.execPath, '-e', `process.exit(${code})`];
  const result = run('prepare.cjs', [root, ...names, '--', ...program]);
  return { code: result.code, left: list(root) };
}

test('packages of repositories are taken out, wherever pnpm puts them', (t) => {
  const tree = {
    'package.json': '',
    'node_modules/own': link('.pnpm/own@git+https+++host+own+c0ffee/node_modules/own'),
    'node_modules/.pnpm/own@git+https+++host+own+c0ffee/node_modules/own/package.json': BUILT,
    'node_modules/.pnpm/own@git+https+++host+own+c0ffee/node_modules/other': link('../../other@1.0.0/node_modules/other'),
    'node_modules/.pnpm/github.com+a+own+c0ffee/node_modules/own/package.json': BUILT,
    'node_modules/.pnpm/@of+own@https+++codeload.github.com+a+own+tar.gz+c0/node_modules/@of/own/package.json': BUILT,
    'node_modules/.pnpm/other@1.0.0/node_modules/other/package.json': '',
    'services/app/node_modules/own/package.json': BUILT,
    'services/app/node_modules/z/node_modules/@of/own/package.json': BUILT,
  };
  const { code, left } = prepared(t, ['own', '@of/own'], tree);
  assert.equal(code, 0);
  const beside = 'node_modules/.pnpm/own@git+https+++host+own+c0ffee/node_modules/other';
  assert.deepEqual(
    left.filter((name) => !name.endsWith('/')),
    ['node_modules/.pnpm/other@1.0.0/node_modules/other/package.json', `${beside} -> ../../other@1.0.0/node_modules/other`, 'node_modules/own -> .pnpm/own@git+https+++host+own+c0ffee/node_modules/own', 'package.json'],
  );
});

test('packages of the same name from a registry stay, and so do those of other names', (t) => {
  const tree = {
    'node_modules/.pnpm/own@1.0.0/node_modules/own/package.json': BUILT,
    'node_modules/.pnpm/@of+own@2.0.0-rc.1_peer@1.0.0/node_modules/@of/own/package.json': BUILT,
    'node_modules/.pnpm/crown@git+https+++host+crown+c0/node_modules/crown/package.json': BUILT,
    'libs/own/package.json': BUILT,
  };
  assert.deepEqual(prepared(t, ['own', '@of/own'], tree), { code: 0, left: Object.keys(tree).sort() });
});

test('the command finds what packages are built with', (t) => {
  const root = write(temporary(t), { 'node_modules/own/package.json': BUILT });
  const program = [process.execPath, '-p', 'process.env.npm_config_include'];
  assert.equal(run('prepare.cjs', [root, 'own', '--', ...program]).stdout, 'dev\n');
});

test('it ends as the command does', (t) => {
  assert.equal(prepared(t, ['own'], { 'node_modules/own/package.json': BUILT }, 7).code, 7);
});

test('packages without a script that builds them stay, and nothing is fetched for them', (t) => {
  const tree = {
    'node_modules/bare/package.json': '{"scripts":{"prepare":"","test":"mocha"}}',
    'node_modules/files/index.js': '',
    'node_modules/own/package.json': '{"name":"own"}',
  };
  assert.deepEqual(prepared(t, ['bare', 'files', 'own'], tree, 7), { code: 0, left: Object.keys(tree).sort() });
});

test('every script for which pnpm builds a package counts, and a text that is no JSON is left to pnpm', (t) => {
  for (const script of ['prepare', 'prepublish', 'prepack', 'publish']) {
    const tree = { 'node_modules/own/package.json': `\uFEFF{"scripts":{"${script}":"tsc"}}` };
    assert.deepEqual(prepared(t, ['own'], tree, 7), { code: 7, left: ['node_modules/'] }, script);
  }
  assert.equal(prepared(t, ['own'], { 'node_modules/own/package.json': '{' }, 7).code, 7);
});

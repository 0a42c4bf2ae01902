'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { temporary, write, list, read, run, link, program } = require('./tree.cjs');

const STORE = 'node_modules/.pnpm';
const place = (name, entry) => `${STORE}/${entry}/node_modules/${name}`;
const KERNEL = place('@x/kernel', '@x+kernel@workspace+libs+kernel');
const UTILS = place('utils', 'utils@workspace+libs+utils');

// Lays a tree out; moves are named from its top.
function deploy(t, tree, moves) {
  const top = write(temporary(t), tree);
  const pairs = Object.entries(moves).flat().map((name) => path.join(top, name));
  assert.deepEqual(run('deploy.cjs', [top, ...pairs]), { code: 0, stdout: '', stderr: '' });
  return top;
}

const published = (name) => ({ [`${STORE}/${name}@1.0.0/node_modules/${name}/index.js`]: '' });
const MOVES = { 'services/api': '.', 'libs/kernel': KERNEL, 'libs/utils': UTILS };

test('links of a service are the root\'s, and those of a package lie beside it', (t) => {
  const top = deploy(t, {
    ...published('ms'),
    'services/api/node_modules/ms': link('../../../node_modules/.pnpm/ms@1.0.0/node_modules/ms'),
    'services/api/node_modules/@x/kernel': link('../../../../libs/kernel'),
    'libs/kernel/node_modules/utils': link('../../utils'),
    'libs/utils/node_modules/@x/kernel': link('../../../kernel'),
    'libs/utils/node_modules/ms': link('../../../node_modules/.pnpm/ms@1.0.0/node_modules/ms'),
  }, MOVES);
  assert.deepEqual(list(top, 'node_modules').filter((line) => line.includes('->')), [
    `${STORE}/@x+kernel@workspace+libs+kernel/node_modules/utils -> ../../utils@workspace+libs+utils/node_modules/utils`,
    `${STORE}/utils@workspace+libs+utils/node_modules/@x/kernel -> ../../../@x+kernel@workspace+libs+kernel/node_modules/@x/kernel`,
    `${STORE}/utils@workspace+libs+utils/node_modules/ms -> ../../ms@1.0.0/node_modules/ms`,
    'node_modules/@x/kernel -> ../.pnpm/@x+kernel@workspace+libs+kernel/node_modules/@x/kernel',
    'node_modules/ms -> .pnpm/ms@1.0.0/node_modules/ms',
  ]);
  assert.deepEqual(list(top, 'services'), ['services/api/']);
});

test('links of the store and of what is hoisted lead to where packages are', (t) => {
  const top = deploy(t, {
    [`${STORE}/peer@1.0.0/node_modules/peer/index.js`]: '',
    [`${STORE}/peer@1.0.0/node_modules/utils`]: link('../../../../libs/utils'),
    [`${STORE}/node_modules/utils`]: link('../../../libs/utils'),
    'node_modules/utils': link('../libs/utils/dist'),
  }, MOVES);
  assert.equal(fs.readlinkSync(path.join(top, STORE, 'peer@1.0.0/node_modules/utils')), '../../utils@workspace+libs+utils/node_modules/utils');
  assert.equal(fs.readlinkSync(path.join(top, STORE, 'node_modules/utils')), '../utils@workspace+libs+utils/node_modules/utils');
  assert.equal(fs.readlinkSync(path.join(top, 'node_modules/utils')), '.pnpm/utils@workspace+libs+utils/node_modules/utils/dist');
});

test('a service\'s own dependency takes the place of one that is hoisted', (t) => {
  const top = deploy(t, {
    'node_modules/ms': link('.pnpm/ms@1.0.0/node_modules/ms'),
    'services/api/node_modules/ms': link('../../../node_modules/.pnpm/ms@2.0.0/node_modules/ms'),
  }, MOVES);
  assert.equal(fs.readlinkSync(path.join(top, 'node_modules/ms')), '.pnpm/ms@2.0.0/node_modules/ms');
});

test('a dependency with the name of the package itself lies in it', (t) => {
  const top = deploy(t, { 'libs/utils/node_modules/utils': link('../../../node_modules/.pnpm/utils@0.9.0/node_modules/utils') }, MOVES);
  assert.equal(fs.readlinkSync(path.join(top, UTILS, 'node_modules/utils')), '../../../../utils@0.9.0/node_modules/utils');
});

test('programs find what they start', (t) => {
  const shim = (below) => program(`#!/bin/sh\nbasedir=\${0%/*}\ncat "$basedir/../${below}"\n`);
  const top = deploy(t, {
    [`${STORE}/tool@1.0.0/node_modules/tool/bin.txt`]: 'a tool',
    'services/api/node_modules/tool': link('../../../node_modules/.pnpm/tool@1.0.0/node_modules/tool'),
    'services/api/node_modules/.bin/tool': shim('tool/bin.txt'),
    'services/api/node_modules/.bin/linked': link('../tool/bin.txt'),
    'libs/utils/node_modules/tool': link('../../../node_modules/.pnpm/tool@1.0.0/node_modules/tool'),
    'libs/utils/node_modules/.bin/tool': shim('tool/bin.txt'),
    'libs/utils/node_modules/.bin/linked': link('../tool/bin.txt'),
  }, MOVES);
  for (const modules of ['node_modules', `${UTILS}/node_modules`]) {
    const { execFileSync } = require('node:child_process');
    assert.equal(execFileSync(path.join(top, modules, '.bin/tool'), { encoding: 'utf8' }), 'a tool');
    assert.equal(read(top, modules, '.bin/linked'), 'a tool');
  }
});

test('a service that is the root stays, and what it uses moves', (t) => {
  const top = deploy(t, {
    ...published('ms'),
    'node_modules/ms': link('.pnpm/ms@1.0.0/node_modules/ms'),
    'node_modules/utils': link('../libs/utils'),
    'libs/utils/node_modules/ms': link('../../../node_modules/.pnpm/ms@1.0.0/node_modules/ms'),
  }, { '.': '.', 'libs/utils': UTILS });
  assert.deepEqual(list(top, 'node_modules').filter((line) => line.includes('->')), [
    `${STORE}/utils@workspace+libs+utils/node_modules/ms -> ../../ms@1.0.0/node_modules/ms`,
    'node_modules/ms -> .pnpm/ms@1.0.0/node_modules/ms',
    'node_modules/utils -> .pnpm/utils@workspace+libs+utils/node_modules/utils',
  ]);
});

test('a package in the directory of another one is its own', (t) => {
  const inner = place('inner', 'inner@workspace+services+api+inner');
  const top = deploy(t, {
    'services/api/node_modules/inner': link('../inner'),
    'services/api/inner/node_modules/api': link('../..'),
  }, { 'services/api': '.', 'services/api/inner': inner });
  assert.equal(fs.readlinkSync(path.join(top, 'node_modules/inner')), '.pnpm/inner@workspace+services+api+inner/node_modules/inner');
  assert.equal(fs.readlinkSync(path.join(top, STORE, 'inner@workspace+services+api+inner/node_modules/api')), '../../../..');
});

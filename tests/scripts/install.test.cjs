'use strict';
const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { gzipSync } = require('node:zlib');
const { script, temporary, write, read, program } = require('./tree.cjs');

const hash = (text, form) => createHash('sha512').update(text).digest(form);
const LOCKFILE = `importers:\n\n  .:\n    dependencies:\n      a:\n        specifier: 1\n        version: 1.0.0\n\npackages:\n\n  a@1.0.0:\n    resolution: {integrity: sha512-${hash('a', 'base64')}}\n`;

// Installs with a pnpm that notes its arguments and does what the test says at its first and its later calls.
function install(t, first, later = first, tree = {}, set = {}, installer = script('install.sh')) {
  const top = write(temporary(t), {
    'bin/pnpm': program(`#!/bin/sh\necho "$*" >>"$TOP/asked"\ncd "$TOP/root"\n[ "$(wc -l <"$TOP/asked")" -gt 1 ] || { ${first}\nexit; }\n${later}\n`),
    'root/pnpm-lock.yaml': LOCKFILE,
    'store/': '',
    asked: '',
    ...tree,
  });
  const env = { ...process.env, ...set, TOP: top, PATH: `${path.join(top, 'bin')}:${process.env.PATH}` };
  const words = [installer, path.join(top, 'store'), path.join(top, 'root'), 'pnpm', 'install', '--x y'];
  const { status, stdout, stderr } = spawnSync('sh', words, { env, encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr, asked: read(top, 'asked').split('\n').filter(Boolean) };
}

const DOES = 'mkdir -p node_modules/a';

test('an install runs once, with the words that it is given', (t) => {
  const { status, asked, stderr } = install(t, DOES);
  assert.deepEqual([status, asked, stderr], [0, ['install --x y'], '']);
});

test('a lockfile that is packed is unpacked first', (t) => {
  const { status, asked } = install(t, `grep -q a@1.0.0 pnpm-lock.yaml && ${DOES}`, 'exit 1', {
    'root/pnpm-lock.yaml': 'stale',
    'root/pnpm-lock.yaml.gz': gzipSync(LOCKFILE),
  });
  assert.deepEqual([status, asked.length], [0, 1]);
});

test('an install that does nothing and says that it is done fails', (t) => {
  const { status, asked, stderr } = install(t, 'true');
  assert.deepEqual([status, asked.length], [1, 1]);
  assert.match(stderr, /did not install\n {2}\.: a/);
});

test('an install that fails for a reason of its own is not tried again', (t) => {
  const { status, asked } = install(t, 'exit 7', DOES);
  assert.deepEqual([status, asked.length], [1, 1]);
});

test('one under which the store was emptied or damaged is tried once more', (t) => {
  const gone = install(t, 'rm -r "$TOP/store"; exit 1', DOES);
  assert.deepEqual([gone.status, gone.asked.length], [0, 2]);
  const list = `store/v3/files/${hash('a', 'hex').slice(0, 2)}/${hash('a', 'hex').slice(2)}-index.json`;
  const damaged = install(t, `echo '{' >"$TOP/${list}"; exit 1`, `[ ! -e "$TOP/${list}" ] && ${DOES}`, { [list]: '{"files": {}}' });
  assert.deepEqual([damaged.status, damaged.asked.length], [0, 2]);
  const failing = install(t, 'rm -rf "$TOP/store"; exit 3', 'exit 4');
  assert.deepEqual([failing.status, failing.asked.length], [4, 2]);
});

test('one that falls silent is ended with all that it started, and tried once more', (t) => {
  const silent = 'sleep 30 & echo $! >"$TOP/left"; echo begun; sleep 30';
  // Ended, whether somebody has asked after it or not.
  const isEnded = 'at=/proc/$(cat "$TOP/left")/status; { [ ! -e "$at" ] || grep -q "^State:.Z" "$at"; }';
  const mended = install(t, silent, `${isEnded} && ${DOES}`, {}, { SILENCE: '1' });
  assert.deepEqual([mended.status, mended.asked.length], [0, 2], mended.stderr);
  assert.match(mended.stderr, /^pnpm has said nothing for 1 seconds and is ended: /);
  const again = install(t, silent, silent, {}, { SILENCE: '1' });
  assert.deepEqual([again.status, again.asked.length], [124, 2]);
});

test('one that says something now and then is waited for', (t) => {
  const { status, asked, stdout } = install(t, `for i in 1 2 3 4; do sleep 0.5; echo "at $i"; done; ${DOES}`, 'exit 1', {}, { SILENCE: '1' });
  assert.deepEqual([status, asked.length], [0, 1]);
  assert.match(stdout, /at 1\nat 2\nat 3\nat 4\n/);
});

test('damage is told and mended before the install begins', (t) => {
  const list = `store/v3/files/${hash('a', 'hex').slice(0, 2)}/${hash('a', 'hex').slice(2)}-index.json`;
  const { status, stdout } = install(t, `[ ! -e "$TOP/${list}" ] && ${DOES}`, 'exit 1', { [list]: '' });
  assert.equal(status, 0);
  assert.match(stdout, /in the package store cannot be read, and is fetched again/);
});

test('a patch that leaves its package stops it before anything', (t) => {
  const { status, asked } = install(t, DOES, DOES, { 'root/patches/a.patch': '--- a/x\n+++ b/../../x\n' });
  assert.deepEqual([status, asked], [1, []]);
});

// Runs the second half where an install left such state files.
function setUp(t, states) {
  const top = write(temporary(t), { 'root/': '' });
  write(top, Object.fromEntries(Object.entries(states).map(([name, text]) => [`root/${name}`, text])));
  const words = [script('setup.sh'), path.join(top, 'root'), 'sh', '-c', `echo ran >"${path.join(top, 'ran')}"; exit 5`];
  const { status } = spawnSync('sh', words, { encoding: 'utf8', timeout: 60_000 });
  return [status, fs.existsSync(path.join(top, 'ran'))];
}

test('install scripts run where some are pending, and their failure is that of the step', (t) => {
  const yaml = (pending) => `layoutVersion: 5\npackageManager: pnpm@9\npendingBuilds:${pending}\nprunedAt: x\n`;
  const json = (pending) => JSON.stringify({ layoutVersion: 5, pendingBuilds: pending, skipped: [] }, null, 2);
  const none = { 'node_modules/.modules.yaml': yaml(' []'), 'a b/node_modules/.modules.yaml': json([]) };
  assert.deepEqual(setUp(t, none), [0, false]);
  assert.deepEqual(setUp(t, {}), [0, false]);
  assert.deepEqual(setUp(t, { 'node_modules/x/index.js': '' }), [0, false]);
  assert.deepEqual(setUp(t, { ...none, 'node_modules/.modules.yaml': yaml('\n  - a@1.0.0') }), [5, true]);
  assert.deepEqual(setUp(t, { ...none, 'a b/node_modules/.modules.yaml': json(['a@1.0.0']) }), [5, true]);
  // A package's own files are none of pnpm's.
  assert.deepEqual(setUp(t, { ...none, 'node_modules/x/node_modules/.modules.yaml': yaml('\n  - a@1.0.0') }), [0, false]);
  // What is not understood is no reason to leave them out.
  assert.deepEqual(setUp(t, { 'node_modules/.modules.yaml': 'layoutVersion: 9\n' }), [5, true]);
});

test("the repository's lines for the user's settings come before the user's own", (t) => {
  const home = temporary(t);
  // As a step has them: beside the script.
  const beside = temporary(t);
  fs.cpSync(path.dirname(script('install.sh')), beside, { recursive: true });
  write(beside, { npmrc: '//r.example/:_authToken=${TOKEN}\n' });
  const shows = `cat "$HOME/.npmrc" >"$HOME/seen"; ${DOES}`;
  const settings = () => {
    const { status } = install(t, shows, 'exit 1', {}, { HOME: home }, path.join(beside, 'install.sh'));
    assert.equal(status, 0);
    return read(home, 'seen');
  };
  assert.equal(settings(), '//r.example/:_authToken=${TOKEN}\n');
  write(beside, { 'npmrc.secret': 'color=false\n' });
  assert.equal(settings(), '//r.example/:_authToken=${TOKEN}\ncolor=false\n');
  assert.equal(fs.readlinkSync(path.join(home, '.npmrc')), '/dev/shm/npmrc');
  fs.rmSync('/dev/shm/npmrc');
});

'use strict';
const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { gzipSync } = require('node:zlib');
const { script, temporary, write, read, program } = require('./tree.cjs');

const LOCKFILE = JSON.stringify({ packages: { '': {}, 'node_modules/a': { version: '1.0.0' } } });
const DOES = 'mkdir -p node_modules/a && echo \'{ "version": "1.0.0" }\' >node_modules/a/package.json';

// Installs with an npm that notes its arguments and does what the test says at its first and its later calls.
function install(t, first, later = first, tree = {}, set = {}, installer = script('ci.sh')) {
  const top = write(temporary(t), {
    'bin/npm': program(`#!/bin/sh\necho "$*" >>"$TOP/asked"\ncd "$TOP/root"\n[ "$(wc -l <"$TOP/asked")" -gt 1 ] || { ${first}\nexit; }\n${later}\n`),
    'root/package-lock.json': LOCKFILE,
    'home/.npm/_cacache/': '',
    asked: '',
    ...tree,
  });
  const env = { ...process.env, ...set, TOP: top, HOME: path.join(top, 'home'), PATH: `${path.join(top, 'bin')}:${process.env.PATH}` };
  const words = [installer, path.join(top, 'root'), 'npm', 'ci', '--x y'];
  const { status, stdout, stderr } = spawnSync('sh', words, { env, encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr, top, asked: read(top, 'asked').split('\n').filter(Boolean) };
}

test('an install runs once, with the words that it is given', (t) => {
  const { status, asked, stderr } = install(t, DOES);
  assert.deepEqual([status, asked, stderr], [0, ['ci --x y'], '']);
});

test('a lockfile that is packed is unpacked first', (t) => {
  const { status, asked } = install(t, `grep -q 1.0.0 package-lock.json && ${DOES}`, 'exit 1', {
    'root/package-lock.json': 'stale',
    'root/package-lock.json.gz': gzipSync(LOCKFILE),
  });
  assert.deepEqual([status, asked.length], [0, 1]);
});

test('an install that does nothing and says that it is done fails', (t) => {
  const { status, asked, stderr } = install(t, 'true');
  assert.deepEqual([status, asked.length], [1, 1]);
  assert.match(stderr, /node_modules\/a is missing/);
});

test('an install that fails for a reason of its own is not tried again', (t) => {
  const { status, asked } = install(t, 'exit 7', DOES);
  assert.deepEqual([status, asked.length], [1, 1]);
});

test('one under which the cache was emptied, or that falls silent, is tried once more', (t) => {
  const gone = install(t, 'rm -r "$HOME/.npm"; exit 1', DOES);
  assert.deepEqual([gone.status, gone.asked.length], [0, 2]);
  const failing = install(t, 'rm -rf "$HOME/.npm"; exit 3', 'exit 4');
  assert.deepEqual([failing.status, failing.asked.length], [4, 2]);
  const silent = install(t, 'echo begun; sleep 30', DOES, {}, { SILENCE: '1' });
  assert.deepEqual([silent.status, silent.asked.length], [0, 2], silent.stderr);
});

test('lines that refer to variables come before what the user passes, and lie in memory', (t) => {
  const top = temporary(t);
  for (const name of ['ci.sh', 'unpack.cjs', 'watch.cjs', 'installed.cjs']) fs.copyFileSync(script(name), path.join(top, name));
  write(top, { npmrc: 'a=${TOKEN}\n', 'npmrc.secret': 'b=2\n' });
  t.after(() => fs.rmSync('/dev/shm/npmrc', { force: true }));
  const { status, stdout, top: used } = install(t, `cat "$HOME/.npmrc"; ${DOES}`, 'exit 1', {}, {}, path.join(top, 'ci.sh'));
  assert.deepEqual([status, stdout], [0, 'a=${TOKEN}\nb=2\n']);
  assert.equal(fs.readlinkSync(path.join(used, 'home/.npmrc')), '/dev/shm/npmrc');
});

'use strict';
const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { script, temporary, write, read, program } = require('./tree.cjs');

// Runs pnpm.sh with an npm that notes what it is asked for. Its `pack` fails so many times, then gives an archive.
function install(t, words, fails = 0) {
  const top = temporary(t);
  // The script works in /tmp, where an image's build has nothing else.
  const archive = `${path.basename(top).replace(' ', '-')}.tgz`;
  t.after(() => fs.rmSync(path.join('/tmp', archive), { force: true }));
  write(top, {
    'bin/npm': program(`#!/bin/sh
      echo "$*" >>"$TOP/asked"
      [ "$1" = pack ] || exit 0
      [ "$(grep -c ^pack "$TOP/asked")" -gt ${fails} ] || exit 1
      printf archive >${archive}
      echo ${archive}`),
    asked: '',
  });
  const node = path.dirname(process.execPath);
  const env = { ...process.env, TOP: top, PATH: `${path.join(top, 'bin')}:${node}:${process.env.PATH}` };
  const { status, stderr } = spawnSync('sh', [script('pnpm.sh'), ...words], { env, encoding: 'utf8', timeout: 60_000 });
  const asked = read(top, 'asked').split('\n').filter(Boolean);
  return {
    status,
    stderr,
    packed: asked.filter((line) => line.startsWith('pack ')),
    installed: asked.filter((line) => line.startsWith('install ')).map((line) => line.replace(archive, 'ARCHIVE')),
    left: fs.existsSync(path.join('/tmp', archive)),
  };
}

const INSTALLED = ['install --global --force --no-fund --no-audit --no-update-notifier ./ARCHIVE'];
const hash = (algorithm) => createHash(algorithm).update('archive').digest('hex');

test('the exact version is packed, installed, and its archive removed', (t) => {
  const { status, packed, installed, left } = install(t, ['9.15.4']);
  assert.deepEqual({ status, installed, left }, { status: 0, installed: INSTALLED, left: false });
  assert.equal(packed.length, 1);
  assert.match(packed[0], / pnpm@9\.15\.4$/);
});

test('a failure is tried again twice', (t) => {
  const twice = install(t, ['9.15.4'], 2);
  assert.deepEqual([twice.status, twice.packed.length, twice.installed], [0, 3, INSTALLED]);
  const always = install(t, ['9.15.4'], 9);
  assert.notEqual(always.status, 0);
  assert.deepEqual([always.packed.length, always.installed], [3, []]);
});

test('the checksum that packageManager asks for is checked before anything is installed', (t) => {
  for (const algorithm of ['sha1', 'sha256', 'sha512']) {
    const right = install(t, ['9.15.4', `${algorithm}.${hash(algorithm)}`]);
    assert.deepEqual([right.status, right.installed], [0, INSTALLED], algorithm);
  }
  const wrong = install(t, ['9.15.4', 'sha512.abc']);
  assert.deepEqual([wrong.status, wrong.installed], [1, []]);
  assert.equal(wrong.stderr, `pnpm has the sha512 checksum ${hash('sha512')}, packageManager asks for abc\n`);
});

'use strict';
const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { script, temporary, write, read, program } = require('./tree.cjs');

// Runs pnpm.sh with an npm that notes what it is asked for. Its `pack` fails so many times, then gives an archive: one
// that cannot be unpacked, or of a package with this package.json.
function install(t, words, fails = 0, manifest = undefined) {
  const top = temporary(t);
  // The script works in /tmp, where an image's build has nothing else.
  const archive = `${path.basename(top).replace(' ', '-')}.tgz`;
  t.after(() => fs.rmSync(path.join('/tmp', archive), { force: true }));
  write(top, {
    'bin/npm': program(`#!/bin/sh
      echo "$*" >>"$TOP/asked"
      [ "$1" = pack ] || exit 0
      [ "$(grep -c ^pack "$TOP/asked")" -gt ${fails} ] || exit 1
      cp "$TOP/archive" ${archive}
      echo ${archive}`),
    // Another one that is there already.
    'bin/pnpx': program('#!/bin/sh\necho another'),
    asked: '',
    archive: 'archive',
  });
  if (manifest) {
    write(top, {
      'package/package.json': JSON.stringify(manifest),
      'package/bin/pnpm.cjs': '#!/usr/bin/env node\nconsole.log("the packed one", process.argv[2]);\n',
    });
    assert.equal(spawnSync('tar', ['-czf', path.join(top, 'archive'), '-C', top, 'package']).status, 0);
  }
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
    ran: (name) => spawnSync(name, ['now'], { env, encoding: 'utf8' }).stdout,
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

test('a pnpm that is all in its archive is unpacked beside npm, in the place of one that is there', (t) => {
  const bin = { pnpm: 'bin/pnpm.cjs', pnpx: './bin/pnpm.cjs' };
  for (const more of [{}, { dependencies: {}, scripts: { build: 'x' } }]) {
    const { status, installed, left, ran } = install(t, ['9.15.4'], 0, { bin, ...more });
    assert.deepEqual([status, installed, left], [0, [], false]);
    for (const name of Object.keys(bin)) assert.equal(ran(name), 'the packed one now\n');
  }
});

test('what has more to install, or runs scripts, is installed by npm', (t) => {
  const bin = { pnpm: 'bin/pnpm.cjs', pnpx: 'bin/pnpm.cjs' };
  const kinds = [
    { dependencies: { a: '1' } },
    { optionalDependencies: { a: '1' } },
    { scripts: { preinstall: 'x' } },
    { scripts: { install: 'x' } },
    { scripts: { postinstall: 'x' } },
  ];
  for (const kind of kinds) {
    const { status, installed, ran } = install(t, ['12.1.0'], 0, { bin, ...kind });
    assert.deepEqual([status, installed, ran('pnpx')], [0, INSTALLED, 'another\n']);
  }
});

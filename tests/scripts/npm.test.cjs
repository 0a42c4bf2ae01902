'use strict';
const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { script, temporary, write, read, program } = require('./tree.cjs');

// Runs npm.sh with an npm of another version that notes what it is asked for, and whose `pack` fails so many times.
function replace(t, words, fails = 0) {
  const top = temporary(t);
  // The script works in /tmp, where an image's build has nothing else.
  const archive = `${path.basename(top).replace(' ', '-')}.tgz`;
  t.after(() => fs.rmSync(path.join('/tmp', archive), { force: true }));
  write(top, {
    'bin/npm': program(`#!/bin/sh
      echo "$*" >>"$TOP/asked"
      [ "$1" != --version ] || { echo 10.0.0; exit; }
      [ "$(grep -c ^pack "$TOP/asked")" -gt ${fails} ] || exit 1
      cp "$TOP/archive.tgz" ${archive}
      echo ${archive}`),
    'lib/node_modules/npm/old.js': 'old',
    asked: '',
  });
  for (const name of ['npm', 'npx']) write(top, { [`package/bin/${name}-cli.js`]: `#!/bin/sh\necho "the packed ${name} $1"\n` });
  assert.equal(spawnSync('tar', ['-czf', path.join(top, 'archive.tgz'), '-C', top, 'package']).status, 0);
  const node = path.dirname(process.execPath);
  const env = { ...process.env, TOP: top, PATH: `${path.join(top, 'bin')}:${node}:${process.env.PATH}` };
  const sum = createHash('sha512').update(fs.readFileSync(path.join(top, 'archive.tgz'))).digest('hex');
  const given = words.map((word) => word.replace('RIGHT', sum));
  const { status, stdout, stderr } = spawnSync('sh', [script('npm.sh'), ...given], { env, encoding: 'utf8', timeout: 60_000 });
  return {
    status,
    stdout,
    stderr,
    sum,
    packed: read(top, 'asked').split('\n').filter((line) => line.startsWith('pack ')),
    left: [path.join('/tmp', archive), path.join(top, 'lib/node_modules/npm.new')].filter((file) => fs.existsSync(file)),
    isOld: fs.existsSync(path.join(top, 'lib/node_modules/npm/old.js')),
    ran: (name) => spawnSync(name, ['now'], { env, encoding: 'utf8' }).stdout,
  };
}

test('the exact version takes the place of the one in the image', (t) => {
  const { status, stdout, packed, left, isOld, ran } = replace(t, ['11.6.0']);
  assert.deepEqual({ status, stdout, left, isOld }, { status: 0, stdout: 'the packed npm --version\n', left: [], isOld: false });
  assert.equal(packed.length, 1);
  assert.match(packed[0], / npm@11\.6\.0$/);
  for (const name of ['npm', 'npx']) assert.equal(ran(name), `the packed ${name} now\n`);
});

test('the version that the image has is left as it is', (t) => {
  const { status, packed, isOld } = replace(t, ['10.0.0', 'sha512.abc']);
  assert.deepEqual({ status, packed, isOld }, { status: 0, packed: [], isOld: true });
});

test('a failure is tried again twice', (t) => {
  const twice = replace(t, ['11.6.0'], 2);
  assert.deepEqual([twice.status, twice.packed.length, twice.isOld], [0, 3, false]);
  const always = replace(t, ['11.6.0'], 9);
  assert.notEqual(always.status, 0);
  assert.deepEqual([always.packed.length, always.isOld], [3, true]);
});

test('the checksum that packageManager asks for is checked before anything is replaced', (t) => {
  const right = replace(t, ['11.6.0', 'sha512.RIGHT']);
  assert.deepEqual([right.status, right.isOld], [0, false]);
  const wrong = replace(t, ['11.6.0', 'sha512.abc']);
  assert.deepEqual([wrong.status, wrong.isOld], [1, true]);
  assert.equal(wrong.stderr, `npm has the sha512 checksum ${wrong.sum}, packageManager asks for abc\n`);
});

'use strict';
const assert = require('node:assert/strict');
const { gzipSync } = require('node:zlib');
const test = require('node:test');
const { temporary, write, list, read, run } = require('./tree.cjs');

test('packed texts of an install are unpacked over those that are there, and nothing else is', (t) => {
  const tree = {
    'pnpm-lock.yaml.gz': gzipSync('new\n'),
    'pnpm-lock.yaml': 'old\n',
    'package-lock.json.gz': gzipSync('{}'),
    'services/a/package.json.gz': gzipSync('{}'),
    'services/a/data.json.gz': gzipSync('{}'),
    'services/a/node_modules/b/package.json.gz': 'no gzip',
  };
  const root = write(temporary(t), tree);
  assert.deepEqual(run('unpack.cjs', [root]), { code: 0, stdout: '', stderr: '' });
  assert.deepEqual(list(root), ['package-lock.json', 'pnpm-lock.yaml', 'services/a/data.json.gz', 'services/a/node_modules/b/package.json.gz', 'services/a/package.json']);
  assert.equal(read(root, 'pnpm-lock.yaml'), 'new\n');
});

test('what is cut off stops the install', (t) => {
  const root = write(temporary(t), { 'pnpm-lock.yaml.gz': gzipSync('text').subarray(0, 12) });
  assert.notEqual(run('unpack.cjs', [root]).code, 0);
});

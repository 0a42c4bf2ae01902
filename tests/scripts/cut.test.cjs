'use strict';
const assert = require('node:assert/strict');
const path = require('node:path');
const test = require('node:test');
const { temporary, write, list, run, link } = require('./tree.cjs');

test('a piece has its locations, their programs and the manifests of its projects', (t) => {
  const directory = write(temporary(t), {
    'root/package.json': '{}',
    'root/libs/l/package.json': '{}',
    'root/libs/l/index.js': '',
    'root/libs/l/node_modules/deep/index.js': '',
    'root/node_modules/@s/l': link('../../libs/l'),
    'root/node_modules/a/index.js': '',
    'root/node_modules/a/test/node_modules/own.js': '',
    'root/node_modules/a/node_modules/nested/index.js': '',
    'root/node_modules/other/index.js': '',
    'root/node_modules/.bin/a': link('../a/index.js'),
    'root/node_modules/.bin/other': link('../other/index.js'),
    'list.json': JSON.stringify({
      pieces: [
        { key: 'libs/l', on: '', projects: ['libs/l'], to: 'libs%2Fl', locations: ['libs/l/node_modules/deep', 'node_modules/@s/l', 'node_modules/a', 'node_modules/win'] },
        { key: 'libs/m', on: '', projects: ['libs/m'], locations: ['node_modules/other'] },
      ],
    }),
  });
  const out = path.join(directory, 'out');
  const result = run('cut.cjs', [path.join(directory, 'root'), path.join(directory, 'list.json'), out]);
  assert.deepEqual(result, { code: 0, stdout: '', stderr: '' });
  assert.deepEqual(list(out), [
    'libs%2Fl/libs/l/node_modules/deep/index.js',
    'libs%2Fl/libs/l/package.json',
    'libs%2Fl/node_modules/.bin/a -> ../a/index.js',
    'libs%2Fl/node_modules/@s/l -> ../../libs/l',
    'libs%2Fl/node_modules/a/index.js',
    'libs%2Fl/node_modules/a/test/node_modules/own.js',
  ]);
});

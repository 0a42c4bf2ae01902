'use strict';
const assert = require('node:assert/strict');
const path = require('node:path');
const test = require('node:test');
const { temporary, write, list, read, run, link } = require('./tree.cjs');

// Lays the package `@erp/kernel` at `shared/kernel` over its copies below the roots of a tree.
function inject(t, tree, roots = [''], name = '@erp/kernel', directory = 'shared/kernel') {
  const top = write(temporary(t), tree);
  const result = run('inject.cjs', [...roots.map((root) => path.join(top, root)), '--', `${name}=${path.join(top, directory)}`]);
  assert.deepEqual(result, { code: 0, stdout: '', stderr: '' });
  return top;
}

const KERNEL = { 'shared/kernel/package.json': 'new', 'shared/kernel/dist/index.js': 'built', 'shared/kernel/node_modules/a/index.js': '' };

test('the copy of each set of peers gets the files, and keeps its own node_modules', (t) => {
  const entries = ['@erp+kernel@file+shared+kernel', '@erp+kernel@file+shared+kernel_react@19', 'file+shared+kernel_pnpm8'];
  const copy = (entry) => `node_modules/.pnpm/${entry}/node_modules/@erp/kernel`;
  const tree = { ...KERNEL };
  for (const entry of entries) {
    Object.assign(tree, { [`${copy(entry)}/package.json`]: 'old', [`${copy(entry)}/old.js`]: '', [`${copy(entry)}/node_modules/b/index.js`]: '' });
  }
  const top = inject(t, tree);
  for (const entry of entries) {
    const found = path.join(top, copy(entry));
    assert.deepEqual(list(found), ['dist/index.js', 'node_modules/b/index.js', 'old.js', 'package.json'], entry);
    assert.equal(read(found, 'package.json'), 'new', entry);
  }
});

test('what is no copy of it stays', (t) => {
  const others = {
    'node_modules/.pnpm/@erp+kernel@1.0.0/node_modules/@erp/kernel/package.json': 'published',
    'node_modules/.pnpm/@erp+kernel-extra@file+shared+extra/node_modules/@erp/kernel/package.json': 'another',
    'node_modules/.pnpm/file+shared+other/node_modules/@erp/other/package.json': 'other',
  };
  const top = inject(t, { ...KERNEL, ...others });
  assert.deepEqual(list(path.join(top, 'node_modules')), Object.keys(others).map((file) => file.slice('node_modules/'.length)).sort());
  for (const [file, text] of Object.entries(others)) assert.equal(read(top, file), text);
});

test('with nodeLinker=hoisted the one copy is a directory, and a link is left alone', (t) => {
  const hoisted = inject(t, { ...KERNEL, 'node_modules/@erp/kernel/package.json': 'old' });
  assert.equal(read(hoisted, 'node_modules/@erp/kernel/package.json'), 'new');
  const linked = inject(t, { ...KERNEL, 'elsewhere/package.json': 'old', 'node_modules/@erp/kernel': link('../../elsewhere') });
  assert.deepEqual(list(path.join(linked, 'elsewhere')), ['package.json']);
  assert.equal(read(linked, 'elsewhere/package.json'), 'old');
});

test('each root is looked at, and one without an install is none', (t) => {
  const copy = 'node_modules/.pnpm/@erp+kernel@file+..+shared+kernel/node_modules/@erp/kernel';
  const top = inject(t, { ...KERNEL, [`${copy}/package.json`]: 'old', [`project/${copy}/package.json`]: 'old' }, ['', 'none', 'project']);
  assert.equal(read(top, copy, 'package.json'), 'new');
  assert.equal(read(top, 'project', copy, 'package.json'), 'new');
});

test('links stay as they are, and only the node_modules at the top is left out', (t) => {
  const tree = { 'a=b/c d/dist/node_modules/x.js': '', 'a=b/c d/bin': link('dist/run'), 'a=b/c d/node_modules/y.js': '', 'node_modules/kernel/bin.txt': '' };
  const top = inject(t, tree, [''], 'kernel', 'a=b/c d');
  assert.deepEqual(list(path.join(top, 'node_modules/kernel')), ['bin -> dist/run', 'bin.txt', 'dist/node_modules/x.js']);
});

test('several packages are laid in one run', (t) => {
  const top = write(temporary(t), { 'a/index.js': 'a', 'b/index.js': 'b', 'node_modules/a/': '', 'node_modules/b/': '' });
  run('inject.cjs', [top, '--', `a=${top}/a`, `b=${top}/b`]);
  assert.deepEqual([read(top, 'node_modules/a/index.js'), read(top, 'node_modules/b/index.js')], ['a', 'b']);
});

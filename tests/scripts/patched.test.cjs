'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { temporary, write, run, link } = require('./tree.cjs');

const manifest = (name, version) => JSON.stringify({ name, version });
// A patch as patch-package writes it.
const diff = (file, ...lines) => [`diff --git a/${file} b/${file}`, 'index 1..2 100644', `--- a/${file}`, `+++ b/${file}`, ...lines, ''].join('\n');
const EDIT = (name) => diff(`node_modules/${name}/index.js`, '@@ -1,3 +1,4 @@', ' one', '-two', '+TWO', '+more', ' three');
const CODE = 'one\ntwo\nthree\n';
const EDITED = 'one\nTWO\nmore\nthree\n';

function patched(t, tree, ...projects) {
  const root = write(temporary(t), tree);
  const done = run('patched.cjs', [root, '-', path.join(root, '.patches'), ...projects.map((project) => path.join(root, project))]);
  return { ...done, stderr: done.stderr.replaceAll(root, ''), read: (file) => fs.readFileSync(path.join(root, file), 'utf8'), has: (file) => fs.existsSync(path.join(root, file)) };
}

test('a patch changes, adds, renames and removes files of its package', (t) => {
  const text = [
    EDIT('@s/a'),
    diff('node_modules/@s/a/new.js', 'new file mode 100755', '@@ -0,0 +1,2 @@', '+first', '+last').replace('\n---', '\nnew file mode 100755\n---'),
    'diff --git a/node_modules/@s/a/old.js b/node_modules/@s/a/old.js\ndeleted file mode 100644\n@@ -1 +0,0 @@\n-gone\n',
    'diff --git a/node_modules/@s/a/from.js b/node_modules/@s/a/to.js\nsimilarity index 100%\nrename from node_modules/@s/a/from.js\nrename to node_modules/@s/a/to.js\n',
  ].join('');
  const found = patched(
    t,
    {
      'node_modules/@s/a/package.json': manifest('@s/a', '1.0.0'),
      'node_modules/@s/a/index.js': CODE,
      'node_modules/@s/a/old.js': 'gone\n',
      'node_modules/@s/a/from.js': 'moved\n',
      '.patches/0/patches/@s+a+1.0.0.patch': text,
    },
    '',
  );
  assert.deepEqual([found.code, found.stderr, found.stdout], [0, '', '@s+a+1.0.0.patch is applied to @s/a 1.0.0\n']);
  const of = (name) => found.read(`node_modules/@s/a/${name}`);
  assert.deepEqual([of('index.js'), of('new.js'), of('to.js')], [EDITED, 'first\nlast\n', 'moved\n']);
  assert.deepEqual(['old.js', 'from.js'].map((name) => found.has(`node_modules/@s/a/${name}`)), [false, false]);
  assert.ok(!found.has('.patches'));
});

test('a package is found by its link, inside of another one, or in the store by its version', (t) => {
  const store = 'node_modules/.pnpm';
  const copy = (version, peers = '') => `${store}/c@${version}${peers}/node_modules/c`;
  const tree = {
    'app/node_modules/a': link(`../../${store}/a@1.0.0/node_modules/a`),
    [`${store}/a@1.0.0/node_modules/a/package.json`]: manifest('a', '1.0.0'),
    [`${store}/a@1.0.0/node_modules/a/index.js`]: CODE,
    'node_modules/outer/node_modules/b/package.json': manifest('b', '2.0.0'),
    'node_modules/outer/node_modules/b/index.js': CODE,
    '.patches/0/a+1.0.0+001+first.patch': EDIT('a'),
    '.patches/0/a+1.0.0+002+next.patch': diff('node_modules/a/index.js', '@@ -3,2 +3,2 @@', ' more', '-three', '+THREE'),
    '.patches/0/gone+1.0.0.dev.patch': EDIT('gone'),
    '.patches/1/outer++b+2.0.0.patch': EDIT('outer/node_modules/b'),
    '.patches/1/c+3.0.0.patch': EDIT('c'),
    '.patches/1/README.md': 'x',
    [`${store}/lock.yaml`]: '',
  };
  for (const [version, peers] of [['3.0.0', ''], ['3.0.0', '_d@1.0.0'], ['3.1.0', '']]) {
    tree[`${copy(version, peers)}/package.json`] = manifest('c', version);
    tree[`${copy(version, peers)}/index.js`] = CODE;
  }
  const found = patched(t, tree, 'app', '');
  assert.deepEqual([found.code, found.stderr], [0, '']);
  assert.equal(found.read('app/node_modules/a/index.js'), 'one\nTWO\nmore\nTHREE\n');
  assert.equal(found.read('node_modules/outer/node_modules/b/index.js'), EDITED);
  const copies = [copy('3.0.0'), copy('3.0.0', '_d@1.0.0'), copy('3.1.0')].map((place) => found.read(`${place}/index.js`));
  assert.deepEqual(copies, [EDITED, EDITED, CODE]);
});

test('what is patched already is not patched once more', (t) => {
  const code = 'node_modules/a/index.js';
  const root = write(temporary(t), { 'node_modules/a/package.json': manifest('a', '1.0.0'), [code]: 'one\n' });
  const apply = (name, line) => {
    write(root, { [`.patches/0/${name}`]: diff(code, '@@ -1 +1,2 @@', ' one', `+${line}`) });
    const { stdout, code: status } = run('patched.cjs', [root, '.noted', `${root}/.patches`, root]);
    return [status, stdout, fs.readFileSync(path.join(root, code), 'utf8')];
  };
  const said = (name) => `${name} is applied to a 1.0.0\n`;
  assert.deepEqual(apply('a+1.0.0+001.patch', 'two'), [0, said('a+1.0.0+001.patch'), 'one\ntwo\n']);
  assert.deepEqual(apply('a+1.0.0+001.patch', 'two'), [0, '', 'one\ntwo\n']);
  assert.deepEqual(apply('a+1.0.0+002.patch', 'and'), [0, said('a+1.0.0+002.patch'), 'one\nand\ntwo\n']);
});

test('lines may have moved, and have others at their ends', (t) => {
  const tree = (code) => ({
    'node_modules/a/package.json': manifest('a', '1.2.0'),
    'node_modules/a/index.js': code,
    '.patches/0/a+1.0.0.patch': EDIT('a'),
  });
  const moved = patched(t, tree(`zero\n\n${CODE}`), '');
  assert.deepEqual([moved.code, moved.read('node_modules/a/index.js')], [0, `zero\n\n${EDITED}`]);
  const windows = patched(t, tree('one\r\ntwo\r\nthree\r\n'), '');
  assert.deepEqual([windows.code, windows.read('node_modules/a/index.js')], [0, 'one\r\nTWO\nmore\nthree\r\n']);
  const other = patched(t, tree('one\n2\nthree\n'), '');
  assert.deepEqual(
    [other.code, other.stderr],
    [1, 'the patch a+1.0.0.patch cannot be applied to a 1.2.0: node_modules/a/index.js has other lines than it expects\n'],
  );
});

test('a patch leads to no file but those of its package', (t) => {
  for (const [file, target] of [
    ['node_modules/a/../b/index.js', 'node_modules/b/index.js'],
    ['node_modules/b/index.js', 'node_modules/b/index.js'],
    ['node_modules/a/out/index.js', 'node_modules/b/index.js'],
    ['node_modules/a/link.js', 'node_modules/b/index.js'],
  ]) {
    const found = patched(
      t,
      {
        'node_modules/a/package.json': manifest('a', '1.0.0'),
        'node_modules/a/out': link('../b'),
        'node_modules/a/link.js': link('../b/index.js'),
        'node_modules/b/index.js': CODE,
        '.patches/0/a+1.0.0.patch': diff(file, '@@ -1,3 +1,2 @@', ' one', '-two', ' three'),
      },
      '',
    );
    assert.deepEqual([found.code, found.read(target)], [1, CODE], file);
    assert.match(found.stderr, /it leads to .*, which is not in its package/);
  }
});

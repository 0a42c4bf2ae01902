'use strict';
const assert = require('node:assert/strict');
const test = require('node:test');
const { temporary, write, run } = require('./tree.cjs');

const patch = (from, to = from) => `diff --git a/${from} b/${to}\n--- a/${from}\n+++ b/${to}\n@@ -1 +1 @@\n-../a\n+../../b\n`;
const check = (t, tree) => run('patches.cjs', [write(temporary(t), tree)]);

test('a patch of files of its package passes, whatever its lines hold', (t) => {
  const tree = {
    'patches/a.patch': patch('lib/index.js') + patch('..hidden/a..b/...'),
    'patches/b.diff': 'Subject: ../x\n' + patch('a b/c.js'),
    'package.json': '{"a": "--- ../x"}',
    'vendor/a.tgz': '--- a/../../x',
    'node_modules/a/a.patch': patch('../x'),
  };
  assert.deepEqual(check(t, tree), { code: 0, stdout: '', stderr: '' });
});

for (const text of [
  patch('../../../../pnpm/store/x'),
  patch('lib/index.js', 'lib/../../../x'),
  '--- /dev/null\n+++ b/../x\n',
  '--- /dev/null\n+++ "b/../x"\n',
  '--- /dev/null\n+++ ..\\x\n',
  'diff --git a/a b/a\nrename from a\nrename to ../../x\n',
  'diff --git a/a b/a\r\ncopy from a\r\ncopy to x/..\r\n',
]) {
  test(`a patch that leaves its package is refused: ${JSON.stringify(text.split('\n').at(-2))}`, (t) => {
    const result = check(t, { 'deep/odd name.txt': text, 'package.json': '{}' });
    assert.equal(result.code, 1);
    assert.equal(result.stderr, 'deep/odd name.txt patches a file outside of its package, which is refused\n');
  });
}

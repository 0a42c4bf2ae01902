'use strict';
const assert = require('node:assert/strict');
const path = require('node:path');
const test = require('node:test');
const { temporary, write, list, read, run, link } = require('./tree.cjs');

// Lets the clock that dates changes of files go on.
const tick = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);

// Gathers what scripts wrote into a workspace with the package services/web; returns the result's directory.
function gather(t, repository, scripts, left = [], begun = { 'out/.begun': '' }) {
  const top = temporary(t);
  write(path.join(top, 'app'), repository);
  tick();
  write(top, { 'out/': '', ...begun });
  write(path.join(top, 'app'), scripts);
  const result = run('gather.cjs', [path.join(top, 'app/services/web'), path.join(top, 'out'), path.join(top, 'app'), ...left]);
  assert.deepEqual(result, { code: 0, stdout: '', stderr: '' });
  return path.join(top, 'out');
}

const REPOSITORY = {
  'shared/ui/dist/index.js': '',
  'services/web/package.json': '{}',
  'services/web/index.html': '',
  'services/web/public/assets/hero-2024x768.png': 'hero',
  'services/web/public/a.txt': 'a',
};

test('what scripts wrote is gathered wherever in the workspace it is, and nothing else', (t) => {
  const out = gather(t, REPOSITORY, {
    'services/web/dist/index.html': 'page',
    'dist/web/index.html': 'page',
    'services/web/node_modules/.vite/x.js': '',
    'services/web/.next/server/index.html': '',
    'services/web/dist/.env': 'SECRET=1',
    'services/web/dist/link': link('../package.json'),
  }, ['.next']);
  assert.deepEqual(list(out), ['verbatim.json', 'written/dist/web/index.html', 'written/services/web/dist/index.html']);
});

test('a file that the repository has by its name and its bytes is told', (t) => {
  const out = gather(t, REPOSITORY, {
    'services/web/dist/assets/hero-2024x768.png': 'hero',
    'services/web/dist/assets/a.txt': 'b',
    'services/web/dist/assets/index-BvXk3a_1.js': 'code',
  });
  assert.deepEqual(JSON.parse(read(out, 'verbatim.json')), ['services/web/dist/assets/hero-2024x768.png']);
});

test('without the moment at which scripts began, all of the package counts as written', (t) => {
  const out = gather(t, REPOSITORY, { 'services/web/dist/index.html': '' }, [], {});
  assert.ok(list(out).includes('written/services/web/dist/index.html'));
  assert.ok(list(out).includes('written/services/web/package.json'));
  assert.ok(!list(out).includes('written/shared/ui/dist/index.js'));
});

test('a folder of the site is gathered whole where its page is the repository\'s', (t) => {
  const words = ['whole=public', 'whole=none'];
  const own = { ...REPOSITORY, 'services/web/public/index.html': 'page', 'services/web/public/.env': 'SECRET=1' };
  const out = gather(t, own, { 'services/web/public/main.css': '' }, words);
  const inside = ['a.txt', 'assets/hero-2024x768.png', 'index.html', 'main.css'];
  assert.deepEqual(list(out), ['verbatim.json', ...inside.map((name) => `written/services/web/public/${name}`)]);
  assert.ok(JSON.parse(read(out, 'verbatim.json')).includes('services/web/public/index.html'));
  // What an earlier build left there is no part of the next one's.
  const built = gather(t, own, { 'services/web/public/index.html': 'built' }, words);
  assert.deepEqual(list(built), ['verbatim.json', 'written/services/web/public/index.html']);
});

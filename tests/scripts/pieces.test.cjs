'use strict';
const assert = require('node:assert/strict');
const path = require('node:path');
const test = require('node:test');
const { temporary, write, list, read, run, link } = require('./tree.cjs');

// The target of a link at a path of a tree.
const to = (place, target) => link(path.relative(path.dirname(place), target));
const inStore = (entry, name) => `node_modules/.pnpm/${entry}/node_modules/${name}`;

// A package in the virtual store, with links to those that it depends on: `{ name: entry }`.
function stored(entry, name, links = {}) {
  const tree = { [`${inStore(entry, name)}/index.js`]: entry };
  for (const [other, target] of Object.entries(links)) {
    const place = inStore(entry, other);
    tree[place] = to(place, inStore(target, other));
  }
  return tree;
}

// The links of a project: `{ name: entry }`, or `{ name: '>directory' }` for another project.
function project(directory, links) {
  const tree = directory === '.' ? {} : { [`${directory}/package.json`]: `{"name":"${directory}"}` };
  for (const [name, target] of Object.entries(links)) {
    const place = path.join(directory, 'node_modules', name);
    tree[place] = to(place, target.startsWith('>') ? target.slice(1) : inStore(target, name));
  }
  return tree;
}

// What pnpm hoists of a name.
function hoisted(name, entry) {
  const place = `node_modules/.pnpm/node_modules/${name}`;
  return { [place]: to(place, inStore(entry, name)) };
}

// Cuts a list of pieces, and returns what is left of each.
function cut(t, tree, pieces) {
  const root = write(temporary(t), { 'package.json': '{"devDependencies":{"tool":"1"}}', 'pieces.json': JSON.stringify({ settings: null, pieces }), ...tree });
  const out = temporary(t);
  const { code, stderr } = run('pieces.cjs', [root, path.join(root, 'pieces.json'), out]);
  assert.equal(code, 0, stderr);
  return list(out);
}

const TOOLS = {
  ...project('.', { tool: 'tool@1' }),
  ...stored('tool@1', 'tool', { common: 'common@1' }),
  ...stored('common@1', 'common'),
  'package.json': '{"devDependencies":{"tool":"1"}}',
};

test('a piece is what its project reaches beside what lies below', (t) => {
  const tree = {
    ...TOOLS,
    ...project('libs/a', { '@s/own': '@s+own@1', tool: 'tool@1' }),
    ...stored('@s+own@1', '@s/own', { deep: 'deep@2', common: 'common@1' }),
    ...stored('deep@2', 'deep', { '@s/own': '@s+own@1' }),
    ...stored('deep@1', 'deep'),
    ...project('app', { other: 'other@1', a: '>libs/a' }),
    ...stored('other@1', 'other', { deep: 'deep@1' }),
    ...hoisted('deep', 'deep@1'),
    ...hoisted('common', 'common@1'),
    ...hoisted('@s/own', '@s+own@1'),
    ...hoisted('other', 'other@1'),
  };
  const store = 'libs%2Fa/node_modules/.pnpm';
  assert.deepEqual(cut(t, tree, [{ key: 'libs/a', on: '', projects: ['libs/a'], to: 'libs%2Fa' }]), [
    'libs%2Fa/libs/a/node_modules/@s/own -> ../../../../node_modules/.pnpm/@s+own@1/node_modules/@s/own',
    'libs%2Fa/libs/a/node_modules/tool -> ../../../node_modules/.pnpm/tool@1/node_modules/tool',
    'libs%2Fa/libs/a/package.json',
    `${store}/@s+own@1/node_modules/@s/own/index.js`,
    `${store}/@s+own@1/node_modules/deep -> ../../deep@2/node_modules/deep`,
    `${store}/@s+own@1/node_modules/common -> ../../common@1/node_modules/common`,
    `${store}/deep@2/node_modules/@s/own -> ../../../@s+own@1/node_modules/@s/own`,
    `${store}/deep@2/node_modules/deep/index.js`,
    // pnpm hoisted what the application has; alone it hoists what is there.
    `${store}/node_modules/@s/own -> ../../@s+own@1/node_modules/@s/own`,
    `${store}/node_modules/deep -> ../deep@2/node_modules/deep`,
  ].sort());
});

test('a piece on another one holds what that one lacks', (t) => {
  const tree = {
    ...TOOLS,
    ...project('a', { x: 'x@1' }),
    ...project('b', { a: '>a', x: 'x@1', y: 'y@1' }),
    ...stored('x@1', 'x'),
    ...stored('y@1', 'y', { x: 'x@2' }),
    ...stored('x@2', 'x'),
    ...hoisted('x', 'x@2'),
    ...hoisted('y', 'y@1'),
  };
  const pieces = [
    { key: 'a', on: '', projects: ['a'] },
    { key: 'b', on: 'a', projects: ['b'], to: 'b' },
  ];
  assert.deepEqual(cut(t, tree, pieces), [
    'b/b/node_modules/a -> ../../a',
    'b/b/node_modules/x -> ../../node_modules/.pnpm/x@1/node_modules/x',
    'b/b/node_modules/y -> ../../node_modules/.pnpm/y@1/node_modules/y',
    'b/b/package.json',
    'b/node_modules/.pnpm/node_modules/y -> ../y@1/node_modules/y',
    'b/node_modules/.pnpm/x@2/node_modules/x/index.js',
    'b/node_modules/.pnpm/y@1/node_modules/x -> ../../x@2/node_modules/x',
    'b/node_modules/.pnpm/y@1/node_modules/y/index.js',
  ].sort());
});

test('it is the same whatever else is installed', (t) => {
  const own = { ...TOOLS, ...project('a', { x: 'x@1' }), ...stored('x@1', 'x', { z: 'z@1' }), ...stored('z@1', 'z', {}), ...hoisted('x', 'x@1') };
  const more = { ...own, ...project('b', { z: 'z@2', w: 'w@1' }), ...stored('z@2', 'z'), ...stored('w@1', 'w'), ...hoisted('w', 'w@1'), ...hoisted('x', 'x@1'), ...hoisted('z', 'z@2') };
  const pieces = [{ key: 'a', on: '', projects: ['a'], to: 'a' }];
  assert.deepEqual(cut(t, { ...own, ...hoisted('z', 'z@1') }, pieces), cut(t, more, pieces));
});

test('projects are hoisted where pnpm has hoisted them', (t) => {
  const place = 'node_modules/.pnpm/node_modules/@s/a';
  const tree = { ...TOOLS, ...project('libs/a', { x: 'x@1' }), ...stored('x@1', 'x'), ...project('libs/b', { x: 'x@1' }), [place]: to(place, 'libs/a') };
  tree['libs/a/package.json'] = '{"name":"@s/a"}';
  const found = cut(t, tree, [{ key: 'libs/a', on: '', projects: ['libs/a', 'libs/b'], to: 'a' }]);
  assert.deepEqual(found.filter((line) => line.includes('.pnpm/node_modules')), ['a/node_modules/.pnpm/node_modules/@s/a -> ../../../../libs/a']);
});

test('what is hoisted for imports lies beside the root\'s own, and what is not hoisted is not', (t) => {
  const tree = { ...TOOLS, ...project('a', { x: 'x@1' }), ...stored('x@1', 'x', { z: 'z@1' }), ...stored('z@1', 'z'), 'node_modules/z': link('.pnpm/z@1/node_modules/z') };
  const found = cut(t, tree, [{ key: 'a', on: '', projects: ['a'], to: 'a' }]);
  assert.deepEqual(found.filter((line) => !line.includes('@1/node_modules') || line.includes('->')), [
    'a/a/node_modules/x -> ../../node_modules/.pnpm/x@1/node_modules/x',
    'a/a/package.json',
    'a/node_modules/.pnpm/x@1/node_modules/z -> ../../z@1/node_modules/z',
    'a/node_modules/z -> .pnpm/z@1/node_modules/z',
  ].sort());
});

test('optional packages that are not there, copies of projects and files of packages are taken as they are', (t) => {
  const tree = {
    ...TOOLS,
    ...project('a', { b: 'b@file+b' }),
    ...project('b', {}),
    ...stored('b@file+b', 'b', { gone: 'gone@1' }),
    'a/node_modules/.bin/b': '#!/bin/sh\n',
    'node_modules/.pnpm/b@file+b/node_modules/b/node_modules/.bin/x': '',
    'node_modules/.pnpm/b@file+b/node_modules/b/inside': link('index.js'),
  };
  assert.deepEqual(cut(t, tree, [{ key: 'a', on: '', projects: ['a', 'b'], to: 'a' }]), [
    'a/a/node_modules/.bin/b',
    'a/a/node_modules/b -> ../../node_modules/.pnpm/b@file+b/node_modules/b',
    'a/a/package.json',
    'a/b/package.json',
    'a/node_modules/.pnpm/b@file+b/node_modules/b/index.js',
    'a/node_modules/.pnpm/b@file+b/node_modules/b/inside -> index.js',
    'a/node_modules/.pnpm/b@file+b/node_modules/b/node_modules/.bin/x',
    'a/node_modules/.pnpm/b@file+b/node_modules/gone -> ../../gone@1/node_modules/gone',
  ].sort());
});

test('the workspace of a piece has its projects and the settings', (t) => {
  const root = write(temporary(t), { ...TOOLS, ...project('a', { x: 'x@1' }), ...stored('x@1', 'x'), ...project('apps/[id]', { x: 'x@1' }) });
  const pieces = [
    { key: 'a', on: '', projects: ['a'] },
    { key: 'bare', on: 'a', projects: [] },
    { key: 'apps/[id]', on: 'bare', projects: ['apps/[id]'], to: 'id' },
  ];
  write(root, { 'pieces.json': JSON.stringify({ settings: 'scriptShell: bash\n', pieces }) });
  const out = temporary(t);
  assert.equal(run('pieces.cjs', [root, path.join(root, 'pieces.json'), out]).stderr, '');
  assert.equal(read(out, 'id/pnpm-workspace.yaml'), 'packages: [".","a","apps/\\\\[id\\\\]","bare"]\nscriptShell: bash\n');
});

'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { temporary, write, list, run, link, elf, GLIBC, MUSL, ARM } = require('./tree.cjs');

const STORE = 'node_modules/.pnpm';
const SECONDS = 1_000_000_000;
const entry = (name, at = name) => `${STORE}/${at.replace('/', '+')}@1.0.0/node_modules/${name}`;

// Tidies a tree for a runtime; links are named from the tree's top.
function tidy(t, tree, { runtime = 'gnu/x64', note = '-', links = [] } = {}) {
  const top = write(temporary(t), tree);
  return { top, ...run('tidy.cjs', [top, runtime, String(SECONDS), note, ...links.map((pair) => path.join(top, pair))]) };
}

// What is left of a tree that can be tidied.
function left(t, tree, options) {
  const { top, ...result } = tidy(t, tree, options);
  assert.deepEqual(result, { code: 0, stdout: '', stderr: '' });
  return list(top);
}

const files = (...names) => Object.fromEntries(names.map((name) => [name, '']));

test('what pnpm stamps and what only the install read is removed', (t) => {
  const stays = [`${entry('a')}/.modules.yaml`, `${entry('a')}/lock.yaml`, 'node_modules/.bin/a', `${STORE}/node_modules/b/index.js`, 'services/a b/node_modules/b.js'];
  const goes = [
    'node_modules/.modules.yaml', 'node_modules/.pnpm-workspace-state.json', 'node_modules/.pnpm-workspace-state-v1.json',
    'node_modules/.package-map.json', 'node_modules/lock.yaml', `${STORE}/lock.yaml`, 'node_modules/.cache/a', 'services/a b/node_modules/.modules.yaml',
    'package.json', 'pnpm-lock.yaml', '.npmrc', 'services/a b/package.json', 'shared/kernel/package.json',
    `${STORE}/node_modules/.bin/a`,
  ];
  assert.deepEqual(left(t, files(...stays, ...goes)), stays.sort());
});

test('of a native build its result stays', (t) => {
  const result = ['build/Release/one.node', 'build/Release/libone.so', 'build/Release/libone.so.1.2', 'build/Debug/one.node', 'build/one.js', 'index.js'];
  const rest = [
    'build/Makefile', 'build/config.gypi', 'build/one.target.mk', 'build/binding.Makefile', 'build/gyp-mac-tool', 'build/node_gyp_bins/python3',
    'build/Release/obj.target/one/src/one.o', 'build/Release/.deps/a.d', 'build/Release/one.a', 'build/Debug/obj/a.o',
    'build-tmp-napi-v8/Release/one.node',
  ];
  const below = (names) => names.map((name) => `${entry('one')}/${name}`);
  assert.deepEqual(left(t, files(...below(result), ...below(rest))), below(result).sort());
});

test('a directory `build` that node-gyp did not make stays whole', (t) => {
  const names = ['build/index.js', 'build/Release/notes.txt', 'build/obj/a.js'].map((name) => `${entry('one')}/${name}`);
  assert.deepEqual(left(t, files(...names)), names.sort());
});

test('what node-gyp writes astray is removed', (t) => {
  const stays = [`${entry('addon')}/index.js`, `${entry('one')}/index.js`];
  const goes = [`${entry('one')}/addon@1.0.0/node_modules/addon/addon_api.stamp`, `${STORE}/addon@1.0.0/nothing.target.mk`, `${STORE}/addon@1.0.0/Release/obj/a.o`];
  assert.deepEqual(left(t, files(...stays, ...goes)), stays.sort());
});

test('an injected package moves to the name that it is given, and its old name leads there', (t) => {
  const old = '@erp+kernel@file+shared+kernel_react@19';
  const tree = {
    [`${STORE}/${old}/node_modules/@erp/kernel/index.js`]: '',
    [`${STORE}/${old}/node_modules/react`]: link('../../react@19/node_modules/react'),
    [`${STORE}/react@19/node_modules/react/index.js`]: '',
    'services/a b/node_modules/@erp/kernel': link(`../../../../${STORE}/${old}/node_modules/@erp/kernel`),
  };
  const links = ['services/a b/node_modules/@erp/kernel=kernel-1', 'services/none/node_modules/@erp/kernel=kernel-2'];
  assert.deepEqual(left(t, tree, { links }), [
    `${STORE}/${old} -> kernel-1`,
    `${STORE}/kernel-1/node_modules/@erp/kernel/index.js`,
    `${STORE}/kernel-1/node_modules/react -> ../../react@19/node_modules/react`,
    `${STORE}/react@19/node_modules/react/index.js`,
    `services/a b/node_modules/@erp/kernel -> ../../../../${STORE}/${old}/node_modules/@erp/kernel`,
  ].sort());
});

test('a package that two importers link to moves once, and one outside of the store does not', (t) => {
  const tree = {
    [`${STORE}/k@file/node_modules/k/index.js`]: '',
    'a/node_modules/k': link(`../../${STORE}/k@file/node_modules/k`),
    'b/node_modules/k': link(`../../${STORE}/k@file/node_modules/k`),
    'b/node_modules/l/index.js': '',
  };
  assert.deepEqual(left(t, tree, { links: ['a/node_modules/k=k-1', 'b/node_modules/k=k-1', 'b/node_modules/l=l-1'] }), [
    `a/node_modules/k -> ../../${STORE}/k@file/node_modules/k`,
    `b/node_modules/k -> ../../${STORE}/k@file/node_modules/k`,
    'b/node_modules/l/index.js',
    `${STORE}/k-1/node_modules/k/index.js`,
    `${STORE}/k@file -> k-1`,
  ].sort());
});

test('a binary that the runtime cannot load is refused with the base that can', (t) => {
  const tree = { [`${entry('@scope/one')}/build/Release/one.node`]: elf(MUSL), [`${entry('two')}/two.node`]: elf(GLIBC) };
  const gnu = tidy(t, tree);
  assert.equal(gnu.code, 1);
  assert.equal(gnu.stderr, `${entry('@scope/one')}: no binary for glibc, so the service would fail when it loads one; write base = "alpine" in the manifest\n`);
  const musl = tidy(t, tree, { runtime: 'musl/x64' });
  assert.equal(musl.code, 1);
  assert.equal(musl.stderr, `${entry('two')}: no binary for musl, so the service would fail when it loads one; write base = "debian" in the manifest\n`);
});

test('a package that the runtime cannot load is noted where another image can be chosen', (t) => {
  const tree = { [`${entry('@scope/one')}/one.node`]: elf(MUSL), [`${entry('two')}/two.node`]: elf(GLIBC) };
  const { top, ...result } = tidy(t, tree, { runtime: 'musl/x64', note: '.note.json' });
  assert.deepEqual(result, { code: 0, stdout: '', stderr: '' });
  assert.deepEqual(JSON.parse(fs.readFileSync(path.join(top, '.note.json'), 'utf8')), [entry('two')]);
  assert.equal(fs.statSync(path.join(top, '.note.json')).mtimeMs, SECONDS * 1000);
  const right = tidy(t, { [`${entry('one')}/one.node`]: elf(MUSL) }, { runtime: 'musl/x64', note: '.note.json' });
  assert.deepEqual([right.code, fs.existsSync(path.join(right.top, '.note.json'))], [0, false]);
});

test('a package that has a binary for the runtime is taken, and what says nothing of a C library', (t) => {
  const one = entry('one');
  for (const tree of [
    { [`${one}/a.node`]: elf(MUSL), [`${one}/b.node`]: elf(GLIBC) },
    { [`${one}/a.node`]: elf(MUSL, { machine: ARM }) },
    { [`${one}/a.node`]: elf('libm.so.6') },
    { [`${one}/a.node`]: 'short', [`${one}/b.node`]: 'no ELF file, but it says libc.musl- somewhere' },
    { [`${one}/a.so`]: elf(MUSL) },
    { [`${one}/a.node`]: elf(MUSL), [`${one}/package.json`]: '{"libc": ["musl"]}' },
    { [`${one}/a.node`]: elf(MUSL), [`${one}/package.json`]: '{"os": ["linux"]}' },
  ]) {
    assert.deepEqual(left(t, tree), Object.keys(tree).sort());
  }
});

test('the processor may be another one than this', (t) => {
  const arm = { [`${entry('one')}/a.node`]: elf(MUSL, { machine: ARM }) };
  assert.equal(tidy(t, arm, { runtime: 'gnu/arm64' }).code, 1);
  assert.equal(tidy(t, arm, { runtime: 'gnu/x64' }).code, 0);
  // Debian's musl is called `libc.so`.
  assert.equal(tidy(t, { [`${entry('one')}/a.node`]: elf('libc.so') }, { runtime: 'gnu/x64' }).code, 1);
});

test('without a processor it is the one that the install runs on', (t) => {
  const machine = { x64: 62, arm64: ARM }[process.arch];
  if (machine === undefined) return t.skip(`no bases for ${process.arch}`);
  assert.equal(tidy(t, { [`${entry('one')}/a.node`]: elf(MUSL, { machine }) }, { runtime: 'gnu' }).code, 1);
});

test('files, links and directories have one time, and so has the root', (t) => {
  const outside = path.join(temporary(t), 'outside');
  fs.writeFileSync(outside, '');
  const before = fs.statSync(outside).mtimeMs;
  const { top, code } = tidy(t, { [`${entry('a')}/lib/index.js`]: '', [`${entry('a')}/out`]: link(outside), 'node_modules/a': link(`../${entry('a')}`), 'node_modules/gone': link('none') });
  assert.equal(code, 0);
  const all = fs.readdirSync(top, { recursive: true, withFileTypes: true }).map((found) => path.join(found.parentPath ?? found.path, found.name));
  assert.ok(all.length > 8, String(all));
  for (const file of [top, ...all]) assert.equal(fs.lstatSync(file).mtimeMs, SECONDS * 1000, file);
  assert.equal(fs.statSync(outside).mtimeMs, before);
});

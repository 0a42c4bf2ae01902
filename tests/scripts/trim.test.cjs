'use strict';
const assert = require('node:assert/strict');
const test = require('node:test');
const { temporary, write, list, run, link, elf, GLIBC, MUSL, ARM } = require('./tree.cjs');

const entry = (name) => `node_modules/.pnpm/${name.replace('/', '+')}@1.0.0/node_modules/${name}`;

// Trims a tree; what is left of it.
function trim(t, tree, { runtime = 'gnu/x64', whole = [] } = {}) {
  const top = write(temporary(t), tree);
  assert.deepEqual(run('trim.cjs', [top, runtime, ...whole]), { code: 0, stdout: '', stderr: '' });
  return list(top);
}

// Trims a package with a manifest among other files; what is left of it beside the manifest.
function left(t, manifest, tree, { beside = {}, ...options } = {}) {
  const package_ = { 'package.json': JSON.stringify({ name: 'one', ...manifest }), ...(Array.isArray(tree) ? files(tree) : tree) };
  const all = Object.entries(package_).map(([file, content]) => [`${entry('one')}/${file}`, content]);
  const prefix = `${entry('one')}/`;
  const found = trim(t, { ...Object.fromEntries(all), ...beside }, options).filter((file) => file.startsWith(prefix));
  return found.map((file) => file.slice(prefix.length)).filter((file) => file !== 'package.json');
}

const files = (names) => Object.fromEntries(names.map((name) => [name, '']));

const DECLARATIONS = ['index.d.ts', 'lib/a.d.cts', 'lib/a.d.css.ts', 'lib/a.js.flow'];
const SOURCES = ['src/a.mts', 'src/b.tsx'];

test('declarations, maps and sources go, and directories that they alone were in', (t) => {
  const maps = ['index.js.map', 'lib/a.d.cts.map', 'style.css.map'];
  const rest = ['data.map', 'index.js', 'lib/a.json', 'style.css'];
  assert.deepEqual(left(t, {}, [...DECLARATIONS, ...SOURCES, ...maps, ...rest]), rest);
});

test('packages that are named stay as they were published', (t) => {
  const all = ['index.d.ts', 'index.js.map'];
  assert.deepEqual(left(t, {}, all, { whole: ['two', 'one'] }), all);
  assert.deepEqual(left(t, { name: '@scope/one' }, all, { whole: ['@scope/one'] }), all);
  assert.deepEqual(left(t, { name: '@scope/one' }, all, { whole: ['one'] }), []);
});

test('what the metadata names to be loaded stays', (t) => {
  for (const manifest of [
    { main: 'index.js.map' },
    { main: './index.js.map' },
    { bin: { one: 'index.js.map' } },
    { browser: { './index.js.map': false } },
    { exports: { './map': { import: [{ default: './index.js.map' }] } } },
    { imports: { '#map': './index.js.map' } },
  ]) {
    assert.deepEqual(left(t, manifest, ['index.js.map', 'other.js.map']), ['index.js.map'], JSON.stringify(manifest));
  }
  // A type condition is for a compiler.
  assert.deepEqual(left(t, { types: 'a.d.ts', exports: { types: './a.d.ts', 'types@>=5': './b.d.ts' } }, ['a.d.ts', 'b.d.ts']), []);
  // A manifest below the top names what lies beside it.
  assert.deepEqual(left(t, {}, { 'esm/package.json': '{"main": "index.js.map"}', 'esm/index.js.map': '', 'index.js.map': '' }), ['esm/index.js.map', 'esm/package.json']);
});

test('declarations stay where the code speaks of them, sources where one is loaded', (t) => {
  const code = { 'index.js': 'read(name + ".d.ts")' };
  assert.deepEqual(left(t, {}, { ...files([...DECLARATIONS, ...SOURCES]), ...code }), ['index.js', ...DECLARATIONS].sort());
  assert.deepEqual(left(t, { main: 'src/a.mts' }, [...DECLARATIONS, ...SOURCES]), SOURCES);
});

test('declarations and sources stay where a compiler is among the dependencies', (t) => {
  const all = [...DECLARATIONS, ...SOURCES].sort();
  const service = (manifest) => ({ 'services/a b/package.json': JSON.stringify(manifest), 'services/a b/node_modules/two': link(`../../../${entry('two')}`) });
  const two = (manifest) => ({
    [`${entry('two')}/package.json`]: JSON.stringify({ name: 'two', ...manifest }),
    'node_modules/.pnpm/two@1.0.0/node_modules/typescript': link('../../typescript@1.0.0/node_modules/typescript'),
    [`${entry('typescript')}/package.json`]: '{"name": "typescript"}',
  });
  const dependsOnTwo = service({ dependencies: { two: '1' } });
  for (const [beside, kept] of [
    [{ ...dependsOnTwo, ...two({ dependencies: { typescript: '5' } }) }, all],
    [{ ...dependsOnTwo, ...two({ optionalDependencies: { typescript: '5' } }) }, all],
    [{ ...dependsOnTwo, ...two({ peerDependencies: { typescript: '5' } }) }, all],
    [{ ...dependsOnTwo, ...two({ peerDependencies: { typescript: '5' }, peerDependenciesMeta: { typescript: { optional: true } } }) }, []],
    [{ ...dependsOnTwo, ...two({ devDependencies: { typescript: '5' } }) }, []],
    [{ ...service({ devDependencies: { two: '1' } }), ...two({ dependencies: { typescript: '5' } }) }, []],
  ]) {
    assert.deepEqual(left(t, {}, all, { beside }), kept, JSON.stringify(beside));
  }
});

test('documents go at the top, where the licence has a file of its own', (t) => {
  const documents = ['CHANGELOG', 'History.txt', 'README-de.md', 'README.md', 'SECURITY.md', 'code-of-conduct.md', 'migrating.rst'];
  const stays = ['LICENSE.md', 'docs/README.md', 'guide.md', 'readme.html', 'security.js'];
  assert.deepEqual(left(t, {}, [...documents, ...stays]), stays);
  assert.deepEqual(left(t, {}, documents), documents);
  const read = { 'index.js': 'fs.readFileSync("README.md")', LICENCE: '', 'README.md': '', 'CHANGELOG.md': '' };
  assert.deepEqual(left(t, {}, read), ['LICENCE', 'README.md', 'index.js']);
});

test('the directory that the metadata names as the tests goes, but for licences', (t) => {
  const all = ['index.js', 'test/LICENSE', 'test/a.js', 'test/data/b.json'];
  const kept = ['index.js', 'test/LICENSE'];
  assert.deepEqual(left(t, { scripts: { test: 'mocha test/*.js' } }, all), kept);
  assert.deepEqual(left(t, { scripts: { 'test:unit': "tape './test/a.js'" } }, all), kept);
  assert.deepEqual(left(t, { directories: { test: './test' } }, all), kept);
  assert.deepEqual(left(t, { scripts: { build: 'cp test' } }, all), all);
  assert.deepEqual(left(t, {}, all), all);
  // The code, or the metadata, leads there.
  assert.deepEqual(left(t, { directories: { test: 'test' }, exports: { './a': './test/a.js' } }, all), all);
  assert.deepEqual(left(t, { directories: { test: 'test' } }, { ...files(all), 'index.js': 'require("./test/a.js")' }), all);
  assert.deepEqual(left(t, { directories: { test: 'lib' } }, ['lib/a.js']), ['lib/a.js']);
  // What the tests themselves speak of is no use by the package.
  assert.deepEqual(left(t, { directories: { test: 'test' } }, { ...files(all), 'test/a.js': 'require("../test/b")' }), kept);
});

test('what a native module is compiled from goes where node-gyp builds it', (t) => {
  const native = ['deps/lib.a', 'src/one.cc', 'src/one.h', 'src/one.o'];
  assert.deepEqual(left(t, {}, [...native, 'binding.gyp']), ['binding.gyp']);
  assert.deepEqual(left(t, { name: 'node-addon-api' }, [...native, 'index.js']), ['index.js']);
  assert.deepEqual(left(t, {}, native), native);
});

test('machine code for another system or processor goes, by its header', (t) => {
  const word = (magic) => {
    const bytes = Buffer.alloc(64);
    bytes.writeUInt32BE(magic);
    return bytes;
  };
  const foreign = {
    'arm.node': elf(GLIBC, { machine: ARM }), 'bsd.node': elf(GLIBC, { abi: 9 }), 'win.node': word(0x4d5a9000), 'win.exe': word(0x4d5a9000),
    'mac.node': word(0xcffaedfe), 'mac.dylib': word(0xcafebabe), 'lib.so.1': elf(GLIBC, { machine: ARM }),
  };
  const own = { 'linux.node': elf(GLIBC), 'gnu.node': elf(GLIBC, { abi: 3 }), 'none.node': elf('libm.so.6'), 'short.node': 'MZ', 'text.so': 'x'.repeat(99), 'win.dat': word(0x4d5a9000) };
  assert.deepEqual(left(t, {}, { ...foreign, ...own }), Object.keys(own).sort());
  assert.deepEqual(left(t, { main: 'win.node' }, { 'win.node': word(0x4d5a9000) }), ['win.node']);
  const both = { 'arm.node': elf(GLIBC, { machine: ARM }), 'x64.node': elf(GLIBC) };
  assert.deepEqual(left(t, {}, both, { runtime: 'gnu/arm64' }), ['arm.node']);
});

test('machine code for another C library goes where the package has some for the runtime', (t) => {
  const both = { 'gnu.node': elf(GLIBC), 'musl.node': elf(MUSL) };
  assert.deepEqual(left(t, {}, both), ['gnu.node']);
  assert.deepEqual(left(t, {}, both, { runtime: 'musl/x64' }), ['musl.node']);
  // One to choose from, or a mistake: `tidy.cjs` tells.
  assert.deepEqual(left(t, {}, { 'musl.node': elf(MUSL) }), ['musl.node']);
});

test('packages are found wherever they lie, and each is its own', (t) => {
  const gone = ['node_modules/hoisted/a.d.ts', 'node_modules/@scope/a/a.d.ts', 'node_modules/hoisted/node_modules/nested/a.d.ts', 'services/a b/node_modules/own/a.d.ts'];
  const stays = ['node_modules/.bin/a.d.ts', 'node_modules/hoisted/index.js', 'services/a b/index.d.ts', 'common/a.d.ts'];
  // Neither package speaks of declarations for the one that lies in it, or that it lies in.
  const speaks = { 'node_modules/speaks/index.js': '".d.ts"', 'node_modules/speaks/a.d.ts': '', 'node_modules/speaks/node_modules/quiet/a.d.ts': '' };
  const spoken = { 'node_modules/quiet/a.d.ts': '', 'node_modules/quiet/node_modules/speaks/index.js': '".d.ts"', 'node_modules/quiet/node_modules/speaks/a.d.ts': '' };
  const found = trim(t, { ...files([...gone, ...stays]), ...speaks, ...spoken, 'node_modules/linked': link('../common') });
  const left = ['node_modules/linked -> ../common', 'node_modules/speaks/a.d.ts', 'node_modules/speaks/index.js', ...Object.keys(spoken).slice(1)];
  assert.deepEqual(found.filter((file) => !file.endsWith('/')), [...stays, ...left].sort());
});

test('a manifest that is broken or missing names nothing', (t) => {
  for (const text of ['{', 'null', '[]']) {
    const tree = { [`${entry('one')}/package.json`]: text, [`${entry('one')}/a.d.ts`]: '', [`${entry('one')}/index.js`]: '', 'package.json': text };
    assert.deepEqual(trim(t, tree), [`${entry('one')}/index.js`, `${entry('one')}/package.json`, 'package.json'], text);
  }
  assert.deepEqual(trim(t, { 'node_modules/': '' }), ['node_modules/']);
});

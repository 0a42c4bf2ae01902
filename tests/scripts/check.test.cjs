'use strict';
const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { temporary, write, read, run, script, program, link } = require('./tree.cjs');

// Starts a command in a directory with these files, and returns what is missing, and what the programs printed.
function check(t, tree, start) {
  const top = fs.realpathSync(write(temporary(t), { ...tree, 'out/': '' }));
  const report = path.join(top, 'out/loaded.json');
  const whole = { entry: null, candidates: [], search: [], ...start, packages: (start.packages ?? []).map((name) => path.join(top, name)) };
  const result = run('check.cjs', [report, JSON.stringify(whole)], { cwd: top, flags: ['--no-warnings', '--experimental-vm-modules'] });
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(fs.readdirSync(path.dirname(report)), ['loaded.json']);
  const { missing, undeclared, foreign } = JSON.parse(read(report).replaceAll(`${top}/`, ''));
  return { missing, undeclared, foreign, said: result.stderr };
}
const node = (tree, file = Object.keys(tree)[0]) => (t) => check(t, tree, { command: [process.execPath, file] });

const MISSING = {
  'a module': [node({ 'a.js': "require('ms/x')" }), { kind: 'module', name: 'ms/x', from: 'a.js', isFatal: true }],
  'a package of a module': [node({ 'a.mjs': "import 'ms'" }), { kind: 'module', name: 'ms', from: 'a.mjs', isFatal: true }],
  'a file of a module': [node({ 'a.mjs': "import './b.mjs'" }), { kind: 'module', name: 'b.mjs', from: 'a.mjs', isFatal: true }],
  'a module that is loaded later': [node({ 'a.js': "setTimeout(() => require('./late'), 50)" }), { kind: 'module', name: './late', from: 'a.js', isFatal: true }],
  'a module of a promise': [node({ 'a.js': "import('ms')" }), { kind: 'module', name: 'ms', from: 'a.js', isFatal: true }],
  'a module behind another error': [
    node({ 'a.js': "try { require('ms') } catch (cause) { throw new Error('no ms', { cause }) }" }),
    { kind: 'module', name: 'ms', from: 'a.js', isFatal: true },
  ],
  'a module that the program tells of and ends': [
    node({ 'a.js': "try { require('ms') } catch { console.log('The \"ms\" package is missing'); process.exit(1) }" }),
    { kind: 'module', name: 'ms', from: 'a.js' },
  ],
  'a module that it tells of and aborts': [
    node({ 'a.js': "try { require('ms') } catch (error) { require('fs').writeSync(2, error.message); process.abort() }" }),
    { kind: 'module', name: 'ms', from: 'a.js' },
  ],
  'a file': [node({ 'a.js': "require('fs').readFileSync('b/c.hbs')" }), { kind: 'file', name: 'b/c.hbs', isFatal: true }],
  'files that the program tells of and ends': [
    node({
      'a.js': "for (const file of ['.env', 'b/c.proto', '.env']) try { require('fs').readFileSync(file) } catch (error) { console.log('ERROR ' + error.message) } process.exit(1)",
    }),
    { kind: 'file', name: '.env', others: ['b/c.proto'] },
  ],
  'a file that it tells of in its own words': [
    node({ 'a.js': "console.error(`Error: ${process.cwd()}/dist/app.js doesn't exist, ${__filename} was not found`); process.exit(1)" }),
    { kind: 'file', name: 'dist/app.js', others: [] },
  ],
  'native code of another system': [
    node({ 'a.js': "require('./b.node')", 'b.node': 'no code' }),
    ({ kind, name, from }) => kind === 'native' && name.includes('b.node') && from.endsWith('b.node'),
  ],
  'native code that was never built': [
    node({
      'a.js': "require('x')",
      'node_modules/x/index.js': "throw new Error('Could not locate the bindings file. Tried:\\n → ' + __dirname + '/build/x.node\\n → y')",
    }),
    { kind: 'unbuilt', name: 'Could not locate the bindings file. Tried:', from: 'node_modules/x/build/x.node', isFatal: true },
  ],
  'native code of which the program tells and ends': [
    node({ 'a.js': "console.log('Error: No native build was found for platform=linux\\n    loaded from: /app/node_modules/y'); process.exit(1)" }),
    { kind: 'unbuilt', name: 'No native build was found for platform=linux', from: '/app/node_modules/y' },
  ],
  'native code by its path': [
    node({ 'a.js': "require(__dirname + '/b.node')" }),
    ({ kind, name, from }) => kind === 'unbuilt' && name.includes('b.node') && from.endsWith('b.node'),
  ],
  'a program': [(t) => check(t, {}, { command: ['tsx', 'a.ts'] }), { kind: 'program', name: 'tsx' }],
  'a program of a shell': [(t) => check(t, {}, { command: ['sh', '-c', 'no-orm migrate && node a.js'] }), { kind: 'program', name: 'no-orm' }],
  'a program in the place of another shell': [
    (t) => check(t, {}, { command: ['bash', '-c', 'cat none; exec no-orm start'] }),
    { kind: 'program', name: 'no-orm' },
  ],
  'a program by its path': [(t) => check(t, {}, { command: ['bash', '-c', './bin/no-orm start'] }), { kind: 'file', name: 'bin/no-orm' }],
  'a program of a file for a shell': [
    (t) => check(t, { 'start.sh': program('true\nset -e\n@acme/no-orm migrate') }, { command: ['./start.sh'] }),
    { kind: 'program', name: '@acme/no-orm' },
  ],
  'a program that env is to run': [(t) => check(t, {}, { command: ['env', 'A=1', 'no-orm'] }), { kind: 'program', name: 'no-orm' }],
  'a program, in the words of busybox': [
    (t) => check(t, {}, { command: ['sh', '-c', 'echo "./start.sh: line 3: no-orm: not found" >&2; exit 127'] }),
    { kind: 'program', name: 'no-orm' },
  ],
  'a module of a program that it starts': [
    node({ 'a.js': "require('child_process').spawn(process.execPath, ['b.js'], { stdio: 'inherit' })", 'b.js': "require('ms')" }),
    { kind: 'module', name: 'ms', from: 'b.js', isFatal: true },
  ],
};
for (const [name, [start, expected]] of Object.entries(MISSING)) {
  test(`what is missing is told: ${name}`, (t) => {
    const { missing } = start(t);
    if (typeof expected === 'function') assert.ok(expected(missing), JSON.stringify(missing));
    else assert.deepEqual(missing, expected);
  });
}

const RIGHT = {
  'a service that listens': node({ 'a.js': "require('http').createServer().listen(0); setInterval(() => {}, 1)" }),
  'a worker that waits': node({ 'a.js': 'setInterval(() => {}, 60_000)' }),
  'a program that ends': node({ 'a.js': '' }),
  'an error of its own': node({ 'a.js': "throw Object.assign(new Error('no database'), { code: 'ECONNREFUSED' })" }),
  'an end with an error': node({ 'a.js': 'process.exit(3)' }),
  'a program that a shell does without': (t) => check(t, {}, { command: ['sh', '-c', 'no-orm migrate || exit 1'] }),
  'a module that may be missing': node({ 'a.js': "try { require('fsevents') } catch {}" }),
  'one that may, and an end for another reason': node({ 'a.js': "try { require('fsevents') } catch {} console.error('DATABASE_URL is not set'); process.exit(1)" }),
  'a file that is looked for': node({ 'a.js': "try { require('fs').statSync('.env') } catch {}" }),
};
for (const [name, start] of Object.entries(RIGHT)) {
  test(`nothing is missing: ${name}`, (t) => {
    assert.equal(start(t).missing, undefined);
  });
}

// Starts a command in files that are another user's: who may be everybody else is so, and who may not has them read-only.
function asUser(t, tree, command) {
  // The directories of tests are their user's alone.
  const top = fs.mkdtempSync('/tmp/check-');
  const copy = path.join(top, 'check.cjs');
  fs.copyFileSync(script('check.cjs'), copy);
  write(top, { 'out/': '', ...tree });
  const app = path.join(top, 'app');
  for (const directory of ['.', 'data']) fs.chmodSync(path.join(app, directory), 0o555);
  t.after(() => {
    for (const directory of ['.', 'data']) fs.chmodSync(path.join(app, directory), 0o755);
    fs.rmSync(top, { recursive: true });
  });
  fs.chmodSync(path.join(app, 'data/b.json'), 0o444);
  fs.chmodSync(path.join(app, 'data/hidden.json'), 0);
  fs.chmodSync(top, 0o755);
  const user = process.getuid?.() === 0 ? { uid: 1001, gid: 1001 } : undefined;
  const start = { command, entry: null, candidates: [], search: [], user, packages: [] };
  const env = { PATH: process.env.PATH };
  const report = path.join(top, 'out/loaded.json');
  const result = spawnSync(process.execPath, [copy, report, JSON.stringify(start)], { cwd: app, env: { ...env, ...(!user && { HOME: app }) }, encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
  return JSON.parse(read(report).replaceAll(`${app}/`, '').replaceAll(app, '.')).missing;
}

const DENIED = {
  'a directory that it makes': ["require('fs').mkdirSync('logs/app/today', { recursive: true })", { name: 'logs', from: 'logs/app/today' }],
  'a file in a directory that is there': ["require('fs').writeFileSync('data/a.json', '')", { name: 'data', isThere: true, from: 'data/a.json' }],
  'a file that is there': ["require('fs').appendFileSync('data/b.json', '')", { name: 'data', isThere: true, from: 'data/b.json' }],
  'a stream': ["require('fs').createWriteStream('data/a.log')", { name: 'data', isThere: true, from: 'data/a.log' }],
  'beside its code': ["require('fs').writeFileSync('a.log', '')", { name: '.', from: 'a.log', isThere: true, holdsCode: true }],
  'beside all directories': ["require('fs').writeFileSync('/a.log', '')", { name: '/', from: '/a.log', isThere: true }],
  'below its home': ["require('fs').mkdirSync(require('os').homedir() + '/.cache/x', { recursive: true })", { name: '.cache', from: '.cache/x' }],
  'what it tells of in its own words': [
    "try { require('fs').mkdirSync('uploads') } catch (error) { console.error('FATAL', error.message); process.exit(1) }",
    { name: 'uploads', from: 'uploads' },
  ],
  'nothing, where it goes on without': ["try { require('fs').mkdirSync('logs') } catch {} setInterval(() => {}, 1000)", undefined],
  'nothing that cannot be read': ["require('fs').readFileSync('data/hidden.json')", undefined],
};
for (const [name, [text, expected]] of Object.entries(DENIED)) {
  test(`what the image's user may not write is told: ${name}`, (t) => {
    const tree = { 'app/a.js': text, 'app/data/b.json': '', 'app/data/hidden.json': '' };
    const missing = asUser(t, tree, [process.execPath, 'a.js']);
    if (expected === undefined) assert.equal(missing?.kind === 'denied', false, JSON.stringify(missing));
    else assert.deepEqual({ ...missing, isFatal: undefined }, { kind: 'denied', ...expected, isFatal: undefined });
  });
}

test('of the files that may be started the first that is there is', (t) => {
  const tree = { 'dist/main.js': "console.log('main')", 'dist/src/main.js': '' };
  const start = { command: [process.execPath, 'x'], entry: 1, candidates: ['none.js', 'dist/main.js', 'dist/src/main.js'] };
  assert.match(check(t, tree, start).said, /main/);
});

test('programs are looked for where the image has them', (t) => {
  const tree = { 'node_modules/.bin/serve': program('#!/bin/sh\necho found') };
  const { said, missing } = check(t, tree, { command: ['serve'], search: ['node_modules/.bin'] });
  assert.deepEqual([said, missing], ['found\n', undefined]);
});

test('a program that never rests is ended', (t) => {
  assert.equal(check(t, { 'a.js': 'for (;;);' }, { command: [process.execPath, 'a.js'] }).missing, undefined);
});

// Starts api/main.js over the package lib, and returns the names that are found to be missing.
function undeclared(t, tree) {
  const linked = { 'api/node_modules/lib': link('../../lib'), 'lib/package.json': '{ "name": "lib", "main": "a.js" }', ...tree };
  const found = check(t, linked, { command: [process.execPath, 'api/main.js'], packages: ['api', 'lib'] }).undeclared;
  return found?.map(({ name, from, imported }) => `${name} of ${from}${imported ? ', imported' : ''}`);
}

const UNDECLARED = {
  'what is loaded by and by': [
    { 'api/main.js': "setTimeout(() => { require('ms'); require('@a/b/c') }, 100_000)" },
    ['@a/b of api/main.js', 'ms of api/main.js'],
  ],
  'what a file behind the first one loads': [
    { 'api/main.js': "if (0) require('./b/../c')", 'api/c/index.js': "if (0) import('ms')" },
    ['ms of api/c/index.js'],
  ],
  'what a package of the workspace loads': [{ 'api/main.js': "if (0) require('lib')", 'lib/a.js': "require('tslib')" }, ['tslib of lib/a.js']],
  'what only import finds in such a package': [
    {
      'api/main.js': "if (0) import('lib/x')",
      'lib/package.json': '{ "exports": { "./x": { "import": { "default": "./x.mjs" } }, "./y": "./y.js" } }',
      'lib/x.mjs': 'import{a}from"tslib";export*from"ms";import"x"',
      'lib/y.js': "require('y')",
    },
    ['ms of lib/x.mjs, imported', 'tslib of lib/x.mjs, imported', 'x of lib/x.mjs, imported'],
  ],
  'what TypeScript loads, by the names of what it becomes': [
    {
      'api/main.js': "if (0) require('./a.ts')",
      'api/a.ts': "import { b } from './b.js';\nimport type { T } from 'types';\nexport type { U } from 'types';\nimport { type V, v } from 'ms';",
      'api/b.ts': "import 'x'",
    },
    ['ms of api/a.ts', 'x of api/b.ts, imported'],
  ],
  'what a statement imports, and not a text of one or a call': [
    {
      'api/main.js': "if (0) import('./chunk.mjs')",
      'api/chunk.mjs': '#!/usr/bin/env node\nconst text = `import a from "a"`; try { await import("b"); require("c") } catch {} import "d"',
    },
    ['a of api/chunk.mjs', 'b of api/chunk.mjs', 'c of api/chunk.mjs', 'd of api/chunk.mjs, imported'],
  ],
  'the file that cannot be loaded without a package before one that may': [
    { 'api/main.js': "if (0) { import('./b.mjs'); require('a') }", 'api/b.mjs': "export * from 'a/b'" },
    ['a of api/b.mjs, imported'],
  ],
  'not what is there, of Node, or named in a comment': [
    {
      'api/main.js': "/* require('a') */ // import 'b'\nconst url = 'https://c'; require('fs'); require('node:path'); require('lib/package.json'); Array.from('d')",
      'node_modules/ms/index.js': '',
      'lib/a.js': "require('ms')",
    },
    undefined,
  ],
  'not what files name that nothing leads to': [
    { 'api/main.js': "require('x')", 'api/main.test.js': "require('vitest')", 'api/node_modules/x/index.js': "if (0) require('optional')" },
    undefined,
  ],
  'not the package itself': [{ 'api/main.js': "if (0) require('lib')", 'lib/a.js': "if (0) require('lib/b')", 'lib/b.js': '' }, undefined],
};
for (const [name, [tree, expected]] of Object.entries(UNDECLARED)) {
  test(`what nobody declares is found in the code: ${name}`, (t) => {
    assert.deepEqual(undeclared(t, tree), expected);
  });
}

test('files in a script for a shell are looked through', (t) => {
  const tree = { 'api/main.js': "if (0) require('ms')", 'api/package.json': '{' };
  const command = ['sh', '-c', `node api/none.js; ${process.execPath} api/main.js ${'x'.repeat(5000)}`];
  assert.deepEqual(check(t, tree, { command, packages: ['api'] }).undeclared, [{ name: 'ms', from: 'api/main.js' }]);
});

test('without packages nothing is looked through', (t) => {
  assert.equal(check(t, { 'a.js': "if (0) require('ms')" }, { command: [process.execPath, 'a.js'] }).undeclared, undefined);
});

test('what an install has noted is told, whether or not the command can be started', (t) => {
  const tree = { 'a.js': '', 'note.json': '["node_modules/pdf"]' };
  const start = { command: [process.execPath, 'a.js'], note: 'note.json' };
  assert.deepEqual(check(t, tree, start).foreign, ['node_modules/pdf']);
  assert.deepEqual(check(t, tree, { ...start, entry: 1, candidates: ['b.js'] }).foreign, ['node_modules/pdf']);
  assert.deepEqual(check(t, tree, { ...start, note: 'none.json' }).foreign, undefined);
  assert.deepEqual(check(t, tree, { ...start, note: null }).foreign, undefined);
});

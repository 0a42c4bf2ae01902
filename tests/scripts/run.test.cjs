'use strict';
const assert = require('node:assert/strict');
const path = require('node:path');
const test = require('node:test');
const { run, temporary, write, read, program } = require('./tree.cjs');

// A program that runs scripts of package.json as package managers do: `manager run NAME`. `ways` are what it does in its
// own way: { shell, words, env(manifest, name, env) }.
function manager(t, ways = '') {
  const bin = temporary(t);
  write(bin, {
    manager: program(`#!/usr/bin/env node
const { readFileSync, appendFileSync } = require('node:fs');
const name = process.argv[3];
appendFileSync(__dirname + '/asked', name + '\\n');
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const here = process.cwd();
const ways = {
  shell: 'sh',
  words: (text) => ['-c', text],
  env: {
    ...process.env,
    PATH: here + '/node_modules/.bin:/opt/manager:' + process.env.PATH,
    INIT_CWD: here,
    npm_package_name: manifest.name,
    npm_package_json: here + '/package.json',
    npm_lifecycle_event: name,
    npm_lifecycle_script: manifest.scripts[name],
    npm_config_user_agent: 'manager/1',
  },
  ...((manifest, env) => (${ways || '{}'}))(manifest, process.env),
};
const { status } = require('node:child_process').spawnSync(ways.shell, ways.words(manifest.scripts[name]), { env: ways.env, stdio: 'inherit' });
process.exitCode = status ?? 1;
`),
    asked: '',
  });
  return { command: [path.join(bin, 'manager'), 'run'], asked: () => read(bin, 'asked').split('\n').filter(Boolean) };
}

const ENV = { PATH: `${path.dirname(process.execPath)}:${process.env.PATH}`, HOME: '/nowhere', npm_config_color: 'false' };

// Asks a manager, and returns how scripts are run by its answer.
function ask(t, { ways, inRoot = false } = {}) {
  const asked = manager(t, ways);
  const root = temporary(t);
  const answer = path.join(temporary(t), 'answer.json');
  const { code, stdout } = run('run.cjs', ['ask', inRoot ? root : path.join(root, 'probe'), answer, ...asked.command], { env: ENV });
  assert.deepEqual({ code, stdout }, { code: 0, stdout: '' });
  assert.deepEqual(asked.asked(), ['probe']);
  return {
    root,
    answers: () => JSON.parse(read(answer)) !== null,
    // Runs a script, and returns how it ended and whether the manager did it.
    run: (directory, name, env = ENV, how = 'run') => {
      const cwd = path.join(root, directory);
      const result = run('run.cjs', [...[how].flat(), answer, ...asked.command, name], { cwd, env });
      return { ...result, byManager: asked.asked().length > 1 };
    },
  };
}

const SHOW = 'node -p "JSON.stringify(process.env)"';
const shown = (stdout) => {
  const { PWD, OLDPWD, _, SHLVL, ...env } = JSON.parse(stdout.trim().split('\n').at(-1));
  return env;
};

test('a script finds what the manager would give it', (t) => {
  const asked = ask(t);
  write(asked.root, { 'libs/a/package.json': JSON.stringify({ name: 'a', version: '1.0.0', scripts: { show: SHOW } }) });
  const found = asked.run('libs/a', 'show', { ...ENV, OF_THE_STEP: 'yes' });
  assert.deepEqual([found.code, found.byManager], [0, false]);
  const here = path.join(asked.root, 'libs/a');
  assert.deepEqual(shown(found.stdout), {
    ...ENV,
    OF_THE_STEP: 'yes',
    PATH: `${here}/node_modules/.bin:/opt/manager:${ENV.PATH}`,
    INIT_CWD: here,
    npm_package_name: 'a',
    npm_package_json: `${here}/package.json`,
    npm_lifecycle_event: 'show',
    npm_lifecycle_script: SHOW,
    npm_config_user_agent: 'manager/1',
  });
});

test('every field of a package.json is given where the manager gives all', (t) => {
  const ways = `{ env: { ...env, npm_lifecycle_event: 'probe', npm_lifecycle_script: manifest.scripts.probe, ...(function all(object, prefix) {
    return Object.entries(object).filter(([key]) => key[0] !== '_').reduce((found, [key, value]) => {
      const name = (prefix + '_' + key).replace(/\\W/g, '_');
      if (value && typeof value === 'object') return { ...found, ...all(value, name) };
      return { ...found, [name]: String(value).includes('\\n') ? JSON.stringify(String(value)) : String(value) };
    }, {});
  })(manifest, 'npm_package') } }`;
  const asked = ask(t, { ways });
  const manifest = { name: 'a', nx: { tags: ['x', 2] }, 'a-b': null, text: '1\n2', _id: 'x', scripts: { show: SHOW } };
  write(asked.root, { 'a/package.json': JSON.stringify(manifest) });
  const found = asked.run('a', 'show');
  assert.equal(found.byManager, false);
  const env = shown(found.stdout);
  const given = Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('npm_package_')));
  assert.deepEqual(given, {
    npm_package_name: 'a',
    npm_package_nx_tags_0: 'x',
    npm_package_nx_tags_1: '2',
    npm_package_a_b: 'null',
    npm_package_text: '"1\\n2"',
    npm_package_scripts_show: SHOW,
  });
});

test('what the manager takes away is away, and what it changes is changed', (t) => {
  const asked = ask(t, { ways: `{ env: { PATH: '/first:' + env.PATH, HOME: env.HOME, NODE_OPTIONS: '--no-warnings', npm_lifecycle_event: 'probe', npm_lifecycle_script: manifest.scripts.probe } }` });
  write(asked.root, { 'a/package.json': JSON.stringify({ scripts: { show: SHOW } }) });
  const found = asked.run('a', 'show');
  assert.equal(found.byManager, false);
  assert.deepEqual(shown(found.stdout), {
    PATH: `/first:${ENV.PATH}`,
    HOME: ENV.HOME,
    NODE_OPTIONS: '--no-warnings',
    npm_lifecycle_event: 'show',
    npm_lifecycle_script: SHOW,
  });
});

test('a script is run by the shell and with the words of the manager', (t) => {
  const asked = ask(t, { ways: "{ shell: 'bash', words: (text) => ['-u', '-c', 'before=1; ' + text] }" });
  write(asked.root, { 'a/package.json': JSON.stringify({ scripts: { show: '[[ $before = 1 ]] && echo $-' } }) });
  const found = asked.run('a', 'show');
  assert.deepEqual([found.code, found.byManager], [0, false]);
  assert.match(found.stdout.trim().split('\n').at(-1), /^[a-zA-Z]*u[a-zA-Z]*$/);
});

test('the project of a repository without a workspace is the root', (t) => {
  const asked = ask(t, { inRoot: true });
  write(asked.root, { 'package.json': JSON.stringify({ name: 'root', scripts: { show: SHOW } }) });
  const found = asked.run('.', 'show');
  assert.equal(found.byManager, false);
  assert.equal(shown(found.stdout).INIT_CWD, asked.root);
});

for (const [what, ways] of Object.entries({
  'no shell': "{ shell: process.execPath, words: (text) => [text.split(' ')[1], 'answer', text.split(' ')[3].replace(';', '')] }",
  'a value of its own for each package': "{ env: { ...env, npm_lifecycle_event: 'probe', npm_lifecycle_script: manifest.scripts.probe, npm_package_name: manifest.name.toUpperCase() } }",
  'fields of its own': "{ env: { ...env, npm_lifecycle_event: 'probe', npm_lifecycle_script: manifest.scripts.probe, npm_package_config_nested_list_1: '' } }",
  'an end without the script': "{ shell: 'true' }",
})) {
  test(`a manager that runs scripts with ${what} runs them itself`, (t) => {
    const asked = ask(t, { ways });
    assert.equal(asked.answers(), false);
    write(asked.root, { 'a/package.json': '{"name":"a","scripts":{"build":"exit 0"}}' });
    assert.equal(asked.run('a', 'build').byManager, true);
  });
}

test('what the answer does not know of is left to the manager', (t) => {
  const scripts = { build: 'exit 3', pre: 'true', prepre: 'true', post: 'true', postpost: 'true' };
  const manifests = {
    plain: { scripts },
    'of-its-own-node': { scripts, pnpm: { executionEnv: { nodeVersion: '20.0.0' } } },
    unreadable: undefined,
  };
  const cases = [
    ['plain', 'build', ENV, false],
    ['plain', 'pre', ENV, true],
    ['plain', 'post', ENV, true],
    ['plain', 'missing', ENV, true],
    ['plain', 'build', { ...ENV, npm_config_color: 'always' }, true],
    ['plain', 'build', { ...ENV, pnpm_config_shell: 'x' }, true],
    ['plain', 'build', { PATH: ENV.PATH, HOME: ENV.HOME }, true],
    ['plain', 'build', { ...ENV, PATH: `/other:${ENV.PATH}` }, false],
    ['of-its-own-node', 'build', ENV, true],
    ['unreadable', 'build', ENV, true],
    ['with-settings', 'build', ENV, true],
  ];
  for (const [directory, name, env, byManager] of cases) {
    const asked = ask(t);
    write(asked.root, {
      ...Object.fromEntries(Object.entries(manifests).map(([key, manifest]) => [`${key}/package.json`, JSON.stringify(manifest) ?? '{'])),
      'with-settings/package.json': JSON.stringify({ scripts }),
      'with-settings/.npmrc': 'script-shell=bash',
    });
    assert.equal(asked.run(directory, name, env).byManager, byManager, `${directory} ${name} ${JSON.stringify(env)}`);
  }
});

test('a script ends as it ends, and is shown', (t) => {
  const asked = ask(t);
  write(asked.root, { 'a/package.json': JSON.stringify({ name: 'a', version: '1.0.0', scripts: { three: 'echo out; exit 3', killed: 'kill -9 $$' } }) });
  const three = asked.run('a', 'three');
  assert.equal(three.code, 3);
  assert.equal(three.stdout, `\n> a@1.0.0 three ${asked.root}/a\n> echo out; exit 3\n\nout\n`);
  assert.equal(asked.run('a', 'killed').code, 1);
});

// What tools print of a file that is not there, and of what is no file of the workspace.
const MISSED = [
  "Error: ENOENT: no such file or directory, open '/app/data/schema.json'",
  "Cannot find module '../../tooling/base'",
  "error TS2307: Cannot find module './generated/client' or its corresponding type declarations.",
  "error TS5083: Cannot read file '/app/config/base.json'.",
  "error TS6053: File '/app/types/global.d.ts' not found.",
  "error TS18003: No inputs were found in config file '/app/packages/lib/tsconfig.json'.",
  '[ERROR] Could not resolve "../../tooling/tsup.base"',
  'Failed to resolve import "../../common/a" from "src/main.ts".',
  "Module not found: Error: Can't resolve '../../x' in '/app/apps/web'",
  'sh: 1: ../../scripts/build.sh: not found',
  'cat: ../../version.txt: No such file or directory',
  ' ERR_PNPM_NO_SCRIPT  Missing script: codegen',
  'No projects matched the filters in "/app"',
];
const OTHER = [
  "error TS2304: Cannot find name 'x'.",
  "error TS2307: Cannot find module 'lodash' or its corresponding type declarations.",
  "Error: Cannot find module 'express'",
  '[ERROR] Could not resolve "zod"',
  'sh: 1: tsc: not found',
  'Error: spawn tsc ENOENT',
  'AssertionError: 404 not found',
  "Property 'a' does not exist on type 'B'.",
];
// Tools of which nobody knows the words: what they name is not there, or is.
const ABSENT = [
  "error TS5057: Cannot find a tsconfig.json file at the specified directory: '../config'.",
  "error TS5058: The specified path does not exist: '../config/tsconfig.base.json'.",
  "sh: 1: cd: can't cd to ../proto",
  'Unable to find any GraphQL type definitions for the following pointers:\n\n      - ../schema/**/*.graphql',
  "unable to locate '/ROOT/assets/**/*' glob",
  '[vite-plugin-static-copy] No file was found to copy on ../assets src.',
  'Error: Could not load `--schema` from provided path `../prisma/schema.prisma`: file or directory not found',
  'Failure: stat: ../proto: does not exist',
  'Error: Input file is missing: "/ROOT/openapi.yaml"',
];
const PRESENT = [
  'FAIL ../common/index.js: expected 1, and not 2',
  "Cannot open '../common'",
  'Error: dist/index.js was not written, ./dist/index.js is missing',
  'Cannot read /etc/nothing',
  'request to http://127.0.0.1:1/a/b failed',
  'TypeError: x is not a function\n    at Object.<anonymous> (/ROOT/node_modules/gone/index.js:1:1)',
  'see ../gone for more\nwhich is fine',
];
const printing = (text, status) => `node -e ${JSON.stringify(`console.error(process.env.TEXT); process.exitCode = ${status}`)}`;

test('a script that does not find a file says so by its status, when it is asked to', (t) => {
  const asked = ask(t);
  write(asked.root, { 'a/package.json': JSON.stringify({ name: 'a', version: '1.0.0', scripts: { fails: printing('', 2), works: printing('', 0) } }) });
  write(asked.root, { 'package.json': '{}', 'common/index.js': '' });
  const missed = [...MISSED, ...ABSENT].map((text) => [text, 117]);
  for (const [template, status] of [...missed, ...[...OTHER, ...PRESENT].map((text) => [text, 2])]) {
    const text = template.replaceAll('/ROOT', asked.root);
    const env = { ...ENV, TEXT: text };
    const tried = asked.run('a', 'fails', env, 'try');
    assert.deepEqual([tried.code, tried.stderr.trim()], [status, text.trim()], text);
    assert.equal(asked.run('a', 'works', env, 'try').code, 0);
    if (status !== 2) assert.equal(asked.run('a', 'fails', env).code, 2);
  }
  // As collect.cjs leaves code of which only the declarations are thought to be read.
  write(asked.root, {
    'b/package.json': JSON.stringify({ name: 'b', version: '1.0.0', scripts: { loads: 'node index.js' } }),
    'b/index.js': "require('./code.js')",
    'b/code.js': 'vextrus: only declarations are here\n',
  });
  assert.equal(asked.run('b', 'loads', ENV, 'try').code, 117);
});

test('a script that does not find what the root links to says which by its status', (t) => {
  const asked = ask(t);
  write(asked.root, { 'a/package.json': JSON.stringify({ name: 'a', version: '1.0.0', scripts: { fails: printing('', 2) } }) });
  const links = '@x/tools.io,kit';
  for (const [text, status, whole] of [
    ["error TS2307: Cannot find module 'kit' or its corresponding type declarations.", 119, 119],
    ["error TS7016: Could not find a declaration file for module '@x/tools.io'. '/app/a.js' implicitly has an 'any' type.", 118, 118],
    ["Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'kit' imported from /app/a/index.js", 119, 119],
    ['[ERROR] Could not resolve "@x/tools.io/sub"', 118, 118],
    ['[vite]: Rollup failed to resolve import "kit/x.css" from "/app/a/main.ts".', 119, 119],
    ["Module not found: Error: Can't resolve 'kit' in '/app/a'", 119, 119],
    ["Cannot find module 'kitten'", 2, 2],
    ["Cannot find module '@x/toolsXio'", 2, 2],
    ["Cannot find module '../kit'", 117, 2],
  ]) {
    const env = { ...ENV, TEXT: text };
    assert.equal(asked.run('a', 'fails', env, `try=${links}`).code, status, text);
    assert.equal(asked.run('a', 'fails', env, `link=${links}`).code, whole, text);
  }
});

test('what a script leaves running is not waited for', (t) => {
  const asked = ask(t);
  write(asked.root, { 'a/package.json': JSON.stringify({ name: 'a', version: '1.0.0', scripts: { build: 'sleep 50 & echo built' } }) });
  const { code, stdout } = asked.run('a', 'build', ENV, 'try');
  assert.equal(code, 0);
  assert.match(stdout, /built\n$/);
});

test('one of our scripts runs after a script that has not failed, and only then', (t) => {
  const asked = ask(t);
  const after = write(temporary(t), { 'after.cjs': "console.log('after', process.argv.slice(2).join('+'), process.cwd())" });
  const scripts = { good: 'echo script', bad: 'exit 3', left: 'sleep 30 >/dev/null 2>&1 & echo left' };
  write(asked.root, { 'a/package.json': JSON.stringify({ scripts }) });
  const then = (name, words = [path.join(after, 'after.cjs'), 'x', 'y z']) => {
    const { code, stdout } = asked.run('a', name, ENV, ['then', ...words, '--', 'try']);
    return [code, stdout.trim().split('\n').slice(-2)];
  };
  const ran = `after x+y z ${path.join(asked.root, 'a')}`;
  assert.deepEqual(then('good'), [0, ['script', ran]]);
  assert.deepEqual(then('left'), [0, ['left', ran]]);
  assert.deepEqual(then('bad')[0], 3);
  assert.ok(!then('bad')[1].includes(ran));
  const [code] = then('good', [write(temporary(t), { 'a.cjs': 'throw new Error()' }) + '/a.cjs']);
  assert.notEqual(code, 0);
});

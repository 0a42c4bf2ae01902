'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { temporary, write, list, read, run, link, program } = require('./tree.cjs');

// Collects a tree; the result's directory has one for each rule.
function collect(t, tree, ...more) {
  const top = temporary(t);
  write(path.join(top, 'package'), tree);
  const result = run('collect.cjs', [path.join(top, 'package'), path.join(top, 'out'), ...more.map((word) => word.replace('TOP', top))]);
  assert.deepEqual(result, { code: 0, stdout: '', stderr: '' });
  return path.join(top, 'out');
}

test('what a script wrote into the result itself is no part of it', (t) => {
  const top = write(temporary(t), {
    'package/package.json': '{}',
    'package/index.js': '',
    'out/generated/services/app/planted.js': '',
    'out/runtime/planted.js': '',
    'out/whole': link('../package'),
  });
  const result = run('collect.cjs', [path.join(top, 'package'), path.join(top, 'out')]);
  assert.deepEqual(result, { code: 0, stdout: '', stderr: '' });
  const rules = ['compiled', 'runtime', 'whole'];
  assert.deepEqual(list(path.join(top, 'out')), rules.flatMap((rule) => [`${rule}/index.js`, `${rule}/package.json`]));
});

const EVERY_KIND = {
  'package.json': '{}',
  'README.md': '',
  'dist/main.js': 'main',
  'dist/main.js.map': '',
  'dist/main.d.ts': '',
  'dist/main.d.mts.map': '',
  'dist/style.d.css.ts': '',
  'dist/main.test.js': '',
  'dist/main.spec.d.ts': '',
  'dist/__mocks__/a.js': '',
  'src/main.ts': '',
  'src/page.tsx': '',
  'src/mail templates/welcome é.hbs': '',
  'src/test/sample.json': '',
  'test/data.json': '',
  '.github/workflow.yml': '',
  'tsconfig.build.json': '',
  'jest.config.cjs': '',
  '.eslintrc.json': '',
  '.dockerignore': '',
  'Dockerfile.old': '',
  // Never taken along.
  'node_modules/a/index.js': '',
  'dist/node_modules/b/index.js': '',
  '.git/HEAD': '',
  '.turbo/log.txt': '',
  'coverage/index.html': '',
  '.env': 'secret',
  '.env.local': 'secret',
  'dist/.env.production': 'secret',
  'dist/tsconfig.tsbuildinfo': '',
  'build.log': '',
  '.DS_Store': '',
};

const RUNTIME = ['README.md', 'dist/main.js', 'dist/main.js.map', 'package.json', 'src/mail templates/welcome é.hbs', 'src/test/sample.json'];
const DECLARATIONS = ['dist/main.d.mts.map', 'dist/main.d.ts', 'dist/style.d.css.ts'];
const DEVELOPMENT = [
  '.dockerignore', '.eslintrc.json', '.github/workflow.yml', 'Dockerfile.old', 'dist/__mocks__/a.js', 'dist/main.spec.d.ts',
  'dist/main.test.js', 'jest.config.cjs', 'src/main.ts', 'src/page.tsx', 'test/data.json', 'tsconfig.build.json',
];

test('each rule lets through what its name says', (t) => {
  const out = collect(t, EVERY_KIND);
  assert.deepEqual(fs.readdirSync(out).sort(), ['compiled', 'runtime', 'whole']);
  assert.deepEqual(list(path.join(out, 'runtime')), RUNTIME);
  assert.deepEqual(list(path.join(out, 'compiled')), [...RUNTIME, ...DECLARATIONS].sort());
  assert.deepEqual(list(path.join(out, 'whole')), [...RUNTIME, ...DECLARATIONS, ...DEVELOPMENT].sort());
  assert.equal(read(out, 'runtime/dist/main.js'), 'main');
});

test('no file in which a tool keeps its credentials is collected', (t) => {
  // The list of those that sources are without, of names alone; a pattern stands for one of its names.
  const source = fs.readFileSync(path.join(__dirname, '../../frontend/src/source/credentials.rs'), 'utf8');
  const names = [...source.slice(source.indexOf('const NAMES'), source.indexOf('];')).matchAll(/^ +"([^"/]+)",$/gm)].map(([, name]) => name.replace('*', 'local'));
  assert.ok(names.length > 30 && names.includes('.npmrclocal'), names.join(' '));
  const near = ['id_map.js', 'rsa', 'env', 'a.env', 'npmrc', '.environment', 'id_rsa.pub', 'ssh/config'];
  const tree = [...names, ...near].flatMap((name) => [[name, ''], [`deep/${name}`, '']]);
  const inside = ['.aws', '.kube', '.ssh', '.terraform.d'].map((name) => [`deep/er/${name}/config`, '']);
  const out = collect(t, Object.fromEntries([...tree, ...inside, ['.npmrc', '']]));
  const kept = near.flatMap((name) => [name, `deep/${name}`]).sort();
  assert.deepEqual(list(path.join(out, 'whole')), kept);
});

test('a mode is kept to whether the file is executable, whatever the umask', (t) => {
  const top = temporary(t);
  const modes = { 'a.js': 0o600, 'b.js': 0o664, 'c.sh': 0o700, 'd.sh': 0o775, 'e.sh': 0o654 };
  write(top, Object.fromEntries(Object.keys(modes).map((name) => [`package/${name}`, ''])));
  for (const [name, mode] of Object.entries(modes)) fs.chmodSync(path.join(top, 'package', name), mode);
  const umask = process.umask(0);
  t.after(() => process.umask(umask));
  run('collect.cjs', [path.join(top, 'package'), path.join(top, 'out')]);
  for (const [name, mode] of Object.entries(modes)) {
    const found = fs.statSync(path.join(top, 'out/runtime', name)).mode & 0o7777;
    assert.equal(found, mode & 0o111 ? 0o755 : 0o644, name);
  }
  assert.equal(fs.statSync(path.join(top, 'out/runtime')).mode & 0o7777, 0o755);
});

test('a directory appears with its first file, and that of a rule always', (t) => {
  const out = collect(t, { 'src/deep/main.ts': '', 'empty/inside/': '' });
  assert.deepEqual(list(path.join(out, 'whole')), ['src/deep/main.ts']);
  assert.deepEqual(list(path.join(out, 'compiled')), []);
  assert.deepEqual(list(path.join(out, 'runtime')), []);
});

test('links are copied as they are, wherever they lead', (t) => {
  const links = { 'bin/run': link('../dist/main.js'), 'bin/gone': link('nowhere'), 'bin/out': link('/etc'), 'bin/a.ts': link('../dist/main.js') };
  const out = collect(t, { ...links, 'dist/main.js': '' });
  const kept = ['bin/gone -> nowhere', 'bin/out -> /etc', 'bin/run -> ../dist/main.js', 'dist/main.js'];
  assert.deepEqual(list(path.join(out, 'runtime')), kept);
  assert.deepEqual(list(path.join(out, 'whole')), ['bin/a.ts -> ../dist/main.js', ...kept]);
});

test('what generators wrote beside the dependencies is collected by its path below the root', (t) => {
  const store = 'node_modules/.pnpm';
  const top = temporary(t);
  write(top, {
    [`${store}/@prisma+client@6/node_modules/@prisma/client/index.js`]: '',
    [`${store}/@prisma+client@6/node_modules/.prisma/client/index.js`]: 'generated',
    [`${store}/@prisma+client@6/node_modules/.prisma/client/run`]: program(''),
    [`${store}/@prisma+client@6/node_modules/.bin/prisma`]: '',
    [`${store}/pg@8/node_modules/pg/index.js`]: '',
    [`${store}/pg@8/node_modules/.cache/a`]: '',
    [`${store}/pg@8/node_modules/.pgrc`]: '',
    [`${store}/other@1/node_modules/other/index.js`]: '',
    [`${store}/other@1/node_modules/.other/a`]: 'of no dependency',
    'libs/kernel/index.js': '',
    'service/node_modules/@prisma/client': link(`../../../${store}/@prisma+client@6/node_modules/@prisma/client`),
    'service/node_modules/pg': link(`../../${store}/pg@8/node_modules/pg`),
    'service/node_modules/kernel': link('../../libs/kernel'),
    'service/node_modules/.bin/pg': '',
  });
  const result = run('collect.cjs', [path.join(top, 'service'), path.join(top, 'out'), `generated=${top}`]);
  assert.deepEqual(result, { code: 0, stdout: '', stderr: '' });
  const generated = `${store}/@prisma+client@6/node_modules/.prisma/client`;
  assert.deepEqual(list(path.join(top, 'out/generated')), [`${generated}/index.js`, `${generated}/run`]);
  assert.equal(fs.statSync(path.join(top, 'out/generated', generated, 'run')).mode & 0o777, 0o755);
});

test('without dependencies nothing is generated, and the directory is there', (t) => {
  const out = collect(t, { 'index.js': '' }, 'generated=TOP');
  assert.deepEqual(list(path.join(out, 'generated')), []);
});

test('a directory that is not there is an error', (t) => {
  const top = temporary(t);
  assert.notEqual(run('collect.cjs', [path.join(top, 'none'), path.join(top, 'out')]).code, 0);
});

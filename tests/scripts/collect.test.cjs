'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { temporary, write, list, read, run, link, program } = require('./tree.cjs');

// Lets the clock that dates changes of files go on.
const tick = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);

// Collects a tree of the repository's files and of those that scripts wrote; the result's directory has one for each rule.
function collect(t, repository, scripts = {}, ...more) {
  const top = temporary(t);
  write(path.join(top, 'package'), repository);
  tick();
  write(top, { 'out/.begun': '' });
  write(path.join(top, 'package'), scripts);
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
  const rules = ['compiled', 'declared', 'runtime', 'sources', 'whole'];
  assert.deepEqual(list(path.join(top, 'out')), rules.flatMap((rule) => [`${rule}/index.js`, `${rule}/package.json`]));
});

const REPOSITORY = {
  'package.json': '{}',
  'README.md': '',
  'src/main.ts': '',
  'src/page.tsx': '',
  'src/main.test.ts': '',
  'src/__mocks__/a.js': '',
  'src/globals.d.ts': '',
  'src/mail templates/welcome é.hbs': '',
  'src/test/sample.json': '',
  'test/data.json': '',
  'test/app.e2e-spec.ts': '',
  '.github/workflow.yml': '',
  'tsconfig.build.json': '',
  'nest-cli.json': '',
  'drizzle.config.ts': '',
  'jest.config.cjs': '',
  '.eslintrc.json': '',
  '.dockerignore': '',
  'Dockerfile.old': '',
};
const WRITTEN = {
  'dist/main.js': 'main',
  'dist/main.js.map': '',
  'dist/main.d.ts': '',
  'dist/main.d.ts.map': '',
  'dist/style.css': '',
  'dist/style.d.css.ts': '',
  'dist/main.test.js': '',
  'dist/__mocks__/a.js': '',
  'dist/test/fixtures.js': '',
  'dist/coverage/index.js': '',
  'dist/jest.config.js': '',
  'dist/Dockerfile': '',
  'dist/templates/app.ts': '',
  'dist/.env.production': '',
  '.output/server/node_modules/ms/index.js': '',
  '.output/server/node_modules/.bin/ms': link('../ms/index.js'),
  'public/uploads/': '',
};
const NEVER = {
  'node_modules/a/index.js': '',
  '.git/HEAD': '',
  '.turbo/log.txt': '',
  '.next/cache/webpack/0.pack': '',
  '.env': 'secret',
  '.env.local': 'secret',
  'dist/.env.production.local': 'secret',
  'dist/tsconfig.tsbuildinfo': '',
  'build.log': '',
  '.DS_Store': '',
};

const STAY = ['README.md', 'drizzle.config.ts', 'nest-cli.json', 'package.json', 'src/mail templates/welcome é.hbs', 'src/test/sample.json', 'tsconfig.build.json'];
const OUTPUT = Object.keys(WRITTEN).map((name) => (name.includes('.bin') ? `${name} -> ../ms/index.js` : name));
const OF_CODE = ['dist/main.d.ts', 'dist/main.d.ts.map', 'dist/style.d.css.ts'];

test('each rule lets through what its name says', (t) => {
  const out = collect(t, REPOSITORY, { ...WRITTEN, ...NEVER });
  assert.deepEqual(fs.readdirSync(out).sort(), ['compiled', 'declared', 'runtime', 'sources', 'whole']);
  const runtime = [...STAY, ...OUTPUT.filter((name) => !OF_CODE.includes(name))].sort();
  assert.deepEqual(list(path.join(out, 'runtime')), runtime);
  assert.deepEqual(list(path.join(out, 'compiled')), [...STAY, ...OUTPUT, 'src/globals.d.ts'].sort());
  assert.deepEqual(list(path.join(out, 'whole')), [...Object.keys(REPOSITORY), ...OUTPUT].sort());
  assert.equal(read(out, 'runtime/dist/main.js'), 'main');
  assert.deepEqual(list(path.join(out, 'declared')), list(path.join(out, 'compiled')));
});

test('a build that may read the text of sources is given them, and no tests', (t) => {
  const out = collect(t, REPOSITORY, { ...WRITTEN, ...NEVER });
  const sources = ['src/globals.d.ts', 'src/main.ts', 'src/page.tsx'];
  assert.deepEqual(list(path.join(out, 'sources')), [...STAY, ...OUTPUT, ...sources].sort());
});

test('what settings import stays with them, and what that imports', (t) => {
  const read = {
    'next.config.mjs': "import './src/env';\nawait jiti.import('./src/flags.js');",
    'src/env.ts': "import { z } from 'zod';\nimport { hosts } from './shared/hosts';\nexport * from '../outside';",
    'src/flags.ts': '',
    'src/shared/hosts/index.ts': "import '../../env';",
    'drizzle.config.ts': 'export default { schema: "./src/schema.ts" }; require("./src/names.cts");',
    'src/names.cts': '',
    'knexfile.ts': 'import settings from "./src/settings";',
    'src/settings.tsx': '',
  };
  const left = {
    'src/main.ts': "import './page';",
    'src/page.ts': '',
    'src/tested.ts': '',
    'vitest.config.ts': "import './src/tested';",
  };
  const out = collect(t, { 'package.json': '{}', ...read, ...left, 'src/schema.ts': '' }, { 'dist/main.js': '' });
  assert.deepEqual(list(path.join(out, 'runtime')), ['dist/main.js', 'package.json', ...Object.keys(read)].sort());
});

test('of what is declared only that is there which compilers read', (t) => {
  const built = (text) => ({
    'dist/a.js': text,
    'dist/a.d.ts': 'declares a',
    'dist/a.js.map': text,
    'dist/a.d.ts.map': text,
    'dist/b.mjs': text,
    'dist/b.d.mts': 'declares b',
    'dist/c.cjs': text,
    'dist/c.d.cts': 'declares c',
    'dist/view.jsx': text,
    'dist/view.d.ts': 'declares view',
    'dist/data.json': '{}',
    'types/only.d.ts': 'declares only',
  });
  // Of the first no types are there, and those of the others are of another kind of module.
  const untyped = { 'dist/plain.js': 'x', 'dist/d.mjs': 'x', 'dist/d.d.ts': '', 'dist/e.js': 'x', 'dist/e.d.cts': '', 'dist/only.js': 'x' };
  const declared = (text) => {
    const out = path.join(collect(t, { 'package.json': '{}' }, { ...built(text), ...untyped }), 'declared');
    return Object.fromEntries(list(out).map((file) => [file, read(out, file)]));
  };
  const found = declared('one');
  assert.deepEqual(declared('another'), found);
  const code = ['dist/a.js', 'dist/b.mjs', 'dist/c.cjs', 'dist/view.jsx', 'dist/a.js.map', 'dist/a.d.ts.map'];
  const kept = { ...built('one'), ...untyped, 'package.json': '{}' };
  for (const [file, text] of Object.entries(found)) {
    if (!code.includes(file)) assert.equal(text, kept[file], file);
    else assert.equal(text, 'vextrus: only declarations are here\n', file);
  }
  assert.throws(() => new Function(found['dist/a.js']), SyntaxError);
});

test('what the repository has installed, or left over, is no output, wherever it lies', (t) => {
  const out = collect(t, { 'package.json': '{}', 'apps/one/node_modules/a/index.js': '', 'apps/one/node_modules/b': link('../../b') });
  for (const rule of ['compiled', 'runtime', 'sources', 'whole']) assert.deepEqual(list(path.join(out, rule)), ['package.json']);
});

test('without a word on when the scripts began nothing is known to be written', (t) => {
  const top = write(temporary(t), { 'package/dist/main.js': '', 'package/dist/main.test.js': '', 'package/src/main.ts': '' });
  run('collect.cjs', [path.join(top, 'package'), path.join(top, 'out')]);
  assert.deepEqual(list(path.join(top, 'out/runtime')), ['dist/main.js']);
});

// What a compiler is not given is data, whatever it looks like.
const DATA = { 'templates/src/index.ts': '', 'templates/src/index.test.ts': '', 'templates/tsconfig.json': '{}', 'templates/Dockerfile': '', 'templates/types.d.ts': '' };
const CODE = { 'src/main.ts': '', 'src/main.spec.ts': '', 'src/lib/a.mts': '', 'src/types.d.ts': '' };
const CONFIGURATIONS = {
  'a list of directories': { 'tsconfig.json': '{ "include": ["src"] }' },
  'a list of patterns, with comments': { 'tsconfig.json': '// ours\n{ "include": ["src/**/*.ts", /* and */ "src/**/*.mts",], }' },
  'all but some': { 'tsconfig.json': '{ "exclude": ["node_modules", "**/*.spec.ts", "templates"] }' },
  'a directory of sources': { 'tsconfig.json': '{ "compilerOptions": { "rootDir": "./src" } }' },
  'a configuration that it extends': { 'tsconfig.json': '{ "extends": "./base" }', 'base.json': '{ "include": ["src/**/*"] }' },
  'configurations that it refers to': { 'tsconfig.json': '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }', 'tsconfig.app.json': '{ "include": ["src"] }' },
  'the configuration of builds': { 'tsconfig.json': '{}', 'tsconfig.build.json': '{ "extends": "./tsconfig.json", "exclude": ["templates/**"] }' },
  'the configuration that the build names': { 'package.json': '{ "scripts": { "build": "tsc -p tsconfig.prod.json" } }', 'tsconfig.json': '{}', 'tsconfig.prod.json': '{ "include": ["src"] }' },
};
for (const [name, configuration] of Object.entries(CONFIGURATIONS)) {
  test(`only what the compiler was given leaves: ${name}`, (t) => {
    const out = collect(t, { ...CODE, ...DATA, ...configuration }, { 'dist/main.js': '' });
    assert.deepEqual(list(path.join(out, 'runtime')), [...Object.keys(DATA), ...Object.keys(configuration), 'dist/main.js'].sort());
  });
}

test('without a configuration a compiler was given everything', (t) => {
  const out = collect(t, { ...CODE, ...DATA, 'tsconfig.json': 'no JSON' }, { 'dist/main.js': '' });
  assert.deepEqual(list(path.join(out, 'runtime')), ['dist/main.js', 'templates/Dockerfile', 'templates/tsconfig.json', 'tsconfig.json']);
});

test('beside package.json only code that was compiled leaves', (t) => {
  const out = collect(t, { 'knexfile.ts': '', 'drizzle.config.ts': '', 'server.ts': '' }, { 'dist/server.js': '', 'dist/drizzle.config.js': '' });
  assert.deepEqual(list(path.join(out, 'runtime')), ['dist/drizzle.config.js', 'dist/server.js', 'drizzle.config.ts', 'knexfile.ts']);
});

test('a directory of tests is one that has a test', (t) => {
  const out = collect(t, { 'tests/blood.json': '', 'tests/panel.js': '', 'e2e/setup.js': '', 'e2e/login.test.js': '', 'src/tests/a.json': '' });
  assert.deepEqual(list(path.join(out, 'runtime')), ['src/tests/a.json', 'tests/blood.json', 'tests/panel.js']);
});

test('what looks like a test stays where code speaks of it', (t) => {
  const out = collect(t, { 'src/index.js': "require('./speed.test')", 'src/speed.test.js': '', 'src/index.test.js': '' });
  assert.deepEqual(list(path.join(out, 'runtime')), ['src/index.js', 'src/speed.test.js']);
});

test('no file in which a tool keeps its credentials is collected', (t) => {
  // The list of those that sources are without, of names alone; a pattern stands for one of its names.
  const source = fs.readFileSync(path.join(__dirname, '../../frontend/src/source/credentials.rs'), 'utf8');
  const names = [...source.slice(source.indexOf('const NAMES'), source.indexOf('];')).matchAll(/^ +"([^"/]+)",$/gm)].map(([, name]) => name.replace('*', 'local').replace('*', 'local'));
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

test('a directory of the repository appears with its first file, and that of a rule always', (t) => {
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

test('a standalone server of Next.js finds what it serves beside pages', (t) => {
  const output = (name, app, more = {}) => {
    const built = {
      'BUILD_ID': '',
      'required-server-files.json': JSON.stringify({ version: 1, relativeAppDir: app }),
      'static/a.css': '',
      [path.join('standalone', app, 'server.js')]: '',
      [path.join('standalone', app, name, 'BUILD_ID')]: '',
      ...more,
    };
    return Object.fromEntries(Object.entries(built).map(([file, text]) => [`${name}/${file}`, text]));
  };
  const links = (app, written) => {
    const out = path.join(collect(t, { 'package.json': '{}', 'public/a.png': '' }, written), 'runtime');
    return list(out).filter((one) => one.includes(' -> '));
  };
  assert.deepEqual(links('', output('.next', '')), [
    '.next/standalone/.next/static -> ../../static',
    '.next/standalone/public -> ../../public',
  ]);
  assert.deepEqual(links('apps/web', output('build', 'apps/web')), [
    'build/standalone/apps/web/build/static -> ../../../../static',
    'build/standalone/apps/web/public -> ../../../../public',
  ]);
  // What the repository's own script has put there stays.
  const own = { 'standalone/.next/static/a.css': '', 'standalone/public/b.png': '' };
  assert.deepEqual(links('', output('.next', '', own)), []);
  assert.deepEqual(links('', { 'dist/standalone/server.js': '', 'dist/static/a.css': '' }), []);
});

test('without dependencies nothing is generated, and the directory is there', (t) => {
  const out = collect(t, { 'index.js': '' }, {}, 'generated=TOP');
  assert.deepEqual(list(path.join(out, 'generated')), []);
});

test('a directory that is not there is an error', (t) => {
  const top = temporary(t);
  assert.notEqual(run('collect.cjs', [path.join(top, 'none'), path.join(top, 'out')]).code, 0);
});

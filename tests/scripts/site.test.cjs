'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const zlib = require('node:zlib');
const { temporary, write, list, read, run } = require('./tree.cjs');

const HTML = 'usr/share/nginx/html';
const SERVER = 'map {\n@immutable@\n}\n@missing@\n@base_path@\n@files@\n@pages@\n';
const OPTIONS = {
  directory: 'services/web',
  output: null,
  expected: ['dist'],
  work: ['.next', 'coverage'],
  fallback: null,
  pages: 'one',
  basePath: null,
  immutable: { digest: 'assets/' },
  sourceMaps: false,
  packs: true,
  hint: null,
};
const PAGE = '<!doctype html><script type="module" src="/assets/index-BvXk3a_1.js"></script>';
const CODE = 'export const words = 1;\n'.repeat(200);

// Makes a site of files by their paths below the workspace; returns the result's directory.
function make(t, files, options = {}, verbatim = []) {
  const top = write(temporary(t), {
    'options.json': JSON.stringify({ ...OPTIONS, ...options }),
    'server.conf': SERVER,
    'in/verbatim.json': JSON.stringify(verbatim),
    'in/written/': '',
    'out/': '',
  });
  write(path.join(top, 'in/written'), files);
  const args = ['options.json', 'server.conf', 'in', 'out'].map((name) => path.join(top, name));
  const result = run('site.cjs', args);
  assert.deepEqual([result.code, result.stderr], [0, '']);
  return path.join(top, 'out');
}

// What stops the build, with the key that it is about.
function refused(t, files, options) {
  const report = JSON.parse(read(make(t, files, options), 'report/site.json'));
  return [report.key, report.error];
}

const conf = (out) => read(out, 'conf/site.conf');
const inWeb = (files) => Object.fromEntries(Object.entries(files).map(([name, text]) => [`services/web/${name}`, text]));

test('a page of the same length has another time when its content is another, and the same one when it is not', (t) => {
  const page = (name) => inWeb({ 'dist/index.html': `<script src="/assets/index-${name}.js"></script>` });
  const time = (name) => fs.statSync(path.join(make(t, page(name)), 'code', HTML, 'index.html')).mtimeMs;
  const [first, again, second] = [time('AAAAAAA1'), time('AAAAAAA1'), time('BBBBBBB2')];
  assert.equal(first, again);
  assert.notEqual(first, second);
  // Before the one time of everything else, after what some archivers refuse.
  for (const one of [first, second]) assert.ok(one >= 315_532_800_000 && one < 499_162_500_000, String(one));
});

test('code and media are layers of their own, without maps, hidden files and what the tool packed', (t) => {
  const out = make(t, inWeb({
    'dist/index.html': PAGE,
    'dist/assets/index-BvXk3a_1.js': CODE,
    'dist/assets/index-BvXk3a_1.js.map': '{}',
    'dist/assets/index-BvXk3a_1.js.br': 'x',
    'dist/assets/font-CxYz1234.woff2': 'font',
    'dist/assets/small-CxYz1234.css': 'a{}',
    'dist/.vite/manifest.json': '{}',
    'dist/.well-known/security.txt': 'x',
    'dist/archive.tar.gz': 'x',
  }));
  assert.deepEqual(list(path.join(out, 'code', HTML)), [
    '.well-known/security.txt',
    'assets/index-BvXk3a_1.js.gz',
    'assets/small-CxYz1234.css',
    'index.html',
  ]);
  assert.deepEqual(list(path.join(out, 'media', HTML)), ['archive.tar.gz', 'assets/font-CxYz1234.woff2']);
  const packed = fs.readFileSync(path.join(out, 'code', HTML, 'assets/index-BvXk3a_1.js.gz'));
  assert.equal(zlib.gunzipSync(packed).toString(), CODE);
  const directory = fs.statSync(path.join(out, 'code', HTML, 'assets'));
  assert.deepEqual([directory.mtimeMs, directory.mode & 0o777], [499_162_500_000, 0o755]);
});

test('where the server is the repository\'s own, files lie there unpacked as well', (t) => {
  const out = make(t, inWeb({ 'dist/index.html': PAGE, 'dist/assets/index-BvXk3a_1.js': CODE }), { packs: false });
  const names = list(path.join(out, 'code', HTML));
  assert.deepEqual(names, ['assets/index-BvXk3a_1.js', 'assets/index-BvXk3a_1.js.gz', 'index.html']);
  assert.ok(!conf(out).includes('gunzip'));
});

test('the folder is the expected one, else the only one, else a question', (t) => {
  const folder = (files, options) => list(path.join(make(t, files, options), 'code', HTML));
  assert.deepEqual(folder(inWeb({ 'dist/index.html': '', 'dist/a.html': '', 'coverage/index.html': '' })), ['a.html', 'index.html']);
  assert.deepEqual(folder({ 'dist/web/index.html': '', 'dist/web/b.html': '' }), ['b.html', 'index.html']);
  assert.deepEqual(folder(inWeb({ 'docs/.vitepress/dist/index.html': '' })), ['index.html']);
  assert.deepEqual(folder(inWeb({ 'a/index.html': '', 'b/x.html': '', 'b/index.html': '' }), { output: 'b' }), ['index.html', 'x.html']);
  assert.deepEqual(refused(t, inWeb({ 'a/index.html': '', 'b/index.html': '', 'b/c/index.html': '' })), [
    'static.output',
    'the build wrote pages in a, b; write the one to serve into `[static]`, as `output = "a"`',
  ]);
  // Of a copy in a tool's cache nothing is said, unless there is nothing else.
  assert.deepEqual(folder({ 'out/index.html': '', 'out/b.html': '', '.nx/cache/17/out/index.html': '' }), ['b.html', 'index.html']);
  assert.deepEqual(folder(inWeb({ '.made/index.html': '' })), ['index.html']);
  assert.deepEqual(refused(t, inWeb({ 'a/index.html': '' }), { output: 'b' }), [
    'static.output',
    'the build wrote nothing in `b`; it wrote pages in a',
  ]);
  const [key, message] = refused(t, inWeb({ 'lib/index.js': '', '.next/server/index.html': '' }), { hint: 'try x' });
  assert.equal(key, 'static.output');
  assert.match(message, /^the build wrote no index\.html; try x; write the folder/);
  assert.match(refused(t, inWeb({ 'index.html': '' }))[1], /beside package\.json/);
});

test('a server beside the pages is no static site', (t) => {
  const files = inWeb({ 'dist/client/index.html': '', 'dist/server/entry.mjs': '' });
  const [key, message] = refused(t, files);
  assert.equal(key, 'kind');
  assert.match(message, /wrote a server \(dist\/server\/entry\.mjs\).*`kind = "node"`/);
  assert.deepEqual(refused(t, files, { output: 'dist/client' }), [null, null]);
  assert.equal(refused(t, inWeb({ 'dist/server/entry.mjs': '' }))[0], 'kind');
});

test('what answers for what is missing goes by the pages that are there', (t) => {
  const text = (name) => (name === '404.html' ? '<h1>gone</h1>' : PAGE);
  const pages = (names, options) => conf(make(t, inWeb(Object.fromEntries(names.map((name) => [`dist/${name}`, text(name)]))), options));
  // A page that was written for a path is its answer: `about.html` of /about, as SvelteKit, Expo and vite-ssg name them.
  assert.match(pages(['index.html']), /try_files \$uri \$uri\.html \$uri\/index\.html \/index\.html;/);
  assert.match(pages(['index.html', '200.html', '404.html']), /\$uri\/index\.html \/200\.html;/);
  const some = pages(['index.html', '404.html']);
  assert.match(some, /error_page 404 \/404\.html;/);
  assert.match(some, /try_files \$uri \$uri\.html \$uri\/ =404;/);
  assert.match(pages(['index.html', '404.html'], { fallback: 'index.html' }), /\/index\.html; }/);
  assert.match(pages(['index.html'], { fallback: false }), /error_page 404 @missing;[^]*=404;/);
  assert.equal(refused(t, inWeb({ 'dist/index.html': '' }), { fallback: '404.html' })[0], 'static.fallback');
});

test('a page for what is missing that is the page of the application answers as that one', (t) => {
  const answers = (gone, options) => /\/(\S+); }/.exec(/location \/ \{.*/.exec(conf(make(t, inWeb({ 'dist/index.html': PAGE, 'dist/404.html': gone }), options)))[0])?.[1];
  assert.equal(answers(PAGE), 'index.html');
  assert.equal(answers(`${PAGE} `), undefined);
  assert.equal(answers(PAGE, { fallback: '404.html' }), undefined);
});

test('a page that the image of the web server has is never an answer', (t) => {
  const text = (names, options) => conf(make(t, inWeb(Object.fromEntries(names.map((name) => [`dist/${name}`, PAGE]))), options));
  const shell = text(['200.html', 'a.html']);
  assert.match(shell, /location = \/index\.html \{ return 404; }/);
  assert.match(shell, /location = \/50x\.html \{ return 404; }/);
  assert.match(shell, /location = \/ \{ try_files \/200\.html =404; }/);
  assert.match(text(['200.html'], { fallback: 'index.html' }), /location \/ \{ try_files .* \/200\.html; }/);
  const own = text(['index.html', '50x.html']);
  assert.ok(!/location = \/(index\.html|50x\.html)? /.test(own), own);
  assert.match(text(['en/index.html', 'de/index.html'], { output: 'dist' }), /location = \/index\.html \{ return 404; }/);
});

test('a page answers for all paths where it is that of an application', (t) => {
  const answers = (files, options) => /\/(\S+); }/.exec(/location \/ \{.*/.exec(conf(make(t, inWeb(files), options)))[0])?.[1] ?? 'none';
  const one = { 'dist/index.html': PAGE };
  const some = { ...one, 'dist/about/index.html': PAGE };
  for (const [files, pages, expected] of [
    [one, 'one', 'index.html'],
    [one, null, 'index.html'],
    // A tool that writes a page for each path has none for the others, if it writes no 404.html.
    [one, 'each', 'none'],
    [some, 'one', 'index.html'],
    [some, 'each', 'none'],
    // Of an unknown tool, several pages are one for each path.
    [some, null, 'none'],
    // Nothing in it could find its way.
    [{ 'dist/index.html': '<h1>Home</h1>' }, 'one', 'none'],
    // What React Router and TanStack Start write beside a page that is made before.
    [{ ...one, 'dist/__spa-fallback.html': PAGE }, 'one', '__spa-fallback.html'],
    [{ ...one, 'dist/_shell.html': PAGE, 'dist/404.html': PAGE }, 'each', '_shell.html'],
  ]) {
    assert.equal(answers(files, { pages }), expected, `${Object.keys(files)} ${pages}`);
  }
  assert.equal(answers(some, { pages: 'each', fallback: 'index.html' }), 'index.html');
});

test('a file that the repository named itself is asked for again, whatever its name looks like', (t) => {
  const hero = 'services/web/dist/assets/hero-2024x768.png';
  const files = inWeb({ 'dist/index.html': PAGE, 'dist/assets/index-BvXk3a_1.js': '', 'dist/assets/hero-2024x768.png': '' });
  const text = conf(make(t, files, {}, [hero]));
  assert.match(text, /"\/assets\/hero-2024x768\.png" "no-cache";/);
  const [, pattern] = /"~(.*)" "public, max-age=31536000, immutable";/.exec(text);
  const is = (name) => new RegExp(pattern.replace(/\\\\/g, '\\')).test(name);
  assert.ok(is('/assets/index-BvXk3a_1.js') && is('/assets/pages/a-01234567.css'));
  for (const name of ['/assets/logo.png', '/assets/hero-background.png', '/index-BvXk3a_1.js', '/x/assets/index-BvXk3a_1.js']) assert.ok(!is(name), name);
  const own = conf(make(t, files, { immutable: { globs: ['assets/**', 'v?/*.js'] } }, [hero]));
  assert.match(own, /"~\^\/assets\/\.\*\$" "public/);
  assert.match(own, /"~\^\/v\[\^\/\]\/\[\^\/\]\*\\\\\.js\$" "public/);
  assert.ok(!own.includes('hero'));
});

test('the one file that names the newest of those that never change is asked for again', (t) => {
  const files = inWeb({ 'dist/index.html': PAGE, 'dist/_nuxt/2R0qCPhR.js': '', 'dist/_nuxt/builds/latest.json': '' });
  const text = conf(make(t, files, { immutable: { all: '_nuxt/', but: '_nuxt/builds/latest.json' } }));
  assert.match(text, /"~\^\/_nuxt\/\.\+\$" "public/);
  assert.match(text, /"\/_nuxt\/builds\/latest\.json" "no-cache";/);
});

test('the path below which a site is served is the one that its page asks below', (t) => {
  const base = (page, options) => /rewrite \^(\S+)\(\/\.\*\)\$ /.exec(conf(make(t, inWeb({ 'dist/index.html': page, 'dist/assets/a.js': '', 'dist/favicon.svg': '' }), options)))?.[1] ?? '';
  assert.equal(base('<script src="/app/assets/a.js"></script><link href="/app/favicon.svg">'), '/app');
  assert.equal(base('<script src="/a/b.c/assets/a.js"></script>'), '/a/b\\.c');
  assert.equal(base('<base href="/docs/"><script src="assets/a.js"></script>'), '/docs');
  assert.equal(base('<script src="/assets/a.js"></script><a href="/app/x.html">'), '');
  assert.equal(base('<script src="/app/assets/a.js"></script><link href="/favicon.svg">'), '');
  assert.equal(base('<script src="https://x.example/app/assets/a.js"></script>'), '');
  assert.equal(base('<script src="/app/assets/a.js"></script>', { basePath: '/' }), '');
  assert.equal(base(PAGE, { basePath: '/x/' }), '/x');
});

test('a page of all paths that asks beside itself is warned of', (t) => {
  const warned = (page, options) => JSON.parse(read(make(t, inWeb({ 'dist/index.html': page }), options), 'report/site.json')).warnings.length;
  assert.equal(warned('<script type="module" src="./assets/a.js"></script>'), 1);
  assert.equal(warned('<script type="module" src="./assets/a.js"></script>', { fallback: false }), 0);
  assert.equal(warned('<base href="/"><script src="a.js"></script>'), 0);
  assert.equal(warned('<script src="https://x.example/a.js"></script>'), 0);
  assert.equal(warned(PAGE), 0);
});

// Makes what the build of a site wrote ready to be served: files as layers, and the configuration of nginx for them.
//
// usage: node site.cjs OPTIONS SERVER FROM OUT
// FROM is what gather.cjs made. OPTIONS is a file with what the manifest and the tool say, as JSON; SERVER is the
// configuration with marks such as @pages@ in the place of what hangs on the files.
// Writes OUT/code and OUT/media, which are the layers; OUT/conf with the configuration; OUT/report/site.json with `error`,
// a sentence where there is nothing to serve, the `key` that it is about, and `warnings`.
//
// nginx tells a file's versions apart by its time and its size (ETag, If-None-Match). With one time for all files a new
// release of a page that is as long as the old one is the old one to every browser that has it. So each file's time follows
// from what is in it.
'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path').posix;
const zlib = require('node:zlib');

const [optionsFile, serverFile, from, out] = process.argv.slice(2);
const options = JSON.parse(fs.readFileSync(optionsFile, 'utf8'));

// Where nginx finds the files.
const HTML = 'usr/share/nginx/html';
// The time of directories, and the end of the span that files have theirs in: that of everything in an image (plan/mod.rs).
const FILE_TIME = 499_162_500;
// 1980: some archivers refuse earlier times.
const FIRST = 315_532_800;
const PAGES = ['index.html', '200.html'];
// Pages that tools make for paths that no file answers: of a host's convention, of React Router, TanStack Start, Angular.
const SHELLS = ['200.html', '__spa-fallback.html', '_shell.html', 'index.csr.html'];

// What changes with the code, and what does not: two layers.
const isCode = (name) => /\.(html?|[cm]?js|css|json|txt|xml|webmanifest|map)$/i.test(name);
// Files that are served by their packed form alone where the server is ours: nginx unpacks them for who cannot.
const PACKED = 'js|mjs|cjs|css|svg|wasm|ttf|otf|eot|map';
const isPacked = (name) => new RegExp(`\\.(${PACKED})$`, 'i').test(name);
// Those that have it beside them.
const isText = (name) => /\.(html?|json|txt|xml|webmanifest|ico)$/i.test(name);
// What looks like a file is one or is missing.
const OTHERS = 'json|png|jpe?g|gif|webp|avif|ico|bmp|woff2?|mp[34]|webm|ogg|wav|flac|pdf|txt|xml|webmanifest|html?|gz|br|zst|zip';
// Pages that images of nginx have in its folder, below the site: each is the site's own, or there is none.
const OF_IMAGES = ['index.html', '50x.html'];
const LEAST = 1024;

const written = path.join(from, 'written');
const verbatimFile = path.join(from, 'verbatim.json');
const verbatim = new Set(fs.existsSync(verbatimFile) ? JSON.parse(fs.readFileSync(verbatimFile, 'utf8')) : []);
const warnings = [];

/** Ends with a sentence for the user. */
class Refusal extends Error {
  constructor(key, message) {
    super(message);
    this.key = key;
  }
}

function* walk(directory, place = '') {
  const entries = fs.readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const inside = place ? `${place}/${entry.name}` : entry.name;
    if (entry.isDirectory()) yield* walk(path.join(directory, entry.name), inside);
    else if (entry.isFile()) yield inside;
  }
}

const all = [...walk(written)];
const holds = (folder, names) => names.some((name) => all.includes(path.join(folder, name)));
const isWithin = (place, folder) => folder === '.' || place.startsWith(`${folder}/`);
// As the manifest would name a folder.
const named = (folder) => path.relative(options.directory, folder) || '.';
const line = (folder) => `\`output = "${named(folder)}"\``;

// The topmost folders with a page.
function candidates() {
  const found = all.filter((file) => PAGES.includes(path.basename(file))).map((file) => path.dirname(file));
  const isWork = (folder) => named(folder).split('/').some((part) => options.work.includes(part));
  const folders = [...new Set(found)].filter((folder) => !isWork(folder));
  const topmost = folders.filter((folder) => !folders.some((other) => other !== folder && isWithin(folder, other)));
  // A hidden directory is where tools keep copies of what they wrote, as Nx does in .nx/cache.
  const isHidden = (folder) => named(folder).split('/').some((part) => /^\.[^.]/.test(part));
  const shown = topmost.filter((folder) => !isHidden(folder));
  return shown.length > 0 ? shown : topmost;
}

function choose() {
  const found = candidates();
  const listed = found.map(named).join(', ');
  if (options.output !== null) {
    const folder = path.join(options.directory, options.output);
    if (all.some((file) => isWithin(file, folder))) return folder;
    const where = found.length > 0 ? `; it wrote pages in ${listed}` : '';
    throw new Refusal('static.output', `the build wrote nothing in \`${options.output}\`${where}`);
  }
  const expected = options.expected.map((folder) => path.join(options.directory, folder));
  const folder = expected.find((one) => holds(one, PAGES)) ?? (found.length === 1 ? found[0] : undefined);
  if (folder === options.directory) {
    const message = 'the page lies beside package.json, with all that is no part of the site; have the build write it into a folder of its own, and write that as `[static]` `output = "…"`';
    throw new Refusal('static.output', message);
  }
  if (folder !== undefined) {
    refuseServer(folder);
    return folder;
  }
  if (found.length > 1) {
    throw new Refusal('static.output', `the build wrote pages in ${listed}; write the one to serve into \`[static]\`, as ${line(found[0])}`);
  }
  const server = all.find((file) => /(^|\/)server\/[^/]+\.[cm]?js$/.test(file));
  if (server !== undefined) throw new Refusal('kind', serverMessage(server));
  const hint = options.hint ? `; ${options.hint}` : '';
  throw new Refusal('static.output', `the build wrote no index.html${hint}; write the folder of the site into \`[static]\`, as \`output = "dist"\`, or \`kind = "node"\` where this is a service`);
}

const serverMessage = (file) =>
  `the build wrote a server (${named(file)}), which is no static site: write \`kind = "node"\`, or \`[static]\` \`output = "…"\` where a folder of it is all that is meant`;

// A server beside the pages is what answers for the rest of them.
function refuseServer(folder) {
  const beside = path.join(path.dirname(folder), 'server');
  const server = all.find((file) => path.dirname(file) === beside && /\.[cm]?js$/.test(file));
  if (server !== undefined) throw new Refusal('kind', serverMessage(server));
}

// Which files of the folder are served, by their paths in it.
function served(folder) {
  const inside = all.filter((file) => isWithin(file, folder)).map((file) => path.relative(folder, file));
  const is = new Set(inside);
  return inside.filter((file) => {
    // No answer ever holds a hidden file, but for those that the web has agreed on.
    if (file.split('/').some((part) => part.startsWith('.') && part !== '.well-known')) return false;
    if (file.endsWith('.map') && !options.sourceMaps) return false;
    // What a tool packed itself: one form is enough, and nginx knows no other.
    const packed = /^(.*)\.(gz|br|zst)$/.exec(file);
    return !packed || !is.has(packed[1]);
  });
}

// The path below which a page asks for files, as `/app`; empty where it asks at the root.
function basePath(folder, files, page) {
  if (options.basePath !== null) return options.basePath.replace(/\/+$/, '');
  const text = fs.readFileSync(path.join(written, folder, page), 'utf8');
  const base = /<base\s[^>]*href=["']?(\/[^"'\s>]*)/i.exec(text);
  if (base) return base[1].replace(/\/+$/, '');
  const is = new Set(files);
  const prefixes = new Set();
  for (const [, asked] of text.matchAll(/\s(?:src|href)=["']?\/(?!\/)([^"'\s>?#]+)/gi)) {
    const parts = asked.split('/');
    const cut = parts.findIndex((_, at) => is.has(parts.slice(at).join('/')));
    if (cut >= 0) prefixes.add(parts.slice(0, cut).join('/'));
  }
  const [prefix] = prefixes;
  return prefixes.size === 1 && prefix ? `/${prefix}` : '';
}

// A page that asks for its files beside itself finds none where it answers for a path of several parts.
function warnOfRelative(folder, page, name) {
  const text = fs.readFileSync(path.join(written, folder, page), 'utf8');
  const isRelative = /<script\s[^>]*src=["']?(?!\/|[a-z]+:)[^"'\s>]+/i.test(text);
  if (isRelative && !/<base\s/i.test(text)) {
    const message = `${named(path.join(folder, name))} asks for its scripts beside itself, and is the answer to paths such as /a/b, where they are not; build for a fixed path (\`base: '/'\`), or write \`fallback = false\` into \`[static]\``;
    warnings.push({ rule: 'RelativeBase', key: 'static.base_path', message });
  }
}

const quoted = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const string = (text) => `"${text.replace(/["\\]/g, '\\$&').replace(/[\r\n]/g, '')}"`;
// A file's name in a map of nginx is a text, not a pattern.
const exact = (file) => string(/^[~\\]/.test(file) ? `\\/${file}` : `/${file}`);

function glob(pattern) {
  const words = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };
  return pattern.split(/(\*\*\/|\*\*|\*|\?)/).map((part) => words[part] ?? quoted(part)).join('');
}

const DIGEST = String.raw`(?:.*[-.])(?=[A-Za-z0-9_-]*[0-9A-Z_])[A-Za-z0-9_-]{8,}\.[A-Za-z0-9.]+`;
const CAPITALS = String.raw`(?:.*-)[A-Z0-9]{8}\.[a-z0-9.]+`;

// The patterns of what never changes under its name.
function immutable() {
  const { globs, all: whole, digest, capitals } = options.immutable;
  if (globs) return globs.map((pattern) => `^/${glob(pattern)}$`);
  const below = (folder, rest) => (folder === undefined ? [] : [`^/${quoted(folder)}${rest}$`]);
  return [...below(whole, '.+'), ...below(digest, DIGEST), ...below(capitals, CAPITALS)];
}

function caching(folder, files) {
  const patterns = immutable();
  const lines = patterns.map((pattern) => `        ${string(`~${pattern}`)} "public, max-age=31536000, immutable";`);
  if (options.immutable.globs) return lines;
  const isKept = (file) => patterns.some((pattern) => new RegExp(pattern).test(`/${file}`));
  const copied = files.filter((file) => isKept(file) && (file === options.immutable.but || verbatim.has(path.join(folder, file))));
  // The repository names these files, whatever is in them, and a tool one that says which are the newest.
  return [...lines, ...copied.map((file) => `        ${exact(file)} "no-cache";`)];
}

// What answers, by what there is: see `fallback` of the manifest.
// Whether the page at the root is that of an application, which finds its way by the path. It takes a script; and where no
// tool is known that says so, it is the only one.
function finds(folder, files) {
  if (options.pages === 'each') return false;
  const others = files.filter((file) => path.basename(file) === 'index.html').length > 1;
  if (others && options.pages !== 'one') return false;
  return /<script[\s>]/i.test(fs.readFileSync(path.join(written, folder, 'index.html'), 'utf8'));
}

// Whether the page for what is missing is that of the application: hosts that know no other page are given it so.
function isCopy(folder, index) {
  const read = (name) => fs.readFileSync(path.join(written, folder, name));
  return index && read('404.html').equals(read(index));
}

function pages(folder, files, base) {
  const has = (name) => files.includes(name);
  const shell = SHELLS.find(has);
  const index = has('index.html') && finds(folder, files) ? 'index.html' : false;
  const usual = shell ?? (has('404.html') && !isCopy(folder, index) ? '404.html' : index);
  const wanted = options.fallback ?? usual;
  const fallback = wanted === 'index.html' && !has(wanted) && shell ? shell : wanted;
  if (fallback && !has(fallback)) {
    throw new Refusal('static.fallback', `the build wrote no ${fallback}, which is to answer where no file does; write another \`fallback\``);
  }
  const hidden = OF_IMAGES.filter((name) => !has(name)).map((name) => `        location = /${name} { return 404; }`);
  const text = ['        error_page 404 @missing;'];
  const missing = '        location @missing { internal; types { } default_type text/plain; return 404 "404 not found\\n"; }';
  if (fallback && fallback !== '404.html') {
    const start = has('index.html') ? [] : [`        location = / { try_files /${fallback} =404; }`];
    const tail = [`        location / { try_files $uri $uri.html $uri/index.html /${fallback}; }`, missing];
    return { fallback, head: text, tail: [...hidden, ...start, ...tail] };
  }
  // Redirects to folders would lose a base path, which is taken off before.
  const tries = `        location / { try_files $uri $uri.html ${base ? '$uri/index.html' : '$uri/'} =404; }`;
  if (!fallback) return { fallback, head: text, tail: [...hidden, tries, missing] };
  return { fallback, head: ['        error_page 404 /404.html;'], tail: [...hidden, tries, '        location = /404.html { internal; }'] };
}

function server(folder, files, base, found) {
  const packed = options.packs
    ? [
        '        # These files lie here packed; who cannot unpack them gets them unpacked.',
        `        location ~* \\.(?:${PACKED})$ { gzip_static always; gunzip on; gunzip_buffers 16 16k; }`,
      ]
    : [`        location ~* \\.(?:${PACKED})$ { try_files $uri =404; }`];
  const prefix = base && [`        location = ${base} { return 301 ${base}/$is_args$args; }`, `        rewrite ^${quoted(base)}(/.*)$ $1;`];
  const marks = {
    immutable: caching(folder, files),
    missing: found.head,
    base_path: prefix || [],
    files: [...packed, `        location ~* \\.(?:${OTHERS})$ { try_files $uri =404; }`],
  };
  const text = fs.readFileSync(serverFile, 'utf8').split('\n');
  // A redirect of the manifest's goes before.
  const isSaid = (line) => {
    const place = /location = (\S+) \{/.exec(line)?.[1];
    return place !== undefined && text.some((one) => one.includes(`location = ${string(place)} {`));
  };
  marks.pages = found.tail.filter((line) => !isSaid(line));
  return text.flatMap((one) => marks[/^\s*@(\w+)@$/.exec(one)?.[1]] ?? [one]).join('\n');
}

const stamp = (bytes) => FIRST + (crypto.createHash('sha256').update(bytes).digest().readUIntBE(0, 6) % (FILE_TIME - FIRST));

function write(target, bytes) {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, bytes);
  fs.chmodSync(target, 0o644);
  const time = stamp(bytes);
  fs.utimesSync(target, time, time);
}

function put(file, bytes) {
  const target = path.join(out, isCode(file) ? 'code' : 'media', HTML, file);
  const packed = bytes.length >= LEAST && (isPacked(file) || isText(file)) && zlib.gzipSync(bytes, { level: 9 });
  const isSmaller = packed && packed.length < bytes.length * 0.9;
  if (isSmaller) write(`${target}.gz`, packed);
  if (!isSmaller || !options.packs || !isPacked(file)) write(target, bytes);
}

// Directories have one time; a file that is written into one moves it.
function settle(directory) {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) settle(path.join(directory, entry.name));
  }
  fs.chmodSync(directory, 0o755);
  fs.utimesSync(directory, FILE_TIME, FILE_TIME);
}

function make() {
  const folder = choose();
  const files = served(folder);
  const page = PAGES.find((name) => files.includes(name)) ?? files.find((file) => file.endsWith('.html'));
  const base = page === undefined ? (options.basePath ?? '').replace(/\/+$/, '') : basePath(folder, files, page);
  const found = pages(folder, files, base);
  if (found.fallback && found.fallback !== '404.html') warnOfRelative(folder, found.fallback, found.fallback);
  for (const layer of ['code', 'media']) fs.mkdirSync(path.join(out, layer, HTML), { recursive: true });
  for (const file of files) put(file, fs.readFileSync(path.join(written, folder, file)));
  for (const layer of ['code', 'media']) settle(path.join(out, layer));
  write(path.join(out, 'conf/site.conf'), server(folder, files, base, found));
  const answer = found.fallback ? `${found.fallback} where no file answers` : 'no page where no file answers';
  console.log(`${named(folder)}: ${files.length} files${base ? ` below ${base}/` : ''}, ${answer}`);
}

let refusal = null;
try {
  make();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  refusal = error;
}
fs.mkdirSync(path.join(out, 'report'), { recursive: true });
const report = { error: refusal && refusal.message, key: refusal && refusal.key, warnings };
fs.writeFileSync(path.join(out, 'report/site.json'), `${JSON.stringify(report)}\n`);

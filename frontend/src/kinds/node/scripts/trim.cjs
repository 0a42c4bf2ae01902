// Removes from a production install the files that no running program loads. Runs before `tidy.cjs`, which removes
// the manifests that the first step reads.
//
// usage: node trim.cjs ROOT LIBC[/CPU] [NAME...]
// The packages called NAME stay as they were published. Of every other one these kinds of files go:
//
//   declarations  type declarations, of TypeScript and Flow
//   maps          source maps of code and style sheets
//   sources       TypeScript: Node refuses to strip the types of a file below node_modules
//                 (https://nodejs.org/api/typescript.html#type-stripping-in-dependencies)
//   documents     README, CHANGELOG and the like at the package's top, where the licence has a file of its own
//   tests         the directory that the metadata names as the tests', which nothing else in the package speaks of
//   native        C and C++, and what they compile to on the way, in packages that node-gyp builds
//   foreign       machine code of another system, processor or C library, by its header
//
// A file stays, whatever its kind, where the package's own metadata names it as something to load. Declarations stay
// in a package whose code speaks of them, as compilers do, and a document where the code has its name. Declarations
// and sources stay everywhere where a compiler of TypeScript is among the dependencies, for it may read them.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [root, runtime, ...whole] = process.argv.slice(2);
// The install may be for another processor than this one.
const [libc, cpu = process.arch] = runtime.split('/');

// Programs that compile TypeScript while they run. As an optional peer, which is how database libraries name them
// for their command lines, one is there because developers have it and is not used by what runs.
const compilers = new Set(
  'typescript ts-node tsx esbuild esbuild-register @swc/core @swc-node/register @babel/core sucrase jiti amaro'.split(' '),
);
// Packages of nothing but C and C++.
const headers = new Set(['nan', 'node-addon-api', 'node-api-headers']);

const read = (file) => {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) ?? {};
  } catch {
    return {};
  }
};
const list = (directory) => {
  try {
    return fs.readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
};

// Every package below a node_modules, where it really lies.
function* packages(modules) {
  for (const entry of list(modules)) {
    const file = path.join(modules, entry.name);
    if (!entry.isDirectory()) continue;
    if (entry.name === '.pnpm') for (const stored of list(file)) yield* packages(path.join(file, stored.name, 'node_modules'));
    else if (entry.name.startsWith('@')) yield* packages(file);
    else if (!entry.name.startsWith('.')) yield file;
  }
}

// The workspace's own packages, which hold nothing but a manifest and node_modules yet.
function* projects(directory) {
  yield directory;
  for (const entry of list(directory)) {
    if (entry.isDirectory() && entry.name !== 'node_modules') yield* projects(path.join(directory, entry.name));
  }
}

// Whether a compiler is a dependency of something that is one, from the workspace's packages down.
function compiles(importers) {
  const seen = new Set();
  const waiting = [...importers];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    const manifest = read(path.join(directory, 'package.json'));
    const optional = manifest.peerDependenciesMeta ?? {};
    const peers = Object.keys(manifest.peerDependencies ?? {}).filter((name) => !optional[name]?.optional);
    for (const name of [...Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }), ...peers]) {
      const real = resolve(directory, name);
      if (real === undefined || seen.has(real)) continue;
      if (compilers.has(name)) return true;
      seen.add(real);
      waiting.push(real);
    }
  }
  return false;
}

// Where Node finds a package from a directory.
function resolve(from, name) {
  for (let directory = from; directory.length >= root.length; directory = path.dirname(directory)) {
    const file = path.join(directory, 'node_modules', name);
    if (path.basename(directory) !== 'node_modules' && fs.existsSync(file)) return fs.realpathSync(file);
  }
  return undefined;
}

// What a manifest names to be loaded: paths from the package's top, with `*` in patterns. Type conditions name what
// a compiler reads.
function named(manifest, directory) {
  const found = [];
  const collect = (value, depth) => {
    if (typeof value === 'string') found.push(path.posix.join(directory, value));
    else if (value !== null && typeof value === 'object' && depth < 16) {
      for (const [key, item] of Object.entries(value)) {
        if (!/^types(@|$)/.test(key)) collect(item, depth + 1);
        // `browser` replaces the files that its keys name.
        if (key.startsWith('.')) collect(key, depth + 1);
      }
    }
  };
  for (const field of ['main', 'module', 'jsnext:main', 'browser', 'bin', 'exports', 'imports']) collect(manifest[field], 0);
  return found;
}

// Directories at a package's top that its `directories` or its script `test` name as its tests.
function tests(manifest) {
  const scripts = Object.entries(manifest.scripts ?? {}).filter(([name]) => /^(test|unit|tests-only)\b/.test(name));
  const words = scripts.flatMap(([, script]) => String(script).split(/[\s'"=]+/));
  const directories = [manifest.directories?.test, ...words].map((word) => /^(?:\.\/)?([^/]+)/.exec(word)?.[1]);
  return directories.filter((name) => /^(__tests__|tests?|spec)$/.test(name));
}

const isDeclaration = (name) => /\.d\.([^.]+\.)?[cm]?ts$|\.[cm]?js\.flow$/.test(name);
const isTypeScript = (name) => /\.[cm]?tsx?$/.test(name) && !isDeclaration(name);
const isMap = (name) => /\.([cm]?[jt]sx?|css)\.map$/.test(name);
const isCode = (name) => /\.[cm]?js$/.test(name);
const isNative = (name) => /\.(c|cc|cpp|cxx|h|hh|hpp|hxx|o|obj|a|lib|asm|S)$/.test(name);
const isLicence = (name) => /^(licen[cs]e|unlicense|copying|copyright|notice|patents|authors|mit-)/i.test(name);
const isDocument = (name) =>
  /^(readme|changelog|changes|history|contributing|code[-_]of[-_]conduct|security|upgrading|migrati(on|ng)|governance|maintainers|roadmap)([-_.][\w.-]*)?$/i.test(
    name,
  ) && /(^[^.]*|\.(md|markdown|rst|txt))$/i.test(name);
const isMachineCode = (name) => /\.(node|bare|dylib|dll|exe|so(\.\d+)*)$/.test(name);

// What a file is machine code for: `own`, another `libc` than the runtime's, or `foreign`.
function machine(file) {
  const bytes = fs.readFileSync(file);
  if (bytes.length < 64) return 'own';
  const magic = bytes.readUInt32BE(0);
  // Windows' PE; Mach-O of either byte order, or of several processors.
  if (magic >>> 16 === 0x4d5a || [0xcffaedfe, 0xcefaedfe, 0xfeedfacf, 0xfeedface, 0xcafebabe].includes(magic)) return 'foreign';
  if (magic !== 0x7f454c46) return 'own';
  // EI_OSABI: System V and GNU are Linux's. e_machine, little-endian as every processor here.
  const processor = { x64: 62, arm64: 183, riscv64: 243, loong64: 258 }[cpu];
  if (![0, 3].includes(bytes[7])) return 'foreign';
  if (processor !== undefined && bytes.readUInt16LE(18) !== processor) return 'foreign';
  const [gnu, musl] = [bytes.includes('libc.so.6\0'), bytes.includes('libc.musl-')];
  return gnu !== musl && (libc === 'musl') !== musl ? 'libc' : 'own';
}

// Files of a package by their paths from its top; packages that lie in it are their own.
function files(directory, prefix = '') {
  return list(path.join(directory, prefix)).flatMap((entry) => {
    const file = path.posix.join(prefix, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : files(directory, file);
    return entry.isFile() ? [file] : [];
  });
}

function trim(directory, keepsTypeScript) {
  const manifest = read(path.join(directory, 'package.json'));
  if (whole.includes(manifest.name)) return;
  const all = files(directory);
  const manifests = all.filter((file) => path.basename(file) === 'package.json');
  const targets = manifests.flatMap((file) => named(read(path.join(directory, file)), path.posix.dirname(file)));
  const kept = new Set(targets);
  const hasSources = keepsTypeScript || targets.some(isTypeScript);
  const hasLicence = all.some((file) => !file.includes('/') && isLicence(file));
  const isBuilt = all.some((file) => path.basename(file) === 'binding.gyp') || headers.has(manifest.name);

  const testing = tests(manifest).filter((name) => !targets.some((target) => target.startsWith(`${name}/`)));
  const isTest = (file) => testing.some((name) => file.startsWith(`${name}/`));
  const code = all.filter((file) => isCode(file) && !isTest(file)).map((file) => fs.readFileSync(path.join(directory, file)));
  const speaksOf = (text) => code.some((bytes) => bytes.includes(text));
  const readsTypes = ['.d.ts', '.d.mts', '.d.cts'].some(speaksOf);
  const leadsTo = (name) => code.some((bytes) => new RegExp(`['"\`/]${name}['"\`/]`).test(bytes.toString('latin1')));
  const unused = testing.filter((name) => !leadsTo(name));

  const codes = new Map(all.filter(isMachineCode).map((file) => [file, machine(path.join(directory, file))]));
  // A package whose every file is for another C library is one of several to choose from, or a mistake that has to
  // be seen: `tidy.cjs` tells.
  const hasOwn = [...codes].some(([file, kind]) => kind === 'own' && file.endsWith('.node'));
  const goes = (file) => {
    const name = path.basename(file);
    if (kept.has(file)) return false;
    if (unused.some((test) => file.startsWith(`${test}/`))) return !isLicence(name);
    if (codes.has(file)) return codes.get(file) === 'foreign' || (codes.get(file) === 'libc' && hasOwn);
    if (isMap(name)) return true;
    if (isDeclaration(name)) return !keepsTypeScript && !readsTypes;
    if (isTypeScript(name)) return !hasSources;
    if (isBuilt && isNative(name)) return true;
    return hasLicence && name === file && isDocument(name) && !isLicence(name) && !speaksOf(name);
  };
  const emptied = new Set();
  for (const file of all.filter(goes)) {
    fs.rmSync(path.join(directory, file));
    emptied.add(path.posix.dirname(file));
  }
  for (const start of emptied) {
    for (let inside = start; inside !== '.' && list(path.join(directory, inside)).length === 0; inside = path.posix.dirname(inside)) {
      fs.rmSync(path.join(directory, inside), { recursive: true, force: true });
    }
  }
}

const importers = [...projects(root)];
const keepsTypeScript = compiles(importers);
const waiting = importers.map((directory) => path.join(directory, 'node_modules'));
for (let modules = waiting.pop(); modules !== undefined; modules = waiting.pop()) {
  for (const directory of packages(modules)) {
    trim(directory, keepsTypeScript);
    waiting.push(path.join(directory, 'node_modules'));
  }
}

// Makes a production install reproducible and leaves in it only what runs.
//
// usage: node tidy.cjs ROOT LIBC[/CPU] SECONDS NOTE [LINK=NAME...]
// 1. Removes what pnpm stamps with the time, and the manifests that only the install read.
// 2. Removes what a native build leaves beside its result.
// 3. Moves each injected workspace package (LINK, a link that an importer holds) to a virtual store entry
//    with a name that the plan can know, so that its compiled files can be laid over it.
// 4. Refuses a package that the runtime's libc cannot load; or notes its name below ROOT in NOTE, a list in JSON, where
//    another image can be chosen: NOTE is `-` where none can.
// 5. Gives everything one modification time, SECONDS since 1970.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [root, runtime, seconds, note, ...injected] = process.argv.slice(2);
// The install may be for another processor than this one.
const [libc, cpu = process.arch] = runtime.split('/');
const remove = (file) => fs.rmSync(file, { recursive: true, force: true });
const exists = (file) => fs.existsSync(file);

const stamped = /^(\.modules\.yaml|\.pnpm-workspace-state(-v\d+)?\.json|lock\.yaml|\.package-map\.json)$/;
const leftovers = /^(obj\.target|obj|\.deps|Makefile|.*\.mk|config\.gypi|gyp-mac-tool|.*\.Makefile)$/;

// `build/Release/*.node` is the result of node-gyp; everything else below `build` helped to make it.
function cleanNativeBuild(build) {
  if (!exists(path.join(build, 'config.gypi')) && !exists(path.join(build, 'Makefile'))) return;
  for (const name of fs.readdirSync(build)) {
    if (leftovers.test(name)) remove(path.join(build, name));
  }
  for (const kind of ['Release', 'Debug']) {
    const directory = path.join(build, kind);
    if (!exists(directory)) continue;
    for (const name of fs.readdirSync(directory)) {
      if (!name.endsWith('.node') && !/\.(so|dylib)(\.\d+)*$/.test(name)) remove(path.join(directory, name));
    }
  }
  remove(path.join(build, 'node_gyp_bins'));
}

// The names of the C libraries that an ELF file asks for, read from its text: enough to tell glibc from musl.
function libcOf(file) {
  const bytes = fs.readFileSync(file);
  if (bytes.length < 20 || bytes.readUInt32BE(0) !== 0x7f454c46) return undefined;
  // e_machine: another architecture's binary is another package's business.
  if (bytes.readUInt16LE(18) !== { x64: 62, arm64: 183 }[cpu]) return undefined;
  if (bytes.includes('libc.so.6\0')) return 'gnu';
  if (bytes.includes('libc.musl-') || bytes.includes('\0libc.so\0')) return 'musl';
  return undefined;
}

// Package directory to the libcs of its binaries. A package made for one platform says so in its package.json:
// its parent chooses among those at run time.
const binaries = new Map();
function noteBinary(file) {
  const inside = file.lastIndexOf('/node_modules/') + '/node_modules/'.length;
  const parts = file.slice(inside).split('/');
  const owner = file.slice(0, inside) + parts.slice(0, parts[0].startsWith('@') ? 2 : 1).join('/');
  if (!binaries.has(owner)) binaries.set(owner, new Set(isForOnePlatform(owner) ? [libc] : []));
  binaries.get(owner).add(libcOf(file) ?? libc);
}

function isForOnePlatform(owner) {
  try {
    const manifest = JSON.parse(fs.readFileSync(path.join(owner, 'package.json'), 'utf8'));
    return manifest.libc !== undefined || manifest.os !== undefined;
  } catch {
    return false;
  }
}

// Names of virtual store entries. node-gyp writes below the real path of a dependency's own gyp file as if it were
// relative, and so leaves directories of such names, and files beside an entry's node_modules.
const entries = new Set();
function cleanStore(store) {
  if (!exists(store)) return;
  // Programs of hoisted packages are for install scripts alone.
  remove(path.join(store, 'node_modules', '.bin'));
  for (const name of fs.readdirSync(store)) {
    const entry = path.join(store, name);
    if (name === 'node_modules' || !fs.lstatSync(entry).isDirectory()) continue;
    entries.add(name);
    for (const child of fs.readdirSync(entry)) if (child !== 'node_modules') remove(path.join(entry, child));
  }
}

function walk(directory) {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) {
      // node-pre-gyp builds in a directory of its own and moves the result.
      if (/^build-tmp-/.test(entry.name) || (entries.has(entry.name) && !directory.endsWith('/.pnpm'))) {
        remove(file);
        continue;
      }
      if (entry.name === 'build') cleanNativeBuild(file);
      walk(file);
    } else if (entry.isFile() && entry.name.endsWith('.node')) {
      noteBinary(file);
    }
  }
}

// Below the root only node_modules are real; the manifests beside them were the install's input.
function trees(directory) {
  const found = [];
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.name === 'node_modules') found.push(file);
    else if (entry.isDirectory()) {
      found.push(...trees(file));
      if (fs.readdirSync(file).length === 0) fs.rmdirSync(file);
    } else remove(file);
  }
  return found;
}

for (const tree of trees(root)) {
  for (const name of fs.readdirSync(tree)) if (stamped.test(name)) remove(path.join(tree, name));
  remove(path.join(tree, '.cache'));
  remove(path.join(tree, '.pnpm', 'lock.yaml'));
  cleanStore(path.join(tree, '.pnpm'));
  walk(tree);
}

for (const pair of injected) {
  const cut = pair.lastIndexOf('=');
  const link = pair.slice(0, cut);
  if (!exists(link)) continue;
  const real = fs.realpathSync(link);
  const entry = real.slice(0, real.indexOf('/node_modules/', real.indexOf('/.pnpm/') + 7));
  if (!real.includes('/.pnpm/') || exists(path.join(path.dirname(entry), pair.slice(cut + 1)))) continue;
  const renamed = path.join(path.dirname(entry), pair.slice(cut + 1));
  fs.renameSync(entry, renamed);
  fs.symlinkSync(path.basename(renamed), entry);
}

const wrong = [...binaries].filter(([, kinds]) => !kinds.has(libc)).map(([owner]) => path.relative(root, owner));
if (wrong.length > 0 && note !== '-') fs.writeFileSync(path.join(root, note), JSON.stringify(wrong));
else if (wrong.length > 0) {
  const base = libc === 'musl' ? 'debian' : 'alpine';
  console.error(
    `${wrong.join(', ')}: no binary for ${libc === 'musl' ? 'musl' : 'glibc'}, so the service would fail when it loads one; write base = "${base}" in the manifest`,
  );
  process.exit(1);
}

// A directory after what is in it: only that leaves its own time alone.
function stamp(file, isDirectory) {
  const entries = isDirectory ? fs.readdirSync(file, { withFileTypes: true }) : [];
  for (const entry of entries) stamp(path.join(file, entry.name), entry.isDirectory());
  fs.lutimesSync(file, Number(seconds), Number(seconds));
}
stamp(root, true);

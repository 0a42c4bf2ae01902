// Takes from a Debian image with Node the files that a running service can need of it, and nothing else: no shell, no
// package manager, no headers. Only reads, so that the image may be for another processor.
//
// usage: node scratch.cjs node IMAGE OUT PATH
//        node scratch.cjs libraries IMAGE OUT PATH BASE TREE
// `node` takes the Node program, which lies in one of PATH's directories, with its libraries, the rest of the C
// library, certificates, time zones, accounts and settings. It depends on the image alone, so that it is one layer
// for all services.
// `libraries` takes what the programs and native modules below TREE load beside that, which OUT of the first, BASE,
// holds already. A package of which no native module finds its libraries is an error.
//
// The packages that the files come from are listed as distroless lists them, where scanners look for them.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [what, image, out, search, base, tree] = process.argv.slice(2);

// Libraries that are loaded by name while a program runs, or that belong to the C library: a native module may ask for
// any of them.
const loaded =
  'libgcc_s.so.1 libstdc++.so.6 libatomic.so.1 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libutil.so.1 ' +
  'libresolv.so.2 libanl.so.1 libnss_files.so.2 libnss_dns.so.2';
// Settings that libraries read, as far as the image has them.
const settings =
  'etc/passwd etc/group etc/nsswitch.conf etc/host.conf etc/gai.conf etc/services etc/protocols etc/ld.so.cache ' +
  'etc/os-release usr/lib/os-release etc/debian_version etc/ssl/openssl.cnf ' +
  'etc/ssl/certs/ca-certificates.crt usr/share/zoneinfo usr/local/LICENSE';

const lstat = (file) => fs.lstatSync(file, { throwIfNoEntry: false });
const text = (file) => (lstat(file)?.isFile() ? fs.readFileSync(file, 'utf8') : '');
const list = (directory) => (lstat(directory)?.isDirectory() ? fs.readdirSync(directory).sort() : []);

// Follows a path inside a root. Returns the links on the way and the real path, or nothing where it leads nowhere.
function follow(root, file) {
  const left = file.split('/').reverse();
  const links = [];
  let real = '';
  while (left.length > 0) {
    const name = left.pop();
    if (name === '' || name === '.') continue;
    if (name === '..') {
      real = path.posix.dirname(real).replace(/^[/.]$/, '');
      continue;
    }
    const next = `${real}/${name}`;
    const stat = lstat(root + next);
    if (stat === undefined || links.length > 40) return undefined;
    if (!stat.isSymbolicLink()) real = next;
    else {
      const target = fs.readlinkSync(root + next);
      links.push([next, target]);
      if (target.startsWith('/')) real = '';
      left.push(...target.split('/').reverse());
    }
  }
  return { links, real };
}

// Paths in OUT.
const taken = new Set();
const links = new Set();

function directory(file) {
  fs.mkdirSync(out + file, { recursive: true, mode: 0o755 });
}

// Copies a file or a directory, with the links that lead to it. Returns its real path, or nothing without one.
function take(file) {
  const found = follow(image, file);
  if (found === undefined) return undefined;
  for (const [link, target] of found.links) {
    if (links.has(link)) continue;
    links.add(link);
    directory(path.posix.dirname(link));
    fs.symlinkSync(target, out + link);
  }
  const { real } = found;
  const stat = lstat(image + real);
  if (stat.isDirectory()) {
    directory(real);
    for (const name of list(image + real)) take(`${real}/${name}`);
  } else if (stat.isFile() && !taken.has(real)) {
    taken.add(real);
    directory(path.posix.dirname(real));
    fs.copyFileSync(image + real, out + real);
    fs.chmodSync(out + real, stat.mode & 0o111 ? 0o755 : 0o644);
  }
  return real;
}

// What the loader reads of a program or library: its interpreter, the libraries that it asks for. Nothing for what is
// no ELF file. Source: the System V ABI, "Program Header" and "Dynamic Section".
function dynamic(file) {
  const descriptor = fs.openSync(file, 'r');
  const bytes = (offset, length) => {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, fs.readSync(descriptor, buffer, 0, length, offset));
  };
  try {
    const head = bytes(0, 64);
    if (head.length < 52 || head.readUInt32BE(0) !== 0x7f454c46) return undefined;
    const [wide, little] = [head[4] === 2, head[5] === 1];
    const short = (buffer, at) => (little ? buffer.readUInt16LE(at) : buffer.readUInt16BE(at));
    const word = (buffer, at) => (little ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at));
    const long = (buffer, at) => {
      if (!wide) return word(buffer, at);
      return Number(little ? buffer.readBigUInt64LE(at) : buffer.readBigUInt64BE(at));
    };
    const [offset, size, count] = wide
      ? [long(head, 32), short(head, 54), short(head, 56)]
      : [word(head, 28), short(head, 42), short(head, 44)];
    const table = bytes(offset, size * count);
    const segments = Array.from({ length: Math.floor(table.length / (size || 1)) }, (_, index) => {
      const entry = table.subarray(index * size, (index + 1) * size);
      const [at, address, length] = wide ? [8, 16, 32] : [4, 8, 16];
      return { type: word(entry, 0), offset: long(entry, at), address: long(entry, address), size: long(entry, length) };
    });
    const string = (buffer, at) => buffer.toString('latin1', at, buffer.indexOf(0, at));
    const interpreter = segments.find(({ type }) => type === 3);
    const section = segments.find(({ type }) => type === 2);
    const found = { machine: short(head, 18), needed: [] };
    if (interpreter) found.interpreter = string(bytes(interpreter.offset, interpreter.size), 0);
    if (section === undefined) return found;
    const step = wide ? 8 : 4;
    const entries = bytes(section.offset, section.size);
    const tags = [];
    for (let at = 0; at + 2 * step <= entries.length; at += 2 * step) {
      const tag = long(entries, at);
      if (tag === 0) break;
      tags.push([tag, long(entries, at + step)]);
    }
    const value = (tag) => tags.find(([own]) => own === tag)?.[1];
    const home = segments.find(({ type, address, size }) => type === 1 && address <= value(5) && value(5) < address + size);
    if (home === undefined) return found;
    const strings = bytes(home.offset + value(5) - home.address, value(10) ?? 0);
    found.needed = tags.filter(([tag]) => tag === 1).map(([, at]) => string(strings, at));
    return found;
  } finally {
    fs.closeSync(descriptor);
  }
}

// Where the image's loader looks for libraries. Source: ld.so(8).
function configured(file) {
  const lines = text(image + file).split('\n').map((line) => line.replace(/#.*/, '').trim());
  return lines.flatMap((line) => {
    const [, parent, end] = /^include\s+(\S+)\/\*(\S*)$/.exec(line) ?? [];
    if (parent) return list(image + parent).filter((name) => name.endsWith(end)).flatMap((name) => configured(`${parent}/${name}`));
    return line.startsWith('/') ? [line] : [];
  });
}
const directories = [...configured('/etc/ld.so.conf'), '/lib64', '/usr/lib64', '/lib', '/usr/lib'];

// Takes a library by its name with all that it asks for in turn. Returns the names that were not found.
const known = new Map();
function library(name) {
  if (known.has(name)) return known.get(name);
  known.set(name, []);
  const candidates = name.includes('/') ? [name] : directories.map((directory) => `${directory}/${name}`);
  const file = candidates.find((candidate) => follow(image, candidate) !== undefined);
  if (file === undefined) known.set(name, [name]);
  else {
    const inBase = base !== undefined && follow(base, file) !== undefined;
    const real = inBase ? follow(image, file).real : take(file);
    known.set(name, program(image + real));
  }
  return known.get(name);
}

// Takes what a program of the image asks for. Returns the names that were not found.
function program(file) {
  const { interpreter, needed = [] } = dynamic(file) ?? {};
  return [interpreter, ...needed].filter(Boolean).flatMap(library);
}

// Notes which packages of the system the files in OUT come from.
function listPackages() {
  // Debian's lists may name what now lies below /usr without that.
  const short = (file) => file.replace(/^\/usr\/(bin|sbin|lib\w*)\//, '/$1/');
  const files = new Set([...taken].map(short));
  const dpkg = '/var/lib/dpkg';
  const stanzas = (file) => text(file).split(/\n\n+/).filter((stanza) => stanza.trim() !== '');
  for (const stanza of stanzas(`${image}${dpkg}/status`)) {
    const [, name] = /^Package: (.+)$/m.exec(stanza) ?? [];
    const names = list(`${image}${dpkg}/info`).filter((file) => file === `${name}.list` || (file.startsWith(`${name}:`) && file.endsWith('.list')));
    const lines = names.flatMap((file) => text(`${image}${dpkg}/info/${file}`).split('\n'));
    // Its files are made when it is configured.
    const isMade = name === 'ca-certificates' && taken.has('/etc/ssl/certs/ca-certificates.crt');
    if (!isMade && !lines.some((line) => files.has(short(line)))) continue;
    directory(`${dpkg}/status.d`);
    fs.writeFileSync(`${out}${dpkg}/status.d/${name}`, `${stanza.trim()}\n`, { mode: 0o644 });
    take(`/usr/share/doc/${name}/copyright`);
  }
}

// Programs and libraries below a directory, by header where the name does not tell.
function* binaries(parent) {
  for (const entry of fs.readdirSync(parent, { withFileTypes: true })) {
    const file = path.join(parent, entry.name);
    if (entry.isDirectory()) yield* binaries(file);
    else if (entry.isFile() && (/\.(node|so(\.\d+)*)$/.test(entry.name) || (!entry.name.includes('.') && lstat(file).mode & 0o111))) {
      yield file;
    }
  }
}

const node = search.split(':').map((place) => `${place}/node`).find((file) => follow(image, file) !== undefined);
if (node === undefined) {
  console.error(`the image has no program node in ${search}`);
  process.exit(1);
}
if (what === 'node') {
  const missing = program(image + take(node));
  if (missing.length > 0) {
    console.error(`node asks for ${missing.join(', ')}, which the image does not have`);
    process.exit(1);
  }
  loaded.split(' ').forEach(library);
  settings.split(' ').forEach((file) => take(`/${file}`));
  directory('/tmp');
  fs.chmodSync(`${out}/tmp`, 0o1777);
  listPackages();
} else {
  const { machine } = dynamic(image + follow(image, node).real);
  // What is for another processor or C library is not loaded here.
  const isOther = (asks) => asks.machine !== machine || asks.needed.some((name) => name.startsWith('libc.musl-'));
  const found = [...binaries(tree)];
  const beside = new Set(found.map((file) => path.basename(file)));
  // By package: what each native module lacks.
  const modules = new Map();
  for (const file of found) {
    const asks = dynamic(file);
    if (asks === undefined || isOther(asks)) continue;
    // A library that packages bring along is found by its loader, by RUNPATH or because it is loaded already.
    const lacks = asks.needed.filter((name) => !beside.has(name)).flatMap(library);
    if (!file.endsWith('.node')) continue;
    const inside = file.lastIndexOf('/node_modules/') + '/node_modules/'.length;
    const owner = /^(@[^/]+\/)?[^/]+/.exec(file.slice(inside))[0];
    if (!modules.has(owner)) modules.set(owner, []);
    modules.get(owner).push(lacks);
  }
  const failed = [...modules].filter(([, lacking]) => lacking.every((names) => names.length > 0));
  if (failed.length > 0) {
    const what = failed.map(([owner, lacking]) => `${owner} asks for ${[...new Set(lacking.flat())].sort().join(', ')}`);
    console.error(
      `${what.join('; ')}, which the image of Node does not have; write base = "debian" and the packages that have it in [run] packages`,
    );
    process.exit(1);
  }
  if (taken.size > 0) listPackages();
}

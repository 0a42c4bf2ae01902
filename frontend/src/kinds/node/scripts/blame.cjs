// Runs a command of an install, and where it fails tells by its status which dependency or patch it has failed of.
//
// usage: node blame.cjs ROOT STATUS=NAME... -- COMMAND...
// NAME is a dependency of a project in ROOT, or `./` and the path of a patch. What pnpm or npm says of a package that a
// dependency brings along is blamed on the dependency, by the lockfiles in ROOT. Where nothing is blamed the status is the
// command's own, or 1 where that is the one of a name.
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const { constants } = require('node:os');
const path = require('node:path');

const [root, ...rest] = process.argv.slice(2);
const [program, ...words] = rest.slice(rest.indexOf('--') + 1);
const statuses = new Map();
for (const pair of rest.slice(0, rest.indexOf('--'))) statuses.set(pair.slice(pair.indexOf('=') + 1), parseInt(pair, 10));

// Lines with which pnpm, or a script of the frontend, says that something has failed. Some are explained by what follows.
// npm says all of it on lines of one kind, with how it is called and where it logs among them.
const FAILURE =
  /\bERR_[A-Z]|\bELIFECYCLE\b|: Failed$|did not install$|, which is refused$|said that it was done, but$|^npm (?:error|ERR!) (?!aliases|Options|Usage|Run |Log files|A complete|\[|$)/;
const EXPLAINED = /\bERR_[A-Z]|did not install$|said that it was done, but$/;
const EXPLANATION = 6;

const unquoted = (key) => (/^(['"]).*\1$/.test(key) ? key.slice(1, -1) : key);
// The package that a key of a lockfile is of, or the version of a dependency under another name.
const nameIn = (text) => /^\/?((?:@[^/]+\/)?[^@/()]+)@/.exec(unquoted(text))?.[1];

// Who depends on a package, by its name; and what tells a package without its name: the address or the path that it comes
// from, the checksum of its archive.
const dependents = new Map();
const marks = new Map();
function add(name, dependent) {
  if (!dependents.has(name)) dependents.set(name, new Set());
  if (name !== dependent) dependents.get(name).add(dependent);
}

// npm's names each package by where it lies, and what it needs by name.
function learnLocations(lockfile) {
  for (const [location, entry] of Object.entries(JSON.parse(lockfile).packages)) {
    if (!location.includes('node_modules/') || entry.link) continue;
    const name = location.slice(location.lastIndexOf('node_modules/') + 'node_modules/'.length);
    // Of an alias the package's own name is another one.
    if (entry.name) add(entry.name, name);
    for (const mark of [entry.resolved?.replace(/^file:/, ''), entry.integrity].filter(Boolean)) marks.set(mark, name);
    for (const field of ['dependencies', 'optionalDependencies', 'peerDependencies']) {
      for (const needed of Object.keys(entry[field] ?? {})) add(needed, name);
    }
  }
}

// Lockfiles of pnpm are written by it and by the frontend, so that their lines can be told by how far they are indented.
function learn(lockfile) {
  const keys = [];
  for (const line of lockfile.split('\n')) {
    const [, indent, key, value = ''] = /^( *)([^\s#].*?):(?: (.*))?$/.exec(line) ?? [];
    if (key === undefined) continue;
    keys.length = indent.length >> 1;
    keys.push(unquoted(key));
    const [section, owner, field, name, last] = keys;
    if (section === 'importers' && last === 'version') {
      if (value.startsWith('file:')) marks.set(value.slice('file:'.length).replace(/\(.*/, ''), name);
      else add(nameIn(value) ?? name, name);
    }
    if (section !== 'packages' && section !== 'snapshots') continue;
    const dependent = owner && nameIn(owner);
    if (!dependent) continue;
    const [, address] = /@((?:\w[\w+.-]*:\/\/|file:)[^()]+)/.exec(owner) ?? [];
    if (address) marks.set(address.replace(/^file:/, ''), dependent);
    if (field === 'resolution') for (const [, mark] of value.matchAll(/(?:integrity|tarball): ([^,}\s]+)/g)) marks.set(mark, dependent);
    if (keys.length === 4 && /^(optionalD|d)ependencies$/.test(field)) add(nameIn(value) ?? name, dependent);
  }
}

function* lockfiles(directory) {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.name === 'pnpm-lock.yaml' || entry.name === 'package-lock.json') yield file;
    else if (entry.isDirectory() && entry.name !== 'node_modules') yield* lockfiles(file);
  }
}

// The nearest of the names that a package is there for.
function responsible(name) {
  const found = new Set([name]);
  for (const each of found) {
    if (statuses.has(each)) return each;
    for (const dependent of [...(dependents.get(each) ?? [])].sort()) found.add(dependent);
  }
  return undefined;
}

// What a line names as package managers write it: a patch, what tells a package, a directory of one, the address of an archive or of all
// versions, a package with its version.
function* named(line) {
  for (const name of statuses.keys()) if (name.startsWith('./') && line.includes(name.slice(2))) yield name;
  for (const [mark, name] of marks) if (line.includes(mark)) yield name;
  const forms = [
    /node_modules\/((?:@[^\s/"':]+\/)?[^\s/"':]+)(?![^\s]*node_modules\/)/g,
    /\/((?:@[^\s/]+(?:\/|%2f))?[^\s/@]+)\/-\//gi,
    /https?:\/\/[^\s"]+\/(@[^\s/"]+%2f[^\s/":]+|[^\s/":]+)(?=[\s":]|$)/gi,
    /(?<![\w/@.-])((?:@[\w.~-]+\/)?[\w.~-]+)@[\d^~<>=*]/g,
  ];
  for (const form of forms) for (const [, name] of line.matchAll(form)) yield name.replace(/%2f/i, '/');
}
// What a line may name.
const inProse = (line) => line.split(/[\s"'`,;:()]+/);

function blamed(said) {
  const lines = said.replace(/\x1b\[[\d;]*m/g, '').split('\n').map((line) => line.trimEnd());
  const told = (line, at) => (FAILURE.test(line) ? [lines.slice(at, at + (EXPLAINED.test(line) ? EXPLANATION : 1))] : []);
  const failures = lines.flatMap(told).reverse();
  // The last failure is the one that ended it; others may have been survived.
  for (const names of [named, inProse]) {
    for (const name of failures.flat().flatMap((line) => [...names(line)])) {
      const found = responsible(name);
      if (found) return found;
    }
  }
  return undefined;
}

function status(code, said) {
  try {
    for (const file of lockfiles(root)) (file.endsWith('.json') ? learnLocations : learn)(fs.readFileSync(file, 'utf8'));
  } catch {
    // What is named itself is blamed all the same.
  }
  if (said.includes('can only install packages when your package.json and package-lock.json')) {
    console.error('What a newer npm has locked an older one may not take: if yours is newer, write its major, as in "engines": { "npm": ">=11" }, into the root\'s package.json');
  }
  const found = blamed(said);
  if (found) return statuses.get(found);
  return [...statuses.values()].includes(code) ? 1 : code;
}

const child = spawn(program, words, { stdio: ['inherit', 'pipe', 'pipe'] });
let said = '';
const show = (from, to) =>
  from.on('data', (data) => {
    to.write(data);
    said = (said + data).slice(-262_144);
  });
show(child.stdout, process.stdout);
show(child.stderr, process.stderr);
const end = (code, signal) => {
  const ended = code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
  process.exitCode ??= ended === 0 ? 0 : status(ended, said);
};
child.on('error', (error) => {
  console.error(`${program}: ${error.message}`);
  end(127);
});
// What the command left running may hold its output open, and is not waited for.
child.on('exit', (...how) => {
  setTimeout(() => {
    end(...how);
    process.exit();
  }, 1000).unref();
});
// All of what it printed is there.
child.on('close', end);

// Cuts out of an install of pnpm what packages add to the packages below them.
//
// usage: node pieces.cjs ROOT LIST OUT
// LIST has "pieces", each after what it is on: {"key", "on", "projects"}, and "to" where it is to be cut: into the
// directory of that name in OUT. A piece is what the links of its projects lead to in ROOT's virtual store and what is not in what it
// is on, which is the root's own dependencies ("") or another one of the list. It follows from these projects alone,
// whatever else is installed. "settings" are those of the workspace that it makes with what it is on.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [root, listFile, out] = process.argv.slice(2);
const modules = path.join(root, 'node_modules');
const store = path.join(modules, '.pnpm');
const hoisted = path.join(store, 'node_modules');
const exists = (file) => fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined;

// The names in a node_modules, scopes resolved.
function names(directory) {
  if (!fs.existsSync(directory)) return [];
  const entries = fs.readdirSync(directory).filter((name) => !name.startsWith('.')).sort();
  const inside = (scope) => fs.readdirSync(path.join(directory, scope)).sort().map((name) => `${scope}/${name}`);
  return entries.flatMap((name) => (name.startsWith('@') ? inside(name) : [name]));
}

// The directory of the virtual store that a name in a node_modules leads into.
function entryOf(directory, name) {
  const file = path.join(directory, name);
  const [entry, ...rest] = path.relative(store, fs.existsSync(file) ? fs.realpathSync(file) : file).split(path.sep);
  return entry !== '..' && rest[0] === 'node_modules' ? entry : undefined;
}

const known = new Map();
// What an entry of the virtual store links to, and the names of its packages: directories, while links lead elsewhere.
function read(entry) {
  let found = known.get(entry);
  if (found) return found;
  const directory = path.join(store, entry, 'node_modules');
  found = { links: [], packages: [] };
  for (const name of names(directory)) {
    if (fs.lstatSync(path.join(directory, name)).isDirectory()) found.packages.push(name);
    else found.links.push(entryOf(directory, name));
  }
  known.set(entry, found);
  return found;
}

// The entries that some reach and `below` has not, the nearest first, as pnpm goes to hoist them.
function reached(start, below) {
  const found = new Set();
  let level = start;
  while (level.length > 0) {
    level = [...new Set(level)].filter((entry) => entry !== undefined && !below.has(entry) && !found.has(entry)).sort();
    for (const entry of level) found.add(entry);
    level = level.flatMap((entry) => read(entry).links);
  }
  return found;
}

function copy(from, to) {
  fs.mkdirSync(to, { recursive: true });
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) copy(source, target);
    else if (entry.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(source), target);
    else if (entry.isFile()) fs.copyFileSync(source, target);
  }
}

const manifest = (directory) => JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8'));
const fields = ['dependencies', 'devDependencies', 'optionalDependencies'];
const rootManifest = manifest(root);
const ownOfRoot = new Set(fields.flatMap((field) => Object.keys(rootManifest[field] ?? {})));

// Links packages, of entries and of projects, where pnpm has hoisted some package of that name, whichever it was. What
// lies below has its own of a name.
function hoist(packages, taken, to) {
  for (const [name, directory] of packages) {
    if (taken.has(name)) continue;
    taken.add(name);
    const place = [hoisted, modules].find((place) => exists(path.join(place, name)));
    if (place === undefined) continue;
    const link = path.join(place, name);
    const target = path.join(to, path.relative(root, link));
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.symlinkSync(path.relative(path.dirname(link), directory), target);
  }
}

const packagesOf = (entries) => [...entries].flatMap((entry) => read(entry).packages.map((name) => [name, path.join(store, entry, 'node_modules', name)]));
const namesOf = (packages) => packages.map(([name]) => name);
const projectOf = (directory) => [manifest(directory).name, directory];
const projectEntries = (directory) => names(path.join(directory, 'node_modules')).map((name) => entryOf(path.join(directory, 'node_modules'), name));
const rootEntries = reached([...ownOfRoot].map((name) => entryOf(modules, name)), new Set());
const grounds = new Map([['', { entries: rootEntries, names: new Set([...ownOfRoot, ...namesOf(packagesOf(rootEntries))]), projects: [] }]]);
const { settings, pieces } = JSON.parse(fs.readFileSync(listFile, 'utf8'));
// A directory as a pattern that matches it alone.
const pattern = (directory) => directory.replace(/[*?[\]{}()!"\\]/g, '\\$&');

for (const { key, on, projects, to } of pieces) {
  const below = grounds.get(on);
  const entries = reached(projects.flatMap((project) => projectEntries(path.join(root, project))), below.entries);
  const packages = [...packagesOf(entries), ...projects.map((project) => projectOf(path.join(root, project))).filter(([name]) => name !== undefined)];
  const taken = new Set(below.names);
  const all = [...new Set([...below.projects, ...projects, key])].sort();
  if (to !== undefined) {
    const target = path.join(out, to);
    fs.mkdirSync(target, { recursive: true });
    for (const entry of entries) copy(path.join(store, entry), path.join(target, path.relative(root, store), entry));
    for (const project of projects) {
      const [from, into] = [path.join(root, project), path.join(target, project)];
      fs.mkdirSync(into, { recursive: true });
      fs.copyFileSync(path.join(from, 'package.json'), path.join(into, 'package.json'));
      if (fs.existsSync(path.join(from, 'node_modules'))) copy(path.join(from, 'node_modules'), path.join(into, 'node_modules'));
    }
    hoist(packages, taken, target);
    if (settings !== null) fs.writeFileSync(path.join(target, 'pnpm-workspace.yaml'), `packages: ${JSON.stringify(['.', ...all.map(pattern)])}\n${settings}`);
  } else {
    for (const name of namesOf(packages)) taken.add(name);
  }
  grounds.set(key, { entries: new Set([...below.entries, ...entries]), names: taken, projects: all });
}

// Lays a production install out as `pnpm deploy` does: each package of the workspace where the image is to have it.
//
// usage: node deploy.cjs ROOT [DIRECTORY PLACE]...
// ROOT has the virtual store, whose packages stay. Each DIRECTORY is a package's in the workspace, and PLACE where the image
// has it: ROOT, or ENTRY/node_modules/NAME in the store. Links to its dependencies are then in PLACE/node_modules, or beside
// it in ENTRY/node_modules, where pnpm has those of published packages; and every link that leads to it is made anew.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [root, ...pairs] = process.argv.slice(2);
const moves = pairs.flatMap((from, index) => (index % 2 === 0 ? [{ from, place: pairs[index + 1] }] : []));
// Packages may lie in others: the innermost is meant.
moves.sort((one, other) => other.from.length - one.from.length);

// Where the image has what was at a path before. The store lies in the root's directory and is no package's.
function moved(file) {
  const inside = ({ from }) => file === from || (file.startsWith(`${from}/`) && !file.startsWith(`${from}/node_modules/`));
  const move = moves.find(inside);
  return move ? move.place + file.slice(move.from.length) : file;
}

// Where a package's links are to be.
function modulesOf(place) {
  const end = place.lastIndexOf('/node_modules/');
  return end < 0 ? `${place}/node_modules` : `${place.slice(0, end)}/node_modules`;
}

const list = (directory) => (fs.existsSync(directory) ? fs.readdirSync(directory, { withFileTypes: true }) : []);

// The names in a node_modules, those in scopes one by one. What begins with a dot is no package.
function names(modules) {
  const packages = list(modules).filter(({ name }) => !name.startsWith('.'));
  return packages.flatMap((entry) => {
    const scoped = entry.name.startsWith('@') && entry.isDirectory();
    return scoped ? list(path.join(modules, entry.name)).map(({ name }) => `${entry.name}/${name}`) : [entry.name];
  });
}

const targetOf = (link) => (fs.lstatSync(link).isSymbolicLink() ? path.resolve(path.dirname(link), fs.readlinkSync(link)) : undefined);

function relink(link, target) {
  fs.mkdirSync(path.dirname(link), { recursive: true });
  fs.rmSync(link, { recursive: true, force: true });
  fs.symlinkSync(path.relative(path.dirname(link), target), link);
}

// A program of a dependency is a link to it, or a script of the shell which finds it from its own directory.
function moveProgram(file, to, from, modules) {
  const target = targetOf(file);
  if (target !== undefined) {
    const below = path.relative(path.join(from, 'node_modules'), target);
    relink(to, below.startsWith('..') ? moved(target) : path.join(modules, below));
    return;
  }
  const text = fs.readFileSync(file, 'utf8');
  const up = path.relative(path.dirname(to), modules);
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.rmSync(to, { force: true });
  fs.writeFileSync(to, text.replaceAll('$basedir/../', `$basedir/${up}/`), { mode: 0o755 });
}

for (const { from, place } of moves) {
  const [old, modules] = [path.join(from, 'node_modules'), modulesOf(place)];
  if (from === place) continue;
  for (const name of names(old)) {
    const [file, to] = [path.join(old, name), path.join(modules, name)];
    const target = targetOf(file);
    // What has the name of the package itself cannot be beside it.
    const link = to === place ? path.join(place, 'node_modules', name) : to;
    if (target !== undefined) relink(link, moved(target));
    else fs.cpSync(file, link, { recursive: true, verbatimSymlinks: true });
  }
  for (const { name } of list(path.join(old, '.bin'))) {
    moveProgram(path.join(old, '.bin', name), path.join(place, 'node_modules/.bin', name), from, modules);
  }
  fs.rmSync(old, { recursive: true, force: true });
}

// Links of the store that lead to the workspace: those of copies that pnpm made, of peers, and of what it hoists.
const store = path.join(root, 'node_modules/.pnpm');
const entries = list(store).filter((entry) => entry.isDirectory() && entry.name !== 'node_modules');
const stored = entries.map(({ name }) => path.join(store, name, 'node_modules'));
for (const modules of [path.join(root, 'node_modules'), path.join(store, 'node_modules'), ...stored]) {
  for (const name of names(modules)) {
    const link = path.join(modules, name);
    const target = targetOf(link);
    if (target !== undefined && moved(target) !== target) relink(link, moved(target));
  }
}

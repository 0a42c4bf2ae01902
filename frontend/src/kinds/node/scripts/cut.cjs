// Cuts out of an install of npm what packages add to the packages below them.
//
// usage: node cut.cjs ROOT LIST OUT
// LIST has "pieces": {"key", "on", "projects", "locations"}, and "to" where it is to be cut: into the directory of that name
// in OUT. A piece is what lies at its locations in ROOT, without what lies in it at others, the programs of these in each
// `.bin`, and the package.json of its projects. It follows from these projects alone, whatever else is installed.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [root, listFile, out] = process.argv.slice(2);
const { pieces } = JSON.parse(fs.readFileSync(listFile, 'utf8'));

// Copies what is at a location: packages that lie in it have locations of their own.
function copy(from, to) {
  const found = fs.lstatSync(from, { throwIfNoEntry: false });
  // One of another platform.
  if (!found) return;
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.cpSync(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => path.basename(file) !== 'node_modules' || !fs.lstatSync(file).isDirectory() || isOwn(file, from),
  });
}
// A directory of this name is a package's own where it has no packages in it, such as one of its tests.
function isOwn(file, from) {
  return path.dirname(file) !== from;
}

// The programs of a node_modules that lead to what is cut.
function programs(modules, to, locations) {
  const bin = path.join(modules, '.bin');
  if (!fs.existsSync(bin)) return;
  for (const name of fs.readdirSync(bin).sort()) {
    const link = path.join(bin, name);
    if (!fs.lstatSync(link).isSymbolicLink()) continue;
    const target = path.relative(root, path.resolve(bin, fs.readlinkSync(link)));
    const isCut = locations.some((location) => target === location || target.startsWith(`${location}/`));
    if (!isCut) continue;
    const copied = path.join(to, '.bin', name);
    fs.mkdirSync(path.dirname(copied), { recursive: true });
    fs.symlinkSync(fs.readlinkSync(link), copied);
  }
}

for (const { projects, locations = [], to } of pieces.filter((piece) => piece.to !== undefined)) {
  const target = path.join(out, to);
  fs.mkdirSync(target, { recursive: true });
  for (const location of locations) copy(path.join(root, location), path.join(target, location));
  for (const modules of new Set(locations.map((location) => location.slice(0, location.lastIndexOf('node_modules/') + 12)))) {
    programs(path.join(root, modules), path.join(target, modules), locations);
  }
  for (const project of projects) {
    const file = path.join(root, project, 'package.json');
    if (!fs.existsSync(file)) continue;
    fs.mkdirSync(path.join(target, project), { recursive: true });
    fs.copyFileSync(file, path.join(target, project, 'package.json'));
  }
}

// Fails where an install by npm is not as the lockfile says: a package manager that ends with 0 is no proof.
//
// usage: node installed.cjs ROOT
// Every location that the package-lock.json in ROOT has, but those that may be missing, has to be there: a package with
// the version that it says, or the link that it says. Nothing else is there.
// What may be missing is marked so for the whole workspace: a package that another member needs in any case, and this
// install for one of another platform alone, is not. So one that nothing which is there needs may be missing, too.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [root] = process.argv.slice(2);
const { packages } = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
const isInstalled = (location) => location.includes('node_modules/');
const wrong = [];

const isThere = (location) => !isInstalled(location) || fs.lstatSync(path.join(root, location), { throwIfNoEntry: false }) !== undefined;

// Where a package of a name is found from a location, as Node looks for it.
function from(location, name) {
  for (let at = location; ; at = path.dirname(at)) {
    const found = path.join(at === '.' ? '' : at, 'node_modules', name);
    if (found in packages) return found;
    if (at === '' || at === '.') return undefined;
  }
}

// The locations that depend on each location, and whether they work without it.
const dependents = new Map();
for (const [location, entry] of Object.entries(packages)) {
  const optional = (name) => name in (entry.optionalDependencies ?? {}) || entry.peerDependenciesMeta?.[name]?.optional === true;
  const fields = [entry.dependencies, entry.devDependencies, entry.optionalDependencies, entry.peerDependencies];
  for (const name of new Set(fields.flatMap((field) => Object.keys(field ?? {})))) {
    const found = from(location, name);
    dependents.set(found, [...(dependents.get(found) ?? []), { location, needs: !optional(name) }]);
  }
}

function isNeeded(location) {
  const by = dependents.get(location);
  return by === undefined || by.some((one) => one.needs && isThere(one.location));
}

for (const [location, entry] of Object.entries(packages).filter(([location]) => isInstalled(location))) {
  const directory = path.join(root, location);
  const found = fs.lstatSync(directory, { throwIfNoEntry: false });
  if (entry.link) {
    if (!found?.isSymbolicLink()) wrong.push(`${location} is no link`);
    continue;
  }
  if (!found) {
    // One of another platform, or one that failed: it may be missing, with all that it alone needs.
    if (!entry.optional && !entry.devOptional && !entry.peer && !entry.inBundle && isNeeded(location)) wrong.push(`${location} is missing`);
    continue;
  }
  let version;
  try {
    ({ version } = JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8')));
  } catch {
    wrong.push(`${location} has no package.json that can be read`);
    continue;
  }
  // What comes from elsewhere than a registry need not have a version; npm writes some in another form.
  const isSame = entry.version === undefined || version === undefined || trimmed(version) === trimmed(entry.version);
  if (!isSame) wrong.push(`${location} has the version ${version}, and the lockfile says ${entry.version}`);
}

// As npm cleans versions: without a mark in front and what is said of the build.
function trimmed(version) {
  return String(version).trim().replace(/^[=v\s]+/, '').replace(/\+.*$/, '');
}

// What lies in a node_modules that the lockfile does not have.
function look(modules) {
  for (const name of list(modules)) {
    if (name.startsWith('.')) continue;
    const names = name.startsWith('@') ? list(path.join(modules, name)).map((inside) => `${name}/${inside}`) : [name];
    for (const found of names) {
      const file = path.join(modules, found);
      const location = path.relative(root, file);
      if (!(location in packages)) wrong.push(`${location} is there, and the lockfile does not have it`);
      else if (fs.lstatSync(file).isDirectory() && fs.existsSync(path.join(file, 'node_modules'))) look(path.join(file, 'node_modules'));
    }
  }
}
function list(directory) {
  try {
    return fs.readdirSync(directory);
  } catch {
    return [];
  }
}
const projects = Object.keys(packages).filter((location) => !isInstalled(location));
for (const project of projects) look(path.join(root, project, 'node_modules'));

if (wrong.length > 0) {
  const more = wrong.length > 20 ? [`and ${wrong.length - 20} more`] : [];
  console.error(`npm said that it was done, but\n  ${[...wrong.slice(0, 20), ...more].join('\n  ')}`);
  process.exit(1);
}

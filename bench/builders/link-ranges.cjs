// Rewrites plain version ranges of workspace packages ("^1.0.0") to `workspace:*` in every package.json below the
// current directory: of a package that is asked for by a range, `pnpm deploy` leaves a dangling link.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

function* manifests(directory) {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory() && !['node_modules', 'dist', '.git'].includes(entry.name)) yield* manifests(file);
    else if (entry.name === 'package.json') yield [file, JSON.parse(fs.readFileSync(file, 'utf8'))];
  }
}

const packages = [...manifests('.')];
const names = new Set(packages.map(([, manifest]) => manifest.name));
for (const [file, manifest] of packages) {
  for (const kind of ['dependencies', 'optionalDependencies', 'devDependencies']) {
    for (const [name, range] of Object.entries(manifest[kind] ?? {})) {
      if (names.has(name) && /^[\^~]?\d/.test(range)) manifest[kind][name] = 'workspace:*';
    }
  }
  fs.writeFileSync(file, JSON.stringify(manifest, null, 2) + '\n');
}

// Applies the patches that `patch-package` would apply after an install by hand.
//
// usage: node patched.cjs ROOT NOTE PATCHES [PROJECT...]
// PROJECT is a directory whose node_modules the patches below PATCHES/0 are for, below PATCHES/1 those of the next one, and so
// on; PATCHES is removed in the end. A patch names its package and version: a package that is not there is passed over, and where a project has no link to it, every copy of
// that version in pnpm's store below ROOT is meant. A patch that does not fit, or leads out of its package, is an error.
// An install on top of another one finds packages that are patched already: NOTE is the file in a package that says by which
// patches, or `-` where nothing stands on this install.
// Source of the names and of how far lines may have moved: patch-package, `packageIsInstalled` and `patch/apply`.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [root, note, all, ...projects] = process.argv.slice(2);
const exists = (file) => fs.existsSync(file);
/** How many lines a hunk may have moved, up or down. */
const MOVED = 20;

class Refusal extends Error {}

// `@s+a++b+1.0.0+001+why.dev.patch`: the packages, one in the other, and the version of the last one.
function named(file) {
  const parts = file.replace(/(\.dev)?\.patch$/, '').split('++');
  const last = /^((?:@[^+]+\+)?[^+]+)\+(\d+\.\d+\.\d+[^+]*)/.exec(parts.pop() ?? '');
  if (!last) return undefined;
  const names = [...parts, last[1]].map((name) => (name.startsWith('@') ? name.replace('+', '/') : name));
  return { names, version: last[2] };
}

const versionOf = (directory) => {
  try {
    return JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8')).version;
  } catch {
    return undefined;
  }
};

// The directories of the package that a patch is for.
function places(project, { names, version }) {
  const linked = path.join(project, ...names.flatMap((name) => ['node_modules', name]));
  if (exists(linked)) return [fs.realpathSync(linked)];
  const store = path.join(root, 'node_modules/.pnpm');
  if (names.length > 1 || !exists(store)) return [];
  const entries = fs.readdirSync(store, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const copies = entries.map((entry) => path.join(store, entry.name, 'node_modules', names[0]));
  return copies.filter((copy) => fs.lstatSync(copy, { throwIfNoEntry: false })?.isDirectory() && versionOf(copy) === version);
}

/**
 * @typedef {{ at: number, lines: [string, string][], ends: boolean }} Hunk
 * @typedef {{ from: string, to: string, hunks: Hunk[], isNew?: boolean, isGone?: boolean, mode?: string }} Change
 */

// What a patch does, a file each.
function parse(text) {
  /** @type {Change[]} */
  const files = [];
  /** @type {Hunk | undefined} */
  let hunk;
  let left = [0, 0];
  for (const line of text.split('\n')) {
    const file = files.at(-1);
    const header = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    if (left[0] > 0 || left[1] > 0) {
      // A line of the file that is empty may have lost its space.
      const kind = line === '' || line === '\r' ? ' ' : line[0];
      if (kind === '\\') continue;
      hunk.lines.push([kind, line.slice(1)]);
      if (kind !== '+') left[0] -= 1;
      if (kind !== '-') left[1] -= 1;
    } else if (line.startsWith('diff --git ')) {
      const [, from, to] = /^diff --git a\/(.+?) b\/(.+?)\s*$/.exec(line) ?? [];
      files.push({ from, to, hunks: [] });
    } else if (header && file) {
      left = [Number(header[2] ?? 1), Number(header[3] ?? 1)];
      hunk = { at: Number(header[1]), lines: [], ends: true };
      file.hunks.push(hunk);
    } else if (line.startsWith('\\ No newline') && hunk) {
      hunk.ends = hunk.lines.at(-1)?.[0] === '-';
    } else if (file && line.startsWith('rename from ')) file.from = line.slice(12).trim();
    else if (file && line.startsWith('rename to ')) file.to = line.slice(10).trim();
    else if (file && line.startsWith('new file mode')) [file.isNew, file.mode] = [true, line.trim().slice(-3)];
    else if (file && line.startsWith('deleted file mode')) file.isGone = true;
    else if (file && line.startsWith('new mode')) file.mode = line.trim().slice(-3);
  }
  return files;
}

const isAlike = (one, other) => one !== undefined && one.trimEnd() === other.trimEnd();

// The place of a hunk in the lines of a file, near the one that it names.
function find(lines, hunk, moved) {
  const old = hunk.lines.filter(([kind]) => kind !== '+').map(([, line]) => line);
  const wanted = Math.max(hunk.at - 1, 0) + moved;
  for (let far = 0; far <= MOVED; far += 1) {
    for (const at of far === 0 ? [wanted] : [wanted - far, wanted + far]) {
      if (at >= 0 && old.every((line, index) => isAlike(lines[at + index], line))) return at;
    }
  }
  return undefined;
}

function changed(text, hunks) {
  const lines = text === '' ? [] : text.split('\n');
  let moved = 0;
  for (const hunk of hunks) {
    const at = find(lines, hunk, moved);
    if (at === undefined) return undefined;
    let index = at;
    const fresh = [];
    for (const [kind, line] of hunk.lines) {
      if (kind === '+') fresh.push(line);
      else if (kind === ' ') fresh.push(lines[index++]);
      else index += 1;
    }
    lines.splice(at, index - at, ...fresh);
    moved += fresh.length - (index - at);
  }
  return lines.join('\n');
}

// Applies a patch to a package; `prefix` is how the patch calls its directory.
function apply(directory, prefix, patch) {
  const inside = (file) => {
    const below = file?.startsWith(prefix) ? path.normalize(file.slice(prefix.length)) : '..';
    const target = path.join(directory, below);
    const parent = path.dirname(target);
    // Nor by a link of the package.
    const leaves = exists(parent) && !`${fs.realpathSync(parent)}${path.sep}`.startsWith(`${fs.realpathSync(directory)}${path.sep}`);
    if (below.startsWith('..') || leaves || fs.lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw new Refusal(`it leads to ${file}, which is not in its package`);
    }
    return target;
  };
  for (const { from, to, isNew, isGone, mode, hunks } of patch) {
    const [source, target] = [inside(from), inside(to)];
    if (isGone) {
      fs.rmSync(source, { force: true });
      continue;
    }
    if (!isNew && !exists(source)) throw new Refusal(`there is no ${from}`);
    let text = isNew ? '' : fs.readFileSync(source, 'utf8');
    const permissions = isNew ? 0o644 : fs.statSync(source).mode & 0o777;
    if (hunks.length > 0) {
      text = changed(text, hunks);
      if (text === undefined) throw new Refusal(`${from} has other lines than it expects`);
      if (isNew && hunks.at(-1).ends) text += '\n';
    }
    if (source !== target) fs.rmSync(source, { force: true });
    fs.mkdirSync(path.dirname(target), { recursive: true });
    // A new file in the place of the old one, which may be a file of the store as well.
    fs.rmSync(target, { force: true });
    fs.writeFileSync(target, text, { mode: mode === undefined ? permissions : Number.parseInt(mode, 8) });
  }
}

function* patches(directory) {
  const entries = exists(directory) ? fs.readdirSync(directory, { withFileTypes: true }) : [];
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) yield* patches(file);
    else if (entry.isFile() && entry.name.endsWith('.patch')) yield file;
  }
}

for (const [number, project] of projects.entries()) {
  const directory = path.join(all, String(number));
  for (const file of patches(directory)) {
    // Older releases have a directory for a scope.
    const scope = path.basename(path.dirname(file));
    const name = scope.startsWith('@') ? `${scope}+${path.basename(file)}` : path.basename(file);
    const meant = named(name);
    if (!meant) continue;
    const prefix = `${meant.names.map((one) => `node_modules/${one}`).join('/')}/`;
    for (const place of places(project, meant)) {
      const noted = path.join(place, note);
      const done = note !== '-' && exists(noted) ? fs.readFileSync(noted, 'utf8').split('\n') : [];
      if (done.includes(file)) continue;
      try {
        apply(place, prefix, parse(fs.readFileSync(file, 'utf8')));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        console.error(`the patch ${path.basename(file)} cannot be applied to ${meant.names.at(-1)} ${versionOf(place)}: ${error.message}`);
        process.exit(1);
      }
      if (note !== '-') fs.writeFileSync(noted, [...done, file].join('\n'));
      console.log(`${path.basename(file)} is applied to ${meant.names.at(-1)} ${versionOf(place)}`);
    }
  }
}
fs.rmSync(all, { recursive: true, force: true });

// Looks at what an install is going to take of pnpm's store, and removes what is not as the lockfile says: pnpm, which
// looks at a file again only where it is younger than its record of it, then fetches it anew.
//
// usage: node store.cjs STORE ROOT
// The lockfiles in ROOT name packages by the integrity of their archives. By it the store has a list of each one's
// files, with their SHA-512, which is where a file's bytes lie as well. Prints what it removes, a line each.
//
//   v3   pnpm 8 and 9   v3/files/AB/REST-index.json      JSON
//   v10  pnpm 10        v10/index/AB/REST-NAME.json      JSON; REST is cut to 62 digits
//   v11  pnpm 11, 12    v11/index.db                     SQLite; the lists are a binary form of JSON
'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const [store, root] = process.argv.slice(2);
const list = (directory) => {
  try {
    return fs.readdirSync(directory);
  } catch {
    return [];
  }
};
const hex = (integrity) => Buffer.from(integrity.slice(integrity.indexOf('-') + 1), 'base64').toString('hex');

function remove(file, why) {
  console.log(`${path.relative(store, file)} in the package store ${why}, and is fetched again`);
  fs.rmSync(file, { recursive: true, force: true });
}

function* lockfiles(directory) {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.name === 'pnpm-lock.yaml') yield file;
    else if (entry.isDirectory() && entry.name !== 'node_modules') yield* lockfiles(file);
  }
}
const integrities = (file) => new Set(fs.existsSync(file) ? fs.readFileSync(file, 'utf8').match(/\bsha\d+-[\w+/]+=*/g) : []);

// What an install adds to was looked at by the step that installed it.
const wanted = new Set();
for (const file of lockfiles(root)) {
  const installed = integrities(path.join(path.dirname(file), 'node_modules/.pnpm/lock.yaml'));
  for (const integrity of integrities(file)) if (!installed.has(integrity)) wanted.add(integrity);
}

// Returns a file's bytes; none where there is no file, which pnpm sees itself. Nothing in the store is a link.
function bytes(file) {
  const found = fs.lstatSync(file, { throwIfNoEntry: false });
  if (found?.isFile()) return fs.readFileSync(file);
  if (found) remove(file, 'is no file');
  return undefined;
}

const seen = new Set();
// Compares a file of the store with its name, which is its digest.
function check(files, digest) {
  for (const name of [digest, `${digest}-exec`]) {
    const file = path.join(files, name.slice(0, 2), name.slice(2));
    if (seen.has(file)) continue;
    seen.add(file);
    const found = bytes(file);
    if (found && crypto.createHash('sha512').update(found).digest('hex') !== digest) remove(file, 'is damaged');
  }
}

// A list as JSON. One that cannot be read stops every install that meets it.
function checkList(files, list) {
  const text = bytes(list);
  if (!text) return;
  let digests;
  try {
    digests = Object.values(JSON.parse(text.toString('utf8')).files).map(({ integrity }) => hex(integrity));
  } catch {
    remove(list, 'cannot be read');
    return;
  }
  for (const digest of digests) check(files, digest);
}

// Says whether a database is one that nobody can read, by what reading it failed of: SQLITE_CORRUPT or SQLITE_NOTADB
// (sqlite.org/rescode.html), and for a Node without SQLite by how databases begin. One that is locked is sound.
function isBroken(database, error) {
  const { errcode } = /** @type {{ errcode?: number }} */ (error);
  if (errcode !== undefined) return [11, 26].includes(errcode & 255);
  const text = bytes(database);
  return text !== undefined && text.length > 0 && !text.toString('latin1').startsWith('SQLite format 3\0');
}

// The lists of pnpm 11 and 12. Their digests are the only runs of 128 hexadecimal digits in them. Where Node cannot read
// the database, every file of the store is looked at. A broken one stops every install of pnpm 11, and goes after what
// belongs to it: pnpm makes another one where there is none.
function checkDatabase(files, database) {
  const texts = [];
  try {
    const { DatabaseSync } = require('node:sqlite');
    const query = new DatabaseSync(database, { readOnly: true }).prepare('SELECT data FROM package_index WHERE key >= ? AND key < ?');
    const found = [...wanted].flatMap((integrity) => query.all(`${integrity}\t`, `${integrity}\n`));
    for (const { data } of found) texts.push(Buffer.from(/** @type {Uint8Array} */ (data)).toString('latin1'));
  } catch (error) {
    if (isBroken(database, error)) {
      for (const ending of ['-wal', '-shm', '']) if (fs.existsSync(database + ending)) remove(database + ending, 'cannot be read');
    }
    for (const part of list(files)) for (const name of list(path.join(files, part))) check(files, `${part}${name}`.slice(0, 128));
    return;
  }
  for (const text of texts) for (const digest of text.match(/(?<![\da-f])[\da-f]{128}(?![\da-f])/g) ?? []) check(files, digest);
}

for (const integrity of wanted) {
  const digest = hex(integrity);
  const [part, rest] = [digest.slice(0, 2), digest.slice(2)];
  const old = path.join(store, 'v3/files', part, `${rest}-index.json`);
  checkList(path.join(store, 'v3/files'), old);
  const lists = path.join(store, 'v10/index', part);
  for (const name of list(lists)) if (name.startsWith(rest.slice(0, 62))) checkList(path.join(store, 'v10/files'), path.join(lists, name));
}
const database = path.join(store, 'v11/index.db');
if (wanted.size > 0 && fs.existsSync(database)) checkDatabase(path.join(store, 'v11/files'), database);

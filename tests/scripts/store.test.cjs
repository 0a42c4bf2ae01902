'use strict';
const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { temporary, write, list, run, link } = require('./tree.cjs');

const digest = (text) => createHash('sha512').update(text).digest('hex');
const integrity = (text) => `sha512-${createHash('sha512').update(text).digest('base64')}`;
const inStore = (store, text, ending = '') => `${store}/files/${digest(text).slice(0, 2)}/${digest(text).slice(2)}${ending}`;
const ARCHIVE = digest('archive of a');
const OTHER = digest('archive of b');
const LOCKFILE = `lockfileVersion: '9.0'\npackages:\n\n  a@1.0.0:\n    resolution: {integrity: ${integrity('archive of a')}}\n`;
const listed = (...texts) => JSON.stringify({ files: Object.fromEntries(texts.map((text, n) => [`${n}.js`, { integrity: integrity(text), mode: 420 }])) });

// How each store names the list of the files of package `a`, and of another package that no lockfile names.
const LAYOUTS = {
  v3: (archive) => `v3/files/${archive.slice(0, 2)}/${archive.slice(2)}-index.json`,
  v10: (archive) => `v10/index/${archive.slice(0, 2)}/${archive.slice(2, 64)}-a@1.0.0.json`,
};

function look(t, store, root = { 'pnpm-lock.yaml': LOCKFILE }) {
  const top = write(temporary(t), {
    ...Object.fromEntries(Object.entries(store).map(([name, content]) => [`store/${name}`, content])),
    ...Object.fromEntries(Object.entries(root).map(([name, content]) => [`root/${name}`, content])),
  });
  fs.mkdirSync(path.join(top, 'store'), { recursive: true });
  const before = list(path.join(top, 'store'));
  const result = run('store.cjs', [path.join(top, 'store'), path.join(top, 'root')], { env: { ...process.env, NODE_NO_WARNINGS: '1' } });
  assert.deepEqual([result.code, result.stderr], [0, '']);
  const left = new Set(list(path.join(top, 'store')));
  const gone = before.filter((name) => !left.has(name) && !left.has(name.split(' -> ')[0]));
  assert.equal(result.stdout.split('\n').filter(Boolean).length, gone.length, result.stdout);
  return gone;
}

for (const [layout, indexed] of Object.entries(LAYOUTS)) {
  const index = indexed(ARCHIVE);
  const sound = { [index]: listed('one', 'two'), [inStore(layout, 'one')]: 'one', [inStore(layout, 'two', '-exec')]: 'two' };

  test(`${layout}: a sound store is left alone`, (t) => {
    assert.deepEqual(look(t, sound), []);
    // What was never there pnpm sees itself.
    assert.deepEqual(look(t, { [index]: listed('one', 'two') }), []);
    assert.deepEqual(look(t, {}), []);
  });

  test(`${layout}: files that are not what their names say go`, (t) => {
    for (const damaged of ['oNe', '', 'one ']) assert.deepEqual(look(t, { ...sound, [inStore(layout, 'one')]: damaged }), [inStore(layout, 'one')]);
    assert.deepEqual(look(t, { ...sound, [inStore(layout, 'two', '-exec')]: 'x' }), [inStore(layout, 'two', '-exec')]);
  });

  test(`${layout}: a list that cannot be read goes`, (t) => {
    for (const text of ['', '{', '{"files":', 'null', '{}', '{"files":{"a":{}}}', '[1]']) assert.deepEqual(look(t, { ...sound, [index]: text }), [index], text);
  });

  test(`${layout}: a link in the place of a list or of a file goes, and nothing behind it`, (t) => {
    const gone = look(t, { ...sound, [index]: link('/etc/hostname') });
    assert.deepEqual(gone, [`${index} -> /etc/hostname`]);
    const file = inStore(layout, 'one');
    assert.deepEqual(look(t, { ...sound, [file]: link('elsewhere'), [path.join(path.dirname(file), 'elsewhere')]: 'one' }), [`${file} -> elsewhere`]);
  });

  test(`${layout}: what no lockfile names is nobody's business here`, (t) => {
    const other = { [indexed(OTHER)]: '', [inStore(layout, 'three')]: 'x' };
    assert.deepEqual(look(t, { ...sound, ...other }), []);
  });

  test(`${layout}: what is installed already was looked at before`, (t) => {
    const damaged = { ...sound, [inStore(layout, 'one')]: 'x' };
    assert.deepEqual(look(t, damaged, { 'pnpm-lock.yaml': LOCKFILE, 'node_modules/.pnpm/lock.yaml': LOCKFILE }), []);
    assert.deepEqual(look(t, damaged, { 'libs/a b/pnpm-lock.yaml': LOCKFILE }), [inStore(layout, 'one')]);
  });
}

// Digests in a list of pnpm 11 and 12 stand between bytes of another form.
const record = (...texts) => Buffer.concat([Buffer.from([0xd4, 0x72, 0xd9, 0x80]), ...texts.map((text) => Buffer.concat([Buffer.from(digest(text)), Buffer.from([0xcd, 1, 0xa4])]))]);

test('v11: files of the packages that a lockfile names are looked at, or all of them', (t) => {
  const top = temporary(t);
  write(top, { 'store/v11/': '', 'root/pnpm-lock.yaml': LOCKFILE });
  const database = path.join(top, 'store/v11/index.db');
  let sqlite;
  try {
    sqlite = require('node:sqlite');
  } catch {
    fs.writeFileSync(database, 'SQLite format 3\0, in a form that this Node does not read');
  }
  if (sqlite) {
    const open = new sqlite.DatabaseSync(database);
    open.exec('CREATE TABLE package_index (key TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID');
    const insert = open.prepare('INSERT INTO package_index VALUES (?, ?)');
    insert.run(`${integrity('archive of a')}\ta@1.0.0`, record('one', 'two'));
    insert.run(`${integrity('archive of b')}\tb@1.0.0`, record('three'));
    open.close();
  }
  const store = { 'v11/index.db': fs.readFileSync(database) };
  const damaged = { ...store, [inStore('v11', 'one')]: '', [inStore('v11', 'two', '-exec')]: 'two', [inStore('v11', 'three')]: 'x' };
  const expected = [inStore('v11', 'one'), ...(sqlite ? [] : [inStore('v11', 'three')])].sort();
  assert.deepEqual(look(t, damaged), expected);

  // A broken database stops every install: it goes, with what belongs to it, and every file is looked at.
  const bytes = fs.readFileSync(database);
  const torn = Buffer.from(bytes).fill(0xa5, Math.min(100, bytes.length / 2));
  for (const broken of ['garbage', bytes.map((byte) => byte ^ 1), ...(sqlite ? [torn] : [])]) {
    const beside = { 'v11/index.db': broken, 'v11/index.db-shm': 'x', 'v11/index.db-wal': 'x' };
    const found = look(t, { ...damaged, ...beside }).sort();
    assert.deepEqual(found, [...Object.keys(beside), inStore('v11', 'one'), inStore('v11', 'three')].sort());
  }
  // One that has nothing yet is none, and one that another install has locked can be read later.
  assert.deepEqual(look(t, { 'v11/index.db': '' }), []);
  if (!sqlite) return;
  const other = new sqlite.DatabaseSync(database);
  other.exec('BEGIN EXCLUSIVE');
  const result = run('store.cjs', [path.join(top, 'store'), path.join(top, 'root')], { env: { ...process.env, NODE_NO_WARNINGS: '1' } });
  assert.deepEqual([result.code, result.stdout, result.stderr, fs.existsSync(database)], [0, '', '', true]);
  other.close();
});

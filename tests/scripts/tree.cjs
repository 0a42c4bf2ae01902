// Small trees of files for the tests of the scripts that run in every build, and how a script is run on them.
//
// The one place that knows where the scripts are.
'use strict';
const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const SCRIPTS = path.join(__dirname, '../../frontend/src/kinds/node/scripts');

// The path of a script; of all that Node runs.
const script = (name) => path.join(SCRIPTS, name);
const all = () => fs.readdirSync(SCRIPTS).filter((name) => name.endsWith('.cjs')).map(script);

// Makes a directory that is gone when the test has ended. Its name has a space: no script may mind.
function temporary(t) {
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'vextrus scripts-')));
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
}

// Says of an entry of a tree that it is a symbolic link, or an executable file.
const link = (target) => ({ target });
const program = (text) => ({ text });

// Writes a tree: names to texts, bytes, links or programs; a name that ends with `/` is a directory.
function write(directory, tree) {
  for (const [name, content] of Object.entries(tree)) {
    const file = path.join(directory, name);
    fs.mkdirSync(name.endsWith('/') ? file : path.dirname(file), { recursive: true });
    if (name.endsWith('/')) continue;
    if (content.target !== undefined) fs.symlinkSync(content.target, file);
    else fs.writeFileSync(file, content.text ?? content, { mode: content.text === undefined ? 0o644 : 0o755 });
  }
  return directory;
}

// Lists what is below a directory, sorted: files, links with their targets, and directories that hold nothing.
function list(directory, below = '') {
  const entries = fs.readdirSync(path.join(directory, below), { withFileTypes: true });
  if (entries.length === 0 && below !== '') return [`${below}/`];
  const lines = entries.flatMap((entry) => {
    const name = path.join(below, entry.name);
    if (entry.isDirectory()) return list(directory, name);
    return entry.isSymbolicLink() ? [`${name} -> ${fs.readlinkSync(path.join(directory, name))}`] : [name];
  });
  return lines.sort();
}

const read = (...parts) => fs.readFileSync(path.join(...parts), 'utf8');

// Runs a script to its end. A minute is what the harness waits for one that hangs.
function run(name, args, { flags = [], ...options } = {}) {
  const result = spawnSync(process.execPath, [...flags, script(name), ...args], { encoding: 'utf8', timeout: 60_000, ...options });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

// Starts Node; `ended` is how it ends, `[code, signal]`.
function start(args, options = {}) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], timeout: 60_000, ...options });
  return Object.assign(child, { ended: new Promise((resolve) => child.on('exit', (...how) => resolve(how))) });
}

// The beginning of a program: for Linux, or the system of another ABI, on a processor (`e_machine`, x64 by default),
// with the name of the C library that it asks for.
function elf(libc, { machine = 62, abi = 0 } = {}) {
  const head = Buffer.alloc(64);
  head.writeUInt32BE(0x7f454c46, 0);
  head[7] = abi;
  head.writeUInt16LE(machine, 18);
  return Buffer.concat([head, Buffer.from(`\0${libc}\0`)]);
}
const GLIBC = 'libc.so.6';
const MUSL = 'libc.musl-x86_64.so.1';
const ARM = 183;

module.exports = { all, script, temporary, write, list, read, run, start, link, program, elf, GLIBC, MUSL, ARM };

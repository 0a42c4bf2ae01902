// Looks whether an image can load what it starts.
//
// usage: node --no-warnings --experimental-vm-modules check.cjs REPORT START
// START is JSON: the words `command`, the index `entry` of the file among them that is the first of `candidates` there
// is, `search`, directories in front of those in which programs are looked for, `user`, whose numbers `uid` and `gid` it
// runs by, `packages`, those of the workspace, and `note`, a file with names of packages that run with another C library
// alone, where there are any.
// Runs the command until it listens, has ended, or waits for something, and for 20 seconds at most. REPORT is `{}`, or has
// `missing`, what is not as the image needs it: its `kind` (program, module, file, native, unbuilt, or denied of a directory
// that the user may not write), `name`, and the file `from` which it is loaded, or that was to be written; of files that
// the program told of before it ended also the `others`. Errors of the program's
// own, as for a database that is not there, are none of the image.
// `undeclared` are packages that are not there and that code of `packages` names which the command's files lead to, whether
// or not it has come to that: each by `name` and the file `from` which it is named, with `imported` where a statement of it
// does that, so that it cannot be loaded without it. `foreign` is what `note` holds.
//
// In the programs that it starts this is loaded first, and notes there what cannot be loaded.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const LIMIT = 20_000;
// So long nothing of the program has used a processor: what it loads at its start is loaded.
const QUIET = 500;
const NOTES = 'VEXTRUS_CHECK_NOTES';

// What `bindings` and `node-gyp-build`, by which packages find their native code, say where there is none.
function withoutNativeCode(text) {
  const found = /((?:Could not locate the bindings file|No native build was found)[^\n]*)[^]*?(?:→|loaded from:) (\/[^\n]+)/.exec(text);
  return found ? { kind: 'unbuilt', name: found[1], from: found[2] } : undefined;
}

// What a shell, or `env`, says last of a program that it does not find: dash, bash and busybox in their words.
function withoutProgram(text) {
  const words = /^(?:[^\s:]+: )+(?:line \d+: |\d+: )?(?:exec: )?(?:can't execute )?['‘]?([^\s:'’]+)['’]?: (?:(?:command )?not found|No such file or directory)$/gm;
  const [, name] = [...text.matchAll(words)].at(-1) ?? [];
  if (name === undefined) return undefined;
  return /^[./]/.test(name) ? { kind: 'file', name: path.resolve(name) } : { kind: 'program', name };
}

// Says what an error is about that only a file can cause which is missing from the image, or of another kind.
function lacking(error, depth = 0) {
  if (typeof error !== 'object' || error === null || depth > 5) return undefined;
  const message = String(error.message);
  const [, name, from] = /Cannot find (?:module|package) '([^']+)'(?: imported from (.+))?/.exec(message) ?? [];
  if ((error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND') && name) {
    if (name.endsWith('.node')) return { kind: 'unbuilt', name: message.split('\n')[0], from: name.startsWith('/') ? name : error.requireStack?.[0] };
    return { kind: 'module', name, from: from ?? error.requireStack?.[0] };
  }
  const unbuilt = withoutNativeCode(message);
  if (unbuilt) return unbuilt;
  if (error.code === 'ERR_DLOPEN_FAILED') {
    const [, file] = /(\/[^\s:()]+\.node)/.exec(message) ?? [];
    return { kind: 'native', name: message.split('\n')[0], from: file };
  }
  if (error.code === 'ENOENT' && typeof error.path === 'string' && /^(open|l?stat|scandir|access|readlink)$/.test(error.syscall)) {
    return { kind: 'file', name: path.resolve(error.path) };
  }
  const refused = ['EACCES', 'EROFS', 'EPERM'].includes(error.code) && typeof error.path === 'string';
  return (refused ? denied(error.syscall, error.path) : undefined) ?? lacking(error.cause, depth + 1);
}

// Says which directory a program would have to be let write for a call on a file: the highest one that it has to make, or
// the one in which the file lies. `isThere` of one that is there, and `holdsCode` of one with code in it.
function denied(call, file) {
  const written = path.resolve(file);
  const writes = /^(open|mkdir|mkdtemp|unlink|rmdir|rename|copyfile|link|symlink|truncate|chmod|l?chown|l?utimes?)$/;
  if (!writes.test(call) || /^\/(dev|proc|sys)\//.test(written)) return undefined;
  // What is there and its owner alone may read is no matter of its directory.
  if (fs.existsSync(written) && (fs.statSync(written).mode & 0o4) === 0) return undefined;
  let directory = /^mk/.test(call) ? written : path.dirname(written);
  while (!fs.existsSync(path.dirname(directory))) directory = path.dirname(directory);
  const isThere = fs.existsSync(directory);
  // Through all of a file system, with the kernel's part of it, nobody looks.
  const hasCode = directory !== '/' && holdsCode(directory);
  return { kind: 'denied', name: directory, from: written, ...(isThere && { isThere }), ...(hasCode && { holdsCode: true }) };
}

function holdsCode(directory) {
  try {
    const entries = fs.readdirSync(directory, { withFileTypes: true });
    return entries.some((entry) => (entry.isDirectory() ? holdsCode(path.join(directory, entry.name)) : /\.([cm]?[jt]sx?|node)$|^package\.json$/.test(entry.name)));
  } catch {
    return false;
  }
}

function inside(notes) {
  const note = (what) => fs.appendFileSync(notes, `${JSON.stringify(what)}\n`);
  process.on('uncaughtExceptionMonitor', (error) => {
    const missing = lacking(error);
    if (missing) note({ ...missing, isFatal: true });
  });
  /** @type {any} What loads a module has no types. */
  const Module = require('node:module').Module;
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (...words) {
    try {
      return resolve.apply(this, words);
    } catch (error) {
      const missing = lacking(error);
      if (missing) note(missing);
      throw error;
    }
  };
  /** @type {any} */
  const Server = require('node:net').Server;
  const listen = Server.prototype.listen;
  Server.prototype.listen = function (...words) {
    this.once('listening', () => note({ listens: true }));
    return listen.apply(this, words);
  };
}

// Returns the states of a group's processes and the time that they have used: `R` one that would go on, `D` one that reads.
function activity(group) {
  let busy = false;
  let used = 0;
  for (const id of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = fs.readFileSync(`/proc/${id}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(fields[2]) !== group) continue;
      busy ||= /[RD]/.test(fields[0]);
      used += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It has ended meanwhile.
    }
  }
  return { busy, used };
}

// What is read for the packages that it names: files of this size together. Bundles have a few megabytes.
const READ = 16 << 20;
const isCode = (file) => /\.[cm]?[jt]sx?$/.test(file);
// A name of a file may be none that a system takes.
const isFile = (file) => fs.existsSync(file) && fs.statSync(file).isFile();
const isInside = (file, directory) => file.startsWith(`${directory}/`) && !file.slice(directory.length).includes('/node_modules/');
const packageOf = (name) => name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/');

// The names by which code loads other code, without those in comments and those that are there for types alone.
function namesIn(text) {
  const kept = (_, string) => string ?? ' ';
  const plain = text
    .replace(/("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[^]*?\*\/|\/\/[^\n]*/g, kept)
    .replace(/\b(?:import|export)\s+type\s+(?!from\b)[^;'"]*?\bfrom\s*["']/g, ' ');
  const found = plain.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(["'])([^"'\n]+)\1/g);
  return new Set([...found].map(([, , name]) => name));
}

// Whether a file is a module with a statement that imports something: the engine's own parser tells it from texts and calls.
function imports(file, name) {
  /** @type {any} Types know only what is stable. */
  const { SourceTextModule } = require('node:vm');
  try {
    const module = new SourceTextModule(fs.readFileSync(file, 'utf8'));
    return (module.moduleRequests?.map(({ specifier }) => specifier) ?? module.dependencySpecifiers).includes(name);
  } catch {
    return false;
  }
}

// The file that code means by a path. That of TypeScript may be written with the ending of what is compiled.
function fileOf(place) {
  const ends = ['', '.js', '.cjs', '.mjs', '.ts', '.mts', '.cts', '.tsx', '/index.js', '/index.cjs', '/index.mjs', '/index.ts'];
  const sources = [place.replace(/js$/, 'ts'), place.replace(/jsx?$/, 'tsx')];
  return [...ends.map((end) => place + end), ...sources].find(isFile);
}

// The directory in which a file finds a package.
function homeOf(file, name) {
  let directory = file;
  while (directory !== path.dirname(directory)) {
    directory = path.dirname(directory);
    const home = path.join(directory, 'node_modules', name);
    if (fs.existsSync(home)) return fs.realpathSync(home);
  }
  return undefined;
}

// The files of a package that a name may mean. What only `import` is for is looked up in the manifest itself.
function targetsOf(file, name, home) {
  const { createRequire } = require('node:module');
  try {
    return [createRequire(file).resolve(name)];
  } catch {}
  const { exports, module, main } = manifestOf(home);
  const place = `.${name.slice(packageOf(name).length)}`;
  const isByPlace = typeof exports === 'object' && exports !== null && Object.keys(exports).some((key) => key.startsWith('.'));
  const files = isByPlace ? exports[place] : place === '.' ? exports ?? module ?? main : undefined;
  const strings = (value) => (typeof value === 'object' ? Object.values(value ?? {}).flatMap(strings) : [value]);
  return strings(files).filter((one) => typeof one === 'string').map((one) => path.join(home, one)).filter(isFile);
}

function manifestOf(home) {
  try {
    return JSON.parse(fs.readFileSync(path.join(home, 'package.json'), 'utf8')) ?? {};
  } catch {
    return {};
  }
}

// Looks through the code of packages, from the files of a command on, for packages that are not there.
function undeclared(words, packages) {
  const entries = words.filter(isFile).map((file) => fs.realpathSync(file));
  const names = new Map(packages.map((home) => [home, manifestOf(home).name]));
  const ownerOf = (file) => packages.filter((home) => isInside(file, home)).sort((one, other) => other.length - one.length)[0];
  const found = new Map();
  // The files that a name in a file leads to.
  const follow = (name, file) => {
    if (/^[./]/.test(name)) return [fileOf(path.resolve(path.dirname(file), name))].filter(Boolean);
    const wanted = packageOf(name);
    // `node:fs`, `#inside`, and the package's own name need nobody to declare them.
    if (/^#|:/.test(name) || require('node:module').isBuiltin(name)) return [];
    const owner = ownerOf(file);
    const home = wanted === names.get(owner) ? owner : homeOf(file, wanted);
    if (home === undefined && !found.get(wanted)?.imported) {
      found.set(wanted, { name: wanted, from: file, ...(imports(file, name) && { imported: true }) });
    }
    return packages.includes(home) ? targetsOf(file, name, home) : [];
  };
  const seen = new Set();
  const todo = [...entries];
  let left = READ;
  while (todo.length > 0) {
    const file = todo.pop();
    if (seen.has(file) || !ownerOf(file) || !(isCode(file) || entries.includes(file))) continue;
    seen.add(file);
    left -= fs.statSync(file).size;
    if (left < 0) break;
    try {
      const next = [...namesIn(fs.readFileSync(file, 'utf8'))].flatMap((name) => follow(name, file));
      todo.push(...next.map((one) => fs.realpathSync(one)));
    } catch {
      // What cannot be followed is found when it is loaded.
    }
  }
  return [...found].sort().map(([, what]) => what);
}

function outside(report, start) {
  const { spawn } = require('node:child_process');
  const { command, entry, candidates, search, user, packages, note } = start;
  const foreign = note && fs.existsSync(note) ? { foreign: JSON.parse(fs.readFileSync(note, 'utf8')) } : {};
  const found = candidates.find((file) => fs.existsSync(file));
  if (found === undefined && candidates.length > 0) {
    // Who looks for it says so.
    fs.writeFileSync(report, JSON.stringify(foreign));
    return;
  }
  if (entry !== null) command[entry] = found ?? command[entry];
  const notes = `${report}.notes`;
  fs.writeFileSync(notes, '');
  fs.chmodSync(notes, 0o666);
  const programs = [...search.map((directory) => path.resolve(directory)), process.env.PATH].join(':');
  const options = [process.env.NODE_OPTIONS, `--require=${__filename}`].filter(Boolean).join(' ');
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, PATH: programs, NODE_OPTIONS: options, [NOTES]: notes };
  // Where the image's list of users has its home.
  if (user?.uid > 0 && (env.HOME ?? '/root') === '/root') env.HOME = process.cwd();
  /** @type {import('node:child_process').SpawnOptionsWithStdioTuple<'ignore', 'pipe', 'pipe'>} */
  const how = { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] };
  const begin = (as) => spawn(command[0], command.slice(1), { ...how, ...as });
  let child;
  try {
    child = begin(user);
  } catch {
    // An engine without root may have no numbers for other users.
    child = begin();
  }
  // A script for a shell has its files in it.
  const words = command.flatMap((word) => word.split(/\s+/));
  const lacks = packages.length > 0 ? undeclared(words, packages) : [];
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      process.stderr.write(data);
      said = (said + data).slice(-65_536);
    });
  }

  const noted = () => fs.readFileSync(notes, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const end = (missing) => {
    if (child.pid) {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // All of it has ended.
      }
    }
    fs.rmSync(notes);
    const others = lacks.length > 0 ? { undeclared: lacks } : {};
    fs.writeFileSync(report, JSON.stringify({ ...(missing && { missing }), ...others, ...foreign }));
    process.exit(0);
  };
  // What was caught and not told is none of ours: a module may be there for other machines alone.
  const isTold = ({ name }) => ['"', "'", '`'].some((mark) => said.includes(mark + name + mark));
  const judge = (failed, code) => {
    const fatal = noted().find((one) => one.isFatal);
    const told = failed ? noted().find((one) => one.kind && isTold(one)) : undefined;
    // A framework may catch an error and tell of it in its own words, with those of Node in them.
    const ofNode = [...said.matchAll(/ENOENT: no such file or directory, \w+ '([^']+)'/g)].map(([, file]) => path.resolve(file));
    const [, call, place] = (failed && /E(?:ACCES|ROFS|PERM): [\w -]+, (\w+) '([^']+)'/.exec(said)) || [];
    // Or in none of Node's: of what it names below the directory that it runs in, what is not there.
    const own = `${process.cwd()}/`;
    const named = said.split(own).slice(1).map((rest) => /^([^\s'"`:]+)['"`]? (?:doesn't|does not) exist|^([^\s'"`:]+)['"`]? (?:was )?not found/.exec(rest));
    const ofOthers = named.flatMap((found) => (found ? [own + (found[1] ?? found[2])] : [])).filter((file) => !fs.existsSync(file));
    const [name, ...others] = new Set(failed ? [...ofNode, ...ofOthers] : []);
    // By this code a shell ends whose command nobody finds. Source: POSIX, 2.8.2 "Exit Status for Commands".
    const program = code === 127 ? withoutProgram(said) : undefined;
    const unbuilt = failed ? withoutNativeCode(said) : undefined;
    end(fatal ?? told ?? program ?? unbuilt ?? (place && denied(call, place)) ?? (name && { kind: 'file', name, others }));
  };
  child.on('error', (/** @type {NodeJS.ErrnoException} */ error) => (error.code === 'ENOENT' ? end({ kind: 'program', name: command[0] }) : end()));
  child.on('close', (code) => judge(code !== 0, code));
  const begun = Date.now();
  let last = { used: -1, since: begun };
  setInterval(() => {
    const now = Date.now();
    const { busy, used } = activity(child.pid);
    if (busy || used !== last.used) last = { used, since: now };
    if (now - begun > LIMIT || now - last.since > QUIET || noted().some((one) => one.listens)) judge(false);
  }, 50);
}

if (process.env[NOTES]) inside(process.env[NOTES]);
else outside(process.argv[2], JSON.parse(process.argv[3]));

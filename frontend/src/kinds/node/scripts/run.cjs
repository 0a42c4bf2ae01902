// Runs a package's script as a package manager does that takes half a second to start, without starting it: by what it did
// when it was asked.
//
// usage: node run.cjs ask PROJECT FILE COMMAND... | run FILE COMMAND... NAME | try[=LINKS] FILE COMMAND... NAME
//        node run.cjs link=LINKS FILE COMMAND... NAME
//        node run.cjs then SCRIPT WORD... -- run ..., or one of the others
// "ask" has COMMAND, such as pnpm run, run a script in a package made at PROJECT, and writes what the script found to
// FILE, where "run" would have given it exactly that. "run" runs the script NAME of the package here, or leaves that to
// COMMAND where FILE does not say how, or something here is not as it was there. "try" does the same, and ends with the
// status 117 where the script has failed and what it printed tells of a file, a module or a script that was not found. LINKS
// are names of packages, with commas between them: where it tells that one was not found, the status is 118 for the first
// of them, and so on. "link" tells of these alone. "then" runs one of our own scripts after a script that has not failed, in
// this process, which saves the start of another one; as process 1 of a container it ends first whatever that left running.
'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { isDeepStrictEqual } = require('node:util');
const { spawn, spawnSync } = require('node:child_process');

// A field that no package.json has: a script that is given it is given every field.
const UNKNOWN = 'unheardOf';
// Values of every kind that scripts are given, or not.
const FIELDS = {
  name: '@probe/probe',
  version: '1.2.3-a.1',
  description: 'two\nlines',
  bin: { probe: './probe.js' },
  config: { port: 80, 'dashed-name': '', nested: { list: [1, null, true, {}], _under: 'line' } },
  engines: { node: '>=1' },
  files: [],
  [UNKNOWN]: ['x', { y: false }],
  _under: 'line',
};
// What compilers, bundlers, shells and package managers say of a file that is not there. A package or a program that is not
// there is no file of the workspace: a name has to be a path.
const NOT_FOUND = new RegExp(
  [
    /no such file or directory/,
    /\/[^\s:'"]*['"]?: not found/,
    /cannot (read|open) file/,
    /file '[^'\n]*' not found/,
    /no inputs were found/,
    /missing script/,
    // Code of another package that only compilers were thought to look at (collect.cjs).
    /only declarations are here/,
    /no (projects matched|importer manifest)/,
    /(cannot find (module|file)|could not (resolve|find|read|load)|(failed|unable) to (resolve|find|load)( import)?|can't resolve)( entry module)? ['"`]?(\.{0,2}\/|file:)/,
  ].map((pattern) => pattern.source).join('|'),
  'i',
);
const STATUS = 117;
// What the same say of a package that is not there, before its name.
const NO_PACKAGE = String.raw`(cannot find (module|package)|could not (resolve|find)|can't resolve|(failed|unable) to (resolve|find)( import| entry for package)?|declaration file for module)( entry module)? ['"\`]?`;

// The highest directory around this one with a package.json: the root of the workspace.
function workspace() {
  let root = process.cwd();
  for (let directory = root; directory !== path.dirname(directory); directory = path.dirname(directory)) {
    if (fs.existsSync(path.join(directory, 'package.json'))) root = directory;
  }
  return root;
}

// Whether a text says, in whatever words, that something is missing, and names a path of the workspace, outside of this
// package, where nothing is: on the same line, or soon after, where names are listed.
function namesAbsent(said) {
  const [own, root] = [process.cwd(), workspace()];
  const isInside = (file, directory) => file === directory || file.startsWith(`${directory}/`);
  const isAbsent = (name) => {
    const file = path.resolve(own, name);
    return isInside(file, root) && !isInside(file, own) && !file.includes('/node_modules/') && !fs.existsSync(file);
  };
  let since = Infinity;
  return said.split('\n').some((line) => {
    since = /\b(no|not|cannot|unable|failed|missing|nothing|ENOENT)\b|n't\b/i.test(line) ? 0 : since + 1;
    // Of a pattern what stands before its first sign.
    const names = line.matchAll(/(?<=(['"`]))\.{0,2}\/[^'"`*?{]+|(?<![\w.@/-])\.{0,2}\/[^\s'"`()[\]{}<>:,;*?]+/g);
    return since <= 3 && [...names].some(([name]) => isAbsent(name));
  });
}

// The status of a script that has failed with another one, by what it printed.
function statusOf(status, said, { files, links }) {
  const quoted = (name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const isMissed = (name) => new RegExp(`${NO_PACKAGE}${quoted(name)}(?![\\w.-])`, 'i').test(said);
  const link = links.findIndex(isMissed);
  if (link >= 0) return STATUS + 1 + link;
  return files && (NOT_FOUND.test(said) || namesAbsent(said)) ? STATUS : status;
}

// What a shell sets for itself.
const OF_SHELLS = ['PWD', 'OLDPWD', 'SHLVL', '_'];

const without = (env, names) => Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
const environmentNow = () => without(process.env, OF_SHELLS);

// The variables of a manifest's fields, by their paths.
function variables(object, prefix = 'npm_package_') {
  const found = {};
  for (const [key, value] of Object.entries(object).filter(([key]) => !key.startsWith('_'))) {
    const name = (prefix + key).replace(/[^a-zA-Z0-9_]/g, '_');
    if (value && typeof value === 'object') Object.assign(found, variables(value, `${name}_`));
    else found[name] = String(value).includes('\n') ? JSON.stringify(String(value)) : String(value);
  }
  return found;
}

// What a script was given beside what the command had, by what it saw: `fields` of its package.json, or all of them.
function given(project, manifest, env, seen) {
  const ofManifest = variables(manifest);
  const has = (field) => Object.keys(variables({ [field]: manifest[field] })).some((name) => name in seen);
  const changed = Object.entries(seen).filter(([name, value]) => env[name] !== value && !(name in ofManifest));
  return {
    project,
    env,
    removed: Object.keys(env).filter((name) => !(name in seen)),
    changed: without(Object.fromEntries(changed), ['PATH']),
    path: (seen.PATH ?? '').slice(0, -(env.PATH ?? '').length || undefined),
    fields: has(UNKNOWN) ? null : Object.keys(FIELDS).filter(has),
  };
}

// The environment of the script `name` of the package in a directory.
function environment(answer, env, directory, manifest, name) {
  const isThere = (text) => text === answer.project || text.startsWith(`${answer.project}/`);
  const here = (text) => (isThere(text) ? directory + text.slice(answer.project.length) : text);
  const changed = Object.entries(answer.changed).map(([key, value]) => [key, here(value)]);
  const fields = Object.entries(manifest).filter(([field]) => answer.fields?.includes(field) ?? true);
  return {
    ...without(env, answer.removed),
    ...Object.fromEntries(changed),
    PATH: answer.path.split(':').map(here).join(':') + (env.PATH ?? ''),
    ...variables(Object.fromEntries(fields)),
    npm_lifecycle_event: name,
    npm_lifecycle_script: manifest.scripts[name],
  };
}

function ask(project, file, command) {
  const report = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'ask-')), 'seen.json');
  // With a command after it no shell gives its place to the first one, so that the shell can be seen, with its words:
  // pnpm 11 has it do something before the script.
  const script = `node ${__filename} answer ${report}; exit $?`;
  const manifest = { ...FIELDS, scripts: { probe: script, other: 'exit 1' } };
  fs.mkdirSync(project, { recursive: true });
  fs.writeFileSync(path.join(project, 'package.json'), JSON.stringify(manifest));
  // It has no network, and one that needs some, for a Node that the settings name, would try again and again.
  spawnSync(command[0], [...command.slice(1), 'probe'], { cwd: project, stdio: 'ignore', timeout: 20_000 });
  const { env: seen = {}, shell } = fs.existsSync(report) ? JSON.parse(fs.readFileSync(report, 'utf8')) : {};
  const env = environmentNow();
  const answer = { shell: shell?.map((word) => word.split(script)), ...given(project, manifest, env, seen) };
  const hasShell = answer.shell?.flat().length === answer.shell?.length + 1;
  const isRight = hasShell && isDeepStrictEqual(environment(answer, env, project, manifest, 'probe'), seen);
  fs.writeFileSync(file, JSON.stringify(isRight ? answer : null));
}

// What the script of the package here is run with, where the answer tells.
function known(answer, name) {
  const env = environmentNow();
  const directory = process.cwd();
  // Settings that the answer does not know of.
  const isOther = (key) => (key in answer.env || /^p?npm_/i.test(key)) && key !== 'PATH' && answer.env[key] !== env[key];
  if (Object.keys({ ...answer.env, ...env }).some(isOther)) return undefined;
  const isKnown = (place) => [answer.project, path.dirname(answer.project)].includes(place);
  if ([os.homedir(), directory].some((place) => !isKnown(place) && fs.existsSync(path.join(place, '.npmrc')))) return undefined;

  const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8'));
  const script = manifest.scripts?.[name];
  const isAlone = !(`pre${name}` in manifest.scripts) && !(`post${name}` in manifest.scripts);
  if (typeof script !== 'string' || !isAlone || manifest.pnpm?.executionEnv) return undefined;
  console.log(`\n> ${manifest.name ?? ''}@${manifest.version ?? ''} ${name} ${directory}\n> ${script}\n`);
  const [program, ...words] = answer.shell.map((parts) => parts.join(script));
  return [program, words, environment(answer, process.env, directory, manifest, name)];
}

// `tells` has what the status may say: whether of `files`, and of which `links`.
function run(file, command, name, tells) {
  let plan;
  try {
    plan = known(JSON.parse(fs.readFileSync(file, 'utf8')), name);
  } catch {
    // The command says what is wrong with a package.json.
  }
  const [program, words, env] = plan ?? [command[0], [...command.slice(1), name], process.env];
  const child = spawn(program, words, { env, stdio: tells ? ['inherit', 'pipe', 'pipe'] : 'inherit' });
  let said = '';
  const show = (from, to) =>
    from?.on('data', (data) => {
      to.write(data);
      said = (said + data).slice(-262_144);
    });
  show(child.stdout, process.stdout);
  show(child.stderr, process.stderr);
  const end = (status) => {
    process.exitCode = tells && status !== 0 ? statusOf(status, said, tells) : status;
  };
  child.on('error', (error) => {
    console.error(error.message);
    end(1);
  });
  // What a script leaves running may hold its output open, and is not waited for.
  child.on('exit', (status) => {
    end(status ?? 1);
    setTimeout(() => process.exit(), 500).unref();
  });
  // All of what it printed is there.
  child.on('close', (status) => end(status ?? 1));
}

// Runs one of our own scripts when all is done.
function afterwards(command) {
  process.on('exit', (status) => {
    if (status !== 0) return;
    try {
      // Only there: an engine may have its steps share the processes of more.
      if (process.pid === 1) process.kill(-1, 'SIGKILL');
    } catch {
      // Nothing is left.
    }
    process.argv = [process.execPath, ...command];
    try {
      require(command[0]);
    } catch (error) {
      // Nothing else would say so where a process ends already.
      console.error(error);
      process.exitCode = 1;
    }
  });
}

let [what, ...words] = process.argv.slice(2);
if (what === 'then') {
  const end = words.indexOf('--');
  afterwards(words.slice(0, end));
  [what, ...words] = words.slice(end + 1);
}
if (what === 'ask') {
  ask(words[0], words[1], words.slice(2));
} else if (what === 'answer') {
  const shell = fs.readFileSync(`/proc/${process.ppid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  fs.writeFileSync(words[0], JSON.stringify({ env: environmentNow(), shell }));
} else {
  const [verb, names = ''] = what.split('=');
  const tells = verb === 'run' ? undefined : { files: verb === 'try', links: names.split(',').filter(Boolean) };
  run(words[0], words.slice(1, -1), words.at(-1), tells);
}

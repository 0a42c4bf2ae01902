// Collects what a workspace package hands on after its scripts ran.
//
// usage: node collect.cjs DIRECTORY OUT [generated=ROOT]
// OUT is emptied first: what a script wrote there itself is no part of the package. The file OUT/.begun is made before the
// scripts run: what has changed since then they wrote, and the rest is the repository's. Without it nothing is known to
// be written.
// Writes OUT/RULE with the files of DIRECTORY that each rule lets through: all of them, since which one a
// service wants must not make the step another. A file's mode is kept to the bit that matters (executable or
// not), so that equal contents are equal layers on every builder.
//
//   whole     everything but installed packages, caches and local secrets
//   sources   whole, but of the repository's files without tests, and settings of tests, linters and bundlers
//   compiled  sources, but of the repository's files without TypeScript that was compiled
//   runtime   compiled, without type declarations of code: nothing reads them once the service runs
//   declared  compiled, but of code whose types are declared beside it only that it is there. A compiler that is given types
//             reads no more of it, and need not run again when nothing but code has changed
//
// What scripts wrote is output, whatever it is called: `.output/server/node_modules`, `dist/coverage`, `dist/x.spec.js`.
// OUT/generated holds what generators such as Prisma's wrote beside the packages that DIRECTORY depends on
// (`node_modules/.prisma`), by its path below ROOT.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [directory, out, generated] = process.argv.slice(2);
const begun = fs.lstatSync(path.join(out, '.begun'), { bigint: true, throwIfNoEntry: false })?.ctimeNs;
const known = new Map();
function isWritten(file) {
  if (!known.has(file)) known.set(file, begun !== undefined && fs.lstatSync(file, { bigint: true }).ctimeNs >= begun);
  return known.get(file);
}

// Where tools keep what they log in with, as sources are without it (source/credentials.rs): scripts write such files, too.
const secret =
  /^(\.env(\.local|\..*\.local)?|\.envrc(\..*)?|\.dev\.vars(\..*)?|\.(npm|yarn)rc.*|[._]netrc|\.pypirc|\.git-credentials|\.htpasswd|\.vault-token|\.pgpass|pgpass\.conf|\.my(login)?\.cnf|\.boto|\.s3cfg|\.dockercfg|\.terraformrc|terraform\.rc|id_(rsa|dsa|(ecdsa|ed25519)(_sk)?|xmss)|secring\.gpg|\.(aws|azure|gnupg|kube|password-store|ssh|terraform(\.d)?))$/;
// Caches and logs that tools keep in a package's own directory. `cache` is Next's, inside of `.next`.
const cache = /^(\.git|\.turbo|\.cache|\.nyc_output|\.swc|(\.[^/]+\/)cache|[^/]*\.log)$/;
const isNever = (name, place) =>
  secret.test(name) || name === '.git' || name === '.DS_Store' || name.endsWith('.tsbuildinfo') || cache.test(place);

const stem = (name) => name.replace(/\.[^.]*$/, '');
const isCode = (name) => /\.[cm]?[jt]sx?$/.test(name);
const declaration = /^(.*)\.d(\.[^.]+)?\.[cm]?ts(\.map)?$/;
const isTypeScript = (name) => /\.[cm]?tsx?$/.test(name) && !declaration.test(name);
const isTest = (name) => /\.(e2e-)?(spec|test)(\.d)?\.[cm]?[jt]sx?(\.map)?$/.test(name);
const testDirectories = /(^|\/)(__tests__|__mocks__|__snapshots__)$/;
// In a package's own directory: what belongs to an editor, a host of repositories, a test, a linter, a bundler or an image.
const developers =
  /^(\.github|\.vscode|\.husky|(jest|vitest|tsup|eslint|prettier|rollup|webpack)\.config\..*|\.(eslint|prettier|mocha)rc.*|\.(git|docker|npm|prettier|eslint)ignore|Dockerfile.*|.*\.dockerignore|(docker-)?compose.*\.ya?ml)$/;

const list = (from) => fs.readdirSync(from, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));

function* files(from) {
  for (const entry of list(from)) {
    const file = path.join(from, entry.name);
    if (entry.isDirectory()) yield* entry.name === 'node_modules' ? [] : files(file);
    else if (entry.isFile()) yield file;
  }
}

// Reads JSON with comments and trailing commas; what is none has nothing in it.
function json(file) {
  const kept = (_, string) => string ?? '';
  try {
    const text = fs.readFileSync(file, 'utf8');
    const plain = text.replace(/("(?:\\.|[^"\\])*")|\/\*[^]*?\*\/|\/\/[^\n]*/g, kept).replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, kept);
    return JSON.parse(plain) ?? {};
  } catch {
    return {};
  }
}

// Finds the file that `extends` or a reference means.
function configuration(from, name) {
  const isPath = name.startsWith('.') || path.isAbsolute(name);
  for (const spelling of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    try {
      const file = isPath ? path.resolve(path.dirname(from), spelling) : require.resolve(spelling, { paths: [path.dirname(from)] });
      if (fs.statSync(file).isFile()) return file;
    } catch {}
  }
  return undefined;
}

// Reads what a configuration and those that it extends compile; the nearest one says.
function compiles(file, depth = 0) {
  const read = json(file);
  /** @type {Record<string, any>} */
  const inherited = {};
  for (const name of [read.extends ?? []].flat()) {
    const extended = depth < 50 && typeof name === 'string' && configuration(file, name);
    if (extended) Object.assign(inherited, compiles(extended, depth + 1));
  }
  const resolved = (value) => [value].flat().filter((one) => typeof one === 'string').map((one) => path.resolve(path.dirname(file), one));
  const own = { include: read.include, exclude: read.exclude, files: read.files, rootDir: read.compilerOptions?.rootDir };
  for (const [key, value] of Object.entries(own)) if (value !== undefined) inherited[key] = resolved(value);
  const references = Array.isArray(read.references) ? read.references : [];
  inherited.references = references.map((one) => configuration(file, String(one?.path)));
  return inherited;
}

// Source of the rules: the TypeScript handbook's TSConfig reference, `include`.
function glob(pattern) {
  const last = path.basename(pattern);
  const whole = /[*?.]/.test(last.slice(1)) || last === '*' ? pattern : `${pattern}/**/*`;
  const parts = whole.replace(/\/\*\*$/, '/**/*').split(/(\/\*\*\/|\*|\?)/);
  const words = { '/**/': '/(?:.*/)?', '*': '[^/]*', '?': '[^/]' };
  return new RegExp(`^${parts.map((part) => words[part] ?? part.replace(/[.+^${}()|[\]\\]/g, '\\$&')).join('')}$`);
}

// Returns whether a compiler was given a file, as far as its configuration says; without one it was given all.
function area(file, depth = 0) {
  const { include, exclude = [], files: named, rootDir, references = [] } = compiles(file);
  const roots = include ?? (named ? [] : rootDir ?? [path.dirname(file)]);
  const included = roots.map(glob);
  // A pattern for names, as in `**/*.spec.ts`, parts kinds of files, and not code from data.
  const excluded = exclude.filter((pattern) => !/\*.*\.[^/]*$|\.[cm]?[jt]sx?$/.test(path.basename(pattern))).map(glob);
  const others = references.filter((one) => one && depth < 5).map((one) => area(one, depth + 1));
  return (one) =>
    named?.includes(one) ||
    (included.some((pattern) => pattern.test(one)) && !excluded.some((pattern) => pattern.test(one))) ||
    others.some((other) => other(one));
}

// The configuration that the package's build names, else the one that is usual for it.
function compiler() {
  const manifest = path.join(directory, 'package.json');
  const scripts = fs.existsSync(manifest) ? json(manifest).scripts ?? {} : {};
  const builds = Object.entries(scripts).filter(([name]) => /build|compile/.test(name));
  const named = builds.flatMap(([, script]) => String(script).match(/[\w./-]*tsconfig[\w.-]*\.json/g) ?? []);
  const candidates = [...named, 'tsconfig.build.json', 'tsconfig.json'].map((name) => path.join(directory, name));
  const found = candidates.filter((file) => fs.existsSync(file));
  return found.length > 0 ? area(found[0]) : () => true;
}

const isCompiled = compiler();
const outputs = new Set([...files(directory)].filter((file) => isCode(file) && isWritten(file)).map((file) => stem(path.basename(file))));
let text;
let read;

// Whether code of the repository speaks of a file by its name.
function isSpokenOf(name) {
  text ??= [...files(directory)]
    .filter((file) => !isWritten(file) && isCode(file) && !isTest(file))
    .map((file) => fs.readFileSync(file, 'utf8'))
    .join('\n');
  return text.includes(stem(name));
}

// Whether a directory of the repository is there for its tests: a word such as `test` may also be the domain's.
function holdsTests(from, place) {
  if (testDirectories.test(place)) return isCompiled(path.join(from, 'x.ts'));
  return /^(tests?|e2e|spec)$/.test(place) && [...files(from)].some((file) => isTest(file));
}

// Whether only its developers read a file or a directory of the repository.
function isForDevelopers(file, entry, place) {
  if (developers.test(place)) return true;
  if (entry.isDirectory()) return holdsTests(file, place);
  return isTest(entry.name) && isCompiled(file) && (isTypeScript(entry.name) || !isSpokenOf(entry.name));
}

// Whether nothing reads a file or a directory of the repository once the package is built.
function isForBuilding(file, entry, place) {
  if (isForDevelopers(file, entry, place)) return true;
  if (entry.isDirectory() || !isTypeScript(entry.name) || isTest(entry.name) || !isCompiled(file)) return false;
  return !isSetting(place) && !readBySettings().has(file);
}

// Whether a file beside package.json is of the settings of programs, which they read where they run: drizzle.config.ts,
// knexfile.ts.
function isSetting(place) {
  return !place.includes('/') && (/\.config\./.test(place) || !outputs.has(stem(place)));
}

// The files that a name in the code of another one leads to, as Node and loaders of TypeScript find them.
function* led(file) {
  const text = fs.readFileSync(file, 'utf8');
  for (const [, name] of text.matchAll(/(?:\bfrom|\bimport|\()\s*['"](\.{1,2}\/[^'"\n]+)['"]/g)) {
    const target = path.resolve(path.dirname(file), name);
    const spellings = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '/index.ts', '/index.js'].map((end) => target + end);
    // TypeScript is named by what it is compiled to.
    spellings.push(target.replace(/\.([cm]?)js$/, '.$1ts'));
    const found = spellings.find((one) => fs.statSync(one, { throwIfNoEntry: false })?.isFile());
    if (found && isCode(found) && found.startsWith(directory + path.sep)) yield found;
  }
}

// The code that settings import, and what that imports: whoever reads the settings where the service runs loads it, too.
function readBySettings() {
  if (read) return read;
  read = new Set();
  const isKept = ({ name }) => isCode(name) && !developers.test(name) && (/\.config\./.test(name) || (isTypeScript(name) && isSetting(name)));
  const open = list(directory).filter((entry) => entry.isFile() && isKept(entry));
  const files = open.map((entry) => path.join(directory, entry.name));
  for (const file of files) {
    for (const found of led(file)) {
      if (!read.has(found)) files.push(found);
      read.add(found);
    }
  }
  return read;
}

// Whether a file declares the types of code that lies beside it, or of what was compiled.
function declares(file, name) {
  const found = declaration.exec(name);
  if (!found) return false;
  const [, declared, kind] = found;
  const code = kind ? [kind] : ['.js', '.mjs', '.cjs', '.jsx'];
  const beside = code.some((end) => fs.existsSync(path.join(path.dirname(file), declared + end)));
  return beside || (!isWritten(file) && isCompiled(file));
}

// Which files of the repository a rule leaves out, and whether it has declarations.
const rules = {
  whole: { isLeft: () => false, declarations: true },
  sources: { isLeft: isForDevelopers, declarations: true },
  compiled: { isLeft: isForBuilding, declarations: true },
  runtime: { isLeft: isForBuilding, declarations: false },
  declared: { isLeft: isForBuilding, declarations: true, isUnread },
};
// Stands for code that is not read. No parser takes it: who reads it nevertheless fails, instead of making something of it.
const UNREAD = 'vextrus: only declarations are here\n';

// Whether a compiler reads nothing of a file but that it is there: the types of its code are declared beside it, or it says
// which lines of a source they come from.
function isUnread(file, name) {
  if (/\.[cm]?[jt]sx?\.map$/.test(name)) return true;
  const found = /^(.*)\.([cm]?)jsx?$/.exec(name);
  return found !== null && fs.existsSync(path.join(path.dirname(file), `${found[1]}.d.${found[2]}ts`));
}

// Copies a directory. Of one that is `left` nothing stays but what was written into it.
function copy(from, to, rule, place = '', left = false) {
  // Directories appear with their first file: a folder that held sources alone is not carried along.
  let made = false;
  const make = () => {
    if (!made) fs.mkdirSync(to, { recursive: true, mode: 0o755 });
    made = true;
  };
  const entries = list(from);
  if (place === '' || (entries.length === 0 && isWritten(from))) make();
  for (const entry of entries) {
    const source = path.join(from, entry.name);
    const target = path.join(to, entry.name);
    const inside = place === '' ? entry.name : `${place}/${entry.name}`;
    if (isNever(entry.name, inside)) continue;
    if (entry.isDirectory()) {
      // What is installed for a package, or for one inside of it, is not what its scripts wrote.
      const isInstalled = entry.name === 'node_modules';
      if (isInstalled && place === '') continue;
      copy(source, target, rule, inside, left || isInstalled || rule.isLeft(source, entry, inside));
      continue;
    }
    if (!isWritten(source) && (left || rule.isLeft(source, entry, inside))) continue;
    if (!rule.declarations && declares(source, entry.name)) continue;
    if (entry.isSymbolicLink()) {
      make();
      fs.symlinkSync(fs.readlinkSync(source), target);
    } else if (entry.isFile()) {
      make();
      if (rule.isUnread?.(source, entry.name)) fs.writeFileSync(target, UNREAD);
      else fs.copyFileSync(source, target);
      fs.chmodSync(target, fs.statSync(source).mode & 0o111 ? 0o755 : 0o644);
    }
  }
}

// Next.js leaves to whoever deploys its standalone server what that serves beside pages: scripts, styles and `public`. The
// server answers 404 for what does not lie in its own directory.
// Source: nextjs.org/docs/app/api-reference/config/next-config-js/output.
function serveBeside() {
  for (const { name } of list(directory).filter((entry) => entry.isDirectory())) {
    const output = path.join(directory, name);
    const { relativeAppDir } = json(path.join(output, 'required-server-files.json'));
    const server = path.join(output, 'standalone', String(relativeAppDir ?? ''));
    if (!fs.existsSync(path.join(server, 'server.js')) || !fs.existsSync(path.join(server, name))) continue;
    for (const served of [`${name}/static`, 'public']) {
      const [from, to] = [directory, server].map((one) => path.join(one, served));
      if (fs.existsSync(from) && !fs.existsSync(to)) fs.symlinkSync(path.relative(path.dirname(to), from), to);
    }
  }
}

// What package managers and build tools keep beside packages; any other hidden directory is generated code.
const tools = /^\.(bin|cache|pnpm|ignored.*|vite.*|modules.*|turbo)$/;

// The directories that hold the packages that a directory's node_modules link to.
function stores(modules) {
  const found = new Set();
  const names = (parent) => (fs.existsSync(parent) ? fs.readdirSync(parent).sort() : []);
  for (const name of names(modules)) {
    const links = name.startsWith('@') ? names(path.join(modules, name)).map((part) => path.join(name, part)) : [name];
    for (const link of links.filter((one) => !one.startsWith('.'))) {
      const real = fs.realpathSync(path.join(modules, link));
      const end = real.lastIndexOf('/node_modules/');
      if (end >= 0) found.add(real.slice(0, end) + '/node_modules');
    }
  }
  return found;
}

function copyGenerated(root, to) {
  fs.mkdirSync(to, { recursive: true, mode: 0o755 });
  for (const store of stores(path.join(directory, 'node_modules'))) {
    for (const entry of fs.readdirSync(store, { withFileTypes: true })) {
      if (!entry.isDirectory() || !entry.name.startsWith('.') || tools.test(entry.name)) continue;
      copy(path.join(store, entry.name), path.join(to, path.relative(root, store), entry.name), rules.whole);
    }
  }
}

serveBeside();
for (const name of fs.existsSync(out) ? fs.readdirSync(out) : []) fs.rmSync(path.join(out, name), { recursive: true, force: true });
for (const [name, rule] of Object.entries(rules)) copy(directory, path.join(out, name), rule);
if (generated) copyGenerated(generated.split('=')[1], path.join(out, 'generated'));

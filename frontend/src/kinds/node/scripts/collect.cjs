// Collects what a workspace package hands on after its scripts ran.
//
// usage: node collect.cjs DIRECTORY OUT [generated=ROOT]
// OUT is emptied first: what a script wrote there itself is no part of the package.
// Writes OUT/RULE with the files of DIRECTORY that each rule lets through: all of them, since which one a
// service wants must not make the step another. A file's mode is kept to the bit that matters (executable or
// not), so that equal contents are equal layers on every builder.
//
//   whole     everything but installed packages, caches and local secrets
//   compiled  whole, without TypeScript sources, tests and the settings of development tools
//   runtime   compiled, without type declarations: nothing reads them once the service runs
//
// OUT/generated holds what generators such as Prisma's wrote beside the packages that DIRECTORY depends on
// (`node_modules/.prisma`), by its path below ROOT.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [directory, out, generated] = process.argv.slice(2);

const never = {
  directories: /^(node_modules|\.git|\.turbo|\.cache|\.nyc_output|\.swc|coverage)$/,
  files: /(\.tsbuildinfo|\.log|^\.DS_Store)$/,
};
// Where tools keep what they log in with, as sources are without it (source/credentials.rs): scripts write such files, too.
const secret =
  /^(\.(env|envrc|dev\.vars)(\..*)?|\.(npm|yarn)rc.*|[._]netrc|\.pypirc|\.git-credentials|\.htpasswd|\.vault-token|\.pgpass|pgpass\.conf|\.my(login)?\.cnf|\.boto|\.s3cfg|\.dockercfg|\.terraformrc|terraform\.rc|id_(rsa|dsa|(ecdsa|ed25519)(_sk)?|xmss)|secring\.gpg|\.(aws|azure|gnupg|kube|password-store|ssh|terraform(\.d)?))$/;
const isNever = (kind, name) => never[kind].test(name) || secret.test(name);
const development = {
  directories: /^(__tests__|__mocks__|__snapshots__)$/,
  topLevelDirectories: /^(test|tests|e2e|\.github|\.vscode|\.husky)$/,
  files:
    /(\.(spec|test)\.[cm]?[jt]sx?(\.map)?|\.(spec|test)\.d\.[cm]?ts(\.map)?)$|^(tsconfig.*\.json|nest-cli\.json|(jest|vitest|tsup|eslint|prettier|rollup|webpack|swc)\.config\..*|\.(eslint|prettier|swc|mocha)rc.*|\.(git|docker|npm|prettier|eslint)ignore|Dockerfile.*|.*\.dockerignore|docker-compose.*)$/,
};
const isDeclaration = (name) => /\.d(\.[^.]+)?\.[cm]?ts(\.map)?$/.test(name);
const isTypeScript = (name) => /\.[cm]?tsx?$/.test(name) && !isDeclaration(name);

// A package may read a file by its path in the sources (a template beside the code), so what is not
// source text stays where it is.
const rules = {
  whole: () => true,
  compiled: (name, entry, depth) =>
    entry.isDirectory()
      ? !development.directories.test(name) && !(depth === 0 && development.topLevelDirectories.test(name))
      : !isTypeScript(name) && !development.files.test(name),
  runtime: (name, entry, depth) => rules.compiled(name, entry, depth) && (entry.isDirectory() || !isDeclaration(name)),
};

function copy(from, to, keeps, depth) {
  // Directories appear with their first file: a folder that held sources alone is not carried along.
  let made = false;
  const make = () => {
    if (!made) fs.mkdirSync(to, { recursive: true, mode: 0o755 });
    made = true;
  };
  if (depth === 0) make();
  const entries = fs.readdirSync(from, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const { name } = entry;
    const source = path.join(from, name);
    const target = path.join(to, name);
    if (entry.isDirectory()) {
      if (!isNever('directories', name) && keeps(name, entry, depth)) copy(source, target, keeps, depth + 1);
    } else if (isNever('files', name) || !keeps(name, entry, depth)) {
      continue;
    } else if (entry.isSymbolicLink()) {
      make();
      fs.symlinkSync(fs.readlinkSync(source), target);
    } else if (entry.isFile()) {
      make();
      fs.copyFileSync(source, target);
      fs.chmodSync(target, fs.statSync(source).mode & 0o111 ? 0o755 : 0o644);
    }
  }
}

// What package managers and build tools keep beside packages; any other hidden directory is generated code.
const tools = /^\.(bin|cache|pnpm|ignored.*|vite.*|modules.*|turbo)$/;

// The directories that hold the packages that a directory's node_modules link to.
function stores(modules) {
  const found = new Set();
  const list = (parent) => (fs.existsSync(parent) ? fs.readdirSync(parent).sort() : []);
  for (const name of list(modules)) {
    const links = name.startsWith('@') ? list(path.join(modules, name)).map((part) => path.join(name, part)) : [name];
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
      copy(path.join(store, entry.name), path.join(to, path.relative(root, store), entry.name), rules.whole, 0);
    }
  }
}

for (const name of fs.existsSync(out) ? fs.readdirSync(out) : []) fs.rmSync(path.join(out, name), { recursive: true, force: true });
for (const [name, keeps] of Object.entries(rules)) copy(directory, path.join(out, name), keeps, 0);
if (generated) copyGenerated(generated.split('=')[1], path.join(out, 'generated'));

// Writes an image's bill of materials: an SPDX 2.3 document (https://spdx.github.io/spdx-spec/v2.3/).
//
// usage: node sbom.cjs FACTS BASE WORKSPACE OUT
// FACTS is a JSON file: what the lockfile knows of the service's closure, and what the image stands on. BASE is the
// root of the base image with the system packages added to it, WORKSPACE the production install. A package is in the
// document when it is in one of the two; the lockfile adds where it comes from and what it depends on.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { createHash } = require('node:crypto');
const { createRequire } = require('node:module');

const [factsFile, base, workspace, out] = process.argv.slice(2);
const facts = JSON.parse(fs.readFileSync(factsFile, 'utf8'));

const read = (file) => {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};
const list = (directory) => {
  try {
    return fs.readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
};

// Packages by key, the same name and version once wherever its files lie; what contains what; what needs what.
const packages = new Map();
const relationships = new Set();
const relate = (from, kind, to) => {
  if (from !== to) relationships.add(JSON.stringify([from, kind, to]));
};
const root = facts.service;

// Licences: an expression that npm's own parser takes is one of SPDX, all else is a text of the package's own.
const parse = (() => {
  try {
    const npm = path.join(path.dirname(process.execPath), '../lib/node_modules/npm/package.json');
    return createRequire(npm)('spdx-expression-parse');
  } catch {
    // A toolchain whose npm lacks the parser: the usual names alone are known.
    const usual = /^(MIT(-0)?|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|CC0-1\.0|CC-BY-[34]\.0|Unlicense|MPL-2\.0|Python-2\.0)$/;
    return (text) => {
      if (!usual.test(text)) throw new Error(text);
    };
  }
})();
const extracted = new Map();
function licence(value) {
  const one = (item) => (typeof item === 'string' ? item : item?.type);
  const names = [value].flat().map(one).filter((name) => typeof name === 'string' && name.trim() !== '');
  if (names.length === 0) return 'NOASSERTION';
  const expressions = names.map((name) => {
    const text = name.trim();
    try {
      parse(text);
      return text;
    } catch {
      const id = `LicenseRef-${text.replace(/[^A-Za-z0-9.-]+/g, '-')}`;
      extracted.set(id, text);
      return id;
    }
  });
  return expressions.length === 1 ? expressions[0] : expressions.map((text) => `(${text})`).join(' OR ');
}

// Subresource integrity to SPDX's checksums: `sha512-BASE64`, several of them apart by spaces.
function checksums(integrity) {
  const found = new Map();
  for (const hash of (integrity ?? '').split(/\s+/)) {
    const [, algorithm, value] = /^(sha1|sha256|sha384|sha512)-([A-Za-z0-9+/=]+)/.exec(hash) ?? [];
    if (value) found.set(algorithm.toUpperCase(), Buffer.from(value, 'base64').toString('hex'));
  }
  return [...found].map(([algorithm, checksumValue]) => ({ algorithm, checksumValue }));
}

// https://github.com/package-url/purl-spec
function purl(type, name, version, qualifiers = {}) {
  const encoded = name.split('/').map(encodeURIComponent).join('/');
  const pairs = Object.entries(qualifiers).filter(([, value]) => value);
  const query = pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).sort().join('&');
  return `pkg:${type}/${encoded}${version ? `@${encodeURIComponent(version)}` : ''}${query && `?${query}`}`;
}

function npmPurl(component) {
  const { name, version, location } = component;
  const kind = location?.startsWith('git+') ? 'vcs_url' : 'download_url';
  return purl('npm', name, version, location ? { [kind]: location } : {});
}

// The packages of node_modules, each where Node looks for it: not what a package's tests have for fixtures.
function modules(directory, owner, add) {
  for (const entry of list(directory)) {
    const file = path.join(directory, entry.name);
    if (!entry.isDirectory()) continue;
    if (entry.name === '.pnpm') {
      for (const stored of list(file)) {
        if (stored.isDirectory()) modules(path.join(file, stored.name, 'node_modules'), owner, add);
      }
    } else if (entry.name.startsWith('@')) {
      for (const scoped of list(file)) if (scoped.isDirectory()) one(path.join(file, scoped.name), owner, add);
    } else if (!entry.name.startsWith('.')) {
      one(file, owner, add);
    }
  }
}

function one(directory, owner, add) {
  const key = manifestOf(directory, owner, add) ?? owner;
  modules(path.join(directory, 'node_modules'), key, add);
}

function manifestOf(directory, owner, add) {
  try {
    const manifest = JSON.parse(read(path.join(directory, 'package.json')) ?? '{}');
    return typeof manifest.name === 'string' ? add(manifest, owner) : undefined;
  } catch {
    return undefined;
  }
}

// Every node_modules below a directory, and outside of them every program that comes as a package, as yarn does.
function search(directory, add) {
  for (const entry of list(directory)) {
    const file = path.join(directory, entry.name);
    if (!entry.isDirectory() || ['/proc', '/sys', '/dev'].includes(file.slice(base.length))) continue;
    if (entry.name === 'node_modules') modules(file, root, add);
    else if (fs.existsSync(path.join(file, 'package.json')) && manifestOf(file, root, addVersioned(add))) {
      modules(path.join(file, 'node_modules'), root, add);
    } else search(file, add);
  }
}
const addVersioned = (add) => (manifest, owner) =>
  typeof manifest.version === 'string' ? add(manifest, owner) : undefined;

const components = new Map(Object.entries(facts.components));
const local = new Set([...components.values()].filter((c) => c.workspace).map((c) => `${c.name}@${c.version ?? ''}`));
const describe = (component, license) => ({
  name: component.name,
  version: component.version,
  location: component.location,
  checksums: checksums(component.integrity),
  license: licence(license),
  purl: npmPurl(component),
});

function addInstalled(manifest, owner) {
  const version = typeof manifest.version === 'string' ? manifest.version : undefined;
  const key = `${manifest.name}@${version ?? ''}`;
  // pnpm's copy of a workspace package.
  if (local.has(key)) return undefined;
  const known = components.get(key);
  const package_ = describe(known ?? { name: manifest.name, version }, manifest.license ?? manifest.licenses);
  if (!packages.has(key)) packages.set(key, package_);
  if (!known) relate(owner, 'CONTAINS', key);
  return key;
}

function addOfBase(manifest, owner) {
  const key = addInstalled(manifest, owner);
  if (key) relate(owner, 'CONTAINS', key);
  return key;
}

// Fields of a stanza of Debian's package databases, and of Alpine's.
const stanzas = (text) => (text ?? '').split(/\n\n+/).filter((stanza) => stanza.trim() !== '');
const fields = (stanza) =>
  Object.fromEntries([...stanza.matchAll(/^([A-Za-z-]+):[ \t]*(.*)$/gm)].map(([, key, value]) => [key, value]));

function systemPackages() {
  const release = read(path.join(base, 'etc/os-release')) ?? read(path.join(base, 'usr/lib/os-release')) ?? '';
  const value = (key) => new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(release)?.[1];
  const id = value('ID');
  const distro = id && value('VERSION_ID') ? `${id}-${value('VERSION_ID')}` : id;
  const add = (type, name, version, architecture, license) => {
    const key = `${type}:${name}@${version}:${architecture}`;
    const namespaced = `${id ?? (type === 'deb' ? 'debian' : 'alpine')}/${name}`;
    const reference = purl(type, namespaced, version, { arch: architecture, distro });
    packages.set(key, { name, version, checksums: [], license: licence(license), purl: reference });
    relate(root, 'CONTAINS', key);
  };
  const dpkg = path.join(base, 'var/lib/dpkg');
  const files = list(path.join(dpkg, 'status.d')).filter((entry) => !entry.name.endsWith('.md5sums'));
  const texts = [path.join(dpkg, 'status'), ...files.map((entry) => path.join(dpkg, 'status.d', entry.name))];
  for (const stanza of texts.flatMap((file) => stanzas(read(file)))) {
    const { Package: name, Version: version, Architecture: architecture, Status: status } = fields(stanza);
    if (name && version && / installed$/.test(status ?? ' installed')) add('deb', name, version, architecture);
  }
  // Alpine 3.23 moved it below /usr; one may be a link to the other.
  for (const file of ['lib/apk/db/installed', 'usr/lib/apk/db/installed']) {
    for (const stanza of stanzas(read(path.join(base, file)))) {
      const { P: name, V: version, A: architecture, L: license } = fields(stanza);
      if (name && version) add('apk', name, version, architecture, license);
    }
  }
}

// The version that the node program says of itself: `node.js/v22.21.1` is part of what it asks registries with.
function nodeProgram() {
  const directories = facts.node.includes('/') ? [''] : facts.path.split(':');
  for (const directory of directories) {
    const file = path.join(base, directory, facts.node);
    if (!fs.existsSync(file)) continue;
    const bytes = fs.readFileSync(file);
    const at = Math.max(bytes.indexOf('node.js/v'), 0);
    const [, version] = /^node\.js\/v(\d+\.\d+\.\d+)/.exec(bytes.toString('latin1', at, at + 64)) ?? [];
    if (!version) return;
    const key = `node:${version}`;
    const reference = purl('generic', 'node', version);
    packages.set(key, { name: 'node', version, checksums: [], license: 'NOASSERTION', purl: reference });
    relate(root, 'CONTAINS', key);
    return;
  }
}

for (const [key, component] of components) {
  if (component.workspace) packages.set(key, describe(component, component.license));
}
// The root's node_modules and each project's.
(function projects(directory) {
  for (const entry of list(directory)) {
    if (!entry.isDirectory()) continue;
    if (entry.name === 'node_modules') modules(path.join(directory, entry.name), root, addInstalled);
    else projects(path.join(directory, entry.name));
  }
})(workspace);
for (const [key, component] of components) {
  for (const dependency of component.dependencies) {
    if (packages.has(key) && packages.has(dependency)) relate(key, 'DEPENDS_ON', dependency);
  }
}
search(base, addOfBase);
systemPackages();
nodeProgram();

// An SPDX id has letters, digits, dots and dashes; the digest keeps apart what that makes alike.
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const spdxId = (key) => `SPDXRef-${key.replace(/[^A-Za-z0-9.]+/g, '-').replace(/^-|-$/g, '')}-${sha256(key).slice(0, 8)}`;
const keys = [...packages.keys()].sort();
const content = {
  name: `${packages.get(root).name} ${facts.platform}`,
  comment: `Base image: ${facts.base}`,
  packages: keys.map((key) => {
    const { name, version, location, checksums, license, purl } = packages.get(key);
    return {
      SPDXID: spdxId(key),
      name,
      ...(version ? { versionInfo: version } : {}),
      ...(key === root ? { primaryPackagePurpose: 'APPLICATION' } : {}),
      downloadLocation: location ?? 'NOASSERTION',
      filesAnalyzed: false,
      ...(checksums.length > 0 ? { checksums } : {}),
      licenseConcluded: 'NOASSERTION',
      licenseDeclared: license,
      copyrightText: 'NOASSERTION',
      externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
    };
  }),
  relationships: [
    { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: spdxId(root) },
    ...[...relationships]
      .sort()
      .map((text) => JSON.parse(text))
      .map(([from, relationshipType, to]) => ({
        spdxElementId: spdxId(from),
        relationshipType,
        relatedSpdxElement: spdxId(to),
      })),
  ],
  ...(extracted.size > 0
    ? {
        hasExtractedLicensingInfos: [...extracted]
          .sort()
          .map(([licenseId, text]) => ({ licenseId, name: text, extractedText: text })),
      }
    : {}),
};
const document = {
  spdxVersion: 'SPDX-2.3',
  dataLicense: 'CC0-1.0',
  SPDXID: 'SPDXRef-DOCUMENT',
  // A name of its own for each content, which SPDX asks for, and the same one for the same.
  documentNamespace: `${facts.namespace}/${sha256(JSON.stringify([facts.created, facts.creator, content]))}`,
  creationInfo: { created: facts.created, creators: [`Tool: ${facts.creator}`] },
  ...content,
};
fs.writeFileSync(out, JSON.stringify(document, undefined, 1) + '\n');

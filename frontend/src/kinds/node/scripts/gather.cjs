// Gathers what the build of a site wrote, wherever in the workspace that is.
//
// usage: node gather.cjs DIRECTORY OUT ROOT [LEFT...]
// OUT is emptied first. The file OUT/.begun is made before the scripts run: what has changed since then they wrote, and
// the rest is the repository's. Without it nothing is known of that, and all that DIRECTORY holds counts as written.
// Writes OUT/written with the files below ROOT that scripts wrote, by their paths below ROOT, without packages, credentials
// and what is LEFT of DIRECTORY: where tools keep their own. OUT/verbatim.json lists those that DIRECTORY has by the same
// name with the same bytes: their names say nothing of what is in them.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [directory, out, root, ...left] = process.argv.slice(2);
const begun = fs.lstatSync(path.join(out, '.begun'), { bigint: true, throwIfNoEntry: false })?.ctimeNs;
const leftOut = new Set(left.map((place) => path.join(directory, place)));
// As the sources are without them (source/credentials.rs).
const secret =
  /^(\.env(\.local|\..*\.local)?|\.envrc(\..*)?|\.dev\.vars(\..*)?|\.(npm|yarn)rc.*|[._]netrc|\.pypirc|\.git-credentials|\.htpasswd|\.vault-token|\.pgpass|pgpass\.conf|\.my(login)?\.cnf|\.boto|\.s3cfg|\.dockercfg|\.terraformrc|terraform\.rc|id_(rsa|dsa|(ecdsa|ed25519)(_sk)?|xmss)|secring\.gpg|\.(aws|azure|gnupg|kube|password-store|ssh|terraform(\.d)?))$/;
const isNever = (name) => secret.test(name) || ['.git', 'node_modules', '.turbo', '.DS_Store'].includes(name) || name.endsWith('.tsbuildinfo');

function* files(from) {
  const entries = fs.readdirSync(from, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const file = path.join(from, entry.name);
    if (isNever(entry.name) || leftOut.has(file)) continue;
    if (entry.isDirectory()) yield* files(file);
    else if (entry.isFile()) yield file;
  }
}

const isInside = (file) => file.startsWith(directory + path.sep);
const isWritten = (file) => (begun === undefined ? isInside(file) : fs.lstatSync(file, { bigint: true }).ctimeNs >= begun);

const written = [];
const kept = new Map();
for (const file of files(root)) {
  if (isWritten(file)) written.push(file);
  else if (isInside(file)) kept.set(path.basename(file), [...(kept.get(path.basename(file)) ?? []), file]);
}

for (const name of fs.existsSync(out) ? fs.readdirSync(out) : []) fs.rmSync(path.join(out, name), { recursive: true, force: true });
const verbatim = [];
fs.mkdirSync(path.join(out, 'written'), { recursive: true });
for (const file of written) {
  const place = path.relative(root, file);
  const target = path.join(out, 'written', place);
  fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o755 });
  fs.copyFileSync(file, target);
  fs.chmodSync(target, 0o644);
  const alike = (kept.get(path.basename(file)) ?? []).filter((one) => fs.statSync(one).size === fs.statSync(file).size);
  if (alike.some((one) => fs.readFileSync(one).equals(fs.readFileSync(file)))) verbatim.push(place);
}
fs.writeFileSync(path.join(out, 'verbatim.json'), JSON.stringify(verbatim));

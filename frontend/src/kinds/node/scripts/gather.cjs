// Gathers what the build of a site wrote, wherever in the workspace that is.
//
// usage: node gather.cjs DIRECTORY OUT ROOT [LEFT... whole=FOLDER...]
// OUT is emptied first. The file OUT/.begun is made before the scripts run: what has changed since then they wrote, and
// the rest is the repository's. Without it nothing is known of that, and all that DIRECTORY holds counts as written.
// Writes OUT/written with the files below ROOT that scripts wrote, by their paths below ROOT, without packages, credentials
// and what is LEFT of DIRECTORY: where tools keep their own. OUT/verbatim.json lists those that DIRECTORY has by the same
// name with the same bytes: their names say nothing of what is in them.
// A FOLDER of DIRECTORY is that of the site. Where the scripts wrote no page into it, its page is the repository's, and so is
// the folder: all of it is gathered.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [directory, out, root, ...words] = process.argv.slice(2);
const WHOLE = 'whole=';
const left = words.filter((word) => !word.startsWith(WHOLE));
const wholes = words.filter((word) => word.startsWith(WHOLE)).map((word) => path.join(directory, word.slice(WHOLE.length)));
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

// The folders that are the repository's.
const PAGES = ['index.html', '200.html'].map((name) => path.sep + name);
const isPage = (folder) => PAGES.some((name) => fs.existsSync(folder + name) && isWritten(folder + name));
const own = wholes.filter((folder) => !isPage(folder));
const isOwn = (file) => own.some((folder) => file.startsWith(folder + path.sep));

const written = [];
const kept = new Map();
for (const file of files(root)) {
  if (isWritten(file) || isOwn(file)) written.push(file);
  if (isWritten(file)) continue;
  if (isInside(file)) kept.set(path.basename(file), [...(kept.get(path.basename(file)) ?? []), file]);
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

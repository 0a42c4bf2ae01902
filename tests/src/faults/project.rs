//! The workspaces that are built: two packages, and a few small dependencies.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::packages::{ANSWER, Packages, REAL, version};
use super::random::Random;
use crate::{Releases, Workspace};

/// The majors of pnpm that a round may have: each keeps its packages in another way.
const MAJORS: [u64; 4] = [9, 10, 11, 12];
/// Dependencies that the service has of the registry.
const DIRECT: [&str; 2] = ["ms", "escape-html"];
/// What the service runs.
const PROGRAM: &str = "console.log([require('answer'), require('library')(3), require('./built.js'), \
     require('ms')('2 days'), require('escape-html')('<')].join(' '));\n";
/// What that prints.
pub(super) const PRINTS: &str = "42 true array 172800000 &lt;";

/// What decides what the image holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    pub(super) major: u64,
}

impl Shape {
    pub(super) fn draw(random: &mut Random) -> Self {
        Self {
            major: random.choose(&MAJORS),
        }
    }

    /// Returns a workspace of this shape. The number moves every install, and nothing in the image.
    pub(super) fn workspace(self, pnpm: &Releases, packages: &Packages, number: u64) -> Workspace {
        let workspace = Workspace::empty();
        let manager = format!("pnpm@{}", pnpm.version(self.major));
        let root = json!({ "name": "root", "private": true, "packageManager": manager });
        let mut needed = Map::from_iter([
            (ANSWER.to_owned(), Value::from(packages.url(ANSWER, "1.0.0"))),
            ("library".to_owned(), Value::from("workspace:*")),
        ]);
        for name in DIRECT {
            needed.insert(name.to_owned(), version(name).into());
        }
        let service = json!({
            "name": "service", "version": "1.0.0", "main": "index.js",
            "scripts": { "build": "node build.js" },
            "dependencies": needed,
            "devDependencies": { "kind-of": version("kind-of") },
        });
        let library = json!({
            "name": "library", "version": "1.0.0", "main": "index.js",
            "dependencies": { "is-odd": version("is-odd") },
        });
        // pnpm 11 and 12 read settings of the second file alone, and older ones of the first.
        workspace
            .write(
                ".npmrc",
                format!(
                    "registry={}\nfetch-retries=2\nfetch-retry-mintimeout=200\nfetch-timeout=4000\nfetch-retry-maxtimeout={}\n",
                    packages.registry(),
                    10_000 + number
                ),
            )
            .write(
                "pnpm-workspace.yaml",
                "packages: [service, library]\nfetchRetries: 2\nfetchRetryMintimeout: 200\nfetchTimeout: 4000\n",
            )
            .write(".nvmrc", "22\n")
            .write("package.json", root.to_string())
            .write("service/package.json", service.to_string())
            .write("library/package.json", library.to_string())
            .write("library/index.js", "module.exports = require('is-odd');\n")
            .write(
                "service/build.js",
                "const kind = require('kind-of');\nrequire('node:fs').writeFileSync('built.js', `module.exports = '${kind([])}';\\n`);\n",
            )
            .write("service/index.js", PROGRAM)
            .write("service/service.toml", "# syntax=vextrus/frontend\n")
            .write("pnpm-lock.yaml", Self::lockfile(packages));
        workspace
    }

    fn lockfile(packages: &Packages) -> String {
        let mut text =
            "lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n  excludeLinksFromLockfile: false\n\n\
             importers:\n\n  .: {}\n\n  library:\n    dependencies:\n"
                .to_owned();
        let mut importer = |name: &str, specifier: &str, version: &str| {
            let _ = write!(
                text,
                "      {name}:\n        specifier: {specifier}\n        version: {version}\n"
            );
        };
        let url = packages.url(ANSWER, "1.0.0");
        importer("is-odd", version("is-odd"), version("is-odd"));
        text += "\n  service:\n    dependencies:\n";
        let mut importer = |name: &str, specifier: &str, version: &str| {
            let _ = write!(
                text,
                "      {name}:\n        specifier: {specifier}\n        version: {version}\n"
            );
        };
        importer(ANSWER, &url, &url);
        importer("escape-html", version("escape-html"), version("escape-html"));
        importer("library", "workspace:*", "link:../library");
        importer("ms", version("ms"), version("ms"));
        text += "    devDependencies:\n";
        let kind = version("kind-of");
        let _ = write!(
            text,
            "      kind-of:\n        specifier: {kind}\n        version: {kind}\n\npackages:\n\n"
        );
        let integrity = packages.integrity(ANSWER);
        let _ = write!(
            text,
            "  {ANSWER}@{url}:\n    resolution: {{integrity: {integrity}, tarball: {url}}}\n    version: 1.0.0\n\n"
        );
        let mut snapshots = format!("snapshots:\n\n  {ANSWER}@{url}: {{}}\n\n");
        let mut locked = REAL;
        locked.sort_unstable();
        for (name, version, dependency) in locked {
            let integrity = packages.integrity(name);
            let _ = write!(
                text,
                "  {name}@{version}:\n    resolution: {{integrity: {integrity}}}\n\n"
            );
            let _ = match dependency {
                Some((on, at)) => write!(
                    snapshots,
                    "  {name}@{version}:\n    dependencies:\n      {on}: {at}\n\n"
                ),
                None => write!(snapshots, "  {name}@{version}: {{}}\n\n"),
            };
        }
        text + &snapshots
    }
}

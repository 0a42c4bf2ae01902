//! Dependencies that come from repositories: built by their own scripts, out of reach of what installs share.

use std::process::Command;

use vextrus_e2e::{Engine, Server, Workspace};

/// The service's program prints what the dependency's own script made of it.
fn service(url: &str, commit: &str, pnpm: &str) -> Workspace {
    let service = Workspace::empty();
    let package = serde_json::json!({
        "name": "service",
        "version": "1.0.0",
        "private": true,
        "packageManager": format!("pnpm@{pnpm}"),
        "main": "main.js",
        "dependencies": { "own-fork": format!("git+{url}#{commit}"), "left-pad": "1.3.0" },
    });
    let package = serde_json::to_string_pretty(&package).unwrap();
    let reference = format!("git+{url}#{commit}");
    let lockfile = format!(
        "lockfileVersion: '9.0'

settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false

importers:

  .:
    dependencies:
      left-pad:
        specifier: 1.3.0
        version: 1.3.0
      own-fork:
        specifier: {reference}
        version: {reference}

packages:

  left-pad@1.3.0:
    resolution: {{integrity: sha512-XI5MPzVNApjAyhQzphX8BkmKsKUxD4LdyK24iZeQGinBN9yTQT3bFlCBy/aVx2HrNcqQGsdot8ghrjyrvMCoEA==}}

  own-fork@{reference}:
    resolution: {{commit: {commit}, repo: {url}, type: git}}
    version: 1.0.0

snapshots:

  left-pad@1.3.0: {{}}

  own-fork@{reference}: {{}}
"
    );
    let settings = format!("allowBuilds:\n  own-fork: true\n  own-fork@{reference}: true\n");
    service
        .write("service.toml", "# syntax=vextrus/frontend\n")
        .write("package.json", package)
        .write("pnpm-lock.yaml", lockfile)
        .write("pnpm-workspace.yaml", settings)
        .write(
            "main.js",
            "require('left-pad'); console.log(require('own-fork'));\n",
        );
    service
}

/// A package whose repository lacks what is published of it: its script makes that, with a dependency of its own.
fn fork() -> Workspace {
    let fork = Workspace::empty();
    let package = serde_json::json!({
        "name": "own-fork",
        "version": "1.0.0",
        "main": "dist/index.js",
        "files": ["dist"],
        "scripts": { "prepare": "node build.js" },
        "devDependencies": { "is-odd": "3.0.1" },
    });
    let build = "const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const mounted = readFileSync('/proc/self/mountinfo', 'utf8').split('\\n').map((line) => line.split(' ')[4] ?? '');
const shared = mounted.filter((place) => /^\\/(pnpm|root)\\b|\\/turns$/.test(place));
const odd = require('is-odd')(3) ? 'prepared' : 'not prepared';
mkdirSync('dist');
writeFileSync('dist/index.js', `module.exports = '${odd} by ${shared.length} shared';`);
";
    fork.write("package.json", serde_json::to_string_pretty(&package).unwrap())
        .write("build.js", build);
    fork
}

#[test]
fn a_dependency_of_a_repository_is_built_by_its_own_scripts() {
    let engine = Engine::take();
    let server = Server::start();
    let url = server.repository("own-fork.git", &fork());
    let head = Command::new("git")
        .args(["ls-remote", &url, "HEAD"])
        .output()
        .unwrap();
    let head = String::from_utf8(head.stdout).unwrap();
    let commit = head.split_whitespace().next().unwrap();
    for pnpm in ["9.15.9", "10.34.9", "12.18.0"] {
        let service = service(&url, commit, pnpm);
        let args = ["--network=host", "--allow=network.host"];
        let built = engine.build(&service).file("service.toml").args(args).run();
        let said = built.image.container().printed();
        assert_eq!(said.trim(), "prepared by 0 shared", "pnpm {pnpm}");
    }
}

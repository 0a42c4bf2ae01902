//! Registries that ask who wants a package.

use std::io::Write as _;
use std::time::SystemTime;

use base64::Engine as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha512};
use vextrus_e2e::{Engine, Server, Workspace};

const TOKEN: &str = "token-of-the-registry";

/// The archive of a package that exports a text. No store has it: its bytes are those of this run.
fn archive(text: &str) -> Vec<u8> {
    let package = Workspace::empty();
    let run = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    package
        .write(
            "package.json",
            r#"{"name":"@acme/private","version":"1.0.0","main":"index.js"}"#,
        )
        .write(
            "index.js",
            format!("module.exports = '{text}'; // {}\n", run.as_nanos()),
        );
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&package.tar()).unwrap();
    packed.finish().unwrap()
}

/// Puts the package into a registry. pnpm 11 and later ask how old it is.
fn publish(server: &Server, archive: &[u8]) {
    let tarball = server.file("@acme/private/-/private-1.0.0.tgz", archive);
    let version = serde_json::json!({
        "name": "@acme/private",
        "version": "1.0.0",
        "dist": { "tarball": tarball, "integrity": integrity(archive) },
    });
    let package = serde_json::json!({
        "name": "@acme/private",
        "dist-tags": { "latest": "1.0.0" },
        "versions": { "1.0.0": version },
        "time": { "1.0.0": "2020-01-01T00:00:00.000Z" },
    });
    server.file("@acme%2Fprivate", package.to_string());
}

fn integrity(archive: &[u8]) -> String {
    let digest = base64::engine::general_purpose::STANDARD.encode(Sha512::digest(archive));
    format!("sha512-{digest}")
}

/// A service that prints what the package of the registry says.
fn service(server: &Server, archive: &[u8], pnpm: &str) -> Workspace {
    let service = Workspace::empty();
    let integrity = integrity(archive);
    let package = serde_json::json!({
        "name": "service",
        "version": "1.0.0",
        "private": true,
        "packageManager": format!("pnpm@{pnpm}"),
        "main": "main.js",
        "dependencies": { "@acme/private": "1.0.0" },
    });
    let lockfile = format!(
        "lockfileVersion: '9.0'

settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false

importers:

  .:
    dependencies:
      '@acme/private':
        specifier: 1.0.0
        version: 1.0.0

packages:

  '@acme/private@1.0.0':
    resolution: {{integrity: {integrity}}}

snapshots:

  '@acme/private@1.0.0': {{}}
"
    );
    let address = server.url("");
    let host = address.trim_start_matches("http:");
    let npmrc = format!("@acme:registry={address}\n{host}:_authToken=${{NPM_TOKEN}}\n");
    service
        .write("service.toml", "# syntax=vextrus/frontend\n")
        .write("package.json", serde_json::to_string_pretty(&package).unwrap())
        .write("pnpm-lock.yaml", lockfile)
        .write(".npmrc", npmrc)
        .write("main.js", "console.log(require('@acme/private'));\n");
    service
}

/// From 10.34 on pnpm fills in no variable in a project's `.npmrc`.
#[test]
fn a_token_that_the_repository_names_is_filled_in_with_every_pnpm() {
    let engine = Engine::take();
    let server = Server::private(TOKEN);
    let secrets = Workspace::empty();
    secrets.write("token", TOKEN);
    let secret = format!("--secret=id=NPM_TOKEN,src={}", secrets.path("token").display());
    for pnpm in ["9.15.9", "10.12.1", "10.34.9", "11.28.11", "12.18.0"] {
        let archive = archive(&format!("private with {pnpm}"));
        publish(&server, &archive);
        let service = service(&server, &archive, pnpm);
        let args = ["--network=host", "--allow=network.host", &secret];
        let built = engine.build(&service).file("service.toml").args(args).run();
        let said = built.image.container().printed();
        assert_eq!(said.trim(), format!("private with {pnpm}"));
    }
}

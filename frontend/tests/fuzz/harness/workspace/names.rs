//! Names, versions and directories: usual ones, and those that an author may have but hardly anybody has.

/// Names of packages that npm takes.
pub(crate) const USUAL: [&str; 14] = [
    "ms",
    "react",
    "lodash.merge",
    "@scope/one",
    "@scope/two",
    "a",
    "constructor",
    "__proto__",
    "true",
    "null",
    "1",
    "0.1",
    "node",
    "e",
];

/// Names that nothing but a lockfile has.
pub(crate) const ODD: [&str; 16] = [
    "UPPER",
    "with space",
    "it's",
    "@s/it's",
    "@s/",
    "--flag",
    "-rf",
    "$(touch pwned)",
    "`id`;x\"y",
    "bücher",
    "a:b",
    "a#b",
    "a%40b",
    "new\nline",
    "esc\u{1b}[2J\u{7}",
    "bidi\u{202e}",
];

/// Versions that package managers write.
pub(crate) const VERSIONS: [&str; 8] = [
    "1.0.0",
    "2.1.3",
    "0.0.1-rc.1",
    "10.20.30+build.5",
    "1.0.0-alpha.0",
    "4.17.21",
    "0.0.0",
    "99999999999.1.2",
];

/// Directories of projects.
pub(crate) const DIRECTORIES: [&str; 8] = [
    "apps/a",
    "apps/b",
    "libs/kernel",
    "libs/kernel/sub",
    "libs/ui-kit",
    "libs/x.y",
    "shared",
    "packages/deep/er/down",
];

/// Directories with characters that mean something to a shell, a pattern or a terminal.
pub(crate) const ODD_DIRECTORIES: [&str; 14] = [
    "libs/[id]",
    "libs/{a,b}",
    "libs/a b",
    "libs/*",
    "libs/!x",
    "libs/bücher",
    "libs/-rf",
    "libs/it's",
    "libs/$(touch pwned)",
    "libs/a#b",
    "libs/a:b",
    "libs/back\\slash",
    "libs/new\nline",
    "libs/esc\u{1b}[31m",
];

/// Directories outside of the context, which pnpm takes for a workspace's projects too.
pub(crate) const OUTSIDE: [&str; 3] = ["../outside", "../../etc", ".."];

/// Dependencies that lead to what is not there, or not to be reached: specifier and version.
pub(crate) const BROKEN: [(&str, &str); 14] = [
    ("link:../../../../etc", "link:../../../../etc"),
    ("link:/etc", "link:/etc"),
    ("file:/etc", "file:/etc"),
    ("file:../../../../etc", "file:../../etc"),
    ("file:../x.tgz", "file:../x.tgz"),
    ("^1.0.0", "7.7.7"),
    ("^1.0.0", ""),
    ("npm:gone@1", "gone@1.0.0"),
    ("workspace:*", "link:../gone"),
    ("workspace:*", "link:"),
    ("^1.0.0", "1.0.0(gone@1.0.0)"),
    ("^1.0.0", "((((((("),
    ("https://a.example/a.tgz", "https://a.example/a.tgz"),
    ("catalog:gone", "1.0.0"),
];

/// Lines of manifests that are right for any service.
pub(crate) const MANIFEST: [&str; 24] = [
    "base = \"debian\"",
    "base = \"alpine\"",
    "base = \"distroless\"",
    "base = \"scratch\"",
    "base = \"docker.io/library/node:22\"",
    "node = \"20\"",
    "build.env = { A = \"b\" }",
    "build.args = { GIT_SHA = \"x\" }",
    "build.packages = [\"python3\"]",
    "build.secrets = [\"token\"]",
    "build.ssh = true",
    "build.network = \"none\"",
    "build.frozen = false",
    "run.port = 3000",
    "run.env = { NODE_ENV = \"production\" }",
    "run.user = \"0\"",
    "run.writable = [\"uploads\"]",
    "run.stop_signal = \"int\"",
    "run.healthcheck = false",
    "image.max_size = \"512MiB\"",
    "image.labels = { a = \"b\" }",
    "image.untrimmed = [\"ms\"]",
    "image.created = \"2026-11-28T12:00:00Z\"",
    "run.layout = \"deploy\"",
];

//! Places and variables of a container that a manifest cannot have: the build's own steps work there, or the system does.

use crate::path::{is_within, join};

/// What the kernel shows.
const KERNEL: [&str; 3] = ["/proc", "/sys", "/dev"];
/// Where programs are, and what they load.
const PROGRAMS: [&str; 15] = [
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/local/lib",
    "/usr/local/include",
];
/// Where steps of a build have scripts, outputs, sockets and package stores.
const STEPS: [&str; 4] = ["/vextrus", "/out", "/pnpm", "/run/buildkit"];
/// Where the workspace lies in every container.
const WORKSPACE: &str = "/app";
/// Directories of every image, which no file takes the place of.
const DIRECTORIES: [&str; 18] = [
    "/",
    "/boot",
    "/etc",
    "/home",
    "/media",
    "/mnt",
    "/opt",
    "/root",
    "/root/.cache",
    "/run",
    "/run/secrets",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/local",
    "/usr/share",
    "/var",
    "/var/tmp",
];
/// Settings that every program begins with.
const SETTINGS: [&str; 10] = [
    "/etc/group",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.preload",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/resolv.conf",
    "/etc/shadow",
];
/// Variables by which a program, a shell or Node finds what it runs: with a secret in one of them no step runs.
const VARIABLES: [&str; 13] = [
    "BASH_ENV",
    "ENV",
    "HOME",
    "IFS",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "NODE_COMPILE_CACHE",
    "NODE_OPTIONS",
    "NODE_PATH",
    "PATH",
    "PWD",
    "SHELL",
    "SSH_AUTH_SOCK",
];

/// The longest text that Linux passes to a program, in bytes, with its end. Source: execve(2), `MAX_ARG_STRLEN`.
pub const LONGEST_ARGUMENT: usize = 128 << 10;

/// Returns why a secret cannot appear as the file at an absolute path.
pub fn secret_file(path: &str) -> Result<(), String> {
    let path = join("/", path);
    let is_in = |places: &[&str]| places.iter().any(|place| is_within(&path, place));
    let why = if is_in(&[WORKSPACE]) {
        "lies in the workspace, from where the build's files are taken into the image"
    } else if is_in(&STEPS) {
        "lies where the build's own steps work"
    } else if is_in(&KERNEL) {
        "belongs to the kernel"
    } else if is_in(&PROGRAMS) {
        "lies among the programs that the build runs"
    } else if DIRECTORIES.contains(&path.as_str()) {
        "is a directory of the system"
    } else if SETTINGS.contains(&path.as_str()) {
        "is a file that every program reads"
    } else {
        return Ok(());
    };
    Err(why.to_owned())
}

/// Returns why a secret cannot be in a variable.
pub fn secret_variable(name: &str) -> Result<(), String> {
    match VARIABLES.contains(&name) {
        true => Err("is a variable that every program is run by".to_owned()),
        false => Ok(()),
    }
}

/// Returns why a service cannot write a directory at an absolute path.
pub fn writable(path: &str) -> Result<(), String> {
    let is_in = |places: &[&str]| places.iter().any(|place| is_within(path, place));
    let why = if path == "/" {
        "is the whole file system"
    } else if is_in(&KERNEL) {
        "belongs to the kernel"
    } else if is_in(&PROGRAMS) {
        "lies among the programs of the image"
    } else if ["/etc", "/usr", "/usr/local", "/boot"].contains(&path) {
        "holds the system's own files"
    } else if path == WORKSPACE {
        "holds the whole workspace"
    } else if is_in(&["/app/node_modules"]) {
        "holds the dependencies"
    } else {
        return Ok(());
    };
    Err(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_file_of_its_own() {
        for path in [
            "/root/.npmrc",
            "/etc/npmrc",
            "/run/secrets/x",
            "/token",
            "/tmp/x",
            "/usr/local/etc/npmrc",
            "/appx",
        ] {
            assert_eq!(secret_file(path), Ok(()), "{path}");
        }
        for path in [
            "/app",
            "/app/.npmrc",
            "/app/services/a/package.json",
            "//app/x",
            "/./vextrus/collect.cjs",
            "/out/whole/x",
            "/pnpm/store",
            "/run/buildkit/ssh_agent.0",
            "/proc/self/x",
            "/dev/null",
            "/usr/local/bin/node",
            "/bin/sh",
            "/etc",
            "/etc/passwd",
            "/root",
            "/run/secrets",
            "/",
            "/lib/x",
            "/usr/lib/vextrus/x",
        ] {
            assert!(secret_file(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_writable_directory_is_nobody_elses() {
        for path in [
            "/tmp",
            "/var/cache/app",
            "/etc/app",
            "/app/services/a/uploads",
            "/data",
            "/run",
            "/home",
            "/usr/share/x",
        ] {
            assert_eq!(writable(path), Ok(()), "{path}");
        }
        for path in [
            "/",
            "/etc",
            "/app",
            "/usr",
            "/usr/lib",
            "/usr/lib/vextrus",
            "/usr/lib/vextrus/x",
            "/proc",
            "/sys/x",
            "/dev",
            "/bin",
            "/usr/local/bin",
            "/app/node_modules",
            "/app/node_modules/x",
        ] {
            assert!(writable(path).is_err(), "{path}");
        }
    }
}

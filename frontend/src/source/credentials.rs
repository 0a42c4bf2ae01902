//! Files in which tools keep what they log in with, by the names under which they look for them: what the engine transfers
//! and copies it chooses by names alone. No step sees one that nobody asks for by name, whether it comes from a directory,
//! a repository, an archive or a named context. Other files that hold secrets are copied, and warned of by what is in them:
//! who needs one would miss it.

use crate::path::is_within;

/// Names of such files, and of directories that hold nothing else, wherever they lie, with at most one `*`.
const NAMES: [&str; 49] = [
    // Environments, as dotenv, direnv and wrangler read them. Those of a mode, such as `.env.production`, are for all
    // who build, and committed; those of one machine are called local.
    // Source: vite.dev/guide/env-and-mode, nextjs.org/docs/app/guides/environment-variables.
    ".env",
    ".env.local",
    ".env.*.local",
    ".envrc",
    ".envrc.*",
    ".dev.vars",
    ".dev.vars.*",
    // Package managers. The workspace's own .npmrc is read by the frontend, and written without its credentials.
    ".npmrc*",
    ".config/pnpm",
    ".yarnrc*",
    ".pypirc",
    ".composer/auth.json",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".gem/credentials",
    // Accounts on other machines.
    ".netrc",
    "_netrc",
    ".git-credentials",
    ".config/git/credentials",
    ".config/gh",
    ".htpasswd",
    ".password-store",
    ".vault-token",
    // Databases.
    ".pgpass",
    "pgpass.conf",
    ".my.cnf",
    ".mylogin.cnf",
    // Clouds, clusters, registries of images.
    ".aws",
    ".azure",
    ".boto",
    ".s3cfg",
    ".config/gcloud",
    ".docker/config.json",
    ".dockercfg",
    ".kube",
    ".terraform",
    ".terraform.d",
    ".terraformrc",
    "terraform.rc",
    // Keys, as ssh and GnuPG keep them.
    ".ssh",
    ".gnupg",
    "id_dsa",
    "id_ecdsa",
    "id_ecdsa_sk",
    "id_ed25519",
    "id_ed25519_sk",
    "id_rsa",
    "id_xmss",
    "secring.gpg",
];

/// How much of a name a pattern has to spell out to mean it: `.env*` does, and `.*` does not.
const SPELT: usize = 3;

/// Returns the patterns of credential files, as ignore files have them.
pub fn credentials() -> Vec<String> {
    NAMES.iter().map(|name| format!("**/{name}")).collect()
}

/// Returns whether a path leads to a credential file, or into a directory of them.
pub fn is_credential(path: &str) -> bool {
    let is = |rest: &str, name: &str| match name.split_once('*') {
        // The star may stand for a part of a name, and what is below a directory of that name is meant as well.
        Some((start, end)) => rest
            .strip_prefix(start)
            .map(|rest| rest.split('/').next().unwrap_or_default())
            .is_some_and(|rest| rest.ends_with(end)),
        None => is_within(rest, name),
    };
    below(path).any(|rest| NAMES.iter().any(|name| is(rest, name)))
}

/// Returns whether a pattern means credential files by their names, and not only together with other files.
pub(super) fn is_named(pattern: &str) -> bool {
    let begins = |rest: &str| {
        let fixed = rest
            .find(['*', '?', '['])
            .and_then(|wildcard| rest.get(..wildcard));
        let fixed = fixed.filter(|fixed| fixed.len() >= SPELT && !fixed.contains('/'));
        fixed.is_some_and(|fixed| NAMES.iter().any(|name| name.starts_with(fixed)))
    };
    is_credential(pattern) || below(pattern).any(begins)
}

/// Iterates over a path and what is left of it below each directory.
fn below(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path.trim_matches('/')), |rest| Some(rest.split_once('/')?.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::chooses;

    #[test]
    fn names_and_patterns_say_the_same() {
        let patterns = credentials();
        for (path, want) in [
            (".env", true),
            ("services/app/.env.production.local", true),
            ("services/app/.env.local", true),
            ("services/app/.env.production", false),
            ("services/app/.env.example", false),
            ("services/app/.env.localhost", false),
            ("services/app/.envrc", true),
            (".yarnrc.yml", true),
            ("a/.aws/credentials", true),
            ("a/.docker/config.json", true),
            ("a/.docker/Dockerfile", false),
            ("keys/id_rsa", true),
            ("keys/id_rsa.pub", false),
            ("src/id_map.ts", false),
            ("locales/en/auth.json", false),
            ("src/env.ts", false),
            ("a.env", false),
            (".environment/x", false),
            ("a/.npmrc/x", true),
            ("a/.npmrc.bak", true),
            ("a/.config/pnpm/auth.ini", true),
            ("a/.config/app.ini", false),
        ] {
            assert_eq!(is_credential(path), want, "{path}");
            assert_eq!(chooses(&patterns, path), want, "{path} by its pattern");
        }
    }

    #[test]
    fn a_pattern_names_what_it_spells_out() {
        for pattern in [
            "services/app/.npmrc",
            "**/.env.production.local",
            ".env*",
            "**/.aws/**",
            "keys/id_*",
            r"services/\[id\]/.env",
        ] {
            assert!(is_named(pattern), "{pattern}");
        }
        for pattern in [
            "services",
            "**",
            "services/**",
            "**/.*",
            "keys/*",
            "src/*.ts",
            "services/app",
            "",
        ] {
            assert!(!is_named(pattern), "{pattern}");
        }
    }
}

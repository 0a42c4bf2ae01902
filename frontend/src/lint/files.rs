//! Files that a build copies and that look like private keys and the like: by what is in them, and else by their names.

use crate::diagnostic::{Place, SourceFile};
use crate::path::base_name;
use crate::pattern::chooses;
use crate::secret::{self, Held};
use crate::warning::{Warning, rules};

/// Globs on the names of files that need not show what they are, or only show it where it is asked for.
const NAMES: [(&str, Look); 34] = [
    ("*.pem", Look::Key),
    ("*.key", Look::Key),
    ("id_*", Look::Key),
    ("*.ppk", Look::Key),
    ("*.p12", Look::Store),
    ("*.pfx", Look::Store),
    ("*.jks", Look::Store),
    ("*.keystore", Look::Store),
    ("*.kdbx", Look::Store),
    ("*.tfstate", Look::State),
    ("*.tfstate.*", Look::State),
    ("secrets.*", Look::Secrets),
    ("*.env", Look::Secrets),
    // Files of these names may have a password among other settings; which of them do, their texts say.
    ("*account*.json", Look::Settings),
    ("*client_secret*.json", Look::Settings),
    ("*credential*", Look::Settings),
    ("*secret*", Look::Settings),
    ("kubeconfig*", Look::Settings),
    ("*.kubeconfig", Look::Settings),
    ("*.cfg", Look::Settings),
    ("*.conf", Look::Settings),
    ("*.ini", Look::Settings),
    ("*.properties", Look::Settings),
    ("*.tfvars", Look::Settings),
    ("*.tfvars.json", Look::Settings),
    ("*.auto.tfvars", Look::Settings),
    (".*rc", Look::Settings),
    (".*rc.*", Look::Settings),
    (".*auth*", Look::Settings),
    (".*config*", Look::Settings),
    (".*passw*", Look::Settings),
    (".*token*", Look::Settings),
    ("*passwd*", Look::Settings),
    ("*htpasswd*", Look::Settings),
];
/// Endings of `secrets` that is data, and no code.
const DATA: [&str; 8] = ["conf", "env", "ini", "json", "properties", "toml", "yaml", "yml"];
/// Names of an environment without values.
const EXAMPLES: [&str; 5] = ["default", "defaults", "example", "sample", "template"];
/// Directories with texts for people, which are called like what they are about.
const TEXTS: [&str; 6] = ["i18n", "lang", "locale", "locales", "messages", "translations"];

/// Endings of files that are not looked into: code and its types, pages, texts for people, pictures, sounds, archives.
const UNREAD: [&str; 68] = [
    "astro",
    "avif",
    "bmp",
    "br",
    "c",
    "cc",
    "cjs",
    "cpp",
    "cs",
    "css",
    "cts",
    "cxx",
    "dart",
    "ejs",
    "eot",
    "gif",
    "go",
    "gql",
    "graphql",
    "gz",
    "h",
    "handlebars",
    "hbs",
    "hpp",
    "htm",
    "html",
    "ico",
    "java",
    "jpeg",
    "jpg",
    "js",
    "jsx",
    "kt",
    "less",
    "liquid",
    "map",
    "md",
    "mdx",
    "mjs",
    "mov",
    "mp3",
    "mp4",
    "mts",
    "node",
    "ogg",
    "otf",
    "pdf",
    "php",
    "png",
    "prisma",
    "proto",
    "pug",
    "py",
    "rb",
    "rs",
    "scss",
    "snap",
    "svelte",
    "svg",
    "swift",
    "tgz",
    "ts",
    "tsx",
    "ttf",
    "vue",
    "wasm",
    "webp",
    "woff2",
];
/// Files of every package, which are read for what they are.
const KNOWN: [&str; 3] = ["package.json", "tsconfig.json", "tsconfig.*.json"];

/// What a file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Look {
    Key,
    Store,
    State,
    Token,
    Secrets,
    /// Of a tool: it is meant where its text has a credential in it.
    Settings,
}

/// Returns whether a file is looked into: none where it is not, and a lower number where its name says something.
pub fn rank(path: &str) -> Option<u8> {
    if by_name(path).is_some() {
        return Some(0);
    }
    let name = base_name(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_unread = UNREAD.contains(&ending.to_ascii_lowercase().as_str()) || chooses(KNOWN, name);
    (!is_unread).then_some(1)
}

fn by_name(path: &str) -> Option<Look> {
    let name = base_name(path);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let is_code = UNREAD.contains(&ending.to_ascii_lowercase().as_str());
    let mut looks = NAMES.into_iter().filter(|(glob, _)| chooses([glob], name));
    let is_meant = |look: Look| match look {
        Look::Key => !name.starts_with("id_") || ending.is_empty() || ending == "pem",
        Look::Secrets => DATA.contains(&ending) && !EXAMPLES.contains(&stem),
        Look::Settings => !is_code && !path.split('/').any(|part| TEXTS.contains(&part)),
        Look::Store | Look::State | Look::Token => true,
    };
    looks.find(|(_, look)| is_meant(*look)).map(|(_, look)| look)
}

/// Returns a warning for each file that looks like a secret, at the line that gives it away; of each it is known how it
/// begins, where it can be read. `package` is what is built, and `advice` says what to do for a file to be copied no more.
pub fn find(
    files: &[(String, Option<Vec<u8>>)],
    package: &str,
    advice: impl Fn(&str) -> String,
) -> Vec<Warning> {
    let warning = |(path, head): &(String, Option<Vec<u8>>)| {
        let head = head.as_deref().unwrap_or_default();
        let line = secret::first_line(&String::from_utf8_lossy(head));
        let named = || {
            by_name(path).filter(|look| match look {
                Look::Key => !secret::is_public(head),
                Look::Settings => line.is_some(),
                _ => true,
            })
        };
        let look = secret::held(head).map(Look::from).or_else(named)?;
        let message = format!(
            "`{path}` looks like {}, and is copied into the build of {package} and what that hands on; {}",
            look.what(),
            advice(path)
        );
        let place = place(path, line.unwrap_or(1));
        Some(rules::SECRET_FILE.warn(message).at(place))
    };
    files.iter().filter_map(warning).collect()
}

impl From<Held> for Look {
    fn from(held: Held) -> Self {
        match held {
            Held::PrivateKey => Self::Key,
            Held::KeyStore => Self::Store,
            Held::State => Self::State,
            Held::Token => Self::Token,
        }
    }
}

impl Look {
    fn what(self) -> &'static str {
        match self {
            Self::Key => "a private key",
            Self::Store => "a store of keys",
            Self::State => "a state of Terraform, which has every secret in it",
            Self::Token => "a file with a token in it",
            Self::Secrets => "a list of secrets",
            Self::Settings => "settings with a credential in them",
        }
    }
}

/// Returns a place in a file of which nothing is shown.
fn place(path: &str, line: u32) -> Place {
    let above = usize::try_from(line.saturating_sub(1)).unwrap_or(0);
    Place::of_line(&SourceFile::new(path, "\n".repeat(above) + "***\n"), line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n";

    #[test]
    fn what_is_in_a_file_decides_whatever_it_is_called() {
        let state = "{\"version\":4,\"terraform_version\":\"1.9\",\"serial\":1,\"lineage\":\"x\"}";
        for (path, head, want) in [
            ("keys/deploy", KEY, "a private key"),
            (
                "a/my-project-4f9a.json",
                "{\"private_key\": \"-----BEGIN PRIVATE KEY-----\\nx\"}",
                "a private key",
            ),
            ("a/server.pem.bak", KEY, "a private key"),
            ("a/state.json", state, "a state of Terraform"),
            ("a/prod.env", "X=1\nDB_PASSWORD=x\n", "a list of secrets"),
            ("a/app.ini", "[db]\npassword = x\n", "settings with a credential"),
            ("a/.somerc", "token = x\n", "settings with a credential"),
            (
                "a/credentials.json",
                "{\"client_secret\": \"x\"}",
                "settings with a credential",
            ),
            ("a/server.pem", "x", "a private key"),
            ("a/terraform.tfstate.backup", "x", "a state of Terraform"),
        ] {
            assert!(rank(path).is_some(), "{path}");
            let found = find(&[(path.to_owned(), Some(head.into()))], "app", |_| String::new());
            let [warning] = &found[..] else {
                panic!("{path}: {found:?}");
            };
            assert!(
                warning
                    .diagnostic
                    .message
                    .contains(&format!("`{path}` looks like {want}")),
                "{warning:?}"
            );
        }
        for (path, head) in [
            ("a/ca.pem", "-----BEGIN CERTIFICATE-----\nx"),
            ("keys/id_rsa.pub", "ssh-rsa AAAA"),
            ("a/app.ini", "[db]\nhost = x\n"),
            ("a/data.json", "{\"password\": \"x\"}"),
            ("locales/en/credentials.json", "{\"password\": \"x\"}"),
            ("a/example.env", "X=\n"),
            ("a/state.json", "{\"serial\": 1}"),
            ("a/empty", ""),
        ] {
            let found = find(&[(path.to_owned(), Some(head.into()))], "app", |_| String::new());
            assert!(found.is_empty(), "{path}: {found:?}");
        }
    }

    #[test]
    fn names_tell_what_is_looked_into() {
        for (path, want) in [
            ("a/server.pem", Some(0)),
            ("keys/id_deploy", Some(0)),
            ("keys/id_rsa_priv.pem", Some(0)),
            ("a/release.keystore", Some(0)),
            ("a/prod.env", Some(0)),
            ("a/secrets.yaml", Some(0)),
            ("a/deploy", Some(1)),
            ("a/data.json", Some(1)),
            ("a/run.sh", Some(1)),
            ("src/id_map.ts", None),
            ("src/secrets.service.ts", None),
            ("a/logo.PNG", None),
            ("package.json", None),
            ("a/tsconfig.build.json", None),
        ] {
            assert_eq!(rank(path), want, "{path}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_by_its_name() {
        let files = [("a/x.p12".to_owned(), None), ("a/x.json".to_owned(), None)];
        assert_eq!(find(&files, "app", |_| String::new()).len(), 1);
    }
}

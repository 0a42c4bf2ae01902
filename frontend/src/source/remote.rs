//! URLs of build contexts. The grammar is BuildKit's: moby/buildkit, `frontend/dockerfile/dfgitutil`.

use buildkit_llb::{Git, Output};

/// A repository, and what of it is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct GitUrl {
    remote: String,
    reference: String,
    subdir: String,
    commit: String,
    keep_git_dir: bool,
    no_submodules: bool,
}

impl GitUrl {
    /// Reads a URL; none where it is not one of git: over HTTP only a path that ends in `.git` is.
    ///
    /// # Errors
    /// What is wrong with the part behind `?` or `#`.
    pub(super) fn parse(url: &str) -> Option<Result<Self, String>> {
        let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
        let (remote, query) = rest.split_once('?').unwrap_or((rest, ""));
        let is_git = match remote.split_once("://") {
            Some((scheme, path)) => match scheme.to_ascii_lowercase().as_str() {
                "git" | "ssh" => true,
                "http" | "https" => path.contains('/') && decoded(path).ends_with(".git"),
                _ => false,
            },
            None => remote.starts_with("github.com/") || is_scp(remote),
        };
        is_git.then(|| {
            let fragment = decoded(fragment);
            let (reference, subdir) = fragment.split_once(':').unwrap_or((&fragment, ""));
            let mut git = Self {
                remote: remote.to_owned(),
                reference: reference.to_owned(),
                subdir: subdir.to_owned(),
                ..Self::default()
            };
            git.read_query(query)?;
            Ok(git)
        })
    }

    fn read_query(&mut self, query: &str) -> Result<(), String> {
        let mut by_commit = false;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decoded(&value.replace('+', " "));
            let flag = || match value.as_str() {
                "" => Ok(true),
                text => text
                    .to_ascii_lowercase()
                    .parse::<bool>()
                    .or(match text {
                        "1" => Ok(true),
                        "0" => Ok(false),
                        _ => Err(()),
                    })
                    .map_err(|()| format!("`{key}={text}`: write `true` or `false`")),
            };
            match key {
                "keep-git-dir" => self.keep_git_dir = flag()?,
                "submodules" => self.no_submodules = !flag()?,
                "fetch-by-commit" => by_commit = flag()?,
                _ if value.is_empty() => return Err(format!("`{key}` has no value")),
                "ref" => set(&mut self.reference, key, value)?,
                "tag" => set(&mut self.reference, key, prefixed("refs/tags/", value))?,
                "branch" => set(&mut self.reference, key, prefixed("refs/heads/", value))?,
                "subdir" => set(&mut self.subdir, key, value)?,
                "checksum" | "commit" => set(&mut self.commit, key, value)?,
                // The times of source files have no effect: every file of an image has the build's one time.
                "mtime" if matches!(value.as_str(), "checkout" | "commit") => {}
                _ => {
                    return Err(format!(
                        "`{key}={value}` is not known; there are ref, tag, branch, commit, subdir, keep-git-dir and \
                         submodules"
                    ));
                }
            }
        }
        if by_commit && !self.commit.is_empty() {
            self.reference.clone_from(&self.commit);
        }
        Ok(())
    }

    /// Returns the repository as it is checked out, with what git keeps of the commit.
    ///
    /// The engine keeps it of a whole checkout alone.
    pub(super) fn with_commit(&self, name: &str) -> Output {
        let whole = Self {
            subdir: String::new(),
            ..self.clone()
        };
        whole.output(name, true)
    }

    /// Returns the checkout's files.
    pub(super) fn output(&self, name: &str, keep_git_dir: bool) -> Output {
        Git::new(&self.remote)
            .reference(&self.reference)
            .subdir(&self.subdir)
            .checksum(&self.commit)
            .keep_git_dir(keep_git_dir || self.keep_git_dir)
            .skip_submodules(self.no_submodules)
            .name(name)
            .output()
    }
}

/// Sets a part that a URL may name twice (behind `#` and in the query), as long as both say the same.
fn set(part: &mut String, key: &str, value: String) -> Result<(), String> {
    if !part.is_empty() && *part != value {
        return Err(format!("`{key}={value}` contradicts `{part}`; name one of them"));
    }
    *part = value;
    Ok(())
}

fn prefixed(prefix: &str, name: String) -> String {
    if name.starts_with(prefix) {
        name
    } else {
        format!("{prefix}{name}")
    }
}

/// Returns whether a remote has the form `user@host:path`.
fn is_scp(remote: &str) -> bool {
    let is_name = |text: &str, more: &[char]| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || more.contains(&c))
    };
    remote.split_once('@').is_some_and(|(user, rest)| {
        let host = rest.split_once(':').map(|(host, _)| host);
        is_name(user, &['-', '_']) && host.is_some_and(|host| is_name(host, &['-', '.']))
    })
}

/// Returns whether a URL is one of HTTP.
pub(super) fn is_http(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

/// Returns whether a file is an archive by its first bytes: tar, or what bzip2, gzip and xz begin with.
pub(super) fn is_archive(head: &[u8]) -> bool {
    const MAGIC: [&[u8]; 3] = [b"BZh", b"\x1f\x8b\x08", b"\xfd7zXZ\0"];
    MAGIC.iter().any(|magic| head.starts_with(magic)) || is_tar(head)
}

/// Returns whether the first block is a header of tar: its sum, with blanks for the sum itself, is in it.
fn is_tar(head: &[u8]) -> bool {
    const SUM: std::ops::Range<usize> = 148..156;
    let (Some(block), Some(sum)) = (head.get(..512), head.get(SUM)) else {
        return false;
    };
    let digits = String::from_utf8_lossy(sum);
    let digits = digits.trim_matches(['\0', ' ']);
    let counted: u64 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| u64::from(if SUM.contains(&at) { b' ' } else { *byte }))
        .sum();
    u64::from_str_radix(digits, 8).is_ok_and(|written| written == counted)
}

/// Replaces `%2F` and the like by what they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(url: &str) -> GitUrl {
        GitUrl::parse(url).unwrap().unwrap()
    }

    #[test]
    fn a_git_url_names_a_reference_and_a_directory() {
        let plain = git("https://example.com/a.git");
        assert_eq!(plain.remote, "https://example.com/a.git");
        assert_eq!(git("github.com/a/b").remote, "github.com/a/b");
        let fragment = git("git@example.com:a/b#v1:sub/dir");
        assert_eq!((&*fragment.reference, &*fragment.subdir), ("v1", "sub/dir"));
        let query =
            git("https://example.com/a.git?branch=x%2Fy&subdir=s&commit=ab&submodules=false&keep-git-dir");
        assert_eq!(
            (&*query.reference, &*query.subdir, &*query.commit),
            ("refs/heads/x/y", "s", "ab")
        );
        assert!(query.keep_git_dir && query.no_submodules);
        assert_eq!(git("https://e.com/a.git?tag=v1").reference, "refs/tags/v1");
        let by_commit = git("ssh://e.com/a?ref=main&commit=ab&fetch-by-commit=1");
        assert_eq!(by_commit.reference, "ab");
    }

    #[test]
    fn other_urls_are_not_gits() {
        for url in [
            "https://example.com/a.tar.gz",
            "http://a.git",
            "../a.git",
            "docker-image://a",
            "a:b",
        ] {
            assert_eq!(GitUrl::parse(url), None, "{url}");
        }
    }

    #[test]
    fn a_query_is_understood_or_refused() {
        for query in ["ref", "nosuch=1", "submodules=maybe", "ref=a&tag=b", "mtime=now"] {
            let url = format!("https://example.com/a.git?{query}");
            assert!(GitUrl::parse(&url).unwrap().is_err(), "{query}");
        }
        assert!(
            GitUrl::parse("https://example.com/a.git?ref=a#b")
                .unwrap()
                .is_err()
        );
    }

    #[test]
    fn archives_are_known_by_their_first_bytes() {
        assert!(is_archive(b"\x1f\x8b\x08rest") && is_archive(b"BZh9"));
        let mut header = [0; 512];
        header[..4].copy_from_slice(b"file");
        let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum::<u64>() + 8 * 32;
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        header[155] = b' ';
        assert!(is_archive(&header));
        assert!(!is_archive(b"# syntax=vextrus/frontend\n") && !is_archive(&[0; 512]));
    }
}

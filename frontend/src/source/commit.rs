//! The time of the commit that a repository's files are of, from what git keeps beside them.
//!
//! The engine fetches one commit alone (`--depth=1`), and checks it out by its id. Of few objects each is a file of its
//! own; of a hundred and more (git's `fetch.unpackLimit`) all are in one pack, in which commits come first.
//! Source: moby/buildkit, `source/git/source.go`; git, `Documentation/gitformat-pack.txt`.

use std::io::{BufRead as _, BufReader, Read as _};

use buildkit_llb::Output;
use flate2::read::ZlibDecoder;

use super::solve;
use crate::gateway::{Failure, Gateway};
use crate::options::Options;

/// How much of a commit is read: its head, which comes before the message.
const LONGEST: u64 = 64 * 1024;
/// How much of a pack is read; what is packed has become smaller.
const HEAD: usize = 64 * 1024;

/// Returns the time of the commit that a repository is checked out at, in seconds since 1970; none where git has kept it
/// in another way.
///
/// # Errors
/// Whatever the engine answers.
pub async fn committed(
    gateway: &Gateway,
    options: &Options,
    repository: &Output,
) -> Result<Option<i64>, Failure> {
    const GIT: &str = "/.git";
    let reference = solve(gateway, options, repository).await?;
    let head = gateway
        .read_file_if_exists(&reference, &format!("{GIT}/HEAD"), 1024)
        .await?;
    let head = head.unwrap_or_default();
    let Some((first, rest)) = id(&head).and_then(|id| id.split_at_checked(2)) else {
        return Ok(None);
    };
    let loose = format!("{GIT}/objects/{first}/{rest}");
    if let Some(object) = gateway.read_file_if_exists(&reference, &loose, HEAD).await? {
        return Ok(in_object(&object));
    }
    let directory = format!("{GIT}/objects/pack");
    let packs = gateway.read_dir(&reference, &directory, Some("*.pack")).await?;
    let [pack] = packs.as_slice() else {
        return Ok(None);
    };
    let pack = format!("{directory}/{}", pack.path);
    Ok(in_pack(&gateway.read_head(&reference, &pack, HEAD).await?))
}

/// Returns the id of a commit, where a `HEAD` names one itself.
fn id(head: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(head).ok()?.trim_end();
    (text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(text)
}

/// Returns the time of a commit that is a file: its kind and length come before it.
fn in_object(object: &[u8]) -> Option<i64> {
    let mut reader = BufReader::new(ZlibDecoder::new(object).take(LONGEST));
    let mut kind = Vec::new();
    reader.read_until(0, &mut kind).ok()?;
    kind.starts_with(b"commit ").then(|| time(reader))?
}

/// Returns the time of the commit that a pack begins with.
fn in_pack(pack: &[u8]) -> Option<i64> {
    const COMMIT: u8 = 1;
    /// The bit that says that one more byte of the length follows.
    const MORE: u8 = 0x80;
    let objects = pack.strip_prefix(b"PACK")?.get(8..)?;
    if (objects.first()? >> 4) & 7 != COMMIT {
        return None;
    }
    let length = objects.iter().position(|byte| byte & MORE == 0)? + 1;
    let commit = ZlibDecoder::new(objects.get(length..)?);
    time(BufReader::new(commit.take(LONGEST)))
}

/// Returns the time in the head of a commit: `committer NAME <MAIL> SECONDS ZONE`.
fn time(commit: impl std::io::BufRead) -> Option<i64> {
    let lines = commit.split(b'\n').map_while(Result::ok);
    let mut head = lines.take_while(|line| !line.is_empty());
    let committer = head.find(|line| line.starts_with(b"committer "))?;
    let committer = String::from_utf8_lossy(&committer);
    let (_, when) = committer.rsplit_once("> ")?;
    when.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    const COMMIT: &str = "tree 78981922613b2afb6025042ff6bd878ac1994e85\nauthor A <a@b> 1 +0000\n\
                          committer T> <t@e> 1772593567 +0200\n\ncommitter X <x> 5 +0000\n";

    fn packed(text: &str) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_commit_tells_when_it_was_committed() {
        let object = packed(&format!("commit {}\0{COMMIT}", COMMIT.len()));
        assert_eq!(in_object(&object), Some(1_772_593_567));
        assert_eq!(in_object(&packed(&format!("tag 9\0{COMMIT}"))), None);
        assert_eq!(in_object(b"no zlib"), None);
        let without = COMMIT.replace("committer T", "comitter T");
        assert_eq!(in_object(&packed(&format!("commit 1\0{without}"))), None);
    }

    #[test]
    fn a_pack_of_one_commit_begins_with_it() {
        let pack = |kind: u8| {
            let head = [kind << 4 | 0x86, 0x07];
            [b"PACK\0\0\0\x02\0\0\x01\x2e", &head[..], &packed(COMMIT), b"more"].concat()
        };
        assert_eq!(in_pack(&pack(1)), Some(1_772_593_567));
        assert_eq!(in_pack(&pack(2)), None);
        for short in [
            &b""[..],
            b"PACK",
            b"PACK\0\0\0\x02\0\0\x01\x2e",
            b"PACK\0\0\0\x02\0\0\x01\x2e\x96",
        ] {
            assert_eq!(in_pack(short), None);
        }
    }

    #[test]
    fn a_head_that_names_a_branch_is_no_commit() {
        let commit = "e1b5e5954ae8163b242d980287145bfd4bdbcc6a";
        assert_eq!(id(format!("{commit}\n").as_bytes()), Some(commit));
        for head in [
            "ref: refs/heads/main\n",
            "",
            "e1b5",
            "../../../../../../../../../../../../../etc/passwd",
        ] {
            assert_eq!(id(head.as_bytes()), None, "{head}");
        }
    }
}

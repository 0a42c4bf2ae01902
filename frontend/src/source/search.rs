//! Files of a tree that are looked for, with what they begin with.

use std::collections::HashSet;

use futures_util::future::{join_all, try_join_all};

use super::Tree;
use crate::gateway::Failure;
use crate::path::join;

/// How many directories are looked into, at most.
const MAX_DIRECTORIES: usize = 5000;
/// How many files are looked into, at most.
const MAX_FILES: usize = 500;
/// How many questions are asked at a time.
const AT_A_TIME: usize = 32;
/// How much of a file is told, in bytes.
const HEAD: usize = 32 << 10;

/// Returns files at paths and below them, with their first bytes where they can be read. `rank` chooses them; where there
/// are too many, those come first that it gives the lowest number.
///
/// # Errors
/// Whatever the engine answers.
pub async fn search<R: Ord>(
    tree: &Tree,
    paths: &[String],
    rank: impl Fn(&str) -> Option<R>,
) -> Result<Vec<(String, Option<Vec<u8>>)>, Failure> {
    let mut ranked = Vec::new();
    for path in files(tree, paths).await? {
        if let Some(rank) = rank(&path) {
            ranked.push((rank, path));
        }
    }
    ranked.sort();
    ranked.dedup();
    let mut chosen: Vec<String> = ranked.into_iter().map(|(_, path)| path).take(MAX_FILES).collect();
    chosen.sort();
    let mut found = Vec::new();
    for paths in chosen.chunks(AT_A_TIME) {
        // What a link leads to may be anywhere.
        let heads = join_all(paths.iter().map(|path| tree.head(path, HEAD))).await;
        found.extend(paths.iter().cloned().zip(heads.into_iter().map(Result::ok)));
    }
    Ok(found)
}

/// Returns the directories that a path lies in, the root as both of its names.
fn around(path: &str) -> impl Iterator<Item = &str> {
    let parents = std::iter::successors(Some(path), |path| Some(path.rsplit_once('/')?.0)).skip(1);
    parents.chain([".", ""].into_iter().filter(move |root| *root != path))
}

/// Returns all files at paths and below them.
async fn files(tree: &Tree, paths: &[String]) -> Result<Vec<String>, Failure> {
    let asked: HashSet<&str> = paths.iter().map(String::as_str).collect();
    let mut level = paths.to_vec();
    level.retain(|path| !around(path).any(|directory| asked.contains(directory)));
    let (mut found, mut looked_into) = (Vec::new(), 0);
    // What is asked for may be a file itself.
    found.extend(level.iter().cloned());
    while !level.is_empty() && looked_into < MAX_DIRECTORIES {
        level.truncate(MAX_DIRECTORIES - looked_into);
        looked_into += level.len();
        let mut next = Vec::new();
        for directories in level.chunks(AT_A_TIME) {
            let listings = try_join_all(directories.iter().map(|directory| tree.list(directory))).await?;
            for (directory, names) in directories.iter().zip(listings) {
                for name in names {
                    match name.strip_suffix('/') {
                        Some(name) => next.push(join(directory, name)),
                        None => found.push(join(directory, &name)),
                    }
                }
            }
        }
        level = next;
    }
    Ok(found)
}

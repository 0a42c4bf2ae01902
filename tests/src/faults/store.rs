//! The cache of packages that builds share: emptied, or damaged as bad disks and power cuts leave it.

use crate::{Docker, Workspace};

/// What becomes of the files of the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// All are gone, and their directories.
    Emptied,
    /// Some are gone.
    Deleted,
    /// Some are shorter.
    Truncated,
    /// Some have other bytes, and say that they are as old as before.
    Changed,
    /// Lists of what packages hold cannot be read.
    Lists,
}

impl Damage {
    /// Those that leave something.
    pub(super) const SOME: [Self; 4] = [Self::Deleted, Self::Truncated, Self::Changed, Self::Lists];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Emptied => "emptied",
            Self::Deleted => "deleted",
            Self::Truncated => "truncated",
            Self::Changed => "changed",
            Self::Lists => "lists",
        }
    }
}

/// Every third file or so, by a number. What is damaged keeps its time.
const PROGRAM: &str = r"
const fs = require('node:fs');
const path = require('node:path');
const [damage, seed] = process.argv.slice(2);
const isList = (file) => /index\.json$|\.db$|\/index\/.*\.json$/.test(file);
let state = Number(seed);
const draw = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
let count = 0;
if (damage === 'emptied') {
  for (const name of fs.readdirSync('/store')) {
    // Builds that still write into a directory would keep it from being empty.
    fs.renameSync('/store/' + name, '/store/.gone');
    fs.rmSync('/store/.gone', { recursive: true, force: true });
    count++;
  }
  console.log(`${count} files damaged`);
  process.exit();
}
for (const entry of fs.readdirSync('/store', { recursive: true, withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
  const file = path.join(entry.parentPath ?? entry.path, entry.name);
  if (!entry.isFile() || /-(wal|shm)$/.test(file) || isList(file) !== (damage === 'lists') || draw() > 0.4) continue;
  const { atime, mtime, size } = fs.statSync(file);
  count++;
  if (damage === 'deleted') { fs.rmSync(file); continue; }
  if (damage === 'truncated') fs.truncateSync(file, Math.floor(size * draw()));
  else {
    const bytes = fs.readFileSync(file);
    for (let at = 0; at < bytes.length; at += 7) bytes[at] ^= 1 + Math.floor(draw() * 200);
    fs.writeFileSync(file, bytes);
  }
  fs.utimesSync(file, atime, mtime);
}
console.log(`${count} files damaged`);
";

/// Damages the cache by a build of somebody else's, which mounts the same one; returns how many files are damaged.
pub(super) fn damage(docker: &Docker, damage: Damage, number: u64) -> u64 {
    let context = Workspace::empty();
    let (how, seed) = (damage.as_str(), number % 1_000_003);
    context.write("damage.js", PROGRAM).write(
        "Dockerfile",
        format!(
            "FROM node:22-bookworm-slim\n\
             RUN --mount=type=bind,target=/damage --mount=type=cache,id=pnpm-packages,target=/store \
             node /damage/damage.js {how} {seed} # {number}\n"
        ),
    );
    // Not with `--no-cache`, which would have the step begin with an empty cache.
    let build = [
        "buildx",
        "build",
        "--progress=plain",
        "--output=type=cacheonly",
        "--build-arg=BUILDKIT_CACHE_MOUNT_NS=vextrus",
        ".",
    ];
    let printed = docker
        .command(build)
        .directory(context.root())
        .finish()
        .succeeded();
    let count = printed
        .stderr
        .lines()
        .find_map(|line| line.strip_suffix(" files damaged"));
    let count = count.and_then(|line| line.rsplit(' ').next()?.parse().ok());
    count.unwrap_or_else(|| panic!("the store was not damaged:\n{}", printed.stderr))
}

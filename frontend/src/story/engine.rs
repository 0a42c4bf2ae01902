//! What the engine must be able to do for a graph: said before it works, in place of what it would make of it.

use buildkit_llb::Definition;

use crate::diagnostic::{Diagnostic, names};
use crate::gateway::{Failure, Gateway};

/// What a capability lets an engine do, in words; those that came after BuildKit 0.8 and that a graph may need.
///
/// Source: moby/buildkit, `solver/pb/caps.go`.
const WORDS: [(&str, &str); 10] = [
    (
        "file.copy.includeexcludepatterns",
        "copy only the files that patterns choose",
    ),
    ("file.symlink.create", "make symbolic links"),
    ("exec.secretenv", "hand a secret over as an environment variable"),
    ("exec.meta.ulimit", "set limits, as --ulimit asks for"),
    (
        "exec.meta.cgroup.parent",
        "choose the control group, as --cgroup-parent asks for",
    ),
    (
        "exec.mount.cache.content",
        "key a mount by what made it instead of reading all of its files",
    ),
    ("exec.mount.tmpfs.size", "size a tmpfs, as --shm-size asks for"),
    ("source.git.subdir", "take a subdirectory of a git repository"),
    ("source.ocilayout", "read images from an OCI layout"),
    ("diffop", "take the difference of two file systems"),
];

/// What every build needs: an engine that lacks it is told so before it is asked to read anything.
pub(super) const USUAL: [&str; 2] = ["exec.mount.cache.content", "file.copy.includeexcludepatterns"];

/// Checks that the engine has what every build needs.
///
/// # Errors
/// All that it lacks, in one message.
pub(super) async fn check_usual(gateway: &Gateway) -> Result<(), Failure> {
    needs(gateway, USUAL).await
}

/// Checks that the engine has every capability that a graph needs.
///
/// An engine reads past what it does not know: it would run the step without, and build something else.
///
/// # Errors
/// All that it lacks, in one message.
pub(super) async fn check(gateway: &Gateway, definition: &Definition) -> Result<(), Failure> {
    needs(gateway, definition.capabilities()).await
}

async fn needs(gateway: &Gateway, ids: impl IntoIterator<Item = &str>) -> Result<(), Failure> {
    let has = gateway.ping().await?;
    let lacking = ids.into_iter().filter(|id| !has.llb(id));
    let lacking: Vec<String> = lacking.map(in_words).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let message = format!(
        "this engine's BuildKit is too old: it cannot {}; use Docker Engine 26.1 or later, or a builder of BuildKit \
         0.13 or later",
        lacking.join(", nor ")
    );
    Err(Diagnostic::named(names::OLD_ENGINE, message).into())
}

fn in_words(id: &str) -> String {
    match WORDS.iter().find(|(known, _)| *known == id) {
        Some((_, words)) => format!("{words} ({id})"),
        None => format!("do what it calls {id}"),
    }
}

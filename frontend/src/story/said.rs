//! What the engine says of itself, of files and of networks, in words that say what to do.
//!
//! It has no codes for these, and its words are those of the programs below it. What is not known here is passed on as it
//! is; what it said stands behind ours, since it has more of the cause.

use crate::diagnostic::cut;
use crate::gateway::Failure;
use crate::plan::Step;

/// How much of what the engine said is repeated, in characters.
const REPEATED: usize = 600;

/// Returns a failure of the engine in words, where they are known, with the step that it is of.
pub(super) fn in_words(failure: Failure, step: Option<&Step>) -> Failure {
    if failure.diagnostics().is_some() {
        return failure;
    }
    let message = failure.to_string();
    let Some(words) = words(&message) else {
        return failure;
    };
    let step = step.map(|step| format!("{}: ", step.name)).unwrap_or_default();
    failure.saying(format!("{step}{words} ({})", cut(&message, REPEATED)))
}

/// Returns what a message means.
fn words(message: &str) -> Option<String> {
    let says = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    if says(&["no space left on device", "disk quota exceeded"]) {
        let words = "the engine's disk is full; `docker system df` shows what is on it, and `docker buildx prune` empties \
                     the build cache";
        return Some(words.to_owned());
    }
    if let Some(program) = after(message, "unable to start container process: ") {
        return Some(format!("its program cannot be started: {program}"));
    }
    // Before a file that is missing: both tell of a path.
    if let Some(what) = after(message, "error from sender: ") {
        return Some(format!(
            "the client cannot send a file of the build context: {what}; see who may read it, or leave it out by \
             .dockerignore"
        ));
    }
    if let Some(url) = after(message, "failed to fetch remote ") {
        let url = url.split_once(": ").map_or(url, |(url, _)| url);
        let why = after(message, "fatal: ")
            .map(|why| format!(": {why}"))
            .unwrap_or_default();
        return Some(format!(
            "git cannot fetch {url}{why}; of a repository that is not for everybody pass `--secret id=GIT_AUTH_TOKEN,\
             env=VARIABLE` or `--ssh default`"
        ));
    }
    if let Some(status) = after(message, "invalid response status ") {
        return Some(format!("a download fails: the server answers {status}"));
    }
    if let Some(path) = missing(message) {
        return Some(format!(
            "`{path}` is not where the step takes it from; where it is a file of the repository, see that .dockerignore \
             lets it through and that nothing removes it while the build runs"
        ));
    }
    says(&["httpReadSeeker", "failed to do request"]).then(|| {
        "a registry cannot be reached from the engine, or has stopped in the middle of an answer; see its network and \
         proxies, and try again"
            .to_owned()
    })
}

/// Returns what stands behind some words, up to the end of the line.
fn after<'m>(message: &'m str, words: &str) -> Option<&'m str> {
    let (_, rest) = message.split_once(words)?;
    rest.lines().next().map(str::trim).filter(|rest| !rest.is_empty())
}

/// Returns the path that is missing, as the step knows it.
fn missing(message: &str) -> Option<&str> {
    if let Some(rest) = after(message, "failed to calculate checksum of ref ") {
        return rest.split('"').nth(1).map(|path| path.trim_start_matches('/'));
    }
    let (before, _) = message.split_once(": no such file or directory")?;
    let path = before.rsplit([' ', '"']).next()?;
    // What the engine mounts a tree at for itself says nothing.
    let inside = path
        .split_once("/buildkit-mount")
        .and_then(|(_, rest)| rest.split_once('/'));
    let path = inside.map_or(path, |(_, inside)| inside);
    path.contains(['/', '.']).then_some(path).or(inside.map(|_| path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_engine_says_is_told_with_what_to_do() {
        let checksum = "failed to compute cache key: failed to calculate checksum of ref 5e3::x: \"/app/tsconfig.json\": not found";
        let git = "failed to load cache key: failed to fetch remote https://example.com/a.git: git stderr:\nfatal: could not read \
                   Username for 'https://example.com'\n: exit status 128";
        for (message, expected) in [
            ("write /x: no space left on device", "the engine's disk is full; "),
            (
                checksum,
                "`app/tsconfig.json` is not where the step takes it from; ",
            ),
            (
                "lstat /var/lib/docker/tmp/buildkit-mount123/services/auth/dist: no such file or directory",
                "`services/auth/dist` is not where the step takes it from; ",
            ),
            (
                "failed to copy: lstat /run/buildkit-mount1/Makefile: no such file or directory",
                "`Makefile` is not where the step takes it from; ",
            ),
            (
                "error from sender: open services/auth/key: permission denied",
                "the client cannot send a file of the build context: open services/auth/key: permission denied; ",
            ),
            (
                git,
                "git cannot fetch https://example.com/a.git: could not read Username for 'https://example.com'; ",
            ),
            (
                "failed to load cache key: invalid response status 404",
                "a download fails: the server answers 404",
            ),
            (
                "OCI runtime create failed: runc create failed: unable to start container process: exec: \"/bin/sh\": stat \
                 /bin/sh: no such file or directory: unknown",
                "its program cannot be started: exec: \"/bin/sh\": stat /bin/sh: no such file or directory: unknown",
            ),
            (
                "failed to copy: httpReadSeeker: failed open: failed to do request: Get \"https://example.com\": EOF",
                "a registry cannot be reached from the engine, ",
            ),
        ] {
            let told = words(message).unwrap();
            assert!(told.starts_with(expected), "{told}");
        }
        for message in [
            "",
            "context canceled",
            "exit code: 1",
            ": no such file or directory",
        ] {
            assert_eq!(words(message), None, "{message}");
        }
    }
}

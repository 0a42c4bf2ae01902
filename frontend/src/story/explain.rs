//! Failures of the engine that a flag or a line of the manifest explains better than the engine can.

use super::failed::{Failed, tells_of_lost_files};
use super::said;
use crate::decide::Read;
use crate::diagnostic::{Diagnostic, names};
use crate::gateway::Failure;
use crate::manifest::Manifest;
use crate::plan::{Culprit, Plan, Step, Verb};

/// Where to look for why a program has failed.
const SAID: &str = "what it printed stands above";

/// Returns the failure, in the words of the manifest where it is about something that the manifest asks for and
/// the command line did not give, and without the command of a step that has failed, which is ours and long. A step that
/// tells of what it has failed is shown at the line of that.
///
/// The engine says these things in words alone; words that are not known here are passed on as they are.
/// Source: moby/buildkit, `session/secrets/secrets.go`, `solver/llbsolver/mounts/mount.go`,
/// `util/entitlements/entitlements.go`, `solver/llbsolver/ops/exec.go`.
pub(super) fn explain(failed: Failed, read: &Read, plan: &Plan) -> Failure {
    let Failed { failure, step } = failed;
    if failure.diagnostics().is_some() {
        return failure;
    }
    let message = failure.to_string();
    if let Some(mistake) = missing(&message, read.manifest()) {
        return mistake.into();
    }
    let step = step.and_then(|step| plan.step(step));
    if let Some((step, culprit)) = step.and_then(|step| Some((step, culprit(step, &message)?))) {
        let (what, place) = read.found.culprit(culprit, step.places.first());
        let failure = failure.saying(format!("{}: it failed at {what}; {SAID}", step.name));
        return match place {
            Some(place) => failure.only_at(place),
            None => failure,
        };
    }
    match step.and_then(|step| ended(&step.name, &message)) {
        Some(words) => failure.saying(words),
        None if tells_of_lost_files(&message) => failure.saying(format!(
            "the engine has lost files that its cache says it has, also of what was made once more; `docker buildx prune` \
             empties the cache ({message})"
        )),
        None => said::in_words(failure, step),
    }
}

/// Returns what a step says by its status that it has failed of.
fn culprit<'p>(step: &'p Step, message: &str) -> Option<&'p Culprit> {
    let Verb::Run(run) = &step.does else { return None };
    let (_, status) = message.rsplit_once("did not complete successfully: exit code: ")?;
    let status: u8 = status.parse().ok()?;
    run.culprits.iter().find(|culprit| culprit.status == status)
}

/// Returns how a step ended whose program has failed, without the program.
fn ended(step: &str, message: &str) -> Option<String> {
    let (_, status) = message.rsplit_once("did not complete successfully: ")?;
    Some(match status.strip_prefix("exit code: ") {
        Some("137") => format!(
            "{step}: it was killed (exit code 137), as an engine does that has no memory left; {SAID}"
        ),
        Some(code) => format!("{step}: it failed with exit code {code}; {SAID}"),
        None => format!("{step}: {status}; {SAID}"),
    })
}

fn missing(message: &str, manifest: &Manifest) -> Option<Diagnostic> {
    let build = &manifest.build;
    for (index, secret) in build.secrets.iter().flatten().enumerate() {
        let id = secret.id.as_str();
        if message.contains(&format!("secret {id}: not found")) {
            let message = format!(
                "the build needs the secret `{id}`, which was not passed; add `--secret id={id},src=FILE` or \
                 `--secret id={id},env=VARIABLE`"
            );
            return Some(
                Diagnostic::named(names::NOT_PASSED, message)
                    .at(manifest.nearest_place(&format!("build.secrets[{index}]"))),
            );
        }
    }
    for id in build
        .ssh
        .iter()
        .flat_map(|agents| agents.ids())
        .map(|id| id.as_str())
    {
        // Of no agent at all, and of none but others.
        let unknown = [
            format!("no SSH key \"{id}\" forwarded"),
            format!("unset ssh forward key {id}"),
        ];
        if unknown.iter().any(|words| message.contains(words)) {
            let message =
                format!("the build asks the ssh agent `{id}`, which was not passed; add `--ssh {id}`");
            return Some(
                Diagnostic::named(names::NOT_PASSED, message).at(manifest.nearest_place("build.ssh")),
            );
        }
    }
    if message.contains("network.host is not allowed") && manifest.place("build.network").is_some() {
        let message =
            "the build asks for the network of the host, which was not allowed; add `--allow network.host`";
        return Some(
            Diagnostic::named(names::NOT_PASSED, message).at(manifest.nearest_place("build.network")),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;

    const MANIFEST: &str =
        "[build]\nnetwork = \"host\"\nsecrets = [\n  \"npm\",\n  \"token\",\n]\nssh = true\n";

    #[test]
    fn what_was_not_passed_is_told_with_its_flag_and_line() {
        let manifest = Manifest::parse(&SourceFile::new("service.toml", MANIFEST)).unwrap();
        let told = |message: &str| missing(message, &manifest).map(|told| told.to_string());
        let prefix = "failed to solve: ";
        for (message, expected) in [
            (
                "secret token: not found",
                "service.toml:5: the build needs the secret `token`",
            ),
            (
                "no SSH key \"default\" forwarded from the client",
                "service.toml:7: the build asks the ssh agent",
            ),
            (
                "unset ssh forward key default",
                "service.toml:7: the build asks the ssh agent",
            ),
            (
                "network.host is not allowed",
                "service.toml:2: the build asks for the network",
            ),
        ] {
            let told = told(&format!("{prefix}{message}")).unwrap();
            assert!(told.starts_with(expected), "{told}");
        }
        for message in [
            "secret other: not found",
            "process \"x\" did not complete successfully: exit code: 1",
        ] {
            assert_eq!(told(message), None, "{message}");
        }
    }
    #[test]
    fn a_step_that_fails_is_told_without_its_command() {
        let message = |status| {
            format!("process \"/bin/sh -c set -e\\ncd /app\" did not complete successfully: {status}")
        };
        let told = |status| ended("build a", &message(status)).unwrap();
        assert_eq!(
            told("exit code: 3"),
            format!("build a: it failed with exit code 3; {SAID}")
        );
        assert!(told("exit code: 137").contains("memory"));
        assert_eq!(told("signal: killed"), format!("build a: signal: killed; {SAID}"));
        assert_eq!(ended("build a", "failed to compute cache key: x"), None);
    }
}

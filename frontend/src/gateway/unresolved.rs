//! Why an image cannot be had, in words: engines and registries have many for the same.

use buildkit_proto::pb;

use super::Failure;
use crate::diagnostic::{Diagnostic, cut, names};

/// How much of the answer is repeated, in characters.
const REPEATED: usize = 400;

/// Why an image cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    OtherPlatform,
    TooOften,
    Unreachable,
    Refused,
    Absent,
}

/// What tells each; the first that fits counts: a registry that refuses says that nothing is there, too.
///
/// Source: containerd, `core/remotes/docker` and `core/images`; moby/buildkit, `util/imageutil`; answers of Docker Hub.
const SAID: [(Why, &[&str]); 5] = [
    (
        Why::OtherPlatform,
        &[
            "no match for platform",
            "does not match the specified platform",
            "no matching manifest",
        ],
    ),
    (Why::TooOften, &["toomanyrequests", "429 Too Many", "rate limit"]),
    (
        Why::Unreachable,
        &[
            "no such host",
            "dial tcp",
            "connection refused",
            "connection reset",
            "i/o timeout",
            "TLS handshake",
            "x509:",
            "server misbehaving",
            "network is unreachable",
            "deadline exceeded",
            ": EOF",
        ],
    ),
    (
        Why::Refused,
        &[
            "access denied",
            "insufficient_scope",
            "authorization",
            "authentication required",
            "401 Unauthorized",
            "403 Forbidden",
            "no basic auth",
        ],
    ),
    (
        Why::Absent,
        &["not found", "manifest unknown", "name unknown", "404 Not Found"],
    ),
];

/// Returns the failure of looking an image up in words, where they are known.
pub(super) fn in_words(failure: Failure, reference: &str, platform: Option<&pb::Platform>) -> Failure {
    let message = failure.to_string();
    let is_said = |texts: &&[&str]| texts.iter().any(|text| message.contains(text));
    let Some((why, _)) = SAID.iter().find(|(_, texts)| is_said(texts)) else {
        return failure;
    };
    let words = match why {
        Why::OtherPlatform => {
            let platform = platform.map(|platform| format!("{}/{}", platform.os, platform.architecture));
            let platform = platform.unwrap_or_else(|| "this platform".to_owned());
            format!(
                "the image {reference} is not there for {platform}; choose one that is, or another `--platform`"
            )
        }
        Why::TooOften => format!(
            "the registry of {reference} takes no more requests for now; log in with `docker login`, or use a mirror"
        ),
        Why::Unreachable => format!(
            "the registry of {reference} cannot be reached from the engine; see its network, proxies and certificates"
        ),
        Why::Refused => format!(
            "the image {reference} is not there, or not for everybody; see its name, and where it is private log in with \
             `docker login`"
        ),
        Why::Absent => {
            format!(
                "there is no image {reference}; see its name and tag, or the version that it is chosen by"
            )
        }
    };
    let message = format!("{words} ({})", cut(&message, REPEATED));
    Diagnostic::named(names::NO_IMAGE, message).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::Code;

    #[test]
    fn what_registries_and_engines_say_is_told_with_what_to_do() {
        let platform = pb::Platform {
            os: "linux".to_owned(),
            architecture: "s390x".to_owned(),
            ..pb::Platform::default()
        };
        let told = |message: &str| {
            let failure = in_words(
                Failure::new(Code::Unknown, message),
                "example/a:1",
                Some(&platform),
            );
            (failure.diagnostics().is_some(), failure.to_string())
        };
        for (message, expected) in [
            (
                "failed to resolve source metadata for example/a:1: no match for platform in manifest: not found",
                "the image example/a:1 is not there for linux/s390x; ",
            ),
            (
                "unexpected status from HEAD request to https://r/v2/a/manifests/1: 429 Too Many Requests",
                "the registry of example/a:1 takes no more requests",
            ),
            (
                "failed to do request: Head \"https://r/v2/\": dial tcp: lookup r: no such host",
                "the registry of example/a:1 cannot be reached",
            ),
            (
                "pull access denied, repository does not exist or may require authorization: server message: \
                 insufficient_scope: authorization failed",
                "the image example/a:1 is not there, or not for everybody; ",
            ),
            (
                "failed to resolve source metadata for example/a:1: example/a:1: not found",
                "there is no image example/a:1; ",
            ),
        ] {
            let (is_ours, text) = told(message);
            assert!(is_ours && text.starts_with(expected), "{text}");
        }
        assert_eq!(
            told("no space left on device"),
            (false, "no space left on device".to_owned())
        );
    }
}

//! A Dockerfile whose graph has the size of the frontend's, for the time that a build takes in which nothing changed.

use std::fmt::Write as _;

use crate::subject::Subject;

/// What its records name as the builder.
pub(crate) const BUILDER: &str = "dockerfile-equal";

/// Writes one with as many steps as the frontend's graph, that reads the same packages of the workspace, and whose
/// image has as many layers on the same base.
pub(crate) fn dockerfile(subject: &Subject, steps: &[&str], layers: usize) -> String {
    let sources: Vec<&String> = subject.closure.iter().chain([&subject.directory]).collect();
    let others = steps.len().saturating_sub(sources.len() + layers + 1);
    let mut text = format!("FROM {} AS build\n", subject.build_base);
    for source in &sources {
        let _ = writeln!(text, "COPY {source} /app/{source}");
    }
    for step in 0..others {
        let _ = writeln!(text, "RUN : step {step}");
    }
    let files = (0..layers)
        .map(|layer| format!("/out/{layer}"))
        .collect::<Vec<_>>()
        .join(" ");
    let _ = writeln!(text, "RUN mkdir -p {files}");
    let _ = writeln!(text, "FROM {}", subject.run_base);
    for layer in 0..layers {
        let _ = writeln!(text, "COPY --link --from=build /out/{layer} /out/{layer}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::dockerfile;
    use crate::subject::tests::subject;

    #[test]
    fn it_has_as_many_steps_and_layers() {
        let steps = ["step"; 12];
        let text = dockerfile(&subject("auth", &["kernel"]), &steps, 3);
        let count = |word: &str| text.lines().filter(|line| line.starts_with(word)).count();
        assert_eq!(count("RUN") + count("COPY"), 12);
        assert_eq!(count("COPY --link"), 3);
    }
}

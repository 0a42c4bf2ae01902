//! A frontend of a few lines: what `vextrus_frontend::gateway::run` does with each end that a build can take.
//!
//! `FROM scratch` images of it show the ends in a real BuildKit; the option `build-arg:END` chooses one.
//! The test `gateway_process` drives it over pipes, where the first argument chooses.

#![expect(clippy::panic, reason = "a panic is one of the ends")]

use std::collections::BTreeMap;

use vextrus_frontend::diagnostic::{Diagnostic, Diagnostics, Place, SourceFile};
use vextrus_frontend::gateway::{self, BuildResult, Failure, Gateway, SolveRequest};

fn main() {
    let option = std::env::vars()
        .filter(|(name, _)| name.starts_with("BUILDKIT_FRONTEND_OPT_"))
        .find_map(|(_, value)| value.strip_prefix("build-arg:END=").map(str::to_owned));
    let end = std::env::args().nth(1).or(option).unwrap_or_default();
    gateway::run(|gateway| build(gateway, end))
}

async fn build(gateway: Gateway, end: String) -> Result<BuildResult, Failure> {
    gateway.ping().await?;
    match end.as_str() {
        "mistakes" => {
            let file = SourceFile::new("service.toml", "kind = \"nodejs\"\nbase = \"alpin\"\n");
            Diagnostics::check(vec![
                Diagnostic::new("kind is \"nodejs\"; write \"node\"").at(Place::of_line(&file, 1)),
                Diagnostic::new("base is \"alpin\"; write \"alpine\"").at(Place::of_line(&file, 2)),
            ])?;
            Ok(BuildResult::default())
        }
        "panic" => panic!("out of ideas"),
        "solve" => {
            let request = SolveRequest {
                evaluate: true,
                ..SolveRequest::default()
            };
            gateway.solve(request).await.map(|_| BuildResult::default())
        }
        _ => Ok(BuildResult::metadata_only(BTreeMap::from([(
            "version".to_owned(),
            b"1".to_vec(),
        )]))),
    }
}

//! The manifest's path: buildx sends its directory as a tree of its own, and of the path that `-f` gives the last part.

use super::*;

/// Builds with a manifest of the usual name, which lies beside other files than the context has at its root.
async fn told(beside: &[(&str, &[u8])], options: Options) -> (String, Vec<String>) {
    let files = beside.iter();
    let beside: Files = files
        .map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()))
        .collect();
    let state = State {
        beside,
        ..engine(example())
    };
    let options = Options {
        filename: "vextrus.toml".to_owned(),
        ..options
    };
    let (gateway, fake) = connect(state).await;
    let result = build(gateway, options).await;
    let state = fake.state();
    let warned = state.warnings.iter().filter_map(|warning| warning.info.as_ref());
    let warned = warned.map(|info| info.filename.clone()).collect();
    let said = match result {
        Ok(result) => result.metadata.get("result.txt").cloned().unwrap_or_default(),
        Err(failure) => failure.to_string().into_bytes(),
    };
    (String::from_utf8(said).unwrap(), warned)
}

fn package_json(directory: &str) -> Vec<u8> {
    example()[&format!("{directory}/package.json")].clone()
}

/// A manifest that is warned of.
const WARNED: &[u8] = b"# syntax=vextrus/frontend\n\n[build]\nfrozen = false\n";
/// One with a mistake.
const WRONG: &[u8] = b"# syntax=vextrus/frontend\n\n[run]\nprot = 3000\n";

#[tokio::test]
async fn the_package_json_beside_it_tells_its_directory() {
    let auth = package_json("services/auth");
    let beside = |manifest| [("vextrus.toml", manifest), ("package.json", auth.as_slice())];
    let (said, warned) = told(&beside(WARNED), request("")).await;
    assert_eq!(
        (said.as_str(), warned),
        ("", vec!["services/auth/vextrus.toml".to_owned()])
    );
    let (said, _) = told(&beside(WRONG), request("")).await;
    assert!(said.starts_with("services/auth/vextrus.toml:4: "), "{said}");
    for (call, expected) in [
        ("plan", "FILE:   services/auth/vextrus.toml\n"),
        ("outline", "services/auth/vextrus.toml:4"),
    ] {
        let options = Options {
            request_id: Some(format!("frontend.{call}")),
            ..request("")
        };
        let text = b"# syntax=vextrus/frontend\n\n[run]\nport = 3001\n";
        let (said, _) = told(&beside(text), options).await;
        assert!(said.contains(expected), "{said}");
    }
}

#[tokio::test]
async fn it_is_told_where_the_service_is_not_found_or_another_one() {
    let kernel = package_json("shared/kernel");
    let other = b"# syntax=vextrus/frontend\npackage = \"@erp/auth-service\"\n[run]\nport = 0\n";
    let unknown = b"# syntax=vextrus/frontend\npackage = \"@erp/nobody\"\n";
    for (manifest, line) in [(&other[..], 4), (&unknown[..], 2)] {
        let beside = [("vextrus.toml", manifest), ("package.json", kernel.as_slice())];
        let (said, _) = told(&beside, request("")).await;
        assert!(
            said.starts_with(&format!("shared/kernel/vextrus.toml:{line}: ")),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_repository_tells_its_directory() {
    let local = [("context", "work"), ("dockerfile", "work/deploy/auth")];
    let options = |local: &[(&str, &str)]| {
        let local = local.iter();
        Options {
            local_directories: local
                .map(|(name, path)| ((*name).to_owned(), (*path).to_owned()))
                .collect(),
            ..request("")
        }
    };
    let (said, _) = told(&[("vextrus.toml", WRONG)], options(&local)).await;
    assert!(said.starts_with("deploy/auth/vextrus.toml:4: "), "{said}");
    // Nothing tells.
    let (said, _) = told(&[("vextrus.toml", WRONG)], options(&[])).await;
    assert!(said.starts_with("vextrus.toml:4: "), "{said}");
}

//! The date of the image.

use std::io::Write as _;

use super::*;

const COMMIT: &str = "e1b5e5954ae8163b242d980287145bfd4bdbcc6a";

/// Builds a service whose manifest says when it was created.
async fn dated(created: &str, more: &[(&str, Vec<u8>)], options: Options) -> Result<Built, Failure> {
    let mut files = example();
    let manifest = format!("# syntax=vextrus/frontend\n[image]\ncreated = \"{created}\"\n");
    files.insert("services/auth/service.toml".to_owned(), manifest.into_bytes());
    for (path, content) in more {
        files.insert((*path).to_owned(), content.clone());
    }
    run(engine(files), options).await
}

/// Returns a request for a service of a repository.
fn of_repository() -> Options {
    Options {
        context: Some("https://example.com/erp.git#main".to_owned()),
        ..request("auth")
    }
}

/// Returns a commit as git keeps it.
fn commit(seconds: u32) -> Vec<u8> {
    let text = format!("tree {COMMIT}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> {seconds} +0000\n\nall\n");
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    write!(encoder, "commit {}\0{text}", text.len()).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_date_of_the_manifest_is_the_images_and_moves_nothing_else() {
    let plain = built(example(), "auth").await;
    assert_eq!(plain.config()["created"], "1985-10-26T08:15:00Z");
    let of_manifest = dated("2026-11-28T12:00:00Z", &[], request("auth")).await.unwrap();
    let config = of_manifest.config();
    assert_eq!(config["created"], "2026-11-28T12:00:00Z");
    let last = config["history"].as_array().unwrap().last().unwrap();
    assert_eq!(last["created"], "2026-11-28T12:00:00Z");
    // A file is from before it, whatever it says.
    let early = dated("1970-01-02T00:00:00Z", &[], request("auth")).await.unwrap();
    assert_eq!(by_name(&early.image()), by_name(&of_manifest.image()));
    let passed = Options {
        source_date_epoch: Some(0),
        ..request("auth")
    };
    let passed = dated("commit", &[], passed).await.unwrap();
    assert_eq!(passed.config()["created"], "1970-01-01T00:00:00Z");
}

#[tokio::test]
async fn the_date_of_a_commit_is_read_where_the_context_is_a_repository() {
    let object = format!(".git/objects/{}/{}", &COMMIT[..2], &COMMIT[2..]);
    let kept = [
        (".git/HEAD", format!("{COMMIT}\n").into_bytes()),
        (object.as_str(), commit(1_772_593_567)),
    ];
    let built = dated("commit", &kept, of_repository()).await.unwrap();
    assert_eq!(built.config()["created"], "2026-03-04T03:06:07Z");
}

#[tokio::test]
async fn a_commit_that_cannot_be_told_says_what_to_pass() {
    let message = |failure: Failure| failure.diagnostics().unwrap().to_string();
    let local = dated("commit", &[], request("auth")).await.unwrap_err();
    insta::assert_snapshot!(message(local), @r#"services/auth/service.toml:3: `created = "commit"` asks for the commit's time, and the build context is no URL of a git repository; pass it with `--build-arg SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)`"#);
    let branch = [(".git/HEAD", b"ref: refs/heads/main\n".to_vec())];
    let elsewhere = dated("commit", &branch, of_repository()).await.unwrap_err();
    insta::assert_snapshot!(message(elsewhere), @r#"services/auth/service.toml:3: `created = "commit"` asks for the commit's time, and git has not kept the commit where it is looked for; pass it with `--build-arg SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)`"#);
}

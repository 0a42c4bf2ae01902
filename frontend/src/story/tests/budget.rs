//! What is said of a large image that sets no limit.

use super::*;
use crate::options::CacheImport;

/// The example, as the engine measures it, with keys or a comment in the manifest of auth.
fn measured(total: u64, manifest: &str) -> Files {
    let mut files = example();
    let report =
        json!({ "total": total, "largest": [["/app/node_modules", 450_000_000], ["/usr", 90_000_000]] });
    files.insert("report.json".to_owned(), report.to_string().into_bytes());
    let text = format!("# syntax=vextrus/frontend\n{manifest}");
    files.insert("services/auth/service.toml".to_owned(), text.into_bytes());
    files
}

/// The warnings of a build, and whether it measured.
fn seen(fake: &Fake) -> (Vec<String>, bool) {
    let state = fake.state();
    let warnings = state.warnings.iter();
    let warnings = warnings.map(|warning| String::from_utf8_lossy(&warning.short).into_owned());
    let mut texts = state
        .solves
        .iter()
        .filter_map(|solve| solve.definition.as_ref())
        .flat_map(|definition| definition.metadata.values())
        .flat_map(|metadata| metadata.description.values());
    let measured = texts.any(|text| text.ends_with("measure the base and the dependencies"));
    (warnings.collect(), measured)
}

#[tokio::test]
async fn a_large_image_is_warned_of_with_its_largest_directories() {
    let built = run(engine(measured(540_000_000, "")), request("auth"))
        .await
        .unwrap();
    let expected = "LargeImage: the base and the production dependencies hold 540.0 MB; if that is meant, write it as \
                    `max_size`; the largest directories are\n    450.0 MB  /app/node_modules\n     90.0 MB  /usr";
    assert_eq!(seen(&built.fake), (vec![expected.to_owned()], true));
    let built = run(engine(measured(500_000_000, "")), request("auth"))
        .await
        .unwrap();
    assert_eq!(seen(&built.fake), (Vec::new(), true));
}

#[tokio::test]
async fn a_large_image_stops_the_build_where_warnings_do() {
    let files = measured(540_000_000, "# check=error=true\n");
    let failure = run(engine(files), request("auth")).await.err().unwrap();
    assert_eq!(failure.to_string(), "lint violation found for rules: LargeImage");
}

#[tokio::test]
async fn what_is_not_warned_of_is_not_measured() {
    for manifest in ["# check=skip=LargeImage\n", "[image]\nmax_size = \"600MB\"\n"] {
        let built = run(engine(measured(540_000_000, manifest)), request("auth"))
            .await
            .unwrap();
        assert_eq!(seen(&built.fake), (Vec::new(), false), "{manifest}");
    }
    // The measure is in no exported cache, so that an engine that takes the image from one would fetch all of it.
    let options = Options {
        cache_imports: vec![CacheImport {
            kind: "registry".to_owned(),
            attrs: BTreeMap::new(),
        }],
        ..request("auth")
    };
    let built = run(engine(measured(540_000_000, "")), options).await.unwrap();
    assert_eq!(seen(&built.fake), (Vec::new(), false));
}

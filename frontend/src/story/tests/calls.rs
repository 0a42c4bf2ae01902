//! Subrequests: what buildx is answered instead of a build.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::*;

const MANIFEST: &str = r#"# syntax=vextrus/frontend
base = "debian"

[build]
secrets = ["sentry", { id = "maps", env = "MAPS_KEY", required = false }]
ssh = true

[build.args]
# The commit that is built.
GIT_SHA = "unknown"
API_URL = ""

[run]
user = 0
port = 3001

[target.worker]
command = "node dist/worker.js"
"#;

struct Answered {
    json: Value,
    text: String,
    version: String,
    status: String,
}

/// Answers a call about the service auth with the manifest above; nothing may run for it.
async fn call(name: &str, change: impl FnOnce(&mut Files, &mut Options)) -> Result<Answered, Failure> {
    let mut files = example();
    files.insert("services/auth/service.toml".to_owned(), MANIFEST.into());
    files.insert(
        ".npmrc".to_owned(),
        b"//npm.example/:_authToken=${NPM_TOKEN}\n".to_vec(),
    );
    let mut options = request("auth");
    options.request_id = Some(format!("frontend.{name}"));
    options
        .build_args
        .insert("API_URL".to_owned(), "http://api".to_owned());
    change(&mut files, &mut options);
    let (gateway, fake) = connect(engine(files)).await;
    let result = build(gateway, options).await;
    let state = fake.state();
    // Only the definition has the images' digests in it.
    let asks = |call: &str| match call {
        "ResolveImageConfig" => name != "graph",
        call => ["Evaluate", "Warn"].contains(&call),
    };
    assert!(!state.calls.iter().any(|call| asks(call)), "{name}");
    for solve in &state.solves {
        let ops = &solve.definition.as_ref().unwrap().def;
        let is_exec = |op: &Vec<u8>| matches!(pb::Op::decode(op.as_slice()).unwrap().op, Some(Op::Exec(_)));
        assert!(!solve.evaluate && !ops.iter().any(is_exec), "{name} runs a step");
    }
    let result = result?;
    assert_eq!(result.refs, Refs::Single(None));
    let text = |key: &str| String::from_utf8(result.metadata[key].clone()).unwrap();
    Ok(Answered {
        json: serde_json::from_str(&text("result.json")).unwrap(),
        text: text("result.txt"),
        version: text("version"),
        status: text("result.statuscode"),
    })
}

/// Replaces texts of files by their names, and the JSON of locations by `file:line`.
fn readable(answered: &mut Answered) {
    let sources = answered.json["sources"].as_array().unwrap().clone();
    let names = answered.json["sourceNames"].clone();
    let name = |index: usize| {
        let source = &sources[index];
        let data = BASE64
            .decode(source.get("data").unwrap_or(source).as_str().unwrap())
            .unwrap();
        assert!(!data.is_empty());
        let name = source
            .get("filename")
            .or(names.get(index))
            .and_then(Value::as_str);
        name.unwrap_or("the manifest").to_owned()
    };
    let named: Vec<String> = (0..sources.len()).map(name).collect();
    fn walk(value: &mut Value, named: &[String]) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, named)),
            Value::Object(fields) => {
                if let Some(location) = fields.get_mut("location") {
                    let index = location["sourceIndex"].as_u64().unwrap() as usize;
                    let lines = &location["ranges"][0];
                    *location = format!(
                        "{}:{}-{}",
                        named[index], lines["start"]["line"], lines["end"]["line"]
                    )
                    .into();
                }
                fields.values_mut().for_each(|item| walk(item, named));
            }
            _ => {}
        }
    }
    walk(&mut answered.json, &named);
    answered.json["sources"] = named.into();
}

/// Compares an answer with its snapshot: the text, then the JSON.
macro_rules! assert_answer {
    ($answered:expr) => {{
        let answered = $answered;
        let whole = format!(
            "version {}, status {}\n\n{}\n{:#}",
            answered.version, answered.status, answered.text, answered.json
        );
        insta::assert_snapshot!(whole);
    }};
}

#[tokio::test]
async fn describe_lists_every_request() {
    let described = call("subrequests.describe", |_, _| ()).await.unwrap();
    for request in described.json.as_array().unwrap() {
        let name = request["name"]
            .as_str()
            .unwrap()
            .strip_prefix("frontend.")
            .unwrap();
        let answered = call(name, |_, _| ()).await.unwrap();
        let newest = request["version"].as_str().unwrap();
        assert!(answered.version.as_str() <= newest, "{name}");
    }
    assert_answer!(described);
}

#[tokio::test]
async fn outline_of_the_image() {
    let mut outline = call("outline", |_, _| ()).await.unwrap();
    readable(&mut outline);
    assert_answer!(outline);
}

#[tokio::test]
async fn outline_of_a_stage() {
    let test = |_: &mut Files, options: &mut Options| options.target = Some("test".to_owned());
    let outline = call("outline", test).await.unwrap();
    insta::assert_snapshot!(outline.text);
}

#[tokio::test]
async fn targets_are_listed_whatever_target_is_named() {
    let unknown = |_: &mut Files, options: &mut Options| options.target = Some("wroker".to_owned());
    let mut targets = call("targets", unknown).await.unwrap();
    readable(&mut targets);
    assert_answer!(targets);
}

#[tokio::test]
async fn check_tells_warnings() {
    let mut lint = call("lint", |_, _| ()).await.unwrap();
    readable(&mut lint);
    assert_answer!(lint);
}

/// buildx shows every place under the manifest's name, so that it has to be given our text.
#[tokio::test]
async fn check_tells_warnings_of_other_files_in_a_newer_version() {
    let literal = |files: &mut Files, _: &mut Options| {
        files.insert(".npmrc".to_owned(), b"//npm.example/:_authToken=abc\n".to_vec());
    };
    let lint = call("lint", literal).await.unwrap();
    assert_eq!((lint.version.as_str(), lint.status.as_str()), ("1.1.0", "1"));
    assert!(
        lint.text
            .contains("\n.npmrc:1\n--------------------\n   1 | >>> //npm"),
        "{}",
        lint.text
    );
}

#[tokio::test]
async fn check_has_nothing_to_say() {
    let skip = |_: &mut Files, options: &mut Options| {
        let argument = ("BUILDKIT_DOCKERFILE_CHECK".to_owned(), "skip=all".to_owned());
        options.build_args.extend([argument]);
    };
    let lint = call("lint", skip).await.unwrap();
    assert_eq!((lint.text.as_str(), lint.status.as_str()), ("", "0"));
    assert_eq!(lint.json["warnings"], json!([]));
}

#[tokio::test]
async fn check_tells_what_stops_the_build() {
    let mistakes = |files: &mut Files, _: &mut Options| {
        let text = b"# syntax=vextrus/frontend\n\n[run]\nprot = 3000\nuser = \"root\"\n";
        files.insert("services/auth/service.toml".to_owned(), text.to_vec());
    };
    let mut lint = call("lint", mistakes).await.unwrap();
    let sources = lint.json["sources"].take();
    assert_eq!(sources[0]["filename"], "services/auth/service.toml");
    assert_answer!(lint);

    let elsewhere = |files: &mut Files, _: &mut Options| {
        files.insert("services/auth/package.json".to_owned(), b"{ \"name\": }".to_vec());
    };
    let lint = call("lint", elsewhere).await.unwrap();
    let error = &lint.json["buildError"];
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("package.json:1"), "{message}");
    assert_eq!(error["location"], json!({ "sourceIndex": 0, "ranges": [] }));
    let nowhere = |_: &mut Files, options: &mut Options| options.platforms.clear();
    assert_eq!(call("lint", nowhere).await.unwrap().json.get("buildError"), None);
}

#[tokio::test]
async fn plan_of_each_kind_of_target() {
    let mut texts = String::new();
    for target in ["deps", "test", "build", "worker"] {
        let choose = |_: &mut Files, options: &mut Options| options.target = Some(target.to_owned());
        let plan = call("plan", choose).await.unwrap();
        let (_, steps) = plan.text.split_once("\nSTEP ").unwrap();
        for ours in ["/vextrus", "/out", "kill", "--config", ".cjs", ".sh"] {
            assert!(!steps.contains(ours), "{ours} is shown:\n{steps}");
        }
        texts.push_str(&plan.text);
        texts.push('\n');
        let values = plan.json["values"].as_array().unwrap();
        let node = values.iter().find(|value| value["key"] == "node").unwrap();
        assert_eq!(node["place"], ".nvmrc:1", "{target}");
        let steps = plan.json["steps"].as_array().unwrap().iter();
        let actions = steps.filter_map(|step| step["does"]["tree"]["actions"].as_array());
        let mut files = actions.flatten().map(|action| &action["file"]);
        let lockfile = files.find(|file| file["path"] == "/pnpm-lock.yaml").unwrap();
        assert!(lockfile["text"].as_str().unwrap().starts_with("lockfileVersion"));
    }
    insta::assert_snapshot!(texts);
}

#[tokio::test]
async fn the_graph_is_the_definition_that_a_build_sends() {
    let plain = |files: &mut Files, _: &mut Options| *files = example();
    let told = call("graph", plain).await.unwrap();
    assert_eq!(
        told.text,
        buildkit_llb::dump(&built(example(), "auth").await.image())
    );
    assert_eq!(told.json["graph"], told.text);
}

#[tokio::test]
async fn schema_is_that_of_the_reference() {
    // buildx has put `frontend.` in front of a name that had it.
    let schema = call("frontend.schema", |_, _| ()).await.unwrap();
    assert_eq!(schema.text, crate::manifest::reference::schema());
    assert_eq!(schema.json["properties"]["run"]["type"], "object");
}

#[tokio::test]
async fn what_nobody_knows_is_refused() {
    let failure = call("convertllb", |_, _| ()).await.err().unwrap();
    assert_eq!(failure.to_string(), "unsupported request frontend.convertllb");
}

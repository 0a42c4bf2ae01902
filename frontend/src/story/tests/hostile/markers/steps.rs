//! No step sees a file that holds credentials by its name, wherever the files come from.

use super::*;
use crate::pattern::chooses;

/// Returns the planted files that a graph takes of the context: those that a transfer of a directory or a copy out of the
/// tree `given` lets through.
fn taken(image: &Definition, given: Option<&str>) -> Vec<String> {
    let below = DIRECTORIES.iter().filter(|directory| !directory.is_empty());
    let paths = below.flat_map(|directory| FILES.map(|name| format!("{directory}/{name}")));
    let paths: Vec<String> = paths.collect();
    let is_given = |op: &pb::Op| match (&op.op, given) {
        (Some(Op::Source(source)), Some(given)) => source.identifier.contains(given),
        _ => false,
    };
    let sources = image.vertices().filter(|vertex| is_given(vertex.op));
    let sources: BTreeSet<&str> = sources.map(|vertex| vertex.digest).collect();
    let (mut found, mut filters) = (Vec::new(), 0);
    let mut take = |include: &[String], exclude: &[String]| {
        filters += 1;
        let is_taken =
            |path: &&String| (include.is_empty() || chooses(include, path)) && !chooses(exclude, path);
        found.extend(paths.iter().filter(is_taken).cloned());
    };
    for vertex in image.vertices() {
        match &vertex.op.op {
            Some(Op::Source(source)) if source.identifier.starts_with("local://") => {
                let patterns = |key: &str| -> Vec<String> {
                    let text = source.attrs.get(key).map_or("[]", String::as_str);
                    serde_json::from_str(text).unwrap()
                };
                take(
                    &patterns("local.includepattern"),
                    &patterns("local.excludepatterns"),
                );
            }
            Some(Op::File(file)) => {
                for action in &file.actions {
                    let Some(pb::file_action::Action::Copy(copy)) = &action.action else {
                        continue;
                    };
                    let input = usize::try_from(action.secondary_input).ok();
                    let input = input.and_then(|input| vertex.op.inputs.get(input));
                    if input.is_some_and(|input| sources.contains(input.digest.as_str())) {
                        take(&copy.include_patterns, &copy.exclude_patterns);
                    }
                }
            }
            _ => {}
        }
    }
    assert!(filters > 0, "the graph takes nothing of the context");
    found.sort();
    found.dedup();
    found
}

#[tokio::test]
async fn no_step_sees_a_credential_file_of_a_directory() {
    for options in targets().filter(|options| options.target.as_deref() != Some("deps")) {
        let target = options.target.clone();
        let image = run(engine(planted()), options).await.unwrap().image();
        assert_eq!(taken(&image, None), [""; 0], "{target:?}");
    }
    // What lets whole directories through means no credentials.
    let mut files = planted();
    put(
        &mut files,
        ".dockerignore",
        "**\n!services\n!shared\n!package.json\n!**/.*\n",
    );
    let image = built(files, "auth").await.image();
    assert_eq!(taken(&image, None), [""; 0]);
}

#[tokio::test]
async fn no_step_sees_a_credential_file_of_a_graph() {
    let graph = buildkit_llb::Image::new("docker.io/library/given").output();
    let graph = Definition::of(&graph).unwrap().to_proto();
    let passed = State {
        gateway_caps: vec!["frontend.inputs", "gateway.warnings"],
        inputs: ["context", "dockerfile"]
            .map(|name| (name.to_owned(), graph.clone()))
            .into(),
        ..engine(planted())
    };
    let image = run(passed, request("auth")).await.unwrap().image();
    assert_eq!(taken(&image, Some("library/given")), [""; 0]);

    let repository = Options {
        context: Some("https://example.com/erp.git".to_owned()),
        ..request("auth")
    };
    let image = run(engine(planted()), repository).await.unwrap().image();
    assert_eq!(taken(&image, Some("example.com/erp")), [""; 0]);
}

#[tokio::test]
async fn no_step_sees_a_credential_file_of_a_named_context() {
    let mut named = request("auth");
    named
        .contexts
        .insert("shared/kernel".to_owned(), "local:kernel".to_owned());
    let image = run(engine(planted()), named).await.unwrap().image();
    let kernel = image.vertices().find_map(|vertex| match &vertex.op.op {
        Some(Op::Source(source)) if source.identifier == "local://kernel" => Some(source.attrs.clone()),
        _ => None,
    });
    let exclude = &kernel.unwrap()["local.excludepatterns"];
    let exclude: Vec<String> = serde_json::from_str(exclude).unwrap();
    for name in FILES {
        let below = format!("src/{name}");
        assert!(chooses(&exclude, name) && chooses(&exclude, &below), "{name}");
    }
}

#[tokio::test]
async fn who_asks_for_a_credential_file_gets_it_and_no_other() {
    let taken_by = async |manifest: &str, ignore: &str| {
        let mut files = planted();
        put(&mut files, "services/auth/service.toml", manifest);
        put(&mut files, ".dockerignore", ignore);
        let built = run(engine(files), request("auth")).await.unwrap();
        taken(&built.image(), None)
    };
    let wanted = "services/auth/.env.production.local";
    for table in ["build", "run"] {
        let listed = format!("[{table}]\nfiles = [\"{wanted}\"]\n");
        assert_eq!(taken_by(&listed, "").await, [wanted], "{table}");
    }
    assert_eq!(taken_by("", &format!("!{wanted}\n")).await, [wanted]);
    let shared = "shared/kernel/.npmrc";
    assert_eq!(taken_by("", "!**/kernel/.npmrc\n").await, [shared]);
    assert_eq!(
        taken_by("[run]\nfiles = [\"services/auth\"]\n", "").await,
        [""; 0]
    );
}

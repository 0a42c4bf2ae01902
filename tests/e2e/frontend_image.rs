//! The image of the frontend itself.

use vextrus_e2e::{Engine, Image, Kind, Workspace};

/// The most that it may be to push and pull.
const MAX_SIZE: u64 = 5_000_000;

#[test]
fn it_is_small() {
    let engine = Engine::take();
    let size = Image::existing(&engine, "vextrus/frontend").compressed_size();
    assert!(size < MAX_SIZE, "the frontend's image has {size} bytes");
}

#[test]
fn it_is_a_command_line_too() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let volume = format!("{}:/w:ro", erp.root().display());
    let run = |words: &[&str]| {
        let container = ["run", "--rm", "--network", "none", "-v", &volume, "-w", "/w"];
        let docker = container.iter().chain(&["vextrus/frontend"]).chain(words);
        engine.command(docker.copied())
    };
    let plan = run(&["plan", "services/auth/service.toml"]).output();
    let told = engine.build(&erp).service("auth").args(["--call=plan"]).call();
    // buildx names the manifest alone, without its directory.
    let steps = |text: &str| -> Vec<String> {
        let rows = text.lines().filter(|line| line.starts_with("[auth] "));
        rows.filter_map(|row| row.split("   ").next().map(str::to_owned))
            .collect()
    };
    assert_eq!(steps(&plan), steps(&told.answer));
    assert!(
        steps(&plan).contains(&"[auth] build @erp/auth-service".to_owned()),
        "{plan}"
    );
    let why = run(&["why", "shared/utils/src/index.ts"]).output();
    assert!(
        why.contains("runs again  [auth] build @erp/utils: it reads the file"),
        "{why}"
    );
    // Without BuildKit at its other end it says how it is used.
    assert_eq!(run(&[]).finish().status.code(), Some(2));
}

#[test]
fn it_holds_one_program_and_says_what_it_can() {
    let engine = Engine::take();
    let frontend = Image::existing(&engine, "vextrus/frontend");
    let config = frontend.inspect()["Config"].clone();
    let program = config["Entrypoint"][0].as_str().unwrap().to_owned();
    // The engine adds empty files to every container; they are not the image's.
    let tree = frontend.files();
    let with_content = tree
        .iter()
        .filter(|(_, entry)| entry.kind == Kind::File && entry.size > 0);
    assert_eq!(with_content.map(|(path, _)| path).collect::<Vec<_>>(), [program]);

    let labels = &config["Labels"];
    assert_eq!(labels["moby.buildkit.frontend.network.none"], "true");
    let capabilities = labels["moby.buildkit.frontend.caps"].as_str().unwrap();
    for capability in ["inputs", "subrequests", "contexts"] {
        let id = format!("moby.buildkit.frontend.{capability}");
        assert!(
            capabilities.split(',').any(|known| known == id),
            "{id} is not among {capabilities}"
        );
    }
}

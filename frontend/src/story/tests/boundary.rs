//! The boundary between repositories, read from the definitions that the engine gets: what runs code of a repository has
//! no writable mount that outlives it and that others share, and nothing of what it left is in a step that has one.

use super::*;
use crate::story::tests::derived::files;

/// What is known of a vertex: whether code of the repository or its dependencies had a hand in what it makes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Hand {
    Ours,
    Theirs,
}

/// Programs that run nothing of a repository, word by word as a line of a step begins.
const OURS: [&str; 12] = [
    "set -e",
    "cd /",
    "cp -R /vextrus/manifests/. /app",
    "cp -a /vextrus/installed/. /app",
    "node /vextrus/tidy.cjs ",
    "node /vextrus/trim.cjs ",
    "/bin/sh /vextrus/pnpm.sh ",
    "rm -f /etc/apt/apt.conf.d/docker-clean",
    "apt-get update",
    "apt-get install --yes --no-install-recommends ",
    "rm -rf /var/log/apt ",
    "apk add ",
];

/// Whether a program runs nothing but our own and what images bring: pnpm, where it may run no script and no pnpmfile.
fn is_ours(args: &[String]) -> bool {
    let text = match args {
        [shell, flag, script] if shell == "/bin/sh" && flag == "-c" => script.clone(),
        words => words.join(" "),
    };
    text.lines().all(|line| {
        let command = line
            .split_once(" -- ")
            .filter(|_| line.starts_with("node /vextrus/blame.cjs /app "));
        let command = command.map_or(line, |(_, command)| command);
        let installs = command.starts_with("sh /vextrus/turn.sh ")
            && line.contains(" sh /vextrus/install.sh /pnpm/store /app pnpm install ")
            && ["--ignore-scripts", "--ignore-pnpmfile"]
                .iter()
                .all(|word| line.split(' ').any(|found| found == *word))
            && !line.contains([';', '&', '|', '`', '$', '<', '>']);
        installs || OURS.iter().any(|start| line.starts_with(start)) && !line.contains([';', '&', '|', '`'])
    })
}

/// Checks a definition, and returns how many steps with shared mounts and how many of others' hands it has.
pub(super) fn check(definition: &pb::Definition, what: &str) -> (usize, usize) {
    let graph = Definition::of(&Output::from_proto(definition).unwrap()).unwrap();
    let mut hands: BTreeMap<String, Hand> = BTreeMap::new();
    let (mut shared, mut theirs) = (0, 0);
    for vertex in graph.vertices() {
        let mut inputs = vertex.op.inputs.iter();
        let is_tainted = inputs.any(|input| hands[&input.digest] == Hand::Theirs);
        let mut hand = if is_tainted { Hand::Theirs } else { Hand::Ours };
        if let Some(Op::Exec(exec)) = &vertex.op.op {
            let name = &vertex.metadata.unwrap().description["llb.customname"];
            let meta = exec.meta.as_ref().unwrap();
            let outlives = |mount: &&pb::Mount| mount.cache_opt.is_some() && !mount.readonly;
            let is_shared = exec.mounts.iter().any(|mount| outlives(&mount));
            let ours = is_ours(&meta.args);
            if is_shared {
                shared += 1;
                assert!(ours, "{what}: {name} has a shared mount and runs {:?}", meta.args);
                assert!(
                    !is_tainted,
                    "{what}: {name} has a shared mount, and what others' code left"
                );
            }
            if !ours {
                theirs += 1;
                hand = Hand::Theirs;
                let secrets: Vec<&str> = exec.secretenv.iter().map(|secret| secret.id.as_str()).collect();
                assert!(!secrets.contains(&"NPM_TOKEN"), "{what}: {name} has {secrets:?}");
                let files = exec.mounts.iter().filter_map(|mount| mount.secret_opt.as_ref());
                let files: Vec<&str> = files.map(|secret| secret.id.as_str()).collect();
                assert!(!files.contains(&"npmrc"), "{what}: {name} has {files:?}");
            }
        }
        hands.insert(vertex.digest.to_string(), hand);
    }
    (shared, theirs)
}

#[tokio::test]
async fn what_runs_code_of_a_repository_shares_nothing_that_outlives_it() {
    let mut files = files();
    files.insert(
        ".npmrc".to_owned(),
        b"//npm.example/:_authToken=${NPM_TOKEN}\n".to_vec(),
    );
    let (mut shared, mut theirs) = (0, 0);
    for service in all_services() {
        let targets = [
            (None, "linux/amd64"),
            (None, "linux/arm64"),
            (Some("deps"), "linux/amd64"),
            (Some("build"), "linux/amd64"),
            (Some("test"), "linux/arm64"),
            (Some("lint"), "linux/amd64"),
            (Some("dev"), "linux/amd64"),
        ];
        // Of a service like others the targets are alike.
        let count = if SERVICES.contains(&service.as_str()) {
            targets.len()
        } else {
            1
        };
        for (target, platform) in targets.into_iter().take(count) {
            let options = Options {
                target: target.map(str::to_owned),
                platforms: vec![super::platform(platform)],
                ..request(&service)
            };
            let built = run(engine(files.clone()), options).await.unwrap();
            for definition in &built.solves {
                let found = check(definition, &format!("{service} {target:?} {platform}"));
                shared += found.0;
                theirs += found.1;
            }
        }
    }
    assert!(shared > 100 && theirs > 100, "{shared} {theirs}");
}

#[tokio::test]
async fn a_base_that_the_repository_names_has_caches_of_its_own() {
    let mut files = files();
    let manifest =
        "# syntax=vextrus/frontend\nbase = \"registry.example/base:1\"\n[run]\npackages = [\"curl\"]\n";
    files.insert(
        "services/auth/service.toml".to_owned(),
        manifest.as_bytes().to_vec(),
    );
    let mut state = engine(files);
    state
        .images
        .insert("registry.example/base:1".to_owned(), node_image());
    let built = run(state, request("auth")).await.unwrap();
    let mut own = BTreeSet::new();
    for definition in &built.solves {
        let graph = Definition::of(&Output::from_proto(definition).unwrap()).unwrap();
        for vertex in graph.vertices() {
            let Some(Op::Exec(exec)) = &vertex.op.op else {
                continue;
            };
            if !exec.meta.as_ref().unwrap().args.concat().contains(" curl") {
                continue;
            }
            let caches = exec.mounts.iter().filter_map(|mount| mount.cache_opt.as_ref());
            own.extend(caches.map(|cache| cache.id.clone()));
        }
    }
    assert!(
        own.len() == 2 && own.iter().all(|id| id.ends_with("-registry.example/base:1")),
        "{own:?}"
    );
}

//! A lockfile of the size at which planning could be felt.

use std::fmt::Write as _;

use super::*;

#[path = "../../../examples/plan_time/monorepo.rs"]
mod monorepo;

#[tokio::test]
async fn forty_thousand_lines_are_planned() {
    let mut files = monorepo::files();
    let lock = String::from_utf8(files["pnpm-lock.yaml"].clone()).unwrap();
    assert!(lock.lines().count() >= 40_000, "{}", lock.lines().count());
    assert_eq!(lock.matches("\n    resolution:").count(), monorepo::PACKAGES);
    files.insert("app/services/s0/dist/main.js".to_owned(), Vec::new());
    let plan = planned(files.clone(), "s0").await;

    // Every third library, each with its own install, and the service itself.
    let libraries = (0..monorepo::LIBRARIES).step_by(3).count();
    assert_eq!(plan.packages.len(), libraries + 1);
    assert_eq!(plan.installs.len(), libraries + 1);
    // All of a group are reached from its first: three groups a library, twenty for the service.
    let groups = (0..20).chain(
        (0..monorepo::LIBRARIES)
            .step_by(3)
            .flat_map(|library| (0..3).map(move |n| library * 3 + n)),
    );
    let groups: BTreeSet<usize> = groups
        .map(|group| group % (monorepo::PACKAGES / monorepo::GROUP))
        .collect();
    assert_eq!(
        image_of(&plan).install.package_count,
        groups.len() * monorepo::GROUP
    );
    let pruned = image_of(&plan).install.files["/app/pnpm-lock.yaml"]
        .lines()
        .count();
    assert!(pruned < lock.lines().count() * 2 / 3, "{pruned}");

    let graph = built(files, "s0").await.image();
    let builds = by_name(&graph)
        .into_keys()
        .filter(|name| name.starts_with("build @x/"))
        .count();
    assert_eq!(builds, libraries + 1);
}

/// A service that uses so many packages, each with a source file and nothing else.
fn many_packages(count: usize) -> Files {
    let mut files = Files::new();
    let mut write = |path: String, text: String| files.insert(path, text.into_bytes());
    let (mut declared, mut resolved, mut importers) = (Vec::new(), String::new(), String::new());
    for number in 0..count {
        let directory = format!("libs/l{number}");
        let manifest = format!(r#"{{"name":"@x/l{number}","version":"1.0.0","scripts":{{"build":"tsc"}}}}"#);
        write(format!("{directory}/package.json"), manifest);
        write(format!("{directory}/index.ts"), String::new());
        declared.push(format!(r#""@x/l{number}":"workspace:*""#));
        writeln!(
            resolved,
            "      '@x/l{number}':\n        specifier: workspace:*\n        version: link:../../{directory}"
        )
        .unwrap();
        writeln!(importers, "  {directory}: {{}}").unwrap();
    }
    let lock = format!(
        "lockfileVersion: '9.0'\nimporters:\n  .: {{}}\n  services/app:\n    dependencies:\n{resolved}{importers}"
    );
    write("pnpm-lock.yaml".to_owned(), lock);
    write(
        "package.json".to_owned(),
        r#"{"packageManager":"pnpm@9.15.9"}"#.to_owned(),
    );
    write(
        "pnpm-workspace.yaml".to_owned(),
        "packages: ['services/*', 'libs/*']\n".to_owned(),
    );
    let manifest = format!(
        r#"{{"name":"app","scripts":{{"build":"tsc","start":"node main.js"}},"dependencies":{{{}}}}}"#,
        declared.join(",")
    );
    write("services/app/package.json".to_owned(), manifest);
    write("services/app/main.js".to_owned(), String::new());
    write("app/services/app/main.js".to_owned(), String::new());
    write(
        "services/app/service.toml".to_owned(),
        "# syntax=vextrus/frontend\n".to_owned(),
    );
    files
}

/// Returns the names of an image's layers, without those of accounts and dependencies.
async fn layers_of_packages(count: usize) -> Vec<String> {
    let options = request("app");
    let (_, _, planned) = planned_for(engine(many_packages(count)), &options).await.unwrap();
    let history = planned.plan.outcome.history().iter();
    let names = history.map(|layer| layer.what.clone());
    names
        .filter(|name| name.starts_with("@x/") || name == "app")
        .collect()
}

#[tokio::test]
async fn an_image_of_many_packages_has_few_layers() {
    let alone = layers_of_packages(64).await;
    assert_eq!(alone.len(), 65);
    assert!(alone.iter().all(|name| !name.ends_with(" more")), "{alone:?}");

    let shared = layers_of_packages(300).await;
    assert!(shared.len() <= 65, "{shared:?}");
    assert_eq!(shared.last().unwrap(), "app");
    let more = shared.iter().filter_map(|name| {
        name.strip_suffix(" more")?
            .rsplit(' ')
            .next()?
            .parse::<usize>()
            .ok()
    });
    assert_eq!(more.sum::<usize>() + shared.len(), 301);
}

/// Returns the builds that each solve asks for, of packages that the ones before it did not.
fn new_builds(built: &Built) -> Vec<BTreeSet<String>> {
    let mut known = BTreeSet::new();
    let solves = built.solves.iter().map(|solve| {
        let asked = Definition::of(&Output::from_proto(solve).unwrap()).unwrap();
        let builds = by_name(&asked)
            .into_keys()
            .filter(|name| name.starts_with("build "));
        let new: BTreeSet<String> = builds.filter(|name| known.insert(name.clone())).collect();
        new
    });
    solves.filter(|new| !new.is_empty()).collect()
}

#[tokio::test]
async fn an_engine_is_asked_for_some_of_many_builds_at_a_time() {
    let count = ahead::FEW.max(6 * ahead::batch(0));
    let size = ahead::batch(count + 1);
    let sizes = |built: &Built| {
        let sizes: Vec<usize> = new_builds(built).iter().map(BTreeSet::len).collect();
        assert_eq!(sizes.iter().sum::<usize>(), count + 1);
        sizes
    };
    // Each waits for the one before it while all is cached, and may be twice as large; where something is built, few
    // are asked for at a time.
    let cached = sizes(&run(engine(many_packages(count)), request("app")).await.unwrap());
    assert_eq!(cached[..2], [2 * size, 4 * size], "{cached:?}");
    let mut slow = engine(many_packages(count));
    slow.gateway_caps.push("gateway.solve.evaluate");
    slow.takes = 2 * ahead::CACHED;
    let built = sizes(&run(slow, request("app")).await.unwrap());
    assert!(built.len() >= 5, "{built:?}");
    assert!(built[1..].iter().all(|new| *new <= size), "{built:?}");

    let few = run(engine(many_packages(ahead::FEW - 1)), request("app"))
        .await
        .unwrap();
    assert_eq!(new_builds(&few).len(), 1);
    let engine = State {
        llb_caps: LLB_CAPS.into_iter().filter(|id| *id != "mergeop").collect(),
        ..engine(many_packages(count))
    };
    let without_merge = run(engine, request("app")).await.unwrap();
    assert_eq!(new_builds(&without_merge).len(), 1);
}

#[tokio::test]
async fn what_scripts_leave_is_told_from_what_they_take() {
    for service in ["api-gateway", "auth"] {
        let (.., planned) = planned_for(engine(example()), &request(service)).await.unwrap();
        let plan = planned.plan;
        let scripts = plan.scripts(plan.outcome.root());
        let runs = |files: &crate::plan::Files| {
            let behind = plan.behind([files]);
            behind
                .into_iter()
                .filter(|id| {
                    let step = plan.step(*id).unwrap();
                    step.name.contains("] build ")
                })
                .count()
        };
        assert_eq!(scripts.left.len(), runs(plan.outcome.root()));
        // Each takes files of those before it alone.
        for (number, left) in scripts.left.iter().enumerate() {
            assert!((1..=number + 1).contains(&runs(left)), "{left:?}");
        }
        assert!(scripts.others.iter().all(|files| runs(files) == 0));
        // Both together, and what is put together of them, are the image.
        let made = plan.behind(scripts.left.iter().chain(&scripts.others));
        let rest = plan.behind([plan.outcome.root()]);
        let rest: Vec<_> = rest.difference(&made).filter_map(|id| plan.step(*id)).collect();
        let runs = rest
            .iter()
            .filter(|step| matches!(step.does, crate::plan::Verb::Run(_)));
        let runs: Vec<&str> = runs.map(|step| step.name.as_str()).collect();
        let is_look = |name: &&str| name.ends_with("check what the image loads");
        assert!(runs.iter().all(is_look) && runs.len() <= 1, "{runs:?}");
    }
}

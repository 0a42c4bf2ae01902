//! What a change reruns, by the engine's own records, and what it pushes, by the image's digests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use vextrus_e2e::{Engine, Progress, Workspace};

use crate::never_before;

/// The most that a change of one service's code may push.
const SMALL_PUSH: u64 = 100_000;

#[test]
fn another_services_change_reruns_nothing() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let before = engine.build(&erp).service("auth").run();

    erp.append("services/notification/src/main.ts", "console.info('changed');\n");
    erp.write("services/notification/src/new.ts", "export const added = 1;\n");
    let after = engine.build(&erp).service("auth").run();
    assert_eq!(after.progress.ran(), Vec::<&str>::new());
    assert_eq!(after.image.digest(), before.image.digest());
}

#[test]
fn another_services_dependency_reruns_nothing() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let before = engine.build(&erp).service("auth").run();

    // zod is locked for the contracts already; now notification asks for it itself, as `pnpm add zod` writes it.
    let from = "    \"rxjs\": \"^7.8.2\"\n  },";
    erp.replace(
        "services/notification/package.json",
        from,
        "    \"rxjs\": \"^7.8.2\",\n    \"zod\": \"^4.1.0\"\n  },",
    );
    let lockfile = erp.read("pnpm-lock.yaml");
    let zod = locked_zod(&lockfile);
    let (head, notification) = lockfile.split_once("\n  services/notification:\n").unwrap();
    let (dependencies, rest) = notification.split_once("    devDependencies:\n").unwrap();
    erp.write(
        "pnpm-lock.yaml",
        format!("{head}\n  services/notification:\n{dependencies}{zod}    devDependencies:\n{rest}"),
    );

    let after = engine.build(&erp).service("auth").run();
    assert_eq!(after.progress.ran(), Vec::<&str>::new());
    assert_eq!(after.image.digest(), before.image.digest());
}

/// Returns the three lines that lock zod in the importer of the contracts.
fn locked_zod(lockfile: &str) -> String {
    let (_, contracts) = lockfile.split_once("\n  shared/contracts:\n").unwrap();
    let start = contracts.find("      zod:\n").unwrap();
    contracts[start..].split_inclusive('\n').take(3).collect()
}

#[test]
fn a_services_change_reruns_its_build_alone_and_pushes_little() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let before = engine.build(&erp).service("auth").run();

    erp.append(
        "services/auth/src/main.ts",
        &format!("console.info('changed {}');\n", never_before()),
    );
    let after = engine.build(&erp).service("auth").run();
    let expected = [
        "build @erp/auth-service",
        "check what the image loads",
        "files of the image",
        "image",
        "layer @erp/auth-service",
        "sources of @erp/auth-service",
    ];
    assert_eq!(after.progress.ran(), expected);
    assert_ne!(after.image.digest(), before.image.digest());
    let pushed = after.image.bytes_beyond(&before.image);
    assert!(
        (1..SMALL_PUSH).contains(&pushed),
        "the change would push {pushed} bytes"
    );
    // To look into the image the engine would lay its layers over each other: seconds, for tens of thousands of files.
    let mut steps = after.progress.steps().iter();
    let merged = steps.find(|step| step.statuses.contains("merging"));
    assert!(merged.is_none(), "{merged:?}");
}

#[test]
fn a_shared_change_that_compiles_to_the_same_stops_there() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let before = engine.build(&erp).service("auth").run();

    // A line of spaces and tabs: the compiler's output has no trace of it.
    let blank = format!("{:b}\n", never_before())
        .replace('0', " ")
        .replace('1', "\t");
    erp.append("shared/kernel/src/result.ts", &blank);
    let after = engine.build(&erp).service("auth").run();
    assert_eq!(
        after.progress.ran(),
        ["build @erp/shared-kernel", "sources of @erp/shared-kernel"]
    );
    assert_eq!(after.image.digest(), before.image.digest());
}

#[test]
fn a_shared_change_rebuilds_what_depends_on_it_and_installs_nothing() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let before = engine.build(&erp).service("auth").run();

    change_kernel(&erp);
    let after = engine.build(&erp).service("auth").run();
    for package in ["shared-kernel", "shared-infrastructure", "utils", "auth-service"] {
        let step = format!("build @erp/{package}");
        assert!(
            after.progress.ran().contains(&step.as_str()),
            "{step} did not run: {:?}",
            after.progress.ran()
        );
    }
    assert_installs_nothing(&after.progress);
    let pushed = after.image.bytes_beyond(&before.image);
    assert!(
        (1..SMALL_PUSH).contains(&pushed),
        "the change would push {pushed} bytes"
    );
}

#[test]
fn a_shared_change_of_code_alone_recompiles_nothing_that_reads_declarations() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let before = engine.build(&erp).service("auth").run();

    // Nothing of it is declared.
    let unique = never_before();
    let code = format!("Object.defineProperty(globalThis, Symbol.for('{unique}'), {{ value: 1 }});\n");
    erp.append("shared/kernel/src/index.ts", &code);
    let after = engine.build(&erp).service("auth").run();
    let ran = after.progress.ran();
    let builds: Vec<&&str> = ran.iter().filter(|step| step.starts_with("build ")).collect();
    // The second is bundled, and read the code: with what it imports left outside it is what it was before.
    assert_eq!(
        builds,
        [&"build @erp/shared-kernel", &"build @erp/utils"],
        "{ran:?}"
    );
    assert_installs_nothing(&after.progress);
    let pushed = after.image.bytes_beyond(&before.image);
    assert!(
        (1..SMALL_PUSH).contains(&pushed),
        "the change would push {pushed} bytes"
    );
    // What runs is the new code.
    let kernel = after.image.files().text("app/shared/kernel/dist/index.js");
    assert!(kernel.contains(&unique.to_string()), "{kernel}");
}

/// Honours `docker buildx bake`: services of one bake are built together, and each package that they share once.
#[test]
fn two_services_of_one_bake_compile_each_shared_package_once() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let services = ["auth", "notification"];
    let (mut before, _) = engine.bake(&erp, &services);

    let mut installs = Vec::new();
    for _ in 0..CHANGES {
        change_kernel(&erp);
        let (after, progress) = engine.bake(&erp, &services);
        for package in [
            "shared-kernel",
            "shared-infrastructure",
            "utils",
            "service-contracts",
        ] {
            let step = format!("build @erp/{package}");
            let runs = progress.ran().iter().filter(|name| **name == step).count();
            assert_eq!(runs, 1, "{step} ran {runs} times: {:?}", progress.ran());
            // Each run of a package's script begins with its name and version.
            let headers = progress
                .log()
                .lines()
                .filter(|line| line.starts_with(&format!("> @erp/{package}@")))
                .count();
            assert_eq!(headers, 1, "the script of {package} ran {headers} times");
        }
        for service in services {
            assert_ne!(after[service].digest(), before[service].digest());
        }
        before = after;
        let ran = installs_of(&progress);
        if ran.is_empty() {
            return;
        }
        installs.push(ran);
    }
    panic!("each of {CHANGES} changes installed something: {installs:?}");
}

/// Changes of which one at least has to install nothing. A solver that has begun to fetch a result, gives that up since
/// a step after it is cached too, and then needs the result after all, runs the step: with two services at the same time
/// this happens now and then. Source: moby/buildkit, `solver/edge.go`, `loadCache` and `processUpdate`.
const CHANGES: usize = 3;

/// Changes what the shared kernel compiles to, and what its dependents see of it; as often as it is asked.
fn change_kernel(erp: &Workspace) {
    static CHANGES: AtomicUsize = AtomicUsize::new(0);
    let number = CHANGES.fetch_add(1, Ordering::Relaxed);
    erp.append(
        "shared/kernel/src/index.ts",
        &format!("export const changed{number} = '{}';\n", never_before()),
    );
}

fn assert_installs_nothing(progress: &Progress) {
    assert_eq!(
        installs_of(progress),
        Vec::<String>::new(),
        "{:?}",
        progress.ran()
    );
}

/// Returns the steps that install something, of those that ran.
fn installs_of(progress: &Progress) -> Vec<String> {
    let ran = progress.ran().into_iter();
    let installs = ran.filter(|name| name.starts_with("install") || name.starts_with("set up"));
    installs.map(str::to_owned).collect()
}

/// Plain output as the client prints it, since that is what people and CI logs show: each line of a step says CACHED,
/// but for those that load or resolve something.
#[test]
fn every_line_of_a_rebuild_says_cached() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    for service in ["auth", "notification"] {
        let _ = engine.build(&erp).service(service).steps();
        let arguments = ["--progress=plain", "--output=type=cacheonly"];
        let again = engine
            .build(&erp)
            .service(service)
            .args(arguments)
            .client(&[])
            .succeeded();
        assert_eq!(uncached(&again.stderr), Vec::<String>::new(), "{}", again.stderr);
    }
}

#[test]
fn what_a_build_writes_beside_its_package_is_gone_with_it() {
    let engine = Engine::take();
    // Every directory that steps of builds or installs have caches in, or had.
    let places =
        "/vextrus /vextrus/compiled /vextrus/turns /pnpm/store /root/.cache /root/.npm /var/cache/apt";
    let tiny = Workspace::tiny(&format!(
        "for place in {places}; do mkdir -p $place; ls $place; echo > $place/planted; done\n"
    ));
    tiny.write("other.js", format!("// {}\n", never_before()));
    let first = engine.build(&tiny).file("service.toml").steps();
    assert!(!first.log().contains("planted"), "{}", first.log());
    tiny.write("other.js", format!("// {}\n", never_before()));
    let second = engine.build(&tiny).file("service.toml").steps();
    assert_eq!(
        second
            .ran()
            .iter()
            .filter(|name| name.starts_with("build "))
            .count(),
        1
    );
    assert!(!second.log().contains("planted"), "{}", second.log());
}

/// Returns the lines of plain output, but for the engine's own, whose step ended in another way than from the cache.
fn uncached(plain: &str) -> Vec<String> {
    let own = [
        "[internal] ",
        "resolve image config ",
        "docker-image://",
        "resolving provenance",
        "exporting ",
    ];
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    let mut cached = BTreeSet::new();
    for line in plain.lines() {
        let Some((number, text)) = line.strip_prefix('#').and_then(|line| line.split_once(' ')) else {
            continue;
        };
        // The first line of a number is the step's name; the number 0 is the client's.
        names.entry(number).or_insert(text);
        if text == "CACHED" {
            cached.insert(number);
        }
    }
    assert!(names.len() > 10, "no plain output: {plain}");
    names
        .into_iter()
        .filter(|(number, name)| {
            *number != "0" && !cached.contains(number) && !own.iter().any(|start| name.starts_with(start))
        })
        .map(|(_, name)| name.to_owned())
        .collect()
}

use super::*;

/// A package of the lockfile: name, dependencies, `libc`; one with a dash-separated `linux` in its name is a
/// platform package.
fn package(name: &str, dependencies: &[&str], libc: &[&str]) -> Arc<Evidence> {
    let strings = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    let os = ["linux", "darwin", "win32"]
        .into_iter()
        .find(|os| name.contains(os));
    Arc::new(Evidence {
        name: name.to_owned(),
        dependencies: strings(dependencies),
        os: os.into_iter().map(str::to_owned).collect(),
        libc: strings(libc),
        scripts_run: true,
        ..Evidence::default()
    })
}

fn names(set: &BTreeSet<String>) -> Vec<&str> {
    set.iter().map(String::as_str).collect()
}

#[test]
fn what_a_package_runs_on_is_read_from_its_dependencies() {
    type Packages = Vec<Arc<Evidence>>;
    // What each needs: `glibc`, `any` for machine code of both kinds, or nothing; and whether it compiles.
    let cases: [(&str, Packages, &str, bool); 13] = [
        (
            "pure",
            vec![package("pure", &["lodash"], &[]), package("lodash", &[], &[])],
            "",
            false,
        ),
        (
            "sharp",
            vec![
                package(
                    "sharp",
                    &[
                        "@img/sharp-linux-x64",
                        "@img/sharp-linuxmusl-x64",
                        "@img/sharp-darwin-arm64",
                    ],
                    &[],
                ),
                package(
                    "@img/sharp-linux-x64",
                    &["@img/sharp-libvips-linux-x64"],
                    &["glibc"],
                ),
                package(
                    "@img/sharp-linuxmusl-x64",
                    &["@img/sharp-libvips-linuxmusl-x64"],
                    &["musl"],
                ),
                package("@img/sharp-libvips-linux-x64", &[], &["glibc"]),
                package("@img/sharp-libvips-linuxmusl-x64", &[], &["musl"]),
                package("@img/sharp-darwin-arm64", &[], &[]),
            ],
            "any",
            false,
        ),
        (
            "bcrypt",
            vec![package(
                "bcrypt",
                &["@mapbox/node-pre-gyp", "node-addon-api"],
                &[],
            )],
            "glibc",
            true,
        ),
        (
            "bcrypt",
            vec![package("bcrypt", &["node-addon-api", "node-gyp-build"], &[])],
            "any",
            false,
        ),
        (
            "argon2",
            vec![package(
                "argon2",
                &["@phc/format", "node-addon-api", "node-gyp-build"],
                &[],
            )],
            "any",
            false,
        ),
        (
            "esbuild",
            vec![
                package("esbuild", &["@esbuild/linux-x64"], &[]),
                package("@esbuild/linux-x64", &[], &[]),
            ],
            "any",
            false,
        ),
        (
            "only-gnu",
            vec![
                package("only-gnu", &["only-gnu-linux-x64"], &[]),
                package("only-gnu-linux-x64", &[], &["glibc"]),
            ],
            "glibc",
            false,
        ),
        // Published before npm knew `libc`.
        (
            "old-napi",
            vec![
                package("old-napi", &["old-napi-linux-x64-gnu"], &[]),
                package("old-napi-linux-x64-gnu", &[], &[]),
            ],
            "glibc",
            false,
        ),
        (
            "old-napi",
            vec![
                package(
                    "old-napi",
                    &["old-napi-linux-x64-gnu", "old-napi-linux-x64-musl"],
                    &[],
                ),
                package("old-napi-linux-x64-gnu", &[], &[]),
                package("old-napi-linux-x64-musl", &[], &[]),
            ],
            "any",
            false,
        ),
        (
            "fsevents-user",
            vec![
                package("fsevents-user", &["x-darwin"], &[]),
                package("x-darwin", &[], &[]),
            ],
            "",
            false,
        ),
        (
            "@temporalio/core-bridge",
            vec![package("@temporalio/core-bridge", &[], &[])],
            "glibc",
            false,
        ),
        (
            "@prisma/engines",
            vec![package("@prisma/engines", &[], &[])],
            "glibc",
            false,
        ),
        (
            "better-sqlite3",
            vec![package("better-sqlite3", &["bindings", "prebuild-install"], &[])],
            "glibc",
            true,
        ),
    ];
    for (name, packages, needs, compiles) in cases {
        let native = survey(&packages);
        let is = |expected: &str| if needs == expected { vec![name] } else { vec![] };
        assert_eq!(names(&native.needs_glibc), is("glibc"), "{name}");
        assert_eq!(names(&native.portable), is("any"), "{name}");
        assert_eq!(native.compiles.contains(name), compiles, "{name}");
        assert_eq!(native.is_portable(), needs.is_empty(), "{name}");
    }
}

#[test]
fn a_package_whose_scripts_do_not_run_does_not_compile() {
    let mut quiet = Arc::unwrap_or_clone(package("bcrypt", &["node-gyp"], &[]));
    quiet.scripts_run = false;
    let native = survey(&[Arc::new(quiet)]);
    assert!(native.compiles.is_empty());
    assert_eq!(names(&native.needs_glibc), ["bcrypt"]);
}

#[test]
fn packages_for_other_systems_ask_for_nothing() {
    for (os, runs) in [
        (&[][..], true),
        (&["linux"][..], true),
        (&["darwin", "linux"], true),
        (&["!win32"], true),
        (&["darwin"], false),
        (&["!linux"], false),
    ] {
        let package = Evidence {
            name: "native".to_owned(),
            dependencies: vec!["node-addon-api".to_owned()],
            os: os.iter().map(|os| (*os).to_owned()).collect(),
            scripts_run: true,
            unreviewed: true,
            ..Evidence::default()
        };
        let native = survey(&[Arc::new(package)]);
        assert_eq!(native.may_run.len(), usize::from(runs), "{os:?}");
        assert_eq!(native.needs_glibc.len(), usize::from(runs), "{os:?}");
        assert_eq!(native.unreviewed.len(), usize::from(runs), "{os:?}");
    }
}

/// Returns a package of a version.
fn of_version(name: &str, version: &str) -> Arc<Evidence> {
    Arc::new(Evidence {
        name: name.to_owned(),
        version: version.to_owned(),
        ..Evidence::default()
    })
}

#[test]
fn clients_of_prisma_look_for_openssl_until_they_have_no_machine_code() {
    for (package, version, looks) in [
        ("@prisma/client", "6.19.2(prisma@6.19.2)", true),
        ("@prisma/client", "5.0.0", true),
        ("@prisma/client", "7.0.1(prisma@7.0.1)", false),
        ("@prisma/client", "10.1.0", false),
        ("@prisma/get-platform", "7.0.1", true),
        ("@prisma/adapter-pg", "6.19.2", false),
        ("openssl", "1.0.0", false),
    ] {
        let native = survey(&[of_version(package, version)]);
        assert_eq!(native.demand().openssl, looks, "{package} {version}");
        assert_eq!(!native.needs_glibc.is_empty(), looks, "{package} {version}");
    }
}

#[test]
fn the_driver_of_a_test_runner_is_no_reason_for_glibc() {
    let driver = of_version("playwright-core", "1.50.0");
    let runner = of_version("@playwright/test", "1.50.0");
    assert_eq!(
        names(&survey(std::slice::from_ref(&driver)).needs_glibc),
        ["playwright-core"]
    );
    assert!(survey(&[driver, runner]).needs_glibc.is_empty());
}

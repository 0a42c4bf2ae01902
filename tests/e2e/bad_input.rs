//! Mistakes: each gives one error that says what to do, and a clean end.
//!
//! The snapshots hold all that the user sees, the lines that buildx prints above the error included.

use insta::assert_snapshot;
use vextrus_e2e::{Engine, Refused, Workspace};

const MANIFEST: &str = "services/auth/service.toml";
const SYNTAX: &str = "# syntax=vextrus/frontend\n";

/// Returns what the user sees when the service auth is built after a mistake was made. No step may have run.
fn refusal(mistake: impl FnOnce(&Workspace)) -> String {
    let refused = refused(mistake, &[]);
    assert_eq!(
        refused.progress.ran(),
        Vec::<&str>::new(),
        "steps ran before the mistake was found"
    );
    refused.message().to_owned()
}

/// As `refusal`, of a mistake that a step has to run for.
fn refusal_of_step(mistake: impl FnOnce(&Workspace)) -> String {
    refused(mistake, &[]).message().to_owned()
}

fn refused(mistake: impl FnOnce(&Workspace), args: &[&str]) -> Refused {
    let engine = Engine::take();
    let erp = Workspace::erp();
    mistake(&erp);
    engine
        .build(&erp)
        .service("auth")
        .args(args.iter().copied())
        .refused()
}

/// Returns the error itself, without the places above it.
fn error_of(message: &str) -> &str {
    &message[message.find("ERROR: ").unwrap()..]
}

/// Returns what the user sees for a manifest of the service.
fn refusal_of_manifest(text: &str) -> String {
    refusal(|erp| _ = erp.write(MANIFEST, format!("{SYNTAX}{text}")))
}

mod manifest {
    use super::*;

    #[test]
    fn is_no_toml() {
        assert_snapshot!(refusal_of_manifest("\n[run]\nport = [3000\n"));
    }

    #[test]
    fn has_two_mistakes() {
        assert_snapshot!(refusal_of_manifest("\n[run]\nport = 70000\nuser = \"node\"\n"));
    }

    #[test]
    fn has_an_unknown_key() {
        assert_snapshot!(refusal_of_manifest("\n[run]\nprot = 3000\n"));
    }

    #[test]
    fn has_a_value_of_the_wrong_type() {
        assert_snapshot!(refusal_of_manifest("\n[run]\nport = \"three thousand\"\n"));
    }

    #[test]
    fn is_not_utf_8() {
        assert_snapshot!(refusal(
            |erp| _ = erp.write(MANIFEST, b"# syntax=vextrus/frontend\nnode = \"\xff\xfe\"\n")
        ));
    }

    #[test]
    fn is_ten_megabytes_long() {
        let comments = "# a line that says nothing at all, again\n".repeat(10_000_000 / 41);
        let message = refusal_of_manifest(&comments);
        let error = error_of(&message);
        assert!(
            error.contains("service.toml") && error.contains("larger"),
            "{message}"
        );
        assert!(message.len() < 2000, "the error repeats the file");
    }

    #[test]
    fn names_a_package_that_is_not_there() {
        assert_snapshot!(refusal_of_manifest("package = \"@erp/auth-servise\"\n"));
    }

    #[test]
    fn names_a_node_version_that_is_none() {
        assert_snapshot!(refusal_of_manifest("node = \"twenty-two\"\n"));
    }

    #[test]
    fn names_a_pnpm_version_that_is_none() {
        assert_snapshot!(refusal_of_manifest("pnpm = \"latest\"\n"));
    }

    #[test]
    fn leads_out_of_the_workspace() {
        let text = "[build]\nfiles = [\"../../../etc/passwd\"]\n\n[run]\nfiles = [\"../outside.json\"]\nwritable = [\"../../../etc\"]\n";
        assert_snapshot!(refusal_of_manifest(text));
    }

    #[test]
    fn names_a_script_that_is_missing() {
        assert_snapshot!(refusal_of_manifest("[build]\nscript = \"build:production\"\n"));
    }

    #[test]
    fn names_a_file_that_is_missing() {
        let text = format!("{SYNTAX}[build]\nfiles = [\"tsconfig.common.json\"]\n");
        let message = refusal_of_step(|erp| _ = erp.write(MANIFEST, text));
        assert!(message.starts_with("services/auth/service.toml:3\n"), "{message}");
        assert!(error_of(&message).contains("tsconfig.common.json"), "{message}");
    }

    #[test]
    fn lies_beside_no_package() {
        let engine = Engine::take();
        let erp = Workspace::erp();
        erp.write("deploy/service.toml", SYNTAX);
        let refused = engine.build(&erp).file("deploy/service.toml").refused();
        assert_eq!(refused.progress.ran(), Vec::<&str>::new());
        assert_snapshot!(refused.message());
    }

    #[test]
    fn has_no_such_target() {
        let mistake = |erp: &Workspace| {
            _ = erp.write(
                MANIFEST,
                format!("{SYNTAX}[target.worker]\ncommand = \"node dist/main.js\"\n"),
            )
        };
        assert_snapshot!(refused(mistake, &["--target", "wroker"]).message());
    }

    #[test]
    fn names_a_base_that_is_not_there() {
        let message = refusal_of_manifest("base = \"vextrus-e2e/nowhere:1\"\n");
        // Why it is not there is the registry's answer, which depends on the network.
        assert!(message.starts_with("services/auth/service.toml:2\n"), "{message}");
        assert!(
            message.contains(">>> base = \"vextrus-e2e/nowhere:1\""),
            "{message}"
        );
        assert!(error_of(&message).contains("vextrus-e2e/nowhere:1"), "{message}");
    }

    #[test]
    fn names_a_node_version_that_has_no_image() {
        let message = refusal_of_manifest("node = \"22.99.99\"\n");
        assert!(message.starts_with("services/auth/service.toml:2\n"), "{message}");
        assert!(error_of(&message).contains("node:22.99.99"), "{message}");
    }
}

mod lockfile {
    use super::*;

    #[test]
    fn is_missing() {
        assert_snapshot!(refusal(|erp| _ = erp.remove("pnpm-lock.yaml")));
    }

    #[test]
    fn is_too_old() {
        assert_snapshot!(refusal(|erp| _ = erp.replace(
            "pnpm-lock.yaml",
            "lockfileVersion: '9.0'",
            "lockfileVersion: 5.4"
        )));
    }

    #[test]
    fn has_a_merge_conflict() {
        assert_snapshot!(refusal(|erp| {
            let ours = "  .:\n    devDependencies:\n";
            erp.replace(
                "pnpm-lock.yaml",
                ours,
                &format!("<<<<<<< HEAD\n{ours}=======\n>>>>>>> main\n"),
            );
        }));
    }

    #[test]
    fn lacks_the_service() {
        assert_snapshot!(refusal(|erp| {
            let text = erp.read("pnpm-lock.yaml");
            let (head, rest) = text.split_once("  services/auth:\n").unwrap();
            let next = rest.find("  services/file-storage:\n").unwrap();
            erp.write("pnpm-lock.yaml", format!("{head}{}", &rest[next..]));
        }));
    }

    #[test]
    fn lacks_a_package_that_it_refers_to() {
        assert_snapshot!(refusal(|erp| {
            let lockfile = erp.read("pnpm-lock.yaml");
            erp.write(
                "pnpm-lock.yaml",
                lockfile.replace("\n  bcrypt@5.1.1:\n", "\n  other@5.1.1:\n"),
            );
        }));
    }

    #[test]
    fn has_another_range_for_a_dependency_of_the_service() {
        assert_snapshot!(refusal(|erp| {
            erp.replace(
                "services/auth/package.json",
                "\"bcrypt\": \"^5.1.1\"",
                "\"bcrypt\": \"^6.0.0\"",
            );
        }));
    }

    #[test]
    fn lacks_a_dependency_of_a_shared_package() {
        assert_snapshot!(refusal(|erp| {
            let pino = "    \"pino\": \"^9.9.0\"";
            erp.replace(
                "shared/infrastructure/package.json",
                pino,
                &format!("    \"pg\": \"^8.0.0\",\n{pino}"),
            );
        }));
    }

    #[test]
    fn has_another_range_outside_the_closure() {
        let engine = Engine::take();
        let erp = Workspace::erp();
        let before = engine.build(&erp).service("auth").run();
        erp.replace(
            "services/notification/package.json",
            "\"handlebars\": \"^4.7.8\"",
            "\"handlebars\": \"^5.0.0\"",
        );
        let after = engine.build(&erp).service("auth").run();
        assert_eq!(after.image.digest(), before.image.digest());
        assert_snapshot!(after.progress.warnings().join("\n"));
    }
}

mod workspace {
    use super::*;

    #[test]
    fn has_a_service_with_a_broken_package_json() {
        assert_snapshot!(refusal(|erp| _ = erp.replace(
            "services/auth/package.json",
            "\"private\": true,",
            "\"private\": true"
        )));
    }

    #[test]
    fn has_a_shared_package_with_a_broken_package_json() {
        assert_snapshot!(refusal(|erp| _ = erp.replace(
            "shared/utils/package.json",
            "\"private\": true,",
            "\"private\": yes,"
        )));
    }

    #[test]
    fn has_a_package_json_of_the_wrong_shape() {
        assert_snapshot!(refusal(|erp| {
            erp.replace(
                "services/auth/package.json",
                "\"bcrypt\": \"^5.1.1\"",
                "\"bcrypt\": 5",
            );
        }));
    }

    #[test]
    fn has_a_broken_pnpm_workspace_yaml() {
        assert_snapshot!(refusal(|erp| _ = erp.write(
            "pnpm-workspace.yaml",
            "packages:\n  - \"shared/*\n  - services/*\n"
        )));
    }

    #[test]
    fn has_another_package_manager() {
        assert_snapshot!(refusal(
            |erp| _ = erp.replace("package.json", "pnpm@9.15.9", "yarn@4.1.0")
        ));
    }

    #[test]
    fn has_a_cycle() {
        assert_snapshot!(refusal(|erp| {
            let files = "  \"files\": [\n    \"dist\"\n  ],\n";
            let dependency = "  \"dependencies\": {\n    \"@erp/utils\": \"workspace:*\"\n  },\n";
            erp.replace(
                "shared/kernel/package.json",
                files,
                &format!("{files}{dependency}"),
            );
            let locked = "  shared/kernel:\n    dependencies:\n      '@erp/utils':\n        specifier: workspace:*\n        version: link:../utils\n";
            erp.replace("pnpm-lock.yaml", "  shared/kernel: {}\n", locked);
        }));
    }

    #[test]
    fn lacks_a_directory_that_the_lockfile_links_to() {
        let message = refusal(|erp| _ = erp.remove("shared/utils"));
        assert!(error_of(&message).contains("shared/utils"), "{message}");
    }

    #[test]
    fn has_a_package_json_that_leads_out_of_the_context() {
        let message = refusal(|erp| _ = erp.link("services/auth/package.json", "/etc/passwd"));
        assert!(
            !message.contains("root:"),
            "a file outside the context was read:\n{message}"
        );
        let error = error_of(&message);
        assert!(
            error.contains("package.json") && error.contains("link"),
            "{message}"
        );
    }

    #[test]
    fn has_a_directory_that_leads_out_of_the_context() {
        let message = refusal(|erp| _ = erp.link("shared/utils", "../../../../../../etc"));
        assert!(error_of(&message).contains("shared/utils"), "{message}");
    }

    #[test]
    fn has_a_lockfile_that_leads_to_itself() {
        let message = refusal(|erp| _ = erp.link("pnpm-lock.yaml", "pnpm-lock.yaml"));
        assert!(error_of(&message).contains("pnpm-lock.yaml"), "{message}");
    }
}

mod step {
    use super::*;

    #[test]
    fn fails_in_the_services_script() {
        let broken = "export const port: number = 'three thousand';\n";
        let refused = refused(|erp| _ = erp.append("services/auth/src/main.ts", broken), &[]);
        // The compiler's own words, with its place in the source.
        let said = "Type 'string' is not assignable to type 'number'";
        assert!(
            refused.progress.log().contains(said),
            "{}",
            refused.progress.log()
        );
        assert_snapshot!(refused.message());
    }

    #[test]
    fn fails_in_a_shared_packages_script() {
        let message = refusal_of_step(|erp| {
            erp.write(MANIFEST, format!("{SYNTAX}\n[build]\nscript = \"build\"\n"));
            erp.replace(
                "shared/kernel/package.json",
                "rimraf dist && tsc -p tsconfig.build.json",
                "exit 3",
            );
        });
        assert_snapshot!(message);
    }

    #[test]
    fn leaves_no_entry_file() {
        assert_snapshot!(refusal_of_step(|erp| {
            erp.replace(
                "services/auth/package.json",
                "node dist/main.js",
                "node dist/server.js",
            );
            erp.replace(
                "services/auth/package.json",
                "\"main\": \"dist/main.js\"",
                "\"main\": \"dist/server.js\"",
            );
            erp.replace(
                "services/auth/package.json",
                "\"build\": \"nest build\"",
                "\"build\": \"nest build && mv dist lib\"",
            );
        }));
    }
}

//! Scripts that read of other packages what these declare, and none of their code.

use super::operators::conjunction;
use super::prefixes::strip_prefixes;
use crate::kinds::node::workspace::PackageJson;
use crate::kinds::node::workspace::tools::Nest;

/// How many scripts that run each other are followed.
const MAX_DEPTH: usize = 8;
/// Programs that look at no other package at all.
const OWN: [&str; 7] = [":", "echo", "mkdir", "rimraf", "rm", "touch", "true"];
/// Programs that copy what they are told to.
const COPY: [&str; 5] = ["copyfiles", "cp", "cpx", "cpy", "ncp"];

/// Whether a script, with what a package manager runs before and after it, does nothing but compile by types: of a package
/// that it imports from such a compiler reads the declarations, and whether files are there.
///
/// What is not known to be so is not: bundlers and programs of the repository's own read code. `nest` is what the
/// package's `nest-cli.json` says.
pub(in super::super) fn reads_declarations(
    manifest: &PackageJson,
    nest: Option<&Nest>,
    script: &str,
) -> bool {
    let hooks = ["pre", "post"].map(|hook| format!("{hook}{script}"));
    let hooks = hooks.iter().filter(|hook| manifest.scripts.contains_key(*hook));
    let mut all = hooks.map(String::as_str).chain([script]);
    all.all(|name| compiles(manifest, nest, name, 0))
}

/// Whether a script of a package may download a program before it runs it, where none is installed.
pub(in super::super) fn downloads_programs(manifest: &PackageJson) -> bool {
    let runners = ["npx", "pnpx", "dlx"];
    let mut scripts = manifest.scripts.values();
    scripts.any(|script| runners.iter().any(|runner| script.contains(runner)))
}

fn compiles(manifest: &PackageJson, nest: Option<&Nest>, name: &str, depth: usize) -> bool {
    let parts = manifest.scripts.get(name).and_then(|script| conjunction(script));
    let is_known = |part: &&str| {
        // What a shell puts into its place is run, whatever the command.
        if part.contains('`') || part.contains("$(") {
            return false;
        }
        let mut words = shlex::split(part).unwrap_or_default();
        strip_prefixes(&mut words);
        let Some((program, arguments)) = words.split_first() else {
            return false;
        };
        match program.rsplit('/').next().unwrap_or(program) {
            "tsc" | "vue-tsc" => !arguments.iter().any(|word| is_build_mode(word)),
            "tsc-alias" => true,
            "nest" => arguments.first().is_some_and(|word| word == "build") && !bundles(nest, arguments),
            "npm" | "pnpm" | "yarn" => match arguments {
                [run, name] if run == "run" && depth < MAX_DEPTH => compiles(manifest, nest, name, depth + 1),
                _ => false,
            },
            program if OWN.contains(&program) => true,
            program if COPY.contains(&program) => arguments.iter().all(|word| is_own(word)),
            _ => false,
        }
    };
    parts.is_some_and(|parts| parts.iter().all(is_known))
}

/// Whether a word has TypeScript's compiler build what a project refers to as well, and look at what was built of that.
/// It takes the word in any case, with one dash or two.
fn is_build_mode(word: &str) -> bool {
    let name = word.trim_start_matches('-').to_lowercase();
    word.starts_with('-') && ["b", "build"].contains(&name.as_str())
}

/// Whether `nest build` reads code: where it bundles, where it copies something of other packages, and where it is told of
/// another `nest-cli.json`.
fn bundles(nest: Option<&Nest>, arguments: &[String]) -> bool {
    const FLAGS: [&str; 5] = ["--webpack", "--builder", "--config", "-b", "-c"];
    let is_flag = |word: &String| FLAGS.iter().any(|flag| word.starts_with(flag));
    arguments.iter().any(is_flag) || nest.is_some_and(|nest| nest.reads_code)
}

/// Whether a path that a script names lies in its own package.
fn is_own(word: &str) -> bool {
    !word.starts_with(['/', '~']) && !["$", "..", "node_modules"].iter().any(|part| word.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;

    fn reads(scripts: &str, nest: Option<&str>) -> bool {
        let file = SourceFile::new("package.json", format!("{{\"scripts\":{scripts}}}"));
        let manifest = PackageJson::parse(&file).unwrap();
        reads_declarations(&manifest, nest.map(Nest::parse).as_ref(), "build")
    }

    #[test]
    fn a_compiler_reads_declarations() {
        for script in [
            "tsc",
            "tsc -p tsconfig.build.json",
            "rimraf dist && tsc -p .",
            "rm -rf dist && NODE_ENV=production npx tsc && tsc-alias",
            "./node_modules/.bin/tsc && cp -r src/templates dist/",
            "nest build",
        ] {
            assert!(reads(&format!("{{\"build\":\"{script}\"}}"), None), "{script}");
        }
        let scripts = r#"{"clean":"rimraf dist","prebuild":"npm run clean","build":"pnpm run esm && pnpm run cjs","esm":"tsc -m es2022","cjs":"tsc"}"#;
        assert!(reads(scripts, None));
    }

    #[test]
    fn what_runs_a_program_that_is_not_installed_downloads_it() {
        let downloads = |script: &str| {
            let file = SourceFile::new("package.json", format!(r#"{{"scripts":{{"build":"{script}"}}}}"#));
            downloads_programs(&PackageJson::parse(&file).unwrap())
        };
        for script in [
            "npx rimraf dist && tsc",
            "pnpx tsc",
            "NODE_ENV=production pnpm dlx tsc",
        ] {
            assert!(downloads(script), "{script}");
        }
        for script in ["tsc", "pnpm exec tsc", "exec nest build"] {
            assert!(!downloads(script), "{script}");
        }
    }

    #[test]
    fn whatever_else_runs_may_read_code() {
        for script in [
            "tsc -b",
            "tsc --build",
            "tsc -B --force",
            "tsc && echo `node x.js`",
            "tsc && echo '$(node x.js)'",
            "tsc && copyfiles {..,src}/*.js dist",
            "tsc && cp $INIT_CWD/kit/x.js dist",
            "nest build -c other.json",
            "nest build -bwebpack",
            "tsup",
            "tsc && node scripts/after.js",
            "tsc; node x.js",
            "tsc || true",
            "tsc && cp ../kit/dist/x.js dist/",
            "cp -r node_modules/@a/b/dist dist && tsc",
            "nest start",
            "nest build --webpack",
            "nest build -b webpack",
            "npm run missing",
            "npm test",
            "",
        ] {
            assert!(!reads(&format!("{{\"build\":\"{script}\"}}"), None), "{script}");
        }
        assert!(!reads(r#"{"build":"tsc","postbuild":"node x.js"}"#, None));
        assert!(!reads(r#"{"build":"npm run build"}"#, None));
        assert!(!reads("{}", None));
    }

    #[test]
    fn nest_is_what_its_file_says() {
        for (file, expected) in [
            ("{}", true),
            (
                r#"{"compilerOptions":{"deleteOutDir":true,"plugins":["@nestjs/swagger"]}}"#,
                true,
            ),
            (r#"{"compilerOptions":{"builder":"swc","typeCheck":true}}"#, true),
            (
                r#"{"compilerOptions":{"builder":{"type":"tsc","options":{"configPath":"a"}}}}"#,
                true,
            ),
            (r#"{"compilerOptions":{"webpack":true}}"#, false),
            (r#"{"compilerOptions":{"builder":"webpack"}}"#, false),
            (r#"{"compilerOptions":{"builder":{"type":"webpack"}}}"#, false),
            (
                r#"{"compilerOptions":{"assets":["../../libs/a/dist/*.js"]}}"#,
                false,
            ),
            (r#"{"monorepo":true,"root":"apps/a"}"#, false),
            ("no json", false),
        ] {
            assert_eq!(reads(r#"{"build":"nest build"}"#, Some(file)), expected, "{file}");
        }
    }
}

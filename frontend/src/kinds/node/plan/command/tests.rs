use std::fmt::Write as _;

use super::*;
use crate::diagnostic::SourceFile;

mod entries;
mod guesses;
mod runners;

fn package(json: &str) -> PackageJson {
    PackageJson::parse(&SourceFile::new("package.json", json)).unwrap()
}

/// A package with one start script, some others that it may run, and tools in both fields.
fn with_start(script: &str) -> PackageJson {
    let scripts = serde_json::json!({
        "start:prod": script,
        "build": "nest build",
        "compile": "rimraf dist && tsc",
        "serve": "node dist/server.js",
        "db:migrate": "prisma migrate deploy",
        "prepare:all": "pnpm db:migrate && node seed.js",
        "circle": "npm run circle",
    });
    let manifest = serde_json::json!({
        "main": "dist/main.js",
        "scripts": scripts,
        "dependencies": { "next": "1" },
        "devDependencies": { "prisma": "1", "tsx": "1" },
    });
    package(&manifest.to_string())
}

/// Writes a command as a line: variables, words, `+` the packages it needs, `ts` where it runs sources.
fn line(inferred: &Inferred) -> String {
    let mut text = String::new();
    for (name, value) in &inferred.env {
        write!(text, "{name}={value} ").unwrap();
    }
    for file in &inferred.env_files {
        write!(text, "<{file} ").unwrap();
    }
    text.push_str(&shlex::try_join(inferred.command.args.iter().map(String::as_str)).unwrap());
    for program in inferred
        .programs
        .iter()
        .filter(|_| inferred.command.args[0] != "sh")
    {
        write!(text, " +{program}").unwrap();
    }
    text + if inferred.runs_sources { " ts" } else { "" }
}

fn read(script: &str) -> Option<String> {
    let manifest = with_start(script);
    let scripts = Scripts {
        manifest: &manifest,
        nest_entry: Some("dist/main"),
    };
    scripts.read(script, 0).as_ref().map(line)
}

#[test]
fn start_scripts_become_plain_node() {
    for (script, expected) in [
        ("node dist/main", "node dist/main"),
        ("node dist/main.js", "node dist/main.js"),
        ("node ./dist/main.js", "node dist/main.js"),
        ("node dist", "node dist"),
        ("node .", "node dist/main.js"),
        ("node 'dist/my main.js'", "node 'dist/my main.js'"),
        ("node \"dist/main.js\"", "node dist/main.js"),
        (
            "node build/index.mjs --port 3000",
            "node build/index.mjs --port 3000",
        ),
        (
            "node dist/main.js --filter \"a|b\"",
            "node dist/main.js --filter 'a|b'",
        ),
        ("node --env-file=.env dist/index.js", "node dist/index.js"),
        ("node --env-file .env dist/index.js", "node dist/index.js"),
        (
            "node --env-file-if-exists=.env dist/index.js",
            "node dist/index.js",
        ),
        (
            "node --enable-source-maps dist/main",
            "node --enable-source-maps dist/main",
        ),
        (
            "node --max-old-space-size=4096 dist/main",
            "node '--max-old-space-size=4096' dist/main",
        ),
        ("node --title api dist/main.js", "node --title api dist/main.js"),
        (
            "node -r dotenv/config dist/main.js",
            "node -r dotenv/config dist/main.js +dotenv",
        ),
        ("node -r ./tracing.js dist/main", "node -r ./tracing.js dist/main"),
        (
            "node --import ./dist/instrument.js dist/main.js",
            "node --import ./dist/instrument.js dist/main.js",
        ),
        (
            "node --import=tsx src/index.ts",
            "node '--import=tsx' src/index.ts +tsx ts",
        ),
        (
            "node -r ts-node/register src/a.ts",
            "node -r ts-node/register src/a.ts +ts-node ts",
        ),
        (
            "node --loader @swc-node/register/esm src/a.ts",
            "node --loader @swc-node/register/esm src/a.ts +@swc-node/register ts",
        ),
        ("node -e \"require('./dist')\"", "node -e \"require('./dist')\""),
        (
            "NODE_ENV=production node dist/main",
            "NODE_ENV=production node dist/main",
        ),
        (
            "NODE_OPTIONS='--max-old-space-size=512 -r x' node a.js",
            "NODE_OPTIONS=--max-old-space-size=512 -r x node a.js",
        ),
        (
            "cross-env NODE_ENV=production node dist/src/main.js",
            "NODE_ENV=production node dist/src/main.js",
        ),
        ("exec node dist/main.js", "node dist/main.js"),
        ("env PORT=1 node dist/main.js", "PORT=1 node dist/main.js"),
        ("dumb-init node dist/main.js", "node dist/main.js"),
        ("tini -g -- node dist/main.js", "node dist/main.js"),
        ("dotenv -e .env -- node x.js", "node x.js"),
        ("dotenv -e .env node x.js", "node x.js"),
        (
            "dotenvx run -f .env.production -- node x.js",
            "<.env.production node x.js",
        ),
        (
            "node --env-file=.env --env-file=.env.defaults dist/index.js",
            "<.env.defaults node dist/index.js",
        ),
        (
            "dotenv -e config/base.env -- tsx --env-file=.env.production src/a.ts",
            "<config/base.env <.env.production node --import tsx src/a.ts +tsx ts",
        ),
        ("env-cmd -f ./config/.env node x.js", "node x.js"),
        ("env-cmd .env node x.js", "node x.js"),
        ("nest start", "node dist/main.js"),
        ("nest start --entryFile worker", "node dist/worker.js"),
        ("npx -y nest start", "node dist/main.js"),
        ("pm2-runtime dist/main.js", "node dist/main.js"),
        ("pm2-runtime start dist/main.js", "node dist/main.js"),
        ("npm run serve", "node dist/server.js"),
        ("npm run -s serve -- --port 80", "node dist/server.js --port 80"),
        ("pnpm serve", "node dist/server.js"),
        ("yarn serve", "node dist/server.js"),
        ("pnpm exec node dist/main.js", "node dist/main.js"),
        ("pnpm node dist/main.js", "node dist/main.js"),
        ("node --run serve", "node dist/server.js"),
        ("PORT=1 npm run serve", "PORT=1 node dist/server.js"),
        ("npm run build && node dist/main.js", "node dist/main.js"),
        ("npm run compile && node dist/main.js", "node dist/main.js"),
        (
            "npm run compile && pnpm compile && npm run serve",
            "node dist/server.js",
        ),
        ("node ./bin/www", "node bin/www"),
        (
            "rimraf dist && tsc -p . && node dist/main.js",
            "node dist/main.js",
        ),
        (
            "rm -rf dist && pnpm run build:all && pnpm serve",
            "node dist/server.js",
        ),
        ("nest build && nest start", "node dist/main.js"),
    ] {
        assert_eq!(read(script).as_deref(), Some(expected), "{script}");
    }
}

#[test]
fn programs_and_sources_run_as_they_are() {
    for (script, expected) in [
        ("next start -p 3000", "node_modules/.bin/next start -p 3000 +next"),
        (
            "./node_modules/.bin/next start",
            "node_modules/.bin/next start +next",
        ),
        ("pnpm next start", "node_modules/.bin/next start +next"),
        ("npx next start", "node_modules/.bin/next start +next"),
        (
            "remix-serve build/index.js",
            "node_modules/.bin/remix-serve build/index.js +@remix-run/serve",
        ),
        ("serve -s build", "node_modules/.bin/serve -s build +serve"),
        ("./start.sh", "./start.sh"),
        ("sh scripts/start.sh", "sh scripts/start.sh"),
        ("tsx src/index.ts", "node --import tsx src/index.ts +tsx ts"),
        (
            "tsx --env-file=.env src/index.ts",
            "node --import tsx src/index.ts +tsx ts",
        ),
        (
            "tsx --tsconfig tsconfig.app.json src/index.ts",
            "TSX_TSCONFIG_PATH=tsconfig.app.json node --import tsx src/index.ts +tsx ts",
        ),
        (
            "ts-node src/main.ts",
            "node_modules/.bin/ts-node src/main.ts +ts-node ts",
        ),
    ] {
        assert_eq!(read(script).as_deref(), Some(expected), "{script}");
    }
}

#[test]
fn a_shell_runs_what_only_a_shell_can() {
    for (script, expected) in [
        (
            "prisma migrate deploy && node dist/main.js",
            "prisma migrate deploy && exec node --require /usr/lib/vextrus/init.cjs dist/main.js",
        ),
        ("next start -p $PORT", "exec next start -p $PORT"),
        ("next start -p ${PORT:-3000}", "exec next start -p ${PORT:-3000}"),
        (
            "NODE_ENV=x next start -p $PORT",
            "NODE_ENV=x exec next start -p $PORT",
        ),
        (
            "pnpm db:migrate && pnpm serve",
            "prisma migrate deploy && exec node --require /usr/lib/vextrus/init.cjs dist/server.js",
        ),
        (
            "npm run prepare:all && npm run serve",
            "prisma migrate deploy && node seed.js && exec node --require /usr/lib/vextrus/init.cjs dist/server.js",
        ),
        (
            "dotenv -e .env -- prisma migrate deploy && next start",
            "prisma migrate deploy && exec next start",
        ),
        // Node would end without the file.
        (
            "prisma migrate deploy && node --env-file=.env dist/main.js",
            "prisma migrate deploy && exec node --require /usr/lib/vextrus/init.cjs dist/main.js",
        ),
        // It only sounds like a build.
        (
            "node build/migrate.js && node build/index.js",
            "node build/migrate.js && exec node --require /usr/lib/vextrus/init.cjs build/index.js",
        ),
        (
            "cd dist && node main.js",
            "cd dist && exec node --require /usr/lib/vextrus/init.cjs main.js",
        ),
        (
            "node dist/main.js | pino-pretty",
            "node dist/main.js | pino-pretty",
        ),
        (
            "node dist/a.js & node dist/b.js",
            "node dist/a.js & node dist/b.js",
        ),
        ("node dist/main.js > log.txt", "node dist/main.js > log.txt"),
        (
            "A='b c' node dist/main.js && X='y z' node a.js",
            "A='b c' node dist/main.js && X='y z' node a.js",
        ),
        (
            "node -e \"a && b\" && node -e 'c && d'",
            "node -e \"a && b\" && exec node --require /usr/lib/vextrus/init.cjs -e 'c && d'",
        ),
    ] {
        let manifest = with_start(script);
        let found = Scripts {
            manifest: &manifest,
            nest_entry: None,
        }
        .read(script, 0)
        .unwrap_or_else(|| panic!("{script}"));
        assert_eq!(found.command.args, ["sh", "-c", expected], "{script}");
        assert!(found.command.entry_index.is_none());
        assert_eq!(found.search, ["node_modules/.bin"]);
    }
    let script =
        "dotenv -e base.env -- prisma migrate deploy && node --env-file=.env.production dist/main.js";
    let files = infer(&with_start(script), (None, None), ".", &[]).env_files;
    assert_eq!(files, ["base.env", ".env.production"]);
    let manifest = with_start("prisma migrate deploy && node dist/main.js");
    let programs = infer(&manifest, (None, None), ".", &[]).programs;
    assert!(programs.contains(&"prisma".to_owned()), "{programs:?}");
}

#[test]
fn what_is_for_development_starts_no_image() {
    for script in [
        "",
        "   ",
        "node",
        "node 'dist/main.js",
        "a && 'b",
        "nest start --watch",
        "nest start -w",
        "nest start --debug --watch",
        "node --watch dist/main.js",
        "node --inspect=0.0.0.0 dist/main.js",
        "nodemon dist/main.js",
        "nodemon src/index.ts | pino-pretty",
        "ts-node-dev src/main.ts",
        "tsx watch src/index.ts",
        "tsx --watch src/index.ts",
        "next dev",
        "vite preview",
        "webpack-dev-server --open",
        "turbo run start",
        "concurrently 'npm:a' 'npm:b'",
        "pm2 start dist/main.js",
        "pm2-runtime ecosystem.config.js",
        "bun src/index.ts",
        "docker compose up",
        "npm run circle",
        "npm run missing",
        "pnpm --filter @x/auth start",
        "pnpm -r start",
        "npm run build && nest start --watch",
        "NODE_ENV=production",
        "cross-env",
        "dotenv -e",
    ] {
        assert_eq!(read(script), None, "{script}");
    }
}

#[test]
fn the_most_telling_script_wins_and_development_ones_are_passed_over() {
    let both = package(r#"{"scripts": {"start": "node a.js", "start:prod": "node b.js"}}"#);
    let inferred = infer(&both, (None, None), ".", &[]);
    assert_eq!(
        (line(&inferred).as_str(), inferred.why.as_str()),
        ("node b.js", "scripts.start:prod: node b.js")
    );

    let watching = package(r#"{"main": "dist/x.js", "scripts": {"start": "nodemon src"}}"#);
    let inferred = infer(&watching, (None, None), ".", &[]);
    assert_eq!(
        inferred.why,
        "main: dist/x.js, since scripts.start (`nodemon src`) runs `nodemon`, which no image does"
    );
    assert_eq!(
        inferred.command.entries[..3],
        ["dist/x.js", "dist/src/x.js", "dist/main.js"]
    );

    // A `main` that is a source is for those who import the package.
    let sources = package(r#"{"main": "src/index.ts"}"#);
    let inferred = infer(&sources, (Some("out/app"), None), ".", &[]);
    assert_eq!(inferred.command.entries[0], "out/app.js");
    assert!(inferred.command.entries.contains(&"dist/main.js".to_owned()));
    assert!(!inferred.runs_sources);
}

#[test]
fn a_written_command_stands() {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let inferred = written(&words(&["node", "--import", "tsx", "src/a.ts"]));
    assert_eq!(inferred.command.args, ["node", "--import", "tsx", "src/a.ts"]);
    assert!(inferred.command.entries.is_empty() && inferred.runs_sources);
    assert!(!written(&words(&["node", "dist/a.js"])).runs_sources);
}

#[test]
fn scripts_that_run_each_other_have_an_end() {
    // Ten times more with each step.
    let chain: serde_json::Map<String, serde_json::Value> = (0..8)
        .map(|n| {
            let runs = vec![format!("npm run s{}", n + 1); 10].join(" && ");
            (format!("s{n}"), runs.into())
        })
        .chain([
            ("s8".to_owned(), "node x.js".into()),
            ("start".to_owned(), "npm run s0".into()),
        ])
        .collect();
    let manifest = package(&serde_json::json!({ "scripts": chain }).to_string());
    let scripts = Scripts {
        manifest: &manifest,
        nest_entry: None,
    };
    assert!(scripts.read("npm run s0", 0).is_none());
    let some = scripts.read("npm run s7", 0).unwrap();
    assert_eq!(some.command.args[2].matches("node").count(), 10);

    let itself = package(r#"{"scripts": {}, "dependencies": {"pnpm": "1"}}"#);
    let scripts = Scripts {
        manifest: &itself,
        nest_entry: None,
    };
    assert!(scripts.read(&"pnpm ".repeat(200_000), 0).is_none());
    let many = format!(
        "{}{}node x.js",
        "A=1 ".repeat(200_000),
        "dotenv -- ".repeat(20_000)
    );
    assert!(scripts.read(&many, 0).is_some());
}

#[test]
fn a_runtime_that_no_image_of_node_has_is_named() {
    for (scripts, dependencies, expected) in [
        (
            r#"{ "start": "NODE_ENV=production deno run -A src/serve.ts" }"#,
            "{}",
            Some(("start", "deno")),
        ),
        (
            r#"{ "start:prod": "npm run up", "up": "node migrate.js && bun src/index.ts" }"#,
            "{}",
            Some(("start:prod", "bun")),
        ),
        (r#"{ "start": "bun src/index.ts" }"#, r#"{ "bun": "1" }"#, None),
        (r#"{ "start": "node src/index.js" }"#, "{}", None),
        (r#"{ "start": "npm start" }"#, "{}", None),
        (r#"{ "dev": "bun src/index.ts" }"#, "{}", None),
    ] {
        let manifest = package(&format!(
            r#"{{ "scripts": {scripts}, "dependencies": {dependencies} }}"#
        ));
        let found = other_runtime(&manifest);
        let found = found
            .as_ref()
            .map(|(script, program)| (*script, program.as_str()));
        assert_eq!(found, expected, "{scripts}");
    }
}

//! The texts of the workspace's files.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Importer, PNPM, SERVICE, Size, package as name_of};

/// A file's path in its package, and its text.
type File = (&'static str, String);

/// Returns the files at the workspace's root that no size changes.
pub(crate) fn shared() -> BTreeMap<String, String> {
    let files = [
        (".nvmrc", "22\n"),
        (
            "pnpm-workspace.yaml",
            "packages:\n  - packages/*\n  - services/*\n",
        ),
        ("tsconfig.base.json", TSCONFIG_BASE),
    ];
    files
        .into_iter()
        .map(|(file, text)| (file.to_owned(), text.to_owned()))
        .collect()
}

/// Returns a package.json.
pub(crate) fn manifest(size: Size, importer: &Importer) -> String {
    let links = importer
        .links
        .iter()
        .map(|number| (name_of(size, *number), "workspace:*".to_owned()));
    let production: BTreeMap<String, String> = links.chain(importer.production.iter().cloned()).collect();
    let development: BTreeMap<String, String> = importer.development.iter().cloned().collect();
    let mut text = format!(
        "{{\n  \"name\": \"{}\",\n  \"version\": \"1.0.0\",\n  \"private\": true",
        importer.name
    );
    text.push_str(&match importer.directory.as_str() {
        "." => format!(
            ",\n  \"packageManager\": \"pnpm@{PNPM}\",\n  \"scripts\": {{\n    \"build\": \"pnpm -r run build\"\n  }}"
        ),
        SERVICE => ",\n  \"scripts\": {\n    \"build\": \"tsc -p .\",\n    \"start\": \"node dist/main.js\"\n  }".to_owned(),
        _ => ",\n  \"main\": \"dist/index.js\",\n  \"types\": \"dist/index.d.ts\",\n  \"files\": [\n    \"dist\"\n  ],\n  \
              \"scripts\": {\n    \"build\": \"tsc -p .\"\n  }"
            .to_owned(),
    });
    for (field, entries) in [("dependencies", production), ("devDependencies", development)] {
        if entries.is_empty() {
            continue;
        }
        let lines = entries
            .iter()
            .map(|(name, version)| format!("    \"{name}\": \"{version}\""));
        let lines: Vec<String> = lines.collect();
        // Writing to a string does not fail.
        let _ = write!(text, ",\n  \"{field}\": {{\n{}\n  }}", lines.join(",\n"));
    }
    text.push_str("\n}\n");
    text
}

/// Returns the files of a package beside its package.json.
pub(crate) fn package(size: Size, importer: &Importer) -> Vec<File> {
    let stem = importer.name.rsplit('/').next().unwrap_or_default();
    let summaries = importer
        .links
        .iter()
        .map(|link| format!(" + {}()", size.stem(*link)));
    let index = format!(
        "{}import {{ entry }} from './model.js';\nimport {{ page, total }} from './rules.js';\n\n\
         export * from './model.js';\nexport * from './rules.js';\n\n\
         /** Adds up what the package and those below it hold. */\nexport function summary(): number {{\n  \
         const entries = [1, 2, 3].map((id) => entry(id, id));\n  return total(page(entries, 0).items){};\n}}\n",
        imports(size, importer),
        summaries.collect::<String>()
    );
    vec![
        ("tsconfig.json", TSCONFIG.to_owned()),
        ("src/model.ts", MODEL.replace("STEM", stem)),
        ("src/rules.ts", RULES.to_owned()),
        ("src/index.ts", index),
    ]
}

/// Returns the files of the service beside its package.json.
pub(crate) fn service(size: Size, importer: &Importer) -> Vec<File> {
    let names: Vec<String> = importer.links.iter().map(|link| size.stem(*link)).collect();
    let report = format!(
        "{}\n/** Adds up what all packages hold. */\nexport function report(): number {{\n  \
         return [{}].reduce((sum, summary) => sum + summary(), 0);\n}}\n",
        imports(size, importer),
        names.join(", ")
    );
    vec![
        ("service.toml", "# syntax=vextrus/frontend\n".to_owned()),
        ("tsconfig.json", TSCONFIG.to_owned()),
        ("src/main.ts", MAIN.to_owned()),
        ("src/report.ts", report),
    ]
}

/// Returns the imports of the packages of the workspace that one depends on.
fn imports(size: Size, importer: &Importer) -> String {
    let lines = importer.links.iter().map(|link| {
        format!(
            "import {{ summary as {} }} from '{}';\n",
            size.stem(*link),
            name_of(size, *link)
        )
    });
    lines.collect()
}

const TSCONFIG_BASE: &str = r#"{
  "compilerOptions": {
    "target": "ES2022",
    "module": "Node16",
    "moduleResolution": "Node16",
    "types": ["node"],
    "strict": true,
    "skipLibCheck": true,
    "declaration": true
  }
}
"#;

const TSCONFIG: &str = r#"{
  "extends": "../../tsconfig.base.json",
  "compilerOptions": {
    "rootDir": "src",
    "outDir": "dist"
  },
  "include": ["src"]
}
"#;

const MODEL: &str = r"/** What package STEM keeps. */
export interface Entry {
  readonly id: number;
  readonly name: string;
  readonly tags: readonly string[];
  readonly amount: number;
}

/** Where an entry stands. */
export type State = 'draft' | 'open' | 'closed';

/** A part of a longer list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
}

/** The most that the package takes. */
export const limits = { entries: 50, tags: 8 } as const;

/** Makes an entry. */
export function entry(id: number, amount = 0, tags: readonly string[] = []): Entry {
  return { id, name: `STEM-${id}`, tags: tags.slice(0, limits.tags), amount };
}
";

const RULES: &str = r"import { limits, type Entry, type Page, type State } from './model.js';

/** Says where an entry stands. */
export function state(entry: Entry): State {
  if (entry.amount === 0) {
    return 'draft';
  }
  return entry.tags.includes('closed') ? 'closed' : 'open';
}

/** Returns a page of entries in the order of their ids. */
export function page(entries: readonly Entry[], number: number): Page<Entry> {
  const sorted = [...entries].sort((left, right) => left.id - right.id);
  const start = number * limits.entries;
  return { items: sorted.slice(start, start + limits.entries), total: entries.length };
}

/** Adds up the amounts of entries that are no drafts. */
export function total(entries: readonly Entry[]): number {
  return entries
    .filter((entry) => state(entry) !== 'draft')
    .reduce((sum, entry) => sum + entry.amount, 0);
}
";

const MAIN: &str = r"import { createServer } from 'node:http';

import { report } from './report.js';

const server = createServer((request, response) => {
  if (request.url === '/health/live' || request.url === '/health/ready') {
    response.end('ok\n');
    return;
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ total: report() }));
});

server.listen(Number(process.env.PORT ?? 3000));
process.on('SIGTERM', () => server.close());
";

//! What the configurations of build tools say of a project: Prisma's, Nest's. Pure: text in, data out.

use std::collections::BTreeSet;

use crate::path::join;

/// Returns the variables that a configuration reads with `env("NAME")`, which throws where one is not set.
pub fn required_variables(text: &str) -> BTreeSet<String> {
    let calls = text
        .match_indices("env(")
        .map(|(at, call)| text.get(at + call.len()..).unwrap_or_default());
    let names = calls.filter_map(|rest| {
        let rest = rest.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest.get(1..)?.split(quote).next()
    });
    names
        .filter(|name| is_variable(name))
        .map(str::to_owned)
        .collect()
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What a `nest-cli.json` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nest {
    /// What `nest start` runs: `<outDir>/<entryFile>`, such as `dist/main`.
    pub entry: String,
    /// Whether `nest build` may read code of other packages: it bundles, or copies files from outside of the package.
    pub reads_code: bool,
}

impl Nest {
    /// Reads the file.
    ///
    /// Where one configuration has several applications, each is compiled below its own directory, and bundled unless it
    /// says otherwise.
    pub fn parse(text: &str) -> Self {
        let parsed: Option<serde_json::Value> = serde_json::from_str(text).ok();
        let says = |path: &str| parsed.as_ref().and_then(|parsed| parsed.pointer(path));
        let string = |path: &str| says(path).and_then(serde_json::Value::as_str);
        let is_set = |path: &str| says(path).and_then(serde_json::Value::as_bool) == Some(true);
        let is_monorepo = is_set("/monorepo");
        let entry = string("/entryFile").unwrap_or("main");
        let builder = string("/compilerOptions/builder").or_else(|| string("/compilerOptions/builder/type"));
        let bundles = is_set("/compilerOptions/webpack") || is_monorepo || builder == Some("webpack");
        Self {
            entry: match string("/root").filter(|_| is_monorepo) {
                Some(root) => join("dist", &format!("{root}/{entry}")),
                None => format!("dist/{entry}"),
            },
            reads_code: bundles || parsed.is_none() || text.contains(".."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_a_configuration_are_those_that_env_reads() {
        let text = "import { env } from 'prisma/config'\nurl: env(\"DATABASE_URL\"),\nother: env( 'SHADOW_URL' ), process.env.X, env(name), env(";
        let found: Vec<_> = required_variables(text).into_iter().collect();
        assert_eq!(found, ["DATABASE_URL", "SHADOW_URL"]);
    }
}

//! What the user says of rules: `# check=` at the head of a manifest, or `BUILDKIT_DOCKERFILE_CHECK`.
//!
//! The grammar is that of Dockerfiles: `skip=RuleA,RuleB;error=true;experimental=RuleC`, with `all` for every
//! rule. Source: moby/buildkit, `frontend/dockerfile/linter` (`ParseLintOptions`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Rule, Warning, rules};
use crate::diagnostic::{Diagnostic, MOST, Place, SourceFile, names};

/// The build argument that stands in the place of the directive.
pub const ARGUMENT: &str = "BUILDKIT_DOCKERFILE_CHECK";

/// Which warnings are given, and whether they stop the build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    skipped: Choice,
    experimental: Choice,
    /// Whether a warning fails the build.
    pub is_error: bool,
    /// What is to be said of the configuration itself.
    warnings: Vec<Warning>,
}

/// A list of rules, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Choice {
    All,
    Named(BTreeSet<String>),
}

impl Default for Choice {
    fn default() -> Self {
        Self::Named(BTreeSet::new())
    }
}

impl Choice {
    fn has(&self, rule: &Rule) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.contains(rule.name),
        }
    }

    fn read(value: &str) -> Self {
        if value == "all" {
            return Self::All;
        }
        let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
        Self::Named(names.map(str::to_owned).collect())
    }
}

impl Config {
    /// Reads the manifest's directive, or in its place the build argument.
    ///
    /// # Errors
    /// An option that is none of the grammar, at the directive's line.
    pub fn read(manifest: &Arc<SourceFile>, argument: Option<&str>) -> Result<Self, Diagnostic> {
        if let Some(text) = argument {
            // One argument goes to every target of a bake, and may name rules of Dockerfiles as well; only what is
            // nearly one of ours is surely a slip.
            let source = format!("--build-arg {ARGUMENT}");
            return Self::parse(text, &source, None, |near| near.is_some())
                .map_err(|message| Diagnostic::named(names::INVALID_CHECK, message));
        }
        let mut directives = directives(&manifest.text);
        let Some((text, line)) = directives.next() else {
            return Ok(Self::default());
        };
        if let Some((_, second)) = directives.next() {
            let message =
                format!("a second `# check`, after that of line {line}; put both into one, with `;` between");
            return Err(Diagnostic::named(names::INVALID_CHECK, message).at(Place::of_line(manifest, second)));
        }
        let place = Place::of_line(manifest, line);
        Self::parse(text, "# check", Some(&place), |_| true)
            .map_err(|message| Diagnostic::named(names::INVALID_CHECK, message).at(place.clone()))
    }

    fn parse(
        text: &str,
        source: &str,
        place: Option<&Place>,
        is_slip: impl Fn(Option<&str>) -> bool,
    ) -> Result<Self, String> {
        let mut config = Self::default();
        for option in text.split(';').map(str::trim).filter(|option| !option.is_empty()) {
            let (key, value) = option.split_once('=').unwrap_or((option, ""));
            let value = value.trim();
            match key.trim() {
                "skip" => config.skipped = Choice::read(value),
                "experimental" => config.experimental = Choice::read(value),
                "error" => {
                    config.is_error = boolean(value).ok_or_else(|| {
                        format!("`{source}` has `{option}`; write `error=true` or `error=false`")
                    })?
                }
                _ => {
                    return Err(format!(
                        "`{source}` has `{option}`, which is no option; write `skip=RULE,RULE`, `skip=all`, `error=true` \
                         or `experimental=RULE`, with `;` between them"
                    ));
                }
            }
        }
        for choice in [&config.skipped, &config.experimental] {
            let Choice::Named(names) = choice else { continue };
            for name in names.iter().filter(|name| rules::named(name).is_none()) {
                let near = crate::manifest::suggest(name, rules::ALL.iter().map(|rule| rule.name));
                if !is_slip(near) {
                    continue;
                }
                let help = near.map_or_else(
                    || "docs/rules lists the rules".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                let message = format!("`{source}` names the rule `{name}`, which there is not; {help}");
                config
                    .warnings
                    .push(rules::UNKNOWN_RULE.warn(message).at(place.cloned()));
            }
        }
        Ok(config)
    }

    /// Returns whether the user wants to be warned by a rule.
    pub fn applies(&self, rule: &Rule) -> bool {
        match rule.is_experimental {
            true => self.experimental.has(rule),
            false => !self.skipped.has(rule),
        }
    }

    /// Returns the warnings that the user wants to see, with those of the configuration itself, as [`Config::sorted`].
    pub fn applied(&self, found: Vec<Warning>) -> Vec<Warning> {
        self.sorted(self.warnings.iter().cloned().chain(found))
    }

    /// Returns the warnings that the user wants to see, in the order in which they should be read: by file and
    /// line, those without a place first; of many by one rule the first, and behind all how many more there are.
    pub fn sorted(&self, found: impl IntoIterator<Item = Warning>) -> Vec<Warning> {
        let mut warnings: Vec<Warning> = found.into_iter().collect();
        warnings.retain(|warning| self.applies(warning.rule));
        warnings.sort_by(|a, b| key(a).cmp(&key(b)));
        warnings.dedup();
        let mut counts: BTreeMap<&str, (&'static Rule, usize)> = BTreeMap::new();
        warnings.retain(|warning| {
            let (_, count) = counts.entry(warning.rule.name).or_insert((warning.rule, 0));
            *count += 1;
            *count <= MOST
        });
        let more = counts.into_values().filter(|(_, count)| *count > MOST);
        let more = more.map(|(rule, count)| rule.warn(format!("and {} more like these", count - MOST)));
        warnings.extend(more);
        warnings
    }
}

fn key(warning: &Warning) -> (Option<(&str, u32)>, &'static str) {
    let place = warning.diagnostic.place.as_ref();
    (
        place.map(|place| (place.file.name.as_str(), place.first_line)),
        warning.rule.name,
    )
}

/// Returns the values of `# check=…` among the comments that begin the file, and their lines.
fn directives(text: &str) -> impl Iterator<Item = (&str, u32)> {
    let head = text
        .lines()
        .zip(1..)
        .take_while(|(line, _)| line.starts_with('#'));
    head.filter_map(|(line, number)| {
        let (name, value) = line.trim_start_matches('#').split_once('=')?;
        let is_check = name.trim().eq_ignore_ascii_case("check");
        is_check.then_some((value.trim(), number))
    })
}

/// Reads a truth value as Go's `strconv.ParseBool` does.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

//! The pages of `docs/rules`, made of the catalogue.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::rules;
use super::{Example, Rule};

/// Returns every page by its file name, the index included.
pub fn all() -> BTreeMap<String, String> {
    let pages = rules::ALL.into_iter();
    let mut pages: BTreeMap<String, String> = pages
        .map(|rule| (format!("{}.md", rule.slug()), page(rule)))
        .collect();
    pages.insert("README.md".to_owned(), index());
    pages
}

fn index() -> String {
    let mut text = String::from(
        "# Lint rules\n\n\
         A build warns by these rules, and `docker buildx build --check` applies them without building: it ends with\n\
         status 1 where it warns. Warnings stop a build where the manifest or a build argument says so.\n\n\
         ```toml\n\
         # syntax=vextrus/frontend\n\
         # check=skip=RootUser,UnpinnedNode;error=true\n\
         ```\n\n\
         `skip=` names rules that are not applied, `experimental=` those that only are where it asks for them; both\n\
         take `all`. `error=true` fails the build on a warning. `--build-arg BUILDKIT_DOCKERFILE_CHECK=…` takes the\n\
         same and stands in place of the line.\n\n\
         These pages are generated from the code that warns.\n\n\
         | rule | |\n|---|---|\n",
    );
    for rule in rules::ALL {
        let experimental = if rule.is_experimental {
            " (experimental)"
        } else {
            ""
        };
        // Writing into a String cannot fail.
        let _ = writeln!(
            text,
            "| [{}]({}.md) | {}{experimental} |",
            rule.name,
            rule.slug(),
            rule.short
        );
    }
    text
}

fn page(rule: &Rule) -> String {
    let experimental = if rule.is_experimental {
        format!(
            "\nThis rule is experimental: it is only applied with `# check=experimental={}`.\n",
            rule.name
        )
    } else {
        String::new()
    };
    format!(
        "# {}\n\n{}.\n{experimental}\n{}\n\n## Examples\n\nWith the warning:\n\n{}\nWithout:\n\n{}",
        rule.name,
        rule.short,
        rule.why,
        fenced(&rule.bad),
        fenced(&rule.good)
    )
}

fn fenced(example: &Example) -> String {
    format!("```{}\n{}\n```\n", example.language, example.text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_pages_are_those_of_the_rules() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rules");
        let pages = all();
        if std::env::var_os("UPDATE").is_some() {
            let _ = std::fs::remove_dir_all(&docs);
            std::fs::create_dir_all(&docs).unwrap();
            for (name, text) in &pages {
                std::fs::write(docs.join(name), text).unwrap();
            }
        }
        let there: BTreeSet<String> = std::fs::read_dir(&docs)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let expected: BTreeSet<String> = pages.keys().cloned().collect();
        let run = "run UPDATE=1 cargo test -p vextrus-frontend --lib warning::";
        assert_eq!(there, expected, "{run}");
        for (name, text) in pages {
            let found = std::fs::read_to_string(docs.join(&name)).unwrap();
            assert!(found == text, "docs/rules/{name} is out of date; {run}");
        }
    }

    #[test]
    fn rules_are_named_in_order_and_say_what_they_want() {
        let names: Vec<&str> = rules::ALL.iter().map(|rule| rule.name).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        for rule in rules::ALL {
            assert!(!rule.short.ends_with('.'), "{}", rule.name);
            assert!(rule.why.lines().all(|line| line.len() <= 122), "{}", rule.name);
        }
    }

    #[test]
    fn a_page_lies_in_the_repository() {
        assert_eq!(
            rules::SECRET_IN_NPMRC.url(),
            "https://github.com/vextrus/frontend/blob/main/docs/rules/secret-in-npmrc.md"
        );
    }
}

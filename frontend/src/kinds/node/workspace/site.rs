//! What lies in a package's directory that says more of a site: its page, and the configuration of what builds it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Place, SourceFile};
use crate::path::join;

/// Files of a package that say more of a site, by name; those that say so by being there have no text.
#[derive(Debug, Clone, Default)]
pub struct SiteFiles {
    /// The files.
    pub files: BTreeMap<String, Option<Arc<SourceFile>>>,
    /// The configuration of the web server that the manifest names.
    pub nginx: Option<Arc<SourceFile>>,
}

impl SiteFiles {
    /// Returns whether a file is there.
    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Returns the text of a file.
    pub fn text(&self, name: &str) -> Option<&Arc<SourceFile>> {
        self.files.get(name)?.as_ref()
    }

    /// Returns the files that a page loads as scripts, from the directory that it lies in.
    pub fn loaded_by(&self, page: &str) -> Vec<String> {
        let text = self.text(page).map_or("", |file| file.text.as_str());
        let tags = text.split("<script").skip(1);
        let sources = tags.filter_map(|rest| {
            let tag = rest.split('>').next()?;
            let source = tag.split_once("src=")?.1.trim_start_matches(['"', '\'']);
            let source = source.split(['"', '\'', ' ', '?', '#']).next()?;
            let is_url = source.contains("://") || source.starts_with("//") || source.is_empty();
            (!is_url).then(|| join(".", source.trim_start_matches('/')))
        });
        sources.collect()
    }

    /// Iterates over the texts of files whose names begin so.
    pub fn beginning<'s>(&'s self, start: &'s str) -> impl Iterator<Item = &'s Arc<SourceFile>> {
        let begins = self.files.iter().filter(move |(name, _)| name.starts_with(start));
        begins.filter_map(|(_, file)| file.as_ref())
    }

    /// Returns the first line that speaks of a word in files whose names begin so, outside of comments of their own line.
    pub fn line_of(&self, start: &str, word: &str) -> Option<Place> {
        self.beginning(start).find_map(|file| {
            let lines = (1..).zip(file.text.lines());
            let mut lines = lines.filter(|(_, line)| !line.trim_start().starts_with("//"));
            let (number, _) = lines.find(|(_, line)| line.contains(word))?;
            Some(Place::of_line(file, number))
        })
    }

    /// Returns the line of a setting in files whose names begin so: of a key, with this value where one is wanted.
    ///
    /// Configuration is a program; this tells what is written in it as a constant, which is what the usual ones are. What
    /// stands in a comment of its own line is not.
    pub fn setting(&self, start: &str, key: &str, value: Option<&str>) -> Option<Place> {
        self.beginning(start).find_map(|file| {
            let lines = (1..).zip(file.text.lines());
            let mut lines = lines.filter(|(_, line)| !line.trim_start().starts_with("//"));
            let (number, _) = lines.find(|(_, line)| is_set(line, key, value))?;
            Some(Place::of_line(file, number))
        })
    }
}

/// Returns whether a line has `key: value`, quoted or not.
fn is_set(line: &str, key: &str, value: Option<&str>) -> bool {
    let mut found = line.match_indices(key);
    found.any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$' || c == '.' || c == '-';
        let rest = line.get(at + key.len()..).unwrap_or_default();
        let rest = rest.trim_start_matches(['\'', '"']).trim_start();
        let Some(set) = rest.strip_prefix(':') else {
            return false;
        };
        let set = set.trim_start();
        let bare = set.trim_start_matches(['\'', '"', '`']);
        let is_value = |value: &str| {
            let after = bare.strip_prefix(value).map(|rest| rest.chars().next());
            after.is_some_and(|next| !next.is_some_and(is_name))
        };
        !before.is_some_and(is_name) && value.is_none_or(is_value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_the_scripts_that_it_loads() {
        let page = r#"<script>var a</script><script type="module" src="/src/main.tsx?v=1"></script>
            <script src='./app.js' defer></script><script src=https://x.org/y.js></script>"#;
        let files = SiteFiles {
            files: [("index.html".to_owned(), Some(SourceFile::new("index.html", page)))].into(),
            nginx: None,
        };
        assert_eq!(files.loaded_by("index.html"), ["src/main.tsx", "app.js"]);
        assert!(files.loaded_by("other.html").is_empty());
    }

    #[test]
    fn a_setting_is_a_constant_on_its_line() {
        let files = |text: &str| SiteFiles {
            files: [(
                "next.config.ts".to_owned(),
                Some(SourceFile::new("web/next.config.ts", text)),
            )]
            .into(),
            nginx: None,
        };
        let line = |text: &str, value: Option<&str>| {
            let place = files(text).setting("next.config.", "output", value);
            place.map(|place| place.first_line)
        };
        for text in [
            "export default {\n  output: 'export',\n}",
            "const c = {\n \"output\" : `export` }",
            "x\nmodule.exports = { output:\"export\" }",
        ] {
            assert_eq!(line(text, Some("export")), Some(2), "{text}");
        }
        for text in [
            "{\n  // output: 'export',\n}",
            "{ outputs: 'export' }",
            "{ my.output: 'export' }",
            "{ output: 'exported' }",
            "{ output: isProduction ? 'export' : undefined }",
        ] {
            assert_eq!(line(text, Some("export")), None, "{text}");
        }
        assert_eq!(line("{ output: process.env.X }", None), Some(1));
        assert!(files("").setting("vite.config.", "output", None).is_none());
    }
}

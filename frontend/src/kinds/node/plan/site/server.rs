//! The configuration of the server: what the manifest says is written here, what hangs on the files by the step that has
//! them (`scripts/site.cjs`).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::SourceFile;
use crate::manifest::tables::Static;

/// The configuration around a server.
const HTTP: &str = include_str!("nginx/http.conf");
/// That of the server.
const SERVER: &str = include_str!("nginx/server.conf");
/// Where the image has the configuration.
pub const CONFIGURATION: &str = "/etc/nginx/site.conf";
/// Where it has the lines of the repository's own that are added to it.
pub const OWN: &str = "/etc/nginx/own.conf";

/// What a file of the repository with configuration of nginx is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// All of it.
    Whole,
    /// The server, in the place of ours.
    Server,
    /// Lines for our server.
    Lines,
}

/// A file of the repository with configuration of nginx.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// Its text.
    pub text: String,
    /// What it is.
    pub shape: Shape,
    /// Whether it says itself whether nginx goes into the background.
    pub sets_daemon: bool,
    /// Whether it says itself as whom workers run.
    pub sets_user: bool,
}

impl Own {
    /// Reads the directives at the top of the file, which say what it is.
    pub(super) fn read(file: &Arc<SourceFile>) -> Self {
        let directives = directives(&file.text);
        let has = |name: &str| directives.iter().any(|directive| directive == name);
        Self {
            text: file.text.clone(),
            shape: match (has("http") || has("events"), has("server")) {
                (true, _) => Shape::Whole,
                (false, true) => Shape::Server,
                (false, false) => Shape::Lines,
            },
            sets_daemon: has("daemon"),
            sets_user: has("user"),
        }
    }
}

/// Returns the names of the directives that stand in no block. Source: nginx.org/en/docs/beginners_guide.html,
/// "Configuration File's Structure".
fn directives(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut depth, mut word, mut is_first) = (0_usize, String::new(), true);
    let mut quote: Option<char> = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => _ = characters.next(),
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            // A comment begins where a word would.
            (None, '#') if word.is_empty() => {
                _ = characters.by_ref().find(|character| *character == '\n');
            }
            (None, character) if character.is_whitespace() || "{};".contains(character) => {
                if depth == 0 && is_first && !word.is_empty() {
                    found.push(std::mem::take(&mut word));
                    is_first = false;
                }
                word.clear();
                match character {
                    '{' => depth += 1,
                    '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                is_first |= "{};".contains(character);
            }
            (None, character) => word.push(character),
        }
    }
    found
}

/// Headers of every answer, unless the manifest has others.
const HEADERS: [(&str, &str); 3] = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "SAMEORIGIN"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
];

/// Writes the configuration with marks in the place of what hangs on the files.
pub(super) fn write(keys: &Static, ports: &[u16], own: Option<&Own>, has_times: bool) -> String {
    let shape = own.map(|own| own.shape);
    let include = |is: Shape, indent: &str| {
        let line = format!("{indent}include {OWN};");
        if shape == Some(is) { vec![line] } else { Vec::new() }
    };
    if let Some(own) = own.filter(|own| own.shape == Shape::Whole) {
        return own.text.clone();
    }
    let listen = ports.iter().map(|port| format!("        listen {port};"));
    // Where all files have one time, it says nothing of what is in them.
    let validators = match has_times {
        true => Vec::new(),
        false => vec![
            "    etag off;".to_owned(),
            "    if_modified_since off;".to_owned(),
            "    add_header Last-Modified \"\";".to_owned(),
        ],
    };
    let server = filled(
        SERVER,
        &[
            ("listen", listen.collect()),
            ("headers", headers(keys)),
            ("redirects", redirects(keys)),
            ("own", include(Shape::Lines, "        ")),
        ],
    );
    let server = match shape {
        Some(Shape::Server) => include(Shape::Server, "    "),
        _ => server.lines().map(str::to_owned).collect(),
    };
    filled(HTTP, &[("server", server), ("validators", validators)])
}

fn headers(keys: &Static) -> Vec<String> {
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    let usual = HEADERS.into_iter().filter(|(name, _)| {
        let mut own = keys.headers.keys();
        !own.any(|own| same(own.as_str(), name))
    });
    let own = keys
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let own = own.filter(|(_, value)| !value.is_empty());
    let all: BTreeMap<&str, &str> = usual.chain(own).collect();
    let lines = all.into_iter();
    lines
        .map(|(name, value)| format!("        add_header {name} {} always;", quoted(value)))
        .collect()
}

fn redirects(keys: &Static) -> Vec<String> {
    let lines = keys.redirects.iter().map(|(from, to)| {
        format!(
            "        location = {} {{ return 301 {}; }}",
            quoted(from.as_str()),
            quoted(to.as_str())
        )
    });
    lines.collect()
}

/// Quotes a word of the configuration.
fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Puts lines in the place of marks such as `@listen@`.
fn filled(text: &str, marks: &[(&str, Vec<String>)]) -> String {
    let mut filled = String::new();
    for line in text.lines() {
        let mark = line
            .trim()
            .strip_prefix('@')
            .and_then(|rest| rest.strip_suffix('@'));
        let lines = mark.and_then(|mark| marks.iter().find(|(name, _)| *name == mark));
        match lines {
            Some((_, lines)) => lines.iter().for_each(|line| {
                filled.push_str(line);
                filled.push('\n');
            }),
            None => {
                filled.push_str(line);
                filled.push('\n');
            }
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Manifest;

    fn own(text: &str) -> Own {
        Own::read(&SourceFile::new("nginx.conf", text))
    }

    #[test]
    fn a_file_is_what_its_first_directives_say() {
        for (text, shape) in [
            ("worker_processes 1;\nevents {}\nhttp { server {} }", Shape::Whole),
            ("# server {\nserver { listen 80; }", Shape::Server),
            (
                "upstream api { server a:80; }\nserver { location / { } }",
                Shape::Server,
            ),
            ("location ^~ /api/ { proxy_pass http://api; }", Shape::Lines),
            ("add_header X \"server { } http\"; # http {\n", Shape::Lines),
            ("", Shape::Lines),
            ("if ($http_x) { return 404; }", Shape::Lines),
        ] {
            assert_eq!(own(text).shape, shape, "{text}");
        }
        assert!(own("daemon off; http {}").sets_daemon && !own("http { daemon off; }").sets_daemon);
    }

    #[test]
    fn what_the_manifest_says_is_quoted() {
        let text = r#"
[static.headers]
content-security-policy = "default-src 'self'; x \"y\""
X-Frame-Options = ""
[static.redirects]
"/old" = "https://example.com/new?a=1"
"#;
        let manifest = Manifest::parse(&SourceFile::new("service.toml", text)).unwrap();
        let written = write(&manifest.site, &[8080, 9090], Some(&own("location /x { }")), true);
        for line in [
            "        listen 8080;\n        listen 9090;\n",
            "add_header content-security-policy \"default-src 'self'; x \\\"y\\\"\" always;",
            "add_header X-Content-Type-Options \"nosniff\" always;",
            "location = \"/old\" { return 301 \"https://example.com/new?a=1\"; }",
            "        include /etc/nginx/own.conf;\n",
            "@pages@",
        ] {
            assert!(written.contains(line), "{line}\n{written}");
        }
        assert!(
            !written.contains("X-Frame-Options")
                && !written.contains("@headers@")
                && !written.contains("etag off")
        );
        assert!(write(&manifest.site, &[80], None, false).contains("etag off;"));
    }
}

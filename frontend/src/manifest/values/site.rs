//! How a static site is served: its folder, what answers for what is missing, headers, redirects.

use serde_json::{Value as Json, json};
use toml::de::DeValue;

use super::names::only;
use super::path::url_path;
use super::text;
use crate::manifest::read::{Item, Reader, Value};
use crate::path::join;

text! {
    /// A path from the package's directory, which may lead out of it, normalised: no leading `./`, no trailing `/`.
    SitePath, site_path,
    write "a path from the package's directory, such as `dist`",
    examples ["dist", "../../dist/web"]
}

text! {
    /// A glob on the paths of a site's files: `assets/**`.
    SiteGlob, site_glob,
    write "a glob from the site's folder, such as `assets/**`",
    examples ["assets/**", "_app/immutable/**"]
}

text! {
    /// The path of a page or a folder as a browser asks for it, without a query.
    SiteUrl, site_url,
    write "a path such as `/app`, without a query",
    examples ["/app/"]
}

text! {
    /// The name of a header of HTTP (RFC 9110, 5.6.2).
    HeaderName, header_name,
    write "the name of a header, such as `Content-Security-Policy`",
    examples ["Content-Security-Policy"]
}

text! {
    /// The value of a header; empty where the header is to be left out.
    HeaderValue, header_value,
    write "the value in printable ASCII and without `$`, which nginx takes for a variable",
    examples ["default-src 'self'"]
}

text! {
    /// Where a path leads: another path, or a URL.
    RedirectTarget, redirect_target,
    write "a path such as `/new`, or a URL such as `https://example.com/new`",
    examples ["/new"]
}

/// The longest header line that proxies and browsers pass by default, in bytes.
const LONGEST_HEADER: usize = 8 << 10;

fn site_path(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("is empty".to_owned());
    }
    if text.starts_with('/') {
        return Err("is absolute".to_owned());
    }
    if text.contains('\\') || text.chars().any(char::is_control) {
        return Err("has a character that no path of a site has".to_owned());
    }
    let path = join(".", text.trim_end_matches('/'));
    match path
        .split('/')
        .any(|part| part == "node_modules" || part == ".git")
    {
        true => Err("is not where a build writes a site".to_owned()),
        false => Ok(path),
    }
}

fn site_glob(text: &str) -> Result<&str, String> {
    if text.starts_with('/') {
        return Err("is absolute".to_owned());
    }
    // What a path of a site is made of, and the three wildcards; anything else would have a meaning of its own to nginx.
    only(text, |c| c.is_ascii_alphanumeric() || "-._~@+/*?".contains(c))
}

fn site_url(text: &str) -> Result<&str, String> {
    if !text.is_empty() && !text.starts_with('/') {
        return Err("does not begin with `/`".to_owned());
    }
    if text.split('/').any(|part| part == "." || part == "..") {
        return Err("has a part that browsers take away".to_owned());
    }
    only(text, |c| c.is_ascii_alphanumeric() || "-._~@+/".contains(c))
}

fn header_name(text: &str) -> Result<&str, String> {
    only(text, |c| c.is_ascii_alphanumeric() || "-_".contains(c))?;
    // They say what nginx does, or what it knows of a file.
    const OURS: [&str; 6] = [
        "content-length",
        "content-encoding",
        "content-type",
        "connection",
        "transfer-encoding",
        "cache-control",
    ];
    match OURS.contains(&text.to_ascii_lowercase().as_str()) {
        true => Err("is the server's own; `immutable` says what is kept, `nginx` the rest".to_owned()),
        false => Ok(text),
    }
}

fn header_value(text: &str) -> Result<&str, String> {
    if text.len() > LONGEST_HEADER {
        return Err(format!("has more than {LONGEST_HEADER} bytes"));
    }
    let is_wrong = |c: &char| !(c.is_ascii_graphic() || *c == ' ') || *c == '$';
    match text.chars().find(is_wrong) {
        Some(c) => Err(format!("has the character `{}`", c.escape_debug())),
        None => Ok(text),
    }
}

fn redirect_target(text: &str) -> Result<&str, String> {
    match text.split_once("://") {
        Some(("http" | "https", rest)) => {
            only(rest, |c| {
                c.is_ascii_alphanumeric() || "-._~!&'()*+,;=:@/?%#[]".contains(c)
            })?;
        }
        Some(_) => return Err("is no URL of HTTP".to_owned()),
        None => {
            url_path(text)?;
        }
    }
    match text.contains('$') {
        true => Err("has a `$`, which nginx takes for a variable".to_owned()),
        false => Ok(text),
    }
}

/// What answers where no file of a site does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// The first page, which finds in the browser what to show.
    Index,
    /// A page that says that there is none, with the status 404.
    NotFound,
    /// No page.
    None,
}

const WRITE_FALLBACK: &str = "`\"index.html\"`, `\"404.html\"` or `false`";

impl Value for Fallback {
    fn read(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<Self> {
        match item.get_ref() {
            DeValue::Boolean(false) => return Some(Self::None),
            DeValue::String(text) if text == "index.html" => return Some(Self::Index),
            DeValue::String(text) if text == "404.html" => return Some(Self::NotFound),
            DeValue::String(text) => {
                reader.wrong_text(item, path, text, "is none of its values", WRITE_FALLBACK);
            }
            _ => reader.wrong_type(item, path, WRITE_FALLBACK),
        }
        None
    }

    fn schema() -> Json {
        json!({"enum": ["index.html", "404.html", false]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_may_lie_outside_of_its_package() {
        for (text, expected) in [
            ("dist", Ok("dist")),
            ("./dist/", Ok("dist")),
            ("../../dist/web", Ok("../../dist/web")),
            ("docs/.vitepress/dist", Ok("docs/.vitepress/dist")),
            ("dist/../out", Ok("out")),
            ("", Err("is empty")),
            ("/dist", Err("is absolute")),
            ("node_modules/x", Err("is not where a build writes a site")),
            ("a\nb", Err("has a character that no path of a site has")),
        ] {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(site_path(text), expected, "{text}");
        }
    }

    #[test]
    fn a_url_of_the_site_is_a_path_alone() {
        assert!(site_url("/app/").is_ok() && site_url("/").is_ok() && site_url("/a.b-c_d~").is_ok());
        for text in ["", "app", "/a?b", "/a b", "/$x", "/a/../b", "https://x", "/a\"b"] {
            assert!(site_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nothing_that_nginx_would_read_otherwise_is_taken() {
        for text in [
            "default-src 'self'",
            "max-age=63072000; includeSubDomains",
            "",
            "a\"b\\c{};",
        ] {
            assert_eq!(header_value(text), Ok(text));
        }
        for text in ["a\nb", "$request_uri", "ä", "a\0"] {
            assert!(header_value(text).is_err(), "{text}");
        }
        for text in ["/new", "https://example.com/a?b=c#d"] {
            assert_eq!(redirect_target(text), Ok(text));
        }
        for text in ["new", "javascript://x", "/$uri", "/a b", "/a;b{}", "https://a b"] {
            assert!(
                redirect_target(text).is_err() || !text.contains(['$', ' ', '{']),
                "{text}"
            );
        }
        for text in ["Content-Type", "cache-control", "a b", ""] {
            assert!(header_name(text).is_err(), "{text}");
        }
        assert!(site_glob("assets/**").is_ok() && site_glob("/assets").is_err() && site_glob("a;b").is_err());
    }
}

//! What a build step runs and what it may see: script, secrets, ssh agents.

use serde_json::{Value as Json, json};
use toml::de::DeValue;

use super::{EnvName, SecretId, SshId, Text, parse_text, reserved, text};
use crate::manifest::read::{Field, Item, Reader, Value};
use crate::manifest::table::table;

text! {
    /// The name of a package.json script.
    ScriptName, script_name,
    write "the name of a package.json script, such as `check`",
    examples ["check"]
}

fn script_name(text: &str) -> Result<&str, String> {
    let why = match text.chars().next() {
        None => "is empty",
        // pnpm would take it for an option.
        Some('-') => "begins with `-`",
        _ if text.contains(|c: char| c.is_whitespace() || c.is_control()) => {
            "is a command, not the name of a script"
        }
        _ => return Ok(text),
    };
    Err(why.to_owned())
}

/// The package.json script that builds a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Script {
    /// `script = false`: nothing is to be built.
    None,
    /// The script's name.
    Named(String),
}

impl Value for Script {
    fn read(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<Self> {
        let write = "the name of a package.json script such as `\"build\"`, or `false` for none";
        match item.get_ref() {
            DeValue::Boolean(false) => return Some(Self::None),
            DeValue::String(name) => match script_name(name) {
                Ok(name) => return Some(Self::Named(name.to_owned())),
                Err(why) => reader.wrong_text(item, path, name, &why, write),
            },
            _ => reader.wrong_type(item, path, write),
        }
        None
    }

    fn schema() -> Json {
        json!({"anyOf": [{"type": "string", "examples": ["build"]}, {"const": false}]})
    }
}

text! {
    /// An absolute path of a file that a secret appears as.
    SecretTarget, secret_target,
    write "an absolute path such as `/root/.npmrc`",
    examples ["/root/.npmrc"]
}

fn secret_target(text: &str) -> Result<&str, String> {
    if !text.starts_with('/') {
        return Err("is not absolute".to_owned());
    }
    if text.ends_with('/') || text.split('/').any(|part| part == "..") {
        return Err("does not name a file".to_owned());
    }
    if text.contains(char::is_control) {
        return Err("has a control character".to_owned());
    }
    reserved::secret_file(text)?;
    Ok(text)
}

table! {
    /// A secret as a table.
    pub struct SecretTable {
        /// The id that `--secret id=…` passes.
        pub id: Option<SecretId>,
        /// The environment variable that holds the secret, instead of a file.
        pub env: Option<EnvName>,
        /// The file that holds the secret. Default: `/run/secrets/ID`, where there is no `env`.
        pub target: Option<SecretTarget>,
        /// Whether a build without the secret fails. Default: `true`.
        pub required: Option<bool>,
    }
}

/// A secret that the install and build steps may read; its value is never in the graph, image or cache key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// The id that the builder's session knows the secret by.
    pub id: SecretId,
    /// The environment variable that holds it.
    pub env: Option<EnvName>,
    /// The absolute path of the file that holds it; set where there is no variable.
    pub target: Option<String>,
    /// Whether the build fails without it.
    pub required: bool,
}

impl Secret {
    fn new(id: SecretId, table: SecretTable) -> Self {
        let default_target = || table.env.is_none().then(|| format!("/run/secrets/{id}"));
        let target = table
            .target
            .as_ref()
            .map(|path| crate::path::join("/", path.as_str()))
            .or_else(default_target);
        Self {
            target,
            env: table.env,
            required: table.required.unwrap_or(true),
            id,
        }
    }
}

impl Value for Secret {
    fn read(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<Self> {
        match item.get_ref() {
            DeValue::String(id) => {
                let id = parse_text(id, item, path, reader)?;
                Some(Self::new(id, SecretTable::default()))
            }
            DeValue::Table(entries) => {
                let mut table = SecretTable::default();
                table.read(item, path, reader);
                let reserved = table
                    .env
                    .as_ref()
                    .map(|name| (name, reserved::secret_variable(name.as_str())));
                if let Some((name, Err(why))) = reserved {
                    reader.wrong_key(
                        &format!("{path}.env"),
                        &format!("`{path}.env` is `{name}`, which {why}; write another one"),
                    );
                }
                if !entries.iter().any(|(key, _)| key.get_ref() == "id") {
                    reader.note(
                        item.span(),
                        format!("`{path}` has no `id`; write {}", SecretId::WRITE),
                    );
                }
                Some(Self::new(table.id.clone()?, table))
            }
            _ => {
                reader.wrong_type(
                    item,
                    path,
                    "an id such as `\"npm_token\"` or a table with an `id`",
                );
                None
            }
        }
    }

    fn schema() -> Json {
        let mut table = SecretTable::schema();
        if let Some(object) = table.as_object_mut() {
            object.insert("required".to_owned(), json!(["id"]));
        }
        json!({"anyOf": [{"type": "string", "examples": SecretId::EXAMPLES}, table]})
    }
}

/// The ssh agents, by the ids of `--ssh`, that the install and build steps may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshAgents(Vec<SshId>);

impl SshAgents {
    /// Returns the ids; none where the manifest says `ssh = false`.
    pub fn ids(&self) -> &[SshId] {
        &self.0
    }
}

impl Value for SshAgents {
    fn read(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<Self> {
        match item.get_ref() {
            DeValue::Boolean(false) => Some(Self(Vec::new())),
            // The id that a plain `--ssh default` passes.
            DeValue::Boolean(true) => "default".parse().ok().map(|id| Self(vec![id])),
            DeValue::Array(_) => Vec::read(item, path, reader).map(Self),
            _ => {
                reader.wrong_type(item, path, "`true` for the default agent, or a list of ids");
                None
            }
        }
    }

    fn schema() -> Json {
        json!({"anyOf": [{"type": "boolean"}, Vec::<SshId>::schema()]})
    }
}

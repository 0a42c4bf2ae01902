//! How the process of the image runs: user, ports, stop signal, health check.

use std::str::FromStr;

use serde_json::{Value as Json, json};
use toml::de::{DeInteger, DeValue};

use super::{Text, text_or_number_value};
use crate::manifest::read::{Field, Item, Reader, Value};
use crate::manifest::tables::Healthcheck;

/// A numeric user and group. Numbers, since a name needs a passwd entry that the base may not have, and
/// Kubernetes' `runAsNonRoot` can only judge numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct User {
    /// The user id.
    pub uid: u32,
    /// The group id; the user id where none is written.
    pub gid: u32,
}

/// The largest id: 2³² − 1 is the kernel's "no id".
const LARGEST_ID: u32 = u32::MAX - 1;

impl FromStr for User {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (uid, gid) = text.split_once(':').unwrap_or((text, text));
        let id = |text: &str| match text.parse::<u32>() {
            Ok(id) if id <= LARGEST_ID && text.bytes().all(|b| b.is_ascii_digit()) => Ok(id),
            _ => Err("is not numeric".to_owned()),
        };
        Ok(Self {
            uid: id(uid)?,
            gid: id(gid)?,
        })
    }
}

impl Text for User {
    const WRITE: &'static str = "numbers as `uid` or `uid:gid`, such as `\"1001:1001\"`";
    const EXAMPLES: &'static [&'static str] = &["1001:1001", "1001"];
}

text_or_number_value!(User);

/// The TCP ports that the service listens on, at least one; the health check asks the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ports(Vec<u16>);

impl Ports {
    /// Returns the ports in the order in which they were written, each once.
    pub fn all(&self) -> &[u16] {
        &self.0
    }
}

const WRITE_PORT: &str = "a port from 1 to 65535, such as `port = 3000` or `port = [3000, 9090]`";

impl Value for Ports {
    fn read(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<Self> {
        let one = |item: &Item<'_>, path: &str, reader: &mut Reader| {
            let port = item
                .get_ref()
                .as_integer()
                .and_then(integer)
                .filter(|port| *port > 0);
            if port.is_none() {
                reader.wrong_type(item, path, WRITE_PORT);
            }
            port
        };
        let Some(items) = item.get_ref().as_array() else {
            return one(item, path, reader).map(|port| Self(vec![port]));
        };
        let mut ports: Vec<u16> = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let path = format!("{path}[{i}]");
            reader.enter(&path, item.span(), item);
            ports.extend(one(item, &path, reader).filter(|port| !ports.contains(port)));
        }
        if items.iter().next().is_none() {
            reader.note(
                item.span(),
                format!("`{path}` is an empty list; write {WRITE_PORT}"),
            );
        }
        Some(Self(ports))
    }

    fn schema() -> Json {
        let port = json!({"type": "integer", "minimum": 1, "maximum": 65535});
        json!({"anyOf": [port, {"type": "array", "items": port, "minItems": 1}]})
    }
}

/// How many failures in a row make the container unhealthy; at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Retries(pub u16);

impl Value for Retries {
    fn read(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<Self> {
        let count = item
            .get_ref()
            .as_integer()
            .and_then(integer)
            .filter(|count| *count > 0);
        if count.is_none() {
            reader.wrong_type(item, path, "a number from 1 to 65535, such as `3`");
        }
        count.map(Self)
    }

    fn schema() -> Json {
        json!({"type": "integer", "minimum": 1, "maximum": 65535})
    }
}

/// A signal of Linux by its name, such as `SIGTERM`, or by its number from 1 to 64.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StopSignal(String);

impl StopSignal {
    /// Returns the name in capitals with `SIG`, or the number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Text for StopSignal {
    const WRITE: &'static str = "a signal such as `\"SIGTERM\"` or `\"SIGINT\"`";
    const EXAMPLES: &'static [&'static str] = &["SIGTERM", "SIGINT", "SIGQUIT"];
}

text_or_number_value!(StopSignal);

/// The signals of signal(7) that every Linux has, without the two that cannot be caught to stop cleanly:
/// Docker sends SIGKILL anyway when the time is over.
const SIGNALS: &[&str] = &[
    "SIGHUP", "SIGINT", "SIGQUIT", "SIGABRT", "SIGALRM", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGCONT",
    "SIGWINCH", "SIGIO", "SIGPWR", "SIGKILL",
];

impl FromStr for StopSignal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(number @ 1..=64) = text.parse::<u8>() {
            return Ok(Self(number.to_string()));
        }
        let name = text.to_ascii_uppercase();
        let name = if name.starts_with("SIG") {
            name
        } else {
            format!("SIG{name}")
        };
        let real_time = name.strip_prefix("SIGRTMIN+").and_then(|n| n.parse::<u8>().ok());
        if SIGNALS.contains(&name.as_str()) || real_time.is_some_and(|n| n <= 30) {
            return Ok(Self(name));
        }
        Err("is not a signal that stops a service".to_owned())
    }
}

/// The health check of the image: none, or a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HealthcheckSetting {
    /// `healthcheck = false`: also not the base image's.
    Off,
    /// `[run.healthcheck]`.
    On(Box<Healthcheck>),
}

impl Value for HealthcheckSetting {
    fn read(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<Self> {
        match item.get_ref() {
            DeValue::Boolean(false) => Some(Self::Off),
            DeValue::Table(_) => {
                let mut check = Healthcheck::default();
                check.read(item, path, reader);
                if check.path.is_some() && check.command.is_some() {
                    let message = format!("`{path}` has both `path` and `command`; keep one of them");
                    reader.wrong_key(&format!("{path}.command"), &message);
                }
                Some(Self::On(Box::new(check)))
            }
            _ => {
                reader.wrong_type(item, path, "a table with a `path` or a `command`, or `false`");
                None
            }
        }
    }

    fn or(self, fallback: Self) -> Self {
        match (self, fallback) {
            (Self::On(own), Self::On(mut fallback)) => {
                // One way to ask replaces the other.
                if own.path.is_some() || own.command.is_some() {
                    fallback.path = None;
                    fallback.command = None;
                }
                Self::On(Box::new((*own).or(*fallback)))
            }
            (own, _) => own,
        }
    }

    fn schema() -> Json {
        json!({"anyOf": [Healthcheck::schema(), {"const": false}]})
    }
}

fn integer(number: &DeInteger<'_>) -> Option<u16> {
    u16::from_str_radix(number.as_str(), number.radix()).ok()
}

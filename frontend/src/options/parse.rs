//! The values of options that have a grammar. The errors name the flag that set the value.

use std::collections::BTreeMap;
use std::net::IpAddr;

use buildkit_llb::{ARCHITECTURES, Platform};
use serde::Deserialize;

use super::{CacheImport, NoCache, Problems, ResolveMode, Ulimit};
use crate::manifest::suggest;
use crate::manifest::values::Network;

/// Splits a comma list as CSV (RFC 4180): a part in double quotes may hold commas, and `""` for a quote.
pub(super) fn list(flag: &str, text: &str) -> Result<Vec<String>, String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let Some(part) = parts.last_mut() else { break };
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => part.extend(characters.next()),
            '"' if quoted || part.is_empty() => quoted = !quoted,
            ',' if !quoted => parts.push(String::new()),
            c => part.push(c),
        }
    }
    if quoted {
        return Err(format!("`{flag}` has `{text}`, whose `\"` has no end"));
    }
    Ok(parts
        .iter()
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect())
}

/// Parses a boolean with the words of Go's `strconv.ParseBool`.
pub(super) fn boolean(flag: &str, text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(format!("`{flag}` is `{text}`; write `true` or `false`")),
    }
}

pub(super) fn platforms(text: &str) -> Result<Vec<Platform>, Problems> {
    let platform = |entry: &String| match Platform::parse(entry) {
        Ok(platform) if !ARCHITECTURES.contains(&platform.architecture.as_str()) => {
            let help = match suggest(&platform.architecture, ARCHITECTURES.into_iter()) {
                Some(near) => format!("did you mean `{}/{near}`?", platform.os),
                None => "write `os/arch[/variant]`, such as `linux/arm64`".to_owned(),
            };
            Err(format!(
                "`--platform` has `{entry}`, which is no architecture; {help}"
            ))
        }
        Ok(platform) if platform.os == "linux" => Ok(platform.normalise()),
        Ok(platform) => Err(format!(
            "`--platform` has `{entry}`; services run on linux, write `linux/{}`",
            platform.architecture
        )),
        Err(_) => Err(format!(
            "`--platform` has `{entry}`; write `os/arch[/variant]`, such as `linux/arm64`"
        )),
    };
    let (mut platforms, mut problems) = (Vec::new(), Vec::new());
    for entry in &list("--platform", text)? {
        match platform(entry) {
            Ok(platform) => platforms.push(platform),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(platforms)
    } else {
        Err(Problems(problems))
    }
}

pub(super) fn source_date_epoch(text: &str) -> Result<Option<i64>, String> {
    match text.parse() {
        _ if text.is_empty() => Ok(None),
        Ok(seconds) => Ok(Some(seconds)),
        Err(_) => Err(format!(
            "`--build-arg SOURCE_DATE_EPOCH` is `{text}`; write seconds since 1970, as `git log -1 --format=%ct` prints them"
        )),
    }
}

pub(super) fn no_cache(text: &str) -> Result<NoCache, String> {
    let stages = list("--no-cache-filter", &text.to_lowercase())?;
    Ok(if stages.is_empty() {
        NoCache::All
    } else {
        NoCache::Stages(stages)
    })
}

pub(super) fn resolve_mode(text: &str) -> Result<ResolveMode, String> {
    match text {
        "" | "default" => Ok(ResolveMode::Default),
        "pull" => Ok(ResolveMode::ForcePull),
        "local" => Ok(ResolveMode::PreferLocal),
        _ => Err(format!(
            "`image-resolve-mode` is `{text}`; it can be `default`, `pull` (`--pull`) or `local`"
        )),
    }
}

pub(super) fn network(text: &str) -> Result<Option<Network>, String> {
    match text {
        "" => Ok(None),
        "default" | "sandbox" => Ok(Some(Network::Default)),
        "none" => Ok(Some(Network::None)),
        "host" => Ok(Some(Network::Host)),
        _ => Err(format!(
            "`--network` is `{text}`; write `default`, `none` or `host`"
        )),
    }
}

pub(super) fn shm_size(text: &str) -> Result<Option<u64>, String> {
    // buildx sends bytes, whatever unit was written; BuildKit keeps them in 64 bits with a sign.
    match text.parse::<i64>().map(u64::try_from) {
        _ if text.is_empty() => Ok(None),
        Ok(Ok(0)) => Ok(None),
        Ok(Ok(bytes)) => Ok(Some(bytes)),
        _ => Err(format!("`--shm-size` is `{text}`; write a size such as `128m`")),
    }
}

pub(super) fn add_hosts(text: &str) -> Result<Vec<(String, IpAddr)>, String> {
    let host = |entry: &String| {
        let wrong = || format!("`--add-host` has `{entry}`; write `name=address`, such as `db=10.0.0.5`");
        let (name, address) = entry.split_once('=').ok_or_else(wrong)?;
        let address = address
            .strip_prefix('[')
            .and_then(|a| a.strip_suffix(']'))
            .unwrap_or(address);
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(wrong());
        }
        Ok((name.to_lowercase(), address.parse().map_err(|_| wrong())?))
    };
    list("--add-host", text)?.iter().map(host).collect()
}

/// The limits that Docker knows (docker/go-units, `ulimit.go`).
const ULIMITS: &[&str] = &[
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

pub(super) fn ulimits(text: &str) -> Result<Vec<Ulimit>, String> {
    let limit = |entry: &String| {
        let wrong = |why: &str| {
            format!("`--ulimit` has `{entry}`, {why}; write `name=soft[:hard]`, such as `nofile=1024:2048`")
        };
        let (name, values) = entry.split_once('=').ok_or_else(|| wrong("which has no `=`"))?;
        if !ULIMITS.contains(&name) {
            return Err(wrong(&format!("whose name is none of {}", ULIMITS.join(", "))));
        }
        let number = |text: &str| match text.parse::<i64>() {
            Ok(number) if number >= -1 => Ok(number),
            _ => Err(wrong("whose limit is not a number or -1")),
        };
        let (soft, hard) = values.split_once(':').unwrap_or((values, values));
        let (soft, hard) = (number(soft)?, number(hard)?);
        if hard != -1 && (soft == -1 || soft > hard) {
            return Err(wrong("whose soft limit is above the hard one"));
        }
        Ok(Ulimit {
            name: name.to_owned(),
            soft,
            hard,
        })
    };
    list("--ulimit", text)?.iter().map(limit).collect()
}

// The names of Go's fields: the engine's own type has no tags.
#[derive(Deserialize)]
struct CacheImportRecord {
    #[serde(rename = "Type", alias = "type")]
    kind: String,
    #[serde(rename = "Attrs", alias = "attrs")]
    attrs: Option<BTreeMap<String, String>>,
}

pub(super) fn cache_imports(json: &str) -> Result<Vec<CacheImport>, String> {
    if json.is_empty() {
        return Ok(Vec::new());
    }
    let records: Option<Vec<CacheImportRecord>> = serde_json::from_str(json)
        .map_err(|e| format!("the `cache-imports` that buildx made of `--cache-from` are malformed: {e}"))?;
    let import = |record: CacheImportRecord| CacheImport {
        kind: record.kind,
        attrs: record.attrs.unwrap_or_default(),
    };
    Ok(records.unwrap_or_default().into_iter().map(import).collect())
}

pub(super) fn cache_from(text: &str) -> Result<Vec<CacheImport>, String> {
    let import = |reference: String| CacheImport {
        kind: "registry".to_owned(),
        attrs: BTreeMap::from([("ref".to_owned(), reference)]),
    };
    Ok(list("--cache-from", text)?.into_iter().map(import).collect())
}

/// Parses the parameters of an attestation; `None` where it is switched off.
pub(crate) fn attestation(kind: &str, text: &str) -> Result<Option<BTreeMap<String, String>>, String> {
    if !["sbom", "provenance"].contains(&kind) {
        return Err(format!(
            "`--attest` has the type `{kind}`; write `type=sbom` or `type=provenance`"
        ));
    }
    if let Ok(wanted) = boolean("--attest", text) {
        return Ok(wanted.then(BTreeMap::new));
    }
    let mut parameters = BTreeMap::new();
    for entry in list("--attest", text)? {
        let (key, value) = entry.split_once('=').ok_or_else(|| {
            format!("`--attest` of `type={kind}` has `{entry}`; write `key=value`, such as `mode=max`")
        })?;
        parameters.insert(key.to_owned(), value.to_owned());
    }
    // The kind again, as buildx repeats the whole flag.
    parameters.remove("type");
    let disabled = parameters
        .remove("disabled")
        .is_some_and(|value| boolean("", &value).unwrap_or(true));
    Ok((!disabled).then_some(parameters))
}

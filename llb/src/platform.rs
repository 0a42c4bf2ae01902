//! Platforms: `linux/amd64`, `linux/arm/v7`, `windows(10.0.17763)/amd64`.
//!
//! Grammar and canonical forms are those of github.com/containerd/platforms, which BuildKit and its clients
//! use.

use std::fmt;
use std::str::FromStr;

use buildkit_proto::pb;

/// What a file system is built for, and which one of a multi-platform image is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform {
    /// The operating system, such as `linux`.
    pub os: String,
    /// The architecture in Go's spelling, such as `amd64`.
    pub architecture: String,
    /// The variant of the architecture, such as `v7`; empty if there is none.
    pub variant: String,
    /// The version of the operating system; empty except on Windows.
    pub os_version: String,
}

/// Says why a string is not a platform.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a platform: {reason}; write os/architecture[/variant], for example linux/arm64")]
pub struct ParsePlatformError {
    given: String,
    reason: String,
}

impl Platform {
    /// Returns the platform of an operating system and an architecture, as given.
    pub fn new(os: impl Into<String>, architecture: impl Into<String>) -> Platform {
        Platform {
            os: os.into(),
            architecture: architecture.into(),
            ..Platform::default()
        }
    }

    /// Reads `os[(version)]/architecture[/variant]`, or an architecture alone, which means Linux.
    ///
    /// # Errors
    /// When a part is missing, empty, or has a character outside `A-Z a-z 0-9 _ . -`, or when the only part
    /// is no known architecture. (containerd takes a lone operating system too and adds the machine's
    /// architecture; a graph must not depend on the machine.)
    pub fn parse(text: &str) -> Result<Platform, ParsePlatformError> {
        let fail = |reason: String| ParsePlatformError {
            given: text.to_owned(),
            reason,
        };
        let mut parts = text.split('/');
        let (first, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        if parts.next().is_some() {
            return Err(fail("it has more than three parts".to_owned()));
        }
        for part in [second, third].into_iter().flatten() {
            check_part(part).map_err(fail)?;
        }
        let Some(second) = second else {
            check_part(first).map_err(fail)?;
            let (architecture, variant) = normalise_architecture(first, "");
            if !ARCHITECTURES.contains(&architecture.as_str()) {
                return Err(fail(format!("{first:?} alone is no known architecture")));
            }
            let variant = drop_implied_v7(&architecture, variant);
            return Ok(Platform {
                variant,
                ..Platform::new("linux", architecture)
            });
        };
        let (os, os_version) = match first.split_once('(') {
            None => (first, ""),
            Some((os, rest)) => {
                let version = rest
                    .strip_suffix(')')
                    .ok_or_else(|| fail("the bracket is not closed".to_owned()))?;
                check_part(version).map_err(fail)?;
                (os, version)
            }
        };
        check_part(os).map_err(fail)?;
        let (architecture, variant) = normalise_architecture(second, third.unwrap_or_default());
        let variant = match third {
            None => drop_implied_v7(&architecture, variant),
            // What was written out stays written out; `normalise` is there to drop it.
            Some(_) if architecture == "arm64" && variant.is_empty() => "v8".to_owned(),
            Some(_) => variant,
        };
        Ok(Platform {
            os: normalise_os(os),
            architecture,
            variant,
            os_version: os_version.to_owned(),
        })
    }

    /// Returns the canonical spelling: `linux/aarch64/v8` is `linux/arm64`, `linux/arm` is `linux/arm/v7`.
    #[must_use]
    pub fn normalise(&self) -> Platform {
        let (architecture, variant) = normalise_architecture(&self.architecture, &self.variant);
        Platform {
            os: normalise_os(&self.os),
            architecture,
            variant,
            os_version: self.os_version.clone(),
        }
    }
}

impl fmt::Display for Platform {
    /// Writes `os[(version)]/architecture[/variant]`, the id of the platform in results and options.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.os)?;
        if !self.os_version.is_empty() {
            write!(f, "({})", self.os_version)?;
        }
        for part in [&self.architecture, &self.variant]
            .into_iter()
            .filter(|part| !part.is_empty())
        {
            write!(f, "/{part}")?;
        }
        Ok(())
    }
}

impl FromStr for Platform {
    type Err = ParsePlatformError;

    fn from_str(text: &str) -> Result<Platform, ParsePlatformError> {
        Platform::parse(text)
    }
}

impl From<&Platform> for pb::Platform {
    fn from(platform: &Platform) -> pb::Platform {
        let Platform {
            os,
            architecture,
            variant,
            os_version,
        } = platform.clone();
        pb::Platform {
            architecture,
            os,
            variant,
            os_version,
            os_features: Vec::new(),
        }
    }
}

impl From<&pb::Platform> for Platform {
    fn from(platform: &pb::Platform) -> Platform {
        let pb::Platform {
            architecture,
            os,
            variant,
            os_version,
            os_features: _,
        } = platform.clone();
        Platform {
            os,
            architecture,
            variant,
            os_version,
        }
    }
}

/// The architectures of Go, which are those that containerd takes alone.
pub const ARCHITECTURES: [&str; 24] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

fn check_part(part: &str) -> Result<(), String> {
    if part.is_empty() {
        return Err("a part is empty".to_owned());
    }
    match part
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && !"_.-".contains(*c))
    {
        Some(found) => Err(format!("it contains {found:?}")),
        None => Ok(()),
    }
}

fn normalise_os(os: &str) -> String {
    match os.to_ascii_lowercase() {
        macos if macos == "macos" => "darwin".to_owned(),
        os => os,
    }
}

/// Returns the canonical architecture and variant.
fn normalise_architecture(architecture: &str, variant: &str) -> (String, String) {
    let (architecture, variant) = (architecture.to_ascii_lowercase(), variant.to_ascii_lowercase());
    let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
        ("i386", _) => ("386", ""),
        ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
        ("x86_64" | "x86-64" | "amd64", variant) => ("amd64", variant),
        ("aarch64" | "arm64", "8" | "v8" | "v8.0") => ("arm64", ""),
        ("aarch64" | "arm64", "9" | "9.0" | "v9.0") => ("arm64", "v9"),
        ("aarch64" | "arm64", variant) => ("arm64", variant),
        ("armhf", _) | ("arm", "" | "7") => ("arm", "v7"),
        ("armel", _) | ("arm", "6") => ("arm", "v6"),
        ("arm", "5") => ("arm", "v5"),
        ("arm", "8") => ("arm", "v8"),
        other => other,
    };
    (architecture.to_owned(), variant.to_owned())
}

/// Leaves `linux/arm` as it was written: v7 is what it means anyway, and what `normalise` writes.
fn drop_implied_v7(architecture: &str, variant: String) -> String {
    if architecture == "arm" && variant == "v7" {
        String::new()
    } else {
        variant
    }
}

#[cfg(test)]
mod tests;

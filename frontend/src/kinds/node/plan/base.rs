//! The image that the service stands on.

use super::native::Native;
use crate::manifest::values::Base;

/// C library of an image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Libc {
    /// glibc: Debian and what is made from it.
    #[default]
    Gnu,
    /// musl: Alpine.
    Musl,
}

impl Libc {
    /// Returns the name that pnpm and `scripts/tidy.cjs` use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gnu => "gnu",
            Self::Musl => "musl",
        }
    }
}

/// The image that the service stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseImage {
    /// Image reference.
    pub reference: String,
    /// Its C library.
    pub libc: Libc,
    /// Path of its node program, or the bare name where PATH finds it.
    pub node: String,
    /// Whether it has a shell, so that a command may be a shell script.
    pub has_shell: bool,
    /// Whether the service stands on scratch, with what Node needs taken from this image.
    pub only_node: bool,
    /// Whether the repository names the image itself, and with it the programs in it.
    pub is_named: bool,
    /// Whether it was chosen since nothing says that native code needs another C library: only binaries themselves tell
    /// of which one they are.
    pub is_hoped: bool,
    /// Why it was chosen.
    pub why: String,
}

impl BaseImage {
    /// Returns what messages call it.
    pub fn name(&self) -> &str {
        if self.only_node {
            "scratch"
        } else {
            &self.reference
        }
    }
}

/// Returns Debian's image of a Node version; builds run in it whatever the service stands on.
pub(super) fn debian(node: &str) -> String {
    format!("docker.io/library/node:{node}-bookworm-slim")
}

/// Returns Alpine's image of a Node version.
pub(super) fn alpine(node: &str) -> String {
    format!("docker.io/library/node:{node}-alpine")
}

/// What is known of native code beside what the lockfile says of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Whether a look at an image with musl has found some that does not run there.
    pub(super) is_for_glibc: bool,
    /// Whether the build packs what it has installed, which is for the C library that builds run on.
    pub(super) is_packed: bool,
}

/// Chooses the base: the manifest's, else the smallest one that the production closure's native modules run on.
pub(super) fn choose(wanted: &Base, node: &str, native: &Native, found: Found) -> BaseImage {
    match wanted {
        Base::Auto => automatic(node, native, found),
        Base::Debian => image(debian(node), Libc::Gnu, "the manifest asks for debian"),
        Base::Alpine => image(alpine(node), Libc::Musl, "the manifest asks for alpine"),
        Base::Distroless => BaseImage {
            reference: format!(
                "gcr.io/distroless/nodejs{}-debian12",
                node.split('.').next().unwrap_or(node)
            ),
            libc: Libc::Gnu,
            node: "/nodejs/bin/node".to_owned(),
            has_shell: false,
            only_node: false,
            is_named: false,
            is_hoped: false,
            why: "the manifest asks for distroless".to_owned(),
        },
        // Debian's Node runs whatever native code there is, takes no more room than Alpine's, and is one layer for
        // all services.
        Base::Scratch => BaseImage {
            has_shell: false,
            only_node: true,
            ..image(
                debian(node),
                Libc::Gnu,
                "the manifest asks for scratch, with Node as Debian's image has it",
            )
        },
        Base::Image(reference) => {
            let reference = reference.as_str();
            let libc = if reference.contains("alpine") {
                Libc::Musl
            } else {
                Libc::Gnu
            };
            let mut base = image(reference.to_owned(), libc, "the manifest names it");
            base.is_named = true;
            if reference.contains("distroless") {
                base.node = "/nodejs/bin/node".to_owned();
                base.has_shell = false;
            }
            base
        }
    }
}

fn automatic(node: &str, native: &Native, found: Found) -> BaseImage {
    let some = |names: &std::collections::BTreeSet<String>| {
        let listed: Vec<&str> = names.iter().take(3).map(String::as_str).collect();
        let more = names.len().saturating_sub(listed.len());
        if more > 0 {
            format!("{} and {more} more", listed.join(", "))
        } else {
            listed.join(", ")
        }
    };
    if !native.needs_glibc.is_empty() {
        let why = format!("native code for glibc: {}", some(&native.needs_glibc));
        return image(debian(node), Libc::Gnu, &why);
    }
    if found.is_packed && !native.portable.is_empty() {
        let why = format!(
            "the build packs native code, for the C library that it runs on: {}",
            some(&native.portable)
        );
        return image(debian(node), Libc::Gnu, &why);
    }
    if found.is_for_glibc {
        let why = "an image of Alpine was found to have native code for glibc alone";
        return image(debian(node), Libc::Gnu, why);
    }
    let why = if native.portable.is_empty() {
        "no native code in production".to_owned()
    } else {
        format!("native code runs on musl: {}", some(&native.portable))
    };
    BaseImage {
        is_hoped: true,
        ..image(alpine(node), Libc::Musl, &why)
    }
}

fn image(reference: String, libc: Libc, why: &str) -> BaseImage {
    BaseImage {
        reference,
        libc,
        node: "node".to_owned(),
        has_shell: true,
        only_node: false,
        is_named: false,
        is_hoped: false,
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests;

//! What a site stands on, and what its health check asks with.

use crate::diagnostic::Place;
use crate::kinds::node::plan::healthcheck::timed;
use crate::kinds::node::plan::model::Reason;
use crate::manifest::Manifest;
use crate::manifest::tables::{Healthcheck as Keys, Run};
use crate::manifest::values::{Base, HealthcheckSetting};
use crate::plan::Healthcheck;

/// The image that a site stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteBase {
    /// Image reference.
    pub reference: String,
    /// Whether the site stands on scratch, with nginx and what it loads taken from this image.
    pub only_nginx: bool,
    /// The program of the image that can ask over HTTP.
    pub asks: Option<Asks>,
    /// Why it was chosen.
    pub why: String,
}

/// A program that asks over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// That of busybox.
    Wget,
    /// curl.
    Curl,
}

/// The image for who says nothing of one: 5 MB, with busybox.
const SLIM: &str = "docker.io/nginxinc/nginx-unprivileged:stable-alpine-slim";
/// That of Debian. Its Dockerfile installs curl.
const DEBIAN: &str = "docker.io/nginxinc/nginx-unprivileged:stable-bookworm";

/// Chooses the base: the manifest's; what the workspace's defaults name is for services where it is an image.
pub(super) fn choose(manifest: &Manifest) -> SiteBase {
    let is_own = manifest.own_place("base").is_some();
    let image = |reference: &str, asks: Option<Asks>, why: &str| SiteBase {
        reference: reference.to_owned(),
        only_nginx: false,
        asks,
        why: why.to_owned(),
    };
    match manifest.base() {
        Base::Auto => image(SLIM, Some(Asks::Wget), "the smallest image of unprivileged nginx"),
        Base::Alpine => image(SLIM, Some(Asks::Wget), "the manifest asks for alpine"),
        Base::Debian => image(DEBIAN, Some(Asks::Curl), "the manifest asks for debian"),
        Base::Scratch => SiteBase {
            only_nginx: true,
            ..image(
                DEBIAN,
                None,
                "the manifest asks for scratch, with nginx as Debian's image has it",
            )
        },
        Base::Image(reference) if is_own => image(reference.as_str(), None, "the manifest names it"),
        // The planner refuses `distroless` where the service's manifest asks for it.
        Base::Image(_) | Base::Distroless => {
            let why = "the smallest image of unprivileged nginx; the one of vextrus.toml is for services";
            image(SLIM, Some(Asks::Wget), why)
        }
    }
}

/// Why a health check is what it is, and the key that says so.
pub(super) struct Why(&'static str, &'static str);

impl Why {
    pub(super) fn at(&self, manifest: &Manifest) -> Reason {
        let place: Option<Place> = manifest.place(self.1);
        Reason::new(self.0, place)
    }
}

/// Decides the health check; `asks_ours` says that the server has `/healthz`.
pub(super) fn healthcheck(
    run: &Run,
    base: &SiteBase,
    port: u16,
    asks_ours: bool,
) -> (Option<Healthcheck>, Why) {
    let keys = match &run.healthcheck {
        Some(HealthcheckSetting::Off) => return (None, Why("the manifest turns it off", "run.healthcheck")),
        Some(HealthcheckSetting::On(keys)) => (**keys).clone(),
        None => Keys::default(),
    };
    if let Some(command) = &keys.command {
        let check = timed(&keys, command.words().to_vec());
        return (
            Some(check),
            Why("the manifest's command", "run.healthcheck.command"),
        );
    }
    let path = match (&keys.path, asks_ours) {
        (Some(path), _) => path.as_str(),
        (None, true) => "/healthz",
        (None, false) => {
            return (
                None,
                Why(
                    "the server is the repository's own, and no path to ask is said",
                    "static.nginx",
                ),
            );
        }
    };
    let Some(asks) = base.asks else {
        return (None, Why("nothing in the image could ask the server", "base"));
    };
    let url = format!("http://127.0.0.1:{port}{path}");
    let words: &[&str] = match asks {
        Asks::Wget => &["wget", "-q", "-O", "/dev/null", &url],
        Asks::Curl => &["curl", "-fsS", "-o", "/dev/null", &url],
    };
    let command = words.iter().map(|word| (*word).to_owned()).collect();
    let why = match keys.path {
        Some(_) => Why("the manifest's path", "run.healthcheck.path"),
        None => Why("the path that the server answers by itself", "run.healthcheck"),
    };
    (Some(timed(&keys, command)), why)
}

//! The health check: the manifest's, else one for what answers HTTP.

use crate::kinds::node::workspace::PackageJson;
use crate::manifest::tables::{Healthcheck as Keys, Run};
use crate::manifest::values::HealthcheckSetting;
use crate::plan::{Healthcheck, RUNTIME_SCRIPTS};

/// Libraries that a package depends on to answer HTTP.
const SERVERS: [&str; 16] = [
    "@adonisjs/http-server",
    "@apollo/server",
    "@hapi/hapi",
    "@hono/node-server",
    "@medusajs/medusa",
    "@nestjs/platform-express",
    "@nestjs/platform-fastify",
    "@trpc/server",
    "express",
    "fastify",
    "graphql-yoga",
    "h3",
    "koa",
    "next",
    "nuxt",
    "restify",
];

/// Paths that are asked where the manifest names none, the most telling first.
const USUAL_PATHS: [&str; 4] = ["/health/ready", "/health", "/healthz", "/api/health"];

/// Returns the library by which a service answers HTTP, and the package that depends on it: the service, or one of those
/// that it runs with.
pub(super) fn server<'m>(
    manifests: impl IntoIterator<Item = &'m PackageJson>,
) -> Option<(&'static str, &'m PackageJson)> {
    manifests.into_iter().find_map(|manifest| {
        let known = |name: &&str| manifest.dependencies.contains_key(*name);
        Some((SERVERS.into_iter().find(known)?, manifest))
    })
}

/// What is known of a service before its health check is decided.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// The program that runs the check.
    pub(super) node: &'a str,
    /// The first port of the service.
    pub(super) port: Option<u16>,
    /// The library by which it answers HTTP.
    pub(super) server: Option<&'static str>,
    /// Whether it is a role with a command of its own, of which the service's port and server say nothing.
    pub(super) is_other_program: bool,
}

/// Decides the health check and says why.
pub(super) fn decide(run: &Run, known: Known<'_>) -> (Option<Healthcheck>, String) {
    let Known {
        node, port, server, ..
    } = known;
    let keys = match &run.healthcheck {
        Some(HealthcheckSetting::Off) => return (None, "the manifest turns it off".to_owned()),
        Some(HealthcheckSetting::On(keys)) => (**keys).clone(),
        None if known.is_other_program => {
            let why =
                "it runs another command than the service, and has neither a `port` nor a `healthcheck`";
            return (None, why.to_owned());
        }
        None => Keys::default(),
    };
    if let Some(command) = &keys.command {
        return (
            Some(timed(&keys, command.words().to_vec())),
            "the manifest's command".to_owned(),
        );
    }
    let protocol = if keys.path.is_some() || server.is_some() {
        "http"
    } else {
        "any"
    };
    let mut command = vec![
        node.to_owned(),
        format!("{RUNTIME_SCRIPTS}/healthcheck.cjs"),
        port.unwrap_or(0).to_string(),
        protocol.to_owned(),
    ];
    let why = match &keys.path {
        Some(path) => {
            command.push(path.as_str().to_owned());
            "the manifest's path"
        }
        None => {
            command.extend(USUAL_PATHS.iter().map(|path| (*path).to_owned()));
            "the first usual path that the service knows; else any answer, or a worker that lives"
        }
    };
    (Some(timed(&keys, command)), why.to_owned())
}

fn timed(keys: &Keys, command: Vec<String>) -> Healthcheck {
    Healthcheck {
        // Ours is short; who starts after the service, as in compose, waits for the first that is well.
        start_interval: u64::from(keys.command.is_none()),
        command,
        interval: keys.interval().as_secs(),
        timeout: keys.timeout().as_secs(),
        start_period: keys.start_period().as_secs(),
        retries: u32::from(keys.retries()),
    }
}

#[cfg(test)]
mod tests;

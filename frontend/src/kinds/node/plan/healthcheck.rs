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

/// Returns the library by which a package answers HTTP.
pub(super) fn server(manifest: &PackageJson) -> Option<&'static str> {
    let known = |name: &&str| manifest.dependencies.contains_key(*name);
    SERVERS.into_iter().find(known)
}

/// Decides the health check and says why.
pub(super) fn decide(
    run: &Run,
    manifest: &PackageJson,
    node: &str,
    port: Option<u16>,
) -> (Option<Healthcheck>, String) {
    let keys = match &run.healthcheck {
        Some(HealthcheckSetting::Off) => return (None, "the manifest turns it off".to_owned()),
        Some(HealthcheckSetting::On(keys)) => (**keys).clone(),
        None => {
            if server(manifest).is_none() && port.is_none() {
                return (None, "nothing says that the service answers HTTP".to_owned());
            }
            Keys::default()
        }
    };
    if let Some(command) = &keys.command {
        return (
            Some(timed(&keys, command.words().to_vec())),
            "the manifest's command".to_owned(),
        );
    }
    let mut command = vec![
        node.to_owned(),
        format!("{RUNTIME_SCRIPTS}/healthcheck.cjs"),
        port.unwrap_or(0).to_string(),
    ];
    let why = match &keys.path {
        Some(path) => {
            command.push(path.as_str().to_owned());
            "the manifest's path".to_owned()
        }
        None => {
            command.extend(USUAL_PATHS.iter().map(|path| (*path).to_owned()));
            "the first usual path that the service knows; else any answer".to_owned()
        }
    };
    (Some(timed(&keys, command)), why)
}

fn timed(keys: &Keys, command: Vec<String>) -> Healthcheck {
    Healthcheck {
        command,
        interval: keys.interval().as_secs(),
        timeout: keys.timeout().as_secs(),
        start_period: keys.start_period().as_secs(),
        retries: u32::from(keys.retries()),
    }
}

#[cfg(test)]
mod tests;

//! The health check: the manifest's, else one for what answers HTTP.

use crate::kinds::node::workspace::PackageJson;
use crate::manifest::tables::{Healthcheck as Keys, Run};
use crate::manifest::values::HealthcheckSetting;
use crate::plan::{Healthcheck, RUNTIME_SCRIPTS};

/// Libraries and programs that a package depends on to answer HTTP.
const SERVERS: [&str; 40] = [
    "@adonisjs/core",
    "@adonisjs/http-server",
    "@apollo/server",
    "@elysiajs/node",
    "@feathersjs/express",
    "@feathersjs/koa",
    "@hapi/hapi",
    "@hocuspocus/server",
    "@hono/node-server",
    "@keystone-6/core",
    "@loopback/rest",
    "@marblejs/http",
    "@medusajs/medusa",
    "@nestjs/platform-express",
    "@nestjs/platform-fastify",
    "@react-router/serve",
    "@redwoodjs/api-server",
    "@remix-run/serve",
    "@strapi/strapi",
    "@tinyhttp/app",
    "@trpc/server",
    "@vendure/core",
    "connect",
    "elysia",
    "express",
    "fastify",
    "graphql-yoga",
    "h3",
    "hyper-express",
    "koa",
    "micro",
    "moleculer-web",
    "next",
    "nuxt",
    "parse-server",
    "payload",
    "polka",
    "restify",
    "socket.io",
    "srvx",
];

/// What writes a server into a build's output, and is a tool of the build alone.
const BUNDLED: [&str; 7] = [
    "@astrojs/node",
    "@sveltejs/adapter-node",
    "@tanstack/react-start",
    "@tanstack/solid-start",
    "nitro",
    "nitropack",
    "vinxi",
];

/// Packages that are installed for little else than to listen, whoever brings them.
const LISTENERS: [&str; 12] = [
    "@grpc/grpc-js",
    "@hapi/hapi",
    "@hono/node-server",
    "express",
    "fastify",
    "finalhandler",
    "find-my-way",
    "h3",
    "koa",
    "polka",
    "srvx",
    "uWebSockets.js",
];

/// Why a service has no check where nobody turned it off.
pub(super) const NOTHING_LISTENS: &str = "nothing says that the service listens";

/// Paths that are asked where the manifest names none, the most telling first.
const USUAL_PATHS: [&str; 4] = ["/health/ready", "/health", "/healthz", "/api/health"];

/// Returns the library by which a service answers HTTP, and the package that depends on it: the service, or one of those
/// that it runs with.
pub(super) fn server<'m>(
    manifests: impl IntoIterator<Item = &'m PackageJson>,
) -> Option<(&'static str, &'m PackageJson)> {
    manifests.into_iter().find_map(|manifest| {
        let declared = |name: &&str| manifest.dependencies.contains_key(*name);
        let bundled = |name: &&str| manifest.specifier(name).is_some();
        let found = SERVERS.into_iter().find(declared);
        Some((found.or_else(|| BUNDLED.into_iter().find(bundled))?, manifest))
    })
}

/// Returns the package among those that run by which a service may listen though none of its own says so.
pub(super) fn listener<'n>(installed: impl IntoIterator<Item = &'n str>) -> Option<&'static str> {
    let found = |name| LISTENERS.into_iter().find(|known| *known == name);
    installed.into_iter().find_map(found)
}

/// Returns the package by which a service may listen that it declares itself, for its development alone where a bundler
/// writes it into the output. `ws` is as often a client, so that it says something only where the service names it.
pub(super) fn may_listen(manifest: &PackageJson) -> Option<&'static str> {
    asked_for(|name| manifest.specifier(name).is_some())
}

/// Returns the package by which a service may listen among those that it is asked for by name.
pub(super) fn asked_for(is_asked_for: impl Fn(&str) -> bool) -> Option<&'static str> {
    let known = SERVERS.into_iter().chain(LISTENERS).chain(["ws"]);
    known.into_iter().find(|name| is_asked_for(name))
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
    /// The package by which it may listen, in whatever protocol, where no library says more.
    pub(super) listener: Option<&'static str>,
    /// Whether it is a role with a command of its own, of which the service's port and server say nothing.
    pub(super) is_other_program: bool,
}

/// Decides the health check and says why.
pub(super) fn decide(run: &Run, known: Known<'_>) -> (Option<Healthcheck>, String) {
    let Known {
        node,
        port,
        server,
        listener,
        ..
    } = known;
    let keys = match &run.healthcheck {
        Some(HealthcheckSetting::Off) => return (None, "the manifest turns it off".to_owned()),
        Some(HealthcheckSetting::On(keys)) => (**keys).clone(),
        None if known.is_other_program => {
            let why =
                "it runs another command than the service, and has neither a `port` nor a `healthcheck`";
            return (None, why.to_owned());
        }
        None if server.is_none() && port.is_none() && listener.is_none() => {
            return (None, NOTHING_LISTENS.to_owned());
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

/// Returns a check that runs a command when the manifest says, as far as it does.
pub(super) fn timed(keys: &Keys, command: Vec<String>) -> Healthcheck {
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

//! The image: what runs, as whom, with what.

use std::collections::{BTreeMap, BTreeSet};

use super::command::Inferred;
use super::input::PlanInput;
use super::layout::Places;
use super::model::{Reason, Runtime};
use super::native::Native;
use super::system::{OPENSSL, SystemPackages};
use super::{BaseImage, Libc, healthcheck};
use crate::kinds::node::scripts::{HEALTHCHECK, PRELOAD, preload};
use crate::kinds::node::workspace::{ImporterId, PackageJson, Project};
use crate::manifest::tables::Run;
use crate::path::join;
use crate::plan::{RUNTIME_SCRIPTS, User};

const NODE_OPTIONS: &str = "NODE_OPTIONS";

/// Plans the image and says why its health check is what it is.
pub(super) fn plan(
    input: &PlanInput<'_>,
    run: &Run,
    project: &Project,
    (projects, places): (&BTreeSet<ImporterId>, &Places<'_>),
    (base, native): (BaseImage, &Native),
    listener: Option<&'static str>,
    start: Inferred,
) -> (Runtime, Reason) {
    let workspace = input.workspace;
    let directory = places.of(input.service);
    let ports: Vec<u16> = run.port.iter().flat_map(|ports| ports.all()).copied().collect();
    let others = projects.iter().filter_map(|id| workspace.projects.get(id));
    let manifests = std::iter::once(project)
        .chain(others)
        .map(|project| &project.manifest);
    let server = healthcheck::server(manifests);
    let known = healthcheck::Known {
        node: &base.node,
        port: ports.first().copied(),
        server: server.map(|(server, _)| server),
        listener: listener.or_else(|| healthcheck::may_listen(&project.manifest)),
        is_other_program: is_other_program(input),
    };
    let (healthcheck, why) = healthcheck::decide(run, known);
    let key = |key: &str| input.manifest.role_place(&input.target, key);
    let place = match (&run.healthcheck, server) {
        (Some(_), _) => Some(key("healthcheck")),
        (None, _) if known.is_other_program => Some(key("command")),
        (None, Some((server, manifest))) => manifest.place(&["dependencies", server]),
        (None, None) => run.port.is_some().then(|| key("port")),
    };
    let mut scripts = vec![PRELOAD];
    if healthcheck
        .as_ref()
        .is_some_and(|check| check.command.iter().any(|word| word.contains(RUNTIME_SCRIPTS)))
    {
        scripts.insert(0, HEALTHCHECK);
    }
    let mut env = environment(&project.manifest);
    env.extend(start.env);
    env.extend(env_files(&directory, &start.env_files));
    env.extend(
        run.env
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.clone())),
    );
    let mut command = start.command;
    if command.args.first().is_some_and(|program| program == "node") {
        command
            .args
            .splice(0..1, [base.node.clone(), "--require".to_owned(), preload()]);
        command.entry_index = command.entry_index.map(|index| index + 2);
    } else {
        load_first(&mut env);
    }
    let written = run.writable.iter().flatten().map(|path| path.as_str());
    let written = written.chain(start.writable.iter().map(String::as_str));
    let written = written.map(|path| absolute(&directory, path));
    // One that the manifest names is not there twice.
    let writable: BTreeSet<String> = written
        .chain(input.facts.looked.written.iter().cloned())
        .collect();
    let writable = writable.into_iter().collect();
    let files = run
        .files
        .iter()
        .flatten()
        .map(|path| {
            (
                workspace.context_pattern(path.as_str()),
                places.of_file(path.as_str()),
            )
        })
        .collect();
    let wanted = run
        .packages
        .iter()
        .flatten()
        .map(|package| package.as_str().to_owned());
    let wanted = wanted.chain(libraries(&base, native));
    let search = start
        .search
        .iter()
        .map(|path| absolute(&directory, path))
        .collect();
    let user = run.user();
    let runtime = Runtime {
        packages: SystemPackages::new(wanted, base.libc),
        base,
        user: User {
            uid: user.uid,
            gid: user.gid,
        },
        directory,
        command,
        env,
        search,
        ports,
        healthcheck,
        labels: labels(input, project),
        stop_signal: run.stop_signal.as_ref().map(|signal| signal.as_str().to_owned()),
        scripts,
        writable,
        files,
        max_size: input.manifest.image.max_size.map(|size| size.0),
    };
    (runtime, Reason::new(why, place))
}

/// Returns the system packages whose libraries are loaded by what runs. An image that the repository names has what its
/// authors saw to.
fn libraries(base: &BaseImage, native: &Native) -> Option<String> {
    let is_missing = !native.openssl.is_empty() && base.libc == Libc::Gnu;
    (is_missing && !base.is_named && base.has_shell).then(|| OPENSSL.to_owned())
}

/// Returns the variable by which what is loaded before the service (`scripts/init.cjs`) knows files of variables.
fn env_files(directory: &str, files: &[String]) -> Option<(String, String)> {
    let files = files.iter().filter(|file| !file.contains(':'));
    let files: Vec<String> = files.map(|file| absolute(directory, file)).collect();
    (!files.is_empty()).then(|| ("VEXTRUS_ENV_FILES".to_owned(), files.join(":")))
}

/// Returns where the image has what is written as an absolute path or one from the service's directory.
pub(super) fn absolute(directory: &str, path: &str) -> String {
    match path.starts_with('/') {
        true => path.to_owned(),
        // An absolute path alone is one after it is joined.
        false => join(".", &format!("{directory}/{path}")),
    }
}

/// Has Node load the preload, whoever starts it: a program of a package, or what a shell ends with, is Node as well, and as
/// the first process ends by no signal that it does not ask for.
fn load_first(env: &mut BTreeMap<String, String>) {
    let own = env.remove(NODE_OPTIONS);
    let options: Vec<String> = std::iter::once(format!("--require={}", preload()))
        .chain(own)
        .collect();
    env.insert(NODE_OPTIONS.to_owned(), options.join(" "));
}

/// Returns the variables that every image has. Frameworks that listen on this machine alone, where nobody says otherwise,
/// take the address from `HOST`; the server of Next.js takes it from `HOSTNAME`, which is the container's own without this.
fn environment(manifest: &PackageJson) -> BTreeMap<String, String> {
    const EVERYWHERE: &str = "0.0.0.0";
    let mut env = vec![("NODE_ENV", "production"), ("HOST", EVERYWHERE)];
    if manifest.specifier("next").is_some() {
        env.push(("HOSTNAME", EVERYWHERE));
    }
    env.into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Returns whether the target is a role that runs a command of its own and has neither a port nor a health check.
fn is_other_program(input: &PlanInput<'_>) -> bool {
    let role = input.target.role.as_ref();
    let role = role.and_then(|name| input.manifest.target.get(name.as_str()));
    role.is_some_and(|role| role.command.is_some() && role.port.is_none() && role.healthcheck.is_none())
}

/// Returns the labels of an image: the repository's, the manifest's over them.
pub(super) fn labels(input: &PlanInput<'_>, project: &Project) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::from([(
        "org.opencontainers.image.title".to_owned(),
        project.name(input.service),
    )]);
    if let Some(version) = &project.manifest.version {
        labels.insert("org.opencontainers.image.version".to_owned(), version.clone());
    }
    labels.extend(
        input
            .manifest
            .image
            .labels
            .iter()
            .map(|(key, value)| (key.as_str().to_owned(), value.clone())),
    );
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_variables_are_named_by_their_whole_paths() {
        let files = |files: &[&str]| {
            let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
            env_files("/app/services/auth", &files)
        };
        let (name, value) = files(&[".env.production", "./config/base.env", "/run/x.env"]).unwrap();
        assert_eq!(name, "VEXTRUS_ENV_FILES");
        assert_eq!(
            value,
            "/app/services/auth/.env.production:/app/services/auth/config/base.env:/run/x.env"
        );
        assert_eq!(files(&[]), None);
    }

    #[test]
    fn options_of_the_service_stay_behind_the_preload() {
        let mut env = BTreeMap::new();
        load_first(&mut env);
        assert_eq!(env[NODE_OPTIONS], "--require=/usr/lib/vextrus/init.cjs");
        env.insert(NODE_OPTIONS.to_owned(), "--max-old-space-size=512".to_owned());
        load_first(&mut env);
        assert_eq!(
            env[NODE_OPTIONS],
            "--require=/usr/lib/vextrus/init.cjs --max-old-space-size=512"
        );
    }
}

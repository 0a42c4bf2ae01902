//! One build vertex a workspace package.

use std::collections::BTreeMap;

use buildkit_llb::{Copy, Exec, File, Mount, Output, Rooted, SecretEnv};

use crate::diagnostic::Diagnostic;

use super::steps::{Steps, copy, with_network};
use super::toolchain::{Installs, in_tree, resolved};
use crate::plan::{OutputRule, PackageBuild, SCRIPTS, Stage, WORKSPACE};

/// What a package hands on.
#[derive(Debug, Clone)]
pub(super) struct Package {
    /// What dependents see, and the directory that it is in.
    pub(super) build: (Output, String),
    /// Everything that its scripts left, where it has any.
    pub(super) whole: Option<(Output, String)>,
    /// What the image holds.
    pub(super) runtime: Option<(Output, String)>,
    /// Patterns, relative to that directory, that stay out of a copy.
    pub(super) exclude: Vec<String>,
    /// Code that the scripts generated into installed packages, by path below the workspace, and the directory
    /// that it is in.
    pub(super) generated: Option<(Output, String)>,
}

/// Lowers all packages in build order.
pub(super) fn lower(steps: &Steps<'_>, installs: &Installs) -> Result<BTreeMap<String, Package>, Diagnostic> {
    let mut packages = BTreeMap::new();
    for package in &steps.plan.packages {
        let replaced = steps.surroundings.stages.get(&Stage::Build);
        let lowered = if let Some(root) = replaced {
            taken(steps, installs, package, root)?
        } else if package.scripts.is_empty() {
            copied(steps, package)
        } else {
            built(steps, installs, &packages, package)?
        };
        packages.insert(package.importer.clone(), lowered);
    }
    Ok(packages)
}

/// A package without scripts: its sources are what it hands on.
fn copied(steps: &Steps<'_>, package: &PackageBuild) -> Package {
    let source = (sources(steps, package), format!("/{}", package.source));
    Package {
        build: source.clone(),
        whole: None,
        runtime: package.runtime_output.map(|_| source),
        exclude: package.exclude.clone(),
        generated: None,
    }
}

/// A package of a workspace that is built already (`--build-context build=…`): its files are only collected.
fn taken(
    steps: &Steps<'_>,
    installs: &Installs,
    package: &PackageBuild,
    root: &Output,
) -> Result<Package, Diagnostic> {
    let Some(install) = installs.get(&package.install) else {
        let from = (root.clone(), package.directory.clone());
        return Ok(Package {
            build: from.clone(),
            whole: None,
            runtime: package.runtime_output.map(|_| from),
            exclude: [&package.exclude[..], &["**/node_modules".to_owned()]].concat(),
            generated: None,
        });
    };
    let tree = steps.workspace_of(root, "build");
    let line = steps.name(format!("collect {} from the context build", package.name));
    let image = resolved(steps, &steps.plan.toolchain.image, &steps.surroundings.build)?;
    let command = shell(&[collect(package)]);
    let exec = steps
        .run(
            Stage::Build,
            &install.tools,
            image,
            command,
            &steps.surroundings.build,
        )
        .locations(steps.at([&package.origin]));
    collected(steps, exec, package, &tree, &line)
}

/// The part of the context that a package reads.
fn sources(steps: &Steps<'_>, package: &PackageBuild) -> Output {
    let others = package.extra_files.keys().chain(package.optional_files.keys());
    let include = std::iter::once(&package.source).chain(others);
    steps.load(
        &format!("the sources of {}", package.name),
        include,
        &package.stale,
        &steps.at([&package.origin]),
    )
}

fn built(
    steps: &Steps<'_>,
    installs: &Installs,
    before: &BTreeMap<String, Package>,
    package: &PackageBuild,
) -> Result<Package, Diagnostic> {
    let install = installs
        .get(&package.install)
        .ok_or_else(|| Diagnostic::internal(format!("{} has no install", package.name)))?;
    let line = steps.name(format!("build {}", package.name));
    let tree = with_sources(steps, before, package, File::on(&install.tree), "/")?
        .name(steps.name(format!("sources of {}", package.name)))
        .progress_group(&line, &line, true)
        .locations(steps.at([&package.origin]))
        .output();

    let image = resolved(steps, &steps.plan.toolchain.image, &steps.surroundings.build)?;
    let mut commands = package.commands(steps);
    commands.push(collect(package));
    let exec = steps.run(
        Stage::Build,
        &install.tools,
        image,
        shell(&commands),
        &steps.surroundings.build,
    );
    let exec = equipped(steps, steps.with_compile_cache(exec), package);
    collected(steps, exec, package, &tree, &line)
}

/// Returns the command that collects what a package's scripts left.
fn collect(package: &PackageBuild) -> String {
    let mut collect = format!("node {SCRIPTS}/collect.cjs {} /out", quote(&package.directory));
    if package.generates {
        collect.push_str(&format!(" generated={WORKSPACE}"));
    }
    collect
}

/// Runs a step that ends with [`collect`] in a tree.
fn collected(
    steps: &Steps<'_>,
    exec: Exec<Rooted>,
    package: &PackageBuild,
    tree: &Output,
    line: &str,
) -> Result<Package, Diagnostic> {
    let outputs = exec
        .cwd(&package.directory)
        .mount(steps.script("collect.cjs"))
        .mount(Mount::bind(tree, WORKSPACE).without_content_cache())
        .mount(Mount::bind(&Output::scratch(), "/out"))
        .name(line)
        .progress_group(line, line, false)
        .build();
    // `collect.cjs` writes what each rule lets through into a directory of the rule's name.
    let directory = |rule: OutputRule| format!("/{}", rule.as_str());
    let out = outputs
        .mount("/out")
        .ok_or_else(|| Diagnostic::internal("a build has no output"))?;
    Ok(Package {
        build: (out.clone(), directory(package.build_output)),
        whole: Some((out.clone(), directory(OutputRule::Whole))),
        runtime: package.runtime_output.map(|rule| (out.clone(), directory(rule))),
        exclude: Vec::new(),
        generated: package.generates.then(|| (out, "/generated".to_owned())),
    })
}

/// Lays what a package's scripts read into the tree that they run in: the outputs of the workspace packages that it
/// uses, files from outside of packages, its own sources. `root` is where the tree has the workspace.
pub(super) fn with_sources(
    steps: &Steps<'_>,
    before: &BTreeMap<String, Package>,
    package: &PackageBuild,
    mut tree: File,
    root: &str,
) -> Result<File, Diagnostic> {
    let sources = sources(steps, package);
    let place = |path: &str| format!("{}{}", root.trim_end_matches('/'), in_tree(path));
    for input in &package.inputs {
        let (Some(dependency), Some(planned)) = (before.get(input), steps.plan.package(input)) else {
            return Err(Diagnostic::internal(format!(
                "{} is built before {input}",
                package.name
            )));
        };
        let (from, directory) = &dependency.build;
        let copy = tree_copy(from, directory, &place(&planned.directory));
        tree = tree.copy(copy.exclude(dependency.exclude.clone()));
        tree = dependency.with_generated(tree, &place(WORKSPACE));
    }
    for (source, destination) in &package.extra_files {
        tree = tree.copy(tree_copy(&sources, &format!("/{source}"), &place(destination)));
    }
    for (source, destination) in &package.optional_files {
        tree = tree.copy(optional_copy(&sources, source, in_tree(destination), root));
    }
    let from = format!("/{}", package.source);
    Ok(tree.copy(tree_copy(&sources, &from, &place(&package.directory)).exclude(package.exclude.clone())))
}

impl Package {
    /// Lays the code that the scripts generated into installed packages into a tree.
    pub(super) fn with_generated(&self, tree: File, workspace: &str) -> File {
        match &self.generated {
            Some((from, source)) => tree.copy(tree_copy(from, source, workspace)),
            None => tree,
        }
    }
}

/// Gives a step what a package's scripts may see: environment, secrets, agents, network.
pub(super) fn equipped(steps: &Steps<'_>, mut exec: Exec<Rooted>, package: &PackageBuild) -> Exec<Rooted> {
    if !package.injected.is_empty() {
        exec = exec.mount(steps.script("inject.cjs"));
    }
    if steps.surroundings.uncached.packages.contains(&package.name) {
        exec = exec.ignore_cache();
    }
    exec = exec.locations(steps.at(package.scripts.iter().map(|script| &script.origin)));
    for (name, value) in &package.env {
        exec = exec.env(name, value);
    }
    for name in &package.platform_env {
        exec = exec.env(name, steps.platform_variable(name));
    }
    for secret in &package.secrets {
        if let Some(variable) = &secret.env {
            exec = exec.secret_env(
                SecretEnv::new(&secret.id)
                    .name(variable)
                    .optional(!secret.required),
            );
        }
        if let Some(target) = &secret.target {
            exec = exec.mount(Mount::secret(target, &secret.id).optional(!secret.required));
        }
    }
    for (index, id) in package.ssh.iter().enumerate() {
        let socket = format!("/run/buildkit/ssh_agent.{index}");
        exec = exec.mount(Mount::ssh(&socket, id)).env("SSH_AUTH_SOCK", &socket);
    }
    match &package.network {
        // Where the scripts fail for the lack of a network, this line is why.
        Some(network) => with_network(exec, Some(network)).locations(steps.key("build.network")),
        None => with_network(exec, steps.surroundings.exec.network.as_deref()),
    }
}

/// Copies a directory's contents, a file, or what a glob matches into the tree that a build runs in.
pub(super) fn tree_copy(from: &Output, source: &str, destination: &str) -> Copy {
    copy(from, source, destination)
        .contents_only(true)
        .create_dest_path(true)
}

/// Copies a path of the context to the same path below the workspace, or nothing where it does not exist.
///
/// As a pattern on the directory that both paths are relative to: a path itself has to exist.
fn optional_copy(context: &Output, source: &str, destination: &str, root: &str) -> Copy {
    let inside = destination.trim_start_matches('/');
    let directory = source.strip_suffix(inside).unwrap_or_default();
    tree_copy(context, &format!("/{directory}"), root).include([inside])
}

impl PackageBuild {
    /// Returns the commands of the package's scripts, in order, after what has to be done before the first one.
    pub(super) fn commands(&self, steps: &Steps<'_>) -> Vec<String> {
        let planned =
            |ids: &[String]| -> Vec<&Self> { ids.iter().filter_map(|id| steps.plan.package(id)).collect() };
        let mut lines = Vec::new();
        if !self.injected.is_empty() {
            let pair = |package: &&Self| quote(&format!("{}={}", package.name, package.directory));
            let pairs: Vec<String> = planned(&self.injected).iter().map(pair).collect();
            let roots = planned(&self.inputs).into_iter().chain([self]);
            let roots: Vec<String> = roots.map(|package| quote(&package.directory)).collect();
            lines.push(format!(
                "node {SCRIPTS}/inject.cjs {WORKSPACE} {} -- {}",
                roots.join(" "),
                pairs.join(" ")
            ));
        }
        for script in &self.scripts {
            let words: Vec<String> = script.command.iter().map(|word| quote(word)).collect();
            lines.push(format!("cd {} && {}", quote(&script.directory), words.join(" ")));
        }
        lines
    }
}

/// Returns the command that runs lines in a shell, up to the first one that fails.
pub(super) fn shell(lines: &[String]) -> Vec<String> {
    let script = format!("set -e\n{}", lines.join("\n"));
    vec!["/bin/sh".to_owned(), "-c".to_owned(), script]
}

/// Quotes a word for the shell.
fn quote(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| "''".to_owned(), std::borrow::Cow::into_owned)
}

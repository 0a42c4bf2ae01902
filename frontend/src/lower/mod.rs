//! Steps to LLB: an interpreter of the four verbs. It decides nothing and knows no language.

mod anew;
mod locations;
mod names;
mod run;
mod tree;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Place};
use crate::plan;
use crate::plan::{FILE_TIME, Files, ImageId, Layer, PartId, Plan, Side, Stage, Step, StepId, Time, Verb};
use crate::source::{Context, Part};
pub use anew::Anew;
use buildkit_llb::{
    Definition, Diff, ExecOutputs, File, Image, Location, Merge, Output, Platform, vertex_digest,
};
use locations::Locations;
use names::{Grouped as _, shown};

/// Returns a part of the context, which is the same vertex for whoever asks for it.
pub fn load(context: &Context, part: &plan::Part, locations: &[&Location]) -> Output {
    context.part(&Part {
        name: &format!("[internal] load {}", part.what),
        group: Some("[internal] load build context"),
        hint: &format!("vextrus-{}", part.what),
        include: &part.include,
        exclude: &part.exclude,
        locations,
    })
}

/// What the engine and the request add to a plan: no decision of ours, only facts.
#[derive(Debug)]
pub struct Surroundings {
    /// Source of the context's files.
    pub context: Context,
    /// What takes the place of stages: root file systems with the workspace in them.
    pub given: BTreeMap<Stage, Output>,
    /// The image of the frontend itself, where the engine tells it.
    pub frontend: Option<Output>,
    /// Platform of the image.
    pub target: Platform,
    /// Platform that builds run on.
    pub build: Platform,
    /// Whether the build is for several platforms.
    pub several: bool,
    /// Whether the engine has MergeOp and DiffOp.
    pub merge: bool,
    /// The plan's images, in its order.
    pub images: Vec<ResolvedImage>,
    /// Text of `/etc/passwd` and `/etc/group` with the image's user in them; none where the base has the user.
    pub accounts: Option<Accounts>,
    /// Modification time of everything in the image, in seconds since 1970.
    pub timestamp: i64,
    /// The date of the image, in seconds since 1970.
    pub created: i64,
    /// What every step that runs a program gets from the command line.
    pub exec: ExecOptions,
    /// The steps that run again whatever the cache holds. The engine also empties their cache mounts, as it does for
    /// docker/dockerfile.
    pub no_cache: BTreeSet<StepId>,
    /// What is made once more, since the engine has lost what it had of it.
    pub anew: Anew,
}

/// An image with its digest and the environment that its programs expect.
#[derive(Debug, Clone)]
pub struct ResolvedImage {
    /// Its root file system.
    pub root: ImageRoot,
    /// `NAME=value` lines of its configuration.
    pub env: Vec<(String, String)>,
}

/// The root file system of an image.
#[derive(Debug, Clone)]
pub enum ImageRoot {
    /// An image of a registry or of the engine.
    Pinned {
        /// Reference with digest.
        reference: String,
        /// How it is looked up.
        mode: buildkit_llb::ResolveMode,
    },
    /// What takes the image's place (`--build-context`).
    Replaced(Output),
}

impl ImageRoot {
    /// Returns the root file system as a platform has it. The name and the lines are those of the image's vertex;
    /// what takes an image's place has its own.
    pub fn output<'a>(
        &self,
        platform: &Platform,
        name: impl FnOnce(String) -> String,
        locations: impl IntoIterator<Item = &'a Location>,
    ) -> Output {
        match self {
            Self::Pinned { reference, mode } => Image::new(reference)
                .resolve_mode(*mode)
                .platform(platform)
                .name(name(format!("base {reference}")))
                .locations(locations)
                .output(),
            Self::Replaced(output) => output.clone(),
        }
    }
}

/// Texts of the account files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    /// `/etc/passwd`.
    pub passwd: String,
    /// `/etc/group`.
    pub group: String,
}

/// Flags of buildx that every step takes.
#[derive(Debug, Clone, Default)]
pub struct ExecOptions {
    /// `--add-host`.
    pub hosts: Vec<(String, std::net::IpAddr)>,
    /// `--network`.
    pub network: Option<String>,
    /// `--ulimit`: name, soft, hard.
    pub ulimits: Vec<(String, i64, i64)>,
    /// `--shm-size` in bytes.
    pub shm_size: Option<u64>,
    /// `--cgroup-parent`.
    pub cgroup_parent: Option<String>,
    /// Host name of the step's container.
    pub hostname: Option<String>,
    /// Proxy variables, which are no part of a cache key.
    pub proxy: Option<buildkit_llb::ProxyEnv>,
}

/// The graph of a plan: every file system of it is to be had.
#[derive(Debug)]
pub struct Graph<'a> {
    plan: &'a Plan,
    surroundings: &'a Surroundings,
    locations: Locations,
    /// The parts of the context that steps have asked for: each is long, and copied from often.
    parts: Vec<OnceCell<Output>>,
    /// What each step makes, in the plan's order.
    made: Vec<Made>,
}

/// What a step makes.
#[derive(Debug)]
enum Made {
    Tree(Output),
    Run(ExecOutputs),
}

/// Turns a plan into its graph.
///
/// # Errors
/// A plan that does not hold together, which is a mistake of ours.
pub fn lower<'a>(plan: &'a Plan, surroundings: &'a Surroundings) -> Result<Graph<'a>, Diagnostic> {
    let mut graph = Graph {
        plan,
        surroundings,
        locations: Locations::of(plan),
        parts: vec![OnceCell::new(); plan.parts.len()],
        made: Vec::with_capacity(plan.steps.len()),
    };
    for (id, step) in plan.steps() {
        let made = match &step.does {
            Verb::Run(run) => Made::Run(graph.run(id, step, run)?),
            Verb::Tree(tree) => Made::Tree(graph.tree(step, tree)?),
            Verb::Over(trees) => Made::Tree(graph.over(step, trees)?),
            Verb::Layer(layer) => Made::Tree(graph.layer(step, layer)?),
        };
        graph.made.push(made);
    }
    Ok(graph)
}

impl Graph<'_> {
    /// Returns the definition of a file system.
    ///
    /// # Errors
    /// As [`Graph::output`].
    pub fn definition(&self, files: &Files) -> Result<Definition, Diagnostic> {
        self.defined(&self.output(files)?)
    }

    fn defined(&self, output: &Output) -> Result<Definition, Diagnostic> {
        let definition = Definition::of(output).map_err(Diagnostic::internal)?;
        Ok(self.surroundings.anew.apply(definition))
    }

    /// Returns the definition of several file systems at once, for an engine that has MergeOp: whoever asks for it has
    /// all of them made, and reads none.
    ///
    /// # Errors
    /// As [`Graph::output`].
    pub fn definition_of_all(&self, files: &[Files]) -> Result<Definition, Diagnostic> {
        let outputs = files.iter().map(|files| self.output(files));
        let outputs = outputs.collect::<Result<Vec<Output>, _>>()?;
        // A line of weak members alone is not shown.
        let all = Merge::new(outputs).name("[internal] made before the image");
        let all = all.progress_group("[internal] made before the image", "made before the image", true);
        self.defined(&all.output())
    }

    /// Returns whether the engine has MergeOp.
    pub fn merges(&self) -> bool {
        self.surroundings.merge
    }

    /// Returns a file system of the plan.
    ///
    /// # Errors
    /// One that the plan does not make, which is a mistake of ours.
    pub fn output(&self, files: &Files) -> Result<Output, Diagnostic> {
        let found = match files {
            Files::Empty => Some(Output::scratch()),
            Files::Image(id) => Some(self.image(*id)?),
            Files::Context(id) => self.part(*id),
            Files::Given(stage) => self.surroundings.given.get(stage).cloned(),
            Files::Frontend => self.surroundings.frontend.clone(),
            Files::Step(id) => self.made(*id).map(|made| match made {
                Made::Tree(output) => output.clone(),
                Made::Run(outputs) => outputs.root(),
            }),
            Files::Left(id, at) => self.made(*id).and_then(|made| match made {
                Made::Tree(_) => None,
                Made::Run(outputs) => outputs.mount(at),
            }),
        };
        found.ok_or_else(|| Diagnostic::internal(format!("nothing makes {files:?}")))
    }

    /// Returns the plan that it is the graph of.
    pub fn plan(&self) -> &Plan {
        self.plan
    }

    /// Returns the step that makes a vertex, by the vertex's digest.
    pub fn step_of(&self, vertex: &str) -> Option<StepId> {
        let is_made = |made: &Made| match made {
            Made::Tree(output) => vertex_digest(output) == Some(vertex),
            Made::Run(outputs) => outputs.digest() == vertex,
        };
        let at = self.made.iter().position(is_made)?;
        self.plan.steps().map(|(id, _)| id).nth(at)
    }

    fn made(&self, id: StepId) -> Option<&Made> {
        self.made.get(id.index())
    }

    /// Returns an image's root file system. Its line is an internal one, as that of the context is: what is loaded is
    /// never CACHED.
    fn image(&self, id: ImageId) -> Result<Output, Diagnostic> {
        let (Some(image), Some(planned)) = (self.resolved(id), self.plan.image(id)) else {
            return Err(Diagnostic::internal(format!("{id:?} was not resolved")));
        };
        let platform = self.platform(planned.side);
        let name = |what| match self.surroundings.several {
            true => format!("[{platform} internal] load {what}"),
            false => format!("[internal] load {what}"),
        };
        Ok(image.root.output(platform, name, self.locate([&planned.place])))
    }

    fn resolved(&self, id: ImageId) -> Option<&ResolvedImage> {
        self.surroundings.images.get(id.index())
    }

    fn part(&self, id: PartId) -> Option<Output> {
        let part = self.plan.part(id)?;
        let loaded = self.parts.get(id.index())?;
        let loaded =
            loaded.get_or_init(|| load(&self.surroundings.context, part, &self.locate(&part.places)));
        Some(loaded.clone())
    }

    fn platform(&self, side: Side) -> &Platform {
        match side {
            Side::Build => &self.surroundings.build,
            Side::Target => &self.surroundings.target,
        }
    }

    fn locate<'p>(&self, places: impl IntoIterator<Item = &'p Place>) -> Vec<&Location> {
        self.locations.of_places(places)
    }

    /// Lays trees over each other: by MergeOp, else by copying each in turn.
    fn over(&self, step: &Step, trees: &[Files]) -> Result<Output, Diagnostic> {
        let outputs = trees
            .iter()
            .map(|files| Ok((self.output(files)?, self.keeps_times(files))));
        let outputs = outputs.collect::<Result<Vec<(Output, bool)>, Diagnostic>>()?;
        if self.surroundings.merge {
            let outputs = outputs.into_iter().map(|(output, _)| output);
            let merge = Merge::new(outputs).name(&step.name);
            return Ok(merge.grouped(step).locations(self.locate(&step.places)).output());
        }
        let joined = outputs.into_iter().reduce(|(below, _), (above, keeps_times)| {
            let copy = tree::contents(&above, "/", "/");
            // Else the time is that of the tree's files already; older engines leave the directories above them with the
            // time of the copy.
            let copy = match keeps_times {
                true => copy,
                false => copy.timestamp(self.surroundings.timestamp),
            };
            let joined = shown(File::on(&below).copy(copy), step).locations(self.locate(&step.places));
            (joined.output(), false)
        });
        Ok(joined.map_or_else(Output::scratch, |(joined, _)| joined))
    }

    /// Whether the files of a tree have times of their own, which a copy keeps.
    fn keeps_times(&self, files: &Files) -> bool {
        let step = match files {
            Files::Step(id) => self.plan.step(*id),
            _ => None,
        };
        step.is_some_and(|step| matches!(&step.does, Verb::Tree(tree) if tree.time == Time::Any))
    }

    /// Takes what a program left as a layer: the difference to what it began with, unless its files are to have another
    /// time.
    fn layer(&self, step: &Step, layer: &Layer) -> Result<Output, Diagnostic> {
        let left = self.output(&layer.of)?;
        if self.surroundings.merge && self.surroundings.timestamp == FILE_TIME {
            let diff = Diff::new(&self.output(&layer.ground)?, &left).name(&step.name);
            return Ok(diff.grouped(step).locations(self.locate(&step.places)).output());
        }
        let copy = tree::contents(&left, &layer.from, &layer.to).timestamp(self.surroundings.timestamp);
        let layer = shown(File::on(&Output::scratch()).copy(copy), step);
        Ok(layer.locations(self.locate(&step.places)).output())
    }
}

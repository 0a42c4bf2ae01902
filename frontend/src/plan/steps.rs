//! Writes the steps of a plan: what every step of every kind shares.

use super::step::{
    Action, Files, Image, ImageId, Key, Layer, Line, Mount, Network, Part, PartId, Run, Side, Step, StepId,
    Time, Tree, Verb,
};
use super::{Facts, SCRIPTS, Stage, caches};
use crate::diagnostic::{Diagnostic, Place, names, shown};
use crate::manifest::Manifest;
use crate::pattern;
use crate::source::is_credential;

/// The steps of one plan, in the order in which they are written: each after those that it takes files of.
#[derive(Debug)]
pub struct Steps<'a> {
    /// The service's short name.
    label: &'a str,
    manifest: &'a Manifest,
    facts: &'a Facts,
    pub(super) images: Vec<Image>,
    pub(super) parts: Vec<Part>,
    pub(super) steps: Vec<Step>,
}

impl<'a> Steps<'a> {
    /// Returns a plan's steps before the first one.
    pub fn new(label: &'a str, manifest: &'a Manifest, facts: &'a Facts) -> Self {
        Self {
            label,
            manifest,
            facts,
            images: Vec::new(),
            parts: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Returns the lists that a plan is made of.
    pub fn into_parts(self) -> (Vec<Image>, Vec<Part>, Vec<Step>) {
        (self.images, self.parts, self.steps)
    }

    /// Adds a step; the same step is written once. Names of the repository in its own can be printed from here on.
    pub fn add(&mut self, mut step: Step) -> StepId {
        step.name = shown(&step.name).into_owned();
        if let Some(line) = &mut step.line {
            line.id = shown(&line.id).into_owned();
            line.name = shown(&line.name).into_owned();
        }
        if let Verb::Run(run) = &mut step.does {
            run.side = self.facts.side(run.side);
            let namespace = &self.facts.cache_namespace;
            let has_cache = run
                .mounts
                .iter()
                .any(|mount| matches!(mount, Mount::Cache { .. }));
            if has_cache && !namespace.is_empty() {
                // The engine leaves a cache's id out of a step's key, and would hand on what another namespace's made.
                run.env
                    .push(("BUILDKIT_CACHE_MOUNT_NS".to_owned(), namespace.clone()));
            }
        }
        let known = self.steps.iter().position(|known| *known == step);
        StepId(known.unwrap_or_else(|| {
            self.steps.push(step);
            self.steps.len() - 1
        }))
    }

    /// Adds an image that a line of the manifest chooses.
    pub fn image(&mut self, reference: &str, side: Side, key: &str) -> ImageId {
        let image = Image {
            reference: reference.to_owned(),
            side: self.facts.side(side),
            place: self.key(key),
        };
        let known = self.images.iter().position(|known| *known == image);
        ImageId(known.unwrap_or_else(|| {
            self.images.push(image);
            self.images.len() - 1
        }))
    }

    /// Adds files of the context: what the patterns in `include` match with everything below, without those in `exclude`;
    /// the empty pattern is the context itself.
    pub fn part(
        &mut self,
        what: &str,
        include: impl IntoIterator<Item = String>,
        exclude: &[String],
        places: Vec<Place>,
    ) -> Files {
        let mut include: Vec<String> = include.into_iter().collect();
        include.sort();
        include.dedup();
        if include.iter().any(String::is_empty) {
            // All of the context is in it; but credentials are there for who asks for them by their names.
            include.retain(|pattern| is_credential(pattern));
            if !include.is_empty() {
                include.insert(0, "**".to_owned());
            }
        }
        let part = Part {
            what: shown(what).into_owned(),
            include,
            exclude: exclude.to_vec(),
            places,
        };
        let known = self.parts.iter().position(|known| *known == part);
        Files::Context(PartId(known.unwrap_or_else(|| {
            self.parts.push(part);
            self.parts.len() - 1
        })))
    }

    /// Returns the frontend's own program at work on files that are mounted, without a network: it needs nothing of the
    /// image that it looks at but the environment. It is for what no build waits for, since its cache key moves with
    /// each version of the frontend. `key` asks for it, and `words` begin with one of [`crate::inspect`].
    ///
    /// # Errors
    /// Where the engine does not say what the frontend's own image is.
    pub fn inspect(&self, image: ImageId, key: &str, words: &[&str]) -> Result<Run, Diagnostic> {
        const AT: &str = "/vextrus/frontend";
        if !self.facts.frontend {
            let message = "this needs a step that runs the frontend's own program, and the engine does not say which \
                           image the frontend is; use it as the image of a `# syntax=` line, on BuildKit 0.10 or later";
            return Err(Diagnostic::named(names::NO_FRONTEND_IMAGE, message).at(self.key(key)));
        }
        let command = [AT, "inspect"].iter().chain(words).copied();
        let mut run = Run::new(Files::Empty, image, Side::Build, command);
        run.mounts.push(Mount::Read {
            at: AT.to_owned(),
            files: Files::Frontend,
            from: Some(super::PROGRAM.to_owned()),
            key: Key::Content,
        });
        run.network = Network::None;
        Ok(run)
    }

    /// Returns the name of a step that runs where builds do, behind the service's label.
    pub fn name(&self, what: impl AsRef<str>) -> String {
        self.name_on(Side::Build, what)
    }

    /// Returns the name of a step that runs on a platform, which is told where the build is for several.
    pub fn name_on(&self, side: Side, what: impl AsRef<str>) -> String {
        let (label, what) = (self.label, what.as_ref());
        match self.facts.several {
            true => format!("[{} {label}] {what}", self.facts.platform(side)),
            false => format!("[{label}] {what}"),
        }
    }

    /// Returns the line of a manifest's key, or the nearest one above it; that of no key is the line that made the file a
    /// build file.
    pub fn key(&self, key: &str) -> Place {
        match key {
            "" => self.manifest.first_line(),
            key => self.manifest.nearest_place(key),
        }
    }

    /// Returns the lines that a step comes from; without any, the line that made the manifest a build file.
    pub fn at<'p>(&self, places: impl IntoIterator<Item = &'p Place>) -> Vec<Place> {
        let places: Vec<Place> = places.into_iter().cloned().collect();
        match places.is_empty() {
            true => vec![self.key("")],
            false => places,
        }
    }

    /// Returns the line that vertices which only write texts are kept off the progress display with: one of weak members
    /// alone, which is not shown.
    ///
    /// What is written onto scratch has no input, so BuildKit tells its cache key by starting it, and neither it nor a
    /// line that it is on is ever CACHED, whether it runs or not. Source: moby/buildkit, `solver/jobs.go`,
    /// `sharedOp.CacheMap`, and `util/progress/progressui/display.go`, `vertexGroup.refresh`.
    pub fn unshown(&self) -> Line {
        Line {
            id: format!("[{}] written files", self.label),
            name: "written files".to_owned(),
            is_weak: true,
        }
    }

    /// Returns a cache that several steps use at the same time.
    pub fn shared_cache(&self, at: impl Into<String>, name: &str) -> Mount {
        Mount::Cache {
            at: at.into(),
            id: caches::id(self.facts, name),
            is_shared: true,
        }
    }

    /// Returns a cache that one step uses at a time.
    pub fn locked_cache(&self, at: impl Into<String>, name: &str) -> Mount {
        Mount::Cache {
            at: at.into(),
            id: caches::id(self.facts, name),
            is_shared: false,
        }
    }
}

impl Line {
    /// Returns the line that a step is shown on which takes its time.
    pub fn of(name: &str) -> Option<Self> {
        Some(Self {
            id: name.to_owned(),
            name: name.to_owned(),
            is_weak: false,
        })
    }

    /// Returns the line of another step, for one that takes no time of its own.
    pub fn with(name: &str) -> Option<Self> {
        Some(Self {
            id: name.to_owned(),
            name: name.to_owned(),
            is_weak: true,
        })
    }
}

impl Run {
    /// Returns a program that runs in a root file system under an image's environment, and that may fetch.
    pub fn new(
        on: Files,
        image: ImageId,
        side: Side,
        command: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            on,
            image,
            side,
            command: command.into_iter().map(Into::into).collect(),
            shown: Vec::new(),
            culprits: Vec::new(),
            directory: "/".to_owned(),
            env: Vec::new(),
            secret_env: Vec::new(),
            mounts: Vec::new(),
            network: Network::Fetch,
        }
    }
}

impl Mount {
    /// Returns all of a tree, to be read; the step's key is of its contents.
    pub fn read(files: Files, at: impl Into<String>) -> Self {
        Self::Read {
            at: at.into(),
            files,
            from: None,
            key: Key::Content,
        }
    }

    /// Returns a directory of a tree, or all of it, to be read; the step's key is of the step that made it.
    pub fn read_of(files: Files, from: Option<&str>, at: impl Into<String>) -> Self {
        Self::Read {
            at: at.into(),
            files,
            from: from.map(str::to_owned),
            key: Key::Maker,
        }
    }

    /// Returns one of the scripts in a tree, where steps look for it: a step's key holds the script that it runs, and no
    /// other.
    pub fn script(scripts: StepId, name: &str) -> Self {
        Self::Read {
            at: format!("{SCRIPTS}/{name}"),
            files: Files::Step(scripts),
            from: Some(format!("/{name}")),
            key: Key::Content,
        }
    }

    /// Returns an empty directory that a program writes into.
    pub fn output(at: &str) -> Self {
        Self::Work {
            at: at.to_owned(),
            files: Files::Empty,
            from: None,
            key: Key::Content,
        }
    }
}

impl Tree {
    /// Returns what is put onto a tree, of any time.
    pub fn on(on: Files, actions: Vec<Action>) -> Verb {
        Verb::Tree(Self {
            on,
            time: Time::Any,
            actions,
        })
    }

    /// Returns a tree for an image: everything in it is root's, and of one time.
    pub fn of_image(actions: Vec<Action>) -> Verb {
        Verb::Tree(Self {
            on: Files::Empty,
            time: Time::Image,
            actions,
        })
    }

    /// Returns texts that no image holds.
    pub fn of_texts(actions: Vec<Action>) -> Verb {
        Verb::Tree(Self {
            on: Files::Empty,
            time: Time::Epoch,
            actions,
        })
    }
}

impl Action {
    /// Returns a directory of root's.
    pub fn directory(path: impl Into<String>) -> Self {
        Self::Directory {
            path: path.into(),
            owner: None,
        }
    }

    /// Returns a text.
    pub fn file(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self::File {
            path: path.into(),
            text: text.into(),
            is_program: false,
        }
    }

    /// Returns the copy of a directory's contents, or of a file.
    pub fn copy(files: Files, from: &str, to: &str) -> Self {
        Self::Copy {
            files,
            from: from.to_owned(),
            to: to.to_owned(),
            include: Vec::new(),
            exclude: Vec::new(),
        }
    }

    /// Returns the copy of what a pattern matches; what is a glob of it is the same on both sides.
    pub fn copy_matching(files: Files, from: &str, to: &str) -> Self {
        let (path, glob) = pattern::split(from);
        let from = if path.is_empty() { "/" } else { &path };
        let Some(glob) = glob else {
            return Self::copy(files, from, to);
        };
        let directory = to.strip_suffix(glob).unwrap_or(to).trim_end_matches('/');
        let to = if directory.is_empty() { "/" } else { directory };
        Self::Copy {
            files,
            from: from.to_owned(),
            to: to.to_owned(),
            include: vec![glob.to_owned()],
            exclude: Vec::new(),
        }
    }

    /// Leaves patterns out of a copy.
    #[must_use]
    pub fn without(mut self, patterns: &[String]) -> Self {
        if let Self::Copy { exclude, .. } = &mut self {
            exclude.extend_from_slice(patterns);
        }
        self
    }
}

impl Layer {
    /// Returns what a program left in a directory, at another directory of the image.
    pub fn of(of: Files, ground: Files, from: &str, to: &str) -> Verb {
        Verb::Layer(Self {
            of,
            ground,
            from: from.to_owned(),
            to: to.to_owned(),
        })
    }
}

impl Step {
    /// Returns a step that comes from lines of the user's files.
    pub fn new(name: impl Into<String>, stage: Stage, places: Vec<Place>, does: Verb) -> Self {
        Self {
            name: name.into(),
            stage,
            package: None,
            line: None,
            places,
            does,
        }
    }

    /// Shows the step on a line that others are shown on too.
    #[must_use]
    pub fn on_line(mut self, line: impl Into<Option<Line>>) -> Self {
        self.line = line.into();
        self
    }
}

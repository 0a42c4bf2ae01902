//! Installs: of development, each on top of others, and of what runs, as a layer of the image.

use std::collections::BTreeSet;

use super::{Writer, in_tree};
use crate::diagnostic::Diagnostic;
use crate::kinds::node::plan::{INSTALLED, Install, MANIFESTS, Production, ROOT};
use crate::kinds::node::scripts::{self, INSTALL_SCRIPTS};
use crate::pattern::literal;
use crate::plan::{
    ANSWER, Action, Files, ImageId, Key, Line, Mount, Network, Run, SCRIPTS, SecretEnv, Side, Stage, Step,
    Tree, Verb, WORKSPACE,
};

/// The locks of installs that run at once, of `turn.sh`.
const TURNS: &str = "turns";

/// Lines of the repository's `.npmrc` for the user's, in their tree and beside the scripts.
const NPMRC: &str = "/npmrc";

/// From how many bytes on a text is packed, for the size of the graph: lockfiles of thousands of packages.
const LONG: usize = 512 * 1024;

/// What one install leaves.
#[derive(Debug, Clone)]
pub(super) struct Installed {
    /// The root file system that it ran in, with pnpm and system packages.
    pub(super) tools: Files,
    /// The workspace: manifests and `node_modules`, or of a production install `node_modules` alone.
    pub(super) tree: Files,
    /// Where in `tree` the workspace is.
    pub(super) directory: &'static str,
    /// Its line of the progress display, which a copy of the tree is shown on too.
    pub(super) line: String,
}

impl Installed {
    /// Mounts the workspace at `/app`, to be read.
    pub(super) fn mounted(&self) -> Mount {
        Mount::read_of(self.tree.clone(), Some(self.directory), WORKSPACE)
    }

    /// Returns the workspace, with the directory of the tree that it is in.
    pub(super) fn held(&self) -> (Files, &'static str) {
        (self.tree.clone(), self.directory)
    }
}

/// What the first half of an install leaves, of which nothing has run yet: what further installs add to, which have the
/// store too.
#[derive(Debug, Clone)]
pub(super) struct Downloaded {
    stage: Stage,
    side: Side,
    image: ImageId,
    /// What it did, for people.
    what: String,
    /// As [`Installed::tree`].
    tree: Files,
    /// As [`Installed::directory`].
    directory: &'static str,
}

/// Where an install runs.
enum Ground {
    /// In a tree that is the workspace, on top of what another install left there.
    On(Files),
    /// In an empty root file system, so that what it leaves is a layer of an image.
    Layer,
}

impl Writer<'_> {
    /// Returns what a package is built with, written after what that adds to, with what runs on it.
    pub(super) fn development(&mut self, key: &str) -> Result<Installed, Diagnostic> {
        if let Some(installed) = self.installed.get(key) {
            return Ok(installed.clone());
        }
        let model = self.model;
        let installed = if self.facts.given.contains(&Stage::Deps) {
            self.given()
        } else if let Some(piece) = model.pieces.get(key) {
            self.laid(key, piece)?
        } else if key == ROOT && !model.installs.contains_key(ROOT) {
            self.nothing()
        } else {
            let downloaded = self.downloaded(key)?.ok_or_else(|| no_install(key))?;
            let install = model.installs.get(key).ok_or_else(|| no_install(key))?;
            self.set_up(downloaded, install)
        };
        self.installed.insert(key.to_owned(), installed.clone());
        Ok(installed)
    }

    /// Returns the workspace as the first half of a development install leaves it.
    pub(super) fn first_half(&mut self, key: &str) -> Result<Files, Diagnostic> {
        let downloaded = self.downloaded(key)?;
        downloaded
            .map(|downloaded| downloaded.tree)
            .ok_or_else(|| no_install(key))
    }

    /// Returns the first half of a development install, written after those that it adds to.
    fn downloaded(&mut self, key: &str) -> Result<Option<Downloaded>, Diagnostic> {
        let model = self.model;
        let below = |key: &&str| model.installs.get(*key)?.on.as_deref();
        let chain: Vec<&str> = std::iter::successors(Some(key), below)
            .take(model.installs.len())
            .collect();
        for key in chain.into_iter().rev() {
            if self.downloaded.contains_key(key) {
                continue;
            }
            let Some(install) = model.installs.get(key) else {
                break;
            };
            let mut what = format!("install {} packages", install.package_count);
            if let Some(package) = &install.of {
                what = format!("{what} for {package}");
            }
            let ground = Ground::On(self.ground(install, &what)?);
            let downloaded = self.download(Stage::Deps, Side::Build, install, ground, &what)?;
            self.downloaded.insert(key.to_owned(), downloaded);
        }
        Ok(self.downloaded.get(key).cloned())
    }

    /// Returns what an install adds to: the install below, and over it that of the tools.
    ///
    /// pnpm goes by the state that it finds, which is that of the tools. What the one below has beside them are packages in
    /// their places that the state does not name; pnpm takes those as they are, as it does after an install that was
    /// interrupted.
    fn ground(&mut self, install: &Install, what: &str) -> Result<Files, Diagnostic> {
        let below = install.on.as_ref().and_then(|below| self.downloaded.get(below));
        let below = below.map(|below| below.tree.clone());
        // Where trees cannot be laid over each other, both would have to be copied.
        let Some(tools) = install.tools.as_ref().filter(|_| self.facts.merge) else {
            return Ok(below.unwrap_or(Files::Empty));
        };
        let of_tools = format!("install {} packages of tools", tools.package_count);
        let ground = Ground::On(Files::Empty);
        let tools = self
            .download(Stage::Deps, Side::Build, tools, ground, &of_tools)?
            .tree;
        let Some(below) = below else { return Ok(tools) };
        let line = self.steps.name(what);
        let places = self.steps.at(&install.place);
        let over = Verb::Over(vec![below, tools]);
        let step = Step::new(format!("{line}: tools"), Stage::Deps, places, over).on_line(Line::with(&line));
        Ok(Files::Step(self.steps.add(step)))
    }

    /// Returns what is installed for a root that depends on nothing.
    fn nothing(&mut self) -> Installed {
        let image = self.tools();
        Installed {
            tools: Files::Image(image),
            tree: Files::Empty,
            directory: "/",
            line: self.steps.name("nothing of the root"),
        }
    }

    /// Returns what takes the place of an install (`--build-context deps=…`).
    fn given(&mut self) -> Installed {
        Installed {
            tools: Files::Given(Stage::Deps),
            tree: self.workspace_of(Stage::Deps, "deps"),
            directory: "/",
            line: self.steps.name("take dependencies from the context deps"),
        }
    }

    /// Returns the install of what runs, on the image's platform or on that of builds, and where it is not known yet
    /// whether it can run there, the question.
    pub(super) fn production(
        &mut self,
        production: &Production,
    ) -> Result<(Installed, Option<Files>), Diagnostic> {
        let foreign = production.foreign.as_ref();
        let elsewhere = foreign.and_then(|foreign| foreign.install.as_ref());
        let elsewhere = elsewhere.filter(|_| self.facts.install_runs_programs != Some(true));
        let (install, side) = match elsewhere {
            Some(install) => (install, Side::Build),
            None => (&production.install, Side::Target),
        };
        let chosen = if install.command == production.install.command {
            String::new()
        } else {
            format!(" of {}", self.facts.target)
        };
        let what = format!("install {} production packages{chosen}", install.package_count);
        let downloaded = self.download(Stage::Runtime, side, install, Ground::Layer, &what)?;
        let installed = self.set_up(downloaded, install);
        let names = foreign.map(|foreign| foreign.may_have_scripts.as_slice());
        let names = names.unwrap_or_default();
        let is_open = elsewhere.is_some() && self.facts.install_runs_programs.is_none();
        let question =
            (is_open && !names.is_empty()).then(|| self.question(&installed, names, &production.install));
        Ok((installed, question))
    }

    /// Looks for install scripts in a production install that ran on another platform than its own.
    fn question(&mut self, installed: &Installed, names: &[String], install: &Install) -> Files {
        let path = format!("/{}", INSTALL_SCRIPTS.name);
        let script = Tree::of_texts(vec![Action::file(path, INSTALL_SCRIPTS.text)]);
        let name = self.steps.name("load the search for install scripts");
        let script = Step::new(name, Stage::Runtime, vec![self.steps.key("")], script);
        let script = Files::Step(self.steps.add(script));
        let image = self.tools();
        let program = format!("{SCRIPTS}/{}", INSTALL_SCRIPTS.name);
        let out = format!("/out{ANSWER}");
        let command = ["node", &program, WORKSPACE, &out].map(str::to_owned);
        let command = command.into_iter().chain(names.iter().cloned());
        let mut run = Run::new(Files::Image(image), image, Side::Build, command);
        run.mounts = vec![
            Mount::read(script, SCRIPTS),
            installed.mounted(),
            Mount::output("/out"),
        ];
        run.network = Network::None;
        let name = self.steps.name("look for install scripts");
        let places = self.steps.at(&install.place);
        let step = Step::new(name, Stage::Runtime, places, Verb::Run(Box::new(run)));
        Files::Left(self.steps.add(step), "/out".to_owned())
    }

    /// Writes the first half of an install.
    fn download(
        &mut self,
        stage: Stage,
        side: Side,
        install: &Install,
        ground: Ground,
        what: &str,
    ) -> Result<Downloaded, Diagnostic> {
        let image = match stage {
            Stage::Runtime => &self.model.toolchain.production_image,
            _ => &self.model.toolchain.image,
        };
        let image = self.steps.image(image, side, "node");
        let root = self.with_manager(image, &install.fetching, side);
        let line = self.steps.name_on(side, what);
        let mut run = self.of_install(root, image, side, &install.command, &install.scripts, install);
        run.shown.clone_from(&install.shown);
        run.culprits.clone_from(&install.culprits);
        let turns = (format!("{SCRIPTS}/turns"), TURNS);
        let caches = install.caches.iter().map(|(at, name)| ((*at).to_owned(), *name));
        let caches: Vec<(String, &str)> = caches.chain([turns]).collect();
        let caches = caches
            .into_iter()
            .map(|(at, name)| self.steps.shared_cache(at, name));
        run.mounts.extend(caches);
        run.mounts.extend(self.settings_of_user(install, stage, &line));
        let secrets = install.secret_env.iter().map(|variable| SecretEnv {
            variable: variable.clone(),
            id: variable.clone(),
            is_required: false,
        });
        run.secret_env = secrets.collect();
        let directory = match ground {
            Ground::On(below) => {
                let manifests = self.manifests(install, below, stage, &line);
                run.mounts.push(worked_on(manifests));
                "/"
            }
            Ground::Layer => {
                let manifests = self.manifests(install, Files::Empty, stage, &line);
                run.mounts.push(self.layer_mount());
                run.mounts.push(Mount::read(manifests, MANIFESTS));
                WORKSPACE
            }
        };
        let places = self.steps.at(&install.place);
        let step = Step::new(&line, stage, places, Verb::Run(Box::new(run))).on_line(Line::of(&line));
        Ok(Downloaded {
            stage,
            side,
            image,
            what: what.to_owned(),
            tree: Files::Left(self.steps.add(step), WORKSPACE.to_owned()),
            directory,
        })
    }

    /// Mounts what pnpm reads as its user's settings: the secret `npmrc`, and the lines of the repository that refer to
    /// secrets, which `install.sh` joins.
    fn settings_of_user(&mut self, install: &Install, stage: Stage, line: &str) -> Vec<Mount> {
        let secret = |at: &str| Mount::Secret {
            at: at.to_owned(),
            id: "npmrc".to_owned(),
            is_required: false,
        };
        let Some(lines) = &install.npmrc else {
            return vec![secret("/root/.npmrc")];
        };
        let lines = Tree::of_texts(vec![Action::file(NPMRC, lines)]);
        let name = format!("{line}: credentials' places");
        let places = self.steps.at(&install.place);
        let lines = Step::new(name, stage, places, lines).on_line(self.steps.unshown());
        let lines = Files::Step(self.steps.add(lines));
        let at = format!("{SCRIPTS}{NPMRC}");
        vec![
            Mount::read_of(lines, Some(NPMRC), at.clone()),
            secret(&format!("{at}.secret")),
        ]
    }

    /// Writes the second half of an install, where it has one.
    fn set_up(&mut self, downloaded: Downloaded, install: &Install) -> Installed {
        let Downloaded {
            stage, side, image, ..
        } = downloaded;
        let tools = self.with_manager(image, &install.packages, side);
        let mut installed = Installed {
            tools: tools.clone(),
            tree: downloaded.tree,
            directory: downloaded.directory,
            line: self.steps.name_on(side, &downloaded.what),
        };
        let Some(setup) = &install.setup else {
            return installed;
        };
        let mut run = self.of_install(tools, image, side, &setup.command, &setup.scripts, install);
        run.shown.clone_from(&setup.shown);
        run.culprits.clone_from(&install.culprits);
        if stage == Stage::Runtime {
            run.mounts.push(self.layer_mount());
            let left = installed.tree.clone();
            run.mounts
                .push(Mount::read_of(left, Some(downloaded.directory), INSTALLED));
        } else {
            run.mounts.push(worked_on(installed.tree.clone()));
        }
        let what = downloaded.what.replacen("install", "run install scripts of", 1);
        installed.line = self.steps.name_on(side, what);
        let line = Line::of(&installed.line);
        let places = self.steps.at(&install.place);
        let step = Step::new(&installed.line, stage, places, Verb::Run(Box::new(run))).on_line(line);
        installed.tree = Files::Left(self.steps.add(step), WORKSPACE.to_owned());
        installed
    }

    /// Returns a program of an install in its environment, with the frontend's scripts and nothing else.
    fn of_install(
        &mut self,
        root: Files,
        image: ImageId,
        side: Side,
        command: &[String],
        scripts: &[scripts::Script],
        install: &Install,
    ) -> Run {
        let mut run = Run::new(root, image, side, command);
        run.directory = WORKSPACE.to_owned();
        let env = install.env.iter();
        run.env
            .extend(env.map(|(name, value)| (name.clone(), value.clone())));
        run.mounts = scripts.iter().map(|script| self.script(*script)).collect();
        run
    }

    /// Mounts an otherwise empty root file system, so that what is left there is a layer of an image.
    fn layer_mount(&mut self) -> Mount {
        Mount::Work {
            at: WORKSPACE.to_owned(),
            files: self.layer_ground(),
            from: Some(WORKSPACE.to_owned()),
            key: Key::Content,
        }
    }

    /// Writes what an install reads.
    fn manifests(&mut self, install: &Install, on: Files, stage: Stage, line: &str) -> Files {
        let mut actions = Vec::new();
        let mut directories = BTreeSet::new();
        for path in install.files.keys() {
            if let Some((directory, _)) = path.rsplit_once('/')
                && in_tree(directory) != "/"
                && directories.insert(directory)
            {
                actions.push(Action::directory(in_tree(directory)));
            }
        }
        let files = install.files.iter();
        actions.extend(files.map(|(path, text)| match text.len() < LONG {
            true => Action::file(in_tree(path), text),
            false => Action::Packed {
                path: in_tree(path).to_owned(),
                text: text.clone(),
            },
        }));
        let places = self.steps.at(&install.place);
        if !install.copies.is_empty() {
            let part = self.steps.part(
                "patches and archives",
                install.copies.keys().map(|path| literal(path)),
                &[],
                places.clone(),
            );
            // Each by its own name, which is no pattern.
            actions.extend(install.copies.iter().map(|(source, destination)| Action::Copy {
                files: part.clone(),
                from: format!("/{source}"),
                to: in_tree(destination).to_owned(),
                include: Vec::new(),
                exclude: Vec::new(),
            }));
        }
        for (pattern, place) in &install.patches {
            let asked = std::iter::once(pattern.clone());
            let files = self.steps.part("patches", asked, &[], places.clone());
            // From the context's own directory, which is there where nothing matches, too.
            actions.push(Action::Copy {
                files,
                from: "/".to_owned(),
                to: in_tree(place).to_owned(),
                include: vec![pattern.clone()],
                exclude: Vec::new(),
            });
        }
        let unshown = self.steps.unshown();
        let name = format!("{line}: manifests");
        let step = Step::new(name, stage, places, Tree::on(on, actions)).on_line(unshown);
        Files::Step(self.steps.add(step))
    }
}

fn no_install(key: &str) -> Diagnostic {
    Diagnostic::internal(format!("there is no install {key}"))
}

/// Mounts a tree that is the workspace, to be added to.
pub(super) fn worked_on(files: Files) -> Mount {
    Mount::Work {
        at: WORKSPACE.to_owned(),
        files,
        from: None,
        key: Key::Maker,
    }
}

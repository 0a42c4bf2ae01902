//! Dependencies that are cut out of an install instead of having one of their own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::install::Installed;
use super::{Writer, in_tree};
use crate::diagnostic::Diagnostic;
use crate::kinds::node::plan::{PackageBuild, Piece, ROOT, Reads};
use crate::kinds::node::pnpm::workspace_file;
use crate::kinds::node::scripts::{NPM_CUT, PIECES};
use crate::kinds::node::workspace::ImporterId;
use crate::pattern::literal;
use crate::plan::{
    Action, Files, Line, Mount, Network, Run, SCRIPTS, Side, Stage, Step, Tree, Verb, WORKSPACE,
};

const WORKSPACE_FILE: &str = "pnpm-workspace.yaml";
/// The list of pieces in its tree.
const LIST: &str = "/pieces.json";

/// What a package's scripts find before its own sources: its dependencies, and the outputs of the packages below it.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    tree: Files,
    outputs: Outputs,
}

/// The packages whose outputs lie in a tree, with how much of each.
#[derive(Debug, Clone, Default)]
pub(super) struct Outputs(BTreeMap<ImporterId, Reads>);

impl Outputs {
    /// Returns the packages that another one reads and that are not there as it reads them.
    pub(super) fn missing<'p>(&self, package: &'p PackageBuild) -> Vec<&'p ImporterId> {
        let is_there = |input: &&ImporterId| self.0.get(*input).is_some_and(|there| *there >= package.reads);
        package.inputs.iter().filter(|input| !is_there(input)).collect()
    }

    /// Adds those that are laid there for a package.
    fn add(&mut self, laid: &[&ImporterId], package: &PackageBuild) {
        self.0
            .extend(laid.iter().map(|importer| ((*importer).clone(), package.reads)));
    }
}

impl Writer<'_> {
    /// Returns what a package is built with that has a piece, laid on what the package below it is built with.
    pub(super) fn laid(&mut self, key: &str, piece: &Piece) -> Result<Installed, Diagnostic> {
        let image = self.tools();
        let tools = self.with_manager(image, &piece.packages, Side::Build);
        let line = self.steps.name(format!("lay out dependencies of {}", piece.of));
        if self.lays_with_sources() {
            let below = self.development(&piece.on)?;
            return Ok(Installed { tools, ..below });
        }
        let tree = self.ground_of(key, piece, &line)?.tree;
        Ok(Installed {
            tools,
            tree,
            directory: "/",
            line,
        })
    }

    /// Whether what is cut out for a package is laid out together with its sources. npm's lockfile says where it lies, so
    /// that it needs nothing of what it lies on; and where two builds come to that at the same time, only what a step copies
    /// by content shows them that they make the same.
    fn lays_with_sources(&self) -> bool {
        self.model.toolchain.manager.name == "npm"
    }

    /// Returns the copy of what is cut out for a package, where it is laid out with its sources, which `root` is the
    /// workspace of.
    pub(super) fn laid_with_sources(&mut self, key: &str, root: &str) -> Result<Option<Action>, Diagnostic> {
        let model = self.model;
        let piece = model.pieces.get(key).filter(|_| self.lays_with_sources());
        let Some(piece) = piece.filter(|_| !self.facts.given.contains(&Stage::Deps)) else {
            return Ok(None);
        };
        let cut = piece.of_install.as_deref();
        let cut = cut
            .map(|install| self.cut(install, piece.runs_scripts))
            .transpose()?;
        Ok(cut.map(|cut| Action::copy(cut, &format!("/{}", file_name(key)), root)))
    }

    fn ground_of(&mut self, key: &str, piece: &Piece, line: &str) -> Result<Ground, Diagnostic> {
        if let Some(ground) = self.grounds.get(key) {
            return Ok(ground.clone());
        }
        let cut = piece
            .of_install
            .as_deref()
            .map(|install| self.cut(install, piece.runs_scripts));
        let cut = cut.transpose()?;
        let below = self.development(&piece.on)?;
        let mut outputs = self.outputs_in(&piece.on);
        let places = self.steps.at(&piece.place);
        let copy = cut.map(|cut| Action::copy(cut, &format!("/{}", file_name(key)), "/"));
        let mut actions: Vec<Action> = copy.into_iter().collect();
        if let (None, Some(settings)) = (&piece.of_install, &self.model.settings) {
            // As `pieces.cjs` writes it with what it cuts.
            let text = workspace_file::projects(&piece.projects) + settings;
            actions.push(Action::file(format!("/{WORKSPACE_FILE}"), text));
        }
        if !piece.copies.is_empty() {
            let paths = piece.copies.keys().map(|path| literal(path));
            let part = self.steps.part("local dependencies", paths, &[], places.clone());
            let copies = piece.copies.iter();
            actions.extend(
                copies.map(|(from, to)| Action::copy(part.clone(), &format!("/{from}"), in_tree(to))),
            );
        }
        if let Some(package) = self.model.package(key) {
            let missing = outputs.missing(package);
            actions.extend(self.outputs(package, missing.iter().copied(), "/")?);
            outputs.add(&missing, package);
        }
        let step =
            Step::new(line, Stage::Deps, places, Tree::on(below.tree, actions)).on_line(Line::of(line));
        let ground = Ground {
            tree: Files::Step(self.steps.add(step)),
            outputs,
        };
        self.grounds.insert(key.to_owned(), ground.clone());
        Ok(ground)
    }

    /// Returns the packages whose outputs lie in what a package is built with.
    pub(super) fn outputs_in(&self, key: &str) -> Outputs {
        let ground = self.grounds.get(key);
        ground.map(|ground| ground.outputs.clone()).unwrap_or_default()
    }

    /// Cuts all that is to be cut out of an install. What no install script of the packages may have changed is cut out of
    /// its first half, so that it does not wait for the other one.
    fn cut(&mut self, key: &str, runs_scripts: bool) -> Result<Files, Diagnostic> {
        let origin = (key.to_owned(), runs_scripts);
        if let Some(cut) = self.cut.get(&origin) {
            return Ok(cut.clone());
        }
        let model = self.model;
        let found = || Diagnostic::internal(format!("there is no install {key}"));
        let install = model.installs.get(key).ok_or_else(found)?;
        let tree = match runs_scripts {
            true => self.development(key)?.tree,
            false => self.first_half(key)?,
        };
        let what = match &install.of {
            Some(of) => format!("cut pieces out of what is installed for {of}"),
            None => "cut pieces out of what is installed".to_owned(),
        };
        let line = self.steps.name(what);
        let places = self.steps.at(&install.place);
        let actions = vec![Action::file(LIST, self.list(key, runs_scripts).to_string())];
        let name = format!("{line}: list");
        let list = Step::new(name, Stage::Deps, places.clone(), Tree::of_texts(actions))
            .on_line(self.steps.unshown());
        let list = Files::Step(self.steps.add(list));
        let image = self.tools();
        let cutter = match self.model.toolchain.manager.name {
            "npm" => NPM_CUT,
            _ => PIECES,
        };
        let script = format!("{SCRIPTS}/{}", cutter.name);
        let listed = format!("{SCRIPTS}{LIST}");
        let command = ["node", &script, WORKSPACE, &listed, "/out"];
        let mut run = Run::new(Files::Image(image), image, Side::Build, command);
        run.mounts = vec![
            self.script(cutter),
            Mount::read_of(list, Some(LIST), listed.clone()),
            Mount::read_of(tree, None, WORKSPACE),
            Mount::output("/out"),
        ];
        run.network = Network::None;
        let step = Step::new(&line, Stage::Deps, places, Verb::Run(Box::new(run))).on_line(Line::of(&line));
        let cut = Files::Left(self.steps.add(step), "/out".to_owned());
        self.cut.insert(origin, cut.clone());
        Ok(cut)
    }

    /// Returns what `pieces.cjs` reads: the pieces to be cut, and what they are laid on, each after what it is on itself.
    fn list(&self, install: &str, runs_scripts: bool) -> Value {
        let model = self.model;
        let wanted = |piece: &Piece| {
            piece.of_install.as_deref() == Some(install) && piece.runs_scripts == runs_scripts
        };
        let mut list = Vec::new();
        let mut listed = BTreeSet::from([ROOT]);
        for (key, _) in model.pieces.iter().filter(|(_, piece)| wanted(piece)) {
            let below = |key: &&str| model.pieces.get(*key).map(|piece| piece.on.as_str());
            let chain: Vec<&str> = std::iter::successors(Some(key.as_str()), below).collect();
            for key in chain.into_iter().rev().filter(|key| listed.insert(key)) {
                let mut entry = Map::new();
                entry.insert("key".to_owned(), key.into());
                if let Some(piece) = model.pieces.get(key) {
                    entry.insert("on".to_owned(), piece.on.as_str().into());
                    entry.insert("projects".to_owned(), json!(piece.projects));
                    if !piece.locations.is_empty() {
                        entry.insert("locations".to_owned(), json!(piece.locations));
                    }
                    if wanted(piece) {
                        entry.insert("to".to_owned(), file_name(key).into());
                    }
                } else if let Some(projects) = model.installs.get(key).map(|install| &install.projects) {
                    entry.insert("on".to_owned(), ROOT.into());
                    entry.insert("projects".to_owned(), json!(projects));
                }
                list.push(Value::Object(entry));
            }
        }
        json!({ "settings": model.settings, "pieces": list })
    }
}

/// Returns a key as the name of a file.
fn file_name(key: &str) -> String {
    key.replace('%', "%25").replace('/', "%2F")
}

//! The image of a static site: a web server, its configuration, and what the build wrote in two layers.

use super::Writer;
use super::image::Layers;
use super::package::quote;
use crate::diagnostic::Diagnostic;
use crate::kinds::node::plan::PackageBuild;
use crate::kinds::node::plan::site::{CONFIGURATION, OWN, Shape, Site};
use crate::kinds::node::scripts::{GATHER, SITE};
use crate::path::parent;
use crate::plan::{
    Action, Files, Key, Line, Mount, Network, Outcome, RUNTIME_SCRIPTS, Run, RunConfig, SCRIPTS, Side, Size,
    Stage, Step, Tree, Verb, Verdict, WORKSPACE,
};

/// Where the step has what the build wrote, and where it writes.
const IN: &str = "/in";
const OUT: &str = "/out";
/// What it reads beside that.
const OPTIONS: &str = "/site.json";
const SERVER: &str = "/site.conf";

impl Writer<'_> {
    /// Writes the image of a site.
    pub(super) fn site(&mut self, site: &Site) -> Result<Outcome, Diagnostic> {
        self.packages()?;
        let image = self.steps.image(&site.base.reference, Side::Target, "base");
        let mut layers = Layers::default();
        let base = if site.base.only_nginx {
            layers.is_of_base("nginx");
            self.only_nginx(image)?
        } else {
            Files::Image(image)
        };
        let finished = self.finished(site)?;
        let verdict = self.verdict(&finished);
        let configuration = self.configuration(site, image, &base, &finished);
        layers.add("configuration of nginx", configuration);
        for (what, directory) in [("media", "/media"), ("code", "/code")] {
            let name = self.steps.name(format!("layer of {what}"));
            // Their times are part of what nginx tells of a file.
            let tree = Tree::on(Files::Empty, vec![Action::copy(finished.clone(), directory, "/")]);
            let places = vec![self.steps.key("static")];
            let line = Line::with(&self.line());
            let step = Step::new(name, Stage::Runtime, places, tree).on_line(line);
            layers.add(what, Files::Step(self.steps.add(step)));
        }
        layers.add("what was found of the site", verdict.report.clone());
        let root = self.joined(base.clone(), &layers.files);
        let size = self.size_of_site(site, &root)?;
        // What a site is built of is packed into its files, which say no more of that.
        let bill = self.bill(image, &base, &[])?;
        Ok(Outcome::Image(Box::new(crate::plan::Production {
            base: image,
            is_scratch: site.base.only_nginx,
            root,
            history: layers.history,
            run: run_config(site),
            entry: None,
            size,
            check: None,
            noted: None,
            verdict: Some(verdict),
            bill,
            question: None,
        })))
    }

    /// Returns the service, which is the last package to be built, with what it hands on.
    fn service(&self) -> Result<(Files, &PackageBuild), Diagnostic> {
        let package = self.model.packages.last();
        let package = package.ok_or_else(|| Diagnostic::internal("a site without a package"))?;
        let built = self.built.get(&package.importer);
        let built = built.ok_or_else(|| Diagnostic::internal("a site that is not built"))?;
        Ok((built.build.0.clone(), package))
    }

    /// Whether what a package's scripts wrote is gathered as that of a site.
    pub(super) fn gathers(&self, package: &PackageBuild) -> Option<&Site> {
        let crate::kinds::node::plan::Product::Site(site) = &self.model.product else {
            return None;
        };
        let service = self.model.packages.last();
        service
            .filter(|service| service.importer == package.importer)
            .map(|_| &**site)
    }

    /// A step that makes what the build wrote ready to be served.
    fn finished(&mut self, site: &Site) -> Result<Files, Diagnostic> {
        let line = self.steps.name("make the site ready to be served");
        let places = vec![self.steps.key("static")];
        let texts = Tree::of_texts(vec![
            Action::file(OPTIONS, site.options.clone()),
            Action::file(SERVER, site.server.clone()),
        ]);
        let name = self.steps.name("what is said of the site");
        let texts = Step::new(name, Stage::Runtime, places.clone(), texts).on_line(self.steps.unshown());
        let texts = Files::Step(self.steps.add(texts));
        let (written, package) = self.service()?;
        let read = if package.scripts.is_empty() {
            // Its sources are what it hands on.
            let at = match site.directory.as_str() {
                "." => format!("{IN}/written"),
                directory => format!("{IN}/written/{directory}"),
            };
            Mount::Read {
                at,
                files: written,
                from: Some(format!("/{}", package.source)),
                key: Key::Content,
            }
        } else {
            Mount::read(written, IN)
        };
        let image = self.tools();
        let script = self.script(SITE);
        let words = [
            "node",
            &format!("{SCRIPTS}/{}", SITE.name),
            &format!("{SCRIPTS}{OPTIONS}"),
            &format!("{SCRIPTS}{SERVER}"),
            IN,
            OUT,
        ];
        let mut run = Run::new(Files::Image(image), image, Side::Build, words);
        run.network = Network::None;
        let text = |path: &str| Mount::Read {
            at: format!("{SCRIPTS}{path}"),
            files: texts.clone(),
            from: Some(path.to_owned()),
            key: Key::Content,
        };
        run.mounts = vec![script, text(OPTIONS), text(SERVER), read, Mount::output(OUT)];
        let step = Step::new(&line, Stage::Runtime, places, Verb::Run(Box::new(run)));
        Ok(Files::Left(
            self.steps.add(step.on_line(Line::of(&line))),
            OUT.to_owned(),
        ))
    }

    /// A layer with what the step found: so an exported cache that has the image alone has that, too.
    fn verdict(&mut self, finished: &Files) -> Verdict {
        let name = self.steps.name("layer of what was found of the site");
        let copy = Tree::of_image(vec![Action::copy(finished.clone(), "/report", RUNTIME_SCRIPTS)]);
        let places = vec![self.steps.key("static")];
        let line = Line::with(&self.line());
        let step = Step::new(name, Stage::Runtime, places, copy).on_line(line);
        Verdict {
            report: Files::Step(self.steps.add(step)),
            file: format!("{}/site.json", RUNTIME_SCRIPTS.trim_start_matches('/')),
        }
    }

    /// The layer of the configuration; where the server can be run here it has looked at it before.
    fn configuration(
        &mut self,
        site: &Site,
        image: crate::plan::ImageId,
        base: &Files,
        finished: &Files,
    ) -> Files {
        let places = match &site.own {
            Some(_) => vec![self.steps.key("static.nginx")],
            None => vec![self.steps.key("static")],
        };
        let mut actions = vec![Action::directory(parent(CONFIGURATION))];
        match &site.own {
            // What is the repository's is there as it is, so that the lines of errors are its lines.
            Some(own) if own.shape != Shape::Whole => actions.push(Action::file(OWN, own.text.clone())),
            _ => {}
        }
        actions.push(Action::copy(finished.clone(), "/conf/site.conf", CONFIGURATION));
        let name = self.steps.name("configuration of nginx");
        let tree = Step::new(name, Stage::Runtime, places.clone(), Tree::of_image(actions));
        let written = Files::Step(self.steps.add(tree.on_line(Line::with(&self.line()))));
        let checked = if site.is_checked {
            let line = self
                .steps
                .name_on(Side::Target, "check the configuration of nginx");
            let on = self.joined_for(base, &written, &line);
            let mut run = Run::new(on, image, Side::Target, site.check());
            run.network = Network::None;
            run.shown = vec![crate::plan::Shown::new(&["nginx", "-t"], "/")];
            let step = Step::new(&line, Stage::Runtime, places.clone(), Verb::Run(Box::new(run)));
            Some(Files::Step(self.steps.add(step.on_line(Line::of(&line)))))
        } else {
            None
        };
        // A file that is written moves the time of its directory; a copy sets all of them.
        let from = checked.unwrap_or(written);
        let mut copies = vec![Action::directory(parent(CONFIGURATION))];
        let files = [Some(CONFIGURATION), self.own_file(site)];
        copies.extend(
            files
                .into_iter()
                .flatten()
                .map(|file| Action::copy(from.clone(), file, file)),
        );
        let name = self
            .steps
            .name_on(Side::Target, "files of the configuration of nginx");
        let line = Line::with(&self.line());
        let tree = Step::new(name, Stage::Runtime, places.clone(), Tree::of_image(copies)).on_line(line);
        let tree = Files::Step(self.steps.add(tree));
        let copy = Tree::of_image(vec![Action::copy(tree, "/", "/")]);
        let name = self
            .steps
            .name_on(Side::Target, "layer of the configuration of nginx");
        let line = Line::with(&self.line());
        Files::Step(
            self.steps
                .add(Step::new(name, Stage::Runtime, places, copy).on_line(line)),
        )
    }

    fn own_file(&self, site: &Site) -> Option<&'static str> {
        let own = site.own.as_ref()?;
        (own.shape != Shape::Whole).then_some(OWN)
    }

    /// Lays the configuration over the base, for a look at it.
    fn joined_for(&mut self, base: &Files, written: &Files, line: &str) -> Files {
        let places = vec![self.steps.key("static")];
        let name = self
            .steps
            .name_on(Side::Target, "the server with its configuration");
        let step = Step::new(
            name,
            Stage::Runtime,
            places,
            Verb::Over(vec![base.clone(), written.clone()]),
        );
        Files::Step(self.steps.add(step.on_line(Line::with(line))))
    }

    /// A step that measures the image where the manifest sets a limit.
    fn size_of_site(&mut self, site: &Site, image: &Files) -> Result<Option<Size>, Diagnostic> {
        match site.max_size {
            Some(limit) => self.measured(limit, image).map(Some),
            None => Ok(None),
        }
    }
}

/// Returns the script, with its words, that gathers what the build of a site wrote.
pub(super) fn gather(site: &Site, package: &PackageBuild) -> String {
    let left = site.work.iter().map(|place| format!(" {}", quote(place)));
    let whole = site.whole.iter();
    let whole = whole.map(|folder| format!(" {}", quote(&format!("whole={folder}"))));
    let words: String = left.chain(whole).collect();
    format!(
        "{SCRIPTS}/{} {} {OUT} {WORKSPACE}{words}",
        GATHER.name,
        quote(&package.directory)
    )
}

/// Returns how a container of the image runs.
fn run_config(site: &Site) -> RunConfig {
    RunConfig {
        command: site.command(),
        user: Some(site.user),
        directory: "/".to_owned(),
        ports: site.ports.clone(),
        labels: site.labels.clone(),
        healthcheck: site.healthcheck.clone(),
        stop_signal: Some(site.stop_signal.clone()),
        ..RunConfig::default()
    }
}

//! The scenarios of one service. In each pass every builder has its turn, on a fresh engine: a cold build, then one
//! build after each change. So noise of some minutes strikes all alike, and one engine's disk is all that is needed.

use std::rc::Rc;

use vextrus_e2e::{Image, Progress, Registry};

use crate::bed::{Bed, attempt};
use crate::builder::{Builder, base};
use crate::edit::Edit;
use crate::equal;
use crate::project::Project;
use crate::record::Series;
use crate::scale;
use crate::scenario::Scenario;
use crate::session::{Made, Session};
use crate::subject::Subject;
use crate::suite::Suite;

/// The disk from which an engine is replaced by one that has built nothing but what there was before the changes.
const FULL_BYTES: u64 = 10_000_000_000;
/// How often a build is run in one pass where nothing changes and nothing is left behind.
const NO_CHANGE_RUNS: usize = 3;

impl Session {
    /// Measures scenarios of services by some builders, each so many times.
    pub(crate) fn passes(
        &mut self,
        services: &[(Rc<Project>, Subject)],
        scenarios: &[Scenario],
        builders: &[Builder],
        runs: usize,
    ) {
        for pass in 0..runs {
            for (project, subject) in services {
                self.enter(project);
                for builder in builders.iter().copied().filter(|builder| builder.builds(subject)) {
                    let suite = self.suite;
                    let chosen = scenarios.iter().copied();
                    let chosen = chosen.filter(|scenario| suite.measures(*scenario, builder));
                    let open: Vec<Scenario> = chosen
                        .filter(|scenario| self.is_open(*scenario, builder, subject, runs))
                        .collect();
                    let Some(first) = open.first().copied() else {
                        continue;
                    };
                    let turn = |session: &mut Self| session.pass(pass, builder, subject, &open);
                    if let Err(why) = self.as_built_by(builder, &[subject], turn) {
                        let mut series = self.take(first, builder.name(), &subject.name);
                        self.failed(&mut series, why);
                        self.finish(series);
                    }
                }
            }
        }
    }

    /// Says whether a scenario of a builder is to be run once more.
    fn is_open(&mut self, scenario: Scenario, builder: Builder, subject: &Subject, runs: usize) -> bool {
        let runs = match scenario {
            Scenario::NoChange => runs * NO_CHANGE_RUNS,
            _ => runs,
        };
        let series = self.take(scenario, builder.name(), &subject.name);
        let open = series.goes_on(runs);
        if !series.is_new() {
            self.series.push(series);
        }
        open
    }

    /// Runs each of the scenarios once.
    fn pass(&mut self, pass: usize, builder: Builder, subject: &Subject, open: &[Scenario]) {
        let Some(mut bed) = self.cold(pass, builder, subject, open.contains(&Scenario::Cold)) else {
            return;
        };
        for scenario in open {
            match scenario {
                Scenario::Cold => {}
                Scenario::ColdRegistryCache => self.registry_cache(pass, builder, subject, &bed),
                Scenario::NoChange => self.no_change(pass, builder, subject, &bed),
                _ => {
                    if bed.disk_bytes() > FULL_BYTES {
                        drop(bed);
                        match self.cold(pass, builder, subject, false) {
                            Some(fresh) => bed = fresh,
                            None => return,
                        }
                    }
                    self.warm(*scenario, pass, builder, subject, &bed);
                }
            }
        }
    }

    /// Builds on a fresh engine, which is returned; where only what follows is wanted, only a failure is kept.
    fn cold(&mut self, pass: usize, builder: Builder, subject: &Subject, wanted: bool) -> Option<Bed> {
        let scenario = Scenario::Cold;
        let mut series = if wanted {
            self.take(scenario, builder.name(), &subject.name)
        } else {
            self.untaken(scenario, builder.name(), &subject.name)
        };
        self.doing(scenario.name(), builder.name(), &subject.name, pass);
        let bed = self.cold_build(&mut series, builder, subject);
        if wanted || series.failure.is_some() {
            self.finish(series);
        }
        bed
    }

    fn cold_build(&mut self, series: &mut Series, builder: Builder, subject: &Subject) -> Option<Bed> {
        let built = self.bed(&[subject]).map(|mut bed| {
            let made = self.measure(series, &bed, || self.build(builder, subject, &bed, &[]))?;
            if series.samples.len() == 1 {
                self.look(series, &bed, &made, &[subject]);
            }
            let images: Vec<Image> = made.images.into_iter().map(|(_, image)| image).collect();
            bed.layers = images.iter().flat_map(|image| image.layers()).collect();
            bed.images = images;
            Some(bed)
        });
        match built {
            Ok(bed) => bed,
            Err(why) => {
                self.failed(series, why);
                None
            }
        }
    }

    /// Builds on a fresh engine with what another one exports to a registry.
    fn registry_cache(&mut self, pass: usize, builder: Builder, subject: &Subject, bed: &Bed) {
        let scenario = Scenario::ColdRegistryCache;
        let mut series = self.take(scenario, builder.name(), &subject.name);
        self.doing(scenario.name(), builder.name(), &subject.name, pass);
        let exported = attempt(|| {
            let registry = Registry::start();
            let reference = registry.reference("cache");
            let export = format!("--cache-to=type=registry,mode=max,ref={reference}");
            let project = &self.project;
            let build = project
                .kit
                .build(builder, subject, &bed.engine, &project.workspace);
            build.args([export]).steps();
            (registry, format!("--cache-from=type=registry,ref={reference}"))
        });
        let prepared = exported.and_then(|exported| Ok((exported, self.bed(&[subject])?)));
        match prepared {
            Ok(((_registry, import), fresh)) => {
                let args = [import];
                let made = self.measure(&mut series, &fresh, || {
                    self.build(builder, subject, &fresh, &args)
                });
                self.look_once(&mut series, &fresh, made, subject);
            }
            Err(why) => self.failed(&mut series, why),
        }
        self.finish(series);
    }

    /// Builds again, and beside ours of a repository's service a Dockerfile for the built-in frontend.
    fn no_change(&mut self, pass: usize, builder: Builder, subject: &Subject, bed: &Bed) {
        let mut series = self.take(Scenario::NoChange, builder.name(), &subject.name);
        let mut last = None;
        for _ in 0..NO_CHANGE_RUNS {
            self.doing(series.scenario, builder.name(), &subject.name, pass);
            let made = self.measure(&mut series, bed, || self.build(builder, subject, bed, &[]));
            last = self.look_once(&mut series, bed, made, subject);
            if last.is_none() {
                break;
            }
        }
        self.finish(series);
        if let (Suite::Services, Builder::Vextrus, Some(progress)) = (self.suite, builder, last) {
            let mut series = self.take(Scenario::NoChange, equal::BUILDER, &subject.name);
            self.equal(&mut series, subject, bed, &progress);
            self.finish(series);
        }
    }

    /// Measures the built-in frontend on a graph like ours.
    fn equal(&mut self, series: &mut Series, subject: &Subject, bed: &Bed, ours: &Progress) {
        let (workspace, docker) = (&self.project.workspace, &bed.engine);
        let prepared = attempt(|| {
            let base = Image::existing(docker, &subject.run_base).layers().len();
            let layers = bed.layers.len().saturating_sub(base);
            let file = equal::dockerfile(subject, &ours.names(), layers);
            let build = move || docker.build(workspace).file("-").input(file.clone()).run();
            (build(), build)
        });
        let (_stays, build) = match prepared {
            Ok(prepared) => prepared,
            Err(why) => return self.failed(series, why),
        };
        for _ in 0..NO_CHANGE_RUNS {
            self.measure(series, bed, || {
                let built = build();
                Made {
                    images: vec![(subject.name.clone(), built.image)],
                    progress: built.progress,
                    took: built.took,
                }
            });
        }
    }

    /// Builds after a change, which is taken back.
    fn warm(&mut self, scenario: Scenario, pass: usize, builder: Builder, subject: &Subject, bed: &Bed) {
        let edit = match self.edit(scenario, subject, pass) {
            Ok(edit) => edit,
            Err(why) => return self.note(scenario, &subject.name, &why),
        };
        let mut series = self.take(scenario, builder.name(), &subject.name);
        self.doing(scenario.name(), builder.name(), &subject.name, pass);
        let base = (scenario == Scenario::BaseChange).then(|| base(builder, subject));
        let prepared = attempt(|| base.into_iter().for_each(|base| bed.change_base(base, pass)));
        if let Err(why) = prepared {
            self.failed(&mut series, why);
        } else {
            let applied = edit.apply(&self.project.workspace);
            let made = self.measure(&mut series, bed, || self.build(builder, subject, bed, &[]));
            applied.revert(&self.project.workspace);
            self.look_once(&mut series, bed, made, subject);
            if let Err(why) = attempt(|| base.into_iter().for_each(|base| bed.restore_base(base))) {
                self.failed(&mut series, why);
            }
        }
        self.finish(series);
    }

    /// Looks at what the first run of a series made; returns what the engine did.
    fn look_once(
        &mut self,
        series: &mut Series,
        bed: &Bed,
        made: Option<Made>,
        subject: &Subject,
    ) -> Option<Progress> {
        let made = made?;
        if series.samples.len() == 1 {
            self.look(series, bed, &made, &[subject]);
        }
        Some(made.progress)
    }

    /// Returns what a scenario changes in a pass, the same for every builder.
    fn edit(&mut self, scenario: Scenario, subject: &Subject, pass: usize) -> Result<Edit, String> {
        let key = (scenario, subject.name.clone(), pass);
        if let Some(edit) = self.edits.get(&key) {
            return Ok(edit.clone());
        }
        let edit = attempt(|| self.new_edit(scenario, subject, pass)).and_then(|edit| edit)?;
        self.edits.insert(key, edit.clone());
        Ok(edit)
    }

    fn new_edit(&self, scenario: Scenario, subject: &Subject, pass: usize) -> Result<Edit, String> {
        let workspace = &self.project.workspace;
        let shared = || {
            let shared = self.project.subjects.most_shared(&[subject]);
            shared.ok_or_else(|| "it needs no package of the workspace".to_owned())
        };
        let unrelated = || {
            let unrelated = self.project.subjects.unrelated(subject);
            unrelated.ok_or_else(|| "the workspace has no other service".to_owned())
        };
        let dependency = |subject: &Subject| {
            let package = (subject.package.as_str(), subject.directory.as_str());
            Edit::dependency(&self.docker, workspace, subject, package, pass)
        };
        match scenario {
            Scenario::Source => Edit::source(workspace, subject),
            Scenario::Readme => Ok(Edit::readme(workspace, &subject.directory)),
            Scenario::SharedChanged => Edit::code(workspace, &shared()?, "index.js"),
            Scenario::SharedCode => Edit::inside(workspace, &shared()?, "index.js"),
            Scenario::SharedSameOutput => Edit::blank_lines(workspace, &shared()?, "index.js", pass),
            Scenario::UnrelatedSource => Edit::source(workspace, unrelated()?),
            Scenario::UnrelatedDependency => dependency(unrelated()?),
            Scenario::OwnDependency => dependency(subject),
            Scenario::Leaf | Scenario::Deepest | Scenario::DeepestCode | Scenario::Dependency => {
                let place = scale::place(scenario, &subject.name);
                let (name, directory) = place.ok_or("the workspace was not made in a size")?;
                match scenario {
                    Scenario::Dependency => {
                        Edit::dependency(&self.docker, workspace, subject, (&name, &directory), pass)
                    }
                    Scenario::DeepestCode => Edit::inside(workspace, &directory, "index.js"),
                    _ => Edit::code(workspace, &directory, "index.js"),
                }
            }
            _ => Ok(Edit::default()),
        }
    }
}

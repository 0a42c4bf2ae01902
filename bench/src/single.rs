//! The scenarios of one service, each builder on an engine of its own.

use std::collections::BTreeMap;

use vextrus_e2e::{Image, Progress, Registry};

use crate::bed::{Bed, attempt};
use crate::builder::Builder;
use crate::edit::Edit;
use crate::equal;
use crate::record::Series;
use crate::scenario::Scenario;
use crate::session::{Made, Session};
use crate::subject::Subject;

/// The engines after the cold builds.
type Beds = BTreeMap<Builder, Bed>;

impl Session {
    /// Measures the chosen scenarios of a service.
    pub(crate) fn single(&mut self, subject: &Subject) {
        let chosen: Vec<Scenario> = self
            .selection
            .scenarios
            .iter()
            .copied()
            .filter(|scenario| !scenario.is_bake())
            .collect();
        if chosen.is_empty() {
            return;
        }
        let mut beds = self.cold(subject);
        for scenario in chosen {
            match scenario {
                Scenario::Cold => {}
                Scenario::ColdRegistryCache => self.registry_cache(subject, &beds),
                _ => self.warm(scenario, subject, &mut beds),
            }
        }
    }

    /// Builds on fresh engines, and returns the last of each builder; where only what follows is wanted, once.
    fn cold(&mut self, subject: &Subject) -> Beds {
        let wanted = self.wants(Scenario::Cold);
        let runs = if wanted { self.selection.runs } else { 1 };
        let builders = self.selection.builders.clone();
        let mut beds = Beds::new();
        let mut all = series(Scenario::Cold, &builders, subject);
        for run in 0..runs {
            for (builder, series) in &mut all {
                if !self.goes_on(series, runs) {
                    continue;
                }
                self.doing(Scenario::Cold.name(), builder.name(), &subject.name, run);
                beds.remove(builder);
                let mut bed = match self.bed(&[subject]) {
                    Ok(bed) => bed,
                    Err(why) => {
                        self.failed(series, why);
                        continue;
                    }
                };
                let Some(made) = self.measure(series, &bed, || self.build(*builder, subject, &bed, &[]))
                else {
                    continue;
                };
                if run == 0 {
                    self.look(series, &bed, &made, &[subject]);
                }
                if let Err(why) = attempt(|| self.settle(&mut bed, made)) {
                    self.failed(series, why);
                    continue;
                }
                beds.insert(*builder, bed);
            }
        }
        for (_, series) in all {
            // What only prepares is told where it fails.
            if wanted || series.failure.is_some() {
                self.finish(series);
            }
        }
        beds
    }

    /// Lets an engine stay as it is after a cold build.
    fn settle(&mut self, bed: &mut Bed, made: Made) {
        let images: Vec<_> = made.images.into_iter().map(|(_, image)| image).collect();
        bed.layers = images.iter().flat_map(|image| image.layers()).collect();
        bed.images = images;
        bed.keep();
    }

    /// Builds on fresh engines with what the others export to a registry.
    fn registry_cache(&mut self, subject: &Subject, beds: &Beds) {
        let scenario = Scenario::ColdRegistryCache;
        let registry = match attempt(Registry::start) {
            Ok(registry) => registry,
            Err(why) => return self.note(scenario, &subject.name, &why),
        };
        let builders: Vec<Builder> = beds.keys().copied().collect();
        let mut all = series(scenario, &builders, subject);
        let reference = |builder: Builder| registry.reference(&format!("cache/{}", builder.name()));
        for (builder, series) in &mut all {
            let Some(bed) = beds.get(builder) else { continue };
            self.display
                .doing(&format!("{} · {}: export", scenario.name(), builder.name()));
            let export = format!("--cache-to=type=registry,mode=max,ref={}", reference(*builder));
            let build = || self.kit.build(*builder, subject, &bed.engine, &self.workspace);
            if let Err(why) = attempt(|| build().args([export]).steps()) {
                self.failed(series, why);
            }
        }
        for run in 0..self.selection.runs {
            for (builder, series) in &mut all {
                if !self.goes_on(series, self.selection.runs) {
                    continue;
                }
                self.doing(scenario.name(), builder.name(), &subject.name, run);
                let bed = match self.bed(&[subject]) {
                    Ok(bed) => bed,
                    Err(why) => {
                        self.failed(series, why);
                        continue;
                    }
                };
                let import = [format!("--cache-from=type=registry,ref={}", reference(*builder))];
                let made = self.measure(series, &bed, || self.build(*builder, subject, &bed, &import));
                if let (Some(made), 0) = (made, run) {
                    self.look(series, &bed, &made, &[subject]);
                }
            }
        }
        for (_, series) in all {
            self.finish(series);
        }
    }

    /// Builds after a change, on the engines that built before it.
    fn warm(&mut self, scenario: Scenario, subject: &Subject, beds: &mut Beds) {
        let builders: Vec<Builder> = beds.keys().copied().collect();
        let mut all = series(scenario, &builders, subject);
        let runs = self.selection.runs;
        let mut unchanged = None;
        for run in 0.. {
            if !all.iter().any(|(_, series)| self.goes_on(series, runs)) {
                break;
            }
            let edit = match attempt(|| self.edit(scenario, subject, run)).and_then(|edit| edit) {
                Ok(edit) => edit,
                Err(why) => return self.note(scenario, &subject.name, &why),
            };
            let applied = edit.apply(&self.workspace);
            for (builder, series) in &mut all {
                let Some(bed) = beds.get_mut(builder) else {
                    continue;
                };
                if self.goes_on(series, runs) {
                    self.doing(scenario.name(), builder.name(), &subject.name, run);
                    let progress = self.change(scenario, series, bed, *builder, subject, run);
                    if *builder == Builder::Vextrus {
                        unchanged = progress.or(unchanged);
                    }
                }
            }
            applied.revert(&self.workspace);
        }
        for (_, series) in all {
            self.finish(series);
        }
        if let (Scenario::NoChange, Some(progress), Some(bed)) =
            (scenario, unchanged, beds.get(&Builder::Vextrus))
        {
            self.equal(subject, bed, &progress);
        }
    }

    /// Runs one build after a change, and frees what it left.
    fn change(
        &mut self,
        scenario: Scenario,
        series: &mut Series,
        bed: &Bed,
        builder: Builder,
        subject: &Subject,
        run: usize,
    ) -> Option<Progress> {
        let base = (scenario == Scenario::BaseChange).then_some(subject.run_base.as_str());
        if let Some(base) = base
            && let Err(why) = attempt(|| bed.change_base(base, run))
        {
            self.failed(series, why);
            return None;
        }
        let made = self.measure(series, bed, || self.build(builder, subject, bed, &[]));
        if let (Some(made), 0) = (&made, run) {
            self.look(series, bed, made, &[subject]);
        }
        let progress = made.map(|made| made.progress);
        let cleaned = attempt(|| {
            base.into_iter().for_each(|base| bed.restore_base(base));
            bed.forget();
        });
        if let Err(why) = cleaned {
            self.failed(series, why);
        }
        progress
    }

    /// Returns what a scenario changes in its run.
    fn edit(&self, scenario: Scenario, subject: &Subject, run: usize) -> Result<Edit, String> {
        let workspace = &self.workspace;
        let shared = || {
            self.subjects
                .most_shared(&[subject])
                .ok_or("it needs no package of the workspace")
        };
        let unrelated = || {
            self.subjects
                .unrelated(subject)
                .ok_or("the workspace has no other service")
        };
        match scenario {
            Scenario::Source => Edit::code(workspace, &subject.directory, &subject.entry),
            Scenario::SharedChanged => Edit::code(workspace, &shared()?, "index.js"),
            Scenario::SharedSameOutput => Edit::blank_lines(workspace, &shared()?, "index.js", run),
            Scenario::UnrelatedSource => unrelated()
                .map_err(str::to_owned)
                .and_then(|other| Edit::code(workspace, &other.directory, &other.entry)),
            Scenario::UnrelatedDependency => Edit::dependency(&self.docker, workspace, unrelated()?, run),
            Scenario::OwnDependency => Edit::dependency(&self.docker, workspace, subject, run),
            _ => Ok(Edit::default()),
        }
    }

    /// Measures the built-in frontend on a graph like ours, beside the builds without a change.
    fn equal(&mut self, subject: &Subject, bed: &Bed, ours: &Progress) {
        let mut series = Series::new(Scenario::NoChange.name(), equal::BUILDER, &subject.name);
        let (workspace, docker) = (&self.workspace, &bed.engine);
        let prepared = attempt(|| {
            let base = Image::existing(docker, &subject.run_base).layers().len();
            let file = equal::dockerfile(subject, &ours.names(), bed.layers.len().saturating_sub(base));
            let build = move || docker.build(workspace).file("-").input(file.clone()).run();
            (build(), build)
        });
        let (_stays, build) = match prepared {
            Ok(prepared) => prepared,
            Err(why) => return self.failed(&mut series, why),
        };
        let mut run = 0;
        while self.goes_on(&series, self.selection.runs) {
            self.doing(Scenario::NoChange.name(), equal::BUILDER, &subject.name, run);
            self.measure(&mut series, bed, || {
                let built = build();
                Made {
                    images: vec![(subject.name.clone(), built.image)],
                    progress: built.progress,
                    took: built.took,
                }
            });
            run += 1;
        }
        if let Err(why) = attempt(|| bed.forget()) {
            self.failed(&mut series, why);
        }
        self.finish(series);
    }
}

/// Returns a series for each builder.
fn series(scenario: Scenario, builders: &[Builder], subject: &Subject) -> Vec<(Builder, Series)> {
    let of = |builder: &Builder| {
        (
            *builder,
            Series::new(scenario.name(), builder.name(), &subject.name),
        )
    };
    builders.iter().map(of).collect()
}

//! One benchmark: what is measured with, and what came out so far.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use vextrus_e2e::{Container, Docker, Image, Progress, Sizes, repository};

use crate::bed::{Bed, FRONTEND, attempt};
use crate::builder::Builder;
use crate::display::Display;
use crate::edit::Edit;
use crate::project::Project;
use crate::record::{Facts, Record, Sample, Series};
use crate::report;
use crate::scenario::Scenario;
use crate::selection::Selection;
use crate::smallest;
use crate::subject::Subject;
use crate::suite::Suite;
use crate::versions::Run;

/// The time in which a service answers, with others that start beside it.
const LIVE_LIMIT: Duration = Duration::from_secs(120);

/// What is measured with, and what came out so far.
#[derive(Debug)]
pub(crate) struct Session {
    /// The engine that has the frontend and the base images.
    pub(crate) docker: Docker,
    /// What is measured now.
    pub(crate) suite: Suite,
    /// The workspace that is built now.
    pub(crate) project: Rc<Project>,
    /// What it is measured with.
    pub(crate) run: Run,
    /// What is to be measured.
    pub(crate) selection: Selection,
    /// Where progress is shown.
    pub(crate) display: Display,
    /// The layers that were looked at.
    pub(crate) sizes: Sizes,
    /// What came out.
    pub(crate) series: Vec<Series>,
    /// How engines are measured.
    pub(crate) metered: OnceCell<&'static str>,
    /// What is changed in the passes so far, alike for all builders.
    pub(crate) edits: BTreeMap<(Scenario, String, usize), Edit>,
}

/// What one measured build, or bake, made.
#[derive(Debug)]
pub(crate) struct Made {
    /// The images by the services' names.
    pub(crate) images: Vec<(String, Image)>,
    /// What the engine did.
    pub(crate) progress: Progress,
    /// The client's time.
    pub(crate) took: Duration,
}

impl Session {
    /// Begins, with nothing to build yet.
    ///
    /// # Errors
    /// What of the machine cannot be told, or which file cannot be written.
    pub(crate) fn new(docker: Docker, selection: Selection, display: Display) -> Result<Self, String> {
        Ok(Self {
            run: attempt(|| Run::here(&docker, &selection))?,
            docker,
            suite: Suite::Services,
            project: Rc::new(Project::empty()?),
            selection,
            display,
            sizes: Sizes::default(),
            series: Vec::new(),
            metered: OnceCell::new(),
            edits: BTreeMap::new(),
        })
    }

    /// Goes on with another workspace.
    pub(crate) fn enter(&mut self, project: &Rc<Project>) {
        if !Rc::ptr_eq(&self.project, project) {
            self.run.met(&self.docker, project.subjects.all());
            self.project = Rc::clone(project);
        }
    }

    /// Runs something while the manifests of services are as a builder has them.
    ///
    /// # Errors
    /// The manifest that cannot be one of that builder.
    pub(crate) fn as_built_by(
        &mut self,
        builder: Builder,
        subjects: &[&Subject],
        work: impl FnOnce(&mut Self),
    ) -> Result<(), String> {
        if builder != Builder::VextrusScratch {
            work(self);
            return Ok(());
        }
        let applied = smallest::edit(&self.project.workspace, subjects)?.apply(&self.project.workspace);
        work(self);
        applied.revert(&self.project.workspace);
        Ok(())
    }

    /// Notes that there is no workspace to build.
    pub(crate) fn unmade(&mut self, service: &str, why: &str) {
        for builder in self.selection.builders(self.suite) {
            let mut series = self.untaken(Scenario::Cold, builder.name(), service);
            self.failed(&mut series, why.to_owned());
            self.finish(series);
        }
    }

    /// Starts an engine with what services are built on.
    pub(crate) fn bed(&self, subjects: &[&Subject]) -> Result<Bed, String> {
        let mut images = BTreeSet::from([FRONTEND]);
        for subject in subjects {
            images.extend(subject.images.iter().map(String::as_str));
        }
        let images: Vec<&str> = images.into_iter().collect();
        let bed = attempt(|| Bed::start(&self.docker, &images))?;
        self.metered.get_or_init(|| bed.meter.kind());
        Ok(bed)
    }

    /// Runs and measures a build; what goes wrong stays in the series.
    pub(crate) fn measure(
        &self,
        series: &mut Series,
        bed: &Bed,
        work: impl FnOnce() -> Made,
    ) -> Option<Made> {
        match attempt(|| bed.meter.during(work)) {
            Ok((made, used)) => {
                series.samples.push(Sample {
                    seconds: made.took.as_secs_f64(),
                    steps: made.progress.ran().len(),
                    used,
                });
                Some(made)
            }
            Err(why) => {
                self.failed(series, why);
                None
            }
        }
    }

    /// Looks at what a series' first run made: sizes, what a registry would be sent, disk, and that every image
    /// starts and answers. Returns the facts of each image in the order of the images.
    pub(crate) fn look(
        &mut self,
        series: &mut Series,
        bed: &Bed,
        made: &Made,
        subjects: &[&Subject],
    ) -> Vec<Facts> {
        let images: Vec<&Image> = made.images.iter().map(|(_, image)| image).collect();
        let sizes = &mut self.sizes;
        let looked = attempt(|| {
            let names: BTreeSet<&String> = subjects.iter().flat_map(|subject| &subject.images).collect();
            let bases = names
                .iter()
                .map(|name| Image::existing(&bed.engine, name).diff_ids());
            let bases: Vec<Vec<String>> = bases.collect();
            // What services of one bake share is pushed once.
            let mut pushed = bed.layers.clone();
            let layers = sizes.of(&images);
            let facts = images.iter().zip(layers).map(|(image, layers)| Facts {
                pushed: layers
                    .iter()
                    .skip(base_layers(&image.diff_ids(), &bases))
                    .filter(|(layer, _)| pushed.insert(layer.clone()))
                    .map(|(_, sizes)| sizes.compressed)
                    .sum(),
                compressed: layers.iter().map(|(_, sizes)| sizes.compressed).sum(),
                unpacked: layers.iter().map(|(_, sizes)| sizes.unpacked).sum(),
                disk: 0,
            });
            let facts: Vec<Facts> = facts.collect();
            (facts, bed.disk_bytes())
        });
        let facts = match looked {
            Ok((facts, disk)) => {
                let sum = |value: fn(&Facts) -> u64| facts.iter().map(value).sum();
                series.facts = Facts {
                    pushed: sum(|facts| facts.pushed),
                    compressed: sum(|facts| facts.compressed),
                    unpacked: sum(|facts| facts.unpacked),
                    disk,
                };
                facts
            }
            Err(why) => {
                self.failed(series, why);
                Vec::new()
            }
        };
        if let Err(why) = attempt(|| answer(&images, subjects)).and_then(|answered| answered) {
            self.failed(series, why);
        }
        facts
    }

    /// Takes a series out of what came out so far, to go on with it.
    pub(crate) fn take(&mut self, scenario: Scenario, builder: &'static str, service: &str) -> Series {
        let key = (self.suite, scenario.name(), builder, service);
        match self.series.iter().position(|series| series.key() == key) {
            Some(place) => self.series.remove(place),
            None => self.untaken(scenario, builder, service),
        }
    }

    /// Returns a series without runs, of what is measured now.
    pub(crate) fn untaken(&self, scenario: Scenario, builder: &'static str, service: &str) -> Series {
        Series::new(self.suite, scenario.name(), builder, service)
    }

    /// Notes what went wrong and shows it.
    pub(crate) fn failed(&self, series: &mut Series, why: String) {
        let what = format!("{} · {} · {}", series.scenario, series.builder, series.service);
        self.display.done(&format!("{what}: FAILED: {why}"));
        series.failure.get_or_insert(why);
    }

    /// Shows how a series is, and puts it among what came out so far.
    pub(crate) fn finish(&mut self, series: Series) {
        let record = series.record();
        if !series.samples.is_empty() {
            self.display.done(&format!(
                "{} · {} · {}: {:.2} s (spread {:.0} %, {} runs), {} steps, {} B to push{}",
                record.scenario,
                record.builder,
                record.service,
                record.seconds,
                record.spread * 100.0,
                record.runs,
                record.steps_run,
                record.pushed_bytes,
                if record.noisy { ", noisy" } else { "" },
            ));
        }
        self.series.push(series);
        self.save();
    }

    /// Keeps what came out so far: a benchmark that does not come to its end leaves that.
    fn save(&self) {
        let records: Vec<Record> = self.series.iter().map(Series::record).collect();
        let file = repository().join("target/bench/unfinished.json");
        let saved = std::fs::create_dir_all(file.parent().unwrap_or(&file))
            .and_then(|()| std::fs::write(&file, report::lines(&records)));
        if let Err(error) = saved {
            self.display.done(&format!("{}: {error}", file.display()));
        }
    }

    /// Says once that a scenario has no meaning here.
    pub(crate) fn note(&mut self, scenario: Scenario, service: &str, why: &str) {
        let note = format!("{} of {service} was not measured: {why}", scenario.name());
        if !self.run.notes.contains(&note) {
            self.display.done(&note);
            self.run.notes.push(note);
        }
    }

    /// Says whether a scenario was chosen, and is measured with a builder.
    pub(crate) fn wants(&self, scenario: Scenario, builder: Builder) -> bool {
        self.selection.scenarios(self.suite).contains(&scenario) && self.suite.measures(scenario, builder)
    }

    /// Shows what is being run.
    pub(crate) fn doing(&self, scenario: &str, builder: &str, service: &str, run: usize) {
        self.display
            .doing(&format!("{scenario} · {builder} · {service} · run {}", run + 1));
    }

    /// Builds a service and leaves the image in the engine.
    pub(crate) fn build(&self, builder: Builder, subject: &Subject, bed: &Bed, args: &[String]) -> Made {
        let build = self
            .project
            .kit
            .build(builder, subject, &bed.engine, &self.project.workspace);
        let built = build.args(args.iter().cloned()).run();
        Made {
            images: vec![(subject.name.clone(), built.image)],
            progress: built.progress,
            took: built.took,
        }
    }
}

/// Returns how many of an image's layers are those of the base that it stands on; of none where it stands on scratch.
fn base_layers(image: &[String], bases: &[Vec<String>]) -> usize {
    let below = bases.iter().filter(|base| image.starts_with(base));
    below.map(Vec::len).max().unwrap_or(0)
}

/// Starts all images at once and waits until each answers.
fn answer(images: &[&Image], subjects: &[&Subject]) -> Result<(), String> {
    let started = images.iter().zip(subjects).map(|(image, subject)| {
        let container = image.container().unrestricted();
        (
            container.env("PORT", &subject.port.to_string()).started(),
            subject,
        )
    });
    let started: Vec<(Container, &&Subject)> = started.collect();
    for (container, subject) in &started {
        container
            .answers(&subject.health, LIVE_LIMIT)
            .map_err(|why| format!("the image of {} does not answer: {why}", subject.name))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::base_layers;

    #[test]
    fn an_image_stands_on_the_base_whose_layers_it_begins_with() {
        let layers = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let bases = [layers(&["debian", "node"]), layers(&["alpine"])];
        assert_eq!(base_layers(&layers(&["debian", "node", "app"]), &bases), 2);
        assert_eq!(base_layers(&layers(&["alpine", "app"]), &bases), 1);
        assert_eq!(base_layers(&layers(&["debian", "app"]), &bases), 0);
    }
}

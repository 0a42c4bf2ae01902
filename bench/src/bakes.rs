//! All services in one bake, by one builder after the other: together their engines would fill the disk.

use std::time::Duration;

use vextrus_e2e::Image;

use crate::bed::{Bed, attempt};
use crate::builder::Builder;
use crate::edit::Edit;
use crate::record::{Facts, Series};
use crate::scenario::Scenario;
use crate::session::{Made, Session};
use crate::subject::Subject;

/// The name that stands for all services of a bake.
pub(crate) const ALL: &str = "all";
/// The time of a whole bake.
const BAKE_LIMIT: Duration = Duration::from_secs(3600);

impl Session {
    /// Measures the chosen bakes of services.
    pub(crate) fn bakes(&mut self, subjects: &[&Subject]) {
        let builders = self.selection.builders(self.suite);
        let changes = |session: &Self, builder| -> Vec<Scenario> {
            let all = [Scenario::BakeShared, Scenario::BakeSharedCode];
            let wanted = all
                .into_iter()
                .filter(|scenario| session.wants(*scenario, builder));
            wanted.collect()
        };
        let builders = builders.into_iter().filter(|builder| {
            self.wants(Scenario::BakeCold, *builder) || !changes(self, *builder).is_empty()
        });
        let builders: Vec<Builder> = builders
            .filter(|builder| subjects.iter().all(|subject| builder.builds(subject)))
            .collect();
        if builders.is_empty() {
            return;
        }
        if subjects.len() < 2 {
            return self.note(Scenario::BakeCold, ALL, "there is one service alone");
        }
        for pass in 0..self.selection.bake_runs {
            for builder in builders.iter().copied() {
                let (cold, changes) = (self.wants(Scenario::BakeCold, builder), changes(self, builder));
                // Sizes are the same in every pass.
                if pass > 0 && changes.is_empty() && builder == Builder::VextrusScratch {
                    continue;
                }
                let mut series = if cold {
                    self.take(Scenario::BakeCold, builder.name(), ALL)
                } else {
                    self.untaken(Scenario::BakeCold, builder.name(), ALL)
                };
                self.doing(series.scenario, builder.name(), ALL, pass);
                let mut bed = None;
                let prepared = self.as_built_by(builder, subjects, |session| {
                    bed = session.cold_bake(&mut series, builder, subjects, cold);
                });
                if let Err(why) = prepared {
                    self.failed(&mut series, why);
                }
                if cold || series.failure.is_some() {
                    self.finish(series);
                }
                let Some(bed) = bed else { continue };
                for scenario in changes {
                    self.shared_bake((scenario, pass), builder, subjects, &bed);
                }
            }
        }
    }

    /// Bakes on a fresh engine, which is returned.
    fn cold_bake(
        &mut self,
        series: &mut Series,
        builder: Builder,
        subjects: &[&Subject],
        wanted: bool,
    ) -> Option<Bed> {
        let mut bed = match self.bed(subjects) {
            Ok(bed) => bed,
            Err(why) => {
                self.failed(series, why);
                return None;
            }
        };
        let made = self.measure(series, &bed, || self.bake(builder, subjects, &bed))?;
        if series.samples.len() == 1 {
            let facts = self.look(series, &bed, &made, subjects);
            if wanted {
                self.each(series, subjects, &facts);
            }
        }
        let images: Vec<Image> = made.images.into_iter().map(|(_, image)| image).collect();
        match attempt(|| self.sizes.of(&images.iter().collect::<Vec<_>>())) {
            Ok(layers) => bed.layers = layers.into_iter().flatten().map(|(layer, _)| layer).collect(),
            Err(why) => self.failed(series, why),
        }
        bed.images = images;
        Some(bed)
    }

    /// Bakes after a change of the package that most services need.
    fn shared_bake(
        &mut self,
        (scenario, pass): (Scenario, usize),
        builder: Builder,
        subjects: &[&Subject],
        bed: &Bed,
    ) {
        // Among all services some may need no package: then the most shared one of those that do.
        let needy: Vec<&Subject> = subjects
            .iter()
            .copied()
            .filter(|subject| !subject.closure.is_empty())
            .collect();
        let package = self.project.subjects.most_shared(&needy).or_else(|| {
            let packages = needy
                .iter()
                .filter_map(|subject| self.project.subjects.most_shared(&[subject]));
            packages.max_by_key(|package| {
                needy
                    .iter()
                    .filter(|subject| subject.closure.contains(package))
                    .count()
            })
        });
        let Some(package) = package else {
            return self.note(scenario, ALL, "no service needs a package of the workspace");
        };
        let edit = match scenario {
            Scenario::BakeSharedCode => Edit::inside,
            _ => Edit::code,
        };
        let edit = match edit(&self.project.workspace, &package, "index.js") {
            Ok(edit) => edit,
            Err(why) => return self.note(scenario, ALL, &why),
        };
        let mut series = self.take(scenario, builder.name(), ALL);
        self.doing(scenario.name(), builder.name(), ALL, pass);
        let applied = edit.apply(&self.project.workspace);
        let made = self.measure(&mut series, bed, || self.bake(builder, subjects, bed));
        applied.revert(&self.project.workspace);
        if let (Some(made), 1) = (made, series.samples.len()) {
            self.look(&mut series, bed, &made, subjects);
        }
        self.finish(series);
    }

    fn bake(&self, builder: Builder, subjects: &[&Subject], bed: &Bed) -> Made {
        let targets = self.project.kit.targets(builder, subjects);
        let mut baked = bed.engine.bake_by(&self.project.workspace, &targets, BAKE_LIMIT);
        let image = |subject: &&Subject| {
            let image = baked.images.remove(&subject.name)?;
            Some((subject.name.clone(), image))
        };
        Made {
            images: subjects.iter().filter_map(image).collect(),
            progress: baked.progress,
            took: baked.took,
        }
    }

    /// Keeps the sizes of each image in records of their own, with the time of the whole.
    fn each(&mut self, whole: &Series, subjects: &[&Subject], facts: &[Facts]) {
        for (subject, facts) in subjects.iter().zip(facts) {
            let mut series = Series::new(whole.suite, whole.scenario, whole.builder, &subject.name);
            series.samples.clone_from(&whole.samples);
            series.facts = *facts;
            series.failure.clone_from(&whole.failure);
            self.series.push(series);
        }
    }
}

//! What is measured, in its order: each subject's projects, their services, and the scenarios of those.

use std::rc::Rc;

use crate::builder::baseline_base;
use crate::project::Project;
use crate::scale;
use crate::scenario::Scenario;
use crate::selection::unknown;
use crate::session::Session;
use crate::subject::{Product, Subject};
use crate::suite::Suite;

/// The services of the examples whose scenarios are measured where none is named.
const USUAL: [&str; 3] = ["auth", "api-npm", "api-pnpm"];

/// A service with its workspace.
type Service = (Rc<Project>, Subject);

impl Session {
    /// Measures all that was selected.
    ///
    /// # Errors
    /// What of the selection is not there, or cannot be asked about; before anything is built.
    pub(crate) fn measure_all(&mut self) -> Result<(), String> {
        self.display
            .doing("asking the frontend for the plans of all services");
        // Before the first build: a mistake is told in seconds, and not when others were measured for hours.
        let mut groups = Vec::new();
        for suite in self.selection.suites.clone() {
            let (docker, selection) = (&self.docker, &self.selection);
            let projects = match suite {
                Suite::Services => vec![Project::services(docker, selection)?],
                Suite::Static => vec![Project::frontend(docker)?],
                Suite::Managers => Project::managers(docker)?,
                Suite::Scale => continue,
            };
            self.suite = suite;
            groups.push((suite, self.chosen(projects)?));
        }
        for (suite, (single, baked)) in groups {
            self.suite = suite;
            self.side_by_side(&single, &baked);
        }
        self.suite = Suite::Scale;
        for size in self.selection.sizes.clone() {
            // Each takes the place of the one before.
            self.display
                .doing(&format!("making the workspace {}", size.name()));
            match scale::project(&self.docker, size) {
                Ok(project) => {
                    let (single, _) = self.chosen(vec![project])?;
                    self.side_by_side(&single, &[]);
                }
                Err(why) => self.unmade(&size.name(), &why),
            }
        }
        Ok(())
    }

    /// Measures the chosen scenarios of services, side by side, and the bakes of all of a repository.
    fn side_by_side(&mut self, single: &[Service], baked: &[Service]) {
        let (scenarios, builders) = (
            self.selection.scenarios(self.suite),
            self.selection.builders(self.suite),
        );
        let scenarios: Vec<Scenario> = scenarios
            .into_iter()
            .filter(|scenario| !scenario.is_bake())
            .collect();
        let runs = self.selection.runs(self.suite);
        self.passes(single, &scenarios, &builders, runs);
        if let (Suite::Services, [(project, _), ..]) = (self.suite, baked) {
            self.enter(project);
            self.bakes(&baked.iter().map(|(_, subject)| subject).collect::<Vec<_>>());
        }
    }

    /// Returns the services of the scenarios of one, and of the bakes.
    fn chosen(&mut self, projects: Vec<Project>) -> Result<(Vec<Service>, Vec<Service>), String> {
        let of = |project: Project| -> Vec<Service> {
            let project = Rc::new(project);
            let subjects = project.subjects.all().iter();
            subjects
                .map(|subject| (Rc::clone(&project), subject.clone()))
                .collect()
        };
        let mut all: Vec<Service> = projects.into_iter().flat_map(of).collect();
        if self.suite == Suite::Services {
            // Nobody wrote a Dockerfile for a site among services: those have a subject of their own.
            all.retain(|(_, subject)| subject.product == Product::Service);
            for (_, subject) in &all {
                let base = baseline_base(subject);
                if base != subject.run_base {
                    self.run.notes.push(format!(
                        "The Dockerfiles put {} on {base}, where they install; ours is on {}, for which it installs as well",
                        subject.name, subject.run_base
                    ));
                }
            }
        }
        let names: Vec<&str> = all.iter().map(|(_, subject)| subject.name.as_str()).collect();
        let named: Vec<&str> = self.selection.services.iter().map(String::as_str).collect();
        unknown("SERVICES", &named, &names)?;
        let with = |names: &[&str]| -> Vec<Service> {
            let is = |(_, subject): &&Service| names.contains(&subject.name.as_str());
            all.iter().filter(is).cloned().collect()
        };
        if !named.is_empty() {
            return Ok((with(&named), with(&named)));
        }
        let usual = with(&USUAL);
        let single = if usual.is_empty() {
            all.first().cloned().into_iter().collect()
        } else {
            usual
        };
        Ok((single, all))
    }
}

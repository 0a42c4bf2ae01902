//! The page of a report.

use std::fmt::Write as _;

use crate::builder::Builder;
use crate::chart::Panel;
use crate::record::Record;
use crate::report::Report;
use crate::suite::Suite;
use crate::targets::Results;
use crate::units::{bytes, ratio, seconds};

impl Report {
    /// Returns the page with its charts, which are named beside their titles, and with notes that people wrote.
    pub(crate) fn page(&self, charts: &[(String, String, Vec<Panel>)], notes: &str) -> String {
        let mut page = String::from(
            "# Benchmarks\n\n<!-- Written by `make bench` from benchmarks.json and benchmarks/run.json. -->\n\n\
             The same services, built by several builders on private engines, in one run: `make bench`. A part of it takes \
             minutes: `make bench SCENARIOS=source,no-change BUILDERS=template,vextrus SERVICES=auth`; `WORKSPACE=/path` \
             measures another repository. `SUBJECT` chooses what is built: `services` where nothing is said, `static` a \
             front end that nginx serves, `managers` one service by npm beside the same by pnpm, `scale` workspaces of 10 \
             to 200 packages that are made for it, which takes a day, or several (`SUBJECT=static,managers`).\n\n\
             ## Targets\n\n",
        );
        page.push_str(&self.targets());
        if !notes.is_empty() {
            let _ = write!(page, "\n{}\n", notes.trim());
        }
        for (name, title, _) in charts {
            let _ = write!(page, "\n![{title}](benchmarks/{name}.svg)\n");
        }
        page.push('\n');
        page.push_str(&self.tables(Suite::Services, "##"));
        page.push_str(&self.images());
        for (suite, about) in [(Suite::Static, STATIC), (Suite::Managers, MANAGERS)] {
            let tables = self.tables(suite, "###");
            if !tables.is_empty() {
                let _ = write!(page, "## {}\n\n{about}\n\n{tables}", suite.name());
            }
        }
        page.push_str(&self.scale());
        page.push_str(&self.machine());
        page.push_str(COLUMNS);
        page
    }

    fn targets(&self) -> String {
        let mut table = String::from("| | target | measured | |\n|---|---|---|---|\n");
        for target in Results::of(&self.records).targets() {
            let met = match target.met {
                Some(true) => "met",
                Some(false) => "**not met**",
                None => "",
            };
            let _ = writeln!(
                table,
                "| {} | {} | {} | {met} |",
                target.what, target.aim, target.measured
            );
        }
        table
    }

    /// Returns a table for each scenario of a suite: one a service, or all of them where they are one service made in
    /// two ways.
    fn tables(&self, suite: Suite, heading: &str) -> String {
        let mut text = String::new();
        for scenario in suite.scenarios() {
            let is = |record: &&Record| record.scenario == scenario.name();
            let mut services: Vec<&str> = Vec::new();
            for record in self.of(suite).filter(is) {
                // Of a bake the services have tables of their own.
                if (!scenario.is_bake() || record.service == "all")
                    && !services.contains(&record.service.as_str())
                {
                    services.push(&record.service);
                }
            }
            let beside = suite == Suite::Managers;
            let groups = services.chunks(if beside { services.len().max(1) } else { 1 });
            for group in groups {
                let of = |record: &&Record| is(record) && group.contains(&record.service.as_str());
                let (title, first, line) = if beside {
                    (String::new(), "| service ", "|---")
                } else {
                    (format!(": {}", group.join(", ")), "", "")
                };
                let _ = write!(
                    text,
                    "{heading} {}{title}\n\n{}.\n\n{first}| builder | seconds | ÷ ours | spread | runs | steps | to push | \
                     compressed | unpacked | CPU | memory | disk \
                     |\n{line}|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
                    scenario.name(),
                    capitalised(scenario.description()),
                );
                for record in self.of(suite).filter(of) {
                    let ours = Results::of(&self.records).get(
                        suite,
                        *scenario,
                        Builder::Vextrus.name(),
                        &record.service,
                    );
                    if beside {
                        let _ = write!(text, "| {} ", record.service);
                    }
                    text.push_str(&row(record, ours));
                }
                text.push('\n');
            }
        }
        text
    }

    /// Returns the table of each service's image by each builder.
    fn images(&self) -> String {
        let results = Results::of(&self.records);
        let columns: Vec<(&str, Vec<&Record>)> = Builder::ALL
            .map(Builder::name)
            .into_iter()
            .map(|builder| (builder, results.images(builder)))
            .filter(|(_, images)| !images.is_empty())
            .collect();
        let Some((_, first)) = columns.first() else {
            return String::new();
        };
        let names: Vec<&str> = columns.iter().map(|(builder, _)| *builder).collect();
        let mut text = format!(
            "## Images\n\nUnpacked (compressed).\n\n| service | {} |\n|---|{}\n",
            names.join(" | "),
            "--:|".repeat(names.len())
        );
        for service in first.iter().map(|record| &record.service) {
            let cells = columns.iter().map(|(_, images)| {
                let image = images.iter().find(|record| record.service == *service);
                image.map_or(String::new(), |image| {
                    format!(
                        "{} ({})",
                        bytes(image.image_bytes_unpacked),
                        bytes(image.image_bytes_compressed)
                    )
                })
            });
            let _ = writeln!(text, "| {service} | {} |", cells.collect::<Vec<_>>().join(" | "));
        }
        text.push('\n');
        text
    }

    fn machine(&self) -> String {
        let run = &self.run;
        let versions = [("pnpm", &run.pnpm), ("npm", &run.npm)].into_iter();
        let managers: String = versions
            .filter(|(_, versions)| !versions.is_empty())
            .map(|(name, versions)| format!("| {name} | {versions} |\n"))
            .collect();
        let mut text = format!(
            "## The run\n\n| | |\n|---|---|\n| date | {} |\n| processors | {} |\n| memory | {} |\n| kernel | {} |\n\
             | Docker Engine | {} |\n| buildx | {} |\n| Node | {} |\n{}| turbo | {} |\n| frontend | {} |\n\
             | base images | {} |\n| measured by | {} |\n| runs | at most {} a scenario, {} a bake |\n\n",
            run.date,
            run.processors,
            bytes(run.memory_bytes),
            run.kernel,
            run.engine,
            run.buildx,
            run.node,
            managers,
            run.turbo,
            run.frontend,
            run.bases,
            run.meter,
            run.runs[0],
            run.runs[1],
        );
        for note in &run.notes {
            let _ = write!(text, "{note}.\n\n");
        }
        if run.parts.len() > 1 {
            let _ = write!(
                text,
                "Put together of {} runs: {}.\n\n",
                run.parts.len(),
                run.parts.join("; ")
            );
        }
        text
    }
}

fn row(record: &Record, ours: Option<&Record>) -> String {
    let noise = if record.noisy { " ~" } else { "" };
    let failed = if record.ok { "" } else { " **failed**" };
    let spread = if record.runs > 1 {
        format!("{:.0} %", record.spread * 100.0)
    } else {
        String::new()
    };
    format!(
        "| {}{failed} | {}{noise} | {} | {spread} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
        record.builder,
        seconds(record.seconds),
        ours.filter(|_| record.runs > 0)
            .map_or(String::new(), |ours| ratio(record.seconds, ours.seconds)),
        record.runs,
        record.steps_run,
        bytes(record.pushed_bytes),
        bytes(record.image_bytes_compressed),
        bytes(record.image_bytes_unpacked),
        seconds(record.cpu_seconds),
        bytes(record.peak_memory_bytes),
        bytes(record.cache_disk_bytes),
    )
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

const STATIC: &str = "The front end in [examples/samplemind](../examples/samplemind/frontend): Vite and React by npm, 119 \
packages, served by nginx. `naive` installs and builds in one stage and serves by `vite preview`; `template` is the usual three \
stages, of which the second copies what the first installed; `template-tuned` mounts manifests and a cache for one install, \
names each source that it copies, and packs files for `gzip_static`. A repository with either keeps the nginx.conf beside it. \
The lockfile is the example's with the addresses that npm writes into one.";

const MANAGERS: &str = "The service `api` of [examples/shop](../examples/shop), a workspace of npm, and the same sources at the \
same versions as a workspace of pnpm, whose lockfile `pnpm import` takes over from npm's. `÷ ours` compares within a package \
manager; seconds and bytes compare across all four rows, which have their turns in the same pass.";

const COLUMNS: &str = "## What the columns mean\n\n\
- **builder**: `naive` one stage with the whole monorepo; `template` and `template-tuned` the multi-stage Dockerfile that such repositories end with, and the same tuned by hand; `npm-docs`, `pnpm-docs` and `turbo` the recipes of those tools' documentation; `vextrus` the service's own manifest; `vextrus-scratch` the same with `base = \"scratch\"`, which of `services` nothing but a cold build and a cold bake are measured with. The Dockerfiles are in [bench/builders](../bench/builders), those of a front end in its `static`; each has a .dockerignore, the workspace's own where it has one, the base image, Node and package manager that the manifest leads to, and all but the plain ones of a front end have cache mounts. `dockerfile-equal` is a Dockerfile for the built-in frontend with as many steps and layers as our graph, which nothing but a build without a change is measured with.\n\
- **seconds**: the median time of `docker buildx build --load` (or `bake`), as its user waits for it. In each pass every builder has its turn on a fresh engine: a cold build, then one build after each change; a build without a change is run three times. What took more than 45 s so far is not run again, a cold build not a third time.\n\
- **spread**: (longest − shortest) ÷ median. `~` marks a time that is unsure: a spread above 25 %, or other work on more than 15 % of the machine's processors meanwhile.\n\
- **steps**: the vertices that the engine ran by its own records, without those that load contexts, images and metadata.\n\
- **to push**: the compressed layers above the base image that the image before the change does not have, those that several images share counted once.\n\
- **compressed**, **unpacked**: the sums of the image's layers, base included: as a registry keeps them, and as tar archives. Of a bake, the sum over its images.\n\
- **CPU**, **memory**: what the engine and the steps it runs use, by the control group that holds them all; memory at its highest of ten looks a second, without the file cache.\n\
- **disk**: what the engine's directory grew by from before its first build: images, layers and build cache.\n\n\
Each warm scenario starts from the state after the cold build: changes are taken back, and each is another one. Every image was started and answered its liveness route, or its row says failed.\n";

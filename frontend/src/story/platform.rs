//! The build of one platform's image: once more where it turns out that something was not known before.

use buildkit_llb::Platform;

use super::failed::Failed;
use super::images::Resolved;
use super::missed::Missed;
use super::{ahead, budget, check, entry, explain, image_config, make, question, surround, tell, verdict};
use crate::decide::Read;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::gateway::{Failure, Gateway, Reference};
use crate::kinds::Planned;
use crate::lower::{self, Anew, Graph};
use crate::options::Options;
use crate::plan::{Facts, Looked, Outcome};
use crate::result;
use crate::warning::Warning;

/// The plan for one platform, and the facts that it is made from.
#[derive(Debug)]
pub(super) struct ForPlatform {
    pub(super) target: Platform,
    pub(super) facts: Facts,
    pub(super) planned: Planned,
    pub(super) anew: Anew,
}

impl ForPlatform {
    /// Plans once more, by other facts.
    pub(super) fn again(
        &self,
        options: &Options,
        read: &Read,
        facts: Facts,
        anew: Anew,
    ) -> Result<Self, Diagnostics> {
        Ok(Self {
            planned: read.plan(options, &facts)?,
            target: self.target.clone(),
            facts,
            anew,
        })
    }
}

/// What a build makes for one platform.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) image: Reference,
    pub(super) config: result::ImageConfig,
    /// The output with the bill of materials, where one is asked for.
    pub(super) sbom: Option<Reference>,
    /// What looks at images have found that it is made by.
    pub(super) looked: Looked,
    /// What it lacks.
    lacks: check::Lacks,
}

/// Builds the image of one platform: once more where a package's scripts did not find a file, which then get every file
/// of the workspace, where the image lacks what another plan gives it, and where the engine has lost what its cache says that
/// it has.
pub(super) async fn build_all_of(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    platform: &ForPlatform,
) -> Result<Made, Failure> {
    let mut again: Option<ForPlatform> = None;
    // What is only hoped for is said when it has come true.
    let mut hoped: Option<check::Lacks> = None;
    loop {
        let platform = again.as_ref().unwrap_or(platform);
        let (mut facts, mut anew) = (platform.facts.clone(), platform.anew.clone());
        let failed = match build_platform(gateway, options, read, platform).await {
            Err(failed) => failed,
            Ok(made) if made.lacks.is_nothing() => {
                if let Some(lacked) = hoped {
                    tell_lacks(gateway, read, &lacked).await?;
                }
                return Ok(made);
            }
            Ok(made) => {
                facts.looked.add(&made.lacks.found);
                match made.lacks.otherwise {
                    Some(_) => hoped = Some(made.lacks),
                    None => tell_lacks(gateway, read, &made.lacks).await?,
                }
                again = Some(platform.again(options, read, facts, anew)?);
                continue;
            }
        };
        if let Some(more) = failed.anew(&anew) {
            anew = more;
        } else if let Some(missed) = Missed::of(&platform.planned.plan, &facts, &failed) {
            let warning = missed.warning(read);
            if read.lint.applies(warning.rule) {
                tell(gateway, read, [&warning]).await?;
            }
            missed.note(&mut facts);
        } else if let Some(otherwise) = hoped.as_ref().and_then(|lacked| lacked.otherwise.as_ref())
            && verdict::is_no_page(&failed.failure)
        {
            return Err(otherwise.clone().into());
        } else {
            return Err(explain::explain(failed, read, &platform.planned.plan));
        }
        again = Some(platform.again(options, read, facts, anew)?);
    }
}

/// Says what an image lacks that it is made once more for.
async fn tell_lacks(gateway: &Gateway, read: &Read, lacks: &check::Lacks) -> Result<(), Failure> {
    let warnings = lacks.warnings.iter();
    let warnings: Vec<&Warning> = warnings.filter(|one| read.lint.applies(one.rule)).collect();
    tell(gateway, read, warnings).await
}

/// Builds the image of one platform.
async fn build_platform(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    platform: &ForPlatform,
) -> Result<Made, Failed> {
    let settled = settled(gateway, options, read, platform).await?;
    let platform = settled.as_ref().unwrap_or(platform);
    let (surroundings, images) = surround(gateway, options, read, platform).await?;
    let graph = lower::lower(&platform.planned.plan, &surroundings)?;
    let made = build_graph(gateway, options, read, platform, &graph, &images).await;
    made.map_err(|failure| Failed::of(failure, &graph))
}

/// Builds what a graph makes.
async fn build_graph(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    platform: &ForPlatform,
    graph: &Graph<'_>,
    images: &[Resolved],
) -> Result<Made, Failure> {
    let plan = &platform.planned.plan;
    let outcome = &plan.outcome;
    let (size, entry) = match outcome {
        Outcome::Image(image) => (image.size.as_ref(), image.entry.as_ref()),
        Outcome::Workbench(_) => (None, None),
    };
    let measured = match size {
        Some(size) => Some((size, graph.definition(&size.report)?)),
        None => None,
    };
    ahead::build(gateway, options, graph, plan).await?;
    verdict::hear(gateway, options, read, plan, graph).await?;
    // All at once: the production install needs no build, and the entry no production install. What is begun is waited
    // for, though something else has failed: an engine that is interrupted while it commits a large layer can lose it, and
    // fails every later build that needs it. Source: moby/buildkit, `cache/refs.go`, `finalize`.
    let (image, large, sbom, entry, looked) = tokio::join!(
        make(gateway, options, graph, outcome.root()),
        budget::check(gateway, options, read, measured),
        async {
            match outcome.bill() {
                Some(bill) => make(gateway, options, graph, bill).await.map(Some),
                None => Ok(None),
            }
        },
        async {
            match entry {
                Some(entry) => entry::find(gateway, options, plan, graph, entry).await.map(Some),
                None => Ok(None),
            }
        },
        check::check(gateway, options, read, plan, graph),
    );
    let (image, entry, large, sbom) = (image?, entry?, large?, sbom?);
    let lacks = match &entry {
        // What starts it was looked for in vain.
        Some(entry::Found::Pages(pages)) => check::Lacks::of_pages(pages),
        entry => looked?.of_entry(outcome, entry.as_ref().and_then(entry::Found::file)),
    };
    if let Some(warning) = large {
        tell(gateway, read, [&warning]).await?;
    }
    let base = images.get(outcome.base().index());
    let base = base.ok_or_else(|| Diagnostic::internal("the base was not resolved"))?;
    let config = image_config::of(
        options,
        outcome,
        (&base.config, &platform.target),
        read.created,
        entry.as_ref().and_then(entry::Found::file),
    );
    Ok(Made {
        image,
        config,
        sbom,
        looked: platform.facts.looked.clone(),
        lacks,
    })
}

/// Returns the plan without its question, where it has one: its step runs, and the build is planned again with the answer.
async fn settled(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    platform: &ForPlatform,
) -> Result<Option<ForPlatform>, Failure> {
    let question = match &platform.planned.plan.outcome {
        Outcome::Image(image) => image.question.as_ref(),
        Outcome::Workbench(_) => None,
    };
    let Some(question) = question else {
        return Ok(None);
    };
    let (surroundings, _) = surround(gateway, options, read, platform).await?;
    let definition = lower::lower(&platform.planned.plan, &surroundings)?.definition(question)?;
    let facts = Facts {
        install_runs_programs: Some(question::ask(gateway, options, &definition).await?),
        ..platform.facts.clone()
    };
    Ok(Some(platform.again(
        options,
        read,
        facts,
        platform.anew.clone(),
    )?))
}

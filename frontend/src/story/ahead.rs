//! The builds of many packages, some at a time.
//!
//! An engine starts every step whose inputs are there: where fifty packages stand on one, fifty compilers at once, for
//! which a machine has neither the processors nor, at some hundred megabytes each, the memory. Where there are that many,
//! the engine is asked for some of them at a time before it is asked for the image, which then finds them made. The graph
//! is the same either way, and so is what services of a bake share.
//!
//! Most builds change little, and each batch is a graph that is sent: as long as the engine has all of a batch already, the
//! next one is twice as large.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt as _};

use super::evaluate;
use crate::gateway::{Failure, Gateway};
use crate::lower::Graph;
use crate::options::Options;
use crate::plan::{Files, Plan};

/// As many builds as this an engine may run at once.
pub(super) const FEW: usize = 16;
/// Batches that are asked for at the same time: while the last build of one runs, those of the next do.
const AT_ONCE: usize = 2;
/// Builds of a batch on a machine of few processors: some wait for files, and not for a processor.
const LEAST: usize = 4;
/// Batches that there are at most.
const BATCHES: usize = 16;
/// A batch that takes no longer than this was made before: a container alone takes as long to start, and then something
/// is built in it.
pub(super) const CACHED: Duration = Duration::from_millis(300);

/// Makes what packages' scripts leave, where there are many packages.
///
/// # Errors
/// Those of the steps.
pub(super) async fn build(
    gateway: &Gateway,
    options: &Options,
    graph: &Graph<'_>,
    plan: &Plan,
) -> Result<(), Failure> {
    let scripts = plan.scripts(plan.outcome.root());
    let size = batch(scripts.left.len());
    if scripts.left.len() <= FEW.max(size * AT_ONCE) || !graph.merges() {
        return Ok(());
    }
    let make = |files: Vec<Files>| async move {
        if files.is_empty() {
            return Ok(());
        }
        let definition = graph.definition_of_all(&files)?;
        evaluate(gateway, options, &definition).await.map(drop)
    };
    // After a failure no batch is begun; what is begun is waited for, as for an image.
    let has_failed = AtomicBool::new(false);
    let make_next = |files: Vec<Files>| async {
        if has_failed.load(Ordering::Relaxed) {
            return Ok(());
        }
        let made = make(files).await;
        has_failed.fetch_or(made.is_err(), Ordering::Relaxed);
        made
    };
    let builds = async {
        let mut rest = scripts.left.as_slice();
        let mut count = size * AT_ONCE;
        while !rest.is_empty() {
            let begun = Instant::now();
            let (next, later) = rest.split_at(count.min(rest.len()));
            make_next(next.to_vec()).await?;
            rest = later;
            if begun.elapsed() > CACHED {
                break;
            }
            count *= 2;
        }
        let batches = rest.chunks(size).map(<[Files]>::to_vec);
        let builds = stream::iter(batches.map(make_next)).buffered(AT_ONCE);
        builds.collect::<Vec<_>>().await.into_iter().collect()
    };
    let (others, builds) = tokio::join!(make(scripts.others), builds);
    others.and(builds)
}

/// Returns the number of builds in a batch of so many. The frontend runs on the engine's machine: its processors are those
/// of the builds.
pub(super) fn batch(builds: usize) -> usize {
    let processors = available_parallelism().map_or(1, NonZero::get);
    processors.max(LEAST).max(builds.div_ceil(BATCHES))
}

//! How steps are shown on the progress display.

use buildkit_llb::{Diff, Exec, File, Merge, Rooted};

use crate::plan::Step;

/// A vertex that can be shown on a line with others.
pub(super) trait Grouped: Sized {
    /// Puts the vertex onto the line of its step, where it has one.
    fn grouped(self, step: &Step) -> Self {
        match &step.line {
            Some(line) => self.on_line(&line.id, &line.name, line.is_weak),
            None => self,
        }
    }

    fn on_line(self, id: &str, name: &str, is_weak: bool) -> Self;
}

macro_rules! grouped {
    ($($vertex:ty),*) => {
        $(impl Grouped for $vertex {
            fn on_line(self, id: &str, name: &str, is_weak: bool) -> Self {
                self.progress_group(id, name, is_weak)
            }
        })*
    };
}

grouped!(Diff, Exec<Rooted>, File, Merge);

/// Names files after their step.
pub(super) fn shown(file: File, step: &Step) -> File {
    file.name(&step.name).grouped(step)
}

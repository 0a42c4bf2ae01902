//! File: changes to a file system without a container, so without a shell, an emulator or any program.

use buildkit_proto::pb;
use pb::file_action::Action as Wire;

use crate::metadata::{VertexOptions, vertex_options};
use crate::output::Output;
use crate::vertex::{Draft, EMPTY, Inputs, SKIP_OUTPUT, index};

mod attributes;
mod copy;
mod create;
mod rm;
#[cfg(test)]
mod tests;

use attributes::Attributes;
pub use copy::Copy;
pub use create::{MkDir, MkFile, Symlink};
pub use rm::Rm;

/// Actions on a file system, each on the result of the one before; together one vertex, and one layer.
#[derive(Clone, Debug)]
pub struct File {
    base: Output,
    actions: Vec<Action>,
    options: VertexOptions,
}
vertex_options!(File);

#[derive(Clone, Debug)]
enum Action {
    Copy(Copy),
    MkDir(MkDir),
    MkFile(MkFile),
    Rm(Rm),
    Symlink(Symlink),
}

impl File {
    /// Starts from `base`, which may be scratch.
    pub fn on(base: &Output) -> File {
        File {
            base: base.clone(),
            actions: Vec::new(),
            options: VertexOptions::default(),
        }
    }

    /// Copies files from an output.
    #[must_use]
    pub fn copy(self, copy: Copy) -> File {
        self.then(Action::Copy(copy))
    }

    /// Makes a directory.
    #[must_use]
    pub fn mkdir(self, directory: MkDir) -> File {
        self.then(Action::MkDir(directory))
    }

    /// Makes a file.
    #[must_use]
    pub fn mkfile(self, file: MkFile) -> File {
        self.then(Action::MkFile(file))
    }

    /// Removes a file or a directory.
    #[must_use]
    pub fn rm(self, rm: Rm) -> File {
        self.then(Action::Rm(rm))
    }

    /// Makes a symbolic link.
    #[must_use]
    pub fn symlink(self, symlink: Symlink) -> File {
        self.then(Action::Symlink(symlink))
    }

    fn then(mut self, action: Action) -> File {
        self.actions.push(action);
        self
    }

    /// Returns the file system after the last action; the base itself if there is none.
    pub fn output(self) -> Output {
        let Some(last) = self.actions.len().checked_sub(1) else {
            return self.base;
        };
        let mut inputs = Inputs::default();
        let base = inputs.add(&self.base);
        let from: Vec<i64> = self
            .actions
            .iter()
            .map(|action| match action {
                Action::Copy(copy) => inputs.add(copy.from()),
                _ => EMPTY,
            })
            .collect();
        // An action's input is an input of the op or, counted on from those, the result of an earlier action.
        let count = inputs.len();
        let actions = self
            .actions
            .into_iter()
            .zip(from)
            .enumerate()
            .map(|(position, (action, secondary_input))| pb::FileAction {
                input: position
                    .checked_sub(1)
                    .map_or(base, |before| count + index(before)),
                secondary_input,
                output: if position == last { 0 } else { SKIP_OUTPUT },
                action: Some(action.into_proto(base)),
            })
            .collect();
        let mut options = self.options;
        options.platform = options.platform.or_else(|| self.base.platform().cloned());
        Draft {
            kind: pb::op::Op::File(pb::FileOp { actions }),
            inputs,
            options,
            platform_specific: false,
            problems: Vec::new(),
        }
        .output()
    }
}

impl Action {
    fn into_proto(self, base: i64) -> Wire {
        match self {
            Action::Copy(copy) => Wire::Copy(copy.into_proto(base)),
            Action::MkDir(directory) => Wire::Mkdir(directory.into_proto(base)),
            Action::MkFile(file) => Wire::Mkfile(file.into_proto(base)),
            Action::Rm(rm) => Wire::Rm(rm.into_proto()),
            Action::Symlink(symlink) => Wire::Symlink(symlink.into_proto(base)),
        }
    }
}

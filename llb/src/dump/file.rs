//! The text of file ops.

use std::fmt::{self, Write as _};

use buildkit_proto::pb;
use pb::file_action::Action;

use crate::dump::{Inputs, word};
use crate::vertex::EMPTY;
use crate::wire;

/// A file of more lines than this is shown by its digest alone.
const SHOWN_LINES: usize = 40;

pub(super) fn write_actions(text: &mut String, file: &pb::FileOp, inputs: &Inputs<'_>) -> fmt::Result {
    let first = file.actions.first().map_or(EMPTY, |action| action.input);
    for (place, action) in file.actions.iter().enumerate() {
        text.push_str("  ");
        // Every action goes on from the one before; only the first says from where.
        let base = if place == 0 {
            format!(" on {}", inputs.get(first))
        } else {
            String::new()
        };
        match &action.action {
            Some(Action::Copy(copy)) => {
                let from = inputs.get(action.secondary_input);
                write!(
                    text,
                    "copy {from}:{} -> {}{base}",
                    word(&copy.src),
                    word(&copy.dest)
                )?;
                if copy.mode != -1 {
                    write!(text, ", mode {:04o}", copy.mode)?;
                }
                write_attributes(text, copy.owner.as_ref(), copy.timestamp)?;
                write_copy_options(text, copy)?;
            }
            Some(Action::Mkdir(directory)) => {
                let parents = if directory.make_parents { ", parents" } else { "" };
                write!(
                    text,
                    "mkdir {}{base}, mode {:04o}{parents}",
                    word(&directory.path),
                    directory.mode
                )?;
                write_attributes(text, directory.owner.as_ref(), directory.timestamp)?;
            }
            Some(Action::Mkfile(file)) => {
                write!(text, "mkfile {}{base}, mode {:04o}", word(&file.path), file.mode)?;
                write_attributes(text, file.owner.as_ref(), file.timestamp)?;
                write_data(text, &file.data)?;
            }
            Some(Action::Rm(rm)) => {
                let wildcard = if rm.allow_wildcard { ", wildcard" } else { "" };
                let missing = if rm.allow_not_found {
                    ", allow-not-found"
                } else {
                    ""
                };
                write!(text, "rm {}{base}{wildcard}{missing}", word(&rm.path))?;
            }
            Some(Action::Symlink(link)) => {
                write!(
                    text,
                    "symlink {} -> {}{base}",
                    word(&link.newpath),
                    word(&link.oldpath)
                )?;
                write_attributes(text, link.owner.as_ref(), link.timestamp)?;
            }
            None => write!(text, "unknown action{base}")?,
        }
        text.push('\n');
    }
    Ok(())
}

fn write_attributes(text: &mut String, owner: Option<&pb::ChownOpt>, timestamp: i64) -> fmt::Result {
    use pb::user_opt::User;
    let name = |user: &Option<pb::UserOpt>| match user.as_ref().and_then(|user| user.user.clone()) {
        Some(User::ById(id)) => id.to_string(),
        Some(User::ByName(user)) => user.name,
        None => String::new(),
    };
    if let Some(owner) = owner {
        write!(text, ", owner {}:{}", name(&owner.user), name(&owner.group))?;
    }
    if timestamp != -1 {
        write!(text, ", time {}", timestamp.div_euclid(1_000_000_000))?;
    }
    Ok(())
}

fn write_copy_options(text: &mut String, copy: &pb::FileActionCopy) -> fmt::Result {
    let flags = [
        (copy.dir_copy_contents, "contents-only"),
        (copy.create_dest_path, "create-dest-path"),
        (copy.allow_wildcard, "wildcard"),
        (copy.allow_empty_wildcard, "allow-empty-wildcard"),
        (copy.follow_symlink, "follow-symlinks"),
        (copy.attempt_unpack_docker_compatibility, "unpack"),
        (copy.always_replace_existing_dest_paths, "always-replace"),
    ];
    flags
        .iter()
        .filter(|(set, _)| *set)
        .try_for_each(|(_, flag)| write!(text, ", {flag}"))?;
    for (what, patterns) in [
        ("include", &copy.include_patterns),
        ("exclude", &copy.exclude_patterns),
    ] {
        patterns
            .iter()
            .try_for_each(|pattern| write!(text, "\n    {what} {}", word(pattern)))?;
    }
    Ok(())
}

/// Writes the file's text, each line after a bar, where it is short text; its size and digest otherwise.
fn write_data(text: &mut String, data: &[u8]) -> fmt::Result {
    let shown = std::str::from_utf8(data)
        .ok()
        .filter(|data| data.lines().count() <= SHOWN_LINES)
        .filter(|data| !data.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
    match shown {
        Some(data) => {
            data.lines().try_for_each(|line| write!(text, "\n    |{line}"))?;
            // The one thing that lines do not show.
            if data.is_empty() || data.ends_with('\n') {
                Ok(())
            } else {
                text.write_str("\n    (no newline at the end)")
            }
        }
        None => write!(text, ", {} bytes {}", data.len(), wire::digest(data)),
    }
}

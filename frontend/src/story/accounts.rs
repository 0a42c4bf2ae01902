//! `/etc/passwd` and `/etc/group` with the image's user in them.
//!
//! Written as files, not by `useradd`: it works on distroless and for a foreign architecture.

use buildkit_llb::Platform;

use super::images::Resolved;
use crate::gateway::{Failure, Gateway};
use crate::lower::Accounts;
use crate::options::Options;
use crate::plan::{Action, ImageId, Plan, User, Verb};
use crate::source;

/// Largest account file that is read; a base image's has some dozen lines.
const MAX_FILE: usize = 1 << 20;

/// Returns the account files of the image that the plan adds a user to, with the user; none where the image has the user
/// already, or the plan adds none.
pub(super) async fn with_user(
    gateway: &Gateway,
    options: &Options,
    images: &[Resolved],
    plan: &Plan,
    target: &Platform,
) -> Result<Option<Accounts>, Failure> {
    let Some((image, user, home)) = wanted(plan) else {
        return Ok(None);
    };
    let Some(image) = images.get(image.index()) else {
        return Ok(None);
    };
    let root = image
        .root
        .output(target, |what| format!("[internal] load {what}"), None);
    let reference = source::solve(gateway, options, &root).await?;
    let (passwd, group) = tokio::try_join!(
        gateway.read_file_if_exists(&reference, "etc/passwd", MAX_FILE),
        gateway.read_file_if_exists(&reference, "etc/group", MAX_FILE),
    )?;
    let text = |bytes: Option<Vec<u8>>| String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
    let (passwd, group) = (text(passwd), text(group));
    let has_user = has_id(&passwd, user.uid);
    if has_user && has_id(&group, user.gid) {
        return Ok(None);
    }
    Ok(Some(Accounts {
        passwd: if has_user {
            passwd
        } else {
            with_line(
                passwd,
                &format!("app:x:{}:{}::{home}:/sbin/nologin", user.uid, user.gid),
            )
        },
        group: if has_id(&group, user.gid) {
            group
        } else {
            with_line(group, &format!("app:x:{}:", user.gid))
        },
    }))
}

/// Returns the image whose account files the plan writes, the user that it adds, and the user's home.
fn wanted(plan: &Plan) -> Option<(ImageId, User, &str)> {
    let actions = plan.steps.iter().flat_map(|step| match &step.does {
        Verb::Tree(tree) => tree.actions.as_slice(),
        _ => &[],
    });
    let mut accounts = actions.filter_map(|action| match action {
        Action::Accounts { of, user, home } => Some((*of, *user, home.as_str())),
        _ => None,
    });
    accounts.next()
}

/// Returns whether an account file has an entry of the id, its third field.
fn has_id(text: &str, id: u32) -> bool {
    text.lines().any(|line| {
        line.split(':')
            .nth(2)
            .is_some_and(|field| field == id.to_string())
    })
}

fn with_line(mut text: String, line: &str) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(line);
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_added_on_a_line_of_its_own() {
        assert_eq!(
            with_line("root:x:0:0".to_owned(), "app:x:1001:"),
            "root:x:0:0\napp:x:1001:\n"
        );
        assert_eq!(with_line(String::new(), "app:x:1001:"), "app:x:1001:\n");
        assert!(has_id("node:x:1000:1000::/:/bin/sh\n", 1000));
        assert!(!has_id("node:x:1000:1001::/:/bin/sh\n", 1001));
    }
}

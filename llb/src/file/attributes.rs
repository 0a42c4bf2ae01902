//! Owner and time, which every action that makes files takes.

use buildkit_proto::pb;

/// The attributes to give; BuildKit's own choice (root, or the copied file's; the present time, or the copied
/// file's) where there is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes {
    pub(super) owner: Option<Owner>,
    /// Seconds since 1970.
    pub(super) timestamp: Option<i64>,
}

#[derive(Clone, Debug)]
pub(super) enum Owner {
    Ids { uid: u32, gid: u32 },
    Names { user: String, group: String },
}

impl Attributes {
    /// Returns the owner; names are looked up in the file system that is changed, whose input index is
    /// `base`.
    pub(super) fn owner(&self, base: i64) -> Option<pb::ChownOpt> {
        use pb::user_opt::User;
        let option = |user| Some(pb::UserOpt { user: Some(user) });
        let name = |name: &str| {
            User::ByName(pb::NamedUserOpt {
                name: name.to_owned(),
                input: base,
            })
        };
        self.owner.as_ref().map(|owner| match owner {
            Owner::Ids { uid, gid } => pb::ChownOpt {
                user: option(User::ById(*uid)),
                group: option(User::ById(*gid)),
            },
            Owner::Names { user, group } => pb::ChownOpt {
                user: option(name(user)),
                group: option(name(group)),
            },
        })
    }

    /// Returns nanoseconds since 1970, or -1 for no choice.
    pub(super) fn timestamp(&self) -> i64 {
        self.timestamp
            .map_or(-1, |seconds| seconds.saturating_mul(1_000_000_000))
    }
}

/// Gives an action with a field `attributes: Attributes` their methods.
macro_rules! attributes {
    ($action:ident) => {
        impl $action {
            /// Sets the owner by ids.
            #[must_use]
            pub fn owner(mut self, uid: u32, gid: u32) -> Self {
                self.attributes.owner = Some($crate::file::attributes::Owner::Ids { uid, gid });
                self
            }

            /// Sets the owner by names, which the file system that is changed must know.
            #[must_use]
            pub fn owner_by_name(mut self, user: impl Into<String>, group: impl Into<String>) -> Self {
                self.attributes.owner = Some($crate::file::attributes::Owner::Names {
                    user: user.into(),
                    group: group.into(),
                });
                self
            }

            /// Sets the time of what is made, in seconds since 1970.
            #[must_use]
            pub fn timestamp(mut self, unix_seconds: i64) -> Self {
                self.attributes.timestamp = Some(unix_seconds);
                self
            }
        }
    };
}
pub(super) use attributes;

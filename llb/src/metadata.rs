//! What is said about a vertex without being part of it: it changes no digest and no cache key.

use std::collections::BTreeMap;

use buildkit_proto::pb;

use crate::location::Location;
use crate::platform::Platform;

/// The description that clients show as the vertex's progress line.
pub(crate) const CUSTOM_NAME: &str = "llb.customname";

/// Everything that any builder takes, whatever its op.
#[derive(Clone, Debug, Default)]
pub(crate) struct VertexOptions {
    pub(crate) metadata: Metadata,
    pub(crate) platform: Option<Platform>,
}

/// The metadata of one vertex.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metadata {
    pub(crate) op: pb::OpMetadata,
    pub(crate) locations: Vec<Location>,
}

impl Metadata {
    pub(crate) fn name(&self) -> Option<&str> {
        self.op.description.get(CUSTOM_NAME).map(String::as_str)
    }
}

/// Joins the metadata of equal vertices the way BuildKit's client does: flags add up, the later description
/// wins.
pub(crate) fn merge(into: &mut pb::OpMetadata, from: &pb::OpMetadata) {
    into.ignore_cache |= from.ignore_cache;
    into.description.extend(
        from.description
            .iter()
            .map(|(key, value)| (key.clone(), value.clone())),
    );
    into.caps
        .extend(from.caps.iter().map(|(cap, needed)| (cap.clone(), *needed)));
    into.export_cache = from.export_cache.or(into.export_cache);
    if from.progress_group.is_some() {
        into.progress_group.clone_from(&from.progress_group);
    }
}

/// Returns the map without the entries whose value is empty, which say nothing.
pub(crate) fn without_empty(map: BTreeMap<String, pb::OpMetadata>) -> BTreeMap<String, pb::OpMetadata> {
    map.into_iter()
        .filter(|(_, metadata)| *metadata != pb::OpMetadata::default())
        .collect()
}

/// Gives a builder with a field `options: VertexOptions` the methods that every builder has.
macro_rules! vertex_options {
    ($builder:ident $(<$param:ident>)?) => {
        impl $(<$param>)? $builder $(<$param>)? {
            /// Sets the line that clients show for this vertex.
            #[must_use]
            pub fn name(self, name: impl Into<String>) -> Self {
                self.description($crate::metadata::CUSTOM_NAME, name)
            }

            /// Adds a description that BuildKit hands on unread; a later value of one key wins.
            #[must_use]
            pub fn description(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
                self.options.metadata.op.description.insert(key.into(), value.into());
                self
            }

            /// Shows this vertex on one progress line with all others of the same group id. The line appears
            /// when a member that is not weak has started.
            #[must_use]
            pub fn progress_group(
                mut self,
                id: impl Into<String>,
                name: impl Into<String>,
                weak: bool,
            ) -> Self {
                self.options.metadata.op.progress_group =
                    Some(buildkit_proto::pb::ProgressGroup { id: id.into(), name: name.into(), weak });
                self
            }

            /// Runs this vertex even when the cache holds its result. On an exec with cache mounts BuildKit
            /// also empties those mounts.
            #[must_use]
            pub fn ignore_cache(mut self) -> Self {
                self.options.metadata.op.ignore_cache = true;
                self
            }

            /// Adds the lines that the vertex comes from, which BuildKit shows when it fails.
            #[must_use]
            pub fn location(mut self, location: &$crate::Location) -> Self {
                self.options.metadata.locations.push(location.clone());
                self
            }

            /// Adds several such places.
            #[must_use]
            pub fn locations<'a>(
                mut self,
                locations: impl IntoIterator<Item = &'a $crate::Location>,
            ) -> Self {
                self.options.metadata.locations.extend(locations.into_iter().cloned());
                self
            }

            /// Sets the platform. Without it a vertex takes that of the output it is based on, then the
            /// daemon's own.
            #[must_use]
            pub fn platform(mut self, platform: &$crate::Platform) -> Self {
                self.options.platform = Some(platform.clone());
                self
            }
        }
    };
}
pub(crate) use vertex_options;

//! The names of source attributes, from BuildKit's `solver/pb/attr.go`.

pub(crate) const IMAGE_RESOLVE_MODE: &str = "image.resolvemode";
pub(crate) const IMAGE_CHECKSUM: &str = "image.checksum";

pub(crate) const LOCAL_SESSION: &str = "local.session";
pub(crate) const LOCAL_INCLUDE: &str = "local.includepattern";
pub(crate) const LOCAL_EXCLUDE: &str = "local.excludepatterns";
pub(crate) const LOCAL_FOLLOW_PATHS: &str = "local.followpaths";
pub(crate) const LOCAL_SHARED_KEY_HINT: &str = "local.sharedkeyhint";
pub(crate) const LOCAL_DIFFER: &str = "local.differ";
pub(crate) const LOCAL_METADATA_TRANSFER: &str = "local.metadatatransfer";
pub(crate) const LOCAL_METADATA_TRANSFER_EXCLUDE: &str = "local.metadatatransferexclude";

pub(crate) const GIT_KEEP_DIR: &str = "git.keepgitdir";
pub(crate) const GIT_FULL_URL: &str = "git.fullurl";
pub(crate) const GIT_AUTH_TOKEN_SECRET: &str = "git.authtokensecret";
pub(crate) const GIT_AUTH_HEADER_SECRET: &str = "git.authheadersecret";
pub(crate) const GIT_KNOWN_SSH_HOSTS: &str = "git.knownsshhosts";
pub(crate) const GIT_SSH_SOCKET: &str = "git.mountsshsock";
pub(crate) const GIT_CHECKSUM: &str = "git.checksum";
pub(crate) const GIT_SKIP_SUBMODULES: &str = "git.skipsubmodules";

pub(crate) const HTTP_CHECKSUM: &str = "http.checksum";
pub(crate) const HTTP_FILENAME: &str = "http.filename";
pub(crate) const HTTP_MODE: &str = "http.perm";
pub(crate) const HTTP_UID: &str = "http.uid";
pub(crate) const HTTP_GID: &str = "http.gid";
pub(crate) const HTTP_AUTH_HEADER_SECRET: &str = "http.authheadersecret";

pub(crate) const OCI_SESSION: &str = "oci.session";
pub(crate) const OCI_STORE: &str = "oci.store";

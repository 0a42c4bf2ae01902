//! What the daemon can do, as its answer to Ping says.

use std::collections::BTreeSet;
use std::time::Duration;

use buildkit_proto::moby::buildkit::v1::apicaps::ApiCap;
use buildkit_proto::moby::buildkit::v1::frontend::PingRequest;
use tonic::Code;

use super::{Failure, Gateway};

/// How long to wait for the first answer; the same as BuildKit's own client, which also pings first.
const PING_TIMEOUT: Duration = Duration::from_secs(15);

/// The capabilities that the daemon has enabled.
///
/// A daemon that lists none has none: only those from before the file op list none, and every build here needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    gateway: BTreeSet<String>,
    llb: BTreeSet<String>,
}

impl Capabilities {
    /// Returns the sets of the given capabilities.
    pub fn new<G, L>(gateway: G, llb: L) -> Self
    where
        G: IntoIterator<Item: Into<String>>,
        L: IntoIterator<Item: Into<String>>,
    {
        Self {
            gateway: gateway.into_iter().map(Into::into).collect(),
            llb: llb.into_iter().map(Into::into).collect(),
        }
    }

    /// Tells whether the gateway has a capability of `frontend/gateway/pb/caps.go`, such as `gateway.warnings`.
    pub fn gateway(&self, id: &str) -> bool {
        self.gateway.contains(id)
    }

    /// Tells whether the solver has a capability of `solver/pb/caps.go`, such as `mergeop`.
    pub fn llb(&self, id: &str) -> bool {
        self.llb.contains(id)
    }
}

impl Gateway {
    /// Asks the daemon for its capabilities; the first answer is kept, so that later calls cost nothing.
    ///
    /// # Errors
    /// Where nothing answers within 15 seconds, or the connection is closed.
    pub async fn ping(&self) -> Result<Capabilities, Failure> {
        self.capabilities().await.cloned()
    }

    /// Returns the daemon's capabilities, asked for once.
    pub(super) async fn capabilities(&self) -> Result<&Capabilities, Failure> {
        self.capabilities
            .get_or_try_init(|| self.ask_capabilities())
            .await
    }

    async fn ask_capabilities(&self) -> Result<Capabilities, Failure> {
        let mut rpc = self.rpc();
        let Ok(answer) = tokio::time::timeout(PING_TIMEOUT, rpc.ping(PingRequest {})).await else {
            return Err(Failure::new(
                Code::DeadlineExceeded,
                "BuildKit did not answer on stdin within 15 seconds; \
                 this program is started by BuildKit for a file that begins with `# syntax=`",
            ));
        };
        match answer {
            Ok(pong) => {
                let pong = pong.into_inner();
                Ok(Capabilities::new(
                    enabled(pong.frontend_api_caps),
                    enabled(pong.llb_caps),
                ))
            }
            Err(status) if status.code() == Code::Unimplemented => Ok(Capabilities::default()),
            Err(status) => Err(status.into()),
        }
    }
}

fn enabled(capabilities: Vec<ApiCap>) -> impl Iterator<Item = String> {
    capabilities
        .into_iter()
        .filter(|capability| capability.enabled)
        .map(|capability| capability.id)
}

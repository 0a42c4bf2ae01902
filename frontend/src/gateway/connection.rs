//! One HTTP/2 connection over a pair of pipes, never opened twice.

use std::future::{Ready, ready};
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};

use buildkit_proto::moby::buildkit::v1::frontend::llb_bridge_client::LlbBridgeClient;
use buildkit_proto::pb;
use hyper_util::rt::TokioIo;
use prost::Message as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::OnceCell;
use tonic::codegen::http::Uri;
use tonic::transport::Endpoint;
use tower_service::Service;

use super::{Failure, Gateway};

/// The largest message that BuildKit's gateway sends or takes, in bytes; gRPC's own default is 4 MiB.
/// Source: `grpc.MaxRecvMsgSize` in `frontend/gateway/gateway.go`.
const MAX_MESSAGE: usize = 16 << 20;

/// How much the daemon may send before it waits for a word that it has arrived, in bytes: a whole message.
const WINDOW: u32 = 16 << 20;

/// The largest header block to accept, in bytes: what Go's gRPC clients accept. A failed step's status travels
/// in the trailers with its vertex and source excerpts and passes the usual 16 KiB easily; beyond the bound,
/// the user would read about a header list in place of the step's own error.
const MAX_HEADER_LIST: u32 = 16 << 20;

impl Gateway {
    /// Connects to the gateway on the standard streams of this process.
    ///
    /// # Errors
    /// Where the streams are closed.
    pub async fn connect_stdio() -> Result<Self, Failure> {
        let gateway = Self::connect(tokio::io::join(tokio::io::stdin(), tokio::io::stdout())).await?;
        Ok(gateway.with_frontend(own_image()))
    }

    /// Returns the gateway of a frontend whose own image is the output of a graph.
    pub fn with_frontend(mut self, image: Option<pb::Definition>) -> Self {
        self.frontend = image.map(Arc::new);
        self
    }

    /// Returns the graph of the frontend's own image, where the daemon tells it.
    pub fn frontend(&self) -> Option<&pb::Definition> {
        self.frontend.as_deref()
    }

    /// Connects to the gateway at the other end of a stream, in plain text and with prior knowledge of HTTP/2.
    ///
    /// # Errors
    /// Where the stream is closed.
    pub async fn connect<S>(stream: S) -> Result<Self, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        // The authority is only a name here: nothing resolves it.
        let channel = Endpoint::from_static("http://localhost")
            .http2_max_header_list_size(MAX_HEADER_LIST)
            // A lockfile is a message of a megabyte: with the usual window of 64 KiB it would take some twenty turns.
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .connect_with_connector(Once(Some(TokioIo::new(stream))))
            .await
            .map_err(|error| Failure::from_error("cannot speak to BuildKit on stdin and stdout", &error))?;
        let client = LlbBridgeClient::new(channel).max_decoding_message_size(MAX_MESSAGE);
        Ok(Self {
            client,
            capabilities: Arc::new(OnceCell::new()),
            frontend: None,
        })
    }

    /// Returns a handle for one call; tonic's methods take `&mut self`, and a clone is two counters.
    pub(super) fn rpc(&self) -> LlbBridgeClient<tonic::transport::Channel> {
        self.client.clone()
    }
}

/// Reads the graph of this frontend's image, which the daemon mounts beside it.
///
/// Source: moby/buildkit, `frontend/gateway/gateway.go`, since 0.10.
fn own_image() -> Option<pb::Definition> {
    const FILE: &str = "/run/config/buildkit/metadata/frontend.bin";
    let bytes = std::fs::read(FILE).ok()?;
    pb::Definition::decode(bytes.as_slice()).ok()
}

/// A connector that gives its stream away once.
///
/// A tonic channel reconnects after the end of its connection. On a pair of pipes that would write a second
/// HTTP/2 preface into the same stdout, so the second attempt is an error.
struct Once<S>(Option<S>);

impl<S> Service<Uri> for Once<S> {
    type Response = S;
    type Error = io::Error;
    type Future = Ready<io::Result<S>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let closed = || io::Error::new(io::ErrorKind::NotConnected, "BuildKit has closed the connection");
        ready(self.0.take().ok_or_else(closed))
    }
}

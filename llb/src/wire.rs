//! The bytes of an op, and their digest.
//!
//! A vertex is known to BuildKit by the digest of its bytes. The daemon decodes every op, encodes it again
//! with Go's protobuf library and takes the digest of *that*; source locations and warnings that we key by
//! our own digest are found only if both agree. Two habits of Go's encoder differ from prost's:
//!
//! - a oneof is written after all other fields, whatever its field numbers (protobuf-go,
//!   `internal/impl/codec_message.go`, "marshal oneofs last"). [`pb::Op`] is the one message of LLB where
//!   this shows: its op has the numbers 2 to 7, its platform 10 and its constraints 11;
//! - a map entry always has its value, where prost leaves an empty one out. LLB needs no empty value, so
//!   [`crate::source`] sets none.

use buildkit_proto::pb;
use prost::Message;
use sha2::{Digest as _, Sha256};

/// Returns the op's canonical bytes: those that BuildKit itself would write.
pub(crate) fn encode(op: &pb::Op) -> Vec<u8> {
    let pb::Op {
        inputs,
        platform,
        constraints,
        op: kind,
    } = op;
    let mut bytes = pb::Op {
        inputs: inputs.clone(),
        platform: platform.clone(),
        constraints: constraints.clone(),
        op: None,
    }
    .encode_to_vec();
    if let Some(kind) = kind {
        kind.encode(&mut bytes);
    }
    bytes
}

/// Returns `sha256:` and 64 lower-case hexadecimal digits, the form in which LLB writes a digest.
pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests;

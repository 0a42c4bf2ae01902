use buildkit_proto::pb;
use prost::Message;

use super::{digest, encode};
use crate::{Definition, Image, Platform};

/// The bytes of one op, written out field by field the way protobuf-go writes them.
#[test]
fn writes_the_op_after_platform_and_constraints() {
    let mut expected = Vec::new();
    // Field 10, platform: architecture (1), os (2).
    expected.extend([0x52, 14, 0x0a, 5]);
    expected.extend(b"arm64");
    expected.extend([0x12, 5]);
    expected.extend(b"linux");
    // Field 11, constraints: present and empty.
    expected.extend([0x5a, 0]);
    // Field 3, the source: identifier (1), then an attribute (2), whose key and value are 1 and 2.
    let identifier = b"docker-image://docker.io/library/alpine:latest";
    let (key, value) = (b"image.resolvemode", b"local");
    let entry_length = 2 + key.len() + 2 + value.len();
    expected.extend([
        0x1a,
        u8::try_from(2 + identifier.len() + 2 + entry_length).unwrap(),
    ]);
    expected.extend([0x0a, u8::try_from(identifier.len()).unwrap()]);
    expected.extend(identifier);
    expected.extend([
        0x12,
        u8::try_from(entry_length).unwrap(),
        0x0a,
        u8::try_from(key.len()).unwrap(),
    ]);
    expected.extend(key);
    expected.extend([0x12, u8::try_from(value.len()).unwrap()]);
    expected.extend(value);

    let image = Image::new("alpine")
        .resolve_mode(crate::ResolveMode::PreferLocal)
        .platform(&Platform::new("linux", "arm64"))
        .output();
    let definition = Definition::of(&image).unwrap().to_proto();
    assert_eq!(definition.def[0], expected);
    assert_eq!(Definition::of(&image).unwrap().digest(), digest(&expected));
    // The order is what makes the difference: prost's own has the source first.
    let decoded = pb::Op::decode(expected.as_slice()).unwrap();
    assert_ne!(decoded.encode_to_vec(), expected);
    assert_eq!(encode(&decoded), expected);
}

#[test]
fn writes_every_field_once() {
    let op = pb::Op {
        inputs: vec![pb::Input {
            digest: "sha256:aa".to_owned(),
            index: 3,
        }],
        platform: Some(pb::Platform {
            os: "linux".to_owned(),
            ..pb::Platform::default()
        }),
        constraints: Some(pb::WorkerConstraints {
            filter: vec!["a==b".to_owned()],
        }),
        op: Some(pb::op::Op::Merge(pb::MergeOp {
            inputs: vec![pb::MergeInput { input: 1 }],
        })),
    };
    let bytes = encode(&op);
    assert_eq!(bytes.len(), op.encoded_len());
    assert_eq!(pb::Op::decode(bytes.as_slice()).unwrap(), op);
}

#[test]
fn digests_are_lower_case_sha256() {
    assert_eq!(
        digest(b""),
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

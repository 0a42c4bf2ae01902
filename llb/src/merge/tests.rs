use buildkit_proto::pb;

use crate::testing::{digest, input, op};
use crate::{Image, Local, Merge, Output, Platform, diff, merge};

fn expected(inputs: Vec<pb::Input>, kind: pb::op::Op) -> pb::Op {
    pb::Op {
        inputs,
        platform: None,
        constraints: Some(pb::WorkerConstraints::default()),
        op: Some(kind),
    }
}

#[test]
fn a_merge_has_its_inputs_in_order_and_as_often_as_given() {
    let (a, b) = (Image::new("a").output(), Local::new("b").output());
    let merged = merge([b.clone(), a.clone(), b.clone()]);
    let inputs = (0..3).map(|input| pb::MergeInput { input }).collect();
    let kind = pb::op::Op::Merge(pb::MergeOp { inputs });
    assert_eq!(op(&merged), expected(vec![input(&b), input(&a), input(&b)], kind));
}

#[test]
fn a_merge_of_less_than_two_is_no_vertex() {
    let a = Image::new("a").output();
    assert!(merge([]).is_scratch());
    assert!(merge([Output::scratch(), Output::scratch()]).is_scratch());
    assert_eq!(digest(&merge([a.clone()])), digest(&a));
    assert_eq!(
        digest(&merge([Output::scratch(), a.clone(), Output::scratch()])),
        digest(&a)
    );
    let b = Image::new("b").output();
    let merged = merge([a.clone(), Output::scratch(), b.clone()]);
    assert_eq!(op(&merged).inputs, [input(&a), input(&b)], "scratch is dropped");
}

#[test]
fn a_diff_has_a_lower_and_an_upper() {
    let (a, b) = (Image::new("a").output(), Image::new("b").output());
    let kind = |lower, upper| {
        pb::op::Op::Diff(pb::DiffOp {
            lower: Some(pb::LowerDiffInput { input: lower }),
            upper: Some(pb::UpperDiffInput { input: upper }),
        })
    };
    assert_eq!(
        op(&diff(&a, &b)),
        expected(vec![input(&a), input(&b)], kind(0, 1))
    );
    assert_eq!(
        op(&diff(&a, &a)),
        expected(vec![input(&a), input(&a)], kind(0, 1))
    );
    assert_eq!(
        op(&diff(&a, &Output::scratch())),
        expected(vec![input(&a)], kind(0, -1))
    );
    assert_eq!(digest(&diff(&Output::scratch(), &b)), digest(&b));
    assert!(diff(&Output::scratch(), &Output::scratch()).is_scratch());
}

#[test]
fn the_platform_is_that_of_the_first_input_with_one() {
    let platform = Platform::new("linux", "arm64");
    let image = Image::new("a").platform(&platform).output();
    let files = Local::new("b").output();
    assert_eq!(merge([files.clone(), image.clone()]).platform(), Some(&platform));
    assert_eq!(diff(&files, &image).platform(), Some(&platform));
    let other = Platform::new("linux", "amd64");
    assert_eq!(
        Merge::new([image, files]).platform(&other).output().platform(),
        Some(&other)
    );
}

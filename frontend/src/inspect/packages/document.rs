//! The document that is written: SPDX 2.3 as JSON.

use serde::Serialize;
use serde_json::ser::PrettyFormatter;
use sha2::{Digest as _, Sha256};

use super::collected::{Collected, Kind, Package};
use super::facts::Facts;
use super::integrity::Checksum;
use super::licence::NONE;
use crate::inspect::failure::{Failure, Result};
use crate::inspect::text::by_code_units;

/// The document's own identifier.
const DOCUMENT: &str = "SPDXRef-DOCUMENT";

/// All but what names the document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    name: String,
    comment: String,
    packages: Vec<Listed<'a>>,
    relationships: Vec<Relationship>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    has_extracted_licensing_infos: Vec<Extracted<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    spdx_version: &'a str,
    data_license: &'a str,
    #[serde(rename = "SPDXID")]
    id: &'a str,
    document_namespace: String,
    creation_info: Creation<'a>,
    #[serde(flatten)]
    content: &'a Content<'a>,
}

#[derive(Serialize)]
struct Creation<'a> {
    created: &'a str,
    creators: [String; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    #[serde(rename = "SPDXID")]
    id: String,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_info: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_package_purpose: Option<&'a str>,
    download_location: &'a str,
    files_analyzed: bool,
    #[serde(skip_serializing_if = "<[Checksum]>::is_empty")]
    checksums: &'a [Checksum],
    license_concluded: &'a str,
    license_declared: &'a str,
    copyright_text: &'a str,
    external_refs: [Reference<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reference<'a> {
    reference_category: &'a str,
    reference_type: &'a str,
    reference_locator: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    spdx_element_id: String,
    relationship_type: &'static str,
    related_spdx_element: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extracted<'a> {
    license_id: &'a str,
    name: &'a str,
    extracted_text: &'a str,
}

/// Returns the document's text.
///
/// # Errors
/// Facts of which the service is no package.
pub(super) fn write(facts: &Facts, collected: &Collected<'_>) -> Result<Vec<u8>> {
    let Some(service) = collected.packages.get(&facts.service) else {
        return Err(Failure(format!(
            "the facts do not have the service {}",
            facts.service
        )));
    };
    let content = Content {
        name: format!("{} {}", service.name, facts.platform),
        comment: format!("Base image: {}", facts.base),
        packages: packages(facts, collected),
        relationships: relationships(facts, collected),
        has_extracted_licensing_infos: extracted(collected),
    };
    let said = serde_json::to_vec(&(&facts.created, &facts.creator, &content)).map_err(internal)?;
    let document = Document {
        spdx_version: "SPDX-2.3",
        data_license: "CC0-1.0",
        id: DOCUMENT,
        // A name of its own for each content, which SPDX asks for, and the same one for the same.
        document_namespace: format!("{}/{:x}", facts.namespace, Sha256::digest(said)),
        creation_info: Creation {
            created: &facts.created,
            creators: [format!("Tool: {}", facts.creator)],
        },
        content: &content,
    };
    let mut text = Vec::new();
    let formatter = PrettyFormatter::with_indent(b" ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, formatter);
    document.serialize(&mut serializer).map_err(internal)?;
    text.push(b'\n');
    Ok(text)
}

fn packages<'a>(facts: &Facts, collected: &'a Collected<'_>) -> Vec<Listed<'a>> {
    let mut packages: Vec<(&String, &Package)> = collected.packages.iter().collect();
    packages.sort_by(|(left, _), (right, _)| by_code_units(left, right));
    let listed = packages.into_iter().map(|(key, package)| Listed {
        id: spdx_id(key),
        name: &package.name,
        version_info: package.version.as_deref().filter(|version| !version.is_empty()),
        primary_package_purpose: (*key == facts.service).then_some("APPLICATION"),
        download_location: package.location.as_deref().unwrap_or(NONE),
        files_analyzed: false,
        checksums: &package.checksums,
        license_concluded: NONE,
        license_declared: &package.license,
        copyright_text: NONE,
        external_refs: [Reference {
            reference_category: "PACKAGE-MANAGER",
            reference_type: "purl",
            reference_locator: &package.purl,
        }],
    });
    listed.collect()
}

/// Returns what the document describes, and the relationships in the order of their JSON.
fn relationships(facts: &Facts, collected: &Collected<'_>) -> Vec<Relationship> {
    let relate = |from: String, kind: &'static str, to: &str| Relationship {
        spdx_element_id: from,
        relationship_type: kind,
        related_spdx_element: spdx_id(to),
    };
    let json = |(from, kind, to): &(String, Kind, String)| {
        let texts = [from.as_str(), kind.word(), to.as_str()].map(serde_json::Value::from);
        serde_json::Value::from(texts.to_vec()).to_string()
    };
    let mut sorted: Vec<_> = collected
        .relationships
        .iter()
        .map(|one| (json(one), one))
        .collect();
    sorted.sort_by(|(left, _), (right, _)| by_code_units(left, right));
    let found = sorted
        .into_iter()
        .map(|(_, (from, kind, to))| relate(spdx_id(from), kind.word(), to));
    let described = relate(DOCUMENT.to_owned(), "DESCRIBES", &facts.service);
    std::iter::once(described).chain(found).collect()
}

fn extracted<'a>(collected: &'a Collected<'_>) -> Vec<Extracted<'a>> {
    let pairs = collected.licences.extracted.iter();
    let mut sorted: Vec<_> = pairs
        .map(|(id, text)| (format!("{id},{text}"), id, text))
        .collect();
    sorted.sort_by(|(left, ..), (right, ..)| by_code_units(left, right));
    let extracted = sorted.into_iter().map(|(_, license_id, text)| Extracted {
        license_id,
        name: text,
        extracted_text: text,
    });
    extracted.collect()
}

/// Returns the identifier of a package: letters, digits, dots and dashes, with a digest that keeps apart what that
/// makes alike. Source: SPDX 2.3, 7.2.
fn spdx_id(key: &str) -> String {
    let words = key.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let digest = format!("{:x}", Sha256::digest(key));
    let short: String = digest.chars().take(8).collect();
    format!("SPDXRef-{}-{short}", words.join("-"))
}

fn internal(error: serde_json::Error) -> Failure {
    Failure(format!("cannot write the document: {error}"))
}

//! pnpm's setting `supportedArchitectures`: for which platforms an install takes optional packages.
//!
//! pnpm 8 and 9 read it in the root's package.json, 10 there and in `pnpm-workspace.yaml`, 11 and later in
//! `pnpm-workspace.yaml` alone.

use serde_json::{Value, json};

use super::settings::{Settings, SupportedArchitectures};
use super::yaml;

/// Returns what the repository asks for with one platform in the place of pnpm's own: names as Node has them.
pub fn chosen(settings: &Settings, cpu: &str, libc: &str) -> SupportedArchitectures {
    let with = |asked: &[String], own: &str| {
        let others = asked.iter().filter(|name| *name != "current" && *name != own);
        std::iter::once(own.to_owned()).chain(others.cloned()).collect()
    };
    let asked = &settings.supported_architectures;
    SupportedArchitectures {
        os: with(&asked.os, "linux"),
        cpu: with(&asked.cpu, cpu),
        libc: with(&asked.libc, libc),
    }
}

/// Whether a pnpm reads the setting in `pnpm-workspace.yaml`, where there is one.
pub fn is_in_workspace_file(settings: &Settings, has_workspace_file: bool) -> bool {
    settings.major >= 11 || settings.major == 10 && has_workspace_file
}

/// Returns a `pnpm-workspace.yaml` with the setting; of a workspace without one, that of a single package.
pub fn in_workspace_file(text: Option<&str>, chosen: &SupportedArchitectures) -> String {
    let text = text.unwrap_or("packages: [\".\"]\n");
    let mut map = match yaml::parse_first(text) {
        Ok(Value::Object(map)) => map,
        _ => serde_json::Map::new(),
    };
    map.insert("supportedArchitectures".to_owned(), value(chosen));
    let mut out = String::new();
    for (key, value) in &map {
        yaml::entry(&mut out, key, value, 0);
    }
    out
}

/// Returns a package.json with the setting.
pub fn in_manifest(text: Option<&str>, chosen: &SupportedArchitectures) -> String {
    let text = text.unwrap_or("{}");
    let mut manifest: Value = serde_json::from_str(text).unwrap_or_else(|_| json!({}));
    if let Some(map) = manifest.as_object_mut() {
        let pnpm = map.entry("pnpm").or_insert_with(|| json!({}));
        if let Some(pnpm) = pnpm.as_object_mut() {
            pnpm.insert("supportedArchitectures".to_owned(), value(chosen));
        }
    }
    // Of a map that was parsed from JSON: cannot fail.
    serde_json::to_string_pretty(&manifest).unwrap_or_default() + "\n"
}

fn value(chosen: &SupportedArchitectures) -> Value {
    json!({ "os": chosen.os, "cpu": chosen.cpu, "libc": chosen.libc })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;
    use crate::kinds::node::pnpm::PnpmWorkspace;
    use crate::kinds::node::pnpm::settings::Sources;

    fn settings(major: u64, yaml: &str) -> Settings {
        let workspace = PnpmWorkspace::parse(&SourceFile::new("pnpm-workspace.yaml", yaml)).unwrap();
        let sources = Sources {
            workspace: Some(&workspace),
            ..Sources::default()
        };
        Settings::read(major, sources)
    }

    #[test]
    fn one_platform_takes_the_place_of_pnpm_s_own() {
        let asked = "supportedArchitectures:\n  os: [current, darwin]\n  cpu: [x64]\n";
        let found = chosen(&settings(10, asked), "arm64", "musl");
        assert_eq!(found.os, ["linux", "darwin"]);
        assert_eq!(found.cpu, ["arm64", "x64"]);
        assert_eq!(found.libc, ["musl"]);
    }

    #[test]
    fn each_pnpm_is_told_where_it_reads() {
        for (major, file, expected) in [
            (8, true, false),
            (9, true, false),
            (10, false, false),
            (10, true, true),
            (11, false, true),
            (12, true, true),
        ] {
            assert_eq!(
                is_in_workspace_file(&settings(major, ""), file),
                expected,
                "{major}"
            );
        }
        let arm64 = chosen(&settings(11, ""), "arm64", "glibc");
        let asked = "supportedArchitectures:\n  os: [\"linux\"]\n  cpu: [\"arm64\"]\n  libc: [\"glibc\"]\n";
        assert_eq!(
            in_workspace_file(None, &arm64),
            format!("packages: [\".\"]\n{asked}")
        );
        let written = in_workspace_file(
            Some("packages: [\".\"]\nsupportedArchitectures:\n  cpu: [x64]\ncatalog:\n  a: 1.0.0\n"),
            &arm64,
        );
        let read = settings(11, &written).supported_architectures;
        assert_eq!((read.cpu, read.libc), (arm64.cpu.clone(), arm64.libc.clone()));
        assert!(written.contains("catalog:\n  a: 1.0.0\n"), "{written}");
        let manifest = in_manifest(
            Some("{\"name\": \"x\", \"pnpm\": {\"overrides\": {\"a\": \"1\"}}}"),
            &arm64,
        );
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!(
            manifest["pnpm"],
            json!({"overrides": {"a": "1"}, "supportedArchitectures": {"os": ["linux"], "cpu": ["arm64"], "libc": ["glibc"]}})
        );
    }
}

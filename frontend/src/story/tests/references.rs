//! Packages that a build of another one makes by the references of its configuration.

use super::*;

const AUTH: &str = "services/auth";
const UTILS: &str = "shared/utils";

/// Returns the commands that build packages, by importer, with files in the place of the example's.
async fn built(more: &[(&str, String)]) -> BTreeMap<String, Vec<String>> {
    let mut files = example();
    for (path, text) in more {
        files.insert((*path).to_owned(), text.as_bytes().to_vec());
    }
    let model = model_of(engine(files), &request("auth")).await;
    let commands = |package: &crate::kinds::node::plan::PackageBuild| {
        let scripts = package.scripts.iter().map(|script| script.command.join(" "));
        (package.importer.clone(), scripts.collect())
    };
    model.packages.iter().map(commands).collect()
}

#[tokio::test]
async fn a_package_without_a_build_is_built_where_a_reference_leads_to_it() {
    let text = |path: &str| String::from_utf8(example()[path].clone()).unwrap();
    let unbuilt = text("shared/utils/package.json").replace("\"build\": \"tsup\"", "\"lint\": \"eslint .\"");
    let referring = text("services/auth/package.json").replace("nest build", "tsc --build");
    let configuration = |reference: &str| {
        format!(
            r#"{{ "compilerOptions": {{ "outDir": "dist" }}, "references": [{{ "path": "{reference}" }}] }}"#
        )
    };
    let of_utils = r#"{ "compilerOptions": { "outDir": "dist" } }"#.to_owned();
    let of_auth = ("services/auth/tsconfig.json", configuration("../../shared/utils"));
    let base = [
        ("shared/utils/package.json", unbuilt.clone()),
        ("shared/utils/tsconfig.json", of_utils.clone()),
        of_auth.clone(),
        ("services/auth/package.json", referring.clone()),
    ];
    let own = built(&base).await;
    assert_eq!(own[UTILS], ["pnpm exec tsc --build tsconfig.json"]);
    assert_eq!(own[AUTH], ["pnpm run build"]);

    // By the configuration that is referred to.
    let named = [
        &base[..],
        &[
            ("shared/utils/tsconfig.lib.json", of_utils.clone()),
            (of_auth.0, configuration("../../shared/utils/tsconfig.lib.json")),
        ],
    ];
    let named = built(&named.concat()).await;
    assert_eq!(named[UTILS], ["pnpm exec tsc --build tsconfig.lib.json"]);

    // From the root's configuration, which a script of the root builds.
    let solution = text("package.json").replace("\"scripts\": {", "\"scripts\": { \"all\": \"tsc -b\",");
    let whole = [
        base[0].clone(),
        base[1].clone(),
        ("package.json", solution),
        ("tsconfig.json", configuration("./shared/utils")),
    ];
    assert_eq!(
        built(&whole).await[UTILS],
        ["pnpm exec tsc --build tsconfig.json"]
    );

    // Where nobody builds by references, nothing refers to it, or it is loaded from elsewhere, it is taken as it is.
    assert_eq!(built(&base[..3]).await[UTILS], [""; 0]);
    let unreferred = [base[0].clone(), base[1].clone(), base[3].clone()];
    assert_eq!(built(&unreferred).await[UTILS], [""; 0]);
    let sources = [
        &base[..],
        &[("shared/utils/package.json", unbuilt.replace("./dist/", "./lib/"))],
    ];
    assert_eq!(built(&sources.concat()).await[UTILS], [""; 0]);
}

//! The example's further services, in the few lines in which they differ.

use super::*;

/// The services of the example whose plans and graphs are not snapshots of their own, by directory.
const FURTHER: [&str; 10] = [
    "audit",
    "configuration",
    "document-generator",
    "finance",
    "import-export",
    "master-data",
    "organization",
    "rules-engine",
    "scheduler",
    "workflow",
];

#[tokio::test]
async fn every_further_service_is_planned_and_built() {
    let mut files = example();
    let mut told = String::new();
    for service in FURTHER {
        files.insert(format!("app/services/{service}/dist/main.js"), Vec::new());
        let plan = planned(files.clone(), service).await;
        let own = &plan.installs[&format!("services/{service}")];
        let built: Vec<&str> = plan
            .packages
            .iter()
            .map(|package| package.name.as_str())
            .collect();
        told += &format!(
            "{service}: {}\n  base {}\n  production installed on {}\n  {} packages installed, {} in production\n  builds {}\n",
            plan.package,
            image_of(&plan).runtime.base.reference,
            plan.toolchain.production_image,
            own.package_count,
            image_of(&plan).install.package_count,
            built.join(", "),
        );
        let image = self::built(files.clone(), service).await;
        let config = &image.config()["config"];
        told += &format!("  runs {} in {}\n", config["Cmd"], config["WorkingDir"]);
    }
    insta::assert_snapshot!(told);
}

//! The front end of the second example: a static site that npm installs for.

use super::*;
use crate::kinds::node::plan::site::Site;

fn frontend() -> Files {
    example_of("samplemind/frontend", &[])
}

fn of_frontend() -> Options {
    Options {
        filename: "service.toml".to_owned(),
        ..request("")
    }
}

fn site_of(model: &Model) -> &Site {
    let Product::Site(site) = &model.product else {
        panic!("no site: {:?}", model.reasons.get("kind"));
    };
    site
}

#[tokio::test]
async fn a_site_of_npm_is_planned_and_built() {
    let (.., planned) = planned_for(engine(frontend()), &of_frontend()).await.unwrap();
    assert_eq!(planned.warnings, []);
    let mut plan = serde_json::to_value(planned.plan).unwrap();
    abbreviate(&mut plan);
    name_steps(&mut plan);
    insta::assert_json_snapshot!("samplemind-frontend.plan", plan);
    let kinds::Model::Node(model) = planned.model;
    assert!(site_of(&model).base.reference.contains("nginx-unprivileged"));
    assert_eq!(model.packages.last().unwrap().env["VITE_API_BASE"], "/api/v1");
    let built = run(engine(frontend()), of_frontend()).await.unwrap();
    insta::assert_snapshot!("samplemind-frontend.graph", buildkit_llb::dump(&built.image()));
    insta::assert_json_snapshot!("samplemind-frontend.config", built.config());
}

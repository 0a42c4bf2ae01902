//! The frontend's process: one build, one Return, one exit.

use vextrus_frontend::{gateway, options::Options, story};

fn main() {
    gateway::run(|gateway| async {
        // A variable that is not UTF-8 is none of BuildKit's options.
        let vars = std::env::vars_os()
            .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)));
        story::build(gateway, Options::from_env(vars)?).await
    })
}

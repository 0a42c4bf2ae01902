//! `--call=subrequests.describe`: what can be asked.

use serde_json::{Value as Json, json};

use super::text::table;
use super::{Answer, EXTENDED, VERSION};

/// One request.
struct Request {
    /// What `--call` takes, without `frontend.`.
    name: &'static str,
    /// The newest version of its answer.
    version: &'static str,
    /// What it asks, in one line.
    description: &'static str,
    /// Whether `--target` changes the answer.
    takes_target: bool,
    /// Whether the answer has an exit status.
    has_status: bool,
}

const REQUESTS: [Request; 7] = [
    Request {
        name: "outline",
        version: EXTENDED,
        description: "List the build arguments, secrets and inferred values of a target",
        takes_target: true,
        has_status: false,
    },
    Request {
        name: "targets",
        version: VERSION,
        description: "List all targets of the service",
        takes_target: false,
        has_status: false,
    },
    Request {
        name: "lint",
        version: EXTENDED,
        description: "Check the manifest and its workspace (also --call=check and --check)",
        takes_target: true,
        has_status: true,
    },
    Request {
        name: "subrequests.describe",
        version: VERSION,
        description: "List available subrequest types",
        takes_target: false,
        has_status: false,
    },
    Request {
        name: "plan",
        version: VERSION,
        description: "Say which steps the build of a target has, and why each value is what it is",
        takes_target: true,
        has_status: false,
    },
    Request {
        name: "graph",
        version: VERSION,
        description: "Show the definition that the build sends to the engine",
        takes_target: true,
        has_status: false,
    },
    Request {
        name: "schema",
        version: VERSION,
        description: "Return the JSON Schema of the manifest",
        takes_target: false,
        has_status: false,
    },
];

pub(super) fn answer() -> Answer {
    let json: Json = REQUESTS.iter().map(described).collect();
    let rows =
        REQUESTS.map(|request| [request.name, request.version, request.description].map(str::to_owned));
    let text = table(1, ["NAME", "VERSION", "DESCRIPTION"], &rows);
    Answer::new(json, text, VERSION)
}

fn described(request: &Request) -> Json {
    let named = |name: &str| json!({ "name": name, "description": "" });
    let mut metadata = vec![named("result.json"), named("result.txt")];
    if request.has_status {
        metadata.push(named("result.statuscode"));
    }
    let target = json!({ "name": "target", "description": "Target build stage" });
    let options: Vec<Json> = request.takes_target.then_some(target).into_iter().collect();
    json!({
        "name": format!("frontend.{}", request.name),
        "version": request.version,
        "type": "rpc",
        "description": request.description,
        "opts": options,
        "inputs": [],
        "metadata": metadata,
        "refs": [],
    })
}

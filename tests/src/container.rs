//! Containers locked down as in production: read-only, without capabilities or new privileges.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::{Docker, Image};

/// The time in which a container must be healthy: long enough for a loaded machine.
const HEALTHY_LIMIT: Duration = Duration::from_secs(300);
/// How often its state is looked at.
const POLL: Duration = Duration::from_millis(200);

/// How services are run in production.
const LOCKED_DOWN: [&str; 3] = [
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
];

/// A container; it is removed in the end, with its anonymous volumes.
#[derive(Debug)]
pub struct Container {
    docker: Docker,
    image: String,
    arguments: Vec<String>,
    restrictions: &'static [&'static str],
    id: String,
}

/// An answer over HTTP.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The header `content-type`.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Container {
    pub(crate) fn of(image: &Image) -> Self {
        Self {
            docker: image.docker.clone(),
            image: image.name.clone(),
            arguments: Vec::new(),
            restrictions: &LOCKED_DOWN,
            id: String::new(),
        }
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.arguments.push(format!("--env={name}={value}"));
        self
    }

    /// Puts a volume on a directory, as one that is to be written needs in a read-only container.
    #[must_use]
    pub fn volume(mut self, directory: &str) -> Self {
        self.arguments.push(format!("--volume={directory}"));
        self
    }

    /// Gives it a directory in memory that it may write.
    #[must_use]
    pub fn tmpfs(mut self, directory: &str) -> Self {
        self.arguments.push(format!("--tmpfs={directory}"));
        self
    }

    /// Runs it as another user, by number.
    #[must_use]
    pub fn user(mut self, user: &str) -> Self {
        self.arguments.push(format!("--user={user}"));
        self
    }

    /// Lays a file of this machine over one of its own, to be read.
    #[must_use]
    pub fn file(mut self, from: &std::path::Path, to: &str) -> Self {
        self.arguments
            .push(format!("--volume={}:{to}:ro", from.display()));
        self
    }

    /// Gives it a memory and a number of processes that it stays within.
    #[must_use]
    pub fn limited(mut self, megabytes: u32, processes: u32) -> Self {
        self.arguments.push(format!("--memory={megabytes}m"));
        self.arguments.push(format!("--pids-limit={processes}"));
        self
    }

    /// Starts it with a port that this machine reaches, waits until that answers, and returns its address here. What
    /// needs no program in the container can be asked of one that has none.
    #[must_use]
    pub fn published(mut self, port: u16) -> (Self, String) {
        self.arguments.push(format!("--publish=127.0.0.1::{port}"));
        let container = self.started();
        let listed = container
            .docker
            .command(["port", &container.id, &port.to_string()])
            .output();
        let address = listed.lines().next().expect("a published port").to_owned();
        let deadline = Instant::now() + HEALTHY_LIMIT;
        while crate::http::request(&address, "GET", "/", &[], b"").is_none() {
            let state = container.state();
            assert!(
                state["Status"] == "running" && Instant::now() < deadline,
                "the container does not answer: {state}\n{}",
                container.logs()
            );
            thread::sleep(POLL);
        }
        (container, address)
    }

    /// Runs it as docker does when nothing is asked of it, not locked down.
    #[must_use]
    pub fn unrestricted(mut self) -> Self {
        self.restrictions = &[];
        self
    }

    /// Starts it and waits for nothing.
    #[must_use]
    pub fn started(self) -> Self {
        self.start(&[])
    }

    /// Starts it and waits for nothing; the check is the image's own, only asked more often.
    #[must_use]
    pub fn started_with_quick_checks(self) -> Self {
        let image = self.docker.command([
            "image",
            "inspect",
            "--format",
            "{{json .Config.Healthcheck}}",
            &self.image,
        ]);
        // Times without a command would be a check without one.
        match image.output().as_str() {
            "null" => self.start(&[]),
            _ => self.start(&["--health-interval=1s", "--health-start-interval=500ms"]),
        }
    }

    /// Starts it and waits until its health check succeeds; one that ends or stays unhealthy fails the test.
    #[must_use]
    pub fn healthy(self) -> Self {
        let container = self.started_with_quick_checks();
        container.wait_until(|state| state["Health"]["Status"] == "healthy");
        container
    }

    /// Starts it and waits until a URL answers with 200, whatever its health check says; one that ends, or does not
    /// answer, fails the test.
    #[must_use]
    pub fn answering(self, url: &str) -> Self {
        let container = self.started();
        container.wait_until(|_| {
            let answer = container.ask("GET", url, "");
            answer.is_some_and(|answer| answer.status == 200)
        });
        container
    }

    fn start(mut self, more: &[&str]) -> Self {
        let run = self.docker.command(["run", "--detach"]).args(self.restrictions);
        let run = run.args(more).args(&self.arguments).args([&self.image]);
        self.id = run.output();
        self
    }

    fn wait_until(&self, done: impl Fn(&Value) -> bool) {
        let deadline = Instant::now() + HEALTHY_LIMIT;
        loop {
            let inspected = self.inspect();
            let state = &inspected["State"];
            let lives = matches!(state["Status"].as_str(), Some("running" | "created"));
            if lives && done(state) {
                return;
            }
            assert!(
                lives && state["Health"].is_object() && Instant::now() < deadline,
                "the container is not well: {state}\n{}",
                self.logs()
            );
            thread::sleep(POLL);
        }
    }

    /// Runs it to its end and returns what it printed; one that fails, or does not end, fails the test.
    pub fn printed(self) -> String {
        let run = self
            .docker
            .command(["run", "--rm"])
            .args(self.restrictions)
            .args(&self.arguments)
            .args([&self.image]);
        run.output()
    }

    /// Asks the service by HTTP, from within the container.
    pub fn get(&self, url: &str) -> Answer {
        self.request("GET", url)
    }

    /// Asks the service by HTTP with another method than GET.
    pub fn request(&self, method: &str, url: &str) -> Answer {
        self.answer(method, url, "")
    }

    /// Posts JSON to the service.
    pub fn post(&self, url: &str, body: &Value) -> Answer {
        self.answer("POST", url, &body.to_string())
    }

    fn answer(&self, method: &str, url: &str, body: &str) -> Answer {
        let answer = self.ask(method, url, body);
        answer.unwrap_or_else(|| panic!("{url} does not answer\n{}", self.logs()))
    }

    /// Returns the answer, or nothing where the service does not give one.
    fn ask(&self, method: &str, url: &str, body: &str) -> Option<Answer> {
        let script = "const [method, url, body] = process.argv.slice(1);
            const headers = body ? { 'content-type': 'application/json' } : {};
            const signal = AbortSignal.timeout(60000);
            fetch(url, { method, headers, body: body || undefined, signal }).then(async (response) => {
              const body = Buffer.from(await response.arrayBuffer()).toString('base64');
              const type = response.headers.get('content-type') ?? '';
              console.log(JSON.stringify({ status: response.status, type, body }));
            });";
        let exec = ["exec", &self.id, "node", "-e", script, method, url, body];
        let finished = self.docker.command(exec).finish();
        if !finished.status.success() {
            return None;
        }
        let answer: Value = serde_json::from_slice(&finished.stdout).expect("the script prints JSON");
        Some(Answer {
            status: answer["status"]
                .as_u64()
                .and_then(|status| status.try_into().ok())
                .expect("a status"),
            content_type: answer["type"].as_str().unwrap_or_default().to_owned(),
            body: STANDARD
                .decode(answer["body"].as_str().unwrap_or_default())
                .expect("base64"),
        })
    }

    /// Asks the service by HTTP at the container's own address, where what listens on localhost alone does not answer.
    /// Returns the status and the text, or nothing where there is no answer.
    pub fn get_from_outside(
        &self,
        port: u16,
        path: &str,
        headers: &BTreeMap<String, String>,
    ) -> Option<(u16, String)> {
        let script = "const [port, path, headers] = process.argv.slice(1);
            const url = `http://${require('node:os').hostname()}:${port}${path}`;
            const signal = AbortSignal.timeout(20000);
            fetch(url, { headers: JSON.parse(headers), signal }).then(async (response) => {
              console.log(JSON.stringify([response.status, await response.text()]));
            });";
        let headers = serde_json::to_string(headers).expect("texts are JSON");
        let exec = [
            "exec",
            &self.id,
            "node",
            "-e",
            script,
            &port.to_string(),
            path,
            &headers,
        ];
        let finished = self.docker.command(exec).finish();
        // Not every client says so at the same place.
        let said = String::from_utf8_lossy(&finished.stdout).into_owned() + &finished.stderr;
        if !said.contains("\"node\": executable file not found") {
            return serde_json::from_slice(&finished.stdout).ok();
        }
        // That of a site has what its own check asks with, which says nothing of another status than 200.
        let asks = format!("wget -q -O - \"http://$(cat /etc/hostname):{port}{path}\"");
        let (succeeded, text) = self.exec(&["sh", "-c", &asks]);
        succeeded.then_some((200, text))
    }

    /// Runs a program in it and returns whether it succeeded, and what it printed.
    pub fn exec(&self, program: &[&str]) -> (bool, String) {
        let finished = self.docker.command(["exec", &self.id]).args(program).finish();
        (
            finished.status.success(),
            String::from_utf8_lossy(&finished.stdout).into_owned() + &finished.stderr,
        )
    }

    /// Sends SIGTERM and waits for the end; returns how long that took and the exit code.
    pub fn stop(&self) -> (Duration, i64) {
        let stopped = self
            .docker
            .command(["stop", "--timeout", "20", &self.id])
            .finish()
            .succeeded();
        (
            stopped.took,
            self.inspect()["State"]["ExitCode"]
                .as_i64()
                .expect("an exit code"),
        )
    }

    /// Returns what the service printed.
    pub fn logs(&self) -> String {
        let finished = self.docker.command(["logs", &self.id]).finish();
        String::from_utf8_lossy(&finished.stdout).into_owned() + &finished.stderr
    }

    /// Returns what docker says of its state.
    pub fn state(&self) -> Value {
        self.inspect()["State"].take()
    }

    pub(crate) fn inspect(&self) -> Value {
        let text = self
            .docker
            .command(["inspect", "--format", "{{json .}}", &self.id])
            .output();
        serde_json::from_str(&text).expect("docker prints JSON")
    }
}

impl Answer {
    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        if !self.id.is_empty()
            && !self
                .docker
                .command(["rm", "--force", "--volumes", &self.id])
                .succeeds()
        {
            eprintln!("the container {} was not removed", self.id);
        }
    }
}

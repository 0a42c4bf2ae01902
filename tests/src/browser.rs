//! A browser without a window, by WebDriver over plain HTTP: what a page shows, what it logs, what it loaded.
//!
//! Source of the protocol: w3.org/TR/webdriver2; logs are chromedriver's own (`goog:loggingPrefs`).

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http;

/// The programs of Debian's packages chromium-driver and chromium-headless-shell.
const DRIVER: &str = "chromedriver";
const SHELL: &str = "/usr/bin/chromium-headless-shell";
/// How an element is named in the protocol.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// The time in which a driver must answer, and a page must show what it is to show.
const LIMIT: Duration = Duration::from_secs(60);

/// A browser with one window; it ends with its value.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    address: String,
    session: String,
}

/// What a page loaded.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The address.
    pub url: String,
    /// The status code.
    pub status: u64,
    /// The header `cache-control`.
    pub cache_control: String,
    /// The media type.
    pub media_type: String,
}

impl Browser {
    /// Starts a browser.
    pub fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let driver = Command::new(DRIVER)
            .args([&format!("--port={port}"), "--allowed-ips=127.0.0.1"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is there: `tests/engine/install.sh browser` installs it");
        let mut browser = Self {
            driver,
            address: format!("127.0.0.1:{port}"),
            session: String::new(),
        };
        let deadline = Instant::now() + LIMIT;
        while http::request(&browser.address, "GET", "/status", &[], b"").is_none() {
            assert!(Instant::now() < deadline, "chromedriver does not answer");
            thread::sleep(Duration::from_millis(100));
        }
        // Root has no sandbox, and containers little shared memory.
        let words = [
            "--no-sandbox",
            "--headless",
            "--disable-dev-shm-usage",
            "--disable-gpu",
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "goog:chromeOptions": {"binary": SHELL, "args": words},
        }}});
        let made = browser.ask("POST", "/session", &wanted);
        browser.session = format!("/session/{}", made["sessionId"].as_str().expect("a session"));
        let limit = json!({"implicit": LIMIT.as_millis() as u64});
        browser.tell("/timeouts", &limit);
        browser
    }

    /// Opens an address and waits until it has loaded.
    pub fn open(&self, url: &str) {
        self.tell("/url", &json!({"url": url}));
    }

    /// Loads the page once more.
    pub fn reload(&self) {
        self.tell("/refresh", &json!({}));
    }

    /// Returns the text of an element, waiting until it is there.
    pub fn text(&self, selector: &str) -> String {
        let element = self.element(selector);
        let path = format!("{}/element/{element}/text", self.session);
        let text = self.ask("GET", &path, &Value::Null);
        text.as_str().expect("an element has a text").to_owned()
    }

    /// Clicks on an element.
    pub fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.tell(&format!("/element/{element}/click"), &json!({}));
    }

    /// Returns what pages have logged since it was asked last, with what failed to load.
    pub fn logged(&self) -> Vec<String> {
        let entries = self.log("browser");
        entries
            .iter()
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Returns what pages have loaded since it was asked last, and the addresses of what they could not.
    pub fn loaded(&self) -> (Vec<Loaded>, Vec<String>) {
        let (mut loaded, mut failed) = (Vec::new(), Vec::new());
        for entry in self.log("performance") {
            let text = entry["message"].as_str().unwrap_or_default();
            let message: Value = serde_json::from_str(text).expect("an event is JSON");
            let (method, event) = (&message["message"]["method"], &message["message"]["params"]);
            if method == "Network.responseReceived" {
                let response = &event["response"];
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let headers = response["headers"].as_object().into_iter().flatten();
                let cached = headers
                    .filter(|(name, _)| name.eq_ignore_ascii_case("cache-control"))
                    .map(|(_, value)| text(value));
                loaded.push(Loaded {
                    url: text(&response["url"]),
                    status: response["status"].as_u64().unwrap_or_default(),
                    cache_control: cached.collect(),
                    media_type: text(&response["mimeType"]),
                });
            } else if method == "Network.loadingFailed" && event["canceled"] != true {
                failed.push(event.to_string());
            }
        }
        (loaded, failed)
    }

    fn element(&self, selector: &str) -> String {
        let by = json!({"using": "css selector", "value": selector});
        let found = self.ask("POST", &format!("{}/element", self.session), &by);
        found[ELEMENT]
            .as_str()
            .unwrap_or_else(|| panic!("no {selector}: {found}"))
            .to_owned()
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        let path = format!("{}/se/log", self.session);
        let entries = self.ask("POST", &path, &json!({"type": kind}));
        entries.as_array().cloned().unwrap_or_default()
    }

    fn tell(&self, path: &str, body: &Value) {
        let answer = self.ask("POST", &format!("{}{path}", self.session), body);
        assert!(answer.get("error").is_none(), "{path}: {answer}");
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let headers = [("Content-Type", "application/json")];
        let answer = http::request(&self.address, method, path, &headers, body.as_bytes());
        let answer = answer.unwrap_or_else(|| panic!("chromedriver does not answer {path}"));
        let mut answer: Value = serde_json::from_str(&answer.text()).expect("chromedriver answers JSON");
        answer["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let _ = http::request(&self.address, "DELETE", &self.session, &[], b"");
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

//! A web server of a test's own: archives, files, and repositories by git's own `http-backend`.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use base64::Engine as _;
use tempfile::TempDir;

use crate::Workspace;
use crate::command::Invocation;

/// What a client may say to be let in: schemes, in small letters, and what comes after.
type Authorization = [(&'static str, String); 2];

/// A server on loopback, where engines of this machine find it; it ends with the test.
#[derive(Debug)]
pub struct Server {
    address: String,
    directory: TempDir,
    ended: Arc<AtomicBool>,
}

impl Server {
    /// Starts one that answers everybody.
    pub fn start() -> Self {
        Self::serve(None)
    }

    /// Starts one that answers only those who know a token, as git hosts and registries of packages take it.
    pub fn private(token: &str) -> Self {
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("x-access-token:{token}"));
        Self::serve(Some([("basic", pair), ("bearer", token.to_owned())]))
    }

    fn serve(authorization: Option<Authorization>) -> Self {
        let directory = TempDir::with_prefix("vextrus-server-").expect("a temporary directory");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let ended = Arc::new(AtomicBool::new(false));
        let (root, stop) = (directory.path().to_owned(), ended.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let (root, authorization) = (root.clone(), authorization.clone());
                // A client that goes away is its own affair.
                thread::spawn(move || {
                    _ = stream.and_then(|stream| answer(stream, &root, authorization.as_ref()))
                });
            }
        });
        Self {
            address,
            directory,
            ended,
        }
    }

    /// Returns the URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// Puts a file there and returns its URL.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.directory.path().join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory is made");
        fs::write(path, content).expect("a file is written");
        self.url(name)
    }

    /// Puts a workspace there as a tar archive and returns its URL.
    pub fn archive(&self, name: &str, workspace: &Workspace) -> String {
        self.file(name, workspace.tar())
    }

    /// Puts a workspace there as the branch `main` of a repository and returns its URL.
    pub fn repository(&self, name: &str, workspace: &Workspace) -> String {
        let path = self.directory.path().join(name);
        let git = |args: &[&str]| {
            let who = [
                "-c",
                "user.name=Test",
                "-c",
                "user.email=test@example.com",
                "-c",
                "commit.gpgsign=false",
            ];
            let git = Invocation::new("git")
                .args(["--git-dir"])
                .args([&path])
                .args(["--work-tree"]);
            let _ = git
                .args([workspace.root()])
                .args(who)
                .args(args)
                .finish()
                .succeeded();
        };
        if !path.exists() {
            let init = Invocation::new("git").args(["init", "--quiet", "--bare", "--initial-branch=main"]);
            let _ = init.args([&path]).finish().succeeded();
        }
        git(&["add", "--all", "--force", "."]);
        git(&["commit", "--quiet", "--message", "all"]);
        git(&["config", "http.uploadpack", "true"]);
        self.url(name)
    }

    /// Names the last commit of a repository, as a branch or a tag.
    pub fn name(&self, repository: &str, kind: &str, name: &str) {
        let git = Invocation::new("git").directory(&self.directory.path().join(repository));
        let _ = git.args([kind, name]).finish().succeeded();
    }

    /// Returns when the last commit of a repository was made, as images have it.
    pub fn committed(&self, repository: &str) -> String {
        let git = Invocation::new("git").directory(&self.directory.path().join(repository));
        let format = ["--format=%cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ"];
        let git = git.args(["log", "-1", "main"]).args(format).env("TZ", "UTC");
        git.output().trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(&self.address);
    }
}

/// Answers one request and closes the connection.
fn answer(mut stream: TcpStream, root: &Path, authorization: Option<&Authorization>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        match header.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_lowercase(), value.to_owned())),
            None => break,
        }
    }
    let header = |name: &str| {
        headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let known = authorization.is_none_or(|wanted| {
        let given = header("authorization").and_then(|given| given.split_once(' '));
        given.is_some_and(|(scheme, given)| {
            let mut wanted = wanted.iter();
            wanted.any(|(name, value)| scheme.eq_ignore_ascii_case(name) && given == value)
        })
    });
    if !known {
        return stream.write_all(b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if !path.contains(".git/") {
        let file: PathBuf = root.join(path.trim_start_matches('/'));
        let (status, body) = match fs::read(file) {
            Ok(body) => ("200 OK", body),
            Err(_) => ("404 Not Found", Vec::new()),
        };
        let body_of_get = if method == "HEAD" { &[][..] } else { &body };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        return stream.write_all(body_of_get);
    }
    let length = header("content-length")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut backend = Command::new("git")
        .args(["-c", "safe.directory=*", "http-backend"])
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_TYPE", header("content-type").unwrap_or_default())
        .env(
            "HTTP_CONTENT_ENCODING",
            header("content-encoding").unwrap_or_default(),
        )
        .env("GIT_PROTOCOL", header("git-protocol").unwrap_or_default())
        .env("CONTENT_LENGTH", length.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = backend.stdin.take() {
        input.write_all(&body)?;
    }
    let output = backend.wait_with_output()?.stdout;
    let status = output
        .strip_prefix(b"Status: ")
        .and_then(|rest| rest.split(|byte| *byte == b'\r').next())
        .map_or_else(
            || "200 OK".to_owned(),
            |status| String::from_utf8_lossy(status).into_owned(),
        );
    write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\n")?;
    stream.write_all(&output)
}

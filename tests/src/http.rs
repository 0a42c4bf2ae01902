//! Requests of HTTP as they are written, so that paths and headers that a client would put right can be sent too.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use flate2::read::GzDecoder;

/// The time for an answer.
const LIMIT: Duration = Duration::from_secs(60);

/// An answer with its headers.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers, by their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The body, as it was sent.
    pub body: Vec<u8>,
}

impl Response {
    /// Returns a header, empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// Returns the body as text, unpacked where it is packed.
    pub fn text(&self) -> String {
        let mut text = Vec::new();
        match self.header("content-encoding") {
            "gzip" => {
                let unpacked = GzDecoder::new(self.body.as_slice()).read_to_end(&mut text);
                let _ = unpacked.expect("a body that says gzip is packed");
            }
            _ => text.clone_from(&self.body),
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// Sends a request to an address such as `127.0.0.1:8080`, with the path as it is written, and returns the answer; nothing
/// where none can be had.
pub fn request(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Option<Response> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(LIMIT)).ok()?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    // A server that refuses a body closes before it has all of it.
    let _ = stream.write_all(body);
    // Not every server closes the connection when it is asked to.
    let mut answer = Vec::new();
    let mut piece = [0; 16 << 10];
    while !is_whole(&answer, method == "HEAD") {
        match stream.read(&mut piece) {
            Ok(count @ 1..) => answer.extend_from_slice(&piece[..count]),
            _ => break,
        }
    }
    parse(&answer, method == "HEAD")
}

/// Whether an answer is there to its end, as far as its head says where that is.
fn is_whole(answer: &[u8], is_head: bool) -> bool {
    let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
        return false;
    };
    let Some(response) = parse(answer, is_head) else {
        return false;
    };
    let length = response
        .headers
        .get("content-length")
        .and_then(|length| length.parse::<usize>().ok());
    let is_chunked = response.headers.contains_key("transfer-encoding");
    is_head || is_chunked || length.is_some_and(|length| answer.len() >= end + 4 + length)
}

fn parse(answer: &[u8], is_head: bool) -> Option<Response> {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let rest = &answer[end + 4..];
    let is_chunked = headers
        .get("transfer-encoding")
        .is_some_and(|value| value == "chunked");
    let body = match (is_head, is_chunked) {
        (true, _) => Vec::new(),
        (false, true) => chunks(rest)?,
        (false, false) => rest.to_vec(),
    };
    Some(Response {
        status,
        headers,
        body,
    })
}

fn chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|bytes| bytes == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?, 16).ok()?;
        let start = end + 2;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(start..start + size)?);
        rest = rest.get(start + size + 2..)?;
    }
}

//! Whether a service in a container answers, asked from the machine: an image need not hold what could ask it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::Container;

/// How often it is asked.
const POLL: Duration = Duration::from_millis(100);
/// How long one answer may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

impl Container {
    /// Waits until the service answers one of the paths below 400, on whichever port it listens; returns the path.
    ///
    /// # Errors
    /// Where the container ends, or nothing answers within the limit: what was answered, and what was printed.
    pub fn answers(&self, paths: &[String], limit: Duration) -> Result<String, String> {
        let deadline = Instant::now() + limit;
        let mut last = "nothing listens".to_owned();
        while Instant::now() < deadline {
            let inspected = self.inspect();
            let state = &inspected["State"];
            if state["Running"] != true {
                return Err(format!("the container ended: {state}\n{}", self.logs()));
            }
            let pid = state["Pid"].as_u64().unwrap_or_default();
            let networks = inspected["NetworkSettings"]["Networks"].as_object();
            let addresses = networks.into_iter().flat_map(|networks| networks.values());
            let address: Option<IpAddr> = addresses
                .filter_map(|network| network["IPAddress"].as_str()?.parse().ok())
                .next();
            for port in listening(pid) {
                for path in paths {
                    match address.and_then(|ip| status(SocketAddr::new(ip, port), path)) {
                        Some(status) if status < 400 => return Ok(path.clone()),
                        Some(status) => last = format!("port {port} answers {status} to {path}"),
                        None => last = format!("port {port} does not answer to {path}"),
                    }
                }
            }
            thread::sleep(POLL);
        }
        Err(format!("{last}\n{}", self.logs()))
    }
}

/// Returns the ports that a process's network listens on.
///
/// Source: Linux, `Documentation/networking/proc_net_tcp.rst`.
fn listening(pid: u64) -> BTreeSet<u16> {
    let tables = ["tcp", "tcp6"].map(|table| fs::read_to_string(format!("/proc/{pid}/net/{table}")));
    let lines = tables.iter().flatten().flat_map(|table| table.lines().skip(1));
    lines.filter_map(listening_port).collect()
}

fn listening_port(line: &str) -> Option<u16> {
    let mut fields = line.split_ascii_whitespace().skip(1);
    let local = fields.next()?;
    // 0A is LISTEN; 127.0.0.11 is Docker's own resolver.
    let listens = fields.nth(1)? == "0A" && !local.starts_with("0B00007F");
    let port = local.rsplit(':').next()?;
    listens.then(|| u16::from_str_radix(port, 16).ok()).flatten()
}

/// Returns the status code of the answer to one request.
fn status(address: SocketAddr, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_LIMIT).ok()?;
    stream.set_read_timeout(Some(ANSWER_LIMIT)).ok()?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).ok()?;
    let answer = std::str::from_utf8(&answer).ok()?;
    answer.strip_prefix("HTTP/1.")?.get(2..)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::listening_port;

    #[test]
    fn a_port_is_one_that_the_service_listens_on() {
        let line =
            |local: &str, state: &str| format!("   0: {local} 00000000:0000 {state} 00000000:00000000 00:00");
        assert_eq!(listening_port(&line("00000000:0BB8", "0A")), Some(3000));
        assert_eq!(listening_port(&line("00000000:0BB8", "01")), None);
        assert_eq!(listening_port(&line("0B00007F:8F21", "0A")), None);
        assert_eq!(listening_port(""), None);
    }
}

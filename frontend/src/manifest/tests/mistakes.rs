//! What is said of each mistake.

use std::fmt::Write as _;

use super::parse;
use crate::diagnostic::MOST;

/// Each mistake alone, so that the snapshot reads as a list of inputs and answers.
const MISTAKES: &[&str] = &[
    "[target.test]\nport = 80\n[target.Runtime]",
    "build.test = \"jest --ci\"",
    // Keys.
    "nod = 22",
    "port = 3000",
    "[run]\nnode = 22",
    "[run]\nprot = 3000",
    "[run]\nentrypoint = 'x'",
    "[run.healthcheck]\nstart-period = '3s'",
    "[runn]\nport = 1",
    "[target.worker]\ncomand = 'x'",
    "[build]\nsecrets = [{ name = 'a' }]",
    "[run]\nport = 1\nport = 2",
    "[build]\n[build]",
    // Types.
    "run = 'node'",
    "[build]\nfrozen = 'yes'",
    "[build]\nfiles = 'proto/**'",
    "[build]\npackages = [1]",
    "[build.env]\nPORT = 3000\nDEBUG = true\nRATE = 1.50",
    "[build]\nenv = ['A=b']",
    "[run]\ncommand = 5",
    "[run]\nhealthcheck = true",
    "target = 1979-05-27",
    "[[run]]\nport = 1",
    // Texts.
    "kind = 'python'",
    "kind = 'nodejs'",
    "package = 'Auth Service'",
    "package = '@vextrus'",
    "base = 'alpin'",
    "base = 'scrach'",
    "base = 'Node:22'",
    "base = 'node:22@sha256:abc'",
    "base = 'https://example.com/node'",
    "node = 22.10",
    "node = '>=20'",
    "node = -1",
    "pnpm = 9",
    "pnpm = '9.15'",
    "[build]\nscript = true",
    "[build]\nscript = 'tsc -p .'",
    "[build]\nenv.'NODE-ENV' = 'x'",
    "[build]\nenv.A = \"a\\u0000\"",
    "[build]\npackages = ['--allow-untrusted', 'a b', 'openssl=']",
    "[build]\nfiles = ['/etc/passwd', '../other', 'a\\b', '.', '!a', 'a[', '']",
    "[build]\nenv.A = '1'\nargs.A = '2'",
    "[build]\nsecrets = ['a,b', { env = 'X' }, { id = 'x', target = 'npmrc' }]",
    "[build]\nssh = 'default'",
    "[build]\nnetwork = 'nonne'",
    "[run]\ncommand = 'node dist/main.js && echo done'",
    "[run]\ncommand = 'node \"dist'",
    "[run]\ncommand = []",
    "[run]\ncommand = ''",
    "[run]\nport = 70000",
    "[run]\nport = '3000'",
    "env.A = 'b'",
    "kind = 1",
    "[build]\nenv.A = ''\nsecrets = [{ id = 'a', env = 'A' }, 'b', 'b']",
    "[run]\ncommand = ['', 'x']",
    "[run]\nport = [3000, 0]",
    "[run]\nport = []",
    "[run]\nuser = 'node'",
    "[run]\nuser = '1001:'",
    "[run]\nwritable = ['/', '/proc/x', '../up', '']",
    "[run]\nstop_signal = 'SIGTRM'",
    "[run]\nstop_signal = 1.5\n[target.w]\nstop_signal = 99",
    "[run]\nlayout = 'deployed'",
    "[run.healthcheck]\npath = 'health'",
    "[run.healthcheck]\npath = 'http://localhost:3000/health'",
    "[run.healthcheck]\npath = '/a'\ncommand = 'b'",
    "[run.healthcheck]\ninterval = 30\ntimeout = '30'\nstart_period = '30s1m'\nretries = 0",
    "[run.healthcheck]\ninterval = '5 seconds'\ntimeout = '25h'",
    "[image]\nmax_size = 500",
    "[image]\nmax_size = '500'",
    "[image]\nmax_size = '500mb'",
    "[image]\nuntrimmed = 'typescript'",
    "[image]\nuntrimmed = ['Type Script']",
    "[image]\ncreated = 'now'",
    "[image]\ncreated = '2026-11-28'",
    "[image]\ncreated = '1969-12-31T23:59:59Z'",
    "[image]\ncreated = 2026-11-28T12:00:00Z",
    "[image]\nlabels.'a b' = 'c'",
    "[target.'2nd']\nport = 1",
    // Syntax.
    "node = ",
    "node 22",
    "node = 22\nbase = \"alpine\npnpm = '9.0.0",
    "[run\nport = 1",
    "[run]\nport = 3000 9090",
    // What the build's own steps need.
    "build.secrets = [{ id = 'a', target = '/vextrus/collect.cjs' }, { id = 'b', target = '/app/package.json' }, { id = 'c', target = '//usr/./local/bin/node' }, { id = 'd', target = '/etc' }, { id = 'e', target = '/etc/passwd' }, { id = 'f', target = '/proc/x' }, { id = 'g', target = \"/x\\ny\" }]",
    "build.secrets = [{ id = 'a', env = 'PATH' }, { id = 'b', env = 'NODE_OPTIONS' }, { id = 'c', env = 'A=B' }, { id = 'd', env = '' }]",
    "build.secrets = [{ id = 'a', target = '/x/a' }, { id = 'b', target = '/x/a/b' }, { id = 'c', target = '/x//a' }]",
    "run.writable = ['/etc', '/app', '/usr/lib/vextrus', '/', '/proc', '/sys/x', '/dev', '/usr/bin', '/app/node_modules/x', 'node_modules']",
    "[target.w]\nwritable = ['/./etc/']",
    "run.files = ['**', '*', '*/**', 'node_modules/x', 'a/node_modules']",
    "[run.env]\n'' = '1'\n'A=B' = '1'\n\"A\\u0000\" = '1'\n[build.env]\n'' = '1'\n'A=B' = '1'",
];

#[test]
fn mistakes_say_where_what_and_what_to_write() {
    let mut told = String::new();
    for text in MISTAKES {
        let errors = parse(text).expect_err(text);
        writeln!(
            told,
            "{text}\n  => {}\n",
            errors.to_string().replace('\n', "\n  => ")
        )
        .unwrap();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn mistakes_are_told_together_in_the_order_of_their_lines() {
    let errors = parse("nod = 1\n[run]\nuser = 'x'\nport = 0\n[build]\nfrozen = 1\n").unwrap_err();
    let lines: Vec<u32> = errors
        .iter()
        .map(|d| d.place.as_ref().unwrap().first_line)
        .collect();
    assert_eq!(lines, [1, 3, 4, 6]);
}

#[test]
fn many_mistakes_are_cut_short() {
    let text: String = (0..1000).fold(String::new(), |text, i| text + &format!("zzzzzz{i} = 1\n"));
    let errors = parse(&text).unwrap_err();
    let (told, more) = errors.told();
    assert_eq!((told.len(), more), (MOST, 950));
    assert!(errors.to_string().ends_with("and 950 more mistakes"));
}

#[test]
fn what_no_program_can_be_given_is_a_mistake() {
    let long = "x".repeat(131_072);
    for table in ["build.env", "build.args", "run.env", "target.w.env"] {
        let told = parse(&format!("{table}.A = '{long}'")).unwrap_err().to_string();
        assert!(
            told.contains("is longer than the 131072 bytes") && told.len() < 300,
            "{told}"
        );
        parse(&format!("{table}.A = '{}'", &long[..131_069])).unwrap();
    }
    let told = parse(&format!("run.command = ['node', '{long}']"))
        .unwrap_err()
        .to_string();
    assert!(
        told.contains("has a word that is longer") && told.len() < 300,
        "{told}"
    );
}

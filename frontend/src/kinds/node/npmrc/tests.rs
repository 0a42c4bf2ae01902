//! What an install is told of `.npmrc`, and what nobody is told.

use super::*;

fn npmrc(text: &str) -> Npmrc {
    Npmrc::parse(&SourceFile::new(".npmrc", text))
}

#[test]
fn reads_settings() {
    let npmrc = npmrc("# c\n; c\nnode-linker = hoisted\r\nshamefully-hoist\nsave-exact=\"false\"\n\nx=a=b\n");
    assert_eq!(npmrc.get("node-linker"), Some("hoisted"));
    assert_eq!(npmrc.flag("shamefully-hoist"), Some(true));
    assert_eq!(npmrc.flag("save-exact"), Some(false));
    assert_eq!(npmrc.flag("node-linker"), None);
    assert_eq!(npmrc.get("x"), Some("a=b"));
    let npmrc = self::npmrc("\"node-linker\"=hoisted ; why\n[section]\nnode-linker=pnp\n");
    assert_eq!(npmrc.get("node-linker"), Some("hoisted"));
}

#[test]
fn secrets_stay_behind() {
    let npmrc = npmrc(
        "registry=https://r.example/\n//r.example/:_authToken=npm_S3cret\n//r.example/:_authToken=${TOKEN}\n//p.example/:_authToken=${A:-S3cret}\n//q.example/:_password=S3cret\n_auth=S3cret\n@x:registry=https://x.example/\nhttps-proxy=http://u:S3cret@proxy:1\ncafile=/etc/ca.pem\nca=\"-----BEGIN\\n\"\nstore-dir=~/s\nalways-auth=true\n//r.example/:username=joe\nhoist-pattern[]=*eslint*\n",
    );
    let public = npmrc.without_secrets();
    assert_eq!(
        public.text,
        "registry=https://r.example/\n@x:registry=https://x.example/\nca=\"-----BEGIN\\n\"\nalways-auth=true\nhoist-pattern[]=*eslint*\n"
    );
    assert_eq!(public.of_user, "//r.example/:_authToken=${TOKEN}\n");
    let dropped: Vec<(&str, u32)> = public
        .dropped
        .iter()
        .map(|d| (d.key.as_str(), d.place.first_line))
        .collect();
    assert_eq!(
        dropped,
        [
            ("//r.example/:_authToken", 2),
            ("//p.example/:_authToken", 4),
            ("//q.example/:_password", 5),
            ("_auth", 6),
            ("https-proxy", 8),
            ("cafile", 9),
            ("store-dir", 11),
            ("//r.example/:username", 13),
        ]
    );
    assert_eq!(npmrc.variables().into_iter().collect::<Vec<_>>(), ["A", "TOKEN"]);
    let shown: Vec<&str> = npmrc.file.text.lines().take(4).collect();
    assert_eq!(
        shown,
        [
            "registry=https://r.example/",
            "//r.example/:_authToken=***",
            "//r.example/:_authToken=${TOKEN}",
            "//p.example/:_authToken=***",
        ]
    );
}

/// JavaScript, and so npm, takes a byte order mark for a blank wherever it stands.
#[test]
fn blanks_are_javascripts() {
    let npmrc = npmrc("\u{feff}a = 1\u{a0}\n\u{feff}_authToken\u{feff}=\u{feff}secret\n\u{feff}; _auth\n");
    assert_eq!(
        (npmrc.get("a"), npmrc.get("_authToken")),
        (Some("1"), Some("secret"))
    );
    assert_eq!(npmrc.without_secrets().text, "a=1\n");
}

#[test]
fn a_reference_ends_and_names_what_an_environment_can_hold() {
    let text = "a=${${B}${C-x}${D=E}${F?}${}${G:-${H}}${I\n${J}=${K:-}\n";
    let npmrc = npmrc(text);
    let variables: Vec<String> = npmrc.variables().into_iter().collect();
    assert_eq!(variables, ["B", "C", "F", "H", "J", "K"]);
    let line = |variable: &str| npmrc.place_of(variable).map(|place| place.first_line);
    assert_eq!((line("B"), line("K"), line("G")), (Some(1), Some(2), None));
}

#[test]
fn lines_stay_where_they_are() {
    let npmrc = npmrc("# why\n\na=b ; c\n[x]\n_auth=x # y\n# _auth=x\n\n");
    assert_eq!(npmrc.file.text, "# why\n\na=b # c\n[section]\n_auth=***\n# ***\n");
    let dropped = npmrc.without_secrets().dropped;
    assert_eq!(dropped[0].place.first_line, 5);
    assert_eq!(npmrc.without_secrets().text, "a=b\n[section]\n");
}

const MARKER: &str = "MARKERxyzzy1";

/// Ways to write a line with a credential that some version of pnpm takes for one, or that somebody has put aside.
fn spellings() -> Vec<String> {
    let keys = [
        "_auth",
        "_authToken",
        "_AUTHTOKEN",
        "_password",
        "username",
        "key",
        "cert",
        "NPM_TOKEN",
        "//r.example/:_authToken",
        "//r.example/a/:_password",
        "//r.example/:@s:_authToken",
        "//r.example/:username",
        "${NONE-_authToken}",
        "//r.example/:${NONE-_authToken}",
    ];
    let values = [
        MARKER,
        "${NONE-MARKERxyzzy1}",
        "${NONE:-MARKERxyzzy1}",
        "${T}MARKERxyzzy1",
        "MARKERxyzzy1${T}",
        "\\${MARKERxyzzy1}",
        "Bearer MARKERxyzzy1",
    ];
    let mut lines = Vec::new();
    for key in keys {
        let (first, rest) = key.split_at(1);
        let escaped = format!("\"\\u{:04x}{rest}\"", u32::from(first.as_bytes()[0]));
        for value in values {
            lines.extend([
                format!("{key}={value}"),
                format!("\"{key}\"={value}"),
                format!("'{key}'='{value}'"),
                format!("'\"{key}\"'={value}"),
                format!("{escaped}={value}"),
                format!("\"{key}\\ud800\"={value}"),
                format!("{key}[]={value}"),
                format!("\"{key}[]\"=\"{value}\""),
                format!("  {key}\t= \"{value}\" ; why"),
                format!("\u{a0}{key} =\u{2003}{value}"),
                format!("{key}=\"\\\"{value}\\\"\""),
                format!("{key}='[\"{value}\"]'"),
                format!("{key}=x # {value}"),
                format!("{key}=x\\;{value}"),
                format!("; {key}={value}"),
                format!(" #{key} = {value}"),
                format!("## {key}={value}"),
            ]);
        }
        lines.extend([format!("{key}: {MARKER}"), format!("{key} {MARKER}")]);
    }
    let keys = [
        "registry",
        "@s:registry",
        "https-proxy",
        "proxy",
        "noproxy",
        "\"registry\"",
        "REGISTRY",
    ];
    let values = [
        "https://MARKERxyzzy1@r.example/",
        "https://u:MARKERxyzzy1@r.example/",
        "HTTPS://u:MARKERxyzzy1@r.example",
        "http:\\\\u:MARKERxyzzy1@r.example",
        "https://MARKERxyzzy1:x-oauth-basic@r.example/",
        "https://u:${T}MARKERxyzzy1@r.example",
        "https://u:p/MARKERxyzzy1@r.example",
        "//MARKERxyzzy1@r.example/",
        "${NONE-https://u:MARKERxyzzy1@r.example}",
        "https://r.example/?auth_token=MARKERxyzzy1",
        "\"https://u:MARKERxyzzy1@r.example\"",
        "'https://MARKERxyzzy1@r.example'",
    ];
    for key in keys {
        for value in values {
            lines.push(format!("{key}={value}"));
            lines.push(format!("{key} = {value} ; //r.example/:_authToken={MARKER}"));
        }
        lines.push(format!("{key} = x ; //r.example/:_authToken={MARKER}"));
    }
    lines.push(format!("proxy=u:{MARKER}@proxy.example:1"));
    lines.push(format!("//u:{MARKER}@r.example/:always-auth=true"));
    lines.push(format!("ca=\"-----BEGIN PRIVATE KEY-----\\n{MARKER}\""));
    lines
}

#[test]
fn no_spelling_of_a_credential_survives() {
    let spellings = spellings();
    assert!(spellings.len() > 1500, "{}", spellings.len());
    for line in spellings {
        let npmrc = npmrc(&line);
        let public = npmrc.without_secrets();
        let left = public.text + &public.of_user;
        assert!(!left.contains(MARKER), "{line:?} leaves {left:?}");
        let shown = &npmrc.file.text;
        assert!(!shown.contains(MARKER), "{line:?} is shown as {shown:?}");
        let mut keys = public.dropped.iter().map(|line| &line.key);
        assert!(
            !keys.any(|key| key.contains(MARKER)),
            "{line:?}: {:?}",
            public.dropped
        );
    }
}

proptest::proptest! {
    #[test]
    fn none_survives_among_other_lines(
        chosen in proptest::collection::vec(0..2000_usize, 1..6),
        others in "(a=b|registry=https://r\\.example/|\\[x\\]|# c|hoist-pattern\\[\\]=\\*|\\PC{0,12}){0,3}",
        end in "\n|\r\n|\r|\n\n",
        mark in "\u{feff}?",
    ) {
        let spellings = spellings();
        let lines = chosen.iter().map(|at| spellings[at % spellings.len()].as_str());
        let lines: Vec<&str> = lines.chain([others.as_str()]).collect();
        let text = format!("{mark}{}", lines.join(&end));
        let npmrc = npmrc(&text);
        let public = npmrc.without_secrets();
        let left = format!("{}{}", public.text, public.of_user);
        proptest::prop_assert!(!left.contains(MARKER), "{:?} leaves {:?}", text, left);
        let shown = &npmrc.file.text;
        proptest::prop_assert!(!shown.contains(MARKER), "{:?} is shown as {:?}", text, shown);
        // What is passed on says the same to whoever reads it, and again to us.
        for left in [&public.text, &public.of_user] {
            let again = self::npmrc(left).without_secrets();
            proptest::prop_assert_eq!(&(again.text + &again.of_user), left);
        }
    }
}

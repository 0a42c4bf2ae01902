use super::*;

fn git(repository: &str) -> Option<String> {
    location(&Resolution::Git {
        repository: repository.to_owned(),
        commit: "c0ffee".to_owned(),
    })
}

fn tarball(tarball: &str) -> Option<String> {
    location(&Resolution::Tarball {
        tarball: tarball.to_owned(),
        integrity: None,
        is_of_git_host: false,
    })
}

#[test]
fn locations_are_urls_without_anybodys_password() {
    let at = |url: &str| Some(url.to_owned());
    assert_eq!(
        tarball("https://bot:secret@example.com/a@1/x.tgz"),
        at("https://example.com/a@1/x.tgz")
    );
    assert_eq!(
        tarball("https://example.com/x.tgz"),
        at("https://example.com/x.tgz")
    );
    assert_eq!(tarball("file:vendor/x.tgz"), None);
    assert_eq!(
        git("https://token@example.com/a/b.git"),
        at("git+https://example.com/a/b.git@c0ffee")
    );
    assert_eq!(
        git("git+ssh://git@example.com/a/b.git"),
        at("git+ssh://example.com/a/b.git@c0ffee")
    );
    assert_eq!(
        git("git@example.com:a/b.git"),
        at("git+ssh://example.com/a/b.git@c0ffee")
    );
    assert_eq!(git("somewhere"), None);
    let registry = Resolution::Registry {
        integrity: "sha512-x".to_owned(),
    };
    assert_eq!(
        (integrity(&registry).as_deref(), location(&registry)),
        (Some("sha512-x"), None)
    );
}

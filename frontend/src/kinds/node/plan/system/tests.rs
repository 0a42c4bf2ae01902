use super::*;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn packages_are_installed_by_the_images_own_manager() {
    let debian = SystemPackages::new(names(&["tini", "curl", "tini"]), Libc::Gnu);
    assert_eq!(debian.names, ["curl", "tini"]);
    assert!(debian.command[2].contains("apt-get install --yes --no-install-recommends curl tini\n"));
    assert!(debian.caches.contains(&"/var/cache/apt".to_owned()));
    let alpine = SystemPackages::new(names(&["curl"]), Libc::Musl);
    assert!(
        alpine.command[2].contains("apk add") && alpine.command[2].contains("curl"),
        "{:?}",
        alpine.command
    );
}

#[test]
fn nothing_is_installed_for_nothing() {
    assert_eq!(
        SystemPackages::new(Vec::new(), Libc::Gnu),
        SystemPackages::default()
    );
    assert_eq!(
        SystemPackages::for_closure(&[], Demand::default(), Libc::Musl),
        SystemPackages::default()
    );
}

#[test]
fn compilers_come_where_something_compiles() {
    let demand = Demand {
        compiles: true,
        ..Demand::default()
    };
    let found = SystemPackages::for_closure(&names(&["libvips-dev", "make"]), demand, Libc::Gnu);
    assert_eq!(found.names, ["g++", "libvips-dev", "make", "python3"]);
}

#[test]
fn git_comes_where_something_is_cloned() {
    let demand = Demand {
        clones: true,
        ..Demand::default()
    };
    for found in [SystemPackages::for_download, SystemPackages::for_closure] {
        let found = found(&names(&["curl"]), demand, Libc::Gnu);
        assert_eq!(found.names, ["ca-certificates", "curl", "git"]);
    }
}

#[test]
fn what_looks_for_openssl_finds_it_on_debian() {
    let demand = Demand {
        openssl: true,
        ..Demand::default()
    };
    let found = SystemPackages::for_closure(&names(&["openssl"]), demand, Libc::Gnu);
    assert_eq!(found.names, ["openssl"]);
    assert!(
        SystemPackages::for_closure(&[], demand, Libc::Musl)
            .names
            .is_empty()
    );
    // Nothing of what is only laid out looks for anything.
    assert!(
        SystemPackages::for_download(&[], demand, Libc::Gnu)
            .names
            .is_empty()
    );
}

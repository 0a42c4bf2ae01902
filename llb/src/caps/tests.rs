use crate::testing::capabilities;
use crate::{
    Copy, Diff, Differ, Exec, File, Git, Http, Image, Local, Merge, MkFile, Mount, Network, OciLayout,
    Output, Platform, ProxyEnv, ResolveMode, Rm, SecretEnv, Security, Symlink,
};

#[test]
fn sources_need_their_kind_and_what_their_attributes_need() {
    let table: [(Output, &[&str]); 15] = [
        (Image::new("a").output(), &["source.image"]),
        // Only a pull that the user insists on is a demand.
        (
            Image::new("a").resolve_mode(ResolveMode::PreferLocal).output(),
            &["source.image"],
        ),
        (
            Image::new("a")
                .resolve_mode(ResolveMode::ForcePull)
                .checksum("sha256:00")
                .output(),
            &[
                "source.image",
                "source.image.checksum",
                "source.image.resolvemode",
            ],
        ),
        (
            Image::new("a")
                .platform(&Platform::new("linux", "arm64"))
                .output(),
            &["platform", "source.image"],
        ),
        (Local::new("a").output(), &["source.local"]),
        (
            Local::new("a")
                .session("s")
                .include(["i"])
                .exclude(["e"])
                .follow_paths(["f"])
                .output(),
            &[
                "source.local",
                "source.local.excludepatterns",
                "source.local.followpaths",
                "source.local.includepatterns",
                "source.local.sessionid",
            ],
        ),
        (
            Local::new("a")
                .shared_key_hint("h")
                .differ(Differ::None)
                .metadata_only(["x"])
                .output(),
            &[
                "source.local",
                "source.local.differ",
                "source.local.metadatatransfer",
                "source.local.sharedkeyhint",
            ],
        ),
        (
            Git::new("https://host/a").output(),
            &["source.git", "source.git.fullurl"],
        ),
        (
            Git::new("https://host/a")
                .subdir("b")
                .keep_git_dir(true)
                .auth_token_secret("t")
                .output(),
            &[
                "source.git",
                "source.git.fullurl",
                "source.git.httpauth",
                "source.git.keepgitdir",
                "source.git.subdir",
            ],
        ),
        (
            Git::new("git@host:a")
                .known_ssh_hosts("k")
                .checksum("00")
                .skip_submodules(true)
                .output(),
            &[
                "source.git",
                "source.git.checksum",
                "source.git.fullurl",
                "source.git.knownsshhosts",
                "source.git.mountsshsock",
                "source.git.skipsubmodules",
            ],
        ),
        (Http::new("https://host/a").output(), &["source.http"]),
        (
            Http::new("http://host/a")
                .checksum("sha256:00")
                .mode(0o755)
                .uid(1)
                .output(),
            &[
                "soruce.http.uidgid",
                "source.http",
                "source.http.checksum",
                "source.http.perm",
            ],
        ),
        (
            Http::new("https://host/a").gid(1).output(),
            &["soruce.http.uidgid", "source.http"],
        ),
        (
            Http::new("https://host/a").auth_header_secret("s").output(),
            &["source.http", "source.http.auth"],
        ),
        (OciLayout::new("a@sha256:00").output(), &["source.ocilayout"]),
    ];
    for (output, expected) in table {
        assert_eq!(
            capabilities(&output),
            expected,
            "{:?}",
            crate::testing::op(&output)
        );
    }
}

#[test]
fn an_exec_needs_what_it_uses() {
    let exec = || Exec::new(["true"]).root(&Output::scratch()).env("PATH", "/bin");
    let bind = || Mount::bind(&Output::scratch(), "/a");
    let secret = SecretEnv::new("a");
    let table: [(Exec, &[&str]); 19] = [
        (exec(), &[]),
        (
            Exec::new(["true"]).root(&Output::scratch()),
            &["exec.meta.setsdefaultpath"],
        ),
        (exec().proxy(ProxyEnv::default()), &["exec.meta.proxyenv"]),
        (exec().ulimit("nofile", 1, 2), &["exec.meta.ulimit"]),
        (exec().cgroup_parent("a"), &["exec.meta.cgroup.parent"]),
        (exec().valid_exit_codes([0, 1]), &["exec.validexitcode"]),
        (exec().network(Network::None), &["exec.meta.network"]),
        (exec().security(Security::Insecure), &["exec.meta.security"]),
        (exec().secret_env(secret), &["exec.secretenv"]),
        (exec().mount(bind()), &[]),
        (
            exec().mount(bind().read_only().selector("b")),
            &["exec.mount.selector"],
        ),
        (
            exec().mount(bind().without_content_cache()),
            &["exec.mount.cache.content"],
        ),
        (
            exec().mount(bind().discarded()),
            &["exec.mount.bind.readwrite-nooutput"],
        ),
        (
            exec().mount(Mount::cache("/a", "b")),
            &["exec.mount.cache", "exec.mount.cache.sharing"],
        ),
        (exec().mount(Mount::tmpfs("/a")), &["exec.mount.tmpfs"]),
        (
            exec().mount(Mount::tmpfs("/a").size(1)),
            &["exec.mount.tmpfs", "exec.mount.tmpfs.size"],
        ),
        (exec().mount(Mount::secret("/a", "b")), &["exec.mount.secret"]),
        (exec().mount(Mount::ssh("/a", "b")), &["exec.mount.ssh"]),
        (
            exec()
                .name("n")
                .ignore_cache()
                .platform(&Platform::new("linux", "amd64")),
            &["meta.description", "meta.ignorecache", "platform"],
        ),
    ];
    for (exec, also) in table {
        let mut expected = [&["exec.meta.base", "exec.mount.bind"], also].concat();
        expected.sort_unstable();
        let output = exec.build().root();
        assert_eq!(
            capabilities(&output),
            expected,
            "{:?}",
            crate::testing::op(&output)
        );
    }
}

#[test]
fn files_merges_and_diffs_need_what_they_use() {
    let scratch = Output::scratch();
    let file = || File::on(&scratch);
    let copy = || Copy::new(&scratch, "/a", "/b");
    let (one, other) = (
        file().mkfile(MkFile::new("/a", "")).output(),
        file().mkfile(MkFile::new("/b", "")).output(),
    );
    let table: [(Output, &[&str]); 9] = [
        (one.clone(), &["file.base"]),
        (file().copy(copy()).output(), &["file.base"]),
        (
            file().copy(copy().include(["a"])).output(),
            &["file.base", "file.copy.includeexcludepatterns"],
        ),
        (
            file().copy(copy().exclude(["a"])).output(),
            &["file.base", "file.copy.includeexcludepatterns"],
        ),
        (
            file().copy(copy().always_replace(true)).output(),
            &["file.base", "file.copy.alwaysreplaceexistingdestpaths"],
        ),
        (
            file().rm(Rm::new("/a").wildcard(true)).output(),
            &["file.base", "file.rm.wildcard"],
        ),
        (
            file().symlink(Symlink::new("a", "/b")).output(),
            &["file.base", "file.symlink.create"],
        ),
        (
            Merge::new([one.clone(), other.clone()]).output(),
            &["file.base", "mergeop"],
        ),
        (Diff::new(&one, &other).output(), &["diffop", "file.base"]),
    ];
    for (output, expected) in table {
        assert_eq!(
            capabilities(&output),
            expected,
            "{:?}",
            crate::testing::op(&output)
        );
    }
}

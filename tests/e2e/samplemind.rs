//! The front end of the second example: a static site that the real npm installs for, in a browser.

use vextrus_e2e::{Browser, Engine, Workspace, repository};

#[test]
fn the_front_end_is_small_and_a_browser_finds_its_pages() {
    let engine = Engine::take();
    let frontend = Workspace::tracked(&repository().join("examples/samplemind/frontend"));
    let first = engine.build(&frontend).file("service.toml").run();
    let image = &first.image;
    let files = image.files();
    let unpacked: u64 = files.iter().map(|(_, entry)| entry.size).sum();
    assert!(unpacked < 100_000_000, "{unpacked} bytes");
    let container = image.container().user("4242:4242").limited(32, 16);
    let (container, address) = container.published(8080);
    let browser = Browser::start();
    for (path, title) in [("/", "Upload a sample"), ("/analyses/7", "Analysis 7")] {
        browser.open(&format!("http://{address}{path}"));
        assert_eq!(browser.text("h1"), title, "{path}");
    }
    // There is no back end here: what the page asked for tells where it would be.
    let (loaded, _) = browser.loaded();
    assert!(
        loaded.iter().any(|one| one.url.ends_with("/api/v1/analyses/7")),
        "{loaded:#?}"
    );
    drop((browser, container));

    frontend.replace("src/pages/upload.tsx", "Upload a sample", "Upload one sample");
    let second = engine.build(&frontend).file("service.toml").run();
    let installs = |steps: Vec<&str>| steps.iter().any(|step| step.contains("install"));
    assert!(installs(first.progress.names()), "{:#?}", first.progress.names());
    assert!(!installs(second.progress.ran()), "{:#?}", second.progress.ran());
    let (before, after) = (first.image.diff_ids(), second.image.diff_ids());
    let moved = after.iter().filter(|id| !before.contains(id));
    assert_eq!((moved.count(), after.len()), (1, before.len()));
}

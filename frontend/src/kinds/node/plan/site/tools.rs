//! What is known of the tools that build sites: by what a build script tells one, where it writes, what it names by a
//! digest, which variables it shows to everybody. The table is what is expected; what the build wrote decides.

/// A tool that builds sites.
#[derive(Debug, PartialEq, Eq)]
pub struct Tool {
    /// Its name, for people.
    pub name: &'static str,
    /// Its program, and the word behind that with which it builds; an empty one where it needs none.
    pub builds: &'static [(&'static str, &'static str)],
    /// What else tells it from another tool with the same program.
    pub by: By,
    /// The folder that it writes when nobody says otherwise, from the package's directory.
    pub folder: &'static str,
    /// Which of its files never change under their names.
    pub immutable: Immutable,
    /// Whether one page answers for the paths that no file answers.
    pub pages: Pages,
    /// How the names of the variables begin that its output shows to everybody.
    pub public: &'static [&'static str],
    /// Directories in which it keeps what a build left, beside its folder.
    pub work: &'static [&'static str],
}

/// What tells that a tool builds a site, beside its command.
#[derive(Debug, PartialEq, Eq)]
pub enum By {
    /// Nothing more is needed.
    Command,
    /// A page in the package's own directory.
    Page,
    /// A dependency.
    Dependency(&'static str),
    /// A value in its configuration: of files that begin so, the key and one of the values.
    Setting(&'static [&'static str], &'static str, &'static [&'static str]),
    /// None of some dependencies, and none of some settings in the files that begin so.
    Unless(
        &'static [&'static str],
        &'static str,
        &'static [(&'static str, &'static str)],
    ),
    /// No such dependency, or a setting in files that begin so by which its pages are all that is written.
    UnlessStatic(&'static str, &'static str, (&'static str, &'static str)),
}

/// Which pages a tool writes, where none is made for paths that are missing (`404.html`, `200.html`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// That of an application, which finds its way by the path.
    One,
    /// One for each path that there is.
    Each,
    /// One for each path, unless files that begin so set this key.
    EachUnless(&'static str, &'static str),
    /// That of an application, unless files that begin so set this key to this value.
    OneUnless(&'static str, &'static str, &'static str),
}

/// Files that never change under their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Immutable {
    /// None that is known.
    None,
    /// All below a folder.
    All(&'static str),
    /// All below a folder but one file in it, which names the newest of them.
    AllBut(&'static str, &'static str),
    /// Those below a folder whose names hold a digest.
    Digest(&'static str),
    /// Those below a folder whose names hold eight capitals and digits, which is a digest of base 32.
    Capitals(&'static str),
}

const VITE: &[&str] = &["VITE_"];
const PUBLIC: &[&str] = &["PUBLIC_"];

/// The tools. Of those with the same command the first one that fits is meant.
///
/// Source: each tool's documentation of its build; the detectors of Netlify's build-info and of railpack.
pub static TOOLS: [Tool; 20] = [
    Tool {
        name: "SvelteKit",
        builds: &[("vite", "build")],
        by: By::Dependency("@sveltejs/adapter-static"),
        folder: "build",
        immutable: Immutable::All("_app/immutable/"),
        pages: Pages::EachUnless("svelte.config.", "fallback"),
        public: PUBLIC,
        work: &[".svelte-kit"],
    },
    Tool {
        name: "Vite",
        builds: &[("vite", "build")],
        by: By::Page,
        folder: "dist",
        immutable: Immutable::Digest("assets/"),
        pages: Pages::OneUnless("vite.config.", "appType", "mpa"),
        public: VITE,
        work: &[],
    },
    Tool {
        name: "Astro",
        builds: &[("astro", "build")],
        by: By::Unless(
            &[
                "@astrojs/node",
                "@astrojs/vercel",
                "@astrojs/cloudflare",
                "@astrojs/netlify",
                "@astrojs/deno",
            ],
            "astro.config.",
            &[("output", "server"), ("adapter", "")],
        ),
        folder: "dist",
        immutable: Immutable::Digest("_astro/"),
        pages: Pages::Each,
        public: PUBLIC,
        work: &[".astro"],
    },
    Tool {
        name: "Angular",
        builds: &[("ng", "build")],
        by: By::UnlessStatic("@angular/ssr", "angular.json", ("outputMode", "static")),
        folder: "dist",
        immutable: Immutable::Capitals(""),
        pages: Pages::One,
        public: &[],
        work: &[".angular"],
    },
    Tool {
        name: "Next.js",
        builds: &[("next", "build")],
        by: By::Setting(&["next.config."], "output", &["export"]),
        folder: "out",
        immutable: Immutable::All("_next/static/"),
        pages: Pages::Each,
        public: &["NEXT_PUBLIC_"],
        work: &[".next"],
    },
    Tool {
        name: "Nuxt",
        builds: &[("nuxt", "generate"), ("nuxi", "generate")],
        by: By::Command,
        folder: ".output/public",
        immutable: Immutable::AllBut("_nuxt/", "builds/latest.json"),
        pages: Pages::One,
        public: &["NUXT_PUBLIC_"],
        work: &[".nuxt", ".output"],
    },
    Tool {
        name: "Nuxt",
        builds: &[("nuxt", "build"), ("nuxi", "build")],
        by: By::Setting(&["nuxt.config."], "preset", &["static"]),
        folder: ".output/public",
        immutable: Immutable::AllBut("_nuxt/", "builds/latest.json"),
        pages: Pages::One,
        public: &["NUXT_PUBLIC_"],
        work: &[".nuxt", ".output"],
    },
    Tool {
        name: "React Router",
        builds: &[("react-router", "build"), ("remix", "vite:build")],
        by: By::Setting(&["react-router.config.", "vite.config."], "ssr", &["false"]),
        folder: "build/client",
        immutable: Immutable::Digest("assets/"),
        pages: Pages::One,
        public: VITE,
        work: &[".react-router"],
    },
    Tool {
        name: "Create React App",
        builds: &[
            ("react-scripts", "build"),
            ("react-app-rewired", "build"),
            ("craco", "build"),
        ],
        by: By::Command,
        folder: "build",
        immutable: Immutable::Digest("static/"),
        pages: Pages::One,
        public: &["REACT_APP_"],
        work: &[],
    },
    Tool {
        name: "Vue CLI",
        builds: &[("vue-cli-service", "build")],
        by: By::Command,
        folder: "dist",
        immutable: Immutable::None,
        pages: Pages::One,
        public: &["VUE_APP_"],
        work: &[],
    },
    Tool {
        name: "VitePress",
        builds: &[("vitepress", "build")],
        by: By::Command,
        folder: ".vitepress/dist",
        immutable: Immutable::Digest("assets/"),
        pages: Pages::Each,
        public: VITE,
        work: &[".vitepress/cache"],
    },
    Tool {
        name: "Docusaurus",
        builds: &[("docusaurus", "build")],
        by: By::Command,
        folder: "build",
        immutable: Immutable::Digest("assets/"),
        pages: Pages::Each,
        public: &[],
        work: &[".docusaurus"],
    },
    Tool {
        name: "Storybook",
        builds: &[("storybook", "build"), ("build-storybook", "")],
        by: By::Command,
        folder: "storybook-static",
        immutable: Immutable::Digest("assets/"),
        pages: Pages::Each,
        public: &["STORYBOOK_", "VITE_"],
        work: &[],
    },
    Tool {
        name: "Gatsby",
        builds: &[("gatsby", "build")],
        by: By::Command,
        folder: "public",
        immutable: Immutable::None,
        pages: Pages::Each,
        public: &["GATSBY_"],
        work: &[".cache"],
    },
    Tool {
        name: "Eleventy",
        builds: &[("eleventy", "")],
        by: By::Command,
        folder: "_site",
        immutable: Immutable::None,
        pages: Pages::Each,
        public: &[],
        work: &[],
    },
    Tool {
        name: "Parcel",
        builds: &[("parcel", "build")],
        by: By::Page,
        folder: "dist",
        immutable: Immutable::None,
        pages: Pages::One,
        public: &[],
        work: &[".parcel-cache"],
    },
    Tool {
        name: "Rsbuild",
        builds: &[("rsbuild", "build")],
        by: By::Unless(&[], "rsbuild.config.", &[("target", "node")]),
        folder: "dist",
        immutable: Immutable::Digest("static/"),
        pages: Pages::One,
        public: PUBLIC,
        work: &[],
    },
    Tool {
        name: "Rspress",
        builds: &[("rspress", "build")],
        by: By::Command,
        folder: "doc_build",
        immutable: Immutable::Digest("static/"),
        pages: Pages::Each,
        public: PUBLIC,
        work: &[],
    },
    Tool {
        name: "Expo",
        builds: &[("expo", "export")],
        by: By::Command,
        folder: "dist",
        immutable: Immutable::All("_expo/static/"),
        pages: Pages::One,
        public: &["EXPO_PUBLIC_"],
        work: &[".expo"],
    },
    Tool {
        name: "SolidStart",
        builds: &[("vinxi", "build")],
        by: By::Setting(&["app.config."], "preset", &["static"]),
        folder: ".output/public",
        immutable: Immutable::Digest("_build/"),
        pages: Pages::One,
        public: VITE,
        work: &[".vinxi", ".output"],
    },
];

/// How a command line names the folder to write: the next word, or what stands behind `=`.
pub(super) const OUTPUT_FLAGS: [&str; 7] = [
    "--outDir",
    "--out-dir",
    "--output-dir",
    "--output",
    "--output-path",
    "--dist-dir",
    "--dest",
];

/// Programs that serve a folder of files, as developers look at a build by them.
pub(super) const FILE_SERVERS: [&str; 9] = [
    "http-server",
    "live-server",
    "local-web-server",
    "serve",
    "sirv",
    "sirv-cli",
    "static-server",
    "superstatic",
    "ws",
];

/// Files that say more of a site: of the package's directory, as globs on the name.
pub const LOOKED_AT: [&str; 10] = [
    "index.html",
    "angular.json",
    "app.config.*",
    "astro.config.*",
    "next.config.*",
    "nuxt.config.*",
    "react-router.config.*",
    "rsbuild.config.*",
    "svelte.config.*",
    "vite.config.*",
];

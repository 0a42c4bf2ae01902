//! Rules about static sites.

use crate::warning::{Example, Rule};

/// A page of many paths that asks for its files beside itself.
pub static RELATIVE_BASE: Rule = Rule {
    name: "RelativeBase",
    short: "A page that answers for every path should ask for its files at a fixed one",
    is_experimental: false,
    why: "\
The site has one page that answers for all paths, and the page asks for its scripts beside itself (`./assets/…`). That
works at `/`, and at `/projects/42` the browser asks for `/projects/assets/…`, which is not there: who opens or reloads
such an address sees an empty page.

Build for the path that the site is served below (`base: '/'` of Vite, `homepage` of Create React App), or write
`fallback = false` into `[static]` where there are no other paths than the files'.",
    bad: Example {
        language: "ts",
        text: "export default defineConfig({ base: './' })",
    },
    good: Example {
        language: "ts",
        text: "export default defineConfig({ base: '/app/' })",
    },
};

/// A site that shows only once it is built.
pub static SITE_BY_OUTPUT: Rule = Rule {
    name: "SiteByOutput",
    short: "A site that no file tells should be called one",
    is_experimental: false,
    why: "\
Nothing in the package starts a service, and its build left pages: what it wrote is served by nginx. Which tools write
sites is known of the usual ones alone; of others it shows in what they write, after the package was built as a service,
and it is built once more as a site. With the kind written down it is built once, and a start file that somebody forgot
is told of instead.",
    bad: Example {
        language: "toml",
        text: "# syntax=vextrus/frontend",
    },
    good: Example {
        language: "toml",
        text: "# syntax=vextrus/frontend\nkind = \"static\"",
    },
};

/// A build that never comes out the same.
pub static UNREPEATABLE_SITE: Rule = Rule {
    name: "UnrepeatableSite",
    short: "The same sources should build the same site",
    is_experimental: false,
    why: "\
The build writes the time or a random number into its files. Each build then gives files of other names for the same
sources: every browser loads all of them again, every registry stores them again, and whether an image is what its
sources say cannot be checked.

SvelteKit takes the time for its version unless `kit.version.name` is set, Next.js a random build id unless
`generateBuildId` is; take the commit or the version of the package, passed as a build argument.",
    bad: Example {
        language: "ts",
        text: "export default defineConfig({ define: { __BUILT__: Date.now() } })",
    },
    good: Example {
        language: "js",
        text: "// svelte.config.js, with `[build.args]` GIT_SHA = \"dev\"\nexport default { kit: { version: { name: process.env.GIT_SHA } } }",
    },
};

/// A variable that code reads and nothing sets.
pub static UNSET_PUBLIC_VARIABLE: Rule = Rule {
    name: "UnsetPublicVariable",
    short: "A variable that a site's sources read should be set where it is built",
    is_experimental: false,
    why: "\
What a site reads of its environment (`import.meta.env.VITE_API_URL`) is written into its files when it is built. The
sources read a variable that no file of the environment (`.env`, `.env.production`), `[build.env]` or `[build.args]`
sets, so that the site is built with `undefined` in its place. Often the file is there and `.dockerignore` hides it.

What differs from one place to the next is better not built in at all: load a file such as `/config.js` in the page, and
mount another one over it where the image runs.",
    bad: Example {
        language: "ts",
        text: "fetch(`${import.meta.env.VITE_API_URL}/users`)",
    },
    good: Example {
        language: "toml",
        text: "[build.args]\nVITE_API_URL = \"https://api.example.com\"",
    },
};

//! Rules about builds that come out the same tomorrow.

use crate::warning::{Example, Rule};

/// A lockfile that does not say what a package.json says.
pub static LOCKFILE_DRIFT: Rule = Rule {
    name: "LockfileDrift",
    short: "The lockfile should say what the package.json files say",
    is_experimental: false,
    why: "\
pnpm refuses such a lockfile in a frozen install. This build goes on, since the difference is in a project that it
does not touch, or since `frozen = false`; the next build of that project stops.

Run `pnpm install --lockfile-only` and commit the lockfile.",
    bad: Example {
        language: "json",
        text: "// package.json; pnpm-lock.yaml was written for \"^4.17.0\"\n{ \"dependencies\": { \"lodash\": \"^4.18.0\" } }",
    },
    good: Example {
        language: "sh",
        text: "pnpm install --lockfile-only\ngit commit --all --message 'Update the lockfile'",
    },
};

/// An entry of the lockfile that does not say which bytes are meant.
pub static MISSING_INTEGRITY: Rule = Rule {
    name: "MissingIntegrity",
    short: "The lockfile should have an integrity of everything that is downloaded",
    is_experimental: false,
    why: "\
The lockfile has the URL of an archive and no digest of it. pnpm installs whatever the server sends, today and
tomorrow, and nothing notices when that is another archive. Packages of a git host are meant by their commit, and what
lies in the repository is as it is there: those need none.

Newer versions of pnpm write an integrity for archives of a URL too: run `pnpm install` with one and commit the
lockfile, or take the package from a registry.",
    bad: Example {
        language: "yaml",
        text: "  lib@https://example.com/lib-1.0.0.tgz:\n    resolution: {tarball: https://example.com/lib-1.0.0.tgz}",
    },
    good: Example {
        language: "yaml",
        text: "  lib@https://example.com/lib-1.0.0.tgz:\n    resolution: {integrity: sha512-…, tarball: https://example.com/lib-1.0.0.tgz}",
    },
};

/// An install that may change the lockfile.
pub static UNFROZEN_LOCKFILE: Rule = Rule {
    name: "UnfrozenLockfile",
    short: "Installs should take what the lockfile says",
    is_experimental: false,
    why: "\
With `frozen = false` pnpm resolves what the lockfile does not hold when the step runs: dependencies that nobody has
tested, and others tomorrow. The same sources no longer give the same image.",
    bad: Example {
        language: "toml",
        text: "[build]\nfrozen = false",
    },
    good: Example {
        language: "sh",
        text: "pnpm install --lockfile-only",
    },
};

/// A Node version that no file names.
pub static UNPINNED_NODE: Rule = Rule {
    name: "UnpinnedNode",
    short: "Something should name the version of Node",
    is_experimental: false,
    why: "\
Where neither the manifest nor the repository names a version of Node, the build takes the one that this version of
the frontend prefers, and another version of the frontend may prefer another. Developers' machines have a third one.

`lts/*`, `node` and `stable` in such a file name none: they mean another version next year.

Name it where everybody finds it: in `engines.node` or `volta.node` of the package.json, in `.nvmrc`, `.node-version` or
`.tool-versions`, or in the manifest.",
    bad: Example {
        language: "toml",
        text: "# syntax=vextrus/frontend\n# … and neither .nvmrc, .node-version nor engines.node",
    },
    good: Example {
        language: "json",
        text: "{ \"engines\": { \"node\": \">=22\" } }",
    },
};

/// A Node version that gets no more fixes.
pub static END_OF_LIFE_NODE: Rule = Rule {
    name: "EndOfLifeNode",
    short: "The version of Node should still get security fixes",
    is_experimental: false,
    why: "\
The Node project has ended this release line: holes that are found in it stay open, and its images are no longer
rebuilt. The rule knows the lines that had ended when this version of the frontend was made; the
[schedule](https://github.com/nodejs/Release) has the dates of the others.",
    bad: Example {
        language: "toml",
        text: "node = \"18\"",
    },
    good: Example {
        language: "toml",
        text: "node = \"22\"",
    },
};

/// A Node version that `engines` refuses.
pub static NODE_OUTSIDE_ENGINES: Rule = Rule {
    name: "NodeOutsideEngines",
    short: "The version of Node should be one that engines.node lets in",
    is_experimental: false,
    why: "\
The manifest, `.nvmrc`, `.node-version` or `volta` names one version of Node, and `engines.node` of the service or of the
workspace asks for another. One of the two is out of date: either developers have a Node that the service was not written
for, or `engines` turns away one that works.

The build takes a version that `engines.node` lets in, whatever the other files name; the manifest's own version wins over
both.",
    bad: Example {
        language: "json",
        text: "// .nvmrc says 20\n{ \"engines\": { \"node\": \">=22\" } }",
    },
    good: Example {
        language: "json",
        text: "// .nvmrc says 22\n{ \"engines\": { \"node\": \">=22\" } }",
    },
};

/// A pnpm version that no file names.
pub static UNPINNED_PNPM: Rule = Rule {
    name: "UnpinnedPnpm",
    short: "Something should name the version of pnpm",
    is_experimental: false,
    why: "\
Where no file names a version of pnpm, the build takes one that can read the lockfile, and another version of the
frontend may take another. What an install does differs between majors: which scripts run, what is hoisted, which
settings are read.

`packageManager` in the workspace's package.json names one for everybody, corepack and CI included.",
    bad: Example {
        language: "json",
        text: "{ \"name\": \"monorepo\", \"private\": true }",
    },
    good: Example {
        language: "json",
        text: "{ \"name\": \"monorepo\", \"private\": true, \"packageManager\": \"pnpm@10.34.9\" }",
    },
};

/// A base image whose tag moves from one major to the next.
pub static FLOATING_BASE: Rule = Rule {
    name: "FloatingBase",
    short: "A base image should be named by a version",
    is_experimental: false,
    why: "\
A reference without a tag means `latest`, and `latest`, `lts` or `current` mean another Node after the next release:
the same sources give another image, or none, since native modules are compiled for one major. Name a version, or a
digest where no byte may change. The words `alpine`, `debian` and `distroless` follow the version of Node.",
    bad: Example {
        language: "toml",
        text: "base = \"node:lts\"",
    },
    good: Example {
        language: "toml",
        text: "base = \"node:22-bookworm-slim\"",
    },
};

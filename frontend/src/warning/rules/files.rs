//! Rules about what a file or a flag says to no effect.

use crate::warning::{Example, Rule};

/// A lockfile of npm without the native code for Linux.
pub static FOREIGN_LOCKFILE: Rule = Rule {
    name: "ForeignLockfile",
    short: "A lockfile should hold the native code for the platform of the image",
    is_experimental: false,
    why: "\
Packages such as esbuild, rollup and sharp have their native code in optional packages, one for each platform. Where
npm makes a lockfile beside a `node_modules` of another platform it notes the package of that one alone
(npm/cli#4828): `npm ci` then ends well on Linux, and the build or the service does not find its native code.",
    bad: Example {
        language: "sh",
        text: "rm package-lock.json && npm install                    # on macOS, beside its node_modules",
    },
    good: Example {
        language: "sh",
        text: "rm -r node_modules package-lock.json && npm install    # notes those of every platform",
    },
};

/// A script of the root that no build runs.
pub static ROOT_SCRIPT: Rule = Rule {
    name: "RootScript",
    short: "What the root's postinstall makes should be asked for by who reads it",
    is_experimental: false,
    why: "\
On a developer's machine an install ends with the scripts `install`, `postinstall` and `prepare` of the root. Installs of
a build run no script of the repository, and the scripts of the root are about the whole workspace: each of its services
would be built again whenever something changes that they read. Where one of them generates what a package is compiled
with, as `prisma generate` for a schema that lies in another place does, the build does not find that, or the service does
not.

The same is so of a task of the root that turbo.json puts in front of a build (`//#codegen`).

`root_postinstall = true` has the root's `postinstall` run before the build of each package; `files` lists what it reads
outside of packages. Better is a script of the package that has the sources: its own `postinstall`, `prepare` or `build`.

Nothing is said of hooks of git, of `patch-package`, whose patches every install applies, of Prisma's clients that are
generated anyway, of installs in other directories, and of builds of the workspace's packages. Where the service does
without what the script makes, `# check=skip=RootScript` at the head of the manifest says so.",
    bad: Example {
        language: "json",
        text: "{ \"scripts\": { \"postinstall\": \"prisma generate --schema libraries/db/schema.prisma\" } }",
    },
    good: Example {
        language: "toml",
        text: "[build]\nroot_postinstall = true\nfiles = [\"libraries/db/schema.prisma\"]",
    },
};

/// A target that changes nothing.
pub static EMPTY_TARGET: Rule = Rule {
    name: "EmptyTarget",
    short: "A target should differ from the image without one",
    is_experimental: false,
    why: "\
A table `[target.NAME]` overrides keys of `[run]`. Without a key it gives the image that a build without `--target`
gives; as a rule something was forgotten.",
    bad: Example {
        language: "toml",
        text: "[target.worker]",
    },
    good: Example {
        language: "toml",
        text: "[target.worker]\ncommand = \"node dist/worker.js\"",
    },
};

/// A file that a build reads anyway.
pub static REDUNDANT_BUILD_FILE: Rule = Rule {
    name: "RedundantBuildFile",
    short: "Files of the service itself need not be listed",
    is_experimental: false,
    why: "\
A build sees everything in the service's own directory. `files` of `[build]` is for what lies elsewhere in the
workspace and in no package.",
    bad: Example {
        language: "toml",
        text: "# services/auth/service.toml\n[build]\nfiles = [\"services/auth/tsconfig.build.json\"]",
    },
    good: Example {
        language: "toml",
        text: "# services/auth/service.toml\n[build]\nfiles = [\"tools/banner.txt\"]",
    },
};

/// A key that says what is so without it.
pub static REDUNDANT_KEY: Rule = Rule {
    name: "RedundantKey",
    short: "A key that says the default can be left out",
    is_experimental: true,
    why: "\
What a manifest leaves out is what the service does not do otherwise than the others. A key that says the default
hides that, and stays behind when `vextrus.toml` changes it for everybody.",
    bad: Example {
        language: "toml",
        text: "kind = \"node\"\nbase = \"auto\"\n\n[run]\nuser = \"1001:1001\"",
    },
    good: Example {
        language: "toml",
        text: "# syntax=vextrus/frontend",
    },
};

/// A line of `.npmrc` about a file that the build does not have.
pub static MACHINE_FILE_IN_NPMRC: Rule = Rule {
    name: "MachineFileInNpmrc",
    short: "The repository's .npmrc should name no file of a machine",
    is_experimental: false,
    why: "\
The line names a file of a developer's machine, such as a certificate, which no build step has: the line is left out.
Write a certificate into `.npmrc` itself (`ca=`), put it into the base image, or pass an `.npmrc` with all that as the
secret `npmrc`.",
    bad: Example {
        language: "ini",
        text: "cafile=/etc/ssl/company.pem",
    },
    good: Example {
        language: "ini",
        text: "ca[]=\"-----BEGIN CERTIFICATE-----\\n…\"",
    },
};

/// A build argument that no step reads.
pub static UNDECLARED_BUILD_ARG: Rule = Rule {
    name: "UndeclaredBuildArg",
    short: "A build argument should be declared in [build.args]",
    is_experimental: false,
    why: "\
`--build-arg` gives a value that no step of this build reads: `[build.args]` of the manifest does not declare the name.
As a rule one of the two is a typing mistake. An argument that all targets of a bake get, whether they read it or not,
is a reason to skip the rule.",
    bad: Example {
        language: "sh",
        text: "docker buildx build --build-arg GIT_SHA=1f0c2d -f services/auth/service.toml .",
    },
    good: Example {
        language: "toml",
        text: "[build.args]\nGIT_SHA = \"unknown\"",
    },
};

/// A rule that there is not.
pub static UNKNOWN_RULE: Rule = Rule {
    name: "UnknownRule",
    short: "Only rules that there are can be skipped or asked for",
    is_experimental: false,
    why: "\
`skip=` or `experimental=` of the directive `# check=` names a rule that this frontend does not have, so that nothing
comes of it. In the build argument `BUILDKIT_DOCKERFILE_CHECK`, which a bake passes to Dockerfiles as well, only names
that are nearly one of ours are told.",
    bad: Example {
        language: "toml",
        text: "# check=skip=RootUsers",
    },
    good: Example {
        language: "toml",
        text: "# check=skip=RootUser",
    },
};

/// A stage that there is not.
pub static UNKNOWN_STAGE: Rule = Rule {
    name: "UnknownStage",
    short: "Only stages that there are can run again",
    is_experimental: false,
    why: "\
`--no-cache-filter` names a stage that the build does not have, so that nothing runs again for it. The stages are the
targets (`docker buildx build --call=targets` lists them); the steps of one package are named by the package.",
    bad: Example {
        language: "sh",
        text: "docker buildx build --no-cache-filter builder -f services/auth/service.toml .",
    },
    good: Example {
        language: "sh",
        text: "docker buildx build --no-cache-filter build -f services/auth/service.toml .",
    },
};

/// A file that is there and cannot be read.
pub static UNREADABLE_FILE: Rule = Rule {
    name: "UnreadableFile",
    short: "Files that a build may look at should be readable",
    is_experimental: false,
    why: "\
A file that the build would look at, and can do without, is a link that leads out of the build context or to nothing,
or is no text: a `tsconfig.json`, `turbo.json` or `.nvmrc`. On a developer's machine the link may lead somewhere, so
that the build there is another one. A link has to lead to a file of the build context, and to one of a name that is
looked for.",
    bad: Example {
        language: "sh",
        text: "ln -s ~/dotfiles/nvmrc .nvmrc",
    },
    good: Example {
        language: "sh",
        text: "echo 22 > .nvmrc",
    },
};

/// A named context that nothing uses.
pub static UNUSED_CONTEXT: Rule = Rule {
    name: "UnusedContext",
    short: "A named context takes the place of something",
    is_experimental: false,
    why: "\
`--build-context NAME=SOURCE` is named like nothing that the build reads, so that it changes nothing. It takes the place
of an image of the build (`node:22-alpine`), of the stages `deps` and `build`, or of the sources of a workspace package
by its name (`erp/kernel`, which buildx wants without the `@`) or its directory (`shared/kernel`).",
    bad: Example {
        language: "sh",
        text: "docker buildx build --build-context kernel=../kernel -f services/auth/service.toml .",
    },
    good: Example {
        language: "sh",
        text: "docker buildx build --build-context shared/kernel=../kernel -f services/auth/service.toml .",
    },
};

/// A build that reads files of the workspace which nothing names.
pub static MISSED_FILES: Rule = Rule {
    name: "MissedFiles",
    short: "What a build reads outside of its package should be named",
    is_experimental: false,
    why: "\
A build is given its package, the packages that it depends on, and what configuration and scripts name outside of them.
One that fails since it does not find a file is run once more with every file of the workspace. That takes longer, and
every change of any file runs it again. `files` of `[build]` names what it reads. So is one that loads code of another
package though its scripts are those of compilers alone, which read no more than what packages declare.",
    bad: Example {
        language: "toml",
        text: "# syntax=vextrus/frontend",
    },
    good: Example {
        language: "toml",
        text: "# syntax=vextrus/frontend\n[build]\nfiles = [\"tooling\", \"schema.graphql\"]",
    },
};

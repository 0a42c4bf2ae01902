//! Rules about the image and how it runs.

use crate::warning::{Example, Rule};

/// A service that is told to run for developers.
pub static DEVELOPMENT_ENV: Rule = Rule {
    name: "DevelopmentEnv",
    short: "NODE_ENV should not be development in an image",
    is_experimental: false,
    why: "\
The image holds production dependencies alone, and libraries that see `NODE_ENV=development` load others, leave
caches off and show their errors to everybody. The image sets `NODE_ENV=production` without being told.",
    bad: Example {
        language: "toml",
        text: "[run]\nenv = { NODE_ENV = \"development\" }",
    },
    good: Example {
        language: "toml",
        text: "[run]\nenv = { APP_ENV = \"staging\" }",
    },
};

/// A command whose program is a development dependency.
pub static DEVELOPMENT_PROGRAM: Rule = Rule {
    name: "DevelopmentProgram",
    short: "What the service runs on should be among its dependencies",
    is_experimental: false,
    why: "\
The command runs the program of a package that is only in `devDependencies`. The frontend puts the package into the
image all the same; everything else that installs for production (`pnpm install --prod`, `pnpm deploy`) leaves it out,
and nothing shows that the service needs it.",
    bad: Example {
        language: "json",
        text: "{ \"scripts\": { \"start\": \"tsx src/main.ts\" }, \"devDependencies\": { \"tsx\": \"^4.20.0\" } }",
    },
    good: Example {
        language: "json",
        text: "{ \"scripts\": { \"start\": \"tsx src/main.ts\" }, \"dependencies\": { \"tsx\": \"^4.20.0\" } }",
    },
};

/// Native code that an image of Alpine cannot load, where nothing but its binaries tells so.
pub static GLIBC_ONLY: Rule = Rule {
    name: "GlibcOnly",
    short: "Native code that runs with glibc alone should have its base written down",
    is_experimental: false,
    why: "\
Without `base` a service stands on Alpine unless the lockfile tells of native code for glibc. Some packages bring such
a binary and say so nowhere: it is found in the installed packages, or when the image's command is started, and the
image is made once more on Debian. With the base written down it is made for Debian alone.",
    bad: Example {
        language: "toml",
        text: "kind = \"node\"",
    },
    good: Example {
        language: "toml",
        text: "kind = \"node\"\nbase = \"debian\"",
    },
};

/// A health check by a program that the image lacks.
pub static HEALTHCHECK_PROGRAM: Rule = Rule {
    name: "HealthcheckProgram",
    short: "The program of a health check has to be in the image",
    is_experimental: false,
    why: "\
The base images have no `curl`, those of Debian no `wget` either, and distroless has no shell: the check fails each
time, and the container is never healthy. `path` asks by HTTP with the Node that is there; a program can also be added
by `packages` of `[run]`.",
    bad: Example {
        language: "toml",
        text: "[run.healthcheck]\ncommand = \"curl -f http://localhost:3000/health\"",
    },
    good: Example {
        language: "toml",
        text: "[run.healthcheck]\npath = \"/health\"",
    },
};

/// A health check that is turned off.
pub static HEALTHCHECK_OFF: Rule = Rule {
    name: "HealthcheckOff",
    short: "A service that answers HTTP should have a health check",
    is_experimental: true,
    why: "\
With `healthcheck = false` nothing sees a service that hangs: compose starts what depends on it too early, and Swarm
keeps sending it requests. Kubernetes has probes of its own and does not look at the image's check.",
    bad: Example {
        language: "toml",
        text: "[run]\nport = 3000\nhealthcheck = false",
    },
    good: Example {
        language: "toml",
        text: "[run]\nport = 3000",
    },
};

/// A service of which nobody knows that it listens.
pub static NO_HEALTHCHECK: Rule = Rule {
    name: "NoHealthcheck",
    short: "An image should say how its health is checked, or that it is not",
    is_experimental: false,
    why: "\
Neither a `port` nor a library that answers requests says that the service listens, so that its image has no health
check, and compose starts what depends on it without waiting. Of a service that listens `port` is enough; of one that
does not, `healthcheck = false` says so.",
    bad: Example {
        language: "toml",
        text: "[run]\ncommand = \"node server.js\"",
    },
    good: Example {
        language: "toml",
        text: "[run]\ncommand = \"node server.js\"\nport = 3000",
    },
};

/// A directory that a service writes, and that its manifest does not name.
pub static WRITTEN_DIRECTORY: Rule = Rule {
    name: "WrittenDirectory",
    short: "Directories that a service writes should be named in its manifest",
    is_experimental: false,
    why: "\
The files of an image are root's, and the service runs as another user, under a read-only root file system at best. A
look at the image found that it writes a directory as it starts. Where nothing else lies in it, it is made a volume, as
if `writable` had named it, which the image then has whatever the look finds; into its own code a service cannot write.",
    bad: Example {
        language: "javascript",
        text: "fs.mkdirSync('logs');",
    },
    good: Example {
        language: "toml",
        text: "[run]\nwritable = [\"logs\"]",
    },
};

/// A `PORT` that is not the port.
pub static PORT_MISMATCH: Rule = Rule {
    name: "PortMismatch",
    short: "PORT should be one of the ports that the image names",
    is_experimental: false,
    why: "\
The service is told by `PORT` to listen on one port, while the image exposes another, which the health check asks.",
    bad: Example {
        language: "toml",
        text: "[run]\nport = 3000\nenv = { PORT = \"8080\" }",
    },
    good: Example {
        language: "toml",
        text: "[run]\nport = 8080\nenv = { PORT = \"8080\" }",
    },
};

/// An image over 500 MB that sets no limit.
pub static LARGE_IMAGE: Rule = Rule {
    name: "LargeImage",
    short: "An image of more than 500 MB should say how large it may be",
    is_experimental: false,
    why: "\
A large image is slow to pull where it starts and holds more than the service needs as a rule: a development tool among
`dependencies`, a library of which a smaller edition exists, a base with more than Node. The warning names the largest
directories. `max_size` says that the size is meant, and fails the build that outgrows it.

The rule looks at the unpacked base and the production dependencies, which a change of sources does not move, once they
are there: `--check` does not know of them, and a build that imports a cache does not fetch them to look.",
    bad: Example {
        language: "toml",
        text: "base = \"node:22\"",
    },
    good: Example {
        language: "toml",
        text: "base = \"node:22\"\n\n[image]\nmax_size = \"1.2GB\"",
    },
};

/// A package that is used without being declared.
pub static UNDECLARED_DEPENDENCY: Rule = Rule {
    name: "UndeclaredDependency",
    short: "What a package loads should be among its own dependencies",
    is_experimental: false,
    why: "\
Code of a package, or the command, uses what the root's package.json alone declares. On a developer's machine it is
found there, in whatever version the root has. An image holds what the service and the packages that it uses declare, so
that the build finds out from the finished image what is missing of it, and installs that of the root's dependencies as
well, for development or not. Everything else that installs for production (`pnpm deploy`) leaves it out.

A project of the workspace that the root alone links to is no part of the build of another one. Where a script fails since
it does not find it, that package is built once more as if it declared the project.

The first is looked for where the image can be started: not for another processor than the builder's alone, and not with
`[image] check = false`. A build that finds something makes the image twice, the second time from the cache but for the
install.",
    bad: Example {
        language: "json",
        text: "{ \"name\": \"api\", \"dependencies\": {} }",
    },
    good: Example {
        language: "json",
        text: "{ \"name\": \"api\", \"dependencies\": { \"tslib\": \"^2.8.1\" } }",
    },
};

/// A dependency that compiles when it is installed, and may not.
pub static UNAPPROVED_BUILD: Rule = Rule {
    name: "UnapprovedBuild",
    short: "What compiles when it is installed has to be approved",
    is_experimental: false,
    why: "\
From its version 10 on pnpm runs the install scripts of those packages alone that the repository approves. A package with
native code that is compiled, or fetched, by such a script is installed without its code, and fails when it is loaded, in
the image as on every other machine. `pnpm approve-builds` writes the approval.

npm does so from its version 12 on, and ends well with the others left out: each of these is warned of, since it may be
one that the service does not work without. `npm approve-scripts` writes the approval into `allowScripts` of the root's
package.json, and `npm deny-scripts` that one is to be left out.",
    bad: Example {
        language: "yaml",
        text: "packages:\n  - apps/*",
    },
    good: Example {
        language: "yaml",
        text: "packages:\n  - apps/*\nonlyBuiltDependencies:\n  - bcrypt",
    },
};

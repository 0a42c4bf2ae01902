//! Rules about what must not become public, and about what may do too much.

use crate::warning::{Example, Rule};

/// A credential that the manifest holds.
pub static SECRET_IN_MANIFEST: Rule = Rule {
    name: "SecretInManifest",
    short: "Credentials do not belong in the manifest",
    is_experimental: false,
    why: "\
What a manifest says is in the repository. Environment variables of `[run]`, labels and the command are in the
image besides, where `docker inspect` shows them to everyone who can pull it; those of `[build]` are in the build's
record and in its cache.

Give a build its credentials as secrets, and a service when it is started. A value is taken for a credential where
its variable's name ends in a word such as `PASSWORD`, `SECRET`, `TOKEN` or `API_KEY`, where it has the form of a
well-known token or private key, or where it is a URL with a password in it.",
    bad: Example {
        language: "toml",
        text: "[build]\nenv = { SENTRY_AUTH_TOKEN = \"5e1f0c…\" }\n\n[run]\nenv = { DATABASE_URL = \"postgres://auth:hunter2@db/auth\" }",
    },
    good: Example {
        language: "toml",
        text: "[build]\nsecrets = [{ id = \"SENTRY_AUTH_TOKEN\", env = \"SENTRY_AUTH_TOKEN\" }]\n\n# DATABASE_URL is given by whoever starts the container.",
    },
};

/// A build argument that holds a credential.
pub static SECRET_IN_BUILD_ARG: Rule = Rule {
    name: "SecretInBuildArg",
    short: "Credentials are no build arguments",
    is_experimental: false,
    why: "\
The value of a build argument is in the build's record, in its provenance, and in the keys of its cache: everyone who
can read one of them reads the credential. A secret is in none of them. The name of a declared argument is taken for
that of a credential where it ends in a word such as `PASSWORD`, `SECRET`, `TOKEN` or `API_KEY`.",
    bad: Example {
        language: "toml",
        text: "[build.args]\nSENTRY_AUTH_TOKEN = \"\"",
    },
    good: Example {
        language: "toml",
        text: "[build]\nsecrets = [{ id = \"SENTRY_AUTH_TOKEN\", env = \"SENTRY_AUTH_TOKEN\" }]",
    },
};

/// A credential that `.npmrc` holds.
pub static SECRET_IN_NPMRC: Rule = Rule {
    name: "SecretInNpmrc",
    short: "Credentials do not belong in the repository's .npmrc",
    is_experimental: false,
    why: "\
The line is left out of the build, so that the credential is in no layer and no cache; an install that needs it
fails. Refer to an environment variable instead: each one that `.npmrc` names is filled from the build secret of
the same name (`--secret id=NPM_TOKEN`). Or keep the line in your own `.npmrc` and pass that as the secret `npmrc`.

A credential that was committed should be taken for known, and replaced.",
    bad: Example {
        language: "ini",
        text: "//npm.example.com/:_authToken=npm_4f9a…",
    },
    good: Example {
        language: "ini",
        text: "//npm.example.com/:_authToken=${NPM_TOKEN}",
    },
};

/// A credential among pnpm's settings.
pub static SECRET_IN_SETTINGS: Rule = Rule {
    name: "SecretInSettings",
    short: "Credentials do not belong among pnpm's settings",
    is_experimental: false,
    why: "\
The setting, of `pnpm-workspace.yaml` or of `pnpm` in the root's package.json, is left out of the build, so that the
credential is in no layer and no cache; an install that needs it fails. Keep it in your own `.npmrc` and pass that as
the secret `npmrc`.

A credential that was committed should be taken for known, and replaced.",
    bad: Example {
        language: "yaml",
        text: "httpsProxy: http://build:hunter2@proxy.example.com:3128",
    },
    good: Example {
        language: "sh",
        text: "docker buildx build --secret id=npmrc,src=$HOME/.npmrc -f services/auth/service.toml .",
    },
};

/// A credential in the address of a dependency.
pub static SECRET_IN_DEPENDENCY: Rule = Rule {
    name: "SecretInDependency",
    short: "Credentials do not belong in the address of a dependency",
    is_experimental: false,
    why: "\
The address is in the lockfile, too, and an install has both as they are, since it would not fit otherwise: the credential
is in the build's record and in its cache. No message shows it. Write the address without it, and take the package from a
registry whose token is a secret.

A credential that was committed should be taken for known, and replaced.",
    bad: Example {
        language: "json",
        text: "\"@erp/design\": \"git+https://ghp_4f9a…@github.com/erp/design.git\"",
    },
    good: Example {
        language: "json",
        text: "\"@erp/design\": \"^2.0.0\"",
    },
};

/// A file among the sources that looks like a private key or the like.
pub static SECRET_FILE: Rule = Rule {
    name: "SecretFile",
    short: "Private keys and the like do not belong among the sources",
    is_experimental: false,
    why: "\
A package's directory is copied into the steps that build it, and what the package hands on into the image, where
everyone who can pull it reads the file. Files in which tools keep what they log in with (`.env`, `.npmrc`, `.aws`,
`id_rsa` and their like) are left out of every build by their names. Others are copied, since the package may need them,
and this rule warns of each that steps copy

- that holds a private key, a store of keys or passwords, a state of Terraform, or the token of a well-known service,
  whatever it is called;
- that is called like one (`*.pem`, `*.key`, `*.p12`, `*.jks`, `*.tfstate`, `*.env`, `secrets.*`), unless it shows that
  it is a certificate or a public key;
- that holds settings, by its name (`.*rc`, `*.ini`, `*.conf`, `*.properties`, `*credential*`, `*secret*` and their
  like), and gives a value to a name such as `PASSWORD` or `TOKEN`, or has a URL with a password in it.

The first 32 kB of a file are looked at, of at most 500 files, those with such names first; code, texts for people,
pictures and the like are not. Of what is found nothing is shown.

Write the file into `.dockerignore`, and give it to the container when it is started, or to the build as a secret. A
file that the image is to have is named in `files` of `[run]` by its own path, and is not warned of.",
    bad: Example {
        language: "sh",
        text: "ls services/auth\npackage.json  server.pem  service.toml  src",
    },
    good: Example {
        language: "sh",
        text: "cat .dockerignore\n**/*.pem",
    },
};

/// A service that runs as root.
pub static ROOT_USER: Rule = Rule {
    name: "RootUser",
    short: "Services should not run as root",
    is_experimental: false,
    why: "\
What breaks out of a service that runs as user 0 is root outside of it, too, where no user namespace is in between;
Kubernetes refuses such an image under `runAsNonRoot`. Without the key a service runs as 1001:1001. Directories that
it has to write are listed in `writable`; ports below 1024 can be published from a higher one.",
    bad: Example {
        language: "toml",
        text: "[run]\nuser = \"0:0\"",
    },
    good: Example {
        language: "toml",
        text: "[run]\nwritable = [\"uploads\"]",
    },
};

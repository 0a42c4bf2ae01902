//! Single files from HTTP.

use crate::metadata::{VertexOptions, vertex_options};
use crate::output::Output;
use crate::source::{Attributes, attribute, output};

/// A file to download. Its file system holds just that file.
#[derive(Clone, Debug)]
pub struct Http {
    url: String,
    checksum: String,
    filename: String,
    mode: u32,
    uid: u32,
    gid: u32,
    auth_header_secret: String,
    options: VertexOptions,
}
vertex_options!(Http);

impl Http {
    /// Returns the file at an `http://` or `https://` URL.
    pub fn new(url: impl Into<String>) -> Http {
        Http {
            url: url.into(),
            checksum: String::new(),
            filename: String::new(),
            mode: 0,
            uid: 0,
            gid: 0,
            auth_header_secret: String::new(),
            options: VertexOptions::default(),
        }
    }

    /// Sets the digest (`sha256:...`) that the content must have.
    #[must_use]
    pub fn checksum(mut self, digest: impl Into<String>) -> Http {
        self.checksum = digest.into();
        self
    }

    /// Sets the file's name; without it BuildKit takes the server's or the URL's.
    #[must_use]
    pub fn filename(mut self, name: impl Into<String>) -> Http {
        self.filename = name.into();
        self
    }

    /// Sets the permission bits; 0600 without this call, and for 0.
    #[must_use]
    pub fn mode(mut self, mode: u32) -> Http {
        self.mode = mode & 0o777;
        self
    }

    /// Sets the owner; 0 without this call.
    #[must_use]
    pub fn uid(mut self, uid: u32) -> Http {
        self.uid = uid;
        self
    }

    /// Sets the group; 0 without this call.
    #[must_use]
    pub fn gid(mut self, gid: u32) -> Http {
        self.gid = gid;
        self
    }

    /// Sets the id of the secret that holds an authorization header.
    #[must_use]
    pub fn auth_header_secret(mut self, id: impl Into<String>) -> Http {
        self.auth_header_secret = id.into();
        self
    }

    /// Returns the file system with the file.
    pub fn output(self) -> Output {
        let mut problems = Vec::new();
        if !self.url.starts_with("https://") && !self.url.starts_with("http://") {
            problems.push(format!("{:?} is not an http:// or https:// URL", self.url));
        }
        let number = |number: u32| {
            if number == 0 {
                String::new()
            } else {
                number.to_string()
            }
        };
        let mut attributes = Attributes::default();
        attributes.set(attribute::HTTP_CHECKSUM, self.checksum);
        attributes.set(attribute::HTTP_FILENAME, self.filename);
        let mode = if self.mode == 0 {
            String::new()
        } else {
            format!("0{:o}", self.mode)
        };
        attributes.set(attribute::HTTP_MODE, mode);
        attributes.set(attribute::HTTP_UID, number(self.uid));
        attributes.set(attribute::HTTP_GID, number(self.gid));
        attributes.set(attribute::HTTP_AUTH_HEADER_SECRET, self.auth_header_secret);
        output(self.url, attributes, self.options, false, problems)
    }
}

//! What images weigh, compressed as registries keep them and unpacked as engines do.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Read};

use flate2::Compression;
use flate2::read::{GzDecoder, GzEncoder};

use crate::image::Archive;
use crate::{Image, Layer};

/// What a gzip stream begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The bytes of one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerSizes {
    /// Compressed, as it is pushed; of one that the engine has unpacked alone, what gzip makes of it.
    pub compressed: u64,
    /// Of the tar archive.
    pub unpacked: u64,
}

/// The sizes of layers by the digests of their blobs: each is looked at once.
#[derive(Debug, Default)]
pub struct Sizes {
    known: BTreeMap<String, LayerSizes>,
}

impl Sizes {
    /// Returns the layers of images of one engine, each image's in order, with their sizes.
    pub fn of(&mut self, images: &[&Image]) -> Vec<Vec<(Layer, LayerSizes)>> {
        let Some(first) = images.first() else {
            return Vec::new();
        };
        let names: Vec<&str> = images.iter().map(|image| image.name()).collect();
        let archive = Archive::save(first.docker(), &names);
        let layers: Vec<Vec<Layer>> = names.iter().map(|name| archive.layers_of(name)).collect();
        let unknown: BTreeSet<String> = layers
            .iter()
            .flatten()
            .map(|layer| layer.digest.clone())
            .filter(|digest| !self.known.contains_key(digest))
            .collect();
        self.read(&archive, &unknown);
        let sized = |layer: Layer| {
            let sizes = self.known[&layer.digest];
            (layer, sizes)
        };
        layers
            .into_iter()
            .map(|layers| layers.into_iter().map(sized).collect())
            .collect()
    }

    fn read(&mut self, archive: &Archive, wanted: &BTreeSet<String>) {
        if wanted.is_empty() {
            return;
        }
        let mut archive = tar::Archive::new(archive.open());
        for entry in archive.entries_with_seek().expect("a tar archive") {
            let entry = entry.expect("a tar archive");
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let digest = path
                .strip_prefix("blobs/")
                .map(|path| path.replacen('/', ":", 1))
                .unwrap_or_default();
            if wanted.contains(&digest) {
                let size = entry.size();
                self.known.insert(digest, measure(entry, size));
            }
        }
    }
}

/// Reads a layer's blob of that size to its end.
fn measure(blob: impl Read, size: u64) -> LayerSizes {
    let mut blob = BufReader::new(blob);
    let begins = blob.fill_buf().expect("a blob is read");
    if begins.starts_with(&GZIP) {
        LayerSizes {
            compressed: size,
            unpacked: length(GzDecoder::new(blob)),
        }
    } else {
        LayerSizes {
            compressed: length(GzEncoder::new(blob, Compression::default())),
            unpacked: size,
        }
    }
}

fn length(mut stream: impl Read) -> u64 {
    io::copy(&mut stream, &mut io::sink()).expect("a blob is read")
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::{Compression, GzEncoder, LayerSizes, measure};

    #[test]
    fn a_layer_weighs_the_same_however_the_engine_keeps_it() {
        let tar = [7; 100_000];
        let mut compressed = Vec::new();
        GzEncoder::new(tar.as_slice(), Compression::default())
            .read_to_end(&mut compressed)
            .unwrap();
        let expected = LayerSizes {
            compressed: compressed.len() as u64,
            unpacked: 100_000,
        };
        assert_eq!(measure(tar.as_slice(), 100_000), expected);
        assert_eq!(measure(compressed.as_slice(), compressed.len() as u64), expected);
    }
}

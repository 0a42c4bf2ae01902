//! Which workspace packages of an image share a layer.

use sha2::{Digest as _, Sha256};

/// How many layers packages have beside the service's own. Docker's older store takes 125 layers in all, those of the
/// base among them (moby/moby, `maxLayerDepth` in `layer/layer_store.go`), and every layer is a request to a registry.
const MOST: u64 = 64;

/// Returns packages in groups that each are a layer, in their order. Up to [`MOST`] every package is one on its own, so
/// that a change moves it alone. Of more, those share a layer whose names say so, so that another package, or one less,
/// moves one layer.
pub(super) fn groups<T>(packages: Vec<T>, name: impl Fn(&T) -> &str) -> Vec<Vec<T>> {
    let shares = packages.len() as u64 > MOST;
    let mut groups: Vec<(Option<u64>, Vec<T>)> = Vec::new();
    for package in packages {
        let key = shares.then(|| bucket(name(&package)));
        match groups.iter_mut().find(|(other, _)| shares && *other == key) {
            Some((_, group)) => group.push(package),
            None => groups.push((key, vec![package])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Returns the number of the layer that a name says.
fn bucket(name: &str) -> u64 {
    let digest = Sha256::digest(name);
    let first = digest.iter().take(8);
    first.fold(0, |number, byte| number << 8 | u64::from(*byte)) % MOST
}

/// Returns what a layer of packages is called: the first of their names, and how many there are more.
pub(super) fn title(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => (*name).to_owned(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count)
            .map(|number| format!("packages/p{number:03}"))
            .collect()
    }

    fn grouped(names: &[String]) -> Vec<Vec<&String>> {
        groups(names.iter().collect(), |name| name)
    }

    #[test]
    fn few_packages_have_a_layer_each() {
        let names = names(64);
        let alone: Vec<Vec<&String>> = names.iter().map(|name| vec![name]).collect();
        assert_eq!(grouped(&names), alone);
    }

    #[test]
    fn many_packages_share_layers_and_none_is_lost() {
        for count in [65, 120, 400, 999] {
            let names = names(count);
            let groups = grouped(&names);
            assert!(groups.len() <= 64 && groups.len() > 30, "{}", groups.len());
            let mut all: Vec<&String> = groups.into_iter().flatten().collect();
            all.sort();
            assert_eq!(all, names.iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_package_more_moves_one_layer() {
        let names = names(300);
        let (before, after) = (grouped(&names[1..]), grouped(&names));
        let moved = after.iter().filter(|group| !before.contains(group));
        assert_eq!(moved.count(), 1);
    }

    #[test]
    fn a_layer_is_called_by_its_first_package() {
        assert_eq!(title(&["a"]), "a");
        assert_eq!(title(&["a", "b", "c"]), "a and 2 more");
    }
}

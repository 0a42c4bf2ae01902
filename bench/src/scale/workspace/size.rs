//! How large a workspace is, and what depends on what.

/// The fewest packages: a deepest one, and another that depends on it.
const FEWEST: usize = 2;
/// The most packages: names have as many digits.
const MOST: usize = 999;

/// How the packages depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    /// Each on the deepest, and the service on all.
    Wide,
    /// Each on the one before, and the service on the last.
    Chain,
}

impl Shape {
    /// All, in the order in which they are measured and reported.
    pub(crate) const ALL: [Self; 2] = [Self::Wide, Self::Chain];

    /// Returns the name that sizes have.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Chain => "chain",
        }
    }
}

/// How large a workspace is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Size {
    /// How its packages depend on each other.
    pub(crate) shape: Shape,
    /// Its packages, without the service.
    pub(crate) packages: usize,
    /// The published packages in the lockfile.
    pub(crate) externals: usize,
}

impl Size {
    /// Returns the name, such as `wide-50-300`.
    pub(crate) fn name(self) -> String {
        format!("{}-{}-{}", self.shape.name(), self.packages, self.externals)
    }

    /// Returns the size of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let mut words = name.split('-');
        let shape = words.next()?;
        let shape = Shape::ALL.into_iter().find(|one| one.name() == shape)?;
        let packages = Self::packages(words.next()?)?;
        let externals = words.next()?.parse().ok()?;
        words.next().is_none().then_some(Self {
            shape,
            packages,
            externals,
        })
    }

    /// Reads a number of packages.
    pub(crate) fn packages(text: &str) -> Option<usize> {
        let packages = text.parse().ok();
        packages.filter(|packages| (FEWEST..=MOST).contains(packages))
    }

    /// Returns what stands for a package in names; the deepest is number 1.
    pub(crate) fn stem(self, number: usize) -> String {
        format!("p{number:03}")
    }

    /// Returns a package's directory.
    pub(crate) fn directory(self, number: usize) -> String {
        format!("packages/{}", self.stem(number))
    }

    /// Returns the packages that one depends on.
    pub(crate) fn dependencies(self, number: usize) -> Vec<usize> {
        match (self.shape, number) {
            (_, 1) => Vec::new(),
            (Shape::Wide, _) => vec![1],
            (Shape::Chain, _) => vec![number - 1],
        }
    }

    /// Returns the packages that the service depends on.
    pub(crate) fn of_service(self) -> Vec<usize> {
        match self.shape {
            Shape::Wide => (1..=self.packages).collect(),
            Shape::Chain => vec![self.packages],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Shape, Size};

    #[test]
    fn a_size_is_read_by_its_name() {
        let size = Size {
            shape: Shape::Chain,
            packages: 7,
            externals: 40,
        };
        assert_eq!(Size::named("chain-7-40"), Some(size));
        assert_eq!(Size::named(&size.name()), Some(size));
        for wrong in [
            "chain",
            "chain-7",
            "chain-1-40",
            "chain-1000-40",
            "deep-7-40",
            "wide-7-40-2",
            "wide--7-3",
        ] {
            assert_eq!(Size::named(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn all_packages_reach_the_deepest_and_the_service_all_packages() {
        for shape in Shape::ALL {
            let size = Size {
                shape,
                packages: 30,
                externals: 0,
            };
            let mut reached = vec![];
            let mut left = size.of_service();
            while let Some(number) = left.pop() {
                if !reached.contains(&number) {
                    reached.push(number);
                    left.extend(size.dependencies(number));
                    assert!(number == 1 || !size.dependencies(number).is_empty());
                }
            }
            reached.sort_unstable();
            assert_eq!(reached, (1..=30).collect::<Vec<_>>(), "{shape:?}");
        }
    }
}

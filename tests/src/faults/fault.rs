//! What goes wrong in a round, and when.

use super::moment::{Moment, Phase};
use super::npm_registry::{Disorder, Wrong};
use super::packages::Lie;
use super::random::Random;
use super::store::Damage;

/// The kinds of faults, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    ClientInterrupted,
    ClientKilled,
    EngineKilled,
    RegistryRefuses,
    RegistryStalls,
    RegistryTruncates,
    RegistryAnswers404,
    RegistryAnswers429,
    RegistryAnswers500,
    RegistryLies,
    DiskFull,
    CachesEmptied,
    StoreDamaged,
    ManyAtOnce,
}

/// What programs say of a registry that refuses connections, those included that wait to be accepted.
pub(super) const REFUSED: [&str; 3] = ["refused", "reset", "hang up"];

/// How the caches of an engine are emptied while builds use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Emptying {
    /// By `docker buildx prune` with this argument.
    Prune(&'static str),
    /// By a step of somebody else's build, which removes all files of the store of packages.
    Step,
}

impl Emptying {
    const ALL: [Self; 4] = [
        Self::Prune("--all"),
        Self::Prune("--filter=type=exec.cachemount"),
        Self::Prune("--filter=type=regular"),
        Self::Step,
    ];
}

/// A fault, with all that was drawn for it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    Signal(&'static str, Moment),
    EngineKilled(Moment),
    Registry(Disorder),
    /// Megabytes that are left.
    DiskFull(u64, Moment),
    CachesEmptied(Emptying, Moment),
    StoreDamaged(Damage),
    /// What the registry does meanwhile.
    ManyAtOnce(Option<Disorder>),
}

/// A fault, and to how many builds it happens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) fault: Fault,
    pub(super) builds: u64,
}

impl Kind {
    pub(super) const ALL: [Self; 14] = [
        Self::ClientInterrupted,
        Self::ClientKilled,
        Self::EngineKilled,
        Self::RegistryRefuses,
        Self::RegistryStalls,
        Self::RegistryTruncates,
        Self::RegistryAnswers404,
        Self::RegistryAnswers429,
        Self::RegistryAnswers500,
        Self::RegistryLies,
        Self::DiskFull,
        Self::CachesEmptied,
        Self::StoreDamaged,
        Self::ManyAtOnce,
    ];

    /// Returns the kind of a round: each once in as many rounds as there are, in an order that follows from the seed.
    pub(super) fn of_round(seed: u64, round: u64) -> Self {
        let mut deck = Self::ALL;
        let count = deck.len() as u64;
        Random::of(seed, u64::MAX - round / count).shuffle(&mut deck);
        deck[usize::try_from(round % count).expect("an index")]
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ClientInterrupted => "client interrupted",
            Self::ClientKilled => "client killed",
            Self::EngineKilled => "engine killed",
            Self::RegistryRefuses => "registry refuses",
            Self::RegistryStalls => "registry stalls",
            Self::RegistryTruncates => "registry truncates",
            Self::RegistryAnswers404 => "registry answers 404",
            Self::RegistryAnswers429 => "registry answers 429",
            Self::RegistryAnswers500 => "registry answers 500",
            Self::RegistryLies => "registry lies",
            Self::DiskFull => "disk full",
            Self::CachesEmptied => "caches emptied",
            Self::StoreDamaged => "package store damaged",
            Self::ManyAtOnce => "many builds at once",
        }
    }
}

impl Plan {
    /// Draws a fault of a kind; of many builds at once there are no more than `most`.
    pub(super) fn draw(kind: Kind, random: &mut Random, most: u64) -> Self {
        let mut builds = 1;
        let fault = match kind {
            Kind::ClientInterrupted => Fault::Signal("INT", anywhere(random)),
            Kind::ClientKilled => Fault::Signal("KILL", anywhere(random)),
            Kind::EngineKilled => Fault::EngineKilled(anywhere(random)),
            Kind::RegistryRefuses => disorder(random, Wrong::Refuses),
            Kind::RegistryStalls => disorder(random, Wrong::Stalls),
            Kind::RegistryTruncates => disorder(random, Wrong::Truncates),
            Kind::RegistryAnswers404 => disorder(random, Wrong::Answers(404)),
            Kind::RegistryAnswers429 => disorder(random, Wrong::Answers(429)),
            Kind::RegistryAnswers500 => disorder(random, Wrong::Answers(500)),
            Kind::RegistryLies => {
                let lie = random.choose(&Lie::ALL);
                disorder(random, Wrong::Lies(lie))
            }
            Kind::DiskFull => Fault::DiskFull(random.below(2), anywhere(random)),
            Kind::CachesEmptied => {
                builds = 1 + random.below(3);
                let phase = Phase::draw_of_installs(random);
                Fault::CachesEmptied(random.choose(&Emptying::ALL), Moment::draw(phase, random))
            }
            Kind::StoreDamaged => {
                builds = 1 + random.below(3);
                Fault::StoreDamaged(random.choose(&Damage::SOME))
            }
            Kind::ManyAtOnce => {
                builds = random.choose(&[3, 4, 5, 14]);
                let shaky = Disorder {
                    wrong: random.choose(&[Wrong::Truncates, Wrong::Answers(500)]),
                    after: random.below(6),
                    count: Some(2),
                };
                Fault::ManyAtOnce((random.below(2) == 1).then_some(shaky))
            }
        };
        Self {
            fault,
            builds: builds.min(most),
        }
    }

    /// Returns the moment at which it happens, where it is not there from the beginning.
    pub(super) fn moment(&self) -> Option<Moment> {
        match self.fault {
            Fault::Signal(_, moment)
            | Fault::EngineKilled(moment)
            | Fault::DiskFull(_, moment)
            | Fault::CachesEmptied(_, moment) => Some(moment),
            Fault::Registry(_) | Fault::StoreDamaged(_) | Fault::ManyAtOnce(_) => None,
        }
    }

    /// Returns what an error may say of the cause, in small letters; a list without words is that of a fault that no
    /// build fails of.
    pub(super) fn words(&self) -> &'static [&'static str] {
        match self.fault {
            Fault::Signal(..) => &["cancel", "interrupt", "signal"],
            Fault::EngineKilled(_) => &["eof", "unavailable", "connect", "closed", "reset"],
            Fault::Registry(Disorder { wrong, count, .. }) => match (wrong, count) {
                (Wrong::Lies(_), _) => &["integrity", "checksum", "sha512"],
                (Wrong::Answers(404), _) => &["404"],
                (Wrong::Refuses, _) => &REFUSED,
                // pnpm tries a request three times.
                (_, Some(_)) => &[],
                (Wrong::Stalls | Wrong::Truncates, None) => &[
                    "timeout",
                    "timed out",
                    "terminated",
                    "aborted",
                    "closed",
                    "hang up",
                    "reset",
                    "premature",
                    "integrity",
                    "tarball_size",
                    "bad_tarball",
                    "reading a body",
                    "decoding response body",
                    "end of file",
                ],
                (Wrong::Answers(429), None) => &["429"],
                (Wrong::Answers(_), None) => &["500"],
            },
            Fault::DiskFull(..) => &["no space left", "enospc", "disk is full"],
            Fault::CachesEmptied(..) | Fault::StoreDamaged(_) | Fault::ManyAtOnce(_) => &[],
        }
    }

    /// Says whether the store of packages is to be empty before: where the registry must be asked.
    pub(super) fn needs_empty_store(&self) -> bool {
        let is_disordered = matches!(self.fault, Fault::Registry(_) | Fault::ManyAtOnce(Some(_)));
        let downloads = |moment: Moment| matches!(moment.phase, Phase::Downloads(_));
        is_disordered || self.moment().is_some_and(downloads)
    }

    /// Returns all of it in a few words.
    pub(super) fn told(&self) -> String {
        let builds = self.builds;
        match self.fault {
            Fault::Signal(_, moment) | Fault::EngineKilled(moment) => moment.to_string(),
            Fault::Registry(disorder) => told(&disorder),
            Fault::DiskFull(left, moment) => format!("{left} MB left, {moment}"),
            Fault::CachesEmptied(Emptying::Prune(what), moment) => {
                format!("prune {what}, {moment}, {builds} builds")
            }
            Fault::CachesEmptied(Emptying::Step, moment) => {
                format!("by another build, {moment}, {builds} builds")
            }
            Fault::StoreDamaged(damage) => format!("{}, {builds} builds", damage.as_str()),
            Fault::ManyAtOnce(None) => format!("{builds} builds"),
            Fault::ManyAtOnce(Some(disorder)) => format!("{builds} builds, {}", told(&disorder)),
        }
    }
}

fn anywhere(random: &mut Random) -> Moment {
    let phase = Phase::draw(random);
    Moment::draw(phase, random)
}

fn disorder(random: &mut Random, wrong: Wrong) -> Fault {
    let count = random.choose(&[None, None, Some(1), Some(2)]);
    // A second without a registry is to be one in which somebody asks it.
    let first = u64::from(wrong == Wrong::Refuses && count.is_some());
    Fault::Registry(Disorder {
        wrong,
        after: first + random.below(4 - first),
        count,
    })
}

fn told(disorder: &Disorder) -> String {
    let count = disorder
        .count
        .map_or("for ever".to_owned(), |count| format!("{count} times"));
    format!("{:?} after {} requests, {count}", disorder.wrong, disorder.after)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Kind, Plan};
    use crate::faults::random::Random;

    #[test]
    fn every_kind_has_its_round_in_an_order_of_the_seed() {
        let count = Kind::ALL.len() as u64;
        let deck = |seed, first: u64| -> Vec<Kind> {
            (first..first + count)
                .map(|round| Kind::of_round(seed, round))
                .collect()
        };
        for first in [0, count] {
            assert_eq!(
                deck(1, first).into_iter().collect::<BTreeSet<_>>().len(),
                Kind::ALL.len()
            );
        }
        assert_ne!(deck(1, 0), deck(1, count));
        assert_ne!(deck(1, 0), deck(2, 0));
    }

    #[test]
    fn a_round_follows_from_the_seed_and_its_number() {
        let told = |seed, round| {
            let draw = |kind| Plan::draw(kind, &mut Random::of(seed, round), 14).told();
            Kind::ALL.map(draw)
        };
        assert_eq!(told(1, 5), told(1, 5));
        assert_ne!(told(1, 5), told(1, 6));
        assert_ne!(told(1, 5), told(2, 5));
    }
}

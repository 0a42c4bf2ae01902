//! What became of builds with a fault.

use super::fault::{Fault, Plan, REFUSED};
use super::npm_registry::Wrong;
use super::report::Outcome;
use crate::build::{Attempt, is_crash};

/// Says whether a fault changed anything for the builds: by what went wrong, and by how they ended.
pub(super) fn took_hold(
    plan: &Plan,
    changed: u64,
    outcomes: &[Outcome],
    ended: &[Result<Attempt, String>],
) -> bool {
    let failed = outcomes.iter().any(|outcome| !matches!(outcome, Outcome::Right));
    let printed = |words: &[&str]| {
        let mut logs = ended.iter().flatten().map(|attempt| &attempt.log);
        logs.any(|log| has_any(log, words))
    };
    match plan.fault {
        Fault::Signal(..) | Fault::EngineKilled(_) => failed,
        Fault::DiskFull(..) => failed || printed(plan.words()),
        // Nobody counts connections that are refused but those who try.
        Fault::Registry(disorder) if disorder.wrong == Wrong::Refuses => failed || printed(&REFUSED),
        Fault::Registry(_) | Fault::CachesEmptied(..) | Fault::StoreDamaged(_) => failed || changed > 0,
        Fault::ManyAtOnce(_) => plan.builds > 1,
    }
}

/// Says whether a text has one of some words, which are in small letters.
fn has_any(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    words.iter().any(|word| text.contains(word))
}

/// Judges how a build with a fault ended.
pub(super) fn judge(plan: &Plan, right: &str, ended: &Result<Attempt, String>) -> Outcome {
    let attempt = match ended {
        Ok(attempt) => attempt,
        Err(why) => return Outcome::Wrong(why.clone()),
    };
    match &attempt.image {
        Some(image) if image.digest() == right => Outcome::Right,
        Some(image) => Outcome::Wrong(format!("the image is {}, not {right}", image.digest())),
        // Who is killed says nothing.
        None if matches!(plan.fault, Fault::Signal("KILL", _)) => Outcome::Refused("no words".to_owned()),
        None => refused(plan, &attempt.said, &attempt.log),
    }
}

/// Judges an error: one, with the cause in it or in what the step printed above it, and not the frontend's own end.
fn refused(plan: &Plan, error: &str, log: &str) -> Outcome {
    let said = |why: &str| Outcome::Wrong(format!("{why}:\n{error}\n{log}"));
    let words = plan.words();
    if words.is_empty() {
        return said("no build fails of this");
    }
    let errors: Vec<&str> = error.lines().filter(|line| line.starts_with("ERROR: ")).collect();
    let [line] = errors.as_slice() else {
        return said("one error is expected");
    };
    if !matches!(plan.fault, Fault::EngineKilled(_)) && is_crash(error) {
        return said("the frontend did not end cleanly");
    }
    if !has_any(error, words) && !has_any(log, words) {
        return said("the error does not say why");
    }
    Outcome::Refused(line.chars().take(160).collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{judge, refused, took_hold};
    use crate::build::Attempt;
    use crate::faults::fault::{Fault, Plan};
    use crate::faults::moment::{Moment, Phase};
    use crate::faults::npm_registry::{Disorder, Wrong};
    use crate::faults::report::Outcome;

    fn registry(wrong: Wrong, count: Option<u64>) -> Plan {
        Plan {
            fault: Fault::Registry(Disorder {
                wrong,
                after: 0,
                count,
            }),
            builds: 1,
        }
    }

    fn failed(said: &str, log: &str) -> Result<Attempt, String> {
        Ok(Attempt {
            image: None,
            said: said.to_owned(),
            log: log.to_owned(),
            failed: String::new(),
        })
    }

    fn is_clear(plan: &Plan, said: &str, log: &str) -> bool {
        matches!(judge(plan, "sha256:1", &failed(said, log)), Outcome::Refused(_))
    }

    #[test]
    fn an_error_is_clear_that_has_its_cause_in_it_or_above_it() {
        let plan = registry(Wrong::Refuses, None);
        let said = "ERROR: failed to solve: exit code: 1\n";
        assert!(is_clear(&plan, said, "GET error (ECONNREFUSED)"));
        assert!(is_clear(&plan, "ERROR: Connection refused\n", ""));
        assert!(!is_clear(&plan, said, "something failed"));
        assert!(!is_clear(&plan, "", "ECONNREFUSED"), "no error at all");
        let twice = "ERROR: refused\nERROR: refused\n";
        assert!(!is_clear(&plan, twice, ""), "two errors");
        let crash = "ERROR: refused: frontend grpc server closed unexpectedly\n";
        assert!(!is_clear(&plan, crash, ""), "the end of the frontend");
    }

    #[test]
    fn a_fault_that_no_build_fails_of_has_no_clear_error() {
        let plan = registry(Wrong::Answers(500), Some(1));
        assert!(matches!(refused(&plan, "ERROR: 500\n", "500"), Outcome::Wrong(_)));
    }

    #[test]
    fn what_did_not_end_is_wrong() {
        let plan = registry(Wrong::Stalls, None);
        let ended = Err("it had not ended".to_owned());
        assert!(matches!(judge(&plan, "", &ended), Outcome::Wrong(_)));
    }

    #[test]
    fn a_fault_took_hold_that_somebody_met() {
        let met = |plan: &Plan, changed, outcome: &Outcome, log: &str| {
            took_hold(plan, changed, std::slice::from_ref(outcome), &[failed("", log)])
        };
        let lies = registry(Wrong::Answers(500), None);
        assert!(met(&lies, 1, &Outcome::Right, ""));
        assert!(!met(&lies, 0, &Outcome::Right, ""));
        let refuses = registry(Wrong::Refuses, Some(1));
        assert!(met(
            &refuses,
            0,
            &Outcome::Right,
            "GET error (ECONNREFUSED). Will retry"
        ));
        assert!(!met(&refuses, 1, &Outcome::Right, ""));
        let killed = Plan {
            fault: Fault::EngineKilled(Moment {
                phase: Phase::Exports,
                after: Duration::ZERO,
            }),
            builds: 1,
        };
        assert!(met(&killed, 0, &Outcome::Refused(String::new()), ""));
        assert!(!met(&killed, 0, &Outcome::Right, ""));
    }
}

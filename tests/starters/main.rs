//! Makes the projects of `tests/starters/starters.yaml`, builds each from one line, runs and asks it, and prints a table.
//!
//! `cargo run -p vextrus-e2e --bin starters -- ONLY=nest,hono RELOCK=1`; each may be left out. RELOCK makes the lockfiles
//! anew that the tests have, and tries nothing.

use std::process::ExitCode;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use vextrus_e2e::{Docker, Starter, Starters, abort, is_aborted, starters_table};

fn main() -> ExitCode {
    // Whoever catches a failure tells it in its place.
    std::panic::set_hook(Box::new(|_| ()));
    let mut signals = match Signals::new([SIGINT, SIGTERM, SIGHUP]) {
        Ok(signals) => signals,
        Err(error) => {
            println!("signals cannot be received: {error}");
            return ExitCode::FAILURE;
        }
    };
    std::thread::spawn(move || {
        for _ in signals.forever() {
            eprintln!("\naborted: what was made is removed");
            abort();
        }
    });
    let (mut only, mut relock) = (Vec::new(), false);
    for word in std::env::args().skip(1) {
        match word.split_once('=') {
            Some(("ONLY", names)) => only = names.split(',').map(str::to_owned).collect(),
            Some(("RELOCK", value)) => relock = !value.is_empty(),
            _ => {
                println!("`{word}` is not ONLY= with names, or RELOCK=1");
                return ExitCode::from(2);
            }
        }
    }
    let mut chosen = Starter::all();
    if let Some(unknown) = only
        .iter()
        .find(|name| chosen.iter().all(|one| one.name != **name))
    {
        let names: Vec<&str> = chosen.iter().map(|one| one.name.as_str()).collect();
        println!("`{unknown}` is none of {}", names.join(", "));
        return ExitCode::from(2);
    }
    chosen.retain(|one| only.is_empty() || only.contains(&one.name));
    let starters = Starters::new(&Docker::default());
    if relock {
        chosen.retain(|one| one.tested);
        return lock(&starters, &chosen);
    }
    let mut tried = Vec::new();
    for starter in chosen {
        if is_aborted() {
            break;
        }
        let one = starters.run(&starter);
        let verdict = if one.is_right() {
            "right".to_owned()
        } else {
            one.failure()
        };
        println!(
            "{} ({:.0} s): {verdict}\n",
            starter.name,
            one.took().as_secs_f64()
        );
        tried.push(one);
    }
    println!("{}", starters_table(&tried));
    let right = tried.iter().filter(|one| one.is_right()).count();
    println!("{right} of {} are right", tried.len());
    ExitCode::from(u8::from(is_aborted() || right < tried.len()))
}

fn lock(starters: &Starters, chosen: &[Starter]) -> ExitCode {
    for starter in chosen {
        if let Err(why) = starters.relock(starter) {
            println!("{}: {why}", starter.name);
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

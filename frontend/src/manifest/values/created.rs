//! The date of an image.

use std::fmt;
use std::str::FromStr;

use toml::value::{Datetime, Offset};

use super::{Text, text_value};

/// The date that an image and its history carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// That of the commit that is built.
    Commit,
    /// One that the manifest names.
    At {
        /// As it is written.
        text: String,
        /// In seconds since 1970.
        seconds: i64,
    },
}

impl FromStr for Created {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "commit" {
            return Ok(Self::Commit);
        }
        let date: Datetime = text.parse().map_err(|_| "is no date")?;
        let (Some(day), Some(time), Some(offset)) = (date.date, date.time, date.offset) else {
            return Err("has no day, time or zone".to_owned());
        };
        let minutes = match offset {
            Offset::Z => 0,
            Offset::Custom { minutes } => i64::from(minutes),
        };
        let days = days(i64::from(day.year), i64::from(day.month), i64::from(day.day));
        let (hour, minute) = (i64::from(time.hour), i64::from(time.minute));
        let second = i64::from(time.second.unwrap_or_default());
        let seconds = ((days * 24 + hour) * 60 + minute - minutes) * 60 + second;
        if seconds < 0 {
            return Err("is before 1970".to_owned());
        }
        Ok(Self::At {
            text: text.to_owned(),
            seconds,
        })
    }
}

/// Returns the days from 1970 to a day of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that a leap day is the last of its year.
    let (year, month) = match month {
        ..=2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

impl fmt::Display for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Commit => "commit",
            Self::At { text, .. } => text,
        })
    }
}

impl Text for Created {
    const WRITE: &'static str =
        "`\"commit\"`, or a date with its time and zone such as `\"2026-11-28T12:00:00Z\"`";
    const EXAMPLES: &'static [&'static str] = &["commit", "2026-11-28T12:00:00Z"];
}

text_value!(Created);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_counted_in_utc() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2026-11-28T12:00:00Z", 1_795_867_200),
            ("2026-11-28T13:00:00+01:00", 1_795_867_200),
            ("2026-11-28 07:00:00.5-05:00", 1_795_867_200),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] {
            let Ok(Created::At { seconds, .. }) = text.parse() else {
                panic!("{text}")
            };
            assert_eq!(seconds, expected, "{text}");
            assert!(crate::result::rfc3339(seconds).is_some(), "{text}");
        }
        assert_eq!("commit".parse(), Ok(Created::Commit));
        for wrong in [
            "",
            "Commit",
            "2026-13-01T00:00:00Z",
            "2026-11-28T12:00:00",
            "1970-01-01T00:00:00+01:00",
        ] {
            assert!(wrong.parse::<Created>().is_err(), "{wrong}");
        }
    }
}

//! Times and sizes.

use std::str::FromStr;
use std::time::Duration;

use super::{Text, text_value};

/// A length of time, written `30s`, `1m30s` or `500ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(pub Duration);

const TIME_UNITS: &[(&str, u64)] = &[("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

/// The longest period; Docker's health check counts nanoseconds in 64 bits, and nobody waits longer.
const LONGEST: u64 = 24 * 3_600_000;

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let mut total: u64 = 0;
        let mut last = u64::MAX;
        if text.is_empty() {
            return Err("is empty".to_owned());
        }
        while !rest.is_empty() {
            let (digits, after) = split_where(rest, |c| !c.is_ascii_digit());
            let (unit, after) = split_where(after, |c| c.is_ascii_digit());
            if unit.is_empty() {
                return Err("has no unit".to_owned());
            }
            let number: u64 = digits.parse().map_err(|_| "is not a length of time")?;
            let (_, length) = TIME_UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(|| {
                let units: Vec<&str> = TIME_UNITS.iter().map(|(name, _)| *name).collect();
                format!("has a unit other than {}", units.join(", "))
            })?;
            if *length >= last {
                return Err("does not have its units from large to small".to_owned());
            }
            last = *length;
            total = total.saturating_add(number.saturating_mul(*length));
            rest = after;
        }
        if total > LONGEST {
            return Err("is longer than a day".to_owned());
        }
        Ok(Self(Duration::from_millis(total)))
    }
}

impl Text for Period {
    const WRITE: &'static str = "a length of time such as `\"30s\"` or `\"1m30s\"`";
    const EXAMPLES: &'static [&'static str] = &["30s", "1m30s", "500ms"];
}

/// A number of bytes, written `500MB` (powers of 1000) or `512MiB` (powers of 1024).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

const SIZE_UNITS: &[(&str, u64)] = &[
    ("B", 1),
    ("kB", 1000),
    ("KB", 1000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = split_where(text, |c| !c.is_ascii_digit() && c != '.');
        let unit = unit.strip_prefix(' ').unwrap_or(unit);
        if unit.is_empty() && !number.is_empty() {
            return Err("has no unit".to_owned());
        }
        let (_, size) = SIZE_UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or("does not end in B, kB, MB, GB, KiB, MiB or GiB")?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| match text.len() {
            1..=9 if text.bytes().all(|b| b.is_ascii_digit()) => text.parse::<u128>().ok(),
            _ => None,
        };
        let (Some(whole), Some(parts)) = (digits(whole), digits(fraction)) else {
            return Err("is not a number and a unit".to_owned());
        };
        let scale = 10_u128.pow(u32::try_from(fraction.len()).unwrap_or(0));
        let bytes = whole * u128::from(*size) + parts * u128::from(*size) / scale;
        match u64::try_from(bytes) {
            Ok(0) => Err("is nothing".to_owned()),
            Ok(bytes) => Ok(Self(bytes)),
            Err(_) => Err("is too large".to_owned()),
        }
    }
}

impl Text for ByteSize {
    const WRITE: &'static str = "a size such as `\"500MB\"` or `\"512MiB\"`";
    const EXAMPLES: &'static [&'static str] = &["500MB", "512MiB", "1.5GB"];
}

text_value!(Period, ByteSize);

/// Splits before the first character for which `ends` holds.
fn split_where(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

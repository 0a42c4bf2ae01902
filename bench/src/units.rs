//! Quantities for people.

/// Returns bytes with the unit that leaves one to three digits before the point, as Docker does.
pub(crate) fn bytes(bytes: u64) -> String {
    let units = ["B", "kB", "MB", "GB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    let name = units.get(unit).copied().unwrap_or_default();
    match value {
        _ if unit == 0 => format!("{value:.0} {name}"),
        value if value < 9.995 => format!("{value:.2} {name}"),
        value if value < 99.95 => format!("{value:.1} {name}"),
        value => format!("{value:.0} {name}"),
    }
}

/// Returns seconds with two digits that matter.
pub(crate) fn seconds(seconds: f64) -> String {
    if seconds < 9.995 {
        format!("{seconds:.2} s")
    } else {
        format!("{seconds:.1} s")
    }
}

/// Returns how many times as much one is as another, or nothing where the other is none.
pub(crate) fn ratio(value: f64, ours: f64) -> String {
    match value / ours {
        ratio if !ratio.is_finite() => String::new(),
        ratio if ratio < 9.95 => format!("{ratio:.1}×"),
        ratio => format!("{}×", thousands(ratio.round() as u64)),
    }
}

/// Returns a whole number with commas.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{bytes, ratio, seconds};

    #[test]
    fn quantities_are_short() {
        assert_eq!(
            [0, 999, 3_500, 45_000_000, 999_600, 7_190_000_000].map(bytes),
            ["0 B", "999 B", "3.50 kB", "45.0 MB", "1.00 MB", "7.19 GB"]
        );
        assert_eq!([0.412, 71.06].map(seconds), ["0.41 s", "71.1 s"]);
        assert_eq!(
            [(3.0, 2.0), (129_000.0, 10.0), (1.0, 0.0)].map(|(value, ours)| ratio(value, ours)),
            ["1.5×", "12,900×", ""]
        );
    }
}

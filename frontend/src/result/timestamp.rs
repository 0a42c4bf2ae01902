//! The one date that an image may carry: `SOURCE_DATE_EPOCH`.

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Returns seconds since 1970 in UTC as RFC 3339, such as `2026-01-31T23:59:59Z`; a year beyond 9999, which
/// that form does not have, is `None`, as is a time before 1970.
pub fn rfc3339(epoch: i64) -> Option<String> {
    if epoch < 0 {
        return None;
    }
    let (year, month, day) = civil(epoch / DAY);
    let second = epoch % DAY;
    (year <= 9999).then(|| {
        format!(
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    })
}

/// Returns year, month and day of a day counted from 1970-01-01, by the Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    // Counted from 0000-03-01, a leap day is the last of its year and the months repeat every five.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (400 * era + year + next, month, day)
}

//! Days as they are written in lists.

/// `2026-01-31`, of milliseconds since 1970 in UTC.
pub(super) fn day_text(ms: i64) -> String {
    // Days to a date (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    let days = ms.div_euclid(86_400_000) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let check = |ms: i64, expected: &str| assert_eq!(day_text(ms), expected, "{ms}");
        check(0, "1970-01-01");
        check(951_782_400_000, "2000-02-29");
        check(1_767_225_599_999, "2025-12-31");
        check(-1, "1969-12-31");
    }
}

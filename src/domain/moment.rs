//! A moment as text, in UTC: `2026-03-01 09:30 UTC`, `2026-03-01`.

/// The minute, of milliseconds since 1970.
pub fn utc_text(ms: i64) -> String {
    let of_day = ms.div_euclid(60_000).rem_euclid(1440);
    format!("{} {:02}:{:02} UTC", day_text(ms), of_day / 60, of_day % 60)
}

/// The second, by a clock so far from UTC; [`zone_text`] names that clock.
pub fn local_text(ms: i64, utc_offset_secs: i64) -> String {
    let local_ms = ms + 1000 * utc_offset_secs;
    let secs = local_ms.div_euclid(1000).rem_euclid(24 * 3600);
    format!("{} {:02}:{:02}:{:02}", day_text(local_ms), secs / 3600, secs / 60 % 60, secs % 60)
}

/// `UTC`, `UTC+07:00`, `UTC-03:30`: a name of a country's time says less, and changes twice a year.
pub fn zone_text(utc_offset_secs: i64) -> String {
    let minutes = utc_offset_secs.abs() / 60;
    match utc_offset_secs {
        0 => "UTC".to_owned(),
        east if east > 0 => format!("UTC+{:02}:{:02}", minutes / 60, minutes % 60),
        _ => format!("UTC-{:02}:{:02}", minutes / 60, minutes % 60),
    }
}

/// The day, of milliseconds since 1970, by the proleptic Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms").
pub fn day_text(ms: i64) -> String {
    let days = ms.div_euclid(86_400_000) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// When a day begins, in milliseconds since 1970; `None` for what is no day of the form `2026-03-01`. The same source.
pub fn day_start_ms(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, '-');
    let mut part = |digits: usize| -> Option<i64> {
        let part = parts.next()?;
        (part.len() == digits && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok()).flatten()
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    let from_march = (month + 9) % 12;
    let year_from_march = year - i64::from(month <= 2);
    let era = year_from_march.div_euclid(400);
    let year_of_era = year_from_march.rem_euclid(400);
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let ms = (era * 146_097 + day_of_era - 719_468) * 86_400_000;
    // A 31 June is no day: it would come out as another one.
    (day_text(ms) == text).then_some(ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_its_text_says() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("2000-02-29", Some(951_782_400_000)),
            ("2000-03-01", Some(951_868_800_000)),
            ("2100-03-01", Some(4_107_542_400_000)),
            ("2026-06-31", None),
            ("2026-13-01", None),
            ("2026-00-10", None),
            ("2026-3-1", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(day_start_ms(text), expected, "{text}");
        }
    }

    #[test]
    fn a_clock_elsewhere_shows_its_own_day_and_is_named() {
        for (ms, offset, expected, zone) in [
            (0, 0, "1970-01-01 00:00:00", "UTC"),
            (0, 7 * 3600, "1970-01-01 07:00:00", "UTC+07:00"),
            (0, -12_600, "1969-12-31 20:30:00", "UTC-03:30"),
            (61_999, 20_700, "1970-01-01 05:46:01", "UTC+05:45"),
        ] {
            assert_eq!((local_text(ms, offset).as_str(), zone_text(offset).as_str()), (expected, zone));
        }
    }

    #[test]
    fn moments_are_those_of_the_calendar() {
        for (ms, expected) in [
            (0, "1970-01-01 00:00 UTC"),
            (-1, "1969-12-31 23:59 UTC"),
            (951_782_399_000, "2000-02-28 23:59 UTC"),
            (951_782_400_000, "2000-02-29 00:00 UTC"),
            (951_868_800_000, "2000-03-01 00:00 UTC"),
            (1_767_225_599_999, "2025-12-31 23:59 UTC"),
            (4_107_542_400_000, "2100-03-01 00:00 UTC"),
        ] {
            assert_eq!(utc_text(ms), expected);
            assert_eq!(day_text(ms), expected[..10]);
        }
    }
}

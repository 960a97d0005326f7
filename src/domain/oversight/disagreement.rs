//! Where readers of one film differ, month by month: in normal or abnormal, and in the labels that they name.
//!
//! Counts of films, not chance-corrected: how far readers agree beyond chance is the page of agreement's.

use std::collections::BTreeMap;

use crate::domain::moment::day_text;

use super::Standing;

/// Films whose second or later reading was completed in a month.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MonthOfReading {
    /// `2026-03`.
    pub month: String,
    /// Films that at least two people completed, by the month of the last one.
    pub num_films: u64,
    /// Of these, films that some call normal and some abnormal.
    pub num_decisions_differ: u64,
    /// Films whose readers do not all name the same labels.
    pub num_labels_differ: u64,
}

/// In the order of months; months without such a film are left out. Further readings by the same person don't count.
pub fn by_month(standing: &Standing) -> Vec<MonthOfReading> {
    let mut by_film: BTreeMap<u32, Vec<_>> = BTreeMap::new();
    let counted = |one: &&super::ReadingStanding| one.is_completed && !one.is_unfit && !one.is_repeat;
    for reading in standing.readings.iter().filter(counted) {
        by_film.entry(reading.film).or_default().push(reading);
    }
    let mut months: BTreeMap<String, MonthOfReading> = BTreeMap::new();
    for readings in by_film.values().filter(|readings| readings.len() > 1) {
        let last = readings.iter().map(|one| one.day).max().unwrap_or(0);
        let month = day_text(last * 86_400_000)[..7].to_owned();
        let at = months.entry(month).or_insert_with_key(|month| MonthOfReading {
            month: month.clone(),
            num_films: 0,
            num_decisions_differ: 0,
            num_labels_differ: 0,
        });
        at.num_films += 1;
        at.num_decisions_differ += u64::from(readings.iter().any(|one| one.decision != readings[0].decision));
        at.num_labels_differ += u64::from(readings.iter().any(|one| one.labels != readings[0].labels));
    }
    months.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::super::{ReadingStanding, read_by};
    use super::*;
    use crate::domain::reading::Decision::{Abnormal, Normal};

    #[test]
    fn films_that_two_people_read_are_counted_in_the_month_of_the_last() {
        // Days 0 and 30 are in January 1970, day 31 in February.
        let standing = Standing {
            num_films: 5,
            readers: vec!["R1".into(), "R2".into(), "R3".into()],
            readings: vec![
                read_by(0, 0, Abnormal, 1, 0),
                read_by(0, 1, Abnormal, 1, 30),
                read_by(1, 0, Abnormal, 1, 0),
                read_by(1, 1, Abnormal, 2, 31),
                read_by(2, 0, Normal, 0, 31),
                read_by(2, 1, Abnormal, 2, 31),
                read_by(2, 2, Normal, 0, 31),
                // One reader, one unfit, one not completed, one repeat: nothing to compare.
                read_by(3, 0, Normal, 0, 31),
                ReadingStanding { is_unfit: true, ..read_by(3, 1, Abnormal, 1, 31) },
                read_by(4, 0, Normal, 0, 31),
                ReadingStanding { is_completed: false, ..read_by(4, 1, Abnormal, 1, 31) },
                ReadingStanding { is_repeat: true, ..read_by(4, 0, Abnormal, 1, 31) },
            ],
            ..Standing::default()
        };
        let told: Vec<_> = by_month(&standing)
            .into_iter()
            .map(|at| (at.month, at.num_films, at.num_decisions_differ, at.num_labels_differ))
            .collect();
        assert_eq!(told, [("1970-01".to_owned(), 1, 0, 0), ("1970-02".to_owned(), 2, 1, 2)]);
    }
}

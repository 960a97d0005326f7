//! The list of films to read: filters, and next and previous in the order shown.

use std::collections::HashMap;

use crate::domain::id::ImageId;
use crate::domain::reading::Decision;
use crate::domain::task::TaskState;
use crate::domain::worklist::WorklistRow;

/// All films of the project as one reader sees them.
#[derive(Clone, Default, Debug)]
pub struct Worklist {
    rows: Vec<WorklistRow>,
    /// Where each film stands in `rows`.
    index: HashMap<ImageId, u32>,
    /// Indices into `rows` that pass the filter, in order.
    shown: Vec<u32>,
    /// For each of `rows`, where it is shown; `NOT_SHOWN` where the filter leaves it out.
    place: Vec<u32>,
    counts: Counts,
    pub filter: Filter,
    pub is_loaded: bool,
}

const NOT_SHOWN: u32 = u32::MAX;

/// Which films are listed.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Filter {
    /// Part of the image or study id, or of the view; case does not count.
    pub text: String,
    pub state: Option<TaskState>,
    /// Position in the label set.
    pub label: Option<u32>,
}

/// How many films are in which state.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    pub all: usize,
    pub new: usize,
    pub doing: usize,
    pub completed: usize,
}

impl Worklist {
    pub fn set_rows(&mut self, rows: Vec<WorklistRow>) {
        self.index = rows.iter().enumerate().map(|(i, row)| (row.image.clone(), i as u32)).collect();
        self.rows = rows;
        self.is_loaded = true;
        self.count();
        self.apply_filter();
    }

    pub fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.apply_filter();
    }

    fn apply_filter(&mut self) {
        let needle = self.filter.text.trim().to_lowercase();
        let passes = |row: &WorklistRow| {
            self.filter.state.is_none_or(|state| row.state == state)
                && self.filter.label.is_none_or(|label| row.labels >> label & 1 == 1)
                && (needle.is_empty()
                    || contains_ignoring_case(row.image.as_str(), &needle)
                    || contains_ignoring_case(row.study.as_str(), &needle)
                    || contains_ignoring_case(&row.view, &needle))
        };
        self.shown = (0..self.rows.len() as u32).filter(|&i| passes(&self.rows[i as usize])).collect();
        self.place = vec![NOT_SHOWN; self.rows.len()];
        for (n, &i) in self.shown.iter().enumerate() {
            self.place[i as usize] = n as u32;
        }
    }

    pub fn num_shown(&self) -> usize {
        self.shown.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The `n`th line of the list.
    pub fn shown(&self, n: usize) -> Option<&WorklistRow> {
        self.shown.get(n).map(|&i| &self.rows[i as usize])
    }

    pub fn row(&self, image: &ImageId) -> Option<&WorklistRow> {
        self.index.get(image).map(|&i| &self.rows[i as usize])
    }

    /// Keeps a line current after an edit, without re-reading the list.
    pub fn update(&mut self, image: &ImageId, change: impl FnOnce(&mut WorklistRow)) {
        if let Some(&i) = self.index.get(image) {
            change(&mut self.rows[i as usize]);
            self.count();
        }
    }

    pub const fn counts(&self) -> Counts {
        self.counts
    }

    fn count(&mut self) {
        let of = |state| self.rows.iter().filter(|row| row.state == state).count();
        self.counts = Counts {
            all: self.rows.len(),
            new: of(TaskState::New),
            doing: of(TaskState::Doing),
            completed: of(TaskState::Completed),
        };
    }

    /// Where a film stands in the list, from 0.
    pub fn position(&self, image: &ImageId) -> Option<usize> {
        let place = self.place[*self.index.get(image)? as usize];
        (place != NOT_SHOWN).then_some(place as usize)
    }

    /// The film `step` lines after (or before) this one; `None` at the ends.
    pub fn neighbour(&self, image: &ImageId, step: isize) -> Option<&ImageId> {
        let at = self.position(image)?.checked_add_signed(step)?;
        self.shown(at).map(|row| &row.image)
    }

    /// The next film after this one that is not completed, going round once.
    pub fn next_open(&self, image: &ImageId) -> Option<&ImageId> {
        let start = self.position(image).map_or(0, |at| at + 1);
        let n = self.shown.len();
        (0..n)
            .filter_map(|k| self.shown((start + k) % n))
            .find(|row| row.state != TaskState::Completed && row.image != *image)
            .map(|row| &row.image)
    }

    /// The first film that is not completed, else the first.
    pub fn first_open(&self) -> Option<&ImageId> {
        let rows = || self.shown.iter().map(|&i| &self.rows[i as usize]);
        rows().find(|row| row.state != TaskState::Completed).or_else(|| rows().next()).map(|row| &row.image)
    }
}

/// What the list calls a decision.
pub const fn decision_text(decision: Decision) -> &'static str {
    match decision {
        Decision::Undecided => "",
        Decision::Normal => "No finding",
        Decision::Abnormal => "Abnormal",
    }
}

/// `needle` is lower case already. Ids are ASCII, so this allocates only for other text.
fn contains_ignoring_case(text: &str, needle: &str) -> bool {
    if text.is_ascii() && needle.is_ascii() {
        let needle = needle.as_bytes();
        text.as_bytes().windows(needle.len().max(1)).any(|w| w.eq_ignore_ascii_case(needle))
    } else {
        text.to_lowercase().contains(needle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::StudyId;

    fn list(states: &[TaskState]) -> Worklist {
        let mut list = Worklist::default();
        let rows = states.iter().enumerate().map(|(i, &state)| WorklistRow {
            image: ImageId::new(format!("film{i}")),
            study: StudyId::new("study"),
            view: if i % 2 == 0 { "AP".into() } else { "Lateral".into() },
            sex: None,
            age_years: None,
            state,
            decision: Decision::Undecided,
            num_marks: 0,
            unfit: None,
            labels: 1 << i,
            last_edit_ms: None,
        });
        list.set_rows(rows.collect());
        list
    }

    #[test]
    fn next_open_skips_completed_and_goes_round() {
        use TaskState::{Completed, Doing, New};
        let list = list(&[New, Completed, Doing, Completed]);
        let next = |from: &str| list.next_open(&ImageId::new(from)).map(ImageId::as_str);
        assert_eq!(next("film0"), Some("film2"));
        assert_eq!(next("film2"), Some("film0"));
        assert_eq!(next("film3"), Some("film0"));
        assert_eq!(list.neighbour(&ImageId::new("film0"), -1), None);
    }

    #[test]
    fn filters_combine() {
        let mut list = list(&[TaskState::New; 4]);
        let mut check = |filter: Filter, expected: usize| {
            list.set_filter(filter.clone());
            assert_eq!(list.num_shown(), expected, "{filter:?}");
        };
        check(Filter { text: "lat".into(), ..Filter::default() }, 2);
        check(Filter { text: "FILM3".into(), ..Filter::default() }, 1);
        check(Filter { label: Some(2), ..Filter::default() }, 1);
        check(Filter { label: Some(2), text: "lateral".into(), ..Filter::default() }, 0);
        check(Filter { state: Some(TaskState::Doing), ..Filter::default() }, 0);
    }
}

//! The order of the list: by any column, a hundred thousand films within a frame or three.

use crate::domain::reading::Decision;
use crate::domain::study_decision::StudyDecision;
use crate::domain::task::TaskState;
use crate::domain::worklist::{HeldStage, WorklistRow};

/// By what the list is sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SortBy {
    State,
    View,
    Age,
    Decision,
    /// What the reader's films say of the whole study.
    Study,
    Findings,
    Probability,
    Uncertainty,
    Disagreement,
    Comments,
    /// Films of the same labels stand together, in the order of the project's labels.
    Labels,
    /// How many of those who are to read it have completed it.
    Readers,
    LastEdit,
    Film,
    /// The films worth reading next, as they were chosen for everybody; completed ones come last.
    ReadingQueue,
}

/// An order of the list. Films without the value come last either way; ties stand in the project's order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sort {
    pub by: SortBy,
    /// The lowest first.
    pub is_ascending: bool,
}

impl Sort {
    pub const fn highest_first(by: SortBy) -> Self {
        Self { by, is_ascending: false }
    }

    /// What a click on a column's head makes of the order: as one would first want it, the other way round, the
    /// project's order.
    pub fn after_click(current: Option<Self>, by: SortBy) -> Option<Self> {
        let first = Self { by, is_ascending: by.begins_with_lowest() };
        match current {
            Some(now) if now == first => Some(Self { is_ascending: !first.is_ascending, ..first }),
            Some(now) if now.by == by => None,
            _ => Some(first),
        }
    }
}

/// What a line is sorted by.
enum Key<'a> {
    Whole(Option<u128>),
    Text(&'a str),
}

impl SortBy {
    /// Words from A, states from what is still to do; numbers from the largest.
    const fn begins_with_lowest(self) -> bool {
        matches!(self, Self::State | Self::View | Self::Decision | Self::Labels | Self::Film)
    }

    fn key(self, row: &WorklistRow, study: StudyDecision) -> Key<'_> {
        let triage = row.triage.as_ref();
        let number = |value: Option<f64>| Key::Whole(value.map(ordered));
        let count = |n: u32| Key::Whole((n > 0).then_some(u128::from(n)));
        match self {
            Self::State => Key::Whole(Some(state_rank(row))),
            Self::View => Key::Text(&row.view),
            Self::Age => number(row.age_years),
            Self::Decision => Key::Whole(match row.decision {
                Decision::Undecided => None,
                Decision::Abnormal => Some(0),
                Decision::Normal => Some(1),
            }),
            Self::Study => {
                let rank = match study.decision {
                    Decision::Undecided => 0.0,
                    Decision::Normal => 2.0,
                    Decision::Abnormal => 4.0,
                };
                number(Some(rank + study.num_decided as f64 / study.num_readable.max(1) as f64))
            }
            Self::Findings => count(row.num_marks),
            Self::Comments => count(row.num_open_threads),
            Self::Probability => number(triage.and_then(|triage| triage.probability)),
            Self::Uncertainty => number(triage.and_then(|triage| triage.uncertainty)),
            Self::Disagreement => {
                number(triage.and_then(|triage| triage.disagreement).map(|disagreement| disagreement.degree()))
            }
            // The first label is the highest bit: the highest number comes first.
            Self::Labels => Key::Whole((row.labels != 0).then(|| !row.labels.reverse_bits())),
            Self::Readers => number(row.held.as_ref().filter(|held| held.num_readers > 0).map(|held| {
                f64::from(held.num_done) / f64::from(held.num_needed.max(1)) + f64::from(held.num_needed) * 1e-6
            })),
            Self::LastEdit => Key::Whole(row.last_edit_ms.map(|ms| u128::from(ms.cast_unsigned() ^ 1 << 63))),
            Self::Film => Key::Text(row.image.as_str()),
            // The first place is the highest value.
            Self::ReadingQueue => Key::Whole(
                row.queue_place.filter(|_| row.state != TaskState::Completed).map(|place| u128::from(u32::MAX - place)),
            ),
        }
    }
}

/// Films that the list gives the same word stand together; where readers have the films, in the order in which they get on.
fn state_rank(row: &WorklistRow) -> u128 {
    if let Some(held) = row.held_by_others() {
        return match held.stage() {
            HeldStage::Nobody => 1,
            HeldStage::HandedOut => 2,
            HeldStage::ReadBySome => 3,
            HeldStage::BeingRead => 4,
            HeldStage::ReadByAll => 6,
        };
    }
    match (row.unfit, row.state) {
        _ if row.is_paused() => 8,
        (Some(_), _) => 9,
        (None, TaskState::New) => 0,
        (None, TaskState::Doing) => 5,
        (None, TaskState::Completed) => 7,
    }
}

/// Bits that stand in the order of the numbers (IEEE 754, as `f64::total_cmp` does it).
const fn ordered(value: f64) -> u128 {
    let bits = value.to_bits();
    let flip = if bits >> 63 == 1 { u64::MAX } else { 1 << 63 };
    (bits ^ flip) as u128
}

/// Sorts `shown`, places of `rows`, which stand in the project's order; equals keep it, whichever way the rest goes. Each
/// line's key is a number made once: ids share long beginnings, and comparing them letter by letter from memory takes ten
/// times as long.
pub(super) fn sort(shown: &mut [u32], rows: &[WorklistRow], studies: &[StudyDecision], sort: Sort) {
    let key = |index: u32| sort.by.key(&rows[index as usize], studies[index as usize]);
    let mut places: Vec<(u128, u32)> = Vec::with_capacity(shown.len());
    let mut texts: Vec<(&str, u32)> = Vec::new();
    let mut without: Vec<u32> = Vec::new();
    for &index in &*shown {
        match key(index) {
            Key::Whole(Some(key)) => places.push((key, index)),
            Key::Text(text) if !text.is_empty() => texts.push((text, index)),
            Key::Whole(None) | Key::Text(_) => without.push(index),
        }
    }
    let common = common_beginning(&texts);
    places.extend(texts.iter().map(|&(text, index)| (number_of(&text[common..]), index)));
    if !sort.is_ascending {
        for (key, _) in &mut places {
            *key = !*key;
        }
    }
    places.sort_unstable();
    if texts.iter().any(|(text, _)| text.len() > common + LETTERS) {
        let text = |index: u32| match key(index) {
            Key::Text(text) => text,
            Key::Whole(_) => "",
        };
        for alike in places.chunk_by_mut(|a, b| a.0 == b.0) {
            // A stable sort: among equal texts the project's order stays.
            alike.sort_by(|&(_, a), &(_, b)| {
                let order = text(a).cmp(text(b));
                if sort.is_ascending { order } else { order.reverse() }
            });
        }
    }
    let sorted = places.iter().map(|&(_, index)| index).chain(without);
    for (slot, index) in shown.iter_mut().zip(sorted) {
        *slot = index;
    }
}

/// As many letters as a key holds.
const LETTERS: usize = size_of::<u128>();

/// How many bytes all texts begin with, at the border of a letter.
fn common_beginning(texts: &[(&str, u32)]) -> usize {
    let Some(&(first, _)) = texts.first() else { return 0 };
    let same = |text: &str, most: usize| first.bytes().zip(text.bytes()).take(most).take_while(|(a, b)| a == b).count();
    let common = texts.iter().fold(first.len(), |common, (text, _)| same(text, common));
    first.floor_char_boundary(common)
}

/// Stands as the first letters of the text do.
fn number_of(rest: &str) -> u128 {
    let mut letters = [0; LETTERS];
    let num = rest.len().min(LETTERS);
    letters[..num].copy_from_slice(&rest.as_bytes()[..num]);
    u128::from_be_bytes(letters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{ImageId, ReaderId, StudyId};

    #[test]
    fn numbers_keep_their_order_as_bits() {
        let values = [f64::NEG_INFINITY, -2.5, -0.0, 0.0, 1e-300, 0.5, 2.0, f64::INFINITY];
        assert!(values.windows(2).all(|w| ordered(w[0]) < ordered(w[1])));
    }

    #[test]
    fn states_stand_in_the_order_of_their_words_and_ones_own_come_before_those_of_others() {
        use crate::domain::quality::UnfitReason;
        use crate::domain::worklist::Held;
        let row = |held: Option<(usize, u32)>, state: TaskState, unfit: Option<UnfitReason>| {
            let mut row = WorklistRow::new(ImageId::new("film"), StudyId::new("s"), ReaderId::new("R1"));
            let by = |num: usize| (0..num).map(|n| ReaderId::new(format!("R{n}"))).collect::<Vec<_>>().into();
            row.held = held.map(|(num, num_done)| Held {
                by: by(num),
                num_readers: num as u32,
                num_done,
                num_needed: num as u32,
                done: [].into(),
            });
            (row.state, row.unfit) = (state, unfit);
            row
        };
        let unfit = UnfitReason::ALL[0];
        // Another order than the one that is to come out.
        let rows = [
            row(Some((2, 2)), TaskState::New, Some(unfit)),
            row(Some((2, 2)), TaskState::New, None),
            row(Some((2, 2)), TaskState::Doing, None),
            row(Some((2, 1)), TaskState::New, None),
            row(Some((0, 0)), TaskState::Completed, None),
            row(Some((2, 0)), TaskState::New, None),
            row(Some((0, 0)), TaskState::New, None),
            // Read by one of three without having been handed out.
            {
                let mut one = row(Some((0, 1)), TaskState::New, None);
                one.held.as_mut().unwrap().num_needed = 3;
                one
            },
        ];
        let studies = vec![crate::domain::study_decision::study_decision([]); rows.len()];
        let mut shown: Vec<u32> = (0..rows.len() as u32).collect();
        sort(&mut shown, &rows, &studies, Sort { by: SortBy::State, is_ascending: true });
        // Nobody has it, handed out, read by some, being read, one's own reading, read by all, one's own completed,
        // unfit.
        assert_eq!(shown, [6, 5, 7, 3, 2, 1, 4, 0]);
    }

    #[test]
    fn texts_sort_as_texts_whatever_they_share() {
        let ids = [
            "1.2.840.113619.2.5.1762583153.215519.978957063.78",
            "1.2.840.113619.2.5.1762583153.215519.978957063.780",
            "1.2.840.113619.2.5.1762583153.215519.978957063.0780000000000000000001",
            "1.2.840.113619.2.5.1762583153.215519.978957063.0780000000000000000000",
            "1.2.840.113619.2.5.1762583153.215519.978957063.078",
            "1.2.840.113619.2.5.1762583153.215519.97",
            "1.2.840.113619.2.5.1762583153.215519.978957063.9",
            "ế",
        ];
        for start in 0..ids.len() {
            let rows: Vec<WorklistRow> = ids[start..]
                .iter()
                .map(|id| WorklistRow::new(ImageId::new(*id), StudyId::new("s"), ReaderId::new("R1")))
                .collect();
            let studies = vec![crate::domain::study_decision::study_decision([]); rows.len()];
            for is_ascending in [true, false] {
                let mut shown: Vec<u32> = (0..rows.len() as u32).collect();
                sort(&mut shown, &rows, &studies, Sort { by: SortBy::Film, is_ascending });
                let found: Vec<&str> = shown.iter().map(|&i| rows[i as usize].image.as_str()).collect();
                let mut expected = ids[start..].to_vec();
                expected.sort_unstable();
                if !is_ascending {
                    expected.reverse();
                }
                assert_eq!(found, expected);
            }
        }
    }
}

//! How many films there are of each kind: what chips and menus show beside their words.

use crate::domain::assignment::Stage;
use crate::domain::quality::UnfitReason;
use crate::domain::reading::Decision;
use crate::domain::task::TaskState;
use crate::domain::worklist::WorklistRow;

use super::filter::{HandFilter, ModelFilter};

/// How many films are of which kind. A film that changes is taken out and put in again: no count goes through the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counts {
    pub all: usize,
    pub new: usize,
    pub doing: usize,
    pub completed: usize,
    /// Films that are in the list to be read, in whatever state.
    pub to_read: usize,
    /// Films that are in the list to be reviewed, in whatever state.
    pub to_review: usize,
    /// In none of the states before: they are out of the queue. So are films to be reviewed, and what is set aside.
    pub unfit: usize,
    /// In the order of [`UnfitReason::ALL`].
    pub unfit_by_reason: [usize; UnfitReason::ALL.len()],
    /// Films with a thread that waits for an answer.
    pub with_open_threads: usize,
    /// Films of which a model's answer may be seen.
    pub with_model: usize,
    /// By position in the label set.
    pub by_label: [usize; 128],
    by_decision: [usize; 3],
    by_hand: [usize; HandFilter::ALL.len()],
    by_model: [usize; 4],
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            all: 0,
            new: 0,
            doing: 0,
            completed: 0,
            to_read: 0,
            to_review: 0,
            unfit: 0,
            unfit_by_reason: [0; UnfitReason::ALL.len()],
            with_open_threads: 0,
            with_model: 0,
            by_label: [0; 128],
            by_decision: [0; 3],
            by_hand: [0; HandFilter::ALL.len()],
            by_model: [0; 4],
        }
    }
}

const MODEL_WORDS: [ModelFilter; 4] =
    [ModelFilter::Abnormal, ModelFilter::Normal, ModelFilter::NotPredicted, ModelFilter::Disagrees];

impl Counts {
    pub fn of(rows: &[WorklistRow]) -> Self {
        let mut counts = Self::default();
        for row in rows {
            counts.put(row);
        }
        counts
    }

    pub(super) fn put(&mut self, row: &WorklistRow) {
        self.each(row, |n| *n += 1);
    }

    pub(super) fn take(&mut self, row: &WorklistRow) {
        self.each(row, |n| *n -= 1);
    }

    /// Every count that the film is in.
    fn each(&mut self, row: &WorklistRow, step: impl Fn(&mut usize)) {
        step(&mut self.all);
        match row.stage() {
            Stage::Read => step(&mut self.to_read),
            Stage::Review => step(&mut self.to_review),
        }
        if let Some(reason) = row.unfit {
            step(&mut self.unfit);
            let at = UnfitReason::ALL.iter().position(|known| *known == reason);
            if let Some(at) = at {
                step(&mut self.unfit_by_reason[at]);
            }
        }
        for (state, n) in [
            (TaskState::New, &mut self.new),
            (TaskState::Doing, &mut self.doing),
            (TaskState::Completed, &mut self.completed),
        ] {
            if row.is_in_state(state) {
                step(n);
            }
        }
        if row.num_open_threads > 0 {
            step(&mut self.with_open_threads);
        }
        if row.triage.is_some() {
            step(&mut self.with_model);
        }
        let mut labels = row.labels;
        while labels != 0 {
            step(&mut self.by_label[labels.trailing_zeros() as usize]);
            labels &= labels - 1;
        }
        step(&mut self.by_decision[place_of_decision(row.decision)]);
        for (hand, n) in HandFilter::ALL.into_iter().zip(&mut self.by_hand) {
            if hand.passes(row) {
                step(n);
            }
        }
        for (word, n) in MODEL_WORDS.into_iter().zip(&mut self.by_model) {
            if word.holds_of(row) {
                step(n);
            }
        }
    }

    pub const fn of_decision(&self, decision: Decision) -> usize {
        self.by_decision[place_of_decision(decision)]
    }

    pub fn of_hand(&self, hand: HandFilter) -> usize {
        let pairs = HandFilter::ALL.into_iter().zip(self.by_hand);
        pairs.filter(|(of, _)| *of == hand).map(|(_, n)| n).sum()
    }

    pub fn of_model(&self, word: ModelFilter) -> usize {
        let pairs = MODEL_WORDS.into_iter().zip(self.by_model);
        pairs.filter(|(of, _)| *of == word).map(|(_, n)| n).sum()
    }
}

const fn place_of_decision(decision: Decision) -> usize {
    match decision {
        Decision::Undecided => 0,
        Decision::Normal => 1,
        Decision::Abnormal => 2,
    }
}

//! What the list shows: chips and menus beside a query, and all of them as one query to keep.

use std::fmt::Write as _;

use crate::domain::label::LabelName;
use crate::domain::quality::UnfitReason;
use crate::domain::reading::Decision;
use crate::domain::task::TaskState;
use crate::domain::worklist::query::quoted;
use crate::domain::worklist::{Held, ModelWord, WorklistRow};

use super::super::counted_films::CountedFilms;

/// Films by what the models in use say of them.
pub use crate::domain::worklist::ModelWord as ModelFilter;

/// Which films are listed: those that pass everything here.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Filter {
    /// A query, as typed.
    pub text: String,
    pub state: Option<TaskState>,
    /// Position in the label set.
    pub label: Option<u32>,
    pub unfit: Option<UnfitFilter>,
    /// What the reader says of the film.
    pub decision: Option<Decision>,
    /// What the reader's films say of the whole study.
    pub study: Option<Decision>,
    /// In whose hands the film is, and what for.
    pub hand: Option<HandFilter>,
    /// Only films with a thread that waits for an answer.
    pub has_open_threads: bool,
    pub model: Option<ModelFilter>,
    /// Only the films behind a number that somebody clicked.
    pub counted: Option<CountedFilms>,
}

/// Films that are unfit to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnfitFilter {
    AnyReason,
    Because(UnfitReason),
}

/// Films by who has them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HandFilter {
    /// The reader's own.
    Mine,
    /// For the reader to settle now.
    ToReview,
    /// For the reader to review once everybody who reads the film has completed it.
    Waits,
    /// Reviews that the reader has signed.
    Signed,
    Paused,
    /// Handed to nobody.
    Nobody,
    /// Some of those who are to read it have not completed it.
    NotReadByAll,
    /// All of them have.
    ReadByAll,
}

impl HandFilter {
    pub const ALL: [Self; 8] = [
        Self::Mine,
        Self::ToReview,
        Self::Waits,
        Self::Signed,
        Self::Paused,
        Self::Nobody,
        Self::NotReadByAll,
        Self::ReadByAll,
    ];

    pub fn passes(self, row: &WorklistRow) -> bool {
        match self {
            Self::Mine => row.task.is_some(),
            Self::ToReview => row.is_to_review(),
            Self::Waits => row.is_waiting() && !row.is_paused(),
            Self::Signed => row.is_signed(),
            Self::Paused => row.is_paused(),
            Self::Nobody => row.held.as_ref().is_some_and(|held| held.by.is_empty()),
            Self::NotReadByAll => row.held.as_ref().is_some_and(|held| !held.is_read_by_all()),
            Self::ReadByAll => row.held.as_ref().is_some_and(Held::is_read_by_all),
        }
    }

    const fn as_query(self) -> &'static str {
        match self {
            Self::Mine => "assigned:me",
            Self::ToReview => "stage:review -status:completed,waiting,paused",
            Self::Waits => "status:waiting -status:paused",
            Self::Signed => "stage:review status:completed",
            Self::Paused => "status:paused",
            Self::NotReadByAll => "-status:read-by-all",
            Self::ReadByAll => "status:read-by-all",
            Self::Nobody => "assigned:none",
        }
    }
}

impl Filter {
    /// Whether every film passes.
    pub fn is_empty(&self) -> bool {
        let Self { text, counted, .. } = self;
        text.trim().is_empty() && counted.is_none() && self.chips_let_all_pass()
    }

    fn chips_let_all_pass(&self) -> bool {
        *self == Self { text: self.text.clone(), counted: self.counted.clone(), ..Self::default() }
    }

    /// Chips and menus alone; the query is asked beside them.
    pub(super) fn chips_pass(&self, row: &WorklistRow, study: Decision) -> bool {
        self.state.is_none_or(|state| row.is_in_state(state))
            && match self.unfit {
                None => true,
                Some(UnfitFilter::AnyReason) => row.unfit.is_some(),
                Some(UnfitFilter::Because(reason)) => row.unfit == Some(reason),
            }
            && (!self.has_open_threads || row.num_open_threads > 0)
            && self.model.is_none_or(|model| model.holds_of(row))
            && self.label.is_none_or(|label| row.labels >> label & 1 == 1)
            && self.decision.is_none_or(|decision| row.decision == decision)
            && self.hand.is_none_or(|hand| hand.passes(row))
            && self.study.is_none_or(|decision| study == decision)
    }

    /// The whole filter as one query; the films behind a clicked number have no words.
    pub fn as_query(&self, labels: &[LabelName]) -> String {
        let mut query = String::new();
        let text = self.text.trim();
        // What is typed may have alternatives: in brackets it stays one condition among others.
        let has_or = text.split_whitespace().any(|word| word.eq_ignore_ascii_case("or"));
        if has_or && !self.chips_let_all_pass() {
            let _ = write!(query, "({text})");
        } else {
            query.push_str(text);
        }
        let mut add = |term: &str| {
            if !query.is_empty() {
                query.push(' ');
            }
            query.push_str(term);
        };
        if let Some(state) = self.state {
            add(&format!("status:{}", state.as_str()));
        }
        match self.unfit {
            None => {}
            Some(UnfitFilter::AnyReason) => add("unfit:any"),
            Some(UnfitFilter::Because(reason)) => add(&format!("unfit:{}", reason.key())),
        }
        if let Some(label) = self.label.and_then(|i| labels.get(i as usize)) {
            add(&format!("label:{}", quoted(label.as_str())));
        }
        if let Some(decision) = self.decision {
            add(&format!("decision:{}", decision_word(decision)));
        }
        if let Some(decision) = self.study {
            add(&format!("study-decision:{}", decision_word(decision)));
        }
        if let Some(hand) = self.hand {
            add(hand.as_query());
        }
        if self.has_open_threads {
            add("has:comments");
        }
        match self.model {
            None => {}
            Some(ModelWord::Abnormal) => add("model:abnormal"),
            Some(ModelWord::Normal) => add("model:normal"),
            Some(ModelWord::NotPredicted) => add("model:none"),
            Some(ModelWord::Disagrees) => add("model:disagrees"),
        }
        query
    }
}

const fn decision_word(decision: Decision) -> &'static str {
    match decision {
        Decision::Undecided => "undecided",
        Decision::Normal => "normal",
        Decision::Abnormal => "abnormal",
    }
}

//! The worklist's query language: `status:new age:>60 (label:osteophytes or model:>0.8) not has:comments`.
//!
//! Terms side by side must all hold; `or`, `not` (or a dash before a term) and brackets as one would say them. A term is
//! `field:value`; values with a comma between them are alternatives, a value with blanks stands in quotes. A word without
//! a field is looked for in the ids of film and study and in the view.

mod fields;
mod parse;
mod completion;
#[cfg(test)]
mod query_script;

pub use completion::{Completion, Completions, complete};
pub use fields::{FIELDS, FieldRow};
pub use parse::{QueryError, QueryProblem};

use std::fmt::Write as _;

use crate::domain::assignment::Stage;
use crate::domain::quality::UnfitReason;
use crate::domain::reading::Decision;
use crate::domain::study::{Sex, View, view_of_words};
use crate::domain::task::TaskState;

use super::{Held, ModelWord, WorklistRow};

/// What a query may name besides its own words.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct QueryWords {
    /// Labels of the project, in the order of [`WorklistRow::labels`].
    pub labels: Vec<String>,
    /// Ids of the project's people.
    pub readers: Vec<String>,
}

/// A question to the list, ready to be held against a hundred thousand films. The default lets every film pass.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Query {
    root: Option<Node>,
}

#[derive(Clone, PartialEq, Debug)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Term(Term),
}

#[derive(Clone, PartialEq, Debug)]
enum Term {
    /// In lower case, as the next three.
    Text(String),
    Film(String),
    Study(String),
    View(String),
    State(TaskState),
    Paused,
    Waiting,
    BeingRead,
    ReadByAll,
    Unfit(Option<UnfitReason>),
    Stage(Stage),
    Decision(Decision),
    StudyDecision(Decision),
    /// `None`: nothing is known.
    Sex(Option<Sex>),
    /// One of these.
    Labels(u128),
    Model(ModelWord),
    Number(NumberField, Span),
    /// Nothing is known of it.
    Missing(NumberField),
    HandedTo(Holder),
    Repeat,
}

/// In whose hands a film is.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Holder {
    Me,
    Nobody,
    /// In lower case.
    Reader(String),
}

/// A field that is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum NumberField {
    Age,
    Findings,
    Comments,
    Model,
    Uncertainty,
    Disagreement,
    Queue,
    Priority,
    Readers,
    Done,
    /// Milliseconds since 1970.
    Edited,
}

/// From one number to another.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Span {
    low: f64,
    has_low: bool,
    high: f64,
    has_high: bool,
}

/// A film with what the list knows of its study.
#[derive(Clone, Copy, Debug)]
pub struct QueriedFilm<'a> {
    pub row: &'a WorklistRow,
    /// What the reader's films say of the whole study.
    pub study: Decision,
}

impl Query {
    /// Takes text apart; where it makes no sense, says where and why.
    pub fn parse(text: &str, words: &QueryWords) -> Result<Self, QueryError> {
        Ok(Self { root: parse::parse(text, words)? })
    }

    pub const fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    pub fn passes(&self, film: QueriedFilm<'_>) -> bool {
        self.root.as_ref().is_none_or(|node| node.passes(film))
    }
}

impl Node {
    fn passes(&self, film: QueriedFilm<'_>) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.passes(film)),
            Self::Any(nodes) => nodes.iter().any(|node| node.passes(film)),
            Self::Not(node) => !node.passes(film),
            Self::Term(term) => term.passes(film),
        }
    }
}

impl Term {
    fn passes(&self, QueriedFilm { row, study }: QueriedFilm<'_>) -> bool {
        match self {
            Self::Text(text) => {
                contains(row.image.as_str(), text) || contains(row.study.as_str(), text) || contains(&row.view, text)
            }
            Self::Film(text) => contains(row.image.as_str(), text),
            Self::Study(text) => contains(row.study.as_str(), text),
            Self::View(text) => contains(&row.view, text) || is_of_view(&row.view, text),
            Self::State(state) => row.is_in_state(*state),
            Self::Paused => row.is_paused(),
            Self::Waiting => row.is_waiting(),
            Self::BeingRead => row.held.as_ref().is_some_and(Held::is_being_read),
            Self::ReadByAll => row.held.as_ref().is_some_and(Held::is_read_by_all),
            Self::Unfit(None) => row.unfit.is_some(),
            Self::Unfit(reason) => row.unfit == *reason,
            Self::Stage(stage) => row.stage() == *stage,
            Self::Decision(decision) => row.decision == *decision,
            Self::StudyDecision(decision) => study == *decision,
            Self::Sex(sex) => row.sex == *sex,
            Self::Labels(labels) => row.labels & labels != 0,
            Self::Model(word) => word.holds_of(row),
            Self::Number(field, span) => field.of(row).is_some_and(|value| span.has(value)),
            Self::Missing(field) => field.of(row).is_none(),
            Self::HandedTo(holder) => match (holder, &row.held) {
                (Holder::Me, _) => row.task.is_some(),
                (Holder::Nobody, Some(held)) => held.by.is_empty(),
                (Holder::Nobody, None) => row.task.is_none(),
                (Holder::Reader(id), Some(held)) => held.by.iter().any(|by| by.as_str().eq_ignore_ascii_case(id)),
                (Holder::Reader(_), None) => false,
            },
            Self::Repeat => row.task.as_ref().is_some_and(|task| task.is_repeat),
        }
    }
}

impl NumberField {
    fn of(self, row: &WorklistRow) -> Option<f64> {
        let triage = row.triage.as_ref();
        match self {
            Self::Age => row.age_years,
            Self::Findings => Some(f64::from(row.num_marks)),
            Self::Comments => Some(f64::from(row.num_open_threads)),
            Self::Model => triage?.probability,
            Self::Uncertainty => triage?.uncertainty,
            Self::Disagreement => triage?.disagreement.map(|disagreement| disagreement.degree()),
            Self::Queue => row.queue_place.map(f64::from),
            Self::Priority => Some(f64::from(row.task.as_ref().map_or(0, |task| task.priority))),
            Self::Readers => row.held.as_ref().map(|held| f64::from(held.num_readers)),
            Self::Done => row.held.as_ref().map(|held| f64::from(held.num_done)),
            Self::Edited => row.last_edit_ms.map(|ms| ms as f64),
        }
    }

    /// As one reads it in the list: a share is shown with two digits, an age in whole years.
    const fn equals(self, value: f64) -> Span {
        let (before, after) = match self {
            Self::Model | Self::Uncertainty | Self::Disagreement => (0.005, 0.005),
            Self::Age => (0.0, 1.0),
            Self::Edited => (0.0, 86_400_000.0),
            _ => (0.0, 0.0),
        };
        Span { low: value - before, has_low: true, high: value + after, has_high: after == 0.0 }
    }
}

impl Span {
    fn has(self, value: f64) -> bool {
        let above = if self.has_low { value >= self.low } else { value > self.low };
        above && if self.has_high { value <= self.high } else { value < self.high }
    }
}

/// A value as a query writes it: in quotes where it has a blank or anything else that would end it.
pub fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "._/-".contains(c);
    if !value.is_empty() && value.chars().all(is_plain) && !value.starts_with('-') {
        return value.to_owned();
    }
    let mut text = String::with_capacity(value.len() + 2);
    let _ = write!(text, "\"{}\"", value.replace('"', ""));
    text
}

/// Whether the word names the kind of the view: `lateral` is said of RL and LL too.
fn is_of_view(view: &str, word: &str) -> bool {
    let names = |kind: &View| kind.name().is_some_and(|name| word.len() > 2 && name.to_lowercase().starts_with(word));
    View::ALL.iter().find(|kind| names(kind)).is_some_and(|kind| view_of_words(view) == *kind)
}

/// `needle` is lower case already. Ids are ASCII, so this allocates only for other text.
fn contains(text: &str, needle: &str) -> bool {
    if text.is_ascii() && needle.is_ascii() {
        let needle = needle.as_bytes();
        let Some((first, rest)) = needle.split_first() else { return true };
        let text = text.as_bytes();
        let Some(last) = text.len().checked_sub(needle.len()) else { return false };
        let upper = first.to_ascii_uppercase();
        let is_first = |c: u8| c == *first || c == upper;
        (0..=last).any(|i| is_first(text[i]) && text[i + 1..i + needle.len()].eq_ignore_ascii_case(rest))
    } else {
        text.to_lowercase().contains(needle)
    }
}

//! What a reader says of labels without drawing: present, absent or unsure, of a film, a series or a study.

use std::collections::BTreeMap;

use super::id::{SeriesId, StudyId};
use super::label::LabelName;

/// One answer. No answer is none of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Presence {
    Present,
    Absent,
    Unsure,
}

impl Presence {
    pub const ALL: [Self; 3] = [Self::Present, Self::Absent, Self::Unsure];

    /// Stable, as stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Absent => "absent",
            Self::Unsure => "unsure",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|presence| presence.key() == key)
    }
}

/// Answers by label, in the order of names.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct LabelAnswers(BTreeMap<LabelName, Presence>);

impl LabelAnswers {
    pub fn get(&self, label: &LabelName) -> Option<Presence> {
        self.0.get(label).copied()
    }

    pub fn is_present(&self, label: &LabelName) -> bool {
        self.get(label) == Some(Presence::Present)
    }

    /// The same answers with this one given, changed or, with `None`, taken back.
    #[must_use]
    pub fn with(mut self, label: LabelName, presence: Option<Presence>) -> Self {
        match presence {
            Some(presence) => self.0.insert(label, presence),
            None => self.0.remove(&label),
        };
        self
    }

    pub fn iter(&self) -> impl Iterator<Item = (&LabelName, Presence)> {
        self.0.iter().map(|(label, presence)| (label, *presence))
    }

    /// The labels that are said to be there.
    pub fn present(&self) -> impl Iterator<Item = &LabelName> {
        self.iter().filter(|(_, presence)| *presence == Presence::Present).map(|(label, _)| label)
    }

    pub fn num_present(&self) -> usize {
        self.present().count()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an answer stands against "No finding": something is there, or may be.
    pub fn excludes_no_finding(&self) -> bool {
        self.iter().any(|(_, presence)| presence != Presence::Absent)
    }

    /// Without what stands against "No finding".
    #[must_use]
    pub fn only_absent(&self) -> Self {
        self.iter().filter(|(_, p)| *p == Presence::Absent).map(|(label, p)| (label.clone(), p)).collect()
    }
}

impl FromIterator<(LabelName, Presence)> for LabelAnswers {
    fn from_iter<T: IntoIterator<Item = (LabelName, Presence)>>(answers: T) -> Self {
        Self(answers.into_iter().collect())
    }
}

/// Labels that are present, as published tables name them.
impl FromIterator<LabelName> for LabelAnswers {
    fn from_iter<T: IntoIterator<Item = LabelName>>(labels: T) -> Self {
        labels.into_iter().map(|label| (label, Presence::Present)).collect()
    }
}

/// What answers beyond one film are about; they are the same on all its films.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SharedScope {
    Series(SeriesId),
    Study(StudyId),
}

//! What readers said of the film as a whole, answer by answer, and what reviewers made of it.

use crate::domain::id::ReaderId;
use crate::domain::label::LabelName;
use crate::domain::presence::Presence;
use crate::domain::quality::UnfitReason;

/// A reviewer's answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LabelRuling<T> {
    pub answer: T,
    pub by: ReaderId,
    pub at_ms: i64,
}

/// A label of the whole film that some reader answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FilmLabel {
    pub label: LabelName,
    /// What each reader of the film said, in the order of [`super::Case::readers`]; `None` where nothing.
    pub votes: Vec<Option<Presence>>,
    /// What at least half of the readers say, "present" before the others, so that a tie is abnormal as it is elsewhere;
    /// `None`: nothing.
    pub proposed: Option<Presence>,
    /// All readers said the same.
    pub is_unanimous: bool,
    pub ruling: Option<LabelRuling<Option<Presence>>>,
}

/// Whether the film is fit to be read; asked where a reader called it unfit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fitness {
    /// In the order of [`super::Case::readers`]; `None`: fit.
    pub votes: Vec<Option<UnfitReason>>,
    /// What more than half of the readers say; fit where no reason has so many.
    pub proposed: Option<UnfitReason>,
    pub is_unanimous: bool,
    pub ruling: Option<LabelRuling<Option<UnfitReason>>>,
}

//! One finding of a film under review: who saw it, who missed it, what they called it, and what reviewers made of it.

use crate::domain::attribute::Attributes;
use crate::domain::id::ReaderId;
use crate::domain::label::LabelName;
use crate::domain::shape::Shape;

use super::case::SourceId;

/// Names a finding as long as it exists: the first of what was put together in it. Merging keeps the lower name of the
/// two; splitting leaves the name with the part that holds it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FindingKey(pub SourceId);

/// What the program offers as the finding's mark; one key takes it.
#[derive(Clone, PartialEq, Debug)]
pub struct Proposal {
    /// What most of those who saw it call it; of a tie, the first in the order of names.
    pub label: LabelName,
    /// As many call it something else as call it so.
    pub is_tied: bool,
    /// Of boxes the median of each side, over readers; a reader with several marks here counts with the box around them.
    /// Where a reader drew another shape: that of the mark which overlaps most with the others. Where only the model saw it:
    /// the model's box.
    pub shape: Shape,
    /// Of the mark with that label which lies nearest to the shape.
    pub attributes: Attributes,
}

/// Where a kept finding's shape comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ShapeFrom {
    /// As the program offered it.
    Proposal,
    /// One reader's, or the model's.
    Source(SourceId),
    /// A reviewer drew or changed it.
    Drawn,
}

/// What reviewers decided about a finding.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// It will be a mark of the consensus.
    Kept { label: LabelName, shape: Shape, attributes: Attributes, shape_from: ShapeFrom },
    /// It will not.
    Rejected,
}

/// A decision: what, who, when and why.
#[derive(Clone, PartialEq, Debug)]
pub struct Ruling {
    pub outcome: Outcome,
    /// In the reviewer's words; empty where nothing was said.
    pub rationale: String,
    /// Who decided last.
    pub by: ReaderId,
    pub at_ms: i64,
}

/// One finding of a film under review.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    pub(super) key: FindingKey,
    pub(super) members: Vec<SourceId>,
    pub(super) saw: Vec<ReaderId>,
    pub(super) missed: Vec<ReaderId>,
    pub(super) votes: Vec<(LabelName, u32)>,
    pub(super) min_iou: Option<f64>,
    pub(super) mean_iou: Option<f64>,
    pub(super) model_score: Option<f64>,
    pub(super) proposal: Proposal,
    pub(super) disagreement: f64,
    pub(super) is_unanimous: bool,
    pub(super) ruling: Option<Ruling>,
}

impl Finding {
    pub const fn key(&self) -> FindingKey {
        self.key
    }
    /// Everything that was put together in it, in the order of ids.
    pub fn members(&self) -> &[SourceId] {
        &self.members
    }
    /// Readers with a mark here, in the order of their ids.
    pub fn saw(&self) -> &[ReaderId] {
        &self.saw
    }
    /// Readers of the film without one.
    pub fn missed(&self) -> &[ReaderId] {
        &self.missed
    }
    /// Labels by how many readers gave them, the most first; of equal ones, by name. The model has no vote; where only it
    /// or a reviewer saw the finding, the list is empty.
    pub fn votes(&self) -> &[(LabelName, u32)] {
        &self.votes
    }
    /// The least overlap of two readers' marks; `None` where fewer than two readers saw it.
    pub const fn min_iou(&self) -> Option<f64> {
        self.min_iou
    }
    /// The mean overlap of all pairs of readers.
    pub const fn mean_iou(&self) -> Option<f64> {
        self.mean_iou
    }
    /// The highest score of the model's boxes in it; `None` where the model has none or is hidden.
    pub const fn model_score(&self) -> Option<f64> {
        self.model_score
    }
    /// What Enter takes.
    pub const fn proposal(&self) -> &Proposal {
        &self.proposal
    }
    /// From 0, all alike, to 3: how evenly readers split on whether it is there (0 to 1), how many of those who saw it call
    /// it something else than most do (0 to 1), how far their shapes lie apart (0 to 1). What only the model saw counts a
    /// half. The order of the list; rulings do not change it.
    pub const fn disagreement(&self) -> f64 {
        self.disagreement
    }
    /// Every reader of the film has one mark here, all call it the same, and all overlap as much as the rule asks.
    pub const fn is_unanimous(&self) -> bool {
        self.is_unanimous
    }
    /// No reader saw it; the model did.
    pub fn is_model_only(&self) -> bool {
        self.saw.is_empty() && self.model_score.is_some()
    }
    /// Every reader but one saw it, and there are at least two readers.
    pub fn is_missed_by_one(&self) -> bool {
        self.missed.len() == 1 && !self.saw.is_empty()
    }
    /// Drawn by a reviewer; nobody else saw it.
    pub fn is_added(&self) -> bool {
        self.saw.is_empty() && self.model_score.is_none()
    }
    /// Readers saw it and differ: on whether it is there, on what it is, or on where it ends.
    pub fn is_ambiguous(&self) -> bool {
        !self.saw.is_empty() && !self.is_unanimous
    }
    /// What was decided; `None` while it is open.
    pub const fn ruling(&self) -> Option<&Ruling> {
        self.ruling.as_ref()
    }
    /// Decided, and kept.
    pub const fn is_kept(&self) -> bool {
        matches!(self.ruling, Some(Ruling { outcome: Outcome::Kept { .. }, .. }))
    }
    /// The mark that it will be if nothing changes: as decided, or as offered while it is open; `None` where rejected.
    pub fn shown(&self) -> Option<(&LabelName, &Shape)> {
        match self.ruling.as_ref().map(|ruling| &ruling.outcome) {
            None => Some((&self.proposal.label, &self.proposal.shape)),
            Some(Outcome::Kept { label, shape, .. }) => Some((label, shape)),
            Some(Outcome::Rejected) => None,
        }
    }
}

/// Which findings a list shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum FindingFilter {
    #[default]
    All,
    Unsettled,
    Ambiguous,
    MissedByOne,
    ModelOnly,
    Unanimous,
}

impl FindingFilter {
    pub const ALL: [Self; 6] =
        [Self::All, Self::Unsettled, Self::Ambiguous, Self::MissedByOne, Self::ModelOnly, Self::Unanimous];

    pub const fn title(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Unsettled => "Unsettled",
            Self::Ambiguous => "Ambiguous",
            Self::MissedByOne => "Missed by one",
            Self::ModelOnly => "Model only",
            Self::Unanimous => "Unanimous",
        }
    }

    pub fn keeps(self, finding: &Finding) -> bool {
        match self {
            Self::All => true,
            Self::Unsettled => finding.ruling.is_none(),
            Self::Ambiguous => finding.is_ambiguous(),
            Self::MissedByOne => finding.is_missed_by_one(),
            Self::ModelOnly => finding.is_model_only(),
            Self::Unanimous => finding.is_unanimous,
        }
    }
}

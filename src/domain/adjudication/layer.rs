//! What a settled film's consensus says: marks with where each comes from, answers of the whole film, and fitness.

use crate::domain::annotation::Origin;
use crate::domain::attribute::Attributes;
use crate::domain::id::ReaderId;
use crate::domain::label::LabelName;
use crate::domain::presence::LabelAnswers;
use crate::domain::quality::UnfitReason;
use crate::domain::shape::Shape;

use super::case::{By, SourceId};
use super::finding::{FindingKey, ShapeFrom};

/// Where a mark of the consensus comes from.
#[derive(Clone, PartialEq, Debug)]
pub struct MarkSource {
    /// What was put together in it: who saw what.
    pub marks: Vec<(SourceId, By, LabelName)>,
    pub shape_from: ShapeFrom,
    /// From this overlap on marks were put together.
    pub min_iou: f64,
    /// Labels by how many readers gave them.
    pub votes: Vec<(LabelName, u32)>,
    /// Readers of the film.
    pub num_readers: usize,
    /// In the reviewer's words; empty where nothing was said.
    pub rationale: String,
    /// Who decided, and when.
    pub by: ReaderId,
    pub at_ms: i64,
    /// Who signed, and when, in the order of their ids.
    pub signers: Vec<(ReaderId, i64)>,
}

/// One mark of the consensus.
#[derive(Clone, PartialEq, Debug)]
pub struct SettledMark {
    pub finding: FindingKey,
    pub label: LabelName,
    pub shape: Shape,
    pub attributes: Attributes,
    pub origin: Origin,
    pub source: MarkSource,
}

/// What the consensus will say of the film.
#[derive(Clone, PartialEq, Debug)]
pub struct Layer {
    /// Down the film, then to the right.
    pub marks: Vec<SettledMark>,
    pub labels: LabelAnswers,
    pub unfit: Option<UnfitReason>,
    /// Nothing is there and nothing may be, and the film is fit.
    pub has_no_finding: bool,
}

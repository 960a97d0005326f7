//! What a settled film's consensus says: marks with where each comes from, answers of the whole film, and fitness.

use crate::domain::annotation::Origin;
use crate::domain::attribute::Attributes;
use crate::domain::id::ReaderId;
use crate::domain::label::LabelName;
use crate::domain::presence::LabelAnswers;
use crate::domain::quality::UnfitReason;
use crate::domain::shape::Shape;

use super::case::{By, Source, SourceId};
use super::document::Document;
use super::film_label::FilmLabel;
use super::finding::{Finding, FindingKey, Outcome, ShapeFrom};

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

/// What [`Document::layer`] promises.
pub(super) fn layer_of(document: &Document) -> Layer {
    let mut marks: Vec<SettledMark> =
        document.findings.iter().filter_map(|finding| settled_mark(document, finding)).collect();
    marks.sort_by(|a, b| {
        let side = |mark: &SettledMark| mark.shape.bounds();
        let by_place = side(a).ymin().total_cmp(&side(b).ymin()).then(side(a).xmin().total_cmp(&side(b).xmin()));
        by_place.then_with(|| a.label.cmp(&b.label)).then(a.finding.cmp(&b.finding))
    });
    let answer = |label: &FilmLabel| Some((label.label.clone(), label.ruling.as_ref()?.answer?));
    let labels: LabelAnswers = document.labels.iter().filter_map(answer).collect();
    let unfit = document.fitness.as_ref().and_then(|fitness| fitness.ruling.as_ref()?.answer);
    let has_no_finding = marks.is_empty() && !labels.excludes_no_finding() && unfit.is_none();
    Layer { marks, labels, unfit, has_no_finding }
}

fn settled_mark(document: &Document, finding: &Finding) -> Option<SettledMark> {
    let ruling = finding.ruling.as_ref()?;
    let Outcome::Kept { label, shape, attributes, shape_from } = &ruling.outcome else { return None };
    let members: Vec<&Source> = finding.members.iter().filter_map(|id| document.source(*id)).collect();
    let source = MarkSource {
        marks: members.iter().map(|member| (member.id, member.by.clone(), member.label.clone())).collect(),
        shape_from: *shape_from,
        min_iou: document.case.min_iou,
        votes: finding.votes.clone(),
        num_readers: document.case.readers.len(),
        rationale: ruling.rationale.clone(),
        by: ruling.by.clone(),
        at_ms: ruling.at_ms,
        signers: document.signatures.iter().map(|(reader, at_ms)| (reader.clone(), *at_ms)).collect(),
    };
    let taken_from = match shape_from {
        ShapeFrom::Drawn => None,
        ShapeFrom::Source(id) => Some(*id),
        ShapeFrom::Proposal => members.iter().find(|member| member.shape == *shape).map(|member| member.id),
    };
    let origin = match taken_from {
        Some(SourceId::Mark(from)) => Origin::Copied { from },
        Some(SourceId::Model(key)) => Origin::Suggested(key),
        Some(SourceId::Added(_)) | None => Origin::Drawn,
    };
    let (label, shape, attributes) = (label.clone(), shape.clone(), attributes.clone());
    Some(SettledMark { finding: finding.key, label, shape, attributes, origin, source })
}

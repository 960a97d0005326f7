//! What reviewers do to a film, step by step; nothing is ever taken out of the list, undoing adds to it.

use crate::domain::attribute::Attributes;
use crate::domain::id::ReaderId;
use crate::domain::label::LabelName;
use crate::domain::presence::Presence;
use crate::domain::quality::UnfitReason;
use crate::domain::shape::Shape;

use super::case::{Case, SourceId};
use super::finding::FindingKey;

/// One step.
///
/// A step that changes what will be written takes everybody's signature away: what was signed is not there any more. A
/// settled film takes no such step; somebody has to take a signature back first.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    /// The film as it was when the review began, or begins anew because readers changed their marks since. Written by the
    /// store, not by people. Rulings on findings that are the same as before stay; it cannot be undone.
    Open(Box<Case>),
    /// Keeps the finding as proposed.
    Accept { finding: FindingKey },
    /// Keeps it as one reader, or the model, has it: label, shape and attributes.
    Take { finding: FindingKey, source: SourceId },
    /// Keeps it under this label: with the shape that it is kept with already, or as proposed.
    Relabel { finding: FindingKey, label: LabelName },
    /// Keeps it with this shape: under the label that it is kept under already, or as proposed.
    Reshape { finding: FindingKey, shape: Shape },
    /// It is not there.
    Reject { finding: FindingKey },
    /// Takes the ruling back: the finding is open again. Of a finding that a reviewer drew: it is gone.
    Clear { finding: FindingKey },
    /// Why; in the reviewer's words. Of a decided finding only.
    Explain { finding: FindingKey, rationale: String },
    /// A finding that nobody marked; it is kept at once. Its key is [`SourceId::Added`] with the next number.
    Add { label: LabelName, shape: Shape, attributes: Attributes },
    /// Two findings are one; it is open then.
    Merge { findings: [FindingKey; 2] },
    /// These members are a finding of their own; both parts are open then. Some members must stay.
    Split { finding: FindingKey, out: Vec<SourceId> },
    /// Sends a question about the finding to readers of the film; the finding is open then. They see the question and its
    /// place, and nothing of each other.
    Ask { finding: FindingKey, to: Vec<ReaderId>, question: String },
    /// A reader's answer to a question of this number ([`super::Question::number`]).
    Answer { question: u32, text: String },
    /// Accepts every open finding and takes every open answer on which all readers agree.
    AcceptUnanimous,
    /// The film's answer to a label; `None`: the consensus says nothing of it.
    AnswerLabel { label: LabelName, presence: Option<Presence> },
    /// Whether the film is fit to be read: `None` is fit.
    JudgeFitness { unfit: Option<UnfitReason> },
    /// This reviewer stands by the document; refused while something is open. The last signature settles the film.
    Sign,
    /// Takes one's own signature back.
    Unsign,
    /// Takes back the last step that stands; refused where that is somebody else's.
    Undo,
    /// Does again what was undone last.
    Redo,
}

/// A step, who made it and when.
#[derive(Clone, PartialEq, Debug)]
pub struct MadeStep {
    pub by: ReaderId,
    /// Milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    pub step: Step,
}

impl Step {
    /// The findings that it is about, as they were named when it was made.
    pub fn findings(&self) -> Vec<FindingKey> {
        match self {
            Self::Accept { finding }
            | Self::Take { finding, .. }
            | Self::Relabel { finding, .. }
            | Self::Reshape { finding, .. }
            | Self::Reject { finding }
            | Self::Clear { finding }
            | Self::Explain { finding, .. }
            | Self::Split { finding, .. }
            | Self::Ask { finding, .. } => vec![*finding],
            Self::Merge { findings } => findings.to_vec(),
            _ => Vec::new(),
        }
    }

    /// In a few words, as the undo entry calls it.
    pub fn title(&self) -> String {
        match self {
            Self::Open(_) => "Begin the review".to_owned(),
            Self::Accept { .. } => "Accept a finding".to_owned(),
            Self::Take { source: SourceId::Model(_), .. } => "Take the model's box".to_owned(),
            Self::Take { .. } => "Take a reader's mark".to_owned(),
            Self::Relabel { label, .. } => format!("Call it {label}"),
            Self::Reshape { .. } => "Change the shape".to_owned(),
            Self::Reject { .. } => "Reject a finding".to_owned(),
            Self::Clear { .. } => "Take a decision back".to_owned(),
            Self::Explain { .. } => "Say why".to_owned(),
            Self::Add { label, .. } => format!("Add {label}"),
            Self::Merge { .. } => "Merge two findings".to_owned(),
            Self::Split { .. } => "Split a finding".to_owned(),
            Self::Ask { .. } => "Ask readers".to_owned(),
            Self::Answer { .. } => "Answer a question".to_owned(),
            Self::AcceptUnanimous => "Accept all unanimous".to_owned(),
            Self::AnswerLabel { label, .. } => format!("Answer {label}"),
            Self::JudgeFitness { .. } => "Judge whether the film is fit".to_owned(),
            Self::Sign => "Sign".to_owned(),
            Self::Unsign => "Take the signature back".to_owned(),
            Self::Undo => "Undo".to_owned(),
            Self::Redo => "Redo".to_owned(),
        }
    }
}

//! What a model proposes to a reader, and what became of it. A model never writes a label: a named person accepts, adjusts
//! or rejects.

use crate::domain::geometry::Rect;
use crate::domain::id::AnnotationId;
use crate::domain::label::LabelName;
use crate::domain::model::ModelId;

/// One detection of one model on a film, for good: predictions are never changed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SuggestionKey {
    pub model: ModelId,
    /// Its place among the detections of the model on the film, from 0.
    pub number: u32,
}

/// A detection as it is offered.
#[derive(Clone, PartialEq, Debug)]
pub struct Suggestion {
    pub key: SuggestionKey,
    pub label: LabelName,
    pub score: f64,
    pub rect: Rect,
}

/// What became of a suggestion; a function of the reading, so undo needs no care.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Fate {
    Pending,
    /// A mark of the same label and box came from it.
    AcceptedAsIs {
        mark: AnnotationId,
    },
    /// A mark came from it and was changed since, or at once.
    Adjusted {
        mark: AnnotationId,
        /// Of the mark's bounds with the suggestion.
        iou: f64,
        is_relabelled: bool,
    },
    Rejected,
    /// The reader drew the same finding without it: same label, IoU of at least a half.
    Matched {
        mark: AnnotationId,
    },
}

/// Who sees what the models say, and when.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ModelVisibility {
    /// Readers never do.
    Off,
    /// After a reader has completed the film once; from then on, also when it is reopened.
    #[default]
    AfterReading,
    Always,
}

impl ModelVisibility {
    pub const ALL: [Self; 3] = [Self::Off, Self::AfterReading, Self::Always];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::AfterReading => "after",
            Self::Always => "always",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

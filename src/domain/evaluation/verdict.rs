//! What a reviewer says where model and label disagree.

use crate::domain::id::{ImageId, ReaderId};

/// Who is right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    ModelRight,
    LabelRight,
    /// Both hold: two ways of seeing the same.
    Both,
    Neither,
    Unclear,
}

impl Verdict {
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::ModelRight, "model right"),
        (Self::LabelRight, "label right"),
        (Self::Both, "both"),
        (Self::Neither, "neither"),
        (Self::Unclear, "unclear"),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(one, _)| *one == self).map_or("", |(_, text)| text)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == text).map(|(one, _)| one)
    }
}

/// A verdict on one disagreement of one evaluation run.
#[derive(Clone, PartialEq, Debug)]
pub struct Ruling {
    pub image: ImageId,
    /// Position among the run's detections, where the model said something.
    pub detection: Option<u32>,
    /// Position among the run's truth boxes, where the label says something. Both: a pair that differs in class.
    pub truth: Option<u32>,
    pub verdict: Verdict,
    pub note: String,
    pub by: ReaderId,
    pub at_ms: i64,
}

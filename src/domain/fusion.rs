//! From what classifiers and a detector say to one answer: ensemble, operating point, fusion rule and its counterpart
//! (VinDr-SpineXR, section 2.4).

use crate::domain::model::ModelId;

/// Boxes of a film that the classifier calls normal are kept only above this score.
pub const NORMAL_FILM_SCORE: f64 = 0.5;

/// What the classifier does to the detector's boxes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum FusionRule {
    /// p >= c*: all boxes; else those with a score over 0.5 (the paper).
    #[default]
    Paper,
    /// The same with boxes of exactly 0.5 kept, as the released code does.
    ReleasedCode,
    /// p >= c*: all boxes; else none: "if abnormal, locate".
    Gate,
    /// All boxes, whatever the classifier says.
    DetectorOnly,
}

impl FusionRule {
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Paper, "paper"),
        (Self::ReleasedCode, "released code"),
        (Self::Gate, "gate"),
        (Self::DetectorOnly, "detector only"),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(rule, _)| *rule == self).map_or("", |(_, text)| text)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == text).map(|(rule, _)| rule)
    }
}

/// The models in use in a project and how their answers are put together.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pipeline {
    pub classifier: Option<ModelId>,
    pub detector: Option<ModelId>,
    /// c*; a film is abnormal when its probability is at least this.
    pub threshold: f64,
    pub rule: FusionRule,
    /// Suggestions under this score start hidden; readers move it for themselves.
    pub min_score: f64,
}

impl Default for Pipeline {
    /// The paper's operating point, 0.2808.
    fn default() -> Self {
        Self { classifier: None, detector: None, threshold: 0.2808, rule: FusionRule::Paper, min_score: 0.3 }
    }
}

//! What a model says of a film: a probability, boxes, and where it looked. Never a label.

use crate::domain::geometry::Rect;
use crate::domain::id::ImageId;
use crate::domain::label::LabelName;
use crate::domain::model::ModelId;

/// A box that a detector proposes, in pixels of the original film.
#[derive(Clone, PartialEq, Debug)]
pub struct Detection {
    pub label: LabelName,
    /// 0 to 1.
    pub score: f64,
    pub rect: Rect,
}

/// Where a classifier looked (Grad-CAM; Selvaraju et al., 2017), on the grid of its last feature map laid over the whole
/// film.
#[derive(Clone, PartialEq, Debug)]
pub struct HeatGrid {
    pub width: u32,
    pub height: u32,
    /// Row by row, 0 to 1, the highest being 1.
    pub values: Vec<f32>,
}

/// What one model says of one film. The same weights and film give the same, so it is stored once and never changed.
#[derive(Clone, PartialEq, Debug)]
pub struct Prediction {
    pub image: ImageId,
    pub model: ModelId,
    /// That the film is abnormal; classifiers only.
    pub probability: Option<f64>,
    /// Detectors only: by falling score, ties by position; all of them, before any threshold of the window or of the
    /// fusion rule. A detection's place in this list is its number.
    pub detections: Vec<Detection>,
    pub heat: Option<HeatGrid>,
}

//! What several readers of a film agree on, by rule: lesions put together, boxes made of them, labels voted on.

pub mod clusters;
mod agreed_boxes;

pub use agreed_boxes::{boxes, is_abnormal};
pub use clusters::{ClusterRule, ReaderMark, clusters};

/// Marks of two readers that overlap at least so much (IoU) are the same lesion.
pub const SAME_LESION: f64 = 0.5;

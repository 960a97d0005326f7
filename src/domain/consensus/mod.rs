//! What several readers of a film agree on, by rule: lesions put together, boxes made of them, labels voted on.

pub mod clusters;
mod agreed_boxes;
pub mod policy;
pub mod wbf;
pub mod fused;
pub mod dawid_skene;
pub mod sources;

pub use agreed_boxes::{boxes, is_abnormal};
pub use clusters::{ClusterRule, ReaderMark, clusters};
pub use policy::{BoxForm, LabelPolicy, Policy, Quorum, VoteRule};

/// Marks of two readers that overlap at least so much (IoU) are the same lesion.
pub const SAME_LESION: f64 = 0.5;

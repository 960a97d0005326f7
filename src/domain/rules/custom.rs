//! Rules that a project makes for itself: by label, count, size and combination.

use crate::domain::label::LabelName;

use super::Severity;

/// A rule of the project's own.
#[derive(Clone, PartialEq, Debug)]
pub struct CustomRule {
    /// The store's number; 0 before it has one.
    pub id: i64,
    pub title: String,
    pub severity: Severity,
    pub condition: Condition,
}

/// What must hold.
#[derive(Clone, PartialEq, Debug)]
pub enum Condition {
    /// So many marks of the label on a film.
    Count { label: LabelName, at_least: Option<u32>, at_most: Option<u32> },
    /// Every mark of the label is at least and at most so large: the longer side of its box, in film pixels.
    Size { label: LabelName, at_least: Option<f64>, at_most: Option<f64> },
    /// Where the first is marked or said to be present, the second is too.
    Requires { label: LabelName, other: LabelName },
    /// The two are never on one film.
    Excludes { label: LabelName, other: LabelName },
}

//! Where one stands on the curves: the classifier's threshold and the boxes' smallest score.

/// An operating point; moving it needs nothing but counting.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OperatingPoint {
    /// c*: a film is abnormal when its probability is at least this.
    pub c_star: f64,
    /// A box counts when its score is at least this.
    pub min_score: f64,
}

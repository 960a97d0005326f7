//! How many are called right and wrong at a threshold, and the shares that follow.

/// Counts of a yes-or-no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    pub tp: u64,
    pub fp: u64,
    pub tn: u64,
    /// False negatives (`fn` is a word of the language).
    pub fn_: u64,
}

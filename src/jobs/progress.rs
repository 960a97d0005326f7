//! How far a piece of long work is, and the wish to stop it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How far a job is.
#[derive(Clone, PartialEq, Debug)]
pub struct Progress {
    /// What it is doing, for the person who waits: `Reading films`.
    pub stage: String,
    pub done: u64,
    /// 0 where nobody knows yet.
    pub total: u64,
}

impl Progress {
    pub fn new(stage: impl Into<String>, done: u64, total: u64) -> Self {
        Self { stage: stage.into(), done, total }
    }

    /// 0..=1; `None` where the total is unknown.
    pub fn fraction(&self) -> Option<f64> {
        (self.total > 0).then(|| (self.done as f64 / self.total as f64).min(1.0))
    }
}

/// A wish to stop, shared by who wishes and who works.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_to_stop_reaches_every_copy() {
        let token = CancelToken::new();
        let copy = token.clone();
        assert!(!copy.is_cancelled());
        token.cancel();
        assert!(copy.is_cancelled());
    }

    #[test]
    fn the_share_done_is_known_only_with_a_total() {
        assert_eq!(Progress::new("Reading", 3, 0).fraction(), None);
        assert_eq!(Progress::new("Reading", 1, 4).fraction(), Some(0.25));
    }
}

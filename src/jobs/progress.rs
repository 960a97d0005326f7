//! How far a piece of long work is, and the wish to stop it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

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

    /// How long the rest takes if it goes on as it went for this long: `3 min left`. `None` while that says nothing.
    pub fn time_left(&self, elapsed: Duration) -> Option<String> {
        let fraction = self.fraction().filter(|&fraction| fraction > 0.0 && fraction < 1.0)?;
        if elapsed < Duration::from_secs(3) {
            return None;
        }
        let secs = (elapsed.as_secs_f64() * (1.0 - fraction) / fraction).ceil() as u64;
        Some(match secs {
            ..60 => format!("{secs} s left"),
            60..5400 => format!("{} min left", secs.div_ceil(60)),
            _ => format!("{} h left", secs.div_ceil(3600)),
        })
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
    fn the_time_left_is_told_once_it_can_be_known() {
        let check = |done, total, secs, expected: Option<&str>| {
            let left = Progress::new("Reading", done, total).time_left(Duration::from_secs(secs));
            assert_eq!(left.as_deref(), expected, "{done} of {total} after {secs} s");
        };
        check(1, 0, 100, None);
        check(0, 10, 100, None);
        check(1, 10, 1, None);
        check(10, 10, 100, None);
        check(5, 10, 30, Some("30 s left"));
        check(1, 10, 10, Some("2 min left"));
        check(1, 1000, 10, Some("3 h left"));
    }

    #[test]
    fn the_share_done_is_known_only_with_a_total() {
        assert_eq!(Progress::new("Reading", 3, 0).fraction(), None);
        assert_eq!(Progress::new("Reading", 1, 4).fraction(), Some(0.25));
    }
}

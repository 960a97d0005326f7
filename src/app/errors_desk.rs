//! What the gallery and the review need of a run, computed off the window's thread.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::evaluation::run::{EvaluationId, Run};
use crate::domain::evaluation::settings::{Bootstrap, Settings, ThresholdChoice};
use crate::domain::evaluation::under_verdicts::corrected;
use crate::domain::evaluation::verdict::Ruling;
use crate::formats::csv_verdicts;
use crate::jobs::{CancelToken, Lane};
use crate::session::{ErrorIndex, Event};
use crate::store::{Store, StoreError};
use crate::workflows::evaluate::evaluate;

use super::inbox::Post;

/// Answered by `ErrorsListed`.
pub(super) fn list(lane: &Lane, post: Post, run: Arc<Run>) {
    lane.run(move || post.event(Event::ErrorsListed(Arc::new(ErrorIndex::of(&run)))));
}

/// Answered by `UnderVerdictsCounted`.
pub(super) fn under_verdicts(lane: &Lane, post: Post, run: Arc<Run>, rulings: Vec<Ruling>) {
    lane.run(move || {
        let settings = &run.plan.settings;
        let found = run.evaluation.classifier.as_ref().and_then(|figures| figures.threshold);
        // At the threshold of the run itself: what changes is the truth and nothing else.
        let threshold = found.map_or(settings.threshold, ThresholdChoice::Given);
        let bootstrap = Bootstrap { num_resamples: 0, ..settings.bootstrap };
        let settings = Settings { threshold, bootstrap, ..settings.clone() };
        let c_star = found.unwrap_or(0.5);
        let cases = corrected(&run.cases, &rulings, c_star);
        match evaluate(&cases, &settings, &|_| {}, &CancelToken::default()) {
            Ok(evaluation) => {
                post.event(Event::UnderVerdictsCounted { run: run.summary.id, evaluation: Arc::new(evaluation) });
            }
            Err(error) => post.event(Event::Warning(format!("{error:#}"))),
        }
    });
}

/// Keeps a verdict, and tells how all verdicts of the run stand now.
pub(super) fn rule(store: &mut Store, run: EvaluationId, ruling: &Ruling) -> Result<Event, StoreError> {
    store.add_ruling(run, ruling)?;
    Ok(Event::RulingsLoaded { run, rulings: store.rulings(run)? })
}

/// Answered by a sentence that says how it went.
pub(super) fn write_verdicts(lane: &Lane, post: Post, run: Arc<Run>, rulings: Vec<Ruling>, to: PathBuf) {
    lane.run(move || {
        let text = csv_verdicts::write(&run.cases, &rulings);
        post.event(Event::Warning(match std::fs::write(&to, text) {
            Ok(()) => format!("{} verdicts written to {}.", rulings.len(), to.display()),
            Err(error) => format!("The verdicts could not be written to {}: {error}.", to.display()),
        }));
    });
}

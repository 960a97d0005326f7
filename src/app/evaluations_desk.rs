//! Kept evaluations as the window asks for them: read, made, compared and written on threads of their own.

use std::sync::Arc;

use crate::domain::evaluation::live::OpenRun;
use crate::domain::evaluation::run::EvaluationId;
use crate::jobs::{CancelToken, Lane};
use crate::session::{Beside, EvaluationTask, Event, StudyNews};
use crate::store::{Doorway, StoreError};
use crate::workflows::evaluate::compare;
use crate::workflows::{evaluation_export, evaluation_runs};

use super::inbox::Post;
use super::jobs::Jobs;

/// Answered by `EvaluationsLoaded`. By a connection of its own: whether labels changed since takes a look at all of them.
pub(super) fn load(lane: &Lane, doorway: &Doorway, post: &Post) {
    let (doorway, post) = (doorway.clone(), post.clone());
    lane.run(move || tell_list(&doorway, &post));
}

fn tell_list(doorway: &Doorway, post: &Post) {
    let read = || {
        let store = doorway.open_to_look()?;
        anyhow::Ok((store.num_completed_by_reader()?, evaluation_runs::list(&store)?))
    };
    match read() {
        Ok((completed, list)) => {
            post.event(Event::StudyDone(StudyNews::Completed(completed)));
            post.event(Event::EvaluationsLoaded(list));
        }
        // Who reads without knowing what runs tell is shown none.
        Err(error) if is_not_for_them(&error) => post.event(Event::EvaluationsLoaded(Vec::new())),
        Err(error) => post.event(Event::EvaluationFailed(format!("The evaluations can't be read. {error:#}"))),
    }
}

/// Whether the person may not know what was asked for: it is loaded for a screen, not by them, so there is no failure.
pub(super) fn is_not_for_them(error: &anyhow::Error) -> bool {
    error.downcast_ref().is_some_and(StoreError::is_not_for_them)
}

/// Carries out what was asked for; verdicts go through the store's own thread and not through here.
pub(super) fn carry_out(lane: &Lane, jobs: &mut Jobs, doorway: Doorway, post: Post, task: EvaluationTask, by: String) {
    match task {
        EvaluationTask::Start(plan) => jobs.evaluate(doorway, post, *plan, by),
        EvaluationTask::Open(id) => lane.run(move || {
            let run =
                doorway.open_to_look().map_err(anyhow::Error::from).and_then(|store| evaluation_runs::open(&store, id));
            let opened = run.map(|run| OpenRun::new(Arc::new(run))).map_err(|error| format!("{error:#}"));
            post.event(Event::EvaluationOpened(opened));
        }),
        EvaluationTask::Compare { open, beside } => lane.run(move || {
            let found = beside_of(&doorway, open, beside).map_err(|error| format!("{error:#}"));
            post.event(Event::EvaluationBeside(found.map(Box::new)));
        }),
        EvaluationTask::Delete(id) => lane.run(move || {
            let deleted = doorway.open().and_then(|mut store| store.delete_evaluation(id));
            post.event(match deleted {
                Ok(()) => Event::EvaluationDone(String::new()),
                Err(error) => Event::EvaluationFailed(error.to_string()),
            });
            tell_list(&doorway, &post);
        }),
        EvaluationTask::Export { run, to } => lane.run(move || {
            let written = doorway
                .open_to_look()
                .map_err(anyhow::Error::from)
                .and_then(|store| evaluation_export::export(&store, run, &to));
            post.event(match written {
                Ok(()) => Event::EvaluationDone(format!("The evaluation is written to {}", to.display())),
                Err(error) => Event::EvaluationFailed(format!("{error:#}")),
            });
        }),
        EvaluationTask::Rule { .. } => {}
    }
}

fn beside_of(doorway: &Doorway, open: EvaluationId, beside: EvaluationId) -> anyhow::Result<Beside> {
    let store = doorway.open_to_look()?;
    let first = evaluation_runs::open(&store, open)?;
    let second = evaluation_runs::open(&store, beside)?;
    let comparison = compare(&first, &second, &|_| {}, &CancelToken::new())?;
    let OpenRun { run, live } = OpenRun::new(Arc::new(second));
    Ok(Beside {
        run,
        live,
        differences: comparison.differences,
        num_shared: comparison.num_shared,
        num_unshared: comparison.num_unshared,
        num_other_truths: comparison.num_other_truths,
    })
}

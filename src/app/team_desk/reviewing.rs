//! Carries out, on another thread, the work of many: settling what readers disagree on, finding by finding.
//!
//! All of it goes through the project's own store in the order in which it was asked, so that a film that is opened again
//! has the steps that were made before.

use crate::session::Event;
use crate::session::team::{ReaderQuestion, ReviewNews, ReviewTask, TeamNews};
use crate::store::{QuestionToReader, Store, StoreError};

use super::Desk;

const BUSY: &str = "Not saved: the disk is not keeping up. Wait a moment, then do it again.";

pub(super) fn carry_out(desk: &Desk<'_>, task: ReviewTask) {
    let post = desk.post.clone();
    let (busy, busy_news) = (post.clone(), refused(&task, BUSY.to_owned()));
    let is_queued = desk.store.with(move |store| {
        let news = done(store, task);
        post.event(Event::Team(Box::new(TeamNews::from(news))));
    });
    if !is_queued {
        busy.event(Event::Team(Box::new(TeamNews::from(busy_news))));
    }
}

fn done(store: &mut Store, task: ReviewTask) -> ReviewNews {
    match task {
        ReviewTask::Load { reviewer } => {
            ReviewNews::Films(store.films_to_review(&reviewer).map_err(|error| error.to_string()))
        }
        ReviewTask::Open { image, reviewer, at_ms } => {
            let review = store.open_review(&image, &reviewer, at_ms).map(Box::new).map_err(|error| error.to_string());
            ReviewNews::Opened { image, review }
        }
        ReviewTask::Keep { image, made } => {
            let outcome = store.add_review_step(&image, &made).map(Box::new).map_err(|error| sentence(&error));
            ReviewNews::Kept { image, outcome }
        }
        ReviewTask::Questions { reader } => {
            let asked = match store.questions_to(&reader) {
                // Somebody who reads nothing is asked nothing.
                Err(StoreError::NotAllowed { .. }) => Ok(Vec::new()),
                asked => asked,
            };
            let questions = asked.map(|asked| asked.into_iter().map(question).collect());
            ReviewNews::Questions(questions.map_err(|error| error.to_string()))
        }
        ReviewTask::Gists { reviewer, images } => {
            // The list shows the films without them; opening one tells why.
            let gists = store.gists_to_review(&reviewer, &images).unwrap_or_else(|error| {
                tracing::warn!(%error, "how much readers differ was not computed");
                Vec::new()
            });
            ReviewNews::Gists { asked: images, gists }
        }
        ReviewTask::Answer { image, reader, question, text, at_ms } => {
            let outcome = store.answer_question(&image, &reader, question, &text, at_ms);
            ReviewNews::Answered(outcome.map_err(|error| sentence(&error)))
        }
    }
}

fn question(asked: QuestionToReader) -> ReaderQuestion {
    let QuestionToReader { image, number, place, text, answer } = asked;
    ReaderQuestion { image, number, place, text, answer }
}

/// A refusal says itself that nothing was changed.
fn sentence(error: &StoreError) -> String {
    match error {
        StoreError::RuleRefused(_) => error.to_string(),
        _ => format!("Not saved: {error}"),
    }
}

fn refused(task: &ReviewTask, why: String) -> ReviewNews {
    match task {
        ReviewTask::Load { .. } => ReviewNews::Films(Err(why)),
        ReviewTask::Open { image, .. } => ReviewNews::Opened { image: image.clone(), review: Err(why) },
        ReviewTask::Keep { image, .. } => ReviewNews::Kept { image: image.clone(), outcome: Err(why) },
        ReviewTask::Questions { .. } => ReviewNews::Questions(Err(why)),
        ReviewTask::Gists { images, .. } => ReviewNews::Gists { asked: images.clone(), gists: Vec::new() },
        ReviewTask::Answer { .. } => ReviewNews::Answered(Err(why)),
    }
}

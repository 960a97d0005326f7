//! Carries out, on another thread, the work of many: settling what readers disagree on, finding by finding.
//!
//! What opens a film or writes goes through the project's own store in the order in which it was asked, so that a film that
//! is opened again has the steps that were made before. How much readers differ is read beside it: nothing that is saved
//! waits for a list.

use std::time::{Duration, Instant};

use crate::domain::adjudication::Gist;
use crate::domain::id::{ImageId, ReaderId};

use crate::session::Event;
use crate::session::team::{ReaderQuestion, ReviewNews, ReviewTask, TeamNews};
use crate::store::{Doorway, QuestionToReader, Store, StoreError};
use crate::workflows::settle::make_step;

use super::Desk;

const BUSY: &str = "Not saved: the disk is not keeping up. Wait a moment, then do it again.";

/// Other work waits behind a list of films for no longer than this, and for a few films more.
const MOMENT: Duration = Duration::from_millis(200);
const FILMS_AT_ONCE: usize = 8;

pub(super) fn carry_out(desk: &Desk<'_>, task: ReviewTask) {
    let task = match task {
        ReviewTask::Gists { reviewer, images } => {
            let (doorway, post) = (desk.doorway.clone(), desk.post.clone());
            desk.lane.run(move || super::tell(&post, ReviewNews::Gists(gists(&doorway, &reviewer, &images))));
            return;
        }
        other => other,
    };
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
        ReviewTask::Reread { image } => {
            let review = match store.review(&image) {
                Ok(Some(review)) => Ok(Box::new(review)),
                Ok(None) => Err("Nobody has begun this review.".to_owned()),
                Err(error) => Err(error.to_string()),
            };
            ReviewNews::Opened { image, review }
        }
        ReviewTask::Keep { image, made, seen } => {
            let (outcome, told) = match make_step(store, &image, &made, seen) {
                Ok((review, told)) => (Ok(Box::new(review)), told),
                Err(error) => (Err(sentence(&error)), None),
            };
            ReviewNews::Kept { image, outcome, told }
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
        ReviewTask::Gists { reviewer, images } => ReviewNews::Gists(of_films(store, &reviewer, &images)),
        ReviewTask::Answer { image, reader, question, text, at_ms } => {
            let outcome = store.answer_question(&image, &reader, question, &text, at_ms);
            ReviewNews::Answered(outcome.map_err(|error| sentence(&error)))
        }
    }
}

type Gists = Result<Vec<(ImageId, Option<Gist>)>, String>;

fn gists(doorway: &Doorway, reviewer: &ReaderId, images: &[ImageId]) -> Gists {
    let store = doorway.open_to_look().map_err(|error| error.to_string())?;
    of_films(&store, reviewer, images)
}

/// Of the first of these films, as many as a moment allows.
fn of_films(store: &Store, reviewer: &ReaderId, images: &[ImageId]) -> Gists {
    let begun = Instant::now();
    let mut known = Vec::new();
    for some in images.chunks(FILMS_AT_ONCE) {
        let found = match store.gists_to_review(reviewer, some) {
            Ok(found) => found,
            // Those before it are told; it fails again as the first.
            Err(_) if !known.is_empty() => break,
            Err(error) => return Err(error.to_string()),
        };
        let gist_of = |image: &ImageId| found.iter().find(|(of, _)| of == image).map(|(_, gist)| *gist);
        known.extend(some.iter().map(|image| (image.clone(), gist_of(image))));
        if begun.elapsed() >= MOMENT {
            break;
        }
    }
    Ok(known)
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
        ReviewTask::Open { image, .. } | ReviewTask::Reread { image } => {
            ReviewNews::Opened { image: image.clone(), review: Err(why) }
        }
        ReviewTask::Keep { image, .. } => ReviewNews::Kept { image: image.clone(), outcome: Err(why), told: None },
        ReviewTask::Questions { .. } => ReviewNews::Questions(Err(why)),
        ReviewTask::Gists { .. } => ReviewNews::Gists(Err(why)),
        ReviewTask::Answer { .. } => ReviewNews::Answered(Err(why)),
    }
}

//! Accepts, on all films that a reviewer has in hand, what every reader agrees on.

use crate::domain::adjudication::{MadeStep, Review, ReviewStage, Step};
use crate::domain::consensus::sources::ConsensusSource;
use crate::domain::id::{ImageId, ReaderId};
use crate::jobs::{CancelToken, Progress};
use crate::store::{Store, StoreError};

/// What was done.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Settled {
    /// Films that were ready or under way.
    pub num_films: usize,
    /// Findings and answers of whole films.
    pub num_accepted: usize,
    pub num_signed: usize,
    /// Films that everybody has signed since.
    pub num_settled: usize,
    /// Films where nothing could be done, and why.
    pub refused: Vec<(ImageId, String)>,
}

/// The step is made all the same, and nothing of it is lost.
const SOURCE_UNREADABLE: &str =
    "The signature is taken back. Whose word stands in the consensus of this film can't be read.";

/// Makes a step in a film's review. Where it takes back the signature that settled the film, tells beside the review, in
/// a sentence for the reviewer, what stands in the consensus again: what a rule said before, or what was imported.
///
/// # Errors
/// As [`Store::add_review_step`]: the step was not made.
pub fn make_step(
    store: &mut Store,
    image: &ImageId,
    made: &MadeStep,
    seen: usize,
) -> Result<(Review, Option<&'static str>), StoreError> {
    let takes_back = matches!(made.step, Step::Unsign);
    let was_settled = takes_back && store.review(image)?.is_some_and(|review| review.document().is_settled());
    let review = store.add_review_step(image, made, seen)?;
    let is_open_again = was_settled && !review.document().is_settled();
    let told = if is_open_again { stands_again(store.consensus_source(image)) } else { None };
    Ok((review, told))
}

fn stands_again(source: Result<Option<ConsensusSource>, StoreError>) -> Option<&'static str> {
    match source {
        Ok(source) => source.and_then(ConsensusSource::after_signature),
        Err(error) => {
            tracing::warn!(%error, "where a consensus comes from can't be read");
            Some(SOURCE_UNREADABLE)
        }
    }
}

/// Each film is a step of its own: what is done when it is cancelled stays done. With `with_signature` films on which
/// nothing is open then are signed; those on which something is open, or a question waits for its answer, are left.
pub fn accept_unanimous(
    store: &mut Store,
    reviewer: &ReaderId,
    with_signature: bool,
    at_ms: i64,
    on_progress: &dyn Fn(Progress),
    cancel: &CancelToken,
) -> anyhow::Result<Settled> {
    let mut films = store.films_to_review(reviewer)?;
    films.retain(|film| matches!(film.stage, ReviewStage::Ready | ReviewStage::UnderWay) && !film.is_paused);
    let mut settled = Settled { num_films: films.len(), ..Settled::default() };
    for (done, film) in films.iter().enumerate() {
        if cancel.is_cancelled() {
            break;
        }
        on_progress(Progress::new("Accepting what all agree on", done as u64, films.len() as u64));
        match accept_on(store, &film.image, reviewer, with_signature, at_ms) {
            Ok(on_film) => {
                settled.num_accepted += on_film.num_accepted;
                settled.num_signed += on_film.num_signed;
                settled.num_settled += on_film.num_settled;
            }
            Err(StoreError::RuleRefused(why)) => settled.refused.push((film.image.clone(), why)),
            Err(other) => return Err(other.into()),
        }
    }
    Ok(settled)
}

fn accept_on(
    store: &mut Store,
    image: &ImageId,
    reviewer: &ReaderId,
    with_signature: bool,
    at_ms: i64,
) -> Result<Settled, StoreError> {
    let made = |step| MadeStep { by: reviewer.clone(), at_ms, step };
    let mut review = store.open_review(image, reviewer, at_ms)?;
    let mut settled = Settled::default();
    let before = review.document().num_settled();
    let is_open = review.document().findings().iter().any(|one| one.is_unanimous() && one.ruling().is_none())
        || review.document().labels().iter().any(|one| one.is_unanimous && one.ruling.is_none())
        || review.document().fitness().is_some_and(|one| one.is_unanimous && one.ruling.is_none());
    if is_open {
        review = store.add_review_step(image, &made(Step::AcceptUnanimous), review.num_steps())?;
        settled.num_accepted = review.document().num_settled() - before;
    }
    let document = review.document();
    let is_done = document.is_complete() && document.num_waiting_answers() == 0;
    if with_signature && is_done && !document.signatures().contains_key(reviewer) {
        review = store.add_review_step(image, &made(Step::Sign), review.num_steps())?;
        settled.num_signed = 1;
        settled.num_settled = usize::from(review.document().is_settled());
    }
    Ok(settled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_was_made_is_not_refused_where_the_source_of_the_consensus_cannot_be_read() {
        assert_eq!(stands_again(Err(StoreError::Blind)), Some(SOURCE_UNREADABLE));
        assert_eq!(stands_again(Ok(Some(ConsensusSource::Settled))), None);
        assert!(stands_again(Ok(Some(ConsensusSource::ByRule))).is_some_and(|told| told.contains("a rule")));
    }
}

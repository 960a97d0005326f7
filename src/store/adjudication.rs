//! Reviews of films: steps are only ever added, and the consensus layer is written at the last signature.

use crate::domain::adjudication::{FilmToReview, MadeStep, MarkSource, Review};
use crate::domain::geometry::Point;
use crate::domain::id::{AnnotationId, ImageId, ReaderId};

use super::error::StoreError;
use super::project::Store;

/// A question that reviewers sent to a reader of a film. It names nobody and shows nothing of others, so that a blind
/// reader may see it.
#[derive(Clone, PartialEq, Debug)]
pub struct QuestionToReader {
    pub image: ImageId,
    /// As [`crate::domain::adjudication::Step::Answer`] takes it.
    pub number: u32,
    /// In image pixels.
    pub place: Point,
    pub text: String,
    /// What this reader answered; `None` until then.
    pub answer: Option<String>,
}

impl Store {
    /// Films that this person may review, in their order: higher priorities first. In a project that hands out, those
    /// handed to them for review; otherwise every film that somebody else has begun to read.
    pub fn films_to_review(&self, _reviewer: &ReaderId) -> Result<Vec<FilmToReview>, StoreError> {
        Ok(Vec::new())
    }

    /// Begins the review of a film, or goes on with it; begins it anew where readers changed their marks since and nobody
    /// has settled the film. Refused with a sentence where stage 1 is not complete, where this person read the film, or is
    /// not more senior than those who did, or has not got the film in hand.
    pub fn open_review(&mut self, _image: &ImageId, _reviewer: &ReaderId, _at_ms: i64) -> Result<Review, StoreError> {
        Err(StoreError::RuleRefused("reviews come soon".into()))
    }

    /// Writes a step and what follows from it, in one transaction, and gives the review as it is then. The last signature
    /// writes the consensus layer; taking a signature back takes it back. Refused with a sentence and nothing changed where
    /// the step does not fit the review as it is stored.
    pub fn add_review_step(&mut self, _image: &ImageId, _made: &MadeStep) -> Result<Review, StoreError> {
        Err(StoreError::RuleRefused("reviews come soon".into()))
    }

    /// The review of a film as it is stored; `None` where nobody has begun it.
    pub fn review(&self, _image: &ImageId) -> Result<Option<Review>, StoreError> {
        Ok(None)
    }

    /// The steps of a film's review in their order.
    pub fn review_steps(&self, _image: &ImageId) -> Result<Vec<MadeStep>, StoreError> {
        Ok(Vec::new())
    }

    /// Questions that reviewers sent to this reader, those without an answer first. A reader answers with
    /// [`Store::add_review_step`] and [`crate::domain::adjudication::Step::Answer`].
    pub fn questions_to(&self, _reader: &ReaderId) -> Result<Vec<QuestionToReader>, StoreError> {
        Ok(Vec::new())
    }

    /// Where each mark of a settled film's consensus comes from, in the order of the marks.
    pub fn settled_sources(&self, _image: &ImageId) -> Result<Vec<(AnnotationId, MarkSource)>, StoreError> {
        Ok(Vec::new())
    }
}

//! Films to review, in sum, for lists.

use crate::domain::id::{ImageId, ReaderId};

/// How far a film is on its way to a consensus.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ReviewStage {
    /// Some reader has not completed it; nobody may review it yet.
    Reading,
    /// All readers have completed it.
    Ready,
    /// Somebody opened it for review.
    UnderWay,
    /// Everybody signed.
    Settled,
}

impl ReviewStage {
    pub const ALL: [Self; 4] = [Self::Reading, Self::Ready, Self::UnderWay, Self::Settled];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Reading => "Being read",
            Self::Ready => "Ready",
            Self::UnderWay => "Under way",
            Self::Settled => "Settled",
        }
    }
}

/// One film of a reviewer's list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FilmToReview {
    pub image: ImageId,
    pub stage: ReviewStage,
    /// Readers of stage 1, and how many of them have completed the film.
    pub num_readers: usize,
    pub num_completed: usize,
    /// Findings and answers of the whole film; 0 until somebody opened it.
    pub num_items: usize,
    pub num_settled: usize,
    /// Who has signed, in the order of their ids.
    pub signers: Vec<ReaderId>,
    /// Questions to readers that nobody answered yet.
    pub num_questions: usize,
    pub is_paused: bool,
}

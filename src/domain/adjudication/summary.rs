//! Films to review, in sum, for lists.

use crate::domain::id::{ImageId, ReaderId};

use super::document::Document;
use super::finding::Finding;

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

/// What the readers of one film marked, in sum: told of films that nobody has opened for review yet as of others.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Gist {
    /// Findings and answers of the whole film.
    pub num_items: usize,
    pub num_open: usize,
    /// Of the findings and answers, those on which not all readers agree.
    pub num_differing: usize,
    /// Of the finding on which readers differ most ([`super::Finding::disagreement`], 0 to 3); 0 where there is none.
    pub disagreement: f64,
}

impl Gist {
    pub fn of(document: &Document) -> Self {
        let num_findings = document.findings().iter().filter(|finding| finding.is_ambiguous()).count();
        let num_labels = document.labels().iter().filter(|label| !label.is_unanimous).count();
        let is_fit_for_some = document.fitness().is_some_and(|fitness| !fitness.is_unanimous);
        Self {
            num_items: document.num_items(),
            num_open: document.num_items() - document.num_settled(),
            num_differing: num_findings + num_labels + usize::from(is_fit_for_some),
            disagreement: document.findings().iter().map(Finding::disagreement).fold(0.0, f64::max),
        }
    }

    /// In whole per cent of the largest there is: 0 is all alike and 100 as different as can be, and nothing else is.
    pub fn disagreement_percent(&self) -> u32 {
        let share = self.disagreement / MOST_DISAGREEMENT;
        let whole = (100.0 * share).round() as u32;
        if share <= 0.0 {
            0
        } else if share >= 1.0 {
            100
        } else {
            whole.clamp(1, 99)
        }
    }
}

/// Readers differ on whether a finding is there, what it is, and where: each counts for one.
const MOST_DISAGREEMENT: f64 = 3.0;

/// Where a film stands in the list of one reviewer: what they are to do about it, if anything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ReviewTurn {
    /// Everything is decided; this person's signature is missing.
    ToSign,
    /// Nobody has opened it for review.
    ToBegin,
    /// Begun, with something open.
    InWork,
    /// A reader has not answered a question.
    WaitsForAnswer,
    /// This person has signed, or everybody has.
    Signed,
    /// Readers have not completed it, or it is paused.
    NotYet,
}

impl FilmToReview {
    pub fn turn_of(&self, reviewer: &ReaderId) -> ReviewTurn {
        match self.stage {
            ReviewStage::Settled => ReviewTurn::Signed,
            _ if self.signers.contains(reviewer) => ReviewTurn::Signed,
            ReviewStage::Reading => ReviewTurn::NotYet,
            _ if self.is_paused => ReviewTurn::NotYet,
            ReviewStage::Ready => ReviewTurn::ToBegin,
            ReviewStage::UnderWay if self.num_questions > 0 => ReviewTurn::WaitsForAnswer,
            ReviewStage::UnderWay if self.num_settled == self.num_items => ReviewTurn::ToSign,
            ReviewStage::UnderWay => ReviewTurn::InWork,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disagreement_is_told_in_per_cent_and_only_all_alike_is_none() {
        for (disagreement, expected) in [(0.0, 0), (0.001, 1), (0.99, 33), (1.43, 48), (2.999, 99), (3.0, 100)] {
            let gist = Gist { num_items: 1, num_open: 1, num_differing: 1, disagreement };
            assert_eq!(gist.disagreement_percent(), expected, "{disagreement}");
        }
    }

    #[test]
    fn a_film_waits_for_what_is_to_be_done_next() {
        use ReviewStage::{Reading, Ready, Settled, UnderWay};
        let film = |stage, num_settled, num_questions, signer: &str, is_paused| FilmToReview {
            image: ImageId::new("a"),
            stage,
            num_readers: 2,
            num_completed: 2,
            num_items: 3,
            num_settled,
            signers: vec![ReaderId::new(signer)],
            num_questions,
            is_paused,
        };
        for (film, expected) in [
            (film(Reading, 0, 0, "", false), ReviewTurn::NotYet),
            (film(Ready, 0, 0, "", false), ReviewTurn::ToBegin),
            (film(Ready, 0, 0, "", true), ReviewTurn::NotYet),
            (film(UnderWay, 2, 0, "V2", false), ReviewTurn::InWork),
            (film(UnderWay, 3, 1, "V2", false), ReviewTurn::WaitsForAnswer),
            (film(UnderWay, 3, 0, "V2", false), ReviewTurn::ToSign),
            (film(UnderWay, 3, 1, "V1", false), ReviewTurn::Signed),
            (film(Settled, 3, 0, "V2", false), ReviewTurn::Signed),
        ] {
            assert_eq!(film.turn_of(&ReaderId::new("V1")), expected, "{film:?}");
        }
    }
}

//! What a reader says of a whole study, from what he or she says of its films.

use crate::domain::quality::UnfitReason;
use crate::domain::reading::Decision;

/// A study as one reader's films decide it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StudyDecision {
    pub decision: Decision,
    /// Readable films that are normal or abnormal.
    pub num_decided: usize,
    /// Films that are fit to be read.
    pub num_readable: usize,
    pub num_unfit: usize,
}

/// Abnormal where any readable film is; normal where all of them are; else undecided. A film that is unfit to be read
/// says nothing, whatever is marked on it: its rows are in no table either.
pub fn study_decision(films: impl IntoIterator<Item = (Decision, Option<UnfitReason>)>) -> StudyDecision {
    let mut study = StudyDecision { decision: Decision::Undecided, num_decided: 0, num_readable: 0, num_unfit: 0 };
    let mut is_abnormal = false;
    for (decision, unfit) in films {
        if unfit.is_some() {
            study.num_unfit += 1;
            continue;
        }
        study.num_readable += 1;
        study.num_decided += usize::from(decision != Decision::Undecided);
        is_abnormal |= decision == Decision::Abnormal;
    }
    study.decision = match study.num_decided == study.num_readable && study.num_readable > 0 {
        _ if is_abnormal => Decision::Abnormal,
        true => Decision::Normal,
        false => Decision::Undecided,
    };
    study
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_study_is_decided_from_its_films() {
        // Each film by a letter: n normal, a abnormal, u undecided; upper case where it is unfit to be read.
        let check = |films: &str, decision: Decision, num_decided: usize, num_readable: usize| {
            let film = |letter: char| {
                let decision = match letter.to_ascii_lowercase() {
                    'n' => Decision::Normal,
                    'a' => Decision::Abnormal,
                    _ => Decision::Undecided,
                };
                (decision, letter.is_uppercase().then_some(UnfitReason::LowQuality))
            };
            let num_unfit = films.len() - num_readable;
            let expected = StudyDecision { decision, num_decided, num_readable, num_unfit };
            assert_eq!(study_decision(films.chars().map(film)), expected, "{films:?}");
        };
        check("", Decision::Undecided, 0, 0);
        check("u", Decision::Undecided, 0, 1);
        check("n", Decision::Normal, 1, 1);
        check("a", Decision::Abnormal, 1, 1);
        check("nn", Decision::Normal, 2, 2);
        check("nu", Decision::Undecided, 1, 2);
        check("au", Decision::Abnormal, 1, 2);
        check("na", Decision::Abnormal, 2, 2);
        check("nnu", Decision::Undecided, 2, 3);
        // What can't be read stands in nobody's way, and says nothing.
        check("nU", Decision::Normal, 1, 1);
        check("nA", Decision::Normal, 1, 1);
        check("aN", Decision::Abnormal, 1, 1);
        check("uU", Decision::Undecided, 0, 1);
        check("UN", Decision::Undecided, 0, 0);
    }
}

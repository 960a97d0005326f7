//! Why a step of a review is refused: one sentence that says what to do.

use crate::domain::id::ReaderId;

/// Why a step was refused; the document is unchanged. Each reads on after "Refused, and nothing was changed: ".
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    #[error("the review of this film has not begun; open it first")]
    NotOpen,
    #[error("this finding is not there any more; somebody merged, split or undid it. Look at the list again")]
    NoSuchFinding,
    #[error("this mark is no part of the finding; look at the list again")]
    NoSuchMember,
    #[error("a finding cannot be merged with itself; choose another one")]
    MergedWithItself,
    #[error("a finding can be split only where something goes and something stays; choose some of its marks")]
    NothingToSplit,
    #[error("\"No finding\" is no label of a finding; reject the finding instead")]
    NoFindingAsLabel,
    #[error("the shape has no area; draw it again")]
    EmptyShape,
    #[error("the finding is not decided yet; decide first, then say why")]
    NotDecided,
    #[error("{0} did not read this film; ask one of its readers")]
    NotAReader(ReaderId),
    #[error("the question is empty; write what the readers shall look at")]
    EmptyQuestion,
    #[error("there is no such question to {0}; look at the film again")]
    NoSuchQuestion(ReaderId),
    #[error("every reader agrees on nothing that is still open")]
    NothingUnanimous,
    #[error("{0} of the film's findings and answers are still open; decide them, then sign")]
    StillOpen(usize),
    #[error("{0} has signed already")]
    SignedAlready(ReaderId),
    #[error("{0} has not signed")]
    NotSigned(ReaderId),
    #[error("the film is not handed to {0} for review; ask the data manager")]
    NotHanded(ReaderId),
    #[error("the film is settled; take a signature back to change it")]
    Settled,
    #[error("there is nothing to undo")]
    NothingToUndo,
    #[error("there is nothing to redo")]
    NothingToRedo,
    #[error("the last step is {0}'s, who may undo it; change the finding instead")]
    NotYours(ReaderId),
}

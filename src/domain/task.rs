//! A task's state and the transitions that are allowed, with who may do each, as one table after VinDr Lab's.

/// Where one reader's reading of one film stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum TaskState {
    /// Not opened yet.
    #[default]
    New,
    /// Opened or marked, not completed.
    Doing,
    /// Signed off; marks are read-only until reopened.
    Completed,
}

/// Who moves a task.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Mover {
    /// In whose hands the film is.
    Reader,
    /// Whoever hands films out.
    Manager,
    /// Whoever settles the film.
    Reviewer,
}

/// One line of the table. No state: the film is in nobody's hands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Transition {
    pub from: Option<TaskState>,
    pub to: Option<TaskState>,
    pub by: &'static [Mover],
    /// How it comes about.
    pub how: &'static str,
}

const fn line(
    from: Option<TaskState>,
    to: Option<TaskState>,
    by: &'static [Mover],
    how: &'static str,
) -> Transition {
    Transition { from, to, by, how }
}

use Mover::{Manager, Reader, Reviewer};
use TaskState::{Completed, Doing, New};

/// VinDr Lab takes back new films only; here one that was begun too, since its marks stay. VinDr Lab lets nobody but the owner reopen what was completed, so that a slip of the hand needs a letter. Here the
/// reader may, as long as nobody has begun to review the film: nothing was shown to the reader that was not there before.
pub const TRANSITIONS: &[Transition] = &[
    line(None, Some(New), &[Manager], "The film is handed out."),
    line(Some(New), None, &[Manager], "The film is taken back. Marks stay."),
    line(Some(Doing), None, &[Manager], "The film is taken back. Marks stay."),
    line(Some(New), Some(Doing), &[Reader], "The film is opened, or marked."),
    line(Some(New), Some(Completed), &[Reader], "One key decides and completes."),
    line(Some(Doing), Some(Completed), &[Reader], "The reader completes the film."),
    line(Some(Doing), Some(New), &[Reader, Manager], "The first step is undone, or the film is handed out again."),
    line(Some(Completed), Some(Doing), &[Reader, Manager, Reviewer], "Reopened, or sent back with a question."),
    line(Some(Completed), Some(New), &[Reader, Manager], "Undone in one step, or handed out again. Marks stay."),
];

impl TaskState {
    pub const ALL: [Self; 3] = [Self::New, Self::Doing, Self::Completed];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Doing => "doing",
            Self::Completed => "completed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether somebody may move it so.
    pub fn may_become(self, next: Self) -> bool {
        TRANSITIONS.iter().any(|line| line.from == Some(self) && line.to == Some(next))
    }

    /// Whether the reader may; `is_reviewed` where somebody has begun to settle the film: then what it was settled by
    /// stays, until a reviewer or whoever hands films out gives it back.
    pub fn reader_may_make_it(self, next: Self, is_reviewed: bool) -> bool {
        may_move(Some(self), Some(next), Reader) && !(self == Completed && is_reviewed)
    }
}

/// Whether a task may go from one state to another by this person's hand.
pub fn may_move(from: Option<TaskState>, to: Option<TaskState>, by: Mover) -> bool {
    TRANSITIONS.iter().any(|line| line.from == from && line.to == to && line.by.contains(&by))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of VinDr Lab, and taking back what was begun.
    #[test]
    fn what_vindr_lab_allows_is_allowed() {
        for (from, to, by) in [
            (None, Some(New), Manager),
            (Some(New), Some(Doing), Reader),
            (Some(Doing), Some(Completed), Reader),
            (Some(Doing), Some(New), Manager),
            (Some(Completed), Some(New), Manager),
            (Some(New), None, Manager),
            (Some(Doing), None, Manager),
        ] {
            assert!(may_move(from, to, by), "{from:?} {to:?} {by:?}");
        }
    }

    #[test]
    fn nobody_else_moves_a_task() {
        assert!(!may_move(Some(Completed), None, Manager), "what was completed stays in its reader's hands");
        for from in [None, Some(New), Some(Doing), Some(Completed)] {
            assert!(!may_move(from, None, Reader), "a reader gives no film back by himself");
            assert!(!may_move(None, from, Reader), "nor takes one");
            assert!(!may_move(from, Some(Completed), Manager), "nobody completes for another");
            assert!(!may_move(from, Some(Completed), Reviewer));
            assert!(!may_move(from, from, Manager));
        }
    }

    #[test]
    fn what_is_being_reviewed_is_reopened_by_others_only() {
        assert!(Completed.reader_may_make_it(Doing, false));
        assert!(!Completed.reader_may_make_it(Doing, true));
        assert!(!Completed.reader_may_make_it(New, true));
        assert!(Doing.reader_may_make_it(Completed, true));
        assert!(may_move(Some(Completed), Some(Doing), Reviewer));
    }
}

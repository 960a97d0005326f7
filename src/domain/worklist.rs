//! One line of the worklist: a film and where its reading stands.

use crate::domain::id::{ImageId, StudyId};
use crate::domain::quality::UnfitReason;
use crate::domain::reading::Decision;
use crate::domain::study::Sex;
use crate::domain::task::TaskState;
use crate::domain::triage::{Disagreement, Triage};

/// A film as the worklist shows it to one reader. Nothing of another reader is in it, except where readers see
/// each other's comments.
#[derive(Clone, PartialEq, Debug)]
pub struct WorklistRow {
    pub image: ImageId,
    pub study: StudyId,
    /// As [`crate::domain::study::view_name`] has it, else empty.
    pub view: String,
    pub sex: Option<Sex>,
    pub age_years: Option<f64>,
    pub state: TaskState,
    pub decision: Decision,
    /// Marks of any shape.
    pub num_marks: u32,
    /// Why the film is unfit to be read: it is not in the queue.
    pub unfit: Option<UnfitReason>,
    /// Threads that wait for an answer: the reader's own, and others' where the project is open.
    pub num_open_threads: u32,
    /// Bit `i` is set where the reading carries label `i` of the project's label set (by position).
    pub labels: u128,
    /// Milliseconds since 1970-01-01 UTC; `None` before the first edit.
    pub last_edit_ms: Option<i64>,
    /// What the models in use say; `None` where they have not looked, and where the reader may not see it yet.
    pub triage: Option<Triage>,
    /// Where it stands among the films worth reading next, from 1. Why it stands there is not said: that would tell what
    /// models say.
    pub queue_place: Option<u32>,
}

impl WorklistRow {
    /// After the reading changed: the models' answer is held against the reader's decision, on completed films only.
    /// Counts of boxes stay while the film stays completed; they are made anew where the models' boxes are at hand.
    pub fn renew_disagreement(&mut self) {
        let Some(triage) = &mut self.triage else { return };
        let boxes = triage.disagreement.and_then(|old| old.boxes);
        triage.disagreement =
            (self.state == TaskState::Completed).then(|| Disagreement::new(triage.is_abnormal, self.decision, boxes));
    }
}

//! One line of the worklist: a film, in whose hands it is, and where its reading stands.

pub mod query;

use std::sync::Arc;

use crate::domain::assignment::Stage;
use crate::domain::id::{ImageId, ReaderId, StudyId};
use crate::domain::quality::UnfitReason;
use crate::domain::reading::Decision;
use crate::domain::study::Sex;
use crate::domain::task::TaskState;
use crate::domain::triage::{Disagreement, Triage};

/// A film as the worklist shows it to one reader. Nothing of another reader is in it, except where readers see
/// each other's comments, and who has the film in hands where the reader may know that.
#[derive(Clone, PartialEq, Debug)]
pub struct WorklistRow {
    pub image: ImageId,
    pub study: StudyId,
    /// Under which the film is read and edited: the reader's own, that of a second reading, or what reviewers settle.
    pub layer: ReaderId,
    /// In the reader's own hands; `None` where nobody handed it out.
    pub task: Option<RowTask>,
    /// In whose hands it is; `None` where the reader may not know.
    pub held: Option<Held>,
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

/// A film in the reader's own hands. That its truth may be known is not in it: who knows that reads with more care.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RowTask {
    pub stage: Stage,
    /// In the reader's own order, from 1.
    pub place: u32,
    pub priority: i32,
    /// Set aside by whoever looks after the project.
    pub is_paused: bool,
    /// A second reading, to be held against the first.
    pub is_repeat: bool,
    /// A review that begins when everybody who reads the film has completed it.
    pub is_waiting: bool,
}

/// In whose hands a film is, for whoever looks after the project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// Readers and reviewers, by id. Films share the lists.
    pub by: Arc<[ReaderId]>,
    /// Those who have it to read, and those who completed it without.
    pub num_readers: u32,
    /// Those of them who have completed it.
    pub num_done: u32,
    /// Readings after which it is read: of all who have it to read or have read it; of a film that was handed to
    /// nobody, as many as the project asks for.
    pub num_needed: u32,
    /// The completed readings among those that were handed out, by person and layer.
    pub done: Arc<[DoneReading]>,
}

/// A completed reading that was handed out.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DoneReading {
    pub person: ReaderId,
    /// The person's own, or that of a later reading by the same person.
    pub layer: ReaderId,
}

impl DoneReading {
    /// The person has read the film before.
    pub fn is_again(&self) -> bool {
        self.layer != self.person
    }
}

impl Held {
    /// It was handed out or read, and is not read by all.
    pub const fn is_being_read(&self) -> bool {
        self.num_readers > 0 && !self.is_read_by_all()
    }

    /// Everybody who was to read it has completed it, whether it was handed to them or not.
    pub const fn is_read_by_all(&self) -> bool {
        self.num_needed > 0 && self.num_done >= self.num_needed
    }

    pub fn stage(&self) -> HeldStage {
        if self.is_read_by_all() {
            HeldStage::ReadByAll
        } else {
            match (self.by.is_empty(), self.num_done > 0) {
                (true, false) => HeldStage::Nobody,
                (true, true) => HeldStage::ReadBySome,
                (false, false) => HeldStage::HandedOut,
                (false, true) => HeldStage::BeingRead,
            }
        }
    }
}

/// How far the readers of a film are, in the order in which they get on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum HeldStage {
    /// Nobody has it, and nobody has read it.
    Nobody,
    /// Nobody has read it yet.
    HandedOut,
    /// It was read without having been handed out, by fewer than the project asks for.
    ReadBySome,
    /// Of those who have it, some have read it.
    BeingRead,
    ReadByAll,
}

/// A question to the list that a reader keeps under a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SavedFilter {
    pub name: String,
    pub query: String,
}

/// A film by what the models in use say of it, as far as the reader may see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ModelWord {
    Abnormal,
    Normal,
    /// No model in use has looked at it, or what they say may not be seen yet.
    NotPredicted,
    /// Completed films of which models and reader say different things, of the film or of a place.
    Disagrees,
}

impl ModelWord {
    pub fn holds_of(self, row: &WorklistRow) -> bool {
        let triage = row.triage.unwrap_or_default();
        match self {
            Self::Abnormal => triage.is_abnormal == Some(true),
            Self::Normal => triage.is_abnormal == Some(false),
            Self::NotPredicted => row.triage.is_none(),
            Self::Disagrees => triage.disagreement.is_some_and(|disagreement| disagreement.degree() > 0.0),
        }
    }
}

impl WorklistRow {
    /// A film of which nothing else is known.
    pub fn new(image: ImageId, study: StudyId, layer: ReaderId) -> Self {
        Self {
            image,
            study,
            layer,
            task: None,
            held: None,
            view: String::new(),
            sex: None,
            age_years: None,
            state: TaskState::New,
            decision: Decision::Undecided,
            num_marks: 0,
            unfit: None,
            num_open_threads: 0,
            labels: 0,
            last_edit_ms: None,
            triage: None,
            queue_place: None,
        }
    }

    pub fn stage(&self) -> Stage {
        self.task.map_or(Stage::Read, |task| task.stage)
    }

    /// What chips and queries call new, doing and completed: films to be read, and reviews that are over. What can't be
    /// read, is set aside or waits for review has words of its own.
    pub fn is_in_state(&self, state: TaskState) -> bool {
        self.state == state && self.unfit.is_none() && (state == TaskState::Completed || self.can_be_opened())
    }

    /// A review that has begun or may begin.
    pub fn is_to_review(&self) -> bool {
        let is_open = self.task.is_some_and(|task| task.stage == Stage::Review && !task.is_waiting && !task.is_paused);
        is_open && self.state != TaskState::Completed
    }

    /// A review that this person has signed.
    pub fn is_signed(&self) -> bool {
        self.task.is_some_and(|task| task.stage == Stage::Review) && self.state == TaskState::Completed
    }

    /// Who looks after the project has not begun to read it: what is told is how far those are who have it.
    pub fn held_by_others(&self) -> Option<&Held> {
        let is_untouched = self.task.is_none() && self.unfit.is_none() && self.state == TaskState::New;
        self.held.as_ref().filter(|_| is_untouched)
    }

    pub fn is_waiting(&self) -> bool {
        self.task.is_some_and(|task| task.is_waiting)
    }

    pub fn is_paused(&self) -> bool {
        self.task.is_some_and(|task| task.is_paused)
    }

    /// It opens as a film to be read; a review has a screen of its own, and what is set aside stays shut.
    pub fn can_be_opened(&self) -> bool {
        !self.is_paused() && self.stage() == Stage::Read
    }

    /// To be read, and not read yet.
    pub fn is_in_queue(&self) -> bool {
        self.state != TaskState::Completed && self.unfit.is_none() && self.can_be_opened()
    }

    /// After the reading changed: the models' answer is held against the reader's decision, on completed films only.
    /// Counts of boxes stay while the film stays completed; they are made anew where the models' boxes are at hand.
    pub fn renew_disagreement(&mut self) {
        let Some(triage) = &mut self.triage else { return };
        let boxes = triage.disagreement.and_then(|old| old.boxes);
        triage.disagreement =
            (self.state == TaskState::Completed).then(|| Disagreement::new(triage.is_abnormal, self.decision, boxes));
    }
}

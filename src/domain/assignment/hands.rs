//! How much each person has in hand, and which tasks somebody means.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::task::TaskState;

use super::task::{Stage, Task};

/// What one person has in hand of one stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Hands {
    pub num: u32,
    pub new: u32,
    pub doing: u32,
    pub completed: u32,
    /// Of those that are not completed.
    pub paused: u32,
    /// Of all: films with a known truth, and films that are read once more.
    pub hidden_truths: u32,
    pub repeats: u32,
}

impl Hands {
    pub const fn open(&self) -> u32 {
        self.new + self.doing
    }
}

/// Person by person and stage by stage, who has anything in hand.
pub fn hands<'a>(tasks: impl IntoIterator<Item = &'a Task>) -> BTreeMap<(ReaderId, Stage), Hands> {
    let mut by_person: BTreeMap<(ReaderId, Stage), Hands> = BTreeMap::new();
    for task in tasks {
        let hands = by_person.entry((task.person.clone(), task.stage)).or_default();
        hands.num += 1;
        match task.state {
            TaskState::New => hands.new += 1,
            TaskState::Doing => hands.doing += 1,
            TaskState::Completed => hands.completed += 1,
        }
        hands.paused += u32::from(task.is_paused && task.state != TaskState::Completed);
        hands.hidden_truths += u32::from(task.is_hidden_truth);
        hands.repeats += u32::from(task.is_repeat());
    }
    by_person
}

/// Which tasks are meant; what is left out means all.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TaskChoice {
    pub people: BTreeSet<ReaderId>,
    pub films: BTreeSet<ImageId>,
    /// Of readings: a person's own, or that of a later reading by the same person.
    pub layers: BTreeSet<ReaderId>,
    pub stage: Option<Stage>,
    pub state: Option<TaskState>,
}

impl TaskChoice {
    pub fn has(&self, task: &Task) -> bool {
        (self.people.is_empty() || self.people.contains(&task.person))
            && (self.films.is_empty() || self.films.contains(&task.image))
            && (self.layers.is_empty() || self.layers.contains(&task.layer))
            && self.stage.is_none_or(|stage| stage == task.stage)
            && self.state.is_none_or(|state| state == task.state)
    }
}

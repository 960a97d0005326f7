//! A film in somebody's hands.

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::task::TaskState;

/// What is done with a film that was handed out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Stage {
    /// It is read without a look at others (stage 1).
    #[default]
    Read,
    /// What its readers said is settled (stage 2).
    Review,
}

impl Stage {
    pub const ALL: [Self; 2] = [Self::Read, Self::Review];

    /// Stable, as stored and as typed on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Review => "review",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text)
    }
}

/// A film in somebody's hands, and where it stands there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Task {
    /// Of the task; grows in the order of handing out.
    pub id: i64,
    pub image: ImageId,
    /// In whose hands it is.
    pub person: ReaderId,
    /// The layer that it is read under: the person's own, or that of a repeat (`R3.2`).
    pub layer: ReaderId,
    pub stage: Stage,
    /// Place in the person's own order, from 1; a higher priority comes before all places.
    pub place: u32,
    pub priority: i32,
    /// Set aside by whoever looks after the project.
    pub is_paused: bool,
    /// The film's truth is known; the reading is held against it. Nothing shows this to the reader.
    pub is_hidden_truth: bool,
    /// Of the reading; of a review: whether the person has taken a step, or signed.
    pub state: TaskState,
    /// When the film was handed out, in milliseconds since 1970-01-01 UTC.
    pub handed_out_ms: i64,
}

impl Task {
    /// The person reads the film once more, to be held against the first reading.
    pub fn is_repeat(&self) -> bool {
        self.layer != self.person
    }

    /// Sorts a person's tasks into the order in which they are to be done.
    pub fn order(&self) -> impl Ord + use<> {
        (self.stage, self.is_paused, std::cmp::Reverse(self.priority), self.place, self.id)
    }
}

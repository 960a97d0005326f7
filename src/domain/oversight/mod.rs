//! How far a project is: its pipeline, its readers' pace, what was found, where readers differ, which comments wait.
//!
//! Everything is counted from [`Standing`]s, plain columns that the store reads at once, so that no figure needs a mark.
//! The stages are those of Figure 1 of the VinDr-CXR paper: collection, filtering, labelling.

mod disagreement;
mod one_voice;
mod pace;
mod pipeline;
pub mod plots;
mod split_table;

pub use disagreement::{MonthOfReading, by_month};
pub use one_voice::{OneVoice, one_voice};
pub use pace::{PACE_DAYS, ReaderProgress, progress};
pub use pipeline::{Stage, StageCount, pipeline};
pub use split_table::{Part, PartColumn, SplitTable, split_table};

use crate::domain::comment::Pin;
use crate::domain::consensus::sources::ConsensusSources;
use crate::domain::evaluation::plot::Plot;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::project::Workflow;
use crate::domain::reading::Decision;
use crate::domain::training::dataset::DatasetId;

/// One person's reading of one film, as far as it is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadingStanding {
    /// Place of the film and of the person in [`Standing`].
    pub film: u32,
    pub reader: u32,
    /// A further reading of the film by the same person.
    pub is_repeat: bool,
    /// It knows the truth of a film that is to be read by others: no reading of stage 1.
    pub is_truth: bool,
    pub is_completed: bool,
    pub is_unfit: bool,
    pub decision: Decision,
    /// Stands for the set of labels: two readings with the same number name the same labels.
    pub labels: u32,
    /// When it was last changed, in days since 1970.
    pub day: i64,
    /// Time spent on it.
    pub active_ms: u64,
}

/// A film in somebody's hands, to read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TaskStanding {
    pub film: u32,
    pub reader: u32,
    pub is_repeat: bool,
    pub is_paused: bool,
}

/// A film in somebody's hands, to review.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReviewTaskStanding {
    pub film: u32,
    pub reader: u32,
    /// By this person.
    pub is_signed: bool,
}

/// How far reviewers are with a film.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReviewStanding {
    pub film: u32,
    pub num_signed: u32,
    pub is_settled: bool,
}

/// What the overview is counted from.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Standing {
    pub num_films: u32,
    /// People, without their further layers.
    pub readers: Vec<ReaderId>,
    pub readings: Vec<ReadingStanding>,
    pub tasks: Vec<TaskStanding>,
    pub review_tasks: Vec<ReviewTaskStanding>,
    pub reviews: Vec<ReviewStanding>,
}

/// The overview of a project at one moment.
#[derive(Clone, PartialEq, Debug)]
pub struct Overview {
    pub workflow: Workflow,
    pub stages: Vec<StageCount>,
    pub readers: Vec<ReaderProgress>,
    pub table: SplitTable,
    /// Every film has one voice, so that boxes can be counted.
    pub is_single: bool,
    /// Where the consensus of films comes from.
    pub consensus: ConsensusSources,
    pub readers_per_film: Option<f64>,
    /// Frozen data sets and their names, the newest first.
    pub splits: Vec<(DatasetId, String)>,
    /// The one whose split the table has; `None` where nothing was split, or its file can't be read.
    pub split: Option<DatasetId>,
    pub months: Vec<MonthOfReading>,
    /// Distribution of labels, disagreement over time; those that there is something to draw of.
    pub plots: Vec<Plot>,
    /// The longest waiting first.
    pub waiting: Vec<WaitingThread>,
}

/// A thread of comments that nobody has settled yet.
#[derive(Clone, PartialEq, Debug)]
pub struct WaitingThread {
    pub image: ImageId,
    /// Who said the last word.
    pub by: ReaderId,
    /// The last word, and when it was said.
    pub text: String,
    pub at_ms: i64,
    pub pin: Pin,
    pub num_words: u32,
}

#[cfg(test)]
fn read_by(film: u32, reader: u32, decision: Decision, labels: u32, day: i64) -> ReadingStanding {
    ReadingStanding {
        film,
        reader,
        is_repeat: false,
        is_truth: false,
        is_completed: true,
        is_unfit: false,
        decision,
        labels,
        day,
        active_ms: 0,
    }
}

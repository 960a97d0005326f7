//! What happened in a project beside readings: data frozen, films locked, a training refused a test film. Its audit.

use crate::domain::id::ImageId;

/// A kind of thing that happened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum EventKind {
    DatasetFrozen,
    FilmsLocked,
    TrainingStarted,
    /// Somebody asked for a training on films that are locked for testing.
    TrainingRefused,
    TrainingEnded,
    ModelPromoted,
    ReadingQueueMade,
    ReaderAdded,
    ReaderChanged,
    SignedIn,
    SignInRefused,
    DataUseAgreed,
    ProjectChanged,
    FilmsImported,
    FilmsAssigned,
    FilmsUnassigned,
    TasksChanged,
    TruthReserved,
    ConsensusMade,
    FilmSettled,
    ReviewReopened,
    LabelsExported,
    LabelsImported,
}

impl EventKind {
    pub const ALL: [Self; 23] = [
        Self::DatasetFrozen,
        Self::FilmsLocked,
        Self::TrainingStarted,
        Self::TrainingRefused,
        Self::TrainingEnded,
        Self::ModelPromoted,
        Self::ReadingQueueMade,
        Self::ReaderAdded,
        Self::ReaderChanged,
        Self::SignedIn,
        Self::SignInRefused,
        Self::DataUseAgreed,
        Self::ProjectChanged,
        Self::FilmsImported,
        Self::FilmsAssigned,
        Self::FilmsUnassigned,
        Self::TasksChanged,
        Self::TruthReserved,
        Self::ConsensusMade,
        Self::FilmSettled,
        Self::ReviewReopened,
        Self::LabelsExported,
        Self::LabelsImported,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DatasetFrozen => "dataset_frozen",
            Self::FilmsLocked => "films_locked",
            Self::TrainingStarted => "training_started",
            Self::TrainingRefused => "training_refused",
            Self::TrainingEnded => "training_ended",
            Self::ModelPromoted => "model_promoted",
            Self::ReadingQueueMade => "reading_queue_made",
            Self::ReaderAdded => "reader_added",
            Self::ReaderChanged => "reader_changed",
            Self::SignedIn => "signed_in",
            Self::SignInRefused => "sign_in_refused",
            Self::DataUseAgreed => "data_use_agreed",
            Self::ProjectChanged => "project_changed",
            Self::FilmsImported => "films_imported",
            Self::FilmsAssigned => "films_assigned",
            Self::FilmsUnassigned => "films_unassigned",
            Self::TasksChanged => "tasks_changed",
            Self::TruthReserved => "truth_reserved",
            Self::ConsensusMade => "consensus_made",
            Self::FilmSettled => "film_settled",
            Self::ReviewReopened => "review_reopened",
            Self::LabelsExported => "labels_exported",
            Self::LabelsImported => "labels_imported",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProjectEvent {
    pub at_ms: i64,
    /// Reader id; empty where nobody was signed in.
    pub by: String,
    pub kind: EventKind,
    /// One sentence for people.
    pub what: String,
    /// Films that it is about, where it is about some.
    pub films: Vec<ImageId>,
}

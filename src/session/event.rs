//! What came back from the outside.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::evaluation::live::OpenRun;
use crate::domain::evaluation::result::Evaluation;
use crate::domain::evaluation::run::{EvaluationId, RunSummary};
use crate::domain::evaluation::verdict::Ruling;
use crate::domain::id::{ImageId, LogSeq, ReaderId};
use crate::domain::imaging::{Film, WindowPreset};
use crate::domain::label::{LabelName, LabelSet};
use crate::domain::label_change::LabelUse;
use crate::domain::log::LogEntry;
use crate::domain::model::ModelId;
use crate::domain::prediction::Prediction;
use crate::domain::project::{Project, Reader};
use crate::domain::reading::Reading;
use crate::domain::reading_time::ReaderStatistics;
use crate::domain::reference::Reference;
use crate::domain::study::FilmEntry;
use crate::domain::tag_row::TagList;
use crate::domain::worklist::{SavedFilter, WorklistRow};

use super::effect::{FilePurpose, Ticket};
use super::evaluating::{Beside, ErrorIndex, StudyNews};
use super::input_map::InputChoices;
use super::label_editor::LabelVersion;
use super::model_commands::{ModelDone, ModelFile};
use super::model_shelf::{EngineState, ModelShelf};
use super::settings::Settings;
use super::team::TeamNews;
use super::training::TrainNews;
use super::viewport::ViewState;

/// What another window, or a job, wrote to the open project.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Elsewhere {
    /// Readings with edits that this window has not made.
    pub readings: Vec<(ImageId, ReaderId)>,
    /// Films whose review went on.
    pub reviews: Vec<ImageId>,
    /// Something was decided, asked or answered in a review.
    pub has_review_steps: bool,
    /// Films came or went, or rows were imported.
    pub has_new_films: bool,
    /// Models in use have looked at more films.
    pub has_predictions: bool,
}

/// An answer to an effect, or news from long work.
#[derive(Clone, Debug)]
pub enum Event {
    ProjectOpened {
        folder: PathBuf,
        project: Project,
        label_set: Arc<LabelSet>,
        readers: Vec<Reader>,
        /// Number of this opening, for the ids of new marks.
        number: u32,
        /// The folder can't be written.
        is_read_only: bool,
        /// Where the last reader left off.
        view: Option<Box<ViewState>>,
    },
    /// The project's settings or labels as they are now.
    ProjectChanged {
        project: Box<Project>,
        label_set: Arc<LabelSet>,
    },
    /// How often labels are used, and the versions of the project's labels, the newest first.
    LabelDeskLoaded {
        uses: BTreeMap<LabelName, LabelUse>,
        versions: Vec<LabelVersion>,
    },
    /// Labels from a file or another project, or why not.
    LabelSetRead(Result<Arc<LabelSet>, String>),
    ProjectFailed {
        message: String,
    },
    /// Empty where the person cancelled.
    PathChosen {
        purpose: FilePurpose,
        paths: Vec<PathBuf>,
    },
    /// The desktop has no file dialog: the window asks itself.
    NoFileDialog(FilePurpose),
    ReadersLoaded(Vec<Reader>),
    WorklistLoaded {
        reader: ReaderId,
        rows: Vec<WorklistRow>,
    },
    /// The filters that a reader keeps.
    FiltersLoaded {
        reader: ReaderId,
        filters: Vec<SavedFilter>,
    },
    ReadingLoaded {
        /// The films of the same study, in series and instance order.
        study: Vec<FilmEntry>,
        /// The same patient's films of other studies, in no order.
        priors: Vec<FilmEntry>,
        image: ImageId,
        reading: Reading,
        log: Vec<LogEntry>,
        /// Other readers' readings of the film; empty where the project keeps them apart.
        others: Vec<Reading>,
        /// Models whose answers about the film this reader has seen before.
        models_seen: Vec<ModelId>,
    },
    ReadingFailed {
        image: ImageId,
        message: String,
    },
    PictureLoaded {
        image: ImageId,
        frame: u32,
        film: Arc<Film>,
    },
    PictureFailed {
        image: ImageId,
        frame: u32,
        message: String,
    },
    /// A film's header, or why it can't be read.
    TagsLoaded {
        image: ImageId,
        tags: Result<TagList, String>,
    },
    Saved {
        ticket: Ticket,
        seq: LogSeq,
    },
    SaveFailed {
        ticket: Ticket,
        message: String,
    },
    /// The project refused an edit for good; what is stored holds.
    SaveRefused {
        ticket: Ticket,
        message: String,
    },
    JobStarted {
        title: String,
        can_stop: bool,
    },
    JobProgress {
        stage: String,
        done: u64,
        /// 0 while unknown.
        total: u64,
    },
    JobFinished {
        is_success: bool,
        summary: String,
        /// One line each: what could not be taken and why.
        report: Vec<String>,
    },
    SettingsLoaded(Box<Settings>),
    InputLoaded {
        reader: ReaderId,
        choices: Box<InputChoices>,
    },
    /// The open project's own window presets.
    PresetsLoaded(Vec<WindowPreset>),
    /// Another window or a job wrote to the project.
    ChangedElsewhere(Elsewhere),
    StatisticsLoaded {
        reader: ReaderId,
        statistics: Box<ReaderStatistics>,
    },
    /// The project's models, and which are in use: at opening and whenever they change.
    ModelsLoaded(Box<ModelShelf>),
    /// What a chosen file of weights is, or why it can't come in.
    ModelFileSeen(Result<ModelFile, String>),
    /// What was asked for is done, or why not.
    ModelsChanged(Result<ModelDone, String>),
    /// What the models in use say of a film so far.
    PredictionsLoaded {
        image: ImageId,
        predictions: Vec<Prediction>,
        /// Models that are looking at it now.
        num_awaited: usize,
    },
    /// What became of data sets, runs and the list of films to read next.
    Training(Box<TrainNews>),
    /// What became of people, tasks, consensus, agreement, exports, oversight.
    Team(Box<TeamNews>),
    /// What came of a study of readers, or of counting the data.
    StudyDone(StudyNews),
    /// The kept evaluations, the newest first.
    EvaluationsLoaded(Vec<RunSummary>),
    /// A run that was made or read, or why not.
    EvaluationOpened(Result<OpenRun, String>),
    /// A file is written, or a run is gone; with a sentence where there is something to say.
    EvaluationDone(String),
    /// What was asked of evaluations could not be done, and why.
    EvaluationFailed(String),
    /// The run beside the open one.
    EvaluationBeside(Result<Box<Beside>, String>),
    /// The verdicts of a run as they are kept.
    RulingsLoaded {
        run: EvaluationId,
        rulings: Vec<Ruling>,
    },
    /// What can be looked at of a run.
    ErrorsListed(Arc<ErrorIndex>),
    /// The figures of a run under its verdicts.
    UnderVerdictsCounted {
        run: EvaluationId,
        evaluation: Arc<Evaluation>,
    },
    /// The learning engine came, went, or does something else.
    EngineChanged(EngineState),
    /// The project's reference cases, in their order.
    ReferencesLoaded(Vec<Reference>),
    FilesDropped(Vec<PathBuf>),
    Warning(String),
}

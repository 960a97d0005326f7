//! What the session asks the outside to do; nothing in here is done by the session itself.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::edit::Edit;
use crate::domain::evaluation::run::Run;
use crate::domain::evaluation::verdict::Ruling;
use crate::domain::exchange::ImportWish;
use crate::domain::id::{ImageId, LogSeq, ReaderId};
use crate::domain::imaging::WindowPreset;
use crate::domain::label::{LabelName, LabelSet};
use crate::domain::model::ModelId;
use crate::domain::reading_time::ReadingTime;
use crate::domain::reference::ReferenceChange;
use crate::domain::study::FilmSource;
use crate::domain::worklist::SavedFilter;

use super::evaluating::{EvaluationTask, Sheet, StudyTask};
use super::guide::ReferenceCrop;
use super::input_map::InputChoices;
use super::model_commands::ModelChange;
use super::project_settings::{NewProjectWish, ProjectCommand};
use super::settings::Settings;
use super::team::TeamTask;
use super::training::TrainTask;

/// What a chosen file or folder is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FilePurpose {
    OpenProject,
    CreateProject,
    ImportFilms,
    /// Single files, zip files or a DICOMDIR.
    ImportFilmFiles,
    ImportLabels,
    ExportSpineXr,
    ExportCxr,
    ExportKaggle,
    ExportMeasures,
    /// The verdicts on an evaluation, as CSV.
    ExportVerdicts,
    /// A label set as CSV or JSON.
    ImportLabelSet,
    /// Another project, for its labels.
    TakeOverLabelSet,
    ExportLabelSetCsv,
    ExportLabelSetJson,
    /// A PNG file to compare with.
    ReferencePicture,
    /// A file of weights.
    ImportModel,
    ExportModel,
    /// A plot as PNG, SVG or CSV.
    ExportPlot,
    /// Which films are abnormal, for a study of readers.
    StudyTruth,
    /// Films or studies to hand out, one on each line.
    PoolOfFilms,
    /// The readings of a study for other programs.
    ExportReadings,
    /// Files that a new evaluation is made of.
    EvaluatePredictions,
    EvaluateClassifier,
    EvaluateTruth,
    /// The open evaluation.
    ExportEvaluationReport,
    ExportEvaluationJson,
    ExportEvaluationCsv,
    /// The record of what happened.
    ExportAudit,
    /// Where versions of labels go.
    ExportFolder,
    /// Labels in any format.
    IncomingFile,
    IncomingFolder,
}

impl FilePurpose {
    /// What a dialog asks for.
    pub const fn title(self) -> &'static str {
        match self {
            Self::OpenProject => "Folder of the project",
            Self::CreateProject => "An empty folder for the new project",
            Self::ImportFilms => "Folder with films, of any depth",
            Self::ImportFilmFiles => "Films, zip files or a DICOMDIR",
            Self::ImportLabels => "CSV file with labels",
            Self::ImportLabelSet => "CSV or JSON file with a label set",
            Self::TakeOverLabelSet => "Folder of the project whose labels to take over",
            Self::ExportLabelSetCsv => "CSV file to write the label set to",
            Self::ExportLabelSetJson => "JSON file to write the label set to",
            Self::ReferencePicture => "PNG picture of the finding",
            Self::ImportModel => "File with a model's weights (.safetensors, .pth, .pt)",
            Self::ExportModel => "File to write the model to",
            Self::StudyTruth => "Table that says which films are abnormal (.csv, .json)",
            Self::PoolOfFilms => "Text file with one film or study on each line",
            Self::ExportReadings => "File to write the readings to (.csv, .imrmc)",
            Self::EvaluatePredictions => "Predictions: .jsonl, COCO results (.json) or a table with scores (.csv)",
            Self::EvaluateClassifier => "Probabilities of being abnormal: .csv or .jsonl",
            Self::EvaluateTruth => "The truth: a published table (.csv) or COCO's ground truth (.json)",
            Self::ExportEvaluationReport => "HTML file to write the report to",
            Self::ExportEvaluationJson => "JSON file to write all figures to",
            Self::ExportEvaluationCsv => "CSV file to write all figures to",
            Self::ExportFolder => "Folder that exports go to",
            Self::IncomingFile => "File with labels: CSV, JSON, XML or an annotated PNG",
            Self::IncomingFolder => "Folder with labels: YOLO, Pascal VOC, pictures or a bundle",
            Self::ExportPlot => "File to write the plot to (.png, .svg, .csv)",
            Self::ExportSpineXr
            | Self::ExportCxr
            | Self::ExportKaggle
            | Self::ExportMeasures
            | Self::ExportVerdicts
            | Self::ExportAudit => "CSV file to write",
        }
    }
}

/// The number of an edit on its way to the store, counted from 1 in one run of the program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ticket(pub u64);

/// An edit of the log, whether already written or still on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryRef {
    Written(LogSeq),
    Pending(Ticket),
}

/// What a write does with its edit; the twin of [`crate::domain::log::Step`] before positions are known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PendingStep {
    Do,
    Undo(EntryRef),
    Redo(EntryRef),
}

/// One write.
#[derive(Clone, PartialEq, Debug)]
pub struct Persist {
    pub ticket: Ticket,
    pub image: ImageId,
    pub reader: ReaderId,
    pub step: PendingStep,
    pub edit: Edit,
    pub made_at_ms: i64,
}

/// Something for the outside to do.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Write an edit; answered by `Saved` or `SaveFailed`.
    Persist(Box<Persist>),
    /// Read the reader's reading of a film and its log; answered by `ReadingLoaded`.
    LoadReading {
        image: ImageId,
        reader: ReaderId,
    },
    /// Decode a frame; answered by `PictureLoaded` or `PictureFailed`.
    LoadPicture {
        image: ImageId,
        frame: u32,
    },
    /// Read a film's whole header; answered by `TagsLoaded`.
    LoadTags {
        image: ImageId,
        source: FilmSource,
    },
    /// Read the worklist; answered by `WorklistLoaded`.
    LoadWorklist {
        reader: ReaderId,
    },
    /// Read the filters that the reader keeps; answered by `FiltersLoaded`.
    LoadFilters {
        reader: ReaderId,
    },
    /// Keep a filter under its name, or let it go; answered by `FiltersLoaded`.
    KeepFilter {
        reader: ReaderId,
        filter: SavedFilter,
        is_kept: bool,
    },
    /// Ask for a file or folder; answered by `PathChosen`.
    ChoosePath(FilePurpose),
    OpenProject(PathBuf),
    CreateProject {
        folder: PathBuf,
        wish: Box<NewProjectWish>,
    },
    ImportFilms {
        paths: Vec<PathBuf>,
        copies: bool,
    },
    /// What is not taken is reported either way.
    ImportLabels {
        path: PathBuf,
        wish: ImportWish,
    },
    Export {
        purpose: FilePurpose,
        to: PathBuf,
    },
    CancelJob,
    /// Change the project's own settings; answered by `ProjectChanged`.
    ChangeProject(Box<ProjectCommand>),
    /// Read versions and uses of the project's labels; answered by `LabelDeskLoaded`.
    LoadLabelDesk,
    /// Read labels from a file or another project; answered by `LabelSetRead`. What a CSV does not say comes from `base`.
    ReadLabelSet {
        path: PathBuf,
        base: Arc<LabelSet>,
    },
    /// Write labels to a file, as JSON where its name ends so.
    WriteLabelSet {
        path: PathBuf,
        set: Arc<LabelSet>,
    },
    /// Read the project's reference cases; answered by `ReferencesLoaded`.
    LoadReferences,
    /// Change their list; answered by `ReferencesLoaded`.
    ChangeReferences(ReferenceChange),
    /// Cut a reference picture out of a film; answered by `ReferencesLoaded`.
    MakeReference(Box<ReferenceCrop>),
    /// Take a picture file as one; answered by `ReferencesLoaded`.
    AddReferenceFile {
        path: PathBuf,
        label: Option<LabelName>,
    },
    /// Adds a reader under the next free id; answered by `ReadersLoaded`.
    AddReader,
    /// Try the edits again that were not saved.
    RetrySave,
    /// Keep the settings of this computer.
    RememberSettings(Box<Settings>),
    /// Read the reader's keys and buttons; answered by `InputLoaded` where there are any.
    LoadInput {
        reader: ReaderId,
    },
    /// Keep the reader's keys and buttons.
    RememberInput {
        reader: ReaderId,
        choices: Box<InputChoices>,
    },
    /// Keep the project's own window presets.
    RememberPresets(Vec<WindowPreset>),
    /// Add to the reader's active time.
    RecordTime(Vec<ReadingTime>),
    /// Read what the models in use say of a film, and have them look where they have not; answered by
    /// `PredictionsLoaded`, once or twice. Asked only where the reader may see it.
    LoadPredictions {
        image: ImageId,
    },
    /// Have the models in use look at these films, as a job.
    PredictFilms {
        images: Vec<ImageId>,
    },
    /// Keep that the reader saw what these models say of the film.
    NoteModelSeen {
        image: ImageId,
        reader: ReaderId,
        models: Vec<ModelId>,
    },
    /// Read the project's models again; answered by `ModelsLoaded`.
    LoadModels,
    /// Find out what a file of weights is; answered by `ModelFileSeen`.
    LookAtModelFile(PathBuf),
    /// Change the project's models; answered by `ModelsChanged`, and by `ModelsLoaded` where something is different now.
    ChangeModels {
        change: Box<ModelChange>,
        /// Reader id; empty where nobody is signed in.
        by: String,
    },
    /// Hold readers against a truth, or count the data; answered by `StudyDone`.
    Study(StudyTask),
    /// Read data sets, runs and the list of films to read next; answered by `Training`.
    LoadTraining,
    /// Freeze, train, or change what is kept of it; answered by `Training`.
    Train {
        task: Box<TrainTask>,
        /// Reader id; empty where nobody is signed in.
        by: String,
    },
    /// People, tasks, consensus, agreement, exports, oversight; answered by `Team`.
    Team(Box<TeamTask>),
    /// Read the list of kept evaluations; answered by `EvaluationsLoaded`.
    LoadEvaluations,
    /// Write a plot, as its file's ending says; answered by a `Warning` that says how it went.
    WriteSheet {
        sheet: Box<Sheet>,
        to: PathBuf,
    },
    /// A picture of a plot on the system's clipboard.
    CopySheet(Box<Sheet>),
    /// Evaluate, or change what is kept of evaluations.
    Evaluate {
        task: Box<EvaluationTask>,
        /// Reader id; empty where nobody is signed in.
        by: String,
    },
    /// Sort what can be looked at of a run; answered by `ErrorsListed`.
    ListErrors(Arc<Run>),
    /// The figures of a run with its truth as these verdicts have it; answered by `UnderVerdictsCounted`.
    EvaluateUnderVerdicts {
        run: Arc<Run>,
        rulings: Vec<Ruling>,
    },
    /// Write the verdicts on a run as CSV; answered by a `Warning` that says how it went.
    WriteVerdicts {
        run: Arc<Run>,
        rulings: Vec<Ruling>,
        to: PathBuf,
    },
    /// Count what the reader has read; answered by `StatisticsLoaded`.
    LoadStatistics {
        reader: ReaderId,
    },
}

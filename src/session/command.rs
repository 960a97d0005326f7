//! What a person can ask for, whether it makes sense now, and whether it is on.

use crate::domain::exchange::ImportWish;
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::measure::MeasureKind;
use crate::domain::people::{Act, Matter};
use crate::domain::rules::Mend;
use crate::domain::task::TaskState;

use super::discussing::DiscussCommand;
use super::drawing::DrawCommand;
use super::evaluating::EvaluateCommand;
use super::history_walk::WalkCommand;
use super::input_map::InputChange;
use super::labelling::LabelCommand;
use super::listing::ListCommand;
use super::model_commands::ModelCommand;
use super::open_film::OpenFilm;
use super::panes::Layout;
use super::project_settings::{NewProjectWish, ProjectCommand};
use super::screen::{Screen, Session, Tool};
use super::settings::Settings;
use super::suggesting::SuggestCommand;
use super::team::TeamCommand;
use super::training::TrainCommand;
use super::triage::TriageCommand;
use super::windowing::WindowCommand;

pub use super::command_table::{COMMANDS, CommandRow, Context};

/// Something a person asked for.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    // Project
    OpenProject,
    CreateProject,
    /// The project of the open question is made so.
    CreateAs(Box<NewProjectWish>),
    ImportFilms,
    ImportFilmFiles,
    ImportLabels,
    /// The films of the open question are imported.
    ImportPaths {
        copies: bool,
    },
    /// The file of the open question is imported.
    ImportRows {
        wish: ImportWish,
    },
    ExportSpineXr,
    ExportCxr,
    ExportKaggle,
    ExportMeasures,
    /// The models in use look at the films of the list.
    PredictFilms,
    CancelJob,
    Quit,
    // Going places
    ShowWorklist,
    ShowFilm,
    NextFilm,
    PreviousFilm,
    NextFrame,
    PreviousFrame,
    OpenFilm(ImageId),
    SignInAs(ReaderId),
    AddReader,
    ChangeReader,
    RetrySave,
    // Deciding
    NoFinding,
    NormalAndNext,
    MarkAbnormal,
    Complete,
    CompleteAndNext,
    Reopen,
    // Marks
    AssignLabel(LabelName),
    ToggleImageLabel(LabelName),
    SelectMark(AnnotationId),
    SelectNext,
    SelectPrevious,
    Escape,
    Delete,
    DeleteMark(AnnotationId),
    DeleteAll,
    Duplicate,
    Copy,
    Paste,
    NudgeLeft,
    NudgeRight,
    NudgeUp,
    NudgeDown,
    NudgeLeftFar,
    NudgeRightFar,
    NudgeUpFar,
    NudgeDownFar,
    /// The selected vertebral height gets a middle line, or loses it.
    ToggleMiddleHeight,
    ToggleHidden,
    ToggleLocked,
    HideMark(AnnotationId),
    LockMark(AnnotationId),
    Undo,
    Redo,
    /// The comment as typed so far; it becomes an edit when the film, the screen or the reader changes.
    DraftComment(String),
    KeepComment,
    // View
    UseTool(Tool),
    Invert,
    RotateRight,
    RotateLeft,
    FlipHorizontal,
    FlipVertical,
    Fit,
    FitWidth,
    OneToOne,
    ZoomIn,
    ZoomOut,
    ResetView,
    WindowPreset(usize),
    ComputedWindow,
    Window(WindowCommand),
    /// What is done to shapes.
    Draw(DrawCommand),
    /// Labels, attributes and answers.
    Label(LabelCommand),
    /// Comments, image quality, instructions, the reader's own statistics.
    Discuss(DiscussCommand),
    /// The list of films by what models say.
    Triage(TriageCommand),
    /// The list of films: filters and what is kept of them.
    List(ListCommand),
    /// Going through what was done to the film.
    Walk(WalkCommand),
    /// What models say of the film.
    Suggest(SuggestCommand),
    ShowProject,
    /// The project's models.
    Model(ModelCommand),
    /// Evaluations of models and readers.
    Evaluate(EvaluateCommand),
    /// Training of models.
    Train(TrainCommand),
    /// People, tasks, consensus, agreement, exports, oversight.
    Team(TeamCommand),
    /// Rules, labels, instructions and references of the project.
    ChangeProject(Box<ProjectCommand>),
    /// One click's answer to a broken rule.
    ApplyMend(Box<Mend>),
    CycleOverlay,
    SetLayout(Layout),
    NextLayout,
    ActivatePane(usize),
    NextPane,
    /// A film into one viewport, the others left as they are.
    ShowIn {
        slot: usize,
        image: ImageId,
    },
    ComparePrior,
    ToggleLinked,
    ToggleMaximised,
    ToggleFullScreen,
    ToggleMagnifier,
    ToggleKeepView,
    // The program itself
    ShowSettings,
    ShowTestPattern,
    ShowTags,
    ChangeSettings(Box<Settings>),
    ChangeInput(InputChange),
    // Help
    /// To the next mark that breaks a rule.
    NextProblem,
    Palette,
    CheatSheet,
    Confirm,
    CloseDialog,
    FilterWorklist(String),
    FilterState(Option<TaskState>),
    FilterLabel(Option<LabelName>),
}

impl Command {
    pub fn row(&self) -> Option<&'static CommandRow> {
        COMMANDS.iter().copied().find(|row| row.command == *self)
    }

    /// The first chord of the command, as shown in tooltips.
    pub fn chord(&self) -> Option<&'static str> {
        self.row().and_then(|row| row.chords.first().copied())
    }

    /// Whether what the command switches is on.
    pub fn is_on(&self, session: &Session) -> bool {
        match self {
            Self::Window(command) => command.is_on(session),
            Self::Draw(command) => command.is_on(session),
            Self::Label(command) => command.is_on(session),
            Self::Discuss(command) => command.is_on(session),
            Self::Triage(command) => command.is_on(session),
            Self::Walk(command) => command.is_on(session),
            Self::Suggest(command) => command.is_on(session),
            Self::Team(command) => command.is_on(session),
            Self::WindowPreset(n) => session.shows_window_of_file(*n),
            Self::ComputedWindow => session.shows_window_named("computed"),
            Self::ToggleMagnifier => session.is_magnifier_on,
            Self::ToggleMaximised => session.is_maximised,
            Self::ToggleFullScreen => session.is_full_screen,
            Self::ToggleKeepView => session.settings.keeps_view,
            Self::ToggleLinked => session.is_linked,
            Self::ComparePrior => session.is_prior_beside(),
            Self::SetLayout(layout) => session.layout == *layout,
            Self::UseTool(tool) => session.tool == *tool,
            _ => false,
        }
    }

    /// Whether it only changes how a film is shown: heard on a film under review as on one that is read.
    pub const fn is_for_looking(&self) -> bool {
        matches!(
            self,
            Self::Invert
                | Self::RotateRight
                | Self::RotateLeft
                | Self::FlipHorizontal
                | Self::FlipVertical
                | Self::Fit
                | Self::FitWidth
                | Self::OneToOne
                | Self::ZoomIn
                | Self::ZoomOut
                | Self::ResetView
                | Self::WindowPreset(_)
                | Self::ComputedWindow
                | Self::Window(_)
                | Self::CycleOverlay
                | Self::ToggleMagnifier
                | Self::ShowTags
                | Self::Escape
        )
    }

    /// Whether asking for it now makes sense; menus and the palette leave the others out.
    pub fn is_available(&self, session: &Session) -> bool {
        // What acts on a film acts on the one that is seen, never behind the list or the sign-in.
        let is_of_film = self.row().is_some_and(|row| row.context == Context::Film);
        let is_looked_at = session.screen == Screen::Review && self.is_for_looking();
        if is_of_film && session.screen != Screen::Film && !is_looked_at {
            return false;
        }
        match self {
            Self::OpenProject
            | Self::CreateProject
            | Self::Quit
            | Self::Palette
            | Self::CheatSheet
            | Self::Escape
            | Self::ShowSettings
            | Self::ShowTestPattern => true,
            Self::ImportFilms | Self::ImportFilmFiles if !session.may(Matter::Films, Act::Change) => false,
            Self::ImportLabels if !session.may(Matter::Exports, Act::Change) => false,
            Self::ImportFilms
            | Self::ImportFilmFiles
            | Self::ImportLabels
            | Self::ExportSpineXr
            | Self::ExportCxr
            | Self::ExportKaggle
            | Self::ExportMeasures => {
                session.project.is_some() && session.job.as_ref().is_none_or(|job| job.outcome.is_some())
            }
            Self::PredictFilms => session.can_predict_films(),
            Self::CancelJob => session.job.as_ref().is_some_and(|job| job.outcome.is_none() && job.can_stop),
            Self::ShowWorklist | Self::ChangeReader => session.reader.is_some(),
            Self::ShowFilm => session.reader.is_some() && !session.worklist.is_empty(),
            Self::RetrySave => session.save_failure().is_some(),
            Self::Undo => session
                .pane
                .film
                .as_ref()
                .is_some_and(|f| f.history.can_undo() || f.sketch.is_some() || f.drawing.is_some()),
            Self::Redo => session.pane.film.as_ref().is_some_and(|f| f.history.can_redo()),
            Self::Reopen => session.pane.film.as_ref().is_some_and(|f| f.reading.state() == TaskState::Completed),
            Self::WindowPreset(n) => {
                session.pane.film.as_ref().and_then(OpenFilm::film).is_some_and(|film| *n < film.facts.voi.len())
            }
            Self::Window(command) => command.is_available(session),
            Self::Draw(command) => command.is_available(session),
            Self::Label(command) => command.is_available(session),
            Self::Discuss(command) => command.is_available(session),
            Self::Triage(command) => command.is_available(session),
            Self::List(command) => command.is_available(session),
            Self::Walk(command) => command.is_available(session),
            Self::Model(command) => command.is_available(session),
            Self::Evaluate(command) => command.is_available(session),
            Self::Train(command) => command.is_available(session),
            Self::Team(command) => command.is_available(session),
            Self::Suggest(command) => command.is_available(session),
            Self::AddReader | Self::ChangeProject(_) | Self::ShowProject => {
                session.reader.is_some() || session.project.as_ref().is_some_and(|project| !project.asks_for_pin())
            }
            Self::NextProblem => session.has_problem(),
            Self::ToggleMiddleHeight => session.selected_kind() == Some(MeasureKind::VertebralHeight),
            Self::NextPane => session.layout != Layout::One,
            Self::ComparePrior => session.has_prior(),
            Self::NextFrame | Self::PreviousFrame => {
                session.pane.film.as_ref().is_some_and(|f| f.entry.facts.num_frames > 1)
            }
            _ => session.pane.film.is_some() || self.row().is_none_or(|row| row.context == Context::Everywhere),
        }
    }
}

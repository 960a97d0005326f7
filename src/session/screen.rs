//! The session's state: what is open, what is shown, and how saving stands.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::annotation::Annotation;
use crate::domain::geometry::Point;
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::label::{LabelName, LabelSet};
use crate::domain::measure::MeasureKind;
use crate::domain::people::Role;
use crate::domain::project::{Project, Reader};
use crate::domain::reading_time::ReaderStatistics;
use crate::domain::shape::ShapeKind;

use super::drawing::Brush;
use super::effect::{FilePurpose, Persist, Ticket};
use super::evaluating::{EvaluateDialog, EvaluationDesk};
use super::guide::Guide;
use super::input_map::{Held, InputMap};
use super::label_editor::LabelDesk;
use super::labelling::{LabelFocus, NextLabel};
use super::model_commands::{ModelDesk, ModelDialog};
use super::model_shelf::{EngineState, ModelShelf};
use super::panes::{Layout, Pane};
use super::pointer::PointerButton;
use super::project_settings::ProjectPage;
use super::reading_clock::ReadingClock;
use super::settings::Settings;
use super::suggesting::{Advice, Completing};
use super::tags::Tags;
use super::team::{GiveBack, TeamDesk};
use super::training::{TrainDialog, TrainingDesk};
use super::viewport::{FilmView, ViewState};
use super::windowing::Windowing;
use super::worklist::Worklist;

/// Which screen fills the window.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Screen {
    /// Open or make a project.
    #[default]
    Welcome,
    /// Choose who reads.
    SignIn,
    Worklist,
    Film,
    /// The project's own settings.
    Project,
    /// The project's models and how their answers are put together.
    Models,
    /// Models and readers held against a truth.
    Evaluate,
    /// Models learn from the project's labels.
    Train,
    /// What readers disagree on is settled.
    Review,
}

/// What left-drag does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tool {
    /// Draws, except on the selected box and its handles.
    #[default]
    Box,
    /// Draws any other shape, or a box in another way.
    Draw(DrawTool),
    /// Moves marks, and the film where there is none.
    Select,
    /// Measures, except on the selected measurement and its points.
    Measure(MeasureKind),
    /// Windows over the values of the region that is dragged.
    Region,
    /// Windows, as other viewers have it on the left button.
    Window,
    Pan,
    Zoom,
}

/// A drawing tool beside the box that is dragged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DrawTool {
    /// A box by a click on each of two opposite corners.
    BoxByCorners,
    /// A box by a click on the finding's topmost, bottommost, leftmost and rightmost point, in any order.
    BoxByExtremes,
    /// A polygon point by point.
    Polygon,
    /// A polygon in one stroke.
    Freehand,
    /// Adds pixels to a mask.
    Brush,
    /// Takes pixels from the selected mask.
    Eraser,
    Point,
    Line,
    /// Cuts the selected polygon or mask along a line.
    Knife,
}

impl Tool {
    /// Stable, as remembered and as time is counted.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Box => "box",
            Self::Select => "select",
            Self::Window => "window",
            Self::Pan => "pan",
            Self::Zoom => "zoom",
            Self::Region => "region",
            Self::Draw(tool) => tool.key(),
            Self::Measure(kind) => kind.key(),
        }
    }
}

impl Tool {
    /// The tool that draws a shape of this kind.
    pub const fn for_shape(kind: ShapeKind) -> Self {
        match kind {
            ShapeKind::Box => Self::Box,
            ShapeKind::Polygon => Self::Draw(DrawTool::Polygon),
            ShapeKind::Mask => Self::Draw(DrawTool::Brush),
            ShapeKind::Point => Self::Draw(DrawTool::Point),
            ShapeKind::Line => Self::Draw(DrawTool::Line),
        }
    }
}

impl DrawTool {
    /// The kind of shape that it makes; `None` for those that only change one.
    pub const fn draws(self) -> Option<ShapeKind> {
        match self {
            Self::BoxByCorners | Self::BoxByExtremes => Some(ShapeKind::Box),
            Self::Polygon | Self::Freehand => Some(ShapeKind::Polygon),
            Self::Brush => Some(ShapeKind::Mask),
            Self::Point => Some(ShapeKind::Point),
            Self::Line => Some(ShapeKind::Line),
            Self::Eraser | Self::Knife => None,
        }
    }

    pub const ALL: [Self; 9] = [
        Self::BoxByCorners,
        Self::BoxByExtremes,
        Self::Polygon,
        Self::Freehand,
        Self::Brush,
        Self::Eraser,
        Self::Point,
        Self::Line,
        Self::Knife,
    ];

    /// Stable, as remembered.
    pub const fn key(self) -> &'static str {
        match self {
            Self::BoxByCorners => "box_by_corners",
            Self::BoxByExtremes => "box_by_extremes",
            Self::Polygon => "polygon",
            Self::Freehand => "freehand",
            Self::Brush => "brush",
            Self::Eraser => "eraser",
            Self::Point => "point",
            Self::Line => "line",
            Self::Knife => "knife",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.key() == key)
    }
}

/// How much is drawn over the film.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OverlayState {
    #[default]
    All,
    BoxesOnly,
    Nothing,
}

impl OverlayState {
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::All => Self::BoxesOnly,
            Self::BoxesOnly => Self::Nothing,
            Self::Nothing => Self::All,
        }
    }
}

/// A project that is open.
#[derive(Clone, Debug)]
pub struct OpenProject {
    pub folder: PathBuf,
    pub settings: Project,
    pub label_set: Arc<LabelSet>,
    pub readers: Vec<Reader>,
    /// Number of this opening.
    pub number: u32,
    /// Its folder can't be written: to look only.
    pub is_read_only: bool,
}

impl OpenProject {
    /// An owner has a PIN: nothing of the project is shown before somebody signs in.
    pub fn asks_for_pin(&self) -> bool {
        self.readers.iter().any(|reader| reader.has_pin && !reader.has_left && reader.roles.has(Role::Owner))
    }
}

/// How the last edits stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SaveState {
    Saved,
    /// That many edits on their way.
    Saving(usize),
    /// Not saved, and why; the film is read-only until it is.
    Failed(String),
}

/// Something in front of the screen.
#[derive(Clone, PartialEq, Debug)]
pub enum Dialog {
    Palette,
    CheatSheet,
    Settings,
    /// The page to judge the monitor by.
    TestPattern,
    /// Everything that the file of a film says about it.
    Tags {
        image: ImageId,
        tags: Tags,
    },
    /// Saying "No finding" would remove that many findings.
    ConfirmNoFinding {
        image: ImageId,
        num_findings: usize,
        completes: bool,
    },
    /// Which labels a new project reads with.
    ChooseLabels {
        folder: PathBuf,
    },
    /// Whether imported films are copied into the project.
    CopyFilms {
        paths: Vec<PathBuf>,
    },
    /// What to do with the good rows of a file that has bad ones.
    BadRows {
        path: PathBuf,
    },
    /// Type a path: where no file dialog is at hand.
    PathField {
        purpose: FilePurpose,
    },
    /// What the reader has read and in what time, as soon as it is counted.
    MyStatistics(Option<Box<ReaderStatistics>>),
    /// Why the film is unfit to be read, and whether the next one is opened then.
    ChooseUnfit {
        image: ImageId,
        goes_on: bool,
    },
    /// Give completed films back to one person, to be read again?
    GiveBack(GiveBack),
    /// A question about a model.
    Model(ModelDialog),
    /// A question about evaluations.
    Evaluate(EvaluateDialog),
    /// A question about training.
    Train(TrainDialog),
    /// Suggestions are undecided: complete all the same, or look at them?
    PendingSuggestions {
        image: ImageId,
        then: Completing,
    },
    /// What a job could not take.
    Report {
        title: String,
        lines: Vec<String>,
    },
}

/// How a notice is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoticeKind {
    Info,
    Warning,
    Error,
}

/// One sentence to the person, shown until the next command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    pub kind: NoticeKind,
    pub text: String,
}

/// Long work as the window shows it.
#[derive(Clone, PartialEq, Debug)]
pub struct JobView {
    pub title: String,
    pub stage: String,
    pub done: u64,
    /// 0 while unknown.
    pub total: u64,
    pub started_at_ms: i64,
    /// `Some(is_success)` when over.
    pub outcome: Option<bool>,
    pub can_stop: bool,
}

/// Everything the window shows.
#[derive(Debug, Default)]
pub struct Session {
    pub screen: Screen,
    pub project_page: ProjectPage,
    pub project: Option<OpenProject>,
    pub reader: Option<Reader>,
    pub worklist: Worklist,
    /// The viewport that commands act on.
    pub pane: Pane,
    /// The others, in reading order.
    pub other_panes: Vec<Pane>,
    pub active_slot: usize,
    pub layout: Layout,
    /// Zoom, pan and window of one viewport are followed by the others.
    pub is_linked: bool,
    /// The active viewport alone, without the panels beside it.
    pub is_maximised: bool,
    pub is_full_screen: bool,
    /// What was done to the film, beside it.
    pub is_history_open: bool,
    /// Another program has the keyboard.
    pub(super) is_window_left: bool,
    pub(super) clock: ReadingClock,
    /// A lens at the pointer.
    pub is_magnifier_on: bool,
    /// Of this computer.
    pub settings: Settings,
    /// The signed-in reader's keys and buttons.
    pub input: InputMap,
    /// The button of the running drag, and the tool that it has up.
    pub(super) drag_button: PointerButton,
    pub(super) drag_tool: Tool,
    /// What was held when it began.
    pub(super) drag_held: Held,
    /// When and where the last click was that did nothing else: the next one near it is a double click.
    pub(super) last_click: Option<(i64, usize, Point)>,
    pub tool: Tool,
    pub brush: Brush,
    pub windowing: Windowing,
    pub overlay: OverlayState,
    pub armed: Option<LabelName>,
    /// What the next label that is named is for.
    pub next_label: NextLabel,
    /// The label whose definition stands beside the list.
    pub label_card: Option<LabelName>,
    /// Where the findings panel is to take the keyboard.
    pub label_focus: Option<LabelFocus>,
    /// How often it was asked for.
    pub num_label_focus: u32,
    /// The page of labels of the project.
    pub label_desk: LabelDesk,
    /// Copied marks, in drawing order.
    pub clipboard: Vec<Annotation>,
    /// Instructions and reference cases.
    pub guide: Guide,
    /// The project's models and which are in use.
    pub models: ModelShelf,
    pub engine: EngineState,
    /// How the screen of models is.
    pub model_desk: ModelDesk,
    pub evaluating: EvaluationDesk,
    pub training: TrainingDesk,
    pub team: TeamDesk,
    /// How what models say is shown.
    pub advice: Advice,
    /// Resolved threads are listed and drawn too.
    pub shows_resolved: bool,
    pub dialog: Option<Dialog>,
    pub notice: Option<Notice>,
    pub job: Option<JobView>,
    /// What a path was typed for, until it is known to be right.
    pub(super) typed_for: Option<FilePurpose>,
    /// Opening a project: the folder's name.
    pub opening: Option<String>,
    pub(super) pending: BTreeMap<Ticket, Persist>,
    /// Edits that could not be saved so far, and why; each stays until it is saved.
    pub(super) failed: BTreeMap<Ticket, String>,
    /// Open readings that changed outside while their edits were on their way: read again when they are saved.
    pub(super) reloads_wanted: BTreeSet<ImageId>,
    /// The worklist was read while edits were on their way, or an edit was refused: read again when they are saved.
    pub(super) is_worklist_wanted: bool,
    pub(super) next_ticket: u64,
    pub(super) next_ordinal: u32,
    /// Marks that were hidden or locked on films left since; ids are unique in the project.
    pub(super) kept: (BTreeSet<AnnotationId>, BTreeSet<AnnotationId>),
    /// To be shown as soon as its film is there.
    pub(super) restoring: Option<Box<ViewState>>,
    /// The program itself opens the window again, and the person before it was signed in: nobody is asked who is there.
    pub resumes_unasked: bool,
    /// How films that are on their way were left at the last start.
    pub(super) left_views: Vec<FilmView>,
}

impl Session {
    pub fn save_state(&self) -> SaveState {
        match (self.save_failure(), self.pending.len() + self.team.reviewing.num_on_way) {
            (Some(message), _) => SaveState::Failed(message.to_owned()),
            (None, 0) => SaveState::Saved,
            (None, n) => SaveState::Saving(n),
        }
    }

    /// Why the oldest unsaved edit could not be saved; films are read-only until it is.
    pub fn save_failure(&self) -> Option<&str> {
        self.failed.values().next().map(String::as_str)
    }

    pub fn reader_id(&self) -> Option<&ReaderId> {
        self.reader.as_ref().map(|reader| &reader.id)
    }

    pub fn label_set(&self) -> Option<&LabelSet> {
        self.project.as_ref().map(|project| &*project.label_set)
    }

    /// Whether every film of the open project was made by the program itself.
    pub fn is_synthetic(&self) -> bool {
        self.project.as_ref().is_some_and(|project| project.settings.is_synthetic)
            || self.pane.film.as_ref().is_some_and(|film| film.entry.facts.is_synthetic)
    }

    /// What the next start needs to show the same picture.
    pub fn view_state(&self) -> Option<ViewState> {
        // A view that is just coming back is no new one.
        if self.restoring.is_some() {
            return None;
        }
        let reader = self.reader_id()?.clone();
        let view_of = |pane: &Pane| match (&pane.film, &pane.wanted) {
            (Some(film), _) => Some(FilmView::of(film)),
            (None, Some(image)) => self.left_views.iter().find(|view| view.image == *image).cloned(),
            (None, None) => None,
        };
        Some(ViewState {
            reader,
            screen: self.screen,
            layout: self.layout,
            active_slot: self.active_slot,
            is_linked: self.is_linked,
            films: self.panes().map(|(_, pane)| view_of(pane)).collect(),
            overlay: self.overlay,
            tool: self.tool,
            is_window_panel_open: self.windowing.is_panel_open,
            is_history_open: self.is_history_open,
            brush_radius: self.brush.radius,
            armed: self.armed.clone(),
        })
    }

    /// Whether a drag is under way: what is shown then is on its way to something else.
    pub fn is_in_motion(&self) -> bool {
        self.windowing.is_adjusting || self.pane.film.as_ref().is_some_and(|film| film.gesture.is_some())
    }

    pub(super) fn notify(&mut self, kind: NoticeKind, text: impl Into<String>) {
        self.notice = Some(Notice { kind, text: text.into() });
    }
}

//! What a person can ask for: one row each, from which menus, palette, tooltips, cheat sheet and the README's key table come.

use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::measure::MeasureKind;
use crate::domain::task::TaskState;

use super::input_map::InputChange;
use super::panes::Layout;
use super::screen::Tool;
use super::settings::Settings;

/// Something a person asked for.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    // Project
    OpenProject,
    CreateProject,
    /// The project of the open question is made, with this label set.
    CreateWithLabels(String),
    ImportFilms,
    ImportFilmFiles,
    ImportLabels,
    /// The films of the open question are imported.
    ImportPaths {
        copies: bool,
    },
    /// The file of the open question is imported.
    ImportRows {
        keeps_good_rows: bool,
    },
    ExportSpineXr,
    ExportCxr,
    ExportKaggle,
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
    ChangeSettings(Box<Settings>),
    ChangeInput(InputChange),
    // Help
    Palette,
    CheatSheet,
    Confirm,
    CloseDialog,
    FilterWorklist(String),
    FilterState(Option<TaskState>),
    FilterLabel(Option<LabelName>),
}

/// Where a chord is heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Context {
    Everywhere,
    /// With a film open.
    Film,
}

/// One row of the command table.
#[derive(Debug)]
pub struct CommandRow {
    /// Stable, for remapping.
    pub id: &'static str,
    pub title: &'static str,
    pub help: &'static str,
    pub chords: &'static [&'static str],
    pub context: Context,
    pub command: Command,
}

const fn row(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    chords: &'static [&'static str],
    context: Context,
    command: Command,
) -> CommandRow {
    CommandRow { id, title, help, chords, context, command }
}

/// A measuring tool.
const fn measure(
    id: &'static str,
    help: &'static str,
    chords: &'static [&'static str],
    kind: MeasureKind,
) -> CommandRow {
    row(id, kind.title(), help, chords, Context::Film, Command::UseTool(Tool::Measure(kind)))
}

use Context::{Everywhere, Film};

/// Every command that needs no further word from the person.
pub const COMMANDS: &[CommandRow] = &[
    row(
        "complete_and_next",
        "Complete and next",
        "Sign the reading off and open the next film that is not completed",
        &["Enter"],
        Film,
        Command::CompleteAndNext,
    ),
    row(
        "normal_and_next",
        "Normal, next",
        "Say \"No finding\", complete, and open the next film",
        &["Ctrl+Enter"],
        Film,
        Command::NormalAndNext,
    ),
    row(
        "no_finding",
        "No finding",
        "Say that the film shows nothing abnormal; again takes it back",
        &["N"],
        Film,
        Command::NoFinding,
    ),
    row(
        "mark_abnormal",
        "Abnormal",
        "Mark the film as abnormal without a box; again takes it back",
        &["Shift+A"],
        Film,
        Command::MarkAbnormal,
    ),
    row("complete", "Complete", "Sign the reading off and stay", &["Shift+Enter"], Film, Command::Complete),
    row("reopen", "Reopen", "Open a completed reading for changes", &["Ctrl+R"], Film, Command::Reopen),
    row("next_film", "Next film", "Open the next film of the worklist", &["PageDown", "D"], Film, Command::NextFilm),
    row(
        "previous_film",
        "Previous film",
        "Open the previous film of the worklist",
        &["PageUp", "A"],
        Film,
        Command::PreviousFilm,
    ),
    row("next_frame", "Next frame", "Show the next frame of a multi-frame film", &["]"], Film, Command::NextFrame),
    row("previous_frame", "Previous frame", "Show the previous frame", &["["], Film, Command::PreviousFrame),
    row(
        "undo",
        "Undo",
        "Take back the last change of this film; nothing is ever lost",
        &["Ctrl+Z"],
        Film,
        Command::Undo,
    ),
    row("redo", "Redo", "Do again what was taken back", &["Ctrl+Shift+Z", "Ctrl+Y"], Film, Command::Redo),
    row("delete", "Delete", "Delete the selected box", &["Delete", "Backspace"], Film, Command::Delete),
    row(
        "delete_all",
        "Delete all",
        "Delete every mark of this reading; undo brings them back",
        &["Ctrl+Shift+Delete"],
        Film,
        Command::DeleteAll,
    ),
    row("duplicate", "Duplicate", "Copy the selected box beside itself", &["Ctrl+D"], Film, Command::Duplicate),
    row("copy", "Copy", "Copy the selected box", &["Ctrl+C"], Film, Command::Copy),
    row("paste", "Paste", "Paste the copied box onto this film", &["Ctrl+V"], Film, Command::Paste),
    row("select_next", "Next finding", "Select the next box", &["Tab"], Film, Command::SelectNext),
    row(
        "select_previous",
        "Previous finding",
        "Select the previous box",
        &["Shift+Tab"],
        Film,
        Command::SelectPrevious,
    ),
    row(
        "escape",
        "Let go",
        "Drop the gesture, the unlabelled box, the selection or the armed label",
        &["Escape"],
        Everywhere,
        Command::Escape,
    ),
    row("nudge_left", "Nudge left", "Move the selected box one pixel", &["ArrowLeft"], Film, Command::NudgeLeft),
    row("nudge_right", "Nudge right", "Move the selected box one pixel", &["ArrowRight"], Film, Command::NudgeRight),
    row("nudge_up", "Nudge up", "Move the selected box one pixel", &["ArrowUp"], Film, Command::NudgeUp),
    row("nudge_down", "Nudge down", "Move the selected box one pixel", &["ArrowDown"], Film, Command::NudgeDown),
    row(
        "nudge_left_far",
        "Nudge left by 10",
        "Move the selected box ten pixels",
        &["Shift+ArrowLeft"],
        Film,
        Command::NudgeLeftFar,
    ),
    row(
        "nudge_right_far",
        "Nudge right by 10",
        "Move the selected box ten pixels",
        &["Shift+ArrowRight"],
        Film,
        Command::NudgeRightFar,
    ),
    row(
        "nudge_up_far",
        "Nudge up by 10",
        "Move the selected box ten pixels",
        &["Shift+ArrowUp"],
        Film,
        Command::NudgeUpFar,
    ),
    row(
        "nudge_down_far",
        "Nudge down by 10",
        "Move the selected box ten pixels",
        &["Shift+ArrowDown"],
        Film,
        Command::NudgeDownFar,
    ),
    row("hide", "Hide or show", "Hide the selected box, or show it again", &["Shift+H"], Film, Command::ToggleHidden),
    row(
        "lock",
        "Lock or unlock",
        "Keep the selected box from moving, or let it",
        &["Shift+L"],
        Film,
        Command::ToggleLocked,
    ),
    row("tool_box", "Box tool", "Left-drag draws a box", &["Shift+B"], Film, Command::UseTool(Tool::Box)),
    row(
        "tool_select",
        "Select tool",
        "Left-drag moves boxes, and the film where there is none",
        &["Shift+S"],
        Film,
        Command::UseTool(Tool::Select),
    ),
    measure("tool_ruler", "Measure a length: drag, or two clicks", &["Shift+R"], MeasureKind::Ruler),
    measure("tool_angle", "Measure an angle: end, vertex, end", &["Shift+G"], MeasureKind::Angle),
    measure("tool_cobb", "A drag along each end plate, or four clicks", &["Shift+C"], MeasureKind::Cobb),
    measure(
        "tool_vertebral_height",
        "A drag down the body's front, one down its back",
        &["Shift+V"],
        MeasureKind::VertebralHeight,
    ),
    row("middle_height", "Middle height", "Add or take away a middle line", &[], Film, Command::ToggleMiddleHeight),
    measure(
        "tool_slip",
        "A drag along the lower end plate from back to front, a click on the upper vertebra's lower back corner",
        &["Shift+O"],
        MeasureKind::Slip,
    ),
    measure(
        "tool_cardiothoracic",
        "A drag across the heart, one inside the ribs",
        &["Shift+T"],
        MeasureKind::Cardiothoracic,
    ),
    measure("tool_ellipse", "Mean, SD and area inside an ellipse", &["Shift+E"], MeasureKind::Ellipse),
    measure("tool_rectangle", "Mean, SD and area inside a rectangle", &["Shift+X"], MeasureKind::Rectangle),
    measure("tool_probe", "Keep the value of one pixel", &["Shift+P"], MeasureKind::Probe),
    row(
        "tool_window",
        "Window tool",
        "Left-drag changes the window: right is wider, down is a higher level",
        &[],
        Film,
        Command::UseTool(Tool::Window),
    ),
    row("tool_pan", "Pan tool", "Left-drag moves the film", &[], Film, Command::UseTool(Tool::Pan)),
    row("tool_zoom", "Zoom tool", "Left-drag up enlarges, down reduces", &[], Film, Command::UseTool(Tool::Zoom)),
    row("invert", "Invert", "Swap black and white", &["I"], Film, Command::Invert),
    row("rotate", "Rotate", "Turn the film clockwise by 90 degrees", &["R"], Film, Command::RotateRight),
    row(
        "rotate_left",
        "Rotate left",
        "Turn the film counterclockwise by 90 degrees",
        &["Alt+L"],
        Film,
        Command::RotateLeft,
    ),
    row("flip_horizontal", "Flip left and right", "Mirror the film", &["H"], Film, Command::FlipHorizontal),
    row("flip_vertical", "Flip top and bottom", "Turn the film upside down", &["V"], Film, Command::FlipVertical),
    row("fit", "Fit", "Show the whole film", &["F", "Home"], Film, Command::Fit),
    row("fit_width", "Fit width", "Let the film's width fill the viewport", &["Shift+F"], Film, Command::FitWidth),
    row("one_to_one", "1:1", "One film pixel on one screen pixel", &["Ctrl+1"], Film, Command::OneToOne),
    row("zoom_in", "Zoom in", "Enlarge", &["Plus", "Equals"], Film, Command::ZoomIn),
    row("zoom_out", "Zoom out", "Reduce", &["Minus"], Film, Command::ZoomOut),
    row(
        "reset_view",
        "Reset view",
        "Fit, upright, with the film's first window",
        &["Ctrl+0"],
        Film,
        Command::ResetView,
    ),
    row("window_1", "Window 1", "The film's first window", &["Alt+1"], Film, Command::WindowPreset(0)),
    row("window_2", "Window 2", "The film's second window", &["Alt+2"], Film, Command::WindowPreset(1)),
    row("window_3", "Window 3", "The film's third window", &["Alt+3"], Film, Command::WindowPreset(2)),
    row(
        "window_computed",
        "Computed window",
        "A window from the film's own values",
        &["Alt+0"],
        Film,
        Command::ComputedWindow,
    ),
    row(
        "overlay",
        "Overlays",
        "All overlays, boxes only, or the bare film",
        &["Backtick"],
        Film,
        Command::CycleOverlay,
    ),
    row("next_layout", "Next layout", "One, two or four viewports", &["F2"], Film, Command::NextLayout),
    row("layout_one", "One viewport", "One film at a time", &[], Film, Command::SetLayout(Layout::One)),
    row(
        "layout_two",
        "Two viewports",
        "The study side by side: frontal left, lateral right",
        &[],
        Film,
        Command::SetLayout(Layout::Two),
    ),
    row("layout_four", "Four viewports", "Four films of the study", &[], Film, Command::SetLayout(Layout::Four)),
    row("next_pane", "Next viewport", "Let commands act on the next viewport", &["Ctrl+Tab"], Film, Command::NextPane),
    row(
        "compare_prior",
        "Compare with prior",
        "Show the last earlier film of this patient and view beside this one",
        &["F3"],
        Film,
        Command::ComparePrior,
    ),
    row(
        "link",
        "Link viewports",
        "Zoom, pan and window of one viewport are followed by the others",
        &["F4"],
        Film,
        Command::ToggleLinked,
    ),
    row(
        "maximise",
        "Maximise",
        "Show this viewport alone, or all again; a double click does the same",
        &["F10"],
        Film,
        Command::ToggleMaximised,
    ),
    row("full_screen", "Full screen", "Fill the whole screen", &["F11"], Everywhere, Command::ToggleFullScreen),
    row("magnifier", "Magnifier", "A lens at the pointer", &["F7"], Film, Command::ToggleMagnifier),
    row(
        "keep_view",
        "Keep view",
        "Open the next film with this zoom, turn and place",
        &["Shift+J"],
        Film,
        Command::ToggleKeepView,
    ),
    row("worklist", "Worklist", "Show the list of films", &["Ctrl+L"], Everywhere, Command::ShowWorklist),
    row(
        "show_film",
        "Show the film",
        "Show the film that is open, or the first that is not completed",
        &["Ctrl+F"],
        Everywhere,
        Command::ShowFilm,
    ),
    row(
        "settings",
        "Settings",
        "Language, looks, keys, mouse and memory",
        &["Ctrl+Comma"],
        Everywhere,
        Command::ShowSettings,
    ),
    row(
        "test_pattern",
        "Test pattern",
        "A page to judge the monitor by: grey ramp, faint squares, line pairs",
        &["F8"],
        Everywhere,
        Command::ShowTestPattern,
    ),
    row("palette", "Command palette", "Find any command by typing", &["Ctrl+K"], Everywhere, Command::Palette),
    row("cheat_sheet", "Keys", "Every key on one page", &["?", "F1"], Everywhere, Command::CheatSheet),
    row("open_project", "Open project…", "Open a project folder", &["Ctrl+O"], Everywhere, Command::OpenProject),
    row(
        "create_project",
        "New project…",
        "Make a project in an empty folder",
        &["Ctrl+Shift+N"],
        Everywhere,
        Command::CreateProject,
    ),
    row(
        "import_films",
        "Import films…",
        "Add the DICOM films of a folder of any depth",
        &["Ctrl+I"],
        Everywhere,
        Command::ImportFilms,
    ),
    row(
        "import_film_files",
        "Import film files…",
        "Add single films, zip files or a DICOMDIR",
        &[],
        Everywhere,
        Command::ImportFilmFiles,
    ),
    row(
        "import_labels",
        "Import labels…",
        "Add the labels of a published CSV",
        &["Ctrl+Shift+I"],
        Everywhere,
        Command::ImportLabels,
    ),
    row(
        "export_spinexr",
        "Export SpineXR CSV…",
        "Write all labels in the VinDr-SpineXR form",
        &["Ctrl+E"],
        Everywhere,
        Command::ExportSpineXr,
    ),
    row(
        "export_cxr",
        "Export VinDr-CXR CSV…",
        "Write all labels in the VinDr-CXR form",
        &[],
        Everywhere,
        Command::ExportCxr,
    ),
    row(
        "export_kaggle",
        "Export Kaggle CSV…",
        "Write all labels in the form of the Kaggle challenge",
        &[],
        Everywhere,
        Command::ExportKaggle,
    ),
    row(
        "cancel_job",
        "Stop the running job",
        "Stop an import or export; what is done stays done",
        &[],
        Everywhere,
        Command::CancelJob,
    ),
    row("add_reader", "Add a reader", "Add the next reader to the project", &[], Everywhere, Command::AddReader),
    row("change_reader", "Change reader", "Let another reader sign in", &[], Everywhere, Command::ChangeReader),
    row(
        "retry_save",
        "Try to save again",
        "Write the edits that could not be saved",
        &[],
        Everywhere,
        Command::RetrySave,
    ),
    row("quit", "Quit", "Close the program; everything is saved already", &["Ctrl+Q"], Everywhere, Command::Quit),
];

impl Command {
    pub fn row(&self) -> Option<&'static CommandRow> {
        COMMANDS.iter().find(|row| row.command == *self)
    }

    /// The first chord of the command, as shown in tooltips.
    pub fn chord(&self) -> Option<&'static str> {
        self.row().and_then(|row| row.chords.first().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_texts_are_there() {
        for (i, row) in COMMANDS.iter().enumerate() {
            assert!(!row.title.is_empty() && !row.help.is_empty(), "{}", row.id);
            assert!(COMMANDS[..i].iter().all(|other| other.id != row.id), "{}", row.id);
        }
    }
}

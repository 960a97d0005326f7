//! The list itself: one line a film, only those drawn that are seen, and heads that sort.

use egui::{RichText, ScrollArea, Sense, Ui, WidgetInfo};

use crate::domain::assignment::Stage;
use crate::domain::moment::day_text;
use crate::domain::task::TaskState;
use crate::domain::triage::{Disagreement, FilmDisagreement};
use crate::domain::worklist::{HeldStage, WorklistRow};
use crate::session::Command;
use crate::session::triage::TriageCommand;
use crate::session::worklist::{Sort, SortBy, decision_text};
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{Panel, give_back, overlay, theme, unfit_menu};

/// A column of the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    State,
    View,
    Patient,
    Decision,
    Study,
    Findings,
    Probability,
    Uncertainty,
    Disagreement,
    Comments,
    Readers,
    Labels,
    Changed,
    Film,
}

impl Column {
    const fn sort(self) -> SortBy {
        match self {
            Self::State => SortBy::State,
            Self::View => SortBy::View,
            Self::Patient => SortBy::Age,
            Self::Decision => SortBy::Decision,
            Self::Study => SortBy::Study,
            Self::Findings => SortBy::Findings,
            Self::Probability => SortBy::Probability,
            Self::Uncertainty => SortBy::Uncertainty,
            Self::Disagreement => SortBy::Disagreement,
            Self::Comments => SortBy::Comments,
            Self::Readers => SortBy::Readers,
            Self::Labels => SortBy::Labels,
            Self::Changed => SortBy::LastEdit,
            Self::Film => SortBy::Film,
        }
    }

    /// Usual and tight; a column of labels that holds none needs room for its head only.
    fn widths(self, has_labels: bool) -> [f32; 2] {
        let [usual, tight] = self.look().1;
        if self == Self::Labels && !has_labels { [tight; 2] } else { [usual, tight] }
    }

    /// Head, and width in points: as one would have it, and where room is scarce, as beside the columns of models.
    fn look(self) -> (&'static str, [f32; 2]) {
        match self {
            Self::State => (tr("State"), [136.0, 112.0]),
            Self::View => (tr("View"), [88.0, 72.0]),
            Self::Patient => (tr("Patient"), [98.0, 94.0]),
            Self::Decision => (tr("Decision"), [94.0, 86.0]),
            Self::Study => (tr("Study"), [124.0, 104.0]),
            Self::Findings => (tr("Findings"), [80.0, 74.0]),
            Self::Probability => (tr("p(abnormal)"), [0.0, 98.0]),
            Self::Uncertainty => (tr("Uncertainty"), [0.0, 96.0]),
            Self::Disagreement => (tr("Disagreement"), [0.0, 124.0]),
            Self::Comments => (tr("Comments"), [90.0, 84.0]),
            Self::Readers => (tr("Readers"), [82.0, 74.0]),
            Self::Labels => (tr("Labels"), [164.0, 84.0]),
            Self::Changed => (tr("Changed"), [92.0, 88.0]),
            Self::Film => (tr("Film"), [180.0, 70.0]),
        }
    }
}

/// Columns with title and left edge in points; the last takes what is left. A narrow window does without the columns'
/// room to spare, never without a column.
fn columns(width: f32, panel: &Panel<'_>, film_width: f32) -> Vec<(Column, &'static str, f32)> {
    let list = &panel.session.worklist;
    let (has_models, knows_hands) = (panel.session.may_see_models(), list.knows_hands());
    let has_labels = list.counts().by_label.iter().any(|num| *num > 0);
    use Column::{
        Changed, Comments, Decision, Disagreement, Film, Findings, Labels, Patient, Probability, Readers, State, Study,
        Uncertainty, View,
    };
    let all = [
        State,
        View,
        Patient,
        Decision,
        Study,
        Findings,
        Probability,
        Uncertainty,
        Disagreement,
        Comments,
        Readers,
        Labels,
        Changed,
        Film,
    ];
    let is_there = |column: &Column| match column {
        Probability | Uncertainty | Disagreement => has_models,
        Readers => knows_hands,
        _ => true,
    };
    let looks: Vec<(Column, &'static str, [f32; 2])> =
        all.into_iter().filter(is_there).map(|column| (column, column.look().0, column.widths(has_labels))).collect();
    let needed = |n: usize| looks.iter().map(|(_, _, widths)| widths[n]).sum::<f32>();
    let room = width - 32.0;
    // Where the usual widths have no room, every column gives of what it can do without.
    let tightness = if has_models { 1.0 } else { ((needed(0) - room) / (needed(0) - needed(1))).clamp(0.0, 1.0) };
    let widths: Vec<(Column, &'static str, f32)> = looks
        .iter()
        .map(|&(column, title, [usual, tight])| (column, title, usual + (tight - usual) * tightness))
        .collect();
    // What is left over goes to the film's id until all of it is seen, then to the labels: the only column that is as long
    // as it wants to be.
    let spare = (room - widths.iter().map(|(_, _, width)| width).sum::<f32>()).max(0.0);
    let own = widths.iter().find(|(column, _, _)| *column == Column::Film).map_or(0.0, |(_, _, width)| *width);
    let for_film = (film_width - own).clamp(0.0, spare);
    let mut at = 16.0;
    let place = |&(column, title, width): &(Column, &'static str, f32)| {
        let left = at;
        at += width + if column == Column::Labels { spare - for_film } else { 0.0 };
        (column, title, left)
    };
    widths.iter().map(place).collect()
}

pub(super) fn table_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let (head, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), theme::row_height()), Sense::hover());
    let columns = columns(head.width(), panel, film_width(ui, panel));
    for (n, &(column, title, x)) in columns.iter().enumerate() {
        let right = columns.get(n + 1).map_or(head.width() - 6.0, |(_, _, x)| *x);
        sort_head_ui(ui, panel, cell_rect(head, x, right), title, column.sort());
    }
    ui.painter().hline(head.x_range(), head.bottom(), egui::Stroke::new(1.0, theme::line()));
    let current = panel.session.pane.film.as_ref().map(|f| f.image().clone());
    let num = panel.session.worklist.num_shown();
    if num == 0 {
        ui.add_space(24.0);
        ui.vertical_centered(|ui| ui.label(RichText::new(tr("No film passes the filter")).color(theme::weak())));
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, theme::row_height(), num, |ui, range| {
        for n in range {
            let Some(row) = panel.session.worklist.shown(n) else { continue };
            let is_current = current.as_ref() == Some(&row.image);
            if row_ui(ui, panel, &columns, n, row, is_current) {
                let image = row.image.clone();
                panel.ask(Command::OpenFilm(image));
            }
        }
    });
}

/// What a whole film id takes. Ids of a project are of one length, or nearly.
fn film_width(ui: &Ui, panel: &Panel<'_>) -> f32 {
    let Some(row) = panel.session.worklist.shown(0) else { return 0.0 };
    let font = egui::TextStyle::Body.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(row.image.to_string(), font, theme::weak());
    galley.size().x + ROOM_BESIDE_ID
}

/// So that an id with wider digits than the first fits too.
const ROOM_BESIDE_ID: f32 = 28.0;

/// Where a column's text of a line stands.
fn cell_rect(row: egui::Rect, left: f32, right: f32) -> egui::Rect {
    egui::Rect::from_min_max(
        egui::pos2(row.left() + left, row.top()),
        egui::pos2((row.left() + right - 10.0).min(row.right()), row.bottom()),
    )
}

/// A column's head that sorts: the highest first, the lowest first, the project's order again.
fn sort_head_ui(ui: &mut Ui, panel: &mut Panel<'_>, rect: egui::Rect, title: &str, by: SortBy) {
    let current = panel.session.worklist.sort();
    let response = ui.interact(rect, ui.scope_id().with(("sort", title)), Sense::click());
    let is_on = current.is_some_and(|sort| sort.by == by);
    let arrow = match current {
        Some(Sort { is_ascending: false, .. }) if is_on => " ↓",
        Some(Sort { is_ascending: true, .. }) if is_on => " ↑",
        _ => "",
    };
    let color = if is_on || response.hovered() || response.has_focus() { theme::text() } else { theme::weak() };
    cell(ui, rect, 0.0, &format!("{title}{arrow}"), color);
    let command = Command::Triage(TriageCommand::Sort(Sort::after_click(current, by)));
    let help = match by {
        SortBy::Probability => tr("How likely the classifier holds the film for abnormal. Click to sort."),
        SortBy::Uncertainty => tr("1 where the classifier can't decide, 0 where it is sure. Click to sort."),
        SortBy::Disagreement => tr("Where your completed reading and the models differ. Click to sort."),
        SortBy::Readers => tr("Completed readings, of those handed out. Click to sort."),
        _ => tr("Click to sort."),
    };
    response.widget_info(|| WidgetInfo::selected(egui::Role::ColumnHeader, true, is_on, title));
    if response.on_hover_text(help).clicked() {
        panel.ask(command);
    }
}

fn row_ui(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    columns: &[(Column, &'static str, f32)],
    n: usize,
    row: &WorklistRow,
    is_current: bool,
) -> bool {
    let (rect, response) =
        ui.allocate_exact_size(egui::vec2(ui.available_width(), theme::row_height()), Sense::click());
    response.widget_info(|| {
        let state = row.unfit.map_or_else(|| state_words(row, panel.session.hands_out()).0, |_| tr("Unfit").to_owned());
        let mut text = tr_args("Film {}, {}, {}", &[&(n + 1), &translated(&row.view), &state]);
        if row.num_open_threads > 0 {
            text = format!("{text}, {}", tr_args("{} comments", &[&row.num_open_threads]));
        }
        WidgetInfo::selected(egui::Role::Row, true, is_current, text)
    });
    let fill = match (is_current, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) if n % 2 == 1 => theme::panel(),
        (false, false) => theme::window(),
    };
    ui.painter().rect_filled(rect, 0.0, fill);
    for (i, (column, _, x)) in columns.iter().enumerate() {
        let right = columns.get(i + 1).map_or(rect.width() - 6.0, |(_, _, x)| *x);
        let clip = cell_rect(rect, *x, right);
        let (text, color) = cell_text(panel, row, *column);
        let font = egui::TextStyle::Body.resolve(ui.style());
        // What has no room ends in an ellipsis, never in half a letter.
        let mut job = egui::text::LayoutJob::simple_singleline(text, font, color);
        job.wrap = egui::text::TextWrapping::truncate_at_width(clip.width());
        let galley = ui.painter().layout_job(job);
        let at = egui::pos2(clip.left(), clip.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, color);
    }
    give_back::row_menu(panel, &response, row);
    response.clicked()
}

fn cell_text(panel: &Panel<'_>, row: &WorklistRow, column: Column) -> (String, egui::Color32) {
    let list = &panel.session.worklist;
    match column {
        Column::State => {
            let (text, color) = state_words(row, panel.session.hands_out());
            let is_urgent = row.task.is_some_and(|task| task.priority > 0);
            (if is_urgent { format!("↑ {text}") } else { text }, color)
        }
        Column::View => (translated(&row.view).into_owned(), theme::text()),
        Column::Patient => (overlay::patient_text(row.sex, row.age_years), theme::text()),
        Column::Decision => (tr(decision_text(row.decision)).to_owned(), theme::text()),
        Column::Study => match list.study(&row.image).filter(|study| study.num_readable + study.num_unfit > 1) {
            Some(study) => {
                let (words, color) = unfit_menu::decision_words(study.decision);
                (format!("{words} {}/{}", study.num_decided, study.num_readable), color)
            }
            None => (String::new(), theme::text()),
        },
        Column::Findings => (number(row.num_marks), theme::text()),
        Column::Probability => {
            let is_abnormal = row.triage.and_then(|triage| triage.is_abnormal) == Some(true);
            let color = if is_abnormal { theme::warn() } else { theme::text() };
            (share(row.triage.and_then(|triage| triage.probability)), color)
        }
        Column::Uncertainty => (share(row.triage.and_then(|triage| triage.uncertainty)), theme::text()),
        Column::Disagreement => {
            row.triage.and_then(|triage| triage.disagreement).map_or((String::new(), theme::weak()), |disagreement| {
                disagreement_text(&disagreement, panel.session.models.pipeline.detector.is_some())
            })
        }
        Column::Comments => (number(row.num_open_threads), theme::warn()),
        Column::Readers => match &row.held {
            Some(held) if held.num_readers > 0 => {
                let color = if held.is_read_by_all() { theme::good() } else { theme::text() };
                (format!("{} / {}", held.num_done, held.num_needed), color)
            }
            _ => (String::new(), theme::weak()),
        },
        Column::Changed => (row.last_edit_ms.map_or_else(String::new, |ms| local_day(panel, ms)), theme::weak()),
        Column::Labels => (label_names(panel, row), theme::weak()),
        Column::Film => (row.image.to_string(), theme::weak()),
    }
}

fn share(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{value:.2}"))
}

fn disagreement_text(disagreement: &Disagreement, has_detector: bool) -> (String, egui::Color32) {
    let film = disagreement.film.map(|film| match film {
        FilmDisagreement::ModelAbnormal => tr("Model: abnormal"),
        FilmDisagreement::ModelNormal => tr("Model: normal"),
    });
    let boxes = match disagreement.boxes.map_or(0, |boxes| boxes.num_unmatched()) {
        0 => None,
        1 => Some(tr("1 finding differs").to_owned()),
        num => Some(tr_args("{} findings differ", &[&num])),
    };
    match (film, boxes) {
        // Nobody can say so before the boxes are compared.
        (None, None) if has_detector && disagreement.boxes.is_none() => (String::new(), theme::weak()),
        (None, None) => (tr("Agrees").to_owned(), theme::weak()),
        (Some(film), None) => (film.to_owned(), theme::warn()),
        (None, Some(boxes)) => (boxes, theme::text()),
        (Some(film), Some(boxes)) => (format!("{film}, {boxes}"), theme::warn()),
    }
}

/// Nothing says more than a zero in every line.
fn number(n: u32) -> String {
    if n > 0 { n.to_string() } else { String::new() }
}

fn label_names(panel: &Panel<'_>, row: &WorklistRow) -> String {
    let Some(set) = panel.session.label_set() else { return String::new() };
    let names = set.labels().iter().enumerate().filter(|(i, l)| row.labels >> i & 1 == 1 && !l.name.is_no_finding());
    names.map(|(_, l)| l.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn cell(ui: &Ui, rect: egui::Rect, x: f32, text: &str, color: egui::Color32) {
    let at = egui::pos2(rect.left() + x, rect.center().y);
    ui.painter().text(at, egui::Align2::LEFT_CENTER, text, theme::small_font(), color);
}

/// What is to be done with the film, and its colour.
fn state_words(row: &WorklistRow, hands_out: bool) -> (String, egui::Color32) {
    let is_review = row.stage() == Stage::Review;
    if let Some(held) = row.held_by_others() {
        return held_words(held.stage(), hands_out);
    }
    match (row.unfit, row.state) {
        _ if row.is_paused() => (tr("Set aside").to_owned(), theme::weak()),
        _ if row.is_waiting() => (tr("Waits for readers").to_owned(), theme::weak()),
        (Some(reason), _) => (tr_args("Unfit: {}", &[&unfit_menu::reason_text(reason)]), theme::bad()),
        (None, TaskState::New) if is_review => (tr("To review").to_owned(), theme::text()),
        (None, TaskState::Doing) if is_review => (tr("In review").to_owned(), theme::warn()),
        (None, TaskState::Completed) if is_review => (tr("Signed").to_owned(), theme::good()),
        (None, TaskState::New) if row.task.is_some_and(|task| task.is_repeat) => {
            (tr("Read again").to_owned(), theme::text())
        }
        (None, TaskState::New) => (tr("New").to_owned(), theme::weak()),
        (None, TaskState::Doing) => (tr("Doing").to_owned(), theme::warn()),
        (None, TaskState::Completed) => (tr("Completed").to_owned(), theme::good()),
    }
}

/// How far others are with a film that is not in one's own hands.
fn held_words(stage: HeldStage, hands_out: bool) -> (String, egui::Color32) {
    let (text, color) = match stage {
        // Where nothing is handed out, nobody misses it.
        HeldStage::Nobody if !hands_out => (tr("New"), theme::weak()),
        HeldStage::Nobody => (tr("Nobody has it"), theme::weak()),
        HeldStage::HandedOut => (tr("Handed out"), theme::text()),
        HeldStage::ReadBySome => (tr("Read by some"), theme::warn()),
        HeldStage::BeingRead => (tr("Being read"), theme::warn()),
        HeldStage::ReadByAll => (tr("Read by all"), theme::good()),
    };
    (text.to_owned(), color)
}

/// The day of a moment on this computer.
fn local_day(panel: &Panel<'_>, ms: i64) -> String {
    day_text(ms + panel.state.utc_offset_secs * 1000)
}

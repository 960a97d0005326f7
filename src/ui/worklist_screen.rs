//! The list of films: counts that filter, search, and one line a film.

use egui::{Align, CentralPanel, Layout, RichText, ScrollArea, Sense, Ui, WidgetInfo};

use crate::domain::quality::UnfitReason;
use crate::domain::reading::Decision;
use crate::domain::task::TaskState;
use crate::domain::triage::{Disagreement, FilmDisagreement};
use crate::domain::worklist::WorklistRow;
use crate::session::discussing::DiscussCommand;
use crate::session::team::{ReviewCommand, TeamCommand};
use crate::session::triage::TriageCommand;
use crate::session::worklist::{Filter, ModelFilter, Sort, SortBy, UnfitFilter, decision_text};
use crate::session::{Command, EvaluateCommand, ModelCommand, StudyCommand, TrainCommand};

use super::counted_words::number_text;
use super::words::{tr, tr_args, translated};
use super::{Panel, kit, overlay, shell, theme, unfit_menu};

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
    Labels,
    Film,
}

impl Column {
    /// What a click on its head sorts by.
    const fn sort(self) -> Option<SortBy> {
        match self {
            Self::Probability => Some(SortBy::Probability),
            Self::Uncertainty => Some(SortBy::Uncertainty),
            Self::Disagreement => Some(SortBy::Disagreement),
            _ => None,
        }
    }
}

/// Columns with title and left edge in points; the last takes what is left. A narrow window does without the patient's
/// column's room to spare, never without a column. With models in use three columns more share the same width.
fn columns(width: f32, has_models: bool) -> Vec<(Column, &'static str, f32)> {
    let plain = [
        (Column::State, tr("State"), 150.0),
        (Column::View, tr("View"), 96.0),
        (Column::Patient, tr("Patient"), 92.0),
        (Column::Decision, tr("Decision"), 104.0),
        (Column::Study, tr("Study"), 150.0),
        (Column::Findings, tr("Findings"), 82.0),
        (Column::Comments, tr("Comments"), 100.0),
        (Column::Labels, tr("Labels"), 190.0),
        (Column::Film, tr("Film"), 290.0),
    ];
    let with_models = [
        (Column::State, tr("State"), 106.0),
        (Column::View, tr("View"), 80.0),
        (Column::Patient, tr("Patient"), 92.0),
        (Column::Decision, tr("Decision"), 96.0),
        (Column::Study, tr("Study"), 136.0),
        (Column::Findings, tr("Findings"), 76.0),
        (Column::Probability, tr("p(abnormal)"), 106.0),
        (Column::Uncertainty, tr("Uncertainty"), 106.0),
        (Column::Disagreement, tr("Disagreement"), 152.0),
        (Column::Comments, tr("Comments"), 90.0),
        (Column::Labels, tr("Labels"), 108.0),
        (Column::Film, tr("Film"), 100.0),
    ];
    let widths: &[(Column, &'static str, f32)] = if has_models { &with_models } else { &plain };
    let needed: f32 = widths.iter().map(|(_, _, width)| width).sum();
    // What is left over goes to the labels: the only column that is as long as it wants to be.
    let spare = (width - 32.0 - needed).max(0.0);
    let mut at = 16.0;
    let place = |&(column, title, width): &(Column, &'static str, f32)| {
        let left = at;
        at += width + if column == Column::Labels { spare } else { 0.0 };
        (column, title, left)
    };
    widths.iter().map(place).collect()
}

pub(super) fn worklist_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    egui::Panel::top("worklist head")
        .frame(shell::bar_frame())
        .show_separator_line(false)
        .show(ui, |ui| head_ui(ui, panel));
    if !panel.session.worklist.is_loaded {
        shell::empty_ui(ui, panel, tr("Reading the list…"), "", &[]);
    } else if panel.session.worklist.is_empty() {
        let text = tr("Add DICOM films from a folder of any depth, a zip file or a DICOMDIR, or drop them here.");
        shell::empty_ui(ui, panel, tr("No films yet"), text, &[Command::ImportFilms, Command::ImportFilmFiles]);
    } else {
        CentralPanel::no_frame().frame(shell::body_frame()).show(ui, |ui| table_ui(ui, panel));
    }
}

fn head_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.horizontal(|ui| {
        let name = panel.session.project.as_ref().map_or("", |p| p.settings.name.as_str());
        ui.heading(name);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            kit::titled_button(ui, panel, &Command::CheatSheet, Some("?"));
            kit::titled_button(ui, panel, &Command::ShowSettings, None);
            kit::command_button(ui, panel, &Command::OpenProject);
            kit::titled_button(ui, panel, &Command::Model(ModelCommand::Show), Some(tr("Models")));
            kit::titled_button(ui, panel, &Command::ShowProject, Some(tr("Project")));
            kit::titled_button(ui, panel, &Command::Train(TrainCommand::Show), Some(tr("Train")));
            kit::titled_button(ui, panel, &Command::Evaluate(EvaluateCommand::Show), Some(tr("Evaluate")));
            let num_questions = panel.session.num_questions_waiting();
            if num_questions > 0 {
                let command = Command::Team(TeamCommand::Review(ReviewCommand::OpenQuestion));
                kit::titled_button(ui, panel, &command, Some(&format!("{} {num_questions}", tr("Questions"))));
            }
            let review = Command::Team(TeamCommand::Review(ReviewCommand::Load));
            if review.is_available(panel.session) {
                kit::titled_button(ui, panel, &review, Some(tr("Review")));
            }
            ui.menu_button(tr("Export"), |ui| {
                let tables =
                    [Command::ExportSpineXr, Command::ExportCxr, Command::ExportKaggle, Command::ExportMeasures];
                for command in tables {
                    if kit::command_button(ui, panel, &command).clicked() {
                        ui.close();
                    }
                }
            });
            ui.menu_button(tr("Import"), |ui| {
                for command in [Command::ImportFilms, Command::ImportFilmFiles, Command::ImportLabels] {
                    if kit::command_button(ui, panel, &command).clicked() {
                        ui.close();
                    }
                }
            });
            if Command::PredictFilms.is_available(panel.session) {
                kit::command_button(ui, panel, &Command::PredictFilms);
            }
            kit::command_button(ui, panel, &Command::ShowFilm);
        });
    });
    ui.horizontal_wrapped(|ui| {
        let counts = panel.session.worklist.counts();
        let filter = panel.session.worklist.filter.clone();
        for (text, num, state) in [
            (tr("All"), counts.all, None),
            (tr("New"), counts.new, Some(TaskState::New)),
            (tr("Doing"), counts.doing, Some(TaskState::Doing)),
            (tr("Completed"), counts.completed, Some(TaskState::Completed)),
        ] {
            let is_on = filter.state == state && filter.unfit.is_none();
            if kit::chip(ui, &format!("{text} {num}"), is_on).clicked() {
                panel.ask(Command::FilterState(state));
            }
        }
        if let Some(counted) = &filter.counted {
            let text = number_text(panel.session, &counted.number);
            if kit::chip(ui, &format!("{text} {}   ×", counted.images.len()), true).clicked() {
                panel.ask(Command::Evaluate(EvaluateCommand::Study(StudyCommand::ShowAllFilms)));
            }
        }
        quality_chips_ui(ui, panel, &filter);
        ui.separator();
        let field = egui::TextEdit::singleline(&mut panel.state.search).desired_width(290.0);
        let response = ui.add(field.hint_text(tr("Find by film, study or view")));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Find")));
        if response.changed() {
            let text = panel.state.search.clone();
            panel.ask(Command::FilterWorklist(text));
        } else if !response.has_focus() {
            panel.state.search.clone_from(&filter.text);
        }
        label_filter_ui(ui, panel, filter.label);
        study_filter_ui(ui, panel, filter.study);
        if panel.session.may_see_models() || filter.model.is_some() {
            model_filter_ui(ui, panel, filter.model);
        }
        ui.label(RichText::new(tr_args("{} shown", &[&panel.session.worklist.num_shown()])).color(theme::weak()));
    });
}

/// Films that can't be read, by reason, and films with comments that wait. Chips that would show nothing are not there.
fn quality_chips_ui(ui: &mut Ui, panel: &mut Panel<'_>, filter: &Filter) {
    let counts = panel.session.worklist.counts();
    let ask = |panel: &mut Panel<'_>, command: DiscussCommand| panel.ask(Command::Discuss(command));
    if counts.unfit > 0 || filter.unfit.is_some() {
        let is_on = filter.unfit == Some(UnfitFilter::AnyReason);
        if kit::chip(ui, &format!("{} {}", tr("Unfit"), counts.unfit), is_on).clicked() {
            ask(panel, DiscussCommand::FilterUnfit((!is_on).then_some(UnfitFilter::AnyReason)));
        }
    }
    if filter.unfit.is_some() {
        for (reason, num) in UnfitReason::ALL.into_iter().zip(counts.unfit_by_reason) {
            let is_on = filter.unfit == Some(UnfitFilter::Because(reason));
            if (num > 0 || is_on)
                && kit::chip(ui, &format!("{} {num}", unfit_menu::reason_text(reason)), is_on).clicked()
            {
                let other = if is_on { UnfitFilter::AnyReason } else { UnfitFilter::Because(reason) };
                ask(panel, DiscussCommand::FilterUnfit(Some(other)));
            }
        }
    }
    if counts.with_open_threads > 0 || filter.has_open_threads {
        let text = format!("{} {}", tr("With comments"), counts.with_open_threads);
        if kit::chip(ui, &text, filter.has_open_threads).clicked() {
            ask(panel, DiscussCommand::FilterOpenThreads(!filter.has_open_threads));
        }
    }
}

fn study_filter_ui(ui: &mut Ui, panel: &mut Panel<'_>, study: Option<Decision>) {
    let text = |study: Option<Decision>| study.map_or(tr("Any study"), study_words);
    let menu = egui::ComboBox::from_id_salt("study filter").selected_text(text(study)).width(150.0);
    let response = menu.show_ui(ui, |ui| {
        for choice in [None, Some(Decision::Undecided), Some(Decision::Normal), Some(Decision::Abnormal)] {
            if ui.selectable_label(study == choice, text(choice)).clicked() {
                panel.ask(Command::Discuss(DiscussCommand::FilterStudy(choice)));
            }
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Study filter")));
}

fn study_words(study: Decision) -> &'static str {
    match study {
        Decision::Undecided => tr("Study undecided"),
        Decision::Normal => tr("Study normal"),
        Decision::Abnormal => tr("Study abnormal"),
    }
}

fn model_filter_ui(ui: &mut Ui, panel: &mut Panel<'_>, model: Option<ModelFilter>) {
    let text = |choice: Option<ModelFilter>| match choice {
        None => tr("Any answer of the models"),
        Some(ModelFilter::Abnormal) => tr("Model says abnormal"),
        Some(ModelFilter::Normal) => tr("Model says normal"),
        Some(ModelFilter::NotPredicted) => tr("Not predicted"),
        Some(ModelFilter::Disagrees) => tr("Model disagrees"),
    };
    let all = [ModelFilter::Abnormal, ModelFilter::Normal, ModelFilter::NotPredicted, ModelFilter::Disagrees];
    let menu = egui::ComboBox::from_id_salt("model filter").selected_text(text(model)).width(190.0);
    let response = menu.show_ui(ui, |ui| {
        for choice in std::iter::once(None).chain(all.map(Some)) {
            if ui.selectable_label(model == choice, text(choice)).clicked() {
                panel.ask(Command::Triage(TriageCommand::Filter(choice)));
            }
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Model filter")));
}

fn label_filter_ui(ui: &mut Ui, panel: &mut Panel<'_>, label: Option<u32>) {
    let session = panel.session;
    let Some(set) = session.label_set() else { return };
    let chosen = label.and_then(|i| set.labels().get(i as usize)).map_or(tr("Any label"), |l| l.name.as_str());
    let response = egui::ComboBox::from_id_salt("label filter").selected_text(chosen).width(180.0).show_ui(ui, |ui| {
        if ui.selectable_label(label.is_none(), tr("Any label")).clicked() {
            panel.ask(Command::FilterLabel(None));
        }
        for (i, l) in set.labels().iter().enumerate() {
            if ui.selectable_label(label == Some(i as u32), l.name.as_str()).clicked() {
                panel.ask(Command::FilterLabel(Some(l.name.clone())));
            }
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Label filter")));
}

fn table_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let (head, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), theme::row_height()), Sense::hover());
    let columns = columns(head.width(), panel.session.may_see_models());
    for (n, &(column, title, x)) in columns.iter().enumerate() {
        let right = columns.get(n + 1).map_or(head.width() - 6.0, |(_, _, x)| *x);
        match column.sort() {
            Some(by) => sort_head_ui(ui, panel, cell_rect(head, x, right), title, by),
            None => cell(ui, head, x, title, theme::weak()),
        }
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
        SortBy::ReadingQueue => tr("From which films models would learn most. Click to sort."),
    };
    response.widget_info(|| WidgetInfo::selected(egui::Role::ColumnHeader, true, is_on, title));
    if response.on_hover_text(help).clicked() {
        panel.ask(command);
    }
}

fn row_ui(
    ui: &mut Ui,
    panel: &Panel<'_>,
    columns: &[(Column, &'static str, f32)],
    n: usize,
    row: &WorklistRow,
    is_current: bool,
) -> bool {
    let (rect, response) =
        ui.allocate_exact_size(egui::vec2(ui.available_width(), theme::row_height()), Sense::click());
    response.widget_info(|| {
        let state = row.unfit.map_or(state_text(row.state), |_| tr("Unfit"));
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
    response.clicked()
}

fn cell_text(panel: &Panel<'_>, row: &WorklistRow, column: Column) -> (String, egui::Color32) {
    let list = &panel.session.worklist;
    match column {
        Column::State => match (row.unfit, row.state) {
            (Some(reason), _) => (tr_args("Unfit: {}", &[&unfit_menu::reason_text(reason)]), theme::bad()),
            (None, TaskState::New) => (state_text(row.state).to_owned(), theme::weak()),
            (None, TaskState::Doing) => (state_text(row.state).to_owned(), theme::warn()),
            (None, TaskState::Completed) => (state_text(row.state).to_owned(), theme::good()),
        },
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

fn state_text(state: TaskState) -> &'static str {
    match state {
        TaskState::New => tr("New"),
        TaskState::Doing => tr("Doing"),
        TaskState::Completed => tr("Completed"),
    }
}

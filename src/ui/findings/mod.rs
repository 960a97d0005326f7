//! The panel beside the film, as a report: decision, findings, impressions; labels to draw with, what stands against
//! completing, and the comment.

mod answers;
mod attributes;
mod label_card;
mod marks;

use egui::{Align, Layout, RichText, ScrollArea, Ui, WidgetInfo};

use crate::domain::label::{ABNORMAL, Label, LabelName, LabelSet};
use crate::domain::task::TaskState;
use crate::session::{Command, LabelFocus, OpenFilm};

use super::words::tr;
use super::{
    Panel, comments, kit, measurements, overlay, reader_questions, suggestions, theme, unfit_menu, violations,
};

/// What the panel keeps between frames: half-typed text, the lines of its list, and heights.
#[derive(Debug, Default)]
pub struct FindingsState {
    /// Labels and findings with this in their names are shown.
    query: String,
    num_focus: u32,
    rows: marks::MarkRows,
    attributes: attributes::AttributeText,
    list_height: f32,
}

impl FindingsState {
    fn list_height(&self) -> f32 {
        self.list_height.max(LEAST_ROWS * theme::row_height())
    }
}

pub(super) fn findings_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Some(film) = &session.pane.film else { return };
    let whole = ui.available_height();
    let foot = egui::Panel::bottom("complete").frame(egui::Frame::NONE).show_separator_line(false).show(ui, |ui| {
        problems_ui(ui, panel, film);
        ui.add_space(theme::UNIT);
        complete_ui(ui, panel, film);
    });
    // The foot takes its new height in the frame after the one in which its lines change.
    let height = foot.response.rect.height();
    if panel.state.foot_height != height {
        panel.state.foot_height = height;
        ui.ctx().request_repaint();
    }
    label_card::card_ui(ui, panel);
    let content = ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        reader_questions::questions_ui(ui, panel, film);
        decision_ui(ui, panel, film);
        query_ui(ui, panel);
        marks::marks_ui(ui, panel, film);
        attributes::attributes_ui(ui, panel, film);
        suggestions::origin_ui(ui, panel, film);
        // Over a film of the gallery lie the evaluation's boxes, not the suggestions: nothing to accept out of sight.
        if panel.session.error_boxes(film).is_empty() {
            suggestions::suggestions_ui(ui, panel, film);
        }
        measurements::measurements_ui(ui, panel, film);
        answers::labels_ui(ui, panel, film);
        answers::impressions_ui(ui, panel, film);
        comments::comments_ui(ui, panel, film);
        comment_ui(ui, panel, film);
    });
    // The list of findings takes what the rest leaves, by the window's height alone: nothing moves as findings come.
    let is_filtered = !panel.state.findings.query.is_empty();
    let rest = content.content_size.y - panel.state.findings.list_height() + FOOT_HEIGHT;
    let list_height = (whole - rest).clamp(LEAST_ROWS * theme::row_height(), MOST_ROWS * theme::row_height());
    if !is_filtered && panel.state.findings.list_height != list_height {
        panel.state.findings.list_height = list_height;
        ui.ctx().request_repaint();
    }
}

/// Broken rules, in a room that grows with them and shrinks only with the next film: nothing moves under the pointer.
fn problems_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    if panel.state.problems_room.0.as_ref() != Some(film.image()) {
        panel.state.problems_room = (Some(film.image().clone()), 0.0);
    }
    let room = panel.state.problems_room.1;
    let response = ui.scope(|ui| {
        ui.set_min_height(room);
        violations::violations_ui(ui, panel, film);
    });
    // What is missing before the first mark goes with it.
    if film.reading.num_marks() > 0 {
        panel.state.problems_room.1 = room.max(response.response.rect.height());
    }
}

/// Of what stands below, with a line or two that stand against completing.
const FOOT_HEIGHT: f32 = 130.0;

/// Lines of findings in sight.
const LEAST_ROWS: f32 = 3.0;
const MOST_ROWS: f32 = 12.0;

/// Finds labels and findings by a part of their names; Enter takes the first label.
fn query_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let state = &mut panel.state.findings;
    let field = egui::TextEdit::singleline(&mut state.query).desired_width(f32::INFINITY);
    let response = ui.add(field.hint_text(tr("Find a label or finding")));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Find a label or finding")));
    if session.label_focus == Some(LabelFocus::Search) && state.num_focus != session.num_label_focus {
        state.num_focus = session.num_label_focus;
        response.request_focus();
    }
    // What was typed shows in the next frame.
    if response.changed() {
        ui.ctx().request_repaint();
    }
    if !response.lost_focus() {
        return;
    }
    let (takes, drops) = ui.input(|i| (i.key_pressed(egui::Key::Enter), i.key_pressed(egui::Key::Escape)));
    if takes
        && !state.query.trim().is_empty()
        && let Some(name) = session.label_set().and_then(|set| first_label(set, &state.query))
    {
        panel.ask(Command::AssignLabel(name));
    }
    if takes || drops {
        panel.state.findings.query.clear();
    }
}

/// The label that a search means: the one of that name, else the first whose name begins so, else the first that has it.
fn first_label(set: &LabelSet, query: &str) -> Option<LabelName> {
    if let Some(label) = set.resolve(query) {
        return Some(label.name.clone());
    }
    let wanted = query.trim().to_lowercase();
    let begins = |label: &&Label| label.name.as_str().to_lowercase().starts_with(&wanted);
    let found = set.labels().iter().find(begins);
    let found = found.or_else(|| set.labels().iter().find(|label| answers::matches_label(query, label)));
    found.map(|label| label.name.clone())
}

/// Whether a text has the query in it, whatever the case; everything has an empty one.
fn matches(query: &str, text: &str) -> bool {
    let query = query.trim();
    query.is_empty() || text.to_lowercase().contains(&query.to_lowercase())
}

fn decision_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    ui.horizontal(|ui| {
        kit::section_title(ui, tr("Decision"));
        unfit_menu::button_ui(ui, panel, film);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let patient = overlay::patient_line(film);
            ui.label(RichText::new(patient).color(theme::text()));
        });
    });
    ui.horizontal_wrapped(|ui| {
        let is_normal = film.reading.has_no_finding();
        kit::toggle_button(ui, panel, &Command::NoFinding, tr("No finding"), is_normal);
        kit::key_cap(ui, &kit::shortcut(panel.session, &Command::NoFinding));
        let is_marked = film.reading.image_labels().present().any(|l| l.as_str() == ABNORMAL);
        kit::toggle_button(ui, panel, &Command::MarkAbnormal, tr("Abnormal"), is_marked);
        kit::key_cap(ui, &kit::shortcut(panel.session, &Command::MarkAbnormal));
    });
    unfit_menu::study_ui(ui, panel, film);
    unfit_menu::banner_ui(ui, panel, film);
}

fn comment_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    kit::section(ui, tr("Remark"));
    let mut text = film.comment_draft.clone().unwrap_or_else(|| film.reading.comment().to_owned());
    let field = egui::TextEdit::multiline(&mut text).desired_rows(2).desired_width(f32::INFINITY);
    let response = ui.add(field.hint_text(tr("For whoever reads this film next")));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Remark")));
    if response.changed() {
        panel.ask(Command::DraftComment(text));
    }
    if response.lost_focus() {
        panel.ask(Command::KeepComment);
    }
}

fn complete_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let wide =
        |text: &str| egui::Button::new(text.to_owned()).min_size(egui::vec2(theme::SIDE_PANEL_WIDTH - 24.0, 32.0));
    // What is unfit is out of the queue: there is nothing to complete.
    if film.reading.unfit().is_some() {
        let text = format!("{}   {}", tr("Next film"), kit::shortcut(panel.session, &Command::CompleteAndNext));
        let response = ui.add(wide(&text).fill(theme::accent_dim()));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr("Next film of the queue")));
        if response.clicked() {
            panel.ask(Command::CompleteAndNext);
        }
        return;
    }
    if film.reading.state() == TaskState::Completed {
        ui.horizontal(|ui| {
            kit::badge(ui, tr("COMPLETED"), theme::good());
            kit::titled_button(ui, panel, &Command::Reopen, None);
            kit::titled_button(ui, panel, &Command::NextFilm, None);
        });
        return;
    }
    let is_ready = film.num_errors() == 0 && film.unlabelled.is_none();
    let color = if is_ready { theme::strong() } else { theme::weak() };
    let keyed = |command: &Command| {
        format!("{}   {}", command.row().map_or("", |row| tr(row.title)), kit::shortcut(panel.session, command))
    };
    let (complete, normal) = (keyed(&Command::CompleteAndNext), keyed(&Command::NormalAndNext));
    let mut button = wide(&complete);
    if is_ready {
        button = button.fill(theme::accent_dim());
    }
    let response = ui.scope(|ui| {
        ui.visuals_mut().override_text_color = Some(color);
        ui.add(button)
    });
    let response = response.inner.on_hover_text(kit::tooltip(panel.session, &Command::CompleteAndNext));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr("Complete and next")));
    if response.clicked() {
        panel.ask(Command::CompleteAndNext);
    }
    let response = ui.add(wide(&normal)).on_hover_text(kit::tooltip(panel.session, &Command::NormalAndNext));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr("Normal, next")));
    if response.clicked() {
        panel.ask(Command::NormalAndNext);
    }
}

//! The panel beside the film: decision, findings, labels, what stands against completing, and the comment.

use egui::{Align, Layout, RichText, ScrollArea, Sense, Ui, WidgetInfo};

use crate::domain::label::{ABNORMAL, Label, LabelKind};
use crate::domain::task::TaskState;
use crate::session::{Command, OpenFilm};

use super::words::{tr, tr_args};
use super::{Panel, kit, measurements, overlay, theme, violations};

pub(super) fn findings_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Some(film) = &session.pane.film else { return };
    let foot = egui::Panel::bottom("complete").frame(egui::Frame::NONE).show_separator_line(false).show(ui, |ui| {
        violations::violations_ui(ui, panel, film);
        ui.add_space(theme::UNIT);
        complete_ui(ui, panel, film);
    });
    // The foot takes its new height in the frame after the one in which its lines change.
    let height = foot.response.rect.height();
    if panel.state.foot_height != height {
        panel.state.foot_height = height;
        ui.ctx().request_repaint();
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        decision_ui(ui, panel, film);
        marks_ui(ui, panel, film);
        measurements::measurements_ui(ui, panel, film);
        labels_ui(ui, panel, film);
        comment_ui(ui, panel, film);
    });
}

fn decision_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    ui.horizontal(|ui| {
        kit::section_title(ui, tr("Decision"));
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
}

fn marks_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let num = film.reading.num_marks();
    kit::section(ui, &format!("{}  {num}", tr("Findings")));
    if num == 0 && film.unlabelled.is_none() {
        let text = if film.reading.has_no_finding() {
            tr("None: the film says No finding.")
        } else {
            tr("None yet. Drag a box around what you see.")
        };
        ui.label(RichText::new(text).color(theme::weak()));
    }
    let mut per_label = std::collections::BTreeMap::new();
    for annotation in film.reading.annotations().iter().filter(|a| a.shape().is_some()) {
        let n = per_label.entry(annotation.label().clone()).and_modify(|n| *n += 1).or_insert(1);
        mark_row_ui(ui, panel, film, annotation, *n);
    }
    if film.unlabelled.is_some() {
        ui.label(RichText::new(tr("A box waits for its label")).color(theme::warn()));
    }
}

fn mark_row_ui(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    film: &OpenFilm,
    annotation: &crate::domain::annotation::Annotation,
    n: usize,
) {
    let (_, rect) = ui.allocate_space(egui::vec2(ui.available_width(), theme::row_height()));
    // Hundreds of findings cost no more than those in sight.
    if !ui.is_rect_visible(rect) {
        return;
    }
    let id = annotation.id();
    let is_selected = film.selection == Some(id);
    let (is_hidden, is_locked) = (film.hidden.contains(&id), film.locked.contains(&id));
    let name = format!("{} {n}", annotation.label());
    let response = ui.interact(rect, ui.scope_id().with(("finding", id.0)), Sense::click());
    response
        .widget_info(|| WidgetInfo::selected(egui::Role::ListItem, true, is_selected, tr_args("Finding {}", &[&name])));
    let fill = match (is_selected, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::panel(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    if response.clicked() {
        panel.ask(Command::SelectMark(id));
    }
    let mut row = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(egui::vec2(8.0, 2.0))));
    row.horizontal_centered(|ui| {
        kit::swatch(ui, overlay::color_of(panel.session, annotation.label()));
        let color = if is_hidden { theme::weak() } else { theme::strong() };
        ui.add(egui::Label::new(RichText::new(&name).color(color)).selectable(false));
        let has_buttons = is_selected || response.contains_pointer() || is_hidden || is_locked;
        if let Some(rect) = annotation.bounds().filter(|_| !has_buttons) {
            let size = format!("{:.0} × {:.0}", rect.width(), rect.height());
            ui.label(RichText::new(size).small().color(theme::weak()));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0 * theme::UNIT;
            ui.spacing_mut().button_padding.x = 0.0;
            for (text, label, command) in [
                ("×", tr("Delete"), Command::Delete),
                (
                    if is_locked { tr("unlock") } else { tr("lock") },
                    if is_locked { tr("Unlock") } else { tr("Lock") },
                    Command::LockMark(id),
                ),
                (
                    if is_hidden { tr("show") } else { tr("hide") },
                    if is_hidden { tr("Show") } else { tr("Hide") },
                    Command::HideMark(id),
                ),
            ] {
                if !has_buttons {
                    continue;
                }
                let button = ui.add(egui::Button::new(RichText::new(text).small().color(theme::weak())).frame(false));
                button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("{label} {name}")));
                if button.clicked() {
                    if command == Command::Delete {
                        panel.ask(Command::SelectMark(id));
                    }
                    panel.ask(command);
                }
            }
        });
    });
}

fn labels_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let session = panel.session;
    let Some(set) = session.label_set() else { return };
    kit::section(ui, tr("Labels"));
    for label in set.local() {
        let is_armed = session.armed.as_ref() == Some(&label.name);
        label_row_ui(ui, panel, label, is_armed, Command::AssignLabel(label.name.clone()));
    }
    let impressions: Vec<&Label> = set.global().filter(|label| !label.name.is_no_finding()).collect();
    if !impressions.is_empty() {
        kit::section(ui, tr("Impressions"));
        for label in impressions {
            let is_on = film.reading.image_labels().is_present(&label.name);
            label_row_ui(ui, panel, label, is_on, Command::ToggleImageLabel(label.name.clone()));
        }
    }
}

fn label_row_ui(ui: &mut Ui, panel: &mut Panel<'_>, label: &Label, is_on: bool, command: Command) {
    let (rect, response) =
        ui.allocate_exact_size(egui::vec2(ui.available_width(), theme::label_row_height()), Sense::click());
    let kind = if label.kind == LabelKind::Local { tr("Label") } else { tr("Impression") };
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, is_on, format!("{kind} {}", label.name)));
    let fill = match (is_on, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::panel(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    let mut row = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(egui::vec2(8.0, 1.0))));
    row.horizontal_centered(|ui| {
        kit::key_cap(ui, &label.hotkey.map_or_else(String::new, |k| k.to_ascii_uppercase().to_string()));
        kit::swatch(ui, theme::label_color(label.color));
        let color = if is_on { theme::strong() } else { theme::text() };
        ui.add(egui::Label::new(RichText::new(label.name.as_str()).color(color)).selectable(false).truncate());
        if let Some(code) = &label.code {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(RichText::new(code).small().color(theme::weak()));
            });
        }
    });
    let response = response.on_hover_text(&label.definition);
    if response.clicked() {
        panel.ask(command);
    }
}

fn comment_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    kit::section(ui, tr("Comment"));
    let mut text = film.comment_draft.clone().unwrap_or_else(|| film.reading.comment().to_owned());
    let field = egui::TextEdit::multiline(&mut text).desired_rows(2).desired_width(f32::INFINITY);
    let response = ui.add(field.hint_text(tr("For whoever reads this film next")));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Comment")));
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

//! The list of films: counts that filter, search, and one line a film.

use egui::{Align, CentralPanel, Layout, RichText, ScrollArea, Sense, Ui, WidgetInfo};

use crate::domain::task::TaskState;
use crate::domain::worklist::WorklistRow;
use crate::session::Command;
use crate::session::worklist::decision_text;

use super::words::{tr, tr_args, translated};
use super::{Panel, kit, overlay, shell, theme};

/// Columns: title and left edge in points; the last takes what is left.
fn columns() -> [(&'static str, f32); 7] {
    [
        (tr("State"), 16.0),
        (tr("View"), 130.0),
        (tr("Patient"), 290.0),
        (tr("Decision"), 410.0),
        (tr("Findings"), 530.0),
        (tr("Labels"), 610.0),
        (tr("Film"), 900.0),
    ]
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
            kit::command_button(ui, panel, &Command::ShowFilm);
        });
    });
    ui.horizontal(|ui| {
        let counts = panel.session.worklist.counts();
        let filter = panel.session.worklist.filter.clone();
        for (text, num, state) in [
            (tr("All"), counts.all, None),
            (tr("New"), counts.new, Some(TaskState::New)),
            (tr("Doing"), counts.doing, Some(TaskState::Doing)),
            (tr("Completed"), counts.completed, Some(TaskState::Completed)),
        ] {
            if kit::chip(ui, &format!("{text} {num}"), filter.state == state).clicked() {
                panel.ask(Command::FilterState(state));
            }
        }
        ui.separator();
        let field = egui::TextEdit::singleline(&mut panel.state.search).desired_width(290.0);
        let response = ui.add(field.hint_text(tr("Find by film, study or view")));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Find")));
        if response.changed() {
            let text = panel.state.search.clone();
            panel.ask(Command::FilterWorklist(text));
        }
        label_filter_ui(ui, panel, filter.label);
        ui.label(RichText::new(tr_args("{} shown", &[&panel.session.worklist.num_shown()])).color(theme::weak()));
    });
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
    for (title, x) in columns() {
        cell(ui, head, x, title, theme::weak());
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
            if row_ui(ui, panel, n, row, is_current) {
                let image = row.image.clone();
                panel.ask(Command::OpenFilm(image));
            }
        }
    });
}

fn row_ui(ui: &mut Ui, panel: &Panel<'_>, n: usize, row: &WorklistRow, is_current: bool) -> bool {
    let (rect, response) =
        ui.allocate_exact_size(egui::vec2(ui.available_width(), theme::row_height()), Sense::click());
    response.widget_info(|| {
        let text = tr_args("Film {}, {}, {}", &[&(n + 1), &translated(&row.view), &state_text(row.state)]);
        WidgetInfo::selected(egui::Role::Row, true, is_current, text)
    });
    let fill = match (is_current, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) if n % 2 == 1 => theme::panel(),
        (false, false) => theme::window(),
    };
    ui.painter().rect_filled(rect, 0.0, fill);
    let state_color = match row.state {
        TaskState::New => theme::weak(),
        TaskState::Doing => theme::warn(),
        TaskState::Completed => theme::good(),
    };
    let patient = overlay::patient_text(row.sex, row.age_years);
    let findings = if row.num_marks > 0 { row.num_marks.to_string() } else { String::new() };
    let texts = [
        (state_text(row.state).to_owned(), state_color),
        (translated(&row.view).into_owned(), theme::text()),
        (patient, theme::text()),
        (tr(decision_text(row.decision)).to_owned(), theme::text()),
        (findings, theme::text()),
        (label_names(panel, row), theme::weak()),
        (row.image.to_string(), theme::weak()),
    ];
    let columns = columns();
    for (i, (text, color)) in texts.iter().enumerate() {
        let right = columns.get(i + 1).map_or(rect.width(), |(_, x)| *x);
        let clip = egui::Rect::from_min_max(
            egui::pos2(rect.left() + columns[i].1, rect.top()),
            egui::pos2((rect.left() + right - 10.0).min(rect.right()), rect.bottom()),
        );
        let painter = ui.painter().with_clip_rect(clip.intersect(ui.clip_rect()));
        let font = egui::TextStyle::Body.resolve(ui.style());
        painter.text(clip.left_center(), egui::Align2::LEFT_CENTER, text, font, *color);
    }
    response.clicked()
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

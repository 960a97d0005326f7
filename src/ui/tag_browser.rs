//! The tag browser: a film's header as a list to search.

use egui::{Label, RichText, ScrollArea, TextEdit, Ui, WidgetInfo, vec2};

use crate::domain::tag_row::TagRow;
use crate::session::Tags;

use super::words::{tr, tr_args};
use super::{Panel, theme};

/// Columns in points: tag, representation, bytes, name; the value takes the rest.
const COLUMNS: [f32; 4] = [108.0, 30.0, 64.0, 290.0];
/// Each level of a sequence moves the name by so much.
const INDENT: f32 = 12.0;

pub(super) fn tags_ui(ui: &mut Ui, panel: &mut Panel<'_>, tags: &Tags, height: f32) {
    let width = (ui.ctx().content_rect().width() - 120.0).clamp(420.0, 1080.0);
    ui.set_width(width);
    match tags {
        Tags::Loading => {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(tr("Reading the film's file"));
            });
        }
        Tags::Failed(message) => {
            let text = tr_args("The film's file can't be read: {}", &[message]);
            ui.add(Label::new(RichText::new(text).color(theme::warn())).wrap());
        }
        Tags::Ready { rows, num_hidden, warnings } => {
            list_ui(ui, panel, rows, height);
            if *num_hidden > 0 {
                let text = tr_args(
                    "{} rows that tell who the patient is are hidden: the project is read blind",
                    &[num_hidden],
                );
                ui.label(RichText::new(text).color(theme::weak()));
            }
            for warning in warnings.iter().take(5) {
                ui.add(Label::new(RichText::new(warning).small().color(theme::warn())).wrap());
            }
        }
    }
}

fn list_ui(ui: &mut Ui, panel: &mut Panel<'_>, rows: &[TagRow], height: f32) {
    let query = &mut panel.state.tag_query;
    let response = ui.add(TextEdit::singleline(query).desired_width(f32::INFINITY).hint_text(tr("Tag, name or value")));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Search tags")));
    if !std::mem::replace(&mut panel.state.has_tag_focus, true) {
        response.request_focus();
    }
    let query = query.trim().to_lowercase();
    let found: Vec<&TagRow> = rows.iter().filter(|row| row.matches(&query)).collect();
    let line = ui.text_style_height(&egui::TextStyle::Monospace) + theme::UNIT;
    // What stays below: how many there are, what is hidden, and the button.
    let area = ScrollArea::vertical().max_height(height - 120.0).min_scrolled_height(height - 120.0).auto_shrink(false);
    area.show_rows(ui, line, found.len(), |ui, shown| {
        for row in &found[shown] {
            row_ui(ui, row, line);
        }
    });
    let text = tr_args("{} of {} rows", &[&found.len(), &rows.len()]);
    ui.label(RichText::new(text).small().color(theme::weak()));
}

fn row_ui(ui: &mut Ui, row: &TagRow, line: f32) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::UNIT;
        let mut cell = |width: f32, text: RichText| {
            ui.allocate_ui_with_layout(vec2(width, line), egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.set_min_width(width);
                ui.add(Label::new(text).truncate());
            });
        };
        let is_item = row.vr.is_empty();
        let tag = if is_item { String::new() } else { row.tag_text() };
        cell(COLUMNS[0], RichText::new(tag).monospace().color(theme::weak()));
        cell(COLUMNS[1], RichText::new(&row.vr).monospace().color(theme::weak()));
        let length = row.length.map_or_else(String::new, |n| n.to_string());
        cell(COLUMNS[2], RichText::new(length).monospace().color(theme::weak()));
        let indent = INDENT * f32::from(row.depth.min(10));
        let name = if row.name.is_empty() { tr("unknown") } else { &row.name };
        cell(indent, RichText::new(""));
        let color = if is_item { theme::weak() } else { theme::text() };
        cell((COLUMNS[3] - indent).max(120.0), RichText::new(name).color(color));
        let rest = ui.available_width();
        ui.allocate_ui_with_layout(vec2(rest, line), egui::Layout::left_to_right(egui::Align::Center), |ui| {
            ui.add(Label::new(RichText::new(&row.value).color(theme::strong())).truncate().selectable(true));
        });
    });
}

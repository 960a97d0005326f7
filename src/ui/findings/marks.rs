//! The list of findings: one line a mark with its number within its label, what is said of it, and its other labels.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use egui::{Align, Layout, RichText, ScrollArea, Sense, Ui, WidgetInfo};

use crate::domain::annotation::Annotation;
use crate::domain::attribute::Attributes;
use crate::domain::id::AnnotationId;
use crate::domain::label::LabelName;
use crate::domain::shape::Shape;
use crate::session::{Command, LabelCommand, OpenFilm};

use super::super::words::{tr, tr_args};
use super::super::{Panel, kit, overlay, suggestions, theme};
use super::{attributes, matches};

/// The lines of the list, made anew only when marks or the filter change.
#[derive(Debug, Default)]
pub struct MarkRows {
    stamp: u64,
    /// Place among the reading's marks, and number within the label.
    rows: Vec<(usize, usize)>,
    num_marks: usize,
    /// The mark that was last brought into sight.
    shown: Option<AnnotationId>,
}

impl MarkRows {
    /// Looks at ids and names alone: a few microseconds for thousands of marks.
    fn refresh(&mut self, film: &OpenFilm, query: &str) {
        let marks = film.reading.annotations();
        let mut hasher = DefaultHasher::new();
        (film.image().as_str(), query, marks.len()).hash(&mut hasher);
        let mut stamp = hasher.finish();
        for mark in marks {
            let name = mark.label().as_str();
            let word = (mark.id().0 as u64) ^ (name.as_ptr() as u64).rotate_left(32) ^ name.len() as u64;
            stamp = (stamp.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
        if stamp == self.stamp {
            return;
        }
        self.stamp = stamp;
        self.rows.clear();
        let mut numbers: HashMap<&LabelName, usize> = HashMap::new();
        for (place, mark) in marks.iter().enumerate().filter(|(_, mark)| mark.shape().is_some()) {
            let number = numbers.entry(mark.label()).and_modify(|n| *n += 1).or_insert(1);
            if matches(query, mark.label().as_str()) {
                self.rows.push((place, *number));
            }
        }
        self.num_marks = numbers.values().sum();
    }
}

pub(super) fn marks_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let mut rows = std::mem::take(&mut panel.state.findings.rows);
    rows.refresh(film, &panel.state.findings.query);
    let num_selected = usize::from(film.selected().is_some()) + film.also_selected.len();
    kit::section(ui, &heading(&rows, num_selected));
    let height = panel.state.findings.list_height() + attributes::spare_height(panel.session, film);
    let (_, place) = ui.allocate_space(egui::vec2(ui.available_width(), height));
    let mut list = ui.new_child(egui::UiBuilder::new().max_rect(place));
    list_ui(&mut list, panel, film, &mut rows);
    panel.state.findings.rows = rows;
}

/// "Findings  12", and how many of them are shown or selected where that is not all or one.
fn heading(rows: &MarkRows, num_selected: usize) -> String {
    let title = tr("Findings");
    match (rows.rows.len(), num_selected) {
        (shown, _) if shown < rows.num_marks => tr_args("{}  {} of {}", &[&title, &shown, &rows.num_marks]),
        (_, selected) if selected > 1 => tr_args("{}  {}, {} selected", &[&title, &rows.num_marks, &selected]),
        _ => format!("{title}  {}", rows.num_marks),
    }
}

fn list_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm, rows: &mut MarkRows) {
    if film.unlabelled.is_some() {
        ui.label(RichText::new(tr("A shape waits for its label")).color(theme::warn()));
    } else if rows.num_marks == 0 {
        let text = if film.reading.has_no_finding() {
            tr("None: the film says No finding.")
        } else {
            tr("None yet. Drag a box around what you see.")
        };
        ui.label(RichText::new(text).color(theme::weak()));
    }
    let (row_height, spacing) = (theme::row_height(), 1.0);
    ui.spacing_mut().item_spacing.y = spacing;
    let mut area = ScrollArea::vertical().id_salt("findings list").auto_shrink(false);
    // A mark that was selected elsewhere comes into sight once.
    if rows.shown != film.selection {
        rows.shown = film.selection;
        let marks = film.reading.annotations();
        let at = film.selection.and_then(|id| rows.rows.iter().position(|&(place, _)| marks[place].id() == id));
        if let Some(at) = at {
            let height = ui.available_height();
            let middle = at as f32 * (row_height + spacing) - (height - row_height) / 2.0;
            area = area.vertical_scroll_offset(middle.max(0.0));
        }
    }
    let mut hovered = None;
    area.show_rows(ui, row_height, rows.rows.len(), |ui, range| {
        for &(place, number) in &rows.rows[range] {
            if let Some(mark) = film.reading.annotations().get(place)
                && mark_row_ui(ui, panel, film, mark, number)
            {
                hovered = Some(mark.id());
            }
        }
    });
    if hovered != film.hovered {
        panel.ask(Command::Label(LabelCommand::Hover(hovered)));
    }
}

/// Whether the pointer is over it.
fn mark_row_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm, mark: &Annotation, number: usize) -> bool {
    let (_, rect) = ui.allocate_space(egui::vec2(ui.available_width(), theme::row_height()));
    let id = mark.id();
    let is_selected = film.is_selected(id);
    let (is_hidden, is_locked) = (film.hidden.contains(&id), film.locked.contains(&id));
    let name = format!("{} {number}", mark.label());
    let response = ui.interact(rect, ui.scope_id().with(("finding", id.0)), Sense::click());
    response
        .widget_info(|| WidgetInfo::selected(egui::Role::ListItem, true, is_selected, tr_args("Finding {}", &[&name])));
    let is_hovered = response.contains_pointer();
    let fill = match (is_selected, is_hovered) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::panel(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    if response.clicked() {
        let held = ui.input(|i| i.modifiers);
        panel.ask(Command::Label(match (held.shift, held.command) {
            (true, _) => LabelCommand::SelectTo(id),
            (false, true) => LabelCommand::SelectAlso(id),
            (false, false) => LabelCommand::JumpTo(id),
        }));
    }
    let mut row = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(egui::vec2(8.0, 2.0))));
    row.horizontal_centered(|ui| {
        kit::swatch(ui, overlay::color_of(panel.session, mark.label()));
        let buttons_shown = is_hovered || is_hidden || is_locked;
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if buttons_shown {
                buttons_ui(ui, panel, (id, &name), is_hidden, is_locked);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let color = if is_hidden { theme::weak() } else { theme::strong() };
                ui.add(egui::Label::new(RichText::new(&name).color(color)).selectable(false).truncate());
                let said = said_of(film, mark);
                if !said.is_empty() && !buttons_shown {
                    let text = RichText::new(said).small().color(theme::weak());
                    ui.add(egui::Label::new(text).selectable(false).truncate());
                }
            });
        });
    });
    if is_hovered {
        let parts = [said_of(film, mark), suggestions::origin_text(panel.session, film, mark).unwrap_or_default()];
        let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        if !parts.is_empty() {
            response.on_hover_text(format!("{name}: {}", parts.join(" · ")));
        }
    }
    is_hovered
}

fn buttons_ui(ui: &mut Ui, panel: &mut Panel<'_>, (id, name): (AnnotationId, &str), is_hidden: bool, is_locked: bool) {
    ui.spacing_mut().item_spacing.x = 2.0 * theme::UNIT;
    ui.spacing_mut().button_padding.x = 0.0;
    let lock = if is_locked { (tr("unlock"), tr("Unlock")) } else { (tr("lock"), tr("Lock")) };
    let hide = if is_hidden { (tr("show"), tr("Show")) } else { (tr("hide"), tr("Hide")) };
    for (text, label, command) in [
        ("×", tr("Delete"), Command::DeleteMark(id)),
        (lock.0, lock.1, Command::LockMark(id)),
        (hide.0, hide.1, Command::HideMark(id)),
    ] {
        let button = ui.add(egui::Button::new(RichText::new(text).small().color(theme::weak())).frame(false));
        button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("{label} {name}")));
        if button.clicked() {
            panel.ask(command);
        }
    }
}

/// What is said of a mark in short: level, severity, certainty, its size where nothing is and it has one, and the other
/// labels on its shape.
fn said_of(film: &OpenFilm, mark: &Annotation) -> String {
    let mut parts = attributes_text(mark.attributes());
    if parts.is_empty()
        && let Some(rect) = mark.shape().filter(|shape| shape.kind().has_area()).map(Shape::bounds)
    {
        parts.push(format!("{:.0} × {:.0}", rect.width(), rect.height()));
    }
    // Only marks that share a key have company; the others need no search.
    if mark.stored_shape_key().is_some() || film.selection == Some(mark.id()) {
        let others = film.reading.on_shape(mark.shape_key()).filter(|other| other.id() != mark.id());
        parts.extend(others.map(|other| format!("+ {}", other.label())));
    }
    parts.join(" · ")
}

pub(super) fn attributes_text(attributes: &Attributes) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(attributes.level.map(|level| level.to_string()));
    parts.extend(attributes.grade.map(|grade| tr(grade.title()).to_owned()));
    parts.extend(attributes.certainty.map(|certainty| tr(certainty.title()).to_owned()));
    if !attributes.note.is_empty() {
        parts.push(format!("“{}”", attributes.note));
    }
    parts
}

//! The people of the project and their roles.

use egui::{Align2, RichText, Sense, Ui, Vec2, WidgetInfo};

use crate::domain::id::ReaderId;
use crate::domain::moment::day_text;
use crate::domain::people::{Act, Matter, Reader, Role};
use crate::session::Session;
use crate::ui::role_words::{natural_key, roles_text};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, theme};

use super::person_form::{self, Draft};
use super::rights_table;

/// What is half typed on the page.
#[derive(Default)]
pub struct PeoplePageState {
    pub(super) draft: Option<Draft>,
    /// Of the person who is signed in, while they give themselves a new one.
    pub(super) own_pins: [String; 2],
}

impl std::fmt::Debug for PeoplePageState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PeoplePageState(…)")
    }
}

/// Columns, and how wide each is at least and at most: a name or a certificate may be cut, what a person may do never.
const COLUMNS: [(Column, f32, f32); 7] = [
    (Column::Id, 52.0, 120.0),
    (Column::Name, 120.0, 280.0),
    (Column::Roles, 120.0, f32::INFINITY),
    (Column::Years, 56.0, 120.0),
    (Column::Certificate, 90.0, 180.0),
    (Column::Pin, 60.0, 120.0),
    (Column::DataUse, 90.0, 140.0),
];
/// Between two columns.
const GAP: f32 = 16.0;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Id,
    Name,
    Roles,
    Years,
    Certificate,
    Pin,
    DataUse,
}

impl Column {
    fn title(self) -> &'static str {
        match self {
            Self::Id => tr("Id"),
            Self::Name => tr("Name"),
            Self::Roles => tr("Roles"),
            Self::Years => tr("Years"),
            Self::Certificate => tr("Certificate"),
            Self::Pin => tr("PIN"),
            Self::DataUse => tr("Data use"),
        }
    }
}

pub(super) fn people_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Some(open) = &session.project else { return };
    let can_change = session.may(Matter::People, Act::Change);
    ui.heading(tr("People"));
    let text =
        tr("Readers are exported by their ids only, R1, R2 …; names, certificates and PINs never leave the project.");
    ui.add(egui::Label::new(RichText::new(text).color(theme::weak())).wrap());
    super::only_owners_ui(ui, can_change);
    ui.add_space(2.0 * theme::UNIT);
    let mut people: Vec<&Reader> = open.readers.iter().collect();
    people.sort_by_key(|reader| (reader.has_left, natural_key(reader.id.as_str())));
    egui::ScrollArea::horizontal().id_salt("people").show(ui, |ui| {
        let widths = widths(ui, panel, &people);
        head_ui(ui, widths);
        for reader in &people {
            row_ui(ui, panel, reader, widths, can_change);
        }
    });
    ui.add_space(2.0 * theme::UNIT);
    if !open.readers.iter().any(|reader| reader.has_pin && reader.roles.has(Role::Owner) && !reader.has_left) {
        let text = tr(
            "No owner has a PIN: whoever opens this project may do everything in it. Give every owner a PIN, and then every reader, before films are handed out.",
        );
        ui.add(egui::Label::new(RichText::new(text).color(theme::warn())).wrap());
        ui.add_space(theme::UNIT);
    }
    let names: Vec<String> = session.people_without_pin().iter().map(|reader| reader.id.to_string()).collect();
    if !names.is_empty() {
        let text = tr_args(
            "No PIN: {}. Anybody can sign in as a reader without a PIN, and see and change what that reader marked. Give each of them one.",
            &[&names.join(", ")],
        );
        ui.add(egui::Label::new(RichText::new(text).color(theme::warn())).wrap());
        ui.add_space(theme::UNIT);
    }
    if can_change && panel.state.people_page.draft.is_none() && ui.button(tr("Add a person…")).clicked() {
        panel.state.people_page.draft = Some(Draft::new(next_id(&open.readers), session.team.people.num_written));
    }
    if can_change {
        person_form::form_ui(ui, panel);
    } else {
        person_form::own_pin_ui(ui, panel);
    }
    ui.add_space(3.0 * theme::UNIT);
    rights_table::rights_ui(ui);
    ui.add_space(4.0 * theme::UNIT);
}

/// The first R number that nobody has.
fn next_id(readers: &[Reader]) -> String {
    let is_free = |id: &str| readers.iter().all(|reader| !reader.id.as_str().eq_ignore_ascii_case(id));
    (1..=readers.len() + 1).map(|n| format!("R{n}")).find(|id| is_free(id)).unwrap_or_default()
}

/// As wide as what stands in them: in another language roles have longer words.
fn widths(ui: &Ui, panel: &Panel<'_>, people: &[&Reader]) -> [f32; 7] {
    let font = egui::TextStyle::Body.resolve(ui.style());
    let width_of = |text: String, font: egui::FontId| ui.painter().layout_no_wrap(text, font, theme::text()).size().x;
    COLUMNS.map(|(column, least, most)| {
        let title = width_of(column.title().to_owned(), theme::small_font());
        let texts = people.iter().map(|reader| width_of(cell(panel, reader, column).0, font.clone()));
        (texts.fold(title, f32::max) + GAP).ceil().clamp(least, most)
    })
}

fn head_ui(ui: &mut Ui, widths: [f32; 7]) {
    let width: f32 = widths.iter().sum();
    let (rect, _) = ui.allocate_exact_size(Vec2::new(width, theme::row_height()), Sense::hover());
    let mut x = rect.left() + 8.0;
    for ((column, ..), width) in COLUMNS.into_iter().zip(widths) {
        let at = egui::pos2(x, rect.center().y);
        ui.painter().text(at, Align2::LEFT_CENTER, column.title(), theme::small_font(), theme::weak());
        x += width;
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), egui::Stroke::new(1.0, theme::line()));
}

fn row_ui(ui: &mut Ui, panel: &mut Panel<'_>, reader: &Reader, widths: [f32; 7], can_change: bool) {
    let width: f32 = widths.iter().sum();
    let sense = if can_change { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, theme::row_height()), sense);
    let is_open = panel.state.people_page.draft.as_ref().is_some_and(|draft| draft.is_of(&reader.id));
    response.widget_info(|| {
        let text = format!("{} {}, {}", reader.id, reader.name, roles_text(reader.roles));
        WidgetInfo::selected(egui::Role::Row, can_change, is_open, text)
    });
    let fill = match (is_open, can_change && response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::window(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    let font = egui::TextStyle::Body.resolve(ui.style());
    let mut x = rect.left() + 8.0;
    for ((column, ..), width) in COLUMNS.into_iter().zip(widths) {
        let (text, color) = cell(panel, reader, column);
        let galley = {
            let mut job = egui::text::LayoutJob::simple_singleline(text, font.clone(), color);
            job.wrap = egui::text::TextWrapping::truncate_at_width(width - 12.0);
            ui.painter().layout_job(job)
        };
        ui.painter().galley(egui::pos2(x, rect.center().y - galley.size().y / 2.0), galley, color);
        x += width;
    }
    if response.clicked() {
        panel.state.people_page.draft =
            if is_open { None } else { Some(Draft::of(reader, panel.session.team.people.num_written)) };
    }
}

fn cell(panel: &Panel<'_>, reader: &Reader, column: Column) -> (String, egui::Color32) {
    let weak_if = |is_weak: bool| if is_weak { theme::weak() } else { theme::text() };
    let color = weak_if(reader.has_left);
    match column {
        Column::Id => (reader.id.to_string(), if reader.has_left { theme::weak() } else { theme::strong() }),
        Column::Name => (reader.name.clone(), color),
        Column::Roles if reader.has_left => (tr("Left the project").to_owned(), theme::weak()),
        Column::Roles => (roles_text(reader.roles), color),
        Column::Years => (reader.years_of_experience.map_or_else(|| "–".to_owned(), |years| years.to_string()), color),
        Column::Certificate if reader.certificate.is_empty() => ("–".to_owned(), theme::weak()),
        Column::Certificate => (reader.certificate.clone(), color),
        Column::Pin => match locked_until(panel.session, &reader.id).filter(|until| *until > panel.state.now_ms) {
            Some(_) => (tr("locked").to_owned(), theme::bad()),
            None if reader.has_pin => (tr("set").to_owned(), color),
            None if panel.session.people_without_pin().iter().any(|open| open.id == reader.id) => {
                (tr("none").to_owned(), theme::warn())
            }
            None => (tr("none").to_owned(), theme::weak()),
        },
        Column::DataUse => data_use(panel.session, reader),
    }
}

fn locked_until(session: &Session, reader: &ReaderId) -> Option<i64> {
    session.team.people.facts.locked.iter().find(|(id, _)| id == reader).map(|(_, until)| *until)
}

/// When they agreed; a dash where there is nothing to agree to.
fn data_use(session: &Session, reader: &Reader) -> (String, egui::Color32) {
    let has_text = session.project.as_ref().is_some_and(|open| !open.settings.about.data_use.trim().is_empty());
    let agreed = session.team.people.facts.agreed.iter().find(|(id, _)| *id == reader.id);
    let has_left = reader.has_left;
    match agreed {
        None if !has_text || has_left => ("–".to_owned(), theme::weak()),
        Some((_, at_ms)) => (day_text(*at_ms), theme::text()),
        None => (tr("not yet").to_owned(), theme::warn()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_id_is_the_first_free_number() {
        let readers = ["R1", "r2", "A"].map(|id| Reader::new(id, "x"));
        assert_eq!(next_id(&readers), "R3");
        assert_eq!(next_id(&[]), "R1");
    }
}

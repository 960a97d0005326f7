//! What happened in the project, by whom, and whether the record is whole.

mod replay;

use egui::{Align, Button, Layout, Rect, RichText, ScrollArea, Sense, TextEdit, Ui, WidgetInfo};

use crate::domain::audit::{AuditCheck, RecordKind, Tampering, TrailRow};
use crate::domain::moment::{local_text, zone_text};
use crate::session::team::AuditCommand;
use crate::session::{Command, TeamCommand};
use crate::ui::words::{tr, tr_args, translated, translated_name};
use crate::ui::{Panel, theme};

/// What is half typed on the page.
#[derive(Default, Debug)]
pub struct AuditPageState {
    filter: String,
    kept_seal: String,
    /// The number of the opening whose record was asked for.
    asked_of: Option<u32>,
}

pub(super) fn audit_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let opening = panel.session.project.as_ref().map(|project| project.number);
    if panel.state.audit_page.asked_of != opening {
        panel.state.audit_page = AuditPageState { asked_of: opening, ..AuditPageState::default() };
        ask(panel, AuditCommand::Load);
    }
    if panel.session.team.auditing.replay.is_some() {
        replay::replay_ui(ui, panel);
        return;
    }
    bar_ui(ui, panel);
    seal_ui(ui, panel);
    ui.add_space(2.0 * theme::UNIT);
    rows_ui(ui, panel);
}

fn ask(panel: &mut Panel<'_>, command: AuditCommand) {
    panel.ask(Command::Team(TeamCommand::Audit(command)));
}

fn bar_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.horizontal(|ui| {
        let hint = tr("Person, film or words");
        let field = TextEdit::singleline(&mut panel.state.audit_page.filter).hint_text(hint).desired_width(220.0);
        let response = ui.add(field);
        response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Filter of the record")));
        if response.changed() {
            let text = panel.state.audit_page.filter.clone();
            ask(panel, AuditCommand::Filter(text));
        }
        let mut shows_edits = panel.session.team.auditing.shows_edits;
        if ui.checkbox(&mut shows_edits, tr("Edits of readings too")).changed() {
            ask(panel, AuditCommand::ShowEdits(shows_edits));
        }
        let desk = &panel.session.team.auditing;
        let num = desk.shown.len();
        let text = if desk.is_loading { tr("Reading…").to_owned() } else { tr_args("{} lines", &[&num]) };
        ui.label(RichText::new(text).color(theme::weak()));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button(tr("Write as CSV…")).clicked() {
                ask(panel, AuditCommand::AskWrite);
            }
            if ui.button(tr("Read again")).clicked() {
                ask(panel, AuditCommand::Load);
            }
        });
    });
}

fn seal_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.horizontal(|ui| {
        let hint = tr("A seal that was kept, or nothing");
        let field = TextEdit::singleline(&mut panel.state.audit_page.kept_seal).hint_text(hint).desired_width(300.0);
        ui.add(field).widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Seal that was kept")));
        let is_checking = panel.session.team.auditing.is_checking;
        if ui.add_enabled(!is_checking, egui::Button::new(tr("Check the record"))).clicked() {
            let text = panel.state.audit_page.kept_seal.clone();
            ask(panel, AuditCommand::Check(text));
        }
        if is_checking {
            ui.label(RichText::new(tr("Checking…")).color(theme::weak()));
        }
        if let Some(check) = &panel.session.team.auditing.check {
            let (text, color) = verdict(check);
            ui.label(RichText::new(text).color(color));
        }
    });
    let seal = panel.session.team.auditing.check.as_ref().and_then(|check| check.seal);
    if let Some(seal) = seal {
        ui.horizontal(|ui| {
            ui.label(
                RichText::new(tr_args("Newest seal: {}", &[&seal])).font(theme::small_font()).color(theme::weak()),
            );
            let help = tr("Keep it elsewhere: a later check then finds out whether the end of the record was cut off.");
            if ui.small_button(tr("Copy")).on_hover_text(help).clicked() {
                ui.copy_text(seal.to_string());
            }
        });
    }
}

fn verdict(check: &AuditCheck) -> (String, egui::Color32) {
    match check.tampering {
        None => (tr_args("{} lines, each as it was written", &[&check.num_lines]), theme::good()),
        Some(Tampering::Changed(_, seq)) => (tr_args("Line {} is not what was written", &[&seq]), theme::bad()),
        Some(Tampering::Gone(_, seq)) => (tr_args("Line {} is gone", &[&seq]), theme::bad()),
        Some(Tampering::SlippedIn(_, seq)) => (tr_args("Line {} was put in afterwards", &[&seq]), theme::bad()),
        Some(Tampering::SealUnknown) => {
            (tr("The record does not hold that seal: its end was cut off, or it was written anew").into(), theme::bad())
        }
    }
}

fn rows_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let desk = &panel.session.team.auditing;
    let (rows, shown) = (desk.rows.clone(), desk.shown.len());
    if shown == 0 {
        ui.label(RichText::new(tr("Nothing of that kind happened in this project.")).color(theme::weak()));
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    head_ui(ui, panel);
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, theme::row_height(), shown, |ui, range| {
        for n in range {
            let Some(row) = panel.session.team.auditing.shown.get(n).and_then(|&i| rows.get(i as usize)) else {
                continue;
            };
            row_ui(ui, panel, row);
        }
    });
}

/// Where the columns begin: when, who, what.
const COLUMNS: [f32; 3] = [6.0, 160.0, 250.0];
/// Of the button at the right end of a line that is about a film.
const BUTTON_WIDTH: f32 = 84.0;

fn head_ui(ui: &mut Ui, panel: &Panel<'_>) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), theme::row_height()), Sense::hover());
    let when = tr_args("When, in {}", &[&zone_text(panel.state.utc_offset_secs)]);
    for (x, text) in COLUMNS.into_iter().zip([when.as_str(), tr("Who"), tr("What, and on which film")]) {
        let at = egui::pos2(rect.left() + x, rect.center().y);
        ui.painter().text(at, egui::Align2::LEFT_CENTER, text, theme::small_font(), theme::weak());
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), egui::Stroke::new(1.0, theme::line()));
}

fn row_ui(ui: &mut Ui, panel: &mut Panel<'_>, row: &TrailRow) {
    let (rect, response) =
        ui.allocate_exact_size(egui::vec2(ui.available_width(), theme::row_height()), Sense::hover());
    let film = row.image.as_ref().map_or_else(String::new, |image| format!("   {image}"));
    let when = local_text(row.at_ms, panel.state.utc_offset_secs);
    // A step has a name, an event is told in sentences.
    let what = if row.kind == RecordKind::Event { translated(&row.what) } else { translated_name(&row.what) };
    let by = if row.by.is_empty() { "–" } else { &row.by };
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Row, true, format!("{when} {by} {what}{film}")));
    let mut words = rect;
    if row.image.is_some() {
        words.set_right(rect.right() - BUTTON_WIDTH - 8.0 - theme::SCROLL_BAR);
    }
    let painter = ui.painter().with_clip_rect(words.intersect(ui.clip_rect()));
    let cell = |x: f32, text: &str, color| {
        let at = egui::pos2(rect.left() + x, rect.center().y);
        painter.text(at, egui::Align2::LEFT_CENTER, text, egui::TextStyle::Body.resolve(ui.style()), color)
    };
    cell(COLUMNS[0], &when, theme::weak());
    cell(COLUMNS[1], by, theme::text());
    let end = cell(COLUMNS[2], &what, theme::text()).right() - rect.left();
    cell(end, &film, theme::weak());
    if let Some(image) = &row.image {
        let place = Rect::from_min_max(
            egui::pos2(words.right() + 8.0, rect.top() + 2.0),
            rect.max - egui::vec2(theme::SCROLL_BAR, 2.0),
        );
        let button = ui.put(place, Button::new(tr("Replay")).small());
        let name = tr_args("Replay film {}", &[image]);
        button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
        if button.on_hover_text(tr("Go through this film's reading step by step")).clicked() {
            let image = image.clone();
            ask(
                panel,
                if row.is_signature {
                    AuditCommand::ReplaySigned { image, at_ms: row.at_ms }
                } else {
                    AuditCommand::Replay { image, layer: row.layer.clone() }
                },
            );
        }
    }
}

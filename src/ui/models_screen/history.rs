//! What was done with the project's models, by whom and when.

use egui::{Grid, RichText, Ui};

use crate::domain::model::ModelStep;
use crate::domain::moment::{local_text, zone_text};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, kit, theme};

use super::{full_name, reader_name};

/// Lines that are shown.
const NUM_LINES: usize = 100;

pub(super) fn history_ui(ui: &mut Ui, panel: &Panel<'_>) {
    let session = panel.session;
    if session.models.history.is_empty() {
        return;
    }
    ui.add_space(4.0 * theme::UNIT);
    let zone = zone_text(panel.state.utc_offset_secs);
    kit::section_title(ui, &tr_args("What was done, by whom, in {}", &[&zone]));
    Grid::new("history of models").num_columns(4).spacing([20.0, 4.0]).show(ui, |ui| {
        for event in session.models.history.iter().take(NUM_LINES) {
            let offset = panel.state.utc_offset_secs;
            ui.label(RichText::new(local_text(event.at_ms, offset)).color(theme::weak()));
            ui.label(RichText::new(step_text(event.step)).color(theme::text()));
            ui.label(session.models.model(event.model).map_or_else(String::new, full_name));
            let by = if event.by.is_empty() { tr("nobody signed in") } else { reader_name(session, &event.by) };
            ui.label(RichText::new(by).color(theme::weak()));
            ui.end_row();
        }
    });
}

fn step_text(step: ModelStep) -> &'static str {
    match step {
        ModelStep::Imported => tr("imported"),
        ModelStep::Made => tr("made"),
        ModelStep::CardEdited => tr("card changed"),
        ModelStep::Promoted => tr("put in use"),
        ModelStep::RolledBack => tr("rolled back"),
        ModelStep::Deleted => tr("deleted"),
    }
}

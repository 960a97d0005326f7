//! How far the project is: stages, progress, counts.

mod feedback;
mod readers;
mod stages;
mod table;

use egui::{RichText, Ui};

use crate::domain::oversight::Overview;
use crate::session::Command;
use crate::session::team::{OverseeCommand, TeamCommand};
use crate::ui::evaluate_screen::plot_kit::plot_ui;
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{Panel, kit, theme};

/// What is half typed on the page.
#[derive(Default, Debug)]
pub struct OverviewPageState {
    /// All readers, where there are more than are shown at first.
    shows_all_readers: bool,
    shows_all_comments: bool,
}

pub(super) fn overview_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Some(open) = &session.project else { return };
    let desk = &session.team.overseeing;
    ui.horizontal(|ui| {
        ui.heading(&open.settings.name);
        let button = ui.add_enabled(!desk.is_loading, egui::Button::new(tr("Count anew")));
        if button.clicked() {
            panel.ask(Command::Team(TeamCommand::Oversee(OverseeCommand::Load)));
        }
        if desk.is_loading {
            ui.label(RichText::new(tr("Counting…")).color(theme::weak()));
        }
    });
    if !open.settings.about.description.trim().is_empty() {
        ui.add(egui::Label::new(RichText::new(open.settings.about.description.trim()).color(theme::weak())).wrap());
    }
    if let Some(why) = &desk.failure {
        ui.add_space(2.0 * theme::UNIT);
        ui.add(egui::Label::new(RichText::new(&*translated(why)).color(theme::warn())).wrap());
        let text = tr("Your own numbers are in the list of films, under \"My statistics\".");
        ui.label(RichText::new(text).color(theme::weak()));
        return;
    }
    let Some(overview) = desk.overview.clone() else { return };
    if overview.stages.first().is_none_or(|stage| stage.num_films == 0) {
        ui.add_space(2.0 * theme::UNIT);
        ui.label(tr("There are no films yet. Import some from the list of films."));
        return;
    }
    stages::stages_ui(ui, &overview);
    kit::section(ui, tr("Readers"));
    readers::readers_ui(ui, panel, &overview);
    kit::section(ui, &tr_args("Comments that wait: {}", &[&overview.waiting.len()]));
    feedback::feedback_ui(ui, panel, &overview);
    kit::section(ui, tr("Characteristics"));
    table::notes_ui(ui, panel, &overview);
    // Plots stand beside the table where there is room: one sees labels and their bars together.
    let table_width = table::width(ui, &overview);
    let beside = ui.available_width() - table_width - 24.0;
    if beside >= NARROWEST_PLOT {
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(table_width);
                table::table_ui(ui, &overview);
            });
            ui.add_space(16.0);
            ui.vertical(|ui| plots_ui(ui, panel, &overview, beside.min(WIDEST_PLOT)));
        });
    } else {
        table::table_ui(ui, &overview);
        let width = ui.available_width().min(WIDEST_PLOT);
        plots_ui(ui, panel, &overview, width);
    }
    ui.add_space(4.0 * theme::UNIT);
}

const NARROWEST_PLOT: f32 = 380.0;
const WIDEST_PLOT: f32 = 620.0;

fn plots_ui(ui: &mut Ui, panel: &mut Panel<'_>, overview: &Overview, width: f32) {
    for plot in &overview.plots {
        // Many labels need their lines.
        let height = if plot.has_lying_bars() { 110.0 + 22.0 * plot.y.names.len() as f32 } else { 300.0 };
        ui.push_id(plot.key, |ui| plot_ui(ui, panel, plot, egui::vec2(width, height.max(220.0)), |_| None));
        ui.add_space(2.0 * theme::UNIT);
    }
}

//! Of the screen of training: the list of runs, those under way and those that wait first.

use egui::{Align, Layout, RichText, ScrollArea, Sense, Ui, Vec2, WidgetInfo};

use crate::domain::moment::day_text;
use crate::domain::training::run::RunState;
use crate::session::training::RunRow;
use crate::session::{Command, TrainCommand, TrainPage};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, theme};

use super::words::{network_text, run_state_text};
use super::{action_button, weak};

const ROW_HEIGHT: f32 = 70.0;

pub(super) fn list_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let help = tr("Choose data, network and parameters");
    action_button(ui, panel, TrainCommand::Page(TrainPage::New), tr("New run…"), help);
    ui.add_space(theme::UNIT);
    let session = panel.session;
    if session.training.runs.is_empty() {
        if session.training.is_loaded {
            weak(ui, tr("No model was trained in this project yet."));
        }
        return;
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for run in &session.training.runs {
            row_ui(ui, panel, run);
        }
    });
}

fn row_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRow) {
    let desk = &panel.session.training;
    let is_open = desk.open == Some(run.id);
    let is_beside = desk.beside == Some(run.id);
    let (state, color) = run_state_text(run);
    let name = run.numbered_name();
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), ROW_HEIGHT), Sense::click());
    response.widget_info(|| {
        let text = format!("{} {state}", tr_args("Run {}", &[&name]));
        WidgetInfo::selected(egui::Role::Row, true, is_open, text)
    });
    let fill = match (is_open || is_beside, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::panel(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(Vec2::new(8.0, 6.0))));
    inside.spacing_mut().interact_size.y = 16.0;
    inside.spacing_mut().item_spacing.y = 3.0;
    let pair = |ui: &mut Ui, left: RichText, right: RichText| {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add(egui::Label::new(right).selectable(false));
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(egui::Label::new(left).truncate().selectable(false));
                });
            });
        });
    };
    pair(&mut inside, RichText::new(&name).color(theme::strong()), RichText::new(state).small().color(color));
    let made_of = format!("{}, {}", network_text(run.architecture), run.dataset_name);
    let day = RichText::new(day_text(run.made_at_ms)).small().color(theme::weak());
    pair(&mut inside, RichText::new(made_of).small().color(theme::weak()), day);
    let is_used = run.made_model.is_some_and(|model| panel.session.models.is_in_use(model));
    match &run.status {
        Some(status) if status.state != RunState::Completed && status.num_steps > 0 => {
            let share = status.step as f32 / status.num_steps as f32;
            inside.add(
                egui::ProgressBar::new(share)
                    .fill(theme::accent())
                    .desired_height(6.0)
                    .desired_width(rect.width() - 16.0),
            );
        }
        Some(status) => {
            let best = status.best.as_ref().map_or_else(String::new, |best| format!("{} {:.3}", best.name, best.value));
            let right = match (is_used, is_beside) {
                (_, true) => RichText::new(tr("BESIDE")).small().color(theme::accent()),
                (true, false) => RichText::new(tr("in use")).small().color(theme::good()),
                (false, false) => RichText::new(""),
            };
            pair(&mut inside, RichText::new(best).small().color(theme::text()), right);
        }
        None => {}
    }
    if response.clicked() && !is_open {
        panel.ask(Command::Train(TrainCommand::OpenRun(run.id)));
    }
}

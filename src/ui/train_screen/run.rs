//! Of the screen of training: the open run: how it goes, what can be done about it, its curves and what it saw.

use egui::{Align, Layout, RichText, ScrollArea, Ui, Vec2, WidgetInfo};

use crate::domain::model::ModelTask;
use crate::domain::moment::utc_text;
use crate::domain::training::parameters::{Key, Value};
use crate::domain::training::recipe::{Preset, Recipe};
use crate::domain::training::run::{RunState, RunStatus, Wish};
use crate::domain::training::spec::TrainingId;
use crate::session::training::RunRow;
use crate::session::{Command, TrainCommand, TrainPage};
use crate::ui::evaluate_screen::plot_kit::{plot_size, plot_ui};
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{Panel, kit, theme};

use super::parameters::value_text;
use super::words::{duration_text, network_text, number_text, preset_text, run_state_text};
use super::{action_button, empty_ui, primary_button, samples, warnings_ui, weak};

pub(super) fn run_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(run) = panel.session.training.open_run().cloned() else {
        let texts = [
            tr("A run learns from a frozen data set beside the window; reading goes on."),
            tr("Here it shows how it goes: curves, answers on dev films, and the time that is left."),
        ];
        let next = (TrainCommand::Page(TrainPage::New), tr("New run…"));
        return empty_ui(ui, panel, tr("Nothing was trained yet"), &texts, Some(next));
    };
    head_ui(ui, panel, &run);
    theme::solid_scroll_bars(ui);
    ScrollArea::vertical().auto_shrink(false).id_salt(("run", run.id.0)).show(ui, |ui| {
        progress_ui(ui, &run);
        wish_ui(ui, panel, &run);
        if let Some(status) = &run.status {
            if run.ended_unbegun() {
                weak(ui, tr("It ended before its first step, so nothing is lost. Go on starts it again."));
            } else {
                trouble_ui(ui, status);
            }
        }
        warnings_ui(ui, &run.warnings);
        ui.add_space(theme::UNIT);
        curves_ui(ui, panel, &run);
        samples::samples_ui(ui, panel, &run);
        made_ui(ui, panel, &run);
        note_ui(ui, panel, &run);
    });
}

fn head_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRow) {
    let (state, color) = run_state_text(run);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            actions_ui(ui, panel, run);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                kit::badge(ui, state, color);
                ui.add(egui::Label::new(RichText::new(run.numbered_name()).heading()).truncate());
            });
        });
    });
}

/// What can be done in this state; from the right, the most likely first.
fn actions_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRow) {
    state_actions_ui(ui, panel, run);
    let delete = TrainCommand::AskDeleteRun(run.id);
    if Command::Train(delete.clone()).is_available(panel.session) {
        action_button(ui, panel, delete, tr("Delete…"), tr("The run goes with all that it wrote; its model stays"));
    }
}

fn state_actions_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRow) {
    let id = run.id;
    let wish = |wish: Wish| TrainCommand::Wish(id, wish);
    match run.state() {
        RunState::Waiting => {
            if panel.session.training.live().is_some() {
                if panel.session.training.waits_behind(id) {
                    let help = tr("It begins before the others that wait");
                    primary_button(ui, panel, TrainCommand::First(id), tr("Next in line"), help);
                }
            } else {
                let help = tr("It learns beside the window; reading goes on");
                primary_button(ui, panel, TrainCommand::Resume(id), tr("Start it"), help);
            }
            let help = tr("It is taken out of the queue; nothing was learned yet");
            action_button(ui, panel, TrainCommand::Withdraw(id), tr("Take out of the queue"), help);
        }
        RunState::Preparing | RunState::Training => {
            let help = tr("It waits where it is and keeps its memory");
            primary_button(ui, panel, wish(Wish::Pause), tr("Pause"), help);
            let help = tr("It goes on to the next checkpoint that is due and ends there");
            action_button(ui, panel, wish(Wish::StopAtCheckpoint), tr("Stop at checkpoint"), help);
            let help = tr("It writes a checkpoint after this step and ends; nothing is lost");
            action_button(ui, panel, wish(Wish::StopNow), tr("Stop now"), help);
        }
        RunState::Paused => {
            primary_button(ui, panel, wish(Wish::GoOn), tr("Go on"), tr("It learns on from where it is"));
            let help = tr("It writes a checkpoint after this step and ends; nothing is lost");
            action_button(ui, panel, wish(Wish::StopNow), tr("Stop now"), help);
        }
        RunState::Stopped | RunState::Failed | RunState::Interrupted => {
            let help = tr("From its last checkpoint, as if it had never stopped");
            primary_button(ui, panel, TrainCommand::Resume(id), tr("Go on"), help);
        }
        RunState::Completed => {
            let is_used = run.made_model.is_some_and(|model| panel.session.models.is_in_use(model));
            if is_used {
                kit::badge(ui, tr("IN USE"), theme::good());
            } else {
                let help = tr("The model answers in this project from now on. The Models page takes it back.");
                primary_button(ui, panel, TrainCommand::AskPromote(id), tr("Put the model in use…"), help);
            }
            let help = tr("A new run with newer labels that starts from this model");
            action_button(ui, panel, TrainCommand::Continue(id), tr("Go on with new labels…"), help);
        }
    }
    compare_ui(ui, panel);
}

fn compare_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let desk = &panel.session.training;
    let others: Vec<(TrainingId, String)> =
        desk.runs.iter().filter(|run| desk.can_compare(run.id)).map(|run| (run.id, run.numbered_name())).collect();
    if others.is_empty() {
        return;
    }
    let beside = desk.beside;
    let response = ui.menu_button(tr("Compare"), |ui| {
        if ui.selectable_label(beside.is_none(), tr("Alone")).clicked() {
            panel.ask(Command::Train(TrainCommand::CompareWith(None)));
            ui.close();
        }
        for (other, name) in &others {
            if ui.selectable_label(beside == Some(*other), name).clicked() {
                panel.ask(Command::Train(TrainCommand::CompareWith(Some(*other))));
                ui.close();
            }
        }
    });
    response.response.on_hover_text(tr("Curves of another run beside these"));
}

fn progress_ui(ui: &mut Ui, run: &RunRow) {
    let Some(status) = &run.status else {
        weak(ui, tr("It begins by itself when the run before it ends."));
        return;
    };
    let [ready, needed] = status.films_ready;
    let is_preparing = status.state == RunState::Preparing && needed > 0;
    let (share, text) = if is_preparing {
        let text = tr_args("Films made ready: {} of {}", &[&number_text(ready), &number_text(needed)]);
        (ready as f32 / needed as f32, text)
    } else {
        let text = tr_args("Step {} of {}", &[&number_text(status.step), &number_text(status.num_steps)]);
        (status.step as f32 / status.num_steps.max(1) as f32, text)
    };
    let bar = egui::ProgressBar::new(share).fill(theme::accent()).desired_height(10.0);
    let bar = ui.add(bar.desired_width(ui.available_width() - 12.0));
    bar.widget_info(|| WidgetInfo::labeled(egui::Role::ProgressIndicator, true, &text));
    let mut parts = vec![text];
    if status.state.is_live() {
        parts.push(translated(&status.stage).into_owned());
    }
    if let Some(secs) = status.eta_secs.filter(|_| matches!(status.state, RunState::Preparing | RunState::Training)) {
        parts.push(tr_args("about {} left", &[&duration_text(secs)]));
    }
    parts.push(status.device.clone());
    if let Some(best) = &status.best {
        let step = number_text(best.step);
        parts.push(tr_args("best {} {} at step {}", &[&best.name, &format!("{:.3}", best.value), &step]));
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 16.0;
        for part in parts.iter().filter(|part| !part.is_empty()) {
            ui.label(RichText::new(part).color(theme::text()));
        }
    });
}

/// What was asked of it and has not happened yet.
fn wish_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRow) {
    let Some(wish) = panel.session.training.wishes.get(&run.id).filter(|_| run.is_live()) else { return };
    let text = match (wish, run.state()) {
        (Wish::GoOn, _) | (Wish::Pause, RunState::Paused) => return,
        (Wish::Pause, _) => tr("It pauses after this step.").to_owned(),
        (Wish::StopNow, _) => tr("It stops after this step, with a checkpoint.").to_owned(),
        (Wish::StopAtCheckpoint, _) => match run.next_checkpoint() {
            Some(step) => tr_args("It stops at the checkpoint of step {}.", &[&number_text(step)]),
            None => tr("It stops at the next checkpoint.").to_owned(),
        },
    };
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(text).color(theme::warn()));
        let help = tr("What was asked of it is taken back");
        action_button(ui, panel, TrainCommand::Wish(run.id, Wish::GoOn), tr("Do not stop"), help);
    });
}

/// Why it ended before it was done, what that means and what to do.
fn trouble_ui(ui: &mut Ui, status: &RunStatus) {
    let is_trouble = matches!(status.state, RunState::Failed | RunState::Interrupted);
    let color = if is_trouble { theme::bad() } else { theme::text() };
    let said = status.message.clone().or_else(|| {
        (status.state == RunState::Interrupted).then(|| {
            tr("It ended without a word: its process was killed, or the power went. What it learned up to its last checkpoint is kept.").to_owned()
        })
    });
    let Some(message) = said else { return };
    crate::ui::shell::card_frame().show(ui, |ui| {
        ui.set_width(ui.available_width() - 40.0);
        ui.add(egui::Label::new(RichText::new(&*translated(&message)).color(color)).wrap().selectable(true));
        if let Some(advice) = &status.advice {
            ui.add(egui::Label::new(RichText::new(&*translated(advice)).color(theme::text())).wrap().selectable(true));
        }
    });
}

fn curves_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRow) {
    let plots = panel.session.training.plots.clone();
    if plots.is_empty() {
        let text = if run.state().is_live() {
            tr("Curves begin with the first steps.")
        } else {
            tr("There are no curves: it has not made a step.")
        };
        return weak(ui, text);
    }
    if let Some(other) = panel.session.training.beside.and_then(|id| panel.session.training.run(id)) {
        let name = other.numbered_name();
        if other.dataset == run.dataset {
            weak(ui, &tr_args("Beside {}.", &[&name]));
        } else {
            let text = tr_args(
                "Beside {}, which learned from another data set. Its dev films are others: compare with care.",
                &[&name],
            );
            weak(ui, &text);
        }
    }
    let size = Vec2::new(plot_size(ui).x, 250.0);
    let columns = ((ui.available_width() + 12.0) / (size.x + 12.0)).floor().max(1.0) as usize;
    ui.spacing_mut().item_spacing = Vec2::new(12.0, 8.0);
    for row in plots.chunks(columns) {
        ui.horizontal_top(|ui| {
            for plot in row {
                plot_ui(ui, panel, plot, size, |_| None);
            }
        });
    }
}

/// What the run learned from and with: so that a figure can be traced.
fn made_ui(ui: &mut Ui, panel: &Panel<'_>, run: &RunRow) {
    kit::section(ui, tr("What it saw"));
    let mut lines = vec![
        tr_args("Data set: {}", &[&run.dataset_name]),
        tr_args("Network: {}, parameters: {}", &[&network_text(run.architecture), &preset_text(run.preset).0]),
    ];
    lines.extend(recipe_lines(run));
    lines.push(match run.started_from.as_str() {
        "" => tr("Started from nothing: weights drawn by chance.").to_owned(),
        from => tr_args("Started from {}", &[&from]),
    });
    lines.push(match run.made_by.as_str() {
        "" => tr_args("Asked for on {}", &[&utc_text(run.made_at_ms)]),
        by => tr_args("Asked for on {} by {}", &[&utc_text(run.made_at_ms), &by]),
    });
    if let Some(model) = run.made_model.and_then(|id| panel.session.models.model(id)) {
        lines.push(tr_args("Became the model {}, version {}", &[&model.card.name, &model.version]));
    }
    for line in lines {
        ui.add(egui::Label::new(RichText::new(line).color(theme::text())).wrap().selectable(true));
    }
}

/// What was changed from the preset, and then what everybody asks for first.
fn recipe_lines(run: &RunRow) -> Vec<String> {
    let Some(recipe) = &run.recipe else { return Vec::new() };
    let preset = Recipe::new(recipe.task(), run.preset);
    let changed: Vec<String> = Recipe::rows(recipe.task())
        .filter_map(|row| {
            let (now, before) = (recipe.get(row.key)?, preset.get(row.key)?);
            let text = || tr_args("{}: {} instead of {}", &[&tr(row.title), &value_text(now), &value_text(before)]);
            (now != before).then(text)
        })
        .collect();
    let first = match (changed.is_empty(), run.preset) {
        (true, _) => tr("No parameter differs from the preset.").to_owned(),
        (false, Preset::ThisComputer) => {
            tr_args("Fitted to this computer or changed by hand: {}", &[&changed.join("; ")])
        }
        (false, _) => tr_args("Changed from the preset: {}", &[&changed.join("; ")]),
    };
    let size = match recipe.task() {
        ModelTask::Classify => format!("{} × {}", recipe.whole(Key::InputWidth), recipe.whole(Key::InputHeight)),
        ModelTask::Detect => {
            let (least, most) = (recipe.whole(Key::ShorterEdgeLeast), recipe.whole(Key::ShorterEdgeMost));
            if least == most { most.to_string() } else { format!("{least} - {most}") }
        }
    };
    let rate = value_text(&Value::Real(recipe.real(Key::LearningRate)));
    let films = recipe.whole(Key::BatchSize);
    let main = tr_args(
        "Films a step: {}, input size: {} px, learning rate: {}, seed: {}",
        &[&films, &size, &rate, &recipe.whole(Key::Seed)],
    );
    vec![first, main]
}

fn note_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRow) {
    kit::section(ui, tr("Notes"));
    let typed = panel.state.train.note.take().filter(|(id, _)| *id == run.id);
    let mut text = typed.map_or_else(|| run.note.clone(), |(_, text)| text);
    let field = egui::TextEdit::multiline(&mut text).desired_rows(2).desired_width(ui.available_width() - 16.0);
    let response = ui.add(field.hint_text(tr("What you tried, and what came of it")));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Notes")));
    if response.lost_focus() && text.trim() != run.note {
        panel.ask(Command::Train(TrainCommand::Note(run.id, text)));
    } else if response.has_focus() {
        panel.state.train.note = Some((run.id, text));
    }
}

//! Of the screen of training: what is asked before the model of a run takes the place of the one in use.

use egui::{Grid, RichText, Ui};

use crate::domain::model::{ModelId, ModelTask};
use crate::domain::training::dataset::DatasetId;
use crate::domain::training::spec::TrainingId;
use crate::session::training::{RunRow, TrainingDesk};
use crate::session::{Command, Session, TrainCommand};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, kit, theme};

use super::words::number_text;
use super::{warnings_ui, weak};

const DIALOG_WIDTH: f32 = 520.0;
/// With fewer films a figure jumps about.
const FEW_DEV_FILMS: u64 = 50;

/// How good a model was found, and on what.
#[derive(Clone, PartialEq, Debug)]
struct Found {
    name: String,
    value: f64,
    /// In words; empty where it is not known.
    measured_on: String,
    num_films: Option<u64>,
    dataset: Option<DatasetId>,
}

pub(super) fn promote_ui(ui: &mut Ui, panel: &mut Panel<'_>, id: TrainingId) {
    kit::set_dialog_width(ui, DIALOG_WIDTH);
    let Some(run) = panel.session.training.run(id).cloned() else { return };
    let task = run.architecture.task();
    let old = panel.session.models.in_use(task);
    let new_found = of_run(&panel.session.training, &run);
    let old_found = old.and_then(|old| of_model(panel.session, old));
    let old_name =
        old.and_then(|old| panel.session.models.model(old)).map(|model| model_name(&model.card.name, model.version));
    let text = match task {
        ModelTask::Classify => tr("Shall this model tell abnormal films in this project from now on?"),
        ModelTask::Detect => tr("Shall this model find lesions in this project from now on?"),
    };
    ui.add(egui::Label::new(text).wrap());
    ui.add_space(theme::UNIT);
    Grid::new("models to choose from").num_columns(2).spacing([16.0, 8.0]).show(ui, |ui| {
        let none = tr("none").to_owned();
        let heading = tr("In use now");
        match &old_name {
            Some(name) => row_ui(ui, heading, name, |ui| found_ui(ui, old_found.as_ref())),
            None => row_ui(ui, heading, &none, |_| {}),
        }
        row_ui(ui, tr("Of this run"), &run.numbered_name(), |ui| found_ui(ui, new_found.as_ref()));
    });
    ui.add_space(theme::UNIT);
    let is_doubtful = is_doubtful(new_found.as_ref(), old_found.as_ref());
    warnings_ui(ui, &warnings(new_found.as_ref(), old_found.as_ref()));
    if old.is_some() {
        weak(ui, tr("The one in use now is kept: \"Roll back\" on the Models page brings it back."));
    } else {
        weak(ui, tr("\"Roll back\" on the Models page takes it out of use again."));
    }
    ui.add_space(theme::UNIT);
    ui.horizontal_wrapped(|ui| {
        let text = if is_doubtful { tr("Put it in use all the same") } else { tr("Put it in use") };
        let button = egui::Button::new(text);
        let button = if is_doubtful { button } else { button.fill(theme::accent_dim()) };
        if ui.add(button).clicked() {
            panel.ask(Command::Train(TrainCommand::Promote(id)));
        }
        if ui.button(tr("Cancel")).clicked() {
            panel.ask(Command::CloseDialog);
        }
    });
}

fn model_name(name: &str, version: u32) -> String {
    tr_args("{} (version {})", &[&name, &version])
}

fn row_ui(ui: &mut Ui, heading: &str, name: &str, figure_ui: impl FnOnce(&mut Ui)) {
    ui.label(RichText::new(heading).color(theme::weak()));
    ui.vertical(|ui| {
        ui.add(egui::Label::new(RichText::new(name).color(theme::strong())).wrap());
        figure_ui(ui);
    });
    ui.end_row();
}

fn found_ui(ui: &mut Ui, found: Option<&Found>) {
    let Some(found) = found else { return weak(ui, tr("How good it is was not measured.")) };
    let figure = format!("{} {:.3}", found.name, found.value);
    let text = match (found.num_films, found.measured_on.as_str()) {
        (Some(num), _) => tr_args("{} on {} dev films", &[&figure, &number_text(num)]),
        (None, "") => figure,
        (None, on) => tr_args("{} on {}", &[&figure, &on]),
    };
    ui.add(egui::Label::new(text).wrap());
}

const fn main_figure(task: ModelTask) -> &'static str {
    match task {
        ModelTask::Classify => "AUROC",
        ModelTask::Detect => "mAP@0.5",
    }
}

fn of_run(desk: &TrainingDesk, run: &RunRow) -> Option<Found> {
    let best = run.status.as_ref()?.best.as_ref()?;
    let dataset = desk.datasets.iter().find(|row| row.id == run.dataset);
    Some(Found {
        name: best.name.clone(),
        value: best.value,
        measured_on: String::new(),
        num_films: dataset.map(|row| row.num_films[1]),
        dataset: Some(run.dataset),
    })
}

/// As its run found it, or else as its card says.
fn of_model(session: &Session, id: ModelId) -> Option<Found> {
    let made_by = session.training.runs.iter().find(|run| run.made_model == Some(id));
    if let Some(found) = made_by.and_then(|run| of_run(&session.training, run)) {
        return Some(found);
    }
    let card = &session.models.model(id)?.card;
    let metric = card.metrics.iter().find(|metric| metric.name == main_figure(card.task))?;
    Some(Found {
        name: metric.name.clone(),
        value: metric.value,
        measured_on: metric.measured_on.clone(),
        num_films: None,
        dataset: None,
    })
}

fn is_worse(new: &Found, old: &Found) -> bool {
    new.name == old.name && new.value < old.value
}

fn is_no_better_than_chance(found: &Found) -> bool {
    found.name == main_figure(ModelTask::Classify) && found.value <= 0.5
}

fn is_doubtful(new: Option<&Found>, old: Option<&Found>) -> bool {
    new.is_none_or(|new| is_no_better_than_chance(new) || old.is_some_and(|old| is_worse(new, old)))
}

/// What speaks against the change: one sentence each.
fn warnings(new: Option<&Found>, old: Option<&Found>) -> Vec<String> {
    let mut warnings = Vec::new();
    let Some(new) = new else {
        return vec![tr("This run was never measured on dev films.").to_owned()];
    };
    if old.is_some_and(|old| is_worse(new, old)) {
        warnings.push(tr("The new model was found worse than the one in use.").to_owned());
    }
    if is_no_better_than_chance(new) {
        warnings.push(tr("An AUROC of 0.5 is what tossing a coin reaches. This model is no better.").to_owned());
    }
    if let Some(num) = new.num_films.filter(|num| *num < FEW_DEV_FILMS) {
        warnings.push(tr_args("{} dev films are few: the figure may be chance.", &[&num]));
    }
    if old.is_some_and(|old| old.dataset.is_none() || old.dataset != new.dataset) {
        warnings.push(
            tr("The two were measured on different films. An evaluation of both on the same films says more.")
                .to_owned(),
        );
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, value: f64, dataset: i64, num_films: u64) -> Found {
        Found {
            name: name.to_owned(),
            value,
            measured_on: String::new(),
            num_films: Some(num_films),
            dataset: Some(DatasetId(dataset)),
        }
    }

    #[test]
    fn a_model_that_is_worse_or_mere_chance_is_warned_of() {
        let good = found("AUROC", 0.992, 1, 200);
        assert!(!is_doubtful(Some(&good), None) && warnings(Some(&good), None).is_empty());
        assert!(!is_doubtful(Some(&good), Some(&found("AUROC", 0.9, 1, 200))));
        let bad = found("AUROC", 0.0, 2, 2);
        assert!(is_doubtful(Some(&bad), Some(&good)));
        assert_eq!(warnings(Some(&bad), Some(&good)).len(), 4);
        let detector = found("mAP@0.5", 0.3, 1, 200);
        assert!(!is_doubtful(Some(&detector), None), "0.5 is no chance of a detector");
        assert!(is_doubtful(Some(&detector), Some(&found("mAP@0.5", 0.4, 1, 200))));
        assert!(is_doubtful(None, Some(&good)), "nothing is known of it");
    }
}

//! Of the screen of training: what a new run learns, from what, and how long it will take.

use egui::{ComboBox, RichText, ScrollArea, Ui, WidgetInfo};

use crate::domain::model::ModelTask;
use crate::domain::training::dataset::DatasetId;
use crate::domain::training::recipe::Preset;
use crate::domain::training::spec::StartChoice;
use crate::session::model_shelf::EngineState;
use crate::session::training::{Estimate, RunDraft, networks};
use crate::session::{Command, TrainCommand};
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{Panel, kit, theme};

use super::words::{bytes_text, duration_text, network_text, preset_text};
use super::{primary_button, warnings_ui, weak};

/// Room for the button under everything else.
const BUTTON_HEIGHT: f32 = 44.0;

pub(super) fn choices_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(before) = panel.session.training.draft.clone() else { return };
    let mut draft = before.clone();
    let height = (ui.available_height() - BUTTON_HEIGHT).max(160.0);
    theme::solid_scroll_bars(ui);
    ScrollArea::vertical().id_salt("choices of run").max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        dataset_ui(ui, panel, &mut draft);
        task_ui(ui, &mut draft);
        preset_ui(ui, &mut draft);
        start_ui(ui, panel, &mut draft);
        device_ui(ui, panel, &mut draft);
        kit::section(ui, tr("Name"));
        let field = egui::TextEdit::singleline(&mut draft.name).desired_width(f32::INFINITY);
        let response = ui.add(field.hint_text(tr("Empty: named by network and data")));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Name")));
        ui.separator();
        needs_ui(ui, panel);
    });
    button_ui(ui, panel);
    if draft != before {
        panel.ask(Command::Train(TrainCommand::Draft(draft)));
    }
}

/// One of several, by their words.
fn choice_ui<T: PartialEq + Clone>(ui: &mut Ui, name: &'static str, value: &mut T, choices: &[(T, String)]) {
    let text = choices.iter().find(|(one, _)| one == value).map_or("", |(_, text)| text.as_str());
    let width = ui.available_width() - 8.0;
    let combo = ComboBox::from_id_salt(name).selected_text(text).width(width).truncate();
    let response = combo.show_ui(ui, |ui| {
        for (one, text) in choices {
            ui.selectable_value(value, one.clone(), text);
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, name));
}

fn dataset_ui(ui: &mut Ui, panel: &Panel<'_>, draft: &mut RunDraft) {
    kit::section_title(ui, tr("Learns from"));
    let rows = &panel.session.training.datasets;
    let name =
        |row: &crate::session::training::DatasetRow| tr_args("{}, {} train films", &[&row.name, &row.num_films[0]]);
    let choices: Vec<(Option<DatasetId>, String)> = rows.iter().map(|row| (Some(row.id), name(row))).collect();
    if choices.is_empty() {
        weak(ui, tr("No data set is frozen yet."));
    } else {
        choice_ui(ui, tr("Data set"), &mut draft.dataset, &choices);
    }
}

fn task_ui(ui: &mut Ui, draft: &mut RunDraft) {
    kit::section(ui, tr("Learns to"));
    let task = draft.architecture.task();
    ui.horizontal_wrapped(|ui| {
        let tasks = [(ModelTask::Classify, tr("Tell abnormal films")), (ModelTask::Detect, tr("Find lesions"))];
        for (one, text) in tasks {
            if kit::chip(ui, text, task == one).clicked()
                && task != one
                && let Some(first) = networks(one).last()
            {
                draft.set_architecture(first);
            }
        }
    });
    let mut architecture = draft.architecture;
    let choices: Vec<_> = networks(architecture.task()).map(|one| (one, network_text(one).to_owned())).collect();
    choice_ui(ui, tr("Network"), &mut architecture, &choices);
    if architecture != draft.architecture {
        draft.set_architecture(architecture);
    }
    if draft.architecture.task() == ModelTask::Classify {
        let text = tr("Train three and let them answer as one");
        let response = ui.checkbox(&mut draft.is_ensemble, text);
        response.on_hover_text(tr("Three runs with three seeds, one after the other; their mean is the answer. Takes three times as long and is usually a little better."));
    }
}

fn preset_ui(ui: &mut Ui, draft: &mut RunDraft) {
    kit::section(ui, tr("Parameters"));
    ui.horizontal_wrapped(|ui| {
        for preset in [Preset::ThisComputer, Preset::Paper, Preset::ReleasedCode] {
            let (name, help) = preset_text(preset);
            let response = kit::chip(ui, name, draft.preset == preset).on_hover_text(help);
            if response.clicked() && draft.preset != preset {
                draft.set_preset(preset);
            }
        }
    });
    weak(ui, preset_text(draft.preset).1);
}

fn start_ui(ui: &mut Ui, panel: &Panel<'_>, draft: &mut RunDraft) {
    kit::section(ui, tr("Starts from"));
    let models = panel.session.models_to_start_from(draft.architecture);
    let nothing = (StartChoice::Nothing, tr("Nothing: weights drawn by chance").to_owned());
    let choices: Vec<(StartChoice, String)> =
        std::iter::once(nothing).chain(models.into_iter().map(|(id, name)| (StartChoice::Model(id), name))).collect();
    choice_ui(ui, tr("Starts from"), &mut draft.start, &choices);
    if choices.len() == 1 {
        weak(ui, tr("Weights of this network that are imported on the Models page can be chosen here."));
    }
}

fn device_ui(ui: &mut Ui, panel: &Panel<'_>, draft: &mut RunDraft) {
    let EngineState::Ready { devices, .. } = &panel.session.engine else { return };
    if devices.len() < 2 {
        return;
    }
    kit::section(ui, tr("Device"));
    let best = (None, tr("The best there is").to_owned());
    let choices: Vec<(Option<String>, String)> = std::iter::once(best)
        .chain(devices.iter().map(|device| (Some(device.id.clone()), format!("{} ({})", device.name, device.id))))
        .collect();
    choice_ui(ui, tr("Device"), &mut draft.device, &choices);
}

/// What it will take, or why it can't begin.
fn needs_ui(ui: &mut Ui, panel: &Panel<'_>) {
    match (&panel.session.training.estimate, panel.session.why_no_start()) {
        (_, Some(missing)) => {
            let text = RichText::new(&*translated(missing)).color(theme::warn());
            ui.add(egui::Label::new(text).wrap());
        }
        (Some(Ok(estimate)), None) => estimate_ui(ui, estimate),
        (Some(Err(why)), None) => warnings_ui(ui, std::slice::from_ref(why)),
        (None, None) => {
            ui.horizontal(|ui| {
                ui.add(egui::Spinner::new().size(14.0));
                ui.label(RichText::new(tr("Working out what it takes")).color(theme::weak()));
            });
        }
    }
}

fn button_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let desk = &panel.session.training;
    ui.add_space(theme::UNIT);
    let is_busy = desk.live().is_some();
    let (text, help) = if is_busy {
        (tr("Put it in the queue"), tr("It begins by itself when the run before it ends"))
    } else {
        (tr("Start training"), tr("It learns beside the window; reading goes on"))
    };
    if desk.datasets.is_empty() {
        primary_button(ui, panel, TrainCommand::AskFreeze, tr("Freeze a data set…"), tr("First, freeze a data set"));
    } else {
        primary_button(ui, panel, TrainCommand::Start, text, help);
    }
}

fn estimate_ui(ui: &mut Ui, estimate: &Estimate) {
    let time = estimate
        .secs
        .map_or_else(|| tr("not known yet").to_owned(), |secs| tr_args("about {}", &[&duration_text(secs)]));
    let memory = estimate.memory_bytes.map_or_else(|| tr("not known yet").to_owned(), bytes_text);
    egui::Grid::new("estimate").num_columns(2).spacing([16.0, 3.0]).show(ui, |ui| {
        let mut rows = vec![(tr("Takes"), time), (tr("Memory"), memory)];
        if let Some(bytes) = estimate.disk_bytes {
            rows.push((tr("On the disk"), bytes_text(bytes)));
        }
        if !estimate.device.is_empty() {
            rows.push((tr("Device"), estimate.device.clone()));
        }
        for (name, value) in rows {
            ui.label(RichText::new(name).color(theme::weak()));
            ui.label(RichText::new(value).color(theme::strong()));
            ui.end_row();
        }
    });
    if !estimate.basis.is_empty() {
        ui.add(egui::Label::new(RichText::new(&*translated(&estimate.basis)).small().color(theme::weak())).wrap());
    }
    warnings_ui(ui, &estimate.warnings);
}

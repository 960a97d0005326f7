//! Of the screen of training: what is asked before data are frozen or locked, and before the window closes over a run.

use egui::{Grid, RichText, Ui, WidgetInfo};

use crate::domain::evaluation::run::{FilmChoice, TruthSource};
use crate::domain::label::LabelName;
use crate::domain::training::dataset::{DatasetId, FreezePlan, LabelRule, Split, SplitMethod, SplitSize, SplitUnit};
use crate::session::{Command, TrainCommand, TrainDialog};
use crate::ui::words::{tr, tr_args, translated_name};
use crate::ui::{Panel, kit, theme};

use super::data::split_text;
use super::{promote, weak};

const DIALOG_WIDTH: f32 = 620.0;
const HEADING_WIDTH: f32 = 150.0;
const FIELD_WIDTH: f32 = 430.0;
/// The class of the paper's seven that takes the rare labels up.
const OTHER_LESIONS: &str = "Other lesions";
/// Boxes of these six are learned by their own name (VinDr-SpineXR, 7 classes).
const OWN_CLASSES: [&str; 6] = [
    "Osteophytes",
    "Surgical implant",
    "Spondylolysthesis",
    "Foraminal stenosis",
    "Disc space narrowing",
    "Vertebral collapse",
];

/// What stands in the form while it is in front.
#[derive(Default, Debug)]
pub struct FreezeForm {
    plan: Option<FreezePlan>,
}

impl FreezeForm {
    /// What was chosen goes with its dialog.
    pub(in crate::ui) fn close(&mut self) {
        self.plan = None;
    }
}

pub(in crate::ui) fn dialog_title(dialog: TrainDialog) -> &'static str {
    match dialog {
        TrainDialog::Freeze => tr("Freeze a data set"),
        TrainDialog::Lock(_) => tr("Lock the test films"),
        TrainDialog::Promote(_) => tr("Put the model in use"),
        TrainDialog::DeleteRun(_) => tr("Delete the run"),
        TrainDialog::DeleteDataset(_) => tr("Delete the data set"),
        TrainDialog::Quit => tr("A model is learning"),
    }
}

pub(in crate::ui) fn dialog_ui(ui: &mut Ui, panel: &mut Panel<'_>, dialog: TrainDialog) {
    match dialog {
        TrainDialog::Freeze => freeze_ui(ui, panel),
        TrainDialog::Lock(id) => lock_ui(ui, panel, id),
        TrainDialog::Promote(id) => promote::promote_ui(ui, panel, id),
        TrainDialog::DeleteRun(id) => {
            let name = panel
                .session
                .training
                .run(id)
                .map_or_else(String::new, crate::session::training::RunRow::numbered_name);
            let text = tr_args("Delete the run {} with its curves, checkpoints and note?", &[&name]);
            let more = tr("They can't be brought back. A model that came of it stays on the Models page.");
            delete_ui(ui, panel, &text, more, TrainCommand::DeleteRun(id));
        }
        TrainDialog::DeleteDataset(id) => {
            let row = panel.session.training.datasets.iter().find(|row| row.id == id);
            let text = tr_args("Delete the data set {}?", &[&row.map_or("", |row| row.name.as_str())]);
            let more = tr(
                "No film and no label changes. A data set that a run or a model names, or that locks test films, stays.",
            );
            delete_ui(ui, panel, &text, more, TrainCommand::DeleteDataset(id));
        }
        TrainDialog::Quit => quit_ui(ui, panel),
    }
}

fn delete_ui(ui: &mut Ui, panel: &mut Panel<'_>, text: &str, more: &str, command: TrainCommand) {
    kit::set_dialog_width(ui, 460.0);
    ui.add(egui::Label::new(text).wrap());
    weak(ui, more);
    ui.add_space(theme::UNIT);
    ui.horizontal(|ui| {
        if ui.button(RichText::new(tr("Delete")).color(theme::bad())).clicked() {
            panel.ask(Command::Train(command));
        }
        if ui.button(tr("Cancel")).clicked() {
            panel.ask(Command::CloseDialog);
        }
    });
}

fn quit_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    kit::set_dialog_width(ui, 460.0);
    let name = panel.session.training.own_live().map_or("", |run| run.name.as_str());
    ui.add(
        egui::Label::new(tr_args("\"{}\" is still learning. Shall it go on while the window is closed?", &[&name]))
            .wrap(),
    );
    weak(ui, tr("Either way nothing is lost: the next start of the program shows the run and can go on with it."));
    ui.add_space(theme::UNIT);
    ui.horizontal_wrapped(|ui| {
        let go_on = egui::Button::new(tr("Go on in the background")).fill(theme::accent_dim());
        if ui.add(go_on).clicked() {
            panel.ask(Command::Train(TrainCommand::QuitAndGoOn));
        }
        if ui.button(tr("Stop with a checkpoint")).clicked() {
            panel.ask(Command::Train(TrainCommand::QuitAndStop));
        }
        if ui.button(tr("Stay here")).clicked() {
            panel.ask(Command::CloseDialog);
        }
    });
}

fn lock_ui(ui: &mut Ui, panel: &mut Panel<'_>, id: DatasetId) {
    kit::set_dialog_width(ui, 460.0);
    let row = panel.session.training.datasets.iter().find(|row| row.id == id);
    let num = row.map_or(0, |row| row.num_films[2]);
    ui.add(egui::Label::new(tr_args("Lock the {} test films for good?", &[&num])).wrap());
    weak(
        ui,
        tr(
            "From then on no training of this project learns from them or chooses by them, also not from copies under other names. A lock can't be taken back.",
        ),
    );
    ui.add_space(theme::UNIT);
    ui.horizontal(|ui| {
        if ui.add(egui::Button::new(tr("Lock them")).fill(theme::accent_dim())).clicked() {
            panel.ask(Command::Train(TrainCommand::Lock(id)));
        }
        if ui.button(tr("Cancel")).clicked() {
            panel.ask(Command::CloseDialog);
        }
    });
}

/// The paper's split: by patient, every class evenly, a fifth for test and a tenth of the rest for dev.
fn first_plan(panel: &Panel<'_>) -> FreezePlan {
    let number = panel.session.training.datasets.len() + 1;
    let labels = panel.session.label_set();
    let is_spine = labels.is_some_and(|set| set.local().any(|label| label.name.as_str() == OTHER_LESIONS));
    FreezePlan {
        name: tr_args("Data set {}", &[&number]),
        truth: TruthSource::Consensus,
        films: FilmChoice::WithTruth,
        label_rules: if is_spine { seven_classes(panel) } else { Vec::new() },
        unit: SplitUnit::Patient,
        method: SplitMethod::Stratified,
        sizes: [SplitSize::Share(0.7), SplitSize::Share(0.1), SplitSize::Share(0.2)],
        seed: 1999,
        locks_test: false,
    }
}

fn seven_classes(panel: &Panel<'_>) -> Vec<LabelRule> {
    let Some(set) = panel.session.label_set() else { return Vec::new() };
    let rare =
        set.local().filter(|label| !OWN_CLASSES.contains(&label.name.as_str()) && label.name.as_str() != OTHER_LESIONS);
    let other = LabelName::new(OTHER_LESIONS);
    rare.map(|label| LabelRule { from: label.name.clone(), to: Some(other.clone()) }).collect()
}

fn freeze_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    kit::set_dialog_width(ui, DIALOG_WIDTH);
    let mut plan = panel.state.freeze.plan.take().unwrap_or_else(|| first_plan(panel));
    let height = ui.ctx().content_rect().height() - 200.0;
    egui::ScrollArea::vertical().max_height(height).show(ui, |ui| {
        weak(
            ui,
            tr("Films and labels are kept as they are now. What readers change later does not change this data set."),
        );
        ui.add_space(theme::UNIT);
        Grid::new("freeze").num_columns(2).min_col_width(HEADING_WIDTH).spacing([16.0, 10.0]).show(ui, |ui| {
            name_ui(ui, &mut plan);
            truth_ui(ui, panel, &mut plan);
            classes_ui(ui, panel, &mut plan);
            split_ui(ui, &mut plan);
            lock_row_ui(ui, &mut plan);
        });
    });
    let missing = missing(&plan);
    ui.add_space(theme::UNIT);
    if let Some(missing) = missing {
        ui.add(egui::Label::new(RichText::new(missing).color(theme::warn())).wrap());
    }
    ui.horizontal(|ui| {
        let button = egui::Button::new(tr("Freeze it")).fill(theme::accent_dim());
        if ui.add_enabled(missing.is_none(), button).clicked() {
            panel.ask(Command::Train(TrainCommand::Freeze(Box::new(plan.clone()))));
        }
        if ui.button(tr("Cancel")).clicked() {
            panel.ask(Command::CloseDialog);
        }
    });
    panel.state.freeze.plan = Some(plan);
}

fn missing(plan: &FreezePlan) -> Option<&'static str> {
    let share = |size: &SplitSize| if let SplitSize::Share(share) = size { *share } else { 0.0 };
    let sum: f64 = plan.sizes.iter().map(share).sum();
    if plan.name.trim().is_empty() {
        Some(tr("Give it a name."))
    } else if sum > 1.0 + 1e-9 {
        Some(tr("The shares of train, dev and test are more than 100 % together."))
    } else if share(&plan.sizes[0]) <= 0.0 || share(&plan.sizes[1]) <= 0.0 {
        Some(tr("Train and dev both need films: without dev films no best model can be chosen."))
    } else {
        None
    }
}

fn heading_ui(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(theme::weak()));
}

/// Buttons in as many lines as they need. A cell of a grid is as high as one line, and what is wrapped in it by itself lies
/// over the row below.
fn wrapped(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.set_max_width(FIELD_WIDTH);
        ui.horizontal_wrapped(add);
    });
}

fn name_ui(ui: &mut Ui, plan: &mut FreezePlan) {
    heading_ui(ui, tr("Name"));
    let response = ui.add(egui::TextEdit::singleline(&mut plan.name).desired_width(FIELD_WIDTH));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Name")));
    ui.end_row();
}

fn truth_ui(ui: &mut Ui, panel: &Panel<'_>, plan: &mut FreezePlan) {
    heading_ui(ui, tr("Held for true"));
    let readers = panel.session.project.as_ref().map_or(&[][..], |project| &project.readers);
    let text = |truth: &TruthSource| match truth {
        TruthSource::Reader(reader) => tr_args("The readings of {}", &[&reader]),
        TruthSource::EveryReader => tr("Every reader").to_owned(),
        _ => tr("Consensus of readers").to_owned(),
    };
    let combo =
        egui::ComboBox::from_id_salt("truth of data set").selected_text(text(&plan.truth)).width(FIELD_WIDTH - 8.0);
    let response = combo.show_ui(ui, |ui| {
        let all = std::iter::once(TruthSource::Consensus)
            .chain(readers.iter().map(|one| TruthSource::Reader(one.id.clone())));
        for truth in all {
            let name = text(&truth);
            ui.selectable_value(&mut plan.truth, truth, name);
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Held for true")));
    ui.end_row();
    heading_ui(ui, "");
    weak(ui, tr("Only completed readings count. Films that nobody completed are left out."));
    ui.end_row();
}

fn classes_ui(ui: &mut Ui, panel: &Panel<'_>, plan: &mut FreezePlan) {
    heading_ui(ui, tr("Classes"));
    let folds = !plan.label_rules.is_empty();
    let seven = seven_classes(panel);
    wrapped(ui, |ui| {
        if kit::chip(ui, tr("Each label is its own"), !folds).clicked() {
            plan.label_rules.clear();
        }
        if !seven.is_empty() && kit::chip(ui, tr("The paper's seven"), folds).clicked() {
            plan.label_rules.clone_from(&seven);
        }
    });
    ui.end_row();
    heading_ui(ui, "");
    if folds {
        let names: Vec<String> =
            plan.label_rules.iter().map(|rule| translated_name(rule.from.as_str()).into_owned()).collect();
        weak(ui, &tr_args("Learned as Other lesions: {}", &[&names.join(", ")]));
    } else {
        weak(ui, tr("Rare labels will be learned badly."));
    }
    ui.end_row();
}

fn split_ui(ui: &mut Ui, plan: &mut FreezePlan) {
    heading_ui(ui, tr("Shares"));
    ui.horizontal(|ui| {
        for (split, size) in Split::ALL.into_iter().zip(&mut plan.sizes) {
            let mut percent = match size {
                SplitSize::Share(share) => (*share * 100.0).round(),
                SplitSize::Count(_) => 0.0,
            };
            let name = split_text(split).0;
            ui.label(name);
            let response =
                ui.add(egui::DragValue::new(&mut percent).range(0.0..=100.0).speed(0.5).max_decimals(0).suffix(" %"));
            response.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, name));
            if response.changed() {
                *size = SplitSize::Share(percent / 100.0);
            }
        }
    });
    ui.end_row();
    heading_ui(ui, tr("Stay together"));
    wrapped(ui, |ui| {
        for (unit, text) in [
            (SplitUnit::Patient, tr("Films of one patient")),
            (SplitUnit::Study, tr("Films of one study")),
            (SplitUnit::Film, tr("Nothing stays together")),
        ] {
            if kit::chip(ui, text, plan.unit == unit).clicked() {
                plan.unit = unit;
            }
        }
    });
    ui.end_row();
    if plan.unit != SplitUnit::Patient {
        heading_ui(ui, "");
        let text = tr("A patient may stand on both sides then: figures come out better than they are.");
        ui.add(egui::Label::new(RichText::new(text).color(theme::warn())).wrap());
        ui.end_row();
    }
    heading_ui(ui, tr("Dealt out"));
    wrapped(ui, |ui| {
        for (method, text) in
            [(SplitMethod::Stratified, tr("Every class evenly")), (SplitMethod::Random, tr("At random"))]
        {
            if kit::chip(ui, text, plan.method == method).clicked() {
                plan.method = method;
            }
        }
        ui.label(RichText::new(tr("Seed")).color(theme::weak()));
        let response = ui.add(egui::DragValue::new(&mut plan.seed).range(0..=u64::from(u32::MAX)));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, tr("Seed")));
    });
    ui.end_row();
}

fn lock_row_ui(ui: &mut Ui, plan: &mut FreezePlan) {
    heading_ui(ui, tr("Test films"));
    ui.checkbox(&mut plan.locks_test, tr("Lock them for good"));
    ui.end_row();
    heading_ui(ui, "");
    weak(ui, tr("Locked films can never be learned from in this project, so that the last figure stays honest."));
    ui.end_row();
}

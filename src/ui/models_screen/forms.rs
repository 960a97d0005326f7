//! Questions in front of the screen: what a file without a card is, what a card says, which classifiers become one.

use std::collections::BTreeSet;
use std::path::PathBuf;

use egui::{Grid, RichText, Ui, WidgetInfo};

use crate::domain::label::{LabelKind, LabelName};
use crate::domain::model::{Architecture, EnsembleMean, ModelId, ModelTask};
use crate::domain::model_draft::{ABNORMAL, CardTexts, EnsembleDraft, ModelDraft, classes_of, usual_preprocessing};
use crate::domain::preprocessing::Preprocessing;
use crate::session::{Command, ModelCommand, ModelDialog, ModelFile, Session};
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{Panel, kit, theme};

use super::full_name;

/// What is being typed.
#[derive(Default, Debug)]
pub struct ModelForms {
    file: Option<FileForm>,
    texts: Option<(ModelId, CardTexts)>,
    ensemble: Option<EnsembleForm>,
}

/// What a person says of a file.
#[derive(Debug)]
struct FileForm {
    path: PathBuf,
    name: String,
    architecture: Option<Architecture>,
    /// With commas between, as typed.
    classes: String,
    preset: usize,
    threshold: String,
    texts: CardTexts,
    is_synthetic: bool,
}

#[derive(Default, Debug)]
struct EnsembleForm {
    name: String,
    members: BTreeSet<ModelId>,
    mean: EnsembleMean,
    threshold: String,
}

const DIALOG_WIDTH: f32 = 620.0;
const FIELD_WIDTH: f32 = 440.0;

pub(in crate::ui) fn dialog_title(dialog: &ModelDialog) -> &'static str {
    match dialog {
        ModelDialog::File(_) => tr("Import a model"),
        ModelDialog::Delete(_) => tr("Delete a model"),
        ModelDialog::Texts(_) => tr("Texts of the card"),
        ModelDialog::Ensemble => tr("Make an ensemble"),
    }
}

pub(in crate::ui) fn dialog_ui(ui: &mut Ui, panel: &mut Panel<'_>, dialog: &ModelDialog) {
    kit::set_dialog_width(ui, DIALOG_WIDTH);
    match dialog {
        ModelDialog::File(file) => file_ui(ui, panel, file),
        ModelDialog::Delete(id) => delete_ui(ui, panel, *id),
        ModelDialog::Texts(id) => texts_ui(ui, panel, *id),
        ModelDialog::Ensemble => ensemble_ui(ui, panel),
    }
}

impl ModelForms {
    /// What was typed goes with its dialog.
    pub(in crate::ui) fn close(&mut self) {
        *self = Self::default();
    }
}

impl FileForm {
    fn of(session: &Session, file: &ModelFile) -> Self {
        let name = file.path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let mut form = Self {
            path: file.path.clone(),
            name,
            architecture: file.guess.map(|guess| guess.architecture),
            classes: String::new(),
            preset: 0,
            threshold: String::new(),
            texts: CardTexts::default(),
            is_synthetic: false,
        };
        form.take_architecture();
        // The released code's own networks are known by their names, and so is what they were trained on.
        if let Some(guess) = &file.guess {
            form.take_preset(guess.usual_preprocessing());
        }
        // A detector with as many outputs as the project has findings was most likely trained on them.
        let locals: Vec<&str> = session.label_set().map_or_else(Vec::new, |set| {
            let is_finding = |label: &&crate::domain::label::Label| label.kind == LabelKind::Local;
            set.labels().iter().filter(is_finding).map(|label| label.name.as_str()).collect()
        });
        if form.is_detector() && file.guess.is_some_and(|guess| guess.num_classes == locals.len()) {
            form.classes = locals.join(", ");
        }
        form
    }

    fn is_detector(&self) -> bool {
        self.architecture.is_some_and(|architecture| architecture.task() == ModelTask::Detect)
    }

    /// What usually goes with the network.
    fn take_architecture(&mut self) {
        let Some(architecture) = self.architecture else { return };
        self.take_preset(usual_preprocessing(architecture));
        if architecture.task() == ModelTask::Classify {
            ABNORMAL.clone_into(&mut self.classes);
        } else if self.classes == ABNORMAL {
            self.classes.clear();
        }
    }

    fn take_preset(&mut self, usual: Preprocessing) {
        self.preset = Preprocessing::PRESETS.iter().position(|(_, preset)| *preset == usual).unwrap_or(0);
    }

    fn draft(&self) -> Result<ModelDraft, &'static str> {
        if self.name.trim().is_empty() {
            return Err(tr("Give it a name."));
        }
        if self.architecture.is_none() {
            return Err(tr("Choose the network that the weights are of."));
        }
        let classes = classes_of(&self.classes);
        if classes.is_empty() {
            return Err(tr("Name what it finds, in the order of its outputs."));
        }
        Ok(ModelDraft {
            name: Some(self.name.trim().to_owned()),
            architecture: self.architecture,
            classes: Some(classes),
            preprocessing: Preprocessing::PRESETS.get(self.preset).map(|(_, preset)| *preset),
            threshold: threshold_of(&self.threshold)?.filter(|_| !self.is_detector()),
            training: self.texts.training.clone(),
            licence: self.texts.licence.clone(),
            notes: self.texts.notes.clone(),
            is_synthetic: self.is_synthetic,
        })
    }
}

/// A number from 0 to 1, or none.
fn threshold_of(text: &str) -> Result<Option<f64>, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let value = text.replace(',', ".").parse::<f64>().ok().filter(|value| (0.0..=1.0).contains(value));
    value.map(Some).ok_or(tr("The threshold is a number from 0 to 1."))
}

fn file_ui(ui: &mut Ui, panel: &mut Panel<'_>, file: &ModelFile) {
    let held = panel.state.models.forms.file.take().filter(|form| form.path == file.path);
    let mut form = held.unwrap_or_else(|| FileForm::of(panel.session, file));
    let name = file.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    ui.label(RichText::new(tr_args("{} has no card: say what it is.", &[&name])).color(theme::text()));
    let found = match (file.is_script, &file.guess) {
        (true, _) => tr("It is a TorchScript module, a program with its weights. It runs when films are predicted: import it only from people whom you trust.").to_owned(),
        (false, Some(guess)) => {
            let name = guess.architecture.as_str();
            match guess.num_classes {
                1 => tr_args("By its tensors it is {} with one class.", &[&name]),
                num => tr_args("By its tensors it is {} with {} classes.", &[&name, &num]),
            }
        }
        (false, None) => tr("Its tensors have the names of no network that Rachis knows.").to_owned(),
    };
    let color = if file.guess.is_some() { theme::good() } else { theme::warn() };
    ui.add(egui::Label::new(RichText::new(found).color(color)).wrap());
    ui.add_space(theme::UNIT);
    Grid::new("model file").num_columns(2).spacing([16.0, 8.0]).show(ui, |ui| {
        line_ui(ui, tr("Name"), &mut form.name, "");
        network_ui(ui, &mut form, file.is_script);
        let hint = if form.is_detector() {
            tr("Osteophytes, Foraminal stenosis, …")
        } else {
            tr("What a high probability means")
        };
        line_ui(ui, tr("Classes"), &mut form.classes, hint);
        preset_ui(ui, &mut form);
        if !form.is_detector() {
            line_ui(ui, tr("Threshold c*"), &mut form.threshold, tr("0 to 1; empty: the project's stays"));
        }
        text_fields_ui(ui, &mut form.texts);
        ui.label("");
        ui.checkbox(&mut form.is_synthetic, tr("Trained on synthetic films only"));
        ui.end_row();
    });
    let draft = form.draft();
    failure_ui(ui, panel, draft.as_ref().err().copied());
    ui.horizontal(|ui| {
        let is_free = panel.session.model_desk.doing.is_none();
        let is_ready = draft.is_ok() && is_free;
        let button = ui.add_enabled(is_ready, egui::Button::new(tr("Import")).fill(theme::accent_dim()));
        if button.clicked()
            && let Ok(draft) = draft
        {
            panel.ask(Command::Model(ModelCommand::Import(Box::new(draft))));
        }
        cancel_ui(ui, panel);
        if !is_free {
            ui.add(egui::Spinner::new().size(14.0));
        }
    });
    panel.state.models.forms.file = Some(form);
}

fn network_ui(ui: &mut Ui, form: &mut FileForm, is_script: bool) {
    heading_ui(ui, tr("Network"));
    let text = form.architecture.map_or(tr("Choose…"), Architecture::as_str);
    let combo = egui::ComboBox::from_id_salt("network").selected_text(text).width(FIELD_WIDTH - 8.0).height(420.0);
    let response = combo.show_ui(ui, |ui| {
        for (architecture, text) in Architecture::ALL {
            let is_of_script =
                matches!(architecture, Architecture::TorchScriptClassifier | Architecture::TorchScriptDetector);
            if is_of_script == is_script && ui.selectable_label(form.architecture == Some(architecture), text).clicked()
            {
                form.architecture = Some(architecture);
                form.take_architecture();
            }
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Network")));
    ui.end_row();
}

fn preset_ui(ui: &mut Ui, form: &mut FileForm) {
    heading_ui(ui, tr("Input"));
    let text = Preprocessing::PRESETS.get(form.preset).map_or("", |(name, _)| preset_text(name));
    let combo = egui::ComboBox::from_id_salt("preset").selected_text(text).width(FIELD_WIDTH - 8.0);
    let response = combo.show_ui(ui, |ui| {
        for (n, (name, _)) in Preprocessing::PRESETS.iter().enumerate() {
            if ui.selectable_label(form.preset == n, preset_text(name)).clicked() {
                form.preset = n;
            }
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Input")));
    ui.end_row();
}

/// The preset and what it does.
fn preset_text(name: &str) -> &str {
    match name {
        "paper classifier" => tr("paper classifier: 224 x 224, ImageNet mean and deviation"),
        "released classifier" => tr("released classifier: 224 x 224, detectron2 means"),
        "paper detector" => tr("paper detector: shorter edge 800, ImageNet mean and deviation"),
        "released detector" => tr("released detector: shorter edge 800, detectron2 means"),
        "torchvision detector" => tr("torchvision detector: shorter edge 800, without antialiasing"),
        "effdet d0 detector" => tr("effdet D0 detector: fitted into 512 x 512"),
        "effdet d1 detector" => tr("effdet D1 detector: fitted into 640 x 640"),
        "effdet d2 detector" => tr("effdet D2 detector: fitted into 768 x 768"),
        other => other,
    }
}

fn text_fields_ui(ui: &mut Ui, texts: &mut CardTexts) {
    area_ui(ui, tr("Trained"), &mut texts.training, tr("On what, by whom, when"));
    line_ui(ui, tr("Licence"), &mut texts.licence, tr("CC BY 4.0, own use, …"));
    area_ui(ui, tr("Limits and notes"), &mut texts.notes, tr("For whom it is, what it can't do"));
}

fn heading_ui(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(theme::weak()));
}

fn line_ui(ui: &mut Ui, name: &str, value: &mut String, hint: &str) {
    heading_ui(ui, name);
    let response = ui.add(egui::TextEdit::singleline(value).desired_width(FIELD_WIDTH).hint_text(hint));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, name));
    ui.end_row();
}

fn area_ui(ui: &mut Ui, name: &str, value: &mut String, hint: &str) {
    heading_ui(ui, name);
    let field = egui::TextEdit::multiline(value).desired_rows(2).desired_width(FIELD_WIDTH).hint_text(hint);
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, name));
    ui.end_row();
}

/// What is missing, or why the last try was refused.
fn failure_ui(ui: &mut Ui, panel: &Panel<'_>, missing: Option<&str>) {
    ui.add_space(theme::UNIT);
    match (&panel.session.model_desk.failure, missing) {
        (Some(why), _) => {
            ui.add(egui::Label::new(RichText::new(&*translated(why)).color(theme::bad())).wrap());
        }
        (None, Some(missing)) => {
            ui.label(RichText::new(missing).color(theme::warn()));
        }
        (None, None) => {}
    }
}

fn cancel_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    if ui.button(tr("Cancel")).clicked() {
        panel.ask(Command::CloseDialog);
    }
}

fn delete_ui(ui: &mut Ui, panel: &mut Panel<'_>, id: ModelId) {
    let Some(model) = panel.session.models.model(id) else { return };
    let text = tr_args(
        "Delete the weights of {}? What it said of films and its card stay; the file can't be brought back from here.",
        &[&full_name(model)],
    );
    ui.add(egui::Label::new(text).wrap());
    failure_ui(ui, panel, None);
    ui.horizontal(|ui| {
        if ui.button(RichText::new(tr("Delete the weights")).color(theme::bad())).clicked() {
            panel.ask(Command::Model(ModelCommand::Delete(id)));
        }
        if ui.button(tr("Keep them")).clicked() {
            panel.ask(Command::CloseDialog);
        }
    });
}

fn texts_ui(ui: &mut Ui, panel: &mut Panel<'_>, id: ModelId) {
    let Some(model) = panel.session.models.model(id) else { return };
    let stored = CardTexts {
        training: model.card.training.clone(),
        licence: model.card.licence.clone(),
        notes: model.card.notes.clone(),
    };
    let held = panel.state.models.forms.texts.take().filter(|(held, _)| *held == id);
    let mut texts = held.map_or_else(|| stored.clone(), |(_, texts)| texts);
    ui.label(RichText::new(full_name(model)).color(theme::strong()));
    let hint =
        tr("Figures, classes and preprocessing belong to the weights and stay. The change is kept in the history.");
    ui.add(egui::Label::new(RichText::new(hint).color(theme::weak())).wrap());
    ui.add_space(theme::UNIT);
    Grid::new("card texts").num_columns(2).spacing([16.0, 8.0]).show(ui, |ui| text_fields_ui(ui, &mut texts));
    failure_ui(ui, panel, None);
    ui.horizontal(|ui| {
        if ui.add_enabled(texts != stored, egui::Button::new(tr("Apply")).fill(theme::accent_dim())).clicked() {
            let texts = Box::new(texts.clone());
            panel.ask(Command::Model(ModelCommand::ChangeTexts { model: id, texts }));
        }
        cancel_ui(ui, panel);
    });
    panel.state.models.forms.texts = Some((id, texts));
}

fn ensemble_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let mut form = panel.state.models.forms.ensemble.take().unwrap_or_default();
    let text =
        tr("Several classifiers answer as one: the mean of what they say of a film. Each of them looks at every film.");
    ui.add(egui::Label::new(RichText::new(text).color(theme::text())).wrap());
    ui.add_space(theme::UNIT);
    kit::section_title(ui, tr("Members"));
    for model in panel.session.models.classifiers_to_join() {
        let mut is_in = form.members.contains(&model.id);
        let classes: Vec<&str> = model.card.classes.iter().map(LabelName::as_str).collect();
        let text = format!("{}: {}", full_name(model), classes.join(", "));
        if ui.checkbox(&mut is_in, text).changed() {
            if is_in {
                form.members.insert(model.id)
            } else {
                form.members.remove(&model.id)
            };
        }
    }
    ui.add_space(theme::UNIT);
    kit::section_title(ui, tr("Mean"));
    for (mean, text) in [
        (EnsembleMean::Probability, tr("Of the probabilities, as the paper says")),
        (EnsembleMean::Logit, tr("Of the logits, as the released code does: a sure member weighs more")),
    ] {
        ui.radio_value(&mut form.mean, mean, text);
    }
    ui.add_space(theme::UNIT);
    Grid::new("ensemble").num_columns(2).spacing([16.0, 8.0]).show(ui, |ui| {
        line_ui(ui, tr("Name"), &mut form.name, "");
        line_ui(ui, tr("Threshold c*"), &mut form.threshold, tr("0 to 1; empty: the project's stays"));
    });
    let threshold = threshold_of(&form.threshold);
    let missing = if form.members.len() < 2 {
        Some(tr("Choose two members or more."))
    } else if form.name.trim().is_empty() {
        Some(tr("Give it a name."))
    } else {
        threshold.as_ref().err().copied()
    };
    failure_ui(ui, panel, missing);
    ui.horizontal(|ui| {
        let button = egui::Button::new(tr("Make the ensemble")).fill(theme::accent_dim());
        if ui.add_enabled(missing.is_none(), button).clicked() {
            let draft = EnsembleDraft {
                name: form.name.trim().to_owned(),
                members: form.members.iter().copied().collect(),
                mean: form.mean,
                threshold: threshold.unwrap_or_default(),
            };
            panel.ask(Command::Model(ModelCommand::MakeEnsemble(Box::new(draft))));
        }
        cancel_ui(ui, panel);
    });
    panel.state.models.forms.ensemble = Some(form);
}

//! The form of a new evaluation: whose answers, against which truth, by which rule, and how figures are made.

use std::path::Path;

use egui::{Grid, RichText, Ui, WidgetInfo};

use crate::domain::evaluation::run::{AnswerSource, EvaluationId, FilmChoice, Plan, RunSummary, TruthSource};
use crate::domain::evaluation::settings::{
    Folding, Interpolation, IntervalMethod, ProbabilitySource, ResampleUnit, Settings, ThresholdChoice,
};
use crate::domain::fusion::FusionRule;
use crate::domain::id::ReaderId;
use crate::domain::model::{ModelId, ModelTask};
use crate::domain::project::Reader;
use crate::session::{Command, EvaluateCommand, EvaluateDialog, FormFile};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, kit, theme};

const DIALOG_WIDTH: f32 = 640.0;
const HEADING_WIDTH: f32 = 150.0;
const FIELD_WIDTH: f32 = 420.0;

/// What stands in the form while it is in front.
#[derive(Default, Debug)]
pub struct NewRunForm {
    plan: Option<Plan>,
}

impl NewRunForm {
    /// What was chosen goes with its dialog.
    pub(in crate::ui) fn close(&mut self) {
        self.plan = None;
    }
}

pub(in crate::ui) fn dialog_title(dialog: EvaluateDialog) -> &'static str {
    match dialog {
        EvaluateDialog::New => tr("New evaluation"),
        EvaluateDialog::Delete => tr("Delete evaluation"),
    }
}

pub(in crate::ui) fn dialog_ui(ui: &mut Ui, panel: &mut Panel<'_>, dialog: EvaluateDialog) {
    match dialog {
        EvaluateDialog::New => new_ui(ui, panel),
        EvaluateDialog::Delete => delete_ui(ui, panel),
    }
}

fn delete_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    kit::set_dialog_width(ui, 420.0);
    let Some(run) = &panel.session.evaluating.open else { return };
    let (num_verdicts, num_notes) = panel.session.num_verdicts_and_notes();
    let text = if num_verdicts + num_notes == 0 {
        tr_args("Delete \"{}\" with its files? It can't be brought back.", &[&run.summary.name])
    } else {
        tr_args(
            "Delete \"{}\" with its files? Its verdicts ({}) and notes ({}) go with it. They can't be brought back.",
            &[&run.summary.name, &num_verdicts, &num_notes],
        )
    };
    ui.add(egui::Label::new(text).wrap());
    ui.add_space(theme::UNIT);
    let id = run.summary.id;
    ui.horizontal(|ui| {
        if ui.button(RichText::new(tr("Delete it")).color(theme::bad())).clicked() {
            panel.ask(Command::Evaluate(EvaluateCommand::Delete(id)));
        }
        if ui.button(tr("Keep it")).clicked() {
            panel.ask(Command::CloseDialog);
        }
    });
}

fn new_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    kit::set_dialog_width(ui, DIALOG_WIDTH);
    let mut plan = panel.state.new_run.plan.take().unwrap_or_else(|| panel.session.first_plan());
    let height = ui.ctx().content_rect().height() - 200.0;
    egui::ScrollArea::vertical().max_height(height).show(ui, |ui| {
        kit::section(ui, tr("What"));
        Grid::new("what is evaluated").num_columns(2).min_col_width(HEADING_WIDTH).spacing([16.0, 8.0]).show(
            ui,
            |ui| {
                name_ui(ui, &mut plan);
                answer_ui(ui, panel, &mut plan);
                truth_ui(ui, panel, &mut plan);
                films_ui(ui, panel, &mut plan);
            },
        );
        kit::section(ui, tr("How"));
        Grid::new("how it is evaluated").num_columns(2).min_col_width(HEADING_WIDTH).spacing([16.0, 8.0]).show(
            ui,
            |ui| {
                rule_ui(ui, &mut plan.settings);
                threshold_ui(ui, &mut plan.settings);
                boxes_ui(ui, &mut plan.settings);
            },
        );
        kit::section(ui, tr("Intervals"));
        Grid::new("intervals").num_columns(2).min_col_width(HEADING_WIDTH).spacing([16.0, 8.0]).show(ui, |ui| {
            bootstrap_ui(ui, &mut plan.settings);
        });
    });
    let missing = missing(&plan);
    ui.add_space(theme::UNIT);
    if let Some(missing) = missing {
        ui.add(egui::Label::new(RichText::new(missing).color(theme::warn())).wrap());
    }
    ui.horizontal(|ui| {
        let is_ready = missing.is_none() && panel.session.evaluating.doing.is_none();
        let button = ui.add_enabled(is_ready, egui::Button::new(tr("Evaluate now")).fill(theme::accent_dim()));
        if button.clicked() {
            panel.ask(Command::Evaluate(EvaluateCommand::Start(Box::new(plan.clone()))));
        }
        if ui.button(tr("Cancel")).clicked() {
            panel.ask(Command::CloseDialog);
        }
    });
    panel.state.new_run.plan = Some(plan);
}

/// What is still to be chosen.
fn missing(plan: &Plan) -> Option<&'static str> {
    let answer = match &plan.answer {
        AnswerSource::Models { classifier: None, detector: None } => {
            Some(tr("Choose a classifier, a detector, or both."))
        }
        AnswerSource::Files { predictions: None, classifier: None } => Some(tr("Choose a file of predictions.")),
        AnswerSource::Reader(reader) if plan.truth == TruthSource::Reader(reader.clone()) => {
            Some(tr("A reader held against the own readings is always right: choose another truth."))
        }
        _ => None,
    };
    let no_run = plan.truth == TruthSource::Kept(EvaluationId(0));
    let no_truth = matches!(&plan.truth, TruthSource::File(path) if path.as_os_str().is_empty());
    let no_films = matches!(&plan.films, FilmChoice::These(films) if films.is_empty());
    let answer = answer.or_else(|| no_films.then(|| tr("The list of films is empty: change its filters.")));
    let answer = answer.or_else(|| no_run.then(|| tr("Choose the evaluation that has the truth.")));
    answer.or_else(|| no_truth.then(|| tr("Choose the file that holds the truth.")))
}

fn heading_ui(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(theme::weak()));
}

/// One of several, by their words.
fn choice_ui<T: PartialEq + Copy>(ui: &mut Ui, name: &'static str, value: &mut T, choices: &[(T, &str)]) {
    let text = choices.iter().find(|(one, _)| one == value).map_or("", |(_, text)| *text);
    let combo = egui::ComboBox::from_id_salt(name).selected_text(text).width(FIELD_WIDTH - 8.0).truncate();
    let response = combo.show_ui(ui, |ui| {
        for (one, text) in choices {
            ui.selectable_value(value, *one, *text);
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, name));
}

fn number_ui(ui: &mut Ui, name: &str, drag: egui::DragValue<'_>) {
    ui.add(drag).widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, name));
}

fn name_ui(ui: &mut Ui, plan: &mut Plan) {
    heading_ui(ui, tr("Name"));
    let field = egui::TextEdit::singleline(&mut plan.name).desired_width(FIELD_WIDTH);
    let response = ui.add(field.hint_text(tr("Empty: named by what is evaluated")));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Name")));
    ui.end_row();
}

fn answer_ui(ui: &mut Ui, panel: &mut Panel<'_>, plan: &mut Plan) {
    let pipeline = panel.session.models.pipeline;
    heading_ui(ui, tr("Answers of"));
    ui.horizontal(|ui| {
        let models = AnswerSource::Models { classifier: pipeline.classifier, detector: pipeline.detector };
        let reader = readers_of(panel).first().map(|reader| AnswerSource::Reader(reader.id.clone()));
        let files = AnswerSource::Files { predictions: None, classifier: None };
        let kinds = [(tr("Models"), Some(models)), (tr("Files"), Some(files)), (tr("A reader"), reader)];
        for (text, start) in kinds {
            let is_on = start.as_ref().is_some_and(|start| same_kind(start, &plan.answer));
            if kit::chip(ui, text, is_on).clicked()
                && let Some(start) = start
                && !is_on
            {
                plan.answer = start;
            }
        }
    });
    ui.end_row();
    let files = &panel.session.evaluating.files;
    match &mut plan.answer {
        AnswerSource::Models { classifier, detector } => {
            heading_ui(ui, tr("Classifier"));
            choice_ui(ui, tr("Classifier"), classifier, &models_of(panel, ModelTask::Classify));
            ui.end_row();
            heading_ui(ui, tr("Detector"));
            let before = *detector;
            choice_ui(ui, tr("Detector"), detector, &models_of(panel, ModelTask::Detect));
            ui.end_row();
            if *detector != before {
                plan.settings.folding = panel.session.fitting_folding(*detector);
            }
        }
        AnswerSource::Files { predictions, classifier } => {
            *predictions = files.get(&FormFile::Predictions).cloned();
            *classifier = files.get(&FormFile::Classifier).cloned();
            let (predictions, classifier) = (predictions.clone(), classifier.clone());
            heading_ui(ui, tr("Predictions"));
            file_ui(ui, panel, FormFile::Predictions, predictions.as_deref(), tr("Choose predictions…"));
            ui.end_row();
            heading_ui(ui, tr("Probabilities"));
            file_ui(ui, panel, FormFile::Classifier, classifier.as_deref(), tr("Choose probabilities…"));
            ui.end_row();
        }
        AnswerSource::Reader(reader) => {
            heading_ui(ui, "");
            reader_ui(ui, panel, tr("Reader"), reader);
            ui.end_row();
        }
    }
}

const fn same_kind(a: &AnswerSource, b: &AnswerSource) -> bool {
    matches!(
        (a, b),
        (AnswerSource::Models { .. }, AnswerSource::Models { .. })
            | (AnswerSource::Files { .. }, AnswerSource::Files { .. })
            | (AnswerSource::Reader(_), AnswerSource::Reader(_))
    )
}

/// Models that are not deleted, the newest first, and none.
fn models_of<'p>(panel: &Panel<'p>, task: ModelTask) -> Vec<(Option<ModelId>, &'p str)> {
    let models = panel.session.models.models.iter().rev();
    let of_task = models.filter(|model| model.card.task == task && !model.is_deleted);
    let named = of_task.map(|model| (Some(model.id), model.card.name.as_str()));
    std::iter::once((None, tr("None"))).chain(named).collect()
}

fn readers_of<'p>(panel: &Panel<'p>) -> &'p [Reader] {
    panel.session.project.as_ref().map_or(&[], |project| &project.readers)
}

fn reader_ui(ui: &mut Ui, panel: &Panel<'_>, name: &'static str, reader: &mut ReaderId) {
    let text = |one: &Reader| {
        let name = format!("{} {}", one.id, one.name);
        // How much others have read is nothing for a reader who is kept apart from them.
        if panel.session.must_be_told_not_blind() {
            return name;
        }
        let completed = panel.session.evaluating.studies.completed.get(&one.id).copied().unwrap_or(0);
        tr_args("{}, {} films completed", &[&name, &completed])
    };
    let chosen = readers_of(panel).iter().find(|one| one.id == *reader).map_or_else(|| reader.to_string(), text);
    let combo = egui::ComboBox::from_id_salt(name).selected_text(chosen).width(FIELD_WIDTH - 8.0);
    let response = combo.show_ui(ui, |ui| {
        for one in readers_of(panel) {
            if ui.selectable_label(one.id == *reader, text(one)).clicked() {
                *reader = one.id.clone();
            }
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, name));
}

fn file_ui(ui: &mut Ui, panel: &mut Panel<'_>, file: FormFile, path: Option<&Path>, title: &str) {
    ui.horizontal(|ui| {
        if ui.button(title).clicked() {
            panel.ask(Command::Evaluate(EvaluateCommand::ChooseFile(file)));
        }
        let (text, color) = match path {
            Some(path) => (
                path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned()),
                theme::strong(),
            ),
            None => (tr("none chosen").to_owned(), theme::weak()),
        };
        ui.add(egui::Label::new(RichText::new(text).color(color)).truncate());
    });
}

fn truth_ui(ui: &mut Ui, panel: &mut Panel<'_>, plan: &mut Plan) {
    heading_ui(ui, tr("Against the truth of"));
    ui.horizontal(|ui| {
        let first = readers_of(panel).first().map(|reader| TruthSource::Reader(reader.id.clone()));
        let newest = panel.session.evaluating.runs.first().map(|run| TruthSource::Kept(run.id));
        let kinds = [
            (tr("Consensus"), Some(TruthSource::Consensus)),
            (tr("Every reader"), Some(TruthSource::EveryReader)),
            (tr("One reader"), first),
            (tr("An evaluation"), newest),
            (tr("A file"), Some(TruthSource::File(std::path::PathBuf::new()))),
        ];
        for (text, start) in kinds {
            let is_on = start
                .as_ref()
                .is_some_and(|start| std::mem::discriminant(start) == std::mem::discriminant(&plan.truth));
            if kit::chip(ui, text, is_on).clicked()
                && let Some(start) = start
                && !is_on
            {
                plan.truth = start;
            }
        }
    });
    ui.end_row();
    let help_ui = |ui: &mut Ui, text: &str| {
        heading_ui(ui, "");
        ui.add(egui::Label::new(RichText::new(text).small().color(theme::weak())).wrap());
    };
    match &mut plan.truth {
        TruthSource::Consensus => help_ui(
            ui,
            tr(
                "Boxes that at least half of a film's readers marked (IoU 0.5), films that at least half of them call abnormal. Where a film has one reader, that reading.",
            ),
        ),
        TruthSource::EveryReader => help_ui(
            ui,
            tr("Completed readings of all readers side by side. A lesion that two readers marked counts twice."),
        ),
        TruthSource::Kept(id) => {
            heading_ui(ui, "");
            kept_ui(ui, panel, id);
        }
        TruthSource::Reader(reader) => {
            heading_ui(ui, "");
            reader_ui(ui, panel, tr("Reader of the truth"), reader);
        }
        TruthSource::File(path) => {
            *path = panel.session.evaluating.files.get(&FormFile::Truth).cloned().unwrap_or_default();
            let shown = path.clone();
            heading_ui(ui, "");
            let shown = Some(shown.as_path()).filter(|path| !path.as_os_str().is_empty());
            file_ui(ui, panel, FormFile::Truth, shown, tr("Choose the truth…"));
        }
    }
    ui.end_row();
}

/// All films with a truth, or those that the worklist shows now: its filters choose.
fn films_ui(ui: &mut Ui, panel: &Panel<'_>, plan: &mut Plan) {
    heading_ui(ui, tr("Films"));
    ui.horizontal(|ui| {
        let list = &panel.session.worklist;
        let is_all = plan.films == FilmChoice::WithTruth;
        if kit::chip(ui, tr("All that have a truth"), is_all).clicked() {
            plan.films = FilmChoice::WithTruth;
        }
        let num = match &plan.films {
            FilmChoice::These(films) => films.len(),
            FilmChoice::WithTruth => list.num_shown(),
        };
        let chip = kit::chip(ui, &tr_args("Those in the list of films ({})", &[&num]), !is_all);
        if chip
            .on_hover_text(tr("The list's filters choose: label, model, study, state, or a number clicked."))
            .clicked()
        {
            let shown = (0..list.num_shown()).filter_map(|n| list.shown(n));
            plan.films = FilmChoice::These(shown.map(|row| row.image.clone()).collect());
        }
    });
    ui.end_row();
}

/// The truth of a kept run.
fn kept_ui(ui: &mut Ui, panel: &Panel<'_>, id: &mut EvaluationId) {
    let runs = &panel.session.evaluating.runs;
    let words = |run: &RunSummary| tr_args("as in evaluation {}: {}", &[&run.id.0, &run.name]);
    // One that was deleted since is none any more.
    let chosen = runs.iter().find(|run| run.id == *id);
    if chosen.is_none() && panel.session.evaluating.is_loaded {
        *id = EvaluationId(0);
    }
    let name = tr("Evaluation of the truth");
    let text = chosen.map_or_else(|| tr("none chosen").to_owned(), words);
    let combo = egui::ComboBox::from_id_salt(name).selected_text(text).width(FIELD_WIDTH - 8.0).truncate();
    let response = combo.show_ui(ui, |ui| {
        for run in runs {
            ui.selectable_value(id, run.id, words(run));
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, name));
}

fn rule_ui(ui: &mut Ui, settings: &mut Settings) {
    heading_ui(ui, tr("Rule"));
    choice_ui(
        ui,
        tr("Rule"),
        &mut settings.rule,
        &[
            (FusionRule::Paper, tr("As the paper")),
            (FusionRule::ReleasedCode, tr("As the released code")),
            (FusionRule::Gate, tr("If abnormal, locate")),
            (FusionRule::DetectorOnly, tr("Detector alone")),
        ],
    );
    ui.end_row();
    heading_ui(ui, tr("Probability"));
    choice_ui(
        ui,
        tr("Probability"),
        &mut settings.probability,
        &[
            (ProbabilitySource::Classifier, tr("The classifier's")),
            (ProbabilitySource::Counterpart, tr("Its mean with the best box's score (counterpart)")),
        ],
    );
    ui.end_row();
}

fn threshold_ui(ui: &mut Ui, settings: &mut Settings) {
    heading_ui(ui, tr("Threshold c*"));
    ui.horizontal(|ui| {
        let is_youden = settings.threshold == ThresholdChoice::Youden;
        let mut given = match settings.threshold {
            ThresholdChoice::Given(threshold) => threshold,
            ThresholdChoice::Youden => 0.2808,
        };
        let drag = egui::DragValue::new(&mut given).range(0.0..=1.0).speed(0.002).max_decimals(4);
        ui.add_enabled_ui(!is_youden, |ui| number_ui(ui, tr("Threshold c*"), drag));
        let mut chooses = is_youden;
        let help = tr("Where sensitivity + specificity is largest on these films: optimistic, because chosen on them.");
        ui.checkbox(&mut chooses, tr("Choose it by Youden's index")).on_hover_text(help);
        settings.threshold = if chooses { ThresholdChoice::Youden } else { ThresholdChoice::Given(given) };
    });
    ui.end_row();
    heading_ui(ui, tr("Counted from score"));
    let drag = egui::DragValue::new(&mut settings.min_score).range(0.0..=1.0).speed(0.002).max_decimals(4);
    number_ui(ui, tr("Counted from score"), drag);
    ui.end_row();
}

fn boxes_ui(ui: &mut Ui, settings: &mut Settings) {
    heading_ui(ui, tr("A box finds from IoU"));
    let sets = [
        (vec![0.5], tr("0.5 (the paper)")),
        (Settings::RELEASED_IOUS.to_vec(), tr("0.2 to 0.5 in steps of 0.05 (the released code)")),
        (Settings::COCO_IOUS.to_vec(), tr("0.5 to 0.95 in steps of 0.05 (COCO)")),
        (vec![0.4], tr("0.4 (the chest challenge)")),
    ];
    let mut place = sets.iter().position(|(ious, _)| *ious == settings.ious).unwrap_or_default();
    let choices: Vec<(usize, &str)> = sets.iter().enumerate().map(|(place, (_, text))| (place, *text)).collect();
    choice_ui(ui, tr("A box finds from IoU"), &mut place, &choices);
    settings.ious.clone_from(&sets[place].0);
    settings.main_iou = if settings.ious.contains(&0.5) { 0.5 } else { settings.ious[0] };
    ui.end_row();
    heading_ui(ui, tr("Classes"));
    choice_ui(
        ui,
        tr("Classes"),
        &mut settings.folding,
        &[
            (Folding::None, tr("Each label is its own")),
            (Folding::OtherLesions, tr("Those that the answer lacks count as Other lesions")),
        ],
    );
    ui.end_row();
    heading_ui(ui, tr("Average precision"));
    choice_ui(
        ui,
        tr("Average precision"),
        &mut settings.interpolation,
        &[
            (Interpolation::Points101, tr("101 points (the paper, COCO)")),
            (Interpolation::Voc2010, tr("All points (PASCAL VOC 2010)")),
            (Interpolation::Voc2007, tr("11 points (PASCAL VOC 2007)")),
        ],
    );
    ui.end_row();
}

fn bootstrap_ui(ui: &mut Ui, settings: &mut Settings) {
    let bootstrap = &mut settings.bootstrap;
    heading_ui(ui, tr("Resamples"));
    ui.horizontal(|ui| {
        let drag = egui::DragValue::new(&mut bootstrap.num_resamples).range(0..=100_000).speed(100);
        number_ui(ui, tr("Resamples"), drag);
        ui.label(RichText::new(tr("0: no intervals")).small().color(theme::weak()));
        ui.label(RichText::new(tr("Seed")).color(theme::weak()));
        number_ui(ui, tr("Seed"), egui::DragValue::new(&mut bootstrap.seed).range(0..=u64::from(u32::MAX)));
    });
    ui.end_row();
    heading_ui(ui, tr("Drawn together"));
    choice_ui(
        ui,
        tr("Drawn together"),
        &mut bootstrap.unit,
        &[
            (ResampleUnit::Image, tr("Nothing: each film by itself (the paper)")),
            (ResampleUnit::Study, tr("Films of one study")),
            (ResampleUnit::Patient, tr("Films of one patient")),
        ],
    );
    ui.end_row();
    heading_ui(ui, tr("Interval"));
    choice_ui(
        ui,
        tr("Interval"),
        &mut bootstrap.method,
        &[
            (IntervalMethod::Percentile, tr("Percentiles (the paper)")),
            (IntervalMethod::Bca, tr("Bias-corrected and accelerated (BCa)")),
        ],
    );
    ui.end_row();
}

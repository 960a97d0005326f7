//! Of a report: which run it is, what was evaluated with which settings, and the models' cards.

use crate::domain::evaluation::run::{AnswerSource, Run, TruthSource};
use crate::domain::evaluation::settings::{
    Folding, IntervalMethod, ProbabilitySource, ResampleUnit, Settings, ThresholdChoice,
};
use crate::domain::fusion::FusionRule;
use crate::domain::label::LabelName;
use crate::domain::model::{EnsembleMean, Model, ModelContent, ModelTask, hex_from_hash};
use crate::domain::moment::utc_text;
use crate::formats::html::{Page, RowKind, Table};

use super::in_percent;

pub(super) fn run(page: &mut Page, run: &Run) {
    let summary = &run.summary;
    let cases = &run.cases;
    let mut rows = Vec::new();
    let mut row = |title: &str, value: String| rows.push((title.to_owned(), value));
    if !summary.name.is_empty() {
        row("Name", summary.name.clone());
    }
    // What was evaluated from files alone is kept in no project.
    if summary.id.0 > 0 {
        row("Run", summary.id.0.to_string());
    }
    let by = if summary.made_by.is_empty() { String::new() } else { format!(" by {}", summary.made_by) };
    if summary.made_at_ms > 0 {
        row("Made", format!("{}{by}", utc_text(summary.made_at_ms)));
    }
    row("Answers", format!("{}{}", summary.answer, answer_kind(&run.plan.answer)));
    row("Truth", format!("{}{}", summary.truth, truth_kind(&run.plan.truth)));
    row("Truth, SHA-256", hex_from_hash(&summary.truth_sha256));
    row("Films", cases.films.len().to_string());
    let count = |wanted: Option<bool>| cases.films.iter().filter(|film| film.is_abnormal == wanted).count();
    row(
        "Films by the truth",
        format!("{} abnormal, {} normal, {} not said", count(Some(true)), count(Some(false)), count(None)),
    );
    let different = |ids: &mut dyn Iterator<Item = &str>| ids.collect::<std::collections::BTreeSet<_>>().len();
    row("Studies", different(&mut cases.films.iter().map(|film| film.study.as_str())).to_string());
    row("Patients", different(&mut cases.films.iter().map(|film| film.patient.as_str())).to_string());
    if cases.has_detector {
        row("Boxes of the truth", cases.truths.len().to_string());
        row("Boxes of the answers", format!("{}, before any rule and threshold", cases.detections.len()));
        let names: Vec<&str> = cases.classes.iter().map(LabelName::as_str).collect();
        row("Classes of boxes", names.join(", "));
    }
    page.heading("What was evaluated");
    page.table(&Table::of_pairs("", rows));
    if summary.is_truth_changed {
        page.note("Labels of these films changed after the run was made. The figures are of the labels as they were.");
    }
}

const fn answer_kind(answer: &AnswerSource) -> &'static str {
    match answer {
        AnswerSource::Models { .. } => "",
        AnswerSource::Files { .. } => " (files)",
        AnswerSource::Reader(_) => " (a reader, taken as an answer)",
    }
}

const fn truth_kind(truth: &TruthSource) -> &'static str {
    match truth {
        TruthSource::Reader(_) => " (completed readings)",
        TruthSource::Consensus => {
            " (boxes that at least half of the readers of a film marked, IoU 0.5; films that at least half of them call \
             abnormal; computed for this evaluation)"
        }
        TruthSource::EveryReader => {
            " (completed readings of all readers together; a lesion that two readers marked counts twice)"
        }
        TruthSource::Kept(_) => " (kept with it, whatever became of the labels since)",
        TruthSource::File(_) => " (file)",
    }
}

pub(super) fn card(page: &mut Page, model: &Model) {
    let card = &model.card;
    page.heading(&format!("Model: {} (version {})", card.name, model.version));
    let mut rows = Vec::new();
    let mut row = |title: &str, value: &str| {
        let value = if value.trim().is_empty() { "not said" } else { value };
        rows.push((title.to_owned(), value.to_owned()));
    };
    let classes: Vec<&str> = card.classes.iter().map(LabelName::as_str).collect();
    row(
        "Answers",
        &match card.task {
            ModelTask::Classify => "how likely a film is abnormal".to_owned(),
            ModelTask::Detect => format!("boxes of: {}", classes.join(", ")),
        },
    );
    match &model.content {
        ModelContent::Weights { architecture, sha256, .. } => {
            row("Network", architecture.as_str());
            row("Weights, SHA-256", &hex_from_hash(sha256));
        }
        ModelContent::Ensemble { members, mean } => {
            let mean = match mean {
                EnsembleMean::Probability => "probabilities",
                EnsembleMean::Logit => "logits",
            };
            row("Network", &format!("mean of the {mean} of {} models", members.len()));
        }
    }
    row("Trained", &card.training);
    row("Training data, SHA-256", card.data_sha256.as_deref().unwrap_or_default());
    if let Some(threshold) = card.threshold {
        row("Threshold c*", &threshold.to_string());
    }
    row("Licence", &card.licence);
    row("Limits and notes", &card.notes);
    page.table(&Table::of_pairs("", rows));
    if !card.metrics.is_empty() {
        let mut table = Table::new("Figures of the card", &["Figure", "In per cent", "Measured on"]);
        for metric in &card.metrics {
            let cells =
                vec![metric.name.clone(), in_percent(metric.value, metric.interval), metric.measured_on.clone()];
            table.push(RowKind::Plain, cells);
        }
        page.table(&table);
    }
}

/// Whose number a c* is: of the classifier that was evaluated, of the paper, or of whoever asked.
fn threshold_text(threshold: f64, models: &[Model]) -> String {
    let is_own = |model: &Model| model.card.task == ModelTask::Classify && model.card.threshold == Some(threshold);
    let whose = match () {
        () if models.iter().any(is_own) => "the model's own",
        () if threshold == Settings::PAPERS_C_STAR => "the paper's",
        () => "given",
    };
    format!("{threshold}, {whose}; a probability of exactly c* is abnormal")
}

pub(super) fn settings(page: &mut Page, run: &Run, models: &[Model]) {
    page.heading("Settings");
    page.table(&Table::of_pairs("", setting_rows(run, models)));
}

/// `95`, `97.5`: without the idle digits of a product.
pub(super) fn in_hundredths(level: f64) -> f64 {
    (level * 1e8).round() / 1e6
}

fn setting_rows(run: &Run, models: &[Model]) -> Vec<(String, String)> {
    let (settings, has_classifier) = (&run.plan.settings, run.evaluation.classifier.is_some());
    let num_folded = run.cases.num_folded;
    let bootstrap = &settings.bootstrap;
    let rule = match settings.rule {
        FusionRule::Paper => "on films under c*, boxes with a score over 0.5 stay (the paper)",
        FusionRule::ReleasedCode => "on films under c*, boxes with a score of 0.5 and over stay (the released code)",
        FusionRule::Gate => "on films under c*, no box stays",
        FusionRule::DetectorOnly => "all boxes stay, whatever the classifier says",
    };
    let rule = if has_classifier { rule.to_owned() } else { format!("{rule}; there is no classifier, so all stay") };
    let threshold = match settings.threshold {
        ThresholdChoice::Given(threshold) => threshold_text(threshold, models),
        ThresholdChoice::Youden => {
            "chosen on these films: the first maximum of sensitivity + specificity - 1. Figures at \
                                    it are optimistic."
                .to_owned()
        }
    };
    let folding = match settings.folding {
        Folding::None => "each label is its own".to_owned(),
        Folding::OtherLesions => "labels that the answer has no class for count as Other lesions".to_owned(),
    };
    let folding =
        if num_folded == 0 { folding } else { format!("{folding}; {num_folded} boxes of the truth are such") };
    let ious: Vec<String> = settings.ious.iter().map(f64::to_string).collect();
    let intervals = if bootstrap.num_resamples == 0 {
        "none".to_owned()
    } else if !bootstrap.unit.has_several(&run.cases.films) {
        format!("none, because all films are of one {}", bootstrap.unit.as_str())
    } else {
        let unit = match bootstrap.unit {
            ResampleUnit::Image => "images",
            ResampleUnit::Study => "studies",
            ResampleUnit::Patient => "patients",
        };
        let method = match bootstrap.method {
            IntervalMethod::Percentile => "percentile",
            IntervalMethod::Bca => "bias-corrected and accelerated",
        };
        let threshold = if bootstrap.is_threshold_rechosen { "chosen anew in each" } else { "fixed" };
        let stand_ins = match &run.evaluation.percentile_instead[..] {
            [] => String::new(),
            names => format!("; percentile, because it is undefined there: {}", names.join(", ")),
        };
        format!(
            "{} %, {method}, {} resamples of {unit} with replacement, seed {}, threshold {threshold}{stand_ins}",
            in_hundredths(bootstrap.level),
            bootstrap.num_resamples,
            bootstrap.seed
        )
    };
    let probability = match settings.probability {
        ProbabilitySource::Classifier => "the classifier's",
        ProbabilitySource::Counterpart => "mean of the classifier's and the best box's score",
    };
    [
        ("Fusion rule", rule),
        ("Probability of a film", probability.to_owned()),
        ("Operating point c*", threshold),
        ("Overlaps (IoU)", format!("{}; a box matches from exactly the overlap on", ious.join(", "))),
        ("Main overlap", settings.main_iou.to_string()),
        ("Classes", folding),
        ("Average precision", format!("{} points of recall", settings.interpolation.as_str())),
        ("Boxes looked at", format!("{} of each film and class, by score", settings.max_detections)),
        ("Smallest score that counts", format!("{}; AP, recall and FROC are over all scores", settings.min_score)),
        ("Intervals", intervals),
    ]
    .map(|(title, value)| (title.to_owned(), value))
    .to_vec()
}

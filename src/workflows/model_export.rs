//! Hands a model on: its file with its card, for another project or another program.

use std::path::Path;

use anyhow::{Context as _, bail};

use crate::domain::evaluation::result::{ClassifierFigures, DetectorFigures, Figure};
use crate::domain::evaluation::run::{AnswerSource, EvaluationId, Run};
use crate::domain::model::{CardMetric, ModelId, ModelTask};
use crate::store::Store;

use super::models::{architecture_of, model};
use super::{evaluation_runs, model_files};

/// How a model is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ExportForm {
    /// Matrices and kernels in 16 bits: half the file.
    pub is_half: bool,
    /// Its card has the figures of this evaluation in place of its own, which are of the films it was chosen by.
    pub figures_of: Option<EvaluationId>,
}

/// Writes a model to a file with its card, for another project or another program.
///
/// # Errors
/// One sentence where it has no file, the evaluation is of another model, or the file can't be written.
pub fn export(store: &Store, id: ModelId, to: &Path, form: ExportForm) -> anyhow::Result<()> {
    let stored = store.model(id)?.with_context(|| format!("the project has no model number {}", id.0))?;
    let name = stored.full_name();
    if stored.is_deleted {
        bail!("{name} is deleted; its weights are gone. Nothing was written.");
    }
    let (Some(from), Some(architecture)) = (store.model_path(&stored), architecture_of(&stored)) else {
        bail!("{name} is an ensemble, which has no file. Nothing was written. Export its members.");
    };
    let mut card = model(&stored).card;
    if let Some(evaluation) = form.figures_of {
        let run = evaluation_runs::open(store, evaluation)?;
        let of = match &run.plan.answer {
            AnswerSource::Models { classifier, detector } => [*classifier, *detector],
            AnswerSource::Files { .. } | AnswerSource::Reader(_) => [None; 2],
        };
        if !of.contains(&Some(id)) {
            bail!("Evaluation {} is not of {name}. Nothing was written. Evaluate this model first.", evaluation.0);
        }
        card.metrics = metrics_of(&run, card.task, store.project().is_synthetic);
        if card.metrics.is_empty() {
            bail!("Evaluation {} has no figures for this kind of model. Nothing was written.", evaluation.0);
        }
        if form.is_half && !model_files::is_half(&from)? {
            bail!(
                "The figures of evaluation {} are of {name} in full size. Nothing was written. Export it in half size, \
                 import that file, and evaluate it.",
                evaluation.0
            );
        }
    }
    model_files::export(&from, to, architecture, &card, form.is_half)
}

/// What an evaluation found of a classifier, or of a detector.
fn metrics_of(run: &Run, task: ModelTask, is_synthetic: bool) -> Vec<CardMetric> {
    let kind = if is_synthetic { "synthetic films" } else { "films" };
    let on = format!("{} {kind}, evaluation \"{}\"", run.summary.num_films, run.summary.name);
    match (task, &run.evaluation.classifier, &run.evaluation.detector) {
        (ModelTask::Classify, Some(figures), _) => of_classifier(figures, &on),
        (ModelTask::Detect, _, Some(figures)) => of_detector(figures, run.plan.settings.main_iou, &on),
        _ => Vec::new(),
    }
}

fn of_classifier(figures: &ClassifierFigures, on: &str) -> Vec<CardMetric> {
    let on = format!("{on}, {} of them abnormal", figures.num_abnormal);
    let rows = [
        ("AUROC", figures.auroc),
        ("sensitivity at c*", figures.sensitivity),
        ("specificity at c*", figures.specificity),
        ("F1 at c*", figures.f1),
    ];
    rows.into_iter().filter_map(|(name, figure)| Some(metric(name.to_owned(), figure?, on.clone()))).collect()
}

fn of_detector(figures: &DetectorFigures, iou: f64, on: &str) -> Vec<CardMetric> {
    let num_truths: u64 = figures.classes.iter().map(|class| class.num_truths).sum();
    let mean = figures.map_main.map(|mean| metric(format!("mAP@{iou}"), mean, format!("{on}, {num_truths} boxes")));
    let of_class = figures.classes.iter().filter_map(|class| {
        let on = format!("{on}, {} boxes", class.num_truths);
        Some(metric(format!("AP@{iou} {}", class.label), class.ap_main?, on))
    });
    mean.into_iter().chain(of_class).collect()
}

fn metric(name: String, figure: Figure, measured_on: String) -> CardMetric {
    CardMetric { name, value: figure.value, interval: figure.interval, measured_on }
}

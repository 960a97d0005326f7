//! Evaluations that are kept: made, listed, opened as they were, deleted, written to files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use sha2::{Digest, Sha256};

use crate::domain::evaluation::cases::Cases;
use crate::domain::evaluation::problems::Problems;
use crate::domain::evaluation::result::Evaluation;
use crate::domain::evaluation::run::{
    AnswerSource, EvaluationId, FilmChoice, Plan, Run, RunSummary, TruthSource, short_name,
};
use crate::domain::evaluation::settings::Folding;
use crate::formats::evaluation_cases::{self, CaseTexts};
use crate::formats::{evaluation_json, evaluation_plan};
use crate::jobs::{CancelToken, Progress};
use crate::store::{NewEvaluation, Store, StoredEvaluation};
use crate::workflows::evaluate::evaluate;
use crate::workflows::evaluated_files::{FilesRead, cases_of};
use crate::workflows::evaluated_project::{cases_of_plan, truth_of};

/// Who makes an evaluation, and when.
#[derive(Clone, Copy, Debug)]
pub struct Maker<'a> {
    /// Reader id; empty where nobody is signed in.
    pub by: &'a str,
    pub at_ms: i64,
}

/// Evaluates, and keeps what was evaluated with what came out.
///
/// # Errors
/// One sentence where there is nothing to evaluate, it was stopped, or it can't be written: then nothing is kept.
pub fn make(
    store: &mut Store,
    plan: &Plan,
    maker: Maker<'_>,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<Run> {
    watch(Progress::new("Reading what is evaluated", 0, 0));
    let (cases, problems) = cases_of_plan(store, plan)?;
    let evaluation = evaluate(&cases, &plan.settings, watch, cancel)?;
    keep(store, plan, maker, (cases, problems), evaluation)
}

/// Keeps what was evaluated with what came out.
///
/// # Errors
/// One sentence where it can't be written: then nothing is kept.
pub fn keep(
    store: &mut Store,
    plan: &Plan,
    maker: Maker<'_>,
    (cases, problems): (Cases, Problems),
    evaluation: Evaluation,
) -> anyhow::Result<Run> {
    let answer = answer_words(store, &plan.answer)?;
    let truth = truth_words(&plan.truth);
    let name = if plan.name.trim().is_empty() { short_name(&answer) } else { plan.name.clone() };
    let new = NewEvaluation {
        name,
        made_at_ms: maker.at_ms,
        made_by: maker.by.to_owned(),
        answer,
        truth,
        num_films: cases.films.len() as u64,
        auroc: evaluation.classifier.as_ref().and_then(|figures| figures.auroc).map(|figure| figure.value),
        map: evaluation.detector.as_ref().and_then(|figures| figures.map_main).map(|figure| figure.value),
        truth_sha256: truth_hash(&cases),
    };
    let runs = store.folder().join("runs");
    fs::create_dir_all(&runs).with_context(|| format!("{} can't be made", runs.display()))?;
    let staged = tempfile_in(&runs)?;
    let written = write_files(&staged, plan, &cases, &problems, &evaluation)
        .and_then(|()| Ok(store.add_evaluation(&new, &staged)?));
    let id = match written {
        Ok(id) => id,
        Err(error) => {
            // Half a run is none.
            let _ = fs::remove_dir_all(&staged);
            return Err(error);
        }
    };
    let summary = summary_of(StoredEvaluation { id, content: new }, false);
    Ok(Run { summary, plan: plan.clone(), cases, problems, evaluation, rulings: Vec::new() })
}

/// A folder beside the runs that no other window writes to.
fn tempfile_in(runs: &Path) -> anyhow::Result<PathBuf> {
    for number in 0..1000 {
        let path = runs.join(format!(".evaluation-{}-{number}", std::process::id()));
        match fs::create_dir(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => {
                made.with_context(|| format!("{} can't be written. Nothing was kept", runs.display()))?;
                return Ok(path);
            }
        }
    }
    Err(anyhow!("{} is full of unfinished evaluations. Remove what begins with .evaluation", runs.display()))
}

const FILES: [&str; 4] = ["cases.json", "truth.csv", "predictions.jsonl", "classifier.csv"];

fn write_files(
    folder: &Path,
    plan: &Plan,
    cases: &Cases,
    problems: &Problems,
    evaluation: &Evaluation,
) -> anyhow::Result<()> {
    let write = |name: &str, text: &str| {
        fs::write(folder.join(name), text).with_context(|| format!("{name} can't be written. Nothing was kept"))
    };
    let texts = evaluation_cases::write(cases);
    for (name, text) in FILES.into_iter().zip([&texts.cases, &texts.truth, &texts.predictions, &texts.classifier]) {
        write(name, text)?;
    }
    write("settings.json", &evaluation_plan::write(plan))?;
    write("result.json", &evaluation_json::write(&plan.settings, cases, problems, evaluation))
}

/// A kept evaluation as it was, whatever became of labels and models since.
///
/// # Errors
/// One sentence where it is not there, or its files are not as they were written.
pub fn open(store: &Store, id: EvaluationId) -> anyhow::Result<Run> {
    let stored = store.evaluation(id)?.context("This evaluation is not in the project any more.")?;
    let folder = store.evaluation_folder(id);
    let read = |name: &str| {
        fs::read_to_string(folder.join(name)).with_context(|| format!("{} can't be read", folder.join(name).display()))
    };
    let broken = |why: String| anyhow!("{} can't be opened: {why}. Make it anew, or delete it.", folder.display());
    let [cases, truth, predictions, classifier] = FILES.map(read);
    let texts = CaseTexts { cases: cases?, truth: truth?, predictions: predictions?, classifier: classifier? };
    let cases = evaluation_cases::read(&texts).map_err(broken)?;
    let plan = evaluation_plan::read(&read("settings.json")?).map_err(broken)?;
    let (_, problems, evaluation) = evaluation_json::read(&read("result.json")?).map_err(broken)?;
    let is_truth_changed = is_truth_changed(store, &plan, &stored.content.truth_sha256);
    let rulings = store.rulings(id)?;
    Ok(Run { summary: summary_of(stored, is_truth_changed), plan, cases, problems, evaluation, rulings })
}

/// A truth over a choice of films, folded for these answers where it is folded, and its hash as it is now.
type KnownTruth = ((TruthSource, FilmChoice, Option<AnswerSource>), Option<[u8; 32]>);

/// Every kept evaluation, the newest first.
///
/// # Errors
/// When the project can't be read.
pub fn list(store: &Store) -> anyhow::Result<Vec<RunSummary>> {
    let mut known: Vec<KnownTruth> = Vec::new();
    let mut summaries = Vec::new();
    for stored in store.evaluations()? {
        let text = fs::read_to_string(store.evaluation_folder(stored.id).join("settings.json"));
        let plan = text.ok().and_then(|text| evaluation_plan::read(&text).ok());
        let now = plan.and_then(|plan| {
            let folded_for = (plan.settings.folding != Folding::None).then(|| plan.answer.clone());
            let key = (plan.truth.clone(), plan.films.clone(), folded_for);
            if let Some((_, hash)) = known.iter().find(|(one, _)| *one == key) {
                return *hash;
            }
            let hash = hash_now(store, &plan);
            known.push((key, hash));
            hash
        });
        let is_changed = now.is_some_and(|now| now != stored.content.truth_sha256);
        summaries.push(summary_of(stored, is_changed));
    }
    Ok(summaries)
}

fn summary_of(stored: StoredEvaluation, is_truth_changed: bool) -> RunSummary {
    let StoredEvaluation { id, content } = stored;
    RunSummary {
        id,
        name: content.name,
        made_at_ms: content.made_at_ms,
        made_by: content.made_by,
        answer: content.answer,
        truth: content.truth,
        num_films: content.num_films,
        auroc: content.auroc,
        map: content.map,
        truth_sha256: content.truth_sha256,
        is_truth_changed,
    }
}

fn is_truth_changed(store: &Store, plan: &Plan, then: &[u8; 32]) -> bool {
    hash_now(store, plan).is_some_and(|now| now != *then)
}

/// Of the project's truth as it is now; `None` where it can't be told, as for a file that is gone.
fn hash_now(store: &Store, plan: &Plan) -> Option<[u8; 32]> {
    let mut problems = Problems::default();
    let (classes, truths, _) = truth_of(store, plan, &mut problems).ok()?;
    // Answers change nothing about the truth, but without any there are no cases.
    let mut answers = crate::formats::film_answers::FilmAnswers::default();
    answers.film(&truths.films.first()?.image);
    let read = FilesRead { classes, truths, answers };
    Some(truth_hash(&cases_of(&read, usize::MAX, &mut problems).ok()?))
}

/// Of everything that the truth says: films, whether they are abnormal, and boxes.
pub fn truth_hash(cases: &Cases) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (number, film) in cases.films.iter().enumerate() {
        hash.update(film.image.as_str());
        hash.update([0, film.is_abnormal.map_or(2, u8::from)]);
        for index in cases.truths.of_film(number) {
            hash.update(cases.classes[usize::from(cases.truths.classes[index])].as_str());
            hash.update([0]);
            for value in cases.truths.rects[index] {
                hash.update(value.to_le_bytes());
            }
        }
        hash.update([1]);
    }
    hash.finalize().into()
}

fn answer_words(store: &Store, answer: &AnswerSource) -> anyhow::Result<String> {
    let model = |id| -> anyhow::Result<String> {
        let stored = store.model(id)?.context("The chosen model is not in the project any more.")?;
        Ok(format!("{} (version {})", stored.name, stored.version))
    };
    let file = |path: &PathBuf| {
        path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
    };
    let parts: Vec<String> = match answer {
        AnswerSource::Models { classifier, detector } => {
            [classifier, detector].into_iter().flatten().map(|&id| model(id)).collect::<anyhow::Result<_>>()?
        }
        AnswerSource::Files { predictions, classifier } => {
            [predictions, classifier].into_iter().flatten().map(file).collect()
        }
        AnswerSource::Reader(reader) => vec![reader.to_string()],
    };
    Ok(parts.join(" and "))
}

pub(super) fn truth_words(truth: &TruthSource) -> String {
    match truth {
        TruthSource::Reader(reader) => reader.to_string(),
        TruthSource::Consensus => "consensus of readers".to_owned(),
        TruthSource::EveryReader => "every reader".to_owned(),
        TruthSource::Kept(id) => format!("as in evaluation {}", id.0),
        TruthSource::File(path) => {
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
        }
    }
}

//! What models say of a project's films as lines of JSON, films in the order of the project, and stored on the way.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::domain::fusion;
use crate::domain::id::ImageId;
use crate::domain::model::{ModelContent, ModelId};
use crate::domain::prediction::Prediction;
use crate::domain::study::FilmEntry;
use crate::jobs::protocol::{ModelRef, PredictionRow};
use crate::jobs::{Answer, CancelToken, EngineHandle, Progress};
use crate::store::{PredictionOrigin, Store, StoredModel};
use crate::workflows::predict::{self, FilmNews, PredictPlan, PredictReport};
use crate::workflows::staged_file::StagedFile;

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PredictTable {
    /// `name`, `name@version`, an id, or the path of a file of weights; none: the models in use.
    pub models: Vec<String>,
    /// Lines of JSON.
    pub out: PathBuf,
    /// Answers are kept in the project; those of files that are not in it never are.
    pub keeps: bool,
}

/// What was written.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TableReport {
    pub films: PredictReport,
    /// Films that all models had looked at before.
    pub num_before: usize,
    pub num_rows: usize,
    /// What was not kept in the project, and why; the first of its kind.
    pub not_kept: Option<String>,
}

/// A model whose lines are wanted.
#[derive(Clone, Debug)]
enum Asked {
    OfProject { model: StoredModel, weights: Vec<ModelRef> },
    File(ModelRef),
}

impl Asked {
    fn weights(&self) -> &[ModelRef] {
        match self {
            Self::OfProject { weights, .. } => weights,
            Self::File(file) => std::slice::from_ref(file),
        }
    }
}

/// Looks at all films of the project and writes the table; films that failed have no lines.
///
/// # Errors
/// When a model is unknown, the engine does not start or stay, or the table can't be written: what was there stays, and
/// answers that were kept are kept.
pub fn predict_table(
    store: &mut Store,
    engine: &EngineHandle,
    wanted: &PredictTable,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<TableReport> {
    let asked = asked(store, &wanted.models)?;
    let mut staged = StagedFile::create(&wanted.out)?;
    let films = store.films()?;
    let mut seen = BTreeSet::new();
    let all = asked.iter().flat_map(Asked::weights).filter(|weights| seen.insert(weights.model));
    let weights: Vec<ModelRef> = all.cloned().collect();
    let PredictPlan { films: missing, num_done } = predict::plan(store, &films, &weights)?;
    let mut table = Table {
        waits: missing.iter().map(|film| film.image.clone()).collect(),
        store,
        films: &films,
        num_written: 0,
        asked: &asked,
        keeps: wanted.keeps,
        settled: HashMap::new(),
        out: BufWriter::new(staged.file()),
        to: &wanted.out,
        report: TableReport { num_before: num_done, ..TableReport::default() },
    };
    table.advance()?;
    let mut tell = |news: FilmNews<'_>| match news {
        FilmNews::Settled { image, answers, failure } => table.settled(image, answers, failure.is_some()),
        FilmNews::Words(_) => Ok(()),
    };
    let done = predict::look_at(engine, missing, &mut tell, watch, cancel)?;
    if let Some(failure) = &done.gave_up {
        bail!("{} {} was not written.", failure.in_full(), wanted.out.display());
    }
    let report = TableReport { films: done, ..table.finish()? };
    staged.put_in_place()?;
    Ok(report)
}

fn asked(store: &Store, names: &[String]) -> anyhow::Result<Vec<Asked>> {
    let of_project = |model: StoredModel| -> anyhow::Result<Asked> {
        let weights = predict::refs_of(store, &store.weights_of(&model)?);
        Ok(Asked::OfProject { model, weights })
    };
    if names.is_empty() {
        return predict::models_named(store, &[])?.into_iter().map(of_project).collect();
    }
    let mut asked = Vec::new();
    for (number, name) in names.iter().enumerate() {
        let path = Path::new(name);
        let is_file = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("safetensors"));
        if !is_file {
            asked.extend(
                predict::models_named(store, std::slice::from_ref(name))?
                    .into_iter()
                    .map(of_project)
                    .collect::<Result<Vec<_>, _>>()?,
            );
            continue;
        }
        let file = predict::file_ref(path, number + 1)?;
        let is_same = |model: &StoredModel| {
            !model.is_deleted && predict::model_ref(store, model).is_some_and(|known| known.sha256 == file.sha256)
        };
        asked.push(match store.models()?.into_iter().find(is_same) {
            Some(model) => of_project(model)?,
            None => Asked::File(file),
        });
    }
    Ok(asked)
}

/// Films are written as soon as they and all before them are settled.
struct Table<'a> {
    store: &'a mut Store,
    films: &'a [FilmEntry],
    num_written: usize,
    asked: &'a [Asked],
    keeps: bool,
    /// Films that are not settled.
    waits: BTreeSet<ImageId>,
    /// Answers of this run about films that are not written; none where a film failed.
    settled: HashMap<ImageId, Option<Vec<Answer>>>,
    out: BufWriter<&'a mut std::fs::File>,
    to: &'a Path,
    report: TableReport,
}

impl Table<'_> {
    fn settled(&mut self, image: &ImageId, answers: Vec<Answer>, is_failed: bool) -> anyhow::Result<()> {
        for answer in answers.iter().filter(|answer| self.keeps && answer.prediction.model.0 > 0) {
            let origin = PredictionOrigin { took_ms: answer.took_ms, engine: answer.engine.clone() };
            if let Err(error) = self.store.add_prediction(&answer.prediction, &origin) {
                self.report.not_kept.get_or_insert(error.to_string());
            }
        }
        self.waits.remove(image);
        self.settled.insert(image.clone(), (!is_failed).then_some(answers));
        self.advance()
    }

    fn advance(&mut self) -> anyhow::Result<()> {
        while let Some(film) = self.films.get(self.num_written)
            && !self.waits.contains(&film.facts.image)
        {
            self.num_written += 1;
            match self.settled.remove(&film.facts.image) {
                Some(None) => {}
                now => self.write(&film.facts.image, &now.flatten().unwrap_or_default())?,
            }
        }
        Ok(())
    }

    fn write(&mut self, image: &ImageId, now: &[Answer]) -> anyhow::Result<()> {
        let mut written = BTreeSet::new();
        for asked in self.asked {
            let mut probabilities = Vec::new();
            for weights in asked.weights() {
                let Some(row) = self.row(image, now, weights)? else { continue };
                probabilities.extend(row.probability);
                if written.insert(weights.model) {
                    self.write_row(&row)?;
                }
            }
            if let Asked::OfProject { model, .. } = asked
                && let ModelContent::Ensemble { members, mean } = &model.content
                && probabilities.len() == members.len()
                && written.insert(model.id.0)
            {
                let probability = fusion::ensemble(&probabilities, *mean);
                let prediction =
                    Prediction { image: image.clone(), model: model.id, probability, detections: vec![], heat: None };
                self.write_row(&PredictionRow::of(&prediction, "", 0))?;
            }
        }
        Ok(())
    }

    /// Of this run, or as it was stored before.
    fn row(&self, image: &ImageId, now: &[Answer], weights: &ModelRef) -> anyhow::Result<Option<PredictionRow>> {
        if let Some(answer) = now.iter().find(|answer| answer.prediction.model.0 == weights.model) {
            return Ok(Some(answer.row()));
        }
        let stored = self.store.prediction(image, ModelId(weights.model))?;
        Ok(stored.map(|prediction| PredictionRow::of(&prediction, &weights.sha256, 0)))
    }

    fn write_row(&mut self, row: &PredictionRow) -> anyhow::Result<()> {
        self.report.num_rows += 1;
        let line = serde_json::to_string(row)?;
        writeln!(self.out, "{line}").with_context(|| format!("{} cannot be written", self.to.display()))
    }

    /// The films that nobody has looked at are left out; the others are written.
    fn finish(mut self) -> anyhow::Result<TableReport> {
        for image in std::mem::take(&mut self.waits) {
            self.settled.insert(image, None);
        }
        self.advance()?;
        self.out.flush().with_context(|| format!("{} cannot be written", self.to.display()))?;
        Ok(self.report)
    }
}

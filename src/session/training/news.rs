//! What the outside tells of training, and the rows in which the screen keeps it.

use std::sync::Arc;

use crate::domain::geometry::Rect;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::model::{Architecture, ModelId};
use crate::domain::prediction::Detection;
use crate::domain::training::dataset::{DatasetId, FrozenDataset, Split};
use crate::domain::training::parameters::Key;
use crate::domain::training::queueing::Queued;
use crate::domain::training::recipe::{Preset, Recipe};
use crate::domain::training::run::{Figure, RunState, RunStatus};
use crate::domain::training::spec::TrainingId;

/// A frozen data set as the list has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DatasetRow {
    pub id: DatasetId,
    pub name: String,
    pub made_at_ms: i64,
    /// Reader id; empty where nobody was signed in.
    pub made_by: String,
    /// `R1`, `consensus of readers`.
    pub truth: String,
    /// In the order of [`Split::ALL`].
    pub num_films: [u64; 3],
    pub sha256: String,
    /// Its test films are locked.
    pub is_locked: bool,
}

/// How often something is there, in the order of [`Split::ALL`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Balance {
    pub films: [u64; 3],
    pub boxes: [u64; 3],
}

/// One class of a data set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClassBalance {
    pub label: LabelName,
    pub counts: Balance,
}

/// A data set that is looked at.
#[derive(Clone, PartialEq, Debug)]
pub struct OpenDataset {
    pub row: DatasetRow,
    pub dataset: FrozenDataset,
    /// Abnormal films, and patients, by split.
    pub num_abnormal: [u64; 3],
    pub num_patients: [u64; 3],
    pub classes: Vec<ClassBalance>,
}

impl OpenDataset {
    pub fn new(row: DatasetRow, dataset: FrozenDataset) -> Self {
        let place = |split: Split| Split::ALL.iter().position(|one| *one == split).unwrap_or_default();
        let mut num_abnormal = [0; 3];
        let mut patients: [std::collections::BTreeSet<u32>; 3] = Default::default();
        let mut counts = vec![Balance::default(); dataset.classes.len()];
        for film in &dataset.films {
            let split = place(film.split);
            num_abnormal[split] += u64::from(film.is_abnormal);
            patients[split].insert(film.patient);
            for (class, balance) in dataset.classes.iter().zip(&mut counts) {
                let num = film.boxes.iter().filter(|one| one.label == *class).count() as u64;
                balance.boxes[split] += num;
                balance.films[split] += u64::from(num > 0);
            }
        }
        let classes = dataset.classes.iter().cloned().zip(counts);
        let classes = classes.map(|(label, counts)| ClassBalance { label, counts }).collect();
        Self { row, num_abnormal, num_patients: patients.map(|set| set.len() as u64), classes, dataset }
    }
}

/// A run as the list has it.
#[derive(Clone, PartialEq, Debug)]
pub struct RunRow {
    pub id: TrainingId,
    pub name: String,
    pub architecture: Architecture,
    pub preset: Preset,
    pub dataset: DatasetId,
    pub dataset_name: String,
    /// What its weights came from; empty: from nothing.
    pub started_from: String,
    /// Runs of one group become an ensemble.
    pub group: Option<String>,
    pub made_at_ms: i64,
    pub made_by: String,
    pub note: String,
    pub made_model: Option<ModelId>,
    /// This window started it: it ends with the window, unless it is told to go on.
    pub is_ours: bool,
    /// As its folder says; `None` where it has not begun.
    pub status: Option<RunStatus>,
    /// What it was asked for, to go on in the same way; `None` where its folder is gone.
    pub recipe: Option<Recipe>,
    /// None: the best there is.
    pub device: Option<String>,
    /// What people should know of its figures: one sentence each.
    pub warnings: Vec<String>,
}

impl RunRow {
    /// `#3 densenet_small on Data set 1`: names repeat, numbers don't.
    pub fn numbered_name(&self) -> String {
        format!("#{} {}", self.id.0, self.name)
    }

    /// It ended before it made a step: there is nothing that could be lost.
    pub fn ended_unbegun(&self) -> bool {
        let status = self.status.as_ref();
        status
            .is_some_and(|status| status.state == RunState::Interrupted && status.step == 0 && status.message.is_none())
    }

    /// The step of the next checkpoint that is due, where the run's recipe is known.
    pub fn next_checkpoint(&self) -> Option<u64> {
        let status = self.status.as_ref()?;
        let every = self.recipe.as_ref()?.whole(Key::CheckpointEvery).max(1);
        Some(((status.step / every + 1) * every).min(status.num_steps.max(status.step)))
    }

    pub fn state(&self) -> RunState {
        self.status.as_ref().map_or(RunState::Waiting, |status| status.state)
    }

    pub fn is_live(&self) -> bool {
        self.state().is_live()
    }

    pub fn is_waiting(&self) -> bool {
        self.state() == RunState::Waiting
    }

    pub fn is_completed(&self) -> bool {
        self.state() == RunState::Completed
    }

    pub fn can_resume(&self) -> bool {
        self.state().can_resume() || self.is_waiting()
    }
}

/// How long a run would take, and what it needs.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Estimate {
    pub secs: Option<f64>,
    pub memory_bytes: Option<u64>,
    pub disk_bytes: Option<u64>,
    /// What the figures come from: one sentence.
    pub basis: String,
    pub device: String,
    /// What speaks against it: one sentence each.
    pub warnings: Vec<String>,
    /// Of "this computer": the values that fit.
    pub fitted: Option<Recipe>,
}

/// A dev film with what the weights of one step say of it.
#[derive(Clone, PartialEq, Debug)]
pub struct SampleFilm {
    pub image: ImageId,
    pub size: [u32; 2],
    pub probability: Option<f64>,
    pub detections: Vec<Detection>,
    /// What is held for true, and whose readings that was made of.
    pub truth: Vec<(LabelName, Rect)>,
    pub is_abnormal: bool,
    pub readers: Vec<ReaderId>,
}

/// What a model of a run reached with the labels of its data set.
#[derive(Clone, PartialEq, Debug)]
pub struct GainPoint {
    pub name: String,
    pub num_train: u64,
    /// `AUROC`, `mAP@0.5`.
    pub figure: String,
    pub value: f64,
    pub interval: Option<[f64; 2]>,
}

/// News about training.
#[derive(Clone, PartialEq, Debug)]
pub enum TrainNews {
    Datasets(Vec<DatasetRow>),
    DatasetOpened(Result<Arc<OpenDataset>, String>),
    /// It stands in the list from now on.
    Frozen(Arc<OpenDataset>),
    Runs(Vec<RunRow>),
    Status(TrainingId, RunStatus),
    /// Lines that came to its folder; where `is_whole`, all of them.
    Figures {
        run: TrainingId,
        figures: Vec<Figure>,
        is_whole: bool,
    },
    Samples {
        run: TrainingId,
        step: u64,
        films: Vec<SampleFilm>,
    },
    Estimated {
        /// What it was asked for.
        draft: Box<super::RunDraft>,
        outcome: Result<Estimate, String>,
    },
    /// These runs are in the queue or run.
    Started(Vec<TrainingId>),
    Next(Vec<Queued>),
    Gains(Vec<GainPoint>),
    /// With a sentence where there is something to say.
    Done(String),
    Failed(String),
}

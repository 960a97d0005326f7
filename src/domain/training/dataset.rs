//! A frozen data set: which films, what is held for true of them, and which of them a model may learn from.
//!
//! It is made once and never changed, so that every figure of a model can be traced to the very labels it learned from.
//! It holds no patient: films of one patient share a number that means nothing outside it.

use crate::domain::evaluation::run::{FilmChoice, TruthSource};
use crate::domain::geometry::Rect;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::LabelName;

/// The number of a data set in its project; never given away again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DatasetId(pub i64);

/// What a film is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Split {
    /// Weights are learned from it.
    Train,
    /// Checkpoint and threshold are chosen on it.
    Dev,
    /// Looked at once, after everything is chosen.
    Test,
}

impl SplitUnit {
    pub const ALL: [Self; 3] = [Self::Film, Self::Study, Self::Patient];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Film => "film",
            Self::Study => "study",
            Self::Patient => "patient",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.as_str() == text)
    }
}

impl SplitMethod {
    pub const ALL: [Self; 2] = [Self::Random, Self::Stratified];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Stratified => "stratified",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }
}

impl Split {
    pub const ALL: [Self; 3] = [Self::Train, Self::Dev, Self::Test];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Dev => "dev",
            Self::Test => "test",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|split| split.as_str() == text)
    }
}

/// What stays together when films are split.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SplitUnit {
    Film,
    Study,
    Patient,
}

/// How much goes to one split.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum SplitSize {
    /// 0 to 1 of what is not given by count.
    Share(f64),
    /// That many units.
    Count(u32),
}

/// How units are dealt out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SplitMethod {
    Random,
    /// Every class as evenly as it goes: iterative stratification (Sechidis, Tsoumakas, Vlahavas 2011) with a study's
    /// labels counted.
    Stratified,
}

/// What becomes of one label.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LabelRule {
    pub from: LabelName,
    /// The class that it is learned as; none: its boxes are left out, the film stays abnormal.
    pub to: Option<LabelName>,
}

/// What is asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct FreezePlan {
    /// As people call it.
    pub name: String,
    pub truth: TruthSource,
    pub films: FilmChoice,
    /// Empty: every label is a class of its own. A label without a rule keeps its name.
    pub label_rules: Vec<LabelRule>,
    pub unit: SplitUnit,
    pub method: SplitMethod,
    /// In the order of [`Split::ALL`].
    pub sizes: [SplitSize; 3],
    pub seed: u64,
    /// The test films are locked: no data set of this project ever trains on them.
    pub locks_test: bool,
}

/// A box as it is learned, in pixels of the film.
#[derive(Clone, PartialEq, Debug)]
pub struct FrozenBox {
    /// One of [`FrozenDataset::classes`].
    pub label: LabelName,
    pub rect: Rect,
}

/// A film of a data set.
#[derive(Clone, PartialEq, Debug)]
pub struct FrozenFilm {
    pub image: ImageId,
    /// Of its file.
    pub sha256: [u8; 32],
    /// Films of one study, and of one patient, share these numbers; they count from 0 in the order of films.
    pub study: u32,
    pub patient: u32,
    pub width: u32,
    pub height: u32,
    pub split: Split,
    pub is_abnormal: bool,
    /// By class, then by coordinates.
    pub boxes: Vec<FrozenBox>,
    /// Whose readings the truth was made of.
    pub readers: Vec<ReaderId>,
}

/// A frozen data set. Its hash is of its file, see `formats::frozen_dataset`.
#[derive(Clone, PartialEq, Debug)]
pub struct FrozenDataset {
    pub plan: FreezePlan,
    /// A detector's classes, in the order of its outputs.
    pub classes: Vec<LabelName>,
    /// By image id.
    pub films: Vec<FrozenFilm>,
    /// Content hashes of the films that no training of this project may see, sorted.
    pub locked: Vec<[u8; 32]>,
    pub made_at_ms: i64,
    pub made_by: String,
    /// Every film was drawn by the program: a model that learned from them is never for people.
    pub is_synthetic: bool,
    /// What people should know before they train: one sentence each.
    pub warnings: Vec<String>,
}

impl FrozenDataset {
    pub fn films_of(&self, split: Split) -> impl Iterator<Item = &FrozenFilm> {
        self.films.iter().filter(move |film| film.split == split)
    }

    pub fn num_of(&self, split: Split) -> usize {
        self.films_of(split).count()
    }

    /// Films to learn from or to choose by that are locked for testing. A training that finds any does not start.
    pub fn locked_in_training(&self) -> Vec<&FrozenFilm> {
        let is_locked = |film: &&FrozenFilm| self.locked.binary_search(&film.sha256).is_ok();
        self.films.iter().filter(|film| film.split != Split::Test).filter(is_locked).collect()
    }

    /// Where a class stands among a detector's outputs.
    pub fn class_number(&self, label: &LabelName) -> Option<usize> {
        self.classes.iter().position(|class| class == label)
    }
}

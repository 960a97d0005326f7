//! What one run of training is to do; with its data set and its seed it says every step.

use std::path::PathBuf;

use crate::domain::model::{Architecture, ModelId, ModelTask};
use crate::domain::preprocessing::{
    DETECTRON2_MEAN, IMAGENET_MEAN, IMAGENET_STD, Preprocessing, Resize, Sampling, Tone,
};

use super::dataset::DatasetId;
use super::parameters::{Key, Value};
use super::recipe::{Preset, Recipe, Refused};

/// The number of a run in its project; never given away again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TrainingId(pub i64);

/// Which weights a run starts from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StartFrom {
    /// Drawn by the seed.
    Nothing,
    /// A file of weights, copied into the run's folder as `start.safetensors`. What fits by name and shape is taken: a
    /// head for other classes starts anew.
    Weights {
        /// `Demo detector (version 1)`, `densenet121-a639ec97.pth`.
        description: String,
        sha256: [u8; 32],
    },
}

/// What one run is to do.
#[derive(Clone, PartialEq, Debug)]
pub struct TrainingSpec {
    /// What the model will be called.
    pub name: String,
    pub architecture: Architecture,
    /// Of the data set's file.
    pub dataset_sha256: [u8; 32],
    pub preset: Preset,
    pub recipe: Recipe,
    pub start: StartFrom,
    /// `cpu`, `cuda:0`; none: the best there is.
    pub device: Option<String>,
    /// Threads of libtorch on the processor; none: one core is left to the window. On the processor the last bits depend
    /// on it, so a run that is resumed keeps it.
    pub num_threads: Option<u32>,
    /// Runs of one group become an ensemble.
    pub group: Option<String>,
    pub program_version: String,
}

/// Where a person wants the first weights from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum StartChoice {
    #[default]
    Nothing,
    /// Of the project: a run that goes on with new labels.
    Model(ModelId),
    /// A file of weights, also of torch.
    File(PathBuf),
}

/// A run that a person asks for in a project.
#[derive(Clone, PartialEq, Debug)]
pub struct TrainingRequest {
    /// Empty: after the network and the data set.
    pub name: String,
    pub architecture: Architecture,
    pub dataset: DatasetId,
    pub preset: Preset,
    pub recipe: Recipe,
    pub start: StartChoice,
    pub device: Option<String>,
    pub num_threads: Option<u32>,
    pub group: Option<String>,
}

impl TrainingSpec {
    /// How the model is to see films once it has learned: without any change made at random.
    pub fn preprocessing(&self) -> Preprocessing {
        preprocessing(self.architecture, &self.recipe)
    }
}

/// Whether the engine can train this network; a TorchScript module can't be taken apart.
pub const fn is_trainable(architecture: Architecture) -> bool {
    !matches!(architecture, Architecture::TorchScriptClassifier | Architecture::TorchScriptDetector)
}

/// How a network that is trained by this recipe is to see films afterwards.
pub fn preprocessing(architecture: Architecture, recipe: &Recipe) -> Preprocessing {
    let side = |key| recipe.whole(key) as u32;
    let is_effdet = matches!(
        architecture,
        Architecture::EfficientDetD0
            | Architecture::EfficientDetD1
            | Architecture::EfficientDetD2
            | Architecture::EfficientDetSmall
    );
    let resize = match architecture.task() {
        ModelTask::Classify => Resize::Exact { width: side(Key::InputWidth), height: side(Key::InputHeight) },
        // EfficientDet looks at squares whose side its pyramid of seven levels divides without a rest.
        ModelTask::Detect if is_effdet => Resize::Letterbox { side: (side(Key::ShorterEdgeMost) / 128).max(1) * 128 },
        ModelTask::Detect => {
            Resize::ShorterEdge { shorter: side(Key::ShorterEdgeMost), longest: side(Key::LongestEdge) }
        }
    };
    let (divisor, mean, std) = match recipe.choice(Key::Statistics) {
        "detectron2" => (1.0, DETECTRON2_MEAN, [1.0; 3]),
        _ => (255.0, IMAGENET_MEAN, IMAGENET_STD),
    };
    let tone = if recipe.choice(Key::Tone) == "displayed" { Tone::Displayed } else { Tone::ReleasedPng };
    Preprocessing { tone, resize, sampling: Sampling::Antialiased, divisor, mean, std }
}

/// What a person asks for, as a file or a form says it; what is not said is the preset's or chosen when the run is made.
#[derive(Clone, PartialEq, Debug)]
pub struct TrainingDraft {
    pub name: Option<String>,
    pub architecture: Option<Architecture>,
    pub dataset_sha256: Option<[u8; 32]>,
    pub preset: Preset,
    /// Values that are not the preset's.
    pub changes: Vec<(Key, Value)>,
    pub start: StartFrom,
    pub device: Option<String>,
    pub num_threads: Option<u32>,
    pub group: Option<String>,
}

impl Default for TrainingDraft {
    fn default() -> Self {
        Self {
            name: None,
            architecture: None,
            dataset_sha256: None,
            preset: Preset::Paper,
            changes: Vec::new(),
            start: StartFrom::Nothing,
            device: None,
            num_threads: None,
            group: None,
        }
    }
}

impl TrainingDraft {
    /// The changes made to a recipe of the preset, which may have been fitted to this computer before.
    ///
    /// # Errors
    /// The first value that is refused.
    pub fn change(&self, recipe: &mut Recipe) -> Result<(), Refused> {
        for (key, value) in &self.changes {
            recipe.set(*key, value.clone())?;
        }
        recipe.check_together()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trained_network_sees_films_as_its_preset_says() {
        let of =
            |architecture: Architecture, preset| preprocessing(architecture, &Recipe::new(architecture.task(), preset));
        assert_eq!(of(Architecture::DenseNet121, Preset::Paper), Preprocessing::PAPER_CLASSIFIER);
        assert_eq!(of(Architecture::DenseNet121, Preset::ReleasedCode), Preprocessing::RELEASED_CLASSIFIER);
        assert_eq!(of(Architecture::SparseRcnnResNet50, Preset::Paper), Preprocessing::PAPER_DETECTOR);
        assert_eq!(of(Architecture::SparseRcnnResNet50, Preset::ReleasedCode), Preprocessing::RELEASED_DETECTOR);
        assert_eq!(of(Architecture::EfficientDetD0, Preset::Paper).resize, Resize::Letterbox { side: 768 });
    }
}

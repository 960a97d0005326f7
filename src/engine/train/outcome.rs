//! What comes of a run: a model whose card says honestly what it learned from and how good it was found to be.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};

use rachis::domain::label::LabelName;
use rachis::domain::model::{ModelCard, ModelTask, hex_from_hash};
use rachis::domain::preprocessing::Preprocessing;
use rachis::domain::training::dataset::{FrozenDataset, Split};
use rachis::domain::training::parameters::Key;
use rachis::domain::training::run::Best;
use rachis::domain::training::spec::{StartFrom, TrainingSpec};
use rachis::formats::model_file::{self, StateDict};
use rachis::jobs::training_folder::TrainingFolder;
use tch::Tensor;

use super::checkpoint::unwritten;
use super::data::feeder::is_shown;
use super::dev::{self, DevFilms};
use crate::failure::Failure;
use crate::loaded;
use crate::models::Limits;
use crate::weights;

/// The card before anything is known of how good the model is.
pub fn card(spec: &TrainingSpec, dataset: &FrozenDataset, preprocessing: Preprocessing) -> ModelCard {
    let task = spec.architecture.task();
    ModelCard {
        name: spec.name.clone(),
        task,
        classes: match task {
            ModelTask::Classify => vec![LabelName::new("Abnormal")],
            ModelTask::Detect => dataset.classes.clone(),
        },
        preprocessing,
        threshold: None,
        is_synthetic: dataset.is_synthetic,
        training: String::new(),
        data_sha256: Some(hex_from_hash(&spec.dataset_sha256)),
        metrics: Vec::new(),
        licence: String::new(),
        notes: String::new(),
    }
}

/// What the card's words are made of.
#[derive(Debug)]
pub struct Learned<'a> {
    pub spec: &'a TrainingSpec,
    pub dev: DevFilms<'a>,
    pub num_train: usize,
    /// Films that could not be read.
    pub num_failed: usize,
    /// The checkpoint that the weights are of; none: the last step's.
    pub best: Option<&'a Best>,
    /// A better one whose weights are damaged or gone.
    pub lost_best: Option<&'a Best>,
}

/// Why the weights are the last step's, though another step's were better.
pub fn lost_best(best: &Best) -> String {
    format!(
        "The weights are those of the last step: {} was best after step {}, but the checkpoint with those weights is damaged or gone.",
        best.name, best.step
    )
}

/// Measures the finished model as the program will load it, and writes it with its card. `goes_on` as in
/// [`dev::evaluate`]; false where it says no.
pub fn write(
    folder: &TrainingFolder,
    mut card: ModelCard,
    learned: &Learned<'_>,
    weights_by_name: &BTreeMap<String, Tensor>,
    goes_on: &mut dyn FnMut(usize) -> bool,
) -> Result<bool, Failure> {
    let stored = |(name, tensor): (&String, &Tensor)| Ok((name.clone(), weights::stored(tensor)?));
    let state: StateDict = weights_by_name.iter().map(stored).collect::<Result<_, Failure>>()?;
    let architecture = learned.spec.architecture;
    let dev = &learned.dev;
    if !dev.places.is_empty() {
        let num_classes = card.classes.len() as i64;
        let (_params, network) = loaded::network(architecture, num_classes, &state, dev.device, Limits::default())?;
        let Some(rows) = dev::evaluate(&network, &card, dev, goes_on)? else { return Ok(false) };
        folder.write_dev_answers(&rows).map_err(|error| unwritten("The answers of dev films", &error.into()))?;
        let kind = if card.is_synthetic { "synthetic dev films" } else { "dev films" };
        let measured_on = format!("{} {kind}, which also chose the checkpoint", dev.places.len());
        let seed = learned.spec.recipe.whole(Key::Seed);
        card.threshold = dev::threshold(dev, &rows);
        card.metrics = dev::card_metrics(dev, &card, &rows, seed, &measured_on);
    }
    card.training = training(learned);
    card.notes = notes(&card, learned);
    let part = folder.model().with_extension("part");
    let written = model_file::write(&part, Some((architecture, &card)), &state)
        .and_then(|()| Ok(File::open(&part)?.sync_all()?))
        .and_then(|()| Ok(fs::rename(&part, folder.model())?))
        .and_then(|()| Ok(fs::write(folder.card(), markdown(&card, learned.spec))?));
    written.map(|()| true).map_err(|error| {
        let _ = fs::remove_file(&part);
        unwritten("The finished model", &error)
    })
}

/// On what and how, in plain words.
fn training(learned: &Learned<'_>) -> String {
    let Learned { spec, dev, .. } = learned;
    let recipe = &spec.recipe;
    let start = match &spec.start {
        StartFrom::Nothing => "from nothing".to_owned(),
        StartFrom::Weights { description, .. } => format!("from {description}"),
    };
    let kind = if dev.dataset.is_synthetic { "synthetic films" } else { "films" };
    let mut text = format!(
        "Trained by Rachis {} on {} {kind} of the data set \"{}\", {start}: {} steps of {} films, preset \"{}\", seed {}.",
        spec.program_version,
        learned.num_train,
        dev.dataset.plan.name,
        recipe.whole(Key::Iterations),
        recipe.whole(Key::BatchSize),
        spec.preset.as_str(),
        recipe.whole(Key::Seed),
    );
    match (learned.best, learned.lost_best) {
        (Some(best), _) => {
            let _ = write!(
                text,
                " The weights are those after step {}, where {} was best on {} dev films.",
                best.step,
                best.name,
                dev.places.len()
            );
        }
        (None, Some(lost)) => {
            text.push(' ');
            text.push_str(&lost_best(lost));
        }
        (None, None) => {
            text.push_str(" The weights are those of the last step: no figure of dev films was there to choose by.");
        }
    }
    if learned.num_failed > 0 {
        let _ = write!(text, " {} films could not be read and were left out.", learned.num_failed);
    }
    text
}

fn notes(card: &ModelCard, learned: &Learned<'_>) -> String {
    let mut notes = vec!["For research use only.".to_owned()];
    if !card.metrics.is_empty() {
        let chosen = if card.threshold.is_some() { "checkpoint and threshold were" } else { "the checkpoint was" };
        notes.push(format!(
            "The figures are of dev films, on which {chosen} chosen, so they are likely too good: evaluate the model on test films."
        ));
    }
    if card.is_synthetic {
        notes.push("It learned from drawn films and must never be used for people.".to_owned());
    }
    notes.extend(learned.dev.dataset.warnings.iter().cloned());
    notes.join(" ")
}

/// The card for people, beside the model.
fn markdown(card: &ModelCard, spec: &TrainingSpec) -> String {
    let mut text = format!("# {}\n\n{}\n\n{}\n\n", card.name, card.training, card.notes);
    let _ = writeln!(text, "- Network: {}", spec.architecture.as_str());
    let classes: Vec<&str> = card.classes.iter().map(LabelName::as_str).collect();
    let _ = writeln!(text, "- Classes: {}", classes.join(", "));
    if let Some(threshold) = card.threshold {
        let _ = writeln!(text, "- Threshold: {threshold:.4}");
    }
    let _ = writeln!(text, "- Data set: {}", card.data_sha256.as_deref().unwrap_or("not known"));
    if !card.metrics.is_empty() {
        text.push_str("\n| Figure | Value | 95 % interval | Measured on |\n|---|---|---|---|\n");
    }
    for metric in &card.metrics {
        let interval = metric.interval.map_or_else(String::new, |[low, high]| format!("{low:.3} to {high:.3}"));
        let _ = writeln!(text, "| {} | {:.3} | {interval} | {} |", metric.name, metric.value, metric.measured_on);
    }
    text
}

/// Films in the cache that the network learned from.
pub fn num_train(spec: &TrainingSpec, dev: &DevFilms<'_>) -> usize {
    let places = dev.cache.places(dev.dataset, Split::Train);
    places.into_iter().filter(|&place| is_shown(&spec.recipe, dev.dataset, place)).count()
}

/// A specification for tests.
#[cfg(test)]
pub fn trial_spec(
    architecture: rachis::domain::model::Architecture,
    recipe: rachis::domain::training::recipe::Recipe,
) -> TrainingSpec {
    TrainingSpec {
        name: "Trial".into(),
        architecture,
        dataset_sha256: [7; 32],
        preset: rachis::domain::training::recipe::Preset::Paper,
        recipe,
        start: StartFrom::Nothing,
        device: None,
        num_threads: None,
        group: None,
        program_version: "test".into(),
    }
}

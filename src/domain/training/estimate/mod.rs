//! What a run will need before it is started: how long, how much memory, how much room on the disk.
//!
//! From a table of measured costs, or, where runs of the same network on this computer are known, from their own step times.

mod costs;
mod fit;

pub use fit::fitted;

use crate::domain::model::{Architecture, ModelTask};
use crate::domain::preprocessing::Resize;

use super::parameters::Key;
use super::recipe::Recipe;
use super::spec::preprocessing;

/// What the program runs on.
#[derive(Clone, PartialEq, Debug)]
pub struct Computer {
    pub num_cores: u32,
    pub memory_bytes: u64,
    /// The graphics card that networks would run on; none: they run on the processor.
    pub graphics: Option<Graphics>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Graphics {
    pub name: String,
    pub memory_bytes: u64,
    /// Whether bf16 is worth using on it.
    pub has_bf16: bool,
}

/// What a data set brings to learn from.
#[derive(Clone, PartialEq, Debug)]
pub struct FilmCounts {
    pub num_train: u64,
    /// Of the films to learn from, those with boxes.
    pub num_train_with_boxes: u64,
    pub num_dev: u64,
    /// Width and height of a usual film.
    pub usual_size: [u32; 2],
}

/// The time that a step of a former run took.
#[derive(Clone, PartialEq, Debug)]
pub struct KnownStep {
    pub architecture: Architecture,
    /// Films a step times pixels of one, in 1e6.
    pub megapixels: f64,
    pub secs: f64,
    /// On the graphics card.
    pub is_graphics: bool,
}

/// What a run will need.
#[derive(Clone, PartialEq, Debug)]
pub struct Estimate {
    pub step_secs: f64,
    /// Bringing films into size, learning, looking at dev films.
    pub total_secs: f64,
    /// On the graphics card where there is one, else in the computer.
    pub memory_bytes: u64,
    pub disk_bytes: u64,
    /// How often each film is looked at.
    pub num_rounds: f64,
    /// The step time is of a former run here; otherwise it may be wrong by a factor of two or three.
    pub is_measured: bool,
    /// What people should know: one sentence each.
    pub warnings: Vec<&'static str>,
}

/// Memory that libtorch and the program need before there is a network.
const BASE_BYTES: f64 = 0.5e9;
/// Of all cores but one when they share a step.
const SHARED_EFFICIENCY: f64 = 0.8;
/// Decoding one film and bringing it into size, on one core.
const PREPARE_SECS: f64 = 0.25;
/// 1e9 operations a second that a usual graphics card reaches in training, with 32 and with 16 bits.
const GRAPHICS_RATE: [f64; 2] = [6e3, 2e4];

/// Pixels of one film as the network sees it, in 1e6: at the middle of the sizes that are drawn.
pub fn megapixels(architecture: Architecture, recipe: &Recipe, usual_size: [u32; 2]) -> f64 {
    let mut seen = preprocessing(architecture, recipe);
    if let (ModelTask::Detect, Resize::ShorterEdge { shorter, longest }) = (architecture.task(), seen.resize) {
        let middle = (recipe.whole(Key::ShorterEdgeLeast) as u32).midpoint(shorter);
        seen.resize = Resize::ShorterEdge { shorter: middle, longest };
    }
    let [width, height] = match seen.resize {
        Resize::Letterbox { side } => [side; 2],
        _ => seen.input_size(usual_size[0].max(1), usual_size[1].max(1)),
    };
    f64::from(width) * f64::from(height) / 1e6
}

/// What this run will need.
pub fn estimate(
    architecture: Architecture,
    recipe: &Recipe,
    films: &FilmCounts,
    computer: &Computer,
    known: &[KnownStep],
) -> Estimate {
    let cost = costs::of(architecture);
    let megapixels = megapixels(architecture, recipe, films.usual_size);
    let batch = recipe.whole(Key::BatchSize) as f64;
    let num_steps = recipe.whole(Key::Iterations) as f64;
    let is_graphics = computer.graphics.is_some();
    let cores = f64::from(computer.num_cores.max(2) - 1);
    let of_table = if is_graphics {
        let rate = GRAPHICS_RATE[usize::from(recipe.choice(Key::Precision) == "bf16")];
        batch * 3.0 * cost.giga_operations(megapixels) / rate
    } else {
        let shared = if cores > 1.0 { cores * SHARED_EFFICIENCY } else { 1.0 };
        batch * megapixels * cost.core_secs / shared
    };
    let measured = measured_secs(architecture, batch * megapixels, is_graphics, known);
    let step_secs = measured.unwrap_or(of_table);

    let num_seen = num_films_seen(recipe, films);
    let num_looks = (num_steps / recipe.whole(Key::EvaluateEvery).max(1) as f64).ceil();
    // Looking at a film is the forward pass: a third of a step's share.
    let look_secs = num_looks * films.num_dev as f64 * step_secs / batch.max(1.0) / 3.0;
    let prepare_secs = (num_seen + films.num_dev as f64) * PREPARE_SECS / cores;

    let weights = cost.parameters * 4.0;
    // Weights, gradients, and what the optimiser and the average of weights keep of each.
    let num_kept = if recipe.choice(Key::Optimiser) == "adamw" { 4.0 } else { 3.0 }
        + f64::from(u8::from(recipe.real(Key::EmaDecay) > 0.0));
    let at_once = (batch / recipe.whole(Key::Accumulate).max(1) as f64).max(1.0);
    let shorter = if recipe.choice(Key::Precision) == "bf16" { 0.6 } else { 1.0 };
    let memory = BASE_BYTES + weights * num_kept + at_once * cost.kept_bytes(megapixels) * shorter;
    let checkpoint = weights * (num_kept - 1.0);
    let num_checkpoints = (recipe.whole(Key::KeepCheckpoints) as f64).min(num_looks.max(1.0)) + 2.0;
    let disk = (num_seen + films.num_dev as f64) * megapixels * 2e6 + checkpoint * num_checkpoints;

    let mut warnings = Vec::new();
    let memory_there = computer.graphics.as_ref().map_or(computer.memory_bytes, |card| card.memory_bytes);
    if memory > memory_there as f64 * 0.9 {
        warnings.push(
            "This needs more memory than there is. Choose more parts of a step, smaller films or a smaller network.",
        );
    }
    let num_rounds = num_steps * batch / num_seen.max(1.0);
    if num_rounds < 1.0 {
        warnings.push("Not every film is looked at. Choose more steps or more films a step.");
    }
    Estimate {
        step_secs,
        total_secs: prepare_secs + num_steps * step_secs + look_secs,
        memory_bytes: memory as u64,
        disk_bytes: disk as u64,
        num_rounds,
        is_measured: measured.is_some(),
        warnings,
    }
}

/// Films that the network is shown.
fn num_films_seen(recipe: &Recipe, films: &FilmCounts) -> f64 {
    let with_boxes_only = recipe.task() == ModelTask::Detect && !recipe.is_on(Key::NormalFilms);
    (if with_boxes_only { films.num_train_with_boxes } else { films.num_train }) as f64
}

/// Steps that are that many times larger or smaller tell little: what costs the same whatever the size weighs otherwise.
const ALIKE: f64 = 4.0;

/// The newest former run of this network on this device with steps of a like size, brought to these pixels.
fn measured_secs(architecture: Architecture, megapixels: f64, is_graphics: bool, known: &[KnownStep]) -> Option<f64> {
    let is_alike = |step: &&KnownStep| {
        let size = megapixels / step.megapixels;
        step.architecture == architecture
            && step.is_graphics == is_graphics
            && (1.0 / ALIKE..=ALIKE).contains(&size)
            && step.secs > 0.0
    };
    known.iter().rev().find(is_alike).map(|step| step.secs * megapixels / step.megapixels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::training::parameters::Value;
    use crate::domain::training::recipe::Preset;

    pub fn computer() -> Computer {
        Computer { num_cores: 3, memory_bytes: 16 << 30, graphics: None }
    }

    pub fn spine() -> FilmCounts {
        FilmCounts { num_train: 8390, num_train_with_boxes: 4133, num_dev: 500, usual_size: [1602, 2455] }
    }

    fn of(architecture: Architecture, preset: Preset, computer: &Computer, known: &[KnownStep]) -> Estimate {
        estimate(architecture, &Recipe::new(architecture.task(), preset), &spine(), computer, known)
    }

    #[test]
    fn more_films_pixels_and_steps_take_longer_and_cards_less() {
        let slow = of(Architecture::DenseNet121, Preset::Paper, &computer(), &[]);
        let mut recipe = Recipe::new(ModelTask::Classify, Preset::Paper);
        let mut now = |key, value| {
            recipe.set(key, Value::Whole(value)).unwrap();
            estimate(Architecture::DenseNet121, &recipe, &spine(), &computer(), &[])
        };
        let parts = now(Key::Accumulate, 8);
        assert!(parts.memory_bytes < slow.memory_bytes && parts.step_secs == slow.step_secs);
        assert!(now(Key::InputWidth, 448).step_secs > 1.9 * slow.step_secs);
        assert!(now(Key::Iterations, 100).total_secs < slow.total_secs / 20.0);
        let card = Graphics { name: "A card".into(), memory_bytes: 24 << 30, has_bf16: true };
        let quick = of(Architecture::DenseNet121, Preset::Paper, &Computer { graphics: Some(card), ..computer() }, &[]);
        assert!(quick.step_secs < slow.step_secs / 10.0, "{quick:?} {slow:?}");
        // 38 rounds: 10,000 steps of 32 of the 8,390 films.
        assert!((slow.num_rounds - 38.1).abs() < 0.1, "{}", slow.num_rounds);
        assert!(!slow.is_measured && slow.warnings.is_empty());
    }

    #[test]
    fn former_runs_count_more_than_the_table() {
        let known = |megapixels, secs, is_graphics| KnownStep {
            architecture: Architecture::DenseNet121,
            megapixels,
            secs,
            is_graphics,
        };
        let per_step = 32.0 * 224.0 * 224.0 / 1e6;
        let steps = [
            known(per_step, 9.0, false),
            known(per_step / 2.0, 3.0, false),
            known(0.01, 5.0, false),
            known(1.0, 0.001, true),
        ];
        let found = of(Architecture::DenseNet121, Preset::Paper, &computer(), &steps);
        assert!(found.is_measured);
        assert!(
            (found.step_secs - 6.0).abs() < 1e-9,
            "the newest of a like size, brought to these pixels: {}",
            found.step_secs
        );
        assert!(!of(Architecture::DenseNet169, Preset::Paper, &computer(), &steps).is_measured);
    }

    #[test]
    fn what_can_not_be_is_told() {
        let small = Computer { memory_bytes: 4 << 30, ..computer() };
        let found = of(Architecture::RetinaNetResNet50, Preset::Paper, &small, &[]);
        assert_eq!(found.warnings.len(), 1, "{found:?}");
        assert!(found.warnings[0].contains("more memory than there is"));
    }
}

//! The preset "this computer": the paper's recipe with the parts of a step, the size of films and the length of the run
//! brought to what the computer can hold, and do in a night.

use crate::domain::model::{Architecture, ModelTask};
use crate::domain::training::parameters::{Key, Value};
use crate::domain::training::recipe::{Preset, Recipe};

use super::{Computer, FilmCounts, KnownStep, estimate};

/// How long a fitted run may take.
const NIGHT_SECS: f64 = 8.0 * 3600.0;
/// Of the memory there is, what a fitted run may need: reading goes on beside it.
const MEMORY_SHARE: f64 = 0.6;
/// How often the paper looks at each film: 10,000 steps of 32 of 8,390 films, 50,000 of 16 of 4,133. A smaller data set
/// needs no more rounds than that.
const ROUNDS: [f64; 2] = [38.0, 194.0];
/// No run is shorter: fewer steps end before the learning rate is warmed up.
const FEWEST_STEPS: f64 = 200.0;
/// Shorter edges that are tried one after the other; below, narrow disc spaces are gone.
const SHORTER_EDGES: [u64; 4] = [640, 512, 416, 320];
/// A checkpoint is due about that often.
const CHECKPOINT_SECS: f64 = 300.0;

/// The paper's recipe, fitted.
pub fn fitted(architecture: Architecture, films: &FilmCounts, computer: &Computer, known: &[KnownStep]) -> Recipe {
    let task = architecture.task();
    let mut recipe = Recipe::new(task, Preset::ThisComputer);
    let set = |recipe: &mut Recipe, key, value: u64| {
        // Every value below is within its range.
        let _ = recipe.set(key, Value::Whole(value));
    };
    let needs = |recipe: &Recipe| estimate(architecture, recipe, films, computer, known);
    if computer.graphics.as_ref().is_some_and(|card| card.has_bf16) {
        let _ = recipe.set(Key::Precision, Value::Choice("bf16".to_owned()));
    }
    set(&mut recipe, Key::LoaderThreads, u64::from(computer.num_cores.saturating_sub(1).clamp(1, 8)));

    let is_detector = task == ModelTask::Detect;
    let batch = recipe.whole(Key::BatchSize) as f64;
    let num_seen = super::num_films_seen(&recipe, films).max(1.0);
    let paper_steps = recipe.whole(Key::Iterations) as f64;
    let enough = (ROUNDS[usize::from(is_detector)] * num_seen / batch).ceil().clamp(FEWEST_STEPS, paper_steps);
    set_length(&mut recipe, enough, paper_steps);

    let is_too_long = |recipe: &Recipe| needs(recipe).total_secs > NIGHT_SECS;
    if is_detector {
        for edge in SHORTER_EDGES {
            if !is_too_long(&recipe) {
                break;
            }
            set(&mut recipe, Key::ShorterEdgeMost, edge);
            set(&mut recipe, Key::ShorterEdgeLeast, edge * 4 / 5);
            // 1333 to 800 as in the paper.
            set(&mut recipe, Key::LongestEdge, (edge * 5).div_ceil(3));
        }
    }
    // Fewer films a step, and smaller steps with them (Goyal et al. 2017: the rate goes with the films).
    while is_too_long(&recipe) && recipe.whole(Key::BatchSize) > 4 {
        let half = recipe.whole(Key::BatchSize) / 2;
        set(&mut recipe, Key::BatchSize, half);
        let _ = recipe.set(Key::LearningRate, Value::Real(recipe.real(Key::LearningRate) / 2.0));
    }
    if is_too_long(&recipe) {
        let now = needs(&recipe);
        let steps = recipe.whole(Key::Iterations) as f64;
        let left = (steps * NIGHT_SECS / now.total_secs).floor().max(FEWEST_STEPS);
        set_length(&mut recipe, left, paper_steps);
    }

    let memory_there = computer.graphics.as_ref().map_or(computer.memory_bytes, |card| card.memory_bytes) as f64;
    while needs(&recipe).memory_bytes as f64 > memory_there * MEMORY_SHARE {
        let batch = recipe.whole(Key::BatchSize);
        let parts = recipe.whole(Key::Accumulate) * 2;
        if parts > batch {
            break;
        }
        set(&mut recipe, Key::Accumulate, parts);
    }
    let steps = recipe.whole(Key::Iterations) as f64;
    let twentieth = (steps / 20.0).ceil().max(1.0);
    set(&mut recipe, Key::EvaluateEvery, twentieth as u64);
    let due = (CHECKPOINT_SECS / needs(&recipe).step_secs.max(1e-6)).ceil().clamp(1.0, twentieth);
    set(&mut recipe, Key::CheckpointEvery, due as u64);
    recipe
}

/// The length, with warm-up and lowering of the rate at the same shares of it as in the paper.
fn set_length(recipe: &mut Recipe, steps: f64, paper_steps: f64) {
    let share = steps / paper_steps;
    let task = recipe.task();
    let paper = Recipe::new(task, Preset::Paper);
    let scaled = |value: u64| ((value as f64 * share).round() as u64).max(1);
    let lowered: Vec<u64> = paper.steps(Key::LearningRateSteps).iter().map(|&step| scaled(step)).collect();
    let _ = recipe.set(Key::Iterations, Value::Whole(steps as u64));
    let _ = recipe.set(Key::WarmUpSteps, Value::Whole(scaled(paper.whole(Key::WarmUpSteps))));
    let _ = recipe.set(Key::LearningRateSteps, Value::Steps(lowered));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::training::estimate::Graphics;
    use crate::domain::training::spec::is_trainable;

    fn films(num: u64) -> FilmCounts {
        FilmCounts { num_train: num, num_train_with_boxes: num / 2, num_dev: num / 10, usual_size: [1602, 2455] }
    }

    fn card(gigabytes: u64) -> Computer {
        let graphics = Graphics { name: "A card".into(), memory_bytes: gigabytes << 30, has_bf16: true };
        Computer { num_cores: 16, memory_bytes: 64 << 30, graphics: Some(graphics) }
    }

    const LAPTOP: Computer = Computer { num_cores: 4, memory_bytes: 16 << 30, graphics: None };

    #[test]
    fn every_network_fits_into_memory_and_small_ones_into_a_night() {
        for (architecture, name) in Architecture::ALL.into_iter().filter(|(one, _)| is_trainable(*one)) {
            for (computer, num) in [(LAPTOP, 300), (LAPTOP, 8390), (card(24), 8390)] {
                let recipe = fitted(architecture, &films(num), &computer, &[]);
                assert_eq!(recipe.check_together(), Ok(()), "{name}");
                let found = estimate(architecture, &recipe, &films(num), &computer, &[]);
                let there = computer.graphics.as_ref().map_or(computer.memory_bytes, |card| card.memory_bytes);
                assert!((found.memory_bytes as f64) < 0.9 * there as f64, "{name} {num}: {found:?}");
                if name.ends_with("small") || computer.graphics.is_some() {
                    assert!(found.total_secs < 1.2 * NIGHT_SECS, "{name} {num}: {found:?}");
                }
                let steps = recipe.whole(Key::Iterations);
                assert!(steps >= 200 && recipe.whole(Key::WarmUpSteps) <= steps / 9, "{name} {num}");
                assert!(recipe.whole(Key::CheckpointEvery) <= recipe.whole(Key::EvaluateEvery), "{name} {num}");
            }
        }
    }

    #[test]
    fn a_strong_computer_keeps_what_the_paper_says() {
        let paper = Recipe::new(ModelTask::Classify, Preset::Paper);
        let recipe = fitted(Architecture::DenseNet121, &films(8390), &card(80), &[]);
        for key in [Key::BatchSize, Key::Accumulate, Key::LearningRate, Key::InputWidth] {
            assert_eq!(recipe.get(key), paper.get(key), "{key:?}");
        }
        assert!(recipe.whole(Key::Iterations) > 9_900);
    }

    #[test]
    fn a_weak_one_gets_smaller_films_and_steps() {
        let recipe = fitted(Architecture::FasterRcnnResNet50, &films(8390), &LAPTOP, &[]);
        assert!(recipe.whole(Key::ShorterEdgeMost) < 800 && recipe.whole(Key::Iterations) < 50_000);
        let lowered = recipe.steps(Key::LearningRateSteps)[0] as f64 / recipe.whole(Key::Iterations) as f64;
        assert!((lowered - 0.6).abs() < 0.01, "{lowered}");
    }
}

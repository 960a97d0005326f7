//! The learning rate of every step: warm-up, then steps down.

use rachis::domain::training::parameters::Key;
use rachis::domain::training::recipe::Recipe;

/// The learning rate of the step after `done` steps: detectron2's `WarmupMultiStepLR`, which the released code trains
/// with, and torchvision's `LinearLR` before `MultiStepLR`; both give the same numbers.
pub fn learning_rate(recipe: &Recipe, done: u64) -> f64 {
    let warm_up = recipe.whole(Key::WarmUpSteps);
    let share = if done < warm_up {
        let passed = done as f64 / warm_up as f64;
        recipe.real(Key::WarmUpFactor) * (1.0 - passed) + passed
    } else {
        1.0
    };
    let falls = recipe.steps(Key::LearningRateSteps).iter().filter(|&&at| at <= done).count();
    recipe.real(Key::LearningRate) * share * recipe.real(Key::LearningRateFactor).powi(falls as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rachis::domain::model::ModelTask;
    use rachis::domain::training::parameters::Value;
    use rachis::domain::training::recipe::Preset;

    #[test]
    fn the_rate_rises_evenly_and_falls_at_its_steps() {
        let mut recipe = Recipe::new(ModelTask::Classify, Preset::ReleasedCode);
        recipe.set(Key::LearningRateSteps, Value::Steps(vec![1500, 2000])).unwrap();
        for (done, expected) in [
            (0, 1e-5),
            (500, 0.01 * (0.0005 + 0.5)),
            (1000, 0.01),
            (1499, 0.01),
            (1500, 1e-3),
            (2000, 1e-4),
            (9999, 1e-4),
        ] {
            let found = learning_rate(&recipe, done);
            assert!((found / expected - 1.0).abs() < 1e-12, "{done}: {found}, not {expected}");
        }
        recipe.set(Key::WarmUpSteps, Value::Whole(0)).unwrap();
        assert_eq!(learning_rate(&recipe, 0), 0.01);
    }
}

//! All parameters of one run with their values.

use std::collections::BTreeMap;

use crate::domain::model::ModelTask;

use super::parameters::{Key, Kind, PARAMETERS, Parameter, Value};

/// Where a recipe's values come from before anybody changes them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Preset {
    /// As VinDr-SpineXR's paper says; what it does not name at all is as in the released code.
    Paper,
    /// As the released code says.
    ReleasedCode,
    /// The paper's, with size and length fitted to this computer.
    ThisComputer,
}

impl Preset {
    pub const ALL: [Self; 3] = [Self::Paper, Self::ReleasedCode, Self::ThisComputer];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::ReleasedCode => "released code",
            Self::ThisComputer => "this computer",
        }
    }

    /// `released-code` too, as the command line has it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.replace('-', " ");
        Self::ALL.into_iter().find(|preset| preset.as_str() == text)
    }
}

/// Values of all parameters that concern a task; each is of its parameter's kind and within its range.
#[derive(Clone, PartialEq, Debug)]
pub struct Recipe {
    task: ModelTask,
    values: BTreeMap<Key, Value>,
}

/// Why a value is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{title} {why}")]
pub struct Refused {
    pub key: Key,
    pub title: &'static str,
    pub why: String,
}

impl Recipe {
    /// The paper's or the released code's values; of "this computer" the paper's, which are to be fitted then.
    pub fn new(task: ModelTask, preset: Preset) -> Self {
        let value = |row: &Parameter| {
            let both = if preset == Preset::ReleasedCode { row.released } else { row.paper };
            (row.key, both[usize::from(task == ModelTask::Detect)].value())
        };
        Self { task, values: Self::rows(task).map(value).collect() }
    }

    /// The parameters that concern a task, in the order of the form.
    pub fn rows(task: ModelTask) -> impl Iterator<Item = &'static Parameter> {
        PARAMETERS.iter().filter(move |row| row.task.is_none_or(|of| of == task))
    }

    pub const fn task(&self) -> ModelTask {
        self.task
    }

    pub fn get(&self, key: Key) -> Option<&Value> {
        self.values.get(&key)
    }

    /// Changes one value.
    ///
    /// # Errors
    /// When it is of another kind or out of range; nothing is changed then.
    pub fn set(&mut self, key: Key, value: Value) -> Result<(), Refused> {
        let Some(row) = Self::rows(self.task).find(|row| row.key == key) else { return Ok(()) };
        check(row, &value).map_err(|why| Refused { key, title: row.title, why })?;
        self.values.insert(key, value);
        Ok(())
    }

    /// Values that can't be together, each allowed by itself.
    ///
    /// # Errors
    /// The first such value.
    pub fn check_together(&self) -> Result<(), Refused> {
        let refuse = |key: Key, why: String| {
            let title = PARAMETERS.iter().find(|row| row.key == key).map_or("", |row| row.title);
            Err(Refused { key, title, why })
        };
        let (batch, parts) = (self.whole(Key::BatchSize), self.whole(Key::Accumulate));
        if batch % parts.max(1) != 0 {
            return refuse(Key::Accumulate, format!("must divide {batch}, the films of a step, without a rest"));
        }
        if self.task == ModelTask::Detect {
            let (least, most) = (self.whole(Key::ShorterEdgeLeast), self.whole(Key::ShorterEdgeMost));
            if least > most {
                return refuse(Key::ShorterEdgeLeast, format!("must not be more than {most}, the most it can be"));
            }
            if self.whole(Key::LongestEdge) < most {
                return refuse(Key::LongestEdge, format!("must not be less than {most}, the shorter edge"));
            }
        }
        Ok(())
    }

    /// 0 where the parameter is of another kind or task.
    pub fn whole(&self, key: Key) -> u64 {
        match self.values.get(&key) {
            Some(Value::Whole(value)) => *value,
            _ => 0,
        }
    }

    pub fn real(&self, key: Key) -> f64 {
        match self.values.get(&key) {
            Some(Value::Real(value)) => *value,
            _ => 0.0,
        }
    }

    pub fn is_on(&self, key: Key) -> bool {
        matches!(self.values.get(&key), Some(Value::Switch(true)))
    }

    pub fn choice(&self, key: Key) -> &str {
        match self.values.get(&key) {
            Some(Value::Choice(value)) => value,
            _ => "",
        }
    }

    pub fn steps(&self, key: Key) -> &[u64] {
        match self.values.get(&key) {
            Some(Value::Steps(values)) => values,
            _ => &[],
        }
    }
}

fn check(row: &Parameter, value: &Value) -> Result<(), String> {
    let between = |is_in: bool, least: &dyn std::fmt::Display, most: &dyn std::fmt::Display| {
        if is_in { Ok(()) } else { Err(format!("must be from {least} to {most}")) }
    };
    match (row.kind, value) {
        (Kind::Whole { least, most }, Value::Whole(value)) => between((least..=most).contains(value), &least, &most),
        (Kind::Real { least, most }, Value::Real(value)) => between((least..=most).contains(value), &least, &most),
        (Kind::Switch, Value::Switch(_)) => Ok(()),
        (Kind::Choice(all), Value::Choice(value)) if all.contains(&value.as_str()) => Ok(()),
        (Kind::Choice(all), _) => Err(format!("must be one of {}", all.join(", "))),
        (Kind::Steps, Value::Steps(steps)) if steps.is_sorted_by(|a, b| a < b) => Ok(()),
        (kind, _) => Err(kind.must_be().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_keeps_the_ranges_of_its_parameters() {
        for task in ModelTask::ALL {
            for preset in Preset::ALL {
                let recipe = Recipe::new(task, preset);
                assert_eq!(recipe.check_together(), Ok(()), "{task:?} {preset:?}");
                for row in Recipe::rows(task) {
                    let value = recipe.get(row.key).unwrap().clone();
                    let mut other = recipe.clone();
                    assert_eq!(other.set(row.key, value), Ok(()), "{task:?} {preset:?}");
                }
            }
        }
    }

    #[test]
    fn a_value_out_of_range_is_refused_and_changes_nothing() {
        let mut recipe = Recipe::new(ModelTask::Classify, Preset::Paper);
        for (key, value, why) in [
            (Key::Iterations, Value::Whole(0), "Steps must be from 1 to 10000000"),
            (Key::LearningRate, Value::Real(f64::NAN), "Learning rate must be from 0.00000001 to 10"),
            (Key::ClipBy, Value::Choice("both".into()), "Limit gradients must be one of none, value, norm"),
            (Key::LearningRateSteps, Value::Steps(vec![2, 2]), "Lower it at must be rising numbers of steps"),
            (Key::BatchSize, Value::Real(2.0), "Films a step must be a whole number"),
        ] {
            assert_eq!(recipe.set(key, value).unwrap_err().to_string(), why);
        }
        assert_eq!(recipe, Recipe::new(ModelTask::Classify, Preset::Paper));
    }

    #[test]
    fn values_are_read_as_they_are_shown() {
        for task in ModelTask::ALL {
            for (preset, row) in Preset::ALL.into_iter().flat_map(|p| Recipe::rows(task).map(move |row| (p, row))) {
                let recipe = Recipe::new(task, preset);
                let value = recipe.get(row.key).unwrap();
                assert_eq!(row.parse(&value.to_string()).as_ref(), Ok(value), "{}", row.name);
            }
        }
        let row = |name| Parameter::named(name).unwrap();
        assert_eq!(row("learning_rate_steps").parse("5000, 7500"), Ok(Value::Steps(vec![5000, 7500])));
        assert_eq!(row("iterations").parse("1.5"), Err("must be a whole number".to_owned()));
        assert_eq!(row("repeat_factor").parse("much"), Err("must be a number".to_owned()));
    }

    #[test]
    fn the_presets_say_what_their_sources_say() {
        // Section B.5, B.6 and E.5 of the facts: the paper's words first, then the released configuration.
        let classifier = [Preset::Paper, Preset::ReleasedCode].map(|p| Recipe::new(ModelTask::Classify, p));
        let detector = [Preset::Paper, Preset::ReleasedCode].map(|p| Recipe::new(ModelTask::Detect, p));
        let wholes = |recipes: &[Recipe; 2], key| [0, 1].map(|n: usize| recipes[n].whole(key));
        let reals = |recipes: &[Recipe; 2], key| [0, 1].map(|n: usize| recipes[n].real(key));
        assert_eq!(wholes(&classifier, Key::Iterations), [10_000; 2]);
        assert_eq!(wholes(&classifier, Key::BatchSize), [32; 2]);
        assert_eq!(wholes(&classifier, Key::InputWidth), [224; 2]);
        assert_eq!(reals(&classifier, Key::LearningRate), [0.001, 0.01]);
        assert_eq!(classifier.each_ref().map(|r| r.steps(Key::LearningRateSteps)), [&[][..], &[5_000, 7_500]]);
        assert_eq!(classifier.each_ref().map(|r| r.choice(Key::Statistics)), ["imagenet", "detectron2"]);
        assert_eq!(wholes(&detector, Key::Iterations), [50_000; 2]);
        assert_eq!(wholes(&detector, Key::BatchSize), [16; 2]);
        assert_eq!(reals(&detector, Key::LearningRate), [0.001; 2]);
        assert_eq!(detector.each_ref().map(|r| r.steps(Key::LearningRateSteps)), [&[30_000]; 2]);
        assert_eq!(wholes(&detector, Key::ShorterEdgeLeast), [640, 800]);
        assert_eq!(wholes(&detector, Key::ShorterEdgeMost), [800; 2]);
        assert_eq!(reals(&detector, Key::RepeatFactor), [0.1; 2]);
        assert_eq!(detector.each_ref().map(|r| r.is_on(Key::LearnedAugmentation)), [true; 2]);
        assert_eq!(wholes(&detector, Key::FrozenStages), [2; 2]);
        for recipe in classifier.iter().chain(&detector) {
            assert_eq!((recipe.choice(Key::Optimiser), recipe.real(Key::Momentum)), ("sgd", 0.9));
            assert_eq!((recipe.real(Key::WeightDecay), recipe.real(Key::NormWeightDecay)), (1e-4, 0.0));
            assert_eq!((recipe.choice(Key::ClipBy), recipe.real(Key::ClipLimit)), ("value", 1.0));
            assert_eq!((recipe.whole(Key::WarmUpSteps), recipe.whole(Key::Seed)), (1000, 1999));
        }
    }

    #[test]
    fn values_that_contradict_each_other_are_told() {
        let mut recipe = Recipe::new(ModelTask::Detect, Preset::Paper);
        recipe.set(Key::Accumulate, Value::Whole(3)).unwrap();
        let why = recipe.check_together().unwrap_err().to_string();
        assert_eq!(why, "Parts of a step must divide 16, the films of a step, without a rest");
        recipe.set(Key::Accumulate, Value::Whole(4)).unwrap();
        assert_eq!(recipe.check_together(), Ok(()));
        recipe.set(Key::ShorterEdgeMost, Value::Whole(600)).unwrap();
        assert_eq!(recipe.check_together().unwrap_err().key, Key::ShorterEdgeLeast);
        recipe.set(Key::ShorterEdgeLeast, Value::Whole(600)).unwrap();
        recipe.set(Key::LongestEdge, Value::Whole(599)).unwrap();
        assert_eq!(recipe.check_together().unwrap_err().key, Key::LongestEdge);
    }
}

//! All parameters of one run with their values.

use std::collections::BTreeMap;

use crate::domain::model::ModelTask;

use super::parameters::{Key, Kind, PARAMETERS, Parameter, Value};

/// Where a recipe's values come from before anybody changes them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Preset {
    /// As VinDr-SpineXR's paper says, and as the released code where the paper is silent.
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
        (Kind::Steps, _) => Err("must be rising numbers of steps".to_owned()),
        (Kind::Whole { .. }, _) => Err("must be a whole number".to_owned()),
        (Kind::Real { .. }, _) => Err("must be a number".to_owned()),
        (Kind::Switch, _) => Err("must be on or off".to_owned()),
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
}

//! SGD with momentum and AdamW, number by number as `torch.optim` has them, with a state that can be kept and taken up.

use rachis::domain::training::parameters::Key;
use rachis::domain::training::recipe::Recipe;
use tch::{Kind, Tensor};

use super::clip::Clip;
use crate::params::{Params, Role};

/// torch's defaults; the first is the recipe's momentum.
const BETA2: f64 = 0.999;
const EPS: f64 = 1e-8;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Rule {
    /// Sutskever et al. 2013, as PyTorch writes it: the momentum is of gradients, not of steps.
    Sgd { momentum: f64 },
    /// Loshchilov and Hutter 2019.
    AdamW { beta1: f64 },
}

impl Rule {
    /// What it remembers of each parameter; `torch.optim`'s names.
    fn memories(self) -> &'static [&'static str] {
        match self {
            Self::Sgd { .. } => &["momentum_buffer"],
            Self::AdamW { .. } => &["exp_avg", "exp_avg_sq"],
        }
    }
}

/// One parameter.
#[derive(Debug)]
struct Row {
    name: String,
    weight: Tensor,
    decay: f64,
    memories: Vec<Tensor>,
    /// Of the step that is under way; none where the loss does not depend on it.
    gradient: Option<Tensor>,
}

/// Changes a network's parameters by their gradients.
#[derive(Debug)]
pub struct Optimiser {
    rule: Rule,
    clip: Clip,
    rows: Vec<Row>,
    /// AdamW corrects for the first steps by their number.
    num_steps: u64,
}

impl Optimiser {
    /// For every parameter that learns.
    pub fn new(params: &Params, recipe: &Recipe) -> Self {
        let momentum = recipe.real(Key::Momentum);
        let rule = match recipe.choice(Key::Optimiser) {
            "adamw" => Rule::AdamW { beta1: momentum },
            _ => Rule::Sgd { momentum },
        };
        let norms: Vec<&str> = params.iter().filter_map(|(name, _, tensor)| norm_place(name, tensor)).collect();
        let rows = params.iter().filter(|(_, role, tensor)| *role == Role::Parameter && tensor.requires_grad());
        let rows = rows.map(|(name, _, weight)| {
            let is_norm = name.rsplit_once('.').is_some_and(|(place, _)| norms.contains(&place));
            let memories = rule.memories().iter().map(|_| weight.detach().zeros_like()).collect();
            let decay = recipe.real(if is_norm { Key::NormWeightDecay } else { Key::WeightDecay });
            Row { name: name.to_owned(), weight: weight.shallow_clone(), decay, memories, gradient: None }
        });
        Self { rule, clip: Clip::of(recipe), rows: rows.collect(), num_steps: 0 }
    }

    /// Adds the loss's gradients to those of the step that is under way.
    ///
    /// They are not left at the tensors: whether one was ever touched would decide whether it decays, and a run that is
    /// resumed would not know.
    pub fn backward(&mut self, loss: &Tensor) {
        let weights: Vec<&Tensor> = self.rows.iter().map(|row| &row.weight).collect();
        let found = Tensor::run_backward(&[loss], &weights, false, false);
        let _guard = tch::no_grad_guard();
        for (row, found) in self.rows.iter_mut().zip(found).filter(|(_, found)| found.defined()) {
            row.gradient = Some(match row.gradient.take() {
                // Not in place: what backward returns may be shared.
                Some(before) => before + found,
                None => found,
            });
        }
    }

    /// One step; the gradients are used up. What had none stays as it is, without decay, as in torch.
    pub fn step(&mut self, rate: f64) {
        let _guard = tch::no_grad_guard();
        self.num_steps += 1;
        let mut gradients: Vec<Tensor> = Vec::new();
        let mut rows: Vec<&mut Row> = Vec::new();
        for row in &mut self.rows {
            if let Some(gradient) = row.gradient.take() {
                gradients.push(gradient);
                rows.push(row);
            }
        }
        self.clip.apply(&mut gradients);
        for (row, gradient) in rows.into_iter().zip(&gradients) {
            match self.rule {
                Rule::Sgd { momentum } => sgd(row, gradient, rate, momentum),
                Rule::AdamW { beta1 } => adamw(row, gradient, rate, beta1, self.num_steps),
            }
        }
    }

    /// What is remembered, by parameter and memory: `head.weight.momentum_buffer`.
    pub fn state(&self) -> impl Iterator<Item = (String, &Tensor)> {
        let names = self.rule.memories();
        self.rows.iter().flat_map(move |row| {
            row.memories.iter().zip(names).map(|(memory, name)| (format!("{}.{name}", row.name), memory))
        })
    }

    /// Takes up what [`Self::state`] gave after `num_steps` steps; a name that is not there is told.
    pub fn restore(&mut self, num_steps: u64, find: impl Fn(&str) -> Option<Tensor>) -> Result<(), String> {
        let _guard = tch::no_grad_guard();
        let names = self.rule.memories();
        for row in &mut self.rows {
            for (kept, name) in row.memories.iter_mut().zip(names) {
                let full = format!("{}.{name}", row.name);
                let found = find(&full).filter(|found| found.size() == kept.size()).ok_or(full)?;
                kept.copy_(&found);
            }
        }
        self.num_steps = num_steps;
        Ok(())
    }
}

/// The place of a norm: its weight has one dimension, as no other layer's has.
fn norm_place<'n>(name: &'n str, tensor: &Tensor) -> Option<&'n str> {
    name.strip_suffix(".weight").filter(|_| tensor.dim() == 1)
}

/// `torch.optim.SGD` without dampening: a memory that starts at 0 is one that starts at the first gradient.
fn sgd(row: &mut Row, gradient: &Tensor, rate: f64, momentum: f64) {
    let memory = &mut row.memories[0];
    let _ = if row.decay == 0.0 {
        memory.g_mul_scalar_(momentum).g_add_(gradient)
    } else {
        let gradient = gradient.addcmul(&row.weight, &number(row.decay, gradient));
        memory.g_mul_scalar_(momentum).g_add_(&gradient)
    };
    let _ = row.weight.addcmul_(memory, &number(-rate, memory));
}

/// `torch.optim.AdamW`.
fn adamw(row: &mut Row, gradient: &Tensor, rate: f64, beta1: f64, num_steps: u64) {
    let corrected = |beta: f64| 1.0 - beta.powf(num_steps as f64);
    if row.decay != 0.0 {
        let _ = row.weight.g_mul_scalar_(1.0 - rate * row.decay);
    }
    let [mean, square] = &mut row.memories[..] else { return };
    let _ = mean.lerp_(gradient, 1.0 - beta1);
    let _ = square.g_mul_scalar_(BETA2).addcmul_(gradient, &(gradient * (1.0 - BETA2)));
    let divisor = (square.sqrt() / corrected(BETA2).sqrt()).g_add_scalar_(EPS);
    let _ = row.weight.addcdiv_(&(&*mean * (-rate / corrected(beta1))), &divisor);
}

/// A number where a tensor is, so that a product with it is added in one pass: tch has no `add_` with a factor.
fn number(value: f64, beside: &Tensor) -> Tensor {
    Tensor::full([0i64; 0], value, (Kind::Float, beside.device()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::formula;
    use crate::params::Init;
    use rachis::domain::model::ModelTask;
    use rachis::domain::training::parameters::Value;
    use rachis::domain::training::recipe::Preset;
    use serde_json::Value as Json;
    use tch::Device;

    /// `tests/parity/optimiser_torch.py` wrote it.
    const GOLDEN: &str = include_str!("../../../tests/parity/optimiser_torch.json");

    fn recipe(case: &Json) -> Recipe {
        let mut recipe = Recipe::new(ModelTask::Classify, Preset::Paper);
        let real = |key: &str| Value::Real(case[key].as_f64().unwrap());
        recipe.set(Key::Optimiser, Value::Choice(case["optimiser"].as_str().unwrap().into())).unwrap();
        recipe.set(Key::ClipBy, Value::Choice(case["clip_by"].as_str().unwrap().into())).unwrap();
        for (key, name) in [
            (Key::ClipLimit, "clip_limit"),
            (Key::LearningRate, "learning_rate"),
            (Key::WarmUpFactor, "warm_up_factor"),
            (Key::Momentum, "momentum"),
            (Key::WeightDecay, "weight_decay"),
            (Key::NormWeightDecay, "norm_weight_decay"),
        ] {
            recipe.set(key, real(name)).unwrap();
        }
        recipe.set(Key::WarmUpSteps, Value::Whole(case["warm_up_steps"].as_u64().unwrap())).unwrap();
        let falls = case["falls_at"].as_array().unwrap().iter().map(|at| at.as_u64().unwrap()).collect();
        recipe.set(Key::LearningRateSteps, Value::Steps(falls)).unwrap();
        recipe
    }

    fn params() -> Params {
        let mut params = Params::new(Device::Cpu);
        let _ = params.root().sub("conv").parameter("weight", &[4, 3, 3, 3], Init::Const(0.0));
        let _ = params.root().sub("norm").parameter("weight", &[4], Init::Const(0.0));
        let _ = params.root().sub("norm").parameter("bias", &[4], Init::Const(0.0));
        let _ = params.root().sub("unused").parameter("weight", &[2, 2], Init::Const(0.0));
        let state = formula::state(&params);
        params.load(&state).unwrap();
        params
    }

    /// Gradients of the formula's: large enough that the limits bite.
    fn gradients_of_step(optimiser: &mut Optimiser, params: &Params, step: u64) {
        for (name, _, tensor) in params.iter().filter(|(name, ..)| !name.starts_with("unused")) {
            let gradient = formula::noise(&format!("gradient {name} {step}"), tensor.numel());
            let gradient = Tensor::from_slice(&gradient).reshape(tensor.size()) * 3.0;
            optimiser.backward(&(tensor * gradient).sum(Kind::Float));
        }
    }

    #[test]
    fn steps_are_those_of_torch() {
        let golden: Json = serde_json::from_str(GOLDEN).unwrap();
        let cases = golden.as_object().unwrap();
        assert_eq!(cases.len(), 4);
        for (name, case) in cases {
            let (params, recipe) = (params(), recipe(case));
            let mut optimiser = Optimiser::new(&params, &recipe);
            let rates = case["rates"].as_array().unwrap();
            for (step, rate) in rates.iter().enumerate() {
                let ours = super::super::schedule::learning_rate(&recipe, step as u64);
                assert!((ours / rate.as_f64().unwrap() - 1.0).abs() < 1e-9, "{name}: rate {ours} at {step}");
                gradients_of_step(&mut optimiser, &params, step as u64);
                optimiser.step(ours);
            }
            for (key, kept) in case["weights"].as_object().unwrap() {
                let found =
                    Vec::<f64>::try_from(params.get(key).unwrap().detach().to_kind(Kind::Double).flatten(0, -1))
                        .unwrap();
                let kept: Vec<f64> = kept.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
                assert_eq!(found.len(), kept.len());
                let error = found.iter().zip(&kept).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                assert!(error < 1e-6, "{name}: {key} is off by {error}");
            }
        }
    }

    #[test]
    fn a_state_that_is_taken_up_goes_on_to_the_same_bits() {
        let golden: Json = serde_json::from_str(GOLDEN).unwrap();
        for case in golden.as_object().unwrap().values() {
            let recipe = recipe(case);
            let run = |params: &Params, optimiser: &mut Optimiser, steps: std::ops::Range<u64>| {
                for step in steps {
                    gradients_of_step(optimiser, params, step);
                    optimiser.step(0.01);
                }
            };
            let (whole, first, mut second) = (params(), params(), params());
            run(&whole, &mut Optimiser::new(&whole, &recipe), 0..9);
            let mut before = Optimiser::new(&first, &recipe);
            run(&first, &mut before, 0..4);
            let kept: BTreeMap<String, Tensor> = before.state().map(|(name, tensor)| (name, tensor.copy())).collect();
            second
                .load(&first.iter().map(|(name, _, tensor)| (name.to_owned(), tensor.detach().copy())).collect())
                .unwrap();
            let mut after = Optimiser::new(&second, &recipe);
            after.restore(4, |name| kept.get(name).map(Tensor::shallow_clone)).unwrap();
            run(&second, &mut after, 4..9);
            for (name, _, tensor) in whole.iter() {
                assert!(tensor.equal(second.get(name).unwrap()), "{name}");
            }
            let missing = after.restore(4, |_| None).unwrap_err();
            assert!(missing.starts_with("conv.weight."), "{missing}");
        }
    }
}

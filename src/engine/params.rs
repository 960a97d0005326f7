//! Parameters and buffers of a network by their names, as a state dict has them.

use std::collections::BTreeMap;
use std::rc::Rc;

use tch::{Device, Kind, Tensor};

use crate::folding::Folding;
use crate::precision::Precision;

/// What a tensor of a network is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Learned: has a gradient.
    Parameter,
    /// Kept with the weights, not learned: running statistics, counters.
    Buffer,
}

/// How a parameter starts before training. Values follow the seed of libtorch's generator.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Init {
    Const(f64),
    /// Normal with this standard deviation.
    Normal(f64),
    /// Uniform between minus and plus this.
    Uniform(f64),
    /// He et al. 2015, normal, fan out, as torchvision starts convolutions.
    KaimingNormalFanOut,
    /// Uniform within 1/sqrt(fan in): PyTorch's default for convolutions and linear layers.
    KaimingUniformDefault,
    /// Glorot and Bengio 2010, uniform.
    XavierUniform,
}

/// All tensors of a network. Layers hold shallow copies, so loading in place changes them too.
#[derive(Debug)]
pub struct Params {
    device: Device,
    tensors: BTreeMap<String, (Role, Tensor)>,
    foldings: Vec<Rc<Folding>>,
    /// Values are left as memory has them: weights are loaded next.
    is_bare: bool,
}

/// Why a state dict does not fit a network.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LoadError {
    #[error(
        "the weights are not of this network: {missing} tensors are missing ({first_missing}), {left_over} are left over ({first_left_over})"
    )]
    Names { missing: usize, first_missing: String, left_over: usize, first_left_over: String },
    #[error("{name} has shape {found:?} in the file and {expected:?} in the network")]
    Shape { name: String, found: Vec<i64>, expected: Vec<i64> },
}

impl Params {
    pub fn new(device: Device) -> Self {
        Self { device, tensors: BTreeMap::new(), foldings: Vec::new(), is_bare: false }
    }

    /// For a network whose weights come from a file: nothing is drawn at random, which for a large one takes a second.
    pub fn bare(device: Device) -> Self {
        Self { is_bare: true, ..Self::new(device) }
    }

    /// Folds every norm that stands right behind a convolution, for good: the weights do not change any more.
    pub fn fold(&mut self, precision: Precision) {
        for folding in &self.foldings {
            folding.fold(precision);
        }
    }

    /// The place that the network's own names start at.
    pub fn root(&mut self) -> Path<'_> {
        Path { params: self, prefix: String::new() }
    }

    /// By name, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Role, &Tensor)> {
        self.tensors.iter().map(|(name, (role, tensor))| (name.as_str(), *role, tensor))
    }

    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name).map(|(_, tensor)| tensor)
    }

    /// Number of learned values.
    #[cfg(test)]
    pub fn num_learned(&self) -> i64 {
        let learned =
            |(role, tensor): &(Role, Tensor)| if *role == Role::Parameter { tensor.numel() as i64 } else { 0 };
        self.tensors.values().map(learned).sum()
    }

    /// For a part that is built with other names and adopted then.
    pub fn for_part(&self) -> Self {
        Self { is_bare: self.is_bare, ..Self::new(self.device) }
    }

    /// Takes over the tensors of a part that was built with other names.
    pub fn adopt(&mut self, part: Self, rename: impl Fn(&str) -> String) {
        self.foldings.extend(part.foldings);
        self.tensors.extend(part.tensors.into_iter().map(|(name, tensor)| (rename(&name), tensor)));
    }

    /// Takes values from a state dict, in place; every name has to be there on both sides.
    pub fn load(&mut self, state: &BTreeMap<String, Tensor>) -> Result<(), LoadError> {
        let missing: Vec<&String> = self.tensors.keys().filter(|name| !state.contains_key(*name)).collect();
        let left_over: Vec<&String> = state.keys().filter(|name| !self.tensors.contains_key(*name)).collect();
        if !missing.is_empty() || !left_over.is_empty() {
            let first = |names: &[&String]| names.first().map_or_else(|| "none".to_owned(), |name| (*name).clone());
            return Err(LoadError::Names {
                missing: missing.len(),
                first_missing: first(&missing),
                left_over: left_over.len(),
                first_left_over: first(&left_over),
            });
        }
        for (name, (_, tensor)) in &self.tensors {
            let found = state[name].size();
            if found != tensor.size() {
                return Err(LoadError::Shape { name: name.clone(), found, expected: tensor.size() });
            }
        }
        tch::no_grad(|| {
            for (name, (_, tensor)) in &mut self.tensors {
                tensor.copy_(&state[name]);
            }
        });
        Ok(())
    }

    /// Changes every tensor for another of the same shape, of any kind and layout; the layers that hold it see the other.
    /// For inference: gradients and optimisers know nothing of it.
    pub fn replace(&mut self, mut other: impl FnMut(&str, &Tensor) -> Tensor) {
        let _guard = tch::no_grad_guard();
        for (name, (_, tensor)) in &mut self.tensors {
            let new = other(name, tensor);
            if new.kind() != tensor.kind() || new.stride() != tensor.stride() {
                let _ = tensor.set_requires_grad(false);
                tensor.set_data(&new);
            }
        }
    }
}

/// A place among the names, such as `backbone.body.layer1`.
#[derive(Debug)]
pub struct Path<'p> {
    params: &'p mut Params,
    prefix: String,
}

impl Path<'_> {
    /// One step down.
    pub fn sub(&mut self, name: impl std::fmt::Display) -> Path<'_> {
        let prefix = if self.prefix.is_empty() { name.to_string() } else { format!("{}.{name}", self.prefix) };
        Path { params: self.params, prefix }
    }

    /// A learned tensor of 32-bit floats.
    pub fn parameter(&mut self, name: &str, shape: &[i64], init: Init) -> Tensor {
        let device = self.params.device;
        let tensor = if self.params.is_bare {
            Tensor::empty(shape, (Kind::Float, device))
        } else {
            initial(shape, init, device)
        };
        let tensor = tensor.set_requires_grad(true);
        self.insert(name, Role::Parameter, tensor)
    }

    /// A tensor of 32-bit floats that is kept with the weights.
    pub fn buffer(&mut self, name: &str, shape: &[i64], value: f64) -> Tensor {
        let tensor = Tensor::full(shape, value, (Kind::Float, self.params.device));
        self.insert(name, Role::Buffer, tensor)
    }

    /// A whole number that is kept with the weights, such as `num_batches_tracked`.
    pub fn counter(&mut self, name: &str) -> Tensor {
        let tensor = Tensor::zeros([0i64; 0], (Kind::Int64, self.params.device));
        self.insert(name, Role::Buffer, tensor)
    }

    /// A convolution and its norm that can become one.
    pub fn remember_folding(&mut self, folding: Rc<Folding>) {
        self.params.foldings.push(folding);
    }

    fn insert(&mut self, name: &str, role: Role, tensor: Tensor) -> Tensor {
        let full = if self.prefix.is_empty() { name.to_owned() } else { format!("{}.{name}", self.prefix) };
        let copy = tensor.shallow_clone();
        let before = self.params.tensors.insert(full, (role, tensor));
        debug_assert!(before.is_none(), "two tensors of one name");
        copy
    }
}

fn initial(shape: &[i64], init: Init, device: Device) -> Tensor {
    let receptive: i64 = shape.iter().skip(2).product();
    let fan_out = (shape.first().copied().unwrap_or(1) * receptive) as f64;
    let fan_in = (shape.get(1).copied().unwrap_or(1) * receptive) as f64;
    let options = (Kind::Float, device);
    let uniform = |bound: f64| Tensor::empty(shape, options).uniform_(-bound, bound);
    match init {
        Init::Const(value) => Tensor::full(shape, value, options),
        Init::Normal(std) => Tensor::empty(shape, options).normal_(0.0, std),
        Init::Uniform(bound) => uniform(bound),
        Init::KaimingNormalFanOut => Tensor::empty(shape, options).normal_(0.0, (2.0 / fan_out).sqrt()),
        Init::KaimingUniformDefault => uniform(1.0 / fan_in.sqrt()),
        Init::XavierUniform => uniform((6.0 / (fan_in + fan_out)).sqrt()),
    }
}

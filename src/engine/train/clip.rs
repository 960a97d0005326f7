//! Gradients held within a limit, so that one film can't throw the weights far.

use rachis::domain::training::parameters::Key;
use rachis::domain::training::recipe::Recipe;
use tch::{Kind, Tensor};

/// What is limited.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Clip {
    None,
    /// Each number: `torch.nn.utils.clip_grad_value_`, which the released code uses.
    Value(f64),
    /// The length of all gradients together: `torch.nn.utils.clip_grad_norm_`.
    Norm(f64),
}

impl Clip {
    pub fn of(recipe: &Recipe) -> Self {
        let limit = recipe.real(Key::ClipLimit);
        match recipe.choice(Key::ClipBy) {
            "value" => Self::Value(limit),
            "norm" => Self::Norm(limit),
            _ => Self::None,
        }
    }

    /// To all gradients of a step.
    pub fn apply(self, gradients: &mut [Tensor]) {
        match self {
            Self::None => {}
            // Not in place: a gradient may be shared with another.
            Self::Value(limit) => gradients.iter_mut().for_each(|gradient| *gradient = gradient.clamp(-limit, limit)),
            Self::Norm(limit) if !gradients.is_empty() => {
                let norms: Vec<Tensor> =
                    gradients.iter().map(|gradient| gradient.norm().to_kind(Kind::Float)).collect();
                // No number leaves the device: a step would wait for it. torch adds the same 1e-6.
                let factor = (limit / (Tensor::stack(&norms, 0).norm() + 1e-6)).clamp_max(1.0);
                gradients.iter_mut().for_each(|gradient| *gradient = &*gradient * &factor);
            }
            Self::Norm(_) => {}
        }
    }
}

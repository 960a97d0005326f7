//! What a classifier is trained to make small: cross-entropy of one logit a film, or the focal loss of it.

use rachis::domain::training::parameters::Key;
use rachis::domain::training::recipe::Recipe;
use tch::{Kind, Reduction, Tensor};

use crate::layers::Mode;
use crate::models::Classifier;
use crate::train::{Losses, TrainBatch};

pub fn losses(net: &dyn Classifier, batch: &TrainBatch, recipe: &Recipe) -> Losses {
    let logits = net.logits(&batch.images.pixels, Mode::Train).to_kind(Kind::Float).reshape([-1]);
    let targets = &batch.is_abnormal;
    let loss = if recipe.choice(Key::Loss) == "focal" {
        focal(&logits, targets, recipe.real(Key::FocalAlpha), recipe.real(Key::FocalGamma))
    } else {
        logits.binary_cross_entropy_with_logits::<Tensor>(targets, None, None, Reduction::Mean)
    };
    Losses(vec![("classification", loss)])
}

/// torchvision.ops.sigmoid_focal_loss with the mean of the films; an `alpha` below 0 is off. Lin et al. 2017.
fn focal(logits: &Tensor, targets: &Tensor, alpha: f64, gamma: f64) -> Tensor {
    let entropy = logits.binary_cross_entropy_with_logits::<Tensor>(targets, None, None, Reduction::None);
    let p = logits.sigmoid();
    let is_normal: Tensor = 1.0 - targets;
    let of_other: Tensor = &p * &is_normal + (1.0 - &p) * targets;
    let loss = entropy * of_other.pow_tensor_scalar(gamma);
    let weighed = if alpha < 0.0 { loss } else { loss * (targets * alpha + is_normal * (1.0 - alpha)) };
    weighed.mean(Kind::Float)
}

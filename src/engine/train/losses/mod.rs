//! What each network is trained to make small, as its reference implementation has it.

mod assignment;
mod classifier;
mod efficientdet;
pub mod faster_rcnn;
mod focal;
mod matching;
mod retinanet;
mod sparse_rcnn;

use rachis::domain::training::parameters::Key;
use tch::Device;

use super::{LossContext, Losses, TrainBatch};
use crate::failure::Failure;
use crate::mixed;
use crate::models::{DetectorKind, Network};

/// The losses of a network on a batch, with gradients.
///
/// # Errors
/// Where the network can't be trained: a TorchScript module.
pub fn losses(network: &Network, batch: &TrainBatch, context: &mut LossContext<'_>) -> Result<Losses, Failure> {
    let is_low = context.recipe.choice(Key::Precision) == "bf16";
    // On a processor, training in 16 bits is slower where it is emulated and gains little where it is not.
    let is_cuda = matches!(batch.images.pixels.device(), Device::Cuda(_));
    let refused = || {
        Failure::new(
            "This network can't be trained, because it comes as a whole program. Choose one of Rachis' own networks.",
        )
    };
    match network {
        Network::Classifier(net) if net.can_learn() => {
            Ok(mixed::in_low(is_low && is_cuda, || classifier::losses(net.as_ref(), batch, context.recipe)))
        }
        Network::Classifier(_) => Err(refused()),
        Network::Detector(net) => match net.kind() {
            DetectorKind::FasterRcnn(net) => Ok(mixed::in_low(is_low && is_cuda, || {
                faster_rcnn::losses(net, batch, context.chance, &faster_rcnn::Sampling::default())
            })),
            DetectorKind::RetinaNet(net) => Ok(mixed::in_low(is_low && is_cuda, || retinanet::losses(net, batch))),
            // Small layers with much between them that 16 bits do not pay for: as in predictions, 32 bits.
            DetectorKind::EfficientDet(net) => Ok(efficientdet::losses(net, batch, context.normaliser)),
            DetectorKind::SparseRcnn(net) => Ok(sparse_rcnn::losses(net, batch, context.normaliser)),
            DetectorKind::Foreign => Err(refused()),
        },
    }
}

/// What the sums of a whole step are divided by, where a network counts over all its films together. The others divide film
/// by film.
pub fn normaliser(network: &Network, parts: &[TrainBatch]) -> Option<f64> {
    let Network::Detector(net) = network else { return None };
    match net.kind() {
        DetectorKind::EfficientDet(_) => Some(efficientdet::normaliser(parts)),
        DetectorKind::SparseRcnn(_) => Some(sparse_rcnn::normaliser(parts)),
        _ => None,
    }
}

#[cfg(test)]
mod overfit;
#[cfg(test)]
mod parity;

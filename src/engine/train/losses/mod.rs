//! What each network is trained to make small, as its reference implementation has it.

use super::{LossContext, Losses, TrainBatch};
use crate::failure::Failure;
use crate::models::Network;

/// The losses of a network on a batch, with gradients.
///
/// # Errors
/// Where the network can't be trained: a TorchScript module.
pub fn losses(_network: &Network, _batch: &TrainBatch, _context: &mut LossContext<'_>) -> Result<Losses, Failure> {
    Err(Failure::new("This network can't be trained."))
}

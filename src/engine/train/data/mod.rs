//! From films to batches: a cache in the size that is needed, threads that read it, and the changes that a seed makes.
//!
//! ```text
//!  film's file -> [cache: once, by decoding processes] -> levels in input size, 16 bits
//!      -> [feeder: loader threads] -> flips, window, size, learned changes -> [packing] -> TrainBatch
//! ```
//!
//! Which films a step gets and how each is changed follows from the seed and the step alone, whatever the number of
//! threads, so a run that goes on from a checkpoint needs the step and nothing else.

pub mod augment;
pub mod cache;
pub mod feeder;
pub mod input_rule;

mod cache_file;
mod packing;
mod plane;
mod resizing;
mod sampling;
#[cfg(test)]
pub mod trial;

//! Training: films from a cache, changed at random by the seed, through a network, its losses, and an optimiser; with
//! checkpoints from which a run goes on as if it had never stopped.

pub mod run;
mod starter;
mod desk;
mod kept;
mod lost_films;
mod start;
mod learn;
mod samples;
mod dev;
mod outcome;
pub mod checkpoint;
pub mod clip;
pub mod data;
pub mod ema;
pub mod losses;
pub mod optimiser;
pub mod schedule;

use rachis::domain::training::recipe::Recipe;
use rand_core::Rng;
use rand_pcg::Pcg64;
use tch::Tensor;

use crate::models::ImageBatch;

/// What a detector should have found on one film.
#[derive(Debug)]
pub struct BoxTarget {
    /// (boxes, 4): xmin, ymin, xmax, ymax in input pixels, 32-bit floats.
    pub boxes: Tensor,
    /// (boxes), whole numbers from 0: places in the data set's list of classes.
    pub labels: Tensor,
}

/// The films of one step, or of one part of it, where the network computes.
#[derive(Debug)]
pub struct TrainBatch {
    pub images: ImageBatch,
    /// One a film; empty tensors where it has no boxes.
    pub boxes: Vec<BoxTarget>,
    /// (films): 1 where abnormal, 32-bit floats.
    pub is_abnormal: Tensor,
}

/// The parts of a loss by the names of the reference, each a tensor of one number; training minimises their sum.
#[derive(Debug)]
pub struct Losses(pub Vec<(&'static str, Tensor)>);

impl Losses {
    pub fn sum(&self) -> Tensor {
        let parts: Vec<&Tensor> = self.0.iter().map(|(_, part)| part).collect();
        crate::ops::total(&Tensor::stack(&parts, 0))
    }
}

/// What a loss may need besides the films: its parameters, and chance that depends on the run's seed and the step alone.
#[derive(Debug)]
pub struct LossContext<'a> {
    pub recipe: &'a Recipe,
    pub chance: &'a mut Chance,
    /// What sums over the batch are divided by where it is a part of a step, so that the parts, each by its share of the
    /// films, add up to the step; see [`losses::normaliser`]. None: by what the batch itself has.
    pub normaliser: Option<f64>,
}

/// Random numbers of one purpose at one step: a run that goes on from a checkpoint draws what it would have drawn.
#[derive(Clone, Debug)]
pub struct Chance(Pcg64);

impl Chance {
    /// `purpose` keeps apart what is drawn for different things at the same step.
    pub fn new(seed: u64, purpose: u64, step: u64) -> Self {
        Self(Pcg64::new(u128::from(seed) << 64 | u128::from(step), u128::from(purpose)))
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// At least 0, less than 1.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Less than `bound`; 0 for a bound of 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // Lemire 2019, without the rejection: the bias is below 2^-40 for the counts that occur.
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// Fisher and Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

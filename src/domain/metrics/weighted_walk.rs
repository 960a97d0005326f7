//! One walk over sorted scores for several resamples at once: weights are summed, pairs in the right order counted.

use super::resample::LANES;

/// Neighbours in the order of falling scores that one multiplication deals with: either positives and then negatives of
/// strictly lower scores, or cases of one score.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) num_positive: u32,
    pub(super) num_negative: u32,
    pub(super) is_tied: bool,
    /// The lowest score among its positives, where it has any.
    pub(super) threshold: f64,
}

/// A step with its weights in each resample.
pub(super) struct Weighed {
    pub(super) positives: [u32; LANES],
    pub(super) negatives: [u32; LANES],
    pub(super) is_tied: bool,
    pub(super) threshold: f64,
}

/// What is behind while the scores fall.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) positives: [u32; LANES],
    pub(super) negatives: [u32; LANES],
    pub(super) twice_u: [u64; LANES],
}

impl Walk {
    pub(super) fn step(&mut self, step: &Weighed) {
        for lane in 0..LANES {
            let before = u64::from(self.positives[lane]);
            let own = u64::from(step.positives[lane]);
            // Every negative of the step is below all positives before and, unless tied, below the step's own.
            let twice_above = 2 * before + if step.is_tied { own } else { 2 * own };
            self.twice_u[lane] += u64::from(step.negatives[lane]) * twice_above;
            self.positives[lane] += step.positives[lane];
            self.negatives[lane] += step.negatives[lane];
        }
    }
}

/// The first maximum of tpr - fpr in each resample.
pub(super) struct Best {
    num_positive: [f64; LANES],
    num_negative: [f64; LANES],
    youden: [f64; LANES],
    pub(super) tp: [u32; LANES],
    pub(super) fp: [u32; LANES],
    pub(super) threshold: [f64; LANES],
}

impl Best {
    pub(super) fn new(totals: &Walk) -> Self {
        Self {
            num_positive: totals.positives.map(f64::from),
            num_negative: totals.negatives.map(f64::from),
            youden: [0.0; LANES],
            tp: [0; LANES],
            fp: [0; LANES],
            threshold: [f64::INFINITY; LANES],
        }
    }

    /// The only point of a step that can be a maximum: after its positives, and in a tie after its negatives too.
    pub(super) fn look(&mut self, before: &Walk, step: &Weighed) {
        for lane in 0..LANES {
            let tp = before.positives[lane] + step.positives[lane];
            let fp = before.negatives[lane] + if step.is_tied { step.negatives[lane] } else { 0 };
            let youden = f64::from(tp) / self.num_positive[lane] - f64::from(fp) / self.num_negative[lane];
            // Without one of the classes this is no number, and nothing is called positive.
            if youden > self.youden[lane] {
                self.youden[lane] = youden;
                (self.tp[lane], self.fp[lane], self.threshold[lane]) = (tp, fp, step.threshold);
            }
        }
    }
}

/// Of the weights of some units, resample by resample.
pub(super) fn sum(weights: &[[u8; LANES]], units: &[u32]) -> [u32; LANES] {
    let mut sums = [0_u32; LANES];
    // 16 bits hold 256 weights of 8 bits, and twice as many lanes fit into a register.
    for units in units.chunks(256) {
        let mut part = [0_u16; LANES];
        for &unit in units {
            let of_unit = &weights[unit as usize];
            for (sum, &weight) in part.iter_mut().zip(of_unit) {
                *sum += u16::from(weight);
            }
        }
        for (sum, &part) in sums.iter_mut().zip(&part) {
            *sum += u32::from(part);
        }
    }
    sums
}

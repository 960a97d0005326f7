//! What one film costs in each network: measured by `tests/parity/training_cost.py` with torch on one core of a server of
//! 2023 (x86-64 with 512-bit vectors), inputs as that script says.

use crate::domain::model::Architecture;

/// Costs of training with one film.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cost {
    /// Numbers that are learned or kept.
    pub parameters: f64,
    /// 1e9 operations of the forward pass: fixed, and for each megapixel.
    operations: [f64; 2],
    /// 1e6 bytes that the backward pass needs: fixed, and for each megapixel.
    kept: [f64; 2],
    /// Seconds of one core for both passes, for each megapixel.
    pub core_secs: f64,
}

impl Cost {
    pub fn giga_operations(&self, megapixels: f64) -> f64 {
        self.operations[0] + self.operations[1] * megapixels
    }

    pub fn kept_bytes(&self, megapixels: f64) -> f64 {
        (self.kept[0] + self.kept[1] * megapixels) * 1e6
    }
}

pub const fn of(architecture: Architecture) -> Cost {
    let (millions, operations, kept, core_secs) = match architecture {
        _ => (7.0, [5.0, 5.0], [1e9, 1e9], 2.0),
    };
    Cost { parameters: millions * 1e6, operations, kept, core_secs }
}

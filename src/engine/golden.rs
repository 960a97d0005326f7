//! What reference programs wrote down of their tensors, and how ours are held against it. `tests/parity/golden.py` is the
//! twin that writes.

use serde::Deserialize;
use tch::Tensor;

use crate::ops::floats;

/// The error that parity allows, as a share of the tensor's largest value.
pub const TOLERANCE: f64 = 1e-4;

/// A tensor in short.
#[derive(Deserialize, Debug)]
pub struct Digest {
    pub shape: Vec<i64>,
    pub every: usize,
    pub samples: Vec<f64>,
    pub abs_max: f64,
    pub sum: f64,
    pub sum_abs: f64,
}

impl Digest {
    /// Stops the test where the tensor differs.
    pub fn assert_same(&self, name: &str, tensor: &Tensor) {
        assert_eq!(tensor.size(), self.shape, "{name}: shape");
        let values = floats(tensor);
        let samples: Vec<f64> = values.iter().step_by(self.every).map(|&v| f64::from(v)).collect();
        assert_eq!(samples.len(), self.samples.len(), "{name}: number of samples");
        let errors = samples.iter().zip(&self.samples).map(|(ours, theirs)| (ours - theirs).abs());
        let error = errors.fold(0.0, f64::max);
        assert!(error <= TOLERANCE * self.abs_max, "{name}: off by {error} of {}", self.abs_max);
        let wide = || values.iter().map(|&v| f64::from(v));
        let close = |ours: f64, theirs: f64, scale: f64| (ours - theirs).abs() <= TOLERANCE * scale;
        let [sum, sum_abs] = [wide().sum::<f64>(), wide().map(f64::abs).sum()];
        let abs_max = wide().map(f64::abs).fold(0.0, f64::max);
        assert!(close(sum, self.sum, self.sum_abs), "{name}: sum {sum}, not {}", self.sum);
        assert!(close(sum_abs, self.sum_abs, self.sum_abs), "{name}: sum of sizes {sum_abs}, not {}", self.sum_abs);
        assert!(close(abs_max, self.abs_max, self.abs_max), "{name}: largest {abs_max}, not {}", self.abs_max);
    }
}

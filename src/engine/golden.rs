//! What reference programs wrote down of their tensors, and how ours are held against it. `tests/parity/golden.py` is the
//! twin that writes.

use rachis::domain::model::hex_from_hash;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tch::{Kind, Tensor};

use crate::formula;
use crate::params::Params;

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
        let values = Vec::<f64>::try_from(tensor.detach().to_kind(Kind::Double).flatten(0, -1)).unwrap();
        let samples: Vec<f64> = values.iter().step_by(self.every).copied().collect();
        assert_eq!(samples.len(), self.samples.len(), "{name}: number of samples");
        let errors = samples.iter().zip(&self.samples).map(|(ours, theirs)| (ours - theirs).abs());
        let error = errors.fold(0.0, f64::max);
        assert!(error <= TOLERANCE * self.abs_max, "{name}: off by {error} of {}", self.abs_max);
        let close = |ours: f64, theirs: f64, scale: f64| (ours - theirs).abs() <= TOLERANCE * scale;
        let [sum, sum_abs] = [values.iter().sum::<f64>(), values.iter().map(|v| v.abs()).sum()];
        let abs_max = values.iter().map(|v| v.abs()).fold(0.0, f64::max);
        assert!(close(sum, self.sum, self.sum_abs), "{name}: sum {sum}, not {}", self.sum);
        assert!(close(sum_abs, self.sum_abs, self.sum_abs), "{name}: sum of sizes {sum_abs}, not {}", self.sum_abs);
        assert!(close(abs_max, self.abs_max, self.abs_max), "{name}: largest {abs_max}, not {}", self.abs_max);
    }
}

/// One case of a golden file.
#[derive(Debug)]
pub struct Golden(Value);

impl Golden {
    pub fn case(file: &str, case: &str) -> Self {
        let all: Value = serde_json::from_str(file).unwrap();
        Self(all.get(case).unwrap_or_else(|| panic!("no case {case}")).clone())
    }

    pub fn number(&self, key: &str) -> f64 {
        self.0[key].as_f64().unwrap_or_else(|| panic!("no number {key}"))
    }

    /// The network has the reference's tensors: the same names and shapes, none missing, none left over.
    pub fn assert_names(&self, params: &Params) {
        let mut lines: Vec<String> = params.iter().map(|(name, _, t)| format!("{name} {:?}\n", t.size())).collect();
        lines.sort();
        assert_eq!(lines.len() as u64, self.0["names"]["count"].as_u64().unwrap(), "{}", lines.concat());
        let digest = Sha256::digest(lines.concat());
        assert_eq!(
            hex_from_hash(&digest.into()),
            self.0["names"]["sha256"].as_str().unwrap(),
            "names or shapes differ:\n{}",
            lines.concat()
        );
    }

    /// A tensor of which the reference kept a digest.
    pub fn assert_near(&self, key: &str, found: &Tensor) {
        let digest = Digest::deserialize(&self.0[key]).unwrap_or_else(|_| panic!("the reference has no {key}"));
        assert!(digest.abs_max > 0.0, "{key}: all zero proves nothing");
        digest.assert_same(key, found);
    }

    /// A tensor that the reference kept whole; `tolerance` is in the tensor's own unit.
    pub fn assert_whole(&self, key: &str, found: &Tensor, tolerance: f64) {
        let kept = &self.0[key];
        assert!(kept.is_object(), "the reference has no {key}");
        assert_eq!(found.size(), shape(kept), "{key}");
        let found = Vec::<f64>::try_from(found.detach().to_kind(Kind::Double).flatten(0, -1)).unwrap();
        let values = kept["values"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap());
        for (i, (a, b)) in found.iter().zip(values).enumerate() {
            assert!((a - b).abs() <= tolerance, "{key}: value {i}: {a}, reference {b}");
        }
    }
}

fn shape(kept: &Value) -> Vec<i64> {
    kept["shape"].as_array().unwrap().iter().map(|side| side.as_i64().unwrap()).collect()
}

/// Fills a network from the formula.
pub fn fill(params: &mut Params) {
    fill_with_gain(params, |_| 1.0);
}

/// Fills a network from the formula, weights of two and more dimensions times the gain that their name has: deep networks
/// without it say the same of any film.
pub fn fill_with_gain(params: &mut Params, gain: impl Fn(&str) -> f64) {
    let mut state = formula::state(params);
    for (name, tensor) in &mut state {
        if tensor.dim() > 1 {
            *tensor = &*tensor * gain(name);
        }
    }
    params.load(&state).unwrap();
}

/// Lets the network compute in 64 bits. Gradients are held against references so: beside a kink, say of a ReLU, or where terms
/// cancel, the last bit of 32 decides, and each computer rounds it in its own way.
pub fn in_64_bits(params: &Params) {
    tch::no_grad(|| {
        for (_, _, tensor) in params.iter().filter(|(.., tensor)| tensor.is_floating_point()) {
            tensor.shallow_clone().set_data(&tensor.to_kind(Kind::Double));
        }
    });
}

/// Films from the formula, -1 to 1, named by `input` and the shape's numbers: `input 1 3 64 96`.
pub fn film(shape: &[i64]) -> Tensor {
    let name = shape.iter().fold("input".to_owned(), |name, side| format!("{name} {side}"));
    let values = formula::noise(&name, shape.iter().product::<i64>() as usize);
    Tensor::from_slice(&values).reshape(shape)
}

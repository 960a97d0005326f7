//! Weights and inputs from a formula of name and shape, which programs in other languages compute alike: what parity with
//! the reference implementations is tested with. `tests/parity/formula.py` is the twin.

use std::collections::BTreeMap;

use tch::{Kind, Tensor};

use crate::params::Params;

/// FNV-1a, 32 bits, of the name.
fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Values of -1 to 1, spread evenly: a 32-bit mixing of name and position (lowbias32 by Ellis Hale), exact in any
/// language.
pub fn noise(name: &str, len: usize) -> Vec<f32> {
    let seed = hash(name);
    let value = |i: u32| {
        let mut x = i.wrapping_mul(0x9e37_79b9) ^ seed;
        x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
        x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
        x ^= x >> 16;
        // 24 bits are exact in a 32-bit float.
        (x >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..len as u32).map(value).collect()
}

/// The same as a tensor, by libtorch's loops: millions of values would keep a test waiting that is built without
/// optimisation.
fn noise_tensor(name: &str, len: i64) -> Tensor {
    const LOW: i64 = 0xffff_ffff;
    let seed = i64::from(hash(name));
    let part = |start: i64| {
        let i = Tensor::arange_start(start, len.min(start + (1 << 20)), (Kind::Int64, tch::Device::Cpu));
        let mut x = (i * 0x9e37_79b9i64).bitwise_and(LOW).bitwise_xor(seed);
        for (shift, factor) in [(16, 0x7feb_352di64), (15, 0x846c_a68b)] {
            x = x.bitwise_xor_tensor(&x.bitwise_right_shift_tensor_scalar(shift));
            x = (x * factor).bitwise_and(LOW);
        }
        let x = x.bitwise_xor_tensor(&x.bitwise_right_shift_tensor_scalar(16)).bitwise_right_shift_tensor_scalar(8);
        x.to_kind(Kind::Float) / 8_388_608.0 - 1.0
    };
    Tensor::cat(&(0..len.max(1)).step_by(1 << 20).map(part).collect::<Vec<_>>(), 0)
}

/// The tensor that the formula gives a name and a shape. Running variances are 0.5 to 1.5 and norm weights 0.75 to 1.25;
/// EfficientDet's edge weights are 0.25 to 1.75; weights of two and more dimensions are scaled by sqrt(3 / fan in), so that signals keep their size; biases and
/// running means are within 0.1; counters are 0.
pub fn tensor(name: &str, shape: &[i64], kind: Kind) -> Tensor {
    let len: i64 = shape.iter().product();
    if kind == Kind::Int64 {
        return Tensor::zeros(shape, (kind, tch::Device::Cpu));
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    let values = noise_tensor(name, len);
    let fan_in = shape.iter().skip(1).product::<i64>().max(1) as f32;
    let scaled = match (last, shape.len()) {
        ("running_var", _) => values * 0.5 + 1.0,
        ("edge_weights", 1) => values * 0.75 + 1.0,
        ("weight", 1) => values * 0.25 + 1.0,
        (_, 2..) => values * f64::from((3.0 / fan_in).sqrt()),
        _ => values * f64::from(0.1f32),
    };
    scaled.reshape(shape).to_kind(kind)
}

/// A whole state dict for a network.
pub fn state(params: &Params) -> BTreeMap<String, Tensor> {
    params.iter().map(|(name, _, t)| (name.to_owned(), tensor(name, &t.size(), t.kind()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formula_is_what_its_python_twin_computes() {
        // python3 tests/parity/formula.py prints these.
        let [a, b, c] = [noise("conv0.weight", 3)[0], noise("conv0.weight", 3)[2], noise("input", 1000)[999]];
        assert_eq!([a, b, c], [TWIN[0], TWIN[1], TWIN[2]]);
    }

    #[test]
    fn a_tensor_holds_the_same_values_as_the_list() {
        let len = (1 << 20) + 5;
        let found = Vec::<f32>::try_from(noise_tensor("a.weight", len)).unwrap();
        assert_eq!(found, noise("a.weight", len as usize));
    }

    const TWIN: [f32; 3] = [0.031_396_985, 0.586_687_2, 0.487_857_1];
}

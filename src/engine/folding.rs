//! Norms folded into the convolution beside them, which at inference are one linear map: fewer passes over memory.

use std::cell::OnceCell;
use std::rc::Rc;

use tch::{Kind, Tensor};

use crate::precision::{Precision, channels_last};

/// A norm as it was learned.
#[derive(Debug)]
pub struct Learned {
    /// weight, bias, running mean, running variance, each (channels).
    pub values: [Tensor; 4],
    pub eps: f64,
}

impl Learned {
    /// What the norm multiplies each channel by and adds to it, in 64 bits.
    fn scale_and_shift(&self) -> [Tensor; 2] {
        let [weight, bias, mean, variance] = self.values.each_ref().map(|t| t.to_kind(Kind::Double));
        let scale = weight / (variance + self.eps).sqrt();
        let shift = bias - mean * &scale;
        [scale, shift]
    }
}

/// A convolution and the norms around it as they were learned, and as one convolution once the weights are final.
#[derive(Debug)]
pub struct Folding {
    /// A norm and a ReLU that come before the convolution, which is 1x1 then.
    before: Option<Learned>,
    /// (out, in / groups, k, k), no bias.
    conv: Tensor,
    after: Option<Learned>,
    folded: OnceCell<Folded>,
}

/// The one convolution.
#[derive(Debug)]
pub struct Folded {
    pub gate: Option<Gate>,
    pub weight: Tensor,
    pub bias: Tensor,
}

impl Folding {
    pub fn new(before: Option<Learned>, conv: &Tensor, after: Option<Learned>) -> Rc<Self> {
        Rc::new(Self { before, conv: conv.shallow_clone(), after, folded: OnceCell::new() })
    }

    /// `None` while the weights may still change.
    pub fn folded(&self) -> Option<&Folded> {
        self.folded.get()
    }

    /// For good. Computed in 64 bits and rounded once.
    pub fn fold(&self, precision: Precision) {
        let _guard = tch::no_grad_guard();
        let kind = precision.kind();
        let mut weight = self.conv.to_kind(Kind::Double);
        let mut bias = weight.new_zeros([weight.size()[0]], (Kind::Double, weight.device()));
        if let Some(norm) = &self.after {
            let [scale, shift] = norm.scale_and_shift();
            weight *= scale.reshape([-1, 1, 1, 1]);
            bias += shift;
        }
        let gate = self.before.as_ref().map(|norm| {
            let (gate, added);
            (gate, weight, added) = Gate::of(norm, &weight, kind);
            bias += added;
            gate
        });
        let _ =
            self.folded.set(Folded { gate, weight: channels_last(&weight.to_kind(kind)), bias: bias.to_kind(kind) });
    }
}

/// A norm and a ReLU of which the comparison is left: relu(s x + b) is s (max(x, t) - t) with t = -b / s, and for a
/// negative s it is s (min(x, t) - t). A 1x1 convolution takes s into its weights and -s t into its bias, so that one pass
/// over memory stays of two. x is compared and kept as it is, and the bias takes t out as rounded: in 16 bits no more is
/// lost than the rounding of that bias.
#[derive(Debug)]
pub struct Gate {
    /// (1, channels, 1, 1), minus infinity where a channel has none.
    least: Tensor,
    /// The same with infinity; `None` where no channel has one, which is quicker.
    most: Option<Tensor>,
}

/// A channel whose |t| is larger says the same of any film: s x is nothing beside b.
const MAX_THRESHOLD: f64 = 1e12;

impl Gate {
    /// The gate, the weights of the convolution after it and what its bias gets, both in 64 bits.
    fn of(norm: &Learned, weight: &Tensor, kind: Kind) -> (Self, Tensor, Tensor) {
        let [scale, shift] = norm.scale_and_shift();
        let along = |t: &Tensor| t.reshape([1, -1, 1, 1]);
        let exact = -(&shift / &scale);
        // Not a number where both are 0, which no comparison is true of.
        let is_moving = exact.abs().le(MAX_THRESHOLD);
        let threshold = exact.where_self(&is_moving, &exact.zeros_like()).to_kind(kind);
        let is_falling = scale.lt(0.0).logical_and(&is_moving);
        let has_most = is_falling.any().int64_value(&[]) != 0;
        let infinity = threshold.full_like(f64::INFINITY);
        let gate = Self {
            least: along(&threshold.where_self(&is_falling.logical_not(), &-&infinity)),
            most: has_most.then(|| along(&threshold.where_self(&is_falling, &infinity))),
        };
        // From the weights and thresholds as rounded: a gate that is shut adds nothing then.
        let moving = (weight * along(&(&scale * &is_moving))).to_kind(kind).to_kind(Kind::Double);
        let moving = moving.where_self(&along(&is_moving), &moving.zeros_like());
        let still = weight * along(&shift.relu().where_self(&is_moving.logical_not(), &shift.zeros_like()));
        let added = still - &moving * along(&threshold.to_kind(Kind::Double));
        (gate, moving, added.sum_dim_intlist([1i64, 2, 3].as_slice(), false, Kind::Double))
    }

    pub fn apply(&self, x: &Tensor) -> Tensor {
        match &self.most {
            Some(most) => x.clamp_tensor(Some(&self.least), Some(most)),
            None => x.maximum(&self.least),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::{ConvNorm, ConvSpec, Mode, Norm, NormReluConv};
    use crate::params::Params;
    use tch::Device;

    #[test]
    fn one_convolution_gives_what_two_steps_gave() {
        for norm in [Norm::Batch, Norm::Frozen] {
            let mut params = Params::new(Device::Cpu);
            let spec = ConvSpec::same(3).stride(2);
            let layer = ConvNorm::new(&mut params.root(), ["c", "n"], [5, 7], spec, norm);
            crate::golden::fill(&mut params);
            let x = crate::golden::film(&[2, 5, 17, 13]);
            let before = tch::no_grad(|| layer.forward(&x, Mode::Eval));
            params.fold(Precision::F32);
            let after = tch::no_grad(|| layer.forward(&x, Mode::Eval));
            let error = (&after - &before).abs().max().double_value(&[]) / before.abs().max().double_value(&[]);
            assert!(error < 1e-5 && !after.equal(&before), "{error}");
        }
    }

    #[test]
    fn a_norm_and_a_relu_before_it_leave_a_comparison() {
        // Rising, falling, still at a positive and at a negative value and at 0, hardly moving.
        let scales = Tensor::from_slice(&[1.5f32, -0.8, 0.0, 0.0, 0.0, 1e-20, -1e-20, 0.4]);
        let shifts = Tensor::from_slice(&[0.3f32, 0.2, 0.7, -0.7, 0.0, 0.4, 0.5, -0.1]);
        for has_falling in [true, false] {
            for (precision, most) in [(Precision::F32, 1e-5), (Precision::BF16, 0.02)] {
                let mut params = Params::new(Device::Cpu);
                let spec = ConvSpec::same(1);
                let layer = NormReluConv::new(&mut params.root(), ["before", "c"], Some("after"), [8, 6], spec);
                crate::golden::fill(&mut params);
                tch::no_grad(|| {
                    let scales = if has_falling { scales.shallow_clone() } else { scales.abs() };
                    params.get("before.weight").unwrap().shallow_clone().copy_(&scales);
                    params.get("before.bias").unwrap().shallow_clone().copy_(&shifts);
                });
                let x = crate::golden::film(&[2, 8, 9, 6]).to_kind(precision.kind()).to_kind(Kind::Float);
                let before = tch::no_grad(|| layer.forward(&x, Mode::Eval));
                let halved = tch::no_grad(|| layer.forward_halved(&x, Mode::Eval));
                params.fold(precision);
                let x = x.to_kind(precision.kind());
                for (before, after) in [
                    (before, tch::no_grad(|| layer.forward(&x, Mode::Eval))),
                    (halved, tch::no_grad(|| layer.forward_halved(&x, Mode::Eval))),
                ] {
                    let error = (after.to_kind(Kind::Float) - &before).abs().max() / before.abs().max();
                    assert!(error.double_value(&[]) < most, "{precision:?} {has_falling} {error}");
                }
            }
        }
    }

    #[test]
    fn a_shut_gate_adds_no_more_than_its_bias_is_rounded_by() {
        for (precision, digits) in [(Precision::F32, 24), (Precision::BF16, 8)] {
            let mut params = Params::new(Device::Cpu);
            let layer = NormReluConv::new(&mut params.root(), ["before", "c"], None, [1, 1], ConvSpec::same(1));
            let _ = tch::no_grad(|| params.get("before.bias").unwrap().shallow_clone().fill_(-0.3));
            let weight = params.get("c.weight").unwrap().double_value(&[0, 0, 0, 0]);
            params.fold(precision);
            let x = Tensor::full([1, 1, 1, 1], -5.0, (precision.kind(), Device::Cpu));
            let y = tch::no_grad(|| layer.forward(&x, Mode::Eval)).double_value(&[0, 0, 0, 0]);
            assert!(y.abs() <= 2f64.powi(-digits) * (0.301 * weight).abs(), "{precision:?} {y}");
        }
    }
}

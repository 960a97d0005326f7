//! A norm folded into the convolution before it, which at inference are one linear map: one pass over memory less.

use std::cell::OnceCell;
use std::rc::Rc;

use tch::{Kind, Tensor};

use crate::precision::{Precision, channels_last};

/// A convolution and its norm as they were learned, and as one convolution once the weights are final.
#[derive(Debug)]
pub struct Folding {
    /// (out, in / groups, k, k), no bias.
    pub conv: Tensor,
    /// weight, bias, running mean, running variance, each (out).
    pub norm: [Tensor; 4],
    pub eps: f64,
    folded: OnceCell<(Tensor, Tensor)>,
}

impl Folding {
    pub fn new(conv: &Tensor, norm: [&Tensor; 4], eps: f64) -> Rc<Self> {
        let norm = norm.map(Tensor::shallow_clone);
        Rc::new(Self { conv: conv.shallow_clone(), norm, eps, folded: OnceCell::new() })
    }

    /// Weight and bias of the one convolution; `None` while the weights may still change.
    pub fn folded(&self) -> Option<&(Tensor, Tensor)> {
        self.folded.get()
    }

    /// For good. Computed in 64 bits and rounded once.
    pub fn fold(&self, precision: Precision) {
        let _guard = tch::no_grad_guard();
        let [weight, bias, mean, variance] = self.norm.each_ref().map(|t| t.to_kind(Kind::Double));
        let scale = weight / (variance + self.eps).sqrt();
        let shift = bias - mean * &scale;
        let conv = self.conv.to_kind(Kind::Double) * scale.reshape([-1, 1, 1, 1]);
        let kind = precision.kind();
        let _ = self.folded.set((channels_last(&conv.to_kind(kind)), shift.to_kind(kind)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::{ConvNorm, ConvSpec, Mode, Norm};
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
}

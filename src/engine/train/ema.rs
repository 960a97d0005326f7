//! A running average of a network's weights, which is often a little better than the weights themselves.

use std::collections::BTreeMap;

use tch::{Kind, Tensor};

use crate::params::Params;

/// As timm's `ModelEmaV2`: of parameters and running statistics, from the first weights on. Counters are taken as they
/// are.
#[derive(Debug)]
pub struct Ema {
    decay: f64,
    averages: BTreeMap<String, Tensor>,
}

impl Ema {
    pub fn new(params: &Params, decay: f64) -> Self {
        Self { decay, averages: values(params) }
    }

    /// After each step.
    pub fn update(&mut self, params: &Params) {
        let _guard = tch::no_grad_guard();
        for (name, _, value) in params.iter() {
            let Some(average) = self.averages.get_mut(name) else { continue };
            if average.kind() == Kind::Float {
                let _ = average.lerp_(value, 1.0 - self.decay);
            } else {
                average.copy_(value);
            }
        }
    }

    /// By name, as a state dict has them.
    pub const fn averages(&self) -> &BTreeMap<String, Tensor> {
        &self.averages
    }

    /// Takes up what [`Self::averages`] gave; a name that is not there is told.
    pub fn restore(&mut self, find: impl Fn(&str) -> Option<Tensor>) -> Result<(), String> {
        let _guard = tch::no_grad_guard();
        for (name, average) in &mut self.averages {
            let found = find(name).filter(|found| found.size() == average.size()).ok_or_else(|| name.clone())?;
            average.copy_(&found);
        }
        Ok(())
    }
}

/// Copies of all weights.
pub fn values(params: &Params) -> BTreeMap<String, Tensor> {
    let _guard = tch::no_grad_guard();
    params.iter().map(|(name, _, tensor)| (name.to_owned(), tensor.detach().copy())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Init;
    use tch::Device;

    #[test]
    fn an_average_follows_slowly_and_counters_at_once() {
        let mut params = Params::new(Device::Cpu);
        let mut weight = params.root().parameter("weight", &[2], Init::Const(1.0));
        let mut mean = params.root().buffer("running_mean", &[1], 0.0);
        let mut count = params.root().counter("num_batches_tracked");
        let mut ema = Ema::new(&params, 0.75);
        tch::no_grad(|| {
            let (_, _, _) = (weight.fill_(5.0), mean.fill_(8.0), count.fill_(3));
        });
        ema.update(&params);
        let value = |ema: &Ema, name: &str| ema.averages()[name].sum(Kind::Double).double_value(&[]);
        assert_eq!(
            (value(&ema, "weight"), value(&ema, "running_mean"), value(&ema, "num_batches_tracked")),
            (4.0, 2.0, 3.0)
        );
        ema.update(&params);
        assert_eq!(value(&ema, "weight"), 5.5);
        let kept: BTreeMap<String, Tensor> = ema.averages().iter().map(|(name, t)| (name.clone(), t.copy())).collect();
        let mut other = Ema::new(&params, 0.75);
        other.restore(|name| kept.get(name).map(Tensor::shallow_clone)).unwrap();
        assert_eq!(value(&other, "weight"), 5.5);
        assert_eq!(other.restore(|_| None), Err("num_batches_tracked".to_owned()));
    }
}

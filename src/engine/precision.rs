//! How exactly networks compute: 32-bit floats, or bfloat16 where the device has matrix units for it.

use rachis::domain::model::Architecture;
use tch::{Device, Kind, Tensor};

use crate::params::Params;

/// The number type of activations and of large weights. Norms keep their 32 bits in both, as in PyTorch's own mixed
/// precision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Precision {
    F32,
    BF16,
}

impl Precision {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::BF16 => "bf16",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::F32, Self::BF16].into_iter().find(|one| one.as_str() == text)
    }

    pub const fn kind(self) -> Kind {
        match self {
            Self::F32 => Kind::Float,
            Self::BF16 => Kind::BFloat16,
        }
    }

    /// Networks whose boxes are computed in 32 bits whatever the activations are, and that are large enough to gain.
    pub fn suits(self, architecture: Architecture) -> bool {
        use Architecture as A;
        match self {
            Self::F32 => true,
            Self::BF16 => matches!(
                architecture,
                A::DenseNet121
                    | A::DenseNet169
                    | A::DenseNet201
                    | A::FasterRcnnResNet18
                    | A::FasterRcnnResNet34
                    | A::FasterRcnnResNet50
                    | A::RetinaNetResNet18
                    | A::RetinaNetResNet34
                    | A::RetinaNetResNet50
            ),
        }
    }

    /// What pays on a device, the fastest first.
    ///
    /// Cards below compute capability 8.0 emulate bfloat16, which is slow there but right. tch can't tell a card's
    /// capability, so bf16 is tried on all; `f32` asked for by name is the way round.
    pub fn worth_using(device: Device) -> &'static [Self] {
        match device {
            Device::Cuda(_) => &[Self::BF16, Self::F32],
            _ if has_bf16_matrix_units() => &[Self::BF16, Self::F32],
            _ => &[Self::F32],
        }
    }
}

/// AMX-BF16 or AVX512-BF16 (Intel's manual, CPUID leaf 7): elsewhere bfloat16 is emulated and slower than 32 bits.
#[cfg(target_arch = "x86_64")]
fn has_bf16_matrix_units() -> bool {
    use std::arch::x86_64::__cpuid_count;
    let (features, more) = (__cpuid_count(7, 0), __cpuid_count(7, 1));
    let has_amx = features.edx & (1 << 22) != 0;
    let has_avx512 = more.eax & (1 << 5) != 0;
    has_amx || has_avx512
}

#[cfg(not(target_arch = "x86_64"))]
fn has_bf16_matrix_units() -> bool {
    false
}

/// The classifiers' last layers keep 32 bits: they cost nothing, and a logit of 8 bits is a coarse one.
const LAST_LAYERS: [&str; 2] = ["classifier.", "head.heads.0."];

/// A tensor of four dimensions with its channels side by side in memory, which convolutions are fastest with.
pub fn channels_last(x: &Tensor) -> Tensor {
    x.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2])
}

/// Turns a network's weights to a precision, convolutions to channels-last, and folds norms. What the layers hold changes
/// with them, for good.
///
/// A norm, told by its weight of one dimension, keeps 32 bits.
pub fn lower(params: &mut Params, precision: Precision) {
    // From the weights as they were learned.
    params.fold(precision);
    let is_norm: Vec<String> = params
        .iter()
        .filter_map(|(name, _, tensor)| {
            let place = name.strip_suffix(".weight")?;
            (tensor.dim() == 1).then(|| format!("{place}."))
        })
        .collect();
    params.replace(|name, tensor| {
        let place = &name[..=name.rfind('.').unwrap_or(0)];
        let is_float = tensor.kind() == Kind::Float;
        let is_kept = is_norm.iter().any(|norm| norm == place) || LAST_LAYERS.contains(&place);
        let kind = if is_float && !is_kept { precision.kind() } else { tensor.kind() };
        let tensor = tensor.to_kind(kind);
        if tensor.dim() == 4 { channels_last(&tensor) } else { tensor }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::{BatchNorm2d, Conv2d, ConvSpec, Mode};
    use crate::params::Init;

    #[test]
    fn layers_follow_their_parameters_and_norms_keep_their_bits() {
        let mut params = Params::new(Device::Cpu);
        let conv = Conv2d::new(params.root().sub("c"), 3, 4, ConvSpec::same(3).with_bias(Init::Const(0.0)));
        let norm = BatchNorm2d::new(params.root().sub("n"), 4);
        lower(&mut params, Precision::BF16);
        assert_eq!(conv.weight.kind(), Kind::BFloat16);
        assert_eq!(conv.weight.stride()[1], 1);
        assert_eq!(conv.bias.as_ref().unwrap().kind(), Kind::BFloat16);
        assert_eq!(params.get("n.running_var").unwrap().kind(), Kind::Float);
        assert_eq!(params.get("n.bias").unwrap().kind(), Kind::Float);
        let x = channels_last(&Tensor::ones([1, 3, 5, 6], (Kind::BFloat16, Device::Cpu)));
        let y = tch::no_grad(|| norm.forward(&conv.forward(&x), Mode::Eval));
        assert_eq!((y.kind(), y.size()), (Kind::BFloat16, vec![1, 4, 5, 6]));
    }
}

//! The focal loss of many logits of which few should be 1: the many are gone over once, the few are put right after.

use tch::{Kind, Tensor};

use crate::ops::places;

/// How focal a loss is. Lin et al., "Focal Loss for Dense Object Detection", 2017.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Focal {
    pub alpha: f64,
    pub gamma: f64,
}

impl Focal {
    /// RetinaNet's paper; Sparse R-CNN has the same.
    pub const RETINA: Self = Self { alpha: 0.25, gamma: 2.0 };

    /// Loss of logits (n) that should be 0, one each.
    pub fn of_zeros(self, logits: &Tensor) -> Tensor {
        // -log(1 - p) is softplus(x). libtorch takes x itself above 20, where the two are one in 32 bits.
        self.power(&logits.sigmoid()) * logits.softplus() * (1.0 - self.alpha)
    }

    /// Loss of logits (n) that should be 1.
    pub fn of_ones(self, logits: &Tensor) -> Tensor {
        let inverse = -logits;
        self.power(&inverse.sigmoid()) * inverse.softplus() * self.alpha
    }

    fn power(self, p: &Tensor) -> Tensor {
        // A product is several times faster than a power, there and back.
        if self.gamma == 2.0 { p * p } else { p.pow_tensor_scalar(self.gamma) }
    }

    /// The sums of each film of logits (films, anchors, classes), (films). `matches` (films, anchors): a class from 0,
    /// [`super::matching::BELOW`] where all classes should be 0, [`super::matching::BETWEEN`] where none counts.
    pub fn sums(self, logits: &Tensor, matches: &Tensor) -> Tensor {
        let [films, _, classes] = [0, 1, 2].map(|side| logits.size()[side]);
        let flat = logits.reshape([-1]);
        let classes_of = matches.reshape([-1]);
        let anchors = classes_of.ge(0).nonzero().squeeze_dim(1);
        let ones = &anchors * classes + classes_of.index_select(0, &anchors);
        let counts = classes_of.ge(-1).to_kind(logits.kind()).unsqueeze(1).repeat([1, classes]).reshape([-1]);
        let counts = counts.index_fill(0, &ones, 0.0);
        let zeros = (self.of_zeros(&flat) * counts).reshape([films, -1]).sum_dim_intlist(1, false, logits.kind());
        let of_ones = self.of_ones(&flat.index_select(0, &ones));
        let film = anchors.divide_scalar_mode(logits.size()[1], "floor");
        zeros.index_add(0, &film, &of_ones)
    }
}

/// Whole numbers (films) as 32-bit floats of at least 1: what sums are divided by.
pub fn at_least_one(counts: &[i64], device: tch::Device) -> Tensor {
    places(counts, device).to_kind(Kind::Float).clamp_min(1.0)
}

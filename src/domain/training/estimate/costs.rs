//! What one film costs in each network: measured by `tests/parity/training_cost.py` with torch on one core of a server of
//! 2023 (x86-64 with 512-bit vectors), inputs as that script says.
//! The seconds of DenseNet-169 and 201, of the ResNets 18 and 34 of Faster R-CNN, 34 and 50 of RetinaNet, and of EfficientDet-D1 follow from
//! their families' by operations.

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
        Architecture::DenseNet121 => (6.955, [0.0, 112.9], [0.3, 2598.0], 8.74),
        Architecture::DenseNet169 => (12.486, [0.0, 133.9], [0.6, 3135.0], 10.36),
        Architecture::DenseNet201 => (18.095, [0.0, 171.0], [0.9, 4045.0], 13.23),
        Architecture::DenseNetSmall => (0.235, [0.0, 7.1], [0.0, 381.6], 1.29),
        Architecture::FasterRcnnResNet18 => (28.305, [14.3, 272.9], [29.9, 500.0], 14.35),
        Architecture::FasterRcnnResNet34 => (38.405, [5.3, 358.0], [11.3, 623.8], 18.16),
        Architecture::FasterRcnnResNet50 => (41.330, [14.3, 375.0], [30.0, 1082.0], 19.46),
        Architecture::FasterRcnnSmall => (1.780, [0.9, 18.1], [7.5, 134.0], 2.06),
        Architecture::RetinaNetResNet18 => (19.296, [0.0, 304.5], [0.0, 499.2], 9.25),
        Architecture::RetinaNetResNet34 => (29.397, [0.0, 378.3], [0.0, 599.2], 11.49),
        Architecture::RetinaNetResNet50 => (32.272, [0.0, 400.5], [0.1, 1081.2], 12.17),
        Architecture::RetinaNetSmall => (1.251, [0.0, 21.7], [0.0, 165.4], 1.22),
        Architecture::EfficientDetD0 => (3.829, [0.0, 17.0], [0.0, 2116.5], 4.14),
        Architecture::EfficientDetD1 => (6.556, [0.0, 26.6], [0.0, 3039.7], 5.30),
        Architecture::EfficientDetD2 => (8.007, [0.0, 33.2], [0.0, 3418.3], 6.34),
        Architecture::EfficientDetSmall => (0.606, [0.0, 3.3], [0.0, 744.9], 1.38),
        Architecture::SparseRcnnResNet50 => (106.125, [17.8, 276.2], [204.5, 911.0], 17.79),
        Architecture::SparseRcnnSmall => (2.071, [0.1, 11.8], [5.4, 91.2], 0.81),
        // No one trains these.
        Architecture::TorchScriptClassifier | Architecture::TorchScriptDetector => (0.0, [0.0; 2], [0.0; 2], 0.0),
    };
    Cost { parameters: millions * 1e6, operations, kept, core_secs }
}

//! The stages of a network's body by the names of its parameters: what may be left as it is while the rest learns.

/// Which stage a parameter belongs to, from 1: the stem, then one for each halving of the size, as detectron2's FREEZE_AT
/// counts (1 is the stem, 2 adds res2). `None` behind the body.
#[allow(dead_code, reason = "the training loop freezes stages by it")]
pub fn stage_of(name: &str) -> Option<u64> {
    let name = ["backbone.bottom_up.", "backbone.body.", "backbone.", "features."]
        .into_iter()
        .find_map(|prefix| name.strip_prefix(prefix))?;
    let first = name.split('.').next().unwrap_or_default();
    let number = |prefix: &str| first.strip_prefix(prefix).and_then(|rest| rest.parse::<u64>().ok());
    match first {
        "conv1" | "bn1" | "conv_stem" | "stem" | "conv0" | "norm0" => return Some(1),
        // EfficientNet's seven groups of blocks; the second, third, fourth and sixth halve the size.
        "blocks" => {
            let group: usize = name.split('.').nth(1)?.parse().ok()?;
            return [2, 2, 3, 4, 4, 5, 5].get(group).copied();
        }
        _ => {}
    }
    // ResNet, the same in detectron2's names, DenseNet in torchvision's and in the released code's.
    let counted = number("layer").or_else(|| number("denseblock")).or_else(|| number("block"));
    counted.or_else(|| number("transition")).map(|no| no + 1).or_else(|| number("res"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{Options, build};
    use crate::params::Params;
    use rachis::domain::model::Architecture;
    use tch::Device;

    #[test]
    fn every_network_has_five_stages_and_something_behind_them() {
        let of = |architecture| {
            let mut params = Params::new(Device::Cpu);
            build(architecture, &Options::new(3), &mut params).unwrap();
            let mut counts = [0; 6];
            for (name, ..) in params.iter() {
                counts[stage_of(name).unwrap_or(0) as usize] += 1;
            }
            counts
        };
        for architecture in [
            Architecture::DenseNetSmall,
            Architecture::FasterRcnnSmall,
            Architecture::RetinaNetSmall,
            Architecture::EfficientDetSmall,
            Architecture::SparseRcnnSmall,
        ] {
            let counts = of(architecture);
            assert!(counts.iter().all(|count| *count > 0), "{architecture:?} {counts:?}");
        }
        // A stem has a convolution and a norm of five tensors, and layer1 two blocks of two.
        assert_eq!(of(Architecture::FasterRcnnSmall)[1..3], [6, 24]);
        assert_eq!(of(Architecture::SparseRcnnSmall)[1..3], [6, 24]);
        assert_eq!(of(Architecture::EfficientDetSmall)[1], 6);
        assert_eq!(stage_of("backbone.fpn.inner_blocks.0.0.weight"), None);
        assert_eq!(stage_of("backbone.transition2.conv.weight"), Some(3));
    }
}

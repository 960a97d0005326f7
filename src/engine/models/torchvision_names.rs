//! Names that torchvision's detectors had before version 0.13, which its published weights still have.

use std::collections::BTreeMap;

use tch::Tensor;

/// The state dict with today's names, as torchvision itself renames on loading: `rpn.head.conv`, the pyramid's blocks and
/// RetinaNet's towers got one or two steps more. Names of today stay.
pub fn with_current_names(state: BTreeMap<String, Tensor>) -> BTreeMap<String, Tensor> {
    state.into_iter().map(|(name, tensor)| (current_name(&name).unwrap_or(name), tensor)).collect()
}

/// Whether it is a name that has another today.
pub fn is_old(name: &str) -> bool {
    current_name(name).is_some()
}

fn current_name(name: &str) -> Option<String> {
    let steps: Vec<&str> = name.split('.').collect();
    match steps.as_slice() {
        ["rpn", "head", "conv", last @ ("weight" | "bias")] => Some(format!("rpn.head.conv.0.0.{last}")),
        [before @ .., blocks @ ("inner_blocks" | "layer_blocks"), no, last @ ("weight" | "bias")] => {
            Some(format!("{}.{blocks}.{no}.0.{last}", before.join(".")).trim_start_matches('.').to_owned())
        }
        // A list of convolutions with a ReLU after each: every second place.
        ["head", head @ ("classification_head" | "regression_head"), "conv", no, last @ ("weight" | "bias")] => {
            Some(format!("head.{head}.conv.{}.0.{last}", no.parse::<usize>().ok()? / 2))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_names_become_the_ones_of_today_and_those_stay() {
        for (old, current) in [
            ("rpn.head.conv.weight", "rpn.head.conv.0.0.weight"),
            ("backbone.fpn.inner_blocks.3.bias", "backbone.fpn.inner_blocks.3.0.bias"),
            ("fpn.layer_blocks.0.weight", "fpn.layer_blocks.0.0.weight"),
            ("head.classification_head.conv.6.weight", "head.classification_head.conv.3.0.weight"),
            ("head.regression_head.conv.2.bias", "head.regression_head.conv.1.0.bias"),
        ] {
            assert_eq!(current_name(old).as_deref(), Some(current));
            assert_eq!(current_name(current), None);
        }
        for same in ["backbone.body.conv1.weight", "rpn.head.cls_logits.bias", "head.regression_head.bbox_reg.weight"] {
            assert_eq!(current_name(same), None);
        }
    }

    #[test]
    fn published_weights_are_known_by_their_names() {
        use crate::layers::Norm;
        use crate::models::Options;
        let norm = |names: &[&str]| Options::of_names(2, names.iter().copied()).norm;
        assert_eq!(norm(&["backbone.body.bn1.weight", "rpn.head.conv.weight"]), Norm::FrozenWithoutEps);
        assert_eq!(norm(&["backbone.body.bn1.weight", "rpn.head.conv.0.0.weight"]), Norm::Frozen);
        assert_eq!(norm(&["backbone.body.bn1.num_batches_tracked", "rpn.head.conv.weight"]), Norm::Batch);
    }
}

//! Which network a file of weights is of, as the names and shapes of its tensors tell.
//!
//! Names are those of torchvision, effdet, the released Sparse R-CNN and the released VinDr-SpineXR classifier.

use std::collections::BTreeMap;

use super::model::Architecture;

/// Names and shapes of a file's tensors.
pub type TensorShapes = BTreeMap<String, Vec<usize>>;

/// What the tensors tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ModelGuess {
    pub architecture: Architecture,
    /// Without background; a classifier has one.
    pub num_classes: usize,
    /// The names are those of the code released with VinDr-SpineXR, which has an input of its own.
    pub is_released: bool,
}

/// Anchors of each place of a feature map: three sizes, three ratios (RetinaNet and EfficientDet).
const ANCHORS: usize = 9;

/// Networks that are like one that is known, and are another: why they can't be taken, as the end of a sentence.
pub fn unfit(shapes: &TensorShapes) -> Option<&'static str> {
    // The norm of the first convolution; the first version has none in its heads.
    shapes.contains_key("head.classification_head.conv.0.1.weight").then_some(
        "it is torchvision's second RetinaNet (retinanet_resnet50_fpn_v2), whose heads have norms that Rachis does not \
         compute; train the first one (retinanet_resnet50_fpn)",
    )
}

/// The network that these tensors are of; `None` where it is none of those that are known.
pub fn guess(shapes: &TensorShapes) -> Option<ModelGuess> {
    if unfit(shapes).is_some() {
        return None;
    }
    densenet(shapes)
        .or_else(|| faster_rcnn(shapes))
        .or_else(|| retinanet(shapes))
        .or_else(|| efficientdet(shapes))
        .or_else(|| sparse_rcnn(shapes))
}

/// Whether these tensors can be a network of this architecture with that many classes; if not, why, as the end of a
/// sentence.
pub fn check(shapes: &TensorShapes, architecture: Architecture, num_classes: usize) -> Result<(), String> {
    if let Some(why) = unfit(shapes) {
        return Err(why.to_owned());
    }
    let Some(found) = guess(shapes) else {
        let named: Vec<&str> = shapes.keys().take(3).map(String::as_str).collect();
        let begin =
            if named.is_empty() { "it holds none".to_owned() } else { format!("they begin with {}", named.join(", ")) };
        return Err(format!("its tensors have the names of no network that Rachis knows ({begin})"));
    };
    let (is, said) = (found.architecture.as_str(), architecture.as_str());
    if found.architecture != architecture {
        return Err(format!("its tensors are those of {is}, not of {said}"));
    }
    if found.num_classes != num_classes {
        return Err(format!(
            "its last layer has outputs for {}, not for {}",
            counted(found.num_classes),
            counted(num_classes)
        ));
    }
    Ok(())
}

fn counted(num: usize) -> String {
    if num == 1 { "1 class".to_owned() } else { format!("{num} classes") }
}

fn dim(shapes: &TensorShapes, name: &str, axis: usize) -> Option<usize> {
    shapes.get(name)?.get(axis).copied()
}

fn densenet(shapes: &TensorShapes) -> Option<ModelGuess> {
    let is_torchvision = shapes.contains_key("features.conv0.weight");
    let (last, block3) = if is_torchvision {
        ("classifier.weight", "features.denseblock3.")
    } else if shapes.contains_key("backbone.stem.0.weight") {
        ("head.heads.0.weight", "backbone.block3.")
    } else {
        return None;
    };
    // The length of the third block and the width of the last layer tell the sizes apart.
    let is_first_convolution = |name: &String| name.starts_with(block3) && name.ends_with("conv1.weight");
    let depth = shapes.keys().filter(|name| is_first_convolution(name)).count();
    let architecture = match (depth, dim(shapes, last, 1)?) {
        (24, 1024) => Architecture::DenseNet121,
        (32, 1664) => Architecture::DenseNet169,
        (48, 1920) => Architecture::DenseNet201,
        (8, 145) => Architecture::DenseNetSmall,
        _ => return None,
    };
    Some(ModelGuess { architecture, num_classes: dim(shapes, last, 0)?, is_released: !is_torchvision })
}

/// A detector's ResNet under `backbone.body`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Body {
    Small,
    R18,
    R34,
    R50,
}

fn body(shapes: &TensorShapes) -> Option<Body> {
    let has = |name: &str| shapes.contains_key(&format!("backbone.body.{name}.weight"));
    let blocks = (0..64).take_while(|n| has(&format!("layer3.{n}.conv1"))).count();
    match (dim(shapes, "backbone.body.conv1.weight", 0)?, has("layer1.0.conv3"), blocks) {
        (16, false, 2) => Some(Body::Small),
        (64, false, 2) => Some(Body::R18),
        (64, false, 6) => Some(Body::R34),
        (64, true, 6) => Some(Body::R50),
        _ => None,
    }
}

fn faster_rcnn(shapes: &TensorShapes) -> Option<ModelGuess> {
    let outputs = dim(shapes, "roi_heads.box_predictor.cls_score.weight", 0)?;
    // torchvision's second version has convolutions in its box head, which is another network.
    if !shapes.contains_key("rpn.head.cls_logits.weight") || !shapes.contains_key("roi_heads.box_head.fc6.weight") {
        return None;
    }
    let architecture = match body(shapes)? {
        Body::Small => Architecture::FasterRcnnSmall,
        Body::R18 => Architecture::FasterRcnnResNet18,
        Body::R34 => Architecture::FasterRcnnResNet34,
        Body::R50 => Architecture::FasterRcnnResNet50,
    };
    // Output 0 is the background.
    Some(ModelGuess { architecture, num_classes: outputs.checked_sub(1)?, is_released: false })
}

fn retinanet(shapes: &TensorShapes) -> Option<ModelGuess> {
    let outputs = dim(shapes, "head.classification_head.cls_logits.weight", 0)?;
    let architecture = match body(shapes)? {
        Body::Small => Architecture::RetinaNetSmall,
        Body::R18 => Architecture::RetinaNetResNet18,
        Body::R34 => Architecture::RetinaNetResNet34,
        Body::R50 => Architecture::RetinaNetResNet50,
    };
    let num_classes = outputs / ANCHORS;
    (outputs % ANCHORS == 0).then_some(ModelGuess { architecture, num_classes, is_released: false })
}

fn efficientdet(shapes: &TensorShapes) -> Option<ModelGuess> {
    let predict = "class_net.predict.conv_pw.weight";
    let (outputs, channels) = (dim(shapes, predict, 0)?, dim(shapes, predict, 1)?);
    dim(shapes, "backbone.conv_stem.weight", 0)?;
    let architecture = match channels {
        64 => Architecture::EfficientDetD0,
        88 => Architecture::EfficientDetD1,
        112 => Architecture::EfficientDetD2,
        ..64 => Architecture::EfficientDetSmall,
        _ => return None,
    };
    let num_classes = outputs / ANCHORS;
    (outputs % ANCHORS == 0).then_some(ModelGuess { architecture, num_classes, is_released: false })
}

fn sparse_rcnn(shapes: &TensorShapes) -> Option<ModelGuess> {
    let hidden = dim(shapes, "init_proposal_features.weight", 1)?;
    let num_classes = dim(shapes, "head.head_series.0.class_logits.weight", 0)?;
    let architecture = match hidden {
        256 => Architecture::SparseRcnnResNet50,
        ..256 => Architecture::SparseRcnnSmall,
        _ => return None,
    };
    Some(ModelGuess { architecture, num_classes, is_released: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(named: &[(&str, &[usize])]) -> TensorShapes {
        named.iter().map(|(name, shape)| ((*name).to_owned(), shape.to_vec())).collect()
    }

    fn blocks(shapes: &mut TensorShapes, from: &str, num: usize, end: &str) {
        shapes.extend((0..num).map(|n| (format!("{from}{n}{end}"), vec![1])));
    }

    /// Shapes as torchvision's constructors give them.
    fn detector(stem: usize, num_blocks: usize, is_bottleneck: bool, head: &[(&str, &[usize])]) -> TensorShapes {
        let mut all = shapes(head);
        all.extend(shapes(&[("backbone.body.conv1.weight", &[stem, 3, 7, 7])]));
        blocks(&mut all, "backbone.body.layer3.", num_blocks, ".conv1.weight");
        if is_bottleneck {
            all.extend(shapes(&[("backbone.body.layer1.0.conv3.weight", &[256, 64, 1, 1])]));
        }
        all
    }

    #[test]
    fn a_network_is_known_by_its_tensors() {
        use Architecture::{
            DenseNet121, DenseNet201, DenseNetSmall, EfficientDetD0, EfficientDetD2, EfficientDetSmall,
            FasterRcnnResNet50, FasterRcnnSmall, RetinaNetResNet18, RetinaNetResNet34, SparseRcnnResNet50,
        };
        let dense = |num: usize, width: usize, outputs: usize| {
            let mut all =
                shapes(&[("features.conv0.weight", &[64, 3, 7, 7]), ("classifier.weight", &[outputs, width])]);
            blocks(&mut all, "features.denseblock3.denselayer", num, ".conv1.weight");
            all
        };
        let mut released = shapes(&[("backbone.stem.0.weight", &[64, 3, 7, 7]), ("head.heads.0.weight", &[1, 1920])]);
        blocks(&mut released, "backbone.block3.denselayer", 48, ".conv1.weight");
        let faster: &[(&str, &[usize])] = &[
            ("roi_heads.box_predictor.cls_score.weight", &[8, 1024]),
            ("roi_heads.box_head.fc6.weight", &[1024, 12544]),
            ("rpn.head.cls_logits.weight", &[3, 256, 1, 1]),
        ];
        let retina: &[(&str, &[usize])] = &[("head.classification_head.cls_logits.weight", &[63, 256, 3, 3])];
        let efficient = |outputs: usize, channels: usize| {
            shapes(&[
                ("backbone.conv_stem.weight", &[32, 3, 3, 3]),
                ("class_net.predict.conv_pw.weight", &[outputs, channels, 1, 1]),
            ])
        };
        let sparse = shapes(&[
            ("init_proposal_features.weight", &[100, 256]),
            ("head.head_series.0.class_logits.weight", &[7, 256]),
        ]);
        for (all, expected) in [
            (dense(24, 1024, 1), Some((DenseNet121, 1))),
            (dense(48, 1920, 1), Some((DenseNet201, 1))),
            (dense(8, 145, 1), Some((DenseNetSmall, 1))),
            (dense(24, 1024, 1000), Some((DenseNet121, 1000))),
            (dense(36, 2208, 1), None),
            (released, Some((DenseNet201, 1))),
            (detector(64, 6, true, faster), Some((FasterRcnnResNet50, 7))),
            (detector(16, 2, false, faster), Some((FasterRcnnSmall, 7))),
            (detector(64, 23, true, faster), None),
            (detector(64, 2, false, retina), Some((RetinaNetResNet18, 7))),
            (detector(64, 6, false, retina), Some((RetinaNetResNet34, 7))),
            (efficient(117, 64), Some((EfficientDetD0, 13))),
            (efficient(9, 112), Some((EfficientDetD2, 1))),
            (efficient(63, 32), Some((EfficientDetSmall, 7))),
            (efficient(63, 160), None),
            (efficient(62, 64), None),
            (sparse, Some((SparseRcnnResNet50, 7))),
            (TensorShapes::new(), None),
        ] {
            let found = guess(&all).map(|found| (found.architecture, found.num_classes));
            assert_eq!(found, expected, "{all:?}");
        }
    }

    #[test]
    fn torchvisions_second_retinanet_is_no_first_one() {
        let heads: &[(&str, &[usize])] = &[("head.classification_head.cls_logits.weight", &[63, 256, 3, 3])];
        let mut all = detector(64, 6, true, heads);
        assert!(guess(&all).is_some());
        all.extend(shapes(&[("head.classification_head.conv.0.1.weight", &[256])]));
        assert_eq!(guess(&all), None);
        let why = check(&all, Architecture::RetinaNetResNet50, 7).expect_err("another network");
        assert!(why.contains("retinanet_resnet50_fpn_v2"), "{why}");
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let mut all = shapes(&[("features.conv0.weight", &[24, 3, 7, 7]), ("classifier.weight", &[1, 145])]);
        blocks(&mut all, "features.denseblock3.denselayer", 8, ".conv1.weight");
        assert_eq!(check(&all, Architecture::DenseNetSmall, 1), Ok(()));
        let why = |architecture, num| check(&all, architecture, num).expect_err("does not fit");
        let said = why(Architecture::RetinaNetSmall, 1);
        assert_eq!(said, "its tensors are those of densenet_small, not of retinanet_small");
        assert_eq!(why(Architecture::DenseNetSmall, 7), "its last layer has outputs for 1 class, not for 7 classes");
        let other = shapes(&[("a", &[1]), ("b", &[1])]);
        assert!(check(&other, Architecture::DenseNetSmall, 1).expect_err("unknown").contains("begin with a, b"));
    }
}

//! The networks, their parameters named as in the reference implementations.

pub mod densenet;
pub mod efficientdet;
pub mod efficientdet_boxes;
pub mod efficientnet;
pub mod sparse_rcnn;
pub mod sparse_rcnn_head;
pub mod torchscript;
pub mod resnet;
pub mod fpn;
pub mod stages;
pub mod faster_rcnn;
pub mod retinanet;
pub mod torchvision_names;

use rachis::domain::model::Architecture;
use tch::Tensor;

use self::faster_rcnn::FasterRcnn;
use self::fpn::{ExtraLevels, ResNetFpn};
use self::resnet::Depth;
use self::retinanet::RetinaNet;
use crate::layers::{Mode, Norm};
use crate::ops::wide;
use crate::params::Params;

/// Films as a detector takes them, each at the top left of its own plane.
#[derive(Debug)]
pub struct ImageBatch {
    /// (films, 3, height, width), normalised; what lies outside a film is 0.
    pub pixels: Tensor,
    /// Height and width of each film without padding, in input pixels.
    pub sizes: Vec<[i64; 2]>,
}

impl ImageBatch {
    /// Films (3, height, width) together: each at the top left of a plane of zeros whose sides are multiples of 32, as
    /// torchvision's GeneralizedRCNNTransform.batch_images makes it.
    #[cfg(test)]
    pub fn padded(films: &[Tensor]) -> Self {
        let sizes: Vec<[i64; 2]> = films.iter().map(|film| [film.size()[1], film.size()[2]]).collect();
        let longest = |axis: usize| sizes.iter().map(|size| size[axis]).max().unwrap_or(0);
        let plane = [0, 1].map(|axis| (longest(axis) + 31) / 32 * 32);
        let place = |film: &Tensor| {
            let [height, width] = [film.size()[1], film.size()[2]];
            film.constant_pad_nd([0, plane[1] - width, 0, plane[0] - height])
        };
        let planes: Vec<Tensor> = films.iter().map(place).collect();
        Self { pixels: Tensor::stack(&planes, 0), sizes }
    }

    /// Height and width with the padding.
    fn padded_size(&self) -> [i64; 2] {
        let size = self.pixels.size();
        [size[2], size[3]]
    }
}

/// What a detector finds on one film, by falling score.
#[allow(clippy::struct_field_names, reason = "boxes, scores and labels are torchvision's words")]
#[derive(Debug)]
pub struct Boxes {
    /// (boxes, 4): xmin, ymin, xmax, ymax in input pixels.
    pub boxes: Tensor,
    /// (boxes): 0 to 1.
    pub scores: Tensor,
    /// (boxes), whole numbers from 0: places in the card's list of classes, which has no background.
    pub labels: Tensor,
}

impl Boxes {
    /// The boxes at these places, in their order.
    fn chosen(&self, places: &Tensor) -> Self {
        let [boxes, scores, labels] = [&self.boxes, &self.scores, &self.labels].map(|t| t.index_select(0, places));
        Self { boxes, scores, labels }
    }
}

/// Height and width of each feature map.
fn map_sizes(features: &[Tensor]) -> Vec<[i64; 2]> {
    features.iter().map(|map| [map.size()[2], map.size()[3]]).collect()
}

/// Answers at every place of every level, (films, anchors a place * `num`, h, w) each, to (films, anchors, `num`), wide:
/// level by level, row by row, and at each place anchor by anchor.
fn flat_levels(levels: &[Tensor], num: i64) -> Tensor {
    let flat = |level: &Tensor| {
        // In memory of channels-last maps this is no copy.
        level.permute([0, 2, 3, 1]).reshape([level.size()[0], -1, num])
    };
    wide(&Tensor::cat(&levels.iter().map(flat).collect::<Vec<_>>(), 1))
}

/// One logit a film.
pub trait Classifier: std::fmt::Debug {
    /// (films, channels, h, w): the last feature map, which is where the heat map is made.
    fn features(&self, pixels: &Tensor, mode: Mode) -> Tensor;
    /// (films, 1) from the features.
    fn logits_of(&self, features: &Tensor) -> Tensor;
    fn logits(&self, pixels: &Tensor, mode: Mode) -> Tensor {
        self.logits_of(&self.features(pixels, mode))
    }
    /// Whether it has parameters that we can train.
    fn can_learn(&self) -> bool {
        true
    }
    /// Whether `features` are a map of where things are; without, there is no heat map.
    fn has_features(&self) -> bool {
        true
    }
}

/// Boxes with classes and scores.
pub trait Detector: std::fmt::Debug {
    /// The tensors that losses and post-processing start from, by name, as the reference implementation returns them.
    fn raw(&self, batch: &ImageBatch, mode: Mode) -> Vec<(String, Tensor)>;
    /// One list a film, post-processed as the reference does.
    fn detect(&self, batch: &ImageBatch) -> Vec<Boxes>;
    /// Which one it is, for what only training needs.
    fn kind(&self) -> DetectorKind<'_>;
}

/// The detectors that we know from the inside.
#[derive(Debug)]
pub enum DetectorKind<'n> {
    FasterRcnn(&'n FasterRcnn),
    RetinaNet(&'n RetinaNet),
    EfficientDet(&'n efficientdet::EfficientDet),
    SparseRcnn(&'n sparse_rcnn::SparseRcnn),
    /// A whole file of somebody else's, which can't be trained.
    Foreign,
}

/// A network that can answer.
#[derive(Debug)]
pub enum Network {
    Classifier(Box<dyn Classifier>),
    Detector(Box<dyn Detector>),
}

/// What a network is made with besides its architecture.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Options {
    /// Without a background; what a classifier does not look at.
    pub num_classes: i64,
    /// Of the ResNet bodies: torchvision's detectors come with both.
    pub norm: Norm,
    pub limits: Limits,
    pub densenet: densenet::Form,
    pub efficientdet: efficientdet::Form,
    /// Sparse R-CNN: boxes of one class may overlap so much. Its authors keep all; VinDr-SpineXR's evaluation says 0.7.
    pub proposals_max_iou: Option<f64>,
}

impl Options {
    pub fn new(num_classes: i64) -> Self {
        Self {
            num_classes,
            norm: Norm::default(),
            limits: Limits::default(),
            densenet: densenet::Form::default(),
            efficientdet: efficientdet::Form::default(),
            proposals_max_iou: None,
        }
    }

    /// With all that the names in a state dict tell.
    pub fn of_names<'n>(num_classes: i64, names: impl Iterator<Item = &'n str> + Clone) -> Self {
        let counts_batches = names.clone().any(|name| name.ends_with("num_batches_tracked"));
        // torchvision's published Faster R-CNN and RetinaNet are what has old names and frozen norms. A network that
        // somebody trained with a torchvision before 0.13 from a classifier's weights looks the same and has an eps of
        // 1e-5; one that started from the published ones and was saved later has today's names and lost its 0. No file
        // tells them apart; variances much above 1e-5 make all of them the same.
        let is_published = names.clone().any(torchvision_names::is_old);
        Self {
            norm: match (counts_batches, is_published) {
                (true, _) => Norm::Batch,
                (false, true) => Norm::FrozenWithoutEps,
                (false, false) => Norm::Frozen,
            },
            densenet: densenet::Form::of(names.clone()),
            efficientdet: efficientdet::Form::of(names),
            ..Self::new(num_classes)
        }
    }
}

/// What post-processing leaves out. The default is torchvision's.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Limits {
    /// Boxes at or below this score go.
    pub min_score: f64,
    /// Of two boxes of a class that overlap more than this, the lower one goes.
    pub max_iou: f64,
    pub max_boxes: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { min_score: 0.05, max_iou: 0.5, max_boxes: 100 }
    }
}

/// Makes the network with fresh parameters; `None` for those that come as a whole file (TorchScript).
pub fn build(architecture: Architecture, options: &Options, params: &mut Params) -> Option<Network> {
    use Architecture as A;
    use densenet::Size as D;
    use efficientdet::Size as E;
    use sparse_rcnn::Size as S;
    let faster_rcnn = |params: &mut Params, depth| detector(FasterRcnn::new(params.root(), depth, options));
    let retinanet = |params: &mut Params, depth| detector(RetinaNet::new(params.root(), depth, options));
    let densenet = |params: &mut Params, size| {
        Network::Classifier(Box::new(densenet::DenseNet::new(params, size, options.densenet)))
    };
    let efficientdet = |params: &mut Params, size| {
        detector(efficientdet::EfficientDet::new(params, size, options.num_classes, options.efficientdet))
    };
    let sparse_rcnn = |params: &mut Params, size| detector(sparse_rcnn::SparseRcnn::new(params, size, options));
    Some(match architecture {
        A::DenseNet121 => densenet(params, D::D121),
        A::DenseNet169 => densenet(params, D::D169),
        A::DenseNet201 => densenet(params, D::D201),
        A::DenseNetSmall => densenet(params, D::SMALL),
        A::FasterRcnnSmall => faster_rcnn(params, Depth::Small),
        A::FasterRcnnResNet18 => faster_rcnn(params, Depth::D18),
        A::FasterRcnnResNet34 => faster_rcnn(params, Depth::D34),
        A::FasterRcnnResNet50 => faster_rcnn(params, Depth::D50),
        A::RetinaNetSmall => retinanet(params, Depth::Small),
        A::RetinaNetResNet18 => retinanet(params, Depth::D18),
        A::RetinaNetResNet34 => retinanet(params, Depth::D34),
        A::RetinaNetResNet50 => retinanet(params, Depth::D50),
        A::EfficientDetD0 => efficientdet(params, E::D0),
        A::EfficientDetD1 => efficientdet(params, E::D1),
        A::EfficientDetD2 => efficientdet(params, E::D2),
        A::EfficientDetSmall => efficientdet(params, E::SMALL),
        A::SparseRcnnResNet50 => sparse_rcnn(params, S::RESNET50),
        A::SparseRcnnSmall => sparse_rcnn(params, S::SMALL),
        A::TorchScriptClassifier | A::TorchScriptDetector => return None,
    })
}

fn detector(net: impl Detector + 'static) -> Network {
    Network::Detector(Box::new(net))
}

/// A ResNet with its pyramid by torchvision's name, such as `resnet50_fpn`, as `forward --arch` takes it; parameters are
/// `body...` and `fpn...`.
pub fn build_body(name: &str, norm: Norm, params: &mut Params) -> Option<ResNetFpn> {
    let depth = name.strip_suffix("_fpn")?;
    let (depth, _) = Depth::ALL.into_iter().find(|(_, text)| *text == depth)?;
    Some(ResNetFpn::new(params.root(), depth, norm, 1..=4, ExtraLevels::MaxPool))
}

#[cfg(test)]
mod parity;

//! The networks, their parameters named as in the reference implementations.

pub mod densenet;
pub mod efficientdet;
pub mod efficientdet_boxes;
pub mod efficientnet;
pub mod sparse_rcnn;
pub mod sparse_rcnn_head;
pub mod resnet;
pub mod fpn;

use rachis::domain::model::Architecture;
use tch::Tensor;

use self::fpn::{ExtraLevels, ResNetFpn};
use self::resnet::Depth;
use crate::layers::{Mode, Norm};
use crate::params::Params;

/// Films as a detector takes them, each at the top left of its own plane.
#[derive(Debug)]
pub struct ImageBatch {
    /// (films, 3, height, width), normalised; what lies outside a film is 0.
    pub pixels: Tensor,
    /// Height and width of each film without padding, in input pixels.
    pub sizes: Vec<[i64; 2]>,
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

/// One logit a film.
pub trait Classifier: std::fmt::Debug {
    /// (films, channels, h, w): the last feature map, which is where the heat map is made.
    fn features(&self, pixels: &Tensor, mode: Mode) -> Tensor;
    /// (films, 1) from the features.
    fn logits_of(&self, features: &Tensor) -> Tensor;
    fn logits(&self, pixels: &Tensor, mode: Mode) -> Tensor {
        self.logits_of(&self.features(pixels, mode))
    }
}

/// Boxes with classes and scores.
pub trait Detector: std::fmt::Debug {
    /// The tensors that losses and post-processing start from, by name, as the reference implementation returns them.
    fn raw(&self, batch: &ImageBatch, mode: Mode) -> Vec<(String, Tensor)>;
    /// One list a film, post-processed as the reference does.
    fn detect(&self, batch: &ImageBatch) -> Vec<Boxes>;
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
    use densenet::Size as D;
    use efficientdet::Size as E;
    match architecture {
        Architecture::DenseNet121 => densenet(D::D121, options, params),
        Architecture::DenseNet169 => densenet(D::D169, options, params),
        Architecture::DenseNet201 => densenet(D::D201, options, params),
        Architecture::DenseNetSmall => densenet(D::SMALL, options, params),
        Architecture::EfficientDetD0 => efficientdet(E::D0, options, params),
        Architecture::EfficientDetD1 => efficientdet(E::D1, options, params),
        Architecture::EfficientDetD2 => efficientdet(E::D2, options, params),
        Architecture::EfficientDetSmall => efficientdet(E::SMALL, options, params),
        Architecture::SparseRcnnResNet50 => sparse_rcnn(sparse_rcnn::Size::RESNET50, options, params),
        Architecture::SparseRcnnSmall => sparse_rcnn(sparse_rcnn::Size::SMALL, options, params),
        _ => None,
    }
}

fn densenet(size: densenet::Size, options: &Options, params: &mut Params) -> Option<Network> {
    Some(Network::Classifier(Box::new(densenet::DenseNet::new(params, size, options.densenet))))
}

fn efficientdet(size: efficientdet::Size, options: &Options, params: &mut Params) -> Option<Network> {
    let net = efficientdet::EfficientDet::new(params, size, options.num_classes, options.efficientdet);
    Some(Network::Detector(Box::new(net)))
}

fn sparse_rcnn(size: sparse_rcnn::Size, options: &Options, params: &mut Params) -> Option<Network> {
    Some(Network::Detector(Box::new(sparse_rcnn::SparseRcnn::new(params, size, options))))
}

/// A ResNet with its pyramid by torchvision's name, such as `resnet50_fpn`, as `forward --arch` takes it; parameters are
/// `body...` and `fpn...`.
pub fn build_body(name: &str, norm: Norm, params: &mut Params) -> Option<ResNetFpn> {
    let depth = name.strip_suffix("_fpn")?;
    let (depth, _) = Depth::ALL.into_iter().find(|(_, text)| *text == depth)?;
    Some(ResNetFpn::new(params.root(), depth, norm, 1..=4, ExtraLevels::MaxPool))
}

//! The networks, their parameters named as in the reference implementations.

pub mod densenet;

use rachis::domain::model::Architecture;
use tch::Tensor;

use crate::layers::Mode;
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

/// Makes the network with fresh parameters; `None` for those that come as a whole file (TorchScript).
pub fn build(architecture: Architecture, num_classes: i64, params: &mut Params) -> Option<Network> {
    let _ = num_classes;
    let mut densenet =
        |size| Some(Network::Classifier(Box::new(densenet::DenseNet::new(params, size, densenet::Form::default()))));
    match architecture {
        Architecture::DenseNet121 => densenet(densenet::Size::D121),
        Architecture::DenseNet169 => densenet(densenet::Size::D169),
        Architecture::DenseNet201 => densenet(densenet::Size::D201),
        Architecture::DenseNetSmall => densenet(densenet::Size::SMALL),
        Architecture::TorchScriptClassifier | Architecture::TorchScriptDetector => None,
        _ => None,
    }
}

//! RetinaNet's losses, those of torchvision's RetinaNetHead.compute_loss: focal for the classes, L1 for the corners, each
//! film by the number of its own positive anchors.

use tch::{Reduction, Tensor};

use super::focal::{Focal, at_least_one};
use super::matching::Matcher;
use crate::layers::Mode;
use crate::models::retinanet::RetinaNet;
use crate::ops::box_coder::BoxCoder;
use crate::ops::{overlaps, places_where};
use crate::train::{Losses, TrainBatch};

const MATCHER: Matcher = Matcher { high: 0.5, low: 0.4, keeps_best: true };

pub fn losses(net: &RetinaNet, batch: &TrainBatch) -> Losses {
    let answers = net.answers(&batch.images, &net.features(&batch.images, Mode::Train));
    let mut classes = Vec::new();
    let mut counts = Vec::new();
    let mut corner_losses = Vec::new();
    for (film, target) in (0..).zip(&batch.boxes) {
        let matches = MATCHER.matches(&overlaps(&target.boxes, &answers.anchors));
        let positive = places_where(&matches.ge(0));
        let boxes = matches.index_select(0, &positive);
        let wanted =
            BoxCoder::PLAIN.encode(&target.boxes.index_select(0, &boxes), &answers.anchors.index_select(0, &positive));
        let said = answers.deltas.get(film).index_select(0, &positive);
        corner_losses.push(said.l1_loss(&wanted, Reduction::Sum));
        classes.push(matches.index_put(&[Some(&positive)], &target.labels.index_select(0, &boxes), false));
        counts.push(positive.size()[0]);
    }
    let counts = at_least_one(&counts, answers.logits.device());
    let class_loss = Focal::RETINA.sums(&answers.logits, &Tensor::stack(&classes, 0)) / &counts;
    let corner_loss = Tensor::stack(&corner_losses, 0) / counts;
    Losses(vec![
        ("classification", class_loss.mean(class_loss.kind())),
        ("bbox_regression", corner_loss.mean(corner_loss.kind())),
    ])
}

//! Where a classifier looked: Grad-CAM (Selvaraju et al., 2017, equations 1 and 2).

use rachis::jobs::protocol::HeatRow;
use tch::{Kind, Tensor};

use crate::models::{Classifier, ImageBatch};

/// The logit, and how much each place of the last feature map speaks for it, over the film alone, the highest being 1.
/// `features` are of one film.
pub fn look(net: &dyn Classifier, features: &Tensor, input: &ImageBatch) -> (f64, HeatRow) {
    let (logit, map) = tch::with_grad(|| {
        let features = features.detach().to_kind(Kind::Float).set_requires_grad(true);
        let logit = net.logits_of(&features).to_kind(Kind::Float);
        let gradient = Tensor::run_backward(&[logit.sum(Kind::Float)], &[&features], false, false);
        let gradient = gradient.into_iter().next().unwrap_or_else(|| features.zeros_like());
        // Equation 1: a channel's weight is its mean gradient.
        let weights = gradient.mean_dim([2i64, 3].as_slice(), true, Kind::Float);
        let map = (weights * &features).detach().sum_dim_intlist(1i64, false, Kind::Float).relu();
        (logit.double_value(&[0, 0]), map.squeeze_dim(0))
    });
    let (_, _, plane_h, plane_w) = input.pixels.size4().unwrap_or((1, 3, 1, 1));
    let (map_h, map_w) = map.size2().unwrap_or((1, 1));
    let [height, width] = input.sizes.first().copied().unwrap_or([plane_h, plane_w]);
    // Cells that lie wholly in the padding say nothing of the film.
    let rows = (map_h * height + plane_h - 1) / plane_h;
    let columns = (map_w * width + plane_w - 1) / plane_w;
    let map = map.narrow(0, 0, rows).narrow(1, 0, columns);
    let most = map.max();
    // A film that nothing in speaks for "abnormal" has no highest place.
    let map = if most.double_value(&[]) > 0.0 { map / most } else { map };
    let values = Vec::<f32>::try_from(map.contiguous().flatten(0, -1)).unwrap_or_default();
    (logit, HeatRow { width: columns as u32, height: rows as u32, values })
}

//! Where a classifier looked: Grad-CAM (Selvaraju et al., 2017, equations 1 and 2).

use rachis::jobs::protocol::HeatRow;
use tch::{Kind, Tensor};

use crate::models::{Classifier, ImageBatch};

/// The most rows and columns that are sent: the map is smooth, and a line has a limit.
const MAX_SIDE: usize = 32;
/// Rows sent for each row of the map where the film ends inside one: interpolated between these, it looks like the map.
const FINER: usize = 4;

/// The logit, and how much each place of the last feature map speaks for it, over exactly the film, the highest being 1;
/// no map where that is no number. `features` are of one film.
pub fn look(net: &dyn Classifier, features: &Tensor, input: &ImageBatch) -> (f64, Option<HeatRow>) {
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
    let [height, width] = input.sizes.first().copied().unwrap_or([plane_h, plane_w]);
    let Ok((map_h, map_w)) = map.size2() else { return (logit, None) };
    let values = Vec::<f32>::try_from(map.contiguous().flatten(0, -1)).unwrap_or_default();
    let rows = places(map_h as usize, height as f64 / plane_h as f64);
    let columns = places(map_w as usize, width as f64 / plane_w as f64);
    (logit, over_film(&values, map_w as usize, &rows, &columns))
}

/// Between which two cells of a side, and how far from the first to the second.
type Place = (usize, usize, f32);

/// Where along a side of `num` cells the rows to be sent have their middles; the film is the first `share` of the side.
/// A film that fills the side gets the cells as they are.
fn places(num: usize, share: f64) -> Vec<Place> {
    let cells = num as f64 * share;
    let num_out = if share >= 1.0 { num } else { (cells * FINER as f64).ceil() as usize }.clamp(1, MAX_SIDE);
    let last = num.saturating_sub(1);
    let place = |i: usize| {
        // A cell's value stands in its middle; beyond the outermost middles nothing is known.
        let at = ((i as f64 + 0.5) / num_out as f64 * cells - 0.5).clamp(0.0, last as f64);
        let first = at as usize;
        (first, (first + 1).min(last), (at - first as f64) as f32)
    };
    (0..num_out).map(place).collect()
}

fn over_film(map: &[f32], map_w: usize, rows: &[Place], columns: &[Place]) -> Option<HeatRow> {
    if map.is_empty() || map.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
    let across = |row: usize, &(a, b, t): &Place| mix(map[row * map_w + a], map[row * map_w + b], t);
    let value = |&(a, b, t): &Place, column: &Place| mix(across(a, column), across(b, column), t);
    let mut values: Vec<f32> =
        rows.iter().flat_map(|row| columns.iter().map(move |column| value(row, column))).collect();
    let most = values.iter().copied().fold(0.0, f32::max);
    // A film that nothing in speaks for "abnormal" has no highest place.
    if most > 0.0 {
        for value in &mut values {
            *value = (*value / most).clamp(0.0, 1.0);
        }
    }
    let is_whole = values.iter().all(|value| value.is_finite());
    let (width, height) = (columns.len() as u32, rows.len() as u32);
    is_whole.then_some(HeatRow { width, height, values })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::Mode;
    use tch::Device;

    /// Features are given; the logit is their mean, so the map is the features themselves.
    #[derive(Debug)]
    struct Mean;

    impl Classifier for Mean {
        fn features(&self, pixels: &Tensor, _: Mode) -> Tensor {
            pixels.shallow_clone()
        }
        fn logits_of(&self, features: &Tensor) -> Tensor {
            features.mean_dim([1i64, 2, 3].as_slice(), false, Kind::Float).reshape([-1, 1])
        }
    }

    /// A map of 32 pixels a cell over a plane; what it says at each cell's middle is `value` of that place.
    fn seen(plane: [i64; 2], film: [i64; 2], value: fn(f32, f32) -> f32) -> Option<HeatRow> {
        let [rows, columns] = plane.map(|side| side / 32);
        let middle = |i: i64| i as f32 * 32.0 + 16.0;
        let cells: Vec<f32> = (0..rows).flat_map(|y| (0..columns).map(move |x| value(middle(y), middle(x)))).collect();
        let features = Tensor::from_slice(&cells).reshape([1, 1, rows, columns]);
        let pixels = Tensor::zeros([1, 3, plane[0], plane[1]], (Kind::Float, Device::Cpu));
        look(&Mean, &features, &ImageBatch { pixels, sizes: vec![film] }).1
    }

    #[test]
    fn the_grid_covers_the_film_and_nothing_beside_it() {
        // Letterbox 224: a narrow film, a wide one; a shorter edge of 800 padded to whole 32s.
        for (plane, film) in [([224, 224], [224, 70]), ([224, 224], [100, 224]), ([832, 1248], [801, 1226])] {
            for axis in 0..2 {
                let value: fn(f32, f32) -> f32 = if axis == 0 { |y, _| y } else { |_, x| x };
                let heat = seen(plane, film, value).unwrap();
                let (w, h) = (heat.width as usize, heat.height as usize);
                assert!(heat.values.len() == w * h && w.max(h) <= MAX_SIDE, "{w} {h}");
                let num = if axis == 0 { h } else { w };
                let (film, plane) = (film[axis] as f32, plane[axis] as f32);
                let place = |i: usize| ((i as f32 + 0.5) / num as f32 * film).clamp(16.0, plane - 16.0);
                for (at, ours) in heat.values.iter().enumerate() {
                    let expected = place(if axis == 0 { at / w } else { at % w }) / place(num - 1);
                    assert!((ours - expected).abs() < 1e-5, "{at}: {ours} {expected}");
                }
            }
        }
    }

    #[test]
    fn a_film_that_fills_the_plane_keeps_the_cells() {
        let heat = seen([96, 128], [96, 128], |y, x| y * x).unwrap();
        assert_eq!((heat.width, heat.height), (4, 3));
        let expected = [[16.0, 48.0, 80.0, 112.0].map(|x| 16.0 * x / (80.0 * 112.0))];
        for (ours, expected) in heat.values.iter().zip(expected.as_flattened()) {
            assert!((ours - expected).abs() < 1e-6f32);
        }
    }

    #[test]
    fn what_is_no_number_is_no_map() {
        assert_eq!(seen([96, 96], [96, 40], |_, x| if x > 50.0 { f32::INFINITY } else { 1.0 }), None);
        assert_eq!(seen([96, 96], [96, 96], |y, _| if y > 50.0 { f32::NAN } else { 1.0 }), None);
        assert_eq!(seen([64, 64], [64, 64], |_, _| -1.0).unwrap().values, [0.0; 4]);
    }
}

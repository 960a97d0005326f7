//! Every operator held against torchvision's answers (`tests/parity/ops_torchvision.py`), gradients too.

use serde::Deserialize;
use tch::{Device, Kind, Tensor};

use super::anchors::AnchorGenerator;
use super::box_coder::BoxCoder;
use super::nms::{batched_nms, nms};
use super::roi_align::{MultiScaleRoiAlign, RoiAlign};
use super::{clip_to_film, places_of_large, wholes};
use crate::formula::noise;
use crate::golden::Digest;

#[derive(Deserialize)]
struct Golden {
    nms: Vec<NmsCase>,
    rois: Vec<[f32; 5]>,
    roi_align: Vec<RoiCase>,
    pyramid: PyramidCase,
    anchors: Vec<AnchorCase>,
    box_coder: Vec<CoderCase>,
}

#[derive(Deserialize)]
struct NmsCase {
    name: String,
    count: i64,
    spread: f64,
    levels: f64,
    iou: f64,
    classes: i64,
    kept: Vec<i64>,
}

#[derive(Deserialize)]
struct RoiCase {
    output: [i64; 2],
    ratio: i64,
    aligned: bool,
    answer: Digest,
    gradient: Digest,
}

#[derive(Deserialize)]
struct PyramidCase {
    boxes: Vec<Vec<f32>>,
    answer: Digest,
    gradients: Vec<Digest>,
}

#[derive(Deserialize)]
struct AnchorCase {
    name: String,
    film: [i64; 2],
    maps: Vec<[i64; 2]>,
    answer: Digest,
}

#[derive(Deserialize)]
struct CoderCase {
    weights: [f64; 4],
    encoded: Digest,
    decoded: Digest,
    clipped: Digest,
    large: Vec<i64>,
    gradients: Vec<Digest>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../tests/parity/ops_torchvision.json")).unwrap()
}

fn noise_of(name: &str, shape: &[i64]) -> Tensor {
    Tensor::from_slice(&noise(name, shape.iter().product::<i64>() as usize)).reshape(shape)
}

fn boxes_and_scores(case: &NmsCase) -> (Tensor, Tensor) {
    let v = noise_of(&case.name, &[case.count, 5]);
    let corner = v.slice(1, 0, 2, 1) * case.spread + case.spread;
    let sides = v.slice(1, 2, 4, 1).abs() * 60.0;
    let _ = sides.slice(0, 0, None, 31).fill_(0.0);
    let boxes = Tensor::cat(&[&corner, &(&corner + sides)], 1);
    let twins = boxes.slice(0, 6, case.count - 1, 7).copy();
    boxes.slice(0, 7, None, 7).copy_(&twins);
    (boxes, (v.select(1, 4) * case.levels).round() / case.levels)
}

#[test]
fn suppression_keeps_torchvisions_boxes_in_its_order() {
    for case in golden().nms {
        let (boxes, scores) = boxes_and_scores(&case);
        let kept = if case.classes == 0 {
            nms(&boxes, &scores, case.iou)
        } else {
            let classes = (Tensor::arange(case.count, (Kind::Int64, Device::Cpu)) * 7).remainder(case.classes);
            batched_nms(&boxes, &scores, &classes, case.iou)
        };
        assert_eq!(wholes(&kept), case.kept, "{}", case.name);
    }
}

#[test]
fn roi_align_gives_torchvisions_values_and_gradients() {
    let golden = golden();
    let rois = Tensor::from_slice(golden.rois.as_flattened()).reshape([-1, 5]);
    for case in golden.roi_align {
        let name = format!("{:?} ratio {} aligned {}", case.output, case.ratio, case.aligned);
        let features = noise_of("roi features", &[2, 5, 13, 17]).set_requires_grad(true);
        let align = RoiAlign { output: case.output, scale: 0.25, sampling_ratio: case.ratio, is_aligned: case.aligned };
        let answer = align.forward(&features, &rois);
        case.answer.assert_same(&name, &answer);
        (&answer * noise_of("roi gradient", &answer.size())).sum(Kind::Float).backward();
        case.gradient.assert_same(&format!("gradient of {name}"), &features.grad());
        // The same from a map whose channels lie last in memory.
        let channels_last = features.detach().permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2]);
        assert!(align.forward(&channels_last, &rois).equal(&answer.detach()));
        let none = align.forward(&features, &Tensor::zeros([0, 5], (Kind::Float, Device::Cpu)));
        assert_eq!(none.size(), [0, 5, case.output[0], case.output[1]]);
    }
}

#[test]
fn boxes_are_cut_out_of_torchvisions_pyramid_levels() {
    let case = golden().pyramid;
    let levels: Vec<Tensor> = [[64, 80], [32, 40], [16, 20], [8, 10]]
        .iter()
        .enumerate()
        .map(|(no, [h, w])| noise_of(&format!("level {no}"), &[2, 4, *h, *w]).set_requires_grad(true))
        .collect();
    let boxes: Vec<Tensor> = case.boxes.iter().map(|boxes| Tensor::from_slice(boxes).reshape([-1, 4])).collect();
    let pool = MultiScaleRoiAlign { output: [7, 7], sampling_ratio: 2 };
    let sizes = [[250, 310], [256, 300]];
    let answer = pool.forward(&levels, &boxes, &sizes);
    case.answer.assert_same("pyramid", &answer);
    (&answer * noise_of("pyramid gradient", &answer.size())).sum(Kind::Float).backward();
    for (no, (level, gradient)) in levels.iter().zip(&case.gradients).enumerate() {
        gradient.assert_same(&format!("gradient of level {no}"), &level.grad());
    }
    let none = Tensor::zeros([0, 4], (Kind::Float, Device::Cpu));
    assert_eq!(pool.forward(&levels, &[none.copy(), none], &sizes).size(), [0, 4, 7, 7]);
}

#[test]
fn anchors_lie_where_torchvisions_do() {
    let sizes = [32.0, 64.0, 128.0, 256.0, 512.0];
    for case in golden().anchors {
        let anchors = match case.name.as_str() {
            "faster_rcnn" => AnchorGenerator::one_size(&sizes),
            "faster_rcnn_small" => AnchorGenerator::one_size(&sizes.map(|size| size / 2.0)),
            "retinanet" => AnchorGenerator::three_sizes(&sizes),
            name => panic!("unknown case {name}"),
        };
        let levels = anchors.grid(case.film, &case.maps, Device::Cpu);
        for (level, map) in levels.iter().zip(&case.maps) {
            assert_eq!(level.size()[0], map[0] * map[1] * anchors.num_per_place());
        }
        let all = Tensor::cat(&levels, 0);
        case.answer.assert_same(&case.name, &all);
    }
}

#[test]
fn boxes_are_coded_and_cut_as_in_torchvision() {
    for case in golden().box_coder {
        let v = noise_of("coder boxes", &[2, 50, 4]);
        let low = v.slice(2, 0, 2, 1) * 100.0 + 100.0;
        let boxes = Tensor::cat(&[&low, &(&low + v.slice(2, 2, 4, 1).abs() * 80.0 + 1.0)], 2);
        let [truth, anchors] = [0, 1].map(|no| boxes.get(no).copy().set_requires_grad(true));
        let deltas = (noise_of("coder deltas", &[50, 12]) * 6.0).set_requires_grad(true);
        let coder = BoxCoder { weights: case.weights };
        let encoded = coder.encode(&truth, &anchors);
        let decoded = coder.decode(&deltas, &anchors);
        case.encoded.assert_same("encoded", &encoded);
        case.decoded.assert_same("decoded", &decoded);
        let clipped = clip_to_film(&decoded, [120, 150]).reshape([-1, 4]);
        case.clipped.assert_same("clipped", &clipped);
        assert_eq!(wholes(&places_of_large(&clipped, 5.0)), case.large);
        (encoded.square().mean(Kind::Float) + (decoded / 100.0).square().mean(Kind::Float)).backward();
        for (tensor, gradient) in [truth, anchors, deltas].iter().zip(&case.gradients) {
            gradient.assert_same("gradient", &tensor.grad());
        }
    }
}

//! The detectors held against torchvision's (`tests/parity/networks_torchvision.py`): names, raw outputs, boxes, gradients.

use std::collections::BTreeMap;

use rachis::domain::model::Architecture;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tch::{Device, Kind, Tensor};

use super::{Detector, ImageBatch, Network, Options, build, build_body};
use crate::formula;
use crate::golden::{Digest, TOLERANCE};
use crate::layers::{Mode, Norm};
use crate::ops::{floats, wholes};
use crate::params::Params;

#[derive(Deserialize)]
struct Golden {
    states: BTreeMap<String, StateNames>,
    bodies: Vec<BodyCase>,
    networks: Vec<NetworkCase>,
}

#[derive(Deserialize)]
struct StateNames {
    count: usize,
    sha256: String,
}

#[derive(Deserialize)]
struct BodyCase {
    depth: String,
    norm: String,
    size: [i64; 2],
    is_training: bool,
    raw: BTreeMap<String, Digest>,
    #[serde(default)]
    state: BTreeMap<String, Digest>,
}

#[derive(Deserialize)]
struct NetworkCase {
    name: String,
    norm: String,
    num_classes: i64,
    sizes: Vec<[i64; 2]>,
    raw: BTreeMap<String, Digest>,
    boxes: Vec<FoundBoxes>,
    #[serde(default)]
    second_stage: Vec<SecondStage>,
    #[serde(default)]
    scales: BTreeMap<String, f64>,
    #[serde(default)]
    gradients: BTreeMap<String, Digest>,
}

#[derive(Deserialize)]
struct FoundBoxes {
    boxes: Vec<f32>,
    scores: Vec<f32>,
    labels: Vec<i64>,
}

#[derive(Deserialize)]
struct SecondStage {
    count: usize,
    rows: Vec<SecondRow>,
}

#[derive(Deserialize)]
struct SecondRow {
    proposal: [f32; 4],
    logits: Vec<f32>,
    regression: Vec<f32>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../tests/parity/networks_torchvision.json")).unwrap()
}

fn norm_of(name: &str) -> Norm {
    if name == "frozen" { Norm::Frozen } else { Norm::Batch }
}

fn detector(name: &str, norm: &str, num_classes: i64) -> (Box<dyn Detector>, Params) {
    let (architecture, _) = Architecture::ALL.into_iter().find(|(_, text)| *text == name).unwrap();
    let mut params = Params::new(Device::Cpu);
    let options = Options { norm: norm_of(norm), ..Options::new(num_classes) };
    match build(architecture, &options, &mut params) {
        Some(Network::Detector(detector)) => (detector, params),
        other => panic!("{name} is no detector: {other:?}"),
    }
}

fn load_formula(params: &mut Params) {
    let state = formula::state(params);
    params.load(&state).unwrap();
}

fn films(sizes: &[[i64; 2]]) -> ImageBatch {
    let film = |[h, w]: &[i64; 2]| {
        Tensor::from_slice(&formula::noise(&format!("film {h}x{w}"), (3 * h * w) as usize)).reshape([3, *h, *w])
    };
    ImageBatch::padded(&sizes.iter().map(film).collect::<Vec<_>>())
}

#[test]
fn state_dicts_have_torchvisions_names_and_shapes() {
    for (case, expected) in golden().states {
        let [name, norm, num_classes] = case.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let (_, params) = detector(name, norm, num_classes.parse().unwrap());
        let line = |name: &str, tensor: &Tensor| {
            let sides: Vec<String> = tensor.size().iter().map(ToString::to_string).collect();
            format!("{name} {}\n", sides.join("x"))
        };
        let lines: Vec<String> = params.iter().map(|(name, _, tensor)| line(name, tensor)).collect();
        assert_eq!(lines.len(), expected.count, "{case}");
        let mut lines = lines;
        lines.sort();
        let hash = Sha256::digest(lines.concat().as_bytes());
        let hash: Vec<String> = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash.concat(), expected.sha256, "{case}: {lines:?}");
    }
}

#[test]
fn bodies_give_torchvisions_pyramids_at_odd_sizes_and_learn_the_same_statistics() {
    for case in golden().bodies {
        let depth = if case.depth == "small" { "resnet_small" } else { &case.depth };
        let mut params = Params::new(Device::Cpu);
        let body = build_body(&format!("{depth}_fpn"), norm_of(&case.norm), &mut params).unwrap();
        load_formula(&mut params);
        let [h, w] = case.size;
        let pixels = formula::noise(&format!("body {h}x{w}"), (2 * 3 * h * w) as usize);
        let pixels = Tensor::from_slice(&pixels).reshape([2, 3, h, w]);
        let mode = if case.is_training { Mode::Train } else { Mode::Eval };
        let levels = tch::no_grad(|| body.forward(&pixels, mode));
        assert_eq!(levels.len(), case.raw.len());
        for (name, level) in body.level_names().into_iter().zip(&levels) {
            case.raw[name].assert_same(&format!("{depth} {name}"), level);
        }
        for (name, digest) in &case.state {
            digest.assert_same(name, params.get(name).unwrap());
        }
    }
}

fn check(name: &str) {
    let case = golden().networks.into_iter().find(|case| case.name == name).unwrap();
    let (network, mut params) = detector(&case.name, &case.norm, case.num_classes);
    load_formula(&mut params);
    let batch = films(&case.sizes);
    let raw: BTreeMap<String, Tensor> = if case.gradients.is_empty() {
        tch::no_grad(|| network.raw(&batch, Mode::Eval)).into_iter().collect()
    } else {
        network.raw(&batch, Mode::Eval).into_iter().collect()
    };
    for (key, digest) in &case.raw {
        digest.assert_same(&format!("{name} {key}"), &raw[key]);
    }
    check_second_stage(&case, &raw);
    check_boxes(&case, &network.detect(&batch));
    if !case.gradients.is_empty() {
        let answers =
            ["objectness", "pred_bbox_deltas", "class_logits", "box_regression", "cls_logits", "bbox_regression"];
        let answers: Vec<Tensor> =
            answers.iter().filter_map(|key| raw.get(*key)).map(|t| t.square().mean(Kind::Float)).collect();
        assert!(answers.len() == 4 || answers.len() == 2);
        Tensor::stack(&answers, 0).sum(Kind::Float).backward();
        for (key, digest) in &case.gradients {
            digest.assert_same(&format!("{name}: gradient of {key}"), &params.get(key).unwrap().grad());
        }
    }
}

/// Proposals one by one: those with equal scores may stand in another order on another processor.
fn check_second_stage(case: &NetworkCase, raw: &BTreeMap<String, Tensor>) {
    let mut start = 0;
    for (film, second) in case.second_stage.iter().enumerate() {
        let proposals = floats(&raw[&format!("proposals.{film}")]);
        assert_eq!(proposals.len(), 4 * second.count, "{}: proposals of film {film}", case.name);
        for row in &second.rows {
            let distance = |ours: &[f32]| ours.iter().zip(row.proposal).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            let (place, nearest) =
                proposals.chunks(4).map(distance).enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
            assert!(f64::from(nearest) <= TOLERANCE * 160.0, "{}: {:?} is {nearest} away", case.name, row.proposal);
            for (key, scale, theirs) in
                [("class_logits", "logits", &row.logits), ("box_regression", "regression", &row.regression)]
            {
                let ours = floats(&raw[key].get((start + place) as i64));
                assert_eq!(ours.len(), theirs.len());
                let error = ours.iter().zip(theirs).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max);
                assert!(error <= TOLERANCE * case.scales[scale], "{}: {key} is off by {error}", case.name);
            }
        }
        start += second.count;
    }
}

/// One to one: the same class, the same score, the same corners.
fn check_boxes(case: &NetworkCase, found: &[super::Boxes]) {
    assert_eq!(found.len(), case.boxes.len());
    for (film, (ours, theirs)) in found.iter().zip(&case.boxes).enumerate() {
        let [corners, scores] = [floats(&ours.boxes), floats(&ours.scores)];
        let labels = wholes(&ours.labels);
        assert_eq!(labels.len(), theirs.labels.len(), "{}: number of boxes on film {film}", case.name);
        assert!(scores.is_sorted_by(|a, b| a >= b));
        let longest = case.sizes[film].into_iter().max().unwrap() as f64;
        let mut is_taken = vec![false; labels.len()];
        for (row, label) in theirs.labels.iter().enumerate() {
            let same = |place: usize| {
                let off = |a: f32, b: f32| f64::from((a - b).abs());
                let pairs = corners[4 * place..][..4].iter().zip(&theirs.boxes[4 * row..][..4]);
                !is_taken[place]
                    && labels[place] == *label
                    && off(scores[place], theirs.scores[row]) <= TOLERANCE
                    && pairs.map(|(a, b)| off(*a, *b)).fold(0.0, f64::max) <= TOLERANCE * longest
            };
            let place = (0..labels.len()).find(|&place| same(place));
            let place = place.unwrap_or_else(|| panic!("{}: box {row} of film {film} is not found", case.name));
            is_taken[place] = true;
        }
    }
}

#[test]
fn faster_rcnn_small_answers_as_torchvision_for_two_films_and_learns_the_same() {
    check("fasterrcnn_small");
}

#[test]
fn faster_rcnn_on_resnet_18_answers_as_torchvision() {
    check("fasterrcnn_resnet18_fpn");
}

#[test]
fn faster_rcnn_on_resnet_50_answers_as_torchvision() {
    check("fasterrcnn_resnet50_fpn");
}

#[test]
fn retinanet_small_answers_as_torchvision_for_two_films_and_learns_the_same() {
    check("retinanet_small");
}

#[test]
fn retinanet_on_resnet_18_answers_as_torchvision() {
    check("retinanet_resnet18_fpn");
}

#[test]
fn retinanet_on_resnet_50_answers_as_torchvision() {
    check("retinanet_resnet50_fpn");
}

#[test]
fn a_film_on_which_nothing_scores_has_no_boxes() {
    for name in ["fasterrcnn_small", "retinanet_small"] {
        let (architecture, _) = Architecture::ALL.into_iter().find(|(_, text)| *text == name).unwrap();
        let mut params = Params::new(Device::Cpu);
        let mut options = Options::new(2);
        options.limits.min_score = 1.0;
        let Some(Network::Detector(network)) = build(architecture, &options, &mut params) else { panic!("{name}") };
        let found = network.detect(&films(&[[40, 50], [64, 33]]));
        assert_eq!(found.len(), 2);
        for boxes in found {
            assert_eq!((boxes.boxes.size(), boxes.scores.size(), boxes.labels.size()), (vec![0, 4], vec![0], vec![0]));
        }
    }
}

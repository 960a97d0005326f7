//! What one model says of one film, in the film's own pixels.

use rachis::domain::imaging::Film;
use rachis::domain::model::ModelCard;
use rachis::jobs::protocol::{DetectionRow, HeatRow};
use tch::{Kind, Tensor};

use crate::failure::Failure;
use crate::heat;
use crate::layers::Mode;
use crate::loaded::Loaded;
use crate::models::{Boxes, Classifier, ImageBatch, Network};
use crate::preprocess;

/// The most boxes a film, as COCO's evaluation counts.
const MAX_DETECTIONS: usize = 100;
/// Boxes of less are never shown and only fill the project.
pub const MIN_SCORE: f64 = 0.01;

/// A model's answer.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Answer {
    pub probability: Option<f64>,
    pub detections: Vec<DetectionRow>,
    pub heat: Option<HeatRow>,
}

/// One film through one model. Panics of libtorch come out as they are; the caller catches them.
pub fn answer(model: &Loaded, film: &Film, wants_heat: bool) -> Result<Answer, Failure> {
    answer_above(model, film, wants_heat, MIN_SCORE)
}

/// The same with another least score of boxes.
pub fn answer_above(model: &Loaded, film: &Film, wants_heat: bool, min_score: f64) -> Result<Answer, Failure> {
    let _guard = tch::no_grad_guard();
    let input = model.prepared(preprocess::input(film, &model.card.preprocessing));
    match &model.network {
        Network::Classifier(net) => classify(net.as_ref(), &input, wants_heat),
        Network::Detector(net) => {
            let boxes = net.detect(&input);
            let boxes = boxes.first().ok_or_else(|| Failure::new("The detector gave no answer for the film."))?;
            let detections = detections(boxes, &model.card, [film.width, film.height], min_score)?;
            Ok(Answer { detections, ..Answer::default() })
        }
    }
}

fn classify(net: &dyn Classifier, input: &ImageBatch, wants_heat: bool) -> Result<Answer, Failure> {
    let features = net.features(&input.pixels, Mode::Eval);
    let (logit, heat) = if wants_heat && net.has_features() {
        heat::look(net, &features, input)
    } else {
        (net.logits_of(&features.to_kind(Kind::Float)).double_value(&[0, 0]), None)
    };
    // Of an infinite logit the probability would look like a sure one.
    if !logit.is_finite() {
        return Err(Failure::new(
            "The classifier's answer is not a number, so the film has none. Its weights are likely damaged: bring the model in again.",
        ));
    }
    let probability = 1.0 / (1.0 + (-logit).exp());
    Ok(Answer { probability: Some(probability), heat, ..Answer::default() })
}

/// By falling score, ties by position, in pixels of the film.
pub fn detections(
    boxes: &Boxes,
    card: &ModelCard,
    [width, height]: [u32; 2],
    min_score: f64,
) -> Result<Vec<DetectionRow>, Failure> {
    let list = |tensor: &Tensor| Vec::<f64>::try_from(tensor.to_kind(Kind::Double).flatten(0, -1).contiguous());
    let (places, scores, labels) = (list(&boxes.boxes)?, list(&boxes.scores)?, list(&boxes.labels)?);
    let mut rows = Vec::new();
    for ((place, score), label) in places.as_chunks::<4>().0.iter().zip(scores).zip(labels) {
        // A cast alone would make class 0 of what is below.
        if label < 0.0 {
            return Err(Failure::new(
                "The detector answers with a label below that of its first class, so the film has no boxes. Likely its labels start at 0, and 1 is expected, as torchvision's detectors have it: change the module and bring it in again.",
            ));
        }
        let Some(class) = card.classes.get(label as usize) else {
            return Err(Failure::new(format!(
                "The detector names its class {}, and its card lists only {}; the film has no boxes. Bring the model in with all its classes.",
                label as u64 + 1,
                card.classes.len()
            )));
        };
        if !score.is_finite() || score < min_score || place.iter().any(|v| !v.is_finite()) {
            continue;
        }
        let Some(rect) = card.preprocessing.image_from_input(*place, width, height) else { continue };
        rows.push(DetectionRow {
            lesion_type: class.to_string(),
            score: score.min(1.0),
            xmin: rect.xmin(),
            ymin: rect.ymin(),
            xmax: rect.xmax(),
            ymax: rect.ymax(),
        });
    }
    let place = |row: &DetectionRow| [row.ymin, row.xmin, row.ymax, row.xmax];
    rows.sort_by(|a, b| {
        let by_place = || place(a).partial_cmp(&place(b)).unwrap_or(std::cmp::Ordering::Equal);
        b.score.total_cmp(&a.score).then_with(by_place)
    });
    rows.truncate(MAX_DETECTIONS);
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Limits;
    use crate::precision::Precision;
    use crate::trial;
    use rachis::domain::model::Architecture;
    use rachis::domain::study::FilmSource;
    use tch::Device;

    fn film(size: [u32; 2]) -> Film {
        let folder = tempfile::tempdir().unwrap();
        let film = trial::film(folder.path(), "a", size);
        rachis::dicom::decode(&FilmSource::File(film.path), 0).unwrap().film
    }

    fn model(architecture: Architecture, side: u32, precision: Precision) -> Loaded {
        let card = trial::card(architecture, side);
        let state = trial::state(architecture, card.classes.len() as i64);
        Loaded::with(architecture, card, &state, Device::Cpu, precision, Limits::default()).unwrap()
    }

    #[test]
    fn boxes_are_on_the_film_and_fall_in_score() {
        let film = film([331, 477]);
        for architecture in [Architecture::FasterRcnnSmall, Architecture::RetinaNetSmall] {
            let found = answer(&model(architecture, 160, Precision::F32), &film, true).unwrap();
            let rows = &found.detections;
            assert!(!rows.is_empty() && rows.len() <= MAX_DETECTIONS && found.probability.is_none());
            assert!(rows.windows(2).all(|pair| pair[0].score >= pair[1].score));
            for row in rows {
                assert!((MIN_SCORE..=1.0).contains(&row.score));
                assert!(row.xmin >= 0.0 && row.ymin >= 0.0 && row.xmax <= 331.0 && row.ymax <= 477.0);
                assert!(row.xmin < row.xmax && row.ymin < row.ymax);
                assert!(["Osteophytes", "Other lesions"].contains(&row.lesion_type.as_str()));
            }
        }
    }

    #[test]
    fn labels_outside_the_card_are_told_and_no_class_is_guessed() {
        let card = trial::card(Architecture::TorchScriptDetector, 160);
        let found = |label: i64, score: f32| {
            let boxes = Boxes {
                boxes: Tensor::from_slice(&[10.0f32, 10.0, 50.0, 60.0]).reshape([1, 4]),
                scores: Tensor::from_slice(&[score]),
                labels: Tensor::from_slice(&[label]),
            };
            detections(&boxes, &card, [300, 400], MIN_SCORE)
        };
        assert_eq!(found(1, 0.5).unwrap()[0].lesion_type, "Other lesions");
        assert_eq!(found(1, f32::INFINITY), Ok(Vec::new()));
        for (label, expected) in [(-1, "start at 0"), (2, "its class 3"), (-7, "start at 0")] {
            let message = found(label, 0.5).expect_err("no class").message;
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn an_answer_that_is_no_number_is_a_failure_of_the_film() {
        let film = film([90, 70]);
        for wrong in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            let model = model(Architecture::DenseNetSmall, 64, Precision::F32);
            let _ = tch::no_grad(|| model.tensor("classifier.bias").unwrap().shallow_clone().fill_(wrong));
            for wants_heat in [true, false] {
                let message = answer(&model, &film, wants_heat).expect_err("no number").message;
                assert!(message.contains("not a number"), "{message}");
            }
        }
    }

    #[test]
    fn a_large_classifier_says_nearly_the_same_in_either_precision() {
        let film = film([200, 300]);
        let [exact, low] = [Precision::F32, Precision::BF16]
            .map(|precision| answer(&model(Architecture::DenseNet121, 224, precision), &film, true).unwrap());
        let difference = (exact.probability.unwrap() - low.probability.unwrap()).abs();
        assert!(difference < 0.02, "{difference}");
        assert_eq!(low.heat.unwrap().values.len(), 49);
    }

    #[test]
    fn the_heat_map_is_what_a_linear_layer_after_a_mean_makes_it() {
        let film = film([200, 300]);
        let model = model(Architecture::DenseNetSmall, 96, Precision::F32);
        let heat = answer(&model, &film, true).unwrap().heat.unwrap();
        let Network::Classifier(net) = &model.network else { panic!("a classifier") };
        let _guard = tch::no_grad_guard();
        let input = model.prepared(preprocess::input(&film, &model.card.preprocessing));
        let features = net.features(&input.pixels, Mode::Eval);
        // The logit is the mean of (weights . features) plus a bias, so the map is that product itself.
        let weights = model.tensor("classifier.weight").unwrap().reshape([1, -1, 1, 1]);
        let map = (weights * features).sum_dim_intlist(1i64, false, Kind::Float).relu();
        let most = map.max().double_value(&[]);
        assert!(most > 0.0, "something speaks for it");
        let expected = Vec::<f64>::try_from((map / most).to_kind(Kind::Double).contiguous().flatten(0, -1)).unwrap();
        assert_eq!((heat.width, heat.height), (3, 3));
        for (a, b) in heat.values.iter().zip(expected) {
            assert!((f64::from(*a) - b).abs() < 1e-5, "{a} {b}");
        }
    }
}

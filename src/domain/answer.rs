//! What the models in use say of one film, put together in three stages that can each be run alone: classify, detect, fuse.

use crate::domain::fusion::{FusionRule, LeftOut, Pipeline, counterpart, ensemble, is_abnormal};
use crate::domain::model::{Model, ModelContent, ModelId};
use crate::domain::prediction::Prediction;
use crate::domain::suggestion::{Suggestion, SuggestionKey};

/// The first stage: healthy or abnormal.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Classified {
    /// `None` without a classifier, and where one of its predictions is missing.
    pub probability: Option<f64>,
    /// At the pipeline's threshold.
    pub is_abnormal: Option<bool>,
    /// Of each classifier of the ensemble, in its order; one for a single classifier. Those that are missing are left
    /// out.
    pub members: Vec<f64>,
}

/// The third stage: which boxes are left. Each list in the order that the detector gave, by falling score.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Fused {
    pub kept: Vec<Suggestion>,
    pub left_out: Vec<(Suggestion, LeftOut)>,
}

/// All three stages.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Answer {
    pub classified: Classified,
    pub fused: Fused,
    /// The classifier's probability averaged with the best box; needs both models' answers.
    pub counterpart: Option<f64>,
    /// Models in use whose prediction of the film is not there yet.
    pub missing: Vec<ModelId>,
}

/// Which models have to predict a film for the model's answer: itself, or the members of an ensemble.
pub fn predicting(models: &[Model], id: ModelId) -> Vec<ModelId> {
    match models.iter().find(|model| model.id == id).map(|model| &model.content) {
        Some(ModelContent::Ensemble { members, .. }) => members.clone(),
        Some(ModelContent::Weights { .. }) | None => vec![id],
    }
}

/// Which models have to predict a film for the pipeline's answer, each once.
pub fn predicting_all(models: &[Model], pipeline: &Pipeline) -> Vec<ModelId> {
    let mut all: Vec<ModelId> = Vec::new();
    for id in [pipeline.classifier, pipeline.detector].into_iter().flatten() {
        for one in predicting(models, id) {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    all
}

/// Stage 1. An ensemble answers only when every member has: a mean over some of them would be another model's answer.
/// `predictions` are all of one film.
pub fn classify(models: &[Model], pipeline: &Pipeline, predictions: &[Prediction]) -> Classified {
    let Some(id) = pipeline.classifier else { return Classified::default() };
    let wanted = predicting(models, id);
    let said = |id: &ModelId| predictions.iter().find(|p| p.model == *id).and_then(|p| p.probability);
    let members: Vec<f64> = wanted.iter().filter_map(said).collect();
    let content = models.iter().find(|model| model.id == id).map(|model| &model.content);
    let probability = match content {
        _ if members.len() < wanted.len() => None,
        Some(ModelContent::Ensemble { mean, .. }) => ensemble(&members, *mean),
        Some(ModelContent::Weights { .. }) | None => members.first().copied(),
    };
    Classified { probability, is_abnormal: probability.map(|p| is_abnormal(p, pipeline.threshold)), members }
}

/// Stage 2: every box of the detector; `None` without a detector, and where its prediction is missing.
pub fn detect(pipeline: &Pipeline, predictions: &[Prediction]) -> Option<Vec<Suggestion>> {
    let model = pipeline.detector?;
    let prediction = predictions.iter().find(|p| p.model == model)?;
    let suggestion = |(number, detection): (usize, &crate::domain::prediction::Detection)| Suggestion {
        key: SuggestionKey { model, number: number as u32 },
        label: detection.label.clone(),
        score: detection.score,
        rect: detection.rect,
    };
    Some(prediction.detections.iter().enumerate().map(suggestion).collect())
}

/// Stage 3. `is_abnormal` is what stage 1 says, `None` where it says nothing: then every box stays.
pub fn fuse(rule: FusionRule, is_abnormal: Option<bool>, boxes: Vec<Suggestion>) -> Fused {
    let mut fused = Fused::default();
    for suggestion in boxes {
        match rule.leaves_out(is_abnormal, suggestion.score) {
            None => fused.kept.push(suggestion),
            Some(reason) => fused.left_out.push((suggestion, reason)),
        }
    }
    fused
}

/// All three stages for one film. Without a classifier every box is kept; without a detector there are no boxes, and the
/// probability stands alone; without either nothing is said.
pub fn answer(models: &[Model], pipeline: &Pipeline, predictions: &[Prediction]) -> Answer {
    let classified = classify(models, pipeline, predictions);
    let boxes = detect(pipeline, predictions);
    let counterpart = classified
        .probability
        .zip(boxes.as_ref())
        .map(|(p, boxes)| counterpart(p, boxes.iter().map(|suggestion| suggestion.score)));
    let is_there = |id: &ModelId| predictions.iter().any(|p| p.model == *id);
    let mut missing = predicting_all(models, pipeline);
    missing.retain(|id| !is_there(id));
    let fused = fuse(pipeline.rule, classified.is_abnormal, boxes.unwrap_or_default());
    Answer { classified, fused, counterpart, missing }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::geometry::Rect;
    use crate::domain::id::ImageId;
    use crate::domain::label::LabelName;
    use crate::domain::model::{Architecture, EnsembleMean, ModelCard};
    use crate::domain::prediction::Detection;
    use crate::domain::preprocessing::Preprocessing;

    fn model(id: i64, content: ModelContent) -> Model {
        let card = ModelCard {
            name: format!("model {id}"),
            task: crate::domain::model::ModelTask::Classify,
            classes: vec![LabelName::new("Abnormal")],
            preprocessing: Preprocessing::PAPER_CLASSIFIER,
            threshold: None,
            is_synthetic: true,
            training: String::new(),
            data_sha256: None,
            metrics: Vec::new(),
            licence: String::new(),
            notes: String::new(),
        };
        let id = ModelId(id);
        Model { id, version: 1, content, card, added_at_ms: 0, added_by: String::new(), is_deleted: false }
    }

    /// Classifiers 1 and 2, detector 3, and 4, the ensemble of 1 and 2.
    fn models() -> Vec<Model> {
        let weights = |architecture| ModelContent::Weights { architecture, sha256: [0; 32] };
        let members = vec![ModelId(1), ModelId(2)];
        vec![
            model(1, weights(Architecture::DenseNetSmall)),
            model(2, weights(Architecture::DenseNetSmall)),
            model(3, weights(Architecture::FasterRcnnSmall)),
            model(4, ModelContent::Ensemble { members, mean: EnsembleMean::Probability }),
        ]
    }

    fn prediction(id: i64, probability: Option<f64>, scores: &[f64]) -> Prediction {
        let rect = Rect::from_columns(10.0, 10.0, 20.0, 20.0).unwrap();
        let detection = |&score: &f64| Detection { label: LabelName::new("Osteophytes"), score, rect };
        let detections = scores.iter().map(detection).collect();
        Prediction { image: ImageId::new("film"), model: ModelId(id), probability, detections, heat: None }
    }

    fn pipeline(classifier: Option<i64>, detector: Option<i64>) -> Pipeline {
        let (classifier, detector) = (classifier.map(ModelId), detector.map(ModelId));
        Pipeline { classifier, detector, threshold: 0.4, ..Pipeline::default() }
    }

    fn numbers(boxes: &[Suggestion]) -> Vec<u32> {
        boxes.iter().map(|suggestion| suggestion.key.number).collect()
    }

    #[test]
    fn a_normal_film_keeps_its_surest_boxes_only() {
        let said = [prediction(1, Some(0.3999), &[]), prediction(3, None, &[0.9, 0.51, 0.5, 0.2])];
        let all = answer(&models(), &pipeline(Some(1), Some(3)), &said);
        assert_eq!(all.classified.is_abnormal, Some(false));
        assert_eq!(numbers(&all.fused.kept), [0, 1]);
        let left: Vec<(u32, LeftOut)> = all.fused.left_out.iter().map(|(s, why)| (s.key.number, *why)).collect();
        assert_eq!(left, [(2, LeftOut::LowOnNormalFilm), (3, LeftOut::LowOnNormalFilm)]);
        assert_eq!(all.counterpart, Some(f64::midpoint(0.3999, 0.9)));
        assert!(all.missing.is_empty());
        let abnormal = [prediction(1, Some(0.4), &[]), said[1].clone()];
        let all = answer(&models(), &pipeline(Some(1), Some(3)), &abnormal);
        assert_eq!((all.classified.is_abnormal, all.fused.left_out.len()), (Some(true), 0));
    }

    #[test]
    fn either_model_can_be_absent() {
        let said = [prediction(1, Some(0.1), &[]), prediction(3, None, &[0.2])];
        let detector_only = answer(&models(), &pipeline(None, Some(3)), &said);
        assert_eq!((detector_only.classified.probability, detector_only.counterpart), (None, None));
        assert_eq!(numbers(&detector_only.fused.kept), [0], "nothing speaks against the box");
        let classifier_only = answer(&models(), &pipeline(Some(1), None), &said);
        assert_eq!(classifier_only.classified.is_abnormal, Some(false));
        assert_eq!((classifier_only.fused.kept.len(), classifier_only.counterpart), (0, None));
        let none = answer(&models(), &pipeline(None, None), &said);
        assert_eq!(none, Answer::default());
    }

    #[test]
    fn an_ensemble_waits_for_all_its_members() {
        let models = models();
        let both = pipeline(Some(4), Some(3));
        assert_eq!(predicting_all(&models, &both), [ModelId(1), ModelId(2), ModelId(3)]);
        let said = [prediction(1, Some(0.2), &[]), prediction(3, None, &[0.3])];
        let half = answer(&models, &both, &said);
        assert_eq!((half.classified.probability, half.classified.members.as_slice()), (None, &[0.2][..]));
        assert_eq!((half.missing.as_slice(), numbers(&half.fused.kept)), (&[ModelId(2)][..], vec![0]));
        let said = [said[0].clone(), prediction(2, Some(0.8), &[]), said[1].clone()];
        let whole = answer(&models, &both, &said);
        assert_eq!((whole.classified.probability, whole.classified.is_abnormal), (Some(0.5), Some(true)));
        assert_eq!(whole.counterpart, Some(0.4));
    }

    #[test]
    fn a_film_that_the_detector_finds_clean_has_no_best_box() {
        let said = [prediction(1, Some(0.6), &[]), prediction(3, None, &[])];
        let clean = answer(&models(), &pipeline(Some(1), Some(3)), &said);
        assert_eq!((clean.counterpart, clean.missing.len()), (Some(0.3), 0));
    }
}

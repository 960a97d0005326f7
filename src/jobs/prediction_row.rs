//! What the engine says of a film, taken as a prediction only where it can be one.

use crate::domain::geometry::Rect;
use crate::domain::id::ImageId;
use crate::domain::label::LabelName;
use crate::domain::model::ModelId;
use crate::domain::prediction::{Detection, HeatGrid, Prediction};

use super::protocol::{DetectionRow, HeatRow, PredictionRow};

/// The most detections of one model on one film.
const MOST_DETECTIONS: usize = 100;

impl PredictionRow {
    /// The prediction, or what about the row can't be.
    pub fn to_prediction(&self) -> Result<Prediction, String> {
        let is_share = |value: f64| (0.0..=1.0).contains(&value);
        if self.probability.is_some_and(|p| !is_share(p)) {
            return Err(format!("a probability of {}", self.probability.unwrap_or_default()));
        }
        if self.detections.len() > MOST_DETECTIONS {
            return Err(format!("{} boxes", self.detections.len()));
        }
        let detections = self.detections.iter().map(detection).collect::<Result<Vec<_>, _>>()?;
        if detections.windows(2).any(|pair| pair[0].score < pair[1].score) {
            return Err("boxes that are not in the order of their scores".to_owned());
        }
        let heat = self.heat.as_ref().map(heat).transpose()?;
        Ok(Prediction {
            image: ImageId::from(self.image_id.as_str()),
            model: ModelId(self.model),
            probability: self.probability,
            detections,
            heat,
        })
    }

    /// A prediction as a line of `predictions.jsonl`.
    pub fn of(prediction: &Prediction, model_sha256: &str, took_ms: u64) -> Self {
        let detection = |d: &Detection| DetectionRow {
            lesion_type: d.label.as_str().to_owned(),
            score: d.score,
            xmin: d.rect.xmin(),
            ymin: d.rect.ymin(),
            xmax: d.rect.xmax(),
            ymax: d.rect.ymax(),
        };
        let heat = |h: &HeatGrid| HeatRow { width: h.width, height: h.height, values: h.values.clone() };
        Self {
            image_id: prediction.image.as_str().to_owned(),
            model: prediction.model.0,
            model_sha256: model_sha256.to_owned(),
            probability: prediction.probability,
            detections: prediction.detections.iter().map(detection).collect(),
            heat: prediction.heat.as_ref().map(heat),
            took_ms,
        }
    }
}

fn detection(row: &DetectionRow) -> Result<Detection, String> {
    let label = LabelName::new(row.lesion_type.as_str());
    if row.lesion_type.is_empty() || label.is_no_finding() {
        return Err(format!("a box of the class {:?}", row.lesion_type));
    }
    if !(0.0..=1.0).contains(&row.score) {
        return Err(format!("a box with the score {}", row.score));
    }
    let rect = Rect::from_columns(row.xmin, row.ymin, row.xmax, row.ymax).ok_or("a box without an area")?;
    Ok(Detection { label, score: row.score, rect })
}

fn heat(row: &HeatRow) -> Result<HeatGrid, String> {
    let num = u64::from(row.width) * u64::from(row.height);
    if num == 0 || num != row.values.len() as u64 || row.values.iter().any(|value| !(0.0..=1.0).contains(value)) {
        return Err("a heat map that is none".to_owned());
    }
    Ok(HeatGrid { width: row.width, height: row.height, values: row.values.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(detections: &[(&str, f64, [f64; 4])]) -> PredictionRow {
        let detection = |(label, score, [xmin, ymin, xmax, ymax]): &(&str, f64, [f64; 4])| DetectionRow {
            lesion_type: (*label).to_owned(),
            score: *score,
            xmin: *xmin,
            ymin: *ymin,
            xmax: *xmax,
            ymax: *ymax,
        };
        PredictionRow {
            image_id: "film".into(),
            model: 3,
            model_sha256: "ab".into(),
            probability: None,
            detections: detections.iter().map(detection).collect(),
            heat: None,
            took_ms: 12,
        }
    }

    #[test]
    fn a_good_row_comes_back_as_it_was() {
        let mut good =
            row(&[("Osteophytes", 0.9, [1.0, 2.5, 30.25, 40.0]), ("Other lesions", 0.9, [0.0, 0.0, 1.0, 1.0])]);
        good.probability = Some(1.0);
        good.heat = Some(HeatRow { width: 2, height: 1, values: vec![0.0, 1.0] });
        let prediction = good.to_prediction().unwrap();
        assert_eq!(PredictionRow::of(&prediction, "ab", 12), good);
    }

    #[test]
    fn what_can_be_no_prediction_is_refused() {
        const BOX: [f64; 4] = [1.0, 2.0, 3.0, 4.0];
        let check = |row: PredictionRow, expected: &str| {
            let why = row.to_prediction().unwrap_err();
            assert!(why.contains(expected), "{why}");
        };
        check(PredictionRow { probability: Some(1.5), ..row(&[]) }, "probability of 1.5");
        check(PredictionRow { probability: Some(f64::NAN), ..row(&[]) }, "probability of NaN");
        check(row(&[("No finding", 0.5, BOX)]), "No finding");
        check(row(&[("", 0.5, BOX)]), "class");
        check(row(&[("Osteophytes", -0.1, BOX)]), "score");
        check(row(&[("Osteophytes", 0.5, [3.0, 2.0, 3.0, 4.0])]), "area");
        check(row(&[("Osteophytes", 0.5, [f64::NEG_INFINITY, 2.0, 3.0, 4.0])]), "area");
        check(row(&[("Osteophytes", 0.4, BOX), ("Osteophytes", 0.5, BOX)]), "order");
        check(row(&[("Osteophytes", 0.4, BOX); 101]), "101 boxes");
        for (width, height, values) in [(2, 2, vec![0.0]), (1, 1, vec![2.0]), (0, 0, vec![])] {
            check(PredictionRow { heat: Some(HeatRow { width, height, values }), ..row(&[]) }, "heat map");
        }
    }
}

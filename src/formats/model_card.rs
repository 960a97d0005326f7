//! A model's card as people read it: JSON with stable names, in the header of the model's file or beside it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::label::LabelName;
use crate::domain::model::{Architecture, CardMetric, ModelCard, ModelTask};
use crate::domain::preprocessing::{Preprocessing, Resize, Sampling, Tone};

/// Counted up when an older program would misread a card.
const FORM: u32 = 1;
/// The largest side of a network's input, in pixels: a card can't make the engine ask for terabytes.
const MAX_SIDE: u32 = 8192;

/// Why a text is not a card.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    #[error("the model's card is not in the expected JSON form: {0}")]
    Form(#[from] serde_json::Error),
    #[error("the model's card is of form {0}, which a newer Rachis writes; update this program to use the model")]
    Newer(u32),
    #[error("the model's card says {field} {found:?}, which is none of {known}")]
    Word { field: &'static str, found: String, known: String },
    #[error("the model's card can't be used: {0}")]
    Value(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CardRow {
    rachis_card: u32,
    name: String,
    architecture: String,
    /// `classify`, `detect`: said for people; the architecture decides.
    task: String,
    classes: Vec<String>,
    preprocessing: PreprocessingRow,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
    #[serde(default)]
    synthetic: bool,
    #[serde(default)]
    training: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data_sha256: Option<String>,
    #[serde(default)]
    metrics: Vec<MetricRow>,
    #[serde(default)]
    licence: String,
    #[serde(default)]
    notes: String,
}

/// How a film becomes the network's input, as a card and the project's database spell it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PreprocessingRow {
    /// `released_png`, `displayed`
    tone: String,
    resize: ResizeRow,
    /// `bilinear`, `antialiased`
    sampling: String,
    divisor: f64,
    mean: [f64; 3],
    std: [f64; 3],
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum ResizeRow {
    Exact { width: u32, height: u32 },
    ShorterEdge { shorter: u32, longest: u32 },
    Letterbox { side: u32 },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MetricRow {
    name: String,
    value: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interval: Option<[f64; 2]>,
    #[serde(default)]
    measured_on: String,
}

const TONES: [(&str, Tone); 2] = [("released_png", Tone::ReleasedPng), ("displayed", Tone::Displayed)];
const SAMPLINGS: [(&str, Sampling); 2] = [("bilinear", Sampling::Bilinear), ("antialiased", Sampling::Antialiased)];

/// Where the card of a file lies that has no place for one inside (TorchScript): `hips.pt` has `hips.card.json`.
pub fn beside(file: &Path) -> PathBuf {
    file.with_extension("card.json")
}

/// A card and the network that it is of, as JSON text; [`parse`] reads the same back.
pub fn write(architecture: Architecture, card: &ModelCard) -> String {
    let row = CardRow {
        rachis_card: FORM,
        name: card.name.clone(),
        architecture: architecture.as_str().to_owned(),
        task: architecture.task().as_str().to_owned(),
        classes: card.classes.iter().map(ToString::to_string).collect(),
        preprocessing: preprocessing_row(&card.preprocessing),
        threshold: card.threshold,
        synthetic: card.is_synthetic,
        training: card.training.clone(),
        data_sha256: card.data_sha256.clone(),
        metrics: card.metrics.iter().map(metric_row).collect(),
        licence: card.licence.clone(),
        notes: card.notes.clone(),
    };
    serde_json::to_string_pretty(&row).expect("text, numbers and lists") + "\n"
}

/// A card from its JSON text.
pub fn parse(text: &str) -> Result<(Architecture, ModelCard), CardError> {
    /// The form alone, so that a newer card is told as such and not by its first unknown word.
    #[derive(Deserialize)]
    struct Form {
        rachis_card: u32,
    }
    let form: Form = serde_json::from_str(text)?;
    if form.rachis_card > FORM {
        return Err(CardError::Newer(form.rachis_card));
    }
    let row: CardRow = serde_json::from_str(text)?;
    let architectures = Architecture::ALL.map(|(architecture, text)| (text, architecture));
    let architecture = known("architecture", &row.architecture, &architectures)?;
    let task = known("task", &row.task, &ModelTask::ALL.map(|task| (task.as_str(), task)))?;
    let card = ModelCard {
        name: row.name,
        task,
        classes: row.classes.into_iter().map(LabelName::new).collect(),
        preprocessing: preprocessing_from_row(&row.preprocessing)?,
        threshold: row.threshold,
        is_synthetic: row.synthetic,
        training: row.training,
        data_sha256: row.data_sha256,
        metrics: row.metrics.into_iter().map(metric_from_row).collect(),
        licence: row.licence,
        notes: row.notes,
    };
    check(architecture, &card)?;
    Ok((architecture, card))
}

/// What a program needs to hold before it builds a network from a card; also for cards that people make by hand.
pub fn check(architecture: Architecture, card: &ModelCard) -> Result<(), CardError> {
    let refused = |why: &str| Err(CardError::Value(why.to_owned()));
    if card.name.trim().is_empty() {
        return refused("it has no name");
    }
    if card.task != architecture.task() {
        return refused(&format!("{} can't {}", architecture.as_str(), card.task.as_str()));
    }
    match (card.task, card.classes.len()) {
        (_, 0) => return refused("it names no class"),
        (ModelTask::Classify, 2..) => return refused("a classifier has one class: what a high probability means"),
        (ModelTask::Detect, 1001..) => return refused("it names more than 1000 classes"),
        _ => {}
    }
    for (i, class) in card.classes.iter().enumerate() {
        if class.as_str().trim().is_empty() || card.classes[..i].contains(class) {
            return refused("its classes need names, each its own");
        }
    }
    if card.threshold.is_some_and(|threshold| !(0.0..=1.0).contains(&threshold)) {
        return refused("its threshold is not within 0 and 1");
    }
    let p = &card.preprocessing;
    let sides = match p.resize {
        Resize::Exact { width, height } => [width, height],
        Resize::ShorterEdge { shorter, longest } => [shorter, longest],
        Resize::Letterbox { side } => [side, side],
    };
    if sides.iter().any(|side| !(1..=MAX_SIDE).contains(side)) {
        return refused(&format!("its input size is not within 1 and {MAX_SIDE} pixels"));
    }
    let is_divisible = |value: f64| value.is_finite() && value > 0.0;
    if !is_divisible(p.divisor) || !p.std.into_iter().all(is_divisible) || !p.mean.iter().all(|mean| mean.is_finite()) {
        return refused("its divisor and deviations have to be above 0, its means numbers");
    }
    Ok(())
}

/// Preprocessing alone, as the project's database keeps it.
pub fn write_preprocessing(preprocessing: &Preprocessing) -> String {
    serde_json::to_string(&preprocessing_row(preprocessing)).expect("text and numbers")
}

/// The other way of [`write_preprocessing`].
pub fn parse_preprocessing(text: &str) -> Result<Preprocessing, CardError> {
    preprocessing_from_row(&serde_json::from_str(text)?)
}

fn preprocessing_row(p: &Preprocessing) -> PreprocessingRow {
    PreprocessingRow {
        tone: word(&TONES, p.tone),
        resize: match p.resize {
            Resize::Exact { width, height } => ResizeRow::Exact { width, height },
            Resize::ShorterEdge { shorter, longest } => ResizeRow::ShorterEdge { shorter, longest },
            Resize::Letterbox { side } => ResizeRow::Letterbox { side },
        },
        sampling: word(&SAMPLINGS, p.sampling),
        divisor: p.divisor,
        mean: p.mean,
        std: p.std,
    }
}

fn preprocessing_from_row(row: &PreprocessingRow) -> Result<Preprocessing, CardError> {
    Ok(Preprocessing {
        tone: known("tone", &row.tone, &TONES)?,
        resize: match row.resize {
            ResizeRow::Exact { width, height } => Resize::Exact { width, height },
            ResizeRow::ShorterEdge { shorter, longest } => Resize::ShorterEdge { shorter, longest },
            ResizeRow::Letterbox { side } => Resize::Letterbox { side },
        },
        sampling: known("sampling", &row.sampling, &SAMPLINGS)?,
        divisor: row.divisor,
        mean: row.mean,
        std: row.std,
    })
}

fn metric_row(metric: &CardMetric) -> MetricRow {
    MetricRow {
        name: metric.name.clone(),
        value: metric.value,
        interval: metric.interval,
        measured_on: metric.measured_on.clone(),
    }
}

fn metric_from_row(row: MetricRow) -> CardMetric {
    CardMetric { name: row.name, value: row.value, interval: row.interval, measured_on: row.measured_on }
}

fn word<T: Copy + PartialEq>(all: &[(&str, T)], value: T) -> String {
    all.iter().find(|(_, known)| *known == value).map_or_else(String::new, |(word, _)| (*word).to_owned())
}

fn known<T: Copy>(field: &'static str, word: &str, all: &[(&str, T)]) -> Result<T, CardError> {
    let listed = || all.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
    all.iter().find(|(known, _)| *known == word).map(|(_, value)| *value).ok_or_else(|| CardError::Word {
        field,
        found: word.to_owned(),
        known: listed(),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn card() -> ModelCard {
        ModelCard {
            name: "Spine detector".into(),
            task: ModelTask::Detect,
            classes: vec![LabelName::new("Osteophytes"), LabelName::new("Other lesions")],
            preprocessing: Preprocessing::PAPER_DETECTOR,
            threshold: None,
            is_synthetic: true,
            training: "On 400 synthetic films.".into(),
            data_sha256: Some("ab".repeat(32)),
            metrics: vec![CardMetric {
                name: "mAP@0.5".into(),
                value: 0.1 + 0.2,
                interval: Some([0.2, 0.4]),
                measured_on: "120 synthetic films that training never saw".into(),
            }],
            licence: "CC0".into(),
            notes: "Not for people.".into(),
        }
    }

    #[test]
    fn every_field_is_written_and_read_back() {
        let detector = card();
        let text = write(Architecture::FasterRcnnSmall, &detector);
        assert_eq!(parse(&text).unwrap(), (Architecture::FasterRcnnSmall, detector.clone()));
        for (name, preprocessing) in Preprocessing::PRESETS {
            let mut classifier = ModelCard { name: name.into(), task: ModelTask::Classify, preprocessing, ..card() };
            classifier.classes.truncate(1);
            classifier.threshold = Some(0.2808);
            let text = write(Architecture::DenseNet121, &classifier);
            assert_eq!(parse(&text).unwrap(), (Architecture::DenseNet121, classifier));
            assert_eq!(parse_preprocessing(&write_preprocessing(&preprocessing)).unwrap(), preprocessing);
        }
        let preprocessing = Preprocessing {
            tone: Tone::Displayed,
            resize: Resize::Letterbox { side: 512 },
            sampling: Sampling::Bilinear,
            ..detector.preprocessing
        };
        assert_eq!(parse_preprocessing(&write_preprocessing(&preprocessing)).unwrap(), preprocessing);
    }

    #[test]
    fn names_in_the_file_stay_as_they_are() {
        let text = write(Architecture::FasterRcnnSmall, &card());
        for part in [
            "\"rachis_card\": 1",
            "\"architecture\": \"fasterrcnn_small\"",
            "\"task\": \"detect\"",
            "\"tone\": \"released_png\"",
            "\"shorter_edge\": {",
            "\"sampling\": \"antialiased\"",
            "\"synthetic\": true",
        ] {
            assert!(text.contains(part), "{part} is in {text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_card_is_said() {
        let text = write(Architecture::FasterRcnnSmall, &card());
        let check = |from: &str, to: &str, expected: &str| {
            assert!(text.contains(from), "{from} is in the card");
            let message = parse(&text.replace(from, to)).expect_err(to).to_string();
            assert!(message.contains(expected), "{message:?} should say {expected:?}");
        };
        check("\"rachis_card\": 1", "\"rachis_card\": 2", "newer Rachis");
        check("fasterrcnn_small", "yolo", "architecture \"yolo\", which is none of densenet121");
        check("fasterrcnn_small", "densenet121", "densenet121 can't detect");
        check("Spine detector", " ", "no name");
        check("Other lesions", "Osteophytes", "each its own");
        check("\"shorter\": 800", "\"shorter\": 0", "input size");
        check("\"shorter\": 800", "\"shorter\": 80000", "input size");
        check("\"divisor\": 255.0", "\"divisor\": 0.0", "above 0");
        check("\"licence\"", "\"license\"", "unknown field");
        assert!(parse("{").expect_err("cut").to_string().contains("expected JSON form"));
    }
}

//! The figures of an evaluation as JSON and back: settings, counts, problems, classes, films, slices.

use serde::{Deserialize, Serialize};

use crate::domain::evaluation::cases::Cases;
use crate::domain::evaluation::problems::{Problem, ProblemKind, Problems};
use crate::domain::evaluation::result::{
    ClassFigures, ClassifierFigures, DetectorFigures, Evaluation, Figure, SliceFigures,
};
use crate::domain::evaluation::settings::Settings;
use crate::domain::label::LabelName;
use crate::domain::metrics::average_precision::mean;
use crate::domain::metrics::confusion_counts::Counts;
use crate::formats::evaluation_settings::SettingsRow;

#[derive(Serialize, Deserialize)]
struct EvaluationFile {
    /// Version of the program.
    rachis: String,
    settings: SettingsRow,
    counts: CountsRow,
    problems: Vec<ProblemRow>,
    detector: Option<DetectorRow>,
    classifier: Option<ClassifierRow>,
    slices: Vec<SliceRow>,
    /// Figures whose BCa interval is undefined and whose interval is the percentile one.
    #[serde(default)]
    percentile_instead: Vec<String>,
}

#[derive(Serialize, Deserialize, Default)]
struct CountsRow {
    films: usize,
    films_with_boxes: usize,
    truth_boxes: usize,
    /// Of these, those of labels that count as "Other lesions".
    #[serde(default)]
    folded_boxes: u64,
    /// Before any rule and threshold.
    detections: usize,
}

#[derive(Serialize, Deserialize)]
struct ProblemRow {
    kind: String,
    meaning: String,
    count: u64,
    examples: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct DetectorRow {
    /// Mean over classes with truth and over the overlaps.
    map: Option<f64>,
    map_by_iou: Vec<Option<f64>>,
    map_main: Option<f64>,
    map_main_interval: Option<[f64; 2]>,
    classes: Vec<ClassRow>,
    classes_without_truth: Vec<String>,
    /// Of at most 1, 10 and 100 boxes a film and class.
    average_recall: [Option<f64>; 3],
    /// At 1/8, 1/4, 1/2, 1, 2, 4 and 8 false positives a film.
    froc: Option<[f64; 7]>,
    cpm: Option<f64>,
    kaggle: Option<f64>,
    /// Rows: truth; columns: answer; the last of each: nothing.
    confusion: Vec<Vec<u64>>,
}

#[derive(Serialize, Deserialize)]
struct ClassRow {
    label: String,
    /// Mean over the overlaps.
    ap: Option<f64>,
    ap_by_iou: Vec<Option<f64>>,
    ap_main: Option<f64>,
    ap_main_interval: Option<[f64; 2]>,
    recall: Option<f64>,
    num_truths: u64,
    num_detections: u64,
    tp: u64,
    fp: u64,
    #[serde(rename = "fn")]
    fn_: u64,
}

#[derive(Serialize, Deserialize)]
struct ClassifierRow {
    num_abnormal: u64,
    num_normal: u64,
    num_left_out: u64,
    threshold: Option<f64>,
    tp: u64,
    fp: u64,
    tn: u64,
    #[serde(rename = "fn")]
    fn_: u64,
    auroc: Option<f64>,
    auroc_interval: Option<[f64; 2]>,
    auroc_delong: Option<[f64; 2]>,
    sensitivity: Option<f64>,
    sensitivity_interval: Option<[f64; 2]>,
    specificity: Option<f64>,
    specificity_interval: Option<[f64; 2]>,
    precision: Option<f64>,
    precision_interval: Option<[f64; 2]>,
    f1: Option<f64>,
    f1_interval: Option<[f64; 2]>,
    average_precision: Option<f64>,
    ece: Option<f64>,
    brier: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct SliceRow {
    by: String,
    name: String,
    num_films: u64,
    num_truths: u64,
    auroc: Option<f64>,
    sensitivity: Option<f64>,
    specificity: Option<f64>,
    map: Option<f64>,
    lesion_sensitivity: Option<f64>,
    false_positives_per_film: Option<f64>,
}

const PROBLEM_KEYS: [(ProblemKind, &str, &str); 13] = [
    (
        ProblemKind::PredictionWithoutTruth,
        "prediction_without_truth",
        "predictions of films that the truth does not have",
    ),
    (
        ProblemKind::TruthWithoutPrediction,
        "truth_without_prediction",
        "films of the truth without a prediction; each counts as a film without boxes, and has no probability",
    ),
    (ProblemKind::UnknownClass, "unknown_class", "boxes of classes that are not evaluated; left out"),
    (ProblemKind::BoxOutside, "box_outside", "boxes that reach over the film's edge; taken as they stand"),
    (ProblemKind::BadBox, "bad_box", "boxes without an area, or with coordinates that are no numbers; left out"),
    (ProblemKind::BadScore, "bad_score", "scores and probabilities that are no number from 0 to 1; left out"),
    (
        ProblemKind::FilmWithoutTruth,
        "film_without_truth",
        "films of which the truth says nothing; left out of the classifier's figures",
    ),
    (
        ProblemKind::SeveralReaders,
        "several_readers",
        "films with several readers in the truth, taken together: a lesion that two of them marked counts twice",
    ),
    (
        ProblemKind::WithoutProbability,
        "without_probability",
        "films with boxes but without a probability; the rule keeps their boxes as they are",
    ),
    (
        ProblemKind::Crowd,
        "crowd",
        "regions of a crowd (iscrowd), which are not evaluated; left out, and their films count as abnormal",
    ),
    (
        ProblemKind::TooManyBoxes,
        "too_many_boxes",
        "boxes beyond the most of one class that are looked at on a film; those of the lowest scores are left out",
    ),
    (ProblemKind::Repeated, "repeated", "films that are named again; the first one counts"),
    (ProblemKind::BadLine, "bad_line", "lines and rows that can't be read; left out"),
];

/// The key that files use, and what it means, as the end of "12 ...".
pub fn problem_words(kind: ProblemKind) -> (&'static str, &'static str) {
    let found = PROBLEM_KEYS.into_iter().find(|(known, _, _)| *known == kind);
    found.map_or(("", ""), |(_, key, meaning)| (key, meaning))
}

/// The file's text. The same figures give the same bytes; what is undefined is `null`.
pub fn write(settings: &Settings, cases: &Cases, problems: &Problems, evaluation: &Evaluation) -> String {
    let num_with_boxes = (0..cases.truths.num_films()).filter(|&film| !cases.truths.of_film(film).is_empty()).count();
    let problem = |problem: &Problem| {
        let (key, meaning) = problem_words(problem.kind);
        ProblemRow {
            kind: key.to_owned(),
            meaning: meaning.to_owned(),
            count: problem.count,
            examples: problem.examples.clone(),
        }
    };
    let file = EvaluationFile {
        rachis: env!("CARGO_PKG_VERSION").to_owned(),
        settings: SettingsRow::of(settings),
        counts: CountsRow {
            films: cases.films.len(),
            films_with_boxes: num_with_boxes,
            truth_boxes: cases.truths.len(),
            folded_boxes: cases.num_folded,
            detections: cases.detections.len(),
        },
        problems: problems.iter().map(problem).collect(),
        detector: evaluation.detector.as_ref().map(detector_row),
        classifier: evaluation.classifier.as_ref().map(classifier_row),
        slices: evaluation.slices.iter().map(slice_row).collect(),
        percentile_instead: evaluation.percentile_instead.clone(),
    };
    serde_json::to_string_pretty(&file).expect("text, numbers and lists") + "\n"
}

/// What [`write()`] wrote, without the counts, which follow from the cases.
///
/// # Errors
/// What about the text is none, as the end of a sentence.
pub fn read(text: &str) -> Result<(Settings, Problems, Evaluation), String> {
    let file: EvaluationFile = serde_json::from_str(text).map_err(|why| why.to_string())?;
    let mut problems = Problems::default();
    for row in &file.problems {
        let (kind, _, _) = PROBLEM_KEYS
            .into_iter()
            .find(|(_, key, _)| *key == row.kind)
            .ok_or_else(|| format!("unknown problem {:?}", row.kind))?;
        problems.add_known(Problem { kind, count: row.count, examples: row.examples.clone() });
    }
    let evaluation = Evaluation {
        classifier: file.classifier.as_ref().map(classifier_of),
        detector: file.detector.map(detector_of),
        slices: file.slices.into_iter().map(slice_of).collect(),
        percentile_instead: file.percentile_instead,
    };
    Ok((file.settings.to_settings()?, problems, evaluation))
}

fn parts(figure: Option<Figure>) -> (Option<f64>, Option<[f64; 2]>) {
    (figure.map(|figure| figure.value), figure.and_then(|figure| figure.interval))
}

fn figure(value: Option<f64>, interval: Option<[f64; 2]>) -> Option<Figure> {
    value.map(|value| Figure { value, interval })
}

fn detector_row(figures: &DetectorFigures) -> DetectorRow {
    let (map_main, map_main_interval) = parts(figures.map_main);
    DetectorRow {
        map: figures.map_mean,
        map_by_iou: figures.map.clone(),
        map_main,
        map_main_interval,
        classes: figures.classes.iter().map(class_row).collect(),
        classes_without_truth: figures.without_truth.iter().map(ToString::to_string).collect(),
        average_recall: figures.average_recall,
        froc: figures.froc,
        cpm: figures.cpm,
        kaggle: figures.kaggle,
        confusion: figures.confusion.clone(),
    }
}

fn detector_of(row: DetectorRow) -> DetectorFigures {
    DetectorFigures {
        classes: row.classes.into_iter().map(class_of).collect(),
        map: row.map_by_iou,
        map_main: figure(row.map_main, row.map_main_interval),
        map_mean: row.map,
        without_truth: row.classes_without_truth.into_iter().map(LabelName::new).collect(),
        average_recall: row.average_recall,
        froc: row.froc,
        cpm: row.cpm,
        kaggle: row.kaggle,
        confusion: row.confusion,
    }
}

fn class_row(figures: &ClassFigures) -> ClassRow {
    let (ap_main, ap_main_interval) = parts(figures.ap_main);
    ClassRow {
        label: figures.label.to_string(),
        ap: mean(figures.ap.iter().copied()),
        ap_by_iou: figures.ap.clone(),
        ap_main,
        ap_main_interval,
        recall: figures.recall,
        num_truths: figures.num_truths,
        num_detections: figures.num_detections,
        tp: figures.tp,
        fp: figures.fp,
        fn_: figures.fn_,
    }
}

fn class_of(row: ClassRow) -> ClassFigures {
    ClassFigures {
        label: LabelName::new(row.label),
        num_truths: row.num_truths,
        num_detections: row.num_detections,
        ap: row.ap_by_iou,
        ap_main: figure(row.ap_main, row.ap_main_interval),
        recall: row.recall,
        tp: row.tp,
        fp: row.fp,
        fn_: row.fn_,
    }
}

fn classifier_row(figures: &ClassifierFigures) -> ClassifierRow {
    let Counts { tp, fp, tn, fn_ } = figures.counts;
    let (auroc, auroc_interval) = parts(figures.auroc);
    let (sensitivity, sensitivity_interval) = parts(figures.sensitivity);
    let (specificity, specificity_interval) = parts(figures.specificity);
    let (precision, precision_interval) = parts(figures.precision);
    let (f1, f1_interval) = parts(figures.f1);
    ClassifierRow {
        num_abnormal: figures.num_abnormal,
        num_normal: figures.num_normal,
        num_left_out: figures.num_left_out,
        threshold: figures.threshold,
        tp,
        fp,
        tn,
        fn_,
        auroc,
        auroc_interval,
        auroc_delong: figures.auroc_delong,
        sensitivity,
        sensitivity_interval,
        specificity,
        specificity_interval,
        precision,
        precision_interval,
        f1,
        f1_interval,
        average_precision: figures.average_precision,
        ece: figures.ece,
        brier: figures.brier,
    }
}

fn classifier_of(row: &ClassifierRow) -> ClassifierFigures {
    ClassifierFigures {
        num_abnormal: row.num_abnormal,
        num_normal: row.num_normal,
        num_left_out: row.num_left_out,
        threshold: row.threshold,
        counts: Counts { tp: row.tp, fp: row.fp, tn: row.tn, fn_: row.fn_ },
        auroc: figure(row.auroc, row.auroc_interval),
        auroc_delong: row.auroc_delong,
        sensitivity: figure(row.sensitivity, row.sensitivity_interval),
        specificity: figure(row.specificity, row.specificity_interval),
        precision: figure(row.precision, row.precision_interval),
        f1: figure(row.f1, row.f1_interval),
        average_precision: row.average_precision,
        ece: row.ece,
        brier: row.brier,
    }
}

fn slice_row(figures: &SliceFigures) -> SliceRow {
    let SliceFigures { num_films, num_truths, auroc, sensitivity, specificity, map, .. } = *figures;
    let SliceFigures { lesion_sensitivity, false_positives_per_film, .. } = *figures;
    SliceRow {
        by: figures.by.clone(),
        name: figures.name.clone(),
        num_films,
        num_truths,
        auroc,
        sensitivity,
        specificity,
        map,
        lesion_sensitivity,
        false_positives_per_film,
    }
}

fn slice_of(row: SliceRow) -> SliceFigures {
    SliceFigures {
        by: row.by,
        name: row.name,
        num_films: row.num_films,
        num_truths: row.num_truths,
        auroc: row.auroc,
        sensitivity: row.sensitivity,
        specificity: row.specificity,
        map: row.map,
        lesion_sensitivity: row.lesion_sensitivity,
        false_positives_per_film: row.false_positives_per_film,
    }
}

//! `predictions.jsonl` to answers: one line of JSON for each film and model, as `rachis predict` writes them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::evaluation::problems::{ProblemKind, Problems};
use crate::formats::box_classes::BoxClasses;
use crate::formats::film_answers::{FilmAnswers, SaidBox};
use crate::formats::lenient_json::{Num, TextId, with_quoted_nan};

#[derive(Deserialize)]
struct LineRow {
    image_id: TextId,
    #[serde(default)]
    model: i64,
    /// Empty for an ensemble.
    #[serde(default)]
    model_sha256: String,
    #[serde(default)]
    probability: Option<Num>,
    #[serde(default)]
    detections: Vec<BoxRow>,
}

#[derive(Deserialize)]
struct BoxRow {
    lesion_type: String,
    score: Num,
    xmin: Num,
    ymin: Num,
    xmax: Num,
    ymax: Num,
}

/// What is known of a model from its lines.
#[derive(Default)]
struct Speaker {
    has_probability: bool,
    /// It has lines with boxes, or lines that say nothing else.
    has_boxes: bool,
    is_ensemble: bool,
}

/// Reads the lines. Of several classifiers in one file, the ensemble is taken.
///
/// # Errors
/// One sentence where no line can be read, or where it is not clear whose lines are meant.
pub fn read(text: &str, classes: &BoxClasses, problems: &mut Problems) -> Result<FilmAnswers, String> {
    let mut rows = Vec::new();
    let (mut num_lines, mut first_flaw) = (0, None);
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        num_lines += 1;
        match serde_json::from_str::<LineRow>(&with_quoted_nan(line)) {
            Ok(row) => rows.push((number + 1, row)),
            Err(why) => {
                first_flaw.get_or_insert_with(|| format!("line {}: {why}", number + 1));
                problems.add(ProblemKind::BadLine, || format!("line {}: {why}", number + 1));
            }
        }
    }
    if let Some(flaw) = first_flaw.filter(|_| rows.is_empty()) {
        return Err(format!("None of the {num_lines} lines is a prediction ({flaw})."));
    }
    let (classifier, detector) = speakers(&rows)?;
    let mut answers = FilmAnswers::new(detector.is_some());
    let mut seen = std::collections::HashSet::new();
    for (number, row) in &rows {
        let place = || format!("line {number}");
        let film = answers.film(&row.image_id.0);
        if !seen.insert((film, row.model)) {
            problems.add(ProblemKind::Repeated, || format!("line {number}: film {} again", row.image_id.0));
            continue;
        }
        if let Some(p) = row.probability.filter(|_| Some(row.model) == classifier) {
            answers.add_probability(film, p.0, problems, place);
        }
        if Some(row.model) == detector {
            for d in &row.detections {
                let said = SaidBox {
                    class: classes.find(&d.lesion_type),
                    word: &d.lesion_type,
                    score: d.score.0,
                    rect: [d.xmin.0, d.ymin.0, d.xmax.0, d.ymax.0],
                };
                answers.add_box(film, &said, problems, place);
            }
        }
    }
    Ok(answers)
}

/// The models whose probabilities and whose boxes are meant.
fn speakers(rows: &[(usize, LineRow)]) -> Result<(Option<i64>, Option<i64>), String> {
    let mut speakers: BTreeMap<i64, Speaker> = BTreeMap::new();
    for (_, row) in rows {
        let speaker = speakers.entry(row.model).or_default();
        speaker.has_probability |= row.probability.is_some();
        speaker.has_boxes |= row.probability.is_none() || !row.detections.is_empty();
        speaker.is_ensemble |= row.model_sha256.is_empty();
    }
    let of = |is_meant: &dyn Fn(&Speaker) -> bool| -> Vec<i64> {
        speakers.iter().filter(|(_, speaker)| is_meant(speaker)).map(|(&id, _)| id).collect()
    };
    let mut classifiers = of(&|speaker| speaker.has_probability);
    if classifiers.len() > 1 {
        let ensembles = of(&|speaker| speaker.has_probability && speaker.is_ensemble);
        if ensembles.len() == 1 {
            classifiers = ensembles;
        }
    }
    let detectors = of(&|speaker| speaker.has_boxes);
    let one = |found: &[i64], what: &str| match found {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        many => Err(format!(
            "The file holds the {what} of {} models ({}). Keep the lines of one of them.",
            many.len(),
            many.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
        )),
    };
    Ok((one(&classifiers, "probabilities")?, one(&detectors, "boxes")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::label_set;

    fn read_all(text: &str) -> (Result<FilmAnswers, String>, Problems) {
        let classes = BoxClasses::new(label_set::shipped_by_id("vindr_spine").unwrap());
        let mut problems = Problems::default();
        let read = read(text, &classes, &mut problems);
        (read, problems)
    }

    const BOX: &str = r#"{"lesion_type":"Osteophytes","score":0.5,"xmin":1,"ymin":2,"xmax":3,"ymax":4}"#;

    #[test]
    fn a_detector_and_an_ensemble_in_one_file_are_told_apart() {
        let text = format!(
            r#"{{"image_id":"a","model":1,"model_sha256":"x","probability":0.1}}
{{"image_id":"a","model":2,"model_sha256":"y","probability":0.3}}
{{"image_id":"a","model":3,"probability":0.2}}
{{"image_id":"a","model":4,"model_sha256":"z","detections":[{BOX}]}}
{{"image_id":"b","model":4,"model_sha256":"z"}}
"#
        );
        let (answers, problems) = read_all(&text);
        let answers = answers.unwrap();
        assert_eq!(answers.films, ["a", "b"]);
        assert_eq!(answers.probabilities, [Some(0.2), None]);
        assert_eq!(answers.boxes.len(), 1);
        assert!(answers.has_detector && problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn lines_of_several_models_are_not_guessed_at() {
        let two = format!(
            "{{\"image_id\":\"a\",\"model\":1,\"model_sha256\":\"x\",\"detections\":[{BOX}]}}\n\
             {{\"image_id\":\"a\",\"model\":2,\"model_sha256\":\"y\",\"detections\":[{BOX}]}}\n"
        );
        assert!(read_all(&two).0.unwrap_err().contains("boxes of 2 models (1, 2)"));
    }

    #[test]
    fn bad_lines_and_bad_numbers_are_counted() {
        let text = format!(
            "{{\"image_id\":\"a\",\"detections\":[{BOX},{}]}}\nnonsense\n{{\"image_id\":\"a\",\"detections\":[{BOX}]}}\n",
            BOX.replace("0.5", "NaN")
        );
        let (answers, problems) = read_all(&text);
        assert_eq!(answers.unwrap().boxes.len(), 1);
        let counts: Vec<_> = problems.iter().map(|p| (p.kind, p.count)).collect();
        assert_eq!(counts, [(ProblemKind::BadScore, 1), (ProblemKind::Repeated, 1), (ProblemKind::BadLine, 1)]);
        let (answers, _) = read_all("nonsense\n");
        assert!(answers.unwrap_err().contains("None of the 1 lines"), "said");
    }
}

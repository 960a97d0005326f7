//! What was evaluated, as files in a run's folder that other programs read too: truth, boxes, probabilities, films.

use serde::{Deserialize, Serialize};

use crate::domain::attribute::VertebralLevel;
use crate::domain::evaluation::cases::{BoxColumns, Cases, FilmCase};
use crate::domain::evaluation::problems::Problems;
use crate::domain::label::{Label, LabelKind, LabelSet};
use crate::domain::study::{Sex, View};
use crate::formats::box_classes::BoxClasses;
use crate::formats::film_answers::FilmAnswers;
use crate::formats::film_truths::FilmTruths;
use crate::formats::{answer_csv, answer_lines, csv_cell, film_truths, number};

/// The files' texts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseTexts {
    /// `cases.json`: classes, and what is known of each film.
    pub cases: String,
    /// `truth.csv`: image_id, lesion_type, xmin, ymin, xmax, ymax.
    pub truth: String,
    /// `predictions.jsonl`: every box, before any rule and threshold.
    pub predictions: String,
    /// `classifier.csv`: image_id, probability.
    pub classifier: String,
}

#[derive(Serialize, Deserialize)]
struct CasesFile {
    classes: Vec<String>,
    has_detector: bool,
    has_classifier: bool,
    /// Boxes of the truth that count as "Other lesions"; files from before there was folding do not say.
    #[serde(default)]
    folded_boxes: u64,
    films: Vec<FilmRow>,
}

#[derive(Serialize, Deserialize)]
struct FilmRow {
    image_id: String,
    study_id: String,
    patient_id: String,
    is_abnormal: Option<bool>,
    size: Option<[u32; 2]>,
    age_years: Option<f64>,
    sex: Option<String>,
    view: Option<String>,
    readers: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    no_finding: Option<f64>,
    /// The vertebral level of each truth box, as a reader gave it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    levels: Vec<Option<String>>,
}

#[derive(Serialize)]
struct LineRow<'a> {
    image_id: &'a str,
    detections: Vec<BoxRow<'a>>,
}

#[derive(Serialize)]
struct BoxRow<'a> {
    lesion_type: &'a str,
    score: f64,
    xmin: f64,
    ymin: f64,
    xmax: f64,
    ymax: f64,
}

/// The same cases give the same bytes.
pub fn write(cases: &Cases) -> CaseTexts {
    let mut texts = CaseTexts {
        cases: cases_text(cases),
        truth: "image_id,lesion_type,xmin,ymin,xmax,ymax\n".to_owned(),
        predictions: String::new(),
        classifier: "image_id,probability\n".to_owned(),
    };
    for (number, film) in cases.films.iter().enumerate() {
        let image = film.image.as_str();
        for index in cases.truths.of_film(number) {
            push_name(&mut texts.truth, image);
            texts.truth.push(',');
            push_name(&mut texts.truth, cases.classes[usize::from(cases.truths.classes[index])].as_str());
            for value in cases.truths.rects[index] {
                texts.truth.push(',');
                number::push(&mut texts.truth, value);
            }
            texts.truth.push('\n');
        }
        if cases.truths.of_film(number).is_empty() && film.is_abnormal == Some(false) {
            push_name(&mut texts.truth, image);
            texts.truth.push_str(",No finding,,,,\n");
        }
        if cases.has_detector {
            let detections = cases.detections.of_film(number).map(|index| box_row(cases, index)).collect();
            let line = serde_json::to_string(&LineRow { image_id: image, detections }).expect("text and numbers");
            texts.predictions.push_str(&line);
            texts.predictions.push('\n');
        }
        if let Some(p) = cases.probabilities.get(number).copied().flatten() {
            push_name(&mut texts.classifier, image);
            texts.classifier.push(',');
            number::push(&mut texts.classifier, p);
            texts.classifier.push('\n');
        }
    }
    texts
}

fn push_name(out: &mut String, name: &str) {
    csv_cell::push_cell(out, &csv_cell::with_guard(name));
}

fn box_row(cases: &Cases, index: usize) -> BoxRow<'_> {
    let [xmin, ymin, xmax, ymax] = cases.detections.rects[index];
    let class = usize::from(cases.detections.classes[index]);
    BoxRow { lesion_type: cases.classes[class].as_str(), score: cases.detections.scores[index], xmin, ymin, xmax, ymax }
}

fn cases_text(cases: &Cases) -> String {
    let film = |(number, film): (usize, &FilmCase)| FilmRow {
        image_id: film.image.to_string(),
        study_id: film.study.to_string(),
        patient_id: film.patient.to_string(),
        is_abnormal: film.is_abnormal,
        size: film.size,
        age_years: film.age_years,
        sex: film.sex.map(|sex| sex.as_dicom().to_owned()),
        view: film.view.name().map(str::to_owned),
        readers: film.readers.iter().map(ToString::to_string).collect(),
        no_finding: cases.no_finding.get(number).copied().flatten(),
        levels: levels_of_film(cases, number),
    };
    let file = CasesFile {
        classes: cases.classes.iter().map(ToString::to_string).collect(),
        has_detector: cases.has_detector,
        has_classifier: !cases.probabilities.is_empty(),
        folded_boxes: cases.num_folded,
        films: cases.films.iter().enumerate().map(film).collect(),
    };
    serde_json::to_string(&file).expect("text, numbers and lists") + "\n"
}

/// Of each truth box of a film; nothing where nobody gave one.
fn levels_of_film(cases: &Cases, film: usize) -> Vec<Option<String>> {
    let of_film = cases.truth_levels.get(cases.truths.of_film(film)).unwrap_or_default();
    if of_film.iter().all(Option::is_none) {
        return Vec::new();
    }
    of_film.iter().map(|level| level.map(|level| level.to_string())).collect()
}

/// What [`write()`] wrote.
///
/// # Errors
/// What about the texts does not fit, as the end of a sentence.
pub fn read(texts: &CaseTexts) -> Result<Cases, String> {
    let file: CasesFile = serde_json::from_str(&texts.cases).map_err(|why| format!("cases.json: {why}"))?;
    let labels = file.classes.iter().map(|name| Label::named(name.as_str(), LabelKind::Local)).collect();
    let set = LabelSet::new("as_evaluated", "As evaluated", "", labels).map_err(|why| format!("cases.json: {why}"))?;
    let classes = BoxClasses::new(set);
    let mut problems = Problems::default();
    let mut truths = FilmTruths::default();
    if texts.truth.lines().nth(1).is_some() {
        truths = film_truths::read_csv(&texts.truth, &classes, &mut problems)?;
    }
    let answers = answer_lines::read(&texts.predictions, &classes, &mut problems)?;
    let classified = answer_csv::read_probabilities(&texts.classifier, &mut problems)?;
    if let Some(problem) = problems.iter().next() {
        let example = problem.examples.first().cloned().unwrap_or_default();
        return Err(format!("the files are not as they were written ({example})"));
    }
    let mut cases = Cases {
        classes: classes.names().to_vec(),
        has_detector: file.has_detector,
        num_folded: file.folded_boxes,
        truths: truth_columns(&file, &truths),
        detections: answer_columns(&file, &answers),
        ..Cases::default()
    };
    for row in &file.films {
        if file.has_classifier {
            let film = classified.find(&row.image_id);
            cases.probabilities.push(film.and_then(|film| classified.probabilities[film as usize]));
        }
        cases.films.push(film_case(row));
    }
    if file.films.iter().any(|row| !row.levels.is_empty()) {
        for (film, row) in file.films.iter().enumerate() {
            let levels = row.levels.iter().map(|level| level.as_deref().and_then(VertebralLevel::parse));
            cases.truth_levels.extend(levels.chain(std::iter::repeat(None)).take(cases.truths.of_film(film).len()));
        }
    }
    if file.films.iter().any(|row| row.no_finding.is_some()) {
        cases.no_finding = file.films.iter().map(|row| row.no_finding).collect();
    }
    Ok(cases)
}

fn film_case(row: &FilmRow) -> FilmCase {
    let view = View::ALL.into_iter().find(|view| view.name() == row.view.as_deref());
    FilmCase {
        image: row.image_id.as_str().into(),
        study: row.study_id.as_str().into(),
        patient: row.patient_id.as_str().into(),
        is_abnormal: row.is_abnormal,
        size: row.size,
        age_years: row.age_years,
        sex: row.sex.as_deref().and_then(Sex::from_dicom),
        view: view.unwrap_or(View::Other),
        readers: row.readers.iter().map(|reader| reader.as_str().into()).collect(),
    }
}

/// Boxes stand film by film, as they were written.
fn truth_columns(file: &CasesFile, truths: &FilmTruths) -> BoxColumns {
    let mut columns = BoxColumns::default();
    let mut boxes = truths.boxes.iter().peekable();
    for row in &file.films {
        let film = truths.find(&row.image_id);
        let of_film = std::iter::from_fn(|| boxes.next_if(|one| Some(one.film) == film));
        columns.push_film(of_film.map(|one| (one.class, one.rect, None)));
    }
    columns
}

fn answer_columns(file: &CasesFile, answers: &FilmAnswers) -> BoxColumns {
    let mut columns = BoxColumns::default();
    let mut boxes = answers.boxes.iter().peekable();
    for row in &file.films {
        let film = answers.find(&row.image_id);
        let of_film = std::iter::from_fn(|| boxes.next_if(|one| Some(one.film) == film));
        columns.push_film(of_film.map(|one| (one.class, one.rect, Some(one.score))));
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::label::LabelName;

    fn film(image: &str, is_abnormal: Option<bool>) -> FilmCase {
        FilmCase {
            image: image.into(),
            study: "s".into(),
            patient: "p".into(),
            is_abnormal,
            size: Some([100, 200]),
            age_years: Some(61.5),
            sex: Some(Sex::Female),
            view: View::Lateral,
            readers: vec!["R1".into()],
        }
    }

    fn cases() -> Cases {
        let mut cases = Cases {
            classes: vec![LabelName::new("=Wings, \"left\""), LabelName::new("Osteophytes")],
            has_detector: true,
            num_folded: 1,
            probabilities: vec![Some(0.1), None, Some(1.0 / 3.0)],
            ..Cases::default()
        };
        cases.films = vec![film("-a", Some(true)), film("b", Some(false)), FilmCase { sex: None, ..film("c", None) }];
        cases.truths.push_film([(1, [0.1, 0.2, 30.0, 1e3 / 7.0], None), (0, [-1.0, 0.0, 1.0, 1.0], None)]);
        cases.truths.push_film([]);
        cases.truths.push_film([]);
        cases.detections.push_film([(0, [0.5, 0.25, 7.0, 9.0], Some(0.9)), (1, [0.5, 0.25, 7.0, 9.0], Some(0.9))]);
        cases.detections.push_film([]);
        cases.detections.push_film([(1, [0.0, 0.0, 1.0 / 3.0, 1.0], Some(1e-9))]);
        cases
    }

    #[test]
    fn cases_come_back_to_the_last_bit() {
        let check = |cases: &Cases| {
            let texts = write(cases);
            let back = read(&texts).unwrap();
            assert_eq!(back, *cases);
            assert_eq!(write(&back), texts);
        };
        check(&cases());
        check(&Cases { no_finding: vec![None, Some(0.9), None], ..cases() });
        check(&Cases { truth_levels: vec![None, VertebralLevel::parse("L5-S1")], ..cases() });
        let bare = BoxColumns { starts: vec![0; 4], ..BoxColumns::default() };
        check(&Cases { has_detector: false, detections: bare.clone(), ..cases() });
        check(&Cases { probabilities: Vec::new(), truths: bare, ..cases() });
    }

    #[test]
    fn files_that_were_changed_are_refused() {
        let texts = write(&cases());
        let changed = CaseTexts { truth: texts.truth.replace("Osteophytes", "Unicorn"), ..texts.clone() };
        assert!(read(&changed).unwrap_err().contains("not as they were written"));
        let changed = CaseTexts { cases: "{}".to_owned(), ..texts };
        assert!(read(&changed).unwrap_err().starts_with("cases.json"));
    }
}

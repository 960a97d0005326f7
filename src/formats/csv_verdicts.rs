//! Verdicts on an evaluation as a table: one row each, with what model and label said there.

use std::fmt::Write as _;

use crate::domain::evaluation::cases::Cases;
use crate::domain::evaluation::verdict::Ruling;
use crate::domain::metrics::matching::overlap;

use super::csv_cell::{push_cell, with_guard};
use super::number;

/// The header row.
pub const HEADER: &str = "image_id,kind,label_class,label_xmin,label_ymin,label_xmax,label_ymax,model_class,model_xmin,\
model_ymin,model_xmax,model_ymax,score,iou,verdict,note,rad_id,ruled_at_ms,is_last";

/// In the order in which they were given; `is_last` is 1 for those that count and 0 for those that a later one about the
/// same replaced. For a whole film both classes are empty, and the score is the probability that it is abnormal.
pub fn write(cases: &Cases, rulings: &[Ruling]) -> String {
    let mut text = format!("{HEADER}\n");
    for (at, ruling) in rulings.iter().enumerate() {
        let is_same = |other: &Ruling| {
            let is_box = ruling.detection.is_some() || ruling.truth.is_some();
            (other.detection, other.truth) == (ruling.detection, ruling.truth)
                && (is_box || other.image == ruling.image)
        };
        let is_last = !rulings[at + 1..].iter().any(is_same);
        row(&mut text, cases, ruling, is_last);
    }
    text
}

fn shortest(value: f64) -> String {
    let mut text = String::new();
    number::push(&mut text, value);
    text
}

fn row(text: &mut String, cases: &Cases, ruling: &Ruling, is_last: bool) {
    let detection = ruling.detection.map(|at| at as usize).filter(|at| *at < cases.detections.len());
    let truth = ruling.truth.map(|at| at as usize).filter(|at| *at < cases.truths.len());
    let kind = match (detection, truth) {
        (Some(_), Some(_)) => "confused or found",
        (Some(_), None) => "false positive",
        (None, Some(_)) => "missed",
        (None, None) => "film",
    };
    let class = |class: u16| cases.classes.get(usize::from(class)).map_or("", |name| name.as_str());
    let mut cells: Vec<String> = vec![with_guard(ruling.image.as_str()).into_owned(), kind.to_owned()];
    for (at, columns) in [(truth, &cases.truths), (detection, &cases.detections)] {
        match at {
            Some(at) => {
                cells.push(with_guard(class(columns.classes[at])).into_owned());
                cells.extend(columns.rects[at].map(shortest));
            }
            None => cells.extend(std::iter::repeat_n(String::new(), 5)),
        }
    }
    let of_film = || {
        let film = cases.films.iter().position(|film| film.image == ruling.image)?;
        cases.probabilities.get(film).copied().flatten()
    };
    let score = match (detection, truth) {
        (Some(at), _) => Some(cases.detections.scores[at]),
        (None, Some(_)) => None,
        (None, None) => of_film(),
    };
    let iou = detection.zip(truth).map(|(d, t)| overlap(&cases.detections.rects[d], &cases.truths.rects[t]));
    cells.extend([score, iou].map(|number| number.map_or_else(String::new, shortest)));
    cells.push(ruling.verdict.as_str().to_owned());
    cells.push(with_guard(&ruling.note).into_owned());
    cells.push(with_guard(ruling.by.as_str()).into_owned());
    for (n, cell) in cells.iter().enumerate() {
        if n > 0 {
            text.push(',');
        }
        push_cell(text, cell);
    }
    // Writing to a string cannot fail.
    let _ = writeln!(text, ",{},{}", ruling.at_ms, u8::from(is_last));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluation::cases::{BoxColumns, FilmCase};
    use crate::domain::evaluation::verdict::Verdict;
    use crate::domain::label::LabelName;
    use crate::domain::study::View;

    fn cases() -> Cases {
        let film = FilmCase {
            image: "film".into(),
            study: "film".into(),
            patient: "film".into(),
            is_abnormal: Some(true),
            size: None,
            age_years: None,
            sex: None,
            view: View::Other,
            readers: Vec::new(),
        };
        let (mut truths, mut detections) = (BoxColumns::default(), BoxColumns::default());
        truths.push_film([(0, [0.0, 0.0, 10.0, 10.0], None)]);
        detections.push_film([(1, [0.0, 0.0, 10.0, 5.0], Some(0.75))]);
        Cases {
            classes: ["Osteophytes", "Fracture, old"].map(LabelName::new).to_vec(),
            films: vec![film],
            truths,
            detections,
            has_detector: true,
            probabilities: vec![Some(0.25)],
            ..Cases::default()
        }
    }

    #[test]
    fn every_verdict_is_a_row_and_the_last_ones_count() {
        let ruling = |detection, truth, verdict, note: &str| Ruling {
            image: "film".into(),
            detection,
            truth,
            verdict,
            note: note.into(),
            by: "R1".into(),
            at_ms: 12,
        };
        let rulings = [
            ruling(Some(0), Some(0), Verdict::Unclear, ""),
            ruling(Some(0), Some(0), Verdict::ModelRight, "old, healed \"L1\""),
            ruling(Some(0), None, Verdict::LabelRight, "=1+1"),
            ruling(None, Some(0), Verdict::Neither, ""),
            ruling(None, None, Verdict::Both, ""),
        ];
        let text = write(&cases(), &rulings);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0].split(',').count(), 19);
        let expected = [
            "film,confused or found,Osteophytes,0,0,10,10,\"Fracture, old\",0,0,10,5,0.75,0.5,unclear,,R1,12,0",
            "film,confused or found,Osteophytes,0,0,10,10,\"Fracture, old\",0,0,10,5,0.75,0.5,model right,\"old, healed \"\"L1\"\"\",R1,12,1",
            "film,false positive,,,,,,\"Fracture, old\",0,0,10,5,0.75,,label right,'=1+1,R1,12,1",
            "film,missed,Osteophytes,0,0,10,10,,,,,,,,neither,,R1,12,1",
            "film,film,,,,,,,,,,,0.25,,both,,R1,12,1",
        ];
        assert_eq!(lines[1..], expected);
    }
}

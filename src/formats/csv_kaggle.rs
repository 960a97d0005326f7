//! What the Kaggle chest challenge adds to VinDr-CXR: numbered classes, and predictions in one string an image.

use crate::domain::geometry::Rect;
use crate::domain::label::{LabelName, NO_FINDING};
use crate::formats::bad_row::{BadRow, Problem};
use crate::formats::csv::Table;
use crate::formats::csv_cell;
use crate::formats::number;

/// Class names by number; 14 is "No finding".
pub const CLASSES: [&str; 15] = [
    "Aortic enlargement",
    "Atelectasis",
    "Calcification",
    "Cardiomegaly",
    "Consolidation",
    "ILD",
    "Infiltration",
    "Lung Opacity",
    "Nodule/Mass",
    "Other lesion",
    "Pleural effusion",
    "Pleural thickening",
    "Pneumothorax",
    "Pulmonary fibrosis",
    NO_FINDING,
];

/// The number of a label; `None` for those that the challenge does not have.
pub fn class_id(label: &LabelName) -> Option<u8> {
    CLASSES.iter().position(|&name| name == label.as_str()).map(|index| index as u8)
}

/// A class number as a cell: `7`, also `7.0` as pandas may write it.
pub fn parse_class_id(text: &str) -> Option<u8> {
    let text = text.strip_suffix(".0").unwrap_or(text);
    text.parse().ok().filter(|&id: &u8| usize::from(id) < CLASSES.len())
}

/// One predicted box.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Prediction {
    pub class_id: u8,
    /// 0 to 1.
    pub confidence: f64,
    /// `None` for "No finding", which a submission writes as the box 0 0 1 1.
    pub rect: Option<Rect>,
}

/// The predictions for one film.
#[derive(Clone, PartialEq, Debug)]
pub struct FilmPredictions {
    pub image: String,
    pub predictions: Vec<Prediction>,
}

/// The box that a submission writes for "No finding".
const NO_FINDING_BOX: [f64; 4] = [0.0, 0.0, 1.0, 1.0];

/// Reads a submission: `image_id,PredictionString`, where the string repeats `class confidence xmin ymin xmax ymax`.
/// `None` where the header has no such columns.
pub fn read_submission(text: &str) -> Option<(Vec<FilmPredictions>, Vec<BadRow>)> {
    let table = Table::new(text)?;
    let place = |name: &str| table.header().iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
    let (image, string) = (place("image_id")?, place("PredictionString")?);
    let num_cells = table.header().len();
    let parts = table.read(|piece| {
        let (mut films, mut bad) = (Vec::new(), Vec::new());
        let end = piece.for_each(|record| {
            if record.is_blank() {
                return;
            }
            let film = match (record.flaw(), record.num_fields()) {
                (Some(flaw), _) => Err(Problem::Quotes(flaw)),
                (None, found) if found != num_cells => {
                    Err(Problem::NumCells { found, expected: num_cells, num_lines: record.num_lines })
                }
                _ if record.value(image).trim().is_empty() => Err(Problem::NoImage),
                _ => parse_prediction_string(&record.value(string)).map(|predictions| FilmPredictions {
                    image: csv_cell::without_guard(record.value(image).trim()).to_owned(),
                    predictions,
                }),
            };
            match film {
                Ok(film) => films.push(film),
                Err(problem) => bad.push(BadRow { line: record.line, problem }),
            }
        });
        (end, (films, bad))
    });
    let (mut films, mut bad) = (Vec::new(), Vec::new());
    for part in parts {
        films.extend(part.value.0);
        bad.extend(part.value.1.into_iter().map(|b| BadRow { line: part.first_line + b.line, ..b }));
    }
    Some((films, bad))
}

/// The boxes of one PredictionString; an empty one has none.
pub fn parse_prediction_string(text: &str) -> Result<Vec<Prediction>, Problem> {
    let tokens: Vec<&str> = text.split_ascii_whitespace().collect();
    if !tokens.len().is_multiple_of(6) {
        return Err(Problem::PredictionTokens(tokens.len()));
    }
    tokens.chunks_exact(6).map(parse_prediction).collect()
}

fn parse_prediction(tokens: &[&str]) -> Result<Prediction, Problem> {
    const NAMES: [&str; 5] = ["the confidence", "xmin", "ymin", "xmax", "ymax"];
    let class_id = parse_class_id(tokens[0]).ok_or_else(|| Problem::UnknownClass(tokens[0].into()))?;
    let mut values = [0.0; 5];
    for ((value, &text), column) in values.iter_mut().zip(&tokens[1..]).zip(NAMES) {
        let number = number::parse(text).ok_or_else(|| Problem::NotANumber { column, text: text.into() })?;
        if !number.value.is_finite() {
            return Err(Problem::NotFinite(column));
        }
        *value = number.value;
    }
    let [confidence, xmin, ymin, xmax, ymax] = values;
    if !(0.0..=1.0).contains(&confidence) {
        return Err(Problem::Confidence(tokens[1].into()));
    }
    if CLASSES[usize::from(class_id)] == NO_FINDING {
        return Ok(Prediction { class_id, confidence, rect: None });
    }
    let (min, max) = if xmin < xmax { ("ymin", "ymax") } else { ("xmin", "xmax") };
    let rect = Rect::from_columns(xmin, ymin, xmax, ymax).ok_or(Problem::Unordered { min, max })?;
    Ok(Prediction { class_id, confidence, rect: Some(rect) })
}

/// Writes a submission, films in the given order.
pub fn write_submission(films: &[FilmPredictions]) -> String {
    let mut out = "image_id,PredictionString\n".to_owned();
    for film in films {
        csv_cell::push_cell(&mut out, &csv_cell::with_guard(&film.image));
        out.push(',');
        for (index, prediction) in film.predictions.iter().enumerate() {
            if index > 0 {
                out.push(' ');
            }
            out.push_str(&prediction.class_id.to_string());
            let columns = prediction.rect.map_or(NO_FINDING_BOX, |r| [r.xmin(), r.ymin(), r.xmax(), r.ymax()]);
            for value in std::iter::once(prediction.confidence).chain(columns) {
                out.push(' ');
                number::push(&mut out, value);
            }
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_published_example_reads_and_writes_back() {
        let text = "image_id,PredictionString\n\
                    002a34c58c5b758217ed1f584ccbcfe9,14 1 0 0 1 1\n\
                    004f33259ee4aef671c2b95d54e4be68,0 0.9 100.5 200 300 400 3 0.25 1 2 3 4\n\
                    008bdde2af2462e86fd373a445d0f4cd,\n";
        let (films, bad) = read_submission(text).expect("a submission");
        assert!(bad.is_empty(), "{bad:?}");
        assert_eq!(films[0].predictions, [Prediction { class_id: 14, confidence: 1.0, rect: None }]);
        assert_eq!(films[1].predictions.len(), 2);
        assert_eq!(films[1].predictions[0].rect, Rect::from_columns(100.5, 200.0, 300.0, 400.0));
        assert!(films[2].predictions.is_empty());
        assert_eq!(write_submission(&films), text);
    }

    #[test]
    fn what_is_wrong_with_a_prediction_is_said() {
        let check = |text: &str, expected: &str| {
            let message = parse_prediction_string(text).expect_err(text).to_string();
            assert!(message.contains(expected), "{text}: {message}");
        };
        check("14 1 0 0 1", "5");
        check("15 1 0 0 1 1", "15");
        check("3 1.5 0 0 1 1", "1.5");
        check("3 1 0 x 1 1", "ymin");
        check("3 1 0 0 inf 1", "xmax");
        check("3 1 2 0 1 1", "xmin is not less than xmax");
    }

    #[test]
    fn classes_have_the_challenges_numbers() {
        assert_eq!(class_id(&LabelName::new("Aortic enlargement")), Some(0));
        assert_eq!(class_id(&LabelName::new("Lung Opacity")), Some(7));
        assert_eq!(class_id(&LabelName::no_finding()), Some(14));
        assert_eq!(class_id(&LabelName::new("Edema")), None);
        assert_eq!(parse_class_id("7.0"), Some(7));
        assert_eq!(parse_class_id("15"), None);
    }

    proptest! {
        #[test]
        fn reading_gives_back_what_was_written(
            films in prop::collection::vec(("[a-f0-9]{1,8}", prop::collection::vec(
                (0u8..15, 0.0..=1.0f64, 0.0..3000.0f64, 0.0..3000.0f64, 0.001..500.0f64, 0.001..500.0f64), 0..4)), 0..5)
        ) {
            let films: Vec<FilmPredictions> = films.into_iter().map(|(image, boxes)| FilmPredictions {
                image,
                predictions: boxes.into_iter().map(|(class_id, confidence, x, y, w, h)| {
                    let rect = (class_id != 14).then(|| Rect::from_columns(x, y, x + w, y + h).expect("ordered"));
                    Prediction { class_id, confidence, rect }
                }).collect(),
            }).collect();
            let (back, bad) = read_submission(&write_submission(&films)).expect("a submission");
            prop_assert!(bad.is_empty());
            prop_assert_eq!(back, films);
        }
    }
}

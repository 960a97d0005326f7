//! Tables of predictions to answers: published columns with a score, the Kaggle challenge's strings, a classifier's list.

use crate::domain::evaluation::problems::{ProblemKind, Problems};
use crate::formats::bad_row::{BadRow, Problem};
use crate::formats::box_classes::{BoxClasses, ClassSaid};
use crate::formats::csv::{Record, Table};
use crate::formats::csv_cell;
use crate::formats::csv_vindr::{self, BoxTable, LabelFile, LabelFileError};
use crate::formats::csv_write;
use crate::formats::film_answers::{FilmAnswers, SaidBox, count_bad_rows};
use crate::formats::label_words;
use crate::formats::number;

const SCORE_NAMES: [&str; 3] = ["score", "confidence", "conf"];
const PROBABILITY_NAMES: [&str; 8] =
    ["probability", "p_abnormal", "abnormal", "prob", "p", "prediction", "pred", "score"];

/// Reads a table of boxes with scores, or of PredictionStrings.
///
/// # Errors
/// One sentence where the text is no such table.
pub fn read_boxes(text: &str, classes: &BoxClasses, problems: &mut Problems) -> Result<FilmAnswers, String> {
    let labels = classes.labels_and(&label_words::of_table(text));
    match csv_vindr::read(text, &labels) {
        Ok(LabelFile::Boxes(table)) => boxes(&table, classes, problems),
        Ok(LabelFile::ImageLabels(_)) => Err("It is a table of image labels and not of predicted boxes.".to_owned()),
        Err(LabelFileError::IsSubmission) => submission(text, classes, problems),
        Err(why) => Err(why.to_string()),
    }
}

fn boxes(table: &BoxTable<'_>, classes: &BoxClasses, problems: &mut Problems) -> Result<FilmAnswers, String> {
    let extra = table.header.extra_names();
    let is_score = |name: &&str| SCORE_NAMES.iter().any(|known| name.eq_ignore_ascii_case(known));
    let score_at = extra.iter().position(is_score).ok_or("It has no column \"score\".")?;
    count_bad_rows(&table.bad, problems);
    let mut answers = FilmAnswers::new(true);
    let said: Vec<_> = table.labels.iter().map(|name| classes.find(name.as_str())).collect();
    for row in table.rows() {
        let film = answers.film(row.image);
        let cells = csv_write::cells(row.extra);
        let score = cells.get(score_at).and_then(|cell| number::parse(cell.trim())).map_or(f64::NAN, |n| n.value);
        let label = usize::from(row.label);
        // A row of "No finding" has no corners, and most often no score.
        let rect = match row.columns {
            Some(rect) => rect,
            None if said[label] == Some(ClassSaid::NoFinding) && !score.is_nan() => [0.0, 0.0, 1.0, 1.0],
            None => continue,
        };
        let said = SaidBox { class: said[label], word: table.labels[label].as_str(), score, rect };
        answers.add_box(film, &said, problems, || format!("line {}", row.line));
    }
    Ok(answers)
}

/// Calls `visit` for every sound record with its line; the others are counted.
fn for_each_record(
    table: &Table<'_>,
    image: usize,
    problems: &mut Problems,
    mut visit: impl FnMut(u32, &str, &dyn Fn(usize) -> String, &mut Problems),
) {
    let num_cells = table.header().len();
    let parts = table.read(|piece| {
        let mut rows: Vec<(u32, Result<Vec<String>, Problem>)> = Vec::new();
        let end = piece.for_each(|record: Record<'_, '_>| {
            if record.is_blank() {
                return;
            }
            let row = match (record.flaw(), record.num_fields()) {
                (Some(flaw), _) => Err(Problem::Quotes(flaw)),
                (None, found) if found != num_cells => {
                    Err(Problem::NumCells { found, expected: num_cells, num_lines: record.num_lines })
                }
                _ if record.value(image).trim().is_empty() => Err(Problem::NoImage),
                _ => Ok((0..num_cells).map(|i| record.value(i).trim().to_owned()).collect()),
            };
            rows.push((record.line, row));
        });
        (end, rows)
    });
    for part in parts {
        for (line, row) in part.value {
            let line = part.first_line + line;
            match row {
                Ok(cells) => {
                    let name = csv_cell::without_guard(&cells[image]);
                    visit(line, name, &|cell| cells[cell].clone(), problems);
                }
                Err(problem) => count_bad_rows(&[BadRow { line, problem }], problems),
            }
        }
    }
}

fn place_of(table: &Table<'_>, names: &[&str]) -> Option<usize> {
    let is = |cell: &str, name: &str| cell.trim().eq_ignore_ascii_case(name);
    names.iter().find_map(|name| table.header().iter().position(|cell| is(cell, name)))
}

/// `class confidence xmin ymin xmax ymax` for each box; classes by number, as [`BoxClasses::of_category`] knows them.
fn submission(text: &str, classes: &BoxClasses, problems: &mut Problems) -> Result<FilmAnswers, String> {
    let table = Table::new(text).ok_or("It is empty.")?;
    let (Some(image), Some(string)) = (place_of(&table, &["image_id"]), place_of(&table, &["PredictionString"])) else {
        return Err("It has no columns image_id and PredictionString.".to_owned());
    };
    let mut answers = FilmAnswers::new(true);
    for_each_record(&table, image, problems, |line, name, cell, problems| {
        if answers.find(name).is_some() {
            return problems.add(ProblemKind::Repeated, || format!("line {line}: film {name} again"));
        }
        let film = answers.film(name);
        let string = cell(string);
        let words: Vec<&str> = string.split_ascii_whitespace().collect();
        let (boxes, rest) = words.as_chunks::<6>();
        if !rest.is_empty() {
            count_bad_rows(&[BadRow { line, problem: Problem::PredictionTokens(words.len()) }], problems);
        }
        for [class, numbers @ ..] in boxes {
            let id = number::parse(class).map(|n| n.value).filter(|id| id.fract() == 0.0);
            let [score, xmin, ymin, xmax, ymax] =
                (*numbers).map(|word| number::parse(word).map_or(f64::NAN, |n| n.value));
            let class_said = id.and_then(|id| classes.of_category(id as i64)).or_else(|| classes.find(class));
            let said = SaidBox { class: class_said, word: class, score, rect: [xmin, ymin, xmax, ymax] };
            answers.add_box(film, &said, problems, || format!("line {line}"));
        }
    });
    Ok(answers)
}

/// Reads a classifier's table: `image_id` and a probability.
///
/// # Errors
/// One sentence where the text is no such table.
pub fn read_probabilities(text: &str, problems: &mut Problems) -> Result<FilmAnswers, String> {
    let table = Table::new(text).ok_or("It is empty.")?;
    let image = place_of(&table, &["image_id", "image"]).ok_or("It has no column \"image_id\".")?;
    let other = || (table.header().len() == 2).then_some(1 - image.min(1));
    let p = place_of(&table, &PROBABILITY_NAMES).or_else(other).ok_or("It has no column \"probability\".")?;
    let mut answers = FilmAnswers::default();
    for_each_record(&table, image, problems, |line, name, cell, problems| {
        let film = answers.film(name);
        let p = number::parse(&cell(p)).map_or(f64::NAN, |n| n.value);
        answers.add_probability(film, p, problems, || format!("line {line}"));
    });
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::label_set;

    fn spine() -> BoxClasses {
        BoxClasses::new(label_set::shipped_by_id("vindr_spine").unwrap())
    }

    fn counts(problems: &Problems) -> Vec<(ProblemKind, u64)> {
        problems.iter().map(|p| (p.kind, p.count)).collect()
    }

    #[test]
    fn published_columns_with_a_score() {
        let text = "image_id,lesion_type,Score,xmin,ymin,xmax,ymax\n\
                    a,Osteophytes,0.5,1,2,3,4\n\
                    a,Wings,0.5,1,2,3,4\n\
                    a,Osteophytes,nan,1,2,3,4\n\
                    a,Osteophytes,,1,2,3,4\n\
                    a,Osteophytes,0.5,3,2,1,4\n\
                    b,No finding,0.9,,,,\n";
        let mut problems = Problems::default();
        let answers = read_boxes(text, &spine(), &mut problems).unwrap();
        assert_eq!((answers.films.len(), answers.boxes.len()), (2, 1));
        assert_eq!(answers.no_finding, [None, Some(0.9)]);
        use ProblemKind::{BadBox, BadScore, UnknownClass};
        assert_eq!(counts(&problems), [(UnknownClass, 1), (BadBox, 1), (BadScore, 2)]);
        let no_score = "image_id,lesion_type,xmin,ymin,xmax,ymax\na,Osteophytes,1,2,3,4\n";
        assert!(read_boxes(no_score, &spine(), &mut problems).unwrap_err().contains("score"));
    }

    #[test]
    fn a_submission_is_read_box_by_box() {
        let text = "image_id,PredictionString\n\
                    a,0 0.9 1 2 3 4 6 0.25 1 2 3 4 9 0.5 1 2 3 4\n\
                    b,0 nan 1 2 3 4\n\
                    c,\n\
                    a,0 0.9 1 2 3 4\n\
                    d,0 0.9 1 2 3\n";
        let mut problems = Problems::default();
        let answers = read_boxes(text, &spine(), &mut problems).unwrap();
        assert_eq!((answers.films.join(""), answers.boxes.len()), ("abcd".to_owned(), 2));
        use ProblemKind::{BadLine, BadScore, Repeated, UnknownClass};
        assert_eq!(counts(&problems), [(UnknownClass, 1), (BadScore, 1), (Repeated, 1), (BadLine, 1)]);
    }

    #[test]
    fn a_classifiers_table_by_name_or_by_place() {
        let read = |text: &str| {
            let mut problems = Problems::default();
            let answers = read_probabilities(text, &mut problems);
            (answers.map(|a| a.probabilities), counts(&problems))
        };
        assert_eq!(read("probability,image_id\n0.5,a\n1,b\n").0.unwrap(), [Some(0.5), Some(1.0)]);
        assert_eq!(read("image_id,dense\na,0.25\n").0.unwrap(), [Some(0.25)]);
        assert_eq!(read("dense,image_id\n0.25,a\n").0.unwrap(), [Some(0.25)]);
        let (read_some, problems) = read("image_id,probability\na,nan\nb,0.5\nb,0.6\nc\n");
        assert_eq!(read_some.unwrap(), [None, Some(0.5)]);
        use ProblemKind::{BadLine, BadScore, Repeated};
        assert_eq!(problems, [(BadScore, 1), (Repeated, 1), (BadLine, 1)]);
        assert!(read("image_id,a,b\n").0.unwrap_err().contains("probability"));
    }
}

//! COCO's JSON: ground truth, and lists of results `{image_id, category_id, bbox: [x, y, width, height], score}`.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::evaluation::problems::{ProblemKind, Problems};
use crate::formats::box_classes::{BoxClasses, ClassSaid};
use crate::formats::film_answers::{FilmAnswers, SaidBox};
use crate::formats::film_truths::FilmTruths;
use crate::formats::lenient_json::{Num, Row, TextId, with_quoted_nan};

#[derive(Deserialize)]
struct ResultRow {
    image_id: TextId,
    category_id: Num,
    bbox: [Num; 4],
    score: Num,
}

#[derive(Debug, Deserialize)]
struct AnnotationRow {
    image_id: TextId,
    category_id: Num,
    bbox: [Num; 4],
    #[serde(default)]
    iscrowd: u8,
}

/// pycocotools takes films in order of ids: numbers by size, texts as texts, "10" before "2".
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum ImageName {
    Number(i64),
    Text(TextId),
}

#[derive(Debug, Deserialize)]
struct ImageRow {
    id: ImageName,
    #[serde(default)]
    file_name: String,
    #[serde(default)]
    width: Option<f64>,
    #[serde(default)]
    height: Option<f64>,
}

#[derive(Deserialize)]
struct CategoryRow {
    id: i64,
    name: String,
}

/// Results with what belongs to them; programs call the list by several names.
#[derive(Deserialize)]
struct ResultsFile {
    #[serde(default)]
    categories: Value,
    annotations: Option<Vec<Row<ResultRow>>>,
    results: Option<Vec<Row<ResultRow>>>,
    predictions: Option<Vec<Row<ResultRow>>>,
    detections: Option<Vec<Row<ResultRow>>>,
}

/// The names of a file's own categories by number; empty where it has none.
pub type Categories = Vec<(i64, String)>;

/// Reads results. `names` are the categories of the truth, where it has numbered ones; the file's own list goes before.
///
/// # Errors
/// One sentence where the text is no such list.
pub fn read_results(
    text: &str,
    classes: &BoxClasses,
    names: &Categories,
    problems: &mut Problems,
) -> Result<FilmAnswers, String> {
    let text = with_quoted_nan(text);
    let mut numbered = classes.clone();
    if !names.is_empty() {
        numbered.number(names);
    }
    let mut answers = FilmAnswers::new(true);
    // All rows as they should be: no detour over values of any form.
    if let Ok(rows) = serde_json::from_str::<Vec<ResultRow>>(&text) {
        for (number, row) in rows.iter().enumerate() {
            take_result(&mut answers, &numbered, row, number, problems);
        }
        return Ok(answers);
    }
    let no_list = || "It has no list of results (\"annotations\").".to_owned();
    let not_json = |why: serde_json::Error| format!("It is not JSON: {why}.");
    let rows: Vec<Row<ResultRow>> = if text.trim_start().starts_with('[') {
        serde_json::from_str(&text).map_err(not_json)?
    } else {
        let file: ResultsFile = serde_json::from_str(&text).map_err(|why| {
            // Sound JSON, but of another form.
            if why.is_data() { no_list() } else { not_json(why) }
        })?;
        let own = categories_of(file.categories);
        if !own.is_empty() {
            numbered.number(&own);
        }
        file.annotations.or(file.results).or(file.predictions).or(file.detections).ok_or_else(no_list)?
    };
    let num_rows = rows.len();
    let mut num_read = 0;
    for (number, row) in rows.into_iter().enumerate() {
        if let Some(row) = sound(row, number, "result", problems) {
            num_read += 1;
            take_result(&mut answers, &numbered, &row, number, problems);
        }
    }
    if num_rows > 0 && num_read == 0 {
        return Err("None of its rows has image_id, category_id, bbox and score.".to_owned());
    }
    Ok(answers)
}

fn take_result(
    answers: &mut FilmAnswers,
    classes: &BoxClasses,
    row: &ResultRow,
    number: usize,
    problems: &mut Problems,
) {
    let film = answers.film(&row.image_id.0);
    let (class, word) = category(classes, row.category_id);
    let said =
        SaidBox { class, word: word.as_deref().unwrap_or_default(), score: row.score.0, rect: corners(&row.bbox) };
    answers.add_box(film, &said, problems, || format!("result {}", number + 1));
}

/// What a category's number means, and for an unknown one how it is written.
fn category(classes: &BoxClasses, id: Num) -> (Option<ClassSaid>, Option<String>) {
    let class = (id.0.fract() == 0.0).then(|| classes.of_category(id.0 as i64)).flatten();
    (class, (!matches!(class, Some(ClassSaid::Class(_)))).then(|| id.0.to_string()))
}

fn corners(bbox: &[Num; 4]) -> [f64; 4] {
    let [x, y, width, height] = bbox.map(|num| num.0);
    [x, y, x + width, y + height]
}

fn sound<T>(row: Row<T>, number: usize, what: &str, problems: &mut Problems) -> Option<T> {
    row.0.map_err(|why| problems.add(ProblemKind::BadLine, || format!("{what} {}: {why}", number + 1))).ok()
}

fn categories_of(list: Value) -> Categories {
    let rows: Vec<CategoryRow> = serde_json::from_value(list).unwrap_or_default();
    rows.into_iter().map(|row| (row.id, row.name)).collect()
}

#[derive(Deserialize)]
struct TruthFile {
    #[serde(default)]
    categories: Value,
    images: Option<Vec<Row<ImageRow>>>,
    annotations: Option<Vec<Row<AnnotationRow>>>,
}

/// Ground truth that is not looked into yet.
#[derive(Debug)]
pub struct CocoTruth {
    pub categories: Categories,
    images: Vec<Row<ImageRow>>,
    annotations: Vec<Row<AnnotationRow>>,
}

impl CocoTruth {
    /// # Errors
    /// One sentence where the text is no ground truth.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: TruthFile = serde_json::from_str(&with_quoted_nan(text))
            .map_err(|why| format!("It is not COCO's ground truth: {why}."))?;
        let no_list = |key: &str| format!("It is not COCO's ground truth: it has no list {key:?}.");
        Ok(Self {
            categories: categories_of(file.categories),
            images: file.images.ok_or_else(|| no_list("images"))?,
            annotations: file.annotations.ok_or_else(|| no_list("annotations"))?,
        })
    }

    /// Films and boxes. A film without annotations is normal, with any it is abnormal. An image whose id is a number is
    /// called by its file's stem where it has one; results may name it either way. Where all ids are numbers, they give the
    /// films' order.
    pub fn read(self, classes: &BoxClasses, problems: &mut Problems) -> FilmTruths {
        let mut numbered = classes.clone();
        if !self.categories.is_empty() {
            numbered.number(&self.categories);
        }
        let mut truths = FilmTruths::default();
        for (number, row) in self.images.into_iter().enumerate() {
            let Some(row) = sound(row, number, "image", problems) else { continue };
            let (id, place) = match row.id {
                ImageName::Number(id) => (id.to_string(), Some(id)),
                ImageName::Text(id) => (id.0, None),
            };
            if truths.find(&id).is_some() {
                problems.add(ProblemKind::Repeated, || format!("image {}: the id {id} again", number + 1));
                continue;
            }
            let stem = std::path::Path::new(&row.file_name).file_stem().and_then(|stem| stem.to_str());
            let is_number = id.parse::<i64>().is_ok();
            let name = stem.filter(|stem| is_number && truths.find(stem).is_none()).unwrap_or(&id);
            let film = truths.film(name);
            truths.name_too(film, &id);
            if let Some(stem) = stem {
                truths.name_too(film, stem);
            }
            let size = [row.width, row.height].map(|side| side.filter(|side| *side >= 1.0 && *side <= 1e9));
            let known = &mut truths.films[film as usize];
            known.size = size[0].zip(size[1]).map(|(width, height)| [width as u32, height as u32]);
            known.has_no_finding = false;
            known.place = place;
        }
        if truths.films.iter().any(|film| film.place.is_none()) {
            truths.films.iter_mut().for_each(|film| film.place = None);
        }
        for (number, row) in self.annotations.into_iter().enumerate() {
            let Some(row) = sound(row, number, "annotation", problems) else { continue };
            let place = || format!("annotation {}", number + 1);
            let Some(film) = truths.find(&row.image_id.0) else {
                problems.add(ProblemKind::FilmWithoutTruth, || {
                    format!("{}: there is no image {}; the box is left out", place(), row.image_id.0)
                });
                continue;
            };
            if row.iscrowd != 0 {
                // Something is there, if not one lesion: the film is no normal one.
                truths.films[film as usize].has_finding = true;
                let example = || format!("{}: a crowd on film {}", place(), truths.films[film as usize].image);
                problems.add(ProblemKind::Crowd, example);
                continue;
            }
            let (class, word) = category(&numbered, row.category_id);
            let word = word.unwrap_or_default();
            truths.add_finding(film, (class, &word), corners(&row.bbox), problems, place);
        }
        truths
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::film_truths::TrueFilm;
    use crate::formats::label_set;

    fn spine() -> BoxClasses {
        BoxClasses::new(label_set::shipped_by_id("vindr_spine").unwrap())
    }

    fn results(text: &str, names: &Categories) -> (Result<FilmAnswers, String>, Vec<(ProblemKind, u64)>) {
        let mut problems = Problems::default();
        let read = read_results(text, &spine(), names, &mut problems);
        (read, problems.iter().map(|p| (p.kind, p.count)).collect())
    }

    fn named(answers: &FilmAnswers) -> Vec<&str> {
        let classes = spine();
        answers
            .boxes
            .iter()
            .map(|b| {
                let found = crate::formats::box_classes::SPINE_CATEGORIES
                    .into_iter()
                    .find(|&word| classes.find(word) == Some(ClassSaid::Class(b.class)));
                found.unwrap_or("?")
            })
            .collect()
    }

    #[test]
    fn results_are_numbered_as_published_or_as_the_file_says() {
        let list = r#"[{"image_id": "a", "category_id": 0, "bbox": [1, 2, 3, 4], "score": 0.5},
                       {"image_id": 7, "category_id": 6, "bbox": [1, 2, 3, 4], "score": 1}]"#;
        let (answers, problems) = results(list, &Vec::new());
        let answers = answers.unwrap();
        assert_eq!(named(&answers), ["Osteophytes", "Other lesions"]);
        assert_eq!((answers.boxes[0].rect, problems), ([1.0, 2.0, 4.0, 6.0], vec![]));
        assert_eq!(answers.films, ["a", "7"]);
        let file = format!(r#"{{"categories": [{{"id": 0, "name": "Vertebral collapse"}}], "annotations": {list}}}"#);
        let (answers, problems) = results(&file, &Vec::new());
        assert_eq!(named(&answers.unwrap()), ["Vertebral collapse"]);
        assert_eq!(problems, [(ProblemKind::UnknownClass, 1)]);
        let (answers, _) = results(list, &vec![(0, "Surgical implant".to_owned()), (6, "Osteophytes".to_owned())]);
        assert_eq!(named(&answers.unwrap()), ["Surgical implant", "Osteophytes"]);
    }

    #[test]
    fn rows_that_are_no_results_are_counted() {
        let list = r#"[{"image_id": "a", "category_id": 0, "bbox": [1, 2, 3], "score": 0.5},
                       {"image_id": "a", "category_id": 0, "bbox": [1, 2, 3, 4], "score": NaN},
                       {"image_id": "a", "category_id": 0, "bbox": [1, 2, 0, 4], "score": 0.5},
                       {"image_id": "a", "category_id": 9, "bbox": [1, 2, 3, 4], "score": 0.5},
                       {"image_id": "a", "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}, 5]"#;
        let (answers, problems) = results(list, &Vec::new());
        assert_eq!(answers.unwrap().boxes.len(), 1);
        use ProblemKind::{BadBox, BadLine, BadScore, UnknownClass};
        assert_eq!(problems, [(UnknownClass, 1), (BadBox, 1), (BadScore, 1), (BadLine, 2)]);
        assert!(results("[5, 6]", &Vec::new()).0.unwrap_err().contains("None of its rows"));
        assert!(results("{\"a\": 1}", &Vec::new()).0.unwrap_err().contains("no list of results"));
        assert!(results("image_id", &Vec::new()).0.unwrap_err().contains("not JSON"));
        assert!(results("[]", &Vec::new()).0.unwrap().boxes.is_empty());
    }

    #[test]
    fn ground_truth_names_films_by_id_or_file() {
        let text = r#"{"images": [{"id": 1, "file_name": "x/aa.png", "width": 10, "height": 20},
                                  {"id": "bb", "file_name": "other.png"}, {"id": 1, "file_name": "again.png"}],
            "categories": [{"id": 3, "name": "Osteophytes"}, {"id": 4, "name": "Wings"}],
            "annotations": [{"id": 1, "image_id": 1, "category_id": 3, "bbox": [0, 0, 2, 2], "iscrowd": 0},
                            {"id": 2, "image_id": 1, "category_id": 4, "bbox": [0, 0, 2, 2]},
                            {"id": 3, "image_id": 1, "category_id": 3, "bbox": [0, 0, 2, 2], "iscrowd": 1},
                            {"id": 4, "image_id": 9, "category_id": 3, "bbox": [0, 0, 2, 2]}]}"#;
        let mut problems = Problems::default();
        let truths = CocoTruth::parse(text).unwrap().read(&spine(), &mut problems);
        assert_eq!(truths.films.iter().map(|f| f.image.as_str()).collect::<Vec<_>>(), ["aa", "bb"]);
        assert_eq!(truths.films[0].size, Some([10, 20]));
        assert!(truths.films[0].is_abnormal() && !truths.films[1].is_abnormal());
        assert_eq!((truths.find("1"), truths.find("aa"), truths.find("other")), (Some(0), Some(0), Some(1)));
        assert_eq!(truths.boxes.len(), 1);
        use ProblemKind::{Crowd, FilmWithoutTruth, Repeated, UnknownClass};
        let counts: Vec<_> = problems.iter().map(|p| (p.kind, p.count)).collect();
        assert_eq!(counts, [(UnknownClass, 1), (FilmWithoutTruth, 1), (Crowd, 1), (Repeated, 1)]);
        assert!(CocoTruth::parse("[]").unwrap_err().contains("not COCO"));
    }

    #[test]
    fn numbers_give_the_order_and_a_crowd_is_no_normal_film() {
        let read = |ids: &str| {
            let image = |id: &str| format!("{{\"id\": {id}}}");
            let images: Vec<String> = ids.split(' ').map(image).collect();
            let text = format!(
                "{{\"images\": [{}], \"annotations\": [{{\"image_id\": 10, \"category_id\": 0, \"bbox\": [0, 0, 2, 2], \"iscrowd\": 1}}]}}",
                images.join(",")
            );
            CocoTruth::parse(&text).unwrap().read(&spine(), &mut Problems::default()).films
        };
        let places = |ids: &str| read(ids).iter().map(|film| film.place).collect::<Vec<_>>();
        assert_eq!(places("10 2 9"), [Some(10), Some(2), Some(9)]);
        assert_eq!(places("10 \"2\" 9"), [None; 3]);
        assert_eq!(read("10 2").iter().map(TrueFilm::is_abnormal).collect::<Vec<_>>(), [true, false]);
    }
}

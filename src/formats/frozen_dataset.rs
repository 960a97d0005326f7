//! A frozen data set as a file: the same data set always gives the same bytes, and their SHA-256 is its name for good.
//!
//! One JSON object: the plan first, then one film a line, so that Python reads it with `json.load` and a person with `less`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::geometry::Rect;
use crate::domain::label::LabelName;
use crate::domain::model::{hash_from_hex, hex_from_hash};
use crate::domain::training::dataset::{
    FreezePlan, FrozenBox, FrozenDataset, FrozenFilm, LabelRule, Split, SplitMethod, SplitSize, SplitUnit,
};
use crate::formats::evaluation_plan::{FilmsRow, TruthRow};

const FORMAT: &str = "rachis data set";
const VERSION: u32 = 1;

/// Why a text is no frozen data set.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DatasetFileError {
    #[error("The file is no frozen data set ({0}). Nothing was read from it. Freeze the data set again.")]
    NotADataset(String),
    #[error(
        "The data set was frozen by a newer version of the program (format {0}, this program reads {VERSION}). \
         Nothing was read from it. Use the newer program."
    )]
    Newer(u32),
    #[error("The data set is damaged: {0}. Nothing was read from it. Freeze the data set again.")]
    Damaged(String),
}

#[derive(Serialize, Deserialize)]
struct FileRow {
    format: String,
    version: u32,
    plan: PlanRow,
    classes: Vec<String>,
    made_at_ms: i64,
    made_by: String,
    is_synthetic: bool,
    warnings: Vec<String>,
    locked: Vec<String>,
    films: Vec<FilmRow>,
}

#[derive(Serialize, Deserialize)]
struct PlanRow {
    name: String,
    truth: TruthRow,
    films: FilmsRow,
    label_rules: Vec<RuleRow>,
    unit: String,
    method: String,
    sizes: BTreeMap<String, SizeRow>,
    seed: u64,
    locks_test: bool,
}

#[derive(Serialize, Deserialize)]
struct RuleRow {
    from: String,
    to: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SizeRow {
    Share(f64),
    Count(u32),
}

#[derive(Serialize, Deserialize)]
struct FilmRow {
    image_id: String,
    sha256: String,
    study: u32,
    patient: u32,
    width: u32,
    height: u32,
    split: String,
    is_abnormal: bool,
    readers: Vec<String>,
    boxes: Vec<BoxRow>,
}

/// The published column names.
#[derive(Serialize, Deserialize)]
struct BoxRow {
    lesion_type: String,
    xmin: f64,
    ymin: f64,
    xmax: f64,
    ymax: f64,
}

/// What only says which format a file is, so that a newer one is refused by its number and not by its fields.
#[derive(Deserialize)]
struct HeadRow {
    format: String,
    version: u32,
}

/// The file's text.
pub fn to_json(dataset: &FrozenDataset) -> String {
    let mut text = String::from("{\n");
    push_line(&mut text, "format", &FORMAT);
    push_line(&mut text, "version", &VERSION);
    push_line(&mut text, "plan", &plan_row(&dataset.plan));
    push_line(&mut text, "classes", &dataset.classes.iter().map(LabelName::as_str).collect::<Vec<_>>());
    push_line(&mut text, "made_at_ms", &dataset.made_at_ms);
    push_line(&mut text, "made_by", &dataset.made_by);
    push_line(&mut text, "is_synthetic", &dataset.is_synthetic);
    push_line(&mut text, "warnings", &dataset.warnings);
    push_line(&mut text, "locked", &dataset.locked.iter().map(hex_from_hash).collect::<Vec<_>>());
    text.push_str("\"films\": [");
    for (number, film) in dataset.films.iter().enumerate() {
        text.push_str(if number == 0 { "\n" } else { ",\n" });
        text.push_str(&json(&film_row(film)));
    }
    text.push_str("\n]\n}\n");
    text
}

/// What [`to_json()`] wrote.
///
/// # Errors
/// Where the text is none, is of a newer program, or contradicts itself.
pub fn parse(text: &str) -> Result<FrozenDataset, DatasetFileError> {
    let not_one = |why: serde_json::Error| DatasetFileError::NotADataset(why.to_string());
    let head: HeadRow = serde_json::from_str(text).map_err(not_one)?;
    if head.format != FORMAT {
        return Err(DatasetFileError::NotADataset(format!("its format is {:?}", head.format)));
    }
    if head.version > VERSION {
        return Err(DatasetFileError::Newer(head.version));
    }
    let file: FileRow = serde_json::from_str(text).map_err(not_one)?;
    let dataset = dataset(file).map_err(DatasetFileError::Damaged)?;
    check(&dataset).map_err(DatasetFileError::Damaged)?;
    Ok(dataset)
}

/// Of a data set's file: by it runs and models say what they learned from.
pub fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("text, numbers and lists")
}

fn push_line<T: Serialize + ?Sized>(text: &mut String, name: &str, value: &T) {
    writeln!(text, "\"{name}\": {},", json(value)).expect("a String takes all text");
}

fn plan_row(plan: &FreezePlan) -> PlanRow {
    let size = |size: SplitSize| match size {
        SplitSize::Share(share) => SizeRow::Share(share),
        SplitSize::Count(count) => SizeRow::Count(count),
    };
    PlanRow {
        name: plan.name.clone(),
        truth: TruthRow::of(&plan.truth),
        films: FilmsRow::of(&plan.films),
        label_rules: plan
            .label_rules
            .iter()
            .map(|rule| RuleRow { from: rule.from.to_string(), to: rule.to.as_ref().map(ToString::to_string) })
            .collect(),
        unit: plan.unit.as_str().to_owned(),
        method: plan.method.as_str().to_owned(),
        sizes: Split::ALL.into_iter().zip(plan.sizes).map(|(of, what)| (of.as_str().to_owned(), size(what))).collect(),
        seed: plan.seed,
        locks_test: plan.locks_test,
    }
}

fn film_row(film: &FrozenFilm) -> FilmRow {
    FilmRow {
        image_id: film.image.to_string(),
        sha256: hex_from_hash(&film.sha256),
        study: film.study,
        patient: film.patient,
        width: film.width,
        height: film.height,
        split: film.split.as_str().to_owned(),
        is_abnormal: film.is_abnormal,
        readers: film.readers.iter().map(ToString::to_string).collect(),
        boxes: film
            .boxes
            .iter()
            .map(|one| BoxRow {
                lesion_type: one.label.to_string(),
                xmin: one.rect.xmin(),
                ymin: one.rect.ymin(),
                xmax: one.rect.xmax(),
                ymax: one.rect.ymax(),
            })
            .collect(),
    }
}

fn dataset(file: FileRow) -> Result<FrozenDataset, String> {
    Ok(FrozenDataset {
        plan: plan(file.plan)?,
        classes: file.classes.into_iter().map(LabelName::new).collect(),
        films: file.films.into_iter().map(film).collect::<Result<_, _>>()?,
        locked: file.locked.iter().map(|hex| hash(hex)).collect::<Result<_, _>>()?,
        made_at_ms: file.made_at_ms,
        made_by: file.made_by,
        is_synthetic: file.is_synthetic,
        warnings: file.warnings,
    })
}

fn plan(row: PlanRow) -> Result<FreezePlan, String> {
    let mut sizes = row.sizes;
    let mut size = |of: Split| match sizes.remove(of.as_str()) {
        Some(SizeRow::Share(share)) => Ok(SplitSize::Share(share)),
        Some(SizeRow::Count(count)) => Ok(SplitSize::Count(count)),
        None => Err(format!("the size of {} is missing", of.as_str())),
    };
    let sizes = [size(Split::Train)?, size(Split::Dev)?, size(Split::Test)?];
    Ok(FreezePlan {
        name: row.name,
        truth: row.truth.into_truth(),
        films: row.films.into_films(),
        label_rules: row
            .label_rules
            .into_iter()
            .map(|rule| LabelRule { from: LabelName::new(rule.from), to: rule.to.map(LabelName::new) })
            .collect(),
        unit: SplitUnit::parse(&row.unit).ok_or_else(|| format!("unknown unit {:?}", row.unit))?,
        method: SplitMethod::parse(&row.method).ok_or_else(|| format!("unknown method {:?}", row.method))?,
        sizes,
        seed: row.seed,
        locks_test: row.locks_test,
    })
}

fn film(row: FilmRow) -> Result<FrozenFilm, String> {
    let image = row.image_id.as_str().into();
    let frozen_box = |one: BoxRow| {
        let rect = Rect::from_columns(one.xmin, one.ymin, one.xmax, one.ymax)
            .ok_or_else(|| format!("film {image} has a box without an area"))?;
        Ok(FrozenBox { label: LabelName::new(one.lesion_type), rect })
    };
    Ok(FrozenFilm {
        sha256: hash(&row.sha256)?,
        study: row.study,
        patient: row.patient,
        width: row.width,
        height: row.height,
        split: Split::parse(&row.split)
            .ok_or_else(|| format!("film {image} is of the unknown split {:?}", row.split))?,
        is_abnormal: row.is_abnormal,
        boxes: row.boxes.into_iter().map(frozen_box).collect::<Result<_, String>>()?,
        readers: row.readers.iter().map(|reader| reader.as_str().into()).collect(),
        image,
    })
}

fn hash(hex: &str) -> Result<[u8; 32], String> {
    hash_from_hex(hex).ok_or_else(|| format!("{hex:?} is no SHA-256"))
}

/// What everybody who reads a data set counts on.
fn check(dataset: &FrozenDataset) -> Result<(), String> {
    for (number, class) in dataset.classes.iter().enumerate() {
        if dataset.classes[..number].contains(class) {
            return Err(format!("the class {class} is there twice"));
        }
    }
    if let Some(pair) = dataset.films.windows(2).find(|pair| pair[0].image >= pair[1].image) {
        return Err(format!("film {} is not in its place", pair[1].image));
    }
    if !dataset.locked.is_sorted_by(|a, b| a < b) {
        return Err("the locked films are not in order".to_owned());
    }
    for film in &dataset.films {
        if film.width == 0 || film.height == 0 {
            return Err(format!("film {} has no size", film.image));
        }
        if let Some(one) = film.boxes.iter().find(|one| dataset.class_number(&one.label).is_none()) {
            return Err(format!("film {} has a box of {}, which is no class of it", film.image, one.label));
        }
        if !film.is_abnormal && !film.boxes.is_empty() {
            return Err(format!("film {} is normal and has boxes", film.image));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::evaluation::run::{EvaluationId, FilmChoice, TruthSource};

    fn example() -> FrozenDataset {
        let boxed = |label: &str, [x0, y0, x1, y1]: [f64; 4]| FrozenBox {
            label: LabelName::new(label),
            rect: Rect::from_columns(x0, y0, x1, y1).unwrap(),
        };
        let film = |image: &str, hash: u8, split, boxes: Vec<FrozenBox>| FrozenFilm {
            image: image.into(),
            sha256: [hash; 32],
            study: u32::from(hash),
            patient: 0,
            width: 2500,
            height: 1600,
            split,
            is_abnormal: !boxes.is_empty(),
            boxes,
            readers: vec!["R1".into(), "Bác sĩ".into()],
        };
        FrozenDataset {
            plan: FreezePlan {
                name: "Spine \"one\"".to_owned(),
                truth: TruthSource::Consensus,
                films: FilmChoice::WithTruth,
                label_rules: vec![
                    LabelRule { from: LabelName::new("Fracture"), to: Some(LabelName::new("Other lesions")) },
                    LabelRule { from: LabelName::new("Foreign body"), to: None },
                ],
                unit: SplitUnit::Patient,
                method: SplitMethod::Stratified,
                sizes: [SplitSize::Share(0.7), SplitSize::Share(0.1), SplitSize::Count(20)],
                seed: u64::MAX,
                locks_test: true,
            },
            classes: ["Osteophytes", "Other lesions"].map(LabelName::new).to_vec(),
            films: vec![
                film("a", 1, Split::Train, vec![boxed("Osteophytes", [0.1, 2.0, 712.600_000_001, 1e3])]),
                film("b", 2, Split::Dev, vec![]),
                film("c", 3, Split::Test, vec![boxed("Other lesions", [1.0, 2.0, 3.0, 4.0])]),
            ],
            locked: vec![[3; 32], [9; 32]],
            made_at_ms: 1_789_000_000_123,
            made_by: "R1".to_owned(),
            is_synthetic: true,
            warnings: vec!["Few films.".to_owned()],
        }
    }

    #[test]
    fn every_data_set_comes_back() {
        let check = |dataset: FrozenDataset| {
            let text = to_json(&dataset);
            assert_eq!(parse(&text).as_ref(), Ok(&dataset));
            assert_eq!(to_json(&parse(&text).unwrap()), text);
        };
        check(example());
        check(FrozenDataset { films: vec![], locked: vec![], warnings: vec![], ..example() });
        for (truth, films, unit, method) in [
            (
                TruthSource::Reader("R1".into()),
                FilmChoice::These(vec!["b".into()]),
                SplitUnit::Film,
                SplitMethod::Random,
            ),
            (TruthSource::EveryReader, FilmChoice::WithTruth, SplitUnit::Study, SplitMethod::Random),
            (TruthSource::Kept(EvaluationId(4)), FilmChoice::WithTruth, SplitUnit::Study, SplitMethod::Stratified),
        ] {
            check(FrozenDataset { plan: FreezePlan { truth, films, unit, method, ..example().plan }, ..example() });
        }
    }

    #[test]
    fn the_hash_is_that_of_the_bytes_and_tells_any_change() {
        // sha256sum of the three letters, from FIPS 180-2.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex_from_hash(&sha256("abc")), abc);
        let hash = |dataset: &FrozenDataset| sha256(&to_json(dataset));
        let first = hash(&example());
        assert_eq!(hash(&example()), first);
        let mut other = example();
        other.films[1].split = Split::Train;
        assert_ne!(hash(&other), first);
        let mut other = example();
        other.films[0].boxes[0].rect = Rect::from_columns(0.1, 2.0, 712.600_000_002, 1e3).unwrap();
        assert_ne!(hash(&other), first);
    }

    #[test]
    fn every_film_has_a_line_of_its_own() {
        let text = to_json(&example());
        for image in ["a", "b", "c"] {
            let start = format!("{{\"image_id\":\"{image}\",");
            assert_eq!(text.lines().filter(|line| line.starts_with(&start)).count(), 1, "{text}");
        }
        assert!(
            text.contains(r#"{"lesion_type":"Osteophytes","xmin":0.1,"ymin":2.0,"xmax":712.600000001,"ymax":1000.0}"#)
        );
    }

    #[test]
    fn what_is_no_data_set_is_refused_with_its_reason() {
        let text = to_json(&example());
        let check = |from: &str, to: &str, why: &str| {
            assert!(text.contains(from), "{from} is not in {text}");
            let error = parse(&text.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        };
        check("rachis data set", "something", "its format is \"something\"");
        check("\"version\": 1,", "\"version\": 2,", "newer version of the program (format 2");
        check("\"image_id\":\"b\"", "\"image_id\":\"a\"", "film a is not in its place");
        check("\"split\":\"dev\"", "\"split\":\"val\"", "film b is of the unknown split \"val\"");
        check("\"unit\":\"patient\"", "\"unit\":\"town\"", "unknown unit \"town\"");
        check("\"method\":\"stratified\"", "\"method\":\"best\"", "unknown method \"best\"");
        check("\"dev\":", "\"val\":", "the size of dev is missing");
        check("\"xmin\":0.1", "\"xmin\":9000.0", "film a has a box without an area");
        check(
            "{\"lesion_type\":\"Osteophytes\"",
            "{\"lesion_type\":\"Ankylosis\"",
            "a box of Ankylosis, which is no class",
        );
        check("[\"Osteophytes\",\"Other lesions\"]", "[\"Osteophytes\",\"Osteophytes\"]", "is there twice");
        check("\"width\":2500", "\"width\":0", "film a has no size");
        check("\"is_abnormal\":true", "\"is_abnormal\":false", "film a is normal and has boxes");
        check("0909", "09zz", "is no SHA-256");
        check(&"09".repeat(32), &"03".repeat(32), "the locked films are not in order");
        check("\"seed\"", "\"sead\"", "missing field `seed`");
        assert!(matches!(parse(""), Err(DatasetFileError::NotADataset(_))));
        assert!(matches!(parse(&text[..text.len() / 2]), Err(DatasetFileError::NotADataset(_))));
    }

    proptest! {
        #[test]
        fn coordinates_and_shares_come_back_to_the_last_bit(
            corner in prop::array::uniform2(0.0..4000.0f64),
            size in prop::array::uniform2(1e-3..4000.0f64),
            share in 0.0..=1.0f64,
        ) {
            let mut dataset = example();
            let [x, y] = corner;
            let rect = Rect::from_columns(x, y, x + size[0], y + size[1]);
            prop_assume!(rect.is_some());
            dataset.films[0].boxes[0].rect = rect.unwrap();
            dataset.plan.sizes[1] = SplitSize::Share(share);
            prop_assert_eq!(parse(&to_json(&dataset)), Ok(dataset));
        }
    }
}

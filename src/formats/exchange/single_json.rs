//! One JSON file that holds everything readers said: every shape, attribute and answer, of any number of readers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::quality::UnfitReason;

use super::wire::{self, ShapeWire};
use super::{Content, Known, ReadBack, Said, SaidMark};

/// Says what the file is; a later form that this program can't read gets another number.
pub const FORMAT: &str = "rachis-labels-1";

#[derive(Serialize, Deserialize)]
struct FileWire {
    format: String,
    #[serde(default)]
    project: String,
    #[serde(default)]
    label_set: String,
    films: Vec<FilmWire>,
}

#[derive(Serialize, Deserialize)]
struct FilmWire {
    image_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    study_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    series_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    readings: Vec<ReadingWire>,
}

#[derive(Serialize, Deserialize)]
struct ReadingWire {
    rad_id: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    no_finding: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unfit: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    image_labels: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    series_labels: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    study_labels: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    marks: Vec<MarkWire>,
}

#[derive(Serialize, Deserialize)]
struct MarkWire {
    label: String,
    #[serde(flatten)]
    shape: ShapeWire,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    attributes: Map<String, Value>,
    /// Marks with the same number lie on one shape.
    shape_number: u32,
}

/// The whole text.
pub fn write(content: &Content) -> String {
    let films = content.films.iter().map(|film| FilmWire {
        image_id: film.image.to_string(),
        study_id: film.study.to_string(),
        series_id: film.series.to_string(),
        width: film.size.map(|size| size[0]),
        height: film.size.map(|size| size[1]),
        readings: content.of_film(&film.image).map(reading_wire).collect(),
    });
    let file = FileWire {
        format: FORMAT.to_owned(),
        project: content.title.clone(),
        label_set: content.labels.id.clone(),
        films: films.collect(),
    };
    let mut text = serde_json::to_string_pretty(&file).expect("maps, lists, text and numbers");
    text.push('\n');
    text
}

fn reading_wire(said: &Said) -> ReadingWire {
    ReadingWire {
        rad_id: said.reader.to_string(),
        no_finding: said.is_no_finding,
        unfit: said.unfit.map(|reason| reason.key().to_owned()),
        image_labels: wire::answers_to_json(&said.of_image),
        series_labels: wire::answers_to_json(&said.of_series),
        study_labels: wire::answers_to_json(&said.of_study),
        marks: said
            .marks
            .iter()
            .map(|mark| MarkWire {
                label: mark.label.to_string(),
                shape: ShapeWire::of(&mark.shape),
                attributes: wire::attributes_to_json(&mark.attributes),
                shape_number: mark.group,
            })
            .collect(),
    }
}

/// Reads such a text.
///
/// # Errors
/// One sentence where it is none.
pub fn read(text: &str, known: &Known<'_>) -> Result<ReadBack, String> {
    let file: FileWire = serde_json::from_str(text).map_err(|why| format!("It is not a file of labels: {why}."))?;
    if file.format != FORMAT {
        return Err(format!("Its form is {:?}, and this program reads {FORMAT:?}.", file.format));
    }
    let mut back = ReadBack::default();
    for film in file.films {
        if film.image_id.is_empty() {
            back.problems.push("a film has no image_id".to_owned());
            continue;
        }
        let image = ImageId::new(film.image_id.as_str());
        for reading in film.readings {
            let said = reading_of(&image, reading, known, &mut back.problems);
            back.said.push(said);
        }
    }
    Ok(back)
}

fn reading_of(image: &ImageId, wire: ReadingWire, known: &Known<'_>, problems: &mut Vec<String>) -> Said {
    let reader =
        if wire.rad_id.is_empty() { known.reader.clone() } else { ReaderId::new(wire.rad_id.as_str()) };
    let place = format!("film {image}, reader {reader}");
    let mut clauses = Vec::new();
    let mut said = Said {
        is_no_finding: wire.no_finding,
        of_image: wire::answers_from_json(&wire.image_labels, known, &mut clauses),
        of_series: wire::answers_from_json(&wire.series_labels, known, &mut clauses),
        of_study: wire::answers_from_json(&wire.study_labels, known, &mut clauses),
        ..Said::new(image.clone(), reader)
    };
    if let Some(key) = wire.unfit {
        said.unfit = UnfitReason::from_key(&key);
        if said.unfit.is_none() {
            clauses.push(format!("{key:?} is no reason why a film is unfit to be read"));
        }
    }
    for (number, mark) in wire.marks.into_iter().enumerate() {
        let taken = known.local(&mark.label).and_then(|label| {
            let attributes = wire::attributes_from_json(&mark.attributes)?;
            Ok(SaidMark { label, shape: mark.shape.into_shape()?, attributes, group: mark.shape_number })
        });
        match taken {
            Ok(mark) => said.marks.push(mark),
            Err(why) => clauses.push(format!("mark {}: {why}", number + 1)),
        }
    }
    problems.extend(clauses.into_iter().map(|clause| format!("{place}: {clause}")));
    said
}

//! COCO's JSON of ground truth: boxes, polygons, masks and attributes, with the reader and "No finding" beside them.
//!
//! What COCO has no words for stands under further keys, which its readers pass over: `rad_id` and `attributes` (CVAT's
//! word) of an annotation, `image_id` as text and `readings` of an image. <https://cocodataset.org/#format-data>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::domain::attribute::Attributes;
use crate::domain::geometry::Rect;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::shape::{Mask, Polygon, Shape};
use crate::domain::label::LabelName;

use super::wire;
use super::{Content, FilmOut, Known, Lost, ReadBack, SaidMark, checked_box, drawn_labels, file_of_film, film_of_file};

/// The whole text. Categories are the labels that are drawn, numbered from 1 in the set's order; so are images, by id, and
/// annotations: pycocotools takes an annotation of number 0 for none.
pub fn write(content: &Content, lost: &mut Lost) -> String {
    let names = drawn_labels(&content.labels);
    let number: BTreeMap<&str, usize> = names.iter().enumerate().map(|(place, name)| (*name, place + 1)).collect();
    let categories: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(place, name)| json!({"id": place + 1, "name": name, "supercategory": "finding"}))
        .collect();
    let (mut images, mut annotations) = (Vec::new(), Vec::new());
    for (place, film) in content.films.iter().enumerate() {
        let mut readings = Vec::new();
        for said in content.of_film(&film.image) {
            let mut reading = Map::new();
            reading.insert("rad_id".to_owned(), said.reader.as_str().into());
            reading.insert("no_finding".to_owned(), said.is_no_finding.into());
            for (key, answers) in [
                ("image_labels", &said.of_image),
                ("series_labels", &said.of_series),
                ("study_labels", &said.of_study),
            ] {
                if !answers.is_empty() {
                    reading.insert(key.to_owned(), wire::answers_to_json(answers).into());
                }
            }
            readings.push(Value::Object(reading));
            for mark in &said.marks {
                let Some(&category) = number.get(mark.label.as_str()) else { continue };
                let Some(geometry) = geometry_of(mark, film, lost) else { continue };
                let mut row = Map::new();
                row.insert("id".to_owned(), (annotations.len() + 1).into());
                row.insert("image_id".to_owned(), (place + 1).into());
                row.insert("category_id".to_owned(), category.into());
                row.insert("iscrowd".to_owned(), 0.into());
                row.extend(geometry);
                row.insert("rad_id".to_owned(), said.reader.as_str().into());
                row.insert("shape_number".to_owned(), mark.group.into());
                row.insert("attributes".to_owned(), wire::attributes_to_json(&mark.attributes).into());
                annotations.push(Value::Object(row));
            }
        }
        let mut image = Map::new();
        image.insert("id".to_owned(), (place + 1).into());
        image.insert("image_id".to_owned(), film.image.as_str().into());
        image.insert("file_name".to_owned(), format!("{}.png", file_of_film(&film.image)).into());
        let [width, height] = film.size.unwrap_or([0, 0]);
        image.insert("width".to_owned(), width.into());
        image.insert("height".to_owned(), height.into());
        for (key, id) in [("study_id", film.study.as_str()), ("series_id", film.series.as_str())] {
            if !id.is_empty() {
                image.insert(key.to_owned(), id.into());
            }
        }
        image.insert("readings".to_owned(), readings.into());
        images.push(Value::Object(image));
    }
    let file = json!({
        "info": {"description": content.title, "version": "1.0"},
        "licenses": [],
        "categories": categories,
        "images": images,
        "annotations": annotations,
    });
    let mut text = serde_json::to_string_pretty(&file).expect("maps, lists, text and numbers");
    text.push('\n');
    text
}

/// `bbox`, `area` and, for polygons and masks, `segmentation`.
fn geometry_of(mark: &SaidMark, film: &FilmOut, lost: &mut Lost) -> Option<Map<String, Value>> {
    if !mark.shape.kind().has_area() {
        lost.points_and_lines += 1;
        return None;
    }
    let r = mark.shape.bounds();
    let side = |from: f64, to: f64| side_to(from, to);
    let mut row = Map::new();
    row.insert("bbox".to_owned(), json!([r.xmin(), r.ymin(), side(r.xmin(), r.xmax()), side(r.ymin(), r.ymax())]));
    row.insert("area".to_owned(), mark.shape.area().into());
    let segmentation = match &mark.shape {
        Shape::Polygon(polygon) => {
            let flat = |part: &Vec<_>| -> Vec<f64> {
                part.iter().flat_map(|p: &crate::domain::geometry::Point| [p.x, p.y]).collect()
            };
            polygon.parts().iter().map(flat).collect::<Vec<_>>().into()
        }
        Shape::Mask(mask) => match film.size {
            Some([width, height]) => json!({"size": [height, width], "counts": column_runs(mask, width, height)}),
            None => {
                lost.as_boxes += 1;
                Value::Array(Vec::new())
            }
        },
        _ => Value::Array(Vec::new()),
    };
    row.insert("segmentation".to_owned(), segmentation);
    Some(row)
}

/// The length that brings `from` to exactly `to` again when they are added, where there is one: a difference is rounded,
/// and the sum of it again.
fn side_to(from: f64, to: f64) -> f64 {
    let length = to - from;
    let fits = |length: &f64| from + length == to;
    [length, length.next_up(), length.next_down()].into_iter().find(fits).unwrap_or(length)
}

/// COCO's runs go down the columns of the whole film, the first of pixels outside.
fn column_runs(mask: &Mask, width: u32, height: u32) -> Vec<u64> {
    let turned = Mask::from_spans(mask.film_spans().flat_map(|(row, from, to)| {
        (from..to).map(move |column| (column, row, row + 1))
    }));
    turned.map_or_else(Vec::new, |turned| turned.to_film_runs(height, width))
}

fn mask_of_column_runs(width: u32, height: u32, runs: &[u64]) -> Option<Mask> {
    let turned = Mask::from_film_runs(height, width, runs)?;
    let spans = turned.film_spans().flat_map(|(column, from, to)| (from..to).map(move |row| (row, column, column + 1)));
    Mask::from_spans(spans)
}

#[derive(Deserialize)]
struct FileWire {
    images: Vec<ImageWire>,
    annotations: Vec<Value>,
    #[serde(default)]
    categories: Vec<CategoryWire>,
}

#[derive(Deserialize)]
struct CategoryWire {
    id: i64,
    name: String,
}

#[derive(Deserialize)]
struct ImageWire {
    id: Value,
    #[serde(default)]
    file_name: String,
    #[serde(default)]
    image_id: Option<String>,
    #[serde(default)]
    width: Option<f64>,
    #[serde(default)]
    height: Option<f64>,
    #[serde(default)]
    readings: Option<Vec<ReadingWire>>,
}

#[derive(Deserialize)]
struct ReadingWire {
    #[serde(default)]
    rad_id: String,
    #[serde(default)]
    no_finding: bool,
    #[serde(default)]
    image_labels: Map<String, Value>,
    #[serde(default)]
    series_labels: Map<String, Value>,
    #[serde(default)]
    study_labels: Map<String, Value>,
}

#[derive(Deserialize)]
struct AnnotationWire {
    image_id: Value,
    category_id: i64,
    #[serde(default)]
    bbox: Option<[f64; 4]>,
    #[serde(default)]
    segmentation: Value,
    #[serde(default)]
    iscrowd: u8,
    #[serde(default)]
    rad_id: String,
    #[serde(default)]
    shape_number: Option<u32>,
    #[serde(default)]
    attributes: Map<String, Value>,
}

/// Reads ground truth. An image without annotations says "No finding", as training with COCO takes it, unless the file
/// says itself who read it and what they said.
///
/// # Errors
/// One sentence where the text is no ground truth.
pub fn read(text: &str, known: &Known<'_>) -> Result<ReadBack, String> {
    let file: FileWire = serde_json::from_str(text).map_err(|why| format!("It is not COCO's ground truth: {why}."))?;
    let names: BTreeMap<i64, &str> = file.categories.iter().map(|one| (one.id, one.name.as_str())).collect();
    let mut back = ReadBack::default();
    let mut films: BTreeMap<String, (ImageId, Option<[u32; 2]>)> = BTreeMap::new();
    let mut silent: BTreeMap<ImageId, bool> = BTreeMap::new();
    for image in &file.images {
        let id = key_of(&image.id);
        let stem = std::path::Path::new(&image.file_name).file_stem().and_then(|stem| stem.to_str());
        let name = image.image_id.as_deref().map(ImageId::new).or_else(|| stem.map(film_of_file));
        let name = name.unwrap_or_else(|| ImageId::new(id.as_str()));
        let own = image.width.zip(image.height).map(|(width, height)| [width as u32, height as u32]);
        let size = known.sizes.get(&name).copied().or(own.filter(|size| size[0] > 0 && size[1] > 0));
        if films.insert(id.clone(), (name.clone(), size)).is_some() {
            return Err(format!("It has the image {id} twice."));
        }
        silent.insert(name.clone(), image.readings.is_none());
        for reading in image.readings.iter().flatten() {
            take_reading(&mut back, &name, reading, known);
        }
    }
    for (number, row) in file.annotations.into_iter().enumerate() {
        let taken = serde_json::from_value::<AnnotationWire>(row).map_err(|why| why.to_string()).and_then(|row| {
            let (image, size) =
                films.get(&key_of(&row.image_id)).ok_or_else(|| format!("there is no image {}", row.image_id))?;
            silent.insert(image.clone(), false);
            let (label, shape, attributes) = mark_of(&row, *size, &names, known)?;
            let reader = if row.rad_id.is_empty() { known.reader.clone() } else { ReaderId::new(row.rad_id.as_str()) };
            let said = back.of(image, &reader);
            let next = said.marks.iter().map(|mark| mark.group + 1).max().unwrap_or(0);
            said.marks.push(SaidMark { label, shape, attributes, group: row.shape_number.unwrap_or(next) });
            Ok(())
        });
        if let Err(why) = taken {
            back.problems.push(format!("annotation {}: {why}", number + 1));
        }
    }
    for (image, _) in silent.into_iter().filter(|(_, is_silent)| *is_silent) {
        back.of(&image, known.reader).is_no_finding = true;
    }
    Ok(back)
}

/// Ids are numbers or text.
fn key_of(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

fn take_reading(back: &mut ReadBack, image: &ImageId, reading: &ReadingWire, known: &Known<'_>) {
    let reader =
        if reading.rad_id.is_empty() { known.reader.clone() } else { ReaderId::new(reading.rad_id.as_str()) };
    let mut clauses = Vec::new();
    let answers = [&reading.image_labels, &reading.series_labels, &reading.study_labels]
        .map(|map| wire::answers_from_json(map, known, &mut clauses));
    let said = back.of(image, &reader);
    said.is_no_finding = reading.no_finding;
    let [of_image, of_series, of_study] = answers;
    (said.of_image, said.of_series, said.of_study) = (of_image, of_series, of_study);
    back.problems.extend(clauses.into_iter().map(|clause| format!("image {image}: {clause}")));
}

fn mark_of(
    row: &AnnotationWire,
    size: Option<[u32; 2]>,
    names: &BTreeMap<i64, &str>,
    known: &Known<'_>,
) -> Result<(LabelName, Shape, Attributes), String> {
    let name =
        names.get(&row.category_id).ok_or_else(|| format!("there is no category {}", row.category_id))?;
    let label = known.local(name)?;
    let attributes = wire::attributes_from_json(&row.attributes)?;
    if let Some(shape) = segmented(&row.segmentation, size)? {
        return Ok((label, shape, attributes));
    }
    if row.iscrowd != 0 {
        return Err("a crowd is no single finding".to_owned());
    }
    let [x, y, width, height] = row.bbox.ok_or("it has neither a box nor a segmentation")?;
    let rect: Rect = checked_box([x, y, x + width, y + height])?;
    Ok((label, Shape::Box(rect), attributes))
}

/// A polygon or a mask, where the segmentation is one.
fn segmented(value: &Value, size: Option<[u32; 2]>) -> Result<Option<Shape>, String> {
    match value {
        Value::Array(parts) if !parts.is_empty() => {
            let parts: Vec<Vec<f64>> = serde_json::from_value(value.clone()).map_err(|why| why.to_string())?;
            let pairs = |part: &Vec<f64>| {
                let pairs: Vec<[f64; 2]> = part.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect();
                wire::points(&pairs)
            };
            let polygon = Polygon::new(parts.iter().map(pairs).collect());
            polygon.map(|polygon| Some(Shape::Polygon(polygon))).ok_or_else(|| "a polygon needs three points".to_owned())
        }
        Value::Object(map) => {
            let runs: Vec<u64> = map
                .get("counts")
                .cloned()
                .and_then(|counts| serde_json::from_value(counts).ok())
                .ok_or("its mask is compressed; write it with counts as a list of numbers")?;
            let own: Option<[u32; 2]> = map.get("size").cloned().and_then(|size| serde_json::from_value(size).ok());
            let [width, height] =
                own.map(|[height, width]| [width, height]).or(size).ok_or("its mask has no size")?;
            let mask = mask_of_column_runs(width, height, &runs);
            mask.map(|mask| Some(Shape::Mask(mask))).ok_or_else(|| "the runs of its mask do not fit its size".to_owned())
        }
        _ => Ok(None),
    }
}

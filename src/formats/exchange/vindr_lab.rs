//! The JSON that VinDr Lab exports: label groups, labels, objects, studies, impressions, findings, comments, archives.
//!
//! Findings are boxes (drag start and end, in any order), polygons and masks (runs over the whole film, row by row);
//! impressions are tags of a study, a series or an image. What VinDr Lab has no words for stands in an annotation's free
//! `meta`. Readers are ids, never names; comments are free text and stay in the project.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::domain::geometry::{Point, Rect};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::{FamilyChoice, Label, LabelKind, LabelName, LabelScope};
use crate::domain::presence::{LabelAnswers, Presence};
use crate::domain::shape::{Mask, Polygon, Shape, ShapeKind};

use super::wire;
use super::{Content, FilmOut, Known, Lost, ReadBack, Said, SaidMark, checked_box, same_shapes};

/// An id as VinDr Lab has them: the same for the same thing, however often it is written.
fn id_of(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\u{1f}"));
    let hex = digest[..16].iter().fold(String::new(), |mut text, byte| {
        // A String takes all text.
        let _ = write!(text, "{byte:02x}");
        text
    });
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// What a label is said of.
const fn scope_of(label: &Label) -> &'static str {
    match label.scope {
        LabelScope::Image => "IMAGE",
        LabelScope::Series => "SERIES",
        LabelScope::Study => "STUDY",
    }
}

/// The whole text.
pub fn write(content: &Content, lost: &mut Lost) -> String {
    let group = id_of(&["group", &content.labels.id]);
    let labels: Vec<Value> =
        content.labels.labels().iter().enumerate().map(|(place, label)| label_row(label, place, &group)).collect();
    let mut writer = Writer { content, objects: BTreeMap::new(), findings: Vec::new(), impressions: Vec::new() };
    let mut studies = BTreeMap::new();
    for said in &content.said {
        let film = content.film(&said.image).cloned().unwrap_or_else(|| FilmOut {
            image: said.image.clone(),
            study: "".into(),
            series: "".into(),
            size: None,
        });
        let study = writer.object("STUDY", &film);
        studies.entry(study).or_insert_with(|| film.study.to_string());
        writer.take(said, &film, lost);
    }
    let rows = studies
        .into_iter()
        .enumerate()
        .map(|(place, (id, _))| json!({"object_id": id, "code": format!("STDY-{}", place + 1), "status": "COMPLETED"}));
    let file = json!({
        "label_groups": [{"id": group, "name": content.labels.title, "color": "#4caf50", "owner_ids": []}],
        "labels": labels,
        "objects": writer.objects.values().collect::<Vec<_>>(),
        "studies": rows.collect::<Vec<_>>(),
        "impression": writer.impressions,
        "finding": writer.findings,
        "comments": [],
        "archives": [],
    });
    let mut text = serde_json::to_string_pretty(&file).expect("maps, lists, text and numbers");
    text.push('\n');
    text
}

fn label_row(label: &Label, place: usize, group: &str) -> Value {
    let is_drawn = label.kind == LabelKind::Local;
    let shape = match label.shapes.first() {
        _ if !is_drawn => "TAG",
        Some(ShapeKind::Polygon) => "POLYGON",
        Some(ShapeKind::Mask) => "MASK",
        _ => "BOUNDING_BOX",
    };
    let [red, green, blue] = label.color;
    json!({
        "id": id_of(&["label", label.name.as_str()]),
        "type": if is_drawn { "FINDING" } else { "IMPRESSION" },
        "scope": scope_of(label),
        "annotation_type": shape,
        "name": label.name.as_str(),
        "short_name": label.brief(),
        "parent_label_id": label.parent.as_ref().map(|parent| id_of(&["label", parent.as_str()])).unwrap_or_default(),
        "description": label.definition,
        "color": format!("#{red:02x}{green:02x}{blue:02x}"),
        "label_group_id": group,
        "children_select_type": if label.choice == FamilyChoice::Single { "RADIO" } else { "CHECKBOX" },
        "order": place + 1,
        "sub_labels": [],
    })
}

struct Writer<'a> {
    content: &'a Content,
    objects: BTreeMap<String, Value>,
    findings: Vec<Value>,
    impressions: Vec<Value>,
}

impl Writer<'_> {
    /// The id of the study, series or image that a film is in; its object is made where it is new.
    fn object(&mut self, kind: &str, film: &FilmOut) -> String {
        // A film of no known study is a study of its own.
        let or_film = |id: &str| if id.is_empty() { film.image.to_string() } else { id.to_owned() };
        let (study, series) = (or_film(film.study.as_str()), or_film(film.series.as_str()));
        let image = film.image.as_str();
        let own = match kind {
            "STUDY" => study.as_str(),
            "SERIES" => series.as_str(),
            _ => image,
        };
        let id = id_of(&["object", kind, own]);
        let is_below = |above: &[&str]| above.contains(&kind);
        let meta = json!({
            "study_instance_uid": study,
            "series_instance_uid": if is_below(&["SERIES", "IMAGE"]) { series.as_str() } else { "" },
            "sop_instance_uid": if is_below(&["IMAGE"]) { image } else { "" },
            "masked_study_instance_uid": study,
            "masked_series_instance_uid": if is_below(&["SERIES", "IMAGE"]) { series.as_str() } else { "" },
            "masked_sop_instance_uid": if is_below(&["IMAGE"]) { image } else { "" },
        });
        let row = json!({
            "id": id, "type": kind, "project_id": id_of(&["project", &self.content.labels.id]),
            "study_id": id_of(&["study", &study]), "meta": meta,
        });
        self.objects.entry(id.clone()).or_insert(row);
        id
    }

    fn take(&mut self, said: &Said, film: &FilmOut, lost: &mut Lost) {
        let of_image = if said.is_no_finding {
            said.of_image.clone().with(LabelName::no_finding(), Some(Presence::Present))
        } else {
            said.of_image.clone()
        };
        for (kind, answers) in [("STUDY", &said.of_study), ("SERIES", &said.of_series), ("IMAGE", &of_image)] {
            for (label, presence) in answers.iter() {
                if presence != Presence::Present {
                    lost.answers_not_present += 1;
                    continue;
                }
                let row = self.annotation(kind, film, said, (&[label], Map::new()), "");
                self.impressions.push(Value::Object(row));
            }
        }
        for group in same_shapes(&said.marks) {
            // Several labels on one shape are one annotation where the same is said of each.
            let is_one = group.iter().all(|mark| mark.attributes == group[0].attributes);
            let parts: Vec<&[&SaidMark]> = if is_one { vec![&group[..]] } else { group.chunks(1).collect() };
            for marks in parts {
                self.finding(said, film, marks, lost);
            }
        }
    }

    fn finding(&mut self, said: &Said, film: &FilmOut, marks: &[&SaidMark], lost: &mut Lost) {
        let mark = marks[0];
        let mut attributes = mark.attributes.clone();
        let note = std::mem::take(&mut attributes.note);
        let mut meta = Map::new();
        meta.insert("shape_number".to_owned(), mark.group.into());
        let pairs = wire::attributes_to_json(&attributes);
        if !pairs.is_empty() {
            meta.insert("attributes".to_owned(), pairs.into());
        }
        let as_box = |r: Rect| json!([{"x": r.xmin(), "y": r.ymin()}, {"x": r.xmax(), "y": r.ymax()}]);
        let corner = |p: &Point| json!({"x": p.x, "y": p.y});
        let (kind, data) = match &mark.shape {
            Shape::Box(rect) => ("BOUNDING_BOX", as_box(*rect)),
            Shape::Polygon(polygon) => {
                let parts: Vec<Value> =
                    polygon.parts().iter().map(|part| part.iter().map(corner).collect::<Vec<_>>().into()).collect();
                if parts.len() > 1 {
                    // VinDr Lab draws one outline; the others stand where it does not look.
                    meta.insert("further_parts".to_owned(), parts[1..].to_vec().into());
                }
                ("POLYGON", parts.into_iter().next().unwrap_or_default())
            }
            Shape::Mask(mask) => match film.size {
                Some([width, height]) => {
                    let runs: Vec<String> = mask.to_film_runs(width, height).iter().map(u64::to_string).collect();
                    let segment = json!({"segment": runs.join(" "), "labelMapIndex": 0, "imageIdIndex": 0, "activeSegmentIndex": 1});
                    ("MASK", segment)
                }
                None => {
                    lost.as_boxes += 1;
                    ("BOUNDING_BOX", as_box(mask.bounds()))
                }
            },
            Shape::Point(_) | Shape::Line(_) => {
                lost.points_and_lines += marks.len();
                return;
            }
        };
        let labels: Vec<&LabelName> = marks.iter().map(|mark| &mark.label).collect();
        let mut row = self.annotation("IMAGE", film, said, (&labels, meta), &note);
        row.insert("type".to_owned(), kind.into());
        row.insert("data".to_owned(), data);
        self.findings.push(Value::Object(row));
    }

    fn annotation(
        &mut self,
        kind: &str,
        film: &FilmOut,
        said: &Said,
        (labels, mut meta): (&[&LabelName], Map<String, Value>),
        description: &str,
    ) -> Map<String, Value> {
        let object = self.object(kind, film);
        let number = (self.findings.len() + self.impressions.len()).to_string();
        let study = if film.study.as_str().is_empty() { film.image.as_str() } else { film.study.as_str() };
        let series = if film.series.as_str().is_empty() { film.image.as_str() } else { film.series.as_str() };
        meta.insert("masked_study_instance_uid".to_owned(), study.into());
        meta.insert("masked_series_instance_uid".to_owned(), series.into());
        meta.insert("masked_sop_instance_uid".to_owned(), film.image.as_str().into());
        let ids: Vec<String> = labels.iter().map(|label| id_of(&["label", label.as_str()])).collect();
        let row = json!({
            "id": id_of(&["annotation", film.image.as_str(), said.reader.as_str(), &number]),
            "object_id": object,
            "project_id": id_of(&["project", &self.content.labels.id]),
            "creator_id": said.reader.as_str(),
            "creator_name": said.reader.as_str(),
            "description": description,
            "type": "TAG",
            "event": "CREATED",
            "created": 0,
            "meta": meta,
            "label_ids": ids,
            "labels": [],
            "task_id": id_of(&["task", film.image.as_str(), said.reader.as_str()]),
            "study_id": id_of(&["study", study]),
        });
        match row {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }
}

#[derive(Deserialize)]
struct FileWire {
    labels: Vec<LabelWire>,
    objects: Vec<ObjectWire>,
    #[serde(default)]
    impression: Vec<Value>,
    #[serde(default)]
    finding: Vec<Value>,
}

#[derive(Deserialize)]
struct LabelWire {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct ObjectWire {
    id: String,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    meta: MetaWire,
}

#[derive(Deserialize, Default)]
struct MetaWire {
    #[serde(default)]
    sop_instance_uid: String,
    #[serde(default)]
    masked_study_instance_uid: String,
    #[serde(default)]
    masked_series_instance_uid: String,
    #[serde(default)]
    masked_sop_instance_uid: String,
    #[serde(default)]
    shape_number: Option<u32>,
    #[serde(default)]
    attributes: Map<String, Value>,
    #[serde(default)]
    further_parts: Vec<Vec<Corner>>,
}

#[derive(Deserialize, Clone, Copy)]
struct Corner {
    x: f64,
    y: f64,
}

#[derive(Deserialize)]
struct AnnotationWire {
    object_id: String,
    #[serde(default)]
    creator_id: String,
    #[serde(default)]
    description: String,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    event: String,
    #[serde(default)]
    data: Value,
    #[serde(default)]
    meta: MetaWire,
    #[serde(default)]
    label_ids: Vec<String>,
}

/// Reads an export. Tags of a study or series are said on all its films that the file names.
///
/// # Errors
/// One sentence where the text is none.
pub fn read(text: &str, known: &Known<'_>) -> Result<ReadBack, String> {
    let file: FileWire = serde_json::from_str(text).map_err(|why| format!("It is no export of VinDr Lab: {why}."))?;
    let names: BTreeMap<&str, &str> = file.labels.iter().map(|one| (one.id.as_str(), one.name.as_str())).collect();
    let objects: BTreeMap<&str, &ObjectWire> = file.objects.iter().map(|one| (one.id.as_str(), one)).collect();
    let mut back = ReadBack::default();
    // Images before tags of a whole study: these go to the films that are known by then.
    for (key, rows) in [("finding", &file.finding), ("impression", &file.impression)] {
        for (number, row) in rows.iter().enumerate() {
            let taken = serde_json::from_value::<AnnotationWire>(row.clone())
                .map_err(|why| why.to_string())
                .and_then(|row| take(&mut back, &row, &names, &objects, &file.objects, known));
            if let Err(why) = taken {
                back.problems.push(format!("{key} {}: {why}", number + 1));
            }
        }
    }
    Ok(back)
}

fn take(
    back: &mut ReadBack,
    row: &AnnotationWire,
    names: &BTreeMap<&str, &str>,
    objects: &BTreeMap<&str, &ObjectWire>,
    all: &[ObjectWire],
    known: &Known<'_>,
) -> Result<(), String> {
    if row.event == "DELETED" {
        return Ok(());
    }
    let object = objects.get(row.object_id.as_str()).ok_or_else(|| format!("there is no object {}", row.object_id))?;
    let reader = if row.creator_id.is_empty() { known.reader.clone() } else { ReaderId::new(row.creator_id.as_str()) };
    let labels: Result<Vec<&str>, String> = row
        .label_ids
        .iter()
        .map(|id| names.get(id.as_str()).copied().ok_or_else(|| format!("there is no label {id}")))
        .collect();
    let labels = labels?;
    if row.kind == "TAG" || row.data.is_null() {
        return take_tag(back, &labels, object, &reader, all, known);
    }
    let image = image_of(&object.meta).ok_or("its object is no image")?;
    let shape = shape_of(row, known.sizes.get(&image).copied())?;
    let mut attributes = wire::attributes_from_json(&row.meta.attributes)?;
    attributes.note.clone_from(&row.description);
    let labels: Result<Vec<LabelName>, String> = labels.into_iter().map(|name| known.local(name)).collect();
    let labels = labels?;
    let said = back.of(&image, &reader);
    let next = said.marks.iter().map(|mark| mark.group + 1).max().unwrap_or(0);
    let group = row.meta.shape_number.unwrap_or(next);
    for label in labels {
        said.marks.push(SaidMark { label, shape: shape.clone(), attributes: attributes.clone(), group });
    }
    Ok(())
}

fn take_tag(
    back: &mut ReadBack,
    labels: &[&str],
    object: &ObjectWire,
    reader: &ReaderId,
    all: &[ObjectWire],
    known: &Known<'_>,
) -> Result<(), String> {
    for name in labels {
        let label = known.global(name)?;
        if object.kind == "IMAGE" {
            let image = image_of(&object.meta).ok_or("its object names no image")?;
            let said = back.of(&image, reader);
            if label.is_no_finding() {
                said.is_no_finding = true;
            } else {
                said.of_image = std::mem::take(&mut said.of_image).with(label, Some(Presence::Present));
            }
            continue;
        }
        let is_study = object.kind == "STUDY";
        let uid = |meta: &MetaWire| {
            if is_study { meta.masked_study_instance_uid.clone() } else { meta.masked_series_instance_uid.clone() }
        };
        let wanted = uid(&object.meta);
        let mut films = all.iter().filter(|one| one.kind == "IMAGE" && uid(&one.meta) == wanted);
        let film = films.find_map(|one| image_of(&one.meta));
        let said = back.of(&film.ok_or("no image of its study is in the file")?, reader);
        let answers: &mut LabelAnswers = if is_study { &mut said.of_study } else { &mut said.of_series };
        *answers = std::mem::take(answers).with(label, Some(Presence::Present));
    }
    Ok(())
}

/// VinDr Lab puts the project before UIDs; the masked ones are those of the file.
fn image_of(meta: &MetaWire) -> Option<ImageId> {
    let uid = [&meta.masked_sop_instance_uid, &meta.sop_instance_uid].into_iter().find(|uid| !uid.is_empty())?;
    Some(ImageId::new(uid.as_str()))
}

fn shape_of(row: &AnnotationWire, size: Option<[u32; 2]>) -> Result<Shape, String> {
    let corners = |value: &Value| -> Result<Vec<Corner>, String> {
        serde_json::from_value(value.clone()).map_err(|why| why.to_string())
    };
    let points = |part: &[Corner]| part.iter().map(|corner| Point::new(corner.x, corner.y)).collect::<Vec<_>>();
    match row.kind.as_str() {
        "BOUNDING_BOX" => match corners(&row.data)?.as_slice() {
            // Where the drag began and ended: not ordered.
            [a, b] => checked_box([a.x.min(b.x), a.y.min(b.y), a.x.max(b.x), a.y.max(b.y)]).map(Shape::Box),
            other => Err(format!("a box has two corners, and this one has {}", other.len())),
        },
        "POLYGON" => {
            let mut parts = vec![points(&corners(&row.data)?)];
            parts.extend(row.meta.further_parts.iter().map(|part| points(part)));
            Polygon::new(parts).map(Shape::Polygon).ok_or_else(|| "a polygon needs three points".to_owned())
        }
        "MASK" => {
            let [width, height] = size.ok_or("the film is not in the project, so the mask's width is not known")?;
            let text = row.data.get("segment").and_then(Value::as_str).ok_or("its mask has no segment")?;
            let runs: Result<Vec<u64>, _> = text.split_whitespace().map(str::parse).collect();
            let runs = runs.map_err(|_| "a run of its mask is not a number".to_owned())?;
            let mask = Mask::from_film_runs(width, height, &runs);
            mask.map(Shape::Mask).ok_or_else(|| "the runs of its mask do not fit the film".to_owned())
        }
        other => Err(format!("{other:?} is no shape that can be taken")),
    }
}

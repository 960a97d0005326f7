//! Shapes and attributes as JSON: the same form in the log and in the columns of `annotation`.

use serde::{Deserialize, Serialize};

use crate::domain::attribute::{Attributes, Certainty, Grade, VertebralLevel};
use crate::domain::geometry::{Point, Rect};
use crate::domain::shape::{Line, Mask, Polygon, Shape, ShapeKind};

/// Any shape but a box, in image pixels: `{"polygon": [[[x, y], ...]]}`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ShapeRow {
    Polygon(Vec<Vec<[f64; 2]>>),
    Mask(MaskRow),
    Point([f64; 2]),
    Line(Vec<[f64; 2]>),
}

#[derive(Serialize, Deserialize)]
pub(super) struct MaskRow {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
    /// Row by row, the first run outside.
    runs: Vec<u32>,
}

const fn pair(p: &Point) -> [f64; 2] {
    [p.x, p.y]
}

fn points(pairs: Vec<[f64; 2]>) -> Vec<Point> {
    pairs.into_iter().map(|[x, y]| Point::new(x, y)).collect()
}

impl ShapeRow {
    /// `None` for a box, which stands in columns of its own.
    pub(super) fn of(shape: &Shape) -> Option<Self> {
        Some(match shape {
            Shape::Box(_) => return None,
            Shape::Polygon(polygon) => {
                Self::Polygon(polygon.parts().iter().map(|part| part.iter().map(pair).collect()).collect())
            }
            Shape::Mask(mask) => Self::Mask(MaskRow {
                x: mask.x(),
                y: mask.y(),
                width: mask.width(),
                height: mask.height(),
                runs: mask.runs().to_vec(),
            }),
            Shape::Point(point) => Self::Point(pair(point)),
            Shape::Line(line) => Self::Line(line.points().iter().map(pair).collect()),
        })
    }

    pub(super) fn into_shape(self) -> Result<Shape, String> {
        match self {
            Self::Polygon(parts) => {
                let polygon = Polygon::new(parts.into_iter().map(points).collect());
                polygon.map(Shape::Polygon).ok_or_else(|| "a polygon needs three points in each part".to_owned())
            }
            Self::Mask(row) => Mask::new(row.x, row.y, row.width, row.height, row.runs)
                .map(Shape::Mask)
                .ok_or_else(|| "the runs of a mask do not fit its box".to_owned()),
            Self::Point([x, y]) => Ok(Shape::Point(Point::new(x, y))),
            Self::Line(pairs) => {
                Line::new(points(pairs)).map(Shape::Line).ok_or_else(|| "a line needs two points".to_owned())
            }
        }
    }

    /// The columns `shape` and `geometry`; `None` for a box.
    pub(super) fn columns(shape: &Shape) -> Option<(&'static str, String)> {
        let json = serde_json::to_value(Self::of(shape)?).expect("maps, lists and numbers");
        let key = shape.kind().key();
        Some((key, json.get(key).expect("named by its kind").to_string()))
    }

    /// From the columns `shape` and `geometry`.
    pub(super) fn from_columns(kind: &str, geometry: &str) -> Result<Shape, String> {
        if ShapeKind::from_key(kind).is_none_or(|kind| kind == ShapeKind::Box) {
            return Err(format!("unknown shape {kind:?}"));
        }
        let row: Self = serde_json::from_str(&format!("{{\"{kind}\":{geometry}}}")).map_err(|e| e.to_string())?;
        row.into_shape()
    }
}

/// Any shape as JSON: what the log says of it, or `{"box": [xmin, ymin, xmax, ymax]}`.
pub fn shape_to_json(shape: &Shape) -> String {
    match ShapeRow::of(shape) {
        Some(row) => serde_json::to_string(&row).expect("maps, lists and numbers"),
        None => {
            let r = shape.bounds();
            serde_json::json!({"box": [r.xmin(), r.ymin(), r.xmax(), r.ymax()]}).to_string()
        }
    }
}

/// `None` where it is no shape.
pub fn shape_from_json(json: &str) -> Option<Shape> {
    if let Ok(row) = serde_json::from_str::<ShapeRow>(json) {
        return row.into_shape().ok();
    }
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    let [x, y, right, bottom]: [f64; 4] = serde_json::from_value(value.get("box")?.clone()).ok()?;
    Rect::from_columns(x, y, right, bottom).map(Shape::Box)
}

/// What was said; what was not is left out.
#[derive(Serialize, Deserialize)]
pub(super) struct AttributesRow {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    severity: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certainty: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    note: String,
}

impl AttributesRow {
    pub(super) fn of(attributes: &Attributes) -> Option<Self> {
        (!attributes.is_empty()).then(|| Self {
            severity: attributes.grade.map(|grade| grade.key().to_owned()),
            level: attributes.level.map(|level| level.to_string()),
            certainty: attributes.certainty.map(|certainty| certainty.key().to_owned()),
            note: attributes.note.clone(),
        })
    }

    pub(super) fn into_attributes(self) -> Result<Attributes, String> {
        fn known<T>(text: Option<String>, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, String> {
            text.map(|text| read(&text).ok_or_else(|| format!("unknown attribute {text:?}"))).transpose()
        }
        Ok(Attributes {
            grade: known(self.severity, Grade::from_key)?,
            level: known(self.level, VertebralLevel::parse)?,
            certainty: known(self.certainty, Certainty::from_key)?,
            note: self.note,
        })
    }

    pub(super) fn to_json(attributes: &Attributes) -> Option<String> {
        Self::of(attributes).map(|row| serde_json::to_string(&row).expect("maps and text"))
    }

    pub(super) fn from_json(json: &str) -> Result<Attributes, String> {
        serde_json::from_str::<Self>(json).map_err(|e| e.to_string())?.into_attributes()
    }
}

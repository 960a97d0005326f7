//! Shapes, attributes and answers as JSON, as every JSON format here writes what it has no words of its own for.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::attribute::{AttributeKind, Attributes, Certainty, Grade, VertebralLevel};
use crate::domain::geometry::Point;
use crate::domain::presence::{LabelAnswers, Presence};
use crate::domain::shape::{Line, Mask, Polygon, Shape};

use super::{Known, checked_box};

/// Any shape in image pixels: `{"polygon": [[[x, y], ...]]}`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShapeWire {
    /// `xmin, ymin, xmax, ymax`.
    Box([f64; 4]),
    Polygon(Vec<Vec<[f64; 2]>>),
    Mask {
        x: i32,
        y: i32,
        width: u32,
        height: u32,
        /// Row by row, the first run outside.
        runs: Vec<u32>,
    },
    Point([f64; 2]),
    Line(Vec<[f64; 2]>),
}

const fn pair(p: &Point) -> [f64; 2] {
    [p.x, p.y]
}

pub fn points(pairs: &[[f64; 2]]) -> Vec<Point> {
    pairs.iter().map(|&[x, y]| Point::new(x, y)).collect()
}

impl ShapeWire {
    pub fn of(shape: &Shape) -> Self {
        match shape {
            Shape::Box(r) => Self::Box([r.xmin(), r.ymin(), r.xmax(), r.ymax()]),
            Shape::Polygon(polygon) => {
                Self::Polygon(polygon.parts().iter().map(|part| part.iter().map(pair).collect()).collect())
            }
            Shape::Mask(mask) => Self::Mask {
                x: mask.x(),
                y: mask.y(),
                width: mask.width(),
                height: mask.height(),
                runs: mask.runs().to_vec(),
            },
            Shape::Point(point) => Self::Point(pair(point)),
            Shape::Line(line) => Self::Line(line.points().iter().map(pair).collect()),
        }
    }

    pub fn into_shape(self) -> Result<Shape, String> {
        match self {
            Self::Box(corners) => checked_box(corners).map(Shape::Box),
            Self::Polygon(parts) => Polygon::new(parts.iter().map(|part| points(part)).collect())
                .map(Shape::Polygon)
                .ok_or_else(|| "a polygon needs three points in each part".to_owned()),
            Self::Mask { x, y, width, height, runs } => Mask::new(x, y, width, height, runs)
                .map(Shape::Mask)
                .ok_or_else(|| "the runs of a mask do not fit its box".to_owned()),
            Self::Point([x, y]) if x.is_finite() && y.is_finite() => Ok(Shape::Point(Point::new(x, y))),
            Self::Point(_) => Err("a coordinate is not a finite number".to_owned()),
            Self::Line(pairs) => {
                Line::new(points(&pairs)).map(Shape::Line).ok_or_else(|| "a line needs two points".to_owned())
            }
        }
    }
}

/// What is said under each head, by the head's key.
pub fn attribute_pairs(attributes: &Attributes) -> Vec<(&'static str, String)> {
    let said = |kind: AttributeKind| match kind {
        AttributeKind::Grade => attributes.grade.map(|grade| grade.key().to_owned()),
        AttributeKind::Level => attributes.level.map(|level| level.to_string()),
        AttributeKind::Certainty => attributes.certainty.map(|certainty| certainty.key().to_owned()),
        AttributeKind::Note => (!attributes.note.is_empty()).then(|| attributes.note.clone()),
    };
    AttributeKind::ALL.into_iter().filter_map(|kind| Some((kind.key(), said(kind)?))).collect()
}

/// From such pairs; heads that are not ours are another program's and stay out.
pub fn attributes_of<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Attributes, String> {
    let mut attributes = Attributes::default();
    for (key, text) in pairs {
        let unknown = || format!("the attribute {key} is {text:?}, which it cannot be");
        match AttributeKind::from_key(key) {
            Some(AttributeKind::Grade) => attributes.grade = Some(Grade::from_key(text).ok_or_else(unknown)?),
            Some(AttributeKind::Level) => attributes.level = Some(VertebralLevel::parse(text).ok_or_else(unknown)?),
            Some(AttributeKind::Certainty) => {
                attributes.certainty = Some(Certainty::from_key(text).ok_or_else(unknown)?);
            }
            Some(AttributeKind::Note) => text.clone_into(&mut attributes.note),
            None => {}
        }
    }
    Ok(attributes)
}

pub fn attributes_to_json(attributes: &Attributes) -> Map<String, Value> {
    attribute_pairs(attributes).into_iter().map(|(key, text)| (key.to_owned(), Value::String(text))).collect()
}

pub fn attributes_from_json(map: &Map<String, Value>) -> Result<Attributes, String> {
    attributes_of(map.iter().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?))))
}

/// `{"label": "present"}`.
pub fn answers_to_json(answers: &LabelAnswers) -> Map<String, Value> {
    answers.iter().map(|(label, presence)| (label.to_string(), presence.key().into())).collect()
}

/// Those that can be taken; clauses about the others.
pub fn answers_from_json(map: &Map<String, Value>, known: &Known<'_>, problems: &mut Vec<String>) -> LabelAnswers {
    let mut answers = LabelAnswers::default();
    for (text, value) in map {
        let presence = value.as_str().and_then(Presence::from_key);
        match (known.global(text), presence) {
            (Ok(label), Some(presence)) => answers = answers.with(label, Some(presence)),
            (Err(problem), _) => problems.push(problem),
            (_, None) => problems.push(format!("the answer {value} for {text} is not present, absent or unsure")),
        }
    }
    answers
}

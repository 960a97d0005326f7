//! Labels on their way out of a project and back, whatever the format: what readers said, film by film.
//!
//! A format is a file beside this one that writes a [`Content`] and reads [`Said`]s. What it can't hold it counts in
//! [`Lost`]: nothing is dropped in silence.

pub mod coco;
mod content;
mod film_name;
pub mod image_text;
mod lost;
pub mod single_json;
pub mod vindr_lab;
mod wire;
pub mod voc;
pub mod yolo;

pub use content::{Content, FilmOut, Said, SaidMark, same_shapes};
pub use film_name::{file_of_film, film_of_file};
pub use lost::Lost;

use std::collections::BTreeMap;

use crate::domain::geometry::Rect;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::{Label, LabelKind, LabelName, LabelSet};
use crate::domain::shape::Shape;

/// A file that is to be written: its name with forward slashes, and its content.
pub type FileOut = (String, Vec<u8>);

/// What reading needs to know of the project.
#[derive(Debug)]
pub struct Known<'a> {
    pub labels: &'a LabelSet,
    /// Width and height of films, where they are known.
    pub sizes: &'a BTreeMap<ImageId, [u32; 2]>,
    /// Whose labels they are where the file does not say.
    pub reader: &'a ReaderId,
}

impl Known<'_> {
    /// The label that may be drawn, or a clause that says why not.
    fn local(&self, text: &str) -> Result<LabelName, String> {
        let label = self.resolved(text)?;
        if label.kind == LabelKind::Local {
            Ok(label.name.clone())
        } else {
            Err(format!("{} is said of the film as a whole and cannot be drawn", label.name))
        }
    }

    fn global(&self, text: &str) -> Result<LabelName, String> {
        Ok(self.resolved(text)?.name.clone())
    }

    fn resolved(&self, text: &str) -> Result<&Label, String> {
        let unknown = || {
            format!(
                "the label {text:?} is not one of the project's labels; mend the file, or add the label to the project's"
            )
        };
        self.labels.resolve(text).ok_or_else(unknown)
    }
}

/// What was read, and what could not be, a clause each.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ReadBack {
    pub said: Vec<Said>,
    pub problems: Vec<String>,
}

impl ReadBack {
    /// The reading of a film by a reader; made where there is none yet.
    fn of(&mut self, image: &ImageId, reader: &ReaderId) -> &mut Said {
        let known = self.said.iter().rposition(|said| said.image == *image && said.reader == *reader);
        let place = known.unwrap_or_else(|| {
            self.said.push(Said::new(image.clone(), reader.clone()));
            self.said.len() - 1
        });
        &mut self.said[place]
    }
}

/// Names of the labels that are drawn, in the set's order.
fn drawn_labels(labels: &LabelSet) -> Vec<&str> {
    labels.local().map(|label| label.name.as_str()).filter(|name| *name != crate::domain::label::NO_FINDING).collect()
}

/// Decimals of some formats are of another origin or scale; a millionth of a pixel undoes what that rounded.
fn to_millionth(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// The box around a shape that has an area, and whether it is the box itself.
fn box_of(shape: &Shape) -> Option<(Rect, bool)> {
    shape.kind().has_area().then(|| (shape.bounds(), shape.as_box().is_some()))
}

/// A box of a file, or a clause that says what is wrong with it.
fn checked_box(corners: [f64; 4]) -> Result<Rect, String> {
    let [xmin, ymin, xmax, ymax] = corners;
    if corners.iter().any(|value| !value.is_finite()) {
        return Err("a coordinate is not a finite number".to_owned());
    }
    if xmin >= xmax || ymin >= ymax {
        return Err("the box has no extent or its corners are swapped".to_owned());
    }
    Rect::from_columns(xmin, ymin, xmax, ymax).ok_or_else(|| "the box has no extent".to_owned())
}

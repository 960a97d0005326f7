//! What readers compare with: pictures of labels, and films of the project that show a case well.

use std::sync::Arc;

use crate::domain::id::ImageId;
use crate::domain::label::LabelName;

/// One reference case: a picture, a film of the project, or both.
#[derive(Clone, PartialEq, Debug)]
pub struct Reference {
    /// Counted in the order in which they are shown.
    pub id: i64,
    /// What it is an example of; `None` where it stands for no label of its own.
    pub label: Option<LabelName>,
    pub image: Option<ImageId>,
    pub caption: String,
    pub picture: Option<Arc<Picture>>,
}

/// The longer side of a reference picture, in pixels.
pub const PICTURE_SIDE: u32 = 512;

/// A small picture, ready to be shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub levels: Levels,
}

/// 8 bits each, row by row, top row first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Levels {
    Grey(Vec<u8>),
    /// Red, green, blue, interleaved.
    Rgb(Vec<u8>),
}

/// A change of the list.
#[derive(Clone, PartialEq, Debug)]
pub enum ReferenceChange {
    /// A film of the project, without a picture of its own.
    AddFilm {
        image: ImageId,
        caption: String,
    },
    SetLabel {
        id: i64,
        label: Option<LabelName>,
    },
    SetCaption {
        id: i64,
        caption: String,
    },
    /// One place up or down.
    Move {
        id: i64,
        is_up: bool,
    },
    Delete(i64),
}

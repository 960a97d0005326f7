//! A mark on a film: its label, its shape, and where it came from.

use crate::domain::geometry::Rect;
use crate::domain::id::AnnotationId;
use crate::domain::label::LabelName;

/// What was marked.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Shape {
    /// "No finding": said of the film, drawn nowhere.
    None,
    /// A box in image pixels.
    Box(Rect),
}

impl Shape {
    pub const fn rect(&self) -> Option<Rect> {
        match self {
            Self::None => None,
            Self::Box(rect) => Some(*rect),
        }
    }
}

/// How a mark came to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Drawn by the reader.
    Drawn,
    /// From a published file; the number of the import in this project.
    Imported { import: i64 },
    /// A copy of another mark of the same film.
    Copied { from: AnnotationId },
}

/// One mark of one reader on one film.
///
/// `label.is_no_finding()` exactly when `shape` is [`Shape::None`]; [`Annotation::no_finding`] and
/// [`Annotation::boxed`] are the only ways to make one.
#[derive(Clone, PartialEq, Debug)]
pub struct Annotation {
    id: AnnotationId,
    label: LabelName,
    shape: Shape,
    origin: Origin,
    coordinate_text: Option<Box<str>>,
    extra: Option<Box<str>>,
}

impl Annotation {
    pub fn no_finding(id: AnnotationId, origin: Origin) -> Self {
        Self { id, label: LabelName::no_finding(), shape: Shape::None, origin, coordinate_text: None, extra: None }
    }

    /// `None` where the label is "No finding", which has no box.
    pub fn boxed(id: AnnotationId, label: LabelName, rect: Rect, origin: Origin) -> Option<Self> {
        let shape = Shape::Box(rect);
        (!label.is_no_finding()).then_some(Self { id, label, shape, origin, coordinate_text: None, extra: None })
    }

    pub const fn id(&self) -> AnnotationId {
        self.id
    }
    pub const fn label(&self) -> &LabelName {
        &self.label
    }
    pub const fn shape(&self) -> Shape {
        self.shape
    }
    pub const fn rect(&self) -> Option<Rect> {
        self.shape.rect()
    }
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The four coordinates as an imported file wrote them, comma-separated, where that differs from
    /// the shortest decimal form; export gives the same text back.
    pub fn coordinate_text(&self) -> Option<&str> {
        self.coordinate_text.as_deref()
    }

    #[must_use]
    pub fn with_coordinate_text(mut self, text: Option<Box<str>>) -> Self {
        self.coordinate_text = text;
        self
    }

    /// The columns of the imported row that the program does not know, as written; export gives them back.
    pub fn extra(&self) -> Option<&str> {
        self.extra.as_deref()
    }

    #[must_use]
    pub fn with_extra(mut self, extra: Option<Box<str>>) -> Self {
        self.extra = extra;
        self
    }

    /// The same mark with another box; the text form of the old coordinates no longer holds.
    #[must_use]
    pub fn with_rect(&self, rect: Rect) -> Self {
        match self.shape {
            Shape::None => self.clone(),
            Shape::Box(_) => Self { shape: Shape::Box(rect), coordinate_text: None, ..self.clone() },
        }
    }

    /// The same box under another label; `None` for "No finding" on either side.
    pub fn with_label(&self, label: LabelName) -> Option<Self> {
        (!label.is_no_finding() && !self.label.is_no_finding()).then(|| Self { label, ..self.clone() })
    }
}

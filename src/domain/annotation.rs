//! A mark on a film: its label, its shape, and where it came from.

use crate::domain::attribute::Attributes;
use crate::domain::geometry::Rect;
use crate::domain::id::AnnotationId;
use crate::domain::label::LabelName;
use crate::domain::shape::Shape;
use crate::domain::suggestion::SuggestionKey;

/// How a mark came to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Drawn by the reader.
    Drawn,
    /// From a published file; the number of the import in this project.
    Imported { import: i64 },
    /// A copy of another mark: of this film or another, this reader's or another's. Ids are unique in the project.
    Copied { from: AnnotationId },
    /// Offered by a model and accepted by the reader, as it was or adjusted.
    Suggested(SuggestionKey),
}

/// One mark of one reader on one film: one label on one shape.
///
/// A shape with several labels is several marks with the same `shape_key`: each has its own row in published tables and
/// its own attributes, and what moves one moves all.
///
/// `label.is_no_finding()` exactly when there is no shape; [`Annotation::no_finding`] and [`Annotation::shaped`] are the
/// only ways to make one.
#[derive(Clone, PartialEq, Debug)]
pub struct Annotation {
    id: AnnotationId,
    label: LabelName,
    shape: Option<Shape>,
    origin: Origin,
    attributes: Attributes,
    shape_key: Option<AnnotationId>,
    coordinate_text: Option<Box<str>>,
    extra: Option<Box<str>>,
}

impl Annotation {
    pub fn no_finding(id: AnnotationId, origin: Origin) -> Self {
        Self::new(id, LabelName::no_finding(), None, origin)
    }

    /// `None` where the label is "No finding", which has no shape.
    pub fn shaped(id: AnnotationId, label: LabelName, shape: Shape, origin: Origin) -> Option<Self> {
        (!label.is_no_finding()).then(|| Self::new(id, label, Some(shape), origin))
    }

    /// `None` where the label is "No finding", which has no box.
    pub fn boxed(id: AnnotationId, label: LabelName, rect: Rect, origin: Origin) -> Option<Self> {
        Self::shaped(id, label, Shape::Box(rect), origin)
    }

    fn new(id: AnnotationId, label: LabelName, shape: Option<Shape>, origin: Origin) -> Self {
        let attributes = Attributes::default();
        Self { id, label, shape, origin, attributes, shape_key: None, coordinate_text: None, extra: None }
    }

    pub const fn id(&self) -> AnnotationId {
        self.id
    }
    pub const fn label(&self) -> &LabelName {
        &self.label
    }
    /// `None` for "No finding".
    pub const fn shape(&self) -> Option<&Shape> {
        self.shape.as_ref()
    }
    /// The box, where the mark is one.
    pub fn rect(&self) -> Option<Rect> {
        self.shape.as_ref().and_then(Shape::as_box)
    }
    /// The smallest box around the mark; `None` for "No finding".
    pub fn bounds(&self) -> Option<Rect> {
        self.shape.as_ref().map(Shape::bounds)
    }
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }
    pub const fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// What marks on one shape have in common: the id of the first of them, which may be gone since.
    pub fn shape_key(&self) -> AnnotationId {
        self.shape_key.unwrap_or(self.id)
    }

    /// As stored: `None` where it is the mark's own id.
    pub const fn stored_shape_key(&self) -> Option<AnnotationId> {
        self.shape_key
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

    #[must_use]
    pub fn with_attributes(mut self, attributes: Attributes) -> Self {
        self.attributes = attributes;
        self
    }

    /// On the shape of another mark.
    #[must_use]
    pub fn with_shape_key(mut self, key: Option<AnnotationId>) -> Self {
        self.shape_key = key.filter(|key| *key != self.id);
        self
    }

    /// The same mark with another shape; the text form of the old coordinates no longer holds. "No finding" stays as it is.
    #[must_use]
    pub fn with_shape(&self, shape: Shape) -> Self {
        if self.shape.is_none() {
            return self.clone();
        }
        Self { shape: Some(shape), coordinate_text: None, ..self.clone() }
    }

    #[must_use]
    pub fn with_rect(&self, rect: Rect) -> Self {
        self.with_shape(Shape::Box(rect))
    }

    /// The same shape under another label; `None` for "No finding" on either side.
    pub fn with_label(&self, label: LabelName) -> Option<Self> {
        (!label.is_no_finding() && !self.label.is_no_finding()).then(|| Self { label, ..self.clone() })
    }
}

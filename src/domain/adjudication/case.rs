//! A film as reviewers get it: every reader's marks and answers, and the model's boxes where the project shows them.

use crate::domain::annotation::Annotation;
use crate::domain::attribute::Attributes;
use crate::domain::geometry::{Point, Rect};
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::presence::LabelAnswers;
use crate::domain::quality::UnfitReason;
use crate::domain::reading::Reading;
use crate::domain::shape::Shape;
use crate::domain::suggestion::{Suggestion, SuggestionKey};

/// Marks of two readers that overlap by more are offered to reviewers as one finding: the overlap from which the
/// VinBigData challenge, which was scored on such a consensus, took a box for found. Lower than where evaluations put
/// readers together, because a reviewer merges with one key what was left apart and has to look for what was missed.
pub const SAME_FINDING: f64 = 0.4;

/// Names one thing that was seen on the film, for good.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SourceId {
    /// A reader's mark.
    Mark(AnnotationId),
    /// A box of the model.
    Model(SuggestionKey),
    /// Drawn by a reviewer; counted from 0 within the film.
    Added(u32),
}

/// Who saw it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum By {
    /// By layer.
    Reader(ReaderId),
    Model,
    Reviewer(ReaderId),
}

/// One thing that somebody saw on the film.
#[derive(Clone, PartialEq, Debug)]
pub struct Source {
    pub id: SourceId,
    pub by: By,
    pub label: LabelName,
    pub shape: Shape,
    pub attributes: Attributes,
    /// Of the model's boxes only.
    pub score: Option<f64>,
}

/// What one reader said of the film as a whole.
#[derive(Clone, PartialEq, Debug)]
pub struct Testimony {
    /// The layer.
    pub reader: ReaderId,
    pub labels: LabelAnswers,
    pub has_no_finding: bool,
    pub unfit: Option<UnfitReason>,
}

/// A film as reviewers get it. The same whatever the order in which readers and marks were given.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    pub(super) image: ImageId,
    /// In the order of their ids.
    pub(super) readers: Vec<Testimony>,
    /// In the order of their ids: readers' marks, then the model's boxes.
    pub(super) sources: Vec<Source>,
    /// Who has to sign, in the order of their ids; empty where whoever reviews signs.
    pub(super) reviewers: Vec<ReaderId>,
    /// How many have to sign, at least one.
    pub(super) num_signatures: usize,
    /// From this overlap on marks were put together.
    pub(super) min_iou: f64,
    /// Points and lines, which have no area, were put together with so much around them, in pixels of the film.
    pub(super) margin: f64,
}

/// The margin around points and lines, as a share of the film's longer side: two points are offered as one finding where
/// the squares around them overlap as boxes must, so where they are nearer than 1.7 % of that side along one axis.
/// On a film of 43 cm that is 7 mm, less than the gap between the marks that are put on two neighbouring vertebrae.
const MARGIN_OF_POINTS: f64 = 0.02;

impl Case {
    /// On a film of this size.
    #[must_use]
    pub fn on_film(self, width: u32, height: u32) -> Self {
        self.with_margin(MARGIN_OF_POINTS * f64::from(width.max(height)))
    }

    /// As stored; 0 leaves points and lines apart.
    #[must_use]
    pub fn with_margin(self, margin: f64) -> Self {
        Self { margin, ..self }
    }

    /// See [`Self::on_film`].
    pub const fn margin(&self) -> f64 {
        self.margin
    }

    /// What stands for a mark where marks are held against each other.
    pub(super) fn place(&self, shape: &Shape) -> Rect {
        let bounds = shape.bounds();
        if shape.kind().has_area() {
            return bounds;
        }
        let min = Point::new(bounds.xmin() - self.margin, bounds.ymin() - self.margin);
        Rect::from_corners(min, Point::new(bounds.xmax() + self.margin, bounds.ymax() + self.margin))
    }

    /// Whether a review that began with this one can go on where the film is now `now`. What models say of the film since
    /// changes nothing: the review keeps the boxes that it began with, and its rulings. Boxes that the project hides now
    /// do not stay.
    pub fn still_holds(&self, now: &Self) -> bool {
        let of_readers = |case: &Self| -> Vec<Source> {
            case.sources.iter().filter(|source| source.by != By::Model).cloned().collect()
        };
        let has_model = |case: &Self| case.sources.iter().any(|source| source.by == By::Model);
        let parts =
            |case: &Self| (case.image.clone(), case.readers.clone(), case.reviewers.clone(), case.num_signatures);
        parts(self) == parts(now)
            && self.min_iou.total_cmp(&now.min_iou).is_eq()
            && of_readers(self) == of_readers(now)
            && (has_model(now) || !has_model(self))
    }

    /// `readings` are of one film, one of each reader who was to read it in stage 1, completed; `suggestions` are empty
    /// where the project hides the model. `reviewers` are those to whom the film was handed for review;
    /// `num_signatures` is what the project asks for.
    pub fn new(
        image: ImageId,
        readings: &[Reading],
        suggestions: &[Suggestion],
        reviewers: &[ReaderId],
        num_signatures: usize,
    ) -> Self {
        let testimony = |reading: &Reading| Testimony {
            reader: reading.reader().clone(),
            labels: reading.image_labels().clone(),
            has_no_finding: reading.has_no_finding(),
            unfit: reading.unfit(),
        };
        let of_reading = |reading: &Reading| -> Vec<Source> {
            let by = By::Reader(reading.reader().clone());
            let source = |mark: &Annotation| {
                Some(Source {
                    id: SourceId::Mark(mark.id()),
                    by: by.clone(),
                    label: mark.label().clone(),
                    shape: mark.shape()?.clone(),
                    attributes: mark.attributes().clone(),
                    score: None,
                })
            };
            reading.annotations().iter().filter_map(source).collect()
        };
        let of_model = |suggestion: &Suggestion| Source {
            id: SourceId::Model(suggestion.key),
            by: By::Model,
            label: suggestion.label.clone(),
            shape: Shape::Box(suggestion.rect),
            attributes: Attributes::default(),
            score: Some(suggestion.score),
        };
        let sources = readings.iter().flat_map(of_reading).chain(suggestions.iter().map(of_model)).collect();
        let readers = readings.iter().map(testimony).collect();
        Self::restored(image, readers, sources, reviewers.to_vec(), num_signatures, SAME_FINDING)
    }

    /// As stored.
    pub fn restored(
        image: ImageId,
        mut readers: Vec<Testimony>,
        mut sources: Vec<Source>,
        mut reviewers: Vec<ReaderId>,
        num_signatures: usize,
        min_iou: f64,
    ) -> Self {
        readers.sort_by(|a, b| a.reader.cmp(&b.reader));
        readers.dedup_by(|a, b| a.reader == b.reader);
        sources.sort_by_key(|source| source.id);
        sources.dedup_by_key(|source| source.id);
        reviewers.sort();
        reviewers.dedup();
        let num_signatures = num_signatures.max(reviewers.len()).max(1);
        Self { image, readers, sources, reviewers, num_signatures, min_iou, margin: 0.0 }
    }

    pub const fn image(&self) -> &ImageId {
        &self.image
    }
    /// What each reader said of the whole film, in the order of their ids. A screen that hides names calls them A, B, C in
    /// this order.
    pub fn readers(&self) -> &[Testimony] {
        &self.readers
    }
    /// Place of a reader in [`Self::readers`].
    pub fn place_of(&self, reader: &ReaderId) -> Option<usize> {
        self.readers.binary_search_by(|testimony| testimony.reader.cmp(reader)).ok()
    }
    /// Every mark of every reader, then the model's boxes. What reviewers drew is in [`super::Document::source`] only.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        let place = self.sources.binary_search_by_key(&id, |source| source.id).ok()?;
        Some(&self.sources[place])
    }
    /// Who has to sign; empty where whoever reviews signs.
    pub fn reviewers(&self) -> &[ReaderId] {
        &self.reviewers
    }
    /// How many have to sign, at least one.
    pub const fn num_signatures(&self) -> usize {
        self.num_signatures
    }
    /// From this overlap on marks were put together.
    pub const fn min_iou(&self) -> f64 {
        self.min_iou
    }
}

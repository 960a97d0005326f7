//! One reader's reading of one film: the document that edits change.

use std::collections::BTreeSet;

use crate::domain::annotation::Annotation;
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::measure::Measurement;
use crate::domain::task::TaskState;

/// Normal or abnormal, as the reader's marks say it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// Nothing said yet.
    Undecided,
    /// "No finding".
    Normal,
    /// At least one box or image-level label.
    Abnormal,
}

/// All that one reader said of one film. Changed only by [`crate::domain::edit::Edit::apply`].
#[derive(Clone, PartialEq, Debug)]
pub struct Reading {
    image: ImageId,
    reader: ReaderId,
    pub(super) annotations: Vec<Annotation>,
    pub(super) image_labels: BTreeSet<LabelName>,
    pub(super) state: TaskState,
    pub(super) comment: String,
    pub(super) measurements: Vec<Measurement>,
}

impl Reading {
    pub fn new(image: ImageId, reader: ReaderId) -> Self {
        Self {
            image,
            reader,
            annotations: Vec::new(),
            image_labels: BTreeSet::new(),
            state: TaskState::New,
            comment: String::new(),
            measurements: Vec::new(),
        }
    }

    /// A reading as stored. The parts are taken as they are; rules are checked, not assumed.
    #[must_use]
    pub fn restored(
        image: ImageId,
        reader: ReaderId,
        mut annotations: Vec<Annotation>,
        image_labels: BTreeSet<LabelName>,
        state: TaskState,
        comment: String,
    ) -> Self {
        annotations.sort_by_key(Annotation::id);
        Self { image, reader, annotations, image_labels, state, comment, measurements: Vec::new() }
    }

    /// The same reading with these measurements, as stored.
    #[must_use]
    pub fn with_measurements(mut self, mut measurements: Vec<Measurement>) -> Self {
        measurements.sort_by_key(|m| m.id);
        self.measurements = measurements;
        self
    }

    pub const fn image(&self) -> &ImageId {
        &self.image
    }
    pub const fn reader(&self) -> &ReaderId {
        &self.reader
    }
    /// In drawing order, which is the order of their ids.
    pub fn annotations(&self) -> &[Annotation] {
        &self.annotations
    }
    pub fn annotation(&self, id: AnnotationId) -> Option<&Annotation> {
        self.annotations.iter().find(|a| a.id() == id)
    }
    pub const fn image_labels(&self) -> &BTreeSet<LabelName> {
        &self.image_labels
    }
    pub const fn state(&self) -> TaskState {
        self.state
    }
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// In drawing order, which is the order of their ids. They say nothing of findings: a film without one may be measured.
    pub fn measurements(&self) -> &[Measurement] {
        &self.measurements
    }
    pub fn measurement(&self, id: AnnotationId) -> Option<&Measurement> {
        self.measurements.iter().find(|m| m.id == id)
    }

    /// Whether it has a mark or a measurement of this id.
    pub fn has(&self, id: AnnotationId) -> bool {
        self.annotation(id).is_some() || self.measurement(id).is_some()
    }

    pub fn has_no_finding(&self) -> bool {
        self.annotations.iter().any(|a| a.label().is_no_finding())
    }

    pub fn num_boxes(&self) -> usize {
        self.annotations.iter().filter(|a| a.rect().is_some()).count()
    }

    pub fn decision(&self) -> Decision {
        if self.num_boxes() > 0 || !self.image_labels.is_empty() {
            Decision::Abnormal
        } else if self.has_no_finding() {
            Decision::Normal
        } else {
            Decision::Undecided
        }
    }
}

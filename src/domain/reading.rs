//! One reader's reading of one film: the document that edits change.

use std::collections::BTreeSet;

use crate::domain::annotation::Annotation;
use crate::domain::comment::Comment;
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::measure::Measurement;
use crate::domain::presence::LabelAnswers;
use crate::domain::quality::UnfitReason;
use crate::domain::suggestion::SuggestionKey;
use crate::domain::task::TaskState;

/// Normal or abnormal, as the reader's marks say it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// Nothing said yet.
    Undecided,
    /// "No finding".
    Normal,
    /// At least one mark, or a film label that is present.
    Abnormal,
}

/// All that one reader said of one film. Changed only by [`crate::domain::edit::Edit::apply`].
#[derive(Clone, PartialEq, Debug)]
pub struct Reading {
    image: ImageId,
    reader: ReaderId,
    pub(super) annotations: Vec<Annotation>,
    pub(super) image_labels: LabelAnswers,
    pub(super) series_labels: LabelAnswers,
    pub(super) study_labels: LabelAnswers,
    pub(super) state: TaskState,
    pub(super) comment: String,
    pub(super) measurements: Vec<Measurement>,
    pub(super) unfit: Option<UnfitReason>,
    pub(super) comments: Vec<Comment>,
    pub(super) rejected: BTreeSet<SuggestionKey>,
}

impl Reading {
    pub fn new(image: ImageId, reader: ReaderId) -> Self {
        Self {
            image,
            reader,
            annotations: Vec::new(),
            image_labels: LabelAnswers::default(),
            series_labels: LabelAnswers::default(),
            study_labels: LabelAnswers::default(),
            state: TaskState::New,
            comment: String::new(),
            measurements: Vec::new(),
            unfit: None,
            comments: Vec::new(),
            rejected: BTreeSet::new(),
        }
    }

    /// A reading as stored. The parts are taken as they are; rules are checked, not assumed.
    #[must_use]
    pub fn restored(
        image: ImageId,
        reader: ReaderId,
        mut annotations: Vec<Annotation>,
        image_labels: LabelAnswers,
        state: TaskState,
        comment: String,
    ) -> Self {
        annotations.sort_by_key(Annotation::id);
        Self { annotations, image_labels, state, comment, ..Self::new(image, reader) }
    }

    /// The same reading with what the reader said of its whole series and study, as stored.
    #[must_use]
    pub fn with_shared_labels(mut self, series: LabelAnswers, study: LabelAnswers) -> Self {
        self.series_labels = series;
        self.study_labels = study;
        self
    }

    /// The same reading of a film found unfit, as stored.
    #[must_use]
    pub const fn with_unfit(mut self, unfit: Option<UnfitReason>) -> Self {
        self.unfit = unfit;
        self
    }

    /// The same reading with these comments, as stored.
    #[must_use]
    pub fn with_comments(mut self, mut comments: Vec<Comment>) -> Self {
        comments.sort_by_key(|c| c.id);
        self.comments = comments;
        self
    }

    /// The same reading with these suggestions of models turned down, as stored.
    #[must_use]
    pub fn with_rejected(mut self, rejected: BTreeSet<SuggestionKey>) -> Self {
        self.rejected = rejected;
        self
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
        let place = self.annotations.binary_search_by_key(&id, Annotation::id).ok()?;
        Some(&self.annotations[place])
    }
    /// What the reader said of the film as a whole.
    pub const fn image_labels(&self) -> &LabelAnswers {
        &self.image_labels
    }
    /// What the reader said of the film's series; the same on all its films.
    pub const fn series_labels(&self) -> &LabelAnswers {
        &self.series_labels
    }
    /// What the reader said of the film's study; the same on all its films.
    pub const fn study_labels(&self) -> &LabelAnswers {
        &self.study_labels
    }
    /// Why the film is unfit to be read; `None` where it is fit.
    pub const fn unfit(&self) -> Option<UnfitReason> {
        self.unfit
    }
    /// This reader's own comments, in the order of writing.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }
    /// Suggestions of models that the reader turned down.
    pub const fn rejected(&self) -> &BTreeSet<SuggestionKey> {
        &self.rejected
    }
    /// All marks that lie on one shape, in drawing order.
    pub fn on_shape(&self, key: AnnotationId) -> impl Iterator<Item = &Annotation> {
        self.annotations.iter().filter(move |a| a.shape_key() == key)
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
        let place = self.measurements.binary_search_by_key(&id, |m| m.id).ok()?;
        Some(&self.measurements[place])
    }

    /// Whether it has a mark or a measurement of this id.
    pub fn has(&self, id: AnnotationId) -> bool {
        self.annotation(id).is_some() || self.measurement(id).is_some()
    }

    pub fn has_no_finding(&self) -> bool {
        self.annotations.iter().any(|a| a.label().is_no_finding())
    }

    /// Marks of any shape; "No finding" is none.
    pub fn num_marks(&self) -> usize {
        self.annotations.iter().filter(|a| a.shape().is_some()).count()
    }

    pub fn decision(&self) -> Decision {
        if self.num_marks() > 0 || self.image_labels.num_present() > 0 {
            Decision::Abnormal
        } else if self.has_no_finding() {
            Decision::Normal
        } else {
            Decision::Undecided
        }
    }
}

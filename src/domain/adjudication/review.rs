//! The fold of a review: each step applied to the document, or refused with nothing changed; undo and redo.

use crate::domain::id::ReaderId;

use super::case::{Case, SourceId};
use super::document::Document;
use super::finding::Finding;
use super::layer::Layer;
use super::refusal::Refusal;
use super::step::MadeStep;

/// A review with its past: what was done and can be undone, what was undone and can be redone.
#[derive(Clone, PartialEq, Debug)]
pub struct Review {
    document: Document,
}

impl Review {
    /// A film as it is when the review begins: everything open.
    pub fn open(_case: Case) -> Self {
        todo!()
    }

    /// From the stored steps; `None` where there are none. The first step must be [`super::Step::Open`].
    pub fn replay<'a>(_steps: impl IntoIterator<Item = &'a MadeStep>) -> Result<Option<Self>, Refusal> {
        todo!()
    }

    /// Changes the review, or refuses and leaves it as it was.
    pub fn apply(&mut self, _made: &MadeStep) -> Result<(), Refusal> {
        todo!()
    }

    pub const fn document(&self) -> &Document {
        &self.document
    }

    /// What Undo would take back for this person, in a few words; `None` where nothing, or where the last step is somebody
    /// else's.
    pub fn undo_title(&self, _by: &ReaderId) -> Option<String> {
        None
    }

    /// What Redo would do again.
    pub fn redo_title(&self, _by: &ReaderId) -> Option<String> {
        None
    }
}

pub(super) fn natural_split(_document: &Document, _finding: &Finding) -> Vec<SourceId> {
    todo!()
}

pub(super) fn layer_of(_document: &Document) -> Layer {
    todo!()
}

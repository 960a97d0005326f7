//! The fold of a review: each step applied to the document, or refused with nothing changed; undo and redo.

use std::sync::Arc;

use crate::domain::id::ReaderId;

use super::case::Case;
use super::document::Document;
use super::gather::fresh;
use super::refusal::Refusal;
use super::renewed::renewed;
use super::step::{MadeStep, Step};

/// A review with its past: what was done and can be undone, what was undone and can be redone.
#[derive(Clone, PartialEq, Debug)]
pub struct Review {
    /// As it was when the review began, or began anew.
    base: Document,
    /// Steps that stand, in their order; the document is what they make of the base.
    done: Vec<MadeStep>,
    /// The last one was undone last.
    undone: Vec<MadeStep>,
    document: Document,
    /// All steps since the review was first opened, those that were undone too.
    num_steps: usize,
}

impl Review {
    /// A film as it is when the review begins: everything open.
    pub fn open(case: Case) -> Self {
        Self::on(fresh(Arc::new(case)))
    }

    fn on(base: Document) -> Self {
        Self { document: base.clone(), base, done: Vec::new(), undone: Vec::new(), num_steps: 1 }
    }

    /// From the stored steps; `None` where there are none. The first step must be [`super::Step::Open`].
    pub fn replay<'a>(steps: impl IntoIterator<Item = &'a MadeStep>) -> Result<Option<Self>, Refusal> {
        let mut steps = steps.into_iter();
        let Some(first) = steps.next() else { return Ok(None) };
        let Step::Open(case) = &first.step else { return Err(Refusal::NotOpen) };
        let mut review = Self::open((**case).clone());
        for step in steps {
            review.apply(step)?;
        }
        Ok(Some(review))
    }

    /// Changes the review, or refuses and leaves it as it was.
    pub fn apply(&mut self, made: &MadeStep) -> Result<(), Refusal> {
        let num_steps = self.num_steps + 1;
        self.take(made)?;
        self.num_steps = num_steps;
        Ok(())
    }

    /// Who goes on from fewer steps than there are has not seen all of the review.
    pub const fn num_steps(&self) -> usize {
        self.num_steps
    }

    fn take(&mut self, made: &MadeStep) -> Result<(), Refusal> {
        match &made.step {
            Step::Open(case) => {
                *self = Self::on(renewed(&self.document, &Arc::new((**case).clone())));
                Ok(())
            }
            Step::Undo => self.undo(&made.by),
            Step::Redo => self.redo(&made.by),
            _ => {
                let mut next = self.document.clone();
                next.take(made)?;
                self.document = next;
                if !is_answer(made) {
                    self.undone.clear();
                }
                self.done.push(made.clone());
                Ok(())
            }
        }
    }

    /// Computed anew from the base, so that what comes out is the very document that was there before the step.
    fn undo(&mut self, by: &ReaderId) -> Result<(), Refusal> {
        let place = self.done.iter().rposition(|step| !is_answer(step)).ok_or(Refusal::NothingToUndo)?;
        if self.done[place].by != *by {
            return Err(Refusal::NotYours(self.done[place].by.clone()));
        }
        let step = self.done.remove(place);
        self.undone.push(step);
        let mut document = self.base.clone();
        for step in &self.done {
            let before = document.clone();
            // Only the answer to a question that is undone now no longer fits.
            if document.take(step).is_err() {
                document = before;
            }
        }
        self.document = document;
        Ok(())
    }

    fn redo(&mut self, by: &ReaderId) -> Result<(), Refusal> {
        let step = self.undone.last().ok_or(Refusal::NothingToRedo)?;
        if step.by != *by {
            return Err(Refusal::NotYours(step.by.clone()));
        }
        let mut next = self.document.clone();
        next.take(step)?;
        self.document = next;
        self.done.extend(self.undone.pop());
        Ok(())
    }

    pub const fn document(&self) -> &Document {
        &self.document
    }

    /// What Undo would take back for this person, in a few words; `None` where nothing, or where the last step is somebody
    /// else's.
    pub fn undo_title(&self, by: &ReaderId) -> Option<String> {
        let last = self.done.iter().rfind(|step| !is_answer(step))?;
        (last.by == *by).then(|| last.step.title())
    }

    /// What Redo would do again.
    pub fn redo_title(&self, by: &ReaderId) -> Option<String> {
        let last = self.undone.last()?;
        (last.by == *by).then(|| last.step.title())
    }
}

/// Readers answer while reviewers work; that is neither undone by reviewers nor in the way of their undoing.
const fn is_answer(made: &MadeStep) -> bool {
    matches!(made.step, Step::Answer { .. })
}

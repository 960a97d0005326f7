//! What was on a film and is in no reading yet: what a reader would miss if the program ended now.

use std::collections::BTreeSet;

use crate::domain::geometry::Point;
use crate::domain::id::AnnotationId;
use crate::domain::shape::Shape;

use super::drawing::Drawing;
use super::measuring::Sketch;
use super::open_film::OpenFilm;
use super::screen::DrawTool;
use super::threads::Draft;

/// Half-done work and marks set aside, as they are kept for the next start.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Unfinished {
    pub also_selected: BTreeSet<AnnotationId>,
    pub hidden: BTreeSet<AnnotationId>,
    pub locked: BTreeSet<AnnotationId>,
    /// The comment while it is being typed.
    pub comment_draft: Option<String>,
    /// A comment in a thread while it is being typed.
    pub thread_draft: Option<Draft>,
    /// What was drawn and waits for its label.
    pub unlabelled: Option<Shape>,
    /// A measure that is being drawn.
    pub sketch: Option<Sketch>,
    /// A shape that is being drawn: its tool and the points placed.
    pub drawing: Option<(DrawTool, Vec<Point>)>,
}

impl Unfinished {
    pub(super) fn of(film: &OpenFilm) -> Self {
        Self {
            also_selected: film.also_selected.clone(),
            hidden: film.hidden.clone(),
            locked: film.locked.clone(),
            comment_draft: film.comment_draft.clone(),
            thread_draft: film.discussion.draft.clone(),
            unlabelled: film.unlabelled.clone(),
            sketch: film.sketch.clone(),
            drawing: film.drawing.as_ref().filter(|d| !d.points.is_empty()).map(|d| (d.tool, d.points.clone())),
        }
    }

    /// Onto the film that was left; says what half-done work is back, if any.
    pub(super) fn bring_back(self, film: &mut OpenFilm) -> Option<String> {
        let is_there = |ids: BTreeSet<AnnotationId>| ids.into_iter().filter(|id| film.reading.has(*id)).collect();
        (film.also_selected, film.hidden, film.locked) =
            (is_there(self.also_selected), is_there(self.hidden), is_there(self.locked));
        let told = [
            self.comment_draft.is_some().then_some("the comment being typed"),
            self.thread_draft.is_some().then_some("a comment in a thread"),
            self.unlabelled.is_some().then_some("a mark without its label"),
            self.sketch.is_some().then_some("a half-drawn measure"),
            self.drawing.is_some().then_some("a half-drawn shape"),
        ];
        film.drawing = self.drawing.map(|(tool, points)| Drawing::resumed(tool, points));
        film.discussion.draft = self.thread_draft;
        (film.comment_draft, film.unlabelled, film.sketch) = (self.comment_draft, self.unlabelled, self.sketch);
        let told: Vec<&str> = told.into_iter().flatten().collect();
        (!told.is_empty()).then(|| format!("Brought back from the last time: {}.", told.join(", ")))
    }
}

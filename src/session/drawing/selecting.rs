//! Several marks selected at once: one that commands show, and others beside it.

use crate::domain::annotation::Annotation;
use crate::domain::geometry::Rect;
use crate::domain::id::AnnotationId;

use super::super::open_film::OpenFilm;
use super::super::screen::{NoticeKind, Session};

impl OpenFilm {
    pub fn is_selected(&self, id: AnnotationId) -> bool {
        self.selection == Some(id) || self.also_selected.contains(&id)
    }

    /// Every selected mark, in drawing order.
    pub fn selected_marks(&self) -> impl Iterator<Item = &Annotation> {
        self.reading.annotations().iter().filter(|mark| self.is_selected(mark.id()))
    }

    /// Whether the shape of a mark must stay: it, or another label on it, is locked.
    pub(in super::super) fn is_shape_locked(&self, mark: &Annotation) -> bool {
        self.reading.on_shape(mark.shape_key()).any(|on| self.locked.contains(&on.id()))
    }

    pub(in super::super) fn select_only(&mut self, id: Option<AnnotationId>) {
        self.selection = id;
        self.also_selected.clear();
        // Keys act on what is selected or on a suggestion, never on both.
        self.suggesting.focused.clear();
    }

    /// The last of them is the one that commands show.
    pub(in super::super) fn select_these(&mut self, mut ids: Vec<AnnotationId>) {
        self.suggesting.focused.clear();
        self.selection = ids.pop();
        self.also_selected = ids.into_iter().collect();
    }

    /// One more mark, or one fewer.
    pub(in super::super) fn toggle_selected(&mut self, id: AnnotationId) {
        self.suggesting.focused.clear();
        if self.also_selected.remove(&id) {
            return;
        }
        if self.selection == Some(id) {
            self.selection = self.also_selected.pop_last();
        } else if let Some(before) =
            self.selection.replace(id).filter(|before| self.reading.annotation(*before).is_some())
        {
            self.also_selected.insert(before);
        }
    }

    /// Every visible mark that lies in the band joins what is selected.
    pub(in super::super) fn select_in(&mut self, band: Rect) {
        let is_inside = |b: Rect| band.contains(b.min()) && band.contains(b.max());
        let found: Vec<AnnotationId> =
            self.visible_marks().filter(|(_, shape)| is_inside(shape.bounds())).map(|(mark, _)| mark.id()).collect();
        for id in found {
            if !self.is_selected(id) {
                self.toggle_selected(id);
            }
        }
    }
}

impl Session {
    /// The selected marks with a shape that may change. Says so where locked ones stay behind.
    pub(in super::super) fn changeable(&mut self) -> Vec<Annotation> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let shaped: Vec<&Annotation> = film.selected_marks().filter(|mark| mark.shape().is_some()).collect();
        let free: Vec<Annotation> =
            shaped.iter().filter(|mark| !film.is_shape_locked(mark)).map(|mark| (*mark).clone()).collect();
        if free.len() < shaped.len() {
            let text = if shaped.len() == 1 {
                "The mark is locked. Unlock it with Shift+L to change it."
            } else {
                "Locked marks stay as they are. Unlock them with Shift+L to change them."
            };
            self.notify(NoticeKind::Warning, text);
        }
        free
    }
}

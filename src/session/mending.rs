//! Broken rules: going to what breaks them, and mending them with one step.

use crate::domain::geometry::Point;
use crate::domain::id::AnnotationId;
use crate::domain::rules::Mend;

use super::effect::Effect;
use super::screen::{NoticeKind, Session};

/// Of the canvas: how much of it a mark that was out of sight may fill at most.
const LARGEST_SHARE: f64 = 0.7;

impl Session {
    /// Does what a broken rule offers, as one step; nothing where the film no longer breaks it that way.
    pub(super) fn apply_mend(&mut self, mend: &Mend, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        if let Mend::GoTo(id) | Mend::Ask(id) = mend {
            return self.go_to_mark(*id);
        }
        let is_offered = film.violations.iter().any(|violation| violation.mends.contains(mend));
        let Some(edit) = mend.edit(&film.reading, film.size()).filter(|_| is_offered) else {
            self.notify(NoticeKind::Warning, "The film changed since: there is nothing to mend here any more.");
            return Vec::new();
        };
        if film.locked.iter().any(|id| mend.touches(&film.reading, *id)) {
            self.notify(NoticeKind::Warning, "A mark of this is locked. Unlock it with Shift+L to have it mended.");
            return Vec::new();
        }
        self.commit_with_opening(edit, now_ms)
    }

    /// Whether a mark breaks a rule.
    pub(super) fn has_problem(&self) -> bool {
        self.pane.film.as_ref().is_some_and(|film| film.violations.iter().any(|v| !v.culprits.is_empty()))
    }

    /// The mark that breaks a rule after the one that is selected, from the last back to the first.
    pub(super) fn next_problem(&mut self) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let culprits = film.violations.iter().filter_map(|violation| violation.culprits.last());
        let mut marks: Vec<AnnotationId> = Vec::new();
        for id in culprits {
            if !marks.contains(id) {
                marks.push(*id);
            }
        }
        let at = film.selection.and_then(|id| marks.iter().position(|other| *other == id));
        let next = at.map_or(0, |at| (at + 1) % marks.len().max(1));
        marks.get(next).copied().map_or_else(Vec::new, |id| self.go_to_mark(id))
    }

    /// Selects a mark and shows it where it is hidden or off the canvas.
    pub(super) fn go_to_mark(&mut self, id: AnnotationId) -> Vec<Effect> {
        let Some(film) = &mut self.pane.film else { return Vec::new() };
        let Some(bounds) = film.reading.annotation(id).and_then(crate::domain::annotation::Annotation::bounds) else {
            return Vec::new();
        };
        film.selection = Some(id);
        film.hidden.remove(&id);
        self.on_view(|view, canvas, film| {
            let to_screen = view.screen_from_image(canvas, film);
            let (a, b) = (to_screen.apply(bounds.min()), to_screen.apply(bounds.max()));
            let (low, high) = (Point::new(a.x.min(b.x), a.y.min(b.y)), Point::new(a.x.max(b.x), a.y.max(b.y)));
            let size = canvas.size;
            let is_in_sight = low.x >= 0.0 && low.y >= 0.0 && high.x <= size.width && high.y <= size.height;
            let is_whole_film_shown = view.zoom == super::viewport::Zoom::Fit;
            if is_in_sight || is_whole_film_shown {
                return;
            }
            let middle = canvas.middle();
            let (width, height) = (high.x - low.x, high.y - low.y);
            let share = (width / size.width.max(1.0)).max(height / size.height.max(1.0));
            let at = Point::new(f64::midpoint(low.x, high.x), f64::midpoint(low.y, high.y));
            view.pan(middle.x - at.x, middle.y - at.y, canvas, film);
            if share > LARGEST_SHARE {
                view.zoom_at(LARGEST_SHARE / share, middle, canvas, film);
            }
        })
    }
}

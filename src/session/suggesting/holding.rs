//! The pointer on suggestions: a click brings one into focus, a drag of its corner takes it over adjusted.

use crate::domain::geometry::{Handle, Point, Rect};
use crate::domain::suggestion::SuggestionKey;

use super::super::gesture::{Gesture, HANDLE_REACH};
use super::super::open_film::OpenFilm;
use super::super::screen::{OverlayState, Session, Tool};

/// Grips of a suggestion that is not in focus: a drag from elsewhere on its edge draws a box.
const CORNERS: [Handle; 4] = [Handle::NorthWest, Handle::NorthEast, Handle::SouthWest, Handle::SouthEast];

impl Session {
    /// The smallest suggestion in sight under a place of the canvas, and its area.
    pub fn suggestion_at(&self, at: Point) -> Option<(SuggestionKey, f64)> {
        let film = self.pane.film.as_ref().filter(|_| self.overlay != OverlayState::Nothing)?;
        let at_image = film.viewport.image_from_screen(self.pane.canvas, film.grid()).apply(at);
        let shown = self.shown_suggestions(film);
        let under = shown.iter().filter(|one| one.rect.contains(at_image));
        under.map(|one| (one.key, one.rect.area())).min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// What a press would take hold of: a grip, or with `None` all of the suggestion in focus.
    pub fn suggestion_hold_at(&self, film: &OpenFilm, at: Point) -> Option<(SuggestionKey, Option<Handle>, Rect)> {
        let takes_hold = match self.tool {
            Tool::Box | Tool::Select => true,
            Tool::Draw(tool) => !tool.is_stroked() && film.drawing.is_none(),
            _ => false,
        };
        if !takes_hold || self.overlay == OverlayState::Nothing || self.obstacle_to_drawing().is_some() {
            return None;
        }
        let to_screen = film.viewport.screen_from_image(self.pane.canvas, film.grid());
        let distance = |p: Point| {
            let q = to_screen.apply(p);
            (q.x - at.x).abs().max((q.y - at.y).abs())
        };
        let focus = film.suggesting.focus();
        let mut nearest: Option<(f64, SuggestionKey, Handle, Rect)> = None;
        let shown = self.shown_suggestions(film);
        for one in &shown {
            let handles: &[Handle] = match self.tool {
                _ if focus == Some(one.key) => &Handle::ALL,
                // A click there places a point of what is drawn.
                Tool::Draw(_) => &[],
                _ => &CORNERS,
            };
            for handle in handles {
                let far = distance(one.rect.handle_position(*handle));
                if far <= HANDLE_REACH && nearest.is_none_or(|(least, ..)| far < least) {
                    nearest = Some((far, one.key, *handle, one.rect));
                }
            }
        }
        if let Some((_, key, handle, rect)) = nearest {
            return Some((key, Some(handle), rect));
        }
        let is_clicking = matches!(self.tool, Tool::Draw(_));
        let at_image = to_screen.inverse().apply(at);
        let focused = shown.iter().find(|one| Some(one.key) == focus).filter(|_| !is_clicking)?;
        focused.rect.contains(at_image).then_some((focused.key, None, focused.rect))
    }

    /// A press on a suggestion takes hold of it.
    pub(in super::super) fn grab_suggestion(&self, at: Point, at_image: Point) -> Option<Gesture> {
        let (key, handle, before) = self.suggestion_hold_at(self.pane.film.as_ref()?, at)?;
        Some(Gesture::Adjust { key, handle, grabbed: at_image, before, preview: before })
    }

    /// Suggestions that lie wholly in the band.
    pub(in super::super) fn suggestions_in(&self, band: Rect) -> Vec<SuggestionKey> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let is_inside = |rect: Rect| band.contains(rect.min()) && band.contains(rect.max());
        self.shown_suggestions(film).iter().filter(|one| is_inside(one.rect)).map(|one| one.key).collect()
    }
}

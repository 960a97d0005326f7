//! Viewports side by side: which film each one shows, which one commands act on, and how they follow each other.

use std::sync::Arc;

use crate::domain::geometry::Point;
use crate::domain::id::ImageId;
use crate::domain::imaging::{DisplaySettings, Film, Voi, Window};

use super::effect::Effect;
use super::hanging;
use super::open_film::OpenFilm;
use super::screen::Session;
use super::viewport::{Canvas, Viewport};

/// How many viewports there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Layout {
    #[default]
    One,
    /// Side by side.
    Two,
    /// Two by two.
    Four,
}

impl Layout {
    pub const ALL: [Self; 3] = [Self::One, Self::Two, Self::Four];

    pub const fn num_panes(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Four => 4,
        }
    }

    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::One => Self::Two,
            Self::Two => Self::Four,
            Self::Four => Self::One,
        }
    }
}

/// One viewport: the film in it, and the film that was asked for.
#[derive(Debug, Default)]
pub struct Pane {
    pub film: Option<OpenFilm>,
    /// The film that was asked for and is not there yet.
    pub wanted: Option<ImageId>,
    /// Whether the study of the wanted film is hung over all viewports when it comes.
    pub(super) hangs_study: bool,
    /// The wanted film is opened to compare with, not to be read.
    pub(super) is_reference: bool,
    pub canvas: Canvas,
    /// The pointer over the canvas, in canvas points.
    pub pointer_at: Option<Point>,
    /// A picture that came before its reading.
    pub(super) early_picture: Option<(ImageId, u32, Arc<Film>)>,
    /// The same for a picture that can't be shown.
    pub(super) early_failure: Option<(ImageId, String)>,
}

impl Pane {
    /// The film that this viewport shows or is about to show.
    pub fn image(&self) -> Option<&ImageId> {
        self.wanted.as_ref().or_else(|| self.film.as_ref().map(OpenFilm::image))
    }

    /// The film that was asked for does not come.
    pub(super) fn give_up(&mut self, image: &ImageId) {
        self.wanted.take_if(|wanted| wanted == image);
        self.hangs_study = false;
        self.is_reference = false;
        self.early_picture = None;
        self.early_failure = None;
    }

    fn has(&self, image: &ImageId) -> bool {
        self.wanted.as_ref() == Some(image) || self.film.as_ref().is_some_and(|f| f.image() == image)
    }
}

impl Session {
    /// Every viewport with its slot, in reading order.
    pub fn panes(&self) -> impl Iterator<Item = (usize, &Pane)> {
        (0..=self.other_panes.len()).filter_map(|slot| Some((slot, self.pane_at(slot)?)))
    }

    pub fn pane_at(&self, slot: usize) -> Option<&Pane> {
        match slot.cmp(&self.active_slot) {
            std::cmp::Ordering::Less => self.other_panes.get(slot),
            std::cmp::Ordering::Equal => Some(&self.pane),
            std::cmp::Ordering::Greater => self.other_panes.get(slot - 1),
        }
    }

    /// The viewport that shows this film, or is about to.
    pub fn slot_of(&self, image: &ImageId) -> Option<usize> {
        self.panes().find(|(_, pane)| pane.has(image)).map(|(slot, _)| slot)
    }

    /// Whether a film of that name is in any viewport.
    pub fn is_shown(&self, image: &ImageId) -> bool {
        self.slot_of(image).is_some()
    }

    /// Commands act on this viewport from now on.
    pub(super) fn activate(&mut self, slot: usize) {
        if slot == self.active_slot || self.pane_at(slot).is_none() {
            return;
        }
        let from = if slot < self.active_slot { slot } else { slot - 1 };
        let next = self.other_panes.remove(from);
        let before = std::mem::replace(&mut self.pane, next);
        let to = if self.active_slot < slot { self.active_slot } else { self.active_slot - 1 };
        self.other_panes.insert(to, before);
        self.active_slot = slot;
    }

    /// The next viewport that has a film: an empty one has nothing to act on.
    pub(super) fn activate_next(&mut self) {
        let num = self.other_panes.len() + 1;
        let next = (1..num).map(|step| (self.active_slot + step) % num);
        let has_film = |slot: &usize| self.pane_at(*slot).is_some_and(|pane| pane.image().is_some());
        if let Some(slot) = next.into_iter().find(has_film) {
            self.activate(slot);
        }
    }

    /// Does something with another viewport as if it were the active one.
    pub(super) fn with_pane<T>(&mut self, slot: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let active = self.active_slot;
        self.activate(slot);
        let done = work(self);
        self.activate(active);
        done
    }

    /// Exchanges what two viewports show; the active one stays the active one.
    fn swap_panes(&mut self, a: usize, b: usize) {
        if a == b {
            return;
        }
        let active = self.active_slot;
        self.activate(a);
        let canvas_of_a = self.pane.canvas;
        let content_of_a = std::mem::take(&mut self.pane);
        self.activate(b);
        let canvas_of_b = self.pane.canvas;
        let content_of_b = std::mem::replace(&mut self.pane, Pane { canvas: canvas_of_b, ..content_of_a });
        self.activate(a);
        self.pane = Pane { canvas: canvas_of_a, ..content_of_b };
        self.activate(active);
    }

    /// More viewports, or fewer; the active film stays.
    pub(super) fn set_layout(&mut self, layout: Layout, now_ms: i64) -> Vec<Effect> {
        if layout != self.layout && self.is_anything_unfinished() {
            return Vec::new();
        }
        self.layout = layout;
        self.is_maximised = false;
        let mut effects = Vec::new();
        let num = layout.num_panes();
        if self.active_slot >= num {
            self.swap_panes(0, self.active_slot);
            self.activate(0);
        }
        while self.other_panes.len() + 1 > num {
            let last = self.other_panes.len();
            effects.extend(self.with_pane(last, |session| session.keep_comment(now_ms)));
            let gone = self.other_panes.pop().and_then(|pane| pane.film);
            self.keep_hidden_and_locked(gone.as_ref());
        }
        self.other_panes.resize_with(num - 1, || Pane { canvas: self.pane.canvas, ..Pane::default() });
        if let Some(study) = self.pane.film.as_ref().map(|film| film.study.clone()) {
            effects.extend(self.hang(&study, now_ms));
        }
        effects
    }

    /// Puts the films of the active film's study where radiologists look for them: frontal left, lateral right.
    pub(super) fn hang(&mut self, study: &[crate::domain::study::FilmEntry], now_ms: i64) -> Vec<Effect> {
        let Some(image) = self.pane.image().cloned() else { return Vec::new() };
        let plan = hanging::arrange(study, self.layout, &image);
        let mut effects = Vec::new();
        if let Some(slot) = plan.iter().position(|planned| planned.as_ref() == Some(&image)) {
            let from = self.active_slot;
            self.swap_panes(from, slot);
            self.activate(slot);
        }
        for (slot, planned) in plan.iter().enumerate() {
            if slot == self.active_slot {
                continue;
            }
            match planned {
                Some(image) => match self.slot_of(image) {
                    Some(at) if at == slot => {}
                    Some(at) => self.swap_panes(at, slot),
                    None => effects.extend(self.with_pane(slot, |session| session.request(image.clone(), false))),
                },
                None => effects.extend(self.with_pane(slot, |session| session.clear_pane(now_ms))),
            }
        }
        effects
    }

    /// The films that hang in the viewports when this film of the study is opened, itself among them.
    pub fn hung_with(&self, study: &[crate::domain::study::FilmEntry], image: &ImageId) -> Vec<ImageId> {
        hanging::arrange(study, self.layout, image).into_iter().flatten().collect()
    }

    /// The viewport shows nothing.
    fn clear_pane(&mut self, now_ms: i64) -> Vec<Effect> {
        let effects = self.keep_comment(now_ms);
        let gone = self.pane.film.take();
        self.keep_hidden_and_locked(gone.as_ref());
        self.pane.wanted = None;
        effects
    }

    /// Shows a film in one viewport and leaves the others alone; a film that is in another changes places.
    pub(super) fn show_in(&mut self, slot: usize, image: &ImageId, now_ms: i64) -> Vec<Effect> {
        if self.pane_at(slot).is_none() || self.is_anything_unfinished() {
            return Vec::new();
        }
        let mut effects = self.keep_comment(now_ms);
        match self.slot_of(image) {
            Some(at) if at == slot => {}
            Some(at) => self.swap_panes(at, slot),
            None => {
                self.activate(slot);
                effects.extend(self.keep_comment(now_ms));
                effects.extend(self.request(image.clone(), false));
            }
        }
        self.activate(slot);
        // It stays where it was put, whatever was on its way there.
        if self.pane.film.as_ref().is_some_and(|film| film.image() == image) {
            self.pane.wanted = None;
        }
        effects
    }

    /// The last film of the same patient and the same view from another study, beside the film being read.
    pub(super) fn compare_with_prior(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        if self.is_prior_beside() {
            return self.set_layout(Layout::One, now_ms);
        }
        let Some(prior) = hanging::prior_for(&film.entry, &film.priors).cloned() else {
            self.notify(super::NoticeKind::Info, "No earlier study of this patient is in the project.");
            return Vec::new();
        };
        let mut effects = Vec::new();
        if self.layout == Layout::One {
            self.layout = Layout::Two;
            self.other_panes.resize_with(1, || Pane { canvas: self.pane.canvas, ..Pane::default() });
        }
        self.is_maximised = false;
        let reading = self.active_slot;
        let beside = if reading + 1 < self.layout.num_panes() { reading + 1 } else { reading - 1 };
        effects.extend(self.show_in(beside, &prior.facts.image, now_ms));
        self.activate(reading);
        effects
    }

    /// Whether there is an earlier film to compare with.
    pub fn has_prior(&self) -> bool {
        self.pane.film.as_ref().is_some_and(|film| hanging::prior_for(&film.entry, &film.priors).is_some())
    }

    /// Whether the prior of the film being read is in another viewport.
    pub fn is_prior_beside(&self) -> bool {
        let Some(film) = &self.pane.film else { return false };
        hanging::prior_for(&film.entry, &film.priors).is_some_and(|prior| self.is_shown(&prior.facts.image))
    }

    /// The other viewports zoom and pan as the active one just did.
    pub(super) fn follow_view(&mut self, before: &Viewport) {
        let Some(film) = self.pane.film.as_ref().filter(|_| self.is_linked) else { return };
        let (after, of) = (film.viewport, (self.pane.canvas, film.grid()));
        for pane in &mut self.other_panes {
            if let Some(film) = &mut pane.film {
                let grid = film.grid();
                film.viewport.follow((before, &after), of, pane.canvas, grid);
            }
        }
    }

    /// The other viewports window as the active one just did: by the same factor and share of their own windows.
    pub(super) fn follow_display(&mut self, before: &DisplaySettings) {
        if !self.is_linked {
            return;
        }
        let Some(after) = self.pane.film.as_ref().and_then(|f| f.display.clone()).filter(|after| after != before)
        else {
            return;
        };
        let is_inversion = before.is_inverted != after.is_inverted;
        let change = match (&before.voi, &after.voi) {
            (Voi::Window(before), Voi::Window(after)) => Some((before, after)),
            _ => None,
        };
        for film in self.other_panes.iter_mut().filter_map(|pane| pane.film.as_mut()) {
            let own = film.window();
            let Some(display) = &mut film.display else { continue };
            display.is_inverted ^= is_inversion;
            display.enhancement = after.enhancement;
            if let (Some(own), Some((before, after))) = (own, change)
                && (before.center, before.width) != (after.center, after.width)
            {
                let width = (own.width * after.width / before.width).max(own.function.least_width());
                let center = own.center + (after.center - before.center) / before.width * own.width;
                display.voi = Voi::Window(Window { center, width, explanation: None, ..own });
                film.is_display_changed = true;
            }
        }
    }
}

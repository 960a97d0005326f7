//! Instructions and reference cases beside the film.

use std::sync::Arc;

use crate::domain::geometry::{Point, Rect};
use crate::domain::id::ImageId;
use crate::domain::imaging::{DisplaySettings, Film};
use crate::domain::label::LabelName;
use crate::domain::reference::{Reference, ReferenceChange};

use super::effect::Effect;
use super::panes::Layout;
use super::screen::{NoticeKind, Session};

/// What the project brings along for its readers.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Guide {
    /// Shown beside the film.
    pub is_open: bool,
    pub references: Vec<Reference>,
    /// What the file that is being chosen will be a picture of.
    pub picture_for: Option<LabelName>,
}

/// A part of a film as it is shown, on its way to become a reference picture.
#[derive(Clone, PartialEq, Debug)]
pub struct ReferenceCrop {
    pub image: ImageId,
    pub film: Arc<Film>,
    pub display: DisplaySettings,
    /// In film pixels.
    pub part: Rect,
    pub label: LabelName,
}

/// How much of its surroundings a picture shows around a mark, as a share of the mark's longer side, and at least so
/// many film pixels.
const SURROUNDINGS: f64 = 0.5;
const LEAST_SURROUNDINGS: f64 = 32.0;

impl Guide {
    /// The reference cases of a label, in their order.
    pub fn of_label<'a>(&'a self, label: &'a LabelName) -> impl Iterator<Item = &'a Reference> {
        self.references.iter().filter(move |reference| reference.label.as_ref() == Some(label))
    }
}

impl Session {
    pub(super) fn show_instructions(&mut self) -> Vec<Effect> {
        self.guide.is_open = !self.guide.is_open;
        if self.guide.is_open { vec![Effect::LoadReferences] } else { Vec::new() }
    }

    /// Beside the film being read, which stays the active one.
    pub(super) fn open_reference(&mut self, image: &ImageId, now_ms: i64) -> Vec<Effect> {
        if self.worklist.row(image).is_none() {
            self.notify(NoticeKind::Warning, "This reference case is not in the project any more.");
            return Vec::new();
        }
        if self.pane.image() == Some(image) {
            self.notify(NoticeKind::Info, "This film is the reference case itself.");
            return Vec::new();
        }
        if self.is_anything_unfinished() {
            return Vec::new();
        }
        let mut effects = Vec::new();
        if self.layout == Layout::One {
            // The film being read may take another place: the study hangs as radiologists look for it.
            effects.extend(self.set_layout(Layout::Two, now_ms));
        }
        self.is_maximised = false;
        let read = self.active_slot;
        let beside = if read + 1 < self.layout.num_panes() { read + 1 } else { read - 1 };
        effects.extend(self.show_in(beside, image, now_ms));
        self.activate(beside);
        if self.pane.image() == Some(image) {
            self.pane.is_reference = true;
            if let Some(film) = self.pane.film.as_mut().filter(|film| film.image() == image) {
                film.is_reference = true;
            }
        }
        self.activate(read);
        effects
    }

    /// A film that was opened to compare with is asked for by itself: now it is read.
    pub(super) fn read_again(&mut self) {
        self.pane.is_reference = false;
        self.on_film(|film| film.is_reference = false);
    }

    /// What the film shows around the selected mark, with the window that it is seen with.
    pub(super) fn use_as_reference(&mut self) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let (Some(picture), Some(display), Some(mark)) = (film.film(), &film.display, film.selected()) else {
            return Vec::new();
        };
        let Some(bounds) = mark.bounds() else { return Vec::new() };
        let crop = ReferenceCrop {
            image: film.image().clone(),
            film: picture.clone(),
            display: display.clone(),
            part: part_around(bounds, f64::from(picture.width), f64::from(picture.height)),
            label: mark.label().clone(),
        };
        self.notify(NoticeKind::Info, format!("Reference picture of {} added.", crop.label));
        vec![Effect::MakeReference(Box::new(crop))]
    }

    pub(super) fn add_film_as_reference(&mut self) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let image = film.image().clone();
        if self.guide.references.iter().any(|r| r.image.as_ref() == Some(&image) && r.picture.is_none()) {
            self.notify(NoticeKind::Info, "This film is a reference case already.");
            return Vec::new();
        }
        self.notify(NoticeKind::Info, "The film is a reference case now; its caption is in the project's settings.");
        vec![Effect::ChangeReferences(ReferenceChange::AddFilm { image, caption: String::new() })]
    }
}

/// Within the film, with surroundings.
fn part_around(bounds: Rect, width: f64, height: f64) -> Rect {
    let margin = (bounds.width().max(bounds.height()) * SURROUNDINGS).max(LEAST_SURROUNDINGS);
    let low = Point::new((bounds.xmin() - margin).max(0.0), (bounds.ymin() - margin).max(0.0));
    let high = Point::new((bounds.xmax() + margin).min(width), (bounds.ymax() + margin).min(height));
    Rect::from_corners(low, high)
}

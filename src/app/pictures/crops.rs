//! Parts of films for the gallery: cut where films are decoded, off the window's thread, the newest wish alone.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::geometry::{Point, Rect};
use crate::domain::id::ImageId;
use crate::domain::imaging::{DisplaySettings, Film};
use crate::domain::reference::Picture;
use crate::domain::study::FilmEntry;
use crate::formats::picture;
use crate::ui::CropKey;

use super::super::film_cache::ON_SCREEN;
use super::super::inbox::News;
use super::super::references;
use super::{PictureBoard, Pictures, Purpose};

/// The longer side of a crop, in pixels: it is shown on a card.
const SIDE: u32 = 256;

/// A part of a film that the gallery shows now.
#[derive(Clone, Debug)]
pub struct CropWish {
    pub key: CropKey,
    /// As the reader last had the film; `None`: its own window.
    pub display: Option<Arc<DisplaySettings>>,
}

/// A part of a film as it is shown.
#[derive(Clone, Debug)]
pub struct Crop {
    pub picture: Picture,
    /// What it shows, in film pixels: on the film and on whole pixels.
    pub part: Rect,
}

/// What is wished for, film by film.
pub(super) type Wishes = HashMap<ImageId, Vec<CropWish>>;

impl Pictures {
    /// The gallery shows these now, and none that were wished for before. Answered by `News::Crop`, one each.
    pub fn wish_for(&self, wishes: Vec<CropWish>) {
        let mut board = self.board.lock();
        let mut by_film = Wishes::new();
        for wish in wishes {
            by_film.entry(wish.key.image.clone()).or_default().push(wish);
        }
        board.waiting.retain(|task| task.purpose != Purpose::Crops || by_film.contains_key(&task.key.0));
        board.wishes = by_film;
    }
}

impl PictureBoard {
    /// Where a film lies that parts are wished of.
    pub fn cut(&self, entry: &FilmEntry) {
        let mut board = self.lock();
        if board.wishes.contains_key(&entry.facts.image)
            && board.add(entry, (entry.facts.image.clone(), 0), Purpose::Crops, ON_SCREEN)
        {
            self.0.work.notify_all();
        }
    }

    /// Parts of a film that can't be found.
    pub fn no_film(&self, image: &ImageId) {
        self.tell_crops(image, None);
    }

    /// Answers every wish of a film; `None` where it can't be decoded.
    pub(super) fn tell_crops(&self, image: &ImageId, film: Option<&Film>) {
        let wishes = self.lock().wishes.remove(image).unwrap_or_default();
        for wish in wishes {
            let crop = film.map(|film| cut(film, &wish));
            self.0.post.send(News::Crop { key: wish.key, crop });
        }
    }
}

fn cut(film: &Film, wish: &CropWish) -> Crop {
    let own = || film.initial_settings();
    let display = wish.display.as_ref().map_or_else(own, |display| (**display).clone());
    let whole = Rect::from_corners(Point::default(), Point::new(f64::from(film.width), f64::from(film.height)));
    let (picture, part) = references::cut(film, &display, wish.key.part().unwrap_or(whole));
    Crop { picture: picture::reduced_to(&picture, SIDE), part }
}

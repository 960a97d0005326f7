//! Parts of films as textures for the gallery: which are there, and which are wished for.

use std::collections::HashMap;

use egui::{ColorImage, TextureHandle, TextureOptions};

use crate::domain::geometry::{Point, Rect};
use crate::domain::id::ImageId;
use crate::domain::reference::{Levels, Picture};

/// Textures kept, up to 256 KiB each.
const MOST: usize = 240;

/// One part of one film, shown in one way.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CropKey {
    pub image: ImageId,
    /// In whole film pixels; `None`: the whole film.
    corners: Option<[i32; 4]>,
    /// Another number for each way in which the reader had the film; 0: its own window.
    pub window: u32,
}

impl CropKey {
    pub fn new(image: ImageId, part: Option<Rect>, window: u32) -> Self {
        let corners = part.map(|part| {
            let whole = |x: f64| x.round().clamp(f64::from(i32::MIN), f64::from(i32::MAX)) as i32;
            [part.xmin(), part.ymin(), part.xmax(), part.ymax()].map(whole)
        });
        Self { image, corners, window }
    }

    pub fn part(&self) -> Option<Rect> {
        let [xmin, ymin, xmax, ymax] = self.corners?.map(f64::from);
        Some(Rect::from_corners(Point::new(xmin, ymin), Point::new(xmax, ymax)))
    }
}

/// What became of a wish.
pub(in crate::ui) enum Shelved<'a> {
    /// The picture, and what it covers of the film.
    There(&'a TextureHandle, Rect),
    /// The film can't be shown.
    Failed,
    OnItsWay,
}

struct Kept {
    /// `None` where the film can't be shown.
    picture: Option<(TextureHandle, Rect)>,
    used: u64,
}

/// The crops at hand.
#[derive(Default)]
pub struct CropShelf {
    kept: HashMap<CropKey, Kept>,
    /// Shown in this frame and not there.
    wishes: Vec<CropKey>,
    /// What was asked for last.
    asked: Vec<CropKey>,
    frame: u64,
}

impl std::fmt::Debug for CropShelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CropShelf").field("num_kept", &self.kept.len()).finish_non_exhaustive()
    }
}

impl CropShelf {
    pub(in crate::ui) fn look(&mut self, key: &CropKey) -> Shelved<'_> {
        if let Some(kept) = self.kept.get_mut(key) {
            kept.used = self.frame;
        } else {
            self.wishes.push(key.clone());
        }
        match self.kept.get(key).map(|kept| &kept.picture) {
            Some(Some((texture, part))) => Shelved::There(texture, *part),
            Some(None) => Shelved::Failed,
            None => Shelved::OnItsWay,
        }
    }

    /// A crop that was made; those that were seen longest ago make room.
    pub fn keep(&mut self, context: &egui::Context, key: CropKey, crop: Option<(Picture, Rect)>) {
        if self.kept.len() >= MOST {
            let mut seen: Vec<u64> = self.kept.values().map(|kept| kept.used).collect();
            seen.sort_unstable();
            let oldest = seen[MOST / 4];
            self.kept.retain(|_, kept| kept.used > oldest || kept.used == self.frame);
        }
        let picture = crop.map(|(picture, part)| (texture(context, &key, &picture), part));
        self.asked.retain(|asked| *asked != key);
        self.kept.insert(key, Kept { picture, used: self.frame });
    }

    /// How many were asked for and are not there yet.
    pub fn num_on_their_way(&self) -> usize {
        self.asked.len() + self.wishes.len()
    }

    /// What the frame that was drawn lacks, where that is anything new.
    pub fn take_wishes(&mut self) -> Option<Vec<CropKey>> {
        self.frame += 1;
        let wishes = std::mem::take(&mut self.wishes);
        let is_new = wishes.iter().any(|wish| !self.asked.contains(wish));
        is_new.then(|| {
            self.asked.clone_from(&wishes);
            wishes
        })
    }
}

fn texture(context: &egui::Context, key: &CropKey, picture: &Picture) -> TextureHandle {
    let size = [picture.width as usize, picture.height as usize];
    let image = match &picture.levels {
        Levels::Grey(levels) => ColorImage::from_gray(size, levels),
        Levels::Rgb(levels) => ColorImage::from_rgb(size, levels),
    };
    context.load_texture(key.image.as_str(), image, TextureOptions::LINEAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: i32) -> CropKey {
        let part = Rect::from_corners(Point::new(f64::from(n), 0.0), Point::new(f64::from(n) + 10.0, 10.0));
        CropKey::new("film".into(), Some(part), 0)
    }

    fn picture() -> (Picture, Rect) {
        let part = Rect::from_corners(Point::default(), Point::new(2.0, 2.0));
        (Picture { width: 2, height: 2, levels: Levels::Grey(vec![0; 4]) }, part)
    }

    #[test]
    fn what_is_shown_and_not_there_is_asked_for_once() {
        let context = egui::Context::default();
        let mut shelf = CropShelf::default();
        assert_eq!(shelf.take_wishes(), None);
        assert!(matches!(shelf.look(&key(1)), Shelved::OnItsWay));
        assert_eq!(shelf.take_wishes(), Some(vec![key(1)]));
        shelf.look(&key(1));
        assert_eq!(shelf.take_wishes(), None, "on its way");
        shelf.look(&key(1));
        shelf.look(&key(2));
        assert_eq!(shelf.take_wishes(), Some(vec![key(1), key(2)]), "both are still wanted");
        shelf.keep(&context, key(1), Some(picture()));
        shelf.keep(&context, key(2), None);
        assert!(matches!(shelf.look(&key(1)), Shelved::There(..)));
        assert!(matches!(shelf.look(&key(2)), Shelved::Failed));
        assert_eq!(shelf.take_wishes(), None);
    }

    #[test]
    fn those_seen_longest_ago_make_room() {
        let context = egui::Context::default();
        let mut shelf = CropShelf::default();
        for n in 0..2 * MOST as i32 {
            shelf.take_wishes();
            shelf.keep(&context, key(n), Some(picture()));
            assert!(shelf.kept.len() <= MOST);
            assert!(matches!(shelf.look(&key(n)), Shelved::There(..)), "the newest stays");
        }
    }
}

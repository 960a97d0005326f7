//! Reference pictures: cut out of films as they are shown, taken from files, and read back from the project.

use std::path::Path;
use std::sync::Arc;

use crate::domain::geometry::{Point, Rect};
use crate::domain::id::ImageId;
use crate::domain::imaging::{DisplaySettings, Film, GreyScale, Pixels};
use crate::domain::label::LabelName;
use crate::domain::reference::{Levels, Picture, Reference};
use crate::formats::picture;
use crate::jobs::Lane;
use crate::session::Event;
use crate::session::guide::ReferenceCrop;
use crate::store::{Store, StoreError, StoreThread};

use super::inbox::Post;

/// Larger files are no pictures of findings.
const LARGEST_FILE: u64 = 64 << 20;

/// Every reference case, its picture ready to be shown. One that can't be read stands there without.
pub(super) fn load(store: &Store) -> Result<Event, StoreError> {
    let references = store.references()?.into_iter().map(|stored| Reference {
        id: stored.id,
        label: stored.label,
        image: stored.image,
        caption: stored.caption,
        picture: stored.png.and_then(|png| picture::from_png(&png).ok()).map(Arc::new),
    });
    Ok(Event::ReferencesLoaded(references.collect()))
}

/// What a new reference is made of: its picture as PNG, its label, the film that it was cut from.
type NewReference = (Vec<u8>, Option<LabelName>, Option<ImageId>);

/// Adds a reference case. Its picture is made on a thread of its own, so that no edit waits for it.
pub(super) fn add(
    lane: &Lane,
    store: &Arc<StoreThread>,
    post: Post,
    make: impl FnOnce() -> Result<NewReference, String> + Send + 'static,
) {
    let store = store.clone();
    lane.run(move || {
        let (png, label, image) = match make() {
            Ok(made) => made,
            Err(why) => return post.event(Event::Warning(why)),
        };
        let answer = post.clone();
        let is_queued = store.with(move |store| {
            let added = store.add_reference_picture(label.as_ref(), image.as_ref(), "", &png);
            answer.event(match added.and_then(|_| load(store)) {
                Ok(event) => event,
                Err(error) => Event::Warning(error.to_string()),
            });
        });
        if !is_queued {
            post.event(Event::Warning("The disk is not keeping up; try again in a moment.".to_owned()));
        }
    });
}

/// The part of the film at its window, its pixels made square, upright as it is stored.
pub(super) fn png_of_film(crop: &ReferenceCrop) -> Result<Vec<u8>, String> {
    picture::to_png(&picture::reduced(&cut(&crop.film, &crop.display, crop.part).0))
}

/// A part of a film as it is shown, and what it covers: on the film, and whole pixels.
pub(super) fn cut(film: &Film, display: &DisplaySettings, part: Rect) -> (Picture, Rect) {
    let bound = |from: f64, to: f64, size: u32| {
        let first = (from.floor().max(0.0) as u32).min(size.saturating_sub(1));
        let end = (to.ceil().max(0.0) as u32).clamp(first + 1, size.max(first + 1));
        (first, end - first)
    };
    let (left, width) = bound(part.xmin(), part.xmax(), film.width);
    let (top, rows) = bound(part.ymin(), part.ymax(), film.height);
    let aspect = film.facts.geometry.aspect;
    let height = ((f64::from(rows) * aspect).round() as u32).max(1);
    let grey = GreyScale::new(film, display);
    let mut levels = Vec::with_capacity((width * height) as usize);
    let is_colour = matches!(film.pixels, Pixels::Rgb(_));
    for y in 0..height {
        let row = top + ((f64::from(y) / aspect) as u32).min(rows - 1);
        for column in left..left + width {
            let at = row as usize * film.width as usize + column as usize;
            match (&film.pixels, &grey) {
                (Pixels::Grey(plane), Some(grey)) => levels.push(plane.texels.get(at).map_or(0, |&t| grey.level(t))),
                (Pixels::Grey(_), None) => levels.push(0),
                (Pixels::Rgb(bytes), _) => levels.extend_from_slice(bytes.get(3 * at..3 * at + 3).unwrap_or(&[0; 3])),
            }
        }
    }
    let covered = Rect::from_corners(
        Point::new(f64::from(left), f64::from(top)),
        Point::new(f64::from(left + width), f64::from(top + rows)),
    );
    (Picture { width, height, levels: if is_colour { Levels::Rgb(levels) } else { Levels::Grey(levels) } }, covered)
}

/// A picture file, made as small as reference pictures are; what its file says beside the picture is left out.
pub(super) fn png_of_file(path: &Path) -> Result<Vec<u8>, String> {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let cannot = |why: String| format!("{name} can't be taken as a picture: {why}.");
    let size = std::fs::metadata(path).map_err(|error| cannot(error.to_string()))?.len();
    if size > LARGEST_FILE {
        return Err(cannot("the file is too large".to_owned()));
    }
    let bytes = std::fs::read(path).map_err(|error| cannot(error.to_string()))?;
    picture::from_png(&bytes).and_then(|small| picture::to_png(&small)).map_err(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{DisplayFacts, GreyPlane, PixelGeometry, Voi, Window};

    fn crop(aspect: f64, part: [f64; 4]) -> ReferenceCrop {
        let (width, height) = (100, 60);
        let texels = (0..height).flat_map(|_| (0..width).map(|x| x as u16)).collect();
        let facts = DisplayFacts {
            voi: vec![Voi::Window(Window::linear(50.0, 100.0))],
            geometry: PixelGeometry { aspect, ..PixelGeometry::default() },
            ..DisplayFacts::default()
        };
        let plane = GreyPlane { texels, scale: 1.0, offset: 0.0 };
        let film = Film::new(width, height, Pixels::Grey(plane), facts);
        ReferenceCrop {
            image: ImageId::new("film"),
            display: film.initial_settings(),
            film: Arc::new(film),
            part: Rect::from_corners(Point::new(part[0], part[1]), Point::new(part[2], part[3])),
            label: LabelName::new("Osteophytes"),
        }
    }

    #[test]
    fn a_picture_is_the_part_that_was_marked_as_it_is_shown() {
        let check = |aspect: f64, part: [f64; 4], expected: (u32, u32)| {
            let crop = crop(aspect, part);
            let made = cut(&crop.film, &crop.display, crop.part).0;
            assert_eq!((made.width, made.height), expected, "{aspect} {part:?}");
        };
        check(1.0, [10.0, 10.0, 30.0, 20.0], (20, 10));
        check(1.0, [10.4, 10.6, 30.2, 20.1], (21, 11));
        check(2.0, [10.0, 10.0, 30.0, 20.0], (20, 20));
        check(1.0, [90.0, 50.0, 100.0, 60.0], (10, 10));
        check(1.0, [0.0, 0.0, 100.0, 60.0], (100, 60));
        let whole = crop(1.0, [10.0, 10.0, 30.0, 20.0]);
        let (made, covered) = cut(&whole.film, &whole.display, whole.part);
        assert_eq!(covered, whole.part);
        let Levels::Grey(levels) = &made.levels else { panic!("a grey film") };
        assert!((i32::from(levels[0]) - 25).abs() <= 2 && (i32::from(levels[19]) - 75).abs() <= 2, "{levels:?}");
        let inverted = crop(1.0, [10.0, 10.0, 30.0, 20.0]);
        let display = DisplaySettings { is_inverted: true, ..inverted.display.clone() };
        let Levels::Grey(inverted) = cut(&inverted.film, &display, inverted.part).0.levels else { panic!("grey") };
        assert!(inverted[0] > 200, "as the reader saw it: {}", inverted[0]);
    }

    #[test]
    fn a_file_that_is_no_picture_is_named() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("note.png");
        std::fs::write(&path, "no picture").unwrap();
        let why = png_of_file(&path).unwrap_err();
        assert!(why.starts_with("note.png can't be taken") && why.ends_with('.'), "{why}");
    }
}

//! Small pictures for the film strip: made once, kept in the project's folder, read back without decoding.
//!
//! A file is named after the hash of the film's own file, so it says nothing about anybody, and a film that changed has
//! another one. What cannot be read is made again.

use std::fs;
use std::io::{BufReader, Cursor};
use std::path::{Path, PathBuf};

use image::codecs::png::{PngDecoder, PngEncoder};
use image::{ColorType, ExtendedColorType, ImageDecoder, ImageEncoder};

use crate::domain::imaging::{Film, GreyScale, Pixels};

/// The longer side, in pixels.
const SIDE: u32 = 128;
/// Part of each file's name: a new way of making them makes them anew.
const VERSION: u32 = 1;
/// No picture of this size takes more.
const FILE_LIMIT: u64 = 64 << 10;

/// Grey levels, 8 bits, row by row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Thumbnail {
    pub width: u32,
    pub height: u32,
    pub levels: Vec<u8>,
}

/// Where a project keeps its thumbnails.
#[derive(Clone, Debug)]
pub(super) struct ThumbnailFolder(PathBuf);

impl ThumbnailFolder {
    pub fn of_project(folder: &Path) -> Self {
        Self(folder.join("thumbnails"))
    }

    fn file(&self, sha256: &[u8; 32]) -> PathBuf {
        use std::fmt::Write as _;
        let mut name = String::with_capacity(72);
        for byte in sha256 {
            // Writing to a string cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        self.0.join(format!("{name}-{VERSION}.png"))
    }

    /// `None` where there is none, or none that can be read.
    pub fn read(&self, sha256: &[u8; 32]) -> Option<Thumbnail> {
        let file = fs::File::open(self.file(sha256)).ok()?;
        if file.metadata().ok()?.len() > FILE_LIMIT {
            return None;
        }
        let decoder = PngDecoder::new(BufReader::new(file)).ok()?;
        let (width, height) = decoder.dimensions();
        let is_ours =
            decoder.color_type() == ColorType::L8 && (1..=SIDE).contains(&width) && (1..=SIDE).contains(&height);
        if !is_ours {
            return None;
        }
        let mut levels = vec![0; (width * height) as usize];
        decoder.read_image(&mut levels).ok()?;
        Some(Thumbnail { width, height, levels })
    }

    /// Whole or not at all. A folder that takes no files costs the thumbnails of the next start, nothing else.
    pub fn write(&self, sha256: &[u8; 32], thumbnail: &Thumbnail) {
        let outcome = || -> Result<(), image::ImageError> {
            let mut bytes = Vec::new();
            let encoder = PngEncoder::new(Cursor::new(&mut bytes));
            encoder.write_image(&thumbnail.levels, thumbnail.width, thumbnail.height, ExtendedColorType::L8)?;
            fs::create_dir_all(&self.0)?;
            let file = self.file(sha256);
            // Two windows may make the same one at once.
            let part = file.with_extension(format!("{}.part", std::process::id()));
            fs::write(&part, bytes)?;
            fs::rename(&part, &file)?;
            Ok(())
        }();
        if let Err(error) = outcome {
            tracing::debug!(%error, "a thumbnail was not kept");
        }
    }
}

/// The film at its first window, averaged down, its pixels made square.
pub(super) fn thumbnail(film: &Film) -> Thumbnail {
    let (w, h) = (f64::from(film.width.max(1)), f64::from(film.height.max(1)));
    let tall = h * film.facts.geometry.aspect;
    let scale = (f64::from(SIDE) / w.max(tall)).min(1.0);
    let side = |n: f64| (n * scale).round().clamp(1.0, f64::from(SIDE)) as usize;
    let (width, height) = (side(w), side(tall));
    let grey = GreyScale::new(film, &film.initial_settings());
    let columns = film.width as usize;
    let level = |x: usize, y: usize| -> u32 {
        match (&film.pixels, &grey) {
            (Pixels::Grey(plane), Some(grey)) => {
                plane.texels.get(y * columns + x).map_or(0, |&t| u32::from(grey.level(t)))
            }
            (Pixels::Rgb(bytes), _) => bytes
                .get(3 * (y * columns + x)..)
                .and_then(|b| b.get(..3))
                .map_or(0, |b| b.iter().map(|&n| u32::from(n)).sum::<u32>() / 3),
            (Pixels::Grey(_), None) => 0,
        }
    };
    // The film's rows or columns under one of the picture's, at least one.
    let span = |n: usize, of: usize, from: u32| {
        let at = |n: usize| n * from as usize / of;
        at(n)..at(n + 1).max(at(n) + 1).min(from.max(1) as usize)
    };
    let mut levels = Vec::with_capacity(width * height);
    for ty in 0..height {
        let rows = span(ty, height, film.height);
        for tx in 0..width {
            let block = span(tx, width, film.width);
            // Every fourth pixel of a block is enough for a picture this small.
            let (down, right) = ((rows.len() / 4).max(1), (block.len() / 4).max(1));
            let (mut sum, mut num) = (0, 0);
            for y in rows.clone().step_by(down) {
                for x in block.clone().step_by(right) {
                    sum += level(x, y);
                    num += 1;
                }
            }
            levels.push((sum / num.max(1)) as u8);
        }
    }
    Thumbnail { width: width as u32, height: height as u32, levels }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{DisplayFacts, GreyPlane, PixelGeometry, Voi, Window};

    fn film(width: u32, height: u32, aspect: f64) -> Film {
        let texels = (0..width * height).map(|i| (i % width * 255 / width) as u16).collect();
        let facts = DisplayFacts {
            voi: vec![Voi::Window(Window::linear(128.0, 256.0))],
            geometry: PixelGeometry { aspect, ..PixelGeometry::default() },
            ..DisplayFacts::default()
        };
        Film::new(width, height, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts)
    }

    #[test]
    fn the_longer_side_fits_and_pixels_are_square() {
        let check = |w, h, aspect, expected: (u32, u32)| {
            let made = thumbnail(&film(w, h, aspect));
            assert_eq!((made.width, made.height), expected, "{w} x {h}, {aspect}");
            assert_eq!(made.levels.len(), (made.width * made.height) as usize);
        };
        check(1600, 2500, 1.0, (82, 128));
        check(2500, 1600, 1.0, (128, 82));
        check(1000, 1000, 2.0, (64, 128));
        check(1000, 1000, 0.5, (128, 64));
        check(10, 5, 1.0, (10, 5));
        check(5000, 1, 1.0, (128, 1));
        check(1, 5000, 1.0, (1, 128));
        let made = thumbnail(&film(1000, 100, 1.0));
        assert!(made.levels.windows(2).take(100).all(|pair| pair[0] <= pair[1]), "a ramp stays one");
    }

    #[test]
    fn what_is_kept_is_read_back_and_what_is_damaged_is_not() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = ThumbnailFolder::of_project(scratch.path());
        let made = thumbnail(&film(300, 200, 1.0));
        assert_eq!(folder.read(&[7; 32]), None);
        folder.write(&[7; 32], &made);
        assert_eq!(folder.read(&[7; 32]), Some(made.clone()));
        assert_eq!(folder.read(&[8; 32]), None);
        let file = folder.file(&[7; 32]);
        let whole = fs::read(&file).unwrap();
        for (n, bytes) in
            [vec![], whole[..whole.len() / 2].to_vec(), vec![0; 100_000], b"no picture".to_vec()].iter().enumerate()
        {
            fs::write(&file, bytes).unwrap();
            assert_eq!(folder.read(&[7; 32]), None, "{n}");
        }
        let mut flipped = whole.clone();
        flipped[60] ^= 0x55;
        fs::write(&file, &flipped).unwrap();
        assert_eq!(folder.read(&[7; 32]), None, "its checksum is wrong");
        // Made again in its place, with no parts left behind.
        folder.write(&[7; 32], &made);
        assert_eq!(folder.read(&[7; 32]), Some(made));
        let names: Vec<_> =
            fs::read_dir(scratch.path().join("thumbnails")).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert_eq!(names.len(), 1, "{names:?}");
    }
}

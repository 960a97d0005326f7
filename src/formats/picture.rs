//! Reference pictures as PNG files: read from anybody's, written small.

use std::io::Cursor;

use image::codecs::png::{PngDecoder, PngEncoder};
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder};

use crate::domain::reference::{Levels, PICTURE_SIDE, Picture};

/// A picture of more pixels is no picture to compare with, and would take long to read.
const MOST_PIXELS: u64 = 64 << 20;

/// Reads a PNG of any kind as grey or colour, made smaller where it is larger than reference pictures are. The reason
/// why not is a clause without a full stop.
pub fn from_png(bytes: &[u8]) -> Result<Picture, String> {
    let decoder = PngDecoder::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(format!("{width} x {height} pixels are too many"));
    }
    let is_grey = !decoder.color_type().has_color();
    let decoded = DynamicImage::from_decoder(decoder).map_err(|error| error.to_string())?;
    let levels = if is_grey {
        Levels::Grey(decoded.into_luma8().into_raw())
    } else {
        Levels::Rgb(decoded.into_rgb8().into_raw())
    };
    Ok(reduced(&Picture { width, height, levels }))
}

/// As it is.
pub fn to_png(picture: &Picture) -> Result<Vec<u8>, String> {
    let (bytes, kind) = match &picture.levels {
        Levels::Grey(bytes) => (bytes, ExtendedColorType::L8),
        Levels::Rgb(bytes) => (bytes, ExtendedColorType::Rgb8),
    };
    let mut png = Vec::new();
    PngEncoder::new(Cursor::new(&mut png))
        .write_image(bytes, picture.width, picture.height, kind)
        .map_err(|error| error.to_string())?;
    Ok(png)
}

/// Averaged down until the longer side fits; never enlarged.
pub fn reduced(picture: &Picture) -> Picture {
    reduced_to(picture, PICTURE_SIDE)
}

/// The same to another longer side, in pixels.
pub fn reduced_to(picture: &Picture, longest: u32) -> Picture {
    let (width, height) = (picture.width.max(1), picture.height.max(1));
    if width.max(height) <= longest {
        return picture.clone();
    }
    let scale = f64::from(longest) / f64::from(width.max(height));
    let side = |n: u32| ((f64::from(n) * scale).round() as u32).clamp(1, longest);
    let (columns, rows) = (side(width), side(height));
    let (bytes, channels) = match &picture.levels {
        Levels::Grey(bytes) => (bytes, 1),
        Levels::Rgb(bytes) => (bytes, 3),
    };
    let mut levels = Vec::with_capacity((columns * rows) as usize * channels);
    let span = |n: u32, of: u32, from: u32| {
        let at = |n: u32| (u64::from(n) * u64::from(from) / u64::from(of)) as usize;
        at(n)..at(n + 1).max(at(n) + 1)
    };
    for y in 0..rows {
        for x in 0..columns {
            let (down, right) = (span(y, rows, height), span(x, columns, width));
            let num = (down.len() * right.len()) as u64;
            for channel in 0..channels {
                let level = |row: usize, column: usize| {
                    u64::from(bytes.get((row * width as usize + column) * channels + channel).copied().unwrap_or(0))
                };
                let sum: u64 =
                    down.clone().map(|row| right.clone().map(|column| level(row, column)).sum::<u64>()).sum();
                levels.push(((sum + num / 2) / num) as u8);
            }
        }
    }
    let levels = if channels == 1 { Levels::Grey(levels) } else { Levels::Rgb(levels) };
    Picture { width: columns, height: rows, levels }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: u32, height: u32) -> Picture {
        let levels = (0..width * height).map(|i| (i % width * 255 / width) as u8).collect();
        Picture { width, height, levels: Levels::Grey(levels) }
    }

    #[test]
    fn a_picture_comes_back_as_it_was_written() {
        let colour = Picture { width: 2, height: 1, levels: Levels::Rgb(vec![1, 2, 3, 250, 0, 9]) };
        for picture in [grey(30, 20), colour, grey(1, 1)] {
            assert_eq!(from_png(&to_png(&picture).unwrap()).unwrap(), picture);
        }
    }

    #[test]
    fn a_large_picture_is_averaged_down() {
        let check = |width, height, expected: (u32, u32)| {
            let small = reduced(&grey(width, height));
            assert_eq!((small.width, small.height), expected, "{width} x {height}");
            let Levels::Grey(levels) = &small.levels else { panic!("grey stays grey") };
            assert_eq!(levels.len(), (small.width * small.height) as usize);
            assert!(levels[..small.width as usize].is_sorted(), "a ramp stays one");
        };
        check(512, 512, (512, 512));
        check(1024, 512, (512, 256));
        check(600, 900, (341, 512));
        check(3, 2000, (1, 512));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        for bytes in [&b""[..], b"no picture", &to_png(&grey(40, 40)).unwrap()[..60]] {
            assert!(from_png(bytes).is_err());
        }
    }
}

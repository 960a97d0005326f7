//! Text inside a PNG: a picture with marks drawn into it carries the marks themselves, and so comes back.
//!
//! As an `iTXt` chunk (PNG specification, 3rd edition, 11.3.3.4): every viewer passes over it.

use flate2::Crc;

/// What the text is called.
const KEYWORD: &[u8] = b"rachis-labels";

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];

/// Signature, and the chunk IHDR with its 13 bytes: other chunks come after it.
const AFTER_HEADER: usize = 8 + 12 + 13;

/// The same PNG with the text; as it is where it is no PNG.
pub fn with_text(png: Vec<u8>, text: &str) -> Vec<u8> {
    if !png.starts_with(&SIGNATURE) || png.len() < AFTER_HEADER {
        return png;
    }
    // Keyword, NUL, not compressed, method 0, no language, no translated keyword.
    let mut content = b"iTXt".to_vec();
    content.extend(KEYWORD);
    content.extend([0, 0, 0, 0, 0]);
    content.extend(text.as_bytes());
    let mut crc = Crc::new();
    crc.update(&content);
    let mut all = Vec::with_capacity(png.len() + content.len() + 8);
    all.extend(&png[..AFTER_HEADER]);
    all.extend(((content.len() - 4) as u32).to_be_bytes());
    all.extend(&content);
    all.extend(crc.sum().to_be_bytes());
    all.extend(&png[AFTER_HEADER..]);
    all
}

/// The text; `None` where there is none.
pub fn text_of(png: &[u8]) -> Option<String> {
    let mut rest = png.strip_prefix(&SIGNATURE)?;
    loop {
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let (kind, data) = (rest.get(4..8)?, rest.get(8..8_usize.checked_add(length)?)?);
        if kind == b"iTXt"
            && let Some(text) = data.strip_prefix(KEYWORD).and_then(|data| data.strip_prefix(&[0; 5]))
        {
            return String::from_utf8(text.to_vec()).ok();
        }
        rest = rest.get(12 + length..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reference::{Levels, Picture};
    use crate::formats::picture;

    #[test]
    fn a_text_goes_into_a_picture_and_comes_out_and_the_picture_stays() {
        let drawn = Picture { width: 3, height: 2, levels: Levels::Grey(vec![0, 50, 100, 150, 200, 250]) };
        let png = picture::to_png(&drawn).unwrap();
        assert_eq!(text_of(&png), None);
        let with = with_text(png, "{\"Gãy\": 1}");
        assert_eq!(text_of(&with).as_deref(), Some("{\"Gãy\": 1}"));
        assert_eq!(picture::from_png(&with).unwrap(), drawn);
        for cut in [0, 7, 20, 40, 60] {
            assert_eq!(text_of(&with[..cut]), None, "{cut} bytes");
        }
    }
}

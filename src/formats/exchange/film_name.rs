//! Films as names of files: an id is free text, a file's name is not.

use std::fmt::Write as _;

use crate::domain::id::ImageId;

/// The id, with what may not stand in a file's name as % and two hex digits. Published ids and UIDs stay as they are.
pub fn file_of_film(image: &ImageId) -> String {
    let mut name = String::new();
    for (place, byte) in image.as_str().bytes().enumerate() {
        let is_plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') || (byte == b'.' && place > 0);
        if is_plain {
            name.push(char::from(byte));
        } else {
            // A String takes all text.
            let _ = write!(name, "%{byte:02X}");
        }
    }
    name
}

/// Back again. A name that was not made so is the id itself.
pub fn film_of_file(stem: &str) -> ImageId {
    let mut bytes = Vec::with_capacity(stem.len());
    let mut rest = stem.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let coded = (byte == b'%').then(|| after.get(..2)).flatten();
        let coded = coded.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match coded {
            Some(coded) => {
                bytes.push(coded);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    ImageId::new(String::from_utf8(bytes).unwrap_or_else(|_| stem.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_become_names_of_files_and_ids_again() {
        let check = |id: &str, expected: &str| {
            assert_eq!(file_of_film(&id.into()), expected);
            assert_eq!(film_of_file(expected).as_str(), id);
        };
        check("00a4089038fb4f7b926624bd31b3ca88", "00a4089038fb4f7b926624bd31b3ca88");
        check("1.2.840.113", "1.2.840.113");
        check("../a b/ä", "%2E.%2Fa%20b%2F%C3%A4");
        check("100%", "100%25");
        assert_eq!(film_of_file("100%x").as_str(), "100%x");
    }
}

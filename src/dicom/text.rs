//! Text of a data set in its character set, ISO 2022 escapes included (PS3.3 C.12.1.1.2, PS3.5 6.1).

use encoding_rs::{
    EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_8859_2, ISO_8859_3, ISO_8859_4, ISO_8859_5, ISO_8859_6, ISO_8859_7,
    ISO_8859_8, ISO_8859_15, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1254,
};

/// How the bytes of a text value read.
#[derive(Clone, Debug)]
pub struct CharacterSet {
    first: Repertoire,
    /// More than one set, or an ISO 2022 one: escape sequences switch between them.
    has_escapes: bool,
}

/// A set of characters that bytes stand for.
#[derive(Clone, Copy, Debug)]
enum Repertoire {
    /// ASCII with ISO 8859-1 above it: also what undeclared bytes are read as.
    Latin1,
    Other(&'static Encoding),
    /// JIS X 0201: half-width katakana above, yen and overline kept as ASCII.
    Jis0201,
    /// JIS X 0208 in seven bits, two bytes a character.
    Jis0208,
    /// JIS X 0212 in seven bits, two bytes a character.
    Jis0212,
}

impl CharacterSet {
    /// From the values of Specific Character Set (0008,0005); unknown names read as Latin 1.
    pub fn named(values: &[String]) -> Self {
        let first = values.first().map_or("", String::as_str);
        let has_escapes = values.len() > 1 || first.starts_with("ISO 2022");
        Self { first: repertoire(first), has_escapes }
    }

    /// Decodes a value; bytes that mean nothing become U+FFFD.
    pub fn decode(&self, bytes: &[u8]) -> String {
        if bytes.is_ascii() && !bytes.contains(&0x1b) {
            return String::from_utf8_lossy(bytes).into_owned();
        }
        if !self.has_escapes && !bytes.contains(&0x1b) {
            return decode_run(self.first, bytes);
        }
        let mut text = String::new();
        let mut active = self.first;
        let mut rest = bytes;
        while !rest.is_empty() {
            if rest[0] == 0x1b
                && let Some((length, designated)) = escape(rest)
            {
                active = designated.unwrap_or(self.first);
                rest = &rest[length..];
                continue;
            }
            let is_two_byte = matches!(active, Repertoire::Jis0208 | Repertoire::Jis0212);
            let end =
                rest[1..].iter().position(|&b| b == 0x1b || is_delimiter(b, is_two_byte)).map_or(rest.len(), |n| n + 1);
            if is_delimiter(rest[0], is_two_byte) {
                // Delimiters are ASCII and bring the first set back (PS3.5 6.1.2.5.3).
                text.push(char::from(rest[0]));
                active = self.first;
                rest = &rest[1..];
            } else {
                text.push_str(&decode_run(active, &rest[..end]));
                rest = &rest[end..];
            }
        }
        text
    }
}

/// `^` and `=` part a name, a backslash parts values; within two-byte text only control characters part.
fn is_delimiter(byte: u8, is_two_byte: bool) -> bool {
    matches!(byte, b'\r' | b'\n' | 0x0c | b'\t') || (!is_two_byte && matches!(byte, b'^' | b'=' | b'\\'))
}

fn repertoire(name: &str) -> Repertoire {
    use Repertoire::{Jis0201, Latin1, Other};
    let number = name.trim_start_matches("ISO_IR ").trim_start_matches("ISO 2022 IR ").trim_start_matches("ISO_IR_");
    match (name, number) {
        ("GB18030", _) => Other(GB18030),
        (_, "13") => Jis0201,
        (_, "101") => Other(ISO_8859_2),
        (_, "109") => Other(ISO_8859_3),
        (_, "110") => Other(ISO_8859_4),
        (_, "144") => Other(ISO_8859_5),
        (_, "127") => Other(ISO_8859_6),
        (_, "126") => Other(ISO_8859_7),
        (_, "138") => Other(ISO_8859_8),
        (_, "148") => Other(WINDOWS_1254),
        (_, "166") => Other(WINDOWS_874),
        (_, "203") => Other(ISO_8859_15),
        (_, "192") => Other(UTF_8),
        (_, "149") => Other(EUC_KR),
        ("GBK", _) | (_, "58") => Other(GBK),
        _ => Latin1,
    }
}

/// The length of an escape sequence at the start of `bytes` and what it brings; `None` inside for
/// ASCII, which every set has.
fn escape(bytes: &[u8]) -> Option<(usize, Option<Repertoire>)> {
    use Repertoire::{Jis0201, Jis0208, Jis0212, Latin1, Other};
    Some(match bytes.get(1..)? {
        [b'$', b'B' | b'@', ..] => (3, Some(Jis0208)),
        [b'$', b'(', b'D', ..] => (4, Some(Jis0212)),
        [b'$', b')', b'C', ..] => (4, Some(Other(EUC_KR))),
        [b'$', b')', b'A', ..] => (4, Some(Other(GBK))),
        [b'(', b'J', ..] | [b')', b'I', ..] => (3, Some(Jis0201)),
        [b'(', b'B', ..] => (3, None),
        [b'-', set, ..] => (
            3,
            Some(match set {
                b'B' => Other(ISO_8859_2),
                b'C' => Other(ISO_8859_3),
                b'D' => Other(ISO_8859_4),
                b'L' => Other(ISO_8859_5),
                b'G' => Other(ISO_8859_6),
                b'F' => Other(ISO_8859_7),
                b'H' => Other(ISO_8859_8),
                b'M' => Other(WINDOWS_1254),
                b'T' => Other(WINDOWS_874),
                b'b' => Other(ISO_8859_15),
                _ => Latin1,
            }),
        ),
        _ => return None,
    })
}

fn decode_run(repertoire: Repertoire, bytes: &[u8]) -> String {
    match repertoire {
        Repertoire::Latin1 => bytes.iter().map(|&b| char::from(b)).collect(),
        Repertoire::Other(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        Repertoire::Jis0201 => SHIFT_JIS.decode_without_bom_handling(bytes).0.into_owned(),
        Repertoire::Jis0208 => {
            let euc: Vec<u8> = bytes.iter().map(|b| b | 0x80).collect();
            EUC_JP.decode_without_bom_handling(&euc).0.into_owned()
        }
        Repertoire::Jis0212 => {
            let euc: Vec<u8> =
                bytes.chunks(2).flat_map(|pair| [&[0x8f][..], pair].concat()).map(|b| b | 0x80).collect();
            EUC_JP.decode_without_bom_handling(&euc).0.into_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_standards_examples() {
        let check = |sets: &[&str], bytes: &[u8], expected: &str| {
            let sets: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
            assert_eq!(CharacterSet::named(&sets).decode(bytes), expected, "{sets:?}");
        };
        // PS3.5 annexes H.3.1, I.2 and J.3.
        check(
            &["", "ISO 2022 IR 87"],
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
            "Yamada^Tarou=\u{5c71}\u{7530}^\u{592a}\u{90ce}=\u{3084}\u{307e}\u{3060}^\u{305f}\u{308d}\u{3046}",
        );
        check(
            &["", "ISO 2022 IR 149"],
            b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7",
            "Hong^Gildong=\u{6d2a}^\u{5409}\u{6d1e}",
        );
        check(&["GB18030"], b"Wang=\xcd\xf5^\xd0\xa1\xb6\xab", "Wang=\u{738b}^\u{5c0f}\u{4e1c}");
        check(&["ISO_IR 100"], b"Buc^J\xe9r\xf4me", "Buc^J\u{e9}r\u{f4}me");
        check(&["ISO_IR 192"], "G\u{1ea5}u".as_bytes(), "G\u{1ea5}u");
        check(&[], b"B\xfccher", "B\u{fc}cher");
    }

    #[test]
    fn broken_escapes_end_and_lose_nothing_else() {
        let set = CharacterSet::named(&[String::new(), "ISO 2022 IR 87".to_owned()]);
        assert_eq!(set.decode(b"A\x1b"), "A\u{1b}");
        assert!(set.decode(b"\x1b$Bxyz\x1b").starts_with('\u{9f3b}') || !set.decode(b"\x1b$Bxyz\x1b").is_empty());
    }
}

//! Typed values of a walked header, with damaged ones left out rather than guessed.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::text::CharacterSet;
use super::walk::{Element, ITEM, Walked};

/// A data set or an item of a sequence.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    walked: &'a Walked,
    /// Places in `walked.elements`: everything within the scope, deeper levels included.
    from: usize,
    to: usize,
    depth: u16,
}

impl Walked {
    /// The data set, meta header included.
    pub fn root(&self) -> Scope<'_> {
        Scope { walked: self, from: 0, to: self.elements.len(), depth: 0 }
    }

    pub(super) fn bytes(&self, element: &Element) -> &[u8] {
        // Everything before the pixels was loaded by the walk; a value cut short reads as empty.
        self.input.loaded(element.start as usize, element.len as usize).unwrap_or_default()
    }
}

impl<'a> Scope<'a> {
    fn own(self) -> impl Iterator<Item = (usize, &'a Element)> {
        let elements = &self.walked.elements[self.from..self.to];
        elements.iter().enumerate().filter(move |(_, e)| e.depth == self.depth).map(move |(i, e)| (self.from + i, e))
    }

    pub fn element(self, tag: Tag) -> Option<&'a Element> {
        self.own().find(|(_, e)| e.tag == tag).map(|(_, e)| e)
    }

    /// The value's bytes; empty where it is absent.
    pub fn bytes(self, tag: Tag) -> &'a [u8] {
        self.element(tag).map(|e| self.walked.bytes(e)).unwrap_or_default()
    }

    /// The items of a sequence; empty where it is absent.
    pub fn items(self, tag: Tag) -> Vec<Self> {
        let Some((sequence, _)) = self.own().find(|(_, e)| e.tag == tag) else { return Vec::new() };
        let elements = &self.walked.elements;
        let end = elements[sequence + 1..self.to]
            .iter()
            .position(|e| e.depth <= self.depth)
            .map_or(self.to, |n| sequence + 1 + n);
        let starts: Vec<usize> =
            (sequence + 1..end).filter(|&i| elements[i].depth == self.depth + 1 && is_item(&elements[i])).collect();
        starts
            .iter()
            .enumerate()
            .map(|(n, &start)| Self {
                walked: self.walked,
                from: start + 1,
                to: starts.get(n + 1).copied().unwrap_or(end),
                depth: self.depth + 2,
            })
            .collect()
    }

    /// The first item of a sequence.
    pub fn item(self, tag: Tag) -> Option<Self> {
        self.items(tag).into_iter().next()
    }

    /// Codes, UIDs and other ASCII text: trimmed, `None` where absent or empty.
    pub fn code(self, tag: Tag) -> Option<String> {
        let bytes = self.bytes(tag);
        let end = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
        let text = String::from_utf8_lossy(&bytes[..end]);
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Text in the data set's character set: trimmed, `None` where absent or empty.
    pub fn text(self, tag: Tag) -> Option<String> {
        let set = CharacterSet::named(&self.walked.root().codes(tags::SPECIFIC_CHARACTER_SET));
        let text = set.decode(self.bytes(tag));
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Backslash-separated codes, each trimmed, empty ones kept.
    pub fn codes(self, tag: Tag) -> Vec<String> {
        let bytes = self.bytes(tag);
        if bytes.is_empty() {
            return Vec::new();
        }
        let text = String::from_utf8_lossy(bytes);
        text.split('\\').map(|part| part.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned()).collect()
    }

    /// Numbers of any representation: decimal and integer strings, 16- and 32-bit integers, floats.
    /// A value that is no number is `None` in its place.
    pub fn numbers(self, tag: Tag) -> Vec<Option<f64>> {
        let Some(element) = self.element(tag) else { return Vec::new() };
        let bytes = self.walked.bytes(element);
        let encoding = element.encoding;
        let order = |chunk: &[u8]| {
            let mut b = [0u8; 8];
            b[..chunk.len()].copy_from_slice(chunk);
            if encoding.is_big_endian {
                b[..chunk.len()].reverse();
            }
            b
        };
        let vr = if element.vr == [0, 0] || &element.vr == b"UN" { implicit_vr(tag) } else { element.vr };
        match &vr {
            b"US" | b"OW" | b"AT" => bytes.chunks_exact(2).map(|c| Some(f64::from(low_u16(order(c))))).collect(),
            b"SS" => bytes.chunks_exact(2).map(|c| Some(f64::from(low_u16(order(c)) as i16))).collect(),
            b"UL" => bytes.chunks_exact(4).map(|c| Some(f64::from(low_u32(order(c))))).collect(),
            b"SL" => bytes.chunks_exact(4).map(|c| Some(f64::from(low_u32(order(c)) as i32))).collect(),
            b"FL" => bytes.chunks_exact(4).map(|c| Some(f64::from(f32::from_bits(low_u32(order(c)))))).collect(),
            b"FD" => bytes.chunks_exact(8).map(|c| Some(f64::from_le_bytes(order(c)))).collect(),
            _ => self.codes(tag).iter().map(|text| parse_number(text)).collect(),
        }
    }

    /// The first number, finite.
    pub fn number(self, tag: Tag) -> Option<f64> {
        self.numbers(tag).first().copied().flatten().filter(|n| n.is_finite())
    }

    /// The first number where it is whole.
    pub fn integer(self, tag: Tag) -> Option<i64> {
        self.number(tag).filter(|n| n.fract() == 0.0 && n.abs() < 9e15).map(|n| n as i64)
    }

    /// 16-bit values of a LUT, in the file's own form: US, SS or OW, whatever it calls itself.
    pub fn words(self, tag: Tag) -> Vec<u16> {
        let Some(element) = self.element(tag) else { return Vec::new() };
        self.walked.bytes(element).chunks_exact(2).map(|c| element.encoding.u16([c[0], c[1]])).collect()
    }
}

fn is_item(element: &Element) -> bool {
    element.tag == ITEM
}

fn low_u16(bytes: [u8; 8]) -> u16 {
    u16::from_le_bytes([bytes[0], bytes[1]])
}

fn low_u32(bytes: [u8; 8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// Decimal strings as written in the wild: a comma for a point, text behind the number refused.
fn parse_number(text: &str) -> Option<f64> {
    text.parse().ok().or_else(|| text.replacen(',', ".", 1).parse().ok()).filter(|n: &f64| n.is_finite())
}

/// Representations of the binary attributes that this program reads; the rest are text.
fn implicit_vr(tag: Tag) -> [u8; 2] {
    match tag {
        tags::SAMPLES_PER_PIXEL
        | tags::PLANAR_CONFIGURATION
        | tags::ROWS
        | tags::COLUMNS
        | tags::BITS_ALLOCATED
        | tags::BITS_STORED
        | tags::HIGH_BIT
        | tags::PIXEL_REPRESENTATION
        | tags::SMALLEST_IMAGE_PIXEL_VALUE
        | tags::LARGEST_IMAGE_PIXEL_VALUE
        | tags::PIXEL_PADDING_VALUE
        | tags::PIXEL_PADDING_RANGE_LIMIT
        | tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR
        | tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR
        | tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR
        | tags::LUT_DESCRIPTOR
        | tags::RECORD_IN_USE_FLAG
        // Overlay rows, columns, first frame, bits allocated, bit position; origins are signed (PS3.6).
        | Tag(0x6000..=0x60ff, 0x0010 | 0x0011 | 0x0051 | 0x0100 | 0x0102) => *b"US",
        tags::OFFSET_OF_THE_NEXT_DIRECTORY_RECORD
        | tags::OFFSET_OF_REFERENCED_LOWER_LEVEL_DIRECTORY_ENTITY
        | tags::OFFSET_OF_THE_FIRST_DIRECTORY_RECORD_OF_THE_ROOT_DIRECTORY_ENTITY => *b"UL",
        tags::OBJECT_PIXEL_SPACING_IN_CENTER_OF_BEAM => *b"FL",
        Tag(0x6000..=0x60ff, 0x0050) => *b"SS",
        _ => [0, 0],
    }
}

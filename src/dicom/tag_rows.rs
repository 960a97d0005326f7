//! A file's whole header as rows for a tag browser: names from the standard, values in words, identity marked.

use dicom_core::Tag;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_core::header::VR;
use dicom_dictionary_std::{StandardDataDictionary, tags};
use dicom_encoding::transfer_syntax::TransferSyntaxIndex;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use super::identity::{is_identity, is_name_or_number};
use super::source::Opener;
use super::syntax::Encoding;
use super::text::CharacterSet;
use super::walk::{Element, ITEM, Walked, walk_whole};
use super::{DicomError, Input};
use crate::domain::study::FilmSource;
use crate::domain::tag_row::{TagList, TagRow};

/// Characters of a value that are shown.
const VALUE_LIMIT: usize = 256;
/// Bytes of a value that are looked at.
const BYTE_LIMIT: usize = 4096;
/// Rows: a header with more is no film's; the rest is told by its number.
const ROW_LIMIT: usize = 50_000;
/// The header of a film's file, its pixels told by their size. Works for any DICOM file, whether it has pixels or not.
/// What follows the pixels, which is padding and signatures only, is not read.
pub fn tag_rows(source: &FilmSource) -> Result<TagList, DicomError> {
    tag_rows_of(Opener::default().input(source)?)
}

/// The same for bytes that are open already.
pub fn tag_rows_of(input: Input) -> Result<TagList, DicomError> {
    let walked = walk_whole(input)?;
    let mut list = Lister::new(&walked).listed();
    list.warnings.extend(walked.warnings.iter().cloned());
    Ok(list)
}

/// Turns elements into rows, one after the other.
struct Lister<'a> {
    walked: &'a Walked,
    is_signed: bool,
    rows: Vec<TagRow>,
    /// By depth: the row, how many items it has so far, and whether everything below it is identity.
    above: Vec<(usize, u32, bool)>,
    /// By depth of data sets, outermost first: how text reads there.
    sets: Vec<(u16, CharacterSet)>,
    /// Names and numbers of the patient, in lower case.
    secrets: Vec<String>,
}

impl<'a> Lister<'a> {
    fn new(walked: &'a Walked) -> Self {
        Self {
            walked,
            is_signed: walked.root().integer(tags::PIXEL_REPRESENTATION) == Some(1),
            rows: Vec::with_capacity(walked.elements.len().min(ROW_LIMIT)),
            above: Vec::new(),
            sets: vec![(0, CharacterSet::named(&[]))],
            secrets: Vec::new(),
        }
    }

    fn listed(mut self) -> TagList {
        let elements = &self.walked.elements;
        for element in elements.iter().take(ROW_LIMIT) {
            self.add(element);
        }
        for &(row, num_items, _) in &std::mem::take(&mut self.above) {
            self.close(row, num_items);
        }
        self.add_pixels();
        let mut warnings = Vec::new();
        if elements.len() > ROW_LIMIT {
            warnings.push(format!("{} more elements are not listed", elements.len() - ROW_LIMIT));
        }
        self.mark_repeated_secrets();
        TagList { rows: self.rows, warnings }
    }

    fn add(&mut self, element: &Element) {
        let depth = usize::from(element.depth);
        while self.above.len() > depth {
            if let Some((row, num_items, _)) = self.above.pop() {
                self.close(row, num_items);
            }
        }
        while self.sets.last().is_some_and(|(from, _)| *from > element.depth) {
            self.sets.pop();
        }
        let is_below_identity = self.above.last().is_some_and(|(.., is_identity)| *is_identity);
        let row = if element.tag == ITEM {
            let number = self.above.last_mut().map_or(1, |(_, num_items, _)| {
                *num_items += 1;
                *num_items
            });
            let set = self.sets.last().map_or_else(|| CharacterSet::named(&[]), |(_, set)| set.clone());
            self.sets.push((element.depth + 1, set));
            TagRow {
                depth: element.depth,
                tag: (element.tag.0, element.tag.1),
                name: format!("Item {number}"),
                vr: String::new(),
                length: None,
                value: String::new(),
                is_identity: is_below_identity,
            }
        } else {
            self.element_row(element, is_below_identity)
        };
        self.above.push((self.rows.len(), 0, row.is_identity));
        self.rows.push(row);
    }

    fn element_row(&mut self, element: &Element, is_below_identity: bool) -> TagRow {
        let bytes = self.walked.bytes(element);
        let entry = StandardDataDictionary.by_tag(element.tag);
        let known_vr = entry.map(|entry| self.exact(entry.vr(), element.tag));
        let vr = match &element.vr {
            [0, 0] => known_vr.unwrap_or("UN").to_owned(),
            vr => String::from_utf8_lossy(vr).into_owned(),
        };
        // A known element under UN is what the standard says (PS3.5 6.2.2).
        let meant = if vr == "UN" { known_vr.unwrap_or("UN") } else { &vr };
        if element.tag == tags::SPECIFIC_CHARACTER_SET {
            let names = String::from_utf8_lossy(bytes);
            let names: Vec<String> = names.split('\\').map(|n| n.trim_matches([' ', '\0']).to_owned()).collect();
            if let Some((_, set)) = self.sets.last_mut() {
                *set = CharacterSet::named(&names);
            }
        }
        let set = self.sets.last().map(|(_, set)| set);
        let value = value_text(meant, bytes, element.encoding, set);
        if is_name_or_number(element.tag) {
            let parts = value.split(['^', '=', '\\', ' ', ',']).filter(|part| is_telling(part));
            self.secrets.extend(parts.map(str::to_lowercase));
        }
        TagRow {
            depth: element.depth,
            tag: (element.tag.0, element.tag.1),
            name: entry.map_or_else(String::new, |entry| spaced(entry.alias())),
            is_identity: is_below_identity || is_identity(element.tag, meant, entry.is_some()),
            length: (meant != "SQ").then_some(u64::from(element.len)),
            value,
            vr,
        }
    }

    /// A sequence's row gets the number of its items, once it is known.
    fn close(&mut self, row: usize, num_items: u32) {
        let row = &mut self.rows[row];
        if num_items > 0 {
            row.value = if num_items == 1 { "1 item".to_owned() } else { format!("{num_items} items") };
            row.length = None;
        } else if row.vr == "SQ" {
            "no items".clone_into(&mut row.value);
        }
    }

    fn add_pixels(&mut self) {
        let Some(pixels) = self.walked.pixels else { return };
        let entry = StandardDataDictionary.by_tag(pixels.tag);
        self.rows.push(TagRow {
            depth: 0,
            tag: (pixels.tag.0, pixels.tag.1),
            name: entry.map_or_else(String::new, |entry| spaced(entry.alias())),
            vr: if pixels.vr == [0, 0] { "OW".to_owned() } else { String::from_utf8_lossy(&pixels.vr).into_owned() },
            length: pixels.len.map(|len| len as u64),
            value: pixels.len.map_or_else(|| format!("compressed, {}", self.walked.syntax.name()), sized),
            is_identity: false,
        });
    }

    /// A name or number of the patient that stands in another element too is as much of an identity there.
    fn mark_repeated_secrets(&mut self) {
        if self.secrets.is_empty() {
            return;
        }
        for row in self.rows.iter_mut().filter(|row| !row.is_identity && row.tag.0 != 2) {
            let value = row.value.to_lowercase();
            row.is_identity = self.secrets.iter().any(|secret| value.contains(secret));
        }
    }

    fn exact(&self, vr: VirtualVr, tag: Tag) -> &'static str {
        match vr {
            VirtualVr::Exact(vr) => vr.to_string(),
            VirtualVr::Xs if self.is_signed && tag != tags::LUT_DESCRIPTOR => VR::SS.to_string(),
            VirtualVr::Xs => VR::US.to_string(),
            _ => VR::OW.to_string(),
        }
    }
}

/// Whether a name or number is long enough not to stand in other values by chance. Two signs of a script other than Latin
/// are a whole name.
fn is_telling(part: &str) -> bool {
    part.chars().count() >= if part.is_ascii() { 4 } else { 2 }
}

/// `PatientBirthDate` as `Patient Birth Date`; abbreviations stay whole.
fn spaced(keyword: &str) -> String {
    let letters: Vec<char> = keyword.chars().collect();
    let mut name = String::with_capacity(keyword.len() + 8);
    for (n, &c) in letters.iter().enumerate() {
        let after_small = n > 0 && letters[n - 1].is_ascii_lowercase();
        let ends_capitals =
            n > 0 && letters[n - 1].is_ascii_uppercase() && letters.get(n + 1).is_some_and(char::is_ascii_lowercase);
        // "UIDs" and "IDs" are one word.
        let is_plural = letters.get(n + 1) == Some(&'s') && letters.get(n + 2).is_none_or(char::is_ascii_uppercase);
        if c.is_ascii_uppercase() && (after_small || (ends_capitals && !is_plural)) {
            name.push(' ');
        }
        name.push(c);
    }
    name
}

fn sized(num_bytes: usize) -> String {
    match num_bytes {
        1 => "1 byte".to_owned(),
        n if n < 10_000 => format!("{n} bytes"),
        n if n < 10 << 20 => format!("{} KiB", n >> 10),
        n => format!("{} MiB", n >> 20),
    }
}

/// A value in words, at most [`VALUE_LIMIT`] characters.
fn value_text(vr: &str, bytes: &[u8], encoding: Encoding, set: Option<&CharacterSet>) -> String {
    let head = &bytes[..bytes.len().min(BYTE_LIMIT)];
    let is_big = encoding.is_big_endian;
    match vr {
        _ if bytes.is_empty() => String::new(),
        "US" => numbers(bytes, head.chunks_exact(2).map(|c| encoding.u16([c[0], c[1]]).to_string()), 2),
        "SS" => numbers(bytes, head.chunks_exact(2).map(|c| (encoding.u16([c[0], c[1]]) as i16).to_string()), 2),
        "UL" => numbers(bytes, head.chunks_exact(4).map(|c| long(c, encoding).to_string()), 4),
        "SL" => numbers(bytes, head.chunks_exact(4).map(|c| (long(c, encoding) as i32).to_string()), 4),
        "FL" => numbers(bytes, head.chunks_exact(4).map(|c| f32::from_bits(long(c, encoding)).to_string()), 4),
        "FD" => numbers(bytes, head.chunks_exact(8).map(|c| f64::from_bits(double(c, is_big)).to_string()), 8),
        "UV" => numbers(bytes, head.chunks_exact(8).map(|c| double(c, is_big).to_string()), 8),
        "SV" => numbers(bytes, head.chunks_exact(8).map(|c| (double(c, is_big) as i64).to_string()), 8),
        "AT" => {
            let pair = |c: &[u8]| format!("({:04X},{:04X})", encoding.u16([c[0], c[1]]), encoding.u16([c[2], c[3]]));
            numbers(bytes, head.chunks_exact(4).map(pair), 4)
        }
        "OB" | "OW" | "OD" | "OF" | "OL" | "OV" | "SQ" => blob(bytes),
        "UN" => {
            let text = bytes.strip_suffix(b"\0").unwrap_or(bytes);
            if text.iter().all(|b| matches!(b, b' '..=b'~' | b'\r' | b'\n' | b'\t')) {
                plain(head, set)
            } else {
                blob(bytes)
            }
        }
        "UI" => {
            let uid = plain(head, None);
            match TransferSyntaxRegistry.get(&uid) {
                Some(syntax) => format!("{uid} ({})", syntax.name()),
                None => uid,
            }
        }
        _ => plain(head, set),
    }
}

/// Numbers parted by backslashes, as many as fit, and how many there are.
fn numbers(bytes: &[u8], texts: impl Iterator<Item = String>, each: usize) -> String {
    let total = bytes.len() / each;
    let mut out = String::new();
    for (n, text) in texts.enumerate() {
        if out.len() + text.len() > VALUE_LIMIT - 32 {
            return format!("{out}\\… ({total} values)");
        }
        if n > 0 {
            out.push('\\');
        }
        out.push_str(&text);
    }
    out
}

/// A few bytes as hexadecimal digits, more as their number.
fn blob(bytes: &[u8]) -> String {
    if bytes.len() > 16 {
        return sized(bytes.len());
    }
    bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" ")
}

/// Text in its character set, one line, trimmed and cut.
fn plain(bytes: &[u8], set: Option<&CharacterSet>) -> String {
    let text = set.map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |set| set.decode(bytes));
    let text: String = text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned();
    let mut out: String = text.chars().take(VALUE_LIMIT).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(VALUE_LIMIT).is_some() || bytes.len() >= BYTE_LIMIT {
        out.push('…');
    }
    out
}

fn long(bytes: &[u8], encoding: Encoding) -> u32 {
    encoding.u32([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn double(bytes: &[u8], is_big_endian: bool) -> u64 {
    let mut b = [0; 8];
    b.copy_from_slice(bytes);
    if is_big_endian { u64::from_be_bytes(b) } else { u64::from_le_bytes(b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_become_names() {
        let check = |keyword: &str, expected: &str| assert_eq!(spaced(keyword), expected);
        check("PatientBirthDate", "Patient Birth Date");
        check("SOPInstanceUID", "SOP Instance UID");
        check("KVP", "KVP");
        check("OtherPatientIDs", "Other Patient IDs");
        check("VOILUTFunction", "VOILUT Function");
        check("FailedSOPInstanceUIDList", "Failed SOP Instance UID List");
        check("XRayTubeCurrent", "X Ray Tube Current");
    }

    #[test]
    fn values_of_every_representation() {
        let check = |vr: &str, bytes: &[u8], expected: &str| {
            let set = CharacterSet::named(&["ISO_IR 192".to_owned()]);
            assert_eq!(value_text(vr, bytes, Encoding::EXPLICIT_LITTLE, Some(&set)), expected, "{vr}");
        };
        check("US", &[1, 0, 255, 255], "1\\65535");
        check("SS", &[255, 255], "-1");
        check("UL", &[1, 0, 0, 0], "1");
        check("SL", &[255, 255, 255, 255], "-1");
        check("FL", &1.5f32.to_le_bytes(), "1.5");
        check("FD", &0.1f64.to_le_bytes(), "0.1");
        check("AT", &[0x28, 0, 0x10, 0], "(0028,0010)");
        check("SV", &(-7i64).to_le_bytes(), "-7");
        check("OB", &[0, 1], "00 01");
        check("OW", &vec![0; 20_000], "19 KiB");
        check("UN", b"text ", "text");
        check("UN", &[1, 2, 200], "01 02 c8");
        check("UI", b"1.2.840.10008.1.2.1\0", "1.2.840.10008.1.2.1 (Explicit VR Little Endian)");
        check("PN", "Nguyễn^Văn ".as_bytes(), "Nguyễn^Văn");
        check("LT", b"two\r\nlines", "two  lines");
        check("US", &[1, 0, 7], "1");
        check("LO", b"", "");
        let long = value_text("US", &[1; 4000], Encoding::EXPLICIT_LITTLE, None);
        assert!(long.len() <= VALUE_LIMIT && long.ends_with("… (2000 values)"), "{long}");
        let long = value_text("UT", &vec![b'x'; 100_000], Encoding::EXPLICIT_LITTLE, None);
        assert_eq!(long.chars().count(), VALUE_LIMIT + 1);
    }
}

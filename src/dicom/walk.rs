//! A bounded walk over a file's header: what stands where, with every length checked before it is believed.
//!
//! Nothing is decoded, nothing recurses, and nothing is allocated in proportion to a declared length,
//! so a hostile file costs no more than its own size. Broken nesting is mended where the enclosing
//! length allows it, and every mend is a warning.

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use super::syntax::{Encoding, Syntax};
use super::{DicomError, Input};

/// The longest header that is read; the pixels begin before that in any radiograph.
const HEADER_LIMIT: usize = 128 << 20;
/// Sequences within sequences. Real films stay under ten.
const NESTING_LIMIT: usize = 128;
const ELEMENT_LIMIT: usize = 4 << 20;
const UNDEFINED: u32 = u32::MAX;
/// Item and delimiter tags (PS3.5 7.5).
pub(super) const ITEM: Tag = Tag(0xfffe, 0xe000);
pub(super) const SEQUENCE_DELIMITER: Tag = Tag(0xfffe, 0xe0dd);

/// Two letters that name a value representation; zeros where the data set is implicit.
pub type Vr = [u8; 2];

/// One element or item, by place. Elements of a sequence follow it with a greater depth.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    pub tag: Tag,
    pub vr: Vr,
    pub depth: u16,
    pub encoding: Encoding,
    /// Where its value begins in the input.
    pub start: u32,
    /// Bytes of its value; 0 for sequences and items, whose content follows as elements.
    pub len: u32,
}

/// Where the pixels are.
#[derive(Clone, Copy, Debug)]
pub struct PixelElement {
    pub tag: Tag,
    pub vr: Vr,
    /// Where the value begins in the input.
    pub start: usize,
    /// As declared; `None` for encapsulated pixels. May reach past the end of a truncated file.
    pub len: Option<usize>,
}

/// A file's header in order, up to its pixels.
#[derive(Debug)]
pub struct Walked {
    pub input: Input,
    pub syntax: Syntax,
    pub elements: Vec<Element>,
    pub pixels: Option<PixelElement>,
    pub warnings: Vec<String>,
    /// The walk could not go on to the end of the data set.
    pub is_broken: bool,
}

/// Reads the header of a film, as far as the pixels.
pub fn walk(input: Input) -> Result<Walked, DicomError> {
    walk_into(input, is_wanted_sequence)
}

/// The same, with a look into every sequence that the standard knows, which showing a film does without.
pub(super) fn walk_whole(input: Input) -> Result<Walked, DicomError> {
    walk_into(input, |tag| {
        let entry = StandardDataDictionary.by_tag(tag);
        entry.is_some_and(|entry| entry.vr() == VirtualVr::Exact(VR::SQ))
    })
}

fn walk_into(mut input: Input, is_sequence: fn(Tag) -> bool) -> Result<Walked, DicomError> {
    let start = recognise(&mut input)?;
    let mut walker = Walker {
        input,
        pos: start,
        open: Vec::new(),
        elements: Vec::with_capacity(256),
        warnings: Vec::new(),
        pixels: None,
        is_broken: false,
        is_sequence,
    };
    let mut syntax = walker.meta()?;
    if syntax.is_deflated {
        walker.input = walker.input.into_inflated(walker.pos)?;
    }
    walker.choose_encoding(&mut syntax)?;
    walker.data_set(syntax.encoding)?;
    let Walker { input, elements, warnings, pixels, is_broken, .. } = walker;
    Ok(Walked { input, syntax, elements, pixels, warnings, is_broken })
}

/// Where the first element stands: behind the preamble, behind a bare `DICM`, or at once.
pub(super) fn recognise(input: &mut Input) -> Result<usize, DicomError> {
    let is_marked = input.load(134)? && input.loaded(128, 4) == Some(b"DICM");
    // Group 2 follows the mark; without it, the mark may be four letters of some value.
    if is_marked && input.loaded(132, 2) == Some(&[2, 0]) {
        return Ok(132);
    }
    if !input.load(8)? {
        return Err(DicomError::NotDicom("it is too short to be one".to_owned()));
    }
    if input.loaded(0, 4) == Some(b"DICM") {
        return Ok(4);
    }
    let first: [u8; 8] = input.loaded(0, 8).and_then(|b| b.try_into().ok()).expect("eight bytes are loaded");
    if begins_data_set(first, input)? {
        return Ok(0);
    }
    if is_marked {
        return Ok(132);
    }
    Err(DicomError::NotDicom("neither a DICM mark nor a data set is at its beginning".to_owned()))
}

/// A data set without preamble and mark: group 2 or 8 first, and a first length that fits into the file.
fn begins_data_set(first: [u8; 8], input: &mut Input) -> Result<bool, DicomError> {
    for encoding in [Encoding::EXPLICIT_LITTLE, Encoding::EXPLICIT_BIG] {
        let group = encoding.u16([first[0], first[1]]);
        let element = encoding.u16([first[2], first[3]]);
        let is_explicit = is_vr([first[4], first[5]]);
        let len = if is_explicit {
            usize::from(encoding.u16([first[6], first[7]]))
        } else {
            encoding.u32([first[4], first[5], first[6], first[7]]) as usize
        };
        let fits = len <= 1024 && (is_explicit || !encoding.is_big_endian) && input.covers(8 + len)?;
        if matches!(group, 0x0002 | 0x0004 | 0x0008) && element <= 0x0100 && fits {
            return Ok(true);
        }
    }
    Ok(false)
}

struct Walker {
    input: Input,
    pos: usize,
    /// Sequences and items around `pos`, outermost first.
    open: Vec<Open>,
    elements: Vec<Element>,
    warnings: Vec<String>,
    pixels: Option<PixelElement>,
    is_broken: bool,
    /// Whether an element is a sequence where the file does not say so: implicit data sets.
    is_sequence: fn(Tag) -> bool,
}

/// A sequence or item that is not closed yet.
#[derive(Clone, Copy)]
struct Open {
    kind: Kind,
    /// `None` where a delimiter closes it.
    end: Option<usize>,
    encoding: Encoding,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sequence,
    Item,
    /// Encapsulated bytes: its items hold no elements.
    Fragments,
}

/// An element's first bytes.
struct Head {
    tag: Tag,
    vr: Vr,
    len: u32,
    /// Bytes up to the value.
    size: usize,
}

impl Walker {
    /// Group 2, always explicit little endian (PS3.10 7.1), by its group numbers and not by its
    /// declared length, which is wrong often enough.
    fn meta(&mut self) -> Result<Syntax, DicomError> {
        let encoding = Encoding::EXPLICIT_LITTLE;
        let mut uid = None;
        while self.input.load(self.pos + 8)? {
            let group = self.input.loaded(self.pos, 2).map(|b| u16::from_le_bytes([b[0], b[1]]));
            if group != Some(2) {
                break;
            }
            let Some(head) = self.head(encoding)? else { break };
            let (start, len) = (self.pos + head.size, head.len as usize);
            if len > HEADER_LIMIT || !self.input.load(start + len)? {
                return Err(DicomError::damaged(format!("its meta header ends within {}", head.tag)));
            }
            if head.tag == tags::TRANSFER_SYNTAX_UID {
                uid = self.input.loaded(start, len).map(trimmed_ascii);
            }
            self.push(&head, encoding, start, head.len)?;
            self.pos = start + len;
        }
        Ok(match uid {
            Some(uid) if !uid.is_empty() => Syntax::from_uid(&uid),
            Some(_) | None => Syntax::from_uid(""),
        })
    }

    /// Holds the transfer syntax against the first bytes of the data set, which cannot lie.
    fn choose_encoding(&mut self, syntax: &mut Syntax) -> Result<(), DicomError> {
        if !self.input.load(self.pos + 8)? {
            return Ok(());
        }
        let first: [u8; 8] =
            self.input.loaded(self.pos, 8).and_then(|b| b.try_into().ok()).expect("eight bytes are loaded");
        let is_explicit = is_vr([first[4], first[5]]);
        // Group numbers of a first element are small: 0x0008 read in the wrong order is 0x0800.
        let is_big_endian = first[0] == 0 && first[1] != 0;
        let seen = Encoding { is_explicit, is_big_endian: is_big_endian && is_explicit };
        if syntax.uid.is_empty() {
            syntax.encoding = seen;
            syntax.codec = Ok(super::syntax::Codec::Native { is_big_endian: seen.is_big_endian });
        } else if seen != syntax.encoding && first[..2] != [0, 0] {
            self.warnings.push(format!(
                "the data set is not written as its transfer syntax ({}) says; it was read as it is written",
                syntax.name()
            ));
            if let Ok(super::syntax::Codec::Native { is_big_endian }) = &mut syntax.codec {
                *is_big_endian = seen.is_big_endian;
            }
            syntax.encoding = seen;
        }
        if !syntax.is_known && !syntax.uid.is_empty() {
            self.warnings.push(format!("unknown transfer syntax {:?}; its pixels were read by their form", syntax.uid));
        }
        Ok(())
    }

    fn data_set(&mut self, encoding: Encoding) -> Result<(), DicomError> {
        loop {
            if self.pixels.is_some() {
                return Ok(());
            }
            self.close_finished();
            if self.elements.len() > ELEMENT_LIMIT || self.pos > HEADER_LIMIT {
                return Err(DicomError::TooLarge(format!("its header exceeds {} MiB", HEADER_LIMIT >> 20)));
            }
            if !self.input.load(self.pos + 8)? {
                if !self.open.is_empty() {
                    self.warnings.push("the header ends within a sequence".to_owned());
                    self.is_broken = true;
                } else if self.input.covers(self.pos + 1)? {
                    self.warnings.push("a few bytes follow the last element".to_owned());
                }
                return Ok(());
            }
            let encoding = self.open.last().map_or(encoding, |open| open.encoding);
            if let Err(stop) = self.step(encoding)? {
                self.warnings.push(stop);
                if !self.leave_broken_sequence() {
                    self.is_broken = true;
                    return Ok(());
                }
            }
        }
    }

    /// Reads one element, item or delimiter. The inner error is a broken structure at this place.
    fn step(&mut self, encoding: Encoding) -> Result<Result<(), String>, DicomError> {
        let Some(head) = self.head(encoding)? else {
            return Ok(Err(format!("the header is cut short at byte {}", self.pos)));
        };
        let start = self.pos + head.size;
        let container = self.open.last().copied();
        if head.tag.0 == 0xfffe {
            return self.structure(&head, encoding);
        }
        if matches!(container, Some(open) if open.kind != Kind::Item) {
            return Ok(Err(format!("{} stands where an item of a sequence should", head.tag)));
        }
        let is_top = container.is_none();
        if is_top && head.tag.0 == 0 {
            return Ok(Err(format!("zeros stand where an element should, at byte {}", self.pos)));
        }
        let is_pixels = matches!(head.tag, tags::PIXEL_DATA | tags::FLOAT_PIXEL_DATA | tags::DOUBLE_FLOAT_PIXEL_DATA);
        if is_top && is_pixels {
            let len = (head.len != UNDEFINED).then_some(head.len as usize);
            self.pixels = Some(PixelElement { tag: head.tag, vr: head.vr, start, len });
            self.pos = start;
            return Ok(Ok(()));
        }
        if head.len == UNDEFINED {
            return self.open_undefined(&head, encoding, start);
        }
        let end = start + head.len as usize;
        let limit = self.open.iter().rev().find_map(|open| open.end);
        if limit.is_some_and(|limit| end > limit) {
            return Ok(Err(format!("{} reaches past the end of its sequence", head.tag)));
        }
        if !self.input.covers(end)? {
            return Ok(Err(format!("the header is cut short within {}", head.tag)));
        }
        let is_sequence = head.vr == *b"SQ" || (!encoding.is_explicit && (self.is_sequence)(head.tag));
        if is_sequence && head.len > 0 {
            self.push(&head, encoding, start, 0)?;
            self.enter(Kind::Sequence, Some(end), encoding, start)?;
        } else {
            self.push(&head, encoding, start, head.len)?;
            self.pos = end;
        }
        Ok(Ok(()))
    }

    /// Items and delimiters (PS3.5 7.5).
    fn structure(&mut self, head: &Head, encoding: Encoding) -> Result<Result<(), String>, DicomError> {
        let start = self.pos + head.size;
        match (head.tag.1, self.open.last().map(|open| open.kind)) {
            (0xe000, Some(Kind::Sequence)) => {
                let mut end = (head.len != UNDEFINED).then_some(start + head.len as usize);
                let limit = self.open.iter().rev().find_map(|open| open.end);
                if let (Some(told), Some(limit)) = (end, limit)
                    && told > limit
                {
                    self.warnings.push("an item that reaches past the end of its sequence".to_owned());
                    end = Some(limit);
                }
                if let Some(told) = end
                    && !self.input.covers(told)?
                {
                    return Ok(Err("an item reaches past the end of the file".to_owned()));
                }
                self.push(head, encoding, start, 0)?;
                self.enter(Kind::Item, end, encoding, start)?;
            }
            (0xe000, Some(Kind::Fragments)) => {
                let end = start + head.len as usize;
                if head.len == UNDEFINED || !self.input.covers(end)? {
                    return Ok(Err("a fragment of an icon or of bulk data is cut short".to_owned()));
                }
                self.pos = end;
            }
            (0xe00d, Some(Kind::Item)) | (0xe0dd, Some(Kind::Sequence | Kind::Fragments)) => {
                self.open.pop();
                self.pos = start;
            }
            // A sequence closed while its item is still open: the item's delimiter was left out.
            (0xe0dd, Some(Kind::Item)) => {
                self.warnings.push("an item without an end".to_owned());
                self.open.truncate(self.open.len().saturating_sub(2));
                self.pos = start;
            }
            // A stray delimiter closes nothing.
            (0xe00d | 0xe0dd, _) => {
                self.warnings.push("a delimiter that closes nothing".to_owned());
                self.pos = start;
            }
            // The next item before the end of this one: its length is wrong, and it ends here.
            (0xe000, Some(Kind::Item)) => {
                self.warnings.push("an item that is shorter than it says".to_owned());
                self.open.pop();
            }
            // An item whose sequence some program cut away: its content belongs to nothing.
            (0xe000, None) => {
                let end = if head.len == UNDEFINED { start } else { start + head.len as usize };
                let limit = self.open.iter().rev().find_map(|open| open.end);
                if limit.is_some_and(|limit| end > limit) || !self.input.covers(end)? {
                    return Ok(Err("an item outside any sequence".to_owned()));
                }
                self.warnings.push("an item outside any sequence was left out".to_owned());
                self.pos = end;
            }
            _ => return Ok(Err(format!("{} is no element", head.tag))),
        }
        Ok(Ok(()))
    }

    fn open_undefined(
        &mut self,
        head: &Head,
        encoding: Encoding,
        start: usize,
    ) -> Result<Result<(), String>, DicomError> {
        self.push(head, encoding, start, 0)?;
        let is_bulk = matches!(&head.vr, b"OB" | b"OW" | b"OF" | b"OD" | b"OL" | b"OV");
        let inner = if &head.vr == b"UN" { self.encoding_within_un(encoding, start)? } else { encoding };
        let is_nested_pixels = head.tag == tags::PIXEL_DATA;
        let kind = if is_bulk || is_nested_pixels { Kind::Fragments } else { Kind::Sequence };
        self.enter(kind, None, inner, start)?;
        Ok(Ok(()))
    }

    /// A sequence of undefined length and unknown representation is implicit little endian (PS3.5 6.2.2),
    /// but some programs keep the data set's own encoding: look at the first element inside.
    fn encoding_within_un(&mut self, outer: Encoding, start: usize) -> Result<Encoding, DicomError> {
        let is_explicit = self.input.load(start + 14)?
            && self.input.loaded(start + 12, 2).is_some_and(|vr| is_vr([vr[0], vr[1]]))
            && self.input.loaded(start, 2) == Some(if outer.is_big_endian { &[0xff, 0xfe] } else { &[0xfe, 0xff] });
        Ok(if is_explicit { outer } else { Encoding::IMPLICIT_LITTLE })
    }

    fn enter(&mut self, kind: Kind, end: Option<usize>, encoding: Encoding, pos: usize) -> Result<(), DicomError> {
        if self.open.len() >= NESTING_LIMIT {
            return Err(DicomError::damaged(format!("sequences are nested deeper than {} levels", NESTING_LIMIT / 2)));
        }
        self.open.push(Open { kind, end, encoding });
        self.pos = pos;
        Ok(())
    }

    fn close_finished(&mut self) {
        while let Some(Open { end: Some(end), .. }) = self.open.last()
            && self.pos >= *end
        {
            self.pos = *end;
            self.open.pop();
        }
    }

    /// Skips to the end of the innermost sequence whose length is known; false where there is none.
    fn leave_broken_sequence(&mut self) -> bool {
        while let Some(open) = self.open.pop() {
            if let Open { kind: Kind::Sequence, end: Some(end), .. } = open {
                self.pos = end;
                return true;
            }
        }
        false
    }

    fn push(&mut self, head: &Head, encoding: Encoding, start: usize, len: u32) -> Result<(), DicomError> {
        let start = u32::try_from(start).map_err(|_| DicomError::TooLarge("its header".to_owned()))?;
        let depth = self.open.len() as u16;
        self.elements.push(Element { tag: head.tag, vr: head.vr, depth, encoding, start, len });
        Ok(())
    }

    /// The element's tag, representation and length (PS3.5 7.1.2, 7.1.3), `None` at the end of the input.
    fn head(&mut self, encoding: Encoding) -> Result<Option<Head>, DicomError> {
        let pos = self.pos;
        if !self.input.load(pos + 8)? {
            return Ok(None);
        }
        let b: [u8; 8] = self.input.loaded(pos, 8).and_then(|b| b.try_into().ok()).expect("eight bytes are loaded");
        let tag = Tag(encoding.u16([b[0], b[1]]), encoding.u16([b[2], b[3]]));
        let vr = [b[4], b[5]];
        let long = encoding.u32([b[4], b[5], b[6], b[7]]);
        if !encoding.is_explicit || tag.0 == 0xfffe {
            return Ok(Some(Head { tag, vr: [0, 0], len: long, size: 8 }));
        }
        if has_long_form(vr) {
            if !self.input.load(pos + 12)? {
                return Ok(None);
            }
            let b = self.input.loaded(pos + 8, 4).and_then(|b| b.try_into().ok()).expect("four bytes are loaded");
            return Ok(Some(Head { tag, vr, len: encoding.u32(b), size: 12 }));
        }
        if is_vr(vr) {
            return Ok(Some(Head { tag, vr, len: u32::from(encoding.u16([b[6], b[7]])), size: 8 }));
        }
        // Not a representation: an element written implicitly in an explicit data set, or a short
        // one with a broken name. Take the reading that lands on a later tag of a plausible group.
        for (vr, len) in [([0, 0], long), (*b"UN", u32::from(encoding.u16([b[6], b[7]])))] {
            let next = pos.saturating_add(8).saturating_add(len as usize);
            if self.input.covers(next.saturating_add(4))? && next <= HEADER_LIMIT && self.input.load(next + 4)? {
                let n = self.input.loaded(next, 4).expect("four bytes are loaded");
                let next_tag = Tag(encoding.u16([n[0], n[1]]), encoding.u16([n[2], n[3]]));
                if next_tag > tag && (next_tag.0 - tag.0 < 0x1000 || next_tag.0 >= 0x7fe0) {
                    return Ok(Some(Head { tag, vr, len, size: 8 }));
                }
            }
        }
        Ok(Some(Head { tag, vr: [0, 0], len: long, size: 8 }))
    }
}

/// Every value representation of PS3.5 6.2.
fn is_vr(vr: Vr) -> bool {
    matches!(
        &vr,
        b"AE"
            | b"AS"
            | b"AT"
            | b"CS"
            | b"DA"
            | b"DS"
            | b"DT"
            | b"FL"
            | b"FD"
            | b"IS"
            | b"LO"
            | b"LT"
            | b"PN"
            | b"SH"
            | b"SL"
            | b"SS"
            | b"ST"
            | b"TM"
            | b"UI"
            | b"UL"
            | b"US"
    ) || has_long_form(vr)
}

/// Those with a four-byte length behind two reserved bytes.
fn has_long_form(vr: Vr) -> bool {
    matches!(&vr, b"OB" | b"OD" | b"OF" | b"OL" | b"OV" | b"OW" | b"SQ" | b"SV" | b"UC" | b"UN" | b"UR" | b"UT" | b"UV")
}

/// Sequences that showing a film looks into.
fn is_wanted_sequence(tag: Tag) -> bool {
    matches!(
        tag,
        tags::DIRECTORY_RECORD_SEQUENCE
            | tags::MODALITY_LUT_SEQUENCE
            | tags::VOILUT_SEQUENCE
            | tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE
            | tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE
            | tags::PIXEL_MEASURES_SEQUENCE
            | tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE
            | tags::FRAME_VOILUT_SEQUENCE
            | tags::FRAME_ANATOMY_SEQUENCE
            | tags::PLANE_ORIENTATION_SEQUENCE
            | tags::FRAME_PIXEL_DATA_PROPERTIES_SEQUENCE
            | tags::X_RAY_GEOMETRY_SEQUENCE
            | tags::PROJECTION_PIXEL_CALIBRATION_SEQUENCE
            | tags::VIEW_CODE_SEQUENCE
    )
}

pub(super) fn trimmed_ascii(bytes: &[u8]) -> String {
    let text: String = bytes.iter().take_while(|b| **b != 0).map(|b| char::from(*b)).collect();
    text.trim().to_owned()
}

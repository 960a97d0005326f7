//! Encapsulated pixels: which bytes of the file are which frame (PS3.5 A.4).

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::header::Scope;
use super::syntax::{Codec, Encoding, sniff};
use super::walk::{ITEM, SEQUENCE_DELIMITER};
use super::{DicomError, Input};

const FRAGMENT_LIMIT: usize = 1 << 20;

/// Places of the fragments within the file, and what the file says about frames.
#[derive(Debug)]
pub struct Fragments {
    /// Start and length of each, the offset table left out.
    pieces: Vec<(usize, usize)>,
    /// Offset of each frame's first fragment from the first fragment's item tag.
    offsets: Vec<u64>,
    first_item: usize,
    pub warnings: Vec<String>,
}

impl Fragments {
    /// Walks the items from `start`; lengths are held against the file's size. `extended` is the
    /// data set's own table of frames, empty where it has none.
    pub(super) fn walk(input: &mut Input, extended: Vec<u64>, start: usize) -> Result<Self, DicomError> {
        let mut found = Self { pieces: Vec::new(), offsets: extended, first_item: start, warnings: Vec::new() };
        let mut pos = start;
        let mut is_first = true;
        while input.covers(pos + 8)? {
            let head = input.read(pos, 8)?;
            let tag = Tag(u16::from_le_bytes([head[0], head[1]]), u16::from_le_bytes([head[2], head[3]]));
            let len = Encoding::EXPLICIT_LITTLE.u32([head[4], head[5], head[6], head[7]]) as usize;
            match tag {
                ITEM if is_first => {
                    if !input.covers(pos + 8 + len)? {
                        return Err(DicomError::damaged("the offset table of its frames is cut short"));
                    }
                    if found.offsets.is_empty() {
                        let table = input.read(pos + 8, len)?;
                        let table =
                            table.chunks_exact(4).map(|c| u64::from(u32::from_le_bytes([c[0], c[1], c[2], c[3]])));
                        found.offsets = table.collect();
                    }
                    found.first_item = pos + 8 + len;
                    is_first = false;
                }
                ITEM => {
                    let available = input.known_len().saturating_sub(pos + 8);
                    if !input.covers(pos + 8 + len)? {
                        found.warnings.push("the file ends within its compressed pixels".to_owned());
                        found.pieces.push((pos + 8, available));
                        return Ok(found);
                    }
                    found.pieces.push((pos + 8, len));
                }
                SEQUENCE_DELIMITER => return Ok(found),
                _ => {
                    return Err(DicomError::damaged(format!("{tag} stands where compressed pixels should go on")));
                }
            }
            if found.pieces.len() > FRAGMENT_LIMIT {
                return Err(DicomError::TooLarge("its pixels are in over a million fragments".to_owned()));
            }
            pos += 8 + len;
        }
        found.warnings.push("the file ends without closing its compressed pixels".to_owned());
        Ok(found)
    }

    /// The code stream of one frame.
    pub fn frame(&self, input: &mut Input, frame: u32, num_frames: u32) -> Result<Vec<u8>, DicomError> {
        let pieces = self.pieces_of(input, frame as usize, num_frames as usize)?;
        let total: usize = pieces.iter().map(|(_, len)| len).sum();
        let mut stream = Vec::new();
        for (n, &(start, len)) in pieces.iter().enumerate() {
            let bytes = input.read(start, len)?;
            if n == 0 {
                stream = bytes;
                stream.reserve_exact(total - len);
            } else {
                stream.extend_from_slice(&bytes);
            }
        }
        if stream.is_empty() { Err(DicomError::damaged("a frame without any bytes")) } else { Ok(stream) }
    }

    fn pieces_of(&self, input: &mut Input, frame: usize, num_frames: usize) -> Result<&[(usize, usize)], DicomError> {
        if num_frames == 1 {
            return Ok(&self.pieces);
        }
        if self.pieces.len() == num_frames {
            return Ok(&self.pieces[frame..=frame]);
        }
        if self.offsets.len() == num_frames {
            let place = |n: usize| {
                let item = self.offsets.get(n).and_then(|&o| usize::try_from(o).ok())?.checked_add(self.first_item)?;
                self.pieces.iter().position(|&(start, _)| start == item + 8)
            };
            let from = place(frame);
            let to = if frame + 1 < num_frames { place(frame + 1) } else { Some(self.pieces.len()) };
            if let (Some(from), Some(to)) = (from, to)
                && from < to
            {
                return Ok(&self.pieces[from..to]);
            }
        }
        // No table, or a wrong one: frames begin where a fragment begins with a code stream's mark.
        let mut starts = Vec::new();
        for (n, &(start, len)) in self.pieces.iter().enumerate() {
            if sniff(&input.read(start, len.min(16))?).is_some() {
                starts.push(n);
            }
        }
        if starts.len() != num_frames {
            return Err(DicomError::damaged(format!(
                "its {num_frames} frames cannot be told apart in {} fragments",
                self.pieces.len()
            )));
        }
        let to = starts.get(frame + 1).copied().unwrap_or(self.pieces.len());
        Ok(&self.pieces[starts[frame]..to])
    }

    /// The codec that the first fragment's own mark names.
    pub fn sniffed(&self, input: &mut Input) -> Result<Option<Codec>, DicomError> {
        let Some(&(start, len)) = self.pieces.first() else { return Ok(None) };
        Ok(sniff(&input.read(start, len.min(64 << 10))?))
    }
}

/// The Extended Offset Table (7FE0,0001) of a data set.
pub(super) fn extended_offsets(root: Scope<'_>) -> Vec<u64> {
    let table = root.bytes(tags::EXTENDED_OFFSET_TABLE);
    table.chunks_exact(8).map(|c| u64::from_le_bytes(c.try_into().expect("chunks of eight"))).collect()
}

//! Lossless JPEG with Huffman coding (ITU-T T.81 annex H), the form in which most compressed radiographs come.

use super::DicomError;
use super::bit_reader::{BitReader, Stuffing};
use super::codecs::DecodedStream;
use super::jpeg::{FrameHeader, check_against_header, frame_header, segments};
use super::pixel_form::PixelForm;
use super::samples::Samples;

/// Bits that one look into a table resolves.
const LOOK_BITS: u32 = 12;
/// Marks an entry of the table whose code, or whose difference, is longer than that.
const LONG: u8 = 0;

/// Decodes a frame; `None` where the stream is no lossless JPEG of the usual kind, which libjpeg may know.
pub fn decode(stream: &[u8], form: &PixelForm) -> Option<Result<DecodedStream, DicomError>> {
    let header = frame_header(stream).filter(|header| header.marker == 0xc3)?;
    let plan = Plan::read(stream, header)?;
    if form.sample_bytes() > 2 {
        return None;
    }
    let FrameHeader { rows, columns, components, precision, .. } = header;
    let checked = check_against_header("JPEG", rows, columns, u16::from(components), precision, form);
    Some(checked.and_then(|()| plan.decode(stream, form)))
}

/// What the marker segments say about the one scan.
struct Plan {
    tables: Vec<HuffmanTable>,
    /// The table of each component.
    table_of: Vec<usize>,
    /// Predictor, 1..=7 (T.81 table H.1).
    predictor: u8,
    /// Bits that were cut off before coding.
    point_transform: u32,
    precision: u32,
    /// Rows between restart markers; 0 where there are none.
    restart_rows: u32,
    /// Where the entropy-coded data begins.
    data: usize,
}

impl Plan {
    fn read(stream: &[u8], header: FrameHeader) -> Option<Self> {
        let mut tables: [Option<HuffmanTable>; 4] = [None, None, None, None];
        let mut restart_interval = 0;
        for segment in segments(stream) {
            match (segment.marker, segment.payload) {
                (0xc3, frame) => {
                    // Subsampled components are not for us.
                    let each = frame.get(6..)?.chunks_exact(3).take(usize::from(header.components));
                    if header.components > 1 && each.clone().any(|component| component[1] != 0x11) {
                        return None;
                    }
                }
                (0xc4, mut rest) => {
                    while let Some((&id, after)) = rest.split_first() {
                        let (table, used) = HuffmanTable::read(after)?;
                        *tables.get_mut(usize::from(id))? = Some(table);
                        rest = after.get(used..)?;
                    }
                }
                (0xdd, &[high, low, ..]) => restart_interval = u32::from(u16::from_be_bytes([high, low])),
                (0xda, scan) => {
                    let num = usize::from(*scan.first()?);
                    // One scan of all components.
                    if num != usize::from(header.components) || scan.len() < 4 + 2 * num {
                        return None;
                    }
                    let mut plan = Self {
                        tables: Vec::new(),
                        table_of: Vec::new(),
                        predictor: scan[1 + 2 * num],
                        point_transform: u32::from(scan[3 + 2 * num] & 15),
                        precision: u32::from(header.precision),
                        restart_rows: restart_interval / header.columns.max(1),
                        data: segment.end,
                    };
                    let is_whole = restart_interval % header.columns.max(1) == 0;
                    let is_sound = matches!(plan.predictor, 1..=7)
                        && plan.point_transform < plan.precision
                        && (2..=16).contains(&plan.precision);
                    if !is_whole || !is_sound {
                        return None;
                    }
                    for component in 0..num {
                        let id = usize::from(scan[2 + 2 * component] >> 4);
                        plan.table_of.push(plan.tables.len());
                        plan.tables.push(tables.get(id)?.clone()?);
                    }
                    return Some(plan);
                }
                _ => {}
            }
        }
        None
    }

    fn decode(&self, stream: &[u8], form: &PixelForm) -> Result<DecodedStream, DicomError> {
        if form.num_samples() as u64 > 8 * stream.len() as u64 && form.rows > 1 {
            return Err(DicomError::damaged("its JPEG stream has less than a bit for each sample"));
        }
        let num_components = usize::from(form.samples);
        let row_len = form.columns as usize * num_components;
        let mut reader = BitReader::new(stream.get(self.data..).unwrap_or_default(), Stuffing::Byte);
        let mut samples = vec![0u16; row_len * form.rows as usize];
        let mut warning = None;
        let mut is_first_row = true;
        for row in 0..form.rows as usize {
            if self.restart_rows > 0 && row > 0 && (row as u32).is_multiple_of(self.restart_rows) {
                if !reader.restart() {
                    warning = Some(format!("the JPEG stream is broken at row {row}"));
                    break;
                }
                is_first_row = true;
            }
            let (above, rest) = samples.split_at_mut(row * row_len);
            let current = &mut rest[..row_len];
            let is_known = if num_components == 1 {
                differences(&mut reader, &self.tables[0], current)
            } else {
                self.interleaved_differences(&mut reader, current)
            };
            if !is_known {
                return Err(DicomError::damaged(format!("its JPEG stream has an unknown code in row {row}")));
            }
            if reader.is_overrun() {
                current.fill(0);
                warning = Some(format!("the JPEG stream ends at row {row} of {}", form.rows));
                break;
            }
            let above = (!is_first_row).then(|| &above[above.len() - row_len..]);
            self.add_prediction(current, above, num_components);
            is_first_row = false;
        }
        if self.point_transform > 0 {
            for value in &mut samples {
                *value <<= self.point_transform;
            }
        }
        let samples = if form.sample_bytes() == 1 {
            Samples::Bytes(samples.iter().map(|&value| value as u8).collect())
        } else {
            Samples::Words(samples)
        };
        Ok(DecodedStream { samples, is_ybr: None, warning })
    }

    fn interleaved_differences(&self, reader: &mut BitReader<'_>, row: &mut [u16]) -> bool {
        for pixel in row.chunks_exact_mut(self.table_of.len()) {
            for (value, &table) in pixel.iter_mut().zip(&self.table_of) {
                match self.tables[table].difference(reader) {
                    Some(difference) => *value = difference,
                    None => return false,
                }
            }
        }
        true
    }

    /// Differences to samples, modulo 65536 (T.81 H.1.2.1). The first row after a start predicts from
    /// the left, the first column of other rows from above.
    fn add_prediction(&self, row: &mut [u16], above: Option<&[u16]>, step: usize) {
        let Some(above) = above else {
            let middle = 1u16 << (self.precision - self.point_transform - 1);
            for value in row.iter_mut().take(step) {
                *value = value.wrapping_add(middle);
            }
            sum_from_left(row, step);
            return;
        };
        for (value, up) in row.iter_mut().zip(above).take(step) {
            *value = value.wrapping_add(*up);
        }
        let predict: fn(i32, i32, i32) -> i32 = match self.predictor {
            1 => return sum_from_left(row, step),
            2 => |_, up, _| up,
            3 => |_, _, corner| corner,
            4 => |left, up, corner| left + up - corner,
            5 => |left, up, corner| left + ((up - corner) >> 1),
            6 => |left, up, corner| up + ((left - corner) >> 1),
            _ => |left, up, _| (left + up) >> 1,
        };
        for i in step..row.len() {
            let (left, up, corner) = (i32::from(row[i - step]), i32::from(above[i]), i32::from(above[i - step]));
            row[i] = row[i].wrapping_add(predict(left, up, corner) as u16);
        }
    }
}

fn sum_from_left(row: &mut [u16], step: usize) {
    if step == 1 {
        let mut sum = 0u16;
        for value in row {
            sum = sum.wrapping_add(*value);
            *value = sum;
        }
        return;
    }
    for i in step..row.len() {
        row[i] = row[i].wrapping_add(row[i - step]);
    }
}

/// One row of a grey film; false at a code that the table does not have.
fn differences(reader: &mut BitReader<'_>, table: &HuffmanTable, row: &mut [u16]) -> bool {
    // In registers while the row lasts.
    let mut bits = *reader;
    let mut pairs = row.chunks_exact_mut(2);
    for pair in &mut pairs {
        // 32 bits are enough for two short codes.
        bits.fill();
        for value in pair {
            match table.short(&mut bits) {
                Some(difference) => *value = difference,
                None => match table.long(bits) {
                    Some((after, difference)) => {
                        bits = after;
                        *value = difference;
                    }
                    None => return false,
                },
            }
        }
    }
    *reader = bits;
    pairs.into_remainder().iter_mut().all(|value| {
        let difference = table.difference(reader);
        difference.map(|difference| *value = difference).is_some()
    })
}

/// Codes of difference categories (T.81 C.2, F.2.2.3).
#[derive(Clone)]
struct HuffmanTable {
    /// By the next [`LOOK_BITS`]: bits of code and difference together, and the difference.
    look: Box<[(u8, u16); 1 << LOOK_BITS]>,
    /// For each code length, the first code beyond, left-aligned to 16 bits, and the place of its first value.
    ends: [u32; 17],
    first_values: [i32; 17],
    values: Vec<u8>,
}

impl HuffmanTable {
    /// The table and the bytes that it took, `None` where it contradicts itself.
    fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let counts = bytes.first_chunk::<16>()?;
        let num: usize = counts.iter().map(|&n| usize::from(n)).sum();
        let values = bytes.get(16..16 + num)?.to_vec();
        if values.iter().any(|&category| category > 16) {
            return None;
        }
        let mut table = Self {
            look: vec![(LONG, 0); 1 << LOOK_BITS].into_boxed_slice().try_into().ok()?,
            ends: [0; 17],
            first_values: [0; 17],
            values,
        };
        let (mut code, mut place) = (0u32, 0usize);
        for length in 1..=16u32 {
            table.first_values[length as usize] = place as i32 - code as i32;
            for _ in 0..counts[length as usize - 1] {
                if code >= 1 << length {
                    return None;
                }
                table.enter(code, length, table.values[place]);
                code += 1;
                place += 1;
            }
            table.ends[length as usize] = code << (16 - length);
            code <<= 1;
        }
        Some((table, 16 + num))
    }

    /// Fills in what begins with a code, with all differences that still fit into the look.
    fn enter(&mut self, code: u32, length: u32, category: u8) {
        let extra = if category == 16 { 0 } else { u32::from(category) };
        let total = length + extra;
        if total > LOOK_BITS {
            return;
        }
        for bits in 0..1u32 << extra {
            let difference = if category == 16 { 0x8000 } else { extended(bits, extra) };
            let first = ((code << extra | bits) << (LOOK_BITS - total)) as usize;
            self.look[first..first + (1 << (LOOK_BITS - total))].fill((total as u8, difference));
        }
    }

    /// The next difference where one look tells it; the reader must hold [`LOOK_BITS`].
    #[inline]
    fn short(&self, reader: &mut BitReader<'_>) -> Option<u16> {
        let (total, difference) = self.look[reader.peek(LOOK_BITS) as usize & ((1 << LOOK_BITS) - 1)];
        if total == LONG {
            return None;
        }
        reader.skip(u32::from(total));
        Some(difference)
    }

    /// The next difference, modulo 65536; `None` where no code fits.
    fn difference(&self, reader: &mut BitReader<'_>) -> Option<u16> {
        reader.fill();
        if let Some(difference) = self.short(reader) {
            return Some(difference);
        }
        let (after, difference) = self.long(*reader)?;
        *reader = after;
        Some(difference)
    }

    /// A difference that one look does not tell. By value: a reference would keep the reader in memory.
    #[cold]
    #[inline(never)]
    fn long<'a>(&self, mut reader: BitReader<'a>) -> Option<(BitReader<'a>, u16)> {
        reader.fill();
        let next = reader.peek(16);
        let length = (1..=16usize).find(|&length| next < self.ends[length])?;
        let place = (next >> (16 - length)) as i32 + self.first_values[length];
        let category = u32::from(*self.values.get(usize::try_from(place).ok()?)?);
        reader.skip(length as u32);
        reader.fill();
        let difference = if category == 16 { 0x8000 } else { extended(reader.take(category), category) };
        // The second code of a pair still finds its bits.
        reader.fill();
        Some((reader, difference))
    }
}

/// A difference from its category's bits (T.81 F.2.2.1, EXTEND).
const fn extended(bits: u32, category: u32) -> u16 {
    if category == 0 {
        return 0;
    }
    if bits < 1 << (category - 1) { (bits as i32 - (1 << category) + 1) as u16 } else { bits as u16 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_of_each_category() {
        let check = |bits: u32, category: u32, expected: i32| {
            assert_eq!(extended(bits, category), expected as u16, "{bits} {category}");
        };
        check(0, 0, 0);
        check(0, 1, -1);
        check(1, 1, 1);
        check(0b00, 2, -3);
        check(0b11, 2, 3);
        check(0, 15, -32767);
        check(0x7fff, 15, 32767);
    }

    #[test]
    fn codes_longer_than_a_look_are_found() {
        // One code of each length but the last, which has two: category n for length n.
        let mut bytes = vec![1u8; 15];
        bytes.push(2);
        bytes.extend(0..=16);
        let (table, used) = HuffmanTable::read(&bytes).unwrap();
        assert_eq!(used, 33);
        // Length 14 is thirteen ones and a zero: category 13, then its 13 bits.
        let stream = [0b1111_1110, 0b1111_1011, 0b1111_1111, 0b0000_0000, 0b0000_0000];
        let mut reader = BitReader::new(&stream, Stuffing::Bit);
        assert!(table.difference(&mut reader).is_some());
        assert!(HuffmanTable::read(&[3; 40]).is_none(), "more codes than the length has");
    }
}

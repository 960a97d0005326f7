//! JPEG-LS, lossless and near-lossless (ITU-T T.87 annexes A to C), in this program's own safe code.
//!
//! A damaged stream cannot take longer than a whole one: every sample takes a bounded number of bits,
//! and a scan that runs out of them ends.

use super::DicomError;
use super::bit_reader::{BitReader, Stuffing};
use super::codecs::DecodedStream;
use super::jpeg::{check_against_header, frame_header, segments};
use super::native::interleaved;
use super::pixel_form::PixelForm;
use super::samples::Samples;

/// Run lengths as powers of two (T.87 A.2.1, table J).
const RUN_POWERS: [u8; 32] =
    [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15];

pub fn decode(stream: &[u8], form: &PixelForm) -> Result<DecodedStream, DicomError> {
    let damaged = |what: &str| DicomError::damaged(format!("its JPEG-LS stream {what}"));
    let header =
        frame_header(stream).filter(|header| header.marker == 0xf7).ok_or_else(|| damaged("has no frame header"))?;
    check_against_header("JPEG-LS", header.rows, header.columns, u16::from(header.components), header.precision, form)?;
    if header.precision < 2 || form.sample_bytes() > 2 {
        return Err(DicomError::unsupported(format!("JPEG-LS with {} bits a sample", header.precision)));
    }
    if u64::from(form.rows) > 8 * stream.len() as u64 {
        return Err(damaged("is too short for its rows"));
    }
    let mut presets = Presets::default();
    let num_components = usize::from(form.samples);
    let mut planes: Vec<u16> = Vec::new();
    let mut rest = stream;
    let mut is_planar = false;
    // One scan, or one for each component.
    loop {
        let mut scan = None;
        let mut restart_interval = 0;
        for segment in segments(rest) {
            match (segment.marker, segment.payload) {
                (0xf8, payload) => presets.read(payload)?,
                (0xdd, payload) => restart_interval = payload.iter().fold(0u32, |n, &byte| n << 8 | u32::from(byte)),
                (0xda, payload) => scan = Some((payload.to_vec(), segment.end)),
                (0xe8, payload) if payload.starts_with(b"mrfx") && payload.get(4).is_some_and(|&kind| kind != 0) => {
                    return Err(DicomError::unsupported("JPEG-LS with a private colour transform"));
                }
                _ => {}
            }
        }
        let Some((head, data)) = scan else { return Err(damaged("ends before all its components")) };
        if restart_interval != 0 {
            return Err(DicomError::unsupported("JPEG-LS with restart markers"));
        }
        let in_scan = usize::from(*head.first().unwrap_or(&0));
        let (Some(&near), Some(&interleave)) = (head.get(1 + 2 * in_scan), head.get(2 + 2 * in_scan)) else {
            return Err(damaged("has a scan header that is too short"));
        };
        let is_whole = in_scan == num_components;
        if in_scan == 0 || !(is_whole || in_scan == 1) || interleave > 2 || (in_scan > 1 && interleave == 0) {
            return Err(damaged("has a scan header that contradicts its frame"));
        }
        if (0..in_scan).any(|n| head.get(2 + 2 * n) != Some(&0)) {
            return Err(DicomError::unsupported("JPEG-LS with a palette of its own"));
        }
        let parameters = Parameters::new(u32::from(header.precision), u32::from(near), &presets)
            .ok_or_else(|| damaged("has contradictory parameters"))?;
        let entropy_coded = rest.get(data..).unwrap_or_default();
        let mut scan = Scan::new(entropy_coded, parameters, form.columns as usize, in_scan);
        let samples = match (in_scan, interleave) {
            (3, 2) => scan.by_sample(form.rows as usize),
            _ => scan.by_line(form.rows as usize),
        };
        let samples = samples.ok_or_else(|| damaged("ends or breaks before its last row"))?;
        if is_whole {
            planes = samples;
            break;
        }
        is_planar = true;
        planes.extend_from_slice(&samples);
        if planes.len() == form.num_samples() {
            break;
        }
        // Two bytes before the next marker stand for the start that `segments` skips.
        let next = data + scan.reader.position();
        let marker = rest.get(next..).and_then(|tail| tail.windows(2).position(|w| w[0] == 0xff && w[1] >= 0xc0));
        rest = marker.and_then(|n| rest.get((next + n).checked_sub(2)?..)).unwrap_or_default();
    }
    let samples = if form.sample_bytes() == 1 {
        Samples::Bytes(planes.iter().map(|&value| value as u8).collect())
    } else {
        Samples::Words(planes)
    };
    let samples = if is_planar && num_components == 3 { interleaved(samples) } else { samples };
    Ok(DecodedStream { samples, is_ybr: None, warning: None })
}

/// Parameters that a stream sets itself (T.87 C.2.4.1.1); 0 means the default.
#[derive(Clone, Copy, Default)]
struct Presets {
    maxval: u32,
    thresholds: [u32; 3],
    reset: u32,
}

impl Presets {
    fn read(&mut self, payload: &[u8]) -> Result<(), DicomError> {
        let Some((&1, values)) = payload.split_first() else {
            return Err(DicomError::unsupported("JPEG-LS with a palette or an oversize image"));
        };
        let word = |n: usize| values.get(2 * n..2 * n + 2).map_or(0, |b| u32::from(u16::from_be_bytes([b[0], b[1]])));
        *self = Self { maxval: word(0), thresholds: [word(1), word(2), word(3)], reset: word(4) };
        Ok(())
    }
}

/// What coding and decoding agree on (T.87 A.2 and C.2.4.1.1.1).
#[derive(Clone, Copy)]
struct Parameters {
    near: i32,
    /// 2 * near + 1.
    step: i32,
    maxval: i32,
    range: i32,
    thresholds: [i32; 3],
    reset: i32,
    /// Bits of a mapped error that escapes Golomb coding.
    error_bits: u32,
    /// Longest code of a sample.
    limit: u32,
}

impl Parameters {
    /// Errors are exact and samples use all their bits: arithmetic is plain, modulo a power of two.
    const fn is_lossless(&self) -> bool {
        self.near == 0 && self.range == self.maxval + 1 && (self.range & self.maxval) == 0
    }

    fn new(precision: u32, near: u32, presets: &Presets) -> Option<Self> {
        let maxval = if presets.maxval == 0 { (1i32 << precision) - 1 } else { presets.maxval as i32 };
        let near = near as i32;
        if maxval >= 1 << precision || maxval < 1 || near > (maxval / 2).min(255) {
            return None;
        }
        let step = 2 * near + 1;
        let range = (maxval + 2 * near) / step + 1;
        let bits = (32 - (maxval as u32).leading_zeros()).max(2);
        let thresholds = thresholds(maxval, near, presets.thresholds)?;
        let reset = if presets.reset == 0 { 64 } else { presets.reset as i32 };
        if !(3..=255.max(maxval)).contains(&reset) {
            return None;
        }
        Some(Self {
            near,
            step,
            maxval,
            range,
            thresholds,
            reset,
            error_bits: 32 - (range as u32 - 1).leading_zeros(),
            limit: 2 * (bits + bits.max(8)),
        })
    }
}

fn thresholds(maxval: i32, near: i32, given: [u32; 3]) -> Option<[i32; 3]> {
    let clamp = |value: i32, low: i32| if value > maxval || value < low { low } else { value };
    let basic = if maxval >= 128 {
        let factor = (maxval.min(4095) + 128) / 256;
        [factor + 2 + 3 * near, 4 * factor + 3 + 5 * near, 17 * factor + 4 + 7 * near]
    } else {
        let factor = 256 / (maxval + 1);
        [(3 / factor + 3 * near).max(2), (7 / factor + 5 * near).max(3), (21 / factor + 7 * near).max(4)]
    };
    let first = clamp(basic[0], near + 1);
    let second = clamp(basic[1], first);
    let default = [first, second, clamp(basic[2], second)];
    let mut chosen = default;
    for (chosen, given) in chosen.iter_mut().zip(given) {
        if given != 0 {
            *chosen = given as i32;
        }
    }
    let [first, second, third] = chosen;
    (near < first && first <= second && second <= third && third <= maxval).then_some(chosen)
}

/// Statistics of one context (T.87 A.2.1): sums of error magnitudes and errors, correction, count.
#[derive(Clone, Copy)]
struct Context {
    a: i32,
    b: i32,
    c: i32,
    n: i32,
    /// The Golomb parameter that follows from `a` and `n`: known before the sample that needs it.
    k: u32,
}

/// Statistics of run interruptions (T.87 A.7.2).
#[derive(Clone, Copy)]
struct RunContext {
    a: i32,
    n: i32,
    negative: i32,
}

/// One scan while it is decoded.
struct Scan<'a> {
    reader: BitReader<'a>,
    p: Parameters,
    /// By `81 * q1 + 9 * q2 + q3`, made positive; 365 and padding to a power of two.
    contexts: Box<[Context; 512]>,
    run_contexts: [RunContext; 2],
    /// -4..=4 for a gradient, by gradient plus `maxval`.
    quantised: Vec<i8>,
    columns: usize,
    components: usize,
    run_index: Vec<usize>,
}

impl<'a> Scan<'a> {
    fn new(data: &'a [u8], p: Parameters, columns: usize, components: usize) -> Self {
        let a = ((p.range + 32) / 64).max(2);
        let region = |gradient: i32| {
            let size = p.thresholds.iter().filter(|&&threshold| gradient.abs() >= threshold).count() as i8
                + i8::from(gradient.abs() > p.near);
            if gradient < 0 { -size } else { size }
        };
        Self {
            reader: BitReader::new(data, Stuffing::Bit),
            p,
            contexts: Box::new([Context { a, b: 0, c: 0, n: 1, k: golomb_parameter(1, a) }; 512]),
            run_contexts: [RunContext { a, n: 1, negative: 0 }; 2],
            quantised: (-p.maxval..=p.maxval).map(region).collect(),
            columns,
            components,
            run_index: vec![0; components],
        }
    }

    /// Lines of the components in turn (interleave modes none and line), as samples pixel after pixel.
    fn by_line(&mut self, rows: usize) -> Option<Vec<u16>> {
        // A line has its left neighbour's place before it and its right neighbour's behind it.
        let width = self.columns + 2;
        let mut lines: Vec<[Vec<i32>; 2]> = (0..self.components).map(|_| [vec![0; width], vec![0; width]]).collect();
        let mut out = vec![0u16; rows * self.columns * self.components];
        for row in 0..rows {
            for (component, [above, current]) in lines.iter_mut().enumerate() {
                std::mem::swap(above, current);
                // T.87 A.2.1: beside the edges stand what is above them.
                above[width - 1] = above[width - 2];
                current[0] = above[1];
                if self.p.is_lossless() {
                    self.line::<true>(above, current, component)?;
                } else {
                    self.line::<false>(above, current, component)?;
                }
                if self.reader.is_overrun() {
                    return None;
                }
                let first = row * self.columns * self.components + component;
                let places = out[first..].iter_mut().step_by(self.components);
                for (place, &value) in places.zip(&current[1..=self.columns]) {
                    *place = value as u16;
                }
            }
        }
        Some(out)
    }

    fn line<const IS_LOSSLESS: bool>(&mut self, above: &[i32], current: &mut [i32], component: usize) -> Option<()> {
        let columns = self.columns;
        let (above, current) = (&above[..columns + 2], &mut current[..columns + 2]);
        let mut x = 1;
        while x <= columns {
            // Samples outside runs, with everything that changes in registers.
            let mut reader = self.reader;
            let Self { p, contexts, quantised, .. } = &mut *self;
            let region = |gradient: i32| quantised.get((gradient + p.maxval) as usize).map_or(0, |&q| i32::from(q));
            let (mut left, mut corner, mut up) = (current[x - 1], above[x - 1], above[x]);
            let mut second = 9 * region(up - corner);
            while x <= columns {
                let next_up = above[x + 1];
                // The first gradient here is the second of the next sample.
                let first = region(next_up - up);
                let q = 81 * first + second + region(corner - left);
                if q == 0 {
                    break;
                }
                let value = regular::<IS_LOSSLESS>(&mut reader, p, contexts, q, left, up, corner)?;
                current[x] = value;
                (left, corner, up, second) = (value, up, next_up, 9 * first);
                x += 1;
            }
            self.reader = reader;
            if x > columns {
                break;
            }
            let (run, is_interrupted) = self.run_length(columns + 1 - x, component)?;
            current[x..x + run].fill(left);
            x += run;
            if is_interrupted {
                let up = above[x];
                current[x] = self.interruption(left, up, (left - up).abs() <= self.p.near, component)?;
                x += 1;
            }
        }
        Some(())
    }

    /// Three components in step (interleave mode sample).
    fn by_sample(&mut self, rows: usize) -> Option<Vec<u16>> {
        let (columns, width) = (self.columns, self.columns + 2);
        let mut above = vec![[0i32; 3]; width];
        let mut current = vec![[0i32; 3]; width];
        let mut out = Vec::with_capacity(rows * columns * 3);
        for _ in 0..rows {
            std::mem::swap(&mut above, &mut current);
            above[width - 1] = above[width - 2];
            current[0] = above[1];
            let mut x = 1;
            while x <= columns {
                let (left, up, corner, next_up) = (current[x - 1], above[x], above[x - 1], above[x + 1]);
                let q: [i32; 3] = std::array::from_fn(|i| self.context_of(left[i], up[i], corner[i], next_up[i]));
                if q != [0; 3] {
                    for i in 0..3 {
                        let Self { reader, p, contexts, .. } = &mut *self;
                        current[x][i] = regular::<false>(reader, p, contexts, q[i], left[i], up[i], corner[i])?;
                    }
                    x += 1;
                    continue;
                }
                let (run, is_interrupted) = self.run_length(columns + 1 - x, 0)?;
                current[x..x + run].fill(left);
                x += run;
                if is_interrupted {
                    let up = above[x];
                    // All three with the statistics of unequal neighbours, and one run index.
                    let index = self.run_index[0];
                    for i in 0..3 {
                        self.run_index[0] = index;
                        current[x][i] = self.interruption(left[i], up[i], false, 0)?;
                    }
                    x += 1;
                }
            }
            if self.reader.is_overrun() {
                return None;
            }
            out.extend(current[1..=columns].iter().flatten().map(|&value| value as u16));
        }
        Some(out)
    }

    /// The three gradients' regions as one number (T.87 A.3.4), 0 where all are flat.
    #[inline]
    fn context_of(&self, left: i32, up: i32, corner: i32, next_up: i32) -> i32 {
        let region = |gradient: i32| {
            let place = (gradient + self.p.maxval) as usize;
            self.quantised.get(place).map_or(0, |&region| i32::from(region))
        };
        81 * region(next_up - up) + 9 * region(up - corner) + region(corner - left)
    }

    /// The length of a run and whether a sample breaks it before the line ends (T.87 A.7.1).
    fn run_length(&mut self, room: usize, component: usize) -> Option<(usize, bool)> {
        let mut run = 0;
        loop {
            self.reader.fill();
            let index = self.run_index[component];
            let power = u32::from(RUN_POWERS[index]);
            if self.reader.take(1) == 1 {
                let full = 1usize << power;
                let count = full.min(room - run);
                run += count;
                if count == full {
                    self.run_index[component] = (index + 1).min(31);
                }
                if run == room {
                    return Some((room, false));
                }
                if self.reader.is_overrun() {
                    return None;
                }
            } else {
                run += self.reader.take(power) as usize;
                return (run <= room).then_some((run, run < room));
            }
        }
    }

    /// The sample that ends a run (T.87 A.7.2).
    fn interruption(&mut self, left: i32, up: i32, is_flat: bool, component: usize) -> Option<i32> {
        let p = &self.p;
        let kind = usize::from(is_flat);
        let context = &mut self.run_contexts[kind];
        let index = self.run_index[component];
        let k = golomb_parameter(context.n, context.a.saturating_add(if is_flat { context.n >> 1 } else { 0 }));
        let limit = p.limit - u32::from(RUN_POWERS[index]) - 1;
        let mapped = golomb(&mut self.reader, k, limit, p.error_bits)?;
        let value = mapped + kind as i32;
        let is_odd = value & 1 == 1;
        let size = (value + 1) >> 1;
        let is_negative = (k != 0 || 2 * context.negative >= context.n) == is_odd;
        let error = if is_negative { -size } else { size };
        context.negative += i32::from(error < 0);
        context.a = context.a.saturating_add((mapped + 1 - kind as i32) >> 1);
        if context.n == p.reset {
            context.a >>= 1;
            context.n >>= 1;
            context.negative >>= 1;
        }
        context.n += 1;
        self.run_index[component] = index.saturating_sub(1);
        Some(if is_flat {
            reconstructed(p, left, error)
        } else {
            reconstructed(p, up, if left > up { -error } else { error })
        })
    }
}

/// A sample outside runs (T.87 A.4 to A.6).
#[expect(clippy::inline_always, reason = "the hot loop keeps the bit reader in registers only where all is inlined")]
#[inline(always)]
fn regular<const IS_LOSSLESS: bool>(
    reader: &mut BitReader<'_>,
    p: &Parameters,
    contexts: &mut [Context; 512],
    q: i32,
    left: i32,
    up: i32,
    corner: i32,
) -> Option<i32> {
    // All ones where the context is mirrored.
    let sign = q >> 31;
    let context = &mut contexts[((q ^ sign) - sign) as usize & 511];
    // The median of left, up and their plane (T.87 A.4.1).
    let predicted = (left + up - corner).clamp(left.min(up), left.max(up));
    let predicted = (predicted + ((context.c ^ sign) - sign)).clamp(0, p.maxval);
    let k = context.k;
    let mapped = golomb(reader, k, p.limit, p.error_bits)?;
    let mut error = (mapped >> 1) ^ -(mapped & 1);
    let step = if IS_LOSSLESS { 1 } else { p.step };
    if (IS_LOSSLESS || p.near == 0) && k == 0 && 2 * context.b <= -context.n {
        error = !error;
    }
    let signed = (error ^ sign) - sign;
    let value = if IS_LOSSLESS { (predicted + signed) & p.maxval } else { reconstructed(p, predicted, signed) };
    // T.87 A.6: the statistics, then the correction.
    context.b += error * step;
    context.a = context.a.saturating_add(error.abs());
    if context.n == p.reset {
        context.a >>= 1;
        context.b >>= 1;
        context.n >>= 1;
    }
    context.n += 1;
    if context.b <= -context.n {
        context.b = (context.b + context.n).max(1 - context.n);
        context.c = (context.c - 1).max(-128);
    } else if context.b > 0 {
        context.b = (context.b - context.n).min(0);
        context.c = (context.c + 1).min(127);
    }
    context.k = golomb_parameter(context.n, context.a);
    Some(value)
}

/// The least k with `n << k >= a`, n from 1 (T.87 A.5.1).
#[expect(clippy::inline_always, reason = "the hot loop keeps the bit reader in registers only where all is inlined")]
#[inline(always)]
const fn golomb_parameter(n: i32, a: i32) -> u32 {
    let more = (n as u32).leading_zeros() as i32 - (a as u32).leading_zeros() as i32;
    // As long as `a` in bits; then it is this k or the next.
    let k = if more > 0 { more as u32 } else { 0 };
    if ((n as i64) << k) < a as i64 { k + 1 } else { k }
}

/// A mapped error in limited-length Golomb code (T.87 A.5.3); `None` where it is longer than any.
#[expect(clippy::inline_always, reason = "the hot loop keeps the bit reader in registers only where all is inlined")]
#[inline(always)]
fn golomb(reader: &mut BitReader<'_>, k: u32, limit: u32, error_bits: u32) -> Option<i32> {
    let longest = limit - error_bits - 1;
    reader.fill();
    if let Some(zeros) = reader.short_zeros()
        // Errors of whole streams stay far below this; a damaged one must not overflow the sums.
        && k <= 16
        && zeros + 1 + k <= 32
        && zeros < longest
    {
        reader.skip(zeros + 1);
        return Some((zeros << k | reader.take(k)) as i32);
    }
    let (after, mapped) = long_golomb(*reader, k, longest, error_bits)?;
    *reader = after;
    Some(mapped)
}

/// The rare rest of them; by value, so that the reader of the hot loop stays in registers.
#[cold]
#[inline(never)]
fn long_golomb(mut reader: BitReader<'_>, k: u32, longest: u32, error_bits: u32) -> Option<(BitReader<'_>, i32)> {
    let zeros = reader.zeros(longest)?;
    reader.fill();
    if zeros == longest {
        let mapped = reader.take(error_bits) as i32 + 1;
        return Some((reader, mapped));
    }
    let mapped = u64::from(zeros) << k.min(32) | u64::from(reader.take(k.min(32)));
    (mapped <= 1 << 17).then_some((reader, mapped as i32))
}

/// Prediction and error to a sample, modulo the range (T.87 A.4.5 and A.8).
#[inline]
fn reconstructed(p: &Parameters, predicted: i32, error: i32) -> i32 {
    let value = predicted + error * p.step;
    let span = p.range * p.step;
    let value = if value < -p.near {
        value + span
    } else if value > p.maxval + p.near {
        value - span
    } else {
        value
    };
    value.clamp(0, p.maxval)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_of_the_standard() {
        // T.87 C.2.4.1.1.1, tables C.2 and C.3.
        let check = |maxval: i32, near: i32, expected: [i32; 3]| {
            assert_eq!(thresholds(maxval, near, [0; 3]), Some(expected), "{maxval} {near}");
        };
        check(255, 0, [3, 7, 21]);
        check(4095, 0, [18, 67, 276]);
        check(65535, 0, [18, 67, 276]);
        check(255, 3, [12, 22, 42]);
    }

    #[test]
    fn the_example_of_the_standard() {
        // T.87 H.3: a 4 x 4 image of 8 bits.
        let bytes = [
            0xff, 0xd8, 0xff, 0xf7, 0x00, 0x0b, 0x08, 0x00, 0x04, 0x00, 0x04, 0x01, 0x01, 0x11, 0x00, 0xff, 0xda, 0x00,
            0x08, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0xc0, 0x00, 0x00, 0x6c, 0x80, 0x20, 0x8e, 0x01, 0xc0, 0x00, 0x00,
            0x57, 0x40, 0x00, 0x00, 0x6e, 0xe6, 0x00, 0x00, 0x01, 0xbc, 0x18, 0x00, 0x00, 0x05, 0xd8, 0x00, 0x00, 0x91,
            0x60, 0xff, 0xd9,
        ];
        let form = PixelForm {
            rows: 4,
            columns: 4,
            num_frames: 1,
            samples: 1,
            photometric: crate::dicom::Photometric::Monochrome2,
            is_planar: false,
            bits_allocated: 8,
            bits_stored: 8,
            high_bit: 7,
            number: crate::dicom::Number::Unsigned,
        };
        let decoded = decode(&bytes, &form).unwrap();
        let expected = [0, 0, 90, 74, 68, 50, 43, 205, 64, 145, 145, 145, 100, 145, 145, 145];
        assert_eq!(decoded.samples, Samples::Bytes(expected.to_vec()));
        assert!(decode(&bytes[..40], &form).is_err());
    }
}

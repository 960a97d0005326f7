//! A film's averaged smaller copies, from which it is drawn when minified so that fine structure does not alias.
//!
//! Level 0 is the film; each next level has half the columns and rows, rounded down. Where a side is odd, three
//! pixels are weighted so that every pixel counts alike and nothing shifts (polyphase box filter, GPU Gems 2, chapter
//! 27's "non-power-of-two mipmaps"). Averages are of modality values: filtering grey levels would invent contrast.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::{Film, GreyPlane, Modality, Pixels};

/// Averaged levels stop where the shorter side would go below this: a film is then a few pixels.
const SMALLEST_LEVEL: u32 = 16;

/// The code of a pixel without a value (padding) in averaged levels of films that have padding.
pub const NO_VALUE: u16 = u16::MAX;

/// A film and its averaged levels, as codes that the GPU takes.
///
/// Grey: level 0 holds `modality value = code * gain + bias`; the other levels hold that code times
/// `2^fraction_bits`, so that averages of films with few bits keep their fractions.
#[derive(Clone, PartialEq, Debug)]
pub struct MipChain {
    pub gain: f64,
    pub bias: f64,
    /// Codes of level 0 in this closed range are padding.
    pub padding: Option<(u16, u16)>,
    pub fraction_bits: u32,
    /// The codes between which most of the film lies: 0.5th and 99.5th percentile of a small level, padding left out.
    pub range: (f32, f32),
    /// Level 0 where it is not the film's own texels: films with a modality LUT hold modality values here.
    base: Option<Vec<u16>>,
    /// Levels 1, 2, ...
    levels: Vec<Level>,
}

/// One averaged level.
#[derive(Clone, PartialEq, Debug)]
pub struct Level {
    pub width: u32,
    pub height: u32,
    pub pixels: LevelPixels,
}

/// Row-major.
#[derive(Clone, PartialEq, Debug)]
pub enum LevelPixels {
    Grey(Vec<u16>),
    /// Red, green, blue and 255.
    Rgba(Vec<[u8; 4]>),
}

/// The chain of a film, made when first asked for. Equal to any other: it follows from the film.
#[derive(Clone, Debug, Default)]
pub(super) struct MipCell(OnceLock<MipChain>);

impl PartialEq for MipCell {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Film {
    /// The film's averaged levels. The first call makes them (about 10 ms for 5 megapixels): threads that decode make
    /// it, so that no frame does.
    pub fn mip_chain(&self) -> &MipChain {
        self.mips.0.get_or_init(|| MipChain::new(self))
    }
}

impl MipChain {
    fn new(film: &Film) -> Self {
        match &film.pixels {
            Pixels::Grey(plane) => Self::of_grey(film, plane),
            Pixels::Rgb(bytes) => {
                let rgba: Vec<[u8; 4]> = bytes.chunks_exact(3).map(|c| [c[0], c[1], c[2], 255]).collect();
                let mut levels: Vec<Level> = Vec::new();
                let mut size = (film.width, film.height);
                while has_next(size.0, size.1) {
                    let (width, height, colors) = match levels.last().map(|level| &level.pixels) {
                        Some(LevelPixels::Rgba(from)) => halved_rgba(size, from),
                        _ => halved_rgba(size, &rgba),
                    };
                    size = (width, height);
                    levels.push(Level { width, height, pixels: LevelPixels::Rgba(colors) });
                }
                let range = (0.0, 255.0);
                Self { gain: 1.0, bias: 0.0, padding: None, fraction_bits: 0, range, base: None, levels }
            }
        }
    }

    fn of_grey(film: &Film, plane: &GreyPlane) -> Self {
        let (gain, bias, base, padding) = codes(film, plane);
        let texels = base.as_deref().unwrap_or(&plane.texels);
        let fraction_bits = used_bits(texels, padding).leading_zeros().min(15);
        let mut levels: Vec<Level> = Vec::new();
        let mut size = (film.width, film.height);
        while has_next(size.0, size.1) {
            let (width, height, codes) = match levels.last().map(|level| &level.pixels) {
                Some(LevelPixels::Grey(from)) => halved_grey(size, from, padding.map(|_| (NO_VALUE, NO_VALUE)), 0),
                _ => halved_grey(size, texels, padding, fraction_bits),
            };
            size = (width, height);
            levels.push(Level { width, height, pixels: LevelPixels::Grey(codes) });
        }
        let mut chain = Self { gain, bias, padding, fraction_bits, range: (0.0, 0.0), base, levels };
        chain.range = chain.range_of(film);
        chain
    }

    /// Percentiles of the first level with at most a quarter of a million pixels.
    fn range_of(&self, film: &Film) -> (f32, f32) {
        let small = |n: &u32| {
            let (w, h) = self.size(film, *n);
            u64::from(w) * u64::from(h) <= 1 << 18
        };
        let level = (0..self.num_levels()).find(small).unwrap_or(self.num_levels() - 1);
        // Counted, not sorted: codes and values have one order.
        let mut counts = vec![0u32; 1 << 16];
        for &code in self.grey(film, level).unwrap_or_default() {
            counts[code as usize] += 1;
        }
        let mut values: Vec<(f32, usize)> = Vec::new();
        let mut num = 0;
        for (code, &count) in counts.iter().enumerate().filter(|&(_, &count)| count > 0) {
            if let Some(value) = self.value(code as u16, level) {
                num += count as usize;
                values.push((value, num));
            }
        }
        let Some(last) = num.checked_sub(1) else { return (0.0, 1.0) };
        let at = |share: f64| {
            let nth = (last as f64 * share + 0.5) as usize;
            values[values.partition_point(|&(_, num_up_to)| num_up_to <= nth)].0
        };
        let (low, high) = (at(0.005), at(0.995));
        (low, high.max(low + 1.0))
    }

    /// The film's own level counts.
    pub fn num_levels(&self) -> u32 {
        self.levels.len() as u32 + 1
    }

    /// Columns and rows of a level.
    pub fn size(&self, film: &Film, level: u32) -> (u32, u32) {
        match level.checked_sub(1).and_then(|n| self.levels.get(n as usize)) {
            Some(level) => (level.width, level.height),
            None => (film.width, film.height),
        }
    }

    /// Codes of a level of a grey film.
    pub fn grey<'a>(&'a self, film: &'a Film, level: u32) -> Option<&'a [u16]> {
        match (level.checked_sub(1), &film.pixels) {
            (None, Pixels::Grey(plane)) => Some(self.base.as_deref().unwrap_or(&plane.texels)),
            (Some(n), Pixels::Grey(_)) => match &self.levels.get(n as usize)?.pixels {
                LevelPixels::Grey(codes) => Some(codes),
                LevelPixels::Rgba(_) => None,
            },
            (_, Pixels::Rgb(_)) => None,
        }
    }

    /// Colours of a level of a colour film.
    pub fn rgba<'a>(&'a self, film: &'a Film, level: u32) -> Option<Cow<'a, [[u8; 4]]>> {
        match (level.checked_sub(1), &film.pixels) {
            (None, Pixels::Rgb(bytes)) => Some(bytes.chunks_exact(3).map(|c| [c[0], c[1], c[2], 255]).collect()),
            (Some(n), Pixels::Rgb(_)) => match &self.levels.get(n as usize)?.pixels {
                LevelPixels::Rgba(colors) => Some(Cow::Borrowed(colors)),
                LevelPixels::Grey(_) => None,
            },
            (_, Pixels::Grey(_)) => None,
        }
    }

    /// Red, green and blue of one pixel of a level of a colour film.
    pub fn color(&self, film: &Film, level: u32, at: usize) -> Option<[u8; 3]> {
        match (level.checked_sub(1).and_then(|n| self.levels.get(n as usize)).map(|l| &l.pixels), &film.pixels) {
            (None, Pixels::Rgb(bytes)) => bytes.get(3 * at..3 * at + 3).map(|c| [c[0], c[1], c[2]]),
            (Some(LevelPixels::Rgba(colors)), Pixels::Rgb(_)) => colors.get(at).map(|c| [c[0], c[1], c[2]]),
            _ => None,
        }
    }

    /// A code of a level in units of level 0's codes; `None` for padding.
    pub fn value(&self, code: u16, level: u32) -> Option<f32> {
        if level == 0 {
            let is_padding = self.padding.is_some_and(|(low, high)| (low..=high).contains(&code));
            (!is_padding).then_some(f32::from(code))
        } else if self.padding.is_some() && code == NO_VALUE {
            None
        } else {
            Some(f32::from(code) / f32::from(1u16 << self.fraction_bits))
        }
    }

    /// Bytes that the chain of a film takes, made or not.
    pub fn num_bytes(film: &Film) -> usize {
        let (mut w, mut h) = (film.width as usize, film.height as usize);
        let (texel, mut sum) = match &film.pixels {
            Pixels::Grey(_) if matches!(film.facts.modality, Modality::Lut { .. }) => (2, w * h * 2),
            Pixels::Grey(_) => (2, 0),
            Pixels::Rgb(_) => (4, 0),
        };
        while has_next(w as u32, h as u32) {
            (w, h) = ((w / 2).max(1), (h / 2).max(1));
            sum += w * h * texel;
        }
        sum
    }
}

/// What level 0 holds: gain, bias, codes where they are not the texels, and the codes of padding.
type Codes = (f64, f64, Option<Vec<u16>>, Option<(u16, u16)>);

fn codes(film: &Film, plane: &GreyPlane) -> Codes {
    let padding = padding_texels(film, plane);
    match &film.facts.modality {
        Modality::Rescale { slope, intercept } => {
            (slope * plane.scale, slope * plane.offset + intercept, None, padding)
        }
        Modality::Lut { .. } => {
            // Modality values themselves, so that filtering is right; padding gets a code that no value has.
            let is_padding = |texel: u16| padding.is_some_and(|(low, high)| (low..=high).contains(&texel));
            let mut map: Vec<u16> = (0..=u16::MAX)
                .map(|texel| film.facts.modality_value(plane.stored_value(texel)).clamp(0.0, 65535.0) as u16)
                .collect();
            let mut used = vec![false; 1 << 16];
            for &texel in plane.texels.iter().filter(|t| !is_padding(**t)) {
                used[map[texel as usize] as usize] = true;
            }
            let free = padding.and_then(|_| used.iter().rposition(|&u| !u)).map(|code| code as u16);
            if let (Some((low, high)), Some(free)) = (padding, free) {
                map[low as usize..=high as usize].fill(free);
            }
            let base = plane.texels.iter().map(|&texel| map[texel as usize]).collect();
            (1.0, 0.0, Some(base), free.map(|code| (code, code)))
        }
    }
}

/// The texels that stand for padding, as a closed range.
fn padding_texels(film: &Film, plane: &GreyPlane) -> Option<(u16, u16)> {
    let (low, high) = film.facts.padding?;
    let first = ((low - plane.offset) / plane.scale).ceil().max(0.0);
    let last = ((high - plane.offset) / plane.scale).floor().min(65535.0);
    (first <= last).then_some((first as u16, last as u16))
}

fn has_next(width: u32, height: u32) -> bool {
    width.min(height) / 2 >= SMALLEST_LEVEL
}

/// The pixels that make pixel `i` of a side of `from / 2`: the first, and weights that sum to 1.
pub(super) fn weights(i: u32, from: u32) -> (usize, [f32; 3]) {
    let (half, n) = (from / 2, from as f32);
    if from.is_multiple_of(2) {
        (2 * i as usize, [0.5, 0.5, 0.0])
    } else {
        (2 * i as usize, [(half - i) as f32 / n, half as f32 / n, (i + 1) as f32 / n])
    }
}

/// The three rows (the last twice where two are enough) that make row `y` of the next level.
pub(super) fn rows_of<T>(y: u32, width: u32, height: u32, from: &[T]) -> [(&[T], f32); 3] {
    let (first, weights) = weights(y, height);
    std::array::from_fn(|i| {
        let row = (first + i).min(height as usize - 1);
        (&from[row * width as usize..][..width as usize], weights[i])
    })
}

/// The bits that any code but padding has: what the highest one has at its top, read faster than the highest itself.
fn used_bits(codes: &[u16], padding: Option<(u16, u16)>) -> u16 {
    match padding {
        None => codes.iter().fold(0, |bits, code| bits | code),
        Some((low, high)) => {
            codes.iter().fold(0, |bits, &code| bits | if is_within(code, low, high) { 0 } else { code })
        }
    }
}

/// `low <= code <= high` in one comparison, which the compiler turns into vectors.
fn is_within(code: u16, low: u16, high: u16) -> bool {
    code.wrapping_sub(low) <= high.wrapping_sub(low)
}

/// The next level of grey codes: means of `code * 2^fraction_bits` over pixels with a value, `NO_VALUE` where there is
/// none.
fn halved_grey(
    (width, height): (u32, u32),
    from: &[u16],
    padding: Option<(u16, u16)>,
    fraction_bits: u32,
) -> (u32, u32, Vec<u16>) {
    let (half_w, half_h) = (width / 2, height / 2);
    let mut half = vec![0u16; half_w as usize * half_h as usize];
    let lines =
        half.chunks_exact_mut(half_w as usize).zip(0..half_h).map(|(to, y)| (to, rows_of(y, width, height, from)));
    match padding {
        None if width.is_multiple_of(2) && height.is_multiple_of(2) => {
            for (to, [(upper, _), (lower, _), _]) in lines {
                mean_of_four(to, upper, lower, fraction_bits);
            }
        }
        None => {
            let columns = Columns::new(width);
            let scale = f32::from(1u16 << fraction_bits);
            let (mut sums, mut means) = (vec![0.0; width as usize], vec![0.0; half_w as usize]);
            for (to, rows) in lines {
                weigh_rows(&mut sums, rows, f32::from);
                columns.weigh(&mut means, &sums);
                for (to, mean) in to.iter_mut().zip(&means) {
                    *to = (mean * scale + 0.5) as u16;
                }
            }
        }
        Some((low, high)) => {
            let columns = Columns::new(width);
            let scale = f32::from(1u16 << fraction_bits);
            let mut sums = vec![0.0; width as usize];
            let (mut values, mut shares) = (vec![0.0; half_w as usize], vec![0.0; half_w as usize]);
            for (to, rows) in lines {
                weigh_rows(&mut sums, rows, |code| if is_within(code, low, high) { 0.0 } else { f32::from(code) });
                columns.weigh(&mut values, &sums);
                weigh_rows(&mut sums, rows, |code| if is_within(code, low, high) { 0.0 } else { 1.0 });
                columns.weigh(&mut shares, &sums);
                for ((to, sum), total) in to.iter_mut().zip(&values).zip(&shares) {
                    let mean = (sum / total * scale + 0.5).min(f32::from(NO_VALUE - 1)) as u16;
                    *to = if *total > 0.0 { mean } else { NO_VALUE };
                }
            }
        }
    }
    (half_w, half_h, half)
}

/// Both sides even: four pixels count alike, and whole numbers are enough.
fn mean_of_four(to: &mut [u16], upper: &[u16], lower: &[u16], fraction_bits: u32) {
    for ((to, a), b) in to.iter_mut().zip(upper.as_chunks::<2>().0).zip(lower.as_chunks::<2>().0) {
        let sum = u32::from(a[0]) + u32::from(a[1]) + u32::from(b[0]) + u32::from(b[1]);
        *to = (((sum << fraction_bits) + 2) >> 2) as u16;
    }
}

/// Three rows to one.
fn weigh_rows(sums: &mut [f32], rows: [(&[u16], f32); 3], value: impl Fn(u16) -> f32) {
    let [(first, a), (second, b), (third, c)] = rows;
    for (((sum, &x), &y), &z) in sums.iter_mut().zip(first).zip(second).zip(third) {
        *sum = value(x) * a + value(y) * b + value(z) * c;
    }
}

/// How the columns of a level become those of the next.
struct Columns {
    weights: Vec<[f32; 3]>,
}

impl Columns {
    fn new(width: u32) -> Self {
        Self { weights: (0..width / 2).map(|x| weights(x, width).1).collect() }
    }

    /// Two or three columns to one; the third of two counts nothing.
    fn weigh(&self, to: &mut [f32], row: &[f32]) {
        let (pairs, rest) = row.as_chunks::<2>();
        let next = pairs.iter().skip(1).map(|pair| pair[0]).chain([rest.first().copied().unwrap_or(0.0)]);
        for (((to, pair), third), [a, b, c]) in to.iter_mut().zip(pairs).zip(next).zip(&self.weights) {
            *to = pair[0] * a + pair[1] * b + third * c;
        }
    }
}

/// The next level of colours.
fn halved_rgba((width, height): (u32, u32), from: &[[u8; 4]]) -> (u32, u32, Vec<[u8; 4]>) {
    let (half_w, half_h) = (width / 2, height / 2);
    let mut half = Vec::with_capacity(half_w as usize * half_h as usize);
    for y in 0..half_h {
        let rows = rows_of(y, width, height, from);
        half.extend((0..half_w).map(|x| {
            let (first, columns) = weights(x, width);
            let mut sums = [0.5f32; 4];
            for (row, row_weight) in rows {
                for (i, weight) in columns.iter().enumerate() {
                    let pixel = row[(first + i).min(width as usize - 1)];
                    for (sum, channel) in sums.iter_mut().zip(pixel) {
                        *sum += f32::from(channel) * weight * row_weight;
                    }
                }
            }
            sums.map(|sum| sum as u8)
        }));
    }
    (half_w, half_h, half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::DisplayFacts;

    fn film(width: u32, height: u32, texels: Vec<u16>, padding: Option<(f64, f64)>) -> Film {
        let facts = DisplayFacts { padding, ..DisplayFacts::default() };
        Film::new(width, height, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts)
    }

    fn mean(values: impl Iterator<Item = f32>) -> f64 {
        let values: Vec<f64> = values.map(f64::from).collect();
        values.iter().sum::<f64>() / values.len() as f64
    }

    #[test]
    fn every_level_keeps_the_mean_of_the_film_odd_sides_too() {
        for (w, h) in [(64, 40), (67, 41), (101, 64), (333, 257)] {
            let film = film(w, h, (0..w * h).map(|i| ((i % 997) * (i % 997) % 997) as u16).collect(), None);
            let chain = film.mip_chain();
            let whole = mean(chain.grey(&film, 0).unwrap().iter().map(|&c| f32::from(c)));
            let mut bytes = 0;
            for level in 1..chain.num_levels() {
                let codes = chain.grey(&film, level).unwrap();
                assert_eq!(chain.size(&film, level), (w >> level, h >> level));
                let got = mean(codes.iter().map(|&c| chain.value(c, level).unwrap()));
                assert!((got - whole).abs() < 0.05, "{w} x {h} level {level}: {got} {whole}");
                bytes += codes.len() * 2;
            }
            assert!(chain.num_levels() > 1 && chain.fraction_bits == 6);
            assert_eq!(bytes, MipChain::num_bytes(&film));
        }
    }

    #[test]
    fn a_pixel_is_the_weighted_mean_of_those_that_it_stands_for() {
        for (w, h) in [(64u32, 40u32), (67, 40), (64, 41), (67, 41)] {
            for padding in [None, Some((40.0, 55.0))] {
                let film = film(w, h, (0..w * h).map(|i| (i * 7919 % 997) as u16).collect(), padding);
                let (chain, texels) = (film.mip_chain(), film.mip_chain().grey(&film, 0).unwrap());
                for (i, &code) in chain.grey(&film, 1).unwrap().iter().enumerate() {
                    let (x, y) = (i as u32 % (w / 2), i as u32 / (w / 2));
                    let ((left, columns), (top, rows)) = (weights(x, w), weights(y, h));
                    let (mut sum, mut total) = (0.0, 0.0);
                    for (dx, dy) in (0..9).map(|n| (n % 3, n / 3)) {
                        let (column, row) = ((left + dx).min(w as usize - 1), (top + dy).min(h as usize - 1));
                        if let Some(value) = chain.value(texels[row * w as usize + column], 0) {
                            let weight = f64::from(columns[dx]) * f64::from(rows[dy]);
                            sum += f64::from(value) * weight;
                            total += weight;
                        }
                    }
                    match chain.value(code, 1) {
                        // Half a step of the code, and four roundings of f32 at 2^16 steps: 4 * 2^(16 - 24).
                        Some(got) => {
                            let (got, want) = (f64::from(got), sum / total);
                            assert!((got - want).abs() <= (0.5 + 0.016) / 64.0, "{w} x {h} {x} {y}: {got} {want}");
                        }
                        None => assert_eq!(total, 0.0),
                    }
                }
            }
        }
    }

    #[test]
    fn the_range_is_that_of_the_sorted_values() {
        let film = film(101, 64, (0..101 * 64).map(|i| (i * i % 4093) as u16).collect(), Some((0.0, 9.0)));
        let chain = film.mip_chain();
        let values = chain.grey(&film, 0).unwrap().iter().filter_map(|&code| chain.value(code, 0));
        let mut sorted: Vec<f32> = values.collect();
        sorted.sort_by(f32::total_cmp);
        let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share + 0.5) as usize];
        assert_eq!(chain.range, (at(0.005), at(0.995)));
    }

    #[test]
    fn thin_and_tiny_films_are_their_only_level() {
        for (w, h) in [(1, 40_000), (20_000, 30), (1, 1), (3, 2)] {
            let film = film(w, h, vec![7; (w * h) as usize], None);
            assert_eq!(film.mip_chain().num_levels(), 1, "{w} x {h}");
        }
    }

    #[test]
    fn padding_neither_darkens_its_neighbours_nor_appears_among_values() {
        // Padding in the middle of the values: means of its neighbours must not become padding.
        let texels = (0..64 * 64).map(|i| [100, 300, 100, 300, 200][i % 5]).collect();
        let half = film(64, 64, texels, Some((200.0, 200.0)));
        let chain = half.mip_chain();
        for level in 1..chain.num_levels() {
            let codes = chain.grey(&half, level).unwrap();
            assert!(codes.iter().all(|&c| chain.value(c, level).is_some_and(|v| (100.0..=300.0).contains(&v))));
        }
        let blank = film(64, 64, vec![200; 64 * 64], Some((200.0, 200.0)));
        assert_eq!(blank.mip_chain().value(blank.mip_chain().grey(&blank, 1).unwrap()[0], 1), None);
    }

    #[test]
    fn a_film_with_a_modality_lut_is_averaged_in_modality_values() {
        let mut film = film(64, 64, (0..64 * 64).map(|i| (i % 2) as u16).collect(), None);
        film.facts.modality = Modality::Lut { first: 0.0, values: vec![1000, 5000] };
        let chain = film.mip_chain();
        assert_eq!(chain.grey(&film, 0).unwrap()[..2], [1000, 5000]);
        assert_eq!(chain.value(chain.grey(&film, 1).unwrap()[0], 1), Some(3000.0));
    }
}

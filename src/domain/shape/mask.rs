//! Pixels that belong to a finding, as run lengths.

use crate::domain::geometry::{Point, Rect};

/// A stretch of pixels inside: row, first column, and the column after the last.
pub type Span = (i32, i32, i32);

/// A set of whole film pixels, at least one of them: run lengths over the smallest box around them.
///
/// `runs` alternate between pixels outside and inside, row by row from the top left of the box, the first run outside
/// (it may be 0, no other may), and sum up to `width * height`. Pixel (x, y) covers the area from (x, y) to
/// (x + 1, y + 1).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Mask {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
    runs: Vec<u32>,
}

impl Mask {
    /// `None` where the runs are not as described, no pixel is inside, or the box is larger than it needs to be.
    pub fn new(x: i32, y: i32, width: u32, height: u32, runs: Vec<u32>) -> Option<Self> {
        let total: u64 = runs.iter().map(|&run| u64::from(run)).sum();
        let is_whole = total == u64::from(width) * u64::from(height) && runs.len() >= 2;
        if !is_whole || runs[1..].contains(&0) {
            return None;
        }
        let mask = Self { x, y, width, height, runs };
        (mask.tight_box() == Some((0, 0, width, height))).then_some(mask)
    }

    /// x, y, width and height of what is inside, relative to the box.
    fn tight_box(&self) -> Option<(u32, u32, u32, u32)> {
        let spans: Vec<(u32, u32, u32)> = self.spans().collect();
        let (left, right) = (spans.iter().map(|s| s.1).min()?, spans.iter().map(|s| s.2).max()?);
        let (top, bottom) = (spans.iter().map(|s| s.0).min()?, spans.iter().map(|s| s.0 + 1).max()?);
        Some((left, top, right - left, bottom - top))
    }

    /// Row, first column and the column after the last, of every stretch of pixels inside; relative to the box.
    pub fn spans(&self) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
        let width = u64::from(self.width.max(1));
        let mut at = 0u64;
        let inside = self.runs.chunks(2).filter_map(move |pair| {
            let start = at + u64::from(pair[0]);
            at = start + pair.get(1).map_or(0, |&run| u64::from(run));
            (at > start).then_some((start, at))
        });
        inside.flat_map(move |(start, end)| {
            (start / width..end.div_ceil(width)).map(move |row| {
                let (from, to) = (start.max(row * width), end.min((row + 1) * width));
                (row as u32, (from - row * width) as u32, (to - row * width) as u32)
            })
        })
    }

    pub const fn x(&self) -> i32 {
        self.x
    }
    pub const fn y(&self) -> i32 {
        self.y
    }
    pub const fn width(&self) -> u32 {
        self.width
    }
    pub const fn height(&self) -> u32 {
        self.height
    }
    pub fn runs(&self) -> &[u32] {
        &self.runs
    }

    pub fn bounds(&self) -> Rect {
        let corner = |x: f64, y: f64| Point::new(f64::from(self.x) + x, f64::from(self.y) + y);
        Rect::from_corners(corner(0.0, 0.0), corner(f64::from(self.width), f64::from(self.height)))
    }

    /// Number of pixels inside.
    pub fn num_pixels(&self) -> u64 {
        self.runs.iter().skip(1).step_by(2).map(|&run| u64::from(run)).sum()
    }

    /// From stretches of pixels in any order, overlapping or not: row, first column, column after the last.
    /// `None` where there is no pixel in them.
    pub fn from_spans(spans: impl IntoIterator<Item = Span>) -> Option<Self> {
        let mut spans: Vec<Span> = spans.into_iter().filter(|(_, from, to)| from < to).collect();
        spans.sort_unstable();
        let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
        for (row, from, to) in spans {
            match merged.last_mut() {
                Some((last_row, _, last_to)) if *last_row == row && from <= *last_to => *last_to = to.max(*last_to),
                _ => merged.push((row, from, to)),
            }
        }
        let (top, bottom) = (merged.first()?.0, merged.last()?.0 + 1);
        let (left, right) = (merged.iter().map(|s| s.1).min()?, merged.iter().map(|s| s.2).max()?);
        let (width, height) =
            ((i64::from(right) - i64::from(left)) as u32, (i64::from(bottom) - i64::from(top)) as u32);
        let within = merged.iter().map(|(row, from, to)| (row - top, from - left, to - left));
        let runs = run_lengths(within, u64::from(width), u64::from(height));
        let runs = runs.into_iter().map(|run| run as u32).collect();
        Some(Self { x: left, y: top, width, height, runs })
    }

    /// From single pixels in any order, by column and row; `None` where there is none.
    pub fn from_pixels(pixels: impl IntoIterator<Item = (i32, i32)>) -> Option<Self> {
        Self::from_spans(pixels.into_iter().map(|(x, y)| (y, x, x + 1)))
    }

    /// The stretches of pixels inside, row by row from the top, on the film.
    pub fn film_spans(&self) -> impl Iterator<Item = Span> + '_ {
        self.spans().map(|(row, from, to)| (self.y + row as i32, self.x + from as i32, self.x + to as i32))
    }

    #[must_use]
    pub fn moved(&self, dx: i32, dy: i32) -> Self {
        Self { x: self.x + dx, y: self.y + dy, ..self.clone() }
    }

    /// Whether the pixel at this place is inside.
    pub fn contains(&self, p: Point) -> bool {
        let (x, y) = (p.x.floor() - f64::from(self.x), p.y.floor() - f64::from(self.y));
        if x < 0.0 || y < 0.0 || x >= f64::from(self.width) || y >= f64::from(self.height) {
            return false;
        }
        let at = y as u64 * u64::from(self.width) + x as u64;
        let mut end = 0u64;
        let run = self.runs.iter().position(|&run| {
            end += u64::from(run);
            at < end
        });
        run.is_some_and(|run| run % 2 == 1)
    }
}

/// Run lengths over a field of this size, the first outside, from stretches in order that touch no other of their row.
pub(super) fn run_lengths(spans: impl Iterator<Item = Span>, width: u64, height: u64) -> Vec<u64> {
    let mut runs = vec![0];
    let mut at = 0;
    for (row, from, to) in spans {
        let (start, length) = (row as u64 * width + from as u64, (to - from) as u64);
        let num = runs.len();
        match (num, start - at) {
            (1, gap) => {
                runs[0] = gap;
                runs.push(length);
            }
            // What goes on at the left of the next row is one run.
            (_, 0) => runs[num - 1] += length,
            (_, gap) => runs.extend([gap, length]),
        }
        at = start + length;
    }
    match (runs.len(), width * height - at) {
        (_, 0) => {}
        (1, rest) => runs[0] = rest,
        (_, rest) => runs.push(rest),
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_say_which_pixels_are_inside() {
        // .##
        // #..
        let mask = Mask::new(10, 20, 3, 2, vec![1, 3, 2]).expect("tight");
        assert_eq!(mask.num_pixels(), 3);
        assert_eq!(mask.spans().collect::<Vec<_>>(), [(0, 1, 3), (1, 0, 1)]);
        assert!(mask.contains(Point::new(11.0, 20.5)) && mask.contains(Point::new(10.9, 21.0)));
        assert!(!mask.contains(Point::new(10.9, 20.9)) && !mask.contains(Point::new(13.0, 20.0)));
    }

    #[test]
    fn what_is_no_mask_is_refused() {
        for (width, height, runs) in
            [(3, 2, vec![6]), (3, 2, vec![1, 3]), (3, 2, vec![1, 0, 5]), (3, 2, vec![3, 3]), (0, 0, vec![0, 0])]
        {
            assert_eq!(Mask::new(0, 0, width, height, runs.clone()), None, "{runs:?}");
        }
    }
}

//! Masks put together, taken apart, mirrored, and written over the whole film.

use crate::domain::geometry::{Point, Size};

use super::Mask;
use super::mask::{Span, run_lengths};

impl Mask {
    /// Pixels of either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::from_spans(self.film_spans().chain(other.film_spans())).expect("a mask has pixels")
    }

    /// Pixels of this one that are not in the other; `None` where nothing is left.
    pub fn difference(&self, other: &Self) -> Option<Self> {
        self.combined(other, |a, b| a && !b)
    }

    /// Pixels of both; `None` where there are none.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        self.combined(other, |a, b| a && b)
    }

    /// Number of pixels in common over those together, in 0..=1.
    pub fn iou(&self, other: &Self) -> f64 {
        let common = self.intersection(other).map_or(0, |mask| mask.num_pixels());
        let together = self.num_pixels() + other.num_pixels() - common;
        common as f64 / together as f64
    }

    /// Pixels for which `keep` says so, of those that lie in this one or the other; it never asks for those in neither.
    fn combined(&self, other: &Self, keep: impl Fn(bool, bool) -> bool) -> Option<Self> {
        // Ends of stretches as they come, row by row: what lies between two of them is all alike.
        let ends = |mask: &Self, which: usize| -> Vec<(i32, i32, usize)> {
            mask.film_spans().flat_map(|(row, from, to)| [(row, from, which), (row, to, which)]).collect()
        };
        let mut events = ends(self, 0);
        events.extend(ends(other, 1));
        events.sort_unstable();
        let mut spans = Vec::new();
        let mut is_in = [false; 2];
        let mut before = (i32::MIN, 0);
        for (row, at, which) in events {
            if before.0 == row && before.1 < at && (is_in[0] || is_in[1]) && keep(is_in[0], is_in[1]) {
                spans.push((row, before.1, at));
            }
            is_in[which] = !is_in[which];
            before = (row, at);
        }
        Self::from_spans(spans)
    }

    /// What lies on a film of this size; `None` where nothing does.
    pub fn clipped_to(&self, film: Size) -> Option<Self> {
        let (width, height) = (film.width.floor() as i32, film.height.floor() as i32);
        let on_film = self.film_spans().filter(|(row, _, _)| (0..height).contains(row));
        Self::from_spans(on_film.map(|(row, from, to)| (row, from.max(0), to.min(width))))
    }

    /// Left and right changed over about the upright line at `x`, which lies on or halfway between edges of pixels;
    /// elsewhere the nearest such line counts.
    #[must_use]
    pub fn mirrored_at(&self, x: f64) -> Self {
        let twice = (2.0 * x).round() as i32;
        Self::from_spans(self.film_spans().map(|(row, from, to)| (row, twice - to, twice - from)))
            .expect("a mask has pixels")
    }

    /// Pieces whose pixels hang together by their sides, from the top left on.
    pub fn components(&self) -> Vec<Self> {
        let spans: Vec<Span> = self.film_spans().collect();
        let mut parents: Vec<usize> = (0..spans.len()).collect();
        fn root(parents: &mut [usize], mut i: usize) -> usize {
            while parents[i] != i {
                parents[i] = parents[parents[i]];
                i = parents[i];
            }
            i
        }
        let mut above = 0..0;
        let mut at = 0;
        while at < spans.len() {
            let row = spans[at].0;
            let end = at + spans[at..].iter().take_while(|s| s.0 == row).count();
            if above.end == at && !above.is_empty() && spans[above.start].0 == row - 1 {
                let mut up = above.start;
                for here in at..end {
                    // Both rows run from left to right: what ends left of this stretch meets no later one either.
                    while up < above.end && spans[up].2 <= spans[here].1 {
                        up += 1;
                    }
                    let mut touching = up;
                    while touching < above.end && spans[touching].1 < spans[here].2 {
                        let (a, b) = (root(&mut parents, touching), root(&mut parents, here));
                        parents[a.max(b)] = a.min(b);
                        touching += 1;
                    }
                }
            }
            above = at..end;
            at = end;
        }
        let mut pieces: std::collections::BTreeMap<usize, Vec<Span>> = std::collections::BTreeMap::new();
        for (i, span) in spans.iter().enumerate() {
            pieces.entry(root(&mut parents, i)).or_default().push(*span);
        }
        pieces.into_values().filter_map(Self::from_spans).collect()
    }

    /// How far the nearest pixel inside is, in pixels; 0 inside.
    pub fn distance_to(&self, p: Point) -> f64 {
        let gap = |p: f64, from: i32, to: i32| (f64::from(from) - p).max(p - f64::from(to)).max(0.0);
        let distances = self.film_spans().map(|(row, from, to)| gap(p.x, from, to).hypot(gap(p.y, row, row + 1)));
        distances.fold(f64::INFINITY, f64::min)
    }

    /// Run lengths over a whole film, row by row, the first of pixels outside: the form in which VinDr Lab stores a
    /// segment, there with spaces between. Pixels that are not on the film are left out.
    pub fn to_film_runs(&self, width: u32, height: u32) -> Vec<u64> {
        let clipped = self.clipped_to(Size::new(f64::from(width), f64::from(height)));
        run_lengths(clipped.iter().flat_map(Self::film_spans), u64::from(width), u64::from(height))
    }

    /// From run lengths over a whole film; `None` where they do not add up to its pixels or no pixel is inside.
    pub fn from_film_runs(width: u32, height: u32, runs: &[u64]) -> Option<Self> {
        let num = u64::from(width) * u64::from(height);
        let mut at = 0u64;
        let mut spans = Vec::new();
        for (i, &run) in runs.iter().enumerate() {
            let end = at.checked_add(run).filter(|end| *end <= num)?;
            if i % 2 == 1 && end > at {
                let width = u64::from(width);
                for row in at / width..end.div_ceil(width) {
                    let (from, to) = (at.max(row * width) - row * width, end.min((row + 1) * width) - row * width);
                    spans.push((row as i32, from as i32, to as i32));
                }
            }
            at = end;
        }
        if at == num { Self::from_spans(spans) } else { None }
    }
}

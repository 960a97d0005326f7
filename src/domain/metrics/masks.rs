//! How well two sets of pixels agree: by area, and by how far their borders lie apart.

use crate::domain::shape::{Mask, Span};

use super::interval::quantile;

/// Two sets by area, in pixels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Overlap {
    pub both: u64,
    pub first: u64,
    pub second: u64,
}

impl Overlap {
    /// `None` stands for a set without pixels.
    pub fn of(first: Option<&Mask>, second: Option<&Mask>) -> Self {
        let area = |mask: Option<&Mask>| mask.map_or(0, Mask::num_pixels);
        let both = first.zip(second).map_or(0, |(first, second)| shared(first, second));
        Self { both, first: area(first), second: area(second) }
    }

    /// 2 |A and B| / (|A| + |B|), 0 to 1; `None` where both are empty.
    pub fn dice(self) -> Option<f64> {
        let sum = self.first + self.second;
        (sum > 0).then(|| 2.0 * self.both as f64 / sum as f64)
    }

    /// |A and B| / |A or B|, 0 to 1; `None` where both are empty.
    pub fn iou(self) -> Option<f64> {
        let either = self.first + self.second - self.both;
        (either > 0).then(|| self.both as f64 / either as f64)
    }
}

fn shared(first: &Mask, second: &Mask) -> u64 {
    let (first, second): (Vec<Span>, Vec<Span>) = (first.film_spans().collect(), second.film_spans().collect());
    let (mut i, mut j, mut sum) = (0, 0, 0_u64);
    while let (Some(&(row, from, to)), Some(&(other_row, other_from, other_to))) = (first.get(i), second.get(j)) {
        if row == other_row {
            sum += i64::from(to.min(other_to)).saturating_sub(i64::from(from.max(other_from))).max(0) as u64;
        }
        if (row, to) <= (other_row, other_to) { i += 1 } else { j += 1 }
    }
    sum
}

/// How far two borders lie apart. The border of a set are its pixels with a neighbour above, below, left or right that is
/// not in it; distances are between pixel centres.
#[derive(Clone, PartialEq, Debug)]
pub struct BorderDistances {
    /// From each border pixel of the first to the nearest of the second, rising.
    first: Vec<f64>,
    second: Vec<f64>,
}

impl BorderDistances {
    /// `spacing` as `pixel_spacing_mm` has it, between rows and then between columns; `[1.0, 1.0]` gives pixels.
    pub fn of(first: &Mask, second: &Mask, spacing: [f64; 2]) -> Self {
        let (a, b) = (Border::of(first), Border::of(second));
        Self { first: a.distances_to(&b, spacing), second: b.distances_to(&a, spacing) }
    }

    /// The largest distance, either way (Hausdorff).
    pub fn hausdorff(&self) -> f64 {
        self.percentile(1.0)
    }

    /// The distance that 95 % of the border pixels do not exceed, the larger of both ways, interpolated linearly (MONAI's
    /// `compute_hausdorff_distance(percentile=95)`).
    pub fn hausdorff_95(&self) -> f64 {
        self.percentile(0.95)
    }

    fn percentile(&self, q: f64) -> f64 {
        quantile(&self.first, q).max(quantile(&self.second, q))
    }
}

/// Border pixels by rows: of each row that has some, its number and its columns in order.
struct Border(Vec<(i32, Vec<i32>)>);

impl Border {
    fn of(mask: &Mask) -> Self {
        let mut rows: Vec<(i32, Vec<Span>)> = Vec::new();
        for span in mask.film_spans() {
            match rows.last_mut() {
                Some((row, spans)) if *row == span.0 => spans.push(span),
                _ => rows.push((span.0, vec![span])),
            }
        }
        let spans_of = |number: usize, row: i32| -> &[Span] {
            rows.get(number).filter(|(other, _)| *other == row).map_or(&[], |(_, spans)| spans)
        };
        let border = rows.iter().enumerate().map(|(number, (row, spans))| {
            let above = number.checked_sub(1).map_or(&[][..], |number| spans_of(number, row - 1));
            let below = spans_of(number + 1, row + 1);
            let columns = spans.iter().flat_map(|&(_, from, to)| {
                (from..to).filter(move |&x| x == from || x + 1 == to || !is_within(above, x) || !is_within(below, x))
            });
            (*row, columns.collect())
        });
        Self(border.collect())
    }

    /// From each of its pixels to the nearest of another border, rising. Looks from row to row, outwards from the pixel's
    /// own, until rows alone are too far away.
    fn distances_to(&self, other: &Self, [row_mm, column_mm]: [f64; 2]) -> Vec<f64> {
        let mut distances = Vec::new();
        for (y, columns) in &self.0 {
            let middle = other.0.partition_point(|(row, _)| row < y);
            for &x in columns {
                let mut best = f64::INFINITY;
                let mut look = |(row, columns): &(i32, Vec<i32>)| {
                    let rows_apart = (f64::from(*row) - f64::from(*y)) * row_mm;
                    let is_near = rows_apart * rows_apart < best;
                    if is_near {
                        let place = columns.partition_point(|&column| column < x);
                        for &column in columns[place.saturating_sub(1)..].iter().take(2) {
                            let columns_apart = (f64::from(column) - f64::from(x)) * column_mm;
                            best = best.min(rows_apart * rows_apart + columns_apart * columns_apart);
                        }
                    }
                    is_near
                };
                let (above, below) = other.0.split_at(middle);
                let (mut above, mut below) = (above.iter().rev(), below.iter());
                let (mut is_open_above, mut is_open_below) = (true, true);
                while is_open_above || is_open_below {
                    is_open_below = is_open_below && below.next().is_some_and(&mut look);
                    is_open_above = is_open_above && above.next().is_some_and(&mut look);
                }
                distances.push(libm::sqrt(best));
            }
        }
        distances.sort_unstable_by(f64::total_cmp);
        distances
    }
}

fn is_within(spans: &[Span], x: i32) -> bool {
    let next = spans.partition_point(|&(_, from, _)| from <= x);
    next > 0 && x < spans[next - 1].2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rectangle(x: i32, y: i32, width: i32, height: i32) -> Mask {
        Mask::from_spans((y..y + height).map(|row| (row, x, x + width))).unwrap()
    }

    #[test]
    fn areas_at_their_boundaries() {
        let (a, half, far) = (rectangle(0, 0, 4, 4), rectangle(2, 0, 4, 4), rectangle(9, 9, 1, 1));
        for (first, second, dice, iou) in [
            (Some(&a), Some(&a), Some(1.0), Some(1.0)),
            (Some(&a), Some(&half), Some(0.5), Some(8.0 / 24.0)),
            (Some(&half), Some(&a), Some(0.5), Some(8.0 / 24.0)),
            (Some(&a), Some(&far), Some(0.0), Some(0.0)),
            (Some(&a), None, Some(0.0), Some(0.0)),
            (None, Some(&a), Some(0.0), Some(0.0)),
            (None, None, None, None),
        ] {
            let overlap = Overlap::of(first, second);
            assert_eq!((overlap.dice(), overlap.iou()), (dice, iou));
        }
        // Several stretches in a row.
        let comb = Mask::from_spans([(0, 0, 1), (0, 2, 3), (0, 4, 5), (1, 0, 5)]).unwrap();
        assert_eq!(Overlap::of(Some(&comb), Some(&rectangle(1, 0, 4, 1))).both, 2);
        assert_eq!(Overlap::of(Some(&comb), Some(&comb)).both, 8);
    }

    #[test]
    fn distances_by_hand() {
        let (dot, other) = (rectangle(0, 0, 1, 1), rectangle(3, 4, 1, 1));
        assert_eq!(BorderDistances::of(&dot, &dot, [1.0, 1.0]).hausdorff(), 0.0);
        assert_eq!(BorderDistances::of(&dot, &other, [1.0, 1.0]).hausdorff(), 5.0);
        // 4 rows of 0.3 mm, 3 columns of 0.3 mm; then rows and columns of different size.
        assert!((BorderDistances::of(&dot, &other, [0.3, 0.3]).hausdorff() - 1.5).abs() < 1e-12);
        assert_eq!(BorderDistances::of(&dot, &other, [3.0, 3.0 + 1.0 / 3.0]).hausdorff(), 244.0_f64.sqrt());
        // A frame and the same filled: only borders are compared, the frame's inner one too.
        let frame = Mask::from_spans(
            (0..9).flat_map(|y| if y == 0 || y == 8 { vec![(y, 0, 9)] } else { vec![(y, 0, 1), (y, 8, 9)] }),
        );
        assert_eq!(BorderDistances::of(&frame.unwrap(), &rectangle(0, 0, 9, 9), [1.0, 1.0]).hausdorff(), 0.0);
    }

    #[test]
    fn the_border_is_inside() {
        let columns = |mask: &Mask| Border::of(mask).0.into_iter().map(|(_, columns)| columns).collect::<Vec<_>>();
        assert_eq!(columns(&rectangle(5, 5, 4, 3)), [vec![5, 6, 7, 8], vec![5, 8], vec![5, 6, 7, 8]]);
        // A hole and a gap between rows make borders too.
        let holed = Mask::from_spans([(0, 0, 5), (1, 0, 2), (1, 3, 5), (2, 0, 5), (4, 0, 3)]).unwrap();
        assert_eq!(columns(&holed), [vec![0, 1, 2, 3, 4], vec![0, 1, 3, 4], vec![0, 1, 2, 3, 4], vec![0, 1, 2]]);
    }

    #[test]
    fn one_far_pixel_in_a_long_border_is_beyond_95_percent() {
        let line = rectangle(0, 0, 100, 1);
        let with_outlier = Mask::from_spans([(0, 0, 100), (50, 0, 1)]).unwrap();
        let distances = BorderDistances::of(&line, &with_outlier, [1.0, 1.0]);
        assert_eq!((distances.hausdorff(), distances.hausdorff_95()), (50.0, 0.0));
    }
}

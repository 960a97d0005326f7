//! A plot as data: drawn by the window, written as SVG, and saved as a table from the same numbers.

/// How a series is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    Line,
    /// Horizontal, then vertical.
    Steps,
    Dashed,
    Points,
    Bars,
}

/// Points that belong together.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    pub name: String,
    pub style: Style,
    /// Position in the palette of series.
    pub color: usize,
    /// x and y, in the axes' units.
    pub points: Vec<[f64; 2]>,
}

/// How an axis runs.
#[derive(Clone, PartialEq, Debug)]
pub struct Axis {
    /// `1 - specificity`, `False positives per film`.
    pub title: String,
    pub min: f64,
    pub max: f64,
    /// Logarithmic to the base 2 (FROC).
    pub is_log: bool,
    /// Written at whole numbers 0, 1, 2 ... instead of numbers (classes, bins).
    pub names: Vec<String>,
}

/// A plot.
#[derive(Clone, PartialEq, Debug)]
pub struct Plot {
    /// Stable, as a file name: `roc`, `pr`, `froc`.
    pub key: &'static str,
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    pub series: Vec<Series>,
    /// The operating point on each series that has one: x, y, color.
    pub dots: Vec<([f64; 2], usize)>,
    /// One or two lines under the plot: how the figures were made.
    pub caption: String,
}

impl Axis {
    /// A linear axis.
    pub fn linear(title: &str, min: f64, max: f64) -> Self {
        Self { title: title.to_owned(), min, max, is_log: false, names: Vec::new() }
    }

    /// From 0 to 1.
    pub fn unit(title: &str) -> Self {
        Self::linear(title, 0.0, 1.0)
    }

    /// Names at 0, 1, 2 ... with half a step of room at both ends.
    pub fn named(title: &str, names: Vec<String>) -> Self {
        let max = names.len().max(1) as f64 - 0.5;
        Self { title: title.to_owned(), min: -0.5, max, is_log: false, names }
    }

    /// Where a value lies: 0 at `min`, 1 at `max`; what is beyond lies at the end. No number lies at the start.
    pub fn place(&self, value: f64) -> f64 {
        let scale = |value: f64| if self.is_log { libm::log2(value) } else { value };
        let place = (scale(value) - scale(self.min)) / (scale(self.max) - scale(self.min));
        if place.is_nan() { 0.0 } else { place.clamp(0.0, 1.0) }
    }

    /// The value at a place from 0 to 1.
    pub fn value_at(&self, place: f64) -> f64 {
        if self.is_log {
            let (min, max) = (libm::log2(self.min), libm::log2(self.max));
            return libm::exp2(min + place * (max - min));
        }
        self.min + place * (self.max - self.min)
    }

    /// Values with a line of the grid, and what is written there: names, powers of two, or four to eleven round numbers.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        if !self.names.is_empty() {
            return self.names.iter().enumerate().map(|(i, name)| (i as f64, name.clone())).collect();
        }
        if self.is_log {
            let from = libm::ceil(libm::log2(self.min) - 1e-9) as i32;
            let to = libm::floor(libm::log2(self.max) + 1e-9) as i32;
            let text =
                |power: i32| if power < 0 { format!("1/{}", 1_u64 << -power) } else { (1_u64 << power).to_string() };
            return (from..=to).map(|power| (libm::exp2(f64::from(power)), text(power))).collect();
        }
        let Some((step, decimals)) = round_step(self.max - self.min) else { return Vec::new() };
        let (from, to) = ((self.min / step - 1e-9).ceil() as i64, (self.max / step + 1e-9).floor() as i64);
        (from..=to).map(|n| (n as f64 * step, format!("{:.decimals$}", n as f64 * step))).collect()
    }
}

/// 1, 2 or 5 times a power of ten, so that a span has four to ten steps, and the decimals that writing it needs.
fn round_step(span: f64) -> Option<(f64, usize)> {
    if !(span.is_finite() && span > 0.0) {
        return None;
    }
    let power = libm::floor(libm::log10(span)) as i32;
    let whole = libm::pow(10.0, f64::from(power));
    let (part, decimals) = [(1.0, -power), (0.5, 1 - power), (0.2, 1 - power)]
        .into_iter()
        .find(|(part, _)| span / (part * whole) >= 4.0 - 1e-9)
        .unwrap_or((0.1, 1 - power));
    Some((part * whole, decimals.max(0) as usize))
}

/// A bar of a series, in the axes' units.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bar {
    /// Position in [`Plot::series`].
    pub series: usize,
    /// Position among the series' points.
    pub point: usize,
    /// From and to along x.
    pub x: [f64; 2],
    /// From and to along y.
    pub y: [f64; 2],
}

impl Plot {
    /// Whether bars lie: so they do where the y axis has names.
    pub const fn has_lying_bars(&self) -> bool {
        !self.y.names.is_empty()
    }

    /// The bars of all series that are drawn so. They share the step between neighbours evenly and leave a little room.
    pub fn bars(&self) -> Vec<Bar> {
        let lies = self.has_lying_bars();
        let along = usize::from(lies);
        let series: Vec<(usize, &Series)> =
            self.series.iter().enumerate().filter(|(_, series)| series.style == Style::Bars).collect();
        let mut places: Vec<f64> = series.iter().flat_map(|(_, one)| &one.points).map(|point| point[along]).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        let axis = if lies { &self.y } else { &self.x };
        let gaps = places.windows(2).map(|pair| pair[1] - pair[0]);
        let step = if axis.names.is_empty() { gaps.fold(axis.max - axis.min, f64::min) } else { 1.0 };
        let (room, each) = (step * 0.1, step * 0.8 / series.len().max(1) as f64);
        let foot = if lies { self.x.min } else { self.y.min }.max(0.0);
        let mut bars = Vec::new();
        for (turn, (index, one)) in series.into_iter().enumerate() {
            for (point, at) in one.points.iter().enumerate() {
                let from = at[along] - step / 2.0 + room + turn as f64 * each;
                let (beside, upwards) = ([from, from + each], [foot, at[1 - along]]);
                let (x, y) = if lies { (upwards, beside) } else { (beside, upwards) };
                bars.push(Bar { series: index, point, x, y });
            }
        }
        bars
    }
}

/// A table of counts drawn as a field of shades: rows are what is true, columns what was answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Matrix {
    /// Stable, as a file name.
    pub key: &'static str,
    pub title: String,
    /// What the rows and the columns are.
    pub row_title: String,
    pub column_title: String,
    pub rows: Vec<String>,
    pub columns: Vec<String>,
    /// Row by row.
    pub counts: Vec<Vec<u64>>,
    pub caption: String,
}

impl Matrix {
    /// The share of its row that a cell has; `None` where the row is empty. Shades are by share, or a common class would
    /// hide all others.
    pub fn share(&self, row: usize, column: usize) -> Option<f64> {
        let sum: u64 = self.counts[row].iter().sum();
        (sum > 0).then(|| self.counts[row][column] as f64 / sum as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers() {
        let texts = |axis: &Axis| axis.ticks().into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ");
        for (min, max, expected) in [
            (0.0, 1.0, "0.0 0.2 0.4 0.6 0.8 1.0"),
            (0.0, 8.0, "0 1 2 3 4 5 6 7 8"),
            (0.0, 0.4, "0.0 0.1 0.2 0.3 0.4"),
            (0.0, 30.0, "0 5 10 15 20 25 30"),
            (-1.0, 1.0, "-1.0 -0.5 0.0 0.5 1.0"),
            (0.0, 12_562.0, "0 2000 4000 6000 8000 10000 12000"),
            (0.3, 0.3, ""),
            (0.0, f64::NAN, ""),
        ] {
            assert_eq!(texts(&Axis::linear("", min, max)), expected, "{min} to {max}");
        }
        let log = Axis { is_log: true, ..Axis::linear("", 0.125, 8.0) };
        assert_eq!(texts(&log), "1/8 1/4 1/2 1 2 4 8");
        assert_eq!((log.place(1.0), log.place(0.0), log.place(16.0)), (0.5, 0.0, 1.0));
        assert_eq!(texts(&Axis::named("", vec!["a".into(), "b".into()])), "a b");
    }

    #[test]
    fn values_and_places_are_inverse() {
        for axis in [Axis::linear("", -2.0, 6.0), Axis { is_log: true, ..Axis::linear("", 0.125, 8.0) }] {
            for place in [0.0, 0.25, 0.6, 1.0] {
                assert!((axis.place(axis.value_at(place)) - place).abs() < 1e-12, "{axis:?} {place}");
            }
        }
        assert_eq!(Axis::unit("").place(f64::NAN), 0.0);
        assert_eq!(Axis::linear("", 1.0, 1.0).place(1.0), 0.0);
    }

    #[test]
    fn bars_stand_or_lie_and_share_the_step() {
        let bars =
            |points: &[[f64; 2]]| Series { name: String::new(), style: Style::Bars, color: 0, points: points.to_vec() };
        let plot = |x: Axis, y: Axis, series: Vec<Series>| Plot {
            key: "p",
            title: String::new(),
            x,
            y,
            series,
            dots: Vec::new(),
            caption: String::new(),
        };
        let near = |a: [f64; 2], b: [f64; 2]| assert!((a[0] - b[0]).abs() + (a[1] - b[1]).abs() < 1e-12, "{a:?} {b:?}");
        let two = vec![bars(&[[0.05, 3.0], [0.15, 4.0]]), bars(&[[0.05, 1.0]])];
        let standing = plot(Axis::unit(""), Axis::linear("", 0.0, 5.0), two).bars();
        assert_eq!(standing.len(), 3);
        near(standing[0].x, [0.01, 0.05]);
        near(standing[1].x, [0.11, 0.15]);
        near(standing[2].x, [0.05, 0.09]);
        near(standing[1].y, [0.0, 4.0]);
        let lying = plot(Axis::unit(""), Axis::named("", vec!["A".into()]), vec![bars(&[[0.7, 0.0]])]).bars();
        near(lying[0].x, [0.0, 0.7]);
        near(lying[0].y, [-0.4, 0.4]);
    }

    #[test]
    fn an_empty_row_has_no_shares() {
        let matrix = Matrix {
            key: "confusion",
            title: String::new(),
            row_title: String::new(),
            column_title: String::new(),
            rows: vec!["a".into(), "b".into()],
            columns: vec!["a".into(), "b".into()],
            counts: vec![vec![3, 1], vec![0, 0]],
            caption: String::new(),
        };
        assert_eq!((matrix.share(0, 1), matrix.share(1, 0)), (Some(0.25), None));
    }
}

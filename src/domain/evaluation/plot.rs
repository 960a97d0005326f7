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

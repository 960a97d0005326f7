//! The film before exposure: attenuation summed along each ray, in millimetres at the plane of the spine.

/// A place on the film plane in millimetres: x right, y down, origin at the middle of the film.
pub type Place = [f32; 2];

/// An upright rectangle in millimetres; empty until something is put in.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bounds {
    pub min: Place,
    pub max: Place,
}

impl Bounds {
    pub const EMPTY: Self = Self { min: [f32::INFINITY; 2], max: [f32::NEG_INFINITY; 2] };

    pub const fn new(xmin: f32, ymin: f32, xmax: f32, ymax: f32) -> Self {
        Self { min: [xmin, ymin], max: [xmax, ymax] }
    }

    pub fn around(places: impl IntoIterator<Item = Place>) -> Self {
        places.into_iter().fold(Self::EMPTY, Self::with)
    }

    #[must_use]
    pub fn with(self, place: Place) -> Self {
        self.union(&Self { min: place, max: place })
    }

    #[must_use]
    pub fn union(self, other: &Self) -> Self {
        Self {
            min: [self.min[0].min(other.min[0]), self.min[1].min(other.min[1])],
            max: [self.max[0].max(other.max[0]), self.max[1].max(other.max[1])],
        }
    }

    #[must_use]
    pub fn grown(self, mm: f32) -> Self {
        Self { min: [self.min[0] - mm, self.min[1] - mm], max: [self.max[0] + mm, self.max[1] + mm] }
    }

    pub fn is_inside(&self, other: &Self) -> bool {
        (0..2).all(|axis| self.min[axis] >= other.min[axis] && self.max[axis] <= other.max[axis])
    }
}

/// How the film's pixels lie in millimetres.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Grid {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Millimetres a pixel at the plane of the spine: the detector's spacing over the magnification.
    pub pixel_mm: f32,
}

impl Grid {
    pub fn x(&self, column: usize) -> f32 {
        (column as f32 + 0.5 - self.width as f32 / 2.0) * self.pixel_mm
    }

    pub fn y(&self, row: usize) -> f32 {
        (row as f32 + 0.5 - self.height as f32 / 2.0) * self.pixel_mm
    }

    /// All of the film.
    pub fn bounds(&self) -> Bounds {
        let (x, y) = (self.width as f32 / 2.0 * self.pixel_mm, self.height as f32 / 2.0 * self.pixel_mm);
        Bounds::new(-x, -y, x, y)
    }

    /// Columns and rows whose centres can lie in the bounds.
    fn pixels(&self, bounds: &Bounds) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let range = |min: f32, max: f32, count: usize| {
            let middle = count as f32 / 2.0;
            let first = (min / self.pixel_mm + middle - 0.5).ceil().clamp(0.0, count as f32);
            let end = ((max / self.pixel_mm + middle - 0.5).floor() + 1.0).clamp(first, count as f32);
            first as usize..end as usize
        };
        (range(bounds.min[0], bounds.max[0], self.width), range(bounds.min[1], bounds.max[1], self.height))
    }

    /// In pixels of the film, origin at the top-left corner of the top-left pixel.
    pub fn to_pixels(self, place: Place) -> [f64; 2] {
        let pixel = |mm: f32, count: usize| f64::from(mm) / f64::from(self.pixel_mm) + count as f64 / 2.0;
        [pixel(place[0], self.width), pixel(place[1], self.height)]
    }
}

/// Attenuation along each ray: the sum of length times coefficient over all that lies in the beam.
#[derive(Debug)]
pub struct Canvas {
    pub grid: Grid,
    /// Row-major, no unit: a ray keeps exp(-sum) of its photons.
    pub sums: Vec<f32>,
    scratch: Vec<[f32; 2]>,
}

impl Canvas {
    pub fn new(grid: Grid) -> Self {
        Self { grid, sums: vec![0.0; grid.width * grid.height], scratch: Vec::new() }
    }

    /// Adds `attenuation(x, y)` at every pixel centre within the bounds.
    pub fn add(&mut self, bounds: &Bounds, attenuation: impl Fn(f32, f32) -> f32) {
        self.add_by_row(bounds, |y| y, |&y, x| attenuation(x, y));
    }

    /// The same where much depends on y alone: `row(y)` once a row, `attenuation(row, x)` at every pixel.
    pub fn add_by_row<R>(&mut self, bounds: &Bounds, row: impl Fn(f32) -> R, attenuation: impl Fn(&R, f32) -> f32) {
        let (columns, rows) = self.grid.pixels(bounds);
        for number in rows {
            let row = row(self.grid.y(number));
            let line = &mut self.sums[number * self.grid.width..][..self.grid.width];
            for column in columns.clone() {
                line[column] += attenuation(&row, self.grid.x(column));
            }
        }
    }

    /// Adds a round bar along a line of nodes [x, y, radius]: `attenuation(share, radius, x, y)` with the
    /// share of the radius at which the ray passes the nearest segment, 0..1. Each pixel counts once.
    pub fn add_along(&mut self, nodes: &[[f32; 3]], attenuation: impl Fn(f32, f32, f32, f32) -> f32) {
        let extent = |n: &[f32; 3]| Bounds::new(n[0] - n[2], n[1] - n[2], n[0] + n[2], n[1] + n[2]);
        let whole = nodes.iter().fold(Bounds::EMPTY, |sum, node| sum.union(&extent(node)));
        let (columns, rows) = self.grid.pixels(&whole);
        let (left, top, width) = (columns.start, rows.start, columns.len());
        if width == 0 || rows.is_empty() {
            return;
        }
        self.scratch.clear();
        self.scratch.resize(width * rows.len(), [1.0, 0.0]);
        for pair in nodes.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
            let length2 = (dx * dx + dy * dy).max(1e-9);
            let (columns, rows) = self.grid.pixels(&extent(&a).union(&extent(&b)));
            for row in rows {
                let y = self.grid.y(row) - a[1];
                let line = &mut self.scratch[(row - top) * width..][..width];
                for column in columns.clone() {
                    let x = self.grid.x(column) - a[0];
                    let t = ((x * dx + y * dy) / length2).clamp(0.0, 1.0);
                    let radius = a[2] + (b[2] - a[2]) * t;
                    let (ex, ey) = (x - dx * t, y - dy * t);
                    let share2 = (ex * ex + ey * ey) / (radius * radius);
                    let best = &mut line[column - left];
                    if share2 < best[0] {
                        *best = [share2, radius];
                    }
                }
            }
        }
        for row in rows {
            let y = self.grid.y(row);
            let line = &self.scratch[(row - top) * width..][..width];
            let sums = &mut self.sums[row * self.grid.width + left..][..width];
            for (column, (best, sum)) in line.iter().zip(sums).enumerate() {
                if best[0] < 1.0 {
                    *sum += attenuation(best[0].sqrt(), best[1], self.grid.x(left + column), y);
                }
            }
        }
    }

    /// Adds `attenuation(depth, x, y)` inside a closed outline, with the distance to the edge in mm, cut off at `reach`.
    pub fn add_inside(&mut self, outline: &[Place], reach: f32, attenuation: impl Fn(f32, f32, f32) -> f32) {
        let (columns, rows) = self.grid.pixels(&Bounds::around(outline.iter().copied()));
        let (left, top, width) = (columns.start, rows.start, columns.len());
        if width == 0 || rows.is_empty() {
            return;
        }
        // First the squared distance to the edge, near the edge only: that is where it counts.
        self.scratch.clear();
        self.scratch.resize(width * rows.len(), [reach * reach, 0.0]);
        let edges = || outline.iter().zip(outline.iter().cycle().skip(1));
        for (a, b) in edges() {
            let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
            let share = 1.0 / (dx * dx + dy * dy).max(1e-12);
            let (near_columns, near_rows) = self.grid.pixels(&Bounds::around([*a, *b]).grown(reach));
            let near_columns = near_columns.start.max(left)..near_columns.end.min(columns.end);
            for row in near_rows.start.max(top)..near_rows.end.min(rows.end) {
                let y = self.grid.y(row) - a[1];
                let line = &mut self.scratch[(row - top) * width..][..width];
                for column in near_columns.clone() {
                    let x = self.grid.x(column) - a[0];
                    let t = ((x * dx + y * dy) * share).clamp(0.0, 1.0);
                    let (ex, ey) = (x - dx * t, y - dy * t);
                    let nearest = &mut line[column - left][0];
                    *nearest = nearest.min(ex * ex + ey * ey);
                }
            }
        }
        // Then, row by row, the stretches between crossings of the outline.
        let mut crossings: Vec<f32> = Vec::new();
        for row in rows {
            let y = self.grid.y(row);
            crossings.clear();
            crossings.extend(
                edges()
                    .filter(|(a, b)| (a[1] > y) != (b[1] > y))
                    .map(|(a, b)| a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1])),
            );
            crossings.sort_by(f32::total_cmp);
            let line = &self.scratch[(row - top) * width..][..width];
            let sums = &mut self.sums[row * self.grid.width..][..self.grid.width];
            for stretch in crossings.chunks_exact(2) {
                let (inside, _) = self.grid.pixels(&Bounds::new(stretch[0], y, stretch[1], y));
                for column in inside.start.max(left)..inside.end.min(columns.end) {
                    sums[column] += attenuation(line[column - left][0].sqrt(), self.grid.x(column), y);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_counts_each_pixel_once_where_its_segments_meet() {
        let mut canvas = Canvas::new(Grid { width: 40, height: 20, pixel_mm: 0.5 });
        canvas.add_along(&[[-5.0, 0.0, 2.0], [0.0, 0.0, 2.0], [5.0, 0.0, 2.0]], |_, _, _, _| 1.0);
        assert!(canvas.sums.iter().all(|&v| v == 0.0 || v == 1.0));
        let drawn = canvas.sums.iter().filter(|&&v| v == 1.0).count() as f32 * 0.25;
        assert!((drawn - (40.0 + std::f32::consts::PI * 4.0)).abs() < 2.5, "{drawn} mm2");
    }

    #[test]
    fn millimetres_and_pixels_agree() {
        let grid = Grid { width: 100, height: 60, pixel_mm: 0.2 };
        assert_eq!(grid.to_pixels([0.0, 0.0]), [50.0, 30.0]);
        let [x, y] = grid.to_pixels([grid.x(7), grid.y(11)]);
        assert!((x - 7.5).abs() < 1e-4 && (y - 11.5).abs() < 1e-4);
    }
}

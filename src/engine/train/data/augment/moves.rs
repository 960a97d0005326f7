//! Turning, shearing and moving a film, as Pillow does it, and where its boxes go.
//!
//! Pillow asks for each pixel of the result where it comes from; a box goes the other way, and what encloses its four
//! moved corners is the new box. The released code cuts boxes to whole pixels on the way; here they stay exact.

use rachis::domain::training::policy::FILL_LEVEL;

use crate::train::data::plane::{Picture, Plane};

/// PIL.Image.rotate about the middle, anticlockwise, nearest pixel.
pub fn rotate(picture: &mut Picture, degrees: f64) {
    if degrees == 0.0 {
        return;
    }
    let (sin, cos) = (-degrees.to_radians()).sin_cos();
    let [middle_x, middle_y] = [picture.plane.width as f64 / 2.0, picture.plane.height as f64 / 2.0];
    // Where a place of the result comes from.
    let x = [cos, sin, middle_x - cos * middle_x - sin * middle_y];
    let y = [-sin, cos, middle_y + sin * middle_x - cos * middle_y];
    picture.plane = nearest(&picture.plane, x, y);
    move_corners(picture, |[x, y]| {
        let (x, y) = (x - middle_x, y - middle_y);
        [middle_x + cos * x - sin * y, middle_y + sin * x + cos * y]
    });
}

/// Up by so many pixels; down where negative.
pub fn translate_y(picture: &mut Picture, pixels: f64) {
    picture.plane = nearest(&picture.plane, [1.0, 0.0, 0.0], [0.0, 1.0, pixels]);
    move_corners(picture, |[x, y]| [x, y - pixels]);
}

/// Each row to the left by `shear` times its place; cubic.
pub fn shear_x(picture: &mut Picture, shear: f64) {
    let Plane { width, height, levels } = &picture.plane;
    let mut sheared = Vec::with_capacity(levels.len());
    for y in 0..*height {
        let row = &levels[y * width..(y + 1) * width];
        let cubic = Cubic::shifted_by(shear * (y as f64 + 0.5));
        sheared.extend((0..*width).map(|x| cubic.level(x, *width, |place| row[place])));
    }
    picture.plane.levels = sheared;
    move_corners(picture, |[x, y]| [x - shear * y, y]);
}

/// Each column up by `shear` times its place; cubic.
pub fn shear_y(picture: &mut Picture, shear: f64) {
    let Plane { width, height, levels } = &picture.plane;
    let cubics: Vec<Cubic> = (0..*width).map(|x| Cubic::shifted_by(shear * (x as f64 + 0.5))).collect();
    let mut sheared = Vec::with_capacity(levels.len());
    for y in 0..*height {
        let row = cubics.iter().enumerate();
        sheared.extend(row.map(|(x, cubic)| cubic.level(y, *height, |place| levels[place * width + x])));
    }
    picture.plane.levels = sheared;
    move_corners(picture, |[x, y]| [x, y - shear * x]);
}

/// Pillow's cubic (a = -1) between the four places of a line about a place that is shifted, the ends repeated.
struct Cubic {
    shift: f64,
    /// Whole places of the shift, and the rest, which is never negative.
    whole: i64,
    rest: f32,
}

impl Cubic {
    fn shifted_by(shift: f64) -> Self {
        Self { shift, whole: shift.floor() as i64, rest: (shift - shift.floor()) as f32 }
    }

    /// Of the line's place `place`; filled where it comes from outside the line.
    fn level(&self, place: usize, len: usize, level: impl Fn(usize) -> f32) -> f32 {
        if !(0.0..len as f64).contains(&(place as f64 + 0.5 + self.shift)) {
            return FILL_LEVEL;
        }
        let (first, last) = (place as i64 + self.whole, len as i64 - 1);
        let [a, b, c, e] = [-1, 0, 1, 2].map(|offset| level((first + offset).clamp(0, last) as usize));
        let d = self.rest;
        let value = b + d * (c - a + d * (2.0 * (a - b) + c - e + d * (b - a - c + e)));
        value.clamp(0.0, 255.0)
    }
}

/// The pixel that each comes from: `x' = x[0] x + x[1] y + x[2]` and `y'` likewise, in Pillow's 16.16 fixed point, so that the
/// same pixels are chosen.
fn nearest(plane: &Plane, x: [f64; 3], y: [f64; 3]) -> Plane {
    let fixed = |v: f64| (v * 65536.0 + 0.5).floor() as i64;
    let [x_along, x_down, x_start] = [x[0], x[1], x[2] + x[0] * 0.5 + x[1] * 0.5].map(fixed);
    let [y_along, y_down, y_start] = [y[0], y[1], y[2] + y[0] * 0.5 + y[1] * 0.5].map(fixed);
    let (width, height) = (plane.width as i64, plane.height as i64);
    let mut levels = Vec::with_capacity(plane.levels.len());
    for row in 0..height {
        let (mut from_x, mut from_y) = (x_start + x_down * row, y_start + y_down * row);
        for _ in 0..width {
            let (place_x, place_y) = (from_x >> 16, from_y >> 16);
            let is_inside = (0..width).contains(&place_x) && (0..height).contains(&place_y);
            levels.push(if is_inside { plane.levels[(place_y * width + place_x) as usize] } else { FILL_LEVEL });
            from_x += x_along;
            from_y += y_along;
        }
    }
    Plane { width: plane.width, height: plane.height, levels }
}

/// Boxes to what encloses their moved corners; they may reach over the film.
fn move_corners(picture: &mut Picture, to: impl Fn([f64; 2]) -> [f64; 2]) {
    for one in &mut picture.boxes {
        let [x0, y0, x1, y1] = one.corners;
        let corners = [[x0, y0], [x1, y0], [x0, y1], [x1, y1]].map(&to);
        let ends = |axis: usize| {
            let low = corners.iter().map(|corner| corner[axis]).fold(f64::INFINITY, f64::min);
            let high = corners.iter().map(|corner| corner[axis]).fold(f64::NEG_INFINITY, f64::max);
            (low, high)
        };
        let ((xmin, xmax), (ymin, ymax)) = (ends(0), ends(1));
        one.corners = [xmin, ymin, xmax, ymax];
    }
}

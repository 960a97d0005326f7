//! Angles between lines on a film.

use super::scale::Scale;
use crate::domain::geometry::Point;

/// The angle at `vertex` between the rays to `a` and `b`, in degrees, 0..=180. 0 where a ray has no length.
pub fn angle_degrees(scale: &Scale, a: Point, vertex: Point, b: Point) -> f64 {
    let [a, vertex, b] = [a, vertex, b].map(|p| scale.plane_from_film(p));
    between(minus(a, vertex), minus(b, vertex))
}

/// Cobb's angle between an upper and a lower end-plate line, in degrees, 0..=180.
///
/// J. R. Cobb, Outline for the study of scoliosis, Instructional Course Lectures 5 (1948) 261-275: the angle between the
/// superior end plate of the upper and the inferior end plate of the lower end vertebra. It may pass 90 degrees, so the
/// lines need a direction: both run the same way across the spine. Which way each was drawn does not matter: their ends
/// are paired so that the sides of the spine, end to end, do not cross. Where both pairings or none cross, as with lines
/// that cross themselves, it is the smaller angle, at most 90 degrees.
pub fn cobb_degrees(scale: &Scale, upper: [Point; 2], lower: [Point; 2]) -> f64 {
    let [a1, a2] = upper.map(|p| scale.plane_from_film(p));
    let [b1, b2] = lower.map(|p| scale.plane_from_film(p));
    let angle = between(minus(a2, a1), minus(b2, b1));
    match (is_crossing([a1, b1], [a2, b2]), is_crossing([a1, b2], [a2, b1])) {
        (false, true) => angle,
        (true, false) => 180.0 - angle,
        _ => angle.min(180.0 - angle),
    }
}

pub(super) fn minus(a: Point, b: Point) -> Point {
    Point::new(a.x - b.x, a.y - b.y)
}

pub(super) fn dot(a: Point, b: Point) -> f64 {
    a.x * b.x + a.y * b.y
}

fn cross(a: Point, b: Point) -> f64 {
    a.x * b.y - a.y * b.x
}

/// By the arctangent of sine and cosine, which keeps its precision near 0 and 180 degrees, where the arccosine loses it.
fn between(a: Point, b: Point) -> f64 {
    cross(a, b).abs().atan2(dot(a, b)).to_degrees()
}

fn is_crossing(a: [Point; 2], b: [Point; 2]) -> bool {
    let side = |from: Point, to: Point, p: Point| cross(minus(to, from), minus(p, from));
    side(a[0], a[1], b[0]) * side(a[0], a[1], b[1]) < 0.0 && side(b[0], b[1], a[0]) * side(b[0], b[1], a[1]) < 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{PixelGeometry, SpacingSource};
    use proptest::prelude::*;

    fn spaced(row: f64, column: f64) -> Scale {
        Scale::of(&PixelGeometry::spaced([row, column], SpacingSource::PixelSpacing { is_calibrated: true }))
    }

    /// A place in millimetres, in pixels.
    fn film(x_mm: f64, y_mm: f64, spacing: [f64; 2]) -> Point {
        Point::new(x_mm / spacing[1], y_mm / spacing[0])
    }

    #[test]
    fn angles_of_known_triangles() {
        let check = |spacing: [f64; 2], a: (f64, f64), b: (f64, f64), expected: f64| {
            let scale = spaced(spacing[0], spacing[1]);
            let place = |(x, y)| film(x + 50.0, y + 50.0, spacing);
            let found = angle_degrees(&scale, place(a), place((0.0, 0.0)), place(b));
            assert!((found - expected).abs() < 1e-9, "{a:?} {b:?}: {found}, not {expected}");
        };
        for spacing in [[0.2, 0.2], [0.3, 0.1], [0.1, 0.4]] {
            check(spacing, (10.0, 0.0), (0.0, 7.0), 90.0);
            check(spacing, (10.0, 0.0), (20.0, 20.0), 45.0);
            check(spacing, (1.0, 0.0), (-1.0, 0.0), 180.0);
            check(spacing, (2.0, 2.0), (3.0, 3.0), 0.0);
            check(spacing, (1.0, 0.0), (-0.5, 0.75f64.sqrt()), 120.0);
        }
    }

    #[test]
    fn an_angle_without_spacing_honours_the_pixels_form() {
        let scale = Scale::of(&PixelGeometry { aspect: 2.0, ..PixelGeometry::default() });
        let found = angle_degrees(&scale, Point::new(10.0, 0.0), Point::default(), Point::new(10.0, 5.0));
        assert!((found - 45.0).abs() < 1e-9, "{found}");
    }

    #[test]
    fn a_ray_without_length_is_no_angle() {
        let p = Point::new(3.0, 4.0);
        assert_eq!(angle_degrees(&spaced(0.2, 0.2), p, p, Point::new(9.0, 9.0)), 0.0);
    }

    /// Two end plates of a curve: on rays from its centre, `degrees` apart.
    fn end_plates(degrees: f64, tilt: f64, spacing: [f64; 2]) -> [[Point; 2]; 2] {
        [tilt, tilt + degrees].map(|ray| {
            let (sin, cos) = ray.to_radians().sin_cos();
            [60.0, 95.0].map(|radius| film(200.0 + radius * cos, 200.0 + radius * sin, spacing))
        })
    }

    proptest! {
        #[test]
        fn cobb_finds_the_curve_however_its_lines_were_drawn(
            degrees in 0.1..160.0f64, tilt in -180.0..180.0f64, row in 0.08..0.5f64, column in 0.08..0.5f64,
            is_upper_reversed: bool, is_lower_reversed: bool, is_lower_first: bool,
        ) {
            let [mut upper, mut lower] = end_plates(degrees, tilt, [row, column]);
            if is_upper_reversed {
                upper.reverse();
            }
            if is_lower_reversed {
                lower.reverse();
            }
            let (first, second) = if is_lower_first { (lower, upper) } else { (upper, lower) };
            let found = cobb_degrees(&spaced(row, column), first, second);
            prop_assert!((found - degrees).abs() < 1e-6, "{found}, not {degrees}");
        }

        #[test]
        fn an_angle_does_not_depend_on_which_side_comes_first(
            p in prop::array::uniform6(0.0..3000.0f64), row in 0.05..0.5f64, column in 0.05..0.5f64,
        ) {
            let [a, v, b] = [(p[0], p[1]), (p[2], p[3]), (p[4], p[5])].map(|(x, y)| Point::new(x, y));
            let scale = spaced(row, column);
            let found = angle_degrees(&scale, a, v, b);
            prop_assert_eq!(found, angle_degrees(&scale, b, v, a));
            prop_assert!((0.0..=180.0).contains(&found));
        }
    }

    #[test]
    fn lines_that_cross_give_the_smaller_angle() {
        let scale = spaced(0.1, 0.1);
        let level = [Point::new(0.0, 50.0), Point::new(100.0, 50.0)];
        let steep = [Point::new(50.0, 0.0), Point::new(60.0, 100.0)];
        let found = cobb_degrees(&scale, level, steep);
        assert!((found - 10.0f64.atan().to_degrees()).abs() < 1e-9, "{found}");
    }
}

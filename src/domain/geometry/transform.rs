//! The map between film and screen: zoom, pan, and quarter turns and flips as exact signs.

use super::Point;

/// An affine map `screen = linear * image + offset`, always invertible here: a scale along each axis of the film,
/// quarter turns and flips.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Transform {
    a: f64,
    b: f64,
    c: f64,
    d: f64,
    tx: f64,
    ty: f64,
}

impl Transform {
    /// Leaves every point where it is.
    pub const IDENTITY: Self = Self { a: 1.0, b: 0.0, c: 0.0, d: 1.0, tx: 0.0, ty: 0.0 };

    /// `scale` screen points a pixel, about the image point `center_image` shown at `center_screen`;
    /// first flipped left to right if `flipped`, then turned clockwise by `quarter_turns` * 90 degrees.
    pub fn view(scale: f64, quarter_turns: u8, flipped: bool, center_image: Point, center_screen: Point) -> Self {
        Self::stretched_view([scale; 2], quarter_turns, flipped, center_image, center_screen)
    }

    /// The same for pixels that are not square: `scale` along the film's rows (x) and along its columns (y).
    pub fn stretched_view(
        scale: [f64; 2],
        quarter_turns: u8,
        flipped: bool,
        center_image: Point,
        center_screen: Point,
    ) -> Self {
        let (cos, sin) = match quarter_turns % 4 {
            0 => (1.0, 0.0),
            1 => (0.0, 1.0),
            2 => (-1.0, 0.0),
            _ => (0.0, -1.0),
        };
        let (sx, sy) = (if flipped { -scale[0] } else { scale[0] }, scale[1]);
        let (a, b, c, d) = (cos * sx, -sin * sy, sin * sx, cos * sy);
        Self {
            a,
            b,
            c,
            d,
            tx: center_screen.x - a * center_image.x - b * center_image.y,
            ty: center_screen.y - c * center_image.x - d * center_image.y,
        }
    }

    pub fn apply(&self, p: Point) -> Point {
        Point::new(self.a * p.x + self.b * p.y + self.tx, self.c * p.x + self.d * p.y + self.ty)
    }

    #[must_use]
    pub fn inverse(&self) -> Self {
        let det = self.a * self.d - self.b * self.c;
        let (a, b, c, d) = (self.d / det, -self.b / det, -self.c / det, self.a / det);
        Self { a, b, c, d, tx: -(a * self.tx + b * self.ty), ty: -(c * self.tx + d * self.ty) }
    }

    /// The same map fed with framebuffer pixels: this one takes canvas points, the canvas starts at
    /// (`left`, `top`) points of the window, and a point is `pixels_per_point` pixels.
    #[must_use]
    pub fn from_framebuffer(&self, left: f64, top: f64, pixels_per_point: f64) -> Self {
        let s = 1.0 / pixels_per_point;
        Self {
            a: self.a * s,
            b: self.b * s,
            c: self.c * s,
            d: self.d * s,
            tx: self.tx - self.a * left - self.b * top,
            ty: self.ty - self.c * left - self.d * top,
        }
    }

    /// This, then `next`.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        Self {
            a: next.a * self.a + next.b * self.c,
            b: next.a * self.b + next.b * self.d,
            tx: next.a * self.tx + next.b * self.ty + next.tx,
            c: next.c * self.a + next.d * self.c,
            d: next.c * self.b + next.d * self.d,
            ty: next.c * self.tx + next.d * self.ty + next.ty,
        }
    }

    /// Row-major `[a, b, tx, c, d, ty]`, as shaders take it.
    pub const fn rows(&self) -> [f64; 6] {
        [self.a, self.b, self.tx, self.c, self.d, self.ty]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_clockwise_quarter_turn_takes_right_to_down() {
        let t = Transform::view(2.0, 1, false, Point::default(), Point::default());
        assert_eq!(t.apply(Point::new(1.0, 0.0)), Point::new(0.0, 2.0));
    }

    #[test]
    fn a_flip_mirrors_left_and_right_only() {
        let t = Transform::view(1.0, 0, true, Point::new(5.0, 5.0), Point::new(5.0, 5.0));
        assert_eq!(t.apply(Point::new(0.0, 3.0)), Point::new(10.0, 3.0));
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same_place(
            scale in 0.01..64.0f64, turns in 0u8..4, flipped: bool, x in -1e4..1e4f64, y in -1e4..1e4f64,
        ) {
            let t = Transform::view(scale, turns, flipped, Point::new(1200.0, 800.0), Point::new(640.0, 400.0));
            let back = t.inverse().apply(t.apply(Point::new(x, y)));
            prop_assert!((back.x - x).abs() < 1e-6 && (back.y - y).abs() < 1e-6);
        }
    }
}

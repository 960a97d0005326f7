//! The pixels of a film as they lie on a screen: how many, and how much wider or higher than square each one is.

use super::{Point, Size};

/// A film's size in pixels and the shape of one pixel.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PixelGrid {
    /// In pixels.
    pub size: Size,
    /// Width and height of one pixel on the screen; the smaller is 1, so that no pixel is lost at 1:1.
    pub stretch: [f64; 2],
}

/// Beyond this a header is wrong rather than the pixels long.
const WIDEST_ASPECT: f64 = 16.0;

impl PixelGrid {
    /// Square pixels.
    pub const fn square(size: Size) -> Self {
        Self { size, stretch: [1.0, 1.0] }
    }

    /// `aspect` is the height of a pixel over its width (Pixel Aspect Ratio, PS3.3 C.7.6.3.1.7); nonsense is 1.
    pub fn new(size: Size, aspect: f64) -> Self {
        let is_plausible = aspect.is_finite() && (1.0 / WIDEST_ASPECT..=WIDEST_ASPECT).contains(&aspect);
        match aspect {
            a if !is_plausible || (a - 1.0).abs() < 1e-6 => Self::square(size),
            a if a > 1.0 => Self { size, stretch: [1.0, a] },
            a => Self { size, stretch: [1.0 / a, 1.0] },
        }
    }

    /// Width and height in units of the smaller side of a pixel.
    pub fn stretched(&self) -> Size {
        Size::new(self.size.width * self.stretch[0], self.size.height * self.stretch[1])
    }

    /// The middle of the film, in film pixels.
    pub fn middle(&self) -> Point {
        Point::new(self.size.width / 2.0, self.size.height / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_side_of_a_pixel_is_one() {
        let size = Size::new(100.0, 50.0);
        let check = |aspect: f64, expected: [f64; 2]| assert_eq!(PixelGrid::new(size, aspect).stretch, expected);
        check(1.0, [1.0, 1.0]);
        check(2.0, [1.0, 2.0]);
        check(0.5, [2.0, 1.0]);
        check(0.0, [1.0, 1.0]);
        check(f64::NAN, [1.0, 1.0]);
        check(1000.0, [1.0, 1.0]);
        assert_eq!(PixelGrid::new(size, 0.5).stretched(), Size::new(200.0, 50.0));
    }
}

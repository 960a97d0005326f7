//! The cardiothoracic ratio of a frontal chest film.

use super::angle::minus;
use super::scale::{Length, Scale};
use crate::domain::geometry::Point;

/// Widths of heart and thorax across the patient, and the one over the other.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cardiothoracic {
    /// Between the heart's right-most and left-most point.
    pub heart: Length,
    /// Between the inner edges of the ribs.
    pub thorax: Length,
    /// Whether across the patient is along the rows of the film, as it is on a film that was not stored on its side.
    pub is_along_rows: bool,
    /// Heart over thorax; `None` where the thorax has no width.
    pub ratio: Option<f64>,
}

/// C. S. Danzer, The cardiothoracic ratio: an index of cardiac enlargement, Am J Med Sci 157 (1919) 513-521: the
/// greatest transverse diameter of the heart over the greatest transverse diameter of the thorax, inside the ribs. A
/// ratio above 0.5 on an upright postero-anterior film of an adult is the usual sign of an enlarged heart.
///
/// The heart's right-most and left-most point lie at different heights, so widths are extents at a right angle to the
/// midline and not lengths of lines. Across is along the film's rows or, where the film was stored on its side, along its
/// columns: whichever the line between the ribs is nearer to. A view that is
/// turned or flipped therefore changes nothing.
pub fn cardiothoracic(scale: &Scale, heart: [Point; 2], ribs: [Point; 2]) -> Cardiothoracic {
    let span = |[a, b]: [Point; 2]| minus(scale.plane_from_film(b), scale.plane_from_film(a));
    let (heart, ribs) = (span(heart), span(ribs));
    let is_along_rows = ribs.x.abs() >= ribs.y.abs();
    let width = |span: Point| if is_along_rows { span.x.abs() } else { span.y.abs() };
    let (heart, thorax) = (width(heart), width(ribs));
    Cardiothoracic {
        heart: scale.length(heart),
        thorax: scale.length(thorax),
        is_along_rows,
        ratio: (thorax > 0.0).then(|| heart / thorax),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{PixelGeometry, SpacingSource};

    #[test]
    fn widths_are_across_the_patient_whichever_way_the_film_was_stored() {
        // Heart 140 mm, its two sides 40 mm apart in height; thorax 280 mm, its sides 10 mm apart.
        let places = [(90.0, 150.0), (230.0, 190.0), (20.0, 200.0), (300.0, 210.0)];
        for spacing in [[0.2, 0.2], [0.15, 0.3], [0.4, 0.1]] {
            let scale = Scale::of(&PixelGeometry::spaced(spacing, SpacingSource::PixelSpacing { is_calibrated: true }));
            for is_on_its_side in [false, true] {
                let [a, b, c, d] = places.map(|(x, y)| {
                    let (x, y) = if is_on_its_side { (y, 320.0 - x) } else { (x, y) };
                    Point::new(x / spacing[1], y / spacing[0])
                });
                for (heart, ribs) in [([a, b], [c, d]), ([b, a], [d, c])] {
                    let found = cardiothoracic(&scale, heart, ribs);
                    assert!((found.heart.mm.expect("spacing") - 140.0).abs() < 1e-9, "{found:?}");
                    assert!((found.thorax.mm.expect("spacing") - 280.0).abs() < 1e-9, "{found:?}");
                    assert!((found.ratio.expect("a width") - 0.5).abs() < 1e-12, "{found:?}");
                }
            }
        }
    }

    #[test]
    fn a_thorax_without_width_has_no_ratio() {
        let scale = Scale::of(&PixelGeometry::default());
        let p = Point::new(4.0, 4.0);
        assert_eq!(cardiothoracic(&scale, [p, Point::new(9.0, 4.0)], [p, p]).ratio, None);
    }
}

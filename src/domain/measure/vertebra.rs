//! Measures of vertebrae on a lateral film: heights of a body, and how far one has slipped on the next.

use super::angle::{dot, minus};
use super::scale::{Length, Scale};
use crate::domain::geometry::Point;

/// Heights of one vertebral body and what they say of each other.
///
/// The heights are those of quantitative morphometry: anterior, middle and posterior distance between the end plates.
/// Ratios are to the posterior height: anterior to posterior for a wedge, middle to posterior for a biconcave body.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct VertebralHeight {
    pub anterior: Length,
    pub posterior: Length,
    pub middle: Option<Length>,
    /// Anterior over posterior; `None` where the posterior height is nothing.
    pub anterior_ratio: Option<f64>,
    /// Middle over posterior.
    pub middle_ratio: Option<f64>,
    /// How much lower the lowest height is than the highest, in per cent of the highest.
    pub loss_percent: Option<f64>,
    pub deformity: Option<Deformity>,
}

/// Grades of a vertebral deformity by the height that is lost.
///
/// H. K. Genant et al., Vertebral fracture assessment using a semiquantitative technique, J Bone Miner Res 8 (1993)
/// 1137-1148: mild 20 to 25 %, moderate 25 to 40 %, severe more than 40 %. There a reader judges the loss against the
/// neighbours as well; here it is of one body, so one that is crushed evenly is not seen as lower.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Deformity {
    None,
    Mild,
    Moderate,
    Severe,
}

impl Deformity {
    pub fn of_loss(percent: f64) -> Self {
        match percent {
            p if p < 20.0 => Self::None,
            p if p < 25.0 => Self::Mild,
            p if p <= 40.0 => Self::Moderate,
            _ => Self::Severe,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "Genant 0",
            Self::Mild => "Genant 1 (mild)",
            Self::Moderate => "Genant 2 (moderate)",
            Self::Severe => "Genant 3 (severe)",
        }
    }
}

/// Each line is its upper and its lower end, on the film; which of them comes first does not matter.
pub fn vertebral_height(
    scale: &Scale,
    anterior: [Point; 2],
    posterior: [Point; 2],
    middle: Option<[Point; 2]>,
) -> VertebralHeight {
    let height = |[a, b]: [Point; 2]| scale.distance(a, b);
    let (anterior, posterior, middle) = (height(anterior), height(posterior), middle.map(height));
    let ratio = |length: Length| (posterior.px > 0.0).then(|| length.px / posterior.px);
    let heights = || [Some(anterior), Some(posterior), middle].into_iter().flatten().map(|length| length.px);
    let (least, greatest) = (heights().fold(f64::INFINITY, f64::min), heights().fold(0.0, f64::max));
    let loss_percent = (greatest > 0.0).then(|| 100.0 * (1.0 - least / greatest));
    VertebralHeight {
        anterior,
        posterior,
        middle,
        anterior_ratio: ratio(anterior),
        middle_ratio: middle.and_then(ratio),
        loss_percent,
        deformity: loss_percent.map(Deformity::of_loss),
    }
}

/// How far a vertebra has slipped on the one below.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Slip {
    /// Along the lower end plate, forwards; negative where the upper vertebra has slipped backwards.
    pub displacement: Length,
    /// Length of the lower end plate.
    pub plate: Length,
    /// Displacement in per cent of the plate; negative backwards. `None` where the plate has no length.
    pub percent: Option<f64>,
    /// Of the slip in either direction.
    pub grade: Option<Meyerding>,
}

/// Grades of a slip by quarters of the lower end plate.
///
/// H. W. Meyerding, Spondylolisthesis, Surg Gynecol Obstet 54 (1932) 371-377: I to 25 %, II to 50 %, III to 75 %, IV to
/// 100 %; V, where the upper vertebra has fallen off the lower, is the later addition in common use (spondyloptosis).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Meyerding {
    I,
    II,
    III,
    IV,
    V,
}

impl Meyerding {
    /// Without its sign. `None` for no slip at all.
    pub fn of_slip(percent: f64) -> Option<Self> {
        Some(match percent.abs() {
            0.0 => return None,
            p if p <= 25.0 => Self::I,
            p if p <= 50.0 => Self::II,
            p if p <= 75.0 => Self::III,
            p if p <= 100.0 => Self::IV,
            _ => Self::V,
        })
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::I => "Meyerding I",
            Self::II => "Meyerding II",
            Self::III => "Meyerding III",
            Self::IV => "Meyerding IV",
            Self::V => "Meyerding V",
        }
    }
}

/// After Taillard (W. Taillard, Le spondylolisthesis chez l'enfant et l'adolescent, Acta Orthop Scand 24 (1954) 115-144):
/// the posterior inferior corner of the upper vertebra, dropped at a right angle on the superior end plate of the lower,
/// measured from the plate's posterior end.
pub fn slip(scale: &Scale, plate_posterior: Point, plate_anterior: Point, corner: Point) -> Slip {
    let [from, to, corner] = [plate_posterior, plate_anterior, corner].map(|p| scale.plane_from_film(p));
    let plate = minus(to, from);
    let length = plate.x.hypot(plate.y);
    let displacement = if length > 0.0 { dot(minus(corner, from), plate) / length } else { 0.0 };
    let percent = (length > 0.0).then(|| 100.0 * displacement / length);
    Slip {
        displacement: scale.length(displacement),
        plate: scale.length(length),
        percent,
        grade: percent.and_then(Meyerding::of_slip),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{PixelGeometry, SpacingSource};
    use proptest::prelude::*;

    fn spaced([row, column]: [f64; 2]) -> Scale {
        Scale::of(&PixelGeometry::spaced([row, column], SpacingSource::PixelSpacing { is_calibrated: true }))
    }

    /// A place in millimetres turned about the middle of the film, in pixels.
    fn film(x_mm: f64, y_mm: f64, degrees: f64, spacing: [f64; 2]) -> Point {
        let (sin, cos) = degrees.to_radians().sin_cos();
        Point::new((200.0 + x_mm * cos - y_mm * sin) / spacing[1], (200.0 + x_mm * sin + y_mm * cos) / spacing[0])
    }

    #[test]
    fn grades_begin_where_the_papers_say() {
        for (percent, expected) in [
            (0.0, Deformity::None),
            (19.99, Deformity::None),
            (20.0, Deformity::Mild),
            (24.99, Deformity::Mild),
            (25.0, Deformity::Moderate),
            (40.0, Deformity::Moderate),
            (40.01, Deformity::Severe),
        ] {
            assert_eq!(Deformity::of_loss(percent), expected, "{percent}");
        }
        for (percent, expected) in [
            (0.0, None),
            (0.1, Some(Meyerding::I)),
            (25.0, Some(Meyerding::I)),
            (25.1, Some(Meyerding::II)),
            (-30.0, Some(Meyerding::II)),
            (50.1, Some(Meyerding::III)),
            (75.1, Some(Meyerding::IV)),
            (100.0, Some(Meyerding::IV)),
            (100.1, Some(Meyerding::V)),
        ] {
            assert_eq!(Meyerding::of_slip(percent), expected, "{percent}");
        }
    }

    #[test]
    fn nothing_to_divide_by_is_no_ratio() {
        let p = Point::new(5.0, 5.0);
        let scale = spaced([0.2, 0.2]);
        let flat = vertebral_height(&scale, [p, p], [p, p], None);
        assert_eq!((flat.anterior_ratio, flat.loss_percent, flat.deformity), (None, None, None));
        assert_eq!(slip(&scale, p, p, Point::new(9.0, 9.0)).percent, None);
    }

    proptest! {
        #[test]
        fn heights_of_a_known_body_come_back(
            heights in prop::array::uniform3(2.0..40.0f64), turn in 0.0..360.0f64,
            spacing in prop::array::uniform2(0.08..0.5f64), is_upside_down: bool,
        ) {
            let line = |x: f64, height: f64| {
                let ends = [film(x, -height / 2.0, turn, spacing), film(x, height / 2.0, turn, spacing)];
                if is_upside_down { [ends[1], ends[0]] } else { ends }
            };
            let [ha, hm, hp] = heights;
            let found = vertebral_height(&spaced(spacing), line(-15.0, ha), line(15.0, hp), Some(line(0.0, hm)));
            let mm = |length: Length| length.mm.expect("spacing");
            prop_assert!((mm(found.anterior) - ha).abs() < 1e-9);
            prop_assert!((mm(found.posterior) - hp).abs() < 1e-9);
            prop_assert!((mm(found.middle.expect("three lines")) - hm).abs() < 1e-9);
            prop_assert!((found.anterior_ratio.expect("a height") - ha / hp).abs() < 1e-9);
            prop_assert!((found.middle_ratio.expect("a height") - hm / hp).abs() < 1e-9);
            let expected = 100.0 * (1.0 - ha.min(hm).min(hp) / ha.max(hm).max(hp));
            prop_assert!((found.loss_percent.expect("a height") - expected).abs() < 1e-9);
        }

        #[test]
        fn a_known_slip_comes_back_whichever_way_the_patient_faces(
            plate in 20.0..60.0f64, percent in -60.0..130.0f64, gap in 1.0..15.0f64, turn in 0.0..360.0f64,
            spacing in prop::array::uniform2(0.08..0.5f64), faces_left: bool,
        ) {
            let side = if faces_left { -1.0 } else { 1.0 };
            let place = |x: f64, y: f64| film(side * x, y, turn, spacing);
            let found = slip(
                &spaced(spacing),
                place(0.0, 0.0),
                place(plate, 0.0),
                place(plate * percent / 100.0, -gap),
            );
            prop_assert!((found.percent.expect("a plate") - percent).abs() < 1e-8);
            prop_assert!((found.displacement.mm.expect("spacing") - plate * percent / 100.0).abs() < 1e-8);
            prop_assert!((found.plate.mm.expect("spacing") - plate).abs() < 1e-9);
        }
    }
}

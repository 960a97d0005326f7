//! The values of a shape on a film, each with its unit and where its scale comes from.

use super::angle::{angle_degrees, cobb_degrees};
use super::region::{Outline, PixelValue, RegionStats, pixel_at, pixel_value, region_stats};
use super::scale::{Area, Length, Scale};
use super::shape::{MeasureKind, MeasureShape};
use super::thorax::{Cardiothoracic, cardiothoracic};
use super::vertebra::{Slip, VertebralHeight, slip, vertebral_height};
use crate::domain::geometry::Rect;
use crate::domain::imaging::{Film, PixelGeometry, SpacingSource};

/// What a shape measures.
#[derive(Clone, PartialEq, Debug)]
pub enum Values {
    Ruler(Length),
    Angle {
        degrees: f64,
    },
    Cobb {
        degrees: f64,
    },
    VertebralHeight(VertebralHeight),
    Slip(Slip),
    Cardiothoracic(Cardiothoracic),
    Region(Region),
    Probe {
        /// Column and row.
        pixel: Option<[u32; 2]>,
        value: Option<PixelValue>,
        unit: Option<String>,
    },
}

/// An ellipse or a rectangle and the pixels in it.
#[derive(Clone, PartialEq, Debug)]
pub struct Region {
    pub area: Area,
    pub perimeter: Length,
    /// Horizontal and vertical.
    pub extent: [Length; 2],
    /// `None` on colour films, without a film, and where no pixel's centre is inside.
    pub stats: Option<RegionStats>,
    /// Of the statistics, where the file names one.
    pub unit: Option<String>,
}

/// One line of what was measured.
#[derive(Clone, PartialEq, Debug)]
pub struct Readout {
    /// Lower case, words parted by blanks: "anterior height".
    pub name: &'static str,
    pub amount: Amount,
}

/// A number with its unit, or a grade.
#[derive(Clone, PartialEq, Debug)]
pub enum Amount {
    Length(Length),
    Area(Area),
    Degrees(f64),
    Percent(f64),
    Ratio(f64),
    Count(u64),
    /// A modality or stored value, with its unit where the file names one.
    Value(f64, Option<String>),
    /// Column or row of a pixel.
    Place(u32),
    Grade(&'static str),
}

/// `film` is needed for what reads pixel values; without it those are missing.
pub fn values(shape: &MeasureShape, geometry: &PixelGeometry, film: Option<&Film>) -> Values {
    let scale = Scale::of(geometry);
    let p = shape.points();
    let unit = || film.and_then(|film| film.facts.unit.clone());
    match shape.kind() {
        MeasureKind::Ruler => Values::Ruler(scale.distance(p[0], p[1])),
        MeasureKind::Angle => Values::Angle { degrees: angle_degrees(&scale, p[0], p[1], p[2]) },
        MeasureKind::Cobb => Values::Cobb { degrees: cobb_degrees(&scale, [p[0], p[1]], [p[2], p[3]]) },
        MeasureKind::VertebralHeight => {
            let middle = p.get(4).zip(p.get(5)).map(|(&a, &b)| [a, b]);
            Values::VertebralHeight(vertebral_height(&scale, [p[0], p[1]], [p[2], p[3]], middle))
        }
        MeasureKind::Slip => Values::Slip(slip(&scale, p[0], p[1], p[2])),
        MeasureKind::Cardiothoracic => Values::Cardiothoracic(cardiothoracic(&scale, [p[0], p[1]], [p[2], p[3]])),
        MeasureKind::Ellipse | MeasureKind::Rectangle => {
            let bounds = Rect::from_corners(p[0], p[1]);
            let is_ellipse = shape.kind() == MeasureKind::Ellipse;
            let outline = if is_ellipse { Outline::Ellipse(bounds) } else { Outline::Rectangle(bounds) };
            Values::Region(Region {
                area: outline.area(&scale),
                perimeter: outline.perimeter(&scale),
                extent: outline.extent(&scale),
                stats: film.and_then(|film| region_stats(film, &outline)),
                unit: unit(),
            })
        }
        MeasureKind::Probe => {
            Values::Probe { pixel: pixel_at(p[0]), value: film.and_then(|film| pixel_value(film, p[0])), unit: unit() }
        }
    }
}

impl Values {
    /// All of it, line by line, the most important first.
    pub fn readouts(&self) -> Vec<Readout> {
        let mut out = Vec::new();
        let mut say = |name: &'static str, amount: Option<Amount>| {
            out.extend(amount.map(|amount| Readout { name, amount }));
        };
        match self {
            Self::Ruler(length) => say("length", Some(Amount::Length(*length))),
            Self::Angle { degrees } => say("angle", Some(Amount::Degrees(*degrees))),
            Self::Cobb { degrees } => say("Cobb angle", Some(Amount::Degrees(*degrees))),
            Self::VertebralHeight(v) => {
                say("anterior/posterior", v.anterior_ratio.map(Amount::Ratio));
                say("middle/posterior", v.middle_ratio.map(Amount::Ratio));
                say("height loss", v.loss_percent.map(Amount::Percent));
                say("grade", v.deformity.map(|grade| Amount::Grade(grade.as_str())));
                say("anterior height", Some(Amount::Length(v.anterior)));
                say("middle height", v.middle.map(Amount::Length));
                say("posterior height", Some(Amount::Length(v.posterior)));
            }
            Self::Slip(slip) => {
                say("slip", slip.percent.map(Amount::Percent));
                say("grade", slip.grade.map(|grade| Amount::Grade(grade.as_str())));
                say("displacement", Some(Amount::Length(slip.displacement)));
                say("end plate", Some(Amount::Length(slip.plate)));
            }
            Self::Cardiothoracic(v) => {
                say("cardiothoracic ratio", v.ratio.map(Amount::Ratio));
                say("heart width", Some(Amount::Length(v.heart)));
                say("thorax width", Some(Amount::Length(v.thorax)));
            }
            Self::Region(region) => {
                let value = |pick: fn(&RegionStats) -> f64| {
                    region.stats.as_ref().map(|stats| Amount::Value(pick(stats), region.unit.clone()))
                };
                say("mean", value(|s| s.mean));
                say("SD", value(|s| s.standard_deviation));
                say("min", value(|s| s.min));
                say("max", value(|s| s.max));
                say("area", Some(Amount::Area(region.area)));
                say("perimeter", Some(Amount::Length(region.perimeter)));
                say("width", Some(Amount::Length(region.extent[0])));
                say("height", Some(Amount::Length(region.extent[1])));
                say("pixels", region.stats.map(|stats| Amount::Count(stats.num_pixels)));
            }
            Self::Probe { pixel, value, unit } => {
                match value {
                    Some(PixelValue::Grey { stored, modality, .. }) => {
                        say("value", Some(Amount::Value(*modality, unit.clone())));
                        say("stored", Some(Amount::Value(*stored, None)));
                    }
                    Some(PixelValue::Rgb(rgb)) => {
                        for (name, channel) in ["red", "green", "blue"].into_iter().zip(rgb) {
                            say(name, Some(Amount::Value(f64::from(*channel), None)));
                        }
                    }
                    None => {}
                }
                say("column", pixel.map(|[x, _]| Amount::Place(x)));
                say("row", pixel.map(|[_, y]| Amount::Place(y)));
            }
        }
        out
    }

    /// "length 43.2 mm (detector)", comma-separated where there is more than one.
    pub fn text(&self) -> String {
        let parts: Vec<String> = self.readouts().iter().map(|r| format!("{} {}", r.name, r.amount.text())).collect();
        parts.join(", ")
    }
}

impl Amount {
    /// With its unit and, in brackets, its [`Amount::note`].
    pub fn text(&self) -> String {
        match self.note() {
            None => self.figure(),
            Some((note, None)) => format!("{} ({note})", self.figure()),
            Some((note, Some(number))) => format!("{} ({note} {number:.2})", self.figure()),
        }
    }

    /// What keeps millimetres from being plain millimetres in the patient: where they hold, or the magnification that
    /// they were divided by.
    pub const fn note(&self) -> Option<(&'static str, Option<f64>)> {
        let (Self::Length(Length { mm: Some(_), source, .. }) | Self::Area(Area { mm2: Some(_), source, .. })) = self
        else {
            return None;
        };
        match source {
            SpacingSource::PixelSpacing { is_calibrated: true } | SpacingSource::None => None,
            SpacingSource::PixelSpacing { is_calibrated: false } => Some(("uncalibrated", None)),
            SpacingSource::ImagerPixelSpacing { magnification: None } => Some(("detector", None)),
            SpacingSource::ImagerPixelSpacing { magnification } => Some(("magnification", *magnification)),
            SpacingSource::NominalScannedPixelSpacing => Some(("scanned film", None)),
        }
    }

    /// With its unit, rounded as a report gives it: lengths and angles to 0.1, ratios to 0.01.
    pub fn figure(&self) -> String {
        match self {
            Self::Length(length) => match length.mm {
                Some(mm) => format!("{} mm", fixed(mm, 1)),
                None => format!("{} px", fixed(length.px, 1)),
            },
            Self::Area(area) => match area.mm2 {
                Some(mm2) => format!("{} mm²", fixed(mm2, 1)),
                None => format!("{} px²", fixed(area.px2, 0)),
            },
            Self::Degrees(degrees) => format!("{}°", fixed(*degrees, 1)),
            Self::Percent(percent) => format!("{} %", fixed(*percent, 1)),
            Self::Ratio(ratio) => fixed(*ratio, 2),
            Self::Count(count) => count.to_string(),
            Self::Value(value, None) => fixed_if_needed(*value),
            Self::Value(value, Some(unit)) => format!("{} {unit}", fixed_if_needed(*value)),
            Self::Place(at) => at.to_string(),
            Self::Grade(grade) => (*grade).to_owned(),
        }
    }

    /// The number as computed, in [`Amount::unit`]; `None` for a grade.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Length(length) => Some(length.mm.unwrap_or(length.px)),
            Self::Area(area) => Some(area.mm2.unwrap_or(area.px2)),
            Self::Degrees(v) | Self::Percent(v) | Self::Ratio(v) | Self::Value(v, _) => Some(*v),
            Self::Count(count) => Some(*count as f64),
            Self::Place(at) => Some(f64::from(*at)),
            Self::Grade(_) => None,
        }
    }

    /// In plain letters, for tables: `mm`, `px`, `mm2`, `px2`, `deg`, `%`; empty for what has none.
    pub fn unit(&self) -> &str {
        match self {
            Self::Length(Length { mm, .. }) => {
                if mm.is_some() {
                    "mm"
                } else {
                    "px"
                }
            }
            Self::Area(Area { mm2, .. }) => {
                if mm2.is_some() {
                    "mm2"
                } else {
                    "px2"
                }
            }
            Self::Degrees(_) => "deg",
            Self::Percent(_) => "%",
            Self::Value(_, unit) => unit.as_deref().unwrap_or_default(),
            Self::Ratio(_) | Self::Count(_) | Self::Place(_) | Self::Grade(_) => "",
        }
    }
}

/// Without the minus sign of a rounded zero.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|b| matches!(b, b'0' | b'.')) => rest.to_owned(),
        _ => text,
    }
}

fn fixed_if_needed(value: f64) -> String {
    fixed(value, usize::from(value.fract() != 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::geometry::Point;
    use crate::domain::imaging::{DisplayFacts, GreyPlane, Pixels};

    fn shape(kind: MeasureKind, points: &[(f64, f64)]) -> MeasureShape {
        MeasureShape::new(kind, points.iter().map(|&(x, y)| Point::new(x, y)).collect()).expect("as many as it needs")
    }

    #[test]
    fn every_kind_says_its_values_with_units() {
        let texels = (0..100u16).collect();
        let facts = DisplayFacts { unit: Some("HU".into()), ..DisplayFacts::default() };
        let plane = GreyPlane { texels, scale: 1.0, offset: 0.0 };
        let film = Film::new(10, 10, Pixels::Grey(plane), facts);
        let spaced = PixelGeometry::spaced([0.5, 0.5], SpacingSource::PixelSpacing { is_calibrated: true });
        let check = |kind: MeasureKind, points: &[(f64, f64)], expected: &str| {
            assert_eq!(values(&shape(kind, points), &spaced, Some(&film)).text(), expected);
        };
        check(MeasureKind::Ruler, &[(0.0, 0.0), (6.0, 8.0)], "length 5.0 mm");
        check(MeasureKind::Angle, &[(5.0, 0.0), (0.0, 0.0), (0.0, 5.0)], "angle 90.0°");
        check(MeasureKind::Cobb, &[(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 6.0)], "Cobb angle 18.4°");
        check(
            MeasureKind::VertebralHeight,
            &[(0.0, 1.0), (0.0, 7.0), (9.0, 0.0), (9.0, 8.0)],
            "anterior/posterior 0.75, height loss 25.0 %, grade Genant 2 (moderate), anterior height 3.0 mm, \
             posterior height 4.0 mm",
        );
        check(
            MeasureKind::Slip,
            &[(0.0, 8.0), (8.0, 8.0), (1.0, 7.0)],
            "slip 12.5 %, grade Meyerding I, displacement 0.5 mm, end plate 4.0 mm",
        );
        check(
            MeasureKind::Cardiothoracic,
            &[(3.0, 5.0), (7.0, 6.0), (1.0, 8.0), (9.0, 8.0)],
            "cardiothoracic ratio 0.50, heart width 2.0 mm, thorax width 4.0 mm",
        );
        check(
            MeasureKind::Rectangle,
            &[(2.0, 1.0), (0.0, 0.0)],
            "mean 0.5 HU, SD 0.5 HU, min 0 HU, max 1 HU, area 0.5 mm², perimeter 3.0 mm, width 1.0 mm, \
             height 0.5 mm, pixels 2",
        );
        check(MeasureKind::Probe, &[(3.9, 2.2)], "value 23 HU, stored 23, column 3, row 2");
        check(MeasureKind::Probe, &[(-3.9, 2.2)], "");
    }

    #[test]
    fn millimetres_say_where_they_come_from() {
        let ruler = shape(MeasureKind::Ruler, &[(0.0, 0.0), (60.0, 80.0)]);
        let check = |geometry: PixelGeometry, expected: &str| {
            assert_eq!(values(&ruler, &geometry, None).text(), format!("length {expected}"));
        };
        let spaced = |source| PixelGeometry::spaced([0.1, 0.1], source);
        check(PixelGeometry::default(), "100.0 px");
        check(PixelGeometry { aspect: 0.75, ..PixelGeometry::default() }, "84.9 px");
        check(spaced(SpacingSource::PixelSpacing { is_calibrated: true }), "10.0 mm");
        check(spaced(SpacingSource::PixelSpacing { is_calibrated: false }), "10.0 mm (uncalibrated)");
        check(spaced(SpacingSource::ImagerPixelSpacing { magnification: None }), "10.0 mm (detector)");
        check(spaced(SpacingSource::ImagerPixelSpacing { magnification: Some(1.1) }), "10.0 mm (magnification 1.10)");
        check(spaced(SpacingSource::NominalScannedPixelSpacing), "10.0 mm (scanned film)");
    }

    #[test]
    fn a_rounded_zero_has_no_sign() {
        assert_eq!(Amount::Percent(-0.04).text(), "0.0 %");
        assert_eq!(Amount::Percent(-0.06).text(), "-0.1 %");
        assert_eq!(Amount::Value(-0.0, None).text(), "0");
    }
}

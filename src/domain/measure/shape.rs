//! What was measured and where: a kind and its points in film pixels.

use crate::domain::geometry::{Point, Rect, Size};
use crate::domain::id::AnnotationId;

/// The measures that there are. The meaning and the order of the points stand at each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum MeasureKind {
    /// Two ends of a length.
    Ruler,
    /// One side's end, the vertex, the other side's end.
    Angle,
    /// Two ends of the upper end-plate line, two of the lower.
    Cobb,
    /// Upper and lower end of the anterior height, then of the posterior height, then, where it was taken, of the
    /// middle height.
    VertebralHeight,
    /// Posterior and anterior end of the lower vertebra's superior end plate, then the upper vertebra's posterior
    /// inferior corner.
    Slip,
    /// The heart's right-most and left-most point, then the inner edge of the right and of the left ribs.
    Cardiothoracic,
    /// Two opposite corners of the box that the ellipse fills.
    Ellipse,
    /// Two opposite corners.
    Rectangle,
    /// A place inside a pixel.
    Probe,
}

impl MeasureKind {
    pub const ALL: [Self; 9] = [
        Self::Ruler,
        Self::Angle,
        Self::Cobb,
        Self::VertebralHeight,
        Self::Slip,
        Self::Cardiothoracic,
        Self::Ellipse,
        Self::Rectangle,
        Self::Probe,
    ];

    /// The name in the database, the log and the tables; never changed.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Ruler => "ruler",
            Self::Angle => "angle",
            Self::Cobb => "cobb",
            Self::VertebralHeight => "vertebral_height",
            Self::Slip => "slip",
            Self::Cardiothoracic => "cardiothoracic",
            Self::Ellipse => "ellipse",
            Self::Rectangle => "rectangle",
            Self::Probe => "probe",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// Whether it measures the film's values besides places and distances.
    pub const fn reads_pixels(self) -> bool {
        matches!(self, Self::Ellipse | Self::Rectangle | Self::Probe)
    }

    /// As a reader calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Ruler => "Ruler",
            Self::Angle => "Angle",
            Self::Cobb => "Cobb angle",
            Self::VertebralHeight => "Vertebral height",
            Self::Slip => "Slip",
            Self::Cardiothoracic => "Cardiothoracic ratio",
            Self::Ellipse => "Ellipse",
            Self::Rectangle => "Rectangle",
            Self::Probe => "Probe",
        }
    }

    /// How many points make one that is drawn to the end.
    pub const fn num_points(self) -> usize {
        match self {
            Self::Probe => 1,
            Self::Ruler | Self::Ellipse | Self::Rectangle => 2,
            Self::Angle | Self::Slip => 3,
            Self::Cobb | Self::VertebralHeight | Self::Cardiothoracic => 4,
        }
    }

    /// Whether so many points may be stored: a vertebral height may have its middle line too.
    pub const fn has_room_for(self, num_points: usize) -> bool {
        num_points == self.num_points() || (matches!(self, Self::VertebralHeight) && num_points == 6)
    }

    /// Whether it reads pixel values.
    pub const fn is_of_values(self) -> bool {
        matches!(self, Self::Ellipse | Self::Rectangle | Self::Probe)
    }
}

/// Corners of the polygon that an ellipse is drawn as: at 64, a circle of 800 pixels is off by less than one.
const ELLIPSE_CORNERS: usize = 64;

/// A kind with as many points as it needs, all finite.
#[derive(Clone, PartialEq, Debug)]
pub struct MeasureShape {
    kind: MeasureKind,
    points: Vec<Point>,
}

impl MeasureShape {
    /// `None` where the number of points does not fit the kind or a coordinate is not finite.
    pub fn new(kind: MeasureKind, points: Vec<Point>) -> Option<Self> {
        let are_finite = points.iter().all(|p| p.x.is_finite() && p.y.is_finite());
        (kind.has_room_for(points.len()) && are_finite).then_some(Self { kind, points })
    }

    pub const fn kind(&self) -> MeasureKind {
        self.kind
    }

    /// In film pixels, in the order that [`MeasureKind`] says.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The lines to draw, in film pixels. None for an ellipse, whose outline is round, and for a probe.
    pub fn lines(&self) -> Vec<[Point; 2]> {
        let p = &self.points;
        match self.kind {
            MeasureKind::Ruler | MeasureKind::Slip => vec![[p[0], p[1]]],
            MeasureKind::Angle => vec![[p[1], p[0]], [p[1], p[2]]],
            MeasureKind::Cobb | MeasureKind::VertebralHeight | MeasureKind::Cardiothoracic => {
                p.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect()
            }
            MeasureKind::Rectangle => {
                let [a, b] = [p[0], p[1]];
                let (c, d) = (Point::new(b.x, a.y), Point::new(a.x, b.y));
                vec![[a, c], [c, b], [b, d], [d, a]]
            }
            MeasureKind::Ellipse | MeasureKind::Probe => Vec::new(),
        }
    }

    /// The lines as connected points, the ellipse as a fine polygon. None for a probe.
    pub fn strokes(&self) -> Vec<Vec<Point>> {
        match self.kind {
            MeasureKind::Ellipse => {
                let (center, box_) = (self.bounds().center(), self.bounds());
                let at = |i: usize| {
                    let turn = i as f64 * std::f64::consts::TAU / ELLIPSE_CORNERS as f64;
                    Point::new(center.x + box_.width() / 2.0 * turn.cos(), center.y + box_.height() / 2.0 * turn.sin())
                };
                vec![(0..=ELLIPSE_CORNERS).map(at).collect()]
            }
            _ => self.lines().into_iter().map(Vec::from).collect(),
        }
    }

    /// The smallest box around its points.
    pub fn bounds(&self) -> Rect {
        let first = self.points.first().copied().unwrap_or_default();
        let (mut low, mut high) = (first, first);
        for p in &self.points {
            low = Point::new(low.x.min(p.x), low.y.min(p.y));
            high = Point::new(high.x.max(p.x), high.y.max(p.y));
        }
        Rect::from_corners(low, high)
    }

    /// One point taken elsewhere, kept on the film. Beyond the last point nothing changes.
    #[must_use]
    pub fn with_point(&self, index: usize, to: Point, film: Size) -> Self {
        let mut moved = self.clone();
        if let Some(point) = moved.points.get_mut(index) {
            *point = Point::new(to.x.clamp(0.0, film.width), to.y.clamp(0.0, film.height));
        }
        moved
    }

    /// The whole shape moved, stopped at the film's edge with its form kept.
    #[must_use]
    pub fn moved_within(&self, dx: f64, dy: f64, film: Size) -> Self {
        let (from, to) = (self.bounds().min(), self.bounds().moved_within(dx, dy, film).min());
        let moved = |p: &Point| Point::new(p.x + to.x - from.x, p.y + to.y - from.y);
        Self { kind: self.kind, points: self.points.iter().map(moved).collect() }
    }

    /// A vertebral height with a middle line halfway between the two others, for the reader to take to the end plates;
    /// without it where it had one. `None` for other kinds.
    pub fn with_middle_toggled(&self) -> Option<Self> {
        if self.kind != MeasureKind::VertebralHeight {
            return None;
        }
        let mut points = self.points.clone();
        if points.len() == 6 {
            points.truncate(4);
        } else {
            let middle = |a: Point, b: Point| Point::new(f64::midpoint(a.x, b.x), f64::midpoint(a.y, b.y));
            points.extend([middle(points[0], points[2]), middle(points[1], points[3])]);
        }
        Some(Self { kind: self.kind, points })
    }
}

/// One measure of one reader on one film. Ids come from the same count as those of marks.
#[derive(Clone, PartialEq, Debug)]
pub struct Measurement {
    pub id: AnnotationId,
    pub shape: MeasureShape,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_each_others_inverse_and_all_differ() {
        for kind in MeasureKind::ALL {
            assert_eq!(MeasureKind::from_key(kind.key()), Some(kind));
        }
        assert_eq!(MeasureKind::from_key("Ruler"), None);
    }

    #[test]
    fn points_must_be_as_many_as_the_kind_has_and_finite() {
        let points = |n: usize| vec![Point::new(1.0, 2.0); n];
        for kind in MeasureKind::ALL {
            for n in 0..9 {
                let fits = n == kind.num_points() || (kind == MeasureKind::VertebralHeight && n == 6);
                assert_eq!(MeasureShape::new(kind, points(n)).is_some(), fits, "{kind:?} with {n}");
            }
        }
        assert!(MeasureShape::new(MeasureKind::Probe, vec![Point::new(f64::NAN, 0.0)]).is_none());
        assert!(MeasureShape::new(MeasureKind::Probe, vec![Point::new(0.0, f64::INFINITY)]).is_none());
    }

    #[test]
    fn moving_stops_at_the_edge_and_keeps_the_form() {
        let film = Size::new(100.0, 80.0);
        let ruler =
            MeasureShape::new(MeasureKind::Ruler, vec![Point::new(10.0, 70.0), Point::new(30.0, 50.0)]).expect("two");
        let moved = ruler.moved_within(-50.0, 20.0, film);
        assert_eq!(moved.points(), [Point::new(0.0, 80.0), Point::new(20.0, 60.0)]);
        assert_eq!(ruler.with_point(1, Point::new(500.0, -3.0), film).points()[1], Point::new(100.0, 0.0));
        assert_eq!(ruler.with_point(2, Point::default(), film), ruler);
    }

    #[test]
    fn a_middle_height_comes_and_goes() {
        let corners = [(0.0, 0.0), (0.0, 10.0), (20.0, 2.0), (20.0, 12.0)].map(|(x, y)| Point::new(x, y));
        let four = MeasureShape::new(MeasureKind::VertebralHeight, corners.to_vec()).expect("four");
        let six = four.with_middle_toggled().expect("a vertebra");
        assert_eq!(six.points()[4..], [Point::new(10.0, 1.0), Point::new(10.0, 11.0)]);
        assert_eq!(six.with_middle_toggled(), Some(four));
    }
}

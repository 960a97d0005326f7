//! The exposed part of a film: what lies inside the collimator's leaves, a shutter, or a scanned film's frame.
//!
//! Shutter attributes tell only what a console painted over, and most films have none, so the border is found in the
//! picture: it is flat, it touches the film's edge, and it leaves a convex field with a sharp edge. A field may be turned
//! against the film, and may be round.

use super::Film;
use super::survey::Survey;
use crate::domain::geometry::{Point, Rect};

/// Neighbouring cells of a flat border differ by less, as a share of the film's range.
const FLAT: f32 = 0.04;

/// Levels below are dark: shutter or open air.
const DARK: f32 = 0.25;

/// Levels above are bright: an unexposed border, or a dense part of the patient that is cut by the film's edge.
const BRIGHT: f32 = 0.75;

/// A border is nearer than this to the darkest or the brightest of the film: flat grey is anatomy.
const EXTREME: f32 = 0.12;

/// The share of the film's outline that a flat level must take to be looked at.
const LEAST_OUTLINE: f32 = 0.02;

/// The share of the field's edge along which the border must follow it: a diaphragm's dome is not straight.
const LEAST_TIGHT: f32 = 0.75;

/// The step across the field's edge, as a share of the film's range.
const LEAST_STEP: f32 = 0.1;

/// A field smaller than this share of the film is a mistake.
const LEAST_FIELD: f32 = 0.05;

/// The exposed part of a film, convex.
#[derive(Clone, PartialEq, Debug)]
pub struct ExposedField {
    /// In film pixels, clockwise as seen, no two the same.
    pub corners: Vec<Point>,
    /// No border was found: the field is the whole film.
    pub is_whole_film: bool,
}

impl ExposedField {
    pub(super) fn whole(film: &Film) -> Self {
        let (width, height) = (f64::from(film.width), f64::from(film.height));
        let corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)];
        Self { corners: corners.map(|(x, y)| Point::new(x, y)).to_vec(), is_whole_film: true }
    }

    pub fn contains(&self, p: Point) -> bool {
        is_inside(&self.corners, p)
    }

    /// The smallest upright box around it.
    pub fn bounds(&self) -> Rect {
        let first = self.corners.first().copied().unwrap_or_default();
        let (low, high) = self.corners.iter().fold((first, first), |(low, high), p| {
            (Point::new(low.x.min(p.x), low.y.min(p.y)), Point::new(high.x.max(p.x), high.y.max(p.y)))
        });
        Rect::from_corners(low, high)
    }

    /// In square film pixels.
    pub fn area(&self) -> f64 {
        let next = self.corners.iter().cycle().skip(1);
        self.corners.iter().zip(next).map(|(a, b)| a.x * b.y - b.x * a.y).sum::<f64>().abs() / 2.0
    }
}

/// A film's cells, told apart.
#[derive(Debug)]
pub(super) struct Division {
    pub field: ExposedField,
    /// Padding, border, and open air that reaches the film's edge.
    pub is_left_out: Vec<bool>,
}

impl Division {
    pub fn of(film: &Film, survey: &Survey) -> Self {
        let num = survey.num_cells();
        let mut is_border: Vec<bool> = survey.levels.iter().map(|level| level.is_nan()).collect();
        let mut is_air = vec![false; num];
        let has_padding = is_border.contains(&true);
        let (mut has_border, mut has_shutter) = (false, false);
        // A shutter may lie around the collimator's own border: inside what was found, look again.
        for _ in 0..3 {
            let mut has_new_border = false;
            // Dark beside a black shutter may be anatomy; beside the film's edge or a bright border it is open air.
            let finds_air = !has_shutter;
            for region in flat_regions(survey, &is_border) {
                if let Some(outside) = region.border_outside(survey, &is_border) {
                    has_new_border = true;
                    has_shutter |= region.level < DARK;
                    for cell in outside {
                        is_border[cell] = true;
                    }
                }
                if finds_air && region.level < EXTREME {
                    for &cell in &region.cells {
                        is_air[cell] = true;
                    }
                }
            }
            has_border |= has_new_border;
            if !has_new_border {
                break;
            }
        }
        let whole = || (ExposedField::whole(film), vec![true; num]);
        let (field, is_inside) = if has_border || has_padding {
            let rest: Vec<bool> = is_border.iter().map(|&is_border| !is_border).collect();
            let (_, kept) = largest_part(survey, &rest);
            let share = kept.iter().filter(|&&is_kept| is_kept).count() as f32 / num as f32;
            if share < LEAST_FIELD { whole() } else { field_around(film, survey, &kept) }
        } else {
            whole()
        };
        let is_left_out = (0..num).map(|cell| is_border[cell] || is_air[cell] || !is_inside[cell]).collect();
        Self { field, is_left_out }
    }
}

/// Flat, of one level, and touching the film's edge.
#[derive(Debug)]
struct FlatRegion {
    level: f32,
    cells: Vec<usize>,
    is_in: Vec<bool>,
}

/// The flat regions that begin at the film's edge (or beside padding), the longest outline first.
fn flat_regions(survey: &Survey, is_padding: &[bool]) -> Vec<FlatRegion> {
    let levels = &survey.levels;
    let is_flat: Vec<bool> = (0..survey.num_cells())
        .map(|cell| survey.neighbours(cell).all(|n| is_padding[n] || (levels[n] - levels[cell]).abs() < FLAT))
        .collect();
    let outline: Vec<usize> = (0..survey.num_cells())
        .filter(|&cell| !is_padding[cell])
        .filter(|&cell| survey.is_on_outline(cell) || survey.neighbours(cell).any(|n| is_padding[n]))
        .collect();
    let least = (outline.len() as f32 * LEAST_OUTLINE).max(4.0);
    let mut is_taken = vec![false; survey.num_cells()];
    let mut regions = Vec::new();
    for _ in 0..6 {
        let open: Vec<usize> = outline.iter().copied().filter(|&cell| is_flat[cell] && !is_taken[cell]).collect();
        let near = |level: f32| open.iter().filter(|&&cell| (levels[cell] - level).abs() < FLAT).count();
        let candidates = (0..=50u8).map(|n| f32::from(n) / 50.0);
        let Some((num, level)) = candidates.map(|level| (near(level), level)).max_by_key(|&(num, _)| num) else {
            break;
        };
        if (num as f32) < least {
            break;
        }
        let reach = if level > BRIGHT { 0.15 } else { 0.06 };
        let is_like = |cell: usize| {
            let l = levels[cell];
            (l - level).abs() < reach || (level < DARK && l < level) || (level > BRIGHT && l > level)
        };
        let mut waiting: Vec<usize> =
            open.iter().copied().filter(|&cell| (levels[cell] - level).abs() < FLAT).collect();
        let mut is_in = vec![false; survey.num_cells()];
        for &cell in &waiting {
            is_in[cell] = true;
        }
        let mut cells = Vec::new();
        while let Some(cell) = waiting.pop() {
            cells.push(cell);
            is_taken[cell] = true;
            if !is_flat[cell] {
                continue;
            }
            for next in survey.neighbours(cell) {
                if !is_in[next] && !is_taken[next] && is_like(next) {
                    is_in[next] = true;
                    waiting.push(next);
                }
            }
        }
        regions.push(FlatRegion { level, cells, is_in });
    }
    regions
}

impl FlatRegion {
    /// The cells outside the convex field that this region leaves, where it is a border; `None` where it is not one.
    fn border_outside(&self, survey: &Survey, is_border: &[bool]) -> Option<Vec<usize>> {
        if self.level > EXTREME && self.level < 1.0 - EXTREME {
            return None;
        }
        let num = survey.num_cells();
        let rest: Vec<bool> = (0..num).map(|cell| !self.is_in[cell] && !is_border[cell]).collect();
        let (core, kept) = largest_part(survey, &rest);
        if (kept.iter().filter(|&&is_kept| is_kept).count() as f32) < LEAST_FIELD * num as f32 {
            return None;
        }
        let hull = hull_of(survey, &kept);
        let is_inside: Vec<bool> = (0..num).map(|cell| is_inside(&hull, middle(survey, cell))).collect();
        let (mut num_edge, mut num_tight, mut steps) = (0u32, 0u32, Vec::new());
        for cell in (0..num).filter(|&cell| is_inside[cell]) {
            let Some(outer) = survey.neighbours(cell).find(|&n| !is_inside[n] && self.is_in[n]) else { continue };
            num_edge += 1;
            let is_tight = !self.is_in[cell] || survey.neighbours(cell).any(|n| is_inside[n] && !self.is_in[n]);
            if is_tight {
                num_tight += 1;
                let inner = survey.neighbours(cell).flat_map(|n| survey.neighbours(n)).filter(|&n| is_inside[n]);
                let step = inner.map(|n| (survey.levels[n] - survey.levels[outer]).abs()).filter(|s| s.is_finite());
                steps.push(step.fold(0.0, f32::max));
            }
        }
        steps.sort_by(f32::total_cmp);
        let step = steps.get(steps.len() / 2).copied().unwrap_or(0.0);
        let is_border = num_edge > 0 && num_tight as f32 >= LEAST_TIGHT * num_edge as f32 && step >= LEAST_STEP;
        // The core leaves out the cells that lie half on the border.
        let core = hull_of(survey, &core);
        is_border.then(|| (0..num).filter(|&cell| !self::is_inside(&core, middle(survey, cell))).collect())
    }
}

/// The largest connected part of these cells, without what hangs on it by less than three cells (a letter on the border
/// or the table's edge is no part of the field): its core, whose neighbours all belong to it, and the whole of it.
fn largest_part(survey: &Survey, cells: &[bool]) -> (Vec<bool>, Vec<bool>) {
    let num = survey.num_cells();
    let core: Vec<bool> = (0..num).map(|cell| cells[cell] && survey.neighbours(cell).all(|n| cells[n])).collect();
    let mut part_of = vec![0u32; num];
    let (mut largest, mut largest_size, mut part) = (0, 0, 0);
    for start in 0..num {
        if !core[start] || part_of[start] != 0 {
            continue;
        }
        part += 1;
        let mut size = 0;
        let mut waiting = vec![start];
        part_of[start] = part;
        while let Some(cell) = waiting.pop() {
            size += 1;
            for next in survey.neighbours(cell).filter(|&n| core[n]) {
                if part_of[next] == 0 {
                    part_of[next] = part;
                    waiting.push(next);
                }
            }
        }
        if size > largest_size {
            (largest, largest_size) = (part, size);
        }
    }
    let is_core: Vec<bool> = (0..num).map(|cell| part != 0 && part_of[cell] == largest).collect();
    let is_kept = |cell: usize| is_core[cell] || (cells[cell] && survey.neighbours(cell).any(|n| is_core[n]));
    let kept = (0..num).map(is_kept).collect();
    (is_core, kept)
}

/// The field around these cells, and which cells' middles it holds.
fn field_around(film: &Film, survey: &Survey, kept: &[bool]) -> (ExposedField, Vec<bool>) {
    let cell_px = f64::from(survey.cell_px);
    let hull = hull_of(survey, kept);
    let is_inside = (0..survey.num_cells()).map(|cell| is_inside(&hull, middle(survey, cell))).collect();
    let corners: Vec<Point> = hull
        .iter()
        .map(|p| Point::new((p.x * cell_px).min(f64::from(film.width)), (p.y * cell_px).min(f64::from(film.height))))
        .collect();
    (ExposedField { corners, is_whole_film: false }, is_inside)
}

fn middle(survey: &Survey, cell: usize) -> Point {
    Point::new((cell % survey.columns) as f64 + 0.5, (cell / survey.columns) as f64 + 0.5)
}

/// The convex hull of the cells' corners, in cells, clockwise as seen (Andrew's monotone chain, 1979).
fn hull_of(survey: &Survey, cells: &[bool]) -> Vec<Point> {
    let mut points = Vec::new();
    for row in 0..survey.rows {
        let of_row = &cells[row * survey.columns..(row + 1) * survey.columns];
        let (Some(first), Some(last)) = (of_row.iter().position(|&c| c), of_row.iter().rposition(|&c| c)) else {
            continue;
        };
        for y in [row, row + 1] {
            points.push(Point::new(first as f64, y as f64));
            points.push(Point::new(last as f64 + 1.0, y as f64));
        }
    }
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    points.dedup();
    let half = |points: &mut dyn Iterator<Item = &Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for &p in points {
            while let [.., a, b] = chain[..]
                && (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) <= 0.0
            {
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    let mut hull = half(&mut points.iter());
    hull.extend(half(&mut points.iter().rev()));
    hull
}

/// Whether a point lies in a convex polygon that goes clockwise as seen.
fn is_inside(corners: &[Point], p: Point) -> bool {
    let next = corners.iter().cycle().skip(1);
    corners.len() > 2
        && corners.iter().zip(next).all(|(a, b)| (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{DisplayFacts, GreyPlane, Pixels};

    const SIDE: u32 = 640;

    /// A film whose brightness (0..=1 as shown) is given by place; noise of 1 % of the range is added.
    fn film(is_inverted: bool, brightness: impl Fn(f64, f64) -> f64) -> Film {
        let mut state = 12_345u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (f64::from(state >> 8) / f64::from(1 << 24) - 0.5) * 0.02
        };
        let mut texels = Vec::new();
        for y in 0..SIDE {
            for x in 0..SIDE {
                let b = (brightness(f64::from(x) + 0.5, f64::from(y) + 0.5) + noise()).clamp(0.0, 1.0);
                texels.push(((if is_inverted { 1.0 - b } else { b }) * 4000.0) as u16);
            }
        }
        let facts = DisplayFacts { is_inverted, ..DisplayFacts::default() };
        Film::new(SIDE, SIDE, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts)
    }

    /// Something like a patient: slow waves between 0.2 and 0.7.
    fn anatomy(x: f64, y: f64) -> f64 {
        0.45 + 0.25 * (x / 37.0).sin() * (y / 53.0).cos()
    }

    /// Intersection over union of the found field and the true one, over every fourth pixel.
    fn iou(field: &ExposedField, is_in_truth: impl Fn(f64, f64) -> bool) -> f64 {
        let (mut both, mut either) = (0u32, 0u32);
        for n in 0..(SIDE / 4) * (SIDE / 4) {
            let (x, y) = (f64::from(n % (SIDE / 4)) * 4.0 + 2.5, f64::from(n / (SIDE / 4)) * 4.0 + 2.5);
            let (a, b) = (field.contains(Point::new(x, y)), is_in_truth(x, y));
            both += u32::from(a && b);
            either += u32::from(a || b);
        }
        f64::from(both) / f64::from(either)
    }

    fn in_turned_box(x: f64, y: f64, degrees: f64) -> bool {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (dx, dy) = (x - 330.0, y - 310.0);
        (dx * cos + dy * sin).abs() < 210.0 && (dy * cos - dx * sin).abs() < 250.0
    }

    #[test]
    fn upright_and_turned_fields_in_bright_and_dark_borders() {
        for is_inverted in [false, true] {
            for degrees in [0.0, 4.0, 17.0, -30.0] {
                for border in [0.98, 0.02] {
                    let film =
                        film(is_inverted, |x, y| if in_turned_box(x, y, degrees) { anatomy(x, y) } else { border });
                    let field = film.exposed_field();
                    let iou = iou(field, |x, y| in_turned_box(x, y, degrees));
                    assert!(!field.is_whole_film && iou > 0.96, "{is_inverted} {degrees} {border}: {iou:.3}");
                }
            }
        }
    }

    #[test]
    fn a_round_shutter_and_a_letter_on_the_border() {
        let is_in = |x: f64, y: f64| (x - 320.0).hypot(y - 320.0) < 300.0;
        let film = film(false, |x, y| match (is_in(x, y), (8.0..40.0).contains(&x) && (8.0..50.0).contains(&y)) {
            (true, _) => anatomy(x, y),
            (false, is_letter) => f64::from(u8::from(is_letter)),
        });
        let field = film.exposed_field();
        assert!(iou(field, is_in) > 0.97, "{field:?}");
        assert!((field.bounds().width() - 600.0).abs() < 16.0, "{:?}", field.bounds());
        assert!((field.area() / (std::f64::consts::PI * 300.0 * 300.0) - 1.0).abs() < 0.03);
    }

    #[test]
    fn a_dome_of_white_belly_and_air_beside_the_patient_are_no_collimator() {
        let belly = film(false, |x, y| {
            let dome = 460.0 - 120.0 * (1.0 - ((x % 320.0 - 160.0) / 160.0).powi(2));
            if y > dome { 0.99 } else { anatomy(x, y) }
        });
        assert!(belly.exposed_field().is_whole_film);
        let limb = film(false, |x, y| {
            let width = 90.0 + 40.0 * (y / 90.0).sin();
            if (x - 320.0).abs() < width { 0.3 + anatomy(x, y) / 2.0 } else { 0.02 }
        });
        let survey = Survey::new(&limb).expect("grey");
        let division = Division::of(&limb, &survey);
        let num_left_out = division.is_left_out.iter().filter(|&&is| is).count() as f64;
        let share = num_left_out / survey.num_cells() as f64;
        assert!((share - (1.0 - 180.0 / 640.0)).abs() < 0.04, "open air is left out of the window: {share:.2}");
    }

    #[test]
    fn a_slow_ramp_to_the_edge_is_no_border() {
        let ramp = film(false, |x, y| (x * 0.6 + y * 0.4) / f64::from(SIDE));
        assert!(ramp.exposed_field().is_whole_film);
        let survey = Survey::new(&ramp).expect("grey");
        let division = Division::of(&ramp, &survey);
        let num_left_out = division.is_left_out.iter().filter(|&&is| is).count();
        assert!(num_left_out < survey.num_cells() / 10, "{num_left_out} of {}", survey.num_cells());
    }

    #[test]
    fn films_without_a_border_are_whole() {
        for film in [film(false, anatomy), film(true, anatomy), film(false, |_, _| 0.5)] {
            let field = film.exposed_field();
            assert!(field.is_whole_film && field.area() == f64::from(SIDE * SIDE), "{field:?}");
        }
        let plane = GreyPlane { texels: vec![9], scale: 1.0, offset: 0.0 };
        let tiny = Film::new(1, 1, Pixels::Grey(plane), DisplayFacts::default());
        assert!(tiny.exposed_field().is_whole_film);
    }
}

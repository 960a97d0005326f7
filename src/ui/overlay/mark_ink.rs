//! Marks as triangles in film coordinates, for a pass that keeps them on the graphics card.
//!
//! Lines are made as the window library makes them: a soft edge of one pixel on both sides, corners that are mitred, and
//! cut off where they are sharper than a right angle.

use egui::{Color32, Pos2, Rect, Vec2};

use crate::domain::geometry::{Point, Transform};
use crate::domain::shape::{Polygon, Shape};
use crate::render::{MarkChunk, MarkVertex, PixelGrid};
use crate::ui::theme;

use super::mark_pen::{CROSS, Pen, RING};

/// Corners of the ring around a point.
const RING_CORNERS: usize = 16;

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub width: f32,
    pub color: Color32,
}

/// A chunk in the making.
pub(super) struct Ink {
    chunk: MarkChunk,
    /// The screen's, for soft edges of one of them.
    pixels_per_point: f32,
    /// Points of a screen that shows the film unturned at a scale that is fine enough, from film pixels.
    to_sheet: Transform,
    from_sheet: Vec2,
}

/// A corner of a line: where it is, and which way the line is thicker.
#[derive(Clone, Copy)]
struct Joint {
    at: Pos2,
    offset: Vec2,
    normal: Vec2,
}

impl Ink {
    /// `sheet` is the scale of film pixels, across and down, that decides which details can be seen.
    pub fn new(key: u64, sheet: [f64; 2], pixels_per_point: f32) -> Self {
        let to_sheet = Transform::stretched_view(sheet, 0, false, Point::default(), Point::default());
        let from_sheet = Vec2::new((1.0 / sheet[0]) as f32, (1.0 / sheet[1]) as f32);
        let chunk = MarkChunk { key, ..MarkChunk::default() };
        Self { chunk, pixels_per_point, to_sheet, from_sheet }
    }

    pub fn into_chunk(self) -> MarkChunk {
        self.chunk
    }

    /// Where the next triangles will lie among the indices.
    pub const fn num_indices(&self) -> u32 {
        self.chunk.indices.len() as u32
    }

    /// A mark as it looks at rest. `outline` is a mask's.
    pub fn mark(&mut self, shape: &Shape, outline: Option<&Polygon>, line: Line) {
        let to_sheet = self.to_sheet;
        let pen = Pen { to_screen: &to_sheet, canvas: Rect::ZERO };
        match shape {
            Shape::Box(rect) => {
                let rect = pen.rect(*rect);
                let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom()];
                self.path(&corners, true, line, self.grid_for(line.width));
            }
            Shape::Point(point) => {
                let at = pen.at(*point);
                let corner = |k: usize| Vec2::angled(std::f32::consts::TAU * k as f32 / RING_CORNERS as f32) * RING;
                self.figure(at, &std::array::from_fn::<Vec2, RING_CORNERS, _>(corner), true, line);
                for way in [Vec2::X, -Vec2::X, Vec2::Y, -Vec2::Y] {
                    self.figure(at, &[way * RING, way * CROSS], false, line);
                }
            }
            Shape::Line(_) | Shape::Polygon(_) | Shape::Mask(_) => {
                if let Shape::Mask(mask) = shape {
                    let color = line.color.gamma_multiply(theme::MASK_FILL);
                    pen.fill(mask, color, |rect, color| self.rect(rect, color));
                }
                for (points, is_closed) in pen.paths(shape, outline) {
                    self.path(&points, is_closed, line, PixelGrid::ANYWHERE);
                }
            }
        }
    }

    /// Where lines of this width are sharpest.
    fn grid_for(&self, width: f32) -> PixelGrid {
        let num_pixels = width * self.pixels_per_point;
        if num_pixels <= 1.0 || num_pixels.round() % 2.0 == 1.0 { PixelGrid::MIDDLES } else { PixelGrid::EDGES }
    }

    fn rect(&mut self, rect: Rect, color: Color32) {
        let first = self.chunk.vertices.len() as u32;
        for at in [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom()] {
            self.vertex(at, Vec2::ZERO, color, PixelGrid::EDGES);
        }
        self.chunk.indices.extend([0, 1, 2, 0, 2, 3].map(|i| first + i));
    }

    /// A line through places on the film.
    fn path(&mut self, points: &[Pos2], is_closed: bool, line: Line, grid: PixelGrid) {
        let mut joints = Vec::with_capacity(points.len() + 4);
        joints_of(points, is_closed, |i, normal| joints.push(Joint { at: points[i], offset: Vec2::ZERO, normal }));
        self.stroke(&joints, is_closed, line, grid);
    }

    /// A line of a fixed size on the screen, around one place on the film.
    fn figure(&mut self, at: Pos2, offsets: &[Vec2], is_closed: bool, line: Line) {
        let points: Vec<Pos2> = offsets.iter().map(|offset| offset.to_pos2()).collect();
        let mut joints = Vec::with_capacity(points.len() + 4);
        joints_of(&points, is_closed, |i, normal| joints.push(Joint { at, offset: offsets[i], normal }));
        self.stroke(&joints, is_closed, line, PixelGrid::ANYWHERE);
    }

    fn stroke(&mut self, joints: &[Joint], is_closed: bool, line: Line, grid: PixelGrid) {
        let feather = 1.0 / self.pixels_per_point;
        let (half, soft) = (line.width / 2.0, feather / 2.0);
        let (inner, outer) = ((half - soft).max(0.0), half + soft);
        // A line thinner than a pixel is fainter by as much.
        let color = line.color.gamma_multiply((line.width / feather).min(1.0));
        let first = self.chunk.vertices.len() as u32;
        for joint in joints {
            for (out, color) in
                [(outer, Color32::TRANSPARENT), (inner, color), (-inner, color), (-outer, Color32::TRANSPARENT)]
            {
                self.vertex(joint.at, joint.offset + joint.normal * out, color, grid);
            }
        }
        let num = joints.len() as u32;
        let num_pieces = if is_closed { num } else { num.saturating_sub(1) };
        for piece in 0..num_pieces {
            let (a, b) = (first + 4 * piece, first + 4 * ((piece + 1) % num));
            for k in 0..3 {
                self.chunk.indices.extend([a + k, a + k + 1, b + k, b + k, a + k + 1, b + k + 1]);
            }
        }
    }

    fn vertex(&mut self, at: Pos2, offset: Vec2, color: Color32, grid: PixelGrid) {
        let at = at.to_vec2() * self.from_sheet;
        let vertex = MarkVertex { at: at.into(), offset: offset.into(), color: color.to_array(), grid };
        self.chunk.vertices.push(vertex);
    }
}

/// Each corner of a line with the direction across it, as long as keeps the line as thick as it is; a sharp corner twice.
fn joints_of(points: &[Pos2], is_closed: bool, mut add: impl FnMut(usize, Vec2)) {
    let num = points.len();
    if num < 2 {
        return;
    }
    let across = |from: usize, to: usize| (points[to] - points[from]).normalized().rot90();
    for i in 0..num {
        let before = (is_closed || i > 0).then(|| across((i + num - 1) % num, i));
        let after = (is_closed || i + 1 < num).then(|| across(i, (i + 1) % num));
        let (Some(before), Some(after)) = (before, after) else {
            add(i, before.or(after).unwrap_or_default());
            continue;
        };
        // Where two corners are one, the line goes on as it was.
        let before = if before == Vec2::ZERO { after } else { before };
        let after = if after == Vec2::ZERO { before } else { after };
        let middle = (before + after) / 2.0;
        if middle.length_sq() >= 0.5 - 1e-4 {
            add(i, middle / middle.length_sq());
        } else {
            let way = middle.normalized();
            for side in [before, after] {
                let cut = (side + way) / 2.0;
                add(i, cut / cut.length_sq().max(0.5));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: Line = Line { width: 2.0, color: theme::UNTINTED };

    fn normals(points: &[[f32; 2]], is_closed: bool) -> Vec<(usize, Vec2)> {
        let points: Vec<Pos2> = points.iter().map(|&[x, y]| Pos2::new(x, y)).collect();
        let mut found = Vec::new();
        joints_of(&points, is_closed, |i, normal| found.push((i, normal)));
        found
    }

    #[test]
    fn lines_are_as_thick_around_corners() {
        assert_eq!(normals(&[[0.0, 0.0], [5.0, 0.0]], false).len(), 2);
        let square = normals(&[[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]], true);
        assert_eq!(square.len(), 4, "right angles are whole");
        assert!(
            square.iter().all(|(_, normal)| (normal.x.abs() - 1.0).abs() < 1e-5 && (normal.y.abs() - 1.0).abs() < 1e-5)
        );
        let sharp = normals(&[[0.0, 0.0], [9.0, 0.0], [0.0, 1.0]], false);
        assert_eq!(sharp.iter().map(|(i, _)| *i).collect::<Vec<_>>(), [0, 1, 1, 2], "a spike is cut off");
        let twice = normals(&[[0.0, 0.0], [4.0, 0.0], [4.0, 0.0], [8.0, 0.0]], false);
        assert!(twice.iter().all(|(_, normal)| normal.is_finite() && (normal.length() - 1.0).abs() < 1e-5));
    }

    #[test]
    fn triangles_lie_on_the_film_whatever_the_scale() {
        for sheet in [[0.5, 0.5], [4.0, 8.0]] {
            let mut ink = Ink::new(1, sheet, 1.0);
            let rect = crate::domain::geometry::Rect::from_columns(10.0, 20.0, 30.0, 50.0).expect("ordered");
            ink.mark(&Shape::Box(rect), None, LINE);
            let before = ink.num_indices();
            ink.mark(&Shape::Point(Point::new(7.0, 9.0)), None, LINE);
            assert!(ink.num_indices() > before);
            let chunk = ink.into_chunk();
            let (of_box, of_point) = chunk.vertices.split_at(16);
            assert!(of_box.iter().all(|v| [10.0, 30.0].contains(&v.at[0]) && [20.0, 50.0].contains(&v.at[1])));
            assert!(of_point.iter().all(|v| v.at == [7.0, 9.0] && v.offset != [0.0; 2]));
            assert!(chunk.indices.iter().all(|&i| (i as usize) < chunk.vertices.len()));
        }
    }
}

//! Marks that lie on the graphics card: where their pixels are, at every zoom and turn, and what is sent there again.

use std::sync::Arc;

use rachis::domain::geometry::{Point, Transform};
use rachis::render::{MarkChunk, MarkPart, MarkVertex, MarksPass, MarksPlan, PixelGrid};

use crate::film_pass::Bench;

const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;
const SIDE: u32 = 64;

/// A square of `half` points to all sides of one place on the film.
fn square(key: u64, at: [f32; 2], half: f32, color: [u8; 4], grid: PixelGrid) -> MarkPart {
    let corner = |x: f32, y: f32| MarkVertex { at, offset: [x * half, y * half], color, grid };
    let vertices = vec![corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)];
    let chunk = MarkChunk { key, vertices, indices: vec![0, 1, 2, 0, 2, 3] };
    MarkPart { chunk: Arc::new(chunk), ranges: std::iter::once(0..6).collect() }
}

fn plan(parts: Vec<MarkPart>, view: Transform) -> MarksPlan {
    MarksPlan { parts: parts.into(), screen_from_image: view, origin: [0.0; 2], strength: 1.0, is_at_rest: true }
}

fn drawn(bench: &Bench, pass: &mut MarksPass, plan: &MarksPlan, pixels_per_point: f32) -> Vec<[u8; 4]> {
    pass.prepare(&bench.device, &bench.queue, 0, plan, ([SIDE; 2], pixels_per_point));
    pass.finish_frame();
    bench.painted(FORMAT, SIDE, SIDE, |render_pass| pass.paint(render_pass, 0, plan))
}

/// The smallest box around what is red: left, top, right, bottom, the ends outside.
fn box_around(pixels: &[[u8; 4]]) -> Option<[u32; 4]> {
    let red = |(i, _): (usize, &[u8; 4])| (i as u32 % SIDE, i as u32 / SIDE);
    let at: Vec<(u32, u32)> = pixels.iter().enumerate().filter(|(_, p)| p[0] > 100).map(red).collect();
    let (left, right) = (at.iter().map(|p| p.0).min()?, at.iter().map(|p| p.0).max()? + 1);
    let (top, bottom) = (at.iter().map(|p| p.1).min()?, at.iter().map(|p| p.1).max()? + 1);
    Some([left, top, right, bottom])
}

const RED: [u8; 4] = [255, 0, 0, 255];

#[test]
fn marks_lie_where_the_film_does_and_keep_their_size() {
    let bench = Bench::new();
    let mut pass = MarksPass::new(&bench.device, FORMAT);
    let part = square(1, [10.0, 20.0], 3.0, RED, PixelGrid::ANYWHERE);
    let view = |scale: f64, turns: u8, at: (f64, f64)| {
        Transform::view(scale, turns, false, Point::new(10.0, 20.0), Point::new(at.0, at.1))
    };
    for (scale, turns, at, pixels_per_point, expected) in [
        (1.0, 0, (30.0, 30.0), 1.0, [27, 27, 33, 33]),
        (7.5, 0, (30.0, 30.0), 1.0, [27, 27, 33, 33]),
        (0.1, 1, (40.0, 12.0), 1.0, [37, 9, 43, 15]),
        (2.0, 3, (16.0, 16.0), 2.0, [26, 26, 38, 38]),
    ] {
        let pixels = drawn(&bench, &mut pass, &plan(vec![part.clone()], view(scale, turns, at)), pixels_per_point);
        assert_eq!(box_around(&pixels), Some(expected), "scale {scale}, turned {turns}");
    }
    let shifted = MarksPlan { origin: [5.0, 9.0], ..plan(vec![part], view(1.0, 0, (30.0, 30.0))) };
    assert_eq!(box_around(&drawn(&bench, &mut pass, &shifted, 1.0)), Some([32, 36, 38, 42]));
    assert_eq!(pass.num_uploads(), 1, "whatever the view, the marks stay where they are");
}

#[test]
fn marks_at_rest_lie_on_whole_pixels() {
    let bench = Bench::new();
    let mut pass = MarksPass::new(&bench.device, FORMAT);
    let view = Transform::view(1.0, 0, false, Point::default(), Point::new(0.4, 0.4));
    for (grid, half, expected) in
        [(PixelGrid::EDGES, 4.0, [26, 26, 34, 34]), (PixelGrid::MIDDLES, 4.5, [26, 26, 35, 35])]
    {
        let mut plan = plan(vec![square(f64::to_bits(half), [30.0, 30.0], half as f32, RED, grid)], view);
        assert_eq!(box_around(&drawn(&bench, &mut pass, &plan, 1.0)), Some(expected));
        plan.parts[0].chunk.vertices.iter().for_each(|v| assert_eq!(v.grid, grid));
        plan.is_at_rest = false;
        plan.screen_from_image = Transform::view(1.0, 0, false, Point::default(), Point::new(0.6, 0.6));
        let moved = box_around(&drawn(&bench, &mut pass, &plan, 1.0)).expect("drawn");
        assert!(moved[0].abs_diff(expected[0]) <= 1, "while it moves it follows the film: {moved:?}");
    }
}

#[test]
fn only_what_changed_is_sent_and_what_is_left_out_is_not_drawn() {
    let bench = Bench::new();
    let mut pass = MarksPass::new(&bench.device, FORMAT);
    let view = Transform::view(1.0, 0, false, Point::default(), Point::default());
    let (a, b) = (square(1, [10.0, 10.0], 4.0, RED, PixelGrid::ANYWHERE), [30.0, 30.0]);
    let b_of = |key| square(key, b, 4.0, RED, PixelGrid::ANYWHERE);
    let both = drawn(&bench, &mut pass, &plan(vec![a.clone(), b_of(2)], view), 1.0);
    assert_eq!(box_around(&both), Some([6, 6, 34, 34]));
    assert_eq!(pass.num_uploads(), 2);
    drawn(&bench, &mut pass, &plan(vec![a.clone(), b_of(3)], view), 1.0);
    assert_eq!(pass.num_uploads(), 3);
    drawn(&bench, &mut pass, &plan(vec![a.clone(), b_of(2)], view), 1.0);
    assert_eq!(pass.num_uploads(), 4, "what was not drawn in a frame is gone from the card");
    let without = MarkPart { ranges: Vec::new(), ..a };
    let one = drawn(&bench, &mut pass, &plan(vec![without, b_of(2)], view), 1.0);
    assert_eq!(box_around(&one), Some([26, 26, 34, 34]));
    let faint = MarksPlan { strength: 0.3, ..plan(vec![b_of(2)], view) };
    let pixels = drawn(&bench, &mut pass, &faint, 1.0);
    let middle = pixels[(30 * SIDE + 30) as usize];
    assert!(middle[0].abs_diff(77) <= 1 && middle[1] == 0, "{middle:?}");
}

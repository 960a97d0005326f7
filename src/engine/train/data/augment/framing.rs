//! Mirrors, windows and sizes, with boxes along.

use crate::train::data::plane::{ClassBox, Picture, Plane};

/// Left and right changed; `width` is that of the pixels that the boxes are in.
pub fn mirror(picture: &mut Picture, width: u32) {
    for row in picture.plane.levels.chunks_exact_mut(picture.plane.width) {
        row.reverse();
    }
    for one in &mut picture.boxes {
        let [x0, y0, x1, y1] = one.corners;
        one.corners = [f64::from(width) - x1, y0, f64::from(width) - x0, y1];
    }
}

/// Top and bottom changed.
pub fn turn_over(picture: &mut Picture, height: u32) {
    let width = picture.plane.width;
    let levels = &mut picture.plane.levels;
    let rows = levels.len() / width;
    for row in 0..rows / 2 {
        let (above, below) = levels.split_at_mut((rows - 1 - row) * width);
        above[row * width..(row + 1) * width].swap_with_slice(&mut below[..width]);
    }
    for one in &mut picture.boxes {
        let [x0, y0, x1, y1] = one.corners;
        one.corners = [x0, f64::from(height) - y1, x1, f64::from(height) - y0];
    }
}

/// As a window wider or narrower and higher or lower by up to the share `most` would show the film; the draws are of 0 to 1.
pub fn move_window(plane: &mut Plane, most: f64, [contrast, brightness]: [f64; 2]) {
    if most <= 0.0 {
        return;
    }
    let between = |drawn: f64| most * (2.0 * drawn - 1.0);
    let (gain, shift) = ((1.0 + between(contrast)) as f32, (255.0 * between(brightness)) as f32);
    for level in &mut plane.levels {
        *level = ((*level - 127.5) * gain + 127.5 + shift).clamp(0.0, 255.0);
    }
}

/// In another size; boxes come in pixels of the film and leave in pixels of the plane.
pub fn resized(picture: Picture, film: [u32; 2], size: [u32; 2]) -> Picture {
    let Picture { plane, mut boxes, is_abnormal } = picture;
    let [x, y] = [0, 1].map(|axis| f64::from(size[axis]) / f64::from(film[axis]));
    for one in &mut boxes {
        let [x0, y0, x1, y1] = one.corners;
        one.corners = [x0 * x, y0 * y, x1 * x, y1 * y];
    }
    Picture { plane: plane.resized(size.map(|side| side as usize)), boxes, is_abnormal }
}

/// What lies on the film of each box; those with a side below `smallest` go.
pub fn on_the_film(boxes: Vec<ClassBox>, plane: &Plane, smallest: f64) -> Vec<ClassBox> {
    let [width, height] = [plane.width as f64, plane.height as f64];
    let clipped = |one: ClassBox| {
        let [x0, y0, x1, y1] = one.corners;
        let corners = [x0.clamp(0.0, width), y0.clamp(0.0, height), x1.clamp(0.0, width), y1.clamp(0.0, height)];
        (corners[2] - corners[0] >= smallest && corners[3] - corners[1] >= smallest)
            .then_some(ClassBox { corners, ..one })
    };
    boxes.into_iter().filter_map(clipped).collect()
}

//! The lead letter that says which side is which.

use super::canvas::Canvas;
use super::film::View;
use super::random::Random;
use super::scene::SceneRequest;
use super::solid::{LEAD, Material, Solid};
use super::texture::Texture;

/// Strokes of the letters in a box of 1 by 1.4.
const L: &[&[[f32; 2]]] = &[&[[0.0, 0.0], [0.0, 1.4], [0.85, 1.4]]];
const R: &[&[[f32; 2]]] = &[
    &[[0.0, 1.4], [0.0, 0.0], [0.55, 0.0], [0.85, 0.15], [0.9, 0.4], [0.8, 0.65], [0.5, 0.75], [0.0, 0.75]],
    &[[0.45, 0.75], [0.95, 1.4]],
];

pub fn draw(request: &SceneRequest<'_>, canvas: &mut Canvas, texture: &Texture) {
    let mut random = Random::part(request.film_key, "marker", 0);
    let tall = random.range(7.0, 9.0);
    let is_left = random.chance(0.5);
    let field = request.field;
    // On a frontal film the patient's left is at the right.
    let is_right_half = if request.view == View::Frontal { is_left } else { random.chance(0.5) };
    let x = if is_right_half { field.max[0] - 20.0 } else { field.min[0] + 8.0 };
    let share = random.pick(&[0.06, 0.1, 0.88]);
    let y = field.min[1] + share * (field.max[1] - field.min[1]);
    for stroke in if is_left { L } else { R } {
        let nodes: Vec<[f32; 3]> = stroke.iter().map(|p| [x + p[0] * tall, y + p[1] * tall, 0.85]).collect();
        Solid::bar(&nodes, 1.5, Material::plain(LEAD)).draw(canvas, texture);
    }
}

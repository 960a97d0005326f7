//! The changes that a film goes through before a step: mirrored, another window, another size, learned recipes.
//!
//! The order is that of the released code's mapper: flip, resize, learned recipe, so that the recipe's distances are in
//! input pixels. The window comes before all of them.

mod framing;

use rachis::domain::training::parameters::Key;
use rachis::domain::training::recipe::Recipe;

use super::input_rule::InputRule;
use super::plane::Picture;
use crate::train::Chance;

/// Boxes of less than this on a side are no longer there.
const SMALLEST_SIDE: f64 = 1.0;

/// What may happen to a film.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Changes {
    flip_horizontal: f64,
    flip_vertical: f64,
    window_jitter: f64,
}

impl Changes {
    pub fn new(recipe: &Recipe) -> Self {
        Self {
            flip_horizontal: recipe.real(Key::FlipHorizontal),
            flip_vertical: recipe.real(Key::FlipVertical),
            window_jitter: recipe.real(Key::WindowJitter),
        }
    }

    /// One film changed. Its boxes come in pixels of the film, which is `width` x `height`, and leave in pixels of the plane.
    pub fn made(&self, picture: Picture, [width, height]: [u32; 2], rule: &InputRule, chance: &mut Chance) -> Picture {
        // Everything is drawn first, in one order, whether it is used or not: a parameter that changes does not shift the
        // chances of the others.
        let [horizontal, vertical, contrast, brightness, size] = std::array::from_fn(|_| chance.unit());
        let mut picture = picture;
        framing::move_window(&mut picture.plane, self.window_jitter, [contrast, brightness]);
        if horizontal < self.flip_horizontal {
            framing::mirror(&mut picture, width);
        }
        if vertical < self.flip_vertical {
            framing::turn_over(&mut picture, height);
        }
        let [least, most] = rule.sizes();
        let drawn = least + (size * f64::from(most - least + 1)) as u32;
        let mut picture = framing::resized(picture, [width, height], rule.drawn_size(drawn, width, height));
        picture.boxes = framing::on_the_film(picture.boxes, &picture.plane, SMALLEST_SIDE);
        picture
    }
}

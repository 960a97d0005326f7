//! One of the learned recipes on one film: which changes are made, by the film's own chance.

use rachis::domain::training::policy::{Change, FILL_LEVEL, Op, POLICY_V2, TRIES};

use super::{SMALLEST_SIDE, framing, levels, moves};
use crate::train::Chance;
use crate::train::data::plane::{Picture, Plane};

/// A recipe taken at random. Where it moves every box off the film another is tried, and after some tries the film stays as
/// it was. Boxes keep their classes (the released code gives a box that is left the class of one that went).
pub fn applied(picture: Picture, chance: &mut Chance) -> Picture {
    for _ in 0..TRIES {
        let recipe = POLICY_V2[chance.below(POLICY_V2.len() as u64) as usize];
        let mut changed = picture.clone();
        for change in recipe {
            make(&mut changed, change, chance);
            changed.boxes = framing::on_the_film(changed.boxes, &changed.plane, SMALLEST_SIDE);
        }
        if !changed.boxes.is_empty() || picture.boxes.is_empty() {
            return changed;
        }
    }
    picture
}

fn make(picture: &mut Picture, change: &Change, chance: &mut Chance) {
    if chance.unit() >= change.probability {
        return;
    }
    let size = change.op.amount_on(change.magnitude, picture.plane.width.min(picture.plane.height));
    let is_opposite = change.op.goes_either_way() && chance.below(2) == 1;
    let amount = if is_opposite { -size } else { size };
    let plane = &mut picture.plane;
    match change.op {
        Op::Color => {}
        Op::Brightness => levels::brightness(plane, amount),
        Op::Contrast => levels::contrast(plane, amount),
        Op::Sharpness => levels::sharpness(plane, 1.0 + amount),
        Op::AutoContrast => levels::auto_contrast(plane),
        Op::Equalize => levels::equalize(plane),
        Op::Solarize => levels::solarize(plane, amount),
        Op::SolarizeAdd => levels::solarize_add(plane, amount),
        Op::Cutout => {
            let middle = [chance.below(plane.width as u64), chance.below(plane.height as u64)];
            cut_out(plane, middle.map(|place| place as usize), [amount as usize; 2]);
        }
        Op::BoxCutout => cut_out_of_box(picture, amount, chance),
        Op::Rotate => moves::rotate(picture, amount),
        Op::ShearX => moves::shear_x(picture, amount),
        Op::ShearY => moves::shear_y(picture, amount),
        Op::TranslateY => moves::translate_y(picture, amount),
    }
}

/// Fills from `half` before the middle to `half` after it, as far as the film goes.
fn cut_out(plane: &mut Plane, middle: [usize; 2], half: [usize; 2]) {
    let sides = [plane.width, plane.height];
    let [x, y] = [0, 1].map(|axis| {
        let first = middle[axis].saturating_sub(half[axis]);
        first..(middle[axis] + half[axis]).min(sides[axis]).max(first)
    });
    for row in y {
        plane.levels[row * plane.width..][x.clone()].fill(FILL_LEVEL);
    }
}

/// A share of one box, about any of its pixels; nothing where there is no box.
fn cut_out_of_box(picture: &mut Picture, share: f64, chance: &mut Chance) {
    if picture.boxes.is_empty() {
        return;
    }
    let corners = picture.boxes[chance.below(picture.boxes.len() as u64) as usize].corners;
    let sides = [picture.plane.width, picture.plane.height];
    let [x, y] = [0, 1].map(|axis| {
        let (first, last) = (corners[axis] as usize, (corners[axis + 2] as usize).min(sides[axis] - 1));
        let len = last - first.min(last) + 1;
        (first.min(last) + chance.below(len as u64) as usize, (share * (len as f64 / 2.0)) as usize)
    });
    cut_out(&mut picture.plane, [x.0, y.0], [x.1, y.1]);
}

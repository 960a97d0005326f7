//! Lesions that change the shape or density of vertebrae: narrowed disc, slip, collapse, subchondral sclerosis.

use super::canvas::Bounds;
use super::film::View;
use super::lesion::{Lesion, LesionKind};
use super::random::Random;
use super::scene::Anatomy;
use super::spine::Level;

/// Changes the bodies and says where; `None` for lesions that change no shape.
///
/// Changes stay near: vertebrae further off do not move, so that a film with and without the lesion differ
/// where the lesion is.
pub fn apply(anatomy: &mut Anatomy<'_>, lesion: &Lesion) -> Option<Bounds> {
    match lesion.kind {
        // The lumbosacral disc does not show from the front.
        LesionKind::DiscSpaceNarrowing | LesionKind::SubchondralSclerosis
            if lesion.level == Level::L5 && anatomy.request.view == View::Frontal =>
        {
            None
        }
        LesionKind::DiscSpaceNarrowing => Some(narrow(anatomy, lesion)),
        LesionKind::VertebralCollapse => Some(collapse(anatomy, lesion)),
        LesionKind::Spondylolysthesis => Some(slip(anatomy, lesion)),
        LesionKind::SubchondralSclerosis => Some(harden(anatomy, lesion)),
        _ => None,
    }
}

/// The two plates that face a disc, with a rim of bone.
pub fn disc_bounds(anatomy: &Anatomy<'_>, lesion: &Lesion, rim_mm: f32) -> Bounds {
    let (upper, lower) = (anatomy.body(lesion.level), anatomy.body(lesion.level.below()));
    let mut bounds = Bounds::EMPTY;
    for i in -4..=4 {
        let share = i as f32 / 4.0;
        let u = |half: [f32; 2]| share * if share < 0.0 { half[0] } else { half[1] };
        let (a, b) = (u(upper.half), u(lower.half));
        let reach = |opening: f32| opening + rim_mm;
        bounds = bounds
            .with(upper.place(a, upper.bottom_at(a) - reach(upper.opening[1])))
            .with(lower.place(b, lower.top_at(b) + reach(lower.opening[0])));
    }
    bounds
}

fn narrow(anatomy: &mut Anatomy<'_>, lesion: &Lesion) -> Bounds {
    let disc = anatomy.vertebra(lesion.level).disc;
    let lost = disc * (0.42 + 0.36 * lesion.severity);
    // One side goes first: front or back on a lateral film, either on a frontal one.
    let tilt = lost * 0.18 * lesion.side;
    let index = lesion.level.index();
    let hardness = 0.006 + 0.010 * lesion.severity;
    for (share, value) in [-1.0, 0.0, 1.0].iter().zip(0..3) {
        anatomy.bodies[index].bottom[value] += 0.5 * (lost + share * tilt);
        anatomy.bodies[index + 1].top[value] -= 0.5 * (lost + share * tilt);
    }
    anatomy.bodies[index].subchondral[1] += hardness;
    anatomy.bodies[index + 1].subchondral[0] += hardness;
    disc_bounds(anatomy, lesion, 3.0)
}

fn collapse(anatomy: &mut Anatomy<'_>, lesion: &Lesion) -> Bounds {
    let mut random = Random::part(lesion.key, "collapse", 0);
    let height = anatomy.vertebra(lesion.level).height;
    let lost = height * (0.24 + 0.36 * lesion.severity);
    let index = lesion.level.index();
    let is_lateral = anatomy.request.view == View::Lateral;
    let body = &mut anatomy.bodies[index];
    // What is lost at the near side, the middle and the far side: wedge, biconcave or crush.
    let (front, middle, back) = match lesion.form % 3 {
        0 => (1.0, 0.85, 0.12),
        1 => (0.3, 1.0, 0.25),
        _ => (0.9, 1.0, 0.8),
    };
    // From the front a wedge shows as an even loss.
    let loss = if is_lateral { [front, middle, back] } else { [0.8 * middle, middle, 0.85 * middle] };
    let from_top = random.range(0.6, 0.9);
    for (value, share) in loss.into_iter().enumerate() {
        body.top[value] += from_top * share * lost;
        body.bottom[value] -= (1.0 - from_top) * share * lost;
    }
    // Crushed trabeculae lie closer under a bent plate; the walls bulge.
    body.subchondral[0] += 0.007 + 0.006 * lesion.severity;
    body.subchondral_height = 6.0;
    body.density *= 1.12;
    body.waist = body.waist.map(|mm| mm * 0.4);
    if is_lateral {
        body.half[0] += 1.2 + 1.5 * lesion.severity;
    } else {
        body.half = body.half.map(|mm| mm + 0.6 + 1.2 * lesion.severity);
    }
    // The neighbours sink in a little.
    let sunk = 0.18 * lost;
    for (value, share) in loss.into_iter().enumerate() {
        anatomy.bodies[index - 1].bottom[value] += sunk * share;
        anatomy.bodies[index + 1].top[value] -= 0.3 * sunk * share;
    }
    anatomy.bodies[index].extent()
}

fn slip(anatomy: &mut Anatomy<'_>, lesion: &Lesion) -> Bounds {
    let index = lesion.level.index();
    // Along the plate that it slides on.
    let way = anatomy.bodies[index + 1].angle;
    let forward = anatomy.vertebra(lesion.level).depth * (0.13 + 0.32 * lesion.severity);
    // The slipped vertebra carries those above along, less and less.
    for (above, share) in [(0, 1.0), (1, 0.72), (2, 0.42), (3, 0.18)] {
        let body = &mut anatomy.bodies[index - above];
        body.center[0] -= forward * share * libm::cosf(way);
        body.center[1] -= forward * share * libm::sinf(way);
    }
    let body = &mut anatomy.bodies[index];
    body.angle += 0.05 * lesion.severity;
    for value in 0..3 {
        anatomy.bodies[index].bottom[value] += 1.2;
        anatomy.bodies[index + 1].top[value] -= 1.2;
    }
    let lower = anatomy.body(lesion.level.below());
    let plate = (-2..=2).map(|i| {
        let u = i as f32 / 2.0 * lower.half[0];
        lower.place(u, lower.top_at(u) + lower.opening[0] + 3.0)
    });
    anatomy.body(lesion.level).extent().union(&Bounds::around(plate))
}

fn harden(anatomy: &mut Anatomy<'_>, lesion: &Lesion) -> Bounds {
    let index = lesion.level.index();
    let extra = 0.011 + 0.015 * lesion.severity;
    let height = 5.0 + 4.0 * lesion.severity;
    for (body, plate) in [(index, 1), (index + 1, 0)] {
        anatomy.bodies[body].subchondral[plate] += extra;
        anatomy.bodies[body].subchondral_height = height;
    }
    disc_bounds(anatomy, lesion, height * 0.9)
}

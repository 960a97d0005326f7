//! Things that are not the patient's: pedicle screws, rods, cages, and objects on or in the patient.

use std::f32::consts::TAU;

use super::canvas::Place;
use super::film::View;
use super::lesion::{Lesion, LesionKind};
use super::random::Random;
use super::scene::Anatomy;
use super::solid::{LEAD, Material, STEEL, Solid, TITANIUM, smooth_line};
use super::spine::Level;

/// What a lesion adds to the film; nothing for lesions drawn otherwise.
pub fn solids(anatomy: &Anatomy<'_>, lesion: &Lesion) -> Vec<Solid> {
    match lesion.kind {
        LesionKind::SurgicalImplant => implant(anatomy, lesion),
        LesionKind::ForeignBody => foreign_body(anatomy, lesion),
        _ => Vec::new(),
    }
}

/// Screws through the pedicles of neighbouring vertebrae, joined by rods; sometimes a cage in the disc.
fn implant(anatomy: &Anatomy<'_>, lesion: &Lesion) -> Vec<Solid> {
    let mut random = Random::part(lesion.key, "implant", 0);
    let size = anatomy.request.patient.size;
    let metal = if random.chance(0.75) { TITANIUM } else { STEEL };
    let is_lateral = anatomy.request.view == View::Lateral;
    let levels: Vec<Level> = (lesion.level.0..lesion.level.0 + lesion.span).map(Level).collect();
    let mut solids = Vec::new();
    for side in [-1.0, 1.0] {
        let mut heads: Vec<Place> = Vec::new();
        for &level in &levels {
            let (v, body) = (anatomy.vertebra(level), anatomy.body(level));
            let off = 0.7 * random.normal();
            let (head, tip) = if is_lateral {
                let drop = v.center[1] / super::vertebra_frontal::SOURCE_MM * 18.0 * side + off;
                (
                    body.place(body.half[1] + 14.0 * size, -0.2 * v.height + drop),
                    body.place(-0.45 * body.half[0], -0.19 * v.height + drop + off),
                )
            } else {
                (
                    body.place(side * (0.37 * v.width + 2.5), -0.12 * v.height + off),
                    body.place(side * (0.17 * v.width), -0.16 * v.height + off),
                )
            };
            heads.push(head);
            solids.push(screw(head, tip, 3.1 * size, metal));
            let (u, w) = if is_lateral { (6.0, 5.2) } else { (6.3, 6.3) };
            let half = [u * size, w * size];
            solids.push(Solid::blob(head, half, 8.0, Material::plain(metal)));
        }
        let [first, last] = [heads[0], heads[heads.len() - 1]];
        let (dx, dy) = (last[0] - first[0], last[1] - first[1]);
        let long = (dx * dx + dy * dy).sqrt().max(1.0);
        let over = random.range(7.0, 12.0) * size;
        let end = |from: Place, sign: f32| [from[0] + sign * dx / long * over, from[1] + sign * dy / long * over, 2.75];
        let mut rod = vec![end(first, -1.0)];
        rod.extend(heads.iter().map(|h| [h[0], h[1], 2.75]));
        rod.push(end(last, 1.0));
        solids.push(Solid::bar(&smooth_line(&rod, 6), 1.0, Material::plain(metal)));
    }
    if lesion.form.is_multiple_of(3) {
        solids.extend(cage(anatomy, lesion.level, size));
    }
    solids
}

/// A threaded shaft.
fn screw(head: Place, tip: Place, radius: f32, metal: f32) -> Solid {
    let (dx, dy) = (tip[0] - head[0], tip[1] - head[1]);
    let long = (dx * dx + dy * dy).sqrt();
    let steps = ((long / 0.7) as usize).max(2);
    let nodes: Vec<[f32; 3]> = (0..=steps)
        .map(|i| {
            let t = i as f32 / steps as f32;
            let thread = if i % 3 == 0 { 1.12 } else { 0.86 };
            let taper = if t > 0.88 { 1.0 - 5.0 * (t - 0.88) } else { 1.0 };
            [head[0] + dx * t, head[1] + dy * t, radius * thread * taper]
        })
        .collect();
    Solid::bar(&nodes, 1.0, Material::plain(metal))
}

/// A spacer of plastic in the disc, seen by its frame and its marker pins.
fn cage(anatomy: &Anatomy<'_>, level: Level, size: f32) -> Vec<Solid> {
    let (upper, lower) = (anatomy.body(level), anatomy.body(level.below()));
    let half = 0.42 * upper.half[0].min(lower.half[0]);
    let corner = |u: f32, is_upper: bool| {
        if is_upper { upper.place(u, upper.bottom_at(u) + 0.8) } else { lower.place(u, lower.top_at(u) - 0.8) }
    };
    let pin = |u: f32| {
        let (a, b) = (corner(u, true), corner(u, false));
        Solid::bar(&[[a[0], a[1], 0.6 * size], [b[0], b[1], 0.6 * size]], 1.0, Material::plain(LEAD * 0.4))
    };
    let frame = vec![corner(-half, true), corner(half, true), corner(half, false), corner(-half, false)];
    let plastic = Material { wall: 0.02, wall_mm: 1.2, core: 0.0, grain: 0.0 };
    vec![
        Solid::Slab { outline: frame, thickness: 22.0 * size, rounding: 1.0, material: plastic },
        pin(-0.85 * half),
        pin(0.85 * half),
    ]
}

/// A button, a safety pin, surgical clips, a bullet, a zip fastener or a necklace.
fn foreign_body(anatomy: &Anatomy<'_>, lesion: &Lesion) -> Vec<Solid> {
    let mut random = Random::part(lesion.key, "foreign body", 0);
    let field = anatomy.request.field;
    let is_lateral = anatomy.request.view == View::Lateral;
    // The same height on every film of the study; across, as the film shows it.
    let y = random.range(-0.6, 0.6) * field.max[1].min(150.0);
    let frontal = random.range(0.25, 0.75) * random.sign();
    let across = if is_lateral { -random.range(0.45, 0.75) } else { frontal };
    let center = [across * field.max[0].min(110.0), y];
    // Flat things on the skin are seen edge-on from the side.
    let squeeze = if is_lateral { 0.3 } else { 1.0 };
    let at = |x: f32, y: f32| -> Place { [center[0] + x * squeeze, center[1] + y] };
    let node = |x: f32, y: f32, r: f32| -> [f32; 3] {
        let [x, y] = at(x, y);
        [x, y, r]
    };
    let circle = |x: f32, y: f32, radius: f32, wire: f32| -> Vec<[f32; 3]> {
        (0..=20)
            .map(|i| {
                let a = TAU * i as f32 / 20.0;
                node(x + radius * libm::cosf(a), y + radius * libm::sinf(a), wire)
            })
            .collect()
    };
    let steel = Material::plain(STEEL);
    match lesion.form % 6 {
        0 => {
            // A button with four holes and a raised rim.
            let radius = 5.0 + 4.0 * lesion.severity;
            let disc = |x: f32, y: f32, r: f32, thickness: f32, attenuation: f32| {
                Solid::blob(at(x, y), [r * squeeze, r], thickness, Material::plain(attenuation))
            };
            let mut solids = vec![disc(0.0, 0.0, radius, 2.2 / squeeze, 0.35)];
            solids.push(Solid::bar(&circle(0.0, 0.0, radius - 0.8, 0.8), 1.5, Material::plain(0.3)));
            for (x, y) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)] {
                solids.push(disc(x * 0.3 * radius, y * 0.3 * radius, 0.16 * radius, 1.8 / squeeze, -0.33));
            }
            solids
        }
        1 => {
            // A safety pin, closed.
            let long = 14.0 + 10.0 * lesion.severity;
            let shaft = vec![node(-3.0, -long, 0.7), node(-3.0, long, 0.7)];
            let back = vec![node(3.0, -long + 1.0, 0.7), node(3.2, 0.0, 0.7), node(3.0, long, 0.7)];
            vec![
                Solid::bar(&shaft, 1.0, steel),
                Solid::bar(&back, 1.0, steel),
                Solid::bar(&circle(0.0, long, 2.6, 0.7), 1.0, steel),
                Solid::bar(&[node(-3.0, -long, 2.0), node(3.0, -long, 2.4)], 0.4, steel),
            ]
        }
        2 => (0..random.whole(4, 9))
            .map(|i| {
                // Surgical clips: short bent wires.
                let (x, y) = (6.0 * random.normal(), 5.0 * i as f32 - 14.0 + 2.0 * random.normal());
                let lean = 1.6 * random.normal();
                let leg = 3.2;
                let nodes = [
                    node(x - lean, y - leg, 0.55),
                    node(x, y, 0.7),
                    node(x + 0.9, y, 0.7),
                    node(x + 0.9 - lean, y - leg, 0.55),
                ];
                Solid::bar(&nodes, 1.0, steel)
            })
            .collect(),
        3 => {
            // A bullet, a little bent at its nose.
            let radius = 3.2 + 1.6 * lesion.severity;
            let lead = Material::plain(LEAD);
            let lean = random.range(-0.5, 0.5);
            vec![Solid::bar(
                &smooth_line(
                    &[
                        [center[0], center[1], radius],
                        [center[0] + lean * 8.0, center[1] - 8.0, radius],
                        [center[0] + lean * 11.5, center[1] - 12.5, 0.5 * radius],
                    ],
                    6,
                ),
                1.0,
                lead,
            )]
        }
        4 => (0..16u32)
            .map(|i| {
                // Teeth of a zip, left and right in turn.
                let side = if i % 2 == 0 { -1.0 } else { 1.0 };
                let y = 2.1 * i as f32 - 16.0;
                Solid::bar(&[node(side * 0.6, y, 0.75), node(side * 3.4, y, 0.75)], 1.6, Material::plain(0.5))
            })
            .collect(),
        _ => {
            // Links of a chain and a pendant.
            let mut solids: Vec<Solid> = (0..18)
                .map(|i| {
                    let t = i as f32 / 17.0 * 2.0 - 1.0;
                    Solid::bar(&circle(26.0 * t, 12.0 - 15.0 * t * t, 1.25, 0.4), 1.0, steel)
                })
                .collect();
            solids.push(Solid::bar(&circle(0.0, 18.0, 4.5, 0.9), 1.4, steel));
            solids.push(Solid::bar(&[node(0.0, 13.0, 0.9), node(0.0, 23.0, 0.9)], 1.2, steel));
            solids
        }
    }
}

//! Ribs from their vertebrae outwards, and the collar bones of thoracic films.

use super::film::{Region, View};
use super::random::Random;
use super::scene::Anatomy;
use super::solid::{Material, Solid, smooth_line};
use super::spine::Level;

/// How far out a rib reaches and how far it drops on its way there, frontal, mm of a grown man.
const FRONTAL: [[f32; 2]; 12] = [
    [52.0, 20.0],
    [74.0, 36.0],
    [90.0, 48.0],
    [101.0, 57.0],
    [110.0, 64.0],
    [117.0, 69.0],
    [122.0, 73.0],
    [125.0, 76.0],
    [125.0, 77.0],
    [121.0, 76.0],
    [108.0, 62.0],
    [80.0, 44.0],
];

pub fn solids(anatomy: &Anatomy<'_>, solids: &mut Vec<Solid>) {
    let is_lateral = anatomy.request.view == View::Lateral;
    for number in 1..=12u8 {
        let level = Level(Level::T1.0 + number - 1);
        let is_far = anatomy.request.region == Region::Lumbar && number < if is_lateral { 9 } else { 8 };
        if !is_far {
            for side in [-1.0, 1.0] {
                match anatomy.request.view {
                    View::Frontal => frontal(anatomy, level, side, solids),
                    View::Lateral => lateral(anatomy, level, side, solids),
                }
            }
        }
    }
    if anatomy.request.region == Region::Thoracic && anatomy.request.view == View::Frontal {
        for side in [-1.0, 1.0] {
            clavicle(anatomy, side, solids);
        }
    }
}

fn frontal(anatomy: &Anatomy<'_>, level: Level, side: f32, solids: &mut Vec<Solid>) {
    let (v, patient) = (anatomy.vertebra(level), anatomy.request.patient);
    let number = level.thoracic_number();
    let mut random =
        Random::part(anatomy.request.study_key, "frontal rib", u64::from(number) * 2 + u64::from(side > 0.0));
    let [reach, drop] = FRONTAL[number as usize - 1].map(|mm| mm * patient.size * (1.0 + 0.025 * random.normal()));
    let body = anatomy.body(level);
    let [x0, y0] = body.place(side * (0.5 * v.width - 2.0), -0.42 * v.height);
    let girth = 0.75 + 0.25 * patient.girth;
    let span = reach * girth - 0.5 * v.width;
    // A quarter turn takes it out to the side, the rest brings it round to the front, lower and thinner.
    let turn: f32 = match number {
        12 => 1.05,
        11 => 1.3,
        _ => 2.35,
    };
    let nodes: Vec<[f32; 3]> = (0..=22)
        .map(|i| {
            let a = turn * i as f32 / 22.0;
            let out = libm::sinf(a);
            let fall = 1.0 - libm::cosf(a);
            let rise = -6.0 * libm::sinf((a * 2.4).min(std::f32::consts::PI)) * patient.size;
            let radius = if a < 0.25 { 4.2 + 6.0 * a } else { 5.7 - 0.5 * (a - 0.25) };
            let end = if number >= 11 { 1.0 - 0.45 * i as f32 / 22.0 } else { 1.0 };
            [x0 + side * span * out, y0 + drop * fall + rise, radius * end * patient.size]
        })
        .collect();
    solids.push(Solid::Bar {
        nodes: smooth_line(&nodes, 2),
        flatness: 0.72,
        material: Material { grain: 0.05, ..Material::bone(1.0 * patient.cortex(), 0.8 * patient.bone_density) },
    });
}

fn lateral(anatomy: &Anatomy<'_>, level: Level, side: f32, solids: &mut Vec<Solid>) {
    let (v, patient) = (anatomy.vertebra(level), anatomy.request.patient);
    let number = level.thoracic_number();
    let mut random =
        Random::part(anatomy.request.study_key, "lateral rib", u64::from(number) * 2 + u64::from(side > 0.0));
    let size = patient.size;
    let body = anatomy.body(level);
    let [x0, y0] = body.place(body.half[1] + 1.0, -0.3 * v.height);
    // The side nearer the source is magnified more.
    let apart = if side > 0.0 { 1.07 } else { 0.97 };
    let forward = [60.0, 85.0, 108.0, 126.0, 138.0, 146.0, 150.0, 150.0, 142.0, 126.0, 78.0, 34.0][number as usize - 1];
    let long = (forward + 4.0 * random.normal()) * size * apart;
    let fall = long * (0.52 + 0.03 * f32::from(number)) * (1.0 + 0.05 * random.normal());
    let hump = (25.0 + 3.0 * random.normal()) * size * apart;
    let shift = side * (2.0 + 0.035 * y0.abs());
    let nodes: Vec<[f32; 3]> = [
        (3.0, 0.0, 3.4),
        (hump * 0.72, 4.0 * size, 4.6),
        (hump, 17.0 * size, 5.4),
        (hump * 0.82, 34.0 * size, 5.5),
        (-0.02 * long, 50.0 * size + 0.12 * fall, 5.4),
        (-0.3 * long, 50.0 * size + 0.42 * fall, 5.1),
        (-0.6 * long, 46.0 * size + 0.64 * fall, 4.6),
        (-0.86 * long, 40.0 * size + 0.76 * fall, 3.2),
    ]
    .iter()
    .map(|&(x, y, r)| [x0 + x, y0 + y + shift, r * size])
    .take(match number {
        12 => 5,
        11 => 7,
        _ => 8,
    })
    .collect();
    solids.push(Solid::Bar {
        nodes: smooth_line(&nodes, 7),
        flatness: 0.62,
        material: Material { grain: 0.05, ..Material::bone(0.85 * patient.cortex(), 0.6 * patient.bone_density) },
    });
}

fn clavicle(anatomy: &Anatomy<'_>, side: f32, solids: &mut Vec<Solid>) {
    let (v, patient) = (anatomy.vertebra(Level(Level::T1.0 + 2)), anatomy.request.patient);
    let mut random = Random::part(anatomy.request.study_key, "clavicle", u64::from(side > 0.0));
    let tilt = 3.0 * random.normal();
    let nodes: Vec<[f32; 3]> = [
        (13.0, 6.0, 9.5),
        (26.0, 3.0, 7.0),
        (48.0, 0.0, 5.8),
        (72.0, -9.0, 5.6),
        (98.0, -18.0, 6.0),
        (122.0, -21.0, 7.0),
    ]
    .iter()
    .map(|&(x, y, r)| {
        [v.center[0] + side * x * patient.size, v.center[1] + (y + tilt * x / 60.0) * patient.size, r * patient.size]
    })
    .collect();
    solids.push(Solid::bar(
        &smooth_line(&nodes, 6),
        0.9,
        Material::bone(1.4 * patient.cortex(), 0.7 * patient.bone_density),
    ));
}

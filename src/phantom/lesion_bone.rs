//! Lesions added to sound bone: beaks, bridges, spurs, dense islands, fracture lines, narrowed foramina, calcifications.

use std::f32::consts::{PI, TAU};

use super::canvas::Place;
use super::film::{Region, View};
use super::lesion::{Lesion, LesionKind};
use super::pelvis;
use super::random::Random;
use super::scene::Anatomy;
use super::solid::{CORTEX, Material, Solid, smooth_line};
use super::spine::Level;

/// What a lesion adds to the film; nothing for lesions drawn otherwise.
pub fn solids(anatomy: &Anatomy<'_>, lesion: &Lesion) -> Vec<Solid> {
    match lesion.kind {
        LesionKind::Osteophytes => osteophyte(anatomy, lesion),
        LesionKind::Ankylosis => ankylosis(anatomy, lesion),
        LesionKind::Enthesophytes => enthesophytes(anatomy, lesion),
        LesionKind::ScleroticLesion => sclerotic_lesion(anatomy, lesion),
        LesionKind::Fracture => fracture(anatomy, lesion),
        LesionKind::ForaminalStenosis => foraminal_stenosis(anatomy, lesion),
        LesionKind::OtherLesions => other(anatomy, lesion),
        _ => Vec::new(),
    }
}

/// A claw of bone from the ring of an end plate, curving out and towards the disc.
fn osteophyte(anatomy: &Anatomy<'_>, lesion: &Lesion) -> Vec<Solid> {
    let mut random = Random::part(lesion.key, "beak", 0);
    let body = anatomy.body(lesion.level);
    let side = lesion.side;
    let half = if side < 0.0 { body.half[0] } else { body.half[1] };
    let size = anatomy.request.patient.size;
    let long = (3.2 + 6.6 * lesion.severity) * size;
    let disc = if lesion.is_upper {
        anatomy.vertebrae[lesion.level.index() - 1].disc
    } else {
        anatomy.vertebra(lesion.level).disc
    };
    let edge = if lesion.is_upper { body.top_at(side * half) } else { body.bottom_at(side * half) };
    // Towards the disc.
    let to = if lesion.is_upper { -1.0 } else { 1.0 };
    let hook = (random.range(0.15, 0.5) * long).min(0.42 * disc);
    let at = |out: f32, along: f32| body.place(side * (half + out), edge + to * along);
    let blunt = random.range(0.16, 0.3) * long;
    let outline = [
        at(-3.2, -1.25 * long),
        at(-1.2, -1.05 * long),
        at(0.14 * long, -0.62 * long),
        at(0.55 * long, -0.3 * long),
        at(0.93 * long, hook - blunt),
        at(long, hook + 0.2 * blunt),
        at(0.78 * long, hook + 0.6 * blunt),
        at(0.4 * long, 0.45 * hook + 0.3),
        at(-0.5, 0.5),
        at(-3.2, 0.2),
    ];
    let patient = anatomy.request.patient;
    let material = Material::bone(1.0 * patient.cortex(), 1.5 * patient.bone_density.max(0.8));
    vec![Solid::smooth_slab(&outline, (8.0 + 10.0 * lesion.severity) * size, 2.4, material)]
}

/// Bone across one disc space or more: thin curved bridges at both edges, or one flowing band in front.
fn ankylosis(anatomy: &Anatomy<'_>, lesion: &Lesion) -> Vec<Solid> {
    let patient = anatomy.request.patient;
    let is_lateral = anatomy.request.view == View::Lateral;
    let mut solids = Vec::new();
    for level in lesion.level.0..lesion.level.0 + lesion.span {
        let (upper, lower) = (anatomy.body(Level(level)), anatomy.body(Level(level + 1)));
        let sides: &[f32] = if is_lateral { &[-1.0] } else { &[-1.0, 1.0] };
        for &side in sides {
            let half = |half: [f32; 2]| if side < 0.0 { half[0] } else { half[1] };
            let bulge = (0.8 + 1.8 * lesion.severity) * patient.size;
            let thick = (1.2 + 1.2 * lesion.severity) * patient.size;
            let (a, b) = (half(upper.half), half(lower.half));
            let middle_v = 0.5 * anatomy.vertebra(Level(level)).disc;
            let nodes: Vec<[f32; 3]> = [
                (upper.place(side * (a - 1.2), upper.bottom_at(side * a) - 9.0), 0.45),
                (upper.place(side * (a + 0.3), upper.bottom_at(side * a) - 1.0), 1.0),
                (upper.place(side * (a + bulge), upper.bottom_at(side * a) + middle_v), 1.1),
                (lower.place(side * (b + 0.3), lower.top_at(side * b) + 1.0), 1.0),
                (lower.place(side * (b - 1.2), lower.top_at(side * b) + 9.0), 0.45),
            ]
            .iter()
            .map(|&([x, y], share)| [x, y, thick * share])
            .collect();
            let bridge = Material { wall: CORTEX, wall_mm: 0.8, core: 0.02, grain: 0.1 };
            solids.push(Solid::bar(&smooth_line(&nodes, 6), 3.2, bridge));
        }
        // The disc itself turns to bone.
        let mut outline: Vec<Place> = Vec::new();
        for i in -4..=4 {
            let share = 0.92 * i as f32 / 4.0;
            let u = share * if share < 0.0 { upper.half[0] } else { upper.half[1] };
            outline.push(upper.place(u, upper.bottom_at(u)));
        }
        for i in (-4..=4).rev() {
            let share = 0.92 * i as f32 / 4.0;
            let u = share * if share < 0.0 { lower.half[0] } else { lower.half[1] };
            outline.push(lower.place(u, lower.top_at(u)));
        }
        let fill = Material { wall: 0.0, wall_mm: 0.0, core: 0.005 + 0.006 * lesion.severity, grain: 0.1 };
        solids.push(Solid::Slab { outline, thickness: 30.0 * patient.size, rounding: 1.5, material: fill });
    }
    solids
}

/// Spurs where ligaments and muscles insert: iliac crest from the front, tips of spinous processes from the side.
fn enthesophytes(anatomy: &Anatomy<'_>, lesion: &Lesion) -> Vec<Solid> {
    let mut random = Random::part(lesion.key, "spurs", 0);
    let patient = anatomy.request.patient;
    let material = Material { wall: CORTEX, wall_mm: 0.7, core: 0.03, grain: 0.1 };
    let long = (5.0 + 7.0 * lesion.severity) * patient.size;
    let num_spurs = random.whole(2, 4);
    let mut spur = |root: Place, direction: Place, share: f32| {
        let bend = 0.25 * random.normal();
        let tip = [root[0] + direction[0] * long * share, root[1] + direction[1] * long * share];
        let middle = [
            f32::midpoint(root[0], tip[0]) - bend * direction[1] * 3.0,
            f32::midpoint(root[1], tip[1]) + bend * direction[0] * 3.0,
        ];
        let nodes = [[root[0], root[1], 2.6], [middle[0], middle[1], 1.9], [tip[0], tip[1], 0.9]];
        Solid::bar(&smooth_line(&nodes, 5), 2.8, material)
    };
    match (anatomy.request.region, anatomy.request.view) {
        (Region::Lumbar, View::Frontal) => {
            let crest = smooth_line(&pelvis::crest(anatomy, lesion.side), 6);
            (0..num_spurs)
                .map(|i| {
                    let root = crest[(4 + 4 * i as usize).min(crest.len() - 1)];
                    spur(root, [0.25 * lesion.side, -0.97], 0.75 + 0.25 * (i % 2) as f32)
                })
                .collect()
        }
        (_, View::Lateral) => {
            let body = anatomy.body(lesion.level);
            let reach =
                body.half[1] + if anatomy.request.region == Region::Lumbar { 47.0 } else { 44.0 } * patient.size;
            let height = body.bottom[1] - body.top[1];
            let drop = if anatomy.request.region == Region::Lumbar { 0.3 } else { 1.5 };
            (0..num_spurs)
                .map(|i| {
                    let root = body.place(reach, height * (drop + 0.16 * i as f32));
                    spur(root, [0.8, if i % 2 == 0 { 0.6 } else { -0.35 }], 1.0 - 0.12 * i as f32)
                })
                .collect()
        }
        (Region::Thoracic, View::Frontal) => {
            let body = anatomy.body(lesion.level);
            let v = anatomy.vertebra(lesion.level);
            let root = body.place(lesion.side * (0.5 * v.width + 15.0 * patient.size), -0.45 * v.height);
            vec![spur(root, [0.7 * lesion.side, -0.7], 1.0), spur(root, [0.95 * lesion.side, 0.2], 0.7)]
        }
    }
}

/// A dense island in the cancellous bone.
fn sclerotic_lesion(anatomy: &Anatomy<'_>, lesion: &Lesion) -> Vec<Solid> {
    let mut random = Random::part(lesion.key, "island", 0);
    let body = anatomy.body(lesion.level);
    let size = anatomy.request.patient.size;
    let radius = (3.5 + 5.0 * lesion.severity) * size;
    let (u, v) =
        (lesion.side * random.range(0.1, 0.45) * body.half[0], random.range(-0.2, 0.25) * 2.0 * body.bottom[1]);
    let half = [radius, radius * random.range(0.7, 1.0)];
    let density = random.range(0.034, 0.05);
    let island = |center: Place, half: [f32; 2], share: f32| Solid::Blob {
        center,
        half,
        angle: random_angle(lesion),
        thickness: 2.0 * radius,
        ripple: 0.0,
        material: Material { wall: 0.0, wall_mm: 0.0, core: density * share, grain: 0.12 },
    };
    // A core, a second lobe, and a brush border.
    let middle = body.place(u, v);
    let lobe = [middle[0] + 0.35 * radius * random.normal(), middle[1] + 0.3 * radius * random.normal()];
    let tooth = [middle[0] - 0.3 * radius * random.normal(), middle[1] + 0.4 * radius * random.normal()];
    vec![
        island(middle, half, 0.5),
        island(middle, half.map(|mm| 0.7 * mm), 0.5),
        island(lobe, [0.62 * half[1], 0.62 * half[0]], 0.4),
        island(tooth, [0.4 * half[0], 0.7 * half[1]], 0.3),
    ]
}

fn random_angle(lesion: &Lesion) -> f32 {
    Random::part(lesion.key, "angle", 0).range(0.0, PI)
}

/// A dark line with a dense, stepped edge: through a body's corner, a transverse or a spinous process.
fn fracture(anatomy: &Anatomy<'_>, lesion: &Lesion) -> Vec<Solid> {
    let mut random = Random::part(lesion.key, "fracture", 0);
    let body = anatomy.body(lesion.level);
    let v = anatomy.vertebra(lesion.level);
    let size = anatomy.request.patient.size;
    let mut jagged = |from: Place, to: Place| -> Vec<Place> {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        (0..=7)
            .map(|i| {
                let t = i as f32 / 7.0;
                let off = if i == 0 || i == 7 { 0.0 } else { 0.06 * random.normal() };
                [from[0] + dx * t - dy * off, from[1] + dy * t + dx * off]
            })
            .collect()
    };
    let line = |path: &[Place], radius: f32, shift: Place, attenuation: f32, flatness: f32| {
        let nodes: Vec<[f32; 3]> = path.iter().map(|p| [p[0] + shift[0], p[1] + shift[1], radius]).collect();
        Solid::bar(&nodes, flatness, Material::plain(attenuation))
    };
    let gap = (0.55 + 0.6 * lesion.severity) * size;
    match (anatomy.request.view, lesion.form % 2) {
        (View::Frontal, 0) if lesion.level.is_lumbar() => {
            // Transverse process: a cleft near its root, the tip pulled down.
            let root = 0.5 * v.width + 6.0 * size;
            let from = body.place(lesion.side * root, -0.11 * v.height - 7.0 * size);
            let to = body.place(lesion.side * (root + 2.0 * size), -0.11 * v.height + 6.5 * size);
            let path = jagged(from, to);
            vec![
                line(&path, gap, [0.0; 2], -0.05, 2.4),
                line(&path, 0.6, [lesion.side * (gap + 0.4), 0.9], 0.08, 3.0),
                line(&path, 0.5, [-lesion.side * (gap + 0.4), 0.0], 0.06, 3.0),
            ]
        }
        _ => {
            // A corner of the body, from the side wall to the plate.
            let side = if anatomy.request.view == View::Lateral { -1.0 } else { lesion.side };
            let half = if side < 0.0 { body.half[0] } else { body.half[1] };
            let to_plate = if lesion.is_upper { -1.0 } else { 1.0 };
            let cut = random_cut(lesion) * half;
            let wall = if lesion.is_upper { body.top_at(side * half) } else { body.bottom_at(side * half) };
            let inner = side * (half - cut);
            let plate = if lesion.is_upper { body.top_at(inner) } else { body.bottom_at(inner) };
            let from = body.place(side * (half + 0.5), wall - to_plate * 0.9 * cut);
            let to = body.place(inner, plate + to_plate * 0.6);
            let path = jagged(from, to);
            let out = body.place(side * 1.4, to_plate * 0.6);
            let away = [out[0] - body.center[0], out[1] - body.center[1]];
            vec![
                line(&path, gap, [0.0; 2], -0.03, 6.5),
                line(&path, 0.6, away, 0.04, 8.0),
                line(&path, 0.5, [-away[0], -away[1]], 0.03, 8.0),
            ]
        }
    }
}

fn random_cut(lesion: &Lesion) -> f32 {
    Random::part(lesion.key, "cut", 0).range(0.45, 0.75)
}

/// Bone grown into the opening between two pedicles, behind the disc.
fn foraminal_stenosis(anatomy: &Anatomy<'_>, lesion: &Lesion) -> Vec<Solid> {
    let patient = anatomy.request.patient;
    let (v, body) = (anatomy.vertebra(lesion.level), anatomy.body(lesion.level));
    let back = body.half[1];
    let h = v.height;
    let size = patient.size;
    let grown = 0.55 + 0.45 * lesion.severity;
    let bone = Material::bone(1.0 * patient.cortex(), 1.6 * patient.bone_density.max(0.8));
    // The facet in front of it and the edge of the plate, both towards the nerve.
    let facet: Vec<Place> =
        [(12.5, 0.1), (7.0, 0.26), (4.0 + 3.0 * (1.0 - grown), 0.5), (6.0, 0.78), (11.5, 0.9), (13.5, 0.5)]
            .iter()
            .map(|&(u, y)| body.place(back + u * size, y * h))
            .collect();
    let edge: Vec<Place> =
        [(-3.0, 0.42), (1.0, 0.36), (4.8 * grown, 0.47), (4.2 * grown, 0.6), (0.5, 0.58), (-3.0, 0.52)]
            .iter()
            .map(|&(u, y)| body.place(back + u * size, y * h))
            .collect();
    vec![
        Solid::smooth_slab(&facet, 13.0 * grown * size, 2.4, bone),
        Solid::smooth_slab(&edge, 12.0 * grown * size, 1.6, bone),
    ]
}

/// What has no class of its own: calcified aorta, stones, Schmorl's nodes.
fn other(anatomy: &Anatomy<'_>, lesion: &Lesion) -> Vec<Solid> {
    match (lesion.form % 3, anatomy.request.region) {
        (0, Region::Lumbar) => calcified_aorta(anatomy, lesion),
        (1, Region::Lumbar) => stones(anatomy, lesion),
        _ => schmorl(anatomy, lesion),
    }
}

fn calcified_aorta(anatomy: &Anatomy<'_>, lesion: &Lesion) -> Vec<Solid> {
    let mut random = Random::part(lesion.key, "aorta", 0);
    let size = anatomy.request.patient.size;
    let (top, bottom) = (anatomy.body(Level::L1.below()), anatomy.body(Level::L4));
    let mut flecks = Vec::new();
    for wall in 0..2u8 {
        let out = 9.0 + 15.0 * f32::from(wall);
        for i in 0..(9 + (10.0 * lesion.severity) as u32) {
            let t = random.unit();
            let (x0, x1) = if anatomy.request.view == View::Lateral {
                (top.center[0] - top.half[0], bottom.center[0] - bottom.half[0])
            } else {
                (top.center[0] + 19.0 * size, bottom.center[0] + 19.0 * size)
            };
            let side = if anatomy.request.view == View::Lateral { -1.0 } else { 0.75 };
            let x = x0 + (x1 - x0) * t + side * (out * size + 0.7 * random.normal());
            let y = top.center[1] + (bottom.center[1] - top.center[1]) * t;
            let long = random.range(1.5, 5.5) * size;
            let nodes =
                [[x, y - long, 0.5], [x + 0.5 * random.normal(), y, 0.8], [x + 0.4 * random.normal(), y + long, 0.5]];
            let strength = if i % 3 == 0 { 0.09 } else { 0.055 };
            flecks.push(Solid::bar(&nodes, 3.5, Material::plain(strength)));
        }
    }
    flecks
}

fn stones(anatomy: &Anatomy<'_>, lesion: &Lesion) -> Vec<Solid> {
    let mut random = Random::part(lesion.key, "stones", 0);
    let size = anatomy.request.patient.size;
    let l2 = anatomy.body(Level::L1.below());
    let is_lateral = anatomy.request.view == View::Lateral;
    let x = if is_lateral { l2.center[0] - 8.0 * size } else { l2.center[0] + lesion.side * 58.0 * size };
    (0..random.whole(1, 4))
        .map(|i| {
            let radius = (2.0 + 3.2 * random.unit() + 2.0 * lesion.severity) * size;
            let center = [
                x + 4.5 * random.normal() * size,
                l2.center[1] + (6.0 + 7.0 * i as f32 + 2.0 * random.normal()) * size,
            ];
            Solid::Blob {
                center,
                half: [radius, radius * random.range(0.65, 1.0)],
                angle: random.range(0.0, PI),
                thickness: 1.6 * radius,
                ripple: 0.0,
                material: Material { wall: 0.09, wall_mm: 0.9, core: 0.055, grain: 0.05 },
            }
        })
        .collect()
}

/// Disc pressed into the end plate: a dark pit with a dense rim.
fn schmorl(anatomy: &Anatomy<'_>, lesion: &Lesion) -> Vec<Solid> {
    let mut random = Random::part(lesion.key, "pit", 0);
    let body = anatomy.body(lesion.level);
    let size = anatomy.request.patient.size;
    let into = if lesion.is_upper { 1.0 } else { -1.0 };
    let u = random.range(-0.35, 0.35) * body.half[0];
    let edge = if lesion.is_upper { body.top_at(u) } else { body.bottom_at(u) };
    let (wide, deep) = ((5.0 + 3.0 * lesion.severity) * size, (3.8 + 3.2 * lesion.severity) * size);
    let rim: Vec<[f32; 3]> = (0..=16)
        .map(|i| {
            let a = PI * i as f32 / 16.0;
            let [x, y] = body.place(u + wide * libm::cosf(a), edge + into * deep * libm::sinf(a));
            [x, y, 0.85]
        })
        .collect();
    let pit: Vec<Place> = (0..24)
        .map(|i| {
            let a = TAU * i as f32 / 24.0;
            let depth = if libm::sinf(a) > 0.0 { 0.85 * deep } else { 0.8 };
            body.place(u + 0.88 * wide * libm::cosf(a), edge + into * depth * libm::sinf(a))
        })
        .collect();
    let hollow = Material { wall: 0.0, wall_mm: 0.0, core: -0.014, grain: 0.0 };
    vec![
        Solid::Slab { outline: pit, thickness: 15.0 * size, rounding: 1.5, material: hollow },
        Solid::bar(&rim, 7.0, Material::plain(0.042)),
    ]
}

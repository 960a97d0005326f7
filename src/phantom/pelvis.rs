//! Sacrum, iliac wings and crests at the bottom of lumbar films.

use super::canvas::Place;
use super::film::{Region, View};
use super::random::Random;
use super::scene::Anatomy;
use super::solid::{Material, Solid, smooth_line};
use super::spine::Level;
use super::vertebral_body::VertebralBody;

pub fn solids(anatomy: &Anatomy<'_>, solids: &mut Vec<Solid>) {
    if anatomy.request.region == Region::Lumbar {
        match anatomy.request.view {
            View::Frontal => frontal(anatomy, solids),
            View::Lateral => lateral(anatomy, solids),
        }
    }
}

/// The iliac crest of one side on a frontal film, from its middle outwards; for what grows on it.
pub fn crest(anatomy: &Anatomy<'_>, side: f32) -> Vec<Place> {
    let at = frontal_frame(anatomy);
    [(52.0, -31.0), (68.0, -45.0), (88.0, -52.0), (108.0, -46.0), (124.0, -27.0)]
        .iter()
        .map(|&(x, y)| at(side * x, y))
        .collect()
}

/// From mm of a grown man about the middle of the sacral plate to the film.
fn frontal_frame(anatomy: &Anatomy<'_>) -> impl Fn(f32, f32) -> Place + use<> {
    let v = anatomy.vertebra(Level::S1);
    let (size, origin) = (anatomy.request.patient.size, [v.center[0], v.center[1] - 0.36 * v.height]);
    let tilt = 0.5 * v.coronal;
    let (sin, cos) = (libm::sinf(tilt), libm::cosf(tilt));
    move |x, y| [origin[0] + size * (x * cos - y * sin), origin[1] + size * (x * sin + y * cos)]
}

fn frontal(anatomy: &Anatomy<'_>, solids: &mut Vec<Solid>) {
    let patient = anatomy.request.patient;
    let mut random = Random::part(anatomy.request.study_key, "pelvis", 0);
    let at = frontal_frame(anatomy);
    let (size, cortex) = (patient.size, patient.cortex());
    let ring = |half: &[(f32, f32)]| -> Vec<Place> {
        let right = half.iter().map(|&(x, y)| at(x, y));
        right.chain(half.iter().rev().filter(|p| p.0 > 0.0).map(|&(x, y)| at(-x, y))).collect()
    };
    let sacrum = ring(&[
        (0.0, -1.0),
        (24.0, 0.0),
        (40.0, -4.0),
        (54.0, 4.0),
        (56.0, 20.0),
        (50.0, 42.0),
        (38.0, 60.0),
        (29.0, 78.0),
        (17.0, 94.0),
        (8.0, 99.0),
        (0.0, 100.0),
    ]);
    let bone = |wall: f32, density: f32| Material::bone(wall * cortex, density * patient.bone_density);
    solids.push(Solid::smooth_slab(&sacrum, 34.0 * size, 11.0, bone(0.7, 0.85)));
    // Upper plate of S1, opened by the sacral slope into an ellipse.
    let v = anatomy.vertebra(Level::S1);
    let open = (0.42 * v.depth * libm::sinf(v.sagittal)).abs();
    let plate: Vec<[f32; 3]> = (0..=36)
        .map(|i| {
            let a = i as f32 * std::f32::consts::TAU / 36.0;
            let [x, y] = at(24.5 * libm::cosf(a), 1.0 - open / size * libm::sinf(a));
            [x, y, 1.1]
        })
        .collect();
    solids.push(Solid::bar(&plate, 2.6, Material::plain(0.045 * cortex)));
    for side in [-1.0, 1.0] {
        for (x, y, half) in
            [(22.0, 25.0, [7.5, 4.6]), (19.0, 43.0, [6.6, 4.3]), (16.5, 59.0, [5.6, 3.8]), (14.0, 74.0, [4.4, 3.2])]
        {
            let center = at(side * (x + 0.6 * random.normal()), y);
            let hole = Material { wall: 0.0, wall_mm: 0.0, core: -0.009, grain: 0.0 };
            solids.push(Solid::blob(center, [half[0] * size, half[1] * size], 22.0 * size, hole));
            // The arcuate line above each hole.
            let arc: Vec<[f32; 3]> = (0..=12)
                .map(|i| {
                    let a = std::f32::consts::PI * (1.05 + 0.9 * i as f32 / 12.0);
                    [
                        center[0] + (half[0] + 1.0) * size * libm::cosf(a),
                        center[1] + (half[1] + 1.0) * size * libm::sinf(a),
                        0.8,
                    ]
                })
                .collect();
            solids.push(Solid::bar(&arc, 4.0, Material::plain(0.03 * cortex)));
        }
        wing(&at, side, size, &bone, solids);
    }
    // Median crest.
    for i in 0..4 {
        let y = 18.0 + 19.0 * i as f32;
        solids.push(Solid::blob(at(0.0, y), [3.0 * size, 7.0 * size], 10.0 * size, bone(0.9, 0.8)));
    }
}

/// One iliac wing: thin floor, thick crest, the joint with the sacrum, the pelvic brim.
fn wing(
    at: &impl Fn(f32, f32) -> Place,
    side: f32,
    size: f32,
    bone: &impl Fn(f32, f32) -> Material,
    solids: &mut Vec<Solid>,
) {
    let outline: Vec<Place> = [
        (36.0, 6.0),
        (40.0, -14.0),
        (52.0, -32.0),
        (68.0, -46.0),
        (88.0, -53.0),
        (108.0, -47.0),
        (126.0, -28.0),
        (138.0, 4.0),
        (142.0, 34.0),
        (133.0, 58.0),
        (124.0, 80.0),
        (122.0, 108.0),
        (100.0, 122.0),
        (78.0, 112.0),
        (68.0, 92.0),
        (58.0, 68.0),
        (48.0, 48.0),
        (40.0, 28.0),
    ]
    .iter()
    .map(|&(x, y)| at(side * x, y))
    .collect();
    solids.push(Solid::smooth_slab(&outline, 13.0 * size, 9.0, bone(2.0, 1.35)));
    let line = |points: &[(f32, f32, f32)]| -> Vec<[f32; 3]> {
        let nodes: Vec<[f32; 3]> = points
            .iter()
            .map(|&(x, y, r)| {
                let [x, y] = at(side * x, y);
                [x, y, r * size]
            })
            .collect();
        smooth_line(&nodes, 6)
    };
    let crest = line(&[
        (41.0, -10.0, 5.5),
        (53.0, -28.0, 5.0),
        (69.0, -41.5, 4.6),
        (88.0, -48.0, 5.2),
        (106.0, -43.0, 5.6),
        (122.0, -26.0, 5.2),
        (134.0, 4.0, 4.6),
    ]);
    let thick = Material { wall: 0.0, wall_mm: 0.0, ..bone(0.0, 1.3) };
    solids.push(Solid::bar(&crest, 1.5, thick));
    let brim = line(&[(45.0, 34.0, 3.2), (56.0, 58.0, 4.2), (66.0, 82.0, 5.0), (80.0, 104.0, 6.0), (98.0, 116.0, 7.0)]);
    solids.push(Solid::bar(&brim, 2.0, thick));
    // The sacroiliac joint: a dark cleft between two dense edges.
    let joint = |dx: f32, r: f32| {
        line(&[(47.0 + dx, 8.0, r), (52.0 + dx, 24.0, r), (47.0 + dx, 42.0, r), (40.0 + dx, 58.0, r)])
    };
    solids.push(Solid::bar(&joint(0.0, 1.5), 5.0, Material::plain(-0.012)));
    for dx in [-2.4, 2.4] {
        solids.push(Solid::bar(&joint(dx, 1.1), 4.0, Material::plain(0.028)));
    }
}

fn lateral(anatomy: &Anatomy<'_>, solids: &mut Vec<Solid>) {
    let patient = anatomy.request.patient;
    let mut random = Random::part(anatomy.request.study_key, "pelvis", 0);
    let size = patient.size;
    let s1 = anatomy.body(Level::S1);
    let bone = |wall: f32, density: f32| Material::bone(wall * patient.cortex(), density * patient.bone_density);
    // Five fused bodies, each smaller and turned further back.
    let mut body: VertebralBody = s1.clone();
    body.depth *= 0.8;
    for number in 0..5 {
        solids.push(Solid::Body(body.clone()));
        let shrink = 0.83;
        let drop = 0.5 * (body.bottom[1] - body.top[1]) + 0.6 * size;
        let [x, y] = body.place(0.6, drop);
        let turn = [-0.16, -0.2, -0.16, 0.05, 0.3][number];
        let mut next = body.clone();
        next.half = body.half.map(|mm| mm * shrink);
        next.top = body.top.map(|mm| mm * 0.92);
        next.bottom = body.bottom.map(|mm| mm * 0.92);
        next.depth *= 0.86;
        next.angle = body.angle + turn;
        let reach = 0.5 * (next.bottom[1] - next.top[1]);
        next.center = [x - reach * libm::sinf(next.angle), y + reach * libm::cosf(next.angle)];
        next.opening = [0.4; 2];
        next.plate *= 0.72;
        next.subchondral = [0.0; 2];
        next.wall *= 0.85;
        next.waist = [1.2 * size, 0.6 * size];
        body = next;
    }
    // Posterior wall of the sacral canal and the median crest.
    let wall: Vec<[f32; 3]> =
        [(14.0, -0.1, 5.0), (22.0, 0.6, 5.5), (28.0, 1.5, 5.0), (32.0, 2.4, 4.0), (33.0, 3.2, 3.0)]
            .iter()
            .map(|&(u, y, r)| {
                let [x, py] = s1.place(s1.half[1] + u * size * 0.8, y * 0.8 * 27.0 * size);
                [x, py, r * size]
            })
            .collect();
    solids.push(Solid::bar(&smooth_line(&wall, 5), 0.8, bone(0.8, 0.7)));
    // Both iliac wings over it: fans with a dense crest, apart by how unevenly the patient lies.
    let apart = 3.0 + 3.0 * random.unit();
    for side in [-1.0, 1.0] {
        let at = |x: f32, y: f32| -> Place {
            [s1.center[0] + (x + side * apart * 0.8) * size, s1.center[1] + (y + side * apart) * size]
        };
        let fan: Vec<Place> = [
            (-52.0, 8.0),
            (-50.0, -16.0),
            (-36.0, -38.0),
            (-12.0, -52.0),
            (14.0, -52.0),
            (38.0, -36.0),
            (52.0, -10.0),
            (50.0, 16.0),
            (40.0, 36.0),
            (32.0, 58.0),
            (38.0, 92.0),
            (34.0, 130.0),
            (10.0, 165.0),
            (-40.0, 168.0),
            (-62.0, 130.0),
            (-58.0, 92.0),
            (-50.0, 60.0),
            (-48.0, 32.0),
        ]
        .iter()
        .map(|&(x, y)| at(x, y))
        .collect();
        solids.push(Solid::smooth_slab(&fan, 9.0 * size, 12.0, bone(1.0, 0.9)));
        let crest: Vec<[f32; 3]> = [
            (-49.0, -14.0, 3.0),
            (-35.0, -35.0, 3.2),
            (-11.0, -49.0, 3.4),
            (14.0, -49.0, 3.6),
            (36.0, -34.0, 4.0),
            (49.0, -9.0, 4.2),
        ]
        .iter()
        .map(|&(x, y, r)| {
            let [x, y] = at(x, y);
            [x, y, r * size]
        })
        .collect();
        solids.push(Solid::bar(&smooth_line(&crest, 6), 1.6, Material::plain(0.011)));
    }
}

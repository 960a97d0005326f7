//! A vertebra seen from the front: body, pedicles end-on, laminae, articular, spinous and transverse processes.

use super::canvas::Place;
use super::random::Random;
use super::scene::{Anatomy, SceneRequest};
use super::solid::{Material, Solid};
use super::spine::{Level, Vertebra};
use super::vertebral_body::VertebralBody;

/// Distance from the X-ray source to the spine in mm: plates off the central ray are seen from above or below.
pub const SOURCE_MM: f32 = 960.0;

pub fn body(request: &SceneRequest<'_>, v: &Vertebra) -> VertebralBody {
    let mut random = Random::part(request.study_key, "body", u64::from(v.level.0));
    let patient = request.patient;
    let (half, up, dish) = (0.5 * v.width, 0.5 * v.height, 0.045 * v.height + 0.35 * random.unit());
    let uneven = 0.25 * random.normal();
    let open = |edge: f32| {
        let ray = (v.center[1] + edge) / SOURCE_MM;
        (0.46 * v.depth * libm::sinf(v.sagittal - ray)).abs()
    };
    VertebralBody {
        center: [v.center[0], v.center[1]],
        angle: v.coronal,
        half: [half + 0.3 * random.normal(), half + 0.3 * random.normal()],
        top: [-up - uneven, -up + dish, -up + uneven],
        bottom: [up - uneven, up - dish * 1.25, up + uneven],
        waist: [0.075 * v.width + 0.3 * random.normal(), 0.075 * v.width + 0.3 * random.normal()],
        opening: [open(-up), open(up)],
        depth: v.depth,
        wall: 0.75 * patient.cortex(),
        plate: 0.8 * patient.cortex(),
        density: patient.bone_density,
        subchondral: [0.0; 2],
        subchondral_height: 4.0,
        grain_from: [random.range(0.0, 100.0), random.range(0.0, 100.0)],
    }
}

/// Everything behind the body.
pub fn processes(anatomy: &Anatomy<'_>, level: Level, solids: &mut Vec<Solid>) {
    let v = anatomy.vertebra(level);
    let body = anatomy.body(level);
    let patient = anatomy.request.patient;
    let mut random = Random::part(anatomy.request.study_key, "frontal processes", u64::from(level.0));
    let (w, h, size) = (v.width, v.height, patient.size);
    let at = |u: f32, y: f32| -> Place { body.place(u, y) };
    let node = |u: f32, y: f32, r: f32| -> [f32; 3] {
        let [x, y] = at(u, y);
        [x, y, r * size]
    };
    let bone = |wall: f32| Material::bone(wall * patient.cortex(), 0.8 * patient.bone_density);
    let ring = |u: f32, y: f32, half: [f32; 2]| -> Vec<Place> {
        (0..20)
            .map(|i| {
                let a = i as f32 * std::f32::consts::TAU / 20.0;
                let wobble = 1.0 + 0.06 * libm::cosf(2.0 * a + u) + 0.05 * libm::sinf(3.0 * a + 1.7 * u);
                at(u + half[0] * size * wobble * libm::cosf(a), y + half[1] * size * wobble * libm::sinf(a))
            })
            .collect()
    };
    let lumbar = ((f32::from(level.0) - 13.0) / 5.0).clamp(0.0, 1.0);
    let is_lumbar = level >= Level::T12;
    let (eye_u, eye_v) = (w * (0.315 + 0.055 * lumbar), if is_lumbar { -0.13 * h } else { -0.24 * h });
    let eye = if is_lumbar { [3.9 + 3.4 * lumbar, 7.4 - 0.4 * lumbar] } else { [2.9, 5.6 + 0.12 * f32::from(level.0)] };
    for side in [-1.0, 1.0] {
        let jitter = 0.4 * random.normal();
        solids.push(Solid::Slab {
            outline: ring(side * eye_u + jitter, eye_v, eye),
            thickness: 8.0 * size,
            rounding: 1.6,
            material: bone(1.25),
        });
        if is_lumbar {
            let length = [11.0, 15.0, 19.0, 23.0, 20.0, 17.0][(level.0 - Level::T12.0).min(5) as usize];
            let (tip, rise) = (length + 2.0 * random.normal(), 0.5 - 0.18 * random.normal());
            let thick = if level == Level::L5 { 1.35 } else { 1.0 };
            solids.push(Solid::Bar {
                nodes: vec![
                    node(side * (0.44 * w), -0.08 * h, 5.2 * thick),
                    node(side * (0.5 * w + 4.0 * size), -0.1 * h, 4.2 * thick),
                    node(side * (0.5 * w + 0.6 * tip * size), -0.12 * h - rise + 0.4, 3.6 * thick),
                    node(side * (0.5 * w + tip * size), -0.17 * h - rise - 0.5, 2.4 * thick),
                ],
                flatness: 0.5,
                material: bone(0.7),
            });
            solids.push(Solid::Bar {
                nodes: vec![
                    node(side * (eye_u + 1.0), -0.05 * h, 5.2),
                    node(side * (eye_u + 2.2), -0.42 * h, 5.0),
                    node(side * (eye_u + 1.6), -0.68 * h, 3.8),
                ],
                flatness: 0.75,
                material: bone(1.0),
            });
        } else {
            let long = if level < Level::T1 { 6.0 } else { 14.0 } * size;
            solids.push(Solid::Bar {
                nodes: vec![
                    node(side * 0.36 * w, -0.2 * h, 4.6),
                    node(side * (0.5 * w + 0.35 * long), -0.32 * h, 4.0),
                    node(side * (0.5 * w + long), -0.45 * h, 3.8),
                ],
                flatness: 0.65,
                material: bone(0.65),
            });
        }
    }
    lamina(anatomy, level, solids, at, bone(0.85));
    // The spinous process end-on: a drop, lower on the body the more it slopes.
    let (mid, tall, wide) = if is_lumbar { (0.44 * h, 8.8 + 1.5 * lumbar, 3.6) } else { (0.62 * h, 6.2, 2.7) };
    let lean = 0.7 * random.normal();
    let drop: Vec<Place> = [
        (0.0, -1.0),
        (0.55, -0.75),
        (0.7, -0.2),
        (1.0, 0.45),
        (0.75, 0.88),
        (0.0, 1.0),
        (-0.75, 0.88),
        (-1.0, 0.45),
        (-0.7, -0.2),
        (-0.55, -0.75),
    ]
    .iter()
    .map(|(u, y)| at(u * wide * size + lean, mid + y * tall * size))
    .collect();
    solids.push(Solid::smooth_slab(&drop, if is_lumbar { 7.5 } else { 7.0 } * size, 1.6, bone(1.1)));
}

/// The butterfly of laminae and inferior articular processes.
fn lamina(
    anatomy: &Anatomy<'_>,
    level: Level,
    solids: &mut Vec<Solid>,
    at: impl Fn(f32, f32) -> Place,
    material: Material,
) {
    let v = anatomy.vertebra(level);
    let (w, h) = (v.width, v.height);
    let half: &[(f32, f32)] = if level >= Level::T12 {
        &[(0.14, 0.02), (0.3, -0.1), (0.37, 0.12), (0.33, 0.4), (0.335, 0.75), (0.27, 0.95), (0.19, 0.8), (0.14, 0.52)]
    } else {
        &[(0.16, -0.1), (0.33, -0.25), (0.36, 0.1), (0.3, 0.5), (0.26, 0.75), (0.14, 0.72)]
    };
    let mut outline: Vec<Place> = vec![at(0.0, 0.06 * h)];
    outline.extend(half.iter().map(|(u, y)| at(u * w, y * h)));
    outline.push(at(0.0, 0.56 * h));
    outline.extend(half.iter().rev().map(|(u, y)| at(-u * w, y * h)));
    solids.push(Solid::smooth_slab(&outline, 6.5 * anatomy.request.patient.size, 2.2, material));
}

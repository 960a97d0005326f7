//! A vertebra seen from its side, front to the left: body, pedicles, facets, foramina between them, spinous process.

use super::canvas::Place;
use super::random::Random;
use super::scene::{Anatomy, SceneRequest};
use super::solid::{Material, Solid};
use super::spine::{Level, Vertebra};
use super::vertebra_frontal::SOURCE_MM;
use super::vertebral_body::VertebralBody;

pub fn body(request: &SceneRequest<'_>, v: &Vertebra) -> VertebralBody {
    let mut random = Random::part(request.study_key, "body", u64::from(v.level.0));
    let patient = request.patient;
    let (half, up, dish) = (0.5 * v.depth, 0.5 * v.height, 0.055 * v.height + 0.35 * random.unit());
    // Thoracic bodies are a little lower in front, L5 higher.
    let wedge = match v.level {
        Level::L5 => 1.6,
        Level::L4 => 0.4,
        level if level.is_thoracic() => -0.55,
        _ => 0.0,
    };
    let open = |edge: f32| {
        let ray = (v.center[1] + edge) / SOURCE_MM;
        (0.42 * v.width * libm::sinf(v.coronal - ray)).abs()
    };
    VertebralBody {
        center: [-v.center[2], v.center[1]],
        angle: v.sagittal,
        half: [half + 0.3 * random.normal(), half],
        top: [-up - 0.5 * wedge, -up + dish, -up + 0.5 * wedge],
        bottom: [up + 0.5 * wedge, up - dish * 1.2, up - 0.5 * wedge],
        waist: [0.09 * v.depth + 0.3 * random.normal(), 0.045 * v.depth],
        opening: [open(-up), open(up)],
        depth: v.width,
        wall: 0.7 * patient.cortex(),
        plate: 0.8 * patient.cortex(),
        density: patient.bone_density,
        subchondral: [0.0; 2],
        subchondral_height: 4.0,
        grain_from: [random.range(0.0, 100.0), random.range(0.0, 100.0)],
    }
}

/// Everything behind the body; u backwards from the middle of the body, v down.
pub fn processes(anatomy: &Anatomy<'_>, level: Level, solids: &mut Vec<Solid>) {
    let v = anatomy.vertebra(level);
    let body = anatomy.body(level);
    let patient = anatomy.request.patient;
    let mut random = Random::part(anatomy.request.study_key, "lateral processes", u64::from(level.0));
    let (h, size, back) = (v.height, patient.size, body.half[1]);
    let at = |u: f32, y: f32| -> Place { body.place(back + u * size, y * h) };
    let node = |u: f32, y: f32, r: f32| -> [f32; 3] {
        let [x, y] = at(u, y);
        [x, y, r * size]
    };
    let bone = |wall: f32| Material::bone(wall * patient.cortex(), 0.8 * patient.bone_density);
    let mut bar = |nodes: &[[f32; 3]], flatness: f32, material: Material| {
        solids.push(Solid::bar(&super::solid::smooth_line(nodes, 3), flatness, material));
    };
    // Left and right lie a little apart: the farther side is magnified more.
    let parallax = v.center[1] / SOURCE_MM * 16.0;
    if level >= Level::T12 {
        for side in [-1.0, 1.0] {
            let dy = (side * parallax + 0.4 * random.normal()) / h;
            let wall = 0.95;
            bar(
                &[node(-2.0, -0.2 + dy, 6.4), node(4.0, -0.21 + dy, 5.9), node(10.0, -0.2 + dy, 5.9)],
                0.65,
                bone(wall),
            );
            bar(
                &[node(8.0, -0.2 + dy, 5.2), node(12.5, -0.5 + dy, 4.7), node(14.5, -0.78 + dy, 3.4)],
                0.75,
                bone(wall),
            );
            bar(
                &[
                    node(10.0, -0.12 + dy, 4.9),
                    node(14.5, 0.2 + dy, 4.0),
                    node(18.5, 0.58 + dy, 4.9),
                    node(19.5, 0.9 + dy, 3.6),
                ],
                0.75,
                bone(wall),
            );
        }
        bar(&[node(4.5, -0.12, 4.6), node(5.5, -0.1, 4.2)], 0.7, bone(0.6));
        let long = if level == Level::L5 { 0.68 } else { 1.0 } * (1.0 + 0.05 * random.normal());
        let spine: Vec<Place> = [
            (17.0, 0.02),
            (27.0, 0.02),
            (40.0, 0.1),
            (49.0, 0.18),
            (51.5, 0.45),
            (48.0, 0.76),
            (38.0, 0.72),
            (27.0, 0.56),
            (18.0, 0.5),
        ]
        .iter()
        .map(|&(u, y)| at(17.0 + (u - 17.0) * long, y))
        .collect();
        solids.push(Solid::smooth_slab(&spine, 7.0 * size, 2.0, bone(0.9)));
    } else {
        for side in [-1.0, 1.0] {
            let dy = (side * parallax + 0.4 * random.normal()) / h;
            bar(&[node(-2.0, -0.26 + dy, 4.6), node(9.0, -0.26 + dy, 4.4)], 0.7, bone(0.8));
            bar(&[node(8.0, -0.26 + dy, 4.0), node(12.0, -0.82 + dy, 3.0)], 0.8, bone(0.8));
            bar(&[node(9.0, -0.2 + dy, 4.0), node(13.0, 0.35 + dy, 3.4), node(14.0, 0.85 + dy, 3.0)], 0.8, bone(0.8));
        }
        let slope = if level.0 >= 11 { 0.6 } else { 1.0 };
        bar(
            &[
                node(13.0, 0.15, 4.4),
                node(26.0, 0.15 + 0.5 * slope, 4.2),
                node(40.0, 0.3 + 1.05 * slope, 3.8),
                node(47.0, 0.35 + 1.25 * slope, 3.4),
            ],
            0.65,
            bone(0.8),
        );
    }
}

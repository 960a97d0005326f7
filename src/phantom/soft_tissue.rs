//! All that is not bone: the trunk, fat and muscle, gas in the bowel.

use super::canvas::Canvas;
use super::film::{Region, View};
use super::random::Random;
use super::scene::{Scene, SceneRequest};
use super::solid::{FAT, GAS, MUSCLE, Material, SOFT_TISSUE, Solid};
use super::spine::Level;
use super::texture::Texture;

/// Attenuation of the trunk alone at the middle of the film: what the exposure is set by.
pub fn reference(request: &SceneRequest<'_>) -> f32 {
    SOFT_TISSUE * thickness(request)
}

/// Of the trunk along the beam at its thickest.
fn thickness(request: &SceneRequest<'_>) -> f32 {
    let grown = 0.5 + 0.5 * request.patient.size;
    let mm = match (request.region, request.view) {
        (Region::Lumbar, View::Frontal) => 200.0,
        (Region::Thoracic, View::Frontal) => 208.0,
        (Region::Lumbar, View::Lateral) => 285.0,
        (Region::Thoracic, View::Lateral) => 295.0,
    };
    mm * request.patient.girth * grown
}

pub fn draw(request: &SceneRequest<'_>, scene: &Scene, canvas: &mut Canvas, texture: &Texture) {
    let backdrop = Backdrop { request, scene, texture };
    match request.view {
        View::Frontal => backdrop.frontal(canvas),
        View::Lateral => backdrop.lateral(canvas),
    }
}

/// Where the backdrop is drawn from.
pub(super) struct Backdrop<'a> {
    pub(super) request: &'a SceneRequest<'a>,
    pub(super) scene: &'a Scene,
    pub(super) texture: &'a Texture,
}

impl Backdrop<'_> {
    pub(super) fn random(&self, part: &str) -> Random {
        Random::part(self.request.study_key, part, u64::from(self.request.view == View::Lateral))
    }

    pub(super) fn center(&self, level: Level) -> [f32; 3] {
        self.scene.vertebrae[level.index()].center
    }

    fn frontal(&self, canvas: &mut Canvas) {
        let patient = self.request.patient;
        let mut random = self.random("trunk");
        let (size, girth) = (patient.size, patient.girth);
        let all = canvas.grid.bounds();
        let depth = thickness(self.request);
        let is_lumbar = self.request.region == Region::Lumbar;
        let (half, waist) = (157.0 * size * (0.45 + 0.55 * girth), if is_lumbar { 13.0 } else { 4.0 });
        let fat = (9.0 + 16.0 * (girth - 0.8).max(0.0)) * size;
        let lean = 4.0 * random.normal();
        let grain = [random.range(0.0, 400.0), random.range(0.0, 400.0)];
        let texture = self.texture;
        let row = |y: f32| (y, half - waist * libm::expf(-(y - 10.0) * (y - 10.0) / 7000.0) + 0.10 * y.max(0.0));
        canvas.add_by_row(&all, row, |&(y, wide), x| {
            let share = (x - lean) / wide;
            if share.abs() >= 1.0 {
                return 0.0;
            }
            let chord = trunk_chord(share) * depth;
            let inner_share = ((x - lean) / (wide - fat)).abs();
            let inner = if inner_share < 1.0 { trunk_chord(inner_share) * (depth - 2.2 * fat) } else { 0.0 };
            let clouds = texture.clouds(x * 0.5 + grain[0], y * 0.5 + grain[1]);
            (SOFT_TISSUE + FAT) * chord - FAT * inner + 0.05 * clouds * (chord / depth)
        });
        if is_lumbar {
            self.psoas(canvas);
            self.abdomen(canvas);
        }
        self.lungs_frontal(canvas);
        if !is_lumbar {
            self.airway_and_vessels(canvas);
        }
    }

    /// The muscles beside the lumbar spine and the fat that outlines them, and the kidneys.
    fn psoas(&self, canvas: &mut Canvas) {
        let mut random = self.random("psoas");
        let size = self.request.patient.size;
        for side in [-1.0, 1.0] {
            let width = 1.0 + 0.08 * random.normal();
            let edge = |level: Level, x: f32, dy: f32| {
                let c = self.center(level);
                [c[0] + side * x * size * width, c[1] + dy * size]
            };
            let outline = [
                edge(Level::T12, 18.0, 0.0),
                edge(Level::L1.below(), 32.0, 0.0),
                edge(Level::L3, 46.0, 0.0),
                edge(Level::L4, 58.0, 6.0),
                edge(Level::L5, 70.0, 14.0),
                edge(Level::S1, 84.0, 40.0),
                edge(Level::S1, 60.0, 50.0),
                edge(Level::S1, 34.0, 10.0),
                edge(Level::L4, 12.0, 0.0),
                edge(Level::L1, 8.0, 0.0),
            ];
            let muscle = Material::plain(MUSCLE - FAT);
            Solid::smooth_slab(&outline, 46.0 * size, 22.0, muscle).draw(canvas, self.texture);
            // Kidney: denser than the fat around it, higher on the left.
            let l2 = self.center(Level::L1);
            let kidney = Solid::Blob {
                center: [l2[0] + side * (64.0 + 3.0 * random.normal()) * size, l2[1] + (14.0 - 8.0 * side) * size],
                half: [27.0 * size, 54.0 * size],
                angle: -side * 0.22,
                thickness: 48.0 * size,
                ripple: 0.0,
                material: Material::plain(0.0024),
            };
            kidney.draw(canvas, self.texture);
        }
    }

    /// Gas and stool, lying along the frame of the colon and here and there in the small bowel.
    fn abdomen(&self, canvas: &mut Canvas) {
        let mut random = self.random("bowel");
        let size = self.request.patient.size;
        let l3 = self.center(Level::L3);
        let amount = random.range(0.4, 1.0);
        let is_lateral = self.request.view == View::Lateral;
        let mut bubbles: Vec<([f32; 2], f32, f32)> = Vec::new();
        let mut put = |random: &mut Random, x: f32, y: f32, radius: f32, strength: f32| {
            let x = if is_lateral { -70.0 - 0.28 * x.abs() + 14.0 * random.normal() } else { x };
            bubbles.push(([l3[0] + x * size, l3[1] + y * size], radius * size, strength));
        };
        // Ascending and descending colon, transverse between them, rectosigmoid below.
        for i in 0..9 {
            let t = i as f32 / 8.0;
            for (x, y) in [
                (-98.0 - 5.0 * (t * 7.0).floor() % 2.0, -10.0 + 92.0 * t),
                (104.0 + 4.0 * random.normal(), -30.0 + 105.0 * t),
                (-90.0 + 180.0 * t, -38.0 + 34.0 * (1.0 - (2.0 * t - 1.0) * (2.0 * t - 1.0)) + 5.0 * random.normal()),
            ] {
                if random.chance(0.8 * amount) {
                    let radius = random.range(7.0, 15.0);
                    let (strength, off) = (random.range(0.25, 0.8), 3.0 * random.normal());
                    put(&mut random, x + off, y, radius, strength);
                }
            }
        }
        for _ in 0..(26.0 * amount) as u32 {
            let (x, y) = (58.0 * random.normal(), 40.0 + 42.0 * random.normal());
            let (radius, strength) = (random.range(4.0, 9.0), random.range(0.15, 0.55));
            put(&mut random, x, y, radius, strength);
        }
        for i in 0..4 {
            let (strength, off) = (random.range(0.3, 0.7) * amount, 8.0 * random.normal());
            put(&mut random, -14.0 + 11.0 * i as f32, 150.0 + off, 8.0 + 2.5 * (i % 3) as f32, strength);
        }
        if random.chance(0.5) {
            // The stomach bubble under the left dome.
            put(&mut random, 66.0, -118.0, 25.0, 0.8);
        }
        for (center, radius, strength) in bubbles {
            let gas = |center: [f32; 2], half: [f32; 2], thickness: f32| Solid::Blob {
                center,
                half,
                angle: 0.9 * strength,
                thickness,
                ripple: 0.32,
                material: Material::plain(GAS),
            };
            let stretch = 0.75 + 0.6 * strength;
            gas(center, [radius * stretch, radius], 1.1 * radius * strength).draw(canvas, self.texture);
            // Stool is gas in crumbs.
            for _ in 0..(7.0 * strength) as u32 {
                let at = [center[0] + radius * random.normal() * 0.8, center[1] + radius * random.normal() * 0.8];
                let small = radius * random.range(0.15, 0.4);
                gas(at, [small, small], 0.9 * small).draw(canvas, self.texture);
            }
        }
    }

    fn lateral(&self, canvas: &mut Canvas) {
        let patient = self.request.patient;
        let mut random = self.random("trunk");
        let size = patient.size;
        let is_lumbar = self.request.region == Region::Lumbar;
        let all = canvas.grid.bounds();
        let depth = thickness(self.request);
        let grain = [random.range(0.0, 400.0), random.range(0.0, 400.0)];
        let texture = self.texture;
        // Skin of the back follows the spinous processes; the belly hangs by its girth.
        let trace: Vec<[f32; 2]> = self.scene.vertebrae.iter().map(|v| [-v.center[2], v.center[1]]).collect();
        let back_gap = (if is_lumbar { 90.0 } else { 80.0 } + 25.0 * (patient.girth - 0.9)) * size;
        let belly = (if is_lumbar { 128.0 } else { 138.0 }) * size * (0.3 + 0.7 * patient.girth);
        let fat = (10.0 + 22.0 * (patient.girth - 0.8).max(0.0)) * size;
        let row = |y: f32| {
            let spine = if is_lumbar { 0.5 } else { 0.8 } * trace_at(&trace, y);
            let back = spine + back_gap + 4.0 * libm::sinf(y * 0.012);
            let front = spine - belly - 7.0 * libm::cosf(y * 0.011);
            (y, f32::midpoint(back, front), 0.5 * (back - front))
        };
        canvas.add_by_row(&all, row, |&(y, middle, half), x| {
            let share = (x - middle) / half;
            if share.abs() >= 1.0 {
                return 0.0;
            }
            let chord = lateral_chord(share) * depth;
            let inner_share = (x - middle) / (half - fat);
            let inner = if inner_share.abs() < 1.0 { lateral_chord(inner_share) * (depth - 2.4 * fat) } else { 0.0 };
            let clouds = texture.clouds(x * 0.5 + grain[0], y * 0.5 + grain[1]);
            (SOFT_TISSUE + FAT) * chord - FAT * inner + 0.045 * clouds * (chord / depth)
        });
        if is_lumbar {
            self.abdomen(canvas);
        }
        self.lungs_lateral(canvas, &trace);
        if !is_lumbar {
            self.shoulders(canvas);
        }
    }
}

/// Chord through the trunk at a share of its half width: flatter than an ellipse.
fn trunk_chord(share: f32) -> f32 {
    let s2 = share * share;
    0.5 * (1.0 - s2).max(0.0).sqrt() + 0.5 * (1.0 - s2 * s2 * share.abs()).max(0.0).sqrt()
}

/// The same from the side, front at -1: the back is broad and blunt, the belly rounder.
fn lateral_chord(share: f32) -> f32 {
    let s2 = share * share;
    if share < 0.0 {
        return trunk_chord(share);
    }
    let s8 = s2 * s2 * s2 * s2;
    (1.0 - 0.2 * s2) * (1.0 - s8 * s8).max(0.0).sqrt()
}

/// Where a line of places [x, y], in order of y, stands at a height; its ends go on level.
pub(super) fn trace_at(trace: &[[f32; 2]], y: f32) -> f32 {
    let after = trace.iter().position(|p| p[1] > y).unwrap_or(trace.len());
    if after == 0 || after == trace.len() {
        return trace[after.min(trace.len() - 1)][0];
    }
    let (a, b) = (trace[after - 1], trace[after]);
    let t = (y - a[1]) / (b[1] - a[1]);
    let t = t * t * (3.0 - 2.0 * t);
    a[0] + (b[0] - a[0]) * t
}

//! All that is not bone: the trunk, fat and muscle, lungs and heart, gas in the bowel.

use super::canvas::{Bounds, Canvas};
use super::film::{Region, View};
use super::random::Random;
use super::scene::{Scene, SceneRequest};
use super::solid::{FAT, GAS, LUNG, MUSCLE, Material, SOFT_TISSUE, Solid, smooth_line};
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

struct Backdrop<'a> {
    request: &'a SceneRequest<'a>,
    scene: &'a Scene,
    texture: &'a Texture,
}

impl Backdrop<'_> {
    fn random(&self, part: &str) -> Random {
        Random::part(self.request.study_key, part, u64::from(self.request.view == View::Lateral))
    }

    fn center(&self, level: Level) -> [f32; 3] {
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
        canvas.add(&all, |x, y| {
            let wide = half - waist * libm::expf(-(y - 10.0) * (y - 10.0) / 7000.0) + 0.10 * y.max(0.0);
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

    /// Lungs, with the heart between them and the domes of the diaphragm below.
    fn lungs_frontal(&self, canvas: &mut Canvas) {
        let mut random = self.random("lungs");
        let size = self.request.patient.size;
        let dome_y = self.center(Level(Level::T1.0 + 9))[1] + (4.0 + 6.0 * random.normal()) * size;
        let apex_y = self.center(Level::T1)[1] - 2.0 * size;
        let t7 = self.center(Level(8));
        let heart = random.range(0.85, 1.15);
        let depth = 125.0 * size;
        let texture = self.texture;
        let grain = [random.range(0.0, 400.0), random.range(0.0, 400.0)];
        for side in [-1.0f32, 1.0] {
            let top_of_dome = dome_y + if side > 0.0 { 9.0 * size } else { 0.0 };
            let bounds = Bounds::new(-200.0, apex_y, 200.0, top_of_dome + 70.0 * size);
            let bounds = if side < 0.0 {
                Bounds { max: [t7[0], bounds.max[1]], ..bounds }
            } else {
                Bounds { min: [t7[0], bounds.min[1]], ..bounds }
            };
            canvas.add(&bounds, |x, y| {
                let out = (x - t7[0]) * side / size;
                let down = (y - apex_y) / size;
                let (q, a) = ((1.0 - down / 170.0).max(0.0), (1.0 - down / 46.0).max(0.0));
                let cap = 41.0 + 39.0 * (1.0 - a * a).max(0.0).sqrt() + 1.3 * (down - 46.0).max(0.0);
                let far = (127.0 * (1.0 - q * q * q * q)).min(cap);
                let dome_inner = if a > 0.0 { 41.0 - 39.0 * (1.0 - a * a).max(0.0).sqrt() } else { 0.0 };
                let below = (y - t7[1]) / size;
                // The heart bulges to the left, the right atrium a little to the right; the aortic knob above.
                let apart = below - 50.0;
                let bulge = libm::expf(-apart * apart / if apart < 0.0 { 2600.0 } else { 1300.0 });
                let knob = libm::expf(-(below + 62.0) * (below + 62.0) / 260.0);
                let near =
                    if side > 0.0 { 17.0 + 46.0 * heart * bulge + 12.0 * knob } else { 20.0 + 14.0 * heart * bulge };
                let near = near.max(dome_inner);
                if out <= near || out >= far {
                    return 0.0;
                }
                let middle = 0.5 * (26.0 + 118.0);
                let off = (out - middle) / 58.0;
                let dome = (top_of_dome - y) / size + -34.0 * off * off * if out > middle { 1.0 } else { 0.35 };
                // Lung goes on behind the dome: the recess thins out below it.
                let front = (dome / 10.0 + 0.5).clamp(0.0, 1.0);
                let recess = ((dome + 46.0) / 46.0).clamp(0.0, 1.0);
                let rows = 0.72 * front + 0.28 * recess * recess;
                let wall = ((far - out) / (0.5 * far)).clamp(0.0, 1.0);
                let hilum = ((out - near) / 26.0).clamp(0.0, 1.0);
                let edge = (1.0 - (1.0 - wall) * (1.0 - wall)).sqrt() * (0.4 + 0.6 * (hilum * (2.0 - hilum)));
                let apex = (down / 60.0).clamp(0.0, 1.0);
                let clouds = 1.0 + 0.035 * texture.clouds(x + grain[0], y + grain[1]);
                LUNG * depth * rows * edge * (0.45 + 0.55 * apex) * clouds
            });
        }
    }

    /// Windpipe, main bronchi, and the vessels that fan out from both hila.
    fn airway_and_vessels(&self, canvas: &mut Canvas) {
        let mut random = self.random("vessels");
        let size = self.request.patient.size;
        let fork = self.center(Level(Level::T1.0 + 4));
        let top = self.center(Level(0));
        let pipe = |nodes: &[[f32; 3]]| Solid::bar(&smooth_line(nodes, 5), 0.9, Material::plain(GAS));
        pipe(&[
            [top[0], top[1] - 30.0, 8.0 * size],
            [fork[0] + 1.0, fork[1] - 30.0, 8.5 * size],
            [fork[0] + 2.0, fork[1], 7.5 * size],
        ])
        .draw(canvas, self.texture);
        for side in [-1.0, 1.0] {
            let hilum = [fork[0] + side * 30.0 * size, fork[1] + 24.0 * size];
            pipe(&[
                [fork[0] + 2.0, fork[1], 7.0 * size],
                [f32::midpoint(fork[0], hilum[0]), fork[1] + 13.0 * size, 5.5 * size],
                [hilum[0], hilum[1], 4.5 * size],
            ])
            .draw(canvas, self.texture);
            for _ in 0..22 {
                let heading = random.range(-1.25, 1.25);
                let root = [hilum[0] + 5.0 * random.normal(), hilum[1] + 11.0 * random.normal()];
                let radius = random.range(1.4, 3.2) * size;
                self.vessel(canvas, &mut random, root, [side * libm::cosf(heading), libm::sinf(heading)], radius, 3);
            }
        }
    }

    fn vessel(
        &self,
        canvas: &mut Canvas,
        random: &mut Random,
        from: [f32; 2],
        along: [f32; 2],
        radius: f32,
        forks: u32,
    ) {
        let long = random.range(16.0, 30.0) * self.request.patient.size;
        let bend = 0.3 * random.normal();
        let turned = |angle: f32| {
            let (sin, cos) = (libm::sinf(angle), libm::cosf(angle));
            [along[0] * cos - along[1] * sin, along[0] * sin + along[1] * cos]
        };
        let end_along = turned(bend);
        let middle = [from[0] + along[0] * 0.5 * long, from[1] + along[1] * 0.5 * long];
        let end = [middle[0] + end_along[0] * 0.5 * long, middle[1] + end_along[1] * 0.5 * long];
        let nodes = [[from[0], from[1], radius], [middle[0], middle[1], 0.85 * radius], [end[0], end[1], 0.7 * radius]];
        Solid::bar(&smooth_line(&nodes, 4), 1.3, Material::plain(-LUNG)).draw(canvas, self.texture);
        if forks > 0 {
            for angle in [-0.32, 0.36] {
                let heading = turned(bend + angle + 0.1 * random.normal());
                self.vessel(canvas, random, end, heading, 0.62 * radius, forks - 1);
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
        let spine_x = |y: f32| trace_at(&trace, y);
        let lines: Vec<f32> = (0..canvas.grid.height).map(|row| spine_x(canvas.grid.y(row))).collect();
        let grid = canvas.grid;
        canvas.add(&all, |x, y| {
            let row = ((y / grid.pixel_mm + grid.height as f32 / 2.0) as usize).min(lines.len() - 1);
            let swing = if is_lumbar { 0.5 } else { 0.8 };
            let spine = swing * lines[row];
            let back = spine + back_gap + 4.0 * libm::sinf(y * 0.012);
            let front = spine - belly - 7.0 * libm::cosf(y * 0.011);
            let (middle, half) = (f32::midpoint(back, front), 0.5 * (back - front));
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

    /// Both lungs over each other, down to two domes of the diaphragm and the recess behind.
    fn lungs_lateral(&self, canvas: &mut Canvas, trace: &[[f32; 2]]) {
        let mut random = self.random("lungs");
        let size = self.request.patient.size;
        let dome_y = self.center(Level(Level::T1.0 + 9))[1] + (8.0 + 6.0 * random.normal()) * size;
        let apex_y = self.center(Level::T1)[1];
        let grid = canvas.grid;
        let lines: Vec<f32> = (0..grid.height).map(|row| trace_at(trace, grid.y(row))).collect();
        let grain = [random.range(0.0, 400.0), random.range(0.0, 400.0)];
        let texture = self.texture;
        for side in [0.0f32, 1.0] {
            let dome_top = dome_y + side * (9.0 + 3.0 * random.normal()) * size;
            let depth = 72.0 * size;
            let bounds = Bounds::new(-400.0, apex_y, 400.0, dome_top + 75.0 * size);
            canvas.add(&bounds, |x, y| {
                let row = ((y / grid.pixel_mm + grid.height as f32 / 2.0) as usize).min(lines.len() - 1);
                let back = lines[row] + 31.0 * size;
                let down = (y - apex_y) / size;
                let front = back - (58.0 + 0.75 * down).min(148.0) * size;
                if x <= front || x >= back {
                    return 0.0;
                }
                let ahead = (back - x) / size;
                // The dome is highest in front of the middle and falls steeply to the back.
                let off = (ahead - 80.0) / 58.0;
                let dome = (dome_top - y) / size - 24.0 * off * off * if ahead < 80.0 { 1.15 } else { 0.25 } + 12.0;
                let gate = (dome / 5.0 + 0.5).clamp(0.0, 1.0);
                let share = (2.0 * (x - front) / (back - front) - 1.0).abs();
                let rim = (1.0 - share * share * share * share).sqrt();
                // The heart takes its place in front and below.
                let (hx, hy) = ((ahead - 98.0) / 40.0, (down - 150.0) / 48.0);
                let heart = 1.0 - 0.72 * libm::expf(-(hx * hx + hy * hy));
                let apex = (down / 85.0).clamp(0.0, 1.0);
                let spine = 1.0 - 0.35 * libm::expf(-(ahead - 46.0) * (ahead - 46.0) / 500.0);
                let clouds = 1.0 + 0.05 * texture.clouds(x + grain[0] + 90.0 * side, y + grain[1]);
                LUNG * depth * gate * rim * heart * spine * (0.3 + 0.7 * apex) * clouds
            });
        }
    }

    /// Muscle without a sharp edge.
    fn soft_ball(canvas: &mut Canvas, center: [f32; 2], radius: f32, thickness: f32) {
        let bounds = Bounds::new(center[0] - radius, center[1] - radius, center[0] + radius, center[1] + radius);
        canvas.add(&bounds, |x, y| {
            let (dx, dy) = ((x - center[0]) / radius, (y - center[1]) / radius);
            let open = (1.0 - dx * dx - dy * dy).max(0.0);
            SOFT_TISSUE * thickness * open * (2.0 - open)
        });
    }

    /// Shoulders and arms over the upper thorax: why its vertebrae are hard to see from the side.
    fn shoulders(&self, canvas: &mut Canvas) {
        let mut random = self.random("shoulders");
        let size = self.request.patient.size;
        let t2 = self.center(Level(Level::T1.0 + 1));
        for side in [-1.0, 1.0] {
            let x = -t2[2] + (-22.0 + 9.0 * side + 4.0 * random.normal()) * size;
            let y = t2[1] + (-8.0 + 7.0 * side) * size;
            Self::soft_ball(canvas, [x, y], 82.0 * size, 44.0 * size);
            let head = Material::bone(0.9, 0.5);
            Solid::blob([x - 8.0 * size, y - 6.0 * size], [23.0 * size, 24.0 * size], 40.0 * size, head)
                .draw(canvas, self.texture);
            let shaft = [
                [x - 10.0 * size, y, 15.0 * size],
                [x - 40.0 * size, y - 34.0 * size, 11.0 * size],
                [x - 90.0 * size, y - 92.0 * size, 10.0 * size],
            ];
            Solid::bar(&smooth_line(&shaft, 5), 0.9, Material::bone(2.2, 0.4)).draw(canvas, self.texture);
            let blade = [
                [x + 26.0 * size, y + 4.0, 0.8],
                [x + 44.0 * size, y + 52.0 * size, 1.5],
                [x + 40.0 * size, y + 98.0 * size, 0.6],
            ];
            Solid::bar(&smooth_line(&blade, 6), 2.2, Material::bone(1.0, 0.4)).draw(canvas, self.texture);
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
fn trace_at(trace: &[[f32; 2]], y: f32) -> f32 {
    let after = trace.iter().position(|p| p[1] > y).unwrap_or(trace.len());
    if after == 0 || after == trace.len() {
        return trace[after.min(trace.len() - 1)][0];
    }
    let (a, b) = (trace[after - 1], trace[after]);
    let t = (y - a[1]) / (b[1] - a[1]);
    let t = t * t * (3.0 - 2.0 * t);
    a[0] + (b[0] - a[0]) * t
}

//! The chest around the thoracic spine: lungs, heart, airway and vessels, shoulders.

use super::canvas::{Bounds, Canvas};
use super::random::Random;
use super::soft_tissue::{Backdrop, trace_at};
use super::solid::{GAS, LUNG, Material, SOFT_TISSUE, Solid, smooth_line};
use super::spine::Level;

impl Backdrop<'_> {
    /// Lungs, with the heart between them and the domes of the diaphragm below.
    pub(super) fn lungs_frontal(&self, canvas: &mut Canvas) {
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
            let row = |y: f32| {
                let down = (y - apex_y) / size;
                let (q, a) = ((1.0 - down / 170.0).max(0.0), (1.0 - down / 46.0).max(0.0));
                let cap = 41.0 + 39.0 * (1.0 - a * a).max(0.0).sqrt() + 1.3 * (down - 46.0).max(0.0);
                // The smaller of the two, without a corner where they meet.
                let wall = 127.0 * (1.0 - q * q * q * q);
                let blend = (0.5 + (cap - wall) / 44.0).clamp(0.0, 1.0);
                let far = cap + (wall - cap) * blend - 22.0 * blend * (1.0 - blend);
                let dome_inner = if a > 0.0 { 41.0 - 39.0 * (1.0 - a * a).max(0.0).sqrt() } else { 0.0 };
                let below = (y - t7[1]) / size;
                // The heart bulges to the left, the right atrium a little to the right; the aortic knob above.
                let apart = below - 50.0;
                let bulge = libm::expf(-apart * apart / if apart < 0.0 { 2600.0 } else { 1300.0 });
                let knob = libm::expf(-(below + 62.0) * (below + 62.0) / 260.0);
                let near =
                    if side > 0.0 { 17.0 + 46.0 * heart * bulge + 12.0 * knob } else { 20.0 + 14.0 * heart * bulge };
                (y, down, near.max(dome_inner), far)
            };
            canvas.add_by_row(&bounds, row, |&(y, down, near, far), x| {
                let out = (x - t7[0]) * side / size;
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
    pub(super) fn airway_and_vessels(&self, canvas: &mut Canvas) {
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

    /// Both lungs over each other, down to two domes of the diaphragm and the recess behind.
    pub(super) fn lungs_lateral(&self, canvas: &mut Canvas, trace: &[[f32; 2]]) {
        let mut random = self.random("lungs");
        let size = self.request.patient.size;
        let dome_y = self.center(Level(Level::T1.0 + 9))[1] + (8.0 + 6.0 * random.normal()) * size;
        let apex_y = self.center(Level::T1)[1];
        let grain = [random.range(0.0, 400.0), random.range(0.0, 400.0)];
        let texture = self.texture;
        for side in [0.0f32, 1.0] {
            let dome_top = dome_y + side * (9.0 + 3.0 * random.normal()) * size;
            let depth = 72.0 * size;
            let bounds = Bounds::new(-400.0, apex_y, 400.0, dome_top + 75.0 * size);
            let row = |y: f32| {
                let (back, down) = (trace_at(trace, y) + 31.0 * size, (y - apex_y) / size);
                (y, down, back, back - (58.0 + 0.75 * down).min(148.0) * size)
            };
            canvas.add_by_row(&bounds, row, |&(y, down, back, front), x| {
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
    pub(super) fn shoulders(&self, canvas: &mut Canvas) {
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

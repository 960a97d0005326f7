//! A vertebral body as the beam sees it: a waisted box of cancellous bone in a thin cortex between two dished end plates.

use super::canvas::{Bounds, Canvas, Place};
use super::solid::{CANCELLOUS, CORTEX};
use super::texture::Texture;

/// A body in its own axes: u to the side (AP) or forward (lateral), v down; millimetres.
#[derive(Clone, Debug)]
pub struct VertebralBody {
    pub center: Place,
    /// Of the u axis against the film's x axis, radians, clockwise as seen.
    pub angle: f32,
    /// Half width towards negative and positive u.
    pub half: [f32; 2],
    /// v of the upper end plate at the negative side, the middle and the positive side.
    pub top: [f32; 3],
    /// The same of the lower end plate.
    pub bottom: [f32; 3],
    /// How far each side wall curves in at mid height.
    pub waist: [f32; 2],
    /// Half of what the upper and the lower end plate open to, being seen from slightly above or below.
    pub opening: [f32; 2],
    /// Length along the beam.
    pub depth: f32,
    /// Thickness of the side walls and of the end plates.
    pub wall: f32,
    pub plate: f32,
    /// Of the cancellous bone; 1 in a healthy adult.
    pub density: f32,
    /// Extra density under the upper and lower plate (subchondral sclerosis), its height there, and which side it leans to.
    pub subchondral: [f32; 2],
    pub subchondral_height: f32,
    pub grain_from: Place,
}

/// What is worth computing once per column of the body.
struct Column {
    top: f32,
    bottom: f32,
}

impl VertebralBody {
    /// From the body's own axes to the film.
    pub fn place(&self, u: f32, v: f32) -> Place {
        let (sin, cos) = (libm::sinf(self.angle), libm::cosf(self.angle));
        [self.center[0] + u * cos - v * sin, self.center[1] + u * sin + v * cos]
    }

    /// v of the upper plate at u.
    pub fn top_at(&self, u: f32) -> f32 {
        self.plate_at(&self.top, u)
    }

    /// v of the lower plate at u.
    pub fn bottom_at(&self, u: f32) -> f32 {
        self.plate_at(&self.bottom, u)
    }

    fn plate_at(&self, plate: &[f32; 3], u: f32) -> f32 {
        let s = (u / if u < 0.0 { self.half[0] } else { self.half[1] }).clamp(-1.0, 1.0);
        let s2 = s * s;
        // Flat in the middle, lipped at the ring: between a parabola and a quartic.
        let bend = 0.45 * s2 + 0.55 * s2 * s2;
        plate[1] + 0.5 * (plate[2] - plate[0]) * s + (0.5 * (plate[0] + plate[2]) - plate[1]) * bend
    }

    /// The drawn outline in the film's axes.
    pub fn outline(&self) -> impl Iterator<Item = Place> + '_ {
        (0..=24).flat_map(move |i| {
            let share = i as f32 / 12.0 - 1.0;
            let u = share * if share < 0.0 { self.half[0] } else { self.half[1] };
            let e = along_beam(share.abs().min(0.98));
            [
                self.place(u, self.top_at(u) - self.opening[0] * e - self.plate / 2.0),
                self.place(u, self.bottom_at(u) + self.opening[1] * e + self.plate / 2.0),
            ]
        })
    }

    pub fn extent(&self) -> Bounds {
        Bounds::around(self.outline())
    }

    pub fn draw(&self, canvas: &mut Canvas, texture: &Texture) {
        let (sin, cos) = (libm::sinf(self.angle), libm::cosf(self.angle));
        let bounds = self.extent().grown(1.0);
        canvas.add(&bounds, |x, y| {
            let (dx, dy) = (x - self.center[0], y - self.center[1]);
            self.attenuation(dx * cos + dy * sin, dy * cos - dx * sin, texture)
        });
    }

    fn attenuation(&self, u: f32, v: f32, texture: &Texture) -> f32 {
        let side = usize::from(u >= 0.0);
        let half = self.half[side];
        if u.abs() >= half {
            return 0.0;
        }
        let column = Column { top: self.top_at(u), bottom: self.bottom_at(u) };
        let middle = f32::midpoint(column.top, column.bottom);
        let half_height = (0.5 * (column.bottom - column.top)).max(0.5);
        let t = ((v - middle) / half_height).clamp(-1.0, 1.0);
        let t2 = t * t;
        let t8 = t2 * t2 * t2 * t2;
        // In at the waist, and the corners of the ring a little rounded.
        let width = half - self.waist[side] * (1.0 - t2) - 0.9 * t8 * t8;
        let s = u.abs() / width;
        if s >= 1.0 {
            return 0.0;
        }
        let shape = along_beam(s);
        let outer = self.depth * shape;
        let inner_width = width - self.wall;
        let inner_s = u.abs() / inner_width;
        let inner = if inner_s < 1.0 { (self.depth - 2.0 * self.wall) * along_beam(inner_s) } else { 0.0 };
        let cover = |depth_in: f32, opening: f32| {
            let soft = opening * shape + 0.25;
            let share = (depth_in / (2.0 * soft) + 0.5).clamp(0.0, 1.0);
            share * share * (3.0 - 2.0 * share)
        };
        let (below_top, above_bottom) = (v - column.top, column.bottom - v);
        let covered = cover(below_top, self.opening[0]) * cover(above_bottom, self.opening[1]);
        let mut sum = 0.0;
        if covered > 0.0 {
            let (gx, gy) = (u + self.grain_from[0], v + self.grain_from[1]);
            let grain = 1.0 + 0.085 * texture.trabeculae(gx, gy) + 0.05 * texture.clouds(gx * 2.0, gy * 2.0);
            // Denser towards the plates, as cancellous bone is.
            let shelf = 1.0 + 0.35 * t8;
            sum += covered * (CORTEX * (outer - inner) + CANCELLOUS * self.density * shelf * inner * grain);
            for (extra, distance) in self.subchondral.iter().zip([below_top, above_bottom]) {
                if *extra > 0.0 {
                    let fade = (1.0 - distance / self.subchondral_height).clamp(0.0, 1.0);
                    sum += covered
                        * extra
                        * inner
                        * fade
                        * grain
                        * (1.0 + 0.45 * texture.clouds(gx * 3.0, gy * 3.0).clamp(-1.5, 1.5));
                }
            }
        }
        for (opening, distance) in self.opening.iter().zip([below_top.abs(), above_bottom.abs()]) {
            let e = opening * shape;
            let reach = e + 0.5 * self.plate;
            if distance < reach + 0.3 {
                let edge = ((reach - distance) / 0.5 + 0.5).clamp(0.0, 1.0);
                // The rim of the ring is thicker than the floor of the dish.
                let rim = distance / reach;
                sum += CORTEX * self.plate * outer / (2.0 * e + self.plate) * edge * (0.8 + 0.5 * rim * rim * rim);
            }
        }
        sum
    }
}

/// Chord through a kidney-shaped section at a share of its half width: between a circle and a box.
fn along_beam(share: f32) -> f32 {
    let s2 = (share * share).min(1.0);
    0.5 * ((1.0 - s2).sqrt() + (1.0 - s2 * s2).sqrt().sqrt())
}

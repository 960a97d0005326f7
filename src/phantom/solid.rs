//! Simple solids with a known path length for each ray: bones, gas and metal are put together from them.

use super::canvas::{Bounds, Canvas, Place};
use super::texture::Texture;
use super::vertebral_body::VertebralBody;

// Attenuation a millimetre beyond that of the soft tissue displaced, at the mean energy of an 80 kV beam in the
// patient (about 50 keV; from NIST XCOM for ICRU-44 tissues).
pub const CORTEX: f32 = 0.052;
pub const CANCELLOUS: f32 = 0.0105;
pub const GAS: f32 = -0.0222;
pub const LUNG: f32 = -0.0165;
pub const FAT: f32 = -0.0022;
pub const MUSCLE: f32 = 0.0009;
pub const TITANIUM: f32 = 0.5;
pub const STEEL: f32 = 1.4;
pub const LEAD: f32 = 6.0;
/// Of water-like tissue itself.
pub const SOFT_TISSUE: f32 = 0.0227;

/// What a solid is made of: a wall around a core.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Material {
    /// Attenuation of the wall a millimetre.
    pub wall: f32,
    /// Thickness of the wall in millimetres; 0 for one material throughout.
    pub wall_mm: f32,
    /// Attenuation of the core a millimetre.
    pub core: f32,
    /// Strength of the trabecular grain in the core.
    pub grain: f32,
}

impl Material {
    pub const fn bone(wall_mm: f32, density: f32) -> Self {
        Self { wall: CORTEX, wall_mm, core: CANCELLOUS * density, grain: 0.1 }
    }

    pub const fn plain(attenuation: f32) -> Self {
        Self { wall: 0.0, wall_mm: 0.0, core: attenuation, grain: 0.0 }
    }

    fn through(&self, outer: f32, inner: f32, x: f32, y: f32, texture: &Texture) -> f32 {
        let grain = if self.grain > 0.0 { 1.0 + self.grain * texture.trabeculae(x, y) } else { 1.0 };
        self.wall * (outer - inner) + self.core * inner * grain
    }
}

/// A solid somewhere in the beam.
#[derive(Clone, Debug)]
pub enum Solid {
    Body(VertebralBody),
    /// A bar along nodes [x, y, radius]; `flatness` is its half thickness along the beam over its radius.
    Bar {
        nodes: Vec<[f32; 3]>,
        flatness: f32,
        material: Material,
    },
    /// A slab with this outline, `thickness` along the beam, rounded over `rounding` at its edge.
    Slab {
        outline: Vec<Place>,
        thickness: f32,
        rounding: f32,
        material: Material,
    },
    /// An ellipsoid; `ripple` makes its outline irregular (gas, fragments), as a share of its radius.
    Blob {
        center: Place,
        half: [f32; 2],
        angle: f32,
        thickness: f32,
        ripple: f32,
        material: Material,
    },
}

impl Solid {
    pub fn bar(nodes: &[[f32; 3]], flatness: f32, material: Material) -> Self {
        Self::Bar { nodes: nodes.to_vec(), flatness, material }
    }

    /// A slab whose outline runs smoothly through the places.
    pub fn smooth_slab(places: &[Place], thickness: f32, rounding: f32, material: Material) -> Self {
        Self::Slab { outline: smooth_ring(places), thickness, rounding, material }
    }

    pub fn blob(center: Place, half: [f32; 2], thickness: f32, material: Material) -> Self {
        Self::Blob { center, half, angle: 0.0, thickness, ripple: 0.0, material }
    }

    /// The rectangle that the solid is drawn in.
    pub fn extent(&self) -> Bounds {
        match self {
            Self::Body(body) => body.extent(),
            Self::Bar { nodes, .. } => nodes.iter().fold(Bounds::EMPTY, |sum, n| {
                sum.union(&Bounds::new(n[0] - n[2], n[1] - n[2], n[0] + n[2], n[1] + n[2]))
            }),
            Self::Slab { outline, .. } => Bounds::around(outline.iter().copied()),
            Self::Blob { center, half, angle, .. } => {
                let (sin, cos) = (libm::sinf(*angle), libm::cosf(*angle));
                let x = (half[0] * cos * half[0] * cos + half[1] * sin * half[1] * sin).sqrt();
                let y = (half[0] * sin * half[0] * sin + half[1] * cos * half[1] * cos).sqrt();
                Bounds::new(center[0] - x, center[1] - y, center[0] + x, center[1] + y)
            }
        }
    }

    pub fn draw(&self, canvas: &mut Canvas, texture: &Texture) {
        match self {
            Self::Body(body) => body.draw(canvas, texture),
            Self::Bar { nodes, flatness, material } => canvas.add_along(nodes, |share, radius, x, y| {
                let outer = 2.0 * radius * flatness * (1.0 - share * share).sqrt();
                let inner = if material.wall_mm > 0.0 {
                    let core = (radius - material.wall_mm).max(0.0);
                    let share = share * radius / core.max(1e-3);
                    2.0 * core * flatness * (1.0 - share * share).max(0.0).sqrt()
                } else {
                    outer
                };
                material.through(outer, inner, x, y, texture)
            }),
            Self::Slab { outline, thickness, rounding, material } => {
                canvas.add_inside(outline, rounding + material.wall_mm, |depth, x, y| {
                    let outer = rounded(depth, *rounding, *thickness);
                    let inner = if material.wall_mm > 0.0 {
                        rounded(depth - material.wall_mm, *rounding, thickness - 2.0 * material.wall_mm)
                    } else {
                        outer
                    };
                    material.through(outer, inner, x, y, texture)
                });
            }
            Self::Blob { center, half, angle, thickness, ripple, material } => {
                let (sin, cos) = (libm::sinf(*angle), libm::cosf(*angle));
                canvas.add(&self.extent(), |x, y| {
                    let (dx, dy) = (x - center[0], y - center[1]);
                    let (u, v) = ((dx * cos + dy * sin) / half[0], (dy * cos - dx * sin) / half[1]);
                    let mut share2 = u * u + v * v;
                    if *ripple > 0.0 {
                        share2 += ripple * (1.0 + texture.clouds(x * 1.7, y * 1.7).clamp(-1.0, 1.5)).max(0.0);
                    }
                    if share2 >= 1.0 {
                        return 0.0;
                    }
                    let outer = thickness * (1.0 - share2).sqrt();
                    let inner = if material.wall_mm > 0.0 {
                        let shrink = 1.0 - material.wall_mm / half[0].min(half[1]);
                        thickness * shrink * (1.0 - share2 / (shrink * shrink)).max(0.0).sqrt()
                    } else {
                        outer
                    };
                    material.through(outer, inner, x, y, texture)
                });
            }
        }
    }
}

/// Path through a slab at a depth from its edge.
fn rounded(depth: f32, rounding: f32, thickness: f32) -> f32 {
    if depth <= 0.0 {
        return 0.0;
    }
    let gap = 1.0 - (depth / rounding).min(1.0);
    thickness.max(0.0) * (1.0 - gap * gap).sqrt()
}

/// A closed Catmull-Rom curve through the places, four steps each.
pub fn smooth_ring(places: &[Place]) -> Vec<Place> {
    let n = places.len();
    (0..n)
        .flat_map(|i| {
            let around = [places[(i + n - 1) % n], places[i], places[(i + 1) % n], places[(i + 2) % n]];
            (0..4).map(move |step| catmull_rom(&around, step as f32 / 4.0))
        })
        .collect()
}

/// An open Catmull-Rom curve through nodes of any size, `steps` to each stretch, ends included.
pub fn smooth_line<const N: usize>(nodes: &[[f32; N]], steps: usize) -> Vec<[f32; N]> {
    let last = nodes.len() - 1;
    let mut line: Vec<[f32; N]> = (0..last)
        .flat_map(|i| {
            let around = [nodes[i.saturating_sub(1)], nodes[i], nodes[i + 1], nodes[(i + 2).min(last)]];
            (0..steps).map(move |step| catmull_rom(&around, step as f32 / steps as f32))
        })
        .collect();
    line.push(nodes[last]);
    line
}

fn catmull_rom<const N: usize>(p: &[[f32; N]; 4], t: f32) -> [f32; N] {
    std::array::from_fn(|k| {
        let (a, b, c, d) = (p[0][k], p[1][k], p[2][k], p[3][k]);
        0.5 * (2.0 * b
            + (c - a) * t
            + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t
            + (3.0 * b - a - 3.0 * c + d) * t * t * t)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::canvas::Grid;

    #[test]
    fn nothing_is_drawn_outside_the_extent_and_something_up_to_it() {
        let grid = Grid { width: 120, height: 120, pixel_mm: 0.25 };
        let solids = [
            Solid::bar(&[[-4.0, 1.0, 2.0], [3.0, -2.0, 1.0]], 1.0, Material::plain(1.0)),
            Solid::blob([1.0, 2.0], [6.0, 3.0], 5.0, Material::bone(0.8, 1.0)),
            Solid::smooth_slab(&[[-5.0, -4.0], [5.0, -5.0], [6.0, 5.0], [-4.0, 6.0]], 6.0, 2.0, Material::plain(1.0)),
        ];
        for solid in solids {
            let mut canvas = Canvas::new(grid);
            solid.draw(&mut canvas, Texture::shared());
            let mut drawn = Bounds::EMPTY;
            for (index, &sum) in canvas.sums.iter().enumerate() {
                if sum > 0.0 {
                    drawn = drawn.with([grid.x(index % 120), grid.y(index / 120)]);
                }
            }
            let extent = solid.extent();
            assert!(drawn.is_inside(&extent), "{solid:?}: {drawn:?} {extent:?}");
            assert!(extent.is_inside(&drawn.grown(0.8)), "{solid:?}: {drawn:?} {extent:?}");
        }
    }

    #[test]
    fn a_ball_has_the_chords_of_a_ball() {
        let mut canvas = Canvas::new(Grid { width: 41, height: 41, pixel_mm: 0.5 });
        Solid::blob([0.0, 0.0], [8.0, 8.0], 16.0, Material::plain(1.0)).draw(&mut canvas, Texture::shared());
        let at = |column: usize| canvas.sums[20 * 41 + column];
        assert!((at(20) - 16.0).abs() < 1e-4);
        assert!((at(28) - 2.0 * (64.0f32 - 16.0).sqrt()).abs() < 1e-3);
    }
}

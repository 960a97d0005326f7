//! What the film shader is told of one plan, field by field.

use bytemuck::{Pod, Zeroable};

use crate::domain::geometry::Transform;
use crate::domain::imaging::{Film, Interpolation, LevelChoice, NO_VALUE, Pixels, Voi, VoiFunction, minification};

use super::frame_plan::FramePlan;
use super::tiles::TileLayout;

/// `Level` of shaders/film.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable, PartialEq, Debug)]
pub(super) struct Level {
    coarse: [f32; 4],
    rest: [f32; 4],
    fraction: [f32; 2],
    whole: [i32; 2],
    extent: [i32; 2],
    mip: u32,
    unit: f32,
    padding_low: u32,
    padding_high: u32,
    tile_bits: u32,
    tile_columns: u32,
}

/// `Uniforms` of shaders/film.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable, PartialEq, Debug)]
pub(super) struct Uniforms {
    fine: Level,
    far: Level,
    blend: f32,
    interpolation: u32,
    gain: f32,
    bias: f32,
    shape: u32,
    is_inverted: u32,
    is_color: u32,
    dither_levels: f32,
    is_srgb: u32,
    unused: [u32; 3],
}

const SHAPE_CLAMP: u32 = 0;
const SHAPE_SIGMOID: u32 = 1;
const SHAPE_STEP: u32 = 2;
const SHAPE_TABLE: u32 = 3;

impl Uniforms {
    /// The constants are combined in f64 on the CPU, so that the shader multiplies and adds once.
    pub(super) fn new(plan: &FramePlan, layout: &TileLayout, target: wgpu::TextureFormat) -> Self {
        let film = &plan.film;
        let chain = film.mip_chain();
        let end = layout.first_level + layout.num_levels;
        let choice = LevelChoice::new(minification(&plan.image_from_framebuffer), layout.first_level, end);
        let is_magnified = choice.fine == 0 && choice.blend == 0.0;
        // x = a * modality + b in the window's own terms.
        let (a, b, shape) = match &plan.display.voi {
            Voi::Lut(_) => (1.0, 0.0, SHAPE_TABLE),
            Voi::Window(window) => match window.function {
                VoiFunction::Linear if window.width <= 1.0 => (1.0, 0.5 - window.center, SHAPE_STEP),
                VoiFunction::Linear => {
                    let (c, w) = (window.center - 0.5, window.width - 1.0);
                    (1.0 / w, 0.5 - c / w, SHAPE_CLAMP)
                }
                VoiFunction::LinearExact => (1.0 / window.width, 0.5 - window.center / window.width, SHAPE_CLAMP),
                VoiFunction::Sigmoid => (1.0 / window.width, -window.center / window.width, SHAPE_SIGMOID),
            },
        };
        let is_color = matches!(film.pixels, Pixels::Rgb(_));
        let is_film_inverted = !is_color && film.facts.is_inverted;
        Self {
            fine: Level::new(film, &plan.image_from_framebuffer, layout, choice.fine),
            far: Level::new(film, &plan.image_from_framebuffer, layout, choice.coarse),
            blend: choice.blend as f32,
            interpolation: match plan.interpolation {
                Interpolation::Nearest if is_magnified => 0,
                Interpolation::Lanczos if is_magnified => 2,
                _ => 1,
            },
            gain: (a * chain.gain) as f32,
            bias: (a * chain.bias + b) as f32,
            shape,
            is_inverted: u32::from(is_film_inverted != plan.display.is_inverted),
            is_color: u32::from(is_color),
            dither_levels: if plan.is_dithered { highest_level(target) } else { 0.0 },
            is_srgb: u32::from(target.is_srgb()),
            unused: [0; 3],
        }
    }
}

impl Level {
    /// `level` counts as the film's mip chain does.
    fn new(film: &Film, image_from_framebuffer: &Transform, layout: &TileLayout, level: u32) -> Self {
        let chain = film.mip_chain();
        let (width, height) = chain.size(film, level);
        let scale = [f64::from(width) / f64::from(film.width), f64::from(height) / f64::from(film.height)];
        let [a, b, tx, c, d, ty] = image_from_framebuffer.rows();
        let linear = [a * scale[0], b * scale[0], c * scale[1], d * scale[1]];
        let coarse = linear.map(ten_bits);
        let shift = [tx * scale[0], ty * scale[1]];
        let mip = level - layout.first_level;
        let padding = match (level, chain.padding) {
            (_, None) => (1, 0),
            (0, Some((low, high))) => (u32::from(low), u32::from(high)),
            (_, Some(_)) => (u32::from(NO_VALUE), u32::from(NO_VALUE)),
        };
        Self {
            coarse,
            rest: std::array::from_fn(|i| (linear[i] - f64::from(coarse[i])) as f32),
            fraction: shift.map(|v| (v - v.floor()) as f32),
            whole: shift.map(|v| v.floor() as i32),
            extent: [width as i32, height as i32],
            mip,
            unit: if level == 0 { 1.0 } else { 1.0 / (1u32 << chain.fraction_bits) as f32 },
            padding_low: padding.0,
            padding_high: padding.1,
            tile_bits: layout.tile_bits_at(mip),
            tile_columns: layout.columns,
        }
    }
}

/// The number's ten highest bits: times a framebuffer position it is exact in f32.
fn ten_bits(v: f64) -> f32 {
    f32::from_bits((v as f32).to_bits() & !((1 << 14) - 1))
}

/// The highest grey level of a target.
fn highest_level(target: wgpu::TextureFormat) -> f32 {
    match target {
        wgpu::TextureFormat::Rgb10a2Unorm => 1023.0,
        _ => 255.0,
    }
}

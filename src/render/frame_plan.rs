//! What one frame shows of a film, as a value: built from the session, drawn by the pass, compared in tests.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use crate::domain::geometry::Transform;
use crate::domain::imaging::{DisplaySettings, Film, HeatMap, Interpolation, Modality, Pixels, Voi, VoiFunction};

/// A film, how it is windowed, and where it lies in the framebuffer.
#[derive(Clone, Debug)]
pub struct FramePlan {
    pub film: Arc<Film>,
    pub display: DisplaySettings,
    /// Film pixels from framebuffer pixels (device pixels of the whole window, origin top left).
    pub image_from_framebuffer: Transform,
    /// Between the film's pixels, where it is shown at 1:1 or larger.
    pub interpolation: Interpolation,
    /// Whether grey levels between two of the screen's are spread over neighbouring pixels.
    pub is_dithered: bool,
    pub heat_map: Option<HeatMap>,
}

/// The shader's `Uniforms`, field by field.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable, PartialEq, Debug)]
pub(super) struct Uniforms {
    row_x: [f32; 4],
    row_y: [f32; 4],
    size: [f32; 2],
    minification: f32,
    num_levels: u32,
    gain: f32,
    bias: f32,
    shape: u32,
    has_modality_table: u32,
    padding_low: u32,
    padding_high: u32,
    is_inverted: u32,
    is_color: u32,
}

const SHAPE_CLAMP: u32 = 0;
const SHAPE_SIGMOID: u32 = 1;
const SHAPE_STEP: u32 = 2;
const SHAPE_TABLE: u32 = 3;

/// What the 256 x 256 table texture must hold for this plan.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Table {
    Unused,
    /// Modality value of each texel.
    Modality,
    /// Fraction of white of each texel, under this LUT.
    Fraction(Voi),
}

impl FramePlan {
    /// Bilinear, undithered, nothing over it.
    pub fn new(film: Arc<Film>, display: DisplaySettings, image_from_framebuffer: Transform) -> Self {
        let interpolation = Interpolation::default();
        Self { film, display, image_from_framebuffer, interpolation, is_dithered: false, heat_map: None }
    }

    pub(super) fn table(&self) -> Table {
        match (&self.display.voi, &self.film.facts.modality) {
            (Voi::Lut(_), _) => Table::Fraction(self.display.voi.clone()),
            (Voi::Window(_), Modality::Lut { .. }) => Table::Modality,
            (Voi::Window(_), Modality::Rescale { .. }) => Table::Unused,
        }
    }

    /// 65,536 values, row by row of the table texture.
    pub(super) fn table_values(&self) -> Vec<f32> {
        let Pixels::Grey(plane) = &self.film.pixels else { return vec![0.0; 1 << 16] };
        let facts = &self.film.facts;
        let value = |texel: u16| facts.modality_value(plane.stored_value(texel));
        match self.table() {
            Table::Unused => vec![0.0; 1 << 16],
            Table::Modality => (0..=u16::MAX).map(|texel| value(texel) as f32).collect(),
            Table::Fraction(voi) => (0..=u16::MAX).map(|texel| voi.fraction(value(texel)) as f32).collect(),
        }
    }

    /// The constants are combined in f64 on the CPU, so that the shader multiplies and adds once.
    ///
    /// Mip levels count from the first on the GPU, `num_skipped` below the film itself.
    pub(super) fn uniforms(&self, num_levels: u32, num_skipped: u32) -> Uniforms {
        let rows = self.image_from_framebuffer.rows().map(|v| v as f32);
        let facts = &self.film.facts;
        let (texel_gain, texel_bias, is_color, padding) = match &self.film.pixels {
            Pixels::Grey(plane) => {
                let padding = facts.padding.map_or((1, 0), |(low, high)| {
                    let first = ((low - plane.offset) / plane.scale).ceil().clamp(0.0, 65536.0);
                    let last = ((high - plane.offset) / plane.scale).floor().clamp(-1.0, 65535.0);
                    if last < first { (1, 0) } else { (first as u32, last as u32) }
                });
                match &facts.modality {
                    Modality::Rescale { slope, intercept } => {
                        (slope * plane.scale, slope * plane.offset + intercept, 0, padding)
                    }
                    Modality::Lut { .. } => (1.0, 0.0, 0, padding),
                }
            }
            Pixels::Rgb(_) => (1.0, 0.0, 1, (1, 0)),
        };
        // x = a * modality + b in the window's own terms.
        let (a, b, shape) = match &self.display.voi {
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
        let (gain, bias) = match (&self.display.voi, &facts.modality) {
            (Voi::Lut(_), _) | (_, Modality::Lut { .. }) => (a, b),
            _ => (a * texel_gain, a * texel_bias + b),
        };
        let is_inverted = match &self.film.pixels {
            Pixels::Grey(_) => facts.is_inverted != self.display.is_inverted,
            Pixels::Rgb(_) => self.display.is_inverted,
        };
        Uniforms {
            row_x: [rows[0], rows[1], rows[2], 0.0],
            row_y: [rows[3], rows[4], rows[5], 0.0],
            size: [self.film.width as f32, self.film.height as f32],
            minification: rows[0].hypot(rows[3]).max(rows[1].hypot(rows[4])) / (1u32 << num_skipped) as f32,
            num_levels,
            gain: gain as f32,
            bias: bias as f32,
            shape,
            has_modality_table: u32::from(self.table() == Table::Modality),
            padding_low: padding.0,
            padding_high: padding.1,
            is_inverted: u32::from(is_inverted),
            is_color,
        }
    }
}

//! A decoded film: one frame's stored values and what the header says about showing them.

use super::mip_chain::MipCell;
use super::statistics::StatisticsCell;
use super::{Laterality, LossyCompression, MipChain, OverlayPlane, PatientOrientation, PixelGeometry, Voi};

/// One frame, ready to be shown or measured.
#[derive(Clone, PartialEq, Debug)]
pub struct Film {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    pub pixels: Pixels,
    pub facts: DisplayFacts,
    pub(super) mips: MipCell,
    pub(super) statistics: StatisticsCell,
}

/// Row-major pixels, top row first.
#[derive(Clone, PartialEq, Debug)]
pub enum Pixels {
    Grey(GreyPlane),
    /// Red, green, blue, interleaved, 8 bits each: true colour and palette films.
    Rgb(Vec<u8>),
}

/// Integer texels as the GPU takes them: stored value = texel * scale + offset.
///
/// 8- and 16-bit films have scale 1 (offset -32768 where signed), so no value is lost. 32-bit and
/// floating-point films are mapped linearly onto 0..=65535 for display.
#[derive(Clone, PartialEq, Debug)]
pub struct GreyPlane {
    pub texels: Vec<u16>,
    pub scale: f64,
    pub offset: f64,
}

impl GreyPlane {
    pub fn stored_value(&self, texel: u16) -> f64 {
        f64::from(texel) * self.scale + self.offset
    }
}

/// How stored values become modality values (PS3.3 C.11.1).
#[derive(Clone, PartialEq, Debug)]
pub enum Modality {
    /// value = slope * stored + intercept; slope 1 and intercept 0 where the file has neither. Never slope 0.
    Rescale { slope: f64, intercept: f64 },
    /// Stored value `first` maps to `values[0]`; below and above, the ends hold.
    Lut { first: f64, values: Vec<u16> },
}

/// What the header says about showing the film.
#[derive(Clone, PartialEq, Debug)]
pub struct DisplayFacts {
    pub modality: Modality,
    /// The file's own windows and LUTs, in the file's order.
    pub voi: Vec<Voi>,
    /// MONOCHROME1, or a presentation LUT shape INVERSE: the lowest value is shown white.
    pub is_inverted: bool,
    /// Stored values in this closed range are padding, shown black and left out of statistics.
    pub padding: Option<(f64, f64)>,
    pub bits_stored: u16,
    /// Rescale type or unit of the modality values, where the file names one.
    pub unit: Option<String>,
    pub geometry: PixelGeometry,
    /// How the pixel size was calibrated, in the file's words: `FIDUCIAL, 25 mm ball`.
    pub calibration: Option<String>,
    /// `None` where the file does not say, and then no letters are shown.
    pub orientation: Option<PatientOrientation>,
    pub laterality: Option<Laterality>,
    /// Drawn over the film where the reader wants them.
    pub overlays: Vec<OverlayPlane>,
    /// `Some` where the film was compressed lossily, now or before.
    pub compression: Option<LossyCompression>,
}

impl Default for DisplayFacts {
    fn default() -> Self {
        Self {
            modality: Modality::Rescale { slope: 1.0, intercept: 0.0 },
            voi: Vec::new(),
            is_inverted: false,
            padding: None,
            bits_stored: 16,
            unit: None,
            geometry: PixelGeometry::default(),
            calibration: None,
            orientation: None,
            laterality: None,
            overlays: Vec::new(),
            compression: None,
        }
    }
}

impl DisplayFacts {
    pub fn is_padding(&self, stored: f64) -> bool {
        self.padding.is_some_and(|(low, high)| stored >= low && stored <= high)
    }

    pub fn modality_value(&self, stored: f64) -> f64 {
        match &self.modality {
            Modality::Rescale { slope, intercept } => slope * stored + intercept,
            Modality::Lut { first, values } => match values.len() {
                0 => stored,
                n => f64::from(values[(stored - first).clamp(0.0, (n - 1) as f64) as usize]),
            },
        }
    }
}

impl Film {
    /// Row-major pixels, `width * height` of them.
    pub fn new(width: u32, height: u32, pixels: Pixels, facts: DisplayFacts) -> Self {
        Self { width, height, pixels, facts, mips: MipCell::default(), statistics: StatisticsCell::default() }
    }

    /// The stored value at a pixel; `None` outside the film and on colour films.
    pub fn stored_value(&self, x: u32, y: u32) -> Option<f64> {
        match &self.pixels {
            Pixels::Grey(plane) if x < self.width && y < self.height => {
                let index = y as usize * self.width as usize + x as usize;
                plane.texels.get(index).map(|&texel| plane.stored_value(texel))
            }
            Pixels::Grey(_) | Pixels::Rgb(_) => None,
        }
    }

    /// Red, green and blue at a pixel of a colour film.
    pub fn rgb(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        match &self.pixels {
            Pixels::Rgb(bytes) if x < self.width && y < self.height => {
                let index = 3 * (y as usize * self.width as usize + x as usize);
                bytes.get(index..index + 3).map(|c| [c[0], c[1], c[2]])
            }
            Pixels::Grey(_) | Pixels::Rgb(_) => None,
        }
    }

    /// The first of the file's own, or a window computed from the film where it has none.
    pub fn initial_voi(&self) -> Voi {
        self.facts.voi.first().cloned().unwrap_or_else(|| Voi::Window(self.computed_window()))
    }

    /// Bytes held in memory, mip chain and histograms included whether they are made yet or not: a cache may add and subtract it.
    pub fn num_bytes(&self) -> usize {
        let overlays: usize = self.facts.overlays.iter().map(|plane| plane.bits.len()).sum();
        let pixels = match &self.pixels {
            Pixels::Grey(plane) => plane.texels.len() * 2,
            Pixels::Rgb(bytes) => bytes.len(),
        };
        pixels + overlays + MipChain::num_bytes(self) + self.num_bytes_of_statistics()
    }
}

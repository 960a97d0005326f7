//! How a film's pixels are laid out, as far as its header says and can be believed.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::DicomError;
use super::header::Scope;

/// Samples of one frame; 16384 x 16384, or a whole-spine film ten times over.
const SAMPLE_LIMIT: u64 = 1 << 28;

/// What the samples of a pixel mean (PS3.3 C.7.6.3.1.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Photometric {
    Monochrome1,
    Monochrome2,
    Palette,
    Rgb,
    /// Luminance and chrominance over the full range.
    YbrFull,
    /// The same with one pair of chrominances for two pixels, where native.
    YbrFull422,
    /// Studio range: 16..=235 and 16..=240.
    YbrPartial,
    /// JPEG 2000's own, undone by its decoder.
    YbrOfJpeg2000,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Number {
    Unsigned,
    Signed,
    Float,
}

/// The layout of every frame.
#[derive(Clone, Debug)]
pub struct PixelForm {
    pub rows: u32,
    pub columns: u32,
    pub num_frames: u32,
    pub samples: u16,
    pub photometric: Photometric,
    /// Native pixels plane after plane instead of pixel after pixel.
    pub is_planar: bool,
    /// 1, 8, 16, 32, or 64 for double floats.
    pub bits_allocated: u16,
    pub bits_stored: u16,
    pub high_bit: u16,
    pub number: Number,
}

impl PixelForm {
    /// From the data set whose pixels stand in the element `pixels`; `warnings` collects what had to be assumed.
    pub fn read(root: Scope<'_>, pixels: Tag, warnings: &mut Vec<String>) -> Result<Self, DicomError> {
        let positive = |tag, name: &str| {
            root.integer(tag)
                .and_then(|n| u32::try_from(n).ok())
                .filter(|n| *n > 0)
                .ok_or_else(|| DicomError::missing(tag, name))
        };
        let rows = positive(tags::ROWS, "Rows")?;
        let columns = positive(tags::COLUMNS, "Columns")?;
        let num_frames = match root.integer(tags::NUMBER_OF_FRAMES) {
            Some(n) if n > 0 => u32::try_from(n).map_err(|_| DicomError::damaged("Number of Frames is absurd"))?,
            None if root.element(tags::NUMBER_OF_FRAMES).is_none() => 1,
            Some(_) | None => {
                warnings.push("Number of Frames is not a positive number; the first frame is shown".to_owned());
                1
            }
        };
        let samples = root.integer(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
        let named = root.code(tags::PHOTOMETRIC_INTERPRETATION).unwrap_or_default().to_ascii_uppercase();
        let samples = match samples {
            1 | 3 => samples as u16,
            n => return Err(DicomError::unsupported(format!("{n} samples per pixel ({named})"))),
        };
        let photometric = photometric(&named, samples, warnings)?;
        let is_double = pixels == tags::DOUBLE_FLOAT_PIXEL_DATA;
        let is_float = is_double || pixels == tags::FLOAT_PIXEL_DATA;
        let bits_allocated = match root.integer(tags::BITS_ALLOCATED) {
            Some(n @ (1 | 8 | 16 | 32 | 64)) => n as u16,
            Some(n) => return Err(DicomError::unsupported(format!("{n} bits allocated"))),
            None if is_float => {
                if is_double {
                    64
                } else {
                    32
                }
            }
            None => return Err(DicomError::missing(tags::BITS_ALLOCATED, "Bits Allocated")),
        };
        let mut bits_stored = root.integer(tags::BITS_STORED).unwrap_or(i64::from(bits_allocated));
        if bits_stored < 1 || bits_stored > i64::from(bits_allocated) {
            warnings.push(format!("Bits Stored is {bits_stored}; taken as {bits_allocated}"));
            bits_stored = i64::from(bits_allocated);
        }
        let mut high_bit = root.integer(tags::HIGH_BIT).unwrap_or(bits_stored - 1);
        if high_bit < bits_stored - 1 || high_bit >= i64::from(bits_allocated) {
            warnings
                .push(format!("High Bit is {high_bit} with {bits_stored} bits stored; taken as {}", bits_stored - 1));
            high_bit = bits_stored - 1;
        }
        let is_signed = root.integer(tags::PIXEL_REPRESENTATION) == Some(1);
        let form = Self {
            rows,
            columns,
            num_frames,
            samples,
            photometric,
            is_planar: samples > 1 && root.integer(tags::PLANAR_CONFIGURATION) == Some(1),
            bits_allocated,
            bits_stored: bits_stored as u16,
            high_bit: high_bit as u16,
            number: match (is_float, is_signed) {
                (true, _) => Number::Float,
                (false, true) => Number::Signed,
                (false, false) => Number::Unsigned,
            },
        };
        let fits = match form.number {
            Number::Float => bits_allocated == if is_double { 64 } else { 32 },
            Number::Signed | Number::Unsigned => bits_allocated <= 32,
        };
        if !fits {
            return Err(DicomError::unsupported(format!("{bits_allocated} bits allocated")));
        }
        if form.num_samples() as u64 > SAMPLE_LIMIT {
            return Err(DicomError::TooLarge(format!("a frame of {columns} x {rows} pixels")));
        }
        Ok(form)
    }

    /// Samples of one frame.
    pub fn num_samples(&self) -> usize {
        self.rows as usize * self.columns as usize * usize::from(self.samples)
    }

    /// Bytes of one sample once decoded: 1, 2, 4 or 8.
    pub fn sample_bytes(&self) -> usize {
        usize::from(self.bits_allocated.div_ceil(8))
    }

    /// Bytes of one native frame, up to a full byte.
    pub fn frame_bytes(&self) -> usize {
        if self.bits_allocated == 1 {
            self.num_samples().div_ceil(8)
        } else if self.photometric == Photometric::YbrFull422 {
            // Y0 Y1 Cb Cr for two pixels; an odd last column still takes a pair.
            self.rows as usize * (self.columns as usize).div_ceil(2) * 4 * self.sample_bytes()
        } else {
            self.num_samples() * self.sample_bytes()
        }
    }
}

fn photometric(named: &str, samples: u16, warnings: &mut Vec<String>) -> Result<Photometric, DicomError> {
    let meant = match named {
        "MONOCHROME1" => Photometric::Monochrome1,
        "MONOCHROME2" => Photometric::Monochrome2,
        "PALETTE COLOR" => Photometric::Palette,
        "RGB" => Photometric::Rgb,
        "YBR_FULL" => Photometric::YbrFull,
        "YBR_FULL_422" => Photometric::YbrFull422,
        "YBR_PARTIAL_422" | "YBR_PARTIAL_420" => Photometric::YbrPartial,
        "YBR_RCT" | "YBR_ICT" => Photometric::YbrOfJpeg2000,
        "ARGB" | "CMYK" | "HSV" => return Err(DicomError::unsupported(format!("{named} pixels, retired in 2001"))),
        _ if samples == 3 => {
            warnings.push(format!("Photometric Interpretation is {named:?}; taken as RGB"));
            Photometric::Rgb
        }
        _ => {
            warnings.push(format!("Photometric Interpretation is {named:?}; taken as MONOCHROME2"));
            Photometric::Monochrome2
        }
    };
    let is_grey = matches!(meant, Photometric::Monochrome1 | Photometric::Monochrome2 | Photometric::Palette);
    Ok(match (is_grey, samples) {
        (true, 3) => {
            warnings.push(format!("{named} with three samples per pixel; taken as RGB"));
            Photometric::Rgb
        }
        (false, 1) => {
            warnings.push(format!("{named} with one sample per pixel; taken as MONOCHROME2"));
            Photometric::Monochrome2
        }
        _ => meant,
    })
}

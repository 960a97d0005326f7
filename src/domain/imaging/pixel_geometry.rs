//! How large a pixel is, and how that is known.

/// The shape of a pixel, and its size where the file says it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PixelGeometry {
    /// Distance between the centres of neighbouring rows (vertical), then of neighbouring columns (horizontal), in
    /// millimetres; in the patient where `source` allows, else at the detector or on the scanned film.
    pub spacing_mm: Option<[f64; 2]>,
    pub source: SpacingSource,
    /// Vertical size over horizontal size of a pixel; 1 where the file says nothing. Never 0, never infinite.
    pub aspect: f64,
}

/// Where the size of a pixel comes from, which decides what a length in millimetres is worth (PS3.3 10.7.1).
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum SpacingSource {
    /// Pixel Spacing. Calibrated, it is a size in the patient: by geometry, by an object of known size, or because the
    /// film is a slice. Not calibrated, a projection's file leaves open where it holds, and lengths in the patient may
    /// be a good deal smaller (PS3.3 10.7.1).
    PixelSpacing { is_calibrated: bool },
    /// Imager Pixel Spacing: millimetres at the detector. With `magnification` (detector distance over object
    /// distance, at least 1) they were divided by it already and hold at the depth that the file assumes; without,
    /// lengths in the patient are smaller than measured.
    ImagerPixelSpacing { magnification: Option<f64> },
    /// Nominal Scanned Pixel Spacing: millimetres on the film that was digitised, magnified as it was exposed.
    NominalScannedPixelSpacing,
    /// Nothing is known: lengths are in pixels.
    None,
}

impl Default for PixelGeometry {
    fn default() -> Self {
        Self { spacing_mm: None, source: SpacingSource::None, aspect: 1.0 }
    }
}

impl PixelGeometry {
    /// With the aspect that these distances make.
    pub const fn spaced(spacing_mm: [f64; 2], source: SpacingSource) -> Self {
        Self { spacing_mm: Some(spacing_mm), source, aspect: spacing_mm[0] / spacing_mm[1] }
    }

    /// Whether a length in millimetres is one in the patient.
    pub const fn is_in_patient(&self) -> bool {
        matches!(
            self.source,
            SpacingSource::PixelSpacing { is_calibrated: true }
                | SpacingSource::ImagerPixelSpacing { magnification: Some(_) }
        )
    }
}

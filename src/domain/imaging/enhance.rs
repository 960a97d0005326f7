//! What the reader may add to the film's own contrast: sharpening, local contrast, equalisation.

/// Enhancement of one film, all of it off unless the reader asks.
///
/// It works on modality values, before windowing, so that dragging the window costs nothing more.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Enhancement {
    /// 0 (off) ..= 1.
    pub sharpening: f32,
    /// -1 (flatter) ..= 1 (fine structure stronger); 0 is off.
    pub local_contrast: f32,
    /// Contrast-limited adaptive histogram equalisation.
    pub is_equalised: bool,
}

impl Enhancement {
    /// Whether anything is switched on.
    pub fn is_on(&self) -> bool {
        self.sharpening > 0.0 || self.local_contrast != 0.0 || self.is_equalised
    }
}

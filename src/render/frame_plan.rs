//! What one frame shows of a film, as a value: built from the session, drawn by the pass, compared in tests.

use std::sync::Arc;

use crate::domain::geometry::Transform;
use crate::domain::imaging::{DisplaySettings, Film, HeatMap, Interpolation};

/// A film, how it is shown, and where it lies in the framebuffer.
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

impl FramePlan {
    /// Bilinear, undithered, nothing over it.
    pub fn new(film: Arc<Film>, display: DisplaySettings, image_from_framebuffer: Transform) -> Self {
        let interpolation = Interpolation::default();
        Self { film, display, image_from_framebuffer, interpolation, is_dithered: false, heat_map: None }
    }
}

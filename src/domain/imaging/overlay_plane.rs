//! Bitmaps that a film brings along to be drawn over it (PS3.3 C.9.2).

use std::sync::Arc;

/// One overlay, ready to be drawn over one frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OverlayPlane {
    /// Column and row of the film under the bitmap's top-left pixel, counted from 0; it may lie outside the film.
    pub origin: [i32; 2],
    pub width: u32,
    pub height: u32,
    /// `width * height` bytes, row by row: 1 where something is drawn, else 0.
    pub bits: Arc<[u8]>,
    /// What the file calls it.
    pub label: Option<String>,
    pub kind: OverlayKind,
}

/// What an overlay is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OverlayKind {
    /// Drawing and text.
    #[default]
    Graphics,
    /// An area that somebody marked.
    RegionOfInterest,
}

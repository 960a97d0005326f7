//! From stored values to grey levels on the CPU: the reference that the shader is held to, and what exports are made with.
//!
//! Stored value -> padding -> modality LUT or rescale -> VOI -> inversion -> grey level (PS3.3 C.11.1, C.11.2; PS3.4 N.2).

mod auto_window;
mod chain;
mod collimator;
mod compression;
mod display;
pub mod enhance;
mod film;
mod heat_map;
mod histogram;
mod interpolation;
mod mip_chain;
mod orientation;
mod overlay_plane;
mod pixel_geometry;
mod statistics;
mod survey;
mod sampling;
mod voi;
mod window_preset;

pub use auto_window::{auto_window, window_between, window_of_region};
pub use chain::{ChainStep, ScreenFacts, chain_text};
pub use collimator::ExposedField;
pub use compression::LossyCompression;
pub use display::{DisplaySettings, GreyScale};
pub use enhance::{EnhancedFilm, Enhancement};
pub use film::{DisplayFacts, Film, GreyPlane, Modality, Pixels};
pub use heat_map::{ColorMap, HeatMap};
pub use histogram::Histogram;
pub use interpolation::Interpolation;
pub use mip_chain::{MipChain, NO_VALUE};
pub use orientation::{Laterality, PatientOrientation};
pub use overlay_plane::{OverlayKind, OverlayPlane};
pub use pixel_geometry::{PixelGeometry, SpacingSource};
pub use sampling::{LevelChoice, ShownFilm, minification};
pub use voi::{Voi, VoiFunction, VoiLut, Window};
pub use window_preset::{PresetKind, RelativeWindow, WindowPreset, shipped_presets};

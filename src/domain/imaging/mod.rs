//! From stored values to grey levels on the CPU: the reference that the shader is held to, and what exports are made with.
//!
//! Stored value -> padding -> modality LUT or rescale -> VOI -> inversion -> grey level (PS3.3 C.11.1, C.11.2; PS3.4 N.2).

mod auto_window;
mod chain;
mod display;
pub mod enhance;
mod film;
mod heat_map;
mod interpolation;
mod mip_chain;
mod sampling;
mod voi;

pub use auto_window::auto_window;
pub use chain::{ChainStep, ScreenFacts, chain_text};
pub use display::{DisplaySettings, GreyScale};
pub use enhance::{EnhancedFilm, Enhancement};
pub use film::{DisplayFacts, Film, GreyPlane, Modality, Pixels};
pub use heat_map::{ColorMap, HeatMap};
pub use interpolation::Interpolation;
pub use mip_chain::{MipChain, NO_VALUE};
pub use sampling::{LevelChoice, ShownFilm, minification};
pub use voi::{Voi, VoiFunction, VoiLut, Window};

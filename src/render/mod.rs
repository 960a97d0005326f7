//! Films on the GPU: textures, the passes that enhance and window them, and the callbacks that put them into the window.

mod callback;
mod enhance_pass;
mod film_pass;
mod film_texture;
mod frame_plan;
mod heat_pass;
mod texture_cache;
mod tiles;
mod uniforms;

pub use callback::{FilmCallback, Graphics, LENS_SLOT, install};
pub use enhance_pass::can_enhance;
pub use film_pass::{FilmPass, FilmUploader};
pub use film_texture::FilmTexture;
pub use frame_plan::FramePlan;
pub use tiles::{TextureLimits, TileLayout};

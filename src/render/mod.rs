//! Films and marks on the GPU: textures, triangles, the passes that draw them, and the callbacks that put them into the
//! window.

mod callback;
mod enhance_pass;
mod film_pass;
mod film_texture;
mod frame_plan;
mod heat_pass;
mod marks_pass;
mod texture_cache;
mod tiles;
mod uniforms;

pub use callback::{FilmCallback, Graphics, LENS_SLOT, install};
pub use enhance_pass::can_enhance;
pub use film_pass::{FilmPass, FilmUploader};
pub use film_texture::FilmTexture;
pub use frame_plan::FramePlan;
pub use marks_pass::{MarkChunk, MarkPart, MarkVertex, MarksCallback, MarksPass, MarksPlan, PixelGrid};
pub use tiles::{TextureLimits, TileLayout};

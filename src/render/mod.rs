//! The film on the GPU: textures and the WGSL pass that windows them.

mod callback;
mod film_pass;
mod film_texture;
mod frame_plan;

pub use callback::{FilmCallback, LENS_SLOT, install};
pub use film_pass::FilmPass;
pub use film_texture::FilmTexture;
pub use frame_plan::FramePlan;

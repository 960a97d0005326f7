//! Wiring: the window, its frame loop, and the outside that carries out what the session asks for.

mod window;
mod outside;
mod opening;
mod inbox;
mod film_cache;
mod thumbnails;
mod pictures;
mod project_changes;
mod models_desk;
mod errors_desk;
mod evaluations_desk;
mod training_desk;
mod team_desk;
mod training_keeper;
mod training_rows;
mod readings;
mod references;
mod sheets;
mod study_desk;
mod ahead;
mod film_desk;
mod engine_desk;
mod jobs;
mod view_keeper;
mod view_memory;
mod window_presets;
mod input_memory;
mod settings_file;
mod choose_path;
mod recent;
mod startup;

pub use outside::{Decode, Outside};
pub use readings::OpenedFilm;
pub use startup::run;
pub use thumbnails::Thumbnail;
pub use window::Window;

//! Synthetic radiographs with known lesions, and simulated readers.

mod random;
mod texture;
mod canvas;
mod solid;
mod vertebral_body;
mod patient;
mod spine;
mod scene;
mod vertebra_frontal;
mod vertebra_lateral;
mod pelvis;
mod ribs;
mod lesion;
mod lesion_change;
mod lesion_bone;
mod lesion_metal;
mod soft_tissue;
mod chest;
mod marker;
mod beam;
mod film;
mod study;
mod readers;

pub use film::{FilmPlan, Region, SyntheticFilm, View};
pub use lesion::{Lesion, LesionKind};
pub use patient::Patient;
pub use readers::{Mark, SimulatedReader};
pub use study::{Study, film, studies};

//! How far readers agree: marks paired, labels compared, chance taken off, and intervals over resampled patients.
//!
//! Every figure is a function of a few sums over films ([`sums`]). They are kept patient by patient, so that a resample is a
//! weighted sum ([`resampled`]) and films are compared once.

pub mod readings;
pub mod pairing;
pub mod chance;
pub mod compared;
pub mod sums;
pub mod figures;
pub mod resampled;

pub use figures::{Agreement, Cell, CellFigures, Estimate, Figure};
pub use readings::Readings;
pub use resampled::{AgreementPlan, Settings};

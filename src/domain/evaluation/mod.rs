//! An answer held against a truth: the cases, the settings, the figures, and the way from every figure to its films.

pub mod after_rule;
pub mod cases;
pub mod settings;
pub mod point;
pub mod problems;
pub mod matched;
pub mod result;
pub mod slices;
pub mod errors;
#[cfg(test)]
pub(crate) mod errors_script;
pub mod label_errors;
pub mod under_verdicts;
pub mod verdict;
pub mod plot;
pub mod plots;
pub mod published;
pub mod published_data;
pub mod reader_study;
pub mod mask_study;
pub mod run;
pub mod live;

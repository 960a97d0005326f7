//! What exists and what is true about it: pure values and rules, no files, clock, threads, randomness or wire formats.
#![deny(clippy::disallowed_methods)]

pub mod id;
pub mod geometry;
pub mod label;
pub mod label_side;
pub mod label_change;
pub mod presence;
pub mod attribute;
pub mod shape;
pub mod annotation;
pub mod comment;
pub mod quality;
pub mod reading;
pub mod edit;
pub mod log;
pub mod rules;
pub mod task;
pub mod study;
pub mod study_decision;
pub mod reference;
pub mod tag_row;
pub mod worklist;
pub mod project;
pub mod reading_time;
pub mod stats;
pub mod imaging;
pub mod preprocessing;
pub mod model;
pub mod model_draft;
pub mod model_guess;
pub mod prediction;
pub mod suggestion;
pub mod fusion;
pub mod answer;
pub mod triage;
pub mod measure;

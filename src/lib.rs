//! Rachis: a native desktop workstation for radiographs.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may stop at the line that failed"))]

pub mod domain;
pub mod session;
pub mod store;
pub mod dicom;
pub mod formats;
pub mod phantom;
pub mod jobs;
pub mod workflows;
#[cfg(feature = "gui")]
pub mod render;
#[cfg(feature = "gui")]
pub mod ui;
#[cfg(feature = "gui")]
pub mod app;
pub mod cli;

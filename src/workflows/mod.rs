//! Use cases that join the adapters: import, export, check, demo.

pub mod check;
pub mod make_demo;
pub mod stats;
pub mod import_films;

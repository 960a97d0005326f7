//! Use cases that join the adapters: import, export, check, demo.

pub mod import_films;

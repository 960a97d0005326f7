//! Subcommands over the same workflows as the window.

pub mod logging;

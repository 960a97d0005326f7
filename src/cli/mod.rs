//! Subcommands over the same workflows as the window.

//! The `rachis` program: the window, or a subcommand.
fn main() {}

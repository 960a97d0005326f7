//! Set-up, run and test: `cargo xtask setup|run|test`.
fn main() {}

//! Benchmarks of what a person waits for.
fn main() {}

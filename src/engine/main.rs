//! The learning engine: the only program that links libtorch. It answers one JSON object a line (see
//! `rachis::jobs::protocol`), so that a crash or a full device never takes a reading down.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may stop at the line that failed"))]

mod formula;
#[cfg(test)]
mod golden;
mod layers;
mod models;
mod ops;
mod params;

fn main() -> std::process::ExitCode {
    eprintln!("rachis-engine: nothing to do yet");
    std::process::ExitCode::from(2)
}

//! What a person waits for, measured: `cargo bench` prints every figure of the README.
#![allow(clippy::unwrap_used, reason = "a benchmark may stop at the line that failed")]

mod agreement;
#[cfg(feature = "gui")]
mod cpu_time;
#[cfg(feature = "gui")]
mod engine_frames;
mod evaluate;
mod fill;
#[cfg(feature = "gui")]
mod first_picture;
#[cfg(feature = "gui")]
mod frame;
#[cfg(feature = "gui")]
mod paging;
mod project;
mod resamples;
#[cfg(feature = "gui")]
mod slider;
mod tables;
#[cfg(feature = "gui")]
mod whole_window;

fn main() {
    // Scripts in tests/parity take turns between us and peers: one turn is one run.
    let turn = std::env::var_os("RACHIS_TURN");
    if turn.as_ref().is_some_and(|name| name == "resamples") {
        return resamples::turn();
    }
    if turn.is_some_and(|name| name == "detection") {
        return evaluate::turn();
    }
    let mut criterion = criterion::Criterion::default().configure_from_args();
    #[cfg(feature = "gui")]
    {
        frame::bench(&mut criterion);
        slider::bench(&mut criterion);
        first_picture::bench(&mut criterion);
        paging::bench();
        engine_frames::bench();
    }
    evaluate::bench(&mut criterion);
    agreement::bench(&mut criterion);
    project::bench(&mut criterion);
    tables::bench(&mut criterion);
    resamples::bench(&mut criterion);
    criterion.final_summary();
}

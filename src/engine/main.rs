//! The learning engine: the only program that links libtorch. It answers one JSON object a line (see
//! `rachis::jobs::protocol`), so that a crash or a full device never takes a reading down.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may stop at the line that failed"))]

mod device;
mod failure;
mod folding;
mod formula;
mod forward;
#[cfg(test)]
mod golden;
mod heat;
mod layers;
mod loaded;
mod memory;
mod mixed;
mod models;
mod ops;
mod params;
mod precision;
mod precision_trial;
mod predict;
mod predict_job;
mod preprocess;
mod selftest;
mod serve;
#[cfg(test)]
mod serve_script;
mod shelf;
#[cfg(test)]
mod trial;
mod train;
mod trainbench;
mod weights;

use std::io::BufReader;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

/// Runs the networks of Rachis. Without a command, serves the program over stdin and stdout.
/// For research use only.
#[derive(Parser, Debug)]
#[command(name = "rachis-engine", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Decode films for another process, on stdin and stdout.
    #[command(hide = true)]
    DecodeWorker,
    /// List what networks can run on.
    Devices,
    /// Time a network on tensors from a file.
    Bench(forward::BenchArgs),
    /// Run a network once, on tensors from a file, and write every raw output.
    Forward(forward::ForwardArgs),
    /// Does this computer compute what torchvision does, and how fast is it?
    Selftest(selftest::SelftestArgs),
    /// Train a network as a run's folder says, or go on with it.
    Train(train::run::TrainArgs),
    /// Time one training step of a network.
    Trainbench(trainbench::TrainBenchArgs),
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    if matches!(command, Some(Command::DecodeWorker)) {
        return rachis::dicom::decode_worker();
    }
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).without_time();
    // A second logger is a fault of nobody's.
    let _ = log.try_init();
    if matches!(command, None | Some(Command::Train(_))) {
        yield_to_the_window();
    }
    if matches!(command, Some(Command::Train(_) | Command::Trainbench(_))) {
        memory::keep_freed();
    }
    device::open_cuda();
    let outcome = match command {
        None => {
            let voice = serve::Voice::new(std::io::stdout());
            serve::serve(BufReader::new(std::io::stdin()), &voice, end_at_once);
            Ok(())
        }
        Some(Command::Devices) => {
            devices();
            Ok(())
        }
        Some(Command::Bench(args)) => failure::caught(|| forward::bench(&args)),
        Some(Command::Selftest(args)) => failure::caught(|| selftest::run(&args)),
        Some(Command::Forward(args)) => failure::caught(|| forward::run(&args)),
        Some(Command::Train(args)) => failure::caught(|| train::run::run(&args)),
        Some(Command::Trainbench(args)) => failure::caught(|| trainbench::run(&args)),
        Some(Command::DecodeWorker) => Ok(()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { message, advice }) => {
            eprintln!("rachis-engine: {message} {}", advice.unwrap_or_default());
            ExitCode::FAILURE
        }
    }
}

fn devices() {
    for row in device::rows() {
        let memory =
            row.memory.map_or_else(String::new, |bytes| format!(", {:.1} GiB", bytes as f64 / f64::from(1 << 30)));
        println!("{}: {}{memory}, {}", row.id, row.name, row.precisions.join(" or "));
    }
}

/// Less urgent than the window, and one core left to it. Threads that start later take this over, so it comes first.
fn yield_to_the_window() {
    #[cfg(unix)]
    {
        #[expect(unsafe_code, reason = "setpriority")]
        // SAFETY: changes how urgent this process is and nothing else; a refusal is harmless.
        unsafe {
            libc::setpriority(libc::PRIO_PROCESS, 0, 10);
        }
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    tch::set_num_threads((cores as i32 - 1).max(1));
}

/// Without the ceremony of `exit`, which would wait for libtorch's threads.
fn end_at_once() {
    #[cfg(unix)]
    {
        #[expect(unsafe_code, reason = "_exit")]
        // SAFETY: nothing of this process needs to be put in order; what is unwritten is of no use to anybody.
        unsafe {
            libc::_exit(0);
        }
    }
    #[cfg(not(unix))]
    std::process::exit(0);
}

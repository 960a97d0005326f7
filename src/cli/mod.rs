//! Subcommands over the same workflows as the window.
//!
//! Exit codes: 0 done, 1 failed (one sentence on stderr), 2 bad arguments.

pub mod check;
pub mod demo;
pub mod import;
pub mod logging;
pub mod pixels;
pub mod stats;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Read, annotate, review and export radiographs. Without a command, opens the window.
/// For research use only.
#[derive(Parser, Debug)]
#[command(name = "rachis", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

/// One row a subcommand, in alphabetical order; its arm stands below in the same order.
#[derive(Subcommand, Debug)]
enum Command {
    /// Check a project: rules, database, log, film files.
    Check(check::CheckArgs),
    /// Decode films for another process, on stdin and stdout.
    #[command(hide = true)]
    DecodeWorker,
    /// Make a project of synthetic films to try the program with.
    Demo(demo::DemoArgs),
    /// Bring films into a project: files, folders, DICOMDIR, zip.
    Import(import::ImportArgs),
    /// Write one frame of a film: stored values, or the picture as displayed.
    Pixels(pixels::PixelsArgs),
    /// Count studies, images, ages, sexes, findings.
    Stats(stats::StatsArgs),
}

/// Reads the arguments, runs what they ask for, and gives the exit code.
pub fn main() -> ExitCode {
    let Some(command) = Arguments::parse().command else { return window() };
    let outcome = match command {
        Command::Check(args) => check::run(&args),
        Command::DecodeWorker => return crate::dicom::decode_worker(),
        Command::Demo(args) => demo::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Pixels(args) => pixels::run(&args),
        Command::Stats(args) => stats::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rachis: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn window() -> ExitCode {
    eprintln!(
        "rachis: this build has no window; `rachis --help` lists what the command line does, and a build with the \
         feature `gui` opens one"
    );
    ExitCode::FAILURE
}

//! Subcommands over the same workflows as the window.
//!
//! Exit codes: 0 done, 1 failed (one sentence on stderr), 2 bad arguments, 3 done but not all: something was left out
//! that nobody asked to leave out (one sentence on stderr).

mod agreement;
mod assign;
mod audit;
pub mod blind;
pub mod check;
mod consensus;
mod dataset;
mod dataset_table;
pub mod demo;
pub mod evaluate;
mod evaluate_table;
mod exchange_words;
pub mod export;
pub mod import;
pub mod import_labels;
pub mod labels;
pub mod logging;
pub mod model;
pub mod new;
pub mod open;
pub mod pixels;
pub mod predict;
pub mod person;
mod project;
mod queue;
mod progress_bar;
mod reader;
pub mod report;
pub mod rules;
mod settle;
mod settle_steps;
mod split;
pub mod stats;
pub mod study;
mod study_masks;
pub mod tags;
mod tasks;
pub mod train;
mod train_show;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Read, annotate, review and export radiographs. Without a command, opens the window.
/// For research use only.
#[derive(Parser, Debug)]
#[command(name = "rachis", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

/// One row a subcommand, in alphabetical order; its arm stands below in the same order.
#[derive(Subcommand, Debug)]
enum Command {
    /// How far readers agree, with intervals.
    Agreement(agreement::AgreementArgs),
    /// Hand films out to readers.
    Assign(assign::AssignArgs),
    /// List what happened in a project beside readings: data frozen, films locked, trainings refused.
    Audit(audit::AuditArgs),
    /// Show whether a project is read blind, or change it.
    Blind(blind::BlindArgs),
    /// Check a project: rules, database, log, film files.
    Check(check::CheckArgs),
    /// Make one layer of labels from those of several readers.
    Consensus(consensus::ConsensusArgs),
    /// Freeze what models learn from and are tested on, show it, lock its test films.
    Dataset(dataset::DatasetArgs),
    /// Decode films for another process, on stdin and stdout.
    #[command(hide = true)]
    DecodeWorker,
    /// Make a project of synthetic films to try the program with.
    Demo(demo::DemoArgs),
    /// Hold predictions against labels: mAP, AUROC and all other figures, with intervals.
    Evaluate(Box<evaluate::EvaluateArgs>),
    /// Write the project's labels: tables, COCO, YOLO, Pascal VOC, VinDr Lab, JSON, pictures; or what was measured.
    Export(export::ExportArgs),
    /// Bring films into a project: files, folders, DICOMDIR, zip.
    Import(import::ImportArgs),
    /// Bring labels into a project: tables, COCO, YOLO, Pascal VOC, VinDr Lab, JSON, annotated pictures, bundles.
    ImportLabels(import_labels::ImportLabelsArgs),
    /// Show the labels a project reads with, write them to a file, or take others.
    Labels(labels::LabelsArgs),
    /// Bring models into a project, show them, put them in use, and hand them on.
    Model(model::ModelArgs),
    /// Make an empty project.
    New(new::NewArgs),
    /// Open a project in the window.
    Open(open::OpenArgs),
    /// Write one frame of a film: stored values, or the picture as displayed.
    Pixels(pixels::PixelsArgs),
    /// Have models look at a project's films, and write what they say.
    Predict(predict::PredictArgs),
    /// Show what a project is and how its films get labels, or change it.
    Project(project::ProjectArgs),
    /// Choose the films worth reading next, and show what added labels gained.
    Queue(queue::QueueArgs),
    /// The people of a project: list, add, change, PINs.
    Reader(reader::ReaderArgs),
    /// Write a kept evaluation as one page with tables and plots.
    Report(report::ReportArgs),
    /// Show a project's rules, or change them.
    Rules(rules::RulesArgs),
    /// Settle what readers disagree on, finding by finding.
    Settle(settle::SettleArgs),
    /// Write a bundle to hand on, with train and test folders.
    Split(split::SplitArgs),
    /// Count studies, images, ages, sexes, findings.
    Stats(stats::StatsArgs),
    /// Hold readers against a truth, before they saw what a model says and after.
    Study(study::StudyArgs),
    /// List a film's header, its patient's identity left out.
    Tags(tags::TagsArgs),
    /// How the films that were handed out stand.
    Tasks(tasks::TasksArgs),
    /// Train networks on the project's labels, follow them, and put what they became in use.
    Train(Box<train::TrainArgs>),
}

/// `rachis ... | head` ends quietly when `head` has seen enough, as other commands do.
fn end_with_the_reader() {
    #[cfg(unix)]
    {
        #[expect(unsafe_code, reason = "the standard library ignores SIGPIPE and has no way to ask for the default")]
        // SAFETY: called once, before any other thread is started, with a disposition that every Unix has.
        unsafe {
            libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        }
    }
}

/// Reads the arguments, runs what they ask for, and gives the exit code.
pub fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let _log = logging::start(match &command {
        None | Some(Command::Open(_)) => logging::Kind::Window,
        Some(Command::DecodeWorker) => logging::Kind::Decoder,
        Some(_) => logging::Kind::CommandLine,
    });
    let Some(command) = command else { return open::window(None) };
    if !matches!(command, Command::Open(_) | Command::DecodeWorker) {
        end_with_the_reader();
    }
    let outcome = match command {
        Command::Agreement(args) => agreement::run(&args),
        Command::Assign(args) => assign::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Blind(args) => blind::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Consensus(args) => consensus::run(&args),
        Command::Dataset(args) => dataset::run(&args),
        Command::DecodeWorker => return crate::dicom::decode_worker(),
        Command::Demo(args) => demo::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Import(args) => import::run(&args),
        Command::ImportLabels(args) => import_labels::run(&args),
        Command::Labels(args) => labels::run(&args),
        Command::Model(args) => model::run(&args),
        Command::New(args) => new::run(&args),
        Command::Open(args) => return open::run(args),
        Command::Pixels(args) => pixels::run(&args),
        Command::Predict(args) => predict::run(&args),
        Command::Project(args) => project::run(&args),
        Command::Queue(args) => queue::run(&args),
        Command::Reader(args) => reader::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Settle(args) => settle::run(&args),
        Command::Split(args) => split::run(&args),
        Command::Stats(args) => stats::run(&args),
        Command::Study(args) => study::run(&args),
        Command::Tags(args) => tags::run(&args),
        Command::Tasks(args) => tasks::run(&args),
        Command::Train(args) => train::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rachis: {error:#}");
            if error.is::<NotAll>() { ExitCode::from(3) } else { ExitCode::FAILURE }
        }
    }
}

/// What could be done is done, and something was left out for a reason that nobody asked for. In one sentence.
#[derive(thiserror::Error, Debug)]
#[error("{0}")]
struct NotAll(String);

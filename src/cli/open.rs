//! `rachis open PROJECT`, and `rachis` alone: the window.

use std::path::PathBuf;
use std::process::ExitCode;

/// Open a project in the window.
#[derive(clap::Args, Debug)]
pub struct OpenArgs {
    /// The project's folder.
    project: PathBuf,
}

/// Opens the window on a project.
pub fn run(args: OpenArgs) -> ExitCode {
    window(Some(args.project))
}

/// Opens the window and waits until it is closed; where it can't open, one sentence and exit code 1.
#[cfg(feature = "gui")]
pub fn window(project: Option<PathBuf>) -> ExitCode {
    match crate::app::run(project, Box::new(decode)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("rachis: {sentence}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(feature = "gui"))]
pub fn window(_project: Option<PathBuf>) -> ExitCode {
    eprintln!(
        "rachis: this build has no window; `rachis --help` lists what the command line does, and a build with the \
         feature `gui` opens one"
    );
    ExitCode::FAILURE
}

/// Decodes for the window: each of its threads keeps a decoder, with a process of its own for codecs in C.
#[cfg(feature = "gui")]
fn decode(source: &crate::domain::study::FilmSource, frame: u32) -> Result<crate::domain::imaging::Film, String> {
    use crate::dicom::isolated::Decoder;
    use std::cell::RefCell;

    thread_local! {
        static DECODER: RefCell<Decoder> = RefCell::new(Decoder::new());
    }
    DECODER
        .with_borrow_mut(|decoder| decoder.decode(source, frame))
        .map(|decoded| decoded.film)
        .map_err(|e| e.to_string())
}

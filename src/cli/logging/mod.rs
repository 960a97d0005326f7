//! The program's log and crash reports: a rotating file in the state folder, warnings on the terminal.
//!
//! Patient identity never enters a log line: whoever logs writes ids, counts and kinds of error, never the text of
//! a film's header, and this module adds nothing of its own. What a panic says may quote such text, so its quoted
//! parts are left out of the crash report.

mod crash;
mod log_file;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{EnvFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use log_file::LogFile;

/// Overrides what is logged, in the form `warn,rachis::store=debug`.
pub const LOG_VARIABLE: &str = "RACHIS_LOG";

/// Graphics crates report each pipeline and shader at info; only their warnings help a person.
const DEFAULT_FILTER: &str = "info,wgpu=warn,wgpu_core=warn,wgpu_hal=warn,naga=warn,egui_wgpu=warn,zbus=warn";

/// How the program was started, which decides where its log goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// To the file; the window itself shows what the person should know.
    Window,
    /// To the file, and warnings and errors to stderr as well.
    CommandLine,
    /// A child process that decodes one film: warnings to stderr, which its parent reads, and no file.
    Decoder,
}

/// Lives as long as the program; knows where the log is.
#[derive(Debug)]
#[must_use = "the guard knows where the log file is, which failure texts name"]
pub struct Guard {
    log: Option<Arc<LogFile>>,
}

impl Guard {
    /// The file that this run logs to; `None` for a decoder or where the state folder cannot be written.
    pub fn log_file(&self) -> Option<&Path> {
        self.log.as_ref().map(|log| log.path())
    }
}

/// Starts the log and installs the crash report. Call once, first thing in `main`.
///
/// Never fails: a program that cannot write its log still reads films.
pub fn start(kind: Kind) -> Guard {
    let folder = state_folder().filter(|_| kind != Kind::Decoder);
    let log = folder.and_then(|folder| match LogFile::open(&folder) {
        Ok(log) => Some(Arc::new(log)),
        Err(error) => {
            eprintln!("No log is kept: {} cannot be written ({error})", folder.display());
            None
        }
    });
    let wanted = std::env::var(LOG_VARIABLE).unwrap_or_default();
    // A second start in one process (tests) keeps the first log.
    subscriber(kind, &wanted, log.clone()).try_init().ok();
    crash::install(log.clone());
    tracing::info!(version = env!("CARGO_PKG_VERSION"), os = std::env::consts::OS, ?kind, "started");
    Guard { log }
}

/// Where logs and crash reports live: `~/.local/state/rachis` on Linux, the local data folder elsewhere.
pub fn state_folder() -> Option<PathBuf> {
    let places = directories::ProjectDirs::from("", "", "rachis")?;
    Some(places.state_dir().unwrap_or_else(|| places.data_local_dir()).to_path_buf())
}

fn subscriber(kind: Kind, wanted: &str, log: Option<Arc<LogFile>>) -> impl Subscriber + Send + Sync {
    // Later directives win where they name the same target, so "debug" raises everything but the graphics crates.
    let filter = EnvFilter::builder().parse_lossy(format!("{DEFAULT_FILTER},{wanted}"));
    let file = log.map(|log| fmt::layer().with_ansi(false).with_writer(log));
    let terminal = (kind != Kind::Window).then(|| {
        fmt::layer().with_ansi(false).without_time().with_target(false).with_writer(std::io::stderr).with_filter(
            Targets::new().with_default(LevelFilter::WARN).with_target(crash::LOG_TARGET, LevelFilter::OFF),
        )
    });
    tracing_subscriber::registry().with(filter).with(file).with(terminal)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What lands in the file when `wanted` stands in the variable.
    fn logged(wanted: &str, write: impl FnOnce()) -> String {
        let folder = tempfile::tempdir().unwrap();
        let log = Arc::new(LogFile::open(folder.path()).unwrap());
        tracing::subscriber::with_default(subscriber(Kind::Window, wanted, Some(log.clone())), write);
        std::fs::read_to_string(log.path()).unwrap()
    }

    #[test]
    fn graphics_crates_are_capped_at_warn() {
        let write = || {
            tracing::info!(num_films = 3, "imported");
            tracing::debug!("quiet");
            tracing::info!(target: "wgpu_core::device", "chatter");
            tracing::warn!(target: "naga::valid", "matters");
        };
        let text = logged("", write);
        assert!(text.contains("imported num_films=3") && text.contains("matters"), "{text}");
        assert!(!text.contains("quiet") && !text.contains("chatter"), "{text}");
        let text = logged("debug", write);
        assert!(text.contains("quiet") && !text.contains("chatter"), "{text}");
        let text = logged("warn,wgpu_core=info", write);
        assert!(!text.contains("imported") && text.contains("chatter"), "{text}");
    }

    #[test]
    fn a_filter_with_a_slip_is_no_reason_to_stop() {
        assert!(logged("=,,nonsense=loud", || tracing::info!("still here")).contains("still here"));
    }
}

//! A line on the terminal that says how far long work is, and how long it will still take.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::jobs::Progress;

/// Draws on stderr; nothing where that is no terminal.
#[derive(Debug)]
pub(super) struct ProgressBar {
    /// When it was last drawn, and the stage with its beginning; `None` where there is no terminal.
    drawn: Option<Mutex<Drawn>>,
}

#[derive(Debug)]
struct Drawn {
    at: Instant,
    stage: String,
    since: Instant,
}

impl ProgressBar {
    pub fn new() -> Self {
        let now = Instant::now();
        let drawn = Drawn { at: now, stage: String::new(), since: now };
        Self { drawn: std::io::stderr().is_terminal().then(|| Mutex::new(drawn)) }
    }

    pub fn show(&self, progress: &Progress) {
        const BETWEEN: Duration = Duration::from_millis(100);
        let Some(Ok(mut drawn)) = self.drawn.as_ref().map(Mutex::try_lock) else { return };
        if drawn.stage != progress.stage {
            progress.stage.clone_into(&mut drawn.stage);
            drawn.since = Instant::now();
        } else if drawn.at.elapsed() < BETWEEN {
            return;
        }
        drawn.at = Instant::now();
        let left = progress.time_left(drawn.since.elapsed()).map_or_else(String::new, |left| format!(", {left}"));
        let mut err = std::io::stderr().lock();
        // A terminal that is gone is no reason to stop.
        let _ = match progress.fraction() {
            Some(fraction) => {
                let filled = (fraction * 30.0) as usize;
                let (done, total) = (progress.done, progress.total);
                write!(err, "\r\x1b[K{} [{:<30}] {done} of {total}{left}", progress.stage, "#".repeat(filled))
            }
            None if progress.done == 0 => write!(err, "\r\x1b[K{}", progress.stage),
            None => write!(err, "\r\x1b[K{} {}", progress.stage, progress.done),
        };
    }

    pub fn clear(&self) {
        if self.drawn.is_some() {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
    }
}

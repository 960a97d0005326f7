//! Whoever started the trainer: tells where the films lie, and is heeded for as long as its end of stdin stays open.

use std::io::BufRead;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};

use rachis::jobs::Lane;
use rachis::jobs::protocol::FilmRef;

use crate::failure::Failure;

/// After this line the run goes on by itself.
const DETACH: &str = "detach";

/// The starter, as the trainer sees it.
#[derive(Clone, Debug, Default)]
pub struct Starter {
    is_gone: Arc<AtomicBool>,
    /// Work of a lane that is dropped may never begin.
    _lane: Option<Arc<Lane>>,
}

impl Starter {
    /// Listens on a thread of its own: one film a line, an empty line, then a word now and then. The films come once.
    pub fn listen(input: impl BufRead + Send + 'static) -> (Self, Receiver<Result<Vec<FilmRef>, Failure>>) {
        let lane = Arc::new(Lane::detached("starter"));
        let starter = Self { is_gone: Arc::default(), _lane: Some(lane.clone()) };
        let (sender, films) = channel();
        let is_gone = starter.is_gone.clone();
        lane.run(move || {
            let mut lines = input.lines().map_while(Result::ok);
            let listed: Result<Vec<FilmRef>, _> =
                lines.by_ref().take_while(|line| !line.is_empty()).map(|line| serde_json::from_str(&line)).collect();
            // The line itself names a place, and stays out of the message.
            let told =
                |_| Failure::new("The list of films can't be read; it comes from another version of the program.");
            let _ = sender.send(listed.map_err(told));
            if !lines.any(|line| line.trim() == DETACH) {
                is_gone.store(true, Ordering::Relaxed);
            }
        });
        (starter, films)
    }

    /// It closed its end without letting the run go: the window crashed, or was closed in a hurry.
    pub fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;
    use std::time::{Duration, Instant};

    #[test]
    fn films_come_first_and_a_closed_end_means_stop_unless_the_run_was_let_go() {
        let check = |text: &str, num_films: usize, ends: bool| {
            let (starter, films) = Starter::listen(Cursor::new(text.to_owned()));
            assert_eq!(films.recv().unwrap().unwrap().len(), num_films, "{text}");
            let until = Instant::now() + Duration::from_secs(if ends { 60 } else { 0 });
            while !starter.is_gone() && Instant::now() < until {
                std::thread::yield_now();
            }
            assert_eq!(starter.is_gone(), ends, "{text}");
        };
        let film = r#"{"image_id":"a","path":"a.dcm"}"#;
        check(&format!("{film}\n{film}\n\n"), 2, true);
        check(&format!("{film}\n\ndetach\n"), 1, false);
        check("", 0, true);
        let (_starter, films) = Starter::listen(Cursor::new("{\"path\":\"/secret\"\n\n"));
        let message = films.recv().unwrap().unwrap_err().message;
        assert!(!message.contains("secret"), "{message}");
    }
}

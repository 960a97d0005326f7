//! What threads tell the window, drained once a frame.

use std::sync::mpsc::{Receiver, Sender, channel};

use crate::domain::id::ImageId;
use crate::session::Event;
use crate::store::{Outcome, StoreThread};
use crate::ui::CropKey;

use super::pictures::Crop;
use super::readings::OpenedFilm;
use super::thumbnails::Thumbnail;

/// News from a thread.
#[derive(Debug)]
pub enum News {
    Event(Box<Event>),
    /// About the project of that opening, and of no other: dropped where another has been opened since.
    EventOf {
        opening: u64,
        event: Box<Event>,
    },
    /// What became of an edit, from the store of the opening with that number.
    Outcome {
        number: u32,
        outcome: Outcome,
    },
    /// A project was opened: its store comes with the event that says so.
    Opened {
        store: Box<StoreThread>,
        event: Box<Event>,
    },
    /// For the film strip.
    Thumbnail {
        image: ImageId,
        thumbnail: Thumbnail,
    },
    /// For the gallery; `None` where the film can't be decoded.
    Crop {
        key: CropKey,
        crop: Option<Crop>,
    },
    /// The answer to a question for the readings ahead.
    ReadAhead {
        number: u64,
        film: Box<OpenedFilm>,
    },
}

/// Posts news from any thread and wakes the window.
#[derive(Clone, Debug)]
pub struct Post {
    sender: Sender<News>,
    context: egui::Context,
    opening: Option<u64>,
}

impl Post {
    /// Of the window that is told.
    pub const fn context(&self) -> &egui::Context {
        &self.context
    }

    pub fn new(context: egui::Context) -> (Self, Receiver<News>) {
        let (sender, receiver) = channel();
        (Self { sender, context, opening: None }, receiver)
    }

    /// For events that are about the project of that opening alone.
    #[must_use]
    pub fn of_opening(&self, opening: u64) -> Self {
        Self { opening: Some(opening), ..self.clone() }
    }

    pub fn send(&self, news: News) {
        // The window may be gone already while a thread finishes.
        if self.sender.send(news).is_ok() {
            self.context.request_repaint();
        }
    }

    pub fn event(&self, event: Event) {
        let event = Box::new(event);
        self.send(match self.opening {
            Some(opening) => News::EventOf { opening, event },
            None => News::Event(event),
        });
    }
}

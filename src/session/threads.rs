//! Comments: what is being typed, what becomes of it, and where pins lie on the film.

use crate::domain::comment::{Comment, Pin, Thread, threads};
use crate::domain::edit::Edit;
use crate::domain::geometry::Point;
use crate::domain::id::AnnotationId;
use crate::domain::shape::Shape;

use super::effect::Effect;
use super::open_film::OpenFilm;
use super::panes::Pane;
use super::screen::{NoticeKind, OverlayState, Session};

/// The film's comments as they are being read and written.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Discussion {
    pub draft: Option<Draft>,
    /// The thread that was gone to last.
    pub chosen: Option<AnnotationId>,
}

/// A comment while it is being typed.
#[derive(Clone, PartialEq, Debug)]
pub struct Draft {
    pub target: Target,
    pub text: String,
}

/// What becomes of a draft.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Target {
    New(Pin),
    /// An answer to the thread of this key.
    Answer(AnnotationId),
    /// Another text of one's own comment.
    Change(AnnotationId),
}

/// A thread's pin on the screen.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ShownPin {
    pub thread: AnnotationId,
    /// As the list numbers it, from 1.
    pub number: usize,
    pub is_resolved: bool,
    /// What it points at, in canvas points.
    pub at: Point,
    /// Its middle, beside what it points at.
    pub middle: Point,
}

/// Half a pin's size, in points.
pub const PIN_RADIUS: f64 = 9.0;
/// How far a pin's middle lies from what it points at, so that it never lies on it.
const PIN_OFFSET: f64 = 15.0;

impl Session {
    /// The film's threads: one's own, and everybody's where the project is open.
    pub fn threads(&self, film: &OpenFilm) -> Vec<Thread> {
        let is_open = self.project.as_ref().is_some_and(|project| project.settings.is_open);
        let others = film.others.iter().filter(|_| is_open);
        threads(std::iter::once(&film.reading).chain(others))
    }

    /// Threads that wait for an answer.
    pub(super) fn num_open_threads(&self) -> u32 {
        let Some(film) = &self.pane.film else { return 0 };
        self.threads(film).iter().filter(|thread| !thread.is_resolved).count() as u32
    }

    /// The pins of a viewport, where they are drawn at all.
    pub fn shown_pins(&self, pane: &Pane) -> Vec<ShownPin> {
        let Some(film) = pane.film.as_ref().filter(|f| f.film().is_some() && self.overlay == OverlayState::All) else {
            return Vec::new();
        };
        if film.reading.comments().is_empty() && film.others.is_empty() {
            return Vec::new();
        }
        let to_screen = film.viewport.screen_from_image(pane.canvas, film.grid());
        let pin = |(n, thread): (usize, &Thread)| {
            let at = match thread.pin {
                Pin::Film => return None,
                Pin::Place(place) => to_screen.apply(place),
                Pin::Mark(id) => {
                    let b = self.shape_of(film, id)?.bounds();
                    let corners = [b.min(), b.max(), Point::new(b.xmin(), b.ymax()), Point::new(b.xmax(), b.ymin())]
                        .map(|p| to_screen.apply(p));
                    let right = corners.iter().map(|p| p.x).fold(f64::NEG_INFINITY, f64::max);
                    let top = corners.iter().map(|p| p.y).fold(f64::INFINITY, f64::min);
                    Point::new(right, top)
                }
            };
            let middle = Point::new(at.x + PIN_OFFSET, at.y - PIN_OFFSET);
            Some(ShownPin { thread: thread.key, number: n + 1, is_resolved: thread.is_resolved, at, middle })
        };
        let threads = self.threads(film);
        let is_listed = |thread: &Thread| !thread.is_resolved || self.shows_resolved;
        threads.iter().enumerate().filter(|(_, thread)| is_listed(thread)).filter_map(pin).collect()
    }

    /// The thread whose pin lies under a place of the canvas.
    pub(super) fn pin_at(&self, pane: &Pane, at: Point) -> Option<AnnotationId> {
        let is_hit = |pin: &ShownPin| (pin.middle.x - at.x).hypot(pin.middle.y - at.y) <= PIN_RADIUS + 1.0;
        self.shown_pins(pane).into_iter().rev().find(is_hit).map(|pin| pin.thread)
    }

    /// The shape of a mark that may be seen: one's own, or another reader's where the project is open.
    fn shape_of<'a>(&self, film: &'a OpenFilm, id: AnnotationId) -> Option<&'a Shape> {
        let is_open = self.project.as_ref().is_some_and(|project| project.settings.is_open);
        let others = film.others.iter().filter(|_| is_open);
        std::iter::once(&film.reading).chain(others).find_map(|reading| reading.annotation(id)?.shape())
    }

    fn thread(&self, key: AnnotationId) -> Option<Thread> {
        self.threads(self.pane.film.as_ref()?).into_iter().find(|thread| thread.key == key)
    }

    pub(super) fn comment_here(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let pin = match (film.selected().filter(|mark| mark.shape().is_some()), film.cursor) {
            (Some(mark), _) => Pin::Mark(mark.id()),
            (None, Some(place)) => Pin::Place(place),
            (None, None) => Pin::Film,
        };
        self.comment_on(pin, now_ms)
    }

    pub(super) fn comment_on(&mut self, pin: Pin, now_ms: i64) -> Vec<Effect> {
        self.begin(Target::New(pin), String::new(), now_ms)
    }

    pub(super) fn answer(&mut self, thread: AnnotationId, now_ms: i64) -> Vec<Effect> {
        if self.thread(thread).is_none() {
            return Vec::new();
        }
        self.begin(Target::Answer(thread), String::new(), now_ms)
    }

    pub(super) fn change_comment(&mut self, id: AnnotationId, now_ms: i64) -> Vec<Effect> {
        let Some(text) = self.own_comment(id).map(|comment| comment.text) else { return Vec::new() };
        self.begin(Target::Change(id), text, now_ms)
    }

    /// What was typed before is kept first; where it can't be, it stays.
    fn begin(&mut self, target: Target, text: String, now_ms: i64) -> Vec<Effect> {
        let effects = self.keep_draft(now_ms);
        self.on_film(|film| {
            if film.discussion.draft.is_none() {
                film.discussion.draft = Some(Draft { target, text });
            }
        });
        effects
    }

    pub(super) fn type_comment(&mut self, text: String) -> Vec<Effect> {
        self.on_film(|film| {
            if let Some(draft) = &mut film.discussion.draft {
                draft.text = text;
            }
        })
    }

    fn own_comment(&self, id: AnnotationId) -> Option<Comment> {
        self.pane.film.as_ref()?.reading.comments().iter().find(|comment| comment.id == id).cloned()
    }

    /// What was typed becomes an edit; blank text becomes nothing. What can't be written stays a draft.
    pub(super) fn keep_draft(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(draft) = self.pane.film.as_mut().and_then(|film| film.discussion.draft.take()) else {
            return Vec::new();
        };
        let text = draft.text.trim();
        let edit = match draft.target {
            _ if text.is_empty() => None,
            Target::New(pin) => self.new_comment(None, pin, text, false, now_ms),
            // An answer to what was deleted meanwhile stands for itself.
            Target::Answer(key) => {
                let pin = self.thread(key).map_or(Pin::Film, |thread| thread.pin);
                self.new_comment(Some(key), pin, text, false, now_ms)
            }
            Target::Change(id) => match self.own_comment(id) {
                Some(before) if before.text == text => None,
                Some(before) => {
                    let after = Comment { text: text.to_owned(), ..before.clone() };
                    Some(Edit::Comment { before: Some(before), after: Some(after) })
                }
                None => self.new_comment(None, Pin::Film, text, false, now_ms),
            },
        };
        let Some(edit) = edit else { return Vec::new() };
        let begun = match (&edit, draft.target) {
            (Edit::Comment { after: Some(comment), .. }, Target::New(_)) => Some(comment.id),
            _ => None,
        };
        let effects = self.commit(edit, now_ms);
        if let Some(film) = &mut self.pane.film {
            if effects.is_empty() {
                film.discussion.draft = Some(draft);
            } else if begun.is_some() {
                film.discussion.chosen = begun;
            }
        }
        effects
    }

    fn new_comment(
        &mut self,
        answers: Option<AnnotationId>,
        pin: Pin,
        text: &str,
        is_resolved: bool,
        now_ms: i64,
    ) -> Option<Edit> {
        let id = self.new_id()?;
        let comment = Comment { id, answers, pin, text: text.to_owned(), is_resolved, made_at_ms: now_ms };
        Some(Edit::Comment { before: None, after: Some(comment) })
    }

    /// Of one's own thread the first comment says so; another's is closed by an answer.
    pub(super) fn resolve(&mut self, key: AnnotationId, now_ms: i64) -> Vec<Effect> {
        let mut effects = self.keep_draft(now_ms);
        let Some(thread) = self.thread(key).filter(|thread| !thread.is_resolved) else { return effects };
        let edit = match self.own_comment(key) {
            Some(before) => Some(resolved(before, true)),
            None => self.new_comment(Some(key), thread.pin, "", true, now_ms),
        };
        effects.extend(edit.map_or_else(Vec::new, |edit| self.commit(edit, now_ms)));
        effects
    }

    /// Takes one's own word back that closed the thread; against another's word stands an answer.
    pub(super) fn unresolve(&mut self, key: AnnotationId, now_ms: i64) -> Vec<Effect> {
        let Some(thread) = self.thread(key).filter(|thread| thread.is_resolved) else { return Vec::new() };
        let is_closing = |comment: &Comment| {
            comment.is_resolved && (comment.id == key || thread.said.last().is_some_and(|s| s.comment.id == comment.id))
        };
        let Some(film) = &self.pane.film else { return Vec::new() };
        let mut edits: Vec<Edit> =
            film.reading.comments().iter().filter(|c| is_closing(c)).cloned().map(reopened).collect();
        let edit = match edits.len() {
            0 => {
                self.notify(NoticeKind::Info, "Another reader resolved this thread. Answer it to say more.");
                return self.answer(key, now_ms);
            }
            1 => edits.remove(0),
            _ => Edit::Batch { name: "Reopen a comment".to_owned(), edits },
        };
        self.commit(edit, now_ms)
    }

    pub(super) fn delete_comment(&mut self, id: AnnotationId, now_ms: i64) -> Vec<Effect> {
        let Some(before) = self.own_comment(id) else { return Vec::new() };
        self.commit(Edit::Comment { before: Some(before), after: None }, now_ms)
    }

    /// Selects the thread, and brings its place into the middle where it is out of sight.
    pub(super) fn show_thread(&mut self, key: AnnotationId) -> Vec<Effect> {
        let Some(thread) = self.thread(key) else { return Vec::new() };
        let Some(film) = &mut self.pane.film else { return Vec::new() };
        film.discussion.chosen = Some(key);
        let place = match thread.pin {
            Pin::Film => None,
            Pin::Place(place) => Some(place),
            Pin::Mark(id) => {
                if film.reading.has(id) {
                    film.selection = Some(id);
                }
                let film = self.pane.film.as_ref();
                film.and_then(|film| self.shape_of(film, id)).map(|shape| shape.bounds().center())
            }
        };
        match place {
            Some(place) => self.on_view(|view, canvas, film| {
                let at = view.screen_from_image(canvas, film).apply(place);
                let (w, h) = (canvas.size.width, canvas.size.height);
                if !(0.0..=w).contains(&at.x) || !(0.0..=h).contains(&at.y) {
                    view.pan(w / 2.0 - at.x, h / 2.0 - at.y, canvas, film);
                }
            }),
            None => Vec::new(),
        }
    }
}

fn resolved(before: Comment, is_resolved: bool) -> Edit {
    let after = Comment { is_resolved, ..before.clone() };
    Edit::Comment { before: Some(before), after: Some(after) }
}

/// An answer that said nothing but "resolved" goes altogether.
fn reopened(before: Comment) -> Edit {
    if before.answers.is_some() && before.text.is_empty() {
        return Edit::Comment { before: Some(before), after: None };
    }
    resolved(before, false)
}

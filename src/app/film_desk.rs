//! Films and readings around the one being read: asked for ahead, answered at once where they are there.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::imaging::Film;
use crate::domain::study::FilmEntry;
use crate::session::{Event, Session};
use crate::store::StoreThread;

use super::ahead::{Place, next_films, went_back};
use super::film_cache::Rank;
use super::inbox::{News, Post};
use super::outside::Decode;
use super::pictures::{CropWish, Pictures};
use super::readings::{OpenedFilm, Readings};

/// Films whose place on the disk is kept in mind.
const NUM_KNOWN: usize = 2000;
/// Rank of the likeliest next film; the others follow.
const FIRST_NEXT: Rank = 2;
/// Films that hang beside the next one.
const BESIDE_NEXT: Rank = 50;
/// Other films of the study being read.
const OF_STUDY: Rank = 100;

/// What opening the next film takes, before anybody opens it.
#[derive(Debug)]
pub(super) struct FilmDesk {
    post: Post,
    pictures: Pictures,
    readings: Readings,
    /// Where the files of films seen lately are, so that no question goes to the store.
    known: HashMap<ImageId, FilmEntry>,
    place: Place,
    /// The films that are expected next, likeliest first.
    next: Vec<ImageId>,
    /// Films that hang beside one of those.
    beside: Vec<ImageId>,
    is_going_back: bool,
}

impl FilmDesk {
    pub fn new(decode: Decode, post: Post) -> Self {
        Self {
            pictures: Pictures::new(decode, post.clone()),
            post,
            readings: Readings::default(),
            known: HashMap::new(),
            place: Place::default(),
            next: Vec::new(),
            beside: Vec::new(),
            is_going_back: false,
        }
    }

    pub fn pictures(&self) -> &Pictures {
        &self.pictures
    }

    pub fn open_project(&mut self, folder: &Path) {
        self.pictures.open_project(folder);
        self.films_changed();
    }

    /// Films came, moved or were labelled by somebody else: what is known of them is old.
    pub fn films_changed(&mut self) {
        self.readings.clear();
        self.known.clear();
        self.place = Place::default();
        self.next.clear();
        self.beside.clear();
    }

    /// An edit of a film is on its way to the store.
    pub fn edited(&mut self, image: &ImageId) {
        self.readings.forget(image);
    }

    /// The answer to `Effect::LoadReading` where it was read ahead; what the store says by now is asked all the same, and
    /// told where it is something else.
    pub fn reading(&mut self, store: &StoreThread, image: &ImageId, reader: &ReaderId) -> Option<Event> {
        let ahead = self.readings.take(image, reader)?;
        let (post, image, reader, told) = (self.post.clone(), image.clone(), reader.clone(), ahead.clone());
        store.with(move |store| match OpenedFilm::read(store, &image, &reader) {
            Ok(Some(now)) if now == told => {}
            Ok(Some(now)) => post.event(now.into_event()),
            Ok(None) => post.event(Event::Warning("The film is not in the project any more.".to_owned())),
            Err(error) => post.event(Event::Warning(error.to_string())),
        });
        Some(ahead.into_event())
    }

    /// The answer to `Effect::LoadPicture` where the film is in memory; otherwise it comes as news.
    pub fn picture(&self, store: &StoreThread, image: ImageId, frame: u32) -> Option<Event> {
        if let Some(film) = self.pictures.cached(&image, frame) {
            return Some(Event::PictureLoaded { image, frame, film });
        }
        self.pictures.ask(&image, frame);
        if let Some(entry) = self.known.get(&image) {
            self.pictures.board().show(entry, frame);
            return None;
        }
        let (board, post, wanted) = (self.pictures.board(), self.post.clone(), image.clone());
        let is_queued = store.with(move |store| {
            let message = match store.film(&wanted) {
                Ok(Some(entry)) => return board.show(&entry, frame),
                Ok(None) => "the film is not in the project any more".to_owned(),
                Err(error) => error.to_string(),
            };
            post.event(Event::PictureFailed { image: wanted, frame, message });
        });
        let message = "the disk is not keeping up; try again in a moment".to_owned();
        (!is_queued).then_some(Event::PictureFailed { image, frame, message })
    }

    /// Looks where the session stands now and, where that is another place, gets ready for what comes next. Cheap where
    /// nothing changed; `true` where something did.
    pub fn look_ahead(
        &mut self,
        store: &StoreThread,
        session: &Session,
        has_thumbnail: impl Fn(&ImageId) -> bool,
    ) -> bool {
        let place = Place::of(session);
        if place == self.place {
            return false;
        }
        self.is_going_back = went_back(session, &self.place, &place).unwrap_or(self.is_going_back);
        self.place = place;
        self.next = next_films(session, &self.place, self.is_going_back);
        self.beside.clear();
        let open = session.panes().filter_map(|(_, pane)| pane.film.as_ref());
        for entry in open.flat_map(|film| film.study.iter().chain(&film.priors)) {
            self.learn(entry);
        }
        let arrived: Vec<OpenedFilm> = self.next.iter().filter_map(|image| self.readings.get(image)).cloned().collect();
        for film in &arrived {
            self.add_beside(session, film);
        }
        self.readings.keep(|image| self.next.contains(image) || self.beside.contains(image));
        self.pictures.forget_thumbnails();
        self.expect(session);
        for image in self.next.iter().chain(&self.beside).cloned().collect::<Vec<_>>() {
            self.ask_ahead(store, session, &image);
        }
        if let Some(film) = &session.pane.film {
            for entry in film.study.iter().chain(&film.priors).filter(|e| !has_thumbnail(&e.facts.image)) {
                self.pictures.prepare_thumbnail(entry);
            }
        }
        true
    }

    /// What the store said about a film that is expected next.
    pub fn read_ahead(&mut self, store: &StoreThread, session: &Session, number: u64, film: OpenedFilm) {
        film.study.iter().for_each(|entry| self.learn(entry));
        let beside_before = self.beside.len();
        if self.next.contains(&film.image) {
            self.add_beside(session, &film);
        }
        let entry = film.entry().cloned();
        self.readings.answer(number, film);
        if self.beside.len() > beside_before {
            self.expect(session);
            let added = self.beside[beside_before..].to_vec();
            for image in &added {
                self.ask_ahead(store, session, image);
            }
        } else if let Some(entry) = entry {
            self.pictures.prepare(&entry);
        }
    }

    /// The gallery shows these parts of films now.
    pub fn wish_for(&self, store: &StoreThread, wishes: Vec<CropWish>) {
        let mut images: Vec<ImageId> = wishes.iter().map(|wish| wish.key.image.clone()).collect();
        images.dedup();
        self.pictures.wish_for(wishes);
        let board = self.pictures.board();
        images.retain(|image| match self.known.get(image) {
            Some(entry) => {
                board.cut(entry);
                false
            }
            None => true,
        });
        if images.is_empty() {
            return;
        }
        // A full queue costs nothing but time: what is not there is wished for again.
        store.with(move |store| {
            for image in images {
                match store.film(&image) {
                    Ok(Some(entry)) => board.cut(&entry),
                    Ok(None) | Err(_) => board.no_film(&image),
                }
            }
        });
    }

    /// Films in viewports or asked for, the active one first.
    pub fn on_screen(&self) -> Vec<ImageId> {
        let mut images: Vec<ImageId> = self.place.active().cloned().into_iter().collect();
        for (image, _) in self.place.on_screen() {
            if !images.contains(&image) {
                images.push(image);
            }
        }
        images
    }

    /// The films that are expected next, the likeliest first.
    pub fn next(&self) -> &[ImageId] {
        &self.next
    }

    /// Films in memory that are expected next, for the graphics card.
    pub fn ready_next(&self) -> Vec<Arc<Film>> {
        self.pictures.ready_next()
    }

    /// Tells the decoding threads what is on screen and what is likely to come, and hands them what is known of it.
    fn expect(&self, session: &Session) {
        let mut ranks: HashMap<ImageId, Rank> = HashMap::new();
        let study = session.pane.film.as_ref().map(|film| film.study.as_slice()).unwrap_or_default();
        for (n, entry) in study.iter().enumerate() {
            ranks.insert(entry.facts.image.clone(), OF_STUDY.saturating_add(n.min(99) as Rank));
        }
        for (n, image) in self.beside.iter().enumerate() {
            ranks.insert(image.clone(), BESIDE_NEXT + n.min(40) as Rank);
        }
        for (n, image) in self.next.iter().enumerate() {
            ranks.insert(image.clone(), FIRST_NEXT + n.min(40) as Rank);
        }
        let known: Vec<FilmEntry> = ranks.keys().filter_map(|image| self.known.get(image)).cloned().collect();
        self.pictures.expect(self.place.on_screen(), ranks);
        for entry in &known {
            self.pictures.prepare(entry);
        }
    }

    /// Films that hang in the other viewports when this one is opened.
    fn add_beside(&mut self, session: &Session, film: &OpenedFilm) {
        for image in session.hung_with(&film.study, &film.image) {
            if image != film.image && !self.next.contains(&image) && !self.beside.contains(&image) {
                self.beside.push(image);
            }
        }
    }

    /// Asks the store for what opening a film takes, once.
    fn ask_ahead(&mut self, store: &StoreThread, session: &Session, image: &ImageId) {
        let Some(reader) = session.layer_of(image) else { return };
        let Some(number) = self.readings.ask(image) else { return };
        let (post, wanted) = (self.post.clone(), image.clone());
        let is_queued = store.with(move |store| {
            // Where it fails, opening the film will say why.
            if let Ok(Some(film)) = OpenedFilm::read(store, &wanted, &reader) {
                post.send(News::ReadAhead { number, film: Box::new(film) });
            }
        });
        if !is_queued {
            self.readings.forget(image);
        }
    }

    fn learn(&mut self, entry: &FilmEntry) {
        if self.known.len() >= NUM_KNOWN {
            self.known.clear();
        }
        self.known.insert(entry.facts.image.clone(), entry.clone());
    }
}

//! Readings read ahead: what the store says about the films that are likely to be opened next.

use std::collections::HashMap;

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::log::LogEntry;
use crate::domain::model::ModelId;
use crate::domain::reading::Reading;
use crate::domain::study::FilmEntry;
use crate::session::Event;
use crate::store::{Store, StoreError, StoreThread};

use super::inbox::Post;
use super::project_changes::now_ms;

/// Everything that opening a film takes from the store.
#[derive(Clone, PartialEq, Debug)]
pub struct OpenedFilm {
    /// The films of the same study, in series and instance order.
    pub study: Vec<FilmEntry>,
    /// The same patient's films of other studies, in no order.
    pub priors: Vec<FilmEntry>,
    pub image: ImageId,
    pub reading: Reading,
    pub log: Vec<LogEntry>,
    /// Other readers' readings of the film, where the project lets readers see them.
    pub others: Vec<Reading>,
    /// Models whose answers about the film the reader has seen before.
    pub models_seen: Vec<ModelId>,
}

impl OpenedFilm {
    /// `None` where the film is not in the project.
    pub fn read(store: &mut Store, image: &ImageId, reader: &ReaderId) -> Result<Option<Self>, StoreError> {
        let Some(entry) = store.film(image)? else { return Ok(None) };
        let mut study = store.films_of_study(&entry.facts.study)?;
        study.sort_by_key(|e| (e.facts.series_number, e.facts.instance_number));
        let mut priors = store.films_of_patient(&entry.facts.patient)?;
        priors.retain(|e| e.facts.study != entry.facts.study);
        let reading = store.reading(image, reader)?;
        let log = store.log(image, reader)?;
        let others = if store.project().is_open { store.readings_of_others(image, reader)? } else { Vec::new() };
        let models_seen = store.models_seen(image, reader)?;
        Ok(Some(Self { study, priors, image: image.clone(), reading, log, others, models_seen }))
    }

    pub fn entry(&self) -> Option<&FilmEntry> {
        self.study.iter().find(|entry| entry.facts.image == self.image)
    }

    pub fn into_event(self) -> Event {
        let Self { study, priors, image, reading, log, others, models_seen } = self;
        Event::ReadingLoaded { study, priors, image, reading, log, others, models_seen }
    }
}

/// Keeps which models' answers the reader has seen now. What was read ahead of the film does not know of it.
pub(super) fn note_models_seen(
    store: &StoreThread,
    post: &Post,
    (image, reader): (ImageId, ReaderId),
    models: Vec<ModelId>,
) {
    let (post, at_ms) = (post.clone(), now_ms());
    store.with(move |store| {
        if let Err(error) = store.note_models_seen(&image, &reader, &models, at_ms) {
            post.event(Event::Warning(error.to_string()));
        }
    });
}

/// What was read ahead, and what has been asked for.
#[derive(Debug, Default)]
pub(super) struct Readings {
    /// Each with the number of its question; `None` until it is answered.
    films: HashMap<ImageId, (u64, Option<OpenedFilm>)>,
    num_asked: u64,
}

impl Readings {
    /// A number for the question about a film, unless it was asked already.
    pub fn ask(&mut self, image: &ImageId) -> Option<u64> {
        if self.films.contains_key(image) {
            return None;
        }
        self.num_asked += 1;
        self.films.insert(image.clone(), (self.num_asked, None));
        Some(self.num_asked)
    }

    /// Keeps an answer, unless the film changed since it was asked; `false` then.
    pub fn answer(&mut self, number: u64, film: OpenedFilm) -> bool {
        match self.films.get_mut(&film.image) {
            Some((asked, place)) if *asked == number => {
                *place = Some(film);
                true
            }
            _ => false,
        }
    }

    /// What was read ahead of one film, once: opened again, it is read again.
    pub fn take(&mut self, image: &ImageId, reader: &ReaderId) -> Option<OpenedFilm> {
        if self.films.get(image)?.1.as_ref()?.reading.reader() != reader {
            return None;
        }
        self.films.remove(image)?.1
    }

    pub fn get(&self, image: &ImageId) -> Option<&OpenedFilm> {
        self.films.get(image)?.1.as_ref()
    }

    /// An edit is on its way, so what was read, or is being read, is old.
    pub fn forget(&mut self, image: &ImageId) {
        self.films.remove(image);
    }

    /// Only these are still of interest.
    pub fn keep(&mut self, is_expected: impl Fn(&ImageId) -> bool) {
        self.films.retain(|image, _| is_expected(image));
    }

    pub fn clear(&mut self) {
        self.films.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film(name: &str) -> OpenedFilm {
        let (image, reader) = (ImageId::new(name), ReaderId::new("R1"));
        let reading = Reading::new(image.clone(), reader);
        OpenedFilm {
            study: Vec::new(),
            priors: Vec::new(),
            image,
            reading,
            log: Vec::new(),
            others: Vec::new(),
            models_seen: Vec::new(),
        }
    }

    #[test]
    fn an_answer_counts_once_and_only_for_its_own_question() {
        let (mut readings, image, reader) = (Readings::default(), ImageId::new("a"), ReaderId::new("R1"));
        let first = readings.ask(&image).expect("not asked yet");
        assert_eq!(readings.ask(&image), None);
        assert_eq!(readings.take(&image, &reader), None);
        // An edit went out after the question: its answer is old.
        readings.forget(&image);
        let second = readings.ask(&image).expect("forgotten");
        assert!(!readings.answer(first, film("a")));
        assert!(readings.answer(second, film("a")));
        assert_eq!(readings.take(&image, &ReaderId::new("R2")), None);
        assert_eq!(readings.take(&image, &reader), Some(film("a")));
        assert_eq!(readings.take(&image, &reader), None);
    }
}

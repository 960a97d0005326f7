//! Which film the models look at next: what is on screen, then what is expected, then the batch.

use std::collections::{HashMap, VecDeque};

use crate::domain::id::ImageId;

use super::protocol::{FilmRef, ModelRef};

/// A film that some models have not looked at.
#[derive(Clone, PartialEq, Debug)]
pub struct FilmWanted {
    pub image: ImageId,
    pub film: FilmRef,
    /// Not empty.
    pub models: Vec<ModelRef>,
}

impl FilmWanted {
    /// Takes over the models of another wish for the same film.
    fn add(&mut self, models: Vec<ModelRef>) {
        for model in models {
            if self.models.iter().all(|known| known.model != model.model) {
                self.models.push(model);
            }
        }
    }
}

/// A film in the queue.
#[derive(Clone, PartialEq, Debug)]
struct Waiting {
    wanted: FilmWanted,
    is_of_batch: bool,
}

/// Films by rank, each once. What is neither expected nor of the batch is dropped.
#[derive(Clone, Default, Debug)]
pub struct FilmQueue {
    waiting: HashMap<ImageId, Waiting>,
    /// The likeliest first.
    expected: Vec<ImageId>,
    batch: VecDeque<ImageId>,
}

impl FilmQueue {
    /// From now on these films are expected, the most urgent first; others that nobody else wants are dropped, and
    /// returned.
    pub fn expect(&mut self, images: Vec<ImageId>) -> Vec<ImageId> {
        self.expected = images;
        let is_dropped = |film: &Waiting| !film.is_of_batch && !self.expected.contains(&film.wanted.image);
        let dropped: Vec<ImageId> =
            self.waiting.values().filter(|film| is_dropped(film)).map(|film| film.wanted.image.clone()).collect();
        for image in &dropped {
            self.waiting.remove(image);
        }
        dropped
    }

    pub fn is_expected(&self, image: &ImageId) -> bool {
        self.expected.contains(image)
    }

    /// A film that is expected; `false` where it is not any more.
    pub fn want(&mut self, wanted: FilmWanted) -> bool {
        let is_expected = self.is_expected(&wanted.image);
        if is_expected {
            self.insert(wanted, false);
        }
        is_expected
    }

    /// Films that are to be looked at when nothing more urgent is.
    pub fn add_batch(&mut self, films: Vec<FilmWanted>) {
        for wanted in films {
            self.batch.push_back(wanted.image.clone());
            self.insert(wanted, true);
        }
    }

    /// Puts a film back that was taken and not looked at; a film of the batch comes first in it. `false` where nobody
    /// wants it any more.
    pub fn put_back(&mut self, wanted: FilmWanted, is_of_batch: bool) -> bool {
        if is_of_batch {
            self.batch.push_front(wanted.image.clone());
            self.insert(wanted, true);
            return true;
        }
        self.want(wanted)
    }

    fn insert(&mut self, wanted: FilmWanted, is_of_batch: bool) {
        match self.waiting.get_mut(&wanted.image) {
            Some(known) => {
                known.is_of_batch |= is_of_batch;
                known.wanted.add(wanted.models);
            }
            None => {
                self.waiting.insert(wanted.image.clone(), Waiting { wanted, is_of_batch });
            }
        }
    }

    /// Takes the most urgent film, and whether it is of the batch.
    pub fn next(&mut self) -> Option<(FilmWanted, bool)> {
        let taken = |film: Waiting| (film.wanted, film.is_of_batch);
        if let Some(film) = self.expected.iter().find_map(|image| self.waiting.remove(image)) {
            return Some(taken(film));
        }
        while let Some(image) = self.batch.pop_front() {
            // Films that were more urgent meanwhile are gone.
            if let Some(film) = self.waiting.remove(&image) {
                return Some(taken(film));
            }
        }
        None
    }

    /// Leaves the batch; what else is expected stays. The films that were of it.
    pub fn drop_batch(&mut self) -> Vec<ImageId> {
        self.batch.clear();
        let of_batch: Vec<ImageId> =
            self.waiting.values().filter(|film| film.is_of_batch).map(|film| film.wanted.image.clone()).collect();
        for image in &of_batch {
            if self.expected.contains(image)
                && let Some(film) = self.waiting.get_mut(image)
            {
                film.is_of_batch = false;
            } else {
                self.waiting.remove(image);
            }
        }
        of_batch
    }

    /// Takes everything out.
    pub fn take_all(&mut self) -> Vec<ImageId> {
        self.batch.clear();
        self.waiting.drain().map(|(image, _)| image).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film(name: &str, models: &[i64]) -> FilmWanted {
        let model = |&model: &i64| ModelRef { model, path: "m".into(), sha256: "00".into() };
        FilmWanted {
            image: name.into(),
            film: FilmRef { image_id: name.into(), path: "f".into(), entry: None },
            models: models.iter().map(model).collect(),
        }
    }

    fn images(names: &[&str]) -> Vec<ImageId> {
        names.iter().map(|name| ImageId::from(*name)).collect()
    }

    fn taken(queue: &mut FilmQueue) -> Vec<(String, usize, bool)> {
        std::iter::from_fn(|| queue.next()).map(|(f, batch)| (f.image.to_string(), f.models.len(), batch)).collect()
    }

    #[test]
    fn the_open_film_comes_first_then_the_next_ones_then_the_batch() {
        let mut queue = FilmQueue::default();
        queue.add_batch(["a", "b", "c", "open"].map(|name| film(name, &[1])).to_vec());
        queue.expect(images(&["open", "next", "later"]));
        assert!(queue.want(film("later", &[1])));
        assert!(queue.want(film("next", &[1])));
        assert!(queue.want(film("open", &[1, 2])));
        let row = |name: &str, num, batch| (name.to_owned(), num, batch);
        let expected = [
            // Once for both who want it, by all models.
            row("open", 2, true),
            row("next", 1, false),
            row("later", 1, false),
            row("a", 1, true),
            row("b", 1, true),
            row("c", 1, true),
        ];
        assert_eq!(taken(&mut queue), expected);
        assert!(queue.is_empty());
    }

    #[test]
    fn what_nobody_wants_any_more_is_dropped() {
        let mut queue = FilmQueue::default();
        assert!(!queue.want(film("passed", &[1])), "nobody expects it");
        queue.expect(images(&["a", "b"]));
        queue.want(film("a", &[1]));
        queue.want(film("b", &[1]));
        queue.add_batch(vec![film("b", &[1]), film("c", &[1])]);
        assert_eq!(queue.expect(images(&["d"])), images(&["a"]));
        let mut dropped = queue.drop_batch();
        dropped.sort();
        assert_eq!(dropped, images(&["b", "c"]));
        assert_eq!(queue.next(), None);
    }

    #[test]
    fn a_batch_that_stops_leaves_what_is_expected() {
        let mut queue = FilmQueue::default();
        queue.expect(images(&["a"]));
        queue.add_batch(vec![film("a", &[1]), film("b", &[1])]);
        queue.drop_batch();
        assert_eq!(taken(&mut queue), [("a".to_owned(), 1, false)]);
    }

    #[test]
    fn a_film_that_was_put_back_is_the_first_of_its_kind() {
        let mut queue = FilmQueue::default();
        queue.add_batch(vec![film("a", &[1]), film("b", &[1])]);
        let (first, is_of_batch) = queue.next().unwrap();
        assert!(queue.put_back(first, is_of_batch));
        assert_eq!(taken(&mut queue).iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert!(!queue.put_back(film("gone", &[1]), false), "nobody expects it any more");
        assert!(queue.is_empty());
    }
}

//! The list of films to review: which of them are shown, in which order, and how much their readers differ.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::domain::adjudication::{FilmToReview, Gist, ReviewStage, ReviewTurn};
use crate::domain::id::ImageId;
use crate::session::effect::Effect;
use crate::session::screen::Session;

use super::ReviewTask;

/// What the list is ordered by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum FilmOrder {
    /// As they were handed out: higher priorities first, paused ones last.
    #[default]
    Given,
    Turn,
    Findings,
    Open,
    Disagreement,
    Questions,
}

impl FilmOrder {
    /// Whether it needs to know what readers of each film marked.
    const fn needs_gists(self) -> bool {
        matches!(self, Self::Findings | Self::Open | Self::Disagreement)
    }
}

/// The list beside its films.
#[derive(Clone, Default, Debug)]
pub struct FilmList {
    /// Only films at this turn; `None`: all.
    pub filter: Option<ReviewTurn>,
    pub order: FilmOrder,
    /// From the other end.
    pub is_reversed: bool,
    /// Places of the films that are shown, in their order.
    pub shown: Vec<usize>,
    /// How many films are at each turn.
    pub counts: HashMap<ReviewTurn, usize>,
    /// What is known of films so far, and at which state of the film.
    gists: HashMap<ImageId, (Stand, Option<Gist>)>,
    /// Asked for, and not answered yet.
    is_asking: bool,
}

/// As far as a film was when its gist was computed: at another one it is computed anew.
type Stand = (ReviewStage, usize, usize, usize);

const fn stand(film: &FilmToReview) -> Stand {
    (film.stage, film.num_completed, film.num_items, film.num_settled)
}

impl FilmList {
    /// What is known of a film, if anything, and be it of before its last change.
    pub fn gist_of(&self, film: &FilmToReview) -> Option<Gist> {
        self.gists.get(&film.image)?.1
    }

    /// Nothing is left to ask about it.
    pub fn knows(&self, film: &FilmToReview) -> bool {
        self.gists.get(&film.image).is_some_and(|(of, _)| *of == stand(film))
    }

    /// Readers may have changed what they marked: everything is computed anew as it comes into sight.
    pub(super) fn forget_gists(&mut self) {
        self.gists.clear();
    }
}

/// So many films at a time: what is saved meanwhile waits no longer than for these.
const GISTS_AT_ONCE: usize = 12;

impl Session {
    pub fn turn_of(&self, film: &FilmToReview) -> ReviewTurn {
        self.reader_id().map_or(ReviewTurn::NotYet, |me| film.turn_of(me))
    }

    pub(super) fn filter_films(&mut self, filter: Option<ReviewTurn>) {
        self.team.reviewing.list.filter = filter;
        self.arrange_films();
    }

    /// By another column; by the same one from the other end, and then as given.
    pub(super) fn order_films(&mut self, order: FilmOrder) -> Vec<Effect> {
        let list = &mut self.team.reviewing.list;
        (list.order, list.is_reversed) = match (list.order == order, list.is_reversed) {
            (false, _) => (order, false),
            (true, false) => (order, true),
            (true, true) => (FilmOrder::Given, false),
        };
        self.arrange_films();
        self.mind_gists()
    }

    /// After anything changed that decides what is shown, and where.
    pub(super) fn arrange_films(&mut self) {
        let Some(me) = self.reader_id().cloned() else { return };
        let desk = &mut self.team.reviewing;
        let turns: Vec<ReviewTurn> = desk.films.iter().map(|film| film.turn_of(&me)).collect();
        let list = &mut desk.list;
        list.counts.clear();
        for turn in &turns {
            *list.counts.entry(*turn).or_default() += 1;
        }
        // What was filtered for is done: an empty list would look like no work at all.
        if list.filter.is_some_and(|filter| !list.counts.contains_key(&filter)) {
            list.filter = None;
        }
        let filter = list.filter;
        list.shown = (0..turns.len()).filter(|place| filter.is_none_or(|turn| turns[*place] == turn)).collect();
        let (films, gists) = (&desk.films, &list.gists);
        let gist = |place: usize| gists.get(&films[place].image).and_then(|(_, gist)| *gist);
        let number = |place: usize, of: fn(&Gist) -> f64| gist(place).map(|gist| of(&gist));
        let is_reversed = list.is_reversed;
        // The largest first, what is not known last whichever way.
        let by = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) if is_reversed => a.total_cmp(&b),
            (Some(a), Some(b)) => b.total_cmp(&a),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        let order = list.order;
        list.shown.sort_by(|&a, &b| match order {
            FilmOrder::Given => Ordering::Equal,
            FilmOrder::Turn if is_reversed => turns[b].cmp(&turns[a]),
            FilmOrder::Turn => turns[a].cmp(&turns[b]),
            FilmOrder::Findings => by(number(a, |gist| gist.num_items as f64), number(b, |gist| gist.num_items as f64)),
            FilmOrder::Open => by(number(a, |gist| gist.num_open as f64), number(b, |gist| gist.num_open as f64)),
            FilmOrder::Disagreement => by(number(a, |gist| gist.disagreement), number(b, |gist| gist.disagreement)),
            FilmOrder::Questions => by(Some(films[a].num_questions as f64), Some(films[b].num_questions as f64)),
        });
    }

    /// The screen shows these places of the list.
    pub(super) fn films_in_sight(&mut self, from: usize, to: usize) -> Vec<Effect> {
        let list = &self.team.reviewing.list;
        let places = list.shown.get(from..to.min(list.shown.len())).unwrap_or_default().to_vec();
        self.ask_gists(&places)
    }

    /// Ordered by what is not known of all films yet: the others follow, some at a time.
    pub(super) fn mind_gists(&mut self) -> Vec<Effect> {
        let list = &self.team.reviewing.list;
        if !list.order.needs_gists() || self.team.reviewing.image.is_some() {
            return Vec::new();
        }
        let places = list.shown.clone();
        self.ask_gists(&places)
    }

    fn ask_gists(&mut self, places: &[usize]) -> Vec<Effect> {
        let Some(reviewer) = self.reader_id().cloned() else { return Vec::new() };
        let desk = &mut self.team.reviewing;
        if desk.list.is_asking {
            return Vec::new();
        }
        let films = places.iter().filter_map(|place| desk.films.get(*place));
        let unknown = films.filter(|film| !desk.list.knows(film)).map(|film| film.image.clone());
        let images: Vec<ImageId> = unknown.take(GISTS_AT_ONCE).collect();
        if images.is_empty() {
            return Vec::new();
        }
        desk.list.is_asking = true;
        vec![ReviewTask::Gists { reviewer, images }.effect()]
    }

    pub(super) fn gists_known(&mut self, asked: &[ImageId], gists: Vec<(ImageId, Gist)>) -> Vec<Effect> {
        let desk = &mut self.team.reviewing;
        let list = &mut desk.list;
        list.is_asking = false;
        let mut gists: HashMap<ImageId, Gist> = gists.into_iter().collect();
        for film in desk.films.iter().filter(|film| asked.contains(&film.image)) {
            // Of what did not come there is nothing to know; it is not asked again until the film changes.
            list.gists.insert(film.image.clone(), (stand(film), gists.remove(&film.image)));
        }
        if list.order.needs_gists() {
            self.arrange_films();
        }
        self.mind_gists()
    }

    /// The film beside the open one in the list as it is shown.
    pub(super) fn film_beside(&self, step: isize) -> Option<ImageId> {
        let desk = &self.team.reviewing;
        let is_open = |place: &&usize| Some(&desk.films[**place].image) == desk.image.as_ref();
        let at = desk.list.shown.iter().position(|place| is_open(&place));
        let to = match at {
            Some(at) => at.checked_add_signed(step)?,
            // It left the filter meanwhile: the first of those that are in it.
            None => 0,
        };
        desk.list.shown.get(to).map(|place| desk.films[*place].image.clone())
    }
}

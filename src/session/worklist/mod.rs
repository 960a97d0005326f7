//! The list of films to read: filters, and next and previous in the order shown.

mod counting;
mod filter;
mod sorting;
#[cfg(test)]
mod worklist_script;

use std::collections::{BTreeSet, HashMap};

use crate::domain::id::{ImageId, StudyId};
use crate::domain::reading::Decision;
use crate::domain::study::Sex;
use crate::domain::study_decision::{StudyDecision, study_decision};
use crate::domain::worklist::query::{QueriedFilm, Query, QueryError, QueryWords};
use crate::domain::worklist::{SavedFilter, WorklistRow};

pub use super::counted_films::{CountedFilms, CountedNumber};
pub use counting::Counts;
pub use filter::{Filter, HandFilter, ModelFilter, UnfitFilter};
pub use sorting::{Sort, SortBy};

/// All films of the project as one reader sees them.
#[derive(Clone, Default, Debug)]
pub struct Worklist {
    rows: Vec<WorklistRow>,
    /// Where each film stands in `rows`.
    index: HashMap<ImageId, u32>,
    /// Indices into `rows` that pass the filter, in the order of `sort`.
    shown: Vec<u32>,
    /// For each of `rows`, where it is shown; `NOT_SHOWN` where the filter leaves it out.
    place: Vec<u32>,
    /// For each of `rows`, what the reader's films say of its study.
    studies: Vec<StudyDecision>,
    /// For each of `rows`, the number of its study.
    study_of: Vec<u32>,
    /// The rows of each study: in a reader's own order they need not stand together.
    films_of: Vec<Vec<u32>>,
    counts: Counts,
    pub filter: Filter,
    /// What queries may name.
    words: QueryWords,
    /// The filter's text, as far as it is understood.
    query: Query,
    /// Why what is typed now is not understood.
    query_error: Option<QueryError>,
    /// `None`: the project's order, study by study; the reader's own order where films are handed out.
    sort: Option<Sort>,
    /// The reader's own, by name.
    pub saved: Vec<SavedFilter>,
    pub is_loaded: bool,
}

const NOT_SHOWN: u32 = u32::MAX;

impl Worklist {
    pub fn set_rows(&mut self, rows: Vec<WorklistRow>) {
        self.index = rows.iter().enumerate().map(|(i, row)| (row.image.clone(), i as u32)).collect();
        self.rows = rows;
        self.is_loaded = true;
        self.gather_studies();
        self.counts = Counts::of(&self.rows);
        self.apply_filter();
    }

    pub fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.read_query();
        self.apply_filter();
    }

    /// The project has other labels or people now.
    pub fn set_words(&mut self, words: QueryWords) {
        if self.words != words {
            self.words = words;
            self.read_query();
            self.apply_filter();
        }
    }

    fn read_query(&mut self) {
        let text = &self.filter.text;
        match Query::parse(text, &self.words) {
            Ok(query) => (self.query, self.query_error) = (query, None),
            Err(error) => {
                // What is half typed makes no sense yet: until it does, what stands before it counts.
                let before = &text[..error.at.start];
                let end = before.rfind(|c: char| c.is_whitespace()).unwrap_or(0);
                self.query = Query::parse(&before[..end], &self.words).unwrap_or_default();
                self.query_error = Some(error);
            }
        }
    }

    /// Why what is typed is not understood, and where.
    pub const fn query_error(&self) -> Option<&QueryError> {
        self.query_error.as_ref()
    }

    pub const fn words(&self) -> &QueryWords {
        &self.words
    }

    /// The next and the previous film follow this order from here on. An edit does not move films in it; only
    /// where the list is read anew, or filtered, it is made anew.
    pub fn set_sort(&mut self, sort: Option<Sort>) {
        self.sort = sort;
        self.apply_filter();
    }

    /// Others may see what models say from here on: nothing of it stays in the lines until they are read anew.
    pub fn forget_models(&mut self) {
        for row in &mut self.rows {
            row.triage = None;
        }
        self.counts = Counts::of(&self.rows);
        self.apply_filter();
    }

    /// Films were chosen that are worth reading next.
    pub fn has_reading_queue(&self) -> bool {
        self.rows.iter().any(|row| row.queue_place.is_some())
    }

    /// Films were handed to this reader.
    pub fn has_tasks(&self) -> bool {
        self.counts.of_hand(HandFilter::Mine) > 0
    }

    /// It is known in whose hands films are.
    pub fn knows_hands(&self) -> bool {
        self.rows.first().is_some_and(|row| row.held.is_some())
    }

    pub const fn sort(&self) -> Option<Sort> {
        self.sort
    }

    fn apply_filter(&mut self) {
        // Looking each line up in the set would take longer than going through the set.
        let counted = self.filter.counted.as_ref().map(|films| {
            let mut is_counted = vec![false; self.rows.len()];
            for image in &*films.images {
                self.index.get(image).into_iter().for_each(|&i| is_counted[i as usize] = true);
            }
            is_counted
        });
        let passes = |i: usize| {
            let (row, study) = (&self.rows[i], self.studies[i].decision);
            counted.as_ref().is_none_or(|is_counted| is_counted[i])
                && self.filter.chips_pass(row, study)
                && self.query.passes(QueriedFilm { row, study })
        };
        let mut shown: Vec<u32> = (0..self.rows.len() as u32).filter(|&i| passes(i as usize)).collect();
        if let Some(sort) = self.sort {
            sorting::sort(&mut shown, &self.rows, &self.studies, sort);
        }
        self.shown = shown;
        self.place.clear();
        self.place.resize(self.rows.len(), NOT_SHOWN);
        for (n, &i) in self.shown.iter().enumerate() {
            self.place[i as usize] = n as u32;
        }
    }

    /// Films of patients of this sex.
    pub fn of_sex(&self, sex: Sex) -> BTreeSet<ImageId> {
        self.rows.iter().filter(|row| row.sex == Some(sex)).map(|row| row.image.clone()).collect()
    }

    pub fn rows(&self) -> impl Iterator<Item = &WorklistRow> {
        self.rows.iter()
    }

    pub fn num_shown(&self) -> usize {
        self.shown.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The `n`th line of the list.
    pub fn shown(&self, n: usize) -> Option<&WorklistRow> {
        self.shown.get(n).map(|&i| &self.rows[i as usize])
    }

    pub fn row(&self, image: &ImageId) -> Option<&WorklistRow> {
        self.index.get(image).map(|&i| &self.rows[i as usize])
    }

    /// Keeps a line current after an edit, without re-reading the list.
    pub fn update(&mut self, image: &ImageId, change: impl FnOnce(&mut WorklistRow)) {
        if let Some(&i) = self.index.get(image) {
            let row = &mut self.rows[i as usize];
            self.counts.take(row);
            change(row);
            self.counts.put(row);
            self.decide_study(self.study_of[i as usize]);
        }
    }

    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// What the reader's films say of the study that this one belongs to.
    pub fn study(&self, image: &ImageId) -> Option<StudyDecision> {
        self.index.get(image).map(|&i| self.studies[i as usize])
    }

    fn gather_studies(&mut self) {
        let mut numbers: HashMap<StudyId, u32> = HashMap::new();
        self.films_of.clear();
        self.study_of.clear();
        for (i, row) in self.rows.iter().enumerate() {
            let number = match self.study_of.last() {
                Some(&last) if self.rows[i - 1].study == row.study => last,
                _ => *numbers.entry(row.study.clone()).or_insert_with(|| {
                    self.films_of.push(Vec::new());
                    self.films_of.len() as u32 - 1
                }),
            };
            self.films_of[number as usize].push(i as u32);
            self.study_of.push(number);
        }
        self.studies = vec![study_decision([]); self.rows.len()];
        for study in 0..self.films_of.len() as u32 {
            self.decide_study(study);
        }
    }

    fn decide_study(&mut self, study: u32) {
        let films = &self.films_of[study as usize];
        let said = films.iter().map(|&i| &self.rows[i as usize]).map(|row| (row.decision, row.unfit));
        let decided = study_decision(said);
        for &i in films {
            self.studies[i as usize] = decided;
        }
    }

    /// Where a film stands in the list, from 0.
    pub fn position(&self, image: &ImageId) -> Option<usize> {
        let place = self.place[*self.index.get(image)? as usize];
        (place != NOT_SHOWN).then_some(place as usize)
    }

    /// The film `step` lines after (or before) this one that can be opened to be read; `None` at the ends.
    pub fn neighbour(&self, image: &ImageId, step: isize) -> Option<&ImageId> {
        let mut at = self.position(image)?;
        for _ in 0..step.unsigned_abs() {
            at = at.checked_add_signed(step.signum())?;
            while !self.shown(at)?.can_be_opened() {
                at = at.checked_add_signed(step.signum())?;
            }
        }
        self.shown(at).map(|row| &row.image)
    }

    /// The next film after this one that is in the queue: not completed, and fit to be read. Goes round once.
    pub fn next_open(&self, image: &ImageId) -> Option<&ImageId> {
        let start = self.position(image).map_or(0, |at| at + 1);
        let n = self.shown.len();
        (0..n)
            .filter_map(|k| self.shown((start + k) % n))
            .find(|row| row.is_in_queue() && row.image != *image)
            .map(|row| &row.image)
    }

    /// The first film of the queue, else the first.
    pub fn first_open(&self) -> Option<&ImageId> {
        let rows = || self.shown.iter().map(|&i| &self.rows[i as usize]);
        let first = rows().find(|row| row.is_in_queue()).or_else(|| rows().find(|row| row.can_be_opened()));
        first.map(|row| &row.image)
    }
}

/// What the list calls a decision.
pub const fn decision_text(decision: Decision) -> &'static str {
    match decision {
        Decision::Undecided => "",
        Decision::Normal => "No finding",
        Decision::Abnormal => "Abnormal",
    }
}

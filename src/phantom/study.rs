//! One made-up patient's films: the unit that seeds, splits and worklists count in.

use crate::domain::geometry::Size;

use super::film::{FilmPlan, Region, SyntheticFilm, View};
use super::lesion::{Lesion, lesions};
use super::patient::Patient;
use super::random::{Random, key};
use super::readers::{Mark, SimulatedReader};

/// A study: a patient, what the patient has, and the films taken. Made from its seed and number alone.
#[derive(Clone, Debug)]
pub struct Study {
    /// From 0.
    pub index: u64,
    pub patient: Patient,
    pub region: Region,
    pub lesions: Vec<Lesion>,
    pub films: Vec<FilmPlan>,
    /// The earlier study of the same patient, by its index: that one's films are this one's priors.
    pub prior: Option<u64>,
    key: u64,
}

/// Every fifth study is a later one of the patient before.
const FOLLOW_UP: u64 = 5;
/// Years between the two.
const FOLLOW_UP_YEARS: u32 = 2;

/// The studies 0 to `num` of a seed. Each depends on nothing but the seed and its own number.
pub fn studies(seed: u64, num: u64) -> impl Iterator<Item = Study> {
    (0..num).map(move |index| Study::new(seed, index))
}

/// Film number `film` of study number `study`; `None` where the study has fewer. `scale` multiplies rows and columns.
pub fn film(seed: u64, study: u64, film: usize, scale: f32) -> Option<SyntheticFilm> {
    let study = Study::new(seed, study);
    (film < study.films.len()).then(|| study.film(film, scale))
}

impl Study {
    pub fn new(seed: u64, index: u64) -> Self {
        if index % FOLLOW_UP == FOLLOW_UP - 1 {
            return Self::new(seed, index - 1).followed_up(seed, index);
        }
        let study_key = key(seed, "study", index);
        let mut random = Random::part(study_key, "study", 0);
        let patient = Patient::new(study_key);
        let region = if random.chance(0.72) { Region::Lumbar } else { Region::Thoracic };
        let views: &[View] = match random.unit() {
            u if u < 0.06 => &[View::Frontal],
            u if u < 0.12 => &[View::Lateral],
            u if u < 0.85 => &[View::Frontal, View::Lateral],
            u if u < 0.95 => &[View::Frontal, View::Lateral, View::Lateral],
            _ => &[View::Frontal, View::Frontal, View::Lateral],
        };
        let films = views
            .iter()
            .enumerate()
            .map(|(number, &view)| {
                FilmPlan::new(study_key, key(study_key, "film", number as u64), &patient, region, view)
            })
            .collect();
        let lesions = lesions(study_key, &patient, region);
        Self { index, patient, region, lesions, films, prior: None, key: study_key }
    }

    /// The same patient years later: the same anatomy and findings, films of their own.
    fn followed_up(self, seed: u64, index: u64) -> Self {
        let study_key = key(seed, "study", index);
        let patient = Patient { age_years: self.patient.age_years + FOLLOW_UP_YEARS, ..self.patient };
        let films = (self.films.iter().enumerate())
            .map(|(number, plan)| {
                let film_key = key(study_key, "film", number as u64);
                FilmPlan::new(self.key, film_key, &patient, self.region, plan.view)
            })
            .collect();
        Self { index, patient, films, prior: Some(self.index), key: study_key, ..self }
    }

    /// Counted from 1; equal for the studies of one patient.
    pub fn patient_number(&self) -> u64 {
        self.prior.unwrap_or(self.index) + 1
    }

    /// `YYYYMMDD`, made up; a later study of a patient is dated later.
    pub fn date(&self, seed: u64) -> String {
        let first = key(key(seed, "study", self.prior.unwrap_or(self.index)), "study uid", 0);
        let year = 2011 + first % 10 + if self.prior.is_some() { u64::from(FOLLOW_UP_YEARS) } else { 0 };
        format!("{year}{:02}{:02}", 1 + first / 10 % 12, 1 + first / 120 % 28)
    }

    /// Takes a film. The same pixels on every machine, on any number of threads.
    pub fn film(&self, number: usize, scale: f32) -> SyntheticFilm {
        self.films[number].expose(&self.patient, &self.lesions, scale)
    }

    /// What is on a film, without taking it.
    pub fn truth(&self, number: usize, scale: f32) -> Vec<Mark> {
        self.films[number].truth(&self.patient, &self.lesions, scale)
    }

    /// What a reader marks on a film; empty means "No finding".
    pub fn reading(&self, reader: &SimulatedReader, number: usize, scale: f32) -> Vec<Mark> {
        let (width, height) = self.films[number].size(scale);
        let film = Size::new(f64::from(width), f64::from(height));
        reader.reading(key(self.key, "reading", number as u64), &self.truth(number, scale), film)
    }

    /// Two numbers that no other film of the same seed has: for UIDs and file names.
    pub fn film_numbers(&self, number: usize) -> [u64; 2] {
        [key(self.key, "uid", number as u64), key(self.key, "name", number as u64)]
    }

    /// The same for the study as a whole.
    pub fn study_numbers(&self) -> [u64; 2] {
        [key(self.key, "study uid", 0), key(self.key, "study name", 0)]
    }
}

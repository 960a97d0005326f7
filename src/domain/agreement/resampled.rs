//! Agreement over resampled patients: films are compared once, patient by patient, and a resample is a weighted sum.

use std::collections::BTreeMap;

use crate::domain::consensus::fused::ClassPolicies;
use crate::domain::evaluation::settings::IntervalMethod;
use crate::domain::id::ImageId;
use crate::domain::metrics::interval::{bca, percentile};
use crate::domain::metrics::resample::{Draws, LANES, Weights};

use super::figures::{Agreement, Cell, CellFigures, Estimate, figures_of, values};
use super::readings::Readings;
use super::sums::{Asked, Places, of_film};

/// How agreement is computed.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// Position in the readings' labels: nothing but this label counts.
    pub only: Option<u16>,
    /// How the other readers' word becomes one, for [`Cell::Others`].
    pub policies: ClassPolicies,
    /// 0: no intervals.
    pub num_resamples: u32,
    pub seed: u64,
    pub method: IntervalMethod,
    /// 0.95 for 95 %.
    pub level: f64,
}

/// Agreement cut into blocks, which may run in any order and on any thread: first the films, then the resamples.
#[derive(Debug)]
pub struct AgreementPlan<'a> {
    readings: &'a Readings,
    settings: &'a Settings,
    places: Places,
    /// Films patient by patient.
    order: Vec<u32>,
    /// Of each patient, places in `order`.
    starts: Vec<u32>,
}

/// Patients a block: enough that threads are not busy with handing out work.
const PATIENTS_PER_BLOCK: usize = 256;

/// What some patients add to the sums, and which of their films differ.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PatientBlock {
    /// Of each patient, places in the columns.
    ends: Vec<u32>,
    sum_places: Vec<u32>,
    values: Vec<f64>,
    differing: Vec<(Cell, u32)>,
}

impl<'a> AgreementPlan<'a> {
    pub fn new(readings: &'a Readings, settings: &'a Settings) -> Self {
        let mut order: Vec<u32> = (0..readings.films.len() as u32).collect();
        order.sort_by_key(|&film| readings.films[film as usize].patient);
        let mut starts = vec![0; readings.num_patients() + 1];
        for film in &readings.films {
            starts[film.patient as usize + 1] += 1;
        }
        for patient in 1..starts.len() {
            starts[patient] += starts[patient - 1];
        }
        Self { readings, settings, places: Places::new(readings), order, starts }
    }

    pub const fn num_patients(&self) -> usize {
        self.starts.len() - 1
    }

    pub const fn num_blocks(&self) -> usize {
        self.num_patients().div_ceil(PATIENTS_PER_BLOCK)
    }

    /// Compares the readings of some patients' films.
    pub fn block(&self, block: usize) -> PatientBlock {
        let Settings { only, policies, .. } = self.settings;
        let asked = Asked { readings: self.readings, only: *only, policies, places: self.places };
        let mut found = PatientBlock::default();
        let last = self.num_patients().min((block + 1) * PATIENTS_PER_BLOCK);
        for patient in block * PATIENTS_PER_BLOCK..last {
            let mut sums: Vec<(u32, f64)> = Vec::new();
            for &film in &self.order[self.starts[patient] as usize..self.starts[patient + 1] as usize] {
                let of_film = of_film(&asked, film as usize);
                sums.extend(of_film.sums);
                found.differing.extend(of_film.differs.into_iter().map(|cell| (cell, film)));
            }
            // Stable, so that the same films are added in the same order.
            sums.sort_by_key(|&(place, _)| place);
            for of_place in sums.chunk_by(|a, b| a.0 == b.0) {
                found.sum_places.push(of_place[0].0);
                found.values.push(of_place.iter().map(|(_, value)| value).sum());
            }
            found.ends.push(found.values.len() as u32);
        }
        found
    }

    /// The second part, from the blocks of the first in their order.
    pub fn counted(&self, blocks: Vec<PatientBlock>) -> CountedAgreement<'a> {
        let patients: Vec<u32> = (0..self.num_patients() as u32).collect();
        let mut differing: BTreeMap<Cell, Vec<u32>> = BTreeMap::new();
        for (cell, film) in blocks.iter().flat_map(|block| block.differing.iter().copied()) {
            differing.entry(cell).or_default().push(film);
        }
        let cells = self.places.cells();
        let mut counted = CountedAgreement {
            readings: self.readings,
            settings: self.settings,
            places: self.places,
            blocks,
            draws: Draws::new(&patients, self.settings.seed),
            cells,
            differing,
        };
        // Resampling cells that nothing is known of would be work for nothing.
        let sums = counted.sums(&Weights::ones(patients.len()));
        let places = self.places;
        counted.cells.retain(|&cell| places.comparisons_of(cell, &|place| sums[place][0]).films > 0.0);
        counted
    }
}

/// Agreement whose films are compared, to be resampled.
#[derive(Debug)]
pub struct CountedAgreement<'a> {
    readings: &'a Readings,
    settings: &'a Settings,
    places: Places,
    blocks: Vec<PatientBlock>,
    draws: Draws,
    cells: Vec<Cell>,
    differing: BTreeMap<Cell, Vec<u32>>,
}

/// Every figure of every cell in each of some resamples.
pub type Lanes = Vec<Vec<Option<f64>>>;

impl CountedAgreement<'_> {
    const fn can_draw(&self) -> bool {
        self.draws.num_units() >= 2
    }

    pub const fn num_blocks(&self) -> usize {
        if self.can_draw() { Draws::num_blocks(self.settings.num_resamples as usize) } else { 0 }
    }

    /// Blocks of the jackknife, which only BCa needs.
    pub fn num_blocks_without_one(&self) -> usize {
        let is_needed = self.settings.method == IntervalMethod::Bca && self.num_blocks() > 0;
        if is_needed { self.draws.num_blocks_without_one() } else { 0 }
    }

    pub fn block(&self, block: usize) -> Lanes {
        let num_left = (self.settings.num_resamples as usize).saturating_sub(block * LANES).min(LANES);
        self.lanes(&self.draws.block(block), num_left)
    }

    pub fn block_without_one(&self, block: usize) -> Lanes {
        let num_left = self.draws.num_left_out().saturating_sub(block * LANES).min(LANES);
        self.lanes(&self.draws.block_without_one(block), num_left)
    }

    fn lanes(&self, weights: &Weights, num: usize) -> Lanes {
        let sums = self.sums(weights);
        (0..num).map(|lane| self.values(&|place| sums[place][lane])).collect()
    }

    fn values(&self, sum: &impl Fn(usize) -> f64) -> Vec<Option<f64>> {
        self.cells.iter().flat_map(|&cell| values(&self.places, cell, sum)).collect()
    }

    fn sums(&self, weights: &Weights) -> Vec<[f64; LANES]> {
        let mut sums = vec![[0.0; LANES]; self.places.num_sums()];
        let mut patient = 0;
        for block in &self.blocks {
            let mut from = 0;
            for &end in &block.ends {
                let weights = weights.of_unit(patient).map(f64::from);
                let of_patient = from as usize..end as usize;
                for (&place, &value) in block.sum_places[of_patient.clone()].iter().zip(&block.values[of_patient]) {
                    let lanes = &mut sums[place as usize];
                    for (sum, weight) in lanes.iter_mut().zip(&weights) {
                        *sum += weight * value;
                    }
                }
                from = end;
                patient += 1;
            }
        }
        sums
    }

    /// Everything, from the blocks of resamples and of the jackknife in their order.
    pub fn finish(&self, resamples: &[Lanes], without_one: &[Lanes]) -> Agreement {
        let whole = self.sums(&Weights::ones(self.draws.num_units()));
        let sum = |place: usize| whole[place][0];
        let values = self.values(&sum);
        let mut agreement = Agreement {
            readers: self.readings.readers.iter().map(|layer| layer.id.clone()).collect(),
            labels: self.readings.labels.clone(),
            months: self.readings.months.clone(),
            num_films: (0..self.readings.films.len()).filter(|&film| self.readings.of_film(film).len() >= 2).count(),
            num_patients: self.draws.num_units(),
            num_resamples: if resamples.is_empty() { 0 } else { self.settings.num_resamples },
            cells: BTreeMap::new(),
            differing: self.differing_films(),
            num_stand_ins: 0,
        };
        let mut at = 0;
        for &cell in &self.cells {
            let found = self.places.comparisons_of(cell, &sum);
            let mut figures = Vec::new();
            for figure in figures_of(cell) {
                let column = |of: &[Lanes]| of.iter().flatten().map(|lane| lane[at]).collect::<Vec<_>>();
                let value = values[at];
                let interval = value.and_then(|value| {
                    let drawn = column(resamples);
                    let is_bca = self.settings.method == IntervalMethod::Bca;
                    let exact = is_bca.then(|| bca(value, &drawn, &column(without_one), self.settings.level)).flatten();
                    let found = exact.or_else(|| percentile(&drawn, self.settings.level))?;
                    agreement.num_stand_ins += usize::from(is_bca && exact.is_none());
                    Some([found.low, found.high])
                });
                figures.push((figure, Estimate { value, interval }));
                at += 1;
            }
            let (num_comparisons, num_marks) = (found.films.round() as u64, found.marks.round() as u64);
            agreement.cells.insert(cell, CellFigures { cell, num_comparisons, num_marks, figures });
        }
        agreement
    }

    fn differing_films(&self) -> BTreeMap<Cell, Vec<ImageId>> {
        let name = |film: &u32| self.readings.films[*film as usize].image.clone();
        let sorted = |(cell, films): (&Cell, &Vec<u32>)| {
            let mut films = films.clone();
            films.sort_unstable();
            (*cell, films.iter().map(name).collect())
        };
        self.differing.iter().map(sorted).collect()
    }
}

//! Makes a frozen data set of what is held for true: classes by the label rules, films dealt out, warnings told.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::geometry::{Rect, Size};
use crate::domain::id::{ImageId, PatientId, ReaderId, StudyId};
use crate::domain::label::LabelName;

use super::dataset::{FreezePlan, FrozenBox, FrozenDataset, FrozenFilm, LabelRule, Split, SplitUnit};
use super::freeze_warnings::{self, Noticed};
use super::split::{self, SplitError, Unit};

/// The detector's classes of VinDr-SpineXR in the order of their category numbers.
pub const SPINE_CLASSES: [&str; 7] = [
    "Osteophytes",
    "Surgical implant",
    "Spondylolysthesis",
    "Foraminal stenosis",
    "Disc space narrowing",
    "Vertebral collapse",
    "Other lesions",
];

/// A side of a box, in pixels, below which the released code of VinDr-SpineXR leaves it out.
const SMALLEST_SIDE: f64 = 1e-3;

/// What is held for true of a film as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FilmTruth {
    Normal,
    Abnormal,
    /// "No finding" and a finding.
    Contradiction,
    /// It was read, and nothing is said of it.
    Undecided,
}

/// A film that may come into the data set.
#[derive(Clone, PartialEq, Debug)]
pub struct Candidate {
    pub image: ImageId,
    pub sha256: [u8; 32],
    pub study: StudyId,
    /// Empty where it is not known.
    pub patient: PatientId,
    pub width: u32,
    pub height: u32,
    pub is_synthetic: bool,
    pub truth: FilmTruth,
    pub boxes: Vec<(LabelName, Rect)>,
    pub readers: Vec<ReaderId>,
}

/// What of the project beside its films has a say.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Surroundings {
    /// The project's labels of boxes, in its order.
    pub labels: Vec<LabelName>,
    /// Content hashes of films that are locked by now.
    pub locked: BTreeSet<[u8; 32]>,
    /// Studies and patients with a locked film, whether or not that film is among the candidates. No patient is unknown.
    pub locked_studies: BTreeSet<StudyId>,
    pub locked_patients: BTreeSet<PatientId>,
    /// Content hashes of films that a model of this project learned from or was chosen by, with the split that they had.
    pub kept: BTreeMap<[u8; 32], Split>,
    /// Content hashes of films that a data set of this project has for training or dev, and what that is called.
    pub learned_from: BTreeMap<[u8; 32], String>,
    /// Chosen films that nobody has completed.
    pub num_unread: usize,
    pub made_at_ms: i64,
    pub made_by: String,
}

/// Why nothing is frozen.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum FreezeError {
    #[error("The data set has no name, and nothing was frozen. Give it one.")]
    NoName,
    #[error("No film with a completed reading is among the chosen ones, so nothing was frozen. Read some films first.")]
    NoFilms,
    #[error(
        "{0:?} is no label of this project, so its rule can't be followed, and nothing was frozen. Correct the rule."
    )]
    UnknownLabel(String),
    #[error("There are two rules for {0:?}, and nothing was frozen. Keep one of them.")]
    TwoRules(String),
    #[error("{0:?} takes in another label and is itself turned into one, and nothing was frozen. Correct the rules.")]
    Chain(String),
    #[error("The films can't be split: {0} Nothing was frozen.")]
    Split(#[from] SplitError),
}

/// VinDr-SpineXR's 13 labels as the 7 classes of its detectors: the rare ones count as "Other lesions". `None` where the
/// project's labels are others.
pub fn spine_rules(labels: &[LabelName]) -> Option<Vec<LabelRule>> {
    let is_class = |label: &LabelName| SPINE_CLASSES.contains(&label.as_str());
    if labels.iter().filter(|label| is_class(label)).count() < SPINE_CLASSES.len() {
        return None;
    }
    let other = LabelName::new(SPINE_CLASSES[6]);
    let rule = |from: &LabelName| LabelRule { from: from.clone(), to: Some(other.clone()) };
    Some(labels.iter().filter(|label| !is_class(label)).map(rule).collect())
}

/// The classes that come of these labels by these rules. VinDr-SpineXR's seven stand in the order of its category numbers,
/// any others in the order of the project's labels.
pub fn classes(labels: &[LabelName], rules: &[LabelRule]) -> Result<Vec<LabelName>, FreezeError> {
    for (number, rule) in rules.iter().enumerate() {
        for label in [Some(&rule.from), rule.to.as_ref()].into_iter().flatten() {
            if !labels.contains(label) {
                return Err(FreezeError::UnknownLabel(label.to_string()));
            }
        }
        if rules[..number].iter().any(|other| other.from == rule.from) {
            return Err(FreezeError::TwoRules(rule.from.to_string()));
        }
        let into = rule.to.as_ref().and_then(|to| rules.iter().find(|other| other.from == *to));
        if let Some(chained) = into.filter(|other| other.to.as_ref() != Some(&other.from)) {
            return Err(FreezeError::Chain(chained.from.to_string()));
        }
    }
    let kept: BTreeSet<LabelName> = labels.iter().filter_map(|label| class_of(label, rules)).collect();
    let spine: BTreeSet<LabelName> = SPINE_CLASSES.map(LabelName::new).into_iter().collect();
    if kept == spine {
        return Ok(SPINE_CLASSES.map(LabelName::new).to_vec());
    }
    Ok(labels.iter().filter(|label| kept.contains(label)).cloned().collect())
}

/// What a label is learned as.
fn class_of(label: &LabelName, rules: &[LabelRule]) -> Option<LabelName> {
    match rules.iter().find(|rule| rule.from == *label) {
        Some(rule) => rule.to.clone(),
        None => Some(label.clone()),
    }
}

/// Freezes what the plan asks for.
pub fn freeze(
    plan: FreezePlan,
    mut candidates: Vec<Candidate>,
    around: &Surroundings,
) -> Result<FrozenDataset, FreezeError> {
    if plan.name.trim().is_empty() {
        return Err(FreezeError::NoName);
    }
    let classes = classes(&around.labels, &plan.label_rules)?;
    candidates.sort_by(|a, b| a.image.cmp(&b.image));
    let mut noticed = Noticed { num_unread: around.num_unread, ..Noticed::default() };
    candidates.retain(|film| match film.truth {
        FilmTruth::Normal | FilmTruth::Abnormal => true,
        FilmTruth::Contradiction => {
            noticed.num_contradictions += 1;
            false
        }
        FilmTruth::Undecided => {
            noticed.num_undecided += 1;
            false
        }
    });
    if candidates.is_empty() {
        return Err(FreezeError::NoFilms);
    }
    noticed.num_without_patient = candidates.iter().filter(|film| film.patient.as_str().is_empty()).count();
    let studies = numbered(candidates.iter().map(|film| film.study.as_str().to_owned()));
    // A film whose patient is not known is taken for one of a patient of its study's own.
    let patients = numbered(candidates.iter().map(|film| match film.patient.as_str() {
        "" => format!("study {}", film.study),
        patient => format!("patient {patient}"),
    }));
    let boxes: Vec<Vec<FrozenBox>> =
        candidates.iter().map(|film| frozen_boxes(film, &classes, &plan.label_rules, &mut noticed)).collect();
    let unit_of = match plan.unit {
        SplitUnit::Film => (0..candidates.len() as u32).collect(),
        SplitUnit::Study => studies.clone(),
        SplitUnit::Patient => patients.clone(),
    };
    let units = units(&candidates, &boxes, &unit_of, &classes, plan.unit, around);
    let num_locked = units.iter().filter(|unit| unit.is_locked).count();
    let sizes = split::sizes(units.len(), plan.sizes, num_locked)?;
    let dealt = split::deal(&units, sizes, plan.method, plan.seed);
    noticed.num_locked_units = num_locked;
    let is_kept = |(unit, split): &(&Unit, &Option<Split>)| unit.kept.is_some() && unit.kept == **split;
    noticed.num_kept_units = units.iter().zip(&dealt).filter(is_kept).count();
    noticed.num_asked_to_test = split::sizes(units.len(), plan.sizes, 0).map_or(0, |sizes| sizes[2]);

    let mut films = Vec::new();
    for ((number, film), boxes) in candidates.into_iter().enumerate().zip(boxes) {
        let Some(split) = dealt[unit_of[number] as usize] else {
            noticed.num_left_out += 1;
            continue;
        };
        noticed.num_not_synthetic += usize::from(!film.is_synthetic);
        films.push(FrozenFilm {
            image: film.image,
            sha256: film.sha256,
            study: studies[number],
            patient: patients[number],
            width: film.width,
            height: film.height,
            split,
            is_abnormal: film.truth == FilmTruth::Abnormal,
            boxes,
            readers: film.readers,
        });
    }
    renumber(&mut films);
    let mut locked = around.locked.clone();
    if plan.locks_test {
        locked.extend(films.iter().filter(|film| film.split == Split::Test).map(|film| film.sha256));
    }
    let mut dataset = FrozenDataset {
        plan,
        classes,
        films,
        locked: locked.into_iter().collect(),
        made_at_ms: around.made_at_ms,
        made_by: around.made_by.clone(),
        is_synthetic: noticed.num_not_synthetic == 0,
        warnings: Vec::new(),
    };
    dataset.warnings = freeze_warnings::sentences(&dataset, &noticed, &around.learned_from);
    Ok(dataset)
}

/// Numbers from 0 in the order in which keys first come.
fn numbered(keys: impl Iterator<Item = String>) -> Vec<u32> {
    crate::domain::metrics::resample::number_units(keys)
}

/// Without the films that were left out, numbers count from 0 again.
fn renumber(films: &mut [FrozenFilm]) {
    let studies = crate::domain::metrics::resample::number_units(films.iter().map(|film| film.study));
    let patients = crate::domain::metrics::resample::number_units(films.iter().map(|film| film.patient));
    for ((film, study), patient) in films.iter_mut().zip(studies).zip(patients) {
        (film.study, film.patient) = (study, patient);
    }
}

/// The boxes of a film as they are learned: cut to the film, as their class, in order.
fn frozen_boxes(film: &Candidate, classes: &[LabelName], rules: &[LabelRule], noticed: &mut Noticed) -> Vec<FrozenBox> {
    if film.truth != FilmTruth::Abnormal {
        noticed.num_boxes_on_normal += film.boxes.len();
        return Vec::new();
    }
    let size = Size::new(f64::from(film.width), f64::from(film.height));
    let mut boxes = Vec::new();
    for (label, rect) in &film.boxes {
        let Some(class) = class_of(label, rules).filter(|class| classes.contains(class)) else {
            noticed.num_boxes_left_out += 1;
            continue;
        };
        let rect = rect.clamped_to(size);
        if rect.width() < SMALLEST_SIDE || rect.height() < SMALLEST_SIDE {
            noticed.num_boxes_without_area += 1;
            continue;
        }
        boxes.push(FrozenBox { label: class, rect });
    }
    let place = |one: &FrozenBox| classes.iter().position(|class| *class == one.label);
    let corners = |one: &FrozenBox| [one.rect.xmin(), one.rect.ymin(), one.rect.xmax(), one.rect.ymax()];
    boxes.sort_by(|a, b| {
        let by_corner = corners(a).into_iter().zip(corners(b)).map(|(x, y)| x.total_cmp(&y));
        place(a).cmp(&place(b)).then(by_corner.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then))
    });
    boxes
}

/// What is dealt out: boxes by class, and normal and abnormal films, which a classifier learns from.
fn units(
    films: &[Candidate],
    boxes: &[Vec<FrozenBox>],
    unit_of: &[u32],
    classes: &[LabelName],
    by: SplitUnit,
    around: &Surroundings,
) -> Vec<Unit> {
    let num_units = unit_of.iter().max().map_or(0, |last| *last as usize + 1);
    let mut units = vec![Unit { counts: vec![0; classes.len() + 2], ..Unit::default() }; num_units];
    for ((film, boxes), &unit) in films.iter().zip(boxes).zip(unit_of) {
        let unit = &mut units[unit as usize];
        for one in boxes {
            if let Some(class) = classes.iter().position(|class| *class == one.label) {
                unit.counts[class] += 1;
            }
        }
        unit.counts[classes.len() + usize::from(film.truth == FilmTruth::Abnormal)] += 1;
        unit.is_locked |= around.locked.contains(&film.sha256)
            || match by {
                SplitUnit::Film => false,
                SplitUnit::Study => around.locked_studies.contains(&film.study),
                SplitUnit::Patient => {
                    around.locked_studies.contains(&film.study) || around.locked_patients.contains(&film.patient)
                }
            };
        // What was learned from weighs more than what a checkpoint was chosen by.
        unit.kept = unit.kept.into_iter().chain(around.kept.get(&film.sha256).copied()).min();
    }
    units
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::training::dataset::SplitMethod;
    use crate::domain::training::freeze_script::{around, film, plan};

    proptest! {
        #[test]
        fn units_stay_together_and_every_film_has_its_place(
            places in prop::collection::vec((0..12_u8, 0..3_u8), 3..60), seed in any::<u64>(), is_by_patient in any::<bool>(),
        ) {
            let films: Vec<Candidate> = (0..)
                .zip(&places)
                .map(|(n, &(patient, study))| {
                    let label: &[&str] = if n % 3 == 0 { &[] } else { &["Osteophytes"] };
                    film(n, &format!("{patient}-{study}"), &format!("p{patient}"), label)
                })
                .collect();
            let unit = if is_by_patient { SplitUnit::Patient } else { SplitUnit::Study };
            let plan = FreezePlan { unit, seed, method: SplitMethod::Stratified, ..plan() };
            let Ok(dataset) = freeze(plan.clone(), films.clone(), &around()) else { return Ok(()) };
            prop_assert_eq!(dataset.films.len(), films.len());
            let mut split_of = BTreeMap::new();
            for film in &dataset.films {
                let unit = if is_by_patient { film.patient } else { film.study };
                prop_assert_eq!(*split_of.entry(unit).or_insert(film.split), film.split);
            }
            let num = |split| split_of.values().filter(|of| **of == split).count();
            let expected = split::sizes(split_of.len(), plan.sizes, 0).unwrap();
            prop_assert_eq!(Split::ALL.map(num), expected);
            // The order in which films come changes nothing.
            let backwards: Vec<Candidate> = films.into_iter().rev().collect();
            prop_assert_eq!(freeze(plan, backwards, &around()).unwrap(), dataset);
        }
    }
}

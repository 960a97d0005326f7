//! What a project's readers and models say of its films, as cases of an evaluation.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::{Context, anyhow, bail};

use crate::domain::attribute::VertebralLevel;
use crate::domain::consensus::{self, ReaderMark};
use crate::domain::evaluation::cases::Cases;
use crate::domain::evaluation::problems::{ProblemKind, Problems};
use crate::domain::evaluation::run::{AnswerSource, FilmChoice, Plan, TruthSource};
use crate::domain::evaluation::settings::Folding;
use crate::domain::fusion;
use crate::domain::geometry::Rect;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::model::{ModelContent, ModelId};
use crate::domain::people::CONSENSUS_LAYER;
use crate::domain::shape::ShapeKind;
use crate::domain::study::FilmFacts;
use crate::formats::box_classes::{BoxClasses, Fold};
use crate::formats::coco::Categories;
use crate::formats::film_answers::{FilmAnswers, SaidBox};
use crate::formats::film_truths::{FilmTruths, TrueBox};
use crate::store::{Store, StoredMark};
use crate::workflows::evaluated_files::{
    FilesRead, cases_of, check_unit, count_without_probability, read_answers, read_truth,
};
use crate::workflows::{label_sets, models, truth_kept};

/// The cases of a plan, and what of the input did not fit.
///
/// # Errors
/// One sentence where there is nothing to evaluate, or a file can't be read.
pub fn cases_of_plan(store: &Store, plan: &Plan) -> anyhow::Result<(Cases, Problems)> {
    let mut problems = Problems::default();
    let (classes, truths, categories) = truth_of(store, plan, &mut problems)?;
    let films: BTreeMap<String, FilmFacts> =
        store.films()?.into_iter().map(|film| (film.facts.image.to_string(), film.facts)).collect();
    let known = truths.films.iter().filter_map(|film| films.get(&film.image));
    let has_patient = known.clone().any(|facts| !facts.patient.as_str().is_empty());
    let has_study = known.map(|facts| facts.study.as_str()).chain(truths.films.iter().map(|film| film.study.as_str()));
    check_unit(plan.settings.bootstrap.unit, has_study.into_iter().any(|study| !study.is_empty()), has_patient)?;
    let mut read = FilesRead { classes, truths, answers: FilmAnswers::default() };
    for film in &mut read.truths.films {
        if let Some(facts) = films.get(&film.image) {
            film.size = Some([facts.width, facts.height]);
            facts.study.as_str().clone_into(&mut film.study);
        }
    }
    let mut says_nothing = false;
    read.answers = match &plan.answer {
        AnswerSource::Models { classifier, detector } => {
            of_models(store, [*classifier, *detector], &read, &mut problems)?
        }
        AnswerSource::Files { predictions, classifier } => {
            let files = (predictions.as_deref(), classifier.as_deref());
            let answers = read_answers(files, &read.classes, &categories, &mut problems)?;
            if answers.films.is_empty() && !answers.has_detector {
                bail!("The predictions say nothing of any film.");
            }
            says_nothing = answers.films.is_empty();
            // A film may go by another name than the truth's.
            let is_chosen = is_chosen(&plan.films);
            answers.only(|name| is_chosen(name) || read.truths.find(name).is_some())
        }
        AnswerSource::Reader(reader) => of_reader(store, reader, &read, &mut problems)?,
    };
    if let Some(fold) = fold_of(store, plan, &read.classes)? {
        read.answers.fold(&fold);
    }
    if read.answers.films.is_empty() && !says_nothing {
        bail!(match &plan.answer {
            AnswerSource::Models { .. } => {
                "The chosen models have not looked at any film that has a truth. Have them predict the films first."
            }
            AnswerSource::Files { .. } => "The predictions say nothing of the chosen films.",
            AnswerSource::Reader(_) => "The chosen reader has completed none of these films.",
        });
    }
    let mut cases = cases_of(&read, plan.settings.max_detections, &mut problems)?;
    cases.truth_levels = levels_of(store, &plan.truth, &cases)?;
    for case in &mut cases.films {
        if let Some(facts) = films.get(case.image.as_str()) {
            if !facts.patient.as_str().is_empty() {
                case.patient = facts.patient.clone();
            }
            case.age_years = facts.age_years;
            case.sex = facts.sex;
            case.view = facts.view();
        }
        if case.is_abnormal.is_none() {
            problems.add(ProblemKind::FilmWithoutTruth, || format!("film {}", case.image));
        }
    }
    count_without_probability(&cases, &plan.settings, &mut problems);
    Ok((cases, problems))
}

/// The truth alone, its classes folded as the plan says: by it one sees later whether it is another one by now.
///
/// # Errors
/// One sentence where there is none.
pub fn truth_of(
    store: &Store,
    plan: &Plan,
    problems: &mut Problems,
) -> anyhow::Result<(BoxClasses, FilmTruths, Categories)> {
    let (classes, mut truths, categories) = truth_of_films(store, &plan.truth, &plan.films, problems)?;
    if let Some(fold) = fold_of(store, plan, &classes)? {
        truths.fold(&fold);
    }
    Ok((classes, truths, categories))
}

/// What is held for true of the chosen films, every class as it was marked.
///
/// # Errors
/// One sentence where there is nothing.
pub fn truth_of_films(
    store: &Store,
    truth: &TruthSource,
    films: &FilmChoice,
    problems: &mut Problems,
) -> anyhow::Result<(BoxClasses, FilmTruths, Categories)> {
    let classes = BoxClasses::new(label_sets::of_project(store)?.0);
    let (classes, truths, categories) = match truth {
        TruthSource::File(path) => {
            let (classes, truths, categories) = read_truth(path, Some(classes), problems)?;
            (classes, truths.only(is_chosen(films)), categories)
        }
        TruthSource::Kept(id) => {
            let truths = truth_kept::truth_of_run(store, *id, &classes, problems)?;
            (classes, truths.only(is_chosen(films)), Categories::new())
        }
        TruthSource::Reader(reader) => {
            let said = read_readings(store, Some(reader), is_chosen(films))?;
            let truths = truths_of(said, &classes, false, problems);
            if truths.films.is_empty() {
                bail!("{reader} has completed none of these films, so there is no truth to hold answers to.")
            }
            (classes, truths, Categories::new())
        }
        TruthSource::Consensus | TruthSource::EveryReader => {
            let mut said = read_readings(store, None, is_chosen(films))?;
            let is_consensus = *truth == TruthSource::Consensus;
            one_voice_each(&mut said, &store.second_layers()?, is_consensus);
            let truths = truths_of(said, &classes, is_consensus, problems);
            if truths.films.is_empty() {
                bail!("Nobody has completed any of these films, so there is no truth to hold answers to.")
            }
            (classes, truths, Categories::new())
        }
    };
    Ok((classes, truths, categories))
}

/// Which labels count as "Other lesions": those that the detector's card does not have. Of files and readers, those that
/// are not among the seven classes of VinDr-SpineXR.
fn fold_of(store: &Store, plan: &Plan, classes: &BoxClasses) -> anyhow::Result<Option<Fold>> {
    let fold = match (plan.settings.folding, &plan.answer) {
        (Folding::None, _) | (_, AnswerSource::Models { detector: None, .. }) => return Ok(None),
        (Folding::OtherLesions, AnswerSource::Models { detector: Some(id), .. }) => {
            let stored = store.model(*id)?;
            let stored = stored.with_context(|| format!("There is no model {} in this project any more.", id.0))?;
            let card = models::model(&stored).card;
            classes.fold_others(card.classes.iter().map(LabelName::as_str))
        }
        (Folding::OtherLesions, AnswerSource::Files { .. } | AnswerSource::Reader(_)) => classes.fold_to_spine(),
    };
    Ok(Some(fold.map_err(|why| anyhow!(why))?))
}

fn is_chosen(films: &FilmChoice) -> impl Fn(&str) -> bool + '_ {
    let chosen: Option<BTreeSet<&str>> = match films {
        FilmChoice::WithTruth => None,
        FilmChoice::These(films) => Some(films.iter().map(ImageId::as_str).collect()),
    };
    move |image| chosen.as_ref().is_none_or(|chosen| chosen.contains(image))
}

/// What readers say of one film.
#[derive(Default)]
struct SaidOfFilm {
    /// Everybody who completed it.
    readers: BTreeMap<ReaderId, SaidOfReader>,
    marks: Vec<SaidMark>,
}

#[derive(Clone, Copy, Default)]
struct SaidOfReader {
    has_finding: bool,
    has_no_finding: bool,
}

struct SaidMark {
    reader: ReaderId,
    label: String,
    rect: [f64; 4],
    /// Where it is no box.
    shape: Option<ShapeKind>,
}

impl SaidOfFilm {
    fn has_finding(&self) -> bool {
        self.readers.values().any(|said| said.has_finding)
    }

    fn has_no_finding(&self) -> bool {
        self.readers.values().any(|said| said.has_no_finding)
    }
}

/// Completed readings, of one reader or of all, in order of films.
fn read_readings(
    store: &Store,
    reader: Option<&ReaderId>,
    is_chosen: impl Fn(&str) -> bool,
) -> anyhow::Result<BTreeMap<String, SaidOfFilm>> {
    let is_meant = |id: &str| reader.is_none_or(|reader| reader.as_str() == id);
    let mut said: BTreeMap<String, SaidOfFilm> = BTreeMap::new();
    let mut unfinished: HashMap<String, BTreeSet<String>> = HashMap::new();
    store.for_each_reading(|reading| {
        if !is_meant(reading.reader) || !is_chosen(reading.image) {
            return;
        }
        if !reading.is_completed {
            unfinished.entry(reading.image.to_owned()).or_default().insert(reading.reader.to_owned());
            return;
        }
        let film = said.entry(reading.image.to_owned()).or_default();
        let of_reader = film.readers.entry(reading.reader.into()).or_default();
        of_reader.has_no_finding |= reading.has_no_finding;
        of_reader.has_finding |= reading.labels.iter().any(|label| label != crate::domain::label::NO_FINDING);
    })?;
    let is_unfinished =
        |mark: &StoredMark<'_>| unfinished.get(mark.image).is_some_and(|readers| readers.contains(mark.reader));
    store.for_each_mark(|mark| {
        if let (Some(film), Some(rect), true) = (said.get_mut(mark.image), mark.columns, is_meant(mark.reader))
            && !is_unfinished(mark)
        {
            let (reader, label) = (mark.reader.into(), mark.label.to_owned());
            film.marks.push(SaidMark { reader, label, rect, shape: mark.shape });
        }
    })?;
    Ok(said)
}

/// Nobody is heard twice: second readings by the same person are left out. Where a film has a settled consensus, that is
/// its truth and readers are not asked again; side by side, readers stand without it, unless it is all that there is.
fn one_voice_each(said: &mut BTreeMap<String, SaidOfFilm>, seconds: &BTreeSet<ReaderId>, is_consensus: bool) {
    for film in said.values_mut() {
        let has_settled = film.readers.keys().any(|reader| reader.as_str() == CONSENSUS_LAYER);
        let has_others = film.readers.keys().any(|reader| reader.as_str() != CONSENSUS_LAYER);
        let is_heard = |reader: &ReaderId| {
            let is_settled = reader.as_str() == CONSENSUS_LAYER;
            match (has_settled, has_others) {
                (true, true) => is_settled == is_consensus && !seconds.contains(reader),
                _ => !seconds.contains(reader),
            }
        };
        film.readers.retain(|reader, _| is_heard(reader));
        film.marks.retain(|mark| is_heard(&mark.reader));
    }
    said.retain(|_, film| !film.readers.is_empty());
}

/// The vertebral level of each truth box: the one that most of the marks give which overlap it as one lesion does
/// ([`consensus::SAME_LESION`]), the upper one of as many; empty where no mark has one.
fn levels_of(store: &Store, truth: &TruthSource, cases: &Cases) -> anyhow::Result<Vec<Option<VertebralLevel>>> {
    let reader = match truth {
        TruthSource::Reader(reader) => Some(reader.as_str()),
        TruthSource::Consensus | TruthSource::EveryReader => None,
        TruthSource::Kept(_) | TruthSource::File(_) => return Ok(Vec::new()),
    };
    let films: HashMap<&str, usize> =
        cases.films.iter().enumerate().map(|(place, film)| (film.image.as_str(), place)).collect();
    let mut said: HashMap<usize, BTreeMap<String, (VertebralLevel, u32)>> = HashMap::new();
    store.for_each_mark(|mark| {
        let (Some(level), Some([xmin, ymin, xmax, ymax])) = (mark.level, mark.columns) else { return };
        let Some(&film) = films.get(mark.image).filter(|_| reader.is_none_or(|reader| reader == mark.reader)) else {
            return;
        };
        let Some(rect) = Rect::from_columns(xmin, ymin, xmax, ymax) else { return };
        for index in cases.truths.of_film(film) {
            if cases.truths.rect(index).is_some_and(|truth| truth.iou(&rect) >= consensus::SAME_LESION) {
                said.entry(index).or_default().entry(level.to_string()).or_insert((level, 0)).1 += 1;
            }
        }
    })?;
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let of_box = |index: usize| {
        let levels = said.get(&index)?.values();
        // The last of equals is taken, so the upper one comes last.
        levels.max_by_key(|(level, num)| (*num, std::cmp::Reverse(level.upper))).map(|(level, _)| *level)
    };
    Ok((0..cases.truths.len()).map(of_box).collect())
}

/// Shapes are held to boxes by the box around them; a point and a line have none.
const fn has_area(shape: Option<ShapeKind>) -> bool {
    !matches!(shape, Some(ShapeKind::Point | ShapeKind::Line))
}

/// Readings as a truth: side by side, or what their readers agree on.
fn truths_of(
    said: BTreeMap<String, SaidOfFilm>,
    classes: &BoxClasses,
    is_consensus: bool,
    problems: &mut Problems,
) -> FilmTruths {
    let mut truths = FilmTruths::default();
    for (image, of_film) in said {
        let film = truths.film(&image);
        let first_box = truths.boxes.len();
        // Whose box it is, for the boxes of this film.
        let mut reader_of_box = Vec::new();
        let known = &mut truths.films[film as usize];
        known.has_finding = of_film.has_finding();
        known.has_no_finding = of_film.has_no_finding();
        known.readers = of_film.readers.keys().cloned().collect();
        for SaidMark { reader, label, rect, shape } in of_film.marks {
            if has_area(shape) {
                truths.add_finding(film, (classes.find(&label), &label), rect, problems, || "a mark".to_owned());
                reader_of_box.resize(truths.boxes.len() - first_box, reader);
            } else {
                let example = || format!("film {image}: a {label} drawn as a point or a line, which has no area");
                problems.add(ProblemKind::BadBox, example);
            }
        }
        if is_consensus {
            agree(&mut truths, film, &of_film.readers, &reader_of_box);
        }
    }
    truths
}

/// Puts what the readers of the last film agree on in the place of what each of them says.
fn agree(truths: &mut FilmTruths, film: u32, readers: &BTreeMap<ReaderId, SaidOfReader>, reader_of_box: &[ReaderId]) {
    let said = readers.values().filter(|said| said.has_finding || said.has_no_finding);
    let is_abnormal = consensus::is_abnormal(said.map(|said| said.has_finding && !said.has_no_finding));
    let boxes = truths.boxes.split_off(truths.boxes.len() - reader_of_box.len());
    let number = |reader: &ReaderId| readers.keys().position(|known| known == reader);
    let marks: Vec<ReaderMark> = boxes
        .iter()
        .zip(reader_of_box)
        .filter_map(|(one, reader)| {
            Some(ReaderMark { reader: number(reader)? as u32, class: one.class, rect: one.rect })
        })
        .collect();
    let agreed = consensus::boxes(readers.len(), &marks);
    truths.boxes.extend(agreed.into_iter().map(|(class, rect)| TrueBox { film, class, rect }));
    let known = &mut truths.films[film as usize];
    known.has_finding = is_abnormal == Some(true);
    known.has_no_finding = is_abnormal == Some(false);
}

fn of_models(
    store: &Store,
    [classifier, detector]: [Option<ModelId>; 2],
    read: &FilesRead,
    problems: &mut Problems,
) -> anyhow::Result<FilmAnswers> {
    let mut answers = FilmAnswers::new(detector.is_some());
    let has_truth = |image: &str| read.truths.find(image).is_some();
    if let Some(id) = classifier {
        for (image, p) in probabilities(store, id)?.into_iter().filter(|(image, _)| has_truth(image)) {
            let film = answers.film(&image);
            answers.add_probability(film, p, problems, || "the classifier".to_owned());
        }
    }
    let Some(id) = detector else { return Ok(answers) };
    let mut looked_at = BTreeSet::new();
    store.for_each_prediction_of(id, |image, _| {
        if has_truth(image) {
            answers.film(image);
            looked_at.insert(image.to_owned());
        }
    })?;
    store.for_each_detection_of(id, |d| {
        if let Some(film) = answers.find(d.image).filter(|_| has_truth(d.image)) {
            let said = SaidBox { class: read.classes.find(d.label), word: d.label, score: d.score, rect: d.columns };
            answers.add_box(film, &said, problems, || "the detector".to_owned());
        }
    })?;
    for name in answers.films.iter().filter(|name| !looked_at.contains(*name)) {
        let example = || format!("film {name}: the detector has not looked at it");
        problems.add(ProblemKind::TruthWithoutPrediction, example);
    }
    Ok(answers)
}

/// What a classifier says of films; an ensemble only of those that every member has looked at.
fn probabilities(store: &Store, id: ModelId) -> anyhow::Result<BTreeMap<String, f64>> {
    let model = store.model(id)?.with_context(|| format!("There is no model {} in this project any more.", id.0))?;
    let (members, mean) = match &model.content {
        ModelContent::Ensemble { members, mean } => (members.clone(), Some(*mean)),
        ModelContent::Weights { .. } => (vec![id], None),
    };
    let mut said: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (number, &member) in members.iter().enumerate() {
        store.for_each_prediction_of(member, |image, p| {
            let of_film = said.entry(image.to_owned()).or_default();
            if of_film.len() == number {
                of_film.extend(p);
            }
        })?;
    }
    let put_together = |(image, of_film): (String, Vec<f64>)| {
        if of_film.len() < members.len() {
            return None;
        }
        let p = mean.map_or_else(|| of_film.first().copied(), |mean| fusion::ensemble(&of_film, mean));
        p.map(|p| (image, p))
    };
    Ok(said.into_iter().filter_map(put_together).collect())
}

/// Every box with score 1, and p(abnormal) 0 or 1.
fn of_reader(
    store: &Store,
    reader: &ReaderId,
    read: &FilesRead,
    problems: &mut Problems,
) -> anyhow::Result<FilmAnswers> {
    let mut answers = FilmAnswers::new(true);
    for (image, said) in read_readings(store, Some(reader), |image| read.truths.find(image).is_some())? {
        let film = answers.film(&image);
        if said.has_finding() || said.has_no_finding() {
            let p = f64::from(u8::from(said.has_finding() && !said.has_no_finding()));
            answers.add_probability(film, p, problems, || "the reading".to_owned());
        }
        for SaidMark { label, rect, .. } in said.marks.iter().filter(|mark| has_area(mark.shape)) {
            let said = SaidBox { class: read.classes.find(label), word: label, score: 1.0, rect: *rect };
            answers.add_box(film, &said, problems, || "a mark".to_owned());
        }
    }
    Ok(answers)
}

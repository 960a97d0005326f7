//! Files of truths and predictions to cases: read by their form, matched film by film, all that does not fit counted.

use std::path::Path;

use anyhow::{Context, anyhow, bail};

use crate::domain::evaluation::cases::{BoxColumns, Cases, FilmCase};
use crate::domain::evaluation::problems::{ProblemKind, Problems};
use crate::domain::evaluation::settings::{Folding, ResampleUnit, Settings};
use crate::domain::fusion::FusionRule;
use crate::domain::id::{ImageId, PatientId, StudyId};
use crate::domain::study::View;
use crate::formats::box_classes::{BoxClasses, SPINE_CATEGORIES};
use crate::formats::coco::{self, Categories, CocoTruth};
use crate::formats::film_answers::FilmAnswers;
use crate::formats::film_truths::{self, FilmTruths};
use crate::formats::{answer_csv, answer_lines, csv, label_words};

/// Boxes that reach this far over the edge, in pixels, do so by rounding.
const EDGE_ROUNDING: f64 = 1e-6;

/// Which files are read.
#[derive(Clone, Copy, Debug)]
pub struct EvaluatedFiles<'a> {
    /// A published table, or COCO's ground truth.
    pub truth: &'a Path,
    /// Lines of JSON, COCO's results, or a table.
    pub predictions: Option<&'a Path>,
    /// A table of probabilities, or lines of JSON; goes before the predictions' own.
    pub classifier: Option<&'a Path>,
    /// Whose rows of the truth are meant; `None`: those of all readers, taken together.
    pub reader: Option<&'a str>,
}

/// What the files hold, film by film.
#[derive(Clone, PartialEq, Debug)]
pub struct FilesRead {
    pub classes: BoxClasses,
    pub truths: FilmTruths,
    pub answers: FilmAnswers,
}

/// A truth that is read once it is known what its words mean.
enum TruthText {
    Table(String),
    Coco(CocoTruth),
}

/// The truth of a file alone, with its classes and its categories' numbers. `classes`: those of a project or of a chosen
/// label set; without them, the shipped set that knows most of the truth's words, or else the words themselves.
///
/// # Errors
/// One sentence that names the file.
pub fn read_truth(
    path: &Path,
    classes: Option<BoxClasses>,
    problems: &mut Problems,
) -> anyhow::Result<(BoxClasses, FilmTruths, Categories)> {
    read_truth_of(path, None, classes, problems)
}

/// As [`read_truth`], of one reader where one is named.
///
/// # Errors
/// One sentence that names the file.
pub fn read_truth_of(
    path: &Path,
    reader: Option<&str>,
    classes: Option<BoxClasses>,
    problems: &mut Problems,
) -> anyhow::Result<(BoxClasses, FilmTruths, Categories)> {
    let text = text_of(path)?;
    let said = |why: String| anyhow!("{} can't be used as the truth. {why}", path.display());
    let truth = if is_json(path, &text) {
        if reader.is_some() {
            bail!(
                "{} is COCO's ground truth, which does not say who marked what, so no reader can be chosen.",
                path.display()
            );
        }
        TruthText::Coco(CocoTruth::parse(&text).map_err(said)?)
    } else {
        TruthText::Table(text)
    };
    let classes = match (classes, &truth) {
        (Some(classes), _) => classes,
        (None, TruthText::Table(text)) => BoxClasses::that_know(&label_words::of_table(text)).map_err(said)?,
        (None, TruthText::Coco(truth)) => {
            let names: Vec<String> = truth.categories.iter().map(|(_, name)| name.clone()).collect();
            BoxClasses::that_know(&names).map_err(said)?
        }
    };
    let (truths, categories) = match truth {
        TruthText::Table(text) => {
            (film_truths::read_csv_of(&text, &classes, reader, problems).map_err(said)?, Categories::new())
        }
        TruthText::Coco(truth) => {
            let categories = truth.categories.clone();
            (truth.read(&classes, problems), categories)
        }
    };
    if truths.films.is_empty() {
        bail!("{} can't be used as the truth: it says nothing of any film.", path.display());
    }
    Ok((classes, truths, categories))
}

/// The answers of one or two files.
///
/// # Errors
/// One sentence that names the file.
pub fn read_answers(
    files: (Option<&Path>, Option<&Path>),
    classes: &BoxClasses,
    categories: &Categories,
    problems: &mut Problems,
) -> anyhow::Result<FilmAnswers> {
    let mut answers = match files.0 {
        Some(path) => read_predictions(path, classes, categories, problems)?,
        None => FilmAnswers::default(),
    };
    if let Some(path) = files.1 {
        let text = text_of(path)?;
        let read = if is_json(path, &text) {
            answer_lines::read(&text, classes, problems)
        } else {
            answer_csv::read_probabilities(&text, problems)
        };
        answers.take_probabilities(&read.map_err(|why| anyhow!("{} can't be used. {why}", path.display()))?);
    }
    Ok(answers)
}

fn read_predictions(
    path: &Path,
    classes: &BoxClasses,
    categories: &Categories,
    problems: &mut Problems,
) -> anyhow::Result<FilmAnswers> {
    let text = text_of(path)?;
    let is_lines = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("jsonl"));
    let read = if is_lines {
        answer_lines::read(&text, classes, problems)
    } else if is_json(path, &text) {
        coco::read_results(&text, classes, categories, problems)
    } else {
        answer_csv::read_boxes(&text, classes, problems)
    };
    read.map_err(|why| anyhow!("{} can't be used as predictions. {why}", path.display()))
}

fn text_of(path: &Path) -> anyhow::Result<String> {
    let bytes = csv::read_whole(path).with_context(|| format!("{} can't be read", path.display()))?;
    Ok(csv::decode(&bytes).text.into_owned())
}

fn is_json(path: &Path, text: &str) -> bool {
    let has_ending = |endings: &[&str]| {
        path.extension().is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
    };
    has_ending(&["json", "jsonl"]) || (!has_ending(&["csv"]) && text.trim_start().starts_with(['{', '[']))
}

/// The cases of files, and what of them did not fit. Of the settings, `max_detections` and `folding` count; files are
/// folded into the seven classes of VinDr-SpineXR.
///
/// # Errors
/// One sentence where a file can't be read, or nothing in it can be used.
pub fn cases_of_files(
    files: &EvaluatedFiles<'_>,
    classes: Option<BoxClasses>,
    settings: &Settings,
) -> anyhow::Result<(Cases, Problems)> {
    let mut problems = Problems::default();
    let (classes, truths, categories) = read_truth_of(files.truth, files.reader, classes, &mut problems)?;
    let has_study = truths.films.iter().any(|film| !film.study.is_empty());
    check_unit(settings.bootstrap.unit, has_study, false)?;
    let answers = read_answers((files.predictions, files.classifier), &classes, &categories, &mut problems)?;
    let mut read = FilesRead { classes, truths, answers };
    if settings.folding == Folding::OtherLesions {
        let fold = read.classes.fold_to_spine().map_err(|why| anyhow!(why))?;
        read.truths.fold(&fold);
        read.answers.fold(&fold);
    }
    let cases = cases_of(&read, settings.max_detections, &mut problems)?;
    count_without_probability(&cases, settings, &mut problems);
    Ok((cases, problems))
}

/// Films that nobody knows the study or the patient of are drawn one by one, which must not pass for something else.
pub(super) fn check_unit(unit: ResampleUnit, has_study: bool, has_patient: bool) -> anyhow::Result<()> {
    match unit {
        ResampleUnit::Study if !has_study => {
            bail!("Films can't be drawn by study: the study of no film is known. Draw them by image.")
        }
        ResampleUnit::Patient if !has_patient => {
            bail!("Films can't be drawn by patient: the patient of no film is known. Draw them by image or by study.")
        }
        _ => Ok(()),
    }
}

/// Counts the films whose boxes a rule can't judge. Without any classifier there is no rule.
pub(super) fn count_without_probability(cases: &Cases, settings: &Settings, problems: &mut Problems) {
    if settings.rule == FusionRule::DetectorOnly {
        return;
    }
    for (place, film) in
        cases.films.iter().enumerate().filter(|&(place, _)| cases.probabilities.get(place) == Some(&None))
    {
        if !cases.detections.of_film(place).is_empty() {
            problems.add(ProblemKind::WithoutProbability, || format!("film {}", film.image));
        }
    }
}

/// Puts truths and answers together, film by film, in order of image ids, or of the places that the truth gives.
///
/// # Errors
/// One sentence where the answers name films, but none of the truth.
pub fn cases_of(read: &FilesRead, num_looked_at: usize, problems: &mut Problems) -> anyhow::Result<Cases> {
    let FilesRead { classes, truths, answers } = read;
    let mut order: Vec<u32> = (0..truths.films.len() as u32).collect();
    let place = |film: u32| (truths.films[film as usize].place, &truths.films[film as usize].image);
    order.sort_by(|&a, &b| place(a).cmp(&place(b)));
    let joined = answers_of_truths(truths, answers, problems);
    // A detector that found nothing anywhere may leave an empty list.
    let says_nothing = answers.films.is_empty() && answers.has_detector;
    if !says_nothing && !joined.iter().any(|answer| answer.is_there) {
        bail!(
            "No film of the predictions is in the truth ({} films there, {} in the truth). Are these the same films, by the same ids?",
            answers.films.len(),
            truths.films.len()
        );
    }
    let has_detector = answers.has_detector && !truths.has_no_boxes;
    let has_classifier = answers.probabilities.iter().any(Option::is_some);
    let has_no_finding = joined.iter().any(|answer| answer.no_finding.is_some());
    let truth_boxes = grouped(truths.films.len(), truths.boxes.iter().map(|one| one.film));
    let answer_boxes = grouped(answers.films.len(), answers.boxes.iter().map(|one| one.film));
    let mut cases = Cases { has_detector, num_folded: truths.num_folded, ..Cases::default() };
    let mut num_of_class = vec![0_usize; classes.names().len()];
    for &place in &order {
        let film = &truths.films[place as usize];
        let answer = &joined[place as usize];
        let of_truth = truth_boxes.of(place).map(|index| &truths.boxes[index as usize]);
        cases.truths.push_film(of_truth.map(|one| (one.class, one.rect, None)));
        let mut boxes: Vec<u32> = answer.boxes.map(|boxes| answer_boxes.of(boxes).collect()).unwrap_or_default();
        let score = |index: &u32| answers.boxes[*index as usize].score;
        boxes.sort_by(|a, b| score(b).total_cmp(&score(a)));
        num_of_class.fill(0);
        for one in boxes.iter().map(|&index| &answers.boxes[index as usize]).filter(|_| has_detector) {
            let num = &mut num_of_class[usize::from(one.class)];
            *num += 1;
            if *num > num_looked_at {
                let name = &classes.names()[usize::from(one.class)];
                let example = || format!("film {}: more than {num_looked_at} boxes of {name}", film.image);
                problems.add(ProblemKind::TooManyBoxes, example);
            }
        }
        let of_answer = boxes.iter().map(|&index| &answers.boxes[index as usize]).filter(|_| has_detector);
        cases.detections.push_film(of_answer.map(|one| (one.class, one.rect, Some(one.score))));
        if has_classifier {
            cases.probabilities.push(answer.probability);
        }
        if has_no_finding {
            cases.no_finding.push(answer.no_finding);
        }
        count_outside(&film.image, film.size, &cases, problems);
        let is_abnormal =
            (film.has_finding || film.has_no_finding || film.readers.is_empty()).then(|| film.is_abnormal());
        let study = if film.study.is_empty() { &film.image } else { &film.study };
        cases.films.push(FilmCase {
            image: ImageId::from(film.image.as_str()),
            study: StudyId::from(study.as_str()),
            patient: PatientId::from(study.as_str()),
            is_abnormal,
            size: film.size,
            age_years: None,
            sex: None,
            view: View::Other,
            readers: film.readers.clone(),
        });
    }
    keep_classes(&mut cases, classes);
    Ok(cases)
}

/// What answers say of one film of the truth, under whatever name of it: a classifier may go by files where boxes go by
/// numbers.
#[derive(Clone, Default)]
struct Joined {
    is_there: bool,
    probability: Option<f64>,
    /// The answer that has the film's boxes.
    boxes: Option<u32>,
    no_finding: Option<f64>,
}

/// The answer to each film of the truth; counts those of either side that the other does not have.
fn answers_of_truths(truths: &FilmTruths, answers: &FilmAnswers, problems: &mut Problems) -> Vec<Joined> {
    let mut has_boxes = vec![false; answers.films.len()];
    for one in &answers.boxes {
        has_boxes[one.film as usize] = true;
    }
    let mut joined = vec![Joined::default(); truths.films.len()];
    for (answer, name) in answers.films.iter().enumerate() {
        let Some(film) = truths.find(name) else {
            problems.add(ProblemKind::PredictionWithoutTruth, || format!("film {name}"));
            continue;
        };
        let film = &mut joined[film as usize];
        film.is_there = true;
        let (probability, no_finding) = (answers.probabilities[answer], answers.no_finding[answer]);
        let is_again = probability.is_some() && film.probability.is_some()
            || has_boxes[answer] && film.boxes.is_some()
            || no_finding.is_some() && film.no_finding.is_some();
        if is_again {
            problems.add(ProblemKind::Repeated, || format!("film {name}, under another name of the film"));
        }
        film.probability = film.probability.or(probability);
        film.boxes = film.boxes.or(has_boxes[answer].then_some(answer as u32));
        film.no_finding = film.no_finding.or(no_finding);
    }
    for (film, answer) in truths.films.iter().zip(&joined) {
        if !answer.is_there {
            problems.add(ProblemKind::TruthWithoutPrediction, || format!("film {}", film.image));
        }
    }
    joined
}

/// Positions of items, group by group, in their order.
struct Grouped {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Grouped {
    fn of(&self, group: u32) -> impl Iterator<Item = u32> + '_ {
        let [from, to] = [0, 1].map(|next| self.starts[group as usize + next] as usize);
        self.items[from..to].iter().copied()
    }
}

fn grouped(num_groups: usize, group_of: impl Iterator<Item = u32> + Clone) -> Grouped {
    let mut starts = vec![0_u32; num_groups + 1];
    for group in group_of.clone() {
        starts[group as usize + 1] += 1;
    }
    for group in 0..num_groups {
        starts[group + 1] += starts[group];
    }
    let mut next = starts.clone();
    let mut items = vec![0_u32; starts[num_groups] as usize];
    for (item, group) in group_of.enumerate() {
        items[next[group as usize] as usize] = item as u32;
        next[group as usize] += 1;
    }
    Grouped { starts, items }
}

/// Counts the boxes of the last film that reach over its edge.
pub(super) fn count_outside(image: &str, size: Option<[u32; 2]>, cases: &Cases, problems: &mut Problems) {
    let [width, height] = size.map_or([f64::INFINITY; 2], |size| size.map(f64::from));
    for (boxes, whose) in [(&cases.truths, "the truth"), (&cases.detections, "the answer")] {
        for index in boxes.of_film(boxes.num_films() - 1) {
            let [xmin, ymin, xmax, ymax] = boxes.rects[index];
            let over = [-xmin, -ymin, xmax - width, ymax - height].into_iter().fold(f64::MIN, f64::max);
            if over > EDGE_ROUNDING {
                let example = || format!("film {image}, in {whose}: {xmin}, {ymin} to {xmax}, {ymax}");
                problems.add(ProblemKind::BoxOutside, example);
            }
        }
    }
}

/// Leaves out the classes that neither truth nor answer has, but for those that the data set's detectors have.
pub(super) fn keep_classes(cases: &mut Cases, classes: &BoxClasses) {
    let is_published = |name: &str| classes.labels().id == "vindr_spine" && SPINE_CATEGORIES.contains(&name);
    let mut is_kept: Vec<bool> = classes.names().iter().map(|name| is_published(name.as_str())).collect();
    for &class in cases.truths.classes.iter().chain(&cases.detections.classes) {
        is_kept[usize::from(class)] = true;
    }
    let mut place_of = vec![0_u16; is_kept.len()];
    for (class, name) in classes.names().iter().enumerate().filter(|&(class, _)| is_kept[class]) {
        place_of[class] = cases.classes.len() as u16;
        cases.classes.push(name.clone());
    }
    let renumber = |boxes: &mut BoxColumns| {
        for class in &mut boxes.classes {
            *class = place_of[usize::from(*class)];
        }
    };
    renumber(&mut cases.truths);
    renumber(&mut cases.detections);
}

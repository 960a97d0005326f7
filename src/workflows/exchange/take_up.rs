//! What a file says into the project: held against the rules and what is there already, and written in one step.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::bail;

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::edit::Edit;
use crate::domain::exchange::{ExportFormat, ImportEffects, LeftOut};
use crate::domain::geometry::Rect;
use crate::domain::id::{AnnotationId, ImageId, ReaderId, SeriesId, StudyId};
use crate::domain::presence::{LabelAnswers, SharedScope};
use crate::domain::project_event::{EventKind, ProjectEvent};
use crate::domain::reading::Reading;
use crate::domain::rules::{RuleId, RuleSetting, Severity};
use crate::domain::task::TaskState;
use crate::formats::bad_row::Problem;
use crate::formats::exchange::{Said, SaidMark};
use crate::jobs::Progress;
use crate::store::{ImportedFile, Store};
use crate::workflows::import_labels::{Admission, BadRows, ImportLabels, LARGE_BYTES, LabelReport, import_labels};
use crate::workflows::label_sets;

use super::Course;
use super::take_in::{Incoming, damaged, read_path};

/// What an import did.
#[derive(Clone, PartialEq, Debug)]
pub struct TakenUp {
    pub format: Option<ExportFormat>,
    pub num_readings: usize,
    pub num_marks: usize,
    pub num_no_finding: usize,
    pub num_answers: usize,
    /// Marks that the project held already.
    pub num_held: usize,
    /// What was not taken, a sentence each.
    pub problems: Vec<String>,
    /// Nothing was taken, because something could not be and the person wants all or nothing.
    pub is_refused: bool,
    /// Tables among it, as they report.
    pub tables: Vec<LabelReport>,
    /// Why things were not taken, where they do not fit the project; with those of tables.
    pub left_out: LeftOut,
    /// What came of it beside the labels.
    pub effects: ImportEffects,
}

impl TakenUp {
    /// Before anything was looked at.
    fn nothing(problems: Vec<String>) -> Self {
        Self {
            format: None,
            num_readings: 0,
            num_marks: 0,
            num_no_finding: 0,
            num_answers: 0,
            num_held: 0,
            problems,
            is_refused: false,
            tables: Vec::new(),
            left_out: LeftOut::default(),
            effects: ImportEffects::default(),
        }
    }

    /// Everything that was not taken.
    pub fn num_not_taken(&self) -> usize {
        self.problems.len() + self.tables.iter().map(|table| table.bad.len()).sum::<usize>()
    }
}

/// Takes a file or a folder in any format. A table goes in as tables always did.
///
/// # Errors
/// One sentence where it can't be read or is in no known format; then nothing is taken.
pub fn import_any(
    store: &mut Store,
    place: &Path,
    options: &ImportLabels,
    course: &mut Course<'_>,
) -> anyhow::Result<TakenUp> {
    let incoming = read_path(store, place, &options.reader)?;
    let problems: Vec<String> = damaged(place).iter().map(|name| format!("{name} is not as it was exported")).collect();
    if options.bad_rows == BadRows::Refuse && !problems.is_empty() {
        return Ok(TakenUp { is_refused: true, ..TakenUp::nothing(problems) });
    }
    if !matches!(incoming, Incoming::Several(_)) {
        let mut taken = TakenUp::nothing(problems);
        take(store, place, &incoming, options, course, &mut taken)?;
        return Ok(taken);
    }
    // Each part is judged by what the project holds with the parts before it, and all of them are taken back where one is
    // refused, can't be read or is stopped.
    let is_large = holds_large_table(&incoming);
    if is_large {
        store.prepare_large_import()?;
    }
    let taken = store.in_one_step(|store| -> anyhow::Result<(bool, TakenUp)> {
        let mut taken = TakenUp::nothing(problems);
        take(store, place, &incoming, options, course, &mut taken)?;
        Ok((!taken.is_refused, taken))
    });
    if is_large {
        store.finish_large_import()?;
    }
    let taken = taken?;
    if taken.is_refused {
        let (format, left_out, problems) = (taken.format, taken.left_out, taken.problems);
        let tables = taken.tables.into_iter().map(LabelReport::emptied).collect();
        return Ok(TakenUp { is_refused: true, format, tables, left_out, ..TakenUp::nothing(problems) });
    }
    Ok(taken)
}

fn holds_large_table(incoming: &Incoming) -> bool {
    match incoming {
        Incoming::Table(path) => std::fs::metadata(path).is_ok_and(|file| file.len() >= LARGE_BYTES as u64),
        Incoming::Several(all) => all.iter().any(holds_large_table),
        Incoming::Said { .. } => false,
    }
}

fn take(
    store: &mut Store,
    place: &Path,
    incoming: &Incoming,
    options: &ImportLabels,
    course: &mut Course<'_>,
    taken: &mut TakenUp,
) -> anyhow::Result<()> {
    match incoming {
        Incoming::Table(path) => {
            let labels = label_sets::of_project(store)?.0;
            let report = import_labels(store, &labels, path, options)?;
            taken.num_readings += report.num_readings;
            taken.num_marks += report.num_boxes;
            taken.num_no_finding += report.num_no_finding;
            taken.num_answers += report.num_image_labels;
            taken.num_held += report.num_held;
            taken.is_refused |= report.is_refused;
            taken.left_out += report.left_out;
            taken.effects.add(report.effects.clone());
            taken.tables.push(report);
        }
        Incoming::Several(all) => {
            // One file of one reading of a film in two parts is taken part by part: each part is whole in itself.
            for one in all {
                take(store, place, one, options, course, taken)?;
            }
        }
        Incoming::Said { format, back, sha256 } => {
            taken.format = Some(*format);
            taken.problems.extend(back.problems.clone());
            let mut desk = Judge::new(store, options)?;
            let readings = desk.judged(store, merged(&back.said), course, taken)?;
            if options.bad_rows == BadRows::Refuse && !taken.problems.is_empty() {
                taken.is_refused = true;
                return Ok(());
            }
            write(store, place, *format, *sha256, &readings, course, taken)?;
        }
    }
    Ok(())
}

/// One for each film and reader, in that order.
fn merged(said: &[Said]) -> Vec<Said> {
    let mut all: BTreeMap<(ImageId, ReaderId), Said> = BTreeMap::new();
    for one in said.iter().cloned() {
        let key = (one.image.clone(), one.reader.clone());
        let Some(known) = all.get_mut(&key) else {
            all.insert(key, one);
            continue;
        };
        let first = known.marks.iter().map(|mark| mark.group + 1).max().unwrap_or(0);
        known.marks.extend(one.marks.into_iter().map(|mark| SaidMark { group: mark.group + first, ..mark }));
        known.is_no_finding |= one.is_no_finding;
        known.unfit = known.unfit.or(one.unfit);
        for (held, new) in [
            (&mut known.of_image, one.of_image),
            (&mut known.of_series, one.of_series),
            (&mut known.of_study, one.of_study),
        ] {
            *held = together(held, &new);
        }
    }
    all.into_values().collect()
}

/// What is said anew goes before what was said.
fn together(held: &LabelAnswers, new: &LabelAnswers) -> LabelAnswers {
    new.iter().fold(held.clone(), |all, (label, presence)| all.with(label.clone(), Some(presence)))
}

/// What readings are held against.
struct Judge {
    outside: Option<RuleSetting>,
    small: Option<RuleSetting>,
    sizes: BTreeMap<ImageId, [u32; 2]>,
    admission: Admission,
}

impl Judge {
    fn new(store: &Store, options: &ImportLabels) -> anyhow::Result<Self> {
        let admission = Admission::new(options, store.known_readers()?, store.signed_films()?);
        let rules = store.project().rules.clone();
        let error = |id: RuleId| rules.iter().find(|r| r.id == id && r.severity == Severity::Error).copied();
        let films = store.films()?;
        let sizes = films.into_iter().map(|film| (film.facts.image.clone(), [film.facts.width, film.facts.height]));
        Ok(Self {
            outside: error(RuleId::BoxOutsideFilm),
            small: error(RuleId::BoxTooSmall),
            sizes: sizes.collect(),
            admission,
        })
    }

    /// What can be taken of it; what can't is among the problems, and what is there already is counted.
    fn judged(
        &mut self,
        store: &Store,
        said: Vec<Said>,
        course: &mut Course<'_>,
        taken: &mut TakenUp,
    ) -> anyhow::Result<Vec<Said>> {
        let mut good = Vec::with_capacity(said.len());
        let num = said.len() as u64;
        for (number, mut one) in said.into_iter().enumerate() {
            if number % 256 == 0 {
                course.go_on(Progress::new("Checking labels", number as u64, num))?;
            }
            let size = self.sizes.get(&one.image).copied();
            if let Some(problem) = self.admission.problem(one.image.as_str(), one.reader.as_str(), size.is_some()) {
                taken.left_out.num_of_absent_films += usize::from(matches!(problem, Problem::NoSuchFilm(_)));
                taken.left_out.num_of_unknown_readers += usize::from(matches!(problem, Problem::NoSuchReader(_)));
                taken.problems.push(format!("film {}, reader {}: {problem}", one.image, one.reader));
                continue;
            }
            let held = store.reading(&one.image, &one.reader)?;
            let mut marks: Vec<SaidMark> = Vec::new();
            for mark in std::mem::take(&mut one.marks) {
                let place = || format!("film {}, reader {}, {}", one.image, one.reader, mark.label);
                if let Some(why) = self.problem(&mark, size) {
                    taken.problems.push(format!("{}: {why}", place()));
                } else if marks.iter().any(|before| is_repeated(before, &mark)) {
                    taken.left_out.num_repeated += 1;
                    let why = "the same film, reader, label and shape stand in the file twice; take one of the two out";
                    taken.problems.push(format!("{}: {why}", place()));
                } else if held.annotations().iter().any(|a| is_same(a, &mark)) {
                    taken.num_held += 1;
                } else if held.has_no_finding() {
                    let why = "the project holds \"No finding\" of the same reader for this film";
                    taken.problems.push(format!("{}: {why}", place()));
                } else {
                    marks.push(mark);
                }
            }
            one.marks = marks;
            let has_findings = !one.marks.is_empty()
                || held.num_marks() > 0
                || together(held.image_labels(), &one.of_image).excludes_no_finding();
            if one.is_no_finding && has_findings {
                taken.problems.push(format!(
                    "film {}, reader {}: \"No finding\", but the same reader marks a finding on this film",
                    one.image, one.reader
                ));
                one.is_no_finding = false;
            } else if held.has_no_finding() && one.of_image.excludes_no_finding() {
                taken.problems.push(format!(
                    "film {}, reader {}: the project holds \"No finding\", and the file says that something is there",
                    one.image, one.reader
                ));
                one.of_image = one.of_image.only_absent();
            }
            good.push(one);
        }
        Ok(good)
    }

    fn problem(&self, mark: &SaidMark, size: Option<[u32; 2]>) -> Option<String> {
        let bounds: Rect = mark.shape.bounds();
        if let (Some(_), Some([width, height])) = (self.outside, size)
            && (bounds.xmin() < 0.0
                || bounds.ymin() < 0.0
                || bounds.xmax() > f64::from(width)
                || bounds.ymax() > f64::from(height))
        {
            return Some(format!("the mark reaches outside the film, which is {width} x {height} pixels"));
        }
        let rule = self.small.filter(|_| mark.shape.kind().has_area())?;
        (bounds.width() < rule.parameter || bounds.height() < rule.parameter).then(|| {
            format!("the mark has no size to speak of: its width or height is under {} pixels", rule.parameter)
        })
    }
}

/// Said again in the same file. What differs in its attributes is said otherwise.
fn is_repeated(before: &SaidMark, mark: &SaidMark) -> bool {
    before.label == mark.label && before.shape == mark.shape && before.attributes == mark.attributes
}

fn is_same(held: &Annotation, mark: &SaidMark) -> bool {
    *held.label() == mark.label && held.shape() == Some(&mark.shape) && *held.attributes() == mark.attributes
}

fn write(
    store: &mut Store,
    place: &Path,
    format: ExportFormat,
    sha256: [u8; 32],
    readings: &[Said],
    course: &mut Course<'_>,
    taken: &mut TakenUp,
) -> anyhow::Result<()> {
    course.go_on(Progress::new("Writing labels", 0, 0))?;
    let mut places: BTreeMap<ImageId, (StudyId, SeriesId)> = BTreeMap::new();
    store.for_each_place(|image, study, series| {
        places.insert(image.into(), (study.into(), series.into()));
    })?;
    let session = store.begin_session()?;
    let keys: Vec<(ImageId, ReaderId)> =
        readings.iter().map(|said| (said.image.clone(), said.reader.clone())).collect();
    let name = place.file_name().map_or_else(|| "labels".to_owned(), |name| name.to_string_lossy().into_owned());
    let num_marks: usize = readings.iter().map(|said| said.marks.len()).sum();
    let details = serde_json::json!({"num_problems": taken.problems.len(), "num_held": taken.num_held}).to_string();
    let file =
        ImportedFile { name: &name, sha256, format: format.key(), header: "", num_rows: num_marks, details: &details };
    let event = ProjectEvent {
        at_ms: course.at_ms,
        by: course.by.clone(),
        kind: EventKind::LabelsImported,
        what: format!(
            "Labels were imported from {name} ({}): {} readings, {num_marks} marks.",
            format.title(),
            readings.len()
        ),
        films: Vec::new(),
    };
    let mut ordinal = 0;
    let mut counts = (0, 0);
    let mut without_place = Vec::new();
    let changed = store.import_readings(session, &keys, &file, &event, |number, held, import| {
        let said = &readings[number];
        let mut next_id = || {
            ordinal += 1;
            AnnotationId::new(session, ordinal)
        };
        let change = change_of(said, held, places.get(&said.image), import, &mut next_id, &mut without_place)?;
        counts.0 += usize::from(said.is_no_finding && !held.has_no_finding());
        counts.1 += said.num_answers();
        Some(change)
    });
    let (num_changed, effects) = match changed {
        Ok(done) => done,
        Err(error) => bail!("{error}"),
    };
    taken.num_readings += num_changed;
    taken.effects.add(effects);
    taken.num_marks += num_marks;
    taken.num_no_finding += counts.0;
    taken.num_answers += counts.1;
    taken.problems.append(&mut without_place);
    Ok(())
}

/// What brings a reading from what is held to what is said too; `None` where that is the same.
fn change_of(
    said: &Said,
    held: &Reading,
    place: Option<&(StudyId, SeriesId)>,
    import: i64,
    next_id: &mut impl FnMut() -> AnnotationId,
    problems: &mut Vec<String>,
) -> Option<Edit> {
    let origin = Origin::Imported { import };
    let mut edits = Vec::new();
    if said.unfit.is_some() && held.unfit() != said.unfit {
        edits.push(Edit::SetUnfit { before: held.unfit(), after: said.unfit });
    }
    let mut shapes: BTreeMap<u32, (AnnotationId, &SaidMark)> = BTreeMap::new();
    for mark in &said.marks {
        let id = next_id();
        let (first, of) = *shapes.entry(mark.group).or_insert((id, mark));
        // One number for two shapes is a file's mistake: each mark then has its own.
        let key = (of.shape == mark.shape).then_some(first);
        let made = Annotation::shaped(id, mark.label.clone(), mark.shape.clone(), origin.clone());
        edits.extend(made.map(|made| Edit::Add(made.with_attributes(mark.attributes.clone()).with_shape_key(key))));
    }
    let after = together(held.image_labels(), &said.of_image);
    if after != *held.image_labels() {
        edits.push(Edit::SetImageLabels { before: held.image_labels().clone(), after });
    }
    for (scope, before, new) in [
        (place.map(|(_, series)| SharedScope::Series(series.clone())), held.series_labels(), &said.of_series),
        (place.map(|(study, _)| SharedScope::Study(study.clone())), held.study_labels(), &said.of_study),
    ] {
        let after = together(before, new);
        if after == *before {
            continue;
        }
        match scope {
            Some(scope) => edits.push(Edit::SetSharedLabels { scope, before: before.clone(), after }),
            None => problems.push(format!(
                "film {}, reader {}: what is said of its study or series was left out, because the film is not in the project",
                said.image, said.reader
            )),
        }
    }
    if said.is_no_finding && !held.has_no_finding() {
        edits.push(Edit::Add(Annotation::no_finding(next_id(), origin)));
    }
    let state = held.state();
    if edits.is_empty() && state == TaskState::Completed {
        return None;
    }
    if state == TaskState::Completed {
        edits.insert(0, Edit::SetTaskState { before: state, after: TaskState::Doing });
    }
    let before = if state == TaskState::Completed { TaskState::Doing } else { state };
    edits.push(Edit::SetTaskState { before, after: TaskState::Completed });
    Some(Edit::Batch { name: "Import labels".to_owned(), edits })
}

//! Handing films out: which films, to whom, how; and what readers make of films whose truth is known.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::domain::assignment::{
    Candidate, Dealt, Plan, PoolFilm, Score, Stage, Strategy, Task, TaskChoice, held_against, hindrance, sample,
};
use crate::domain::id::{ImageId, ReaderId, StudyId};
use crate::domain::label::LabelName;
use crate::domain::people::{CONSENSUS_LAYER, Reader};
use crate::domain::quality::UnfitReason;
use crate::domain::reading::{Decision, Reading};
use crate::domain::study::{FilmEntry, FilmFacts};
use crate::domain::study_decision::study_decision;
use crate::domain::task::TaskState;
use crate::domain::worklist::WorklistRow;
use crate::domain::worklist::query::{QueriedFilm, Query, QueryWords};
use crate::formats::uid_list;
use crate::store::{HandOut, Store, TasksTouched};
use crate::workflows::label_sets;

/// Which films may be handed out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Pool {
    /// All that are not kept back.
    #[default]
    All,
    /// These, whatever chose them; the words say what did.
    Films { films: Vec<ImageId>, words: String },
    /// Films for which a question in the words of the list holds: `age:>60 view:lateral`.
    Query(String),
    /// A text file with one film or study on each line.
    File(PathBuf),
    /// Those whose truth is known.
    HiddenTruths,
}

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AssignRequest {
    pub pool: Pool,
    /// Of the pool only so many units, by chance.
    pub sample: Option<usize>,
    pub plan: Plan,
    /// `None`: everybody who may.
    pub people: Option<Vec<ReaderId>>,
}

/// What came of it, or would.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AssignReport {
    pub dealt: Dealt,
    pub num_films: usize,
    /// Films of the pool that are kept back because their truth is known.
    pub num_kept_back: usize,
}

/// Hands films out.
///
/// # Errors
/// One sentence where somebody or something is missing: then nobody gets anything.
pub fn assign(store: &mut Store, request: &AssignRequest, at_ms: i64) -> anyhow::Result<AssignReport> {
    let made = prepare(store, request)?;
    let dealt = store.hand_out(&made.order(request, at_ms))?;
    Ok(made.report(dealt))
}

/// What [`assign`] would do.
pub fn preview(store: &Store, request: &AssignRequest) -> anyhow::Result<AssignReport> {
    let made = prepare(store, request)?;
    let dealt = store.preview_hand_out(&made.order(request, 0))?;
    Ok(made.report(dealt))
}

struct Prepared {
    pool: Vec<PoolFilm>,
    words: String,
    people: Vec<Candidate>,
    num_kept_back: usize,
}

impl Prepared {
    fn order<'a>(&'a self, request: &'a AssignRequest, at_ms: i64) -> HandOut<'a> {
        HandOut { plan: &request.plan, pool: &self.pool, pool_words: &self.words, people: &self.people, at_ms }
    }

    fn report(&self, dealt: Dealt) -> AssignReport {
        AssignReport { dealt, num_films: self.pool.len(), num_kept_back: self.num_kept_back }
    }
}

fn prepare(store: &Store, request: &AssignRequest) -> anyhow::Result<Prepared> {
    let films = store.films()?;
    let truths = store.hidden_truths()?;
    let kept_back: BTreeSet<&ImageId> = truths.iter().map(|truth| &truth.image).collect();
    let (chosen, mut words) = match &request.pool {
        Pool::Query(query) => (films_of_query(store, query)?, format!("the query {query}")),
        pool => choose(&films, pool, &kept_back)?,
    };
    let mut pool: Vec<&FilmEntry> = films.iter().filter(|film| chosen.contains(&film.facts.image)).collect();
    let num_chosen = pool.len();
    if request.pool != Pool::HiddenTruths && !request.plan.is_hidden_truth && request.plan.strategy != Strategy::Repeat
    {
        pool.retain(|film| !kept_back.contains(&film.facts.image));
    }
    let num_kept_back = num_chosen - pool.len();
    let pool: Vec<PoolFilm> = pool.into_iter().map(|film| pool_film(&film.facts)).collect();
    let pool = match request.sample {
        Some(0) => bail!("A sample of no films was asked for. Ask for one at least."),
        Some(num) => {
            words = format!("{num} by chance of: {words}");
            sample(pool, request.plan.unit, num, request.plan.seed)
        }
        None => pool,
    };
    if pool.is_empty() {
        match request.pool {
            Pool::HiddenTruths => {
                bail!("No film is kept back with a known truth. Keep some back first with \"rachis assign truths\".")
            }
            _ if num_kept_back > 0 => bail!(
                "All of these films are kept back because their truth is known. Hand them out as hidden truths, or \
                 choose others."
            ),
            Pool::Query(ref query) => bail!(
                "No film of the project answers to \"{query}\". Nothing was handed out. Try the words in the list of films, \
                 which counts what they find."
            ),
            _ => bail!("There is no film to hand out. Choose other films, or import some first."),
        }
    }
    let people = candidates(store, request.plan.stage, request.people.as_deref())?;
    Ok(Prepared { pool, words, people, num_kept_back })
}

/// The films that are meant, and how they were chosen.
fn choose(
    films: &[FilmEntry],
    pool: &Pool,
    kept_back: &BTreeSet<&ImageId>,
) -> anyhow::Result<(BTreeSet<ImageId>, String)> {
    let images = || films.iter().map(|film| &film.facts.image);
    Ok(match pool {
        Pool::All | Pool::Query(_) => (images().cloned().collect(), "all films".to_owned()),
        Pool::HiddenTruths => (
            images().filter(|image| kept_back.contains(image)).cloned().collect(),
            "films with a known truth".to_owned(),
        ),
        Pool::Films { films: chosen, words } => {
            let known: BTreeSet<&ImageId> = images().collect();
            if let Some(missing) = chosen.iter().find(|image| !known.contains(image)) {
                bail!(
                    "The project has no film {missing}. Nothing was handed out. Check the id, or import the film first."
                );
            }
            (chosen.iter().cloned().collect(), words.clone())
        }
        Pool::File(path) => (films_of_file(films, path)?, format!("the file {}", name_of(path))),
    })
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Films for which a question holds, as the person who asks sees the list.
fn films_of_query(store: &Store, text: &str) -> anyhow::Result<BTreeSet<ImageId>> {
    let (labels, _) = label_sets::of_project(store)?;
    let words = QueryWords {
        labels: labels.labels().iter().map(|label| label.name.to_string()).collect(),
        readers: store.readers()?.into_iter().map(|reader| reader.id.to_string()).collect(),
    };
    let query = Query::parse(text, &words).map_err(|error| {
        let part = text.get(error.at.clone()).unwrap_or_default();
        anyhow::anyhow!("The query can't be read at {part:?}: {} Nothing was handed out.", error.why)
    })?;
    let asking = store.pass().map_or_else(|| ReaderId::new(""), |pass| pass.reader().clone());
    let rows = store.worklist(&asking, &labels)?;
    let mut of_study: BTreeMap<&StudyId, Vec<(Decision, Option<UnfitReason>)>> = BTreeMap::new();
    for row in &rows {
        of_study.entry(&row.study).or_default().push((row.decision, row.unfit));
    }
    let of_study: BTreeMap<&StudyId, Decision> =
        of_study.into_iter().map(|(study, films)| (study, study_decision(films).decision)).collect();
    let passes = |row: &&WorklistRow| query.passes(QueriedFilm { row, study: of_study[&row.study] });
    Ok(rows.iter().filter(passes).map(|row| row.image.clone()).collect())
}

/// Films that a text file names one by one, by film or by study.
pub fn films_of_file(films: &[FilmEntry], path: &Path) -> anyhow::Result<BTreeSet<ImageId>> {
    let shown = path.display();
    let text = fs::read(path).with_context(|| format!("reading {shown}"))?;
    // A damaged letter in a comment is no reason to refuse a list of numbers; an id with one is then not known.
    let text = String::from_utf8_lossy(&text);
    let lines = uid_list::read(&text).map_err(|why| anyhow::anyhow!("{shown}: {why} Nothing was handed out."))?;
    let mut by_uid: BTreeMap<&str, Vec<&ImageId>> = BTreeMap::new();
    for film in films {
        by_uid.entry(film.facts.study.as_str()).or_default().push(&film.facts.image);
    }
    for film in films {
        by_uid.insert(film.facts.image.as_str(), vec![&film.facts.image]);
    }
    let mut chosen = BTreeSet::new();
    for (line, uid) in lines {
        let Some(images) = by_uid.get(uid) else {
            bail!(
                "{shown}: line {line} says {uid}, and the project has no film or study of this id. Nothing was handed out. \
                 Take the line out, or import the film first."
            );
        };
        chosen.extend(images.iter().copied().cloned());
    }
    Ok(chosen)
}

fn pool_film(facts: &FilmFacts) -> PoolFilm {
    let view = facts.view().name().unwrap_or("?");
    let sex = facts.sex.map_or("?", |sex| sex.as_dicom());
    let decade =
        facts.age_years.map_or_else(|| "?".to_owned(), |years| format!("{:03}", (years / 10.0).floor() * 10.0));
    PoolFilm { image: facts.image.clone(), study: facts.study.clone(), stratum: format!("{view} {sex} {decade}") }
}

/// Everybody who may get films of a stage; or these, each of whom must.
pub fn candidates(store: &Store, stage: Stage, named: Option<&[ReaderId]>) -> anyhow::Result<Vec<Candidate>> {
    let readers = store.readers()?;
    let least = store.project().about.least_years[match stage {
        Stage::Read => 0,
        Stage::Review => 1,
    }];
    let candidate = |reader: &Reader| Candidate { id: reader.id.clone(), years: reader.years_of_experience };
    let Some(named) = named else {
        let able: Vec<Candidate> =
            readers.iter().filter(|reader| hindrance(reader, stage, least).is_none()).map(candidate).collect();
        if able.is_empty() {
            bail!(
                "Nobody in the project may {}. Add people, or give somebody the role.",
                if stage == Stage::Read { "read films" } else { "review films" }
            );
        }
        return Ok(able);
    };
    let mut people = Vec::new();
    for id in named {
        let Some(reader) = readers.iter().find(|reader| reader.id == *id) else {
            let known: Vec<&str> = readers.iter().map(|reader| reader.id.as_str()).collect();
            bail!("The project has no reader {id}. It has {}. Nothing was handed out.", known.join(", "));
        };
        if let Some(why) = hindrance(reader, stage, least) {
            bail!("{id} can't get these films: {why}. Nothing was handed out.");
        }
        people.push(candidate(reader));
    }
    Ok(people)
}

/// The numbers of the tasks that are meant.
///
/// # Errors
/// One sentence where somebody is not known, or nothing is meant.
pub fn chosen_tasks(store: &Store, choice: &TaskChoice) -> anyhow::Result<BTreeSet<i64>> {
    let readers = store.readers()?;
    for person in &choice.people {
        if !readers.iter().any(|reader| reader.id == *person) {
            let known: Vec<&str> = readers.iter().map(|reader| reader.id.as_str()).collect();
            bail!("The project has no reader {person}. It has {}. Nothing was changed.", known.join(", "));
        }
    }
    for film in &choice.films {
        if store.film(film)?.is_none() {
            bail!("The project has no film {film}. Nothing was changed. Check the id.");
        }
    }
    let tasks = store.tasks()?;
    let ids: BTreeSet<i64> = tasks.iter().filter(|task| choice.has(task)).map(|task| task.id).collect();
    if ids.is_empty() {
        bail!("No such film is in anybody's hands. Nothing was changed.");
    }
    Ok(ids)
}

/// Gives tasks that are not completed to somebody else, who must be able to take them.
pub fn reassign(store: &mut Store, choice: &TaskChoice, to: &ReaderId, at_ms: i64) -> anyhow::Result<TasksTouched> {
    let ids = chosen_tasks(store, choice)?;
    let tasks: Vec<Task> = store.tasks()?.into_iter().filter(|task| ids.contains(&task.id)).collect();
    let mut candidate = None;
    for stage in Stage::ALL {
        if tasks.iter().any(|task| task.stage == stage) {
            candidate = candidates(store, stage, Some(std::slice::from_ref(to)))?.pop();
        }
    }
    let Some(candidate) = candidate else { bail!("No such film is in anybody's hands. Nothing was changed.") };
    Ok(store.reassign(&ids, &candidate, at_ms)?)
}

/// How each layer's completed readings of films with a known truth hold against it.
pub fn truth_scores(store: &Store) -> anyhow::Result<BTreeMap<ReaderId, Score>> {
    store.require_sight()?;
    let mut by_layer: BTreeMap<ReaderId, Score> = BTreeMap::new();
    for truth in store.hidden_truths()? {
        let known = store.reading(&truth.image, &truth.layer)?;
        let others = store.readings_of_others(&truth.image, &truth.layer)?;
        let is_person = |reading: &&Reading| reading.reader().as_str() != CONSENSUS_LAYER;
        for reading in others.iter().filter(is_person).filter(|reading| reading.state() == TaskState::Completed) {
            let is_right = (known.decision() == Decision::Abnormal) == (reading.decision() == Decision::Abnormal);
            let score = held_against(&marks(reading), &marks(&known), is_right);
            by_layer.entry(reading.reader().clone()).or_default().add(score);
        }
    }
    Ok(by_layer)
}

fn marks(reading: &Reading) -> Vec<(LabelName, [f64; 4])> {
    let of = |mark: &crate::domain::annotation::Annotation| {
        let rect = mark.bounds()?;
        Some((mark.label().clone(), [rect.xmin(), rect.ymin(), rect.xmax(), rect.ymax()]))
    };
    reading.annotations().iter().filter_map(of).collect()
}

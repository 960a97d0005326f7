//! One reader's worklist: the films in his or her hands, or all of them, and where each reading stands, without looking at
//! a single mark.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::domain::assignment::{Stage, Task};
use crate::domain::id::{ImageId, ReaderId, StudyId};
use crate::domain::label::LabelSet;
use crate::domain::people::{Act, CONSENSUS_LAYER, Matter, Role, may};
use crate::domain::quality::UnfitReason;
use crate::domain::reading::Decision;
use crate::domain::study::{Sex, view_name};
use crate::domain::task::TaskState;
use crate::domain::worklist::{DoneReading, Held, RowTask, WorklistRow};

use super::error::{StoreError, unreadable};
use super::project::Store;

/// What the `reading` table says of one film.
#[derive(Clone, Copy)]
struct Standing {
    state: TaskState,
    decision: Decision,
    num_marks: u32,
    labels: u128,
    updated_at_ms: i64,
    unfit: Option<UnfitReason>,
}

/// How often a film was handed out to be read.
#[derive(Clone, Copy, Default)]
struct Handed {
    first: u32,
    /// To somebody who has read it.
    again: u32,
}

/// A reader's standings by film. The ids stand in one text: a hundred thousand small allocations would take as long as
/// the database.
#[derive(Default)]
struct Standings {
    ids: String,
    /// End of each id in `ids`.
    rows: Vec<(usize, Standing)>,
}

impl Standings {
    fn push(&mut self, image: &str, standing: Standing) {
        self.ids.push_str(image);
        self.rows.push((self.ids.len(), standing));
    }

    fn by_image(&self) -> HashMap<&str, Standing> {
        let starts = std::iter::once(0).chain(self.rows.iter().map(|(end, _)| *end));
        starts.zip(&self.rows).map(|(start, (end, standing))| (&self.ids[start..*end], *standing)).collect()
    }
}

/// A person's standings under each layer that the list needs.
struct Layers(Vec<(ReaderId, Standings)>);

impl Store {
    /// What this person is to read and review: where films are handed out, those in the person's hands, in the person's own
    /// order with paused ones last; whoever hands them out and reads none sees all others below. Otherwise every film,
    /// study by study. Whoever looks after readers sees how far they are with each film.
    pub fn worklist(&self, reader: &ReaderId, labels: &LabelSet) -> Result<Vec<WorklistRow>, StoreError> {
        self.require_person(reader)?;
        let mut tasks = self.tasks_of(reader)?;
        tasks.sort_by_key(|task| (task.is_paused, task.order()));
        let hands_out = self.project().workflow.hands_out();
        let hands = self.hands_for(reader, &tasks)?;
        let waiting = self.waiting_for_readers(&tasks)?;
        let chosen = one_a_film(&tasks);
        let standings = self.standings_by_layer(reader, &tasks, labels)?;
        let by_layer: Vec<(&ReaderId, HashMap<&str, Standing>)> =
            standings.0.iter().map(|(layer, standings)| (layer, standings.by_image())).collect();
        let open_threads = self.open_threads(reader)?;
        let places = self.places_in_queue()?;
        let hides_facts = self.hides_clinical_facts()?;
        let is_blind = self.project().is_blind || hides_facts;
        let none: Arc<[ReaderId]> = Arc::from([]);
        let nobody = Held {
            by: none.clone(),
            num_readers: 0,
            num_done: 0,
            num_needed: self.readings_needed(),
            done: Arc::from([]),
        };
        let mut statement = self.conn.prepare_cached(
            "SELECT image_id, study_id, view_position, sex, age_years, series_description
             FROM film ORDER BY study_id, series_number, series_id, instance_number, image_id",
        )?;
        let mut rows = statement.query([])?;
        let mut list: Vec<WorklistRow> = Vec::new();
        let mut last_study: Option<StudyId> = None;
        while let Some(row) = rows.next()? {
            let text = |i: usize| row.get_ref(i)?.as_str_or_null().map_err(|e| unreadable("a film", e));
            let image = text(0)?.unwrap_or_default();
            let task = chosen.get(image).copied();
            if hands_out && task.is_none() && hands.is_none() {
                continue;
            }
            let layer = match task {
                Some(task) if task.stage == Stage::Review => consensus_layer(),
                Some(task) => task.layer.clone(),
                None => reader.clone(),
            };
            let standing = by_layer.iter().find(|(of, _)| **of == layer).and_then(|(_, by_image)| by_image.get(image));
            let study = text(1)?.unwrap_or_default();
            // Films of a study stand together: they share the id's text.
            let study = match &last_study {
                Some(last) if last.as_str() == study => last.clone(),
                _ => StudyId::from(study),
            };
            last_study = Some(study.clone());
            let is_repeat = task.is_some_and(Task::is_repeat);
            let of_standing = standing.map_or(TaskState::New, |s| s.state);
            list.push(WorklistRow {
                task: task.map(|task| RowTask {
                    stage: task.stage,
                    place: task.place,
                    priority: task.priority,
                    is_paused: task.is_paused,
                    is_repeat,
                    is_waiting: waiting.contains(image),
                }),
                held: hands.as_ref().map(|hands| hands.get(image).cloned().unwrap_or_else(|| nobody.clone())),
                view: view_name(text(2)?, text(5)?, is_blind).unwrap_or_default().to_owned(),
                sex: text(3)?.and_then(Sex::from_dicom).filter(|_| !hides_facts),
                age_years: row.get::<_, Option<f64>>(4)?.filter(|_| !hides_facts),
                state: task.filter(|task| task.stage == Stage::Review).map_or(of_standing, |task| task.state),
                decision: standing.map_or(Decision::Undecided, |s| s.decision),
                num_marks: standing.map_or(0, |s| s.num_marks),
                unfit: standing.and_then(|s| s.unfit),
                // A second reading begins without what was said at the first.
                num_open_threads: open_threads.get(image).copied().filter(|_| !is_repeat).unwrap_or(0),
                labels: standing.map_or(0, |s| s.labels),
                last_edit_ms: standing.map(|s| s.updated_at_ms),
                queue_place: places.get(image).copied(),
                ..WorklistRow::new(ImageId::from(image), study, layer)
            });
        }
        self.add_triage(&mut list, reader, labels)?;
        if hands_out {
            let is_chosen = |task: &&Task| chosen.get(task.image.as_str()).is_some_and(|one| one.id == task.id);
            let order: HashMap<&str, usize> =
                tasks.iter().filter(is_chosen).enumerate().map(|(n, task)| (task.image.as_str(), n)).collect();
            // A stable sort: what is in nobody's or other hands stays study by study, at the end.
            list.sort_by_key(|row| order.get(row.image.as_str()).copied().unwrap_or(usize::MAX));
        }
        Ok(list)
    }

    /// The standings under the person's own layer, under those of second readings, and of what is settled.
    fn standings_by_layer(&self, reader: &ReaderId, tasks: &[Task], labels: &LabelSet) -> Result<Layers, StoreError> {
        let mut layers = BTreeSet::from([reader.clone()]);
        layers.extend(tasks.iter().filter(|task| task.is_repeat()).map(|task| task.layer.clone()));
        if tasks.iter().any(|task| task.stage == Stage::Review && task.state == TaskState::Completed) {
            layers.insert(consensus_layer());
        }
        let read = layers.into_iter().map(|layer| Ok((layer.clone(), self.standings(&layer, labels)?)));
        Ok(Layers(read.collect::<Result<_, StoreError>>()?))
    }

    /// Readings after which a film that was handed to nobody is read.
    fn readings_needed(&self) -> u32 {
        self.project().workflow.readers().unwrap_or(1).max(1)
    }

    /// Completed readings of films that their readers were not handed: read as they liked, or imported. As readers of
    /// stage 1 are counted: no second readings, no hidden truths, no consensus.
    fn read_without_task(&self) -> Result<HashMap<String, u32>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT r.image_id FROM reading r
             WHERE r.state = 'completed' AND r.rad_id <> ?1
             AND r.rad_id NOT IN (SELECT rad_id FROM reader WHERE repeat_of IS NOT NULL)
             AND NOT EXISTS (SELECT 1 FROM task t
                 WHERE t.rad_id = r.rad_id AND t.stage = 'read' AND t.image_id = r.image_id)
             AND NOT EXISTS (SELECT 1 FROM hidden_truth h WHERE h.image_id = r.image_id AND h.layer = r.rad_id)",
        )?;
        let mut rows = statement.query([CONSENSUS_LAYER])?;
        let mut read: HashMap<String, u32> = HashMap::new();
        while let Some(row) = rows.next()? {
            let image = row.get_ref(0)?.as_str().map_err(|e| unreadable("a reading", e))?;
            match read.get_mut(image) {
                Some(num) => *num += 1,
                None => {
                    read.insert(image.to_owned(), 1);
                }
            }
        }
        Ok(read)
    }

    /// In whose hands each film is, and how far its readers are; `None` for whoever may not know: only who hands films
    /// out and has none to read blind. Where everybody reads what they like, only who does not read: the list of the
    /// others is about their own readings.
    fn hands_for(&self, reader: &ReaderId, own: &[Task]) -> Result<Option<HashMap<String, Held>>, StoreError> {
        let known = self.readers()?.into_iter().find(|known| known.id == *reader);
        let roles = known.map(|known| known.roles);
        let may_hand_out = roles.is_none_or(|roles| may(roles, Matter::Tasks, Act::Change));
        if !self.project().workflow.hands_out() && roles.is_some_and(|roles| roles.has(Role::Annotator)) {
            return Ok(None);
        }
        let is_reading = own.iter().any(|task| task.stage == Stage::Read && task.state != TaskState::Completed);
        if !may_hand_out || is_reading || self.require_sight().is_err() {
            return Ok(None);
        }
        let mut statement = self.conn.prepare_cached(
            "SELECT task.image_id, task.rad_id, task.stage = 'read', coalesce(reading.state = 'completed', 0),
                    coalesce(reader.repeat_of, task.rad_id), reader.repeat_of IS NOT NULL
             FROM task LEFT JOIN reading ON reading.rad_id = task.rad_id AND reading.image_id = task.image_id
             LEFT JOIN reader ON reader.rad_id = task.rad_id
             ORDER BY task.image_id, task.stage, task.rad_id",
        )?;
        let mut rows = statement.query([])?;
        let mut hands: HashMap<String, Held> = HashMap::new();
        let mut read = self.read_without_task()?;
        let needed = self.readings_needed();
        // Three of seventeen: films share a few hundred lists of people.
        let mut lists: HashSet<Arc<[ReaderId]>> = HashSet::new();
        let mut lists_done: HashSet<Arc<[DoneReading]>> = HashSet::new();
        let mut close = |image: &str, by: &mut Vec<ReaderId>, done: &mut Vec<DoneReading>, counts: Handed| {
            let others = read.remove(image).unwrap_or(0);
            let people = if counts.first > 0 { counts.first + others } else { needed.max(others) };
            let (num_readers, num_done) = (counts.first + counts.again + others, done.len() as u32 + others);
            done.sort();
            let num_needed = people + counts.again;
            let held = Held {
                by: shared(&mut lists, by),
                num_readers,
                num_done,
                num_needed,
                done: shared(&mut lists_done, done),
            };
            hands.insert(image.to_owned(), held);
        };
        let (mut image, mut by, mut done, mut counts) = (String::new(), Vec::new(), Vec::new(), Handed::default());
        while let Some(row) = rows.next()? {
            let text = |i: usize| row.get_ref(i)?.as_str().map_err(|e| unreadable("a task", e));
            if text(0)? != image {
                if !by.is_empty() {
                    close(&image, &mut by, &mut done, counts);
                }
                text(0)?.clone_into(&mut image);
                counts = Handed::default();
            }
            let (reads, is_done, is_again): (bool, bool, bool) = (row.get(2)?, row.get(3)?, row.get(5)?);
            counts.first += u32::from(reads && !is_again);
            counts.again += u32::from(reads && is_again);
            if reads && is_done {
                done.push(DoneReading { person: ReaderId::from(text(4)?), layer: ReaderId::from(text(1)?) });
            }
            by.push(ReaderId::from(text(1)?));
        }
        if !by.is_empty() {
            close(&image, &mut by, &mut done, counts);
        }
        let (nobody, none_done): (Arc<[ReaderId]>, Arc<[DoneReading]>) = (Arc::from([]), Arc::from([]));
        hands.extend(read.into_iter().map(|(image, num)| {
            let num_needed = needed.max(num);
            let held =
                Held { by: nobody.clone(), num_readers: num, num_done: num, num_needed, done: none_done.clone() };
            (image, held)
        }));
        Ok(Some(hands))
    }

    /// Films in the person's hands for review that somebody still reads.
    fn waiting_for_readers(&self, own: &[Task]) -> Result<HashSet<String>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM task
             LEFT JOIN reading ON reading.rad_id = task.rad_id AND reading.image_id = task.image_id
             WHERE task.image_id = ?1 AND task.stage = 'read' AND coalesce(reading.state, 'new') <> 'completed')",
        )?;
        let mut waiting = HashSet::new();
        for task in own.iter().filter(|task| task.stage == Stage::Review) {
            if statement.query_row([task.image.as_str()], |row| row.get(0))? {
                waiting.insert(task.image.to_string());
            }
        }
        Ok(waiting)
    }

    fn standings(&self, reader: &ReaderId, labels: &LabelSet) -> Result<Standings, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT image_id, state, num_marks, num_image_labels, has_no_finding, labels, updated_at, unfit
             FROM reading WHERE rad_id = ?1",
        )?;
        let mut rows = statement.query([reader.as_str()])?;
        let mut standings = Standings::default();
        // A hundred thousand films share a few hundred combinations of labels.
        let mut bits_of: HashMap<Box<str>, u128> = HashMap::new();
        while let Some(row) = rows.next()? {
            let text = |i: usize| row.get_ref(i)?.as_str().map_err(|e| unreadable("a reading", e));
            let state = text(1)?;
            let (num_marks, num_image_labels, has_no_finding): (u32, u32, bool) =
                (row.get(2)?, row.get(3)?, row.get(4)?);
            let json = text(5)?;
            let bits = match bits_of.get(json) {
                Some(bits) => *bits,
                None => *bits_of.entry(json.into()).or_insert(label_bits(json, labels)?),
            };
            let decision = if num_marks > 0 || num_image_labels > 0 {
                Decision::Abnormal
            } else if has_no_finding {
                Decision::Normal
            } else {
                Decision::Undecided
            };
            let standing = Standing {
                state: TaskState::parse(state).ok_or_else(|| unreadable("a reading's state", state))?,
                decision,
                num_marks,
                labels: bits,
                updated_at_ms: row.get(6)?,
                unfit: match row.get_ref(7)?.as_str_or_null().map_err(|e| unreadable("a reading", e))? {
                    Some(key) => Some(UnfitReason::from_key(key).ok_or_else(|| unreadable("a reason", key))?),
                    None => None,
                },
            };
            standings.push(text(0)?, standing);
        }
        Ok(standings)
    }
}

/// The list, the same one for all films where it says the same.
fn shared<T: Clone + Eq + std::hash::Hash>(lists: &mut HashSet<Arc<[T]>>, list: &mut Vec<T>) -> Arc<[T]> {
    let one = lists.get(list.as_slice()).cloned().unwrap_or_else(|| {
        let one: Arc<[T]> = list.as_slice().into();
        lists.insert(one.clone());
        one
    });
    list.clear();
    one
}

/// What is done with each film: the newest reading of it before any review.
fn one_a_film(tasks: &[Task]) -> HashMap<&str, &Task> {
    let mut chosen: HashMap<&str, &Task> = HashMap::with_capacity(tasks.len());
    for task in tasks {
        let place = chosen.entry(task.image.as_str()).or_insert(task);
        let is_first = (place.stage, std::cmp::Reverse(place.id)) <= (task.stage, std::cmp::Reverse(task.id));
        if !is_first {
            *place = task;
        }
    }
    chosen
}

fn consensus_layer() -> ReaderId {
    ReaderId::from(CONSENSUS_LAYER)
}

/// Bit `i` for label `i` of the set. Names that the set does not know have no bit.
fn label_bits(json: &str, labels: &LabelSet) -> Result<u128, StoreError> {
    let names: Vec<String> = serde_json::from_str(json).map_err(|e| unreadable("a reading's labels", e))?;
    let position = |name: &String| {
        let label = labels.resolve(name)?;
        labels.labels().iter().position(|l| l.name == label.name).filter(|&i| i < 128)
    };
    Ok(names.iter().filter_map(position).fold(0, |bits, i| bits | 1 << i))
}

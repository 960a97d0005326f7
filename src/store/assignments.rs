//! Handing films out, taking them back, moving and pausing them: each in one transaction, with a word in the audit.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use crate::domain::assignment::{Candidate, Dealt, Plan, PoolFilm, Stage, Strategy, Table, Task, deal, hindrance};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::people::{Act, CONSENSUS_LAYER, Matter};
use crate::domain::project_event::{EventKind, ProjectEvent};
use crate::domain::task::{Mover, TaskState, may_move};

use super::error::{StoreError, unreadable};
use super::project::Store;
use super::project_events::insert_event;

/// A handing out of films.
#[derive(Clone, Copy, Debug)]
pub struct HandOut<'a> {
    pub plan: &'a Plan,
    pub pool: &'a [PoolFilm],
    /// How the pool was chosen, in words.
    pub pool_words: &'a str,
    pub people: &'a [Candidate],
    pub at_ms: i64,
}

/// A handing out that was done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredAssignment {
    pub id: i64,
    pub at_ms: i64,
    /// Reader id; empty where nobody was signed in.
    pub by: String,
    /// How the pool was chosen, in words.
    pub pool: String,
    pub stage: Stage,
    /// As [`Strategy::key`] has it.
    pub strategy: String,
    pub each: Option<u32>,
    pub people: Vec<ReaderId>,
    pub seed: u64,
    /// Its tasks that are still in somebody's hands.
    pub num_tasks: u32,
}

/// A change of tasks that are out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TaskChange {
    Pause(bool),
    /// A higher one comes first.
    Priority(i32),
}

/// What came of a step that leaves some tasks alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TasksTouched {
    pub changed: usize,
    /// Completed, or nothing to change.
    pub left: usize,
}

#[derive(Serialize, Deserialize)]
struct PlanRow {
    pool: String,
    stage: String,
    strategy: String,
    each: Option<u32>,
    unit: String,
    people: Vec<String>,
    seed: u64,
    priority: i32,
    is_mixed_in: bool,
    is_hidden_truth: bool,
}

impl Store {
    /// Who would get what; hands nothing out.
    pub fn preview_hand_out(&self, order: &HandOut<'_>) -> Result<Dealt, StoreError> {
        self.require(Matter::Tasks, Act::Change)?;
        // Who gets nothing has read it: that tells of others.
        self.require_sight()?;
        deal_now(&self.conn, order.plan, order.pool, order.people)
    }

    /// Hands films out. What is out already is read in the same transaction, so that two people who do it at once never give
    /// one film to one reader twice.
    pub fn hand_out(&mut self, order: &HandOut<'_>) -> Result<Dealt, StoreError> {
        self.require(Matter::Tasks, Act::Change)?;
        let by = self.acting();
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let dealt = deal_now(&tx, order.plan, order.pool, order.people)?;
        let assignment = insert_assignment(&tx, order, &by)?;
        write_tasks(&tx, order.plan, &dealt, assignment)?;
        let films: BTreeSet<&ImageId> = dealt.tasks.iter().map(|task| &task.image).collect();
        let what = words_of(order.plan, films.len(), &dealt);
        insert_event(
            &tx,
            &ProjectEvent {
                at_ms: order.at_ms,
                by,
                kind: EventKind::FilmsAssigned,
                what,
                films: films.into_iter().cloned().collect(),
            },
        )?;
        tx.commit()?;
        Ok(dealt)
    }

    /// Takes films out of hands. Completed tasks stay, and so does every mark: whoever gets the film again finds them.
    pub fn take_back(&mut self, ids: &BTreeSet<i64>, at_ms: i64) -> Result<TasksTouched, StoreError> {
        self.require(Matter::Tasks, Act::Change)?;
        let by = self.acting();
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let chosen = chosen(&tx, ids)?;
        let (done, open): (Vec<&Task>, Vec<&Task>) =
            chosen.iter().partition(|task| !may_move(Some(task.state), None, Mover::Manager));
        for task in &open {
            tx.prepare_cached("DELETE FROM task WHERE id = ?1")?.execute([task.id])?;
        }
        if !open.is_empty() {
            let people = people_words(&open);
            let what = match open.len() {
                1 => format!("1 task was taken back from {people}."),
                num => format!("{num} tasks were taken back from {people}."),
            };
            tell(&tx, at_ms, &by, EventKind::FilmsUnassigned, what, &open)?;
        }
        tx.commit()?;
        let left = done.len();
        Ok(self.touched(open.len(), left))
    }

    /// Gives tasks that are not completed to somebody else. Marks stay with whoever made them.
    pub fn reassign(&mut self, ids: &BTreeSet<i64>, to: &Candidate, at_ms: i64) -> Result<TasksTouched, StoreError> {
        self.require(Matter::Tasks, Act::Change)?;
        let by = self.acting();
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let chosen = chosen(&tx, ids)?;
        let is_moved = |task: &&&Task| task.state != TaskState::Completed && !task.is_repeat() && task.person != to.id;
        let moved: Vec<&Task> = chosen.iter().filter(|task| is_moved(&task)).collect();
        for task in &moved {
            tx.prepare_cached("DELETE FROM task WHERE id = ?1")?.execute([task.id])?;
        }
        let tasks = super::tasks::all_tasks(&tx)?;
        let held: BTreeSet<(Stage, &ImageId)> =
            tasks.iter().filter(|task| task.person == to.id).map(|task| (task.stage, &task.image)).collect();
        let read = completed(&tx)?;
        for stage in Stage::ALL {
            let of_stage: Vec<&&Task> = moved.iter().filter(|task| task.stage == stage).collect();
            if of_stage.is_empty() {
                continue;
            }
            let has = |task: &&&&Task| {
                held.contains(&(stage, &task.image))
                    || stage == Stage::Read && read.contains(&(task.image.clone(), to.id.clone()))
            };
            let num_held = of_stage.iter().filter(has).count();
            if num_held > 0 {
                return Err(StoreError::RuleRefused(format!(
                    "{} has {num_held} of these films already. Leave these out.",
                    to.id
                )));
            }
            let films: BTreeSet<&ImageId> = of_stage.iter().map(|task| &task.image).collect();
            if films.len() < of_stage.len() {
                return Err(StoreError::RuleRefused(format!(
                    "{} of these films are with more than one reader, and {} can't have a film twice. Give the tasks of \
                     one reader only.",
                    of_stage.len() - films.len(),
                    to.id
                )));
            }
            let pool: Vec<PoolFilm> =
                of_stage.iter().map(|task| pool_film(&tx, &task.image)).collect::<Result<_, _>>()?;
            let plan = Plan::new(stage, Strategy::All);
            let people = [to.clone()];
            let dealt = deal_now(&tx, &plan, &pool, &people)?;
            let words = match of_stage.len() {
                1 => format!("1 task of {}", people_words(&moved)),
                num => format!("{num} tasks of {}", people_words(&moved)),
            };
            let order = HandOut { plan: &plan, pool: &pool, pool_words: &words, people: &people, at_ms };
            let assignment = insert_assignment(&tx, &order, &by)?;
            write_tasks(&tx, &plan, &dealt, assignment)?;
            for task in of_stage {
                tx.prepare_cached(
                    "UPDATE task SET priority = ?1, is_paused = ?2, is_hidden_truth = ?3
                     WHERE image_id = ?4 AND rad_id = ?5 AND stage = ?6",
                )?
                .execute(params![
                    task.priority,
                    task.is_paused,
                    task.is_hidden_truth,
                    task.image.as_str(),
                    to.id.as_str(),
                    stage.as_str()
                ])?;
            }
        }
        if !moved.is_empty() {
            let people = people_words(&moved);
            let what = match moved.len() {
                1 => format!("1 task went from {people} to {}.", to.id),
                num => format!("{num} tasks went from {people} to {}.", to.id),
            };
            tell(&tx, at_ms, &by, EventKind::TasksChanged, what, &moved)?;
        }
        tx.commit()?;
        Ok(self.touched(moved.len(), chosen.len() - moved.len()))
    }

    /// Sets tasks aside, takes them up again, or changes what comes first.
    pub fn change_tasks(
        &mut self,
        ids: &BTreeSet<i64>,
        change: TaskChange,
        at_ms: i64,
    ) -> Result<TasksTouched, StoreError> {
        self.require(Matter::Tasks, Act::Change)?;
        let by = self.acting();
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let chosen = chosen(&tx, ids)?;
        let is_other = |task: &&Task| match change {
            TaskChange::Pause(is_paused) => task.is_paused != is_paused && task.state != TaskState::Completed,
            TaskChange::Priority(priority) => task.priority != priority && task.state != TaskState::Completed,
        };
        let changed: Vec<&Task> = chosen.iter().filter(is_other).collect();
        for task in &changed {
            match change {
                TaskChange::Pause(is_paused) => tx
                    .prepare_cached("UPDATE task SET is_paused = ?1 WHERE id = ?2")?
                    .execute(params![is_paused, task.id])?,
                TaskChange::Priority(priority) => tx
                    .prepare_cached("UPDATE task SET priority = ?1 WHERE id = ?2")?
                    .execute(params![priority, task.id])?,
            };
        }
        if !changed.is_empty() {
            let (num, people) = (changed.len(), people_words(&changed));
            let what = match (change, num) {
                (TaskChange::Pause(true), 1) => format!("1 task of {people} was paused."),
                (TaskChange::Pause(true), _) => format!("{num} tasks of {people} were paused."),
                (TaskChange::Pause(false), 1) => format!("1 task of {people} goes on."),
                (TaskChange::Pause(false), _) => format!("{num} tasks of {people} go on."),
                (TaskChange::Priority(priority), 1) => format!("1 task of {people} has priority {priority} now."),
                (TaskChange::Priority(priority), _) => {
                    format!("{num} tasks of {people} have priority {priority} now.")
                }
            };
            tell(&tx, at_ms, &by, EventKind::TasksChanged, what, &changed)?;
        }
        tx.commit()?;
        Ok(self.touched(changed.len(), chosen.len() - changed.len()))
    }

    /// Every handing out, the newest first.
    pub fn assignments(&self) -> Result<Vec<StoredAssignment>, StoreError> {
        self.require(Matter::Tasks, Act::Change)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT id, made_at, made_by, plan, (SELECT count(*) FROM task WHERE assignment_id = assignment.id)
             FROM assignment ORDER BY id DESC",
        )?;
        let mut rows = statement.query([])?;
        let mut made = Vec::new();
        while let Some(row) = rows.next()? {
            let plan: PlanRow = serde_json::from_str(&row.get::<_, String>(3)?)
                .map_err(|why| unreadable("how films were handed out", why))?;
            made.push(StoredAssignment {
                id: row.get(0)?,
                at_ms: row.get(1)?,
                by: row.get(2)?,
                num_tasks: row.get(4)?,
                pool: plan.pool,
                stage: Stage::parse(&plan.stage).ok_or_else(|| unreadable("how films were handed out", &plan.stage))?,
                strategy: plan.strategy,
                each: plan.each,
                people: plan.people.into_iter().map(ReaderId::new).collect(),
                seed: plan.seed,
            });
        }
        Ok(made)
    }

    /// What was left tells who has completed what: nothing of it to whoever reads without knowing of others.
    fn touched(&self, changed: usize, left: usize) -> TasksTouched {
        TasksTouched { changed, left: if self.require_sight().is_ok() { left } else { 0 } }
    }

    /// Who is at it, for the audit.
    pub(super) fn acting(&self) -> String {
        self.pass().map_or_else(String::new, |pass| pass.reader().to_string())
    }
}

/// What callers say of people may be old, or made up: roles, years and who has left are read where films are dealt.
fn checked(conn: &Connection, stage: Stage, people: &[Candidate]) -> Result<Vec<Candidate>, StoreError> {
    let about: String = conn.query_row("SELECT about FROM project", [], |row| row.get(0))?;
    let least = super::about::about_from_json(&about)?.least_years[match stage {
        Stage::Read => 0,
        Stage::Review => 1,
    }];
    let known = super::review_gate::people(conn)?;
    let check = |one: &Candidate| {
        let Some(reader) = known.iter().find(|reader| reader.id == one.id) else {
            return Err(StoreError::RuleRefused(format!("the project has no reader {}; add the person first", one.id)));
        };
        match hindrance(reader, stage, least) {
            Some(why) => Err(StoreError::RuleRefused(format!("{} can't get these films: {why}", one.id))),
            None => Ok(Candidate { id: one.id.clone(), years: reader.years_of_experience }),
        }
    };
    people.iter().map(check).collect()
}

fn deal_now(conn: &Connection, plan: &Plan, pool: &[PoolFilm], people: &[Candidate]) -> Result<Dealt, StoreError> {
    let people = &checked(conn, plan.stage, people)?;
    let tasks = super::tasks::all_tasks(conn)?;
    let (read, truths) = (completed(conn)?, truths(conn)?);
    let years = years(conn)?;
    deal(plan, Table { pool, people, tasks: &tasks, read: &read, truths: &truths, years: &years })
        .map_err(|why| StoreError::RuleRefused(why.to_string()))
}

fn completed(conn: &Connection) -> Result<BTreeSet<(ImageId, ReaderId)>, StoreError> {
    films_and_people(
        conn,
        "SELECT reading.image_id, coalesce(reader.repeat_of, reading.rad_id)
         FROM reading LEFT JOIN reader ON reader.rad_id = reading.rad_id
         WHERE reading.state = 'completed' AND reading.rad_id <> ?1",
    )
}

/// Who knows the truth of a film, and has read it under no other layer of theirs.
fn truths(conn: &Connection) -> Result<BTreeSet<(ImageId, ReaderId)>, StoreError> {
    films_and_people(
        conn,
        "SELECT hidden_truth.image_id, coalesce(reader.repeat_of, hidden_truth.layer)
         FROM hidden_truth LEFT JOIN reader ON reader.rad_id = hidden_truth.layer
         WHERE hidden_truth.layer <> ?1 AND NOT EXISTS (
             SELECT 1 FROM reading r LEFT JOIN reader p ON p.rad_id = r.rad_id
             WHERE r.image_id = hidden_truth.image_id AND r.state = 'completed' AND r.rad_id <> hidden_truth.layer
             AND coalesce(p.repeat_of, r.rad_id) = coalesce(reader.repeat_of, hidden_truth.layer))",
    )
}

fn films_and_people(conn: &Connection, sql: &str) -> Result<BTreeSet<(ImageId, ReaderId)>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([CONSENSUS_LAYER], |row| {
        Ok((ImageId::new(row.get::<_, String>(0)?), ReaderId::new(row.get::<_, String>(1)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn years(conn: &Connection) -> Result<BTreeMap<ReaderId, Option<u32>>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT rad_id, years_of_experience FROM reader WHERE repeat_of IS NULL")?;
    let rows = statement.query_map([], |row| Ok((ReaderId::new(row.get::<_, String>(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn insert_assignment(conn: &Connection, order: &HandOut<'_>, by: &str) -> Result<i64, StoreError> {
    let plan = order.plan;
    let row = PlanRow {
        pool: order.pool_words.to_owned(),
        stage: plan.stage.as_str().to_owned(),
        strategy: plan.strategy.key().to_owned(),
        each: plan.strategy.count(),
        unit: plan.unit.as_str().to_owned(),
        people: order.people.iter().map(|one| one.id.to_string()).collect(),
        seed: plan.seed,
        priority: plan.priority,
        is_mixed_in: plan.is_mixed_in,
        is_hidden_truth: plan.is_hidden_truth,
    };
    let row = serde_json::to_string(&row).map_err(|why| unreadable("how films are handed out", why))?;
    conn.prepare_cached("INSERT INTO assignment (made_at, made_by, plan) VALUES (?1, ?2, ?3)")?.execute(params![
        order.at_ms,
        by,
        row
    ])?;
    Ok(conn.last_insert_rowid())
}

fn write_tasks(conn: &Connection, plan: &Plan, dealt: &Dealt, assignment: i64) -> Result<(), StoreError> {
    for &(id, place) in &dealt.moved {
        conn.prepare_cached("UPDATE task SET place = ?1 WHERE id = ?2")?.execute(params![place, id])?;
    }
    let mut insert = conn.prepare_cached(
        "INSERT INTO task (image_id, rad_id, stage, place, priority, is_hidden_truth, assignment_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut layers: BTreeMap<(&ReaderId, u32), ReaderId> = BTreeMap::new();
    for task in &dealt.tasks {
        let layer = match layers.get(&(&task.person, task.reading)) {
            Some(layer) => layer.clone(),
            None => {
                let layer = layer_of_reading(conn, &task.person, task.reading)?;
                layers.insert((&task.person, task.reading), layer.clone());
                layer
            }
        };
        insert.execute(params![
            task.image.as_str(),
            layer.as_str(),
            plan.stage.as_str(),
            task.place,
            plan.priority,
            plan.is_hidden_truth,
            assignment
        ])?;
    }
    Ok(())
}

/// The layer of a person's first, second, third reading of a film; makes it where there is none yet.
fn layer_of_reading(conn: &Connection, person: &ReaderId, reading: u32) -> Result<ReaderId, StoreError> {
    if reading <= 1 {
        return Ok(person.clone());
    }
    let mut name = format!("{person}.{reading}");
    loop {
        let mut find = conn.prepare_cached("SELECT repeat_of FROM reader WHERE rad_id = ?1")?;
        let found = find.query_map([&name], |row| row.get::<_, Option<String>>(0))?.next().transpose()?;
        match found {
            Some(of) if of.as_deref() == Some(person.as_str()) => return Ok(ReaderId::new(name)),
            // Somebody is called so.
            Some(_) => name.push('r'),
            None => {
                conn.prepare_cached(
                    "INSERT INTO reader (rad_id, name, years_of_experience, roles, certificate, repeat_of)
                     SELECT ?1, name, years_of_experience, '', '', rad_id FROM reader WHERE rad_id = ?2",
                )?
                .execute([&name, person.as_str()])?;
                return Ok(ReaderId::new(name));
            }
        }
    }
}

fn chosen(conn: &Connection, ids: &BTreeSet<i64>) -> Result<Vec<Task>, StoreError> {
    let mut tasks = super::tasks::all_tasks(conn)?;
    tasks.retain(|task| ids.contains(&task.id));
    tasks.sort_by(|a, b| (&a.person, a.place).cmp(&(&b.person, b.place)));
    Ok(tasks)
}

fn pool_film(conn: &Connection, image: &ImageId) -> Result<PoolFilm, StoreError> {
    let mut statement = conn.prepare_cached("SELECT study_id FROM film WHERE image_id = ?1")?;
    let study = statement.query_map([image.as_str()], |row| row.get::<_, String>(0))?.next().transpose()?;
    let study = study.unwrap_or_else(|| image.to_string());
    Ok(PoolFilm { image: image.clone(), study: study.as_str().into(), stratum: String::new() })
}

fn people_words(tasks: &[&Task]) -> String {
    let people: BTreeSet<&str> = tasks.iter().map(|task| task.person.as_str()).collect();
    people.into_iter().collect::<Vec<_>>().join(", ")
}

fn tell(
    conn: &Connection,
    at_ms: i64,
    by: &str,
    kind: EventKind,
    what: String,
    tasks: &[&Task],
) -> Result<(), StoreError> {
    let films: BTreeSet<&ImageId> = tasks.iter().map(|task| &task.image).collect();
    let films = films.into_iter().cloned().collect();
    insert_event(conn, &ProjectEvent { at_ms, by: by.to_owned(), kind, what, films })
}

/// For the audit: enough to do the same again.
fn words_of(plan: &Plan, num_films: usize, dealt: &Dealt) -> String {
    let stage = match plan.stage {
        Stage::Read if plan.is_hidden_truth => "to read with a known truth",
        Stage::Read => "to read",
        Stage::Review => "to review",
    };
    let people: Vec<&str> =
        dealt.loads.iter().filter(|(_, num)| **num > 0).map(|(person, _)| person.as_str()).collect();
    let key = plan.strategy.key();
    let dealt_as = plan.strategy.count().map_or_else(|| key.to_owned(), |each| format!("{key} {each}"));
    format!(
        "Films handed out {stage}: {num_films}. Tasks: {}, for {}. Dealt: {}, seed {}.",
        dealt.tasks.len(),
        people.join(", "),
        dealt_as,
        plan.seed
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::people::Reader;
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;

    #[test]
    fn one_film_of_two_readers_goes_to_a_third_once_only() {
        let place = tempfile::tempdir().unwrap();
        let new = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(place.path(), &new).unwrap();
        for id in ["R1", "R2", "R3"] {
            store.add_reader(&Reader::new(id, id)).unwrap();
        }
        let rows = "INSERT INTO assignment (id, made_at, plan) VALUES (1, 1, '{}');
             INSERT INTO task (id, image_id, rad_id, stage, place, assignment_id) VALUES
                 (1, 'a', 'R1', 'read', 1, 1), (2, 'a', 'R2', 'read', 1, 1), (3, 'b', 'R2', 'read', 2, 1)";
        store.conn.execute_batch(rows).unwrap();
        let to = Candidate { id: "R3".into(), years: None };
        let said = store.reassign(&BTreeSet::from([1, 2, 3]), &to, 5).unwrap_err().to_string();
        assert!(said.contains("1 of these films are with more than one reader"), "{said}");
        assert_eq!(store.tasks().unwrap().len(), 3, "all or nothing");
        assert_eq!(store.reassign(&BTreeSet::from([2, 3]), &to, 5).unwrap().changed, 2);
    }
}

//! Films in people's hands, and under which layer a person reads a film.

use rusqlite::{CachedStatement, Connection, Row, params};

use crate::domain::assignment::{Stage, Task};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::people::{Act, Matter};
use crate::domain::task::TaskState;

use super::error::{StoreError, unreadable};
use super::project::Store;

/// A person's review stands where the person's steps are: none, some, or signed.
const TASKS: &str = "
    SELECT task.id, task.image_id, task.rad_id, coalesce(reader.repeat_of, task.rad_id), task.stage, task.place,
           task.priority, task.is_paused, task.is_hidden_truth, assignment.made_at,
           CASE task.stage
               WHEN 'read' THEN coalesce(reading.state, 'new')
               ELSE CASE
                   WHEN EXISTS (
                       SELECT 1 FROM adjudication, json_each(adjudication.signers)
                       WHERE adjudication.image_id = task.image_id AND json_each.value = task.rad_id
                   ) THEN 'completed'
                   WHEN EXISTS (
                       SELECT 1 FROM adjudication_step AS step
                       WHERE step.image_id = task.image_id AND step.rad_id = task.rad_id
                   ) THEN 'doing'
                   ELSE 'new'
               END
           END
    FROM task
    JOIN assignment ON assignment.id = task.assignment_id
    LEFT JOIN reader ON reader.rad_id = task.rad_id
    LEFT JOIN reading ON reading.rad_id = task.rad_id AND reading.image_id = task.image_id";

impl Store {
    /// Every film in anybody's hands, person by person in their orders.
    pub fn tasks(&self) -> Result<Vec<Task>, StoreError> {
        self.require_hands_of(None)?;
        let mut tasks = self.as_told(all_tasks(&self.conn)?);
        tasks.sort_by(|a, b| a.person.cmp(&b.person).then_with(|| a.order().cmp(&b.order())));
        Ok(tasks)
    }

    /// The films in one person's hands, in the order in which they are to be done: what is to be read, then what is to
    /// be reviewed; paused ones last.
    pub fn tasks_of(&self, person: &ReaderId) -> Result<Vec<Task>, StoreError> {
        self.require_hands_of(Some(person))?;
        let of_person =
            format!("{TASKS} WHERE task.rad_id IN (SELECT ?1 UNION SELECT rad_id FROM reader WHERE repeat_of = ?1)");
        let mut statement = self.conn.prepare_cached(&of_person)?;
        let mut tasks = self.as_told(gather(&mut statement, [person.as_str()])?);
        tasks.sort_by_key(Task::order);
        Ok(tasks)
    }

    /// The layer under which this person reads the film now: that of the newest repeat that was handed out, else the
    /// person's own.
    pub fn layer_for(&self, image: &ImageId, person: &ReaderId) -> Result<ReaderId, StoreError> {
        self.require_hands_of(Some(person))?;
        let mut statement = self.conn.prepare_cached(
            "SELECT task.rad_id FROM task JOIN reader ON reader.rad_id = task.rad_id
             WHERE task.image_id = ?1 AND task.stage = 'read' AND reader.repeat_of = ?2
             ORDER BY task.id DESC LIMIT 1",
        )?;
        let mut rows = statement.query(params![image.as_str(), person.as_str()])?;
        Ok(match rows.next()? {
            Some(row) => ReaderId::new(row.get::<_, String>(0)?),
            None => person.clone(),
        })
    }

    /// Who hands films out must know where they are, whatever else they are kept from. Others see what is in their own
    /// hands.
    fn require_hands_of(&self, person: Option<&ReaderId>) -> Result<(), StoreError> {
        self.require(Matter::Tasks, Act::See)?;
        if self.require(Matter::Tasks, Act::Change).is_ok() {
            return Ok(());
        }
        person.map_or_else(|| self.require_sight(), |person| self.require_person(person))
    }

    /// Who knows that a film's truth is known reads it with more care. And who hands films out while they still read some
    /// knows where films are, but not how far others are with them.
    fn as_told(&self, mut tasks: Vec<Task>) -> Vec<Task> {
        let is_told = self.require(Matter::Tasks, Act::Change).is_ok();
        let sees_progress = self.require_sight().is_ok();
        for task in &mut tasks {
            task.is_hidden_truth &= is_told;
            if !sees_progress && self.pass().is_none_or(|pass| *pass.reader() != task.person) {
                task.state = TaskState::New;
            }
        }
        tasks
    }
}

/// In no order.
pub(super) fn all_tasks(conn: &Connection) -> Result<Vec<Task>, StoreError> {
    gather(&mut conn.prepare_cached(TASKS)?, [])
}

fn gather(statement: &mut CachedStatement<'_>, values: impl rusqlite::Params) -> Result<Vec<Task>, StoreError> {
    let mut rows = statement.query(values)?;
    let mut tasks = Vec::new();
    while let Some(row) = rows.next()? {
        tasks.push(task(row)?);
    }
    Ok(tasks)
}

fn task(row: &Row<'_>) -> Result<Task, StoreError> {
    let (stage, state): (String, String) = (row.get(4)?, row.get(10)?);
    Ok(Task {
        id: row.get(0)?,
        image: ImageId::new(row.get::<_, String>(1)?),
        layer: ReaderId::new(row.get::<_, String>(2)?),
        person: ReaderId::new(row.get::<_, String>(3)?),
        stage: Stage::parse(&stage).ok_or_else(|| unreadable("a task", stage))?,
        place: row.get(5)?,
        priority: row.get(6)?,
        is_paused: row.get(7)?,
        is_hidden_truth: row.get(8)?,
        handed_out_ms: row.get(9)?,
        state: TaskState::parse(&state).ok_or_else(|| unreadable("a task", state))?,
    })
}

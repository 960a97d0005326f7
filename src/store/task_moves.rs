//! Who may write to which film: edits are for the person in whose hands it is, and tasks move as
//! [`crate::domain::task::TRANSITIONS`] says.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, TransactionBehavior};

use crate::domain::assignment::Stage;
use crate::domain::edit::Edit;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::log::{NewLogEntry, Step};
use crate::domain::people::{Act, Matter};
use crate::domain::project_event::{EventKind, ProjectEvent};
use crate::domain::task::{Mover, TaskState, may_move};

use super::assignments::TasksTouched;
use super::error::StoreError;
use super::incoming::signed_films;
use super::project::Store;
use super::project_events::insert_event;
use super::readings::write_entry;
use super::tasks::all_tasks;

impl Store {
    /// Refuses an edit of a film that is not in the person's hands, and a move that is not the person's to make. Nobody
    /// signed in: a job, which knows what it does.
    pub(super) fn require_task(&self, entry: &NewLogEntry) -> Result<(), StoreError> {
        if self.pass().is_none() {
            return Ok(());
        }
        let moves = moves(&entry.edit);
        let is_reviewed = !moves.is_empty() && self.is_being_reviewed(&entry.image)?;
        if moves.iter().any(|(from, to)| !from.reader_may_make_it(*to, is_reviewed)) {
            return Err(StoreError::RuleRefused(
                "reviewers have begun to settle this film, so your reading stays completed. Ask whoever hands films out to \
                 give it back to you; questions of reviewers are answered without"
                    .to_owned(),
            ));
        }
        if !self.project().workflow.hands_out() || (says_only(&entry.edit) && self.may_see_others_of(&entry.image)?) {
            return Ok(());
        }
        let mut statement = self
            .conn
            .prepare_cached("SELECT is_paused FROM task WHERE image_id = ?1 AND rad_id = ?2 AND stage = 'read'")?;
        let key = [entry.image.as_str(), entry.reader.as_str()];
        match statement.query_row(key, |row| row.get(0)).optional()? {
            Some(false) => Ok(()),
            Some(true) => Err(StoreError::RuleRefused(
                "this film is set aside for now. Whoever hands films out can give it back to you".to_owned(),
            )),
            None => Err(StoreError::RuleRefused(
                "this film is not in your hands. What you marked before is kept; read your list again".to_owned(),
            )),
        }
    }

    fn is_being_reviewed(&self, image: &ImageId) -> Result<bool, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM adjudication WHERE image_id = ?1)
             OR EXISTS (SELECT 1 FROM adjudication_step WHERE image_id = ?1)",
        )?;
        Ok(statement.query_row([image.as_str()], |row| row.get(0))?)
    }

    /// Gives films back to their readers as new, as whoever hands films out may: marks stay. Those that are new, and
    /// reviews, are left.
    pub fn give_back(&mut self, ids: &BTreeSet<i64>, at_ms: i64) -> Result<TasksTouched, StoreError> {
        self.require(Matter::Tasks, Act::Change)?;
        self.require_sight()?;
        let by = self.pass().map_or_else(String::new, |pass| pass.reader().to_string());
        let session = self.session();
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut chosen = all_tasks(&tx)?;
        chosen.retain(|task| ids.contains(&task.id));
        let mut given: BTreeMap<ReaderId, Vec<ImageId>> = BTreeMap::new();
        let signed = signed_films(&tx)?;
        if !chosen.is_empty() && chosen.iter().all(|task| signed.contains(task.image.as_str())) {
            return Err(StoreError::RuleRefused(
                "reviewers have signed what these readings say, so they stay completed. Have a signature taken back first"
                    .to_owned(),
            ));
        }
        for task in chosen.iter().filter(|task| task.stage == Stage::Read && !signed.contains(task.image.as_str())) {
            if !may_move(Some(task.state), Some(TaskState::New), Mover::Manager) {
                continue;
            }
            let entry = NewLogEntry {
                image: task.image.clone(),
                reader: task.layer.clone(),
                step: Step::Do,
                edit: Edit::SetTaskState { before: task.state, after: TaskState::New },
                made_at_ms: at_ms,
            };
            write_entry(&tx, session, &entry)?;
            given.entry(task.person.clone()).or_default().push(task.image.clone());
        }
        let changed = given.values().map(Vec::len).sum();
        for (person, films) in given {
            let what = match films.len() {
                1 => format!("1 film was given back to {person} to be read again."),
                num => format!("{num} films were given back to {person} to be read again."),
            };
            let event = ProjectEvent { at_ms, by: by.clone(), kind: EventKind::TasksChanged, what, films };
            insert_event(&tx, &event)?;
        }
        tx.commit()?;
        Ok(TasksTouched { changed, left: chosen.len() - changed })
    }
}

/// From which state to which the edit moves the task.
fn moves(edit: &Edit) -> Vec<(TaskState, TaskState)> {
    match edit {
        Edit::SetTaskState { before, after } => vec![(*before, *after)],
        Edit::Batch { edits, .. } => edits.iter().flat_map(moves).collect(),
        _ => Vec::new(),
    }
}

/// Nothing but comments: whoever may see the film may say something of it.
fn says_only(edit: &Edit) -> bool {
    match edit {
        Edit::Comment { .. } => true,
        Edit::Batch { edits, .. } => edits.iter().all(says_only),
        _ => false,
    }
}

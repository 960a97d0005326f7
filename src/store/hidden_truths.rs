//! Films whose truth is known, kept back to be handed out as if nothing were known of them.

use rusqlite::{TransactionBehavior, params};

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::people::{Act, Matter};
use crate::domain::project_event::{EventKind, ProjectEvent};

use super::error::StoreError;
use super::project::Store;
use super::project_events::insert_event;

/// A film whose truth is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HiddenTruth {
    pub image: ImageId,
    /// The layer that knows it.
    pub layer: ReaderId,
}

impl Store {
    /// In the order of films. Only for who hands films out: a reader must not know.
    pub fn hidden_truths(&self) -> Result<Vec<HiddenTruth>, StoreError> {
        self.require(Matter::Tasks, Act::Change)?;
        let mut statement = self.conn.prepare_cached("SELECT image_id, layer FROM hidden_truth ORDER BY image_id")?;
        let rows = statement.query_map([], |row| {
            Ok(HiddenTruth {
                image: ImageId::new(row.get::<_, String>(0)?),
                layer: ReaderId::new(row.get::<_, String>(1)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps films back: what this layer says of them is the truth. All of them, or none where one has no completed reading.
    pub fn reserve_truths(&mut self, films: &[ImageId], layer: &ReaderId, at_ms: i64) -> Result<usize, StoreError> {
        self.require(Matter::Tasks, Act::Change)?;
        self.require_sight()?;
        let by = self.acting();
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut num = 0;
        for film in films {
            let is_known: bool = tx
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM reading WHERE image_id = ?1 AND rad_id = ?2 AND state = 'completed')",
                )?
                .query_row([film.as_str(), layer.as_str()], |row| row.get(0))?;
            if !is_known {
                return Err(StoreError::RuleRefused(format!(
                    "{layer} has not completed film {film}, so its truth is not known. Choose films that {layer} has \
                     completed, or another layer."
                )));
            }
            num += tx
                .prepare_cached(
                    "INSERT INTO hidden_truth (image_id, layer, reserved_at, reserved_by) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (image_id) DO UPDATE SET layer = excluded.layer WHERE layer <> excluded.layer",
                )?
                .execute(params![film.as_str(), layer.as_str(), at_ms, by])?;
        }
        if num > 0 {
            let what = match num {
                1 => format!("1 film is kept back, with what {layer} says as its truth."),
                _ => format!("{num} films are kept back, with what {layer} says as their truth."),
            };
            let kind = EventKind::TruthReserved;
            insert_event(&tx, &ProjectEvent { at_ms, by, kind, what, films: films.to_vec() })?;
        }
        tx.commit()?;
        Ok(num)
    }

    /// Films are handed out as others are again. Readings of them stay.
    pub fn release_truths(&mut self, films: &[ImageId], at_ms: i64) -> Result<usize, StoreError> {
        self.require(Matter::Tasks, Act::Change)?;
        let by = self.acting();
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut num = 0;
        for film in films {
            num += tx.prepare_cached("DELETE FROM hidden_truth WHERE image_id = ?1")?.execute([film.as_str()])?;
        }
        if num > 0 {
            let what = match num {
                1 => "1 film is no longer kept back.".to_owned(),
                _ => format!("{num} films are no longer kept back."),
            };
            let kind = EventKind::TruthReserved;
            insert_event(&tx, &ProjectEvent { at_ms, by, kind, what, films: films.to_vec() })?;
        }
        tx.commit()?;
        Ok(num)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::assignment::{Plan, Stage, Strategy};
    use crate::domain::people::{Reader, Role, Roles};
    use crate::domain::project::Workflow;
    use crate::domain::rules::default_rules;
    use crate::store::{HandOut, NewProject, TaskChange};

    /// M hands films out and has one to read; R1 has completed film a and not film b.
    fn project(place: &std::path::Path) -> Store {
        let new = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(place, &new).unwrap();
        let annotator = Roles::NONE.with(Role::Annotator);
        for (id, roles) in [("M", annotator.with(Role::DataManager)), ("R1", annotator)] {
            store.add_reader(&Reader { roles, ..Reader::new(id, id) }).unwrap();
        }
        store.set_workflow(Workflow::Blind { readers: 2 }).unwrap();
        let rows = "INSERT INTO assignment (id, made_at, plan) VALUES (1, 1, '{}');
             INSERT INTO task (id, image_id, rad_id, stage, place, assignment_id) VALUES
                 (1, 'a', 'R1', 'read', 1, 1), (2, 'b', 'R1', 'read', 2, 1), (3, 'c', 'M', 'read', 1, 1);
             INSERT INTO reading (image_id, rad_id, state, updated_at) VALUES ('a', 'R1', 'completed', 1)";
        store.conn.execute_batch(rows).unwrap();
        store
    }

    #[test]
    fn who_hands_out_and_still_reads_does_not_learn_how_far_others_are() {
        let place = tempfile::tempdir().unwrap();
        let mut store = project(place.path());
        let (films, first, both) = ([ImageId::from("b")], ReaderId::from("R1"), BTreeSet::from([1, 2]));
        store.sign_in(&"M".into(), None).unwrap();
        assert!(matches!(store.reserve_truths(&films, &first, 5), Err(StoreError::Blind)));
        assert!(matches!(store.give_back(&both, 5), Err(StoreError::Blind)));
        let plan = Plan::new(Stage::Read, Strategy::All);
        let order = HandOut { plan: &plan, pool: &[], pool_words: "", people: &[], at_ms: 5 };
        assert!(matches!(store.preview_hand_out(&order), Err(StoreError::Blind)));
        assert_eq!(store.change_tasks(&both, TaskChange::Pause(true), 5).unwrap().left, 0);
        assert_eq!(store.take_back(&both, 5).unwrap().left, 0);
        // Who reads none is told.
        store.conn.execute("DELETE FROM task WHERE id = 3", []).unwrap();
        assert_eq!(store.take_back(&BTreeSet::from([1]), 6).unwrap().left, 1);
        assert!(matches!(store.reserve_truths(&films, &first, 5), Err(StoreError::RuleRefused(_))));
    }
}

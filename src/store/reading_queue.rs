//! The films worth reading next, and the coarse pictures by which it is known how new a film is.

use std::collections::BTreeMap;

use rusqlite::{TransactionBehavior, params};

use crate::domain::id::ImageId;
use crate::domain::people::{Act, Matter};
use crate::domain::project_event::ProjectEvent;
use crate::domain::training::grey_print::GreyPrint;
use crate::domain::training::queueing::{Queued, Reason};

use super::error::{StoreError, unreadable};
use super::project::Store;
use super::project_events::insert_event;

impl Store {
    /// Puts a queue in the place of the one before.
    pub fn set_reading_queue(&mut self, queue: &[Queued], event: &ProjectEvent) -> Result<(), StoreError> {
        self.require(Matter::Tasks, Act::Change)?;
        let event = &self.signed(event);
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute("DELETE FROM reading_queue", [])?;
        {
            let mut insert = tx.prepare_cached(
                "INSERT INTO reading_queue (position, image_id, reason, score, made_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for (position, one) in (1_i64..).zip(queue) {
                insert.execute(params![position, one.image.as_str(), one.reason.as_str(), one.score, event.at_ms])?;
            }
        }
        insert_event(&tx, event)?;
        tx.commit()?;
        Ok(())
    }

    /// The queue as it was made last, in its order; films that were read since are still in it.
    pub fn reading_queue(&self) -> Result<Vec<Queued>, StoreError> {
        self.require(Matter::Tasks, Act::See)?;
        let mut statement =
            self.conn.prepare_cached("SELECT image_id, reason, score FROM reading_queue ORDER BY position")?;
        let mut rows = statement.query([])?;
        let mut queue = Vec::new();
        while let Some(row) = rows.next()? {
            let reason: String = row.get(1)?;
            queue.push(Queued {
                image: ImageId::new(row.get::<_, String>(0)?),
                reason: Reason::parse(&reason).ok_or_else(|| unreadable("the reading queue", reason))?,
                score: row.get(2)?,
            });
        }
        Ok(queue)
    }

    /// Where each film stands in the queue, from 1.
    pub(super) fn places_in_queue(&self) -> Result<BTreeMap<String, u32>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT image_id, position FROM reading_queue")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The coarse pictures that were made, by content of the films' files.
    pub fn grey_prints(&self) -> Result<BTreeMap<[u8; 32], GreyPrint>, StoreError> {
        self.require(Matter::Films, Act::See)?;
        let mut statement = self.conn.prepare_cached("SELECT sha256, greys FROM grey_print")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, [u8; 32]>(0)?, GreyPrint::from_bytes(row.get::<_, [u8; GreyPrint::NUM_BYTES]>(1)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn add_grey_prints(&mut self, prints: &[([u8; 32], GreyPrint)]) -> Result<(), StoreError> {
        self.require(Matter::Films, Act::See)?;
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut insert = tx.prepare_cached("INSERT OR IGNORE INTO grey_print (sha256, greys) VALUES (?1, ?2)")?;
            for (sha256, print) in prints {
                insert.execute(params![sha256, print.bytes()])?;
            }
        }
        tx.commit()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::project_event::EventKind;
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;

    #[test]
    fn a_queue_takes_the_place_of_the_one_before() {
        let place = tempfile::tempdir().unwrap();
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(place.path(), &project).unwrap();
        let event = ProjectEvent {
            at_ms: 5,
            by: String::new(),
            kind: EventKind::ReadingQueueMade,
            what: "Made.".to_owned(),
            films: vec![],
        };
        let queued = |image: &str, reason, score| Queued { image: image.into(), reason, score };
        let first: Vec<Queued> = Reason::ALL
            .into_iter()
            .zip(["d", "c", "b", "a"])
            .map(|(reason, image)| queued(image, reason, 0.5))
            .collect();
        store.set_reading_queue(&first, &event).unwrap();
        assert_eq!(store.reading_queue().unwrap(), first);
        assert_eq!(store.places_in_queue().unwrap()["c"], 2);
        let second = [queued("c", Reason::Novelty, 0.25)];
        store.set_reading_queue(&second, &event).unwrap();
        assert_eq!(store.reading_queue().unwrap(), second);
        // A film can't stand in it twice; then the old queue stays.
        let twice = [queued("a", Reason::Random, 0.0), queued("a", Reason::Novelty, 0.1)];
        assert!(store.set_reading_queue(&twice, &event).is_err());
        assert_eq!(store.reading_queue().unwrap(), second);
        assert_eq!(store.events().unwrap().len(), 2);

        let print = |grey: u8| GreyPrint::from_bytes([grey; GreyPrint::NUM_BYTES]);
        store.add_grey_prints(&[([1; 32], print(1)), ([2; 32], print(2))]).unwrap();
        store.add_grey_prints(&[([2; 32], print(9))]).unwrap();
        assert_eq!(store.grey_prints().unwrap(), BTreeMap::from([([1; 32], print(1)), ([2; 32], print(2))]));
    }
}

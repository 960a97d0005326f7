//! Verdicts on the disagreements of an evaluation: only ever added to.

use rusqlite::params;

use crate::domain::evaluation::run::EvaluationId;
use crate::domain::evaluation::verdict::{Ruling, Verdict};
use crate::domain::id::{ImageId, ReaderId};

use super::error::StoreError;
use super::project::Store;

impl Store {
    /// Keeps a verdict behind those that are there.
    pub fn add_ruling(&mut self, run: EvaluationId, ruling: &Ruling) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO ruling (evaluation_id, image_id, detection, truth, verdict, note, rad_id, ruled_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                run.0,
                ruling.image.as_str(),
                ruling.detection,
                ruling.truth,
                ruling.verdict.as_str(),
                ruling.note,
                ruling.by.as_str(),
                ruling.at_ms
            ])?;
        Ok(())
    }

    /// Every verdict on a run, in the order in which they were given.
    pub fn rulings(&self, run: EvaluationId) -> Result<Vec<Ruling>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT image_id, detection, truth, verdict, note, rad_id, ruled_at
             FROM ruling WHERE evaluation_id = ?1 ORDER BY id",
        )?;
        let rows = statement.query_map([run.0], |row| {
            let verdict: String = row.get(3)?;
            Ok(Ruling {
                image: ImageId::new(row.get::<_, String>(0)?),
                detection: row.get(1)?,
                truth: row.get(2)?,
                // The table takes no other words.
                verdict: Verdict::parse(&verdict).unwrap_or(Verdict::Unclear),
                note: row.get(4)?,
                by: ReaderId::new(row.get::<_, String>(5)?),
                at_ms: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;

    #[test]
    fn verdicts_come_back_in_their_order_and_of_their_run_alone() {
        let folder = tempfile::tempdir().unwrap();
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(folder.path(), &project).unwrap();
        let ruling = |detection, truth, verdict, note: &str| Ruling {
            image: "film".into(),
            detection,
            truth,
            verdict,
            note: note.into(),
            by: "R1".into(),
            at_ms: 1_780_000_000_000,
        };
        let mut given = Vec::new();
        for (n, (verdict, _)) in Verdict::ALL.into_iter().enumerate() {
            given.push(ruling(Some(n as u32), None, verdict, "seen twice"));
            given.push(ruling(None, Some(n as u32), verdict, ""));
            given.push(ruling(None, None, verdict, "the film"));
        }
        for one in &given {
            store.add_ruling(EvaluationId(7), one).unwrap();
        }
        store.add_ruling(EvaluationId(8), &ruling(Some(1), Some(2), Verdict::Both, "")).unwrap();
        drop(store);
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.rulings(EvaluationId(7)).unwrap(), given);
        assert_eq!(store.rulings(EvaluationId(8)).unwrap().len(), 1);
        assert_eq!(store.rulings(EvaluationId(9)).unwrap(), []);
        let changed = store.conn.execute("UPDATE ruling SET verdict = 'both'", []);
        assert!(changed.unwrap_err().to_string().contains("a later one replaces it"));
    }
}

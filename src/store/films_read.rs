//! Every completed reading as it ended and as it was when its reader first saw what a model says, for reader studies.

use std::collections::BTreeMap;

use crate::domain::evaluation::reader_study::{FilmRead, Said};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::task::TaskState;

use super::error::StoreError;
use super::project::Store;

type Key = (ImageId, ReaderId);

impl Store {
    /// Completed readings by film and then reader. What a reading was is played back from the log: edits at the very moment
    /// of the first sight come before it, because completing a film is what shows the model. Labels that were imported
    /// count as there from the start.
    pub fn films_read(&self) -> Result<Vec<FilmRead>, StoreError> {
        self.require_sight()?;
        let first_seen = self.first_sights()?;
        let times = self.active_times()?;
        let mut before: BTreeMap<Key, Option<Said>> = BTreeMap::new();
        let book = self.play_log(&mut |book, image, reader, made_at_ms| {
            let key = (image.clone(), reader.clone());
            if first_seen.get(&key).is_some_and(|&seen| made_at_ms > seen) && !before.contains_key(&key) {
                let said = book.reading(image, reader).and_then(Said::of);
                before.insert(key, said);
            }
        })?;
        let mut films = Vec::new();
        for reading in book.readings().filter(|reading| reading.state() == TaskState::Completed) {
            let key = (reading.image().clone(), reading.reader().clone());
            let last = Said::of(reading);
            let has_seen = first_seen.contains_key(&key);
            // Seen and never changed since: what it is, it was.
            let without = if has_seen { before.get(&key).copied().unwrap_or(last) } else { last };
            let active_ms = times.get(&key).copied().unwrap_or(0);
            let with = last.filter(|_| has_seen);
            films.push(FilmRead { image: key.0, reader: key.1, without, with, active_ms });
        }
        Ok(films)
    }

    /// When each reader first saw any model's answer about a film.
    fn first_sights(&self) -> Result<BTreeMap<Key, i64>, StoreError> {
        self.numbers_of_readings("SELECT image_id, rad_id, min(first_seen_at) FROM model_seen GROUP BY 1, 2")
    }

    fn active_times(&self) -> Result<BTreeMap<Key, u64>, StoreError> {
        let times =
            self.numbers_of_readings("SELECT image_id, rad_id, sum(active_ms) FROM reading_time GROUP BY 1, 2")?;
        Ok(times.into_iter().map(|(key, ms)| (key, ms.max(0).cast_unsigned())).collect())
    }

    fn numbers_of_readings(&self, sql: &str) -> Result<BTreeMap<Key, i64>, StoreError> {
        let mut statement = self.conn.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            let (image, reader): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(((ImageId::new(image), ReaderId::new(reader)), row.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::annotation::{Annotation, Origin};
    use crate::domain::attribute::{Attributes, Certainty};
    use crate::domain::edit::Edit;
    use crate::domain::geometry::Rect;
    use crate::domain::id::AnnotationId;
    use crate::domain::label::LabelName;
    use crate::domain::log::{NewLogEntry, Step};
    use crate::domain::model::ModelId;
    use crate::domain::reading_time::ReadingTime;
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;

    const NORMAL: Option<Said> = Some(Said::NORMAL);
    const ABNORMAL: Option<Said> = Some(Said::ABNORMAL);

    fn store(folder: &std::path::Path) -> Store {
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        Store::create(folder, &project).unwrap()
    }

    fn commit(store: &mut Store, film: &str, at_ms: i64, edit: Edit) {
        let entry = NewLogEntry { image: film.into(), reader: "R1".into(), step: Step::Do, edit, made_at_ms: at_ms };
        store.commit(&entry).unwrap();
    }

    fn mark(n: u32, certainty: Option<Certainty>) -> Annotation {
        let rect = Rect::from_columns(0.0, 0.0, 9.0, 9.0).unwrap();
        let mark = Annotation::boxed(AnnotationId::new(1, n), LabelName::new("Osteophytes"), rect, Origin::Drawn);
        mark.unwrap().with_attributes(Attributes { certainty, ..Attributes::default() })
    }

    fn state(before: TaskState, after: TaskState) -> Edit {
        Edit::SetTaskState { before, after }
    }

    #[test]
    fn what_was_said_before_the_model_is_kept_apart() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store(folder.path());
        let no_finding = |n: u32| Annotation::no_finding(AnnotationId::new(1, n), Origin::Drawn);
        // Completed as normal, then the model is seen, and the reading is changed.
        commit(&mut store, "changed", 10, Edit::Add(no_finding(1)));
        commit(&mut store, "changed", 11, state(TaskState::New, TaskState::Completed));
        store.note_models_seen(&"changed".into(), &"R1".into(), &[ModelId(1)], 11).unwrap();
        commit(&mut store, "changed", 12, state(TaskState::Completed, TaskState::Doing));
        commit(&mut store, "changed", 13, Edit::Remove(no_finding(1)));
        commit(&mut store, "changed", 14, Edit::Add(mark(2, Some(Certainty::Possible))));
        commit(&mut store, "changed", 15, state(TaskState::Doing, TaskState::Completed));
        // The same, and left as it was.
        commit(&mut store, "kept", 20, Edit::Add(mark(3, None)));
        commit(&mut store, "kept", 21, state(TaskState::New, TaskState::Completed));
        store.note_models_seen(&"kept".into(), &"R1".into(), &[ModelId(1)], 21).unwrap();
        // The model was seen first.
        store.note_models_seen(&"shown".into(), &"R1".into(), &[ModelId(1)], 30).unwrap();
        commit(&mut store, "shown", 31, Edit::Add(mark(4, None)));
        commit(&mut store, "shown", 32, state(TaskState::New, TaskState::Completed));
        // It was never seen; and a film that is not completed.
        commit(&mut store, "never", 40, Edit::Add(no_finding(5)));
        commit(&mut store, "never", 41, state(TaskState::New, TaskState::Completed));
        commit(&mut store, "open", 50, Edit::Add(mark(6, None)));
        let time = |ms: u64, tool: &str| ReadingTime {
            reader: "R1".into(),
            image: "kept".into(),
            tool: tool.into(),
            active_ms: ms,
        };
        store.add_reading_time(&[time(3000, "select"), time(2000, "box")]).unwrap();

        let films = store.films_read().unwrap();
        let found: Vec<_> =
            films.iter().map(|film| (film.image.as_str(), film.without, film.with, film.active_ms)).collect();
        let possible = films[0].with;
        assert_eq!(possible.map(Said::score), Some(1));
        assert_eq!(
            found,
            [
                ("changed", NORMAL, possible, 0),
                ("kept", ABNORMAL, ABNORMAL, 5000),
                ("never", NORMAL, None, 0),
                ("shown", None, ABNORMAL, 0),
            ]
        );
    }
}

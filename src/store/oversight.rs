//! What the overview of a project is counted from, read at once: readings, films handed out, reviews, comments that wait.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::comment::threads;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::oversight::{
    ReadingStanding, ReviewStanding, ReviewTaskStanding, Standing, TaskStanding, WaitingThread,
};
use crate::domain::people::CONSENSUS_LAYER;
use crate::domain::reading::{Decision, Reading};
use crate::domain::task::TaskState;

use super::comments::load_comments;
use super::error::{StoreError, unreadable};
use super::project::Store;

const DAY_MS: i64 = 86_400_000;

/// All that the overview is made of, but the labels.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Oversight {
    pub standing: Standing,
    /// Layers of further readings by the same person.
    pub repeats: BTreeSet<ReaderId>,
    /// The longest waiting first.
    pub waiting: Vec<WaitingThread>,
}

/// Layers by name, and who reads under each.
#[derive(Default)]
struct People {
    ids: Vec<ReaderId>,
    /// Place in `ids`, and whether the layer is a repeat.
    of_layer: HashMap<String, (u32, bool)>,
}

impl People {
    fn person(&mut self, layer: &str) -> (u32, bool) {
        if let Some(known) = self.of_layer.get(layer) {
            return *known;
        }
        self.ids.push(ReaderId::from(layer));
        let place = (self.ids.len() as u32 - 1, false);
        self.of_layer.insert(layer.to_owned(), place);
        place
    }
}

impl Store {
    /// Of all people and all films: for whoever looks after the project.
    pub fn oversight(&self) -> Result<Oversight, StoreError> {
        self.require_sight()?;
        let (mut people, repeats) = self.people_by_layer()?;
        let films = self.film_places()?;
        let tasks = self.task_standings(&films, &mut people)?;
        let review_tasks = self.review_task_standings(&films, &mut people)?;
        let readings = self.reading_standings(&films, &mut people)?;
        let reviews = self.review_standings(&films)?;
        let standing =
            Standing { num_films: films.len() as u32, readers: people.ids, readings, tasks, review_tasks, reviews };
        Ok(Oversight { standing, repeats, waiting: self.waiting_threads()? })
    }

    fn people_by_layer(&self) -> Result<(People, BTreeSet<ReaderId>), StoreError> {
        let mut people = People::default();
        let mut repeats = BTreeSet::new();
        // People before their further layers.
        let mut statement =
            self.conn.prepare_cached("SELECT rad_id, repeat_of FROM reader ORDER BY repeat_of IS NOT NULL, rad_id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (layer, of): (String, Option<String>) = (row.get(0)?, row.get(1)?);
            match of {
                None => {
                    people.person(&layer);
                }
                Some(person) => {
                    let (place, _) = people.person(&person);
                    repeats.insert(ReaderId::new(layer.clone()));
                    people.of_layer.insert(layer, (place, true));
                }
            }
        }
        Ok((people, repeats))
    }

    fn film_places(&self) -> Result<HashMap<String, u32>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT image_id FROM film ORDER BY image_id")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.enumerate().map(|(place, id)| Ok((id?, place as u32))).collect()
    }

    fn task_standings(
        &self,
        films: &HashMap<String, u32>,
        people: &mut People,
    ) -> Result<Vec<TaskStanding>, StoreError> {
        let mut statement =
            self.conn.prepare_cached("SELECT image_id, rad_id, is_paused FROM task WHERE stage = 'read'")?;
        let mut rows = statement.query([])?;
        let mut tasks = Vec::new();
        while let Some(row) = rows.next()? {
            let text = |i: usize| row.get_ref(i)?.as_str().map_err(|e| unreadable("a task", e));
            let Some(&film) = films.get(text(0)?) else { continue };
            let (reader, is_repeat) = people.person(text(1)?);
            tasks.push(TaskStanding { film, reader, is_repeat, is_paused: row.get(2)? });
        }
        Ok(tasks)
    }

    fn review_task_standings(
        &self,
        films: &HashMap<String, u32>,
        people: &mut People,
    ) -> Result<Vec<ReviewTaskStanding>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT task.image_id, task.rad_id, EXISTS (
                 SELECT 1 FROM adjudication, json_each(adjudication.signers)
                 WHERE adjudication.image_id = task.image_id AND json_each.value = task.rad_id)
             FROM task WHERE stage = 'review'",
        )?;
        let mut rows = statement.query([])?;
        let mut tasks = Vec::new();
        while let Some(row) = rows.next()? {
            let text = |i: usize| row.get_ref(i)?.as_str().map_err(|e| unreadable("a task", e));
            let Some(&film) = films.get(text(0)?) else { continue };
            let (reader, _) = people.person(text(1)?);
            tasks.push(ReviewTaskStanding { film, reader, is_signed: row.get(2)? });
        }
        Ok(tasks)
    }

    fn reading_standings(
        &self,
        films: &HashMap<String, u32>,
        people: &mut People,
    ) -> Result<Vec<ReadingStanding>, StoreError> {
        let mut times: HashMap<(u32, String), u64> = HashMap::new();
        let mut statement =
            self.conn.prepare_cached("SELECT image_id, rad_id, sum(active_ms) FROM reading_time GROUP BY 1, 2")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let text = |i: usize| row.get_ref(i)?.as_str().map_err(|e| unreadable("reading time", e));
            if let Some(&film) = films.get(text(0)?) {
                times.insert((film, text(1)?.to_owned()), row.get::<_, i64>(2)?.max(0).cast_unsigned());
            }
        }
        let mut statement = self.conn.prepare_cached(
            "SELECT image_id, rad_id, state, unfit IS NOT NULL, num_marks + num_image_labels > 0, has_no_finding, labels,
                    updated_at,
                    EXISTS (SELECT 1 FROM hidden_truth h
                            WHERE h.image_id = reading.image_id AND h.layer = reading.rad_id)
             FROM reading WHERE rad_id <> ?1",
        )?;
        let mut rows = statement.query([CONSENSUS_LAYER])?;
        // Sets of labels are compared by number; there are far fewer sets than readings.
        let mut sets: HashMap<String, u32> = HashMap::new();
        let mut set_of_text: HashMap<String, u32> = HashMap::new();
        let mut readings = Vec::new();
        while let Some(row) = rows.next()? {
            let text = |i: usize| row.get_ref(i)?.as_str().map_err(|e| unreadable("a reading", e));
            let Some(&film) = films.get(text(0)?) else { continue };
            let layer = text(1)?;
            let state = text(2)?;
            let state = TaskState::parse(state).ok_or_else(|| unreadable("a reading's state", state))?;
            let json = text(6)?;
            let labels = match set_of_text.get(json) {
                Some(number) => *number,
                None => {
                    let names: BTreeSet<String> =
                        serde_json::from_str(json).map_err(|e| unreadable("a reading's labels", e))?;
                    let key = names.into_iter().collect::<Vec<_>>().join("\n");
                    let next = sets.len() as u32;
                    let number = *sets.entry(key).or_insert(next);
                    set_of_text.insert(json.to_owned(), number);
                    number
                }
            };
            let active_ms = times.get(&(film, layer.to_owned())).copied().unwrap_or(0);
            let (reader, is_repeat) = people.person(layer);
            let decision = match (row.get(4)?, row.get(5)?) {
                (true, _) => Decision::Abnormal,
                (false, true) => Decision::Normal,
                (false, false) => Decision::Undecided,
            };
            readings.push(ReadingStanding {
                film,
                reader,
                is_repeat,
                is_truth: row.get(8)?,
                is_completed: state == TaskState::Completed,
                is_unfit: row.get(3)?,
                decision,
                labels,
                day: row.get::<_, i64>(7)?.div_euclid(DAY_MS),
                active_ms,
            });
        }
        Ok(readings)
    }

    fn review_standings(&self, films: &HashMap<String, u32>) -> Result<Vec<ReviewStanding>, StoreError> {
        let mut statement =
            self.conn.prepare_cached("SELECT image_id, json_array_length(signers), is_settled FROM adjudication")?;
        let mut rows = statement.query([])?;
        let mut reviews = Vec::new();
        while let Some(row) = rows.next()? {
            let image = row.get_ref(0)?.as_str().map_err(|e| unreadable("a review", e))?;
            let Some(&film) = films.get(image) else { continue };
            reviews.push(ReviewStanding { film, num_signed: row.get(1)?, is_settled: row.get(2)? });
        }
        Ok(reviews)
    }

    fn waiting_threads(&self) -> Result<Vec<WaitingThread>, StoreError> {
        let mut statement =
            self.conn.prepare_cached("SELECT DISTINCT image_id, rad_id FROM comment ORDER BY image_id, rad_id")?;
        let mut by_film: BTreeMap<ImageId, Vec<Reading>> = BTreeMap::new();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (image, by) = (ImageId::new(row.get::<_, String>(0)?), ReaderId::new(row.get::<_, String>(1)?));
            let comments = load_comments(&self.conn, &image, &by)?;
            by_film.entry(image.clone()).or_default().push(Reading::new(image, by).with_comments(comments));
        }
        let mut waiting = Vec::new();
        for (image, readings) in by_film {
            for thread in threads(&readings).into_iter().filter(|thread| !thread.is_resolved) {
                let Some(last) = thread.said.last() else { continue };
                waiting.push(WaitingThread {
                    image: image.clone(),
                    by: last.by.clone(),
                    text: last.comment.text.clone(),
                    at_ms: last.comment.made_at_ms,
                    pin: thread.pin,
                    num_words: thread.said.len() as u32,
                });
            }
        }
        waiting.sort_by(|a, b| a.at_ms.cmp(&b.at_ms).then_with(|| a.image.cmp(&b.image)));
        Ok(waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::annotation::{Annotation, Origin};
    use crate::domain::comment::{Comment, Pin};
    use crate::domain::edit::Edit;
    use crate::domain::id::{AnnotationId, PatientId, SeriesId, StudyId};
    use crate::domain::log::{NewLogEntry, Step};
    use crate::domain::people::Reader;
    use crate::domain::reading_time::ReadingTime;
    use crate::domain::rules::default_rules;
    use crate::domain::study::{FilmEntry, FilmFacts, FilmSource};
    use crate::store::NewProject;

    fn film(n: u8) -> FilmEntry {
        FilmEntry {
            facts: FilmFacts {
                image: ImageId::new(format!("film{n}")),
                series: SeriesId::new("s"),
                study: StudyId::new("s"),
                patient: PatientId::new("p"),
                width: 10,
                height: 10,
                num_frames: 1,
                modality: None,
                body_part: None,
                view_position: None,
                laterality: None,
                series_description: None,
                sex: None,
                age_years: None,
                study_date: None,
                series_number: None,
                instance_number: None,
                pixel_spacing_mm: None,
                is_lossy: false,
                is_synthetic: true,
                file_bytes: 1,
            },
            source: FilmSource::File("f".into()),
            sha256: [n; 32],
        }
    }

    #[test]
    fn everything_is_read_by_person_and_film() {
        let folder = tempfile::tempdir().unwrap();
        let new = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(folder.path(), &new).unwrap();
        for id in ["R1", "R2"] {
            store.add_reader(&Reader::new(id, id)).unwrap();
        }
        store.add_films(&[film(0), film(1)]).unwrap();
        store
            .conn
            .execute_batch(
                "INSERT INTO reader (rad_id, name, repeat_of) VALUES ('R1.2', '', 'R1');
                 INSERT INTO assignment (made_at, plan) VALUES (1, '{}');
                 INSERT INTO task (image_id, rad_id, stage, place, is_paused, assignment_id)
                 VALUES ('film0', 'R1', 'read', 0, 0, 1), ('film0', 'R1.2', 'read', 1, 1, 1),
                        ('film0', 'R2', 'review', 0, 0, 1), ('film1', 'R2', 'review', 1, 0, 1), ('gone', 'R1', 'read', 2, 0, 1);
                 INSERT INTO adjudication (image_id, num_clusters, num_settled, signers, is_settled, updated_at)
                 VALUES ('film1', 2, 1, '[\"R2\"]', 0, 1);",
            )
            .unwrap();
        let mut said = |film: &str, layer: &str, edit: Edit| {
            let (image, reader) = (film.into(), layer.into());
            store.commit(&NewLogEntry { image, reader, step: Step::Do, edit, made_at_ms: 3 * DAY_MS + 5 }).unwrap();
        };
        let no_finding = |id| Edit::Add(Annotation::no_finding(AnnotationId(id), Origin::Drawn));
        said("film0", "R1", no_finding(1));
        said("film0", "R1", Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed });
        said("film0", "R1.2", no_finding(2));
        said("film1", CONSENSUS_LAYER, no_finding(3));
        let comment = |id: i64, answers: Option<i64>, is_resolved| {
            let (id, answers) = (AnnotationId(id), answers.map(AnnotationId));
            let comment =
                Comment { id, answers, pin: Pin::Film, text: format!("word {}", id.0), is_resolved, made_at_ms: id.0 };
            Edit::Comment { before: None, after: Some(comment) }
        };
        said("film0", "R1", comment(11, None, false));
        said("film0", "R2", comment(12, Some(11), false));
        said("film1", "R2", comment(10, None, false));
        said("film1", "R1", comment(13, Some(10), true));
        let time = ReadingTime { reader: "R1".into(), image: "film0".into(), tool: "box".into(), active_ms: 900 };
        store.add_reading_time(&[time.clone(), ReadingTime { tool: "pan".into(), ..time }]).unwrap();

        let told = store.oversight().unwrap();
        assert_eq!(told.repeats, BTreeSet::from([ReaderId::from("R1.2")]));
        let standing = &told.standing;
        assert_eq!((standing.num_films, standing.readers.len()), (2, 2));
        let task = |is_repeat, is_paused| TaskStanding { film: 0, reader: 0, is_repeat, is_paused };
        assert_eq!(standing.tasks.len(), 2, "reviews and films that are gone are no readings to come");
        assert!(standing.tasks.contains(&task(false, false)) && standing.tasks.contains(&task(true, true)));
        let review = |film, is_signed| ReviewTaskStanding { film, reader: 1, is_signed };
        assert_eq!(standing.review_tasks, [review(0, false), review(1, true)]);
        assert_eq!(standing.reviews, [ReviewStanding { film: 1, num_signed: 1, is_settled: false }]);
        let own = standing.readings.iter().find(|one| one.film == 0 && one.reader == 0 && !one.is_repeat).unwrap();
        assert_eq!((own.is_completed, own.decision, own.day, own.active_ms), (true, Decision::Normal, 3, 1800));
        assert!(standing.readings.iter().any(|one| one.is_repeat && one.reader == 0));
        // The consensus is nobody's reading; the settled thread waits for nobody.
        assert!(standing.readings.iter().all(|one| (one.film, one.reader) != (1, 2)));
        let waiting: Vec<_> =
            told.waiting.iter().map(|one| (one.image.as_str(), one.by.as_str(), &*one.text, one.num_words)).collect();
        assert_eq!(waiting, [("film0", "R2", "word 12", 2)]);
    }
}

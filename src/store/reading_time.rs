//! Active reading time, added up by film, tool and day, and the reader's own numbers from it.

use rusqlite::{Connection, TransactionBehavior, params};

use crate::domain::id::ReaderId;
use crate::domain::label::LabelName;
use crate::domain::people::{Act, Matter};
use crate::domain::reading_time::{DayOfReading, ReaderStatistics, ReadingTime, median_ms};

use super::error::StoreError;
use super::project::{Store, now_ms};

impl Store {
    /// Adds to what is there, under today's date on this computer's calendar.
    pub fn add_reading_time(&mut self, times: &[ReadingTime]) -> Result<(), StoreError> {
        self.require(Matter::Films, Act::See)?;
        for time in times {
            if !self.is_own(&time.reader)? {
                return Err(StoreError::NotYours(time.reader.clone()));
            }
        }
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut add = tx.prepare_cached(
            "INSERT INTO reading_time (rad_id, image_id, tool, day, active_ms)
             VALUES (?1, ?2, ?3, date(?4 / 1000, 'unixepoch', 'localtime'), ?5)
             ON CONFLICT (rad_id, image_id, tool, day) DO UPDATE SET active_ms = active_ms + excluded.active_ms",
        )?;
        for time in times {
            let active_ms = i64::try_from(time.active_ms).unwrap_or(i64::MAX);
            add.execute(params![time.reader.as_str(), time.image.as_str(), time.tool, now_ms(), active_ms])?;
        }
        drop(add);
        tx.commit()?;
        Ok(())
    }

    /// What this reader has read and in what time; nothing of anybody else.
    pub fn reader_statistics(&self, reader: &ReaderId) -> Result<ReaderStatistics, StoreError> {
        self.require_person(reader)?;
        let reader = reader.as_str();
        let mut statistics = self.conn.query_row(
            "SELECT count(*) FILTER (WHERE state = 'completed'),
                    count(*) FILTER (WHERE state = 'completed' AND has_no_finding AND unfit IS NULL),
                    count(*) FILTER (WHERE state = 'completed' AND num_marks + num_image_labels > 0 AND unfit IS NULL),
                    count(*) FILTER (WHERE unfit IS NOT NULL)
             FROM reading WHERE rad_id = ?1",
            [reader],
            |row| {
                let count = |i| row.get::<_, i64>(i).map(|n| n as u64);
                Ok(ReaderStatistics {
                    num_read: count(0)?,
                    num_normal: count(1)?,
                    num_abnormal: count(2)?,
                    num_unfit: count(3)?,
                    ..ReaderStatistics::default()
                })
            },
        )?;
        statistics.marks = self.tally(
            "SELECT lesion_type, count(*) FROM annotation WHERE rad_id = ?1 AND xmin IS NOT NULL
             GROUP BY 1 ORDER BY 2 DESC, 1",
            reader,
            LabelName::new,
        )?;
        statistics.by_tool = self.tally(
            "SELECT tool, sum(active_ms) FROM reading_time WHERE rad_id = ?1 GROUP BY 1 ORDER BY 2 DESC, 1",
            reader,
            |tool: String| tool,
        )?;
        let films = self.tally(
            "SELECT image_id, sum(active_ms) FROM reading_time WHERE rad_id = ?1 GROUP BY 1 HAVING sum(active_ms) > 0",
            reader,
            |image: String| image,
        )?;
        let mut times: Vec<u64> = films.into_iter().map(|(_, active_ms)| active_ms).collect();
        statistics.num_timed = times.len() as u64;
        statistics.total_ms = times.iter().sum();
        statistics.median_ms = median_ms(&mut times);
        let mut statement = self.conn.prepare_cached(
            "SELECT day, sum(num_read), sum(active_ms) FROM (
                 SELECT date(updated_at / 1000, 'unixepoch', 'localtime') AS day, 1 AS num_read, 0 AS active_ms
                 FROM reading WHERE rad_id = ?1 AND state = 'completed'
                 UNION ALL SELECT day, 0, active_ms FROM reading_time WHERE rad_id = ?1
             ) GROUP BY day ORDER BY day DESC",
        )?;
        let days = statement.query_map([reader], |row| {
            let (num_read, active_ms): (i64, i64) = (row.get(1)?, row.get(2)?);
            Ok(DayOfReading { day: row.get(0)?, num_read: num_read as u64, active_ms: active_ms as u64 })
        })?;
        statistics.days = days.collect::<Result<_, _>>()?;
        Ok(statistics)
    }

    /// Rows of a name and a number.
    fn tally<N>(&self, sql: &str, reader: &str, name: impl Fn(String) -> N) -> Result<Vec<(N, u64)>, StoreError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([reader], |row| {
            let number: i64 = row.get(1)?;
            Ok((name(row.get(0)?), number as u64))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// How far this computer's clock is ahead of UTC now; 0 where it is not known.
pub fn utc_offset_secs() -> i64 {
    let offset = |conn: Connection| {
        conn.query_row("SELECT unixepoch('now', 'localtime') - unixepoch('now')", [], |row| row.get(0))
    };
    Connection::open_in_memory().and_then(offset).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::annotation::{Annotation, Origin};
    use crate::domain::edit::Edit;
    use crate::domain::geometry::Rect;
    use crate::domain::id::AnnotationId;
    use crate::domain::log::{NewLogEntry, Step};
    use crate::domain::quality::UnfitReason;
    use crate::domain::rules::default_rules;
    use crate::domain::task::TaskState;
    use crate::store::NewProject;

    fn spent(film: &str, tool: &str, secs: u64) -> ReadingTime {
        ReadingTime { reader: "R1".into(), image: film.into(), tool: tool.into(), active_ms: secs * 1000 }
    }

    fn boxed(id: i64, label: &str) -> Edit {
        let rect = Rect::from_columns(1.0, 1.0, 5.0, 5.0).expect("ordered");
        let mark = Annotation::boxed(AnnotationId(id), LabelName::new(label), rect, Origin::Drawn);
        Edit::Add(mark.expect("a lesion"))
    }

    #[test]
    fn a_reader_sees_the_own_films_marks_and_time_and_nobody_elses() {
        let folder = tempfile::tempdir().expect("scratch");
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(folder.path(), &project).expect("a project");
        let reader = ReaderId::from("R1");
        assert_eq!(store.reader_statistics(&reader).expect("readable"), ReaderStatistics::default());

        let mut said = |film: &str, reader: &str, edit: Edit| {
            let (image, reader) = (film.into(), reader.into());
            let made_at_ms = 1_700_000_000_000;
            store.commit(&NewLogEntry { image, reader, step: Step::Do, edit, made_at_ms }).expect("fits");
        };
        let complete = || Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed };
        said("sick", "R1", boxed(1, "Fracture"));
        said("sick", "R1", boxed(2, "Osteophytes"));
        said("sick", "R1", boxed(3, "Osteophytes"));
        said("sick", "R1", complete());
        said("well", "R1", Edit::Add(Annotation::no_finding(AnnotationId(4), Origin::Drawn)));
        said("well", "R1", complete());
        said("begun", "R1", boxed(5, "Osteophytes"));
        said("blurred", "R1", Edit::SetUnfit { before: None, after: Some(UnfitReason::LowQuality) });
        said("sick", "R2", boxed(6, "Tumor"));
        store.add_reading_time(&[spent("sick", "box", 40), spent("sick", "cobb", 20)]).expect("written");
        store
            .add_reading_time(&[spent("sick", "box", 5), spent("well", "box", 11), spent("begun", "pan", 30)])
            .unwrap();
        let of_another = ReadingTime { reader: "R2".into(), ..spent("sick", "box", 1000) };
        store.add_reading_time(&[of_another]).expect("written");

        let told = store.reader_statistics(&reader).expect("readable");
        assert_eq!((told.num_read, told.num_normal, told.num_abnormal, told.num_unfit), (2, 1, 1, 1));
        let marks: Vec<_> = told.marks.iter().map(|(label, n)| (label.as_str(), *n)).collect();
        assert_eq!(marks, [("Osteophytes", 3), ("Fracture", 1)]);
        assert_eq!((told.num_timed, told.median_ms, told.total_ms), (3, 30_000, 106_000));
        let tools: Vec<_> = told.by_tool.iter().map(|(tool, ms)| (tool.as_str(), *ms)).collect();
        assert_eq!(tools, [("box", 56_000), ("pan", 30_000), ("cobb", 20_000)]);
        let days: Vec<_> = told.days.iter().map(|day| (day.num_read, day.active_ms)).collect();
        assert_eq!(days, [(0, 106_000), (2, 0)], "today's time, and the day in 2023 that the films were read on");
        assert!(told.days[1].day.starts_with("2023-11-1"), "{:?}", told.days);
    }
}

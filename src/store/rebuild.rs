//! What the tables should hold according to the log alone, and where they differ from it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use rusqlite::OptionalExtension;

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::edit::Edit;
use crate::domain::id::{ImageId, LogSeq, ReaderId, SeriesId, StudyId};
use crate::domain::label::LabelName;
use crate::domain::presence::{LabelAnswers, Presence, SharedScope};
use crate::domain::reading::Reading;
use crate::domain::task::TaskState;

use super::chunk::{self, Chunk};
use super::error::{StoreError, unreadable};
use super::project::Store;
use super::readings::{Summary, load_reading};
use super::rows::{annotation_from_parts, box_from_columns, edit_from_json};
use super::shared_labels::{load_shared, scope_columns, scopes_of};

/// Every reading that the log knows, as its entries leave it.
#[derive(Debug, Default)]
pub struct LogBook {
    readings: BTreeMap<(ImageId, ReaderId), Rebuilt>,
    /// What readers said of whole series and studies.
    shared: BTreeMap<(SharedScope, ReaderId), LabelAnswers>,
    /// Entries that do not fit what the entries before them left.
    pub refused: Vec<(LogSeq, String)>,
    names: HashMap<String, LabelName>,
}

#[derive(Debug)]
struct Rebuilt {
    reading: Reading,
    updated_at_ms: i64,
}

/// One reading whose rows are not what the log says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    pub image: ImageId,
    pub reader: ReaderId,
    /// What differs, in words.
    pub what: &'static str,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "film {}, reader {}: {}", self.image, self.reader, self.what)
    }
}

impl LogBook {
    pub fn readings(&self) -> impl Iterator<Item = &Reading> {
        self.readings.values().map(|r| &r.reading)
    }

    pub fn reading(&self, image: &ImageId, reader: &ReaderId) -> Option<&Reading> {
        self.readings.get(&(image.clone(), reader.clone())).map(|rebuilt| &rebuilt.reading)
    }

    fn rebuilt(&mut self, image: &ImageId, reader: &ReaderId) -> &mut Rebuilt {
        self.readings
            .entry((image.clone(), reader.clone()))
            .or_insert_with(|| Rebuilt { reading: Reading::new(image.clone(), reader.clone()), updated_at_ms: 0 })
    }

    fn name(&mut self, text: &str) -> LabelName {
        if let Some(name) = self.names.get(text) {
            return name.clone();
        }
        let name = LabelName::new(text);
        self.names.insert(text.to_owned(), name.clone());
        name
    }

    fn take_in_edit(&mut self, seq: LogSeq, image: &ImageId, reader: &ReaderId, edit: &str, made_at_ms: i64) {
        let outcome = edit_from_json(edit).and_then(|edit| self.apply(&edit, image, reader));
        self.rebuilt(image, reader).updated_at_ms = made_at_ms;
        if let Err(error) = outcome {
            self.refused.push((seq, error.to_string()));
        }
    }

    /// Applies an edit to its reading; what is shared is lent to the reading while it is.
    fn apply(&mut self, edit: &Edit, image: &ImageId, reader: &ReaderId) -> Result<(), StoreError> {
        let scopes = scopes_of(edit);
        let lent = |wanted: fn(&SharedScope) -> bool| scopes.iter().find(|scope| wanted(scope)).copied().cloned();
        let series = lent(|scope| matches!(scope, SharedScope::Series(_)));
        let study = lent(|scope| matches!(scope, SharedScope::Study(_)));
        let answers = |scope: &Option<SharedScope>, shared: &BTreeMap<(SharedScope, ReaderId), LabelAnswers>| {
            let key = scope.clone().map(|scope| (scope, reader.clone()));
            key.and_then(|key| shared.get(&key).cloned()).unwrap_or_default()
        };
        let (of_series, of_study) = (answers(&series, &self.shared), answers(&study, &self.shared));
        let rebuilt = self.rebuilt(image, reader);
        let mut reading = rebuilt.reading.clone().with_shared_labels(of_series, of_study);
        edit.apply(&mut reading)?;
        let (of_series, of_study) = (reading.series_labels().clone(), reading.study_labels().clone());
        rebuilt.reading = reading.with_shared_labels(LabelAnswers::default(), LabelAnswers::default());
        for (scope, answers) in [(series, of_series), (study, of_study)] {
            if let Some(scope) = scope {
                self.shared.insert((scope, reader.clone()), answers);
            }
        }
        Ok(())
    }

    fn take_in_chunk(&mut self, import: i64, text: &str, made_at_ms: i64) -> Result<(), String> {
        let (state, chunk) = chunk::read(text)?;
        let mut marks: BTreeMap<(ImageId, ReaderId), Vec<Annotation>> = BTreeMap::new();
        let mut labels: BTreeMap<(ImageId, ReaderId), BTreeSet<LabelName>> = BTreeMap::new();
        match chunk {
            Chunk::Marks(rows) => {
                for row in rows {
                    let label = self.name(&row.lesion_type);
                    let origin = Origin::Imported { import };
                    let text = row.coordinate_text.as_deref().map(Into::into);
                    let extra = row.extra.as_deref().map(Into::into);
                    let shape = box_from_columns(row.columns()?)?;
                    let mark = annotation_from_parts(row.id, label, shape, origin, text, extra)?;
                    let key = (ImageId::from(&*row.image_id), ReaderId::from(&*row.rad_id));
                    marks.entry(key).or_default().push(mark);
                }
            }
            Chunk::ImageLabels(rows) => {
                for [image, reader, label] in rows {
                    let label = self.name(&label);
                    labels.entry((ImageId::from(&*image), ReaderId::from(&*reader))).or_default().insert(label);
                }
            }
        }
        for ((image, reader), marks) in marks {
            self.add(&image, &reader, marks, BTreeSet::new(), state, made_at_ms);
        }
        for ((image, reader), labels) in labels {
            self.add(&image, &reader, Vec::new(), labels, state, made_at_ms);
        }
        Ok(())
    }

    fn add(
        &mut self,
        image: &ImageId,
        reader: &ReaderId,
        mut marks: Vec<Annotation>,
        labels: BTreeSet<LabelName>,
        state: TaskState,
        made_at_ms: i64,
    ) {
        let rebuilt = self.rebuilt(image, reader);
        let old = &rebuilt.reading;
        marks.extend_from_slice(old.annotations());
        let labels = labels.into_iter().map(|label| (label, Presence::Present));
        let labels = old.image_labels().iter().map(|(label, p)| (label.clone(), p)).chain(labels).collect();
        let state = if old.state() == TaskState::New { state } else { old.state() };
        let comment = old.comment().to_owned();
        let (measurements, comments) = (old.measurements().to_vec(), old.comments().to_vec());
        let (unfit, rejected) = (old.unfit(), old.rejected().clone());
        rebuilt.reading = Reading::restored(image.clone(), reader.clone(), marks, labels, state, comment)
            .with_unfit(unfit)
            .with_comments(comments)
            .with_rejected(rejected)
            .with_measurements(measurements);
        rebuilt.updated_at_ms = made_at_ms;
    }
}

impl Store {
    /// Reads the whole log, oldest entry first, and nothing else.
    pub fn rebuild_from_log(&self) -> Result<LogBook, StoreError> {
        self.require_sight()?;
        self.play_log(&mut |_, _, _, _| {})
    }

    /// The same, looking at what there is before each edit of a film is taken in, and when it was made. Imports are not
    /// looked at.
    pub(super) fn play_log(
        &self,
        look: &mut dyn FnMut(&LogBook, &ImageId, &ReaderId, i64),
    ) -> Result<LogBook, StoreError> {
        let mut book = LogBook::default();
        let mut statement = self
            .conn
            .prepare("SELECT seq, image_id, rad_id, step, import_id, edit, made_at FROM edit_log ORDER BY seq")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let seq = LogSeq(row.get(0)?);
            let text =
                |i: usize| row.get_ref(i)?.as_str_or_null().map_err(|e| unreadable(&format!("log entry {}", seq.0), e));
            let edit = text(5)?.unwrap_or_default();
            let made_at_ms: i64 = row.get(6)?;
            match (text(1)?, text(2)?, row.get::<_, Option<i64>>(4)?) {
                (Some(image), Some(reader), None) => {
                    let (image, reader) = (ImageId::from(image), ReaderId::from(reader));
                    look(&book, &image, &reader, made_at_ms);
                    book.take_in_edit(seq, &image, &reader, edit, made_at_ms);
                }
                (None, None, Some(import)) => {
                    if let Err(error) = book.take_in_chunk(import, edit, made_at_ms) {
                        book.refused.push((seq, error));
                    }
                }
                _ => book.refused.push((seq, "it is of no film and of no import".to_owned())),
            }
        }
        Ok(book)
    }

    /// Every reading whose rows are not what the log says, in the order of films.
    pub fn differences_from(&self, book: &LogBook) -> Result<Vec<Difference>, StoreError> {
        self.require_sight()?;
        let mut keys: BTreeSet<(ImageId, ReaderId)> = self.reading_keys()?.into_iter().collect();
        keys.extend(book.readings.keys().cloned());
        let mut differences = Vec::new();
        for (image, reader) in keys {
            let rebuilt = book.readings.get(&(image.clone(), reader.clone()));
            if let Some(what) = self.difference(&image, &reader, rebuilt)? {
                differences.push(Difference { image, reader, what });
            }
        }
        for ((scope, reader), answers) in &book.shared {
            if load_shared(&self.conn, scope, reader)? != *answers {
                let (_, id) = scope_columns(scope);
                let what = "what was said of a whole series or study is not what the log says";
                differences.push(Difference { image: ImageId::from(id), reader: reader.clone(), what });
            }
        }
        for (scope, reader) in self.shared_scopes()? {
            if !book.shared.contains_key(&(scope.clone(), reader.clone())) {
                let (_, id) = scope_columns(&scope);
                let what = "what was said of a whole series or study is in no entry of the log";
                differences.push(Difference { image: ImageId::from(id), reader, what });
            }
        }
        Ok(differences)
    }

    /// Every series and study that a reader said something of.
    fn shared_scopes(&self) -> Result<Vec<(SharedScope, ReaderId)>, StoreError> {
        let mut statement = self.conn.prepare("SELECT DISTINCT scope, scope_id, rad_id FROM shared_label")?;
        let rows = statement.query_map([], |row| {
            let (scope, id): (String, String) = (row.get(0)?, row.get(1)?);
            let scope = if scope == "series" {
                SharedScope::Series(SeriesId::new(id))
            } else {
                SharedScope::Study(StudyId::new(id))
            };
            Ok((scope, ReaderId::new(row.get::<_, String>(2)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn difference(
        &self,
        image: &ImageId,
        reader: &ReaderId,
        rebuilt: Option<&Rebuilt>,
    ) -> Result<Option<&'static str>, StoreError> {
        let Some(rebuilt) = rebuilt else {
            return Ok(Some("there are rows that no entry of the log accounts for"));
        };
        let stored = load_reading(&self.conn, image, reader)?;
        let should = &rebuilt.reading;
        if stored.annotations() != should.annotations() {
            return Ok(Some("the marks are not those of the log"));
        }
        if stored.image_labels() != should.image_labels() {
            return Ok(Some("the image labels are not those of the log"));
        }
        if stored.rejected() != should.rejected() {
            return Ok(Some("the rejected suggestions are not those of the log"));
        }
        if stored.comments() != should.comments() {
            return Ok(Some("the comments are not those of the log"));
        }
        if stored.measurements() != should.measurements() {
            return Ok(Some("the measurements are not those of the log"));
        }
        if stored.unfit() != should.unfit() {
            return Ok(Some("the reason why the film is unfit is not that of the log"));
        }
        if stored.state() != should.state() || stored.comment() != should.comment() {
            return Ok(Some("the state or the comment is not that of the log"));
        }
        let Some((summary, updated_at_ms)) = self.stored_summary(image, reader)? else {
            return Ok(Some("the reading's own row is missing"));
        };
        if summary != Summary::of(should) {
            return Ok(Some("the worklist's counts do not match the marks"));
        }
        Ok((updated_at_ms != rebuilt.updated_at_ms).then_some("the time of the last edit is not that of the log"))
    }

    fn stored_summary(&self, image: &ImageId, reader: &ReaderId) -> Result<Option<(Summary, i64)>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT num_marks, num_image_labels, has_no_finding, labels, updated_at, unfit FROM reading
             WHERE rad_id = ?1 AND image_id = ?2",
        )?;
        let row = statement
            .query_row([reader.as_str(), image.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?, row.get(4)?, row.get(5)?))
            })
            .optional()?;
        let Some((num_marks, num_image_labels, has_no_finding, labels, updated_at_ms, unfit)) = row else {
            return Ok(None);
        };
        let labels = serde_json::from_str(&labels).map_err(|e| unreadable("a reading's labels", e))?;
        Ok(Some((Summary { num_marks, num_image_labels, has_no_finding, labels, unfit }, updated_at_ms)))
    }
}

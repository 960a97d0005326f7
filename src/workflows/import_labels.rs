//! Published tables of boxes into a project, and what all tables share: read, checked, written in one step, reported.

use std::borrow::Cow;
use std::collections::BTreeSet;
#[cfg(unix)]
use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use crate::domain::id::{AnnotationId, ReaderId};
use crate::domain::label::{LabelName, LabelSet};
use crate::domain::task::TaskState;
use crate::formats::bad_row::BadRow;
use crate::formats::csv::{self, Decoded, TextWarning};
use crate::formats::csv_cell;
use crate::formats::csv_vindr::{self, BoxTable, LabelFile};
use crate::formats::table_form::{Header, TableForm};
use crate::formats::text_hash::QuickMap;
use crate::store::{
    BulkImport, ChunkKind, ChunkWriter, HeldReading, ImportedFile, ImportedMark, MarkRow, ReadingSum, Store,
    StoreError, labels_json,
};
use crate::workflows::import_image_labels::import_image_labels;
use crate::workflows::label_judge::judge;
use crate::workflows::label_rows::{Bucket, LabelRows, TableReading, sort_rows};

/// Rows of one chunk of the log.
pub(super) const CHUNK_ROWS: usize = 4_000;

/// From this size on, the database is made ready for a large import.
const LARGE_BYTES: usize = 4 << 20;

/// Labels have a bit each.
const MAX_LABELS: usize = 128;

/// Whose labels they are where a table does not say.
pub const DEFAULT_READER: &str = "consensus";

/// What to do when some rows cannot be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum BadRows {
    /// Take the good rows and report the bad ones.
    #[default]
    Keep,
    /// Take nothing unless every row is good.
    Refuse,
}

/// How to import.
#[derive(Clone, Debug)]
pub struct ImportLabels {
    /// Whose labels they are where the table has no reader column.
    pub reader: ReaderId,
    pub bad_rows: BadRows,
}

impl Default for ImportLabels {
    fn default() -> Self {
        Self { reader: ReaderId::new(DEFAULT_READER), bad_rows: BadRows::Keep }
    }
}

/// What an import did, row by row.
#[derive(Clone, PartialEq, Debug)]
pub struct LabelReport {
    pub form: TableForm,
    /// Without the header and blank lines.
    pub num_rows: usize,
    pub num_boxes: usize,
    pub num_no_finding: usize,
    /// Image labels that were added.
    pub num_image_labels: usize,
    /// Readings that got something.
    pub num_readings: usize,
    /// Rows that the project held already.
    pub num_held: usize,
    /// Rows that were not taken, by line.
    pub bad: Vec<BadRow>,
    /// Rows that break a rule which only warns, by line.
    pub rule_warnings: Vec<BadRow>,
    pub warnings: Vec<TextWarning>,
    /// Nothing was taken, because there were bad rows and the person wants all or nothing.
    pub is_refused: bool,
}

/// Reads a published table into the project. Rows that cannot be taken are in the report and change nothing else.
pub fn import_labels(
    store: &mut Store,
    labels: &LabelSet,
    path: &Path,
    options: &ImportLabels,
) -> anyhow::Result<LabelReport> {
    let bytes = read_whole(path).with_context(|| format!("{} cannot be read", path.display()))?;
    if labels.labels().len() >= MAX_LABELS {
        bail!("the label set {} has more than {MAX_LABELS} labels, which is more than an import can take", labels.id);
    }
    let name = path.file_name().map_or(Cow::Borrowed("labels.csv"), |name| name.to_string_lossy());
    let is_large = bytes.len() >= LARGE_BYTES;
    if is_large {
        store.prepare_large_import()?;
    }
    let report = import_bytes(store, labels, &name, &bytes, options);
    if is_large {
        store.finish_large_import()?;
    }
    report
}

fn import_bytes(
    store: &mut Store,
    labels: &LabelSet,
    name: &str,
    bytes: &[u8],
    options: &ImportLabels,
) -> anyhow::Result<LabelReport> {
    let Decoded { text, had_byte_order_mark, warnings } = csv::decode(bytes);
    let file = csv_vindr::read(&text, labels)?;
    let source = Source { name, bytes, had_byte_order_mark };
    let mut report = match &file {
        LabelFile::Boxes(table) => import_boxes(store, table, &source, options)?,
        LabelFile::ImageLabels(table) => import_image_labels(store, table, &source, options)?,
    };
    report.warnings.splice(0..0, warnings);
    Ok(report)
}

/// The file on its way in.
pub(super) struct Source<'a> {
    name: &'a str,
    pub(super) bytes: &'a [u8],
    had_byte_order_mark: bool,
}

impl Source<'_> {
    pub(super) fn commit(
        &self,
        import: BulkImport<'_>,
        sha256: [u8; 32],
        header: &Header,
        report: &LabelReport,
    ) -> Result<(), StoreError> {
        let mut header_line = String::new();
        for (i, name) in header.names.iter().enumerate() {
            if i > 0 {
                header_line.push(',');
            }
            csv_cell::push_cell(&mut header_line, name);
        }
        let details = serde_json::json!({
            "byte_order_mark": self.had_byte_order_mark,
            "num_bad_rows": report.bad.len(),
            "num_held_rows": report.num_held,
        });
        import.commit(&ImportedFile {
            name: self.name,
            sha256,
            format: header.form.key(),
            header: &header_line,
            num_rows: report.num_rows,
            details: &details.to_string(),
        })
    }
}

fn import_boxes(
    store: &mut Store,
    table: &BoxTable<'_>,
    source: &Source<'_>,
    options: &ImportLabels,
) -> anyhow::Result<LabelReport> {
    let mut report = LabelReport::new(table.header.form, table.num_rows() + table.bad.len());
    if options.bad_rows == BadRows::Refuse && !table.bad.is_empty() {
        return Ok(report.refused(table.bad.clone()));
    }
    let rules = store.project().rules.clone();
    let session = store.begin_session()?;
    let mut rows = sort_rows(table, options.reader.as_str());
    let mut import = store.begin_import(session, table.num_rows(), now_ms())?;
    let judgement = judge(&mut rows, &table.labels, &rules, &import)?;
    report.bad = merged(&table.bad, judgement.bad);
    report.rule_warnings = judgement.warnings;
    if options.bad_rows == BadRows::Refuse && !report.bad.is_empty() {
        let bad = std::mem::take(&mut report.bad);
        return Ok(report.refused(bad));
    }
    for (_, reading) in rows.readings() {
        report.num_held += reading.num_held as usize;
        report.num_boxes += reading.num_boxes as usize;
        report.num_no_finding += usize::from(reading.adds_no_finding);
        report.num_readings += usize::from(reading.is_touched());
    }
    if report.num_readings == 0 {
        return Ok(report);
    }
    let sha256 = write_marks(&mut import, &rows, &table.labels, session, source.bytes)?;
    write_readings(&mut import, &rows, &table.labels)?;
    write_films(&mut import, &rows)?;
    source.commit(import, sha256, &table.header, &report)?;
    Ok(report)
}

/// Writes the marks and the log. One core writes; another words the log, and then takes the file's hash, which is given
/// back.
fn write_marks(
    import: &mut BulkImport<'_>,
    rows: &LabelRows,
    labels: &[LabelName],
    session: u32,
    bytes: &[u8],
) -> Result<[u8; 32], StoreError> {
    let (sender, receiver) = mpsc::channel();
    let mut sha256 = [0; 32];
    rayon::in_place_scope(|scope| {
        let sha256 = &mut sha256;
        scope.spawn(move |_| {
            let mut ordinal = 1;
            for bucket in &rows.buckets {
                // A failure to write closes the channel, and then there is nothing more to do.
                if sender.send(chunks_of(bucket, labels, session, &mut ordinal)).is_err() {
                    return;
                }
            }
            drop(sender);
            *sha256 = Sha256::digest(bytes).into();
        });
        let mut ordinal = 1;
        for bucket in &rows.buckets {
            import.write_marks(marks_of(bucket, labels, session, &mut ordinal))?;
            for chunk in receive(&receiver).unwrap_or_default() {
                import.write_chunk(&chunk)?;
            }
        }
        Ok::<(), StoreError>(())
    })?;
    Ok(sha256)
}

/// The next chunks. Within the pool of threads this one may have to make them itself.
fn receive(receiver: &Receiver<Vec<String>>) -> Option<Vec<String>> {
    loop {
        match receiver.try_recv() {
            Ok(chunks) => return Some(chunks),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {
                if rayon::yield_now() == Some(rayon::Yield::Executed) {
                    continue;
                }
                if let Ok(chunks) = receiver.recv_timeout(Duration::from_millis(1)) {
                    return Some(chunks);
                }
            }
        }
    }
}

/// The marks of a bucket that are taken, by film and reader; `ordinal` counts on.
fn marks_of<'a>(
    bucket: &'a Bucket,
    labels: &'a [LabelName],
    session: u32,
    ordinal: &'a mut u32,
) -> impl Iterator<Item = ImportedMark<'a>> {
    let rows = bucket.readings.iter().flat_map(|reading| bucket.taken(reading).map(move |row| (reading, row)));
    rows.map(move |(reading, row)| {
        let id = AnnotationId::new(session, *ordinal);
        *ordinal += 1;
        ImportedMark {
            id,
            image: bucket.image(reading),
            reader: bucket.reader(reading),
            label: labels[usize::from(row.label)].as_str(),
            columns: row.columns,
            line: row.line,
            coordinate_text: (!row.is_shortest).then_some(row.coordinates),
            extra: (!row.extra.is_empty()).then_some(row.extra),
        }
    })
}

/// The log's account of the same marks.
fn chunks_of(bucket: &Bucket, labels: &[LabelName], session: u32, ordinal: &mut u32) -> Vec<String> {
    let mut chunks = Vec::new();
    let mut writer = ChunkWriter::new(ChunkKind::Marks, TaskState::Completed);
    for reading in &bucket.readings {
        let (image, reader) = (bucket.image(reading), bucket.reader(reading));
        for row in bucket.taken(reading) {
            let coordinates = row.columns.map(|_| Cow::Borrowed(row.coordinates));
            writer.push_mark(&MarkRow {
                id: AnnotationId::new(session, *ordinal).0,
                image_id: Cow::Borrowed(image),
                rad_id: Cow::Borrowed(reader),
                lesion_type: Cow::Borrowed(labels[usize::from(row.label)].as_str()),
                coordinates: coordinates.clone().filter(|_| row.is_shortest),
                coordinate_text: coordinates.filter(|_| !row.is_shortest),
                extra: (!row.extra.is_empty()).then_some(Cow::Borrowed(row.extra)),
            });
            *ordinal += 1;
            if writer.num_rows() == CHUNK_ROWS {
                chunks.push(writer.take());
            }
        }
    }
    if writer.num_rows() > 0 {
        chunks.push(writer.take());
    }
    chunks
}

fn write_readings(import: &mut BulkImport<'_>, rows: &LabelRows, labels: &[LabelName]) -> Result<(), StoreError> {
    let mut sets = LabelSets::new(labels);
    let mut touched: Vec<(&str, &Bucket, &TableReading)> = Vec::new();
    for (bucket, reading) in rows.readings().filter(|(_, r)| r.is_touched()) {
        sets.learn(reading.labels, reading.held.as_ref());
        touched.push((bucket.reader(reading), bucket, reading));
    }
    // They are by film and reader; the table is by reader and film.
    touched.sort_by_key(|(reader, ..)| *reader);
    let mut readers: Vec<&str> = touched.iter().map(|(reader, ..)| *reader).collect();
    readers.dedup();
    import.write_readings(touched.into_iter().map(|(reader, bucket, reading)| {
        let held = reading.held.as_ref();
        ReadingSum {
            image: bucket.image(reading),
            reader,
            state: state_after(held),
            num_boxes: reading.num_boxes + held.map_or(0, |h| h.num_boxes),
            num_image_labels: held.map_or(0, |h| h.num_image_labels),
            has_no_finding: reading.adds_no_finding || held.is_some_and(|h| h.has_no_finding),
            labels_json: sets.json(reading.labels, held),
        }
    }))?;
    import.write_readers(readers.into_iter())
}

fn write_films(import: &mut BulkImport<'_>, rows: &LabelRows) -> Result<(), StoreError> {
    let mut last = "";
    let films = rows.readings().filter_map(|(bucket, reading)| {
        let image = bucket.image(reading);
        let is_first = std::mem::replace(&mut last, image) != image;
        let (study, series) = bucket.place(reading);
        (is_first && !(study.is_empty() && series.is_empty())).then_some((image, study, series))
    });
    import.write_films(films)
}

/// Imported readings are finished; one that was begun here keeps its state.
pub(super) fn state_after(held: Option<&HeldReading>) -> TaskState {
    match held.map_or(TaskState::New, |held| held.state) {
        TaskState::New => TaskState::Completed,
        begun => begun,
    }
}

/// The database's text for sets of labels. There are far fewer sets than readings.
pub(super) struct LabelSets<'a> {
    names: &'a [LabelName],
    json: QuickMap<(u128, Vec<String>), String>,
}

impl<'a> LabelSets<'a> {
    pub(super) fn new(names: &'a [LabelName]) -> Self {
        Self { names, json: QuickMap::default() }
    }

    fn key(labels: u128, held: Option<&HeldReading>) -> (u128, Vec<String>) {
        (labels, held.map_or_else(Vec::new, |held| held.labels.clone()))
    }

    pub(super) fn learn(&mut self, labels: u128, held: Option<&HeldReading>) {
        let names = self.names;
        self.json.entry(Self::key(labels, held)).or_insert_with_key(|(labels, held)| {
            let new = names.iter().enumerate().filter(|(i, _)| labels >> i & 1 == 1).map(|(_, name)| name.as_str());
            labels_json(new.chain(held.iter().map(String::as_str)).collect::<BTreeSet<_>>())
        });
    }

    pub(super) fn json(&self, labels: u128, held: Option<&HeldReading>) -> &str {
        &self.json[&Self::key(labels, held)]
    }
}

impl LabelReport {
    pub(super) fn new(form: TableForm, num_rows: usize) -> Self {
        Self {
            form,
            num_rows,
            num_boxes: 0,
            num_no_finding: 0,
            num_image_labels: 0,
            num_readings: 0,
            num_held: 0,
            bad: Vec::new(),
            rule_warnings: Vec::new(),
            warnings: Vec::new(),
            is_refused: false,
        }
    }

    pub(super) fn refused(self, bad: Vec<BadRow>) -> Self {
        Self { bad, is_refused: true, ..self }
    }
}

/// Both in the order of lines.
pub(super) fn merged(a: &[BadRow], b: Vec<BadRow>) -> Vec<BadRow> {
    let mut all = a.to_vec();
    all.extend(b);
    all.sort_by_key(|bad| bad.line);
    all
}

pub(super) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64)
}

/// A file's bytes. Large ones are read on all cores: most of the time goes into the first touch of the memory.
fn read_whole(path: &Path) -> std::io::Result<Vec<u8>> {
    #[cfg(unix)]
    {
        use rayon::prelude::*;
        use std::os::unix::fs::FileExt;
        const PART: usize = 8 << 20;
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        if len > PART as u64 {
            let mut bytes = vec![0; usize::try_from(len).map_err(std::io::Error::other)?];
            let parts = bytes.par_chunks_mut(PART).enumerate();
            parts.try_for_each(|(i, part)| file.read_exact_at(part, (i * PART) as u64))?;
            return Ok(bytes);
        }
    }
    std::fs::read(path)
}

//! Published tables of labels into a project: read, checked against the rules, written in one step, reported row by row.

use std::borrow::Cow;
use std::collections::BTreeSet;
#[cfg(unix)]
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, SendError, Sender, TryRecvError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use crate::domain::id::{AnnotationId, ReaderId};
use crate::domain::label::{LabelName, LabelSet, NO_FINDING};
use crate::domain::task::TaskState;
use crate::formats::bad_row::{BadRow, Problem};
use crate::formats::csv::{self, Decoded, TextWarning};
use crate::formats::csv_cell;
use crate::formats::csv_vindr::{self, BoxRow, BoxTable, ImageLabelRow, ImageLabelTable, LabelFile};
use crate::formats::table_form::{Header, TableForm};
use crate::formats::text_hash::QuickMap;
use crate::store::{
    BulkImport, ChunkKind, ChunkWriter, HeldReading, ImportedFile, ImportedMark, MarkRow, ReadingSum, Store,
    StoreError, labels_json,
};
use crate::workflows::label_rows::{LabelRows, TableReading, Verdict, sort_rows};

/// Rows of one chunk of the log.
const CHUNK_ROWS: usize = 4_000;

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
struct Source<'a> {
    name: &'a str,
    bytes: &'a [u8],
    had_byte_order_mark: bool,
}

impl Source<'_> {
    fn commit(
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
    let judgement = rows.judge(table, &rules, &import)?;
    report.bad = merged(&table.bad, judgement.bad);
    report.rule_warnings = judgement.warnings;
    if options.bad_rows == BadRows::Refuse && !report.bad.is_empty() {
        let bad = std::mem::take(&mut report.bad);
        return Ok(report.refused(bad));
    }
    report.num_held = rows.readings.iter().map(|r| r.num_held as usize).sum();
    report.num_boxes = rows.readings.iter().map(|r| r.num_boxes as usize).sum();
    report.num_no_finding = rows.readings.iter().filter(|r| r.adds_no_finding).count();
    report.num_readings = rows.readings.iter().filter(|r| r.is_touched()).count();
    if report.num_readings == 0 {
        return Ok(report);
    }
    let sha256 = write_marks(&mut import, table, &rows, session, source.bytes)?;
    write_readings(&mut import, table, &rows)?;
    let films = rows.films().into_iter().map(|(image, row)| {
        let row = table.row(row);
        (image, row.study, row.series)
    });
    import.write_films(films.filter(|(_, study, series)| !study.is_empty() || !series.is_empty()))?;
    import.write_readers(rows.readers())?;
    source.commit(import, sha256, &table.header, &report)?;
    Ok(report)
}

/// Marks with the log's account of them, ready to be written.
struct Batch {
    marks: Vec<BatchMark>,
    /// What the ranges of the marks are cut from.
    text: String,
    chunk: String,
}

struct BatchMark {
    id: AnnotationId,
    /// Place in [`LabelRows::readings`].
    reading: u32,
    label: u16,
    line: u32,
    columns: Option<[f64; 4]>,
    coordinate_text: Range<u32>,
    extra: Range<u32>,
}

/// Writes the marks and the log. One core collects and words them, from all over the file, while the other writes; the
/// first then takes the file's hash, which is given back.
fn write_marks(
    import: &mut BulkImport<'_>,
    table: &BoxTable<'_>,
    rows: &LabelRows<'_>,
    session: u32,
    bytes: &[u8],
) -> Result<[u8; 32], StoreError> {
    let (sender, receiver) = mpsc::channel();
    let mut sha256 = [0; 32];
    rayon::in_place_scope(|scope| {
        let sha256 = &mut sha256;
        scope.spawn(move |_| {
            // A failure to write closes the channel, and there is nothing more to do.
            let _ = send_batches(table, rows, session, &sender);
            drop(sender);
            *sha256 = Sha256::digest(bytes).into();
        });
        while let Some(batch) = receive(&receiver) {
            import.write_marks(batch.marks.iter().map(|mark| {
                let reading = &rows.readings[mark.reading as usize];
                let text = |range: &Range<u32>| {
                    (!range.is_empty()).then(|| &batch.text[range.start as usize..range.end as usize])
                };
                ImportedMark {
                    id: mark.id,
                    image: rows.image(reading),
                    reader: rows.reader(reading),
                    label: table.labels[usize::from(mark.label)].as_str(),
                    columns: mark.columns,
                    line: mark.line,
                    coordinate_text: text(&mark.coordinate_text),
                    extra: text(&mark.extra),
                }
            }))?;
            import.write_chunk(&batch.chunk)?;
        }
        Ok::<(), StoreError>(())
    })?;
    Ok(sha256)
}

/// The next batch; `None` after the last. Within the pool of threads this one may have to make the batches itself.
fn receive(receiver: &Receiver<Batch>) -> Option<Batch> {
    loop {
        match receiver.try_recv() {
            Ok(batch) => return Some(batch),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {
                if rayon::yield_now() == Some(rayon::Yield::Executed) {
                    continue;
                }
                if let Ok(batch) = receiver.recv_timeout(Duration::from_millis(1)) {
                    return Some(batch);
                }
            }
        }
    }
}

fn send_batches(
    table: &BoxTable<'_>,
    rows: &LabelRows<'_>,
    session: u32,
    sender: &Sender<Batch>,
) -> Result<(), SendError<Batch>> {
    let new_batch = || Batch { marks: Vec::with_capacity(CHUNK_ROWS), text: String::new(), chunk: String::new() };
    let mut writer = ChunkWriter::new(ChunkKind::Marks, TaskState::Completed);
    let mut batch = new_batch();
    let mut ordinal = 0;
    for (reading, place) in rows.readings.iter().zip(0..) {
        let range = reading.rows.start as usize..reading.rows.end as usize;
        for (&row, _) in rows.order[range.clone()].iter().zip(&rows.verdicts[range]).filter(|v| *v.1 == Verdict::Take) {
            let row = table.row(row);
            ordinal += 1;
            let mark = batch.push(AnnotationId::new(session, ordinal), place, &row);
            log_mark(&mut writer, mark, &row, rows.image(reading), rows.reader(reading), &table.labels);
            if batch.marks.len() == CHUNK_ROWS {
                batch.chunk = writer.take();
                sender.send(std::mem::replace(&mut batch, new_batch()))?;
            }
        }
    }
    if !batch.marks.is_empty() {
        batch.chunk = writer.take();
        sender.send(batch)?;
    }
    Ok(())
}

impl Batch {
    fn push(&mut self, id: AnnotationId, reading: u32, row: &BoxRow<'_>) -> AnnotationId {
        let mut keep = |text: &str| {
            let start = self.text.len() as u32;
            self.text.push_str(text);
            start..self.text.len() as u32
        };
        let coordinate_text = keep(if row.is_shortest { "" } else { row.coordinate_text });
        let extra = keep(row.extra);
        let (label, line, columns) = (row.label, row.line, row.columns);
        self.marks.push(BatchMark { id, reading, label, line, columns, coordinate_text, extra });
        id
    }
}

fn log_mark(
    writer: &mut ChunkWriter,
    id: AnnotationId,
    row: &BoxRow<'_>,
    image: &str,
    reader: &str,
    labels: &[LabelName],
) {
    let has_text = !row.coordinate_text.is_empty();
    let coordinates = Some(Cow::Borrowed(row.coordinate_text));
    writer.push_mark(&MarkRow {
        id: id.0,
        image_id: Cow::Borrowed(image),
        rad_id: Cow::Borrowed(reader),
        lesion_type: Cow::Borrowed(labels[usize::from(row.label)].as_str()),
        coordinates: coordinates.clone().filter(|_| has_text && row.is_shortest),
        coordinate_text: coordinates.filter(|_| has_text && !row.is_shortest),
        extra: (!row.extra.is_empty()).then_some(Cow::Borrowed(row.extra)),
    });
}

fn write_readings(import: &mut BulkImport<'_>, table: &BoxTable<'_>, rows: &LabelRows<'_>) -> Result<(), StoreError> {
    let mut sets = LabelSets::new(&table.labels);
    let mut touched: Vec<&TableReading> = rows.readings.iter().filter(|r| r.is_touched()).collect();
    // They are by film and reader; the table is by reader and film.
    touched.sort_by_key(|r| rows.reader(r));
    for reading in &touched {
        sets.learn(reading.labels, reading.held.as_ref());
    }
    import.write_readings(touched.into_iter().map(|reading| {
        let held = reading.held.as_ref();
        ReadingSum {
            image: rows.image(reading),
            reader: rows.reader(reading),
            state: state_after(held),
            num_boxes: reading.num_boxes + held.map_or(0, |h| h.num_boxes),
            num_image_labels: held.map_or(0, |h| h.num_image_labels),
            has_no_finding: reading.adds_no_finding || held.is_some_and(|h| h.has_no_finding),
            labels_json: sets.json(reading.labels, held),
        }
    }))
}

/// Imported readings are finished; one that was begun here keeps its state.
fn state_after(held: Option<&HeldReading>) -> TaskState {
    match held.map_or(TaskState::New, |held| held.state) {
        TaskState::New => TaskState::Completed,
        begun => begun,
    }
}

/// The database's text for sets of labels. There are far fewer sets than readings.
struct LabelSets<'a> {
    names: &'a [LabelName],
    json: QuickMap<(u128, Vec<String>), String>,
}

impl<'a> LabelSets<'a> {
    fn new(names: &'a [LabelName]) -> Self {
        Self { names, json: QuickMap::default() }
    }

    fn key(labels: u128, held: Option<&HeldReading>) -> (u128, Vec<String>) {
        (labels, held.map_or_else(Vec::new, |held| held.labels.clone()))
    }

    fn learn(&mut self, labels: u128, held: Option<&HeldReading>) {
        let names = self.names;
        self.json.entry(Self::key(labels, held)).or_insert_with_key(|(labels, held)| {
            let new = names.iter().enumerate().filter(|(i, _)| labels >> i & 1 == 1).map(|(_, name)| name.as_str());
            labels_json(new.chain(held.iter().map(String::as_str)).collect::<BTreeSet<_>>())
        });
    }

    fn json(&self, labels: u128, held: Option<&HeldReading>) -> &str {
        &self.json[&Self::key(labels, held)]
    }
}

/// A row of image labels that is taken.
struct TakenRow<'a> {
    row: &'a ImageLabelRow<'a>,
    reader: &'a str,
    held: Option<HeldReading>,
    /// What the project does not hold yet.
    new_labels: Vec<u16>,
    adds_no_finding: bool,
}

impl TakenRow<'_> {
    fn adds_nothing(&self) -> bool {
        self.new_labels.is_empty() && !self.adds_no_finding
    }

    /// A row of zeros says that the film was read, and no more.
    fn only_completes(&self) -> bool {
        let is_zeros = self.row.positive.is_empty() && !self.row.is_no_finding;
        is_zeros && self.held.as_ref().is_none_or(|held| held.state == TaskState::New)
    }

    fn bits(&self, table: &ImageLabelTable<'_>) -> u128 {
        let no_finding = table.labels.iter().position(LabelName::is_no_finding).filter(|_| self.adds_no_finding);
        let all = self.new_labels.iter().map(|&label| usize::from(label)).chain(no_finding);
        all.fold(0, |bits, label| bits | 1 << label)
    }
}

fn import_image_labels(
    store: &mut Store,
    table: &ImageLabelTable<'_>,
    source: &Source<'_>,
    options: &ImportLabels,
) -> anyhow::Result<LabelReport> {
    let mut report = LabelReport::new(TableForm::ImageLabels, table.rows.len() + table.bad.len());
    report.warnings.clone_from(&table.warnings);
    let session = store.begin_session()?;
    let mut import = store.begin_import(session, table.rows.len(), now_ms())?;
    let (taken, bad) = judge_image_labels(table, options.reader.as_str(), &import)?;
    report.bad = merged(&table.bad, bad);
    if options.bad_rows == BadRows::Refuse && !report.bad.is_empty() {
        let bad = std::mem::take(&mut report.bad);
        return Ok(report.refused(bad));
    }
    let is_held = |t: &&TakenRow<'_>| t.adds_nothing() && !t.only_completes();
    report.num_held = taken.iter().filter(is_held).count();
    report.num_image_labels = taken.iter().map(|t| t.new_labels.len()).sum();
    report.num_no_finding = taken.iter().filter(|t| t.adds_no_finding).count();
    report.num_readings = taken.iter().filter(|t| !is_held(t)).count();
    if report.num_readings == 0 {
        return Ok(report);
    }
    write_image_labels(&mut import, table, &taken, session)?;
    source.commit(import, Sha256::digest(source.bytes).into(), &table.header, &report)?;
    Ok(report)
}

fn judge_image_labels<'a>(
    table: &'a ImageLabelTable<'_>,
    default_reader: &'a str,
    import: &BulkImport<'_>,
) -> Result<(Vec<TakenRow<'a>>, Vec<BadRow>), StoreError> {
    let mut held_of: QuickMap<(String, String), HeldReading> = QuickMap::default();
    import.for_each_reading(|image, reader, held| {
        held_of.insert((image.to_owned(), reader.to_owned()), held);
    })?;
    let mut first_line: QuickMap<(&str, &str), u32> = QuickMap::default();
    let (mut taken, mut bad) = (Vec::with_capacity(table.rows.len()), Vec::new());
    for row in &table.rows {
        let reader = if row.reader.is_empty() { default_reader } else { &row.reader };
        let mut refuse = |problem| bad.push(BadRow { line: row.line, problem });
        if let Some(&first_line) = first_line.get(&(&*row.image, reader)) {
            refuse(Problem::SecondRow { first_line });
            continue;
        }
        first_line.insert((&row.image, reader), row.line);
        let held = held_of.remove(&(row.image.clone().into_owned(), reader.to_owned()));
        let holds_no_finding = held.as_ref().is_some_and(|held| held.has_no_finding);
        let holds_findings = held.as_ref().is_some_and(|held| held.num_boxes + held.num_image_labels > 0);
        if row.is_no_finding && holds_findings {
            refuse(Problem::ProjectHasFindings);
            continue;
        }
        if !row.positive.is_empty() && holds_no_finding {
            refuse(Problem::ProjectHasNoFinding);
            continue;
        }
        let mut new_labels = row.positive.clone();
        if held.as_ref().is_some_and(|held| held.num_image_labels > 0) {
            let held_labels = import.image_labels_of(&row.image, reader)?;
            new_labels.retain(|&label| !held_labels.iter().any(|l| l == table.labels[usize::from(label)].as_str()));
        }
        let adds_no_finding = row.is_no_finding && !holds_no_finding;
        taken.push(TakenRow { row, reader, held, new_labels, adds_no_finding });
    }
    Ok((taken, bad))
}

fn write_image_labels(
    import: &mut BulkImport<'_>,
    table: &ImageLabelTable<'_>,
    taken: &[TakenRow<'_>],
    session: u32,
) -> Result<(), StoreError> {
    let mut writer = ChunkWriter::new(ChunkKind::Marks, TaskState::Completed);
    let mut chunks = Vec::new();
    let mut marks = Vec::new();
    for (t, ordinal) in taken.iter().filter(|t| t.adds_no_finding).zip(1..) {
        let mark = ImportedMark {
            id: AnnotationId::new(session, ordinal),
            image: &t.row.image,
            reader: t.reader,
            label: NO_FINDING,
            columns: None,
            line: t.row.line,
            coordinate_text: None,
            extra: None,
        };
        writer.push_mark(&MarkRow {
            id: mark.id.0,
            image_id: Cow::Borrowed(mark.image),
            rad_id: Cow::Borrowed(mark.reader),
            lesion_type: Cow::Borrowed(mark.label),
            coordinates: None,
            coordinate_text: None,
            extra: None,
        });
        if writer.num_rows() == CHUNK_ROWS {
            chunks.push(writer.take());
        }
        marks.push(mark);
    }
    if writer.num_rows() > 0 {
        chunks.push(writer.take());
    }
    import.write_marks(marks.into_iter())?;
    let mut labels: Vec<(&str, &str, &str)> = Vec::new();
    for t in taken {
        labels.extend(
            t.new_labels.iter().map(|&label| (&*t.row.image, t.reader, table.labels[usize::from(label)].as_str())),
        );
    }
    chunks.extend(image_label_chunks(&labels));
    labels.sort_unstable();
    import.write_image_labels(labels.into_iter())?;
    for chunk in &chunks {
        import.write_chunk(chunk)?;
    }
    for t in taken.iter().filter(|t| t.only_completes()) {
        import.write_completion(&t.row.image, t.reader, TaskState::New)?;
    }

    let mut sets = LabelSets::new(&table.labels);
    let mut changed: Vec<&TakenRow<'_>> = taken.iter().filter(|t| !t.adds_nothing() || t.only_completes()).collect();
    changed.sort_unstable_by_key(|t| (t.reader, &*t.row.image));
    for t in &changed {
        sets.learn(t.bits(table), t.held.as_ref());
    }
    import.write_readings(changed.iter().map(|t| {
        let held = t.held.as_ref();
        ReadingSum {
            image: &t.row.image,
            reader: t.reader,
            state: state_after(held),
            num_boxes: held.map_or(0, |h| h.num_boxes),
            num_image_labels: t.new_labels.len() as u32 + held.map_or(0, |h| h.num_image_labels),
            has_no_finding: t.adds_no_finding || held.is_some_and(|h| h.has_no_finding),
            labels_json: sets.json(t.bits(table), held),
        }
    }))?;
    import.write_row_order(taken.iter().map(|t| (&*t.row.image, t.reader)))?;
    let readers: BTreeSet<&str> = taken.iter().map(|t| t.reader).collect();
    import.write_readers(readers.into_iter())
}

/// The log's account of image labels, in the order of the file.
fn image_label_chunks(labels: &[(&str, &str, &str)]) -> Vec<String> {
    let mut writer = ChunkWriter::new(ChunkKind::ImageLabels, TaskState::Completed);
    let chunk = |rows: &[(&str, &str, &str)]| {
        rows.iter().for_each(|(image, reader, label)| writer.push_image_label(image, reader, label));
        writer.take()
    };
    labels.chunks(CHUNK_ROWS).map(chunk).collect()
}

impl LabelReport {
    fn new(form: TableForm, num_rows: usize) -> Self {
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

    fn refused(self, bad: Vec<BadRow>) -> Self {
        Self { bad, is_refused: true, ..self }
    }
}

/// Both in the order of lines.
fn merged(a: &[BadRow], b: Vec<BadRow>) -> Vec<BadRow> {
    let mut all = a.to_vec();
    all.extend(b);
    all.sort_by_key(|bad| bad.line);
    all
}

fn now_ms() -> i64 {
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

//! A table of boxes into the project: sorted, judged, and written while a second core words the log.

use std::borrow::Cow;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::domain::id::AnnotationId;
use crate::domain::label::LabelName;
use crate::domain::task::TaskState;
use crate::formats::csv_vindr::BoxTable;
use crate::store::{BulkImport, ChunkKind, ChunkWriter, ImportedMark, MarkRow, ReadingSum, Store, StoreError};
use crate::workflows::import_labels::{Admission, BadRows, ImportLabels, LabelReport, Source, merged, now_ms};
use crate::workflows::label_judge::judge;
use crate::workflows::label_rows::{Bucket, LabelRows, TableReading, sort_rows};
use crate::workflows::reading_sums::{LabelTexts, state_after};

/// Rows of one chunk of the log.
pub(super) const CHUNK_ROWS: usize = 4_000;

/// Writes a table of boxes into the project.
pub(super) fn import_boxes(
    store: &mut Store,
    table: &BoxTable<'_>,
    source: &Source<'_>,
    options: &ImportLabels,
) -> anyhow::Result<LabelReport> {
    let mut report = LabelReport::new(table.header.form, table.num_rows() + table.bad.len());
    let rules = store.project().rules.clone();
    let session = store.begin_session()?;
    let mut rows = sort_rows(table, options.reader.as_str());
    let mut import = store.begin_import(session, table.num_rows(), now_ms())?;
    let admission = Admission::new(options, import.known_readers()?, import.signed_films()?);
    let judgement = judge(&mut rows, &table.labels, &rules, &admission, &import)?;
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
    report.effects = source.commit(import, sha256, &table.header, &report)?;
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
    let mut sets = LabelTexts::new(labels);
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
            num_marks: reading.num_boxes + held.map_or(0, |h| h.num_marks),
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

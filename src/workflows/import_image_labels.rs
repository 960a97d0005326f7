//! A table of image labels into the project: a row is a reading, also one of zeros only.

use std::borrow::Cow;
use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::domain::id::AnnotationId;
use crate::domain::label::{LabelName, NO_FINDING};
use crate::domain::task::TaskState;
use crate::formats::bad_row::{BadRow, Problem};
use crate::formats::csv_vindr::{ImageLabelRow, ImageLabelTable};
use crate::formats::table_form::TableForm;
use crate::formats::text_hash::QuickMap;
use crate::store::{
    BulkImport, ChunkKind, ChunkWriter, HeldReading, ImportedMark, MarkRow, ReadingSum, Store, StoreError,
};
use crate::workflows::import_boxes::CHUNK_ROWS;
use crate::workflows::import_labels::{Admission, BadRows, ImportLabels, LabelReport, Source, merged, now_ms};
use crate::workflows::reading_sums::{LabelTexts, state_after};

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

/// Writes a table of image labels into the project. "No finding" becomes a mark, the others image labels.
pub(super) fn import_image_labels(
    store: &mut Store,
    table: &ImageLabelTable<'_>,
    source: &Source<'_>,
    options: &ImportLabels,
) -> anyhow::Result<LabelReport> {
    let mut report = LabelReport::new(TableForm::ImageLabels, table.rows.len() + table.bad.len());
    report.warnings.clone_from(&table.warnings);
    let session = store.begin_session()?;
    let mut import = store.begin_import(session, table.rows.len(), now_ms())?;
    let admission = Admission::new(options, import.known_readers()?, import.signed_films()?);
    let (taken, bad) = judge_image_labels(table, options.reader.as_str(), &admission, &import)?;
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
    report.effects = source.commit(import, Sha256::digest(source.bytes).into(), &table.header, &report)?;
    Ok(report)
}

fn judge_image_labels<'a>(
    table: &'a ImageLabelTable<'_>,
    default_reader: &'a str,
    admission: &Admission,
    import: &BulkImport<'_>,
) -> Result<(Vec<TakenRow<'a>>, Vec<BadRow>), StoreError> {
    let mut held_of: QuickMap<(String, String), HeldReading> = QuickMap::default();
    import.for_each_reading(|image, reader, held| {
        held_of.insert((image.to_owned(), reader.to_owned()), held);
    })?;
    let mut films: BTreeSet<String> = BTreeSet::new();
    import.for_each_film(|image, _, _| {
        films.insert(image.to_owned());
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
        if let Some(problem) = admission.problem(&row.image, reader, films.contains(&*row.image)) {
            refuse(problem);
            continue;
        }
        let held = held_of.remove(&(row.image.clone().into_owned(), reader.to_owned()));
        let holds_no_finding = held.as_ref().is_some_and(|held| held.has_no_finding);
        let holds_findings = held.as_ref().is_some_and(|held| held.num_findings() > 0);
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

    let mut sets = LabelTexts::new(&table.labels);
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
            num_marks: held.map_or(0, |h| h.num_marks),
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
        for (image, reader, label) in rows {
            writer.push_image_label(image, reader, label);
        }
        writer.take()
    };
    labels.chunks(CHUNK_ROWS).map(chunk).collect()
}

//! Published tables of labels into a project: read, checked against the rules, written in one step, reported row by row.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};

use crate::domain::exchange::{ImportEffects, ImportWish, LeftOut};
use crate::domain::id::ReaderId;
use crate::domain::label::LabelSet;
use crate::domain::people::CONSENSUS_LAYER;
use crate::formats::bad_row::{BadRow, Problem};
use crate::formats::csv::{self, Decoded, TextWarning};
use crate::formats::csv_cell;
use crate::formats::csv_vindr::{self, LabelFile};
use crate::formats::table_form::{Header, TableForm};
use crate::store::{BulkImport, ImportedFile, KnownReaders, Store, StoreError};
use crate::workflows::import_boxes::import_boxes;
use crate::workflows::import_image_labels::import_image_labels;

/// From this size on, the database is made ready for a large import.
pub(super) const LARGE_BYTES: usize = 4 << 20;

/// Places in a file are counted in 31 bits.
const MAX_BYTES: usize = 1 << 31;

/// Labels have a bit each.
const MAX_LABELS: usize = 128;

/// Whose labels they are where a table does not say.
pub const DEFAULT_READER: &str = CONSENSUS_LAYER;

/// What to do when some rows cannot be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum BadRows {
    /// Take the good rows and report the bad ones.
    #[default]
    Keep,
    /// Take nothing unless every row is good.
    Refuse,
}

/// What to do with labels of films that are not in the project.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AbsentFilms {
    /// Take them: the labels come first and the films later.
    Keep,
    /// They are bad rows.
    #[default]
    Refuse,
}

/// What to do with labels of readers that the project does not know.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum NewReaders {
    /// They come into the project, as annotators.
    Add,
    /// They are bad rows.
    #[default]
    Refuse,
}

/// How to import.
#[derive(Clone, Debug)]
pub struct ImportLabels {
    /// Whose labels they are where the table has no reader column.
    pub reader: ReaderId,
    pub bad_rows: BadRows,
    pub absent_films: AbsentFilms,
    pub new_readers: NewReaders,
}

impl Default for ImportLabels {
    fn default() -> Self {
        Self {
            reader: ReaderId::new(DEFAULT_READER),
            bad_rows: BadRows::Keep,
            absent_films: AbsentFilms::Refuse,
            new_readers: NewReaders::Refuse,
        }
    }
}

impl ImportLabels {
    /// As a person wishes in the window.
    pub fn of(reader: ReaderId, wish: ImportWish) -> Self {
        Self {
            reader,
            bad_rows: if wish.refuses_bad { BadRows::Refuse } else { BadRows::Keep },
            absent_films: if wish.takes_absent_films { AbsentFilms::Keep } else { AbsentFilms::Refuse },
            new_readers: if wish.adds_readers { NewReaders::Add } else { NewReaders::Refuse },
        }
    }

    /// A published data set into a project that knows neither its films nor its readers.
    pub fn of_everybody() -> Self {
        Self { absent_films: AbsentFilms::Keep, new_readers: NewReaders::Add, ..Self::default() }
    }
}

/// Which rows fit the project.
#[derive(Debug)]
pub(super) struct Admission {
    takes_absent_films: bool,
    /// `None` where anybody may come.
    readers: Option<KnownReaders>,
    signed: BTreeSet<String>,
}

impl Admission {
    pub(super) fn new(options: &ImportLabels, readers: KnownReaders, signed: BTreeSet<String>) -> Self {
        Self {
            takes_absent_films: options.absent_films == AbsentFilms::Keep,
            readers: (options.new_readers == NewReaders::Refuse).then_some(readers),
            signed,
        }
    }

    /// Why nothing of this film and reader is taken.
    pub(super) fn problem(&self, image: &str, reader: &str, is_film_here: bool) -> Option<Problem> {
        if !is_film_here && !self.takes_absent_films {
            return Some(Problem::NoSuchFilm(image.into()));
        }
        if self.readers.as_ref().is_some_and(|readers| !readers.knows(reader)) {
            return Some(Problem::NoSuchReader(reader.into()));
        }
        (reader == CONSENSUS_LAYER && self.signed.contains(image)).then(|| Problem::Signed(image.into()))
    }
}

/// How many of them are bad because they do not fit the project.
fn left_out(bad: &[BadRow]) -> LeftOut {
    let num = |is_one: fn(&Problem) -> bool| bad.iter().filter(|row| is_one(&row.problem)).count();
    LeftOut {
        num_of_absent_films: num(|p| matches!(p, Problem::NoSuchFilm(_))),
        num_of_unknown_readers: num(|p| matches!(p, Problem::NoSuchReader(_))),
        num_repeated: num(|p| {
            matches!(p, Problem::SameRow { .. } | Problem::SecondRow { .. } | Problem::SecondNoFinding { .. })
        }),
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
    /// Why rows are bad, where they do not fit the project.
    pub left_out: LeftOut,
    /// What came of it beside the labels.
    pub effects: ImportEffects,
}

/// Reads a published table into the project. Rows that cannot be taken are in the report and change nothing else.
pub fn import_labels(
    store: &mut Store,
    labels: &LabelSet,
    path: &Path,
    options: &ImportLabels,
) -> anyhow::Result<LabelReport> {
    let bytes = csv::read_whole(path).with_context(|| format!("{} cannot be read", path.display()))?;
    if bytes.len() >= MAX_BYTES {
        bail!("{} is larger than 2 GiB; split it into several tables and import one after the other", path.display());
    }
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
    report.left_out = left_out(&report.bad);
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
    ) -> Result<ImportEffects, StoreError> {
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
        let file = ImportedFile {
            name: self.name,
            sha256,
            format: header.form.key(),
            header: &header_line,
            num_rows: report.num_rows,
            details: &details.to_string(),
        };
        let what = format!(
            "Labels were imported from {} ({}): {} rows, {} readings, {} rows not taken.",
            self.name,
            header.form.title(),
            report.num_rows,
            report.num_readings,
            report.bad.len()
        );
        import.commit(&file, what)
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
            left_out: LeftOut::default(),
            effects: ImportEffects::default(),
        }
    }

    /// As judged only: nothing of it was taken.
    pub(super) fn emptied(self) -> Self {
        Self {
            num_boxes: 0,
            num_no_finding: 0,
            num_image_labels: 0,
            num_readings: 0,
            rule_warnings: Vec::new(),
            is_refused: true,
            ..self
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

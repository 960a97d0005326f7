//! The project's labels into the published tables: all marks, or those of some readers, in the order they came in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::domain::consensus::sources::{ConsensusSource, ConsensusSources};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::{LabelName, LabelSet, NO_FINDING};
use crate::domain::people::CONSENSUS_LAYER;
use crate::domain::quality::UnfitFilm;
use crate::formats::csv_write::{self, BoxWriter, ImageLabelWriter, MarkOut, NoClass, ReadingOut};
use crate::formats::table_form::{Header, TableForm};
use crate::formats::text_hash::QuickMap;
use crate::store::{Store, StoreError, StoredImport, StoredMark};
use crate::workflows::exchange::{keep_numbers, no_such_layer, nothing_settled};
use crate::workflows::staged_file::StagedFile;

/// Text is written to the disk in pieces of this size.
const WRITE_BYTES: usize = 1 << 20;

/// What to export.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExportLabels {
    /// SpineXR, CXR or Kaggle boxes.
    pub form: TableForm,
    /// Only these readers; all where it is empty.
    pub readers: Vec<ReaderId>,
    /// Readings that are not completed too.
    pub with_unfinished: bool,
    /// Of the consensus only films that reviewers settled.
    pub only_settled: bool,
    /// The reader's column; without it the rows must be one reader's.
    pub with_reader: bool,
    /// The columns of the one imported table, under its names and in its order, instead of the published ones.
    pub as_imported: bool,
    /// Only these films; all where it is `None`.
    pub films: Option<BTreeSet<ImageId>>,
}

impl ExportLabels {
    pub fn new(form: TableForm) -> Self {
        Self {
            form,
            readers: Vec::new(),
            with_unfinished: false,
            only_settled: false,
            with_reader: true,
            as_imported: false,
            films: None,
        }
    }

    fn wants(&self, reader: &str) -> bool {
        self.readers.is_empty() || self.readers.iter().any(|wanted| wanted.as_str() == reader)
    }
}

/// Readings that are not asked for.
struct LeftOut<'a> {
    options: &'a ExportLabels,
    /// Films that reviewers settled, where nothing else of the consensus is to go out.
    settled: Option<BTreeSet<ImageId>>,
}

impl<'a> LeftOut<'a> {
    fn new(store: &Store, options: &'a ExportLabels) -> anyhow::Result<Self> {
        if !options.only_settled {
            return Ok(Self { options, settled: None });
        }
        let layers = store.consensus_layers()?.into_iter();
        let settled = layers.filter(|(_, layer)| layer.source == ConsensusSource::Settled).map(|(image, _)| image);
        let settled: BTreeSet<ImageId> = settled.collect();
        let readers = &options.readers;
        let wants_nothing_else = !readers.is_empty() && readers.iter().all(|reader| reader.as_str() == CONSENSUS_LAYER);
        if settled.is_empty() && wants_nothing_else {
            return Err(nothing_settled());
        }
        Ok(Self { options, settled: Some(settled) })
    }

    fn has(&self, image: &str, reader: &str) -> bool {
        let is_none_of = |films: &BTreeSet<ImageId>| !films.contains(&ImageId::from(image));
        !self.options.wants(reader)
            || self.options.films.as_ref().is_some_and(is_none_of)
            || reader == CONSENSUS_LAYER && self.settled.as_ref().is_some_and(is_none_of)
    }
}

/// Where the consensus that these options let out comes from; `None` where none goes out.
pub fn consensus_going_out(store: &Store, options: &ExportLabels) -> anyhow::Result<Option<ConsensusSources>> {
    let left_out = LeftOut::new(store, options)?;
    let mut layers = store.consensus_layers()?;
    layers.retain(|image, layer| {
        !left_out.has(image.as_str(), CONSENSUS_LAYER)
            && (layer.is_completed || options.with_unfinished)
            && !layer.is_unfit
    });
    let rules = store.consensus_rules(layers.values())?;
    let sources = ConsensusSources::of(layers.values().map(|layer| layer.source), &rules);
    Ok((sources.num_films() > 0).then_some(sources))
}

/// The id that a reader goes out under. Whoever is not known goes out under no id.
fn public_id<'a>(public: &'a BTreeMap<String, String>, reader: &str) -> &'a str {
    public.get(reader).map_or("", String::as_str)
}

fn numbers(public: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    public.iter().map(|(reader, out)| (reader.as_str(), out.as_str()))
}

fn public_ids(store: &Store) -> Result<BTreeMap<String, String>, StoreError> {
    Ok(store.public_reader_ids()?.into_iter().map(|(id, out)| (id.to_string(), out.to_string())).collect())
}

/// What was written and what was not.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ExportReport {
    pub num_rows: usize,
    /// Marks, or readings in a table of image labels, left out because their reading is not completed.
    pub num_unfinished: usize,
    /// Marks, or readings in a table of image labels, left out because their reader found the film unfit to be read.
    pub num_unfit: usize,
    /// Points and lines, left out of a table of boxes because they have no area.
    pub num_without_area: usize,
    /// Polygons and masks, written as the smallest box around each.
    pub num_as_boxes: usize,
    /// The films that the readers in question found unfit, with or without rows.
    pub unfit_films: Vec<UnfitFilm>,
    /// Labels that no column holds, and how many times each was left out of a table of image labels.
    pub without_column: BTreeMap<String, usize>,
    /// Why the project does not keep the numbers that readers went out under; `None` where it does.
    pub unkept: Option<String>,
}

/// Writes the boxes and "No finding" rows to a file, and the image labels to another where one is named. Both files are
/// written, or neither: a failure leaves what was there.
///
/// # Errors
/// When both are the same file, when the rows do not fit the form, or when a file cannot be written.
pub fn export_labels(
    store: &Store,
    labels: &LabelSet,
    boxes_to: &Path,
    image_labels_to: Option<&Path>,
    options: &ExportLabels,
) -> anyhow::Result<(ExportReport, Option<ExportReport>)> {
    if let Some(other) = image_labels_to
        && resolved(other) == resolved(boxes_to)
    {
        bail!(
            "boxes and image labels are two tables and would both go to {}. Nothing was written. Name another file for \
             the image labels.",
            boxes_to.display()
        );
    }
    let (boxes_file, boxes) = stage_boxes(store, labels, boxes_to, options)?;
    let Some(image_labels_to) = image_labels_to else {
        boxes_file.put_in_place()?;
        return Ok((boxes, None));
    };
    let (readings_file, readings) = stage_image_labels(store, labels, image_labels_to, options)?;
    boxes_file.put_in_place()?;
    readings_file.put_in_place()?;
    Ok((boxes, Some(readings)))
}

/// One name for one file, however it is written: through links, from another folder.
fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        match (path.parent().and_then(|folder| folder.canonicalize().ok()), path.file_name()) {
            (Some(folder), Some(name)) => folder.join(name),
            _ => path,
        }
    })
}

/// Writes the boxes and "No finding" rows to a file.
pub fn export_boxes(
    store: &Store,
    labels: &LabelSet,
    to: &Path,
    options: &ExportLabels,
) -> anyhow::Result<ExportReport> {
    let (file, report) = stage_boxes(store, labels, to, options)?;
    file.put_in_place()?;
    Ok(report)
}

/// A mistyped reader must not leave an empty table where a full one was.
fn refuse_unknown_readers(store: &Store, options: &ExportLabels) -> anyhow::Result<()> {
    let known: BTreeSet<ReaderId> = store.public_reader_ids()?.into_keys().collect();
    for reader in &options.readers {
        if !known.contains(reader) {
            return Err(no_such_layer(reader, known.iter()));
        }
    }
    Ok(())
}

fn stage_boxes(
    store: &Store,
    labels: &LabelSet,
    to: &Path,
    options: &ExportLabels,
) -> anyhow::Result<(StagedFile, ExportReport)> {
    refuse_unknown_readers(store, options)?;
    let imports = store.imports()?;
    let headers = headers_of(&imports, labels);
    let writer = writer_for(&headers, options)?;
    let mut out = Collector::new(store, writer, &headers, LeftOut::new(store, options)?)?;
    store.for_each_mark(|mark| out.take(mark))?;
    out.check_readers()?;
    out.report.unkept = keep_numbers(store, numbers(&out.public))?;
    let mut staged = StagedFile::create(to)?;
    out.write_to(staged.file()).with_context(|| format!("{} cannot be written", to.display()))?;
    Ok((staged, out.report))
}

/// What the readers in question found unfit to be read.
fn unfit_films(store: &Store, options: &ExportLabels) -> Result<Vec<UnfitFilm>, StoreError> {
    let mut films = store.unfit_films()?;
    films.retain(|film| options.readers.is_empty() || options.readers.contains(&film.reader));
    Ok(films)
}

fn keys_of(films: &[UnfitFilm]) -> BTreeSet<(String, String)> {
    films.iter().map(|film| (film.image.to_string(), film.reader.to_string())).collect()
}

/// The headers of the imported tables of boxes, by import.
fn headers_of(imports: &[StoredImport], labels: &LabelSet) -> Vec<(i64, Header)> {
    let header = |import: &StoredImport| {
        let header = Header::recognise(&csv_write::cells(&import.header), labels).ok()?;
        (header.form != TableForm::ImageLabels).then_some((import.id, header))
    };
    imports.iter().filter_map(header).collect()
}

fn writer_for(headers: &[(i64, Header)], options: &ExportLabels) -> anyhow::Result<BoxWriter> {
    if !options.as_imported {
        let names = |header: &Header| header.extra_names().into_iter().map(str::to_owned).collect();
        let sources: Vec<Vec<String>> = headers.iter().map(|(_, header)| names(header)).collect();
        return Ok(BoxWriter::published(options.form, options.with_reader, &sources));
    }
    match headers {
        [(_, header)] => Ok(BoxWriter::as_imported(header)),
        [] => bail!("no table of boxes was imported into this project, so there are no columns to take over"),
        _ => bail!(
            "{} tables of boxes were imported into this project; only the columns of a single one can be taken over",
            headers.len()
        ),
    }
}

/// A row on its way out: what it is sorted by, and its text.
struct Line {
    /// The import, and within it the line; drawn marks come after all imports, by id.
    key: (i64, i64),
    start: usize,
    len: u32,
}

/// Collects rows as text.
struct Collector<'a> {
    writer: BoxWriter,
    left_out: LeftOut<'a>,
    source_of: BTreeMap<i64, usize>,
    places: Places,
    public: BTreeMap<String, String>,
    unfinished: BTreeSet<(String, String)>,
    unfit: BTreeSet<(String, String)>,
    text: String,
    lines: Vec<Line>,
    /// Readers of rows without a reader's column.
    readers: BTreeSet<String>,
    unknown: BTreeMap<String, usize>,
    report: ExportReport,
}

impl<'a> Collector<'a> {
    fn new(
        store: &Store,
        writer: BoxWriter,
        headers: &[(i64, Header)],
        left_out: LeftOut<'a>,
    ) -> Result<Self, StoreError> {
        let options = left_out.options;
        let mut unfinished = BTreeSet::new();
        if !options.with_unfinished {
            store.for_each_unfinished(|image, reader| {
                unfinished.insert((image.to_owned(), reader.to_owned()));
            })?;
        }
        let unfit_films = unfit_films(store, options)?;
        let mut places = Places::default();
        if writer.has_places() {
            store.for_each_place(|image, study, series| places.add(image, study, series))?;
        }
        Ok(Self {
            writer,
            left_out,
            source_of: headers.iter().enumerate().map(|(source, (import, _))| (*import, source)).collect(),
            places,
            public: public_ids(store)?,
            unfinished,
            unfit: keys_of(&unfit_films),
            text: String::new(),
            lines: Vec::new(),
            readers: BTreeSet::new(),
            unknown: BTreeMap::new(),
            report: ExportReport { unfit_films, ..ExportReport::default() },
        })
    }

    fn take(&mut self, mark: &StoredMark<'_>) {
        if self.left_out.has(mark.image, mark.reader) {
            return;
        }
        if !self.unfit.is_empty() && self.unfit.contains(&(mark.image.to_owned(), mark.reader.to_owned())) {
            self.report.num_unfit += 1;
            return;
        }
        if !self.unfinished.is_empty() && self.unfinished.contains(&(mark.image.to_owned(), mark.reader.to_owned())) {
            self.report.num_unfinished += 1;
            return;
        }
        match mark.shape {
            Some(shape) if !shape.has_area() => {
                self.report.num_without_area += 1;
                return;
            }
            Some(_) => self.report.num_as_boxes += 1,
            None => {}
        }
        if !self.writer.has_reader() && !self.readers.contains(mark.reader) {
            self.readers.insert(mark.reader.to_owned());
        }
        let (study, series) = self.places.of(mark.image);
        let source = mark.import.and_then(|import| self.source_of.get(&import).copied());
        let start = self.text.len();
        let row = MarkOut {
            study,
            series,
            image: mark.image,
            reader: public_id(&self.public, mark.reader),
            label: mark.label,
            columns: mark.columns,
            coordinate_text: mark.coordinate_text,
            extra: if source.is_some() { mark.extra.unwrap_or_default() } else { "" },
            source: source.unwrap_or(0),
        };
        if let Err(NoClass(label)) = self.writer.push(&mut self.text, &row) {
            self.text.truncate(start);
            *self.unknown.entry(label).or_default() += 1;
            return;
        }
        let key = match (mark.import, mark.line) {
            (Some(import), Some(line)) => (import, line),
            _ => (i64::MAX, mark.id),
        };
        self.lines.push(Line { key, start, len: (self.text.len() - start) as u32 });
    }

    fn check_readers(&self) -> anyhow::Result<()> {
        if let Some((label, count)) = self.unknown.iter().next() {
            let others = match self.unknown.len() - 1 {
                0 => String::new(),
                n => format!(" and {n} more labels"),
            };
            bail!(
                "Kaggle's list of classes has no {label:?} ({count} marks){others}, so these marks cannot be written in \
                 this form. Nothing was written. Export in the form spinexr instead."
            );
        }
        if self.readers.len() > 1 {
            let names: Vec<&str> = self.readers.iter().map(String::as_str).collect();
            bail!(
                "without the column rad_id the marks of {} readers ({}) could not be told apart. Nothing was written. \
                 Choose one reader, or keep the column.",
                names.len(),
                names.join(", ")
            );
        }
        Ok(())
    }

    fn write_to(&mut self, file: &mut File) -> std::io::Result<()> {
        let mut out = String::with_capacity(WRITE_BYTES + (1 << 16));
        self.writer.push_header(&mut out);
        if !self.lines.is_sorted_by_key(|line| line.key) {
            self.lines.sort_by_key(|line| line.key);
        }
        for line in &self.lines {
            out.push_str(&self.text[line.start..line.start + line.len as usize]);
            if out.len() >= WRITE_BYTES {
                file.write_all(out.as_bytes())?;
                out.clear();
            }
        }
        self.report.num_rows = self.lines.len();
        file.write_all(out.as_bytes())
    }
}

/// Study and series of films.
#[derive(Default)]
struct Places {
    of_image: QuickMap<String, (u32, u32, u32)>,
    text: String,
}

impl Places {
    fn add(&mut self, image: &str, study: &str, series: &str) {
        let start = self.text.len() as u32;
        self.text.push_str(study);
        let middle = self.text.len() as u32;
        self.text.push_str(series);
        self.of_image.insert(image.to_owned(), (start, middle, self.text.len() as u32));
    }

    /// Both empty where nothing is known.
    fn of(&self, image: &str) -> (&str, &str) {
        self.of_image.get(image).map_or(("", ""), |&(start, middle, end)| {
            (&self.text[start as usize..middle as usize], &self.text[middle as usize..end as usize])
        })
    }
}

/// Writes a table of image labels: a row for each reading, a column of 0 and 1 for each label of the set. A label is 1
/// where the reader has put it on the film or has drawn a box of it.
pub fn export_image_labels(
    store: &Store,
    labels: &LabelSet,
    to: &Path,
    options: &ExportLabels,
) -> anyhow::Result<ExportReport> {
    let (file, report) = stage_image_labels(store, labels, to, options)?;
    file.put_in_place()?;
    Ok(report)
}

fn stage_image_labels(
    store: &Store,
    labels: &LabelSet,
    to: &Path,
    options: &ExportLabels,
) -> anyhow::Result<(StagedFile, ExportReport)> {
    let names: Vec<LabelName> = labels.labels().iter().map(|label| label.name.clone()).collect();
    let writer = ImageLabelWriter::new(&names, options.with_reader);
    let unfit_films = unfit_films(store, options)?;
    let unfit = keys_of(&unfit_films);
    let mut report = ExportReport { unfit_films, ..ExportReport::default() };
    let public = public_ids(store)?;
    let mut readers = BTreeSet::new();
    let left_out = LeftOut::new(store, options)?;
    let mut out = String::new();
    writer.push_header(&mut out);
    store.for_each_reading(|reading| {
        if left_out.has(reading.image, reading.reader) {
            return;
        }
        if !unfit.is_empty() && unfit.contains(&(reading.image.to_owned(), reading.reader.to_owned())) {
            report.num_unfit += 1;
            return;
        }
        if !reading.is_completed && !options.with_unfinished {
            report.num_unfinished += 1;
            return;
        }
        readers.insert(reading.reader.to_owned());
        let labels: Vec<&str> = reading.labels.iter().map(String::as_str).filter(|l| *l != NO_FINDING).collect();
        let row = ReadingOut {
            image: reading.image,
            reader: public_id(&public, reading.reader),
            labels: &labels,
            is_no_finding: reading.has_no_finding,
        };
        for label in writer.unknown(&row) {
            *report.without_column.entry(label.to_owned()).or_default() += 1;
        }
        writer.push(&mut out, &row);
        report.num_rows += 1;
    })?;
    if !options.with_reader && readers.len() > 1 {
        bail!(
            "without the column rad_id the labels of {} readers could not be told apart. Nothing was written. Choose one \
             reader, or keep the column.",
            readers.len()
        );
    }
    report.unkept = keep_numbers(store, numbers(&public))?;
    let mut staged = StagedFile::create(to)?;
    staged.file().write_all(out.as_bytes()).with_context(|| format!("{} cannot be written", to.display()))?;
    Ok((staged, report))
}

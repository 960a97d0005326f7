//! The published tables to rows: boxes (SpineXR, CXR, Kaggle) and image labels, each bad row with its line and reason.

use std::borrow::Cow;
use std::ops::Range;

use crate::domain::label::{LabelKind, LabelName, LabelSet};
use crate::formats::bad_row::{BadRow, Problem};
use crate::formats::csv::{End, Piece, Record, Table, TextWarning};
use crate::formats::csv_cell;
use crate::formats::csv_kaggle;
use crate::formats::number;
use crate::formats::table_form::{Column, Header, HeaderError, TableForm, label_index};
use crate::formats::text_hash;

/// What a file holds.
#[derive(Debug)]
pub enum LabelFile<'t> {
    Boxes(BoxTable<'t>),
    ImageLabels(ImageLabelTable<'t>),
}

/// Why a file gives no rows at all.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LabelFileError {
    #[error(transparent)]
    Header(#[from] HeaderError),
    #[error(
        "This is a table of predictions (image_id, PredictionString). A model's boxes are not a reader's labels and are not taken as such."
    )]
    IsSubmission,
}

/// One row of a table of boxes. Texts are cut out of the file.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BoxRow<'a> {
    pub line: u32,
    pub image: &'a str,
    /// Empty where the table has no reader column.
    pub reader: &'a str,
    /// Empty where the table does not say.
    pub study: &'a str,
    /// Empty where the table does not say.
    pub series: &'a str,
    /// Position in [`BoxTable::labels`].
    pub label: u16,
    /// `xmin, ymin, xmax, ymax` in image pixels, finite and ordered; `None` for "No finding".
    pub columns: Option<[f64; 4]>,
    /// The four as written, with commas between; empty for "No finding".
    pub coordinate_text: &'a str,
    /// [`Self::coordinate_text`] is what writing the numbers gives anyway.
    pub is_shortest: bool,
    /// The columns that are not known, as one line of comma-separated cells; empty where they are all empty.
    pub extra: &'a str,
}

/// What tells whose a row is, for sorting rows into readings.
#[derive(Clone, Copy, Debug)]
pub struct RowKey<'a> {
    pub line: u32,
    pub image: &'a str,
    /// [`text_hash::hash`] of `image`.
    pub image_hash: u64,
    /// Empty where the table has no reader column.
    pub reader: &'a str,
    /// Of study and series together; rows of one film have the same.
    pub place_hash: u64,
}

/// What a row says, without its texts.
#[derive(Clone, Copy, Debug)]
pub struct RowMark {
    pub line: u32,
    /// Position in [`BoxTable::labels`].
    pub label: u16,
    /// `None` for "No finding".
    pub columns: Option<[f64; 4]>,
}

/// A table of boxes, in the order of the file.
#[derive(Debug)]
pub struct BoxTable<'t> {
    pub header: Header,
    /// Canonical names: the label set's, and "No finding".
    pub labels: Vec<LabelName>,
    pub bad: Vec<BadRow>,
    parts: Vec<BoxPart<'t>>,
    /// The number of the first row of each part, and of the row after the last.
    starts: Vec<u32>,
}

/// One row of a table of image labels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImageLabelRow<'t> {
    pub line: u32,
    pub image: Cow<'t, str>,
    /// Empty where the table has no reader column.
    pub reader: Cow<'t, str>,
    /// Positions in [`ImageLabelTable::labels`] of the labels that are 1, "No finding" apart.
    pub positive: Vec<u16>,
    pub is_no_finding: bool,
}

/// A table of image labels, in the order of the file.
#[derive(Debug)]
pub struct ImageLabelTable<'t> {
    pub header: Header,
    pub labels: Vec<LabelName>,
    pub rows: Vec<ImageLabelRow<'t>>,
    pub bad: Vec<BadRow>,
    /// Columns that are neither known nor a label of the set, and are left out.
    pub warnings: Vec<TextWarning>,
}

/// Reads a text with the project's labels. Rows that cannot be taken are in the table's `bad`, in the order of lines.
pub fn read<'t>(text: &'t str, labels: &LabelSet) -> Result<LabelFile<'t>, LabelFileError> {
    let table = Table::new(text).ok_or(HeaderError::Empty)?;
    if table.header().is_empty() {
        return Err(HeaderError::Quotes.into());
    }
    let header = Header::recognise(table.header(), labels)?;
    match header.form {
        TableForm::SpineXr | TableForm::Cxr | TableForm::Kaggle => {
            Ok(LabelFile::Boxes(read_boxes(&table, header, labels)))
        }
        TableForm::ImageLabels => Ok(LabelFile::ImageLabels(read_image_labels(&table, header, labels))),
        TableForm::KaggleSubmission => Err(LabelFileError::IsSubmission),
    }
}

/// The label set's names, and "No finding" where it is not among them: what [`label_index`] counts in.
fn names_of(labels: &LabelSet) -> Vec<LabelName> {
    let mut names: Vec<LabelName> = labels.labels().iter().map(|l| l.name.clone()).collect();
    if !names.iter().any(LabelName::is_no_finding) {
        names.push(LabelName::no_finding());
    }
    names
}

/// A stretch of text: of the piece, or of what was put together beside it.
#[derive(Clone, Copy, Debug)]
struct Slice {
    start: u32,
    len: u32,
}

const EMPTY: Slice = Slice { start: 0, len: 0 };
/// Set in `start` where the text is not in the file as such.
const BESIDE: u32 = 1 << 31;

/// A row as it is kept: about a hundred bytes, however long its texts are.
#[derive(Debug)]
struct PackedRow {
    image_hash: u64,
    place_hash: u64,
    line: u32,
    label: u16,
    has_box: bool,
    is_shortest: bool,
    image: Slice,
    reader: Slice,
    study: Slice,
    series: Slice,
    coordinate_text: Slice,
    extra: Slice,
    columns: [f64; 4],
}

/// The rows of one piece of the file.
#[derive(Debug)]
struct BoxPart<'t> {
    first_line: u32,
    text: &'t str,
    beside: String,
    rows: Vec<PackedRow>,
}

impl BoxPart<'_> {
    fn text(&self, slice: Slice) -> &str {
        let (text, start) =
            if slice.start & BESIDE == 0 { (self.text, slice.start) } else { (&*self.beside, slice.start & !BESIDE) };
        &text[start as usize..(start + slice.len) as usize]
    }

    fn row(&self, row: &PackedRow) -> BoxRow<'_> {
        BoxRow {
            line: self.first_line + row.line,
            image: self.text(row.image),
            reader: self.text(row.reader),
            study: self.text(row.study),
            series: self.text(row.series),
            label: row.label,
            columns: row.has_box.then_some(row.columns),
            coordinate_text: self.text(row.coordinate_text),
            is_shortest: row.is_shortest,
            extra: self.text(row.extra),
        }
    }
}

impl BoxTable<'_> {
    pub fn num_rows(&self) -> usize {
        self.parts.iter().map(|part| part.rows.len()).sum()
    }

    /// In the order of the file.
    pub fn rows(&self) -> impl Iterator<Item = BoxRow<'_>> {
        self.parts.iter().flat_map(|part| part.rows.iter().map(|row| part.row(row)))
    }

    /// In the order of the file.
    pub fn keys(&self) -> impl Iterator<Item = RowKey<'_>> {
        let key = |part: &'_ BoxPart<'_>, row: &PackedRow| (part.first_line + row.line, row.image_hash, row.place_hash);
        self.parts.iter().flat_map(move |part| {
            part.rows.iter().map(move |row| {
                let (line, image_hash, place_hash) = key(part, row);
                RowKey { line, image: part.text(row.image), image_hash, reader: part.text(row.reader), place_hash }
            })
        })
    }

    /// The row with this number, counted from 0 in the order of the file.
    pub fn row(&self, index: u32) -> BoxRow<'_> {
        let (part, row) = self.at(index);
        part.row(row)
    }

    /// The same without its texts.
    pub fn mark(&self, index: u32) -> RowMark {
        let (part, row) = self.at(index);
        RowMark { line: part.first_line + row.line, label: row.label, columns: row.has_box.then_some(row.columns) }
    }

    /// [`RowKey::place_hash`] of the row with this number.
    pub fn place_hash(&self, index: u32) -> u64 {
        self.at(index).1.place_hash
    }

    fn at(&self, index: u32) -> (&BoxPart<'_>, &PackedRow) {
        let part = self.starts.partition_point(|&start| start <= index) - 1;
        (&self.parts[part], &self.parts[part].rows[(index - self.starts[part]) as usize])
    }
}

fn read_boxes<'t>(table: &Table<'t>, header: Header, labels: &LabelSet) -> BoxTable<'t> {
    let names = names_of(labels);
    let is_global: Vec<bool> = names
        .iter()
        .map(|n| labels.resolve(n.as_str()).is_some_and(|l| l.kind == LabelKind::Global && !n.is_no_finding()))
        .collect();
    let plan = BoxPlan::new(&header, labels, &names, &is_global);
    let parts = table.read(|piece| plan.read_piece(piece));
    let mut bad = Vec::new();
    let mut starts = vec![0];
    let parts = parts
        .into_iter()
        .map(|part| {
            let (mut rows, bad_here) = part.value;
            rows.first_line = part.first_line;
            let at = |b: BadRow| BadRow { line: part.first_line + b.line, ..b };
            bad.extend(bad_here.into_iter().map(at));
            starts.push(starts[starts.len() - 1] + rows.rows.len() as u32);
            rows
        })
        .collect();
    BoxTable { header, labels: names, bad, parts, starts }
}

/// Where each column stands.
struct BoxPlan<'a> {
    num_cells: usize,
    image: usize,
    reader: Option<usize>,
    study: Option<usize>,
    series: Option<usize>,
    label: usize,
    class_id: Option<usize>,
    /// xmin, ymin, xmax, ymax
    coordinates: [usize; 4],
    coordinates_are_neighbours: bool,
    extra: Vec<usize>,
    extra_are_neighbours: bool,
    labels: &'a LabelSet,
    names: &'a [LabelName],
    is_global: &'a [bool],
}

const COORDINATE_NAMES: [&str; 4] = ["xmin", "ymin", "xmax", "ymax"];

/// A piece's rows while they are read.
struct BoxReader<'t, 'p> {
    plan: &'p BoxPlan<'p>,
    part: BoxPart<'t>,
    bad: Vec<BadRow>,
    /// Spellings met so far, with what they mean.
    spellings: Vec<(Cow<'t, str>, u16)>,
}

impl<'a> BoxPlan<'a> {
    fn new(header: &Header, labels: &'a LabelSet, names: &'a [LabelName], is_global: &'a [bool]) -> Self {
        let at = |column| header.position(column).expect("a table of boxes has these columns");
        let coordinates = [Column::XMin, Column::YMin, Column::XMax, Column::YMax].map(at);
        let extra = header.extra();
        let are_neighbours = |places: &[usize]| places.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        Self {
            num_cells: header.columns.len(),
            image: at(Column::Image),
            reader: header.position(Column::Reader),
            study: header.position(Column::Study),
            series: header.position(Column::Series),
            label: at(Column::Label),
            class_id: header.position(Column::ClassId),
            coordinates_are_neighbours: are_neighbours(&coordinates),
            coordinates,
            extra_are_neighbours: are_neighbours(&extra),
            extra,
            labels,
            names,
            is_global,
        }
    }

    fn read_piece<'t>(&self, piece: Piece<'t>) -> (End, (BoxPart<'t>, Vec<BadRow>)) {
        let rows = Vec::with_capacity(piece.text.len() / 80);
        let part = BoxPart { first_line: 0, text: piece.text, beside: String::new(), rows };
        let mut reader = BoxReader { plan: self, part, bad: Vec::new(), spellings: Vec::new() };
        let end = piece.for_each(|record| {
            if record.is_blank() {
                return;
            }
            match reader.row(&record) {
                Ok(row) => reader.part.rows.push(row),
                Err(problem) => reader.bad.push(BadRow { line: record.line, problem }),
            }
        });
        (end, (reader.part, reader.bad))
    }
}

impl<'t> BoxReader<'t, '_> {
    fn row(&mut self, record: &Record<'t, '_>) -> Result<PackedRow, Problem> {
        let plan = self.plan;
        check_shape(record, plan.num_cells)?;
        let image = self.id(record, Some(plan.image));
        if image.len == 0 {
            return Err(Problem::NoImage);
        }
        let reader = self.id(record, plan.reader);
        if reader.len == 0 && plan.reader.is_some() {
            return Err(Problem::NoReader);
        }
        let label = self.label(record)?;
        let (study, series) = (self.id(record, plan.study), self.id(record, plan.series));
        let hash = |slice: Slice| text_hash::hash(self.part.text(slice));
        let mut row = PackedRow {
            image_hash: hash(image),
            place_hash: hash(study).rotate_left(1) ^ hash(series),
            line: record.line,
            label,
            has_box: false,
            is_shortest: true,
            image,
            reader,
            study,
            series,
            coordinate_text: EMPTY,
            extra: EMPTY,
            columns: [0.0; 4],
        };
        if plan.names[usize::from(label)].is_no_finding() {
            if !plan.coordinates.iter().all(|&i| is_missing(record.raw(i).trim())) {
                return Err(Problem::BoxOfNoFinding);
            }
        } else {
            self.read_box(record, &mut row)?;
        }
        row.extra = self.extra(record);
        Ok(row)
    }

    fn read_box(&mut self, record: &Record<'t, '_>, row: &mut PackedRow) -> Result<(), Problem> {
        let plan = self.plan;
        let mut is_bare = plan.coordinates_are_neighbours;
        for (i, &place) in plan.coordinates.iter().enumerate() {
            let raw = record.raw(place);
            let number = number::parse(raw).or_else(|| {
                is_bare = false;
                number::parse(raw.trim())
            });
            let Some(number) = number else {
                return Err(if is_missing(raw.trim()) {
                    Problem::NoCoordinate(COORDINATE_NAMES[i])
                } else {
                    Problem::NotANumber { column: COORDINATE_NAMES[i], text: raw.trim().into() }
                });
            };
            if number.value.is_nan() {
                return Err(Problem::NoCoordinate(COORDINATE_NAMES[i]));
            }
            // The database's bound for a number that is not infinite.
            if number.value.abs() >= 9e99 {
                return Err(Problem::NotFinite(COORDINATE_NAMES[i]));
            }
            row.columns[i] = number.value;
            row.is_shortest &= number.is_shortest;
        }
        let [xmin, ymin, xmax, ymax] = row.columns;
        if xmin >= xmax {
            return Err(Problem::Unordered { min: "xmin", max: "xmax" });
        }
        if ymin >= ymax {
            return Err(Problem::Unordered { min: "ymin", max: "ymax" });
        }
        row.has_box = true;
        let bare = plan.coordinates[0]..plan.coordinates[3] + 1;
        row.coordinate_text = if let Some(place) = is_bare.then(|| record.place_of_all(bare)).flatten() {
            slice(place)
        } else {
            let start = self.part.beside.len();
            for (i, &place) in plan.coordinates.iter().enumerate() {
                if i > 0 {
                    self.part.beside.push(',');
                }
                self.part.beside.push_str(record.raw(place).trim());
            }
            self.beside_from(start)
        };
        Ok(())
    }

    fn label(&mut self, record: &Record<'t, '_>) -> Result<u16, Problem> {
        let plan = self.plan;
        let text = record.value(plan.label);
        let known = self.spellings.iter().find(|(spelling, _)| *spelling == text).map(|&(_, index)| index);
        let index = match known {
            Some(index) => index,
            None => self.learn(text)?,
        };
        let name = &plan.names[usize::from(index)];
        if plan.is_global[usize::from(index)] {
            return Err(Problem::GlobalLabel(name.as_str().into()));
        }
        if let Some(place) = plan.class_id {
            let class_id = record.value(place);
            let expected = csv_kaggle::class_id(name);
            if expected.is_some_and(|id| csv_kaggle::parse_class_id(class_id.trim()) != Some(id)) {
                return Err(Problem::ClassId { class_id: class_id.trim().into(), label: name.as_str().into() });
            }
        }
        Ok(index)
    }

    fn learn(&mut self, text: Cow<'t, str>) -> Result<u16, Problem> {
        let value = csv_cell::without_guard(text.trim());
        if value.is_empty() {
            return Err(Problem::NoLabel);
        }
        let index = label_index(self.plan.labels, value).ok_or_else(|| Problem::UnknownLabel(value.into()))?;
        if self.spellings.len() < 64 {
            self.spellings.push((text, index));
        }
        Ok(index)
    }

    /// An identifier: without blanks around it, out of its quotes, without the apostrophe against formulas.
    fn id(&mut self, record: &Record<'t, '_>, place: Option<usize>) -> Slice {
        let Some(index) = place else { return EMPTY };
        if let Some(range) = record.place(index) {
            let text = &self.part.text[range.clone()];
            let skipped = text.len() - csv_cell::without_guard(text).len();
            return slice(range.start + skipped..range.end);
        }
        let value = record.value(index);
        let start = self.part.beside.len();
        self.part.beside.push_str(csv_cell::without_guard(value.trim()));
        self.beside_from(start)
    }

    fn extra(&mut self, record: &Record<'t, '_>) -> Slice {
        let extra = &self.plan.extra;
        let (Some(&first), Some(&last)) = (extra.first(), extra.last()) else { return EMPTY };
        if self.plan.extra_are_neighbours
            && let Some(place) = record.place_of_all(first..last + 1)
        {
            let text = &self.part.text[place.clone()];
            if text.len() + 1 == extra.len() {
                return EMPTY;
            }
            return slice(place);
        }
        let values: Vec<Cow<'t, str>> = extra.iter().map(|&i| record.value(i)).collect();
        if values.iter().all(|v| v.is_empty()) {
            return EMPTY;
        }
        let start = self.part.beside.len();
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                self.part.beside.push(',');
            }
            csv_cell::push_cell(&mut self.part.beside, csv_cell::without_guard(value));
        }
        self.beside_from(start)
    }

    fn beside_from(&self, start: usize) -> Slice {
        Slice { start: start as u32 | BESIDE, len: (self.part.beside.len() - start) as u32 }
    }
}

fn slice(range: Range<usize>) -> Slice {
    Slice { start: range.start as u32, len: (range.end - range.start) as u32 }
}

/// pandas writes a missing number as an empty cell or, on request, as NaN.
fn is_missing(text: &str) -> bool {
    text.is_empty() || text.eq_ignore_ascii_case("nan")
}

fn check_shape(record: &Record<'_, '_>, expected: usize) -> Result<(), Problem> {
    if let Some(flaw) = record.flaw() {
        return Err(Problem::Quotes(flaw));
    }
    let found = record.num_fields();
    if found == expected { Ok(()) } else { Err(Problem::NumCells { found, expected, num_lines: record.num_lines }) }
}

fn read_image_labels<'t>(table: &Table<'t>, header: Header, labels: &LabelSet) -> ImageLabelTable<'t> {
    let names = names_of(labels);
    let parts = table.read(|piece| {
        let (mut rows, mut bad) = (Vec::new(), Vec::new());
        let end = piece.for_each(|record| {
            if record.is_blank() {
                return;
            }
            match image_label_row(&record, &header, &names) {
                Ok(row) => rows.push(row),
                Err(problem) => bad.push(BadRow { line: record.line, problem }),
            }
        });
        (end, (rows, bad))
    });
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for part in parts {
        let line = part.first_line;
        rows.extend(part.value.0.into_iter().map(|r| ImageLabelRow { line: line + r.line, ..r }));
        bad.extend(part.value.1.into_iter().map(|b| BadRow { line: line + b.line, ..b }));
    }
    let unknown = |name: &str| TextWarning {
        line: 1,
        message: format!("the column {name:?} is not one of the project's labels and is left out"),
    };
    let warnings = header.extra_names().into_iter().map(unknown).collect();
    ImageLabelTable { header, labels: names, rows, bad, warnings }
}

fn image_label_row<'t>(
    record: &Record<'t, '_>,
    header: &Header,
    names: &[LabelName],
) -> Result<ImageLabelRow<'t>, Problem> {
    check_shape(record, header.columns.len())?;
    let id = |column| header.position(column).map_or(Cow::Borrowed(""), |i| trimmed(record.value(i)));
    let (image, reader) = (id(Column::Image), id(Column::Reader));
    if image.is_empty() {
        return Err(Problem::NoImage);
    }
    if reader.is_empty() && header.position(Column::Reader).is_some() {
        return Err(Problem::NoReader);
    }
    let (mut positive, mut is_no_finding) = (Vec::new(), false);
    for (i, column) in header.columns.iter().enumerate() {
        let Column::IsLabel(index) = *column else { continue };
        let name = &names[usize::from(index)];
        match record.value(i).trim() {
            "0" => {}
            "1" if name.is_no_finding() => is_no_finding = true,
            "1" => positive.push(index),
            text => return Err(Problem::NotZeroOrOne { column: name.as_str().into(), text: text.into() }),
        }
    }
    if let (true, Some(&other)) = (is_no_finding, positive.first()) {
        return Err(Problem::NoFindingAndLabel(names[usize::from(other)].as_str().into()));
    }
    positive.sort_unstable();
    Ok(ImageLabelRow { line: record.line, image, reader, positive, is_no_finding })
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(csv_cell::without_guard(text.trim())),
        Cow::Owned(text) => Cow::Owned(csv_cell::without_guard(text.trim()).to_owned()),
    }
}

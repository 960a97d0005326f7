//! Rows to published tables: SpineXR, CXR and Kaggle boxes, and image labels; LF line ends, canonical names.

use std::borrow::Cow;

use crate::domain::label::{LabelName, NO_FINDING};
use crate::formats::csv::Table;
use crate::formats::csv_cell;
use crate::formats::csv_kaggle;
use crate::formats::number;
use crate::formats::table_form::{Column, Header, TableForm};

/// A mark on its way out.
#[derive(Clone, Copy, Debug)]
pub struct MarkOut<'a> {
    /// Empty where the project does not know it.
    pub study: &'a str,
    /// Empty where the project does not know it.
    pub series: &'a str,
    pub image: &'a str,
    pub reader: &'a str,
    /// Canonical.
    pub label: &'a str,
    /// In image pixels; `None` for "No finding".
    pub columns: Option<[f64; 4]>,
    /// The four as an import wrote them, where that is not the shortest form.
    pub coordinate_text: Option<&'a str>,
    /// Further cells as one comma-separated line; empty where there are none.
    pub extra: &'a str,
    /// Which of the writer's sources the cells of `extra` belong to; any where it is empty.
    pub source: usize,
}

/// Writes tables of boxes in one form.
#[derive(Debug)]
pub struct BoxWriter {
    columns: Vec<(String, Column)>,
    /// For each source, for each extra column of the table, which cell of the source's `extra` goes there.
    sources: Vec<Vec<Option<usize>>>,
    /// The extra columns stand together at the end.
    extra_is_last: bool,
    num_extra: usize,
}

/// A mark that a form has no words for.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("Kaggle's list of classes has no {0:?}")]
pub struct NoClass(pub String);

impl BoxWriter {
    /// The published header of a form. `sources` are the names of the further columns of each import that rows come
    /// from; every name becomes one column at the end.
    pub fn published(form: TableForm, with_reader: bool, sources: &[Vec<String>]) -> Self {
        let names: &[(&str, Column)] = match form {
            TableForm::SpineXr => &[
                ("study_id", Column::Study),
                ("series_id", Column::Series),
                ("image_id", Column::Image),
                ("rad_id", Column::Reader),
                ("lesion_type", Column::Label),
                ("xmin", Column::XMin),
                ("ymin", Column::YMin),
                ("xmax", Column::XMax),
                ("ymax", Column::YMax),
            ],
            TableForm::Kaggle => &[
                ("image_id", Column::Image),
                ("class_name", Column::Label),
                ("class_id", Column::ClassId),
                ("rad_id", Column::Reader),
                ("x_min", Column::XMin),
                ("y_min", Column::YMin),
                ("x_max", Column::XMax),
                ("y_max", Column::YMax),
            ],
            TableForm::Cxr | TableForm::ImageLabels | TableForm::KaggleSubmission => &[
                ("image_id", Column::Image),
                ("rad_id", Column::Reader),
                ("class_name", Column::Label),
                ("x_min", Column::XMin),
                ("y_min", Column::YMin),
                ("x_max", Column::XMax),
                ("y_max", Column::YMax),
            ],
        };
        let mut columns: Vec<(String, Column)> = names
            .iter()
            .filter(|(_, column)| with_reader || *column != Column::Reader)
            .map(|&(name, column)| (name.to_owned(), column))
            .collect();
        for name in sources.iter().flatten() {
            if !columns.iter().any(|(n, _)| n == name) {
                columns.push((name.clone(), Column::Extra));
            }
        }
        Self::with_columns(columns, sources)
    }

    /// The header of an imported table, as it was. Its further columns are the only source.
    pub fn as_imported(header: &Header) -> Self {
        let columns = header.names.iter().cloned().zip(header.columns.iter().copied()).collect();
        let extra = header.extra_names().into_iter().map(str::to_owned).collect();
        Self::with_columns(columns, &[extra])
    }

    fn with_columns(columns: Vec<(String, Column)>, sources: &[Vec<String>]) -> Self {
        let extra: Vec<&String> = columns.iter().filter(|(_, c)| *c == Column::Extra).map(|(name, _)| name).collect();
        let cell_of = |source: &Vec<String>, name: &String| source.iter().position(|n| n == name);
        let sources = sources.iter().map(|s| extra.iter().map(|name| cell_of(s, name)).collect()).collect();
        let num_extra = extra.len();
        let extra_is_last = columns[columns.len() - num_extra..].iter().all(|(_, c)| *c == Column::Extra);
        Self { columns, sources, extra_is_last, num_extra }
    }

    /// Whether the table has a column for the reader.
    pub fn has_reader(&self) -> bool {
        self.columns.iter().any(|(_, column)| *column == Column::Reader)
    }

    /// Whether the table has a column for the study or the series.
    pub fn has_places(&self) -> bool {
        self.columns.iter().any(|(_, column)| matches!(column, Column::Study | Column::Series))
    }

    pub fn push_header(&self, out: &mut String) {
        for (i, (name, _)) in self.columns.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            csv_cell::push_cell(out, &csv_cell::with_guard(name));
        }
        out.push('\n');
    }

    /// Appends one row. The only refusal is a label without a class number in the Kaggle form.
    pub fn push(&self, out: &mut String, mark: &MarkOut<'_>) -> Result<(), NoClass> {
        let end = if self.extra_is_last { self.columns.len() - self.num_extra } else { self.columns.len() };
        let mut place = 0;
        let mut num_extra_done = 0;
        while place < end {
            if place > 0 {
                out.push(',');
            }
            match self.columns[place].1 {
                Column::Study => push_text(out, mark.study),
                Column::Series => push_text(out, mark.series),
                Column::Image => push_text(out, mark.image),
                Column::Reader => push_text(out, mark.reader),
                Column::Label => push_text(out, mark.label),
                Column::ClassId => {
                    let id = csv_kaggle::class_id(&LabelName::new(mark.label));
                    out.push_str(&id.ok_or_else(|| NoClass(mark.label.to_owned()))?.to_string());
                }
                Column::XMin if self.box_begins_at(place) => {
                    push_box(out, mark);
                    place += 3;
                }
                Column::XMin => push_coordinate(out, mark, 0),
                Column::YMin => push_coordinate(out, mark, 1),
                Column::XMax => push_coordinate(out, mark, 2),
                Column::YMax => push_coordinate(out, mark, 3),
                Column::Extra => {
                    self.push_extra_cell(out, mark, num_extra_done);
                    num_extra_done += 1;
                }
                Column::PredictionString | Column::IsLabel(_) => {}
            }
            place += 1;
        }
        if self.extra_is_last && self.num_extra > 0 {
            if end > 0 {
                out.push(',');
            }
            self.push_extra_cells(out, mark);
        }
        out.push('\n');
        Ok(())
    }

    fn box_begins_at(&self, place: usize) -> bool {
        let wanted = [Column::XMin, Column::YMin, Column::XMax, Column::YMax];
        self.columns.get(place..place + 4).is_some_and(|four| four.iter().map(|(_, c)| *c).eq(wanted))
    }

    fn push_extra_cells(&self, out: &mut String, mark: &MarkOut<'_>) {
        // Most rows have their cells in the table's own order, with nothing in them that a spreadsheet would run.
        let is_own_order = || self.sources[mark.source].iter().enumerate().all(|(i, cell)| *cell == Some(i));
        if !mark.extra.is_empty() && may_go_as_it_is(mark.extra) && is_own_order() {
            out.push_str(mark.extra);
            return;
        }
        for index in 0..self.num_extra {
            if index > 0 {
                out.push(',');
            }
            self.push_extra_cell(out, mark, index);
        }
    }

    fn push_extra_cell(&self, out: &mut String, mark: &MarkOut<'_>, index: usize) {
        let Some(cell) = (!mark.extra.is_empty()).then(|| self.sources[mark.source][index]).flatten() else { return };
        if let Some(value) = cells(mark.extra).get(cell) {
            push_text(out, value);
        }
    }
}

/// No cell begins like a formula. Cells in quotes are looked at one by one.
fn may_go_as_it_is(line: &str) -> bool {
    let is_plain =
        |cell: &str| !matches!(cell.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\''));
    match memchr::memchr(b'"', line.as_bytes()) {
        None => line.split(',').all(is_plain),
        Some(_) => cells(line).iter().all(|cell| is_plain(cell)),
    }
}

/// The cells of one comma-separated line.
pub fn cells(line: &str) -> Vec<Cow<'_, str>> {
    if memchr::memchr(b'"', line.as_bytes()).is_none() {
        return line.split(',').map(Cow::Borrowed).collect();
    }
    Table::new(line).map_or_else(Vec::new, |table| table.header().to_vec())
}

fn push_text(out: &mut String, text: &str) {
    csv_cell::push_cell(out, &csv_cell::with_guard(text));
}

fn push_box(out: &mut String, mark: &MarkOut<'_>) {
    match (mark.columns, mark.coordinate_text) {
        (None, _) => out.push_str(",,,"),
        (Some(_), Some(text)) => out.push_str(text),
        (Some(values), None) => {
            for (i, value) in values.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                number::push(out, value);
            }
        }
    }
}

fn push_coordinate(out: &mut String, mark: &MarkOut<'_>, index: usize) {
    match (mark.columns, mark.coordinate_text) {
        (None, _) => {}
        (Some(_), Some(text)) => out.push_str(text.split(',').nth(index).unwrap_or_default()),
        (Some(values), None) => number::push(out, values[index]),
    }
}

/// What one reader says of one film as a whole, on its way out.
#[derive(Clone, Copy, Debug)]
pub struct ReadingOut<'a> {
    pub image: &'a str,
    pub reader: &'a str,
    /// Canonical names.
    pub labels: &'a [&'a str],
    pub is_no_finding: bool,
}

/// Writes a table of image labels: one column for each label of the set, in its order.
#[derive(Debug)]
pub struct ImageLabelWriter {
    labels: Vec<String>,
    with_reader: bool,
}

impl ImageLabelWriter {
    /// `labels` are the canonical names in the order of the columns.
    pub fn new(labels: &[LabelName], with_reader: bool) -> Self {
        let mut labels: Vec<String> = labels.iter().map(ToString::to_string).collect();
        if !labels.iter().any(|l| l == NO_FINDING) {
            labels.push(NO_FINDING.to_owned());
        }
        Self { labels, with_reader }
    }

    pub fn push_header(&self, out: &mut String) {
        out.push_str(if self.with_reader { "image_id,rad_id" } else { "image_id" });
        for label in &self.labels {
            out.push(',');
            // The published test table, which has no reader, spells this one name otherwise than the training table.
            let is_test_spelling = !self.with_reader && label == "Other diseases";
            push_text(out, if is_test_spelling { "Other disease" } else { label });
        }
        out.push('\n');
    }

    pub fn push(&self, out: &mut String, reading: &ReadingOut<'_>) {
        push_text(out, reading.image);
        if self.with_reader {
            out.push(',');
            push_text(out, reading.reader);
        }
        for label in &self.labels {
            let is_one = if label == NO_FINDING { reading.is_no_finding } else { reading.labels.contains(&&**label) };
            out.push_str(if is_one { ",1" } else { ",0" });
        }
        out.push('\n');
    }

    /// The labels of a reading that have no column.
    pub fn unknown<'r>(&self, reading: &'r ReadingOut<'_>) -> impl Iterator<Item = &'r str> {
        reading.labels.iter().copied().filter(|label| !self.labels.iter().any(|l| l == label))
    }
}

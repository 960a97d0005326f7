//! Rows of an imported file as the edit log keeps them: tab-separated text that alone rebuilds the tables.
//!
//! A chunk is one `edit_log` row with step `import`, of about 4,000 lines. Its first line is `marks` or `image_labels`,
//! a tab, and the state (`doing`, `completed`) that a reading not begun yet gets from this import.
//! Every other line is one row, fields separated by tabs, empty fields at its end left out:
//!
//! | field | in `marks` | in `image_labels` |
//! |---|---|---|
//! | 0 | id; empty: the id of the line before plus one | image_id; empty: as in the line before |
//! | 1 | image_id; empty: as in the line before | rad_id; empty: as before |
//! | 2 | rad_id; empty: as before | label; empty: as before |
//! | 3 | lesion_type; empty: as before | |
//! | 4 | `xmin,ymin,xmax,ymax`, shortest decimal form; empty: they are in field 5, or there are none | |
//! | 5 | `coordinate_text` | |
//! | 6 | `extra` | |
//!
//! Tab, line feed, carriage return and backslash inside a field are written `\t \n \r \\`.

use std::borrow::Cow;

use crate::domain::label::NO_FINDING;
use crate::domain::task::TaskState;

/// What the lines of a chunk are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChunkKind {
    /// Rows of `annotation`.
    Marks,
    /// Rows of `image_label`.
    ImageLabels,
}

impl ChunkKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Marks => "marks",
            Self::ImageLabels => "image_labels",
        }
    }
}

/// One imported mark. Coordinates are in image pixels.
#[derive(Clone, PartialEq, Debug)]
pub struct MarkRow<'a> {
    pub id: i64,
    pub image_id: Cow<'a, str>,
    pub rad_id: Cow<'a, str>,
    pub lesion_type: Cow<'a, str>,
    /// `xmin,ymin,xmax,ymax` as Rust's `{}` writes them. `None` for "No finding", and where `coordinate_text` parses
    /// to the same numbers piece by piece.
    pub coordinates: Option<Cow<'a, str>>,
    pub coordinate_text: Option<Cow<'a, str>>,
    pub extra: Option<Cow<'a, str>>,
}

impl MarkRow<'_> {
    /// The four numbers; `None` for "No finding". `Err` where there are not four.
    pub fn columns(&self) -> Result<Option<[f64; 4]>, String> {
        if self.lesion_type == NO_FINDING {
            return Ok(None);
        }
        let text = self.coordinates.as_deref().or(self.coordinate_text.as_deref()).unwrap_or_default();
        let mut numbers = [0.0; 4];
        let mut pieces = text.split(',');
        for number in &mut numbers {
            let piece = pieces.next().map(str::trim);
            *number = piece.and_then(|p| p.parse().ok()).ok_or_else(|| format!("no four coordinates in {text:?}"))?;
        }
        if pieces.next().is_some() {
            return Err(format!("more than four coordinates in {text:?}"));
        }
        Ok(Some(numbers))
    }
}

/// Collects rows into a chunk's text.
#[derive(Debug)]
pub struct ChunkWriter {
    kind: ChunkKind,
    state: TaskState,
    text: String,
    num_rows: usize,
    last_id: i64,
    last: [String; 3],
}

impl ChunkWriter {
    /// `state` is what a reading that is new gets.
    pub fn new(kind: ChunkKind, state: TaskState) -> Self {
        let mut writer =
            Self { kind, state, text: String::new(), num_rows: 0, last_id: i64::MIN, last: Default::default() };
        writer.begin();
        writer
    }

    pub const fn num_rows(&self) -> usize {
        self.num_rows
    }

    /// Adds a row of a [`ChunkKind::Marks`] chunk.
    pub fn push_mark(&mut self, row: &MarkRow<'_>) {
        debug_assert_eq!(self.kind, ChunkKind::Marks);
        if row.id.checked_sub(1) != Some(self.last_id) {
            self.text.push_str(&row.id.to_string());
        }
        self.last_id = row.id;
        for (place, value) in [&row.image_id, &row.rad_id, &row.lesion_type].into_iter().enumerate() {
            self.text.push('\t');
            self.push_unless_same(place, value);
        }
        // A field is preceded by its tab only when something follows.
        let fields = [&row.coordinates, &row.coordinate_text, &row.extra];
        let used = fields.iter().rposition(|f| f.is_some()).map_or(0, |i| i + 1);
        for field in &fields[..used] {
            self.text.push('\t');
            push_escaped(&mut self.text, field.as_deref().unwrap_or_default());
        }
        self.end_row();
    }

    /// Adds a row of a [`ChunkKind::ImageLabels`] chunk.
    pub fn push_image_label(&mut self, image_id: &str, rad_id: &str, label: &str) {
        debug_assert_eq!(self.kind, ChunkKind::ImageLabels);
        self.push_unless_same(0, image_id);
        self.text.push('\t');
        self.push_unless_same(1, rad_id);
        self.text.push('\t');
        self.push_unless_same(2, label);
        self.end_row();
    }

    /// The chunk, leaving the writer ready for the next one.
    pub fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        self.text.reserve(text.len());
        self.begin();
        text
    }

    fn begin(&mut self) {
        self.text.push_str(self.kind.as_str());
        self.text.push('\t');
        self.text.push_str(self.state.as_str());
        self.text.push('\n');
        self.num_rows = 0;
        self.last_id = i64::MIN;
        self.last.iter_mut().for_each(String::clear);
    }

    fn push_unless_same(&mut self, place: usize, value: &str) {
        if self.last[place] != value {
            push_escaped(&mut self.text, value);
            self.last[place].clear();
            self.last[place].push_str(value);
        }
    }

    fn end_row(&mut self) {
        self.text.push('\n');
        self.num_rows += 1;
    }
}

/// A chunk read back.
#[derive(Debug)]
pub(super) enum Chunk<'a> {
    Marks(Vec<MarkRow<'a>>),
    /// image_id, rad_id, label.
    ImageLabels(Vec<[Cow<'a, str>; 3]>),
}

/// Reads a chunk; the error says which line is not understood.
pub(super) fn read(text: &str) -> Result<(TaskState, Chunk<'_>), String> {
    let mut lines = text.lines();
    let (kind, state) = lines.next().and_then(|line| line.split_once('\t')).ok_or("the chunk has no first line")?;
    let state = TaskState::parse(state).ok_or_else(|| format!("unknown state {state:?}"))?;
    let chunk = match kind {
        "marks" => Chunk::Marks(read_marks(lines)?),
        "image_labels" => Chunk::ImageLabels(read_image_labels(lines)?),
        other => return Err(format!("unknown kind of chunk {other:?}")),
    };
    Ok((state, chunk))
}

fn read_marks<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<MarkRow<'a>>, String> {
    let mut rows: Vec<MarkRow<'a>> = Vec::new();
    for line in lines {
        let mut fields = line.split('\t');
        let id = fields.next().unwrap_or_default();
        let before = rows.last();
        let id = match (id, before) {
            ("", Some(before)) => before.id + 1,
            (text, _) => text.parse().map_err(|_| format!("no id in {line:?}"))?,
        };
        let mut same =
            |pick: for<'r> fn(&'r MarkRow<'a>) -> &'r Cow<'a, str>| repeated(fields.next(), before.map(pick), line);
        let image_id = same(|row| &row.image_id)?;
        let rad_id = same(|row| &row.rad_id)?;
        let lesion_type = same(|row| &row.lesion_type)?;
        let mut optional = || fields.next().filter(|f| !f.is_empty()).map(unescaped);
        let (coordinates, coordinate_text, extra) = (optional(), optional(), optional());
        rows.push(MarkRow { id, image_id, rad_id, lesion_type, coordinates, coordinate_text, extra });
    }
    Ok(rows)
}

fn read_image_labels<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<[Cow<'a, str>; 3]>, String> {
    let mut rows: Vec<[Cow<'a, str>; 3]> = Vec::new();
    for line in lines {
        let mut fields = line.split('\t');
        let before = rows.last();
        let mut same = |place: usize| repeated(fields.next(), before.map(|row| &row[place]), line);
        rows.push([same(0)?, same(1)?, same(2)?]);
    }
    Ok(rows)
}

/// An empty field stands for the value of the line before.
fn repeated<'a>(field: Option<&'a str>, before: Option<&Cow<'a, str>>, line: &str) -> Result<Cow<'a, str>, String> {
    match (field, before) {
        (None | Some(""), Some(before)) => Ok(before.clone()),
        (None | Some(""), None) => Err(format!("the first line repeats nothing: {line:?}")),
        (Some(text), _) => Ok(unescaped(text)),
    }
}

fn push_escaped(out: &mut String, text: &str) {
    let special = |b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | b'\\');
    if !text.as_bytes().iter().any(special) {
        out.push_str(text);
        return;
    }
    for c in text.chars() {
        match c {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            other => out.push(other),
        }
    }
}

fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        out.push(match chars.next() {
            Some('t') => '\t',
            Some('n') => '\n',
            Some('r') => '\r',
            Some(other) => other,
            None => '\\',
        });
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mark<'a>(id: i64, texts: [&'a str; 3], rest: [Option<&'a str>; 3]) -> MarkRow<'a> {
        let [image_id, rad_id, lesion_type] = texts.map(Cow::Borrowed);
        let [coordinates, coordinate_text, extra] = rest.map(|t| t.map(Cow::Borrowed));
        MarkRow { id, image_id, rad_id, lesion_type, coordinates, coordinate_text, extra }
    }

    #[test]
    fn a_chunk_in_words() {
        let mut writer = ChunkWriter::new(ChunkKind::Marks, TaskState::Completed);
        writer.push_mark(&mark(7, ["a", "R1", "Osteophytes"], [Some("1,2,3,4"), None, None]));
        writer.push_mark(&mark(8, ["a", "R1", "Osteophytes"], [None, Some("1.0,2.0,3.0,4.0"), None]));
        writer.push_mark(&mark(20, ["b", "R1", "No finding"], [None, None, Some("x\ty")]));
        let text = writer.take();
        let expected = "marks\tcompleted\n\
                        7\ta\tR1\tOsteophytes\t1,2,3,4\n\
                        \t\t\t\t\t1.0,2.0,3.0,4.0\n\
                        20\tb\t\tNo finding\t\t\tx\\ty\n";
        assert_eq!(text, expected);
        let (state, chunk) = read(&text).expect("what was written");
        assert_eq!(state, TaskState::Completed);
        let Chunk::Marks(rows) = chunk else { panic!("marks") };
        assert_eq!(rows[1].columns(), Ok(Some([1.0, 2.0, 3.0, 4.0])));
        assert_eq!(rows[2].columns(), Ok(None));
    }

    #[test]
    fn what_is_not_a_chunk_is_an_error() {
        for text in
            ["", "marks", "marks\tasleep\n", "shapes\tdoing\n", "marks\tdoing\n\ta\tb\tc\n", "marks\tdoing\n5\n"]
        {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn reading_gives_back_what_was_written(
            rows in prop::collection::vec(
                (1i64..9, "[a\\\\\t\n\r]{1,3}", "[ab]", "[xy ]{1,2}", prop::option::of("[0-9,\\\\]{1,4}"),
                 prop::option::of("[\t1.,]{1,4}"), prop::option::of("[z\n]{1,3}")),
                0..20,
            )
        ) {
            let rows: Vec<MarkRow<'_>> = rows.iter().map(|(id, a, b, c, d, e, f)| {
                mark(*id, [a, b, c], [d.as_deref(), e.as_deref(), f.as_deref()])
            }).collect();
            let mut writer = ChunkWriter::new(ChunkKind::Marks, TaskState::Doing);
            for row in &rows {
                writer.push_mark(row);
            }
            let text = writer.take();
            let (_, Chunk::Marks(back)) = read(&text).expect("readable") else { panic!("marks") };
            prop_assert_eq!(back, rows);
        }
    }
}

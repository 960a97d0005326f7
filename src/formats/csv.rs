//! Comma-separated text as people really save it, to records and back: the one tokenizer behind every table.
//!
//! Reads RFC 4180 with quotes and line ends inside quotes, LF, CRLF and lone CR, a byte order mark, UTF-16 with its mark,
//! and text that is not UTF-8 (replaced, with a warning). Large texts are cut at line ends and tokenized on all cores.
//! A cut may fall inside quotes; then the piece is read again from where its record really begins, so that the result is
//! that of one pass from front to back.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;

/// Pieces of this size keep all cores busy and stay in the second-level cache.
const PIECE_BYTES: usize = 512 * 1024;

/// A file's bytes. Large ones are read on all cores: most of the time goes into the first touch of the memory.
pub fn read_whole(path: &Path) -> std::io::Result<Vec<u8>> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileExt;
        const PART: usize = 8 << 20;
        let file = std::fs::File::open(path)?;
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

/// A file's bytes as text.
#[derive(Debug)]
pub struct Decoded<'b> {
    /// Without the byte order mark.
    pub text: Cow<'b, str>,
    pub had_byte_order_mark: bool,
    pub warnings: Vec<TextWarning>,
}

/// Something odd about a text that does not stop it from being read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextWarning {
    /// Counted from 1; the header is line 1.
    pub line: u32,
    pub message: String,
}

/// Bytes of a file to text.
pub fn decode(bytes: &[u8]) -> Decoded<'_> {
    const DOUBLY_ENCODED_MARK: &[u8] = "\u{ef}\u{bb}\u{bf}".as_bytes();
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = bytes {
        let encoding = if bytes[0] == 0xff { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
        let (text, had_errors) = encoding.decode_with_bom_removal(bytes);
        let mut warnings = Vec::new();
        if had_errors {
            let message = "the UTF-16 text is damaged; what could not be read became \u{fffd}".to_owned();
            warnings.push(TextWarning { line: 1, message });
        }
        return Decoded { text, had_byte_order_mark: true, warnings };
    }
    let mark_len = [b"\xef\xbb\xbf".as_slice(), DOUBLY_ENCODED_MARK]
        .into_iter()
        .find(|mark| bytes.starts_with(mark))
        .map_or(0, <[u8]>::len);
    let bytes = &bytes[mark_len..];
    let (text, warnings) = match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), Vec::new()),
        Err(_) => (String::from_utf8_lossy(bytes), lines_with_bad_utf8(bytes)),
    };
    Decoded { text, had_byte_order_mark: mark_len > 0, warnings }
}

fn lines_with_bad_utf8(bytes: &[u8]) -> Vec<TextWarning> {
    let mut warnings = Vec::new();
    for (index, line) in bytes.split(|&b| b == b'\n').enumerate() {
        if std::str::from_utf8(line).is_err() {
            let message = "text that is not UTF-8; what could not be read became \u{fffd}".to_owned();
            warnings.push(TextWarning { line: index as u32 + 1, message });
        }
    }
    warnings
}

/// One cell of a record, as a place in the piece's text.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    start: u32,
    end: u32,
    quotes: Quotes,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Quotes {
    None,
    Around,
    /// Around it, and doubled inside it.
    Doubled,
}

/// One record. Cells are cut out, not copied.
#[derive(Clone, Copy, Debug)]
pub struct Record<'t, 'r> {
    /// Of its first line, counted from 0 at the start of the piece.
    pub line: u32,
    /// More than one where a cell has line ends inside its quotes.
    pub num_lines: u32,
    text: &'t str,
    fields: &'r [Field],
    flaw: Option<&'static str>,
}

impl<'t> Record<'t, '_> {
    pub const fn num_fields(&self) -> usize {
        self.fields.len()
    }

    /// Why the record cannot be trusted: quotes that do not close, text after a closing quote.
    pub const fn flaw(&self) -> Option<&'static str> {
        self.flaw
    }

    /// A cell's value, out of its quotes.
    pub fn value(&self, index: usize) -> Cow<'t, str> {
        let raw = self.raw(index);
        if self.fields[index].quotes == Quotes::Doubled {
            Cow::Owned(raw.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(raw)
        }
    }

    /// A cell's text as it stands in the file, out of its quotes but with quotes inside it still doubled.
    pub fn raw(&self, index: usize) -> &'t str {
        let field = self.fields[index];
        &self.text[field.start as usize..field.end as usize]
    }

    /// Where a cell stands in the piece's text, without blanks around it; `None` where quotes inside it are doubled.
    pub fn place(&self, index: usize) -> Option<Range<usize>> {
        let field = self.fields[index];
        let (raw, start) = (self.raw(index), field.start as usize);
        if field.quotes == Quotes::Doubled {
            return None;
        }
        // Nearly every cell begins and ends with a visible character.
        if let [first, .., last] = raw.as_bytes()
            && first.is_ascii_graphic()
            && last.is_ascii_graphic()
        {
            return Some(start..start + raw.len());
        }
        let start = start + (raw.len() - raw.trim_start().len());
        Some(start..start + raw.trim().len())
    }

    /// Where several neighbouring cells stand in the piece's text, commas between them included; `None` where one of
    /// them has quotes, an apostrophe or a carriage return in it.
    pub fn place_of_all(&self, cells: Range<usize>) -> Option<Range<usize>> {
        let fields = &self.fields[cells];
        let (first, last) = (fields.first()?, fields.last()?);
        let range = first.start as usize..last.end as usize;
        let is_plain = fields.iter().all(|f| f.quotes == Quotes::None)
            && memchr::memchr3(b'"', b'\'', b'\r', self.text[range.clone()].as_bytes()).is_none();
        is_plain.then_some(range)
    }

    /// Nothing on the line but blanks.
    pub fn is_blank(&self) -> bool {
        self.fields.len() == 1 && self.raw(0).trim().is_empty()
    }
}

/// A table whose header has been read.
#[derive(Debug)]
pub struct Table<'t> {
    text: &'t str,
    header: Vec<Cow<'t, str>>,
    body: usize,
    header_lines: u32,
    line_end: u8,
}

/// A stretch of whole records.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'t> {
    pub text: &'t str,
    line_end: u8,
    /// Quotes still open at the end of the text never close: nothing of the file follows that could close them.
    is_closed: bool,
}

/// What came out of a piece.
#[derive(Debug)]
pub struct Part<T> {
    /// Line number in the file, from 1, of the piece's first line: add [`Record::line`].
    pub first_line: u32,
    pub value: T,
}

/// Where tokenizing a piece ended.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// Lines up to `at`.
    lines: u32,
    /// Byte offset after the last whole record.
    at: usize,
}

impl<'t> Table<'t> {
    /// Reads the header of a text. `None` where there is nothing but blanks.
    pub fn new(text: &'t str) -> Option<Self> {
        let has_line_feed = memchr::memchr(b'\n', text.as_bytes()).is_some();
        let line_end = if !has_line_feed && text.contains('\r') { b'\r' } else { b'\n' };
        let (mut body, mut header_lines) = (0, 0);
        while body < text.len() {
            let mut header: Option<Vec<Cow<'t, str>>> = None;
            let rest = Piece { text: &text[body..], line_end, is_closed: true };
            let end = rest.scan(1, &mut |record| {
                if !record.is_blank() {
                    header = Some((0..record.num_fields()).map(|i| record.value(i)).collect());
                }
            });
            body += end.at;
            header_lines += end.lines;
            if let Some(header) = header {
                return Some(Self { text, header, body, header_lines, line_end });
            }
        }
        None
    }

    pub fn header(&self) -> &[Cow<'t, str>] {
        &self.header
    }

    /// Hands every piece of the table's body to `read`, on all cores, and gives the results in the order of the file.
    /// `read` calls [`Piece::for_each`] and returns its [`End`] with what it made of the records.
    pub fn read<T: Send>(&self, read: impl Fn(Piece<'t>) -> (End, T) + Sync) -> Vec<Part<T>> {
        self.read_in_pieces_of(PIECE_BYTES, read)
    }

    fn read_in_pieces_of<T: Send>(
        &self,
        piece_bytes: usize,
        read: impl Fn(Piece<'t>) -> (End, T) + Sync,
    ) -> Vec<Part<T>> {
        let piece =
            |range: Range<usize>, is_closed| Piece { text: &self.text[range], line_end: self.line_end, is_closed };
        let starts = self.piece_starts(piece_bytes);
        let guesses: Vec<(Range<usize>, (End, T))> =
            starts.par_windows(2).map(|pair| (pair[0]..pair[1], read(piece(pair[0]..pair[1], false)))).collect();
        let mut parts = Vec::with_capacity(guesses.len());
        let (mut at, mut first_line) = (self.body, self.header_lines + 1);
        for (range, guess) in guesses {
            // A piece that began inside a record is read again from where that record ended.
            let mut next = (at == range.start).then_some(guess);
            while at < range.end {
                let (end, value) = next.take().unwrap_or_else(|| {
                    let rest = piece(at..range.end, false);
                    let (end, value) = read(rest);
                    if end.at > 0 {
                        return (end, value);
                    }
                    // Quotes are open at the cut: look for the end of this one record in all that follows.
                    let long = piece(at..self.text.len(), true).scan(1, &mut |_| {});
                    read(piece(at..at + long.at, true))
                });
                parts.push(Part { first_line, value });
                first_line += end.lines;
                at += end.at;
            }
        }
        parts
    }

    /// Offsets at which pieces begin, and the end of the text.
    fn piece_starts(&self, piece_bytes: usize) -> Vec<usize> {
        let bytes = self.text.as_bytes();
        let mut starts = vec![self.body];
        let mut at = self.body;
        while bytes.len() - at > piece_bytes {
            let Some(found) = memchr::memchr(self.line_end, &bytes[at + piece_bytes..]) else { break };
            at += piece_bytes + found + 1;
            starts.push(at);
        }
        if at < bytes.len() {
            starts.push(bytes.len());
        }
        starts
    }
}

impl<'t> Piece<'t> {
    /// Calls `visit` for every whole record, blank lines included. Stops before a record whose quotes do not close
    /// within the piece.
    pub fn for_each(&self, mut visit: impl FnMut(Record<'t, '_>)) -> End {
        self.scan(usize::MAX, &mut visit)
    }

    fn scan(&self, limit: usize, visit: &mut impl FnMut(Record<'t, '_>)) -> End {
        let bytes = self.text.as_bytes();
        let mut state = Scan {
            text: self.text,
            fields: Vec::with_capacity(32),
            inner_lines: 0,
            flaw: None,
            done: 0,
            end: END_ZERO,
        };
        let mut field_start = 0;
        let mut from = 0;
        'scan: while state.done < limit {
            for offset in memchr::memchr3_iter(b',', self.line_end, b'"', &bytes[from..]) {
                let at = from + offset;
                if bytes[at] == b'"' {
                    // A quote inside a cell that does not begin with one stands for itself.
                    if at != field_start {
                        continue;
                    }
                    match self.quoted_cell(at) {
                        Some(cell) => {
                            state.inner_lines += cell.inner_lines;
                            state.flaw = state.flaw.or(cell.flaw);
                            state.fields.push(cell.field);
                            let next = (cell.delimiter + 1).min(bytes.len());
                            if bytes.get(cell.delimiter) != Some(&b',') {
                                state.finish(next, visit);
                            }
                            (field_start, from) = (next, next);
                        }
                        None if self.is_closed => {
                            let next = memchr::memchr(self.line_end, &bytes[at..]).map_or(bytes.len(), |i| at + i + 1);
                            state.fields.clear();
                            state.flaw = Some(UNCLOSED);
                            state.finish(next, visit);
                            (field_start, from) = (next, next);
                        }
                        None => return state.end,
                    }
                    continue 'scan;
                }
                let is_line_end = bytes[at] == self.line_end;
                let stop = if is_line_end && at > field_start && bytes[at - 1] == b'\r' { at - 1 } else { at };
                state.fields.push(Field { start: field_start as u32, end: stop as u32, quotes: Quotes::None });
                field_start = at + 1;
                if is_line_end {
                    state.finish(field_start, visit);
                    if state.done == limit {
                        return state.end;
                    }
                }
            }
            // The last line of a text need not end in a line end.
            if field_start < bytes.len() || !state.fields.is_empty() {
                let stop = bytes.len() - usize::from(bytes[field_start..].ends_with(b"\r"));
                state.fields.push(Field { start: field_start as u32, end: stop as u32, quotes: Quotes::None });
                state.finish(bytes.len(), visit);
            }
            break;
        }
        state.end
    }

    /// Reads the cell whose opening quote is at `open`. `None` where it does not close here: no closing quote follows,
    /// or the next one is plainly the opening quote of a later line's cell.
    fn quoted_cell(&self, open: usize) -> Option<QuotedCell> {
        let bytes = self.text.as_bytes();
        let (close, quotes) = closing_quote(bytes, open + 1)?;
        let delimiter =
            memchr::memchr2(b',', self.line_end, &bytes[close + 1..]).map_or(bytes.len(), |i| close + 1 + i);
        let inner_lines = memchr::memchr_iter(self.line_end, &bytes[open..close]).count() as u32;
        let is_clean = bytes[close + 1..delimiter].iter().all(|b| matches!(b, b' ' | b'\t' | b'\r'));
        if !is_clean && inner_lines > 0 {
            return None;
        }
        let field = Field { start: open as u32 + 1, end: close as u32, quotes };
        Some(QuotedCell { field, delimiter, inner_lines, flaw: (!is_clean).then_some(AFTER_QUOTE) })
    }
}

struct QuotedCell {
    field: Field,
    /// Where the comma or line end after it stands, or the end of the text.
    delimiter: usize,
    inner_lines: u32,
    flaw: Option<&'static str>,
}

/// The record being put together.
struct Scan<'t> {
    text: &'t str,
    fields: Vec<Field>,
    /// Line ends inside its quotes.
    inner_lines: u32,
    flaw: Option<&'static str>,
    done: usize,
    end: End,
}

const END_ZERO: End = End { lines: 0, at: 0 };

impl<'t> Scan<'t> {
    fn finish(&mut self, next: usize, visit: &mut impl FnMut(Record<'t, '_>)) {
        let num_lines = 1 + std::mem::take(&mut self.inner_lines);
        visit(Record {
            line: self.end.lines,
            num_lines,
            text: self.text,
            fields: &self.fields,
            flaw: self.flaw.take(),
        });
        self.fields.clear();
        self.end = End { lines: self.end.lines + num_lines, at: next };
        self.done += 1;
    }
}

const UNCLOSED: &str =
    "a quote opens in this line and does not close; close it, or double it where it stands for itself";
const AFTER_QUOTE: &str = "text follows a closing quote; double the quotes inside a quoted cell";

/// The place of the quote that closes a cell, and what quotes the cell has.
fn closing_quote(bytes: &[u8], mut from: usize) -> Option<(usize, Quotes)> {
    let mut quotes = Quotes::Around;
    loop {
        let at = from + memchr::memchr(b'"', &bytes[from..])?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some((at, quotes));
        }
        quotes = Quotes::Doubled;
        from = at + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::csv_cell::push_cell;
    use proptest::prelude::*;

    /// Line number, cells, flaw.
    type Row = (u32, Vec<String>, bool);

    fn rows_in_pieces_of(text: &str, piece_bytes: usize) -> Vec<Row> {
        let Some(table) = Table::new(text) else { return Vec::new() };
        let parts = table.read_in_pieces_of(piece_bytes, |piece| {
            let mut rows: Vec<Row> = Vec::new();
            let end = piece.for_each(|record| {
                let cells = (0..record.num_fields()).map(|i| record.value(i).into_owned()).collect();
                rows.push((record.line, cells, record.flaw().is_some()));
            });
            (end, rows)
        });
        let with_lines = |part: Part<Vec<Row>>| {
            part.value.into_iter().map(move |(line, cells, flaw)| (part.first_line + line, cells, flaw))
        };
        parts.into_iter().flat_map(with_lines).collect()
    }

    fn check(text: &str, expected: &[(u32, &[&str])]) {
        for piece_bytes in [1, 2, 3, 7, 1000] {
            let rows = rows_in_pieces_of(text, piece_bytes);
            let plain: Vec<(u32, Vec<&str>)> =
                rows.iter().map(|(l, c, _)| (*l, c.iter().map(String::as_str).collect())).collect();
            let expected: Vec<(u32, Vec<&str>)> = expected.iter().map(|(l, c)| (*l, c.to_vec())).collect();
            assert_eq!(plain, expected, "{text:?} in pieces of {piece_bytes}");
        }
    }

    #[test]
    fn records_of_every_kind() {
        check("h\n", &[]);
        check("h", &[]);
        check("", &[]);
        check("h,i\n1,2\n3,4", &[(2, &["1", "2"]), (3, &["3", "4"])]);
        check("h,i\r\n1,2\r\n3,\r\n", &[(2, &["1", "2"]), (3, &["3", ""])]);
        check("h,i\r1,2\r3,4\r", &[(2, &["1", "2"]), (3, &["3", "4"])]);
        check("\n \nh\n1\n", &[(4, &["1"])]);
        check("h\n\"a,b\"\n", &[(2, &["a,b"])]);
        check("h\n\"a\nb\r\nc\"\n2\n", &[(2, &["a\nb\r\nc"]), (5, &["2"])]);
        check("h\n\"a \"\"b\"\" c\",\"\"\n", &[(2, &["a \"b\" c", ""])]);
        check("h\n\"a\" ,b\n", &[(2, &["a", "b"])]);
        check("h\n5\" nail,b\n", &[(2, &["5\" nail", "b"])]);
        check("h\n1,", &[(2, &["1", ""])]);
        check("h\n\"1\",", &[(2, &["1", ""])]);
        check("h\n\"1\"", &[(2, &["1"])]);
        check("h\n\"1\"\r\n", &[(2, &["1"])]);
        check("h\n\n1\n", &[(2, &[""]), (3, &["1"])]);
        check("h\n1\r", &[(2, &["1"])]);
    }

    #[test]
    fn a_stray_quote_costs_its_line_and_no_other() {
        check("h\na,\"b\nc,d\n", &[(2, &[]), (3, &["c", "d"])]);
        check("h\na,\"b\nc,\"d, e\"\nf,g\n", &[(2, &[]), (3, &["c", "d, e"]), (4, &["f", "g"])]);
        check("h\n\"a\"b,c\nd,e\n", &[(2, &["a", "c"]), (3, &["d", "e"])]);
        let flaws = |text: &str| rows_in_pieces_of(text, 4).iter().map(|r| r.2).collect::<Vec<_>>();
        assert_eq!(flaws("h\na,\"b\nc,d\n"), [true, false]);
        assert_eq!(flaws("h\n\"a\"b,c\nd,e\n"), [true, false]);
    }

    #[test]
    fn bytes_become_text() {
        let check = |bytes: &[u8], text: &str, mark: bool, lines: &[u32]| {
            let decoded = decode(bytes);
            assert_eq!(decoded.text, text);
            assert_eq!(decoded.had_byte_order_mark, mark);
            assert_eq!(decoded.warnings.iter().map(|w| w.line).collect::<Vec<_>>(), lines);
        };
        check(b"a,b", "a,b", false, &[]);
        check(b"\xef\xbb\xbfa,b", "a,b", true, &[]);
        check("\u{ef}\u{bb}\u{bf}a".as_bytes(), "a", true, &[]);
        check(b"\xff\xfea\0,\0", "a,", true, &[]);
        check(b"\xfe\xff\0a", "a", true, &[]);
        check(b"a\nb\xe9\nc", "a\nb\u{fffd}\nc", false, &[2]);
    }

    /// One pass with a plain state machine, for records whose quotes are sound.
    fn reference(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
        let (mut inside, mut quoted) = (false, false);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match (c, inside) {
                ('"', true) if chars.peek() == Some(&'"') => cell.extend(chars.next()),
                ('"', true) => inside = false,
                ('"', false) if cell.is_empty() && !quoted => (inside, quoted) = (true, true),
                (',' | '\n', false) => {
                    row.push(std::mem::take(&mut cell));
                    quoted = false;
                    if c == '\n' {
                        rows.push(std::mem::take(&mut row));
                    }
                }
                _ => cell.push(c),
            }
        }
        rows
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_wherever_it_is_cut(
            rows in prop::collection::vec(prop::collection::vec("[a,\"\n\r =']{0,4}", 2..4), 0..12),
            piece_bytes in 1usize..40,
        ) {
            let mut text = "h\n".to_owned();
            for row in &rows {
                for (i, cell) in row.iter().enumerate() {
                    if i > 0 { text.push(','); }
                    push_cell(&mut text, cell);
                }
                text.push('\n');
            }
            let back: Vec<Vec<String>> = rows_in_pieces_of(&text, piece_bytes).into_iter().map(|r| r.1).collect();
            prop_assert_eq!(&back, &rows);
            let one_pass = reference(&text);
            prop_assert_eq!(&back[..], &one_pass[1..]);
        }

        #[test]
        fn the_cut_never_changes_the_result(text in "[a,\"\n\r]{0,40}", piece_bytes in 1usize..20) {
            let text = format!("h\n{text}");
            prop_assert_eq!(rows_in_pieces_of(&text, piece_bytes), rows_in_pieces_of(&text, 1 << 20));
        }
    }
}

//! Rows of a table of boxes sorted into readings, a stretch of films at a time.
//!
//! A million rows in the order of a file lie all over memory when they are looked at film by film, and then each look costs
//! a trip to the memory. So the rows are first dealt out, front to back, into buckets of neighbouring films that each fit
//! a core's cache; whatever is done film by film is then done bucket by bucket, on all cores.

use std::ops::Range;

use rayon::prelude::*;

use crate::formats::csv_vindr::{BoxRow, BoxTable};
use crate::formats::text_hash::QuickMap;
use crate::store::HeldReading;

/// About as many rows go into a bucket.
const BUCKET_ROWS: usize = 4_096;
const MAX_BUCKETS: usize = 256;
/// So many film ids of the file tell where one bucket ends and the next begins.
const SAMPLE: usize = 4_096;

/// What becomes of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Take,
    /// The project holds the same mark.
    Held,
    Bad,
}

/// The rows of a table, sorted into readings.
#[derive(Debug)]
pub struct LabelRows {
    borders: Borders,
    /// Every film of a bucket comes before those of the next one.
    pub buckets: Vec<Bucket>,
}

/// The rows of neighbouring films, by film and reader, those of one reading in the order of the file.
#[derive(Debug, Default)]
pub struct Bucket {
    text: String,
    rows: Vec<BucketRow>,
    /// By film and then reader.
    pub readings: Vec<TableReading>,
    /// For each row.
    pub verdicts: Vec<Verdict>,
}

/// A stretch of a bucket's text.
#[derive(Clone, Copy, Debug)]
struct Slice {
    start: u32,
    len: u32,
}

/// A row as a bucket keeps it. The coordinates stand in the bucket's text, and what is further after them.
#[derive(Debug)]
struct BucketRow {
    columns: [f64; 4],
    coordinates: Slice,
    extra_len: u32,
    line: u32,
    label: u16,
    has_box: bool,
    is_shortest: bool,
    is_of_other_place: bool,
}

impl BucketRow {
    const fn extra(&self) -> Slice {
        Slice { start: self.coordinates.start + self.coordinates.len, len: self.extra_len }
    }
}

/// What one reader says of one film in the table, and in the project before.
#[derive(Debug)]
pub struct TableReading {
    image: Slice,
    reader: Slice,
    study: Slice,
    series: Slice,
    /// Of the film's first row, whoever's: it says the study and series.
    pub first_line_of_film: u32,
    /// Its rows, as places in the bucket.
    pub rows: Range<u32>,
    /// Of the film, where the project has it.
    pub size_px: Option<(u32, u32)>,
    pub held: Option<HeldReading>,
    /// Label, the bits of the columns, and what is further, of what the project holds.
    pub held_boxes: Vec<(String, [u64; 4], String)>,
    /// Boxes that are taken.
    pub num_boxes: u32,
    /// "No finding" is taken.
    pub adds_no_finding: bool,
    /// Rows that the project holds already.
    pub num_held: u32,
    /// Bit `i`: a row with label `i` of the table is taken.
    pub labels: u128,
}

impl TableReading {
    /// Whether anything of it is taken.
    pub const fn is_touched(&self) -> bool {
        self.num_boxes > 0 || self.adds_no_finding
    }
}

/// What a row says.
#[derive(Clone, Copy, Debug)]
pub struct RowMark<'a> {
    pub line: u32,
    pub label: u16,
    /// `None` for "No finding".
    pub columns: Option<[f64; 4]>,
    /// As written; empty for "No finding".
    pub coordinates: &'a str,
    pub extra: &'a str,
    /// It names another study or series than the film's first row.
    pub is_of_other_place: bool,
}

/// A row that is taken.
#[derive(Clone, Copy, Debug)]
pub struct TakenRow<'a> {
    pub line: u32,
    pub label: u16,
    pub columns: Option<[f64; 4]>,
    /// As written; empty for "No finding".
    pub coordinates: &'a str,
    pub is_shortest: bool,
    pub extra: &'a str,
}

/// Sorts the rows into readings. `reader` is whose the rows are where the table has no reader column.
pub fn sort_rows(table: &BoxTable<'_>, reader: &str) -> LabelRows {
    let num_rows = table.num_rows();
    let borders = Borders::of(table);
    let num_buckets = borders.num_buckets();
    let num_streams = rayon::current_num_threads().clamp(1, num_rows.max(1));
    let per_stream = num_rows.div_ceil(num_streams).max(1);
    let streams: Vec<Vec<Dealt>> = (0..num_streams)
        .into_par_iter()
        .map(|stream| {
            let range = (stream * per_stream).min(num_rows)..((stream + 1) * per_stream).min(num_rows);
            let rows_each = range.len() / num_buckets + 64;
            let mut dealt: Vec<Dealt> = (0..num_buckets).map(|_| Dealt::with_room_for(rows_each)).collect();
            for row in table.rows_in(range) {
                dealt[borders.bucket_of(row.image)].push(&row, reader);
            }
            dealt
        })
        .collect();
    let mut parts_of: Vec<Vec<Dealt>> = (0..num_buckets).map(|_| Vec::new()).collect();
    for stream in streams {
        for (parts, part) in parts_of.iter_mut().zip(stream) {
            parts.push(part);
        }
    }
    let buckets = parts_of.into_par_iter().map(|parts| Bucket::from_parts(&parts)).collect();
    LabelRows { borders, buckets }
}

impl LabelRows {
    /// The readings of a film: bucket and places in its list.
    pub fn readings_of(&self, image: &str) -> (usize, Range<usize>) {
        let index = self.borders.bucket_of(image);
        let bucket = &self.buckets[index];
        let first = bucket.readings.partition_point(|r| bucket.image(r) < image);
        let len = bucket.readings[first..].partition_point(|r| bucket.image(r) == image);
        (index, first..first + len)
    }

    /// Bucket and reading of all, by film and then reader.
    pub fn readings(&self) -> impl Iterator<Item = (&Bucket, &TableReading)> {
        self.buckets.iter().flat_map(|bucket| bucket.readings.iter().map(move |reading| (bucket, reading)))
    }
}

impl Bucket {
    fn text(&self, slice: Slice) -> &str {
        &self.text[slice.start as usize..(slice.start + slice.len) as usize]
    }

    pub fn image(&self, reading: &TableReading) -> &str {
        self.text(reading.image)
    }

    pub fn reader(&self, reading: &TableReading) -> &str {
        self.text(reading.reader)
    }

    /// Study and series of a reading's film; empty where the table does not say.
    pub fn place(&self, reading: &TableReading) -> (&str, &str) {
        (self.text(reading.study), self.text(reading.series))
    }

    /// What the rows of a reading say, in the order of the file.
    pub fn marks(&self, reading: &TableReading) -> impl Iterator<Item = RowMark<'_>> {
        self.rows[reading.rows.start as usize..reading.rows.end as usize].iter().map(|row| RowMark {
            line: row.line,
            label: row.label,
            columns: row.has_box.then_some(row.columns),
            coordinates: self.text(row.coordinates),
            extra: self.text(row.extra()),
            is_of_other_place: row.is_of_other_place,
        })
    }

    /// The rows of a reading that are taken, in the order of the file.
    pub fn taken(&self, reading: &TableReading) -> impl Iterator<Item = TakenRow<'_>> {
        let range = reading.rows.start as usize..reading.rows.end as usize;
        let rows = self.rows[range.clone()].iter().zip(&self.verdicts[range]);
        rows.filter(|(_, verdict)| **verdict == Verdict::Take).map(|(row, _)| TakenRow {
            line: row.line,
            label: row.label,
            columns: row.has_box.then_some(row.columns),
            coordinates: self.text(row.coordinates),
            is_shortest: row.is_shortest,
            extra: self.text(row.extra()),
        })
    }

    fn push_text(&mut self, text: &str) -> Slice {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        Slice { start, len: text.len() as u32 }
    }

    /// From stretches of the file, in its order.
    fn from_parts(parts: &[Dealt]) -> Self {
        let found = Found::in_parts(parts);
        let key = |i: u32| found.readings[i as usize].key();
        let mut sorted: Vec<u32> = (0..found.readings.len() as u32).collect();
        sorted.sort_unstable_by(|&a, &b| key(a).cmp(&key(b)));

        // Rows by reading: where each reading begins, and then each row's place.
        let mut next = vec![0; found.readings.len()];
        let mut start = 0;
        for &i in &sorted {
            next[i as usize] = start;
            start += found.readings[i as usize].num_rows;
        }
        let mut order: Vec<(u32, u32, u32)> = vec![(0, 0, 0); found.reading_of_row.len()];
        let numbers = parts.iter().zip(0..).flat_map(|(part, p)| (0..part.rows.len() as u32).map(move |row| (p, row)));
        for ((part, row), &reading) in numbers.zip(&found.reading_of_row) {
            let place = &mut next[reading as usize];
            order[*place as usize] = (part, row, reading);
            *place += 1;
        }

        let mut bucket = Self { rows: Vec::with_capacity(order.len()), ..Self::default() };
        bucket.text.reserve(parts.iter().map(|part| part.text.len()).sum::<usize>() / 2);
        bucket.verdicts = vec![Verdict::Take; order.len()];
        let mut last = u32::MAX;
        for (part, row, number) in order {
            let (part, row) = (&parts[part as usize], &parts[part as usize].rows[row as usize]);
            let of = &found.readings[number as usize];
            let place = bucket.rows.len() as u32;
            if number != last {
                bucket.begin_reading(of, place);
                last = number;
            }
            let coordinates = bucket.push_text(part.text_of(row, COORDINATES));
            let extra_len = bucket.push_text(part.text_of(row, EXTRA)).len;
            bucket.rows.push(BucketRow {
                columns: row.columns,
                coordinates,
                extra_len,
                line: row.line,
                label: row.label,
                has_box: row.has_box,
                is_shortest: row.is_shortest,
                is_of_other_place: row.place_hash != of.place_hash,
            });
            bucket.readings.last_mut().expect("just begun").rows.end = place + 1;
        }
        bucket
    }

    fn begin_reading(&mut self, of: &FoundReading<'_>, place: u32) {
        let reading = TableReading {
            image: self.push_text(of.image),
            reader: self.push_text(of.reader),
            study: self.push_text(of.study),
            series: self.push_text(of.series),
            first_line_of_film: of.first_line_of_film,
            rows: place..place,
            size_px: None,
            held: None,
            held_boxes: Vec::new(),
            num_boxes: 0,
            adds_no_finding: false,
            num_held: 0,
            labels: 0,
        };
        self.readings.push(reading);
    }
}

/// The rows of one stretch of the file that belong to one bucket, in the order of the file.
struct Dealt {
    text: String,
    rows: Vec<DealtRow>,
}

/// A row with its texts one after the other.
struct DealtRow {
    image_hash: u64,
    place_hash: u64,
    columns: [f64; 4],
    start: u32,
    /// Of image, reader, study, series, coordinates, extra.
    lens: [u32; 6],
    line: u32,
    label: u16,
    has_box: bool,
    is_shortest: bool,
}

const IMAGE: usize = 0;
const READER: usize = 1;
const STUDY: usize = 2;
const SERIES: usize = 3;
const COORDINATES: usize = 4;
const EXTRA: usize = 5;

impl Dealt {
    fn with_room_for(num_rows: usize) -> Self {
        Self { text: String::with_capacity(num_rows * 150), rows: Vec::with_capacity(num_rows) }
    }

    fn push(&mut self, row: &BoxRow<'_>, default_reader: &str) {
        let reader = if row.reader.is_empty() { default_reader } else { row.reader };
        let parts = [row.image, reader, row.study, row.series, row.coordinate_text, row.extra];
        let start = self.text.len() as u32;
        for part in parts {
            self.text.push_str(part);
        }
        self.rows.push(DealtRow {
            image_hash: row.image_hash,
            place_hash: row.place_hash,
            columns: row.columns.unwrap_or_default(),
            start,
            lens: parts.map(|part| part.len() as u32),
            line: row.line,
            label: row.label,
            has_box: row.columns.is_some(),
            is_shortest: row.is_shortest,
        });
    }

    fn text_of(&self, row: &DealtRow, part: usize) -> &str {
        let start = row.start + row.lens[..part].iter().sum::<u32>();
        &self.text[start as usize..(start + row.lens[part]) as usize]
    }
}

/// The readings of a bucket in the order in which they begin, and the reading of each row.
struct Found<'p> {
    readings: Vec<FoundReading<'p>>,
    reading_of_row: Vec<u32>,
}

struct FoundReading<'p> {
    image: &'p str,
    reader: &'p str,
    study: &'p str,
    series: &'p str,
    place_hash: u64,
    first_line_of_film: u32,
    num_rows: u32,
    /// Another reading of the same film.
    next_of_film: Option<u32>,
}

impl FoundReading<'_> {
    fn key(&self) -> (&str, &str) {
        (self.image, self.reader)
    }
}

impl<'p> Found<'p> {
    fn in_parts(parts: &'p [Dealt]) -> Self {
        let mut found = Self { readings: Vec::new(), reading_of_row: Vec::new() };
        found.reading_of_row.reserve(parts.iter().map(|part| part.rows.len()).sum());
        // By hash of the film's id: its latest reading.
        let mut reading_of: QuickMap<u64, u32> = QuickMap::default();
        for (part, row) in parts.iter().flat_map(|part| part.rows.iter().map(move |row| (part, row))) {
            let (image, reader) = (part.text_of(row, IMAGE), part.text_of(row, READER));
            let mut hash = row.image_hash;
            let latest = loop {
                match reading_of.get(&hash) {
                    Some(&latest) if found.readings[latest as usize].image == image => break Some(latest),
                    // Two ids with one hash: look under the next number.
                    Some(_) => hash = hash.wrapping_add(1),
                    None => break None,
                }
            };
            let mut at = latest;
            while let Some(i) = at.filter(|&i| found.readings[i as usize].reader != reader) {
                at = found.readings[i as usize].next_of_film;
            }
            let number = at.unwrap_or_else(|| {
                let of_film = latest.map(|i| &found.readings[i as usize]);
                let reading = FoundReading {
                    image,
                    reader,
                    study: of_film.map_or_else(|| part.text_of(row, STUDY), |r| r.study),
                    series: of_film.map_or_else(|| part.text_of(row, SERIES), |r| r.series),
                    place_hash: of_film.map_or(row.place_hash, |r| r.place_hash),
                    first_line_of_film: of_film.map_or(row.line, |r| r.first_line_of_film),
                    num_rows: 0,
                    next_of_film: latest,
                };
                found.readings.push(reading);
                found.readings.len() as u32 - 1
            });
            if at.is_none() {
                reading_of.insert(hash, number);
            }
            found.readings[number as usize].num_rows += 1;
            found.reading_of_row.push(number);
        }
        found
    }
}

/// Where buckets begin. Film ids are compared by what follows the beginning that they all share.
#[derive(Debug)]
struct Borders {
    shared: String,
    /// Of the first film of every bucket but the first, ascending.
    starts: Vec<u128>,
}

impl Borders {
    fn of(table: &BoxTable<'_>) -> Self {
        let num_rows = table.num_rows();
        let num_buckets = (num_rows / BUCKET_ROWS).clamp(1, MAX_BUCKETS);
        let step = (num_rows / SAMPLE).max(1);
        let sample = || (0..num_rows).step_by(step).filter_map(|i| table.rows_in(i..i + 1).next()).map(|row| row.image);
        let mut shared = sample().next().unwrap_or_default();
        for image in sample() {
            while !image.starts_with(shared) {
                let mut end = shared.len() - 1;
                while !shared.is_char_boundary(end) {
                    end -= 1;
                }
                shared = &shared[..end];
            }
        }
        let mut keys: Vec<u128> = sample().map(|image| key_of(&image.as_bytes()[shared.len()..])).collect();
        keys.sort_unstable();
        let mut starts: Vec<u128> = (1..num_buckets).map(|i| keys[i * keys.len() / num_buckets]).collect();
        starts.dedup();
        Self { shared: shared.to_owned(), starts }
    }

    fn num_buckets(&self) -> usize {
        self.starts.len() + 1
    }

    /// Never less for an id that sorts later.
    fn bucket_of(&self, image: &str) -> usize {
        match image.strip_prefix(self.shared.as_str()) {
            Some(rest) => {
                let key = key_of(rest.as_bytes());
                self.starts.partition_point(|&start| start <= key)
            }
            None if image < self.shared.as_str() => 0,
            None => self.starts.len(),
        }
    }
}

/// The first sixteen bytes as a number that sorts as they do.
fn key_of(bytes: &[u8]) -> u128 {
    let mut first = [0; 16];
    let len = bytes.len().min(16);
    first[..len].copy_from_slice(&bytes[..len]);
    u128::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::csv_vindr::{self, LabelFile};
    use crate::formats::label_set::shipped_by_id;
    use std::collections::BTreeMap;
    use std::fmt::Write;

    /// Every reading once, in order, with its rows in the order of the file, whatever the ids look like.
    fn check(num_rows: usize, id_of: impl Fn(usize) -> String) {
        let mut text = "image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax\n".to_owned();
        let mut expected: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
        for i in 0..num_rows {
            let (image, reader) = (id_of(i.wrapping_mul(7919) % (num_rows / 5 + 1)), format!("R{}", i % 3));
            writeln!(text, "{image},{reader},Fracture,1,2,3,{}", i + 3).expect("a String takes everything");
            expected.entry((image, reader)).or_default().push(i as u32 + 2);
        }
        let labels = shipped_by_id("vindr_spine").expect("shipped");
        let Ok(LabelFile::Boxes(table)) = csv_vindr::read(&text, &labels) else { panic!("a table of boxes") };
        let rows = sort_rows(&table, "nobody");
        let found: Vec<((String, String), Vec<u32>)> = rows
            .readings()
            .map(|(bucket, reading)| {
                let key = (bucket.image(reading).to_owned(), bucket.reader(reading).to_owned());
                (key, bucket.taken(reading).map(|row| row.line).collect())
            })
            .collect();
        assert!(found == expected.into_iter().collect::<Vec<_>>(), "{num_rows} rows like {}", id_of(0));
        for (bucket, reading) in rows.readings() {
            let (index, range) = rows.readings_of(bucket.image(reading));
            let same: Vec<&str> =
                rows.buckets[index].readings[range].iter().map(|r| rows.buckets[index].reader(r)).collect();
            assert!(same.contains(&bucket.reader(reading)));
        }
    }

    #[test]
    fn rows_are_sorted_whatever_the_ids_look_like() {
        let scattered = |i: usize| (i as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        check(0, |i| i.to_string());
        check(1, |i| i.to_string());
        check(300, |i| i.to_string());
        check(20_000, |i| format!("{:032x}", scattered(i)));
        check(20_000, |i| format!("1.2.840.113619.2.55.3.2831868886.{i}"));
        check(20_000, |i| if i % 7 == 0 { format!("é{i}") } else { format!("è film {i}") });
        check(20_000, |i| "x".repeat(1 + i % 50));
    }
}

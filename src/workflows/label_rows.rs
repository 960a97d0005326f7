//! Rows of a table of boxes held against each other, the project's rules and what the project holds: what is taken and why not.

use std::collections::BTreeSet;
use std::ops::Range;

use rayon::prelude::*;

use crate::domain::geometry::Rect;
use crate::domain::rules::{RuleId, RuleSetting, Severity};
use crate::formats::bad_row::{BadRow, Problem, TooSmall};
use crate::formats::csv_vindr::{BoxTable, RowKey, RowMark};
use crate::formats::text_hash::{self, QuickMap};
use crate::store::{BulkImport, HeldReading, StoreError};

/// A film that the table names.
#[derive(Debug)]
struct TableFilm {
    /// In [`LabelRows::names`].
    name: Range<u32>,
    place_hash: u64,
    first_row: u32,
    first_line: u32,
    /// While sorting: any of its readings; the others follow by [`TableReading::next_of_film`].
    a_reading: u32,
    size_px: Option<(u32, u32)>,
}

/// What one reader says of one film in the table, and in the project before.
#[derive(Debug)]
pub struct TableReading {
    film: u32,
    reader: u32,
    next_of_film: u32,
    /// Its rows, as places in [`LabelRows::order`].
    pub rows: Range<u32>,
    /// Boxes that are taken.
    pub num_boxes: u32,
    /// "No finding" is taken.
    pub adds_no_finding: bool,
    /// Rows that the project holds already.
    pub num_held: u32,
    /// Bit `i`: a row with label `i` of the table is taken.
    pub labels: u128,
    pub held: Option<HeldReading>,
}

impl TableReading {
    /// Whether anything of it is taken.
    pub const fn is_touched(&self) -> bool {
        self.num_boxes > 0 || self.adds_no_finding
    }
}

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
pub struct LabelRows<'t> {
    names: String,
    films: Vec<TableFilm>,
    readers: Vec<&'t str>,
    /// By film and then reader.
    pub readings: Vec<TableReading>,
    /// Numbers of rows: reading by reading, those of one reading in the order of the file.
    pub order: Vec<u32>,
    /// For each place in `order`.
    pub verdicts: Vec<Verdict>,
}

const NONE: u32 = u32::MAX;

/// What is wrong with rows, and what is only worth a look.
#[derive(Debug, Default)]
pub struct Judgement {
    pub bad: Vec<BadRow>,
    /// Rows that break a rule which only warns.
    pub warnings: Vec<BadRow>,
}

impl Judgement {
    fn and(mut self, other: Self) -> Self {
        self.bad.extend(other.bad);
        self.warnings.extend(other.warnings);
        self
    }
}

/// Sorts the rows into readings. `reader` is whose the rows are where the table has no reader column.
pub fn sort_rows<'t>(table: &'t BoxTable<'_>, reader: &'t str) -> LabelRows<'t> {
    let mut sorter = Sorter {
        rows: LabelRows {
            names: String::new(),
            films: Vec::new(),
            readers: Vec::new(),
            readings: Vec::new(),
            order: Vec::new(),
            verdicts: vec![Verdict::Take; table.num_rows()],
        },
        film_of: QuickMap::default(),
        reader_of: QuickMap::default(),
        reading_of_row: Vec::with_capacity(table.num_rows()),
    };
    for (key, row) in table.keys().zip(0..) {
        let reader = if key.reader.is_empty() { reader } else { key.reader };
        sorter.take_in(row, &key, reader);
    }
    sorter.in_order()
}

struct Sorter<'t> {
    rows: LabelRows<'t>,
    /// By hash: the first film with it. Others with the same hash are found by their text.
    film_of: QuickMap<u64, u32>,
    reader_of: QuickMap<&'t str, u32>,
    reading_of_row: Vec<u32>,
}

impl<'t> Sorter<'t> {
    fn take_in(&mut self, row: u32, key: &RowKey<'t>, reader: &'t str) {
        let film = self.film(row, key);
        let reader = match self.reading_of_row.last().map(|&r| self.rows.readings[r as usize].reader) {
            Some(last) if self.rows.readers[last as usize] == reader => last,
            _ => *self.reader_of.entry(reader).or_insert_with(|| {
                self.rows.readers.push(reader);
                self.rows.readers.len() as u32 - 1
            }),
        };
        let reading = self.reading(film, reader);
        self.rows.readings[reading as usize].rows.end += 1;
        self.reading_of_row.push(reading);
    }

    fn film(&mut self, row: u32, key: &RowKey<'t>) -> u32 {
        let rows = &mut self.rows;
        let mut hash = key.image_hash;
        loop {
            let film = *self.film_of.entry(hash).or_insert(NONE);
            if film == NONE {
                break;
            }
            let name = &rows.films[film as usize].name;
            if rows.names[name.start as usize..name.end as usize] == *key.image {
                return film;
            }
            // Two ids with one hash: look under the next number.
            hash = hash.wrapping_add(1);
        }
        let start = rows.names.len() as u32;
        rows.names.push_str(key.image);
        let film = rows.films.len() as u32;
        rows.films.push(TableFilm {
            name: start..rows.names.len() as u32,
            place_hash: key.place_hash,
            first_row: row,
            first_line: key.line,
            a_reading: NONE,
            size_px: None,
        });
        self.film_of.insert(hash, film);
        film
    }

    fn reading(&mut self, film: u32, reader: u32) -> u32 {
        let rows = &mut self.rows;
        let a_reading = rows.films[film as usize].a_reading;
        let mut at = a_reading;
        while at != NONE {
            let reading = &rows.readings[at as usize];
            if reading.reader == reader {
                return at;
            }
            at = reading.next_of_film;
        }
        let new = rows.readings.len() as u32;
        rows.readings.push(TableReading {
            film,
            reader,
            next_of_film: a_reading,
            rows: 0..0,
            num_boxes: 0,
            adds_no_finding: false,
            num_held: 0,
            labels: 0,
            held: None,
        });
        rows.films[film as usize].a_reading = new;
        new
    }

    /// Readings by film and reader, rows by reading.
    fn in_order(self) -> LabelRows<'t> {
        let Self { mut rows, reading_of_row, .. } = self;
        // The first bytes decide nearly always; comparing whole names means reaching all over memory.
        let mut by_name: Vec<(u64, u32)> = (0..rows.readings.len() as u32)
            .map(|i| {
                let name = rows.image(&rows.readings[i as usize]).as_bytes();
                let mut first = [0; 8];
                let len = name.len().min(8);
                first[..len].copy_from_slice(&name[..len]);
                (u64::from_be_bytes(first), i)
            })
            .collect();
        by_name.sort_unstable_by(|a, b| {
            let key = |i: u32| rows.key(&rows.readings[i as usize]);
            a.0.cmp(&b.0).then_with(|| key(a.1).cmp(&key(b.1)))
        });
        let mut new_place = vec![0; rows.readings.len()];
        let mut old: Vec<Option<TableReading>> = std::mem::take(&mut rows.readings).into_iter().map(Some).collect();
        let mut start = 0;
        for (&(_, i), new) in by_name.iter().zip(0..) {
            new_place[i as usize] = new;
            let mut reading = old[i as usize].take().expect("each stands in the list once");
            let len = reading.rows.end;
            reading.rows = start..start + len;
            start += len;
            rows.readings.push(reading);
        }
        let mut next: Vec<u32> = rows.readings.iter().map(|r| r.rows.start).collect();
        rows.order = vec![0; reading_of_row.len()];
        for (&reading, row) in reading_of_row.iter().zip(0..) {
            let place = &mut next[new_place[reading as usize] as usize];
            rows.order[*place as usize] = row;
            *place += 1;
        }
        rows
    }
}

impl LabelRows<'_> {
    pub fn image(&self, reading: &TableReading) -> &str {
        self.name(&self.films[reading.film as usize])
    }

    pub fn reader(&self, reading: &TableReading) -> &str {
        self.readers[reading.reader as usize]
    }

    pub fn readers(&self) -> impl Iterator<Item = &str> {
        self.readers.iter().copied()
    }

    /// Image, and the number of a row that says its study and series. By image.
    pub fn films(&self) -> Vec<(&str, u32)> {
        let mut films: Vec<(&str, u32)> = Vec::with_capacity(self.films.len());
        for reading in &self.readings {
            let image = self.image(reading);
            if films.last().is_none_or(|(last, _)| *last != image) {
                films.push((image, self.films[reading.film as usize].first_row));
            }
        }
        films
    }

    fn name(&self, film: &TableFilm) -> &str {
        &self.names[film.name.start as usize..film.name.end as usize]
    }

    fn key(&self, reading: &TableReading) -> (&str, &str) {
        (self.image(reading), self.reader(reading))
    }

    /// Holds the rows against each other and the project: its rules, its films and its readings.
    pub fn judge(
        &mut self,
        table: &BoxTable<'_>,
        rules: &[RuleSetting],
        import: &BulkImport<'_>,
    ) -> Result<Judgement, StoreError> {
        let held_boxes = self.learn_what_is_held(import)?;
        let judge = Judge::new(table, rules, &self.films, &held_boxes);
        let (mut verdicts, order) = (self.verdicts.as_mut_slice(), self.order.as_slice());
        let mut cases = Vec::with_capacity(self.readings.len());
        for (reading, index) in self.readings.iter_mut().zip(0..) {
            let (mine, rest) = verdicts.split_at_mut((reading.rows.end - reading.rows.start) as usize);
            verdicts = rest;
            let rows = &order[reading.rows.start as usize..reading.rows.end as usize];
            cases.push(Case { index, reading, rows, verdicts: mine });
        }
        let judge_one = |mut judgement: Judgement, case: Case<'_>| {
            judge.reading(case, &mut judgement);
            judgement
        };
        let cases = cases.into_par_iter().with_min_len(1_000);
        let mut all = cases.fold(Judgement::default, judge_one).reduce(Judgement::default, Judgement::and);
        all.bad.sort_by_key(|bad| bad.line);
        all.warnings.sort_by_key(|bad| bad.line);
        Ok(all)
    }

    /// Fills in what the project holds, and gives the boxes of the readings that it holds boxes of.
    fn learn_what_is_held(&mut self, import: &BulkImport<'_>) -> Result<HeldBoxes, StoreError> {
        let mut reading_of: QuickMap<u64, Vec<u32>> = QuickMap::default();
        let mut held: Vec<(u32, HeldReading)> = Vec::new();
        if import.holds_readings()? {
            for (reading, index) in self.readings.iter().zip(0..) {
                reading_of.entry(text_hash::hash(self.image(reading))).or_default().push(index);
            }
            import.for_each_reading(|image, reader, reading| {
                let same_hash = reading_of.get(&text_hash::hash(image)).into_iter().flatten();
                held.extend(
                    same_hash
                        .copied()
                        .find(|&i| self.key(&self.readings[i as usize]) == (image, reader))
                        .map(|i| (i, reading)),
                );
            })?;
        }
        let mut boxes = HeldBoxes::default();
        for (index, reading) in held {
            if reading.num_boxes > 0 {
                let (image, reader) = self.key(&self.readings[index as usize]);
                let found = import.boxes_of(image, reader)?;
                boxes.insert(index, found.into_iter().map(|(label, c)| (label, c.map(f64::to_bits))).collect());
            }
            self.readings[index as usize].held = Some(reading);
        }
        let mut sizes: Vec<(u32, (u32, u32))> = Vec::new();
        if import.holds_films()? {
            let film_of: QuickMap<&str, u32> = self.films.iter().map(|film| self.name(film)).zip(0..).collect();
            import.for_each_film(|image, width, height| {
                sizes.extend(film_of.get(image).map(|&film| (film, (width, height))));
            })?;
        }
        for (film, size) in sizes {
            self.films[film as usize].size_px = Some(size);
        }
        Ok(boxes)
    }
}

/// By reading: label and the bits of the columns.
type HeldBoxes = QuickMap<u32, BTreeSet<(String, [u64; 4])>>;

/// One reading to be judged.
struct Case<'a> {
    index: u32,
    reading: &'a mut TableReading,
    rows: &'a [u32],
    verdicts: &'a mut [Verdict],
}

/// What readings are held against.
struct Judge<'a> {
    table: &'a BoxTable<'a>,
    films: &'a [TableFilm],
    held_boxes: &'a HeldBoxes,
    outside: Option<RuleSetting>,
    small: Option<RuleSetting>,
    duplicate: Option<RuleSetting>,
}

impl<'a> Judge<'a> {
    fn new(table: &'a BoxTable<'a>, rules: &[RuleSetting], films: &'a [TableFilm], held_boxes: &'a HeldBoxes) -> Self {
        let setting = |id: RuleId| rules.iter().find(|r| r.id == id && r.severity != Severity::Off).copied();
        Self {
            table,
            films,
            held_boxes,
            outside: setting(RuleId::BoxOutsideFilm),
            small: setting(RuleId::BoxTooSmall),
            duplicate: setting(RuleId::DuplicateBox),
        }
    }

    fn reading(&self, case: Case<'_>, judgement: &mut Judgement) {
        let Case { index, reading, rows, verdicts } = case;
        let film = &self.films[reading.film as usize];
        let held_boxes = self.held_boxes.get(&index);
        let marks: Vec<RowMark> = rows.iter().map(|&row| self.table.mark(row)).collect();
        let mut first_box_line = None;
        for (i, mark) in marks.iter().enumerate().filter(|(_, mark)| mark.columns.is_some()) {
            let problem = self.place_problem(film, rows[i], mark).or_else(|| {
                let held = reading.held.as_ref();
                held.is_some_and(|held| held.has_no_finding).then_some(Problem::ProjectHasNoFinding)
            });
            let problem = problem.or_else(|| self.box_problem(film, mark, &marks[..i], judgement));
            if let Some(problem) = problem {
                verdicts[i] = Verdict::Bad;
                judgement.bad.push(BadRow { line: mark.line, problem });
            } else if held_boxes.is_some_and(|held| held.contains(&self.held_key(mark))) {
                verdicts[i] = Verdict::Held;
                reading.num_held += 1;
            } else {
                first_box_line = first_box_line.or(Some(mark.line));
                reading.num_boxes += 1;
                reading.labels |= 1 << mark.label;
            }
        }
        let mut no_finding_line = None;
        for (i, mark) in marks.iter().enumerate().filter(|(_, mark)| mark.columns.is_none()) {
            let held = reading.held.as_ref();
            let problem = self.place_problem(film, rows[i], mark).or_else(|| {
                if let Some(first_line) = no_finding_line {
                    return Some(Problem::SecondNoFinding { first_line });
                }
                no_finding_line = Some(mark.line);
                if let Some(line) = first_box_line {
                    return Some(Problem::NoFindingWithBoxes { line });
                }
                held.is_some_and(|h| h.num_boxes + h.num_image_labels > 0).then_some(Problem::ProjectHasFindings)
            });
            if let Some(problem) = problem {
                verdicts[i] = Verdict::Bad;
                judgement.bad.push(BadRow { line: mark.line, problem });
            } else if held.is_some_and(|held| held.has_no_finding) {
                verdicts[i] = Verdict::Held;
                reading.num_held += 1;
            } else {
                reading.adds_no_finding = true;
                reading.labels |= 1 << mark.label;
            }
        }
    }

    /// All rows of a film name the same study and series.
    fn place_problem(&self, film: &TableFilm, row: u32, mark: &RowMark) -> Option<Problem> {
        if row == film.first_row || self.table.place_hash(row) == film.place_hash {
            return None;
        }
        debug_assert_ne!(mark.line, film.first_line);
        Some(Problem::OtherStudy { first_line: film.first_line })
    }

    /// The project's rules for a box: an error is a problem, a warning is noted.
    fn box_problem(
        &self,
        film: &TableFilm,
        mark: &RowMark,
        before: &[RowMark],
        judgement: &mut Judgement,
    ) -> Option<Problem> {
        let [xmin, ymin, xmax, ymax] = mark.columns?;
        let mut found: Vec<(Severity, Problem)> = Vec::new();
        if let (Some(rule), Some((width, height))) = (self.outside, film.size_px)
            && (xmin < 0.0 || ymin < 0.0 || xmax > f64::from(width) || ymax > f64::from(height))
        {
            found.push((rule.severity, Problem::OutsideFilm { width, height }));
        }
        if let Some(rule) = self.small
            && (xmax - xmin < rule.parameter || ymax - ymin < rule.parameter)
        {
            found.push((rule.severity, Problem::TooSmall(TooSmall(rule.parameter))));
        }
        if let Some(rule) = self.duplicate
            && let Some(rect) = rect_of(mark)
        {
            let is_same = |other: &&RowMark| {
                other.label == mark.label && rect_of(other).is_some_and(|r| r.iou(&rect) > rule.parameter)
            };
            if let Some(first) = before.iter().find(is_same) {
                let label = self.table.labels[usize::from(mark.label)].as_str().into();
                found.push((rule.severity, Problem::Duplicate { first_line: first.line, label }));
            }
        }
        let mut error = None;
        for (severity, problem) in found {
            if severity == Severity::Error {
                error = error.or(Some(problem));
            } else {
                judgement.warnings.push(BadRow { line: mark.line, problem });
            }
        }
        error
    }

    fn held_key(&self, mark: &RowMark) -> (String, [u64; 4]) {
        let label = self.table.labels[usize::from(mark.label)].as_str().to_owned();
        (label, mark.columns.map_or([0; 4], |c| c.map(f64::to_bits)))
    }
}

fn rect_of(mark: &RowMark) -> Option<Rect> {
    let [xmin, ymin, xmax, ymax] = mark.columns?;
    Rect::from_columns(xmin, ymin, xmax, ymax)
}

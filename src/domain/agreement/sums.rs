//! The sums that every figure follows from: which there are, and what one film adds to them.

use crate::domain::consensus::clusters::{ClusterRule, ReaderMark, clusters};
use crate::domain::consensus::fused::{AgreedFilm, ClassPolicies, agreed};

use super::chance::{ManyReaders, TwoByTwo};
use super::compared::{OfLabel, Side, compare};
use super::figures::Cell;
use super::readings::Readings;

/// Comparisons, pairs of marks at three overlaps, marks, overlap of pairs, films where both, only the first, only the second
/// says yes.
const OF_COMPARISONS: usize = 9;
/// Films, disagreement, ratings, yes; and of lesions put together what is said alike. After them each value's count.
const OF_MANY: usize = 5;

/// Where each sum stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::struct_field_names, reason = "they are numbers of things")]
pub(super) struct Places {
    num_readers: usize,
    num_labels: usize,
    num_months: usize,
}

impl Places {
    pub(super) const fn new(readings: &Readings) -> Self {
        Self {
            num_readers: readings.readers.len(),
            num_labels: readings.labels.len(),
            num_months: readings.months.len(),
        }
    }

    const fn num_pairs(&self) -> usize {
        self.num_readers * self.num_readers.saturating_sub(1) / 2
    }

    /// The first sum of a cell's comparisons; `None` where they are added up from pairs of readers.
    const fn comparisons(&self, cell: Cell) -> Option<usize> {
        let pairs = self.num_pairs();
        let number = match cell {
            // The second is the greater.
            Cell::Pair(a, b) => b as usize * (b as usize - 1) / 2 + a as usize,
            Cell::Label(label) => pairs + label as usize,
            Cell::Month(month) => pairs + self.num_labels + month as usize,
            Cell::Others(reader) => pairs + self.num_labels + self.num_months + reader as usize,
            Cell::Repeat(reader) => pairs + self.num_labels + self.num_months + self.num_readers + reader as usize,
            Cell::All | Cell::Reader(_) => return None,
        };
        Some(number * OF_COMPARISONS)
    }

    /// The first sum of a cell's readers taken together, and how many values have a count.
    const fn many(&self, cell: Cell) -> Option<(usize, usize)> {
        let first = (self.num_pairs() + self.num_labels + self.num_months + 2 * self.num_readers) * OF_COMPARISONS;
        // Every label, and nothing.
        let wide = self.num_labels + 1;
        let number = match cell {
            Cell::All => 0,
            Cell::Month(month) => 1 + month as usize,
            Cell::Reader(reader) => 1 + self.num_months + reader as usize,
            Cell::Label(label) => {
                let before = (1 + self.num_months + self.num_readers) * (OF_MANY + wide);
                return Some((first + before + label as usize * (OF_MANY + 2), 2));
            }
            Cell::Pair(..) | Cell::Others(_) | Cell::Repeat(_) => return None,
        };
        Some((first + number * (OF_MANY + wide), wide))
    }

    pub(super) const fn num_sums(&self) -> usize {
        match self.many(Cell::Label(self.num_labels as u16)) {
            Some((end, _)) => end,
            None => 0,
        }
    }

    /// Every cell that may have figures.
    pub(super) fn cells(&self) -> Vec<Cell> {
        let readers = || 0..self.num_readers as u16;
        let pairs = readers().flat_map(|b| (0..b).map(move |a| Cell::Pair(a, b)));
        std::iter::once(Cell::All)
            .chain((0..self.num_labels as u16).map(Cell::Label))
            .chain(readers().map(Cell::Reader))
            .chain((0..self.num_months as u16).map(Cell::Month))
            .chain(pairs)
            .chain(readers().map(Cell::Others))
            .chain(readers().map(Cell::Repeat))
            .collect()
    }
}

/// Comparisons of two sides, added up.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Comparisons {
    pub films: f64,
    pub pairs: [f64; 3],
    pub marks: f64,
    pub iou: f64,
    both: f64,
    only_first: f64,
    only_second: f64,
}

impl Comparisons {
    pub(super) fn table(&self) -> TwoByTwo {
        let Self { both, only_first, only_second, .. } = *self;
        TwoByTwo { both, only_first, only_second, neither: (self.films - both - only_first - only_second).max(0.0) }
    }

    fn read(sum: &impl Fn(usize) -> f64, from: usize) -> Self {
        let at = |place: usize| sum(from + place);
        let pairs = [at(1), at(2), at(3)];
        let [films, marks, iou, both, only_first, only_second] = [0, 4, 5, 6, 7, 8].map(at);
        Self { films, pairs, marks, iou, both, only_first, only_second }
    }

    fn add(&mut self, other: &Self, is_turned: bool) {
        self.films += other.films;
        self.marks += other.marks;
        self.iou += other.iou;
        self.both += other.both;
        for (own, other) in self.pairs.iter_mut().zip(other.pairs) {
            *own += other;
        }
        let (first, second) = (other.only_first, other.only_second);
        self.only_first += if is_turned { second } else { first };
        self.only_second += if is_turned { first } else { second };
    }
}

impl Places {
    /// The comparisons of a cell. `sum` gives the sum at a place.
    pub(super) fn comparisons_of(&self, cell: Cell, sum: &impl Fn(usize) -> f64) -> Comparisons {
        if let Some(from) = self.comparisons(cell) {
            let mut found = Comparisons::read(sum, from);
            if matches!(cell, Cell::Label(_)) {
                // Films that nobody says it of are compared too.
                found.films = self.comparisons_of(Cell::All, sum).films;
            }
            return found;
        }
        let mut all = Comparisons::default();
        for b in 0..self.num_readers as u16 {
            for a in 0..b {
                // A reader's own word stands first.
                let is_turned = match cell {
                    Cell::Reader(reader) if reader == a => false,
                    Cell::Reader(reader) if reader == b => true,
                    Cell::Reader(_) => continue,
                    _ => false,
                };
                if let Some(from) = self.comparisons(Cell::Pair(a, b)) {
                    all.add(&Comparisons::read(sum, from), is_turned);
                }
            }
        }
        all
    }

    /// Yes and no of all readers of a cell's films.
    pub(super) fn many_of(&self, cell: Cell, sum: &impl Fn(usize) -> f64) -> Option<ManyReaders> {
        let (from, _) = self.many(cell)?;
        let [films, disagreement, ratings, yes] = [0, 1, 2, 3].map(|place| sum(from + place));
        let mut many = ManyReaders { films, disagreement, ratings, yes };
        if let (Cell::Label(_), Some((all, _))) = (cell, self.many(Cell::All)) {
            (many.films, many.ratings) = (sum(all), sum(all + 2));
        }
        Some(many)
    }

    /// What is said alike of lesions put together, and how often each value is given.
    pub(super) fn values_of(&self, cell: Cell, sum: &impl Fn(usize) -> f64) -> Option<(f64, Vec<f64>)> {
        let (from, num_values) = self.many(cell)?;
        let of_value = (0..num_values).map(|value| sum(from + OF_MANY + value)).collect();
        Some((sum(from + OF_MANY - 1), of_value))
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub readings: &'a Readings,
    pub only: Option<u16>,
    pub policies: &'a ClassPolicies,
    pub places: Places,
}

/// What one film adds, in any order, and the cells in which its readers differ.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct OfFilm {
    pub sums: Vec<(u32, f64)>,
    pub differs: Vec<Cell>,
}

impl OfFilm {
    fn add(&mut self, place: usize, value: f64) {
        if value != 0.0 {
            self.sums.push((place as u32, value));
        }
    }

    fn add_comparison(&mut self, asked: &Asked<'_>, cell: Cell, [first, second]: [&Side; 2], found: &[OfLabel]) {
        let Some(from) = asked.places.comparisons(cell) else { return };
        let all = found.iter().fold(OfLabel::default(), |mut all, one| {
            (0..3).for_each(|at| all.pairs[at] += one.pairs[at]);
            all.num_marks += one.num_marks;
            all.iou += one.iou;
            all
        });
        self.add_one(from, &OfLabel { has: [first.is_abnormal(), second.is_abnormal()], ..all });
        if found.iter().any(OfLabel::differs) {
            self.differs.push(cell);
        }
    }

    fn add_one(&mut self, from: usize, one: &OfLabel) {
        self.add(from, 1.0);
        for (at, pairs) in one.pairs.into_iter().enumerate() {
            self.add(from + 1 + at, f64::from(pairs));
        }
        self.add(from + 4, f64::from(one.num_marks));
        self.add(from + 5, one.iou);
        match one.has {
            [true, true] => self.add(from + 6, 1.0),
            [true, false] => self.add(from + 7, 1.0),
            [false, true] => self.add(from + 8, 1.0),
            [false, false] => {}
        }
    }
}

/// Compares everybody who read a film with everybody else who did.
pub(super) fn of_film(asked: &Asked<'_>, film: usize) -> OfFilm {
    let mut sums = OfFilm::default();
    let firsts: Vec<_> = asked.readings.first_readings(film).collect();
    let sides: Vec<Side> = firsts.iter().map(|said| Side::of(asked.readings, said, asked.only)).collect();
    for (b, second) in sides.iter().enumerate() {
        for (a, first) in sides[..b].iter().enumerate() {
            let found = compare(first, second);
            let month = Cell::Month(firsts[a].month.max(firsts[b].month));
            for cell in [Cell::Pair(firsts[a].reader, firsts[b].reader), month] {
                sums.add_comparison(asked, cell, [first, second], &found);
            }
            for one in &found {
                if let Some(from) = asked.places.comparisons(Cell::Label(one.label)) {
                    sums.add_one(from, one);
                }
                if one.differs() {
                    sums.differs.push(Cell::Label(one.label));
                }
            }
        }
    }
    if sides.len() >= 2 {
        let month = firsts.iter().map(|said| said.month).max().unwrap_or_default();
        let of_film = [Cell::All, Cell::Month(month)];
        let readers: Vec<Cell> = firsts.iter().map(|said| Cell::Reader(said.reader)).collect();
        add_votes(&mut sums, asked, &of_film, &sides);
        add_lesions(&mut sums, asked, &[&of_film[..], &readers].concat(), &sides);
    }
    if sides.len() >= 3 {
        for (at, said) in firsts.iter().enumerate() {
            let others = others(&sides, at, asked.policies);
            let sides = [&sides[at], &others];
            sums.add_comparison(asked, Cell::Others(said.reader), sides, &compare(sides[0], sides[1]));
        }
    }
    for again in asked.readings.of_film(film) {
        let Some(own) = asked.readings.readers[usize::from(again.reader)].repeat_of else { continue };
        if let Some(at) = firsts.iter().position(|said| said.reader == own) {
            let second = Side::of(asked.readings, again, asked.only);
            let sides = [&sides[at], &second];
            sums.add_comparison(asked, Cell::Repeat(own), sides, &compare(sides[0], sides[1]));
        }
    }
    for cell in std::mem::take(&mut sums.differs) {
        if !sums.differs.contains(&cell) {
            sums.differs.push(cell);
        }
    }
    sums
}

/// What everybody but one reader says, by rule.
fn others(sides: &[Side], without: usize, policies: &ClassPolicies) -> Side {
    let others: Vec<(usize, &Side)> = sides.iter().enumerate().filter(|&(at, _)| at != without).collect();
    let marks: Vec<ReaderMark> = others
        .iter()
        .flat_map(|&(at, side)| {
            side.marks.iter().map(move |&(class, rect)| ReaderMark { reader: at as u32, class, rect })
        })
        .collect();
    let AgreedFilm { boxes, .. } = agreed(others.len(), &marks, policies);
    let mut votes: Vec<u16> = others.iter().flat_map(|(_, side)| side.present.iter().copied()).collect();
    votes.sort_unstable();
    let is_agreed = |of_label: &&[u16]| {
        let policy = policies.of_class.get(usize::from(of_label[0])).unwrap_or(&policies.usual);
        policy.quorum.needed(others.len()).is_some_and(|needed| of_label.len() >= needed)
    };
    let voted: Vec<u16> = votes.chunk_by(|a, b| a == b).filter(is_agreed).map(|of_label| of_label[0]).collect();
    Side::new(boxes.into_iter().map(|one| (one.class, one.rect)).collect(), voted.into_iter())
}

/// Yes and no of everybody: whether the film is abnormal, and label by label.
fn add_votes(sums: &mut OfFilm, asked: &Asked<'_>, cells: &[Cell], sides: &[Side]) {
    let add = |sums: &mut OfFilm, from: usize, is_film: bool, num_yes: usize| {
        let mut one = ManyReaders::default();
        one.add(sides.len(), num_yes);
        if is_film {
            sums.add(from, one.films);
            sums.add(from + 2, one.ratings);
        }
        sums.add(from + 1, one.disagreement);
        sums.add(from + 3, one.yes);
    };
    let num_abnormal = sides.iter().filter(|side| side.is_abnormal()).count();
    for (from, _) in cells.iter().filter_map(|&cell| asked.places.many(cell)) {
        add(sums, from, true, num_abnormal);
    }
    let mut votes: Vec<u16> = sides.iter().flat_map(|side| side.present.iter().copied()).collect();
    votes.sort_unstable();
    for of_label in votes.chunk_by(|a, b| a == b) {
        if let Some((from, _)) = asked.places.many(Cell::Label(of_label[0])) {
            add(sums, from, false, of_label.len());
        }
    }
}

/// Localisation first: marks are put together across labels, and what each reader says of each lesion is then a name, or
/// that there is nothing (as KaLOS does; Tschirschwitz and Rodehorst, 2026).
fn add_lesions(sums: &mut OfFilm, asked: &Asked<'_>, cells: &[Cell], sides: &[Side]) {
    let marks: Vec<ReaderMark> = sides
        .iter()
        .enumerate()
        .flat_map(|(at, side)| {
            side.marks.iter().map(move |&(class, rect)| ReaderMark { reader: at as u32, class, rect })
        })
        .collect();
    let rule = ClusterRule { is_across_classes: true, ..ClusterRule::default() };
    let num_readers = sides.len();
    let same = |num: usize| (num * num.saturating_sub(1)) as f64 / (num_readers - 1) as f64;
    for cluster in clusters(&marks, rule) {
        let mut said: Vec<u16> = cluster.iter().map(|&mark| marks[mark].class).collect();
        said.sort_unstable();
        let nothing = num_readers - said.len();
        let mut alike = same(nothing);
        for of_label in said.chunk_by(|a, b| a == b) {
            let (label, num) = (of_label[0], of_label.len());
            alike += same(num);
            if let Some((from, _)) = asked.places.many(Cell::Label(label)) {
                sums.add(from + OF_MANY - 1, same(num) + same(num_readers - num));
                sums.add(from + OF_MANY, num as f64);
                sums.add(from + OF_MANY + 1, (num_readers - num) as f64);
            }
        }
        for (from, num_values) in cells.iter().filter_map(|&cell| asked.places.many(cell)) {
            sums.add(from + OF_MANY - 1, alike);
            sums.add(from + OF_MANY + num_values - 1, nothing as f64);
            for of_label in said.chunk_by(|a, b| a == b) {
                sums.add(from + OF_MANY + usize::from(of_label[0]), of_label.len() as f64);
            }
        }
    }
}

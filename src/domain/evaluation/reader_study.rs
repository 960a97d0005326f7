//! Readers held against a truth, film by film, before they saw what a model says and after.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::attribute::Certainty;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::metrics::confusion_counts::Counts;
use crate::domain::metrics::mcnemar::Discordant;
use crate::domain::metrics::wilson::wilson;
use crate::domain::reading::{Decision, Reading};
use crate::domain::reading_time::median_ms;

use super::problems::Problems;
use super::result::Figure;

/// Of intervals.
const LEVEL: f64 = 0.95;

/// What a reader says of a whole film: how sure that it is abnormal, 0 (normal) to 3.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Said(u8);

impl Said {
    pub const NORMAL: Self = Self(0);
    /// Abnormal, and nothing said of how sure.
    pub const ABNORMAL: Self = Self(3);

    /// `None` where nothing is decided, and for a film that is unfit to be read. An abnormal film counts as the surest of
    /// its marks; a mark without a word about it is definite.
    pub fn of(reading: &Reading) -> Option<Self> {
        if reading.unfit().is_some() {
            return None;
        }
        match reading.decision() {
            Decision::Undecided => None,
            Decision::Normal => Some(Self::NORMAL),
            Decision::Abnormal => {
                let marks = reading.annotations().iter().filter(|mark| mark.shape().is_some());
                let surest = marks.map(|mark| match mark.attributes().certainty {
                    Some(Certainty::Possible) => 1,
                    Some(Certainty::Probable) => 2,
                    Some(Certainty::Definite) | None => 3,
                });
                Some(surest.max().map_or(Self::ABNORMAL, Self))
            }
        }
    }

    pub const fn is_abnormal(self) -> bool {
        self.0 > 0
    }

    /// 0 normal, 1 possible, 2 probable, 3 definite: an order, not a measure.
    pub const fn score(self) -> u8 {
        self.0
    }
}

/// One reader's reading of one film.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FilmRead {
    pub image: ImageId,
    pub reader: ReaderId,
    /// As it was when the reader first saw a model's answer, or the completed one where that never happened. `None` where
    /// nothing was decided by then.
    pub without: Option<Said>,
    /// As completed, where the reader has seen a model's answer.
    pub with: Option<Said>,
    /// Active time on the film, before and after together.
    pub active_ms: u64,
}

impl FilmRead {
    /// What the reader ended with.
    pub fn last(&self) -> Option<Said> {
        self.with.or(self.without)
    }
}

/// Where the truth of a study comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StudySource {
    /// What this reader ends with.
    Reader(ReaderId),
    /// For each reader, the majority of the others.
    OtherReaders,
    /// A published table, or COCO's ground truth.
    File(std::path::PathBuf),
}

/// What readers are held against.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StudyTruth {
    /// One truth for all: film by film, whether it is abnormal.
    Films(BTreeMap<ImageId, bool>),
    /// For each reader, what more than half of the other ones say in the end; where they are even, there is no truth.
    OtherReaders,
}

impl StudyTruth {
    /// What a reader says in the end, as a truth for the others.
    pub fn of_reader(films: &[FilmRead], reader: &ReaderId) -> Self {
        let said = films.iter().filter(|film| film.reader == *reader);
        Self::Films(said.filter_map(|film| Some((film.image.clone(), film.last()?.is_abnormal()))).collect())
    }
}

/// A share that is known from counts, with Wilson's interval.
fn share(part: u64, whole: u64) -> Option<Figure> {
    let interval = wilson(part, whole, LEVEL)?;
    Some(Figure { value: part as f64 / whole as f64, interval: Some([interval.low, interval.high]) })
}

/// Right and wrong films in one way of reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Way {
    pub counts: Counts,
    /// Films that have a truth and no answer in this way.
    pub num_unanswered: u64,
}

impl Way {
    fn add(&mut self, is_abnormal: bool, said: Option<Said>) {
        match said {
            Some(said) => self.counts.add(is_abnormal, said.is_abnormal()),
            None => self.num_unanswered += 1,
        }
    }

    pub fn sensitivity(&self) -> Option<Figure> {
        share(self.counts.tp, self.counts.num_positive())
    }

    pub fn specificity(&self) -> Option<Figure> {
        share(self.counts.tn, self.counts.num_negative())
    }

    pub fn accuracy(&self) -> Option<Figure> {
        share(self.counts.tp + self.counts.tn, self.counts.total())
    }
}

/// What became of answers on films that were read in both ways.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Switches {
    /// Wrong before the model was seen, right after.
    pub to_right: u64,
    /// Right before, wrong after.
    pub to_wrong: u64,
    pub stayed_right: u64,
    pub stayed_wrong: u64,
}

impl Switches {
    pub const fn num_films(&self) -> u64 {
        self.to_right + self.to_wrong + self.stayed_right + self.stayed_wrong
    }

    /// McNemar's exact test of the two kinds of switches; `None` where no film was read in both ways.
    fn p_value(&self) -> Option<f64> {
        let discordant = Discordant { only_first: self.to_wrong, only_second: self.to_right };
        (self.num_films() > 0).then(|| discordant.exact())
    }
}

/// Active time on films.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pace {
    /// Films that any time was spent on.
    pub num_films: u64,
    pub total_ms: u64,
    /// 0 without films.
    pub median_ms: u64,
}

impl Pace {
    fn of(times: impl Iterator<Item = u64>) -> Self {
        let mut times: Vec<u64> = times.filter(|&ms| ms > 0).collect();
        Self { num_films: times.len() as u64, total_ms: times.iter().sum(), median_ms: median_ms(&mut times) }
    }
}

/// One reader, or all of them together.
///
/// The row of all readers is of readings, not of films: a film that three readers read counts three times, as if the three
/// were independent. They are not, because what is hard for one is hard for the next, so its Wilson intervals are too narrow
/// (they say how sure the shares of these readings are, not those of other films), and it has no p-value. The table for
/// other programs ([`MrmcRow`]) is there for an analysis of readers and films together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReaderRow {
    /// `None`: all readers, film by film.
    pub reader: Option<ReaderId>,
    /// Films that the reader read and the truth says something of.
    pub num_films: u64,
    /// Films that the reader read and the truth says nothing of.
    pub num_without_truth: u64,
    pub without: Way,
    pub with: Way,
    pub switches: Switches,
    /// Films on which the reader never saw a model.
    pub pace_without: Pace,
    /// Films on which the reader saw one, before and after together.
    pub pace_with: Pace,
}

impl ReaderRow {
    /// McNemar's exact test of this reader's switches; `None` for all readers together, and where no film was read in both
    /// ways.
    pub fn p_value(&self) -> Option<f64> {
        self.reader.as_ref().and_then(|_| self.switches.p_value())
    }
}

/// A row of the table for programs that analyse several readers and cases (MRMC).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MrmcRow {
    pub reader: ReaderId,
    pub image: ImageId,
    pub is_with_model: bool,
    pub said: Said,
}

/// A number of a study, by the films that it counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StudyCell {
    /// Answered in this way; where given, only those of this truth, and those called abnormal or not.
    Way {
        is_with_model: bool,
        truth: Option<bool>,
        said: Option<bool>,
    },
    /// Read in both ways; where given, only those that were right before and after, or wrong.
    Switch {
        was_and_is_right: Option<[bool; 2]>,
    },
    WithoutTruth,
    /// Time was spent on them.
    Timed {
        is_with_model: bool,
    },
}

impl StudyCell {
    fn counts(self, film: &FilmRead, truth: Option<bool>) -> bool {
        let is_right = |said: Said| truth == Some(said.is_abnormal());
        match self {
            Self::WithoutTruth => truth.is_none(),
            Self::Timed { is_with_model } => film.active_ms > 0 && film.with.is_some() == is_with_model,
            _ if truth.is_none() => false,
            Self::Way { is_with_model, truth: wanted, said: says } => {
                let said = if is_with_model { film.with } else { film.without };
                said.is_some_and(|said| {
                    wanted.is_none_or(|wanted| truth == Some(wanted))
                        && says.is_none_or(|says| said.is_abnormal() == says)
                })
            }
            Self::Switch { was_and_is_right } => film.without.zip(film.with).is_some_and(|(before, after)| {
                was_and_is_right.is_none_or(|wanted| wanted == [is_right(before), is_right(after)])
            }),
        }
    }
}

/// All readers against one truth.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReaderStudy {
    /// In order of ids; all together last, where there are several.
    pub rows: Vec<ReaderRow>,
    /// One truth for each film, where there is one for all readers.
    pub truths: BTreeMap<ImageId, bool>,
    /// Films with a truth, by reader, film, and way.
    pub mrmc: Vec<MrmcRow>,
    /// What the rows count: what was read, and its truth where there is one.
    pub judged: Vec<(FilmRead, Option<bool>)>,
    /// Each reader has a truth of their own: there is no table for other programs then.
    pub has_own_truths: bool,
    /// Of the truth's file, where there is one.
    pub problems: Problems,
}

impl ReaderStudy {
    /// The films behind a number; of all readers, a film that several of them read is there once.
    pub fn films_of(&self, reader: Option<&ReaderId>, cell: StudyCell) -> BTreeSet<ImageId> {
        let of = self.judged.iter().filter(|(film, _)| reader.is_none_or(|reader| film.reader == *reader));
        of.filter(|(film, truth)| cell.counts(film, *truth)).map(|(film, _)| film.image.clone()).collect()
    }
}

/// Holds readers against the truth. `truth_reader`, who made the truth, is left out.
pub fn reader_study(films: &[FilmRead], truth: &StudyTruth, truth_reader: Option<&ReaderId>) -> ReaderStudy {
    let readers: BTreeSet<&ReaderId> =
        films.iter().map(|film| &film.reader).filter(|reader| Some(*reader) != truth_reader).collect();
    let mut by_image: BTreeMap<&ImageId, Vec<&FilmRead>> = BTreeMap::new();
    for film in films {
        by_image.entry(&film.image).or_default().push(film);
    }
    let truth_of = |film: &FilmRead| match truth {
        StudyTruth::Films(truths) => truths.get(&film.image).copied(),
        StudyTruth::OtherReaders => majority(by_image[&film.image].iter().filter(|other| other.reader != film.reader)),
    };
    let judged: Vec<(&FilmRead, Option<bool>)> = films
        .iter()
        .filter(|film| readers.contains(&film.reader) && film.last().is_some())
        .map(|film| (film, truth_of(film)))
        .collect();
    let mut rows: Vec<ReaderRow> = readers
        .iter()
        .map(|&reader| row(Some(reader.clone()), judged.iter().copied().filter(|(film, _)| film.reader == *reader)))
        .collect();
    if rows.len() > 1 {
        rows.push(row(None, judged.iter().copied()));
    }
    let has_own_truths = *truth == StudyTruth::OtherReaders;
    let kept = judged.iter().map(|(film, truth)| ((*film).clone(), *truth)).collect();
    let mut study = ReaderStudy { rows, has_own_truths, judged: kept, ..ReaderStudy::default() };
    if has_own_truths {
        return study;
    }
    for (film, truth) in judged {
        let Some(is_abnormal) = truth else { continue };
        study.truths.insert(film.image.clone(), is_abnormal);
        for (is_with_model, said) in [(false, film.without), (true, film.with)] {
            let row = |said| MrmcRow { reader: film.reader.clone(), image: film.image.clone(), is_with_model, said };
            study.mrmc.extend(said.map(row));
        }
    }
    study.mrmc.sort_by(|a, b| (&a.reader, &a.image, a.is_with_model).cmp(&(&b.reader, &b.image, b.is_with_model)));
    study
}

/// What more than half of them say in the end.
fn majority<'a>(films: impl Iterator<Item = &'a &'a FilmRead>) -> Option<bool> {
    let (mut abnormal, mut normal) = (0_u32, 0_u32);
    for said in films.filter_map(|film| film.last()) {
        *if said.is_abnormal() { &mut abnormal } else { &mut normal } += 1;
    }
    (abnormal != normal).then_some(abnormal > normal)
}

fn row<'a>(reader: Option<ReaderId>, films: impl Iterator<Item = (&'a FilmRead, Option<bool>)> + Clone) -> ReaderRow {
    let mut row = ReaderRow {
        reader,
        num_films: 0,
        num_without_truth: 0,
        without: Way::default(),
        with: Way::default(),
        switches: Switches::default(),
        pace_without: Pace::of(films.clone().filter(|(film, _)| film.with.is_none()).map(|(film, _)| film.active_ms)),
        pace_with: Pace::of(films.clone().filter(|(film, _)| film.with.is_some()).map(|(film, _)| film.active_ms)),
    };
    for (film, truth) in films {
        let Some(is_abnormal) = truth else {
            row.num_without_truth += 1;
            continue;
        };
        row.num_films += 1;
        row.without.add(is_abnormal, film.without);
        row.with.add(is_abnormal, film.with);
        if let Some((before, after)) = film.without.zip(film.with) {
            let switches = &mut row.switches;
            match (before.is_abnormal() == is_abnormal, after.is_abnormal() == is_abnormal) {
                (false, true) => switches.to_right += 1,
                (true, false) => switches.to_wrong += 1,
                (true, true) => switches.stayed_right += 1,
                (false, false) => switches.stayed_wrong += 1,
            }
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    const N: Option<Said> = Some(Said::NORMAL);
    const A: Option<Said> = Some(Said::ABNORMAL);

    fn read(image: &str, reader: &str, without: Option<Said>, with: Option<Said>, secs: u64) -> FilmRead {
        FilmRead { image: image.into(), reader: reader.into(), without, with, active_ms: secs * 1000 }
    }

    fn truths(films: &[(&str, bool)]) -> StudyTruth {
        StudyTruth::Films(films.iter().map(|&(image, is_abnormal)| (image.into(), is_abnormal)).collect())
    }

    #[test]
    fn switches_and_counts_by_hand() {
        let films = [
            read("a", "R1", N, A, 30),
            read("b", "R1", A, A, 10),
            read("c", "R1", N, A, 20),
            read("d", "R1", A, N, 0),
            read("e", "R1", A, None, 50),
            read("f", "R1", None, N, 40),
            read("g", "R1", A, N, 40),
            read("h", "R1", None, None, 40),
        ];
        let truth = truths(&[("a", true), ("b", true), ("c", false), ("d", true), ("e", false), ("f", false)]);
        let study = reader_study(&films, &truth, None);
        let [row] = &study.rows[..] else { panic!("one reader, no sum") };
        assert_eq!((row.num_films, row.num_without_truth), (6, 1), "h was never read");
        let expected = Switches { to_right: 1, to_wrong: 2, stayed_right: 1, stayed_wrong: 0 };
        assert_eq!(row.switches, expected);
        assert_eq!(row.without, Way { counts: Counts { tp: 2, fn_: 1, tn: 1, fp: 1 }, num_unanswered: 1 });
        assert_eq!(row.with, Way { counts: Counts { tp: 2, fn_: 1, tn: 1, fp: 1 }, num_unanswered: 1 });
        assert_eq!(row.pace_without, Pace { num_films: 1, total_ms: 50_000, median_ms: 50_000 });
        assert_eq!(row.pace_with, Pace { num_films: 5, total_ms: 140_000, median_ms: 30_000 });
        // Exact test of 1 against 2: certain.
        assert_eq!(row.switches.p_value(), Some(1.0));
        assert_eq!(Switches::default().p_value(), None);
        // Every number leads to its films.
        let films = |cell| study.films_of(row.reader.as_ref(), cell).into_iter().map(|id| id.to_string()).collect();
        let check = |cell, expected: &[&str]| {
            let found: Vec<String> = films(cell);
            assert_eq!(found, expected, "{cell:?}");
        };
        let way = |is_with_model, truth, said| StudyCell::Way { is_with_model, truth, said };
        check(way(false, None, None), &["a", "b", "c", "d", "e"]);
        check(way(false, Some(true), Some(true)), &["b", "d"]);
        check(way(false, Some(true), Some(false)), &["a"]);
        check(way(false, Some(false), Some(true)), &["e"]);
        check(way(true, Some(false), None), &["c", "f"]);
        check(StudyCell::Switch { was_and_is_right: None }, &["a", "b", "c", "d"]);
        check(StudyCell::Switch { was_and_is_right: Some([false, true]) }, &["a"]);
        check(StudyCell::Switch { was_and_is_right: Some([true, false]) }, &["c", "d"]);
        check(StudyCell::WithoutTruth, &["g"]);
        check(StudyCell::Timed { is_with_model: false }, &["e"]);
        check(StudyCell::Timed { is_with_model: true }, &["a", "b", "c", "f", "g"]);
    }

    #[test]
    fn shares_have_wilsons_intervals() {
        let way = Way { counts: Counts { tp: 8, fn_: 2, tn: 0, fp: 0 }, num_unanswered: 0 };
        let figure = way.sensitivity().unwrap();
        assert_eq!(figure.value, 0.8);
        // Wilson (1927), 8 of 10: 0.4902 to 0.9433, as R's prop.test without correction and statsmodels give it.
        let [low, high] = figure.interval.unwrap();
        assert!((low - 0.490_162).abs() < 1e-6 && (high - 0.943_318).abs() < 1e-6, "{low} {high}");
        assert_eq!(way.specificity(), None, "no normal film");
    }

    #[test]
    fn the_others_decide_by_majority() {
        let films = [
            read("a", "R1", N, None, 0),
            read("a", "R2", A, None, 0),
            read("a", "R3", N, A, 0),
            read("b", "R1", A, None, 0),
            read("b", "R2", N, None, 0),
        ];
        let study = reader_study(&films, &StudyTruth::OtherReaders, None);
        // Film a: R2 and R3 end with abnormal, so R1 is wrong; R1 and R3 are even, so R2 has no truth there.
        let rows: Vec<_> = study.rows.iter().map(|row| (row.num_films, row.num_without_truth)).collect();
        assert_eq!(rows, [(2, 0), (1, 1), (0, 1), (3, 2)]);
        // R3 alone read a film in both ways, without a truth there.
        assert!(study.rows.iter().all(|row| row.p_value().is_none()));
        assert_eq!(study.rows[0].without.counts, Counts { tp: 0, fn_: 1, tn: 0, fp: 1 });
        assert!(study.has_own_truths && study.mrmc.is_empty() && study.truths.is_empty());
    }

    #[test]
    fn all_readers_together_have_no_test() {
        let films = ["R1", "R2"].map(|reader| read("a", reader, N, A, 0));
        let study = reader_study(&films, &truths(&[("a", true)]), None);
        let found: Vec<_> = study.rows.iter().map(|row| (row.switches.to_right, row.p_value())).collect();
        // One switch is as likely as the other; the two of one film are no two films.
        assert_eq!(found, [(1, Some(1.0)), (1, Some(1.0)), (2, None)]);
    }

    #[test]
    fn who_made_the_truth_is_not_judged() {
        let films = [read("a", "R1", N, A, 0), read("a", "R2", N, None, 0), read("b", "R2", A, None, 0)];
        let truth = StudyTruth::of_reader(&films, &"R1".into());
        assert_eq!(truth, truths(&[("a", true)]));
        let study = reader_study(&films, &truth, Some(&"R1".into()));
        let [row] = &study.rows[..] else { panic!("one reader") };
        assert_eq!(
            (row.reader.as_ref().map(ReaderId::as_str), row.num_films, row.num_without_truth),
            (Some("R2"), 1, 1)
        );
        assert_eq!(study.truths.len(), 1);
        assert_eq!(study.mrmc.len(), 1);
    }

    #[test]
    fn rows_for_other_programs_are_in_order() {
        let films = [read("b", "R1", N, A, 0), read("a", "R2", A, None, 0), read("a", "R1", None, N, 0)];
        let study = reader_study(&films, &truths(&[("a", false), ("b", true)]), None);
        let rows: Vec<_> = study
            .mrmc
            .iter()
            .map(|row| (row.reader.as_str(), row.image.as_str(), row.is_with_model, row.said.score()))
            .collect();
        assert_eq!(rows, [("R1", "a", true, 0), ("R1", "b", false, 0), ("R1", "b", true, 3), ("R2", "a", false, 3)]);
    }

    #[test]
    fn nobody_and_nothing() {
        let study = reader_study(&[], &StudyTruth::OtherReaders, None);
        assert_eq!(study.rows, []);
    }
}

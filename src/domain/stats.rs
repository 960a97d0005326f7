//! The rows of the papers' "Characteristics" tables, computed from a project's films and readings.
//!
//! The rows are those of Table 2 of the VinDr-SpineXR paper. Two of its habits are kept on purpose: age and sex are of
//! studies where they are known, and a label's prevalence is its number of boxes. One is not: its mean image size of
//! the whole set lies outside those of its parts; here a mean is the mean over all images.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::id::{ImageId, ReaderId, StudyId};
use crate::domain::label::{LabelName, LabelSet};
use crate::domain::quality::UnfitReason;
use crate::domain::reading::{Decision, Reading};
use crate::domain::study::{FilmFacts, Sex};

/// What counts of one reading.
#[derive(Clone, PartialEq, Debug)]
pub struct Tally {
    pub image: ImageId,
    pub reader: ReaderId,
    pub decision: Decision,
    /// Boxes by label; never a zero.
    pub boxes: BTreeMap<LabelName, u64>,
    /// What is said of the image as a whole, "No finding" left out.
    pub image_labels: BTreeSet<LabelName>,
    /// Nothing else of the reading counts where the film is unfit to be read.
    pub unfit: Option<UnfitReason>,
}

impl Tally {
    pub fn of(reading: &Reading) -> Self {
        let mut boxes = BTreeMap::new();
        for mark in reading.annotations().iter().filter(|a| a.rect().is_some()) {
            *boxes.entry(mark.label().clone()).or_default() += 1;
        }
        Self {
            image: reading.image().clone(),
            reader: reading.reader().clone(),
            decision: reading.decision(),
            boxes,
            image_labels: reading.image_labels().present().cloned().collect(),
            unfit: reading.unfit(),
        }
    }
}

/// Mean, median and range of numbers; of nothing, there is none.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spread {
    pub mean: f64,
    /// Of an even count, the mean of the two in the middle.
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Spread {
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = numbers.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (&min, &max) = (sorted.first()?, sorted.last()?);
        let half = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 { sorted[half] } else { f64::midpoint(sorted[half - 1], sorted[half]) };
        Some(Self { mean: sorted.iter().sum::<f64>() / sorted.len() as f64, median, min, max })
    }
}

/// What is known of the films themselves.
#[derive(Clone, PartialEq, Debug)]
pub struct FilmRows {
    /// First and last year of study, over studies that are dated.
    pub years: Option<(u32, u32)>,
    pub num_studies: u64,
    pub num_studies_undated: u64,
    pub num_images: u64,
    /// Pixels, over images.
    pub height: Option<Spread>,
    pub width: Option<Spread>,
    /// Years, over studies where it is known.
    pub age: Option<Spread>,
    pub num_studies_of_unknown_age: u64,
    /// Studies.
    pub num_male: u64,
    pub num_female: u64,
    pub num_other_sex: u64,
    pub num_studies_of_unknown_sex: u64,
    pub bytes: u64,
}

impl FilmRows {
    /// Per cent of the studies whose sex is known; each share is rounded by itself, so they need not add up to 100.
    pub fn percent_of_known_sex(&self, count: u64) -> Option<f64> {
        let known = self.num_male + self.num_female + self.num_other_sex;
        (known > 0).then(|| 100.0 * count as f64 / known as f64)
    }

    /// 2^30 bytes.
    pub fn gibibytes(&self) -> f64 {
        self.bytes as f64 / f64::from(1 << 30)
    }
}

/// Whose word a column of labels takes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Voice {
    Reader(ReaderId),
    /// What more than half of the readers say that decided on the image; boxes have no majority.
    Majority,
}

/// One label in one column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LabelRow {
    pub label: LabelName,
    /// The published code: `LT2`.
    pub code: Option<String>,
    /// `None` where boxes of several readers stand side by side and their number means nothing.
    pub num_boxes: Option<u64>,
    /// Images with a box or an image label of this name.
    pub num_images: u64,
}

/// One column: a reader, or the majority.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LabelColumn {
    pub voice: Voice,
    pub num_normal: u64,
    pub num_abnormal: u64,
    /// Images that this voice finds unfit to be read; they are neither normal nor abnormal.
    pub num_unfit: u64,
    /// A reader's reasons; empty for the majority, which may have none.
    pub unfit: BTreeMap<UnfitReason, u64>,
    /// Images of the project on which this voice says nothing; for the majority, those without one.
    pub num_undecided: u64,
    /// Every label of the set in its order, then names that the set does not know.
    pub labels: Vec<LabelRow>,
}

/// The whole table.
#[derive(Clone, PartialEq, Debug)]
pub struct Characteristics {
    pub films: FilmRows,
    /// Readers in order, then the majority where there is more than one reader.
    pub columns: Vec<LabelColumn>,
    /// Images that were read and are not in the project as films; they count in the columns.
    pub num_images_without_film: u64,
}

/// A number of the table of labels, by the images that it counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LabelCell {
    Normal,
    Abnormal,
    Label(LabelName),
}

/// The images behind a number of the table of labels.
pub fn images_of(tallies: &[Tally], voice: &Voice, cell: &LabelCell) -> BTreeSet<ImageId> {
    let is_of = |tally: &&Tally| match voice {
        Voice::Reader(reader) => tally.reader == *reader,
        Voice::Majority => true,
    };
    let by_image = votes(tallies.iter().filter(is_of));
    let n = |votes: &Votes<'_>| match cell {
        LabelCell::Normal => votes.num_normal,
        LabelCell::Abnormal => votes.num_abnormal,
        LabelCell::Label(label) => votes.of_label.get(label).copied().unwrap_or(0),
    };
    by_image.into_iter().filter(|(_, votes)| votes.wins(n(votes))).map(|(image, _)| image.clone()).collect()
}

/// Counts films and readings.
pub fn characteristics<'a>(
    films: impl IntoIterator<Item = &'a FilmFacts>,
    tallies: &[Tally],
    labels: &LabelSet,
) -> Characteristics {
    let films: Vec<&FilmFacts> = films.into_iter().collect();
    let mut images: BTreeSet<&ImageId> = films.iter().map(|f| &f.image).collect();
    let num_films = images.len();
    images.extend(tallies.iter().filter(|tally| says_something(tally)).map(|t| &t.image));
    let readers: BTreeSet<&ReaderId> = tallies.iter().map(|t| &t.reader).collect();
    let mut columns: Vec<LabelColumn> = readers
        .iter()
        .map(|&reader| {
            let votes = tallies.iter().filter(|t| t.reader == *reader);
            column(Voice::Reader(reader.clone()), votes, images.len(), labels)
        })
        .collect();
    if readers.len() > 1 {
        columns.push(column(Voice::Majority, tallies.iter(), images.len(), labels));
    }
    Characteristics { films: film_rows(&films), columns, num_images_without_film: (images.len() - num_films) as u64 }
}

fn film_rows(films: &[&FilmFacts]) -> FilmRows {
    // A study's age, sex and date are those of its first film that has them.
    #[derive(Default)]
    struct Study {
        age: Option<f64>,
        sex: Option<Sex>,
        year: Option<u32>,
    }
    let mut studies: BTreeMap<&StudyId, Study> = BTreeMap::new();
    for film in films {
        let study = studies.entry(&film.study).or_default();
        study.age = study.age.or(film.age_years);
        study.sex = study.sex.or(film.sex);
        study.year = study.year.or(film.study_date.as_deref().and_then(year));
    }
    let count = |keep: fn(&Study) -> bool| studies.values().filter(|s| keep(s)).count() as u64;
    let years = || studies.values().filter_map(|s| s.year);
    FilmRows {
        years: years().min().zip(years().max()),
        num_studies: studies.len() as u64,
        num_studies_undated: count(|s| s.year.is_none()),
        num_images: films.len() as u64,
        height: Spread::of(films.iter().map(|f| f64::from(f.height))),
        width: Spread::of(films.iter().map(|f| f64::from(f.width))),
        age: Spread::of(studies.values().filter_map(|s| s.age)),
        num_studies_of_unknown_age: count(|s| s.age.is_none()),
        num_male: count(|s| s.sex == Some(Sex::Male)),
        num_female: count(|s| s.sex == Some(Sex::Female)),
        num_other_sex: count(|s| s.sex == Some(Sex::Other)),
        num_studies_of_unknown_sex: count(|s| s.sex.is_none()),
        bytes: films.iter().map(|f| f.file_bytes).sum(),
    }
}

/// Of `YYYYMMDD`; dates that no film can have are no dates.
fn year(date: &str) -> Option<u32> {
    date.get(..4)?.parse().ok().filter(|year| (1895..=2200).contains(year))
}

/// What the readers of one image say.
#[derive(Default)]
struct Votes<'a> {
    /// Readers who say normal, abnormal or unfit.
    num_decided: u64,
    num_unfit: u64,
    num_normal: u64,
    num_abnormal: u64,
    of_label: BTreeMap<&'a LabelName, u64>,
}

impl Votes<'_> {
    /// Whether so many are the majority; a single reader is the majority of one.
    const fn wins(&self, num: u64) -> bool {
        2 * num > self.num_decided
    }
}

fn votes<'a>(tallies: impl Iterator<Item = &'a Tally>) -> BTreeMap<&'a ImageId, Votes<'a>> {
    let mut by_image: BTreeMap<&ImageId, Votes<'_>> = BTreeMap::new();
    for tally in tallies.filter(|tally| says_something(tally)) {
        let votes = by_image.entry(&tally.image).or_default();
        votes.num_decided += 1;
        if tally.unfit.is_some() {
            votes.num_unfit += 1;
            continue;
        }
        match tally.decision {
            Decision::Normal => votes.num_normal += 1,
            Decision::Abnormal => votes.num_abnormal += 1,
            Decision::Undecided => {}
        }
        let said: BTreeSet<&LabelName> = tally.boxes.keys().chain(&tally.image_labels).collect();
        for label in said {
            *votes.of_label.entry(label).or_default() += 1;
        }
    }
    by_image
}

const fn says_something(tally: &Tally) -> bool {
    !matches!(tally.decision, Decision::Undecided) || tally.unfit.is_some()
}

fn column<'a>(
    voice: Voice,
    tallies: impl Iterator<Item = &'a Tally> + Clone,
    num_images: usize,
    labels: &LabelSet,
) -> LabelColumn {
    let by_image = votes(tallies.clone());
    let mut boxes: BTreeMap<&LabelName, u64> = BTreeMap::new();
    let mut unfit: BTreeMap<UnfitReason, u64> = BTreeMap::new();
    for tally in tallies.filter(|tally| says_something(tally)) {
        if let Some(reason) = tally.unfit {
            *unfit.entry(reason).or_default() += 1;
            continue;
        }
        for (label, n) in &tally.boxes {
            *boxes.entry(label).or_default() += n;
        }
    }
    let num_where = |keep: &dyn Fn(&Votes<'_>) -> bool| by_image.values().filter(|v| keep(v)).count() as u64;
    let num_normal = num_where(&|v| v.wins(v.num_normal));
    let num_abnormal = num_where(&|v| v.wins(v.num_abnormal));
    let num_unfit = num_where(&|v| v.wins(v.num_unfit));
    if voice == Voice::Majority {
        unfit.clear();
    }
    let mut images: BTreeMap<&LabelName, u64> = BTreeMap::new();
    for votes in by_image.values() {
        for (&label, &n) in &votes.of_label {
            *images.entry(label).or_default() += u64::from(votes.wins(n));
        }
    }

    let row = |label: &LabelName, code: Option<String>| LabelRow {
        label: label.clone(),
        code,
        num_boxes: (voice != Voice::Majority).then(|| boxes.get(label).copied().unwrap_or(0)),
        num_images: images.get(label).copied().unwrap_or(0),
    };
    let of_set = labels.labels().iter().filter(|l| !l.name.is_no_finding());
    let mut rows: Vec<LabelRow> = of_set.map(|l| row(&l.name, l.code.clone())).collect();
    let known: BTreeSet<&LabelName> = labels.labels().iter().map(|l| &l.name).collect();
    rows.extend(images.keys().filter(|label| !known.contains(*label)).map(|label| row(label, None)));
    let num_undecided = num_images as u64 - num_normal - num_abnormal - num_unfit;
    LabelColumn { voice, num_normal, num_abnormal, num_unfit, unfit, num_undecided, labels: rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::label::{Label, LabelKind};

    fn film(n: u8, study: &str, size: [u32; 2], age: Option<f64>, sex: Option<Sex>, date: Option<&str>) -> FilmFacts {
        FilmFacts {
            image: ImageId::new(format!("film {n}")),
            series: "s".into(),
            study: study.into(),
            patient: "p".into(),
            width: size[0],
            height: size[1],
            num_frames: 1,
            modality: None,
            body_part: None,
            view_position: None,
            laterality: None,
            series_description: None,
            sex,
            age_years: age,
            study_date: date.map(str::to_owned),
            series_number: None,
            instance_number: None,
            pixel_spacing_mm: None,
            is_lossy: false,
            is_synthetic: true,
            file_bytes: 1 << 29,
        }
    }

    fn tally(n: u8, reader: &str, decision: Decision, boxes: &[(&str, u64)], image_labels: &[&str]) -> Tally {
        Tally {
            image: ImageId::new(format!("film {n}")),
            reader: reader.into(),
            decision,
            boxes: boxes.iter().map(|&(label, n)| (LabelName::new(label), n)).collect(),
            image_labels: image_labels.iter().map(|&l| LabelName::new(l)).collect(),
            unfit: None,
        }
    }

    fn set() -> LabelSet {
        let label = |name: &str, code: &str| Label { code: Some(code.into()), ..Label::named(name, LabelKind::Local) };
        let labels = vec![
            label("Ankylosis", "LT1"),
            label("Osteophytes", "LT6"),
            Label { kind: LabelKind::Global, ..label("No finding", "LT0") },
        ];
        LabelSet::new("t", "", "", labels).expect("valid")
    }

    #[test]
    fn a_worked_example() {
        use Decision::{Abnormal, Normal, Undecided};
        let films = [
            film(1, "a", [100, 300], Some(50.0), Some(Sex::Female), Some("20150131")),
            film(2, "a", [200, 300], Some(51.0), Some(Sex::Male), None),
            film(3, "b", [300, 400], None, Some(Sex::Male), Some("20111231")),
            film(4, "c", [600, 500], Some(0.5), None, Some("00000101")),
            film(5, "d", [300, 400], Some(98.0), Some(Sex::Female), None),
        ];
        let tallies = [
            tally(1, "R1", Abnormal, &[("Osteophytes", 3), ("Ankylosis", 1)], &[]),
            tally(1, "R2", Abnormal, &[("Osteophytes", 1)], &["Osteophytes", "Pneumonia"]),
            tally(1, "R3", Normal, &[], &[]),
            tally(2, "R1", Normal, &[], &[]),
            tally(2, "R2", Abnormal, &[("Osteophytes", 2)], &[]),
            tally(3, "R1", Normal, &[], &[]),
            tally(3, "R2", Undecided, &[], &[]),
            tally(9, "R1", Abnormal, &[("Ankylosis", 5)], &[]),
        ];
        let table = characteristics(&films, &tallies, &set());

        let f = &table.films;
        assert_eq!(f.years, Some((2011, 2015)));
        assert_eq!((f.num_studies, f.num_studies_undated, f.num_images), (4, 2, 5));
        assert_eq!(f.width, Some(Spread { mean: 300.0, median: 300.0, min: 100.0, max: 600.0 }));
        assert_eq!(f.height, Some(Spread { mean: 380.0, median: 400.0, min: 300.0, max: 500.0 }));
        // Study a counts once, with its first film's age and sex.
        assert_eq!(f.age, Some(Spread { mean: 49.5, median: 50.0, min: 0.5, max: 98.0 }));
        assert_eq!(f.num_studies_of_unknown_age, 1);
        assert_eq!((f.num_male, f.num_female, f.num_other_sex, f.num_studies_of_unknown_sex), (1, 2, 0, 1));
        assert!((f.percent_of_known_sex(f.num_male).expect("known") - 100.0 / 3.0).abs() < 1e-12);
        assert_eq!(f.gibibytes(), 2.5);

        assert_eq!(table.num_images_without_film, 1);
        let voices: Vec<_> = table.columns.iter().map(|c| c.voice.clone()).collect();
        let reader = |id: &str| Voice::Reader(id.into());
        assert_eq!(voices, [reader("R1"), reader("R2"), reader("R3"), Voice::Majority]);
        let decisions = |c: &LabelColumn| (c.num_normal, c.num_abnormal, c.num_undecided);
        assert_eq!(
            table.columns.iter().map(decisions).collect::<Vec<_>>(),
            [
                (2, 2, 2), // R1: normal 2 3; abnormal 1 9; silent on 4 5
                (0, 2, 4),
                (1, 0, 5),
                (1, 2, 3), // abnormal 1 (2 of 3) and 9; normal 3; split on 2; nobody on 4 5
            ]
        );
        let rows = |c: &LabelColumn| -> Vec<(String, Option<u64>, u64)> {
            c.labels.iter().map(|r| (r.label.to_string(), r.num_boxes, r.num_images)).collect()
        };
        assert_eq!(rows(&table.columns[0]), [("Ankylosis".into(), Some(6), 2), ("Osteophytes".into(), Some(3), 1)]);
        assert_eq!(
            rows(&table.columns[1]),
            [("Ankylosis".into(), Some(0), 0), ("Osteophytes".into(), Some(3), 2), ("Pneumonia".into(), Some(0), 1)]
        );
        // Osteophytes: 2 of 3 on film 1; 1 of 2 on film 2 is no majority.
        assert_eq!(
            rows(&table.columns[3]),
            [("Ankylosis".into(), None, 1), ("Osteophytes".into(), None, 1), ("Pneumonia".into(), None, 0)]
        );
        assert_eq!(table.columns[0].labels[1].code.as_deref(), Some("LT6"));
    }

    #[test]
    fn a_film_that_is_unfit_counts_as_nothing_else() {
        use Decision::{Abnormal, Normal, Undecided};
        let unfit = |reason, tally: Tally| Tally { unfit: Some(reason), ..tally };
        let tallies = [
            unfit(UnfitReason::LowQuality, tally(1, "R1", Abnormal, &[("Osteophytes", 3)], &[])),
            unfit(UnfitReason::LateralView, tally(2, "R1", Undecided, &[], &[])),
            tally(3, "R1", Normal, &[], &[]),
            tally(1, "R2", Abnormal, &[("Osteophytes", 1)], &[]),
            unfit(UnfitReason::LateralView, tally(2, "R2", Undecided, &[], &[])),
        ];
        let films = [1, 2, 3].map(|n| film(n, "a", [10, 10], None, None, None));
        let table = characteristics(&films, &tallies, &set());
        let counts = |c: &LabelColumn| (c.num_normal, c.num_abnormal, c.num_unfit, c.num_undecided);
        // R1 and R2 are split on film 1, and agree that film 2 can't be read.
        assert_eq!(table.columns.iter().map(counts).collect::<Vec<_>>(), [(1, 0, 2, 0), (0, 1, 1, 1), (1, 0, 1, 1)]);
        let reasons: Vec<_> = table.columns[0].unfit.iter().map(|(reason, n)| (reason.key(), *n)).collect();
        assert_eq!(reasons, [("low_quality", 1), ("lateral_view", 1)]);
        assert!(table.columns[2].unfit.is_empty());
        let boxes: Vec<_> = table.columns[0].labels.iter().map(|row| row.num_boxes).collect();
        assert_eq!(boxes, [Some(0), Some(0)], "its boxes are in no table either");
    }

    #[test]
    fn an_empty_project_has_no_means() {
        let table = characteristics(&[], &[], &set());
        assert_eq!(table.films.num_studies, 0);
        assert_eq!((table.films.age, table.films.width, table.films.years), (None, None, None));
        assert_eq!(table.films.percent_of_known_sex(0), None);
        assert!(table.columns.is_empty());
    }

    #[test]
    fn the_middle_of_an_even_count_is_between_two() {
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0]).expect("numbers");
        assert_eq!((spread.median, spread.mean), (2.5, 2.5));
        assert_eq!(Spread::of([]), None);
    }
}

//! The list of films to read: filters, and next and previous in the order shown.

use std::collections::{BTreeSet, HashMap};

use crate::domain::id::ImageId;
use crate::domain::quality::UnfitReason;
use crate::domain::reading::Decision;
use crate::domain::study::Sex;
use crate::domain::study_decision::{StudyDecision, study_decision};
use crate::domain::task::TaskState;
use crate::domain::worklist::WorklistRow;

pub use super::counted_films::{CountedFilms, CountedNumber};

/// All films of the project as one reader sees them.
#[derive(Clone, Default, Debug)]
pub struct Worklist {
    rows: Vec<WorklistRow>,
    /// Where each film stands in `rows`.
    index: HashMap<ImageId, u32>,
    /// Indices into `rows` that pass the filter, in the order of `sort`.
    shown: Vec<u32>,
    /// For each of `rows`, where it is shown; `NOT_SHOWN` where the filter leaves it out.
    place: Vec<u32>,
    /// For each of `rows`, what the reader's films say of its study.
    studies: Vec<StudyDecision>,
    counts: Counts,
    pub filter: Filter,
    /// `None`: the project's order, study by study.
    sort: Option<Sort>,
    pub is_loaded: bool,
}

const NOT_SHOWN: u32 = u32::MAX;

/// Which films are listed.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Filter {
    /// Part of the image or study id, or of the view; case does not count.
    pub text: String,
    pub state: Option<TaskState>,
    /// Position in the label set.
    pub label: Option<u32>,
    pub unfit: Option<UnfitFilter>,
    /// What the reader's films say of the whole study.
    pub study: Option<Decision>,
    /// Only films with a thread that waits for an answer.
    pub has_open_threads: bool,
    pub model: Option<ModelFilter>,
    /// Only the films behind a number that somebody clicked.
    pub counted: Option<CountedFilms>,
}

/// Films by what the models in use say of them, as far as the reader may see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ModelFilter {
    Abnormal,
    Normal,
    /// No model in use has looked at them, or what they say may not be seen yet.
    NotPredicted,
    /// Completed films of which models and reader say different things, of the film or of a place.
    Disagrees,
}

/// By what the list is sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SortBy {
    Probability,
    Uncertainty,
    Disagreement,
    /// The films worth reading next, as they were chosen for everybody; completed ones come last.
    ReadingQueue,
}

/// An order of the list. Films without the value come last either way; ties stand in the project's order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sort {
    pub by: SortBy,
    /// The lowest first.
    pub is_ascending: bool,
}

impl Sort {
    pub const fn highest_first(by: SortBy) -> Self {
        Self { by, is_ascending: false }
    }

    /// What a click on a column's head makes of the order: highest first, lowest first, the project's order.
    pub fn after_click(current: Option<Self>, by: SortBy) -> Option<Self> {
        match current {
            Some(Self { by: of, is_ascending }) if of == by => {
                (!is_ascending).then_some(Self { by, is_ascending: true })
            }
            _ => Some(Self::highest_first(by)),
        }
    }
}

impl SortBy {
    fn value(self, row: &WorklistRow) -> Option<f64> {
        let triage = row.triage.as_ref();
        match self {
            Self::Probability => triage?.probability,
            Self::Uncertainty => triage?.uncertainty,
            Self::Disagreement => triage?.disagreement.map(|disagreement| disagreement.degree()),
            // The first place is the highest value.
            Self::ReadingQueue => {
                row.queue_place.filter(|_| row.state != TaskState::Completed).map(|place| -f64::from(place))
            }
        }
    }
}

impl ModelFilter {
    fn passes(self, row: &WorklistRow) -> bool {
        let triage = row.triage.unwrap_or_default();
        match self {
            Self::Abnormal => triage.is_abnormal == Some(true),
            Self::Normal => triage.is_abnormal == Some(false),
            Self::NotPredicted => row.triage.is_none(),
            Self::Disagrees => triage.disagreement.is_some_and(|disagreement| disagreement.degree() > 0.0),
        }
    }
}

/// Films that are unfit to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnfitFilter {
    AnyReason,
    Because(UnfitReason),
}

/// How many films are in which state.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    pub all: usize,
    pub new: usize,
    pub doing: usize,
    pub completed: usize,
    /// In none of the states before: they are out of the queue.
    pub unfit: usize,
    /// In the order of [`UnfitReason::ALL`].
    pub unfit_by_reason: [usize; UnfitReason::ALL.len()],
    /// Films with a thread that waits for an answer.
    pub with_open_threads: usize,
    /// Films of which a model's answer may be seen.
    pub with_model: usize,
}

impl Worklist {
    pub fn set_rows(&mut self, rows: Vec<WorklistRow>) {
        self.index = rows.iter().enumerate().map(|(i, row)| (row.image.clone(), i as u32)).collect();
        self.rows = rows;
        self.is_loaded = true;
        self.decide_studies(0, self.rows.len());
        self.count();
        self.apply_filter();
    }

    pub fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.apply_filter();
    }

    /// The next and the previous film follow this order from here on. An edit does not move films in it; only
    /// where the list is read anew, or filtered, it is made anew.
    pub fn set_sort(&mut self, sort: Option<Sort>) {
        self.sort = sort;
        self.apply_filter();
    }

    /// Others may see what models say from here on: nothing of it stays in the lines until they are read anew.
    pub fn forget_models(&mut self) {
        for row in &mut self.rows {
            row.triage = None;
        }
        self.count();
        self.apply_filter();
    }

    /// Films were chosen that are worth reading next.
    pub fn has_reading_queue(&self) -> bool {
        self.rows.iter().any(|row| row.queue_place.is_some())
    }

    pub const fn sort(&self) -> Option<Sort> {
        self.sort
    }

    fn apply_filter(&mut self) {
        let needle = self.filter.text.trim().to_lowercase();
        let passes = |row: &WorklistRow| {
            self.filter.state.is_none_or(|state| row.state == state && row.unfit.is_none())
                && match self.filter.unfit {
                    None => true,
                    Some(UnfitFilter::AnyReason) => row.unfit.is_some(),
                    Some(UnfitFilter::Because(reason)) => row.unfit == Some(reason),
                }
                && (!self.filter.has_open_threads || row.num_open_threads > 0)
                && self.filter.model.is_none_or(|model| model.passes(row))
                && self.filter.counted.as_ref().is_none_or(|films| films.images.contains(&row.image))
                && self.filter.label.is_none_or(|label| row.labels >> label & 1 == 1)
                && (needle.is_empty()
                    || contains_ignoring_case(row.image.as_str(), &needle)
                    || contains_ignoring_case(row.study.as_str(), &needle)
                    || contains_ignoring_case(&row.view, &needle))
        };
        let of_study = |i: usize| self.filter.study.is_none_or(|decision| self.studies[i].decision == decision);
        self.shown =
            (0..self.rows.len() as u32).filter(|&i| passes(&self.rows[i as usize]) && of_study(i as usize)).collect();
        if let Some(sort) = self.sort {
            let value = |&i: &u32| sort.by.value(&self.rows[i as usize]);
            // A stable sort: ties stay in the project's order.
            self.shown.sort_by(|a, b| match (value(a), value(b)) {
                (Some(a), Some(b)) if sort.is_ascending => a.total_cmp(&b),
                (Some(a), Some(b)) => b.total_cmp(&a),
                (a, b) => a.is_none().cmp(&b.is_none()),
            });
        }
        self.place = vec![NOT_SHOWN; self.rows.len()];
        for (n, &i) in self.shown.iter().enumerate() {
            self.place[i as usize] = n as u32;
        }
    }

    /// Films of patients of this sex.
    pub fn of_sex(&self, sex: Sex) -> BTreeSet<ImageId> {
        self.rows.iter().filter(|row| row.sex == Some(sex)).map(|row| row.image.clone()).collect()
    }

    pub fn rows(&self) -> impl Iterator<Item = &WorklistRow> {
        self.rows.iter()
    }

    pub fn num_shown(&self) -> usize {
        self.shown.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The `n`th line of the list.
    pub fn shown(&self, n: usize) -> Option<&WorklistRow> {
        self.shown.get(n).map(|&i| &self.rows[i as usize])
    }

    pub fn row(&self, image: &ImageId) -> Option<&WorklistRow> {
        self.index.get(image).map(|&i| &self.rows[i as usize])
    }

    /// Keeps a line current after an edit, without re-reading the list.
    pub fn update(&mut self, image: &ImageId, change: impl FnOnce(&mut WorklistRow)) {
        if let Some(&i) = self.index.get(image) {
            change(&mut self.rows[i as usize]);
            self.decide_study_of(i as usize);
            self.count();
        }
    }

    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// What the reader's films say of the study that this one belongs to.
    pub fn study(&self, image: &ImageId) -> Option<StudyDecision> {
        self.index.get(image).map(|&i| self.studies[i as usize])
    }

    /// Films of a study stand together.
    fn decide_study_of(&mut self, i: usize) {
        let study = self.rows[i].study.clone();
        let start = (0..i).rev().find(|&k| self.rows[k].study != study).map_or(0, |k| k + 1);
        let end = (i..self.rows.len()).find(|&k| self.rows[k].study != study).unwrap_or(self.rows.len());
        self.decide_studies(start, end);
    }

    /// From this row up to that one, both at a boundary between studies.
    fn decide_studies(&mut self, start: usize, end: usize) {
        let decided: Vec<StudyDecision> = self.rows[start..end]
            .chunk_by(|a, b| a.study == b.study)
            .flat_map(|films| {
                let study = study_decision(films.iter().map(|row| (row.decision, row.unfit)));
                std::iter::repeat_n(study, films.len())
            })
            .collect();
        if end - start == self.rows.len() {
            self.studies = decided;
        } else {
            self.studies[start..end].copy_from_slice(&decided);
        }
    }

    fn count(&mut self) {
        let of = |state| self.rows.iter().filter(|row| row.state == state && row.unfit.is_none()).count();
        let because = |reason| self.rows.iter().filter(|row| row.unfit == Some(reason)).count();
        let unfit_by_reason = UnfitReason::ALL.map(because);
        self.counts = Counts {
            unfit: unfit_by_reason.iter().sum(),
            unfit_by_reason,
            with_open_threads: self.rows.iter().filter(|row| row.num_open_threads > 0).count(),
            with_model: self.rows.iter().filter(|row| row.triage.is_some()).count(),
            all: self.rows.len(),
            new: of(TaskState::New),
            doing: of(TaskState::Doing),
            completed: of(TaskState::Completed),
        };
    }

    /// Where a film stands in the list, from 0.
    pub fn position(&self, image: &ImageId) -> Option<usize> {
        let place = self.place[*self.index.get(image)? as usize];
        (place != NOT_SHOWN).then_some(place as usize)
    }

    /// The film `step` lines after (or before) this one; `None` at the ends.
    pub fn neighbour(&self, image: &ImageId, step: isize) -> Option<&ImageId> {
        let at = self.position(image)?.checked_add_signed(step)?;
        self.shown(at).map(|row| &row.image)
    }

    /// The next film after this one that is in the queue: not completed, and fit to be read. Goes round once.
    pub fn next_open(&self, image: &ImageId) -> Option<&ImageId> {
        let start = self.position(image).map_or(0, |at| at + 1);
        let n = self.shown.len();
        (0..n)
            .filter_map(|k| self.shown((start + k) % n))
            .find(|row| is_in_queue(row) && row.image != *image)
            .map(|row| &row.image)
    }

    /// The first film of the queue, else the first.
    pub fn first_open(&self) -> Option<&ImageId> {
        let rows = || self.shown.iter().map(|&i| &self.rows[i as usize]);
        rows().find(|row| is_in_queue(row)).or_else(|| rows().next()).map(|row| &row.image)
    }
}

fn is_in_queue(row: &WorklistRow) -> bool {
    row.state != TaskState::Completed && row.unfit.is_none()
}

/// What the list calls a decision.
pub const fn decision_text(decision: Decision) -> &'static str {
    match decision {
        Decision::Undecided => "",
        Decision::Normal => "No finding",
        Decision::Abnormal => "Abnormal",
    }
}

/// `needle` is lower case already. Ids are ASCII, so this allocates only for other text.
fn contains_ignoring_case(text: &str, needle: &str) -> bool {
    if text.is_ascii() && needle.is_ascii() {
        let needle = needle.as_bytes();
        text.as_bytes().windows(needle.len().max(1)).any(|w| w.eq_ignore_ascii_case(needle))
    } else {
        text.to_lowercase().contains(needle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::StudyId;
    use crate::domain::triage::{BoxCounts, Disagreement, FilmDisagreement, Triage};

    fn list(states: &[TaskState]) -> Worklist {
        let mut list = Worklist::default();
        let rows = states.iter().enumerate().map(|(i, &state)| WorklistRow {
            image: ImageId::new(format!("film{i}")),
            study: StudyId::new("study"),
            view: if i % 2 == 0 { "AP".into() } else { "Lateral".into() },
            sex: None,
            age_years: None,
            state,
            decision: Decision::Undecided,
            num_marks: 0,
            unfit: None,
            num_open_threads: 0,
            labels: 1 << i,
            last_edit_ms: None,
            triage: None,
            queue_place: None,
        });
        list.set_rows(rows.collect());
        list
    }

    #[test]
    fn next_open_skips_completed_and_goes_round() {
        use TaskState::{Completed, Doing, New};
        let list = list(&[New, Completed, Doing, Completed]);
        let next = |from: &str| list.next_open(&ImageId::new(from)).map(ImageId::as_str);
        assert_eq!(next("film0"), Some("film2"));
        assert_eq!(next("film2"), Some("film0"));
        assert_eq!(next("film3"), Some("film0"));
        assert_eq!(list.neighbour(&ImageId::new("film0"), -1), None);
    }

    fn with_triage(values: &[Option<(f64, Option<Disagreement>)>]) -> Worklist {
        let mut list = list(&vec![TaskState::New; values.len()]);
        for (n, value) in values.iter().enumerate() {
            change(&mut list, n, |row| {
                row.triage = value.map(|(p, disagreement)| Triage {
                    probability: Some(p),
                    is_abnormal: Some(p >= 0.4),
                    uncertainty: Some(1.0 - (p - 0.4).abs()),
                    disagreement,
                });
            });
        }
        list
    }

    fn shown(list: &Worklist) -> Vec<&str> {
        (0..list.num_shown()).map(|n| &list.shown(n).unwrap().image.as_str()[4..]).collect()
    }

    #[test]
    fn the_list_is_sorted_by_what_models_say_and_back() {
        let opposite = Disagreement { film: Some(FilmDisagreement::ModelAbnormal), boxes: None };
        let boxes = |both, only_reader| BoxCounts { both, only_model: 0, only_reader };
        let some_boxes = |n| Disagreement { film: None, boxes: Some(boxes(3, n)) };
        let mut list = with_triage(&[
            None,
            Some((0.4, Some(some_boxes(1)))),
            Some((0.9, None)),
            None,
            Some((0.4, Some(opposite))),
            Some((0.1, Some(some_boxes(0)))),
        ]);
        let mut check = |sort: Option<Sort>, expected: [&str; 6]| {
            list.set_sort(sort);
            assert_eq!(shown(&list), expected, "{sort:?}");
        };
        let low_first = |by| Some(Sort { by, is_ascending: true });
        let high_first = |by| Some(Sort::highest_first(by));
        // Films 1 and 4 tie; 0 and 3 have nothing.
        check(high_first(SortBy::Probability), ["2", "1", "4", "5", "0", "3"]);
        check(low_first(SortBy::Probability), ["5", "1", "4", "2", "0", "3"]);
        check(high_first(SortBy::Uncertainty), ["1", "4", "5", "2", "0", "3"]);
        check(high_first(SortBy::Disagreement), ["4", "1", "5", "0", "2", "3"]);
        check(low_first(SortBy::Disagreement), ["5", "1", "4", "0", "2", "3"]);
        check(None, ["0", "1", "2", "3", "4", "5"]);
    }

    #[test]
    fn films_worth_reading_next_come_first_until_they_are_read() {
        let mut list = with_triage(&[None, None, None, None]);
        assert!(!list.has_reading_queue());
        let mut rows: Vec<WorklistRow> = (0..list.num_shown()).map(|n| list.shown(n).unwrap().clone()).collect();
        for (n, place) in [(0, 3), (2, 1), (3, 2)] {
            rows[n].queue_place = Some(place);
            rows[n].state = TaskState::New;
        }
        list.set_rows(rows.clone());
        assert!(list.has_reading_queue());
        let order = Some(Sort::highest_first(SortBy::ReadingQueue));
        list.set_sort(order);
        assert_eq!(shown(&list), ["2", "3", "0", "1"]);
        rows[2].state = TaskState::Completed;
        list.set_rows(rows);
        assert_eq!(shown(&list), ["3", "0", "1", "2"]);
    }

    #[test]
    fn the_next_film_follows_the_order_shown_and_the_order_stays_while_reading() {
        let mut list = with_triage(&[Some((0.1, None)), Some((0.9, None)), Some((0.5, None))]);
        list.set_sort(Some(Sort::highest_first(SortBy::Probability)));
        let film = |n: u32| ImageId::new(format!("film{n}"));
        assert_eq!(list.first_open(), Some(&film(1)));
        assert_eq!(list.next_open(&film(1)), Some(&film(2)));
        assert_eq!(list.neighbour(&film(2), 1), Some(&film(0)));
        assert_eq!(list.neighbour(&film(2), -1), Some(&film(1)));
        change(&mut list, 0, |row| row.triage = Some(Triage { probability: Some(1.0), ..Triage::default() }));
        assert_eq!(shown(&list), ["1", "2", "0"], "nothing moves under the reader");
        list.set_filter(Filter { model: Some(ModelFilter::Abnormal), ..Filter::default() });
        assert_eq!(shown(&list), ["1", "2"], "filter and order go together");
    }

    #[test]
    fn a_click_on_a_head_goes_round() {
        let first = Sort::after_click(None, SortBy::Probability);
        assert_eq!(first, Some(Sort::highest_first(SortBy::Probability)));
        let second = Sort::after_click(first, SortBy::Probability);
        assert_eq!(second, Some(Sort { by: SortBy::Probability, is_ascending: true }));
        assert_eq!(Sort::after_click(second, SortBy::Probability), None);
        assert_eq!(Sort::after_click(second, SortBy::Uncertainty), Some(Sort::highest_first(SortBy::Uncertainty)));
    }

    #[test]
    fn films_are_found_by_what_the_models_say() {
        let agree = Some(Disagreement::default());
        let differ = Some(Disagreement { film: Some(FilmDisagreement::ModelNormal), boxes: None });
        let mut list = with_triage(&[Some((0.4, agree)), Some((0.3, differ)), None, Some((0.3, None))]);
        assert_eq!(list.counts().with_model, 3);
        let mut check = |model: ModelFilter, expected: &[&str]| {
            list.set_filter(Filter { model: Some(model), ..Filter::default() });
            assert_eq!(shown(&list), expected, "{model:?}");
        };
        check(ModelFilter::Abnormal, &["0"]);
        check(ModelFilter::Normal, &["1", "3"]);
        check(ModelFilter::NotPredicted, &["2"]);
        check(ModelFilter::Disagrees, &["1"]);
    }

    #[test]
    fn filters_combine() {
        let mut list = list(&[TaskState::New; 4]);
        let mut check = |filter: Filter, expected: usize| {
            list.set_filter(filter.clone());
            assert_eq!(list.num_shown(), expected, "{filter:?}");
        };
        check(Filter { text: "lat".into(), ..Filter::default() }, 2);
        check(Filter { text: "FILM3".into(), ..Filter::default() }, 1);
        check(Filter { label: Some(2), ..Filter::default() }, 1);
        check(Filter { label: Some(2), text: "lateral".into(), ..Filter::default() }, 0);
        check(Filter { state: Some(TaskState::Doing), ..Filter::default() }, 0);
    }

    fn change(list: &mut Worklist, n: usize, change: impl FnOnce(&mut WorklistRow)) {
        list.update(&ImageId::new(format!("film{n}")), change);
    }

    #[test]
    fn a_film_that_is_unfit_is_out_of_the_queue_and_counted() {
        use TaskState::{Completed, Doing, New};
        let mut list = list(&[New, New, Doing, Completed]);
        change(&mut list, 0, |row| row.unfit = Some(UnfitReason::LateralView));
        change(&mut list, 2, |row| row.unfit = Some(UnfitReason::LowQuality));
        assert_eq!(list.first_open().map(ImageId::as_str), Some("film1"));
        assert_eq!(list.next_open(&ImageId::new("film0")).map(ImageId::as_str), Some("film1"));
        assert_eq!(list.next_open(&ImageId::new("film1")), None, "nothing else is left to read");
        let counts = list.counts();
        assert_eq!((counts.all, counts.new, counts.doing, counts.completed, counts.unfit), (4, 1, 0, 1, 2));
        assert_eq!(counts.unfit_by_reason, [0, 0, 0, 1, 1, 0, 0]);
        let mut check = |filter: Filter, expected: &[&str]| {
            list.set_filter(filter.clone());
            let shown: Vec<&str> = (0..list.num_shown()).map(|n| list.shown(n).unwrap().image.as_str()).collect();
            assert_eq!(shown, expected, "{filter:?}");
        };
        let unfit = |unfit| Filter { unfit: Some(unfit), ..Filter::default() };
        check(unfit(UnfitFilter::AnyReason), &["film0", "film2"]);
        check(unfit(UnfitFilter::Because(UnfitReason::LowQuality)), &["film2"]);
        check(unfit(UnfitFilter::Because(UnfitReason::Paediatric)), &[]);
        check(Filter { state: Some(New), ..Filter::default() }, &["film1"]);
    }

    #[test]
    fn the_study_follows_its_films() {
        let mut list = list(&[TaskState::New; 5]);
        let rows = (0..5).map(|n| {
            let row = list.row(&ImageId::new(format!("film{n}"))).unwrap().clone();
            WorklistRow {
                study: StudyId::new(if n < 2 {
                    "a"
                } else if n < 4 {
                    "b"
                } else {
                    "c"
                }),
                ..row
            }
        });
        let rows = rows.collect();
        list.set_rows(rows);
        let check = |list: &Worklist, n: usize, expected: (Decision, usize, usize)| {
            let study = list.study(&ImageId::new(format!("film{n}"))).unwrap();
            assert_eq!((study.decision, study.num_decided, study.num_readable), expected, "film{n}");
        };
        check(&list, 0, (Decision::Undecided, 0, 2));
        change(&mut list, 2, |row| row.decision = Decision::Normal);
        check(&list, 3, (Decision::Undecided, 1, 2));
        change(&mut list, 3, |row| row.unfit = Some(UnfitReason::LowQuality));
        check(&list, 2, (Decision::Normal, 1, 1));
        change(&mut list, 4, |row| row.decision = Decision::Abnormal);
        check(&list, 4, (Decision::Abnormal, 1, 1));
        check(&list, 1, (Decision::Undecided, 0, 2));
        list.set_filter(Filter { study: Some(Decision::Normal), ..Filter::default() });
        assert_eq!(list.num_shown(), 2);
    }
}

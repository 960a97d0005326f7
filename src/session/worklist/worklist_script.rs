//! The list of films by example: what is next, what passes a filter, what comes first.

use super::*;
use crate::domain::assignment::Stage;
use crate::domain::id::ReaderId;
use crate::domain::id::StudyId;
use crate::domain::label::LabelName;
use crate::domain::quality::UnfitReason;
use crate::domain::task::TaskState;
use crate::domain::triage::{BoxCounts, Disagreement, FilmDisagreement, Triage};
use crate::domain::worklist::RowTask;

fn list(states: &[TaskState]) -> Worklist {
    let mut list = Worklist::default();
    let rows = states.iter().enumerate().map(|(i, &state)| WorklistRow {
        view: if i % 2 == 0 { "AP".into() } else { "Lateral".into() },
        state,
        labels: 1 << i,
        ..WorklistRow::new(ImageId::new(format!("film{i}")), StudyId::new("study"), ReaderId::new("R1"))
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

fn task(stage: Stage) -> RowTask {
    RowTask { stage, place: 1, priority: 0, is_paused: false, is_repeat: false, is_waiting: false }
}

#[test]
fn what_is_set_aside_or_to_be_reviewed_is_not_in_the_queue() {
    let mut list = list(&[TaskState::New; 4]);
    change(&mut list, 0, |row| row.task = Some(RowTask { is_paused: true, ..task(Stage::Read) }));
    change(&mut list, 1, |row| row.task = Some(task(Stage::Review)));
    change(&mut list, 2, |row| row.task = Some(RowTask { is_waiting: true, ..task(Stage::Review) }));
    let film = |n: u32| ImageId::new(format!("film{n}"));
    assert_eq!(list.first_open(), Some(&film(3)));
    assert_eq!(list.next_open(&film(3)), None);
    assert_eq!(list.neighbour(&film(3), -1), None, "nothing before it opens to be read");
    let counts = list.counts();
    assert_eq!((counts.all, counts.new), (4, 1));
    let of = HandFilter::ALL.map(|hand| counts.of_hand(hand));
    assert_eq!(of, [3, 1, 1, 0, 1, 0, 0, 0], "mine, to review, waits, signed, set aside, nobody's");
    change(&mut list, 1, |row| row.state = TaskState::Completed);
    let of = HandFilter::ALL.map(|hand| list.counts().of_hand(hand));
    assert_eq!(of, [3, 0, 1, 1, 1, 0, 0, 0], "what is signed is to review no more");
    change(&mut list, 1, |row| row.state = TaskState::New);
    list.set_filter(Filter { hand: Some(HandFilter::ToReview), ..Filter::default() });
    assert_eq!(shown(&list), ["1"]);
}

#[test]
fn counts_that_follow_one_film_are_those_of_the_whole_list() {
    let mut list = list(&[TaskState::New; 5]);
    let mut check = |n: usize, edit: fn(&mut WorklistRow)| {
        change(&mut list, n, edit);
        let rows: Vec<WorklistRow> = list.rows().cloned().collect();
        assert_eq!(*list.counts(), Counts::of(&rows), "film {n}");
    };
    check(0, |row| row.state = TaskState::Completed);
    check(0, |row| row.decision = Decision::Abnormal);
    check(1, |row| row.unfit = Some(UnfitReason::LowQuality));
    check(1, |row| row.unfit = None);
    check(2, |row| row.labels = 1 << 127 | 1);
    check(3, |row| row.triage = Some(Triage { is_abnormal: Some(true), ..Triage::default() }));
    check(4, |row| row.num_open_threads = 3);
    check(4, |row| row.task = Some(task(Stage::Review)));
}

#[test]
fn chips_and_query_together_are_one_query() {
    let labels = ["Osteophytes", "Disc space narrowing"].map(LabelName::new);
    let chips = Filter {
        text: "age:>60 or sex:F".into(),
        state: Some(TaskState::Doing),
        label: Some(1),
        decision: Some(Decision::Abnormal),
        study: Some(Decision::Undecided),
        hand: Some(HandFilter::ToReview),
        has_open_threads: true,
        model: Some(ModelFilter::Disagrees),
        ..Filter::default()
    };
    let expected = "(age:>60 or sex:F) status:doing label:\"Disc space narrowing\" decision:abnormal \
                    study-decision:undecided stage:review -status:completed,waiting,paused has:comments model:disagrees";
    assert_eq!(chips.as_query(&labels), expected);
    let alone = Filter { text: "age:>60 or sex:F".into(), ..Filter::default() };
    assert_eq!(alone.as_query(&labels), "age:>60 or sex:F");
    assert_eq!(Filter::default().as_query(&labels), "");
    let mut list = list(&[TaskState::New; 2]);
    list.set_words(QueryWords { labels: labels.map(|label| label.to_string()).to_vec(), readers: Vec::new() });
    list.set_filter(Filter { text: expected.into(), ..Filter::default() });
    assert_eq!(list.query_error(), None, "what is kept is understood");
}

#[test]
fn what_is_half_typed_leaves_the_rest_in_force() {
    let mut list = list(&[TaskState::New; 4]);
    let mut check = |text: &str, expected: &[&str], is_understood: bool| {
        list.set_filter(Filter { text: text.into(), ..Filter::default() });
        assert_eq!(shown(&list), expected, "{text:?}");
        assert_eq!(list.query_error().is_none(), is_understood, "{text:?}");
    };
    check("view:lat", &["1", "3"], true);
    check("view:lat age:", &["1", "3"], false);
    check("view:lat age:>1 staus:", &[], false);
    check("age:", &["0", "1", "2", "3"], false);
    check("view:ap or", &["0", "2"], false);
}

#[test]
fn films_of_a_study_need_not_stand_together() {
    let mut list = list(&[TaskState::New; 4]);
    let rows = (0..4).map(|n| {
        let row = list.row(&ImageId::new(format!("film{n}"))).unwrap().clone();
        WorklistRow { study: StudyId::new(if n % 2 == 0 { "a" } else { "b" }), ..row }
    });
    let rows = rows.collect();
    list.set_rows(rows);
    change(&mut list, 0, |row| row.decision = Decision::Normal);
    change(&mut list, 2, |row| row.decision = Decision::Normal);
    let decision = |n: u32| list.study(&ImageId::new(format!("film{n}"))).unwrap().decision;
    assert_eq!(
        [0, 1, 2, 3].map(decision),
        [Decision::Normal, Decision::Undecided, Decision::Normal, Decision::Undecided]
    );
}

#[test]
fn a_column_sorts_both_ways_and_films_without_it_come_last() {
    let mut list = list(&[TaskState::New; 4]);
    for (n, age) in [(0, Some(40.0)), (1, None), (2, Some(7.5)), (3, Some(40.0))] {
        change(&mut list, n, |row| row.age_years = age);
    }
    let mut check = |by: SortBy, is_ascending: bool, expected: [&str; 4]| {
        list.set_sort(Some(Sort { by, is_ascending }));
        assert_eq!(shown(&list), expected, "{by:?}");
    };
    check(SortBy::Age, true, ["2", "0", "3", "1"]);
    check(SortBy::Age, false, ["0", "3", "2", "1"]);
    check(SortBy::View, true, ["0", "2", "1", "3"]);
    check(SortBy::View, false, ["1", "3", "0", "2"]);
    check(SortBy::Film, false, ["3", "2", "1", "0"]);
    check(SortBy::Labels, true, ["0", "1", "2", "3"]);
    change(&mut list, 2, |row| row.last_edit_ms = Some(-5));
    change(&mut list, 1, |row| row.last_edit_ms = Some(5));
    list.set_sort(Some(Sort::highest_first(SortBy::LastEdit)));
    assert_eq!(shown(&list), ["1", "2", "0", "3"]);
}

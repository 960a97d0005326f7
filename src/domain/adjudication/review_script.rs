//! Reviews told as scripts: what readers drew, what reviewers did, and what came of it; and walks through random steps.

use super::*;
use crate::domain::annotation::{Annotation, Origin};
use crate::domain::attribute::Attributes;
use crate::domain::geometry::Rect;
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::model::ModelId;
use crate::domain::presence::{LabelAnswers, Presence};
use crate::domain::quality::UnfitReason;
use crate::domain::reading::Reading;
use crate::domain::shape::Shape;
use crate::domain::suggestion::{Suggestion, SuggestionKey};
use crate::domain::task::TaskState;

const A: [f64; 4] = [0.0, 0.0, 100.0, 100.0];
/// Overlaps `A` by 0.8.
const NEAR_A: [f64; 4] = [0.0, 0.0, 100.0, 80.0];
const FAR: [f64; 4] = [500.0, 500.0, 600.0, 600.0];
const BELOW: [f64; 4] = [0.0, 800.0, 50.0, 900.0];

fn rect([xmin, ymin, xmax, ymax]: [f64; 4]) -> Rect {
    Rect::from_columns(xmin, ymin, xmax, ymax).unwrap()
}

fn name(label: &str) -> LabelName {
    LabelName::new(label)
}

type Mark<'a> = (i64, &'a str, [f64; 4]);

fn reading(reader: &str, marks: &[Mark<'_>]) -> Reading {
    said(reader, marks, LabelAnswers::default())
}

fn said(reader: &str, marks: &[Mark<'_>], labels: LabelAnswers) -> Reading {
    let boxed = |&(id, label, place): &Mark<'_>| {
        Annotation::boxed(AnnotationId(id), name(label), rect(place), Origin::Drawn).unwrap()
    };
    let mut annotations: Vec<Annotation> = marks.iter().map(boxed).collect();
    if annotations.is_empty() && !labels.excludes_no_finding() {
        let id = reader.bytes().map(i64::from).sum::<i64>() + 10_000;
        annotations.push(Annotation::no_finding(AnnotationId(id), Origin::Drawn));
    }
    let completed = TaskState::Completed;
    Reading::restored(ImageId::new("film"), ReaderId::new(reader), annotations, labels, completed, String::new())
}

fn model(number: u32, label: &str, place: [f64; 4]) -> Suggestion {
    let key = SuggestionKey { model: ModelId(1), number };
    Suggestion { key, label: name(label), score: 0.9 - f64::from(number) / 10.0, rect: rect(place) }
}

fn case(readings: &[Reading], boxes: &[Suggestion]) -> Case {
    let reviewers = ["V1", "V2"].map(ReaderId::new);
    Case::new(ImageId::new("film"), readings, boxes, &reviewers, 2)
}

#[test]
fn what_a_model_says_later_leaves_a_review_as_it_is() {
    let read = [reading("R1", &[(1, "Fracture", A)]), reading("R2", &[(2, "Fracture", NEAR_A)])];
    let begun = case(&read, &[]);
    assert!(begun.still_holds(&case(&read, &[model(0, "Fracture", FAR)])));
    assert!(case(&read, &[model(0, "Fracture", FAR)]).still_holds(&case(&read, &[model(1, "Fracture", BELOW)])));
    assert!(!case(&read, &[model(0, "Fracture", FAR)]).still_holds(&begun), "the project hides the model now");
    let changed = [reading("R1", &[(1, "Fracture", A)]), reading("R2", &[(2, "Fracture", FAR)])];
    assert!(!begun.still_holds(&case(&changed, &[])));
}

/// Three readers: all see a fracture at A; two of them something far off, which they call differently; one, below,
/// something alone. The model sees the fracture and something else.
fn three() -> Case {
    let below = (13, "Osteophytes", BELOW);
    let readings = [
        reading("R1", &[(11, "Fracture", A), (12, "Osteophytes", FAR), below]),
        reading("R2", &[(21, "Fracture", A), (22, "Other lesions", FAR)]),
        reading("R3", &[(31, "Fracture", NEAR_A)]),
    ];
    let alone = [1000.0, 0.0, 1100.0, 100.0];
    case(&readings, &[model(0, "Fracture", A), model(1, "Osteophytes", alone)])
}

fn by(reader: &str, step: Step) -> MadeStep {
    MadeStep { by: ReaderId::new(reader), at_ms: 7, step }
}

fn mark(id: i64) -> FindingKey {
    FindingKey(SourceId::Mark(AnnotationId(id)))
}

#[track_caller]
fn done(review: &mut Review, step: Step) {
    review.apply(&by("V1", step)).unwrap();
}

/// One line a finding: who saw it, votes, what is offered, kinds.
fn told(document: &Document) -> Vec<String> {
    let line = |finding: &Finding| {
        let saw: Vec<&str> = finding.saw().iter().map(ReaderId::as_str).collect();
        let votes: Vec<String> = finding.votes().iter().map(|(label, num)| format!("{label} {num}")).collect();
        let kinds = FindingFilter::ALL.iter().filter(|filter| filter.keeps(finding));
        let kinds: Vec<&str> = kinds.map(|filter| filter.title()).filter(|title| *title != "All").collect();
        let offered = &finding.proposal().label;
        format!("{} [{}] {offered}: {}", saw.join(" "), votes.join(", "), kinds.join(", "))
    };
    document.findings().iter().map(line).collect()
}

#[test]
fn findings_come_by_disagreement_with_who_saw_them() {
    let review = Review::open(three());
    let document = review.document();
    assert_eq!(
        told(document),
        [
            "R1 R2 [Osteophytes 1, Other lesions 1] Osteophytes: Unsettled, Ambiguous, Missed by one",
            "R1 [Osteophytes 1] Osteophytes: Unsettled, Ambiguous",
            " [] Osteophytes: Unsettled, Model only",
            "R1 R2 R3 [Fracture 3] Fracture: Unsettled, Unanimous",
        ]
    );
    let [conflict, lone, of_model, agreed] = document.findings() else { panic!() };
    assert!(conflict.proposal().is_tied && !lone.proposal().is_tied);
    assert_eq!(conflict.missed(), [ReaderId::new("R3")]);
    // Split of 2 and 1 of 3 is the same; two labels for one lesion come on top.
    assert!((conflict.disagreement() - (2.0 / 3.0 + 0.5)).abs() < 1e-12);
    assert!((lone.disagreement() - 2.0 / 3.0).abs() < 1e-12);
    assert!((agreed.disagreement() - 0.2).abs() < 1e-12);
    assert_eq!((lone.min_iou(), conflict.min_iou()), (None, Some(1.0)));
    assert!((agreed.min_iou().unwrap() - 0.8).abs() < 1e-12);
    assert!((agreed.mean_iou().unwrap() - (1.0 + 0.8 + 0.8) / 3.0).abs() < 1e-12);
    assert_eq!((of_model.model_score(), agreed.model_score(), lone.model_score()), (Some(0.8), Some(0.9), None));
    // The median of three lower edges: 100, 100 and 80.
    assert_eq!(agreed.proposal().shape, Shape::Box(rect(A)));
}

#[test]
fn what_is_offered_for_a_finding() {
    let offered = |places: &[[f64; 4]]| {
        let readings: Vec<Reading> = places
            .iter()
            .enumerate()
            .map(|(n, place)| reading(&format!("R{n}"), &[(n as i64 + 1, "Fracture", *place)]))
            .collect();
        Review::open(case(&readings, &[])).document().findings()[0].proposal().shape.clone()
    };
    assert_eq!(offered(&[A]), Shape::Box(rect(A)));
    // Of two: the mean; of three: the middle one, side by side.
    assert_eq!(offered(&[A, NEAR_A]), Shape::Box(rect([0.0, 0.0, 100.0, 90.0])));
    let three = [A, [2.0, 9.0, 101.0, 103.0], [4.0, 8.0, 90.0, 120.0]];
    assert_eq!(offered(&three), Shape::Box(rect([2.0, 8.0, 100.0, 103.0])));
}

/// k findings, k keys: one each.
#[test]
fn every_finding_is_settled_by_one_step() {
    let mut review = Review::open(three());
    let mut num_keys = 0;
    while let Some(finding) = review.document().next_unsettled(None) {
        done(&mut review, Step::Accept { finding });
        num_keys += 1;
    }
    assert_eq!(num_keys, review.document().findings().len());
    assert!(review.document().is_complete());
}

#[test]
fn accepting_all_unanimous_leaves_the_rest_open() {
    let mut review = Review::open(three());
    done(&mut review, Step::AcceptUnanimous);
    let kept = |review: &Review| review.document().findings().iter().filter(|finding| finding.is_kept()).count();
    assert_eq!((kept(&review), review.document().num_settled()), (1, 1));
    assert_eq!(review.apply(&by("V1", Step::AcceptUnanimous)), Err(Refusal::NothingUnanimous));
    // A ruling that differs is not overwritten.
    let mut review = Review::open(three());
    done(&mut review, Step::Reject { finding: mark(11) });
    assert_eq!(review.apply(&by("V1", Step::AcceptUnanimous)), Err(Refusal::NothingUnanimous));
    assert_eq!(kept(&review), 0);
}

#[test]
fn rulings_say_what_is_kept() {
    let mut review = Review::open(three());
    let conflict = mark(12);
    let shown =
        |review: &Review| review.document().finding(conflict).unwrap().shown().map(|(l, s)| (l.clone(), s.bounds()));
    let other = SourceId::Mark(AnnotationId(22));
    done(&mut review, Step::Take { finding: conflict, source: other });
    assert_eq!(shown(&review), Some((name("Other lesions"), rect(FAR))));
    done(&mut review, Step::Reshape { finding: conflict, shape: Shape::Box(rect(BELOW)) });
    assert_eq!(shown(&review), Some((name("Other lesions"), rect(BELOW))), "the label that was taken stays");
    done(&mut review, Step::Relabel { finding: conflict, label: name("Fracture") });
    assert_eq!(shown(&review), Some((name("Fracture"), rect(BELOW))), "the shape that was drawn stays");
    done(&mut review, Step::Explain { finding: conflict, rationale: " a step off ".into() });
    done(&mut review, Step::Reject { finding: conflict });
    assert_eq!(shown(&review), None);
    assert_eq!(review.document().finding(conflict).unwrap().ruling().unwrap().rationale, "a step off");
    done(&mut review, Step::Relabel { finding: conflict, label: name("Fracture") });
    assert_eq!(shown(&review), Some((name("Fracture"), rect(FAR))), "as offered, after it was rejected");
    done(&mut review, Step::Clear { finding: conflict });
    assert!(review.document().finding(conflict).unwrap().ruling().is_none());
}

#[test]
fn a_merge_and_its_undo() {
    let mut review = Review::open(three());
    let before = review.document().clone();
    done(&mut review, Step::Merge { findings: [mark(13), mark(12)] });
    let merged = review.document().finding(mark(12)).unwrap();
    assert_eq!((merged.members().len(), merged.saw().len(), merged.is_unanimous()), (3, 2, false));
    assert_eq!(merged.votes(), [(name("Osteophytes"), 1), (name("Other lesions"), 1)], "a reader has one vote a label");
    assert_eq!(review.document().findings().len(), before.findings().len() - 1);
    assert_eq!(review.undo_title(&ReaderId::new("V1")).as_deref(), Some("Merge two findings"));
    assert_eq!(review.undo_title(&ReaderId::new("V2")), None);
    done(&mut review, Step::Undo);
    assert_eq!(*review.document(), before);
    assert_eq!(review.redo_title(&ReaderId::new("V1")).as_deref(), Some("Merge two findings"));
}

#[test]
fn splitting_takes_out_what_is_called_otherwise() {
    let mut review = Review::open(three());
    let conflict = review.document().finding(mark(12)).unwrap();
    let out = review.document().natural_split(conflict);
    assert_eq!(out, [SourceId::Mark(AnnotationId(22))]);
    done(&mut review, Step::Split { finding: mark(12), out });
    assert_eq!(review.document().finding(mark(22)).unwrap().votes(), [(name("Other lesions"), 1)]);
    assert_eq!(review.document().finding(mark(12)).unwrap().votes(), [(name("Osteophytes"), 1)]);
    let lone = review.document().finding(mark(13)).unwrap();
    assert_eq!(review.document().natural_split(lone), []);
    // All call it the same: the one that lies farthest off goes.
    let agreed = review.document().finding(mark(11)).unwrap();
    assert_eq!(review.document().natural_split(agreed), [SourceId::Mark(AnnotationId(31))]);
    let (finding, all) = (mark(12), vec![SourceId::Mark(AnnotationId(12))]);
    assert_eq!(review.apply(&by("V1", Step::Split { finding, out: all })), Err(Refusal::NothingToSplit));
    let strange = vec![SourceId::Mark(AnnotationId(31))];
    assert_eq!(review.apply(&by("V1", Step::Split { finding, out: strange })), Err(Refusal::NoSuchMember));
}

#[test]
fn what_a_reviewer_draws_is_a_finding() {
    let mut review = Review::open(three());
    let before = review.document().clone();
    let add =
        || Step::Add { label: name("Fracture"), shape: Shape::Box(rect(BELOW)), attributes: Attributes::default() };
    done(&mut review, add());
    let key = FindingKey(SourceId::Added(0));
    let drawn = review.document().finding(key).unwrap();
    assert!(drawn.is_kept() && drawn.is_added() && drawn.saw().is_empty() && drawn.missed().len() == 3);
    done(&mut review, Step::Clear { finding: key });
    assert_eq!(review.document().findings(), before.findings(), "what was drawn and cleared is gone");
    done(&mut review, add());
    assert!(review.document().finding(FindingKey(SourceId::Added(1))).is_some(), "its number is not used again");
    let no_finding = Step::Relabel { finding: mark(11), label: LabelName::no_finding() };
    assert_eq!(review.apply(&by("V1", no_finding)), Err(Refusal::NoFindingAsLabel));
    let flat = Shape::Box(Rect::from_corners(rect(A).min(), rect(A).min()));
    let flat = Step::Reshape { finding: mark(11), shape: flat };
    assert_eq!(review.apply(&by("V1", flat)), Err(Refusal::EmptyShape));
}

/// Decides everything as proposed.
fn decided(case: Case) -> Review {
    let mut review = Review::open(case);
    while let Some(finding) = review.document().next_unsettled(None) {
        done(&mut review, Step::Accept { finding });
    }
    for label in review.document().labels().to_vec() {
        done(&mut review, Step::AnswerLabel { label: label.label, presence: label.proposed });
    }
    if let Some(fitness) = review.document().fitness().cloned() {
        done(&mut review, Step::JudgeFitness { unfit: fitness.proposed });
    }
    review
}

#[test]
fn a_film_is_settled_when_both_have_signed() {
    let mut review = Review::open(three());
    let sign = |review: &mut Review, reader: &str| review.apply(&by(reader, Step::Sign));
    assert_eq!(sign(&mut review, "V1"), Err(Refusal::StillOpen(4)));
    let mut review = decided(three());
    assert_eq!(sign(&mut review, "V3"), Err(Refusal::NotHanded(ReaderId::new("V3"))));
    assert_eq!(sign(&mut review, "V1"), Ok(()));
    assert!(!review.document().is_settled());
    assert_eq!(sign(&mut review, "V1"), Err(Refusal::SignedAlready(ReaderId::new("V1"))));
    assert_eq!(sign(&mut review, "V2"), Ok(()));
    assert!(review.document().is_settled());
    let reject = by("V1", Step::Reject { finding: mark(11) });
    assert_eq!(review.apply(&reject), Err(Refusal::Settled));
    review.apply(&by("V1", Step::Unsign)).unwrap();
    assert!(!review.document().is_settled());
    // What V2 signed is not there any more.
    review.apply(&reject).unwrap();
    assert!(review.document().signatures().is_empty());
    // The last step is V1's.
    assert_eq!(review.apply(&by("V2", Step::Undo)), Err(Refusal::NotYours(ReaderId::new("V1"))));
    review.apply(&by("V1", Step::Undo)).unwrap();
    assert_eq!(review.document().signatures().keys().collect::<Vec<_>>(), [&ReaderId::new("V2")]);
}

#[test]
fn readers_are_asked_and_answer() {
    let mut review = decided(three());
    let ask = |to: &[&str], question: &str| Step::Ask {
        finding: mark(12),
        to: to.iter().map(|id| ReaderId::new(*id)).collect(),
        question: question.into(),
    };
    assert_eq!(review.apply(&by("V1", ask(&["R1"], "  "))), Err(Refusal::EmptyQuestion));
    assert_eq!(review.apply(&by("V1", ask(&[], "Why?"))), Err(Refusal::EmptyQuestion));
    assert_eq!(review.apply(&by("V1", ask(&["R9"], "Why?"))), Err(Refusal::NotAReader(ReaderId::new("R9"))));
    done(&mut review, ask(&["R1", "R3"], "Why?"));
    assert!(review.document().finding(mark(12)).unwrap().ruling().is_none(), "it is open again");
    let answer = |text: &str| Step::Answer { question: 1, text: text.into() };
    assert_eq!(review.apply(&by("R2", answer("x"))), Err(Refusal::NoSuchQuestion(ReaderId::new("R2"))));
    review.apply(&by("R3", answer("I missed it."))).unwrap();
    let answers: Vec<_> = review.document().questions()[0].answers.values().cloned().collect();
    assert_eq!(answers, [None, Some("I missed it.".to_owned())]);
    // An answer is in nobody's way: V1 takes the question back, and with it the answer goes out of sight.
    done(&mut review, Step::Undo);
    assert!(review.document().questions().is_empty());
    assert!(review.document().finding(mark(12)).unwrap().is_kept());
}

#[test]
fn a_film_where_nothing_is_left_has_no_finding() {
    let check = |readings: &[Reading], expected: (usize, bool, Option<UnfitReason>), labels: &[(&str, Presence)]| {
        let layer = decided(case(readings, &[])).document().layer();
        assert_eq!((layer.marks.len(), layer.has_no_finding, layer.unfit), expected);
        let expected: LabelAnswers = labels.iter().map(|(label, answer)| (name(label), *answer)).collect();
        assert_eq!(layer.labels, expected);
    };
    let answer = |answer| LabelAnswers::default().with(name("Pneumonia"), Some(answer));
    let [present, absent] = [Presence::Present, Presence::Absent];
    check(&[reading("R1", &[]), reading("R2", &[])], (0, true, None), &[]);
    check(&[reading("R1", &[(1, "Fracture", A)]), reading("R2", &[])], (1, false, None), &[]);
    check(&[said("R1", &[], answer(present)), reading("R2", &[])], (0, false, None), &[("Pneumonia", present)]);
    // One of three is too few.
    let one = [said("R1", &[], answer(present)), reading("R2", &[]), reading("R3", &[])];
    check(&one, (0, true, None), &[]);
    check(
        &[said("R1", &[], answer(absent)), said("R2", &[], answer(absent))],
        (0, true, None),
        &[("Pneumonia", absent)],
    );
    let unfit = |reader: &str| reading(reader, &[]).with_unfit(Some(UnfitReason::LowQuality));
    check(&[unfit("R1"), unfit("R2"), reading("R3", &[])], (0, false, Some(UnfitReason::LowQuality)), &[]);
    check(&[unfit("R1"), reading("R2", &[])], (0, true, None), &[]);
}

#[test]
fn the_layer_says_where_its_marks_come_from() {
    let mut review = decided(three());
    let other = SourceId::Mark(AnnotationId(22));
    done(&mut review, Step::Take { finding: mark(12), source: other });
    done(&mut review, Step::Explain { finding: mark(12), rationale: "Not at a joint.".into() });
    review.apply(&by("V1", Step::Sign)).unwrap();
    let layer = review.document().layer();
    let told: Vec<(&str, Origin)> = layer.marks.iter().map(|mark| (mark.label.as_str(), mark.origin.clone())).collect();
    let copied = |id| Origin::Copied { from: AnnotationId(id) };
    let of_model = Origin::Suggested(SuggestionKey { model: ModelId(1), number: 1 });
    let expected = [
        // The median is the very box of two readers.
        ("Fracture", copied(11)),
        ("Osteophytes", of_model),
        ("Other lesions", copied(22)),
        ("Osteophytes", copied(13)),
    ];
    assert_eq!(told, expected);
    let source = &layer.marks[2].source;
    assert_eq!(
        (source.num_readers, source.shape_from, source.rationale.as_str()),
        (3, ShapeFrom::Source(other), "Not at a joint.")
    );
    assert_eq!(source.marks.len(), 2);
    assert_eq!(source.signers, [(ReaderId::new("V1"), 7)]);
}

#[test]
fn a_review_begun_anew_keeps_what_is_the_same() {
    let mut review = decided(three());
    review.apply(&by("V2", Step::Sign)).unwrap();
    let readings = [
        // R1 has moved what lay below; the rest stays.
        reading("R1", &[(11, "Fracture", A), (12, "Osteophytes", FAR), (13, "Osteophytes", [0.0, 810.0, 50.0, 900.0])]),
        reading("R2", &[(21, "Fracture", A), (22, "Other lesions", FAR)]),
        reading("R3", &[(31, "Fracture", NEAR_A)]),
    ];
    let alone = [1000.0, 0.0, 1100.0, 100.0];
    let boxes = [model(0, "Fracture", A), model(1, "Osteophytes", alone)];
    let anew = case(&readings, &boxes);
    done(&mut review, Step::Open(Box::new(anew.clone())));
    let open: Vec<FindingKey> =
        review.document().findings().iter().filter(|finding| finding.ruling().is_none()).map(Finding::key).collect();
    assert_eq!(open, [mark(13)]);
    assert!(review.document().signatures().is_empty());
    assert_eq!(*review.document().case(), anew);
    assert_eq!(review.apply(&by("V1", Step::Undo)), Err(Refusal::NothingToUndo));
    // Another reader: who missed what is another question then.
    done(&mut review, Step::Open(Box::new(case(&readings[..2], &boxes))));
    assert_eq!(review.document().num_settled(), 0);
}

#[test]
fn only_a_senior_who_did_not_read_it_reviews_a_film() {
    use crate::domain::people::{Reader, Role, Roles};
    let person = |id: &str, years: Option<u32>| Reader { years_of_experience: years, ..Reader::new(id, id) };
    let readers = [person("R1", Some(8)), person("R2", None), person("R3", Some(10))];
    let check = |reviewer: Reader, expected: Option<&str>| {
        let why = why_not(&reviewer, &readers).map(|why| why.to_string());
        assert_eq!(why.as_deref().and_then(|why| why.split([',', ';']).next()), expected, "{reviewer:?}");
    };
    check(person("V1", Some(11)), None);
    check(person("V1", None), None);
    check(person("V1", Some(10)), Some("V1 has read for 10 years and R3"));
    check(person("R2", Some(40)), Some("R2 has read this film"));
    check(
        Reader { roles: Roles::NONE.with(Role::Annotator), ..person("V1", None) },
        Some("V1 is no reviewer of the project"),
    );
    check(Reader { has_left: true, ..person("V1", None) }, Some("V1 has left the project"));
}

#[cfg(test)]
mod walks {
    use proptest::prelude::*;

    use super::*;

    /// Few places and labels, so that ties, copies and chains are many.
    fn some_readings() -> impl Strategy<Value = Vec<Reading>> {
        let place = (0..3_u32, 0..3_u32, 4..7_u32)
            .prop_map(|(x, y, side)| [f64::from(x), f64::from(y), f64::from(x + side), f64::from(y + side)]);
        let marks = prop::collection::vec((prop::sample::select(vec!["Fracture", "Osteophytes"]), place), 0..4);
        prop::collection::vec(marks, 1..4).prop_map(|all| {
            let of_reader = |(n, marks): (usize, Vec<(&'static str, [f64; 4])>)| {
                let numbered: Vec<Mark<'_>> =
                    marks.iter().enumerate().map(|(m, (label, at))| ((n * 10 + m + 1) as i64, *label, *at)).collect();
                reading(&format!("R{n}"), &numbered)
            };
            all.into_iter().enumerate().map(of_reader).collect()
        })
    }

    fn some_boxes() -> impl Strategy<Value = Vec<Suggestion>> {
        prop::collection::vec((0..3_u32, 4..7_u32), 0..3).prop_map(|all| {
            let corner = |(x, side): (u32, u32)| [f64::from(x), 0.0, f64::from(x + side), f64::from(side)];
            all.into_iter().enumerate().map(|(n, one)| model(n as u32, "Fracture", corner(one))).collect()
        })
    }

    /// What to do, with which of the findings; numbers, because the findings are not known yet.
    fn some_steps() -> impl Strategy<Value = Vec<(u8, usize, bool)>> {
        prop::collection::vec((0..17_u8, 0..9_usize, any::<bool>()), 0..40)
    }

    fn step_for(document: &Document, (kind, at, _): (u8, usize, bool)) -> Option<Step> {
        let findings = document.findings();
        let pick = |at: usize| findings.get(at % findings.len().max(1)).map(Finding::key);
        let label = || name(["Fracture", "Osteophytes", "Other lesions"][at % 3]);
        let shape = || Shape::Box(rect([at as f64, 0.0, 20.0, 20.0]));
        Some(match kind {
            0 | 1 => Step::Accept { finding: pick(at)? },
            2 => Step::Take { finding: pick(at)?, source: *document.finding(pick(at)?)?.members().last()? },
            3 => Step::Relabel { finding: pick(at)?, label: label() },
            4 => Step::Reshape { finding: pick(at)?, shape: shape() },
            5 => Step::Reject { finding: pick(at)? },
            6 => Step::Clear { finding: pick(at)? },
            7 => Step::Explain { finding: pick(at)?, rationale: format!("{at}") },
            8 => Step::Add { label: label(), shape: shape(), attributes: Attributes::default() },
            9 => Step::Merge { findings: [pick(at)?, pick(at + 1)?] },
            10 => Step::Split { finding: pick(at)?, out: document.natural_split(document.finding(pick(at)?)?) },
            11 => Step::Ask { finding: pick(at)?, to: vec![ReaderId::new("R0")], question: "Why?".into() },
            12 => Step::AcceptUnanimous,
            13 => Step::AnswerLabel { label: label(), presence: Presence::ALL.get(at % 4).copied() },
            14 => Step::JudgeFitness { unfit: UnfitReason::ALL.get(at).copied() },
            15 => Step::Sign,
            _ => Step::Unsign,
        })
    }

    proptest! {
        #[test]
        fn no_order_of_readers_marks_or_boxes_changes_anything(
            (readings, boxes) in (some_readings(), some_boxes()), turn in 0..4_usize,
        ) {
            let first = Review::open(case(&readings, &boxes));
            let (mut others, mut other_boxes) = (readings.clone(), boxes);
            others.rotate_left(turn % readings.len());
            others.reverse();
            other_boxes.reverse();
            prop_assert_eq!(Review::open(case(&others, &other_boxes)), first);
        }

        /// Other names of the readers, other numbers of their marks: the same findings in the same order.
        #[test]
        fn no_name_changes_what_is_found(readings in some_readings(), turn in 0..4_usize) {
            let number = readings.len();
            let renamed: Vec<Reading> = readings.iter().enumerate().map(|(n, old)| {
                let shaped: Vec<_> = old.annotations().iter().filter_map(|mark| Some((mark.label().clone(), mark.rect()?))).collect();
                let marks = shaped.iter().rev().enumerate().map(|(m, (label, rect))| {
                    let id = (((n + turn) % number) * 10 + m + 1) as i64;
                    (id, label.as_str(), [rect.xmin(), rect.ymin(), rect.xmax(), rect.ymax()])
                });
                reading(&format!("R{}", (n + turn) % number), &marks.collect::<Vec<_>>())
            }).collect();
            let found = |readings: &[Reading]| -> Vec<_> {
                let review = Review::open(case(readings, &[]));
                let told = |finding: &Finding| {
                    let bounds = finding.proposal().shape.bounds();
                    let votes = finding.votes().to_vec();
                    (finding.proposal().label.clone(), bounds, votes, finding.saw().len(), finding.is_unanimous())
                };
                review.document().findings().iter().map(told).collect()
            };
            prop_assert_eq!(found(&renamed), found(&readings));
        }

        #[test]
        fn undoing_any_step_gives_the_document_back(
            (readings, boxes) in (some_readings(), some_boxes()), steps in some_steps(),
        ) {
            let mut review = Review::open(case(&readings, &boxes));
            let mut log = vec![by("V1", Step::Open(Box::new(case(&readings, &boxes))))];
            for step in steps {
                let Some(made) = step_for(review.document(), step) else { continue };
                let made = by(if step.2 { "V1" } else { "V2" }, made);
                let before = review.clone();
                if review.apply(&made).is_err() {
                    prop_assert_eq!(&review, &before, "a refused step changes nothing");
                    continue;
                }
                let after = review.document().clone();
                let who = made.by.as_str().to_owned();
                let mut back = review.clone();
                back.apply(&by(&who, Step::Undo)).unwrap();
                prop_assert_eq!(back.document(), before.document());
                back.apply(&by(&who, Step::Redo)).unwrap();
                prop_assert_eq!(back.document(), &after);
                log.push(made);
                // Half of the walk goes on over an undo and a redo.
                if step.1 % 2 == 0 {
                    log.extend([by(&who, Step::Undo), by(&who, Step::Redo)]);
                    review = back;
                }
            }
            prop_assert_eq!(Review::replay(&log), Ok(Some(review)));
        }

        /// Every mark and box is in one finding, and what is kept is what the layer holds.
        #[test]
        fn the_layer_has_what_was_kept_and_nothing_else(
            (readings, boxes) in (some_readings(), some_boxes()), steps in some_steps(),
        ) {
            let mut review = Review::open(case(&readings, &boxes));
            for step in steps {
                let Some(made) = step_for(review.document(), step) else { continue };
                let _ = review.apply(&by("V1", made));
                let document = review.document();
                let mut members: Vec<SourceId> = document.findings().iter().flat_map(|one| one.members().to_vec()).collect();
                members.sort();
                let mut all: Vec<SourceId> = document.case().sources().iter().map(|source| source.id).collect();
                all.extend(members.iter().filter(|id| matches!(id, SourceId::Added(_))));
                prop_assert_eq!(members, all);
                let layer = document.layer();
                let mut kept: Vec<FindingKey> =
                    document.findings().iter().filter(|one| one.is_kept()).map(Finding::key).collect();
                let mut written: Vec<FindingKey> = layer.marks.iter().map(|mark| mark.finding).collect();
                kept.sort();
                written.sort();
                prop_assert_eq!(written, kept);
                for mark in &layer.marks {
                    let shown = document.finding(mark.finding).and_then(Finding::shown);
                    prop_assert_eq!(shown, Some((&mark.label, &mark.shape)));
                }
                prop_assert!(!layer.has_no_finding || (layer.marks.is_empty() && !layer.labels.excludes_no_finding()));
            }
        }
    }
}

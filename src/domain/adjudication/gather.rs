//! Puts what readers marked together, finding by finding, and weighs each: who saw it, what they call it, what to offer.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::attribute::Attributes;
use crate::domain::consensus::{ClusterRule, ReaderMark, clusters};
use crate::domain::geometry::Rect;
use crate::domain::label::LabelName;
use crate::domain::presence::Presence;
use crate::domain::quality::UnfitReason;
use crate::domain::shape::Shape;

use super::case::{By, Case, Source, SourceId};
use super::document::Document;
use super::film_label::{FilmLabel, Fitness};
use super::finding::{Finding, FindingKey, Proposal};

/// What the disagreement of a finding that only the model saw counts: every reader may have missed it, or nobody.
const MODEL_ONLY: f64 = 0.5;

/// The film with everything open.
pub(super) fn fresh(case: Arc<Case>) -> Document {
    let groups = groups(&case);
    let (labels, fitness) = (labels_of(&case), fitness_of(&case));
    let mut document = Document {
        case,
        added: Vec::new(),
        num_added: 0,
        findings: Vec::new(),
        labels,
        fitness,
        questions: Vec::new(),
        signatures: BTreeMap::new(),
    };
    document.findings = groups.into_iter().map(|members| weigh(&document, members)).collect();
    sort(&mut document.findings);
    document
}

/// Marks of the same place, whatever they are called; the model counts as one more reader here.
pub(super) fn groups(case: &Case) -> Vec<Vec<SourceId>> {
    let names: BTreeSet<&LabelName> = case.sources.iter().map(|source| &source.label).collect();
    let class = |label: &LabelName| names.iter().position(|name| *name == label).unwrap_or_default() as u16;
    let mark = |source: &Source| {
        let bounds = case.place(&source.shape);
        let reader = match &source.by {
            By::Reader(reader) => case.place_of(reader).unwrap_or_default(),
            By::Model | By::Reviewer(_) => case.readers.len(),
        };
        ReaderMark {
            reader: reader as u32,
            class: class(&source.label),
            rect: [bounds.xmin(), bounds.ymin(), bounds.xmax(), bounds.ymax()],
        }
    };
    let marks: Vec<ReaderMark> = case.sources.iter().map(mark).collect();
    let rule = ClusterRule { min_iou: case.min_iou, is_across_classes: true };
    clusters(&marks, rule).into_iter().map(|group| group.into_iter().map(|at| case.sources[at].id).collect()).collect()
}

/// The most disagreement first; of equal ones, down the film, then to the right.
pub(super) fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let place = |finding: &Finding| corners(&finding.proposal.shape.bounds());
        let by_place =
            || place(a).iter().zip(&place(b)).map(|(x, y)| x.total_cmp(y)).fold(Ordering::Equal, Ordering::then);
        let by_label = || a.proposal.label.cmp(&b.proposal.label);
        b.disagreement.total_cmp(&a.disagreement).then_with(by_place).then_with(by_label).then(a.key.cmp(&b.key))
    });
}

const fn corners(rect: &Rect) -> [f64; 4] {
    [rect.ymin(), rect.xmin(), rect.ymax(), rect.xmax()]
}

/// One finding of these members, at least one; open.
pub(super) fn weigh(document: &Document, mut members: Vec<SourceId>) -> Finding {
    members.sort();
    members.dedup();
    let sources: Vec<&Source> = members.iter().filter_map(|id| document.source(*id)).collect();
    let case = document.case();
    let mut by_reader: BTreeMap<usize, Vec<&Source>> = BTreeMap::new();
    for source in &sources {
        if let By::Reader(reader) = &source.by
            && let Some(place) = case.place_of(reader)
        {
            by_reader.entry(place).or_default().push(source);
        }
    }
    let votes = votes(&by_reader);
    let pairs = overlaps(case, &by_reader);
    let min_iou = pairs.iter().copied().min_by(f64::total_cmp);
    let mean_iou = (!pairs.is_empty()).then(|| pairs.iter().sum::<f64>() / pairs.len() as f64);
    let model_score = sources.iter().filter_map(|source| source.score).max_by(f64::total_cmp);
    let proposal = proposal(case, &sources, &by_reader, &votes);
    let (num_saw, num_readers) = (by_reader.len(), case.readers.len());
    let is_unanimous = num_saw == num_readers
        && num_saw > 0
        && by_reader.values().all(|marks| marks.len() == 1)
        && votes.len() == 1
        && min_iou.is_none_or(|iou| iou >= case.min_iou);
    let disagreement = if num_saw > 0 {
        let total: u32 = votes.iter().map(|(_, num)| num).sum();
        let most = votes.first().map_or(0, |(_, num)| *num);
        let split = 1.0 - (2.0 * num_saw as f64 / num_readers as f64 - 1.0).abs();
        split + 1.0 - f64::from(most) / f64::from(total) + min_iou.map_or(0.0, |iou| 1.0 - iou)
    } else if model_score.is_some() {
        MODEL_ONLY
    } else {
        0.0
    };
    let reader = |place: usize| case.readers[place].reader.clone();
    Finding {
        key: FindingKey(members.first().copied().unwrap_or(SourceId::Added(0))),
        members,
        saw: by_reader.keys().map(|place| reader(*place)).collect(),
        missed: (0..num_readers).filter(|place| !by_reader.contains_key(place)).map(reader).collect(),
        votes,
        min_iou,
        mean_iou,
        model_score,
        proposal,
        disagreement,
        is_unanimous,
        ruling: None,
    }
}

/// Labels by readers, the most first; of equal ones, by name.
fn votes(by_reader: &BTreeMap<usize, Vec<&Source>>) -> Vec<(LabelName, u32)> {
    let mut counted: BTreeMap<&LabelName, u32> = BTreeMap::new();
    for marks in by_reader.values() {
        for label in marks.iter().map(|mark| &mark.label).collect::<BTreeSet<_>>() {
            *counted.entry(label).or_default() += 1;
        }
    }
    let mut votes: Vec<_> = counted.into_iter().map(|(label, num)| (label.clone(), num)).collect();
    // A stable sort: equal ones stay in the order of names.
    votes.sort_by_key(|(_, num)| std::cmp::Reverse(*num));
    votes
}

/// The box around what one reader drew here.
fn around(case: &Case, marks: &[&Source]) -> Option<Rect> {
    let bounds = marks.iter().map(|mark| case.place(&mark.shape));
    bounds.reduce(|a, b| {
        let min = crate::domain::geometry::Point::new(a.xmin().min(b.xmin()), a.ymin().min(b.ymin()));
        let max = crate::domain::geometry::Point::new(a.xmax().max(b.xmax()), a.ymax().max(b.ymax()));
        Rect::from_corners(min, max)
    })
}

/// Of every pair of readers, in the order of their places.
fn overlaps(case: &Case, by_reader: &BTreeMap<usize, Vec<&Source>>) -> Vec<f64> {
    let all: Vec<&Vec<&Source>> = by_reader.values().collect();
    let mut pairs = Vec::new();
    for (at, first) in all.iter().enumerate() {
        for second in &all[at + 1..] {
            pairs.push(overlap(case, first, second));
        }
    }
    pairs
}

fn overlap(case: &Case, first: &[&Source], second: &[&Source]) -> f64 {
    if let ([a], [b]) = (first, second)
        && a.shape.kind().has_area()
        && b.shape.kind().has_area()
        && let Some(iou) = a.shape.iou(&b.shape)
    {
        return iou;
    }
    around(case, first).zip(around(case, second)).map_or(0.0, |(a, b)| a.iou(&b))
}

/// `votes` are empty where no reader saw it.
fn proposal(
    case: &Case,
    sources: &[&Source],
    by_reader: &BTreeMap<usize, Vec<&Source>>,
    votes: &[(LabelName, u32)],
) -> Proposal {
    let Some((label, num)) = votes.first() else { return of_nobody(sources) };
    let is_tied = votes.get(1).is_some_and(|(_, other)| other == num);
    let are_boxes = by_reader.values().flatten().all(|mark| mark.shape.as_box().is_some());
    let shape = if are_boxes {
        let boxes: Vec<Rect> = by_reader.values().filter_map(|marks| around(case, marks)).collect();
        Shape::Box(median(&boxes))
    } else {
        most_central(case, by_reader)
    };
    let nearness = |mark: &Source| case.place(&mark.shape).iou(&case.place(&shape));
    let of_label = by_reader.values().flatten().filter(|mark| mark.label == *label);
    let nearest = of_label.max_by(|a, b| nearness(a).total_cmp(&nearness(b)).then(b.id.cmp(&a.id)));
    let attributes = nearest.map_or_else(Attributes::default, |mark| mark.attributes.clone());
    Proposal { label: label.clone(), is_tied, shape, attributes }
}

/// No reader saw it: what a reviewer drew first, or else the model's surest box.
fn of_nobody(sources: &[&Source]) -> Proposal {
    let rank = |source: &Source| (source.score.is_none(), source.score.unwrap_or_default());
    let best = sources.iter().max_by(|a, b| {
        let ((a_drawn, a_score), (b_drawn, b_score)) = (rank(a), rank(b));
        a_drawn.cmp(&b_drawn).then(a_score.total_cmp(&b_score)).then(b.id.cmp(&a.id))
    });
    let best = best.expect("a finding has members");
    Proposal {
        label: best.label.clone(),
        is_tied: false,
        shape: best.shape.clone(),
        attributes: best.attributes.clone(),
    }
}

/// Of each side: one reader who draws far out moves it little.
fn median(boxes: &[Rect]) -> Rect {
    let side = |of: fn(&Rect) -> f64| {
        let mut values: Vec<f64> = boxes.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
    };
    let min = crate::domain::geometry::Point::new(side(Rect::xmin), side(Rect::ymin));
    Rect::from_corners(min, crate::domain::geometry::Point::new(side(Rect::xmax), side(Rect::ymax)))
}

/// The mark that overlaps most with those of the other readers; of equal ones, the larger, then the first.
fn most_central(case: &Case, by_reader: &BTreeMap<usize, Vec<&Source>>) -> Shape {
    let marks: Vec<(usize, &Source)> =
        by_reader.iter().flat_map(|(place, marks)| marks.iter().map(|mark| (*place, *mark))).collect();
    let central = |(place, mark): &(usize, &Source)| -> f64 {
        by_reader.iter().filter(|(other, _)| *other != place).map(|(_, others)| overlap(case, &[mark], others)).sum()
    };
    let best = marks.iter().max_by(|a, b| {
        let by_size = a.1.shape.area().total_cmp(&b.1.shape.area());
        central(a).total_cmp(&central(b)).then(by_size).then(b.1.id.cmp(&a.1.id))
    });
    best.expect("a finding that readers saw has marks").1.shape.clone()
}

/// What [`Document::natural_split`] promises.
pub(super) fn natural_split(document: &Document, finding: &Finding) -> Vec<SourceId> {
    let sources: Vec<&Source> = finding.members.iter().filter_map(|id| document.source(*id)).collect();
    if sources.len() < 2 {
        return Vec::new();
    }
    let others: Vec<SourceId> =
        sources.iter().filter(|source| source.label != finding.proposal.label).map(|source| source.id).collect();
    if !others.is_empty() && others.len() < sources.len() {
        return others;
    }
    let nearness = |one: &Source| -> f64 {
        let rest = sources.iter().filter(|other| other.id != one.id);
        rest.map(|other| document.case.place(&one.shape).iou(&document.case.place(&other.shape))).sum()
    };
    let lone = sources.iter().min_by(|a, b| nearness(a).total_cmp(&nearness(b)).then(b.id.cmp(&a.id)));
    lone.map(|source| source.id).into_iter().collect()
}

fn labels_of(case: &Case) -> Vec<FilmLabel> {
    let names: BTreeSet<&LabelName> =
        case.readers.iter().flat_map(|reader| reader.labels.iter().map(|(label, _)| label)).collect();
    let film_label = |label: &LabelName| {
        let votes: Vec<Option<Presence>> = case.readers.iter().map(|reader| reader.labels.get(label)).collect();
        let num = |presence| votes.iter().filter(|vote| **vote == Some(presence)).count();
        let is_enough = |presence: &Presence| num(*presence) > 0 && 2 * num(*presence) >= votes.len();
        let proposed = [Presence::Present, Presence::Absent, Presence::Unsure].into_iter().find(is_enough);
        let is_unanimous = votes.windows(2).all(|two| two[0] == two[1]);
        FilmLabel { label: label.clone(), votes, proposed, is_unanimous, ruling: None }
    };
    names.into_iter().map(film_label).collect()
}

fn fitness_of(case: &Case) -> Option<Fitness> {
    let votes: Vec<Option<UnfitReason>> = case.readers.iter().map(|reader| reader.unfit).collect();
    votes.iter().any(Option::is_some).then(|| {
        let num = |reason: UnfitReason| votes.iter().filter(|vote| **vote == Some(reason)).count();
        let proposed = UnfitReason::ALL.into_iter().find(|reason| 2 * num(*reason) > votes.len());
        let is_unanimous = votes.windows(2).all(|two| two[0] == two[1]);
        Fitness { votes, proposed, is_unanimous, ruling: None }
    })
}

#[cfg(test)]
mod tests {
    use super::super::Review;
    use super::*;
    use crate::domain::annotation::{Annotation, Origin};
    use crate::domain::geometry::Point;
    use crate::domain::id::{AnnotationId, ImageId, ReaderId};
    use crate::domain::presence::LabelAnswers;
    use crate::domain::reading::Reading;
    use crate::domain::shape::ShapeKind;
    use crate::domain::task::TaskState;

    fn case(readings: &[Reading]) -> Case {
        Case::new(ImageId::new("film"), readings, &[], &[], 1)
    }

    /// Points have no area: they are put together by how near they are on the film, and a case of before is left apart.
    #[test]
    fn points_of_several_readers_are_one_finding_where_they_are_near() {
        let pointed = |reader: &str, id: i64, x: f64| {
            let shape = Shape::Point(Point::new(x, 500.0));
            let mark =
                Annotation::shaped(AnnotationId(id), LabelName::new("Foreign body"), shape, Origin::Drawn).unwrap();
            Reading::restored(
                ImageId::new("film"),
                ReaderId::new(reader),
                vec![mark],
                LabelAnswers::default(),
                TaskState::Completed,
                String::new(),
            )
        };
        let groups = |apart: f64, height: u32| {
            let readings = [pointed("R1", 1, 500.0), pointed("R2", 2, 500.0 + apart), pointed("R3", 3, 900.0)];
            let review = Review::open(case(&readings).on_film(800, height));
            review.document().findings().iter().map(|finding| finding.saw().len()).collect::<Vec<_>>()
        };
        // 2 % of 1000 on each side: squares of 40 overlap by 0.4 and more up to 17 pixels apart.
        assert_eq!(groups(17.0, 1000), [2, 1]);
        assert_eq!(groups(18.0, 1000), [1, 1, 1]);
        assert_eq!(groups(34.0, 2000), [2, 1]);
        let readings = [pointed("R1", 1, 500.0), pointed("R2", 2, 501.0)];
        assert_eq!(Review::open(case(&readings)).document().findings().len(), 2, "without a film's size");
        let together = Review::open(case(&readings).on_film(800, 1000));
        let [one] = together.document().findings() else { panic!() };
        assert!(one.is_unanimous() && one.min_iou().unwrap() > 0.9);
        assert_eq!(one.proposal().shape.kind(), ShapeKind::Point);
    }
}

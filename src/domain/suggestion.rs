//! What a model proposes to a reader, and what became of it. A model never writes a label: a named person accepts, adjusts
//! or rejects.

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::geometry::Rect;
use crate::domain::id::AnnotationId;
use crate::domain::label::{LabelName, LabelSet};
use crate::domain::model::ModelId;
use crate::domain::reading::Reading;
use crate::domain::shape::Shape;

/// From this overlap on a mark of the same label is the same finding: the criterion of PASCAL VOC, which the published
/// detectors are measured by.
pub const MATCH_IOU: f64 = 0.5;

/// One detection of one model on a film, for good: predictions are never changed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SuggestionKey {
    pub model: ModelId,
    /// Its place among the detections of the model on the film, from 0.
    pub number: u32,
}

/// A detection as it is offered.
#[derive(Clone, PartialEq, Debug)]
pub struct Suggestion {
    pub key: SuggestionKey,
    pub label: LabelName,
    pub score: f64,
    pub rect: Rect,
}

/// The project's own name of what a model calls so: a class may be written as an alias, or in another case. A word that
/// the project does not know stays.
pub fn own_name(labels: &LabelSet, word: &LabelName) -> LabelName {
    labels.resolve(word.as_str()).map_or_else(|| word.clone(), |label| label.name.clone())
}

/// What became of a suggestion; a function of the reading, so undo needs no care.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Fate {
    Pending,
    /// A mark of the same label and box came from it.
    AcceptedAsIs {
        mark: AnnotationId,
    },
    /// A mark came from it and was changed since, or at once.
    Adjusted {
        mark: AnnotationId,
        /// Of the mark's bounds with the suggestion.
        iou: f64,
        is_relabelled: bool,
    },
    Rejected,
    /// The reader drew the same finding without it: same label, IoU of at least a half.
    Matched {
        mark: AnnotationId,
    },
}

/// Who sees what the models say, and when.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ModelVisibility {
    /// Readers never do.
    Off,
    /// After a reader has completed the film once; from then on, also when it is reopened.
    #[default]
    AfterReading,
    Always,
}

impl ModelVisibility {
    pub const ALL: [Self; 3] = [Self::Off, Self::AfterReading, Self::Always];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::AfterReading => "after",
            Self::Always => "always",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// What became of each suggestion, in their order. A reader's own mark matches one suggestion at most, and a suggestion one
/// mark: pairs are taken by falling overlap, ties by the suggestions' order and then the marks'.
pub fn fates(reading: &Reading, suggestions: &[Suggestion]) -> Vec<Fate> {
    let mut fates: Vec<Fate> = suggestions.iter().map(|suggestion| taken_or_rejected(reading, suggestion)).collect();
    let is_offered = |mark: &Annotation| match mark.origin() {
        Origin::Suggested(key) => suggestions.iter().any(|suggestion| suggestion.key == *key),
        _ => false,
    };
    // What was accepted of a model that is out of use by now counts as the reader's own.
    let own: Vec<(&Annotation, Rect)> =
        reading.annotations().iter().filter_map(|mark| Some((mark, mark.bounds()?))).collect();
    let mut pairs = Vec::new();
    for (at, suggestion) in suggestions.iter().enumerate().filter(|(at, _)| fates[*at] == Fate::Pending) {
        for (mark, bounds) in own.iter().filter(|(mark, _)| *mark.label() == suggestion.label) {
            let iou = suggestion.rect.iou(bounds);
            if iou >= MATCH_IOU && !is_offered(mark) {
                pairs.push((iou, at, mark.id()));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut matched = std::collections::BTreeSet::new();
    for (_, at, mark) in pairs {
        if fates[at] == Fate::Pending && matched.insert(mark) {
            fates[at] = Fate::Matched { mark };
        }
    }
    fates
}

/// Without regard to what else the reader marked.
fn taken_or_rejected(reading: &Reading, suggestion: &Suggestion) -> Fate {
    let from_it = |mark: &&Annotation| *mark.origin() == Origin::Suggested(suggestion.key);
    if let Some(mark) = reading.annotations().iter().find(from_it) {
        return fate_of_taken(mark, suggestion);
    }
    if reading.rejected().contains(&suggestion.key) { Fate::Rejected } else { Fate::Pending }
}

/// How a mark stands to the suggestion that it was taken from.
pub fn fate_of_taken(mark: &Annotation, suggestion: &Suggestion) -> Fate {
    let is_relabelled = *mark.label() != suggestion.label;
    if !is_relabelled && mark.shape() == Some(&Shape::Box(suggestion.rect)) {
        return Fate::AcceptedAsIs { mark: mark.id() };
    }
    let iou = mark.bounds().map_or(0.0, |bounds| bounds.iou(&suggestion.rect));
    Fate::Adjusted { mark: mark.id(), iou, is_relabelled }
}

/// What became of all suggestions of a film together.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Provenance {
    pub num_accepted: usize,
    pub num_adjusted: usize,
    /// Of the adjusted ones with their suggestions; `None` where there is none.
    pub mean_iou: Option<f64>,
    pub num_rejected: usize,
    /// The reader marked the same without them.
    pub num_matched: usize,
    pub num_pending: usize,
    /// Marks that come from no suggestion and match none.
    pub num_drawn: usize,
}

/// `fates` as [`fates`] gives them for this reading.
pub fn provenance(reading: &Reading, fates: &[Fate]) -> Provenance {
    let mut sum = Provenance::default();
    let mut ious = 0.0;
    let mut matched = std::collections::BTreeSet::new();
    for fate in fates {
        match fate {
            Fate::Pending => sum.num_pending += 1,
            Fate::AcceptedAsIs { .. } => sum.num_accepted += 1,
            Fate::Adjusted { iou, .. } => {
                sum.num_adjusted += 1;
                ious += iou;
            }
            Fate::Rejected => sum.num_rejected += 1,
            Fate::Matched { mark } => {
                sum.num_matched += 1;
                matched.insert(*mark);
            }
        }
    }
    sum.mean_iou = (sum.num_adjusted > 0).then(|| ious / sum.num_adjusted as f64);
    let is_own = |mark: &&Annotation| {
        mark.shape().is_some() && !matches!(mark.origin(), Origin::Suggested(_)) && !matched.contains(&mark.id())
    };
    sum.num_drawn = reading.annotations().iter().filter(is_own).count();
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edit::Edit;
    use crate::domain::geometry::Point;
    use crate::domain::id::{ImageId, ReaderId};

    const fn key(number: u32) -> SuggestionKey {
        SuggestionKey { model: ModelId(1), number }
    }

    fn rect([xmin, ymin, xmax, ymax]: [f64; 4]) -> Rect {
        Rect::from_columns(xmin, ymin, xmax, ymax).expect("ordered")
    }

    fn suggestion(number: u32, label: &str, corners: [f64; 4]) -> Suggestion {
        Suggestion { key: key(number), label: LabelName::new(label), score: 0.9, rect: rect(corners) }
    }

    fn mark(id: i64, label: &str, corners: [f64; 4], origin: Origin) -> Annotation {
        Annotation::boxed(AnnotationId(id), LabelName::new(label), rect(corners), origin).expect("a finding")
    }

    fn reading(marks: &[Annotation], rejected: &[u32]) -> Reading {
        let mut reading = Reading::new(ImageId::new("film"), ReaderId::new("R1"));
        for mark in marks {
            Edit::Add(mark.clone()).apply(&mut reading).expect("new");
        }
        for number in rejected {
            Edit::Reject { suggestion: key(*number), before: false, after: true }.apply(&mut reading).expect("new");
        }
        reading
    }

    /// One suggestion of Osteophytes from 0 to 10 both ways.
    fn fate(marks: &[Annotation], rejected: &[u32]) -> Fate {
        fates(&reading(marks, rejected), &[suggestion(0, "Osteophytes", [0.0, 0.0, 10.0, 10.0])])[0]
    }

    #[test]
    fn what_became_of_one_suggestion() {
        let whole = [0.0, 0.0, 10.0, 10.0];
        let taken = |label: &str, corners| mark(1, label, corners, Origin::Suggested(key(0)));
        let drawn = |label: &str, corners| mark(1, label, corners, Origin::Drawn);
        let id = AnnotationId(1);
        let adjusted = |iou, is_relabelled| Fate::Adjusted { mark: id, iou, is_relabelled };
        let cases: [(&str, Vec<Annotation>, &[u32], Fate); 12] = [
            ("nothing done", vec![], &[], Fate::Pending),
            ("another was rejected", vec![], &[1], Fate::Pending),
            ("rejected", vec![], &[0], Fate::Rejected),
            ("as it was", vec![taken("Osteophytes", whole)], &[], Fate::AcceptedAsIs { mark: id }),
            ("relabelled", vec![taken("Fracture", whole)], &[], adjusted(1.0, true)),
            ("half of it", vec![taken("Osteophytes", [0.0, 0.0, 10.0, 5.0])], &[], adjusted(0.5, false)),
            ("moved far away", vec![taken("Osteophytes", [50.0, 0.0, 60.0, 10.0])], &[], adjusted(0.0, false)),
            // Exactly a half matches; a hair less does not.
            ("drawn half", vec![drawn("Osteophytes", [0.0, 0.0, 10.0, 5.0])], &[], Fate::Matched { mark: id }),
            ("drawn less", vec![drawn("Osteophytes", [0.0, 0.0, 10.0, 4.999])], &[], Fate::Pending),
            ("another label drawn", vec![drawn("Fracture", whole)], &[], Fate::Pending),
            ("rejected and drawn", vec![drawn("Osteophytes", whole)], &[0], Fate::Rejected),
            (
                "a mark of another model's suggestion",
                vec![mark(1, "Osteophytes", whole, Origin::Suggested(SuggestionKey { model: ModelId(9), number: 0 }))],
                &[],
                Fate::Matched { mark: id },
            ),
        ];
        for (name, marks, rejected, expected) in cases {
            assert_eq!(fate(&marks, rejected), expected, "{name}");
        }
    }

    #[test]
    fn a_point_or_outline_matches_by_its_bounds() {
        let triangle = [(0.0, 0.0), (10.0, 0.0), (0.0, 10.0)].map(|(x, y)| Point::new(x, y)).to_vec();
        let polygon = crate::domain::shape::Polygon::new(vec![triangle]).expect("three points");
        let label = LabelName::new("Osteophytes");
        let outline = Annotation::shaped(AnnotationId(1), label, Shape::Polygon(polygon), Origin::Drawn);
        assert_eq!(fate(&[outline.expect("a finding")], &[]), Fate::Matched { mark: AnnotationId(1) });
    }

    #[test]
    fn a_mark_matches_one_suggestion_and_the_best_pair_goes_first() {
        let offered = [
            suggestion(0, "Osteophytes", [0.0, 0.0, 10.0, 8.0]),
            suggestion(1, "Osteophytes", [0.0, 0.0, 10.0, 10.0]),
            suggestion(2, "Osteophytes", [0.0, 0.0, 10.0, 10.0]),
        ];
        let whole = [0.0, 0.0, 10.0, 10.0];
        let one = reading(&[mark(1, "Osteophytes", whole, Origin::Drawn)], &[]);
        // The second fits best; the third as well, but comes later.
        assert_eq!(fates(&one, &offered), [Fate::Pending, Fate::Matched { mark: AnnotationId(1) }, Fate::Pending]);
        let two =
            reading(&[mark(1, "Osteophytes", whole, Origin::Drawn), mark(2, "Osteophytes", whole, Origin::Drawn)], &[]);
        let expected =
            [Fate::Pending, Fate::Matched { mark: AnnotationId(1) }, Fate::Matched { mark: AnnotationId(2) }];
        assert_eq!(fates(&two, &offered), expected);
        // A mark that was taken from one suggestion is no match for another.
        let taken = reading(&[mark(1, "Osteophytes", whole, Origin::Suggested(key(0)))], &[]);
        let fates = fates(&taken, &offered);
        assert!(matches!(fates[0], Fate::Adjusted { iou, .. } if (iou - 0.8).abs() < 1e-12), "{fates:?}");
        assert_eq!(fates[1..], [Fate::Pending, Fate::Pending]);
    }

    #[test]
    fn provenance_counts_every_suggestion_and_every_mark_once() {
        let offered: Vec<Suggestion> = (0..6)
            .map(|n| suggestion(n, "Osteophytes", [f64::from(n) * 20.0, 0.0, f64::from(n) * 20.0 + 10.0, 10.0]))
            .collect();
        let marks = [
            mark(1, "Osteophytes", [0.0, 0.0, 10.0, 10.0], Origin::Suggested(key(0))),
            mark(2, "Osteophytes", [20.0, 0.0, 30.0, 5.0], Origin::Suggested(key(1))),
            mark(3, "Fracture", [40.0, 0.0, 50.0, 10.0], Origin::Suggested(key(2))),
            mark(4, "Osteophytes", [60.0, 0.0, 70.0, 9.0], Origin::Drawn),
            mark(5, "Fracture", [60.0, 0.0, 70.0, 9.0], Origin::Drawn),
        ];
        let reading = reading(&marks, &[4]);
        let expected = Provenance {
            num_accepted: 1,
            num_adjusted: 2,
            mean_iou: Some(0.75),
            num_rejected: 1,
            num_matched: 1,
            num_pending: 1,
            num_drawn: 1,
        };
        assert_eq!(provenance(&reading, &fates(&reading, &offered)), expected);
        assert_eq!(provenance(&Reading::new("film".into(), "R1".into()), &[]), Provenance::default());
    }
}

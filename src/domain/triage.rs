//! Which films deserve a look first: how likely abnormal, how unsure the classifier is, how far the models and a reader
//! differ.

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::fusion::{logit, sigmoid};
use crate::domain::geometry::Rect;
use crate::domain::label::LabelName;
use crate::domain::reading::Decision;
use crate::domain::suggestion::{Suggestion, SuggestionKey};

/// Boxes and marks that overlap at least so much, with the same label, are the same finding.
const SAME_IOU: f64 = 0.5;
/// A detector's class for what has none of its own.
const OTHER: &str = "Other lesions";

/// What the models in use say of a film, as far as one reader may see it.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Triage {
    /// `None` without a classifier, and where it has not looked.
    pub probability: Option<f64>,
    /// At the operating point c*.
    pub is_abnormal: Option<bool>,
    /// 0 to 1, see [`uncertainty`].
    pub uncertainty: Option<f64>,
    /// Only where this reader has completed the film.
    pub disagreement: Option<Disagreement>,
}

/// How far a reader's completed reading and the models differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Disagreement {
    pub film: Option<FilmDisagreement>,
    /// `None` without a detector, and until the film is compared.
    pub boxes: Option<BoxCounts>,
}

/// The classifier and the reader say the opposite of the film.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FilmDisagreement {
    /// The classifier says abnormal, the reader "No finding".
    ModelAbnormal,
    /// The classifier says normal, the reader has marked something.
    ModelNormal,
}

/// Findings of a film by who has them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BoxCounts {
    pub both: u32,
    pub only_model: u32,
    pub only_reader: u32,
}

impl Disagreement {
    pub fn new(is_abnormal: Option<bool>, decision: Decision, boxes: Option<BoxCounts>) -> Self {
        let film = match (is_abnormal, decision) {
            (Some(true), Decision::Normal) => Some(FilmDisagreement::ModelAbnormal),
            (Some(false), Decision::Abnormal) => Some(FilmDisagreement::ModelNormal),
            _ => None,
        };
        Self { film, boxes }
    }

    /// For sorting: 0 where nothing differs, up to 1 for the share of findings that only one side has, and 1 more where
    /// the film as a whole is called the opposite. So every film with opposite decisions stands above every other.
    pub fn degree(&self) -> f64 {
        let film = if self.film.is_some() { 1.0 } else { 0.0 };
        film + self.boxes.map_or(0.0, |boxes| boxes.unmatched_share())
    }
}

impl BoxCounts {
    pub const fn num_unmatched(&self) -> u32 {
        self.only_model + self.only_reader
    }

    /// 0 where there is nothing on either side.
    fn unmatched_share(&self) -> f64 {
        f64::from(self.num_unmatched()) / f64::from((self.both + self.num_unmatched()).max(1))
    }
}

/// How unsure the classifier is, 0 to 1, from the probabilities of its members (one for a single classifier).
///
/// Each probability is first moved so that the operating point c* becomes one half (its log-odds less those of c*): with
/// c* = 0.28 a film of 0.28 is the doubtful one, not a film of 0.5. The answer is the binary entropy, in bits, of the
/// mean: 1 at c*, falling to both sides. For an ensemble this is each member's own doubt plus how far the members are
/// apart (their mutual information; Houlsby et al., 2011): two that are sure of the opposite give 1 as well.
///
/// `None` for no members. At c* = 0 or 1 the log-odds are held within 1e-6 as in [`logit`].
pub fn uncertainty(members: &[f64], threshold: f64) -> Option<f64> {
    let moved = |p: &f64| sigmoid(logit(*p) - logit(threshold));
    let mean = members.iter().map(moved).sum::<f64>() / members.len() as f64;
    (!members.is_empty()).then(|| (bits(mean) + bits(1.0 - mean)).clamp(0.0, 1.0))
}

fn bits(p: f64) -> f64 {
    if p > 0.0 { -p * libm::log2(p) } else { 0.0 }
}

/// A reader's mark, as far as it is compared with a detector's boxes.
#[derive(Clone, PartialEq, Debug)]
pub struct ReaderMark {
    pub label: LabelName,
    /// Of the mark whatever its shape.
    pub bounds: Rect,
    /// Of the suggestion that it was taken from.
    pub from: Option<SuggestionKey>,
}

impl ReaderMark {
    /// `None` for what has no place on the film.
    pub fn new(mark: &Annotation) -> Option<Self> {
        let from = match mark.origin() {
            Origin::Suggested(key) => Some(*key),
            _ => None,
        };
        Some(Self { label: mark.label().clone(), bounds: mark.bounds()?, from })
    }
}

/// Pairs a detector's boxes with a reader's marks, one to one: a mark that was taken from a box belongs to it wherever it
/// was moved; the others by label and an overlap of at least a half, the largest overlap first, ties by the order of the
/// boxes and then of the marks. A label that the detector has no class for counts as "Other lesions"; where it has no
/// such class either, it could not have found the mark, which is left out.
pub fn compare(boxes: &[Suggestion], classes: &[LabelName], marks: &[ReaderMark]) -> BoxCounts {
    let other = classes.iter().find(|class| class.as_str() == OTHER);
    let class_of = |label: &LabelName| classes.iter().find(|class| *class == label).or(other).cloned();
    let known: Vec<(LabelName, &ReaderMark)> =
        marks.iter().filter_map(|mark| Some((class_of(&mark.label)?, mark))).collect();
    let mut pairs = Vec::new();
    for (b, suggestion) in boxes.iter().enumerate() {
        for (m, (class, mark)) in known.iter().enumerate() {
            let overlap = suggestion.rect.iou(&mark.bounds);
            if mark.from == Some(suggestion.key) {
                pairs.push((2.0, b, m));
            } else if *class == suggestion.label && overlap >= SAME_IOU {
                pairs.push((overlap, b, m));
            }
        }
    }
    pairs.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)).then(x.2.cmp(&y.2)));
    let (mut taken_boxes, mut taken_marks) = (vec![false; boxes.len()], vec![false; known.len()]);
    let mut both = 0;
    for (_, b, m) in pairs {
        if !taken_boxes[b] && !taken_marks[m] {
            (taken_boxes[b], taken_marks[m]) = (true, true);
            both += 1;
        }
    }
    BoxCounts { both, only_model: boxes.len() as u32 - both, only_reader: known.len() as u32 - both }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::ModelId;

    #[test]
    fn a_film_at_the_threshold_is_the_most_uncertain() {
        let close = |members: &[f64], threshold: f64, expected: f64| {
            let found = uncertainty(members, threshold).unwrap();
            assert!((found - expected).abs() < 1e-9, "{members:?} at {threshold}: {found}, not {expected}");
        };
        for threshold in [0.05, 0.2808, 0.5, 0.9] {
            close(&[threshold], threshold, 1.0);
        }
        // By hand: odds of 0.6 are 1.5, of c* = 0.2 a quarter, so the moved odds are 6 and the moved probability 6/7.
        let moved: f64 = 6.0 / 7.0;
        close(&[0.6], 0.2, -moved * moved.log2() - (1.0 / 7.0) * (1.0_f64 / 7.0).log2());
        // At c* = 0.5 nothing moves: the entropy of 0.1 itself.
        close(&[0.1], 0.5, -0.1 * 0.1_f64.log2() - 0.9 * 0.9_f64.log2());
        close(&[0.9], 0.5, -0.1 * 0.1_f64.log2() - 0.9 * 0.9_f64.log2());
        assert_eq!(uncertainty(&[], 0.5), None);
    }

    #[test]
    fn uncertainty_falls_to_both_sides_and_stays_within_bounds() {
        let at = |p: f64| uncertainty(&[p], 0.3).unwrap();
        let steps: Vec<f64> = (0..=100).map(|n| f64::from(n) / 100.0).collect();
        assert!(steps.windows(2).all(|w| if w[1] <= 0.3 { at(w[0]) <= at(w[1]) } else { at(w[0]) >= at(w[1]) }));
        for threshold in [0.0, 0.3, 1.0] {
            let all = steps.iter().map(|p| uncertainty(&[*p], threshold).unwrap());
            assert!(all.into_iter().all(|u| (0.0..=1.0).contains(&u)));
        }
    }

    #[test]
    fn members_that_are_apart_are_unsure_together() {
        let apart = uncertainty(&[0.05, 0.95], 0.5).unwrap();
        assert!((apart - 1.0).abs() < 1e-9, "{apart}");
        let alike = uncertainty(&[0.95, 0.95], 0.5).unwrap();
        assert_eq!(Some(alike), uncertainty(&[0.95], 0.5));
        assert!(alike < 0.3);
    }

    #[test]
    fn decisions_that_are_opposite_are_told() {
        use FilmDisagreement::{ModelAbnormal, ModelNormal};
        for (model, reader, expected) in [
            (Some(true), Decision::Normal, Some(ModelAbnormal)),
            (Some(false), Decision::Abnormal, Some(ModelNormal)),
            (Some(true), Decision::Abnormal, None),
            (Some(false), Decision::Normal, None),
            (Some(true), Decision::Undecided, None),
            (None, Decision::Normal, None),
        ] {
            assert_eq!(Disagreement::new(model, reader, None).film, expected, "{model:?} {reader:?}");
        }
    }

    #[test]
    fn opposite_decisions_stand_above_any_number_of_boxes() {
        let boxes = |both, only_model, only_reader| Some(BoxCounts { both, only_model, only_reader });
        let degree = |film, boxes| Disagreement { film, boxes }.degree();
        assert_eq!(degree(None, None), 0.0);
        assert_eq!(degree(None, boxes(0, 0, 0)), 0.0);
        assert_eq!(degree(None, boxes(4, 0, 0)), 0.0);
        assert_eq!(degree(None, boxes(2, 1, 1)), 0.5);
        assert_eq!(degree(None, boxes(0, 9, 0)), 1.0);
        assert_eq!(degree(Some(FilmDisagreement::ModelAbnormal), None), 1.0);
        assert_eq!(degree(Some(FilmDisagreement::ModelNormal), boxes(3, 0, 1)), 1.25);
    }

    fn rect([x0, y0, x1, y1]: [f64; 4]) -> Rect {
        Rect::from_columns(x0, y0, x1, y1).unwrap()
    }

    fn offered(number: u32, label: &str, corners: [f64; 4]) -> Suggestion {
        let key = SuggestionKey { model: ModelId(1), number };
        Suggestion { key, label: LabelName::new(label), score: 0.9, rect: rect(corners) }
    }

    fn mark(label: &str, corners: [f64; 4], from: Option<u32>) -> ReaderMark {
        let from = from.map(|number| SuggestionKey { model: ModelId(1), number });
        ReaderMark { label: LabelName::new(label), bounds: rect(corners), from }
    }

    #[test]
    fn boxes_and_marks_are_paired_one_to_one() {
        const WHOLE: [f64; 4] = [0.0, 0.0, 10.0, 10.0];
        const HALF: [f64; 4] = [0.0, 0.0, 10.0, 5.0];
        const LESS: [f64; 4] = [0.0, 0.0, 10.0, 4.999];
        const FAR: [f64; 4] = [50.0, 50.0, 60.0, 60.0];
        let known = ["Osteophytes", OTHER].map(LabelName::new);
        let box_ = |number, corners| offered(number, "Osteophytes", corners);
        for (name, boxes, marks, expected) in [
            ("nothing on either side", vec![], vec![], [0, 0, 0]),
            ("half is enough", vec![box_(0, WHOLE)], vec![mark("Osteophytes", HALF, None)], [1, 0, 0]),
            ("less is not", vec![box_(0, WHOLE)], vec![mark("Osteophytes", LESS, None)], [0, 1, 1]),
            ("another label", vec![box_(0, WHOLE)], vec![mark("Fracture", WHOLE, None)], [0, 1, 1]),
            (
                "the rare ones are others",
                vec![offered(0, OTHER, WHOLE)],
                vec![mark("Fracture", WHOLE, None)],
                [1, 0, 0],
            ),
            ("taken and moved far", vec![box_(0, WHOLE)], vec![mark("Fracture", FAR, Some(0))], [1, 0, 0]),
            (
                "one mark for two boxes",
                vec![box_(0, HALF), box_(1, WHOLE)],
                vec![mark("Osteophytes", WHOLE, None)],
                [1, 1, 0],
            ),
            (
                "two marks for one box",
                vec![box_(0, WHOLE)],
                vec![mark("Osteophytes", HALF, None), mark("Osteophytes", WHOLE, None)],
                [1, 0, 1],
            ),
        ] {
            let counts = compare(&boxes, &known, &marks);
            assert_eq!([counts.both, counts.only_model, counts.only_reader], expected, "{name}");
        }
        let narrow = [LabelName::new("Osteophytes")];
        let unseen = compare(&[], &narrow, &[mark("Fracture", WHOLE, None)]);
        assert_eq!(unseen, BoxCounts::default(), "a detector can't be blamed for a class that it does not have");
    }
}

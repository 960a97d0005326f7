//! The lesions of one film that enough of its readers have, each with one box, its votes and its sources.

use std::collections::BTreeMap;

use crate::domain::geometry::Rect;

use super::agreed_boxes::median;
use super::clusters::{ClusterRule, ReaderMark, clusters};
use super::policy::{BoxForm, LabelPolicy};
use super::wbf;

/// A policy with classes in the place of names.
#[derive(Clone, PartialEq, Debug)]
pub struct ClassPolicies {
    /// Class by class; the usual one for classes beyond.
    pub of_class: Vec<LabelPolicy>,
    pub usual: LabelPolicy,
    pub is_across_classes: bool,
}

/// A lesion that enough readers have.
#[derive(Clone, PartialEq, Debug)]
pub struct AgreedBox {
    pub class: u16,
    pub rect: [f64; 4],
    /// Places in the marks, those of other classes too.
    pub sources: Vec<usize>,
    /// Readers who marked it with this class.
    pub num_votes: usize,
    /// The smallest overlap of two of its marks; 1 of a single one.
    pub least_iou: f64,
    /// Readers gave it different classes.
    pub is_class_split: bool,
}

/// What the rule makes of a film.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct AgreedFilm {
    /// By class, then by place.
    pub boxes: Vec<AgreedBox>,
    /// Lesions that too few readers have.
    pub num_left_out: usize,
    /// The film has fewer readers than a rule asks for, so its classes can't be decided.
    pub has_too_few_readers: bool,
}

/// The lesions of a film by rule. `num_readers` counts those too that marked nothing. The order of marks changes nothing but
/// the numbers of the sources.
pub fn agreed(num_readers: usize, marks: &[ReaderMark], policies: &ClassPolicies) -> AgreedFilm {
    let mut film = AgreedFilm::default();
    for (policy, found) in lesions(num_readers, marks, policies) {
        let Some(needed) = policy.quorum.needed(num_readers) else {
            film.has_too_few_readers = true;
            continue;
        };
        let (class, num_votes, is_class_split) = voted(&found, marks);
        if num_votes < needed {
            film.num_left_out += 1;
            continue;
        }
        let of_class: Vec<[f64; 4]> =
            found.iter().filter(|&&mark| marks[mark].class == class).map(|&mark| marks[mark].rect).collect();
        let rect = formed(policy.form, &of_class);
        film.boxes.push(AgreedBox {
            class,
            rect,
            least_iou: least_iou(&found, marks),
            sources: found,
            num_votes,
            is_class_split,
        });
    }
    film.has_too_few_readers |= policies.usual.quorum.needed(num_readers).is_none();
    let key = |one: &AgreedBox| one.class;
    film.boxes.sort_by(|a, b| {
        let by_place = a.rect.iter().zip(&b.rect).map(|(x, y)| x.total_cmp(y));
        key(a).cmp(&key(b)).then(by_place.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then))
    });
    film
}

/// Marks put together, and the policy that each lesion falls under.
fn lesions(num_readers: usize, marks: &[ReaderMark], policies: &ClassPolicies) -> Vec<(LabelPolicy, Vec<usize>)> {
    let of = |class: u16| policies.of_class.get(usize::from(class)).copied().unwrap_or(policies.usual);
    if policies.is_across_classes {
        let rule = ClusterRule { min_iou: policies.usual.min_iou, is_across_classes: true };
        let found = clusters(marks, rule).into_iter();
        return found.map(|cluster| (of(voted(&cluster, marks).0), cluster)).collect();
    }
    let mut by_class: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
    for (place, mark) in marks.iter().enumerate() {
        by_class.entry(mark.class).or_default().push(place);
    }
    let mut all = Vec::new();
    for (class, places) in by_class {
        let policy = of(class);
        let own: Vec<ReaderMark> = places.iter().map(|&place| marks[place]).collect();
        let found = if policy.form == BoxForm::Wbf {
            fused(num_readers, &own, policy.min_iou)
        } else {
            clusters(&own, ClusterRule { min_iou: policy.min_iou, is_across_classes: false })
        };
        let in_marks = |one: Vec<usize>| one.into_iter().map(|at| places[at]).collect();
        all.extend(found.into_iter().map(|one| (policy, in_marks(one))));
    }
    all
}

/// Lesions as weighted boxes fusion puts them together: each reader a model of weight 1, each mark of score 1.
fn fused(num_readers: usize, marks: &[ReaderMark], min_iou: f64) -> Vec<Vec<usize>> {
    let readers: Vec<u32> = {
        let mut readers: Vec<u32> = marks.iter().map(|mark| mark.reader).collect();
        readers.sort_unstable();
        readers.dedup();
        readers
    };
    let model = |reader: u32| readers.binary_search(&reader).unwrap_or_default() as u32;
    let boxes: Vec<wbf::ScoredBox> = marks
        .iter()
        .map(|mark| wbf::ScoredBox { model: model(mark.reader), class: mark.class, rect: mark.rect, score: 1.0 })
        .collect();
    let weights = vec![1.0; num_readers.max(readers.len())];
    let settings = wbf::Settings {
        weights: &weights,
        min_iou,
        min_score: 0.0,
        confidence: wbf::Confidence::Average,
        allows_overflow: false,
    };
    wbf::fuse(&boxes, &settings).into_iter().map(|one| one.sources).collect()
}

/// The class that most readers gave, of as many the first; how many gave it; and whether there are others.
fn voted(cluster: &[usize], marks: &[ReaderMark]) -> (u16, usize, bool) {
    let mut readers: Vec<(u16, u32)> = cluster.iter().map(|&mark| (marks[mark].class, marks[mark].reader)).collect();
    readers.sort_unstable();
    readers.dedup();
    let mut best = (0, 0);
    for of_class in readers.chunk_by(|a, b| a.0 == b.0) {
        if of_class.len() > best.1 {
            best = (of_class[0].0, of_class.len());
        }
    }
    let is_split = readers.first().map(|one| one.0) != readers.last().map(|one| one.0);
    (best.0, best.1, is_split)
}

fn formed(form: BoxForm, rects: &[[f64; 4]]) -> [f64; 4] {
    let fold = |of: [fn(f64, f64) -> f64; 4]| -> [f64; 4] {
        std::array::from_fn(|side| rects.iter().map(|rect| rect[side]).reduce(of[side]).unwrap_or(f64::NAN))
    };
    let [least, most]: [fn(f64, f64) -> f64; 2] = [f64::min, f64::max];
    match form {
        BoxForm::Median => median(rects),
        BoxForm::Mean | BoxForm::Wbf => {
            std::array::from_fn(|side| rects.iter().map(|rect| rect[side]).sum::<f64>() / rects.len() as f64)
        }
        BoxForm::Union => fold([least, least, most, most]),
        BoxForm::Intersection => {
            let [xmin, ymin, xmax, ymax] = fold([most, most, least, least]);
            if xmin < xmax && ymin < ymax { [xmin, ymin, xmax, ymax] } else { median(rects) }
        }
    }
}

fn least_iou(cluster: &[usize], marks: &[ReaderMark]) -> f64 {
    let rect = |&mark: &usize| {
        let [xmin, ymin, xmax, ymax] = marks[mark].rect;
        Rect::from_columns(xmin, ymin, xmax, ymax)
    };
    let rects: Vec<Rect> = cluster.iter().filter_map(rect).collect();
    let pairs = rects.iter().enumerate().flat_map(|(at, a)| rects[at + 1..].iter().map(|b| a.iou(b)));
    pairs.fold(1.0, f64::min)
}

#[cfg(test)]
mod tests {
    use super::super::clusters::tests::{shuffled, some_marks};
    use super::super::policy::Quorum;
    use super::*;
    use proptest::prelude::*;

    fn policies(policy: LabelPolicy, is_across_classes: bool) -> ClassPolicies {
        ClassPolicies { of_class: Vec::new(), usual: policy, is_across_classes }
    }

    fn mark(reader: u32, class: u16, x: f64) -> ReaderMark {
        ReaderMark { reader, class, rect: [x, 0.0, x + 100.0, 100.0] }
    }

    #[test]
    fn each_form_has_its_box() {
        let marks = [mark(0, 0, 0.0), mark(1, 0, 10.0), mark(2, 0, 14.0)];
        for (form, xmin, xmax) in [
            (BoxForm::Median, 10.0, 110.0),
            (BoxForm::Mean, 8.0, 108.0),
            (BoxForm::Union, 0.0, 114.0),
            (BoxForm::Intersection, 14.0, 100.0),
            (BoxForm::Wbf, 8.0, 108.0),
        ] {
            let film = agreed(3, &marks, &policies(LabelPolicy { form, ..LabelPolicy::default() }, false));
            let [one] = film.boxes.as_slice() else { panic!("{form:?}: {film:?}") };
            assert_eq!((one.rect, one.num_votes), ([xmin, 0.0, xmax, 100.0], 3), "{form:?}");
            assert!((one.least_iou - 86.0 / 114.0).abs() < 1e-12);
        }
    }

    #[test]
    fn ends_of_a_chain_that_share_nothing_have_the_median() {
        let chain = [mark(0, 0, 0.0), mark(1, 0, 50.0), mark(2, 0, 100.0)];
        let policy = LabelPolicy { form: BoxForm::Intersection, min_iou: 0.3, ..LabelPolicy::default() };
        assert_eq!(agreed(3, &chain, &policies(policy, false)).boxes[0].rect, [50.0, 0.0, 150.0, 100.0]);
    }

    #[test]
    fn too_few_readers_leave_a_lesion_out_and_a_film_open() {
        let with = |quorum| policies(LabelPolicy { quorum, ..LabelPolicy::default() }, false);
        let marks = [mark(0, 0, 0.0), mark(1, 0, 0.0), mark(0, 0, 500.0)];
        let film = agreed(3, &marks, &with(Quorum::Share(0.5)));
        assert_eq!((film.boxes.len(), film.num_left_out, film.has_too_few_readers), (1, 1, false));
        let film = agreed(3, &marks, &with(Quorum::Readers(3)));
        assert_eq!((film.boxes.len(), film.num_left_out), (0, 2));
        let film = agreed(3, &marks, &with(Quorum::Readers(4)));
        assert!(film.boxes.is_empty() && film.has_too_few_readers);
    }

    #[test]
    fn across_classes_most_readers_give_the_class() {
        let marks = [mark(0, 3, 0.0), mark(1, 3, 5.0), mark(2, 1, 5.0)];
        let film = agreed(3, &marks, &policies(LabelPolicy::default(), true));
        let [one] = film.boxes.as_slice() else { panic!("{film:?}") };
        assert_eq!((one.class, one.num_votes, one.is_class_split, one.sources.len()), (3, 2, true, 3));
        assert_eq!(one.rect, [2.5, 0.0, 102.5, 100.0], "of the marks with its class");
        // As many: the class that stands first.
        let film = agreed(2, &marks[1..], &policies(LabelPolicy::default(), true));
        assert_eq!(film.boxes[0].class, 1);
    }

    #[test]
    fn a_label_may_have_a_rule_of_its_own() {
        let own = LabelPolicy { quorum: Quorum::Readers(1), form: BoxForm::Union, ..LabelPolicy::default() };
        let policies =
            ClassPolicies { of_class: vec![LabelPolicy::default(), own], ..policies(LabelPolicy::default(), false) };
        let film = agreed(3, &[mark(0, 0, 0.0), mark(0, 1, 0.0)], &policies);
        assert_eq!(film.boxes.iter().map(|one| one.class).collect::<Vec<_>>(), [1]);
    }

    proptest! {
        #[test]
        fn no_order_of_marks_changes_anything(
            said in some_marks(),
            seed in any::<u64>(),
            form in prop::sample::select(BoxForm::ALL.to_vec()),
            is_across_classes in any::<bool>(),
        ) {
            let other = shuffled(&said, seed);
            let policies = policies(LabelPolicy { form, ..LabelPolicy::default() }, is_across_classes);
            let what = |marks: &[ReaderMark]| {
                let film = agreed(4, marks, &policies);
                let boxes = film.boxes.iter().map(|one| (one.class, one.rect.map(|side| (side * 1e6).round()), one.num_votes));
                (boxes.collect::<Vec<_>>(), film.num_left_out)
            };
            prop_assert_eq!(what(&said), what(&other));
        }

        #[test]
        fn the_usual_rule_is_the_truth_of_evaluations(said in some_marks()) {
            let film = agreed(3, &said, &policies(LabelPolicy::default(), false));
            let boxes: Vec<(u16, [f64; 4])> = film.boxes.iter().map(|one| (one.class, one.rect)).collect();
            prop_assert_eq!(boxes, super::super::boxes(3, &said));
        }
    }
}

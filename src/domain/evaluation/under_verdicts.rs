//! The truth as reviewers' verdicts have it, so that the same figures can stand beside the original ones.
//!
//! | verdict     | a box without a truth           | a truth without a box | a pair of two classes          | a film            |
//! |-------------|---------------------------------|-----------------------|--------------------------------|-------------------|
//! | model right | becomes a truth                 | is no truth           | the truth takes the box's class| takes the answer  |
//! | label right | stays                           | stays                 | stays                          | stays             |
//! | both        | is not counted                  | is not counted        | the truth takes the box's class| is not counted    |
//! | neither     | stays                           | is no truth           | is no truth, the box stays     | is not counted    |
//! | unclear     | is not counted                  | is not counted        | neither is counted             | is not counted    |
//!
//! Boxes and films are kept in step. A normal film on which a box becomes a truth is abnormal, whatever was said of the film
//! as a whole. An abnormal film whose last box is taken away, by verdicts on every one of them and without a verdict about
//! the film itself, is normal where all of them say that it is no truth (model right, neither), and is not counted where one
//! of them is not counted (both, unclear). A film that had no boxes stays abnormal, and one of which nothing is known stays
//! unknown.
//!
//! What is not counted is neither right nor wrong: it is taken out of the cases. These figures are favourable to the model
//! wherever only disagreements were looked at, and the page says so.

use std::collections::{BTreeMap, BTreeSet};

use super::cases::{BoxColumns, Cases};
use super::verdict::{Ruling, Verdict};
use crate::domain::fusion::is_abnormal;
use crate::domain::id::ImageId;

/// `rulings` in the order in which they were given: of several about the same, the last counts. `c_star` says what the
/// answer about a whole film is.
pub fn corrected(cases: &Cases, rulings: &[Ruling], c_star: f64) -> Cases {
    let change = Change::of(cases, rulings, c_star);
    let mut films = cases.films.clone();
    for (film, case) in films.iter_mut().enumerate() {
        case.is_abnormal = change.is_abnormal(cases, film);
    }
    let (mut truths, mut detections) = (BoxColumns::default(), BoxColumns::default());
    for film in 0..cases.films.len() {
        let kept = cases.truths.of_film(film).filter(|truth| !change.no_truth.contains(&(*truth as u32)));
        let kept = kept.map(|truth| {
            let class = change.classes.get(&(truth as u32)).copied().unwrap_or(cases.truths.classes[truth]);
            (class, cases.truths.rects[truth], None)
        });
        let new = cases.detections.of_film(film).filter(|one| change.new_truth.contains(&(*one as u32)));
        let new = new.map(|one| (cases.detections.classes[one], cases.detections.rects[one], None));
        truths.push_film(kept.chain(new));
        let counted = cases.detections.of_film(film).filter(|one| !change.not_counted.contains(&(*one as u32)));
        detections.push_film(counted.map(|one| {
            (cases.detections.classes[one], cases.detections.rects[one], Some(cases.detections.scores[one]))
        }));
    }
    // Levels are of the truth as it was.
    Cases { films, truths, detections, truth_levels: Vec::new(), ..cases.clone() }
}

/// Films need not stand in order of their ids.
fn films_by_image(cases: &Cases) -> BTreeMap<&ImageId, usize> {
    cases.films.iter().enumerate().map(|(place, film)| (&film.image, place)).collect()
}

#[derive(Default)]
struct Change {
    new_truth: BTreeSet<u32>,
    no_truth: BTreeSet<u32>,
    /// Of `no_truth`: those that may be one.
    doubtful: BTreeSet<u32>,
    classes: BTreeMap<u32, u16>,
    /// Detections.
    not_counted: BTreeSet<u32>,
    /// With a verdict of their own, also where it leaves them as they are.
    films: BTreeMap<usize, Option<bool>>,
}

impl Change {
    fn of(cases: &Cases, rulings: &[Ruling], c_star: f64) -> Self {
        let mut change = Self::default();
        let mut last = BTreeMap::new();
        for ruling in rulings {
            let of_film = ruling.detection.is_none() && ruling.truth.is_none();
            last.insert((ruling.detection, ruling.truth, of_film.then_some(&ruling.image)), ruling.verdict);
        }
        let films = films_by_image(cases);
        for ((detection, truth, image), verdict) in last {
            let is_there = detection.is_none_or(|at| (at as usize) < cases.detections.len())
                && truth.is_none_or(|at| (at as usize) < cases.truths.len());
            match (detection, truth, image) {
                _ if !is_there => {}
                (Some(detection), None, _) => change.of_box(detection, verdict),
                (None, Some(truth), _) => change.of_truth(truth, verdict),
                (Some(detection), Some(truth), _) => change.of_pair(cases, detection, truth, verdict),
                (None, None, Some(image)) => {
                    if let Some(&film) = films.get(image) {
                        change.of_film(cases, film, verdict, c_star);
                    }
                }
                (None, None, None) => {}
            }
        }
        change
    }

    fn of_box(&mut self, detection: u32, verdict: Verdict) {
        match verdict {
            Verdict::ModelRight => self.new_truth.insert(detection),
            Verdict::Both | Verdict::Unclear => self.not_counted.insert(detection),
            Verdict::LabelRight | Verdict::Neither => false,
        };
    }

    fn of_truth(&mut self, truth: u32, verdict: Verdict) {
        if verdict != Verdict::LabelRight {
            self.no_truth.insert(truth);
        }
        if matches!(verdict, Verdict::Both | Verdict::Unclear) {
            self.doubtful.insert(truth);
        }
    }

    fn of_pair(&mut self, cases: &Cases, detection: u32, truth: u32, verdict: Verdict) {
        match verdict {
            Verdict::ModelRight | Verdict::Both => {
                self.classes.insert(truth, cases.detections.classes[detection as usize]);
            }
            Verdict::Neither => {
                self.no_truth.insert(truth);
            }
            Verdict::Unclear => {
                self.no_truth.insert(truth);
                self.doubtful.insert(truth);
                self.not_counted.insert(detection);
            }
            Verdict::LabelRight => {}
        }
    }

    fn of_film(&mut self, cases: &Cases, film: usize, verdict: Verdict, c_star: f64) {
        let answer = cases.probabilities.get(film).copied().flatten().map(|p| is_abnormal(p, c_star));
        let own = cases.films[film].is_abnormal;
        let truth = match verdict {
            Verdict::ModelRight => answer.or(own),
            Verdict::Both | Verdict::Neither | Verdict::Unclear => None,
            Verdict::LabelRight => own,
        };
        self.films.insert(film, truth);
    }

    fn is_abnormal(&self, cases: &Cases, film: usize) -> Option<bool> {
        let own = cases.films[film].is_abnormal?;
        if cases.detections.of_film(film).any(|one| self.new_truth.contains(&(one as u32))) {
            return Some(true);
        }
        if let Some(of_film) = self.films.get(&film) {
            return *of_film;
        }
        let mut truths = cases.truths.of_film(film);
        if truths.is_empty() || !truths.clone().all(|truth| self.no_truth.contains(&(truth as u32))) {
            return Some(own);
        }
        (!truths.any(|truth| self.doubtful.contains(&(truth as u32)))).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::super::errors_script::{Film, cases};
    use super::*;

    const SQUARE: [f64; 4] = [0.0, 0.0, 10.0, 10.0];
    const FAR: [f64; 4] = [50.0, 50.0, 60.0, 60.0];

    fn ruling(detection: Option<u32>, truth: Option<u32>, verdict: Verdict) -> Ruling {
        let (image, by) = ("film0".into(), "R1".into());
        Ruling { image, detection, truth, verdict, note: String::new(), by, at_ms: 0 }
    }

    /// One film with a truth of class 0 and a box of class 1 at another place, or at the same.
    fn after(detection: Option<u32>, truth: Option<u32>, verdict: Verdict) -> (Vec<u16>, usize) {
        let cases = cases(&[Film { truths: &[(0, SQUARE)], detections: &[(1, FAR, 0.9)], ..Film::default() }]);
        let made = corrected(&cases, &[ruling(detection, truth, verdict)], 0.5);
        assert_eq!(made.truths.num_films(), 1);
        (made.truths.classes, made.detections.len())
    }

    #[test]
    fn every_verdict_changes_the_truth_as_the_table_says() {
        use Verdict::{Both, LabelRight, ModelRight, Neither, Unclear};
        for (verdict, of_box, of_truth, of_pair) in [
            (ModelRight, (vec![0, 1], 1), (vec![], 1), (vec![1], 1)),
            (LabelRight, (vec![0], 1), (vec![0], 1), (vec![0], 1)),
            (Both, (vec![0], 0), (vec![], 1), (vec![1], 1)),
            (Neither, (vec![0], 1), (vec![], 1), (vec![], 1)),
            (Unclear, (vec![0], 0), (vec![], 1), (vec![], 0)),
        ] {
            assert_eq!(after(Some(0), None, verdict), of_box, "{verdict:?}, a box");
            assert_eq!(after(None, Some(0), verdict), of_truth, "{verdict:?}, a truth");
            assert_eq!(after(Some(0), Some(0), verdict), of_pair, "{verdict:?}, a pair");
        }
        // Positions of another run change nothing.
        assert_eq!(after(Some(7), None, ModelRight), (vec![0], 1));
        assert_eq!(after(None, Some(7), ModelRight), (vec![0], 1));
    }

    #[test]
    fn films_take_the_answer_or_are_left_out_and_the_last_verdict_counts() {
        let film = |truth, p| Film { truth: Some(truth), probability: Some(p), ..Film::default() };
        let cases = cases(&[film(false, 0.5), film(true, 0.1)]);
        let truth = |verdicts: &[Verdict]| {
            let rulings: Vec<Ruling> = verdicts.iter().map(|verdict| ruling(None, None, *verdict)).collect();
            corrected(&cases, &rulings, 0.5).films.iter().map(|film| film.is_abnormal).collect::<Vec<_>>()
        };
        assert_eq!(truth(&[]), [Some(false), Some(true)]);
        assert_eq!(truth(&[Verdict::ModelRight]), [Some(true), Some(true)], "0.5 is abnormal at 0.5");
        assert_eq!(truth(&[Verdict::Unclear]), [None, Some(true)]);
        assert_eq!(truth(&[Verdict::ModelRight, Verdict::LabelRight]), [Some(false), Some(true)]);
    }

    /// Of a film: whether it was abnormal, its truths and boxes, and the verdicts on them (`b`ox, `t`ruth, `p`air, `f`ilm).
    #[test]
    fn films_and_boxes_stay_in_step() {
        use Verdict::{Both, LabelRight, ModelRight, Neither, Unclear};
        let (box_, truth, second, pair, film) =
            ((Some(0), None), (None, Some(0)), (None, Some(1)), (Some(0), Some(0)), (None, None));
        let (yes, no) = (Some(true), Some(false));
        for (was, num_truths, verdicts, expected) in [
            // A box that is right makes its film abnormal, whatever is said of the film.
            (no, 0, vec![(box_, ModelRight)], yes),
            (no, 0, vec![(box_, ModelRight), (film, LabelRight)], yes),
            (no, 0, vec![(box_, ModelRight), (film, Unclear)], yes),
            (no, 0, vec![(box_, LabelRight)], no),
            (no, 0, vec![(box_, Neither)], no),
            (no, 0, vec![(box_, Unclear)], no),
            (None, 0, vec![(box_, ModelRight)], None),
            // The last box that goes makes it normal, if all are said to be none.
            (yes, 1, vec![(truth, ModelRight)], no),
            (yes, 1, vec![(truth, Neither)], no),
            (yes, 1, vec![(pair, Neither)], no),
            (yes, 1, vec![(pair, ModelRight)], yes),
            (yes, 1, vec![(truth, LabelRight)], yes),
            (yes, 2, vec![(truth, ModelRight)], yes),
            (yes, 2, vec![(truth, ModelRight), (second, Neither)], no),
            (yes, 2, vec![(truth, ModelRight), (second, Unclear)], None),
            (yes, 1, vec![(truth, Both)], None),
            (yes, 1, vec![(pair, Unclear)], None),
            (yes, 1, vec![(truth, ModelRight), (box_, ModelRight)], yes),
            // What is said of the film itself goes before that.
            (yes, 1, vec![(truth, ModelRight), (film, LabelRight)], yes),
            (yes, 1, vec![(truth, Unclear), (film, ModelRight)], no),
            // Nothing is taken away where there was nothing, and nothing is said without a verdict.
            (yes, 0, vec![], yes),
            (yes, 0, vec![(box_, LabelRight)], yes),
            (None, 1, vec![(truth, ModelRight)], None),
        ] {
            let truths = [(0, SQUARE), (0, FAR)];
            let of_film = Film {
                truths: &truths[..num_truths],
                detections: &[(1, FAR, 0.9)],
                truth: was,
                probability: Some(0.1),
                ..Film::default()
            };
            let rulings: Vec<Ruling> = verdicts.iter().map(|&((d, t), verdict)| ruling(d, t, verdict)).collect();
            let made = corrected(&cases(&[of_film]), &rulings, 0.5);
            assert_eq!(made.films[0].is_abnormal, expected, "{was:?} with {num_truths} truths, {verdicts:?}");
        }
    }
}

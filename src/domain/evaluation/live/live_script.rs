//! Snapshots held against plain recounting: films and boxes are filtered, matched again and counted one by one.

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::*;
    use crate::domain::evaluation::cases::{BoxColumns, FilmCase};
    use crate::domain::evaluation::settings::Bootstrap;
    use crate::domain::fusion::is_abnormal;
    use crate::domain::id::{ImageId, PatientId, StudyId};
    use crate::domain::label::LabelName;
    use crate::domain::metrics::average_precision::rank;
    use crate::domain::metrics::matching::match_boxes;
    use crate::domain::metrics::resample::{Draws, LANES};
    use crate::domain::study::View;

    const NUM_CLASSES: u16 = 3;
    const RULES: [FusionRule; 4] =
        [FusionRule::Paper, FusionRule::ReleasedCode, FusionRule::Gate, FusionRule::DetectorOnly];

    /// One film: study, truth about it, probability, truths, boxes.
    type Drawn = (u8, Option<bool>, Option<f64>, Vec<(u16, [f64; 4])>, Vec<(u16, [f64; 4], f64)>);

    fn rect() -> impl Strategy<Value = [f64; 4]> {
        // Few places, so that boxes meet: equal overlaps and overlaps of exactly a half among them.
        (0..3_u8, 0..2_u8, 1..4_u8, 1..3_u8).prop_map(|(x, y, w, h)| {
            let [x, y, w, h] = [x, y, w, h].map(|n| f64::from(n) * 10.0);
            [x, y, x + w, y + h]
        })
    }

    /// Tenths, so that scores are equal to each other, to c* and to one half.
    fn score() -> impl Strategy<Value = f64> {
        (0..11_u8).prop_map(|n| f64::from(n) / 10.0)
    }

    fn film() -> impl Strategy<Value = Drawn> {
        (
            0..4_u8,
            prop::option::weighted(0.9, any::<bool>()),
            prop::option::weighted(0.9, score()),
            prop::collection::vec((0..NUM_CLASSES, rect()), 0..4),
            prop::collection::vec((0..NUM_CLASSES, rect(), score()), 0..9),
        )
    }

    fn cases_of(films: &[Drawn]) -> Cases {
        let mut cases =
            Cases { classes: ["A", "B", "C"].map(LabelName::new).to_vec(), has_detector: true, ..Cases::default() };
        for (n, (study, is_abnormal, probability, truths, boxes)) in films.iter().enumerate() {
            cases.films.push(FilmCase {
                image: ImageId::new(format!("film{n}")),
                study: StudyId::new(format!("study{study}")),
                patient: PatientId::new("everybody".to_owned()),
                is_abnormal: *is_abnormal,
                size: None,
                age_years: None,
                sex: None,
                view: View::Other,
                readers: Vec::new(),
            });
            cases.probabilities.push(*probability);
            cases.truths.push_film(truths.iter().map(|&(class, rect)| (class, rect, None)));
            let mut boxes = boxes.clone();
            boxes.sort_by(|a, b| b.2.total_cmp(&a.2));
            cases.detections.push_film(boxes.iter().map(|&(class, rect, score)| (class, rect, Some(score))));
        }
        cases
    }

    /// The same with those boxes only that the rule keeps, from a smallest score on.
    fn filtered(cases: &Cases, point: OperatingPoint, rule: FusionRule, min_score: f64) -> Cases {
        let mut left = Cases { detections: BoxColumns::default(), ..cases.clone() };
        for film in 0..cases.films.len() {
            let called = cases.probabilities[film].map(|p| is_abnormal(p, point.c_star));
            let boxes = cases.detections.of_film(film).filter_map(|index| {
                let score = cases.detections.scores[index];
                let is_left = score >= min_score && rule.leaves_out(called, score).is_none();
                is_left.then(|| (cases.detections.classes[index], cases.detections.rects[index], Some(score)))
            });
            left.detections.push_film(boxes);
        }
        left
    }

    fn settings(unit: ResampleUnit) -> Settings {
        let bootstrap = Bootstrap { num_resamples: 40, unit, ..Bootstrap::default() };
        Settings { max_detections: 4, bootstrap, ..Settings::default() }
    }

    /// Film counts, then of each class tp, fp, fn and confusions, then the confusion matrix.
    fn recount(cases: &Cases, point: OperatingPoint, rule: FusionRule) -> (Counts, Vec<[u64; 4]>, Vec<Vec<u64>>) {
        let mut counts = Counts::default();
        for (film, probability) in cases.films.iter().zip(&cases.probabilities) {
            if let (Some(truth), Some(p)) = (film.is_abnormal, probability) {
                counts.add(truth, *p >= point.c_star);
            }
        }
        let left = filtered(cases, point, rule, point.min_score);
        let matched = Matched::new(&left, &settings(ResampleUnit::Image));
        let num = NUM_CLASSES as usize;
        let mut classes = vec![[0; 4]; num];
        let mut confusion = vec![vec![0; num + 1]; num + 1];
        for one in matched.detections.iter().filter(|one| one.is_looked_at) {
            let truth =
                one.confused.map(|truth| &matched.truths[truth as usize]).filter(|truth| truth.found_by.is_none());
            let of_class = &mut classes[one.class as usize];
            match (one.found, truth) {
                (Some(_), _) => {
                    of_class[0] += 1;
                    confusion[one.class as usize][one.class as usize] += 1;
                }
                (None, Some(truth)) => {
                    of_class[1] += 1;
                    of_class[3] += 1;
                    confusion[truth.class as usize][one.class as usize] += 1;
                }
                (None, None) => {
                    of_class[1] += 1;
                    confusion[num][one.class as usize] += 1;
                }
            }
        }
        for truth in matched.truths.iter().filter(|truth| truth.found_by.is_none()) {
            classes[truth.class as usize][2] += 1;
            if truth.confused_by.is_none() {
                confusion[truth.class as usize][num] += 1;
            }
        }
        (counts, classes, confusion)
    }

    /// Average precision of what the rule keeps, matched anew.
    fn precisions(cases: &Cases, point: OperatingPoint, rule: FusionRule) -> Vec<Option<f64>> {
        let left = filtered(cases, point, rule, 0.0);
        let num = NUM_CLASSES as usize;
        let matching = match_boxes(&left.truths, &left.detections, &[0.5], 4, num);
        let ranking = rank(&left.truths, &left.detections, &matching, num);
        (0..num)
            .map(|class| ranking.average_precision(&matching, class, 0, Settings::default().interpolation))
            .collect()
    }

    /// Of sensitivity, specificity, precision, F1, share of truths found, false positives per film: resample by resample.
    fn intervals(cases: &Cases, point: OperatingPoint, rule: FusionRule, unit: ResampleUnit) -> [Option<[f64; 2]>; 6] {
        let units: Vec<u32> = match unit {
            ResampleUnit::Image => (0..cases.films.len() as u32).collect(),
            ResampleUnit::Study => number_units(cases.films.iter().map(|film| &film.study)),
            ResampleUnit::Patient => vec![0; cases.films.len()],
        };
        let draws = Draws::new(&units, Bootstrap::default().seed);
        // As a run has it: films that are judged, numbered and drawn for themselves, never of one class only.
        let judged = (0..cases.films.len())
            .filter_map(|film| Some((film, cases.films[film].is_abnormal?, cases.probabilities[film]?)));
        let judged: Vec<(usize, bool, f64)> = judged.collect();
        let judged_units = number_units(judged.iter().map(|one| units[one.0]));
        let truth: Vec<bool> = judged.iter().map(|one| one.1).collect();
        let of_judged = Draws::new(&judged_units, Bootstrap::default().seed).with_both_classes(&truth);
        let left = filtered(cases, point, rule, point.min_score);
        let matched = Matched::new(&left, &settings(unit));
        let mut values: [Vec<f64>; 6] = Default::default();
        for resample in 0..40 {
            let block = draws.block(resample / LANES);
            let weight = |film: usize| u64::from(block.of_unit(units[film])[resample % LANES]);
            let mut counts = Counts::default();
            let judged_block = of_judged.block(resample / LANES);
            for (&(_, truth, p), &unit) in judged.iter().zip(&judged_units) {
                for _ in 0..judged_block.of_unit(unit)[resample % LANES] {
                    counts.add(truth, p >= point.c_star);
                }
            }
            let [mut found, mut made_up, mut truths, mut films] = [0_u64; 4];
            for film in 0..cases.films.len() {
                films += weight(film);
                truths += weight(film) * cases.truths.of_film(film).len() as u64;
            }
            for one in matched.detections.iter().filter(|one| one.is_looked_at) {
                *if one.found.is_some() { &mut found } else { &mut made_up } += weight(one.film as usize);
            }
            let figures = [
                counts.sensitivity(),
                counts.specificity(),
                counts.precision(),
                counts.f1(),
                share(found, truths),
                share(made_up, films),
            ];
            for (values, figure) in values.iter_mut().zip(figures) {
                values.extend(figure);
            }
        }
        let num_units = [of_judged.num_units(), draws.num_units()];
        let mut number = 0;
        values.map(|mut values| {
            number += 1;
            // Of one unit there is none.
            if num_units[usize::from(number > 4)] < 2 {
                return None;
            }
            values.sort_by(f64::total_cmp);
            // floor(0.025 N) and N - floor(0.025 N): 1 and 39 of 40, and the ends when some are undefined.
            let cut = values.len() / 40;
            Some([*values.get(cut)?, *values.get(values.len() - cut.max(1))?])
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn a_snapshot_is_what_plain_recounting_gives(
            films in prop::collection::vec(film(), 1..14),
            c_star in score(),
            min_score in score(),
            rule in prop::sample::select(RULES.to_vec()),
            unit in prop::sample::select(vec![ResampleUnit::Image, ResampleUnit::Study, ResampleUnit::Patient]),
        ) {
            let cases = cases_of(&films);
            let point = OperatingPoint { c_star, min_score };
            let live = Live::new(&cases, &settings(unit));
            let snapshot = live.at(point, rule);
            // From anywhere else it is the same.
            let elsewhere = live.at(OperatingPoint { c_star: min_score, min_score: c_star }, rule);
            prop_assert_eq!(&live.moved(&elsewhere, point, rule), &snapshot);
            let (counts, classes, confusion) = recount(&cases, point, rule);
            let of_films = snapshot.films.expect("a classifier");
            let of_boxes = snapshot.boxes.expect("a detector");
            prop_assert_eq!(of_films.counts, counts);
            let found: Vec<[u64; 4]> = of_boxes.classes.iter().map(|one| [one.tp, one.fp, one.fn_, one.confusions]).collect();
            prop_assert_eq!(found, classes);
            prop_assert_eq!(&of_boxes.confusion, &confusion);
            let ap: Vec<Option<f64>> = of_boxes.classes.iter().map(|one| one.ap).collect();
            prop_assert_eq!(ap, precisions(&cases, point, rule));
            // Every point of FROC is one that some threshold gives.
            for &at in &of_boxes.froc {
                let is_reached = (0..=11_u8).map(|tenth| f64::from(tenth) / 10.0).any(|min_score| {
                    let (_, classes, _) = recount(&cases, OperatingPoint { min_score, ..point }, rule);
                    let sum = |which: usize| classes.iter().map(|one| one[which]).sum::<u64>() as f64;
                    at == [sum(1) / cases.films.len() as f64, sum(0) / cases.truths.len() as f64]
                });
                prop_assert!(is_reached, "{:?}", at);
            }
            let figures = [
                of_films.sensitivity, of_films.specificity, of_films.precision, of_films.f1,
                of_boxes.lesion_sensitivity, of_boxes.false_positives_per_film,
            ];
            for (number, (figure, expected)) in figures.iter().zip(intervals(&cases, point, rule, unit)).enumerate() {
                if let Some(figure) = figure {
                    prop_assert_eq!(figure.interval, expected, "figure {}", number);
                }
            }
        }
    }

    /// A film of many thousand boxes has counts that do not fit into 16 bits together with their weights.
    #[test]
    fn one_patient_with_many_boxes_is_summed_as_well() {
        let boxes: Vec<_> = (0..60_000).map(|i| (0, [0.0, 0.0, 10.0, 10.0], f64::from(i % 100) / 100.0)).collect();
        let films: Vec<Drawn> = vec![
            (0, Some(true), Some(0.9), vec![(0, [0.0, 0.0, 10.0, 10.0])], boxes),
            (1, Some(false), Some(0.1), vec![], vec![]),
        ];
        let cases = cases_of(&films);
        let settings = Settings { max_detections: 100_000, ..settings(ResampleUnit::Image) };
        let snapshot =
            Live::new(&cases, &settings).at(OperatingPoint { c_star: 0.5, min_score: 0.0 }, FusionRule::Paper);
        let figure = snapshot.boxes.and_then(|boxes| boxes.false_positives_per_film).expect("films");
        assert_eq!(figure.value, 59_999.0 / 2.0);
        // Of two films, one resample in four has the first twice, and one in four not at all.
        assert_eq!(figure.interval, Some([0.0, 59_999.0]));
    }

    #[test]
    fn without_films_a_classifier_or_a_detector_there_is_nothing_and_no_failure() {
        let point = OperatingPoint { c_star: 0.5, min_score: 0.5 };
        let empty = Live::new(&Cases::default(), &Settings::default()).at(point, FusionRule::Paper);
        assert_eq!((empty.films, empty.boxes), (None, None));
        let mut cases = cases_of(&[(0, Some(true), Some(0.7), vec![], vec![])]);
        cases.has_detector = false;
        let live = Live::new(&cases, &settings(ResampleUnit::Image));
        let snapshot = live.at(point, FusionRule::Paper);
        let films = snapshot.films.expect("a classifier");
        assert_eq!((films.sensitivity.map(|figure| figure.value), films.specificity), (Some(1.0), None));
        assert_eq!((snapshot.boxes, live.youden(), snapshot.confusion), (None, None, None));
    }
}

//! How well boxes are found: average precision and recall, FROC, confusions, and the counts at the operating point.

use crate::domain::evaluation::cases::{BoxColumns, Cases};
use crate::domain::evaluation::matched::Matched;
use crate::domain::evaluation::result::{ClassFigures, DetectorFigures, Figure};
use crate::domain::evaluation::settings::IntervalMethod;
use crate::domain::metrics::average_precision::{RankPlan, Ranking, mean};
use crate::domain::metrics::average_recall::Recalls;
use crate::domain::metrics::confusion_matrix::ConfusionMatrix;
use crate::domain::metrics::froc::{Froc, RATES};
use crate::domain::metrics::kaggle::{self, KaggleScore};
use crate::domain::metrics::matching::{MatchPlan, Matching};
use crate::domain::metrics::precision_bootstrap::{PrecisionBootstrap, ResampledPrecision};
use crate::domain::metrics::resample::Draws;

use super::{Desk, Times, can_draw, interval_of, timed, units};

/// Boxes a film and class, as COCO's average recalls have it.
const RECALL_LIMITS: [usize; 3] = [1, 10, 100];

/// Boxes held against truths, by falling score.
pub(super) struct Found {
    pub matching: Matching,
    pub ranking: Ranking,
}

impl Found {
    pub(super) fn of(desk: &Desk<'_>, detections: &BoxColumns) -> anyhow::Result<Self> {
        let (truths, num_classes) = (&desk.cases.truths, desk.cases.classes.len());
        let settings = desk.settings;
        let plan = MatchPlan::new(truths, detections, &settings.ious, settings.max_detections, num_classes);
        let matching = plan.finish(desk.blocks("Matching boxes", plan.num_blocks(), |block| plan.block(block))?);
        let plan = RankPlan::new(truths, detections, &matching, num_classes);
        let blocks = desk.blocks("Ranking boxes", plan.num_blocks(), |block| plan.block(block))?;
        let ranking = plan.finish(blocks);
        Ok(Self { matching, ranking })
    }

    pub(super) fn average_precisions(&self, desk: &Desk<'_>, class: usize) -> Vec<Option<f64>> {
        let interpolation = desk.settings.interpolation;
        let at = |iou| self.ranking.average_precision(&self.matching, class, iou, interpolation);
        (0..desk.settings.ious.len()).map(at).collect()
    }
}

/// Values of average precision over the resamples, and without each unit where BCa needs them.
pub(super) struct Resampled {
    pub values: ResampledPrecision,
    without_one: Option<ResampledPrecision>,
}

impl Resampled {
    /// `None` where no resamples are asked for, or the films are of one unit.
    pub(super) fn of(desk: &Desk<'_>, detections: &BoxColumns, found: &Found) -> anyhow::Result<Option<Self>> {
        let Desk { cases, settings, .. } = desk;
        let bootstrap = &settings.bootstrap;
        if bootstrap.num_resamples == 0 || cases.films.is_empty() {
            return Ok(None);
        }
        let draws = Draws::new(&units(&cases.films, bootstrap.unit), bootstrap.seed);
        if !can_draw(&draws) {
            return Ok(None);
        }
        let plan = PrecisionBootstrap::new(
            &cases.truths,
            detections,
            &found.matching,
            cases.classes.len(),
            settings.interpolation,
            &draws,
            bootstrap.num_resamples as usize,
        );
        let stage = "Resampling boxes";
        let values = plan.finish(desk.blocks(stage, plan.num_blocks(), |block| plan.block(block))?);
        let without_one = match bootstrap.method {
            IntervalMethod::Percentile => None,
            IntervalMethod::Bca => {
                let num_blocks = plan.num_blocks_without_one();
                Some(plan.finish(desk.blocks(stage, num_blocks, |block| plan.block_without_one(block))?))
            }
        };
        Ok(Some(Self { values, without_one }))
    }

    fn interval(
        &self,
        desk: &Desk<'_>,
        name: &str,
        value: f64,
        pick: &dyn Fn(&ResampledPrecision) -> Vec<Option<f64>>,
        stand_ins: &mut Vec<String>,
    ) -> Option<[f64; 2]> {
        let without_one = self.without_one.as_ref().map(pick).unwrap_or_default();
        interval_of(&desk.settings.bootstrap, name, value, [&pick(&self.values), &without_one], stand_ins)
    }
}

/// The position of the overlap that counts are of.
pub(super) fn main_iou(desk: &Desk<'_>) -> usize {
    desk.settings.ious.iter().position(|&iou| iou == desk.settings.main_iou).unwrap_or_default()
}

/// `detections` are those that the rule keeps.
pub(super) fn figures(
    desk: &Desk<'_>,
    detections: &BoxColumns,
    times: &mut Times,
    stand_ins: &mut Vec<String>,
) -> anyhow::Result<(DetectorFigures, Matched)> {
    let Desk { cases, settings, .. } = desk;
    let num_classes = cases.classes.len();
    let (found, ap) = timed(&mut times.detection, || -> anyhow::Result<_> {
        let found = Found::of(desk, detections)?;
        let ap: Vec<Vec<Option<f64>>> = (0..num_classes).map(|class| found.average_precisions(desk, class)).collect();
        Ok((found, ap))
    })?;
    let main = main_iou(desk);
    let resampled = timed(&mut times.boxes, || Resampled::of(desk, detections, &found))?;
    let iou = settings.main_iou;
    let mut figure = |name: &str, value: f64, pick: &dyn Fn(&ResampledPrecision) -> Vec<Option<f64>>| {
        let interval = resampled.as_ref().and_then(|all| all.interval(desk, name, value, pick, stand_ins));
        Figure { value, interval }
    };
    let matched = Matched::of(&cases.truths, detections, &found.matching, main, settings.main_iou);
    let map: Vec<Option<f64>> =
        (0..settings.ious.len()).map(|iou| mean(ap.iter().map(|of_class| of_class[iou]))).collect();
    let recalls =
        RECALL_LIMITS.map(|limit| Recalls::of(&cases.truths, detections, &found.matching, num_classes, limit));
    let all_recalls = Recalls::of(&cases.truths, detections, &found.matching, num_classes, usize::MAX);
    let mut classes: Vec<ClassFigures> = (0..num_classes)
        .map(|class| ClassFigures {
            label: cases.classes[class].clone(),
            num_truths: u64::from(found.ranking.class(class).num_truths),
            num_detections: u64::from(found.ranking.class(class).num_detections),
            ap_main: ap[class][main].map(|value| {
                figure(&format!("AP@{iou} {}", cases.classes[class]), value, &|values| values.values(class, main))
            }),
            ap: ap[class].clone(),
            recall: all_recalls.recall(class, main),
            tp: 0,
            fp: 0,
            fn_: 0,
        })
        .collect();
    count_at_point(&mut classes, &matched, settings.min_score);
    let froc = Froc::of(&cases.truths, detections, &found.matching, main, None);
    let confusion = ConfusionMatrix::of(&matched, num_classes, |_, one| one.score >= settings.min_score);
    let row = |truth: usize| confusion.row(truth).iter().map(|&count| u64::from(count)).collect();
    let figures = DetectorFigures {
        without_truth: classes.iter().filter(|one| one.num_truths == 0).map(|one| one.label.clone()).collect(),
        map_main: map[main].map(|value| figure(&format!("mAP@{iou}"), value, &|values| values.means(main))),
        map_mean: mean(map.iter().copied()),
        map,
        average_recall: recalls.map(|recalls| recalls.mean()),
        cpm: froc.as_ref().map(Froc::cpm),
        froc: froc.map(|froc| RATES.map(|rate| froc.sensitivity_at(rate))),
        kaggle: kaggle(cases, detections),
        confusion: (0..=num_classes).map(row).collect(),
        classes,
    };
    Ok((figures, matched))
}

fn count_at_point(classes: &mut [ClassFigures], matched: &Matched, min_score: f64) {
    for one in matched.detections.iter().filter(|one| one.is_looked_at && one.score >= min_score) {
        let class = &mut classes[usize::from(one.class)];
        if one.found.is_some() {
            class.tp += 1;
        } else {
            class.fp += 1;
        }
    }
    for class in classes {
        class.fn_ = class.num_truths - class.tp;
    }
}

/// With the classifier's word for "No finding", or else that of films without boxes.
fn kaggle(cases: &Cases, detections: &BoxColumns) -> Option<f64> {
    let no_finding = if cases.probabilities.is_empty() {
        kaggle::said_by_boxes(detections)
    } else {
        cases.probabilities.iter().map(|p| p.map(|p| 1.0 - p)).collect()
    };
    KaggleScore::of(&cases.truths, detections, &no_finding, cases.classes.len()).mean
}

//! The plots of an evaluation, made from its cases, its pairs and its settings.
//!
//! Curves are over all scores of the boxes that the rule keeps at the point's c*; the dot on each is at the point. A plot
//! that would show nothing is not made: `None`.

mod boxes;
mod films;

pub use boxes::{BoxOutcomes, MISSED, NO_LESION, average_precisions, box_scores, confusion, froc, precision_recall};
pub use films::{film_scores, reliability, roc};

use super::cases::Cases;
use super::matched::Matched;
use super::plot::{Axis, Plot, Series, Style};
use super::point::OperatingPoint;
use super::result::DetectorFigures;
use super::settings::Settings;

/// Bars of a histogram, from 0 to 1.
const NUM_SCORE_BINS: usize = 20;
/// A point of a curve is left out when it is nearer than this to the one before, of the axes' length: no screen and no
/// print shows the difference.
const FINEST: f64 = 0.001;

/// What the plots are of.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub cases: &'a Cases,
    pub matched: &'a Matched,
    pub settings: &'a Settings,
    pub point: OperatingPoint,
}

/// All plots that there are, in the order of a report: films first, then boxes.
pub fn all(source: Source<'_>, figures: Option<&DetectorFigures>) -> Vec<Plot> {
    let boxes = BoxOutcomes::new(source);
    let plots = [
        roc(source),
        reliability(source),
        film_scores(source),
        precision_recall(source, &boxes),
        froc(source, &boxes),
        figures.and_then(|figures| average_precisions(source.settings, figures)),
        box_scores(source, &boxes),
    ];
    plots.into_iter().flatten().collect()
}

/// Position of the grey that stands for what is not measured.
pub const GREY: usize = usize::MAX;

fn line(name: String, style: Style, color: usize, points: Vec<[f64; 2]>) -> Series {
    Series { name, style, color, points }
}

/// `88.61 %`.
fn percent(value: f64) -> String {
    format!("{:.2} %", value * 100.0)
}

/// The bin of a score from 0 to 1; a score of exactly 1 is in the last.
fn bin_of(score: f64, num_bins: usize) -> usize {
    ((score * num_bins as f64) as usize).min(num_bins - 1)
}

fn histogram(name: &str, color: usize, scores: impl Iterator<Item = f64>) -> (Series, u64) {
    let mut counts = [0_u64; NUM_SCORE_BINS];
    for score in scores {
        counts[bin_of(score, NUM_SCORE_BINS)] += 1;
    }
    let sum: u64 = counts.iter().sum();
    let middle = |bin: usize| (bin as f64 + 0.5) / NUM_SCORE_BINS as f64;
    let points = counts.iter().enumerate().map(|(bin, &n)| [middle(bin), n as f64 / sum.max(1) as f64]).collect();
    (line(format!("{name} ({sum})"), Style::Bars, color, points), sum)
}

fn score_plot(
    key: &'static str,
    title: &str,
    x: &str,
    histograms: [(Series, u64); 2],
    caption: String,
) -> Option<Plot> {
    let series: Vec<Series> = histograms.into_iter().filter(|(_, sum)| *sum > 0).map(|(series, _)| series).collect();
    let highest = series.iter().flat_map(|one| &one.points).map(|point| point[1]).fold(0.0, f64::max);
    // A round end over the highest bar.
    let end = [0.1, 0.2, 0.4, 0.6, 0.8].into_iter().find(|end| *end >= highest).unwrap_or(1.0);
    (!series.is_empty()).then(|| Plot {
        key,
        title: title.to_owned(),
        x: Axis::unit(x),
        y: Axis::linear("Share of the kind", 0.0, end),
        series,
        dots: Vec::new(),
        caption,
    })
}

/// Without points that are too near to the one before to be seen; the first and the last always stay.
fn thinned(points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let last = points.len().saturating_sub(1);
    let mut kept: Vec<[f64; 2]> = Vec::new();
    for (place, point) in points.into_iter().enumerate() {
        let is_far = kept.last().is_none_or(|[x, y]| (point[0] - x).abs() + (point[1] - y).abs() >= FINEST);
        if is_far || place == last {
            kept.push(point);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluation::cases::{BoxColumns, FilmCase};
    use crate::domain::fusion::FusionRule;
    use crate::domain::label::LabelName;
    use crate::domain::study::View;

    const SQUARE: [f64; 4] = [0.0, 0.0, 10.0, 10.0];
    const FAR: [f64; 4] = [50.0, 50.0, 60.0, 60.0];

    fn cases() -> Cases {
        let film = |name: &str, is_abnormal: bool| FilmCase {
            image: name.into(),
            study: name.into(),
            patient: name.into(),
            is_abnormal: Some(is_abnormal),
            size: Some([100, 100]),
            age_years: None,
            sex: None,
            view: View::Other,
            readers: Vec::new(),
        };
        let mut truths = BoxColumns::default();
        truths.push_film([(0, SQUARE, None), (1, FAR, None)]);
        truths.push_film([(0, SQUARE, None)]);
        truths.push_film([]);
        truths.push_film([]);
        let mut detections = BoxColumns::default();
        detections.push_film([(0, SQUARE, Some(0.9)), (0, FAR, Some(0.7))]);
        detections.push_film([(0, SQUARE, Some(0.4))]);
        detections.push_film([(0, SQUARE, Some(0.8)), (1, SQUARE, Some(0.45))]);
        detections.push_film([]);
        Cases {
            classes: ["A", "B", "C"].map(LabelName::new).to_vec(),
            films: vec![film("a", true), film("b", true), film("c", false), film("d", false)],
            truths,
            detections,
            has_detector: true,
            probabilities: vec![Some(0.9), Some(0.1), Some(0.4), None],
            no_finding: Vec::new(),
        }
    }

    pub(super) fn with<T>(rule: FusionRule, point: [f64; 2], look: impl FnOnce(Source<'_>, &BoxOutcomes) -> T) -> T {
        let cases = cases();
        let settings = Settings { rule, ..Settings::default() };
        let matched = Matched::new(&cases, &settings);
        let point = OperatingPoint { c_star: point[0], min_score: point[1] };
        let source = Source { cases: &cases, matched: &matched, settings: &settings, point };
        look(source, &BoxOutcomes::new(source))
    }

    #[test]
    fn histograms_are_of_kinds() {
        let plot = with(FusionRule::DetectorOnly, [0.3, 0.3], box_scores).unwrap();
        let names: Vec<_> = plot.series.iter().map(|series| series.name.as_str()).collect();
        assert_eq!(names, ["Right boxes (2)", "Wrong boxes (3)"]);
        assert_eq!(plot.series[0].points[18], [0.925, 0.5]);
        assert_eq!(plot.y.max, 0.6);
        assert_eq!((bin_of(1.0, 10), bin_of(0.1, 10), bin_of(0.0, 10)), (9, 1, 0));
        let films = with(FusionRule::Paper, [0.3, 0.3], |source, _| film_scores(source)).unwrap();
        assert_eq!(films.series[1].name, "Normal films (1)");
    }

    #[test]
    fn nothing_to_show_makes_no_plot() {
        let empty = Cases::default();
        let settings = Settings::default();
        let matched = Matched::new(&empty, &settings);
        let point = OperatingPoint { c_star: 0.5, min_score: 0.3 };
        let source = Source { cases: &empty, matched: &matched, settings: &settings, point };
        assert_eq!(all(source, None), []);
        assert_eq!(confusion(source, &BoxOutcomes::new(source)), None);
    }

    #[test]
    fn a_curve_keeps_its_shape_when_it_is_thinned() {
        let points: Vec<[f64; 2]> = (0..=100_000).map(|i| [f64::from(i) / 1e5, 0.5]).collect();
        let kept = thinned(points);
        assert!(kept.len() <= 1002, "{}", kept.len());
        assert_eq!((kept[0], kept[kept.len() - 1]), ([0.0, 0.5], [1.0, 0.5]));
        assert_eq!(thinned(vec![[0.0, 0.0], [0.0, 0.0]]).len(), 2);
    }
}

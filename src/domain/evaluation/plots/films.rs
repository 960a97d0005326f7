//! Plots of films: ROC, reliability, and the probabilities of abnormal and normal ones.

use crate::domain::evaluation::after_rule;
use crate::domain::evaluation::plot::{Axis, Plot, Style};
use crate::domain::metrics::calibration::{Binning, Calibration};
use crate::domain::metrics::confusion_counts::Counts;
use crate::domain::metrics::roc::Roc;

use super::{GREY, Source, histogram, line, percent, score_plot, thinned};

const NUM_RELIABILITY_BINS: usize = 10;

/// Films that have both a truth and a probability.
fn judged(source: Source<'_>) -> (Vec<bool>, Vec<f64>) {
    let probabilities = after_rule::probabilities(source.cases, source.settings);
    let films = source.cases.films.iter().zip(&*probabilities);
    films.filter_map(|(film, probability)| film.is_abnormal.zip(*probability)).unzip()
}

/// Sensitivity over 1 - specificity, with c*.
pub fn roc(source: Source<'_>) -> Option<Plot> {
    let (truth, scores) = judged(source);
    let roc = Roc::of(&truth, &scores)?;
    let point = source.point.c_star;
    let counts = Counts::at(&truth, &scores, point);
    let (sensitivity, specificity) = (counts.sensitivity()?, counts.specificity()?);
    let curve = roc.points.iter().map(|point| [point.fpr, point.tpr]).collect();
    Some(Plot {
        key: "roc",
        title: "ROC of films".to_owned(),
        x: Axis::unit("1 - specificity"),
        y: Axis::unit("Sensitivity"),
        series: vec![
            line(String::new(), Style::Dashed, GREY, vec![[0.0, 0.0], [1.0, 1.0]]),
            line(format!("AUROC {}", percent(roc.auroc())), Style::Line, 0, thinned(curve)),
        ],
        dots: vec![([1.0 - specificity, sensitivity], 0)],
        caption: format!(
            "{} abnormal and {} normal films. At c* {point:.4}: sensitivity {}, specificity {}.",
            roc.num_positive,
            roc.num_negative,
            percent(sensitivity),
            percent(specificity),
        ),
    })
}

/// Share of abnormal films over the mean probability, in ten equal bins.
pub fn reliability(source: Source<'_>) -> Option<Plot> {
    let (truth, scores) = judged(source);
    let bins = Calibration::of(&truth, &scores, NUM_RELIABILITY_BINS, Binning::EqualWidth)?.bins;
    let points: Vec<[f64; 2]> = bins.iter().map(|bin| [bin.mean_probability, bin.share_positive()]).collect();
    let num_films = truth.len();
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or(0);
    Some(Plot {
        key: "reliability",
        title: "Reliability of probabilities".to_owned(),
        x: Axis::unit("Mean probability"),
        y: Axis::unit("Share of abnormal films"),
        series: vec![
            line("Perfectly calibrated".to_owned(), Style::Dashed, GREY, vec![[0.0, 0.0], [1.0, 1.0]]),
            line("Films".to_owned(), Style::Line, 0, points.clone()),
            line(String::new(), Style::Points, 0, points),
        ],
        dots: Vec::new(),
        caption: format!(
            "{num_films} films in {} of {NUM_RELIABILITY_BINS} equal bins; the fullest has {most}. Below the line, \
             probabilities are too high.",
            bins.len()
        ),
    })
}

/// Probabilities of abnormal and of normal films.
pub fn film_scores(source: Source<'_>) -> Option<Plot> {
    let (truth, scores) = judged(source);
    let of = |kind: bool| truth.iter().zip(&scores).filter(move |(is, _)| **is == kind).map(|(_, &score)| score);
    let series = [("Abnormal films", true, 1), ("Normal films", false, 2)];
    let series = series.map(|(name, kind, color)| histogram(name, color, of(kind)));
    let caption = format!("Each kind adds up to 100 %. c* is {:.4}.", source.point.c_star);
    score_plot("film-scores", "Probabilities of films", "Probability", series, caption)
}

#[cfg(test)]
mod tests {
    use super::super::tests::with;
    use super::*;
    use crate::domain::fusion::FusionRule;

    #[test]
    fn the_roc_leaves_out_films_without_an_answer() {
        let plot = with(FusionRule::Paper, [0.4, 0.3], |source, _| roc(source)).unwrap();
        assert_eq!(plot.series[1].points, [[0.0, 0.0], [0.0, 0.5], [1.0, 0.5], [1.0, 1.0]]);
        assert_eq!(plot.series[1].name, "AUROC 50.00 %");
        assert_eq!(plot.dots, [([1.0, 0.5], 0)]);
        assert!(plot.caption.starts_with("2 abnormal and 1 normal films."), "{}", plot.caption);
    }

    #[test]
    fn reliability_has_a_point_for_each_full_bin() {
        let plot = with(FusionRule::Paper, [0.3, 0.3], |source, _| reliability(source)).unwrap();
        assert_eq!(plot.series[1].points, [[0.1, 1.0], [0.4, 0.0], [0.9, 1.0]]);
    }
}

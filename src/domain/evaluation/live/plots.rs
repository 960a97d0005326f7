//! The plots of a snapshot: curves and bars with the operating point on each, and two runs in one plot.

use crate::domain::evaluation::cases::Cases;
use crate::domain::evaluation::matched::Matched;
use crate::domain::evaluation::plot::{Axis, Matrix, Plot, Series, Style};
use crate::domain::evaluation::plots::{
    self, BoxOutcomes, FROC_RANGE, GREY, MISSED, NO_LESION, Source, rule_text, within,
};
use crate::domain::evaluation::point::OperatingPoint;
use crate::domain::evaluation::settings::Settings;
use crate::domain::fusion::FusionRule;
use crate::domain::label::LabelName;

use super::{BoxSnapshot, FilmSnapshot};

/// What the slider does not move, and the words around what it moves.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Drawn {
    classes: Vec<LabelName>,
    num_films: u64,
    has_classifier: bool,
    main_iou: f64,
    interpolation: &'static str,
    roc: Option<Plot>,
    /// Reliability and scores of films; lines at c* come on top.
    of_films: Vec<Plot>,
    /// Scores of boxes before any rule.
    of_boxes: Option<Plot>,
}

impl Drawn {
    pub fn new(cases: &Cases, settings: &Settings, matched: Option<&Matched>) -> Self {
        let none = Matched::default();
        // Before any rule: histograms of the detector's own scores, which c* does not move.
        let has_rule = settings.rule != FusionRule::DetectorOnly;
        let settings = &Settings { rule: FusionRule::DetectorOnly, ..settings.clone() };
        let point = OperatingPoint { c_star: 0.0, min_score: 0.0 };
        let source = Source { cases, matched: matched.unwrap_or(&none), settings, point };
        let mut of_boxes = matched.and_then(|_| plots::box_scores(source, &BoxOutcomes::new(source)));
        if let Some(plot) = of_boxes.as_mut().filter(|_| has_rule) {
            plot.caption = plot.caption.replace("detector only", "before the rule");
        }
        let of_films = [plots::reliability(source), plots::film_scores(source)];
        Self {
            classes: cases.classes.clone(),
            num_films: cases.films.len() as u64,
            has_classifier: !cases.probabilities.is_empty(),
            main_iou: settings.main_iou,
            interpolation: settings.interpolation.as_str(),
            roc: plots::roc(source),
            of_films: of_films.into_iter().flatten().map(without_point).collect(),
            of_boxes,
        }
    }

    /// In the order in which they are read: films first, then boxes.
    pub fn plots(
        &self,
        point: OperatingPoint,
        rule: FusionRule,
        films: Option<&FilmSnapshot>,
        boxes: Option<&BoxSnapshot>,
    ) -> Vec<Plot> {
        let mut all = Vec::new();
        all.extend(self.roc.as_ref().zip(films).map(|(roc, films)| roc_at(roc, point, films)));
        for plot in &self.of_films {
            all.push(with_line(plot, format!("c* {:.4}", point.c_star), point.c_star));
        }
        if let Some(boxes) = boxes {
            let rule = self.rule(point, rule);
            all.extend(self.precision_recall(boxes, point, &rule));
            all.extend(self.froc(boxes, point, &rule));
            all.extend(self.average_precisions(boxes, &rule));
        }
        if let Some(plot) = &self.of_boxes {
            all.push(with_line(plot, format!("From {:.2} on they count", point.min_score), point.min_score));
        }
        all
    }

    fn precision_recall(&self, boxes: &BoxSnapshot, point: OperatingPoint, rule: &str) -> Option<Plot> {
        let (mut series, mut dots) = (Vec::new(), Vec::new());
        for (color, (label, class)) in self.classes.iter().zip(&boxes.classes).enumerate() {
            if class.num_truths > 0 {
                let name = format!("{label} ({})", class.num_truths);
                series.push(Series { name, style: Style::Line, color, points: class.curve.clone() });
                dots.extend(
                    class.recall().zip(class.precision()).map(|(recall, precision)| ([recall, precision], color)),
                );
            }
        }
        (!series.is_empty()).then(|| Plot {
            key: "pr",
            title: "Precision and recall by class".to_owned(),
            x: Axis::unit("Recall"),
            y: Axis::unit("Precision"),
            series,
            dots,
            caption: format!(
                "At IoU {}, {rule}; in brackets the boxes of the truth. Dots: boxes with a score of at least {:.2}.",
                self.main_iou, point.min_score
            ),
        })
    }

    fn froc(&self, boxes: &BoxSnapshot, point: OperatingPoint, rule: &str) -> Option<Plot> {
        let sensitivity = boxes.lesion_sensitivity?.value;
        let false_positives = boxes.false_positives_per_film?.value;
        let num_truths: u64 = boxes.classes.iter().map(|class| class.num_truths).sum();
        Some(Plot {
            key: "froc",
            title: "FROC, all classes".to_owned(),
            x: Axis { is_log: true, ..Axis::linear("False positives per film", FROC_RANGE[0], FROC_RANGE[1]) },
            y: Axis::unit("Sensitivity to lesions"),
            series: vec![Series {
                name: "Boxes of all classes".to_owned(),
                style: Style::Steps,
                color: 0,
                points: within(&boxes.froc, FROC_RANGE),
            }],
            dots: vec![([false_positives, sensitivity], 0)],
            caption: format!(
                "{num_truths} boxes of the truth on {} films, at IoU {}, {rule}. Dot: boxes with a score of at least \
                 {:.2}: {:.2} % found at {false_positives:.3} false positives per film.",
                self.num_films,
                self.main_iou,
                point.min_score,
                100.0 * sensitivity,
            ),
        })
    }

    fn average_precisions(&self, boxes: &BoxSnapshot, rule: &str) -> Option<Plot> {
        let known = self.classes.iter().zip(&boxes.classes).filter_map(|(label, class)| Some((label, class.ap?)));
        let mut bars: Vec<(&LabelName, f64)> = known.collect();
        // The last one is on top.
        bars.sort_by(|a, b| a.1.total_cmp(&b.1));
        let mean = boxes.map?;
        Some(Plot {
            key: "ap",
            title: format!("Average precision at IoU {}", self.main_iou),
            x: Axis::unit("AP"),
            y: Axis::named("", bars.iter().map(|(label, _)| label.to_string()).collect()),
            series: vec![Series {
                name: String::new(),
                style: Style::Bars,
                color: 0,
                points: bars.iter().enumerate().map(|(place, (_, ap))| [*ap, place as f64]).collect(),
            }],
            dots: Vec::new(),
            caption: format!("Mean {:.2} %, by {} points of recall, {rule}.", 100.0 * mean, self.interpolation),
        })
    }

    /// Truths by rows, answers by columns.
    pub fn confusion(&self, point: OperatingPoint, rule: FusionRule, boxes: &BoxSnapshot) -> Option<Matrix> {
        let names = |last: &str| self.classes.iter().map(LabelName::as_str).chain([last]).map(str::to_owned).collect();
        (!self.classes.is_empty()).then(|| Matrix {
            key: "confusion",
            title: "Confusion of classes".to_owned(),
            row_title: "Truth".to_owned(),
            column_title: "Answer".to_owned(),
            rows: names(NO_LESION),
            columns: names(MISSED),
            counts: boxes.confusion.clone(),
            caption: format!(
                "Boxes with a score of at least {:.2}, at IoU {}, {}. Shades are shares of a row.",
                point.min_score,
                self.main_iou,
                self.rule(point, rule)
            ),
        })
    }

    fn rule(&self, point: OperatingPoint, rule: FusionRule) -> String {
        rule_text(rule, self.has_classifier, point.c_star)
    }
}

fn roc_at(roc: &Plot, point: OperatingPoint, films: &FilmSnapshot) -> Plot {
    let mut plot = roc.clone();
    plot.dots.clear();
    if let (Some(sensitivity), Some(specificity)) = (films.sensitivity, films.specificity) {
        plot.dots.push(([1.0 - specificity.value, sensitivity.value], 0));
        plot.caption = format!(
            "{} abnormal and {} normal films. At c* {:.4}: sensitivity {:.2} %, specificity {:.2} %.",
            films.counts.num_positive(),
            films.counts.num_negative(),
            point.c_star,
            100.0 * sensitivity.value,
            100.0 * specificity.value,
        );
    }
    plot
}

/// Scores of films tell c* in their caption; here a line does.
fn without_point(mut plot: Plot) -> Plot {
    if plot.key == "film-scores" {
        "Each kind adds up to 100 %.".clone_into(&mut plot.caption);
    }
    plot
}

/// With a dashed line from bottom to top.
fn with_line(plot: &Plot, name: String, at: f64) -> Plot {
    let mut plot = plot.clone();
    let points = vec![[at, plot.y.min], [at, plot.y.max]];
    plot.series.push(Series { name, style: Style::Dashed, color: 0, points });
    plot
}

/// Curves of a second run drawn into the plots of the first: classes keep their colour and the second is dashed; where there
/// is one curve only, the second has a colour of its own. Plots that the second has not stay as they are, and so do
/// histograms, in which nothing could be told apart.
pub fn side_by_side(first: &[Plot], second: &[Plot], names: [&str; 2]) -> Vec<Plot> {
    let both = |plot: &Plot| {
        let mut plot = plot.clone();
        if let Some(other) = second.iter().find(|other| other.key == plot.key) {
            match plot.key {
                "roc" | "froc" | "reliability" => add_curve(&mut plot, other, names),
                "pr" => add_classes(&mut plot, other, names),
                "ap" => add_bars(&mut plot, other, names),
                _ => {}
            }
        }
        plot
    };
    first.iter().map(both).collect()
}

fn is_curve(series: &Series) -> bool {
    series.style != Style::Dashed && series.color != GREY
}

fn titled(name: &str, of: &str) -> String {
    if of.is_empty() { name.to_owned() } else { format!("{name}: {of}") }
}

fn add_curve(plot: &mut Plot, other: &Plot, [first, second]: [&str; 2]) {
    for series in plot.series.iter_mut().filter(|series| is_curve(series) && series.style != Style::Points) {
        series.name = titled(first, &series.name);
    }
    for series in other.series.iter().filter(|series| is_curve(series)) {
        let name = if series.style == Style::Points { String::new() } else { titled(second, &series.name) };
        plot.series.push(Series { name, color: 1, ..series.clone() });
    }
    plot.dots.extend(other.dots.iter().map(|&(at, _)| (at, 1)));
}

fn add_classes(plot: &mut Plot, other: &Plot, [first, second]: [&str; 2]) {
    for series in &other.series {
        plot.series.push(Series { name: String::new(), style: Style::Dashed, ..series.clone() });
    }
    plot.dots.extend(&other.dots);
    plot.caption = format!("Lines: {first}. Dashed: {second}. {}", plot.caption);
}

fn add_bars(plot: &mut Plot, other: &Plot, [first, second]: [&str; 2]) {
    let place_of = |name: &String| plot.y.names.iter().position(|known| known == name);
    let points = other.series.iter().flat_map(|series| &series.points).filter_map(|&[ap, place]| {
        let name = other.y.names.get(place as usize)?;
        Some([ap, place_of(name)? as f64])
    });
    let points = points.collect();
    plot.series.push(Series { name: second.to_owned(), style: Style::Bars, color: 1, points });
    if let Some(own) = plot.series.first_mut() {
        first.clone_into(&mut own.name);
    }
}

//! The figures of runs as plots: loss and its parts, dev figures, average precision per class, learning rate, device.

use std::collections::BTreeMap;

use crate::domain::evaluation::plot::{Axis, Plot, Series, Style};

use super::run::{Best, Figure, FigureOf};

/// A run whose curves are wanted.
#[derive(Clone, Copy, Debug)]
pub struct CurveRun<'a> {
    pub name: &'a str,
    pub figures: &'a [Figure],
    pub best: Option<&'a Best>,
    /// 0 while unknown.
    pub num_steps: u64,
    /// Nothing works on it: its axes are as long as its values are.
    pub is_over: bool,
}

/// Points of a curve: more can't be told apart and cost time at every frame.
const MOST_POINTS: usize = 240;
/// The name of the loss that is learned from; its parts are named `loss_<part>`.
const LOSS: &str = "loss";
const CLASS_AP: &str = "AP@0.5 ";

type Columns<'a> = BTreeMap<(FigureOf, &'a str), Vec<[f64; 2]>>;

/// The plots of one run, or of several with only their main curves. What has no figure yet has no plot.
pub fn curves(runs: &[CurveRun<'_>]) -> Vec<Plot> {
    let columns: Vec<Columns<'_>> = runs.iter().map(|run| columns(run.figures)).collect();
    let last = |run: &CurveRun<'_>| run.figures.iter().map(|figure| figure.step).max().unwrap_or(0).max(run.num_steps);
    let most = runs.iter().map(last).max().unwrap_or(0).max(1) as f64;
    let all: Vec<(&CurveRun<'_>, &Columns<'_>)> = runs.iter().zip(&columns).collect();
    let plots = [
        loss(&all, most),
        dev(&all, most),
        classes(&all, most),
        learning_rate(&all, most),
        times(&all, most),
        load(&all, most),
    ];
    plots.into_iter().flatten().collect()
}

fn columns(figures: &[Figure]) -> Columns<'_> {
    let mut columns: Columns<'_> = BTreeMap::new();
    for figure in figures.iter().filter(|figure| figure.value.is_finite()) {
        columns.entry((figure.of, figure.name.as_str())).or_default().push([figure.step as f64, figure.value]);
    }
    columns
}

/// Neighbours put together by their mean; returns how many stand behind one point.
fn thinned(points: &[[f64; 2]]) -> (Vec<[f64; 2]>, usize) {
    let each = points.len().div_ceil(MOST_POINTS).max(1);
    let mean = |block: &[[f64; 2]]| {
        let num = block.len() as f64;
        [block[block.len() - 1][0], block.iter().map(|point| point[1]).sum::<f64>() / num]
    };
    (points.chunks(each).map(mean).collect(), each)
}

fn line(name: String, color: usize, points: Vec<[f64; 2]>) -> Series {
    // A single point has no line.
    let style = if points.len() < 2 { Style::Points } else { Style::Line };
    Series { name, style, color, points }
}

fn plot(key: &'static str, title: &str, y: Axis, most: f64, series: Vec<Series>, caption: String) -> Option<Plot> {
    let x = Axis::linear("Step", 0.0, most);
    (!series.is_empty()).then(|| Plot { key, title: title.to_owned(), x, y, series, dots: Vec::new(), caption })
}

/// 0 to a little over the highest point.
fn whole(title: &str, series: &[Series]) -> Axis {
    let most = series.iter().flat_map(|one| &one.points).map(|point| point[1]).fold(0.0, f64::max);
    Axis::linear(title, 0.0, if most > 0.0 { most * 1.05 } else { 1.0 })
}

/// 0 to a little over what nearly all points keep below: the first steps would flatten the rest.
fn from_zero(title: &str, series: &[Series]) -> Axis {
    let mut values: Vec<f64> = series.iter().flat_map(|one| one.points.iter().map(|point| point[1])).collect();
    values.sort_by(f64::total_cmp);
    let place = (values.len() * 97 / 100).min(values.len().saturating_sub(1));
    let most = values.get(place).copied().unwrap_or(1.0);
    Axis::linear(title, 0.0, if most > 0.0 { most * 1.15 } else { 1.0 })
}

fn named(run: &CurveRun<'_>, name: &str, is_alone: bool) -> String {
    if is_alone { name.to_owned() } else { run.name.to_owned() }
}

fn loss(runs: &[(&CurveRun<'_>, &Columns<'_>)], most: f64) -> Option<Plot> {
    let is_alone = runs.len() < 2;
    let mut series = Vec::new();
    let mut behind = 1;
    for (place, (run, columns)) in runs.iter().enumerate() {
        // A classifier's one part is the whole.
        let has_parts = columns.keys().filter(|(_, name)| name.starts_with("loss_")).count() > 1;
        for ((of, name), points) in *columns {
            let part = match name.strip_prefix(LOSS) {
                Some("") => None,
                Some(part) if part.starts_with('_') => Some(part[1..].replace('_', " ")),
                _ => continue,
            };
            // Beside another run only the whole is shown.
            if *of != FigureOf::Train || (part.is_some() && !(is_alone && has_parts)) {
                continue;
            }
            let (points, each) = thinned(points);
            behind = behind.max(each);
            let text = part.unwrap_or_else(|| named(run, "Loss", is_alone));
            let color = if is_alone { series.len() } else { place };
            series.push(line(text, color, points));
        }
    }
    let caption = match behind {
        1 => "Should fall and then level out.".to_owned(),
        each => format!("Should fall and then level out. A point is the mean of {each} values."),
    };
    let y = from_zero("Loss", &series);
    plot("loss", "Loss on train films", y, most, series, caption)
}

fn dev(runs: &[(&CurveRun<'_>, &Columns<'_>)], most: f64) -> Option<Plot> {
    let is_alone = runs.len() < 2;
    let mut series: Vec<Series> = Vec::new();
    let mut dots = Vec::new();
    for (place, (run, columns)) in runs.iter().enumerate() {
        for ((of, name), points) in *columns {
            let is_main = run.best.is_none_or(|best| best.name == *name);
            if *of != FigureOf::Dev || name.starts_with(CLASS_AP) || name.contains(LOSS) || (!is_main && !is_alone) {
                continue;
            }
            if let Some(best) = run.best.filter(|best| best.name == *name) {
                dots.push(([best.step as f64, best.value], if is_alone { series.len() } else { place }));
            }
            let color = if is_alone { series.len() } else { place };
            series.push(line(named(run, name, is_alone), color, thinned(points).0));
        }
    }
    let caption = "On films that it does not learn from. The dot is the best checkpoint, which is kept.".to_owned();
    let plot = plot("dev", "Figures on dev films", Axis::unit("Figure"), most, series, caption)?;
    Some(Plot { dots, ..plot })
}

fn classes(runs: &[(&CurveRun<'_>, &Columns<'_>)], most: f64) -> Option<Plot> {
    let [(_, columns)] = runs else { return None };
    let of_class = |((of, name), points): (&(FigureOf, &str), &Vec<[f64; 2]>)| {
        let class = name.strip_prefix(CLASS_AP).filter(|_| *of == FigureOf::Dev)?;
        Some((class.to_owned(), points.clone()))
    };
    let found = columns.iter().filter_map(of_class).enumerate();
    let series = found.map(|(place, (class, points))| line(class, place, thinned(&points).0)).collect();
    let caption = "Of a class with few boxes on dev films this jumps about and says little.".to_owned();
    plot("class-ap", "Average precision per class, dev films", Axis::unit("AP@0.5"), most, series, caption)
}

fn learning_rate(runs: &[(&CurveRun<'_>, &Columns<'_>)], most: f64) -> Option<Plot> {
    let is_alone = runs.len() < 2;
    let of_run = |(place, (run, columns)): (usize, &(&CurveRun<'_>, &Columns<'_>))| {
        let points = columns.get(&(FigureOf::Train, "learning_rate"))?;
        let name = if is_alone { String::new() } else { run.name.to_owned() };
        Some(line(name, place, thinned(points).0))
    };
    let series: Vec<Series> = runs.iter().enumerate().filter_map(of_run).collect();
    let highest = series.iter().flat_map(|one| &one.points).map(|point| point[1]).fold(0.0, f64::max);
    let y = Axis::linear("Learning rate", 0.0, if highest > 0.0 { highest * 1.1 } else { 1.0 });
    plot("learning-rate", "Learning rate", y, most, series, "How far the weights move in a step.".to_owned())
}

fn times(runs: &[(&CurveRun<'_>, &Columns<'_>)], most: f64) -> Option<Plot> {
    let [(run, columns)] = runs else { return None };
    let wanted = [("step_ms", "A whole step"), ("data_wait_ms", "Waiting for films")];
    let found = wanted.into_iter().filter_map(|(key, name)| {
        let points = columns.get(&(FigureOf::Device, key))?;
        Some((name, thinned(points).0))
    });
    let series: Vec<Series> =
        found.enumerate().map(|(place, (name, points))| line(name.to_owned(), place, points)).collect();
    let all = whole("Milliseconds", &series);
    let nearly_all = from_zero("Milliseconds", &series);
    let is_cut = !run.is_over && nearly_all.max < all.max;
    let caption = if is_cut {
        "No step should wait for films. The highest peaks are cut off while it learns."
    } else {
        "No step should wait for films."
    };
    let y = if is_cut { nearly_all } else { all };
    plot("step-time", "Time of a step", y, most, series, caption.to_owned())
}

fn load(runs: &[(&CurveRun<'_>, &Columns<'_>)], most: f64) -> Option<Plot> {
    let [(_, columns)] = runs else { return None };
    let points = columns.get(&(FigureOf::Device, "load"))?;
    let series = vec![line(String::new(), 0, thinned(points).0)];
    let caption = "1: the device never waited.".to_owned();
    plot("device-load", "Load of the device", Axis::unit("Load"), most, series, caption)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(step: u64, of: FigureOf, name: &str, value: f64) -> Figure {
        Figure { step, of, name: name.to_owned(), value }
    }

    fn run(name: &'static str, figures: &'static [Figure], best: Option<&'static Best>) -> CurveRun<'static> {
        CurveRun { name, figures, best, num_steps: 100, is_over: false }
    }

    fn detector() -> Vec<Figure> {
        let mut figures = Vec::new();
        for step in 1..=1000 {
            figures.push(figure(step, FigureOf::Train, "loss", 1000.0 / step as f64));
            figures.push(figure(step, FigureOf::Train, "loss_box_reg", 0.5));
            figures.push(figure(step, FigureOf::Train, "loss_classifier", 0.1));
            figures.push(figure(step, FigureOf::Train, "learning_rate", 0.001));
        }
        figures.push(figure(500, FigureOf::Dev, "mAP@0.5", 0.2));
        figures.push(figure(1000, FigureOf::Dev, "mAP@0.5", 0.3));
        figures.push(figure(1000, FigureOf::Dev, "AP@0.5 Osteophytes", 0.4));
        figures.push(figure(1000, FigureOf::Dev, "AP@0.5 Fracture", f64::NAN));
        figures
    }

    #[test]
    fn a_run_has_its_curves_and_nothing_that_is_no_number() {
        let best = Box::leak(Box::new(Best { name: "mAP@0.5".into(), value: 0.3, step: 1000 }));
        let figures = Box::leak(detector().into_boxed_slice());
        let plots = curves(&[run("a", figures, Some(best))]);
        let keys: Vec<&str> = plots.iter().map(|plot| plot.key).collect();
        assert_eq!(keys, ["loss", "dev", "class-ap", "learning-rate"]);
        let names = |plot: &Plot| plot.series.iter().map(|series| series.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&plots[0]), ["Loss", "box reg", "classifier"]);
        assert_eq!(plots[0].series[0].points.len(), 200);
        assert_eq!(plots[0].series[0].points[0], [5.0, (1000.0 + 500.0 + 1000.0 / 3.0 + 250.0 + 200.0) / 5.0]);
        assert!(plots[0].y.max < 250.0, "the first steps don't flatten the rest: {}", plots[0].y.max);
        assert_eq!(plots[0].x.max, 1000.0);
        assert_eq!(plots[1].dots, [([1000.0, 0.3], 0)]);
        assert_eq!(names(&plots[2]), ["Osteophytes"], "a figure that is no number has no curve");
    }

    #[test]
    fn a_run_that_is_over_shows_its_slowest_step_and_one_without_figures_takes_no_colour_away() {
        let times =
            (1..=100).map(|step| figure(step, FigureOf::Device, "step_ms", if step == 3 { 900.0 } else { 100.0 }));
        let times = Box::leak(times.collect::<Vec<_>>().into_boxed_slice());
        let going = run("going", times, None);
        let highest = |run: CurveRun<'_>| curves(&[run])[0].y.max;
        assert!(highest(going) < 200.0, "{}", highest(going));
        assert!(highest(CurveRun { is_over: true, ..going }) >= 900.0);
        let figures = Box::leak(detector().into_boxed_slice());
        for plot in curves(&[going, run("second", figures, None)]) {
            assert_eq!(plot.series[0].color, 1, "{}", plot.key);
        }
    }

    #[test]
    fn two_runs_are_held_against_each_other_by_their_main_curves() {
        let figures = Box::leak(detector().into_boxed_slice());
        let plots = curves(&[run("first", figures, None), run("second", figures, None)]);
        for plot in &plots {
            let names: Vec<&str> = plot.series.iter().map(|series| series.name.as_str()).collect();
            assert_eq!(names, ["first", "second"], "{}", plot.key);
        }
        assert_eq!(plots.len(), 3);
        assert!(curves(&[]).is_empty());
    }
}

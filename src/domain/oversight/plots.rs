//! The plots of the overview: how labels are distributed, and how often readers differ, month by month.

use crate::domain::evaluation::plot::{Axis, Plot, Series, Style};
use crate::domain::label::{LabelName, NO_FINDING};

use super::disagreement::MonthOfReading;
use super::split_table::{Part, SplitTable};

/// Films with each label, the most frequent at the top; a bar each for training and test set where films are split.
/// Labels that nobody used are left out and counted in the caption. `None` where nothing was found.
pub fn label_distribution(table: &SplitTable) -> Option<Plot> {
    let total = table.columns.last()?.labels.as_ref()?;
    let mut used: Vec<(&LabelName, u64)> = total
        .labels
        .iter()
        .filter(|row| row.num_images > 0 && row.label.as_str() != NO_FINDING)
        .map(|row| (&row.label, row.num_images))
        .collect();
    // Lying bars stand from the bottom up.
    used.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)));
    let most = used.last()?.1;
    let num_unused = total.labels.iter().filter(|row| row.num_images == 0).count();
    let shown: Vec<_> = match table.columns.len() {
        1 => table.columns.iter().collect(),
        _ => table.columns.iter().filter(|column| column.part != Part::Total).collect(),
    };
    let series = shown.iter().enumerate().map(|(color, column)| {
        let count = |label: &LabelName| {
            let row = column.labels.as_ref()?.labels.iter().find(|row| row.label == *label)?;
            Some(row.num_images as f64)
        };
        let points = used.iter().enumerate().map(|(at, (label, _))| [count(label).unwrap_or(0.0), at as f64]).collect();
        Series { name: part_title(column.part).to_owned(), style: Style::Bars, color, points }
    });
    let mut series: Vec<Series> = series.collect();
    if let [only] = &mut series[..] {
        only.name.clear();
    }
    let names = used.iter().map(|(label, num)| format!("{label} ({num})")).collect();
    Some(Plot {
        key: "label-distribution",
        title: "Distribution of labels".to_owned(),
        x: Axis::linear("Films", 0.0, round_end(most as f64)),
        y: Axis::named("", names),
        series,
        dots: Vec::new(),
        caption: match num_unused {
            0 => "Films with the label; in brackets those of the whole project.".to_owned(),
            n => format!("Films with the label; in brackets those of the whole project. Labels on no film: {n}."),
        },
    })
}

/// Shares of the films that at least two people completed. `None` where there is no such film.
pub fn disagreement(months: &[MonthOfReading]) -> Option<Plot> {
    if months.is_empty() {
        return None;
    }
    let line = |name: &str, color: usize, num: fn(&MonthOfReading) -> u64| {
        let share = |at: &MonthOfReading| num(at) as f64 / at.num_films.max(1) as f64;
        let points: Vec<[f64; 2]> = months.iter().enumerate().map(|(x, at)| [x as f64, 100.0 * share(at)]).collect();
        // A single month is a dot, not a line.
        let style = if points.len() == 1 { Style::Points } else { Style::Line };
        Series { name: name.to_owned(), style, color, points }
    };
    let num_films: u64 = months.iter().map(|at| at.num_films).sum();
    Some(Plot {
        key: "disagreement",
        title: "Films on which readers differ".to_owned(),
        x: Axis::named("", months.iter().map(|at| at.month.clone()).collect()),
        y: Axis::linear("Per cent of films", 0.0, 100.0),
        series: vec![
            line("Other labels", 0, |at| at.num_labels_differ),
            line("Normal or abnormal", 1, |at| at.num_decisions_differ),
        ],
        dots: Vec::new(),
        caption: format!("{num_films} films that at least two people completed, by the month of the last reading."),
    })
}

pub const fn part_title(part: Part) -> &'static str {
    match part {
        Part::Training => "Training set",
        Part::Test => "Test set",
        Part::Total => "Total",
    }
}

/// The next 1, 2 or 5 times a power of ten; at least 5, so that ticks are whole films.
fn round_end(most: f64) -> f64 {
    let mut power = 1.0;
    loop {
        for part in [5.0, 10.0, 20.0] {
            if part * power >= most {
                return part * power;
            }
        }
        power *= 10.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_round_number_over_the_longest_bar() {
        for (most, expected) in [(1.0, 5.0), (5.0, 5.0), (6.0, 10.0), (21.0, 50.0), (12_562.0, 20_000.0)] {
            assert!((round_end(most) - expected).abs() < 1e-9, "{most}");
        }
    }

    #[test]
    fn a_month_is_a_point_and_nothing_is_no_plot() {
        assert_eq!(disagreement(&[]), None);
        let month = |month: &str, num_labels_differ| MonthOfReading {
            month: month.to_owned(),
            num_films: 4,
            num_decisions_differ: 1,
            num_labels_differ,
        };
        let plot = disagreement(&[month("2026-01", 2), month("2026-03", 4)]).unwrap();
        assert_eq!(plot.series[0].points, [[0.0, 50.0], [1.0, 100.0]]);
        assert_eq!(plot.series[1].points, [[0.0, 25.0], [1.0, 25.0]]);
        assert_eq!(disagreement(&[month("2026-01", 2)]).unwrap().series[0].style, Style::Points);
        assert_eq!(label_distribution(&SplitTable::default()), None);
    }
}

//! The numbers of a plot as a table: one row for each point, so that anybody can draw it anew.
//!
//! | column | what |
//! |---|---|
//! | `series` | the series' name; `operating point` for the dots |
//! | `x`, `y` | the values, not rounded, or the names of an axis that has names |

use super::{csv_cell, number};
use crate::domain::evaluation::plot::{Axis, Matrix, Plot};

/// The points of every series, then the dots. The header names the axes.
pub fn from_plot(plot: &Plot) -> String {
    let mut out = String::from("series,");
    push_title(&mut out, &plot.x, "x");
    out.push(',');
    push_title(&mut out, &plot.y, "y");
    out.push('\n');
    let rows = plot.series.iter().flat_map(|series| series.points.iter().map(|point| (series.name.as_str(), *point)));
    for (name, [x, y]) in rows.chain(plot.dots.iter().map(|(at, _)| ("operating point", *at))) {
        push_text(&mut out, name);
        out.push(',');
        push_value(&mut out, &plot.x, x);
        out.push(',');
        push_value(&mut out, &plot.y, y);
        out.push('\n');
    }
    out
}

/// The rows of a matrix; the first column has their names.
pub fn from_matrix(matrix: &Matrix) -> String {
    let mut out = String::new();
    push_text(&mut out, &format!("{} / {}", matrix.row_title, matrix.column_title));
    for name in &matrix.columns {
        out.push(',');
        push_text(&mut out, name);
    }
    out.push('\n');
    for (name, counts) in matrix.rows.iter().zip(&matrix.counts) {
        push_text(&mut out, name);
        for count in counts {
            out.push(',');
            out.push_str(&count.to_string());
        }
        out.push('\n');
    }
    out
}

fn push_title(out: &mut String, axis: &Axis, otherwise: &str) {
    push_text(out, if axis.title.is_empty() { otherwise } else { &axis.title });
}

fn push_value(out: &mut String, axis: &Axis, value: f64) {
    let is_place = value >= 0.0 && value.fract() == 0.0;
    match axis.names.get(value as usize).filter(|_| is_place) {
        Some(name) => push_text(out, name),
        None => number::push(out, value),
    }
}

fn push_text(out: &mut String, text: &str) {
    csv_cell::push_cell(out, &csv_cell::with_guard(text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluation::plot::{Series, Style};

    #[test]
    fn points_dots_and_names() {
        let plot = Plot {
            key: "ap",
            title: "AP".into(),
            x: Axis::unit("AP, all"),
            y: Axis::named("", vec!["=Fracture".into(), "Osteophytes".into()]),
            series: vec![Series {
                name: "a".into(),
                style: Style::Bars,
                color: 0,
                points: vec![[0.25, 0.0], [1.0 / 3.0, 1.0]],
            }],
            dots: vec![([0.5, 0.5], 0)],
            caption: String::new(),
        };
        let expected =
            "series,\"AP, all\",y\na,0.25,'=Fracture\na,0.3333333333333333,Osteophytes\noperating point,0.5,0.5\n";
        assert_eq!(from_plot(&plot), expected);
    }

    #[test]
    fn a_matrix_has_its_names() {
        let matrix = Matrix {
            key: "confusion",
            title: String::new(),
            row_title: "Truth".into(),
            column_title: "Answer".into(),
            rows: vec!["A".into(), "No lesion".into()],
            columns: vec!["A".into(), "Missed".into()],
            counts: vec![vec![2, 1], vec![3, 0]],
            caption: String::new(),
        };
        assert_eq!(from_matrix(&matrix), "Truth / Answer,A,Missed\nA,2,1\nNo lesion,3,0\n");
    }
}

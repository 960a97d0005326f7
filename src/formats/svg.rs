//! A plot to SVG: one picture on a light ground, readable on a screen and in print, with its numbers as text.
//!
//! SVG 1.1 without scripts, style sheets, fonts or anything from outside, so that it stands inside a page or alone.

use std::fmt::Write;

use crate::domain::evaluation::plot::{Matrix, Plot, Series, Style};

/// Colours that stay apart for most people who see few colours, and in grey (Okabe and Ito, 2008; then two more).
const PALETTE: [&str; 14] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#7a3e9d", "#5a5a5a", "#aa1858", "#5a8a00",
    "#6b4423", "#00868b", "#e03fd8", "#1f2f6b",
];
const GREY: &str = "#8a8a8a";
const INK: &str = "#222222";
const FRAME: &str = "#444444";
const GRID: &str = "#e2e2e2";
/// Of full cells of a matrix.
const SHADE: [f64; 3] = [0.0, 114.0, 178.0];

/// Width of a picture, in pixels.
const WIDTH: f64 = 640.0;
const PLOT_HEIGHT: f64 = 400.0;
const FONT_SIZE: f64 = 13.0;
/// A letter is about this wide; SVG does not say how wide a text is.
const LETTER: f64 = 6.8;
const LINE_HEIGHT: f64 = 18.0;

/// Where the field of a plot lies, in pixels.
#[derive(Clone, Copy)]
struct Field {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

/// A plot as an SVG document.
pub fn from_plot(plot: &Plot) -> String {
    let lying_rows = if plot.has_lying_bars() { plot.y.names.len() as f64 * 30.0 } else { PLOT_HEIGHT - 40.0 };
    let widest = plot.y.ticks().iter().map(|(_, text)| text_width(text)).fold(0.0, f64::max);
    let left = (widest + 44.0).min(WIDTH / 2.0);
    let field = Field { left, top: 40.0, width: WIDTH - left - 30.0, height: lying_rows.max(60.0) };
    let entries: Vec<&Series> = plot.series.iter().filter(|series| !series.name.is_empty()).collect();
    let num_columns = if entries.iter().any(|series| series.name.chars().count() > 36) { 1 } else { 2 };
    let caption = wrapped(&plot.caption, WIDTH - 40.0);
    let legend_top = field.top + field.height + 56.0;
    let legend_rows = entries.len().div_ceil(num_columns);
    let caption_top = legend_top + legend_rows as f64 * LINE_HEIGHT + 8.0;
    let height = caption_top + caption.len() as f64 * LINE_HEIGHT + 6.0;

    let mut out = start(&plot.title, height);
    axes(&mut out, plot, field);
    for bar in plot.bars() {
        let (x0, x1) = (across(plot, field, bar.x[0]), across(plot, field, bar.x[1]));
        let (y0, y1) = (down(plot, field, bar.y[0]), down(plot, field, bar.y[1]));
        let color = color(plot.series[bar.series].color);
        rectangle(&mut out, [x0.min(x1), y0.min(y1), (x1 - x0).abs(), (y1 - y0).abs()], color);
        if plot.has_lying_bars() {
            let value = format!("{:.3}", bar.x[1]);
            // Beside the bar, or in it where there is no room.
            let is_inside = x1 + text_width(&value) > field.left + field.width;
            let (x, anchor, ink) = if is_inside { (x1 - 4.0, "end", "#ffffff") } else { (x1 + 4.0, "start", INK) };
            text(&mut out, [x, f64::midpoint(y0, y1) + 4.5], anchor, ink, &value);
        }
    }
    for series in &plot.series {
        curve(&mut out, plot, field, series);
    }
    for ([x, y], at) in &plot.dots {
        let (x, y) = (across(plot, field, *x), down(plot, field, *y));
        let _ = writeln!(
            out,
            r##"<circle cx="{x:.1}" cy="{y:.1}" r="5" fill="{}" stroke="#ffffff" stroke-width="1.5"/>"##,
            color(*at)
        );
    }
    for (place, series) in entries.iter().enumerate() {
        let (column, row) = (place / legend_rows, place % legend_rows);
        let x = 20.0 + column as f64 * (WIDTH - 40.0) / num_columns as f64;
        legend_entry(&mut out, series, x, legend_top + row as f64 * LINE_HEIGHT);
    }
    lines(&mut out, &caption, caption_top);
    out.push_str("</svg>\n");
    out
}

/// A matrix as an SVG document: counts in shades of their share of the row.
pub fn from_matrix(matrix: &Matrix) -> String {
    let widest = matrix.rows.iter().map(|name| text_width(name)).fold(0.0, f64::max);
    let left = (widest + 44.0).min(WIDTH / 2.0);
    let tallest = matrix.columns.iter().map(|name| text_width(name)).fold(0.0, f64::max);
    // Names of columns stand on a slope of 45 degrees.
    let top = 44.0 + (tallest * 0.71).min(150.0);
    let slope_room = 50.0;
    let cell = (WIDTH - left - slope_room) / matrix.columns.len().max(1) as f64;
    let row_height = cell.clamp(24.0, 40.0);
    let bottom = top + row_height * matrix.rows.len() as f64;
    let caption = wrapped(&matrix.caption, WIDTH - 40.0);
    let mut out = start(&matrix.title, bottom + 44.0 + caption.len() as f64 * LINE_HEIGHT);
    for (column, name) in matrix.columns.iter().enumerate() {
        let (x, y) = (left + (column as f64 + 0.5) * cell, top - 6.0);
        let _ = writeln!(
            out,
            r#"<text x="{x:.1}" y="{y:.1}" fill="{INK}" transform="rotate(-45 {x:.1} {y:.1})">{}</text>"#,
            escaped(name)
        );
    }
    for (row, name) in matrix.rows.iter().enumerate() {
        let y = top + row as f64 * row_height;
        text(&mut out, [left - 8.0, y + row_height / 2.0 + 4.5], "end", INK, name);
        for (column, count) in matrix.counts[row].iter().enumerate() {
            let share = matrix.share(row, column).unwrap_or(0.0);
            let x = left + column as f64 * cell;
            rectangle(&mut out, [x, y, cell - 1.0, row_height - 1.0], &shade(share));
            let ink = if share > 0.5 { "#ffffff" } else { INK };
            text(&mut out, [x + cell / 2.0, y + row_height / 2.0 + 4.5], "middle", ink, &count.to_string());
        }
    }
    let middle = f64::midpoint(top, bottom);
    let _ = writeln!(
        out,
        r#"<text x="16" y="{middle:.1}" fill="{INK}" text-anchor="middle" transform="rotate(-90 16 {middle:.1})">{}</text>"#,
        escaped(&matrix.row_title)
    );
    text(&mut out, [left + (WIDTH - left - slope_room) / 2.0, bottom + 20.0], "middle", INK, &matrix.column_title);
    lines(&mut out, &caption, bottom + 42.0);
    out.push_str("</svg>\n");
    out
}

/// Text as it stands between tags and in attributes of SVG and HTML.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML has no other control characters, not even escaped.
            '\n' | '\t' => out.push(' '),
            other if other.is_control() => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

fn start(title: &str, height: f64) -> String {
    let mut out = String::new();
    let title = escaped(title);
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" width="{WIDTH}" height="{height:.0}" role="img" aria-label="{title}" font-family="sans-serif" font-size="{FONT_SIZE}">"#
    );
    let _ = writeln!(out, r##"<rect width="{WIDTH}" height="{height:.0}" fill="#ffffff"/>"##);
    let _ = writeln!(out, r#"<text x="20" y="24" font-size="15" font-weight="bold" fill="{INK}">{title}</text>"#);
    out
}

fn axes(out: &mut String, plot: &Plot, field: Field) {
    let Field { left, top, width, height } = field;
    let (right, bottom) = (left + width, top + height);
    for (value, name) in plot.x.ticks() {
        let x = across(plot, field, value);
        if plot.x.names.is_empty() {
            stroke(out, [x, top, x, bottom], GRID);
        }
        text(out, [x, bottom + 17.0], "middle", INK, &name);
    }
    for (value, name) in plot.y.ticks() {
        let y = down(plot, field, value);
        if plot.y.names.is_empty() {
            stroke(out, [left, y, right, y], GRID);
        }
        text(out, [left - 7.0, y + 4.5], "end", INK, &name);
    }
    let _ = writeln!(
        out,
        r#"<rect x="{left:.1}" y="{top:.1}" width="{width:.1}" height="{height:.1}" fill="none" stroke="{FRAME}"/>"#
    );
    text(out, [left + width / 2.0, bottom + 37.0], "middle", INK, &plot.x.title);
    let middle = top + height / 2.0;
    let _ = writeln!(
        out,
        r#"<text x="16" y="{middle:.1}" fill="{INK}" text-anchor="middle" transform="rotate(-90 16 {middle:.1})">{}</text>"#,
        escaped(&plot.y.title)
    );
}

fn curve(out: &mut String, plot: &Plot, field: Field, series: &Series) {
    let color = color(series.color);
    let at = |[x, y]: [f64; 2]| [across(plot, field, x), down(plot, field, y)];
    let points = series.points.iter().copied().map(at);
    match series.style {
        Style::Bars => {}
        Style::Points => {
            for [x, y] in points {
                let _ = writeln!(out, r#"<circle cx="{x:.1}" cy="{y:.1}" r="3.5" fill="{color}"/>"#);
            }
        }
        Style::Line | Style::Steps | Style::Dashed => {
            let mut path = String::new();
            let mut before: Option<[f64; 2]> = None;
            for [x, y] in points {
                match before {
                    None => {
                        let _ = write!(path, "M{x:.1} {y:.1}");
                    }
                    Some(_) if series.style == Style::Steps => {
                        let _ = write!(path, "H{x:.1}V{y:.1}");
                    }
                    Some(_) => {
                        let _ = write!(path, "L{x:.1} {y:.1}");
                    }
                }
                before = Some([x, y]);
            }
            if before.is_some() {
                let dashes = if series.style == Style::Dashed { r#" stroke-dasharray="5 4""# } else { "" };
                let _ = writeln!(
                    out,
                    r#"<path d="{path}" fill="none" stroke="{color}" stroke-width="1.8" stroke-linejoin="round"{dashes}/>"#
                );
            }
        }
    }
}

fn legend_entry(out: &mut String, series: &Series, x: f64, y: f64) {
    let color = color(series.color);
    match series.style {
        Style::Bars => rectangle(out, [x + 6.0, y - 10.0, 12.0, 12.0], color),
        Style::Points => {
            let _ = writeln!(out, r#"<circle cx="{:.1}" cy="{:.1}" r="3.5" fill="{color}"/>"#, x + 12.0, y - 4.0);
        }
        Style::Line | Style::Steps | Style::Dashed => {
            let dashes = if series.style == Style::Dashed { r#" stroke-dasharray="5 4""# } else { "" };
            let _ = writeln!(
                out,
                r#"<path d="M{x:.1} {y:.1}h24" stroke="{color}" stroke-width="2.5"{dashes}/>"#,
                y = y - 4.0
            );
        }
    }
    text(out, [x + 32.0, y], "start", INK, &series.name);
}

fn lines(out: &mut String, lines: &[String], top: f64) {
    for (place, line) in lines.iter().enumerate() {
        text(out, [20.0, top + place as f64 * LINE_HEIGHT], "start", FRAME, line);
    }
}

fn text(out: &mut String, [x, y]: [f64; 2], anchor: &str, ink: &str, words: &str) {
    let words = escaped(words);
    let _ = writeln!(out, r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" fill="{ink}">{words}</text>"#);
}

fn stroke(out: &mut String, [x0, y0, x1, y1]: [f64; 4], color: &str) {
    let _ = writeln!(out, r#"<path d="M{x0:.1} {y0:.1}L{x1:.1} {y1:.1}" stroke="{color}"/>"#);
}

fn rectangle(out: &mut String, [x, y, width, height]: [f64; 4], color: &str) {
    let _ = writeln!(out, r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" fill="{color}"/>"#);
}

fn across(plot: &Plot, field: Field, value: f64) -> f64 {
    field.left + plot.x.place(value) * field.width
}

fn down(plot: &Plot, field: Field, value: f64) -> f64 {
    field.top + (1.0 - plot.y.place(value)) * field.height
}

/// Of a position in the palette of series; beyond it, colours begin anew, and what is not measured is grey.
fn color(position: usize) -> &'static str {
    if position == usize::MAX { GREY } else { PALETTE[position % PALETTE.len()] }
}

/// From white to the full shade.
fn shade(share: f64) -> String {
    let part = |full: f64| (255.0 + (full - 255.0) * share).round() as u8;
    format!("#{:02x}{:02x}{:02x}", part(SHADE[0]), part(SHADE[1]), part(SHADE[2]))
}

fn text_width(text: &str) -> f64 {
    text.chars().count() as f64 * LETTER
}

/// Broken between words so that no line is much longer than this, in pixels.
fn wrapped(words: &str, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut() {
            Some(line) if text_width(line) + text_width(word) < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluation::plot::Axis;

    /// Holds a picture against the one kept in `tests/snapshots`; `UPDATE_SNAPSHOTS=1` writes it anew.
    fn check(name: &str, svg: &str) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(format!("{name}.svg"));
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(&path, svg).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == svg, "{name}.svg is not as kept; look at it and run with UPDATE_SNAPSHOTS=1\n{svg}");
    }

    fn series(name: &str, style: Style, color: usize, points: &[[f64; 2]]) -> Series {
        Series { name: name.into(), style, color, points: points.to_vec() }
    }

    fn plot(x: Axis, y: Axis, series: Vec<Series>) -> Plot {
        Plot { key: "p", title: "A plot".into(), x, y, series, dots: Vec::new(), caption: String::new() }
    }

    #[test]
    fn curves_dots_and_legend() {
        let mut roc = plot(
            Axis::unit("1 - specificity"),
            Axis::unit("Sensitivity"),
            vec![
                series("", Style::Dashed, usize::MAX, &[[0.0, 0.0], [1.0, 1.0]]),
                series("AUROC 88.61 %", Style::Line, 0, &[[0.0, 0.0], [0.1, 0.6], [0.3, 0.85], [1.0, 1.0]]),
                series("Second model <b>", Style::Line, 1, &[[0.0, 0.0], [0.2, 0.5], [1.0, 1.0]]),
            ],
        );
        roc.dots = vec![([0.2068, 0.8307], 0)];
        roc.caption =
            "1010 abnormal and 1068 normal films. At c* 0.2808: sensitivity 83.07 %, specificity 79.31 %; the \
                       line across is what chance gives."
                .into();
        check("plot_roc", &from_plot(&roc));
    }

    #[test]
    fn steps_over_a_logarithmic_axis() {
        let x = Axis { is_log: true, ..Axis::linear("False positives per film", 0.125, 8.0) };
        let steps = series("All classes", Style::Steps, 0, &[[0.125, 0.2], [0.5, 0.4], [4.0, 0.7], [8.0, 0.7]]);
        let points = series("Marks", Style::Points, 2, &[[1.0, 0.4]]);
        check("plot_froc", &from_plot(&plot(x, Axis::unit("Sensitivity"), vec![steps, points])));
    }

    #[test]
    fn bars_that_lie_and_bars_that_stand() {
        let names = ["Other lesions", "Osteophytes", "Surgical implant"].map(str::to_owned).to_vec();
        let bars = series("", Style::Bars, 0, &[[0.04, 0.0], [0.34, 1.0], [0.98, 2.0]]);
        check("plot_bars", &from_plot(&plot(Axis::unit("AP"), Axis::named("", names), vec![bars])));
        let kinds = [("Right", 2, 0.5), ("Wrong", 1, 0.3)]
            .map(|(name, color, share)| series(name, Style::Bars, color, &[[0.25, share], [0.75, 1.0 - share]]));
        check("plot_scores", &from_plot(&plot(Axis::unit("Score"), Axis::unit("Share"), kinds.to_vec())));
    }

    #[test]
    fn a_matrix_in_shades() {
        let names = |last: &str| ["Osteophytes", "Fracture", last].map(str::to_owned).to_vec();
        let matrix = Matrix {
            key: "confusion",
            title: "Confusion of classes".into(),
            row_title: "Truth".into(),
            column_title: "Answer".into(),
            rows: names("No lesion"),
            columns: names("Missed"),
            counts: vec![vec![2100, 12, 888], vec![0, 1, 1], vec![0, 0, 0]],
            caption: "Boxes with a score of at least 0.30.".into(),
        };
        check("plot_confusion", &from_matrix(&matrix));
    }

    #[test]
    fn nothing_in_a_text_becomes_a_tag() {
        assert_eq!(escaped("a<b>&\"c\"'\n\u{7}"), "a&lt;b&gt;&amp;&quot;c&quot;&#39; \u{fffd}");
        let empty = plot(Axis::linear("<script>", 0.0, 0.0), Axis::unit("y"), vec![series("", Style::Line, 9, &[])]);
        let svg = from_plot(&empty);
        assert!(!svg.contains("<script") && !svg.contains("NaN"), "{svg}");
    }

    #[test]
    fn captions_are_broken_between_words() {
        assert_eq!(wrapped("one two three", 40.0), ["one", "two", "three"]);
        assert_eq!(wrapped("one two three", 55.0), ["one two", "three"]);
        assert_eq!(wrapped("", 55.0), [] as [String; 0]);
    }

    #[test]
    fn shades_run_from_white() {
        assert_eq!((shade(0.0).as_str(), shade(1.0).as_str()), ("#ffffff", "#0072b2"));
    }
}

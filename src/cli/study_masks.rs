//! Of `rachis study`: masks and polygons of readers against those of the reader held for true.

use anyhow::bail;
use serde_json::{Value, json};

use crate::domain::evaluation::mask_study::{BorderFigures, MaskRow, MaskStudy, Spread};
use crate::domain::id::ReaderId;
use crate::domain::label::LabelName;
use crate::store::Store;
use crate::workflows::mask_study::mask_study_of;

pub fn run(store: &Store, truth: &ReaderId, is_json: bool) -> anyhow::Result<()> {
    let Some(study) = mask_study_of(store, truth)? else {
        bail!(
            "nobody drew a mask or a polygon in a completed film, so there is nothing to compare; boxes are compared by rachis evaluate"
        );
    };
    if is_json {
        println!("{:#}", as_json(&study));
    } else {
        print!("{}", as_text(&study));
    }
    Ok(())
}

const HEADS: [&str; 12] =
    ["films", "missed", "added", "Dice", "median", "IoU", "median", "HD", "median", "HD95", "median", "unit"];

fn as_text(study: &MaskStudy) -> String {
    let mut lines = Vec::new();
    for reader in &study.readers {
        let films = reader.num_films;
        let what = "means and medians over films where both drew the label";
        lines.push(format!("{} against {}: {films} films; {what}", reader.reader, study.truth));
        let rows: Vec<&MaskRow> = reader.labels.iter().chain([&reader.all]).collect();
        let width = rows.iter().map(|row| name(row).chars().count()).max().unwrap_or(0);
        let line = |first: &str, cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:>7}")).collect();
            format!("  {first:<width$} {}", cells.join(" "))
        };
        lines.push(line("", &HEADS.map(str::to_owned)));
        for row in rows {
            let counts = [row.num_both, row.num_missed, row.num_added].map(|count| count.to_string());
            let areas = [row.dice, row.iou].into_iter().flat_map(|spread| of_spread(spread, 3));
            let start: Vec<String> = counts.into_iter().chain(areas).collect();
            let borders = |borders: BorderFigures, unit: &str| {
                let cells = [borders.hausdorff, borders.hausdorff_95].map(|spread| of_spread(Some(spread), 2));
                cells.into_iter().flatten().chain([unit.to_owned()]).collect::<Vec<_>>()
            };
            // Millimetres and pixels never come into one mean: films without a spacing have a line of their own.
            let both = [row.mm.map(|mm| borders(mm, "mm")), row.px.map(|px| borders(px, "px"))];
            let mut both = both.into_iter().flatten();
            let first = both.next().unwrap_or_default();
            lines.push(line(name(row), &[start.clone(), first].concat()));
            lines.extend(both.map(|more| line("", &[vec![String::new(); start.len()], more].concat())));
        }
        if let Some(dice) = reader.all.dice_with_missed {
            lines.push(format!("  mean Dice with 0 for what only one of both drew: {dice:.3}"));
        }
        if let Some(px) = reader.all.px {
            lines.push(format!("  {} masks lie on films whose pixel spacing is not known: px", px.hausdorff.num));
        }
    }
    if study.readers.is_empty() {
        lines.push("Nobody else has completed a film of this reader, so there is nobody to compare.".to_owned());
    }
    lines.push(String::new());
    lines.join("\n")
}

fn name(row: &MaskRow) -> &str {
    row.label.as_ref().map_or("all labels", LabelName::as_str)
}

fn of_spread(spread: Option<Spread>, digits: usize) -> [String; 2] {
    let text = |value: f64| format!("{value:.digits$}");
    spread.map_or_else(|| [String::from("-"), String::from("-")], |s| [text(s.mean), text(s.median)])
}

fn as_json(study: &MaskStudy) -> Value {
    let readers = study.readers.iter().map(|reader| {
        json!({
            "reader": reader.reader.as_str(),
            "films": reader.num_films,
            "labels": reader.labels.iter().map(row_as_json).collect::<Value>(),
            "all": row_as_json(&reader.all),
        })
    });
    json!({"truth": study.truth.as_str(), "readers": readers.collect::<Value>()})
}

fn row_as_json(row: &MaskRow) -> Value {
    let spread = |spread: Spread| json!({"num": spread.num, "mean": spread.mean, "median": spread.median});
    let borders = |borders: BorderFigures| json!({"hausdorff": spread(borders.hausdorff), "hausdorff_95": spread(borders.hausdorff_95)});
    json!({
        "label": row.label.as_ref().map(LabelName::as_str),
        "films_with_both": row.num_both,
        "missed": row.num_missed,
        "added": row.num_added,
        "dice": row.dice.map(spread),
        "iou": row.iou.map(spread),
        "sensitivity": row.sensitivity.map(spread),
        "specificity": row.specificity.map(spread),
        "dice_with_missed": row.dice_with_missed,
        "mm": row.mm.map(borders),
        "pixels": row.px.map(borders),
    })
}

//! The figures of an evaluation as one long table: a row for each figure, with its interval.

use crate::domain::evaluation::result::{Evaluation, Figure};
use crate::formats::{csv_cell, number};

/// `part,name,figure,value,low,high`; what is undefined has no value.
pub fn write(evaluation: &Evaluation) -> String {
    let mut out = "part,name,figure,value,low,high\n".to_owned();
    let mut row = |part: &str, name: &str, figure: &str, value: Option<Figure>| {
        for cell in [part, name, figure] {
            csv_cell::push_cell(&mut out, &csv_cell::with_guard(cell));
            out.push(',');
        }
        if let Some(value) = value {
            number::push(&mut out, value.value);
        }
        for end in [0, 1] {
            out.push(',');
            if let Some(interval) = value.and_then(|value| value.interval) {
                number::push(&mut out, interval[end]);
            }
        }
        out.push('\n');
    };
    let plain = |value: Option<f64>| value.map(|value| Figure { value, interval: None });
    let count = |count: u64| plain(Some(count as f64));
    if let Some(films) = &evaluation.classifier {
        for (name, figure) in [
            ("auroc", films.auroc),
            ("f1", films.f1),
            ("sensitivity", films.sensitivity),
            ("specificity", films.specificity),
            ("precision", films.precision),
            ("average_precision", plain(films.average_precision)),
            ("ece", plain(films.ece)),
            ("brier", plain(films.brier)),
            ("threshold", plain(films.threshold)),
            ("num_abnormal", count(films.num_abnormal)),
            ("num_normal", count(films.num_normal)),
            ("num_left_out", count(films.num_left_out)),
        ] {
            row("films", "", name, figure);
        }
        let counts = films.counts;
        for (name, value) in [("tp", counts.tp), ("fp", counts.fp), ("tn", counts.tn), ("fn", counts.fn_)] {
            row("films", "", name, count(value));
        }
    }
    if let Some(boxes) = &evaluation.detector {
        row("boxes", "", "map", boxes.map_main);
        row("boxes", "", "map_over_ious", plain(boxes.map_mean));
        row("boxes", "", "cpm", plain(boxes.cpm));
        row("boxes", "", "kaggle", plain(boxes.kaggle));
        for class in &boxes.classes {
            let name = class.label.as_str();
            row("class", name, "ap", class.ap_main);
            row("class", name, "recall", plain(class.recall));
            for (figure, value) in
                [("num_truths", class.num_truths), ("tp", class.tp), ("fp", class.fp), ("fn", class.fn_)]
            {
                row("class", name, figure, count(value));
            }
        }
    }
    for slice in &evaluation.slices {
        let name = format!("{}: {}", slice.by, slice.name);
        for (figure, value) in [
            ("num_films", Some(slice.num_films as f64)),
            ("num_truths", Some(slice.num_truths as f64)),
            ("auroc", slice.auroc),
            ("sensitivity", slice.sensitivity),
            ("specificity", slice.specificity),
            ("map", slice.map),
            ("lesion_sensitivity", slice.lesion_sensitivity),
            ("false_positives_per_film", slice.false_positives_per_film),
        ] {
            row("slice", &name, figure, plain(value));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluation::result::ClassifierFigures;
    use crate::domain::metrics::confusion_counts::Counts;

    #[test]
    fn each_figure_is_a_row_and_what_is_undefined_is_empty() {
        let figures = ClassifierFigures {
            num_abnormal: 2,
            num_normal: 1,
            num_left_out: 0,
            threshold: Some(0.25),
            counts: Counts { tp: 1, fp: 0, tn: 1, fn_: 1 },
            auroc: Some(Figure { value: 0.5, interval: Some([0.25, 0.75]) }),
            auroc_delong: None,
            sensitivity: Some(Figure { value: 0.5, interval: None }),
            specificity: None,
            precision: None,
            f1: None,
            average_precision: None,
            ece: None,
            brier: None,
        };
        let text = write(&Evaluation { classifier: Some(figures), ..Evaluation::default() });
        assert!(
            text.starts_with("part,name,figure,value,low,high\nfilms,,auroc,0.5,0.25,0.75\nfilms,,f1,,,\n"),
            "{text}"
        );
        assert!(text.ends_with("films,,fn,1,,\n"), "{text}");
    }
}

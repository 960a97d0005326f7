//! A card line by line, in words, so that two cards can stand beside each other.

use std::collections::BTreeSet;

use crate::domain::label::LabelName;
use crate::domain::model::{CardMetric, EnsembleMean, Model, ModelContent, ModelTask, hex_from_hash};
use crate::domain::moment::day_text;
use crate::domain::preprocessing::{Preprocessing, Resize, Sampling, Tone};
use crate::session::Session;
use crate::ui::words::{tr, tr_args};

use super::{full_name, reader_name};

/// One line of a card.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct CardRow {
    pub title: String,
    /// Empty where nobody said it.
    pub value: String,
    /// What stands behind it, for the tooltip.
    pub detail: String,
}

/// What it answers, as a sentence.
pub(super) fn purpose(model: &Model) -> String {
    let classes: Vec<&str> = model.card.classes.iter().map(LabelName::as_str).collect();
    match (model.card.task, classes.as_slice()) {
        (ModelTask::Classify, [class]) => tr_args("Says of a whole film how likely it is: {}", &[class]),
        (ModelTask::Classify, _) => tr("Says of a whole film how likely it is abnormal").to_owned(),
        (ModelTask::Detect, _) => tr_args("Draws boxes around: {}", &[&classes.join(", ")]),
    }
}

/// `0.934 (0.901 to 0.958)`.
pub(super) fn figure_text(metric: &CardMetric) -> String {
    match metric.interval {
        Some([from, to]) => {
            tr_args("{} ({} to {})", &[&format!("{:.3}", metric.value), &format!("{from:.3}"), &format!("{to:.3}")])
        }
        None => format!("{:.3}", metric.value),
    }
}

/// Lines that every card has, figures aside.
pub(super) fn rows(session: &Session, model: &Model, utc_offset_secs: i64) -> Vec<CardRow> {
    let card = &model.card;
    let row =
        |title: &'static str, value: String| CardRow { title: tr(title).to_owned(), value, detail: String::new() };
    let mut rows = vec![
        row("Answers", purpose(model)),
        row("Trained", card.training.clone()),
        row("Limits and notes", card.notes.clone()),
        row("Licence", card.licence.clone()),
    ];
    if card.task == ModelTask::Classify {
        let threshold = card.threshold.map_or_else(String::new, |c| format!("{c}"));
        rows.push(row("Threshold c*", threshold));
    }
    rows.push(row("Network", network_text(session, model)));
    rows.push(CardRow {
        detail: preprocessing_detail(&card.preprocessing),
        ..row("Input", preprocessing_text(&card.preprocessing))
    });
    let data = card.data_sha256.clone().unwrap_or_default();
    rows.push(CardRow { detail: data.clone(), ..row("Training data", short_hash(&data)) });
    if let ModelContent::Weights { sha256, .. } = &model.content {
        let hash = hex_from_hash(sha256);
        rows.push(CardRow { detail: hash.clone(), ..row("Weights (SHA-256)", short_hash(&hash)) });
    }
    let day = day_text(model.added_at_ms + 1000 * utc_offset_secs);
    let added = if model.added_by.is_empty() {
        day
    } else {
        tr_args("{} by {}", &[&day, &reader_name(session, &model.added_by)])
    };
    rows.push(row("Added", added));
    rows
}

/// Names of figures of either card, in the order of the first.
pub(super) fn figure_names(first: &Model, second: &Model) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let all = first.card.metrics.iter().chain(&second.card.metrics).map(|metric| metric.name.clone());
    all.filter(|name| seen.insert(name.clone())).collect()
}

fn short_hash(hash: &str) -> String {
    if hash.len() > 16 { format!("{}…", &hash[..16]) } else { hash.to_owned() }
}

fn network_text(session: &Session, model: &Model) -> String {
    match &model.content {
        ModelContent::Weights { architecture, .. } => architecture.as_str().to_owned(),
        ModelContent::Ensemble { members, mean } => {
            let name = |id| session.models.model(id).map_or_else(String::new, full_name);
            let names: Vec<String> = members.iter().map(|id| name(*id)).collect();
            match mean {
                EnsembleMean::Probability => tr_args("Mean of the probabilities of {}", &[&names.join(", ")]),
                EnsembleMean::Logit => tr_args("Mean of the logits of {}", &[&names.join(", ")]),
            }
        }
    }
}

/// The preset's name where it is one, and the size.
fn preprocessing_text(p: &Preprocessing) -> String {
    let size = match p.resize {
        Resize::Exact { width, height } => tr_args("{} x {} pixels", &[&width, &height]),
        Resize::ShorterEdge { shorter, longest } => {
            tr_args("shorter edge {}, longer at most {} pixels", &[&shorter, &longest])
        }
        Resize::Letterbox { side } => tr_args("fitted into {} x {} pixels", &[&side, &side]),
    };
    let preset = Preprocessing::PRESETS.into_iter().find(|(_, preset)| preset == p);
    match preset {
        Some((name, _)) => format!("{}; {size}", tr_args("as the {}", &[&name])),
        None => size,
    }
}

fn preprocessing_detail(p: &Preprocessing) -> String {
    let tone = match p.tone {
        Tone::ReleasedPng => tr("Grey levels as the released code's PNG files, computed from the film"),
        Tone::Displayed => tr("Grey levels as displayed"),
    };
    let sampling = match p.sampling {
        Sampling::Bilinear => tr("bilinear"),
        Sampling::Antialiased => tr("bilinear with antialiasing"),
    };
    let list = |values: [f64; 3]| values.map(|v| v.to_string()).join(" ");
    tr_args(
        "{}; {}; divided by {}, mean {}, deviation {}",
        &[&tone, &sampling, &p.divisor, &list(p.mean), &list(p.std)],
    )
}

//! What the gallery is filtered by, each part a chip that is taken away by a click.

use egui::{RichText, Ui};

use crate::domain::evaluation::errors::{ErrorFilter, ErrorKind};
use crate::domain::evaluation::run::Run;
use crate::session::{Command, EvaluateCommand};

use super::super::words::{tr, tr_args};
use super::super::{Panel, kit, theme};
use super::error_words::kind_text;

/// Nothing for the kinds that have a chip of their own above, where `has_kinds`, and for all disagreements.
pub(super) fn filter_chips_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &Run, has_kinds: bool) {
    let parts = parts(&panel.session.evaluating.filter, run, has_kinds);
    if parts.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(tr("Only")).color(theme::weak()));
        for (text, without) in parts {
            let chip = kit::chip(ui, &format!("{text} ×"), true).on_hover_text(tr("Take this filter away"));
            if chip.clicked() {
                panel.ask(Command::Evaluate(EvaluateCommand::FilterErrors(Box::new(without))));
            }
        }
    });
}

/// Each part of the filter in words, with the filter without it.
fn parts(filter: &ErrorFilter, run: &Run, has_kinds: bool) -> Vec<(String, ErrorFilter)> {
    let mut parts = Vec::new();
    let class = |class: u16| run.cases.classes.get(usize::from(class)).map_or("", |name| name.as_str());
    if let Some(text) = kinds_text(&filter.kinds, has_kinds) {
        parts.push((text, ErrorFilter { kinds: ErrorKind::DISAGREEMENTS.to_vec(), ..filter.clone() }));
    }
    if let Some(held) = filter.class {
        parts.push((class(held).to_owned(), ErrorFilter { class: None, ..filter.clone() }));
    }
    if let Some(said) = filter.answered {
        parts.push((tr_args("called {}", &[&class(said)]), ErrorFilter { answered: None, ..filter.clone() }));
    }
    if let Some((by, name)) = &filter.slice {
        parts.push((format!("{by}: {name}"), ErrorFilter { slice: None, ..filter.clone() }));
    }
    if let Some([from, to]) = filter.scores {
        let text = tr_args("score {} to {}", &[&short(from), &short(to)]);
        parts.push((text, ErrorFilter { scores: None, ..filter.clone() }));
    }
    parts
}

/// `0.6`, `0.55`.
fn short(score: f64) -> String {
    let text = format!("{score:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `None` where a chip of the row of kinds is lit for them.
fn kinds_text(kinds: &[ErrorKind], has_kinds: bool) -> Option<String> {
    let mut sorted = kinds.to_vec();
    sorted.sort_unstable();
    match sorted[..] {
        [] => None,
        [_] if has_kinds => None,
        _ if kinds == ErrorKind::DISAGREEMENTS => None,
        [ErrorKind::FalseNegative, ErrorKind::Confusion] => Some(tr("Truth missed or confused").to_owned()),
        [ErrorKind::FalsePositive, ErrorKind::Confusion] => Some(tr("Answer false or confused").to_owned()),
        _ => Some(sorted.iter().map(|kind| kind_text(*kind)).collect::<Vec<_>>().join(" · ")),
    }
}

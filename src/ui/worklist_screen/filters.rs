//! Chips and menus of the list: each says how many films it would show.

use egui::{RichText, Ui, WidgetInfo};

use crate::domain::quality::UnfitReason;
use crate::domain::reading::Decision;
use crate::domain::task::TaskState;
use crate::session::discussing::DiscussCommand;
use crate::session::listing::ListCommand;
use crate::session::triage::TriageCommand;
use crate::session::worklist::{Filter, HandFilter, ModelFilter, UnfitFilter};
use crate::session::{Command, EvaluateCommand, StudyCommand};
use crate::ui::counted_words::number_text;
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, kit, theme, unfit_menu};

/// By state, by hands, films that can't be read, films behind a number; and how many are shown.
pub(super) fn chips_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let counts = *panel.session.worklist.counts();
    let filter = panel.session.worklist.filter.clone();
    // Whoever reads nothing here, but reviews or hands out, has states of other kinds among the chips below.
    let is_reading =
        counts.to_read > 0 && !(panel.session.worklist.knows_hands() && counts.of_hand(HandFilter::Mine) == 0);
    for (text, num, state) in [
        (tr("All"), counts.all, None),
        (tr("New"), counts.new, Some(TaskState::New)),
        (tr("Doing"), counts.doing, Some(TaskState::Doing)),
        (tr("Completed"), counts.completed, Some(TaskState::Completed)),
    ] {
        if state.is_some() && !is_reading && filter.state != state {
            continue;
        }
        let is_on = filter.state == state && filter.unfit.is_none();
        if kit::chip(ui, &format!("{text} {num}"), is_on).clicked() {
            panel.ask(Command::FilterState(state));
        }
    }
    hand_chips_ui(ui, panel, &filter);
    if let Some(counted) = &filter.counted {
        let text = number_text(panel.session, &counted.number);
        if kit::chip(ui, &format!("{text} {}   ×", counted.images.len()), true).clicked() {
            panel.ask(Command::Evaluate(EvaluateCommand::Study(StudyCommand::ShowAllFilms)));
        }
    }
    quality_chips_ui(ui, panel, &filter);
    ui.label(RichText::new(tr_args("{} shown", &[&panel.session.worklist.num_shown()])).color(theme::weak()));
    if !filter.is_empty() {
        kit::titled_button(ui, panel, &Command::List(ListCommand::ShowAll), Some(tr("Show all")));
    }
}

/// Where films are handed out: the reader's own among others, those to review and how far, those set aside; for whoever
/// hands them out, how far others are. Chips that would show nothing, or everything, are not there; but the steps of a
/// review, and those of films in others' hands, stand there together.
fn hand_chips_ui(ui: &mut Ui, panel: &mut Panel<'_>, filter: &Filter) {
    for hand in HandFilter::ALL {
        let counts = panel.session.worklist.counts();
        let (num, is_on) = (counts.of_hand(hand), filter.hand == Some(hand));
        let is_step = match hand {
            HandFilter::ToReview | HandFilter::Waits | HandFilter::Signed => counts.to_review > 0,
            HandFilter::NotReadByAll | HandFilter::ReadByAll => panel.session.worklist.knows_hands(),
            _ => false,
        };
        if (num == 0 || num == counts.all) && !is_on && !is_step {
            continue;
        }
        let text = match hand {
            HandFilter::Mine => tr("Mine"),
            HandFilter::ToReview => tr("To review"),
            HandFilter::Waits => tr("Waits for others"),
            HandFilter::Signed => tr("Signed"),
            HandFilter::Paused => tr("Set aside"),
            HandFilter::NotReadByAll => tr("Not read by all"),
            HandFilter::ReadByAll => tr("Read by all"),
            HandFilter::Nobody => tr("Handed to nobody"),
        };
        if kit::chip(ui, &format!("{text} {num}"), is_on).clicked() {
            panel.ask(Command::List(ListCommand::Hand((!is_on).then_some(hand))));
        }
    }
}

/// Films that can't be read, by reason, and films with comments that wait. Chips that would show nothing are not there.
fn quality_chips_ui(ui: &mut Ui, panel: &mut Panel<'_>, filter: &Filter) {
    let counts = *panel.session.worklist.counts();
    let ask = |panel: &mut Panel<'_>, command: DiscussCommand| panel.ask(Command::Discuss(command));
    if counts.unfit > 0 || filter.unfit.is_some() {
        let is_on = filter.unfit == Some(UnfitFilter::AnyReason);
        if kit::chip(ui, &format!("{} {}", tr("Unfit"), counts.unfit), is_on).clicked() {
            ask(panel, DiscussCommand::FilterUnfit((!is_on).then_some(UnfitFilter::AnyReason)));
        }
    }
    if filter.unfit.is_some() {
        for (reason, num) in UnfitReason::ALL.into_iter().zip(counts.unfit_by_reason) {
            let is_on = filter.unfit == Some(UnfitFilter::Because(reason));
            if (num > 0 || is_on)
                && kit::chip(ui, &format!("{} {num}", unfit_menu::reason_text(reason)), is_on).clicked()
            {
                let other = if is_on { UnfitFilter::AnyReason } else { UnfitFilter::Because(reason) };
                ask(panel, DiscussCommand::FilterUnfit(Some(other)));
            }
        }
    }
    if counts.with_open_threads > 0 || filter.has_open_threads {
        let text = format!("{} {}", tr("With comments"), counts.with_open_threads);
        if kit::chip(ui, &text, filter.has_open_threads).clicked() {
            ask(panel, DiscussCommand::FilterOpenThreads(!filter.has_open_threads));
        }
    }
}

/// One of a few kinds of films, or any; each with how many there are.
pub(super) fn menus_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let filter = panel.session.worklist.filter.clone();
    label_menu_ui(ui, panel, filter.label);
    decision_menu_ui(ui, panel, filter.decision);
    study_menu_ui(ui, panel, filter.study);
    if panel.session.may_see_models() || filter.model.is_some() {
        model_menu_ui(ui, panel, filter.model);
    }
}

fn counted(text: &str, num: usize) -> String {
    format!("{text}   {num}")
}

fn menu_ui(ui: &mut Ui, name: &'static str, chosen: &str, width: f32, content: impl FnOnce(&mut Ui)) {
    let response = egui::ComboBox::from_id_salt(name).selected_text(chosen).width(width).show_ui(ui, content);
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, name));
}

fn label_menu_ui(ui: &mut Ui, panel: &mut Panel<'_>, label: Option<u32>) {
    let session = panel.session;
    let Some(set) = session.label_set() else { return };
    let chosen = label.and_then(|i| set.labels().get(i as usize)).map_or(tr("Any label"), |l| l.name.as_str());
    let counts = *session.worklist.counts();
    menu_ui(ui, tr("Label filter"), chosen, 150.0, |ui| {
        if ui.selectable_label(label.is_none(), tr("Any label")).clicked() {
            panel.ask(Command::FilterLabel(None));
        }
        for (i, l) in set.labels().iter().enumerate() {
            let num = counts.by_label.get(i).copied().unwrap_or(0);
            if ui.selectable_label(label == Some(i as u32), counted(l.name.as_str(), num)).clicked() {
                panel.ask(Command::FilterLabel(Some(l.name.clone())));
            }
        }
    });
}

fn decision_menu_ui(ui: &mut Ui, panel: &mut Panel<'_>, decision: Option<Decision>) {
    let text = |decision: Option<Decision>| match decision {
        None => tr("Any decision"),
        Some(Decision::Undecided) => tr("Film undecided"),
        Some(Decision::Normal) => tr("Film normal"),
        Some(Decision::Abnormal) => tr("Film abnormal"),
    };
    let counts = *panel.session.worklist.counts();
    menu_ui(ui, tr("Decision filter"), text(decision), 130.0, |ui| {
        for choice in [None, Some(Decision::Undecided), Some(Decision::Normal), Some(Decision::Abnormal)] {
            let words =
                choice.map_or_else(|| text(None).to_owned(), |of| counted(text(choice), counts.of_decision(of)));
            if ui.selectable_label(decision == choice, words).clicked() {
                panel.ask(Command::List(ListCommand::Decision(choice)));
            }
        }
    });
}

fn study_menu_ui(ui: &mut Ui, panel: &mut Panel<'_>, study: Option<Decision>) {
    let text = |study: Option<Decision>| study.map_or(tr("Any study"), study_words);
    menu_ui(ui, tr("Study filter"), text(study), 130.0, |ui| {
        for choice in [None, Some(Decision::Undecided), Some(Decision::Normal), Some(Decision::Abnormal)] {
            if ui.selectable_label(study == choice, text(choice)).clicked() {
                panel.ask(Command::Discuss(DiscussCommand::FilterStudy(choice)));
            }
        }
    });
}

fn study_words(study: Decision) -> &'static str {
    match study {
        Decision::Undecided => tr("Study undecided"),
        Decision::Normal => tr("Study normal"),
        Decision::Abnormal => tr("Study abnormal"),
    }
}

fn model_menu_ui(ui: &mut Ui, panel: &mut Panel<'_>, model: Option<ModelFilter>) {
    let text = |choice: Option<ModelFilter>| match choice {
        None => tr("Any answer of the models"),
        Some(ModelFilter::Abnormal) => tr("Model says abnormal"),
        Some(ModelFilter::Normal) => tr("Model says normal"),
        Some(ModelFilter::NotPredicted) => tr("Not predicted"),
        Some(ModelFilter::Disagrees) => tr("Model disagrees"),
    };
    let all = [ModelFilter::Abnormal, ModelFilter::Normal, ModelFilter::NotPredicted, ModelFilter::Disagrees];
    let counts = *panel.session.worklist.counts();
    menu_ui(ui, tr("Model filter"), text(model), 170.0, |ui| {
        for choice in std::iter::once(None).chain(all.map(Some)) {
            let words = choice.map_or_else(|| text(None).to_owned(), |of| counted(text(choice), counts.of_model(of)));
            if ui.selectable_label(model == choice, words).clicked() {
                panel.ask(Command::Triage(TriageCommand::Filter(choice)));
            }
        }
    });
}

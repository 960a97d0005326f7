//! The form of a consensus by rule: how many readers, which box, which votes; for all labels, and for single ones.

use egui::{Button, ComboBox, DragValue, Grid, RichText, Ui, WidgetInfo};

use crate::domain::consensus::{BoxForm, LabelPolicy, Quorum, VoteRule};
use crate::domain::label::LabelName;
use crate::session::team::{AgreeCommand, ConsensusSums};
use crate::session::{Command, TeamCommand};
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{Panel, kit, theme};

use super::agreement_words::{form_text, votes_text};

pub(super) fn consensus_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    kit::section(ui, tr("Consensus by rule"));
    let about = tr(
        "Makes one layer of labels from all completed readings. Readers' own labels stay as they are. Films that reviewers settled, or whose consensus was imported, stay too.",
    );
    ui.label(RichText::new(about).color(theme::weak()));
    ui.add_space(theme::UNIT);
    let desk = &panel.session.team.agreeing;
    let (before, mut policy, mut least_readers) = (desk.policy.clone(), desk.policy.clone(), desk.least_readers);
    let labels: Vec<LabelName> = panel
        .session
        .label_set()
        .map(|set| set.labels().iter().map(|one| one.name.clone()).collect())
        .unwrap_or_default();
    Grid::new("consensus rules").num_columns(6).spacing([14.0, 6.0]).show(ui, |ui| {
        for head in [tr("Label"), tr("Box"), tr("Readers needed"), tr("Same from IoU"), tr("Labels of films"), ""] {
            ui.label(RichText::new(head).color(theme::weak()));
        }
        ui.end_row();
        let all = tr("All labels");
        ui.label(RichText::new(all).color(theme::strong()));
        rule_ui(ui, all, &mut policy.usual);
        ui.end_row();
        let mut gone = None;
        for (label, own) in &mut policy.own {
            ui.label(RichText::new(label.as_str()).color(theme::strong()));
            rule_ui(ui, label.as_str(), own);
            let remove = ui.add(Button::new(tr("Remove")));
            let told = tr_args("{}: no rule of its own", &[&label.as_str()]);
            remove.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &told));
            if remove.clicked() {
                gone = Some(label.clone());
            }
            ui.end_row();
        }
        if let Some(label) = gone {
            policy.own.remove(&label);
        }
    });
    ui.add_space(theme::UNIT);
    ui.horizontal_wrapped(|ui| {
        let add = tr("Own rule for…");
        let combo = ComboBox::from_id_salt("own rule").selected_text(add).width(160.0).show_ui(ui, |ui| {
            for label in labels.iter().filter(|label| !label.is_no_finding() && !before.own.contains_key(*label)) {
                if ui.selectable_label(false, label.as_str()).clicked() {
                    policy.own.insert(label.clone(), policy.usual);
                }
            }
        });
        combo.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, add));
        let text = tr("Different labels on one place are one lesion");
        ui.checkbox(&mut policy.is_across_classes, text)
            .on_hover_text(tr("Most readers give its label; of as many, the one that stands first in the label set."));
        ui.label(RichText::new(tr("Films with at least")).color(theme::weak()));
        let field = ui.add(DragValue::new(&mut least_readers).range(1..=99));
        field.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, tr("Least readers of a film")));
        ui.label(RichText::new(tr("readers")).color(theme::weak()));
    });
    if policy != before || least_readers != panel.session.team.agreeing.least_readers {
        let policy = Box::new(policy);
        panel.ask(Command::Team(TeamCommand::Agree(AgreeCommand::SetRule { policy, least_readers })));
    }
    ui.add_space(theme::UNIT);
    ui.horizontal(|ui| {
        let ask = |command| Command::Team(TeamCommand::Agree(command));
        kit::toggle_button(ui, panel, &ask(AgreeCommand::TryRule), tr("Try the rule"), false)
            .on_hover_text(tr("Tells what would come out, and writes nothing."));
        kit::toggle_button(ui, panel, &ask(AgreeCommand::MakeConsensus), tr("Make the consensus"), false)
            .on_hover_text(tr("Writes it into the layer \"consensus\". A later rule may make it anew."));
        if panel.session.team.agreeing.is_making {
            ui.spinner();
        }
    });
    match &panel.session.team.agreeing.made {
        Some(Ok(sums)) => sums_ui(ui, sums),
        Some(Err(why)) => {
            ui.label(RichText::new(translated(why).into_owned()).color(theme::warn()));
        }
        None => {}
    }
}

/// One label's rule, or that of all, in four fields of a line.
fn rule_ui(ui: &mut Ui, name: &str, rule: &mut LabelPolicy) {
    let combo =
        ComboBox::from_id_salt(("box", name)).selected_text(form_text(rule.form)).width(170.0).show_ui(ui, |ui| {
            for form in BoxForm::ALL {
                ui.selectable_value(&mut rule.form, form, form_text(form));
            }
        });
    combo.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr_args("{}: box", &[&name])));
    quorum_ui(ui, name, &mut rule.quorum);
    let field = ui.add(DragValue::new(&mut rule.min_iou).range(0.05..=1.0).speed(0.01).max_decimals(2));
    field.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, tr_args("{}: same from IoU", &[&name])));
    let combo =
        ComboBox::from_id_salt(("votes", name)).selected_text(votes_text(rule.votes)).width(130.0).show_ui(ui, |ui| {
            for votes in VoteRule::ALL {
                ui.selectable_value(&mut rule.votes, votes, votes_text(votes));
            }
        });
    combo
        .response
        .widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr_args("{}: labels of films", &[&name])));
}

fn quorum_ui(ui: &mut Ui, name: &str, quorum: &mut Quorum) {
    let text = |quorum: Quorum| match quorum {
        Quorum::Share(share) if share >= 1.0 => tr("All").to_owned(),
        Quorum::Share(share) => tr_args("{} % of them", &[&(share * 100.0).round()]),
        Quorum::Readers(1) => tr("1 reader").to_owned(),
        Quorum::Readers(num) => tr_args("{} readers", &[&num]),
    };
    let choices = [0.5, 0.6, 2.0 / 3.0, 0.7, 1.0].map(Quorum::Share).into_iter().chain((1..=5).map(Quorum::Readers));
    let combo = ComboBox::from_id_salt(("quorum", name)).selected_text(text(*quorum)).width(120.0).show_ui(ui, |ui| {
        for choice in choices {
            ui.selectable_value(quorum, choice, text(choice));
        }
    });
    combo
        .response
        .widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr_args("{}: readers needed", &[&name])));
}

fn sums_ui(ui: &mut Ui, sums: &ConsensusSums) {
    let decided = tr_args(
        "{} films decided: {} boxes, {} labels of whole films, {} films without a finding",
        &[&sums.num_films, &sums.num_boxes, &sums.num_labels, &sums.num_normal],
    );
    ui.label(RichText::new(decided).color(theme::strong()));
    let mut line = |num: u64, text: String| {
        if num > 0 {
            ui.label(text);
        }
    };
    let open = tr_args(
        "{} films are left for people: readers see something, and no finding has enough of them",
        &[&sums.num_open],
    );
    line(sums.num_open, open);
    line(sums.num_too_few_readers, tr_args("{} films have too few completed readings", &[&sums.num_too_few_readers]));
    line(sums.num_left_out, tr_args("{} lesions are left out: too few readers have them", &[&sums.num_left_out]));
    line(
        sums.num_label_split,
        tr_args("{} lesions have different labels from different readers", &[&sums.num_label_split]),
    );
    match sums.written {
        None => ui.label(RichText::new(tr("It was a try: nothing was written.")).color(theme::weak())),
        Some([written, kept]) => {
            let text = tr_args("{} films were written; {} keep the consensus that they had.", &[&written, &kept]);
            ui.label(RichText::new(text).color(theme::good()))
        }
    };
}

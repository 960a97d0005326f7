//! How far readers agree, and consensus by rule.

use egui::{ComboBox, RichText, Ui, WidgetInfo};

use crate::domain::agreement::{Agreement, Figure};
use crate::domain::label::LabelName;
use crate::domain::people::{Act, Matter};
use crate::session::team::AgreeCommand;
use crate::session::{Command, TeamCommand};
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{Panel, kit, theme};

use super::agreement_figures::{OF_PAIRS, map_ui, tables_ui};
use super::agreement_words::figure_text;
use super::consensus_form::consensus_ui;

/// What is chosen on the page.
#[derive(Debug)]
pub struct AgreementPageState {
    /// What the map shows.
    pub figure: Figure,
}

impl Default for AgreementPageState {
    fn default() -> Self {
        Self { figure: Figure::F1At50 }
    }
}

pub(super) fn agreement_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.label(RichText::new(tr("Agreement")).size(theme::HEADING).color(theme::strong()));
    if !panel.session.may(Matter::OthersReadings, Act::See) {
        let text =
            tr("What others marked is not for you to see in this project, so there are no figures of agreement.");
        ui.label(RichText::new(text).color(theme::weak()));
        return;
    }
    let about = tr(
        "Completed readings of the same film, held against each other. Intervals are of 1,000 resamples of patients, 95 %.",
    );
    ui.label(RichText::new(about).color(theme::weak()));
    ui.add_space(theme::UNIT);
    choices_ui(ui, panel);
    if let Some(why) = &panel.session.team.agreeing.failure {
        ui.label(RichText::new(translated(why).into_owned()).color(theme::warn()));
    }
    if let Some(found) = panel.session.team.agreeing.agreement.clone() {
        let text =
            tr_args("{} films with two readings or more, of {} patients", &[&found.num_films, &found.num_patients]);
        ui.label(text);
        if found.num_resamples == 0 {
            let text = tr("There are no intervals, because all films are of one patient.");
            ui.label(RichText::new(text).color(theme::warn()));
        }
        figures_ui(ui, panel, &found);
    } else if panel.session.team.agreeing.failure.is_none() {
        beforehand_ui(ui);
    }
    ui.add_space(2.0 * theme::UNIT);
    consensus_ui(ui, panel);
}

/// What comparing will show, and from what.
fn beforehand_ui(ui: &mut Ui) {
    ui.add_space(theme::UNIT);
    egui::Frame::new().fill(theme::panel()).corner_radius(6.0).inner_margin(14.0).show(ui, |ui| {
        ui.set_max_width(INTRODUCTION_WIDTH);
        ui.label(RichText::new(tr("What comparing shows")).color(theme::strong()));
        for text in [
            tr("From what: every film that two readers or more have completed. Nothing is changed by it."),
            tr("A map of readers by readers: how many marks two of them have in common (F1), how far marks overlap, and kappa for whether a film has the finding. A click shows the films in which they differ."),
            tr("Tables by label, reader and month, each reader against the consensus of the others, and against their own second reading where there is one."),
            tr("Each figure has an interval. Films of few patients give wide ones."),
        ] {
            ui.add_space(theme::UNIT);
            ui.add(egui::Label::new(RichText::new(text).color(theme::weak())).wrap());
        }
    });
}

/// Lines of a text are read with ease up to some ninety letters.
const INTRODUCTION_WIDTH: f32 = 640.0;

/// Which label, and when to begin.
fn choices_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let label = panel.session.team.agreeing.label.clone();
    let labels: Vec<LabelName> = panel
        .session
        .label_set()
        .map(|set| set.labels().iter().map(|one| one.name.clone()).collect())
        .unwrap_or_default();
    let compare = |label: Option<LabelName>| Command::Team(TeamCommand::Agree(AgreeCommand::Compare(label)));
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(tr("Label")).color(theme::weak()));
        let now = label.as_ref().map_or_else(|| tr("All labels").to_owned(), ToString::to_string);
        let combo = ComboBox::from_id_salt("agreement of").selected_text(now).width(200.0).truncate();
        let response = combo.show_ui(ui, |ui| {
            let all = std::iter::once(None).chain(labels.into_iter().filter(|one| !one.is_no_finding()).map(Some));
            for one in all {
                let text = one.as_ref().map_or_else(|| tr("All labels").to_owned(), ToString::to_string);
                if ui.selectable_label(one == label, text).clicked() {
                    panel.ask(compare(one));
                }
            }
        });
        response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Label")));
        let begin =
            if panel.session.team.agreeing.agreement.is_some() { tr("Compare anew") } else { tr("Compare readers") };
        kit::toggle_button(ui, panel, &compare(label.clone()), begin, false);
        if panel.session.team.agreeing.is_comparing {
            ui.spinner();
            ui.label(tr("Comparing readings"));
        }
    });
}

fn figures_ui(ui: &mut Ui, panel: &mut Panel<'_>, found: &Agreement) {
    ui.add_space(theme::UNIT);
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(tr("The map shows")).color(theme::weak()));
        for figure in OF_PAIRS {
            let is_on = panel.state.agreement_page.figure == figure;
            if kit::chip(ui, figure_text(figure), is_on).clicked() {
                panel.state.agreement_page.figure = figure;
            }
        }
    });
    let figure = panel.state.agreement_page.figure;
    map_ui(ui, panel, found, figure);
    tables_ui(ui, panel, found);
}

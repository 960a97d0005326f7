//! Films whose truth is known: kept back, handed out among others, and what each reader made of them.

use egui::{ComboBox, Grid, RichText, Ui, WidgetInfo};

use crate::domain::id::ReaderId;
use crate::domain::people::CONSENSUS_LAYER;
use crate::session::Command;
use crate::session::team::{AssignCommand, TeamCommand};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, theme};

use super::heading_ui;

pub(super) fn truths_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Some(open) = &session.project else { return };
    let Some(facts) = &session.team.assigning.facts else { return };
    let more = tr(
        "Films whose truth is known can be kept back and handed out among others. Readers do not see which; how they did shows here.",
    );
    heading_ui(ui, tr("Hidden truths"), more);
    ui.label(match facts.num_kept_back {
        1 => tr("1 film is kept back.").to_owned(),
        num => tr_args("{} films are kept back.", &[&num]),
    });
    ui.horizontal_wrapped(|ui| {
        let list = &session.worklist;
        ui.label(tr_args("Keep back the {} films in the list now, with the truth of", &[&list.num_shown()]));
        let chosen = panel.state.assignment_page.truth_layer.clone();
        let mut layer = chosen.unwrap_or_else(|| ReaderId::new(CONSENSUS_LAYER));
        let name = |id: &ReaderId| {
            if id.as_str() == CONSENSUS_LAYER { tr("the reviewers").to_owned() } else { id.to_string() }
        };
        let response = ComboBox::from_id_salt("truth layer").selected_text(name(&layer)).show_ui(ui, |ui| {
            let layers =
                std::iter::once(ReaderId::new(CONSENSUS_LAYER)).chain(open.readers.iter().map(|one| one.id.clone()));
            for one in layers {
                let text = name(&one);
                ui.selectable_value(&mut layer, one, text);
            }
        });
        response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Whose truth")));
        let is_ready = list.num_shown() > 0 && !session.team.assigning.is_busy;
        if ui.add_enabled(is_ready, egui::Button::new(tr("Keep back"))).clicked() {
            let films = (0..list.num_shown()).filter_map(|n| Some(list.shown(n)?.image.clone())).collect();
            ask(panel, AssignCommand::KeepBack { films, layer: layer.clone() });
        }
        if facts.num_kept_back > 0 && ui.button(tr("Keep none back")).clicked() {
            ask(panel, AssignCommand::Release);
        }
        panel.state.assignment_page.truth_layer = Some(layer);
    });
    if facts.scores.is_empty() {
        return;
    }
    ui.add_space(theme::UNIT);
    Grid::new("scores").num_columns(5).striped(true).spacing([24.0, 6.0]).show(ui, |ui| {
        let titles =
            [tr("Id"), tr("Films"), tr("Normal or abnormal right"), tr("Findings found"), tr("Marks that are right")];
        for title in titles {
            ui.label(RichText::new(title).small().color(theme::weak()));
        }
        ui.end_row();
        let percent =
            |share: Option<f64>| share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", 100.0 * share));
        for (layer, score) in &facts.scores {
            ui.label(RichText::new(layer.as_str()).color(theme::strong()));
            let cells = [
                score.num_films.to_string(),
                percent(score.accuracy()),
                percent(score.sensitivity()),
                percent(score.precision()),
            ];
            for cell in cells {
                ui.label(cell);
            }
            ui.end_row();
        }
    });
}

fn ask(panel: &mut Panel<'_>, command: AssignCommand) {
    panel.ask(Command::Team(TeamCommand::Assign(command)));
}

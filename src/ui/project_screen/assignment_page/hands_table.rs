//! What each person has in hand, how far it is, and what can be done about it.

use std::collections::BTreeSet;

use egui::{Align, Grid, Layout, RichText, Ui, WidgetInfo};

use crate::domain::assignment::{Hands, Stage, TaskChoice};
use crate::domain::id::ReaderId;
use crate::domain::people::{Act, Matter, Role};
use crate::session::team::{AssignCommand, GiveBack, TeamCommand};
use crate::session::{Command, Session};
use crate::ui::role_words::natural_key;
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, theme};

use super::heading_ui;

const BAR_WIDTH: f32 = 150.0;
const NAME_WIDTH: f32 = 170.0;
const NUMBER_WIDTH: f32 = 64.0;

pub(super) fn hands_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Some(facts) = &session.team.assigning.facts else { return };
    heading_ui(ui, tr("In hand"), "");
    if facts.hands.is_empty() {
        let text = tr("Nobody has films in hand yet. What is handed out above shows here.");
        ui.label(RichText::new(text).color(theme::weak()));
        return;
    }
    if facts.hides_progress {
        let text = tr("You still have films to read yourself, so it is not shown how far others are.");
        ui.add(egui::Label::new(RichText::new(text).color(theme::weak())).wrap());
    }
    let mut rows: Vec<&(ReaderId, Stage, Hands)> = facts.hands.iter().collect();
    rows.sort_by_key(|(person, stage, _)| (*stage, natural_key(person.as_str())));
    let can_change = session.may(Matter::Tasks, Act::Change);
    Grid::new("in hand").num_columns(8).striped(true).spacing([18.0, 6.0]).show(ui, |ui| {
        for title in [tr("Id"), tr("Name"), tr("Task"), ""] {
            ui.label(RichText::new(title).small().color(theme::weak()));
        }
        let titles = [tr("New"), tr("Begun"), tr("Completed"), tr("Paused")];
        // Another language has longer words for these.
        let widths = titles.map(|title| {
            let font = egui::TextStyle::Small.resolve(ui.style());
            let width = ui.painter().layout_no_wrap(title.to_owned(), font, theme::weak()).size().x;
            width.ceil().max(NUMBER_WIDTH)
        });
        for (title, width) in titles.into_iter().zip(widths) {
            number_ui(ui, width, RichText::new(title).small().color(theme::weak()));
        }
        ui.end_row();
        for (person, stage, hands) in rows {
            row_ui(ui, panel, (person, *stage, *hands), widths, can_change);
        }
    });
}

fn row_ui(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    (person, stage, hands): (&ReaderId, Stage, Hands),
    widths: [f32; 4],
    can_change: bool,
) {
    let session = panel.session;
    ui.label(RichText::new(person.as_str()).color(theme::strong()));
    let reader = session.project.iter().flat_map(|open| &open.readers).find(|reader| reader.id == *person);
    let name = reader.map_or("", |reader| reader.name.as_str());
    let size = egui::vec2(NAME_WIDTH, theme::row_height());
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_width(NAME_WIDTH);
        ui.add(egui::Label::new(RichText::new(name).color(theme::weak())).truncate());
    });
    ui.label(match stage {
        Stage::Read => tr("To be read"),
        Stage::Review => tr("To be reviewed"),
    });
    let hides_progress = session.team.assigning.facts.as_ref().is_some_and(|facts| facts.hides_progress);
    let text = if hides_progress { hands.num.to_string() } else { format!("{} / {}", hands.completed, hands.num) };
    let share = hands.completed as f32 / hands.num.max(1) as f32;
    let bar =
        egui::ProgressBar::new(share).fill(theme::accent_dim()).desired_width(BAR_WIDTH).corner_radius(3.0).text(&text);
    let response = ui.add(bar);
    response.widget_info(|| {
        let words = tr_args("{}: {} of {} completed", &[person, &hands.completed, &hands.num]);
        WidgetInfo::labeled(egui::Role::ProgressIndicator, true, words)
    });
    for (num, width) in [hands.new, hands.doing, hands.completed, hands.paused].into_iter().zip(widths) {
        let text = RichText::new(num.to_string());
        number_ui(ui, width, if num == 0 { text.color(theme::weak()) } else { text });
    }
    if can_change {
        menu_ui(ui, panel, person, stage, hands);
    }
    ui.end_row();
}

/// In a column of numbers: a cell of a grid that is filled from the right would take all the room there is.
fn number_ui(ui: &mut Ui, width: f32, text: RichText) {
    let size = egui::vec2(width, theme::row_height());
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.set_width(width);
        ui.label(text);
    });
}

fn menu_ui(ui: &mut Ui, panel: &mut Panel<'_>, person: &ReaderId, stage: Stage, hands: Hands) {
    let choice = TaskChoice { people: BTreeSet::from([person.clone()]), stage: Some(stage), ..TaskChoice::default() };
    let knows = panel.session.team.assigning.facts.as_ref().is_some_and(|facts| !facts.hides_progress);
    let may_give_back = stage == Stage::Read && hands.completed > 0 && knows;
    let has_open = hands.open() > 0;
    let is_open = (has_open || may_give_back) && !panel.session.team.assigning.is_busy;
    let menu = ui.add_enabled_ui(is_open, |ui| {
        ui.menu_button(tr("Change…"), |ui| {
            let mut asked = None;
            if hands.paused < hands.open() && ui.button(tr("Set aside")).clicked() {
                asked = Some(AssignCommand::Pause { choice: choice.clone(), is_paused: true });
            }
            if hands.paused > 0 && ui.button(tr("Take up again")).clicked() {
                asked = Some(AssignCommand::Pause { choice: choice.clone(), is_paused: false });
            }
            ui.add_enabled_ui(has_open, |ui| {
                ui.menu_button(tr("Give to"), |ui| {
                    for other in others(panel.session, person, stage) {
                        if ui.button(other.as_str()).clicked() {
                            asked = Some(AssignCommand::Give { choice: choice.clone(), to: other });
                        }
                    }
                })
            });
            let take_back = ui
                .add_enabled(has_open, egui::Button::new(tr("Take back")))
                .on_hover_text(tr("Takes the films back that are not completed. Marks stay with whoever made them."));
            if take_back.clicked() {
                asked = Some(AssignCommand::TakeBack(choice.clone()));
            }
            if may_give_back {
                let give_back = ui.button(tr("Give back what is completed…")).on_hover_text(tr(
                    "To be read again. Single films are given back in the worklist, with a right click.",
                ));
                if give_back.clicked() {
                    let num_films = hands.completed as usize;
                    let back = GiveBack { to: person.clone(), film: None, num_films };
                    asked = Some(AssignCommand::AskGiveBack(back));
                }
            }
            if let Some(command) = asked {
                panel.ask(Command::Team(TeamCommand::Assign(command)));
                ui.close();
            }
        })
    });
    let name = tr_args("Change the tasks of {}", &[person]);
    menu.inner.response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, is_open, &name));
}

fn others(session: &Session, person: &ReaderId, stage: Stage) -> Vec<ReaderId> {
    let role = match stage {
        Stage::Read => Role::Annotator,
        Stage::Review => Role::Reviewer,
    };
    let able = session
        .project
        .iter()
        .flat_map(|open| &open.readers)
        .filter(|one| one.id != *person && one.roles.has(role) && !one.has_left);
    let mut ids: Vec<ReaderId> = able.map(|reader| reader.id.clone()).collect();
    ids.sort_by_key(|id| natural_key(id.as_str()));
    ids
}

//! Films handed out to readers, and how the tasks stand.

mod form;
mod hands_table;
mod truths;

pub use form::OrderForm;

use egui::{RichText, Ui};

use crate::domain::assignment::{Stage, Strategy};
use crate::domain::moment::day_text;
use crate::domain::people::{Act, Matter};
use crate::session::team::MadeRow;
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{Panel, theme};

/// What is half typed on the page.
#[derive(Default, Debug)]
pub struct AssignmentPageState {
    form: OrderForm,
    /// Whose reading is taken for the truth of films that are kept back.
    truth_layer: Option<crate::domain::id::ReaderId>,
}

/// Texts are no wider than can be read.
const WIDTH: f32 = 940.0;

pub(super) fn assignment_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    if session.project.is_none() {
        return;
    }
    ui.set_max_width(WIDTH);
    ui.heading(tr("Assignment"));
    let desk = &session.team.assigning;
    if let Some(why) = &desk.failure {
        ui.add(egui::Label::new(RichText::new(translated(why)).color(theme::warn())).wrap());
        return;
    }
    let Some(facts) = &desk.facts else {
        ui.label(RichText::new(tr("Counting…")).color(theme::weak()));
        return;
    };
    let text = tr_args("{} of {} films are in somebody's hands to be read.", &[&facts.num_handed_out, &facts.num_films]);
    ui.label(RichText::new(text).color(theme::weak()));
    ui.add_space(2.0 * theme::UNIT);
    if session.may(Matter::Tasks, Act::Change) {
        form::form_ui(ui, panel);
        ui.add_space(3.0 * theme::UNIT);
    }
    hands_table::hands_ui(ui, panel);
    if session.may(Matter::Tasks, Act::Change) {
        ui.add_space(3.0 * theme::UNIT);
        truths::truths_ui(ui, panel);
        ui.add_space(3.0 * theme::UNIT);
        made_ui(ui, &facts.made);
    }
    ui.add_space(4.0 * theme::UNIT);
}

fn heading_ui(ui: &mut Ui, text: &str, more: &str) {
    ui.label(RichText::new(text).font(egui::FontId::new(16.0, theme::strong_family())).color(theme::strong()));
    if !more.is_empty() {
        ui.add(egui::Label::new(RichText::new(more).color(theme::weak())).wrap());
    }
    ui.add_space(theme::UNIT);
}

/// The newest first.
fn made_ui(ui: &mut Ui, made: &[MadeRow]) {
    heading_ui(ui, tr("Handed out so far"), "");
    if made.is_empty() {
        ui.label(RichText::new(tr("Nothing yet.")).color(theme::weak()));
    }
    for one in made {
        let stage = match one.stage {
            Stage::Read => tr("to be read"),
            Stage::Review => tr("to be reviewed"),
        };
        let by = if one.by.is_empty() { String::new() } else { tr_args(", by {}", &[&one.by]) };
        let text = tr_args(
            "{}: {} tasks {} for {} people, {}, seed {}{}",
            &[&day_text(one.at_ms), &one.num_tasks, &stage, &one.num_people, &strategy_words(one), &one.seed, &by],
        );
        ui.add(egui::Label::new(text).wrap());
        ui.add(egui::Label::new(RichText::new(translated(&one.pool)).small().color(theme::weak())).wrap());
    }
}

fn strategy_words(made: &MadeRow) -> String {
    let num = made.each.unwrap_or(1);
    let strategy = match made.strategy.as_str() {
        "equal" => Strategy::Equal,
        "balanced" => Strategy::Balanced { each: num },
        "stratified" => Strategy::Stratified { each: num },
        "more" => Strategy::More { by: num },
        "repeat" => Strategy::Repeat,
        _ => Strategy::All,
    };
    match strategy {
        Strategy::Balanced { each } => tr_args("{} people a film", &[&each]),
        Strategy::Stratified { each } => tr_args("{} people a film, as many of each kind", &[&each]),
        Strategy::More { by } => tr_args("{} people more a film", &[&by]),
        other => form::strategy_title(other).to_owned(),
    }
}

//! The form by which films are handed out: which films, to whom, how, and what would come of it.

use std::collections::BTreeSet;

use egui::{DragValue, Grid, RichText, Ui, WidgetInfo};

use crate::domain::assignment::{Plan, Stage, Strategy, Unit};
use crate::domain::id::ReaderId;
use crate::domain::people::{Reader, Role};
use crate::session::team::{AssignCommand, AssignDesk, AssignOrder, DealtFacts, FilmPool, TeamCommand};
use crate::session::{Command, Session};
use crate::ui::role_words::natural_key;
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{Panel, kit, theme};

use super::heading_ui;

const FIELD_WIDTH: f32 = 700.0;
const HEADING_WIDTH: f32 = 130.0;

/// An order as far as it is filled in.
#[derive(Default, Debug)]
pub struct OrderForm {
    /// `None` until the form is shown: then as the project's workflow asks for.
    plan: Option<Plan>,
    pool: PoolKind,
    sample: Option<usize>,
    people: BTreeSet<ReaderId>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum PoolKind {
    #[default]
    All,
    Shown,
    File,
    HiddenTruths,
}

pub(super) fn strategy_title(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::All => tr("Everybody gets all"),
        Strategy::Equal => tr("One person a film, equal shares"),
        Strategy::Balanced { .. } => tr("Several people a film"),
        Strategy::Stratified { .. } => tr("Several, as many of each kind"),
        Strategy::More { .. } => tr("More people a film"),
        Strategy::Repeat => tr("Once more"),
    }
}

fn strategy_help(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::All => tr("Each of these people gets every film that they do not have yet."),
        Strategy::Equal => tr("Each film goes to one person. All get as many, whatever they have in hand."),
        Strategy::Balanced { .. } => {
            tr("Whoever has least waiting gets the next film. People who have a film already are counted.")
        }
        Strategy::Stratified { .. } => {
            tr("All get as many films of each view, sex and decade of age. People who have a film already are counted.")
        }
        Strategy::More { .. } => tr("Each film goes to so many people more than have it now."),
        Strategy::Repeat => tr(
            "Films go once more to those who have completed them, strewn among others, to see how far readers agree with themselves. The first reading stays as it is.",
        ),
    }
}

pub(super) fn form_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let mut form = std::mem::take(&mut panel.state.assignment_page.form);
    let workflow = session.project.as_ref().map(|open| open.settings.workflow).unwrap_or_default();
    let mut plan = form.plan.unwrap_or_else(|| Plan { seed: 1999, ..Plan::usual(workflow, Stage::Read) });
    heading_ui(ui, tr("Hand films out"), "");
    egui::Frame::new().fill(theme::panel()).corner_radius(6.0).inner_margin(14.0).show(ui, |ui| {
        Grid::new("hand out").num_columns(2).min_col_width(HEADING_WIDTH).spacing([12.0, 10.0]).show(ui, |ui| {
            row_ui(ui, tr("Task"), |ui| {
                for (stage, text) in [(Stage::Read, tr("To be read")), (Stage::Review, tr("To be reviewed"))] {
                    if kit::chip(ui, text, plan.stage == stage).clicked() && plan.stage != stage {
                        plan = Plan { seed: plan.seed, ..Plan::usual(workflow, stage) };
                        form.people.clear();
                    }
                }
            });
            pool_ui(ui, panel, &mut form, &mut plan);
            people_ui(ui, session, &mut form, plan.stage);
            strategy_ui(ui, &mut plan);
            order_ui(ui, &mut plan);
        });
        ui.add_space(theme::UNIT);
        outcome_ui(ui, panel, &form, plan);
    });
    form.plan = Some(plan);
    panel.state.assignment_page.form = form;
}

/// Buttons in as many lines as they need. A cell of a grid is as high as one line, and what is wrapped in it by itself lies
/// over the row below.
fn row_ui(ui: &mut Ui, heading: &str, add: impl FnOnce(&mut Ui)) {
    ui.label(RichText::new(heading).color(theme::weak()));
    ui.vertical(|ui| {
        ui.set_max_width(FIELD_WIDTH);
        ui.horizontal_wrapped(add);
    });
    ui.end_row();
}

fn pool_ui(ui: &mut Ui, panel: &mut Panel<'_>, form: &mut OrderForm, plan: &mut Plan) {
    let session = panel.session;
    let desk = &session.team.assigning;
    row_ui(ui, tr("Films"), |ui| {
        let num_shown = session.worklist.num_shown();
        let num_kept_back = desk.facts.as_ref().map_or(0, |facts| facts.num_kept_back);
        let pools = [
            (PoolKind::All, tr("All films").to_owned(), true),
            (PoolKind::Shown, tr_args("Those in the list now ({})", &[&num_shown]), num_shown > 0),
            (PoolKind::File, tr("From a file…").to_owned(), true),
            (PoolKind::HiddenTruths, tr_args("Kept back ({})", &[&num_kept_back]), num_kept_back > 0),
        ];
        for (kind, text, is_there) in pools {
            ui.add_enabled_ui(is_there, |ui| {
                if kit::chip(ui, &text, form.pool == kind).clicked() {
                    form.pool = kind;
                    if kind == PoolKind::File {
                        panel.ask(Command::Team(TeamCommand::Assign(AssignCommand::ChooseFile)));
                    }
                    plan.is_hidden_truth = kind == PoolKind::HiddenTruths;
                    if plan.is_hidden_truth {
                        (plan.strategy, plan.is_mixed_in) = (Strategy::All, true);
                    }
                }
            });
        }
    });
    if form.pool == PoolKind::File {
        let name = desk.file.as_ref().and_then(|path| path.file_name());
        let text = name.map_or_else(
            || tr("No file is chosen yet: a text with the id of one film or study on each line.").to_owned(),
            |name| name.to_string_lossy().into_owned(),
        );
        row_ui(ui, "", |ui| {
            ui.label(RichText::new(text).color(theme::weak()));
        });
    }
    row_ui(ui, "", |ui| {
        let mut is_on = form.sample.is_some();
        if ui.checkbox(&mut is_on, tr("Only some of them, by chance:")).changed() {
            form.sample = is_on.then_some(100);
        }
        if let Some(num) = &mut form.sample {
            let response = ui.add(DragValue::new(num).range(1..=1_000_000));
            response.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, tr("How many")));
            ui.label(if plan.keeps_studies() { tr("studies") } else { tr("films") });
        }
    });
}

fn people_ui(ui: &mut Ui, session: &Session, form: &mut OrderForm, stage: Stage) {
    let people = able(session, stage);
    row_ui(ui, tr("To"), |ui| {
        if people.is_empty() {
            let text = match stage {
                Stage::Read => tr("Nobody in the project may read films. Add people first."),
                Stage::Review => tr("Nobody in the project may review films. Add people first."),
            };
            ui.label(RichText::new(text).color(theme::warn()));
            return;
        }
        if kit::chip(ui, &tr_args("Everybody ({})", &[&people.len()]), form.people.is_empty()).clicked() {
            form.people.clear();
        }
        for reader in &people {
            let years = reader.years_of_experience.map_or_else(String::new, |years| tr_args(" · {} y", &[&years]));
            let response = kit::chip(ui, &format!("{}{years}", reader.id), form.people.contains(&reader.id));
            if response.on_hover_text(&reader.name).clicked() && !form.people.remove(&reader.id) {
                form.people.insert(reader.id.clone());
            }
        }
    });
}

/// Who may get films of a stage, R2 before R10.
fn able(session: &Session, stage: Stage) -> Vec<&Reader> {
    let role = match stage {
        Stage::Read => Role::Annotator,
        Stage::Review => Role::Reviewer,
    };
    let Some(open) = &session.project else { return Vec::new() };
    let least = open.settings.about.least_years[usize::from(stage == Stage::Review)];
    let has_years = |reader: &Reader| least.is_none_or(|least| reader.years_of_experience.is_some_and(|y| y >= least));
    let mut people: Vec<&Reader> =
        open.readers.iter().filter(|one| one.roles.has(role) && !one.has_left && has_years(one)).collect();
    people.sort_by_key(|reader| natural_key(reader.id.as_str()));
    people
}

fn strategy_ui(ui: &mut Ui, plan: &mut Plan) {
    let num = plan.strategy.count().unwrap_or(1).max(1);
    let several = num.max(2);
    row_ui(ui, tr("Dealt"), |ui| {
        for strategy in [
            Strategy::Equal,
            Strategy::Balanced { each: several },
            Strategy::Stratified { each: several },
            Strategy::All,
            Strategy::More { by: 1 },
            Strategy::Repeat,
        ] {
            // A film is settled once.
            if plan.stage == Stage::Review && strategy == Strategy::Repeat {
                continue;
            }
            let is_on = plan.strategy.key() == strategy.key();
            if kit::chip(ui, strategy_title(strategy), is_on).clicked() && !is_on {
                plan.strategy = strategy;
                plan.is_mixed_in = plan.is_hidden_truth || strategy == Strategy::Repeat;
            }
        }
    });
    row_ui(ui, "", |ui| {
        ui.add(egui::Label::new(RichText::new(strategy_help(plan.strategy)).small().color(theme::weak())).wrap());
    });
    if let Strategy::Balanced { each: count } | Strategy::Stratified { each: count } | Strategy::More { by: count } =
        &mut plan.strategy
    {
        row_ui(ui, tr("People a film"), |ui| {
            let response = ui.add(DragValue::new(count).range(1..=100).speed(0.05));
            response.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, tr("People a film")));
        });
    }
    row_ui(ui, tr("Stay together"), |ui| {
        for (unit, text) in [(Unit::Study, tr("Films of one study")), (Unit::Film, tr("Nothing stays together"))] {
            if kit::chip(ui, text, plan.unit == unit).clicked() {
                plan.unit = unit;
            }
        }
    });
}

fn order_ui(ui: &mut Ui, plan: &mut Plan) {
    row_ui(ui, tr("Order"), |ui| {
        ui.label(tr("Shuffled anew for each reader."));
        ui.label(RichText::new(tr("Seed")).color(theme::weak()));
        let response = ui.add(DragValue::new(&mut plan.seed).range(0..=u64::from(u32::MAX)));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, tr("Seed")));
        ui.label(RichText::new(tr("Priority")).color(theme::weak()));
        let response = ui.add(DragValue::new(&mut plan.priority).range(-100..=100).speed(0.05));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, tr("Priority")));
    });
    row_ui(ui, "", |ui| {
        ui.checkbox(&mut plan.is_mixed_in, tr("Strewn among films that wait, not after them"));
    });
}

/// What would come of it, and the button that does it.
fn outcome_ui(ui: &mut Ui, panel: &mut Panel<'_>, form: &OrderForm, plan: Plan) {
    let session = panel.session;
    let desk = &session.team.assigning;
    let order = order_of(session, form, plan);
    let known = order.as_ref().and_then(|order| preview_of(desk, order));
    if let Some(order) = &order
        && known.is_none()
        && desk.asked.is_none()
        && !desk.is_busy
    {
        let command = AssignCommand::Preview(Box::new(order.clone()));
        panel.ask(Command::Team(TeamCommand::Assign(command)));
    }
    let (text, color) = match (&order, known) {
        (None, _) => (tr("Choose a file first.").to_owned(), theme::weak()),
        (_, None) => (tr("Counting…").to_owned(), theme::weak()),
        (_, Some(Ok(dealt))) => (dealt_words(dealt), theme::strong()),
        (_, Some(Err(why))) => (translated(why).into_owned(), theme::warn()),
    };
    let response = ui.add(egui::Label::new(RichText::new(&text).color(color)).wrap());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &text));
    open_names_ui(ui, session, form, plan.stage);
    ui.add_space(theme::UNIT);
    let is_ready = matches!(known, Some(Ok(_))) && !desk.is_busy;
    let button = egui::Button::new(tr("Hand them out")).fill(theme::accent_dim());
    if ui.add_enabled(is_ready, button).clicked()
        && let Some(order) = order
    {
        panel.ask(Command::Team(TeamCommand::Assign(AssignCommand::HandOut(Box::new(order)))));
    }
}

/// A reading is as blind as its reader's name is guarded: in a project with PINs, who has none is named before films go out.
fn open_names_ui(ui: &mut Ui, session: &Session, form: &OrderForm, stage: Stage) {
    let gets_films = |id: &ReaderId| {
        if form.people.is_empty() {
            able(session, stage).iter().any(|one| one.id == *id)
        } else {
            form.people.contains(id)
        }
    };
    let open = session.people_without_pin();
    let names: Vec<&str> =
        open.iter().filter(|reader| gets_films(&reader.id)).map(|reader| reader.id.as_str()).collect();
    let hands_out = session.project.as_ref().is_some_and(|open| open.settings.workflow.hands_out());
    if names.is_empty() || !hands_out {
        return;
    }
    let text = tr_args(
        "No PIN: {}. Anybody can sign in under these names and see what was marked, so nobody can say that these readings are blind. Give them PINs on the page People first.",
        &[&names.join(", ")],
    );
    let response = ui.add(egui::Label::new(RichText::new(&text).color(theme::warn())).wrap());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &text));
}

fn preview_of<'a>(desk: &'a AssignDesk, order: &AssignOrder) -> Option<&'a Result<DealtFacts, String>> {
    desk.preview.as_ref().filter(|(of, _)| **of == *order).map(|(_, dealt)| dealt)
}

/// `None` while a file is missing.
fn order_of(session: &Session, form: &OrderForm, plan: Plan) -> Option<AssignOrder> {
    let list = &session.worklist;
    let pool = match form.pool {
        PoolKind::All => FilmPool::All,
        PoolKind::Shown => {
            FilmPool::Shown((0..list.num_shown()).filter_map(|n| Some(list.shown(n)?.image.clone())).collect())
        }
        PoolKind::File => FilmPool::File(session.team.assigning.file.clone()?),
        PoolKind::HiddenTruths => FilmPool::HiddenTruths,
    };
    Some(AssignOrder { pool, sample: form.sample, plan, people: form.people.iter().cloned().collect() })
}

fn dealt_words(dealt: &DealtFacts) -> String {
    let loads = || dealt.loads.iter().map(|(_, num)| *num);
    let (least, most) = (loads().min().unwrap_or(0), loads().max().unwrap_or(0));
    let share = if least == most { most.to_string() } else { tr_args("{} to {}", &[&least, &most]) };
    let mut text = tr_args(
        "{} films make {} tasks for {} people, {} for each.",
        &[&dealt.num_films, &dealt.num_tasks, &dealt.loads.len(), &share],
    );
    if dealt.num_kept_back > 0 {
        text.push(' ');
        text += &match dealt.num_kept_back {
            1 => tr("1 film is kept back because its truth is known.").to_owned(),
            num => tr_args("{} films are kept back because their truth is known.", &[&num]),
        };
    }
    text
}

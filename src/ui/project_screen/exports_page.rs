//! What leaves the project and comes back: labels as files, bundles and versions.

use egui::{ComboBox, DragValue, Grid, RichText, TextEdit, Ui, WidgetInfo};

use crate::domain::exchange::{ExportFormat, ExportPlan, ImportWish, SplitPlan, VersionState, is_tag};
use crate::domain::id::ReaderId;
use crate::domain::moment::day_text;
use crate::domain::people::{Act, CONSENSUS_LAYER, Matter};
use crate::domain::training::dataset::{SplitMethod, SplitSize, SplitUnit};
use crate::session::Command;
use crate::session::team::{ExchangeCommand, ExchangeFacts, ExportRequest, Layer, TeamCommand, VersionRow};
use crate::ui::project_screen::consensus_words::consensus_line;
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{Panel, kit, theme};

/// Texts are no wider than can be read.
const WIDTH: f32 = 860.0;
/// So that fields stand below each other.
const TITLE_WIDTH: f32 = 130.0;

/// What is being chosen on the page.
#[derive(Debug)]
pub struct ExportsPageState {
    plan: ExportPlan,
    as_bundle: Bundle,
    split: SplitPlan,
    /// Of the test part, as a share in percent or as a count.
    test: (f64, u32, bool),
    incoming_reader: Option<ReaderId>,
    pub(in crate::ui) wish: ImportWish,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Bundle {
    Labels,
    Whole,
    Split,
}

impl Default for ExportsPageState {
    fn default() -> Self {
        Self {
            plan: ExportPlan::default(),
            as_bundle: Bundle::Labels,
            split: SplitPlan::default(),
            test: (20.0, 100, false),
            incoming_reader: None,
            wish: ImportWish::default(),
        }
    }
}

pub(super) fn exports_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let desk = &panel.session.team.exchanging;
    ui.set_max_width(WIDTH);
    ui.heading(tr("Exports and imports of labels"));
    if let Some(why) = &desk.failure {
        ui.label(RichText::new(why).color(theme::warn()));
        return;
    }
    let Some(facts) = desk.facts.clone() else {
        if desk.is_loading {
            ui.spinner();
        } else {
            panel.ask(Command::Team(TeamCommand::Exchange(ExchangeCommand::Load)));
        }
        return;
    };
    let can_change = panel.session.may(Matter::Exports, Act::Change);
    let mut state = std::mem::take(&mut panel.state.exports_page);
    if can_change {
        kit::section(ui, tr("Export"));
        export_ui(ui, panel, &facts, &mut state);
        ui.add_space(theme::UNIT);
        ui.separator();
    }
    versions_ui(ui, panel, &facts);
    if can_change {
        ui.add_space(theme::UNIT);
        ui.separator();
        kit::section(ui, tr("Import"));
        import_ui(ui, panel, &facts, &mut state);
    }
    panel.state.exports_page = state;
}

fn weak(ui: &mut Ui, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).color(theme::weak())).wrap());
}

fn fields(ui: &mut Ui, name: &'static str, add: impl FnOnce(&mut Ui)) {
    Grid::new(name).num_columns(2).min_col_width(TITLE_WIDTH).spacing([12.0, 8.0]).show(ui, add);
}

fn ask_button(ui: &mut Ui, panel: &mut Panel<'_>, text: &str, command: Option<ExchangeCommand>, is_main: bool) {
    let command = command.map(|command| Command::Team(TeamCommand::Exchange(command)));
    let is_enabled = command.as_ref().is_some_and(|command| command.is_available(panel.session));
    let button = if is_main {
        egui::Button::new(RichText::new(text).color(theme::strong())).fill(theme::accent_dim())
    } else {
        egui::Button::new(text)
    };
    let response = ui.add_enabled(is_enabled, button);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, is_enabled, text));
    if response.clicked()
        && let Some(command) = command
    {
        panel.ask(command);
    }
}

fn combo_ui<T: PartialEq + Clone>(ui: &mut Ui, name: &'static str, value: &mut T, choices: &[(T, String)]) {
    let text = choices.iter().find(|(one, _)| one == value).map_or("", |(_, text)| text.as_str());
    let combo = ComboBox::from_id_salt(name).selected_text(text).width(320.0).height(420.0).truncate();
    let response = combo.show_ui(ui, |ui| {
        for (one, text) in choices {
            ui.selectable_value(value, one.clone(), text);
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, name));
}

fn export_ui(ui: &mut Ui, panel: &mut Panel<'_>, facts: &ExchangeFacts, state: &mut ExportsPageState) {
    let plan = &mut state.plan;
    fields(ui, "export fields", |ui| {
        ui.label(tr("Format"));
        let formats = ExportFormat::ALL.map(|format| (format, translated(format.title()).to_string()));
        combo_ui(ui, tr("Format"), &mut plan.format, &formats);
        ui.end_row();
        ui.label("");
        weak(ui, &translated(plan.format.holds()));
        ui.end_row();
        ui.label(tr("Whose labels"));
        layers_ui(ui, facts, plan);
        ui.end_row();
        ui.label("");
        ui.vertical(|ui| {
            ui.checkbox(&mut plan.with_unfinished, tr("Readings that are not completed, too"));
            if takes_consensus(plan) && facts.consensus.num_films() > 0 {
                let text = tr("Of the consensus only films that reviewers settled");
                let help = tr("Films whose consensus a rule made, or that was imported, stay out.");
                ui.checkbox(&mut plan.only_settled, text).on_hover_text(help);
            }
            if plan.format.is_table() {
                ui.checkbox(&mut plan.hides_readers, tr("Leave readers out, as for the consensus"));
            }
            if plan.format.takes_pictures() {
                ui.checkbox(&mut plan.with_pictures, tr("Pictures of the films beside the labels"));
            }
        });
        ui.end_row();
        ui.label(tr("As"));
        ui.horizontal_wrapped(|ui| {
            for (bundle, text, help) in [
                (Bundle::Labels, tr("Labels alone"), tr("One file, or one folder where the format is many files.")),
                (Bundle::Whole, tr("Bundle"), tr("With README, licence, citation and checksums, to hand on.")),
                (Bundle::Split, tr("Bundle in train and test"), tr("The same, with folders for learning and testing.")),
            ] {
                let response = kit::chip(ui, text, state.as_bundle == bundle).on_hover_text(help);
                if response.clicked() {
                    state.as_bundle = bundle;
                }
            }
        });
        ui.end_row();
        if state.as_bundle == Bundle::Split {
            split_ui(ui, &mut state.split, &mut state.test);
        }
        ui.label(tr("Version"));
        ui.horizontal(|ui| {
            let field = TextEdit::singleline(&mut plan.tag).desired_width(160.0).hint_text("v1.0");
            let response = ui.add(field);
            response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Version")));
            let (text, is_wrong) = tag_words(&plan.tag, &facts.versions);
            ui.label(RichText::new(text).color(if is_wrong { theme::warn() } else { theme::weak() }));
        });
        ui.end_row();
        let place = panel.session.export_folder().join(plan.output_name(state.as_bundle != Bundle::Labels));
        ui.label(tr("Goes to"));
        ui.horizontal_wrapped(|ui| {
            ui.label(place.display().to_string());
            ask_button(ui, panel, tr("Other folder…"), Some(ExchangeCommand::ChooseFolder), false);
        });
        ui.end_row();
        ui.label("");
        let trouble = trouble(plan, facts);
        ui.vertical(|ui| {
            let request = trouble.is_none().then(|| {
                ExchangeCommand::Export(Box::new(ExportRequest {
                    plan: plan.clone(),
                    is_bundle: state.as_bundle != Bundle::Labels,
                    split: (state.as_bundle == Bundle::Split).then(|| split_of(&state.split, state.test)),
                    place,
                }))
            });
            ask_button(ui, panel, tr("Export labels"), request, true);
            if let Some(why) = trouble {
                ui.label(RichText::new(why).color(theme::warn()));
            }
        });
        ui.end_row();
    });
}

/// All layers, or some of them by a click on each.
fn layers_ui(ui: &mut Ui, facts: &ExchangeFacts, plan: &mut ExportPlan) {
    ui.vertical(|ui| {
        ui.horizontal_wrapped(|ui| {
            if kit::chip(ui, tr("Everybody"), plan.readers.is_empty()).clicked() {
                plan.readers.clear();
            }
            for layer in facts.layers.iter().filter(|layer| layer.num_completed > 0) {
                let is_on = plan.readers.contains(&layer.id);
                let text = format!("{}  {}", layer_name(layer), layer.num_completed);
                let response = kit::chip(ui, &text, is_on);
                let response = if layer.id == layer.public {
                    response
                } else {
                    response.on_hover_text(tr_args("{} goes out as {}", &[&layer.id, &layer.public]))
                };
                if response.clicked() {
                    if is_on {
                        plan.readers.retain(|reader| *reader != layer.id);
                    } else {
                        plan.readers.push(layer.id.clone());
                    }
                }
            }
        });
        if facts.consensus.num_films() > 0 {
            weak(ui, &consensus_line(&facts.consensus));
        }
        weak(ui, tr("Readers go out under numbers, never under names."));
    });
}

fn takes_consensus(plan: &ExportPlan) -> bool {
    plan.readers.is_empty() || plan.readers.iter().any(|reader| reader.as_str() == CONSENSUS_LAYER)
}

fn layer_name(layer: &Layer) -> String {
    if layer.id.as_str() == CONSENSUS_LAYER { tr("Consensus").to_owned() } else { layer.public.to_string() }
}

fn split_ui(ui: &mut Ui, split: &mut SplitPlan, test: &mut (f64, u32, bool)) {
    ui.label(tr("Test part"));
    ui.horizontal_wrapped(|ui| {
        let (share, count, by_count) = test;
        ui.radio_value(by_count, false, tr("Share"));
        let drag = ui.add_enabled(!*by_count, DragValue::new(share).range(1.0..=99.0).suffix(" %"));
        drag.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, tr("Share of the test part")));
        ui.radio_value(by_count, true, tr("Exact number"));
        let drag = ui.add_enabled(*by_count, DragValue::new(count).range(1..=1_000_000));
        drag.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, tr("Number in the test part")));
    });
    ui.end_row();
    ui.label(tr("Stay together"));
    let units = [
        (SplitUnit::Patient, tr("All films of a patient").to_owned()),
        (SplitUnit::Study, tr("All films of a study").to_owned()),
        (SplitUnit::Film, tr("Each film by itself").to_owned()),
    ];
    combo_ui(ui, tr("Stay together"), &mut split.unit, &units);
    ui.end_row();
    ui.label(tr("Dealt out"));
    ui.horizontal_wrapped(|ui| {
        let methods = [
            (SplitMethod::Stratified, tr("Every label as evenly as it goes").to_owned()),
            (SplitMethod::Random, tr("By chance alone").to_owned()),
        ];
        combo_ui(ui, tr("Dealt out"), &mut split.method, &methods);
        ui.label(tr("Seed"));
        let drag = ui.add(DragValue::new(&mut split.seed));
        drag.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, tr("Seed")));
    });
    ui.end_row();
    ui.label("");
    ui.checkbox(&mut split.is_test_consensus, tr("The test part holds the consensus alone, without readers"));
    ui.end_row();
}

fn split_of(split: &SplitPlan, (share, count, by_count): (f64, u32, bool)) -> SplitPlan {
    let test = if by_count { SplitSize::Count(count) } else { SplitSize::Share(share / 100.0) };
    SplitPlan { test, ..split.clone() }
}

fn tag_words(tag: &str, versions: &[VersionRow]) -> (String, bool) {
    if tag.is_empty() {
        return (tr("Empty: written, but not kept as a version").to_owned(), false);
    }
    if !is_tag(tag) {
        return (tr("Only letters, digits, dots and _").to_owned(), true);
    }
    if versions.iter().any(|version| version.tag == tag) {
        return (tr("There is such a version already").to_owned(), true);
    }
    (tr("Kept with the hash of what is written").to_owned(), false)
}

/// Why it can't be written as it is chosen now.
fn trouble(plan: &ExportPlan, facts: &ExchangeFacts) -> Option<&'static str> {
    let read = facts.layers.iter().filter(|layer| layer.num_completed > 0);
    let num_chosen = if plan.readers.is_empty() { read.count() } else { plan.readers.len() };
    let has_no_place = !plan.format.holds_readers() || (plan.format.is_table() && plan.hides_readers);
    if num_chosen == 0 && !plan.with_unfinished {
        return Some(tr("There is no completed reading yet, so there is nothing to export."));
    }
    let is_consensus_alone = takes_consensus(plan) && plan.readers.len() == 1;
    if plan.only_settled && is_consensus_alone && facts.consensus.num_settled == 0 {
        return Some(tr("Reviewers have settled no film yet."));
    }
    if has_no_place && num_chosen > 1 {
        return Some(tr("This has no place for who marked what: choose one reader, or the consensus."));
    }
    let (_, is_wrong) = tag_words(&plan.tag, &facts.versions);
    (is_wrong && !plan.tag.is_empty()).then(|| tr("Correct the version first."))
}

fn versions_ui(ui: &mut Ui, panel: &Panel<'_>, facts: &ExchangeFacts) {
    kit::section(ui, &format!("{}  {}", tr("Versions"), facts.versions.len()));
    if facts.versions.is_empty() {
        weak(ui, tr("No version was exported yet. Give an export a version to find it here again."));
        return;
    }
    let offset_ms = 1000 * panel.state.utc_offset_secs;
    Grid::new("versions").num_columns(7).striped(true).spacing([16.0, 6.0]).show(ui, |ui| {
        for title in [tr("Version"), tr("Day"), tr("By"), tr("Format"), tr("Films"), tr("Marks"), tr("Files now")] {
            ui.label(RichText::new(title).color(theme::weak()));
        }
        ui.end_row();
        for version in &facts.versions {
            ui.label(RichText::new(&version.tag).color(theme::strong()))
                .on_hover_text(format!("{}\nSHA-256 {}", version.place, version.sha256));
            ui.label(day_text(version.made_at_ms + offset_ms));
            ui.label(&version.made_by);
            ui.label(version.format.map(|format| translated(format.title()).to_string()).unwrap_or_default());
            ui.label(version.num_films.to_string());
            ui.label(version.num_marks.to_string());
            let (text, color, help) = match version.state {
                VersionState::AsWritten => {
                    (tr("as written"), theme::good(), tr("The files have the hash that they were written with."))
                }
                VersionState::Changed => (
                    tr("changed"),
                    theme::warn(),
                    tr("The files are not what was written. Export again under a new version."),
                ),
                VersionState::Gone => (
                    tr("not there"),
                    theme::warn(),
                    tr("The files were moved or deleted. What was written is not kept in the project."),
                ),
            };
            ui.label(RichText::new(text).color(color)).on_hover_text(format!("{help}\n{}", version.place));
            ui.end_row();
        }
    });
}

fn import_ui(ui: &mut Ui, panel: &mut Panel<'_>, facts: &ExchangeFacts, state: &mut ExportsPageState) {
    weak(
        ui,
        tr(
            "Tables, COCO, YOLO, Pascal VOC, VinDr Lab, one JSON, annotated pictures, and bundles. What is in it says which it is.",
        ),
    );
    let incoming = panel.session.team.exchanging.incoming.clone();
    fields(ui, "import fields", |ui| {
        ui.label(tr("From"));
        ui.horizontal_wrapped(|ui| {
            let text =
                incoming.as_ref().map_or_else(|| tr("nothing chosen").to_owned(), |path| path.display().to_string());
            ui.label(RichText::new(text).color(if incoming.is_some() { theme::strong() } else { theme::weak() }));
            let choose = |is_folder| Some(ExchangeCommand::ChooseIncoming { is_folder });
            ask_button(ui, panel, tr("File…"), choose(false), false);
            ask_button(ui, panel, tr("Folder…"), choose(true), false);
        });
        ui.end_row();
        ui.label(tr("Unnamed labels"));
        let consensus = ReaderId::new(CONSENSUS_LAYER);
        let mut reader = state.incoming_reader.clone().unwrap_or_else(|| consensus.clone());
        let mut choices = vec![(consensus.clone(), tr("Consensus").to_owned())];
        let others = facts.layers.iter().filter(|layer| layer.id != consensus);
        choices.extend(others.map(|layer| (layer.id.clone(), layer.id.to_string())));
        ui.horizontal_wrapped(|ui| {
            combo_ui(ui, tr("Unnamed labels"), &mut reader, &choices);
            ui.label(RichText::new(tr("whose they are where the file does not say")).color(theme::weak()));
        });
        state.incoming_reader = Some(reader.clone());
        ui.end_row();
        ui.label("");
        fitting_ui(ui, &mut state.wish);
        ui.end_row();
        ui.label("");
        ui.checkbox(&mut state.wish.refuses_bad, tr("All or nothing: take nothing where something can't be taken"));
        ui.end_row();
        ui.label("");
        let command = incoming.map(|_| ExchangeCommand::Import { reader, wish: state.wish });
        ask_button(ui, panel, tr("Import labels"), command, true);
        ui.end_row();
    });
}

/// What an import does with labels that do not fit the project.
pub(in crate::ui) fn fitting_ui(ui: &mut Ui, wish: &mut ImportWish) {
    ui.vertical(|ui| {
        ui.checkbox(&mut wish.takes_absent_films, tr("Take labels of films that are not in the project yet"));
        ui.checkbox(&mut wish.adds_readers, tr("Add readers that the project does not know, as annotators"));
    });
}

//! Of the screen of training: frozen data sets, what is in the open one, and what is odd about it.

use egui::{Align, Grid, Layout, RichText, ScrollArea, Sense, Ui, Vec2, WidgetInfo};

use crate::domain::moment::day_text;
use crate::domain::training::dataset::{Split, SplitMethod, SplitUnit};
use crate::session::training::{DatasetRow, OpenDataset};
use crate::session::{Command, TrainCommand};
use crate::ui::words::{tr, tr_args, translated, translated_name};
use crate::ui::{Panel, kit, theme};

use super::words::number_text;
use super::{action_button, empty_ui, primary_button, warnings_ui, weak};

const ROW_HEIGHT: f32 = 52.0;
/// Of a class with fewer films on one side, figures say little (the paper's smallest class has 5 test films).
const FEW_FILMS: u64 = 10;

pub(super) fn list_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    kit::command_button(ui, panel, &Command::Train(TrainCommand::AskFreeze));
    ui.add_space(theme::UNIT);
    let session = panel.session;
    if session.training.datasets.is_empty() {
        if session.training.is_loaded {
            weak(ui, tr("No data set is frozen yet."));
        }
        return;
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for row in &session.training.datasets {
            row_ui(ui, panel, row);
        }
    });
}

fn row_ui(ui: &mut Ui, panel: &mut Panel<'_>, row: &DatasetRow) {
    let is_open = panel.session.training.dataset.as_ref().is_some_and(|open| open.row.id == row.id);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), ROW_HEIGHT), Sense::click());
    let films = tr_args("{} films", &[&number_text(row.num_films.iter().sum())]);
    response.widget_info(|| {
        let text = format!("{} {films}", tr_args("Data set {}", &[&row.name]));
        WidgetInfo::selected(egui::Role::Row, true, is_open, text)
    });
    let fill = match (is_open, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::panel(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(Vec2::new(8.0, 6.0))));
    inside.spacing_mut().interact_size.y = 16.0;
    inside.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new(day_text(row.made_at_ms)).small().color(theme::weak()));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let name = RichText::new(&row.name).color(theme::strong());
                ui.add(egui::Label::new(name).truncate().selectable(false));
            });
        });
    });
    let text = format!("{films}, {}", translated(&row.truth));
    inside.add(egui::Label::new(RichText::new(text).small().color(theme::weak())).truncate().selectable(false));
    if response.clicked() && !is_open {
        panel.ask(Command::Train(TrainCommand::OpenDataset(row.id)));
    }
}

pub(super) fn data_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(open) = panel.session.training.dataset.clone() else {
        let texts = [
            tr("A model learns from films and labels as they were at one moment. That is a frozen data set."),
            tr(
                "It says which films are learned from (train), which ones choose the best model (dev), and which ones are kept for the end (test).",
            ),
            tr("Freezing changes nothing in the project; reading goes on."),
        ];
        if panel.session.training.datasets.is_empty() && panel.session.training.is_loaded {
            let next = (TrainCommand::AskFreeze, tr("Freeze a data set…"));
            empty_ui(ui, panel, tr("First, freeze a data set"), &texts, Some(next));
        } else {
            ui.spinner();
        }
        return;
    };
    head_ui(ui, panel, &open);
    ui.add_space(theme::UNIT);
    theme::solid_scroll_bars(ui);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        warnings_ui(ui, &open.dataset.warnings);
        ui.add_space(theme::UNIT);
        splits_ui(ui, &open);
        kit::section(ui, tr("Classes"));
        weak(ui, tr("Films with at least one box of the class, and boxes in brackets."));
        classes_ui(ui, &open);
        kit::section(ui, tr("How it was made"));
        made_ui(ui, &open);
    });
}

fn head_ui(ui: &mut Ui, panel: &mut Panel<'_>, open: &OpenDataset) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let help = tr("Choose a network and start a run on this data set");
            primary_button(ui, panel, TrainCommand::TrainOn(open.row.id), tr("Train on it"), help);
            if open.row.num_films[2] > 0 && !open.row.is_locked {
                let help = tr("No data set of this project can ever train on these films again");
                action_button(ui, panel, TrainCommand::AskLock(open.row.id), tr("Lock the test films…"), help);
            }
            if !open.row.is_locked {
                let help = tr("A data set that nothing was learned from can go; films and labels stay as they are");
                action_button(ui, panel, TrainCommand::AskDeleteDataset(open.row.id), tr("Delete…"), help);
            }
            if open.row.is_locked {
                kit::badge(ui, tr("TEST FILMS LOCKED"), theme::good());
            }
            if open.dataset.is_synthetic {
                kit::badge(ui, tr("SYNTHETIC"), theme::warn());
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Label::new(RichText::new(&open.row.name).heading()).truncate());
            });
        });
    });
}

pub(super) fn split_text(split: Split) -> (&'static str, &'static str) {
    match split {
        Split::Train => (tr("Train"), tr("learned from")),
        Split::Dev => (tr("Dev"), tr("choose the best model")),
        Split::Test => (tr("Test"), tr("kept for the end")),
    }
}

fn splits_ui(ui: &mut Ui, open: &OpenDataset) {
    let width = ((ui.available_width() - 40.0) / 3.0).clamp(150.0, 300.0);
    ui.horizontal(|ui| {
        for (place, split) in Split::ALL.into_iter().enumerate() {
            crate::ui::shell::card_frame().show(ui, |ui| {
                ui.set_width(width - 26.0);
                ui.vertical(|ui| {
                    let (name, what) = split_text(split);
                    ui.horizontal_wrapped(|ui| {
                        ui.label(RichText::new(name).color(theme::strong()));
                        ui.label(RichText::new(what).small().color(theme::weak()));
                    });
                    let num = open.row.num_films[place];
                    let text = tr_args("{} films", &[&number_text(num)]);
                    ui.label(RichText::new(text).size(theme::HEADING).color(theme::strong()));
                    let text = tr_args(
                        "{} abnormal, {} patients",
                        &[&number_text(open.num_abnormal[place]), &number_text(open.num_patients[place])],
                    );
                    weak(ui, &text);
                });
            });
        }
    });
}

fn classes_ui(ui: &mut Ui, open: &OpenDataset) {
    let most = open.classes.iter().map(|class| class.counts.films[0]).max().unwrap_or(0).max(1);
    let mut has_few = false;
    Grid::new("class balance").num_columns(5).spacing([24.0, 5.0]).striped(true).show(ui, |ui| {
        ui.label(RichText::new(tr("Class")).color(theme::weak()));
        for split in Split::ALL {
            ui.label(RichText::new(split_text(split).0).color(theme::weak()));
        }
        ui.label("");
        ui.end_row();
        for class in &open.classes {
            ui.label(RichText::new(&*translated_name(class.label.as_str())).color(theme::strong()));
            for place in 0..3 {
                let num = class.counts.films[place];
                let is_few = num < FEW_FILMS && open.row.num_films[place] > 0;
                has_few |= is_few;
                let color = if is_few { theme::warn() } else { theme::text() };
                let text = format!("{} ({})", number_text(num), number_text(class.counts.boxes[place]));
                ui.label(RichText::new(text).color(color));
            }
            let (rect, _) = ui.allocate_exact_size(Vec2::new(160.0, 12.0), Sense::hover());
            let share = class.counts.films[0] as f32 / most as f32;
            let bar = egui::Rect::from_min_size(rect.min, Vec2::new((rect.width() * share).max(1.0), rect.height()));
            ui.painter().rect_filled(bar, 2.0, theme::series(0).gamma_multiply(0.7));
            ui.end_row();
        }
    });
    if has_few {
        let text = tr_args(
            "Amber: fewer than {} films. What a model learns or is said to reach there is not to be trusted.",
            &[&FEW_FILMS],
        );
        ui.add(egui::Label::new(RichText::new(text).small().color(theme::warn())).wrap());
    }
}

fn made_ui(ui: &mut Ui, open: &OpenDataset) {
    let plan = &open.dataset.plan;
    let unit = match plan.unit {
        SplitUnit::Film => tr("each film by itself"),
        SplitUnit::Study => tr("films of one study stay together"),
        SplitUnit::Patient => tr("films of one patient stay together"),
    };
    let method = match plan.method {
        SplitMethod::Random => tr("dealt out at random"),
        SplitMethod::Stratified => tr("every class dealt out evenly"),
    };
    let made = match open.row.made_by.as_str() {
        "" => tr_args("Frozen on {}", &[&day_text(open.row.made_at_ms)]),
        by => tr_args("Frozen on {} by {}", &[&day_text(open.row.made_at_ms), &by]),
    };
    let rows = [
        made,
        tr_args("Held for true: {}", &[&translated(&open.row.truth)]),
        tr_args("Split: {}, {}, seed {}", &[&unit, &method, &plan.seed]),
        tr_args("Fingerprint: {}", &[&open.row.sha256]),
    ];
    for text in rows {
        ui.add(egui::Label::new(RichText::new(text).color(theme::text())).wrap().selectable(true));
    }
    let folded = plan.label_rules.iter().filter(|rule| rule.to.as_ref() != Some(&rule.from));
    for rule in folded {
        let text = match &rule.to {
            Some(to) => {
                tr_args("{} is learned as {}", &[&translated_name(rule.from.as_str()), &translated_name(to.as_str())])
            }
            None => tr_args("{} is left out", &[&translated_name(rule.from.as_str())]),
        };
        weak(ui, &text);
    }
}

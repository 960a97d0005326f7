//! Of the screen of evaluations: readers held against a truth, before they saw what a model says and after.

use egui::{ComboBox, Grid, RichText, ScrollArea, Ui, WidgetInfo};

use crate::domain::evaluation::reader_study::{Pace, ReaderRow, ReaderStudy, StudySource, Switches, Way};
use crate::domain::id::ReaderId;
use crate::session::{Command, EvaluateCommand, Session, StudyCommand};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, kit, theme};

use super::gallery::may_look_ui;
use super::numbers::text_of;
use super::reader_masks::masks_ui;
use super::runs::problems_ui;

pub(super) fn readers_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    if !may_look_ui(ui, panel) {
        return;
    }
    theme::solid_scroll_bars(ui);
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        ui.label(RichText::new(tr("Readers")).size(theme::HEADING).color(theme::strong()));
        let about = tr(
            "Completed films, normal or abnormal. \"Without\" is a reading as it was when its reader first saw what a model says of the film; \"with\" is what it became.",
        );
        ui.label(RichText::new(about).color(theme::weak()));
        ui.add_space(theme::UNIT);
        truth_ui(ui, panel);
        ui.add_space(theme::UNIT);
        let studies = &panel.session.evaluating.studies;
        if let Some(why) = &studies.study_failure {
            let text = tr_args("The readers can't be compared: {}.", &[why]);
            ui.label(RichText::new(text).color(theme::warn()));
        }
        match studies.study.clone() {
            Some(study) if study.rows.is_empty() => {
                let text = tr("Nobody else has completed a film yet. Complete films as another reader, or choose another truth.");
                ui.label(text);
            }
            Some(study) => {
                study_ui(ui, panel.session, &study);
                if let Some(masks) = &studies.masks {
                    masks_ui(ui, |reader| reader_text(panel.session, Some(reader)), masks);
                }
            }
            None if studies.study_failure.is_none() => {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(tr("Reading the log of the project"));
                });
            }
            None => {}
        }
    });
}

/// What the readers are held against, and the table for other programs.
fn truth_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let source = panel.session.evaluating.studies.source.clone();
    let ask = |command| Command::Evaluate(EvaluateCommand::Study(command));
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(tr("Truth")).color(theme::weak()));
        let now = source.as_ref().map_or_else(String::new, |source| source_text(panel.session, source));
        let combo = ComboBox::from_id_salt("truth of the study").selected_text(now).width(260.0).truncate();
        let response = combo.show_ui(ui, |ui| {
            let readers = panel.session.project.iter().flat_map(|project| &project.readers);
            let readers = readers.map(|reader| StudySource::Reader(reader.id.clone()));
            let all: Vec<StudySource> = std::iter::once(StudySource::OtherReaders).chain(readers).collect();
            for one in all {
                let is_on = source.as_ref() == Some(&one);
                if ui.selectable_label(is_on, source_text(panel.session, &one)).clicked() {
                    panel.ask(ask(StudyCommand::Compare(one)));
                }
            }
        });
        response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Truth")));
        kit::toggle_button(ui, panel, &ask(StudyCommand::ChooseFile), tr("Truth from a file…"), false);
        kit::toggle_button(ui, panel, &ask(StudyCommand::SaveTable), tr("Save for MRMC programs…"), false);
    });
    if source == Some(StudySource::OtherReaders) {
        let text = tr(
            "Each reader has a truth of their own here, so there is no table for MRMC programs: these need one truth for all.",
        );
        ui.label(RichText::new(text).color(theme::weak()));
    }
}

fn source_text(session: &Session, source: &StudySource) -> String {
    match source {
        StudySource::Reader(reader) => reader_text(session, Some(reader)),
        StudySource::OtherReaders => tr("The majority of the other readers").to_owned(),
        StudySource::File(path) => {
            path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
        }
    }
}

/// `R1 Dr Lan`; `None`: all of them.
fn reader_text(session: &Session, reader: Option<&ReaderId>) -> String {
    let Some(id) = reader else { return tr("All readers").to_owned() };
    let known = session.project.iter().flat_map(|project| &project.readers).find(|reader| reader.id == *id);
    known.map_or_else(|| id.to_string(), |reader| format!("{id} {}", reader.name))
}

fn study_ui(ui: &mut Ui, session: &Session, study: &ReaderStudy) {
    kit::section(ui, tr("Right and wrong, % with 95 % intervals (Wilson)"));
    Grid::new("ways of reading").num_columns(7).spacing([18.0, 4.0]).show(ui, |ui| {
        let shares = [tr("Sensitivity"), tr("Specificity"), tr("Right")];
        heads(ui, &[tr("Reader"), tr("Model"), tr("Films"), shares[0], shares[1], shares[2], tr("TP, FP, TN, FN")]);
        for row in &study.rows {
            let name = reader_text(session, row.reader.as_ref());
            way_ui(ui, &name, tr("without"), &row.without);
            if row.with.counts.total() > 0 {
                way_ui(ui, "", tr("with"), &row.with);
            }
        }
    });
    if study.rows.iter().any(|row| row.reader.is_none()) {
        let text = tr(
            "All readers: counted are readings, not films. Readings of one film are alike, so these intervals are too narrow, and there is no p-value.",
        );
        ui.label(RichText::new(text).color(theme::weak()));
    }
    without_truth_ui(ui, session, study);
    if !study.problems.is_empty() {
        problems_ui(ui, &study.problems);
    }
    if study.rows.iter().any(|row| row.switches.num_films() > 0) {
        switches_ui(ui, session, study);
    } else {
        kit::section(ui, tr("Switches"));
        let text = tr("No film was read in both ways: nobody has seen what a model says after deciding.");
        ui.label(RichText::new(text).color(theme::weak()));
    }
    paces_ui(ui, session, study);
}

fn way_ui(ui: &mut Ui, name: &str, model: &str, way: &Way) {
    let counts = way.counts;
    ui.label(RichText::new(name).color(theme::strong()));
    ui.label(model);
    ui.label(counts.total().to_string());
    for figure in [way.sensitivity(), way.specificity(), way.accuracy()] {
        ui.label(RichText::new(text_of(figure)).color(theme::strong()));
    }
    ui.label(format!("{}, {}, {}, {}", counts.tp, counts.fp, counts.tn, counts.fn_));
    ui.end_row();
}

fn without_truth_ui(ui: &mut Ui, session: &Session, study: &ReaderStudy) {
    let missing = study.rows.iter().filter(|row| row.num_without_truth > 0 && row.reader.is_some());
    let missing: Vec<String> = missing
        .map(|row| format!("{}: {}", reader_text(session, row.reader.as_ref()), row.num_without_truth))
        .collect();
    if !missing.is_empty() {
        let text = tr_args("Completed films without a truth, left out. {}", &[&missing.join(", ")]);
        ui.label(RichText::new(text).color(theme::weak()));
    }
}

fn switches_ui(ui: &mut Ui, session: &Session, study: &ReaderStudy) {
    kit::section(ui, tr("Switches, on films that were read in both ways"));
    Grid::new("switches").num_columns(7).spacing([18.0, 4.0]).show(ui, |ui| {
        let moved = [tr("To right"), tr("To wrong"), tr("Stayed right"), tr("Stayed wrong")];
        heads(ui, &[tr("Reader"), tr("Films"), moved[0], moved[1], moved[2], moved[3], tr("p (McNemar, exact)")]);
        for row in study.rows.iter().filter(|row| row.switches.num_films() > 0) {
            let Switches { to_right, to_wrong, stayed_right, stayed_wrong } = row.switches;
            ui.label(RichText::new(reader_text(session, row.reader.as_ref())).color(theme::strong()));
            ui.label(row.switches.num_films().to_string());
            let color = |count: u64, color| if count > 0 { color } else { theme::text() };
            ui.label(RichText::new(to_right.to_string()).color(color(to_right, theme::good())));
            ui.label(RichText::new(to_wrong.to_string()).color(color(to_wrong, theme::bad())));
            ui.label(stayed_right.to_string());
            ui.label(stayed_wrong.to_string());
            ui.label(row.p_value().map_or_else(String::new, |p| format!("{p:.4}")));
            ui.end_row();
        }
    });
}

fn paces_ui(ui: &mut Ui, session: &Session, study: &ReaderStudy) {
    let is_timed = |row: &&ReaderRow| row.pace_without.num_films + row.pace_with.num_films > 0;
    if !study.rows.iter().any(|row| is_timed(&row)) {
        return;
    }
    kit::section(ui, tr("Active time on a film, pauses left out"));
    Grid::new("paces").num_columns(5).spacing([18.0, 4.0]).show(ui, |ui| {
        let medians = [tr("Never shown a model, median"), tr("Shown a model, median")];
        heads(ui, &[tr("Reader"), medians[0], tr("Films"), medians[1], tr("Films")]);
        for row in study.rows.iter().filter(is_timed) {
            ui.label(RichText::new(reader_text(session, row.reader.as_ref())).color(theme::strong()));
            for pace in [row.pace_without, row.pace_with] {
                ui.label(pace_text(pace));
                ui.label(pace.num_films.to_string());
            }
            ui.end_row();
        }
    });
    let text =
        tr("Time on a film that was read in both ways is of both together; before and after are not told apart.");
    ui.label(RichText::new(text).color(theme::weak()));
}

fn pace_text(pace: Pace) -> String {
    if pace.num_films == 0 {
        return "–".to_owned();
    }
    tr_args("{} s", &[&format!("{:.1}", pace.median_ms as f64 / 1000.0)])
}

pub(super) fn heads(ui: &mut Ui, names: &[&str]) {
    for name in names {
        ui.label(RichText::new(*name).color(theme::weak()));
    }
    ui.end_row();
}

//! Of the screen of evaluations: readers held against a truth, before they saw what a model says and after.

use egui::{ComboBox, Grid, RichText, ScrollArea, Ui, WidgetInfo};

use crate::domain::evaluation::reader_study::{Pace, ReaderRow, ReaderStudy, StudyCell, StudySource, Switches, Way};
use crate::session::worklist::CountedNumber;
use crate::session::{Command, EvaluateCommand, Session, StudyCommand};
use crate::ui::counted_words::reader_text;
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, kit, theme};

use super::gallery::may_look_ui;
use super::numbers::{films_link_ui, text_of};
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
                study_ui(ui, panel, &study);
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

fn study_ui(ui: &mut Ui, panel: &mut Panel<'_>, study: &ReaderStudy) {
    let session = panel.session;
    kit::section(ui, tr("Right and wrong, % with 95 % intervals (Wilson)"));
    Grid::new("ways of reading").num_columns(7).spacing([18.0, 4.0]).show(ui, |ui| {
        let shares = [tr("Sensitivity"), tr("Specificity"), tr("Right")];
        heads(ui, &[tr("Reader"), tr("Model"), tr("Films"), shares[0], shares[1], shares[2], tr("TP, FP, TN, FN")]);
        for row in &study.rows {
            let name = reader_text(session, row.reader.as_ref());
            way_ui(ui, panel, row, &name, false);
            if row.with.counts.total() > 0 {
                way_ui(ui, panel, row, "", true);
            }
        }
    });
    if study.rows.iter().any(|row| row.reader.is_none()) {
        let text = tr(
            "All readers: counted are readings, not films. Readings of one film are alike, so these intervals are too narrow, and there is no p-value.",
        );
        ui.label(RichText::new(text).color(theme::weak()));
    }
    without_truth_ui(ui, panel, study);
    if !study.problems.is_empty() {
        problems_ui(ui, &study.problems);
    }
    if study.rows.iter().any(|row| row.switches.num_films() > 0) {
        switches_ui(ui, panel, study);
    } else {
        kit::section(ui, tr("Switches"));
        let text = tr("No film was read in both ways: nobody has seen what a model says after deciding.");
        ui.label(RichText::new(text).color(theme::weak()));
    }
    paces_ui(ui, panel, study);
}

fn counted(row: &ReaderRow, cell: StudyCell) -> CountedNumber {
    CountedNumber::Study { reader: row.reader.clone(), cell }
}

fn way_ui(ui: &mut Ui, panel: &mut Panel<'_>, row: &ReaderRow, name: &str, is_with_model: bool) {
    let way: &Way = if is_with_model { &row.with } else { &row.without };
    let counts = way.counts;
    let cell = |truth, said| counted(row, StudyCell::Way { is_with_model, truth, said });
    ui.label(RichText::new(name).color(theme::strong()));
    ui.label(if is_with_model { tr("with") } else { tr("without") });
    films_link_ui(ui, panel, &counts.total().to_string(), counts.total(), cell(None, None));
    for (figure, truth, whole) in [
        (way.sensitivity(), Some(true), counts.num_positive()),
        (way.specificity(), Some(false), counts.num_negative()),
        (way.accuracy(), None, counts.total()),
    ] {
        films_link_ui(ui, panel, &text_of(figure), whole, cell(truth, None));
    }
    ui.horizontal(|ui| {
        for (count, truth, said) in
            [(counts.tp, true, true), (counts.fp, false, true), (counts.tn, false, false), (counts.fn_, true, false)]
        {
            films_link_ui(ui, panel, &count.to_string(), count, cell(Some(truth), Some(said)));
        }
    });
    ui.end_row();
}

fn without_truth_ui(ui: &mut Ui, panel: &mut Panel<'_>, study: &ReaderStudy) {
    let missing = || study.rows.iter().filter(|row| row.num_without_truth > 0 && row.reader.is_some());
    if missing().next().is_none() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(tr("Completed films without a truth, left out:")).color(theme::weak()));
        for row in missing() {
            let text = format!("{}: {}", reader_text(panel.session, row.reader.as_ref()), row.num_without_truth);
            films_link_ui(ui, panel, &text, row.num_without_truth, counted(row, StudyCell::WithoutTruth));
        }
    });
}

fn switches_ui(ui: &mut Ui, panel: &mut Panel<'_>, study: &ReaderStudy) {
    kit::section(ui, tr("Switches, on films that were read in both ways"));
    Grid::new("switches").num_columns(7).spacing([18.0, 4.0]).show(ui, |ui| {
        let moved = [tr("To right"), tr("To wrong"), tr("Stayed right"), tr("Stayed wrong")];
        heads(ui, &[tr("Reader"), tr("Films"), moved[0], moved[1], moved[2], moved[3], tr("p (McNemar, exact)")]);
        for row in study.rows.iter().filter(|row| row.switches.num_films() > 0) {
            let Switches { to_right, to_wrong, stayed_right, stayed_wrong } = row.switches;
            ui.label(RichText::new(reader_text(panel.session, row.reader.as_ref())).color(theme::strong()));
            for (count, was_and_is_right) in [
                (row.switches.num_films(), None),
                (to_right, Some([false, true])),
                (to_wrong, Some([true, false])),
                (stayed_right, Some([true, true])),
                (stayed_wrong, Some([false, false])),
            ] {
                let number = counted(row, StudyCell::Switch { was_and_is_right });
                films_link_ui(ui, panel, &count.to_string(), count, number);
            }
            ui.label(row.p_value().map_or_else(String::new, |p| format!("{p:.4}")));
            ui.end_row();
        }
    });
}

fn paces_ui(ui: &mut Ui, panel: &mut Panel<'_>, study: &ReaderStudy) {
    let is_timed = |row: &&ReaderRow| row.pace_without.num_films + row.pace_with.num_films > 0;
    if !study.rows.iter().any(|row| is_timed(&row)) {
        return;
    }
    kit::section(ui, tr("Active time on a film, pauses left out"));
    Grid::new("paces").num_columns(5).spacing([18.0, 4.0]).show(ui, |ui| {
        let medians = [tr("Never shown a model, median"), tr("Shown a model, median")];
        heads(ui, &[tr("Reader"), medians[0], tr("Films"), medians[1], tr("Films")]);
        for row in study.rows.iter().filter(is_timed) {
            ui.label(RichText::new(reader_text(panel.session, row.reader.as_ref())).color(theme::strong()));
            for (pace, is_with_model) in [(row.pace_without, false), (row.pace_with, true)] {
                ui.label(pace_text(pace));
                let number = counted(row, StudyCell::Timed { is_with_model });
                films_link_ui(ui, panel, &pace.num_films.to_string(), pace.num_films, number);
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

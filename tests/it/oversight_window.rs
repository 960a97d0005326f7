//! The pages of agreement and of the record in the window, by accessibility labels, and in pictures.

use egui_kittest::SnapshotResults;
use egui_kittest::kittest::Queryable;
use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::geometry::Rect;
use rachis::domain::id::{AnnotationId, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::people::CONSENSUS_LAYER;
use rachis::domain::shape::Shape;
use rachis::domain::task::TaskState;
use rachis::session::settings::Theme;
use rachis::session::team::{AuditCommand, TeamCommand};
use rachis::session::{Command, Input, ProjectCommand, ProjectPage};

use crate::review_window::{self, at_review_of, key, plain};
use crate::seat::{Seat, at_project, saved, wait};
use crate::support;

/// Two readers of four films, each with the same fracture, and one with a second finding that the other does not see.
fn read_project(folder: &std::path::Path) {
    let mut store = support::project(folder, 4);
    for n in 0..4 {
        for (r, reader) in ["R1", "R2"].into_iter().enumerate() {
            let (image, reader) = (support::entry(n).facts.image, ReaderId::from(reader));
            let mut said = |edit: Edit| {
                let (image, reader) = (image.clone(), reader.clone());
                store.commit(&NewLogEntry { image, reader, step: Step::Do, edit, made_at_ms: 86_400_000 }).unwrap();
            };
            let mark = |id: i64, at: f64| {
                let shape = Shape::Box(Rect::from_columns(at, at, at + 8.0, at + 8.0).unwrap());
                let label = LabelName::new("Osteophytes");
                Edit::Add(Annotation::shaped(AnnotationId(id), label, shape, Origin::Drawn).unwrap())
            };
            let id = 1 + 100 * n as i64 + 10 * r as i64;
            said(mark(id, 1.0));
            if n == 0 && r == 0 {
                said(mark(id + 1, 20.0));
            }
            said(Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed });
        }
    }
}

fn at_page(seat: &mut Seat<'_>, page: ProjectPage) {
    seat.get_by_label("Read as R1").click();
    wait(seat, "the list", |w| w.session.worklist.is_loaded && w.session.reader.is_some());
    seat.state_mut().handle(Input::Command(Command::ChangeProject(Box::new(ProjectCommand::Show(page)))));
    seat.run_steps(3);
}

/// A picture of the whole window, kept in `tests/snapshots`: what changes there is looked at by a person.
fn picture(seat: &mut Seat<'_>, results: &mut SnapshotResults, name: &str) {
    seat.run_steps(6);
    results.add(seat.try_snapshot(name));
}

#[test]
fn agreement_says_what_it_will_show_and_why_alpha_is_low_beside_a_high_f1() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    read_project(&folder);
    let mut results = SnapshotResults::new();
    let mut seat = at_project(&folder);
    at_page(&mut seat, ProjectPage::Agreement);
    seat.get_by_label("What comparing shows");
    picture(&mut seat, &mut results, "project_agreement_before");
    seat.get_by_label("Compare readers").click();
    wait(&mut seat, "the figures", |w| w.session.team.agreeing.agreement.is_some());
    assert!(seat.query_by_label("What comparing shows").is_none());
    // Of nine marks eight are pairs, all of one label: chance would do nearly as well.
    assert_eq!(
        seat.query_all_by_label_contains("Alpha is low beside a high F1").count(),
        1,
        "it is said once, above all tables"
    );
    picture(&mut seat, &mut results, "project_agreement");
    // Nothing lies beyond the window's edge: all of it is read without moving the tables.
    let page = seat.ctx.content_rect().right() - 16.0;
    for head in ["Negative agreement", "Krippendorff's alpha"] {
        let places: Vec<egui::Rect> = seat.query_all_by_label(head).map(|node| node.rect()).collect();
        assert!(!places.is_empty() && places.iter().all(|place| place.right() <= page), "{head}: {places:?}");
    }
    seat.state_mut().session.settings.theme = Theme::Light;
    picture(&mut seat, &mut results, "project_agreement_light");
}

#[test]
fn a_signature_leads_to_the_consensus_as_it_was_signed() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let marks = [("R1", "Osteophytes", [20.0, 20.0, 80.0, 80.0]), ("R2", "Osteophytes", [21.0, 21.0, 81.0, 81.0])];
    let mut seat = at_review_of(&folder, 1, &marks);
    plain(&mut seat, egui::Key::Enter);
    for modifiers in [egui::Modifiers::SHIFT, egui::Modifiers::CTRL, egui::Modifiers::SHIFT] {
        // Signed, taken back, another decision, and signed again.
        let pressed = if modifiers == egui::Modifiers::CTRL { egui::Key::R } else { egui::Key::Enter };
        key(&mut seat, modifiers, pressed);
        saved(&mut seat);
        // The moments differ.
        std::thread::sleep(std::time::Duration::from_millis(20));
        if modifiers == egui::Modifiers::CTRL {
            plain(&mut seat, egui::Key::X);
            saved(&mut seat);
        }
    }
    seat.state_mut().handle(Input::Command(Command::ChangeReader));
    seat.run_steps(4);
    at_page(&mut seat, ProjectPage::Audit);
    wait(&mut seat, "the record", |w| !w.session.team.auditing.rows.is_empty());
    let filter = AuditCommand::Filter("review: ".into());
    seat.state_mut().handle(Input::Command(Command::Team(TeamCommand::Audit(filter))));
    seat.run_steps(4);
    let lines: Vec<String> = {
        let desk = &seat.state().session.team.auditing;
        desk.shown.iter().map(|&row| desk.rows[row as usize].what.clone()).collect()
    };
    // The newest first: a film without findings was signed, before that one with a finding.
    let expected = [
        "Review: Sign",
        "Review: Reject a finding: Osteophytes",
        "Review: Take the signature back",
        "Review: Sign",
        "Review: Accept a finding: Osteophytes",
        "Review: Begin the review",
    ];
    assert_eq!(lines, expected);
    let replay = format!("Replay film {}", review_window::film(0));
    for (n, num_marks) in [(3, 1), (2, 0), (0, 0)] {
        seat.query_all_by_label(&replay).nth(n).unwrap().click();
        wait(&mut seat, "the consensus", |w| w.session.team.auditing.replay.is_some());
        let shown = {
            let replay = seat.state().session.team.auditing.replay.as_ref().unwrap();
            assert_eq!(replay.reading.reader().as_str(), CONSENSUS_LAYER);
            (replay.reading.num_marks(), replay.at == replay.log.len())
        };
        assert_eq!(shown, (num_marks, n == 0));
        seat.get_by_label("Back to the record").click();
        seat.run_steps(4);
    }
}

#[test]
fn every_line_of_the_record_that_is_about_a_film_leads_to_its_readings() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    read_project(&folder);
    let mut results = SnapshotResults::new();
    let mut seat = at_project(&folder);
    at_page(&mut seat, ProjectPage::Audit);
    wait(&mut seat, "the record", |w| !w.session.team.auditing.rows.is_empty());
    // Without the moments of today, which are in no picture twice.
    let filter = AuditCommand::Filter("complete".into());
    seat.state_mut().handle(Input::Command(Command::Team(TeamCommand::Audit(filter))));
    picture(&mut seat, &mut results, "project_audit");
    let image = support::entry(0).facts.image;
    let replay = format!("Replay film {image}");
    assert!(!seat.state().session.team.auditing.shows_edits);
    seat.query_all_by_label(&replay).next().unwrap().click();
    wait(&mut seat, "the reading", |w| w.session.team.auditing.replay.is_some());
    seat.run_steps(3);
    let reader = |seat: &Seat<'_>| {
        let replay = seat.state().session.team.auditing.replay.as_ref().unwrap();
        (replay.reading.reader().to_string(), replay.log.len())
    };
    // The newest first: R2 completed last. One click more, and it is the other's.
    assert_eq!(reader(&seat), ("R2".to_owned(), 2));
    seat.get_by_label("R1").click();
    wait(&mut seat, "R1's reading", |w| {
        w.session.team.auditing.replay.as_ref().is_some_and(|replay| replay.reading.reader().as_str() == "R1")
    });
    assert_eq!(reader(&seat), ("R1".to_owned(), 3));
}

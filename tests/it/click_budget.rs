//! What a reading costs in keys, clicks and drags, by accessibility labels through the whole window.

use egui::{Key, Modifiers, PointerButton, Pos2};
use egui_kittest::kittest::Queryable;
use rachis::domain::id::ImageId;
use rachis::domain::reading::Decision;
use rachis::domain::shape::ShapeKind;
use rachis::domain::suggestion::ModelVisibility;
use rachis::session::{Command, DrawTool, Input, Tool};

use crate::seat::{Seat, at_project, has_thumbnails, is_reading, saved, wait};
use crate::suggestions_window::{put_models_in_use, suggest};
use crate::support;

/// What a reader's hands did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Spent {
    keys: usize,
    clicks: usize,
    drags: usize,
}

/// A reader whose every input is counted.
struct Hands<'a> {
    seat: Seat<'a>,
    spent: Spent,
}

impl Hands<'_> {
    /// The first of two films, open and shown.
    fn at_a_film(folder: &std::path::Path) -> Self {
        drop(support::project(folder, 2));
        let mut seat = at_project(folder);
        seat.get_by_label("Read as R1").click();
        wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
        seat.get_by_label("Film 1, AP, New").click();
        wait(&mut seat, "the film", |w| {
            is_reading(w) && w.session.pane.film.as_ref().is_some_and(|film| film.is_drawn)
        });
        seat.get_by_label_contains("Film canvas").focus();
        seat.run_steps(3);
        Self { seat, spent: Spent::default() }
    }

    fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.spent.keys += 1;
        self.seat.key_press_modifiers(modifiers, key);
        self.seat.run_steps(4);
    }

    /// A button in the window, by its accessible name.
    fn click_on(&mut self, label: &str) {
        self.spent.clicks += 1;
        self.seat.get_by_label(label).click();
        self.seat.run_steps(4);
    }

    fn button(&mut self, pos: Pos2, pressed: bool) {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        self.seat.event(egui::Event::PointerButton { pos, button, pressed, modifiers });
        self.seat.step();
    }

    /// A place on the film, as a share of its width and height.
    fn place(&self, (x, y): (f64, f64)) -> Pos2 {
        let pane = &self.seat.state().session.pane;
        let film = pane.film.as_ref().expect("open");
        let size = film.size();
        let to_screen = film.viewport.screen_from_image(pane.canvas, film.grid());
        let at = to_screen.apply(rachis::domain::geometry::Point::new(x * size.width, y * size.height));
        self.seat.get_by_label_contains("Film canvas").rect().min + egui::vec2(at.x as f32, at.y as f32)
    }

    fn click(&mut self, at: (f64, f64)) {
        self.spent.clicks += 1;
        let pos = self.place(at);
        self.seat.hover_at(pos);
        self.seat.step();
        self.button(pos, true);
        self.button(pos, false);
        self.seat.run_steps(2);
    }

    fn drag(&mut self, from: (f64, f64), to: (f64, f64)) {
        self.spent.drags += 1;
        let (from, to) = (self.place(from), self.place(to));
        self.seat.hover_at(from);
        self.seat.step();
        self.button(from, true);
        for k in 1..=4 {
            self.seat.hover_at(from + (to - from) * (k as f32 / 4.0));
            self.seat.step();
        }
        self.button(to, false);
        self.seat.run_steps(2);
    }

    fn num_marks(&self) -> usize {
        self.seat.state().session.pane.film.as_ref().expect("open").reading.num_marks()
    }

    fn spends(&self, keys: usize, clicks: usize, drags: usize) {
        assert_eq!(self.spent, Spent { keys, clicks, drags });
    }
}

fn hands<'a>(scratch: &tempfile::TempDir) -> Hands<'a> {
    Hands::at_a_film(&scratch.path().join("project"))
}

#[test]
fn a_normal_film_is_one_key() {
    let scratch = tempfile::tempdir().unwrap();
    let mut hands = hands(&scratch);
    let first: ImageId = hands.seat.state().session.pane.film.as_ref().unwrap().image().clone();
    hands.key(Modifiers::COMMAND, Key::Enter);
    wait(&mut hands.seat, "the next film", |w| w.session.pane.film.as_ref().is_some_and(|film| *film.image() != first));
    let row = hands.seat.state().session.worklist.row(&first).unwrap();
    assert_eq!(row.decision, Decision::Normal);
    assert_eq!(row.state, rachis::domain::task::TaskState::Completed);
    hands.spends(1, 0, 0);
}

#[test]
fn a_finding_is_one_drag_and_one_key() {
    let scratch = tempfile::tempdir().unwrap();
    let mut hands = hands(&scratch);
    hands.drag((0.3, 0.3), (0.5, 0.45));
    hands.key(Modifiers::NONE, Key::Num1);
    hands.seat.get_by_label_contains("Finding Osteophytes 1");
    hands.spends(1, 0, 1);
    // The same label again: the drag alone.
    hands.drag((0.6, 0.6), (0.8, 0.75));
    hands.seat.get_by_label_contains("Finding Osteophytes 2");
    hands.spends(1, 0, 2);
    assert!(hands.seat.state().session.dialog.is_none(), "nothing is asked after drawing");
}

#[test]
fn twelve_osteophytes_are_twelve_drags_and_no_keys() {
    let scratch = tempfile::tempdir().unwrap();
    let mut hands = hands(&scratch);
    hands.key(Modifiers::NONE, Key::Num1);
    hands.spent = Spent::default();
    for n in 0..12 {
        let (x, y) = (0.1 + f64::from(n % 4) * 0.2, 0.15 + f64::from(n / 4) * 0.25);
        hands.drag((x, y), (x + 0.1, y + 0.12));
    }
    assert_eq!(hands.num_marks(), 12);
    hands.seat.get_by_label_contains("Finding Osteophytes 12");
    hands.spends(0, 0, 12);
}

#[test]
fn every_drawing_tool_is_one_click_in_the_bar_and_needs_no_menu() {
    let scratch = tempfile::tempdir().unwrap();
    let mut hands = hands(&scratch);
    hands.key(Modifiers::NONE, Key::Num1);
    for tool in DrawTool::ALL {
        let command = Command::UseTool(Tool::Draw(tool));
        hands.spent = Spent::default();
        hands.click_on(command.row().expect("every tool has a row").title);
        assert_eq!(hands.seat.state().session.tool, Tool::Draw(tool));
        hands.spends(0, 1, 0);
    }
}

#[test]
fn shapes_cost_their_points_and_no_more() {
    let scratch = tempfile::tempdir().unwrap();
    let mut hands = hands(&scratch);
    hands.key(Modifiers::NONE, Key::Num1);
    let kind_of_last = |hands: &Hands<'_>| {
        let reading = &hands.seat.state().session.pane.film.as_ref().unwrap().reading;
        reading.annotations().last().and_then(|mark| Some(mark.shape()?.kind()))
    };
    let take = |hands: &mut Hands<'_>, tool| {
        hands.seat.state_mut().handle(Input::Command(Command::UseTool(Tool::Draw(tool))));
        hands.seat.run_steps(2);
        hands.spent = Spent::default();
    };
    take(&mut hands, DrawTool::BoxByExtremes);
    for at in [(0.2, 0.1), (0.3, 0.2), (0.2, 0.3), (0.1, 0.2)] {
        hands.click(at);
    }
    assert_eq!((hands.num_marks(), kind_of_last(&hands)), (1, Some(ShapeKind::Box)));
    hands.spends(0, 4, 0);

    take(&mut hands, DrawTool::Polygon);
    for at in [(0.5, 0.1), (0.7, 0.1), (0.6, 0.3), (0.5, 0.1)] {
        hands.click(at);
    }
    assert_eq!((hands.num_marks(), kind_of_last(&hands)), (2, Some(ShapeKind::Polygon)));
    hands.spends(0, 4, 0);

    take(&mut hands, DrawTool::Brush);
    hands.drag((0.2, 0.6), (0.4, 0.7));
    assert_eq!((hands.num_marks(), kind_of_last(&hands)), (3, Some(ShapeKind::Mask)));
    hands.spends(0, 0, 1);

    take(&mut hands, DrawTool::Point);
    hands.click((0.8, 0.8));
    assert_eq!((hands.num_marks(), kind_of_last(&hands)), (4, Some(ShapeKind::Point)));
    hands.spends(0, 1, 0);
    hands.seat.event(egui::Event::PointerGone);
    hands.seat.run_steps(4);
    wait(&mut hands.seat, "thumbnails", has_thumbnails);
    saved(&mut hands.seat);
    // The list glides to the mark that is selected.
    hands.seat.run_steps(60);
    hands.seat.snapshot("film_shapes");
}

/// Four suggestions on the film that is open.
fn with_suggestions(hands: &mut Hands<'_>) {
    put_models_in_use(&mut hands.seat, ModelVisibility::Always);
    let at = |n: f64| [0.1 + n * 0.2, 0.2, 0.2 + n * 0.2, 0.35];
    let boxes = [0.9, 0.8, 0.7, 0.6].map(|score| ("Osteophytes", score, at((0.9 - score) * 10.0)));
    suggest(&mut hands.seat, &boxes);
}

#[test]
fn all_suggestions_are_one_key() {
    let scratch = tempfile::tempdir().unwrap();
    let mut hands = hands(&scratch);
    with_suggestions(&mut hands);
    hands.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    assert_eq!(hands.num_marks(), 4);
    hands.spends(1, 0, 0);
}

#[test]
fn a_suggestion_is_one_key_or_one_drag_and_a_normal_film_with_nothing_undecided_stays_one_key() {
    let scratch = tempfile::tempdir().unwrap();
    let mut hands = hands(&scratch);
    with_suggestions(&mut hands);
    // The first key goes to the first of them; then each takes one, or turns one down.
    hands.key(Modifiers::COMMAND, Key::ArrowDown);
    hands.spent = Spent::default();
    hands.key(Modifiers::NONE, Key::Period);
    hands.key(Modifiers::NONE, Key::Comma);
    assert_eq!(hands.num_marks(), 1);
    hands.spends(2, 0, 0);
    hands.spent = Spent::default();
    hands.drag((0.6, 0.35), (0.63, 0.4));
    assert_eq!(hands.num_marks(), 2, "its corner, dragged");
    hands.spends(0, 0, 1);

    let second = tempfile::tempdir().unwrap();
    let mut hands = self::hands(&second);
    put_models_in_use(&mut hands.seat, ModelVisibility::Always);
    suggest(&mut hands.seat, &[("Osteophytes", 0.1, [0.2, 0.2, 0.4, 0.4])]);
    let first: ImageId = hands.seat.state().session.pane.film.as_ref().unwrap().image().clone();
    hands.key(Modifiers::COMMAND, Key::Enter);
    wait(&mut hands.seat, "the next film", |w| w.session.pane.film.as_ref().is_some_and(|film| *film.image() != first));
    hands.spends(1, 0, 0);
}

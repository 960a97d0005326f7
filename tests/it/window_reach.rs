//! Whoever has no mouse, or no eyes on the screen: everything that can be pressed has a name and is reached by keys.

use std::collections::BTreeSet;
use std::path::Path;

use egui::accesskit::{Action, Role};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use rachis::session::input_map::{InputChange, Keys, Preset};
use rachis::session::settings::{Density, Language, Settings, Theme};
use rachis::session::{Command, Dialog, Input, Layout};

use crate::seat::{Seat, at_project, at_welcome, drag, is_reading, resume, wait};
use crate::support;

fn ask(seat: &mut Seat<'_>, command: Command) {
    seat.state_mut().handle(Input::Command(command));
    seat.run_steps(4);
}

fn reading(folder: &Path) -> Seat<'static> {
    drop(support::project(folder, 4));
    let mut seat = at_project(folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label("Film 1, AP, New").click();
    wait(&mut seat, "the film", is_reading);
    seat
}

fn open_section(seat: &mut Seat<'_>, section: &str) {
    seat.get_by_role_and_label(Role::Tab, section).click();
    seat.run_steps(4);
}

/// What can be pressed or typed into, as role, name and place; a name is empty where there is none.
fn pressable(seat: &Seat<'_>) -> Vec<(Role, String, egui::Rect)> {
    let root = seat.root();
    root.children_recursive()
        .filter(|node| {
            let data = node.accesskit_node();
            let takes = |action| data.data().supports_action(action);
            // egui's scroll bars say what they are and nothing else.
            let is_own = data.role() != Role::ScrollBar;
            is_own && (takes(Action::Click) || takes(Action::Focus)) && !data.is_hidden() && !data.is_disabled()
        })
        .map(|node| {
            let data = node.accesskit_node();
            let name = data.label().or_else(|| data.value()).unwrap_or_default();
            (data.role(), name, node.rect())
        })
        .collect()
}

fn assert_named(seat: &Seat<'_>, what: &str) {
    let all = pressable(seat);
    let nameless: Vec<_> = all.iter().filter(|(_, name, _)| name.trim().is_empty()).collect();
    assert!(nameless.is_empty(), "{what}: without a name: {nameless:#?}");
    assert!(all.len() > 2, "{what}: the walk finds what there is: {all:?}");
}

/// The names that Tab reaches from where the keyboard is, going round once.
fn reached_by_tab(seat: &mut Seat<'_>) -> BTreeSet<String> {
    let (mut reached, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..400 {
        seat.key_press(Key::Tab);
        seat.run_steps(2);
        let focused = seat.root().children_recursive().find(|node| node.accesskit_node().is_focused());
        let Some(focused) = focused.filter(|node| node.accesskit_node().role() != Role::Window) else { continue };
        if !seen.insert(format!("{:?}", focused.accesskit_node().id())) {
            return reached;
        }
        reached.extend(focused.accesskit_node().label());
    }
    panic!("Tab goes round and comes back: {reached:?}")
}

fn assert_reached(seat: &mut Seat<'_>, what: &str) {
    let wanted: BTreeSet<String> = pressable(seat)
        .into_iter()
        .filter(|(role, _, _)| matches!(role, Role::Button | Role::TextInput | Role::ComboBox | Role::CheckBox))
        .map(|(_, name, _)| name)
        .collect();
    let reached = reached_by_tab(seat);
    let missing: Vec<&String> = wanted.difference(&reached).collect();
    assert!(missing.is_empty(), "{what}: Tab does not reach {missing:?}");
    assert!(wanted.len() > 5, "{what}: the walk finds the buttons: {wanted:?}");
}

#[test]
fn everything_that_can_be_pressed_has_a_name_in_both_languages() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_welcome();
    seat.run_steps(3);
    assert_named(&seat, "welcome");
    let mut seat = reading(&scratch.path().join("project"));
    seat.key_press(Key::Num1);
    seat.run_steps(2);
    drag(&mut seat, egui::PointerButton::Primary, (0.45, 0.4), (0.55, 0.5));
    for language in Language::ALL {
        let settings = Settings { language, ..Settings::default() };
        ask(&mut seat, Command::ChangeSettings(Box::new(settings)));
        let say = |what: &str| format!("{what} in {}", language.name());
        assert_named(&seat, &say("film"));
        ask(&mut seat, Command::SetLayout(Layout::Four));
        assert_named(&seat, &say("four viewports"));
        ask(&mut seat, Command::SetLayout(Layout::One));
        ask(&mut seat, Command::ShowWorklist);
        assert_named(&seat, &say("worklist"));
        for command in [Command::Palette, Command::CheatSheet, Command::ShowSettings, Command::ShowTestPattern] {
            ask(&mut seat, command.clone());
            assert!(seat.state().session.dialog.is_some());
            assert_named(&seat, &say(&format!("{command:?}")));
            ask(&mut seat, Command::CloseDialog);
        }
        ask(&mut seat, Command::ShowFilm);
    }
    ask(&mut seat, Command::ChangeReader);
    assert_named(&seat, "sign in");
}

#[test]
fn every_button_is_reached_by_keys() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = reading(&scratch.path().join("project"));
    seat.key_press(Key::F6);
    seat.run_steps(2);
    assert_reached(&mut seat, "film");
    ask(&mut seat, Command::ShowWorklist);
    assert_reached(&mut seat, "worklist");
    ask(&mut seat, Command::ShowSettings);
    for section in ["Language and looks", "Film", "Memory"] {
        open_section(&mut seat, section);
        let reached = reached_by_tab(&mut seat);
        assert!(reached.contains("Close"), "{section}: {reached:?}");
    }
}

#[test]
fn the_widget_that_has_the_keyboard_is_ringed() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = reading(&scratch.path().join("project"));
    ask(&mut seat, Command::ShowWorklist);
    let mut seen = 0;
    for theme in Theme::ALL {
        ask(&mut seat, Command::ChangeSettings(Box::new(Settings { theme, ..Settings::default() })));
        seat.key_press(Key::Tab);
        seat.run_steps(3);
        let rect = seat.root().children_recursive().find(|n| n.accesskit_node().is_focused()).unwrap().rect();
        let with = seat.render().expect("a picture");
        let ring = (rect.left() - 2.0, rect.center().y);
        let lit = with.get_pixel(ring.0 as u32, ring.1 as u32).0;
        // The ring is of the accent's blue, the ground beside it is neutral.
        assert!(lit[2].abs_diff(lit[0]) > 30, "{}: {lit:?} at {ring:?}", theme.name());
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn keys_are_bound_by_pressing_them_and_stay_with_the_reader() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut seat = reading(&folder);
    ask(&mut seat, Command::ShowSettings);
    open_section(&mut seat, "Keys");
    seat.get_by_role_and_label(Role::TextInput, "Find a command or a key").focus();
    seat.run_steps(2);
    seat.get_by_role_and_label(Role::TextInput, "Find a command or a key").type_text("i");
    seat.run_steps(3);
    assert!(!seat.state().session.pane.film.as_ref().unwrap().is_display_changed, "typing is no command");
    seat.get_by_role_and_label(Role::TextInput, "Find a command or a key").type_text("nvert");
    seat.run_steps(3);
    seat.get_by_label("Change keys: Invert").click();
    seat.run_steps(3);
    // While it listens, keys ask for nothing: Ctrl+J would do nothing, Escape would close the page.
    seat.key_press_modifiers(Modifiers::CTRL, Key::J);
    wait(&mut seat, "the binding", |w| {
        w.session.input.first_keys(&Command::Invert).is_some_and(|keys| keys.to_string() == "Ctrl+J")
    });
    seat.get_by_label("Change keys: Invert").click();
    seat.run_steps(3);
    seat.key_press(Key::Escape);
    seat.run_steps(3);
    assert_eq!(seat.state().session.dialog, Some(Dialog::Settings), "Escape left the keys as they were");
    ask(&mut seat, Command::CloseDialog);
    let inverted = |seat: &Seat<'_>| {
        seat.state().session.pane.film.as_ref().and_then(|f| f.display.as_ref()).is_some_and(|d| d.is_inverted)
    };
    seat.key_press(Key::I);
    seat.run_steps(3);
    assert!(!inverted(&seat), "the old key asks for nothing any more");
    seat.key_press_modifiers(Modifiers::CTRL, Key::J);
    seat.run_steps(3);
    assert!(inverted(&seat));
    // Two strokes, the second soon after the first.
    let two = InputChange::BindKeys("invert".to_owned(), vec![Keys::parse("Ctrl+G J").unwrap()]);
    ask(&mut seat, Command::ChangeInput(two));
    seat.key_press_modifiers(Modifiers::CTRL, Key::G);
    seat.run_steps(2);
    assert!(inverted(&seat));
    seat.key_press(Key::J);
    seat.run_steps(3);
    assert!(!inverted(&seat));
    eframe::App::on_exit(seat.state_mut());
    drop(seat);

    let mut seat = at_project(&folder);
    resume(&mut seat);
    wait(&mut seat, "the reader's keys", |w| {
        w.session.input.first_keys(&Command::Invert).is_some_and(|keys| keys.to_string() == "Ctrl+G J")
    });
    ask(&mut seat, Command::SignInAs(rachis::domain::id::ReaderId::new("R2")));
    wait(&mut seat, "the other reader's list", |w| w.session.worklist.is_loaded);
    assert_eq!(seat.state().session.input.first_keys(&Command::Invert).unwrap().to_string(), "I");
}

#[test]
fn the_wheel_and_the_buttons_follow_the_map() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = reading(&scratch.path().join("project"));
    let image = |seat: &Seat<'_>| seat.state().session.pane.film.as_ref().map(|f| f.image().clone());
    let first = image(&seat);
    let middle = seat.get_by_label_contains("Film canvas").rect().center();
    let turn = |seat: &mut Seat<'_>, lines: f32, modifiers: Modifiers| {
        seat.hover_at(middle);
        seat.step();
        seat.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Line,
            delta: egui::vec2(0.0, lines),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers,
        });
        seat.run_steps(4);
    };
    let scale = |seat: &Seat<'_>| {
        let pane = &seat.state().session.pane;
        pane.film.as_ref().map(|f| f.viewport.scale(pane.canvas, f.grid())).unwrap()
    };
    let fitted = scale(&seat);
    turn(&mut seat, 1.0, Modifiers::NONE);
    assert!((scale(&seat) / fitted - 1.2).abs() < 1e-6);
    assert_eq!(image(&seat), first);
    ask(&mut seat, Command::ChangeInput(InputChange::UsePreset(Preset::Weasis)));
    turn(&mut seat, -0.5, Modifiers::NONE);
    assert_eq!(image(&seat), first, "half a notch is no step");
    turn(&mut seat, -0.5, Modifiers::NONE);
    wait(&mut seat, "the next film", |w| {
        is_reading(w)
            && w.session.pane.wanted.is_none()
            && w.session.pane.film.as_ref().map(rachis::session::OpenFilm::image) != first.as_ref()
    });
    turn(&mut seat, 1.0, Modifiers::NONE);
    wait(&mut seat, "the film before", |w| {
        w.session.pane.film.as_ref().map(rachis::session::OpenFilm::image) == first.as_ref()
    });
    // The button under the thumb.
    for (button, what) in [(egui::PointerButton::Extra2, "forth"), (egui::PointerButton::Extra1, "back")] {
        drag(&mut seat, button, (0.5, 0.5), (0.5, 0.5));
        let is_first = what == "back";
        wait(&mut seat, what, |w| {
            (w.session.pane.film.as_ref().map(rachis::session::OpenFilm::image) == first.as_ref()) == is_first
        });
    }
}

#[test]
fn theme_density_size_and_language_change_while_the_program_runs() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = reading(&scratch.path().join("project"));
    ask(&mut seat, Command::ShowWorklist);
    let ground = |seat: &mut Seat<'_>| {
        seat.run_steps(3);
        let picture = seat.render().expect("a picture");
        picture.get_pixel(600, 700).0[0]
    };
    let row = |seat: &Seat<'_>| seat.get_by_label("Film 1, AP, New").rect().height();
    let (dark, tall) = (ground(&mut seat), row(&seat));
    let settings = Settings { theme: Theme::Light, density: Density::Compact, ..Settings::default() };
    ask(&mut seat, Command::ChangeSettings(Box::new(settings.clone())));
    assert!(dark < 40 && ground(&mut seat) > 180, "{dark}");
    assert!(row(&seat) < tall);
    ask(&mut seat, Command::ChangeSettings(Box::new(Settings { language: Language::Vietnamese, ..settings.clone() })));
    seat.get_by_label("Cài đặt");
    ask(&mut seat, Command::ChangeSettings(Box::new(Settings { zoom_percent: 150, ..settings })));
    seat.run_steps(3);
    assert!((seat.ctx.zoom_factor() - 1.5).abs() < 1e-6);
}

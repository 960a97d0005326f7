//! The next film is there before it is asked for: decoded ahead, in one budget, in the order that readers go.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui_kittest::kittest::Queryable;
use rachis::app::{Decode, Window};
use rachis::domain::id::ImageId;
use rachis::domain::imaging::{DisplayFacts, Film, GreyPlane, Pixels};
use rachis::session::{Command, Input, Layout, NoticeKind};

use crate::seat::{Seat, is_reading, resume, wait, with_films};
use crate::support;

/// A decoder that keeps a list of the films it was given; it waits while the gate is shut.
#[derive(Clone, Default)]
struct Counted {
    decoded: Arc<Mutex<Vec<String>>>,
    is_shut: Arc<AtomicBool>,
}

impl Counted {
    fn decode(&self) -> Decode {
        let (decoded, is_shut) = (self.decoded.clone(), self.is_shut.clone());
        Box::new(move |source, _| {
            let rachis::domain::study::FilmSource::File(path) = source else { panic!("a file") };
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            decoded.lock().unwrap().push(name);
            let start = Instant::now();
            while is_shut.load(Ordering::SeqCst) && start.elapsed() < Duration::from_secs(20) {
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(support::wedge())
        })
    }

    fn names(&self) -> Vec<String> {
        self.decoded.lock().unwrap().clone()
    }
}

fn image(n: usize) -> ImageId {
    support::entry(n).facts.image
}

/// The film in a line of the list, from 0.
fn listed(window: &Window, line: usize) -> ImageId {
    window.session.worklist.shown(line).expect("there are enough films").image.clone()
}

/// A project of `num` films, the first one open.
fn reading<'a>(folder: &Path, num: usize, decode: Decode) -> Seat<'a> {
    let mut store = support::project(folder, 0);
    let mut films: Vec<_> = (0..num).map(support::entry).collect();
    for (n, film) in films.iter_mut().enumerate() {
        // A film is its content: no two have the same.
        film.sha256[..8].copy_from_slice(&(n as u64).to_le_bytes());
    }
    store.add_films(&films).unwrap();
    drop(store);
    let mut seat = with_films(folder, decode);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.state_mut().handle(Input::Command(Command::OpenFilm(image(0))));
    wait(&mut seat, "the first film", is_reading);
    seat
}

fn shown(window: &Window) -> Option<ImageId> {
    window.session.pane.film.as_ref().filter(|f| f.film().is_some()).map(|f| f.image().clone())
}

/// Steps frames until the films that are expected have been decoded.
fn settle(seat: &mut Seat<'_>, counted: &Counted, num: usize) {
    wait(seat, "films decoded ahead", |_| counted.names().len() >= num);
    for _ in 0..20 {
        seat.step();
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_film_that_was_decoded_ahead_shows_without_a_frame_in_between() {
    let scratch = tempfile::tempdir().unwrap();
    let counted = Counted::default();
    let mut seat = reading(&scratch.path().join("project"), 10, counted.decode());
    // The first, and the three that follow.
    settle(&mut seat, &counted, 4);
    let names: BTreeSet<String> = counted.names().into_iter().collect();
    assert_eq!(names, (0..4).map(|n| format!("{n:032x}")).collect(), "each once, and no others");
    assert_eq!(counted.names().len(), 4);
    for n in [1, 2, 3] {
        seat.state_mut().handle(Input::Command(Command::NextFilm));
        assert_eq!(shown(seat.state()), Some(image(n)), "there at once");
        settle(&mut seat, &counted, 4 + n);
    }
    for n in [2, 1] {
        seat.state_mut().handle(Input::Command(Command::PreviousFilm));
        assert_eq!(shown(seat.state()), Some(image(n)), "back at once");
        settle(&mut seat, &counted, 7);
    }
    assert_eq!(counted.names().len(), 7, "nothing is decoded twice");
}

#[test]
fn what_the_reader_passed_is_not_decoded() {
    let scratch = tempfile::tempdir().unwrap();
    let counted = Counted::default();
    let mut seat = reading(&scratch.path().join("project"), 60, counted.decode());
    settle(&mut seat, &counted, 4);
    counted.is_shut.store(true, Ordering::SeqCst);
    for _ in 0..40 {
        seat.state_mut().handle(Input::Command(Command::NextFilm));
        seat.step();
    }
    let reached = listed(seat.state(), 40);
    assert_eq!(seat.state().session.pane.image(), Some(&reached));
    counted.is_shut.store(false, Ordering::SeqCst);
    wait(&mut seat, "the film that was reached", |w| shown(w).as_ref() == Some(&reached));
    settle(&mut seat, &counted, 10);
    // The first four, at most one a thread that was under way, the one shown, three after it and one before.
    let num = counted.names().len();
    assert!(num <= 4 + 4 + 5, "{num} films were decoded: {:?}", counted.names());
    assert!(counted.names().contains(&listed(seat.state(), 43).to_string()));
}

#[test]
fn readings_read_ahead_know_the_edits_made_since() {
    let scratch = tempfile::tempdir().unwrap();
    let counted = Counted::default();
    let mut seat = reading(&scratch.path().join("project"), 6, counted.decode());
    settle(&mut seat, &counted, 4);
    for turn in 0..4 {
        seat.state_mut().handle(Input::Command(Command::NextFilm));
        // Nobody decides on a film that was not painted.
        seat.run_steps(2);
        seat.state_mut().handle(Input::Command(Command::NoFinding));
        let said = |w: &Window| w.session.pane.film.as_ref().unwrap().reading.has_no_finding();
        assert_eq!(said(seat.state()), turn % 2 == 0, "{turn}");
        seat.state_mut().handle(Input::Command(Command::PreviousFilm));
        wait(&mut seat, "back", |w| shown(w) == Some(image(0)));
        settle(&mut seat, &counted, 4);
        seat.state_mut().handle(Input::Command(Command::NextFilm));
        assert_eq!(shown(seat.state()), Some(image(1)), "at once");
        assert_eq!(said(seat.state()), turn % 2 == 0, "as it was left, {turn}");
        seat.state_mut().handle(Input::Command(Command::PreviousFilm));
        wait(&mut seat, "back again", |w| shown(w) == Some(image(0)));
        settle(&mut seat, &counted, 4);
    }
}

#[test]
fn both_films_of_the_next_study_hang_at_once() {
    let scratch = tempfile::tempdir().unwrap();
    let counted = Counted::default();
    let mut seat = reading(&scratch.path().join("project"), 12, counted.decode());
    seat.state_mut().handle(Input::Command(Command::SetLayout(Layout::Two)));
    wait(&mut seat, "two films", |w| {
        w.session.panes().all(|(_, p)| p.film.as_ref().is_some_and(|f| f.film().is_some()))
    });
    settle(&mut seat, &counted, 6);
    // The next film of the list that no viewport shows opens the next study: both of its films are there.
    seat.state_mut().handle(Input::Command(Command::OpenFilm(image(2))));
    let hung: Vec<Option<ImageId>> = seat
        .state()
        .session
        .panes()
        .map(|(_, p)| p.film.as_ref().filter(|f| f.film().is_some()).map(|f| f.image().clone()))
        .collect();
    assert_eq!(hung, [Some(image(2)), Some(image(3))]);
}

#[test]
fn a_film_that_cannot_be_decoded_says_so_and_holds_nothing_up() {
    let scratch = tempfile::tempdir().unwrap();
    let tries = Arc::new(AtomicUsize::new(0));
    let counter = tries.clone();
    let decode: Decode = Box::new(move |source, _| {
        let rachis::domain::study::FilmSource::File(path) = source else { panic!("a file") };
        if path.ends_with(format!("{:032x}.dicom", 1)) {
            assert!(counter.fetch_add(1, Ordering::SeqCst) != 1, "the second try stumbles");
            return Err("this film is broken".to_owned());
        }
        Ok(support::wedge())
    });
    let mut seat = reading(&scratch.path().join("project"), 5, decode);
    wait(&mut seat, "the broken film was tried", |_| tries.load(Ordering::SeqCst) == 1);
    seat.state_mut().handle(Input::Command(Command::NextFilm));
    let failed = |w: &Window| {
        w.session.pane.film.as_ref().is_some_and(|f| matches!(f.picture, rachis::session::Picture::Failed(_)))
    };
    wait(&mut seat, "told", failed);
    assert_eq!(tries.load(Ordering::SeqCst), 2, "tried again where somebody asked");
    seat.state_mut().handle(Input::Command(Command::NextFilm));
    wait(&mut seat, "the next one", |w| shown(w) == Some(image(2)));
    assert!(seat.state().session.notice.as_ref().is_none_or(|n| n.kind != NoticeKind::Error));
}

#[test]
fn thumbnails_are_kept_and_come_back_without_decoding() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let counted = Counted::default();
    let mut seat = reading(&folder, 2, counted.decode());
    wait(&mut seat, "thumbnails", |w| w.state.thumbnails.len() == 2);
    eframe::App::on_exit(seat.state_mut());
    drop(seat);
    let files: Vec<String> = std::fs::read_dir(folder.join("thumbnails"))
        .unwrap()
        .map(|f| f.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(files.len(), 2);
    for file in &files {
        let is_hash = file.len() == 70 && file.ends_with("-1.png") && file[..64].bytes().all(|b| b.is_ascii_hexdigit());
        assert!(is_hash, "{file} is named after the film's content and nothing else");
    }
    // No decoder works any more, and one file is damaged: the other thumbnail still comes.
    std::fs::write(folder.join("thumbnails").join(&files[0]), b"damaged").unwrap();
    let mut seat = with_films(&folder, Box::new(|_, _| Err("no decoder".to_owned())));
    resume(&mut seat);
    wait(&mut seat, "the stored thumbnail", |w| w.state.thumbnails.len() == 1);
    drop(seat);
    // Decoding makes the damaged one again.
    let mut seat = with_films(&folder, Counted::default().decode());
    resume(&mut seat);
    wait(&mut seat, "both", |w| w.state.thumbnails.len() == 2);
    assert!(std::fs::metadata(folder.join("thumbnails").join(&files[0])).unwrap().len() > 50);
}

#[test]
fn memory_stays_inside_its_budget_over_two_thousand_films() {
    let scratch = tempfile::tempdir().unwrap();
    let small = || {
        let plane = GreyPlane { texels: vec![7; 220 * 250], scale: 1.0, offset: 0.0 };
        let film = Film::new(220, 250, Pixels::Grey(plane), DisplayFacts { bits_stored: 8, ..DisplayFacts::default() });
        film.mip_chain();
        film
    };
    let mut seat = reading(&scratch.path().join("project"), 2000, Box::new(move |_, _| Ok(small())));
    let each = small().num_bytes() as u64;
    // Far smaller than any that can be chosen: room for a few of these films.
    let budget = 1 << 20;
    assert!((6..9).contains(&(budget / each)), "{each} bytes each");
    seat.state_mut().session.settings.film_budget_mb = 1;
    let (mut most, mut at_once) = (0, 0);
    for n in 1..2000 {
        seat.state_mut().handle(Input::Command(Command::NextFilm));
        let asked = listed(seat.state(), n);
        at_once += usize::from(shown(seat.state()).as_ref() == Some(&asked));
        if n % 8 == 0 {
            seat.step();
        }
        let held = seat.state().film_bytes();
        most = most.max(held);
        assert!(n < 9 || held <= budget, "film {n}: {held} of {budget}");
        if n % 100 == 0 {
            wait(&mut seat, "the film", |w| shown(w).as_ref() == Some(&asked));
        }
    }
    let last = listed(seat.state(), 1999);
    wait(&mut seat, "the last film", |w| shown(w).as_ref() == Some(&last));
    assert!(most >= 5 * each, "the budget was used: {most}");
    println!(
        "{at_once} of 1999 films were there at once; at most {} of {} films in memory",
        most / each,
        budget / each
    );
}

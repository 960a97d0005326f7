//! What the gallery, the way through its films and the verdicts must do in the session.

use std::sync::Arc;

use crate::domain::annotation::Origin;
use crate::domain::evaluation::errors::{ErrorFilter, ErrorKind};
use crate::domain::evaluation::errors_script::{Film, cases};
use crate::domain::evaluation::live::OpenRun;
use crate::domain::evaluation::problems::Problems;
use crate::domain::evaluation::result::Evaluation;
use crate::domain::evaluation::run::{AnswerSource, EvaluationId, FilmChoice, Plan, Run, RunSummary, TruthSource};
use crate::domain::evaluation::settings::{Bootstrap, Settings, ThresholdChoice};
use crate::domain::evaluation::verdict::Verdict;
use crate::domain::label::LabelName;
use crate::domain::model::ModelId;
use crate::domain::project::Project;
use crate::domain::suggestion::ModelVisibility;
use crate::session::gesture_script::{answer, play, reading_session, told};
use crate::session::viewport::Zoom;
use crate::session::*;

use super::shown_boxes::BoxRole;
use super::walk::ErrorIndex;

const MODEL: ModelId = ModelId(4);
const HELD: [f64; 4] = [10.0, 10.0, 50.0, 50.0];
const NEAR: [f64; 4] = [10.0, 10.0, 50.0, 40.0];
const FAR: [f64; 4] = [120.0, 20.0, 160.0, 60.0];
const LOW: [f64; 4] = [150.0, 70.0, 190.0, 95.0];

/// Film 0: a false positive, a confusion and, under the operating point, another box; film 1: a miss.
fn run(truth: TruthSource) -> OpenRun {
    let first = [(0, FAR, 0.9), (1, NEAR, 0.8), (0, LOW, 0.1)];
    let mut cases = cases(&[
        Film { truths: &[(0, HELD)], detections: &first, ..Film::default() },
        Film { truths: &[(0, HELD)], ..Film::default() },
    ]);
    cases.classes = ["Osteophytes", "Fracture"].map(LabelName::new).to_vec();
    let bootstrap = Bootstrap { num_resamples: 0, ..Bootstrap::default() };
    let settings = Settings { bootstrap, threshold: ThresholdChoice::Given(0.5), ..Settings::default() };
    let summary = RunSummary {
        id: EvaluationId(1),
        name: "run".into(),
        made_at_ms: 0,
        made_by: String::new(),
        answer: String::new(),
        truth: String::new(),
        num_films: 2,
        auroc: None,
        map: None,
        truth_sha256: [0; 32],
        is_truth_changed: false,
    };
    let answer = AnswerSource::Models { classifier: None, detector: Some(MODEL) };
    let plan = Plan { name: String::new(), answer, truth, films: FilmChoice::WithTruth, settings };
    let evaluation = Evaluation::default();
    let rulings = Vec::new();
    OpenRun::new(Arc::new(Run { summary, plan, cases, problems: Problems::default(), evaluation, rulings }))
}

fn ask(session: &mut Session, command: EvaluateCommand) -> Vec<Effect> {
    let effects = session.handle(Input::Command(Command::Evaluate(command)), 7);
    carry_out(session, &effects);
    effects
}

/// Plays the outside.
fn carry_out(session: &mut Session, effects: &[Effect]) {
    for effect in effects {
        if let Effect::ListErrors(run) = effect {
            session.handle(Input::Event(Event::ErrorsListed(Arc::new(ErrorIndex::of(run)))), 7);
        }
    }
    answer(session, effects.to_vec());
}

fn may_see(session: &mut Session, model_visibility: ModelVisibility, is_open: bool) {
    let open = session.project.as_ref().expect("open");
    let project = Box::new(Project { is_open, model_visibility, ..open.settings.clone() });
    let label_set = open.label_set.clone();
    session.handle(Input::Event(Event::ProjectChanged { project, label_set }), 0);
}

/// At the gallery of a run, with nothing kept apart.
fn at_gallery(truth: TruthSource) -> Session {
    let mut session = reading_session();
    may_see(&mut session, ModelVisibility::Always, true);
    ask(&mut session, EvaluateCommand::Show);
    session.handle(Input::Event(Event::EvaluationOpened(Ok(run(truth)))), 0);
    ask(&mut session, EvaluateCommand::Page(EvaluatePage::Gallery));
    session
}

fn by_another() -> TruthSource {
    TruthSource::Reader("R2".into())
}

fn by_oneself() -> TruthSource {
    TruthSource::Reader("R1".into())
}

fn looked_at(session: &Session) -> Option<(usize, ErrorKind)> {
    Some((session.evaluating.looked_at?, session.error_looked_at()?.kind))
}

fn notice(session: &Session) -> &str {
    session.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

fn image(session: &Session) -> &str {
    session.pane.film.as_ref().map_or("", |film| film.image().as_str())
}

#[test]
fn the_list_is_made_once_and_follows_filter_order_and_operating_point() {
    let mut session = reading_session();
    may_see(&mut session, ModelVisibility::Always, true);
    ask(&mut session, EvaluateCommand::Show);
    let opened = session.handle(Input::Event(Event::EvaluationOpened(Ok(run(by_another())))), 0);
    let lists = |effects: &[Effect]| effects.iter().filter(|effect| matches!(effect, Effect::ListErrors(_))).count();
    assert_eq!(lists(&opened), 0, "nobody looks at the gallery");
    let page = Input::Command(Command::Evaluate(EvaluateCommand::Page(EvaluatePage::Gallery)));
    let effects = session.handle(page.clone(), 0);
    assert_eq!(lists(&effects), 1);
    assert_eq!(lists(&session.handle(page, 0)), 0, "asked for already");
    carry_out(&mut session, &effects);
    assert_eq!(session.evaluating.errors.shown.places.len(), 3, "the disagreements");
    ask(&mut session, EvaluateCommand::Slide(Slider::Box));
    ask(&mut session, EvaluateCommand::MoveTo(0.85));
    assert_eq!(session.evaluating.errors.shown.counts, [0, 1, 2, 0, 0, 0, 0, 0]);
    ask(&mut session, EvaluateCommand::MoveTo(0.1));
    assert_eq!(session.evaluating.errors.shown.places.len(), 4);
    let missed = ErrorFilter { kinds: vec![ErrorKind::FalseNegative], ..ErrorFilter::default() };
    ask(&mut session, EvaluateCommand::ShowErrors(Box::new(missed)));
    assert_eq!(session.evaluating.errors.shown.places.len(), 1);
    // A list of a run that was left is not taken.
    let other = Arc::new(ErrorIndex {
        run: EvaluationId(9),
        ..(**session.evaluating.errors.index.as_ref().expect("listed")).clone()
    });
    session.handle(Input::Event(Event::ErrorsListed(other)), 0);
    assert_eq!(session.evaluating.errors.index.as_ref().map(|index| index.run), Some(EvaluationId(1)));
}

#[test]
fn one_key_goes_from_item_to_item_and_back_to_the_gallery() {
    let mut session = at_gallery(by_another());
    ask(&mut session, EvaluateCommand::OpenError(0));
    assert_eq!((image(&session), looked_at(&session)), ("film0", Some((0, ErrorKind::FalsePositive))));
    let ahead: Vec<&str> = session.error_films(1).map(crate::domain::id::ImageId::as_str).collect();
    assert_eq!(ahead, ["film1"], "decoded ahead, and not twice");
    play(&mut session, "J");
    assert_eq!((image(&session), looked_at(&session)), ("film0", Some((1, ErrorKind::Confusion))));
    play(&mut session, "Shift+PageDown");
    assert_eq!((image(&session), looked_at(&session)), ("film1", Some((2, ErrorKind::FalseNegative))));
    play(&mut session, "Shift+PageDown");
    assert_eq!(looked_at(&session).map(|(place, _)| place), Some(2));
    assert_eq!(notice(&session), "This is the last item of the list.");
    play(&mut session, "Shift+PageUp Shift+PageUp Shift+PageUp");
    assert_eq!(looked_at(&session).map(|(place, _)| place), Some(0));
    assert_eq!(notice(&session), "This is the first item of the list.");
    play(&mut session, "Ctrl+Shift+L");
    assert_eq!((session.screen, session.evaluating.looked_at), (Screen::Evaluate, Some(0)));
    // Whoever goes on to another film, or to the list, has left the way.
    ask(&mut session, EvaluateCommand::OpenError(0));
    play(&mut session, "PageDown");
    assert_eq!((image(&session), session.evaluating.looked_at), ("film1", None));
    play(&mut session, "Shift+PageDown");
    assert_eq!(image(&session), "film1");
    ask(&mut session, EvaluateCommand::Show);
    ask(&mut session, EvaluateCommand::OpenError(2));
    assert!(session.evaluating.looked_at.is_some());
    session.handle(Input::Command(Command::ShowWorklist), 0);
    assert_eq!(session.evaluating.looked_at, None);
}

#[test]
fn the_item_is_brought_into_sight() {
    let mut session = at_gallery(by_another());
    ask(&mut session, EvaluateCommand::OpenError(1));
    // Near to the lower right corner.
    play(&mut session, "wheel 190,90,12");
    assert!(session.pane.film.as_ref().is_some_and(|film| film.viewport.zoom != Zoom::Fit));
    let middle = |session: &Session| {
        let film = session.pane.film.as_ref().expect("open");
        film.viewport
            .screen_from_image(session.pane.canvas, film.grid())
            .apply(crate::domain::geometry::Point::new(140.0, 40.0))
    };
    let before = middle(&session);
    ask(&mut session, EvaluateCommand::OpenError(0));
    let after = middle(&session);
    assert!(before.x < 0.0 || before.y < 0.0, "{before:?}");
    let canvas = session.pane.canvas;
    let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
    assert!(near(after.x, canvas.middle().x) && near(after.y, canvas.middle().y), "{after:?}");
    // Its 40 pixels fill a third of the canvas, unless the film as a whole is larger than that.
    let view = |session: &Session| session.pane.film.as_ref().map(|film| (film.viewport, film.grid())).expect("open");
    let (viewport, grid) = view(&session);
    let fitted = crate::session::viewport::Viewport::default().scale(canvas, grid);
    let wanted = (canvas.size.width.min(canvas.size.height) / 3.0 / 40.0).clamp(fitted, 4.0);
    assert!(near(viewport.scale(canvas, grid), wanted), "{viewport:?}");
    play(&mut session, "F");
    assert_eq!(view(&session).0.zoom, Zoom::Fit);
}

#[test]
fn truth_and_answer_lie_over_the_film_from_the_operating_point_on() {
    let mut session = at_gallery(by_another());
    ask(&mut session, EvaluateCommand::OpenError(1));
    let boxes = |session: &Session| -> Vec<(BoxRole, bool, bool, Option<f64>)> {
        let film = session.pane.film.as_ref().expect("open");
        session.error_boxes(film).iter().map(|one| (one.role, one.is_truth, one.is_looked_at, one.iou)).collect()
    };
    let expected = [
        (BoxRole::FalsePositive, false, false, Some(0.0)),
        (BoxRole::Confused(0), false, true, Some(0.75)),
        (BoxRole::Confused(0), true, true, Some(0.75)),
    ];
    assert_eq!(boxes(&session), expected);
    session.overlay = OverlayState::Nothing;
    assert_eq!(boxes(&session), []);
    session.overlay = OverlayState::All;
    ask(&mut session, EvaluateCommand::OpenError(2));
    assert_eq!(boxes(&session), [(BoxRole::Missed, true, true, None)]);
    // Over a film that was opened in another way nothing lies.
    session.handle(Input::Command(Command::ShowWorklist), 0);
    let effects = session.handle(Input::Command(Command::OpenFilm("film0".into())), 0);
    answer(&mut session, effects);
    assert_eq!(boxes(&session), []);
}

#[test]
fn nothing_is_shown_before_the_reader_knows_that_it_is_not_blind() {
    for (visibility, is_open, must_be_told) in [
        (ModelVisibility::Always, true, false),
        (ModelVisibility::Always, false, true),
        (ModelVisibility::AfterReading, true, true),
        (ModelVisibility::Off, false, true),
    ] {
        let mut session = at_gallery(by_another());
        may_see(&mut session, visibility, is_open);
        let effects = ask(&mut session, EvaluateCommand::SawCrops(vec![0, 1]));
        let noted = |effects: &[Effect]| -> Vec<String> {
            let film = |effect: &Effect| match effect {
                Effect::NoteModelSeen { image, reader, models } => {
                    assert_eq!((reader.as_str(), &models[..]), ("R1", &[MODEL][..]));
                    Some(image.to_string())
                }
                _ => None,
            };
            effects.iter().filter_map(film).collect()
        };
        assert_eq!(session.must_be_told_not_blind(), must_be_told, "{visibility:?} {is_open}");
        assert_eq!(noted(&effects).len(), if must_be_told { 0 } else { 2 });
        ask(&mut session, EvaluateCommand::OpenError(2));
        assert_eq!(looked_at(&session).is_some(), !must_be_told);
        if must_be_told {
            ask(&mut session, EvaluateCommand::Understand);
            let effects = ask(&mut session, EvaluateCommand::OpenError(2));
            assert_eq!(looked_at(&session).map(|(place, _)| place), Some(2));
            assert_eq!(noted(&effects), ["film1"]);
        }
        let again = ask(&mut session, EvaluateCommand::SawCrops(vec![1]));
        assert_eq!(noted(&again), [] as [&str; 0], "once is enough");
    }
}

#[test]
fn a_verdict_on_one_key_is_kept_with_its_note_and_goes_on() {
    let mut session = at_gallery(by_another());
    ask(&mut session, EvaluateCommand::OpenUnruled);
    ask(&mut session, EvaluateCommand::Note(" seen on the lateral film ".into()));
    let effects = ask(&mut session, EvaluateCommand::Rule(Verdict::ModelRight));
    let kept = |effects: &[Effect]| {
        let task = effects.iter().find_map(|effect| match effect {
            Effect::Evaluate { task, by } => Some(((**task).clone(), by.clone())),
            _ => None,
        });
        match task {
            Some((EvaluationTask::Rule { run, ruling }, by)) => {
                assert_eq!((run, by.as_str(), ruling.by.as_str(), ruling.at_ms), (EvaluationId(1), "R1", "R1", 7));
                Some((ruling.detection, ruling.truth, ruling.verdict, ruling.note))
            }
            _ => None,
        }
    };
    let note = "seen on the lateral film".to_owned();
    assert_eq!(kept(&effects), Some((Some(0), None, Verdict::ModelRight, note)));
    assert_eq!(looked_at(&session).map(|(place, _)| place), Some(1));
    assert_eq!(session.evaluating.errors.note, "");
    play(&mut session, "Shift+F5");
    assert_eq!(looked_at(&session).map(|(place, _)| place), Some(2));
    play(&mut session, "Shift+F3");
    assert_eq!(notice(&session), "Verdict kept. This is the last item of the list.");
    let progress = session.review_progress();
    assert_eq!((progress.num_ruled, progress.num_all), (3, 3));
    assert_eq!(progress.by, [("R1".into(), 3)]);
    assert_eq!(progress.verdicts, [1, 0, 1, 0, 1]);
    assert_eq!(session.first_unruled(), None);
    // Back on the first one its note stands there; a new word about it is a new verdict that counts.
    ask(&mut session, EvaluateCommand::OpenError(0));
    assert_eq!(session.evaluating.errors.note, "seen on the lateral film");
    let effects = ask(&mut session, EvaluateCommand::KeepNote);
    assert_eq!(kept(&effects), None, "nothing was changed");
    ask(&mut session, EvaluateCommand::Note("seen twice".into()));
    let effects = ask(&mut session, EvaluateCommand::KeepNote);
    assert_eq!(kept(&effects), Some((Some(0), None, Verdict::ModelRight, "seen twice".to_owned())));
    assert_eq!(session.evaluating.errors.rulings.len(), 4);
    assert_eq!(session.review_progress().num_ruled, 3);
    // What the store says holds.
    session.handle(Input::Event(Event::RulingsLoaded { run: EvaluationId(1), rulings: Vec::new() }), 0);
    assert_eq!(session.review_progress().num_ruled, 0);
}

#[test]
fn a_note_without_a_verdict_waits_for_one() {
    const WAITS: &str = "Give a verdict first; the note is kept with its item until then.";
    let mut session = at_gallery(by_another());
    ask(&mut session, EvaluateCommand::OpenError(0));
    ask(&mut session, EvaluateCommand::Note("an osteophyte".into()));
    ask(&mut session, EvaluateCommand::KeepNote);
    assert!(session.evaluating.errors.rulings.is_empty());
    play(&mut session, "J");
    assert_eq!((notice(&session), session.evaluating.errors.note.as_str()), (WAITS, ""));
    assert_eq!(session.review_progress().num_drafts, 1);
    assert_eq!(session.num_verdicts_and_notes(), (0, 1));
    // It is there again after the list, another run of the same opening, and the worklist.
    ask(&mut session, EvaluateCommand::BackToErrors);
    let effects = session.handle(Input::Event(Event::EvaluationOpened(Ok(run(by_another())))), 0);
    carry_out(&mut session, &effects);
    ask(&mut session, EvaluateCommand::OpenError(0));
    assert_eq!(session.evaluating.errors.note, "an osteophyte");
    session.notice = None;
    session.handle(Input::Command(Command::ShowWorklist), 0);
    assert_eq!(notice(&session), WAITS);
    ask(&mut session, EvaluateCommand::Show);
    ask(&mut session, EvaluateCommand::OpenError(0));
    // The verdict takes it along, and a word more goes into the verdict when the item is left.
    ask(&mut session, EvaluateCommand::Rule(Verdict::ModelRight));
    assert_eq!((session.review_progress().num_drafts, session.num_verdicts_and_notes()), (0, (1, 1)));
    play(&mut session, "Shift+PageUp");
    ask(&mut session, EvaluateCommand::Note("an osteophyte of T12".into()));
    play(&mut session, "J");
    let notes: Vec<&str> = session.evaluating.errors.rulings.iter().map(|ruling| ruling.note.as_str()).collect();
    assert_eq!(notes, ["an osteophyte", "an osteophyte of T12"]);
    assert_eq!(session.review_progress().num_drafts, 0);
    // A note that is taken back is none.
    ask(&mut session, EvaluateCommand::Note("x".into()));
    ask(&mut session, EvaluateCommand::Note(String::new()));
    assert_eq!(session.review_progress().num_drafts, 0);
}

#[test]
fn the_review_is_of_all_disagreements_whatever_the_gallery_shows() {
    let mut session = at_gallery(by_another());
    let missed = ErrorFilter { kinds: vec![ErrorKind::FalseNegative], ..ErrorFilter::default() };
    ask(&mut session, EvaluateCommand::ShowErrors(Box::new(missed)));
    ask(&mut session, EvaluateCommand::OpenError(0));
    ask(&mut session, EvaluateCommand::Rule(Verdict::LabelRight));
    ask(&mut session, EvaluateCommand::BackToErrors);
    ask(&mut session, EvaluateCommand::Page(EvaluatePage::Review));
    let progress = session.review_progress();
    assert_eq!((progress.num_ruled, progress.num_all), (1, 3));
    assert_eq!((progress.num_shown_ruled, progress.num_shown), (1, 1));
    // The list is through: on with the rest.
    ask(&mut session, EvaluateCommand::OpenUnruled);
    assert_eq!(looked_at(&session), Some((0, ErrorKind::FalsePositive)));
    assert_eq!(session.evaluating.filter, ErrorFilter::disagreements());
    ask(&mut session, EvaluateCommand::Rule(Verdict::Unclear));
    ask(&mut session, EvaluateCommand::Rule(Verdict::Unclear));
    ask(&mut session, EvaluateCommand::BackToErrors);
    ask(&mut session, EvaluateCommand::OpenUnruled);
    assert_eq!(notice(&session), "Every disagreement at this operating point has a verdict.");
}

#[test]
fn figures_under_the_verdicts_are_asked_for_where_they_are_looked_at() {
    let mut session = at_gallery(by_another());
    ask(&mut session, EvaluateCommand::OpenError(0));
    let asks = |effects: &[Effect]| {
        let num = |effect: &Effect| match effect {
            Effect::EvaluateUnderVerdicts { rulings, .. } => Some(rulings.len()),
            _ => None,
        };
        effects.iter().find_map(num)
    };
    ask(&mut session, EvaluateCommand::Rule(Verdict::ModelRight));
    let effects = ask(&mut session, EvaluateCommand::Rule(Verdict::LabelRight));
    assert_eq!(asks(&effects), None, "not while films are looked at");
    ask(&mut session, EvaluateCommand::BackToErrors);
    let effects = ask(&mut session, EvaluateCommand::Page(EvaluatePage::Review));
    assert_eq!(asks(&effects), Some(2));
    let effects = ask(&mut session, EvaluateCommand::Page(EvaluatePage::Review));
    assert_eq!(asks(&effects), None, "asked for already");
    let evaluation = Arc::new(Evaluation::default());
    session.handle(Input::Event(Event::UnderVerdictsCounted { run: EvaluationId(1), evaluation }), 0);
    assert!(session.evaluating.errors.under_verdicts.is_some());
}

#[test]
fn the_model_s_answer_goes_into_the_reader_s_own_reading_as_an_edit() {
    // Its box is added, and taken back.
    let mut session = at_gallery(by_another());
    ask(&mut session, EvaluateCommand::OpenError(0));
    assert_eq!(session.why_no_fix(), None);
    play(&mut session, "Shift+F6");
    assert_eq!(told(&session), "film0 doing: Osteophytes(120,20,160,60)");
    assert_eq!(session.why_no_fix().as_deref(), Some("Your reading has this box of Osteophytes already."));
    let origin = session.pane.film.as_ref().map(|film| film.reading.annotations()[0].origin().clone());
    assert_eq!(origin, Some(Origin::Drawn), "without the model's own answer at hand");
    play(&mut session, "Shift+F6");
    assert_eq!(notice(&session), "Your reading has this box of Osteophytes already.");
    play(&mut session, "Ctrl+Z");
    assert_eq!(told(&session), "film0 new:");
    // What is another reader's is not changed, and that is said.
    ask(&mut session, EvaluateCommand::OpenError(1));
    play(&mut session, "Shift+F6");
    let text =
        "Your own reading has no such box of Osteophytes. The truth here is the reading of R2, which only R2 changes.";
    assert_eq!(notice(&session), text);
    assert_eq!(told(&session), "film0 new:");

    // One's own: the label of a pair is changed, and what the model does not see is removed.
    let mut session = at_gallery(by_oneself());
    ask(&mut session, EvaluateCommand::OpenError(1));
    play(&mut session, "F 1 drag 10,10,50,50");
    assert!(told(&session).contains("Osteophytes(10,10,50,50)"), "{}", told(&session));
    play(&mut session, "Shift+F6");
    assert!(told(&session).contains("Fracture(10,10,50,50)"), "{}", told(&session));
    ask(&mut session, EvaluateCommand::OpenError(2));
    play(&mut session, "F 1 drag 10,10,50,50 T Shift+Enter");
    assert!(told(&session).starts_with("film1 completed"), "{} {}", told(&session), notice(&session));
    play(&mut session, "Shift+F6");
    assert_eq!(told(&session), "film1 doing: +Tumor", "a completed reading is opened again for it");
    assert_eq!(notice(&session), "Your reading was reopened for this change: complete it again when you are done.");
    play(&mut session, "Ctrl+Z");
    assert!(told(&session).starts_with("film1 completed: *Osteophytes"), "one step: {}", told(&session));
}

#[test]
fn films_of_other_projects_and_suspects_open_as_they_can() {
    let mut session = at_gallery(by_another());
    ask(&mut session, EvaluateCommand::OpenSuspect(0));
    assert_eq!(session.evaluating.errors.list, ErrorList::Suspects);
    assert_eq!(looked_at(&session).map(|(place, _)| place), Some(0));
    assert_eq!(session.num_errors(), session.evaluating.errors.index.as_ref().map_or(0, |index| index.suspects.len()));
    let mut other = run(by_another());
    let mut made = (*other.run).clone();
    for film in &mut made.cases.films {
        film.image = format!("elsewhere {}", film.image).as_str().into();
    }
    other.run = Arc::new(made);
    session.handle(Input::Event(Event::EvaluationOpened(Ok(other))), 0);
    ask(&mut session, EvaluateCommand::Show);
    ask(&mut session, EvaluateCommand::Page(EvaluatePage::Gallery));
    ask(&mut session, EvaluateCommand::OpenError(0));
    assert_eq!(notice(&session), "Film elsewhere film0 is not in this project, so it can't be opened here.");
    assert_eq!((session.screen, session.evaluating.looked_at), (Screen::Evaluate, None));
}

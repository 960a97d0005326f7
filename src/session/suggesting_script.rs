//! What suggestions must do in the session: who sees them and when, and what accepting, adjusting and rejecting leave.

use crate::domain::annotation::Origin;
use crate::domain::fusion::{FusionRule, Pipeline};
use crate::domain::geometry::Rect;
use crate::domain::label::LabelName;
use crate::domain::model::{Architecture, EnsembleMean, Model, ModelCard, ModelContent, ModelId, ModelTask};
use crate::domain::prediction::{Detection, HeatGrid, Prediction};
use crate::domain::preprocessing::Preprocessing;
use crate::domain::project::Project;
use crate::domain::suggestion::{Fate, ModelVisibility, SuggestionKey};

use super::effect::Effect;
use super::gesture_script::{answer, drag, play, reading_session, told};
use super::suggesting::Completing;
use super::*;

const CLASSIFIER: ModelId = ModelId(1);
const DETECTOR: ModelId = ModelId(2);

/// A score that stands nowhere else in a session.
const TELLING: f64 = 0.913_725_5;

fn model(id: ModelId, task: ModelTask, content: ModelContent) -> Model {
    let card = ModelCard {
        name: "spine".into(),
        task,
        classes: vec![LabelName::new("Osteophytes")],
        preprocessing: Preprocessing::PAPER_CLASSIFIER,
        threshold: None,
        is_synthetic: true,
        training: String::new(),
        data_sha256: None,
        metrics: Vec::new(),
        licence: String::new(),
        notes: String::new(),
    };
    Model { id, version: 2, content, card, added_at_ms: 0, added_by: String::new(), is_deleted: false }
}

fn weights(id: ModelId, task: ModelTask) -> Model {
    let content = ModelContent::Weights { architecture: Architecture::DenseNetSmall, sha256: [0; 32] };
    model(id, task, content)
}

fn shelf(pipeline: Pipeline) -> ModelShelf {
    let models = vec![weights(CLASSIFIER, ModelTask::Classify), weights(DETECTOR, ModelTask::Detect)];
    ModelShelf { models, pipeline, history: Vec::new() }
}

fn pipeline() -> Pipeline {
    Pipeline { classifier: Some(CLASSIFIER), detector: Some(DETECTOR), ..Pipeline::default() }
}

fn send(session: &mut Session, event: Event) -> Vec<Effect> {
    session.handle(Input::Event(event), 0)
}

fn ask(session: &mut Session, command: Command) -> Vec<Effect> {
    let effects = session.handle(Input::Command(command), 0);
    answer(session, effects.clone());
    effects
}

fn suggest(session: &mut Session, command: SuggestCommand) {
    ask(session, Command::Suggest(command));
}

fn show_to(session: &mut Session, model_visibility: ModelVisibility) -> Vec<Effect> {
    let open = session.project.as_ref().expect("open");
    let (settings, label_set) = (open.settings.clone(), open.label_set.clone());
    send(session, Event::ProjectChanged { project: Box::new(Project { model_visibility, ..settings }), label_set })
}

fn asks(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::LoadPredictions { .. })).count()
}

type Boxes<'a> = &'a [(&'a str, f64, [f64; 4])];

fn predictions(probability: f64, boxes: Boxes<'_>) -> Event {
    let detection = |&(label, score, [a, b, c, d]): &(&str, f64, [f64; 4])| Detection {
        label: LabelName::new(label),
        score,
        rect: Rect::from_columns(a, b, c, d).expect("ordered"),
    };
    let image = crate::domain::id::ImageId::new("film0");
    let blank =
        |model| Prediction { image: image.clone(), model, probability: None, detections: Vec::new(), heat: None };
    let heat = HeatGrid { width: 2, height: 1, values: vec![0.25, 1.0] };
    let said = vec![
        Prediction { probability: Some(probability), heat: Some(heat), ..blank(CLASSIFIER) },
        Prediction { detections: boxes.iter().map(detection).collect(), ..blank(DETECTOR) },
    ];
    Event::PredictionsLoaded { image: image.clone(), predictions: said, num_awaited: 0 }
}

/// A film on which these are suggested, abnormal by the classifier.
fn with(boxes: Boxes<'_>) -> Session {
    let mut session = reading_session();
    send(&mut session, Event::ModelsLoaded(Box::new(shelf(pipeline()))));
    assert_eq!(asks(&show_to(&mut session, ModelVisibility::Always)), 1);
    send(&mut session, predictions(TELLING, boxes));
    session
}

const THREE: Boxes<'_> = &[
    ("Osteophytes", 0.9, [10.0, 10.0, 40.0, 30.0]),
    ("Fracture", 0.6, [60.0, 10.0, 90.0, 30.0]),
    ("Osteophytes", 0.3, [110.0, 10.0, 140.0, 30.0]),
];

fn key(number: u32) -> SuggestionKey {
    SuggestionKey { model: DETECTOR, number }
}

/// What is in sight, by number.
fn shown(session: &Session) -> Vec<u32> {
    let film = session.pane.film.as_ref().expect("a film");
    session.shown_suggestions(film).iter().map(|one| one.key.number).collect()
}

fn focus(session: &Session) -> Option<u32> {
    session.pane.film.as_ref().and_then(|film| film.suggesting.focus()).map(|key| key.number)
}

fn notice(session: &Session) -> String {
    session.notice.as_ref().map_or_else(String::new, |notice| notice.text.clone())
}

/// Whether anything of the prediction is in the session at all.
fn knows(session: &Session) -> bool {
    format!("{session:?}").contains(&TELLING.to_string())
}

#[test]
fn nothing_of_a_prediction_is_in_the_session_while_it_may_not_be_seen() {
    for visibility in [ModelVisibility::Off, ModelVisibility::AfterReading] {
        let mut session = reading_session();
        let mut effects = send(&mut session, Event::ModelsLoaded(Box::new(shelf(pipeline()))));
        effects.extend(show_to(&mut session, visibility));
        effects.extend(ask(&mut session, Command::Suggest(SuggestCommand::ToggleHeat)));
        play(&mut session, "1 draw 10,10,50,40");
        assert_eq!(asks(&effects), 0, "{visibility:?}");
        // It comes all the same, from whatever asked.
        let effects = send(&mut session, predictions(TELLING, &[("Osteophytes", TELLING, [0.0, 0.0, 9.0, 9.0])]));
        assert_eq!(effects, [], "{visibility:?}");
        assert!(!knows(&session) && shown(&session).is_empty(), "{visibility:?}");
        // Seen, and then the project turns it off: it goes.
        assert_eq!(asks(&show_to(&mut session, ModelVisibility::Always)), 1);
        send(&mut session, predictions(TELLING, THREE));
        assert!(knows(&session));
        show_to(&mut session, ModelVisibility::Off);
        assert!(!knows(&session), "{visibility:?}");
    }
}

#[test]
fn after_completing_once_a_film_s_suggestions_stay_in_sight() {
    let mut session = reading_session();
    send(&mut session, Event::ModelsLoaded(Box::new(shelf(pipeline()))));
    play(&mut session, "1 draw 10,10,50,40 t");
    assert_eq!(session.why_models_hidden(session.pane.film.as_ref().unwrap()), Some(WhyHidden::UntilCompleted));
    let effects = ask(&mut session, Command::Complete);
    assert_eq!(asks(&effects), 1);
    let effects = send(&mut session, predictions(TELLING, THREE));
    let models = vec![CLASSIFIER, DETECTOR];
    let (image, reader) = ("film0".into(), "R1".into());
    assert_eq!(effects, [Effect::NoteModelSeen { image, reader, models }]);
    assert_eq!(asks(&ask(&mut session, Command::Reopen)), 0);
    assert!(knows(&session));
    // Seen, it stays seen, whatever is undone; and it is noted once.
    play(&mut session, "Ctrl+Z Ctrl+Z Ctrl+Z Ctrl+Z Ctrl+Z");
    assert_eq!(told(&session), "film0 new:");
    assert!(knows(&session));
    assert_eq!(send(&mut session, predictions(TELLING, THREE)), []);
}

#[test]
fn what_was_seen_before_the_program_started_is_asked_for_at_once() {
    for (models_seen, expected) in [(vec![], 0), (vec![DETECTOR], 1)] {
        let mut session = reading_session();
        send(&mut session, Event::ModelsLoaded(Box::new(shelf(pipeline()))));
        let loaded = Event::ReadingLoaded {
            study: vec![super::gesture_script::entry(0)],
            priors: Vec::new(),
            image: "film0".into(),
            reading: crate::domain::reading::Reading::new("film0".into(), "R1".into()),
            log: Vec::new(),
            others: Vec::new(),
            models_seen,
        };
        assert_eq!(asks(&send(&mut session, loaded)), expected);
    }
}

#[test]
fn a_film_that_leaves_as_it_is_completed_is_not_looked_up() {
    let mut session = reading_session();
    send(&mut session, Event::ModelsLoaded(Box::new(shelf(pipeline()))));
    let effects = session.handle(Input::Command(Command::NormalAndNext), 0);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::LoadReading { .. })), "{effects:?}");
    assert_eq!(asks(&effects), 0);
}

#[test]
fn another_model_in_use_is_asked_and_another_threshold_is_not() {
    let mut session = with(THREE);
    let moved = Pipeline { threshold: 0.95, rule: FusionRule::Paper, ..pipeline() };
    assert_eq!(asks(&send(&mut session, Event::ModelsLoaded(Box::new(shelf(moved))))), 0);
    assert_eq!(shown(&session), [0, 1], "a normal film keeps what is over a half");
    let gate = Pipeline { rule: FusionRule::Gate, ..moved };
    send(&mut session, Event::ModelsLoaded(Box::new(shelf(gate))));
    assert_eq!(shown(&session), [0; 0]);
    let other = Pipeline { detector: Some(ModelId(7)), ..pipeline() };
    assert_eq!(asks(&send(&mut session, Event::ModelsLoaded(Box::new(shelf(other))))), 1);
}

#[test]
fn an_ensemble_speaks_when_all_its_members_have() {
    let mut session = with(THREE);
    let members = vec![CLASSIFIER, ModelId(8)];
    let ensemble = ModelContent::Ensemble { members, mean: EnsembleMean::Probability };
    let mut shelf = shelf(Pipeline { classifier: Some(ModelId(9)), ..pipeline() });
    shelf.models.push(model(ModelId(9), ModelTask::Classify, ensemble));
    send(&mut session, Event::ModelsLoaded(Box::new(shelf)));
    let suggesting = |session: &Session| session.pane.film.as_ref().expect("a film").suggesting.clone();
    assert_eq!(suggesting(&session).probability, None);
    let Event::PredictionsLoaded { image, predictions: mut said, .. } = predictions(0.2, THREE) else { panic!() };
    said.push(Prediction { model: ModelId(8), probability: Some(0.6), ..said[0].clone() });
    send(&mut session, Event::PredictionsLoaded { image: image.clone(), predictions: said.clone(), num_awaited: 0 });
    assert!(suggesting(&session).probability.is_some_and(|p| (p - 0.4).abs() < 1e-12));
    // While a member is looking nobody knows which boxes stay.
    said.pop();
    send(&mut session, Event::PredictionsLoaded { image, predictions: said, num_awaited: 1 });
    assert_eq!((suggesting(&session).probability, shown(&session)), (None, vec![]));
}

#[test]
fn one_key_after_the_other_goes_through_all() {
    let mut session = with(THREE);
    assert_eq!(shown(&session), [0, 1, 2]);
    // Which one is meant is not known yet: the first key goes to the first.
    play(&mut session, "Period");
    assert_eq!((focus(&session), told(&session).as_str()), (Some(0), "film0 new:"));
    play(&mut session, "Period");
    assert_eq!((focus(&session), told(&session).as_str()), (Some(1), "film0 doing: Osteophytes(10,10,40,30)"));
    play(&mut session, "Comma");
    assert_eq!((focus(&session), shown(&session)), (Some(2), vec![2]));
    play(&mut session, "Slash");
    assert_eq!(told(&session), "film0 doing: Osteophytes(10,10,40,30) *Osteophytes(110,10,140,30)");
    assert_eq!((focus(&session), shown(&session)), (None, vec![]));
    assert_eq!(session.armed, None, "accepting arms no label");
    // Each is one step back, and the suggestion is there again, in focus.
    play(&mut session, "Ctrl+Z");
    assert_eq!((shown(&session), focus(&session)), (vec![2], Some(2)));
    play(&mut session, "Ctrl+Z");
    assert_eq!((shown(&session), focus(&session)), (vec![1, 2], Some(1)));
    play(&mut session, "Ctrl+Z");
    assert_eq!((shown(&session), told(&session).as_str()), (vec![0, 1, 2], "film0 new:"));
    play(&mut session, "Ctrl+Y Ctrl+Y");
    assert_eq!(shown(&session), [2]);
}

#[test]
fn all_in_sight_become_marks_in_one_step() {
    let mut session = with(THREE);
    play(&mut session, "Ctrl+ArrowRight Ctrl+Shift+S");
    let two = "film0 doing: Osteophytes(10,10,40,30) Fracture(60,10,90,30)";
    assert_eq!((told(&session).as_str(), shown(&session)), (two, vec![]));
    let fates = session.pane.film.as_ref().unwrap().suggesting.fates.clone();
    assert!(matches!(fates[..], [Fate::AcceptedAsIs { .. }, Fate::AcceptedAsIs { .. }, Fate::Pending]), "{fates:?}");
    play(&mut session, "Ctrl+Z");
    assert_eq!((told(&session).as_str(), shown(&session)), ("film0 new:", vec![0, 1]));
}

#[test]
fn a_film_without_finding_or_completed_takes_no_suggestion() {
    let mut session = with(THREE);
    play(&mut session, "n Ctrl+Shift+S");
    assert!(notice(&session).starts_with("\"No finding\" excludes every other label."), "{}", notice(&session));
    assert_eq!(told(&session), "film0 doing: No finding");
    suggest(&mut session, SuggestCommand::AcceptThis(key(0)));
    assert_eq!(told(&session), "film0 doing: No finding");
    // Turning one down is no finding.
    suggest(&mut session, SuggestCommand::RejectThis(key(0)));
    assert_eq!(shown(&session), [1, 2]);
    ask(&mut session, Command::Complete);
    ask(&mut session, Command::Confirm);
    for command in [SuggestCommand::AcceptThis(key(1)), SuggestCommand::RejectThis(key(1))] {
        suggest(&mut session, command);
        assert!(notice(&session).contains("Press Ctrl+R to reopen"), "{}", notice(&session));
    }
    assert_eq!((told(&session).as_str(), shown(&session)), ("film0 completed: No finding", vec![1, 2]));
}

#[test]
fn a_label_key_takes_the_suggestion_in_focus_under_that_label() {
    let mut session = with(THREE);
    play(&mut session, "Ctrl+ArrowDown Ctrl+ArrowDown 1");
    assert_eq!((told(&session).as_str(), focus(&session)), ("film0 doing: Osteophytes(60,10,90,30)", Some(2)));
    let fate = session.pane.film.as_ref().unwrap().suggesting.fates[1];
    assert!(matches!(fate, Fate::Adjusted { is_relabelled: true, iou: 1.0, .. }), "{fate:?}");
    // One that is drawn as an outline does not take a box.
    play(&mut session, "5");
    assert!(notice(&session).starts_with("Outline is drawn as polygon"), "{}", notice(&session));
    // Out of focus the key arms its label as ever.
    play(&mut session, "Escape 2");
    assert_eq!((focus(&session), session.armed.clone()), (None, Some(LabelName::new("Fracture"))));
}

#[test]
fn a_label_that_the_project_does_not_draw_is_not_taken_but_by_another() {
    let unknown: Boxes<'_> = &[
        ("Osteophyte", 0.9, [10.0, 10.0, 40.0, 30.0]),
        ("Tumor", 0.8, [60.0, 10.0, 90.0, 30.0]),
        ("osteophytes", 0.7, [110.0, 10.0, 140.0, 30.0]),
    ];
    let mut session = with(unknown);
    play(&mut session, "Period Period");
    let near = "This project does not draw Osteophyte as a box. Press 1 to take it as Osteophytes, or the key of another label.";
    assert_eq!((notice(&session).as_str(), focus(&session)), (near, Some(0)));
    assert_eq!(told(&session), "film0 new:");
    play(&mut session, "Ctrl+ArrowDown Period");
    let none = "This project does not draw Tumor as a box. Press the key of the label to take it under.";
    assert_eq!((notice(&session).as_str(), focus(&session)), (none, Some(1)));
    // Of all in sight those are taken that can be, under the project's own spelling; the others wait.
    play(&mut session, "Ctrl+Shift+S");
    assert_eq!((told(&session).as_str(), focus(&session)), ("film0 doing: Osteophytes(110,10,140,30)", Some(0)));
    assert_eq!(notice(&session), near);
    play(&mut session, "2");
    assert_eq!(told(&session), "film0 doing: Osteophytes(110,10,140,30) Fracture(10,10,40,30)");
}

#[test]
fn the_pointer_takes_suggestions_into_focus_and_over() {
    let mut session = with(THREE);
    play(&mut session, "click 70,20");
    assert_eq!(focus(&session), Some(1));
    play(&mut session, "click 180,90");
    assert_eq!(focus(&session), None);
    // The corner of a dashed box that is not even in focus: one drag, one step.
    play(&mut session, "drag 40,30,50,40");
    assert_eq!(told(&session), "film0 doing: *Osteophytes(10,10,50,40)");
    let fate = session.pane.film.as_ref().unwrap().suggesting.fates[0];
    assert!(matches!(fate, Fate::Adjusted { iou, is_relabelled: false, .. } if iou == 0.5), "{fate:?}");
    play(&mut session, "Ctrl+Z");
    assert_eq!((told(&session).as_str(), shown(&session)), ("film0 new:", vec![0, 1, 2]));
    // A press that goes nowhere only looks.
    play(&mut session, "Escape click 60,10");
    assert_eq!((told(&session).as_str(), focus(&session)), ("film0 new:", Some(1)));
    // In focus, all of it is taken; from elsewhere on its edge, where it is not, a box is drawn.
    play(&mut session, "drag 70,20,70,50");
    assert_eq!(told(&session), "film0 doing: *Fracture(60,40,90,60)");
    play(&mut session, "Escape 2 draw 125,30,150,60");
    assert_eq!(told(&session), "film0 doing: Fracture(60,40,90,60) *Fracture(125,30,150,60)");
    // Who draws from its corner over its middle draws, and matches it.
    let mut session = with(THREE);
    play(&mut session, "1 draw 10,10,39,30");
    assert_eq!((told(&session).as_str(), shown(&session)), ("film0 doing: *Osteophytes(10,10,39,30)", vec![1, 2]));
    assert_eq!(session.pane.film.as_ref().unwrap().reading.annotations()[0].origin(), &Origin::Drawn);
    // A band takes several.
    let mut session = with(THREE);
    play(&mut session, "shift+drag 0,0,100,50 Period");
    assert_eq!(told(&session), "film0 doing: Osteophytes(10,10,40,30) Fracture(60,10,90,30)");
}

#[test]
fn a_mark_in_a_suggestion_and_a_suggestion_in_a_mark_are_both_reached() {
    let mut session = with(&[("Osteophytes", 0.9, [10.0, 10.0, 60.0, 60.0])]);
    play(&mut session, "2 draw 20,20,30,30 Escape click 25,25");
    assert_eq!((focus(&session), told(&session).as_str()), (None, "film0 doing: *Fracture(20,20,30,30)"));
    play(&mut session, "Escape click 50,50");
    assert_eq!((focus(&session), told(&session).as_str()), (Some(0), "film0 doing: Fracture(20,20,30,30)"));
    // Delete turns down what is in focus and leaves the marks.
    play(&mut session, "Delete");
    assert_eq!((shown(&session), told(&session).as_str()), (vec![], "film0 doing: Fracture(20,20,30,30)"));
    suggest(&mut session, SuggestCommand::Restore(key(0)));
    assert_eq!(shown(&session), [0]);
}

#[test]
fn the_slider_is_the_reader_s_and_goes_by_twentieths() {
    let mut session = with(THREE);
    assert_eq!(session.min_score(), 0.3);
    assert_eq!(shown(&session), [0, 1, 2], "a score of the least itself is in sight");
    play(&mut session, "Ctrl+ArrowRight");
    assert_eq!((session.min_score(), shown(&session)), (0.35, vec![0, 1]));
    play(&mut session, "Ctrl+ArrowLeft Ctrl+ArrowLeft");
    assert_eq!(session.min_score(), 0.25);
    for _ in 0..30 {
        play(&mut session, "Ctrl+ArrowRight");
    }
    assert_eq!(session.min_score(), 1.0);
    suggest(&mut session, SuggestCommand::MinScore(0.61));
    assert_eq!((session.min_score(), shown(&session)), (0.6, vec![0, 1]));
    // Nothing that is out of sight is in focus.
    suggest(&mut session, SuggestCommand::FocusOn(key(1)));
    play(&mut session, "Ctrl+ArrowRight");
    assert_eq!(focus(&session), None);
    // The next reader starts where the project does.
    let second = crate::domain::project::Reader { id: "R2".into(), ..session.reader.clone().expect("signed in") };
    session.project.as_mut().expect("open").readers.push(second);
    ask(&mut session, Command::SignInAs("R2".into()));
    assert_eq!(session.min_score(), 0.3);
    ask(&mut session, Command::SignInAs("R1".into()));
    assert_eq!(session.min_score(), 0.65);
}

#[test]
fn completing_asks_about_what_is_in_sight_and_undecided_once() {
    let asked = |session: &Session| matches!(session.dialog, Some(Dialog::PendingSuggestions { .. }));
    let mut session = with(THREE);
    play(&mut session, "1 draw 10,10,40,30 t");
    assert_eq!(shown(&session), [1, 2], "the first is marked by the reader alike");
    for (command, then) in [
        (Command::Complete, Completing::Stay),
        (Command::CompleteAndNext, Completing::GoOn),
        (Command::NormalAndNext, Completing::Normal),
    ] {
        ask(&mut session, command);
        let image = "film0".into();
        assert_eq!(session.dialog, Some(Dialog::PendingSuggestions { image, then }));
        // Looked at instead: the first is in focus, and nothing is completed.
        ask(&mut session, Command::CloseDialog);
        assert_eq!((focus(&session), &session.dialog), (Some(1), &None));
        assert_eq!(told(&session), "film0 doing: Osteophytes(10,10,40,30) +Tumor");
        play(&mut session, "Escape");
    }
    ask(&mut session, Command::Complete);
    ask(&mut session, Command::Confirm);
    assert_eq!(told(&session), "film0 completed: Osteophytes(10,10,40,30) +Tumor");
    assert_eq!(shown(&session), [1, 2], "undecided is not rejected");
    ask(&mut session, Command::Reopen);
    ask(&mut session, Command::Complete);
    assert!(!asked(&session) && told(&session).starts_with("film0 completed"), "it was answered");

    // What is out of sight is not asked about.
    for hide in [SuggestCommand::ToggleShown, SuggestCommand::MinScore(1.0)] {
        let mut session = with(THREE);
        suggest(&mut session, hide);
        ask(&mut session, Command::NormalAndNext);
        assert!(!asked(&session));
        assert!(session.pane.film.as_ref().is_some_and(|film| film.image().as_str() == "film1"));
    }
    // Going on after the question does what was asked for.
    let mut session = with(THREE);
    ask(&mut session, Command::NormalAndNext);
    assert!(asked(&session) && told(&session) == "film0 new:");
    ask(&mut session, Command::Confirm);
    assert!(session.pane.film.as_ref().is_some_and(|film| film.image().as_str() == "film1"));
    // The question is about the film that it was asked of.
    assert_eq!(session.dialog, None);
}

#[test]
fn a_map_of_where_the_classifier_looked_lies_over_the_whole_film() {
    let mut session = with(THREE);
    let heat = |session: &Session| session.shown_heat(session.pane.film.as_ref().expect("a film"));
    assert_eq!(heat(&session), None);
    play(&mut session, "Shift+M");
    suggest(&mut session, SuggestCommand::HeatOpacity(0.5));
    let map = heat(&session).expect("on");
    assert!(map.is_whole() && map.opacity == 0.5);
    let corner = map.grid_from_image.apply(crate::domain::geometry::Point::new(200.0, 100.0));
    assert_eq!((corner.x, corner.y), (2.0, 1.0));
    play(&mut session, "Backtick Backtick");
    assert_eq!((heat(&session), shown(&session).len()), (None, 3), "a bare film is bare");
    drag(&mut session, PointerButton::Left, &[40.0, 30.0, 45.0, 35.0]);
    assert_eq!(session.overlay, OverlayState::BoxesOnly, "nothing is taken hold of that can't be seen");
}

#[test]
fn nothing_is_decided_about_what_is_not_on_the_screen() {
    // Painted by nobody yet, or switched off together with the marks.
    let hide: [fn(&mut Session); 2] = [
        |session| session.pane.film.as_mut().expect("a film").is_drawn = false,
        |session| session.overlay = OverlayState::Nothing,
    ];
    for hide in hide {
        let mut session = with(THREE);
        play(&mut session, "Ctrl+ArrowDown");
        assert_eq!(focus(&session), Some(0));
        hide(&mut session);
        suggest(&mut session, SuggestCommand::AcceptThis(key(0)));
        assert!(notice(&session).starts_with("Not decided"), "{}", notice(&session));
        suggest(&mut session, SuggestCommand::RejectThis(key(0)));
        play(&mut session, "Period Comma Slash Ctrl+Shift+S Period Comma Delete");
        assert_eq!((told(&session).as_str(), shown(&session), focus(&session)), ("film0 new:", vec![0, 1, 2], None));
        play(&mut session, "1");
        assert_eq!(
            (told(&session).as_str(), session.armed.clone()),
            ("film0 new:", Some(LabelName::new("Osteophytes")))
        );
    }
    // Under the slider nothing is decided either, whatever asks for it.
    let mut session = with(THREE);
    suggest(&mut session, SuggestCommand::MinScore(0.5));
    suggest(&mut session, SuggestCommand::AcceptThis(key(2)));
    suggest(&mut session, SuggestCommand::RejectThis(key(2)));
    suggest(&mut session, SuggestCommand::MinScore(0.3));
    assert_eq!((told(&session).as_str(), shown(&session)), ("film0 new:", vec![0, 1, 2]));
}

#[test]
fn what_goes_out_of_sight_goes_out_of_focus() {
    // An undone step of which the suggestion is under the slider by now.
    let mut session = with(THREE);
    suggest(&mut session, SuggestCommand::AcceptThis(key(2)));
    suggest(&mut session, SuggestCommand::MinScore(0.5));
    play(&mut session, "Ctrl+Z");
    assert_eq!((told(&session).as_str(), focus(&session)), ("film0 new:", None));
    // A pipeline that shows less.
    let mut session = with(THREE);
    suggest(&mut session, SuggestCommand::FocusOn(key(2)));
    send(&mut session, Event::ModelsLoaded(Box::new(shelf(Pipeline { min_score: 0.5, ..pipeline() }))));
    assert_eq!((shown(&session), focus(&session)), (vec![0, 1], None));
    // While a mark is selected, a key goes to a suggestion and decides nothing.
    let mut session = with(&THREE[..1]);
    play(&mut session, "2 draw 100,50,150,90 Comma");
    assert_eq!((told(&session).as_str(), focus(&session)), ("film0 doing: Fracture(100,50,150,90)", Some(0)));
    assert_eq!(shown(&session), [0]);
    // The question goes where nothing is left to ask about.
    let mut session = with(THREE);
    ask(&mut session, Command::NormalAndNext);
    assert!(matches!(session.dialog, Some(Dialog::PendingSuggestions { .. })));
    send(&mut session, Event::ModelsLoaded(Box::new(shelf(Pipeline { min_score: 0.95, ..pipeline() }))));
    assert_eq!(session.dialog, None);
}

#[test]
fn the_next_reader_finds_no_view_of_the_last_one() {
    let mut session = with(THREE);
    play(&mut session, "Shift+U Shift+M");
    suggest(&mut session, SuggestCommand::HeatOpacity(0.6));
    assert!(session.advice.is_hidden && session.advice.shows_heat);
    ask(&mut session, Command::SignInAs("R1".into()));
    assert_eq!(session.advice, super::suggesting::Advice::default());
}

#[test]
fn a_class_in_the_model_s_own_spelling_is_the_project_s_label() {
    let mut session =
        with(&[("osteophytes", 0.9, [10.0, 10.0, 40.0, 30.0]), ("fracture", 0.8, [60.0, 10.0, 90.0, 30.0])]);
    play(&mut session, "1 draw 10,10,39,30 Escape");
    suggest(&mut session, SuggestCommand::AcceptThis(key(1)));
    let fates = session.pane.film.as_ref().expect("a film").suggesting.fates.clone();
    assert!(matches!(fates[..], [Fate::Matched { .. }, Fate::AcceptedAsIs { .. }]), "{fates:?}");
}

#[test]
fn the_line_of_a_film_compares_boxes_as_soon_as_it_is_completed() {
    let boxes = |session: &Session| {
        let row = session.worklist.row(&"film0".into()).expect("listed");
        row.triage.expect("the models have spoken").disagreement.map(|disagreement| disagreement.boxes)
    };
    let mut session = with(THREE);
    play(&mut session, "1 draw 10,10,40,30 t");
    assert_eq!(boxes(&session), None);
    ask(&mut session, Command::Complete);
    ask(&mut session, Command::Confirm);
    let counts = crate::domain::triage::BoxCounts { both: 1, only_model: 2, only_reader: 0 };
    assert_eq!(boxes(&session), Some(Some(counts)));
    ask(&mut session, Command::Reopen);
    assert_eq!(boxes(&session), None);
}

#[test]
fn what_models_said_meanwhile_reaches_the_list_and_the_film() {
    let lists =
        |effects: &[Effect]| effects.iter().filter(|effect| matches!(effect, Effect::LoadWorklist { .. })).count();
    assert_eq!(lists(&ask(&mut reading_session(), Command::ShowWorklist)), 0, "no model in use");
    let mut session = with(THREE);
    assert_eq!(lists(&ask(&mut session, Command::ShowWorklist)), 1);
    let said = || Event::ChangedElsewhere(event::Elsewhere { has_predictions: true, ..event::Elsewhere::default() });
    let effects = send(&mut session, said());
    assert_eq!((lists(&effects), asks(&effects)), (1, 0), "the film lacks nothing");
    send(&mut session, Event::PredictionsLoaded { image: "film0".into(), predictions: Vec::new(), num_awaited: 0 });
    let effects = send(&mut session, said());
    assert_eq!((lists(&effects), asks(&effects)), (1, 1));
}

//! Scripts over the session: the form of a new run, runs that begin and end, and closing the window over one.

use crate::domain::model::{Architecture, ModelId};
use crate::domain::training::dataset::DatasetId;
use crate::domain::training::parameters::{Key, Value};
use crate::domain::training::recipe::{Preset, Recipe};
use crate::domain::training::run::{Figure, FigureOf, RunState, RunStatus, Wish};
use crate::domain::training::spec::{StartChoice, TrainingId};
use crate::session::gesture_script::reading_session;
use crate::session::{Command, Effect, Event, Input, Session};

use super::{DatasetRow, Estimate, RunDraft, RunRow, TrainCommand, TrainNews, TrainPage, TrainTask};

fn ask(session: &mut Session, command: TrainCommand) -> Vec<TrainTask> {
    let effects = session.handle(Input::Command(Command::Train(command)), 0);
    effects
        .into_iter()
        .filter_map(|effect| if let Effect::Train { task, .. } = effect { Some(*task) } else { None })
        .collect()
}

fn tell(session: &mut Session, news: TrainNews) -> Vec<Effect> {
    session.handle(Input::Event(Event::Training(Box::new(news))), 0)
}

fn dataset(id: i64, num_train: u64) -> DatasetRow {
    DatasetRow {
        id: DatasetId(id),
        name: format!("Set {id}"),
        made_at_ms: 0,
        made_by: String::new(),
        truth: "R1".into(),
        num_films: [num_train, 10, 10],
        sha256: String::new(),
        is_locked: false,
    }
}

fn run(id: i64, state: RunState) -> RunRow {
    let status = RunStatus {
        state,
        stage: String::new(),
        step: 10,
        num_steps: 100,
        eta_secs: None,
        films_ready: [0; 2],
        best: None,
        message: None,
        advice: None,
        device: "cpu".into(),
        updated_at_ms: 0,
    };
    RunRow {
        id: TrainingId(id),
        name: format!("Run {id}"),
        architecture: Architecture::DenseNetSmall,
        preset: Preset::Paper,
        dataset: DatasetId(1),
        dataset_name: "Set 1".into(),
        started_from: String::new(),
        group: None,
        made_at_ms: 0,
        made_by: String::new(),
        note: String::new(),
        made_model: None,
        is_ours: true,
        status: Some(status),
        recipe: None,
        device: None,
        warnings: Vec::new(),
    }
}

fn draft(session: &Session) -> RunDraft {
    (**session.training.draft.as_ref().unwrap()).clone()
}

#[test]
fn a_form_is_fitted_to_this_computer_before_it_starts_and_a_changed_value_stays() {
    let mut session = reading_session();
    tell(&mut session, TrainNews::Datasets(vec![dataset(1, 100)]));
    let asked = ask(&mut session, TrainCommand::TrainOn(DatasetId(1)));
    assert_eq!(asked, [TrainTask::Estimate(Box::new(draft(&session)))]);
    assert_eq!((session.training.page, draft(&session).preset), (TrainPage::New, Preset::ThisComputer));
    assert_eq!(ask(&mut session, TrainCommand::Start), [], "what fits is not known yet");
    let mut fitted = Recipe::new(Architecture::DenseNetSmall.task(), Preset::ThisComputer);
    fitted.set(Key::Iterations, Value::Whole(321)).unwrap();
    let answer = |draft: RunDraft, fitted: &Recipe| TrainNews::Estimated {
        draft: Box::new(draft),
        outcome: Ok(Estimate { fitted: Some(fitted.clone()), ..Estimate::default() }),
    };
    let now = draft(&session);
    tell(&mut session, answer(RunDraft { name: "another form".into(), ..now.clone() }, &fitted));
    assert!(session.training.estimate.is_none(), "an answer to an older form says nothing");
    tell(&mut session, answer(now, &fitted));
    assert_eq!(draft(&session).recipe.whole(Key::Iterations), 321);
    let mut changed = draft(&session);
    changed.recipe.set(Key::Iterations, Value::Whole(50)).unwrap();
    changed.is_as_preset = false;
    ask(&mut session, TrainCommand::Draft(Box::new(changed.clone())));
    tell(&mut session, answer(changed, &fitted));
    assert_eq!(draft(&session).recipe.whole(Key::Iterations), 50);
    assert_eq!(ask(&mut session, TrainCommand::Start), [TrainTask::Start(Box::new(draft(&session)))]);
    tell(&mut session, TrainNews::Datasets(vec![dataset(1, 0)]));
    assert_eq!(session.why_no_start(), Some("This data set has no films to learn from. Freeze one with train films."));
}

#[test]
fn new_labels_are_learned_by_the_runs_own_recipe() {
    let mut session = reading_session();
    tell(&mut session, TrainNews::Datasets(vec![dataset(2, 120), dataset(1, 100)]));
    let mut recipe = Recipe::new(Architecture::DenseNetSmall.task(), Preset::ReleasedCode);
    recipe.set(Key::Iterations, Value::Whole(77)).unwrap();
    let done = RunRow {
        preset: Preset::ReleasedCode,
        recipe: Some(recipe.clone()),
        device: Some("cpu".into()),
        made_model: Some(ModelId(5)),
        ..run(1, RunState::Completed)
    };
    tell(&mut session, TrainNews::Runs(vec![done]));
    ask(&mut session, TrainCommand::Continue(TrainingId(1)));
    let draft = draft(&session);
    assert_eq!((draft.dataset, draft.start), (Some(DatasetId(2)), StartChoice::Model(ModelId(5))));
    assert_eq!((draft.preset, draft.recipe, draft.is_as_preset), (Preset::ReleasedCode, recipe, false));
    assert_eq!(draft.device.as_deref(), Some("cpu"));
}

#[test]
fn a_run_under_way_is_shown_and_its_end_is_told_wherever_the_reader_is() {
    let mut session = reading_session();
    tell(&mut session, TrainNews::Runs(vec![run(2, RunState::Training), run(1, RunState::Completed)]));
    assert_eq!((session.training.open, session.training.page), (Some(TrainingId(2)), TrainPage::Runs));
    let figure = |step| Figure { step, of: FigureOf::Train, name: "loss".into(), value: 1.0 };
    let id = TrainingId(2);
    tell(&mut session, TrainNews::Figures { run: id, figures: vec![figure(1), figure(2)], is_whole: true });
    tell(&mut session, TrainNews::Figures { run: id, figures: vec![figure(3)], is_whole: false });
    assert_eq!(session.training.plots[0].series[0].points.len(), 3);
    assert_eq!(ask(&mut session, TrainCommand::Wish(id, Wish::Pause)), [TrainTask::Wish(id, Wish::Pause)]);
    assert_eq!(ask(&mut session, TrainCommand::Resume(id)), [], "it is at work");
    assert_eq!(ask(&mut session, TrainCommand::Wish(TrainingId(1), Wish::Pause)), [], "it is done");
    assert!(!session.may_close());
    let done = run(2, RunState::Completed).status.unwrap();
    let effects = tell(&mut session, TrainNews::Status(id, done));
    assert!(effects.contains(&Effect::LoadTraining));
    let said = session.notice.as_ref().map(|notice| notice.text.as_str());
    assert_eq!(said, Some("Training of \"Run 2\" is done. Look at it on the Train page."));
    assert!(session.may_close());
}

#[test]
fn only_runs_of_one_task_stand_beside_each_other() {
    let mut session = reading_session();
    let detector = RunRow { architecture: Architecture::RetinaNetSmall, ..run(3, RunState::Completed) };
    tell(&mut session, TrainNews::Runs(vec![run(1, RunState::Completed), run(2, RunState::Completed), detector]));
    ask(&mut session, TrainCommand::OpenRun(TrainingId(1)));
    ask(&mut session, TrainCommand::CompareWith(Some(TrainingId(3))));
    assert_eq!(session.training.beside, None, "figures of another task are other figures");
    ask(&mut session, TrainCommand::CompareWith(Some(TrainingId(2))));
    assert_eq!(session.training.beside, Some(TrainingId(2)));
    ask(&mut session, TrainCommand::OpenRun(TrainingId(3)));
    assert_eq!(session.training.beside, None);
}

//! Moving the operating point of an evaluation of 18,000 films and 1,000,000 boxes: from the input to everything that the
//! frame draws, counts, intervals and curves among it; on the gallery's page the list of what is found, missed and mistaken.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::Criterion;
use rachis::domain::evaluation::cases::{Cases, FilmCase};
use rachis::domain::evaluation::live::OpenRun;
use rachis::domain::evaluation::problems::Problems;
use rachis::domain::evaluation::result::Evaluation;
use rachis::domain::evaluation::run::{AnswerSource, EvaluationId, FilmChoice, Plan, Run, RunSummary, TruthSource};
use rachis::domain::evaluation::settings::Settings;
use rachis::domain::id::{ImageId, PatientId, ReaderId, StudyId};
use rachis::domain::project::{Project, Reader};
use rachis::domain::rules::default_rules;
use rachis::domain::study::View;
use rachis::domain::suggestion::ModelVisibility;
use rachis::formats::label_set;
use rachis::session::{Command, Effect, ErrorIndex, EvaluateCommand, EvaluatePage, Event, Input, Session, Slider};
use rachis::ui::{self, UiState};

use super::cpu_time;

const SCREEN: (f32, f32) = (1920.0, 1080.0);
const NUM_FILMS: usize = 18_000;
const NUM_BOXES: usize = 1_000_000;
const LIMIT: Duration = Duration::from_millis(16);

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("slider");
    group.sample_size(30);
    let mut seat = None;
    for (name, slider, page) in [
        ("c* of 18,000 films, 1,000,000 boxes, CPU time of a frame", Slider::Film, EvaluatePage::Curves),
        ("smallest score of 1,000,000 boxes, 18,000 films, CPU time of a frame", Slider::Box, EvaluatePage::Curves),
        ("c* on the gallery of everything, CPU time of a frame", Slider::Film, EvaluatePage::Gallery),
        ("smallest score on the gallery of everything, CPU time of a frame", Slider::Box, EvaluatePage::Gallery),
    ] {
        let mut is_asked_for = false;
        group.bench_function(name, |bencher| {
            is_asked_for = true;
            let seat = seat.get_or_insert_with(Seat::new);
            seat.at(slider, page);
            bencher.iter_custom(|num| (0..num).map(|_| seat.drag().cpu).sum());
        });
        if let Some(seat) = seat.as_mut().filter(|_| is_asked_for) {
            seat.keep_limit(name);
        }
    }
    group.finish();
}

/// What a frame took.
#[derive(Clone, Copy)]
struct Frame {
    cpu: Duration,
    /// Without the time in which other programs had the cores.
    wall: Duration,
}

struct Seat {
    context: egui::Context,
    state: UiState,
    session: Session,
    num_frames: u32,
}

impl Seat {
    fn new() -> Self {
        let context = egui::Context::default();
        ui::theme::install(&context);
        let run = Arc::new(run());
        assert!(run.cases.detections.len() >= NUM_BOXES && run.cases.films.len() == NUM_FILMS);
        let started = Instant::now();
        let open = OpenRun::new(run);
        println!("opening the run took {:.2?}", started.elapsed());
        let mut seat = Self { context, state: UiState::default(), session: session(open), num_frames: 0 };
        for _ in 0..5 {
            seat.drag();
        }
        let snapshot = seat.session.evaluating.snapshots[0].clone().expect("counted");
        assert_eq!(snapshot.plots.len(), 7, "all plots");
        let films = snapshot.films.as_ref().expect("a classifier");
        let boxes = snapshot.boxes.as_ref().expect("a detector");
        assert!(films.f1.is_some_and(|figure| figure.interval.is_some()));
        assert!(boxes.false_positives_per_film.is_some_and(|figure| figure.interval.is_some()));
        seat
    }

    /// With this slider on this page.
    fn at(&mut self, slider: Slider, page: EvaluatePage) {
        // The list of everything, not of errors only.
        let filter = EvaluateCommand::FilterErrors(Box::default());
        for command in
            [EvaluateCommand::Slide(slider), EvaluateCommand::Understand, EvaluateCommand::Page(page), filter]
        {
            let effects = self.session.handle(Input::Command(Command::Evaluate(command)), 0);
            for effect in effects {
                let Effect::ListErrors(run) = effect else { continue };
                let started = Instant::now();
                let index = ErrorIndex::of(&run);
                println!("sorting the gallery took {:.2?}", started.elapsed());
                self.session.handle(Input::Event(Event::ErrorsListed(Arc::new(index))), 0);
            }
        }
        let num_listed = self.session.evaluating.errors.shown.places.len();
        assert!(page != EvaluatePage::Gallery || num_listed > NUM_FILMS, "{num_listed} in the list");
    }

    /// The slider is dragged: by a hundredth of its length a frame, from end to end in under two seconds.
    fn drag(&mut self) -> Frame {
        self.num_frames += 1;
        let place = self.num_frames % 200;
        self.frame_at(f64::from(place.min(200 - place)) / 100.0)
    }

    /// It is pressed anywhere.
    fn jump(&mut self) -> Frame {
        self.num_frames += 1;
        self.frame_at(f64::from(self.num_frames * 37 % 1000) / 1000.0)
    }

    /// The slider goes there.
    fn frame_at(&mut self, value: f64) -> Frame {
        let (queued, started, start) = (cpu_time::queued(), Instant::now(), cpu_time::of_this_thread());
        self.session.handle(Input::Command(Command::Evaluate(EvaluateCommand::MoveTo(value))), 0);
        let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(SCREEN.0, SCREEN.1));
        let input = egui::RawInput { screen_rect: Some(screen), ..egui::RawInput::default() };
        let mut asked = Vec::new();
        let mut output = self.context.run_ui(input, |ui| ui::show(ui, &self.session, &mut self.state, &mut asked));
        let shapes = std::mem::take(&mut output.shapes);
        let primitives = self.context.tessellate(shapes, 1.0);
        let (cpu, wall) = (cpu_time::of_this_thread().saturating_sub(start), started.elapsed());
        assert!(primitives.len() > 3, "something is drawn");
        Frame { cpu, wall: wall.saturating_sub(cpu_time::queued().saturating_sub(queued)) }
    }

    fn keep_limit(&mut self, name: &str) {
        for (how, go) in [("dragged", Self::drag as fn(&mut Self) -> Frame), ("pressed anywhere", Self::jump)] {
            let frames: Vec<Frame> = (0..201).map(|_| go(self)).collect();
            let of = |time: fn(&Frame) -> Duration| {
                let mut times: Vec<Duration> = frames.iter().map(time).collect();
                times.sort_unstable();
                (times[times.len() / 2], times[times.len() - 1])
            };
            let (cpu, wall) = (of(|frame| frame.cpu), of(|frame| frame.wall));
            println!(
                "{name}, {how}: median {:.2?}, worst {:.2?}; wall time without waiting for a core: median {:.2?}, worst \
                 {:.2?}; limit {LIMIT:.2?} in the median",
                cpu.0, cpu.1, wall.0, wall.1
            );
            assert!(cpu.0 <= LIMIT, "{name}, {how}: {:?}", cpu.0);
        }
    }
}

fn session(open: OpenRun) -> Session {
    let set = label_set::shipped().into_iter().find(|set| set.id == "vindr_spine").expect("shipped");
    let reader = ReaderId::new("R1");
    let project = Project {
        name: "bench".into(),
        label_set: set.id.clone(),
        rules: default_rules(),
        is_synthetic: true,
        is_blind: true,
        is_open: false,
        custom_rules: Vec::new(),
        instructions: String::new(),
        model_visibility: ModelVisibility::default(),
        workflow: rachis::domain::project::Workflow::Free,
        about: rachis::domain::project::About::default(),
    };
    let one = Reader::new(reader.clone(), "One");
    let mut session = Session::default();
    for input in [
        Input::Event(Event::ProjectOpened {
            folder: PathBuf::from("bench"),
            project,
            label_set: Arc::new(set),
            readers: vec![one],
            number: 1,
            is_read_only: false,
            view: None,
        }),
        Input::Command(Command::SignInAs(reader)),
        Input::Command(Command::Evaluate(EvaluateCommand::Show)),
        Input::Event(Event::EvaluationsLoaded(vec![open.run.summary.clone()])),
        Input::Event(Event::EvaluationOpened(Ok(open))),
        Input::Command(Command::Evaluate(EvaluateCommand::Page(EvaluatePage::Curves))),
    ] {
        session.handle(input, 0);
    }
    session
}

/// Half of the films abnormal with about four truths each, three of four of them found; some 55 boxes a film.
fn run() -> Run {
    let mut state = 11_u64;
    let mut roll = move |sides: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % sides
    };
    let set = label_set::shipped().into_iter().find(|set| set.id == "vindr_spine").expect("shipped");
    let classes: Vec<_> = set.local().map(|label| label.name.clone()).take(7).collect();
    let mut cases = Cases { classes, has_detector: true, ..Cases::default() };
    for film in 0..NUM_FILMS {
        let is_abnormal = roll(2) == 0;
        cases.films.push(FilmCase {
            image: ImageId::new(format!("film{film:06}")),
            study: StudyId::new(format!("study{:06}", film / 2)),
            patient: PatientId::new(format!("patient{:06}", film / 2)),
            is_abnormal: Some(is_abnormal),
            size: None,
            age_years: None,
            sex: None,
            view: View::Other,
            readers: Vec::new(),
        });
        let p = (roll(1_000_000) + if is_abnormal { 500_000 } else { 0 }) as f64 / 1.5e6;
        cases.probabilities.push(Some(p));
        let mut place = || [roll(1500), roll(2400), 40 + roll(360), 40 + roll(360), roll(7)];
        let rect = |[x, y, w, h, _]: [u64; 5]| [x, y, x + w, y + h].map(|side| side as f64);
        let truths: Vec<_> = (0..if is_abnormal { 4 } else { 0 }).map(|_| place()).collect();
        cases.truths.push_film(truths.iter().map(|&one| (one[4] as u16, rect(one), None)));
        let clutter: Vec<_> = (0..55).map(|_| place()).collect();
        let mut boxes: Vec<(u16, [f64; 4], Option<f64>)> = Vec::new();
        for (number, &one) in clutter.iter().chain(truths.iter().filter(|one| one[0] % 4 != 0)).enumerate() {
            let [x, y, w, h, class] = one;
            let score = roll(1_000_000) as f64 / 1e6;
            let score = if number < 55 { score * score * score } else { score.sqrt() };
            boxes.push((class as u16, rect([x + roll(20), y + roll(20), w, h, class]), Some(score)));
        }
        boxes.sort_by(|a, b| b.2.partial_cmp(&a.2).expect("numbers"));
        cases.detections.push_film(boxes);
    }
    let summary = RunSummary {
        id: EvaluationId(1),
        name: "Bench".into(),
        made_at_ms: 0,
        made_by: "R1".into(),
        answer: "a model".into(),
        truth: "R1".into(),
        num_films: NUM_FILMS as u64,
        auroc: None,
        map: None,
        truth_sha256: [0; 32],
        is_truth_changed: false,
    };
    let plan = Plan {
        name: "Bench".into(),
        answer: AnswerSource::Files { predictions: None, classifier: None },
        truth: TruthSource::EveryReader,
        films: FilmChoice::WithTruth,
        settings: Settings::default(),
    };
    Run { summary, plan, cases, problems: Problems::default(), evaluation: Evaluation::default(), rulings: Vec::new() }
}

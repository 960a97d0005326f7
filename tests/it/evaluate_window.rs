//! The screen of evaluations by accessibility labels: figures, the slider, plots and the way to their films.

use std::sync::Arc;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::SnapshotResults;
use egui_kittest::kittest::{NodeT, Queryable};
use rachis::domain::evaluation::cases::{Cases, FilmCase};
use rachis::domain::evaluation::errors::ErrorKind;
use rachis::domain::evaluation::live::OpenRun;
use rachis::domain::evaluation::problems::Problems;
use rachis::domain::evaluation::result::{Difference, Figure};
use rachis::domain::evaluation::run::{AnswerSource, EvaluationId, FilmChoice, Plan, Run, RunSummary, TruthSource};
use rachis::domain::evaluation::settings::{Bootstrap, Settings};
use rachis::domain::id::{ImageId, PatientId, StudyId};
use rachis::domain::label::LabelName;
use rachis::domain::study::View;
use rachis::jobs::CancelToken;
use rachis::session::settings::Theme;
use rachis::session::{Beside, Command, EvaluateCommand, EvaluatePage, Event, FilePurpose, Input, Slider};
use rachis::workflows::evaluate::evaluate;

use crate::seat::{self, Seat};
use crate::support;

const CLASSES: [&str; 7] = [
    "Osteophytes",
    "Surgical implant",
    "Spondylolysthesis",
    "Foraminal stenosis",
    "Disc space narrowing",
    "Vertebral collapse",
    "Other lesions",
];

/// 240 films; how well the answer fits depends on the class and on `skill`.
fn cases(skill: u64) -> Cases {
    let mut state = 5_u64;
    let mut roll = move |sides: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % sides
    };
    let classes = CLASSES.map(LabelName::new).to_vec();
    let mut cases = Cases { classes, has_detector: true, ..Cases::default() };
    for film in 0..240 {
        let is_abnormal = roll(2) == 0;
        cases.films.push(FilmCase {
            image: ImageId::new(format!("{film:032x}")),
            study: StudyId::new(format!("study{}", film / 2)),
            patient: PatientId::new(format!("patient{}", film / 2)),
            is_abnormal: Some(is_abnormal),
            size: Some([2000, 2500]),
            age_years: None,
            sex: None,
            view: View::Other,
            readers: Vec::new(),
        });
        let p = (roll(600) + if is_abnormal { 40 * skill } else { 0 }) as f64 / 1000.0;
        cases.probabilities.push(Some(p));
        let place =
            |roll: &mut dyn FnMut(u64) -> u64| [roll(1500), roll(2200), 60 + roll(300), 60 + roll(300), roll(6)];
        let rect = |[x, y, w, h, _]: [u64; 5]| [x, y, x + w, y + h].map(|side| side as f64);
        let truths: Vec<_> = (0..if is_abnormal { 3 } else { 0 }).map(|_| place(&mut roll)).collect();
        cases.truths.push_film(truths.iter().map(|&one| (one[4] as u16, rect(one), None)));
        let mut boxes: Vec<(u16, [f64; 4], Option<f64>)> = Vec::new();
        for _ in 0..4 {
            let one = place(&mut roll);
            let score = roll(1000) as f64 / 1000.0;
            boxes.push((one[4] as u16, rect(one), Some(score * score)));
        }
        for &one in &truths {
            let is_seen = roll(10) < skill && one[4] != 4;
            let class = if roll(12) == 0 { (one[4] + 1) % 6 } else { one[4] };
            let [x, y, w, h, _] = one;
            if is_seen {
                let score = (200 + roll(800)) as f64 / 1000.0;
                boxes.push((class as u16, rect([x + roll(20), y + roll(20), w, h, class]), Some(score)));
            }
        }
        boxes.sort_by(|a, b| b.2.partial_cmp(&a.2).unwrap());
        cases.detections.push_film(boxes);
    }
    cases
}

fn run(id: i64, name: &str, skill: u64) -> OpenRun {
    let cases = cases(skill);
    let bootstrap = Bootstrap { num_resamples: 200, ..Bootstrap::default() };
    let settings = Settings { bootstrap, ..Settings::default() };
    let evaluation = evaluate(&cases, &settings, &|_| {}, &CancelToken::default()).unwrap();
    let summary = RunSummary {
        id: EvaluationId(id),
        name: name.into(),
        made_at_ms: 1_780_000_000_000,
        made_by: "R1".into(),
        answer: format!("{name} (version 1)"),
        truth: "R1".into(),
        num_films: cases.films.len() as u64,
        auroc: evaluation.classifier.as_ref().and_then(|films| films.auroc).map(|figure| figure.value),
        map: evaluation.detector.as_ref().and_then(|boxes| boxes.map_main).map(|figure| figure.value),
        truth_sha256: [0; 32],
        is_truth_changed: false,
    };
    let plan = Plan {
        name: name.into(),
        answer: AnswerSource::Files { predictions: None, classifier: None },
        truth: TruthSource::EveryReader,
        films: FilmChoice::WithTruth,
        settings,
    };
    OpenRun::new(Arc::new(Run { summary, plan, cases, problems: Problems::default(), evaluation, rulings: Vec::new() }))
}

fn ask(seat: &mut Seat<'_>, command: EvaluateCommand) {
    seat.state_mut().handle(Input::Command(Command::Evaluate(command)));
    seat.run_steps(3);
}

fn open<'a>(folder: &std::path::Path) -> Seat<'a> {
    drop(support::project(folder, 2));
    let mut seat = seat::at_project(folder);
    seat.get_by_label("Read as R1").click();
    seat::wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    ask(&mut seat, EvaluateCommand::Show);
    seat.run_steps(4);
    let (first, second) = (run(1, "Spine", 8), run(2, "Spine, older", 6));
    let runs = vec![second.run.summary.clone(), first.run.summary.clone()];
    seat.state_mut().handle(Input::Event(Event::EvaluationsLoaded(runs)));
    seat.state_mut().handle(Input::Event(Event::EvaluationOpened(Ok(first))));
    seat.run_steps(4);
    seat
}

fn lay_beside(seat: &mut Seat<'_>) {
    let OpenRun { run, live } = run(2, "Spine, older", 6);
    let one = |name: &str, a: f64, b: f64, p: f64, test: &'static str| Difference {
        name: name.into(),
        a: Some(a),
        b: Some(b),
        delta: Some(Figure { value: b - a, interval: Some([b - a - 0.02, b - a + 0.02]) }),
        p_value: Some(p),
        test,
    };
    let differences = vec![
        one("AUROC", 0.86, 0.79, 0.0004, "DeLong"),
        one("F1", 0.78, 0.74, 0.041, "paired bootstrap"),
        one("AP@0.5 Osteophytes", 0.52, 0.53, 0.71, "paired bootstrap"),
    ];
    let beside = Beside { run, live, differences, num_shared: 240, num_unshared: 0, num_other_truths: 0 };
    seat.state_mut().handle(Input::Event(Event::EvaluationBeside(Ok(Box::new(beside)))));
    seat.run_steps(4);
}

fn point(seat: &Seat<'_>) -> [f64; 2] {
    let point = seat.state().session.evaluating.point.unwrap();
    [point.c_star, point.min_score]
}

#[test]
fn the_slider_moves_counts_and_curves_together_and_by_keys_alone() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = open(&scratch.path().join("project"));
    assert_eq!(point(&seat), [0.2808, 0.3]);
    let tp = |seat: &Seat<'_>| seat.get_by_label_contains("Films TP: ").accesskit_node().label().unwrap();
    let before = tp(&seat);

    // Arrow keys step to hundredths.
    seat.get_by_role_and_label(Role::Slider, "Threshold of films").focus();
    seat.run_steps(2);
    seat.key_press(Key::ArrowRight);
    seat.run_steps(3);
    assert_eq!(point(&seat), [0.29, 0.3]);
    for _ in 0..20 {
        seat.key_press(Key::ArrowRight);
        seat.run_steps(2);
    }
    assert!((point(&seat)[0] - 0.49).abs() < 1e-12, "{:?}", point(&seat));
    assert_ne!(tp(&seat), before);
    let snapshot = seat.state().session.evaluating.snapshots[0].clone().unwrap();
    assert_eq!(snapshot.point.c_star.to_bits(), point(&seat)[0].to_bits());
    let counts = snapshot.films.as_ref().unwrap().counts;
    assert_eq!(tp(&seat), format!("Films TP: {}", counts.tp));
    seat.key_press(Key::ArrowLeft);
    seat.run_steps(3);
    assert!((point(&seat)[0] - 0.48).abs() < 1e-12, "{:?}", point(&seat));

    // The other threshold, Youden, and back.
    seat.get_by_label("Boxes: score").click();
    seat.run_steps(3);
    ask(&mut seat, EvaluateCommand::MoveTo(0.6));
    assert_eq!(point(&seat)[1], 0.6);
    seat.get_by_role_and_label(Role::Slider, "Smallest score of boxes");
    seat.get_by_label("Threshold of largest Youden index").click();
    seat.run_steps(3);
    let live = seat.state().session.evaluating.live.clone().unwrap();
    assert_eq!(Some(point(&seat)[0]), live.youden());
    assert_eq!(seat.state().session.evaluating.slider, Slider::Film);
    seat.get_by_label("Reset the thresholds").click();
    seat.run_steps(3);
    assert_eq!(point(&seat), [0.2808, 0.3]);
    assert_eq!(tp(&seat), before);
    ask(&mut seat, EvaluateCommand::MoveTo(1.5));
    ask(&mut seat, EvaluateCommand::MoveTo(f64::NAN));
    assert_eq!(point(&seat), [0.2808, 0.3], "what is no share is refused");
}

#[test]
fn at_the_runs_own_point_the_snapshot_has_the_runs_figures() {
    let OpenRun { run, live } = run(1, "Spine", 8);
    let films = run.evaluation.classifier.as_ref().unwrap();
    let boxes = run.evaluation.detector.as_ref().unwrap();
    let c_star = films.threshold.unwrap();
    let point = rachis::domain::evaluation::point::OperatingPoint { c_star, min_score: run.plan.settings.min_score };
    let snapshot = live.at(point, live.rule());
    assert_eq!(snapshot.films.as_ref().unwrap().counts, films.counts);
    let at = snapshot.boxes.as_ref().unwrap();
    for (one, own) in at.classes.iter().zip(&boxes.classes) {
        assert_eq!(
            [one.num_truths, one.tp, one.fp, one.fn_],
            [own.num_truths, own.tp, own.fp, own.fn_],
            "{}",
            own.label
        );
        assert_eq!(one.ap, own.ap[0], "{}", own.label);
    }
    assert_eq!(at.map, boxes.map[0]);
    assert_eq!(at.confusion, boxes.confusion);
}

#[test]
fn every_number_and_cell_leads_to_its_films() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = open(&scratch.path().join("project"));
    // What is shown is as much as the number says.
    let shown = |seat: &mut Seat<'_>, count: Option<&str>| {
        seat::wait(seat, "the gallery", |w| w.session.evaluating.errors.index.is_some());
        let desk = &seat.state().session.evaluating;
        assert_eq!(desk.page, EvaluatePage::Gallery);
        if let Some(count) = count {
            assert_eq!(desk.errors.shown.places.len().to_string(), count);
        }
        (desk.filter.kinds.clone(), desk.filter.class, desk.filter.answered)
    };
    let press = |seat: &mut Seat<'_>, page: EvaluatePage, label: &str| {
        ask(seat, EvaluateCommand::Page(page));
        let name = seat.get_by_label_contains(label).accesskit_node().label().unwrap();
        seat.get_by_label_contains(label).click();
        seat.run_steps(3);
        name.rsplit(": ").next().map(str::to_owned).unwrap()
    };
    for label in ["Films FN: ", "Films TP: ", "Films FP: ", "Films TN: ", "Boxes TP: ", "Boxes FP: ", "Boxes FN: "] {
        let count = press(&mut seat, EvaluatePage::Summary, label);
        shown(&mut seat, Some(&count));
    }
    for column in ["TP", "FP, nothing there", "FP, another class", "FN"] {
        for class in ["Osteophytes", "Vertebral collapse"] {
            let count = press(&mut seat, EvaluatePage::Summary, &format!("{class}, {column}: "));
            let (_, of_truth, of_answer) = shown(&mut seat, Some(&count));
            assert!(of_truth.is_some() || of_answer.is_some());
        }
    }

    // A cell of the confusion matrix, by the keyboard.
    ask(&mut seat, EvaluateCommand::Page(EvaluatePage::Curves));
    let cell = "Truth Osteophytes, answer Surgical implant: ";
    let count = seat.get_by_label_contains(cell).accesskit_node().label().map(|name| name[cell.len()..].to_owned());
    seat.get_by_label_contains(cell).focus();
    seat.run_steps(2);
    seat.key_press(Key::Enter);
    seat.run_steps(3);
    assert_eq!(shown(&mut seat, count.as_deref()), (vec![ErrorKind::Confusion], Some(0), Some(1)));

    // A bar, by the keyboard: arrows go from bar to bar and read it out, Enter opens it.
    ask(&mut seat, EvaluateCommand::Page(EvaluatePage::Curves));
    seat.get_by_label_contains("Probabilities of films. ").focus();
    seat.run_steps(2);
    seat.key_press(Key::ArrowRight);
    seat.run_steps(2);
    seat.get_by_label_contains("Abnormal films (");
    seat.key_press(Key::Enter);
    seat.run_steps(3);
    assert_eq!(shown(&mut seat, None).0, [ErrorKind::FilmTruePositive, ErrorKind::FilmFalseNegative]);
    let scores = seat.state().session.evaluating.filter.scores.unwrap();
    assert_eq!(scores[0], 0.05);
    assert!(scores[1] < 0.1 && scores[1] > 0.0999, "{scores:?}");
}

#[test]
fn a_plot_is_saved_where_it_is_asked_to_be() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = open(&scratch.path().join("project"));
    ask(&mut seat, EvaluateCommand::Page(EvaluatePage::Curves));
    for name in ["roc.csv", "roc.svg"] {
        let plot = seat.state().session.evaluating.snapshots[0].as_ref().unwrap().plots[0].clone();
        seat.state_mut().session.evaluating.saving = Some(Box::new(rachis::session::Sheet::Plot(plot)));
        let to = scratch.path().join(name);
        let paths = vec![to.clone()];
        seat.state_mut().handle(Input::Event(Event::PathChosen { purpose: FilePurpose::ExportPlot, paths }));
        seat::wait(&mut seat, "the file", |_| std::fs::metadata(&to).is_ok_and(|file| file.len() > 100));
    }
    seat.get_by_label("Copy ROC of films");
    seat.get_by_label("Save Confusion of classes");
}

#[test]
fn the_screen_of_evaluations_looks_as_it_was_judged() {
    let scratch = tempfile::tempdir().unwrap();
    let mut results = SnapshotResults::new();
    let mut seat = open(&scratch.path().join("project"));
    seat.event(egui::Event::PointerGone);
    seat.run_steps(4);
    results.add(seat.try_snapshot("evaluate_summary"));
    ask(&mut seat, EvaluateCommand::Page(EvaluatePage::Curves));
    lay_beside(&mut seat);
    results.add(seat.try_snapshot("evaluate_curves_of_two"));
    ask(&mut seat, EvaluateCommand::Page(EvaluatePage::Summary));
    results.add(seat.try_snapshot("evaluate_summary_of_two"));
    ask(&mut seat, EvaluateCommand::CompareWith(None));
    // Every plot, in a window that has room for all of them.
    ask(&mut seat, EvaluateCommand::Page(EvaluatePage::Curves));
    seat.set_size(egui::vec2(1640.0, 1500.0));
    seat.run_steps(4);
    results.add(seat.try_snapshot("evaluate_every_plot"));
    seat.state_mut().session.settings.theme = Theme::Light;
    seat.run_steps(4);
    results.add(seat.try_snapshot("evaluate_every_plot_light"));
    seat.set_size(egui::vec2(820.0, 820.0));
    seat.run_steps(4);
    results.add(seat.try_snapshot("evaluate_curves_narrow"));
}

#[test]
fn the_form_offers_the_consensus_and_the_truth_of_an_earlier_run() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = open(&scratch.path().join("project"));
    ask(&mut seat, EvaluateCommand::AskNew);
    seat::wait(&mut seat, "the project's own list", |w| w.session.evaluating.runs.is_empty());
    let runs = [(2, "Spine, older"), (1, "Spine")].map(|(id, name)| run(id, name, 6).run.summary.clone()).to_vec();
    seat.state_mut().handle(Input::Event(Event::EvaluationsLoaded(runs)));
    seat.run_steps(4);
    seat.get_by_label_contains("Where a film has one reader, that reading.");
    seat.get_by_label("Every reader").click();
    seat.run_steps(3);
    seat.get_by_label_contains("A lesion that two readers marked counts twice.");
    seat.get_by_label("An evaluation").click();
    seat.run_steps(3);
    seat.get_by_role_and_label(Role::ComboBox, "Evaluation of the truth").click();
    seat.run_steps(3);
    seat.get_by_label("as in evaluation 1: Spine").click();
    seat.run_steps(3);
    seat.get_by_role_and_label(Role::ComboBox, "Classes");
}

//! A run over a project's films for tests of the window, with one item of each kind.

use std::sync::Arc;

use rachis::domain::evaluation::cases::{BoxColumns, Cases, FilmCase};
use rachis::domain::evaluation::problems::Problems;
use rachis::domain::evaluation::run::{AnswerSource, EvaluationId, FilmChoice, Plan, Run, RunSummary, TruthSource};
use rachis::domain::evaluation::settings::{Bootstrap, Settings};
use rachis::domain::id::{ImageId, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::model::ModelId;
use rachis::domain::study::{Sex, View};
use rachis::jobs::{CancelToken, Progress};
use rachis::workflows::evaluate::evaluate;

pub const DETECTOR: ModelId = ModelId(2);
pub const CLASSES: [&str; 3] = ["Osteophytes", "Disc space narrowing", "Foraminal stenosis"];

/// Class and corners as shares of the film.
type Share = (u16, [f64; 4]);
/// The same with a score.
type Scored = (u16, [f64; 4], f64);

/// A film: a pair, a pair of two classes, a miss, a false positive, and one under the operating point.
const FIRST: (&[Share], &[Scored]) = (
    &[(0, [0.36, 0.30, 0.46, 0.36]), (1, [0.38, 0.52, 0.62, 0.58]), (0, [0.52, 0.62, 0.62, 0.70])],
    &[
        (0, [0.37, 0.305, 0.465, 0.365], 0.91),
        (2, [0.39, 0.525, 0.63, 0.585], 0.72),
        (0, [0.30, 0.78, 0.40, 0.85], 0.64),
        (0, [0.70, 0.20, 0.80, 0.30], 0.12),
    ],
);
/// Another one: a false positive and a miss.
const SECOND: (&[Share], &[Scored]) = (&[(1, [0.40, 0.44, 0.60, 0.50])], &[(0, [0.50, 0.10, 0.60, 0.20], 0.83)]);

/// Over these films, each with its width and height; the third and later ones are normal and have no boxes.
pub fn run(films: &[(ImageId, [u32; 2])], truth: TruthSource, answer: AnswerSource) -> Arc<Run> {
    let mut films = films.to_vec();
    films.sort();
    let mut cases = Cases { classes: CLASSES.map(LabelName::new).to_vec(), has_detector: true, ..Cases::default() };
    let (mut truths, mut detections) = (BoxColumns::default(), BoxColumns::default());
    for (n, (image, size)) in films.into_iter().enumerate() {
        let on_film = |share: [f64; 4]| {
            let [w, h] = size.map(f64::from);
            [share[0] * w, share[1] * h, share[2] * w, share[3] * h].map(f64::round)
        };
        let (held, said) = [FIRST, SECOND].get(n).copied().unwrap_or((&[], &[]));
        truths.push_film(held.iter().map(|&(class, share)| (class, on_film(share), None)));
        detections.push_film(said.iter().map(|&(class, share, score)| (class, on_film(share), Some(score))));
        // The fourth film is called abnormal and is not.
        cases.probabilities.push(Some([0.8, 0.7, 0.1, 0.6].get(n).copied().unwrap_or(0.05)));
        cases.films.push(FilmCase {
            study: image.as_str().into(),
            patient: image.as_str().into(),
            image,
            is_abnormal: Some(n < 2),
            size: Some(size),
            age_years: Some(60.0 + n as f64),
            sex: Some(if n % 2 == 0 { Sex::Female } else { Sex::Male }),
            view: if n % 2 == 0 { View::Frontal } else { View::Lateral },
            readers: vec![ReaderId::new("R2")],
        });
    }
    (cases.truths, cases.detections) = (truths, detections);
    let bootstrap = Bootstrap { num_resamples: 0, ..Bootstrap::default() };
    let settings = Settings { bootstrap, ..Settings::default() };
    let evaluation = evaluate(&cases, &settings, &|_: Progress| {}, &CancelToken::default()).unwrap();
    let summary = RunSummary {
        id: EvaluationId(1),
        name: "Test run".into(),
        made_at_ms: 1_780_000_000_000,
        made_by: "R1".into(),
        answer: "Demo detector".into(),
        truth: "R2".into(),
        num_films: cases.films.len() as u64,
        auroc: None,
        map: None,
        truth_sha256: [0; 32],
        is_truth_changed: false,
    };
    let plan = Plan { name: String::new(), answer, truth, films: FilmChoice::WithTruth, settings };
    Arc::new(Run { summary, plan, cases, problems: Problems::default(), evaluation, rulings: Vec::new() })
}

/// What a model of the project says, held against another reader.
pub fn of_project(films: &[(ImageId, [u32; 2])]) -> Arc<Run> {
    let answer = AnswerSource::Models { classifier: None, detector: Some(DETECTOR) };
    run(films, TruthSource::Reader(ReaderId::new("R2")), answer)
}

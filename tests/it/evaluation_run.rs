//! A run over a project's films for tests of the window, with one item of each kind.

use std::path::Path;
use std::sync::Arc;

use rachis::domain::evaluation::cases::{BoxColumns, Cases, FilmCase};
use rachis::domain::evaluation::live::OpenRun;
use rachis::domain::evaluation::problems::Problems;
use rachis::domain::evaluation::run::{AnswerSource, FilmChoice, Plan, TruthSource};
use rachis::domain::evaluation::settings::{Bootstrap, Settings};
use rachis::domain::id::{ImageId, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::model::ModelId;
use rachis::domain::model_draft::ModelDraft;
use rachis::domain::study::{Sex, View};
use rachis::jobs::{CancelToken, Progress};
use rachis::store::Store;
use rachis::workflows::evaluate::evaluate;
use rachis::workflows::evaluation_runs::{Maker, keep};
use rachis::workflows::models::{self, Doer};

use crate::model_files;

/// The first model of a project.
pub const MODEL: ModelId = ModelId(1);
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

/// Over every film of the project; the third and later ones are normal and have no boxes.
pub fn keep_run(store: &mut Store, truth: TruthSource, answer: AnswerSource) -> OpenRun {
    let films = store.films().unwrap().into_iter().map(|film| film.facts);
    let mut films: Vec<(ImageId, [u32; 2])> = films.map(|film| (film.image, [film.width, film.height])).collect();
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
    let plan = Plan { name: "Test run".into(), answer, truth, films: FilmChoice::WithTruth, settings };
    let maker = Maker { by: "R1", at_ms: 1_780_000_000_000 };
    let run = keep(store, &plan, maker, (cases, Problems::default()), evaluation).unwrap();
    OpenRun::new(Arc::new(run))
}

/// What a model of the project says, which is added for that, held against another reader.
pub fn against_another(folder: &Path) -> OpenRun {
    let mut store = Store::open(folder).unwrap();
    let outside = folder.parent().unwrap();
    let file = model_files::classifier(outside, "model.safetensors", "Spine", 0.9);
    let doer = Doer { by: "R1", at_ms: 1_780_000_000_000 };
    let model = models::import(&mut store, &file, &ModelDraft::default(), doer).unwrap().id;
    assert_eq!(model, MODEL);
    let answer = AnswerSource::Models { classifier: Some(model), detector: None };
    keep_run(&mut store, TruthSource::Reader(ReaderId::new("R2")), answer)
}

//! A data set of small films for the tests of everything that learns: files, frozen data set, cache.

use std::path::Path;
use std::sync::Arc;

use rachis::domain::evaluation::run::{FilmChoice, TruthSource};
use rachis::domain::geometry::Rect;
use rachis::domain::id::{ImageId, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::model::Architecture;
use rachis::domain::training::dataset::{
    FreezePlan, FrozenBox, FrozenDataset, FrozenFilm, Split, SplitMethod, SplitSize, SplitUnit,
};
use rachis::domain::training::recipe::Recipe;
use rachis::formats::model_file;
use rachis::jobs::CancelToken;
use rachis::jobs::protocol::FilmRef;

use super::cache::{Cache, Prepared, Wanted};
use super::input_rule::InputRule;
use crate::trial;

/// Two classes, the second on every third film; every fourth film is normal; the last two are dev films, the one before
/// them a test film.
pub fn dataset(folder: &Path, num_films: usize, [width, height]: [u32; 2]) -> (FrozenDataset, Vec<FilmRef>) {
    let classes: Vec<LabelName> = ["Osteophytes", "Other lesions"].map(LabelName::new).to_vec();
    let films: Vec<FilmRef> =
        (0..num_films).map(|i| trial::film(folder, &format!("film{i:03}"), [width + i as u32, height])).collect();
    let frozen = |(i, film): (usize, &FilmRef)| {
        let class = usize::from(i % 3 == 0);
        let at = 5.0 + (i * 7 % 20) as f64;
        let rect = Rect::from_columns(at, at + 3.0, at + 30.0, at + 25.0).unwrap();
        let is_abnormal = i % 4 != 3;
        FrozenFilm {
            image: ImageId::from(film.image_id.as_str()),
            sha256: model_file::sha256(&film.path).unwrap(),
            study: i as u32,
            patient: i as u32,
            width: width + i as u32,
            height,
            split: match num_films - i {
                1 | 2 => Split::Dev,
                3 => Split::Test,
                _ => Split::Train,
            },
            is_abnormal,
            boxes: if is_abnormal { vec![FrozenBox { label: classes[class].clone(), rect }] } else { Vec::new() },
            readers: vec![ReaderId::from("R1")],
        }
    };
    let dataset = FrozenDataset {
        plan: FreezePlan {
            name: "trial".to_owned(),
            truth: TruthSource::Consensus,
            films: FilmChoice::WithTruth,
            label_rules: Vec::new(),
            unit: SplitUnit::Patient,
            method: SplitMethod::Random,
            sizes: [SplitSize::Share(0.8), SplitSize::Count(2), SplitSize::Count(1)],
            seed: 1,
            locks_test: false,
        },
        films: films.iter().enumerate().map(frozen).collect(),
        classes,
        locked: Vec::new(),
        made_at_ms: 0,
        made_by: "R1".to_owned(),
        is_synthetic: true,
        warnings: Vec::new(),
    };
    (dataset, films)
}

/// All of it in the cache.
pub fn prepared(
    folder: &Path,
    dataset: &FrozenDataset,
    films: &[FilmRef],
    architecture: Architecture,
    recipe: &Recipe,
) -> (Arc<Cache>, Prepared) {
    let rule = InputRule::new(architecture, recipe);
    let folder = folder.join("cache");
    let wanted = Wanted { folder: &folder, dataset, films, rule, threads: 2, left_out: None };
    let prepared = Cache::prepare(&wanted, &mut |_, _| {}, &CancelToken::new()).unwrap().unwrap();
    (Arc::new(prepared.cache.clone()), prepared)
}

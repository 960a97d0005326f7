//! The truth of an earlier evaluation, as it was frozen in the run's folder: so two models meet the same labels.

use std::fs;

use anyhow::{Context, anyhow, bail};

use crate::domain::evaluation::problems::{ProblemKind, Problems};
use crate::domain::evaluation::run::EvaluationId;
use crate::formats::box_classes::{BoxClasses, ClassSaid};
use crate::formats::evaluation_cases::{self, CaseTexts};
use crate::formats::film_truths::{FilmTruths, TrueBox};
use crate::store::Store;

/// Films, whether they are abnormal, and boxes, in the order in which the run has them. `classes`: the project's; a label
/// that it does not have any more is counted, and its boxes are left out.
///
/// # Errors
/// One sentence where the run is not there, or its files are not as they were written.
pub fn truth_of_run(
    store: &Store,
    id: EvaluationId,
    classes: &BoxClasses,
    problems: &mut Problems,
) -> anyhow::Result<FilmTruths> {
    if store.evaluation(id)?.is_none() {
        bail!("Evaluation {} is not in this project, so its truth can't be used. Choose another truth.", id.0);
    }
    let folder = store.evaluation_folder(id);
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))
    };
    // The answers of that run are none of the truth.
    let classifier = "image_id,probability\n".to_owned();
    let texts =
        CaseTexts { cases: read("cases.json")?, truth: read("truth.csv")?, predictions: String::new(), classifier };
    let kept = evaluation_cases::read(&texts).map_err(|why| {
        anyhow!("The truth of evaluation {} in {} can't be used: {why}. Choose another truth.", id.0, folder.display())
    })?;
    let mut truths = FilmTruths::default();
    let said: Vec<Option<ClassSaid>> = kept.classes.iter().map(|name| classes.find(name.as_str())).collect();
    for (number, case) in kept.films.iter().enumerate() {
        let film = truths.film(case.image.as_str());
        let known = &mut truths.films[film as usize];
        case.study.as_str().clone_into(&mut known.study);
        known.readers.clone_from(&case.readers);
        known.size = case.size;
        known.has_finding = case.is_abnormal == Some(true);
        known.has_no_finding = case.is_abnormal == Some(false);
        for index in kept.truths.of_film(number) {
            let class = usize::from(kept.truths.classes[index]);
            match said[class] {
                Some(ClassSaid::Class(class)) => {
                    truths.boxes.push(TrueBox { film, class, rect: kept.truths.rects[index] });
                }
                _ => problems.add(ProblemKind::UnknownClass, || {
                    format!("film {}, in the truth: there is no class {:?}", case.image, kept.classes[class].as_str())
                }),
            }
        }
    }
    // A truth that spoke of films alone had no boxes, and nothing to hold boxes to.
    truths.has_no_boxes = !kept.has_detector && kept.truths.is_empty();
    truths.num_folded = kept.num_folded;
    Ok(truths)
}

//! Masks and outlines of a project's readers, held against those of one reader.

use std::collections::BTreeMap;

use anyhow::bail;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::domain::evaluation::mask_study::{Drawing, FilmPixels, MaskPlan, MaskStudy};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::store::Store;

use super::label_sets;

/// Reads the project without changing it. `None` where nobody drew a polygon or a mask in a completed reading.
///
/// # Errors
/// One sentence where the project can't be read, or the reader has not completed a film.
pub fn mask_study_of(store: &Store, truth: &ReaderId) -> anyhow::Result<Option<MaskStudy>> {
    if !store.has_outlines()? {
        return Ok(None);
    }
    let drawings = drawings_of(store)?;
    if !drawings.iter().any(|drawing| drawing.reader == *truth) {
        bail!("{truth} has not completed a film of this project, so there is no truth to compare with");
    }
    let films: BTreeMap<ImageId, FilmPixels> = store
        .films()?
        .into_iter()
        .map(|film| {
            let size = Some([film.facts.width, film.facts.height]);
            (film.facts.image, FilmPixels { size, spacing_mm: film.facts.pixel_spacing_mm })
        })
        .collect();
    let order: Vec<LabelName> = label_sets::of_project(store)?.0.labels().iter().map(|l| l.name.clone()).collect();
    let Some(plan) = MaskPlan::new(&drawings, truth, &films, &order) else { return Ok(None) };
    let blocks: Vec<_> = (0..plan.num_blocks()).into_par_iter().map(|number| plan.block(number)).collect();
    Ok(Some(plan.finish(&blocks)))
}

/// One of each completed reading, of those without a shape too: a film where nothing was drawn is an answer.
fn drawings_of(store: &Store) -> anyhow::Result<Vec<Drawing>> {
    let mut drawings: BTreeMap<(ImageId, ReaderId), BTreeMap<LabelName, Vec<_>>> = BTreeMap::new();
    store.for_each_reading(|reading| {
        if reading.is_completed {
            drawings.entry((reading.image.into(), reading.reader.into())).or_default();
        }
    })?;
    store.for_each_area(|image, reader, label, shape| {
        if let Some(shapes) = drawings.get_mut(&(image.into(), reader.into())) {
            shapes.entry(LabelName::new(label)).or_default().push(shape);
        }
    })?;
    Ok(drawings.into_iter().map(|((image, reader), shapes)| Drawing { image, reader, shapes }).collect())
}

//! What was drawn on the films of a demo, as a table: the answer key that no reader has.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use crate::dicom::write::{name_from, uid_from};
use crate::domain::label::NO_FINDING;
use crate::formats::csv_write::{BoxWriter, MarkOut};
use crate::formats::table_form::TableForm;
use crate::phantom::studies;
use crate::workflows::make_demo::DemoRequest;

/// Who the table says marked the films.
const DRAWN: &str = "truth";

/// Writes every finding drawn on every film of the request in SpineXR's columns; a film with none is "No finding". The
/// boxes hold every finding that the film shows, small ones included, and are exact where readers' boxes are not.
pub fn write_answer_key(request: &DemoRequest, path: &Path) -> anyhow::Result<()> {
    let writer = BoxWriter::published(TableForm::SpineXr, true, &[]);
    let mut table = String::new();
    writer.push_header(&mut table);
    for study in studies(request.seed, request.num_studies) {
        let study_uid = uid_from(study.study_numbers());
        for number in 0..study.films.len() {
            let series = uid_from(study.film_numbers(number).map(|n| n ^ 0x5e_51e5));
            let image = name_from(study.film_numbers(number));
            let row = |label, columns| MarkOut {
                study: &study_uid,
                series: &series,
                image: &image,
                reader: DRAWN,
                label,
                columns,
                coordinate_text: None,
                extra: "",
                source: 0,
            };
            let truth = study.truth(number, request.scale);
            if truth.is_empty() {
                writer.push(&mut table, &row(NO_FINDING, None))?;
            }
            for (label, rect) in &truth {
                let columns = [rect.xmin(), rect.ymin(), rect.xmax(), rect.ymax()];
                writer.push(&mut table, &row(label.as_str(), Some(columns)))?;
            }
        }
    }
    fs::write(path, table).with_context(|| format!("writing {}", path.display()))
}

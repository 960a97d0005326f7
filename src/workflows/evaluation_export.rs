//! A kept evaluation to a file that others read: all figures as JSON or as a table, or a report for people.

use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::domain::evaluation::run::EvaluationId;
use crate::formats::{evaluation_csv, evaluation_json};
use crate::store::Store;
use crate::workflows::{evaluation_runs, models, report, staged_file::StagedFile};

/// By the file's ending: `.html` a report, `.csv` a table, anything else JSON. A file that is there already is replaced
/// when the new one is whole.
///
/// # Errors
/// One sentence where the evaluation can't be read, or the file not be written.
pub fn export(store: &Store, id: EvaluationId, to: &Path) -> anyhow::Result<()> {
    let run = evaluation_runs::open(store, id)?;
    let has_ending = |ending: &str| to.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
    if has_ending("html") || has_ending("htm") {
        return report::save_report(&run, &models::register(store)?.models, to);
    }
    let text = if has_ending("csv") {
        evaluation_csv::write(&run.evaluation)
    } else {
        evaluation_json::write(&run.plan.settings, &run.cases, &run.problems, &run.evaluation)
    };
    let mut file = StagedFile::create(to)?;
    file.file().write_all(text.as_bytes()).with_context(|| format!("{} cannot be written", to.display()))?;
    file.put_in_place()
}

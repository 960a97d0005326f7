//! The record of what happened, as a table in CSV.

use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;

use crate::domain::audit::TrailRow;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::moment;
use crate::formats::csv_cell;
use crate::store::{Store, TrailFilter};
use crate::workflows::staged_file::StagedFile;

/// Writes every line that passes; gives their number. The file is there whole, or as it was before.
pub fn write_trail(store: &Store, filter: &TrailFilter, to: &Path) -> anyhow::Result<usize> {
    let mut staged = StagedFile::create(to)?;
    let mut out = BufWriter::new(staged.file());
    writeln!(out, "at,by,kind,seq,image_id,rad_id,what")?;
    let (mut num, mut outcome) = (0, Ok(()));
    store.for_each_trail_row(filter, |row| {
        if outcome.is_ok() {
            outcome = write_row(&mut out, &row);
            num += 1;
        }
    })?;
    outcome.and_then(|()| out.flush()).with_context(|| format!("writing {}", to.display()))?;
    drop(out);
    staged.put_in_place()?;
    Ok(num)
}

fn write_row(out: &mut impl Write, row: &TrailRow) -> std::io::Result<()> {
    let cells = [
        moment::utc_text(row.at_ms),
        row.by.clone(),
        row.kind.as_str().to_owned(),
        row.seq.to_string(),
        row.image.as_ref().map_or("", ImageId::as_str).to_owned(),
        row.layer.as_ref().map_or("", ReaderId::as_str).to_owned(),
        row.what.clone(),
    ];
    let mut line = String::new();
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            line.push(',');
        }
        csv_cell::push_cell(&mut line, &csv_cell::with_guard(cell));
    }
    writeln!(out, "{line}")
}

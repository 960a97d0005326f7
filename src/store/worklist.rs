//! One reader's worklist: every film and where its reading stands, without looking at a single mark.

use std::collections::HashMap;

use crate::domain::id::{ImageId, ReaderId, StudyId};
use crate::domain::label::LabelSet;
use crate::domain::quality::UnfitReason;
use crate::domain::reading::Decision;
use crate::domain::study::{Sex, view_name};
use crate::domain::task::TaskState;
use crate::domain::worklist::WorklistRow;

use super::error::{StoreError, unreadable};
use super::project::Store;

/// What the `reading` table says of one film.
#[derive(Clone, Copy)]
struct Standing {
    state: TaskState,
    decision: Decision,
    num_marks: u32,
    labels: u128,
    updated_at_ms: i64,
    unfit: Option<UnfitReason>,
}

/// A reader's standings by film. The ids stand in one text: a hundred thousand small allocations would take as long as
/// the database.
#[derive(Default)]
struct Standings {
    ids: String,
    /// End of each id in `ids`.
    rows: Vec<(usize, Standing)>,
}

impl Standings {
    fn push(&mut self, image: &str, standing: Standing) {
        self.ids.push_str(image);
        self.rows.push((self.ids.len(), standing));
    }

    fn by_image(&self) -> HashMap<&str, Standing> {
        let starts = std::iter::once(0).chain(self.rows.iter().map(|(end, _)| *end));
        starts.zip(&self.rows).map(|(start, (end, standing))| (&self.ids[start..*end], *standing)).collect()
    }
}

impl Store {
    /// Study by study, as a reader leafs through them.
    pub fn worklist(&self, reader: &ReaderId, labels: &LabelSet) -> Result<Vec<WorklistRow>, StoreError> {
        self.require_person(reader)?;
        let standings = self.standings(reader, labels)?;
        let by_image = standings.by_image();
        let open_threads = self.open_threads(reader)?;
        let places = self.places_in_queue()?;
        let hides_facts = self.hides_clinical_facts()?;
        let is_blind = self.project().is_blind || hides_facts;
        let mut statement = self.conn.prepare_cached(
            "SELECT image_id, study_id, view_position, sex, age_years, series_description
             FROM film ORDER BY study_id, series_number, series_id, instance_number, image_id",
        )?;
        let mut rows = statement.query([])?;
        let mut list: Vec<WorklistRow> = Vec::new();
        while let Some(row) = rows.next()? {
            let text = |i: usize| row.get_ref(i)?.as_str_or_null().map_err(|e| unreadable("a film", e));
            let image = text(0)?.unwrap_or_default();
            let standing = by_image.get(image);
            let study = text(1)?.unwrap_or_default();
            // Films of a study stand together: they share the id's text.
            let study = match list.last() {
                Some(last) if last.study.as_str() == study => last.study.clone(),
                _ => StudyId::from(study),
            };
            list.push(WorklistRow {
                image: ImageId::from(image),
                study,
                view: view_name(text(2)?, text(5)?, is_blind).unwrap_or_default().to_owned(),
                sex: text(3)?.filter(|_| !hides_facts).and_then(Sex::from_dicom),
                age_years: if hides_facts { None } else { row.get(4)? },
                state: standing.map_or(TaskState::New, |s| s.state),
                decision: standing.map_or(Decision::Undecided, |s| s.decision),
                num_marks: standing.map_or(0, |s| s.num_marks),
                unfit: standing.and_then(|s| s.unfit),
                num_open_threads: open_threads.get(image).copied().unwrap_or(0),
                labels: standing.map_or(0, |s| s.labels),
                last_edit_ms: standing.map(|s| s.updated_at_ms),
                triage: None,
                queue_place: places.get(image).copied(),
            });
        }
        self.add_triage(&mut list, reader, labels)?;
        Ok(list)
    }

    fn standings(&self, reader: &ReaderId, labels: &LabelSet) -> Result<Standings, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT image_id, state, num_marks, num_image_labels, has_no_finding, labels, updated_at, unfit
             FROM reading WHERE rad_id = ?1",
        )?;
        let mut rows = statement.query([reader.as_str()])?;
        let mut standings = Standings::default();
        // A hundred thousand films share a few hundred combinations of labels.
        let mut bits_of: HashMap<Box<str>, u128> = HashMap::new();
        while let Some(row) = rows.next()? {
            let text = |i: usize| row.get_ref(i)?.as_str().map_err(|e| unreadable("a reading", e));
            let state = text(1)?;
            let (num_marks, num_image_labels, has_no_finding): (u32, u32, bool) =
                (row.get(2)?, row.get(3)?, row.get(4)?);
            let json = text(5)?;
            let bits = match bits_of.get(json) {
                Some(bits) => *bits,
                None => *bits_of.entry(json.into()).or_insert(label_bits(json, labels)?),
            };
            let decision = if num_marks > 0 || num_image_labels > 0 {
                Decision::Abnormal
            } else if has_no_finding {
                Decision::Normal
            } else {
                Decision::Undecided
            };
            let standing = Standing {
                state: TaskState::parse(state).ok_or_else(|| unreadable("a reading's state", state))?,
                decision,
                num_marks,
                labels: bits,
                updated_at_ms: row.get(6)?,
                unfit: match row.get_ref(7)?.as_str_or_null().map_err(|e| unreadable("a reading", e))? {
                    Some(key) => Some(UnfitReason::from_key(key).ok_or_else(|| unreadable("a reason", key))?),
                    None => None,
                },
            };
            standings.push(text(0)?, standing);
        }
        Ok(standings)
    }
}

/// Bit `i` for label `i` of the set. Names that the set does not know have no bit.
fn label_bits(json: &str, labels: &LabelSet) -> Result<u128, StoreError> {
    let names: Vec<String> = serde_json::from_str(json).map_err(|e| unreadable("a reading's labels", e))?;
    let position = |name: &String| {
        let label = labels.resolve(name)?;
        labels.labels().iter().position(|l| l.name == label.name).filter(|&i| i < 128)
    };
    Ok(names.iter().filter_map(position).fold(0, |bits, i| bits | 1 << i))
}

//! Counts of every reading for the statistics, by the database rather than mark by mark.

use std::collections::{BTreeMap, HashMap};

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::reading::Decision;
use crate::domain::stats::Tally;

use super::error::{StoreError, unreadable};
use super::project::Store;

impl Store {
    /// One tally for each film and reader with a mark, an image label or a film found unfit, by film and then reader.
    pub fn tallies(&self) -> Result<Vec<Tally>, StoreError> {
        self.require_sight()?;
        let mut tallies: BTreeMap<(ImageId, ReaderId), Tally> = BTreeMap::new();
        let mut names: HashMap<String, LabelName> = HashMap::new();
        let mut statement = self.conn.prepare(
            "SELECT image_id, rad_id, lesion_type, count(*), 0 FROM annotation GROUP BY image_id, rad_id, lesion_type
             UNION ALL SELECT image_id, rad_id, label, 1, 1 FROM image_label WHERE presence = 'present'",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let text = |i: usize| row.get_ref(i)?.as_str().map_err(|e| unreadable("a mark", e));
            let key = (ImageId::from(text(0)?), ReaderId::from(text(1)?));
            let label = text(2)?;
            let label = names.entry(label.to_owned()).or_insert_with(|| LabelName::new(label)).clone();
            let (count, is_image_label): (i64, bool) = (row.get(3)?, row.get(4)?);
            let tally = tallies.entry(key).or_insert_with_key(|(image, reader)| Tally {
                image: image.clone(),
                reader: reader.clone(),
                decision: Decision::Undecided,
                boxes: BTreeMap::new(),
                image_labels: std::collections::BTreeSet::new(),
                unfit: None,
            });
            if is_image_label {
                tally.image_labels.insert(label);
            } else if label.is_no_finding() {
                tally.decision = Decision::Normal;
                continue;
            } else {
                tally.boxes.insert(label, count.cast_unsigned());
            }
            tally.decision = Decision::Abnormal;
        }
        for unfit in self.unfit_films()? {
            let (image, reader) = (unfit.image, unfit.reader);
            let tally = tallies.entry((image.clone(), reader.clone())).or_insert_with(|| Tally {
                image,
                reader,
                decision: Decision::Undecided,
                boxes: BTreeMap::new(),
                image_labels: std::collections::BTreeSet::new(),
                unfit: None,
            });
            tally.unfit = Some(unfit.reason);
        }
        Ok(tallies.into_values().collect())
    }
}

//! The table of reference cases: what readers compare with, in the order of their ids.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::id::ImageId;
use crate::domain::label::LabelName;
use crate::domain::people::{Act, Matter};
use crate::domain::reference::ReferenceChange;

use super::error::StoreError;
use super::project::Store;

/// A reference case as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredReference {
    pub id: i64,
    pub label: Option<LabelName>,
    pub image: Option<ImageId>,
    pub caption: String,
    pub png: Option<Vec<u8>>,
}

/// No picture of the size that is taken needs more.
const LARGEST_PNG: usize = 2 << 20;
/// A caption is a line or two.
const LONGEST_CAPTION: usize = 2000;

impl Store {
    /// In the order in which they are shown.
    pub fn references(&self) -> Result<Vec<StoredReference>, StoreError> {
        self.require(Matter::Films, Act::See)?;
        let mut statement =
            self.conn.prepare_cached("SELECT id, label, image_id, caption, png FROM reference_case ORDER BY id")?;
        let rows = statement.query_map([], |row| {
            let label: String = row.get(1)?;
            Ok(StoredReference {
                id: row.get(0)?,
                label: (!label.is_empty()).then(|| LabelName::new(label)),
                image: row.get::<_, Option<String>>(2)?.map(ImageId::new),
                caption: row.get(3)?,
                png: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds a picture at the end. It must be small enough to be one.
    pub fn add_reference_picture(
        &mut self,
        label: Option<&LabelName>,
        image: Option<&ImageId>,
        caption: &str,
        png: &[u8],
    ) -> Result<i64, StoreError> {
        self.require(Matter::Labels, Act::Change)?;
        if png.len() > LARGEST_PNG {
            return Err(StoreError::RuleRefused("the picture is larger than reference pictures are".to_owned()));
        }
        let mut id = 0;
        self.change_with_word(|conn, _| {
            conn.execute(
                "INSERT INTO reference_case (label, image_id, caption, png) VALUES (?1, ?2, ?3, ?4)",
                params![label.map_or("", LabelName::as_str), image.map(ImageId::as_str), shortened(caption), png],
            )?;
            id = conn.last_insert_rowid();
            Ok(Some(format!("Reference case {id} was added: {:?}.", shortened(caption))))
        })?;
        Ok(id)
    }

    /// A change of what is not there changes nothing.
    pub fn change_references(&mut self, change: &ReferenceChange) -> Result<(), StoreError> {
        self.require(Matter::Labels, Act::Change)?;
        self.change_with_word(|conn, _| {
            let num = change_reference(conn, change)?;
            let what = match change {
                ReferenceChange::AddFilm { image, caption } => {
                    format!("Film {image} was added as a reference case: {:?}.", shortened(caption))
                }
                ReferenceChange::SetLabel { id, label } => {
                    let label = label.as_ref().map_or("no label", LabelName::as_str);
                    format!("Reference case {id} stands for {label} now.")
                }
                ReferenceChange::SetCaption { id, caption } => {
                    format!("Reference case {id} says {:?} now.", shortened(caption))
                }
                ReferenceChange::Move { id, is_up } => {
                    format!("Reference case {id} was moved {}.", if *is_up { "up" } else { "down" })
                }
                ReferenceChange::Delete(id) => format!("Reference case {id} was taken away."),
            };
            Ok((num > 0).then_some(what))
        })
    }
}

/// How many cases are other than they were.
fn change_reference(conn: &Connection, change: &ReferenceChange) -> Result<usize, StoreError> {
    Ok(match change {
        ReferenceChange::AddFilm { image, caption } => conn.execute(
            "INSERT INTO reference_case (image_id, caption) VALUES (?1, ?2)",
            [image.as_str(), shortened(caption)],
        )?,
        ReferenceChange::SetLabel { id, label } => {
            let label = label.as_ref().map_or("", LabelName::as_str);
            conn.execute("UPDATE reference_case SET label = ?2 WHERE id = ?1", params![id, label])?
        }
        ReferenceChange::SetCaption { id, caption } => {
            let caption = shortened(caption);
            conn.execute("UPDATE reference_case SET caption = ?2 WHERE id = ?1", params![id, caption])?
        }
        ReferenceChange::Move { id, is_up } => {
            let Some(other) = neighbour(conn, *id, *is_up)? else { return Ok(0) };
            // Ids are the order: the two change theirs, by way of one that nobody has.
            for (from, to) in [(*id, -1), (other, *id), (-1, other)] {
                conn.execute("UPDATE reference_case SET id = ?2 WHERE id = ?1", [from, to])?;
            }
            2
        }
        ReferenceChange::Delete(id) => conn.execute("DELETE FROM reference_case WHERE id = ?1", [id])?,
    })
}

fn neighbour(conn: &Connection, id: i64, is_up: bool) -> Result<Option<i64>, StoreError> {
    let query = if is_up {
        "SELECT id FROM reference_case WHERE id < ?1 ORDER BY id DESC LIMIT 1"
    } else {
        "SELECT id FROM reference_case WHERE id > ?1 ORDER BY id LIMIT 1"
    };
    let is_there: Option<i64> =
        conn.query_row("SELECT id FROM reference_case WHERE id = ?1", [id], |row| row.get(0)).optional()?;
    match is_there {
        Some(id) => Ok(conn.query_row(query, [id], |row| row.get(0)).optional()?),
        None => Ok(None),
    }
}

fn shortened(caption: &str) -> &str {
    caption.char_indices().nth(LONGEST_CAPTION).map_or(caption, |(end, _)| &caption[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::NewProject;

    #[test]
    fn references_are_kept_in_their_order() {
        let scratch = tempfile::tempdir().unwrap();
        let project =
            NewProject { name: "p".into(), label_set: "vindr_spine".into(), rules: Vec::new(), is_synthetic: true };
        let folder = scratch.path().join("p");
        let mut store = Store::create(&folder, &project).unwrap();
        let label = LabelName::new("Osteophytes");
        store.add_reference_picture(Some(&label), None, "first", b"png").unwrap();
        let image = ImageId::new("film");
        let film = ReferenceChange::AddFilm { image: image.clone(), caption: "second".into() };
        store.change_references(&film).unwrap();
        store.add_reference_picture(None, Some(&image), "third", b"png").unwrap();
        let captions = |store: &Store| -> Vec<String> {
            store.references().unwrap().into_iter().map(|reference| reference.caption).collect()
        };
        let mut check = |change: Option<ReferenceChange>, expected: &[&str]| {
            if let Some(change) = &change {
                store.change_references(change).unwrap();
            }
            assert_eq!(captions(&store), expected, "{change:?}");
        };
        check(None, &["first", "second", "third"]);
        check(Some(ReferenceChange::Move { id: 3, is_up: true }), &["first", "third", "second"]);
        check(Some(ReferenceChange::Move { id: 1, is_up: true }), &["first", "third", "second"]);
        check(Some(ReferenceChange::Move { id: 1, is_up: false }), &["third", "first", "second"]);
        check(Some(ReferenceChange::Move { id: 9, is_up: false }), &["third", "first", "second"]);
        check(Some(ReferenceChange::SetCaption { id: 2, caption: "1st".into() }), &["third", "1st", "second"]);
        check(Some(ReferenceChange::Delete(1)), &["1st", "second"]);
        let found = store.references().unwrap();
        assert_eq!((&found[0].label, &found[0].png), (&Some(label.clone()), &Some(b"png".to_vec())));
        assert_eq!((&found[1].label, &found[1].image, &found[1].png), (&None, &Some(image), &None));
        store.change_references(&ReferenceChange::SetLabel { id: 3, label: Some(label.clone()) }).unwrap();
        assert_eq!(store.references().unwrap()[1].label, Some(label));
        assert!(store.add_reference_picture(None, None, "", &vec![0; LARGEST_PNG + 1]).is_err());
        drop(store);
        assert_eq!(captions(&Store::open(&folder).unwrap()), ["1st", "second"]);
    }
}

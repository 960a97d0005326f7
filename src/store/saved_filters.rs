//! The filters of the list that readers keep, each reader's own.

use rusqlite::params;

use crate::domain::id::ReaderId;
use crate::domain::people::{Act, Matter};
use crate::domain::worklist::SavedFilter;

use super::error::StoreError;
use super::project::Store;

impl Store {
    /// In the order of their names.
    pub fn saved_filters(&self, reader: &ReaderId) -> Result<Vec<SavedFilter>, StoreError> {
        self.require_person(reader)?;
        let mut statement =
            self.conn.prepare_cached("SELECT name, query FROM saved_filter WHERE rad_id = ?1 ORDER BY name")?;
        let rows = statement.query_map([reader.as_str()], |row| Ok(SavedFilter { name: row.get(0)?, query: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A filter of the same name gives way.
    pub fn keep_filter(&mut self, reader: &ReaderId, filter: &SavedFilter) -> Result<(), StoreError> {
        self.require_filters_of(reader)?;
        self.conn.execute(
            "INSERT INTO saved_filter (rad_id, name, query) VALUES (?1, ?2, ?3)
             ON CONFLICT (rad_id, name) DO UPDATE SET query = excluded.query",
            params![reader.as_str(), filter.name, filter.query],
        )?;
        Ok(())
    }

    pub fn forget_filter(&mut self, reader: &ReaderId, name: &str) -> Result<(), StoreError> {
        self.require_filters_of(reader)?;
        self.conn.execute("DELETE FROM saved_filter WHERE rad_id = ?1 AND name = ?2", params![reader.as_str(), name])?;
        Ok(())
    }

    /// Whoever has a list keeps filters of it, data managers too; nobody those of another.
    fn require_filters_of(&self, reader: &ReaderId) -> Result<(), StoreError> {
        self.require(Matter::Films, Act::See)?;
        if self.is_own(reader)? { Ok(()) } else { Err(StoreError::NotYours(reader.clone())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::people::Reader;
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;

    fn kept(name: &str, query: &str) -> SavedFilter {
        SavedFilter { name: name.into(), query: query.into() }
    }

    #[test]
    fn a_filter_is_kept_under_its_name_for_its_reader_alone() {
        let place = tempfile::tempdir().unwrap();
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(place.path(), &project).unwrap();
        let (one, two) = (ReaderId::new("R1"), ReaderId::new("R2"));
        for id in [&one, &two] {
            store.add_reader(&Reader::new(id.clone(), id.as_str())).unwrap();
        }
        store.sign_in(&one, None).unwrap();
        store.keep_filter(&one, &kept("old", "age:>60")).unwrap();
        store.keep_filter(&one, &kept("mine", "sex:F")).unwrap();
        store.keep_filter(&one, &kept("old", "age:>80")).unwrap();
        assert_eq!(store.saved_filters(&one).unwrap(), [kept("mine", "sex:F"), kept("old", "age:>80")]);
        assert!(store.keep_filter(&two, &kept("x", "y")).is_err(), "another's filters are another's");
        assert!(store.forget_filter(&two, "x").is_err());
        assert!(store.keep_filter(&one, &kept("", "y")).is_err(), "a filter without a name is none");
        store.forget_filter(&one, "old").unwrap();
        assert_eq!(store.saved_filters(&one).unwrap(), [kept("mine", "sex:F")]);
        store.sign_in(&two, None).unwrap();
        assert!(store.saved_filters(&two).unwrap().is_empty());
    }
}

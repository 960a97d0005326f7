//! Who agreed to what the project says on the use of its data. Each text is asked for anew.

use rusqlite::{TransactionBehavior, params};
use sha2::{Digest, Sha256};

use crate::domain::id::ReaderId;
use crate::domain::people::{Act, Matter};
use crate::domain::project_event::{EventKind, ProjectEvent};

use super::error::StoreError;
use super::project::{Store, now_ms};
use super::project_events::insert_event;

/// What says which text was agreed to; blanks at the ends are no other text.
fn hash_of(text: &str) -> [u8; 32] {
    Sha256::digest(text.trim()).into()
}

impl Store {
    /// Whether this person has yet to agree to the text as it is now.
    pub fn must_agree_to_data_use(&self, reader: &ReaderId) -> Result<bool, StoreError> {
        self.require(Matter::People, Act::See)?;
        let text = self.project().about.data_use.trim();
        if text.is_empty() {
            return Ok(false);
        }
        let sql = "SELECT count(*) FROM data_use_consent WHERE rad_id = ?1 AND text_sha256 = ?2";
        let num: i64 =
            self.conn.prepare_cached(sql)?.query_row(params![reader.as_str(), hash_of(text)], |row| row.get(0))?;
        Ok(num == 0)
    }

    /// The person who signed in agrees to the text that they were shown.
    pub fn agree_to_data_use(&mut self, reader: &ReaderId, text: &str) -> Result<(), StoreError> {
        if self.is_locked()? {
            return Err(StoreError::NobodySignedIn);
        }
        if self.pass().is_some_and(|pass| pass.reader() != reader) {
            return Err(StoreError::RuleRefused("nobody agrees for somebody else; sign in again".into()));
        }
        if hash_of(text) != hash_of(&self.project().about.data_use) {
            return Err(StoreError::RuleRefused(
                "the text on the use of the data was changed meanwhile; sign in again to read it as it is now".into(),
            ));
        }
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let num = tx.execute(
            "INSERT INTO data_use_consent (rad_id, text_sha256, agreed_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![reader.as_str(), hash_of(text), now_ms()],
        )?;
        if num > 0 {
            let event = ProjectEvent {
                at_ms: now_ms(),
                by: reader.to_string(),
                kind: EventKind::DataUseAgreed,
                what: format!("{reader} agreed to the text on the use of the data."),
                films: Vec::new(),
            };
            insert_event(&tx, &event)?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Who agreed to the text as it is now, and when.
    pub fn data_use_agreements(&self) -> Result<Vec<(ReaderId, i64)>, StoreError> {
        self.require(Matter::People, Act::Change)?;
        let mut statement = self
            .conn
            .prepare_cached("SELECT rad_id, agreed_at FROM data_use_consent WHERE text_sha256 = ?1 ORDER BY rad_id")?;
        let rows = statement.query_map([hash_of(&self.project().about.data_use)], |row| {
            Ok((ReaderId::new(row.get::<_, String>(0)?), row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::people::Reader;
    use crate::domain::project::About;
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;

    #[test]
    fn each_person_agrees_once_to_each_text() {
        let folder = tempfile::tempdir().unwrap();
        let new = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(folder.path(), &new).unwrap();
        store.add_reader(&Reader::new("R1", "One")).unwrap();
        store.add_reader(&Reader::new("R2", "Two")).unwrap();
        let (one, two) = (ReaderId::new("R1"), ReaderId::new("R2"));
        assert!(!store.must_agree_to_data_use(&one).unwrap(), "where nothing is said, nothing is asked");
        let says = |text: &str| About { data_use: text.into(), ..About::default() };
        store.set_about(&says("Do not share.")).unwrap();
        store.sign_in(&one, None).unwrap();
        assert!(store.must_agree_to_data_use(&one).unwrap());
        assert!(store.agree_to_data_use(&one, "Another text.").is_err());
        assert!(store.agree_to_data_use(&two, "Do not share.").is_err(), "not for somebody else");
        assert!(store.must_agree_to_data_use(&one).unwrap());
        for _ in 0..2 {
            store.agree_to_data_use(&one, "Do not share.").unwrap();
        }
        assert!(!store.must_agree_to_data_use(&one).unwrap() && store.must_agree_to_data_use(&two).unwrap());
        let agreed: Vec<ReaderId> = store.data_use_agreements().unwrap().into_iter().map(|(by, _)| by).collect();
        assert_eq!(agreed, std::slice::from_ref(&one));
        let told = store.events().unwrap();
        assert_eq!(told.iter().filter(|event| event.kind == EventKind::DataUseAgreed).count(), 1);
        store.set_about(&says("Do not share, do not look for patients.")).unwrap();
        assert!(store.must_agree_to_data_use(&one).unwrap(), "a new text is asked for anew");
    }
}

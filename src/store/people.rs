//! The people of a project, with their roles.

use rusqlite::params;

use crate::domain::id::ReaderId;
use crate::domain::people::{Reader, Role, Roles};

use super::error::{StoreError, unreadable};
use super::project::Store;

impl Store {
    /// In the order of their ids. A person's further layers are none of them.
    pub fn readers(&self) -> Result<Vec<Reader>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT rad_id, name, years_of_experience, roles, certificate, pin IS NOT NULL, has_left FROM reader
             WHERE repeat_of IS NULL ORDER BY rad_id",
        )?;
        let mut rows = statement.query([])?;
        let mut readers = Vec::new();
        while let Some(row) = rows.next()? {
            let roles: String = row.get(3)?;
            readers.push(Reader {
                id: ReaderId::new(row.get::<_, String>(0)?),
                name: row.get(1)?,
                years_of_experience: row.get(2)?,
                roles: roles_from_text(&roles)?,
                certificate: row.get(4)?,
                has_pin: row.get(5)?,
                has_left: row.get(6)?,
            });
        }
        Ok(readers)
    }

    /// Changes nothing where the id exists.
    pub fn add_reader(&mut self, reader: &Reader) -> Result<(), StoreError> {
        self.conn.execute(
            "INSERT INTO reader (rad_id, name, years_of_experience, roles, certificate) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (rad_id) DO NOTHING",
            params![
                reader.id.as_str(),
                reader.name,
                reader.years_of_experience,
                roles_to_text(reader.roles),
                reader.certificate
            ],
        )?;
        Ok(())
    }
}

fn roles_to_text(roles: Roles) -> String {
    roles.iter().map(Role::key).collect::<Vec<_>>().join(" ")
}

pub(super) fn roles_from_text(text: &str) -> Result<Roles, StoreError> {
    text.split_whitespace().map(|key| Role::from_key(key).ok_or_else(|| unreadable("a person's role", key))).collect()
}

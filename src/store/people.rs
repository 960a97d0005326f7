//! The people of a project, with their roles.

use rusqlite::{Connection, TransactionBehavior, params};

use crate::domain::id::ReaderId;
use crate::domain::people::{Act, CONSENSUS_LAYER, Matter, Reader, Role, Roles};
use crate::domain::project_event::{EventKind, ProjectEvent};

use super::error::{StoreError, unreadable};
use super::exchange::refuse_given_out;
use super::project::{Store, now_ms};
use super::project_events::insert_event;

/// As the database holds it.
const MOST_YEARS: u32 = 120;

impl Store {
    /// In the order of their ids. A person's further layers are none of them. Who reads without knowing of others finds
    /// only themselves.
    pub fn readers(&self) -> Result<Vec<Reader>, StoreError> {
        self.require(Matter::People, Act::See)?;
        let mut readers = self.all_readers()?;
        if !self.sees_names()? {
            let own = self.pass().map(|pass| pass.reader().clone());
            readers.retain(|reader| Some(&reader.id) == own.as_ref());
        }
        // Certificates are for whoever looks after the project.
        if self.require(Matter::People, Act::Change).is_err() {
            let own = self.pass().map(|pass| pass.reader().clone());
            readers.iter_mut().filter(|reader| Some(&reader.id) != own.as_ref()).for_each(|r| r.certificate.clear());
        }
        Ok(readers)
    }

    fn all_readers(&self) -> Result<Vec<Reader>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT rad_id, name, years_of_experience, roles, certificate, pin IS NOT NULL, has_left FROM reader
             WHERE repeat_of IS NULL AND rad_id <> ?1 ORDER BY rad_id",
        )?;
        // Imports of older versions wrote a row for the consensus too.
        let mut rows = statement.query([CONSENSUS_LAYER])?;
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
        self.require(Matter::People, Act::Change)?;
        check(reader)?;
        let by = self.doer("");
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let num_added = tx.execute(
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
        if num_added > 0 {
            refuse_given_out(&tx, std::iter::once(reader.id.as_str()))?;
            let roles = roles_to_text(reader.roles);
            write_event(&tx, EventKind::ReaderAdded, by, format!("{} came into the project: {roles}.", reader.id))?;
        }
        Ok(tx.commit()?)
    }

    /// Whether anybody who is here looks after the project. It names nobody, so that everybody may know.
    pub fn has_owner(&self) -> Result<bool, StoreError> {
        self.require(Matter::People, Act::See)?;
        has_owner(&self.conn)
    }

    /// Name, years, certificate, roles, and whether somebody has left. One owner at least stays.
    pub fn change_reader(&mut self, reader: &Reader) -> Result<(), StoreError> {
        self.require(Matter::People, Act::Change)?;
        check(reader)?;
        let by = self.doer("");
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (had_owner, was_guarded) = (has_owner(&tx)?, has_guarded_owner(&tx)?);
        let num_changed = tx.execute(
            "UPDATE reader SET name = ?2, years_of_experience = ?3, roles = ?4, certificate = ?5, has_left = ?6
             WHERE rad_id = ?1 AND repeat_of IS NULL",
            params![
                reader.id.as_str(),
                reader.name,
                reader.years_of_experience,
                roles_to_text(reader.roles),
                reader.certificate,
                reader.has_left
            ],
        )?;
        if num_changed == 0 {
            return Err(StoreError::RuleRefused(format!("the project has no reader {}.", reader.id)));
        }
        if had_owner && !has_owner(&tx)? {
            let text = format!("{} is the last owner. Make somebody else an owner first.", reader.id);
            return Err(StoreError::RuleRefused(text));
        }
        if was_guarded && !has_guarded_owner(&tx)? {
            let text = format!(
                "{} is the last owner with a PIN, and without one the project is open to everybody. Give another owner a \
                 PIN first, or take {}'s PIN away.",
                reader.id, reader.id
            );
            return Err(StoreError::RuleRefused(text));
        }
        let what = match (reader.has_left, roles_to_text(reader.roles)) {
            (true, _) => format!("{} left the project.", reader.id),
            (false, roles) => format!("{} was changed: {roles}.", reader.id),
        };
        write_event(&tx, EventKind::ReaderChanged, by, what)?;
        Ok(tx.commit()?)
    }
}

/// Ids stand in file names, tables and on the command line; a point and the consensus mark layers that are nobody's.
fn check(reader: &Reader) -> Result<(), StoreError> {
    let id = reader.id.as_str();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let why = if id.is_empty() || !id.chars().all(is_plain) {
        format!("\"{id}\" is no id for a reader: use letters, digits, - and _, as in R1.")
    } else if id.eq_ignore_ascii_case(CONSENSUS_LAYER) {
        format!("\"{id}\" is where what reviewers settled is kept, so nobody can have this id.")
    } else if reader.name.trim().is_empty() {
        format!("{id} needs a name.")
    } else if reader.years_of_experience.is_some_and(|years| years > MOST_YEARS) {
        format!("{id} can't have so many years of experience: 0 to {MOST_YEARS}. Check the number.")
    } else if reader.roles.is_empty() {
        format!("{id} needs a role: annotator, reviewer, data_manager, owner or guest.")
    } else {
        return Ok(());
    };
    Err(StoreError::RuleRefused(why))
}

/// Whether an owner is here. Who came with a table of labels is none, so a project may have none yet.
fn has_owner(conn: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM reader WHERE NOT has_left AND repeat_of IS NULL AND rad_id <> ?1
         AND ' ' || roles || ' ' LIKE '% owner %')";
    Ok(conn.query_row(sql, [CONSENSUS_LAYER], |row| row.get(0))?)
}

/// Whether an owner who is still here has a PIN.
pub(super) fn has_guarded_owner(conn: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM reader WHERE pin IS NOT NULL AND NOT has_left
         AND ' ' || roles || ' ' LIKE '% owner %')";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

fn write_event(conn: &Connection, kind: EventKind, by: String, what: String) -> Result<(), StoreError> {
    insert_event(conn, &ProjectEvent { at_ms: now_ms(), by, kind, what, films: Vec::new() })
}

fn roles_to_text(roles: Roles) -> String {
    roles.iter().map(Role::key).collect::<Vec<_>>().join(" ")
}

pub(super) fn roles_from_text(text: &str) -> Result<Roles, StoreError> {
    text.split_whitespace().map(|key| Role::from_key(key).ok_or_else(|| unreadable("a person's role", key))).collect()
}

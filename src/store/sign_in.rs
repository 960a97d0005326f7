//! Signing in: PINs as Argon2id, and the lock after wrong ones.

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::domain::id::ReaderId;
use crate::domain::people::{Act, CONSENSUS_LAYER, Matter, Role, Roles};
use crate::domain::project_event::{EventKind, ProjectEvent};

use super::access::Pass;
use super::error::StoreError;
use super::people::roles_from_text;
use super::project::{Store, now_ms};
use super::project_events::insert_event;

/// Wrong PINs before the first lock.
const NUM_TRIES: i64 = 5;
/// The first lock; each wrong PIN after it doubles it.
const FIRST_LOCK_MS: i64 = 60_000;
/// A day: longer tells a guesser nothing and locks a person out of work.
const LONGEST_LOCK_MS: i64 = 86_400_000;
/// Characters of a PIN.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=64;

struct Known {
    roles: Roles,
    pin: Option<String>,
    num_wrong: i64,
    locked_until: i64,
    has_left: bool,
}

impl Store {
    /// From here on this opening is that person's. Whoever looks after the project needs a PIN to sign in once an owner
    /// has one, and so does whoever sees what others marked: the lock of one door helps little beside an open one.
    pub fn sign_in(&mut self, reader: &ReaderId, pin: Option<&str>) -> Result<Pass, StoreError> {
        let known = known(&self.conn, reader)?;
        if known.has_left {
            let text = format!("{reader} has left the project. Sign in as somebody else, or ask an owner.");
            return Err(StoreError::RuleRefused(text));
        }
        match &known.pin {
            Some(_) => self.check_pin(reader, pin)?,
            None if known.roles != Roles::NONE.with(Role::Annotator) && self.has_guarded_owner()? => {
                let text = format!(
                    "{reader} may see or change what belongs to others, and owners of this project use PINs, so {reader} \
                     needs one too. Ask an owner to set one."
                );
                return Err(StoreError::RuleRefused(text));
            }
            None => {}
        }
        // An opening to look can't write; what it does is looking.
        if self.session() != 0 {
            let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            insert_event(&tx, &event(EventKind::SignedIn, reader.as_str(), format!("{reader} signed in.")))?;
            tx.commit()?;
        }
        let pass = Pass::new(reader.clone(), known.roles, self.folder());
        self.act_as(&pass)?;
        Ok(pass)
    }

    /// Sets or takes away a PIN: one's own, or as an owner anybody's. It ends a lock too.
    pub fn set_pin(&mut self, reader: &ReaderId, pin: Option<&str>) -> Result<(), StoreError> {
        self.require(Matter::People, Act::See)?;
        if self.is_locked()? || self.pass().is_none_or(|pass| pass.reader() != reader) {
            self.require(Matter::People, Act::Change)?;
        }
        let hash = pin.map(|pin| self.hashed(pin)).transpose()?;
        let by = self.doer("");
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        known(&tx, reader)?;
        tx.execute(
            "UPDATE reader SET pin = ?2, num_wrong_pins = 0, locked_until = 0 WHERE rad_id = ?1",
            params![reader.as_str(), hash],
        )?;
        let what = match pin {
            Some(_) => format!("{reader} has a new PIN."),
            None => format!("{reader} has no PIN any more."),
        };
        insert_event(&tx, &event(EventKind::ReaderChanged, &by, what))?;
        Ok(tx.commit()?)
    }

    /// Who is locked out after wrong PINs, and until when.
    pub fn locked_readers(&self) -> Result<Vec<(ReaderId, i64)>, StoreError> {
        self.require(Matter::People, Act::Change)?;
        let sql =
            "SELECT rad_id, locked_until FROM reader WHERE locked_until > ?1 AND repeat_of IS NULL ORDER BY rad_id";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([now_ms()], |row| Ok((ReaderId::new(row.get::<_, String>(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn hashed(&self, pin: &str) -> Result<String, StoreError> {
        if !LENGTHS.contains(&pin.chars().count()) {
            let (least, most) = (LENGTHS.start(), LENGTHS.end());
            return Err(StoreError::RuleRefused(format!("a PIN has {least} to {most} characters.")));
        }
        // SQLite's generator is seeded by the operating system.
        let salt: [u8; 16] = self.conn.query_row("SELECT randomblob(16)", [], |row| row.get(0))?;
        // Argon2id with 19 MiB and two passes, as OWASP's cheat sheet on password storage asks for at least.
        let hash = Argon2::default().hash_password_with_salt(pin.as_bytes(), &salt);
        let hash = hash.map_err(|why| StoreError::RuleRefused(format!("the PIN can't be kept: {why}")))?;
        Ok(hash.to_string())
    }

    /// Counts a try before it looks, so that tries at the same time in many windows count too.
    fn check_pin(&mut self, reader: &ReaderId, pin: Option<&str>) -> Result<(), StoreError> {
        let Some(pin) = pin else { return Err(StoreError::PinNeeded(reader.clone())) };
        if self.session() != 0 {
            return try_pin(&mut self.conn, reader, pin);
        }
        // What looks only can't count; a second connection does. On a disk that nobody can write there is no counting.
        match self.second_connection() {
            Ok(mut conn) => match try_pin(&mut conn, reader, pin) {
                Err(StoreError::ReadOnly) => compare(&known(&self.conn, reader)?, reader, pin),
                outcome => outcome,
            },
            Err(StoreError::ReadOnly) => compare(&known(&self.conn, reader)?, reader, pin),
            Err(other) => Err(other),
        }
    }
}

fn try_pin(conn: &mut Connection, reader: &ReaderId, pin: &str) -> Result<(), StoreError> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let known = known(&tx, reader)?;
    let now = now_ms();
    if known.locked_until > now {
        return Err(StoreError::LockedOut { reader: reader.clone(), until_ms: known.locked_until, now_ms: now });
    }
    let num_wrong = known.num_wrong + 1;
    let locked_until = if num_wrong < NUM_TRIES { 0 } else { now + lock_ms(num_wrong) };
    tx.execute(
        "UPDATE reader SET num_wrong_pins = ?2, locked_until = ?3 WHERE rad_id = ?1",
        params![reader.as_str(), num_wrong, locked_until],
    )?;
    tx.commit()?;
    let outcome = compare(&known, reader, pin);
    match &outcome {
        Ok(()) => {
            let sql = "UPDATE reader SET num_wrong_pins = 0, locked_until = 0 WHERE rad_id = ?1";
            conn.execute(sql, [reader.as_str()])?;
        }
        Err(_) => {
            let text = if locked_until > 0 {
                let minutes = (locked_until - now) / FIRST_LOCK_MS;
                format!(
                    "Wrong PIN number {num_wrong} was given for {reader}: {reader} is locked out for {minutes} min."
                )
            } else {
                format!("A wrong PIN was given for {reader}.")
            };
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            insert_event(&tx, &event(EventKind::SignInRefused, "", text))?;
            tx.commit()?;
        }
    }
    match outcome {
        Err(StoreError::WrongPin { reader, .. }) if locked_until > 0 => {
            Err(StoreError::LockedOut { reader, until_ms: locked_until, now_ms: now })
        }
        Err(StoreError::WrongPin { reader, .. }) => {
            Err(StoreError::WrongPin { reader, tries_left: (NUM_TRIES - num_wrong).unsigned_abs() })
        }
        other => other,
    }
}

fn compare(known: &Known, reader: &ReaderId, pin: &str) -> Result<(), StoreError> {
    let Some(hash) = &known.pin else { return Ok(()) };
    match Argon2::default().verify_password(pin.as_bytes(), hash.as_str()) {
        Ok(()) => Ok(()),
        Err(_) => Err(StoreError::WrongPin { reader: reader.clone(), tries_left: 0 }),
    }
}

/// A minute after the fifth wrong PIN, then twice as long each time.
fn lock_ms(num_wrong: i64) -> i64 {
    let doublings = u32::try_from(num_wrong - NUM_TRIES).unwrap_or(0).min(20);
    (FIRST_LOCK_MS << doublings).min(LONGEST_LOCK_MS)
}

fn known(conn: &Connection, reader: &ReaderId) -> Result<Known, StoreError> {
    let sql = "SELECT roles, pin, num_wrong_pins, locked_until, has_left FROM reader
         WHERE rad_id = ?1 AND repeat_of IS NULL AND rad_id <> ?2";
    let found = conn
        .prepare_cached(sql)?
        .query_row([reader.as_str(), CONSENSUS_LAYER], |row| {
            let known = Known {
                roles: Roles::NONE,
                pin: row.get(1)?,
                num_wrong: row.get(2)?,
                locked_until: row.get(3)?,
                has_left: row.get(4)?,
            };
            Ok((row.get::<_, String>(0)?, known))
        })
        .optional()?;
    let Some((roles, known)) = found else {
        let text = format!("the project has no reader {reader}. \"rachis reader list\" names those it has.");
        return Err(StoreError::RuleRefused(text));
    };
    Ok(Known { roles: roles_from_text(&roles)?, ..known })
}

fn event(kind: EventKind, by: &str, what: String) -> ProjectEvent {
    ProjectEvent { at_ms: now_ms(), by: by.to_owned(), kind, what, films: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::people::Reader;
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;
    use std::path::Path;

    fn project(folder: &Path) -> Store {
        let new = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(folder, &new).unwrap();
        let roles = |roles: &[Role]| roles.iter().copied().collect::<Roles>();
        for (id, roles) in [
            ("R1", roles(&[Role::Owner])),
            ("R2", roles(&[Role::Annotator])),
            ("R3", roles(&[Role::Reviewer, Role::Annotator])),
        ] {
            store.add_reader(&Reader { roles, ..Reader::new(id, id) }).unwrap();
        }
        store
    }

    fn wrong(store: &mut Store, reader: &ReaderId) -> StoreError {
        store.sign_in(reader, Some("9999")).unwrap_err()
    }

    #[test]
    fn a_project_without_a_guarded_owner_is_everybodys_and_then_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = project(folder.path());
        assert!(!store.is_locked().unwrap());
        assert!(store.films().is_ok());
        store.set_pin(&"R2".into(), Some("2222")).unwrap();
        assert!(!store.is_locked().unwrap(), "the PIN of somebody who reads guards that name only");
        store.set_pin(&"R1".into(), Some("1111")).unwrap();
        assert!(store.is_locked().unwrap());
        assert!(matches!(store.require(Matter::Films, Act::See), Err(StoreError::NobodySignedIn)));
        assert!(store.readers().is_ok_and(|readers| readers.len() == 3));
        assert!(store.set_pin(&"R1".into(), None).is_err(), "nobody takes the lock away from outside");
        // Nor does anybody write from outside, in whoever's name.
        assert!(matches!(store.set_setting("view", "{}"), Err(StoreError::NobodySignedIn)));
        let forged = event(EventKind::FilmsLocked, "R1", "Films were locked.".to_owned());
        assert!(matches!(store.add_event(&forged), Err(StoreError::NobodySignedIn)));
        let agreed = store.agree_to_data_use(&"R2".into(), "");
        assert!(matches!(agreed, Err(StoreError::NobodySignedIn)));
        // Who sees what others marked can't come in without a PIN any more; who only reads can.
        assert!(store.sign_in(&"R3".into(), None).is_err());
        assert!(matches!(store.sign_in(&"R1".into(), None), Err(StoreError::PinNeeded(_))));
        assert_eq!(store.sign_in(&"R2".into(), Some("2222")).unwrap().reader(), &ReaderId::from("R2"));
        assert!(store.set_pin(&"R3".into(), Some("3333")).is_err(), "that is for owners");
        store.set_pin(&"R2".into(), None).unwrap();
        store.sign_in(&"R1".into(), Some("1111")).unwrap();
        store.set_pin(&"R3".into(), Some("số 3 ✓")).unwrap();
        store.sign_in(&"R3".into(), Some("số 3 ✓")).unwrap();
        store.sign_out();
        assert!(store.is_locked().unwrap());
    }

    #[test]
    fn wrong_pins_lock_a_name_for_a_minute_and_then_twice_as_long() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = project(folder.path());
        let reader = ReaderId::from("R1");
        store.set_pin(&reader, Some("1111")).unwrap();
        assert!(matches!(wrong(&mut store, &reader), StoreError::WrongPin { tries_left: 4, .. }));
        store.sign_in(&reader, Some("1111")).unwrap();
        for tries_left in [4, 3, 2, 1] {
            // An opening to look only counts as well.
            let mut store = Store::open_to_look(folder.path()).unwrap();
            let StoreError::WrongPin { tries_left: left, .. } = wrong(&mut store, &reader) else { panic!() };
            assert_eq!(left, tries_left);
        }
        let lock = |error: StoreError| match error {
            StoreError::LockedOut { until_ms, now_ms, .. } => until_ms - now_ms,
            other => panic!("{other}"),
        };
        assert_eq!(lock(wrong(&mut store, &reader)), 60_000);
        assert!(matches!(store.sign_in(&reader, Some("1111")), Err(StoreError::LockedOut { .. })), "the right one too");
        // Still one lock: what is not looked at is not counted.
        for expected in [120_000, 240_000] {
            store.conn.execute("UPDATE reader SET locked_until = 1 WHERE rad_id = 'R1'", []).unwrap();
            assert_eq!(lock(wrong(&mut store, &reader)), expected);
        }
        assert_eq!(lock_ms(NUM_TRIES + 30), LONGEST_LOCK_MS);
        store.conn.execute("UPDATE reader SET locked_until = 1 WHERE rad_id = 'R1'", []).unwrap();
        store.sign_in(&reader, Some("1111")).unwrap();
        assert!(store.locked_readers().unwrap().is_empty());
        let refused = store.events().unwrap().iter().filter(|event| event.kind == EventKind::SignInRefused).count();
        assert_eq!(refused, 8);
        let lockouts: Vec<String> = store.events().unwrap().into_iter().map(|event| event.what).collect();
        let lockouts: Vec<&String> = lockouts.iter().filter(|what| what.contains("locked out")).collect();
        assert_eq!(lockouts.len(), 3, "{lockouts:?}");
        assert_eq!(lockouts[2], "Wrong PIN number 7 was given for R1: R1 is locked out for 4 min.");
        let stored: String =
            store.conn.query_row("SELECT pin FROM reader WHERE rad_id = 'R1'", [], |row| row.get(0)).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    }

    #[test]
    fn who_has_left_or_was_never_here_does_not_get_in_and_roles_hold_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = project(folder.path());
        assert!(store.sign_in(&"R9".into(), None).is_err());
        for pin in ["123", &"1".repeat(65)] {
            assert!(store.set_pin(&"R2".into(), Some(pin)).is_err(), "{pin}");
        }
        let mut window = Store::open(folder.path()).unwrap();
        window.sign_in(&"R3".into(), None).unwrap();
        assert!(window.require(Matter::Consensus, Act::Change).is_ok());
        let elsewhere = window.doorway().open_to_look().unwrap();
        let mut reader = store.readers().unwrap()[2].clone();
        reader.roles = Roles::NONE.with(Role::Annotator);
        store.change_reader(&reader).unwrap();
        for opening in [&window, &elsewhere] {
            assert!(opening.require(Matter::Consensus, Act::Change).is_err(), "the role is gone");
            assert!(matches!(opening.require_sight(), Err(StoreError::NotAllowed { .. })));
        }
        reader.has_left = true;
        store.change_reader(&reader).unwrap();
        assert!(window.require(Matter::Films, Act::See).is_err());
        assert!(store.sign_in(&"R3".into(), None).is_err());
        let mut owner = store.readers().unwrap()[0].clone();
        owner.roles = Roles::NONE.with(Role::DataManager);
        assert!(store.change_reader(&owner).is_err(), "one owner stays");
    }

    #[test]
    fn the_last_owner_with_a_pin_leaves_nobodys_door_open() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = project(folder.path());
        store.set_pin(&"R1".into(), Some("1111")).unwrap();
        store.sign_in(&"R1".into(), Some("1111")).unwrap();
        let mut second = store.readers().unwrap()[2].clone();
        second.roles = Roles::NONE.with(Role::Owner);
        store.change_reader(&second).unwrap();
        let mut first = store.readers().unwrap()[0].clone();
        first.roles = Roles::NONE.with(Role::Annotator);
        let left = Reader { has_left: true, ..store.readers().unwrap()[0].clone() };
        for change in [&first, &left] {
            let refused = store.change_reader(change).unwrap_err().to_string();
            assert!(refused.contains("last owner with a PIN"), "{refused}");
        }
        store.set_pin(&"R3".into(), Some("3333")).unwrap();
        store.change_reader(&first).unwrap();
        store.sign_out();
        assert!(store.is_locked().unwrap());
    }

    #[test]
    fn who_signed_in_elsewhere_is_nobody_here() {
        let folder = tempfile::tempdir().unwrap();
        let (mine, theirs) = (folder.path().join("mine"), folder.path().join("theirs"));
        let pass = project(&mine).sign_in(&"R1".into(), None).unwrap();
        let mut store = project(&theirs);
        store.set_pin(&"R1".into(), Some("1111")).unwrap();
        assert!(store.act_as(&pass).unwrap_err().to_string().contains("another project"));
        assert!(store.pass().is_none() && store.is_locked().unwrap());
        // Another spelling of the same folder is the same project.
        let mut again = Store::open(&folder.path().join("theirs/../mine")).unwrap();
        again.act_as(&pass).unwrap();
        assert_eq!(again.pass().map(Pass::reader), Some(&ReaderId::from("R1")));
    }

    #[test]
    fn further_openings_wait_until_somebody_is_in() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = project(folder.path());
        let doorway = store.doorway();
        assert!(doorway.open_to_look().unwrap().pass().is_none());
        let hold = doorway.hold();
        let (send, told) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let opened = doorway.open_to_look().unwrap();
                send.send(opened.pass().map(|pass| pass.reader().clone())).unwrap();
            });
            assert!(told.recv_timeout(std::time::Duration::from_millis(50)).is_err(), "it waits");
            store.sign_in(&"R2".into(), None).unwrap();
            drop(hold);
            assert_eq!(told.recv().unwrap(), Some("R2".into()));
        });
    }
}

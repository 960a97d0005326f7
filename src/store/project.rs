//! A project folder and its database: creating, opening, and what opening refuses.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, params};

use crate::domain::people::{Act, Matter};
use crate::domain::project::Project;
use crate::domain::rules::RuleSetting;

use super::access::{Pass, Standing};
use super::doorway::Doorway;
use super::error::StoreError;
use super::migrate::{self, APPLICATION_ID, MIGRATIONS};
use super::settings;

/// The database's name in a project folder.
const DATABASE: &str = "project.db";

/// What a project folder holds beside the database.
const FOLDERS: [&str; 5] = ["films", "runs", "models", "exports", "backups"];

/// How long a step waits for another program that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A project, open. One SQLite connection: calls wait for the disk, so the window uses a
/// [`super::StoreThread`].
#[derive(Debug)]
pub struct Store {
    pub(super) conn: Connection,
    folder: PathBuf,
    project: Project,
    session: u32,
    /// Who signed in.
    pub(super) pass: Option<Pass>,
    pub(super) standing: Cell<Option<Standing>>,
    pub(super) doorway: Doorway,
}

/// What a new project is.
#[derive(Clone, PartialEq, Debug)]
pub struct NewProject {
    pub name: String,
    /// Id of the label set.
    pub label_set: String,
    /// Every rule once, in the order that it is reported in.
    pub rules: Vec<RuleSetting>,
    /// Made from synthetic films only.
    pub is_synthetic: bool,
}

impl Store {
    /// Makes the folder, where there is none, and the project in it. What else is in the folder stays.
    pub fn create(folder: &Path, project: &NewProject) -> Result<Self, StoreError> {
        let database = folder.join(DATABASE);
        if database.exists() {
            return Err(StoreError::AlreadyAProject(folder.to_owned()));
        }
        for name in FOLDERS {
            let path = folder.join(name);
            fs::create_dir_all(&path).map_err(|e| StoreError::io("making the project folder", &path, e))?;
        }
        // Under another name until it is whole: a crash leaves no half project.
        let unfinished = folder.join("project.db.unfinished");
        for name in ["project.db.unfinished", "project.db.unfinished-wal", "project.db.unfinished-shm"] {
            let path = folder.join(name);
            if path.exists() {
                fs::remove_file(&path).map_err(|e| StoreError::io("removing an unfinished project", &path, e))?;
            }
        }
        let mut conn = connect(&unfinished, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        migrate::upgrade(&mut conn, &MIGRATIONS, &folder.join("backups"))?;
        let tx = conn.transaction()?;
        tx.execute(
            "INSERT INTO project (id, name, label_set, is_synthetic, created_at, program_version)
             VALUES (1, ?1, ?2, ?3, ?4, ?5)",
            params![project.name, project.label_set, project.is_synthetic, now_ms(), env!("CARGO_PKG_VERSION")],
        )?;
        settings::write_rules(&tx, &project.rules)?;
        tx.commit()?;
        conn.close().map_err(|(_, e)| e)?;
        fs::rename(&unfinished, &database).map_err(|e| StoreError::io("naming the new project", &database, e))?;
        Self::open(folder)
    }

    /// Opens to read and write. Upgrades a project of an older program, after a backup.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let (folder, database) = find(folder)?;
        let mut conn = connect(&database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        refuse_newer(migrate::version(&conn)?, &folder)?;
        migrate::upgrade(&mut conn, &MIGRATIONS, &folder.join("backups"))?;
        conn.execute(
            "INSERT INTO session (opened_at, program_version) VALUES (?1, ?2)",
            params![now_ms(), env!("CARGO_PKG_VERSION")],
        )?;
        let session = session_number(conn.last_insert_rowid())?;
        let project = settings::read_project(&conn)?;
        Ok(Self::opened(conn, folder, project, session))
    }

    /// Opens to look only: writes nothing, works on a read-only disk, and refuses every change.
    /// [`Store::session`] is 0, which no session has. A project of an older program must be opened to write once first.
    pub fn open_to_look(folder: &Path) -> Result<Self, StoreError> {
        let (folder, database) = find(folder)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let conn = connect(&database, flags).or_else(|error| match error {
            // Without the right to make the -shm file SQLite reads a WAL database only when told that nobody writes.
            StoreError::ReadOnly if !has_unmerged_wal(&database) => {
                connect(Path::new(&immutable_uri(&database)?), flags | OpenFlags::SQLITE_OPEN_URI)
            }
            other => Err(other),
        })?;
        refuse_newer(migrate::version(&conn)?, &folder)?;
        let found = migrate::version(&conn)?;
        if found < MIGRATIONS.len() as i64 {
            return Err(StoreError::Older { path: folder, found, known: MIGRATIONS.len() as i64 });
        }
        let project = settings::read_project(&conn)?;
        Ok(Self::opened(conn, folder, project, 0))
    }

    fn opened(conn: Connection, folder: PathBuf, project: Project, session: u32) -> Self {
        let doorway = Doorway::new(&folder);
        Self { conn, folder, project, session, pass: None, standing: Cell::new(None), doorway }
    }

    /// To write with where this opening is to look only.
    pub(super) fn second_connection(&self) -> Result<Connection, StoreError> {
        connect(&self.folder.join(DATABASE), OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub const fn project(&self) -> &Project {
        &self.project
    }

    /// The number for [`crate::domain::id::AnnotationId::new`]; no two openings have the same.
    pub const fn session(&self) -> u32 {
        self.session
    }

    /// Another session number, for ids that are counted apart from this opening's, such as an import's.
    pub fn begin_session(&mut self) -> Result<u32, StoreError> {
        self.require(Matter::Project, Act::See)?;
        self.conn.execute(
            "INSERT INTO session (opened_at, program_version) VALUES (?1, ?2)",
            params![now_ms(), env!("CARGO_PKG_VERSION")],
        )?;
        session_number(self.conn.last_insert_rowid())
    }

    pub(super) const fn project_mut(&mut self) -> &mut Project {
        &mut self.project
    }

    /// What SQLite itself finds wrong with the file; empty when it is sound.
    pub fn integrity_problems(&self) -> Result<Vec<String>, StoreError> {
        self.require(Matter::Project, Act::See)?;
        let mut statement = self.conn.prepare("PRAGMA integrity_check")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        let mut problems = rows.collect::<Result<Vec<_>, _>>()?;
        problems.retain(|text| text != "ok");
        Ok(problems)
    }
}

/// Milliseconds since 1970-01-01 UTC.
pub(super) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64)
}

pub(super) fn session_number(rowid: i64) -> Result<u32, StoreError> {
    u32::try_from(rowid).map_err(|_| StoreError::RuleRefused("the project has had more sessions than ids allow".into()))
}

/// The project's folder and database from either; what is not a project of this program is refused unopened.
fn find(path: &Path) -> Result<(PathBuf, PathBuf), StoreError> {
    let refuse = |why| Err(StoreError::NotAProject { path: path.to_owned(), why });
    let (folder, database) = if path.is_file() {
        if path.file_name().is_none_or(|name| name != DATABASE) {
            return refuse("a project is a folder");
        }
        (path.parent().unwrap_or(Path::new(".")).to_owned(), path.to_owned())
    } else {
        (path.to_owned(), path.join(DATABASE))
    };
    if !folder.exists() {
        return Err(StoreError::Missing(folder));
    }
    if !database.exists() {
        return refuse("there is no project.db in it");
    }
    // An empty file is an empty database to SQLite.
    if fs::metadata(&database).is_ok_and(|m| m.len() < 100) {
        return refuse("its project.db is not a SQLite database");
    }
    let (application, found) = identity(&database)?;
    if application != i64::from(APPLICATION_ID) {
        return refuse("its project.db belongs to another program");
    }
    refuse_newer(found, &folder)?;
    Ok((folder, database))
}

/// The application id and the number of the form, read without writing anything beside the database.
///
/// Through SQLite on purpose: closing a file of one's own on a database that the process has open drops every POSIX
/// lock that SQLite holds on it (<https://www.sqlite.org/howtocorrupt.html>, 2.2), and another program would then take
/// the write-ahead log for abandoned and delete it with what it holds.
fn identity(database: &Path) -> Result<(i64, i64), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = || -> rusqlite::Result<(i64, i64)> {
        let conn = Connection::open_with_flags(immutable_uri(database).unwrap_or_default(), flags)?;
        let number = |pragma: &str| conn.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0));
        Ok((number("application_id")?, number("user_version")?))
    };
    read().map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            StoreError::NotAProject { path: database.to_owned(), why: "its project.db is not a SQLite database" }
        }
        _ => error.into(),
    })
}

fn refuse_newer(found: i64, folder: &Path) -> Result<(), StoreError> {
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(StoreError::Newer { path: folder.to_owned(), found, known });
    }
    Ok(())
}

fn connect(database: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let conn = Connection::open_with_flags(database, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    // A project may come from a stranger: its schema may not call functions with effects, nor be edited behind SQL.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_prepared_statement_cache_capacity(64);
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "temp_store", "memory")?;
    conn.pragma_update(None, "cache_size", -64 * 1024)?; // KiB
    if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        // FULL: a commit that was called saved survives a power cut, not only a crash.
        conn.pragma_update(None, "synchronous", "full")?;
        let mode: String = conn.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
        if mode != "wal" {
            tracing::warn!(mode, "the project's disk does not allow a write-ahead log");
        }
    }
    // The first read: it finds out now whether the file can be read at all.
    match conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)) {
        Ok(_) => Ok(conn),
        Err(rusqlite::Error::SqliteFailure(e, _)) if e.code == ErrorCode::CannotOpen => Err(StoreError::ReadOnly),
        Err(e) => Err(e.into()),
    }
}

fn has_unmerged_wal(database: &Path) -> bool {
    let mut wal = database.as_os_str().to_owned();
    wal.push("-wal");
    fs::metadata(wal).is_ok_and(|m| m.len() > 0)
}

/// `file:` URI that tells SQLite that nobody writes, percent-encoded (RFC 3986).
fn immutable_uri(database: &Path) -> Result<String, StoreError> {
    let path = database.canonicalize().map_err(|e| StoreError::io("finding the project", database, e))?;
    let text = path.to_str().ok_or(StoreError::ReadOnly)?;
    let mut uri = String::from("file:");
    for byte in text.bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'~' => uri.push(byte as char),
            b if b.is_ascii_alphanumeric() => uri.push(b as char),
            b => uri.extend(format!("%{b:02X}").chars()),
        }
    }
    uri.push_str("?immutable=1");
    Ok(uri)
}

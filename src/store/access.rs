//! Who has the project open, and what the store lets them see and do.
//!
//! Every public method of [`Store`] asks here first. A project in which no owner has a PIN is nobody's in particular:
//! whoever opens its folder without signing in may do everything. Where an owner has one, an opening without a person may
//! only name the people, the project and its labels, so that somebody can sign in.
//!
//! Blindness is more than a missing right. A *blind* person is one whose only role is annotator, or who still has films
//! to read in a project that hands films out: the store tells them nothing that anybody else marked, counted or is called.

use std::path::{Path, PathBuf};

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::people::{Act, Matter, Role, Roles, may};
use crate::domain::project::ClinicalFacts;
use crate::domain::suggestion::ModelVisibility;

use super::error::StoreError;
use super::people::roles_from_text;
use super::project::Store;
use super::review_gate::stages;

/// Proof that somebody signed in to a project; made by [`Store::sign_in`] only. Further openings of the same project act
/// for the same person with [`Store::act_as`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pass {
    reader: ReaderId,
    roles: Roles,
    /// Of the project that it is for: an owner of one is nobody in another.
    folder: PathBuf,
}

impl Pass {
    pub(super) fn new(reader: ReaderId, roles: Roles, folder: &Path) -> Self {
        Self { reader, roles, folder: real(folder) }
    }

    pub const fn reader(&self) -> &ReaderId {
        &self.reader
    }

    /// At the time of signing in. What the store allows goes by the roles that the person has now.
    pub const fn roles(&self) -> Roles {
        self.roles
    }
}

/// One spelling of a folder, where the disk tells it.
fn real(folder: &Path) -> PathBuf {
    std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())
}

/// What the database says of whoever is here; looked up anew when anything was written since.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    stamp: (i64, u64),
    /// None of somebody who has left.
    roles: Roles,
    /// Looked up only where somebody asks: nobody who saves a mark does.
    has_films_to_read: Option<bool>,
    /// An owner has a PIN.
    needs_sign_in: bool,
}

impl Store {
    /// This opening is the person's who signed in at another one of the same project.
    pub fn act_as(&mut self, pass: &Pass) -> Result<(), StoreError> {
        if pass.folder != real(self.folder()) {
            return Err(StoreError::RuleRefused(format!(
                "{} signed in to another project. Sign in to this one.",
                pass.reader
            )));
        }
        self.set_pass(Some(pass.clone()));
        Ok(())
    }

    /// From here on this opening is nobody's.
    pub fn sign_out(&mut self) {
        self.set_pass(None);
    }

    pub(super) fn set_pass(&mut self, pass: Option<Pass>) {
        self.doorway.let_in(pass.clone());
        self.pass = pass;
        self.standing.set(None);
    }

    /// Who signed in; `None` where nobody did.
    pub const fn pass(&self) -> Option<&Pass> {
        self.pass.as_ref()
    }

    /// An owner has a PIN, and nobody has signed in here: the store answers next to nothing.
    pub fn is_locked(&self) -> Result<bool, StoreError> {
        Ok(self.pass.is_none() && self.standing()?.needs_sign_in)
    }

    /// Refuses what the person who signed in may not do.
    pub(super) fn require(&self, matter: Matter, act: Act) -> Result<(), StoreError> {
        let is_allowed = match &self.pass {
            Some(_) => may(self.standing()?.roles, matter, act),
            None if self.standing()?.needs_sign_in => {
                if act == Act::See && matches!(matter, Matter::People | Matter::Project | Matter::Labels) {
                    return Ok(());
                }
                return Err(StoreError::NobodySignedIn);
            }
            None => true,
        };
        if is_allowed { Ok(()) } else { Err(StoreError::NotAllowed { matter, act }) }
    }

    /// Refuses, to whoever reads without knowing of others, everything that tells of others: all films together. So also
    /// to a reviewer, who sees only the films handed to them.
    pub fn require_sight(&self) -> Result<(), StoreError> {
        if self.project().is_open {
            return self.require(Matter::Films, Act::See);
        }
        self.require(Matter::OthersReadings, Act::See)?;
        if self.sees_everybody()? { Ok(()) } else { Err(StoreError::Blind) }
    }

    /// Whether what others said of this film may be seen: in an open project by everybody; by owners, data managers and
    /// guests who are not blind; by a reviewer to whom the film was handed, once stage 1 is complete.
    pub fn may_see_others_of(&self, image: &ImageId) -> Result<bool, StoreError> {
        self.require(Matter::Films, Act::See)?;
        if self.project().is_open || self.sees_everybody()? {
            return Ok(true);
        }
        let Some(pass) = &self.pass else { return Ok(true) };
        if !self.standing()?.roles.has(Role::Reviewer) {
            return Ok(false);
        }
        let stages = stages(&self.conn, image, self.project().workflow)?;
        Ok(stages.reviewers.contains(&pass.reader) && stages.is_stage_one_complete())
    }

    /// Refuses another person's layer of this film to whoever may not see it. Everybody may see their own.
    pub(super) fn require_layer(&self, image: &ImageId, layer: &ReaderId) -> Result<(), StoreError> {
        self.require(Matter::Films, Act::See)?;
        if self.is_own(layer)? || self.may_see_others_of(image)? { Ok(()) } else { Err(StoreError::Blind) }
    }

    /// Refuses what is about another person, all films together, to whoever may not see it.
    pub(super) fn require_person(&self, layer: &ReaderId) -> Result<(), StoreError> {
        self.require(Matter::Films, Act::See)?;
        if self.is_own(layer)? { Ok(()) } else { self.require_sight() }
    }

    /// Refuses to write in the name of anybody but the person who signed in.
    pub(super) fn require_own(&self, layer: &ReaderId) -> Result<(), StoreError> {
        self.require(Matter::OwnReading, Act::Change)?;
        if self.is_own(layer)? { Ok(()) } else { Err(StoreError::NotYours(layer.clone())) }
    }

    /// Whether a layer is the person's own: under their id, or a second reading of theirs. Everybody's where nobody
    /// signed in.
    pub fn is_own(&self, layer: &ReaderId) -> Result<bool, StoreError> {
        let Some(pass) = &self.pass else { return Ok(true) };
        if pass.reader == *layer {
            return Ok(true);
        }
        let sql = "SELECT EXISTS (SELECT 1 FROM reader WHERE rad_id = ?1 AND repeat_of = ?2)";
        let key = [layer.as_str(), pass.reader.as_str()];
        Ok(self.conn.prepare_cached(sql)?.query_row(key, |row| row.get(0))?)
    }

    /// Whether the person reads without knowing of others.
    pub(super) fn is_blind_person(&self) -> Result<bool, StoreError> {
        if self.pass.is_none() {
            return Ok(false);
        }
        let standing = self.standing()?;
        let only_reads = standing.roles.is_empty() || standing.roles == Roles::NONE.with(Role::Annotator);
        Ok(only_reads || (self.project().workflow.hands_out() && self.has_films_to_read(standing)?))
    }

    /// Nobody in particular, or somebody who looks after the project or on, and has no films left to read blind.
    fn sees_everybody(&self) -> Result<bool, StoreError> {
        if self.pass.is_none() {
            return Ok(true);
        }
        let roles = self.standing()?.roles;
        let looks = [Role::Owner, Role::DataManager, Role::Guest].into_iter().any(|role| roles.has(role));
        Ok(looks && !self.is_blind_person()?)
    }

    /// Whether the person sees the names of all others: in an open project, or who hands out films and roles.
    pub(super) fn sees_names(&self) -> Result<bool, StoreError> {
        if self.pass.is_none() || self.project().is_open || !self.is_blind_person()? {
            return Ok(true);
        }
        let roles = self.standing()?.roles;
        Ok(roles.has(Role::Owner) || roles.has(Role::DataManager))
    }

    /// Whether age, sex and request are kept from the person, as VinDr-CXR kept them from its readers.
    pub(super) fn hides_clinical_facts(&self) -> Result<bool, StoreError> {
        Ok(self.project().about.clinical_facts == ClinicalFacts::Nothing && self.is_blind_person()?)
    }

    /// Whether the person may see what models say of this film: who looks after the project always may; a reader as the
    /// project says.
    pub(super) fn may_see_models_on(&self, image: &ImageId) -> Result<bool, StoreError> {
        let Some(pass) = &self.pass else { return Ok(true) };
        if self.looks_after_models()? {
            return Ok(true);
        }
        match self.project().model_visibility {
            ModelVisibility::Always => Ok(true),
            ModelVisibility::Off => Ok(false),
            ModelVisibility::AfterReading => {
                // Under the newest layer: who reads a film again has not seen it yet.
                let layer = self.newest_layer(image, &pass.reader)?;
                let sql = "SELECT EXISTS (SELECT 1 FROM reading WHERE rad_id = ?2 AND image_id = ?1
                                          AND state = 'completed')
                     OR EXISTS (SELECT 1 FROM model_seen WHERE image_id = ?1 AND rad_id = ?2)";
                Ok(self.conn.prepare_cached(sql)?.query_row([image.as_str(), layer.as_str()], |row| row.get(0))?)
            }
        }
    }

    fn newest_layer(&self, image: &ImageId, person: &ReaderId) -> Result<ReaderId, StoreError> {
        use rusqlite::OptionalExtension as _;
        let sql = "SELECT t.rad_id FROM task t JOIN reader p ON p.rad_id = t.rad_id
             WHERE t.image_id = ?1 AND t.stage = 'read' AND p.repeat_of = ?2 ORDER BY t.id DESC LIMIT 1";
        let key = [image.as_str(), person.as_str()];
        let found: Option<String> = self.conn.prepare_cached(sql)?.query_row(key, |row| row.get(0)).optional()?;
        Ok(found.map_or_else(|| person.clone(), ReaderId::new))
    }

    /// Refuses what models say of all films together to readers from whom it is kept on some.
    pub(super) fn require_models(&self) -> Result<(), StoreError> {
        self.require(Matter::Models, Act::See)?;
        let is_shown = self.project().model_visibility == ModelVisibility::Always || self.looks_after_models()?;
        if is_shown { Ok(()) } else { Err(StoreError::Blind) }
    }

    fn looks_after_models(&self) -> Result<bool, StoreError> {
        if self.pass.is_none() {
            return Ok(true);
        }
        Ok(may(self.standing()?.roles, Matter::Models, Act::Change) && !self.is_blind_person()?)
    }

    /// Who does something: the person who signed in, whatever a caller says, else as the caller says.
    pub(super) fn doer(&self, said: &str) -> String {
        self.pass.as_ref().map_or_else(|| said.to_owned(), |pass| pass.reader.to_string())
    }

    /// By another connection's commits and this one's own, so that a role that was taken away is gone at once.
    fn standing(&self) -> Result<Standing, StoreError> {
        let data_version = self.conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        let stamp = (data_version, self.conn.total_changes());
        if let Some(known) = self.standing.get().filter(|known| known.stamp == stamp) {
            return Ok(known);
        }
        let person = self.pass.as_ref().map_or("", |pass| pass.reader.as_str());
        let roles: Vec<String> = self
            .conn
            .prepare_cached("SELECT roles FROM reader WHERE rad_id = ?1 AND NOT has_left AND repeat_of IS NULL")?
            .query_map([person], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let roles = roles.first().map_or(Ok(Roles::NONE), |text| roles_from_text(text))?;
        let needs_sign_in = self.has_guarded_owner()?;
        let found = Standing { stamp, roles, has_films_to_read: None, needs_sign_in };
        self.standing.set(Some(found));
        Ok(found)
    }

    fn has_films_to_read(&self, standing: Standing) -> Result<bool, StoreError> {
        if let Some(known) = standing.has_films_to_read {
            return Ok(known);
        }
        let person = self.pass.as_ref().map_or("", |pass| pass.reader.as_str());
        let has_films_to_read = self
            .conn
            .prepare_cached(
                "SELECT EXISTS (
                     SELECT 1 FROM reader p JOIN task t ON t.rad_id = p.rad_id AND t.stage = 'read'
                     LEFT JOIN reading r ON r.rad_id = t.rad_id AND r.image_id = t.image_id
                     WHERE (p.rad_id = ?1 OR p.repeat_of = ?1) AND coalesce(r.state, 'new') <> 'completed')",
            )?
            .query_row([person], |row| row.get(0))?;
        self.standing.set(Some(Standing { has_films_to_read: Some(has_films_to_read), ..standing }));
        Ok(has_films_to_read)
    }

    /// Whether an owner who is still here has a PIN.
    pub(super) fn has_guarded_owner(&self) -> Result<bool, StoreError> {
        super::people::has_guarded_owner(&self.conn)
    }
}

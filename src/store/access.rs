//! Who has the project open, and what the store lets them see and do.
//!
//! Every public method of [`Store`] asks here first. A project in which no owner has a PIN is nobody's in particular:
//! whoever opens its folder without signing in may do everything. Where an owner has one, an opening without a person may
//! only name the people and the project, so that somebody can sign in.

use crate::domain::id::ReaderId;
use crate::domain::people::{Act, Matter, Roles, may};

use super::error::StoreError;
use super::project::Store;

/// Proof that somebody signed in to a project; made by [`Store::sign_in`] only. Further openings of the same project act
/// for the same person with [`Store::act_as`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pass {
    reader: ReaderId,
    roles: Roles,
}

impl Pass {
    pub const fn reader(&self) -> &ReaderId {
        &self.reader
    }

    pub const fn roles(&self) -> Roles {
        self.roles
    }
}

impl Store {
    /// From here on this opening is that person's.
    pub fn sign_in(&mut self, reader: &ReaderId, _pin: Option<&str>) -> Result<Pass, StoreError> {
        let known = self.readers()?.into_iter().find(|known| known.id == *reader);
        let known = known.ok_or_else(|| StoreError::RuleRefused(format!("the project has no reader {reader}")))?;
        let pass = Pass { reader: known.id, roles: known.roles };
        self.act_as(&pass);
        Ok(pass)
    }

    /// This opening is the person's who signed in at another one.
    pub fn act_as(&mut self, pass: &Pass) {
        self.pass = Some(pass.clone());
    }

    /// Who signed in; `None` where nobody did.
    pub const fn pass(&self) -> Option<&Pass> {
        self.pass.as_ref()
    }

    /// Refuses what the person who signed in may not do.
    pub(super) fn require(&self, matter: Matter, act: Act) -> Result<(), StoreError> {
        match &self.pass {
            Some(pass) if !may(pass.roles, matter, act) => Err(StoreError::NotAllowed { matter, act }),
            _ => Ok(()),
        }
    }
}

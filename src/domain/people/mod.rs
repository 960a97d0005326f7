//! People of a project: who they are, which roles they have, and what each role may do.

mod pin;
mod rights;
mod role;

pub use pin::{LEAST_PIN, MOST_PIN, Pin, PinError};
pub use rights::{Act, Matter, may};
pub use role::{Role, Roles};

use crate::domain::id::ReaderId;

/// The layer of what reviewers settled, and of imported tables that name no reader. Nobody signs in as it.
pub const CONSENSUS_LAYER: &str = "consensus";

/// A person of a project: somebody who reads, reviews or looks after it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reader {
    /// As exported: `R1`.
    pub id: ReaderId,
    /// Shown in the window, never exported.
    pub name: String,
    pub years_of_experience: Option<u32>,
    pub roles: Roles,
    /// Number or name of the certificate to read; shown to whoever looks after the project, never exported.
    pub certificate: String,
    /// Signing in asks for a PIN.
    pub has_pin: bool,
    /// Gone from the project: may not sign in and gets no films. What was read stays.
    pub has_left: bool,
}

impl Reader {
    /// A person with every role, of whom nothing else is known.
    pub fn new(id: impl Into<ReaderId>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            years_of_experience: None,
            roles: Roles::ALL,
            certificate: String::new(),
            has_pin: false,
            has_left: false,
        }
    }
}

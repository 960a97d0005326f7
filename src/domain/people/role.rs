//! Roles: what somebody is in a project. One person may be several.

/// What somebody is in a project.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// Reads films.
    Annotator,
    /// Settles what readers disagree on.
    Reviewer,
    /// Imports, assigns and exports.
    DataManager,
    /// All of that but reading, and who may do what.
    Owner,
    /// Looks only.
    Guest,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::Annotator, Self::Reviewer, Self::DataManager, Self::Owner, Self::Guest];

    /// Stable, as stored and as typed on the command line.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Annotator => "annotator",
            Self::Reviewer => "reviewer",
            Self::DataManager => "data_manager",
            Self::Owner => "owner",
            Self::Guest => "guest",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }
}

/// A set of roles.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Roles(u8);

impl Roles {
    /// Nobody's: may do nothing.
    pub const NONE: Self = Self(0);
    /// Reads, reviews and looks after the project: a person who works alone.
    pub const ALL: Self =
        Self::NONE.with(Role::Annotator).with(Role::Reviewer).with(Role::DataManager).with(Role::Owner);

    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | 1 << role as u8)
    }

    #[must_use]
    pub const fn without(self, role: Role) -> Self {
        Self(self.0 & !(1 << role as u8))
    }

    pub const fn has(self, role: Role) -> bool {
        self.0 >> role as u8 & 1 == 1
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        for role in Role::ALL {
            assert_eq!(Role::from_key(role.key()), Some(role));
            assert!(Roles::NONE.with(role).has(role));
            assert!(!Roles::ALL.without(role).has(role));
        }
        assert!(!Roles::ALL.has(Role::Guest), "somebody who looks only is nothing else");
        assert_eq!([Role::Guest, Role::Owner].into_iter().collect::<Roles>().iter().count(), 2);
    }
}

//! A reading's state and the transitions that are allowed, as one table.

/// Where one reader's reading of one film stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum TaskState {
    /// Not opened yet.
    #[default]
    New,
    /// Opened or marked, not completed.
    Doing,
    /// Signed off; marks are read-only until reopened.
    Completed,
}

impl TaskState {
    pub const ALL: [Self; 3] = [Self::New, Self::Doing, Self::Completed];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Doing => "doing",
            Self::Completed => "completed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// New to Doing on opening, Doing to Completed on Complete, Completed to Doing on reopening (undo);
    /// New to Completed happens when one key decides and completes.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::New, Self::Doing | Self::Completed)
                | (Self::Doing, Self::New | Self::Completed)
                | (Self::Completed, Self::Doing | Self::New)
        )
    }
}

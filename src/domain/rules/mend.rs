//! What one click does about a broken rule.

use crate::domain::edit::Edit;
use crate::domain::id::AnnotationId;
use crate::domain::reading::Reading;

/// A way to put a reading right.
#[derive(Clone, PartialEq, Debug)]
pub enum Mend {
    /// These marks go.
    Remove(Vec<AnnotationId>),
}

impl Mend {
    /// What the button says.
    pub fn title(&self) -> String {
        match self {
            Self::Remove(_) => "Delete".to_owned(),
        }
    }

    /// The edit that does it; `None` where the reading has changed since.
    pub fn edit(&self, reading: &Reading) -> Option<Edit> {
        match self {
            Self::Remove(ids) => {
                let edits: Option<Vec<Edit>> = ids.iter().map(|id| Edit::remove(reading, *id)).collect();
                Some(Edit::Batch { name: self.title(), edits: edits? })
            }
        }
    }
}

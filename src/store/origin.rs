//! Where a mark came from, as the `origin` column and the log write it.

use crate::domain::annotation::Origin;
use crate::domain::id::AnnotationId;
use crate::domain::model::ModelId;
use crate::domain::suggestion::SuggestionKey;

/// The text of the `origin` column and the `import_id` beside it.
pub(super) fn origin_to_columns(origin: &Origin) -> (String, Option<i64>) {
    match origin {
        Origin::Drawn => ("drawn".to_owned(), None),
        Origin::Imported { import } => ("imported".to_owned(), Some(*import)),
        Origin::Copied { from } => (format!("copied {}", from.0), None),
        Origin::Suggested(key) => (format!("suggested {} {}", key.model.0, key.number), None),
    }
}

pub(super) fn origin_from_columns(origin: &str, import_id: Option<i64>) -> Result<Origin, String> {
    match (origin, import_id) {
        ("drawn", None) => Ok(Origin::Drawn),
        ("imported", Some(import)) => Ok(Origin::Imported { import }),
        (other, None) => {
            let copied = || Some(Origin::Copied { from: AnnotationId(other.strip_prefix("copied ")?.parse().ok()?) });
            let suggested = || {
                let (model, number) = other.strip_prefix("suggested ")?.split_once(' ')?;
                let model = ModelId(model.parse().ok()?);
                Some(Origin::Suggested(SuggestionKey { model, number: number.parse().ok()? }))
            };
            copied().or_else(suggested).ok_or_else(|| format!("unknown origin {other:?}"))
        }
        (other, Some(_)) => Err(format!("origin {other:?} with an import")),
    }
}

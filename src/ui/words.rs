//! The words of the window in the reader's language.

/// The text in the language that is spoken; English where it has no translation.
pub fn tr(english: &'static str) -> &'static str {
    english
}

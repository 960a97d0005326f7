//! A PIN as somebody typed it: held only as long as it is checked, and never printed.

use std::fmt;

/// Fewest characters of a PIN. The lock after five wrong ones is what makes so few enough.
pub const LEAST_PIN: usize = 4;
/// Most; hashing a book would take its time.
pub const MOST_PIN: usize = 64;

/// A PIN in plain text.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

/// Why a text is no PIN.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PinError {
    #[error("a PIN has at least {LEAST_PIN} characters")]
    TooShort,
    #[error("a PIN has at most {MOST_PIN} characters")]
    TooLong,
}

impl Pin {
    /// As typed to sign in; whatever it is, it is only compared.
    pub fn typed(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As chosen anew.
    pub fn chosen(text: impl Into<String>) -> Result<Self, PinError> {
        let text = text.into();
        match text.chars().count() {
            n if n < LEAST_PIN => Err(PinError::TooShort),
            n if n > MOST_PIN => Err(PinError::TooLong),
            _ => Ok(Self(text)),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_never_printed_and_neither_too_short_nor_too_long() {
        assert_eq!(format!("{:?}", Pin::typed("1234")), "Pin(…)");
        assert_eq!(Pin::chosen("123"), Err(PinError::TooShort));
        assert_eq!(Pin::chosen("số 12").map(|pin| pin.as_str().len()), Ok("số 12".len()));
        assert_eq!(Pin::chosen("1".repeat(65)), Err(PinError::TooLong));
    }
}

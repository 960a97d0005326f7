//! The window by accessibility labels.

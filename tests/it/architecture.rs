//! Which layer may use which.

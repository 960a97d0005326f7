//! The schema itself refuses what breaks a rule.

//! The rows of the papers' "Characteristics" tables, computed from a project's films and readings.

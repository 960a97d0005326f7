//! SQLite: the project's database behind a face in domain terms.

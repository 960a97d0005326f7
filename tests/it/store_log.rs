//! The log rebuilds the tables; nothing saved is lost.

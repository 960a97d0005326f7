//! Long work on threads, with progress and cancel.

mod lane;

pub use lane::Lane;

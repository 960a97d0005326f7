//! The shipped label sets are the published ones.

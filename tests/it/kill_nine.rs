//! Killed at random, nothing that was called saved is lost.

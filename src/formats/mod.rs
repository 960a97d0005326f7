//! Published files in and out: pure text to domain values and back.

pub mod label_set;

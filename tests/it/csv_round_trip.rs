//! Published CSV in and out, row for row.

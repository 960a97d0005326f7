//! Drawing tools, and what is done to shapes.

use super::CommandRow;

pub(super) const ROWS: &[CommandRow] = &[];

//! Labels, attributes and answers.

use super::CommandRow;

pub(super) const ROWS: &[CommandRow] = &[];

//! Comments, history, image quality, time and help.

use super::CommandRow;

pub(super) const ROWS: &[CommandRow] = &[];

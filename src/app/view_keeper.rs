//! Has the view written soon after each change, so that a program that is killed has lost nothing that was seen for a second.

use crate::session::viewport::ViewState;

/// How long a change may wait for more.
const WAIT_MS: i64 = 400;

/// What is kept, and what waits to be.
#[derive(Debug, Default)]
pub(super) struct ViewKeeper {
    kept: Option<ViewState>,
    changed_at_ms: Option<i64>,
}

impl ViewKeeper {
    /// Looks at the view as it is shown now (`None`: there is none to keep, or it is in motion). Gives what is to be
    /// written now.
    pub fn look(&mut self, view: Option<ViewState>, now_ms: i64) -> Option<ViewState> {
        let view = view?;
        if self.kept.as_ref() == Some(&view) {
            self.changed_at_ms = None;
            return None;
        }
        // From the first change on: who types without a pause is not left unwritten.
        let changed_at_ms = *self.changed_at_ms.get_or_insert(now_ms);
        if now_ms - changed_at_ms < WAIT_MS {
            return None;
        }
        self.changed_at_ms = None;
        self.kept = Some(view.clone());
        Some(view)
    }

    /// When to look again, in milliseconds from now.
    pub fn wait_ms(&self, now_ms: i64) -> Option<u64> {
        self.changed_at_ms.map(|at| (at + WAIT_MS - now_ms).clamp(1, WAIT_MS) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::ReaderId;
    use crate::session::{Layout, OverlayState, Screen, Tool};

    #[expect(clippy::unnecessary_wraps, reason = "as the session gives it")]
    fn view(active_slot: usize) -> Option<ViewState> {
        Some(ViewState {
            reader: ReaderId::new("R1"),
            screen: Screen::Film,
            layout: Layout::Four,
            active_slot,
            is_linked: false,
            films: Vec::new(),
            overlay: OverlayState::All,
            tool: Tool::Box,
            is_window_panel_open: false,
            is_history_open: false,
            brush_radius: 12.0,
            armed: None,
        })
    }

    #[test]
    fn a_change_is_written_once_and_within_half_a_second_even_while_more_come() {
        let mut keeper = ViewKeeper::default();
        let mut written = Vec::new();
        // Changing all the time, then at rest.
        for now_ms in (0..3000).step_by(50) {
            let slot = if now_ms < 1000 { now_ms as usize } else { 7 };
            if let Some(view) = keeper.look(view(slot), now_ms) {
                written.push((now_ms, view.active_slot));
            }
        }
        assert_eq!(written, [(400, 400), (850, 850), (1300, 7)]);
        assert_eq!(keeper.wait_ms(3000), None);
        // Back within the wait: nothing is to be written.
        assert_eq!(keeper.look(view(8), 3100), None);
        assert_eq!(keeper.wait_ms(3150), Some(350));
        assert_eq!(keeper.look(view(7), 3200), None);
        assert_eq!(keeper.wait_ms(3200), None);
        assert_eq!(keeper.look(None, 9000), None);
    }
}

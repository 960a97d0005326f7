//! Any walk through the program's gestures: what was written gives the same reading again, and undo leads back to nothing.

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::domain::reading::Reading;

    use super::super::gesture_script::{play, reading_session, written};

    /// What a reader may do at any moment; polygons end with a double click, so that no walk leaves the film.
    const STEPS: [&str; 40] = [
        "1",
        "2",
        "3",
        "draw 10,10,50,40",
        "draw 60,20,90,70",
        "box_by_corners 100,10 140,50",
        "box_by_extremes 30,10 50,25 30,40 10,20",
        "polygon 20,20 80,20 50,60 50,60",
        "polygon 100,20 180,20 140,90 140,90",
        "freehand stroke 110,10;150,10;150,50;110,50",
        "brush 50,50",
        "brush stroke 120,60;140,60;150,70",
        "eraser 50,50",
        "eraser stroke 110,60;160,60",
        "point 30,40",
        "line 10,10 50,10 50,10",
        "knife stroke 50,2;50,98",
        "Shift+S",
        "Shift+S drag 50,30,60,45",
        "drag 20,20,30,30",
        "ctrl+click 50,20",
        "shift+click 30,25",
        "shift+drag 1,1,199,99",
        "Tab",
        "ArrowRight",
        "Shift+ArrowDown",
        "Alt+J",
        "Alt+T",
        "Alt+C",
        "Alt+S",
        "Alt+Y",
        "Ctrl+D",
        "Ctrl+C Ctrl+V",
        "Delete",
        "Shift+L",
        "t",
        "Escape",
        "Ctrl+Z",
        "Ctrl+Z Ctrl+Z",
        "Ctrl+Y",
    ];

    /// Rarer ones, which stop or clear everything.
    const RARE: [&str; 4] = ["Escape Escape N", "Shift+Enter", "Ctrl+R", "Ctrl+Shift+Delete"];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(80))]
        #[test]
        fn a_walk_is_the_replay_of_what_was_written(
            steps in prop::collection::vec((0..STEPS.len(), 0..RARE.len(), 0..12usize), 0..30),
        ) {
            let mut session = reading_session();
            let film = |session: &super::super::Session| session.pane.film.as_ref().expect("open").reading.clone();
            let first = film(&session);
            written();
            for (often, rarely, chance) in steps {
                play(&mut session, if chance == 0 { RARE[rarely] } else { STEPS[often] });
            }
            let reading = film(&session);
            let mut replayed = Reading::new(first.image().clone(), first.reader().clone());
            for persist in written() {
                prop_assert_eq!(persist.edit.apply(&mut replayed), Ok(()), "{:?}", persist.edit.title());
            }
            prop_assert_eq!(&replayed, &reading);

            play(&mut session, "Escape Escape Escape");
            for _ in 0..200 {
                if session.pane.film.as_ref().expect("open").history.can_undo() {
                    play(&mut session, "Ctrl+Z");
                }
            }
            prop_assert_eq!(film(&session), first);
        }
    }
}

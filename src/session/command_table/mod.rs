//! The table of commands: one row each, from which menus, palette, tooltips, cheat sheet and the README's key table come.

use std::sync::LazyLock;

use super::command::Command;

mod discussing;
mod drawing;
mod evaluating;
mod history;
mod labelling;
mod listing;
mod models;
mod project;
mod reading;
mod reviewing;
mod suggesting;
mod training;
mod triage;

/// Where a chord is heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Context {
    Everywhere,
    /// With a film open to be read; what only changes how it is shown, on a film under review too.
    Film,
    /// While what readers disagree on is settled.
    Review,
}

impl Context {
    /// Whether keys of this context are heard where the other one's are the first to be heard.
    pub const fn is_heard_with(self, command: &Command, here: Self) -> bool {
        match (self, here) {
            (Self::Everywhere, _) | (Self::Film, Self::Film) | (Self::Review, Self::Review) => true,
            (Self::Film, Self::Review) => command.is_for_looking(),
            (Self::Film, Self::Everywhere) | (Self::Review, _) => false,
        }
    }
}

/// One row of the command table.
#[derive(Debug)]
pub struct CommandRow {
    /// Stable, for remapping.
    pub id: &'static str,
    pub title: &'static str,
    pub help: &'static str,
    pub chords: &'static [&'static str],
    pub context: Context,
    pub command: Command,
}

const fn row(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    chords: &'static [&'static str],
    context: Context,
    command: Command,
) -> CommandRow {
    CommandRow { id, title, help, chords, context, command }
}

/// Every command that needs no further word from the person, topic by topic.
pub static COMMANDS: LazyLock<Vec<&'static CommandRow>> = LazyLock::new(|| {
    [
        reading::ROWS,
        drawing::ROWS,
        labelling::ROWS,
        discussing::ROWS,
        history::ROWS,
        suggesting::ROWS,
        project::ROWS,
        models::ROWS,
        evaluating::ROWS,
        training::ROWS,
        triage::ROWS,
        listing::ROWS,
        reviewing::ROWS,
    ]
    .into_iter()
    .flatten()
    .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_texts_are_there() {
        for (i, row) in COMMANDS.iter().enumerate() {
            assert!(!row.title.is_empty() && !row.help.is_empty(), "{}", row.id);
            assert!(COMMANDS[..i].iter().all(|other| other.id != row.id), "{}", row.id);
        }
    }
}

//! What people of a project are called: their roles in words, and the order that they are listed in.

use crate::domain::people::{Role, Roles};

use super::words::tr;

pub(super) fn role_text(role: Role) -> &'static str {
    match role {
        Role::Annotator => tr("Annotator"),
        Role::Reviewer => tr("Reviewer"),
        Role::DataManager => tr("Data manager"),
        Role::Owner => tr("Owner"),
        Role::Guest => tr("Guest"),
    }
}

/// What somebody in this role does.
pub(super) fn role_help(role: Role) -> &'static str {
    match role {
        Role::Annotator => tr("Reads films: marks, labels and comments of their own"),
        Role::Reviewer => tr("Settles what readers disagree on; sees their readings then"),
        Role::DataManager => tr("Imports films, hands them out, exports labels, works with models"),
        Role::Owner => tr("All that a data manager does; adds people and says what each may do"),
        Role::Guest => tr("Looks only, changes nothing"),
    }
}

/// `Annotator, Reviewer`.
pub(super) fn roles_text(roles: Roles) -> String {
    let titles: Vec<&str> = roles.iter().map(role_text).collect();
    if titles.is_empty() { tr("No role").to_owned() } else { titles.join(", ") }
}

/// Sorts R2 before R10: letters first, then the number at the end.
pub(super) fn natural_key(id: &str) -> (String, u64, String) {
    let letters = id.trim_end_matches(|c: char| c.is_ascii_digit());
    (letters.to_owned(), id[letters.len()..].parse().unwrap_or(0), id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_as_numbers() {
        let mut ids = ["R10", "R2", "R1", "Ann", "R2.2", "7"];
        ids.sort_by_key(|id| natural_key(id));
        assert_eq!(ids, ["7", "Ann", "R1", "R2", "R10", "R2.2"]);
    }
}

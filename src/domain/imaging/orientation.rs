//! Which way the patient lies on the film, and the letters that stand at its edges.

/// Directions in the patient of the film's own axes (PS3.3 C.7.6.1.1.1): combinations of at most three of the letters
/// A P, R L, H F, the strongest first, such as `L` or `AF`.
///
/// Where a file says nothing, nothing is assumed: such a film has none, and no letters are shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PatientOrientation {
    /// Where the columns grow to: what is at the right edge of the film as stored. Empty where unknown.
    pub row: String,
    /// Where the rows grow to: what is at the lower edge of the film as stored. Empty where unknown.
    pub column: String,
}

/// The side of the body that a film shows (PS3.3 C.7.3.1.1.1, C.8.11.5.1.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Laterality {
    Right,
    Left,
    Both,
    /// A part that has no sides, such as the spine.
    Unpaired,
}

impl Laterality {
    /// From the file's own letter.
    pub fn from_dicom(code: &str) -> Option<Self> {
        match code.trim() {
            "R" => Some(Self::Right),
            "L" => Some(Self::Left),
            "B" => Some(Self::Both),
            "U" => Some(Self::Unpaired),
            _ => None,
        }
    }

    /// The letter to show beside the film; none for a part without sides.
    pub const fn marker(self) -> Option<&'static str> {
        match self {
            Self::Right => Some("R"),
            Self::Left => Some("L"),
            Self::Both => Some("B"),
            Self::Unpaired => None,
        }
    }
}

impl PatientOrientation {
    /// From the two values of Patient Orientation; a value that is no direction of a person is left empty, and `None` is
    /// the answer where both are.
    pub fn from_letters(row: &str, column: &str) -> Option<Self> {
        let letters = |text: &str| {
            let text = text.trim().to_ascii_uppercase();
            if is_direction(&text) { text } else { String::new() }
        };
        let orientation = Self { row: letters(row), column: letters(column) };
        (!orientation.row.is_empty() || !orientation.column.is_empty()).then_some(orientation)
    }

    /// From the six direction cosines of Image Orientation (Patient): row first, in the patient's axes, which grow to
    /// the left, to the back and to the head (PS3.3 C.7.6.2.1.1). `None` where they are not two unit vectors at a right
    /// angle.
    pub fn from_cosines(cosines: [f64; 6]) -> Option<Self> {
        const SLACK: f64 = 0.05;
        let [a, b, c, x, y, z] = cosines;
        let is_unit = |n: f64| (n - 1.0).abs() < SLACK;
        if !(is_unit(a * a + b * b + c * c) && is_unit(x * x + y * y + z * z) && (a * x + b * y + c * z).abs() < SLACK)
        {
            return None;
        }
        Some(Self { row: letters_of([a, b, c]), column: letters_of([x, y, z]) })
    }

    /// What stands at the top, right, bottom and left edge of the film as it is shown: first flipped left to right where
    /// `is_flipped`, then turned clockwise by `quarter_turns` * 90 degrees. `None` where the file does not say.
    pub fn edge_letters(&self, quarter_turns: u8, is_flipped: bool) -> [Option<String>; 4] {
        let known = |text: String| (!text.is_empty()).then_some(text);
        let mut edges = [opposite(&self.column), self.row.clone(), self.column.clone(), opposite(&self.row)].map(known);
        if is_flipped {
            edges.swap(1, 3);
        }
        edges.rotate_right(usize::from(quarter_turns % 4));
        edges
    }
}

/// The letters of the way back.
fn opposite(letters: &str) -> String {
    let turned = |letter| match letter {
        'A' => 'P',
        'P' => 'A',
        'L' => 'R',
        'R' => 'L',
        'H' => 'F',
        'F' => 'H',
        other => other,
    };
    letters.chars().map(turned).collect()
}

/// One to three letters, each axis of the body at most once.
fn is_direction(letters: &str) -> bool {
    let on = |axis: [char; 2]| letters.chars().filter(|c| axis.contains(c)).count();
    let counts = [on(['A', 'P']), on(['L', 'R']), on(['H', 'F'])];
    (1..=3).contains(&letters.len()) && counts.iter().all(|&n| n <= 1) && counts.iter().sum::<usize>() == letters.len()
}

/// The axes along which a unit vector runs, the strongest first. Below a fifth (12 degrees) an axis is a tilt that no
/// reader would name.
fn letters_of(vector: [f64; 3]) -> String {
    const LEAST: f64 = 0.2;
    let names = [('L', 'R'), ('P', 'A'), ('H', 'F')];
    let mut parts: Vec<(f64, char)> = vector
        .into_iter()
        .zip(names)
        .filter(|(n, _)| n.abs() >= LEAST)
        .map(|(n, (up, down))| (n.abs(), if n > 0.0 { up } else { down }))
        .collect();
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    parts.into_iter().map(|(_, letter)| letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_turn_with_the_film() {
        let check = |row: &str, column: &str, turns: u8, is_flipped: bool, expected: [&str; 4]| {
            let orientation = PatientOrientation { row: row.to_owned(), column: column.to_owned() };
            let edges = orientation.edge_letters(turns, is_flipped).map(Option::unwrap_or_default);
            assert_eq!(edges, expected, "{row}\\{column}, {turns} turns, flipped {is_flipped}");
        };
        // A chest seen from the front: the patient's left is at the right.
        check("L", "F", 0, false, ["H", "L", "F", "R"]);
        check("L", "F", 1, false, ["R", "H", "L", "F"]);
        check("L", "F", 2, false, ["F", "R", "H", "L"]);
        check("L", "F", 3, false, ["L", "F", "R", "H"]);
        check("L", "F", 0, true, ["H", "R", "F", "L"]);
        // First flipped, then turned: the flipped film's left edge comes up.
        check("L", "F", 1, true, ["L", "H", "R", "F"]);
        check("L", "F", 2, true, ["F", "L", "H", "R"]);
        check("L", "F", 3, true, ["R", "F", "L", "H"]);
        check("L", "F", 7, false, ["L", "F", "R", "H"]);
        // A lateral spine, an oblique view, and half an orientation.
        check("P", "F", 0, false, ["H", "P", "F", "A"]);
        check("AL", "FP", 0, false, ["HA", "AL", "FP", "PR"]);
        check("L", "", 1, false, ["R", "", "L", ""]);
    }

    #[test]
    fn cosines_become_letters() {
        let check = |cosines: [f64; 6], expected: Option<(&str, &str)>| {
            let got = PatientOrientation::from_cosines(cosines);
            let got = got.as_ref().map(|o| (o.row.as_str(), o.column.as_str()));
            assert_eq!(got, expected, "{cosines:?}");
        };
        check([1.0, 0.0, 0.0, 0.0, 1.0, 0.0], Some(("L", "P")));
        check([1.0, 0.0, 0.0, 0.0, 0.0, -1.0], Some(("L", "F")));
        check([0.0, 1.0, 0.0, 0.0, 0.0, -1.0], Some(("P", "F")));
        check([0.8, 0.6, 0.0, 0.0, 0.0, -1.0], Some(("LP", "F")));
        check([0.995, 0.0998, 0.0, 0.0, 0.0, -1.0], Some(("L", "F")));
        check([0.0; 6], None);
        check([1.0, 0.0, 0.0, 1.0, 0.0, 0.0], None);
        check([f64::NAN, 0.0, 0.0, 0.0, 1.0, 0.0], None);
    }

    #[test]
    fn what_is_no_direction_is_left_out() {
        let check = |row: &str, column: &str, expected: Option<(&str, &str)>| {
            let got = PatientOrientation::from_letters(row, column);
            let got = got.as_ref().map(|o| (o.row.as_str(), o.column.as_str()));
            assert_eq!(got, expected, "{row}\\{column}");
        };
        check("L", "F", Some(("L", "F")));
        check(" l ", "pf", Some(("L", "PF")));
        check("LR", "F", Some(("", "F")));
        check("AFLH", "", None);
        check("UNKNOWN", "X", None);
        check("", "", None);
    }
}
